"""Repair of what is nearly JSON: one pass over the characters."""

from __future__ import annotations

__all__ = ["repaired"]

_DEEPEST = 32
_WORDS = {"True": "true", "False": "false", "None": "null"}
_QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "‘": "’"}  # those of word processors, too
_ENDS = frozenset(",:}]")


def repaired(text: str) -> str:
    """Return an object with double quotes, without trailing commas, and with all brackets closed.

    Args:
        text: Begins with the object's first bracket; what follows the object is dropped. Brackets deeper
            than 32 are not read.

    Example:
        >>> repaired("{'tool': 'find', 'args': {'open': True,},")
        '{"tool": "find", "args": {"open": true}}'
    """
    made: list[str] = []
    closers: list[str] = []
    place, size = 0, len(text)
    while place < size:
        character = text[place]
        if character in _QUOTES:
            string, place = _string(text, place)
            made.append(string)
            continue
        if character in "{[":
            if len(closers) >= _DEEPEST:
                break
            closers.append("}" if character == "{" else "]")
            made.append(character)
        elif character in "}]":
            _drop_comma(made)
            # A bracket of the wrong kind closes what is open.
            while closers and closers[-1] != character and character in closers:
                made.append(closers.pop())
            if closers and closers[-1] == character:
                made.append(closers.pop())
            if not closers:
                break
        elif character.isalpha():
            end = place
            while end < size and (text[end].isalnum() or text[end] == "_"):
                end += 1
            word = text[place:end]
            after = text[end : end + 8].lstrip()[:1]
            made.append(f'"{word}"' if after == ":" else _WORDS.get(word, word))
            place = end
            continue
        else:
            made.append(character)
        place += 1
    _drop_comma(made)
    return "".join(made) + "".join(reversed(closers))


def _drop_comma(made: list[str]) -> None:
    while made and (made[-1].isspace() or made[-1] == ","):
        made.pop()


def _string(text: str, start: int) -> tuple[str, int]:
    """Return the string that opens at a place, in double quotes, and the place behind it."""
    closing = _QUOTES[text[start]]
    made = ['"']
    place = start + 1
    while place < len(text):
        character = text[place]
        if character == "\\":
            following = text[place + 1 : place + 2]
            made.append("'" if following == "'" else "\\" + (following or "\\"))
            place += 2
            continue
        if character == closing:
            # An apostrophe within a word does not end what single quotes hold.
            after = text[place + 1 : place + 12].lstrip()[:1]
            if closing in ('"', "”") or not after or after in _ENDS:
                place += 1
                break
        if character == '"':
            made.append('\\"')
        elif character == "\n":
            made.append("\\n")
        elif character >= " ":
            made.append(character)
        place += 1
    made.append('"')
    return "".join(made), place

"""Vocabularies of the token view: how text becomes small integers and back.

Codes below `size` may be read, those below `writable` may also be written.
"""

import re

__all__ = [
    "ByteVocabulary",
    "CharacterVocabulary",
    "NumberVocabulary",
    "Vocabulary",
    "make_vocabulary",
]

ARITHMETIC = "0123456789+-*/=?,. "
_WORDS = re.compile(r"[0-9]{1,9}|[^\s,]")


class CharacterVocabulary:
    """One code for each listed character, and a last one that reads any other.

    Args:
        characters: The distinct characters, at least one.

    Raises:
        ValueError: A character is listed twice, or none is.
    """

    def __init__(self, characters: str) -> None:
        if not characters or len(set(characters)) != len(characters):
            msg = f"vocabulary characters must be distinct and at least one, got {characters!r}"
            raise ValueError(msg)
        self.characters = characters
        self.writable = len(characters)
        self.size = self.writable + 1
        self._codes = {char: code for code, char in enumerate(characters)}

    def encode(self, text: str) -> list[int]:
        """The code of each character."""
        return [self._codes.get(char, self.writable) for char in text]

    def decode(self, codes: list[int]) -> str:
        """The text of written codes."""
        return "".join(self.characters[code] for code in codes)


class ByteVocabulary:
    """The 256 bytes of UTF-8, so that any text can be read and written."""

    size = writable = 256

    def encode(self, text: str) -> list[int]:
        """The UTF-8 bytes; a lone surrogate becomes "?"."""
        return list(text.encode("utf-8", errors="replace"))

    def decode(self, codes: list[int]) -> str:
        """The text of the bytes; malformed sequences become "\ufffd"."""
        return bytes(codes).decode("utf-8", errors="replace")


class NumberVocabulary:
    """One code for each integer from 0 to 20; arithmetic signs are read but not written.

    Spaces and commas are not read. Written numbers are separated by spaces, so that two in a row
    are a list of two.
    """

    _words = (*map(str, range(21)), *"+-*/=?")
    writable = 21
    size = len(_words) + 1

    def __init__(self) -> None:
        self._codes = {word: code for code, word in enumerate(self._words)}

    def encode(self, text: str) -> list[int]:
        """The code of each number and sign; the last one reads anything else."""
        return [self._codes.get(word, self.size - 1) for word in _WORDS.findall(text)]

    def decode(self, codes: list[int]) -> str:
        """The written numbers, separated by spaces."""
        return " ".join(self._words[code] for code in codes)


Vocabulary = CharacterVocabulary | ByteVocabulary | NumberVocabulary


def make_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of a name.

    Args:
        name: "numbers" (integers up to 20 and signs), "arithmetic" (digits and signs), "bytes"
            (UTF-8), or else the distinct characters themselves.
    """
    if name == "bytes":
        return ByteVocabulary()
    if name == "numbers":
        return NumberVocabulary()
    return CharacterVocabulary(ARITHMETIC if name == "arithmetic" else name)

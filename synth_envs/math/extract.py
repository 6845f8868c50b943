r"""Find the one final answer in a response, or say why there is none.

A response commits to an answer by being nothing else, by `\boxed{}`, by "answer is", "answer:"
or "####", or by its last line. Whatever states an answer explicitly must agree: a response that
names two different final answers has not answered.
"""

import re
from collections.abc import Callable
from typing import Literal, TypeVar

__all__ = ["Problem", "final_answer", "strip_decorations"]

V = TypeVar("V")

Problem = Literal["", "none", "many", "long"]

MAX_RESPONSE = 65_536
_MAX_CANDIDATE = 8_192
_MAX_MARKERS = 16
_MAX_LINES = 64
_MAX_SIMPLE = 100

_PHRASE = re.compile(
    r"answer\*{0,2}(?:\s{1,4}is\b|\s{0,4}[:=])\s{0,4}:?|####",
    re.IGNORECASE,
)
# Where the words after "The answer is" stop being the answer.
_SENTENCE_END = re.compile(
    r"[.!?](?:\s|$)|,?\s+(?:so|but|because|since|which|hence|thus|therefore|as)\b|(?<=\S)\s*\\boxed"
)
_BOX = re.compile(r"\\(?:boxed|fbox) ?\{")
# The shortest ways to answer, read without looking for anything else.
_SIMPLE = re.compile(
    r"(?:The |the )?(?:final )?[Aa]nswer(?: is|:) ?[*$]{0,2}([^*$\\\n]{1,60}?)[*$]{0,2}\.?"
    r"|\$?\\boxed\{([^{}\\\n]{1,60})\}\$?\.?"
).fullmatch
_PAIRS = (("**", "**"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("__", "__"))
_QUOTES = frozenset("$`*\"'_")
_WRAPPERS = ("\\boxed{", "\\fbox{", "\\text{", "\\mathrm{", "\\mathbf{", "\\textbf{")
_FENCE = re.compile(r"```[a-zA-Z0-9_+-]{0,20}[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)


def final_answer(
    response: str, parse: Callable[[str], V | None], max_length: int = MAX_RESPONSE
) -> tuple[V | None, Problem]:
    """The final answer in a response.

    Args:
        response: Free text, at most `max_length` characters.
        parse: Reads one candidate (decorations removed) into a comparable value, or None.
        max_length: A longer response is refused unread.

    Returns:
        The value and "", or None and why: "none" (no answer was found), "many" (it states
        different final answers), "long".
    """
    if len(response) > max_length:
        return None, "long"
    if "<" in response and "</think>" in response:
        response = response.rpartition("</think>")[2]
    if len(response) <= _MAX_CANDIDATE:
        simple = _SIMPLE(response) if len(response) <= _MAX_SIMPLE else None
        value = parse(simple[1] or simple[2] if simple else strip_decorations(response))
        if value is not None:
            return value, ""
    boxes = _boxed(response) if "\\" in response else []
    if boxes is None:
        return None, "many"
    found: list[V] = []
    for box in boxes:
        value = parse(strip_decorations(box))
        if value is None:
            return None, "none"
        found.append(value)
    markers = _phrases(response)
    if len(markers) > _MAX_MARKERS:
        return None, "many"
    ends = [start for start, _ in markers[1:]] + [len(response)]
    for (_, after), end in zip(markers, ends, strict=False):
        tail = response[after : min(end, after + _MAX_CANDIDATE)]
        value = _read_tail(tail, parse)
        if value is not None:
            found.append(value)
    if not found:
        return _unmarked(response, parse)
    if any(value != found[0] for value in found[1:]):
        return None, "many"
    return found[0], ""


def _phrases(response: str) -> list[tuple[int, int]]:
    """Where phrases that announce an answer start and end; at most one more than is allowed."""
    # Searching for the word first is several times faster than the regular expression alone, and
    # lower() keeps positions only for ASCII.
    ascii_text = response.isascii()
    text = response.lower() if ascii_text else response
    starts: list[int] = []
    for word in ("answer",) if ascii_text else ("answer", "Answer", "ANSWER"):
        start = text.find(word)
        while start >= 0 and len(starts) <= 4 * _MAX_MARKERS:
            starts.append(start)
            start = text.find(word, start + 1)
    if "#" in text:
        start = text.find("####")
        while start >= 0 and len(starts) <= 8 * _MAX_MARKERS:
            starts.append(start)
            start = text.find("####", start + 4)
    matches = [match for start in sorted(starts) if (match := _PHRASE.match(response, start))]
    return [match.span() for match in matches[: _MAX_MARKERS + 1]]


def _read_tail(tail: str, parse: Callable[[str], V | None]) -> V | None:
    """The answer that follows a phrase such as "The answer is": the longest reading that parses."""
    stripped = tail.strip()
    # Half of a bold pair may stand before the marker: "**Answer:** 5", "**Answer: 5**".
    if stripped.startswith("** ") or (stripped.startswith("**") and stripped.count("**") == 1):
        stripped = stripped[2:].strip()
    elif stripped.endswith("**") and stripped.count("**") % 2:
        stripped = stripped[:-2]
    readings = (
        stripped,
        stripped.partition("\n\n")[0],
        stripped.partition("\n")[0],
        _SENTENCE_END.split(stripped, maxsplit=1)[0],
    )
    previous = None
    for reading in readings:
        if reading != previous:
            value = parse(strip_decorations(reading))
            if value is not None:
                return value
        previous = reading
    return None


def _unmarked(response: str, parse: Callable[[str], V | None]) -> tuple[V | None, Problem]:
    """A response without markers answers with its only code fence, last paragraph or last line."""
    if 2 <= response.count("```") <= 2 * _MAX_MARKERS:
        fences = [match[1] for match in _FENCE.finditer(response)]
        values = [
            value for fence in fences if (value := parse(strip_decorations(fence))) is not None
        ]
        if values:
            same = all(value == values[0] for value in values)
            return (values[0], "") if same else (None, "many")
    text = response.rstrip()
    paragraph = text.rpartition("\n\n")[2]
    if paragraph is not text and len(paragraph) <= _MAX_CANDIDATE:
        value = parse(strip_decorations(paragraph))
        if value is not None and "\n" in paragraph:
            return value, ""
    lines = [line for line in text.split("\n")[-_MAX_LINES:] if line.strip()]
    if not lines or len(lines[-1]) > _MAX_CANDIDATE:
        return None, "none"
    value = parse(strip_decorations(lines[-1]))
    if value is None:
        return None, "none"
    for line in lines[:-1]:
        if len(line) <= _MAX_CANDIDATE:
            other = parse(strip_decorations(line))
            if other is not None and other != value:
                return None, "many"
    return value, ""


def strip_decorations(text: str) -> str:
    """Remove what people put around an answer: bold, quotes, dollars, boxes, fences, a full stop."""
    for _ in range(8):
        text = text.strip()
        if len(text) < 2:
            return text
        if text[-1] in ".;,":
            text = text[:-1]
            continue
        first = text[0]
        if first not in "*$`\"'_\\":
            return text
        inner = _unwrap(text)
        if inner is None:
            return text
        text = inner
    return text.strip()


def _unwrap(text: str) -> str | None:
    """The content of one surrounding pair, or None when there is none."""
    if text.startswith("```"):
        match = _FENCE.fullmatch(text)
        if match:
            return match[1]
        return text[3:-3] if text.endswith("```") and len(text) > 6 else None
    for opening, closing in _PAIRS:
        if text.startswith(opening) and text.endswith(closing) and len(text) >= len(opening) * 2:
            return text[len(opening) : -len(closing)]
    if text[0] in _QUOTES and text[-1] == text[0]:
        return text[1:-1]
    for wrapper in _WRAPPERS:
        if text.startswith(wrapper):
            end = _closing_brace(text, len(wrapper))
            return text[len(wrapper) : end] if end == len(text) - 1 else None
    return None


def _boxed(response: str) -> list[str] | None:
    """The contents of every box, or None when there are too many to be an answer."""
    contents: list[str] = []
    position = response.find("\\")
    while match := _BOX.search(response, position):
        if len(contents) == _MAX_MARKERS:
            return None
        end = _closing_brace(response, match.end())
        if end < 0:
            contents.append("")
            return contents
        contents.append(response[match.end() : end])
        position = end
    return contents


def _closing_brace(text: str, start: int) -> int:
    """The index of the brace that closes the one before `start`, or -1; escaped braces do not count."""
    first = text.find("}", start, start + _MAX_CANDIDATE)
    if first < 0 or ("{" not in text[start:first] and text[first - 1] != "\\"):
        return first
    depth = 1
    for i in range(start, min(len(text), start + _MAX_CANDIDATE)):
        char = text[i]
        if char in "{}" and text[i - 1] != "\\":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return i
    return -1

"""Lines of Python that fit, and the imports that a text needs."""

from __future__ import annotations

import re

__all__ = ["enclosed", "imported", "wrapped"]

_WIDTH = 88
_MODULES = {
    "Counter": "collections",
    "accumulate": "itertools",
    "dropwhile": "itertools",
    "groupby": "itertools",
    "pairwise": "itertools",
    "takewhile": "itertools",
    "isqrt": "math",
    "prod": "math",
}
_IMPORTED = re.compile(rf"\b({'|'.join(_MODULES)})\b(?=\()")


def imported(text: str) -> str:
    """Return the text with the imports that it needs before it."""
    wanted: dict[str, list[str]] = {}
    for name in sorted(set(_IMPORTED.findall(text))):
        wanted.setdefault(_MODULES[name], []).append(name)
    head = "".join(f"from {one} import {', '.join(wanted[one])}\n" for one in sorted(wanted))
    return f"{head}\n\n{text}" if head else text


def enclosed(text: str) -> bool:
    """Tell whether the first bracket, a round one, closes at the very end."""
    return text.startswith("(") and _closing(text, 0) == len(text) - 1


def wrapped(line: str, indent: int = 4) -> str:
    """Break a statement that is too long, as a formatter would."""
    if len(line) + indent <= _WIDTH:
        return line
    pad = " " * indent
    opened = _last_opened(line)
    if opened >= 0:
        inner = line[opened + 1 : -1]
        parts = [inner] if len(inner) + indent + 4 <= _WIDTH else _parts(inner)
        body = "".join(f"{pad}    {part}\n" for part in parts)
        return f"{line[: opened + 1]}\n{body}{pad}{line[-1]}"
    head, _, rest = line.partition("return " if line.startswith("return ") else " = ")
    head += "return " if line.startswith("return ") else " = "
    parts = re.split(r" (?=(?:and|or|if|else) )|(?<=\]) (?=\+ )", rest)
    if len(parts) == 1 or "\n" in line:
        return line
    body = "".join(f"{pad}    {part}\n" for part in parts)
    return f"{head}(\n{body}{pad})"


def _last_opened(line: str) -> int:
    """Return where the bracket opens that closes at the end of the line, or -1."""
    for place, letter in enumerate(line):
        if letter in "([{" and _closing(line, place) == len(line) - 1:
            return place
    return -1


def _closing(text: str, opened: int) -> int:
    depth = 0
    for place in range(opened, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    return -1


def _parts(inner: str) -> list[str]:
    """Split at the commas that are not in brackets; a comprehension at its clauses."""
    found, depth, start = [], 0, 0
    loops = False
    for place, letter in enumerate(inner):
        depth += (letter in "([{") - (letter in ")]}")
        if depth:
            continue
        if letter == "," and not loops:
            found.append(inner[start : place + 1])
            start = place + 2
        elif inner.startswith((" for ", " if "), place) and "lambda" not in inner[start:place]:
            loops = loops or inner.startswith(" for ", place)
            if loops:
                found.append(inner[start:place])
                start = place + 1
    last = inner[start:]
    return [*found, last + ("," if found and not loops else "")]

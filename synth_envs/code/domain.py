"""What a function's arguments may be: their types, and the range that a problem's inputs span.

A prompt states the range as constraints, and an input that an agent invents must keep to it. What
the range cannot say (a list is sorted, an index is valid) is in the problem's statement.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from synth_envs.core import Json

__all__ = ["Range", "conforms", "range_of", "ranges_of"]

#: Bounds beyond this are rounded outwards: nobody minds 200 in place of 187.
_EXACT = 30
#: So many different characters are listed, more are described.
_MOST_LISTED = 12
_CLASSES = (
    ("digits", string.digits),
    ("lowercase letters", string.ascii_lowercase),
    ("uppercase letters", string.ascii_uppercase),
    ("lowercase letters and spaces", string.ascii_lowercase + " "),
    ("letters", string.ascii_letters),
    ("lowercase letters and digits", string.ascii_lowercase + string.digits),
    ("letters and spaces", string.ascii_letters + " "),
    ("letters and digits", string.ascii_letters + string.digits),
    ("letters, digits and spaces", string.ascii_letters + string.digits + " "),
)


@cache
def _parsed(kind: str) -> ast.expr:
    return ast.parse(kind, mode="eval").body


def conforms(value: Json, kind: str) -> bool:
    """Whether a JSON value is of a type as an annotation writes it; tuples are lists.

    >>> conforms([1, 2], "list[int]"), conforms(True, "int"), conforms(None, "str | None")
    (True, False, True)
    """
    return _conforms(value, _parsed(kind))


def _conforms(value: Json, kind: ast.expr) -> bool:
    match kind:
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id="int"):
            return type(value) is int
        case ast.Name(id="float"):
            return type(value) is float
        case ast.Name(id="str"):
            return type(value) is str
        case ast.Name(id="bool"):
            return type(value) is bool
        case ast.Name(id="list" | "tuple"):
            return type(value) is list
        case ast.Name(id="dict"):
            return type(value) is dict
        case ast.BinOp(left=left, right=right):
            return _conforms(value, left) or _conforms(value, right)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return type(value) is list and all(_conforms(one, item) for one in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return type(value) is dict and all(_conforms(one, item) for one in value.values())
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
            return (
                type(value) is list
                and len(value) == len(items)
                and all(map(_conforms, value, items))
            )
    return True


@dataclass(frozen=True, slots=True)
class Range:
    """The values that an argument may take.

    Attributes:
        kinds: The JSON types seen: "int", "str", "list", "dict", "bool", "float", "NoneType".
        numbers: The least and the greatest number.
        sizes: The least and the greatest length of texts, lists and dictionaries.
        letters: The characters of texts, or None for any.
        letters_named: What these characters are called.
        items: The range of a list's elements or a dictionary's values.
        keys: The range of a dictionary's keys.
    """

    kinds: frozenset[str]
    numbers: tuple[float, float] | None = None
    sizes: tuple[int, int] | None = None
    letters: frozenset[str] | None = None
    letters_named: str = ""
    items: Range | None = None
    keys: Range | None = None

    def contains(self, value: Json) -> bool:
        """Whether a value is in the range."""
        kind = type(value).__name__
        if kind not in self.kinds:
            return False
        if kind in ("int", "float"):
            return self.numbers is None or self.numbers[0] <= value <= self.numbers[1]
        if kind in ("bool", "NoneType"):
            return True
        if self.sizes is not None and not self.sizes[0] <= len(value) <= self.sizes[1]:
            return False
        if kind == "str":
            return self.letters is None or self.letters.issuperset(value)
        if kind == "dict" and self.keys and not all(map(self.keys.contains, value)):
            return False
        items = value.values() if kind == "dict" else value
        return all(self.items is not None and self.items.contains(one) for one in items)

    def to_json(self) -> Json:
        """The range as JSON values, the inverse of `from_json`."""
        return {
            "kinds": sorted(self.kinds),
            "numbers": list(self.numbers) if self.numbers else None,
            "sizes": list(self.sizes) if self.sizes else None,
            "letters": "".join(sorted(self.letters)) if self.letters is not None else None,
            "items": self.items.to_json() if self.items else None,
            "keys": self.keys.to_json() if self.keys else None,
        }

    @classmethod
    def from_json(cls, data: Json) -> Range:
        """Read a range; what its letters are called is not kept."""
        return cls(
            frozenset(data["kinds"]),
            tuple(data["numbers"]) if data["numbers"] else None,
            tuple(data["sizes"]) if data["sizes"] else None,
            frozenset(data["letters"]) if data["letters"] is not None else None,
            items=cls.from_json(data["items"]) if data["items"] else None,
            keys=cls.from_json(data["keys"]) if data["keys"] else None,
        )

    def describe(self, *, plural: bool = False) -> str:
        """Return the range in English, as in "a list of 0 to 9 integers from -5 to 5"."""
        if self.kinds in ({"int"}, {"float"}):
            word = "integer" if "int" in self.kinds else "number"
            return f"{_noun(word, plural)}{self._span()}"
        if self.kinds == {"bool"}:
            return "booleans" if plural else "True or False"
        if self.kinds == {"str"} and self.sizes:
            if self.letters_named == "any characters":
                return f"{_noun('string', plural)} of {_count(self.sizes)} characters"
            letters = self.letters_named
            if letters.startswith("the "):
                letters = f"characters ({letters.removeprefix('the characters ')})"
            return f"{_noun('string', plural)} of {_count(self.sizes)} {letters}"
        if self.kinds == {"list"} and self.sizes:
            inner = self.items.describe(plural=True) if self.items else "elements"
            return f"{_noun('list', plural)} of {_count(self.sizes)} {inner}"
        if self.kinds == {"dict"} and self.sizes:
            keys = self.keys.describe(plural=True) if self.keys else "strings"
            values = self.items.describe(plural=True) if self.items else "values"
            of = f"{_noun('dictionary', plural)} of {_count(self.sizes)} entries"
            return f"{of} from {keys} to {values}"
        return self._mixed(plural=plural)

    def _mixed(self, *, plural: bool) -> str:
        """Return a range of several types, as in "elements, each an integer or a list"."""
        words = {
            "int": f"an integer{self._span()}",
            "float": "a number",
            "bool": "True or False",
            "str": "a string",
            "list": "a list of the same kind" if plural else "a list",
            "dict": "a dictionary",
            "NoneType": "None",
        }
        named = [words[kind] for kind in words if kind in self.kinds]
        joined = " or ".join((", ".join(named[:-1]), named[-1])) if named[1:] else "".join(named)
        return f"elements, each {joined}" if plural else joined

    def _span(self) -> str:
        if self.numbers is None:
            return ""
        low, high = self.numbers
        return f" from {low} to {high}" if low != high else f" equal to {low}"


def _noun(word: str, plural: bool) -> str:  # noqa: FBT001 - passed on from one call to the next
    if plural:
        return "dictionaries" if word == "dictionary" else f"{word}s"
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _count(sizes: tuple[int, int]) -> str:
    low, high = sizes
    return str(low) if low == high else f"{low} to {high}"


def _outwards(bound: int) -> int:
    """Return a round number at least as far from 0.

    >>> [_outwards(n) for n in (9, 37, 187, -1204)]
    [9, 40, 200, -2000]
    """
    if abs(bound) <= _EXACT:
        return bound
    unit = int(10 ** (len(str(abs(bound))) - 1))
    if unit == 10:
        unit = 5 if abs(bound) < 50 else 10
    rounded = -(-abs(bound) // unit) * unit
    return rounded if bound > 0 else -rounded


def range_of(values: Sequence[Json]) -> Range:
    """Return the range that spans all of these values, rounded outwards where it is wide."""
    kinds = frozenset(type(value).__name__ for value in values)
    numbers: list[Any] = [value for value in values if type(value) in (int, float)]
    sized = [value for value in values if isinstance(value, str | list | dict)]
    texts = [value for value in values if isinstance(value, str)]
    items = [
        one
        for value in values
        if isinstance(value, list | dict)
        for one in (value.values() if isinstance(value, dict) else value)
    ]
    keys = [key for value in values if isinstance(value, dict) for key in value]
    sizes = [len(value) for value in sized]
    letters, named = _letters("".join(texts)) if texts else (None, "")
    span = None
    if numbers:
        low, high = min(numbers), max(numbers)
        whole = all(type(value) is int for value in numbers)
        below = _outwards(low) if low < 0 else low
        span = (below, _outwards(high) if high > 0 else high) if whole else (low, high)
    return Range(
        kinds,
        span,
        (min(sizes), _outwards(max(sizes))) if sizes else None,
        letters,
        named,
        range_of(items) if items else None,
        range_of(keys) if keys else None,
    )


def ranges_of(inputs: Sequence[Sequence[Json]]) -> list[Range]:
    """Return the range of each argument over all inputs."""
    return [range_of(column) for column in zip(*inputs, strict=True)]


def _letters(text: str) -> tuple[frozenset[str] | None, str]:
    seen = frozenset(text)
    for name, letters in _CLASSES[:3]:
        if seen and seen <= set(letters) and (len(seen) > 4 or len(text) < 8):
            return frozenset(letters), name
    if 0 < len(seen) <= _MOST_LISTED:
        shown = " ".join("space" if one == " " else f"`{one}`" for one in sorted(seen))
        return seen, f"the characters {shown}"
    for name, letters in _CLASSES:
        if seen and seen <= set(letters):
            return frozenset(letters), name
    return None, "any characters"

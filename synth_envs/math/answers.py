"""Answer types: each reads text into an exact comparable value, or refuses it.

A type is a small immutable object with `parse(text)` (a value that supports `==`, or None),
`hint` (what to ask the agent for) and, where values are built by generators, `format(value)`.
Reading is bounded in length and never evaluates anything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, Protocol

from synth_envs.math.numbers import clean_math, parse_integer, parse_number

__all__ = [
    "Answer",
    "Choice",
    "Grid",
    "Integer",
    "Labels",
    "Numbers",
    "Order",
    "Rational",
    "split_items",
]

MAX_ITEMS = 512
_MAX_TEXT = 8_192

Order = Literal["list", "multiset", "set"]


class Answer(Protocol):
    """What a family needs of its answer type."""

    @property
    def hint(self) -> str:
        """What to ask for, e.g. "an integer"."""
        ...

    def parse(self, text: str) -> Any | None:
        """The value of one candidate without decorations, or None."""
        ...


@dataclass(frozen=True)
class Integer:
    """An integer, with thousands separators allowed and, if declared, units."""

    units: Mapping[str, Fraction] = field(default_factory=dict)
    hint: str = "an integer"

    def parse(self, text: str) -> int | None:
        """The integer, or None."""
        if not self.units:
            return parse_integer(text)
        value = parse_number(text, self.units)
        return None if value is None or value.denominator != 1 else value.numerator


@dataclass(frozen=True)
class Rational:
    """An exact number: integer, decimal, fraction or mixed fraction, with declared units.

    Decimals are exact: 0.333 is not 1/3.
    """

    units: Mapping[str, Fraction] = field(default_factory=dict)
    hint: str = "an exact number (a fraction such as 7/3 if it is not whole)"

    def parse(self, text: str) -> Fraction | None:
        """The exact value, or None."""
        return parse_number(text, self.units)


@dataclass(frozen=True)
class Numbers:
    """Several exact numbers, separated by commas, semicolons, spaces or "and".

    Args:
        count: The exact number of items, or None for any number up to 512.
        order: "list" keeps order and repetition, "multiset" ignores order, "set" both.
        names: Names that may precede the items ("x = 1, y = 2"). They then may come in any order.
        integers: Refuse values that are not whole.
    """

    count: int | None = None
    order: Order = "list"
    names: tuple[str, ...] = ()
    integers: bool = True
    hint: str = "a list of integers such as 3, 1, 2"

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """The values (sorted, and without repetition for sets), or None."""
        items = split_items(text)
        if items is None or (self.count is not None and len(items) != self.count):
            return None
        if self.names and any("=" in item for item in items):
            items = self._by_name(items)
            if items is None:
                return None
        values: list[Fraction] = []
        for item in items:
            value = parse_number(item)
            if value is None or (self.integers and value.denominator != 1):
                return None
            values.append(value)
        if self.order == "list":
            return tuple(values)
        return tuple(sorted(set(values) if self.order == "set" else values))

    def _by_name(self, items: Sequence[str]) -> list[str] | None:
        pairs = [item.split("=") for item in items if item.count("=") == 1]
        lower = {name.strip().lower(): value.strip() for name, value in pairs}
        if len(lower) != len(items) or set(lower) != {name.lower() for name in self.names}:
            return None
        return [lower[name.lower()] for name in self.names]


@dataclass(frozen=True)
class Labels:
    """Several short labels (letters, digits, "_"), case-insensitive: nodes of a path, names.

    Args:
        count: The exact number of items, or None.
        order: "list", "multiset" or "set".
        options: The only labels allowed, or empty for any.
    """

    count: int | None = None
    order: Order = "list"
    options: tuple[str, ...] = ()
    hint: str = "a list such as A, C, B"

    def parse(self, text: str) -> tuple[str, ...] | None:
        """The labels in lower case (sorted unless `order` is "list"), or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = _ARROWS.sub(",", _SPACES.sub(" ", clean_math(text).lower()))
        items = split_items(text)
        if items is None or (self.count is not None and len(items) != self.count):
            return None
        items = [item.strip("'\"`") for item in items]
        if not all(_LABEL(item) for item in items):
            return None
        if self.options and not {option.lower() for option in self.options}.issuperset(items):
            return None
        if self.order == "list":
            return tuple(items)
        return tuple(sorted(set(items) if self.order == "set" else items))


@dataclass(frozen=True)
class Choice:
    """Values for named things: "Ann: knight, Bob: knave", "x1=1, x2=0", or a JSON object.

    Args:
        values: What a thing may be, case-insensitive; empty for any label or number.
        synonyms: Other words for a value, e.g. {"true": "1"}.
    """

    values: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    hint: str = "a value for each name, such as Ann: knight, Bob: knave"

    def parse(self, text: str) -> dict[str, str] | None:
        """Lower-case name -> lower-case value, or None. A name given twice is refused."""
        if len(text) > _MAX_TEXT:
            return None
        text = _SPACES.sub(" ", clean_math(text).lower()).strip()
        if text[:1] in "{[(" and text[-1:] in "}])":
            text = text[1:-1]
        found: dict[str, str] = {}
        for item in _CLAUSES.split(text):
            if not item.strip():
                continue
            match = _PAIR(item.strip())
            if match is None or len(found) > MAX_ITEMS:
                return None
            name, value = match["name"], self.synonyms.get(match["value"], match["value"])
            if name in found or (self.values and value not in self.values):
                return None
            found[name] = value
        return found or None


@dataclass(frozen=True)
class Grid:
    """A rectangular table of exact numbers: rows on lines or in brackets, or split by ";" or "/".

    Args:
        rows: The number of rows.
        columns: The number of columns.
        integers: Refuse values that are not whole (then "/" may also separate rows).
    """

    rows: int | None = None
    columns: int | None = None
    integers: bool = True
    hint: str = "the rows, one per line, with the entries separated by spaces"

    def parse(self, text: str) -> tuple[tuple[Fraction, ...], ...] | None:
        """The table, or None when it is ragged or has the wrong size."""
        if len(text) > _MAX_TEXT:
            return None
        # `\\\\` ends a row; it must go before clean_math reads its half as LaTeX spacing.
        text = _MATRIX.sub(" ", clean_math(text.replace("\\\\", ";"))).replace("&", " ").strip()
        if text.startswith("[["):
            text = text[1:].removesuffix("]")
        text = _ROW_END.sub(";", text).replace("[", "").replace("]", "")
        breaks = ";\n/|" if self.integers else ";\n"
        for mark in breaks[1:]:
            text = text.replace(mark, ";")
        table: list[tuple[Fraction, ...]] = []
        for line in text.split(";"):
            if not line.strip():
                continue
            items = split_items(line)
            if items is not None and len(items) == 1 and self.columns == len(items[0]) > 1:
                items = list(items[0])  # a row of digits without separators
            if items is None or len(table) >= MAX_ITEMS:
                return None
            values = [parse_number(item) for item in items]
            if any(v is None or (self.integers and v.denominator != 1) for v in values):
                return None
            table.append(tuple(v for v in values if v is not None))
        if not table or len({len(row) for row in table}) != 1:
            return None
        if self.rows not in (None, len(table)) or self.columns not in (None, len(table[0])):
            return None
        return tuple(table)


_LABEL = re.compile(r"[\w]{1,40}").fullmatch
# Runs of spaces are collapsed first: these expressions would be quadratic on them.
_SPACES = re.compile(r"[^\S\n]+")
_ARROWS = re.compile(r" ?(?:-{1,2}>|=>|(?<=\w)-(?=\w)) ?")
_SEPARATORS = re.compile(r"\s?[,;]\s?(?:and\s)?|\sand\s")
_CLAUSES = re.compile(r"\s?[,;\n]\s?(?:and\s)?|\sand\s")
_PAIR = re.compile(
    r"[\"']?(?P<name>\w{1,40})[\"']?\s{0,4}(?:[:=]|->|\bis\b)\s{0,4}(?:an?\s+|the\s+)?[\"']?(?P<value>-?\w{1,40})[\"']?"
).fullmatch
_MATRIX = re.compile(r"\\(?:begin|end)\{[bpvBV]?matrix\}|\\[lr]?brack")
_ROW_END = re.compile(r"\]\s*,?\s*\[")
_OPENERS = {"[": "]", "(": ")", "{": "}"}


def split_items(text: str) -> list[str] | None:
    """Split "[1, 2, 3]", "(1; 2)", "1 and 2", "{1, 2}" or "1 2 3" into its items.

    Returns:
        The items without surrounding spaces (an empty list for "[]"), or None when the text is
        too long, an item is empty or brackets do not close.
    """
    if len(text) > _MAX_TEXT:
        return None
    text = _SPACES.sub(" ", clean_math(text)).strip()
    if text[:1] in _OPENERS:
        if text[-1:] != _OPENERS[text[0]]:
            return None
        text = text[1:-1].strip()
        if not text:
            return []
    items = _SEPARATORS.split(text) if _SEPARATORS.search(text) else text.split()
    if len(items) > MAX_ITEMS or not all(items):
        return None
    return items

"""Answers that are points in the plane."""

import re
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.math.answers import split_items
from synth_envs.math.numbers import clean_math, parse_number

__all__ = ["Points"]

_MAX_TEXT = 2_000
_NAME = re.compile(r"\b[a-zA-Z][0-9']?\s*=?\s*(?=\()")
_COORDINATE = re.compile(r"\s*([xyXY])\s*=\s*").match


@dataclass(frozen=True)
class Points:
    """Points with exact coordinates: "(1, 2)", "(1/2, 3), (4, -5)", "A = (1, 2)", "x = 1, y = 2"."""

    hint: str = "the coordinates, such as (3, -1/2)"

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """All coordinates in order, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = _NAME.sub("", clean_math(text).replace("[", "(").replace("]", ")"))
        if "(" in text and not self._paired(text):
            return None
        items = split_items(text.replace("(", " ").replace(")", " ").strip())
        if items is None or len(items) % 2 or not items:
            return None
        if len(items) == 2 and "=" in text:
            names = [match[1].lower() if (match := _COORDINATE(item)) else "" for item in items]
            if sorted(names) != ["x", "y"]:
                return None
            items = [item.partition("=")[2] for _, item in sorted(zip(names, items, strict=True))]
        values = [parse_number(item) for item in items]
        return None if None in values else tuple(value for value in values if value is not None)

    @staticmethod
    def _paired(text: str) -> bool:
        """Whether brackets enclose exactly pairs, so that (1), (2) is not read as a point."""
        text = text.strip()
        if text.startswith("((") and text.endswith("))"):
            text = text[1:-1]
        depth = commas = 0
        for char in text:
            if char == "(":
                depth, commas = depth + 1, 0
            elif char == ")":
                if commas != 1:
                    return False
                depth -= 1
            elif char in ",;" and depth:
                commas += 1
            if not 0 <= depth <= 1:
                return False
            if not depth and char not in "),; and\n":
                return False
        return depth == 0

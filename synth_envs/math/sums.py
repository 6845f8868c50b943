"""The exact value of a written sum such as `( ( 4.0 - 2.0 ) + 3.0 )`, parsed and never evaluated."""

import re
from fractions import Fraction
from typing import Final

__all__ = ["value_of_sum"]

MAX_LENGTH: Final = 1_000  # [characters]
MAX_DEPTH: Final = 50
MAX_BITS: Final = 4_000

_TOKEN: Final = re.compile(r"\s*(?:([0-9]{1,50}(?:\.[0-9]{0,50})?|\.[0-9]{1,50})|([-+*/()]))")


class _NoSumError(ValueError):
    """The text is not a sum, or has no value."""


def value_of_sum(text: str) -> Fraction | None:
    """The value of a sum of decimal numbers with + - * / and brackets; None for anything else."""
    text = text.rstrip()
    if not text or len(text) > MAX_LENGTH:
        return None
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        tokens.append(match[1] or match[2])
        position = match.end()
    parser = _Parser(tokens)
    try:
        value = parser.sum(0)
    except _NoSumError:
        return None
    return value if parser.position == len(tokens) else None


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def take(self, symbols: str) -> str:
        """Takes the next token if it is one of the symbols."""
        if self.position < len(self.tokens) and self.tokens[self.position] in symbols:
            self.position += 1
            return self.tokens[self.position - 1]
        return ""

    def sum(self, depth: int) -> Fraction:
        total = self.product(depth)
        while sign := self.take("+-"):
            term = self.product(depth)
            total = _bounded(total + term if sign == "+" else total - term)
        return total

    def product(self, depth: int) -> Fraction:
        value = self.factor(depth)
        while operator := self.take("*/"):
            factor = self.factor(depth)
            if operator == "/" and not factor:
                raise _NoSumError
            value = _bounded(value * factor if operator == "*" else value / factor)
        return value

    def factor(self, depth: int) -> Fraction:
        if depth > MAX_DEPTH:
            raise _NoSumError
        if sign := self.take("+-"):
            value = self.factor(depth + 1)
            return -value if sign == "-" else value
        if self.take("("):
            value = self.sum(depth + 1)
            if not self.take(")"):
                raise _NoSumError
            return value
        if self.position == len(self.tokens) or self.tokens[self.position] in "+-*/()":
            raise _NoSumError
        self.position += 1
        return Fraction(self.tokens[self.position - 1])


def _bounded(value: Fraction) -> Fraction:
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise _NoSumError
    return value

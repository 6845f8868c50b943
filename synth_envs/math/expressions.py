"""Arithmetic expressions from text: what they are worth and which numbers they use.

A bounded recursive descent over four operations and brackets. There are no powers, functions,
names, implicit products or other notations for numbers, so the cost is bounded by the length of
the text and nothing can be smuggled in as part of a number.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.math.numbers import clean_math

__all__ = ["Arithmetic", "Expression", "parse_expression"]

_MAX_TEXT = 1_000
_MAX_TOKENS = 200
_MAX_DEPTH = 40
_MAX_DIGITS = 12
_MAX_SIGNS = 4

_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,{_MAX_DIGITS}}})"
    rf"(?:\.[0-9]{{1,{_MAX_DIGITS}}})?(?![0-9A-Za-z_.,]))"
    r"|(?P<frac>\\[dt]?frac)|(?P<mark>[-+*/()\[\]{}=]))\s*"
).match
# Only with spaces on both sides or beside a bracket: "0x1f" is no product.
_CROSS = re.compile(r"(?<=[\s)\]])[xX](?=[\s(\[])")
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True)
class Expression:
    """An arithmetic expression: its exact value and the numbers written in it, ascending."""

    value: Fraction
    numbers: tuple[Fraction, ...]


@dataclass(frozen=True)
class Arithmetic:
    """The answer type of expressions such as "(3 + 5) * 2"."""

    hint: str = "an expression with +, -, *, / and parentheses, such as (3 + 5) * 2"

    def parse(self, text: str) -> Expression | None:
        """The expression, or None."""
        return parse_expression(text)


def parse_expression(text: str) -> Expression | None:
    """Read one expression with +, -, *, / and brackets, in ASCII, Unicode or LaTeX.

    A statement of its value ("6 * 4 = 24", "24 = 6 * 4") is read as the expression if it is true.

    >>> parse_expression("(3 + 5) × 2")
    Expression(value=Fraction(16, 1), numbers=(Fraction(2, 1), Fraction(3, 1), Fraction(5, 1)))

    Returns:
        The expression; None when the text is anything else, is too long, divides by zero or
        states a wrong value.
    """
    if len(text) > _MAX_TEXT:
        return None
    tokens = _tokens(_CROSS.sub("*", clean_math(text)).strip())
    if tokens is None:
        return None
    try:
        if "=" not in tokens:
            return _Reader(tokens).read()
        at = tokens.index("=")
        left, right = _Reader(tokens[:at]).read(), _Reader(tokens[at + 1 :]).read()
    except (_RefusedError, ZeroDivisionError):
        return None
    if left.value != right.value or min(len(left.numbers), len(right.numbers)) != 1:
        return None
    return left if len(right.numbers) == 1 else right


class _RefusedError(ValueError):
    """The tokens are not an expression."""


def _tokens(text: str) -> list[str] | None:
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN(text, position)
        if match is None or len(tokens) >= _MAX_TOKENS:
            return None
        tokens.append("frac" if match["frac"] else match[0].strip())
        position = match.end()
    return tokens


class _Reader:
    """Reads tokens from left to right; one method for each level of precedence."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._next = 0
        self._depth = 0
        self._numbers: list[Fraction] = []

    def read(self) -> Expression:
        value = self._sum()
        if self._tokens[self._next]:
            raise _RefusedError
        return Expression(value, tuple(sorted(self._numbers)))

    def _take(self, *expected: str) -> str:
        """The next token if it is one of these, else ""."""
        token = self._tokens[self._next]
        if token and token in expected:
            self._next += 1
            return token
        return ""

    def _sum(self) -> Fraction:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _RefusedError
        value = self._product()
        while sign := self._take("+", "-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        self._depth -= 1
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while sign := self._take("*", "/"):
            factor = self._signed()
            value = value * factor if sign == "*" else value / factor
        return value

    def _signed(self) -> Fraction:
        negative = False
        for _ in range(_MAX_SIGNS):
            sign = self._take("+", "-")
            if not sign:
                break
            negative ^= sign == "-"
        value = self._atom()
        return -value if negative else value

    def _atom(self) -> Fraction:
        if opening := self._take("(", "["):
            return self._group(_CLOSING[opening])
        if self._take("frac"):
            parts = []
            for _ in range(2):
                if not self._take("{"):
                    raise _RefusedError
                parts.append(self._group("}"))
            return parts[0] / parts[1]
        token = self._tokens[self._next]
        if not token[:1].isdigit():
            raise _RefusedError
        self._next += 1
        value = Fraction(token.replace(",", ""))
        self._numbers.append(value)
        return value

    def _group(self, closing: str) -> Fraction:
        value = self._sum()
        if not self._take(closing):
            raise _RefusedError
        return value

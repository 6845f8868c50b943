"""Sums as people type them, worked out exactly and without evaluating any code."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["worked_out"]

_LONGEST, _DEEPEST, _DIGITS = 200, 20, 30
_TOKEN = re.compile(r" *([0-9]{1,15}(?:\.[0-9]{1,9})?|[-+*/()])")


def worked_out(text: str) -> str:
    """Return the value of a sum of decimal numbers with + - * / and brackets, to the hundredth.

    >>> worked_out("3131.1 + 4777.75 + 367.38"), worked_out("-(2 - 5) * 1.5 / 4")
    ('8276.23', '1.12')

    Raises:
        ValueError: It is no such sum, too long, too deep or too large, or divides by zero.
    """
    if len(text) > _LONGEST:
        msg = f"longer than {_LONGEST} characters"
        raise ValueError(msg)
    tokens, place, plain = [], 0, text.rstrip()
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if found is None:
            msg = f"unexpected {plain[place]!r}"
            raise ValueError(msg)
        tokens.append(found[1])
        place = found.end()
    sum_ = _Sum(tokens)
    value = sum_.terms(0)
    if sum_.place != len(tokens):
        msg = f"unexpected {tokens[sum_.place]!r}"
        raise ValueError(msg)
    if abs(value) >= 10**_DIGITS:
        msg = "too large"
        raise ValueError(msg)
    cents = round(value * 100)
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


class _Sum:
    """A parser by recursive descent; bounded since its text is."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def terms(self, depth: int) -> Fraction:
        value = self._factors(depth)
        while (sign := self._next()) in ("+", "-") and sign:
            self.place += 1
            term = self._factors(depth)
            value = value + term if sign == "+" else value - term
        return value

    def _factors(self, depth: int) -> Fraction:
        value = self._atom(depth)
        while (sign := self._next()) in ("*", "/") and sign:
            self.place += 1
            factor = self._atom(depth)
            if sign == "/" and not factor:
                msg = "division by zero"
                raise ValueError(msg)
            value = value * factor if sign == "*" else value / factor
        return value

    def _atom(self, depth: int) -> Fraction:
        if depth > _DEEPEST:
            msg = "too deep"
            raise ValueError(msg)
        token = self._next()
        self.place += 1
        if token == "-":  # noqa: S105 - a sign
            return -self._atom(depth + 1)
        if token == "(":  # noqa: S105 - a bracket
            value = self.terms(depth + 1)
            if self._next() != ")":
                msg = "a bracket is not closed"
                raise ValueError(msg)
            self.place += 1
            return value
        if not token or not token[0].isdecimal():
            msg = f"expected a number, got {token or 'the end'!r}"
            raise ValueError(msg)
        return Fraction(token)

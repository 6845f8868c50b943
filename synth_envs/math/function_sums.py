"""Sums of c * x^n * f(kx + b) with f one of sin, cos, exp and ln: what derivatives look like.

A bounded recursive reader multiplies brackets out into a normal form; products of two functions
and powers of functions are refused. Nothing is ever evaluated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from synth_envs.math.polynomials import DIVISOR, MAX_DEGREE, NUMBER, read_number, tidy_formula

__all__ = ["FunctionSum", "FunctionTerms", "Key", "function_text", "parse_function_sum"]

# Whole numbers stay int: they are several times faster, and equal to and hashed like fractions.
Exact: TypeAlias = int | Fraction
# (n, f, k, b) stands for x^n * f(k*x + b); f is "" for a plain power, and then k = b = 0.
Key: TypeAlias = tuple[int, str, Exact, Exact]
FunctionTerms: TypeAlias = dict[Key, Exact]

_MAX_TEXT = 2_048
_MAX_DEPTH = 6
_MAX_WORK = 2_000
_MAX_BITS = 512

_ONE: Key = (0, "", 0, 0)
_X: Key = (1, "", 0, 0)

_FUNCTION = re.compile(r"\\?(sin|cos|exp|ln|log)").match
_NATURAL_POWER = re.compile(r"e(?:\^|\*\*)(?=[-({x])").match
_NUMBER = re.compile(NUMBER).match
_POWER = re.compile(
    r"x(?:(?:\^|\*\*)(?:(?P<bare>-?[0-9]{1,2})|\{(?P<brace>-?[0-9]{1,2})\}|\((?P<round>-?[0-9]{1,2})\)))?"
).match
_BARE_ARGUMENT = re.compile(rf"(?P<num>{DIVISOR})?\*?x(?![\^/]|\*\*)").match
_BARE_EXPONENT = re.compile(r"(?P<minus>-?)x(?!\^|\*\*)").match
_FRACTION = re.compile(r"\\[dt]?frac").match
_TWO_DIGITS = re.compile(r"[0-9]{2}").match
_CLOSING = {"(": ")", "{": "}", "[": "]", "|": "|"}


class _RefusedError(ValueError):
    """The text is not such a sum, or costs too much to read."""


class _Reader:
    """Reads one tidy formula; `_position` is where it stands and `_work` what it has cost."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._work = 0

    def whole(self) -> FunctionTerms:
        """The whole text as one sum."""
        terms = self._sum(0)
        if self._position != len(self._text):
            raise _RefusedError
        return terms

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _sum(self, depth: int) -> FunctionTerms:
        if depth > _MAX_DEPTH:
            raise _RefusedError
        total: FunctionTerms = {}
        while True:
            negative, signs = 0, 0
            while (char := self._peek()) and char in "+-" and signs < 2:
                negative += char == "-"
                signs += 1
                self._position += 1
            for key, value in self._product(depth).items():
                total[key] = self._checked(total.get(key, 0) + (-value if negative % 2 else value))
            if self._peek() not in ("+", "-"):
                return {key: value for key, value in total.items() if value}

    def _product(self, depth: int) -> FunctionTerms:
        product = self._factor(depth)
        while True:
            char = self._peek()
            if char in ("", "+", "-", ")", "}", "]", "|"):
                return product
            if char == "/":
                self._position += 1
                product = self._times(product, _reciprocal(self._divisor(depth)))
                continue
            if char == "*":
                self._position += 1
            elif char.isdigit() or char == ".":  # "x2" is no product
                raise _RefusedError
            product = self._times(product, self._factor(depth))

    def _divisor(self, depth: int) -> FunctionTerms:
        if _NUMBER(self._text, self._position) or self._peek() in ("x", "("):
            return self._factor(depth)
        raise _RefusedError

    def _factor(self, depth: int) -> FunctionTerms:
        text, position = self._text, self._position
        if match := _NUMBER(text, position):
            self._position = match.end()
            digits = match[0]
            return {_ONE: int(digits) if digits.isdecimal() else read_number(digits)}
        if match := _POWER(text, position):
            self._position = match.end()
            power = int(match["bare"] or match["brace"] or match["round"] or 1)
            if abs(power) > MAX_DEGREE:
                raise _RefusedError
            return {(power, "", 0, 0): 1}
        if match := _FUNCTION(text, position):
            self._position = match.end()
            return self._function(match[1], depth)
        if match := _NATURAL_POWER(text, position):
            self._position = match.end()
            return self._exponential(depth)
        if match := _FRACTION(text, position):
            self._position = match.end()
            return self._fraction(depth)
        if self._peek() in ("(", "["):
            group = self._group(depth)
            if self._peek() == "^" or text.startswith("**", self._position):
                raise _RefusedError
            return group
        raise _RefusedError

    def _group(self, depth: int) -> FunctionTerms:
        closing = _CLOSING.get(self._peek())
        if closing is None:
            raise _RefusedError
        self._position += 1
        inner = self._sum(depth + 1)
        if self._peek() != closing:
            raise _RefusedError
        self._position += 1
        return inner

    def _fraction(self, depth: int) -> FunctionTerms:
        if match := _TWO_DIGITS(self._text, self._position):
            self._position = match.end()
            above: FunctionTerms = {_ONE: int(match[0][0])}
            below: FunctionTerms = {_ONE: int(match[0][1])}
        else:
            above, below = self._group(depth), self._group(depth)
        return self._times(above, _reciprocal(below))

    def _function(self, name: str, depth: int) -> FunctionTerms:
        name = "ln" if name == "log" else name
        opening = self._peek()
        if opening in ("(", "{", "[") or (opening == "|" and name == "ln"):
            return _applied(name, self._group(depth))
        if _FRACTION(self._text, self._position):
            return _applied(name, self._factor(depth))
        match = _BARE_ARGUMENT(self._text, self._position)
        if match is None:
            raise _RefusedError
        self._position = match.end()
        return _applied(name, {_X: int(match["num"] or 1)})

    def _exponential(self, depth: int) -> FunctionTerms:
        if match := _BARE_EXPONENT(self._text, self._position):
            self._position = match.end()
            return _applied("exp", {_X: -1 if match["minus"] else 1})
        return _applied("exp", self._group(depth))

    def _times(self, left: FunctionTerms, right: FunctionTerms) -> FunctionTerms:
        self._work += len(left) * len(right)
        if self._work > _MAX_WORK:
            raise _RefusedError
        product: FunctionTerms = {}
        for (n, f, k, b), value in left.items():
            for (m, g, j, c), other in right.items():
                if (f and g) or abs(n + m) > MAX_DEGREE:
                    raise _RefusedError
                key = (n + m, f, k, b) if f else (n + m, g, j, c)
                product[key] = self._checked(product.get(key, 0) + value * other)
        return product

    @staticmethod
    def _checked(value: Exact) -> Exact:
        if value.numerator.bit_length() + value.denominator.bit_length() > _MAX_BITS:
            raise _RefusedError
        return value


def _reciprocal(terms: FunctionTerms) -> FunctionTerms:
    """One over a single power of x."""
    if len(terms) != 1:
        raise _RefusedError
    ((power, name, _, _), value) = next(iter(terms.items()))
    if name or not value:
        raise _RefusedError
    return {(-power, "", 0, 0): Fraction(1) / value}


def _applied(name: str, argument: FunctionTerms) -> FunctionTerms:
    """A function of k*x + b; sin and cos of a falling argument are turned round."""
    slope = argument.pop(_X, 0)
    shift = argument.pop(_ONE, 0)
    if argument or not slope:
        raise _RefusedError
    sign = 1
    if slope < 0 and name in ("sin", "cos"):
        slope, shift = -slope, -shift
        sign = -1 if name == "sin" else 1
    return {(0, name, slope, shift): sign}


def parse_function_sum(text: str) -> FunctionTerms | None:
    r"""Read a sum such as "3x^2 sin(2x) - e^{-x}/2 + \ln x"; log is the natural logarithm.

    Returns:
        (n, f, k, b) -> c for the terms c * x^n * f(k*x + b), or None when the text is not exactly
        such a sum or is too long or too deeply nested.
    """
    if len(text) > _MAX_TEXT:
        return None
    formula = tidy_formula(text)
    if not formula:
        return None
    try:
        return _Reader(formula.replace("\\mathrm{e}", "e")).whole()
    except _RefusedError:
        return None


@dataclass(frozen=True)
class FunctionSum:
    """A sum of powers of x times at most one of sin, cos, exp and ln of k*x + b."""

    hint: str = "a formula in x such as 2*x*sin(3*x) + exp(x)"

    def parse(self, text: str) -> FunctionTerms | None:
        """(n, f, k, b) -> coefficient without zeros, or None."""
        return parse_function_sum(text)

    def format(self, value: Mapping[Key, Exact]) -> str:
        """The text of a parsed value."""
        return function_text(value)


def function_text(terms: Mapping[Any, Exact]) -> str:
    """Write (n, f, k, b) -> c as "2*x*sin(3*x) - 1/x", in the order of the mapping; any exact n, k, b."""
    text = ""
    for (power, name, slope, shift), value in terms.items():
        if not value:
            continue
        if value < 0:
            text += " - " if text else "-"
        elif text:
            text += " + "
        factors = []
        if abs(value) != 1:
            factors.append(str(abs(value)))
        if power > 0:
            factors.append("x" if power == 1 else f"x^{power}")
        if name:
            factors.append(f"{name}({argument_text(slope, shift)})")
        text += "*".join(factors) or "1"
        if power < 0:
            text += "/x" if power == -1 else f"/x^{-power}"
    return text or "0"


def argument_text(slope: Exact, shift: Exact) -> str:
    """Write k*x + b."""
    text = "x" if slope == 1 else "-x" if slope == -1 else f"{slope}*x"
    if shift:
        text += f" + {shift}" if shift > 0 else f" - {-shift}"
    return text

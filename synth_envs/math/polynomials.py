"""Polynomials in one variable, read from text as flat sums of terms.

A product of sums is refused, so that echoing "(x + 1)*(x - 2)" never passes for its expansion.
Bounded regular expressions only: nothing is ever evaluated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

from synth_envs.math.answers import Numbers
from synth_envs.math.numbers import clean_math

__all__ = [
    "DIVISOR",
    "MAX_DEGREE",
    "NUMBER",
    "Polynomial",
    "Roots",
    "evaluate",
    "interpolate",
    "multiply",
    "parse_polynomial",
    "polynomial_text",
    "read_number",
    "romberg",
    "tidy_formula",
]

MAX_DEGREE = 64
MAX_TERMS = 128
_MAX_TEXT = 4_096

_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,12}|[0-9]{1,60})"
NUMBER = rf"(?:{_WHOLE}(?:\.[0-9]{{1,60}})?|\.[0-9]{{1,60}})"
DIVISOR = r"[0-9]{1,60}"

_SPLIT_NUMBER = re.compile(r"[0-9.,] [0-9.,]|[⁰¹²³⁴⁵⁶⁷⁸⁹][0-9]").search
_NAME = re.compile(
    r"(?:(?P<bare>[a-z])|[a-z](?:'{1,3}|\^\{\\prime\})?\([a-z]\)|[a-z]'{1,3}"
    r"|d[a-z]/d[a-z]|\\[dt]?frac\{d[a-z]\}\{d[a-z]\})="
).match
_CONSTANT = re.compile(r"[+-](?:[ck]|const|constant|\\(?:text|mathrm)\{[ck]\})$").search


def tidy_formula(text: str, variable: str = "x") -> str | None:
    """A formula in lower case, without spaces, typography and a leading "f(x) =".

    Returns:
        The formula, or None when it is too long or a space splits a number.
    """
    if len(text) > _MAX_TEXT or _SPLIT_NUMBER(text):
        return None
    text = " ".join(clean_math(text).lower().split())
    if _SPLIT_NUMBER(text):
        return None
    text = text.replace(" ", "")
    head = _NAME(text) if "=" in text else None
    return text[head.end() :] if head and head["bare"] != variable else text


@cache
def _term(variable: str) -> re.Pattern[str]:
    """One term after its sign: a coefficient, a power and a divisor, each optional."""

    def power(tag: str) -> str:
        return (
            rf"(?P<{tag}>{variable})(?:(?:\^|\*\*)(?:(?P<{tag}1>[0-9]{{1,2}})"
            rf"|\{{(?P<{tag}2>[0-9]{{1,2}})\}}|\((?P<{tag}3>[0-9]{{1,2}})\)))?"
        )

    return re.compile(
        r"(?P<sign>[+-]{0,2})"
        rf"(?:(?P<num>{NUMBER})(?:/(?P<den>{DIVISOR}))?"
        rf"|\((?P<inner>-?)(?P<pnum>{NUMBER})(?:/(?P<pden>{DIVISOR}))?\)"
        rf"|\\[dt]?frac(?:(?P<f1>[0-9])(?P<f2>[0-9])"
        rf"|\{{(?P<above>-?)(?P<fnum>{NUMBER})?(?:(?:(?<=[0-9])\*)?{power('t')})?\}}"
        rf"\{{(?P<fden>{DIVISOR})\}})"
        rf"|(?={variable}))"
        rf"(?:\*?{power('x')})?"
        rf"(?:/(?P<over>{DIVISOR}))?"
    )


def parse_polynomial(text: str, variable: str = "x") -> dict[int, Fraction] | None:
    """Read a flat sum of terms such as "3x^2 - 2*x + 1/2".

    Coefficients are integers, decimals or fractions; powers are written ^, ** or as superscripts;
    like terms add up. "1/2x" is half of x.

    Args:
        text: What to read, without decorations.
        variable: The name of the unknown, one lower-case letter; upper case is read as well.

    Returns:
        Exponent -> coefficient without zeros, or None when the text is not exactly that.
    """
    formula = tidy_formula(text, variable)
    return None if formula is None else _read_sum(formula, variable)


def _read_sum(formula: str, variable: str) -> dict[int, Fraction] | None:
    match_term = _term(variable).match
    terms: dict[int, Fraction] = {}
    position = 0
    for _ in range(MAX_TERMS):
        match = match_term(formula, position)
        if match is None or (position and not match["sign"]):
            return None
        read = _read_term(match)
        if read is None:
            return None
        exponent, coefficient = read
        if exponent in terms:
            coefficient += terms[exponent]
        terms[exponent] = coefficient
        position = match.end()
        if position == len(formula):
            return {exponent: value for exponent, value in terms.items() if value}
    return None


def _read_term(match: re.Match[str]) -> tuple[int, Fraction] | None:
    """The exponent and the coefficient of one term, or None."""
    group = match.groupdict()
    negative = group["sign"].count("-")
    number = group["num"] or group["pnum"] or group["f1"] or group["fnum"]
    divisors = [
        d for d in (group["den"], group["pden"], group["f2"], group["fden"], group["over"]) if d
    ]
    if len(divisors) > 1 or (group["t"] and group["x"]):
        return None
    if number is None and not (group["t"] or group["x"]):
        return None
    if group["inner"] or group["above"]:
        negative += 1
    power = group["t"] or group["x"]
    digits = (group["t1"] or group["t2"] or group["t3"]) if group["t"] else None
    digits = digits or group["x1"] or group["x2"] or group["x3"]
    exponent = (int(digits) if digits else 1) if power else 0
    divisor = int(divisors[0]) if divisors else 1
    if exponent > MAX_DEGREE or divisor == 0:
        return None
    value = Fraction(1) if number is None else read_number(number)
    if divisor != 1:
        value /= divisor
    return exponent, -value if negative % 2 else value


def read_number(digits: str) -> Fraction:
    """The value of a text that matches `NUMBER`."""
    whole, _, part = digits.replace(",", "").partition(".")
    return Fraction(int(whole + part), 10 ** len(part)) if part else Fraction(int(whole))


@dataclass(frozen=True)
class Polynomial:
    """An expanded polynomial with exact coefficients.

    Args:
        variable: One lower-case letter.
        up_to_constant: Read an antiderivative: "+ C" and the constant term are ignored.
    """

    variable: str = "x"
    up_to_constant: bool = False
    hint: str = "an expanded polynomial such as 3*x^2 - 2*x + 1/2"

    def parse(self, text: str) -> dict[int, Fraction] | None:
        """Exponent -> coefficient without zeros, or None."""
        formula = tidy_formula(text, self.variable)
        if formula is None:
            return None
        if self.up_to_constant:
            end = _CONSTANT(formula)
            formula = formula[: end.start()] if end else formula
        terms = _read_sum(formula, self.variable)
        if terms and self.up_to_constant:
            terms.pop(0, None)
        return terms

    def format(self, value: Mapping[int, Fraction]) -> str:
        """The text of exponent -> coefficient, highest power first."""
        coefficients = [value.get(i, 0) for i in range(max(value, default=0) + 1)]
        return polynomial_text(coefficients, self.variable)


_ROOT_NAME = re.compile(r"(?<![a-z\\])[a-z](?:_?[0-9]|_\{[0-9]\})?\s{0,4}=\s{0,4}")


@dataclass(frozen=True)
class Roots:
    """Exact roots in any order, a repeated root repeated: "2, -1/3", "x = 2 or x = -1/3".

    Args:
        count: The exact number of roots, or None.
    """

    count: int | None = None
    hint: str = "the roots separated by commas, such as 2, -1/3"

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """The roots in ascending order, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = _ROOT_NAME.sub("", " ".join(text.lower().split())).replace(" or ", ", ")
        return Numbers(self.count, "multiset", integers=False).parse(text)


def polynomial_text(coefficients: Sequence[int | Fraction], variable: str = "x") -> str:
    """Write coefficients (lowest power first) as "3*x^2 - x + 1/2", highest power first."""
    text = ""
    for exponent in range(len(coefficients) - 1, -1, -1):
        value = coefficients[exponent]
        if not value:
            continue
        if value < 0:
            text += " - " if text else "-"
            value = -value
        elif text:
            text += " + "
        if exponent == 0:
            text += str(value)
            continue
        if value != 1:
            text += f"{value}*"
        text += variable if exponent == 1 else f"{variable}^{exponent}"
    return text or "0"


def multiply(left: Sequence[int], right: Sequence[int]) -> list[int]:
    """The product of two polynomials, lowest power first."""
    product = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right, i):
            product[j] += a * b
    return product


def evaluate(terms: Mapping[int, Fraction], point: int | Fraction) -> Fraction:
    """The value at an exact point."""
    return sum((value * point**exponent for exponent, value in terms.items()), Fraction(0))


def interpolate(values: Sequence[Fraction]) -> list[Fraction]:
    """The polynomial of least degree with these values at 0, 1, 2, ..., lowest power first."""
    differences = list(values)
    result: list[Fraction] = [Fraction(0)] * len(values)
    basis = [Fraction(1)]  # x*(x - 1)*...*(x - k + 1) / k!
    for k in range(len(values)):
        for i, coefficient in enumerate(basis):
            result[i] += differences[0] * coefficient
        differences = [b - a for a, b in pairwise(differences)]
        shifted = [Fraction(0), *basis]
        for i, coefficient in enumerate(basis):
            shifted[i] -= k * coefficient
        basis = [coefficient / (k + 1) for coefficient in shifted]
    return result


def romberg(terms: Mapping[int, Fraction], low: Fraction, high: Fraction) -> Fraction:
    """The exact integral: trapezoid sums of halved steps, extrapolated until the error is zero."""
    width = high - low
    row = [(evaluate(terms, low) + evaluate(terms, high)) * width / 2]
    # k extrapolations are exact up to degree 2k + 1.
    for k in range(1, max(terms, default=0) // 2 + 1):
        steps = 2**k
        inner = sum(
            (evaluate(terms, low + width * i / steps) for i in range(1, steps, 2)), Fraction(0)
        )
        new = [row[0] / 2 + inner * width / steps]
        for j, previous in enumerate(row, 1):
            new.append(new[-1] + (new[-1] - previous) / (4**j - 1))
        row = new
    return row[-1]

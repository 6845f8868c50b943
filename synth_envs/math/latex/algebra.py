"""Exact algebra behind the answer comparer: rational functions over Q with a bounded cost.

A polynomial maps monomials to rational coefficients; a monomial maps atoms to exponents. Atoms are
variables, the constants pi, e and i, fractional powers of primes, and opaque terms such as `sin(x)`
or `sqrt(x + 1)`. Powers of primes are kept with exponents in (0, 1): products of such powers with
different exponents are linearly independent over Q (Besicovitch 1940), also beside i, so that a sum
of roots is zero exactly when every coefficient is. Exponents may be negative, hence only sums ever
stand in a denominator, and two quotients are compared by cross multiplication.

Every operation draws on the budget of its `Ring`: an expression that grows too large raises
`TooComplex` within milliseconds, whatever it looks like.
"""

from fractions import Fraction
from itertools import islice
from math import gcd, lcm
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = [
    "ONE",
    "PI",
    "ZERO",
    "Atom",
    "E",
    "Frozen",
    "I",
    "Monomial",
    "Poly",
    "Ratio",
    "Rational",
    "Refused",
    "Ring",
    "TooComplex",
    "atom_ratio",
    "monomial_text",
    "poly_text",
    "rational_value",
    "variable",
]

MAX_BITS: Final = 1_329  # 400 decimal digits
MAX_TERMS: Final = 400
MAX_EXPONENT: Final = 10_000
MAX_ATOM_TEXT: Final = 2_000  # [characters] nested opaque terms repeat their argument's text
BUDGET: Final = 3_000  # about twice as many term products, or 10 ms


class TooComplex(ValueError):  # noqa: N818 - a refusal, not a fault
    """A bound was hit (length, nesting, exponent, digits or terms): not to be passed on."""

    def __str__(self) -> str:
        """Say what happened; which bound it was is the parser's business."""
        return "the answer exceeds a bound of the parser"


class Refused(ValueError):  # noqa: N818 - as above
    """The text is outside the grammar or has no value (such as a division by zero)."""


Rational: TypeAlias = int | Fraction


class Atom(NamedTuple):
    """An indivisible factor. `text` identifies it within its kind and fixes every ordering."""

    kind: str  # "var", "const", "prime", "root", "power" or "fn"
    text: str
    degree: int = 0  # the prime itself, or n of an n-th root
    radicand: frozenset[tuple[Any, Rational]] | None = None


Monomial: TypeAlias = frozenset[tuple[Atom, Rational]]
Poly: TypeAlias = dict[Monomial, Rational]  # never changed once built; no zero coefficients
Frozen: TypeAlias = frozenset[tuple[Monomial, Rational]]


class Ratio(NamedTuple):
    """A quotient of two polynomials; the denominator is never zero."""

    num: Poly
    den: Poly


UNIT: Final[Monomial] = frozenset()
POLY_ONE: Final[Poly] = {UNIT: 1}
ZERO: Final = Ratio({}, POLY_ONE)
ONE: Final = Ratio(POLY_ONE, POLY_ONE)
PI: Final = Atom("const", "#pi")
E: Final = Atom("const", "#e")
I: Final = Atom("const", "#i")  # noqa: E741 - the name mathematics gives it


def atom_ratio(atom: Atom, exponent: Rational = 1) -> Ratio:
    """The atom, raised to `exponent`, as a value."""
    return Ratio({frozenset({(atom, exponent)}): 1}, POLY_ONE)


def variable(name: str) -> Ratio:
    """The variable `name` as a value."""
    return atom_ratio(Atom("var", name))


def rational_value(value: Ratio) -> Rational | None:
    """The value as a rational number, or None where it is not visibly one."""
    if not value.num:
        return 0
    if value.den == POLY_ONE and len(value.num) == 1:
        return value.num.get(UNIT)
    return None


def monomial_text(monomial: Monomial) -> str:
    """A text that two monomials share only if they are equal."""
    return "*".join(sorted(f"{atom.text}^{exponent}" for atom, exponent in monomial))


def poly_text(poly: Poly) -> str:
    """A text that two polynomials share only if they are equal."""
    return "+".join(sorted(f"{c}*{monomial_text(m)}" for m, c in poly.items()))


def checked(value: Rational) -> Rational:
    """The number in lowest form (int where integral), refused beyond 400 digits."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            value = value.numerator
        elif value.denominator.bit_length() > MAX_BITS:
            raise TooComplex  # a denominator exceeds 400 digits
    if value.numerator.bit_length() > MAX_BITS:
        raise TooComplex  # a number exceeds 400 digits
    return value


def content(poly: Poly) -> Rational:
    """The positive rational that divides every coefficient, leaving coprime integers."""
    top, bottom = 0, 1
    for c in poly.values():
        top = gcd(top, c.numerator)
        bottom = checked(lcm(bottom, c.denominator)).numerator
    return checked(Fraction(top, bottom))


class Ring:
    """Arithmetic with a budget. One ring serves one parse or one comparison."""

    __slots__ = ("_budget",)

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget

    def spend(self, amount: int) -> None:
        """Draws on the budget; raises `TooComplex` when it is used up."""
        self._budget -= amount
        if self._budget < 0:
            raise TooComplex  # the expression needs too many operations

    # Polynomials

    def poly_add(self, p: Poly, q: Poly) -> Poly:
        """The sum of p and q."""
        self.spend(1 + len(q) // 4)
        out = dict(p)
        for monomial, c in q.items():
            total = out.get(monomial, 0) + c
            if total:
                out[monomial] = checked(total)
            else:
                del out[monomial]
        if len(out) > MAX_TERMS:
            raise TooComplex  # the expression has too many terms
        return out

    def poly_scale(self, p: Poly, factor: Rational) -> Poly:
        """The polynomial times a nonzero rational number."""
        self.spend(1 + len(p) // 4)
        return {monomial: checked(c * factor) for monomial, c in p.items()}

    def poly_multiply(self, p: Poly, q: Poly) -> Poly:
        """The product of p and q."""
        if not p or not q:
            return {}
        if p == POLY_ONE:
            return q
        if q == POLY_ONE:
            return p
        self.spend(len(p) * len(q) * (1 + _weight(p) + _weight(q)) // 2)
        out: Poly = {}
        for m1, c1 in p.items():
            for m2, c2 in q.items():
                factor, monomial, roots = _join(m1, m2)
                term: Poly = {monomial: checked(c1 * c2 * factor)}
                for radicand, times in roots:
                    term = self.poly_multiply(term, self.poly_power(radicand, times))
                for m, c in term.items():
                    total = out.get(m, 0) + c
                    if total:
                        out[m] = checked(total)
                    else:
                        del out[m]
            if len(out) > MAX_TERMS:
                raise TooComplex  # the expression has too many terms
        return out

    def poly_power(self, p: Poly, k: int) -> Poly:
        """Raise p to the power k >= 0. Sums are multiplied one by one: that keeps the factors sparse."""
        out = POLY_ONE
        if len(p) > 1:
            for _ in range(k):
                out = self.poly_multiply(out, p)
            return out
        square = p
        while k:
            if k & 1:
                out = self.poly_multiply(out, square)
            k >>= 1
            if k:
                square = self.poly_multiply(square, square)
        return out

    # Quotients

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        """The sum of a and b."""
        if a.den == b.den:
            num, den = self.poly_add(a.num, b.num), a.den
        else:
            left = self.poly_multiply(a.num, b.den)
            num = self.poly_add(left, self.poly_multiply(b.num, a.den))
            den = self.poly_multiply(a.den, b.den)
        return self._fold(Ratio(num, den)) if num else ZERO

    def scale(self, a: Ratio, factor: Rational) -> Ratio:
        """The value times a rational number."""
        return Ratio(self.poly_scale(a.num, factor), a.den) if factor else ZERO

    def subtract(self, a: Ratio, b: Ratio) -> Ratio:
        """The difference of a and b."""
        return self.add(a, self.scale(b, -1))

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        """The product of a and b."""
        if not a.num or not b.num:
            return ZERO
        num = self.poly_multiply(a.num, b.num)
        den = self.poly_multiply(a.den, b.den)
        return self._fold(Ratio(num, den)) if num else ZERO

    def divide(self, a: Ratio, b: Ratio) -> Ratio:
        """The quotient of a and b."""
        if not b.num:
            raise Refused  # division by zero
        return self.multiply(a, self._fold(Ratio(b.den, b.num)))

    def integer_power(self, a: Ratio, k: int) -> Ratio:
        """Raise a to the integer power k, whose size the caller has bounded."""
        if k < 0:
            return self.integer_power(self.divide(ONE, a), -k)
        return Ratio(self.poly_power(a.num, k), self.poly_power(a.den, k))

    def _fold(self, a: Ratio) -> Ratio:
        """Moves a denominator of one term into the numerator."""
        if len(a.den) != 1 or a.den == POLY_ONE:
            if not a.den:  # opaque roots such as sqrt(x^2) - x make zero divisors possible
                raise Refused  # division by zero
            return a
        ((monomial, c),) = a.den.items()
        factor: Rational = Fraction(1) / c
        exponents: dict[Atom, Rational] = {}
        den = POLY_ONE
        for atom, exponent in monomial:
            if atom.kind == "prime":  # p^-q = p^(1-q) / p
                exponents[atom] = 1 - exponent
                factor = Fraction(factor) / atom.degree
            elif atom.kind == "root" and atom.radicand is not None:
                exponents[atom] = atom.degree - exponent
                den = self.poly_multiply(den, dict(atom.radicand))
            elif atom == I:
                exponents[atom] = 1
                factor = -factor
            else:
                exponents[atom] = -exponent
        inverse: Poly = {frozenset(exponents.items()): checked(factor)}
        num = self.poly_multiply(a.num, inverse)
        return self._fold(Ratio(num, den))

    def canonical(self, a: Ratio) -> Ratio:
        """The same value with a normalised denominator; unique where that is 1."""
        if not a.num:
            return ZERO
        a = self._fold(a)
        if a.den == POLY_ONE:
            return a
        shift: dict[Atom, Rational] = {}
        for atom in {atom for monomial in a.den for atom, _ in monomial}:
            if atom.kind in {"var", "power"} or atom in (PI, E):
                least = min(dict(monomial).get(atom, 0) for monomial in a.den)
                if least:
                    shift[atom] = -least
        if shift:
            step: Poly = {frozenset(shift.items()): 1}
            a = Ratio(self.poly_multiply(a.num, step), self.poly_multiply(a.den, step))
        lead = a.den[max(a.den, key=monomial_text)]
        inverse = checked(Fraction(1) / lead)
        return Ratio(self.poly_scale(a.num, inverse), self.poly_scale(a.den, inverse))

    def text(self, a: Ratio) -> str:
        """A text for use in an atom; equal texts mean equal values."""
        a = self.canonical(a)
        out = (
            poly_text(a.num) if a.den == POLY_ONE else f"({poly_text(a.num)})/({poly_text(a.den)})"
        )
        if len(out) > MAX_ATOM_TEXT:
            raise TooComplex  # an argument is too long
        self.spend(len(out) // 64)
        return out


def _weight(p: Poly) -> int:
    """What a product with a typical term costs: more for fractions, roots, many atoms."""
    ((monomial, c),) = islice(p.items(), len(p) // 2, len(p) // 2 + 1)
    slow = 2 * isinstance(c, Fraction) + any(atom.kind == "prime" for atom, _ in monomial)
    return slow + len(monomial) // 3 + (c.numerator * c.denominator).bit_length() // 256


def _join(m1: Monomial, m2: Monomial) -> tuple[Rational, Monomial, list[tuple[Poly, int]]]:
    """The product of two monomials as (number, monomial, radicands with their powers)."""
    roots: list[tuple[Poly, int]] = []
    if not m1:
        return 1, m2, roots
    if not m2:
        return 1, m1, roots
    factor: Rational = 1
    merged = dict(m1)
    for atom, exponent in m2:
        if atom not in merged:
            merged[atom] = exponent
            continue
        total = merged[atom] + exponent
        if atom.kind == "prime":
            whole = int(total // 1)
            factor *= atom.degree**whole
            total -= whole
        elif atom.kind == "root" and atom.radicand is not None:
            times = int(total) // atom.degree
            if times:
                roots.append((dict(atom.radicand), times))
                total -= times * atom.degree
        elif atom == I:  # i only ever has exponent 1
            factor, total = -factor, 0
        if not -MAX_EXPONENT <= total <= MAX_EXPONENT:
            raise TooComplex  # an exponent is too large
        if total:
            merged[atom] = checked(total)
        else:
            del merged[atom]
    return factor, frozenset(merged.items()), roots

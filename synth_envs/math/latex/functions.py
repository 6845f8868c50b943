"""Roots, powers, logarithms and other functions over the exact algebra of `algebra.py`.

Each function returns the value of an identity that always holds for real arguments, or an opaque
atom where none applies: two values that compare equal are equal, while two opaque values that
compare different may still be equal (see `values.is_complete`).
"""

from fractions import Fraction
from functools import cache
from math import comb, factorial, isqrt
from typing import Final

from synth_envs.math.latex.algebra import (
    MAX_BITS,
    MAX_EXPONENT,
    POLY_ONE,
    UNIT,
    ZERO,
    Atom,
    E,
    I,
    Monomial,
    Poly,
    Ratio,
    Rational,
    Refused,
    Ring,
    TooComplex,
    atom_ratio,
    checked,
    content,
    monomial_text,
    rational_value,
)
from synth_envs.math.latex.algebra import ONE as RATIO_ONE
from synth_envs.math.latex.algebra import PI as PI_ATOM

__all__ = [
    "absolute",
    "binomial",
    "factorial_of",
    "logarithm",
    "number",
    "opaque",
    "power",
    "root",
]

MAX_POWER: Final = 64  # of sums, and in fractional exponents
MAX_TERM_POWER: Final = 1_000  # of single terms, whose digits are bounded separately
MAX_FACTORIAL: Final = 200
SMALL_PRIMES: Final = 10_000


def number(value: Rational) -> Ratio:
    """A rational number as a value."""
    value = checked(value)
    return Ratio({UNIT: value}, POLY_ONE) if value else ZERO


def opaque(ring: Ring, name: str, *arguments: Ratio) -> Ratio:
    """The term `name(arguments)`, about which nothing is known but its arguments."""
    inner = ",".join(ring.text(argument) for argument in arguments)
    return atom_ratio(Atom("fn", f"{name}({inner})"))


@cache
def _primes() -> tuple[int, ...]:
    sieve = bytearray([1]) * SMALL_PRIMES
    sieve[0:2] = b"\0\0"
    for n in range(2, isqrt(SMALL_PRIMES) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, SMALL_PRIMES, n)))
    return tuple(n for n in range(SMALL_PRIMES) if sieve[n])


def _factor(ring: Ring, n: int) -> dict[int, int]:
    """The prime factors of n >= 1; refused where trial division does not suffice."""
    out: dict[int, int] = {}
    ring.spend(40)
    for p in _primes():
        if p * p > n:
            break
        while n % p == 0:
            out[p] = out.get(p, 0) + 1
            n //= p
    if n > 1:
        times = 1
        if n > SMALL_PRIMES**2 and (half := isqrt(n)) ** 2 == n:
            n, times = half, 2
        if n > SMALL_PRIMES**2:
            raise Refused  # a number under a root or logarithm is too large to factor
        out[n] = out.get(n, 0) + times
    return out


def _integer_root(n: int, k: int) -> int:
    """The integer part of the k-th root of n >= 1, by Newton's method from above."""
    if k == 2:
        return isqrt(n)
    guess = 1 << -(-n.bit_length() // k)
    while True:
        better = ((k - 1) * guess + n // guess ** (k - 1)) // k
        if better >= guess:
            return guess
        guess = better


def _prime_powers(exponents: dict[int, Rational]) -> Ratio:
    """The product of primes raised to rational exponents."""
    factor: Rational = 1
    monomial: dict[Atom, Rational] = {}
    for p, exponent in exponents.items():
        whole = int(exponent // 1)
        if abs(whole) * p.bit_length() > 2 * MAX_BITS:
            raise TooComplex  # a power exceeds 400 digits
        factor *= Fraction(p) ** whole
        if rest := exponent - whole:
            monomial[Atom("prime", f"#{p}", p)] = rest
    return Ratio({frozenset(monomial.items()): checked(factor)}, POLY_ONE)


def _factor_rational(ring: Ring, value: Rational) -> dict[int, int]:
    exponents = _factor(ring, value.numerator)
    for p, times in _factor(ring, value.denominator).items():
        exponents[p] = -times
    return exponents


def _numeric_root(ring: Ring, n: int, value: Rational) -> Ratio:
    """The n-th root of a positive rational number."""
    top, bottom = _integer_root(value.numerator, n), _integer_root(value.denominator, n)
    if top**n == value.numerator and bottom**n == value.denominator:
        return number(Fraction(top, bottom))
    factors = _factor_rational(ring, value)
    return _prime_powers({p: Fraction(times, n) for p, times in factors.items()})


def _is_positive(atom: Atom) -> bool:
    return atom.kind == "prime" or atom in (PI_ATOM, E)


def _split_positive(ring: Ring, poly: Poly) -> tuple[Rational, Monomial, Poly]:
    """A positive number, a positive monomial and the rest, whose product is `poly`."""
    divisor = content(poly)
    common: dict[Atom, Rational] = {}
    for atom in {atom for monomial in poly for atom, _ in monomial if _is_positive(atom)}:
        least = min(dict(monomial).get(atom, 0) for monomial in poly)
        if least:
            common[atom] = least
    positive = frozenset(common.items())
    divided = ring.divide(Ratio(poly, POLY_ONE), Ratio({positive: divisor}, POLY_ONE))
    return divisor, positive, divided.num


def _denest(ring: Ring, poly: Poly) -> Ratio | None:
    """sqrt(a + b sqrt c) as a sum of two roots, where a^2 - b^2 c is a square."""
    if len(poly) != 2 or UNIT not in poly:
        return None
    a = poly[UNIT]
    ((monomial, b),) = ((m, c) for m, c in poly.items() if m)
    if any(atom.kind != "prime" or exponent != Fraction(1, 2) for atom, exponent in monomial):
        return None
    radical: Poly = {monomial: b}
    square = a * a - ring.poly_multiply(radical, radical)[UNIT]
    if a <= 0 or square < 0:
        return None
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top != square.numerator or bottom * bottom != square.denominator:
        return None
    d = Fraction(top, bottom)
    first, second = (root(ring, 2, number(half)) for half in ((a + d) / 2, (a - d) / 2))
    return ring.add(first, ring.scale(second, 1 if b > 0 else -1))


def root(ring: Ring, n: int, value: Ratio) -> Ratio:
    """The n-th root: real where there is one, i times a real one for a negative square."""
    if not 2 <= n <= MAX_POWER:
        raise TooComplex if n > 1 else Refused
    value = ring.canonical(value)
    if not value.num:
        return ZERO
    if value.den != POLY_ONE:
        return opaque(ring, f"root{n}", value)
    if n == 2 and (sum_of_roots := _denest(ring, value.num)):
        return sum_of_roots
    divisor, positive, rest = _split_positive(ring, value.num)
    outer = _numeric_root(ring, n, divisor)
    for atom, exponent in positive:
        outer = ring.multiply(outer, atom_ratio(atom, Fraction(exponent) / n))
    if n % 2 and rest[max(rest, key=monomial_text)] < 0:
        outer, rest = ring.scale(outer, -1), ring.poly_scale(rest, -1)
    if rest == POLY_ONE:
        return outer
    if rest == {UNIT: -1}:
        if n != 2:
            raise Refused  # an even root of a negative number
        return ring.multiply(outer, atom_ratio(I))
    text = ring.text(Ratio(rest, POLY_ONE))
    atom = Atom("root", f"root{n}({text})", n, frozenset(rest.items()))
    return ring.multiply(outer, atom_ratio(atom))


def power(ring: Ring, base: Ratio, exponent: Ratio) -> Ratio:
    """The base raised to an integer, a fraction or a symbolic exponent."""
    base, exponent = ring.canonical(base), ring.canonical(exponent)
    by, of = rational_value(exponent), rational_value(base)
    if by is None:
        return _symbolic_power(ring, base, of, exponent)
    if not base.num:
        if by <= 0:
            raise Refused  # zero to a power that is not positive
        return ZERO
    if isinstance(by, int):
        if of in (1, -1):
            return number(-1 if of == -1 and by % 2 else 1)
        limit = MAX_TERM_POWER if len(base.num) == 1 and base.den == POLY_ONE else MAX_POWER
        if abs(by) > limit:
            raise TooComplex  # an exponent is too large
        return ring.integer_power(base, by)
    if abs(by.numerator) > MAX_POWER or by.denominator > MAX_POWER:
        raise TooComplex  # an exponent is too large
    if of is not None and of < 0 and by.denominator != 2:
        raise Refused  # a fractional power of a negative number
    return ring.integer_power(root(ring, by.denominator, base), by.numerator)


def _symbolic_power(ring: Ring, base: Ratio, of: Rational | None, exponent: Ratio) -> Ratio:
    """A power with variables in its exponent, split so that 2^(n+1) = 2 * 2^n and 4^n = (2^n)^2."""
    if exponent.den != POLY_ONE or not base.num:
        return opaque(ring, "pow", base, exponent)
    # Parts whose product is the base, with their multiplicity; rational multiples of an exponent
    # may be split off only where the part is a positive number.
    parts: list[tuple[Ratio, str, int]]
    if of is not None and of > 0:
        factors = _factor_rational(ring, of)
        parts = [(number(p), f"#{p}", times) for p, times in factors.items()]
    elif base == atom_ratio(E):
        parts = [(base, "#e", 1)]
    elif all(isinstance(c, int) for c in exponent.num.values()):
        parts = [(base, f"[{ring.text(base)}]", 1)]
    else:
        return opaque(ring, "pow", base, exponent)
    out = RATIO_ONE
    for part, text, times in parts:
        for monomial, c in exponent.num.items():
            by = checked(c * times)
            if monomial:
                atom = Atom("power", f"{text}^({monomial_text(monomial)})")
                factor = atom_ratio(atom, by)
            elif text == "#e":
                factor = atom_ratio(E, by)
            else:
                factor = power(ring, part, number(by))
            if not -MAX_EXPONENT <= by <= MAX_EXPONENT:
                raise TooComplex  # an exponent is too large
            out = ring.multiply(out, factor)
    return out


def logarithm(ring: Ring, value: Ratio, base: Ratio | None, name: str = "ln") -> Ratio:
    """The logarithm to `base`, or the one called `name` ("log" names no base and stays opaque)."""
    if base is not None:
        return ring.divide(logarithm(ring, value, None), logarithm(ring, base, None))
    value = ring.canonical(value)
    if not value.num:
        raise Refused  # the logarithm of zero
    if value.den != POLY_ONE or len(value.num) != 1:
        return opaque(ring, name, value)
    ((monomial, c),) = value.num.items()
    if c < 0 or not all(_is_positive(atom) for atom, _ in monomial):
        return opaque(ring, name, value)
    powers: dict[Atom, Rational] = dict(monomial)
    for p, times in _factor_rational(ring, c).items():
        atom = Atom("prime", f"#{p}", p)
        powers[atom] = powers.get(atom, 0) + times
    out = ZERO
    for atom, exponent in powers.items():
        if atom == E and name == "ln":
            term = number(exponent)
        else:
            term = ring.scale(atom_ratio(Atom("fn", f"{name}({atom.text})")), exponent)
        out = ring.add(out, term)
    return out


def absolute(ring: Ring, value: Ratio) -> Ratio:
    """The absolute value."""
    value = ring.canonical(value)
    if not value.num:
        return ZERO
    if value.den != POLY_ONE:
        return opaque(ring, "abs", value)
    divisor, positive, rest = _split_positive(ring, value.num)
    outer = Ratio({positive: divisor}, POLY_ONE)
    if rest[max(rest, key=monomial_text)] < 0:
        rest = ring.poly_scale(rest, -1)
    if rest == POLY_ONE:
        return outer
    return ring.multiply(outer, opaque(ring, "abs", Ratio(rest, POLY_ONE)))


def factorial_of(ring: Ring, value: Ratio) -> Ratio:
    """Return n! for small n, else an opaque term."""
    n = rational_value(value)
    if n is None:
        return opaque(ring, "factorial", value)
    if not isinstance(n, int) or n < 0:
        raise Refused  # the factorial of a number that is not a natural one
    if n > MAX_FACTORIAL:
        raise TooComplex  # a factorial is too large
    return number(factorial(n))


def binomial(ring: Ring, top: Ratio, bottom: Ratio) -> Ratio:
    """The binomial coefficient of two natural numbers, else an opaque term."""
    n, k = rational_value(top), rational_value(bottom)
    if n is None or k is None:
        return opaque(ring, "binomial", top, bottom)
    if not isinstance(n, int) or not isinstance(k, int) or n < 0 or k < 0:
        raise Refused  # a binomial coefficient of numbers that are not natural ones
    if n > MAX_TERM_POWER:
        raise TooComplex  # a binomial coefficient is too large
    return number(comb(n, k))

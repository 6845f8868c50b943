"""The values a final answer can have, and when two of them are equal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from synth_envs.math.latex.algebra import (
    POLY_ONE,
    Frozen,
    Monomial,
    Poly,
    Ratio,
    Refused,
    Ring,
    TooComplex,
    variable,
)

__all__ = [
    "Assign",
    "Based",
    "Bracketed",
    "Collection",
    "Colon",
    "Equation",
    "Expr",
    "Infinity",
    "Matrix",
    "Text",
    "Union",
    "Value",
    "equation",
    "expression",
    "is_complete",
    "same_shape",
    "values_equal",
]

MAX_ITEMS = 64


@dataclass(frozen=True, slots=True)
class Expr:
    """A quotient of polynomials, with a unit ("" for none).

    `word` is set where the expression was a bare word of up to three letters: `C` is a variable,
    and also the text "c".
    """

    num: Frozen
    den: Frozen
    unit: str = ""
    word: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in lower case."""

    words: str


@dataclass(frozen=True, slots=True)
class Infinity:
    """Plus or minus infinity, as the end of an interval or a whole answer."""

    sign: int


@dataclass(frozen=True, slots=True)
class Based:
    """An integer written in a stated base."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Colon:
    """A time such as `10:30` (clock) or a ratio such as `2:3:5`."""

    parts: "tuple[Expr, ...]"
    clock: bool
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bracketed:
    """Ordered items in brackets: a point, a vector or an interval."""

    left: str
    right: str
    items: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Collection:
    """Unordered items: a set in braces, or a bare list such as the solutions `1, -2`."""

    items: "tuple[Value, ...]"
    braces: bool


@dataclass(frozen=True, slots=True)
class Union:
    """A union of intervals and sets."""

    parts: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix or a column vector."""

    rows: "tuple[tuple[Value, ...], ...]"


@dataclass(frozen=True, slots=True)
class Assign:
    """`name = value`: stands for its value, but differs from a value under another name."""

    name: str
    value: "Value"


@dataclass(frozen=True, slots=True)
class Equation:
    """`difference = 0`, up to a nonzero constant factor."""

    difference: Frozen


Value: TypeAlias = (
    Expr
    | Text
    | Infinity
    | Based
    | Colon
    | Bracketed
    | Collection
    | Union
    | Matrix
    | Assign
    | Equation
)


def expression(ring: Ring, value: Ratio, unit: str = "", word: str = "") -> Expr:
    """The value as it is stored: canonical where its denominator is 1."""
    value = ring.canonical(value)
    return Expr(frozenset(value.num.items()), frozenset(value.den.items()), unit, word)


def equation(ring: Ring, left: Ratio, right: Ratio) -> Equation:
    """The equation left = right, cleared of denominators."""
    poly = ring.canonical(ring.subtract(left, right)).num
    step: Poly = POLY_ONE
    for atom in {atom for monomial in poly for atom, _ in monomial if not _constant(atom.kind)}:
        least = min(dict(monomial).get(atom, 0) for monomial in poly)
        if least < 0:
            step = ring.poly_multiply(step, {frozenset({(atom, -least)}): 1})
    poly = ring.poly_multiply(poly, step)
    if not any(variables for variables in _by_variables(poly)):
        raise Refused  # an equation without variables
    return Equation(frozenset(poly.items()))


def _constant(kind: str) -> bool:
    return kind in {"const", "prime"}


def _by_variables(poly: Poly) -> dict[Monomial, Poly]:
    """The polynomial as constants times monomials in everything else."""
    groups: dict[Monomial, Poly] = {}
    for monomial, c in poly.items():
        inner = frozenset(pair for pair in monomial if _constant(pair[0].kind))
        groups.setdefault(monomial - inner, {})[inner] = c
    return groups


def values_equal(ring: Ring, a: Value, b: Value) -> bool:
    """Exact equality; raises `TooComplex` where the ring's budget does not suffice."""
    if isinstance(a, Assign) or isinstance(b, Assign):
        return _assigned_equal(ring, a, b)
    if isinstance(a, Expr) and isinstance(b, Expr):
        return _expressions_equal(ring, a, b)
    if isinstance(a, Text) and isinstance(b, Expr):
        return a.words == b.word
    if isinstance(a, Expr) and isinstance(b, Text):
        return b.words == a.word
    if isinstance(a, Colon) and isinstance(b, Colon):
        return _colons_equal(ring, a, b)
    if isinstance(a, Bracketed) and isinstance(b, Bracketed):
        return (a.left, a.right) == (b.left, b.right) and _rows_equal(ring, a.items, b.items)
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        return len(a.rows) == len(b.rows) and all(
            _rows_equal(ring, p, q) for p, q in zip(a.rows, b.rows, strict=True)
        )
    if isinstance(a, Collection) and isinstance(b, Collection):
        once = a.braces or b.braces
        first, second = (_distinct(ring, v.items) if once else v.items for v in (a, b))
        return _unordered_equal(ring, first, second)
    if isinstance(a, Union) and isinstance(b, Union):
        return _unordered_equal(ring, a.parts, b.parts)
    if isinstance(a, Equation) and isinstance(b, Equation):
        return _proportional(ring, dict(a.difference), dict(b.difference))
    return a == b  # of one kind without structure, or of different kinds


def _assigned_equal(ring: Ring, a: Value, b: Value) -> bool:
    if isinstance(a, Assign) and isinstance(b, Assign) and a.name == b.name:
        return values_equal(ring, a.value, b.value)
    first, second = _as_equation(ring, a), _as_equation(ring, b)
    if first is not None and second is not None:
        return _proportional(ring, dict(first.difference), dict(second.difference))
    if isinstance(a, Assign) and isinstance(b, Assign):
        return False
    return values_equal(
        ring, a.value if isinstance(a, Assign) else a, b.value if isinstance(b, Assign) else b
    )


def _as_equation(ring: Ring, value: Value) -> Equation | None:
    if isinstance(value, Equation):
        return value
    if isinstance(value, Assign) and isinstance(value.value, Expr):
        right = Ratio(dict(value.value.num), dict(value.value.den))
        return equation(ring, variable(value.name), right)
    return None


def _expressions_equal(ring: Ring, a: Expr, b: Expr) -> bool:
    if a.unit and b.unit and a.unit != b.unit:
        return False
    if a.num == b.num and a.den == b.den:
        return True
    left = ring.poly_multiply(dict(a.num), dict(b.den))
    return left == ring.poly_multiply(dict(b.num), dict(a.den))


def _colons_equal(ring: Ring, a: Colon, b: Colon) -> bool:
    if (a.unit and b.unit and a.unit != b.unit) or len(a.parts) != len(b.parts):
        return False
    if a.clock or b.clock:  # 10:30 is not 1:3
        return _rows_equal(ring, a.parts, b.parts)
    first, second = ([Ratio(dict(p.num), dict(p.den)) for p in v.parts] for v in (a, b))
    return all(
        not ring.subtract(ring.multiply(p, second[0]), ring.multiply(q, first[0])).num
        for p, q in zip(first, second, strict=True)
    )


def _proportional(ring: Ring, p: Poly, q: Poly) -> bool:
    first, second = _by_variables(p), _by_variables(q)
    if first.keys() != second.keys():
        return False
    pivot = next(iter(first))
    return all(
        ring.poly_multiply(first[key], second[pivot])
        == ring.poly_multiply(second[key], first[pivot])
        for key in first
    )


def _rows_equal(ring: Ring, a: "Sequence[Value]", b: "Sequence[Value]") -> bool:
    return len(a) == len(b) and all(values_equal(ring, p, q) for p, q in zip(a, b, strict=True))


def _same_item(ring: Ring, a: Value, b: Value) -> bool:
    """Equality inside a list, where names tell items apart: `x=1, y=2` is not `1, 2`."""
    return isinstance(a, Assign) == isinstance(b, Assign) and values_equal(ring, a, b)


def _distinct(ring: Ring, items: "Sequence[Value]") -> "tuple[Value, ...]":
    out: list[Value] = []
    for item in items:
        if not any(_same_item(ring, item, other) for other in out):
            out.append(item)
    return tuple(out)


def _unordered_equal(ring: Ring, a: "Sequence[Value]", b: "Sequence[Value]") -> bool:
    """Equality as multisets. Greedy matching is exact because equality is transitive."""
    if len(a) != len(b):
        return False
    if len(a) > MAX_ITEMS:
        raise TooComplex  # a list has too many items
    left = list(b)
    for item in a:
        ring.spend(len(left))
        match = next((i for i, other in enumerate(left) if _same_item(ring, item, other)), None)
        if match is None:
            return False
        del left[match]
    return True


def is_complete(value: Value) -> bool:
    """Whether "different" is final for this value: no opaque term hides in it.

    Numbers, roots of numbers, polynomials, text and structures of these are complete; `sin(x)`,
    `log 2`, `sqrt(x + 1)` and unions of intervals may be equal in ways not looked for here.
    """
    if isinstance(value, Expr):
        return all(
            atom.kind in {"var", "const", "prime"}
            for monomial, _ in value.num | value.den
            for atom, _ in monomial
        )
    if isinstance(value, Equation):
        return is_complete(Expr(value.difference, frozenset()))
    if isinstance(value, Assign):
        return is_complete(value.value)
    if isinstance(value, Bracketed | Collection):
        return all(is_complete(item) for item in value.items)
    if isinstance(value, Matrix):
        return all(is_complete(item) for row in value.rows for item in row)
    return not isinstance(value, Union)


def same_shape(a: Value, b: Value) -> bool:
    """Whether two unequal values could be equal at all: a number never equals a list."""
    if isinstance(a, Assign) and isinstance(b, Assign) and a.name != b.name:
        return False
    a, b = (v.value if isinstance(v, Assign) else v for v in (a, b))
    if isinstance(a, Expr) and isinstance(b, Expr):
        return not (a.unit and b.unit and a.unit != b.unit)
    if isinstance(a, Bracketed) and isinstance(b, Bracketed):
        return (a.left, a.right, len(a.items)) == (b.left, b.right, len(b.items))
    if isinstance(a, Collection) and isinstance(b, Collection):
        return len(a.items) == len(b.items)
    return type(a) is type(b)

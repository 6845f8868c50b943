"""Functions of numbers and of rows of numbers."""

from __future__ import annotations

from itertools import starmap
from typing import Any

from synth_envs.code.dsl.predicates import FLOOR_NOTE
from synth_envs.code.dsl.registry import Change

__all__ = ["NUMBER_CHANGES"]

_DOWN_NOTE = (
    "Rounding down goes towards the smaller number: -7 divided by 2 and rounded down is -4."
)
_SIGN_NOTE = "For the digits of a negative number, ignore its sign."


def _digit_sum(number: int) -> int:
    number, total = abs(number), 0
    while number:
        total, number = total + number % 10, number // 10
    return total


def _length(number: int) -> int:
    count, bound = 1, 10
    while abs(number) >= bound:
        count, bound = count + 1, bound * 10
    return count


def _distinct(values: Any) -> int:
    return sum(one not in values[:place] for place, one in enumerate(values))


_INT = "int"
_WORD = "str"
_CHAR = "char"
_ROW = "list[int]"
_NUMBERS = (
    Change(
        "square",
        _INT,
        _INT,
        0,
        (),
        lambda: lambda n: abs(n) ** 2,
        "{x} * {x}",
        "its square",
        ("square", "squares"),
        scale=60,
    ),
    Change(
        "absolute",
        _INT,
        _INT,
        0,
        (),
        lambda: lambda n: max(n, -n),
        "abs({x})",
        "its absolute value",
        ("absolute value", "absolute values"),
    ),
    Change(
        "add",
        _INT,
        _INT,
        0,
        ("limit1",),
        lambda c: lambda n: n - -c,
        "{x} + {0}",
        "its value plus {0}",
        do="add {0} to each {one}",
    ),
    Change(
        "subtract",
        _INT,
        _INT,
        0,
        ("limit1",),
        lambda c: lambda n: -c + n,
        "{x} - {0}",
        "its value minus {0}",
        do="subtract {0} from each {one}",
    ),
    Change(
        "times",
        _INT,
        _INT,
        0,
        ("mod",),
        lambda c: lambda n: sum([n] * c),
        "{x} * {0}",
        "{0} times its value",
        do="multiply each {one} by {0}",
        scale=30,
    ),
    Change(
        "subtract_from",
        _INT,
        _INT,
        0.2,
        ("limit1",),
        lambda c: lambda n: -(n - c),
        "{0} - {x}",
        "{0} minus its value",
        do="subtract each {one} from {0}",
    ),
    Change(
        "remainder",
        _INT,
        _INT,
        0.1,
        ("mod3",),
        lambda c: lambda n: n - c * (n // c),
        "{x} % {0}",
        "its remainder when divided by {0}",
        ("remainder", "remainders"),
        scale=3,
        note=FLOOR_NOTE,
    ),
    Change(
        "quotient",
        _INT,
        _INT,
        0.2,
        ("mod",),
        lambda c: lambda n: (n - n % c) // c,
        "{x} // {0}",
        "its value divided by {0} and rounded down",
        ("quotient", "quotients"),
        do="divide each {one} by {0} and round down",
        scale=5,
        note=_DOWN_NOTE,
    ),
    Change(
        "cap",
        _INT,
        _INT,
        0.2,
        ("limit",),
        lambda c: lambda n: min(n, c),
        "min({x}, {0})",
        "the smaller of its value and {0}",
        do="replace each {one} that is greater than {0} with {0}",
    ),
    Change(
        "raise",
        _INT,
        _INT,
        0.2,
        ("limit",),
        lambda c: lambda n: max(n, c),
        "max({x}, {0})",
        "the larger of its value and {0}",
        do="replace each {one} that is less than {0} with {0}",
    ),
    Change(
        "distance",
        _INT,
        _INT,
        0.2,
        ("limit1",),
        lambda c: lambda n: n - c if n > c else c - n,
        "abs({x} - {0})",
        "the absolute difference between it and {0}",
        ("distance", "distances"),
    ),
    Change(
        "digit_sum",
        _INT,
        _INT,
        0.3,
        (),
        lambda: _digit_sum,
        "sum(int(d) for d in str(abs({x})))",
        "the sum of its digits",
        ("digit sum", "digit sums"),
        scale=8,
        note=_SIGN_NOTE,
    ),
    Change(
        "digit_count",
        _INT,
        _INT,
        0.3,
        (),
        lambda: _length,
        "len(str(abs({x})))",
        "the number of its digits",
        ("digit count", "digit counts"),
        scale=2,
        note=_SIGN_NOTE,
    ),
    Change(
        "units",
        _INT,
        _INT,
        0.3,
        (),
        lambda: lambda n: int(str(n)[-1]),
        "abs({x}) % 10",
        "its last digit",
        ("digit", "digits"),
        scale=5,
    ),
)
_ROWS = (
    Change(
        "row_sum",
        _ROW,
        _INT,
        0,
        (),
        lambda: lambda r: -sum(-n for n in r),
        "sum({x})",
        "its sum (0 for an empty {one})",
        ("sum", "sums"),
        scale=15,
    ),
    Change(
        "row_length",
        _ROW,
        _INT,
        0,
        (),
        lambda: lambda r: sum(1 for _ in r),
        "len({x})",
        "the number of its elements",
        ("length", "lengths"),
        scale=3,
    ),
    Change(
        "row_max",
        _ROW,
        _INT,
        0,
        (),
        lambda: lambda r: max(r) if r else 0,
        "max({x}, default=0)",
        "its largest number (0 for an empty {one})",
        ("maximum", "maxima"),
    ),
    Change(
        "row_min",
        _ROW,
        _INT,
        0,
        (),
        lambda: lambda r: min(r) if r else 0,
        "min({x}, default=0)",
        "its smallest number (0 for an empty {one})",
        ("minimum", "minima"),
    ),
    Change(
        "row_range",
        _ROW,
        _INT,
        0.2,
        (),
        lambda: lambda r: max((a - b for a in r for b in r), default=0),
        "max({x}, default=0) - min({x}, default=0)",
        "its largest number minus its smallest number (0 for an empty {one})",
        ("range", "ranges"),
        scale=8,
    ),
    Change(
        "row_distinct_count",
        _ROW,
        _INT,
        0.2,
        (),
        lambda: _distinct,
        "len(set({x}))",
        "the number of different numbers in it",
        ("count", "counts"),
        scale=3,
    ),
    Change(
        "row_sum_where",
        _ROW,
        _INT,
        0.2,
        ("itest",),
        lambda t: lambda r: sum(filter(t, r)),
        "sum({y} for {y} in {x} if {0})",
        "the sum of its elements that {0} (0 if there are none)",
        ("sum", "sums"),
        scale=10,
    ),
    Change(
        "row_count_where",
        _ROW,
        _INT,
        0.2,
        ("itest",),
        lambda t: lambda r: sum(1 for n in r if t(n)),
        "sum(1 for {y} in {x} if {0})",
        "the number of its elements that {0}",
        ("count", "counts"),
        scale=2,
    ),
    Change(
        "row_reverse",
        _ROW,
        _ROW,
        0.2,
        (),
        lambda: lambda r: [r[-k] for k in range(1, len(r) + 1)],
        "{x}[::-1]",
        "its elements in reverse order",
        do="reverse each {one}",
    ),
    Change(
        "row_sorted",
        _ROW,
        _ROW,
        0.2,
        (),
        lambda: lambda r: [n for _, n in sorted(enumerate(r), key=lambda p: p[1])],
        "sorted({x})",
        "its elements in ascending order",
        do="sort each {one} in ascending order",
    ),
    Change(
        "row_where",
        _ROW,
        _ROW,
        0.3,
        ("itest",),
        lambda t: lambda r: [n for n in r if t(n)],
        "[{y} for {y} in {x} if {0}]",
        "the list of its elements that {0}",
        do="in each {one}, keep only the elements that {0}",
    ),
    Change(
        "row_weighted",
        _ROW,
        _INT,
        0.5,
        (),
        lambda: lambda r: sum(sum(r[k:]) for k in range(len(r))),
        "sum(place * {y} for place, {y} in enumerate({x}, start=1))",
        "the sum of its elements, each multiplied by its position in the {one} (1 for the first)",
        ("weighted sum", "weighted sums"),
        scale=40,
    ),
    Change(
        "row_alternating",
        _ROW,
        _INT,
        0.4,
        (),
        lambda: lambda r: sum(starmap(lambda k, n: n if k % 2 == 0 else -n, enumerate(r))),
        "sum({x}[::2]) - sum({x}[1::2])",
        "its alternating sum, the first element minus the second plus the third and so on (0 for an empty {one})",
        ("alternating sum", "alternating sums"),
        scale=10,
    ),
)

NUMBER_CHANGES = (*_NUMBERS, *_ROWS)

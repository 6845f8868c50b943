"""Properties of numbers and of rows of numbers."""

from __future__ import annotations

from typing import Any

from synth_envs.code.dsl.registry import Test

__all__ = ["FLOOR_NOTE", "NUMBER_TESTS"]

FLOOR_NOTE = (
    "Remainders are never negative: for example, -7 leaves remainder 2 when it is divided by 3."
)
_DIGITS_NOTE = "For the digits of a negative number, ignore its sign."


def _digits(number: int) -> list[int]:
    number, found = abs(number), []
    while number > 9:
        number, last = divmod(number, 10)
        found.append(last)
    return [*found, number]


def _climbs(row: list[Any]) -> bool:
    place = 1
    while place < len(row) and row[place - 1] < row[place]:
        place += 1
    return place >= len(row)


_INT = "int"
_NUMBERS = (
    Test(
        "even",
        _INT,
        0,
        (),
        lambda: lambda n: not n & 1,
        "{x} % 2 == 0",
        "{x} % 2 != 0",
        "is even",
        "even",
    ),
    Test(
        "odd",
        _INT,
        0,
        (),
        lambda: lambda n: bool(n & 1),
        "{x} % 2 == 1",
        "{x} % 2 == 0",
        "is odd",
        "odd",
    ),
    Test(
        "positive",
        _INT,
        0,
        (),
        lambda: lambda n: n >= 1,
        "{x} > 0",
        "{x} <= 0",
        "is positive",
        "positive",
    ),
    Test(
        "negative",
        _INT,
        0,
        (),
        lambda: lambda n: n <= -1,
        "{x} < 0",
        "{x} >= 0",
        "is negative",
        "negative",
    ),
    Test(
        "above",
        _INT,
        0,
        ("limit",),
        lambda c: lambda n: not n <= c,
        "{x} > {0}",
        "{x} <= {0}",
        "is greater than {0}",
    ),
    Test(
        "below",
        _INT,
        0,
        ("limit",),
        lambda c: lambda n: not n >= c,
        "{x} < {0}",
        "{x} >= {0}",
        "is less than {0}",
    ),
    Test(
        "at_least",
        _INT,
        0,
        ("limit",),
        lambda c: lambda n: not n < c,
        "{x} >= {0}",
        "{x} < {0}",
        "is at least {0}",
    ),
    Test(
        "at_most",
        _INT,
        0,
        ("limit",),
        lambda c: lambda n: not n > c,
        "{x} <= {0}",
        "{x} > {0}",
        "is at most {0}",
    ),
    Test(
        "multiple",
        _INT,
        0,
        ("mod",),
        lambda c: lambda n: n // c * c == n,
        "{x} % {0} == 0",
        "{x} % {0} != 0",
        "is divisible by {0}",
    ),
    Test(
        "residue",
        _INT,
        0.3,
        ("mod3", "rest"),
        lambda c, r: lambda n: (n - r) % c == 0,
        "{x} % {0} == {1}",
        "{x} % {0} != {1}",
        "leaves remainder {1} when divided by {0}",
        note=FLOOR_NOTE,
    ),
    Test(
        "between",
        _INT,
        0.2,
        ("limit", "higher"),
        lambda a, b: lambda n: n in range(a, b + 1),
        "{0} <= {x} <= {1}",
        "not {0} <= {x} <= {1}",
        "is in the inclusive range from {0} to {1}",
    ),
    Test(
        "last_digit",
        _INT,
        0.3,
        ("digit",),
        lambda d: lambda n: _digits(n)[0] == d,
        "abs({x}) % 10 == {0}",
        "abs({x}) % 10 != {0}",
        "ends in the digit {0}",
    ),
    Test(
        "far",
        _INT,
        0.4,
        ("limit1",),
        lambda c: lambda n: n > c or n < -c,
        "abs({x}) > {0}",
        "abs({x}) <= {0}",
        "has an absolute value greater than {0}",
    ),
    Test(
        "has_digit",
        _INT,
        0.5,
        ("digit",),
        lambda d: lambda n: d in _digits(n),
        '"{0}" in str({x})',
        '"{0}" not in str({x})',
        "contains the digit {0}",
    ),
    Test(
        "digit_sum_even",
        _INT,
        0.6,
        (),
        lambda: lambda n: sum(_digits(n)) % 2 == 0,
        "sum(int(d) for d in str(abs({x}))) % 2 == 0",
        "sum(int(d) for d in str(abs({x}))) % 2 != 0",
        "has an even digit sum",
        note=_DIGITS_NOTE,
    ),
    Test(
        "square_number",
        _INT,
        0.6,
        (),
        lambda: lambda n: any(k * k == n for k in range(max(n, 0) + 1) if k * k <= n),
        "{x} >= 0 and isqrt({x}) ** 2 == {x}",
        "{x} < 0 or isqrt({x}) ** 2 != {x}",
        "is a perfect square (0, 1, 4, 9, ...)",
    ),
)
_ROW = "list[int]"
_ROWS = (
    Test(
        "row_sum_above",
        _ROW,
        0,
        ("limit",),
        lambda c: lambda r: not sum(r) <= c,
        "sum({x}) > {0}",
        "sum({x}) <= {0}",
        "has a sum greater than {0}",
    ),
    Test(
        "row_sum_even",
        _ROW,
        0,
        (),
        lambda: lambda r: len([n for n in r if n % 2]) % 2 == 0,
        "sum({x}) % 2 == 0",
        "sum({x}) % 2 != 0",
        "has an even sum",
    ),
    Test(
        "row_longer",
        _ROW,
        0,
        ("two",),
        lambda c: lambda r: not len(r) <= c,
        "len({x}) > {0}",
        "len({x}) <= {0}",
        "has more than {0} elements",
    ),
    Test(
        "row_contains",
        _ROW,
        0.1,
        ("digit",),
        lambda c: lambda r: r.count(c) > 0,
        "{0} in {x}",
        "{0} not in {x}",
        "contains the number {0}",
    ),
    Test(
        "row_climbs",
        _ROW,
        0.4,
        (),
        lambda: _climbs,
        "all(a < b for a, b in pairwise({x}))",
        "any(a >= b for a, b in pairwise({x}))",
        "is strictly increasing from left to right (which is always so with fewer than two elements)",
    ),
    Test(
        "row_distinct",
        _ROW,
        0.3,
        (),
        lambda: lambda r: all(r.count(n) == 1 for n in r),
        "len(set({x})) == len({x})",
        "len(set({x})) < len({x})",
        "contains no number more than once",
    ),
)

NUMBER_TESTS = (*_NUMBERS, *_ROWS)

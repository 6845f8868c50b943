"""What a program returns of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth_envs.code.dsl.registry import End

__all__ = ["LIST_ENDS"]

_T = "list[T]"
_INTS = "list[int]"
_WORDS = "list[str]"
_CHARS = "list[char]"
_TABLE = "dict[str, int]"
_INDEX = "dict[str, list[str]]"
_RECORDS = "list[row2]"
_GRID = "list[list[int]]"


def _largest(values: Sequence[Any], default: Any) -> Any:
    best = default
    for place, one in enumerate(values):
        if place == 0 or one > best:
            best = one
    return best


def _smallest(values: Sequence[Any], default: Any) -> Any:
    return min(values) if values else default


def _mode(values: Sequence[Any], default: Any) -> Any:
    ranked = sorted(set(values))
    return ranked[_first_largest([values.count(one) for one in ranked])] if ranked else default


def _first_largest(values: Sequence[int]) -> int:
    best = -1
    for place, one in enumerate(values):
        if best < 0 or one > values[best]:
            best = place
    return best


def _product(values: Sequence[int]) -> int:
    result = 1
    for one in values:
        result *= one
    return result


def _longest_run(values: Sequence[Any]) -> int:
    best = length = 0
    for place, one in enumerate(values):
        length = length + 1 if place and values[place - 1] == one else 1
        best = max(best, length)
    return best


def _second(values: Sequence[int], default: int) -> int:
    ranked = sorted(set(values))
    return ranked[len(ranked) - 2] if len(ranked) > 1 else default


LIST_ENDS = (
    End(
        "listed",
        _T,
        _T,
        0,
        (),
        lambda: lambda xs: xs,
        "{list}",
        "the list of the {left}",
        fits=("int", "str"),
    ),
    End(
        "listed_rows",
        _GRID,
        _GRID,
        0.1,
        (),
        lambda: lambda xs: xs,
        "{list}",
        "the list of the {left}",
    ),
    End(
        "count",
        _T,
        "int",
        0,
        (),
        lambda: lambda xs: sum(1 for _ in xs),
        "{count}",
        "the number of {left}",
        "count_of",
        ("int", "str", "char"),
    ),
    End(
        "distinct",
        _T,
        "int",
        0.1,
        (),
        lambda: lambda xs: sum(one not in xs[:p] for p, one in enumerate(xs)),
        "len({set})",
        "the number of different values among the {left}",
        "distinct_count_of",
    ),
    End(
        "sum",
        _INTS,
        "int",
        0,
        (),
        lambda: lambda xs: -sum(-one for one in xs),
        "sum({it})",
        "the sum of the {left} (0 if there are none)",
        "sum_of",
    ),
    End(
        "max",
        _INTS,
        "int",
        0,
        ("default",),
        lambda d: lambda xs: _largest(xs, d),
        "max({arg}, default={0})",
        "the largest of the {left}, or {0} if there are none",
        "largest_of",
    ),
    End(
        "min",
        _INTS,
        "int",
        0,
        ("default",),
        lambda d: lambda xs: _smallest(xs, d),
        "min({arg}, default={0})",
        "the smallest of the {left}, or {0} if there are none",
        "smallest_of",
    ),
    End(
        "max_or_none",
        _INTS,
        "int | None",
        0.2,
        (),
        lambda: lambda xs: _largest(xs, None),
        "max({arg}, default=None)",
        "the largest of the {left}, or `None` if there are none",
        "largest_of",
    ),
    End(
        "first_or_none",
        _INTS,
        "int | None",
        0.1,
        (),
        lambda: lambda xs: None if not xs else xs[0],
        "next(iter({xs}), None)",
        "the first of the {left}, or `None` if there are none",
        "first_of",
    ),
    End(
        "last",
        _INTS,
        "int",
        0.1,
        ("default",),
        lambda d: lambda xs: ([d, *xs])[-1],
        "{xs}[-1] if {xs} else {0}",
        "the last of the {left}, or {0} if there are none",
        "last_of",
    ),
    End(
        "spread",
        _INTS,
        "int",
        0,
        (),
        lambda: lambda xs: max((a - b for a in xs for b in xs), default=0),
        "max({xs}) - min({xs}) if {xs} else 0",
        "the difference between the largest and the smallest of the {left} (0 if there are none)",
        "spread_of",
    ),
    End(
        "product",
        _INTS,
        "int",
        0.1,
        (),
        lambda: _product,
        "prod({it})",
        "the product of the {left} (1 if there are none)",
        "product_of",
    ),
    End(
        "any",
        _T,
        "bool",
        0.2,
        ("test",),
        lambda t: lambda xs: True in map(t, xs),
        "any({0} for {x} in {xs})",
        "whether at least one of the {left} {0} (`False` if there are none)",
        fits=("int", "str"),
    ),
    End(
        "all",
        _T,
        "bool",
        0.2,
        ("test",),
        lambda t: lambda xs: False not in map(t, xs),
        "all({0} for {x} in {xs})",
        "whether each of the {left} {0} (`True` if there are none)",
        fits=("int", "str"),
    ),
    End(
        "mode",
        _INTS,
        "int",
        0.3,
        ("default",),
        lambda d: lambda xs: _mode(xs, d),
        "min({xs}, key=lambda {x}: (-{xs}.count({x}), {x}), default={0})",
        "the most frequent of the {left} (the smallest one if several are equally frequent), or {0} if there are none",
        "mode_of",
    ),
    End(
        "alternating",
        _INTS,
        "int",
        0.2,
        (),
        lambda: lambda xs: sum(-one if p & 1 else one for p, one in enumerate(xs)),
        "sum({xs}[::2]) - sum({xs}[1::2])",
        "the alternating sum of the {left}: the first minus the second plus the third and so on (0 if there are none)",
        "alternating_sum_of",
    ),
    End(
        "position_of_max",
        _INTS,
        "int",
        0.3,
        (),
        lambda: _first_largest,
        "{xs}.index(max({xs})) if {xs} else -1",
        "the position, counted from 0, of the largest among the {left} (the first such position if there are several), or -1 if there are none",
        "position_of_largest_in",
    ),
    End(
        "extremes",
        _INTS,
        "tuple[int, int]",
        0.3,
        (),
        lambda: lambda xs: [_smallest(xs, 0), _largest(xs, 0)],
        "min({xs}, default=0), max({xs}, default=0)",
        "a pair of the smallest and the largest of the {left}, in this order (0 and 0 if there are none)",
        "range_of",
    ),
    End(
        "sum_and_count",
        _INTS,
        "tuple[int, int]",
        0.3,
        (),
        lambda: lambda xs: [-sum(-one for one in xs), sum(1 for _ in xs)],
        "sum({xs}), len({xs})",
        "a pair of the sum of the {left} and their number, in this order (0 and 0 if there are none)",
        "sum_and_count_of",
    ),
    End(
        "second_largest",
        _INTS,
        "int",
        0.4,
        ("default",),
        lambda d: lambda xs: _second(xs, d),
        "sorted(set({xs}))[-2] if len(set({xs})) > 1 else {0}",
        "the second largest of the different values among the {left}, or {0} if there are fewer than two different ones",
        "second_largest_of",
    ),
    End(
        "rises",
        _INTS,
        "int",
        0.3,
        (),
        lambda: lambda xs: sum(1 for p in range(1, len(xs)) if xs[p] - xs[p - 1] > 0),
        "sum(a < b for a, b in pairwise({xs}))",
        "how often, among the {left}, one is greater than the one directly before it",
        "rises_in",
    ),
    End(
        "longest_run",
        _T,
        "int",
        0.4,
        (),
        lambda: _longest_run,
        "max((len(list(run)) for _, run in groupby({xs})), default=0)",
        "the length of the longest stretch of equal {many} directly next to each other among the {left} (0 if there are none)",
        "longest_run_of",
    ),
    End(
        "mirrored",
        _T,
        "bool",
        0.4,
        (),
        lambda: lambda xs: all(xs[p] == xs[-1 - p] for p in range(len(xs))),
        "{xs} == {xs}[::-1]",
        "whether the list of the {left} reads the same from both ends (`True` if there are none)",
        "",
        ("int", "char"),
    ),
)

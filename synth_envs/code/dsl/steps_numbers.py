"""Steps from lists of numbers, some of them with a second list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.code.dsl.registry import Step

__all__ = ["NUMBER_STEPS"]

_T = "list[T]"
_INTS = "list[int]"
_ROWS = "list[list[int]]"


def _runs(values: Sequence[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for one in values:
        if found and found[-1][0] == one:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _running(join: Callable[[Any, Any], Any]) -> Callable[[list[Any]], list[Any]]:
    def run(values: list[Any]) -> list[Any]:
        found: list[Any] = []
        for one in values:
            found.append(join(found[-1], one) if found else one)
        return found

    return run


def _neighbours(join: Callable[[Any, Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [join(values[p - 1], values[p]) for p in range(1, len(values))]


def _peaks(values: list[Any]) -> list[Any]:
    return [
        values[p] for p in range(1, len(values) - 1) if values[p - 1] < values[p] > values[p + 1]
    ]


def _records(values: list[Any]) -> list[Any]:
    return [one for p, one in enumerate(values) if all(before < one for before in values[:p])]


def _windows(k: int) -> Callable[[list[int]], list[int]]:
    return lambda values: [
        sum(values[p + q] for q in range(k)) for p in range(max(0, len(values) - k + 1))
    ]


NUMBER_STEPS = (
    Step(
        "differences",
        _INTS,
        _INTS,
        0.1,
        (),
        lambda: _neighbours(lambda a, b: -(a - b)),
        "[b - a for a, b in pairwise({it})]",
        "replace the list with the differences of its neighbours: each {one} except the first, minus the one before it (nothing is left of fewer than two {many})",
        "the list of the differences of neighbours in {prev}: each {one} except the first, minus the one before it (empty if there are fewer than two)",
        "differences",
        ("difference", "differences"),
        scale=10,
    ),
    Step(
        "neighbour_sums",
        _INTS,
        _INTS,
        0.1,
        (),
        lambda: _neighbours(lambda a, b: sum((a, b))),
        "[a + b for a, b in pairwise({it})]",
        "replace the list with the sums of neighbours: each {one} except the last, plus the one after it (nothing is left of fewer than two {many})",
        "the list of the sums of neighbours in {prev}: each {one} except the last, plus the one after it (empty if there are fewer than two)",
        "pair_sums",
        ("sum", "sums"),
        scale=20,
    ),
    Step(
        "running_sum",
        _INTS,
        _INTS,
        0.2,
        (),
        lambda: _running(lambda a, b: a + b),
        "list(accumulate({it}))",
        "replace each {one} with the sum of all {many} from the first one up to and including it",
        "the list of the running totals of {prev}: for each {one}, the sum of all {many} from the first one up to and including it",
        "totals",
        ("total", "totals"),
        scale=40,
    ),
    Step(
        "running_max",
        _INTS,
        _INTS,
        0.2,
        (),
        lambda: _running(lambda a, b: max(b, a)),
        "list(accumulate({it}, max))",
        "replace each {one} with the largest of all {many} from the first one up to and including it",
        "the list of the running maxima of {prev}: for each {one}, the largest of all {many} from the first one up to and including it",
        "peaks",
    ),
    Step(
        "window_sums",
        _INTS,
        _INTS,
        0.4,
        ("window",),
        _windows,
        "[sum({xs}[i : i + {0}]) for i in range(len({xs}) - {less})]",
        "replace the list with the sums of every {0} consecutive {many}, from left to right (nothing is left of fewer than {0} {many})",
        "the list of the sums of every {0} consecutive {many} in {prev}, from left to right (empty if there are fewer than {0})",
        "window_sums",
        ("sum", "sums"),
        scale=25,
    ),
    Step(
        "by_position",
        _INTS,
        _INTS,
        0.3,
        (),
        lambda: lambda xs: [sum([one] * (p + 1)) for p, one in enumerate(xs)],
        "[i * {x} for i, {x} in enumerate({it}, start=1)]",
        "multiply each {one} by its position in the list (1 for the first)",
        "the list that has, for each {one} in {prev}, its product with its position there (1 for the first)",
        "weighted",
        ("product", "products"),
        scale=30,
    ),
    Step(
        "mirror_sum",
        _INTS,
        _INTS,
        0.5,
        (),
        lambda: lambda xs: [xs[p] + xs[len(xs) - 1 - p] for p in range(len(xs))],
        "[a + b for a, b in zip({xs}, reversed({xs}))]",
        "add to each {one} the one at the mirrored position in the list (the first and the last belong together, the second and the second to last, and so on; one in the middle is doubled)",
        "the list that has, for each {one} in {prev}, its sum with the one at the mirrored position there (the first and the last belong together, the second and the second to last, and so on; one in the middle is doubled)",
        "mirrored",
        ("sum", "sums"),
        scale=20,
    ),
    Step(
        "local_peaks",
        _INTS,
        _INTS,
        0.4,
        (),
        lambda: _peaks,
        "[b for a, b, c in zip({xs}, {xs}[1:], {xs}[2:]) if a < b > c]",
        "keep only the {many} that are greater than both of their neighbours (the first and the last one never are)",
        "the {many} in {prev} that are greater than both of their neighbours there (the first and the last one never count)",
        "peaks",
        left="remaining",
    ),
    Step(
        "new_highs",
        _INTS,
        _INTS,
        0.4,
        (),
        lambda: _records,
        "{out} = []\nfor {x} in {xs}:\n    if not {out} or {x} > {out}[-1]:\n        {out}.append({x})",
        "keep only the {many} that are greater than all {many} before them (the first one always is)",
        "the {many} in {prev} that are greater than all {many} before them there (the first one always counts)",
        "highs",
        left="remaining",
    ),
    Step(
        "above_average",
        _INTS,
        _INTS,
        0.4,
        (),
        lambda: lambda xs: [one for one in xs if sum(one - other for other in xs) > 0],
        "[{x} for {x} in {xs} if {x} * len({xs}) > sum({xs})]",
        "keep only the {many} that are greater than the average of all of them at this point",
        "the {many} in {prev} that are greater than the average of {prev}",
        "high",
        left="remaining",
    ),
    Step(
        "chunks",
        _INTS,
        _ROWS,
        0.5,
        ("window",),
        lambda k: lambda xs: [xs[p : p + k] for p in range(len(xs)) if p % k == 0],
        "[{xs}[i : i + {0}] for i in range(0, len({xs}), {0})]",
        "cut the list into groups of {0} consecutive {many} (the last group may be smaller)",
        "the list of groups into which {prev} is cut, {0} consecutive {many} each (the last one may be smaller)",
        "groups",
        ("group", "groups"),
    ),
    Step(
        "runs",
        _INTS,
        _ROWS,
        0.5,
        (),
        lambda: _runs,
        "[list(run) for _, run in groupby({it})]",
        "cut the list into groups of equal {many} that stand directly next to each other, each group as large as possible",
        "the list of groups into which {prev} is cut, where a group consists of equal {many} directly next to each other and is as large as possible",
        "groups",
        ("group", "groups"),
    ),
    Step(
        "zip_sum",
        _INTS,
        _INTS,
        0,
        ("other",),
        lambda ys: lambda xs: [xs[p] + ys[p] for p in range(min(len(xs), len(ys)))],
        "[a + b for a, b in zip({it}, {0})]",
        "add to each {one} the number at the same position in {0}; numbers without a partner are left out",
        "the list of the sums of each {one} in {prev} and the number at the same position in {0} (as far as both lists reach)",
        "sums",
        ("sum", "sums"),
        scale=20,
    ),
    Step(
        "zip_product",
        _INTS,
        _INTS,
        0,
        ("other",),
        lambda ys: lambda xs: [b * a for a, b in zip(xs, ys, strict=False)],
        "[a * b for a, b in zip({it}, {0})]",
        "multiply each {one} by the number at the same position in {0}; numbers without a partner are left out",
        "the list of the products of each {one} in {prev} and the number at the same position in {0} (as far as both lists reach)",
        "products",
        ("product", "products"),
        scale=60,
    ),
    Step(
        "zip_larger",
        _INTS,
        _INTS,
        0,
        ("other",),
        lambda ys: lambda xs: [sorted((xs[p], ys[p]))[1] for p in range(min(len(xs), len(ys)))],
        "[max(a, b) for a, b in zip({it}, {0})]",
        "replace each {one} with the larger one of it and the number at the same position in {0}; numbers without a partner are left out",
        "the list of the larger one of each {one} in {prev} and the number at the same position in {0} (as far as both lists reach)",
        "larger",
    ),
    Step(
        "zip_distance",
        _INTS,
        _INTS,
        0.1,
        ("other",),
        lambda ys: lambda xs: [max(a - b, b - a) for a, b in zip(xs, ys, strict=False)],
        "[abs(a - b) for a, b in zip({it}, {0})]",
        "replace each {one} with the absolute difference between it and the number at the same position in {0}; numbers without a partner are left out",
        "the list of the absolute differences between each {one} in {prev} and the number at the same position in {0} (as far as both lists reach)",
        "distances",
        ("distance", "distances"),
    ),
    Step(
        "zip_wins",
        _INTS,
        _INTS,
        0.2,
        ("other",),
        lambda ys: lambda xs: [xs[p] for p in range(min(len(xs), len(ys))) if not xs[p] <= ys[p]],
        "[a for a, b in zip({it}, {0}) if a > b]",
        "keep only each {one} that is greater than the number at the same position in {0}; numbers without a partner are left out",
        "the {many} in {prev} that are greater than the number at the same position in {0}; numbers without a partner are left out",
        "wins",
        left="remaining",
    ),
    Step(
        "in_other",
        _INTS,
        _INTS,
        0,
        ("other",),
        lambda ys: lambda xs: [one for one in xs if ys.count(one)],
        "[{x} for {x} in {xs} if {x} in {0}]",
        "keep only the {many} that also occur in {0}",
        "the {many} in {prev} that also occur in {0}, in the same order",
        "shared",
        left="remaining",
    ),
    Step(
        "not_in_other",
        _INTS,
        _INTS,
        0,
        ("other",),
        lambda ys: lambda xs: [one for one in xs if not ys.count(one)],
        "[{x} for {x} in {xs} if {x} not in {0}]",
        "remove the {many} that also occur in {0}",
        "the {many} in {prev} that do not occur in {0}, in the same order",
        "own",
        left="remaining",
    ),
    Step(
        "followed_by",
        _INTS,
        _INTS,
        0.2,
        ("other",),
        lambda ys: lambda xs: [*xs, *ys],
        "{xs} + {0}",
        "append all numbers in {0} to the end of {prev}, in their order",
        "the {many} in {prev} followed by the numbers in {0}",
        "combined",
    ),
)

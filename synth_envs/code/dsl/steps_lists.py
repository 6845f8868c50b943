"""Steps from lists of any elements to lists of such elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.code.dsl.registry import Step

__all__ = ["LIST_STEPS"]

_T = "list[T]"
_INTS = "list[int]"
_ROWS = "list[list[int]]"
_ANY = ("int", "str", "char")
_ORDERED = ("int", "str")


def _insertion_sort(down: bool) -> Callable[[list[Any]], list[Any]]:  # noqa: FBT001
    def sort(values: list[Any]) -> list[Any]:
        done: list[Any] = []
        for value in values:
            place = len(done)
            while place and (done[place - 1] < value if down else value < done[place - 1]):
                place -= 1
            done.insert(place, value)
        return done

    return sort


def _sort_by(down: bool) -> Callable[..., Any]:  # noqa: FBT001
    def native(key: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
        def sort(values: list[Any]) -> list[Any]:
            keys = [key(one) for one in values]
            return [
                values[place]
                for level in _insertion_sort(down)(list(dict.fromkeys(keys)))
                for place, one in enumerate(keys)
                if one == level
            ]

        return sort

    return native


def _unique(values: Sequence[Any]) -> list[Any]:
    return [one for place, one in enumerate(values) if one not in values[:place]]


def _before_first(test: Callable[[Any], bool]) -> Callable[[list[Any]], list[Any]]:
    return lambda values: values[
        : next((p for p, one in enumerate(values) if test(one)), len(values))
    ]


def _from_first(test: Callable[[Any], bool]) -> Callable[[list[Any]], list[Any]]:
    return lambda values: values[
        next((p for p, one in enumerate(values) if test(one)), len(values)) :
    ]


def _runs(values: Sequence[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for one in values:
        if found and found[-1][0] == one:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _times(values: list[Any], most: Callable[[int], bool]) -> list[Any]:
    return [one for one in values if most(values.count(one))]


LIST_STEPS = (
    Step(
        "filter",
        _T,
        _T,
        0,
        ("test",),
        lambda t: lambda xs: list(filter(t, xs)),
        "",
        "",
        "",
        "kept",
        left="remaining",
        fits=("int", "str", "char", "list[int]"),
    ),
    Step(
        "map",
        _T,
        "list[U]",
        0,
        ("change",),
        lambda f: lambda xs: list(map(f, xs)),
        "",
        "",
        "",
        "results",
        fits=("int", "str", "char", "list[int]"),
    ),
    Step(
        "sort_up",
        _T,
        _T,
        0,
        (),
        lambda: _insertion_sort(down=False),
        "sorted({it})",
        "sort the {many} in {order}",
        "the {many} in {prev}, sorted in {order}",
        "ordered",
        fits=_ORDERED,
    ),
    Step(
        "sort_down",
        _T,
        _T,
        0,
        (),
        lambda: _insertion_sort(down=True),
        "sorted({it}, reverse=True)",
        "sort the {many} in {reverse_order}",
        "the {many} in {prev}, sorted in {reverse_order}",
        "ordered",
        fits=_ORDERED,
    ),
    Step(
        "sort_by_up",
        _T,
        _T,
        0.3,
        ("key",),
        _sort_by(down=False),
        "sorted({it}, key={key})",
        "sort the {many} in ascending order of {0}; {many} that are equal in this keep their order",
        "the {many} in {prev}, sorted in ascending order of {0} ({many} that are equal in this keep their order)",
        "ordered",
        fits=("int", "str", "list[int]"),
    ),
    Step(
        "sort_by_down",
        _T,
        _T,
        0.3,
        ("key",),
        _sort_by(down=True),
        "sorted({it}, key={key}, reverse=True)",
        "sort the {many} in descending order of {0}; {many} that are equal in this keep their order",
        "the {many} in {prev}, sorted in descending order of {0} ({many} that are equal in this keep their order)",
        "ordered",
        fits=("int", "str", "list[int]"),
    ),
    Step(
        "unique",
        _T,
        _T,
        0,
        (),
        lambda: _unique,
        "list(dict.fromkeys({it}))",
        "remove repeated {many}, so that only the first occurrence of each is left",
        "the different {many} in {prev}, in the order of their first occurrences",
        "unique",
        left="remaining",
        fits=_ANY,
    ),
    Step(
        "reverse",
        _T,
        _T,
        0.1,
        (),
        lambda: lambda xs: [xs[-p] for p in range(1, len(xs) + 1)],
        "{xs}[::-1]",
        "reverse the order of the {many}",
        "the {many} in {prev} in reverse order",
        "backwards",
        fits=("int", "str", "char", "list[int]"),
    ),
    Step(
        "take",
        _T,
        _T,
        0,
        ("count",),
        lambda k: lambda xs: [one for p, one in enumerate(xs) if p < k],
        "{xs}[:{0}]",
        "keep only the first {0} {many} (all of them if there are fewer)",
        "the first {0} {many} in {prev} (all of them if there are fewer)",
        "head",
        left="remaining",
    ),
    Step(
        "drop",
        _T,
        _T,
        0,
        ("count",),
        lambda k: lambda xs: [one for p, one in enumerate(xs) if p >= k],
        "{xs}[{0}:]",
        "remove the first {0} {many} (all of them if there are fewer)",
        "the {many} in {prev} after the first {0} (none if there are no more than {0})",
        "rest",
        left="remaining",
    ),
    Step(
        "take_last",
        _T,
        _T,
        0.1,
        ("count",),
        lambda k: lambda xs: [one for p, one in enumerate(xs) if len(xs) - p <= k],
        "{xs}[-{0}:]",
        "keep only the last {0} {many} (all of them if there are fewer)",
        "the last {0} {many} in {prev} (all of them if there are fewer)",
        "tail",
        left="remaining",
    ),
    Step(
        "every",
        _T,
        _T,
        0.1,
        ("mod",),
        lambda k: lambda xs: [one for p, one in enumerate(xs) if p % k == 0],
        "{xs}[::{0}]",
        "keep only the {many} at the positions 0, {0}, {twice} and so on (counted from 0)",
        "the {many} in {prev} at the positions 0, {0}, {twice} and so on (counted from 0)",
        "spaced",
        left="remaining",
        fits=_ANY,
    ),
    Step(
        "before_first",
        _T,
        _T,
        0.3,
        ("test",),
        _before_first,
        "list(takewhile(lambda {x}: {unless}, {it}))",
        "keep only the {many} before the first one that {0} (all of them if there is no such {one})",
        "the {many} in {prev} before the first one that {0} (all of them if there is no such {one})",
        "prefix",
        left="remaining",
    ),
    Step(
        "from_first",
        _T,
        _T,
        0.3,
        ("test",),
        _from_first,
        "list(dropwhile(lambda {x}: {unless}, {it}))",
        "remove the {many} before the first one that {0} (all of them if there is no such {one})",
        "the {many} in {prev} starting with the first one that {0} (none if there is no such {one})",
        "suffix",
        left="remaining",
    ),
    Step(
        "collapse",
        _T,
        _T,
        0.2,
        (),
        lambda: lambda xs: [run[0] for run in _runs(xs)],
        "[{x} for {x}, _ in groupby({it})]",
        "wherever equal {many} stand directly next to each other, keep only one of them",
        "the {many} in {prev}, where of equal {many} that stand directly next to each other only one is kept",
        "collapsed",
        left="remaining",
        fits=_ANY,
    ),
    Step(
        "rotate",
        _T,
        _T,
        0.2,
        ("count",),
        lambda k: (
            lambda xs: xs if k >= len(xs) else [xs[(p + k) % len(xs)] for p in range(len(xs))]
        ),
        "{xs}[{0}:] + {xs}[:{0}]",
        "move the first {0} {many} to the end, keeping their order (with {0} {many} or fewer, nothing changes)",
        "the {many} in {prev} with the first {0} moved to the end, in the same order (unchanged if there are {0} or fewer)",
        "rotated",
    ),
    Step(
        "front",
        _T,
        _T,
        0.4,
        ("test",),
        lambda t: lambda xs: sorted(xs, key=lambda one: 0 if t(one) else 1),
        "{out} = [{x} for {x} in {xs} if {0}]\n{out} += [{x} for {x} in {xs} if {unless}]",
        "move the {many} that {0s} in front of all others, without changing the order within the two groups",
        "the {many} in {prev} that {0s}, followed by all other {many} in {prev}, each in their original order",
        "arranged",
    ),
    Step(
        "repeated",
        _T,
        _T,
        0.3,
        (),
        lambda: lambda xs: _times(xs, lambda n: n != 1),
        "[{x} for {x} in {xs} if {xs}.count({x}) > 1]",
        "keep only the {many} that occur at least twice at this point (with all their occurrences)",
        "the {many} in {prev} that occur at least twice there, with all their occurrences",
        "repeated",
        left="remaining",
        fits=_ANY,
    ),
    Step(
        "single",
        _T,
        _T,
        0.3,
        (),
        lambda: lambda xs: _times(xs, lambda n: n == 1),
        "[{x} for {x} in {xs} if {xs}.count({x}) == 1]",
        "keep only the {many} that occur exactly once at this point",
        "the {many} in {prev} that occur exactly once there",
        "singles",
        left="remaining",
        fits=_ANY,
    ),
)

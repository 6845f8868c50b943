"""Steps from grids, texts, words and single numbers to something else."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

from synth_envs.code.dsl.registry import Step

__all__ = ["SOURCE_STEPS"]

_TABLE = "dict[str, int]"
_RECORDS = "list[row2]"
_GRID = "list[list[int]]"
_INTS = "list[int]"
_WORDS = "list[str]"
_INDEX = "dict[str, list[str]]"


def _tally(keys: list[str]) -> dict[str, int]:
    return {key: keys.count(key) for key in keys}


def _grouped(values: list[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    return {key(one): [other for other in values if key(other) == key(one)] for one in values}


def _bits(number: int) -> list[int]:
    return [int(one) for one in f"{number:b}"]


def _halvings(number: int) -> list[int]:
    found = []
    while number > 0:
        found.append(number)
        number >>= 1
    return found


def _square_columns(grid: list[list[Any]]) -> list[list[Any]]:
    return [[row[p] for row in grid] for p in range(min(map(len, grid), default=0))]


_GRIDS = (
    Step(
        "columns",
        _GRID,
        _GRID,
        0.1,
        (),
        lambda: _square_columns,
        "[list(column) for column in zip(*{xs})]",
        "replace the {many} with the columns, from left to right, each read from top to bottom",
        "the list of the columns of {prev}, from left to right, each from top to bottom",
        "columns",
        ("column", "columns"),
    ),
    Step(
        "flatten",
        _GRID,
        _INTS,
        0,
        (),
        lambda: lambda rows: functools.reduce(operator.iadd, rows, []),
        "[number for {x} in {xs} for number in {x}]",
        "join the {many} into one list of numbers, one {one} after the other",
        "the list of all numbers in the {many} of {prev}, one {one} after the other",
        "numbers",
        ("number", "numbers"),
    ),
    Step(
        "diagonal",
        _GRID,
        _INTS,
        0.2,
        (),
        lambda: lambda rows: [row[p] for p, row in enumerate(rows) if p < len(row)],
        "[{x}[i] for i, {x} in enumerate({xs}) if i < len({x})]",
        "take the numbers on the diagonal of {prev}: the number at position 0 of the first {one}, at position 1 of the second {one} and so on (skip any {one} that is too short)",
        "the list of the numbers on the diagonal of {prev}: the number at position 0 of the first {one}, at position 1 of the second {one} and so on (skipping any {one} that is too short)",
        "diagonal",
        ("number", "numbers"),
    ),
)
_STRINGS = (
    Step(
        "count_words",
        _WORDS,
        _TABLE,
        0.2,
        (),
        lambda: _tally,
        "dict(Counter({it}))",
        "count how often each {one} occurs, which gives a dictionary from {many} to counts",
        "the dictionary that maps each {one} in {prev} to the number of times it occurs there",
        "counts",
        ("count", "counts"),
        fits=("str",),
        scale=2,
    ),
    Step(
        "count_by",
        _WORDS,
        _TABLE,
        0.3,
        ("label",),
        lambda f: lambda words: _tally([f(w) for w in words]),
        "dict(Counter({0} for {x} in {xs}))",
        "group the {many} by {0} and count each group, which gives a dictionary from {label} to counts",
        "the dictionary that maps each {label1} to the number of {many} in {prev} that have it (only {label} that occur)",
        "counts",
        ("count", "counts"),
        scale=3,
    ),
    Step(
        "group_by",
        _WORDS,
        _INDEX,
        0.2,
        ("label",),
        lambda f: lambda words: _grouped(words, f),
        "{out} = {{}}\nfor {x} in {xs}:\n    {out}.setdefault({0}, []).append({x})",
        "group the {many} by {0}, which gives a dictionary from {label} to lists of {many} in their order",
        "the dictionary that maps each {label1} to the list of the {many} in {prev} that have it, in order (only {label} that occur)",
        "groups",
    ),
    Step(
        "lengths_by_word",
        _WORDS,
        _TABLE,
        0.2,
        (),
        lambda: lambda words: {word: sum(1 for _ in word) for word in words},
        "{{{x}: len({x}) for {x} in {xs}}}",
        "make a dictionary from the {many} to their lengths",
        "the dictionary that maps each {one} in {prev} to its length",
        "lengths",
        ("length", "lengths"),
        scale=3,
    ),
    Step(
        "big_groups",
        _INDEX,
        _INDEX,
        0.4,
        ("two",),
        lambda k: lambda d: {key: d[key] for key in d if len(d[key]) >= k},
        "{{{key}: group for {key}, group in {xs}.items() if len(group) >= {0}}}",
        "keep only the entries whose list has at least {0} elements",
        "the entries of {prev} whose list has at least {0} elements",
        "large",
        left="remaining",
    ),
    Step(
        "group_sizes",
        _INDEX,
        _TABLE,
        0.5,
        (),
        lambda: lambda d: {key: sum(1 for _ in d[key]) for key in d},
        "{{{key}: len(group) for {key}, group in {xs}.items()}}",
        "replace each list in the dictionary with its length",
        "the dictionary that has the lengths of the lists in {prev} in their place",
        "sizes",
        ("size", "sizes"),
        scale=2,
    ),
    Step(
        "characters",
        "str",
        "list[char]",
        0,
        (),
        lambda: lambda text: [text[p] for p in range(len(text))],
        "list({xs})",
        "take the characters of {prev} one by one",
        "the list of the characters of {prev}",
        "characters",
        ("character", "characters"),
    ),
    Step(
        "split",
        "str",
        _WORDS,
        0,
        (),
        lambda: lambda text: [w for w in text.split(" ") if w],
        "{xs}.split()",
        "split {prev} into words",
        "the list of the words in {prev}",
        "words",
        ("word", "words"),
    ),
)
_SOURCES = (
    Step(
        "digits",
        "int",
        _INTS,
        0,
        (),
        lambda: lambda n: ([] if n < 10 else [int(d) for d in str(n // 10)]) + [n % 10],
        "[int(digit) for digit in str({xs})]",
        "take the list of the decimal digits of {prev}, from left to right",
        "the list of the decimal digits of {prev}, from left to right",
        "digits",
        ("digit", "digits"),
        scale=5,
    ),
    Step(
        "bits",
        "int",
        _INTS,
        0.3,
        (),
        lambda: _bits,
        "[int(bit) for bit in bin({xs})[2:]]",
        "take the list of the binary digits of {prev}, from left to right, without leading zeros (0 has the single digit 0)",
        "the list of the binary digits of {prev}, from left to right, without leading zeros (0 has the single digit 0)",
        "bits",
        ("binary digit", "binary digits"),
        scale=1,
    ),
    Step(
        "up_to",
        "int",
        _INTS,
        0,
        (),
        lambda: lambda n: [k + 1 for k in range(n)],
        "list(range(1, {xs} + 1))",
        "take the integers from 1 to {prev}, both included, in ascending order (none if {prev} is 0)",
        "the list of the integers from 1 to {prev}, both included, in ascending order (empty if {prev} is 0)",
        "numbers",
    ),
    Step(
        "divisors",
        "int",
        _INTS,
        0.1,
        (),
        lambda: (
            lambda n: sorted(
                {d for k in range(1, n + 1) if k * k <= n and n % k == 0 for d in (k, n // k)}
            )
        ),
        "[d for d in range(1, {xs} + 1) if {xs} % d == 0]",
        "take the positive divisors of {prev} in ascending order, including 1 and {prev} itself (none if {prev} is 0)",
        "the list of the positive divisors of {prev} in ascending order, including 1 and {prev} itself (empty if {prev} is 0)",
        "divisors",
        ("divisor", "divisors"),
    ),
    Step(
        "halvings",
        "int",
        _INTS,
        0.4,
        (),
        lambda: _halvings,
        "{out} = []\nrest = {xs}\nwhile rest > 0:\n    {out}.append(rest)\n    rest //= 2",
        "list the numbers that come up if {prev} is divided by 2 and rounded down again and again, beginning with {prev} itself and leaving out 0 (none if {prev} is 0)",
        "the list of the numbers that come up if {prev} is divided by 2 and rounded down again and again, beginning with {prev} itself and leaving out 0 (empty if {prev} is 0)",
        "chain",
    ),
)

SOURCE_STEPS = (*_GRIDS, *_STRINGS, *_SOURCES)

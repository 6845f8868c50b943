"""Steps from dictionaries and from rows of name and value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth_envs.code.dsl.registry import Step

__all__ = ["TABLE_STEPS"]

_TABLE = "dict[str, int]"
_RECORDS = "list[row2]"
_GRID = "list[list[int]]"
_INTS = "list[int]"
_WORDS = "list[str]"
_INDEX = "dict[str, list[str]]"


def _tally(keys: list[str]) -> dict[str, int]:
    return {key: keys.count(key) for key in keys}


def _group(join: Callable[[list[int]], int]) -> Callable[[list[Any]], dict[str, int]]:
    return lambda rows: {name: join([v for other, v in rows if other == name]) for name, _ in rows}


def _by_value(table: dict[str, int]) -> list[str]:
    found: list[str] = []
    for level in sorted(set(table.values()), reverse=True):
        found += sorted(key for key, value in table.items() if value == level)
    return found


def _first_of_each(rows: list[Any]) -> list[Any]:
    return [row for place, row in enumerate(rows) if all(row[0] != r[0] for r in rows[:place])]


def _rank(sign: int) -> Callable[[list[Any]], list[Any]]:
    def rank(rows: list[Any]) -> list[Any]:
        levels = sorted({sign * value for _, value in rows})
        return [
            r for level in levels for r in sorted(rows, key=lambda r: r[0]) if r[1] == sign * level
        ]

    return rank


def _merge(other: dict[str, int]) -> Callable[[dict[str, int]], dict[str, int]]:
    def merge(table: dict[str, int]) -> dict[str, int]:
        merged = dict(table)
        for key, value in other.items():
            merged[key] = value if key not in merged else merged[key] + value
        return merged

    return merge


_DICTS = (
    Step(
        "where_value",
        _TABLE,
        _TABLE,
        0,
        ("vtest",),
        lambda t: lambda d: dict(one for one in d.items() if t(one[1])),
        "{{{key}: {value} for {key}, {value} in {xs}.items() if {0}}}",
        "keep only the entries whose {value} {0}",
        "the entries of {prev} whose {value} {0}",
        "kept",
        left="remaining",
    ),
    Step(
        "where_key",
        _TABLE,
        _TABLE,
        0,
        ("ktest",),
        lambda t: lambda d: {k: d[k] for k in filter(t, d)},
        "{{{key}: {value} for {key}, {value} in {xs}.items() if {0}}}",
        "keep only the entries whose {key} {0}",
        "the entries of {prev} whose {key} {0}",
        "kept",
        left="remaining",
    ),
    Step(
        "map_values",
        _TABLE,
        _TABLE,
        0,
        ("vchange",),
        lambda f: lambda d: {k: f(d[k]) for k in d},
        "{{{key}: {0} for {key}, {value} in {xs}.items()}}",
        "replace each {value} with {0}",
        "the dictionary that has, for each {key} in {prev}, its {value} replaced with {0}",
        "changed",
    ),
    Step(
        "at_least_average",
        _TABLE,
        _TABLE,
        0.4,
        (),
        lambda: lambda d: {k: v for k, v in d.items() if sum(v - w for w in d.values()) >= 0},
        "{{{key}: {value} for {key}, {value} in {xs}.items() if {value} * len({xs}) >= sum({xs}.values())}}",
        "keep only the entries whose {value} is at least the average of all {values} at this point",
        "the entries of {prev} whose {value} is at least the average of all {values} in {prev}",
        "kept",
        left="remaining",
    ),
    Step(
        "top_keys",
        _TABLE,
        _TABLE,
        0.4,
        ("count",),
        lambda k: lambda d: {key: d[key] for key in _by_value(d)[:k]},
        "dict(sorted({xs}.items(), key=lambda item: (-item[1], item[0]))[:{0}])",
        "keep only the {0} entries with the largest {values} (if {values} are equal, the entry whose {key} comes first in alphabetical order goes first; all entries if there are fewer than {0})",
        "the {0} entries of {prev} with the largest {values} (if {values} are equal, the entry whose {key} comes first in alphabetical order goes first; all entries if there are fewer than {0})",
        "top",
        left="remaining",
    ),
    Step(
        "keys_sorted",
        _TABLE,
        _WORDS,
        0,
        (),
        lambda: lambda d: [k for k, _ in sorted(d.items())],
        "sorted({xs})",
        "list the {keys} in alphabetical order",
        "the {keys} of {prev}, in alphabetical order",
        "{keys}",
        ("{key}", "{keys}"),
    ),
    Step(
        "keys_ranked",
        _TABLE,
        _WORDS,
        0.2,
        (),
        lambda: _by_value,
        "sorted({xs}, key=lambda {key}: (-{xs}[{key}], {key}))",
        "list the {keys} from the one with the largest {value} to the one with the smallest ({keys} with equal {values} in alphabetical order)",
        "the list of the {keys} of {prev} from the one with the largest {value} to the one with the smallest ({keys} with equal {values} in alphabetical order)",
        "ranking",
        ("{key}", "{keys}"),
    ),
    Step(
        "values_sorted",
        _TABLE,
        _INTS,
        0,
        (),
        lambda: lambda d: [v for v, _ in sorted((v, k) for k, v in d.items())],
        "sorted({xs}.values())",
        "list the {values} in ascending order",
        "the {values} in {prev}, in ascending order (equal ones as often as they occur)",
        "{values}",
        ("{value}", "{values}"),
    ),
    Step(
        "values_by_key",
        _TABLE,
        _INTS,
        0.1,
        (),
        lambda: lambda d: [d[k] for k in sorted(d.keys())],
        "[{xs}[{key}] for {key} in sorted({xs})]",
        "list the {values} in the alphabetical order of their {keys}",
        "the {values} in {prev}, in the alphabetical order of their {keys}",
        "{values}",
        ("{value}", "{values}"),
    ),
    Step(
        "merge",
        _TABLE,
        _TABLE,
        0.3,
        ("othertable",),
        _merge,
        "{out} = dict({xs})\nfor {key}, {value} in {0}.items():\n    {out}[{key}] = {out}.get({key}, 0) + {value}",
        "add the entries of {0} to {prev}: if a {key} is in both dictionaries, its {values} are added up; otherwise its entry is taken as it is",
        "the entries of {prev} and {0} together, where the {values} of a {key} that is in both are added up",
        "merged",
    ),
)
_ROWS = (
    Step(
        "rows_by_value",
        _RECORDS,
        _RECORDS,
        0,
        ("vtest",),
        lambda t: lambda rows: [row for row in rows if t(row[-1])],
        "[[{key}, {value}] for {key}, {value} in {xs} if {0}]",
        "keep only the {many} whose {value} {0}",
        "the {many} in {prev} whose {value} {0}, in the same order",
        "kept",
        left="remaining",
    ),
    Step(
        "rows_by_name",
        _RECORDS,
        _RECORDS,
        0,
        ("ktest",),
        lambda t: lambda rows: [row for row in rows if t(row[0])],
        "[[{key}, {value}] for {key}, {value} in {xs} if {0}]",
        "keep only the {many} whose {key} {0}",
        "the {many} in {prev} whose {key} {0}, in the same order",
        "kept",
        left="remaining",
    ),
    Step(
        "row_values",
        _RECORDS,
        _INTS,
        0,
        (),
        lambda: lambda rows: [row[1] for row in rows],
        "[{value} for _, {value} in {xs}]",
        "take the {value} of each {one}, in order",
        "the list of the {values} in {prev}, in order",
        "{values}",
        ("{value}", "{values}"),
    ),
    Step(
        "row_names",
        _RECORDS,
        _WORDS,
        0,
        (),
        lambda: lambda rows: [row[0] for row in rows],
        "[{key} for {key}, _ in {xs}]",
        "take the {key} of each {one}, in order",
        "the list of the {keys} in {prev}, in order",
        "{keys}",
        ("{key}", "{keys}"),
    ),
    Step(
        "totals_by_name",
        _RECORDS,
        _TABLE,
        0.1,
        (),
        lambda: _group(sum),
        "{out} = {{}}\nfor {key}, {value} in {xs}:\n    {out}[{key}] = {out}.get({key}, 0) + {value}",
        "for each {key}, add up its {values}, which gives a dictionary from {keys} to total {values}",
        "the dictionary that maps each {key} in {prev} to the sum of its {values} there",
        "totals",
        scale=20,
    ),
    Step(
        "best_by_name",
        _RECORDS,
        _TABLE,
        0.2,
        (),
        lambda: _group(max),
        "{out} = {{}}\nfor {key}, {value} in {xs}:\n    {out}[{key}] = max({value}, {out}.get({key}, {value}))",
        "find the largest {value} of each {key}, which gives a dictionary from {keys} to their largest {values}",
        "the dictionary that maps each {key} in {prev} to its largest {value} there",
        "best",
    ),
    Step(
        "rows_per_name",
        _RECORDS,
        _TABLE,
        0.2,
        (),
        lambda: lambda rows: _tally([row[0] for row in rows]),
        "dict(Counter({key} for {key}, _ in {xs}))",
        "count how many {many} each {key} has, which gives a dictionary from {keys} to counts",
        "the dictionary that maps each {key} in {prev} to the number of its {many} there",
        "counts",
        ("count", "counts"),
        scale=2,
    ),
    Step(
        "last_by_name",
        _RECORDS,
        _TABLE,
        0.3,
        (),
        lambda: _group(lambda values: values[-1]),
        "dict({xs})",
        "find the {value} in the last {one} of each {key}, which gives a dictionary from {keys} to {values}",
        "the dictionary that maps each {key} in {prev} to the {value} in its last {one} there",
        "latest",
    ),
    Step(
        "first_of_name",
        _RECORDS,
        _RECORDS,
        0.3,
        (),
        lambda: _first_of_each,
        "{out} = []\nseen = set()\nfor {key}, {value} in {xs}:\n    if {key} not in seen:\n        seen.add({key})\n        {out}.append([{key}, {value}])",
        "keep only the first {one} of each {key}",
        "the {many} in {prev} that are the first ones of their {key}, in the same order",
        "firsts",
        left="remaining",
    ),
    Step(
        "rank_rows_down",
        _RECORDS,
        _RECORDS,
        0.2,
        (),
        lambda: _rank(-1),
        "sorted({xs}, key=lambda row: (-row[1], row[0]))",
        "sort the {many} by {value} from largest to smallest, those with equal {values} in the alphabetical order of their {keys}",
        "the {many} in {prev}, sorted by {value} from largest to smallest (those with equal {values} in the alphabetical order of their {keys})",
        "ranked",
    ),
    Step(
        "rank_rows_up",
        _RECORDS,
        _RECORDS,
        0.2,
        (),
        lambda: _rank(1),
        "sorted({xs}, key=lambda row: (row[1], row[0]))",
        "sort the {many} by {value} from smallest to largest, those with equal {values} in the alphabetical order of their {keys}",
        "the {many} in {prev}, sorted by {value} from smallest to largest (those with equal {values} in the alphabetical order of their {keys})",
        "ranked",
    ),
    Step(
        "first_rows",
        _RECORDS,
        _RECORDS,
        0.1,
        ("count",),
        lambda k: lambda rows: [row for place, row in enumerate(rows) if place < k],
        "{xs}[:{0}]",
        "keep only the first {0} {many} (all of them if there are fewer)",
        "the first {0} {many} in {prev} (all of them if there are fewer)",
        "head",
        left="remaining",
    ),
)

TABLE_STEPS = (*_DICTS, *_ROWS)

"""What a program returns of words, dictionaries and rows of name and value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.code.dsl.registry import End

__all__ = ["TABLE_ENDS"]

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


def _mode(values: Sequence[Any], default: Any) -> Any:
    ranked = sorted(set(values))
    return ranked[_first_largest([values.count(one) for one in ranked])] if ranked else default


def _first_largest(values: Sequence[int]) -> int:
    best = -1
    for place, one in enumerate(values):
        if best < 0 or one > values[best]:
            best = place
    return best


def _extreme(better: Callable[[str, str], bool]) -> Callable[[list[str]], str]:
    def find(words: list[str]) -> str:
        best = words[0] if words else ""
        for one in words:
            if better(one, best):
                best = one
        return best

    return find


def _best_key(table: dict[str, int]) -> str:
    best = ""
    for key in sorted(table, reverse=True):
        if not best or table[key] >= table[best]:
            best = key
    return best


_STRINGS = (
    End(
        "concat",
        _WORDS,
        "str",
        0.1,
        (),
        lambda: lambda xs: "".join(one for one in xs),
        '"".join({it})',
        "the {left} joined into one string, with nothing between them",
        "",
        ("str",),
    ),
    End(
        "text",
        _CHARS,
        "str",
        0,
        (),
        lambda: lambda xs: "".join(one for one in xs),
        '"".join({it})',
        "the string of the {left}, in this order",
        "",
        ("char",),
    ),
    End(
        "join",
        _WORDS,
        "str",
        0.1,
        ("mark",),
        lambda s: lambda xs: "".join(w if p == 0 else f"{s}{w}" for p, w in enumerate(xs)),
        "{0}.join({it})",
        "the {left} joined into one string, with {0} between them (an empty string if there are none)",
        "",
        ("str",),
    ),
    End(
        "longest",
        _WORDS,
        "str",
        0.1,
        (),
        lambda: _extreme(lambda a, b: len(a) > len(b)),
        'max({arg}, key=len, default="")',
        "the longest of the {left} (the first one of several), or an empty string if there are none",
        "longest_of",
    ),
    End(
        "shortest",
        _WORDS,
        "str",
        0.1,
        (),
        lambda: _extreme(lambda a, b: len(a) < len(b)),
        'min({arg}, key=len, default="")',
        "the shortest of the {left} (the first one of several), or an empty string if there are none",
        "shortest_of",
    ),
    End(
        "alphabetical_first",
        _WORDS,
        "str",
        0.1,
        (),
        lambda: _extreme(lambda a, b: a < b),
        'min({arg}, default="")',
        "the one of the {left} that comes first in alphabetical order, or an empty string if there are none",
        "alphabetically_first_of",
    ),
    End(
        "frequent_word",
        _WORDS,
        "str",
        0.3,
        (),
        lambda: lambda xs: _mode(xs, ""),
        'min({xs}, key=lambda {x}: (-{xs}.count({x}), {x}), default="")',
        "the most frequent of the {left} (the one that comes first in alphabetical order if several are equally frequent), or an empty string if there are none",
        "most_frequent_of",
    ),
    End(
        "total_length",
        _WORDS,
        "int",
        0.1,
        (),
        lambda: lambda xs: len("".join(xs)),
        "sum(len({x}) for {x} in {xs})",
        "the total length of the {left} (0 if there are none)",
        "total_length_of",
    ),
)
_TABLES = (
    End(
        "table",
        _TABLE,
        _TABLE,
        0,
        (),
        lambda: lambda d: d,
        "{list}",
        "the dictionary of the {left}",
    ),
    End(
        "index",
        _INDEX,
        _INDEX,
        0,
        (),
        lambda: lambda d: d,
        "{list}",
        "the dictionary of the {left}",
    ),
    End(
        "value_sum",
        _TABLE,
        "int",
        0,
        (),
        lambda: lambda d: -sum(-d[k] for k in d),
        "sum({xs}.values())",
        "the sum of the {values} of the {left} (0 if there are none)",
        "total_of",
    ),
    End(
        "entries",
        _TABLE,
        "int",
        0,
        (),
        lambda: lambda d: sum(1 for _ in d),
        "len({xs})",
        "the number of {left}",
        "count_of",
    ),
    End(
        "best_key",
        _TABLE,
        "str",
        0.1,
        (),
        lambda: _best_key,
        'min({xs}, key=lambda {key}: (-{xs}[{key}], {key}), default="")',
        "the {key} with the largest {value} among the {left} (the one that comes first in alphabetical order if several have it), or an empty string if there are none",
        "top_key_of",
    ),
    End(
        "value_max",
        _TABLE,
        "int",
        0.1,
        ("default",),
        lambda z: lambda d: _largest([d[k] for k in d], z),
        "max({xs}.values(), default={0})",
        "the largest {value} among the {left}, or {0} if there are none",
        "largest_value_of",
    ),
    End(
        "value_spread",
        _TABLE,
        "int",
        0.1,
        (),
        lambda: lambda d: max((d[a] - d[b] for a in d for b in d), default=0),
        "max({xs}.values()) - min({xs}.values()) if {xs} else 0",
        "the difference between the largest and the smallest {value} among the {left} (0 if there are none)",
        "spread_of",
    ),
    End(
        "items_ranked",
        _TABLE,
        "list[tuple[str, int]]",
        0.3,
        (),
        lambda: lambda d: [[k, -n] for n, k in sorted((-d[k], k) for k in d)],
        "sorted({xs}.items(), key=lambda item: (-item[1], item[0]))",
        "the list of the {left} as pairs of {key} and {value}, from the largest {value} to the smallest (those with equal {values} in the alphabetical order of their {keys})",
    ),
    End(
        "largest_group",
        _INDEX,
        "str",
        0.3,
        (),
        lambda: lambda d: _best_key({k: len(v) for k, v in d.items()}),
        'min({xs}, key=lambda {key}: (-len({xs}[{key}]), {key}), default="")',
        "the {key} of the largest group among the {left} (the one that comes first in alphabetical order if several are equally large), or an empty string if there are none",
    ),
)
_ROWS = (
    End(
        "rows",
        _RECORDS,
        _RECORDS,
        0,
        (),
        lambda: lambda rows: rows,
        "{list}",
        "the list of the {left}",
    ),
    End(
        "row_count",
        _RECORDS,
        "int",
        0,
        (),
        lambda: lambda rows: sum(1 for _ in rows),
        "len({xs})",
        "the number of {left}",
        "count_of",
    ),
    End(
        "best_name",
        _RECORDS,
        "str | None",
        0,
        (),
        lambda: lambda rows: rows[_first_largest([r[1] for r in rows])][0] if rows else None,
        "max({xs}, key=lambda row: row[1])[0] if {xs} else None",
        "the {key} in the {one} with the largest {value} among the {left} (the first such {one} if there are several), or `None` if there are none",
        "best_of",
    ),
    End(
        "row_total",
        _RECORDS,
        "int",
        0,
        (),
        lambda: lambda rows: -sum(-value for _, value in rows),
        "sum({value} for _, {value} in {xs})",
        "the sum of the {values} in the {left} (0 if there are none)",
        "total_of",
    ),
    End(
        "names_count",
        _RECORDS,
        "int",
        0.1,
        (),
        lambda: lambda rows: len(dict(rows)),
        "len({{{key} for {key}, _ in {xs}}})",
        "the number of different {keys} in the {left}",
        "distinct_count_of",
    ),
)

TABLE_ENDS = (*_STRINGS, *_TABLES, *_ROWS)

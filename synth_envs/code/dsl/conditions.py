"""Properties of whole lists, on which what is returned can depend."""

from __future__ import annotations

from synth_envs.code.dsl.registry import Test

__all__ = ["CONDITIONS"]

_CONDITIONS = (
    Test(
        "whole_long",
        "list",
        0,
        ("three",),
        lambda c: lambda xs: not len(xs) <= c,
        "len({x}) > {0}",
        "len({x}) <= {0}",
        "has more than {0} elements",
    ),
    Test(
        "whole_short",
        "list",
        0,
        ("three",),
        lambda c: lambda xs: not len(xs) >= c,
        "len({x}) < {0}",
        "len({x}) >= {0}",
        "has fewer than {0} elements",
    ),
    Test(
        "whole_even",
        "list",
        0,
        (),
        lambda: lambda xs: not len(xs) & 1,
        "len({x}) % 2 == 0",
        "len({x}) % 2 != 0",
        "has an even number of elements",
    ),
    Test(
        "whole_repeats",
        "list",
        0.2,
        (),
        lambda: lambda xs: any(xs.count(one) > 1 for one in xs),
        "len(set({x})) < len({x})",
        "len(set({x})) == len({x})",
        "contains some value more than once",
    ),
    Test(
        "whole_contains",
        "list[int]",
        0.2,
        ("digit",),
        lambda c: lambda xs: xs.count(c) > 0,
        "{0} in {x}",
        "{0} not in {x}",
        "contains the number {0}",
    ),
    Test(
        "whole_negative",
        "list[int]",
        0.2,
        (),
        lambda: lambda xs: sum(xs) <= -1,
        "sum({x}) < 0",
        "sum({x}) >= 0",
        "has a negative sum",
    ),
    Test(
        "whole_sum_even",
        "list[int]",
        0.2,
        (),
        lambda: lambda xs: len([one for one in xs if one & 1]) % 2 == 0,
        "sum({x}) % 2 == 0",
        "sum({x}) % 2 != 0",
        "has an even sum (0 for an empty list)",
    ),
)
#: Every property of a whole list by name.
CONDITIONS = {one.name: one for one in _CONDITIONS}

"""Scores of lists in lists, by recursion.

A term is `nested(join, inner, test, change, other)`: numbers that pass the test contribute what the
change gives, others what `other` gives, a change or `zero`; an inner list contributes what `inner` makes of its score; `join` is how the
contributions of the elements make the score of a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth_envs.code.dsl.terms import Term

__all__ = ["INNERS", "JOINS", "native", "python", "told"]

#: Name: meaning, Python of `{0}`, English.
JOINS: dict[str, tuple[Callable[[list[int]], int], str, str]] = {
    "join_sum": (
        lambda xs: -sum(-x for x in xs),
        "sum({0})",
        "the sum of what its elements contribute (0 for an empty list)",
    ),
    "join_max": (
        lambda xs: max([*xs]) if xs else 0,
        "max({0}, default=0)",
        "the largest of what its elements contribute (0 for an empty list)",
    ),
}
INNERS: dict[str, tuple[Callable[..., Callable[[int], int]], str, str]] = {
    "inner_same": (
        lambda: lambda v: v,
        "{x}",
        "its own score",
    ),
    "inner_times": (
        lambda c: lambda v: sum([v] * c),
        "{0} * {x}",
        "{0} times its own score",
    ),
    "inner_minus": (
        lambda: lambda v: 0 - v,
        "-{x}",
        "its own score with the sign changed",
    ),
    "inner_plus": (
        lambda c: lambda v: v - -c,
        "{x} + {0}",
        "its own score plus {0}",
    ),
    "inner_cap": (
        lambda c: lambda v: min(v, c),
        "min({x}, {0})",
        "the smaller of its own score and {0}",
    ),
}


def native(term: Term, compiled: Callable[[Term], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Return the function of a nested list that the term is."""
    join, inner, test, change, other = term.args
    whole = JOINS[join.op][0]
    within = INNERS[inner.op][0](*inner.args)
    passes, worth, rest = compiled(test), compiled(change), compiled(other)

    def value(tree: list[Any]) -> int:
        found = []
        for one in tree:
            if isinstance(one, list):
                found.append(within(value(one)))
            else:
                found.append(worth(one) if passes(one) else rest(one))
        return whole(found)

    return value


def python(
    term: Term,
    entry: str,
    name: str,
    test: Callable[[Term, str], str],
    change: Callable[[Term, str], str],
) -> list[str]:
    """Return the lines of the function, which calls itself.

    Args:
        term: The term.
        entry: The function's name.
        name: Its parameter.
        test: How a test of a number is written.
        change: How a change of a number is written.
    """
    join, inner, passes, worth, other = term.args
    deeper = INNERS[inner.op][1].format(*inner.args, x=f"{entry}(item)")
    return [
        "scores = []",
        f"for item in {name}:",
        "    if isinstance(item, list):",
        f"        scores.append({deeper})",
        f"    elif {test(passes, 'item')}:",
        f"        scores.append({change(worth, 'item')})",
        "    else:",
        f"        scores.append({0 if other.op == 'zero' else change(other, 'item')})",
        f"return {JOINS[join.op][1].format('scores')}",
    ]


def told(
    term: Term, name: str, clause: Callable[[Term], str], its: Callable[[Term], str], style: str
) -> str:
    """Return the term in English.

    Args:
        term: The term.
        name: The parameter.
        clause: How a test of a number is said, "is even".
        its: How a change of a number is said, "its square".
        style: "list", "prose" or "formula".
    """
    join, inner, test, change, other = term.args
    whole, within = JOINS[join.op][2], INNERS[inner.op][2].format(*inner.args)
    worth = "itself" if change.op == "same" else its(change)
    rest = {"zero": "0", "same": "itself"}.get(other.op) or its(other)
    number = f"contributes {worth} if it {clause(test)}, and {rest} otherwise"
    if style == "list":
        return (
            "Every list has a score, which these rules determine:\n"
            f"- The score of a list is {whole}.\n"
            f"- An element that is a number {number}.\n"
            f"- An element that is a list contributes {within}, which is found by the same rules.\n"
            f"Return the score of `{name}`."
        )
    if style == "prose":
        return (
            f"Return the score of `{name}`. The score of a list is {whole}. "
            f"Each number among the elements {number}. Each list among the elements contributes "
            f"{within}, found in the same way."
        )
    return (
        f"Let the score of a list be {whole}. Here, a number {number}. "
        f"A list inside another list contributes {within}, by the same definition. "
        f"The result is the score of `{name}`."
    )

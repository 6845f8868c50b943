"""Functions that solve nothing, but answer: a problem's hidden tests must fail all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sandboxes.values import same_value
from synth_envs.core import Json

__all__ = ["fooled", "guesses", "trivial_solvers"]

Solver = Callable[..., Json]
_CONSTANTS: tuple[Json, ...] = (None, 0, 1, -1, 2, "", [], {}, True, False)


def trivial_solvers(
    inputs: Sequence[Sequence[Json]], values: Sequence[Json], shown: Sequence[int]
) -> list[Solver]:
    """Return constants, arguments, plain functions of the first one, and a table of what is shown.

    Args:
        inputs: Arguments.
        values: The right outputs.
        shown: The places of those that the agent sees.
    """
    texts = [json.dumps(value, sort_keys=True) for value in values]
    common = json.loads(max(sorted(set(texts)), key=texts.count))
    table = {json.dumps(inputs[place]): values[place] for place in shown}
    found = [_constantly(constant) for constant in (common, *_CONSTANTS)]
    found += [_argument(place) for place in range(len(inputs[0]))]
    functions: list[Callable[[Json], Json]] = [len, sum, max, min, sorted, str, abs, _reversed]
    found += [_of_first(function) for function in functions]
    found.append(lambda *given: table.get(json.dumps(given), common))
    return found


def fooled(
    solver: Solver, inputs: Sequence[Sequence[Json]], values: Sequence[Json]
) -> frozenset[int]:
    """Return the places of the inputs on which a solver is wrong."""
    wrong = set()
    for place, (given, value) in enumerate(zip(inputs, values, strict=True)):
        try:
            right = same_value(solver(*given), value)
        except (TypeError, ValueError, IndexError, KeyError):
            right = False
        if not right:
            wrong.add(place)
    return frozenset(wrong)


def _constantly(value: Json) -> Solver:
    return lambda *_: value


def _argument(place: int) -> Solver:
    return lambda *given: given[place]


def _of_first(function: Callable[[Json], Json]) -> Solver:
    return lambda first, *_: function(first)


def _reversed(value: Json) -> Json:
    return value[::-1]


def guesses(parameters: Sequence[tuple[str, str]]) -> list[list[Json]]:
    """Return arguments that anyone would try first, whatever the program."""
    return [[_guess(kind, place) for _, kind in parameters] for place in range(8)]


_INTEGERS = (0, 1, 2, -1, 10, 5, 3, 100)
_STRINGS = ("", "a", "abc", "hello", "aa", "1", "A", "ab ab")
_LISTS = ((), (0,), (1,), (0, 1, 2), (1, 1), (2, 1), (1, 2, 3), (3, 3, 3, 3))


def _guess(kind: str, place: int) -> Json:
    """Return the value of a type that comes to mind at the given place."""
    kind = kind.removesuffix(" | None")
    if kind == "str":
        return _STRINGS[place]
    if kind == "bool":
        return place % 2 == 1
    if kind == "float":
        return float(_INTEGERS[place])
    if kind.startswith("list"):
        inner = kind[5:-1] or "int"
        return [_guess(inner, one) for one in _LISTS[place]]
    if kind.startswith("dict"):
        inner = kind[5:-1].partition(", ")[2] or "int"
        return {_STRINGS[one + 1]: _guess(inner, one) for one in _LISTS[place]}
    if kind.startswith("tuple"):
        return [_INTEGERS[place]] * (kind.count(",") + 1)
    return _INTEGERS[place]

"""Which terms are worth a task: their outputs vary, and each of their operations matters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from synth_envs.code.dsl.interpret import function
from synth_envs.code.dsl.terms import Term
from synth_envs.code.dsl.vocabulary import STEPS
from synth_envs.core import Json

__all__ = ["outputs", "promising", "reduced", "worthwhile"]

_MOST_OUTPUT = 2_000
_LEAST_DISTINCT = 5
#: No output may be that of more than so many of the inputs.
_MOST_COMMON = 0.5
_LEAST_RARE = 0.2
#: A trivial function must be wrong on more than so many.
_MOST_WRONG = 0.15


def _trivial() -> tuple[Callable[[Json], Json], ...]:
    return (len, sum, max, min, sorted, str, lambda value: value[::-1], lambda value: value)


_TRIVIAL = _trivial()


def outputs(term: Term, names: Sequence[str], inputs: Sequence[Sequence[Json]]) -> list[Json]:
    """Return what the term gives for each of the inputs."""
    run = function(term, names)
    return [run(*given) for given in inputs]


def promising(values: Sequence[Json]) -> bool:
    """Tell from a few outputs, quickly, whether it is worth looking at all."""
    count = len(set(map(repr, values)))
    return count > 2 or (count == 2 and isinstance(values[0], bool))


def worthwhile(
    term: Term,
    names: Sequence[str],
    inputs: Sequence[Sequence[Json]],
    values: Sequence[Json],
) -> bool:
    """Tell whether a term is neither degenerate nor longer than it needs to be.

    Args:
        term: A pipe.
        names: The parameters.
        inputs: The arguments.
        values: What the term gives for them.
    """
    texts = [json.dumps(value, sort_keys=True) for value in values]
    counts = Counter(texts)
    most = max(counts.values())
    if max(map(len, texts)) > _MOST_OUTPUT:
        return False
    if all(isinstance(value, bool) for value in values):
        if len(counts) < 2 or min(counts.values()) < _LEAST_RARE * len(texts):
            return False
    elif len(counts) < _LEAST_DISTINCT or most > _MOST_COMMON * len(texts):
        return False
    if any(_same(one, inputs, values) for one in _TRIVIAL):
        return False
    return all(_differs(other, names, inputs, values) for other in reduced(term))


def _same(
    solver: Callable[[Json], Json], inputs: Sequence[Sequence[Json]], values: Sequence[Json]
) -> bool:
    """Tell whether a trivial function is right on nearly all inputs."""
    wrong = 0
    for given, value in zip(inputs, values, strict=True):
        try:
            found = solver(given[0])
        except (TypeError, ValueError, KeyError, IndexError):
            found = None
        if found != value or isinstance(found, bool) != isinstance(value, bool):
            wrong += 1
            if wrong > _MOST_WRONG * len(inputs):
                return False
    return True


def _differs(
    other: Term, names: Sequence[str], inputs: Sequence[Sequence[Json]], values: Sequence[Json]
) -> bool:
    run = function(other, names)
    try:
        # Twice at least: what a single input shows, the tests could miss.
        seen = 0
        for given, value in zip(inputs, values, strict=True):
            if run(*given) != value:
                seen += 1
                if seen == 2:
                    return True
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        return True
    return False


def reduced(term: Term) -> Iterator[Term]:
    """Yield the term without one of its parts, for each part that can go."""
    parts = term.args
    for place in range(1, len(parts)):
        one = parts[place]
        if one.op == "guard":
            yield Term("pipe", (*parts[:place], *parts[place + 1 :]))
            continue
        # A string can be read like the list of its characters, so that step seems to do nothing.
        if one.op in STEPS and one.op != "characters" and len(parts) > 3:
            # Where the types no longer fit, the rest fails, which counts as a difference.
            yield Term("pipe", (*parts[:place], *parts[place + 1 :]))
        for simpler in _simpler(one):
            yield Term("pipe", (*parts[:place], simpler, *parts[place + 1 :]))


def _simpler(term: Term) -> Iterator[Term]:
    """Yield terms of the same type with one part less."""
    if term.op in {"both", "either"}:
        yield from term.args
        yield Term("never" if term.op == "both" else "always")
        return
    if term.op == "nested":
        join, inner, test, change, other = term.args
        yield Term("nested", (join, inner, Term("always"), change, other))
        yield Term("nested", (join, inner, Term("never"), change, other))
        if change.op != "same":
            yield Term("nested", (join, inner, test, Term("same"), other))
        if other.op != "zero":
            yield Term("nested", (join, inner, test, change, Term("zero")))
    if term.op == "case":
        yield term.args[1]
        yield term.args[2]
    if term.op == "branch":
        yield term.args[1]
        yield term.args[2]
        return
    for place, one in enumerate(term.args):
        if not isinstance(one, Term):
            continue
        if one.op == "rule" and len(one.args) > 1:
            yield Term(term.op, (*term.args[:place], *term.args[place + 1 :]))
            if len(one.args) > 2:
                for drop in range(1, len(one.args)):
                    kept = Term("rule", (*one.args[:drop], *one.args[drop + 1 :]))
                    yield Term(term.op, (*term.args[:place], kept, *term.args[place + 1 :]))
        for simpler in _simpler(one):
            yield Term(term.op, (*term.args[:place], simpler, *term.args[place + 1 :]))

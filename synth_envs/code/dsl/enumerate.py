"""Bottom-up enumeration of programs: those that agree with examples, the smallest ones first.

Two programs that give the same on all examples are one: only the first is built upon. The budget
is a number of programs tried, so the result depends on nothing but the arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from synth_envs.code.dsl.interpret import compiled
from synth_envs.code.dsl.python import to_python
from synth_envs.code.dsl.registry import Change, End, Step, Test, element
from synth_envs.code.dsl.terms import Ref, Term
from synth_envs.code.dsl.vocabulary import (
    CHANGES,
    changes_of,
    ends_for,
    given_type,
    steps_for,
    tests_of,
)
from synth_envs.core import Json

__all__ = ["BUDGET", "enumerate_programs", "to_python"]

#: How many programs are tried if nothing else is said.
BUDGET = 6_000
_NUMBERS = (0, 1, 2, 3, 4, 5, 6, 8, 10)
_TEXTS = {"letter": "aeiorstnlcdmp", "middle": "fghmnps", "mark": ",-/+"}
_SMALL = {"mod", "mod3", "count", "window", "two", "three", "length"}
#: Operations above this level are left to other solvers.
_LEVEL = 0.2
#: Larger programs are never reached.
_MOST_SIZE = 16
#: Results that are longer than this on the examples together are not built upon.
_MOST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class _Partial:
    """A program without an end, and what it gives on the examples."""

    steps: tuple[Term, ...]
    kind: str
    values: tuple[Json, ...]


@dataclass(slots=True)
class _Search:
    """What stays the same while programs are enumerated."""

    parameters: Sequence[tuple[str, str]]
    returns: str
    given: Sequence[Sequence[Json]]
    wanted: str
    numbers: tuple[int, ...]
    left: int

    def program(self, steps: Sequence[Term]) -> Term:
        return Term("pipe", (Ref(self.parameters[0][0]), *steps))

    def ended(self, partial: _Partial, size: int) -> Iterator[Term]:
        """Yield the programs that end a partial one with an end of a size, and are right."""
        for term, gives in _ends(partial.kind, self.numbers).get(size, ()):
            if not _matches(gives, self.returns):
                continue
            self.left -= 1
            found = _values(term, partial.values)
            if found is not None and found[1] == self.wanted:
                yield self.program((*partial.steps, term))
            if self.left <= 0:
                return

    def extended(
        self, partial: _Partial, size: int, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[_Partial, str]]:
        """Yield what a partial program becomes with a step of a size, if that is new."""
        others = tuple(self.parameters[1:])
        names = [name for name, _ in self.parameters]
        for term, kind in _steps(partial.kind, self.numbers, others).get(size, ()):
            if self.left <= 0:
                return
            self.left -= 1
            bound = [dict(zip(names, one, strict=True)) for one in self.given] if others else None
            found = _values(term, partial.values, bound)
            if found is None or len(found[1]) > _MOST_TEXT:
                continue
            values, key = found
            mark = (kind, key)
            if mark not in seen:
                seen.add(mark)
                yield _Partial((*partial.steps, term), kind, tuple(values)), key


def enumerate_programs(
    parameters: Sequence[tuple[str, str]],
    returns: str,
    examples: Sequence[tuple[Sequence[Json], Json]],
    budget: int = BUDGET,
) -> Iterator[Term]:
    """Yield the programs that agree with all examples, in the order of their sizes.

    Args:
        parameters: Names and types.
        returns: The type of the result, as Python writes it.
        examples: Arguments and outputs.
        budget: How many programs are tried.
    """
    given = [list(arguments) for arguments, _ in examples]
    outputs = [value for _, value in examples]
    search = _Search(parameters, returns, given, _key(outputs), _constants(given, outputs), budget)
    start = _Partial((), _kind(parameters[0][1]), tuple(one[0] for one in given))
    seen = {(start.kind, _key(start.values))}
    partials: list[list[_Partial]] = [[start]]
    for size in range(1, _MOST_SIZE):
        for before in range(size):
            for partial in partials[before]:
                yield from search.ended(partial, size - before)
        following: list[_Partial] = []
        for before in range(size):
            for partial in partials[before]:
                for longer, key in search.extended(partial, size - before, seen):
                    following.append(longer)
                    for end, gives in _plain(longer.kind) if key == search.wanted else ():
                        if _matches(gives, returns):
                            yield search.program((*longer.steps, end))
        partials.append(following)
        if search.left <= 0:
            return


def _kind(kind: str) -> str:
    """Return the vocabulary's name of a type that Python writes like this."""
    return "list[row2]" if kind == "list[list[str | int]]" else kind


def _matches(gives: str, returns: str) -> bool:
    return gives.replace("row2", "list[str | int]").replace("char", "str") == returns


def _key(values: Sequence[Json]) -> str:
    # A dictionary's order is no part of its value.
    return repr([sorted(one.items()) if isinstance(one, dict) else one for one in values])


def _values(
    term: Term, values: Sequence[Json], bound: Sequence[dict[str, Json]] | None = None
) -> tuple[list[Json], str] | None:
    """Return what a step gives for each value, and its key, or None if it fails on one."""
    try:
        if bound is None:
            run = compiled(term)
            found = [run(value) for value in values]
        else:
            pairs = zip(values, bound, strict=True)
            found = [compiled(_bind(term, names))(value) for value, names in pairs]
        return found, _key(found)
    except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, AttributeError):
        return None


def _bind(term: Term, names: dict[str, Json]) -> Term:
    args = [
        names[one.name]
        if isinstance(one, Ref)
        else _bind(one, names)
        if isinstance(one, Term)
        else one
        for one in term.args
    ]
    return Term(term.op, tuple(args))


def _constants(given: Sequence[Sequence[Json]], outputs: Sequence[Json]) -> tuple[int, ...]:
    """Return the numbers that programs may name: the usual ones, and the examples' own."""
    found = dict.fromkeys(_NUMBERS)
    for value in (*outputs, *(one for arguments in given for one in arguments)):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 15:
                found[one] = None
    return tuple(sorted(found))


def _arguments(
    row: Step | End | Test | Change, numbers: tuple[int, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield the constants that an operation can have."""
    if not row.draws:
        yield ()
    elif len(row.draws) == 1:
        kind = row.draws[0]
        if kind in _SMALL:
            yield from ((one,) for one in (2, 3, 4, 5, 6))
        elif kind in {"limit", "limit1", "digit"}:
            yield from ((one,) for one in (*numbers, -1))
        elif kind in _TEXTS:
            yield from ((one,) for one in _TEXTS[kind])
        elif kind == "default":
            yield from ((0,), (-1,))


@cache
def _tests(kind: str, numbers: tuple[int, ...]) -> tuple[Term, ...]:
    rows = [one for one in tests_of(kind) if one.level <= _LEVEL]
    return tuple(Term(one.name, args) for one in rows for args in _arguments(one, numbers))


@cache
def _changed(kind: str, numbers: tuple[int, ...]) -> tuple[Term, ...]:
    rows = [one for one in changes_of(kind) if one.level <= _LEVEL]
    return tuple(Term(one.name, args) for one in rows for args in _arguments(one, numbers))


def _by_size(found: Sequence[tuple[Term, str]]) -> dict[int, list[tuple[Term, str]]]:
    sizes: dict[int, list[tuple[Term, str]]] = {}
    for one in found:
        sizes.setdefault(one[0].size, []).append(one)
    return sizes


@cache
def _steps(
    kind: str, numbers: tuple[int, ...], others: tuple[tuple[str, str], ...]
) -> dict[int, list[tuple[Term, str]]]:
    """Return every step that can follow, with the type of what it gives, by size."""
    found: list[tuple[Term, str]] = []
    of = element(kind)
    named = [Ref(name) for name, one in others if one == "int"]
    for row in steps_for(kind):
        if row.level > _LEVEL:
            continue
        draw = row.draws[0] if row.draws else ""
        if draw in {"other", "othertable"}:
            wanted = "list[int]" if draw == "other" else "dict[str, int]"
            found += [(Term(row.name, (Ref(n),)), kind) for n, one in others if one == wanted]
        elif draw in {"test", "vtest", "ktest"}:
            about = {"vtest": "int", "ktest": "str"}.get(draw, of)
            terms = (*_tests(about, numbers), *_named(tests_of(about), named))
            found += [(Term(row.name, (test,)), kind) for test in terms]
        elif draw == "change":
            terms = (*_changed(of, numbers), *_named(changes_of(of), named))
            found += [
                (Term(row.name, (one,)), given_type(row, kind, CHANGES[one.op].to)) for one in terms
            ]
        elif draw == "vchange":
            found += [(Term(row.name, (one,)), kind) for one in _changed("int", numbers)]
        elif draw == "label":
            labels = (Term("first_letter"), Term("last_letter"))
            found += [(Term(row.name, (one,)), given_type(row, kind)) for one in labels]
        else:
            choices = [*_arguments(row, numbers)]
            if draw == "count":
                choices += [(one,) for one in named]
            found += [(Term(row.name, args), given_type(row, kind)) for args in choices]
    return _by_size(found)


def _named(rows: Sequence[Test | Change], named: Sequence[Ref]) -> list[Term]:
    return [
        Term(row.name, (one,))
        for row in rows
        if row.draws in {("limit",), ("limit1",), ("mod",), ("mod3",)}
        for one in named
    ]


@cache
def _ends(kind: str, numbers: tuple[int, ...]) -> dict[int, list[tuple[Term, str]]]:
    found = []
    for row in ends_for(kind):
        if row.level > _LEVEL + 0.1 or row.python == "{list}":
            continue
        if row.draws == ("test",):
            terms = [Term(row.name, (one,)) for one in _tests(element(kind), numbers)]
        else:
            terms = [Term(row.name, args) for args in _arguments(row, numbers)]
        found += [(one, given_type(row, kind)) for one in terms]
    return _by_size(found)


@cache
def _plain(kind: str) -> tuple[tuple[Term, str], ...]:
    """Return the end that returns the value as it is, if there is one."""
    rows = [one for one in ends_for(kind) if one.python == "{list}"]
    return tuple((Term(one.name), given_type(one, kind)) for one in rows[:1])

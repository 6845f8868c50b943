"""All operations by name, and which of them can follow a value of a type."""

from __future__ import annotations

from functools import cache

from synth_envs.code.dsl.changes import NUMBER_CHANGES
from synth_envs.code.dsl.changes_words import WORD_CHANGES
from synth_envs.code.dsl.conditions import CONDITIONS
from synth_envs.code.dsl.ends import LIST_ENDS
from synth_envs.code.dsl.ends_tables import TABLE_ENDS
from synth_envs.code.dsl.predicates import NUMBER_TESTS
from synth_envs.code.dsl.predicates_words import WORD_TESTS
from synth_envs.code.dsl.registry import Change, End, Step, Test, element
from synth_envs.code.dsl.steps_lists import LIST_STEPS
from synth_envs.code.dsl.steps_numbers import NUMBER_STEPS
from synth_envs.code.dsl.steps_sources import SOURCE_STEPS
from synth_envs.code.dsl.steps_tables import TABLE_STEPS

__all__ = [
    "CHANGES",
    "CONDITIONS",
    "ENDS",
    "STEPS",
    "TESTS",
    "changes_of",
    "ends_for",
    "given_type",
    "steps_for",
    "tests_of",
]

#: Every test of an element by name.
TESTS = {one.name: one for one in (*NUMBER_TESTS, *WORD_TESTS)}
#: Every change of an element by name.
CHANGES = {one.name: one for one in (*NUMBER_CHANGES, *WORD_CHANGES)}
#: Every step by name.
STEPS = {one.name: one for one in (*LIST_STEPS, *NUMBER_STEPS, *TABLE_STEPS, *SOURCE_STEPS)}
#: Every end by name.
ENDS = {one.name: one for one in (*LIST_ENDS, *TABLE_ENDS)}


def _accepts(one: Step | End, kind: str) -> bool:
    if one.takes == "list[T]":
        return element(kind) in one.fits
    return one.takes == kind


@cache
def steps_for(kind: str) -> tuple[Step, ...]:
    """Return the steps that take a value of the type."""
    return tuple(one for one in STEPS.values() if _accepts(one, kind))


@cache
def ends_for(kind: str) -> tuple[End, ...]:
    """Return the ends that take a value of the type."""
    return tuple(one for one in ENDS.values() if _accepts(one, kind))


@cache
def tests_of(kind: str) -> tuple[Test, ...]:
    """Return the tests of elements of the type."""
    return tuple(one for one in TESTS.values() if one.of == kind)


@cache
def changes_of(kind: str) -> tuple[Change, ...]:
    """Return the changes of elements of the type."""
    return tuple(one for one in CHANGES.values() if one.of == kind)


def given_type(one: Step | End, kind: str, changed: str = "") -> str:
    """Return the type of what a step or end gives for a value of type `kind`.

    Args:
        one: The step or end.
        kind: The type of what it takes.
        changed: The type of the elements after a change, if the step applies one.
    """
    return one.gives.replace("T]", f"{element(kind)}]").replace("U]", f"{changed}]")

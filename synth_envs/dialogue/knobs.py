"""Levels: what makes a case hard, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from synth_envs.families import suggest

__all__ = ["LEVELS", "Knobs", "knobs_of", "level_of"]

LEVELS = 10


@dataclass(frozen=True)
class Knobs:
    """How hard a case is.

    Attributes:
        slots: In which entities, records or devices differ.
        rows: Entities on offer.
        subgoals: Wishes of a customer, at most.
        rules: Besides those that every service has.
        depth: Of exceptions to rules.
        unknown: Facts that the customer cannot say, at most.
        changes: Wishes about which they change their mind, at most.
        noise: The share of values misheard; half as many words are mistyped.
        volunteer: The share of facts that they say unasked.
        patience: Useless turns that they bear.
        impostor: The share of customers who are somebody else.
        distractors: Useless tools.
        transient: The share of calls that fail for no reason.
        twins: The share of entities that differ from another in one value only.
        chain: Calls that a write needs before it.
        fallbacks: Wishes that fit nothing at first, at most.
    """

    slots: int
    rows: int
    subgoals: int
    rules: int
    depth: int
    unknown: int
    changes: int
    noise: float
    volunteer: float
    patience: int
    impostor: float
    distractors: int
    transient: float
    twins: float
    chain: int
    fallbacks: int


_EASIEST = Knobs(2, 20, 1, 2, 0, 0, 0, 0.0, 1.0, 8, 0.0, 0, 0.0, 0.0, 1, 0)
_HARDEST = Knobs(8, 500, 4, 20, 3, 3, 2, 0.3, 0.2, 3, 0.1, 10, 0.15, 0.5, 6, 2)


def level_of(difficulty: float) -> int:
    """Return the level, 0 to 9, of a difficulty in [0, 1]."""
    return min(int(difficulty * LEVELS), LEVELS - 1)


def knobs_of(level: int, changed: Mapping[str, float] | None = None) -> Knobs:
    """Return the knobs of a level.

    Args:
        level: 0 to 9.
        changed: Knobs to set otherwise, by name.

    Raises:
        ValueError: There is no such level or knob, or a value is out of range.
    """
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level < LEVELS:
        msg = f"level must be an integer from 0 to {LEVELS - 1}, got {level!r}"
        raise ValueError(msg)
    share = level / (LEVELS - 1)
    found = {}
    for one in fields(Knobs):
        low, high = getattr(_EASIEST, one.name), getattr(_HARDEST, one.name)
        # Rows grow by a factor a level, so that the middle ones are not all large.
        value = low * (high / low) ** share if one.name == "rows" else low + share * (high - low)
        found[one.name] = value if isinstance(low, float) else round(value)
    knobs = Knobs(**found)
    for name, value in (changed or {}).items():
        if name not in found:
            msg = f"unknown knob {name!r}{suggest(name, found)}"
            raise ValueError(msg)
        low, high = sorted((getattr(_EASIEST, name), getattr(_HARDEST, name)))
        whole = isinstance(getattr(_EASIEST, name), int)
        if (
            isinstance(value, bool)
            or not isinstance(value, int if whole else int | float)
            or not low <= value <= high
        ):
            msg = f"knob {name} must be {'an integer' if whole else 'a number'} in [{low}, {high}], got {value!r}"
            raise ValueError(msg)
        setting: dict[str, Any] = {name: value if whole else float(value)}
        knobs = replace(knobs, **setting)
    return knobs

"""The skill score: how much of what there is to gain over caution alone somebody gained.

A return says little: driving at walking speed, or braking always, earns much of it in some episodes
and little in others. The score puts 0 at the better of these two on the same episode, and 1 at the
best that the clairvoyant planner found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_envs.driving.experts import make_driver
from synth_envs.driving.planner import Planner, begun

__all__ = ["LEAST_SPAN", "References", "Skill", "play", "references", "skill"]

#: Episodes in which there is less than this to gain (in units of return: a quarter of a collision's
#: cost) are measured as if there were as much, from the ceiling down.
LEAST_SPAN = 5.0
_CAUTIOUS = ("creep", "slower")
_RESAMPLES_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Skill:
    """Skill scores of some episodes.

    Attributes:
        scores: Of each episode, float64 (episodes,): 0 at the floor, 1 at the ceiling. Unbounded
            below (a crash costs more than caution), and above 1 where the planner was beaten.
        mean: Their mean.
        low: The lower end of a bootstrap confidence interval of the mean.
        high: Its upper end.
        confidence: Of the interval, in (0, 1).
    """

    scores: np.ndarray
    mean: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class References:
    """What the scale of the skill score hangs on, for some episodes.

    Attributes:
        task_ids: Of the episodes.
        floor: The better return of the drivers "creep" and "slower", float64 (episodes,).
        ceiling: The best return that the planner or either of these found, float64 (episodes,).
        solved: Whether the planner found a way without a crash, bool (episodes,).
    """

    task_ids: tuple[str, ...]
    floor: np.ndarray
    ceiling: np.ndarray
    solved: np.ndarray


def skill(
    returns: Sequence[float] | np.ndarray,
    floor: Sequence[float] | np.ndarray,
    ceiling: Sequence[float] | np.ndarray,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    least_span: float = LEAST_SPAN,
) -> Skill:
    """Score the returns of episodes between floor and ceiling of the same episodes.

    The score is 1 - (ceiling - return) / (ceiling - floor). Where the ceiling is hardly above the floor
    the span is taken as `least_span`: whoever is as good as the ceiling then scores 1, nothing is
    divided by almost zero, and a crash still counts.

    Args:
        returns: Undiscounted returns, (episodes,).
        floor: As `References.floor`, (episodes,).
        ceiling: As `References.ceiling`, (episodes,); where below the floor, the floor is taken.
        confidence: Of the interval, in (0, 1).
        resamples: How often the bootstrap draws episodes, at least 1.
        seed: Of the bootstrap; equal seeds give equal intervals.
        least_span: The smallest span, above 0.

    Raises:
        ValueError: The arrays are empty, of different lengths or not finite, or an argument is out of
            range.

    >>> skill([60.0, 20.0, -10.0], [20.0, 20.0, 20.0], [60.0, 60.0, 60.0]).scores
    array([ 1.  ,  0.  , -0.75])
    """
    columns = [np.asarray(column, np.float64) for column in (returns, floor, ceiling)]
    got, low, high = columns
    if got.ndim != 1 or not got.size or low.shape != got.shape or high.shape != got.shape:
        shapes = ", ".join(str(column.shape) for column in columns)
        msg = (
            f"returns, floor and ceiling must be as many numbers, at least one: got shapes {shapes}"
        )
        raise ValueError(msg)
    if not all(np.isfinite(column).all() for column in columns):
        msg = "returns, floor and ceiling must be finite"
        raise ValueError(msg)
    if not (0 < confidence < 1 and least_span > 0 and resamples >= 1):
        msg = f"confidence must be in (0, 1), least_span above 0 and resamples at least 1: got {confidence!r}, {least_span!r}, {resamples!r}"
        raise ValueError(msg)
    high = np.maximum(high, low)
    scores = 1.0 - (high - got) / np.maximum(high - low, least_span)
    means = _resampled_means(scores, resamples, np.random.default_rng(seed))
    tail = 0.5 * (1.0 - confidence)
    lower, upper = np.quantile(means, [tail, 1.0 - tail])
    return Skill(scores, float(scores.mean()), float(lower), float(upper), confidence)


def _resampled_means(scores: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Means of as many draws of as many episodes with replacement, some at a time."""
    batch = max(1, _RESAMPLES_AT_ONCE // scores.size)
    means = [
        scores[rng.integers(scores.size, size=(min(batch, resamples - done), scores.size))].mean(axis=1)
        for done in range(0, resamples, batch)
    ]  # fmt: skip
    return np.concatenate(means)


def play(driver: str, task_ids: Sequence[str], **env_kwargs: Any) -> np.ndarray:
    """Return what a scripted driver earns in some episodes, float64 (episodes,).

    Args:
        driver: One of `experts.POLICIES`.
        task_ids: As in `info["task_id"]`.
        **env_kwargs: Arguments of the environment that the episodes are of.

    Raises:
        TypeError: An argument is unknown.
        ValueError: A name is unknown, or an argument has a bad value.
    """
    env = begun(task_ids, **env_kwargs)
    policy = make_driver(driver, env)
    sim, returns = env.sim, np.zeros(len(task_ids))
    running = np.ones(len(task_ids), np.bool_)
    while running.any():
        sim.step(policy.act(sim.observations), running)
        returns += sim.rewards
        running &= ~(sim.terminations | sim.truncations)
    return returns


def references(task_ids: Sequence[str], *, replans: int = 9, **env_kwargs: Any) -> References:
    """Return floor and ceiling of some episodes.

    Args:
        task_ids: As in `info["task_id"]`.
        replans: How often the planner plans anew, in [0, 9]; more can only raise the ceiling.
        **env_kwargs: Arguments of the environment that the episodes are of.

    Raises:
        TypeError: An argument is unknown.
        ValueError: A name is unknown, or an argument has a bad value.
    """
    cautious = [play(name, task_ids, **env_kwargs) for name in _CAUTIOUS]
    floor = np.maximum(*cautious)
    plans = Planner(begun(task_ids, **env_kwargs)).plan_all(replans=replans)
    ceiling = np.maximum(floor, [plan.returns for plan in plans])
    solved = np.array([not plan.crashed for plan in plans])
    return References(tuple(task_ids), floor, ceiling, solved)

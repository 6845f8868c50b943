"""Kernels that draw applicants: a function of an episode's key and an applicant's number."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.elementary import exp, normal_cdf
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import gaussian, mixed, uniform
from synth_envs.trading.credit.law import (
    AMOUNT_LOGS,
    AMOUNT_SPREAD,
    BEND,
    CROSS,
    LEVEL_CUTS,
    LEVELS,
    LOADINGS,
    SECTOR_EFFECTS,
    SECTOR_JOB_SLOPES,
    SECTOR_SHARES,
    SLOPES,
    TERM_EFFECTS,
    TERM_SHARES,
)  # fmt: skip
from synth_envs.trading.credit.layout import (
    AMOUNT,
    DIFFICULTY,
    EXACT,
    FIRST_LATENT,
    FIRST_SLOPE,
    INTERCEPT,
    LEVEL,
    MONTH,
    MONTHS,
    PROBABILITY,
    SECTOR,
    SIGNAL,
    TERM,
)  # fmt: skip

__all__ = ["draw_applicant", "set_slopes"]

_PEOPLE, _DRIFT = 101, 103
_SIZE = len(SLOPES)
#: How far the slopes wander in an episode at difficulty 1, as standard deviations at its end.
_WANDER = 0.12


@kernel
def _chosen(u: float, shares: np.ndarray) -> int:
    k, total = 0, shares[0]
    while u >= total and k < len(shares) - 1:
        k += 1
        total += shares[k]
    return k


@kernel
def set_slopes(row: np.ndarray, key: np.uint64, rules: np.ndarray) -> None:
    """Set the month's slopes of the index: with difficulty they drift over the months.

    Args:
        row: The episode's state.
        key: Of the episode.
        rules: Of the simulator.
    """
    drift = mixed(key, _DRIFT)
    share = 0.0
    if rules[EXACT] == 0.0:
        share = _WANDER * row[DIFFICULTY] * row[MONTH] / rules[MONTHS]
    for j in range(_SIZE):
        row[FIRST_SLOPE + j] = SLOPES[j]
        if share > 0.0:
            row[FIRST_SLOPE + j] += share * gaussian(drift, j)


@kernel
def draw_applicant(row: np.ndarray, key: np.uint64, number: int) -> None:
    """Put an applicant into the episode's row, with the probability of default over the term.

    Args:
        row: The episode's state, whose slopes are set.
        key: Of the episode.
        number: Of the applicant, from 0.
    """
    people = mixed(mixed(key, _PEOPLE), number)
    index = 0.0
    for j in range(_SIZE):
        row[FIRST_LATENT + j] = gaussian(people, 2 + j)
    # In place, from the last to the first: a latent needs the draws up to its own.
    for j in range(_SIZE - 1, -1, -1):
        latent = 0.0
        for k in range(j + 1):
            latent += LOADINGS[j, k] * row[FIRST_LATENT + k]
        row[FIRST_LATENT + j] = latent
        index += row[FIRST_SLOPE + j] * latent
    term = _chosen(uniform(people, 0), TERM_SHARES)
    sector = _chosen(uniform(people, 1), SECTOR_SHARES)
    level = 0
    while level < len(LEVEL_CUTS) and row[FIRST_LATENT] > LEVEL_CUTS[level]:
        level += 1
    use = row[FIRST_LATENT + 1]
    index += BEND * (use * use - 1.0) + LEVELS[level] + TERM_EFFECTS[term] + SECTOR_EFFECTS[sector]
    index += SECTOR_JOB_SLOPES[sector] * row[FIRST_LATENT + 5]
    if level > 0:
        index += CROSS * use
    row[TERM], row[SECTOR], row[LEVEL] = term, sector, level
    row[AMOUNT] = exp(AMOUNT_LOGS[term] + AMOUNT_SPREAD * row[FIRST_LATENT + 7])
    probability = normal_cdf(row[INTERCEPT] + row[SIGNAL] * index)
    row[PROBABILITY] = min(max(probability, 1e-5), 0.95)

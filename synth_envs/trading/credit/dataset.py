"""Applicants with labels, for training offline: nothing of an episode but the applicants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_envs.seeding import mix64
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.simulator import CreditSim

__all__ = ["FEATURES", "Dataset", "dataset", "identities"]

#: The entries of observations that are the applicant's own.
FEATURES = at.OBSERVED[:16]
_LABEL, _BATCH = 2**40, 256


class Dataset(NamedTuple):
    """A table of cases.

    Attributes:
        features: float32 (n, names), the entries of observations.
        labels: bool (n,), True for a default within the term.
        amounts: float64 (n,), thousands of euros.
        names: Of the features.
    """

    features: np.ndarray
    labels: np.ndarray
    amounts: np.ndarray
    names: tuple[str, ...]


def dataset(n: int, key: int, difficulty: float) -> Dataset:
    """Return applicants and what would become of them, each a function of the key and its place.

    Labels are Bernoulli draws of the true probability, for all applicants: what no lender sees.

    Args:
        n: How many.
        key: A seed; tables of different keys are independent.
        difficulty: In [0, 1].
    """
    return _table(n, key, difficulty)[0]


def identities(n: int, key: int, difficulty: float) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what names the cases of `dataset` and must tell nothing, float64 (n, 3), and names."""
    _, episodes, numbers = _table(n, key, difficulty)
    hashed = (mix64(episodes, numbers.astype(np.uint64)) >> np.uint64(11)).astype(np.float64)
    columns = [numbers.astype(np.float64), hashed, (episodes >> np.uint64(11)).astype(np.float64)]
    return np.stack(columns, axis=1), ("position", "applicant_id", "episode_id")


def _table(n: int, key: int, difficulty: float) -> tuple[Dataset, np.ndarray, np.ndarray]:
    envs = min(_BATCH, max(1, n))
    # No loan is ever granted here, and without months there is no drift within a table.
    sim = CreditSim(envs, exact=True, months=1, per_month=100, history=False)
    everybody, zeros = np.ones(envs, np.bool_), np.zeros(envs, np.int64)
    parts: list[tuple[np.ndarray, ...]] = []
    held, block = 0, 0
    while held < n:
        numbers = np.arange(block * envs, (block + 1) * envs, dtype=np.uint64)
        keys = mix64(np.full(envs, key % 2**64, np.uint64), numbers)
        sim.reset(everybody, keys, np.full(envs, difficulty))
        for step in range(sim.steps):
            p, amounts = sim.probabilities(), sim.amounts()
            draws = (mix64(keys, _LABEL + step) >> np.uint64(11)) * 2.0**-53
            seen = sim.observations[:, : len(FEATURES)].copy()
            parts.append((seen, draws < p, amounts, keys, np.full(envs, step)))
            held += envs
            if held >= n:
                break
            sim.step(zeros, everybody)
        block += 1
    features, labels, amounts, episodes, steps = (
        np.concatenate(column)[:n] for column in zip(*parts, strict=True)
    )
    return Dataset(features, labels, amounts, FEATURES), episodes, steps

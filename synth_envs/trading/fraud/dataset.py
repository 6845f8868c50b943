"""Payments with labels, for training offline: the stream as it is if everything is let through."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_envs.seeding import mix64
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.simulator import FraudSim

__all__ = ["FEATURES", "Dataset", "dataset", "identities"]

#: The entries of observations that describe the payment.
FEATURES = at.OBSERVED[: at.OWN]
_BATCH = 64


class Dataset(NamedTuple):
    """A table of cases, episode by episode and in order of time within each.

    Attributes:
        features: float32 (n, names), the entries of observations.
        labels: bool (n,), True for fraud.
        amounts: float64 (n,), hundreds of euros.
        names: Of the features.
    """

    features: np.ndarray
    labels: np.ndarray
    amounts: np.ndarray
    names: tuple[str, ...]


def dataset(n: int, key: int, difficulty: float) -> Dataset:
    """Return payments and what they were, a function of the key.

    Args:
        n: How many; an episode has 1,120.
        key: A seed; tables of different keys are independent.
        difficulty: In [0, 1].
    """
    return _table(n, key, difficulty)[0]


def identities(n: int, key: int, difficulty: float) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what names the cases of `dataset` and must tell nothing, float64 (n, 5), and names."""
    return _table(n, key, difficulty)[1], (
        "customer",
        "payee",
        "category",
        "payment_id",
        "position",
    )


def _table(n: int, key: int, difficulty: float) -> tuple[Dataset, np.ndarray]:
    held = 0
    blocks: list[tuple[np.ndarray, ...]] = []
    while held < n:
        blocks.append(_block(key, len(blocks), difficulty))
        held += len(blocks[-1][1])
    features, labels, amounts, names = (
        np.concatenate(column)[:n] for column in zip(*blocks, strict=True)
    )
    return Dataset(features, labels, amounts, FEATURES), names


def _block(key: int, block: int, difficulty: float) -> tuple[np.ndarray, ...]:
    sim = FraudSim(_BATCH, history=False)
    numbers = np.arange(block * _BATCH, (block + 1) * _BATCH, dtype=np.uint64)
    keys = mix64(np.full(_BATCH, key % 2**64, np.uint64), numbers)
    everybody, zeros = np.ones(_BATCH, np.bool_), np.zeros(_BATCH, np.int64)
    sim.reset(everybody, keys, np.full(_BATCH, difficulty))
    features = np.zeros((_BATCH, sim.steps, at.OWN), np.float32)
    labels = np.zeros((_BATCH, sim.steps), np.bool_)
    amounts = np.zeros((_BATCH, sim.steps))
    names = np.zeros((_BATCH, sim.steps, 5))
    for step in range(sim.steps):
        features[:, step] = sim.observations[:, : at.OWN]
        labels[:, step], amounts[:, step] = sim.labels() > 0, sim.amounts()
        who, payee = sim.parties()
        names[:, step, 0], names[:, step, 1] = who, payee
        names[:, step, 2], names[:, step, 4] = payee % at.CATEGORIES, step
        names[:, step, 3] = (mix64(keys, 2**41 + step) >> np.uint64(11)).astype(np.float64)
        sim.step(zeros, everybody)
    size = _BATCH * sim.steps
    return features.reshape(size, -1), labels.ravel(), amounts.ravel(), names.reshape(size, -1)

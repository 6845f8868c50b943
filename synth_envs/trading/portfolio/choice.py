"""What to hold: the best weights for expected returns, a covariance and what trading costs."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel

__all__ = ["best_weights"]

_SWEEPS, _SETTLED, _HALVINGS = 60, 1e-7, 24


@kernel
def best_weights(
    mean: np.ndarray, covariance: np.ndarray, held: np.ndarray, cost: np.ndarray, aversion: float, short: bool,
    limit: float, wanted: np.ndarray,
) -> None:  # fmt: skip
    """Maximise w mean - aversion w C w / 2 - cost |w - held|, with sizes that sum to `limit` at most.

    The cost makes a band in which nothing is traded. Coordinate descent, with a price of exposure
    found by halving; one episode after the other.

    Args:
        mean: Expected returns over cash, float64 (n, k).
        covariance: float64 (n, k, k), positive definite.
        held: Weights now, float64 (n, k).
        cost: Of a unit traded, over a bar, float64 (n,).
        aversion: At least 0.
        short: Whether weights may be negative.
        limit: Of exposure.
        wanted: The weights are written here, float64 (n, k).
    """
    for i in range(len(mean)):
        wanted[i] = held[i]
        total = _descend(mean, covariance, held, cost[i], aversion, short, limit, 0.0, wanted, i)
        if total <= limit + 1e-9:
            continue
        low, high = 0.0, 1e-12
        for k in range(mean.shape[1]):
            high = max(high, abs(mean[i, k]) + cost[i])
        for _ in range(_HALVINGS):
            price = 0.5 * (low + high)
            total = _descend(
                mean, covariance, held, cost[i], aversion, short, limit, price, wanted, i
            )
            if total > limit:
                low = price
            else:
                high = price
        total = _descend(mean, covariance, held, cost[i], aversion, short, limit, high, wanted, i)
        if total > limit:  # what has drifted above it
            wanted[i] *= limit / total


@kernel
def _descend(
    mean: np.ndarray, covariance: np.ndarray, held: np.ndarray, cost: float, aversion: float, short: bool,
    limit: float, price: float, wanted: np.ndarray, i: int,
) -> float:  # fmt: skip
    """Improve one weight after the other at a price of exposure; return the exposure."""
    count = mean.shape[1]
    least = -limit if short else 0.0
    for _ in range(_SWEEPS):
        moved = 0.0
        for k in range(count):
            slope = mean[i, k]
            for j in range(count):
                if j != k:
                    slope -= aversion * covariance[i, k, j] * wanted[i, j]
            curve = max(aversion * covariance[i, k, k], 1e-9)
            new = _best_one(slope, curve, held[i, k], cost, price, least, limit)
            moved = max(moved, abs(new - wanted[i, k]))
            wanted[i, k] = new
        if moved < _SETTLED:
            break
    total = 0.0
    for k in range(count):
        total += abs(wanted[i, k])
    return total


@kernel
def _best_one(
    slope: float, curve: float, held: float, cost: float, price: float, least: float, most: float
) -> float:  # fmt: skip
    """Maximise slope w - curve w^2 / 2 - cost |w - held| - price |w|, concave with two kinks."""
    best, worth = 0.0, -1e300
    for which in range(6):
        if which < 4:
            # Between the kinks: bought or sold, long or short.
            bought = cost if which % 2 == 0 else -cost
            long = price if which < 2 else -price
            w = (slope - bought - long) / curve
        else:
            w = held if which == 4 else 0.0
        w = min(max(w, least), most)
        value = slope * w - 0.5 * curve * w * w - cost * abs(w - held) - price * abs(w)
        if value > worth:
            best, worth = w, value
    return best

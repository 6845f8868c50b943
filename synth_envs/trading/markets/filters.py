"""What calibration runs over a series: a recursion of variances, and Hamilton's filter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from synth_envs.kernels.jit import kernel

__all__ = ["switching", "variances"]


@kernel
def _variances(
    x: np.ndarray, whole: float, arch: float, leverage: float, garch: float, out: np.ndarray
) -> None:
    omega = whole * (1.0 - arch - 0.5 * leverage - garch)
    v = whole
    for t in range(len(x)):
        out[t] = v
        v = omega + (arch + (x[t] < 0.0) * leverage) * x[t] * x[t] + garch * v


def variances(
    x: np.ndarray, whole: float, arch: float, leverage: float, garch: float
) -> np.ndarray:
    """Return the conditional variances of a GJR process whose long-run variance is `whole`."""
    out = np.empty(x.size)
    _variances(x, whole, arch, leverage, garch, out)
    return out


@kernel
def _smooth(densities: np.ndarray, moves: np.ndarray, first: np.ndarray, out: np.ndarray) -> float:
    """Write the smoothed chances of (now, next) states, float64 (n, 2, 2); return the likelihood's log."""
    n = len(densities)
    ahead = np.empty((n, 2))
    total = 0.0
    for t in range(n):
        for j in range(2):
            prior = (
                first[j]
                if t == 0
                else ahead[t - 1, 0] * moves[0, j] + ahead[t - 1, 1] * moves[1, j]
            )
            ahead[t, j] = prior * densities[t, j]
        whole = ahead[t, 0] + ahead[t, 1]
        total += math.log(whole)
        ahead[t, 0] /= whole
        ahead[t, 1] /= whole
    back0, back1 = 1.0, 1.0
    for t in range(n - 1, -1, -1):
        for a in range(2):
            out[t, a, 0] = ahead[t, a] * moves[a, 0] * back0
            out[t, a, 1] = ahead[t, a] * moves[a, 1] * back1
        whole = out[t, 0, 0] + out[t, 0, 1] + out[t, 1, 0] + out[t, 1, 1]
        for a in range(2):
            out[t, a, 0] /= whole
            out[t, a, 1] /= whole
        # What bar t says of the state before it: the density of bar t, seen from the state now.
        b0 = densities[t, 0] * (moves[0, 0] * back0 + moves[0, 1] * back1)
        b1 = densities[t, 1] * (moves[1, 0] * back0 + moves[1, 1] * back1)
        scale = b0 + b1
        back0, back1 = b0 / scale, b1 / scale
    return total


def switching(r: np.ndarray, rounds: int = 500) -> dict[str, Any]:
    """Return a Markov chain of two normal distributions of returns, the calmer one first.

    Returns:
        `means` and `deviations` of the two, and `moves`, the chances in a bar to leave the calm and
        the turbulent one.
    """
    size = np.abs(r - r.mean())
    deviations = np.array([0.7, 1.6]) * r.std()
    means = np.full(2, r.mean())
    if size.max() > 0.0:
        deviations = np.array([np.quantile(size, 0.6), np.quantile(size, 0.95)])
    moves = np.array([[0.98, 0.02], [0.05, 0.95]])
    pairs, last = np.empty((r.size, 2, 2)), -math.inf
    for _ in range(rounds):
        z = (r[:, None] - means) / deviations
        densities = np.exp(-0.5 * z * z) / deviations + 1e-300
        first = np.array([moves[1, 0], moves[0, 1]]) / (moves[1, 0] + moves[0, 1])
        total = _smooth(densities, moves, first, pairs)
        weight = pairs.sum(axis=2)
        counts = pairs[:-1].sum(axis=0)
        moves = np.clip(counts / counts.sum(axis=1, keepdims=True), 1e-5, 1.0)
        moves /= moves.sum(axis=1, keepdims=True)
        means = (weight * r[:, None]).sum(axis=0) / weight.sum(axis=0)
        squares = (weight * (r[:, None] - means) ** 2).sum(axis=0) / weight.sum(axis=0)
        deviations = np.sqrt(np.maximum(squares, 1e-6 * r.var()))
        if total - last < 1e-7 * abs(total):
            break
        last = total
    order = np.argsort(deviations)
    return {
        "means": means[order],
        "deviations": deviations[order],
        "moves": (float(moves[order[0], order[1]]), float(moves[order[1], order[0]])),
    }

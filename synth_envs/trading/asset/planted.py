"""When to trade on a fading expected return if trading costs a share of its value: a dynamic programme."""

from __future__ import annotations

import functools
import math

import numpy as np

__all__ = ["plan"]

_SIGNALS, _REACH, _SWEEPS, _SETTLED = 31, 3.0, 200, 1e-6


@functools.lru_cache(maxsize=8192)
def plan(
    persistence: float,
    mean: float,
    spread: float,
    sigma: float,
    cost: float,
    aversion: float,
    positions: tuple[float, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Return what to hold for each expected return and each position held, if that goes on for ever.

    A bar is worth x z - aversion sigma x^2 / 2 - (cost / sigma) |x - x_before|, in units of sigma, where
    z, the expected return over sigma, is an autoregression on a grid (Tauchen, "Finite state
    Markov-chain approximations", Economics Letters 20 (1986)). For small bars that is the growth of
    log wealth, or of constant relative risk aversion.

    Args:
        persistence: Of z, in [0, 1).
        mean: Of z.
        spread: Standard deviation of z.
        sigma: Of a bar's return, above 0.
        cost: Of a trade, as a share of its value.
        aversion: Relative risk aversion.
        positions: The choices, shares of wealth.

    Returns:
        The grid of z (m,), and the best choice's place in `positions`, int64 (m, len(positions)).
    """
    spread = max(spread, 1e-9)
    grid = mean + spread * np.linspace(-_REACH, _REACH, _SIGNALS)
    moves = _tauchen(persistence, mean, spread, grid)
    held = np.asarray(positions)
    worth = grid[:, None] * held[None, :] - 0.5 * aversion * sigma * held[None, :] ** 2
    trade = (cost / sigma) * np.abs(held[:, None] - held[None, :])  # from, to
    future = np.zeros_like(worth)
    for _ in range(_SWEEPS):
        later = worth + moves @ future
        # From each position the best of all: value, less what it costs to get there.
        values = (later[:, None, :] - trade[None, :, :]).max(axis=2)
        values -= values[_SIGNALS // 2, 0]  # only differences matter
        if np.abs(values - future).max() < _SETTLED:
            break
        future = values
    later = worth + moves @ future
    return grid, (later[:, None, :] - trade[None, :, :]).argmax(axis=2)


def _tauchen(persistence: float, mean: float, spread: float, grid: np.ndarray) -> np.ndarray:
    """Return the chances of moving between the points of a grid."""
    noise = spread * math.sqrt(max(1.0 - persistence**2, 1e-6))
    middle = mean + persistence * (grid - mean)
    edges = (grid[1:] + grid[:-1]) / 2.0
    below = _normal_cdf((edges[None, :] - middle[:, None]) / noise)
    whole = np.concatenate([np.zeros((len(grid), 1)), below, np.ones((len(grid), 1))], axis=1)
    moves: np.ndarray = np.diff(whole, axis=1)
    return moves


def _normal_cdf(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = 0.5 * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))
    return found

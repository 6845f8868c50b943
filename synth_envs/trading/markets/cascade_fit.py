"""Fitting the multifractal volatility by simulated moments."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.trading.markets.facts import autocorrelations
from synth_envs.trading.markets.market import Market, paths

__all__ = ["fit_msm"]

_LAGS = np.array([1, 2, 5, 10, 20, 40, 70, 100])
_PATHS, _LONGEST = 12, 8000
_DEGREES = (4.0, 6.0, 8.0, 12.0, 24.0)
# Names, where the search begins, steps, and bounds; fast and ratio by their logarithms.
_NAMES = ("spread", "fast", "ratio", "leverage")
_FIRST = np.array([1.35, math.log(0.2), math.log(3.0), 0.5])
_STEPS = np.array([0.08, 0.5, 0.25, 0.25])
_LOW = np.array([1.05, math.log(0.01), math.log(1.6), 0.0])
_HIGH = np.array([1.8, math.log(0.6), math.log(5.0), 0.9])
_ROUNDS = 24


def fit_msm(r: np.ndarray) -> dict[str, float]:
    """Return the cascade's own parameters, so that simulated moments come near those of returns.

    Moments: the autocorrelations of |r| at eight lags, the shape of the body and of the tails, and
    the mean correlation of a return with the next ten squares. The same random numbers serve all
    tries, and a compass search halves its steps until nothing comes nearer.

    Args:
        r: Log returns of a bar each, of variance 1, float64 (n,).
    """
    wanted = _moments(r - r.mean())
    n = min(r.size, _LONGEST)
    best: tuple[float, np.ndarray, float] = (math.inf, _FIRST, 8.0)

    def distance(place: np.ndarray, degrees: float) -> float:
        fast = min(math.exp(place[1]), 0.98 * (1.0 - math.exp(-place[2])))
        own = {"spread": place[0], "fast": fast, "ratio": math.exp(place[2]), "leverage": place[3]}
        # One bar a year and a small deviation, so that nothing is cut.
        tried = Market(
            "msm",
            volatility=0.01,
            bars_per_year=1.0,
            own=own | {"degrees": degrees, "feedback": 0.0},
        )
        close = paths(tried, np.arange(_PATHS, dtype=np.uint64), n, start=1.0)["close"]
        made = np.diff(np.log(close), axis=1)
        mean = np.mean([_moments(one / one.std()) for one in made], axis=0)
        return float(np.sum(((mean - wanted) * _WEIGHTS) ** 2))

    for degrees in _DEGREES:
        value = distance(_FIRST, degrees)
        if value < best[0]:
            best = (value, _FIRST, degrees)
    size = 1.0
    for _ in range(_ROUNDS):
        before = best[0]
        for k in range(_FIRST.size):
            for side in (1.0, -1.0):
                place = best[1].copy()
                place[k] = min(max(place[k] + side * size * _STEPS[k], _LOW[k]), _HIGH[k])
                value = distance(place, best[2])
                if value < best[0]:
                    best = (value, place, best[2])
                    break
        at = _DEGREES.index(best[2])
        for other in _DEGREES[max(at - 1, 0) : at + 2]:
            value = distance(best[1], other)
            if value < best[0]:
                best = (value, best[1], other)
        if best[0] == before:
            size *= 0.5
        if size < 0.05:
            break
    spread, fast, ratio, leverage = best[1]
    return {
        "spread": float(spread),
        "fast": min(math.exp(fast), 0.98 * (1.0 - math.exp(-ratio))),
        "ratio": math.exp(ratio),
        "leverage": float(leverage),
        "feedback": 0.0,
        "degrees": best[2],
    }


# How exactly each moment is known, about one over its sampling error.
_WEIGHTS = np.concatenate([np.full(_LAGS.size, 30.0), [60.0, 60.0, 20.0, 100.0]])


def _moments(r: np.ndarray) -> np.ndarray:
    """Return the moments of returns of variance 1, float64 (12,)."""
    size = np.abs(r)
    half, ten, one = np.quantile(size, [0.5, 0.9, 0.99])
    squares = r * r - 1.0
    answer = np.mean([np.mean(r[:-k] * squares[k:]) for k in range(1, 11)])
    shape = [size.mean(), half, math.log(one / ten), answer]
    return np.concatenate([autocorrelations(size, int(_LAGS[-1]))[_LAGS - 1], shape])

"""Stylised facts: what is measured of a series of returns, to compare generators with markets.

Definitions and names follow Cont, "Empirical properties of asset returns", Quantitative Finance 1
(2001) 223; Bouchaud, Matacz and Potters, Phys. Rev. Letters 87 (2001) 228701; Jensen, Johansen and
Simonsen, Physica A 324 (2003) 338.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np

__all__ = ["FACTS", "autocorrelations", "facts", "hill", "spearman"]

#: What `facts` measures, in words.
FACTS = {
    "kurtosis_1": "excess kurtosis 1 day",
    "kurtosis_5": "excess kurtosis 5 days",
    "kurtosis_20": "excess kurtosis 20 days",
    "hill_left": "Hill index, left",
    "hill_right": "Hill index, right",
    "skewness": "skewness",
    "acf_1": "ACF r, lag 1",
    "acf_max": "max |ACF r|, lags 2-20",
    "acf_abs_1": "ACF |r|, lag 1",
    "acf_abs_20": "ACF |r|, lag 20",
    "acf_abs_100": "ACF |r|, lag 100",
    "decay": "decay of ACF |r|",
    "leverage": "leverage correlation",
    "leverage_near": "leverage L, lags 1-5",
    "leverage_reversed": "the same, time-reversed",
    "wait_gain": "days to +5 sd, median",
    "wait_loss": "days to -5 sd, median",
    "coarse_fine": "coarse-fine asymmetry",
    "kurtosis_filtered": "kurtosis, filtered",
    "volume": "Spearman |r|, volume",
}

_SHORTEST = 600
_HORIZON, _EVERY, _THRESHOLD = 400, 5, 5.0
_FORGET, _WARM_UP = 0.94, 100
_MONTHS = 60  # days of the rolling mean of volume


def facts(returns: np.ndarray, volume: np.ndarray | None = None) -> dict[str, float]:
    """Return every statistic of a series.

    Args:
        returns: Log returns of a bar each, float64 (n,), n at least 600.
        volume: Of the same bars, above 0; without it its statistic is nan.

    Returns:
        The statistics that `FACTS` names. Hill indices take the largest 5 % of the positive (negative)
        returns; the decay exponent is of ACF |r| over lags 1 to 100, by least squares of logarithms where
        it is positive; the leverage correlation is the mean of corr(r_t, r_{t+k}^2) over k = 1 to 10, and
        L that of E[r_t r_{t+k}^2] / E[r^2]^2 of demeaned returns over k = 1 to 5; waits are of the demeaned log price, from
        every fifth day on, of those that end within 400 days; coarse-fine is corr(c_{t-1}, f_t) -
        corr(f_{t-1}, c_t) of c = |sum of r| and f = sum of |r| over blocks of 5 days; volume is that
        of |r| and of log volume minus its mean over 60 days.

    Raises:
        ValueError: The series is too short, not finite, or has no variance.
    """
    r = np.asarray(returns, dtype=np.float64)
    if r.ndim != 1 or r.size < _SHORTEST or not np.isfinite(r).all() or not r.std() > 0.0:
        msg = (
            f"returns must be at least {_SHORTEST} finite numbers that differ, got shape {r.shape}"
        )
        raise ValueError(msg)
    size, linear = np.abs(r), autocorrelations(r, 20)
    slow = autocorrelations(size, 100)
    x = r - r.mean()
    square = float(np.mean(x * x)) ** 2
    return {
        "kurtosis_1": _kurtosis(r),
        "kurtosis_5": _kurtosis(_blocks(r, 5).sum(axis=1)),
        "kurtosis_20": _kurtosis(_blocks(r, 20).sum(axis=1)),
        "hill_left": hill(-r),
        "hill_right": hill(r),
        "skewness": _moment(r, 3),
        "acf_1": float(linear[0]),
        "acf_max": float(np.abs(linear[1:]).max()),
        "acf_abs_1": float(slow[0]),
        "acf_abs_20": float(slow[19]),
        "acf_abs_100": float(slow[99]),
        "decay": _decay(slow),
        "leverage": float(np.mean([_correlation(r[:-k], r[k:] ** 2) for k in range(1, 11)])),
        "leverage_near": float(np.mean([np.mean(x[:-k] * x[k:] ** 2) for k in range(1, 6)])) / square,
        "leverage_reversed": float(np.mean([np.mean(x[k:] * x[:-k] ** 2) for k in range(1, 6)])) / square,
        "wait_gain": _wait(r, 1.0),
        "wait_loss": _wait(r, -1.0),
        "coarse_fine": _coarse_fine(r),
        "kurtosis_filtered": _kurtosis(_filtered(r)),
        "volume": math.nan if volume is None else _with_volume(size, np.asarray(volume, np.float64)),
    }  # fmt: skip


def hill(values: np.ndarray, share: float = 0.05) -> float:
    """Return the Hill index of the right tail: of the largest `share` of the positive values."""
    positive = np.sort(values[values > 0.0])[::-1]
    k = max(int(share * positive.size), 2)
    return float(1.0 / np.mean(np.log(positive[:k] / positive[k])))


def autocorrelations(values: np.ndarray, lags: int) -> np.ndarray:
    """Return the autocorrelations at lags 1 to `lags`, float64 (lags,)."""
    x = values - values.mean()
    return np.asarray([np.dot(x[:-k], x[k:]) for k in range(1, lags + 1)] / np.dot(x, x))


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of ranks; ties are taken in their order."""
    return _correlation(np.argsort(np.argsort(one)), np.argsort(np.argsort(other)))


def _moment(x: np.ndarray, order: int) -> float:
    centred = x - x.mean()
    return float(np.mean(centred**order) / np.mean(centred * centred) ** (order / 2))


def _kurtosis(x: np.ndarray) -> float:
    return _moment(x, 4) - 3.0


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    a, b = x - x.mean(), y - y.mean()
    return float(np.dot(a, b) / math.sqrt(np.dot(a, a) * np.dot(b, b)))


def _blocks(r: np.ndarray, days: int) -> np.ndarray:
    return r[: r.size // days * days].reshape(-1, days)


def _decay(acf: np.ndarray) -> float:
    """Return minus the slope of log ACF over log lag; nan where too little is positive."""
    kept = np.flatnonzero(acf > 0.0)
    if kept.size < 20:
        return math.nan
    return float(-np.polyfit(np.log(kept + 1.0), np.log(acf[kept]), 1)[0])


def _wait(r: np.ndarray, side: float) -> float:
    """Return the median number of days until the price has gone 5 standard deviations to a side.

    It is of those starts from which it goes there within the horizon.
    """
    path = np.concatenate([[0.0], np.cumsum(r - r.mean())]) * side
    level = _THRESHOLD * r.std()
    if path.size <= _HORIZON + 1:
        return math.nan
    ahead = np.lib.stride_tricks.sliding_window_view(path, _HORIZON + 1)[::_EVERY]
    reached = ahead[:, 1:] - ahead[:, :1] >= level
    kept = reached.any(axis=1)
    return float(np.median(reached[kept].argmax(axis=1) + 1)) if kept.any() else math.nan


def _coarse_fine(r: np.ndarray) -> float:
    weeks = _blocks(r, 5)
    coarse, fine = np.abs(weeks.sum(axis=1)), np.abs(weeks).sum(axis=1)
    return _correlation(coarse[:-1], fine[1:]) - _correlation(fine[:-1], coarse[1:])


def _filtered(r: np.ndarray) -> np.ndarray:
    """Return the returns over an exponentially weighted standard deviation of those before."""
    squares = (r * r).tolist()
    first = float(np.mean(squares[:_WARM_UP]))
    before = list(
        accumulate(squares, lambda v, x: _FORGET * v + (1.0 - _FORGET) * x, initial=first)
    )
    return np.asarray(r[_WARM_UP:] / np.sqrt(np.maximum(before[_WARM_UP:-1], 1e-300)))


def _with_volume(size: np.ndarray, volume: np.ndarray) -> float:
    if volume.shape != size.shape or not (np.isfinite(volume) & (volume > 0.0)).all():
        msg = f"volume must be {size.size} numbers above 0, got shape {volume.shape}"
        raise ValueError(msg)
    logs = np.log(volume)
    sums = np.cumsum(np.concatenate([[0.0], logs]))
    mean = (sums[_MONTHS:] - sums[:-_MONTHS]) / _MONTHS
    return spearman(size[_MONTHS - 1 :], logs[_MONTHS - 1 :] - mean)

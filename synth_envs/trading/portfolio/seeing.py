"""What an agent sees of a portfolio: each asset, all of them together, and its account."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import log
from synth_envs.kernels.jit import kernel
from synth_envs.trading import ledger as to
from synth_envs.trading import measures as of
from synth_envs.trading.markets import assets as its
from synth_envs.trading.portfolio import layout as at

__all__ = ["look", "see", "see_exact", "size_of"]

# Decay of the variance, of correlations and of the momenta of 5, 20 and 60 bars, and what makes these
# of unit variance.
_KEEP_VARIANCE, _KEEP_BOTH = 0.94, 0.97
_KEEP_5, _KEEP_20, _KEEP_60 = 1.0 - 1.0 / 3.0, 1.0 - 2.0 / 21.0, 1.0 - 2.0 / 61.0
_UNIT_5, _UNIT_20, _UNIT_60 = (
    math.sqrt((1.0 + k) / (1.0 - k)) for k in (_KEEP_5, _KEEP_20, _KEEP_60)
)
LEAST_VARIANCE = 1e-12


def size_of(assets: int, exact: bool) -> int:
    """Return how many numbers an observation has."""
    if exact:
        return assets * len(at.EXACT_SEEN) + assets * (assets - 1) // 2 + 4
    return assets * len(at.ASSET_SEEN) + len(at.MARKET_SEEN) + len(at.ACCOUNT_SEEN)


@kernel
def _clipped(value: float) -> float:
    return min(max(value, -1.0), 1.0)


@kernel
def look(mask: np.ndarray, row: np.ndarray, held: np.ndarray, own: np.ndarray) -> None:
    """Take a bar into what is known of the assets, where `mask` is set; each by its own past alone."""
    count = held.shape[1]
    for i in range(len(mask)):
        if not mask[i]:
            continue
        mean, square = 0.0, 0.0
        for k in range(count):
            change = log((1.0 + own[i, k, its.A_GAP]) * (1.0 + own[i, k, its.A_REST]))
            variance = held[i, k, at.VARIANCE]
            # Standardised by what was known before the bar, so that a shock is seen for what it was.
            unit = change / math.sqrt(variance)
            held[i, k, at.LAST] = unit
            held[i, k, at.FAST] = _KEEP_5 * held[i, k, at.FAST] + (1.0 - _KEEP_5) * unit
            held[i, k, at.MIDDLE] = _KEEP_20 * held[i, k, at.MIDDLE] + (1.0 - _KEEP_20) * unit
            held[i, k, at.SLOW] = _KEEP_60 * held[i, k, at.SLOW] + (1.0 - _KEEP_60) * unit
            variance = _KEEP_VARIANCE * variance + (1.0 - _KEEP_VARIANCE) * change * change
            held[i, k, at.VARIANCE] = max(variance, LEAST_VARIANCE)
            held[i, k, at.VOLUME] = own[i, k, its.A_TRADED]
            mean += unit
            square += unit * unit
        mean /= count
        row[i, at.APART] = math.sqrt(max(square / count - mean * mean, 0.0))
        row[i, at.LAST_MEAN] = mean
        row[i, at.MEAN_SLOW] = _KEEP_20 * row[i, at.MEAN_SLOW] + (1.0 - _KEEP_20) * mean
        row[i, at.MEAN_SQUARE] = _KEEP_BOTH * row[i, at.MEAN_SQUARE] + mean * mean
        for k in range(count):
            unit = held[i, k, at.LAST]
            held[i, k, at.SQUARE] = _KEEP_BOTH * held[i, k, at.SQUARE] + unit * unit
            held[i, k, at.TOGETHER] = _KEEP_BOTH * held[i, k, at.TOGETHER] + unit * mean


@kernel
def see(
    mask: np.ndarray, planted: bool, horizon: float, per_year: float, leverage: float, costs: np.ndarray,
    row: np.ndarray, held: np.ndarray, own: np.ndarray, seen: np.ndarray,
) -> None:  # fmt: skip
    """Write the observations where `mask` is set.

    Args:
        mask: bool (n,).
        planted: Whether the market has signals.
        horizon: Bars of an episode.
        per_year: Bars.
        leverage: The largest exposure.
        costs: As `ledger.COSTS`, float64 (n, 11).
        row: As `layout`, float64 (n, ROW).
        held: As `layout`, float64 (n, k, HOLDING).
        own: The assets' state, float64 (n, k, ASSET_STATE).
        seen: As `layout.ASSET_SEEN` for each asset, then `MARKET_SEEN` and `ACCOUNT_SEEN`.
    """
    count, shares = held.shape[1], 1.0 / leverage
    width = len(at.ASSET_SEEN)
    for i in range(len(mask)):
        if not mask[i]:
            continue
        signals, moved, correlations = 0.0, 0.0, 0.0
        for k in range(count):
            if planted:
                signals += own[i, k, its.A_SIGNAL]
            moved += held[i, k, at.MIDDLE]
        signals, moved = signals / count, moved / count
        for k in range(count):
            c = k * width
            signal = own[i, k, its.A_SIGNAL] if planted else 0.0
            volume = held[i, k, at.VOLUME]
            yearly = math.sqrt(held[i, k, at.VARIANCE] * per_year)
            both = math.sqrt(held[i, k, at.SQUARE] * row[i, at.MEAN_SQUARE])
            correlation = held[i, k, at.TOGETHER] / both if both > 0.0 else 0.0
            correlations += correlation
            seen[i, c] = _clipped(0.25 * signal)
            seen[i, c + 1] = _clipped(0.25 * _UNIT_5 * held[i, k, at.FAST])
            seen[i, c + 2] = _clipped(0.25 * _UNIT_20 * held[i, k, at.MIDDLE])
            seen[i, c + 3] = _clipped(0.25 * _UNIT_60 * held[i, k, at.SLOW])
            seen[i, c + 4] = (yearly - 0.2) / (yearly + 0.2)
            seen[i, c + 5] = _clipped(0.25 * held[i, k, at.LAST])
            seen[i, c + 6] = _clipped(0.25 * (signal - signals))
            seen[i, c + 7] = _clipped(0.25 * _UNIT_20 * (held[i, k, at.MIDDLE] - moved))
            seen[i, c + 8] = _clipped(correlation)
            seen[i, c + 9] = (volume - 1.0) / (volume + 1.0)
            seen[i, c + 10] = _clipped(held[i, k, at.BORROW] * per_year)
            seen[i, c + 11] = _clipped(shares * held[i, k, at.WEIGHT])
            seen[i, c + 12] = _clipped(shares * held[i, k, at.TARGET])
        c, equity = count * width, row[i, to.EQUITY]
        seen[i, c] = _clipped(0.5 * row[i, at.LAST_MEAN])
        seen[i, c + 1] = _clipped(0.5 * _UNIT_20 * row[i, at.MEAN_SLOW])
        seen[i, c + 2] = (row[i, at.APART] - 1.0) / (row[i, at.APART] + 1.0)
        seen[i, c + 3] = _clipped(correlations / count)
        seen[i, c + 4] = _clipped(row[i, to.CASH] / equity)
        seen[i, c + 5] = _clipped(shares * row[i, of.WEIGHT])
        seen[i, c + 6] = _clipped(0.5 * row[i, of.SUM])
        seen[i, c + 7] = row[i, of.FALL]
        seen[i, c + 8] = 1.0 - row[i, of.STEP] / horizon
        seen[i, c + 9] = _clipped(100.0 * (costs[i, to.FEE] + costs[i, to.HALF_SPREAD]))


@kernel
def see_exact(
    mask: np.ndarray, horizon: float, aversion: float, rate: float, row: np.ndarray, held: np.ndarray,
    law: np.ndarray, own: np.ndarray, seen: np.ndarray,
) -> None:  # fmt: skip
    """Write the observations of the exact setting, where the law itself is seen; see `see`.

    Args:
        rate: On cash, per year.
        law: As `layout`, float64 (n, k, LAW).
    """
    count, width = law.shape[1], len(at.EXACT_SEEN)
    for i in range(len(mask)):
        if not mask[i]:
            continue
        place = count * width
        for k in range(count):
            c = k * width
            yearly = law[i, k, at.YEARLY]
            last = log(1.0 + own[i, k, its.A_REST]) / law[i, k, at.SD]
            seen[i, c] = _clipped(law[i, k, at.PREMIUM])
            seen[i, c + 1] = (yearly - 0.2) / (yearly + 0.2)
            seen[i, c + 2] = _clipped(0.25 * last)
            seen[i, c + 3] = _clipped(held[i, k, at.WEIGHT])
            for j in range(k):
                seen[i, place] = law[i, k, at.CORRELATION + j]
                place += 1
        seen[i, place] = 0.2 * aversion
        seen[i, place + 1] = rate
        seen[i, place + 2] = _clipped(0.5 * row[i, of.SUM])
        seen[i, place + 3] = 1.0 - row[i, of.STEP] / horizon

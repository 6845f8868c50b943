"""Many assets at a time: a common market, sectors, and what each asset has of its own.

    1 + gap_k = growth_k (1 + beta_k m) (1 + load_k f) (1 + lean_k + e_k)

with the market's return m of any kind but "ou", a sector's return f and the asset's own e, both of
Student's distribution and cut evenly; so for the rest. All three are independent given the past, so
what is expected of an asset is known exactly. Where `models` is exact, so is this, as long as beta m
stays above -0.9.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.models import advance_all, bounded, cut, noise_of, spread
from synth_envs.trading.markets.normal import normal

__all__ = ["ASSET", "ASSET_STATE", "advance_assets", "begin_assets", "draw_assets"]

#: Of an asset, per bar: exposure to the market, number of its sector, standard deviations of the
#: sector's part and of its own, log growth, correlation of its signal with its own standardised
#: part, what of its own part is noise, and the signal's persistence and innovation.
BETA, SECTOR, LOAD, OWN_SD, GROWTH, ASSET_ALPHA, ASSET_KEEP, KEPT_SIGNAL, FRESH_SIGNAL = range(9)
ASSET = 9
#: At a bar's close: the bar's gap, rest and volume, and of the next bar its standard deviation, the
#: signal and the expected return, as of a single market.
A_SIGMA, A_SIGNAL, A_EXPECTED, A_GAP, A_REST, A_TRADED = range(6)
ASSET_STATE = 6
#: Rows of `Universe.table`: pairs of the lowest and the highest.
R_BETA, R_VOLATILITY, R_SECTOR, R_DRIFT, R_ALPHA = range(5)

_ASSETS = 0x4D41525345
_PLACES, _DEGREES = 16, 6
_DRAWN = -1
# Places of an asset's draws; the scale takes the last eight.
_GAP, _REST, _SIGNAL, _VOLUME, _SCALE = 0, 1, 2, 3, 8
_MOST_MARKET, _STILL, _MOVED = 0.9, 0.72, 0.35


@kernel
def draw_assets(
    ranges: np.ndarray,
    sectors: int,
    persistence: float,
    bars: float,
    fade: float,
    key: np.uint64,
    assets: np.ndarray,
    i: int,
) -> None:
    """Write an episode's assets.

    Args:
        ranges: float64 (5, 2) of `Universe.table`.
        sectors: How many.
        persistence: Of the signals.
        bars: In a year.
        fade: How much of drifts and alphas is left.
        key: Of the episode.
        assets: Rows of it are written, float64 (n, k, ASSET).
        i: The episode.
    """
    draws = mixed(key, _ASSETS)
    dt = 1.0 / bars
    for k in range(assets.shape[1]):
        c = (_DRAWN * (assets.shape[1] + sectors) + k) * _PLACES
        low, high = ranges[:, 0], ranges[:, 1]
        drawn = np.empty(5)
        for j in range(5):
            drawn[j] = low[j] + (high[j] - low[j]) * uniform(draws, c + j)
        assets[i, k, BETA] = drawn[R_BETA]
        assets[i, k, SECTOR] = k % sectors
        assets[i, k, LOAD] = drawn[R_SECTOR] * math.sqrt(dt)
        assets[i, k, OWN_SD] = drawn[R_VOLATILITY] * math.sqrt(dt)
        assets[i, k, GROWTH] = drawn[R_DRIFT] * dt * fade
        alpha = drawn[R_ALPHA] * fade
        assets[i, k, ASSET_ALPHA] = alpha
        assets[i, k, ASSET_KEEP] = math.sqrt(1.0 - alpha * alpha)
        assets[i, k, KEPT_SIGNAL] = persistence
        assets[i, k, FRESH_SIGNAL] = math.sqrt(1.0 - persistence * persistence)


@kernel
def begin_assets(
    p: np.ndarray,
    s: np.ndarray,
    assets: np.ndarray,
    own: np.ndarray,
    sectors: int,
    keys: np.ndarray,
    i: int,
) -> None:
    """Write the assets' state before an episode's first bar; its market's is there already.

    Args:
        p: Of the markets, float64 (n, PARAMETERS).
        s: Of the markets, float64 (n, STATE).
        assets: float64 (n, k, ASSET).
        own: Rows of it are written, float64 (n, k, ASSET_STATE).
        sectors: How many.
        keys: Of the episodes, uint64 (n,).
        i: The episode.
    """
    draws = mixed(keys[i], _ASSETS)
    for k in range(assets.shape[1]):
        c = (_DRAWN * (assets.shape[1] + sectors) + k) * _PLACES
        own[i, k, A_SIGNAL] = normal(draws, c + _SCALE)
        own[i, k, A_GAP], own[i, k, A_REST], own[i, k, A_TRADED] = 0.0, 0.0, 1.0
    _look_ahead(p, s, assets, own, i)


@kernel
def advance_assets(
    kind: int,
    p: np.ndarray,
    s: np.ndarray,
    assets: np.ndarray,
    own: np.ndarray,
    sectors: int,
    keys: np.ndarray,
    steps: np.ndarray,
    mask: np.ndarray,
) -> None:
    """Draw the next bar of the market and all assets of every episode whose `mask` (bool) is set.

    Args:
        kind: The market's number in `layout.KINDS`.
        p: Of the markets, float64 (n, PARAMETERS).
        s: Of the markets, float64 (n, STATE).
        assets: float64 (n, k, ASSET).
        own: The assets' state, float64 (n, k, ASSET_STATE).
        sectors: How many.
        keys: Of the episodes, uint64 (n,).
        steps: How many bars came before, int64 (n,).
        mask: bool (n,).
    """
    count = assets.shape[1]
    sector_gap, sector_rest = np.empty(sectors), np.empty(sectors)
    for i in range(len(keys)):
        if mask[i]:
            draws, first = mixed(keys[i], _ASSETS), steps[i] * (count + sectors)
            root_gap, root_rest, share = s[i, at.NEXT_GAP], s[i, at.NEXT_REST], s[i, at.NEXT_SHARE]
            for j in range(sectors):
                c = (first + count + j) * _PLACES
                q = spread(_DEGREES, draws, c + _SCALE)
                sector_gap[j] = q * root_gap * normal(draws, c + _GAP)
                sector_rest[j] = q * root_rest * normal(draws, c + _REST)
            level = _level(s[i, at.SCALE], p[i, at.SD])
            whole = math.sqrt(root_gap * root_gap + root_rest * root_rest)
            for k in range(count):
                c, j = (first + k) * _PLACES, int(assets[i, k, SECTOR])
                sd = level * assets[i, k, OWN_SD]
                lean = bounded(assets[i, k, ASSET_ALPHA] * sd * whole * own[i, k, A_SIGNAL])
                sd *= assets[i, k, ASSET_KEEP] * spread(_DEGREES, draws, c + _SCALE)
                e_gap = cut(sd * root_gap * normal(draws, c + _GAP))
                e_rest = cut(sd * root_rest * normal(draws, c + _REST))
                load, growth = assets[i, k, LOAD], assets[i, k, GROWTH]
                own[i, k, A_GAP] = exp(growth * share) * (1.0 + cut(load * sector_gap[j])) * (1.0 + _half(share * lean) + e_gap)  # fmt: skip
                own[i, k, A_REST] = exp(growth * (1.0 - share)) * (1.0 + cut(load * sector_rest[j])) * (1.0 + _half((1.0 - share) * lean) + e_rest)  # fmt: skip
                signal = assets[i, k, KEPT_SIGNAL] * own[i, k, A_SIGNAL]
                own[i, k, A_SIGNAL] = signal + assets[i, k, FRESH_SIGNAL] * normal(
                    draws, c + _SIGNAL
                )
    advance_all(kind, p, s, keys, steps, mask)
    for i in range(len(keys)):
        if mask[i]:
            draws, first = mixed(keys[i], _ASSETS), steps[i] * (count + sectors)
            for k in range(count):
                beta = assets[i, k, BETA]
                gap = own[i, k, A_GAP] * (1.0 + _moved(beta * s[i, at.GAP])) - 1.0
                rest = own[i, k, A_REST] * (1.0 + _moved(beta * s[i, at.REST])) - 1.0
                size = min(abs(gap + rest) / own[i, k, A_SIGMA], 6.0)
                fresh = noise_of(mixed(draws, (first + k) * _PLACES + _VOLUME))
                own[i, k, A_GAP], own[i, k, A_REST] = gap, rest
                own[i, k, A_TRADED] = fresh * (_STILL + _MOVED * size)
            _look_ahead(p, s, assets, own, i)


@kernel
def _half(lean: float) -> float:
    """Return a lean that leaves the price above 0 even after the largest own loss."""
    return min(max(lean, -0.45), 0.45)


@kernel
def _moved(change: float) -> float:
    """Return what the market changes an asset by."""
    return min(max(change, -_MOST_MARKET), _MOST_MARKET)


@kernel
def _level(scale: float, usual: float) -> float:
    """Return how volatile assets' own parts are: they half follow the market."""
    return 0.5 + 0.5 * scale / usual


@kernel
def _look_ahead(p: np.ndarray, s: np.ndarray, assets: np.ndarray, own: np.ndarray, i: int) -> None:
    """Write the next bar's standard deviations and expected returns."""
    share, sigma = s[i, at.NEXT_SHARE], s[i, at.SIGMA]
    square = s[i, at.NEXT_GAP] * s[i, at.NEXT_GAP] + s[i, at.NEXT_REST] * s[i, at.NEXT_REST]
    level = _level(s[i, at.SCALE], p[i, at.SD])
    lean = bounded(p[i, at.ALPHA] * sigma * s[i, at.SIGNAL])
    gap = s[i, at.NEXT_GROW_GAP] * (1.0 + share * lean) - 1.0
    rest = s[i, at.NEXT_GROW_REST] * (1.0 + (1.0 - share) * lean) - 1.0
    for k in range(assets.shape[1]):
        beta, sd = assets[i, k, BETA], level * assets[i, k, OWN_SD]
        load = assets[i, k, LOAD]
        own[i, k, A_SIGMA] = math.sqrt(
            beta * beta * sigma * sigma + square * (load * load + sd * sd)
        )
        mine = bounded(assets[i, k, ASSET_ALPHA] * sd * math.sqrt(square) * own[i, k, A_SIGNAL])
        grown = exp(assets[i, k, GROWTH]) * (1.0 + beta * gap) * (1.0 + beta * rest)
        own[i, k, A_EXPECTED] = grown * (1.0 + _half(share * mine)) * (1.0 + _half((1.0 - share) * mine)) - 1.0  # fmt: skip

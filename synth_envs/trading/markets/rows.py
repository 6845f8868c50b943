"""Rows of parameters: drawn for an episode from its key, and what generators derive from them."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, uniform
from synth_envs.trading.markets import layout as at

__all__ = ["draw", "prepare"]

#: The share of its variance that a market keeps as plain noise, whatever else is drawn.
_LEAST_NOISE = 0.05
_MOST_PERSISTENT = 0.998


@kernel
def draw(
    kind: int, given: np.ndarray, key: np.uint64, difficulty: float, p: np.ndarray, i: int
) -> None:
    """Write an episode's row of parameters, all that `begin` and `advance` read.

    Args:
        kind: The kind's number in `layout.KINDS`.
        given: float64 (4, GIVEN + 3) of `Market.table`: values; which of them vary; their lowest and
            highest values. The last three of the first row are how little and how much they vary,
            relative, and how much of drift and signal is gone at difficulty 1.
        key: Of the episode.
        difficulty: In [0, 1].
        p: Row `i` is written, float64 (n, PARAMETERS).
        i: The episode's row.
    """
    draws = mixed(key, at.DRAW)
    least, most = 1.0 + given[0, at.GIVEN], 1.0 + given[0, at.GIVEN + 1]
    for k in range(at.GIVEN):
        value = given[0, k]
        if given[1, k] != 0.0 and most > 1.0:
            factor = least + (most - least) * uniform(draws, 2 * k)
            value = value * factor if uniform(draws, 2 * k + 1) < 0.5 else value / factor
            value = min(max(value, given[2, k]), given[3, k])
        p[i, k] = value
    left = 1.0 - given[0, at.GIVEN + 2] * difficulty
    p[i, at.ALPHA] *= left
    p[i, at.DRIFT] *= left
    prepare(kind, p, i)


@kernel
def prepare(kind: int, p: np.ndarray, i: int) -> None:
    """Derive the rest of a row of parameters from its first GIVEN values, in place."""
    dt = 1.0 / p[i, at.BARS]
    sd = p[i, at.VOLATILITY] * math.sqrt(dt)
    p[i, at.SD] = sd
    gap = p[i, at.OVERNIGHT]
    p[i, at.PART_GAP], p[i, at.PART_REST] = gap, 1.0 - gap
    p[i, at.ROOT_GAP], p[i, at.ROOT_REST] = math.sqrt(gap), math.sqrt(1.0 - gap)
    p[i, at.GROW_GAP] = exp(p[i, at.DRIFT] * dt * gap)
    p[i, at.GROW_REST] = exp(p[i, at.DRIFT] * dt * (1.0 - gap))
    p[i, at.KEEP] = math.sqrt(1.0 - p[i, at.ALPHA] * p[i, at.ALPHA])
    p[i, at.INNOVATION] = math.sqrt(1.0 - p[i, at.PERSISTENCE] * p[i, at.PERSISTENCE])
    p[i, at.STILL] = 1.0 - 0.8 * p[i, at.VOLUME]
    p[i, at.MORE_GAP], p[i, at.MORE_REST] = 0.0, 0.0
    if kind == at.JUMP:
        _prepare_jump(p, i, dt)
    elif kind == at.HESTON:
        p[i, at.PULL] = p[i, at.REVERSION] * dt
        p[i, at.LEVEL] = p[i, at.VOLATILITY] * p[i, at.VOLATILITY]
        p[i, at.PUSH] = p[i, at.VOL_OF_VOL] * math.sqrt(dt) * p[i, at.CORRELATION]
        p[i, at.OWN_PUSH] = (
            p[i, at.VOL_OF_VOL]
            * math.sqrt(dt)
            * math.sqrt(1.0 - p[i, at.CORRELATION] * p[i, at.CORRELATION])
        )
        p[i, at.YEAR_ROOT] = math.sqrt(dt)
    elif kind == at.GJR:
        answer = p[i, at.ARCH] + 0.5 * p[i, at.GJR_LEVERAGE]
        kept = min(p[i, at.GARCH], _MOST_PERSISTENT - answer)
        p[i, at.OMEGA] = sd * sd * (1.0 - answer - kept)
        p[i, at.KEPT_VARIANCE] = kept
    elif kind >= at.MSM:
        _prepare_cascade(kind, p, i)
    elif kind == at.REGIME:
        _prepare_regime(p, i, dt, sd)
    elif kind == at.OU:
        _prepare_ou(p, i, dt)


@kernel
def _prepare_jump(p: np.ndarray, i: int, dt: float) -> None:
    rate = p[i, at.JUMPS] * dt
    square = p[i, at.JUMP_MEAN] * p[i, at.JUMP_MEAN] + p[i, at.JUMP_SD] * p[i, at.JUMP_SD]
    whole = p[i, at.SD] * p[i, at.SD]
    # The signal's share of the variance is taken from the diffusion, not from the jumps.
    noise = whole * (1.0 - p[i, at.ALPHA] * p[i, at.ALPHA]) - rate * square
    noise = max(noise, _LEAST_NOISE * whole)
    p[i, at.DIFFUSION] = math.sqrt(noise)
    # Of arithmetic returns; what is drawn for an episode may need more than its volatility says.
    mean, jump = p[i, at.JUMP_MEAN], p[i, at.JUMP_SD] * p[i, at.JUMP_SD]
    change = exp(2.0 * (mean + jump)) - 2.0 * exp(mean + 0.5 * jump) + 1.0
    p[i, at.SD] = math.sqrt((noise + rate * change) / (1.0 - p[i, at.ALPHA] * p[i, at.ALPHA]))
    p[i, at.RATE_GAP], p[i, at.RATE_REST] = rate * p[i, at.PART_GAP], rate * p[i, at.PART_REST]
    p[i, at.JUMP_LOSS] = exp(p[i, at.JUMP_MEAN] + 0.5 * p[i, at.JUMP_SD] * p[i, at.JUMP_SD]) - 1.0


@kernel
def _prepare_cascade(kind: int, p: np.ndarray, i: int) -> None:
    high, low = p[i, at.SPREAD], 2.0 - p[i, at.SPREAD]
    bars = p[i, at.BARS_PER_DAY] if kind == at.INTRADAY else 1.0
    for k in range(at.COMPONENTS + 1):
        product = 1.0
        for one in range(at.COMPONENTS):
            product *= high if one < k else low
        p[i, at.LEVELS + k] = p[i, at.SD] * math.sqrt(product)
    chance, total = p[i, at.FAST] / bars, 0.0
    for k in range(at.COMPONENTS):
        total += chance
        p[i, at.RENEWED + k] = min(total, 1.0)
        chance /= p[i, at.RATIO]
    mean = p[i, at.SD]
    for _ in range(at.COMPONENTS):
        mean *= 0.5 * (math.sqrt(high) + math.sqrt(low))
    p[i, at.BUSYNESS] = 1.0 / mean
    p[i, at.RECALL] = (bars - 1.0) / bars
    p[i, at.FRESH] = math.sqrt(1.0 - p[i, at.RECALL] * p[i, at.RECALL])
    # The quartile of Student's t by Cornish and Fisher's expansion, scaled to unit variance.
    z, d = 0.6744897501960817, p[i, at.DEGREES]
    quartile = (
        z
        + (z**3 + z) / (4.0 * d)
        + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * d * d)
        + (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / (384.0 * d * d * d)
    )
    p[i, at.TYPICAL] = quartile * math.sqrt((d - 2.0) / d)
    p[i, at.CURVE] = 3.0 * bars * bars / (bars * bars - 1.0) if bars > 1.0 else 0.0
    if kind == at.INTRADAY:
        # The mean weight of a day is 1; one bar a day has no season.
        p[i, at.SEASON] = p[i, at.SEASON] if bars > 1.0 else 0.0
        p[i, at.GROW_GAP] = 1.0
        p[i, at.MORE_GAP] = exp(p[i, at.DRIFT] / p[i, at.BARS] * p[i, at.PART_GAP] * bars) - 1.0


@kernel
def _prepare_regime(p: np.ndarray, i: int, dt: float, sd: float) -> None:
    both = p[i, at.ENTER] + p[i, at.LEAVE]
    wild = p[i, at.ENTER] / both
    moves = 1.0 - exp(-both * dt)
    p[i, at.WILD], p[i, at.TO_WILD], p[i, at.TO_CALM] = wild, wild * moves, (1.0 - wild) * moves
    p[i, at.CALM_SD] = sd / math.sqrt(1.0 - wild + wild * p[i, at.TURBULENCE] * p[i, at.TURBULENCE])
    p[i, at.WILD_SD] = p[i, at.CALM_SD] * p[i, at.TURBULENCE]
    slump = p[i, at.SLUMP]
    rise = (1.0 - wild * slump) / (1.0 - wild)
    gap, rest = p[i, at.DRIFT] * dt * p[i, at.PART_GAP], p[i, at.DRIFT] * dt * p[i, at.PART_REST]
    p[i, at.GROW_GAP], p[i, at.GROW_REST] = exp(gap * rise), exp(rest * rise)
    p[i, at.MORE_GAP] = exp(gap * slump) - p[i, at.GROW_GAP]
    p[i, at.MORE_REST] = exp(rest * slump) - p[i, at.GROW_REST]


@kernel
def _prepare_ou(p: np.ndarray, i: int, dt: float) -> None:
    rate = p[i, at.REVERSION]
    gap, rest = p[i, at.PART_GAP] * dt, p[i, at.PART_REST] * dt
    p[i, at.KEPT_GAP], p[i, at.KEPT_REST] = exp(-rate * gap), exp(-rate * rest)
    p[i, at.KEPT] = p[i, at.KEPT_GAP] * p[i, at.KEPT_REST]
    long = p[i, at.VOLATILITY] * p[i, at.VOLATILITY] / (2.0 * rate)
    p[i, at.SD_LONG] = math.sqrt(long)
    whole = long * (1.0 - p[i, at.KEPT] * p[i, at.KEPT])
    p[i, at.SD] = math.sqrt(whole)
    noise = 1.0 - p[i, at.ALPHA] * p[i, at.ALPHA]
    # Shocks come with the roots of their shares, which are divided out here.
    night, day = max(p[i, at.PART_GAP], 1e-300), p[i, at.PART_REST]
    p[i, at.SD_GAP] = math.sqrt(
        noise * long * (1.0 - p[i, at.KEPT_GAP] * p[i, at.KEPT_GAP]) / night
    )
    p[i, at.SD_REST] = math.sqrt(
        noise * long * (1.0 - p[i, at.KEPT_REST] * p[i, at.KEPT_REST]) / day
    )
    # What the open's noise and lean leave in the close.
    p[i, at.HALF] = 0.5 * noise * whole
    p[i, at.LEAN] = p[i, at.KEPT_REST] * p[i, at.PART_GAP] + p[i, at.PART_REST]

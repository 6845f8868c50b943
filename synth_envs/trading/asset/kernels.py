"""Kernels of trading one asset: episodes begin, bars pass, and what an agent sees of them."""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from synth_envs.kernels.address import booleans, doubles, floats, integers, words
from synth_envs.kernels.elementary import log, sincospi
from synth_envs.kernels.jit import brief, inlined, kernel
from synth_envs.kernels.random import between, mixed, uniform
from synth_envs.trading import ledger as to
from synth_envs.trading.asset import layout as at
from synth_envs.trading.ledger import settle
from synth_envs.trading.markets import layout as of
from synth_envs.trading.markets.models import advance_all, begin
from synth_envs.trading.markets.rows import draw
from synth_envs.trading.measures import TERMS, measure, pay

__all__ = ["ARRAYS", "RECORDED", "SETTINGS", "SIZES", "begin_batch", "step_batch", "step_one"]

#: The kind of a market that is a tape of recorded bars.
RECORDED = -1
#: What all episodes have in common: steps; returns seen; aversion to risk; the least trade as a
#: share of equity; the largest position; bars per year; bars of a day (0 where that is not known);
#: fee and half the spread at difficulty 0 and at difficulty 1.
SETTINGS = (
    "horizon", "window", "aversion", "band", "leverage", "bars_per_year", "bars_per_day",
    "fee_0", "fee_1", "half_spread_0", "half_spread_1",
)  # fmt: skip
(
    HORIZON, WINDOW, AVERSION, BAND, LEVERAGE, PER_YEAR, PER_DAY,
    FEE_0, FEE_1, HALF_SPREAD_0, HALF_SPREAD_1,
) = range(len(SETTINGS))  # fmt: skip

#: What a step works on, each an array whose address the table has, and then how large they are:
#: episodes, the market's kind, bars of the tape, columns of what is seen, worst returns that are kept,
#: bars that are kept for pictures, and positions to choose from.
ARRAYS = (
    "mask", "targets", "keys", "settings", "tape", "bars", "p", "s", "state", "costs", "worst", "seen",
    "history", "now", "terms", "outcome", "flags", "positions",
)  # fmt: skip
SIZES = ("n", "kind", "tape", "seen", "worst", "history", "positions")
_MASK, _TARGETS, _TERMS, _OUTCOME, _FLAGS, _POSITIONS = 0, 1, 14, 15, 16, 17
_N = len(ARRAYS)

_START = np.uint64(0x54524144)
# Decay of the variance and of the momenta of 5, 20 and 60 bars, and what makes these of unit variance.
_KEEP_VARIANCE, _KEEP_5, _KEEP_20, _KEEP_60 = (
    0.94,
    1.0 - 1.0 / 3.0,
    1.0 - 2.0 / 21.0,
    1.0 - 2.0 / 61.0,
)
_UNIT_5, _UNIT_20, _UNIT_60 = (
    math.sqrt((1.0 + k) / (1.0 - k)) for k in (_KEEP_5, _KEEP_20, _KEEP_60)
)
_LEAST_VARIANCE = 1e-12


@inlined
def _bars(
    mask: np.ndarray, kind: int, p: np.ndarray, s: np.ndarray, keys: np.ndarray, bars: np.ndarray,
    state: np.ndarray, tape: np.ndarray,
) -> None:  # fmt: skip
    """Write the next bar of all episodes into the market's state."""
    if kind != RECORDED:
        advance_all(kind, p, s, keys, bars, mask)
    else:
        for i in range(len(mask)):
            if mask[i]:
                t = int(state[i, at.FIRST_BAR]) + bars[i]
                s[i, of.GAP], s[i, of.REST], s[i, of.TRADED] = tape[t, 0], tape[t, 1], tape[t, 2]
    for i in range(len(mask)):
        if mask[i]:
            bars[i] += 1


@inlined
def _look(
    mask: np.ndarray, s: np.ndarray, state: np.ndarray, seen: np.ndarray, window: int
) -> None:
    """Take a bar into what is seen of the market: the window of returns, volatility and momenta."""
    for i in range(len(mask)):
        if not mask[i]:
            continue
        gap = s[i, of.GAP]
        change = log((1.0 + gap) * (1.0 + s[i, of.REST]))
        variance = state[i, at.VARIANCE]
        # Standardised by what was known before the bar, so that a shock is seen for what it was.
        scale = 1.0 / math.sqrt(variance)
        unit = change * scale
        for k in range(window - 1):
            seen[i, k] = seen[i, k + 1]
        seen[i, window - 1] = _clipped(0.25 * unit)
        state[i, at.FAST] = _KEEP_5 * state[i, at.FAST] + (1.0 - _KEEP_5) * unit
        state[i, at.MIDDLE] = _KEEP_20 * state[i, at.MIDDLE] + (1.0 - _KEEP_20) * unit
        state[i, at.SLOW] = _KEEP_60 * state[i, at.SLOW] + (1.0 - _KEEP_60) * unit
        state[i, at.GAP] = gap * scale
        state[i, at.VOLUME] = s[i, of.TRADED]
        variance = _KEEP_VARIANCE * variance + (1.0 - _KEEP_VARIANCE) * change * change
        state[i, at.VARIANCE] = max(variance, _LEAST_VARIANCE)


@inlined
def _clipped(value: float) -> float:
    return min(max(value, -1.0), 1.0)


@inlined
def _see(
    mask: np.ndarray, kind: int, settings: np.ndarray, s: np.ndarray, state: np.ndarray, seen: np.ndarray
) -> None:  # fmt: skip
    """Write what an agent sees besides the window, but for what stays as it is over an episode."""
    k, per_day, per_bar = int(settings[WINDOW]), settings[PER_DAY], 1.0 / settings[HORIZON]
    years, shares = settings[PER_YEAR], 1.0 / settings[LEVERAGE]
    for i in range(len(mask)):
        if not mask[i]:
            continue
        t, volume = state[i, at.STEP], state[i, at.VOLUME]
        seen[i, k] = 0.0 if kind == RECORDED else _clipped(0.25 * s[i, of.SIGNAL])
        yearly = math.sqrt(state[i, at.VARIANCE] * years)
        seen[i, k + 1] = (yearly - 0.2) / (yearly + 0.2)
        seen[i, k + 2] = _clipped(0.25 * _UNIT_5 * state[i, at.FAST])
        seen[i, k + 3] = _clipped(0.25 * _UNIT_20 * state[i, at.MIDDLE])
        seen[i, k + 4] = _clipped(0.25 * _UNIT_60 * state[i, at.SLOW])
        seen[i, k + 5] = _clipped(0.25 * state[i, at.GAP])
        seen[i, k + 6] = (volume - 1.0) / (volume + 1.0)
        if per_day > 1.0:
            sine, cosine = sincospi(2.0 * ((t + at.WARM_UP) % per_day) / per_day)
            seen[i, k + 7], seen[i, k + 8] = sine, cosine
        seen[i, k + 9] = _clipped(shares * state[i, at.WEIGHT])
        seen[i, k + 10] = _clipped(shares * state[i, to.TARGET])
        seen[i, k + 11] = _clipped(0.5 * state[i, at.SUM])
        seen[i, k + 12] = state[i, at.FALL]
        seen[i, k + 13] = 1.0 - t * per_bar


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray, kind: int, table: np.ndarray, settings: np.ndarray,
    tape: np.ndarray, starts: np.ndarray, bars: np.ndarray, p: np.ndarray, s: np.ndarray, state: np.ndarray,
    costs: np.ndarray, worst: np.ndarray, seen: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Begin episodes where `mask` is set: draw a market, watch it for a while, open an account.

    Args:
        mask: bool (n,).
        keys: uint64 (n,).
        difficulty: float64 (n,), in [0, 1].
        kind: Of the market, or `RECORDED`.
        table: Of `Market.table`.
        settings: As `SETTINGS`.
        tape: float64 (bars, 3) of gap, rest and volume; read where the market is recorded.
        starts: Bars of the tape at which episodes may begin, int64.
        bars: How many bars came before, int64 (n,).
        p: Rows of the market's parameters, float64 (n, PARAMETERS).
        s: Rows of its state, float64 (n, STATE).
        state: Rows of `layout`, float64 (n, STATE).
        costs: As `ledger.COSTS`, float64 (n, 11); fee and half spread are written.
        worst: The worst log returns, the mildest first, float64 (n, 5% of the horizon).
        seen: The observations, float32 (n, window + FEATURES).
        history: For pictures, float32 (n, horizon + 1, 3) or (n, 0, 3).
    """
    window = int(settings[WINDOW])
    for i in range(len(mask)):
        if not mask[i]:
            continue
        key, level = keys[i], difficulty[i]
        state[i, :] = 0.0
        worst[i, :] = 0.0
        costs[i, to.FEE] = settings[FEE_0] + level * (settings[FEE_1] - settings[FEE_0])
        costs[i, to.HALF_SPREAD] = settings[HALF_SPREAD_0] + level * (
            settings[HALF_SPREAD_1] - settings[HALF_SPREAD_0]
        )
        if kind == RECORDED:
            first = starts[int(uniform(mixed(key, _START), 0) * len(starts))]
            total = 0.0
            for t in range(first, first + at.WARM_UP):
                change = log((1.0 + tape[t, 0]) * (1.0 + tape[t, 1]))
                total += change * change
            state[i, at.VARIANCE] = max(total / at.WARM_UP, _LEAST_VARIANCE)
            state[i, at.FIRST_BAR] = first
            start = 1.0
        else:
            draw(kind, table, key, level, p, i)
            begin(kind, p, s, keys, bars, i)
            state[i, at.VARIANCE] = s[i, of.SIGMA] * s[i, of.SIGMA]
            # The first close is drawn, so that nobody can take a price for a place in time.
            start = between(mixed(key, _START), 1, 20.0, 200.0)
        bars[i] = 0
        state[i, to.CASH], state[i, to.EQUITY] = 1.0, 1.0
        state[i, to.CLOSE], state[i, at.FIRST_CLOSE] = start, start
        state[i, at.PEAK] = 1.0
        k = window
        seen[i, k + 7], seen[i, k + 8] = 0.0, 0.0
        seen[i, k + 14] = _clipped(100.0 * (costs[i, to.FEE] + costs[i, to.HALF_SPREAD]))
        seen[i, k + 15] = _clipped(costs[i, to.BORROW] * settings[PER_YEAR])
        if history.shape[1]:
            history[i, 0, 0], history[i, 0, 1], history[i, 0, 2] = start, 1.0, 0.0
    for _ in range(at.WARM_UP):
        _bars(mask, kind, p, s, keys, bars, state, tape)
        _look(mask, s, state, seen, window)
    _see(mask, kind, settings, s, state, seen)


@inlined
def _step(a: np.ndarray, n: int) -> None:
    """Trade to a target and hold over a bar where the mask is set, in the `n` episodes of a table.

    Each pass goes over all episodes: handing arrays to a function costs more than a bar.
    """
    kind = a[_N + 1]
    mask, targets = carray(booleans(a[_MASK]), (n,)), carray(doubles(a[_TARGETS]), (n,))
    keys, settings = carray(words(a[2]), (n,)), carray(doubles(a[3]), (len(SETTINGS),))
    tape, bars = carray(doubles(a[4]), (a[_N + 2], 3)), carray(integers(a[5]), (n,))
    p, s = carray(doubles(a[6]), (n, of.PARAMETERS)), carray(doubles(a[7]), (n, of.STATE))
    state, costs = carray(doubles(a[8]), (n, at.STATE)), carray(doubles(a[9]), (n, len(to.COSTS)))
    worst, seen = carray(doubles(a[10]), (n, a[_N + 4])), carray(floats(a[11]), (n, a[_N + 3]))
    history = carray(floats(a[12]), (n, a[_N + 5], len(at.HISTORY)))
    now, terms = (
        carray(doubles(a[13]), (len(to.BARS), n)),
        carray(doubles(a[_TERMS]), (len(TERMS), n)),
    )
    outcome, flags = carray(doubles(a[_OUTCOME]), (n,)), carray(booleans(a[_FLAGS]), (2, n))
    _bars(mask, kind, p, s, keys, bars, state, tape)
    for i in range(n):
        if mask[i]:
            if abs(targets[i] - state[i, to.TARGET]) < settings[BAND]:
                targets[i] = state[i, to.TARGET]
            opened = state[i, to.CLOSE] * (1.0 + s[i, of.GAP])
            now[to.OPENED, i], now[to.CLOSED, i] = opened, opened * (1.0 + s[i, of.REST])
            now[to.SIGMA, i], now[to.VOLUME, i] = math.sqrt(state[i, at.VARIANCE]), s[i, of.TRADED]
            outcome[i] = state[i, to.EQUITY]
    settle(mask, state, costs, targets, now, terms)
    pay(mask, settings[AVERSION], settings[HORIZON], state, terms, outcome, flags)
    for i in range(n):
        if mask[i]:
            per_equity = 1.0 / state[i, to.EQUITY]
            state[i, at.WEIGHT] = state[i, to.UNITS] * state[i, to.CLOSE] * per_equity
    measure(mask, state, worst)
    _look(mask, s, state, seen, int(settings[WINDOW]))
    _see(mask, kind, settings, s, state, seen)
    if history.shape[1]:
        for i in range(n):
            if mask[i]:
                # An episode that is stepped beyond its end writes nowhere else.
                t = min(int(state[i, at.STEP]), history.shape[1] - 1)
                equity = state[i, to.EQUITY]
                history[i, t, 0], history[i, t, 1] = state[i, to.CLOSE], equity
                history[i, t, 2] = state[i, at.WEIGHT]


@kernel
def step_batch(table: int) -> None:
    """Trade to a target and hold over a bar where `mask` is set.

    Args:
        table: The address of the addresses of `ARRAYS`, and of `SIZES`, int64. Besides the arrays of
            `begin_batch` these are targets, the position's value as a share of equity, float64 (n,); and
            what is written: now, the bar as `ledger.BARS`, float64 (4, n); terms, as `measures.TERMS`,
            float64 (8, n); outcome, the rewards, float64 (n,); flags, whether the account is ruined,
            and whether time is up, bool (2, n).
    """
    a = carray(integers(table), (len(ARRAYS) + len(SIZES),))
    _step(a, a[_N])


@brief
def step_one(
    table: int, action: int
) -> tuple[float, int, float, float, float, float, float, float]:
    """Step the only episode of a batch by a discrete action.

    Args:
        table: As for `step_batch`.
        action: The number of a position.

    Returns:
        The reward; bits that say whether the account is ruined (1), time is up (2), or the broker closed
        the position (4), or -1 where there is no such position and nothing was done; and the terms of
        the reward but for those that are 0 where the broker did not act: market, fees, spread, slippage,
        borrow and compounding.
    """
    a = carray(integers(table), (len(ARRAYS) + len(SIZES),))
    if action < 0 or action >= a[_N + 6]:
        return 0.0, -1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    carray(booleans(a[_MASK]), (1,))[0] = True
    carray(doubles(a[_TARGETS]), (1,))[0] = carray(doubles(a[_POSITIONS]), (a[_N + 6],))[action]
    # Of one episode a constant number, so that no loops are left.
    _step(a, 1)
    t, flags = carray(doubles(a[_TERMS]), (len(TERMS),)), carray(booleans(a[_FLAGS]), (2,))
    bits = int(flags[0]) + 2 * int(flags[1])
    if t[to.LIQUIDATION] != 0.0 or t[to.WRITE_OFF] != 0.0:
        bits += 4
    reward = carray(doubles(a[_OUTCOME]), (1,))[0]
    market, fees, spread = t[to.MARKET], t[to.FEES], t[to.SPREAD]
    return reward, bits, market, fees, spread, t[to.SLIPPAGE], t[to.CARRY], t[len(to.PARTS)]

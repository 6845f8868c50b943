"""Kernels of holding many assets: episodes begin, and bars pass."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, mixed, uniform
from synth_envs.trading import ledger as to
from synth_envs.trading import measures as of
from synth_envs.trading.markets import assets as its
from synth_envs.trading.markets.assets import advance_assets
from synth_envs.trading.markets.factor import begin_universe
from synth_envs.trading.measures import measure, pay
from synth_envs.trading.portfolio import layout as at
from synth_envs.trading.portfolio.exact import draw_bar, draw_law, worth_of
from synth_envs.trading.portfolio.ledger import SAME, settle
from synth_envs.trading.portfolio.seeing import LEAST_VARIANCE, look, see, see_exact

__all__ = ["EXACT", "RECORDED", "SETTINGS", "begin_batch", "step_batch"]

#: Kinds of markets that are no generator: a tape of recorded bars, and assets of a known law.
RECORDED, EXACT = -1, -2
#: What all episodes have in common: steps; aversion to risk; the least change of a target; the largest
#: exposure; whether short positions are allowed, and unchanged targets traded to; bars per year; fee
#: and half the spread at difficulty 0 and at 1; the range of borrowing rates and the rate on cash, per
#: year; how many sectors, and the persistence of signals.
SETTINGS = (
    "horizon", "aversion", "band", "leverage", "short", "always", "bars_per_year", "fee_0", "fee_1",
    "half_spread_0", "half_spread_1", "borrow_0", "borrow_1", "interest", "sectors", "persistence",
)  # fmt: skip
(
    HORIZON, AVERSION, BAND, LEVERAGE, SHORT, ALWAYS, PER_YEAR, FEE_0, FEE_1,
    HALF_SPREAD_0, HALF_SPREAD_1, BORROW_0, BORROW_1, INTEREST, SECTORS, PERSISTENCE,
) = range(len(SETTINGS))  # fmt: skip

_START, _RATES, _PRICES = (np.uint64(0x504F5200 + k) for k in range(3))


@kernel
def _bars(
    mask: np.ndarray, kind: int, settings: np.ndarray, tape: np.ndarray, keys: np.ndarray, bars: np.ndarray,
    p: np.ndarray, s: np.ndarray, assets: np.ndarray, law: np.ndarray, own: np.ndarray, row: np.ndarray,
) -> None:  # fmt: skip
    """Write the next bar of all episodes into the assets' state."""
    if kind >= 0:
        advance_assets(kind, p, s, assets, own, int(settings[SECTORS]), keys, bars, mask)
    for i in range(len(mask)):
        if mask[i]:
            if kind == RECORDED:
                t = int(row[i, at.FIRST_BAR]) + bars[i]
                for k in range(tape.shape[1]):
                    own[i, k, its.A_GAP], own[i, k, its.A_REST] = tape[t, k, 0], tape[t, k, 1]
                    own[i, k, its.A_TRADED] = tape[t, k, 2]
            elif kind == EXACT:
                draw_bar(keys[i], bars[i], law, own, i)
            bars[i] += 1


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray, kind: int, given: np.ndarray, ranges: np.ndarray,
    settings: np.ndarray, tape: np.ndarray, starts: np.ndarray, bars: np.ndarray, p: np.ndarray, s: np.ndarray,
    assets: np.ndarray, law: np.ndarray, own: np.ndarray, row: np.ndarray, held: np.ndarray, costs: np.ndarray,
    worst: np.ndarray, seen: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Begin episodes where `mask` is set: draw the assets, watch them for a while, open an account.

    Args:
        mask: bool (n,).
        keys: uint64 (n,).
        difficulty: float64 (n,), in [0, 1].
        kind: Of the common market, `RECORDED` or `EXACT`.
        given: Of `Market.table`.
        ranges: Of `Universe.table`.
        settings: As `SETTINGS`.
        tape: float64 (bars, k, 3) of gap, rest and volume; read where the market is recorded.
        starts: Bars of the tape at which episodes may begin, int64.
        bars: How many bars came before, int64 (n,).
        p: Rows of the common market's parameters, float64 (n, PARAMETERS).
        s: Rows of its state, float64 (n, STATE).
        assets: float64 (n, k, ASSET).
        law: As `layout`, float64 (n, k, LAW) or, unless exact, (n, 0, LAW).
        own: The assets' state, float64 (n, k, ASSET_STATE).
        row: As `layout`, float64 (n, ROW).
        held: As `layout`, float64 (n, k, HOLDING).
        costs: As `ledger.COSTS`, float64 (n, 11); fee and half spread are written.
        worst: The worst log returns, the mildest first, float64 (n, 5% of the horizon).
        seen: The observations, float32.
        history: For pictures, float32 (n, horizon + 1, 2 + k) or (n, 0, 2 + k).
    """
    count, per_year = held.shape[1], settings[PER_YEAR]
    cash = 1.0 + settings[INTEREST] / per_year
    for i in range(len(mask)):
        if not mask[i]:
            continue
        key, level = keys[i], difficulty[i]
        row[i, :], worst[i, :], held[i, :, :] = 0.0, 0.0, 0.0
        fees, halves = (
            settings[FEE_1] - settings[FEE_0],
            settings[HALF_SPREAD_1] - settings[HALF_SPREAD_0],
        )
        costs[i, to.FEE] = settings[FEE_0] + level * fees
        costs[i, to.HALF_SPREAD] = settings[HALF_SPREAD_0] + level * halves
        bars[i] = 0
        if kind == RECORDED:
            first = starts[int(uniform(mixed(key, _START), 0) * len(starts))]
            row[i, at.FIRST_BAR] = first
            for k in range(count):
                total = 0.0
                for t in range(first, first + at.WARM_UP):
                    change = log((1.0 + tape[t, k, 0]) * (1.0 + tape[t, k, 1]))
                    total += change * change
                held[i, k, at.VARIANCE] = max(total / at.WARM_UP, LEAST_VARIANCE)
        elif kind == EXACT:
            draw_law(key, level, settings[AVERSION], cash, 1.0 / per_year, law, i)
            best = law[i, :, at.BEST].copy()
            row[i, at.VALUE] = worth_of(
                best, settings[AVERSION], cash, int(settings[HORIZON]), law, i
            )
            for k in range(count):
                held[i, k, at.VARIANCE] = law[i, k, at.SD] * law[i, k, at.SD]
                own[i, k, its.A_GAP], own[i, k, its.A_REST] = 0.0, 0.0
                own[i, k, its.A_TRADED] = 1.0
        else:
            begin_universe(
                kind, given, ranges, int(settings[SECTORS]), settings[PERSISTENCE], level, p, s, assets, own,
                keys, bars, i,
            )  # fmt: skip
            for k in range(count):
                held[i, k, at.VARIANCE] = own[i, k, its.A_SIGMA] * own[i, k, its.A_SIGMA]
        for k in range(count):
            # First closes are drawn, so that nobody can take a price for a place in time.
            start = between(mixed(key, _PRICES), k, 20.0, 200.0)
            held[i, k, at.CLOSE], held[i, k, at.FIRST_CLOSE] = start, start
            rate = between(mixed(key, _RATES), k, settings[BORROW_0], settings[BORROW_1])
            held[i, k, at.BORROW] = rate / per_year
        row[i, to.CASH], row[i, to.EQUITY] = 1.0, 1.0
        row[i, at.INDEX], row[i, of.PEAK] = 1.0, 1.0
        if history.shape[1]:
            history[i, 0, :] = 0.0
            history[i, 0, 0], history[i, 0, 1] = 1.0, 1.0
    if kind == EXACT:
        see_exact(
            mask,
            settings[HORIZON],
            settings[AVERSION],
            settings[INTEREST],
            row,
            held,
            law,
            own,
            seen,
        )
        return
    for _ in range(at.WARM_UP):
        _bars(mask, kind, settings, tape, keys, bars, p, s, assets, law, own, row)
        look(mask, row, held, own)
    see(
        mask,
        kind >= 0,
        settings[HORIZON],
        per_year,
        settings[LEVERAGE],
        costs,
        row,
        held,
        own,
        seen,
    )


@kernel
def _aim(mask: np.ndarray, settings: np.ndarray, held: np.ndarray, actions: np.ndarray) -> None:
    """Turn actions into targets: shares of equity of which the sizes sum to the leverage at most."""
    leverage, band, count = settings[LEVERAGE], settings[BAND], held.shape[1]
    for i in range(len(mask)):
        if not mask[i]:
            continue
        total, largest = 0.0, 0.0
        for k in range(count):
            target = leverage * actions[i, k]
            if settings[SHORT] == 0.0:
                target = max(target, 0.0)
            actions[i, k] = target
            total += abs(target)
        # A sum that rounding makes too large is none.
        if total > leverage * (1.0 + SAME):
            for k in range(count):
                actions[i, k] *= leverage / total
        for k in range(count):
            largest = max(largest, abs(actions[i, k] - held[i, k, at.TARGET]))
        if largest < band:
            for k in range(count):
                actions[i, k] = held[i, k, at.TARGET]


@kernel
def step_batch(
    mask: np.ndarray, actions: np.ndarray, keys: np.ndarray, kind: int, settings: np.ndarray, tape: np.ndarray,
    bars: np.ndarray, p: np.ndarray, s: np.ndarray, assets: np.ndarray, law: np.ndarray, own: np.ndarray,
    row: np.ndarray, held: np.ndarray, costs: np.ndarray, worst: np.ndarray, seen: np.ndarray,
    history: np.ndarray, now: np.ndarray, terms: np.ndarray, outcome: np.ndarray, flags: np.ndarray,
) -> None:  # fmt: skip
    """Trade to targets and hold over a bar where `mask` is set; see `begin_batch`.

    Each pass goes over all episodes: handing arrays to a function costs more than a bar.

    Args:
        actions: In [-1, 1], float64 (n, k); become the targets.
        now: The bar, as `ledger.BARS`, float64 (4, n, k); written.
        terms: As `measures.TERMS`, float64 (8, n); written.
        outcome: Rewards, float64 (n,); written.
        flags: Whether the account is ruined, and whether time is up, bool (2, n); written.
    """
    count = held.shape[1]
    _aim(mask, settings, held, actions)
    _bars(mask, kind, settings, tape, keys, bars, p, s, assets, law, own, row)
    for i in range(len(mask)):
        if mask[i]:
            outcome[i] = row[i, to.EQUITY]
            index = 0.0
            for k in range(count):
                opened = held[i, k, at.CLOSE] * (1.0 + own[i, k, its.A_GAP])
                closed = opened * (1.0 + own[i, k, its.A_REST])
                now[to.OPENED, i, k], now[to.CLOSED, i, k] = opened, closed
                now[to.SIGMA, i, k] = math.sqrt(held[i, k, at.VARIANCE])
                now[to.VOLUME, i, k] = own[i, k, its.A_TRADED]
                index += closed / held[i, k, at.FIRST_CLOSE]
            row[i, at.INDEX] = index / count
    settle(mask, row, held, costs, actions, now, settings[ALWAYS] > 0.0, terms)
    pay(mask, settings[AVERSION], settings[HORIZON], row, terms, outcome, flags)
    measure(mask, row, worst)
    for i in range(len(mask)):
        if mask[i]:
            squares, sizes = 0.0, 0.0
            for k in range(count):
                squares += held[i, k, at.WEIGHT] * held[i, k, at.WEIGHT]
                sizes += abs(held[i, k, at.WEIGHT])
            if sizes > 0.0:
                row[i, at.CONCENTRATION] += squares / (sizes * sizes)
            if history.shape[1]:
                t = int(row[i, of.STEP])
                history[i, t, 0], history[i, t, 1] = row[i, at.INDEX], row[i, to.EQUITY]
                for k in range(count):
                    history[i, t, 2 + k] = held[i, k, at.WEIGHT]
    if kind == EXACT:
        see_exact(
            mask,
            settings[HORIZON],
            settings[AVERSION],
            settings[INTEREST],
            row,
            held,
            law,
            own,
            seen,
        )
        return
    look(mask, row, held, own)
    see(
        mask, kind >= 0, settings[HORIZON], settings[PER_YEAR], settings[LEVERAGE], costs, row, held, own, seen
    )  # fmt: skip

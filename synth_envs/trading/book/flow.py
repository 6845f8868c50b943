"""Background agents: the flow of orders that the agent trades in, and that answers it.

* Zero-intelligence flow (Smith, Farmer, Gillemot and Krishnamurthy, "Statistical theory of the
  continuous double auction", Quantitative Finance 3, 2003): limit orders at a rate per level, on the
  levels before the best price of the other side; market orders at a rate per side; each order is
  cancelled at a rate.
* Self-excitation: each market order raises the intensity of those of its side by `JUMP`, which fades
  at the rate `DECAY` (a Hawkes process, drawn by Ogata's thinning).
* Value traders see a fundamental (a random walk, or mean-reverting), and trade at market if the best
  price is further from it than `VALUE_EDGE`.
* Momentum traders follow the mid price against its moving average.
* Market makers fill levels near the best price up to `MAKER_DEPTH` lots.

Time is continuous; every event takes two draws, of its waiting time and of its kind.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import gaussian, mixed, uniform
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.engine import hold, submit
from synth_envs.trading.book.trader import deliver, outbox

__all__ = ["advance", "highest_bid", "lowest_ask"]


@kernel
def _pass(state: np.ndarray, reals: np.ndarray, time: float, key: np.uint64) -> None:
    """Let time pass: excitement fades, the fundamental and the moving average go on."""
    span = time - reals[at.TIME]
    reals[at.TIME] = time
    if reals[at.HAS_AGENTS] > 0.5 and span > 0.0:
        if reals[at.JUMP] > 0.0:
            left = exp(-reals[at.DECAY] * span)
            reals[at.EXCITED_BUY] *= left
            reals[at.EXCITED_SELL] *= left
        if reals[at.VOLATILITY] > 0.0:
            shock = reals[at.VOLATILITY] * gaussian(key, state[at.DRAWS])
            if reals[at.REVERSION] > 0.0:
                left = exp(-reals[at.REVERSION] * span)
                spread = math.sqrt((1.0 - left * left) / (2.0 * reals[at.REVERSION]))
                gap = reals[at.FUNDAMENTAL] - reals[at.ANCHOR]
                reals[at.FUNDAMENTAL] = reals[at.ANCHOR] + gap * left + shock * spread
            else:
                reals[at.FUNDAMENTAL] += shock * math.sqrt(span)
        if reals[at.MOMENTUM_RATE] > 0.0:
            share = 1.0 - exp(-span / reals[at.MOMENTUM_SPAN])
            reals[at.TREND] += (0.5 * state[at.MID2] - reals[at.TREND]) * share
    hold(state, reals, reals)


@kernel
def _size(key: np.uint64, draw: int, largest: float) -> int:
    return 1 if largest < 1.5 else 1 + int(uniform(key, draw) * largest)


@kernel
def lowest_ask(state: np.ndarray) -> int:
    """Return the best price to sell, or one tick above the mid price."""
    return int(state[at.ASK] if state[at.ASK_LOTS] > 0 else (state[at.MID2] >> 1) + 1)


@kernel
def highest_bid(state: np.ndarray) -> int:
    """Return the best price to buy, or one tick below the mid price."""
    return int(state[at.BID] if state[at.BID_LOTS] > 0 else ((state[at.MID2] + 1) >> 1) - 1)


@kernel
def _agent(state: np.ndarray, reals: np.ndarray, x: float) -> tuple[int, int, int]:
    """Choose what a value trader, a momentum trader or a market maker does.

    Args:
        state: int64 (STATE_SIZE,).
        reals: float64 (REALS_SIZE,).
        x: Uniform up to the sum of their rates; it says who acts.

    Returns:
        The side, or 0 for nothing; whether it is a market maker's limit order; and the price.
    """
    side, maker, price = 0, 0, 0
    momentum = x - reals[at.VALUE_RATE]
    if momentum < 0.0:
        value, edge = reals[at.FUNDAMENTAL], reals[at.VALUE_EDGE]
        if state[at.ASK_LOTS] > 0 and value > state[at.ASK] + edge:
            side = 1
        elif state[at.BID_LOTS] > 0 and value < state[at.BID] - edge:
            side = -1
    elif momentum < reals[at.MOMENTUM_RATE]:
        trend = 0.5 * state[at.MID2] - reals[at.TREND]
        if abs(trend) > reals[at.MOMENTUM_EDGE]:
            side = 1 if trend > 0.0 else -1
    elif reals[at.MAKER_RATE] > 0.0:
        # Levels count from the best price of the maker's own side.
        share = (momentum - reals[at.MOMENTUM_RATE]) / reals[at.MAKER_RATE]
        share = min(share, 0.9999999) * 2.0
        maker = 1
        side = 1 if share < 1.0 else -1
        place = int((share if side > 0 else share - 1.0) * reals[at.MAKER_LEVELS])
        if side > 0:
            price = (state[at.BID] if state[at.BID_LOTS] > 0 else lowest_ask(state) - 1) - place
        else:
            price = (state[at.ASK] if state[at.ASK_LOTS] > 0 else highest_bid(state) + 1) + place
    return side, maker, price


@kernel
def advance(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray, key: np.uint64, until: float,
    events: int,
) -> int:  # fmt: skip
    """Let others act, and the agent's messages arrive, until a time or for so many events.

    Args:
        levels: int32 (ring, 3).
        orders: int32 (pool, 8).
        state: int64 (STATE_SIZE,).
        reals: float64 (REALS_SIZE,).
        key: Of the episode.
        until: Time at which to stop.
        events: Events after which to stop.

    Returns:
        How many events there were.
    """
    flow, sizes, walk = mixed(key, at.FLOW), mixed(key, at.SIZES), mixed(key, at.FUNDAMENTALS)
    limit, market, fade = reals[at.LIMIT_RATE], reals[at.MARKET_RATE], reals[at.CANCEL_RATE]
    reach, largest = int(reals[at.LEVELS]), reals[at.LARGEST]
    limits = 2.0 * reach * limit
    agents = reals[at.VALUE_RATE] + reals[at.MOMENTUM_RATE] + reals[at.MAKER_RATE]
    has_agents = reals[at.HAS_AGENTS] > 0.5
    begun = state[at.EVENTS]
    while state[at.EVENTS] - begun < events:
        draw = state[at.DRAWS]
        state[at.DRAWS] = draw + 1
        buying, selling = reals[at.EXCITED_BUY], reals[at.EXCITED_SELL]
        cancels = fade * state[at.COUNT]
        rate = limits + 2.0 * market + cancels + agents + buying + selling
        now = reals[at.TIME] - log(1.0 - uniform(flow, 2 * draw)) / rate
        if state[at.WAITING] > 0:
            spot = outbox(state, 0)
            due = max(reals[spot + at.DUE_TIME], reals[at.TIME])
            if reals[spot + at.DUE_EVENT] <= state[at.EVENTS] and due <= now and due <= until:
                # Waiting times have no memory: what happens after the message is drawn anew.
                _pass(state, reals, due, walk)
                deliver(levels, orders, state, reals)
                continue
        if now > until:
            _pass(state, reals, until, walk)
            break
        if has_agents:
            _pass(state, reals, now, walk)
        else:
            reals[at.TIME] = now
        state[at.EVENTS] += 1
        x = uniform(flow, 2 * draw + 1) * rate
        # What happens: side 0 is nothing. All of it ends in the one call below.
        side, price, kind = 0, 0, at.MARKET
        lots = _size(sizes, draw, largest)
        if x < limits:
            k = min(int(x / limit), 2 * reach - 1)
            kind = at.LIMIT
            if k < reach:
                side, price = 1, lowest_ask(state) - 1 - k
            else:
                side, price = -1, highest_bid(state) + 1 + k - reach
        elif x < limits + cancels:
            price = int(orders[min(int((x - limits) / fade), state[at.COUNT] - 1), at.PERM])
            if orders[price, at.OWNER] == 0:
                side, kind, lots = 1, at.CANCEL, at.MOST_LOTS
        else:
            x -= limits + cancels
            if x < 2.0 * market:
                side = 1 if x < market else -1
            elif x < 2.0 * market + buying:
                # Thinning: intensities were bounded by those at the last event, and have faded since.
                side = 1 if x - 2.0 * market < reals[at.EXCITED_BUY] else 0
            elif x < 2.0 * market + buying + selling:
                side = -1 if x - 2.0 * market - buying < reals[at.EXCITED_SELL] else 0
            elif agents > 0.0:
                x -= 2.0 * market + buying + selling
                side, maker, price = _agent(state, reals, x)
                if x < reals[at.VALUE_RATE]:
                    lots = _size(sizes, draw, reals[at.VALUE_LARGEST])
                elif maker > 0:
                    kind = at.LIMIT
                    lots = int(reals[at.MAKER_DEPTH] - levels[price & (len(levels) - 1), at.LOTS])
                    side = side if lots > 0 else 0
        if side != 0:
            before = state[at.TRADED]
            submit(levels, orders, state, 0, side, price, lots, kind)
            if kind == at.MARKET and state[at.TRADED] > before:
                # A market order that trades excites more of its side.
                reals[at.EXCITED_BUY if side > 0 else at.EXCITED_SELL] += reals[at.JUMP]
    return int(state[at.EVENTS] - begun)

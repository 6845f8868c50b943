"""How an episode begins: a book near its stationary state, and the agent's place in it."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import mixed, poisson
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.engine import clear, submit
from synth_envs.trading.book.flow import advance

__all__ = ["open_book"]

#: Where prices begin, in ticks.
CENTRE = 10_000


@kernel
def open_book(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray, template: np.ndarray, key: np.uint64,
    liquidity: float, volatility: float, informed: float,
) -> None:  # fmt: skip
    """Begin a market: queues of Poisson lengths, then flow for as long as an order lives on average.

    Args:
        levels: int32 (ring, 3), set here.
        orders: int32 (pool, 8), set here.
        state: int64 (STATE_SIZE,), set here.
        reals: float64 (REALS_SIZE,), set here.
        template: float64 (REALS_SIZE,).
        key: Of the episode.
        liquidity: What the rate of limit orders is multiplied by.
        volatility: What the fundamental's volatility is multiplied by.
        informed: What the rate of value traders is multiplied by.
    """
    reals[:] = template
    reals[at.LIMIT_RATE] *= liquidity
    reals[at.VOLATILITY] *= volatility
    reals[at.VALUE_RATE] *= informed
    clear(levels, orders, state, CENTRE)
    opening = mixed(key, at.OPENING)
    reach = int(reals[at.LEVELS])
    depth = reals[at.LIMIT_RATE] / reals[at.CANCEL_RATE]
    hollow = reals[at.MARKET_RATE] / reals[at.LIMIT_RATE]
    for k in range(1, reach + 1):
        mean = depth * k / (k + hollow)
        for side in (-1, 1):
            for _ in range(poisson(opening, 2 * k + (side + 1) // 2, mean)):
                submit(levels, orders, state, 0, side, CENTRE - side * k, 1, at.LIMIT)
    reals[at.FUNDAMENTAL] = reals[at.ANCHOR] = reals[at.TREND] = float(CENTRE)
    advance(levels, orders, state, reals, key, 1.0 / reals[at.CANCEL_RATE], 1_000_000)
    reals[at.TIME] = 0.0
    state[at.EVENTS] = 0
    state[at.START_MID2] = state[at.OLD_MID2] = state[at.MID2]
    state[at.OLD_BOUGHT], state[at.OLD_SOLD] = state[at.BOUGHT], state[at.SOLD]

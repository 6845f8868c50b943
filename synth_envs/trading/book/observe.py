"""What the agent sees of the book, float32 in [-1, 1]."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.engine import queue_ahead

__all__ = ["OBSERVED", "nearest", "observe"]

#: Levels of each side that are seen, and how many entries an observation has.
SEEN = 5
OBSERVED = 26


@kernel
def _bounded(value: float) -> np.float32:
    return np.float32(min(max(value, -1.0), 1.0))


@kernel
def _lots_at(levels: np.ndarray, state: np.ndarray, side: int, place: int) -> int:
    """Return the lots that rest so many ticks behind the best price of a side."""
    if (state[at.BID_LOTS] if side > 0 else state[at.ASK_LOTS]) == 0:
        return 0
    price = (state[at.BID] if side > 0 else state[at.ASK]) - side * place
    low = state[at.LO]
    if price < low or price >= low + len(levels):
        return 0
    return int(levels[price & (len(levels) - 1), at.LOTS])


@kernel
def nearest(orders: np.ndarray, state: np.ndarray, side: int) -> int:
    """Return the agent's own order of a side that trades first, or NIL."""
    found = at.NIL
    first = at.OWN if side > 0 else at.OWN + at.SIDE_SLOTS
    for slot in range(first, first + at.SIDE_SLOTS):
        order = state[slot]
        if order == at.NIL:
            continue
        if found == at.NIL:
            found = order
            continue
        better = side * (orders[order, at.PRICE] - orders[found, at.PRICE])
        if better > 0 or (
            better == 0 and queue_ahead(orders, order)[0] < queue_ahead(orders, found)[0]
        ):
            found = order
    return found


@kernel
def observe(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, steps: int, scale: float, size: float, out: np.ndarray,
) -> None:  # fmt: skip
    """Write what the agent sees; `synth_envs.trading.book.env` names the entries.

    Args:
        levels: int32 (ring, 3).
        orders: int32 (pool, 8).
        state: int64 (STATE_SIZE,).
        steps: Of an episode.
        scale: Lots that the inventory is measured in.
        size: Lots that own orders are measured in.
        out: float32 (OBSERVED,), set here.
    """
    both = state[at.BID_LOTS] > 0 and state[at.ASK_LOTS] > 0
    out[0] = _bounded(1.0 - state[at.STEP] / steps)
    out[1] = _bounded(state[at.INVENTORY] / scale)
    out[2] = _bounded((state[at.ASK] - state[at.BID]) / 10.0) if both else np.float32(1.0)
    bid, ask = _lots_at(levels, state, 1, 0), _lots_at(levels, state, -1, 0)
    out[3] = _bounded((bid - ask) / max(bid + ask, 1))
    for k in range(SEEN):
        lots = _lots_at(levels, state, 1, k)
        out[4 + k] = np.float32(lots / (lots + 10.0))
        lots = _lots_at(levels, state, -1, k)
        out[4 + SEEN + k] = np.float32(lots / (lots + 10.0))
    out[14] = _bounded((state[at.MID2] - state[at.OLD_MID2]) / 20.0)
    out[15] = _bounded((state[at.MID2] - state[at.START_MID2]) / 100.0)
    bought, sold = state[at.BOUGHT] - state[at.OLD_BOUGHT], state[at.SOLD] - state[at.OLD_SOLD]
    out[16] = _bounded((bought - sold) / (bought + sold + 1.0))
    out[17] = np.float32((bought + sold) / (bought + sold + 20.0))
    for k in range(2):
        side = 1 - 2 * k
        order = nearest(orders, state, side)
        if order == at.NIL:
            out[18 + 3 * k] = -1.0
            out[19 + 3 * k] = out[20 + 3 * k] = 0.0
            continue
        best = state[at.BID] if side > 0 else state[at.ASK]
        out[18 + 3 * k] = _bounded(side * (best - orders[order, at.PRICE]) / 10.0)
        out[19 + 3 * k] = _bounded((state[at.OWN_BID] if side > 0 else state[at.OWN_ASK]) / size)
        ahead = queue_ahead(orders, order)[1]
        out[20 + 3 * k] = np.float32(ahead / (ahead + 10.0))
    out[24] = np.float32(state[at.WAITING] / at.MESSAGES)
    out[25] = _bounded(state[at.MARK] / size)

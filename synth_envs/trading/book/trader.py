"""The agent at the exchange: quotes that keep their place, orders at market, and messages under way.

A message says what the agent wants on each side (a price and the lots to rest there) and how many
lots to trade at market. Where the price stays, orders keep their places in the queue: fewer lots
are cancelled from the youngest order, more lots queue behind. The exchange caps every order so that
the agent's inventory could never leave [FLOOR, CEILING], whatever happened while it was under way.
"""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import exponential
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.engine import cancel, submit

__all__ = ["act", "deliver", "outbox", "room", "send", "withdraw"]


@kernel
def room(state: np.ndarray, side: int) -> int:
    """Return how many more lots the agent may buy (side 1) or sell (-1), what rests being counted."""
    if side > 0:
        return max(int(state[at.CEILING] - state[at.INVENTORY] - state[at.OWN_BID]), 0)
    return max(int(state[at.INVENTORY] - state[at.OWN_ASK] - state[at.FLOOR]), 0)


@kernel
def _cut(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, side: int, price: int, lots: int
) -> None:
    """Cancel the agent's orders of a side: all at other prices, and the youngest beyond so many lots."""
    first = at.OWN if side > 0 else at.OWN + at.SIDE_SLOTS
    for slot in range(first, first + at.SIDE_SLOTS):
        order = int(state[slot])
        if order != at.NIL and (orders[order, at.PRICE] != price or lots == 0):
            cancel(levels, orders, state, order, at.MOST_LOTS)
    extra = (state[at.OWN_BID] if side > 0 else state[at.OWN_ASK]) - lots
    if extra <= 0:
        return
    order = int(levels[price & (len(levels) - 1), at.TAIL])
    while extra > 0 and order != at.NIL:
        before = int(orders[order, at.PREV])
        if orders[order, at.OWNER] > 0:
            extra -= cancel(levels, orders, state, order, extra)
        order = before


@kernel
def _add(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, side: int, price: int, lots: int
) -> None:
    """Let so many lots of the agent rest at a price, as far as slots and its bounds allow."""
    more = min(lots - (state[at.OWN_BID] if side > 0 else state[at.OWN_ASK]), room(state, side))
    if more <= 0:
        return
    first = at.OWN if side > 0 else at.OWN + at.SIDE_SLOTS
    for slot in range(first, first + at.SIDE_SLOTS):
        if state[slot] == at.NIL:
            submit(levels, orders, state, slot - at.OWN + 1, side, price, more, at.POST_ONLY)
            return


@kernel
def act(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray, spot: int
) -> None:
    """Carry out the message that stands at an offset of `reals`.

    Cancellations come first, then the order at market, then new quotes.
    """
    bids, asks = int(reals[spot + at.BID_SIZE]), int(reals[spot + at.ASK_SIZE])
    bid, ask = int(reals[spot + at.BID_PRICE]), int(reals[spot + at.ASK_PRICE])
    if bids >= 0:
        _cut(levels, orders, state, 1, bid, bids)
    if asks >= 0:
        _cut(levels, orders, state, -1, ask, asks)
    wanted = int(reals[spot + at.AT_MARKET])
    if wanted != 0:
        side = 1 if wanted > 0 else -1
        # What rests gives way to what trades at once.
        lots = min(
            abs(wanted), room(state, side) + (state[at.OWN_BID] if side > 0 else state[at.OWN_ASK])
        )
        _give_way(orders, levels, state, side, lots - room(state, side))
        before = state[at.BOUGHT] + state[at.SOLD]
        owner = 1 if side > 0 else 1 + at.SIDE_SLOTS
        submit(levels, orders, state, owner, side, 0, min(lots, room(state, side)), at.MARKET)
        if state[at.BOUGHT] + state[at.SOLD] > before:
            # Nobody can tell whose market order it was: it excites the others like any.
            reals[at.EXCITED_BUY if side > 0 else at.EXCITED_SELL] += reals[at.JUMP]
    if bids > 0:
        _add(levels, orders, state, 1, bid, bids)
    if asks > 0:
        _add(levels, orders, state, -1, ask, asks)


@kernel
def _give_way(
    orders: np.ndarray, levels: np.ndarray, state: np.ndarray, side: int, lots: int
) -> None:
    """Cancel so many of the agent's resting lots of a side, in the order of its slots."""
    first = at.OWN if side > 0 else at.OWN + at.SIDE_SLOTS
    for slot in range(first, first + at.SIDE_SLOTS):
        if lots > 0 and state[slot] != at.NIL:
            lots -= cancel(levels, orders, state, int(state[slot]), lots)


@kernel
def outbox(state: np.ndarray, place: int) -> int:
    """Return the offset in `reals` of the message at a place of the queue."""
    return at.OUTBOX + int((state[at.FIRST] + place) % at.MESSAGES) * at.MESSAGE_FIELDS


@kernel
def send(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray, key: np.uint64, message: np.ndarray,
) -> None:  # fmt: skip
    """Send a message; it acts at once if nothing delays it and nothing is on its way.

    A message takes LATENCY x (1 - JITTER + JITTER x E) of time, E exponential, and LATENCY_EVENTS
    events of the flow; none overtakes another. If the queue is full the message is refused.

    Args:
        key: For the delays.
        message: float64 (MESSAGE_FIELDS,); the first two are set here.
    """
    if state[at.WAITING] == at.MESSAGES:
        state[at.REFUSED] += 1
        return
    delay = 0.0
    if reals[at.LATENCY] > 0.0:
        share = reals[at.JITTER]
        delay = reals[at.LATENCY] * (1.0 - share + share * exponential(key, state[at.DRAWS]))
    due = max(reals[at.TIME] + delay, reals[at.LAST_DUE])
    reals[at.LAST_DUE] = due
    spot = outbox(state, state[at.WAITING])
    reals[spot : spot + at.MESSAGE_FIELDS] = message
    reals[spot + at.DUE_TIME] = due
    reals[spot + at.DUE_EVENT] = state[at.EVENTS] + reals[at.LATENCY_EVENTS]
    state[at.WAITING] += 1
    deliver(levels, orders, state, reals)


@kernel
def deliver(levels: np.ndarray, orders: np.ndarray, state: np.ndarray, reals: np.ndarray) -> None:
    """Let every message act that has arrived."""
    while state[at.WAITING] > 0:
        spot = outbox(state, 0)
        if (
            reals[spot + at.DUE_TIME] > reals[at.TIME]
            or reals[spot + at.DUE_EVENT] > state[at.EVENTS]
        ):
            return
        act(levels, orders, state, reals, spot)
        state[at.FIRST] = (state[at.FIRST] + 1) % at.MESSAGES
        state[at.WAITING] -= 1


@kernel
def withdraw(levels: np.ndarray, orders: np.ndarray, state: np.ndarray) -> None:
    """Cancel every order of the agent that rests."""
    _cut(levels, orders, state, 1, 0, 0)
    _cut(levels, orders, state, -1, 0, 0)

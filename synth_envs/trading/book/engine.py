"""The matching engine: price-time priority, exact queues, bounded memory.

At its bounds the book stays whole. An order outside the ring of prices is rejected; what finds no
free order in the pool after trading is dropped; when the mid price is more than a quarter of the
ring from its centre the ring is centred again, and orders on levels that leave it are cancelled.
Self-trade prevention: an order of the agent cancels what it meets of the agent's own.
"""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading.book import layout as at

__all__ = ["cancel", "clear", "hold", "queue_ahead", "record", "submit"]

#: What `submit` does next.
_DONE, _MATCH, _CANCEL, _SETTLE, _EVICT = range(5)


@kernel
def hold(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> None:
    """Do nothing, as the last thing that a kernel does.

    A kernel counts references to its arrays, which costs more than all else here, unless the compiler
    can see that it need not: it can if there is one way out, where all of them are still of use.
    """


@kernel
def clear(levels: np.ndarray, orders: np.ndarray, state: np.ndarray, centre: int) -> None:
    """Empty a book and centre its ring at a price (ticks); the agent has no cash and no inventory."""
    levels[:, at.HEAD] = at.NIL
    levels[:, at.TAIL] = at.NIL
    levels[:, at.LOTS] = 0
    for k in range(len(orders)):
        orders[k, at.PERM] = k
        orders[k, at.PLACE] = k
    state[:] = 0
    state[at.BID], state[at.ASK], state[at.MID2] = at.NO_BID, at.NO_ASK, 2 * centre
    state[at.LO] = centre - len(levels) // 2
    state[at.LAST] = centre
    state[at.OWN : at.OWN + at.OWN_SLOTS] = at.NIL


@kernel
def record(state: np.ndarray, slot: int, side: int, price: int, lots: int, maker: int) -> None:
    """Book a trade of the agent; the mid price is that before the order that caused it."""
    signed = side * lots
    fee = lots * (state[at.MAKER_FEE] if maker else state[at.TAKER_FEE])
    state[at.CASH] -= signed * price * at.UNIT + fee
    state[at.FEES] += fee
    state[at.INVENTORY] += signed
    state[at.EDGE] += signed * (state[at.MID2] * at.HALF - price * at.UNIT)
    if maker:
        state[at.MAKER_LOTS] += lots
        state[at.MARK] += signed
        state[at.MARK_VALUE] += signed * state[at.MID2]
    else:
        state[at.TAKER_LOTS] += lots
    k = state[at.FILLS]
    state[at.FILLS] = k + 1
    if k < at.FILL_LOG_SIZE:
        spot = at.FILL_LOG + k * at.FILL_FIELDS
        state[spot + at.FILL_LOTS] = signed
        state[spot + at.FILL_PRICE] = price
        state[spot + at.FILL_MAKER] = maker
        state[spot + at.FILL_SLOT] = slot
        state[spot + at.FILL_MID2] = state[at.MID2]


@kernel
def _mid2(state: np.ndarray) -> int:
    """Return twice the mid price; with one side empty, the last one, moved beyond the other side."""
    if state[at.BID_LOTS] > 0 and state[at.ASK_LOTS] > 0:
        return int(state[at.BID] + state[at.ASK])
    if state[at.BID_LOTS] > 0:
        return int(max(state[at.MID2], 2 * state[at.BID] + 1))
    if state[at.ASK_LOTS] > 0:
        return int(min(state[at.MID2], 2 * state[at.ASK] - 1))
    return int(state[at.MID2])


@kernel
def submit(
    levels: np.ndarray, orders: np.ndarray, state: np.ndarray, owner: int, side: int, price: int, lots: int, kind: int,
) -> int:  # fmt: skip
    """Send an order to the book, or a cancellation.

    It is one kernel, a loop over phases, since calls of kernels with arrays cost more than the work;
    see `hold`.

    Args:
        levels: int32 (ring, 3).
        orders: int32 (pool, 8).
        state: int64 (STATE_SIZE,).
        owner: 0 for others, or 1 + a free slot of the agent.
        side: 1 buys, -1 sells.
        price: Limit, in ticks; of no meaning for a market order; the row of the order to cancel.
        lots: Size, in [1, MOST_LOTS]; how much to cancel at most.
        kind: LIMIT, POST_ONLY (rejected if it would trade), IMMEDIATE (what does not trade is
            cancelled), MARKET, or CANCEL (owner and side are of no meaning; what is left of the order
            keeps its place).

    Returns:
        The row of the order that rests, or NIL; of a cancellation, the lots cancelled.
    """
    mask = len(levels) - 1
    found = at.NIL
    target = at.NIL
    left, size = lots, 0
    low, sweep, stop = int(state[at.LO]), 0, 0
    moved = False
    if kind == at.CANCEL:
        owner = int(orders[price, at.OWNER])
        found = max(min(int(orders[price, at.SIZE]), lots), 0)
        phase = _CANCEL if found > 0 else _DONE
    else:
        if kind == at.MARKET:
            price = side * at.UNBOUNDED
        outside = kind != at.MARKET and (price < low or price > low + mask)
        crosses = side * (price - (state[at.ASK] if side > 0 else state[at.BID])) >= 0
        if lots < 1 or lots > at.MOST_LOTS or outside or (kind == at.POST_ONLY and crosses):
            state[at.REJECTED] += max(lots, 0)
            phase = _DONE
        else:
            state[at.IN] += lots
            phase = _MATCH
    part = at.IMPACT if owner > 0 else at.TIMING
    best, resting = (at.ASK, at.ASK_LOTS) if side > 0 else (at.BID, at.BID_LOTS)
    while phase != _DONE:
        target = at.NIL
        if phase == _MATCH:
            if left > 0 and state[resting] > 0 and side * (state[best] - price) <= 0:
                target = int(levels[state[best] & mask, at.HEAD])
                other, size = int(orders[target, at.OWNER]), int(orders[target, at.SIZE])
                if owner > 0 and other > 0:
                    state[at.OUT] += size
                else:
                    size = min(size, left)
                    left -= size
                    state[at.TRADED] += size
                    state[at.LAST] = state[best]
                    state[at.BOUGHT if side > 0 else at.SOLD] += size
                    if owner + other > 0:
                        record(
                            state, owner + other - 1, side if owner > 0 else -side, state[best], size, other > 0,
                        )  # fmt: skip
            else:
                phase = _SETTLE
                if left > 0 and kind >= at.IMMEDIATE:
                    state[at.OUT] += left
                elif left > 0 and state[at.COUNT] == len(orders):
                    state[at.OUT] += left
                    state[at.DROPPED] += left
                elif left > 0:
                    i, count = price & mask, int(state[at.COUNT])
                    found = int(orders[count, at.PERM])
                    state[at.COUNT] = count + 1
                    tail = int(levels[i, at.TAIL])
                    orders[found, at.PRICE] = price
                    orders[found, at.SIZE] = left
                    orders[found, at.OWNER] = owner
                    orders[found, at.SIDE] = side
                    orders[found, at.PREV] = tail
                    orders[found, at.NEXT] = at.NIL
                    if tail == at.NIL:
                        levels[i, at.HEAD] = found
                    else:
                        orders[tail, at.NEXT] = found
                    levels[i, at.TAIL] = found
                    levels[i, at.LOTS] += left
                    if side > 0:
                        state[at.BID_LOTS] += left
                        state[at.BID] = max(state[at.BID], price)
                    else:
                        state[at.ASK_LOTS] += left
                        state[at.ASK] = min(state[at.ASK], price)
                    if owner > 0:
                        state[at.OWN + owner - 1] = found
                        state[at.OWN_BID if side > 0 else at.OWN_ASK] += left
        elif phase == _CANCEL:
            target, size = price, found
            state[at.OUT] += size
            phase = _SETTLE
        elif phase == _SETTLE:
            # The mid price, the agent's gains and the ring follow, after the order has acted.
            mid2 = _mid2(state)
            phase = _DONE
            if mid2 != state[at.MID2]:
                state[part] += state[at.INVENTORY] * (mid2 - state[at.MID2]) * at.HALF
                state[at.MID2] = mid2
                if not moved and abs(mid2 - 2 * low - mask - 1) > (mask + 1) // 2:
                    moved = True
                    before, low = low, (mid2 >> 1) - (mask + 1) // 2
                    shift = low - before
                    sweep = before if shift > 0 else before + max(mask + 1 + shift, 0)
                    stop = sweep + min(abs(shift), mask + 1)
                    phase = _EVICT
        elif sweep == stop:
            state[at.LO] = low
            phase = _SETTLE
        else:
            target = int(levels[sweep & mask, at.HEAD])
            if target == at.NIL:
                sweep += 1
            else:
                size = int(orders[target, at.SIZE])
                state[at.OUT] += size
                state[at.EVICTED] += size
                if kind != at.CANCEL and target == found:
                    found = at.NIL
        if target != at.NIL:
            # Lots come off a resting order; one without lots leaves its queue, and best prices follow.
            spot, of = int(orders[target, at.PRICE]), int(orders[target, at.SIDE])
            whose = int(orders[target, at.OWNER])
            top, rest = (at.BID, at.BID_LOTS) if of > 0 else (at.ASK, at.ASK_LOTS)
            i = spot & mask
            levels[i, at.LOTS] -= size
            state[rest] -= size
            if whose > 0:
                state[at.OWN_BID if of > 0 else at.OWN_ASK] -= size
            remains = orders[target, at.SIZE] - size
            orders[target, at.SIZE] = remains
            if remains == 0:
                if whose > 0:
                    state[at.OWN + whose - 1] = at.NIL
                ahead, behind = int(orders[target, at.PREV]), int(orders[target, at.NEXT])
                if ahead == at.NIL:
                    levels[i, at.HEAD] = behind
                else:
                    orders[ahead, at.NEXT] = behind
                if behind == at.NIL:
                    levels[i, at.TAIL] = ahead
                else:
                    orders[behind, at.PREV] = ahead
                count = int(state[at.COUNT]) - 1
                state[at.COUNT] = count
                place, last = int(orders[target, at.PLACE]), int(orders[count, at.PERM])
                orders[place, at.PERM] = last
                orders[last, at.PLACE] = place
                orders[count, at.PERM] = target
                orders[target, at.PLACE] = count
                if levels[i, at.LOTS] == 0 and spot == state[top]:
                    if state[rest] == 0:
                        state[top] = at.NO_BID if of > 0 else at.NO_ASK
                    else:
                        spot -= of
                        while levels[spot & mask, at.LOTS] == 0:
                            spot -= of
                        state[top] = spot
    hold(levels, orders, state)
    return found


@kernel
def cancel(levels: np.ndarray, orders: np.ndarray, state: np.ndarray, order: int, lots: int) -> int:
    """Cancel up to so many lots of a resting order, which keeps its place for the rest.

    Returns:
        The lots cancelled.
    """
    return submit(levels, orders, state, 0, 1, order, lots, at.CANCEL)


@kernel
def queue_ahead(orders: np.ndarray, order: int) -> tuple[int, int]:
    """Return how many orders, and how many lots, trade before a resting order at its price."""
    count, lots = 0, 0
    before = int(orders[order, at.PREV])
    while before != at.NIL:
        count += 1
        lots += orders[before, at.SIZE]
        before = int(orders[before, at.PREV])
    return count, lots

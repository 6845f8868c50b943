"""Where everything stands in the arrays of the order book.

An environment has four arrays: `levels` int32 (ring, 3), a ring of price levels whose length is a
power of two, price p at row p mod ring; `orders` int32 (pool, 8), a pool of orders; `state` int64
(len(STATE) + OWN_SLOTS + FILLS x FILL_FIELDS,) and `reals` float64 (len(REALS) + MESSAGES x
MESSAGE_FIELDS,). A batch has one more axis in front of each.

Prices are whole ticks and sizes whole lots. Money is in whole thousandths of a tick times a lot, so
that fees, and the mid price, which is a half tick, are exact integers.
"""

from __future__ import annotations

__all__ = ["REALS", "STATE"]

#: Columns of `levels`: first and last order of the queue, lots that rest.
HEAD, TAIL, LOTS = range(3)
#: Columns of `orders`. The first `COUNT` entries of PERM are the orders that rest, the others are
#: free; PLACE is where an order stands in PERM. OWNER is 0 for others, 1 + slot for the agent.
PRICE, SIZE, OWNER, SIDE, PREV, NEXT, PLACE, PERM = range(8)

STATE = (
    "BID", "ASK", "MID2",       # best prices (ticks), twice the mid price
    "LO",                       # lowest price of the ring
    "COUNT",                    # orders that rest
    "BID_LOTS", "ASK_LOTS",     # lots that rest on each side
    "IN", "TRADED", "OUT",      # lots accepted, traded, and cancelled or dropped: IN = rest + 2 TRADED + OUT
    "REJECTED",                 # lots of orders refused: price outside the ring, post-only would trade, size
    "DROPPED", "EVICTED",       # of OUT: no free order in the pool; level left the ring
    "LAST",                     # price of the last trade
    "BOUGHT", "SOLD",           # lots traded by who bought or sold at once
    "EVENTS", "DRAWS",          # events of the flow so far, random draws so far
    "CASH", "INVENTORY",        # of the agent: thousandths of tick x lot; lots
    "FEES", "EDGE", "IMPACT", "TIMING",  # parts of its equity's change, see `ledger`
    "MAKER_LOTS", "TAKER_LOTS", # lots it traded
    "FILLS",                    # its trades since the log was cleared
    "OWN_BID", "OWN_ASK",       # its lots that rest
    "MAKER_FEE", "TAKER_FEE",   # thousandths of a tick per lot, negative for a rebate
    "FLOOR", "CEILING",         # its inventory stays between them
    "WAITING", "FIRST",         # messages on their way to the exchange, where the first one stands
    "REFUSED",                  # messages refused since too many were on their way
    "MARK", "MARK_VALUE",       # signed lots of passive fills since the last step, and times mid (half ticks)
    "STEP", "START_MID2", "TARGET", "BEGUN",   # of the episode
    "OLD_MID2", "OLD_BOUGHT", "OLD_SOLD",      # at the last observation
    "OLD_EDGE", "OLD_IMPACT", "OLD_TIMING", "OLD_FEES",  # at the last reward
    "ADVERSE", "PEAK", "SUM_ABS", "QUOTED", "LEFTOVER",  # for metrics
)  # fmt: skip
(
    BID, ASK, MID2, LO, COUNT, BID_LOTS, ASK_LOTS, IN, TRADED, OUT, REJECTED, DROPPED, EVICTED, LAST, BOUGHT, SOLD,
    EVENTS, DRAWS, CASH, INVENTORY, FEES, EDGE, IMPACT, TIMING, MAKER_LOTS, TAKER_LOTS, FILLS, OWN_BID, OWN_ASK,
    MAKER_FEE, TAKER_FEE, FLOOR, CEILING, WAITING, FIRST, REFUSED, MARK, MARK_VALUE, STEP, START_MID2, TARGET, BEGUN,
    OLD_MID2, OLD_BOUGHT, OLD_SOLD, OLD_EDGE, OLD_IMPACT, OLD_TIMING, OLD_FEES,
    ADVERSE, PEAK, SUM_ABS, QUOTED, LEFTOVER,
) = range(len(STATE))  # fmt: skip
#: Own orders: slots 0 to 3 hold bids, 4 to 7 asks; each holds the order's row, or -1.
OWN, OWN_SLOTS, SIDE_SLOTS = len(STATE), 8, 4
#: The agent's trades since the log was cleared, the first so many of them.
FILL_LOG, FILL_LOG_SIZE = OWN + OWN_SLOTS, 16
#: A trade: signed lots, price, 1 if the agent's order rested, slot, twice the mid price before it.
FILL_LOTS, FILL_PRICE, FILL_MAKER, FILL_SLOT, FILL_MID2, FILL_FIELDS = range(6)
STATE_SIZE = FILL_LOG + FILL_LOG_SIZE * FILL_FIELDS

REALS = (
    # Rates per unit of time: limit orders per level, market orders per side, cancellations per order.
    "LIMIT_RATE", "MARKET_RATE", "CANCEL_RATE",
    "LEVELS", "LARGEST",        # levels that limit orders reach, largest size (sizes are uniform from 1)
    "VALUE_RATE", "VALUE_EDGE", "VALUE_LARGEST",  # value traders: rate, ticks of gain they want, largest size
    "VOLATILITY", "REVERSION",  # of the fundamental: ticks per root of time, per time
    "MOMENTUM_RATE", "MOMENTUM_SPAN", "MOMENTUM_EDGE",  # rate, time of the average, ticks of trend they want
    "MAKER_RATE", "MAKER_DEPTH", "MAKER_LEVELS",  # market makers: rate, lots they refill to, on how many levels
    "JUMP", "DECAY",            # of the intensity of market orders after one: per time; per time
    "LATENCY", "JITTER", "LATENCY_EVENTS",  # time a message takes, its random share, and events it takes
    "HAS_AGENTS",               # 1 if anything evolves between events
    "TIME", "FUNDAMENTAL", "ANCHOR", "TREND", "EXCITED_BUY", "EXCITED_SELL", "LAST_DUE",
    "PENALTY", "INTERVAL",      # of a step
)  # fmt: skip
(
    LIMIT_RATE, MARKET_RATE, CANCEL_RATE, LEVELS, LARGEST, VALUE_RATE, VALUE_EDGE, VALUE_LARGEST, VOLATILITY, REVERSION,
    MOMENTUM_RATE, MOMENTUM_SPAN, MOMENTUM_EDGE, MAKER_RATE, MAKER_DEPTH, MAKER_LEVELS, JUMP, DECAY,
    LATENCY, JITTER, LATENCY_EVENTS, HAS_AGENTS, TIME, FUNDAMENTAL, ANCHOR, TREND, EXCITED_BUY, EXCITED_SELL, LAST_DUE,
    PENALTY, INTERVAL,
) = range(len(REALS))  # fmt: skip
#: Messages of the agent on their way: when they may act (time, events), signed lots at market, and
#: for each side a price and the lots to rest there; lots of -1 leave the side as it is.
OUTBOX, MESSAGES = len(REALS), 16
DUE_TIME, DUE_EVENT, AT_MARKET, BID_PRICE, BID_SIZE, ASK_PRICE, ASK_SIZE, MESSAGE_FIELDS = range(8)
REALS_SIZE = OUTBOX + MESSAGES * MESSAGE_FIELDS

#: Kinds of orders.
LIMIT, POST_ONLY, IMMEDIATE, MARKET, CANCEL = range(5)
#: No order, no price, no bound, largest size of an order.
NIL, NO_BID, NO_ASK, UNBOUNDED, MOST_LOTS = -1, -(2**40), 2**40, 2**50, 2**17
#: Thousandths of a tick in a tick and in a half tick.
UNIT, HALF = 1000, 500
#: Purposes of random numbers.
FLOW, SIZES, FUNDAMENTALS, DELAYS, OPENING, CHOICE = range(101, 107)

"""The matching engine against a plain matching engine of deques, and what must always hold."""

import random
from collections import defaultdict, deque

import numpy as np
import pytest

from synth_envs.kernels.jit import kernel
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.engine import cancel, clear, queue_ahead, submit


class Order:
    def __init__(self, owner, side, price, lots):
        self.owner, self.side, self.price, self.lots = owner, side, price, lots


class Reference:
    """Price-time priority with dictionaries of deques; owner k > 0 is slot k - 1 of the agent."""

    def __init__(self, ring, pool, centre, fees=(0, 0)):
        self.ring, self.pool, self.fees = ring, pool, fees
        self.low, self.mid2, self.last = centre - ring // 2, 2 * centre, centre
        self.queues = {1: defaultdict(deque), -1: defaultdict(deque)}
        self.entered = self.traded = self.out = self.rejected = self.dropped = self.evicted = 0
        self.bought = self.sold = 0
        self.cash = self.inventory = self.paid = 0
        self.fills = []
        self.parts = {"edge": 0, "impact": 0, "timing": 0}

    def prices(self, side):
        return sorted((p for p, queue in self.queues[side].items() if queue), reverse=side > 0)

    def best(self, side):
        found = self.prices(side)
        return found[0] if found else None

    def count(self):
        return sum(len(queue) for side in self.queues.values() for queue in side.values())

    def all_orders(self):
        """Every order that rests, by price, then in the order of its queue."""
        both = [*self.prices(1)[::-1], *self.prices(-1)]
        return [o for p in both for side in (1, -1) for o in self.queues[side].get(p, ())]

    def fill(self, order_owner, side, price, lots, maker):
        self.cash -= side * lots * price * 1000 + lots * self.fees[0 if maker else 1]
        self.paid += lots * self.fees[0 if maker else 1]
        self.inventory += side * lots
        self.parts["edge"] += side * lots * (500 * self.mid2 - 1000 * price)
        self.fills.append((side * lots, price, int(maker), order_owner - 1, self.mid2))

    def submit(self, owner, side, price, lots, kind):
        if lots < 1 or lots > at.MOST_LOTS:
            self.rejected += max(lots, 0)
            return
        if kind != at.MARKET and not self.low <= price < self.low + self.ring:
            self.rejected += lots
            return
        best = self.best(-side)
        crosses = best is not None and (kind == at.MARKET or side * (price - best) >= 0)
        if kind == at.POST_ONLY and crosses:
            self.rejected += lots
            return
        self.entered += lots
        left = lots
        while left and (best := self.best(-side)) is not None:
            if kind != at.MARKET and side * (price - best) < 0:
                break
            queue = self.queues[-side][best]
            head = queue[0]
            if owner and head.owner:  # self-trade prevention: what rests is cancelled
                self.out += head.lots
                queue.popleft()
                continue
            size = min(left, head.lots)
            left -= size
            head.lots -= size
            self.traded += size
            self.last = best
            if side > 0:
                self.bought += size
            else:
                self.sold += size
            if head.owner:
                self.fill(head.owner, -side, best, size, maker=True)
            if owner:
                self.fill(owner, side, best, size, maker=False)
            if not head.lots:
                queue.popleft()
        if left:
            if kind in (at.MARKET, at.IMMEDIATE):
                self.out += left
            elif self.count() == self.pool:
                self.out += left
                self.dropped += left
            else:
                self.queues[side][price].append(Order(owner, side, price, left))
        self.settle("impact" if owner else "timing")

    def cancel(self, order, lots):
        if lots < 1:
            return
        size = min(lots, order.lots)
        order.lots -= size
        self.out += size
        if not order.lots:
            self.queues[order.side][order.price].remove(order)
        self.settle("impact" if order.owner else "timing")

    def middle(self):
        bid, ask = self.best(1), self.best(-1)
        if bid is not None and ask is not None:
            return bid + ask
        if bid is not None:
            return max(self.mid2, 2 * bid + 1)
        if ask is not None:
            return min(self.mid2, 2 * ask - 1)
        return self.mid2

    def settle(self, part):
        for again in (True, False):
            mid2 = self.middle()
            self.parts[part] += self.inventory * (mid2 - self.mid2) * 500
            if mid2 == self.mid2:
                return
            self.mid2 = mid2
            if not again or abs(mid2 - 2 * self.low - self.ring) <= self.ring // 2:
                return
            self.low = mid2 // 2 - self.ring // 2
            for side in (1, -1):
                for price in self.prices(side):
                    if not self.low <= price < self.low + self.ring:
                        lots = sum(o.lots for o in self.queues[side].pop(price))
                        self.out += lots
                        self.evicted += lots


@kernel
def rows_of(levels: np.ndarray, orders: np.ndarray, state: np.ndarray, out: np.ndarray) -> int:
    """Write every order that rests by price and place: row, owner, side, price, size."""
    n = 0
    for price in range(state[at.LO], state[at.LO] + len(levels)):
        order = levels[price & (len(levels) - 1), at.HEAD]
        while order != at.NIL:
            out[n, 0] = order
            out[n, 1] = orders[order, at.OWNER]
            out[n, 2] = orders[order, at.SIDE]
            out[n, 3] = orders[order, at.PRICE]
            out[n, 4] = orders[order, at.SIZE]
            n += 1
            order = orders[order, at.NEXT]
    return n


def make(ring=16, pool=24, centre=100, fees=(0, 0)):
    levels = np.zeros((ring, 3), np.int32)
    orders = np.zeros((pool, 8), np.int32)
    state = np.zeros(at.STATE_SIZE, np.int64)
    clear(levels, orders, state, centre)
    state[[at.MAKER_FEE, at.TAKER_FEE]] = fees
    return levels, orders, state


def compare(book, out, ref):
    """Every order, level, counter and own trade is the same, and what must hold holds."""
    levels, orders, state = book
    n = rows_of(*book, out)
    expected = [(o.owner, o.side, o.price, o.lots) for o in ref.all_orders()]
    assert [tuple(row) for row in out[:n, 1:].tolist()] == expected
    bid, ask = ref.best(1), ref.best(-1)
    assert state[at.BID] == (at.NO_BID if bid is None else bid)
    assert state[at.ASK] == (at.NO_ASK if ask is None else ask)
    assert state[at.BID] < state[at.ASK]
    names = ("MID2", "LO", "COUNT", "IN", "TRADED", "OUT", "REJECTED", "DROPPED", "EVICTED", "LAST", "BOUGHT", "SOLD",
             "CASH", "INVENTORY", "FEES", "EDGE", "IMPACT", "TIMING", "FILLS")  # fmt: skip
    values = (ref.mid2, ref.low, n, ref.entered, ref.traded, ref.out, ref.rejected, ref.dropped, ref.evicted, ref.last,
              ref.bought, ref.sold, ref.cash, ref.inventory, ref.paid, ref.parts["edge"], ref.parts["impact"],
              ref.parts["timing"], len(ref.fills))  # fmt: skip
    got = {name: int(state[getattr(at, name)]) for name in names}
    assert got == dict(zip(names, values, strict=True))
    lots = {side: sum(o[3] for o in expected if o[1] == side) for side in (1, -1)}
    assert (state[at.BID_LOTS], state[at.ASK_LOTS]) == (lots[1], lots[-1])
    assert state[at.IN] == lots[1] + lots[-1] + 2 * state[at.TRADED] + state[at.OUT]
    assert levels[:, at.LOTS].sum() == lots[1] + lots[-1]
    own = {side: sum(o[3] for o in expected if o[1] == side and o[0]) for side in (1, -1)}
    assert (state[at.OWN_BID], state[at.OWN_ASK]) == (own[1], own[-1])
    slots = {int(row[1]) - 1: int(row[0]) for row in out[:n] if row[1]}
    found = state[at.OWN : at.OWN + at.OWN_SLOTS]
    assert [slots.get(k, at.NIL) for k in range(at.OWN_SLOTS)] == found.tolist()
    # PERM is a permutation whose first entries are the orders that rest, and PLACE its inverse.
    assert set(orders[:n, at.PERM].tolist()) == set(out[:n, 0].tolist())
    assert (orders[orders[:, at.PERM], at.PLACE] == np.arange(len(orders))).all()
    # The ledger: what the agent is worth is the sum of the named parts.
    worth = state[at.CASH] + state[at.INVENTORY] * state[at.MID2] * at.HALF
    assert worth == state[at.EDGE] + state[at.IMPACT] + state[at.TIMING] - state[at.FEES]


def log_of(state):
    n = min(int(state[at.FILLS]), at.FILL_LOG_SIZE)
    log = state[at.FILL_LOG : at.FILL_LOG + n * at.FILL_FIELDS].reshape(n, at.FILL_FIELDS)
    return [tuple(row) for row in log.tolist()]


def sample(rng, book, ref):
    """One random order or cancellation, extreme at times; returns what it does to both."""
    state = book[2]
    centre = ref.mid2 // 2
    dice = rng.random()
    if dice < 0.3 and ref.count():
        k = rng.randrange(ref.count())
        lots = rng.choice([1, 1, 2, 3, 10**6, 0, -5])
        return "cancel", k, lots
    owner = 0
    if rng.random() < 0.3:
        free = [k for k in range(at.OWN_SLOTS) if state[at.OWN + k] == at.NIL]
        owner = 1 + rng.choice(free) if free else 0
    reach = rng.choice([3, 3, 8, 30])
    price = centre + rng.randint(-reach, reach)
    if rng.random() < 0.01:
        price = rng.choice([-(2**31), 2**31, 2**45, -(2**45), 0, -1])
    lots = rng.choice([1, 1, 1, 2, 3, 7, 40])
    if rng.random() < 0.01:
        lots = rng.choice([0, -3, at.MOST_LOTS, at.MOST_LOTS + 1, 2**40])
    kind = rng.choices([at.LIMIT, at.POST_ONLY, at.IMMEDIATE, at.MARKET], [6, 2, 1, 1.5])[0]
    return "submit", (owner, rng.choice([1, -1]), price, lots, kind), None


def run(seed, steps, ring, pool, centre=100, fees=(-3, 7)):  # noqa: PLR0917
    """Fuzz both engines side by side; returns what kinds of things have happened."""
    rng = random.Random(seed)
    book = make(ring, pool, centre, fees)
    ref = Reference(ring, pool, centre, fees)
    out = np.zeros((pool, 5), np.int64)
    logged = 0
    for _ in range(steps):
        book[2][at.FILLS] = 0
        ref.fills.clear()
        what, first, second = sample(rng, book, ref)
        if what == "cancel":
            rows_of(*book, out)
            order = ref.all_orders()[first]
            expected = min(max(second, 0), order.lots)
            assert cancel(*book, int(out[first, 0]), second) == expected
            ref.cancel(order, second)
        else:
            submit(*book, *first)
            ref.submit(*first)
        compare(book, out, ref)
        assert log_of(book[2]) == ref.fills[: at.FILL_LOG_SIZE]
        logged += len(ref.fills)
    return ref, logged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ring", "pool", "centre", "steps"),
    [(16, 24, 100, 90_000), (16, 200, -7, 30_000), (64, 40, 100, 60_000), (64, 8, 2**30, 30_000)],
)
def test_engine_equals_the_reference(ring, pool, centre, steps):
    ref, fills = run(ring * 1000 + pool, steps, ring, pool, centre)
    for name in ("traded", "out", "rejected", "dropped", "evicted"):
        if name == "dropped" and pool == 200:
            continue  # so large a pool does not fill up
        assert getattr(ref, name) > steps / 1000, name
    assert fills > steps / 50


def test_engine_equals_the_reference_for_a_while():
    ref, fills = run(3, 4_000, 16, 10)
    assert min(ref.traded, ref.evicted, ref.dropped, ref.rejected, fills) > 0


def test_time_priority_and_partial_fills():
    book = make()
    first = submit(*book, 0, 1, 99, 2, at.LIMIT)
    mine = submit(*book, 1, 1, 99, 3, at.LIMIT)
    third = submit(*book, 0, 1, 99, 4, at.LIMIT)
    assert queue_ahead(book[1], mine) == (1, 2)
    assert queue_ahead(book[1], third) == (2, 5)
    submit(*book, 0, -1, 99, 3, at.IMMEDIATE)
    assert (book[1][mine, at.SIZE], book[2][at.INVENTORY]) == (2, 1)
    assert book[0][99 & 15, at.HEAD] == mine
    assert first != mine
    # A partial cancellation keeps the place; a new order of the same size goes to the end.
    cancel(*book, mine, 1)
    assert queue_ahead(book[1], mine) == (0, 0)
    assert queue_ahead(book[1], third) == (1, 1)


def test_places_in_the_queue_only_improve():
    rng = random.Random(11)
    seen = 0
    for trial in range(40):
        book = make(64, 400)
        state = book[2]
        for _ in range(60):
            side = rng.choice([1, -1])
            submit(*book, 0, side, 100 - side * rng.randint(1, 5), rng.randint(1, 3), at.LIMIT)
        mine = submit(*book, 1, 1, 97, 2, at.LIMIT)
        ahead = queue_ahead(book[1], mine)
        out = np.zeros((400, 5), np.int64)
        while state[at.OWN] == mine:
            n = rows_of(*book, out)
            before = int(book[1][mine, at.SIZE])
            if rng.random() < 0.4:
                k = rng.randrange(n)
                if out[k, 1] == 0:
                    cancel(*book, int(out[k, 0]), rng.randint(1, 3))
            elif rng.random() < 0.6:
                submit(*book, 0, -1, 0, rng.randint(1, 3), at.MARKET)
            else:
                submit(*book, 0, 1, rng.randint(95, 98), rng.randint(1, 2), at.LIMIT)
            if state[at.OWN] != mine:
                break
            now = queue_ahead(book[1], mine)
            assert now[0] <= ahead[0], trial
            assert now[1] <= ahead[1], trial
            if book[1][mine, at.SIZE] < before:
                assert ahead[0] >= now[0] == 0  # filled in part only at the head of its queue
                seen += 1
            ahead = now
    assert seen > 0


def test_self_trade_prevention_cancels_what_rests():
    book = make()
    submit(*book, 5, -1, 101, 4, at.LIMIT)
    submit(*book, 0, -1, 101, 2, at.LIMIT)
    submit(*book, 1, 1, 101, 3, at.LIMIT)
    state = book[2]
    assert (state[at.INVENTORY], state[at.OWN_ASK], state[at.OWN_BID]) == (2, 0, 1)
    assert state[at.OUT] == 4


def test_post_only_and_immediate():
    book = make()
    submit(*book, 0, -1, 101, 2, at.LIMIT)
    assert submit(*book, 1, 1, 101, 1, at.POST_ONLY) == at.NIL
    assert book[2][at.REJECTED] == 1
    assert submit(*book, 1, 1, 101, 5, at.IMMEDIATE) == at.NIL
    assert (book[2][at.INVENTORY], book[2][at.OUT], book[2][at.COUNT]) == (2, 3, 0)
    assert log_of(book[2]) == [(2, 101, 0, 0, 200)]


def test_a_full_pool_drops_what_would_rest_but_trades_first():
    book = make(pool=4)
    for k in range(4):
        submit(*book, 0, -1, 101 + k, 1, at.LIMIT)
    assert submit(*book, 0, 1, 95, 2, at.LIMIT) == at.NIL
    assert book[2][at.DROPPED] == 2
    assert submit(*book, 0, 1, 101, 3, at.LIMIT) != at.NIL  # it trades 1, which frees an order
    assert book[2][at.DROPPED] == 2
    assert (book[2][at.BID], book[2][at.BID_LOTS]) == (101, 2)


def test_the_ring_follows_the_price_and_cancels_what_it_leaves():
    book = make(ring=16)
    state = book[2]
    submit(*book, 1, 1, 93, 1, at.LIMIT)
    submit(*book, 0, 1, 92, 1, at.LIMIT)
    for price in (101, 103, 105, 107):
        submit(*book, 0, 1, price, 1, at.LIMIT)
    assert state[at.LO] > 92
    assert (state[at.EVICTED], state[at.OWN], state[at.OWN_BID]) == (2, at.NIL, 0)
    assert state[at.IN] == state[at.BID_LOTS] + state[at.OUT] + 2 * state[at.TRADED]

"""The ledger of a portfolio: identities to 1e-9, and agreement with that of one asset."""

# ruff: noqa: NPY002 - compiled functions know these random numbers only

import math

import numba
import numpy as np
import pytest

from synth_envs.trading import ledger as to
from synth_envs.trading.ledger import settle as settle_one
from synth_envs.trading.portfolio import layout as at
from synth_envs.trading.portfolio.ledger import settle


class Book:
    """One account, settled bar by bar."""

    def __init__(self, assets, closes=None, borrow=0.0, *, always=False, **costs):
        self.row, self.held = np.zeros((1, at.ROW)), np.zeros((1, assets, at.HOLDING))
        self.row[0, to.CASH] = self.row[0, to.EQUITY] = 1.0
        self.held[0, :, at.CLOSE] = 100.0 if closes is None else closes
        self.held[0, :, at.BORROW] = borrow
        given = dict.fromkeys(to.COSTS, 0.0) | {"depth": 1e9, "margin": 1.0} | costs
        self.costs = np.array([[given[name] for name in to.COSTS]])
        self.always = always

    def step(self, targets, opened, closed, sigma=0.01, volume=1.0):
        k = self.held.shape[1]
        bars = np.zeros((4, 1, k))
        for place, value in enumerate((opened, closed, sigma, volume)):
            bars[place] = value
        parts = np.zeros((8, 1))
        wanted = np.array([targets], np.float64)
        settle(
            np.ones(1, np.bool_), self.row, self.held, self.costs, wanted, bars, self.always, parts
        )
        return dict(zip(to.PARTS, parts[:, 0], strict=False))

    @property
    def equity(self):
        return self.row[0, to.EQUITY]

    @property
    def cash(self):
        return self.row[0, to.CASH]

    @property
    def units(self):
        return self.held[0, :, at.UNITS]


def test_without_costs_equity_grows_as_the_weighted_prices():
    book = Book(3)
    book.step([0.5, 0.3, 0.2], [100.0] * 3, [110.0, 90.0, 100.0])
    assert book.equity == pytest.approx(0.5 * 1.1 + 0.3 * 0.9 + 0.2, rel=1e-15)
    book.step([0.5, 0.3, 0.2], [110.0, 90.0, 100.0], [220.0, 90.0, 100.0])
    assert book.equity == pytest.approx(2 * 0.55 + 0.27 + 0.2, rel=1e-15)


def test_the_same_targets_trade_nothing_and_one_other_rebalances_all():
    book = Book(2, fee=0.001)
    book.step([0.5, 0.5], [100.0] * 2, [200.0, 100.0])
    units = book.units.copy()
    for near in (0.5, 0.5 + 5e-13, 0.5 - 9e-13):
        parts = book.step([near, 0.5], [200.0, 100.0], [200.0, 100.0])
        assert np.array_equal(book.units, units)
        assert parts["fees"] == 0.0
        assert book.row[0, to.TRADED] == 0.0
    parts = book.step([0.5 + 2e-12, 0.5], [200.0, 100.0], [200.0, 100.0])
    assert book.units[0] < units[0]
    assert book.units[1] > units[1]
    assert parts["fees"] < 0.0
    # One that says so trades to the same targets as well.
    always = Book(2, always=True)
    for _ in range(2):
        always.step([0.5, 0.5], always.held[0, :, at.CLOSE], [200.0, 100.0])
    assert always.held[0, :, at.WEIGHT] == pytest.approx([0.5, 0.5], rel=1e-14)


def test_orders_fill_at_the_next_open_or_at_the_close():
    book = Book(2)
    book.step([1.0, 0.0], [110.0, 100.0], [120.0, 100.0])
    assert book.equity == pytest.approx(120 / 110)
    book = Book(2, same_close=1.0)
    book.step([1.0, 0.0], [110.0, 100.0], [120.0, 100.0])
    assert book.equity == pytest.approx(120 / 100)


def test_slippage_is_of_each_assets_own_volume():
    book = Book(2, impact=1.0, depth=1.0)
    parts = book.step([0.25, 0.25], [100.0] * 2, [100.0] * 2, sigma=[0.02, 0.04], volume=[1.0, 4.0])
    # sigma sqrt(share) size: 0.02 * 0.5 * 0.25 + 0.04 * 0.25 * 0.25
    assert parts["slippage"] == pytest.approx(-(0.0025 + 0.0025))


def test_each_asset_is_borrowed_at_its_own_rate_and_debt_compounds():
    book = Book(2, borrow=[0.001, 0.01])
    parts = book.step([-0.5, -0.2], [100.0] * 2, [100.0] * 2)
    assert parts["borrow"] == pytest.approx(-(0.0005 + 0.002))
    book = Book(2, funding=0.001)
    book.row[0, to.CASH], book.held[0, :, at.UNITS] = -1.0, 0.01
    for _ in range(100):
        book.step([math.nan, math.nan], [100.0] * 2, [100.0] * 2)
    assert book.cash == pytest.approx(-(1.001**100), rel=1e-12)


def test_without_margin_purchases_are_cut_evenly_to_what_there_is():
    book = Book(2, fee=0.01, margin=0.0)
    book.step([0.6, 0.4], [100.0] * 2, [100.0] * 2)
    assert abs(book.cash) < 1e-15
    assert book.units == pytest.approx([0.006 / 1.01, 0.004 / 1.01])
    # Sales pay for purchases, and covering comes before them.
    book.step([0.0, 1.0], [100.0] * 2, [100.0] * 2)
    assert book.units[0] == 0.0
    assert abs(book.cash) < 1e-15
    short = Book(2, fee=0.01, margin=0.0)
    short.step([-1.0, 0.0], [100.0] * 2, [180.0, 100.0])
    short.step([0.0, 1.0], [180.0, 100.0], [180.0, 100.0])
    assert short.units[0] == 0.0
    assert short.cash == pytest.approx(0.0, abs=1e-15)


def test_a_margin_call_closes_everything_and_the_broker_bears_a_ruin():
    book = Book(2, maintenance=0.25, penalty=0.01)
    parts = book.step([2.0, -2.0], [100.0] * 2, [90.0, 105.0])
    gross = 1.8 + 2.1
    assert book.row[0, to.CALLED] == 1.0
    assert not book.units.any()
    assert not book.held[0, :, at.TARGET].any()
    assert parts["liquidation"] == pytest.approx(-0.01 * gross)
    book = Book(2, maintenance=0.25, penalty=0.01)
    parts = book.step([4.0, 1.0], [100.0] * 2, [50.0, 50.0])
    assert book.equity == to.FLOOR
    assert parts["write_off"] > 1.0
    assert sum(parts.values()) == pytest.approx(to.FLOOR - 1.0, rel=1e-12)


def test_one_asset_is_settled_as_by_the_ledger_of_one_asset():
    rng = np.random.default_rng(0)
    given = {
        "fee": 0.001, "half_spread": 0.002, "impact": 0.5, "depth": 10.0, "funding": 1e-3, "interest": 1e-4,
        "maintenance": 0.25, "penalty": 0.01, "margin": 1.0,
    }  # fmt: skip
    book = Book(2, borrow=0.001, **given)
    alone, rows = np.zeros((1, len(to.ACCOUNT))), book.costs.copy()
    rows[0, to.BORROW] = 0.001
    alone[0, :4] = 1.0, 0.0, 100.0, 1.0
    close, calls = 100.0, 0
    for _ in range(3000):
        if book.equity < 0.1:  # another account
            book.row[:], book.held[:, :, at.UNITS], book.held[:, :, at.TARGET] = 0.0, 0.0, 0.0
            book.row[0, to.CASH] = book.row[0, to.EQUITY] = 1.0
            alone[0] = 1.0, 0.0, close, 1.0, 0.0, 0.0, 0.0
        target = rng.choice([0.0, 1.0, -1.0, 3.0, -2.5, alone[0, to.TARGET]])
        opened = close * math.exp(0.03 * rng.normal())
        close = opened * math.exp(0.05 * rng.normal())
        volume = rng.uniform(0.3, 2.0)
        parts = np.zeros((len(to.PARTS), 1))
        bar = np.array([[opened], [close], [0.02], [volume]])
        settle_one(np.ones(1, np.bool_), alone, rows, np.array([target]), bar, parts)
        found = book.step([0.0, target], [100.0, opened], [100.0, close], 0.02, volume)
        assert list(found.values()) == pytest.approx(parts[:, 0].tolist(), abs=1e-12)
        assert book.equity == pytest.approx(alone[0, to.EQUITY], rel=1e-11)
        calls += int(alone[0, to.CALLED])
    assert calls > 20


@numba.njit
def fuzzed(steps, seed, costs, assets):
    """Settle random extremes; return the largest breach of identities, and what was met."""
    np.random.seed(seed)
    row, held = np.zeros((1, at.ROW)), np.zeros((1, assets, at.HOLDING))
    bars, parts, mask = np.zeros((4, 1, assets)), np.zeros((8, 1)), np.ones(1, np.bool_)
    targets = np.zeros((1, assets))
    row[0, 0], row[0, 3] = 1.0, 1.0
    held[0, :, at.CLOSE] = 100.0
    worst, paid, least_cash, calls, ruins, kept = 0.0, 0.0, 0.0, 0, 0, 0
    extremes = np.array([0.0, 1.0, -1.0, 3.0, -3.0, np.nan, 1e-308, 1e-13, -0.5])
    for _ in range(steps):
        before = row[0, 3]
        if before < to.RUIN:  # ruined: another account
            row[0, 0], row[0, 3], before = 1.0, 1.0, 1.0
            held[0, :, at.UNITS] = 0.0
            held[0, :, at.TARGET] = 0.0
            ruins += 1
        same = np.random.random() < 0.2
        short = False
        for k in range(assets):
            close = held[0, k, at.CLOSE]
            if close < 1e-3 or close > 1e6:  # the price is quoted in another unit
                held[0, k, at.UNITS] *= close / 100.0
                held[0, k, at.CLOSE] = close = 100.0
            one = (
                extremes[np.random.randint(9)]
                if np.random.random() < 0.4
                else np.random.uniform(-2, 2)
            )
            if costs[0, to.MARGIN] == 0.0:
                one = abs(one) / assets if one == one else one  # noqa: PLR0124
                one = min(one, 1.0 / assets) if one == one else one  # noqa: PLR0124
            targets[0, k] = held[0, k, at.TARGET] if same else one
            opened = close * np.exp(np.random.normal() * 0.05)
            bars[0, 0, k], bars[1, 0, k] = opened, opened * np.exp(np.random.normal() * 0.05)
            bars[2, 0, k], bars[3, 0, k] = 0.03, np.random.uniform(0.01, 3.0)
            short = short or held[0, k, at.UNITS] < 0.0
        settle(mask, row, held, costs, targets, bars, False, parts)  # noqa: FBT003
        value, gross = 0.0, 0.0
        for k in range(assets):
            value += held[0, k, at.UNITS] * held[0, k, at.CLOSE]
            gross += abs(held[0, k, at.UNITS]) * held[0, k, at.CLOSE]
        equity = row[0, 3]
        scale = max(abs(row[0, 0]), gross, before, equity)
        worst = max(worst, abs(equity - before - parts[:7, 0].sum()) / scale)
        worst = max(worst, abs(row[0, 0] + value - equity) / scale)
        worst = max(worst, abs(gross - row[0, at.HELD]) / scale)
        if (
            not (np.isfinite(row).all() and np.isfinite(held).all() and np.isfinite(parts).all())
            or equity <= 0.0
        ):
            return np.inf, paid, least_cash, calls, ruins, kept
        paid = max(paid, parts[1:4, 0].max())
        least_cash = min(least_cash, row[0, 0] / equity)
        calls += row[0, 6] > 0
        kept += same and row[0, 5] == 0.0
    return worst, paid, least_cash, calls, ruins, kept


@pytest.mark.parametrize(("margin", "assets"), [(1.0, 2), (1.0, 5), (0.0, 4)])
def test_identities_hold_over_millions_of_hostile_steps(margin, assets):
    costs = Book(
        1, fee=0.001, half_spread=0.001, impact=0.5, depth=10.0, funding=1e-4, interest=1e-5, maintenance=0.25,
        penalty=0.01, margin=margin,
    ).costs  # fmt: skip
    steps = 1_000_000
    worst, paid, least_cash, calls, ruins, kept = fuzzed(steps, 7, costs, assets)
    assert worst < 1e-9
    assert paid <= 0.0  # fees, spread and slippage are never income
    assert kept > 0.15 * steps  # the same targets trade nothing
    if margin:
        assert calls > 100
        assert ruins > 100
    else:
        assert least_cash > -1e-12


def test_prices_can_be_scaled():
    rng = np.random.default_rng(3)
    books = [
        Book(2, [100.0, 100.0 * c], fee=0.001, impact=0.3, depth=5.0, borrow=0.001)
        for c in (1.0, 1024.0)
    ]
    close = np.array([100.0, 100.0])
    for _ in range(200):
        opened = close * np.exp(0.02 * rng.normal(size=2))
        close = opened * np.exp(0.02 * rng.normal(size=2))
        targets = rng.uniform(-1, 1, 2)
        one = books[0].step(targets, opened, close)
        two = books[1].step(targets, opened * [1.0, 1024.0], close * [1.0, 1024.0])
        assert one == two

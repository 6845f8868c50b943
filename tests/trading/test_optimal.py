"""Known optima: stated figures, and checks that share nothing with the closed forms."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from synth_envs.trading.optimal import (
    almgren_chriss,
    credit,
    fraud,
    garleanu_pedersen,
    liquidation,
    merton,
)
from synth_envs.trading.optimal.almgren_chriss import Execution

PAPER = Execution()


def least(q, total):
    """The n with sum `total` that minimises n' Q n, by its linear equations."""
    k = len(q)
    system = np.block([[2 * q, -np.ones((k, 1))], [np.ones((1, k)), np.zeros((1, 1))]])
    return np.linalg.solve(system, np.append(np.zeros(k), total))[:k]


def test_almgren_chriss_figures():
    plan, equal = almgren_chriss.optimum(PAPER), almgren_chriss.twap(PAPER)
    assert almgren_chriss.urgency(PAPER) == pytest.approx(0.607076, abs=5e-7)
    wanted = [1e6, 541_955.6, 289_854.2, 147_897.5, 62_141.8, 0]
    assert np.allclose(plan.holdings, wanted, rtol=0, atol=0.05)
    assert plan.cost == pytest.approx(911_227, abs=0.5)
    assert math.sqrt(plan.variance) == pytest.approx(603_431, abs=0.5)
    assert plan.utility == pytest.approx(1_275_355.56, abs=0.005)
    assert equal.cost == pytest.approx(662_500, rel=1e-12)
    assert math.sqrt(equal.variance) == pytest.approx(1_040_673, abs=0.5)
    assert equal.utility == pytest.approx(1_745_500, rel=1e-9)


def terms(one):
    """A problem as the arguments of `liquidation`, without displacement."""
    risk = one.risk_aversion * one.volatility**2 * one.tau
    return one.steps, one.temporary / one.tau, one.permanent, risk


def test_almgren_chriss_is_the_quadratic_optimum():
    for steps, aversion in ((5, 1e-6), (40, 1e-5), (30, 1e-8), (1, 1e-6), (12, 0.0)):
        one = Execution(steps=steps, risk_aversion=aversion)
        q = liquidation.utility_matrix(*terms(one), 0.0, 0.0)
        n = least(q, one.shares)
        plan = almgren_chriss.optimum(one)
        assert plan.utility == pytest.approx(n @ q @ n + one.spread * one.shares, rel=1e-9)
        assert np.allclose(-np.diff(plan.holdings), n, rtol=0, atol=1e-3)


def test_almgren_chriss_monte_carlo():
    """The ledger of the convention, fill by fill, costs what the formulas say."""
    rng, paths = np.random.default_rng(3), 200_000
    plan, one = almgren_chriss.optimum(PAPER), PAPER
    price, cash = np.full(paths, one.price), np.zeros(paths)
    for n in -np.diff(plan.holdings):
        cash += n * (price - one.spread - one.temporary * n / one.tau)
        price += one.volatility * math.sqrt(one.tau) * rng.standard_normal(paths)
        price -= one.permanent * n
    shortfall = one.shares * one.price - cash
    error = shortfall.std() / math.sqrt(paths)
    print(f"shortfall {shortfall.mean():.0f} +- {error:.0f}, sd {shortfall.std():.0f}")  # noqa: T201 - figures for `pytest -rP`
    assert abs(shortfall.mean() - plan.cost) < 3 * error
    assert abs(shortfall.std() - math.sqrt(plan.variance)) < 3 * shortfall.std() / math.sqrt(
        2 * paths
    )


def test_efficient_frontier():
    points = almgren_chriss.frontier(PAPER, np.array([0.0, 1e-8, 1e-7, 1e-6, 1e-5]))
    assert np.diff(points[:, 0]).min() > 0 > np.diff(points[:, 1]).max()
    assert points[0, 0] == pytest.approx(662_500, rel=1e-9)  # without aversion: equal slices
    assert points[3] == pytest.approx([911_227, 603_431], abs=0.5)
    slopes = np.diff(points[:, 0]) / np.diff(points[:, 1] ** 2)
    assert np.diff(slopes).max() < 0  # E is convex in V
    assert almgren_chriss.frontier(PAPER, np.array([])).shape == (0, 2)


def test_execution_problems_are_checked():
    for bad in (
        {"steps": 0}, {"steps": 2.0}, {"shares": 0}, {"horizon": math.inf}, {"volatility": -1}, {"temporary": 1e-7},
        {"risk_aversion": math.nan}, {"price": math.nan},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=next(iter(bad))):
            Execution(**bad)
    with pytest.raises(ValueError, match="goes from"):
        almgren_chriss.evaluate(PAPER, np.array([1.0, 0.0]))


def test_decaying_impact_is_the_quadratic_optimum():
    """The feedback rule against the same cost written out trade by trade."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        steps = int(rng.integers(1, 30))
        slope, transient = 10 ** rng.uniform(-7, -5, 2)
        permanent = slope * rng.uniform(0, 0.5)
        risk, decay = slope * 10 ** rng.uniform(-2, 1), rng.uniform(0, 0.99)
        q = liquidation.utility_matrix(steps, slope, permanent, risk, transient, decay)
        n = least(q, 1e6)
        mine = liquidation.sold(1e6, steps, slope, permanent, risk, transient, decay)
        assert np.allclose(mine, n, rtol=0, atol=1e-4)
        assert mine.min() > 0  # it never buys back
        values = [np.array([one]) for one in (slope, permanent, risk, transient, decay)]
        rule = liquidation.feedback(*values, np.array([steps]))
        assert rule.value[0, 0] * 1e12 == pytest.approx(n @ q @ n, rel=1e-9)
    with pytest.raises(ValueError, match="convex"):
        liquidation.sold(1.0, 3, 0.1, 1.0, 0.0, 0.0, 0.0)


def test_utility_matrix_is_the_ledger():
    """n' Q n is what a price path with displacement costs, simulated without noise."""
    rng = np.random.default_rng(8)
    n = rng.random(7)
    slope, permanent, risk, transient, decay = 0.3, 0.1, 0.2, 0.4, 0.6
    price, pushed, cash, held, penalty = 50.0, 0.0, 0.0, n.sum(), 0.0
    for one in n:
        cash += one * (price - slope * one - pushed - 0.5 * transient * one)
        price -= permanent * one
        pushed = (pushed + transient * one) * decay
        held -= one
        penalty += risk * held**2
    q = liquidation.utility_matrix(7, slope, permanent, risk, transient, decay)
    assert n @ q @ n == pytest.approx(50.0 * n.sum() - cash + penalty, rel=1e-12)


def test_merton_figures():
    market = (0.08, 0.02, 0.2)
    for gamma, share, rate, sure in (
        (1, 1.5, 0.065, 0.065),
        (3, 0.5, 0.045, 0.035),
        (5, 0.3, 0.0362, 0.029),
    ):
        assert merton.fraction(*market, gamma) == pytest.approx(share, rel=1e-12)
        assert merton.growth(share, *market) == pytest.approx(rate, rel=1e-12)
        assert merton.certainty_equivalent(*market, gamma) == pytest.approx(sure, rel=1e-12)
    spread = (
        merton.growth(1.5, *market) - (merton.growth(1, *market) + merton.growth(2, *market)) / 2
    )
    assert spread == pytest.approx(0.0050, rel=1e-9)
    widths = [merton.no_trade_half_width(pi, g, 0.005) for pi, g in ((1.5, 1), (0.5, 3), (0.3, 5))]
    assert widths == pytest.approx([0.1616, 0.0539, 0.0404], abs=5e-5)


@pytest.mark.parametrize("gamma", [1.0, 2.0, 3.0, 5.0, 12.0])
def test_merton_in_discrete_steps(gamma):
    market = (0.08, 0.02, 0.3)
    share, sure = merton.discrete_optimum(*market, gamma, 1 / 250)
    # Daily rebalancing is close to the limit, and a rare one further away.
    assert share == pytest.approx(min(1.0, merton.fraction(*market, gamma)), abs=2e-3)
    assert sure == pytest.approx(merton.certainty_equivalent(*market, gamma), abs=2e-5)
    yearly, worth = merton.discrete_optimum(*market, gamma, 1.0)
    grid = np.linspace(0, 1, 401)
    values = [merton.discrete_equivalent(x, *market, gamma, 1.0) for x in grid.tolist()]
    assert worth >= max(values) - 1e-12
    assert abs(yearly - grid[int(np.argmax(values))]) <= 1 / 400
    # By simulation, at the optimum of a year.
    z = np.random.default_rng(2).standard_normal(400_000)
    wealth = (1 - yearly) * math.exp(0.02) + yearly * np.exp(0.08 - 0.045 + 0.3 * z)
    utility = np.log(wealth) if gamma == 1 else wealth ** (1 - gamma)
    mean, error = utility.mean(), utility.std() / math.sqrt(len(z))
    exact = math.exp(worth * (1 - gamma)) if gamma != 1 else worth
    assert abs(mean - exact) < 3 * error


def test_merton_corners():
    assert merton.discrete_optimum(0.01, 0.02, 0.2, 3.0, 1.0) == (0.0, pytest.approx(0.02))
    assert merton.discrete_optimum(0.5, 0.02, 0.1, 1.0, 0.01)[0] == 1.0
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        merton.discrete_equivalent(1.5, 0.08, 0.02, 0.2, 3.0, 1.0)


def test_garleanu_pedersen_rate():
    rate = garleanu_pedersen.trading_rate(1e-8, 1e-7, 1e-4)
    assert rate == pytest.approx(0.2701, abs=5e-5)
    # The finite horizon's rule becomes the stationary one far from the end.
    solved = garleanu_pedersen.solve(
        400, gamma=1e-8, volatility=1.0, cost=1e-7, persistence=0.9, noise=1.0, beta=1 - 1e-4
    )
    assert 1 - solved.keep[0] == pytest.approx(rate, rel=1e-9)


SIGNAL = {"gamma": 2.0, "volatility": 0.5, "cost": 0.8, "persistence": 0.7, "noise": 0.3}


def test_garleanu_pedersen_by_simulation():
    steps, paths, rng = 30, 200_000, np.random.default_rng(9)
    solved = garleanu_pedersen.solve(steps, **SIGNAL)
    f, x, worth = np.full(paths, 0.4), np.full(paths, -0.5), np.zeros(paths)
    for t in range(steps):
        new = solved.keep[t] * x + solved.push[t] * f
        returns = f + 0.5 * rng.standard_normal(paths)
        worth += new * returns - 0.5 * 2.0 * 0.25 * new**2 - 0.4 * (new - x) ** 2
        x, f = new, 0.7 * f + 0.3 * rng.standard_normal(paths)
    error = worth.std() / math.sqrt(paths)
    exact = garleanu_pedersen.value(solved, -0.5, 0.4)
    print(f"value {exact:.4f}, simulated {worth.mean():.4f} +- {error:.4f}")  # noqa: T201 - figures for `pytest -rP`
    assert abs(worth.mean() - exact) < 3 * error


def test_garleanu_pedersen_by_brute_force():
    """Three steps on a grid of positions and a tree of signals; 3 nodes are exact for squares."""
    grid = np.linspace(-2, 2, 801)
    z, weights = np.polynomial.hermite_e.hermegauss(3)
    weights = weights / weights.sum()

    def best(t, f):
        """The value at each position held before step t, and the best new positions."""
        if t == 3:
            return np.zeros_like(grid), grid
        ahead = sum(w * best(t + 1, 0.7 * f + 0.3 * s)[0] for w, s in zip(weights, z, strict=True))
        gain = grid * f - 0.25 * grid**2 + ahead
        table = gain[None, :] - 0.4 * (grid[None, :] - grid[:, None]) ** 2
        return table.max(axis=1), grid[table.argmax(axis=1)]

    solved = garleanu_pedersen.solve(3, **SIGNAL)
    worth, chosen = best(0, 0.4)
    for i in (200, 300, 400, 560):
        x = float(grid[i])
        assert worth[i] == pytest.approx(garleanu_pedersen.value(solved, x, 0.4), abs=2e-5)
        assert chosen[i] == pytest.approx(solved.keep[0] * x + solved.push[0] * 0.4, abs=0.004)
    middle = garleanu_pedersen.aim(solved, 0.4)
    assert solved.keep[0] * middle + solved.push[0] * 0.4 == pytest.approx(middle)
    with pytest.raises(ValueError, match="cost above 0"):
        garleanu_pedersen.solve(3, **{**SIGNAL, "cost": 0.0})


def test_credit_threshold():
    assert credit.threshold(0.05, 0.45) == pytest.approx(0.1)
    p, m, lgd, ead = np.random.default_rng(4).random((4, 5000))
    approved = credit.approvals(p, m, lgd, ead)
    limits = np.array([credit.threshold(*one) for one in zip(m, lgd, ead, strict=True)])
    assert np.array_equal(approved, p < limits)
    profit = credit.expected_profit(p, m, lgd, ead)
    flipped = np.where(np.random.default_rng(5).random((200, 5000)) < 0.01, ~approved, approved)
    assert (flipped @ profit).max() <= profit[approved].sum()
    with pytest.raises(ValueError, match="both 0"):
        credit.threshold(0.0, 0.0)


def test_vasicek():
    assert credit.default_rate_quantile(0.02, 0.15) == pytest.approx(0.17633, abs=5e-6)
    assert credit.capital(0.02, 0.15, 0.45) == pytest.approx(0.45 * (0.17633 - 0.02), abs=5e-6)
    assert credit.default_rate_quantile(0.02, 0.0) == pytest.approx(0.02)
    # By simulation of the common factor.
    y = np.random.default_rng(6).standard_normal(400_000)
    normal = NormalDist()
    rates = [normal.cdf(v) for v in (normal.inv_cdf(0.02) - math.sqrt(0.15) * y) / math.sqrt(0.85)]
    assert np.mean(rates) == pytest.approx(0.02, abs=2e-4)
    assert np.mean(np.array(rates) <= credit.default_rate_quantile(0.02, 0.15)) == pytest.approx(
        0.999, abs=3 * math.sqrt(0.001 / 400_000)
    )


def test_fraud_rules_cost_least():
    rng = np.random.default_rng(7)
    p, amount = rng.random(12), 100 * rng.random(12)
    best = fraud.expected_cost(fraud.blocks(p, amount, 0.9, 5.0), p, amount, 0.9, 5.0)
    choices = (np.arange(4096)[:, None] >> np.arange(12)) % 2 == 1
    costs = [fraud.expected_cost(one, p, amount, 0.9, 5.0) for one in choices]
    assert best == pytest.approx(min(costs), rel=1e-12)
    for one, size, block in zip(p, amount, fraud.blocks(p, amount, 0.9, 5.0), strict=True):
        assert block == (one > fraud.probability_to_block(size, 0.9, 5.0))
    with pytest.raises(ValueError, match="both 0"):
        fraud.probability_to_block(0.0, 1.0, 0.0)


def test_reviews_are_the_top_of_the_money_at_risk():
    p, amount = np.array([0.5, 0.1, 0.9, 0.5]), np.array([10.0, 100.0, 1.0, 20.0])
    assert fraud.reviews(p, amount, 2).tolist() == [False, True, False, True]
    assert fraud.reviews(p, amount, 0).sum() == 0
    assert fraud.reviews(p, amount, 9).all()
    saved = (p * amount)[fraud.reviews(p, amount, 2)].sum()
    pairs = [p[i] * amount[i] + p[j] * amount[j] for i in range(4) for j in range(i)]
    assert saved == pytest.approx(max(pairs))
    with pytest.raises(ValueError, match="budget"):
        fraud.reviews(p, amount, -1)

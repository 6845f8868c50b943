"""Selling under impact: what is paid, against exact optima."""

import math

import gymnasium as gym
import numpy as np
import pytest

from synth_envs.trading.execution import layout as at
from synth_envs.trading.execution.policies import POLICIES, make_execution_policy
from synth_envs.trading.execution.simulator import ExecutionSim
from synth_envs.trading.optimal import almgren_chriss
from synth_envs.trading.optimal.liquidation import sold, utility_matrix

PAPER = almgren_chriss.Execution()


def begun(n, level=0.5, first=0, **options):
    """A simulator whose episodes have begun."""
    sim = ExecutionSim(n, **options)
    keys = np.random.default_rng(first).integers(0, 2**64, n, np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.full(n, level))
    return sim


def played(sim, act, watch=None):
    """The returns of whole episodes, `act(step)` giving the actions."""
    n, running, returns = sim.num_envs, np.ones(sim.num_envs, np.bool_), np.zeros(sim.num_envs)
    for step in range(1001):
        actions = np.asarray(act(step))
        if actions.ndim == 1 and not isinstance(sim.single_action_space, gym.spaces.Discrete):
            actions = 2 * actions[:, None] - 1  # shares
        before = running.copy()
        sim.step(actions, before)
        assert not sim.terminations.any()
        returns += sim.rewards
        if watch is not None:
            watch(before)
        running &= ~sim.truncations
        if not running.any():
            return returns
    raise AssertionError(n)


class Holder:
    """What policies take for an environment, around a bare simulator."""

    def __init__(self, sim):
        self.sim = sim


def sell(sim, name, watch=None):
    policy = make_execution_policy(name, Holder(sim))
    return played(sim, lambda _: policy.act(sim.observations), watch)


def test_the_optimum_of_the_paper():
    sim = begun(60_000, exact=True)
    scale = sim._rows[0, at.SCALE]
    assert scale == pytest.approx(1_745_500, rel=1e-9)
    assert sim.optimum(0) * scale == pytest.approx(-1_275_355.56, abs=0.005)
    returns = sell(sim, "almgren-chriss")
    error = returns.std() / math.sqrt(len(returns))
    print(f"return {returns.mean():.5f} +- {error:.5f}, optimum {sim.optimum(0):.5f}")  # noqa: T201 - figures for `pytest -rP`
    assert abs(returns.mean() - sim.optimum(0)) < 3 * error
    worth = PAPER.shares * PAPER.price
    shortfall = sim.metrics["shortfall_bp"] / 1e4 * worth
    assert abs(shortfall.mean() - 911_227) < 3 * shortfall.std() / math.sqrt(len(returns))
    assert abs(shortfall.std() - 603_431) < 3 * 603_431 / math.sqrt(2 * len(returns))
    assert sim.metrics["risk_bp"][0] / 1e4 * worth == pytest.approx(603_431, rel=1e-5)
    assert sim.metrics["cost_bp"][0] / 1e4 * worth == pytest.approx(911_227, rel=1e-5)
    assert sim.metrics["utility"] == pytest.approx(sim.optimum(0), rel=1e-9)
    equal = begun(10, exact=True)
    sell(equal, "twap")
    assert equal.metrics["utility"] == pytest.approx(-1.0, rel=1e-6)


def test_no_schedule_beats_the_optimum():
    """1,000 perturbed schedules of each kind of problem, in exact expectation."""
    rng = np.random.default_rng(4)
    for kwargs in ({"exact": True}, {}, {"transient": True}):
        sim = begun(1000, 0.6, **kwargs)
        size = 10 ** rng.uniform(-4, 0, 1000)
        policy = make_execution_policy("optimum", Holder(sim))

        def act(_, sim=sim, size=size, policy=policy):
            shares = 0.5 + 0.5 * policy.act(sim.observations)[:, 0]
            return np.clip(shares + size * rng.standard_normal(1000), 0, 1)

        played(sim, act)
        best, got = sim.metrics["optimum"], sim.metrics["utility"]
        assert (got <= best + 1e-12).all()
        assert got[size < 2e-4] == pytest.approx(best[size < 2e-4], rel=1e-3)
        assert (
            (sim.metrics["share_of_optimum"] > 0) & (sim.metrics["share_of_optimum"] <= 1)
        ).all()


@pytest.mark.parametrize("transient", [False, True])
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_the_optimum_of_drawn_problems(transient, level):
    """The kernel's dynamic programme against the costs written out, and the expert's against both."""
    sim = begun(300, level, transient=transient)
    for i in range(40):
        row = sim._rows[i]
        steps, risk = int(row[at.STEPS]), row[at.AVERSION] * row[at.SIGMA] ** 2 * row[at.TAU]
        pieces = (row[at.ETA] / row[at.TAU], row[at.GAMMA], risk, row[at.KAPPA], row[at.DECAY])
        q = utility_matrix(steps, *pieces)
        n = np.linalg.solve(q, np.ones(steps))
        n *= row[at.SHARES] / n.sum()
        assert n.min() > 0  # so that forbidding purchases costs nothing
        assert row[at.BEST] == pytest.approx(n @ q @ n + row[at.SPREAD] * row[at.SHARES], rel=1e-9)
        equal = np.full(steps, row[at.SHARES] / steps)
        assert row[at.SCALE] == pytest.approx(
            equal @ q @ equal + row[at.SPREAD] * row[at.SHARES], rel=1e-9
        )
        assert np.allclose(sold(row[at.SHARES], steps, *pieces), n, rtol=1e-6)
        if not transient:
            problem = almgren_chriss.Execution(
                shares=row[at.SHARES], steps=steps, horizon=row[at.TAU] * steps, price=row[at.FIRST],
                volatility=row[at.SIGMA], spread=row[at.SPREAD], permanent=row[at.GAMMA], temporary=row[at.ETA],
                risk_aversion=row[at.AVERSION],
            )  # fmt: skip
            assert almgren_chriss.optimum(problem).utility == pytest.approx(row[at.BEST], rel=1e-9)
    returns = sell(sim, "almgren-chriss")
    assert np.isfinite(returns).all()
    # It sees float32 numbers.
    assert sim.metrics["share_of_optimum"] == pytest.approx(1.0, abs=1e-6)


def test_a_given_problem_with_decaying_impact():
    given = {"transient": 2e-6, "resilience": 0.7, "steps": 20, "permanent": 0.0}
    sim = begun(20_000, exact=given)
    assert sim._rows[0, at.DECAY] == pytest.approx(math.exp(-0.7 * 5 / 20))
    returns = sell(sim, "optimum")
    error = returns.std() / math.sqrt(len(returns))
    assert abs(returns.mean() - sim.optimum(0)) < 3 * error
    assert sim.metrics["share_of_optimum"] == pytest.approx(1.0, abs=1e-9)
    # The optimum without the displacement in mind falls short.
    naive = begun(1, exact=given)
    plan = almgren_chriss.optimum(almgren_chriss.Execution(steps=20, permanent=0.0)).holdings
    played(naive, lambda step: np.array([1 - plan[step + 1] / plan[step]]))
    assert naive.metrics["share_of_optimum"][0] < 0.999


def test_difficulty():
    """Equal slices come ever less close to the optimum."""
    shares = []
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        sim = begun(400, level)
        sell(sim, "twap")
        shares.append(sim.metrics["share_of_optimum"].mean())
    print("equal slices, share of the optimum:", np.round(shares, 3))  # noqa: T201 - figures for `pytest -rP`
    assert (np.diff(shares) < -0.01).all()


def test_policies_in_order():
    utilities = {}
    for name in POLICIES:
        sim = begun(400, 0.8)
        sell(sim, name)
        utilities[name] = sim.metrics["utility"].mean()
    print({name: round(float(value), 3) for name, value in utilities.items()})  # noqa: T201 - figures for `pytest -rP`
    best = utilities.pop("optimum")
    assert utilities.pop("almgren-chriss") == pytest.approx(best, abs=1e-5)
    assert max(utilities.values()) < best - 0.1
    assert utilities["twap"] == pytest.approx(-1.0, abs=1e-6)

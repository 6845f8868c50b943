"""Market making: what the market does, and what is earned against exact optima and published tables."""

import math

import numpy as np
import pytest

from synth_envs.trading.making import layout as at
from synth_envs.trading.making.policies import POLICIES, make_making_policy
from synth_envs.trading.making.simulator import MakingSim
from synth_envs.trading.optimal.avellaneda_stoikov import offsets, spread


def begun(n, level=0.5, first=0, **options):
    """A simulator whose episodes have begun."""
    sim = MakingSim(n, **options)
    keys = np.random.default_rng(first).integers(0, 2**64, n, np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.full(n, level))
    return sim


def played(sim, act, watch=None):
    """The returns of whole episodes, `act(step)` giving the actions."""
    everybody, returns = np.ones(sim.num_envs, np.bool_), np.zeros(sim.num_envs)
    for step in range(100_001):
        sim.step(np.asarray(act(step)), everybody)
        assert not sim.terminations.any()
        returns += sim.rewards
        if watch is not None:
            watch(step)
        if sim.truncations.any():
            assert sim.truncations.all()
            return returns
    raise AssertionError(step)


class Holder:
    """What policies take for an environment, around a bare simulator."""

    def __init__(self, sim):
        self.sim = sim


def make(sim, name):
    policy = make_making_policy(name, Holder(sim))
    return played(sim, lambda _: policy.act(sim.observations))


def at_money(sim, quotes):
    """Actions of offsets in money, to the last bits."""
    low, high = sim._settings[at.LOWEST], sim._settings[at.HIGHEST]
    return (2 * np.asarray(quotes) - low - high) / (high - low)


@pytest.mark.parametrize(("law", "wanted"), [("linear", 65.709), ("exponential", 57.860)])
def test_the_optimum_of_the_reference(law, wanted):
    sim = begun(100_000, exact=True, law=law)
    assert sim.optimum(0) == pytest.approx(wanted, abs=5e-4)
    returns = make(sim, "optimum")
    error = returns.std() / math.sqrt(len(returns))
    print(f"{law}: {returns.mean():.3f} +- {error:.3f}, optimum {sim.optimum(0):.3f}")  # noqa: T201 - figures for `pytest -rP`
    assert abs(returns.mean() - wanted) < 3 * error


#: Of 20,000 paths: PnL, sd, sd(q_T) with inventory and with symmetric quotes; see `test_optimal`.
QUOTED = {
    0.01: ((68.52, 8.84, 5.19), (68.83, 13.51, 8.63)),
    0.1: ((64.94, 6.49, 2.92), (68.40, 13.33, 8.35)),
    0.5: ((48.56, 5.87, 1.96), (59.99, 12.31, 6.85)),
}


@pytest.mark.parametrize("gamma", QUOTED)
@pytest.mark.parametrize("symmetric", [False, True])
def test_avellaneda_stoikov_table(gamma, symmetric):
    paths = 40_000
    sim = begun(
        paths, first=int(gamma * 100), exact={"running": 0.0, "terminal": 0.0}, limit=100,
        min_offset=-60.0, max_offset=60.0,
    )  # fmt: skip
    lefts = 1.0 - np.arange(200) / 200
    half = 0.5 * np.mean([spread(gamma, 2.0, 1.5, left) for left in lefts.tolist()])

    def act(step):
        if symmetric:
            return at_money(sim, np.full((paths, 2), half))
        return at_money(sim, offsets(sim._rows[at.HELD], gamma, 2.0, 1.5, lefts[step]))

    returns = played(sim, act)
    assert np.allclose(returns, sim.metrics["pnl"], atol=1e-9)
    held = sim._rows[at.HELD]
    assert np.abs(held).max() < 100
    quoted = QUOTED[gamma][symmetric]
    both = math.sqrt(1 + paths / 20_000)
    for got, wanted, error in (
        (returns.mean(), quoted[0], returns.std() / math.sqrt(paths)),
        (returns.std(), quoted[1], sd_error(returns)),
        (held.std(), quoted[2], sd_error(held)),
    ):
        print(f"{gamma} {symmetric}: {got:.3f}, table {wanted} ({(got - wanted) / error / both:+.1f} errors)")  # fmt: skip  # noqa: T201
        assert abs(got - wanted) < 3 * error * both + 0.005  # the table has two decimals


def sd_error(values):
    """The standard error of a standard deviation, of values of any distribution."""
    centred = values - values.mean()
    variance = (centred**2).mean()
    return math.sqrt(((centred**4).mean() - variance**2) / len(values) / (4 * variance))


@pytest.mark.parametrize(
    "options",
    [
        {"exact": {"adverse": 0.2, "running": 1.5}, "fee": 0.1},
        {"exact": {"adverse": 0.3}, "law": "exponential", "mid": "gaussian", "jumps": 3.0},
        {"exact": True, "action": "grid", "grid": 5, "limit": 4},
        {"exact": {"intensity": 300.0}, "steps": 100, "min_offset": -1.0},
    ],
)
def test_the_optimum_of_other_markets(options):
    """The dynamic programme knows adverse selection, fees, grids, sure fills; others do worse."""
    sim = begun(40_000, **options)
    returns = make(sim, "optimum")
    error = returns.std() / math.sqrt(len(returns))
    print(f"{options}: {returns.mean():.3f} +- {error:.3f}, optimum {sim.optimum(0):.3f}")  # noqa: T201 - figures for `pytest -rP`
    # Where fills are sure nothing is left to chance but the rounding of offsets to float32.
    assert abs(returns.mean() - sim.optimum(0)) < 3 * error + 1e-5
    for name in ("symmetric", "wide", "tight"):
        other = begun(5_000, **options)
        worse = make(other, name)
        assert worse.mean() < sim.optimum(0) + 3 * worse.std() / math.sqrt(len(worse))


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_the_optimum_of_drawn_markets(level):
    sim = begun(500, level, steps=100)
    returns = make(sim, "optimum")
    optima = sim.optima()
    assert optima[7] == pytest.approx(sim.optimum(7), abs=1e-9)
    gap = returns - optima
    print(f"level {level}: gap {gap.mean():.3f} +- {gap.std() / math.sqrt(500):.3f}")  # noqa: T201 - figures for `pytest -rP`
    assert abs(gap.mean()) < 3 * gap.std() / math.sqrt(500)
    # Nothing on average exceeds the bound.
    share = sim.metrics["share_of_bound"]
    assert share.mean() < 1 + 3 * share.std() / math.sqrt(500)


def test_plans_follow_new_episodes():
    """Solutions are those of the running episodes, whichever of them began when."""
    sim = begun(6, 0.3, steps=20)
    sim.optimal_quotes()
    for round_ in range(3):
        mask = np.arange(6) % 3 == round_
        sim.reset(mask, np.arange(6, dtype=np.uint64) + 100 * round_, np.full(6, 0.9))
        sim.step(np.full((6, 2), 0.5), np.ones(6, np.bool_))
        found = sim.optimal_quotes()
        for i in range(6):
            alone = MakingSim(1, steps=20)
            alone._rows[:, 0] = sim._rows[:, i]
            assert np.array_equal(alone.optimal_quotes()[0], found[i])
    unknown = MakingSim(1, reversion=1.0)
    assert unknown.optimum(0) is None
    with pytest.raises(ValueError, match="not known"):
        unknown.optima()


@pytest.mark.parametrize("law", ["linear", "exponential"])
def test_the_bound_of_rare_fills(law):
    """Risk-neutral profits: 2 A / (e k), and 11 % less with the exponential law."""
    sim = begun(1, exact={"running": 0.0, "terminal": 0.0}, law=law, limit=300)
    bound = float(sim._rows[at.BOUND, 0] * 200)
    assert bound == pytest.approx({"linear": 68.6708, "exponential": 60.985}[law], abs=5e-4)
    assert sim.optimum(0) == pytest.approx(bound, rel=1e-6)


def test_difficulty():
    """Quotes that heed no inventory earn ever less, also as a share of the optimum."""
    earned, shares = [], []
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        sim = begun(3000, level)
        returns = make(sim, "symmetric")
        earned.append(returns.mean())
        shares.append(returns.mean() / begun(300, level).optima().mean())
    print("symmetric quotes:", np.round(earned, 2), "of the optimum:", np.round(shares, 3))  # noqa: T201 - figures for `pytest -rP`
    assert (np.diff(earned) < -1).all()
    assert (np.diff(shares) < -0.02).all()


def test_policies_in_order():
    returns = {name: make(begun(2000, 0.7), name).mean() for name in POLICIES}
    print({name: round(float(value), 2) for name, value in returns.items()})  # noqa: T201 - figures for `pytest -rP`
    assert returns["nothing"] == 0.0
    order = ("optimum", "avellaneda-stoikov", "symmetric", "wide", "nothing", "tight")
    values = [returns[name] for name in order]
    assert values == sorted(values, reverse=True)
    assert returns["avellaneda-stoikov"] > 0.9 * returns["optimum"]


def test_a_martingale_pays_nobody_for_inventory():
    """What inventory earns on average is 0 without adverse selection, and never above 0 with it."""
    for name in ("symmetric", "tight", "echo", "avellaneda-stoikov"):
        for adverse in (0.0, 0.2):
            sim = begun(4000, exact={"adverse": adverse}, mid="gaussian")
            policy, earned = make_making_policy(name, Holder(sim)), np.zeros(4000)
            for _ in range(200):
                sim.step(policy.act(sim.observations), np.ones(4000, np.bool_))
                earned += sim.terms["inventory"]
            error = earned.std() / math.sqrt(4000)
            assert earned.mean() < 3 * error
            if adverse == 0:
                assert abs(earned.mean()) < 3 * error


def test_mids():
    """Two points, normal numbers, mean reversion and jumps, without fills."""
    nothing = np.ones((20_000, 2))
    everybody = np.ones(20_000, np.bool_)
    moves = {}
    for name, options in (
        ("two-point", {}),
        ("gaussian", {"mid": "gaussian"}),
        ("jumps", {"jumps": 20.0}),
        ("reversion", {"reversion": 100.0}),
    ):
        sim = begun(20_000, exact=True, **options)
        path = [sim._rows[at.MID].copy()]
        for _ in range(20):
            sim.step(nothing, everybody)
            path.append(sim._rows[at.MID].copy())
        assert not sim.metrics["fills"].any()
        moves[name] = np.diff(np.array(path), axis=0)
    swing = 2 * math.sqrt(0.005)
    assert np.allclose(np.abs(moves["two-point"]), swing)
    for name in ("two-point", "gaussian"):
        one = moves[name].ravel()
        assert abs(one.mean()) < 3 * swing / math.sqrt(one.size)
        assert abs((one[:-1] * one[1:]).mean()) < 3 * swing**2 / math.sqrt(one.size)
    normal = moves["gaussian"].ravel() / swing
    assert abs(normal.std() - 1) < 3 / math.sqrt(2 * normal.size)
    assert abs((normal**4).mean() - 3) < 3 * math.sqrt(96 / normal.size)
    jumped = np.abs(moves["jumps"]) > 2 * swing
    assert abs(jumped.mean() - 0.1) < 3 * math.sqrt(0.09 / jumped.size)
    sizes = moves["jumps"][jumped]
    assert abs(sizes.mean()) < 3 * sizes.std() / math.sqrt(sizes.size)
    # Half the distance comes back in each step.
    away = np.cumsum(moves["reversion"], axis=0)
    assert np.allclose(np.abs(moves["reversion"][1:] + 0.5 * away[:-1]), swing)


@pytest.mark.parametrize("law", ["linear", "exponential"])
def test_fills_come_as_often_as_the_law_says(law):
    sim = begun(50_000, exact=True, law=law)
    for bid, ask in ((0.0, 0.7), (1.2, 0.3), (2.9, 2.0)):
        sim.step(at_money(sim, np.tile([bid, ask], (50_000, 1))), np.ones(50_000, np.bool_))
        bought, sold = sim.observations[:, at.SEE_BOUGHT], sim.observations[:, at.SEE_SOLD]
        for offset, filled in ((bid, bought), (ask, sold)):
            p = 0.7 * math.exp(-1.5 * offset)
            p = p if law == "linear" else 1 - math.exp(-p)
            assert abs(filled.mean() - p) < 3 * math.sqrt(p * (1 - p) / 50_000)
        both = (bought * sold).mean() - bought.mean() * sold.mean()
        assert abs(both) < 3 * bought.std() * sold.std() / math.sqrt(50_000)
    sim.step(at_money(sim, np.full((50_000, 2), 2.98)), np.ones(50_000, np.bool_))
    assert not sim.observations[:, [at.SEE_BOUGHT, at.SEE_SOLD]].any()

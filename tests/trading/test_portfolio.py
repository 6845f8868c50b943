"""Holding many assets: what cannot be known, what nobody can earn, and that batches equal singles."""

import json
import math
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs.checking.vector import check_vector_env
from synth_envs.trading.markets.data import recorded
from synth_envs.trading.markets.factor import Universe
from synth_envs.trading.markets.layout import KINDS
from synth_envs.trading.markets.market import market
from synth_envs.trading.portfolio.env import PortfolioEnv, PortfolioVectorEnv
from synth_envs.trading.portfolio.policies import POLICIES, make_portfolio_policy
from synth_envs.trading.portfolio.sim import PortfolioSim

SHARED = [kind for kind in KINDS if kind != "ou"]
DAY = 86400.0


def recordings(names="ABC", bars=400, seed=0, drop=None):
    """Return prices by name; of one asset a bar may be missing."""
    rng = np.random.default_rng(seed)
    found = {}
    for name in names:
        close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, bars)))
        table = {
            "time": np.arange(bars) * DAY + 1e9,
            "close": close,
            "volume": rng.uniform(0.5, 2, bars),
        }
        if drop is not None and name == drop[0]:
            table = {key: np.delete(one, drop[1]) for key, one in table.items()}
        found[name] = table
    return found


def actions(rng, n, k):
    return rng.uniform(-1, 1, (n, k)).astype(np.float32)


def played(policy, n, seed, **options):
    env = PortfolioVectorEnv(num_envs=n, **options)
    env.reset(seed=seed)
    chooser, over = make_portfolio_policy(policy, env), np.zeros(n, np.bool_)
    while not over.any():
        _, _, ruined, over, infos = env.step(chooser.act(env.sim.observations))
        assert not ruined.any()
    return infos["metrics"]


@pytest.mark.parametrize("kind", SHARED)
def test_rewards_sum_to_the_growth_of_equity(kind):
    n, k, steps = 32, 5, 40
    env = PortfolioVectorEnv(
        num_envs=n, assets=k, market=kind, horizon=steps, leverage=3.0, short=True, interest=0.02
    )
    env.reset(seed=1)
    rng, total = np.random.default_rng(2), np.zeros(n)
    for _ in range(steps):
        seen, rewards, ruined, over, infos = env.step(actions(rng, n, k))
        assert env.single_observation_space.contains(seen[0])
        assert np.abs(seen).max() <= 1.0
        terms = np.sum([infos["reward_terms"][name] for name in env.sim.terms], axis=0)
        assert np.allclose(terms, rewards, atol=1e-12)
        total += rewards
        if (ruined | over).any():
            break
    done = (over | ruined) & ~ruined
    equity = infos["metrics"]["equity"][done]
    assert over.sum() > n // 2
    assert np.allclose(total[done], np.log(equity), atol=1e-9)


def test_utility_of_other_aversions():
    for aversion in (0.0, 0.5, 3.0):
        env = PortfolioEnv(market="gbm", assets=3, horizon=30, aversion=aversion)
        env.reset(seed=3)
        total, over, rng = 0.0, False, np.random.default_rng(0)
        while not over:
            _, reward, ruined, over, info = env.step(actions(rng, 1, 3)[0])
            assert not ruined
            assert reward == pytest.approx(sum(info["reward_terms"].values()), abs=1e-12)
            total += reward
        equity = info["metrics"]["equity"]
        exact = equity - 1 if aversion == 0.0 else (equity ** (1 - aversion) - 1) / (1 - aversion)
        assert total == pytest.approx(exact, abs=1e-9)
        assert total == pytest.approx(info["metrics"]["utility"], abs=1e-12)


def test_actions_become_weights_within_the_leverage():
    def held(action, **options):
        env = PortfolioEnv(assets=3, horizon=5, fee=0.0, spread=0.0, impact=0.0, **options)
        env.reset(seed=0)
        env.step(np.array(action, np.float32))
        return env.sim.targets()[0]

    assert held([0.5, 0.25, 0.0]) == pytest.approx([0.5, 0.25, 0.0])
    assert held([-1.0, 0.25, 0.5]) == pytest.approx([0.0, 0.25, 0.5])  # no shorts: cash
    assert held([1.0, 1.0, 0.0]) == pytest.approx([0.5, 0.5, 0.0])  # scaled down in proportion
    assert held([1.0, -1.0, 0.0], short=True) == pytest.approx([0.5, -0.5, 0.0])
    assert held([1.0, -0.5, 0.0], short=True, leverage=2.0) == pytest.approx([4 / 3, -2 / 3, 0.0])
    assert held([-1.0, -1.0, -1.0]) == pytest.approx([0.0, 0.0, 0.0])


def test_the_same_action_trades_nothing_and_the_idle_one_neither():
    env = PortfolioEnv(assets=4, horizon=30, leverage=1.7, short=True)
    env.reset(seed=4)
    action = np.array([0.9, -0.7, 0.33, 0.1], np.float32)
    env.step(action)
    units = env.sim._held[0, :, 0].copy()
    for again in (action, env.sim.idle(0), env.sim.idle(0)):
        env.step(again)
        assert np.array_equal(env.sim._held[0, :, 0], units)
    env.step(action * 0.999)
    assert (env.sim._held[0, :, 0] != units).all()


def test_a_band_keeps_small_changes_from_trading():
    env = PortfolioEnv(assets=2, horizon=30, band=0.1)
    env.reset(seed=4)
    trades = []
    for one in (0.5, 0.55, 0.45, 0.65):
        env.step(np.array([one, 0.2], np.float32))
        trades.append(env.sim.metrics["trades"][0])
    assert trades == [1.0, 1.0, 1.0, 2.0]


def test_one_assets_future_changes_nothing_before_it():
    """Recordings of which one differs only after a bar: everything up to it has the same bits."""
    first = recordings(bars=165)
    second = {
        name: {key: one.copy() for key, one in table.items()} for name, table in first.items()
    }
    cut = 64 + 1 + 50
    second["B"]["close"][cut:] *= np.exp(np.random.default_rng(5).normal(0, 0.1, 165 - cut))
    second["B"]["volume"][cut:] *= 7.0
    one, two = (PortfolioEnv(market=given, horizon=100) for given in (first, second))
    assert np.array_equal(one.reset(seed=0)[0], two.reset(seed=0)[0])
    rng, differs = np.random.default_rng(1), None
    for t in range(100):
        action = actions(rng, 1, 3)[0]
        a, b = one.step(action), two.step(action)
        if not np.array_equal(a[0], b[0]) or a[1] != b[1]:
            differs = t
            # What is seen of the other assets alone has not changed.
            mine = [*range(6), *range(26, 32)]
            assert np.array_equal(a[0][mine], b[0][mine])
            break
    # Step t fills at the open of bar t + 1 and ends at its close, which the twin has changed.
    assert differs == 50


@pytest.mark.parametrize("options", [{}, {"exact": True}])
def test_synthetic_bars_hang_on_nothing_that_comes_later(options):
    """Draws of later bars are changed under way: what was seen by then stays, the rest is other."""
    one, two = (PortfolioEnv(horizon=40, **options) for _ in range(2))
    one.reset(seed=9)
    two.reset(seed=9)
    rng = np.random.default_rng(2)
    for t in range(40):
        if t == 20:
            two.sim._keys[0] ^= np.uint64(1)
        action = actions(rng, 1, one.sim.assets)[0]
        a, b = one.step(action), two.step(action)
        assert np.array_equal(a[0], b[0]) == (t < 20)
        assert t >= 20 or a[1] == b[1]


@pytest.mark.parametrize("options", [{}, {"exact": True}])
def test_episodes_leave_nothing_behind(options):
    fresh, used = (PortfolioEnv(horizon=20, **options) for _ in range(2))
    used.reset(seed=1)
    rng = np.random.default_rng(3)
    for _ in range(20):
        used.step(actions(rng, 1, used.sim.assets)[0])
    first, second = fresh.reset(seed=8), used.reset(seed=8)
    assert np.array_equal(first[0], second[0])
    for _ in range(3):
        action = actions(rng, 1, used.sim.assets)[0]
        a, b = fresh.step(action), used.step(action)
        assert np.array_equal(a[0], b[0])
        assert a[1:] == b[1:]
    assert all(np.array_equal(fresh.sim.metrics[k], v) for k, v in used.sim.metrics.items())


@pytest.mark.parametrize("kind", [*SHARED, "recorded", "exact", "default"])
def test_batch_equals_singles(kind):
    options = {"market": recordings() if kind == "recorded" else kind, "assets": 3, "short": True}
    options = {"exact": True} if kind == "exact" else {} if kind == "default" else options
    batch = PortfolioVectorEnv(num_envs=3, horizon=20, **options)
    threaded = PortfolioVectorEnv(num_envs=3, horizon=20, threads=2, **options)
    singles = [PortfolioEnv(horizon=20, **options) for _ in range(3)]
    seen, _ = batch.reset(seed=5)
    assert np.array_equal(threaded.reset(seed=5)[0], seen)
    for i, env in enumerate(singles):
        assert np.array_equal(env.reset(seed=5 + i)[0], seen[i])
    rng = np.random.default_rng(6)
    for _ in range(20):
        chosen = actions(rng, 3, batch.sim.assets)
        seen, rewards, *_, infos = batch.step(chosen)
        assert np.array_equal(threaded.step(chosen)[0], seen)
        for i, env in enumerate(singles):
            one, reward, *_, info = env.step(chosen[i])
            assert np.array_equal(one, seen[i])
            assert reward == rewards[i]
    assert info["metrics"] == {k: infos["metrics"][k][2] for k in info["metrics"]}


@pytest.mark.parametrize("options", [{}, {"exact": True}, {"market": recordings()}])
def test_save_restore_pickle(options):
    env = PortfolioEnv(horizon=30, **options)
    env.reset(seed=2)
    rng = np.random.default_rng(7)
    given = [actions(rng, 1, env.sim.assets)[0] for _ in range(4)]
    env.step(given[0])
    saved, copy = env.save(), pickle.loads(pickle.dumps(env))
    after = [env.step(one) for one in given]
    env.restore(saved)
    for one in (env, copy):
        for expected, action in zip(after, given, strict=True):
            found = one.step(action)
            assert np.array_equal(found[0], expected[0])
            assert found[1:] == expected[1:]


def test_what_is_not_played_stays_as_it_is():
    sim = PortfolioSim(3, assets=2, horizon=20)
    everybody = np.ones(3, np.bool_)
    sim.reset(everybody, np.arange(3, dtype=np.uint64), np.full(3, 0.5))
    sim.step(np.full((3, 2), 0.4), everybody)
    before = sim.save()
    given = np.full((3, 2), 0.1)
    sim.step(given, np.array([True, False, True]))
    after = sim.save()
    assert all(np.array_equal(before[name][1], after[name][1]) for name in before)
    assert not np.array_equal(before["_row"][0], after["_row"][0])
    assert sim.rewards[1] == 0.0
    assert not sim._terms[:, 1].any()
    assert (given == 0.1).all()  # the caller's array is left alone


@pytest.mark.parametrize("options", [{}, {"exact": True}, {"short": True, "leverage": 2.0}])
def test_contract(options):
    check_env(PortfolioEnv(**options), skip_render_check=True)


def test_vector_contract():
    check_vector_env(PortfolioVectorEnv, kwargs={"horizon": 12, "assets": 3}, scalar=PortfolioEnv)


def test_metrics_of_simple_portfolios():
    found = played("hold", 8, 2, assets=4, horizon=30)
    assert found["concentration"] == pytest.approx(0.25, abs=0.02)
    assert found["turnover"] == pytest.approx(1.0, abs=0.05)
    each = np.array([found[f"turnover_{k}"] for k in range(4)])
    assert each.sum(axis=0) == pytest.approx(found["turnover"], rel=1e-12)
    assert np.allclose(each, 0.25, atol=0.02)
    assert (found["trades"] == 1.0).all()
    # Bought at the first open in place of the first close, at costs.
    free = {"fee": 0.0, "spread": 0.0, "impact": 0.0, "fill": "same-close"}
    same = played("hold", 8, 2, assets=4, horizon=30, **free)
    assert same["log_return"] == pytest.approx(same["market_log_return"], abs=1e-12)
    winner = played("winner", 8, 2, assets=4, horizon=30)
    assert winner["concentration"] == pytest.approx(1.0)
    assert (winner["turnover"] > 10).all()


def test_recordings_of_several_assets():
    env = PortfolioEnv(market=recordings("ABCD"), horizon=50, between=(0.5, 1.0))
    assert env.sim.names == tuple("ABCD")
    assert env.sim.bars_per_year == pytest.approx(365.25)
    env.reset(seed=0)
    first = int(env.sim._row[0, 22])
    table, total = recordings("ABCD"), 0.0
    for _ in range(50):
        total += env.step(np.array([0.0, 1.0, 0.0, 0.0], np.float32))[1]
    assert first >= 200
    # Filled at the last close, as without opens; at costs of 10 bp at most, and slippage.
    close = table["B"]["close"]
    growth = math.log(close[first + 64 + 50] / close[first + 64])
    assert growth - 0.003 < total < growth
    arrays = {name: one["close"] for name, one in table.items()}
    assert PortfolioEnv(market=arrays, horizon=50).sim.bars_per_year == 252.0
    ready = {name: recorded(one) for name, one in table.items()}
    assert PortfolioEnv(market=ready, horizon=50).sim.assets == 4
    with pytest.raises(ValueError, match="oracle"):
        make_portfolio_policy("oracle", env)
    for name in POLICIES[:-1]:
        played(name, 4, 3, market=table, horizon=20)


def test_a_missing_bar_is_named_and_never_filled():
    with pytest.raises(ValueError, match="'B' has no bar at 2001-12-18 01:46:40, which 'A' has"):
        PortfolioSim(1, market=recordings(drop=("B", 100)))
    with pytest.raises(ValueError, match="'C' has no bar number 390, which 'A' has"):
        PortfolioSim(1, market={"A": np.ones(400) * 5, "C": np.ones(390) * 5})
    with pytest.raises(ValueError, match="314 bars without a gap"):
        PortfolioSim(1, market=recordings(bars=200), horizon=250)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"market": "gmb"}, "gbm"),
        ({"market": "ou"}, "another kind"),
        ({"market": 3}, "recordings by the names"),
        ({"market": {"A": np.ones(400)}}, "2 to 32"),
        ({"market": Universe(market("gbm"), 40)}, "2 to 32"),
        ({"market": Universe(market("gbm"), 6), "assets": 5}, "leave assets out"),
        ({"assets": 1}, "assets"),
        ({"assets": 33}, "assets"),
        ({"exact": True, "assets": 5}, "assets"),
        ({"exact": True, "fee": 0.1}, "fee is fixed"),
        ({"exact": True, "market": "gbm"}, "market is fixed"),
        ({"exact": True, "aversion": 0.0}, "aversion"),
        ({"exact": "yes"}, "exact"),
        ({"fill": "close"}, "same-close"),
        ({"horizon": 0}, "horizon"),
        ({"fee": 0.5}, "fee"),
        ({"borrow": (0.1, 0.05)}, "lower first"),
        ({"between": (0.5, 0.2)}, "between"),
        ({"aversion": math.nan}, "aversion"),
        ({"leverage": True}, "leverage"),
        ({"short": 1}, "short"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        PortfolioSim(1, **options)


def test_hostile_actions():
    env = PortfolioEnv(assets=3)
    env.reset(seed=0)
    for bad in (
        np.full(3, math.nan),
        np.array([0.0, math.inf, 0.0]),
        np.zeros(2),
        np.array(["1"] * 3),
    ):
        with pytest.raises(ValueError, match="action"):
            env.step(bad)
    assert math.isfinite(env.step(np.array([1e300, -1e300, 1e-300]))[1])
    with pytest.raises(gym.error.ResetNeeded):
        PortfolioEnv().step(np.zeros(8))


@pytest.mark.parametrize("options", [{}, {"exact": True}, {"assets": 32, "short": True}])
def test_words(options):
    sim = PortfolioSim(2, **options)
    sim.reset(np.ones(2, np.bool_), np.array([1, 2], np.uint64), np.array([0.0, 1.0]))
    k = sim.assets
    for _ in range(3):
        text = sim.describe(1)
        assert len(text) <= 4000
        example = sim.read(text)
        assert example is not None
        assert example.shape == (k,)
        sim.step(np.tile(example, (2, 1)), np.ones(2, np.bool_))
    action = np.random.default_rng(0).uniform(-1, 1, k)
    assert np.array_equal(sim.read(sim.say(action)), action)
    assert sim.read(json.dumps({"weights": [9e9] * k})) == pytest.approx(np.ones(k))
    for hostile in (
        "", "{}", '{"weights": 1}', json.dumps({"weights": [0.1] * (k + 1)}), json.dumps({"weights": [True] * k}),
        json.dumps({"weights": ["a"] * k}), json.dumps({"weights": [[0.1]] * k}), '{"weights": [NaN, NaN, NaN]}',
        '{"weights": ' + "[" * 10000,
    ):  # fmt: skip
        assert sim.read(hostile) is None
    picture = sim.frame(0)
    assert picture.shape == (400, 600, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10
    many = PortfolioSim(2, history=False, **options)  # as in large batches
    many.reset(np.ones(2, np.bool_), np.array([1, 2], np.uint64), np.array([0.0, 1.0]))
    assert many.frame(0).shape == (400, 600, 3)

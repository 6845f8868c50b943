"""Trading one asset: the ledger, what cannot be known, and that batches equal single episodes."""

import copy
import gc
import math
import pickle

import gymnasium as gym
import numba
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from synth_envs.kernels.random import between, gaussian, uniform
from synth_envs.trading import ledger as to
from synth_envs.trading.asset.env import TradingEnv, TradingVectorEnv
from synth_envs.trading.asset.policies import POLICIES, make_trading_policy
from synth_envs.trading.asset.sim import AssetSim
from synth_envs.trading.ledger import settle
from synth_envs.trading.markets.data import recorded
from synth_envs.trading.markets.layout import KINDS
from synth_envs.trading.text_env import TradingTextEnv, TradingTextVectorEnv


def bars(closes, volume=None):
    return recorded({"close": closes} | ({} if volume is None else {"volume": volume}))


def account():
    state = np.zeros((1, len(to.ACCOUNT)))
    state[0, :4] = 1.0, 0.0, 100.0, 1.0
    return state


def costs(**given):
    row = dict.fromkeys(to.COSTS, 0.0) | {"depth": 1e9, "margin": 1.0} | given
    return np.array([[row[name] for name in to.COSTS]])


def settled(state, rows, target, opened, closed):
    parts = np.zeros((len(to.PARTS), 1))
    bar = np.array([[opened], [closed], [0.01], [1.0]])
    settle(np.ones(1, np.bool_), state, rows, np.array([target]), bar, parts)
    return parts[:, 0]


def played(rows, moves, price=100.0):
    """Settle (target, open, close) moves; return the account and the parts of each."""
    state, history = account(), []
    state[0, 2] = price
    for target, opened, closed in moves:
        history.append(
            dict(zip(to.PARTS, settled(state, rows, target, opened, closed), strict=True))
        )
    return dict(zip(to.ACCOUNT, state[0], strict=True)), history


def test_full_investment_without_costs_is_the_price():
    after, _ = played(costs(), [(1.0, 101.0, 103.0), (1.0, 99.0, 150.0)])
    assert after["equity"] == pytest.approx(150.0 / 101.0, rel=1e-15)


def test_fee_and_spread_are_paid_on_the_value_traded():
    after, (first, second) = played(
        costs(fee=0.001, half_spread=0.002), [(0.5, 100.0, 100.0), (-0.5, 100.0, 100.0)]
    )
    assert first["fees"] == pytest.approx(-0.0005)
    assert first["spread"] == pytest.approx(-0.001)
    # A flip pays for the whole notional once: from +0.5 to -0.5 of what is left.
    size = 0.5 + 0.5 * (1 - 0.0015)
    assert second["fees"] == pytest.approx(-0.001 * size)
    assert after["traded"] == pytest.approx(size)


def test_slippage_grows_with_the_root_of_the_share_of_volume():
    found = [
        played(costs(impact=1.0, depth=d), [(1.0, 100.0, 100.0)])[1][0]["slippage"]
        for d in (1.0, 4.0)
    ]
    assert found[0] == pytest.approx(-0.01)
    assert found[0] == pytest.approx(2 * found[1])


def test_borrowing_compounds():
    """Short for 100 bars at 0.1% each of a flat price, as a peer gets wrong (999.0 of 1000)."""
    rows = costs(borrow=0.001)
    after, history = played(rows, [(-1.0, 100.0, 100.0)] * 100)
    assert after["equity"] == pytest.approx(1 - 0.1, rel=1e-12)  # units short stay the same
    lent = costs(funding=0.001)
    state = account()
    state[0, 0] = -1.0  # debt that grows by itself
    state[0, 1] = 0.03
    for _ in range(100):
        settled(state, lent, math.nan, 100.0, 100.0)
    assert state[0, 0] == pytest.approx(-(1.001**100), rel=1e-12)
    assert len(history) == 100


def test_without_margin_cash_does_not_become_negative():
    after, _ = played(costs(fee=0.01, margin=0.0), [(1.0, 100.0, 100.0), (math.nan, 90.0, 80.0)])
    assert 0.0 <= after["cash"] < 1e-12
    assert after["units"] == pytest.approx(1 / 101.0)


def test_margin_call_ruin_and_what_the_broker_bears():
    rows = costs(maintenance=0.25, penalty=0.01)
    after, (one,) = played(rows, [(4.0, 100.0, 90.0)])
    assert after["called"] == 1.0
    assert after["units"] == 0.0
    assert one["liquidation"] == pytest.approx(-0.01 * 3.6)
    after, (one,) = played(rows, [(4.0, 100.0, 50.0)])
    assert after["equity"] == to.FLOOR
    assert one["write_off"] > 1.0
    assert sum(one.values()) == pytest.approx(to.FLOOR - 1.0, rel=1e-12)


def test_orders_fill_at_the_next_open():
    """Decided at 100, filled at 110, held to 120; the opted-for alternative fills at 100."""
    after, _ = played(costs(), [(1.0, 110.0, 120.0)])
    assert after["equity"] == pytest.approx(120 / 110)
    after, _ = played(costs(same_close=1.0), [(1.0, 110.0, 120.0)])
    assert after["equity"] == pytest.approx(120 / 100)


@numba.njit
def fuzzed(steps, seed, rows):
    """Settle random extremes, and return the largest breach of the ledger's identities."""
    key = np.uint64(seed)
    state = np.zeros((1, 7))
    parts, bar, mask, targets = (
        np.zeros((7, 1)),
        np.zeros((4, 1)),
        np.ones(1, np.bool_),
        np.zeros(1),
    )
    worst, negative, calls, ruins = 0.0, 0.0, 0, 0
    state[0, 0], state[0, 1], state[0, 2], state[0, 3] = 1.0, 0.0, 100.0, 1.0
    extremes = np.array(
        [0.0, 1.0, -1.0, 5.0, -5.0, np.nan, np.inf, -np.inf, 1e308, 1e-308, 3.0, -0.5]
    )
    for t in range(steps):
        c = 8 * t
        before = state[0, 3]
        if before < 0.01:  # ruined: another account
            state[0, 0], state[0, 1], state[0, 3], state[0, 4] = 1.0, 0.0, 1.0, 0.0
            before = 1.0
            ruins += 1
        target = (
            extremes[int(12 * uniform(key, c))]
            if uniform(key, c + 1) < 0.5
            else between(key, c + 2, -5.0, 5.0)
        )
        target = min(max(target, -5.0), 5.0)
        close = state[0, 2]
        opened = close * np.exp(gaussian(key, c + 3) * 0.05)
        closed = opened * np.exp(gaussian(key, c + 4) * 0.05)
        if closed < 1e-3 or closed > 1e6:
            closed = opened = close
        bar[:, 0] = np.array([opened, closed, 0.03, between(key, c + 5, 0.1, 3.0)])
        targets[0] = target
        settle(mask, state, rows, targets, bar, parts)
        scale = max(abs(state[0, 0]), abs(state[0, 1] * closed), 1e-3)
        gap = abs(state[0, 3] - before - parts.sum()) / max(before, state[0, 3])
        held = abs(state[0, 0] + state[0, 1] * closed - state[0, 3]) / scale
        worst = max(worst, gap, held)
        if not np.isfinite(state).all() or not np.isfinite(parts).all() or state[0, 3] <= 0.0:
            return np.inf, negative, calls, ruins
        negative = max(negative, parts[1:4, 0].max())
        calls += state[0, 6] > 0
    return worst, negative, calls, ruins


@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_ledger_identity_over_millions_of_hostile_steps(margin):
    rows = costs(
        fee=0.001, half_spread=0.001, impact=0.5, depth=10.0, borrow=1e-4, funding=1e-4, interest=1e-5,
        maintenance=0.25, penalty=0.01, margin=margin,
    )  # fmt: skip
    worst, paid, calls, ruins = fuzzed(5_000_000, 7, rows)
    assert worst < 1e-9
    assert paid <= 0.0  # fees, spread and slippage are never income
    assert ruins > 100
    assert calls > 100 or margin == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_rewards_sum_to_the_growth_of_equity(kind):
    env = TradingVectorEnv(num_envs=64, market=kind, horizon=60, leverage=3.0, action="continuous")
    env.reset(seed=1)
    rng = np.random.default_rng(2)
    total = np.zeros(64)
    for _ in range(60):
        seen, rewards, ruined, over, infos = env.step(
            rng.uniform(-1, 1, (64, 1)).astype(np.float32)
        )
        assert env.single_observation_space.contains(seen[0])
        assert np.abs(seen).max() <= 1.0
        terms = np.sum([infos["reward_terms"][name] for name in env.sim.terms], axis=0)
        assert np.allclose(terms, rewards, atol=1e-12)
        total += rewards
        if (ruined | over).any():
            break
    assert np.allclose(total[~ruined], np.log(infos["metrics"]["equity"][~ruined]), atol=1e-9)


def test_utility_of_other_aversions():
    for aversion in (0.0, 0.5, 3.0):
        env = TradingEnv(market="gbm", horizon=40, aversion=aversion)
        env.reset(seed=3)
        total, over = 0.0, False
        while not over:
            _, reward, ruined, over, info = env.step(2)
            assert not ruined
            assert reward == pytest.approx(sum(info["reward_terms"].values()), abs=1e-12)
            total += reward
        equity = info["metrics"]["equity"]
        exact = equity - 1 if aversion == 0.0 else (equity ** (1 - aversion) - 1) / (1 - aversion)
        assert total == pytest.approx(exact, abs=1e-9)


def test_prices_can_be_scaled():
    rng = np.random.default_rng(4)
    closes = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, 400)))
    rewards = []
    for scale in (1.0, 1024.0):
        env = TradingEnv(market=bars(closes * scale), horizon=50)
        env.reset(seed=1)
        rewards.append([env.step(int(a))[1] for a in np.arange(50) % 3])
    assert rewards[0] == rewards[1]


def test_the_future_changes_nothing_before_it():
    """Recordings that differ only after a bar: everything up to it has the same bits."""
    rng = np.random.default_rng(5)
    closes = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, 165)))
    volume = rng.uniform(0.5, 2.0, 165)
    twin_closes, twin_volume = closes.copy(), volume.copy()
    cut = 64 + 1 + 50
    twin_closes[cut:] *= np.exp(rng.normal(0, 0.1, len(closes) - cut))
    twin_volume[cut:] *= 7.0
    one = TradingEnv(market=bars(closes, volume=volume), horizon=100)
    two = TradingEnv(market=bars(twin_closes, volume=twin_volume), horizon=100)
    first, _ = one.reset(seed=0)
    assert np.array_equal(first, two.reset(seed=0)[0])
    differs = None
    for t in range(100):
        action = int(rng.integers(3))
        a, b = one.step(action), two.step(action)
        if not np.array_equal(a[0], b[0]) or a[1] != b[1]:
            differs = t
            break
    # Step t fills at the open of bar t + 1 and ends at its close, which the twin has changed.
    assert differs == 50


def test_synthetic_bars_hang_on_nothing_that_comes_later():
    """Draws of later bars are changed under way: what was seen by then stays, the rest is other."""
    one, two = (TradingEnv(market="msm", horizon=40) for _ in range(2))
    one.reset(seed=9)
    two.reset(seed=9)
    for t in range(40):
        if t == 20:
            two.sim._keys[0] ^= np.uint64(1)
        a, b = one.step(t % 3), two.step(t % 3)
        assert np.array_equal(a[0], b[0]) == (t < 20)


def test_episodes_leave_nothing_behind():
    fresh, used = TradingEnv(horizon=30), TradingEnv(horizon=30)
    used.reset(seed=1)
    for _ in range(30):
        used.step(2)
    first, second = fresh.reset(seed=8), used.reset(seed=8)
    assert np.array_equal(first[0], second[0])
    for action in (2, 0, 1):
        a, b = fresh.step(action), used.step(action)
        assert np.array_equal(a[0], b[0])
        assert a[1:] == b[1:]


@pytest.mark.parametrize("kind", [*KINDS, "recorded"])
def test_batch_equals_singles(kind):
    rng = np.random.default_rng(6)
    market = bars(50 * np.exp(np.cumsum(rng.normal(0, 0.02, 400)))) if kind == "recorded" else kind
    batch = TradingVectorEnv(num_envs=3, market=market, horizon=25)
    singles = [TradingEnv(market=market, horizon=25) for _ in range(3)]
    seen, _ = batch.reset(seed=5)
    for i, env in enumerate(singles):
        assert np.array_equal(env.reset(seed=5 + i)[0], seen[i])
    for _ in range(25):
        actions = rng.integers(0, 3, 3)
        seen, rewards, *_, infos = batch.step(actions)
        for i, env in enumerate(singles):
            one, reward, *_, info = env.step(int(actions[i]))
            assert np.array_equal(one, seen[i])
            assert reward == rewards[i]
    assert info["metrics"] == {k: infos["metrics"][k][2] for k in info["metrics"]}


def test_save_restore_pickle():
    env = TradingEnv(horizon=30)
    env.reset(seed=2)
    env.step(2)
    saved, kept = env.save(), pickle.loads(pickle.dumps(env))
    after = [env.step(a) for a in (0, 2, 1)]
    env.restore(saved)
    for one in (env, kept):
        for expected, action in zip(after, (0, 2, 1), strict=True):
            found = one.step(action)
            assert np.array_equal(found[0], expected[0])
            assert found[1:] == expected[1:]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_copies_go_their_own_ways(copied):
    """Kernels find their arrays by address: those of a copy must be its own."""
    env, plan = TradingEnv(horizon=30), (0, 2, 1, 0, 2)
    first, _ = env.reset(seed=2)
    kept = copied(env)
    gone = [env.step(action) for action in plan]
    assert all(np.array_equal(kept.step(1)[0][:16], one[0][:16]) for one in gone)  # the same market
    again = copied(kept)
    del env, kept
    gc.collect()
    _, reward, *_ = again.step(0)
    assert math.isfinite(reward)
    other = TradingEnv(horizon=30)
    assert np.array_equal(other.reset(seed=2)[0], first)
    for action, expected in zip(plan, gone, strict=True):
        found = other.step(action)
        assert np.array_equal(found[0], expected[0])
        assert found[1:] == expected[1:]


def test_every_way_to_step_is_the_same():
    """Whole numbers are stepped by a kernel of their own: all others, and batches, as simulators do."""
    ways = [
        TradingEnv(horizon=20, market="gjr", leverage=3.0, positions=(-3, 0, 1, 3))
        for _ in range(4)
    ]
    seen = [env.reset(seed=5)[0] for env in ways]
    forms = (int, np.int64, np.int32, np.array)
    over = False
    rng = np.random.default_rng(0)
    while not over:
        action = int(rng.integers(4))
        found = [env.step(form(action)) for env, form in zip(ways, forms, strict=True)]
        for one in found:
            assert np.array_equal(one[0], found[0][0])
            assert one[1:] == found[0][1:]
            assert list(one[4]["reward_terms"]) == [*to.PARTS, "compounding"]
            assert not any(np.shares_memory(one[0], other) for other in seen)
        seen = [one[0] for one in found]
        over = found[0][2] or found[0][3]
    for env in ways:
        with pytest.raises(ResetNeeded):
            env.step(1)
        env.reset()
        for action in (-1, 4, 2**70, True, None, "1", 1.0, math.nan):
            with pytest.raises(ValueError, match="action"):
                env.step(action)
    box = TradingEnv(action="continuous")
    box.reset(seed=1)
    with pytest.raises(ValueError, match="action"):
        box.step(1)


def test_contract():
    for env in (TradingEnv(), TradingEnv(action="continuous", short=False), TradingTextEnv()):
        check_env(env, skip_render_check=True)


def test_words_do_what_numbers_do():
    told = TradingTextVectorEnv(num_envs=2, horizon=20)
    numbers = TradingVectorEnv(num_envs=2, horizon=20, action="continuous")
    told.reset(seed=3)
    numbers.reset(seed=3)
    for texts, actions in (
        (('I buy. {"position": 0.5}', '{"position": -9}'), (0.5, -1.0)),
        (("no idea", '{"position": 0}'), (0.5, 0.0)),
    ):
        briefs, paid, *_, infos = told.step(texts)
        _, fair, *_ = numbers.step(np.array(actions, np.float32)[:, None])
        unread = infos["reward_terms"]["unread"]
        assert np.allclose(paid, fair + unread)
        assert unread.tolist() == [-0.001 if text == "no idea" else 0.0 for text in texts]
        assert all("Close:" in one for one in briefs)


def test_no_policy_beats_a_martingale_with_costs():
    market = {"kind": "msm", "drift": 0.0, "alpha": 0.0, "overnight": 0.25}
    n = 4096
    for name in POLICIES:
        env = TradingVectorEnv(num_envs=n, market=market, horizon=60, split="all")
        env.reset(seed=11)
        policy = make_trading_policy(name, env)
        seen, over = env.sim.observations, np.zeros(1, np.bool_)
        while not over.any():
            seen, _, _, over, infos = env.step(policy.act(seen))
        profit = infos["metrics"]["equity"] - 1.0
        assert profit.mean() < 3 * profit.std() / n**0.5 + 1e-12, name


def test_the_oracle_finds_the_signal_and_difficulty_takes_it_away():
    earned = {}
    for name in ("flat", "signal", "learner", "informed"):
        for difficulty in (0.0, 0.5, 1.0):
            env = TradingVectorEnv(num_envs=512, horizon=252, difficulty=difficulty, split="test")
            env.reset(seed=4)
            policy, over = make_trading_policy(name, env), np.zeros(1, np.bool_)
            seen = env.sim.observations
            while not over.any():
                seen, _, _, over, infos = env.step(policy.act(seen))
            earned[name, difficulty] = infos["metrics"]["log_return"].mean()
    for name in ("signal", "learner"):
        assert earned[name, 0.0] > earned[name, 0.5] > earned[name, 1.0]
    assert earned["informed", 0.0] > earned["learner", 0.0] > 0.3
    assert earned["informed", 0.5] > max(earned["learner", 0.5], earned["signal", 0.5])
    assert earned["informed", 1.0] > earned["signal", 1.0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"market": "gmb"}, "gbm"),
        ({"action": "discret"}, "discrete"),
        ({"fill": "close"}, "same-close"),
        ({"positions": (0.0, 2.0)}, "leverage"),
        ({"positions": (1.0, 0.0)}, "rise"),
        ({"horizon": 0}, "horizon"),
        ({"fee": 0.5}, "fee"),
        ({"between": (0.5, 0.2)}, "between"),
        ({"aversion": math.nan}, "aversion"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        AssetSim(1, **options)


def test_a_recording_must_be_long_enough():
    with pytest.raises(ValueError, match="needs 316 bars"):
        TradingEnv(market=bars(np.full(200, 10.0) + np.arange(200)))


def test_hostile_actions():
    env = TradingEnv(action="continuous")
    env.reset(seed=0)
    for bad in (np.array([math.nan]), np.array([math.inf]), np.zeros(2), np.array(["1"])):
        with pytest.raises(ValueError, match="action"):
            env.step(bad)
    assert math.isfinite(env.step(np.array([1e300]))[1])
    with pytest.raises(gym.error.ResetNeeded):
        TradingEnv().step(1)

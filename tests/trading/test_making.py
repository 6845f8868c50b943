"""Market making: the ledger, the exact optimum, contracts."""

import json
import math
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.trading.making import layout as at
from synth_envs.trading.making import step as kernels
from synth_envs.trading.making.env import MakingEnv, MakingVectorEnv
from synth_envs.trading.making.policies import ROLES, make_making_policy
from synth_envs.trading.making.simulator import METRICS, MakingSim

#: Every kind of market.
KINDS = [
    {},
    {"exact": True, "law": "exponential", "steps": 50},
    {"mid": "gaussian", "fee": 0.05, "reversion": 2.0, "jumps": 5.0, "limit": 3, "steps": 60},
    {"action": "grid", "grid": 4, "steps": 40, "min_offset": -0.5},
]


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


def sampled(sim, rng):
    if isinstance(sim.single_action_space, gym.spaces.Discrete):
        return rng.integers(0, sim.single_action_space.n, sim.num_envs)
    return 2 * rng.random((sim.num_envs, 2)) ** 3 - 1  # near the mid, so that much is filled


@pytest.mark.parametrize("kwargs", KINDS)
def test_gymnasium_contract(kwargs):
    env = MakingEnv(**kwargs)
    check_env(env, skip_render_check=True)
    env.action_space.seed(1)
    for seed in range(2):
        seen, _ = env.reset(seed=seed)
        over, steps = False, 0
        while not over:
            assert env.observation_space.contains(seen)
            seen, reward, terminated, over, info = env.step(env.action_space.sample())
            steps += 1
            assert not terminated
            assert reward == pytest.approx(sum(info["reward_terms"].values()), abs=1e-12)
        assert steps == kwargs.get("steps", 200)
        assert set(info["metrics"]) == set(METRICS)


@pytest.mark.parametrize("kwargs", [{"steps": 4}, {"exact": True, "action": "grid", "steps": 5}])
def test_vector_contract(kwargs):
    check_vector_env(MakingVectorEnv, kwargs=kwargs, scalar=MakingEnv)


@pytest.mark.parametrize("kwargs", KINDS)
def test_a_batch_equals_single_episodes(kwargs):
    """Beyond the size of a block, in whose loops vector instructions take several episodes at a time."""
    n = 301
    rng = np.random.default_rng(1)
    keys, levels = rng.integers(0, 2**64, n, np.uint64), rng.random(n)
    sim = MakingSim(n, **kwargs)
    sim.reset(np.ones(n, np.bool_), keys, levels)
    chosen = (0, 1, 7, 255, 256, 300)
    singles = {i: MakingSim(1, **kwargs) for i in chosen}
    one = np.ones(1, np.bool_)
    for i, single in singles.items():
        single.reset(one, keys[i : i + 1], levels[i : i + 1])
        assert np.array_equal(single.observations[0], sim.observations[i])
    for _ in range(kwargs.get("steps", 200)):
        actions = sampled(sim, rng)
        sim.step(actions, np.ones(n, np.bool_))
        for i, single in singles.items():
            single.step(actions[i : i + 1], one)
            assert np.array_equal(single.observations[0], sim.observations[i])
            assert single.rewards[0] == sim.rewards[i]
            assert single.truncations[0] == sim.truncations[i]
            assert all(single.terms[name][0] == sim.terms[name][i] for name in sim.terms)
    for i, single in singles.items():
        assert np.array_equal(single._rows[:, 0], sim._rows[:, i])
        assert all(single.metrics[name][0] == sim.metrics[name][i] for name in METRICS)
    assert sim.metrics["fills"].min() > 0


@pytest.mark.parametrize("shares", [0.0, 0.3, 0.9, 1.0])
def test_where_the_mask_is_unset_nothing_moves(shares):
    n = 600
    rng = np.random.default_rng(3)
    sim, whole = begun(n), begun(n)
    mask, actions = rng.random(n) < shares, sampled(sim, rng)
    for one in (sim, whole):
        one.step(actions, np.ones(n, np.bool_))
    before = sim.save()
    sim.step(actions, mask)
    whole.step(actions, np.ones(n, np.bool_))
    after, full = sim.save(), whole.save()
    for name, value in before.items():
        axis = 1 if name == "_rows" else 0
        for other, where in ((value, ~mask), (full[name], mask)):
            here, there = after[name].compress(where, axis), other.compress(where, axis)
            assert np.array_equal(here, there, equal_nan=True)
    assert (sim._terms[:, ~mask] == 0).all()
    assert (sim.rewards[~mask] == 0).all()
    assert np.array_equal(sim.rewards[mask], whole.rewards[mask])


@pytest.mark.parametrize("kwargs", KINDS)
def test_save_restore_and_pickle(kwargs):
    sim, rng = begun(5, **kwargs), np.random.default_rng(4)
    everybody = np.ones(5, np.bool_)
    sim.step(sampled(sim, rng), everybody)
    sim.optimal_quotes()  # solutions travel neither in copies nor in states
    state, copy = sim.save(), pickle.loads(pickle.dumps(sim))
    plan = [sampled(sim, rng) for _ in range(30)]
    rows = []
    for actions in plan:
        sim.step(actions, everybody)
        rows.append((sim.observations.copy(), sim.rewards.copy()))
    sim.restore(state)
    for actions, (seen, rewards) in zip(plan, rows, strict=True):
        for other in (sim, copy):
            other.step(actions, everybody)
            assert np.array_equal(other.observations, seen)
            assert np.array_equal(other.rewards, rewards)
    assert np.shares_memory(copy.terms["spread"], copy._terms)
    assert np.array_equal(copy.optimal_quotes(), sim.optimal_quotes())


@pytest.mark.parametrize("kwargs", KINDS)
def test_the_ledger(kwargs):
    """Cash + inventory at the mid changes by the terms; fills are at the quotes; limits hold."""
    sim, rng = begun(60, 0.8, **kwargs), np.random.default_rng(5)
    rows, limit = sim._rows, sim._settings[at.LIMIT]
    before, offered = rows.copy(), None
    total = np.zeros(60)

    def act(_):
        nonlocal offered
        actions = sampled(sim, rng)
        if sim._grid is None:
            offered = actions
        else:
            k = len(sim._grid)
            offered = 2 * np.stack([actions // k, actions % k], axis=1) / (k - 1) - 1
        low, high = sim._settings[at.LOWEST], sim._settings[at.HIGHEST]
        offered = low + (high - low) * 0.5 * (1 + offered)
        return actions

    def watch(step):
        nonlocal before, total
        bought, sold = sim.observations[:, at.SEE_BOUGHT], sim.observations[:, at.SEE_SOLD]
        bought, sold = bought.astype(float), sold.astype(float)
        assert np.array_equal(rows[at.HELD] - before[at.HELD], bought - sold)
        assert (np.abs(rows[at.HELD]) <= limit).all()
        # A side that is closed or withdrawn is not filled.
        withdrawn = offered > 0.99 * sim._settings[at.HIGHEST]
        assert not (bought * (withdrawn[:, 0] | (before[at.HELD] >= limit))).any()
        assert not (sold * (withdrawn[:, 1] | (before[at.HELD] <= -limit))).any()
        mid = before[at.MID]
        cash = sold * (mid + offered[:, 1]) - bought * (mid - offered[:, 0])
        cash -= sim._settings[at.FEE] * (bought + sold)
        assert np.allclose(rows[at.CASH] - before[at.CASH], cash, atol=1e-9)
        worth = rows[at.CASH] + rows[at.HELD] * rows[at.MID]
        earlier = before[at.CASH] + before[at.HELD] * before[at.MID]
        earned = sim.terms["spread"] + sim.terms["inventory"] + sim.terms["fees"]
        assert np.allclose(worth - earlier, earned, atol=1e-9)
        assert np.allclose(sim.terms["penalty"], -rows[at.RUNNING] * rows[at.HELD] ** 2)
        last = float(step + 1 == sim._settings[at.STEPS])
        assert np.allclose(sim.terms["terminal"], -last * rows[at.TERMINAL] * rows[at.HELD] ** 2)
        assert np.allclose(sim.rewards, sim._terms.sum(axis=0), atol=1e-12)
        total += sim.rewards
        before = rows.copy()

    returns = played(sim, act, watch)
    metrics = sim.metrics
    assert np.allclose(metrics["objective"], returns, atol=1e-7)
    assert np.allclose(metrics["pnl"], rows[at.CASH] + rows[at.HELD] * rows[at.MID])
    assert metrics["final_inventory"].any()
    assert (metrics["inventory_sd"] > 0).all()


def test_roles_and_environments():
    for role in ROLES:
        native = MakingVectorEnv(num_envs=3, action="grid", steps=10)
        scalar = MakingEnv(steps=10)
        several = gym.vector.SyncVectorEnv([lambda: MakingEnv(steps=10)] * 2)
        for env, n in ((native, 3), (scalar, 1), (several, 2)):
            seen, _ = env.reset(seed=1)
            policy = make_making_policy(role, env)
            actions = policy.act(seen if n > 1 else [seen])
            policy.reset([0])
            assert len(actions) == n
            env.step(actions if n > 1 else actions[0])
    with pytest.raises(ValueError, match="did you mean 'symmetric'"):
        make_making_policy("symetric", MakingEnv())
    with pytest.raises(TypeError, match="this policy reads"):
        make_making_policy("tight", gym.make("CartPole-v1"))


def test_the_future_changes_nothing_before(monkeypatch):
    """Counterfactual twins: other draws from step 6 on leave all up to its observation as it was."""
    options = {
        "mid": "gaussian",
        "jumps": 10.0,
        "reversion": 1.0,
        "steps": 12,
        "law": "exponential",
    }
    plan = [sampled(MakingSim(4), np.random.default_rng(k)) for k in range(12)]
    everybody = np.ones(4, np.bool_)

    def run(changed):
        sim = begun(4, 0.5, **options)

        def twisted(original, per_step):
            def drawn(key, counter, *bounds):
                late = changed and 6 * per_step <= counter < 12 * per_step + per_step
                return original(np.uint64(key), counter + (1000 if late else 0), *bounds)

            return drawn

        def twisted_normals(keys, purpose, counters, room, out):
            late = changed & (counters >= 6) & (counters <= 12)
            gaussians(keys, purpose, counters + 1000.0 * late, room, out)

        gaussians = kernels.gaussians
        with monkeypatch.context() as patch:
            for name, per_step in (("mixed", 1), ("uniform", 2), ("between", 2)):
                patch.setattr(kernels, name, twisted(getattr(kernels, name), per_step))
            patch.setattr(kernels, "gaussians", twisted_normals)
            patch.setattr(kernels, "moves", kernels.moves.py_func)
            rows = [(sim.observations.copy(), None)]
            for actions in plan:
                kernels.step_batch.py_func(
                    everybody, actions, sim._streams, sim._settings, sim._rows, sim._starts, sim.observations,
                    sim._past, sim._terms, sim.rewards, sim.truncations,
                )  # fmt: skip
                rows.append((sim.observations.copy(), sim.rewards.copy()))
        return rows

    one, other = run(changed=False), run(changed=True)
    assert np.array_equal(one[0][0], other[0][0])
    for k in range(1, 7):  # the steps with counters 0 to 5
        assert np.array_equal(one[k][0], other[k][0])
        assert np.array_equal(one[k][1], other[k][1])
    assert not np.array_equal(one[7][0], other[7][0])
    # Interpreted and compiled, the same bits.
    sim = begun(4, 0.5, **options)
    for actions, (seen, rewards) in zip(plan, one[1:], strict=True):
        sim.step(actions, everybody)
        assert np.array_equal(sim.observations, seen)
        assert np.array_equal(sim.rewards, rewards)


def test_nothing_leaks_between_episodes():
    sim, rng = begun(3, steps=20), np.random.default_rng(6)
    for _ in range(12):
        sim.step(sampled(sim, rng), np.ones(3, np.bool_))
    keys = np.array([5, 6, 7], np.uint64)
    sim.reset(np.ones(3, np.bool_), keys, np.full(3, 0.5))
    fresh = MakingSim(3, steps=20)
    fresh.reset(np.ones(3, np.bool_), keys, np.full(3, 0.5))
    for _ in range(20):
        assert np.array_equal(sim.observations, fresh.observations)
        assert np.array_equal(sim._rows, fresh._rows)
        actions = sampled(sim, rng)
        for one in (sim, fresh):
            one.step(actions, np.ones(3, np.bool_))
        assert np.array_equal(sim.rewards, fresh.rewards)


def test_hostile_actions():
    bad = np.array([[np.nan, np.inf], [-np.inf, 1e300], [-1e300, np.nan], [0.0, -0.0]])
    sim = begun(4, 1.0, steps=30)
    played(sim, lambda _: bad)
    assert np.isfinite(sim.observations).all()
    assert np.isfinite(sim._rows).all()
    assert sim.metrics["fills"][0] == 0  # what is not a number, or too large, withdraws
    env = MakingEnv()
    env.reset(seed=0)
    for action in (np.array([np.nan, 0.5]), np.array([0.1]), "buy", None):
        with pytest.raises(ValueError, match="action"):
            env.step(action)


def test_options():
    for name, value in (
        ("steps", 1), ("steps", 2.5), ("limit", 0), ("limit", True), ("law", "square"), ("mid", "jumpy"), ("fee", -1),
        ("fee", "1"), ("reversion", -0.1), ("reversion", math.nan), ("jumps", 1e9), ("max_offset", 0.0),
        ("min_offset", 1.0), ("action", "quotes"), ("history", 3), ("exact", "paper"), ("exact", {"decay": 0.0}),
        ("exact", {"running": -1}), ("exact", {"price": "1"}), ("exact", {"horizon": math.inf}),
    ):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011 - the messages name different things
            MakingSim(1, **{name: value})
    with pytest.raises(ValueError, match="grid must be"):
        MakingSim(1, action="grid", grid=1)
    with pytest.raises(ValueError, match="did you mean 'intensity'"):
        MakingSim(1, exact={"intensty": 1.0})


def test_description_and_answers():
    sim = begun(2, **KINDS[2])
    sim.step(np.full((2, 2), -0.94), np.ones(2, np.bool_))
    text = sim.describe(0)
    assert len(text) <= 4000
    for word in ("fee", "returns to", "jumps", "against you"):
        assert word in text
    example = text[text.rindex("{") :].split("}")[0] + "}"
    assert (sim.read(example) > -1).all()
    assert f"Inventory {int(sim._rows[at.HELD, 0])}" in text
    assert sim.read('I think {"bid": 0.5, "ask": 1}.') == pytest.approx([-2 / 3, -1 / 3])
    assert sim.read('{"bid": null, "ask": 1.5}') == pytest.approx([1.0, 0.0])
    for hostile in (
        "", "{", '{"bid": 0.5}', '{"bid": 0.5, "ask": -0.1}', '{"bid": 0.5, "ask": 3.1}', '{"bid": NaN, "ask": 1}',
        '{"bid": "1", "ask": 1}', '{"bid": true, "ask": 1}', "[0.5, 1]", '{"bid": 1e999, "ask": 1}', "{" * 100_000,
        '{"bid": {"bid": 1}, "ask": 1}', "\x00", "null",
    ):  # fmt: skip
        assert sim.read(hostile) is None
    grid = begun(1, action="grid", grid=4)
    assert grid.read(json.dumps({"bid": 0.9, "ask": 2.1})) == 1 * 4 + 2
    assert "multiples of 1" in grid.describe(0)


def test_pictures():
    pytest.importorskip("PIL")
    env = MakingEnv(exact=True, render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    for _ in range(30):
        env.step(np.array([-0.6, 1.0], np.float32))
    second = env.render()
    assert first.shape == second.shape == (400, 600, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, second)
    assert begun(1, history=False).frame(0).shape == (400, 600, 3)


def test_threads_change_nothing():
    """Neither results nor what the optimum quotes, over several episodes."""
    options = {"steps": 12}
    one, several = (
        MakingVectorEnv(num_envs=9, **options),
        MakingVectorEnv(num_envs=9, threads=3, **options),
    )
    seen, _ = one.reset(seed=1)
    other, _ = several.reset(seed=1)
    policies = [make_making_policy("oracle", env) for env in (one, several)]
    for _ in range(40):
        actions = policies[0].act(seen)
        assert np.array_equal(actions, policies[1].act(other))
        seen, rewards, *_ = one.step(actions)
        other, others, *_ = several.step(actions)
        assert np.array_equal(seen, other)
        assert np.array_equal(rewards, others)

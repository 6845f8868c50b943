"""Selling under impact: the ledger, the exact optimum, contracts."""

import json
import math
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.trading.execution import kernels
from synth_envs.trading.execution import layout as at
from synth_envs.trading.execution.env import ExecutionEnv, ExecutionVectorEnv
from synth_envs.trading.execution.policies import ROLES, make_execution_policy
from synth_envs.trading.execution.simulator import METRICS, ExecutionSim
from synth_envs.trading.optimal import almgren_chriss

PAPER = almgren_chriss.Execution()


#: Every kind of problem.
KINDS = [{}, {"transient": True}, {"exact": True}, {"action": "grid", "steps": 12}]


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


@pytest.mark.parametrize("kwargs", KINDS)
def test_gymnasium_contract(kwargs):
    env = ExecutionEnv(**kwargs)
    check_env(env, skip_render_check=True)
    for seed in range(5):
        seen, _ = env.reset(seed=seed)
        env.action_space.seed(seed)
        over, steps = False, 0
        while not over:
            assert env.observation_space.contains(seen)
            seen, reward, terminated, over, info = env.step(env.action_space.sample())
            steps += 1
            assert not terminated
            assert reward == pytest.approx(sum(info["reward_terms"].values()), abs=1e-12)
        assert steps > 1
        assert set(info["metrics"]) == set(METRICS)


@pytest.mark.parametrize("kwargs", [{"steps": 4}, {"exact": True, "action": "grid"}])
def test_vector_contract(kwargs):
    check_vector_env(ExecutionVectorEnv, kwargs=kwargs, scalar=ExecutionEnv)


@pytest.mark.parametrize("kwargs", KINDS)
def test_a_batch_equals_single_episodes(kwargs):
    n = 7
    rng = np.random.default_rng(1)
    keys, levels = rng.integers(0, 2**64, n, np.uint64), rng.random(n)
    sim = ExecutionSim(n, **kwargs)
    sim.reset(np.ones(n, np.bool_), keys, levels)
    singles = [ExecutionSim(1, **kwargs) for _ in range(n)]
    one = np.ones(1, np.bool_)
    for i, single in enumerate(singles):
        single.reset(one, keys[i : i + 1], levels[i : i + 1])
        assert np.array_equal(single.observations[0], sim.observations[i])
    running = np.ones(n, np.bool_)
    sim.single_action_space.seed(3)
    while running.any():
        actions = np.array([sim.single_action_space.sample() for _ in range(n)])
        sim.step(actions, running)
        for i in np.flatnonzero(running).tolist():
            singles[i].step(actions[i : i + 1], one)
            assert np.array_equal(singles[i].observations[0], sim.observations[i])
            assert singles[i].rewards[0] == sim.rewards[i]
            assert singles[i].truncations[0] == sim.truncations[i]
            assert all(singles[i].terms[name][0] == sim.terms[name][i] for name in sim.terms)
        running = running & ~sim.truncations
    for i, single in enumerate(singles):
        assert all(single.metrics[name][0] == sim.metrics[name][i] for name in METRICS)


def test_where_the_mask_is_unset_nothing_moves():
    sim = begun(4)
    mask = np.array([True, False, True, False])
    before = sim.save()
    sim.step(np.full((4, 1), 2 * 0.3 - 1), mask)
    assert (sim.rewards[~mask] == 0).all()
    assert (sim.rewards[mask] != 0).all()
    after = sim.save()
    for name, value in before.items():
        assert np.array_equal(value[~mask], after[name][~mask])
    sim.step(np.full((4, 1), 2 * 0.3 - 1), ~mask)
    assert (sim._terms[:, mask] == 0).all()


@pytest.mark.parametrize("kwargs", KINDS)
def test_save_restore_and_pickle(kwargs):
    sim = begun(5, **kwargs)
    everybody = np.ones(5, np.bool_)
    actions = np.full(5, 2) if kwargs.get("action") else np.full((5, 1), 2 * 0.2 - 1)
    sim.step(actions, everybody)
    state, copy = sim.save(), pickle.loads(pickle.dumps(sim))
    rows = []
    for _ in range(3):
        sim.step(actions, everybody)
        rows.append((sim.observations.copy(), sim.rewards.copy()))
    sim.restore(state)
    for seen, rewards in rows:
        sim.step(actions, everybody)
        copy.step(actions, everybody)
        for other in (sim, copy):
            assert np.array_equal(other.observations, seen)
            assert np.array_equal(other.rewards, rewards)
    assert copy.terms["spread"] is not None
    assert np.shares_memory(copy.terms["spread"], copy._terms)


@pytest.mark.parametrize("kwargs", KINDS)
def test_the_ledger(kwargs):
    """Money appears nowhere: cash + shares at the mid changes by the terms, and fills are as agreed."""
    sim = begun(50, 0.7, **kwargs)
    rng = np.random.default_rng(2)
    rows = sim._rows
    worth = [rows[:, at.SHARES] * rows[:, at.FIRST]]
    cash, left, mid, pushed = (rows[:, k].copy() for k in (at.CASH, at.LEFT, at.MID, at.PUSHED))
    total = np.zeros(50)

    def watch(running):
        nonlocal cash, left, mid, pushed, total
        n = left - rows[:, at.LEFT]
        fill = mid - rows[:, at.SPREAD] - rows[:, at.ETA] * n / rows[:, at.TAU]
        fill -= pushed + 0.5 * rows[:, at.KAPPA] * n
        # Both sides are differences of numbers of the size of the whole sale.
        assert (np.abs(rows[:, at.CASH] - cash - n * fill) < 1e-14 * worth[0])[running].all()
        now = rows[:, at.CASH] + rows[:, at.LEFT] * rows[:, at.MID]
        paid = sum(sim.terms[name] for name in at.TERMS if name != "risk") * rows[:, at.SCALE]
        assert np.allclose(now, worth[-1] + paid, rtol=1e-9, atol=0)
        worth.append(now)
        total += paid
        assert np.allclose(sim.rewards, sim._terms.sum(axis=0), rtol=1e-12)
        cash, left, mid, pushed = (rows[:, k].copy() for k in (at.CASH, at.LEFT, at.MID, at.PUSHED))

    grid = kwargs.get("action") == "grid"
    played(sim, lambda _: rng.integers(0, 11, 50) if grid else rng.random(50) ** 3, watch)
    assert (rows[:, at.LEFT] == 0).all()  # the rest is sold at the end
    shortfall = worth[0] - rows[:, at.CASH]
    assert np.allclose(shortfall, -total, rtol=1e-9)
    metrics = sim.metrics
    assert np.allclose(metrics["shortfall_bp"], 1e4 * shortfall / worth[0], rtol=1e-9)
    assert (metrics["sold"] == 1).all()
    assert ((metrics["mean_time"] > 0) & (metrics["mean_time"] < 1)).all()


def test_the_price_moves_after_the_fill_by_normal_numbers():
    sim = begun(20_000, exact=True)
    before = sim._rows[:, at.MID].copy()
    sim.step(np.full((20_000, 1), 2 * 0.25 - 1), np.ones(20_000, np.bool_))
    move = sim._rows[:, at.MID] - before + PAPER.permanent * 250_000
    assert abs(move.mean()) < 3 * 0.95 / math.sqrt(20_000)
    assert abs(move.std() - 0.95) < 3 * 0.95 / math.sqrt(40_000)
    # 250,000 shares at 50 - 0.0625 - 0.625, whatever the price does then.
    assert np.allclose(sim._rows[:, at.CASH], 250_000 * (50 - 0.0625 - 0.625))


def test_roles_and_environments():
    for role in ROLES:
        native = ExecutionVectorEnv(num_envs=3, action="grid")
        scalar = ExecutionEnv()
        several = gym.vector.SyncVectorEnv([ExecutionEnv] * 2)
        for env, n in ((native, 3), (scalar, 1), (several, 2)):
            seen, _ = env.reset(seed=1)
            policy = make_execution_policy(role, env)
            actions = policy.act(seen if n > 1 else [seen])
            policy.reset([0])
            assert len(actions) == n
            env.step(actions if n > 1 else actions[0])
    with pytest.raises(ValueError, match="did you mean 'twap'"):
        make_execution_policy("twab", ExecutionEnv())
    with pytest.raises(TypeError, match="this policy reads"):
        make_execution_policy("twap", gym.make("CartPole-v1"))


def test_the_future_changes_nothing_before(monkeypatch):
    """Counterfactual twins: other draws from step 4 on leave all up to its observation as it was."""
    step_batch = kernels.step_batch
    assert hasattr(step_batch, "py_func")

    def run(changed):
        sim = begun(3, 0.5, steps=9, transient=True)
        original = kernels.gaussian

        def drawn(key, counter):
            value = original(np.uint64(key), counter)
            return value + 1.0 if changed and counter >= 4 else value

        with monkeypatch.context() as patch:
            patch.setattr(kernels, "gaussian", drawn)
            rows = [sim.observations.copy()]
            for _ in range(9):
                step_batch.py_func(
                    np.ones(3, np.bool_), np.full(3, 0.25), sim._keys, sim._rows, sim.observations, sim._past,
                    sim._terms, sim.rewards, sim.terminations, sim.truncations,
                )  # fmt: skip
                rows.append((sim.observations.copy(), sim.rewards.copy()))
        return rows

    one, other = run(changed=False), run(changed=True)
    assert np.array_equal(one[0], other[0])
    for k in range(1, 5):  # the steps with counters 0 to 3
        assert np.array_equal(one[k][0], other[k][0])
        assert np.array_equal(one[k][1], other[k][1])
    assert not np.array_equal(one[5][1], other[5][1])
    # Interpreted and compiled, the same bits.
    sim = begun(3, 0.5, steps=9, transient=True)
    for k in range(1, 10):
        sim.step(np.full((3, 1), -0.5), np.ones(3, np.bool_))
        assert np.array_equal(sim.rewards, one[k][1])


def test_nothing_leaks_between_episodes():
    sim, keys = begun(2, transient=True), np.array([5, 6], np.uint64)
    for share in (0.9, 0.1):
        sim.step(np.full((2, 1), 2 * share - 1), np.ones(2, np.bool_))
    sim.reset(np.ones(2, np.bool_), keys, np.full(2, 0.5))
    fresh = ExecutionSim(2, transient=True)
    fresh.reset(np.ones(2, np.bool_), keys, np.full(2, 0.5))
    for _ in range(5):
        assert np.array_equal(sim.observations, fresh.observations)
        assert np.array_equal(sim._rows, fresh._rows)
        for one in (sim, fresh):
            one.step(np.full((2, 1), 2 * 0.2 - 1), np.ones(2, np.bool_))
        assert np.array_equal(sim.rewards, fresh.rewards)


def test_prices_in_other_units():
    """A problem in cents instead of dollars has the same observations and rewards."""
    dollars = {"steps": 8, "transient": 1e-6, "resilience": 0.5}
    cents = {
        "price": 5000.0, "volatility": 95.0, "spread": 6.25, "permanent": 2.5e-5, "temporary": 2.5e-4,
        "risk_aversion": 1e-8, "steps": 8, "transient": 1e-4, "resilience": 0.5,
    }  # fmt: skip
    one, other = begun(20, exact=dollars), begun(20, exact=cents)
    for _ in range(8):
        for sim in (one, other):
            sim.step(np.full((20, 1), 2 * 0.3 - 1), np.ones(20, np.bool_))
        assert np.allclose(one.observations, other.observations, atol=1e-6)
        assert np.allclose(one.rewards, other.rewards, rtol=1e-9)


def test_hostile_actions():
    sim = begun(6, 1.0, transient=True)
    bad = np.array([np.nan, np.inf, -np.inf, -1.0, 7.0, 1e300])
    played(sim, lambda _: bad)
    assert np.isfinite(sim.observations).all()
    assert (sim._rows[:, at.LEFT] == 0).all()
    env = ExecutionEnv()
    env.reset(seed=0)
    for action in (np.array([np.nan]), np.array([0.1, 0.2]), "sell", None):
        with pytest.raises(ValueError, match="action"):
            env.step(action)


def test_options():
    for name, value in (
        ("steps", 1), ("steps", 2.5), ("steps", True), ("transient", "yes"), ("action", "cash"), ("history", 3),
        ("exact", "paper"), ("exact", {"shares": -1}), ("exact", {"steps": 1}), ("exact", {"shares": "many"}),
        ("exact", {"transient": -1}), ("exact", {"temporary": 1e-9}),
    ):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011 - the messages name different things
            ExecutionSim(1, **{name: value})
    with pytest.raises(ValueError, match="grid must be"):
        ExecutionSim(1, action="grid", grid=1)
    with pytest.raises(ValueError, match="within exact"):
        ExecutionSim(1, exact=True, steps=5)
    with pytest.raises(ValueError, match="did you mean 'volatility'"):
        ExecutionSim(1, exact={"volatilty": 1.0})


def test_description_and_answers():
    sim = begun(2, transient=True)
    sim.step(np.full((2, 1), 2 * 0.25 - 1), np.ones(2, np.bool_))
    text = sim.describe(0)
    assert len(text) <= 4000
    assert "displacement now" in text
    example = text[text.rindex("{") :].split("}")[0] + "}"
    assert -1 < sim.read(example)[0] < 1
    assert f"{sim._rows[0, at.LEFT]:,.0f} shares" in text
    assert sim.read('I think {"share": 0.75}.') == pytest.approx([0.5])
    for hostile in (
        "", "{", '{"share": 2}', '{"share": -0.1}', '{"share": NaN}', '{"share": "1"}', '{"share": true}', "[0.5]",
        '{"share": 1e999}', "{" * 100_000, '{"share": {"share": 1}}', "\x00", '{"share": null}',
    ):  # fmt: skip
        assert sim.read(hostile) is None
    grid = begun(1, action="grid", grid=5)
    assert grid.read(json.dumps({"share": 0.6})) == 2
    assert "multiple of 0.25" in grid.describe(0)


def test_pictures():
    pytest.importorskip("PIL")
    env = ExecutionEnv(exact=True, render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    env.step(np.array([0.5], np.float32))
    second = env.render()
    assert first.shape == second.shape == (400, 600, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, second)
    bare = begun(1, history=False)
    assert bare.frame(0).shape == (400, 600, 3)


def test_threads_change_nothing():
    """Neither results nor what the optimum sells, over several episodes."""
    options = {"transient": True}
    one, several = (
        ExecutionVectorEnv(num_envs=9, **options),
        ExecutionVectorEnv(num_envs=9, threads=3, **options),
    )
    seen, _ = one.reset(seed=1)
    other, _ = several.reset(seed=1)
    policies = [make_execution_policy("oracle", env) for env in (one, several)]
    for _ in range(40):
        actions = policies[0].act(seen)
        assert np.array_equal(actions, policies[1].act(other))
        seen, rewards, *_ = one.step(actions)
        other, others, *_ = several.step(actions)
        assert np.array_equal(seen, other)
        assert np.array_equal(rewards, others)

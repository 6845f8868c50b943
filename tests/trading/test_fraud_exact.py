"""Fraud detection: the Bayes rule, the exact optimum, reference policies."""

import numpy as np
import pytest

from synth_envs.trading.fraud import law
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.env import FraudDetectionEnv, FraudDetectionVectorEnv
from synth_envs.trading.fraud.exact import (
    costs_of,
    optimum_per_day,
    posterior,
    review_gains,
    thresholds,
)
from synth_envs.trading.fraud.policies import ROLES, ModelPolicy, make_fraud_policy


def play(name, difficulty, n=100, episodes=1, policy=None, **kwargs):
    """The returns of a policy in its last episode, and its simulator."""
    env = FraudDetectionVectorEnv(
        num_envs=n, difficulty=difficulty, autoreset_mode="Disabled", **kwargs
    )
    acting = policy(env) if policy else make_fraud_policy(name, env)
    for episode in range(episodes):
        env.reset(seed=0 if episode == 0 else None)
        sim, mask, total = env.sim, np.ones(n, np.bool_), np.zeros(n)
        for _ in range(sim.steps):
            sim.step(acting.act(sim.observations), mask)
            total += sim.rewards
    return total, env.sim


def test_the_posterior_is_calibrated():
    env = FraudDetectionVectorEnv(num_envs=2000, exact=True, difficulty=0.0)
    env.reset(seed=1)
    sim, p, y = env.sim, [], []
    for _ in range(200):
        p.append(posterior(sim._state))
        y.append(sim.labels() > 0)
        sim.step(np.zeros(2000, np.int64), np.ones(2000, np.bool_))
    p, y = np.concatenate(p), np.concatenate(y)
    for part in np.array_split(np.argsort(p), 20):
        wanted, found = p[part].mean(), y[part].mean()
        spread = np.sqrt((p[part] * (1 - p[part])).sum()) / len(part)
        assert abs(wanted - found) < 4 * spread + 1e-4
    assert p[y].mean() > 10 * p[~y].mean()


def test_observations_hold_all_that_the_posterior_needs():
    env = FraudDetectionVectorEnv(num_envs=500, exact=True, difficulty=0.4)
    seen, _ = env.reset(seed=2)
    from synth_envs.trading.fraud.batch import SIGNALS_AT

    state = env.sim._state.copy()
    state[:, at.LOG_AMOUNT] = 4.5 * seen[:, 0].astype(float) - 0.5
    state[:, at.FIRST_SIGNAL : at.FIRST_SIGNAL + 10] = 6.0 * seen[:, SIGNALS_AT].astype(float)
    state[:, at.GROUP] = seen[:, 5:10].argmax(axis=1)
    assert np.allclose(posterior(state), posterior(env.sim._state), rtol=1e-4)


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_the_optimum(difficulty):
    # The oracle's expected costs given each payment: their noise is that of payments, not of labels.
    n = 1500
    env = FraudDetectionVectorEnv(num_envs=n, exact=True, difficulty=difficulty)
    env.reset(seed=0)
    sim, mask, oracle = env.sim, np.ones(n, np.bool_), make_fraud_policy("oracle", env)
    bar, expected, total = thresholds(difficulty, 80, 4), np.zeros(n), np.zeros(n)
    for step in range(sim.steps):
        p, amounts = posterior(sim._state), sim.amounts()
        let, blocked, review = costs_of(p, amounts)
        if step < 100:
            actions = oracle.act(sim.observations)
            left = sim._state[:, at.LEFT].astype(int)
            reviewed = np.minimum(let, blocked) - review > bar[79 - step % 80, left]
            assert np.array_equal(actions, np.where(reviewed, 2, blocked < let))
        else:
            left = sim._state[:, at.LEFT].astype(int)
            reviewed = review_gains(p, amounts) > bar[79 - step % 80, left]
            actions = np.where(reviewed, 2, (blocked < let).astype(np.int64))
        expected -= np.choose(actions, [let, blocked, review])
        sim.step(actions, mask)
        total += sim.rewards
    optimum = sim.optimum(0)
    print(  # noqa: T201
        difficulty,
        optimum,
        expected.mean(),
        expected.std() / n**0.5,
        total.mean(),
        total.std() / n**0.5,
    )
    assert abs(expected.mean() - optimum) < 3 * expected.std() / np.sqrt(n)
    assert expected.std() / np.sqrt(n) < 0.003 * abs(optimum)
    assert abs(total.mean() - optimum) < 3 * total.std() / np.sqrt(n)


def test_the_integral_has_converged():
    for difficulty in (0.0, 1.0):
        fine, coarse = (optimum_per_day(difficulty, 80, 4, grid) for grid in (800, 200))
        assert optimum_per_day(difficulty, 80, 4) == pytest.approx(fine, rel=1e-4)
        assert coarse == pytest.approx(fine, rel=1e-4)


def test_reviews_are_worth_less_the_more_there_are():
    values = [optimum_per_day(0.0, 80, budget) for budget in range(8)]
    gains = np.diff(values)
    assert (gains > 0).all()
    assert (np.diff(gains) < 0).all()
    bar = thresholds(0.0, 80, 4)
    assert np.isinf(bar[:, 0]).all()
    assert (np.diff(bar[:, 1:], axis=1) <= 0).all()  # with more left, less is asked of a review
    assert (np.diff(bar[:, 1:], axis=0) >= 0).all()  # with more to come, more
    assert (bar[0, 1:] == 0).all()


def test_one_payment_by_hand():
    p, amount = np.array([0.2]), np.array([1.0])
    let, blocked, review = (float(one[0]) for one in costs_of(p, amount))
    assert let == pytest.approx(0.2 * 1.15)
    assert blocked == pytest.approx(0.8 * 0.09)
    assert review == pytest.approx(0.08 + 0.8 * 0.01)
    assert law.loss_of(1.0) == pytest.approx(1.15)
    assert law.friction_of(1.0) == pytest.approx(0.09)


def test_no_optimum_is_claimed_where_none_is_known():
    env = FraudDetectionEnv()
    env.reset(seed=0)
    assert env.sim.optimum(0) is None


@pytest.mark.parametrize("kwargs", [{}, {"exact": True}])
def test_reference_policies(kwargs):
    results = {}
    for name in ROLES:
        # The scorecard has watched two episodes; the others remember nothing.
        results[name] = play(name, 0.2, 60, episodes=3, **kwargs)[0].mean()
    print(kwargs, {name: round(float(one), 2) for name, one in results.items()})  # noqa: T201
    assert max(results, key=results.__getitem__) == "oracle"
    for name in ("empty", "constant", "echo", "careless"):
        assert results["scripted"] > results[name] * 0.7
    if not kwargs:
        assert results["oracle"] == 0.0


def test_policies_in_scalar_and_vector_environments():
    from gymnasium.vector import SyncVectorEnv

    env = FraudDetectionEnv(difficulty=0.2)
    envs = SyncVectorEnv([lambda: FraudDetectionEnv(difficulty=0.2)] * 2)
    native = FraudDetectionVectorEnv(num_envs=2, difficulty=0.2)
    for name in ROLES:
        policies = [make_fraud_policy(name, one) for one in (env, envs, native)]
        seen = [env.reset(seed=4)[0], envs.reset(seed=4)[0], native.reset(seed=4)[0]]
        for _ in range(100):
            single = policies[0].act([seen[0]])
            both, more = policies[1].act(seen[1]), policies[2].act(seen[2])
            assert np.array_equal(both, more)
            if name != "scripted":  # what it learns is shared among its streams
                assert single[0] == both[0]
            assert env.action_space.contains(single[0])
            seen = [env.step(both[0])[0], envs.step(both)[0], native.step(more)[0]]
    with pytest.raises(ValueError, match="did you mean 'oracle'"):
        make_fraud_policy("oracl", env)
    with pytest.raises(TypeError, match="FraudDetectionEnv"):
        make_fraud_policy("empty", object())


def _hand(features):
    """A scorecard by hand, the same at every difficulty."""
    x = np.asarray(features, np.float64)
    index = (
        -6.6 + 1.6 * x[:, 13] + 2.2 * x[:, 14] + 2.5 * x[:, 23] + 4.0 * x[:, 18] + 2.0 * x[:, 15]
    )
    index += 1.5 * x[:, 20] + 1.2 * x[:, 25] + 4.0 * np.maximum(x[:, 1], 0.0) * x[:, 4]
    return 1 / (1 + np.exp(-index))


def test_a_fixed_analyst_does_worse_as_difficulty_rises():
    # Of the cost that doing nothing has, a fixed scorecard saves less and less.
    saved = []
    for difficulty in (0.0, 0.5, 1.0):
        cost = -play("", difficulty, 400, policy=lambda env: ModelPolicy(env, _hand))[0].mean()
        nothing = -play("empty", difficulty, 400)[0].mean()
        saved.append(1 - cost / nothing)
    print("share of losses saved", saved)  # noqa: T201
    assert saved[0] > saved[1] > saved[2]
    assert saved[0] > 0.4
    # With `exact`, what was best at difficulty 0 costs more and more, also beyond the optimum.
    regrets = []
    for difficulty in (0.0, 0.5, 1.0):
        total, sim = play("", difficulty, 400, exact=True, policy=lambda env: _Fixed(env))  # noqa: PLW0108
        regrets.append(sim.optimum(0) - total.mean())
        assert total.mean() < sim.optimum(0) + 3 * total.std() / 20
    print("regret", regrets)  # noqa: T201
    assert regrets[0] < regrets[1] < regrets[2]


class _Fixed:
    """Bayes's rule at difficulty 0, without reviews."""

    def __init__(self, env):
        self._sim = env.sim

    def act(self, observations):
        del observations
        state = self._sim._state.copy()
        state[:, at.DIFFICULTY] = 0.0
        let, blocked, _ = costs_of(posterior(state), self._sim.amounts())
        return (blocked < let).astype(np.int64)

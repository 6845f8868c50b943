"""Trading with a known optimum: its value by simulation, and that nothing beats it."""

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs.trading.asset.linear import LinearSim, TradingExactEnv, TradingExactVectorEnv
from synth_envs.trading.optimal.garleanu_pedersen import solve, value

N = 20_000


def returns(policy, *, difficulty=0.5, seed=100, n=N, **options):
    env = TradingExactVectorEnv(num_envs=n, difficulty=difficulty, **options)
    env.reset(seed=seed)
    total, best = np.zeros(n), np.array([env.sim.optimum(i) for i in range(n)])
    over = np.zeros(n, np.bool_)
    while not over.any():
        _, rewards, _, over, _ = env.step(policy(env.sim).astype(np.float32))
        total += rewards
    return total, best


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_optimal_policy_earns_the_optimum(difficulty):
    found, best = returns(lambda sim: sim.best(), difficulty=difficulty)
    error = (found - best).std() / N**0.5
    assert abs((found - best).mean()) < 3 * error
    assert best.mean() == pytest.approx(1.0, abs=0.02)


def test_value_is_that_of_the_closed_form():
    sim = LinearSim(1, strength=0.2, persistence=0.9, cost=3.0, horizon=60)
    sim.reset(np.ones(1, np.bool_), np.array([9], np.uint64), np.array([0.5]))
    noise = 0.2 * (1 - 0.9**2) ** 0.5
    policy = solve(60, gamma=1.0, volatility=1.0, cost=3.0, persistence=0.9, noise=noise)
    signal = float(sim._state[0, 2])
    spread = 0.2**2
    mean = 0.5 * policy.values[0, 2] * spread + policy.values[0, 3]
    assert sim.optimum(0) == pytest.approx(value(policy, 0.0, signal) / mean, rel=1e-12)
    assert np.allclose(sim._gains[0, :, 0], policy.keep, rtol=1e-12)
    assert np.allclose(sim._gains[0, :, 1], policy.push, rtol=1e-12)


def test_nothing_beats_the_optimum():
    best, _ = returns(lambda sim: sim.best())
    rng = np.random.default_rng(0)
    for _ in range(12):
        scale, lag = rng.uniform(0.3, 1.8), rng.uniform(0.0, 0.9)

        def other(sim, scale=scale, lag=lag):
            now = sim._state[:, 1:2] / sim._state[:, 7:8]
            return np.clip(scale * ((1 - lag) * sim.best() + lag * now), -1, 1)

        found, _ = returns(other)
        # The same noise for both: what is left of it shows a difference of 0.003.
        assert (found - best).mean() < 3 * (found - best).std() / N**0.5 + 1e-3


def test_weak_rule_does_worse_as_it_becomes_harder():
    """Trading straight to what a cost-free trader holds, with a mistake that does not shrink."""

    def rule(sim):
        state = sim._state
        seen = state[:, 2] + 0.05 * np.sin(np.arange(len(state)))
        return np.clip(0.3 * seen / state[:, 7], -1, 1)[:, None]

    means = [returns(rule, difficulty=d)[0].mean() for d in (0.0, 0.5, 1.0)]
    assert means[0] > means[1] > means[2]


def test_contract_and_batches():
    check_env(TradingExactEnv(), skip_render_check=True)
    batch = TradingExactVectorEnv(num_envs=3)
    seen, _ = batch.reset(seed=5)
    singles = [TradingExactEnv() for _ in range(3)]
    for i, env in enumerate(singles):
        assert np.array_equal(env.reset(seed=5 + i)[0], seen[i])
    rng = np.random.default_rng(1)
    for _ in range(30):
        actions = rng.uniform(-1, 1, (3, 1)).astype(np.float32)
        seen, rewards, *_ = batch.step(actions)
        for i, env in enumerate(singles):
            one, reward, *_, info = env.step(actions[i])
            assert np.array_equal(one, seen[i])
            assert reward == rewards[i]
            assert reward == pytest.approx(sum(info["reward_terms"].values()), abs=1e-12)


def test_words():
    sim = LinearSim(2)
    sim.reset(np.ones(2, np.bool_), np.array([1, 2], np.uint64), np.array([0.0, 1.0]))
    assert '{"share": 0.1}' in sim.describe(1)
    assert sim.read('{"share": 2}') == np.array([1.0])
    assert sim.read('{"share": "x"}') is None
    assert sim.frame(0).shape == (400, 600, 3)


def test_bad_options_are_named():
    for options in ({"cost": -1}, {"strength": float("nan")}, {"horizon": 1.5}, {"history": 3}):
        with pytest.raises(ValueError, match=next(iter(options))):
            LinearSim(1, **options)

"""Policies of a portfolio: nobody beats a martingale, and the expert learns what signals say."""

import numpy as np
import pytest

from synth_envs.trading.portfolio.env import PortfolioEnv, PortfolioVectorEnv
from synth_envs.trading.portfolio.policies import POLICIES, ROLES, make_portfolio_policy


def played(policy, n, seed, **options):
    env = PortfolioVectorEnv(num_envs=n, **options)
    env.reset(seed=seed)
    chooser, over = make_portfolio_policy(policy, env), np.zeros(n, np.bool_)
    while not over.any():
        _, _, ruined, over, infos = env.step(chooser.act(env.sim.observations))
        assert not ruined.any()
    return infos["metrics"]


FAIR = {"common": {"kind": "msm", "drift": 0.0, "overnight": 0.25}, "drift": (0.0, 0.0)}


@pytest.mark.parametrize("name", POLICIES)
def test_no_policy_beats_a_martingale_with_costs(name):
    n = 4096
    options = {"market": FAIR, "assets": 4, "horizon": 40, "difficulty": 0.0, "split": "all"}
    profit = played(name, n, 11, **options)["equity"] - 1.0
    assert profit.mean() < 3 * profit.std() / n**0.5 + 1e-12
    if name == "hold":  # and there is nothing to be lost but costs
        free = {"fee": 0.0, "spread": 0.0, "impact": 0.0}
        even = played(name, n, 12, **options, **free)["equity"] - 1.0
        assert abs(even.mean()) < 3 * even.std() / n**0.5


def test_the_expert_learns_and_difficulty_takes_it_away():
    earned = {}
    for name in ("cash", "hold", "chaser", "learner", "informed"):
        for difficulty in (0.0, 0.5, 1.0):
            found = played(name, 256, 4, difficulty=difficulty, split="test")
            earned[name, difficulty] = float(found["log_return"].mean())
    for name in ("chaser", "learner", "informed"):
        assert earned[name, 0.0] > earned[name, 0.5] > earned[name, 1.0]
    assert earned["informed", 0.0] > earned["learner", 0.0] > 0.5
    assert earned["informed", 0.5] > earned["learner", 0.5] > 0.15
    assert earned["learner", 0.5] > max(earned["hold", 0.5], earned["chaser", 0.5])
    assert earned["informed", 1.0] > max(
        earned[name, 1.0] for name in ("hold", "chaser", "learner")
    )
    assert earned["cash", 1.0] == 0.0


def test_roles_and_views():
    batch = PortfolioVectorEnv(num_envs=2, assets=3, horizon=10)
    seen, _ = batch.reset(seed=3)
    for role in ROLES:
        policy = make_portfolio_policy(role, batch)
        policy.reset([0, 1])
        both = policy.act(seen)
        assert both.shape == (2, 3)
        for i in range(2):
            env = PortfolioEnv(assets=3, horizon=10)
            one, _ = env.reset(seed=3 + i)
            assert np.array_equal(make_portfolio_policy(role, env).act([one])[0], both[i])
    with pytest.raises(ValueError, match="learner"):
        make_portfolio_policy("lerner", batch)

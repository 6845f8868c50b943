import gymnasium as gym
import pytest

import synth_envs
from synth_envs.policies import POLICIES, TRIVIAL, make_policy
from synth_envs.registration import environments

# Where a return is no score, in simulators, policies are tested with their domain.
IDS = [row.id for row in environments() if row.ranked and not row.span]


def mean_score(env_id, name, episodes=12):
    env = gym.make(env_id, split="test")
    policy = make_policy(name, env)
    total = 0.0
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        policy.reset([0])
        over = False
        while not over:
            observation, reward, terminated, truncated, _ = env.step(policy.act([observation])[0])
            total += reward
            over = terminated or truncated
    return total / episodes


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("name", POLICIES)
def test_scores(env_id, name):
    score = mean_score(env_id, name)
    if name in TRIVIAL:
        assert score <= 0.1
    elif env_id.startswith("synth/Code") and name != "oracle":
        assert score < 1.0  # their experts are weak
    elif name == "careless":
        assert score > 0.1
    else:
        assert score == 1.0


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("mode", ["vector_entry_point", "sync"])
def test_the_oracle_plays_vector_environments(env_id, mode):
    row = next(row for row in environments() if row.id == env_id)
    if mode == "vector_entry_point" and row.vector_entry_point is None:
        mode = "sync"
    envs = gym.make_vec(env_id, num_envs=3, vectorization_mode=mode)
    policy = make_policy("oracle", envs)
    observations, _ = envs.reset(seed=0)
    ends = wins = 0.0
    for _ in range(8 if row.costly else 30):
        observations, rewards, terminations, _, _ = envs.step(policy.act(observations))
        ends += terminations.sum()
        wins += rewards.sum()
    assert ends > 10
    assert wins == ends


def test_unknown_policies_are_named():
    with pytest.raises(ValueError, match="did you mean 'oracle'"):
        make_policy("oracel", gym.make("synth/Math-v0"))
    assert synth_envs.make_policy is make_policy

"""Potential-based shaping changes the discounted return of an episode by its first potential, no more."""

import gymnasium as gym
import numpy as np
import pytest

from synth_envs.dialogue.env import DialogueActsFlatVectorEnv
from synth_envs.dialogue.policies import make_acts_policy
from synth_envs.dialogue.potential import progress
from synth_envs.wrappers.shaping import PotentialShaping

GAMMA = 0.97


def potentials(env):
    return np.array([progress(episode) for episode in env.sim.episodes])


def returns(role, *, shaped):
    env = DialogueActsFlatVectorEnv(num_envs=6, level=3, autoreset_mode="SameStep")
    env.action_space.seed(1)
    inner = env
    if shaped:
        env = PotentialShaping(env, potentials, GAMMA)
    env.reset(seed=4)
    policy = None if role == "random" else make_acts_policy(role, inner)
    found, sums, factor, first = [], np.zeros(6), np.ones(6), potentials(inner)
    for _ in range(120):
        actions = (
            inner.action_space.sample() if policy is None else policy.act(inner.sim.observations)
        )
        _, rewards, over, _, infos = env.step(actions)
        assert ("shaping" in infos) == shaped
        sums += factor * rewards
        factor *= GAMMA
        for i in np.flatnonzero(over):
            found.append((sums[i], first[i]))
            sums[i], factor[i], first[i] = 0.0, 1.0, potentials(inner)[i]
    return np.array(found).T


@pytest.mark.parametrize("role", ["scripted", "random", "echo"])
def test_discounted_returns_are_what_they_were(role):
    (plain, first), (shaped, _) = returns(role, shaped=False), returns(role, shaped=True)
    assert len(plain) == len(shaped) > 5
    assert shaped == pytest.approx(plain - first, abs=1e-9)
    assert first.max() > 0.0


def test_potentials_rise_on_the_way_and_end_at_nothing():
    env = DialogueActsFlatVectorEnv(num_envs=30, level=4, noise=0.0)
    env.reset(seed=2)
    policy = make_acts_policy("scripted", env)
    highest, running = np.zeros(30), np.ones(30, np.bool_)
    while running.any():
        _, _, over, _, _ = env.step(policy.act(env.sim.observations))
        running &= ~over
        now = potentials(env)
        assert (now[over] == 0.0).all()
        assert (now <= 1.0).all()
        highest = np.maximum(highest, now)
    assert highest.mean() > 0.5


def test_bad_arguments_are_named():
    env = DialogueActsFlatVectorEnv(num_envs=2)
    with pytest.raises(ValueError, match="SameStep"):
        PotentialShaping(env, potentials, GAMMA)
    env = DialogueActsFlatVectorEnv(num_envs=2, autoreset_mode="SameStep")
    with pytest.raises(ValueError, match="gamma"):
        PotentialShaping(env, potentials, 1.5)
    assert isinstance(PotentialShaping(env, potentials, 1.0), gym.vector.VectorWrapper)

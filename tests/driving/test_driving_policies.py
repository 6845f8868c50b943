"""The reference policies of `synth_envs.policies` in the driving environments."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import synth_envs  # noqa: F401 - registers the ids
from synth_envs.driving.oracle import Clairvoyant
from synth_envs.driving.planner import Planner
from synth_envs.driving.skill import play
from synth_envs.policies import POLICIES, make_policy

N = 6


def earned(env, policy, seed=0):
    observations, infos = env.reset(seed=seed)
    policy = make_policy(policy, env) if isinstance(policy, str) else policy(env)
    running, total = np.ones(env.num_envs, np.bool_), np.zeros(env.num_envs)
    ids = list(infos["task_id"])
    while running.any():
        observations, rewards, over, cut, _ = env.step(policy.act(observations))
        total += np.where(running, rewards, 0.0)
        running &= ~(over | cut)
    env.close()
    return total, ids


@pytest.mark.parametrize("name", POLICIES)
def test_native_sync_and_scalar_environments_earn_the_same(name):
    kwargs = {"scenario": "hard-brake", "difficulty": 0.5}
    native, ids = earned(gym.make_vec("synth/Driving-v0", N, **kwargs), name)
    sync, _ = earned(gym.make_vec("synth/Driving-v0", N, "sync", **kwargs), name)
    if name != "random":  # each samples its own space
        assert native.tolist() == sync.tolist()
    driver = {"scripted": "rule", "careless": "gap-rule", "empty": "slower", "echo": "creep"}
    if name in driver:
        assert native == pytest.approx(play(driver[name], ids, **kwargs))


def test_the_oracle_earns_what_its_plans_say_and_never_less_than_caution():
    kwargs = {"difficulty": 1.0, "split": "test"}
    env = gym.make_vec("synth/Driving-v0", 20, **kwargs)
    env.reset(seed=3)
    plans = [plan.returns for plan in Planner(env).plan_all(replans=0)]
    total, ids = earned(gym.make_vec("synth/Driving-v0", 20, **kwargs), "oracle", seed=3)
    cautious = np.maximum(play("creep", ids, **kwargs), play("slower", ids, **kwargs))
    assert total == pytest.approx(np.maximum(plans, cautious))


def test_the_oracle_goes_on_in_new_episodes_of_any_autoreset_mode():
    for mode in (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP):
        env = gym.make_vec(
            "synth/Driving-v0", 3, scenario="cut-in", duration=4.0, autoreset_mode=mode.value
        )
        observations, _ = env.reset(seed=1)
        policy = Clairvoyant(env)
        crashes = 0.0
        for _ in range(80):
            observations, _, over, cut, infos = env.step(policy.act(observations))
            if (over | cut).any():
                final = infos.get("final_info", infos)
                crashes += final["metrics"]["collision"].sum()
        assert crashes == 0


@pytest.mark.parametrize("name", POLICIES)
def test_policies_speak_in_the_environment_of_words(name):
    env = gym.make_vec("synth/DrivingText-v0", 2, "sync", scenario="jaywalker", difficulty=0.5)
    total, _ = earned(env, name)
    assert np.isfinite(total).all()
    if name in {"oracle", "scripted"}:
        assert (total > 0).all()


def test_an_environment_of_the_peer_has_no_experts():
    env = gym.make("synth/HighwayFastCompat-v0")
    assert make_policy("random", env).act([None]).shape == (1,)
    with pytest.raises(ValueError, match="no policy 'oracle'"):
        make_policy("oracle", env)


def test_recordings_have_to_be_named():
    with pytest.raises(TypeError, match="give the argument source"):
        gym.make("synth/DrivingReplay-v0")

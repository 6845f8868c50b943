"""Stable-Baselines3 sees a native vector environment as it sees its own batch of scalar ones."""

import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest

import synth_envs

pytest.importorskip("stable_baselines3", reason="the adapter needs the extra [sb3]")

from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor, VecNormalize

from synth_envs.adapters.sb3 import Sb3VecEnv

gym.register_envs(synth_envs)

NUM_ENVS, STEPS, SEED = 5, 120, 7
CASES = [
    ("synth/HighwayFastCompat-v0", {}),
    ("synth/Driving-v0", {"duration": 4.0}),
    ("synth/Driving-v0", {"duration": 4.0, "observation": "attention", "action": "continuous"}),
]


def _native(env_id, **kwargs):
    return gym.make_vec(env_id, NUM_ENVS, autoreset_mode="SameStep", **kwargs)


def _scalars(env_id, **kwargs):
    return DummyVecEnv([lambda: gym.make(env_id, **kwargs) for _ in range(NUM_ENVS)])


def _assert_same(one, other):
    """Equal in every bit, types included, down to the values of dictionaries and lists."""
    assert type(one) is type(other) or (isinstance(one, dict) and isinstance(other, dict))
    if isinstance(one, dict):
        assert set(one) == set(other)
        for name in one:
            _assert_same(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            _assert_same(left, right)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


@pytest.mark.parametrize(("env_id", "kwargs"), CASES)
def test_it_equals_a_batch_of_scalar_environments(env_id, kwargs):
    ours, theirs = Sb3VecEnv(_native(env_id, **kwargs)), _scalars(env_id, **kwargs)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.seed(SEED) == theirs.seed(SEED)
    _assert_same(ours.reset(), theirs.reset())
    _assert_same(ours.reset_infos, theirs.reset_infos)
    space = ours.action_space
    space.seed(SEED)
    ends = outs = 0
    for _ in range(STEPS):
        actions = np.array([space.sample() for _ in range(NUM_ENVS)])
        mine, its = ours.step(actions), theirs.step(actions)
        for left, right in zip(mine, its, strict=True):
            _assert_same(left, right)
        _assert_same(ours.reset_infos, theirs.reset_infos)
        ends += int(mine[2].sum())
        outs += sum(info["TimeLimit.truncated"] for info in mine[3])
    assert ends >= NUM_ENVS
    assert 0 < outs < ends or env_id != "synth/Driving-v0", "both kinds of endings occurred"


def test_seeds_are_used_once_and_streams_go_on():
    env = Sb3VecEnv(_native("synth/HighwayFastCompat-v0"))
    env.seed(SEED)
    first, second = env.reset(), env.reset()
    assert not np.array_equal(first, second)
    env.seed(SEED)
    np.testing.assert_array_equal(env.reset(), first)


def test_what_was_returned_does_not_change_later():
    env = Sb3VecEnv(_native("synth/HighwayFastCompat-v0"))
    env.seed(SEED)
    begun = env.reset()
    kept = begun.copy()
    observations, rewards, *_ = env.step(np.full(NUM_ENVS, 3))
    copies = observations.copy(), rewards.copy()
    env.step(np.full(NUM_ENVS, 4))
    np.testing.assert_array_equal(begun, kept)
    np.testing.assert_array_equal(observations, copies[0])
    np.testing.assert_array_equal(rewards, copies[1])


def test_monitor_counts_episodes_as_the_environment_does():
    env = VecMonitor(Sb3VecEnv(_native("synth/HighwayFastCompat-v0")))
    env.seed(SEED)
    env.reset()
    seen = 0
    for _ in range(STEPS):
        for info in env.step(np.full(NUM_ENVS, 1))[3]:
            if "episode" in info:
                seen += 1
                assert info["episode"]["l"] == info["metrics"]["length"]
                assert info["episode"]["r"] == pytest.approx(info["metrics"]["return"], rel=1e-5)
    assert seen >= NUM_ENVS


def test_statistics_of_gymnasium_arrive_where_sb3_looks_for_them():
    inner = gym.wrappers.vector.RecordEpisodeStatistics(_native("synth/HighwayFastCompat-v0"))
    env = Sb3VecEnv(inner)
    env.seed(SEED)
    env.reset()
    seen = 0
    for _ in range(STEPS):
        _, _, dones, infos = env.step(np.full(NUM_ENVS, 1))
        assert [("episode" in info) for info in infos] == dones.tolist()
        assert not any("episode" in info for info in env.reset_infos)
        for info in (infos[i] for i in np.flatnonzero(dones)):
            seen += 1
            assert info["episode"]["l"] == info["metrics"]["length"]
    assert seen >= NUM_ENVS


def test_any_vector_environment_will_do():
    made = gym.make_vec(
        "CartPole-v1",
        NUM_ENVS,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": gym.vector.AutoresetMode.SAME_STEP},
    )
    ours = Sb3VecEnv(made)
    theirs = DummyVecEnv([lambda: gym.make("CartPole-v1")] * NUM_ENVS)
    for env in (ours, theirs):
        env.seed(SEED)
    _assert_same(ours.reset(), theirs.reset())
    for step in range(STEPS):
        actions = np.full(NUM_ENVS, step % 7 < 4, dtype=np.int64)
        for left, right in zip(ours.step(actions), theirs.step(actions), strict=True):
            _assert_same(left, right)


def test_attributes_are_shared():
    env = VecNormalize(Sb3VecEnv(_native("synth/Driving-v0", render_mode="rgb_array")))
    assert env.get_attr("difficulty") == [None] * NUM_ENVS
    env.set_attr("difficulty", 0.25)
    assert env.get_attr("difficulty", indices=[0, 2]) == [0.25, 0.25]
    with pytest.raises(ValueError, match="share 'difficulty'"):
        env.set_attr("difficulty", 0.5, indices=[1])
    env.reset()
    assert all(info["task_id"].endswith("/0.25") for info in env.unwrapped.reset_infos)
    assert not env.has_attr("no_such_attribute")
    assert len(env.env_method("save", indices=[1])) == 1
    pictures = env.get_images()
    assert len(pictures) == NUM_ENVS
    assert env.render("rgb_array").shape[2] == 3
    env.close()


def test_options_of_a_reset_hold_for_all():
    env = Sb3VecEnv(_native("synth/Driving-v0"))
    env.set_options({"difficulty": 0.75})
    env.reset()
    assert all(info["task_id"].endswith("/0.75") for info in env.reset_infos)
    env.reset()
    assert not any(info["task_id"].endswith("/0.75") for info in env.reset_infos)
    env.set_options([{"difficulty": 0.1 * i} for i in range(NUM_ENVS)])
    with pytest.raises(ValueError, match="same for all"):
        env.reset()


@pytest.mark.parametrize("mode", ["NextStep", "Disabled"])
def test_other_ways_of_beginning_episodes_are_refused(mode):
    made = gym.make_vec("synth/HighwayFastCompat-v0", NUM_ENVS, autoreset_mode=mode)
    with pytest.raises(ValueError, match='autoreset_mode="SameStep"'):
        Sb3VecEnv(made)


def test_scalar_environments_are_refused():
    with pytest.raises(TypeError, match="make_vec"):
        Sb3VecEnv(gym.make("synth/HighwayFastCompat-v0"))


def test_without_sb3_it_says_what_to_install():
    code = (
        "import sys; sys.modules['stable_baselines3'] = None\n"
        "from synth_envs.adapters.sb3 import Sb3VecEnv\n"
        "try: Sb3VecEnv(None)\n"
        "except ImportError as error: print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "synth-envs[sb3]" in out.stdout


def test_importing_the_package_loads_no_torch():
    code = "import sys, synth_envs, synth_envs.adapters; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_hindsight_asks_a_native_batch_for_rewards():
    """As SB3's `HerReplayBuffer` does, of one environment for many goals."""
    env = Sb3VecEnv(_native("synth/ParkingCompat-v0"))
    goals = env.reset()
    (rewards,) = env.env_method(
        "compute_reward", goals["achieved_goal"], goals["desired_goal"], [{}], indices=[0]
    )
    assert rewards.shape == (NUM_ENVS,)
    assert (rewards < 0).all()
    same = env.env_method("compute_reward", goals["desired_goal"], goals["desired_goal"], [{}])
    assert (np.array(same) == 0).all()

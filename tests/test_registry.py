"""What must hold for every registered id."""

import importlib.util
import json
import pickle
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.utils.env_checker import check_env

import synth_envs
from synth_envs.check import episode_digest
from synth_envs.generate import write_tasks
from synth_envs.registration import environments

# What cannot be made without data of the user's is tested where that data is: `tests/driving`.
ROWS = [row for row in environments() if not row.needs]
IDS = [row.id for row in ROWS]
HAS_PILLOW = importlib.util.find_spec("PIL") is not None
every_id = pytest.mark.parametrize("env_id", IDS)


@every_id
def test_gymnasium_check_env(env_id):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(env_id).unwrapped, skip_render_check=not HAS_PILLOW)


@pytest.mark.parametrize("env_id", [row.id for row in ROWS if row.numeric])
def test_sb3_check_env(env_id):
    checker = pytest.importorskip("stable_baselines3.common.env_checker", reason="needs [sb3]")
    env = gym.make(env_id)
    # Of goals its checker asks what Gymnasium's wrappers hide.
    env = env.unwrapped if hasattr(env.unwrapped, "compute_reward") else env
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The peer's observations are matrices, and so are those that have to equal them.
        warnings.filterwarnings("ignore", message="Your observation  has an unconventional shape")
        checker.check_env(env)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A file of tasks, for the environment whose tasks take half a second each to make."""
    path = tmp_path_factory.mktemp("tasks") / "efficiency.jsonl"
    source = gym.make("synth/CodeEfficiency-v0").unwrapped.source
    write_tasks(source, path, 12, split="all")
    return str(path)


def native(*, simulated):
    rows = [row for row in ROWS if row.vector_entry_point]
    return pytest.mark.parametrize(
        "row",
        [
            row
            for row in rows
            if hasattr(load_env_creator(row.vector_entry_point), "simulator") is simulated
        ],
        ids=lambda row: row.id,
    )


@native(simulated=False)
@pytest.mark.parametrize("max_turns", [1, 3])
def test_native_vector_environment(row, max_turns, request):
    size = {"num_envs": 2, "steps": 8} if row.costly else {}
    kwargs = {"max_turns": max_turns}
    if row.id == "synth/CodeEfficiency-v0":
        kwargs |= {"source": request.getfixturevalue("recorded"), "split": "all"}
    synth_envs.check_vector_env(row.id, kwargs=kwargs, **size)


@native(simulated=True)
def test_native_vector_environment_of_a_simulator(row):
    synth_envs.check_vector_env(row.id, steps=90, kwargs=dict(row.brief))


@every_id
def test_specs_are_json_and_rebuild_the_environment(env_id):
    spec = gym.make(env_id).spec
    again = gym.make(EnvSpec.from_json(spec.to_json()))
    first, second = gym.make(env_id).reset(seed=7), again.reset(seed=7)
    assert first[1] == second[1]
    json.loads(gym.make_vec(env_id, num_envs=2).spec.to_json())


@every_id
def test_make_imports_the_module_it_names(env_id):
    env = gym.make(f"synth_envs:{env_id}")
    assert env.spec.id == env_id


@every_id
def test_same_seed_same_episodes_and_other_seed_others(env_id):
    assert episode_digest(env_id, {}) == episode_digest(env_id, {})
    env = gym.make(env_id)
    assert env.reset(seed=1)[1]["task_id"] != env.reset(seed=2)[1]["task_id"]


@every_id
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_gymnasium_vector_modes(env_id, mode):
    kwargs = {"shared_memory": False} if mode == "async" else {}
    envs = gym.make_vec(env_id, num_envs=2, vectorization_mode=mode, vector_kwargs=kwargs)
    scalar = gym.make(env_id)
    observations, infos = envs.reset(seed=11)
    for i in range(2):
        expected, info = scalar.reset(seed=11 + i)
        if isinstance(expected, dict):
            assert all(np.array_equal(observations[name][i], one) for name, one in expected.items())
        else:
            assert np.array_equal(observations[i], expected)
        assert infos["task_id"][i] == info["task_id"]
    envs.close()


@every_id
def test_pickle_and_statistics_wrapper(env_id):
    env = gym.wrappers.RecordEpisodeStatistics(gym.make(env_id))
    env.action_space.seed(0)
    env.reset(seed=3)
    copy = pickle.loads(pickle.dumps(gym.make(env_id).unwrapped))
    assert copy.reset(seed=3)[1] == gym.make(env_id).reset(seed=3)[1]
    over = False
    while not over:
        *_, terminated, truncated, info = env.step(env.action_space.sample())
        over = terminated or truncated
    assert info["episode"]["l"] >= 1


@every_id
@pytest.mark.skipif(not HAS_PILLOW, reason="pictures need the extra [render]")
def test_record_video(env_id, tmp_path):
    pytest.importorskip("moviepy", reason="videos need the extra [render]")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moviepy and its readers warn about themselves
        env = gym.make(env_id, render_mode="rgb_array")
        env = gym.wrappers.RecordVideo(env, str(tmp_path), disable_logger=True)
        env.reset(seed=0)
        over = False
        while not over:
            *_, terminated, truncated, _ = env.step(env.action_space.sample())
            over = terminated or truncated
        env.close()
    assert list(tmp_path.glob("*.mp4"))


def test_every_environment_documents_itself():
    sections = ("Description", "Observation Space", "Action Space", "Rewards", "Starting State")
    sections += ("Episode End", "Arguments", "Version History")
    for row in environments():
        env_id, doc = row.id, load_env_creator(row.entry_point).__doc__
        missing = [name for name in sections if f"## {name}" not in doc]
        assert not missing, f"{env_id} lacks {missing}"

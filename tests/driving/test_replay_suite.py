"""The suite `real-driving` and its reference policies, on recordings that are not ours to ship."""

import shutil

import gymnasium as gym
import numpy as np
import pytest

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.__main__ import main
from benchmarks.errors import UsageError
from benchmarks.suites import DATA_VARIABLE, load_suite
from synth_envs.policies import POLICIES, make_policy

ENV_ID = "synth/DrivingReplay-v0"


@pytest.fixture
def folder(real_driving, tmp_path):
    """A folder with one recording, and one file that cannot be played."""
    for name in ("USA_US101-8_1_T-1.xml.gz", "USA_US101-1_1_S-1.xml.gz"):
        shutil.copy(real_driving / name, tmp_path / name)
    return tmp_path


def test_missing_recordings_are_named(tmp_path, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(UsageError, match="--data DIR or SYNTH_ENVS_REAL_DATA"):
        load_suite("real-driving")
    with pytest.raises(UsageError, match="no CommonRoad files"):
        load_suite("real-driving", tmp_path)


def test_the_suite_is_named_where_the_environment_alone_cannot_run(capsys):
    assert main(["run", "--env", ENV_ID]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--suite real-driving --data DIR" in error


def test_the_suite_has_each_playable_recording_with_either_traffic(folder):
    cases = load_suite("real-driving", folder).cases
    assert [case.kwargs["traffic"] for case in cases] == ["log", "reactive"]
    assert {case.kwargs["source"] for case in cases} == {"USA_US101-8_1_T-1.xml.gz"}


def test_a_run_can_be_replayed(folder, tmp_path):
    run = tmp_path / "run"
    command = ["run", "--suite", "real-driving", "--policy", "scripted", "--data", str(folder)]
    assert main([*command, "-o", str(run)]) == 0
    assert main(["replay", str(run), "--data", str(folder)]) == 0


def earned(kwargs, name):
    env = gym.make_vec(ENV_ID, 2, **kwargs)
    observations, _ = env.reset(seed=0)
    policy = make_policy(name, env)
    running, total = np.ones(2, np.bool_), np.zeros(2)
    while running.any():
        observations, rewards, over, cut, _ = env.step(policy.act(observations))
        total += np.where(running, rewards, 0.0)
        running &= ~(over | cut)
    return total


@pytest.mark.parametrize("traffic", ["log", "reactive"])
def test_the_oracle_earns_most_and_caution_little(folder, traffic):
    kwargs = {"source": str(folder), "traffic": traffic, "action": "continuous", "split": "all"}
    found = {name: earned(kwargs, name) for name in POLICIES}
    for name in ("empty", "echo", "constant", "scripted"):
        assert (found["oracle"] >= found[name] - 1e-9).all()
    assert (found["scripted"] > np.maximum(found["empty"], found["echo"]) + 5).all()


def test_commands_are_refused(folder):
    env = gym.make(ENV_ID, source=str(folder))
    with pytest.raises(ValueError, match='need action="continuous"'):
        make_policy("scripted", env)

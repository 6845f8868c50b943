"""The promise of the driving environments: an ordinary RL library learns in them."""

import json
from functools import partial

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="training needs the extra [sb3]")
pytest.importorskip("scipy", reason="benchmarks need the extra [bench]")

from benchmarks.baselines import driving_ppo, driving_report, highway_dqn
from synth_envs.driving.experts import make_driver
from synth_envs.driving.sim.scenarios import SCENARIOS
from synth_envs.driving.skill import play


def _never(constant):
    pytest.fail(f"{constant} is no JSON")


def _record(path):
    return json.loads(path.read_text(), parse_constant=_never)


@pytest.mark.slow
def test_ppo_command_writes_what_it_measured(tmp_path, capsys):
    output = tmp_path / "new" / "driving.json"
    budget = ["--seeds", "2", "--controls", "1", "--steps", "8192", "--episodes", "19"]
    code = driving_ppo.main([*budget, "--output", str(output)])
    record = _record(output)
    assert [(run["seed"], run["control"]) for run in record["runs"]] == [
        (0, False),
        (1, False),
        (0, True),
    ]
    assert record["hyperparameters"]["n_timesteps"] == 8192
    assert record["episodes"] == 19
    assert tuple(record["scripted"]) == driving_report.DRIVERS
    assert len(record["by_scenario"]) > 10
    assert set(record["by_scenario"]) <= set(SCENARIOS)
    for row in (*record["runs"], *record["scripted"].values()):
        for name in ("collision", "off_road", "arrived", "progress"):
            assert 0.0 <= row[name] <= 1.0
    for run in record["runs"]:
        assert run["curve"]
        assert run["steps"] == 8192
    mean = np.mean([run["collision"] for run in record["runs"] if not run["control"]])
    assert record["summary"]["ppo"]["collision"]["mean"] == pytest.approx(mean)
    assert record["summary"]["ppo"]["skill"]["low"] is not None
    assert record["summary"]["control"]["skill"]["low"] is None, "one run has no interval"
    verdict = record["verdict"]
    learned = verdict["halves_random_collisions"] and verdict["beats_trivial_skill"]
    assert code == int(not learned or verdict["control_learns"])
    said = capsys.readouterr().out
    assert "PPO seed 1" in said
    assert "control seed 0" in said


def test_the_references_of_the_ppo_table_are_those_of_the_skill_score():
    episodes = driving_report.held_out_episodes(19)
    assert len(set(episodes)) == 19
    drives = driving_report.drive(partial(make_driver, "gap-rule"), episodes, "lidar")
    assert set(drives.scenarios) <= set(SCENARIOS)
    np.testing.assert_array_equal(drives.measures["return"], play("gap-rule", episodes))
    ends = drives.measures["collision"] + drives.measures["off_road"] + drives.measures["arrived"]
    assert set(ends.tolist()) <= {0.0, 1.0}


@pytest.mark.slow
def test_the_control_is_blind():
    episodes = driving_report.held_out_episodes(8)
    result = driving_ppo.train(0, episodes, control=True, steps=8192)
    drove = result.drives.measures["return"]
    constant = [
        driving_report.drive(lambda _, action=action: _Always(action), episodes, "lidar").measures[
            "return"
        ]
        for action in range(6)
    ]
    assert any(np.array_equal(drove, one) for one in constant), "one action whatever is ahead"


class _Always:
    """Takes one action everywhere."""

    def __init__(self, action):
        self.action = action

    def act(self, observations):
        return np.full(len(observations), self.action)


@pytest.mark.slow
def test_dqn_learns_and_drives_in_the_peer():
    pytest.importorskip("highway_env", reason="the peer is in the extra [test]")
    result = highway_dqn.train(0, episodes=20, steps=4000)
    rng = np.random.default_rng(0)
    chance = highway_dqn.evaluate("ours", lambda _: int(rng.integers(5)), episodes=20)
    for where in ("ours", "peer"):
        assert result.measures[where]["return"] > 1.3 * np.mean(chance["return"])
        assert result.measures[where]["length"] <= 30


@pytest.mark.slow
def test_dqn_command_writes_what_it_measured(tmp_path):
    pytest.importorskip("highway_env", reason="the peer is in the extra [test]")
    output = tmp_path / "highway.json"
    code = highway_dqn.main(
        ["--seeds", "2", "--steps", "400", "--episodes", "3", "--output", str(output)]
    )
    record = _record(output)
    assert [run["seed"] for run in record["runs"]] == [0, 1]
    assert set(record["summary"]) == {"dqn", "slower", "random"}
    for row in record["summary"].values():
        for where in ("ours", "peer"):
            assert 0.0 <= row[where]["crashed"]["mean"] <= 1.0
            assert row[where]["return"]["mean"] <= row[where]["length"]["mean"] <= 30
    verdict = record["verdict"]
    assert code == int(not (verdict["reaches_published_return"] and verdict["beats_random"]))


@pytest.mark.parametrize("main", [driving_ppo.main, highway_dqn.main])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "0"], "--seeds must be at least 1"),
        (["--steps", "-5"], "--steps must be at least 1"),
        (["--episodes", "few"], "invalid int value"),
        (["--output", "."], "is a folder"),
    ],
)
def test_bad_arguments_are_named(main, arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err

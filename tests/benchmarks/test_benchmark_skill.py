"""Scores on the scale between caution and the oracle, of the same episodes."""

import json
from hashlib import sha256

import gymnasium as gym
import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.canonical import dump_json
from benchmarks.plan import episode_seed
from benchmarks.results import _luck, digest_of
from benchmarks.skill import FLOOR, REFERENCES, skill_scores
from benchmarks.suites import Case, load_suite
from synth_envs.registration import environments

SPAN = 5.0


def scored(span, **returns):
    case = Case("synth/Driving-v0", span=span)
    found = skill_scores([case], {name: [[values]] for name, values in returns.items()})
    return {name: cases[0][0] for name, cases in found.items()}


def test_a_return_that_is_a_score_is_left_alone():
    assert scored(0.0, empty=[0.0], echo=[0.5], oracle=[1.0], me=[0.25])["me"] == [0.25]


def test_zero_is_the_better_cautious_agent_and_one_the_oracle_of_each_episode():
    found = scored(SPAN, empty=[0.0, 30.0], echo=[20.0, 10.0], oracle=[60.0, 50.0], me=[40.0, 20.0])
    assert found["me"] == [0.5, -0.5]
    assert found["echo"] == [0.0, -1.0]
    assert found["empty"] == [-0.5, 0.0]
    assert found["oracle"] == [1.0, 1.0]


def test_where_nothing_is_to_be_gained_the_span_is_the_least_one():
    found = scored(SPAN, empty=[50.0], echo=[0.0], oracle=[50.0], me=[30.0])
    assert found["me"] == [1 - 20 / SPAN]
    # An oracle that caution beats does not turn the scale round.
    found = scored(SPAN, empty=[50.0], echo=[0.0], oracle=[40.0], me=[45.0])
    assert found["me"] == [0.0]
    assert found["oracle"] == [-1.0]


def test_where_luck_decides_the_ends_are_those_of_all_episodes():
    case = Case("synth/Trading-v0", span=1.0, pooled=True)
    returns = {"empty": [0.0, 0.0], "echo": [9.0, -11.0], "oracle": [-5.0, 25.0], "me": [0.0, 20.0]}
    returns["lost"] = [None, 25.0]
    found = skill_scores([case], {name: [[values]] for name, values in returns.items()})
    found = {name: cases[0][0] for name, cases in found.items()}
    assert found["oracle"] == [1.0, 1.0]
    assert found["empty"] == [1.5, -1.5]  # 10 apart: 0 and 1 on average
    assert found["me"] == [1.5, 0.5]
    assert found["lost"] == [None, 1.0]
    # Doing nothing more than the oracle does not turn the scale round.
    returns |= {"empty": [30.0, 30.0]}
    found = skill_scores([case], {name: [[values]] for name, values in returns.items()})
    assert found["me"][0][0] == [6.0, -4.0]


@pytest.mark.parametrize("name", ["empty", "echo", "oracle", "me"])
def test_a_masked_episode_has_no_score(name):
    returns = {"empty": [0.0], "echo": [1.0], "oracle": [9.0], "me": [3.0]} | {name: [None]}
    assert scored(SPAN, **returns)["me"] == [None]


def test_the_scale_is_that_of_the_domain():
    from synth_envs.driving.skill import LEAST_SPAN, skill

    spans = {row.span for row in environments() if row.domain == "driving"}
    assert spans == {0.0, LEAST_SPAN}
    rng = np.random.default_rng(0)
    low, high = np.sort(rng.normal(0, 20, (2, 50)), axis=0).tolist()
    got = rng.normal(0, 20, 50).tolist()
    ours = scored(LEAST_SPAN, empty=low, echo=low, oracle=high, me=got)["me"]
    assert ours == pytest.approx(skill(got, low, high).scores.tolist())


def test_the_suite_has_every_scenario_at_three_difficulties():
    cases = load_suite("driving").cases
    scenarios = {row.id for row in environments() if "scenario" in row.kwargs}
    assert {case.env_id for case in cases} == scenarios
    assert len(cases) == 3 * len(scenarios)
    assert all(case.span == SPAN for case in cases)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driving") / "run"
    command = ["run", "--env", "synth/DrivingStopAndGo-v0", "--policy", "scripted"]
    assert main([*command, "--episodes", "2", "--runs", "2", "-o", str(folder)]) == 0
    return folder


def test_a_run_scores_on_the_scale_and_can_be_replayed(run):
    results = json.loads((run / "results.json").read_text())
    means = {name: agent["means"][0] for name, agent in results["agents"].items()}
    assert means["oracle"] == 1.0
    assert max(means[name] for name in FLOOR) <= 0.0
    assert 0.5 < means["scripted"] <= 1.0
    assert main(["replay", str(run)]) == 0


def test_an_oracle_that_holds_back_is_refused(run, tmp_path, capsys):
    """A worse oracle would raise everybody's scores: its actions are not taken from the file."""
    import shutil

    folder = tmp_path / "forged"
    shutil.copytree(run, folder)
    results = json.loads((folder / "results.json").read_text())
    for name in ("oracle", "echo"):  # echo's episodes, in the oracle's name, are consistent
        assert name in REFERENCES
    shutil.copy(folder / "episodes/echo.jsonl", folder / "episodes/oracle.jsonl")
    results["agents"]["oracle"] |= {
        "sha256": sha256((folder / "episodes/oracle.jsonl").read_bytes()).hexdigest()
    }
    results["digest"] = digest_of(results)
    (folder / "results.json").write_text(dump_json(results, indent=1))
    assert main(["replay", str(folder)]) == 1
    assert "oracle" in capsys.readouterr().err


def test_an_environment_without_an_oracle_is_refused(capsys):
    assert main(["run", "--env", "synth/HighwayCompat-v0"]) == 2
    assert "no oracle" in capsys.readouterr().err


def test_a_span_is_part_of_no_seed():
    suite = load_suite("driving")
    case = suite.cases[0]
    other = Case(case.env_id, case.kwargs, span=1.0)
    assert episode_seed(suite, 0, case, 0, 0) == episode_seed(suite, 0, other, 0, 0)


def test_ids_of_scenarios_are_those_of_the_simulator():
    from synth_envs.driving.sim.scenarios import SCENARIOS

    registered = [row.kwargs["scenario"] for row in environments() if "scenario" in row.kwargs]
    assert registered == list(SCENARIOS)
    for row in environments():
        if "scenario" in row.kwargs:
            assert gym.make(row.id).unwrapped.sim.name == f"driving-{row.kwargs['scenario']}"


def test_luck_of_runs_is_no_score():
    assert _luck([0.25, 0.25, 0.25]) == 0.0
    assert _luck([None, 0.25]) == 0.0
    assert _luck([0.0, 1.0, 0.0, 1.0, None]) == pytest.approx(3 * (1 / 3 / 4) ** 0.5)

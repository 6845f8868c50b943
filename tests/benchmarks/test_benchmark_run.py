import json
import subprocess
import sys

import pytest

from benchmarks.__main__ import main
from benchmarks.canonical import load_json
from benchmarks.journal import JOURNAL
from benchmarks.results import load_results

LEAKY, BROKEN = "benchtoy:benchtoy/Leaky-v0", "benchtoy:benchtoy/Broken-v0"


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / "episodes").iterdir()}


def test_a_run_writes_results_episodes_and_pages(honest):
    results = load_results(honest.folder / "results.json")
    assert results["failures"] == []
    assert results["agents"]["oracle"]["overall"]["value"] == 1.0
    assert results["agents"]["benchtoy:Half"]["means"] == [0.5]
    assert [entry["agent"] for entry in results["ranking"][:2]] == ["oracle", "benchtoy:Half"]
    assert results["command"] == (
        "python -m benchmarks run --env benchtoy:benchtoy/Doubling-v0 --policy benchtoy:Half "
        "--seed 0 --runs 2 --episodes 2"
    )
    assert set(files(honest.folder)) == {
        "benchtoy-Half.jsonl", "oracle.jsonl", "empty.jsonl", "constant.jsonl", "echo.jsonl", "random.jsonl",
    }  # fmt: skip
    assert (honest.folder / "index.html").exists()
    assert (honest.folder / "env-benchtoy-benchtoy-doubling-v0.html").exists()
    assert not (honest.folder / JOURNAL).exists()
    assert str(honest.folder.parent) not in (honest.folder / "results.json").read_text()


def test_an_episode_has_everything_a_replay_needs(honest):
    line = (honest.folder / "episodes" / "oracle.jsonl").read_bytes().splitlines(keepends=True)[0]
    record = load_json(line, "line")
    assert set(record) == {
        "index", "case", "run", "episode", "seed", "options", "actions", "rewards", "terminated",
        "truncated", "status", "task_id", "chain",
    }  # fmt: skip
    assert len(record["chain"]) == len(record["actions"]) + 1


def test_the_table_is_printed_where_there_is_no_terminal(toy, tmp_path, capsys):
    del toy
    command = ["run", "--env", "benchtoy:benchtoy/Doubling-v0", "--episodes", "1", "--runs", "1"]
    assert main([*command, "-o", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    for name in (
        "scripted",
        "oracle",
        "empty",
        "constant",
        "echo",
        "random",
        "unreliable",
        "Page:",
    ):
        assert name in out
    assert err == ""


def test_finished_results_are_replaced_only_by_force(honest, copied, capsys):
    before = copied.results.read_bytes()
    assert main([*honest.command, "-o", str(copied.folder)]) == 2
    assert "--force" in capsys.readouterr().err
    assert copied.results.read_bytes() == before
    assert main([*honest.command, "--seed", "1", "-o", str(copied.folder), "--force"]) == 0
    assert load_results(copied.results)["plan"]["seed"] == 1


def test_a_folder_with_other_files_is_left_alone(honest, tmp_path, capsys):
    (tmp_path / "index.html").write_text("mine")
    for force in ([], ["--force"]):
        assert main([*honest.command, "-o", str(tmp_path), *force]) == 2
        assert "holds other files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert main([*honest.command, "-o", str(tmp_path / "index.html")]) == 2


def test_an_interrupted_run_goes_on_and_ends_as_if_nothing_had_happened(toy, tmp_path, capsys):
    command = ["run", "--env", "benchtoy:benchtoy/Doubling-v0", "--env", BROKEN]
    command += ["--policy", "benchtoy:Interrupted", "--episodes", "2", "--runs", "2"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert main([*command, "-o", str(whole)]) == 1
    toy.stop_at.append("benchtoy/Broken-v0")
    assert main([*command, "-o", str(parts)]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert not (parts / "results.json").exists()
    # What a power cut leaves behind: half a line in both files.
    with (parts / "episodes" / "benchtoy-Interrupted.jsonl").open("a") as file:
        file.write('{"actions":["ha')
    with (parts / JOURNAL).open("a") as file:
        file.write('{"agent":"benchtoy:Inter')
    toy.stop_at.clear()
    toy.calls.clear()
    assert main([*command, "-o", str(parts)]) == 1
    assert len(toy.calls) == 1  # the finished cell was not played again
    assert files(parts) == files(whole)


def test_an_unfinished_run_of_another_plan_is_not_continued(toy, tmp_path, capsys):
    command = ["run", "--env", BROKEN, "--policy", "benchtoy:Interrupted", "--episodes", "1"]
    toy.stop_at.append("benchtoy/Broken-v0")
    assert main([*command, "-o", str(tmp_path / "out")]) == 130
    toy.stop_at.clear()
    capsys.readouterr()
    assert main([*command, "--seed", "5", "-o", str(tmp_path / "out")]) == 2
    assert "another plan" in capsys.readouterr().err


def test_a_trivial_agent_that_scores_fails_the_run(toy, tmp_path, capsys):
    del toy
    command = ["run", "--env", LEAKY, "--episodes", "1", "--runs", "1", "-o", str(tmp_path / "out")]
    assert main(command) == 1
    out = capsys.readouterr().out
    for agent in ("empty", "constant", "echo", "random"):
        assert f"trivial agent {agent} scores 1.000 on {LEAKY}" in out
    results = load_results(tmp_path / "out" / "results.json")
    assert len(results["failures"]) == 4
    assert "This run failed." in (tmp_path / "out" / "index.html").read_text()


def test_an_oracle_that_fails_fails_the_run(toy, tmp_path, capsys):
    del toy
    command = [
        "run",
        "--env",
        BROKEN,
        "--episodes",
        "1",
        "--runs",
        "1",
        "-o",
        str(tmp_path / "out"),
    ]
    assert main(command) == 1
    assert f"the oracle scores 0.000 on {BROKEN}" in capsys.readouterr().out


def test_a_policy_that_misbehaves_is_named(toy, tmp_path, capsys):
    del toy
    command = ["run", "--env", BROKEN, "--policy", "benchtoy:Silent", "--runs", "1"]
    assert main([*command, "-o", str(tmp_path / "out")]) == 2
    message = "the policy gave 0 actions for 8 environments, while benchtoy:Silent played "
    assert message + BROKEN in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--suite", "qick"], "did you mean 'quick'"),
        (["run", "--env", "synth/Math-v0", "--policy", "scriptd"], "did you mean 'scripted'"),
        (["run", "--env", "synth/Moth-v0"], "Math"),
        (["replay", "no/such/file"], "no such file"),
        (["site", "no/such/folder"], "is not a folder"),
    ],
)
def test_wrong_input_gets_one_line_and_code_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "--suite", "quick", "--env", "synth/Math-v0"],
        ["run", "--suite", "quick", "--runs", "0"],
        ["run", "--suite", "quick", "--episodes", "many"],
        ["run", "--suite", "quick", "--seed", "-1"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_exits_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_module_runs_as_a_command():
    command = [sys.executable, "-m", "benchmarks", "run", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "--suite" in done.stdout


def test_a_missing_extra_is_named(honest, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "benchmarks.site")
    assert main(["site", str(honest.folder)]) == 2
    assert "pip install 'synth-envs[bench]'" in capsys.readouterr().err


def test_paired_agents_meet_the_same_episodes(honest):
    def tasks(name):
        lines = files(honest.folder)[name].splitlines()
        return [(json.loads(line)["seed"], json.loads(line)["task_id"]) for line in lines]

    assert tasks("oracle.jsonl") == tasks("random.jsonl") == tasks("benchtoy-Half.jsonl")


def test_quick_runs_on_everything_and_can_be_replayed(tmp_path):
    folder = tmp_path / "quick"
    # With one episode a lucky guess may be above the limit, so the run itself may fail.
    assert main(
        ["run", "--suite", "quick", "--episodes", "1", "--runs", "1", "-o", str(folder)]
    ) in (0, 1)
    results = load_results(folder / "results.json")
    assert set(results["agents"]["oracle"]["means"]) == {1.0}
    assert main(["replay", str(folder)]) == 0
    assert all(page.stat().st_size < 500_000 for page in folder.glob("*.html"))


@pytest.mark.parametrize(("domain", "cases"), [("math", 3), ("code", 4)])
def test_real_data_is_run_and_replayed(request, domain, cases, tmp_path, capsys):
    data = request.getfixturevalue(f"real_{domain}")
    folder = tmp_path / "real"
    command = ["run", "--suite", f"real-{domain}", "--data", str(data)]
    command += ["--episodes", "2", "--runs", "2"]
    with pytest.warns(UserWarning, match="skipped 1 bad rows"):
        assert main([*command, "-o", str(folder)]) in (0, 1)  # as above
    assert load_results(folder / "results.json")["agents"]["oracle"]["means"] == [1.0] * cases
    assert str(data) not in (folder / "results.json").read_text()
    with pytest.warns(UserWarning, match="skipped 1 bad rows"):
        assert main(["replay", str(folder), "--data", str(data)]) == 0
    assert f"Confirmed: {20 * cases} episodes" in capsys.readouterr().out

import builtins
import json

import pytest

from synth_envs.cli import main


def run(capsys, *argv, code=0):
    try:
        result = main(argv)
    except SystemExit as stop:
        result = stop.code
    out = capsys.readouterr()
    assert result == code, out.out + out.err
    return out


def test_list(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = run(capsys, "list").out
    assert "synth/Math-v0" in out
    assert "synth/MathTokens-v0" in out
    assert "yes" in out
    families = run(capsys, "list", "synth/Math-v0").out
    assert "chain_sum" in families
    assert "Add and subtract" in families


def test_show(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    out = run(capsys, "show", "synth/Math-v0", "--family", "chain_sum").out
    assert "Observation Space" in out
    assert "Compute" in out
    assert "difficulty 1" in out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["show", "synth/Moth-v0"], "did you mean 'synth/Math-v0'"),
        (["show", "synth/Math-v0", "--family", "chain_sun"], "did you mean 'chain_sum'"),
        (["lst"], "did you mean 'list'"),
        (["list", "--al"], "unknown option --al"),
        (["check", "synth/Math-v0", "--tusks", "3"], "unknown option --tusks"),
        (["check"], "either an id or --all"),
        (["show", "no_such_module:x/Y-v0"], "cannot import 'no_such_module'"),
        (["generate", "synth/Math-v0", "-n", "0", "-o", "x.jsonl"], "at least 1"),
        (["generate", "synth/Math-v0", "-n", "two", "-o", "x.jsonl"], "invalid"),
        (["generate", "synth/Math-v0", "-n", "2", "--difficulty", "nan", "-o", "x"], "in [0, 1]"),
        (["generate", "synth/Math-v0", "-n", "2", "--split", "tset", "-o", "x"], "test"),
        (["play", "synth/MathTokens-v0"], "read by programs"),
        ([], "COMMAND"),
    ],
)
def test_mistakes_are_explained(capsys, argv, words):
    assert words in run(capsys, *argv, code=2).err


def test_version(capsys):
    import synth_envs

    assert synth_envs.__version__ in run(capsys, "--version").out


GENERATE = (
    "generate",
    "synth/Math-v0",
    "--family",
    "chain_sum",
    "--split",
    "test",
    "--difficulty",
    "0.5",
)


def test_generate_is_byte_identical_and_resumable(capsys, tmp_path):
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    run(capsys, *GENERATE, "-n", "300", "-o", str(whole))
    lines = whole.read_bytes().splitlines(keepends=True)
    assert len(lines) == 300
    assert {json.loads(line)["family"] for line in lines} == {"chain_sum"}
    part.write_bytes(b"".join(lines[:100]) + lines[100][:20])  # cut off within a line
    out = run(capsys, *GENERATE, "-n", "300", "-o", str(part))
    assert "100 were there already" in out.err
    assert part.read_bytes() == whole.read_bytes()
    run(capsys, *GENERATE, "-n", "300", "-o", str(part))
    assert part.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("content", [b"precious\n", b"precious", b"{}\n", b"\x00\xff"])
def test_generate_never_overwrites_something_else(capsys, tmp_path, content):
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(content)
    err = run(capsys, *GENERATE, "-n", "3", "-o", str(path), code=2).err
    assert "--force" in err
    assert path.read_bytes() == content
    run(capsys, *GENERATE, "-n", "3", "-o", str(path), "--force")
    assert len(path.read_bytes().splitlines()) == 3


def test_generate_refuses_another_stream_and_a_longer_file(capsys, tmp_path):
    path = tmp_path / "tasks.jsonl"
    run(capsys, *GENERATE, "-n", "5", "-o", str(path))
    before = path.read_bytes()
    run(capsys, *GENERATE, "-n", "5", "--seed", "1", "-o", str(path), code=2)
    run(capsys, *GENERATE, "-n", "4", "-o", str(path), code=2)
    assert path.read_bytes() == before


def test_play(capsys, monkeypatch):
    answers = iter(["nonsense", "0", "1", "", "3"])

    def answer(_prompt):
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", answer)
    out = run(capsys, "play", "synth/Math-v0", "--family", "chain_sum", "--seed", "1").out
    assert "Compute" in out
    assert "No final answer was found" in out
    assert "Try again" in out
    assert "of 2 tasks solved" in out


def test_check_one_family(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = run(
        capsys, "check", "synth/Math-v0", "--family", "topological_order", "--tasks", "20"
    ).out
    assert "audit of topological_order" in out
    assert "native vector environment" in out
    assert "all checks passed" in out


def test_check_reports_a_bad_family(capsys, monkeypatch):
    from synth_envs.core import Score
    from synth_envs.math.families.chain_sum import ChainSum

    monkeypatch.setattr(ChainSum, "__call__", lambda *_: Score(1.0, "pass", {"correct": 1.0}))
    out = run(capsys, "check", "synth/Math-v0", "--family", "chain_sum", "--tasks", "5", code=1).out
    assert "FAIL" in out
    assert "hostile response" in out


def test_simulators_are_listed_and_shown(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = run(capsys, "list").out
    assert "synth/DrivingCutIn-v0" in out
    assert "made with source=" in out
    scene = run(capsys, "show", "synth/DrivingText-v0").out
    assert "Action Space" in scene
    assert "difficulty 0.5" in scene
    assert "Starting State" in run(capsys, "show", "synth/DrivingReplay-v0").out
    assert "Reward" in run(capsys, "show", "synth/HighwayCompat-v0").out


def test_play_in_words(capsys, monkeypatch):
    commands = iter(["brake hard", "", *["5"] * 100])

    def typed(_):
        return next(commands)

    monkeypatch.setattr(builtins, "input", typed)
    out = run(capsys, "play", "synth/DrivingText-v0", "--episodes", "1", "--seed", "0").out
    assert "reward" in out
    assert "The episode is over: no crash" in out


def test_numeric_simulators_point_to_the_one_in_words(capsys):
    assert "synth/DrivingText-v0" in run(capsys, "play", "synth/Driving-v0", code=2).err
    assert (
        "simulator"
        in run(capsys, "generate", "synth/Driving-v0", "-n", "1", "-o", "x.jsonl", code=2).err
    )
    assert "source" in run(capsys, "check", "synth/DrivingReplay-v0", code=2).err


def test_check_a_simulator(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = run(capsys, "check", "synth/DrivingText-v0").out
    assert "caution earns less than the expert and the oracle" in out
    assert "all checks passed" in out

"""Tasks in files: resumable, byte for byte, with the yield of the gates; and played from there."""

import json

import gymnasium as gym
import pytest

import synth_envs  # noqa: F401 - registers the ids
from synth_envs.cli import main
from synth_envs.code.source import CodeSource, _made
from synth_envs.generate import write_tasks

pytestmark = pytest.mark.usefixtures("sandboxes")


def test_an_interrupted_file_is_continued(tmp_path, capsys):
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    command = ["generate", "synth/CodeDeduction-v0", "--family", "composed_numbers", "-n"]
    assert main([*command, "20", "-o", str(whole)]) == 0
    text = whole.read_bytes()
    assert "accepted" in capsys.readouterr().err
    lines = text.splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:7]) + lines[7][:40])  # as if the power had failed
    _made.clear()
    assert main([*command, "20", "-o", str(cut)]) == 0
    assert "7 were there already" in capsys.readouterr().err
    assert cut.read_bytes() == text
    rows = [json.loads(line) for line in lines]
    assert len({row["task_id"] for row in rows}) >= 18
    assert {row["family"] for row in rows} == {"deduction"}


def test_batches_do_not_change_tasks(tmp_path):
    source = CodeSource("repair", "composed_lists")
    path = tmp_path / "tasks.jsonl"
    write_tasks(source, path, 5, split="test", difficulty=0.4)
    _made.clear()
    single = [source.task(0, i, "test", 0.4).to_json() for i in range(5)]
    assert path.read_text().splitlines() == single


def test_a_file_is_played(tmp_path):
    path = tmp_path / "tasks.jsonl"
    write_tasks(CodeSource("abduction", "composed_lists"), path, 6, split="all")
    envs = gym.make_vec("synth/CodeAbduction-v0", num_envs=6, source=str(path), split="all")
    envs.reset(seed=0)
    inner = envs.unwrapped
    rewards = envs.step([inner.source.oracle(task) for task in inner.tasks])[1]
    assert rewards.tolist() == [1.0] * 6
    with pytest.raises(ValueError, match="drop family= and difficulty="):
        gym.make("synth/CodeAbduction-v0", source=str(path), difficulty=0.5)
    with pytest.raises(ValueError, match="fuzzing"):
        gym.make("synth/CodeFuzzing-v0", source=str(path))


def test_bad_arguments_are_named(tmp_path, capsys):
    assert (
        main(
            ["generate", "synth/Code-v0", "--family", "lisst", "-n", "2", "-o", str(tmp_path / "x")]
        )
        == 2
    )
    assert "did you mean 'lists'" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert main(["list", "synth/Code-v0"]) == 0
    listed = capsys.readouterr().out
    assert "window_scores" in listed
    assert "composed_lists" in listed
    assert main(["show", "synth/CodeRepair-v0", "--family", "window_scores"]) == 0
    shown = capsys.readouterr().out
    assert "Action Space" in shown
    assert "window_scores" in shown


def test_programs_are_played_in_several_lines(monkeypatch, capsys):
    source = CodeSource("repair", "composed_lists")
    task = source.task(3, 0, "train", 0.0)
    lines = iter([*source.oracle(task).splitlines()])

    def typed(_prompt):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", typed)
    command = ["play", "synth/CodeRepair-v0", "--family", "composed_lists", "--seed", "3"]
    assert main([*command, "--episodes", "2"]) == 0
    assert "1 of 1 tasks solved" in capsys.readouterr().out

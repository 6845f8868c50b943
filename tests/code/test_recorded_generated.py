"""Files of `synth-envs generate` are read again in every mode, and malformed ones refused."""

import importlib.util
import json

import pytest

from synth_envs.code.modes import MODES
from synth_envs.code.recorded import GeneratedTasks, load_tasks
from synth_envs.code.source import CodeSource


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tasks.jsonl"


def written(file, row):
    file.write_text(json.dumps(row) + "\n", "utf-8")
    return str(file)


@pytest.mark.parametrize("mode", MODES)
def test_generated_files_are_read_again(mode, file):
    if importlib.util.find_spec(MODES[mode].partition(":")[0]) is None:
        pytest.skip(f"the mode {mode} is not there")
    made = CodeSource(mode).task(3, 0, "all", 0.2)
    tasks = load_tasks(mode, written(file, made.to_dict()))
    assert type(tasks) is GeneratedTasks
    assert tasks[0].to_dict() == made.to_dict() | {"metadata": {**made.metadata, "line": 1}}
    scores = tasks.verify_batch([tasks[0]] * 2, [tasks.oracle(tasks[0]), "no"])
    assert [score.value for score in scores] == [1.0, 0.0]
    others = [other for other in MODES if other not in (mode, "efficiency")]
    for other in others:
        if {mode, other} == {"induction", "repair"}:
            continue  # both ask for a program
        with pytest.raises(ValueError, match="not a task of"):
            load_tasks(other, str(file))


GENERATED = {
    "family": "toy",
    "prompt": "Find it.",
    "reference": {
        "kind": "input",
        "entry": "f",
        "parameters": [["n", "int"]],
        "source": "def f(n):\n    return n",
        "value": 3,
        "solution": [3],
    },
    "difficulty": 0.5,
}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"prompt": None}, "must be text"),
        ({"task_id": "x"}, "not the hash"),
        ({"other": 1}, "unknown"),
        ({"prompt": "x" * 40_000}, "longer than 32768"),
        ({"reference": None}, "not a task of"),
        ({"parameters": [["n"]]}, "not enough values"),
        ({"parameters": [["n", 5]]}, "no type"),
        ({"parameters": [["n", "-" * 200 + "("]]}, "no type"),
        ({"parameters": [["n", "int"], ["m", "int"]]}, "argument 2"),
        ({"parameters": [["n", "x" * 400]]}, "no type"),
        ({"solution": 5}, "must be a list"),
        ({"tolerance": "big"}, "'tolerance' is big"),
        ({"ranges": [{"kinds": ["int"], "numbers": ["a", "b"]}]}, "does not fit"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_malformed_generated_tasks_are_bad_rows(file, changes, reason):
    assert len(load_tasks("abduction", written(file, GENERATED))) == 1
    inner = {
        key: value for key, value in changes.items() if key not in (*GENERATED, "task_id", "other")
    }
    row = GENERATED | {"reference": GENERATED["reference"] | inner}
    row |= {key: value for key, value in changes.items() if key not in inner}
    with pytest.raises(ValueError, match="no usable row") as error:
        load_tasks("abduction", written(file, row))
    assert reason in str(error.value)

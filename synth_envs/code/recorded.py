"""Tasks from files: HumanEval, MBPP, CRUXEval, and what `synth-envs generate` wrote.

The format is recognised from the fields of the rows. Nothing in a file is evaluated; its programs
run in the sandbox only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from types import ModuleType
from typing import Any

from synth_envs.code.modes import MODES
from synth_envs.code.modes.base import sandbox
from synth_envs.code.prompts import fenced
from synth_envs.code.real import cruxeval, generated, humaneval, mbpp
from synth_envs.code.real.recordings import Recordings
from synth_envs.code.source import mode_class
from synth_envs.code.tagged import canonical, written
from synth_envs.code.verifiers.checked import SCHEMA as CHECKED
from synth_envs.code.verifiers.checked import verify_checked
from synth_envs.code.verifiers.literals import (
    INPUT_SCHEMA,
    OUTPUT_SCHEMA,
    verify_literal_inputs,
    verify_literals,
)
from synth_envs.core import Score, Task
from synth_envs.families import suggest
from synth_envs.row_files import BadRow, BadRowError, read_rows, refuse, sort_out
from synth_envs.rows import RowTasks
from synth_envs.text_env import MAX_PROMPT

__all__ = ["GeneratedTasks", "RecordedTasks", "load_tasks"]

_DATA_SETS: dict[str, ModuleType] = {"HumanEval": humaneval, "MBPP": mbpp, "CRUXEval": cruxeval}
_HUB_CONFIGS = {
    "google-research-datasets/mbpp": "full",
    "mbpp": "full",
    "openai/openai_humaneval": "openai_humaneval",
    "openai_humaneval": "openai_humaneval",
}
#: The kinds of reference of data sets, by mode, with their fields.
_SCHEMAS: dict[str, dict[str, Mapping[str, type]]] = {
    "induction": {"checked": CHECKED},
    "deduction": {"literal": OUTPUT_SCHEMA},
    "abduction": {"literal_input": INPUT_SCHEMA},
}


class RecordedTasks(RowTasks):
    """The rows of one file as tasks of one mode.

    Args:
        mode: One of `MODES`.
        tasks: The good rows.
        bad_rows: The rows that were refused, with their reasons.
        source: Where they came from.
    """

    def __init__(
        self, mode: str, tasks: Sequence[Task], bad_rows: Sequence[BadRow], source: str
    ) -> None:
        super().__init__(tasks, bad_rows, source, (load_tasks, (mode, source)))
        self.mode = mode_class(mode)()
        self._schemas = _SCHEMAS.get(mode, {})
        self._recordings = Recordings()

    def check(self, task: Task) -> None:
        """Refuse a task that this source cannot verify.

        Raises:
            ValueError: Its reference is of another kind or malformed.
        """
        reference = task.reference
        kind = reference.get("kind") if isinstance(reference, dict) else None
        fields = self._schemas.get(kind) if isinstance(kind, str) else None
        if fields is None:
            generated.check(self.mode, task)
            return
        for name, wanted in fields.items():
            if name not in reference or not isinstance(reference[name], wanted):
                msg = f"malformed task: {name!r} in its reference must be a {wanted.__name__}"
                raise ValueError(msg)
        if kind == "checked":
            tests, public = reference["tests"], reference["public"]
            if not tests or any(type(one) is not str for one in tests):
                msg = "malformed task: 'tests' must hold texts"
                raise ValueError(msg)
            if not 0 <= public < max(2, len(tests)):
                msg = "malformed task: 'public' must be less than the number of tests"
                raise ValueError(msg)
        else:
            try:
                canonical(reference["value"])
            except RecursionError as error:
                msg = "malformed task: its value is nested too deeply"
                raise ValueError(msg) from error

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses in few calls of the sandbox; result i belongs to pair i.

        Raises:
            SandboxError: A fault of ours.
        """
        verifiers: dict[str, Callable[[list[Task], list[str]], list[Score]]] = {
            "checked": partial(verify_checked, sandbox=sandbox, recordings=self._recordings),
            "literal": verify_literals,
            "literal_input": partial(verify_literal_inputs, sandbox=sandbox),
        }
        groups: dict[str, list[int]] = {}
        for place, task in enumerate(tasks):
            kind = task.reference["kind"]
            groups.setdefault(kind if kind in self._schemas else "", []).append(place)
        scores: dict[int, Score] = {}
        for kind, places in groups.items():
            verify = verifiers[kind] if kind else self.mode.verify_batch
            done = verify([tasks[one] for one in places], [responses[one] for one in places])
            scores.update(zip(places, done, strict=True))
        return [scores[place] for place in range(len(responses))]

    def oracle(self, task: Task) -> str:
        """A response that scores 1.0: the row's own answer.

        Raises:
            ValueError: The task is not one of this source.
        """
        self.check(task)
        reference = task.reference
        match reference["kind"]:
            case "checked":
                return fenced(reference["solution"])
            case "literal":
                return f"The answer is {written(canonical(reference['value']))}"
            case "literal_input":
                return f"The answer is `{reference['entry']}({reference['solution']})`"
        return self.mode.oracle(task)

    def examine(self) -> tuple[BadRow, ...]:
        """Return the rows whose own answer is not right, and why; everything runs once.

        Such a row is otherwise found when a response to it is judged, with the status "error".
        """
        scores = self.verify_batch(self._tasks, [self.oracle(task) for task in self._tasks])
        return tuple(
            BadRow(task.metadata["line"], f"its own answer fails: {score.feedback}")
            for task, score in zip(self._tasks, scores, strict=True)
            if score.status != "pass"
        )


class GeneratedTasks(RecordedTasks):
    """A file of generated tasks, which the mode can also solve."""

    def solve(self, family: str, prompt: str) -> str:
        """The mode's solver, which reads only the prompt."""
        del family
        return self.mode.solve(prompt)


def load_tasks(mode: str, source: str) -> RecordedTasks:
    """Read the tasks of a file or of a data set of the Hugging Face hub for one mode.

    Bad rows are skipped with a warning that names them.

    Args:
        mode: One of `MODES`.
        source: The path of a `.json` or `.jsonl` file, or a data set's name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It holds no usable row, perhaps because the data set is for another mode.
        ImportError: A hub name was given and `datasets` is not installed.
    """
    if mode not in MODES:
        msg = f"unknown mode {mode!r}{suggest(mode, MODES)}"
        raise ValueError(msg)
    rows = read_rows(source, _HUB_CONFIGS, "google-research-datasets/mbpp")
    kind = mode_class(mode)()
    tasks, bad = sort_out(
        rows,
        lambda line, content: _task_of(line, content, mode, kind),
        lambda task: task.task_id,
        "task",
    )
    if not tasks:
        first = f" (line {bad[0].line}: {bad[0].reason})" if bad else ""
        msg = f"{source}: no usable row for the mode {mode!r}{first}"
        raise ValueError(msg)
    known = _SCHEMAS.get(mode, {})
    made = all(task.reference["kind"] not in known for task in tasks)
    loaded = (GeneratedTasks if made else RecordedTasks)(mode, tasks, bad, source)
    loaded.warn_of_bad_rows()
    return loaded


def _task_of(line: int, content: Mapping[Any, Any], mode: str, kind: generated.Mode) -> Task:
    """Return the task of a row.

    Raises:
        BadRowError: It cannot be used.
    """
    if content.keys() >= generated.FIELDS:
        task = generated.task_of(line, content, kind)
    else:
        name, data_set = _data_set(content)
        if mode not in data_set.MODES:
            refuse(f"{name} is for {' and '.join(data_set.MODES)}, not for {mode}")
        task = data_set.task_of(line, content, mode)
    if len(task.prompt) > MAX_PROMPT:
        refuse(f"the prompt is longer than {MAX_PROMPT} characters")
    return task


def _data_set(content: Mapping[Any, Any]) -> tuple[str, ModuleType]:
    for name, data_set in _DATA_SETS.items():
        if content.keys() >= data_set.FIELDS:
            return name, data_set
    shown = ", ".join(str(key)[:20] for key in islice(content, 6)) or "none"
    reason = f"fields of no known data set: {shown}"
    raise BadRowError(reason)

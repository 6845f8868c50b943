"""What a program returns and what makes it return that, told apart by Python's types.

`Task.reference` is {"kind": "literal", "value"} or, for arguments, {"kind": "literal_input",
"entry", "parameters", "source", "solution", "value"}; values are tagged (`synth_envs.code.tagged`).
A tuple is not a list here, as in the data sets that are read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sandboxes import Sandbox, call_batch
from sandboxes.calls import CallResult
from sandboxes.values import same_value
from synth_envs.code.answers import parse_call_text, parse_tagged, stated
from synth_envs.code.extract import parse_source
from synth_envs.code.grading import describe
from synth_envs.code.real.recordings import call_of
from synth_envs.code.tagged import NotALiteralError, canonical, written
from synth_envs.code.verifiers.inputs import LIMITS
from synth_envs.core import Json, Score, Task

__all__ = ["INPUT_SCHEMA", "OUTPUT_SCHEMA", "verify_literal_inputs", "verify_literals"]

#: The fields of the references and their types.
OUTPUT_SCHEMA: Mapping[str, type] = {"value": object}
INPUT_SCHEMA: Mapping[str, type] = {
    "entry": str,
    "parameters": int,
    "source": str,
    "solution": str,
    "value": object,
}
_PASS = Score(1.0, "pass", {"correct": 1.0}, "Correct.")
_FAIL = Score(0.0, "fail", {"correct": 0.0}, "Incorrect.")
_NONE = "No value was found. State it as a Python literal, for example as `The answer is [1, 2]`."
_MANY = "The response states different values. Give exactly one."
_MANY_CALLS = "The response states different calls. Give exactly one."
_SHOWN = 300


def verify_literals(tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
    """Score stated values; nothing runs."""
    scores = []
    for task, response in zip(tasks, responses, strict=True):
        found, problem = stated(_unquoted(task, response), parse_tagged)
        if found is None:
            text = _MANY if problem == "many" else _NONE
            scores.append(Score(0.0, "unparsable", {"correct": 0.0}, text))
        else:
            right = same_value(found.value, canonical(task.reference["value"]))
            scores.append(_PASS if right else _FAIL)
    return scores


def verify_literal_inputs(
    tasks: Sequence[Task], responses: Sequence[str], sandbox: Callable[[], Sandbox]
) -> list[Score]:
    """Score stated calls; the programs run on them in one batch.

    Raises:
        SandboxError: A fault of ours.
    """
    scores: list[Score | None] = [None] * len(tasks)
    given: dict[int, str] = {}
    for place, (task, response) in enumerate(zip(tasks, responses, strict=True)):
        reference = task.reference
        entry, count = reference["entry"], reference["parameters"]
        known = _known(entry, reference["solution"])
        read = partial(parse_call_text, entry=entry, parameters=count, known=known)
        found, problem = stated(_unquoted(task, response), read)
        if found is not None:
            given[place] = found.value
            continue
        text = f"No call was found. Give one with literal arguments: `{entry}(...)`."
        text = _MANY_CALLS if problem == "many" else text
        scores[place] = Score(0.0, "unparsable", {"correct": 0.0}, text)
    if given:
        calls = [
            call_of(
                tasks[place].reference["source"],
                tasks[place].reference["entry"],
                [text],
                limits=LIMITS,
            )
            for place, text in given.items()
        ]
        for (place, text), done in zip(given.items(), call_batch(sandbox(), calls), strict=True):
            scores[place] = _judge(tasks[place].reference, text, done.results[0])
    return [score for score in scores if score is not None]


def _unquoted(task: Task, response: str) -> str:
    """Return a response without the lines of the prompt: what a program says is no answer."""
    quoted = {line.strip() for line in task.prompt.split("\n")} - {"", "```", "```python"}
    return "\n".join(line for line in response.split("\n") if line.strip() not in quoted)


def _known(entry: str, solution: str) -> dict[str, str]:
    """Return the arguments of the data set's own call, which need not be literals."""
    tree = parse_source(f"{entry}({solution})")
    statement = tree.body[0] if tree else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return {}
    values = [*call.args, *(word.value for word in call.keywords)]
    return {ast.dump(one): ast.unparse(one) for one in values}


def _judge(reference: Json, given: str, result: CallResult) -> Score:
    call = _cut(f"{reference['entry']}({given})")
    if result.status == "exception":
        return _fail(f"{call} raises {describe(result.error)}.")
    if result.status != "ok":
        ends = result.status == "unserialisable"
        return _fail(f"{call} gives no {'value' if ends else 'result in time'}.")
    try:
        value = canonical(result.value)
        said = _cut(written(value))
    except (NotALiteralError, RecursionError):
        return _fail(f"{call} gives no value.")
    if same_value(value, canonical(reference["value"])):
        return _PASS
    return _fail(f"{call} returns {said}.")


def _fail(text: str) -> Score:
    return Score(0.0, "fail", {"correct": 0.0}, text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

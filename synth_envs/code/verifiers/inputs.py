"""Whether a response states arguments that do what is asked of them: programs run on them.

For `kind` "input" the reference is {"kind", "entry", "parameters", "source", "value", "solution"}:
the source must return the value. For "difference" it is {"kind", "entry", "parameters", "source",
"second", "mutant", "ranges", "solution"}: the arguments must be in range, the source and, if there
is one, the second opinion must agree on them, and the mutant must not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sandboxes import Limits, Sandbox, call_batch
from sandboxes.calls import Call, CallResult
from sandboxes.values import same_value
from synth_envs.code.answers import parse_call, stated
from synth_envs.code.domain import Range, conforms
from synth_envs.code.grading import describe
from synth_envs.core import Json, Score, Task

__all__ = ["LIMITS", "verify_inputs"]

#: What a program may use on the one call that an agent chose.
LIMITS = Limits(cpu_s=2.0, memory_mb=256)
#: A mutant that does not end in time is wrong; the right program takes a thousandth of it.
_MUTANT_LIMITS = Limits(cpu_s=0.5, memory_mb=256)
_PASS = Score(1.0, "pass", {"correct": 1.0}, "Correct.")


def verify_inputs(
    tasks: Sequence[Task], responses: Sequence[str], sandbox: Callable[[], Sandbox]
) -> list[Score]:
    """Score responses; everything runs in one batch.

    Raises:
        SandboxError: A fault of ours.
    """
    scores: list[Score | None] = [None] * len(tasks)
    calls: list[Call] = []
    judged: list[tuple[int, list[Json], int]] = []
    for place, (task, response) in enumerate(zip(tasks, responses, strict=True)):
        reference = task.reference
        names = [name for name, _ in reference["parameters"]]
        entry = reference["entry"]
        found, problem = stated(response, partial(parse_call, entry=entry, parameters=names))
        if found is None:
            scores[place] = _unreadable(entry, names, problem)
            continue
        given: list[Json] = found.value
        wrong = _unsuitable(reference, given)
        if wrong:
            scores[place] = _fail(wrong)
            continue
        own = [Call(reference["source"], entry, [given], limits=LIMITS)]
        if reference["kind"] == "difference":
            own.append(Call(reference["mutant"], entry, [given], limits=_MUTANT_LIMITS))
            if reference["second"]:
                own.append(Call(reference["second"], entry, [given], limits=LIMITS))
        calls += own
        judged.append((place, given, len(own)))
    done = iter(call_batch(sandbox(), calls)) if calls else iter(())
    for place, given, count in judged:
        results = [next(done).results[0] for _ in range(count)]
        scores[place] = _judge(tasks[place].reference, given, results)
    return [score for score in scores if score is not None]


def _unreadable(entry: str, names: Sequence[str], problem: str) -> Score:
    if problem == "many":
        text = "The response states different calls. Give exactly one."
    else:
        text = f"No call was found. Give one with literal arguments: `{entry}({', '.join(names)})`."
    return Score(0.0, "unparsable", {"correct": 0.0}, text)


def _fail(text: str) -> Score:
    return Score(0.0, "fail", {"correct": 0.0}, text)


def _unsuitable(reference: Json, given: Sequence[Json]) -> str:
    """Say what is wrong with arguments before anything runs on them."""
    for (name, kind), value in zip(reference["parameters"], given, strict=True):
        if not conforms(value, kind):
            return f"The argument {name} is not of type {kind}."
    for (name, _), value, data in zip(
        reference["parameters"], given, reference.get("ranges") or [None] * len(given), strict=True
    ):
        if data is not None and not Range.from_json(data).contains(value):
            return f"The argument {name} does not keep to the constraints."
    return ""


def _judge(reference: Json, given: Sequence[Json], results: Sequence[CallResult]) -> Score:
    right = results[0]
    inner = ", ".join(describe(one) for one in given)
    call = f"{reference['entry']}({inner})"
    if reference["kind"] == "input":
        if right.status != "ok":
            return _fail(f"{call} {_ending(right)}.")
        if same_value(right.value, reference["value"]):
            return _PASS
        return _fail(f"{call} returns {describe(right.value)}.")
    if right.status != "ok":
        return _fail("The specification does not say what these arguments give.")
    if len(results) > 2 and not _same(right, results[2]):
        return _fail("The specification does not say what these arguments give.")
    if _same(right, results[1]):
        return _fail("On these arguments the program is right.")
    return _PASS


def _same(one: CallResult, two: CallResult) -> bool:
    return two.status == "ok" and same_value(one.value, two.value)


def _ending(result: CallResult) -> str:
    if result.status == "exception":
        return f"raises {describe(result.error)}"
    return (
        "gives no result in time" if result.status in ("timeout", "missing") else "gives no value"
    )

"""Whether a function passes the tests of a data set, which are programs themselves.

`Task.reference` is {"kind": "checked", "entry", "context", "solution", "setup", "check", "tests",
"public"}. `tests` are statements that fail by raising; the first `public` of them are shown.
`check` runs before each of them, and may hold expected values; `setup` too, and it may not.
`context` is what the prompt defines.

The submission runs on the arguments that the tests use, in one process; then the tests run in
another one on what it returned. Expected values are never where a submission is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sandboxes import Sandbox, call_batch
from sandboxes.calls import Call, CallResult, Calls
from synth_envs.code.extract import extract_program
from synth_envs.code.grading import describe
from synth_envs.code.real.recordings import Recording, Recordings, call_of, job_of
from synth_envs.code.tagged import NotALiteralError, canonical, written
from synth_envs.core import Json, Score, Status, Task

__all__ = ["SCHEMA", "verify_checked"]

#: The fields of the reference and their types.
SCHEMA: Mapping[str, type] = {
    "entry": str,
    "context": str,
    "solution": str,
    "setup": str,
    "check": str,
    "tests": list,
    "public": int,
}
_PASS = Score(
    1.0, "pass", {"correct": 1.0, "public": 1.0}, "Correct: all tests passed.", final=True
)
_SHOWN = 300


def verify_checked(
    tasks: Sequence[Task],
    responses: Sequence[str],
    sandbox: Callable[[], Sandbox],
    recordings: Recordings,
) -> list[Score]:
    """Score responses: one batch runs all of them, and one the tests of all of them.

    A batch before these records the calls of tasks that `recordings` has not seen.

    Raises:
        SandboxError: A fault of ours.
    """
    scores: list[Score | None] = [None] * len(tasks)
    found: list[tuple[int, str]] = []
    for place, (task, response) in enumerate(zip(tasks, responses, strict=True)):
        program = extract_program(response, task.reference["entry"])
        if program.problem:
            parts = {"correct": 0.0, "public": 0.0}
            scores[place] = Score(0.0, "unparsable", parts, program.problem)
        else:
            found.append((place, program.source))
    if found:
        _judge(tasks, found, scores, sandbox(), recordings)
    return [score for score in scores if score is not None]


def _judge(
    tasks: Sequence[Task],
    found: Sequence[tuple[int, str]],
    scores: list[Score | None],
    sandbox: Sandbox,
    recordings: Recordings,
) -> None:
    known = recordings.of([tasks[place].reference for place, _ in found], sandbox)
    judged: list[tuple[int, str, Recording]] = []
    for (place, source), recording in zip(found, known, strict=True):
        if recording.problem:
            text = f"This task cannot be judged: {recording.problem}."
            scores[place] = Score(0.0, "error", {"correct": 0.0, "public": 0.0}, text)
        else:
            judged.append((place, source, recording))
    called = call_batch(
        sandbox,
        [_submitted(tasks[place].reference, source, one) for place, source, one in judged],
    )
    claims = [
        _claims(recording, done) for (_, _, recording), done in zip(judged, called, strict=True)
    ]
    checks = [
        job_of("check", tasks[place].reference, recording.calls, own, limits=recording.limits)
        for (place, _, recording), own in zip(judged, claims, strict=True)
    ]
    verdicts = call_batch(sandbox, checks)
    for (place, _, recording), done, verdict in zip(judged, called, verdicts, strict=True):
        passed = _passed(verdict.results[0], len(recording.calls))
        scores[place] = _score(tasks[place].reference, recording, done, passed)


def _submitted(reference: Json, source: str, recording: Recording) -> Call:
    given = [one for test in recording.given for one in test]
    as_text = any(type(one) is str for one in given)
    return call_of(
        source,
        reference["entry"],
        given,
        context=reference["context"],
        setup=reference["setup"] if as_text else "",
        limits=recording.limits,
    )


def _claims(recording: Recording, done: Calls) -> list[list[Json]]:
    """Return for each call of each test what the submission claims, in a list, or an empty one."""
    results = iter(done.results)
    return [
        [[one.value] if (one := next(results)).status == "ok" else [] for _ in test]
        for test in recording.calls
    ]


def _passed(verdict: CallResult, count: int) -> list[bool]:
    """Return whether each test passed; none did if the claims made the tests run out of limits."""
    value = verdict.value
    if verdict.status != "ok" or type(value) is not list or len(value) != count:
        return [False] * count
    return [one is True for one in value]


def _score(reference: Json, recording: Recording, done: Calls, passed: list[bool]) -> Score:
    """The verdict; what is said of it depends on nothing but the public tests and the verdict."""
    if all(passed):
        return _PASS
    count = reference["public"]
    public = passed[:count]
    share = sum(public) / count if count else 0.0
    parts = {"correct": 0.0, "public": share}
    status: Status = "timeout" if done.executions[0].status == "timeout" else "fail"
    if all(public):
        text = "All public tests passed, but a hidden test failed." if count else "A test failed."
        return Score(0.0, status, parts, text, final=True)
    place = public.index(False)
    first = sum(len(test) for test in recording.calls[:place])
    said = _said(done.results[first])
    text = f"Public test {place + 1} of {count} failed: {reference['tests'][place][:_SHOWN]}"
    return Score(0.0, status, parts, f"{text}\nHere `{reference['entry']}` {said}.")


def _said(result: CallResult) -> str:
    if result.status == "ok":
        try:
            text = written(canonical(result.value))
        except (NotALiteralError, RecursionError):
            return "returned no value"
        return f"returned {text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}"
    if result.status == "exception":
        return f"raised {describe(result.error)}"
    return "ran out of time" if result.status == "timeout" else "gave no result"

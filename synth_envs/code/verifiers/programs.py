"""Whether a program passes its tests: for tasks that ask for a function or a whole program.

`Task.reference` is {"kind": "function" | "program", "entry", "public", "hidden", "solution"} and,
for pairs of floats, "tolerance". A test is a pair of arguments and the expected value or, for a
program, of [standard input] and standard output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandboxes import Sandbox
from synth_envs.code.extract import extract_program
from synth_envs.code.grading import Example, Graded, describe, grade_calls, grade_programs
from synth_envs.core import Json, Score, Status, Task

__all__ = ["verify_programs"]

_PASS = Score(
    1.0, "pass", {"correct": 1.0, "public": 1.0}, "Correct: all tests passed.", final=True
)


def verify_programs(
    tasks: Sequence[Task], responses: Sequence[str], sandbox: Callable[[], Sandbox]
) -> list[Score]:
    """Score responses; all of them run in one batch (whole programs in two: public tests first).

    Raises:
        SandboxError: A fault of ours.
    """
    scores: list[Score | None] = [None] * len(tasks)
    functions: list[tuple[int, str]] = []
    programs: list[tuple[int, str]] = []
    for place, (task, response) in enumerate(zip(tasks, responses, strict=True)):
        reference = task.reference
        whole = reference["kind"] == "program"
        found = extract_program(response, None if whole else reference["entry"])
        if found.problem:
            scores[place] = _unparsable(found.problem)
        else:
            (programs if whole else functions).append((place, found.source))
    if functions:
        _functions(tasks, functions, scores, sandbox())
    if programs:
        _programs(tasks, programs, scores, sandbox())
    return [score for score in scores if score is not None]


def _unparsable(problem: str) -> Score:
    return Score(0.0, "unparsable", {"correct": 0.0, "public": 0.0}, problem)


def _tests(reference: Json, which: str) -> list[Example]:
    return [Example(given, expected) for given, expected in reference[which]]


def _functions(
    tasks: Sequence[Task],
    found: Sequence[tuple[int, str]],
    scores: list[Score | None],
    sandbox: Sandbox,
) -> None:
    tolerances = sorted({tasks[place].reference.get("tolerance", 0.0) for place, _ in found})
    for tolerance in tolerances:  # nearly always one
        own = [
            (place, source)
            for place, source in found
            if tasks[place].reference.get("tolerance", 0.0) == tolerance
        ]
        submissions = []
        for place, source in own:
            reference = tasks[place].reference
            tests = _tests(reference, "public") + _tests(reference, "hidden")
            submissions.append((source, reference["entry"], tests))
        graded = grade_calls(sandbox, submissions, tolerance=tolerance)
        for (place, _), one in zip(own, graded, strict=True):
            scores[place] = _score(tasks[place].reference, one)


def _programs(
    tasks: Sequence[Task],
    found: Sequence[tuple[int, str]],
    scores: list[Score | None],
    sandbox: Sandbox,
) -> None:
    """A process for each test: the others are only for programs that pass the first one."""
    tests = {}
    for place, _ in found:
        reference = tasks[place].reference
        tests[place] = _tests(reference, "public") + _tests(reference, "hidden")
    first = grade_programs(sandbox, [(source, tests[place][:1]) for place, source in found])
    alive = [one.all_passed for one in first]
    rest = [
        (source, tests[place][1:] if ok else [])
        for (place, source), ok in zip(found, alive, strict=True)
    ]
    more = grade_programs(sandbox, rest)
    for (place, _), one, two, ok in zip(found, first, more, alive, strict=True):
        failed = len(tests[place]) - 1 if not ok else 0
        graded = Graded(
            one.passed + two.passed + (False,) * failed,
            one.got + two.got + ("was not run",) * failed,
            one.limit or two.limit,
        )
        scores[place] = _score(tasks[place].reference, graded)


def _score(reference: Json, graded: Graded) -> Score:
    """The verdict; what is said of it depends on nothing but the public tests and the verdict."""
    count = len(reference["public"])
    public = graded.passed[:count]
    if graded.all_passed and len(graded.passed) > count:
        return _PASS
    share = sum(public) / count if count else 0.0
    parts = {"correct": 0.0, "public": share}
    status: Status = "timeout" if graded.limit == "timeout" else "fail"
    if all(public):
        text = "All public tests passed, but a hidden test failed." if count else "A test failed."
        return Score(0.0, status, parts, text, final=True)
    place = public.index(False)
    given, expected = reference["public"][place]
    if reference["kind"] == "program":
        said = f"with the input {describe(given[0])}, the program {graded.got[place]}"
        wanted = f"expected the output {describe(expected)}"
    else:
        inner = ", ".join(describe(one) for one in given)
        said = f"{reference['entry']}({inner}) {graded.got[place]}"
        wanted = f"expected {describe(expected)}"
    text = f"Public test {place + 1} of {count} failed: {said}; {wanted}."
    return Score(0.0, status, parts, text)

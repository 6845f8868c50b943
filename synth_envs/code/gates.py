"""The gates that a problem passes before it becomes a task, each with a named reason.

References, their second opinions and mutants run in the sandbox, a whole batch of problems at a
time. The hidden tests are chosen so that they tell the reference from
every mutant and every trivial solver that any of the problem's inputs tells apart.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sandboxes import Limits, Sandbox, call_batch
from sandboxes.calls import Call, Calls
from sandboxes.values import same_value
from synth_envs.code.extract import parse_source
from synth_envs.code.grading import Example
from synth_envs.code.mutants import mutants
from synth_envs.code.problems import Problem
from synth_envs.core import Json

__all__ = ["REASONS", "Accepted", "Rejected", "examine"]

#: Why a problem is rejected, in the order in which the gates stand.
REASONS = (
    "parse",
    "forbidden",
    "reference_fails",
    "nondeterministic",
    "bounds",
    "disagree",
    "degenerate",
    "trivial",
    "weak_tests",
)
_MODULES = {
    "bisect",
    "collections",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "string",
}
_NAMES = {"eval", "exec", "open", "input", "compile", "globals", "locals", "vars", "id", "hash"}
#: At least so many hidden tests, and at most.
_LEAST_HIDDEN, _MOST_HIDDEN = 8, 20
_MOST_MUTANTS = 24
#: The longest output of a test, as JSON.
_MOST_OUTPUT = 2_000
#: Of the mutants that any input can tell from the reference, the tests must tell so many; of all
#: mutants (some mean the same as the reference), so many.
_LEAST_KILLED, _LEAST_KILLED_OF_ALL = 0.95, 0.6
_REFERENCE = Limits(cpu_s=2.0, memory_mb=256)
_CHECKED = """
def checked_{entry}(*arguments):
    import copy
    before = copy.deepcopy(arguments)
    value = {entry}(*arguments)
    if arguments != before:
        raise ValueError("the arguments were changed")
    return value
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A problem with its tests.

    Attributes:
        problem: The problem.
        public: Tests that are shown.
        hidden: Tests that decide.
        killed: The share of all mutants that the hidden tests tell from the reference.
        killable: The share of them that any input does.
        cpu_s: Processor seconds of the reference on all inputs.
    """

    problem: Problem
    public: tuple[Example, ...]
    hidden: tuple[Example, ...]
    killed: float
    killable: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A problem that a gate stopped.

    Attributes:
        problem: The problem.
        reason: One of `REASONS`.
        detail: More of it, for whoever writes the template.
    """

    problem: Problem
    reason: str
    detail: str = ""


Outcome: TypeAlias = Accepted | Rejected


def examine(problems: Sequence[Problem], sandbox: Sandbox, other: Sandbox) -> list[Outcome]:
    """Take problems through all gates.

    Args:
        problems: The problems.
        sandbox: Where everything runs.
        other: One with another hash seed, where references run once more.

    Raises:
        SandboxError: A fault of ours.
    """
    outcomes: list[Outcome | None] = [_read(problem) for problem in problems]
    rest = [place for place, outcome in enumerate(outcomes) if outcome is None]
    runs = _run_references([problems[place] for place in rest], sandbox, other)
    work: list[tuple[int, list[Json], float]] = []
    for place, (again, elsewhere, second, checked) in zip(rest, runs, strict=True):
        outcomes[place] = _compare(problems[place], again, elsewhere, second, checked)
        if outcomes[place] is None:
            values = [one.value for one in again.results]
            work.append((place, values, again.executions[0].cpu_s))
    if work:
        for place, outcome in _choose_all(problems, work, sandbox):
            outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _read(problem: Problem) -> Rejected | None:
    """The gates that only read."""
    for source in (problem.source, problem.second):
        tree = parse_source(source)
        if tree is None or not any(
            isinstance(one, ast.FunctionDef) and one.name == problem.entry for one in tree.body
        ):
            return Rejected(problem, "parse", f"it does not define {problem.entry}")
        for node in ast.walk(tree):
            if bad := _forbidden(node):
                return Rejected(problem, "forbidden", bad)
    return None


def _forbidden(node: ast.AST) -> str:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [one.name for one in node.names if one.name not in _MODULES]
    elif isinstance(node, ast.ImportFrom):
        names = [] if node.module in _MODULES else [str(node.module)]
    elif isinstance(node, ast.Name) and (node.id in _NAMES or node.id.startswith("__")):
        names = [node.id]
    elif isinstance(node, ast.Attribute) and node.attr.startswith("__"):
        names = [node.attr]
    return ", ".join(names)


def _run_references(
    problems: Sequence[Problem], sandbox: Sandbox, other: Sandbox
) -> list[tuple[Calls, Calls, Calls, Calls]]:
    here: list[Call] = []
    there: list[Call] = []
    for one in problems:
        checked = one.source + _CHECKED.format(entry=one.entry)
        here += [
            Call(one.source, one.entry, one.inputs, limits=_REFERENCE),
            Call(one.second, one.entry, one.inputs, limits=_REFERENCE),
            Call(checked, f"checked_{one.entry}", one.inputs, limits=_REFERENCE),
        ]
        there.append(Call(one.source, one.entry, one.inputs, limits=_REFERENCE))
    first, elsewhere = iter(call_batch(sandbox, here)), call_batch(other, there)
    return [(next(first), there_too, next(first), next(first)) for there_too in elsewhere]


def _agree(one: Calls, two: Calls) -> bool:
    return all(
        a.status == b.status == "ok" and same_value(a.value, b.value)
        for a, b in zip(one.results, two.results, strict=True)
    )


def _compare(
    problem: Problem, again: Calls, elsewhere: Calls, second: Calls, checked: Calls
) -> Rejected | None:
    """The gates that look at what references returned."""
    bad = next((one for one in again.results if one.status != "ok"), None)
    if bad is not None:
        return Rejected(problem, "reference_fails", f"{bad.status} {bad.error}")
    if not _agree(again, elsewhere) or not _agree(again, checked):
        wrong = next((one.error for one in checked.results if one.error), "it depends on hashing")
        return Rejected(problem, "nondeterministic", wrong)
    texts = [json.dumps(one.value) for one in again.results]
    if max(map(len, texts)) > _MOST_OUTPUT:
        return Rejected(problem, "bounds", f"an output of {max(map(len, texts))} characters")
    if again.executions[0].cpu_s > _REFERENCE.cpu_s / 2:
        return Rejected(problem, "bounds", f"{again.executions[0].cpu_s:.2f} s on its inputs")
    for place, (a, b) in enumerate(zip(again.results, second.results, strict=True)):
        if b.status != "ok" or not same_value(a.value, b.value):
            said = f"{problem.inputs[place]!r}: {a.value!r} and {b.status} {b.value!r} {b.error}"
            return Rejected(problem, "disagree", said[:500])
    counts = Counter(texts)
    few = len(counts) < 5
    if len(counts) < 2 or (few and min(counts.values()) < len(texts) / 10):
        return Rejected(problem, "degenerate", f"{len(counts)} different outputs")
    return None


def _solvers(problem: Problem, values: Sequence[Json]) -> list[Callable[..., Json]]:
    """Functions that solve nothing, but answer. They are ours, so they need no sandbox."""
    texts = [json.dumps(value) for value in values]
    common = json.loads(max(texts, key=texts.count))
    shown = {
        json.dumps(problem.inputs[place]): values[place]
        for place in range(min(problem.public, len(values)))
    }
    constants: list[Json] = [common, None, 0, 1, -1, "", [], True, False]
    found = [_constantly(constant) for constant in constants]
    found += [_argument(place) for place in range(len(problem.parameters))]
    functions: list[Callable[[Json], Json]] = [len, sum, max, min, sorted, str, _reversed]
    found += [_of_first(function) for function in functions]
    found.append(lambda *given: shown.get(json.dumps(given), common))
    return found


def _constantly(value: Json) -> Callable[..., Json]:
    return lambda *_: value


def _argument(place: int) -> Callable[..., Json]:
    return lambda *given: given[place]


def _of_first(function: Callable[[Json], Json]) -> Callable[..., Json]:
    return lambda first, *_: function(first)


def _reversed(value: Json) -> Json:
    return value[::-1]


def _fooled(problem: Problem, values: Sequence[Json]) -> list[frozenset[int]]:
    """Return for each trivial solver the places of the inputs on which it is wrong."""
    fails = []
    for solver in _solvers(problem, values):
        wrong = set()
        for place, (given, value) in enumerate(zip(problem.inputs, values, strict=True)):
            try:
                right = same_value(solver(*given), value)
            except (TypeError, ValueError, IndexError, KeyError):
                right = False
            if not right:
                wrong.add(place)
        fails.append(frozenset(wrong))
    return fails


def _choose_all(
    problems: Sequence[Problem], work: Sequence[tuple[int, list[Json], float]], sandbox: Sandbox
) -> list[tuple[int, Outcome]]:
    """Run the mutants of all problems in one batch, and choose the tests."""
    calls: list[Call] = []
    counts = []
    for place, _, cpu_s in work:
        problem = problems[place]
        changed = mutants(problem.source)
        step = max(1, -(-len(changed) // _MOST_MUTANTS))
        limits = Limits(cpu_s=max(0.08, 8 * cpu_s), wall_s=3.0, memory_mb=128)
        each = max(0.015, 4 * cpu_s)
        calls += [
            Call(one.source, problem.entry, problem.inputs, each, limits=limits)
            for one in changed[::step]
        ]
        counts.append(len(changed[::step]))
    done = iter(call_batch(sandbox, calls))
    outcomes: list[tuple[int, Outcome]] = []
    for (place, values, cpu_s), count in zip(work, counts, strict=True):
        fails = [_fails(next(done), values) for _ in range(count)]
        trivial = _fooled(problems[place], values)
        outcomes.append((place, _choose(problems[place], values, fails, trivial, cpu_s)))
    return outcomes


def _fails(done: Calls, values: Sequence[Json]) -> frozenset[int]:
    """Return the places of the inputs on which a program is wrong.

    Where it was ended, only the input at which it was ended counts: on those that would have come
    after it the program may be right.
    """
    fails = set()
    for place, (one, value) in enumerate(zip(done.results, values, strict=True)):
        if one.status != "ok" or not same_value(one.value, value):
            fails.add(place)
        if one.status == "missing":
            break
    return frozenset(fails)


def _choose(
    problem: Problem,
    values: Sequence[Json],
    changed: Sequence[frozenset[int]],
    trivial: Sequence[frozenset[int]],
    cpu_s: float,
) -> Outcome:
    """Choose hidden tests, greedily, until they tell the reference from all that can be told."""
    candidates = range(problem.public, len(problem.inputs))
    left = dict(enumerate((*trivial, *changed)))
    able = {place: fails for place, fails in left.items() if fails & set(candidates)}
    if any(place not in able for place in range(len(trivial))):
        return Rejected(problem, "trivial", "a program that solves nothing passes on every input")
    chosen: list[int] = []
    todo = dict(able)
    while todo and len(chosen) < _MOST_HIDDEN:
        best = max(candidates, key=lambda place: sum(place in fails for fails in todo.values()))
        chosen.append(best)
        todo = {place: fails for place, fails in todo.items() if best not in fails}
    spare = [place for place in candidates if place not in chosen]
    missing = max(0, _LEAST_HIDDEN - len(chosen))
    if missing and spare:
        chosen += spare[:: max(1, len(spare) // missing)][:missing]
    hidden = sorted(chosen)
    killed = sum(bool(fails & set(hidden)) for fails in changed)
    killable = sum(bool(fails) for fails in changed)
    if any(not fails & set(hidden) for fails in trivial):
        return Rejected(problem, "trivial", "a program that solves nothing passes the tests")
    share = killed / max(1, len(changed))
    if killed < _LEAST_KILLED * killable or share < _LEAST_KILLED_OF_ALL:
        return Rejected(problem, "weak_tests", f"{killed} of {len(changed)} mutants are found")

    def examples(places: Sequence[int]) -> tuple[Example, ...]:
        return tuple(Example(problem.inputs[place], values[place]) for place in places)

    return Accepted(
        problem,
        examples(range(problem.public)),
        examples(hidden),
        share,
        killable / max(1, len(changed)),
        cpu_s,
    )

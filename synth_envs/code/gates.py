"""The gates that a problem passes before it becomes a task, each with a named reason.

References, second opinions and mutants run in the sandbox, a whole batch of problems at a time.
The hidden tests are chosen so that they tell the reference from every mutant and every trivial
solver that any of the problem's inputs tells apart. Nothing depends on a clock: steps are counted.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sandboxes import Limits, Sandbox, call_batch
from sandboxes.calls import Call, Calls
from sandboxes.values import same_value
from synth_envs.code.extract import parse_source
from synth_envs.code.grading import Example
from synth_envs.code.mutants import Mutant, mutants
from synth_envs.code.problems import Problem
from synth_envs.code.trials import Job, Trial, run_trials
from synth_envs.code.trivial import fooled, guesses, trivial_solvers
from synth_envs.core import Json

__all__ = ["REASONS", "Accepted", "Outcome", "Rejected", "Tried", "examine"]

#: Why a problem is rejected, in the order in which the gates stand.
REASONS = (
    "parse",
    "forbidden",
    "reference_fails",
    "bounds",
    "degenerate",
    "nondeterministic",
    "disagree",
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
_LIMITS = Limits(cpu_s=4.0, memory_mb=256)
#: A public example like another one teaches nothing; so far is looked for a better one.
_LOOK_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant that was run.

    Attributes:
        mutant: The mutant.
        fails: The places of the problem's inputs on which it does not do what the reference does.
        odd: Whether it also fails on one of the `trivial.guesses`.
    """

    mutant: Mutant
    fails: frozenset[int]
    odd: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """A problem with its outputs and tests.

    Attributes:
        problem: The problem.
        values: The reference's output for each of the problem's inputs.
        shown: The places of the inputs that are public tests.
        chosen: The places of those that are hidden tests.
        killed: The share of all mutants that the hidden tests tell from the reference.
        killable: The share of them that any input does.
        mutants: The mutants.
        probed: What the reference returns for the `trivial.guesses` on which it does not fail.
        steps: Loop iterations and calls of the reference on each input.
    """

    problem: Problem
    values: tuple[Json, ...]
    shown: tuple[int, ...]
    chosen: tuple[int, ...]
    killed: float
    killable: float
    mutants: tuple[Tried, ...]
    probed: tuple[Json, ...]
    steps: tuple[int, ...]

    def examples(self, places: Sequence[int]) -> tuple[Example, ...]:
        """Return the tests at these places."""
        return tuple(Example(self.problem.inputs[place], self.values[place]) for place in places)

    @property
    def public(self) -> tuple[Example, ...]:
        """The tests that are shown."""
        return self.examples(self.shown)

    @property
    def hidden(self) -> tuple[Example, ...]:
        """The tests that decide."""
        return self.examples(self.chosen)


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
    changed = {place: mutants(problems[place].source, _MOST_MUTANTS) for place in rest}
    jobs = [_job(problems[place], changed[place]) for place in rest]
    tried = dict(zip(rest, run_trials(sandbox, jobs), strict=True))
    for place in rest:
        outcomes[place] = _alone(problems[place], tried[place])
    rest = [place for place in rest if outcomes[place] is None]
    asked = [place for place in rest if problems[place].answers is None]
    seconds = call_batch(sandbox, [_call(problems[place], "second") for place in asked])
    opinions = dict(zip(asked, seconds, strict=True))
    elsewhere = call_batch(other, [_call(problems[place], "source") for place in rest])
    for place, there in zip(rest, elsewhere, strict=True):
        outcomes[place] = _together(
            problems[place], tried[place], there, opinions.get(place)
        ) or _choose(problems[place], tried[place], changed[place])
    return [outcome for outcome in outcomes if outcome is not None]


def _read(problem: Problem) -> Rejected | None:
    """The gates that only read."""
    sources = [problem.source] if problem.answers is not None else [problem.source, problem.second]
    for source in sources:
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


def _call(problem: Problem, which: str) -> Call:
    return Call(getattr(problem, which), problem.entry, problem.inputs, limits=_LIMITS)


def _job(problem: Problem, changed: Sequence[Mutant]) -> Job:
    # The reference once more among its mutants: it must do the same again.
    programs = [problem.source, problem.source, *(one.source for one in changed)]
    return Job(problem.entry, programs, problem.inputs, guesses(problem.parameters))


def _alone(problem: Problem, tried: Trial) -> Rejected | None:
    """The gates that look at the reference alone."""
    if tried.wrong:
        kind, _, detail = tried.wrong.partition(": ")
        reasons = {"changed": "nondeterministic", "fails": "reference_fails"}
        return Rejected(problem, reasons.get(kind, kind), detail)
    texts = [json.dumps(value, sort_keys=True) for value in tried.values]
    if max(map(len, texts)) > _MOST_OUTPUT:
        return Rejected(problem, "bounds", f"an output of {max(map(len, texts))} characters")
    counts = Counter(texts)
    few = len(counts) < 5
    if len(counts) < 2 or (few and min(counts.values()) < len(texts) / 10):
        return Rejected(problem, "degenerate", f"{len(counts)} different outputs")
    return None


def _together(
    problem: Problem, tried: Trial, there: Calls, second: Calls | None
) -> Rejected | None:
    """The gates that compare the reference with itself elsewhere and with the second opinion."""
    again = tried.fails[0]
    if again is None or again[0]:
        return Rejected(problem, "nondeterministic", "a second run gives something else")
    for given, here, elsewhere in zip(problem.inputs, tried.values, there.results, strict=True):
        if elsewhere.status != "ok" or not same_value(here, elsewhere.value):
            said = f"{given!r}: {here!r} here and {elsewhere.value!r} under another hash seed"
            return Rejected(problem, "nondeterministic", said[:500])
    if problem.answers is not None:
        opinions = [("ok", value, "") for value in problem.answers]
    else:
        results = second.results if second is not None else ()
        opinions = [(one.status, one.value, one.error) for one in results]
    for given, value, (status, again, error) in zip(
        problem.inputs, tried.values, opinions, strict=True
    ):
        if status != "ok" or not same_value(value, again):
            said = f"{given!r}: {value!r} and {status} {again!r} {error}"
            return Rejected(problem, "disagree", said[:500])
    return None


def _telling(problem: Problem, texts: Sequence[str]) -> list[int]:
    """Return the places of the public examples, with different outputs as far as that goes."""
    shown: list[int] = []
    spare = list(range(problem.public, min(_LOOK_AHEAD, len(texts))))
    for place in range(problem.public):
        known = {texts[one] for one in shown}
        better = next((one for one in spare if texts[one] not in known), None)
        if texts[place] in known and better is not None:
            spare.remove(better)
            shown.append(better)
        else:
            shown.append(place)
    return shown


def _choose(problem: Problem, tried: Trial, changed: Sequence[Mutant]) -> Outcome:
    """Choose hidden tests, greedily, until they tell the reference from all that can be told."""
    values = tried.values
    shown = _telling(problem, [json.dumps(value, sort_keys=True) for value in values])
    candidates = [place for place in range(len(values)) if place not in shown]
    ended = [
        Tried(one, frozenset(found[0]), bool(found[1]))
        for one, found in zip(changed, tried.fails[1:], strict=True)
        if found is not None
    ]
    fails = [one.fails for one in ended]
    trivial = [
        fooled(solver, problem.inputs, values)
        for solver in trivial_solvers(problem.inputs, values, shown)
    ]
    if any(wrong.isdisjoint(candidates) for wrong in trivial):
        return Rejected(problem, "trivial", "a program that solves nothing passes on every input")
    todo = [wrong for wrong in (*trivial, *fails) if not wrong.isdisjoint(candidates)]
    chosen: list[int] = []
    while todo and len(chosen) < _MOST_HIDDEN:
        counts = Counter(place for wrong in todo for place in wrong)
        best = max(candidates, key=lambda place: counts[place])
        chosen.append(best)
        todo = [wrong for wrong in todo if best not in wrong]
    spare = [place for place in candidates if place not in chosen]
    missing = max(0, _LEAST_HIDDEN - len(chosen))
    if missing and spare:
        chosen += spare[:: max(1, len(spare) // missing)][:missing]
    killed = sum(not wrong.isdisjoint(chosen) for wrong in fails)
    killable = sum(bool(wrong) for wrong in fails)
    if any(wrong.isdisjoint(chosen) for wrong in trivial):
        return Rejected(problem, "trivial", "a program that solves nothing passes the tests")
    share = killed / max(1, len(fails))
    if killed < _LEAST_KILLED * killable or share < _LEAST_KILLED_OF_ALL:
        return Rejected(problem, "weak_tests", f"{killed} of {len(fails)} mutants are found")
    return Accepted(
        problem,
        tuple(values),
        tuple(shown),
        tuple(sorted(chosen)),
        share,
        killable / max(1, len(fails)),
        tuple(ended),
        tuple(one[0] for one in tried.probed if one is not None),
        tuple(tried.steps),
    )

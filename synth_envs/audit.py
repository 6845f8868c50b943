"""The audit of a task family: what must hold before anyone may trust its rewards.

`audit_family` runs on any `Family`, so a new one gets its adversarial tests for free. It is what
`synth-envs check` and the test suite run.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from synth_envs.core import Task
from synth_envs.families import Family, FamilyMix
from synth_envs.hostile import hostile_responses
from synth_envs.seeding import SPLITS, TaskRandom, task_rng

__all__ = [
    "DIFFICULTIES",
    "SENSELESS",
    "Finding",
    "audit_family",
    "misread",
    "weak_success",
]

DIFFICULTIES = (0.0, 0.5, 1.0)
# What a solver may raise on a prompt that a misreading has made senseless.
SENSELESS = (ArithmeticError, LookupError, ValueError, TypeError, StopIteration, RuntimeError)

# Answers given without reading the task. Each must stay within the family's chance.
_CONSTANTS = (
    "", " ", "0", "1", "2", "10", "-1", "A", "a", "x", "Yes", "No", "True", "False", "None",
    "[]", "{}", "()", "0, 0", "1, 1", "1, 2, 3", "A, B, C", "0 0", "42", "100", "1/2", "12:00",
    "I don't know", "The answer is",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One violated requirement: which check, and an example that shows it."""

    check: str
    detail: str


def audit_family(family: Family, tasks_per_level: int = 100, seed: int = 0) -> list[Finding]:
    """Audit one family at three difficulties.

    Args:
        family: What to audit.
        tasks_per_level: How many tasks to draw at each difficulty.
        seed: The stream to draw from.

    Returns:
        The violations, at most one for each check and level; empty when the family is sound.
    """
    source = FamilyMix([family])
    findings: list[Finding] = []
    for level in DIFFICULTIES:
        tasks = [source.task(seed, i, "all", level) for i in range(tasks_per_level)]
        for check in _CHECKS:
            detail = next(check(family, tasks, level), None)
            if detail is not None:
                name = check.__name__.lstrip("_").replace("_", " ")
                findings.append(Finding(name, f"difficulty {level:g}: {detail}"))
    return findings


def _deterministic(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    source = FamilyMix([family])
    for index, task in enumerate(tasks[:20]):
        if Task.from_json(task.to_json()) != task:
            yield f"JSON does not round-trip: {task.prompt!r}"
        once, again = (source.task(7, index, "all", level) for _ in range(2))
        if once != again:
            yield f"one stream, two tasks: {once.prompt!r} and {again.prompt!r}"


def _one_reference(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    first: dict[bytes, Task] = {}
    for task in tasks:
        other = first.setdefault(task.digest, task)
        if family(task, family.oracle(other)).value != 1.0:
            yield f"one prompt, two answers: {task.prompt!r}"


def _distinct(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del family, level
    share = len({task.digest for task in tasks}) / len(tasks)
    if share < 0.5:
        yield f"only {share:.0%} of the tasks are distinct"


def _splits(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del tasks
    for split in SPLITS:
        try:
            FamilyMix([family]).task(1, 0, split, level)
        except RuntimeError as error:
            yield str(error)


def _benign_formats(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    for task in tasks:
        for name, text in family.benign(task).items():
            score = family(task, text)
            if score.value != 1.0 or score.status != "pass":
                yield f"the reference as {name} scores {score}: {text!r} for {task.prompt!r}"


def _independent_solver(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    for task in tasks if family.solved else ():
        answer = family.solve(task.prompt)
        if family(task, answer).value != 1.0:
            yield f"solver says {answer!r}, reference {family.oracle(task)!r} for {task.prompt!r}"


def _constant_answers(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    for answer in _CONSTANTS:
        yield from _above_chance(family, tasks, f"constant {answer!r}", [answer] * len(tasks))


def _echo(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    for task in tasks:
        for text in (task.prompt, f"The answer is {task.prompt}", f"\\boxed{{{task.prompt}}}"):
            if family(task, text).value > 0:
                yield f"echoing the prompt pays: {text!r}"


def _other_answers(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    answers = [family.oracle(task) for task in tasks]
    for shift in (1, len(tasks) // 3, len(tasks) // 2):
        rotated = answers[shift:] + answers[:shift]
        yield from _above_chance(family, tasks, "another task's answer", rotated)


def _most_common_answer(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    answers = [family.oracle(task) for task in tasks]
    common = max(sorted(set(answers)), key=answers.count)
    what = f"the commonest answer {common!r}"
    yield from _above_chance(family, tasks, what, [common] * len(tasks), allowance=1)


def _above_chance(
    family: Family, tasks: list[Task], what: str, responses: list[str], allowance: int = 0
) -> Iterator[str]:
    total = sum(score.value for score in family.verify_batch(tasks, responses))
    if total > most_by_chance(len(tasks), family.chance) + allowance:
        mean = total / len(tasks)
        yield f"{what} scores {mean:.3f} on average; the stated chance is {family.chance}"


def most_by_chance(n: int, chance: float) -> int:
    """How many of n guesses may be right before chance explains it with less than 1 in 1000."""
    probability = tail = (1 - chance) ** n
    hits = 0
    while 1 - tail > 1e-3:
        hits += 1
        probability *= (n - hits + 1) / hits * chance / (1 - chance)
        tail += probability
    return hits


def _cheats(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    for task in tasks[: family.cheated]:
        texts = family.cheats(task)
        scores = family.verify_batch([task] * len(texts), texts)
        for text, score in zip(texts, scores, strict=True):
            if score.value > 0:
                yield f"a known cheat pays: {text!r} for {task.prompt!r}"


def _hostile(family: Family, tasks: list[Task], level: float) -> Iterator[str]:
    del level
    with tempfile.TemporaryDirectory() as folder:
        marker = Path(folder) / "marker"
        for name, text in hostile_responses(os.fspath(marker)).items():
            took: list[float] = []
            while len(took) < 3:  # the fastest of three, so that a busy machine is not a finding
                start = time.perf_counter()
                score = family(tasks[0], text)
                took.append(time.perf_counter() - start)
                if took[-1] <= family.hostile_seconds:
                    break
            if score.value > 0:
                yield f"hostile response {name!r} pays"
            if score.status == "error":
                yield f"hostile response {name!r} counts as a fault of ours"
            if min(took) > family.hostile_seconds:
                yield f"hostile response {name!r} takes {min(took) * 1000:.0f} ms"
        if marker.exists():
            yield "a hostile response ran code"


_CHECKS: tuple[Callable[[Family, list[Task], float], Iterator[str]], ...] = (
    _deterministic,
    _one_reference,
    _distinct,
    _splits,
    _benign_formats,
    _independent_solver,
    _constant_answers,
    _echo,
    _other_answers,
    _most_common_answer,
    _cheats,
    _hostile,
)

_TOKEN = re.compile(r"[0-9]|\b[A-Z][a-z]*\b|[+*/<>^-]")


def misread(prompt: str, rng: TaskRandom, rate: float = 0.02) -> str:
    """The prompt as a careless reader sees it: each digit, name and operator may be swapped.

    A digit becomes another digit, a capitalised word another one of the prompt, an operator
    another operator, each with probability `rate`.
    """
    words = sorted(set(re.findall(r"\b[A-Z][a-z]*\b", prompt)))

    def swap(match: re.Match[str]) -> str:
        if rng.random() >= rate:
            return match[0]
        if match[0].isdigit():
            return str((int(match[0]) + 1 + rng.randrange(9)) % 10)
        return rng.choice(words) if match[0].isalpha() else rng.choice("+-*/<>")

    return _TOKEN.sub(swap, prompt)


def weak_success(family: Family, difficulty: float, n: int = 200, seed: int = 5) -> float:
    """The mean score of a fixed weak solver, which must do worse as difficulty rises.

    It is the family's own solver, behind a careless reader if it solves every task: that one errs
    more the more there is to read.
    """
    source = FamilyMix([family])
    total = 0.0
    for index in range(n):
        task = source.task(seed, index, "all", difficulty)
        prompt = task.prompt
        if family.solved:
            prompt = misread(prompt, task_rng(seed, "all", index, "misread"))
        try:
            answer = family.solve(prompt)
        except SENSELESS:
            continue
        total += family(task, answer).value
    return total / n

"""Mend a program that does not do what its specification says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sandboxes import Limits
from synth_envs.code.benign import program_formats
from synth_envs.code.cheats import program_cheats
from synth_envs.code.domain import ranges_of
from synth_envs.code.gates import Accepted, Tried
from synth_envs.code.grading import Example, grade_calls
from synth_envs.code.modes.base import PROGRAMS, CodeMode, Draw, sandbox
from synth_envs.code.modes.induction import as_pair
from synth_envs.code.mutants import OPERATORS, mutants
from synth_envs.code.prompts import constraints, examples_block, fenced
from synth_envs.code.splice import spliced
from synth_envs.code.verifiers.programs import verify_programs
from synth_envs.core import Score, Task

__all__ = ["Repair"]

_LEAD = (
    "This program has a bug. Mend it.",
    "The following function does not always do what it should. Correct it.",
    "Find and fix what is wrong with this function.",
)
_LEAD_TWO = (
    "This program has two bugs. Mend them.",
    "Two things are wrong with the following function. Correct them.",
)
_ASK = "Answer with the whole corrected program in one ```python block. Hidden tests decide."
_LIMITS = Limits(cpu_s=0.3, memory_mb=256)
#: The share of programs with two mistakes at difficulty 1; it grows with the square.
_TWICE = 0.6


class Repair(CodeMode):
    """Fix a mutated program."""

    family: ClassVar[str] = "repair"
    schema = PROGRAMS
    cheated: ClassVar[int] = 2

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Break each program once or twice; those broken twice are tried in one batch."""
        broken = [_broken(accepted, draw) for accepted, draw in made]
        twice = [place for place, one in enumerate(broken) if one and len(one.operators) > 1]
        graded = grade_calls(
            sandbox(),
            [_submission(made[place][0], broken[place]) for place in twice],
            limits=_LIMITS,
        )
        mended = {place for place, one in zip(twice, graded, strict=True) if one.all_passed}
        return [
            "unbroken" if one is None or place in mended else self._build(accepted, draw, one)
            for place, ((accepted, draw), one) in enumerate(zip(made, broken, strict=True))
        ]

    def _build(self, accepted: Accepted, draw: Draw, broken: _Broken) -> Task:
        problem, rng = accepted.problem, draw.rng
        lead = rng.choice(_LEAD_TWO if len(broken.operators) > 1 else _LEAD)
        statement = rng.choice((problem.statement, *problem.wordings))
        prompt = "\n\n".join(
            (
                lead,
                fenced(broken.source),
                f"What `{problem.signature.removeprefix('def ')}` should do:\n\n{statement}",
                f"Constraints:\n{constraints(problem, ranges_of(problem.inputs))}",
                f"Right results:\n\n{examples_block(problem.entry, accepted.public)}",
                _ASK,
            )
        )
        reference = {
            "kind": "function",
            "entry": problem.entry,
            "public": [as_pair(one) for one in accepted.public],
            "hidden": [as_pair(one) for one in accepted.hidden],
            "solution": problem.source,
        }
        return self.task_of(
            accepted, draw, prompt, reference, operators=broken.operators, plain=broken.plain
        )

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Run all programs on their tests in one batch."""
        return verify_programs(tasks, responses, sandbox)

    def right(self, task: Task) -> str:
        """The program before it was broken."""
        return fenced(str(task.reference["solution"]))

    def benign(self, task: Task) -> dict[str, str]:
        """The reference in the formats that people write."""
        return program_formats(str(task.reference["solution"]))

    def cheats(self, task: Task) -> list[str]:
        """Scripted cheaters: see `cheats`."""
        return program_cheats(task)

    def solve(self, prompt: str) -> str:
        """Try single changes of the program on the prompt's examples."""
        from synth_envs.code.solvers import mend_program

        return mend_program(prompt)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A broken program, how it was broken, and whether a public test shows it."""

    source: str
    operators: list[str]
    plain: bool


def _submission(accepted: Accepted, broken: _Broken | None) -> tuple[str, str, tuple[Example, ...]]:
    source = broken.source if broken else ""
    return source, accepted.problem.entry, (*accepted.public, *accepted.hidden)


def _broken(accepted: Accepted, draw: Draw) -> _Broken | None:
    """Break a program: obvious mistakes for low difficulty, hidden ones and two for high."""
    rng, hidden, shown = draw.rng, set(accepted.chosen), set(accepted.shown)
    fit = [one for one in accepted.mutants if one.fails & hidden]
    if not fit:
        return None
    # The harder a task is to be, the more often its examples do not show the mistake.
    unseen = [one for one in fit if not one.fails & shown]
    seen = [one for one in fit if one.fails & shown]
    fit = (unseen or seen) if rng.random() < draw.difficulty else (seen or unseen)
    rng.shuffle(fit)

    def subtlety(one: Tried) -> float:
        return OPERATORS.index(one.mutant.operator) - len(one.fails) / len(accepted.values)

    fit.sort(key=subtlety)
    width = max(1, len(fit) // 3)
    start = round(draw.difficulty * (len(fit) - width))
    chosen = rng.choice(fit[start : start + width])
    mutant, plain = chosen.mutant, bool(chosen.fails & shown)
    source = spliced(accepted.problem.source, mutant.source)
    if rng.random() >= _TWICE * draw.difficulty**2:
        return _Broken(source, [mutant.operator], plain)
    more = [one for one in mutants(source, 24) if one.line != mutant.line]
    if not more:
        return _Broken(source, [mutant.operator], plain)
    again = rng.choice(more)
    return _Broken(spliced(source, again.source), [mutant.operator, again.operator], plain)

"""Write the program: from a specification, from examples, or from both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias, get_args

from synth_envs.code import stdio
from synth_envs.code.benign import program_formats
from synth_envs.code.cheats import program_cheats
from synth_envs.code.domain import ranges_of
from synth_envs.code.gates import Accepted
from synth_envs.code.grading import Example
from synth_envs.code.modes.base import COMPOSED, PROGRAMS, CodeMode, Draw, sandbox
from synth_envs.code.prompts import examples_prompt, fenced, program_prompt, task_prompt
from synth_envs.code.verifiers.programs import verify_programs
from synth_envs.core import Json, Score, Task
from synth_envs.families import suggest

__all__ = ["FORMS", "GIVENS", "Form", "Given", "Induction"]

Given: TypeAlias = Literal["both", "spec", "examples", "mixed"]
Form: TypeAlias = Literal["function", "program", "mixed"]
GIVENS: tuple[str, ...] = get_args(Given)
FORMS: tuple[str, ...] = get_args(Form)

#: So many consecutive words of the reference in a prompt give it away.
_LEAK = 20
_WORD = re.compile(r"\w+|[^\w\s]")
_MORE_EXAMPLES = 8
#: Beyond this difficulty, composed programs are too large to be found by enumeration.
_SMALL = 0.5


class Induction(CodeMode):
    """Write a function, or a program that reads standard input, from its specification.

    Args:
        names: Templates by name; all if None.
        given: "spec", "examples", "both", or "mixed": mostly both.
        form: "function", "program" (standard input and output), or "mixed": mostly functions.
    """

    family: ClassVar[str] = "induction"
    schema = PROGRAMS
    cheated: ClassVar[int] = 2

    def __init__(
        self,
        names: Sequence[str] | None = None,
        given: str = "mixed",
        form: str = "mixed",
    ) -> None:
        super().__init__(names)
        for value, known, what in ((given, GIVENS, "given"), (form, FORMS, "form")):
            if value not in known:
                msg = f"unknown {what} {value!r}{suggest(value, known)}"
                raise ValueError(msg)
        self.given, self.form = given, form
        if given == "examples":
            self.names = tuple(name for name in self.names if name.startswith(COMPOSED))
            if not self.names or form == "program":
                msg = (
                    "examples alone determine only functions of the composed templates: leave out "
                    "form=, and name no other family"
                )
                raise ValueError(msg)

    def level(self, difficulty: float) -> float:
        """Examples determine small programs only."""
        return difficulty / 2 if self.given == "examples" else difficulty

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Draw what is given and how it is said."""
        return [self._build(accepted, draw) for accepted, draw in made]

    def _build(self, accepted: Accepted, draw: Draw) -> Task | str:
        problem, rng = accepted.problem, draw.rng
        # Three draws in any case, so that the arguments of the mode change nothing else.
        given = rng.choice(("both", "both", "both", "spec", "examples"))
        form = rng.choice(("function", "function", "function", "program"))
        statement = rng.choice((problem.statement, *problem.wordings))
        given = given if self.given == "mixed" else self.given
        form = form if self.form == "mixed" else self.form
        if given == "examples":
            task = self._from_examples(accepted, draw)
            if task is not None or self.given == "examples":
                return task or "underdetermined"
            given = "both"
        ranges = ranges_of(problem.inputs)
        shown = accepted.public if given == "both" else ()
        if form == "program":
            if not stdio.fits(problem, accepted.values):
                if self.form == "program":
                    return "unprintable"
                form = "function"
            else:
                prompt = program_prompt(problem, statement, ranges, shown, rng)
        if form == "function":
            prompt = task_prompt(problem, statement, ranges, shown, rng)
        if _leaks(problem.source, prompt):
            return "hint_leak"
        if form == "program":

            def as_text(one: Example) -> list[Json]:
                printed = stdio.written(one.expected, problem.returns)
                return [[stdio.written_input(problem, one.arguments)], printed]

            tests = {
                "public": [as_text(one) for one in shown],
                "hidden": [as_text(one) for one in _hidden(accepted, shown)],
            }
            solution = stdio.main_of(problem)
        else:
            tests = {
                "public": [as_pair(one) for one in shown],
                "hidden": [as_pair(one) for one in _hidden(accepted, shown)],
            }
            solution = problem.source
        reference = {"kind": form, "entry": problem.entry, **tests, "solution": solution}
        return self.task_of(accepted, draw, prompt, reference, given=given, form=form)

    def _from_examples(self, accepted: Accepted, draw: Draw) -> Task | None:
        """Examples alone are asked about only where no other small program agrees with them."""
        from synth_envs.code.determined import chosen_examples

        problem = accepted.problem
        small = problem.family.startswith(COMPOSED) and self.level(draw.difficulty) <= _SMALL
        places = chosen_examples(accepted, _MORE_EXAMPLES) if small else None
        if places is None:
            return None
        shown = accepted.examples(places)
        rest = [place for place in accepted.chosen if place not in places]
        prompt = examples_prompt(problem, ranges_of(problem.inputs), shown, draw.rng)
        reference = {
            "kind": "function",
            "entry": "f",
            "public": [as_pair(one) for one in shown],
            "hidden": [as_pair(one) for one in accepted.examples(rest)],
            "solution": f"{problem.source.rstrip()}\n\n\nf = {problem.entry}\n",
        }
        return self.task_of(accepted, draw, prompt, reference, given="examples", form="function")

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Run all programs on their tests in one batch."""
        return verify_programs(tasks, responses, sandbox)

    def right(self, task: Task) -> str:
        """The reference in a fenced block."""
        return fenced(str(task.reference["solution"]))

    def benign(self, task: Task) -> dict[str, str]:
        """The reference in the formats that people write."""
        return program_formats(str(task.reference["solution"]))

    def cheats(self, task: Task) -> list[str]:
        """Scripted cheaters: see `cheats`."""
        return program_cheats(task)

    def solve(self, prompt: str) -> str:
        """Search small programs for one that agrees with the prompt's examples."""
        from synth_envs.code.solvers import write_program

        return write_program(prompt)


def as_pair(one: Example) -> list[Json]:
    """Return a test as it stands in a reference."""
    return [list(one.arguments), one.expected]


def _hidden(accepted: Accepted, shown: Sequence[Example]) -> tuple[Example, ...]:
    """The hidden tests; with nothing shown, what would have been shown is hidden too."""
    return accepted.hidden if shown else (*accepted.public, *accepted.hidden)


def _leaks(source: str, prompt: str) -> bool:
    """Whether a long stretch of the reference's body stands in the prompt."""
    lines = [line for line in source.split("\n") if not line.lstrip().startswith("def ")]
    words, said = _WORD.findall("\n".join(lines)), f" {' '.join(_WORD.findall(prompt))} "
    return any(
        f" {' '.join(words[place : place + _LEAK])} " in said
        for place in range(len(words) - _LEAK + 1)
    )

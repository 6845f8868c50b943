"""Find an input on which a subtly wrong program differs from its specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from synth_envs.code.benign import literal_formats
from synth_envs.code.cheats import input_cheats
from synth_envs.code.domain import conforms, ranges_of
from synth_envs.code.gates import Accepted
from synth_envs.code.modes.base import CodeMode, Draw, sandbox
from synth_envs.code.mutants import Mutant
from synth_envs.code.prompts import call_text, constraints, fenced
from synth_envs.code.splice import spliced
from synth_envs.code.templates import TEMPLATES
from synth_envs.code.verifiers.inputs import verify_inputs
from synth_envs.core import Score, Task

__all__ = ["Fuzzing"]

_LEAD = (
    "This program is meant to follow the specification, but it has a mistake.",
    "Somebody wrote this program for the specification. It is wrong for some arguments.",
    "The program below does not always do what its specification says.",
)
_ASK = (
    "Find arguments within the constraints for which the program does not return what the "
    "specification says (it returns something else, fails, or does not end). Answer with the call, "
    "its arguments written as literals, for example: The answer is `{example}`."
)


#: The least share of inputs on which a mutant is wrong at difficulty 0, and the largest at 1.
_OFTEN, _RARE = 0.53, 0.06
#: After so many problems without such a mutant, the nearest one of them all will do.
_PATIENCE = 4
#: Their results differ so much from one argument to the next that any guess shows every mutant.
_GUESSABLE = {"counting_out", "numeral_system", "special_divisors"}


@dataclass(frozen=True, slots=True)
class _Choice:
    """A mutant to ask about.

    Attributes:
        apart: How far the share of inputs on which it is wrong is outside the wanted band.
        accepted: The problem that it is a mutant of.
        mutant: The mutant.
        fails: The places of the inputs on which it is wrong.
    """

    apart: float
    accepted: Accepted
    mutant: Mutant
    fails: frozenset[int]


class Fuzzing(CodeMode):
    """Find an input on which a program and its specification differ."""

    family: ClassVar[str] = "fuzzing"
    templates: ClassVar[Mapping[str, str]] = {
        name: path for name, path in TEMPLATES.items() if name not in _GUESSABLE
    }
    schema: ClassVar[Mapping[str, Mapping[str, type]]] = {
        "difference": {
            "entry": str,
            "parameters": list,
            "source": str,
            "second": str,
            "mutant": str,
            "ranges": list,
            "solution": list,
        }
    }

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Choose mutants that no guess tells from the reference, and see that their solutions are right."""
        built = [self._build(accepted, draw) for accepted, draw in made]
        tasks = [one for one in built if isinstance(one, Task)]
        # Some mutants do the right thing in many more steps: whether they end in time is seen here.
        scores = iter(self.verify_batch(tasks, [self.right(task) for task in tasks]))
        for place, (_, draw) in enumerate(made):
            if isinstance(built[place], Task) and next(scores).value < 1.0:
                built[place] = "unbroken"
                draw.kept = None
        return built

    def _build(self, accepted: Accepted, draw: Draw) -> Task | str:
        chosen = _choose(accepted, draw)
        if chosen is None:
            return "guessable"
        accepted, mutant, fails = chosen.accepted, chosen.mutant, chosen.fails
        problem, rng = accepted.problem, draw.rng
        ranges = ranges_of(problem.inputs)
        statement = rng.choice((problem.statement, *problem.wordings))
        shown = spliced(problem.source, mutant.source)
        example = f"{problem.entry}({', '.join('...' for _ in problem.parameters)})"
        prompt = "\n\n".join(
            (
                rng.choice(_LEAD),
                f"Specification of `{problem.signature.removeprefix('def ')}`:\n\n{statement}",
                f"Constraints:\n{constraints(problem, ranges)}",
                f"The program:\n\n{fenced(shown)}",
                _ASK.format(example=example),
            )
        )
        places = sorted(fails)
        reference = {
            "kind": "difference",
            "entry": problem.entry,
            "parameters": [list(one) for one in problem.parameters],
            "source": problem.source,
            "second": problem.second,
            "mutant": shown,
            "ranges": [one.to_json() for one in ranges],
            "solution": list(problem.inputs[rng.choice(places)]),
        }
        share = len(fails) / len(problem.inputs)
        return self.task_of(
            accepted, draw, prompt, reference, operator=mutant.operator, share=round(share, 4)
        )

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Run all programs on the arguments that the responses state, in one batch."""
        return verify_inputs(tasks, responses, sandbox)

    def right(self, task: Task) -> str:
        """A call that is right."""
        return call_text(task.reference["entry"], task.reference["solution"])

    def benign(self, task: Task) -> dict[str, str]:
        """The right answer in the formats that people write."""
        return literal_formats(self.right(task))

    def cheats(self, task: Task) -> list[str]:
        """Scripted cheaters: see `cheats`."""
        return input_cheats(task)

    def solve(self, prompt: str) -> str:
        """Guess an input within the constraints: without the right program there is no more to go by."""
        from synth_envs.code.solvers import search_difference

        return search_difference(prompt)


def _choose(accepted: Accepted, draw: Draw) -> _Choice | None:
    """Return a mutant: one that is wrong on many inputs for low difficulty, on few for high."""
    problem = accepted.problem
    typed = {
        place
        for place, given in enumerate(problem.inputs)
        if all(
            conforms(one, kind) for one, (_, kind) in zip(given, problem.parameters, strict=True)
        )
    }
    easy = 1 - draw.difficulty
    low, high = _OFTEN * easy**1.8, _RARE + (1 - _RARE) * easy**2.4
    choices = []
    for one in accepted.mutants:
        fails = frozenset(one.fails & typed)
        if fails and not one.odd:
            apart = _outside(len(fails) / len(problem.inputs), low, high)
            choices.append(_Choice(apart, accepted, one.mutant, fails))
    known: _Choice | None = draw.kept
    nearest = min((one.apart for one in choices), default=1.0)
    if choices and (known is None or nearest < known.apart):
        known = draw.rng.choice([one for one in choices if one.apart == nearest])
        draw.kept = known
    if known is None or (known.apart > 0 and draw.refused < _PATIENCE):
        return None
    return known


def _outside(share: float, low: float, high: float) -> float:
    """Return how far a share is outside a band, 0 within it."""
    return max(low - share, share - high, 0.0)

"""Find an input for which a program returns a given output."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from sandboxes.values import same_value
from synth_envs.code.benign import literal_formats
from synth_envs.code.cheats import input_cheats
from synth_envs.code.domain import conforms
from synth_envs.code.gates import Accepted
from synth_envs.code.modes.base import CodeMode, Draw, sandbox
from synth_envs.code.prompts import call_text, fenced
from synth_envs.code.small_inputs import small_inputs
from synth_envs.code.trials import Job, run_trials
from synth_envs.code.verifiers.inputs import verify_inputs
from synth_envs.core import Json, Score, Task

__all__ = ["Abduction", "argument_types"]

_ASK = (
    "Find arguments for which `{entry}` returns exactly this value:",
    "For which arguments does `{entry}` return the following value? Give one example.",
    "Give a call of `{entry}` that returns this value:",
)
_ANSWER = (
    "Any call that returns it is right. {types} Answer with the call, its arguments written as "
    "literals, for example: The answer is `{example}`."
)
_MOST_TEXT = 400
#: So many small inputs are tried on the program, to tell which outputs are easy to reach.
_SMALL = 100
#: More inputs than this with the same output make it easy to hit.
_MOST_ALIKE = 2


class Abduction(CodeMode):
    """Find an input that gives an output; every right one is accepted."""

    family: ClassVar[str] = "abduction"
    schema: ClassVar[Mapping[str, Mapping[str, type]]] = {
        "input": {
            "entry": str,
            "parameters": list,
            "source": str,
            "value": object,
            "solution": list,
        }
    }

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Choose outputs that no guess gives, nor the output itself as the argument."""
        fits = [_fit(accepted) for accepted, _ in made]
        echoes = [_echoes(accepted, fit) for (accepted, _), fit in zip(made, fits, strict=True)]
        small = [
            small_inputs([kind for _, kind in accepted.problem.parameters], _SMALL)
            for accepted, _ in made
        ]
        jobs = [
            Job(accepted.problem.entry, [accepted.problem.source], [], [*echo.values(), *more])
            for (accepted, _), echo, more in zip(made, echoes, small, strict=True)
        ]
        built = []
        done = run_trials(sandbox(), jobs)
        for (accepted, draw), fit, echo, trial in zip(made, fits, echoes, done, strict=True):
            echoed = {
                place
                for place, found in zip(echo, trial.probed, strict=False)
                if found is not None and same_value(found[0], accepted.values[place])
            }
            rest = [place for place in fit if place not in echoed]
            reached = [found[0] for found in trial.probed[len(echo) :] if found is not None]
            built.append(self._build(accepted, draw, rest, reached))
        return built

    def _build(
        self, accepted: Accepted, draw: Draw, fit: list[int], reached: Sequence[Json]
    ) -> Task | str:
        problem, rng = accepted.problem, draw.rng
        # The harder a task is to be, the less often a search among small inputs finds an answer.
        if rng.random() < draw.difficulty:
            fit = [
                place
                for place in fit
                if not any(same_value(accepted.values[place], one) for one in reached)
            ]
        if not fit:
            return "guessable"
        # Larger arguments and results are harder to hit, and longer runs to follow backwards.
        sizes = [
            len(json.dumps([given, 4 * [value]]))
            for given, value in zip(problem.inputs, accepted.values, strict=True)
        ]
        fit.sort(key=lambda place: (sizes[place], accepted.steps[place], place))
        width = max(1, len(fit) // 4)
        start = round(draw.difficulty * (len(fit) - width))
        place = rng.choice(fit[start : start + width])
        names = ", ".join("..." for _ in problem.parameters)
        ask = rng.choice(_ASK).format(entry=problem.entry)
        answer = _ANSWER.format(
            types=argument_types(problem.parameters), example=f"{problem.entry}({names})"
        )
        value = accepted.values[place]
        prompt = "\n\n".join(
            (
                "Consider this Python program.",
                fenced(problem.source),
                ask,
                fenced(repr(value)),
                answer,
            )
        )
        reference = {
            "kind": "input",
            "entry": problem.entry,
            "parameters": [list(one) for one in problem.parameters],
            "source": problem.source,
            "value": value,
            "solution": list(problem.inputs[place]),
        }
        return self.task_of(accepted, draw, prompt, reference, steps=accepted.steps[place])

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
        """Try small arguments in order, and answer with the first that is right."""
        from synth_envs.code.solvers import search_input

        return search_input(prompt)


def _fit(accepted: Accepted) -> list[int]:
    """Return the places of the inputs whose outputs are rare, and come of no guess."""
    texts = [json.dumps(value, sort_keys=True) for value in accepted.values]
    counts = Counter(texts)
    return [
        place
        for place, value in enumerate(accepted.values)
        if len(texts[place]) <= _MOST_TEXT
        and counts[texts[place]] <= _MOST_ALIKE
        and not any(same_value(value, one) for one in accepted.probed)
        and _typed(accepted, place)
    ]


def _echoes(accepted: Accepted, fit: Sequence[int]) -> dict[int, list[Json]]:
    """Return, where that can be, the outputs taken as arguments."""
    number = len(accepted.problem.parameters)
    found: dict[int, list[Json]] = {}
    for place in fit:
        value = accepted.values[place]
        if number == 1:
            found[place] = [value]
        elif isinstance(value, list) and len(value) == number:
            found[place] = value
    return found


def _typed(accepted: Accepted, place: int) -> bool:
    parameters = accepted.problem.parameters
    given = accepted.problem.inputs[place]
    return all(conforms(value, kind) for value, (_, kind) in zip(given, parameters, strict=True))


def argument_types(parameters: Sequence[tuple[str, str]]) -> str:
    """Return the types of arguments in a sentence."""
    named = [f"`{name}` is of type `{kind}`" for name, kind in parameters]
    joined = ", ".join(named[:-1]) + (" and " if named[1:] else "") + named[-1]
    return f"{joined}."

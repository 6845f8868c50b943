"""Say what a program returns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from sandboxes.values import same_value
from synth_envs.code.benign import literal_formats
from synth_envs.code.cheats import value_cheats
from synth_envs.code.gates import Accepted
from synth_envs.code.modes.base import CodeMode, Draw
from synth_envs.code.prompts import call_text, fenced
from synth_envs.code.verifiers.outputs import verify_outputs
from synth_envs.core import Json, Score, Task
from synth_envs.seeding import TaskRandom

__all__ = ["Deduction"]

_ONE = (
    "What does `{call}` return?",
    "Give the value of `{call}`.",
    "Which value does the call `{call}` return?",
)
_MANY = (
    "What do these calls return?",
    "Give the values of these calls.",
    "Trace these calls and say what each of them returns.",
)
_ASK = "Answer with a Python literal, for example: The answer is [1, 'a']."
_ASK_MANY = (
    "Answer with one list of their values in this order, for example: The answer is [3, 'a']."
)
#: A value that comes up more often than this among the outputs can be guessed.
_RARE, _MOST_CALLS, _MOST_TEXT = 0.02, 8, 400
_GUESSES: tuple[Json, ...] = (None, 0, 1, -1, 2, 3, 10, "", [], {}, True, False, [0], [1])


class Deduction(CodeMode):
    """Predict the output of a program."""

    family: ClassVar[str] = "deduction"
    schema: ClassVar[Mapping[str, Mapping[str, type]]] = {"output": {"value": object}}

    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Choose calls whose values cannot be guessed together."""
        return [self._build(accepted, draw) for accepted, draw in made]

    def _build(self, accepted: Accepted, draw: Draw) -> Task | str:
        problem, rng = accepted.problem, draw.rng
        places = _choose(accepted, rng, draw.difficulty)
        if places is None:
            return "guessable"
        values = [accepted.values[place] for place in places]
        calls = [call_text(problem.entry, problem.inputs[place]) for place in places]
        code = fenced(problem.source)
        if len(places) == 1:
            question = rng.choice(_ONE).format(call=calls[0])
            prompt = f"Consider this Python program.\n\n{code}\n\n{question} {_ASK}"
        else:
            listed = "\n".join(f"{place}. `{call}`" for place, call in enumerate(calls, 1))
            question = rng.choice(_MANY)
            prompt = (
                f"Consider this Python program.\n\n{code}\n\n{question}\n\n{listed}\n\n{_ASK_MANY}"
            )
        value = values[0] if len(values) == 1 else values
        steps = sum(accepted.steps[place] for place in places)
        return self.task_of(
            accepted,
            draw,
            prompt,
            {"kind": "output", "value": value},
            steps=steps,
            calls=len(calls),
        )

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Compare what the responses state; nothing runs."""
        return verify_outputs(tasks, responses)

    def right(self, task: Task) -> str:
        """The value as a literal."""
        return repr(task.reference["value"])

    def benign(self, task: Task) -> dict[str, str]:
        """The right answer in the formats that people write."""
        return literal_formats(self.right(task))

    def cheats(self, task: Task) -> list[str]:
        """Scripted cheaters: see `cheats`."""
        return value_cheats(task)

    def solve(self, prompt: str) -> str:
        """Run the program of the prompt for a limited number of steps, and give up beyond."""
        from synth_envs.code.solvers import trace_program

        return trace_program(prompt)


def _choose(accepted: Accepted, rng: TaskRandom, difficulty: float) -> list[int] | None:
    """Return the places of the calls: long runs for high difficulty, and no guess pays.

    Outputs count as guessable as often as they come up among the problem's inputs.
    """
    texts = [json.dumps(value, sort_keys=True) for value in accepted.values]
    counts = Counter(texts)
    fit = [place for place, text in enumerate(texts) if len(text) <= _MOST_TEXT]
    fit.sort(key=lambda place: (accepted.steps[place], place))
    # A window over the inputs in the order of their cost, which moves up with difficulty.
    width = max(6, len(fit) // 3)
    start = round(difficulty * max(0, len(fit) - width))
    window = fit[start : start + width]
    rng.shuffle(window)
    window.sort(key=lambda place: _plain(accepted, place))
    chosen: list[int] = []
    chance = 1.0
    for place in window:
        if len(chosen) == 1 and len({texts[one] for one in chosen} | {texts[place]}) == 1:
            continue  # two calls that return the same say less than they ask
        chosen.append(place)
        chance *= (counts[texts[place]] + 1) / (len(texts) + len(counts) + 1)
        rich = len(texts[place]) >= 4 and counts[texts[place]] == 1
        if chance <= _RARE or (len(chosen) == 1 and rich and not _plain(accepted, place)):
            return chosen
        if len(chosen) == _MOST_CALLS:
            break
    return None


def _plain(accepted: Accepted, place: int) -> bool:
    """Whether the output is one that is said without thinking: a constant or an argument."""
    value = accepted.values[place]
    given = accepted.problem.inputs[place]
    return any(same_value(value, one) for one in (*_GUESSES, *given))

"""The base of every mathematics family: one final answer, read exactly, checked exactly."""

from collections.abc import Sequence
from typing import Any, ClassVar
from zlib import crc32

from synth_envs.core import Json, Score, Task
from synth_envs.families import Family
from synth_envs.math.answers import Answer
from synth_envs.math.extract import final_answer

__all__ = ["MathFamily", "phrasing"]

_PASS = Score(1.0, "pass", {"correct": 1.0}, "Correct.")
_FAIL = Score(0.0, "fail", {"correct": 0.0}, "Incorrect.")


class MathFamily(Family):
    """A family whose responses state one final answer.

    A subclass sets `family`, `group` and `answer`, and defines `generate` and `solve`. Where an
    answer is unique, the reference is its text. Where many answers are right, the reference is a
    JSON object with the instance and one right answer under "answer", and `accepts` checks a
    parsed answer against the instance.
    """

    answer: ClassVar[Answer]

    def accepts(self, reference: Json, value: Any) -> bool:
        """Whether a parsed answer is right; `reference` is the schema shared with `generate`."""
        return bool(self.answer.parse(reference) == value)

    def oracle(self, task: Task) -> str:
        """The reference as a response."""
        reference = task.reference
        return reference if isinstance(reference, str) else str(reference["answer"])

    def __call__(self, task: Task, response: str) -> Score:
        """Score one response: 1 for a right final answer, else 0."""
        value, problem = final_answer(response, self.answer.parse)
        if problem:
            return self._refusal(problem)
        return _PASS if self.accepts(task.reference, value) else _FAIL

    def _refusal(self, problem: str) -> Score:
        feedback = {
            "none": f'No final answer was found. Give {self.answer.hint}, as "The answer is ...".',
            "many": "The response states different final answers. Give exactly one.",
            "long": "The response is too long to be read.",
        }[problem]
        return Score(0.0, "unparsable", {"correct": 0.0}, feedback)


def phrasing(options: Sequence[str], *instance: object) -> str:
    """One of several wordings, chosen by the instance itself.

    Equal instances always get equal wordings, so that one problem cannot reach two splits in two
    wordings. `instance` is made of integers and strings.
    """
    return options[crc32(repr(instance).encode()) % len(options)]

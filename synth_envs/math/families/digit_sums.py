"""Terse short sums, for token environments with a small vocabulary."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["DigitSums"]

# Every one-digit operation with a non-negative result, and that result: drawn uniformly.
_EASIEST = tuple(
    [(f"{a}+{b}", a + b) for a in range(10) for b in range(10)]
    + [(f"{a}-{b}", a - b) for a in range(10) for b in range(a + 1)]
)
_OPERATION = re.compile(r"([0-9]+)([+-])([0-9]+)").fullmatch


class DigitSums(MathFamily):
    """Give the results of several one-step sums and differences, in order: `3+4, 9-2 = ?`.

    Difficulty sets the number of operations (2 to 5) and the digits of each number (1 to 3). At
    difficulty 0 every prompt has the same length.
    """

    family = "digit_sums"
    group = "arithmetic"
    answer = Numbers(hint="the results in order, such as 7, 3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the operations."""
        digits = 1 + int(2.99 * difficulty)
        steps = [_operation(rng, digits) for _ in range(2 + int(3.99 * difficulty))]
        prompt = f"{', '.join([text for text, _ in steps])} = ?"
        answer = ", ".join([str(value) for _, value in steps])
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Count up or down from the first number of each operation."""
        results = []
        for text in prompt.removesuffix(" = ?").split(", "):
            match = _OPERATION(text)
            if match is None:
                msg = f"not an operation: {text!r}"
                raise ValueError(msg)
            value, step = int(match[1]), 1 if match[2] == "+" else -1
            for _ in range(int(match[3])):
                value += step
            results.append(str(value))
        return ", ".join(results)

    def cheats(self, task: Task) -> list[str]:
        """Too few results, too many, their sum, or the question itself."""
        answer = self.oracle(task)
        results = answer.split(", ")
        total = str(sum(map(int, results)))
        question = task.prompt.removesuffix(" = ?")
        return [results[0], ", ".join(results[:-1]), f"{answer}, {results[-1]}", total, question]


def _operation(rng: TaskRandom, digits: int) -> tuple[str, int]:
    if digits == 1:
        return rng.choice(_EASIEST)
    low = 10 ** (digits - 1)
    a, b = low + rng.randrange(9 * low), low + rng.randrange(9 * low)
    if rng.randrange(2):
        return f"{a}+{b}", a + b
    if a < b:
        a, b = b, a
    return f"{a}-{b}", a - b

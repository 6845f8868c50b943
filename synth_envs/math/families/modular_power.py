"""Powers modulo an integer."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["ModularPower"]

_PROMPTS = (
    "What is the remainder when {a}^{b} is divided by {m}?",
    "Find the smallest non-negative integer that is congruent to {a}^{b} modulo {m}.",
    "Compute {a}^{b} mod {m}, as an integer from 0 to the modulus minus 1.",
)


class ModularPower(MathFamily):
    """Give the remainder of a power.

    Difficulty sets the digits of the base (2 to 6), of the exponent (2 to 9) and of the modulus (3
    to 6).
    """

    family = "modular_power"
    group = "number theory"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the numbers; a power that is 0 or 1 would be too easy to guess and is redrawn."""
        low_a = 10 ** (1 + int(4.99 * difficulty))
        low_b = 10 ** (1 + int(7.99 * difficulty))
        low_m = 10 ** (2 + int(3.99 * difficulty))
        for _ in range(8):
            a = low_a + rng.randrange(9 * low_a)
            b = low_b + rng.randrange(9 * low_b)
            m = low_m + 1 + rng.randrange(9 * low_m - 1)
            power = pow(a, b, m)
            if power > 1:
                break
        prompt = phrasing(_PROMPTS, a, b, m).format(a=a, b=b, m=m)
        return Task(self.family, prompt, str(power), difficulty)

    def solve(self, prompt: str) -> str:
        """Horner's rule on the decimal digits of the exponent."""
        a, b, m = re.findall(r"([0-9]+)\^([0-9]+)\D+([0-9]+)", prompt)[0]
        base, modulus, power = int(a), int(m), 1
        for digit in b:
            tenth = 1
            for _ in range(10):
                tenth = tenth * power % modulus
            power = tenth
            for _ in range(int(digit)):
                power = power * base % modulus
        return str(power)

    def cheats(self, task: Task) -> list[str]:
        """The power left as it is, another member of the residue class, or the base reduced."""
        a, b, m = re.findall("[0-9]+", task.prompt)[:3]
        power = int(self.oracle(task))
        return [
            f"{a}^{b}",
            f"{power + int(m)}",
            f"{power - int(m)}",
            f"{power} mod {m}1",
            f"{power}.5",
        ]

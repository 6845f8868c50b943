"""Simultaneous congruences."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["ChineseRemainder"]

# Powers of different primes, so that any choice is pairwise coprime.
_MODULI = (
    16, 27, 25, 49, 11, 13, 17, 19, 23, 29, 31, 37, 41,
    43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
)  # fmt: skip
# The question, and after the bar how each congruence is worded.
_PROMPTS = (
    "Find the smallest non-negative integer that leaves {}.|remainder {r} when divided by {m}",
    "Find the smallest non-negative integer x such that {}.|x = {r} (mod {m})",
    "What is the smallest number of eggs, possibly none, with {}?|{r} left over when taken {m} at a time",
)
_PAIR = re.compile(
    r"remainder ([0-9]+) when divided by ([0-9]+)"
    r"|x = ([0-9]+) \(mod ([0-9]+)\)"
    r"|([0-9]+) left over when taken ([0-9]+)"
)


class ChineseRemainder(MathFamily):
    """Find the smallest non-negative integer with given remainders.

    Difficulty sets the number of congruences (2 to 6).
    """

    family = "chinese_remainder"
    group = "number theory"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw coprime moduli and the number itself."""
        moduli = rng.sample(_MODULI, 2 + int(4.99 * difficulty))
        product = 1
        for m in moduli:
            product *= m
        x = rng.randrange(product)
        frame, _, condition = phrasing(_PROMPTS, x, *moduli).partition("|")
        conditions = [condition.format(r=x % m, m=m) for m in moduli]
        text = f"{', '.join(conditions[:-1])} and {conditions[-1]}"
        return Task(self.family, frame.format(text), str(x), difficulty)

    def solve(self, prompt: str) -> str:
        """Sieve: step by the product of the moduli met so far until the next congruence holds."""
        x, step = 0, 1
        for groups in _PAIR.findall(prompt):
            remainder, modulus = (int(text) for text in groups if text)
            for _ in range(modulus):
                if x % modulus == remainder:
                    break
                x += step
            else:
                msg = "the congruences contradict each other"
                raise ValueError(msg)
            step *= modulus
        return str(x)

    def cheats(self, task: Task) -> list[str]:
        """Other members of the residue class, the class itself, or a number that keeps one rule."""
        pairs = [[int(t) for t in groups if t] for groups in _PAIR.findall(task.prompt)]
        x, product = int(self.oracle(task)), 1
        for _, m in pairs:
            product *= m
        others = {pairs[0][0], pairs[0][0] + pairs[0][1]} - {x}
        return [
            *(str(x + k * product) for k in (-1, 1, 2)),
            f"{x} + {product}k",
            f"{x} mod {product}1",
            ", ".join(str(r) for r, _ in pairs),
            *map(str, sorted(others)),
        ]

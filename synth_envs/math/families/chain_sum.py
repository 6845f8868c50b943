"""Sums and differences in one line."""

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["ChainSum"]


class ChainSum(MathFamily):
    """Add and subtract a chain of integers.

    Difficulty sets the number of terms (2 to 8) and their size (2 to 6 digits).
    """

    family = "chain_sum"
    group = "arithmetic"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the terms, then add them up."""
        low = 10 ** (1 + int(4.99 * difficulty))
        span = 9 * low
        total = low + rng.randrange(span)
        text = str(total)
        for _ in range(1 + int(6.99 * difficulty)):
            term = low + rng.randrange(span)
            if rng.randrange(2):
                text = f"{text} + {term}"
                total += term
            else:
                text = f"{text} - {term}"
                total -= term
        return Task(self.family, f"Compute {text}.", str(total), difficulty)

    def solve(self, prompt: str) -> str:
        """Add the signed terms read from the prompt."""
        terms = prompt.removeprefix("Compute ").rstrip(".").replace("- ", "-").replace("+ ", "")
        return str(sum(int(term) for term in terms.split()))

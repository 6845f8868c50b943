"""Exact arithmetic on fractions."""

import re
from fractions import Fraction
from math import gcd

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["FractionArithmetic"]

_FRACTION = r"\(([0-9]+)/([0-9]+)\)"
_TERM = re.compile(rf"(?:(?<= )([+-]) )?{_FRACTION}(?: ([*/]) {_FRACTION})?")


class FractionArithmetic(MathFamily):
    """Add, subtract, multiply and divide fractions; any equal form of the value is right.

    Difficulty sets the number of terms (2 to 5), the largest denominator (15 to 75) and the chance
    that a term is a product or quotient of two fractions (1/4 to 3/4).
    """

    family = "fraction_arithmetic"
    group = "arithmetic"
    answer = Rational(hint="a fraction such as -7/3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the terms and add them over a common denominator."""
        largest = 15 + int(60 * difficulty)
        pairs = 25 + int(50 * difficulty)
        text, num, den = "", 0, 1
        for _ in range(2 + int(3.99 * difficulty)):
            n, d = _fraction(rng, largest)
            term = f"({n}/{d})"
            if rng.randrange(100) < pairs:
                n2, d2 = _fraction(rng, largest)
                if rng.randrange(2):
                    term, n, d = f"{term} * ({n2}/{d2})", n * n2, d * d2
                else:
                    term, n, d = f"{term} / ({n2}/{d2})", n * d2, d * n2
            if not text:
                text = term
            elif rng.randrange(2):
                text = f"{text} + {term}"
            else:
                text = f"{text} - {term}"
                n = -n
            num, den = num * d + n * den, den * d
        common = gcd(num, den)
        num, den = num // common, den // common
        prompt = f"Compute {text}. Give the exact value as a fraction."
        return Task(self.family, prompt, f"{num}/{den}" if den > 1 else str(num), difficulty)

    def solve(self, prompt: str) -> str:
        """Read the terms one by one as fractions."""
        text = prompt.removeprefix("Compute ").partition(". ")[0]
        total, end = Fraction(0), 0
        for match in _TERM.finditer(text):
            if text[end : match.start()].strip():
                break
            end = match.end()
            sign, n, d, operator, n2, d2 = match.groups()
            value = Fraction(int(n), int(d))
            if operator:
                other = Fraction(int(n2), int(d2))
                value = value * other if operator == "*" else value / other
            total += -value if sign == "-" else value
        if end != len(text):
            msg = f"cannot read {text[end:]!r}"
            raise ValueError(msg)
        return str(total)

    def cheats(self, task: Task) -> list[str]:
        """A nearby decimal, the reciprocal, the sign flipped, one part only, or no evaluation."""
        value = Fraction(self.oracle(task))
        text = task.prompt.removeprefix("Compute ").partition(". ")[0]
        wrong = [text, f"{value} + 0", f"{value}, {value + 1}"]
        if value:
            wrong += [str(-value), f"{float(value) + 0.001:.3f}"]
        if value.denominator > 1:
            wrong += [str(value.numerator), str(value.denominator)]
            wrong += [f"{value.denominator}/{value.numerator}"] if value.numerator else []
        return wrong


def _fraction(rng: TaskRandom, largest: int) -> tuple[int, int]:
    """A fraction in lowest terms that is neither 0 nor 1."""
    den = 2 + rng.randrange(largest - 1)
    num = 1 + rng.randrange(2 * den - 1)
    common = gcd(num, den)
    return (num // common, den // common) if num != den else (den + 1, den)

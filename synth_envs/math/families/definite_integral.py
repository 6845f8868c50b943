"""Definite integrals of polynomials, exactly."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import parse_polynomial, polynomial_text, romberg
from synth_envs.seeding import TaskRandom

__all__ = ["DefiniteIntegral"]

_ASKED = re.compile(r"integral of (.*) from x = (-?[\d/]+) to x = (-?[\d/]+)\. Give")


class DefiniteIntegral(MathFamily):
    """Compute the definite integral of a polynomial as an exact number.

    Difficulty sets the number of terms (2 to 6), the largest degree (3 to 7), the size of the
    coefficients (up to 12 to 60) and, from 0.4, lets a bound be a fraction.
    """

    family = "definite_integral"
    group = "calculus"
    answer = Rational()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the integrand and the bounds, then sum the terms over a common denominator."""
        degree = 3 + int(4.99 * difficulty)
        size = 12 + int(48 * difficulty)
        integrand = [0] * (degree + 1)
        for exponent in rng.sample(range(degree + 1), 2 + int(4.99 * difficulty)):
            integrand[exponent] = (1 + rng.randrange(size)) * (1 - 2 * rng.randrange(2))
        bottom = 1 + rng.randrange(3) if difficulty >= 0.4 else 1
        low = rng.randint(-4, 3) * bottom + rng.randrange(bottom)
        high = low + (1 + rng.randrange(4)) * bottom - rng.randrange(bottom)
        if low == -high:  # or odd terms would cancel, and 0 be a good guess
            high += bottom
        value = Fraction(0)
        for i, coefficient in enumerate(integrand, 1):
            if coefficient:
                value += Fraction(coefficient * (high**i - low**i), i * bottom**i)
        prompt = (
            f"Compute the integral of {polynomial_text(integrand)} from x = {Fraction(low, bottom)} to "
            f"x = {Fraction(high, bottom)}. Give the exact value, as a fraction if it is not whole."
        )
        return Task(self.family, prompt, str(value), difficulty)

    def solve(self, prompt: str) -> str:
        """Romberg's method, which is exact for polynomials."""
        match = _ASKED.search(prompt)
        terms = parse_polynomial(match[1]) if match else None
        if match is None or terms is None:
            msg = "no integral"
            raise ValueError(msg)
        return str(romberg(terms, Fraction(match[2]), Fraction(match[3])))

    def cheats(self, task: Task) -> list[str]:
        """The opposite sign, two values, a rounded decimal, the value with a constant."""
        value = Fraction(self.oracle(task))
        wrong = [f"{value} + C", f"{value}, {value + 1}", f"{value} + 0*x"]
        if value:
            wrong.append(str(-value))
        if value.denominator % 3 == 0 or value.denominator % 7 == 0:
            wrong.append(f"{float(value):.4f}")
        return wrong

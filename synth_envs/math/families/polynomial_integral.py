"""Antiderivatives of polynomials; any constant of integration is right."""

from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import (
    Polynomial,
    interpolate,
    parse_polynomial,
    polynomial_text,
    romberg,
)
from synth_envs.seeding import TaskRandom

__all__ = ["PolynomialIntegral"]


class PolynomialIntegral(MathFamily):
    """Find an antiderivative of a polynomial.

    Difficulty sets the number of terms (3 to 7), the largest degree (5 to 9), the size of the
    coefficients (1 to 2 digits) and the denominators in the result (whole coefficients at 0, up to
    2 digits at 1). Peer: reasoning_gym simple_integration.
    """

    family = "polynomial_integral"
    group = "calculus"
    answer = Polynomial(up_to_constant=True, hint="an expanded polynomial such as x^3/3 + 2*x + C")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the terms of the antiderivative (whole at first), or those of the integrand."""
        degree = 5 + int(4.99 * difficulty)
        size = 9 + int(60 * difficulty)
        integrand = [0] * (degree + 1)
        for exponent in rng.sample(range(degree + 1), 3 + int(4.99 * difficulty)):
            value = (1 + rng.randrange(size)) * (1 - 2 * rng.randrange(2))
            if rng.random() >= difficulty:
                value *= exponent + 1
            integrand[exponent] = value
        result = [Fraction(0), *(Fraction(value, i) for i, value in enumerate(integrand, 1))]
        prompt = (
            f"Find an antiderivative of {polynomial_text(integrand)} with respect to x. Give it as a "
            "sum of powers of x with exact coefficients; the constant of integration may be left out."
        )
        return Task(self.family, prompt, f"{polynomial_text(result)} + C", difficulty)

    def solve(self, prompt: str) -> str:
        """Exact integrals from 0 to whole numbers by Romberg's method, then interpolation."""
        text = prompt.removeprefix("Find an antiderivative of ").partition(" with respect")[0]
        terms = parse_polynomial(text)
        if not terms:
            msg = "no polynomial"
            raise ValueError(msg)
        values = [Fraction(0)]
        for point in range(max(terms) + 1):
            values.append(values[-1] + romberg(terms, Fraction(point), Fraction(point + 1)))
        return polynomial_text(interpolate(values))

    def cheats(self, task: Task) -> list[str]:
        """The integrand, the constant alone, an unevaluated integral, a coefficient off by one."""
        integrand = task.prompt.removeprefix("Find an antiderivative of ").partition(" with")[0]
        answer = self.oracle(task)
        return [
            integrand,
            f"{integrand} + C",
            "C",
            f"int {integrand} dx",
            f"{answer} + x",
            f"x + {answer}",
        ]

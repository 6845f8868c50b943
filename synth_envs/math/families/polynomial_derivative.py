"""Derivatives of polynomials, the second and third among them."""

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import (
    Polynomial,
    evaluate,
    interpolate,
    parse_polynomial,
    polynomial_text,
)
from synth_envs.seeding import TaskRandom

__all__ = ["PolynomialDerivative"]

_ORDERS = ("first", "second", "third")
_MAX_DEGREE = 20
_ASKED = re.compile(r"Find the (first|second|third) derivative of (.*) with respect")


class PolynomialDerivative(MathFamily):
    """Find the first, second or third derivative of a polynomial.

    Difficulty sets the number of terms (3 to 7), the largest degree (6 to 10), the size of the
    coefficients (1 to 2 digits) and the order of the derivative (up to 2 from 0.35, 3 from 0.7).
    """

    family = "polynomial_derivative"
    group = "calculus"
    answer = Polynomial()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the terms and apply the power rule."""
        degree = 6 + int(4.99 * difficulty)
        size = 12 + int(80 * difficulty)
        order = 1 + rng.randrange(1 + int(2.99 * difficulty))
        coefficients = [0] * (degree + 1)
        for exponent in rng.sample(range(degree + 1), 3 + int(4.99 * difficulty)):
            coefficients[exponent] = (1 + rng.randrange(size)) * (1 - 2 * rng.randrange(2))
        derivative = coefficients
        for _ in range(order):
            derivative = [i * derivative[i] for i in range(1, len(derivative))]
        prompt = (
            f"Find the {_ORDERS[order - 1]} derivative of {polynomial_text(coefficients)} with respect "
            "to x. Give it as a sum of powers of x with numerical coefficients."
        )
        return Task(self.family, prompt, polynomial_text(derivative), difficulty)

    def solve(self, prompt: str) -> str:
        """Slopes at whole points from exact finite differences, then interpolation."""
        match = _ASKED.search(prompt)
        terms = parse_polynomial(match[2]) if match else None
        if match is None or terms is None:
            msg = "no polynomial"
            raise ValueError(msg)
        if max(terms) > _MAX_DEGREE:
            msg = "the degree is too high for a table of differences"
            raise ValueError(msg)
        for _ in range(1 + _ORDERS.index(match[1])):
            terms = dict(enumerate(interpolate(_slopes(terms))))
        return self.answer.format(terms)

    def cheats(self, task: Task) -> list[str]:
        """The polynomial itself, its first term differentiated alone, a term too many."""
        match = _ASKED.search(task.prompt)
        answer = self.oracle(task)
        wrong = [f"{answer} + x", f"{answer} + C", f"d/dx ({answer})"]
        return [*wrong, match[2], f"({match[2]})'"] if match else wrong


def _slopes(terms: Mapping[int, Fraction]) -> list[Fraction]:
    """As many slopes at 0, 1, 2, ... as determine the derivative.

    A slope is D - D^2/2 + D^3/3 - ... with D the forward difference; for polynomials this ends.
    """
    degree = max(terms)
    row = [evaluate(terms, point) for point in range(2 * degree)]
    slopes = [Fraction(0)] * degree
    for k in range(1, degree + 1):
        row = [b - a for a, b in pairwise(row)]
        weight = Fraction(1 if k % 2 else -1, k)
        slopes = [
            slope + weight * difference for slope, difference in zip(slopes, row, strict=False)
        ]
    return slopes

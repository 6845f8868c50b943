"""Expanding products of polynomials."""

import re

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import (
    Polynomial,
    evaluate,
    multiply,
    parse_polynomial,
    polynomial_text,
)
from synth_envs.seeding import TaskRandom

__all__ = ["PolynomialProduct"]

_FACTOR = re.compile(r"\(([^()]*)\)")
# Larger than twice any coefficient of a product, so that its value here shows all coefficients.
_BASE = 10**15


class PolynomialProduct(MathFamily):
    """Expand a product of polynomials in x.

    Difficulty sets the number of factors (2 or 3), their degree (1 to 4) and the size of the
    coefficients (1 or 2 digits). The unexpanded product is refused. Peer: reasoning_gym
    polynomial_multiplication.
    """

    family = "polynomial_product"
    group = "algebra"
    answer = Polynomial()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the factors and multiply them out."""
        degree = 1 + int(2.99 * difficulty)
        size = 9 + int(40 * difficulty)
        product = [1]
        text = ""
        for _ in range(3 if difficulty >= 0.6 else 2):
            factor = [rng.randint(-size, size) for _ in range(degree)]
            factor[0] = factor[0] or 1
            factor.append(1 + rng.randrange(size))
            text += f"*({polynomial_text(factor)})"
            product = multiply(product, factor)
        prompt = (
            f"Expand {text[1:]}. Give the product as a sum of powers of x with numerical coefficients, "
            "without brackets."
        )
        return Task(self.family, prompt, polynomial_text(product), difficulty)

    def solve(self, prompt: str) -> str:
        """Multiply the values at a large integer and read the coefficients off its digits."""
        value = 1
        for text in _FACTOR.findall(prompt):
            factor = parse_polynomial(text)
            if factor is None:
                msg = f"not a polynomial: {text!r}"
                raise ValueError(msg)
            value *= int(evaluate(factor, _BASE))
        coefficients = []
        while value:
            digit = (value + _BASE // 2) % _BASE - _BASE // 2
            coefficients.append(digit)
            value = (value - digit) // _BASE
        return polynomial_text(coefficients)

    def cheats(self, task: Task) -> list[str]:
        """The product unexpanded, its factors, a missing term, an added one, a bracket kept."""
        product = task.prompt.removeprefix("Expand ").partition(". Give")[0]
        answer = self.oracle(task)
        factors = _FACTOR.findall(product)
        return [
            product,
            product.replace("*", ""),
            f"1*{product}",
            f"{product} + 0",
            " + ".join(factors),
            answer.rpartition(" ")[0].rpartition(" ")[0],
            f"{answer} + x",
            f"{answer} + 0*({factors[0]})",
        ]

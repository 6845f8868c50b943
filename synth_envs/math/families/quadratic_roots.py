"""Both roots of a quadratic equation."""

from fractions import Fraction
from math import isqrt

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import Roots, parse_polynomial, polynomial_text
from synth_envs.seeding import TaskRandom

__all__ = ["QuadraticRoots"]


class QuadraticRoots(MathFamily):
    """Find both roots of a quadratic equation with rational roots, in any order.

    Difficulty sets the denominators of the roots (1 to 9), their numerators (up to 30 to 90) and,
    from 0.4, moves a polynomial with coefficients of up to 3 digits to the right-hand side.
    """

    family = "quadratic_roots"
    group = "algebra"
    answer = Roots(count=2, hint="both roots separated by a comma, such as 2, -1/3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the roots, multiply out, then add the same polynomial to both sides."""
        size = 30 + int(60.99 * difficulty)
        bottom = 1 + int(8.99 * difficulty)
        a, b = 1 + rng.randrange(bottom), 1 + rng.randrange(bottom)
        p, q = rng.randint(-size, size), rng.randint(-size, size)
        factor = 1 + rng.randrange(6)
        if rng.randrange(4) == 0:
            factor = -factor
        left = [factor * p * q, -factor * (a * q + b * p), factor * a * b]
        right = "0"
        if difficulty >= 0.4:
            extra = [rng.randint(-999, 999) for _ in range(1 + int(2.99 * difficulty))]
            for i, value in enumerate(extra):
                left[i] += value
            right = polynomial_text(extra)
        prompt = (
            f"Find both roots of {polynomial_text(left)} = {right}. Give two exact numbers, separated "
            "by a comma, in any order; give a double root twice."
        )
        return Task(self.family, prompt, f"{Fraction(p, a)}, {Fraction(q, b)}", difficulty)

    def solve(self, prompt: str) -> str:
        """The quadratic formula with an integer square root."""
        equation = prompt.removeprefix("Find both roots of ").partition(". Give")[0]
        left, right = (parse_polynomial(side) or {} for side in equation.split(" = "))
        c, b, a = (int(left.get(i, 0) - right.get(i, 0)) for i in range(3))
        square = b * b - 4 * a * c
        root = isqrt(square)
        if root * root != square:
            msg = "the roots are not rational"
            raise ValueError(msg)
        return f"{Fraction(root - b, 2 * a)}, {Fraction(-root - b, 2 * a)}"

    def cheats(self, task: Task) -> list[str]:
        """One root, one root twice, a third number, the opposite signs."""
        first, second = self.oracle(task).split(", ")
        wrong = [
            first,
            f"{first}, {second}, 0",
            f"{first}, {second}, {second}",
            f"{first}/{second}",
        ]
        if first != second:
            wrong += [f"{first}, {first}", f"{second}, {second}"]
        if Fraction(first) + Fraction(second):
            wrong.append(f"{-Fraction(first)}, {-Fraction(second)}")
        return wrong

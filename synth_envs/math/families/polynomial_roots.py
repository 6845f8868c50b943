"""All real roots of a polynomial of degree 3 to 5."""

from fractions import Fraction
from math import gcd, isqrt

from synth_envs.core import Task
from synth_envs.math.family import MathFamily
from synth_envs.math.polynomials import Roots, multiply, parse_polynomial, polynomial_text
from synth_envs.seeding import TaskRandom

__all__ = ["PolynomialRoots"]


class PolynomialRoots(MathFamily):
    """Find all real roots of a polynomial equation, each as often as its multiplicity.

    Every real root is rational. Difficulty sets the degree (3 to 5), the roots (numerators up to
    13 to 20, denominators up to 1 to 3) and, from 0.3, lets two of the roots be complex, so that the number of real roots is
    not given away. Peer: reasoning_gym polynomial_equations.
    """

    family = "polynomial_roots"
    group = "algebra"
    answer = Roots(hint="all real roots separated by commas, such as 2, 2, -1/3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the factors, then multiply them out."""
        degree = 3 + int(2.99 * difficulty)
        bottom = 1 + int(2.99 * difficulty)
        size = 13 + int(7.99 * difficulty)
        polynomial = [1 + rng.randrange(6)]
        real = degree
        if difficulty >= 0.3 and rng.randrange(3) == 0:
            real -= 2
            b = rng.randint(-6, 6)
            polynomial = multiply(polynomial, [b * b // 4 + 1 + rng.randrange(9), b, 1])
        roots: list[Fraction] = []
        for _ in range(real):
            if roots and rng.randrange(8) == 0:
                root = rng.choice(roots)
            else:
                root = Fraction(rng.randint(-size, size), 1 + rng.randrange(bottom))
            roots.append(root)
            polynomial = multiply(polynomial, [-root.numerator, root.denominator])
        prompt = (
            f"Find all real roots of {polynomial_text(polynomial)} = 0. Give exact numbers, separated "
            "by commas, in any order; give each root as often as its multiplicity."
        )
        return Task(self.family, prompt, ", ".join(map(str, sorted(roots))), difficulty)

    def solve(self, prompt: str) -> str:
        """The rational root theorem: try every candidate by evaluation and divide it out."""
        text = prompt.removeprefix("Find all real roots of ").partition(" = 0")[0]
        terms = parse_polynomial(text) or {}
        rest = [int(terms.get(i, 0)) for i in range(max(terms), -1, -1)]  # highest power first
        roots: list[Fraction] = []
        while len(rest) > 1 and rest[-1] == 0:
            roots.append(Fraction(0))
            rest.pop()
        for top in _divisors(rest[-1]):
            for bottom in _divisors(rest[0]):
                if gcd(top, bottom) > 1:
                    continue
                for p in (top, -top):
                    while len(rest) > 1 and (quotient := _divided(rest, p, bottom)):
                        roots.append(Fraction(p, bottom))
                        rest = quotient
            if len(rest) == 1:
                break
        return ", ".join(map(str, roots))

    def cheats(self, task: Task) -> list[str]:
        """Leaving a root out, naming one once too often, the opposite signs, adding another."""
        roots = self.oracle(task).split(", ")
        wrong = [", ".join(roots[1:]), ", ".join([*roots, roots[0]]), ", ".join([*roots, "21"])]
        opposite = sorted(-Fraction(root) for root in roots)
        if opposite != sorted(Fraction(root) for root in roots):
            wrong.append(", ".join(map(str, opposite)))
        return wrong


def _divisors(number: int) -> list[int]:
    number = abs(number)
    low = [d for d in range(1, isqrt(number) + 1) if number % d == 0]
    return sorted({*low, *(number // d for d in low)})


def _divided(polynomial: list[int], p: int, q: int) -> list[int]:
    """The quotient by q*x - p, highest power first; empty when it leaves a remainder."""
    quotient = []
    carry = 0
    for coefficient in polynomial[:-1]:
        carry, remainder = divmod(coefficient + carry * p, q)
        if remainder:
            return []
        quotient.append(carry)
    return [] if polynomial[-1] + carry * p else quotient

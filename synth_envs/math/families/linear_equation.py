"""Linear equations in one unknown, with brackets and the unknown on both sides."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["LinearEquation"]

_NAMES = "abcdhkmnpqrstuvwxyz"
_EQUATION = re.compile(r"Solve for [a-z]: (.*) = (.*)\. Give")
_TERM = re.compile(
    r"(?P<sign>[+-]?) ?(?:(?P<factor>\d+)\*)?(?:\((?P<inner>[^()]*)\)|(?P<name>[a-z])|(?P<number>\d+))"
)


class LinearEquation(MathFamily):
    """Solve a linear equation exactly.

    Difficulty sets the number of terms with the unknown (2 to 6, spread over both sides), the size
    of the coefficients (up to 9 to 49), how many of those terms stand in brackets (none to 4) and
    whether the solution may be a fraction (above 0.2). Peer: reasoning_gym simple_equations.
    """

    family = "linear_equation"
    group = "algebra"
    answer = Rational()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw terms for both sides, then the last constant so that the solution fits."""
        level = int(4.99 * difficulty)
        size = 8 + 10 * level
        name = rng.choice(_NAMES)
        sides = ["", ""]
        slope = shift = 0  # of the left side minus the right side
        for i in range(2 + level):
            side = i % 2
            factor = 2 + rng.randrange(size)
            term = f"{factor}*{name}"
            constant = 0
            if i >= 2:
                outer, constant = 2 + rng.randrange(8), rng.randint(-size, size) or 1
                term = f"{outer}*({term} {'-' if constant < 0 else '+'} {abs(constant)})"
                factor, constant = factor * outer, constant * outer
            sign = 1
            if rng.randrange(3) == 0:
                sign = -1
                term = f"- {term}" if sides[side] else f"-{term}"
            elif sides[side]:
                term = f"+ {term}"
            sides[side] = f"{sides[side]} {term}" if sides[side] else term
            sign = -sign if side else sign
            slope += sign * factor
            shift += sign * constant
        if slope == 0:
            sides[0] += f" + {name}"
            slope = 1
        constant = rng.randint(-10 * size, 10 * size)
        sides[0] += _signed(constant)
        shift += constant
        if level and rng.randrange(2):
            constant = rng.randint(-10 * size, 10 * size)
            solution = str(Fraction(constant - shift, slope))
        else:
            root = rng.randint(-99, 99)
            constant = slope * root + shift
            solution = str(root)
        sides[1] += _signed(constant)
        prompt = (
            f"Solve for {name}: {sides[0]} = {sides[1]}. "
            f"Give the exact value of {name}, as a fraction if it is not whole."
        )
        return Task(self.family, prompt, solution, difficulty)

    def solve(self, prompt: str) -> str:
        """The zero of left minus right, from its values at 0 and 1."""
        match = _EQUATION.search(prompt)
        if match is None:
            msg = "no equation"
            raise ValueError(msg)
        at_0, at_1 = (_value(match[1], x) - _value(match[2], x) for x in (0, 1))
        return str(Fraction(at_0, at_0 - at_1))

    def cheats(self, task: Task) -> list[str]:
        """The wrong sign, two candidates at once, a rounded fraction."""
        solution = Fraction(self.oracle(task))
        wrong = [f"{solution}, {solution + 1}", f"{solution} or {solution - 1}"]
        if solution:
            wrong.append(str(-solution))
        if solution.denominator % 2 and solution.denominator % 5 and solution.denominator > 1:
            wrong.append(f"{float(solution):.4f}")
        return wrong


def _signed(constant: int) -> str:
    return f" - {-constant}" if constant < 0 else f" + {constant}" if constant else ""


def _value(text: str, x: int) -> int:
    """The value of a sum of terms at an integer."""
    total = 0
    for match in _TERM.finditer(text):
        value = int(match["factor"] or 1)
        if match["inner"] is not None:
            value *= _value(match["inner"], x)
        elif match["name"]:
            value *= x
        else:
            value *= int(match["number"])
        total += -value if match["sign"] == "-" else value
    return total

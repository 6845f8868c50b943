"""Linear equations in integers: any solution is right."""

import re
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.core import Json, Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Diophantine"]

_PROMPTS = (
    "Find integers x and y such that {}.",
    "Give one solution of {} in integers x and y.",
    "The equation {} has integer solutions. Give one.",
)
_UNKNOWNS = re.compile(r"^\s{0,9}(?:\\left)?\(x, ?y(?:\\right)?\)\s{0,9}=")
_EQUATION = re.compile(r"([0-9]+)\*x ([+-]) ([0-9]+)\*y = (-?[0-9]+)")


@dataclass(frozen=True)
class Solution(Numbers):
    """Two numbers as "3, -2", "x = 3, y = -2", "x: 3, y: -2" or "(x, y) = (3, -2)"."""

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """The values of x and y, or None."""
        return super().parse(_UNKNOWNS.sub("", text.replace(":", "=")))


class Diophantine(MathFamily):
    """Find one integer solution of a*x + b*y = c.

    Difficulty sets the digits of the coefficients (2 to 5) and of a hidden solution (2 to 5).
    """

    family = "diophantine"
    group = "number theory"
    answer = Solution(count=2, names=("x", "y"), hint="x and y, such as 3, -2")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the coefficients and a solution; again if one unknown could then be 0."""
        low = 10 ** (1 + int(3.99 * difficulty))
        span = 9 * low
        a = low + rng.randrange(span)
        for _ in range(8):
            b, x, y = (low + rng.randrange(span) for _ in range(3))
            sign = rng.randrange(4)
            x = -x if sign & 1 else x
            b = -b if sign & 2 else b
            c = a * x + b * y
            if c % a and c % b:
                break
        equation = f"{a}*x {'-' if b < 0 else '+'} {abs(b)}*y = {c}"
        prompt = (
            f"{phrasing(_PROMPTS, a, b, c).format(equation)} "
            "Answer with x and y, in this order, separated by a comma."
        )
        reference = {"answer": f"{x}, {y}", "a": a, "b": b, "c": c}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: tuple[Fraction, ...]) -> bool:
        """The equation holds."""
        x, y = value
        return bool(reference["a"] * x + reference["b"] * y == reference["c"])

    def solve(self, prompt: str) -> str:
        """Extended Euclidean algorithm."""
        a_text, sign, b_text, c_text = _EQUATION.findall(prompt)[0]
        a, b, c = int(a_text), int(b_text), int(c_text)
        x, next_x, divisor, rest = 1, 0, a, b
        while rest:
            times = divisor // rest
            divisor, rest = rest, divisor - times * rest
            x, next_x = next_x, x - times * next_x
        y = (divisor - a * x) // b
        if c % divisor:
            msg = "the equation has no integer solution"
            raise ValueError(msg)
        scale = c // divisor
        return f"{x * scale}, {(y if sign == '+' else -y) * scale}"

    def cheats(self, task: Task) -> list[str]:
        """One unknown, a near miss, fractions, the unknowns named wrongly or solved for 0."""
        a, b, c = (task.reference[key] for key in "abc")
        x, y = map(int, self.oracle(task).split(", "))
        return [
            str(x),
            f"{x}, {y + 1}",
            f"{x}, {y}, {y}",
            f"0, {c}/{abs(b)}",
            f"{round(c / a)}, 0",
            f"{c}/{a}, 0",
            f"x = {x}, z = {y}",
            f"{x + 1}, ({c} - {a}*{x + 1})/{b}",
            "0, 0",
        ]

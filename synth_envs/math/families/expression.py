"""Nested arithmetic on integers."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["Expression"]

# How tightly the outermost operation of a text binds.
_SUM, _QUOTIENT, _PRODUCT, _NUMBER = range(4)
_RANK = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2}
_TOKEN = re.compile(r"[0-9]+|[-+*/()]")


class Expression(MathFamily):
    """Evaluate an expression of +, -, *, exact division and parentheses.

    Difficulty sets the number of operands (3 to 10) and the size of the value (3 to 5 digits). The
    value is drawn first and taken apart, so every division is exact and only the whole expression
    can be negative.
    """

    family = "expression"
    group = "arithmetic"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the value, then take it apart."""
        size = 10 ** (3 + int(2.99 * difficulty))
        value = 1 + rng.randrange(size)
        if rng.randrange(4) == 0:
            value = -value
        text, _ = _expand(rng, value, 3 + int(7.99 * difficulty), size)
        return Task(self.family, f"Compute {text}.", str(value), difficulty)

    def solve(self, prompt: str) -> str:
        """Operator precedence with a stack of values and a stack of operators."""
        values: list[int] = []
        operators: list[str] = []

        def reduce_above(rank: int) -> None:
            while operators and _RANK[operators[-1]] >= rank:
                right, left = values.pop(), values.pop()
                values.append(_apply(operators.pop(), left, right))

        for part in _TOKEN.findall(prompt):
            if part.isdigit():
                values.append(int(part))
            elif part == "(":
                operators.append(part)
            elif part == ")":
                reduce_above(1)
                operators.pop()
            else:
                reduce_above(_RANK[part])
                operators.append(part)
        reduce_above(1)
        (value,) = values
        return str(value)

    def cheats(self, task: Task) -> list[str]:
        """The expression left as it is, the sign dropped or flipped, and a decimal near the value."""
        text = task.prompt.removeprefix("Compute ").rstrip(".")
        value = self.oracle(task)
        return [text, str(-int(value)), f"{value}.4", f"{value} or 0"]


def _expand(rng: TaskRandom, value: int, operands: int, size: int) -> tuple[str, int]:
    """An expression for `value` with that many operands, and how tightly it binds."""
    if operands == 1:
        return str(value), _NUMBER
    kind = rng.randrange(5)
    if kind == 0 and value > 1:
        right = 1 + rng.randrange(value - 1)
        head = 1 + rng.randrange(operands - 1)
        left_text, _ = _expand(rng, value - right, head, size)
        right_text, _ = _expand(rng, right, operands - head, size)
        return f"{left_text} + {right_text}", _SUM
    if kind <= 2 and value > 0:
        factor = 2 + rng.randrange(11)
        whole, rest = divmod(value, factor)
        if whole > 1 and (operands > 2 or not rest):
            text, binding = _expand(rng, whole, operands - (2 if rest else 1), size)
            if binding < _PRODUCT:
                text = f"({text})"
            if not rest:
                return f"{text} * {factor}", _PRODUCT
            return f"{factor} * {text} + {rest}", _SUM
    if kind == 3 and 0 < value <= 10 * size:
        divisor = 2 + rng.randrange(11)
        text, binding = _expand(rng, value * divisor, operands - 1, size)
        if binding < _PRODUCT:
            text = f"({text})"
        return f"{text} / {divisor}", _QUOTIENT
    right = 1 + rng.randrange(size) + max(0, -value)
    head = 1 + rng.randrange(operands - 1)
    left_text, _ = _expand(rng, value + right, head, size)
    right_text, binding = _expand(rng, right, operands - head, size)
    if binding == _SUM:
        right_text = f"({right_text})"
    return f"{left_text} - {right_text}", _SUM


def _apply(operator: str, left: int, right: int) -> int:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    quotient, remainder = divmod(left, right)
    if remainder:
        msg = f"{left} / {right} is not whole"
        raise ArithmeticError(msg)
    return quotient

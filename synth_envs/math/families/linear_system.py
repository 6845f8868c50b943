"""Systems of linear equations with one solution."""

import re
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import split_items
from synth_envs.math.family import MathFamily
from synth_envs.math.matrices import leibniz
from synth_envs.math.numbers import parse_number
from synth_envs.seeding import TaskRandom

__all__ = ["LinearSystem"]

_NAMES = "xyzw"
_MAX_TEXT = 2_048
_TUPLE = re.compile(r"\(?\s?x\s?,\s?y\s?(?:,\s?z\s?(?:,\s?w\s?)?)?\)?\s?=").match
_NAMED = re.compile(r"([xyzw])\s?=\s?(.+)").fullmatch
_EQUATION = re.compile(r"^(.+) = (-?\d+)$", re.MULTILINE)
_TERM = re.compile(r"([+-]?) ?(?:(\d+)\*)?([xyzw])")


@dataclass(frozen=True)
class _Unknowns:
    """Values of x, y, z, w: in this order, or by name in any order."""

    hint: str = "the value of every unknown, such as x = 2, y = -1/3"

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """The values in the order x, y, z, w, or None."""
        if len(text) > _MAX_TEXT:
            return None
        lines = (" ".join(line.split()).rstrip(",;") for line in text.lower().split("\n"))
        text = ", ".join(line for line in lines if line)
        head = _TUPLE(text)
        items = split_items(text[head.end() :] if head else text)
        if items is None or not 2 <= len(items) <= len(_NAMES):
            return None
        if any("=" in item for item in items):
            named = {match[1]: match[2] for item in items if (match := _NAMED(item))}
            if len(named) != len(items) or set(named) != set(_NAMES[: len(items)]):
                return None
            items = [named[name] for name in _NAMES[: len(items)]]
        values = [parse_number(item) for item in items]
        found = tuple(value for value in values if value is not None)
        return found if len(found) == len(items) else None


class LinearSystem(MathFamily):
    """Solve a system of linear equations that has exactly one solution.

    Difficulty sets the number of unknowns and equations (2 to 4), the size of the coefficients
    (up to 9 to 15) and, from 0.3, lets some of the unknowns be fractions.
    """

    family = "linear_system"
    group = "algebra"
    answer = _Unknowns()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the solution and a matrix with an odd determinant, then the right-hand sides."""
        n = 2 + int(2.99 * difficulty)
        half = 4 + int(3.99 * difficulty)
        tops = [rng.randint(-20, 20) for _ in range(n)]
        bottoms = [1] * n
        if difficulty >= 0.3:
            bottoms = [2 + rng.randrange(4) if rng.randrange(3) == 0 else 1 for _ in range(n)]
        rows = []
        for i in range(n):
            # Odd on the diagonal and even below it: the determinant is odd, hence not zero.
            row = [2 * rng.randint(-half, half) for _ in range(i)]
            row.append(2 * rng.randint(-half, half - 1) + 1)
            row += [rng.randint(-2 * half, 2 * half) for _ in range(n - 1 - i)]
            rows.append(row)
        rng.shuffle(rows)
        order = list(range(n))
        rng.shuffle(order)
        lines = []
        for row in rows:
            # A column times the denominator of its unknown keeps the right-hand sides whole.
            total = sum(row[j] * tops[i] for i, j in enumerate(order))
            text = ""
            for i, j in enumerate(order):
                if coefficient := row[j] * bottoms[i]:
                    sign = "-" if coefficient < 0 else "+"
                    size = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
                    text += f" {sign} {size}{_NAMES[i]}"
            text = "-" + text[3:] if text.startswith(" -") else text[3:]
            lines.append(f"{text} = {total}")
        names = ", ".join(_NAMES[:n])
        system = "\n".join(lines)
        prompt = (
            f"Solve the system of equations:\n{system}\nGive the exact values of {names} in this order, "
            "separated by commas, as fractions where they are not whole."
        )
        values = [Fraction(top, bottom) for top, bottom in zip(tops, bottoms, strict=True)]
        answer = ", ".join(f"{_NAMES[i]} = {value}" for i, value in enumerate(values))
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Cramer's rule."""
        rows, totals = [], []
        for text, total in _EQUATION.findall(prompt):
            row = [0] * len(_NAMES)
            for sign, size, name in _TERM.findall(text):
                value = int(size or 1)
                row[_NAMES.index(name)] += -value if sign == "-" else value
            rows.append(row)
            totals.append(int(total))
        n = len(rows)
        matrix = [row[:n] for row in rows]
        determinant = leibniz(matrix)
        values = []
        for j in range(n):
            replaced = [
                [*row[:j], total, *row[j + 1 :]] for row, total in zip(matrix, totals, strict=True)
            ]
            values.append(Fraction(leibniz(replaced), determinant))
        return ", ".join(map(str, values))

    def cheats(self, task: Task) -> list[str]:
        """One unknown, a value too many, the wrong order, the opposite signs."""
        right = self.answer.parse(self.oracle(task)) or ()
        values = [str(value) for value in right]
        wrong = [values[0], f"x = {values[0]}", ", ".join([*values, "0"]), ", ".join(values[:-1])]
        if right != right[::-1]:
            wrong.append(", ".join(values[::-1]))
        if any(right):
            wrong.append(", ".join(str(-value) for value in right))
        return wrong

"""Exact intersections of lines."""

import re
from fractions import Fraction
from itertools import combinations
from math import gcd

from synth_envs.core import Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.points import Points
from synth_envs.seeding import TaskRandom

__all__ = ["LineIntersection"]

_WORDINGS = (
    "Here are {n} lines in the plane. {lines}. Find {what}.",
    "{lines}. What are the coordinates of {what}?",
    "Consider {n} straight lines. {lines}. Determine exactly {what}.",
)


class LineIntersection(MathFamily):
    """Give the exact rational intersection points of lines in several forms.

    Difficulty sets the number of lines (2 or 3, each pair meeting) and the size of the numbers
    (up to 9, up to 40).
    """

    family = "line_intersection"
    group = "geometry"
    answer = Points()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw lines with distinct slopes; intersect them by Cramer's rule."""
        high = 9 + int(31 * difficulty)
        count = 3 if difficulty > 0.5 else 2
        texts: list[str] = []
        lines: list[tuple[int, int, int]] = []
        for name in "pqr"[:count]:
            dx, dy = rng.randint(1, high), rng.randint(-high, high)
            while any(a * dx + b * dy == 0 for a, b, _ in lines):
                dy += 1  # each line excludes one dy, so this ends after at most two steps
            x, y = rng.randint(-high, high), rng.randint(-high, high)
            form = rng.randrange(3)
            if form == 2:
                x = 0
            line = (dy, -dx, dy * x - dx * y)
            lines.append(line)
            if form == 0:
                texts.append(f"Line {name} goes through ({x}, {y}) and ({x + dx}, {y + dy})")
            elif form == 1:
                texts.append(f"Line {name} has the equation {_equation(*line)}")
            else:
                texts.append(f"Line {name} has slope {_ratio(dy, dx)} and goes through (0, {y})")
        points: list[str] = []
        for i, j in combinations(range(count), 2):
            (a, b, c), (d, e, f) = lines[i], lines[j]
            det = a * e - b * d
            points.append(f"({_ratio(c * e - b * f, det)}, {_ratio(a * f - c * d, det)})")
        what = _WHAT[count]
        listed = ". ".join(texts)
        prompt = phrasing(_WORDINGS, listed).format(n=_COUNTS[count], lines=listed, what=what)
        return Task(self.family, prompt, ", ".join(points), difficulty)

    def solve(self, prompt: str) -> str:
        """Write each line as y = m*x + k; two of them meet where these agree."""
        found: list[tuple[Fraction, Fraction]] = []
        for name in "pqr":
            match = re.search(rf"Line {name} ([^.]*)\.", prompt)
            if match is not None:
                found.append(_slope_form(match[1]))
        points: list[str] = []
        for (m, k), (n, h) in combinations(found, 2):
            x = (h - k) / (m - n)
            points.append(f"({x}, {m * x + k})")
        return ", ".join(points)

    def cheats(self, task: Task) -> list[str]:
        """One coordinate, both swapped, a third one added, and rounded ones."""
        items = self.oracle(task)
        first = items[1 : items.index(",")]
        return [
            first,
            f"{items}, ({first}, 0)",
            f"{items}, {first}",
            f"({first}/3.0001, 1)",
            items[:-1] + ", 0)",
        ]


_COUNTS = {2: "two", 3: "three"}
_WHAT = {
    2: "the point where p and q meet",
    3: "the points where p and q meet, where p and r meet, and where q and r meet, in this order",
}


def _ratio(numerator: int, denominator: int) -> str:
    common = gcd(numerator, denominator)
    if denominator < 0:
        common = -common
    numerator, denominator = numerator // common, denominator // common
    return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"


def _equation(a: int, b: int, c: int) -> str:
    """A line a*x + b*y = c with b < 0, with a positive first coefficient."""
    if a <= 0:
        a, b, c = -a, -b, -c
    y = "y" if abs(b) == 1 else f"{abs(b)}*y"
    if a == 0:
        return f"{y} = {c}"
    return f"{'' if a == 1 else f'{a}*'}x {'+' if b > 0 else '-'} {y} = {c}"


def _slope_form(text: str) -> tuple[Fraction, Fraction]:
    """The slope and the intercept of the line that a sentence describes."""
    points = [(int(x), int(y)) for x, y in re.findall(r"\((-?[0-9]+), (-?[0-9]+)\)", text)]
    if "equation" in text:
        left, _, right = text.partition("equation ")[2].partition(" = ")
        coefficients = {"x": 0, "y": 0}
        for sign, size, name in re.findall(r"([-+]?) ?(?:([0-9]+)\*)?([xy])", left):
            coefficients[name] += int(size or 1) * (-1 if sign == "-" else 1)
        b = coefficients["y"]
        return Fraction(-coefficients["x"], b), Fraction(int(right), b)
    if "slope" in text:
        m = Fraction(text.partition("slope ")[2].partition(" ")[0])
    else:
        (x, y), (u, v) = points
        m = Fraction(v - y, u - x)
    return m, points[0][1] - m * points[0][0]

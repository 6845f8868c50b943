"""Areas of simple polygons with integer vertices."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["PolygonArea"]

Point = tuple[int, int]

_WORDINGS = (
    "A simple polygon has the vertices {points}, in this order. What is its area?",
    "Find the area of the polygon with the consecutive vertices {points}.",
    "Going around the edge of a plot of land, one meets the corners {points}, one after another, and then comes back to the first. The edges are straight. What is the area of the plot?",
)
_UNITS = ("square units", "square unit", "units^2", "units squared", "sq units")


class PolygonArea(MathFamily):
    """Give the exact area of a simple polygon, not necessarily convex.

    Difficulty sets the number of vertices (5 to 14) and the size of the coordinates.
    """

    family = "polygon_area"
    group = "geometry"
    answer = Rational(units=dict.fromkeys(_UNITS, Fraction(1)))

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a chain above a line and one below it, shear the plane and move it."""
        above = 2 + int(5.49 * difficulty)
        below = 1 + int(4.99 * difficulty)
        high = 18 + int(20 * difficulty)
        width = above + below + 2 + int(10 * difficulty)
        # Each vertex has its own x, and only the ends of both chains lie on the line.
        inner = rng.sample(range(1, width), above + below)
        upper = [(x, rng.randint(1, high)) for x in sorted(inner[:above])]
        lower = [(x, -rng.randint(1, high)) for x in sorted(inner[above:], reverse=True)]
        points = [(0, 0), *upper, (width, 0), *lower]
        shear, dx, dy = rng.randint(-2, 2), rng.randint(-9, 9), rng.randint(-9, 9)
        double = 0
        x, y = points[-1]
        for u, v in points:
            double += y * u - x * v
            x, y = u, v
        turn = rng.randrange(4)
        placed = [(x + dx, y + shear * x + dy) for x, y in points]
        if turn & 1:
            placed = [(y, x) for x, y in placed]
        if turn & 2:
            placed.reverse()
        start = rng.randrange(len(placed))
        text = ", ".join([f"({x}, {y})" for x, y in placed[start:] + placed[:start]])
        prompt = phrasing(_WORDINGS, text).format(points=text)
        area = f"{double}/2" if double % 2 else str(double // 2)
        return Task(self.family, prompt, area, difficulty)

    def solve(self, prompt: str) -> str:
        """Cut off one ear after another and add up their areas."""
        points = [(int(x), int(y)) for x, y in re.findall(r"\((-?[0-9]+), (-?[0-9]+)\)", prompt)]
        if sum(x * (v - y) - y * (u - x) for (x, y), (u, v) in _edges(points)) < 0:
            points.reverse()
        double = 0
        while len(points) > 2:
            for i in range(len(points)):
                a, b, c = points[i - 2], points[i - 1], points[i]
                others = [p for p in points if p not in (a, b, c)]
                if _twice(a, b, c) >= 0 and not any(_inside(p, a, b, c) for p in others):
                    double += _twice(a, b, c)
                    points.remove(b)
                    break
            else:
                msg = "the polygon is not simple"
                raise ValueError(msg)
        return str(Fraction(double, 2))

    def cheats(self, task: Task) -> list[str]:
        """Twice the area, its negative, half of it, and a wrong unit."""
        area = Fraction(task.reference)
        return [str(area * 2), str(-area), str(area / 2), f"{area} cm", f"{area} or {area + 1}"]


def _edges(points: list[Point]) -> list[tuple[Point, Point]]:
    return list(zip(points, points[1:] + points[:1], strict=True))


def _twice(a: Point, b: Point, c: Point) -> int:
    """Twice the signed area of a triangle."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _inside(p: Point, a: Point, b: Point, c: Point) -> bool:
    return _twice(a, b, p) >= 0 and _twice(b, c, p) >= 0 and _twice(c, a, p) >= 0

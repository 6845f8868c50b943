"""Several exact measures of one triangle."""

import re
from math import gcd, isqrt

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["TriangleMeasures"]

_CORNERS = (
    "A triangle has the vertices {}. Give the squares of the lengths of AB, BC and CA, and then the area.",
    "The points {} form a triangle. Give AB^2, BC^2, CA^2 and the area of the triangle, in this order.",
    "Take the triangle with corners {}. What are the squared lengths of the sides AB, BC and CA, and what is the area?",
)
_RIGHT = (
    "A right triangle has a leg of length {} and a hypotenuse of length {}. Give the length of the other leg, the perimeter and the area.",
    "In a right triangle, one leg measures {} and the hypotenuse {}. What are the other leg, the perimeter and the area, in this order?",
    "One leg of a right triangle is {} long and its hypotenuse is {} long. Find the other leg, then the perimeter, then the area.",
)
_SIDES = (
    "A triangle has sides of lengths {}, {} and {}. Give its perimeter, its area and the radius of its inscribed circle.",
    "The sides of a triangle measure {}, {} and {}. What are the perimeter, the area and the inradius, in this order?",
    "Find the perimeter, then the area, then the radius of the incircle of the triangle with sides {}, {} and {}.",
)
_ROOT = "the number under a root is not a perfect square"


class TriangleMeasures(MathFamily):
    """Give several exact measures of a triangle: sides, perimeter, area, inradius.

    The triangle is given by its vertices, by two sides of a right triangle, or by three sides.
    Every measure asked for is rational. Difficulty sets the size of the numbers (1 to 3 digits
    in coordinates, 2 or 3 up to about 8 in lengths).
    """

    family = "triangle_measures"
    group = "geometry"
    answer = Numbers(integers=False, hint="the measures in order, such as 25, 16, 9, 13/2")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a Pythagorean triple, two of them joined at a leg, or three lattice points."""
        kind = rng.randrange(3)
        factor = rng.randint(1, int(15 * 900**difficulty))
        if kind == 0:
            size = int(9 * 100**difficulty)
            a, b = rng.randint(-size, size), rng.randint(-size, size)
            dx, dy = rng.randint(1, size), rng.randint(-size, size)
            u, v = rng.randint(-size, size), rng.randint(-size, size)
            if dx * v == dy * u:  # on one line: turn the second side by a right angle
                u, v = -dy, dx
            points = f"A({a}, {b}), B({a + dx}, {b + dy}) and C({a + u}, {b + v})"
            squares = [dx * dx + dy * dy, (u - dx) ** 2 + (v - dy) ** 2, u * u + v * v]
            prompt = phrasing(_CORNERS, points).format(points)
            answer = ", ".join([*map(str, squares), _ratio(abs(dx * v - dy * u), 2)])
        elif kind == 1:
            legs = [factor * x for x in _triple(rng, 24 + int(30 * difficulty))]
            hypotenuse = legs.pop()
            given = rng.randrange(2)
            leg, other = legs[given], legs[1 - given]
            prompt = phrasing(_RIGHT, leg, hypotenuse).format(leg, hypotenuse)
            answer = f"{other}, {leg + other + hypotenuse}, {leg * other // 2}"
        else:
            p, height, q = _triple(rng, 6 + int(8 * difficulty))
            r, across, s = _triple(rng, 6 + int(8 * difficulty))
            common = gcd(height, across)
            m, n = factor * across // common, factor * height // common
            sides = [q * m, s * n, p * m + r * n]
            perimeter, area = sum(sides), sides[2] * height * m // 2
            rng.shuffle(sides)
            prompt = phrasing(_SIDES, *sides).format(*sides)
            answer = f"{perimeter}, {area}, {_ratio(2 * area, perimeter)}"
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """The theorem of Pythagoras and Heron's formula."""
        numbers = [int(n) for n in re.findall(r"(?<!\^)-?\b[0-9]+", prompt)]
        if "inscribed" in prompt or "radius" in prompt:
            double = _heron(*(n * n for n in numbers))
            perimeter = sum(numbers)
            return f"{perimeter}, {_ratio(double, 2)}, {_ratio(double, perimeter)}"
        if "hypotenuse" in prompt:
            leg, hypotenuse = numbers
            other = _root(hypotenuse**2 - leg**2)
            return f"{other}, {leg + other + hypotenuse}, {_ratio(leg * other, 2)}"
        (a, b, c, d, e, f) = numbers
        squares = [
            (a - c) ** 2 + (b - d) ** 2,
            (c - e) ** 2 + (d - f) ** 2,
            (a - e) ** 2 + (b - f) ** 2,
        ]
        return ", ".join([*map(str, squares), _ratio(_heron(*squares), 2)])

    def cheats(self, task: Task) -> list[str]:
        """Parts left out, in another order, repeated, or replaced by zero."""
        parts = self.oracle(task).split(", ")
        return [
            parts[-1],
            ", ".join(parts[:-1]),
            ", ".join([parts[-1], *parts[:-1]]) if len(set(parts)) > 1 else "",
            ", ".join([*parts, parts[-1]]),
            ", ".join([*parts[:-1], "0"]),
        ]


def _triple(rng: TaskRandom, high: int) -> tuple[int, int, int]:
    """Two legs, in random order, and the hypotenuse of a right triangle."""
    m = rng.randint(2, high)
    n = rng.randint(1, m - 1)
    a, b, c = m * m - n * n, 2 * m * n, m * m + n * n
    return (a, b, c) if rng.randrange(2) else (b, a, c)


def _ratio(numerator: int, denominator: int) -> str:
    common = gcd(numerator, denominator)
    top, bottom = numerator // common, denominator // common
    return str(top) if bottom == 1 else f"{top}/{bottom}"


def _root(square: int) -> int:
    root = isqrt(square)
    if root * root != square:
        raise ValueError(_ROOT)
    return root


def _heron(a: int, b: int, c: int) -> int:
    """Twice the area of a triangle, from the squares of its sides."""
    return _root(4 * a * b - (a + b - c) ** 2) // 2

"""Images of points under a sequence of transformations."""

import re

from synth_envs.core import Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.points import Points
from synth_envs.seeding import TaskRandom

__all__ = ["PointTransform"]

Row = tuple[int, int, int]

_WORDINGS = (
    "Apply these transformations of the plane to {points}, one after another: {steps}. {ask}",
    "Take {points} and carry out, in this order: {steps}. {ask}",
    "A program moves {points} by the following steps, in turn: {steps}. {ask}",
)
_NUMBER = r"(-?[0-9]+)"
_CENTER = rf"(?:the origin|\({_NUMBER}, {_NUMBER}\))"
_SHIFT = re.compile(rf"a translation by the vector \({_NUMBER}, {_NUMBER}\)").fullmatch
_SCALING = re.compile(rf"a scaling by the factor {_NUMBER} with the centre {_CENTER}").fullmatch
_TURN = re.compile(rf"a rotation by ([0-9]+) degrees( clockwise)?.* about {_CENTER}").fullmatch
_MIRROR = re.compile(rf"a reflection in the line ([xy]) = {_NUMBER}").fullmatch
_AXES: dict[str, tuple[Row, Row]] = {
    "a reflection in the x-axis": ((1, 0, 0), (0, -1, 0)),
    "a reflection in the y-axis": ((-1, 0, 0), (0, 1, 0)),
    "a reflection in the line y = x": ((0, 1, 0), (1, 0, 0)),
    "a reflection in the line y = -x": ((0, -1, 0), (-1, 0, 0)),
}
# Rotations by 0, 90, 180 and 270 degrees counterclockwise.
_QUARTERS = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))


class PointTransform(MathFamily):
    """Follow points through rotations, reflections, translations and scalings.

    Difficulty sets the number of steps (3 to 9) and of points (1 to 3).
    """

    family = "point_transform"
    group = "geometry"
    answer = Points()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Move the points step by step."""
        count = 1 + int(2.49 * difficulty)
        points = [(rng.randint(-12, 12), rng.randint(-12, 12)) for _ in range(count)]
        given = ", ".join([f"({x}, {y})" for x, y in points])
        steps: list[str] = []
        for _ in range(3 + int(6.49 * difficulty)):
            kind, a, b = rng.randrange(7), rng.randint(-9, 9), rng.randint(-9, 9)
            if kind < 3:
                if rng.randrange(3) == 0:
                    a = b = 0
                quarter = rng.randint(1, 3)
                if quarter == 1:
                    points = [(a + b - y, b - a + x) for x, y in points]
                elif quarter == 2:
                    points = [(2 * a - x, 2 * b - y) for x, y in points]
                else:
                    points = [(a - b + y, a + b - x) for x, y in points]
                center = f"({a}, {b})" if a or b else "the origin"
                way = " clockwise" if rng.randrange(2) else " counterclockwise"
                angle = 90 * (4 - quarter if way == " clockwise" else quarter)
                way = "" if quarter == 2 else way
                steps.append(f"a rotation by {angle} degrees{way} about {center}")
            elif kind == 3:
                text = rng.choice(tuple(_AXES))
                (p, q, _), (r, s, _) = _AXES[text]
                points = [(p * x + q * y, r * x + s * y) for x, y in points]
                steps.append(text)
            elif kind == 4:
                if rng.randrange(2):
                    points = [(2 * a - x, y) for x, y in points]
                    steps.append(f"a reflection in the line x = {a}")
                else:
                    points = [(x, 2 * b - y) for x, y in points]
                    steps.append(f"a reflection in the line y = {b}")
            elif kind == 5:
                points = [(x + a, y + b) for x, y in points]
                steps.append(f"a translation by the vector ({a}, {b})")
            else:
                k = rng.choice((-2, 2, 3))
                points = [(a + k * (x - a), b + k * (y - b)) for x, y in points]
                steps.append(f"a scaling by the factor {k} with the centre ({a}, {b})")
        listed = "; ".join(steps)
        prompt = phrasing(_WORDINGS, given, listed).format(
            points=f"the point {given}" if count == 1 else f"the points {given}",
            steps=listed,
            ask="What are the final coordinates?" + " Keep the order of the points." * (count > 1),
        )
        end = ", ".join([f"({x}, {y})" for x, y in points])
        return Task(self.family, prompt, end, difficulty)

    def solve(self, prompt: str) -> str:
        """Multiply the steps into one affine map, then apply it."""
        head, _, tail = re.split(r"(: )", prompt, maxsplit=1)
        if "in this order" in head:
            head = head.partition(" and carry")[0]
        (p, q, r), (s, t, u) = (1, 0, 0), (0, 1, 0)
        for step in tail.partition(". ")[0].split("; "):
            (a, b, c), (d, e, f) = _affine(step)
            (p, q, r), (s, t, u) = (
                (a * p + b * s, a * q + b * t, a * r + b * u + c),
                (d * p + e * s, d * q + e * t, d * r + e * u + f),
            )
        found = re.findall(rf"\({_NUMBER}, {_NUMBER}\)", head)
        images = [(p * int(x) + q * int(y) + r, s * int(x) + t * int(y) + u) for x, y in found]
        return ", ".join(f"({x}, {y})" for x, y in images)

    def cheats(self, task: Task) -> list[str]:
        """The end with a coordinate left out, repeated or altered, and two ends."""
        end = self.oracle(task)
        return [end.rpartition(",")[0], f"{end}, {end}", f"{end[:-1]}1)", f"{end} or (0, 0)"]


def _affine(step: str) -> tuple[Row, Row]:
    """The map that a step describes, as two rows.

    Raises:
        ValueError: The step cannot be read.
    """
    if step in _AXES:
        return _AXES[step]
    if match := _SHIFT(step):
        return (1, 0, int(match[1])), (0, 1, int(match[2]))
    if match := _MIRROR(step):
        twice = 2 * int(match[2])
        return ((-1, 0, twice), (0, 1, 0)) if match[1] == "x" else ((1, 0, 0), (0, -1, twice))
    if match := _SCALING(step):
        k = int(match[1])
        a, b, c, d = k, 0, 0, k
    elif match := _TURN(step):
        a, b, c, d = _QUARTERS[(-1 if match[2] else 1) * int(match[1]) // 90 % 4]
    else:
        msg = f"unknown step: {step!r}"
        raise ValueError(msg)
    x, y = (int(n or 0) for n in match.groups()[-2:])
    return (a, b, x - a * x - b * y), (c, d, y - c * x - d * y)

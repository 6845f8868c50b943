"""Polygons whose corners have whole coordinates."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["PointsOfPolygon", "PolygonReport"]

#: Points that count: text, condition of the reference, condition of the other program.
_COUNTED = (
    ("", "", ""),
    (" whose coordinates have an even sum", " and (x + y) % 2 == 0", " and x % 2 == y % 2"),
    (" with x > y", " and x > y", " and not y - x >= 0"),
    (" with x a multiple of $k", " and x % $k == 0", " and x // $k * $k == x"),
    (
        " with y not a multiple of $k",
        " and y % $k != 0",
        " and any((y - rest) % $k == 0 for rest in range(1, $k))",
    ),
    (" with x + y at least $k", " and x + y >= $k", " and y > $k - 1 - x"),
)
#: Where they lie: text, condition on `where` (1 inside, 0 on the edge, -1 outside), the same on
#: the sets of the other program.
_PLACES = (
    ("strictly inside the polygon, so not on its edge", "where > 0", "inside"),
    ("on the edge of the polygon (corners included)", "where == 0", "edge"),
    ("inside the polygon or on its edge", "where >= 0", "(inside | edge)"),
)
#: What is asked of them: text, type, expression on the list `points` (in order), the same on a set.
_ASKED = (
    ("the number of these points", "int", "len(points)", "sum(1 for _ in points)"),
    (
        "the sum of their x coordinates plus twice the sum of their y coordinates",
        "int",
        "sum(x + 2 * y for x, y in points)",
        "sum(x for x, y in points) + sum(y for x, y in points) * 2",
    ),
    (
        "the list of the first 6 of these points [x, y], those with smaller x first and points with equal x by y",
        "list[list[int]]",
        "[[x, y] for x, y in points[:6]]",
        "sorted(map(list, points))[:6]",
    ),
    (
        "a list with the number of these points for each x from the smallest x of a corner to the largest",
        "list[int]",
        "[sum(point[0] == x for point in points) for x in range(min(xs), max(xs) + 1)]",
        "[len([y for a, y in points if a == x]) for x in range(min(corners)[0], max(corners)[0] + 1)]",
    ),
)
_SOURCE = Text("""\
def side(a, b, p):
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def on_edge(a, b, p):
    return (
        side(a, b, p) == 0
        and min(a[0], b[0]) <= p[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
    )


def position(corners, p):
    inside = False
    for place in range(len(corners)):
        a, b = corners[place - 1], corners[place]
        if on_edge(a, b, p):
            return 0
        if (a[1] > p[1]) != (b[1] > p[1]):
            if (side(a, b, p) > 0) == (b[1] > a[1]):
                inside = not inside
    return 1 if inside else -1


def lattice_points(corners):
    xs = [x for x, _ in corners]
    ys = [y for _, y in corners]
    points = []
    for x in range(min(xs), max(xs) + 1):
        for y in range(min(ys), max(ys) + 1):
            where = position(corners, (x, y))
            if $where$counted:
                points.append((x, y))
    return $answer
""")
_AGAIN = Text("""\
from math import gcd


def lattice_points(corners):
    edge, inside = set(), set()
    crossings = {}
    for (x, y), (u, v) in zip(corners, corners[1:] + corners[:1]):
        steps = gcd(u - x, v - y)
        edge |= {(x + (u - x) // steps * i, y + (v - y) // steps * i) for i in range(steps)}
        if u < x:
            x, y, u, v = u, v, x, y
        for column in range(x, u):
            # An edge passes just to the right of the column at this height, in units of 1 / (u - x).
            height = y * (u - x) + (v - y) * (column - x)
            crossings.setdefault(column, []).append((height, u - x))
    for column, heights in crossings.items():
        for y in range(min(q for _, q in corners), max(q for _, q in corners)):
            above = [h for h, w in heights if h > y * w]
            if len(above) % 2 and (column, y) not in edge:
                inside.add((column, y))
    points = {(x, y) for x, y in $place if True$counted}
    return $answer
""")


class PointsOfPolygon(Template):
    """Points with whole coordinates in a polygon or on its edge."""

    name: ClassVar[str] = "points_of_polygon"
    group: ClassVar[str] = "geometry on a lattice"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which points count and the question."""
        words, where, place = rng.choice(_PLACES)
        counted = rng.choice(_COUNTED[: 3 + int(3 * difficulty)])
        asked, kind, answer, again = rng.choice(_ASKED[: 2 + int(2.5 * difficulty)])
        k = rng.randint(2, 4)
        which, test, other = (Text(text).substitute(k=k) for text in counted)
        source = _SOURCE.substitute(where=where, counted=test, answer=answer)
        return self.problem(
            entry="lattice_points",
            parameters=(("corners", "list[list[int]]"),),
            returns=kind,
            statement=(
                "`corners` are the corners [x, y] of a polygon in the order in which its edge passes them, clockwise or counterclockwise; the last corner is joined to the first. There "
                "are at least three, all coordinates are integers, and the edge neither touches nor crosses itself. Three corners in a row may lie on one line. "
                f"Consider all points with integer coordinates{which} that lie {words}. Return {asked}."
            ),
            source=source,
            second=_AGAIN.substitute(place=place, counted=other, answer=again),
            inputs=_inputs(rng, 5 + int(3 * difficulty)),
            difficulty=difficulty,
        )


#: Turns at a corner: text, condition on `turn`, and on the pair of products.
_TURNS = (
    ("the edge turns to the left", "turn > 0", "u * z > w * v"),
    ("the edge turns to the right", "turn < 0", "u * z < w * v"),
    ("the edge goes straight on", "turn == 0", "u * z == w * v"),
    ("the edge turns, to the left or to the right,", "turn != 0", "u * z - w * v"),
    (
        "the edge turns by a right angle, to the left or to the right,",
        "(b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) == 0",
        "u * w == -v * z",
    ),
)
_REPORTS = (
    ("area", "twice the area of the polygon", "abs(doubled(corners))", "area"),
    (
        "signed",
        "twice the area of the polygon, as a negative number if the corners are given in clockwise order",
        "doubled(corners)",
        "area * (1 if left > 0 else -1)",
    ),
    (
        "edge",
        "the number of points with integer coordinates on the edge",
        "sum(gcd(b[0] - a[0], b[1] - a[1]) for a, b in sides(corners))",
        "len(border)",
    ),
    (
        "width",
        "the largest x of a corner minus the smallest",
        "max(x for x, _ in corners) - min(x for x, _ in corners)",
        "(lambda xs: xs[-1] - xs[0])(sorted(corner[0] for corner in corners))",
    ),
    (
        "longest",
        "the square of the length of the longest side",
        "max((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2 for a, b in sides(corners))",
        "sorted(u * u + v * v for u, v in steps)[-1]",
    ),
)
_REPORT = Text("""\
from math import gcd


def sides(corners):
    return list(zip(corners, corners[1:] + corners[:1]))


def doubled(corners):
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in sides(corners))


def turning(corners):
    found = []
    for place in range(len(corners)):
        a, b, c = corners[place - 2], corners[place - 1], corners[place]
        turn = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
        if $turn:
            found.append(b)
    return sorted(found)


def report(corners):
    $answer
""")
_REPORT_AGAIN = Text("""\
from math import gcd


def report(corners):
    size = len(corners)
    steps = []
    border = set()
    left = area = 0
    for i, (x, y) in enumerate(corners):
        p, q = corners[(i + 1) % size]
        u, v = p - x, q - y
        steps.append((u, v))
        g = gcd(u, v)
        border.update((x + u // g * j, y + v // g * j) for j in range(g))
        left += (y + q) * (x - p)
    area = left if left > 0 else -left
    turning = []
    for i in range(size):
        (u, v), (w, z) = steps[i - 1], steps[i]
        if $turn:
            turning.append(list(corners[i]))
    turning.sort(key=lambda corner: (corner[0], corner[1]))
    return $answer
""")


class PolygonReport(Template):
    """A number that belongs to a polygon, and the corners at which its edge turns in some way."""

    name: ClassVar[str] = "polygon_report"
    group: ClassVar[str] = "geometry on a lattice"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the kind of turn and the numbers."""
        words, turn, turned = rng.choice(_TURNS[: 3 + int(2 * difficulty)])
        reports = rng.sample(_REPORTS, 1 + int(2 * difficulty))
        listed = rng.randrange(2) == 1
        first = "turning(corners)" if listed else "len(turning(corners))"
        again = "turning" if listed else "len(turning)"
        where = f"corners at which {words} when the corners are passed in the given order"
        parts = [f'"corners": the number of those {where}']
        if listed:
            parts = [
                f'"corners": the list of those {where}, as [x, y] and ordered by x and for equal x by y'
            ]
        parts += [f'"{key}": {text}' for key, text, _, _ in reports]
        lines = [f'"corners": {first},', *(f'"{key}": {code},' for key, _, code, _ in reports)]
        others = [f'"corners": {again}', *(f'"{key}": {code}' for key, _, _, code in reports)]
        source = _REPORT.substitute(
            turn=turn, answer="return {\n        " + "\n        ".join(lines) + "\n    }"
        )
        if "gcd(" not in "".join(lines):
            source = source.split("\n\n\n", 1)[1]
        if "sides(" not in "".join(lines) and "doubled(" not in "".join(lines):
            source = source[: source.index("def sides")] + source[source.index("def turning") :]
        elif "doubled(" not in "".join(lines):
            source = source[: source.index("def doubled")] + source[source.index("def turning") :]
        return self.problem(
            entry="report",
            parameters=(("corners", "list[list[int]]"),),
            returns="dict[str, list[list[int]] | int]" if listed else "dict[str, int]",
            statement=(
                "`corners` are the corners [x, y] of a polygon in the order in which its edge passes them, clockwise or counterclockwise; the last corner is joined to the first. The y axis points "
                "up. There are at least three corners, all coordinates are integers, and the edge neither touches nor crosses itself. Three corners in a row may lie on one line. "
                f"Return a dictionary with these entries: {'; '.join(parts)}."
            ),
            source=source,
            second=_REPORT_AGAIN.substitute(turn=turned, answer="{" + ", ".join(others) + "}"),
            inputs=_inputs(rng, 6),
            difficulty=difficulty,
        )


def _skyline(rng: TaskRandom, size: int) -> list[list[int]]:
    """Return the outline of a row of columns that stand on a line."""
    points = [[0, 0]]
    x = 0
    for _ in range(rng.randint(1, 3)):
        height = rng.randint(1, size)
        points += [[x, height]] if points[-1] != [x, height] else []
        x += rng.randint(1, 2)
        points.append([x, height])
    points.append([x, 0])
    return points


def _star(rng: TaskRandom, size: int) -> list[list[int]]:
    """Return a polygon with one corner in each of several directions around a point."""
    around = [(1, 0), (2, 1), (1, 1), (0, 1), (-1, 2), (-1, 0), (-1, -1), (0, -1), (1, -2), (1, -1)]
    chosen = sorted({0, 3, 5, 7} | {rng.randrange(10) for _ in range(rng.randint(0, 4))})
    points = []
    for place in chosen:
        by = rng.randint(1, size // 2)
        points.append([around[place][0] * by, around[place][1] * by])
    return points


def _inputs(rng: TaskRandom, size: int) -> list[list[Json]]:
    fixed: list[Json] = [
        [[0, 0], [4, 0], [4, 3], [2, 1], [0, 3]],
        [[1, 1], [1, 4], [3, 2]],
        [[-2, -1], [-2, 2], [0, 2], [0, 1], [3, 1], [3, -1]],
        [[0, 0], [1, 0], [0, 1]],
        [[0, 0], [0, 1], [1, 0]],
        [[0, 0], [1, 0], [1, 1], [0, 1]],
        [[0, 0], [2, 0], [4, 0], [4, 2], [0, 2]],
        [[0, 0], [0, 3], [3, 3], [3, 0]],
        [[0, 0], [5, 1], [1, 1]],
        [[2, 0], [0, 2], [-2, 0], [0, -2]],
        [[0, 0], [6, 0], [3, 1], [6, 2], [0, 2]],
        [[-3, -3], [-1, -3], [-2, -1]],
        [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]],
    ]
    given = [[shape] for shape in fixed]
    for _ in range(32):
        shape = rng.choice((_skyline, _star))(rng, size)
        dx, dy = rng.randint(-4, 3), rng.randint(-4, 3)
        if rng.randrange(2):
            shape = [[y, x] for x, y in shape]
        if rng.randrange(3) == 0:
            shape = shape[::-1]
        first = rng.randrange(len(shape))
        corners: list[Json] = [[x + dx, y + dy] for x, y in shape[first:] + shape[:first]]
        given.append([corners])
    return given

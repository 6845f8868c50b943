"""Points with integer coordinates: distances, and polygons."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BoxUnion", "PointDistances"]

#: Distances of two points: text, and expression of `dx` and `dy`, which are at least 0.
_METRICS = (
    ("`|x1 - x2| + |y1 - y2|`", "dx + dy"),
    ("the larger one of `|x1 - x2|` and `|y1 - y2|`", "max(dx, dy)"),
    ("`(x1 - x2) ** 2 + (y1 - y2) ** 2`", "dx * dx + dy * dy"),
    ("the smaller one of `|x1 - x2|` and `|y1 - y2|`", "min(dx, dy)"),
    ("`|x1 - x2| + 2 * |y1 - y2|`", "dx + 2 * dy"),
)
_POINT_ASKS = (
    (
        "Return the greatest distance between two of the points, or 0 if there are fewer than two.",
        "int",
        "max((distance(p, q) for p in points for q in points), default=0)",
        "max([d for row in table for d in row] or [0])",
    ),
    (
        "Return how many pairs of indices `i < j` there are for which the distance of the points is at most `k`.",
        "int",
        "sum(distance(p, q) <= k for i, p in enumerate(points) for q in points[:i])",
        "(sum(d <= k for row in table for d in row) - len(table)) // 2",
    ),
    (
        "Return the index of the point whose sum of distances to all points is the smallest, the first one of several, or -1 if there are no points.",
        "int",
        "costs.index(min(costs)) if points else -1",
        "min([(sum(row), i) for i, row in enumerate(table)] or [(0, -1)])[1]",
    ),
    (
        "Two points are linked if their distance is at most `k`. Return how many points can be reached from the first one over links, any number of them, with itself counted; 0 if there are no points.",
        "int",
        "len(seen)",
        "closure(table, k)",
    ),
    (
        "Go through the points in order and keep a point if its distance to every point kept before is larger than `k`. Return the indices of the kept points.",
        "list[int]",
        "kept",
        "thinned(table, k)",
    ),
)
#: What stands before some answers: lines of the reference, and functions of the second program.
_HELPERS = {
    "costs": """\
    costs = [sum(distance(p, q) for q in points) for p in points]
""",
    "len(seen)": """\
    if not points:
        return 0
    seen = {0}
    waiting = [0]
    while waiting:
        i = waiting.pop()
        for j, q in enumerate(points):
            if j not in seen and distance(points[i], q) <= k:
                seen.add(j)
                waiting.append(j)
""",
    "kept": """\
    kept = []
    for i, p in enumerate(points):
        if all(distance(p, points[j]) > k for j in kept):
            kept.append(i)
""",
    "closure(": """\
def closure(table, k):
    part = [i == 0 for i in range(len(table))]
    for _ in table:
        part = [any(a and d <= k for a, d in zip(part, row)) for row in table]
    return sum(part)


""",
    "thinned(": """\
def thinned(table, k):
    alive = [True] * len(table)
    for i, row in enumerate(table):
        for j in range(i + 1, len(row)):
            if alive[i] and row[j] <= k:
                alive[j] = False
    return [i for i, good in enumerate(alive) if good]


""",
}
_POINTS = Text("""\
def distance(p, q):
    dx, dy = abs(p[0] - q[0]), abs(p[1] - q[1])
    return $metric


def point_distances(points$k):
${lines}    return $answer
""")
_POINTS_AGAIN = Text("""\
${helper}def point_distances(points$k):
    table = []
    for x, y in points:
        row = []
        for u, v in points:
            dx, dy = max(x - u, u - x), max(y - v, v - y)
            row.append($metric)
        table.append(row)
    return $answer
""")


class PointDistances(Template):
    """Points under one of several distances, and a question about the distances."""

    name: ClassVar[str] = "point_distances"
    group: ClassVar[str] = "matrices and geometry"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the distance and the question."""
        words, metric = rng.choice(_METRICS[: 3 + int(2 * difficulty)])
        first = 1 if difficulty > 0.4 else 0
        ask, kind, answer, again = rng.choice(_POINT_ASKS[first : 3 + int(2 * difficulty)])
        bounded = "k" in re.findall(r"\w+", ask)
        lines, other = (
            next((code for name, code in _HELPERS.items() if text.startswith(name)), "")
            for text in (answer, again)
        )
        given: list[list[Json]] = [
            [[[3, 5], [5, 3], [4, 4], [2, 6]], 2],
            [[[-4, -2], [6, -6], [-5, 2], [-4, 0], [0, 6], [2, 0]], 4],
            [[], 1],
            [[], 0],
            [[[0, 0], [3, 1], [1, 2], [7, 7]], 3],
            [[[9, 9], [4, 4], [6, 5], [4, 6], [5, 5]], 2],
            [[[2, -1], [-3, 4]], 12],
        ]
        given += [[[], 1], [[[5, 5]], 0], [[[1, 1], [1, 1]], 0], [[[1, 1], [1, 2]], 0]]
        given += [[[[0, 0], [0, 4], [4, 0], [4, 4]], 4], [[[-2, 0], [-1, 0], [0, 0], [9, 9]], 1]]
        given += [[[[8, 8], [0, 0], [1, 0], [2, 0]], 1], [[[3, 5], [5, 3], [4, 4], [2, 6]], 2]]
        for _ in range(34):
            span = rng.choice((3, 6, 10))
            size = rng.randint(3, 7 + int(8 * difficulty))
            points: list[Json] = [
                [rng.randint(-span, span), rng.randint(-span, span)] for _ in range(size)
            ]
            given.append([points, rng.randint(1, 6)])
        return self.problem(
            entry="point_distances",
            parameters=(("points", "list[list[int]]"), ("k", "int"))[: 1 + bounded],
            returns=kind,
            statement=(
                f"Each of the `points` is a list `[x, y]`, and the same point may occur several "
                f"times.{' `k` is at least 0.' * bounded} Here the distance of two points `[x1, y1]` and `[x2, y2]` "
                f"is {words}. {ask}"
            ),
            source=_POINTS.substitute(metric=metric, lines=lines, answer=answer, k=", k" * bounded),
            second=_POINTS_AGAIN.substitute(
                metric=metric, helper=other, answer=again, k=", k" * bounded
            ),
            # Without `k` there is only one empty list, which has to be left for the hidden tests.
            inputs=given if bounded else [one[:1] for one in given[:2] + given[4:] + given[2:4]],
            difficulty=difficulty,
        )


#: Which cells count, by the boxes over them: text, test of the list `over` of their indices, and a
#: test of their number `m` in the second program, where `last` is the highest index or -1.
_COUNTED = (
    ("that lie in at least one box", "over", "m >= 1"),
    ("that lie in at least two boxes", "len(over) >= 2", "m > 1"),
    ("that lie in exactly one box", "len(over) == 1", "m == 1"),
    ("that lie in an odd number of boxes", "len(over) % 2", "m & 1"),
    (
        "that lie in the last box and in no other one",
        "over == [len(boxes) - 1]",
        "m == 1 and last == len(boxes) - 1",
    ),
)
_BOX_ASKS = (
    ("Return the number of these cells.", "int", "len(cells)", "len(found)"),
    (
        "Return the number of sides of these cells that they do not share with another one of them (each cell has four sides), which is the length of the outline.",
        "int",
        "sum((x + dx, y + dy) not in cells for x, y in cells for dx, dy in SIDES)",
        "4 * len(found) - sum(abs(x - u) + abs(y - v) == 1 for x, y in found for u, v in found)",
    ),
    (
        "Return for each `y` at which there is at least one of them, in ascending order of `y`, how many of them have this `y`.",
        "list[int]",
        "[n for _, n in sorted(Counter(y for _, y in cells).items())]",
        "[len(list(g)) for _, g in groupby(sorted(y for _, y in found))]",
    ),
    (
        "Return the list `[left, bottom, right, top]` of the smallest `x`, the smallest `y`, the largest `x` and the largest `y` of them, or an empty list if there are none.",
        "list[int]",
        "[*map(min, zip(*cells)), *map(max, zip(*cells))]",
        "[sorted(c[i] for c in found)[e] for e in (0, -1) for i in (0, 1)] if found else []",
    ),
)
_BOXES = Text("""\
from collections import Counter, defaultdict


def box_union(boxes):
    cover = defaultdict(list)
    for i, (x1, y1, x2, y2) in enumerate(boxes):
        for x in range(x1, x2):
            for y in range(y1, y2):
                cover[x, y].append(i)
    cells = {cell for cell, over in cover.items() if $test}
    return $answer
""")
_BOXES_AGAIN = Text("""\
from itertools import groupby


def box_union(boxes):
    found = []
    for x in range(min([b[0] for b in boxes] or [0]), max([b[2] for b in boxes] or [0])):
        for y in range(min(b[1] for b in boxes), max(b[3] for b in boxes)):
            m, last = 0, -1
            for i, b in enumerate(boxes):
                if b[0] <= x < b[2] and b[1] <= y < b[3]:
                    m, last = m + 1, i
            if $test:
                found.append((x, y))
    return $answer
""")


class BoxUnion(Template):
    """Cells of the plane that some number of boxes cover, and their shape."""

    name: ClassVar[str] = "box_union"
    group: ClassVar[str] = "matrices and geometry"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which cells count and what is asked of them."""
        words, test, other = rng.choice(_COUNTED[: 3 + int(2 * difficulty)])
        ask, kind, answer, again = rng.choice(_BOX_ASKS[: 2 + int(2 * difficulty)])
        source = _BOXES.substitute(test=test, answer=answer)
        if "SIDES" in answer:
            sides = "SIDES = [(0, 1), (1, 0), (0, -1), (-1, 0)]\n\n\n"
            source = source.replace("\n\n\ndef box_union", f"\n\n{sides}def box_union")
        if "Counter(" not in answer:
            source = source.replace("import Counter, defaultdict", "import defaultdict")
        given: list[list[Json]] = [
            [[[0, 0, 4, 3], [2, 1, 6, 5]]],
            [[[1, 1, 3, 3], [2, 0, 4, 2]]],
            [[[0, 0, 1, 1]]],
            [[[1, 1, 2, 2]]],
            [[[0, 0, 2, 2], [0, 0, 2, 2], [1, 0, 3, 1], [5, 5, 6, 8]]],
        ]
        given += [[[]], [[[0, 0, 1, 1]]], [[[0, 0, 5, 1], [5, 0, 6, 1]]], [[[2, 2, 2, 6]]]]
        given += [[[[-3, -3, 0, 0], [-1, -1, 2, 2]]], [[[0, 0, 6, 6], [2, 2, 4, 4]]]]
        given += [[[[0, 0, 3, 3], [0, 0, 3, 3], [0, 0, 3, 3]]], [[[0, 0, 2, 2], [2, 2, 4, 4]]]]
        for _ in range(32):
            boxes: list[Json] = []
            for _ in range(rng.randint(2, 4 + int(4 * difficulty))):
                x, y = rng.randint(-3, 6), rng.randint(-3, 6)
                boxes.append([x, y, x + rng.randint(0, 6), y + rng.randint(1, 6)])
            given.append([boxes])
        return self.problem(
            entry="box_union",
            parameters=(("boxes", "list[list[int]]"),),
            returns=kind,
            statement=(
                f"The plane is divided into cells with integer coordinates `(x, y)`. Each of the "
                f"`boxes` is a list `[x1, y1, x2, y2]` with `x1 <= x2` and `y1 <= y2` and contains "
                f"the cells with `x1 <= x < x2` and `y1 <= y < y2`, which may be none. Equal boxes "
                f"that are given twice count as two. Consider the cells {words}. "
                f"{ask}"
            ),
            source=source,
            second=_BOXES_AGAIN.substitute(test=other, answer=again),
            inputs=given,
            difficulty=difficulty,
        )

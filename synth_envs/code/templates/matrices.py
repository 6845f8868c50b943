"""Matrices: the order in which cells are visited, and the neighbours of cells."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["MatrixWalk", "NeighbourRule"]

#: Orders of the cells: text, body that returns a list of positions, sort key of a second way.
_ORDERS = (
    (
        "column by column from the left, each column from top to bottom",
        "return [(r, c) for c in range(w) for r in range(h)]",
        "(c, r)",
    ),
    (
        "row by row from the top, the first row from left to right, the second from right to left, and so on in turn",
        "return [(r, c if r % 2 == 0 else w - 1 - c) for r in range(h) for c in range(w)]",
        "(r, c * (-1) ** r)",
    ),
    (
        "by diagonals: first the cells for which row number plus column number is 0, then those for which it is 1, and so on, each diagonal from top to bottom",
        "return [(r, s - r) for s in range(h + w - 1) for r in range(h) if 0 <= s - r < w]",
        "(r + c, r)",
    ),
    (
        "by diagonals: first the cells for which row number plus column number is 0, then those for which it is 1, and so on; a diagonal with an even such number from top to bottom, one with an odd number from bottom to top",
        """\
found = []
    for s in range(h + w - 1):
        diagonal = [(r, s - r) for r in range(h) if 0 <= s - r < w]
        found += reversed(diagonal) if s % 2 else diagonal
    return found""",
        "(r + c, r * (-1) ** (r + c))",
    ),
    (
        "in rings from the outside to the inside, each ring row by row from the top and within a row from left to right (the ring of a cell is its smallest distance to an edge)",
        """\
def ring(cell):
        r, c = cell
        return min(r, c, h - 1 - r, w - 1 - c)

    return sorted(((r, c) for r in range(h) for c in range(w)), key=ring)""",
        "(min(r, h - 1 - r, c, w - 1 - c), r, c)",
    ),
)
_WALK_ASKS = (
    ("Return the values of the cells in the order of the visit.", "list[int]", "xs", "xs"),
    (
        "Return every `k`-th visited value: those visited as number `k`, `2k`, `3k` and so on, where the first cell is number 1.",
        "list[int]",
        "xs[k - 1 :: k]",
        "[x for p, x in enumerate(xs, 1) if p % k == 0]",
    ),
    (
        "Return the visited values that are larger than all values visited before them, in the order of the visit.",
        "list[int]",
        "[x for p, x in enumerate(xs) if all(x > y for y in xs[:p])]",
        "[x for x, g in groupby(accumulate(xs, max))]",
    ),
    (
        "Return how often, in the order of the visit, a value is at least `k` larger than the value visited just before it.",
        "int",
        "sum(b - a >= k for a, b in zip(xs, xs[1:]))",
        "len([p for p in range(1, len(xs)) if xs[p] >= xs[p - 1] + k])",
    ),
)
_WALK = Text("""\
def cells(h, w):
    $order


def matrix_walk(rows$k):
    width = len(rows[0]) if rows else 0
$lines    return $answer
""")
_WALK_AGAIN = Text("""\
from itertools import accumulate, groupby


def matrix_walk(rows$k):
    h, w = len(rows), len(rows[0]) if rows else 0
    found = []
    for r, row in enumerate(rows):
        for c, x in enumerate(row):
            found.append(($key, x))
    xs = [x for _, x in sorted(found)]
    return $answer
""")


def _grid(rng: TaskRandom, height: int, width: int, low: int, high: int) -> list[Json]:
    """Return a random matrix."""
    return [[rng.randint(low, high) for _ in range(width)] for _ in range(height)]


def _inputs(rng: TaskRandom, difficulty: float, low: int, high: int) -> list[list[Json]]:
    """Return matrices with a number `k`: three to show, corner cases and random ones."""
    given: list[list[Json]] = [
        [[[3, 1, 4], [1, 5, 9], [2, 6, 5]], 2],
        [[[8, 2], [7, 1]], 1],
        [[[5, 0, 3, 6], [2, 7, 7, 1], [4, 4, 0, 9]], 3],
    ]
    given += [[[], 1], [[[4]], 1], [[[-4]], 2], [[[1, 2, 3, 4, 5]], 2], [[[1], [3], [2], [5]], 1]]
    given += [
        [[[2, 2], [2, 2]], 2],
        [[[0, 0, 0], [0, 1, 0], [0, 0, 0]], 1],
        [[[9, 8], [7, 6], [5, 4]], 5],
    ]
    most = 4 + int(4 * difficulty)
    for _ in range(34):
        one = _grid(rng, rng.randint(1, most), rng.randint(2, most), low, high)
        given.append([one, rng.randint(1, 4)])
    return given


class MatrixWalk(Template):
    """Cells visited in a drawn order, and a question about the values on the way."""

    name: ClassVar[str] = "matrix_walk"
    group: ClassVar[str] = "matrices and geometry"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the order and the question."""
        words, order, key = rng.choice(_ORDERS[: 3 + int(2 * difficulty)])
        ask, kind, answer, again = rng.choice(_WALK_ASKS[1 if difficulty > 0.4 else 0 :])
        bounded = "`k" in ask
        visited = "[rows[r][c] for r, c in cells(len(rows), width)]"
        lines = f"    xs = {visited}\n"
        if answer == "xs":
            answer, lines = visited, ""
        given: list[list[Json]] = [
            [[[5, 10, 2, 10], [12, 23, 0, 30], [28, -7, 30, -5]], 4],
            [[[-4, 2], [26, 22]], 3],
            [[[0, 19]], 3],
            *_inputs(rng, difficulty, -9, 30),
        ]
        return self.problem(
            entry="matrix_walk",
            parameters=(("rows", "list[list[int]]"), ("k", "int"))[: 1 + bounded],
            returns=kind,
            statement=(
                f"`rows` is a matrix: a list of rows of the same length, which is at least 1, or an "
                f"empty list if the matrix has no cells{'; `k` is at least 1' * bounded}. Rows and "
                f"columns are numbered from 0. All cells are visited {words}. {ask}"
            ),
            source=_WALK.substitute(order=order, answer=answer, lines=lines, k=", k" * bounded),
            second=_WALK_AGAIN.substitute(key=key, answer=again, k=", k" * bounded),
            inputs=[one[: 1 + bounded] for one in given],
            difficulty=difficulty,
        )


#: Neighbours of a cell: text, steps, and the test of the distances `dr` and `dc`, which are >= 0.
_STEPS = (
    ("share a side with it", "(-1, 0), (1, 0), (0, -1), (0, 1)", "dr + dc == 1"),
    (
        "share a side or a corner with it",
        "(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)",
        "max(dr, dc) == 1",
    ),
    ("share a corner but no side with it", "(-1, -1), (-1, 1), (1, -1), (1, 1)", "dr == dc == 1"),
    (
        "are a knight's move of chess away from it",
        "(-2, -1), (-2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2), (2, -1), (2, 1)",
        "dr * dc == 2",
    ),
)
#: Which cells are marked: text and test of the value `x` and the values `near`.
_MARKS = (
    (
        "its value is larger than the value of every neighbour (so also if it has none)",
        "all(x > y for y in near)",
    ),
    (
        "the sum of the values of its neighbours is larger than `k` times its own value",
        "sum(near) > k * x",
    ),
    (
        "at least `k` of its neighbours have a smaller value than it",
        "sum(y < x for y in near) >= k",
    ),
    (
        "at least one of its neighbours differs from it by exactly `k`",
        "any(abs(x - y) == k for y in near)",
    ),
    (
        "it has at least one neighbour and the largest value of its neighbours minus the smallest one is less than `2 * k`",
        "near and max(near) - min(near) < 2 * k",
    ),
)
_MARK_ASKS = (
    ("the number of marked cells", "int", "len(marked)"),
    (
        "the list of the `[row, column]` of the marked cells, row by row from the top and in a row from left to right",
        "list[list[int]]",
        "marked",
    ),
    ("the sum of the values of the marked cells", "int", "sum(rows[r][c] for r, c in marked)"),
    (
        "the number of marked cells in each row, from the top",
        "list[int]",
        "[sum(r == p for r, _ in marked) for p in range(len(rows))]",
    ),
)
_NEAR = Text("""\
STEPS = [$steps]


def neighbours(rows, r, c):
    found = []
    for dr, dc in STEPS:
        if 0 <= r + dr < len(rows) and 0 <= c + dc < len(rows[0]):
            found.append(rows[r + dr][c + dc])
    return found


def marked_cells(rows$k):
    marked = []
    for r, row in enumerate(rows):
        for c, x in enumerate(row):
            near = neighbours(rows, r, c)
            if $test:
                marked.append([r, c])
    return $answer
""")
_NEAR_AGAIN = Text("""\
def marked_cells(rows$k):
    cells = {(r, c): x for r, row in enumerate(rows) for c, x in enumerate(row)}
    marked = []
    for (r, c), x in cells.items():
        near = []
        for (i, j), y in cells.items():
            dr, dc = abs(i - r), abs(j - c)
            if $far:
                near.append(y)
        marked += [[r, c]] * bool($test)
    return $answer
""")


#: What is drawn, written in another way for the second program.
_MARKS_AGAIN = {
    "all(x > y for y in near)": "not [y for y in near if not y < x]",
    "sum(near) > k * x": "k * x - sum(near) < 0",
    "sum(y < x for y in near) >= k": "sorted(near + [x]).index(x) >= k",
    "any(abs(x - y) == k for y in near)": "{x - k, x + k} & set(near)",
    "near and max(near) - min(near) < 2 * k": "0 < len(near) == sum(y - min(near) < 2 * k for y in near)",
    "len(marked)": "len(marked)",
    "marked": "marked",
    "sum(rows[r][c] for r, c in marked)": "sum(cells[r, c] for r, c in marked)",
    "[sum(r == p for r, _ in marked) for p in range(len(rows))]": "[len([1 for one in marked if one[0] == p]) for p in range(len(rows))]",
}


class NeighbourRule(Template):
    """Cells marked by a rule about their neighbours."""

    name: ClassVar[str] = "marked_cells"
    group: ClassVar[str] = "matrices and geometry"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the neighbourhood, the rule and the question."""
        words, steps, far = rng.choice(_STEPS[: 2 + int(2 * difficulty)])
        mark, test = rng.choice(_MARKS)
        ask, kind, answer = rng.choice(_MARK_ASKS[: 2 + int(2 * difficulty)])
        bounded = "k" in re.findall(r"\w+", mark)
        source = _NEAR.substitute(steps=steps, test=test, answer=answer, k=", k" * bounded)
        if "x" not in re.findall(r"\w+", test):
            source = source.replace("for c, x in enumerate(row)", "for c in range(len(row))")
        given: list[list[Json]] = [
            [[[3, 1, 4], [1, 5, 9], [2, 6, 5]], 2],
            [[[7, 7]], 3],
            [[[1, 7, 7, 9], [7, 2, 2, 6], [8, 9, 6, 5], [7, 3, 4, 3]], 2],
            *_inputs(rng, difficulty, -2, 9),
        ]
        return self.problem(
            entry="marked_cells",
            parameters=(("rows", "list[list[int]]"), ("k", "int"))[: 1 + bounded],
            returns=kind,
            statement=(
                f"`rows` is a matrix: a list of rows of the same length, which is at least 1, or an "
                f"empty list if the matrix has no cells{'; `k` is at least 1' * bounded}. Rows and "
                f"columns are numbered from 0. The neighbours of a cell are the cells of the matrix that {words}. "
                f"A cell is marked if {mark}. Return {ask}."
            ),
            source=source,
            second=_NEAR_AGAIN.substitute(
                far=far,
                test=_MARKS_AGAIN[test],
                answer=_MARKS_AGAIN[answer],
                k=", k" * bounded,
            ),
            inputs=[one[: 1 + bounded] for one in given],
            difficulty=difficulty,
        )

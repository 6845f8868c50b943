"""Grids that are filled with numbers along a path."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["GridFill"]

#: Paths: text, lines of the reference that fill `path` with cells (r, c) of a grid of `rows` by `cols`,
#: expression of the other program by which cells are ordered (functions of r, c, h = rows, w = cols).
_PATHS = (
    (
        "row by row from top to bottom, each row from left to right",
        """\
    return [(r, c) for r in range(rows) for c in range(cols)]
""",
        "r * w + c",
    ),
    (
        "row by row from top to bottom, the first row from left to right, the second one from right to left, and so on in turns",
        """\
    path = []
    for r in range(rows):
        line = [(r, c) for c in range(cols)]
        path += line if r % 2 == 0 else line[::-1]
    return path
""",
        "(r, c * (-1) ** r)",
    ),
    (
        "diagonal by diagonal, where a diagonal consists of the cells with the same sum of row and column; smaller sums come first, and each diagonal is passed from top to bottom",
        """\
    path = []
    for total in range(rows + cols - 1):
        for r in range(rows):
            if 0 <= total - r < cols:
                path.append((r, total - r))
    return path
""",
        "(c + r, r)",
    ),
    (
        "in a spiral: from the top left corner to the right, and whenever the next cell would be outside of the grid or has been passed, the direction turns by 90 degrees clockwise",
        """\
    left = {(r, c) for r in range(rows) for c in range(cols)}
    path = []
    r, c, down, right = 0, 0, 0, 1
    while left:
        path.append((r, c))
        left.remove((r, c))
        if (r + down, c + right) not in left:
            down, right = right, -down
        r, c = r + down, c + right
    return path
""",
        "ring(r, c, h, w)",
    ),
    (
        "diagonal by diagonal, where a diagonal consists of the cells with the same sum of row and column; smaller sums come first, diagonals with an even sum are passed from top to bottom, and those with an odd sum from bottom to top (rows and columns are counted from 0)",
        """\
    path = []
    for total in range(rows + cols - 1):
        line = [(r, total - r) for r in range(rows) if 0 <= total - r < cols]
        path += line if total % 2 == 0 else line[::-1]
    return path
""",
        "(r + c, -r if (r + c) & 1 else r)",
    ),
    (
        "first all cells at the border of the grid, row by row from top to bottom and each row from left to right, then in the same way all cells that would be at the border if those were removed, and so on",
        """\
    path = []
    for layer in range((min(rows, cols) + 1) // 2):
        for r in range(layer, rows - layer):
            for c in range(layer, cols - layer):
                if min(r, c, rows - 1 - r, cols - 1 - c) == layer:
                    path.append((r, c))
    return path
""",
        "(depth(r, c, h, w), r, c)",
    ),
    (
        "first all cells whose row and column have an even sum, row by row from top to bottom and each row from left to right, then in the same way all other cells",
        """\
    even = [(r, c) for r in range(rows) for c in range(cols) if (r + c) % 2 == 0]
    odd = [(r, c) for r in range(rows) for c in range(cols) if (r + c) % 2 == 1]
    return even + odd
""",
        "(r & 1 != c & 1, r * w + c)",
    ),
)
#: How the grid is turned afterwards: text, lines of the reference on `grid`, cell of the other program's grid.
_TURNS = (
    ("", "", "(r, c)"),
    (
        " Then the grid is reflected so that its top row becomes the bottom row.",
        "    grid = grid[::-1]\n",
        "(h - 1 - r, c)",
    ),
    (
        " Then the grid is reflected so that its left column becomes the right column.",
        "    grid = [row[::-1] for row in grid]\n",
        "(r, w + ~c)",
    ),
    (
        " Then the grid is turned by 90 degrees clockwise.",
        "    grid = [list(column) for column in zip(*grid[::-1])]\n",
        "(c, h - r - 1)",
    ),
    (
        " Then rows and columns are exchanged: the first row becomes the first column, and so on.",
        "    grid = [list(column) for column in zip(*grid)]\n",
        "(c, r)",
    ),
)
#: The number in the cell that is passed as number `k` (from 0): text, expression of `k`, another one.
_VALUES = (
    ("the numbers 1, 2, 3, ...", "k + 1", "-~k"),
    ("the numbers 0, 1, ..., $t in turns ($t is followed by 0)", "k % $m", "k - k // $m * $m"),
    (
        "the numbers $m, $p, $q, ... (each one is larger by 2 than the one before)",
        "$m + 2 * k",
        "k + $m + k",
    ),
    ("the squares 0, 1, 4, 9, ...", "k * k", "sum(range(1, 2 * k, 2))"),
    ("the numbers 1, -2, 3, -4, ...", "k + 1 if k % 2 == 0 else -k - 1", "(k + 1) * (-1) ** k"),
)
_ASKED = (
    (
        "Return the grid as a list of rows.",
        "list[list[int]]",
        "    return grid",
        "[[cells[r, c] for c in range(wide)] for r in range(high)]",
    ),
    (
        "Return the list of the sums of the rows of the grid, from top to bottom.",
        "list[int]",
        "    return [sum(row) for row in grid]",
        "[sum(cells[p, c] for c in range(wide)) for p in range(high)]",
    ),
    (
        "Return the list of the sums of the columns of the grid, from left to right.",
        "list[int]",
        "    return [sum(row[c] for row in grid) for c in range(len(grid[0]))]",
        "[sum(v for (_, b), v in cells.items() if b == p) for p in range(wide)]",
    ),
    (
        "Return the list of the rows of the grid, each as a text of its numbers with one space between neighbouring ones.",
        "list[str]",
        '    return [" ".join(map(str, row)) for row in grid]',
        "[repr([cells[r, c] for c in range(wide)])[1:-1].replace(',', '') for r in range(high)]",
    ),
    (
        "Return the list of the numbers on the border of the grid, clockwise from the top left corner, each cell once.",
        "list[int]",
        """\
    if len(grid) == 1:
        return grid[0]
    right = [row[-1] for row in grid[1:-1]]
    left = [row[0] for row in grid[1:-1]] if len(grid[0]) > 1 else []
    return grid[0] + right + grid[-1][::-1] + left[::-1]""",
        "[cells[cell] for cell in dict.fromkeys([(0, b) for b in range(wide)] + [(a, wide - 1) for a in range(high)] + [(high - 1, b) for b in range(wide)[::-1]] + [(a, 0) for a in range(high)[::-1]])]",
    ),
)
_SOURCE = Text("""\
def passed(rows, cols):
$path

def fill(rows, cols):
    grid = [[0] * cols for _ in range(rows)]
    for k, (r, c) in enumerate(passed(rows, cols)):
        grid[r][c] = $value
$turn$answer
""")
_RING = """\
def ring(r, c, h, w):
    before = 0
    while min(r, c, h - 1 - r, w - 1 - c) > 0:
        before += 2 * (h + w) - 4
        r, c, h, w = r - 1, c - 1, h - 2, w - 2
    if r == 0:
        return before + c
    if c == w - 1:
        return before + w - 1 + r
    if r == h - 1:
        return before + w - 1 + h - 1 + w - 1 - c
    return before + 2 * (h + w) - 4 - r


"""
_DEPTH = """\
def depth(r, c, h, w):
    if 0 in (r, c) or r == h - 1 or c == w - 1:
        return 0
    return 1 + depth(r - 1, c - 1, h - 2, w - 2)


"""
_AGAIN = Text("""\
${helper}def fill(h, w):
    places = [(r, c) for r in range(h) for c in range(w)]
    places = sorted(places, key=lambda place: [$order for r, c in [place]])
    cells = {}
    for k, (r, c) in enumerate(places):
        cells[$turned] = $value
    high = 1 + max(a for a, _ in cells)
    wide = len(cells) // high
    return $answer
""")


class GridFill(Template):
    """Fill a grid with numbers along a drawn path."""

    name: ClassVar[str] = "grid_fill"
    group: ClassVar[str] = "grids"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the path, how the grid is turned, the numbers, and the question."""
        words, path, order = rng.choice(_PATHS[1 : 4 + int(3 * difficulty)])
        turn, code, turned = rng.choice(_TURNS[:3] if difficulty < 0.4 else _TURNS)
        text, value, other = rng.choice(_VALUES[: 3 + int(2 * difficulty)])
        asked, kind, answer, again = rng.choice(_ASKED[: 3 + int(2 * difficulty)])
        m = rng.randint(4, 7)
        numbers = {"m": m, "t": m - 1, "p": m + 2, "q": m + 4}
        text, value, other = (Text(one).substitute(numbers) for one in (text, value, other))
        if code and answer == "    return grid":
            code, answer = "", code.replace("    grid = ", "    return ").rstrip()
        source = _SOURCE.substitute(path=path, value=value, turn=code, answer=answer)
        helper = _RING * ("ring(" in order) + _DEPTH * ("depth(" in order)
        given: list[list[Json]] = [[2, 3], [4, 2], [3, 3]]
        given += [[1, 1], [1, 2], [2, 1], [1, 5], [6, 1], [2, 2], [3, 1], [1, 3]]
        given += [[r, c] for r in range(2, 7) for c in range(2, 7)]
        given += [[2, 8], [9, 2], [3, 9], [8, 3], [7, 5], [5, 8], [7, 7], [4, 10]]
        return self.problem(
            entry="fill",
            parameters=(("rows", "int"), ("cols", "int")),
            returns=kind,
            statement=(
                f"A grid has `rows` rows and `cols` columns (both at least 1). Its cells are passed in this order: {words}. In the order in which they are passed, {text} are written into them, one into each cell.{turn} {asked}"
            ),
            source=source,
            second=_AGAIN.substitute(
                helper=helper, order=order, turned=turned, value=other, answer=again
            ),
            inputs=given,
            difficulty=difficulty,
        )

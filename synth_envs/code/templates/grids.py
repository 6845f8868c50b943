"""Walks and regions in grids of characters."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["MazeSteps"]

#: Moves: text and the list of (rows down, columns right).
_MOVES = (
    ("one cell up, down, left or right", "((-1, 0), (1, 0), (0, -1), (0, 1))"),
    (
        "one cell in one of the eight directions",
        "((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))",
    ),
    ("one cell down, left or right", "((1, 0), (0, -1), (0, 1))"),
    (
        "one cell diagonally, or two cells up, down, left or right (what lies between does not matter)",
        "((-1, -1), (-1, 1), (1, -1), (1, 1), (-2, 0), (2, 0), (0, -2), (0, 2))",
    ),
    (
        "like a knight in chess (two cells up, down, left or right and one cell at a right angle to that)",
        "((-2, -1), (-2, 1), (2, -1), (2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2))",
    ),
    (
        "one cell up or down, or two cells left or right (what lies between does not matter)",
        "((-1, 0), (1, 0), (0, -2), (0, 2))",
    ),
)
#: What a `#` does: text, and how often one can be entered.
_WALLS = (
    ("A cell `#` can never be entered", 0),
    ("On the whole way at most one cell `#` may be entered", 1),
    ("On the whole way cells `#` may be entered at most twice in total", 2),
)
_MAZE_ASKED = (
    (
        "Return the smallest number of moves that lead to some cell `E`, or -1 if none can be reached.",
        'min((steps[r, c] for r, c in steps if grid[r][c] == "E"), default=-1)',
        "int",
    ),
    ("Return how many cells can be reached, including `S` itself.", "len(steps)", "int"),
    (
        "Return how many cells cannot be reached with $far moves or fewer, no matter what character they have.",
        "sum(map(len, grid)) - sum(d <= $far for d in steps.values())",
        "int",
    ),
    (
        "Find the cells whose smallest number of moves from `S` is the highest of all cells that can be reached, and return the one of them in the topmost row, and there the leftmost one, as [row, column], counted from 0.",
        "list(min(steps, key=lambda cell: (-steps[cell], cell)))",
        "list[int]",
    ),
    (
        "Return a list whose entry number d (from 0) is the number of cells for which the smallest number of moves from `S` is d. It ends with the last number that is not 0.",
        "[list(steps.values()).count(d) for d in range(max(steps.values()) + 1)]",
        "list[int]",
    ),
)

_MAZE = """from collections import deque


def explore(grid):
    height, width = len(grid), len(grid[0])
    start = next((r, c) for r in range(height) for c in range(width) if grid[r][c] == "S")
    steps = {}
    seen = {(*start, 0)}
    queue = deque([(*start, 0, 0)])
    while queue:
        row, column, broken, moves = queue.popleft()
        steps.setdefault((row, column), moves)
        for down, right in $moves:
            r, c = row + down, $column
            if not $inside:
                continue
            walls = broken + (grid[r][c] == "#")
            if walls <= $most and (r, c, walls) not in seen:
                seen.add((r, c, walls))
                queue.append((r, c, walls, moves + 1))
    return $answer
"""

#: Without walls that may be broken.
_PLAIN_MAZE = """from collections import deque


def explore(grid):
    height, width = len(grid), len(grid[0])
    start = next((r, c) for r in range(height) for c in range(width) if grid[r][c] == "S")
    steps = {start: 0}
    queue = deque([start])
    while queue:
        row, column = queue.popleft()
        for down, right in $moves:
            r, c = row + down, $column
            if $inside and grid[r][c] != "#" and (r, c) not in steps:
                steps[r, c] = steps[row, column] + 1
                queue.append((r, c))
    return $answer
"""

_MAZE_AGAIN = """def explore(grid):
    height, width = len(grid), len(grid[0])
    layers = [{(r, c): 0 for r in range(height) for c in range(width) if grid[r][c] == "S"}]
    steps = dict(layers[0])
    while len(layers) <= height * width * 3:
        fewest = {}
        for (row, column), broken in layers[-1].items():
            for down, right in $moves:
                spot = r, c = row + down, $column
                if r in range(height) and c in range(width):
                    walls = broken + int(grid[r][c] == "#")
                    if walls <= $most and walls < fewest.get(spot, 99):
                        fewest[spot] = walls
        if not fewest or fewest in layers:  # from here on, the layers repeat
            break
        for spot in fewest:
            steps.setdefault(spot, len(layers))
        layers.append(fewest)
    return $answer
"""


#: What is drawn, written in another way for the second program.
_MAZE_ASKED_AGAIN = {
    'min((steps[r, c] for r, c in steps if grid[r][c] == "E"), default=-1)': "([d for d in sorted(steps.values()) if any(grid[r][c] == 'E' and steps[r, c] == d for r, c in steps)] + [-1])[0]",
    "len(steps)": "len(steps)",
    "sum(map(len, grid)) - sum(d <= $far for d in steps.values())": "height * width - len([d for d in steps.values() if not d > $far])",
    "list(min(steps, key=lambda cell: (-steps[cell], cell)))": "min([r, c] for (r, c), d in steps.items() if d == max(steps.values()))",
    "[list(steps.values()).count(d) for d in range(max(steps.values()) + 1)]": "[sum(d == e for d in steps.values()) for e in range(1 + max(steps.values()))]",
}


class MazeSteps(Template):
    """Ways through a maze with drawn moves, walls that may be broken and edges that wrap."""

    name: ClassVar[str] = "maze_steps"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the moves, what walls and edges do, and the question."""
        words, moves = rng.choice(_MOVES[:3] if difficulty < 0.3 else _MOVES)
        walls, most = rng.choice(_WALLS[:1] if difficulty < 0.3 else _WALLS)
        asked, answer, kind = rng.choice(_MAZE_ASKED)
        wraps = rng.randrange(3) == 0
        far = str(rng.randint(2, 3))
        edge = (
            "whoever leaves the grid on the left or right comes in again in the same row on the other side, as if the last column "
            "were next to the first one, but nobody can leave it at the top or bottom"
            if wraps
            else "nobody can leave the grid"
        )
        statement = (
            "`grid` is a list of strings of the same length, one per row from top to bottom, made of the characters `.`, `#`, `S` and `E`; there is exactly one `S`, where you "
            f"start, and any number of `E`. A move goes {words}; {edge}. {walls}; all other cells can be entered freely, "
            f"also several times. {Text(asked).substitute(far=far)}"
        )
        values = {
            "moves": moves,
            "most": str(most),
            "column": "(column + right) % width" if wraps else "column + right",
            "answer": Text(answer).substitute(far=far),
        }
        inside = "0 <= r < height" if wraps else "0 <= r < height and 0 <= c < width"
        if most:
            within = f"({inside})"
            source = Text(_MAZE).substitute(values, inside=within)
        else:
            source = Text(_PLAIN_MAZE).substitute(values, inside=inside)
        given: list[list[Json]] = [
            [["S.....E"]],
            [[".E.#", "#E.S"]],
            [["..##.#.", "###S..#", "#....#.", ".#.#..E", "##.#.#.", "E#.#..."]],
            [["S.#E", "..#.", "...."]],
            [["#.E#.", ".S#..", "##..E", "....."]],
            [["..#", "S#.", "E.."]],
            [["S"]],
            [["SE"]],
            [["E", "S"]],
            [["S", ".", ".", "E"]],
            [["S#E", "###", "E##"]],
            [["S##E"]],
            [["S.....E"]],
            [["....", ".S..", "...."]],
        ]
        for _ in range(34):
            height, width = rng.randint(2, 8), rng.randint(3, 7)
            cells = [
                rng.choice("...##" if rng.randrange(2) else ".#") for _ in range(height * width)
            ]
            for place, one in enumerate(rng.sample(range(height * width), 3)):
                cells[one] = "SEE"[place]
            given.append([["".join(cells[r * width : (r + 1) * width]) for r in range(height)]])
        return self.problem(
            entry="explore",
            parameters=(("grid", "list[str]"),),
            returns=kind,
            statement=statement,
            source=source,
            second=Text(_MAZE_AGAIN).substitute(
                values, answer=Text(_MAZE_ASKED_AGAIN[answer]).substitute(far=far)
            ),
            inputs=given,
            difficulty=difficulty,
        )

"""Futoshiki: a Latin square with inequalities; any completion that keeps the conditions is right."""

import re

from synth_envs.core import Json, Task
from synth_envs.math import sudoku_grids
from synth_envs.math.family import MathFamily
from synth_envs.math.square_grid import SquareGrid
from synth_envs.seeding import TaskRandom

__all__ = ["Futoshiki"]

_RULES = (
    "Complete this {n} x {n} Futoshiki. Every row and every column must hold each of the numbers 1 to {n}"
    " once; _ marks an empty cell.\n\n{grid}\n\nIn addition, these inequalities must hold, where the letter"
    " is the row (A is the top row) and the digit is the column (1 is the leftmost): {signs}.\n\n"
    "Give the whole grid: {n} rows, one on each line, with the numbers separated by spaces."
)
_LETTERS = "ABCDEFGHI"
_MAX_NODES = 500


class Futoshiki(MathFamily):
    """Complete a Latin square with inequalities between neighbouring cells; the solution is unique.

    Difficulty sets the size (4 to 7). Two neighbours in five are compared, and a cell is emptied
    whenever the rest still forces its value.
    """

    family = "futoshiki"
    group = "puzzles"
    answer = SquareGrid()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a Latin square and inequalities that hold in it, then empty cells."""
        n = 4 + int(3.99 * difficulty)
        grid = sudoku_grids.full_grid(rng, 1, n)
        solution = sudoku_grids.text(grid, n)
        less: list[list[int]] = []
        for i in range(n * n):
            for j, there in ((i + 1, (i + 1) % n), (i + n, i + n < n * n)):
                if there and rng.randrange(5) < 2:
                    less.append([i, j] if grid[i] < grid[j] else [j, i])
        _empty(rng, grid, less, n)
        givens = sudoku_grids.text(grid, n).replace("0", "_")
        names = [f"{row}{column + 1}" for row in _LETTERS[:n] for column in range(n)]
        signs = ", ".join(
            [f"{names[i]} < {names[j]}" if i < j else f"{names[j]} > {names[i]}" for i, j in less]
        )
        prompt = _RULES.format(n=n, grid=givens, signs=signs)
        return Task(
            self.family, prompt, {"answer": solution, "givens": givens, "less": less}, difficulty
        )

    def accepts(self, reference: Json, value: tuple[tuple[int, ...], ...]) -> bool:
        """A Latin square with the givens in place and every inequality kept."""
        givens = reference["givens"].split()
        cells = [int(x) for row in value for x in row]
        n = len(value)
        if not n * n == len(cells) == len(givens):
            return False
        lines = [cells[i : i + n] for i in range(0, n * n, n)] + [cells[i::n] for i in range(n)]
        return (
            all(given in ("_", str(x)) for given, x in zip(givens, cells, strict=True))
            and all(set(line) == set(range(1, n + 1)) for line in lines)
            and all(cells[i] < cells[j] for i, j in reference["less"])
        )

    def solve(self, prompt: str) -> str:
        """Search with sets of candidates, the cell with the fewest first."""
        _, shown, signs, _ = prompt.split("\n\n")
        rows = [line.split() for line in shown.split("\n")]
        n = len(rows)
        options = {
            (r, c): set(range(1, n + 1)) if cell == "_" else {int(cell)}
            for r, row in enumerate(rows)
            for c, cell in enumerate(row)
        }
        less: list[tuple[tuple[int, int], tuple[int, int]]] = []
        for r, c, sign, s, d in re.findall(r"([A-I])([0-9]) ([<>]) ([A-I])([0-9])", signs):
            a, b = (_LETTERS.index(r), int(c) - 1), (_LETTERS.index(s), int(d) - 1)
            less.append((a, b) if sign == "<" else (b, a))
        solved = _search(options, less, [_MAX_NODES])
        return "\n".join(" ".join(str(min(solved[r, c])) for c in range(n)) for r in range(n))

    def cheats(self, task: Task) -> list[str]:
        """The givens alone, a row repeated, left out or reversed, every number mirrored."""
        rows = self.oracle(task).split("\n")
        n = len(rows)
        return [
            task.reference["givens"],
            task.reference["givens"].replace("_", "0"),
            "\n".join([rows[0], *rows[:-1]]),
            "\n".join(rows[:-1]),
            "\n".join([rows[0][::-1], *rows[1:]]),
            "\n".join(" ".join(str(n + 1 - int(x)) for x in row.split()) for row in rows),
        ]


def _empty(rng: TaskRandom, grid: list[int], less: list[list[int]], n: int) -> None:
    """Empty cells, in random order, whose value follows at once from the cells that stay."""
    full = (1 << n) - 1
    larger: list[list[int]] = [[] for _ in grid]
    smaller: list[list[int]] = [[] for _ in grid]
    for i, j in less:
        larger[i].append(j)
        smaller[j].append(i)
    rows, columns = [full] * n, [full] * n

    def free(i: int) -> int:
        return grid[i] or full & ~(rows[i // n] | columns[i % n])

    def candidates(i: int) -> int:
        mask = free(i)
        for j in larger[i]:
            mask &= (1 << free(j).bit_length() >> 1) - 1
        for j in smaller[i]:
            other = free(j)
            mask &= -((other & -other) << 1)
        return mask

    order = list(range(n * n))
    rng.shuffle(order)
    for i in order:
        x, row, column = grid[i], i // n, i % n
        rows[row] ^= x
        columns[column] ^= x
        grid[i] = 0
        if candidates(i) == x:
            continue
        lines = range(row * n, row * n + n), range(column, n * n, n)
        if not any(all(grid[j] or j == i or not candidates(j) & x for j in line) for line in lines):
            rows[row] |= x
            columns[column] |= x
            grid[i] = x


_Cells = dict[tuple[int, int], set[int]]


def _search(
    options: _Cells, less: list[tuple[tuple[int, int], tuple[int, int]]], nodes: list[int]
) -> _Cells:
    """One value for each cell; empty when there is none."""
    nodes[0] -= 1
    if nodes[0] < 0:
        return {}
    changed = True
    while changed:
        changed = False
        for (r, c), values in options.items():
            if len(values) == 1:
                for other, left in options.items():
                    if (other[0] == r) != (other[1] == c) and values <= left:
                        left.difference_update(values)
                        changed = True
        for a, b in less:
            if not options[a] or not options[b]:
                return {}
            low = {x for x in options[a] if x < max(options[b])}
            high = {x for x in options[b] if x > min(options[a])}
            changed = changed or low != options[a] or high != options[b]
            options[a], options[b] = low, high
        if not all(options.values()):
            return {}
    cell = min(
        (cell for cell in options if len(options[cell]) > 1),
        key=lambda at: len(options[at]),
        default=None,
    )
    if cell is None:
        return options
    for x in sorted(options[cell]):
        trial = {at: {x} if at == cell else set(values) for at, values in options.items()}
        if done := _search(trial, less, nodes):
            return done
    return {}

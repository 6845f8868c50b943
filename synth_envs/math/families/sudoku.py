"""Sudoku: any completion that keeps the givens is right; the puzzles have exactly one."""

import re

from synth_envs.core import Json, Task
from synth_envs.math import sudoku_grids
from synth_envs.math.family import MathFamily
from synth_envs.math.square_grid import SquareGrid
from synth_envs.seeding import TaskRandom

__all__ = ["Sudoku"]

_RULES = (
    "Complete this {name}. Every row, every column and every box of {band} rows by {stack} columns"
    " must hold each of the numbers 1 to {size} once; 0 marks an empty cell.\n\n{grid}\n\n"
    "Give the whole grid: {size} rows, one on each line, with the numbers separated by spaces."
)
_MAX_NODES = 2_000


class Sudoku(MathFamily):
    """Complete a 9 x 9 Sudoku.

    Difficulty sets the number of empty cells (25 to 54, or as many as can be: about 47). Each
    cell is emptied only if the rest still forces its value, so the solution stays unique.
    """

    family = "sudoku"
    group = "puzzles"
    answer = SquareGrid()

    def shape(self, difficulty: float) -> tuple[int, int, int]:
        """How many rows and columns a box has, and how many cells to empty."""
        return 3, 3, 25 + int(29.99 * difficulty)

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a full grid, then empty cells in random order."""
        band, stack, holes = self.shape(difficulty)
        size = band * stack
        grid = sudoku_grids.full_grid(rng, band, stack)
        solution = sudoku_grids.text(grid, size)
        sudoku_grids.empty(rng, grid, band, stack, holes)
        givens = sudoku_grids.text(grid, size)
        name = f"{size} x {size} Sudoku"
        prompt = _RULES.format(name=name, band=band, stack=stack, size=size, grid=givens)
        reference = {"answer": solution, "givens": givens, "box": [band, stack]}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: tuple[tuple[int, ...], ...]) -> bool:
        """Each number once in every row, column and box, and the givens in place."""
        band, stack = reference["box"]
        givens = reference["givens"].split()
        cells = [int(x) for row in value for x in row]
        if len(cells) != len(givens):
            return False
        numbers = set(range(1, band * stack + 1))
        kept = all(given in ("0", str(x)) for given, x in zip(givens, cells, strict=True))
        return kept and all(
            {cells[i] for i in unit} == numbers for unit in sudoku_grids.units(band, stack)
        )

    def solve(self, prompt: str) -> str:
        """Search, the cell with the fewest candidates first.

        Givens that contradict each other, which a careless reader may see, are ignored.
        """
        band, stack = map(int, re.findall(r"box of ([0-9]+) rows by ([0-9]+)", prompt)[0])
        grid = [1 << int(x) >> 1 for x in prompt.split("\n\n")[1].split()]
        peers = sudoku_grids.peers(band, stack)
        clash = [x and any(grid[j] == x for j in peers[i]) for i, x in enumerate(grid)]
        grid = [0 if wrong else x for x, wrong in zip(grid, clash, strict=True)]
        budget = _MAX_NODES

        def fill() -> bool:
            nonlocal budget
            budget -= 1
            best, options = -1, 0
            for i, x in enumerate(grid):
                if not x:
                    left = (1 << band * stack) - 1
                    for j in peers[i]:
                        left &= ~grid[j]
                    if best < 0 or left.bit_count() < options.bit_count():
                        best, options = i, left
            while options and budget > 0:
                grid[best] = options & -options
                options &= options - 1
                if fill():
                    return True
            if best >= 0:
                grid[best] = 0
            return best < 0

        if not fill():
            msg = "no completion found"
            raise ValueError(msg)
        return sudoku_grids.text(grid, band * stack)

    def cheats(self, task: Task) -> list[str]:
        """The givens alone, two rows swapped or repeated, one number changed, a Latin square."""
        rows = self.oracle(task).split("\n")
        return [
            task.reference["givens"],
            "\n".join([rows[1], rows[0], *rows[2:]]),
            "\n".join([rows[0], rows[0], *rows[2:]]),
            "\n".join(rows[:-1]),
            "\n".join([rows[0][::-1], *rows[1:]]),
            rows[0],
            "\n".join([rows[0].replace("1", "0"), *rows[1:]]),
        ]

"""Sudoku on small grids: any completion that keeps the givens is right."""

from synth_envs.math.families.sudoku import Sudoku

__all__ = ["MiniSudoku"]


class MiniSudoku(Sudoku):
    """Complete a Sudoku smaller than 9 x 9, which has exactly one solution.

    Difficulty sets the size (4 x 4, 6 x 6, then 8 x 8) and, within each size, the number of empty
    cells (half of them to two thirds, or as many as can be).
    """

    family = "mini_sudoku"

    def shape(self, difficulty: float) -> tuple[int, int, int]:
        """How many rows and columns a box has, and how many cells to empty."""
        step, within = divmod(2.99 * difficulty, 1)
        stack = 2 + int(step)
        cells = (2 * stack) ** 2
        return 2, stack, int(cells * (1 / 2 + within / 6))

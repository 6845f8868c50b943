"""Queens that do not attack each other: any placement that keeps the conditions is right."""

import re
from itertools import combinations

from synth_envs.core import Json, Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["NQueens"]

_WORDINGS = (
    "Place {n} queens on a chessboard of {n} x {n} squares so that no two of them share a row, a column or a diagonal.",
    "Put one queen in each row of a board of {n} x {n} squares so that no two queens attack each other along a column or a diagonal.",
    "Solve this {n} queens puzzle on a board of {n} x {n} squares: no two queens may be in the same row, column or diagonal.",
)
_CONDITIONS = (
    " Squares are written (row, column), both counted from 1. There must be queens on {given}, and none on {barred}."
    " Answer with the column of the queen in each row, from row 1 to row {n}, separated by commas."
)
_MAX_SIZE = 20


class NQueens(MathFamily):
    """Complete a placement of n queens, where some squares are given and some are barred.

    Difficulty sets the size of the board (9 to 14), how many queens are given (3 to 5) and how many
    squares are barred (about 7 to 27). There are 352 placements of 9 queens, and each fits about 1% of
    the easiest tasks at most.
    """

    family = "n_queens"
    group = "puzzles"
    answer = Numbers(hint="the column of the queen in each row, such as 2, 4, 1, 3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Place the queens by random backtracking, then show some and bar squares without one."""
        n = 9 + int(5.99 * difficulty)
        columns = _random_placement(rng, n)
        given = [
            [row + 1, columns[row] + 1]
            for row in sorted(rng.sample(range(n), 3 + int(2.99 * difficulty)))
        ]
        squares = rng.sample(range(n * n), 8 + int(21.99 * difficulty))
        barred = [[s // n + 1, s % n + 1] for s in sorted(squares) if columns[s // n] != s % n]
        shown, banned = (
            ", ".join([f"({row}, {column})" for row, column in x]) for x in (given, barred)
        )
        prompt = (phrasing(_WORDINGS, shown, banned) + _CONDITIONS).format(
            n=n, given=shown, barred=banned
        )
        answer = ", ".join([str(column + 1) for column in columns])
        return Task(
            self.family, prompt, {"answer": answer, "given": given, "barred": barred}, difficulty
        )

    def accepts(self, reference: Json, value: tuple[int, ...]) -> bool:
        """One queen in each row, none attacked, all conditions kept."""
        n = reference["answer"].count(",") + 1
        if len(value) != n or set(value) != set(range(1, n + 1)):
            return False
        return (
            all(value[row - 1] == column for row, column in reference["given"])
            and all(value[row - 1] != column for row, column in reference["barred"])
            and all(abs(a - b) != j - i for (i, a), (j, b) in combinations(enumerate(value), 2))
        )

    def solve(self, prompt: str) -> str:
        """Fill the row with the fewest free squares first."""
        n = int(re.findall(r"([0-9]+) x [0-9]+", prompt)[0])
        if n > _MAX_SIZE:
            msg = f"the board is too large: {n}"
            raise ValueError(msg)
        queens, _, none = prompt.partition("queens on ")[2].partition("none on ")
        given, barred = (
            [(int(r) - 1, int(c) - 1) for r, c in re.findall(r"\(([0-9]+), ([0-9]+)\)", part)]
            for part in (queens, none)
        )
        free = {
            row: {column for column in range(n) if (row, column) not in barred} for row in range(n)
        }
        for row, column in given:
            free[row] &= {column}

        def extend(free: dict[int, set[int]]) -> dict[int, int]:
            if not free:
                return {-1: 0}
            row = min(free, key=lambda r: len(free[r]))
            for column in sorted(free[row]):
                rest = {
                    r: columns - {column, column + r - row, column - r + row}
                    for r, columns in free.items()
                    if r != row
                }
                if all(rest.values()) and (done := extend(rest)):
                    return {**done, row: column}
            return {}

        placed = extend(free)
        return ", ".join(str(placed[row] + 1) for row in range(n))

    def cheats(self, task: Task) -> list[str]:
        """All on the main diagonal, all in one column, a row left out, two columns swapped, shifted."""
        columns = self.oracle(task).split(", ")
        n = len(columns)
        return [
            ", ".join(str(i + 1) for i in range(n)),
            ", ".join(columns[:1] * n),
            ", ".join(columns[:-1]),
            ", ".join([*columns, columns[0]]),
            ", ".join(str(int(column) - 1) for column in columns),
            ", ".join(f"({column}, {i + 1})" for i, column in enumerate(columns)),
            ", ".join(f"({row}, {column})" for row, column in task.reference["given"]),
        ]


def _random_placement(rng: TaskRandom, n: int) -> list[int]:
    """The column of the queen in each row: a random search, then a random symmetry."""
    bits: list[int] = []
    # A search that is stuck is worth less than a new one; the last one is exhaustive.
    for budget in (*[3 * n] * 20, 1 << 30):
        if bits := _search(rng, n, budget):
            break
    columns = [bit.bit_length() - 1 for bit in bits]
    symmetry = rng.randrange(8)
    if symmetry & 1:
        columns.reverse()
    if symmetry & 2:
        columns = [n - 1 - column for column in columns]
    if symmetry & 4:
        columns = [columns.index(row) for row in range(n)]
    return columns


def _search(rng: TaskRandom, n: int, budget: int) -> list[int]:
    """The queen of each row as a bit, by depth-first search; nothing when the budget is spent."""
    full = (1 << n) - 1
    placed: list[int] = []
    # For each open row: the columns still to be tried, and the lines attacked by the rows before.
    stack = [(full, 0, 0, 0)]
    while budget:
        free, taken, rising, falling = stack.pop()
        if not free:
            placed.pop()
            continue
        budget -= 1
        choice = free
        for _ in range(rng.randrange(free.bit_count())):
            choice &= choice - 1
        bit = choice & -choice
        stack.append((free ^ bit, taken, rising, falling))
        placed.append(bit)
        if len(placed) == n:
            return placed
        taken, rising, falling = taken | bit, (rising | bit) << 1, (falling | bit) >> 1
        stack.append((full & ~(taken | rising | falling), taken, rising, falling))
    return []

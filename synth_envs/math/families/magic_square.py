"""Complete a magic square: any completion with the right numbers is right."""

import re

from synth_envs.core import Json, Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.square_grid import SquareGrid
from synth_envs.seeding import TaskRandom

__all__ = ["MagicSquare"]

_WORDINGS = (
    "Put the numbers {missing} into the empty cells (_), each exactly once, so that every row, every column and both main diagonals have the same sum.",
    "Complete this magic square: all rows, all columns and both main diagonals must have equal sums. The numbers to fill in, each in one empty cell (_), are {missing}.",
    "In a magic square every row, every column and both main diagonals add up to the same total. Complete this one by placing each of {missing} in one of the empty cells (_).",
)
_ASK = "\n\n{grid}\n\nGive the whole square: {n} rows, one on each line, with the numbers separated by spaces."
# Two orthogonal Latin squares whose diagonals hold every symbol too: a value for each symbol of
# either gives a magic square of the sums.
_LATIN = {
    4: (
        (0, 1, 2, 3, 2, 3, 0, 1, 3, 2, 1, 0, 1, 0, 3, 2),
        (0, 2, 3, 1, 1, 3, 2, 0, 2, 0, 1, 3, 3, 1, 0, 2),
    ),
    5: tuple(tuple((step * i + j) % 5 for i in range(5) for j in range(5)) for step in (2, 3)),
}
_MAX_STEPS = 20_000


class MagicSquare(MathFamily):
    """Fill the empty cells of a magic square with given numbers.

    Difficulty sets the size (3 x 3, 4 x 4, then 5 x 5) and, within each size, the number of empty
    cells (5 to 6 of 9, 8 to 10 of 16, 11 to 14 of 25).
    """

    family = "magic_square"
    group = "puzzles"
    answer = SquareGrid()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a magic square from its general form, then hide some cells."""
        step, within = divmod(2.99 * difficulty, 1)
        n = 3 + int(step)
        cells = _square(rng, n)
        hidden = (5, 8, 11)[n - 3] + int(within * (n - 1))
        shown = list(map(str, cells))
        missing = []
        for i in rng.sample(range(n * n), hidden):
            missing.append(cells[i])
            shown[i] = "_"
        solution, givens = _text(list(map(str, cells)), n), _text(shown, n)
        listed = ", ".join([str(number) for number in sorted(missing)])
        prompt = phrasing(_WORDINGS, givens, listed).format(missing=listed) + _ASK.format(
            grid=givens, n=n
        )
        return Task(self.family, prompt, {"answer": solution, "givens": givens}, difficulty)

    def accepts(self, reference: Json, value: tuple[tuple[int, ...], ...]) -> bool:
        """The given numbers in place, all numbers used, and all sums equal."""
        givens = reference["givens"].split()
        cells = [int(x) for row in value for x in row]
        n = len(value)
        return (
            n * n == len(cells) == len(givens)
            and all(given in ("_", str(x)) for given, x in zip(givens, cells, strict=True))
            and sorted(cells) == sorted(map(int, reference["answer"].split()))
            and len({sum(cells[i] for i in line) for line in _lines(n)}) == 1
        )

    def solve(self, prompt: str) -> str:
        """Fill the line with the fewest empty cells first; the sum is the total over the rows."""
        head, grid, _ = prompt.split("\n\n")
        rest = [int(number) for number in re.findall(r"[0-9]+", head)]
        cells = [0 if cell == "_" else int(cell) for cell in grid.split()]
        n = grid.count("\n") + 1
        total, odd = divmod(sum(rest) + sum(cells), n)
        if odd or not _fill(cells, _lines(n), rest, total, [_MAX_STEPS]):
            msg = "no completion found"
            raise ValueError(msg)
        return _text(list(map(str, cells)), n)

    def cheats(self, task: Task) -> list[str]:
        """The givens alone, equal numbers everywhere, rows swapped, cells swapped, a row left out."""
        rows = self.oracle(task).split("\n")
        n = len(rows)
        numbers = [int(x) for x in self.oracle(task).split()]
        mean = sum(numbers) // len(numbers)
        first = rows[0].split()
        return [
            task.reference["givens"],
            task.reference["givens"].replace("_", "0"),
            "\n".join([" ".join([str(mean)] * n)] * n),
            "\n".join([rows[0], rows[0], *rows[2:]]),
            "\n".join([" ".join([first[1], first[0], *first[2:]]), *rows[1:]]),
            "\n".join(rows[:-1]),
            str(sum(numbers) // n),
        ]


def _square(rng: TaskRandom, n: int) -> list[int]:
    """A magic square of distinct positive numbers below 100, turned and mirrored at random."""
    if n == 3:
        a = 1 + rng.randrange(12)
        b = a + 1 + rng.randrange(12)
        b += b == 2 * a
        c = a + b + 1 + rng.randrange(49)
        cells = [c + a, c - a - b, c + b, c - a + b, c, c + a - b, c - b, c + a + b, c - a]
    else:
        span = n + 3
        low = rng.sample(range(1, span + 1), n)
        high = [span * k for k in rng.sample(range(99 // span), n)]
        cells = [high[i] + low[j] for i, j in zip(*_LATIN[n], strict=True)]
    symmetry = rng.randrange(8)
    if symmetry & 1:
        cells.reverse()
    if symmetry & 2:
        cells = [cells[i + n - 1 - j] for i in range(0, n * n, n) for j in range(n)]
    if symmetry & 4:
        cells = [cells[n * j + i] for i in range(n) for j in range(n)]
    return cells


def _text(cells: list[str], n: int) -> str:
    return "\n".join([" ".join(cells[i : i + n]) for i in range(0, n * n, n)])


def _lines(n: int) -> list[range]:
    """The cells of each row, column and main diagonal."""
    rows = [range(i, i + n) for i in range(0, n * n, n)]
    columns = [range(i, n * n, n) for i in range(n)]
    return [*rows, *columns, range(0, n * n, n + 1), range(n - 1, n * n - 1, n - 1)]


def _fill(
    cells: list[int], lines: list[range], rest: list[int], total: int, steps: list[int]
) -> bool:
    """Place the rest of the numbers so that each line has this total."""
    steps[0] -= 1
    if steps[0] < 0:
        return False
    best: list[int] = []
    for line in lines:
        gaps = [i for i in line if not cells[i]]
        if not gaps and sum(cells[i] for i in line) != total:
            return False
        if gaps and (not best or len(gaps) < len(best)):
            best, needed = gaps, total - sum(cells[i] for i in line)
    if not best:
        return not rest
    for number in [needed] if len(best) == 1 else sorted(rest):
        if number in rest:
            cells[best[0]] = number
            rest.remove(number)
            if _fill(cells, lines, rest, total, steps):
                return True
            rest.append(number)
    cells[best[0]] = 0
    return False

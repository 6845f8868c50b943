"""Sudoku grids of any shape: their geometry, full grids, and puzzles with one solution.

A cell holds one bit for its number, or 0 when it is empty, so what a unit lacks is one mask.
"""

from functools import cache

from synth_envs.seeding import TaskRandom

__all__ = ["empty", "full_grid", "peers", "text", "units"]


@cache
def units(band: int, stack: int) -> list[list[int]]:
    """The cells of every row, column and box."""
    size = band * stack
    rows = [list(range(r * size, r * size + size)) for r in range(size)]
    columns = [list(range(c, size * size, size)) for c in range(size)]
    boxes = [
        [(top + r) * size + left + c for r in range(band) for c in range(stack)]
        for top in range(0, size, band)
        for left in range(0, size, stack)
    ]
    return rows + columns + boxes


@cache
def peers(band: int, stack: int) -> list[list[int]]:
    """For each cell, the others in its row, column and box."""
    parts = units(band, stack)
    cells = range((band * stack) ** 2)
    return [sorted({j for unit in parts if i in unit for j in unit} - {i}) for i in cells]


def full_grid(rng: TaskRandom, band: int, stack: int) -> list[int]:
    """A grid of bits: a shuffled pattern, loosened by exchanges between parallel lines."""
    size = band * stack
    digits = rng.sample([1 << i for i in range(size)], size)
    rows = [
        b * band + r for b in rng.sample(range(stack), stack) for r in rng.sample(range(band), band)
    ]
    columns = [
        b * stack + c
        for b in rng.sample(range(band), band)
        for c in rng.sample(range(stack), stack)
    ]
    grid = [digits[(r % band * stack + r // band + c) % size] for r in rows for c in columns]
    parts = units(band, stack)
    for _ in range(size):
        for start, group in ((0, band), (size, stack)):
            first = rng.randrange(size)
            second = first // group * group + (first + 1) % group
            _exchange(grid, parts[start + first], parts[start + second], rng.randrange(size))
    return grid


def _exchange(grid: list[int], first: list[int], second: list[int], at: int) -> None:
    """Swap numbers between two lines through the same boxes, as few as leave both complete."""
    here = [grid[i] for i in first]
    lost = here[at]
    while True:
        i, j = first[at], second[at]
        grid[i], grid[j] = grid[j], grid[i]
        if grid[i] == lost:
            return
        at = here.index(grid[i])


def empty(rng: TaskRandom, grid: list[int], band: int, stack: int, holes: int) -> None:
    """Empty cells, in random order, whose value follows at once from the cells that stay."""
    size = band * stack
    parts, of = units(band, stack), _units_of(band, stack)
    full = (1 << size) - 1
    used = [full] * len(parts)
    order = list(range(size * size))
    rng.shuffle(order)
    for i in order:
        x = grid[i]
        row, column, box = of[i]
        used[row] ^= x
        used[column] ^= x
        used[box] ^= x
        grid[i] = 0
        forced = used[row] | used[column] | used[box] == full ^ x  # nothing else fits here
        for unit in of[i]:
            if forced:
                break
            for j in parts[unit]:
                if not grid[j] and j != i:
                    a, b, c = of[j]
                    if not (used[a] | used[b] | used[c]) & x:
                        break
            else:
                forced = True  # it fits nowhere else
        if forced:
            holes -= 1
            if not holes:
                return
        else:
            used[row] |= x
            used[column] |= x
            used[box] |= x
            grid[i] = x


@cache
def _units_of(band: int, stack: int) -> list[list[int]]:
    """For each cell, the numbers of its row, column and box."""
    parts = units(band, stack)
    return [[u for u, unit in enumerate(parts) if i in unit] for i in range((band * stack) ** 2)]


def text(grid: list[int], size: int) -> str:
    """The grid as text; an empty cell is 0."""
    cells = [_DIGIT[x] for x in grid]
    return "\n".join([" ".join(cells[i : i + size]) for i in range(0, size * size, size)])


_DIGIT = {1 << i >> 1: str(i) for i in range(10)}

"""Late positions of games in which k marks in a line win: exact values by threat search."""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

__all__ = ["lines", "lines_through", "move_values"]


def move_values(marks: Sequence[str], every_line: Sequence[int]) -> tuple[list[int], bool]:
    """The value for the side to move of each free square.

    Args:
        marks: "X", "O" or "" for each square; X began.
        every_line: The lines that win, as bit masks over the squares.

    Returns:
        1, 0 or -1 for each free square in order, and whether a move that does not win at once
        does not lose.
    """
    free = crosses = noughts = 0
    for i, mark in enumerate(marks):
        if not mark:
            free |= 1 << i
        elif mark == "X":
            crosses |= 1 << i
        else:
            noughts |= 1 << i
    if crosses.bit_count() > noughts.bit_count():
        crosses, noughts = noughts, crosses
    # What remains of each line that a side may still complete.
    mine = list({line & free for line in every_line if not line & noughts})
    theirs = list({line & free for line in every_line if not line & crosses})
    threats = sum([line for line in theirs if line.bit_count() == 1])
    known: _Known = {}
    values: list[int] = []
    slow = False
    for i, mark in enumerate(marks):
        if mark:
            continue
        move = 1 << i
        if move in mine:
            values.append(1)
        elif threats & ~move:
            values.append(-1)
        else:
            values.append(-_search(0, move, theirs, mine, free ^ move, known))
            slow = slow or values[-1] >= 0
    return values, slow


_Known: TypeAlias = dict[tuple[int, int], int]


def _search(  # noqa: PLR0917 - a hot recursion
    me: int,
    you: int,
    mine: list[int],
    theirs: list[int],
    free: int,
    known: dict[tuple[int, int], int],
) -> int:
    """The value for the side to move, which has put marks on `me` and needs a line of `mine`."""
    if (me, you) in known:
        return known[me, you]
    for line in mine:
        need = line & ~me
        if need & (need - 1) == 0 and not need & you:
            known[me, you] = 1
            return 1
    forced = 0
    for line in theirs:
        need = line & ~you
        if need & (need - 1) == 0 and not need & me:
            forced |= need
    best = -1
    if forced & (forced - 1) == 0:  # two threats at once cannot be met
        moves = forced or free
        if not forced:
            mine = [line for line in mine if not line & you]
            theirs = [line for line in theirs if not line & me]
            if not (mine or theirs):
                moves, best = 0, 0
        while moves and best < 1:
            move = moves & -moves
            moves ^= move
            rest = free ^ move
            value = -_search(you, me | move, theirs, mine, rest, known) if rest else 0
            best = max(best, value)
    known[me, you] = best
    return best


@cache
def lines(h: int, w: int, k: int) -> tuple[int, ...]:
    """All lines of k squares, as bit masks."""
    return tuple(
        sum(1 << (r + i * dr) * w + c + i * dc for i in range(k))
        for r in range(h)
        for c in range(w)
        for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1))
        if r + (k - 1) * dr < h and 0 <= c + (k - 1) * dc < w
    )


@cache
def lines_through(h: int, w: int, k: int) -> tuple[tuple[int, ...], ...]:
    """The lines through each square."""
    every = lines(h, w, k)
    return tuple(tuple(line for line in every if line >> i & 1) for i in range(h * w))

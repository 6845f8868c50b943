"""The value of every move in late positions of tic-tac-toe on larger boards."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.line_game import lines, lines_through, move_values
from synth_envs.seeding import TaskRandom

__all__ = ["TicTacToe"]

# Rows, columns, marks in a line that win, free squares.
_BOARDS = ((4, 4, 3, 8), (5, 5, 4, 8), (5, 6, 4, 9), (6, 6, 4, 9))
_ATTEMPTS = 60
_WORDS = {1: "win", 0: "draw", -1: "loss"}
_SYNONYMS = {
    **dict.fromkeys(("wins", "winning", "won", "w"), "win"),
    **dict.fromkeys(("tie", "draws", "drawn", "d"), "draw"),
    **dict.fromkeys(("lose", "loses", "losing", "lost", "l"), "loss"),
}
_WORDINGS = (
    "X and O take turns on a board of {h} rows and {w} columns. The first to have {k} of their own marks next to each other in a row, column or diagonal wins; if the board is full, it is a draw. Small letters are free squares:\n\n{board}\n\nIt is the turn of {side}. What is each free square worth for {side} if {side} plays there now and both play perfectly from then on?",
    "This is a game of tic-tac-toe on {h} by {w} squares, where {k} equal marks in an unbroken straight line (also diagonal) win and a full board without such a line is a draw. Free squares bear small letters.\n\n{board}\n\n{side} is to move. Give the result for {side} of a move to each free square, with best play by both sides afterwards.",
    "Find the value of every move of {side}, whose turn it is here:\n\n{board}\n\nThe free squares are those with small letters. {k} of the same mark in a row without a gap, horizontally, vertically or diagonally, win for the player who gets them first; a full board is a draw. After the move, both sides make no mistakes.",
)
_FORM = " Answer win, draw or loss for each, such as a: win, b: draw, c: loss."


class TicTacToe(MathFamily):
    """Say for each free square whether a move there wins, draws or loses against best play.

    Difficulty sets the board: 4 x 4 with 3 in a line (8 free squares), 5 x 5 with 4 in a line (8),
    5 x 6 and 6 x 6 with 4 in a line (9). At least three moves differ from the others in value; on the larger
    boards some move that does not win at once does not lose either.
    """

    family = "tic_tac_toe"
    group = "games"
    answer = Choice(
        values=tuple(_WORDS.values()),
        synonyms=_SYNONYMS,
        hint="win, draw or loss for each letter, such as a: win, b: draw, c: loss",
    )

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Fill boards at random until the moves of one have mixed values."""
        level = int(3.49 * difficulty)
        h, w, k, free = _BOARDS[level]
        best: tuple[int, list[int], list[str]] = (-1, [], [])
        for _ in range(_ATTEMPTS):
            marks = _fill(rng, h, w, k, free)
            values, slow = move_values(marks, lines(h, w, k))
            mixed = len(values) - max(values.count(value) for value in (-1, 0, 1))
            score = min(mixed, 3) + (slow or level == 0)
            if score > best[0]:
                best = (score, values, marks)
            if score == 4:
                break
        _, values, marks = best
        # Letters in random order, so that no square is known by its letter.
        letters = rng.sample("abcdefghi"[:free], free)
        named = iter(letters)
        squares = [mark or next(named) for mark in marks]
        board = "\n".join([" ".join(squares[i : i + w]) for i in range(0, h * w, w)])
        side = "XO"[(h * w - free) % 2]
        prompt = phrasing(_WORDINGS, board).format(h=h, w=w, k=k, board=board, side=side) + _FORM
        results = sorted(zip(letters, values, strict=True))
        answer = ", ".join([f"{letter}: {_WORDS[value]}" for letter, value in results])
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Plain minimax with memory on the board as it is drawn."""
        rows = [line.split() for line in prompt.split("\n\n")[1].split("\n")]
        side = re.search(r"turn of ([XO])\b|([XO]) is to move|move of ([XO])\b", prompt)
        needed = re.search(r"have ([0-9]+) of|where ([0-9]+) equal|([0-9]+) of the same", prompt)
        if side is None or needed is None or len({len(row) for row in rows}) != 1:
            raise ValueError(prompt)
        mover = next(group for group in side.groups() if group)
        k = int(next(group for group in needed.groups() if group))
        squares = {(r, c): mark for r, row in enumerate(rows) for c, mark in enumerate(row)}
        free = {place: mark for place, mark in squares.items() if mark.islower()}
        if not set(squares.values()) <= {"X", "O", *free.values()}:
            raise ValueError(prompt)

        def completes(place: tuple[int, int], mark: str) -> bool:
            for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
                length = 1
                for step in (1, -1):
                    r, c = place[0] + step * dr, place[1] + step * dc
                    while squares.get((r, c)) == mark:
                        length, r, c = length + 1, r + step * dr, c + step * dc
                if length >= k:
                    return True
            return False

        known: dict[str, int] = {}

        def value(place: tuple[int, int], mark: str) -> int:
            """What a move is worth for the one who makes it."""
            if completes(place, mark):
                return 1
            squares[place] = mark
            key = "".join(squares[place] for place in free)
            if key not in known:
                other = "O" if mark == "X" else "X"
                left = [place for place in free if squares[place].islower()]
                known[key] = -1 if any(completes(reply, other) for reply in left) else 2
                if known[key] == 2:
                    best = -1 if left else 0
                    for reply in left:
                        best = max(best, value(reply, other))
                        if best == 1:
                            break
                    known[key] = -best
            squares[place] = free[place]
            return known[key]

        return ", ".join(f"{name}: {_WORDS[value(place, mover)]}" for place, name in free.items())

    def cheats(self, task: Task) -> list[str]:
        """Squares left out, one too many or twice, one changed, and only the winning ones."""
        items = self.oracle(task).split(", ")
        name, _, result = items[0].partition(": ")
        changed = f"{name}: {'draw' if result == 'loss' else 'loss'}"
        wins = [item for item in items if item.endswith("win")]
        return [
            ", ".join(items[1:]),
            ", ".join([*items, "z: draw"]),
            ", ".join([*items, items[0]]),
            ", ".join([changed, *items[1:]]),
            ", ".join(wins) if len(wins) < len(items) else "",
        ]


def _fill(rng: TaskRandom, h: int, w: int, k: int, free: int) -> list[str]:
    """A board with marks placed in turn, none of which completes a line."""
    through = lines_through(h, w, k)
    taken, marks, turn = [0, 0], [""] * (h * w), 0
    left = h * w - free
    order = list(range(h * w))
    rng.shuffle(order)
    for square in order:
        after = taken[turn] | 1 << square
        if any(after & line == line for line in through[square]):
            continue
        taken[turn] = after
        marks[square] = "XO"[turn]
        turn ^= 1
        left -= 1
        if not left:
            break
    return marks

"""Winning moves in Nim and in its relatives."""

import re
from functools import reduce
from operator import xor

from synth_envs.core import Task
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Nim"]

_PILES = "ABCDEFGHI"
_TAKES = ("at least one stone", "from 1 to {k} stones")
_ENDS = ("wins", "loses")
_WORDINGS = (
    "Two players move in turn. A move takes {takes} from one pile of one's choice, and whoever takes the last stone of all {ends}. The piles now hold {piles}. Which moves of the player whose turn it is lead to a win against any defence?",
    "There are piles of stones: {piles}. In each turn, a player chooses one pile and removes {takes} from it. The player who removes the very last stone {ends} the game. Find every winning first move.",
    "In a game for two with the piles {piles}, a turn consists of removing {takes} from a single pile. Whoever takes the last stone {ends}. It is your turn. Which are all the moves that force a win?",
)
_FORM = " List all of them as pile: number of stones taken, such as B: 7 or A: 12, D: 3."


class Nim(MathFamily):
    """List all winning moves of a game of Nim: normal, misere or with at most k stones a move.

    Difficulty sets the number of piles (3 to 9) and their size (20 to 70, up to 127); from 0.3 on,
    the last stone may lose, or a move may be limited. The player to move can always win.
    """

    family = "nim"
    group = "games"
    answer = Choice(hint="each winning move as pile: number taken, such as A: 12, D: 3")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw piles whose Grundy values have a nonzero sum; aim each pile at sum zero."""
        count, high = 3 + int(6.49 * difficulty), 70 + int(57 * difficulty)
        rule = rng.randrange(3) if difficulty > 0.3 else 0
        k = rng.randint(6, 14) if rule == 1 else high
        misere = rule == 2
        piles = [rng.randint(20, high) for _ in range(count)]
        lone = misere and rng.randrange(12) == 0
        if lone:  # where the misere game differs: all piles but one hold a single stone
            piles = [1] * count
            piles[rng.randrange(count)] = rng.randint(20, high)
        total = reduce(xor, [pile % (k + 1) for pile in piles])
        if total == 0:
            piles[-1] -= 1
            total = reduce(xor, [pile % (k + 1) for pile in piles])
        moves: list[str] = []
        for name, pile in zip(_PILES, piles, strict=False):
            goal = pile % (k + 1) ^ total
            if lone:
                goal = count % 2 if pile > 1 else pile  # an odd number of single stones is left
            taken = (pile - goal) % (k + 1)
            if goal <= k and 0 < taken <= pile:
                moves.append(f"{name}: {taken}")
        hold = ", ".join([f"{n}: {pile}" for n, pile in zip(_PILES, piles, strict=False)])
        parts = {"takes": _TAKES[rule == 1].format(k=k), "ends": _ENDS[misere], "piles": hold}
        prompt = phrasing(_WORDINGS, hold, k, misere).format(**parts) + _FORM
        return Task(self.family, prompt, ", ".join(moves), difficulty)

    def solve(self, prompt: str) -> str:
        """Try every move; Grundy values come from their definition as least excluded values."""
        prompt = prompt.partition(" List all of them")[0]
        piles = {name: int(size) for name, size in re.findall(r"\b([A-I]): ([0-9]+)", prompt)}
        limit = re.search(r"from 1 to ([0-9]+) stones", prompt)
        k = int(limit[1]) if limit else max(piles.values())
        values: list[int] = []
        for size in range(max(piles.values()) + 1):
            reached = set(values[max(size - k, 0) : size])
            values.append(next(v for v in range(size + 1) if v not in reached))
        moves: list[str] = []
        for name, size in piles.items():
            others = [other for label, other in piles.items() if label != name]
            rest = reduce(xor, [values[other] for other in others], 0)
            for left in range(max(size - k, 0), size):
                if "loses" in prompt and max([left, *others]) <= 1:
                    good = (left + sum(others)) % 2 == 1
                else:
                    good = values[left] == rest
                if good:
                    moves.append(f"{name}: {size - left}")
        return ", ".join(moves)

    def cheats(self, task: Task) -> list[str]:
        """Some of the moves, one too many, a move twice, and one in a wrong pile."""
        moves = self.oracle(task).split(", ")
        used = {move[0] for move in moves}
        spare = [f"{name}: 1" for name in _PILES if name not in used]
        return [
            ", ".join(moves[1:]),
            ", ".join([*moves, *spare[:1]]) if spare else "",
            ", ".join([*moves, moves[0]]),
            f"{moves[0][0]}: {int(moves[0][3:]) + 1}",
        ]

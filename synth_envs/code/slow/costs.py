"""The cheapest way along a line of places."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CheapestJumps"]

#: What a jump from `i` to `j` costs beside the toll of `j`: text, the cost, and its parts: what
#: belongs to `i` and what to `j`.
_JUMPS = (
    ("A jump itself costs nothing.", "", "", ""),
    ("A jump from `i` to `j` costs `j - i` besides.", " + j - i", " - i", " + j"),
    (
        "A jump from `i` to `j` costs `2 * (j - i)` besides.",
        " + 2 * (j - i)",
        " - 2 * i",
        " + 2 * j",
    ),
    ("A jump from a place `i` costs `i % 4` besides.", " + i % 4", " + i % 4", ""),
    ("A jump from `i` to `j` costs `tolls[i]` once more.", " + tolls[i]", " + tolls[i]", ""),
)
_JUMP = Text("""\
def cheapest_jumps(tolls, k):
    costs = [tolls[0]]
    for j in range(1, len(tolls)):
        best = None
        for i in range(max(0, j - k), j):
            cost = costs[i] + tolls[j]$cost
            if best is None or cost $sign best:
                best = cost
        costs.append(best)
    return $answer
""")
_JUMP_FAST = Text("""\
from collections import deque


def cheapest_jumps(tolls, k):
    costs = [tolls[0]]
    line = deque()
    for j in range(1, len(tolls)):
        i = j - 1
        start = costs[i]$left
        while line and start $over line[-1][1]:
            line.pop()
        line.append((i, start))
        if line[0][0] < j - k:
            line.popleft()
        costs.append(line[0][1] + tolls[j]$right)
    return $answer
""")
_ASKS = (
    ("Return the {best} cost of a way that ends at the last place.", "costs[-1]"),
    (
        "For every place, take the {best} cost of a way that ends there. Return the sum of these costs.",
        "sum(costs)",
    ),
    (
        "For every place, take the {best} cost of a way that ends there. Return the {other} of these costs.",
        "{other}(costs)",
    ),
)


class CheapestJumps(SlowTemplate):
    """The best way by bounded jumps, every place looking at all places before it."""

    name: ClassVar[str] = "cheapest_jumps"
    level: ClassVar[float] = 1.0

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the cost of a jump, which end is sought, and the question."""
        words, cost, left, right = rng.choice(_JUMPS)
        asked, answer = rng.choice(_ASKS)
        least = rng.randrange(2) == 1
        other = "max" if least else "min"
        asked = asked.format(
            best="smallest" if least else "largest", other="largest" if least else "smallest"
        )
        given: list[list[Json]] = [
            [[3, 1, 4, 1, 5, 2], 2],
            [[2, -7, 8, 2, 4], 3],
            [[2, 2, 6, -1], 1],
        ]
        given += [
            [[3], 1],
            [[-3], 2],
            [[2, 1], 1],
            [[1, 2], 4],
            [[0, 0, 0, 0], 2],
            [[5, -5, 5, -5], 2],
        ]
        given += [[list(range(9)), 3], [list(range(9, 0, -1)), 4], [[-3, -1, -2], 2]]
        for _ in range(32):
            size = rng.randint(4, 12 + int(20 * difficulty))
            given.append([numbers(rng, size, -12, 12), rng.randint(1, 5)])
        growing: list[list[Json]] = [
            [numbers(rng, size, -size, size), size // 2] for size in doubled(rng, 1000)
        ]
        return self.problem(
            entry="cheapest_jumps",
            parameters=(("tolls", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`tolls` is not empty and `k` is at least 1. A way begins at place 0 and goes on by jumps, each from a "
                f"place `i` to a place `j` with `i < j <= i + k`; the places are the indices of `tolls`. The cost of "
                f"a way is the sum of `tolls[j]` over all places `j` on it, place 0 included. {words} {asked}"
            ),
            source=_JUMP.substitute(
                cost=cost, sign="<" if least else ">", answer=answer.format(other=other)
            ),
            second=_JUMP_FAST.substitute(
                left=left,
                right=right,
                over="<=" if least else ">=",
                answer=answer.format(other=other),
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )

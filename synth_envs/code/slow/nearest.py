"""For every element, the nearest one on one side that is larger or smaller."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["NearestBeyond"]

_SIGNS = (
    ("larger than", ">"),
    ("at least as large as", ">="),
    ("smaller than", "<"),
    ("at most as large as", "<="),
)
#: What is asked: text, and what the index `i` with the nearest `j` (or None) adds.
_ASKS = (
    (
        "Return the sum of the distances `abs(j - i)` over all `i` that have a partner.",
        "abs(j - i) if j is not None else 0",
    ),
    (
        "Return the sum of `xs[j]` over all `i` that have a partner.",
        "xs[j] if j is not None else 0",
    ),
    (
        "Return the sum of all `i` that have no partner.",
        "i if j is None else 0",
    ),
    (
        "Return the sum of `i * abs(xs[j] - xs[i])` over all `i` that have a partner.",
        "i * abs(xs[j] - xs[i]) if j is not None else 0",
    ),
    (
        "Return how many `i` have a partner at an odd distance `abs(j - i)`.",
        "j is not None and abs(j - i) % 2",
    ),
)
_NEAREST = Text("""\
def nearest_beyond(xs):
    total = 0
    for i in range(len(xs)):
        j = None
        for place in $places:
            if xs[place] $sign xs[i]:
                j = place
                break
        total += $worth
    return total
""")
_NEAREST_FAST = Text("""\
def nearest_beyond(xs):
    total = 0
    waiting = []
    for j in $places:
        while waiting and xs[j] $sign xs[waiting[-1]]:
            i = waiting.pop()
            total += $worth
        waiting.append(j)
    j = None
    for i in waiting:
        total += $worth
    return total
""")


class NearestBeyond(SlowTemplate):
    """The nearest element beyond each, looked for by walking from each."""

    name: ClassVar[str] = "nearest_beyond"
    level: ClassVar[float] = 0.75

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the side, the comparison and the question."""
        words, sign = rng.choice(_SIGNS)
        asked, worth = rng.choice(_ASKS)
        right = rng.randrange(2) == 1
        given: list[list[Json]] = [[[3, 1, 4, 1, 5, 2]], [[9, 7, 8, 7, 10]], [[2, 2, 6, 1, 1]]]
        given += [[[]], [[3]], [[2, 1]], [[1, 2]], [[0, 0, 0, 0]], [[5, 5, 5, 6]]]
        given += [[list(range(9))], [list(range(9, 0, -1))], [[-3, -1, -2]]]
        for _ in range(30):
            size = rng.randint(3, 12 + int(20 * difficulty))
            given.append([numbers(rng, size, -9, 9)])
        growing: list[list[Json]] = []
        for size in doubled(rng, 1100):
            # Steadily away from what is looked for, with a turn at the far end.
            steep = [5 * step + rng.randint(0, 8) for step in range(size)]
            if (sign in (">", ">=")) == right:
                steep.reverse()
            growing.append([list[Json](steep)])
        return self.problem(
            entry="nearest_beyond",
            parameters=(("xs", "list[int]"),),
            returns="int",
            statement=(
                f"The partner of an index `i` of `xs` (counted from 0) is the nearest index `j` to the "
                f"{'right' if right else 'left'} of `i` ({'`j > i`' if right else '`j < i`'}) such that `xs[j]` is {words} `xs[i]`; "
                f"some indices have no partner. {asked} (0 if there is none.)"
            ),
            source=_NEAREST.substitute(
                places="range(i + 1, len(xs))" if right else "range(i - 1, -1, -1)",
                sign=sign,
                worth=worth,
            ),
            second=_NEAREST_FAST.substitute(
                places="range(len(xs))" if right else "range(len(xs) - 1, -1, -1)",
                sign=sign,
                worth=worth,
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )

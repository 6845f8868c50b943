"""What holds of every beginning of a list."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["RankedBeginnings", "SeenBefore"]

#: Which element of the sorted beginning of length `m` is taken: text, and its place.
_RANKS = (
    ("the median, that is the element at index `(m - 1) // 2`", "(m - 1) // 2"),
    ("the element at index `m // 2`", "m // 2"),
    ("the element at index `m // 4`", "m // 4"),
    ("the element at index `2 * m // 3`", "2 * m // 3"),
    ("the element at index `m - 1 - m // 3`", "m - 1 - m // 3"),
)
_ASKS = (
    ("Return the sum of the marks of all beginnings.", "mark"),
    ("Return the sum of `m` times the mark over all beginnings.", "m * mark"),
    ("Return how many beginnings have an odd mark.", "mark % 2"),
    ("Return how many beginnings have a mark smaller than their last element.", "mark < x"),
)
_RANKED = Text("""\
def ranked_beginnings(xs):
    total = 0
    for m in range(1, len(xs) + 1):
$last        mark = sorted(xs[:m]$reverse)[$place]
        total += $result
    return total
""")
_RANKED_FAST = Text("""\
from heapq import heappop, heappush, heappushpop


def ranked_beginnings(xs):
    total = 0
    first, others = [], []
    for m, x in enumerate(xs, 1):
        heappush(others, -heappushpop(first, ${sign}x))
        while len(first) < $place + 1:
            heappush(first, -heappop(others))
        mark = ${sign}first[0]
        total += $result
    return total
""")


class RankedBeginnings(SlowTemplate):
    """An order statistic of every beginning, found by sorting each."""

    name: ClassVar[str] = "ranked_beginnings"
    level: ClassVar[float] = 0.85

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rank, the order and the question."""
        words, place = rng.choice(_RANKS)
        asked, result = rng.choice(_ASKS)
        falls = rng.randrange(2) == 1
        given: list[list[Json]] = [[[3, 1, 4, 1, 5, 2]], [[9, 7, 8, 2]], [[2, 12, 6, 1, 3]]]
        given += [[[]], [[3]], [[2, 1]], [[1, 2]], [[0, 0, 0, 0]], [[5, 5, 5, 6]]]
        given += [[list(range(9))], [list(range(9, 0, -1))], [[-3, -1, -2]]]
        for _ in range(30):
            size = rng.randint(3, 12 + int(20 * difficulty))
            given.append([numbers(rng, size, -20, 20)])
        growing: list[list[Json]] = [
            [numbers(rng, size, -size, size)] for size in doubled(rng, 2000)
        ]
        return self.problem(
            entry="ranked_beginnings",
            parameters=(("xs", "list[int]"),),
            returns="int",
            statement=(
                f"For every `m` from 1 to `len(xs)`, the beginning of length `m` consists of the first `m` "
                f"elements of `xs`. Its mark is found by sorting these elements in "
                f"{'descending' if falls else 'ascending'} order and taking {words} of the sorted list "
                f"(counted from 0). {asked} The answer is 0 for an empty list."
            ),
            source=_RANKED.substitute(
                last="        x = xs[m - 1]\n" if "x" in result else "",
                place=place,
                reverse=", reverse=True" if falls else "",
                result=result,
            ),
            # `first` is a heap of the elements up to the mark, with that one on top.
            second=_RANKED_FAST.substitute(place=place, result=result, sign="" if falls else "-"),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_KEYS = (
    ("they are equal", "x"),
    ("their absolute values are equal", "abs(x)"),
    ("they leave the same remainder when divided by `k`", "x % k"),
    ("dividing them by `k` and rounding down gives the same integer", "x // k"),
    ("they are equal or their sum is `k`", "min(x, k - x)"),
    ("they are equal or both are at most `k`", "max(x, k)"),
)
_STEPS = (
    ("Return how many elements are repeats.", "1", "old"),
    ("Return the sum of the indices (counted from 0) of all repeats.", "i", "old"),
    ("Return the sum of all elements that are no repeats.", "x", "new"),
    (
        "Return the sum of the indices (counted from 0) of all elements that are no repeats.",
        "i",
        "new",
    ),
    ("Return the sum of all repeats.", "x", "old"),
)
_SEEN = Text("""\
def repeats(xs, k):
    total = 0
    seen = []
    for $loop:
$line        if $test:
            $then
$other    return total
""")


class SeenBefore(SlowTemplate):
    """What was seen before, kept in a list."""

    name: ClassVar[str] = "seen_before"
    level: ClassVar[float] = 0.0

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw when elements are alike and what is asked."""
        words, key = rng.choice(_KEYS)
        asked, value, which = rng.choice(_STEPS)
        name = "x" if key == "x" else "key"
        new = which == "new"
        keep, add = f"seen.append({name})", f"total += {value}"
        source = _SEEN.substitute(
            loop="i, x in enumerate(xs)" if value == "i" else "x in xs",
            line=f"        key = {key}\n" if name == "key" else "",
            test=f"{name} not in seen" if new else f"{name} in seen",
            then=f"{keep}\n            {add}" if new else add,
            other="" if new else f"        else:\n            {keep}\n",
        )
        given: list[list[Json]] = [
            [[3, 1, -3, 14, 5, 3], 4],
            [[9, 7, 9, 2, 7, 18], 2],
            [[12, 2, 21, 2], 5],
        ]
        given += [[[], 3], [[3], 1], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 2], [[5, 5, -5], 3]]
        for _ in range(30):
            size = rng.randint(4, 14 + int(20 * difficulty))
            given.append([numbers(rng, size, -20, 40), rng.randint(2, 12)])
        growing: list[list[Json]] = []
        for size in doubled(rng, 2600):
            k = 8 * size if "%" in key else 2
            low = 3 if "max" in key else -8 * size
            growing.append([numbers(rng, size, low, 8 * size), k])
        return self.problem(
            entry="repeats",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`k` is at least 1. Two elements of `xs` are alike if {words}. An element is a repeat if it is "
                f"alike to an element at a smaller index. {asked} (0 if there are none.)"
            ),
            source=source,
            second=source.replace("seen = []", "seen = set()").replace("seen.append", "seen.add"),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )

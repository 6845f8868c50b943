"""Pairs of elements of one list."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BestPair", "DisorderedPairs", "PartnerPairs"]

#: The condition on `a = xs[i]` and `b = xs[j]`: text, test, the key under which `a` is kept and
#: the key under which `b` looks for it.
_PARTNERS = (
    ("`xs[i] + xs[j]` equals `k`", "a + b == k", "a", "k - b"),
    ("`xs[j] - xs[i]` equals `k`", "b - a == k", "a", "b - k"),
    ("`xs[i] + xs[j]` is a multiple of `k`", "(a + b) % k == 0", "a % k", "-b % k"),
    ("`xs[i] - xs[j]` is a multiple of `k`", "(a - b) % k == 0", "a % k", "b % k"),
    ("`xs[i] + 2 * xs[j]` equals `k`", "a + 2 * b == k", "a", "k - 2 * b"),
    ("`xs[i]` equals `xs[j] // k` (rounded down)", "a == b // k", "a", "b // k"),
)
#: What is asked: text, the start, what a pair does, and what `b` does with the places of its
#: partners, kept as (number, sum, first).
_ASKED = (
    ("Return how many such pairs there are.", "total += 1", "total += count"),
    (
        "Return the sum of `j - i` over all such pairs.",
        "total += j - i",
        "total += j * count - places",
    ),
    (
        "Return the largest `j - i` of such a pair, or 0 if there is none.",
        "total = max(total, j - i)",
        "total = max(total, j - first)",
    ),
    (
        "Return the sum of `xs[j]` over all such pairs.",
        "total += b",
        "total += b * count",
    ),
    (
        "Return how many different values `j` takes in such pairs.",
        "found.add(j)",
        "total += count > 0",
    ),
)
_PAIRS = Text("""\
def matching_pairs(xs, k):
    $start
    for j in range(len(xs)):
        for i in range(j):
            a, b = xs[i], xs[j]
            if $test:
                $step
    return $answer
""")
_PAIRS_FAST = Text("""\
def matching_pairs(xs, k):
    total = 0
    seen = {}
    for j, x in enumerate(xs):
        b = x
        count, places, first = seen.get($wanted, (0, 0, j))
        $step
        a = x
        count, places, first = seen.get($key, (0, 0, j))
        seen[$key] = (count + 1, places + j, first)
    return total
""")


class PartnerPairs(SlowTemplate):
    """Pairs whose one element determines the other, counted by two loops."""

    name: ClassVar[str] = "partner_pairs"
    level: ClassVar[float] = 0.1

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the condition and the question."""
        words, test, key, wanted = rng.choice(_PARTNERS)
        asked, slow, fast = rng.choice(_ASKED)
        sets = "found" in slow
        given: list[list[Json]] = [
            [[1, 5, 3, 3, 2, 6, 4], 6],
            [[4, 2, 2, 0, 1, 2], 2],
            [[7, 5, 2, 9], 3],
        ]
        given += [[[], 3], [[3], 3], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 1], [[5, 5, 5], 10]]
        for _ in range(30):
            size = rng.randint(3, 10 + int(15 * difficulty))
            given.append([numbers(rng, size, -9, 12), rng.randint(1, 9)])
        growing = [[numbers(rng, size, 0, 4 * size), size] for size in doubled(rng, 1300)]
        return self.problem(
            entry="matching_pairs",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`k` is at least 1. Consider all pairs of indices `i < j` of `xs` (counted from 0) such "
                f"that {words}. {asked}"
            ),
            source=_PAIRS.substitute(
                start="found = set()" if sets else "total = 0",
                test=test,
                step=slow,
                answer="len(found)" if sets else "total",
            ),
            second=_PAIRS_FAST.substitute(key=key, wanted=wanted, step=fast),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: When a pair counts: text, the test of `a` (left) and `b` (right), the key that is kept of a left
#: element, the mark that a right one looks for, and the bisection that gives how many of the sorted
#: keys do not count.
_ORDERS = (
    ("`xs[i] > xs[j]`", "a > b", "x", "x", "bisect_right"),
    ("`xs[i] >= xs[j]`", "a >= b", "x", "x", "bisect_left"),
    ("`xs[i] > xs[j] + k`", "a > b + k", "x", "x + k", "bisect_right"),
    ("`xs[i] >= k * xs[j]`", "a >= k * b", "x", "k * x", "bisect_left"),
    ("`xs[i] + k < xs[j]`", "a + k < b", "-x", "-(x - k)", "bisect_right"),
    ("`xs[i] <= xs[j]`", "a <= b", "-x", "-x", "bisect_left"),
    (
        "`xs[i] + i * k < xs[j] + j`",
        "a + i * k < b + j",
        "-(x + j * k)",
        "-(x + j)",
        "bisect_right",
    ),
)
_WEIGHTS = (
    ("Return how many such pairs there are.", "total += 1", "1", "total += seen"),
    ("Return the sum of `i` over all such pairs.", "total += i", "j", "total += seen"),
    ("Return the sum of `j` over all such pairs.", "total += j", "1", "total += seen * j"),
    ("Return the sum of `xs[i]` over all such pairs.", "total += a", "x", "total += seen"),
)
_DISORDER = Text("""\
def disordered_pairs(xs, k):
    total = 0
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            a, b = xs[i], xs[j]
            if $test:
                $step
    return total
""")
_DISORDER_FAST = Text("""\
from bisect import bisect_left, bisect_right


def disordered_pairs(xs, k):
    keys = sorted({$key for j, x in enumerate(xs)})
    size = len(keys)
    tree = [0] * (size + 1)
    total = everything = 0
    for j, x in enumerate(xs):
        weight = $weight
        seen = everything
        place = $find(keys, $mark)
        while place:
            seen -= tree[place]
            place &= place - 1
        $step
        place = bisect_left(keys, $key) + 1
        while place <= size:
            tree[place] += weight
            place += place & -place
        everything += weight
    return total
""")


class DisorderedPairs(SlowTemplate):
    """Pairs that stand in a certain order, counted by two loops."""

    name: ClassVar[str] = "disordered_pairs"
    keeps_idle: ClassVar[bool] = True
    level: ClassVar[float] = 0.95

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the order and what a pair counts."""
        words, test, key, mark, find = rng.choice(_ORDERS)
        asked, slow, weight, fast = rng.choice(_WEIGHTS)
        given: list[list[Json]] = [[[3, 1, 4, 1, 5, 2], 1], [[9, 7, 8, 2, 4], 2], [[2, 2, 6, 1], 3]]
        given += [[[], 3], [[3], 1], [[2, 1], 1], [[1, 2], 1], [[0, 0, 0, 0], 2], [[5, 5, 5], 1]]
        given += [[list(range(9)), 1], [list(range(9, 0, -1)), 2], [[-3, -1, -2], 2]]
        for _ in range(30):
            size = rng.randint(3, 10 + int(15 * difficulty))
            given.append([numbers(rng, size, -9, 12), rng.randint(1, 4)])
        growing = [[numbers(rng, size, 1, size), rng.randint(2, 4)] for size in doubled(rng, 1600)]
        return self.problem(
            entry="disordered_pairs",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`k` is at least 1. Consider all pairs of indices `i < j` of `xs` (counted from 0) such "
                f"that {words}. {asked} (0 if there is no such pair.)"
            ),
            source=_DISORDER.substitute(test=test, step=slow),
            second=_DISORDER_FAST.substitute(
                key=key, mark=mark, find=find, weight=weight, step=fast
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


#: What a pair is worth: text, its value, the part of the left element and that of the right one.
_WORTHS = (
    ("xs[j] - xs[i]", "-xs[i]", "xs[j]"),
    ("xs[i] + xs[j] + i - j", "xs[i] + i", "xs[j] - j"),
    ("2 * xs[i] - xs[j]", "2 * xs[i]", "-xs[j]"),
    ("xs[i] + xs[j]", "xs[i]", "xs[j]"),
    ("xs[j] - 2 * xs[i] + j - i", "-2 * xs[i] - i", "xs[j] + j"),
    ("xs[i] * 3 + xs[j] + j", "xs[i] * 3", "xs[j] + j"),
)
_BEST = Text("""\
def best_pair(xs, gap):
    best = 0
    for i in range(len(xs)):
        for j in range(i + gap, len(xs)):
            worth = $worth
            if $better:
                best = $new
    return best
""")
_BEST_FAST = Text("""\
def best_pair(xs, gap):
    best = 0
    left = None
    for j in range(gap, len(xs)):
        i = j - gap
        if left is None or $left > left:
            left = $left
        worth = left + $right
        if $better:
            best = $new
    return best
""")


class BestPair(SlowTemplate):
    """The best pair of elements, found by comparing all pairs."""

    name: ClassVar[str] = "best_pair"
    level: ClassVar[float] = 0.35

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what a pair is worth, and the question."""
        worth, left, right = rng.choice(_WORTHS)
        total = rng.randrange(2) == 1
        if total:
            asked = (
                "For every `j` from `gap` on, take the largest worth of the pairs with that `j`. Return "
                "the sum of these numbers (0 if there are none)."
            )
            source = Text(_TOTAL).substitute(worth=worth)
            second = _BEST_FAST.substitute(
                left=left, right=right, better="True", new="best + worth"
            )
        else:
            asked = "Return the largest worth of a pair if it is positive, and otherwise 0."
            source = _BEST.substitute(worth=worth, better="worth > best", new="worth")
            second = _BEST_FAST.substitute(
                left=left, right=right, better="worth > best", new="worth"
            )
        given: list[list[Json]] = [[[3, 1, 4, 1, 5, 2], 1], [[9, 7, 8, 2, 4], 2], [[2, 2, 6, 1], 3]]
        given += [[[], 3], [[3], 1], [[2, 1], 1], [[1, 2], 1], [[0, 0, 0, 0], 2], [[5, 5, 5], 4]]
        given += [[list(range(9)), 1], [list(range(9, 0, -1)), 2], [[-3, -1, -2], 2]]
        for _ in range(30):
            size = rng.randint(3, 10 + int(15 * difficulty))
            given.append([numbers(rng, size, -20, 30), rng.randint(1, 4)])
        growing = [[numbers(rng, size, -size, size), 2] for size in doubled(rng, 1000)]
        return self.problem(
            entry="best_pair",
            parameters=(("xs", "list[int]"), ("gap", "int")),
            returns="int",
            statement=(
                f"`gap` is at least 1. A pair consists of two indices `i` and `j` of `xs` (counted from 0) "
                f"with `j - i` at least `gap`. Its worth is `{worth}`. {asked}"
            ),
            source=source,
            second=second,
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_TOTAL = """\
def best_pair(xs, gap):
    total = 0
    for j in range(gap, len(xs)):
        total += max($worth for i in range(j - gap + 1))
    return total
"""

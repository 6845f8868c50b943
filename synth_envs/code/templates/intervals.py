"""Intervals of whole numbers: what they cover together."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CoverageDepth", "JoinedIntervals"]

#: When two intervals are linked: text, and the gap `next start - last end` that is allowed.
_LINKS = (
    ("they have at least one whole number in common", 0),
    ("they have a whole number in common or one begins right after the other ends", 1),
    ("they have a whole number in common or at most two whole numbers lie between them", 3),
    ("they have at least two whole numbers in common", -1),
)
#: What is asked of the groups, each a list of intervals: text, type, expression.
_ASKS = (
    (
        (
            "Return for every group the list of its smallest and its largest number, the groups "
            "in ascending order of the smallest number (and, where that is equal, of the largest)."
        ),
        "list[list[int]]",
        "sorted([low(g), high(g)] for g in groups)",
    ),
    (
        (
            "Return the sizes of the groups, which are the numbers of their intervals, in "
            "descending order."
        ),
        "list[int]",
        "sorted(map(len, groups), reverse=True)",
    ),
    (
        (
            "Return the largest value of `largest number - smallest number` of a group, or -1 if "
            "there are no intervals."
        ),
        "int",
        "max((high(g) - low(g) for g in groups), default=-1)",
    ),
    (
        (
            "For every group that has at least two intervals, take its smallest number; return "
            "these numbers in ascending order."
        ),
        "list[int]",
        "sorted(low(g) for g in groups if len(g) > 1)",
    ),
)
_SOURCE = Text("""\
def low(group):
    return min(a for a, _ in group)


def high(group):
    return max(b for _, b in group)


def joined_intervals(intervals):
    groups = []
    for a, b in intervals:
        group, rest = [[a, b]], []
        for other in groups:
            if any($linked for c, d in other):
                group += other
            else:
                rest.append(other)
        groups = [*rest, group]
    return $answer
""")
_AGAIN = Text("""\
def joined_intervals(intervals):
    label = list(range(len(intervals)))
    for _ in intervals:
        for i, (a, b) in enumerate(intervals):
            for j, (c, d) in enumerate(intervals):
                if i == j or $linked:
                    label[i] = label[j] = min(label[i], label[j])
    groups = [[intervals[i] for i in range(len(label)) if label[i] == name] for name in range(len(label))]
    groups = [g for g in groups if g]
    return $answer
""")


#: What is drawn, written in another way for the second program.
_ASKS_AGAIN = {
    "sorted([low(g), high(g)] for g in groups)": "sorted([min(map(min, g)), max(map(max, g))] for g in groups)",
    "sorted(map(len, groups), reverse=True)": "sorted([len(g) for g in groups])[::-1]",
    "max((high(g) - low(g) for g in groups), default=-1)": "max([-1] + [max(map(max, g)) - min(map(min, g)) for g in groups])",
    "sorted(low(g) for g in groups if len(g) > 1)": "sorted(min(map(min, g)) for g in groups if g[1:])",
}


class JoinedIntervals(Template):
    """Groups of intervals that are linked, directly or through others."""

    name: ClassVar[str] = "joined_intervals"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw when intervals are linked, which ones count, and the question."""
        words, gap = rng.choice(_LINKS)
        kept, least = "", 0
        if rng.random() < difficulty:
            least = rng.randint(1, 2)
            kept = f"Intervals with fewer than {least + 1} numbers are ignored, as if they were not there. "
        ask, kind, answer = rng.choice(_ASKS[: 2 + int(2 * difficulty)])
        source = _SOURCE.substitute(linked=f"max(a, c) - min(b, d) <= {gap}", answer=answer)
        for name in ("low", "high"):
            if f"{name}(" not in answer:
                start = source.index(f"def {name}")
                source = source[:start] + source[source.index("def ", start + 1) :]
        second = _AGAIN.substitute(linked=_LINKED_AGAIN[gap], answer=_ASKS_AGAIN[answer])
        if least:
            line = "def joined_intervals(intervals):\n"
            keep = f"    intervals = [[a, b] for a, b in intervals if b - a >= {least}]\n"
            source = source.replace(line, line + keep)
            keep = (
                f"    intervals = [p for p in intervals if len(range(p[0], p[1] + 1)) > {least}]\n"
            )
            second = second.replace(line, line + keep)
        return self.problem(
            entry="joined_intervals",
            parameters=(("intervals", "list[list[int]]"),),
            returns=kind,
            statement=(
                f"Each of the `intervals` is a list `[a, b]` with `a <= b` and stands for the whole "
                f"numbers from `a` to `b`, both included. {kept}Two intervals are linked if {words}. "
                f"Linked intervals belong to the same group, and so do intervals that are connected "
                f"by a chain of links; equal intervals that are given twice count as two, and an "
                f"interval with no links is a group of its own. {ask}"
            ),
            source=source,
            second=second,
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


_LINKED_AGAIN = {
    0: "set(range(a, b + 1)) & set(range(c, d + 1))",
    1: "set(range(a, b + 2)) & set(range(c, d + 2))",
    3: "set(range(a, b + 4)) & set(range(c, d + 4))",
    -1: "len(set(range(a, b + 1)) & set(range(c, d + 1))) > 1",
}


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    """Return lists of intervals: three to show, corner cases and random ones."""
    given: list[list[Json]] = [
        [[[1, 4], [10, 12], [3, 6], [7, 8]]],
        [[[-4, -1], [0, 2], [4, 6]]],
        [[[29, 31], [7, 9], [24, 26], [40, 40], [38, 40]]],
        [[[5, 9], [0, 2], [14, 14]]],
        [[[2, 3], [3, 7], [6, 8], [11, 13], [12, 12]]],
    ]
    given += [[[]], [[[3, 3]]], [[[2, 9]]], [[[4, 5], [4, 5]]], [[[1, 1], [2, 2], [3, 3]]]]
    given += [[[[0, 20], [3, 4], [6, 6], [9, 15]]], [[[-5, -3], [-3, -1], [0, 2]]]]
    given += [[[[8, 9], [5, 6], [2, 3]]], [[[0, 1], [4, 5], [8, 9], [1, 3]]], [[[1, 2], [5, 9]]]]
    for _ in range(34):
        span = rng.choice((12, 25, 60))
        one: list[Json] = []
        for _ in range(rng.randint(2, 5 + int(8 * difficulty))):
            a = rng.randint(-span // 3, span)
            one.append([a, a + rng.choice((0, 1, 2, rng.randint(0, 8)))])
        given.append([one])
    return given


#: What an interval covers: text, last number covered (an expression of `a` and `b`).
_COVERS = (
    ("the whole numbers from `a` to `b`, both included", "a", "b"),
    ("the whole numbers from `a` to `b` without `b` itself, none if `a` equals `b`", "a", "b - 1"),
    (
        "the whole numbers from `a - 1` to `b + 1`, both included",
        "a - 1",
        "b + 1",
    ),
)
_DEPTH_ASKS = (
    (
        "Return the greatest depth of a multiple of `k` (0 and negative multiples are some too).",
        "int",
        "max((d for x, d in depth.items() if x % k == 0), default=0)",
    ),
    (
        "Return how many numbers have exactly the depth `k`.",
        "int",
        "sum(d == k for d in depth.values())",
    ),
    (
        "Return the numbers whose depth is at least `k`, in ascending order.",
        "list[int]",
        "sorted(x for x, d in depth.items() if d >= k)",
    ),
    (
        (
            "Return the list `[x, d]` of the smallest multiple `x` of `k` that has the greatest "
            "depth of all multiples of `k`, and this depth `d`; an empty list if that depth is 0."
        ),
        "list[int]",
        "max(multiples, key=lambda p: (p[1], -p[0]), default=[])",
    ),
    (
        (
            "Return the longest runs of consecutive numbers that all have a depth of at least "
            "`k`, each as the list of its first and its last number, in ascending order; a run "
            "cannot be extended on either side."
        ),
        "list[list[int]]",
        "runs(x for x, d in depth.items() if d >= k)",
    ),
)
_DEPTH_AGAIN = (
    "max([of(x) for x in line if x // k * k == x] or [0])",
    "len([x for x in line if of(x) == k])",
    "[x for x in line if of(x) >= k]",
    "next(([x, top] for x in line if of(x) == top > 0 and x % k == 0), [])",
    (
        "[[x, next(y for y in count(x) if of(y + 1) < k)] for x in line "
        "if of(x) >= k and of(x - 1) < k]"
    ),
)
_RUNS = """\
def runs(numbers):
    found = []
    for x in sorted(numbers):
        if found and found[-1][1] == x - 1:
            found[-1][1] = x
        else:
            found.append([x, x])
    return found


"""
_MULTIPLES = """\
    multiples = [[x, d] for x, d in depth.items() if x % k == 0]
"""
_DEPTH = Text("""\
from collections import Counter


${runs}def coverage(intervals, k):
    depth = Counter()
    for a, b in intervals:
        for x in range($first, $stop):
            depth[x] += $weight
$lines    return $answer
""")
_OTHER = Text("""\
from itertools import count


def coverage(intervals, k):
    def of(x):
        return sum($weight for a, b in intervals if $first <= x <= $last)

    ends = [e for one in intervals for e in one]
    line = range(min(ends) - 3, max(ends) + 4) if ends else []
    top = max((of(x) for x in line if x % k == 0), default=0)
    return $answer
""")


class CoverageDepth(Template):
    """How many intervals lie over a number, and where that is much or little."""

    name: ClassVar[str] = "coverage_depth"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what an interval covers, how it weighs, and the question."""
        words, first, last = rng.choice(_COVERS)
        ask = rng.randrange(2 + int(3 * difficulty))
        weighs, weight = "the number of intervals that cover it", "1"
        if rng.random() < difficulty:
            weighs, weight = rng.choice(
                (
                    ("the sum of `b - a + 1` over the intervals that cover it", "b - a + 1"),
                    (
                        "the number of intervals that cover it, where those with an even `a` count double",
                        "2 - a % 2",
                    ),
                )
            )
        given: list[list[Json]] = [
            [[[1, 4], [10, 12], [3, 6], [7, 8]], 2],
            [[[10, 15], [9, 11], [5, 5], [10, 10], [12, 16]], 1],
            [[[3, 3]], 2],
        ]
        others = _inputs(rng, difficulty)
        given += [[one, 1 + place % 3] for place, (one,) in enumerate(others)]
        given += [[one, 2] for (one,) in others[:10]]
        for size in (5, 6, 7, 8, 9, 10, 12):
            dense: list[Json] = [[rng.randint(-2, 2), rng.randint(2, 5)] for _ in range(size)]
            given.append([dense, 1 + size % 4])
        answer = _DEPTH_ASKS[ask][2]
        return self.problem(
            entry="coverage",
            parameters=(("intervals", "list[list[int]]"), ("k", "int")),
            returns=_DEPTH_ASKS[ask][1],
            statement=(
                f"Each of the `intervals` is a list `[a, b]` with `a <= b` and covers {words}. The "
                f"depth of a whole number is {weighs}, so 0 for a number that none covers. `k` is "
                f"at least 1. "
                f"{_DEPTH_ASKS[ask][0]}"
            ),
            source=_DEPTH.substitute(
                runs=_RUNS * ("runs" in answer),
                first=first,
                stop={"b - 1": "b", "b": "b + 1", "b + 1": "b + 2"}[last],
                weight=weight,
                lines=_MULTIPLES * ("multiples" in answer),
                answer=answer,
            ),
            second=_OTHER.substitute(
                first=first, last=last, weight=weight, answer=_DEPTH_AGAIN[ask]
            ),
            inputs=given,
            difficulty=difficulty,
        )

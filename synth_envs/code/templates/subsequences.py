"""Choosing elements in order under a relation, and cutting a list into groups."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BestSelection", "CutIntoGroups"]

#: What two successive chosen elements have to meet: text and test of i < j in `xs`.
_RELATIONS = (
    ("the later one is larger", "xs[i] < xs[j]"),
    ("the later one is not larger", "xs[i] >= xs[j]"),
    ("they differ by at most $k", "abs(xs[i] - xs[j]) <= $k"),
    ("they differ by at least $k", "abs(xs[i] - xs[j]) >= $k"),
    ("one of them is even and the other is odd", "(xs[i] + xs[j]) % 2 == 1"),
    ("their sum is divisible by 3", "(xs[i] + xs[j]) % 3 == 0"),
    ("the later one is a multiple of the earlier one", "xs[j] % xs[i] == 0"),
)
_GAPS = (
    ("", ""),
    (", and their positions differ by at least $g", " and j - i >= $g"),
    (", and their positions differ by at most $g", " and j - i <= $g"),
)

#: Text, value of one element, the best of continuing, the result, and the same for `picks`.
_MEASURES = (
    (
        "Return the largest number of elements of a selection (0 if `xs` is empty).",
        "1",
        "max([0, *before]) + 1",
        "max(best, default=0)",
        "max(map(len, picks), default=0)",
    ),
    (
        "Return the largest sum of the elements of a selection (0 if `xs` is empty).",
        "xs[j]",
        "max([0, *before]) + xs[j]",
        "max(best, default=0)",
        "max((sum(xs[i] for i in pick) for pick in picks), default=0)",
    ),
    (
        "Return the number of selections; two selections differ if they take different positions.",
        "1",
        "sum(before) + 1",
        "sum(best)",
        "len(picks)",
    ),
    (
        (
            "For every position of `xs` return the largest number of elements of a selection whose last element "
            "stands at that position, as a list in the order of the positions."
        ),
        "1",
        "max([0, *before]) + 1",
        "best",
        "[max(len(pick) for pick in picks if pick[-1] == i) for i in range(len(xs))]",
    ),
    (
        (
            "Return a list of two numbers: the largest number of elements of a selection, and the number of "
            "selections with that many elements, where two selections differ if they take different positions. "
            "For an empty `xs` return [0, 0]."
        ),
        "",
        "merge(before)",
        "total(best)",
        "[max(map(len, picks), default=0), sum(len(p) == max(map(len, picks)) for p in picks)]",
    ),
)

_SELECT = """def select(xs):
    best = []
    for j in range(len(xs)):
        before = [best[i] for i in range(j) if $test]
        best.append($step)
    return $result
"""

_PAIRS = """def merge(before):
    size = max((pair[0] for pair in before), default=0)
    ways = sum(pair[1] for pair in before if pair[0] == size)
    return size + 1, ways if size else 1


def total(best):
    size = max((pair[0] for pair in best), default=0)
    return [size, sum(pair[1] for pair in best if pair[0] == size)]


"""

_SELECT_AGAIN = """def select(xs):
    picks = []

    def grow(pick):
        for j in range(pick[-1] + 1 if pick else 0, len(xs)):
            i = pick[-1] if pick else -1
            if i < 0 or ($test):
                picks.append(pick + [j])
                grow(pick + [j])

    grow([])
    return $answer
"""


#: What is drawn, written in another way for the second program.
_RELATIONS_AGAIN = {
    "xs[i] < xs[j]": "xs[j] - xs[i] > 0",
    "xs[i] >= xs[j]": "max(xs[i], xs[j]) == xs[i]",
    "abs(xs[i] - xs[j]) <= $k": "xs[j] in range(xs[i] - $k, xs[i] + $k + 1)",
    "abs(xs[i] - xs[j]) >= $k": "max(xs[i] - xs[j], xs[j] - xs[i]) > $k - 1",
    "(xs[i] + xs[j]) % 2 == 1": "xs[i] & 1 != xs[j] & 1",
    "(xs[i] + xs[j]) % 3 == 0": "-xs[i] % 3 == xs[j] % 3",
    "xs[j] % xs[i] == 0": "xs[j] // xs[i] * xs[i] == xs[j]",
    "": "",
    " and j - i >= $g": " and i + $g - 1 < j",
    " and j - i <= $g": " and j not in range(i + $g + 1, len(xs))",
}


class BestSelection(Template):
    """The best subsequence in which every two successive elements stand in a relation."""

    name: ClassVar[str] = "best_selection"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the relation, the rule about positions and the measure."""
        words, test = rng.choice(_RELATIONS)
        gap, near = rng.choice(_GAPS if difficulty >= 0.4 else _GAPS[:1])
        measure = rng.choice(_MEASURES[:3] if difficulty < 0.4 else _MEASURES[1:])
        names = {"k": str(rng.randint(2, 4)), "g": str(rng.randint(2, 3))}
        condition = Text(test + near).substitute(names)
        asked, _, step, result, answer = measure
        statement = (
            "`xs` holds positive integers. A selection takes one or more elements of `xs` and keeps them in their order; "
            "they need not be neighbours in `xs`. For every two elements that follow each other in the selection, "
            f"{Text(words + gap).substitute(names)}. A single element is always a selection. {asked}"
        )
        source = Text(_SELECT).substitute(test=condition, step=step, result=result)
        given: list[list[Json]] = [
            [[2, 9, 4, 8, 4]],
            [[1, 11, 7, 1]],
            [[7, 2]],
            [[4, 1, 2, 6, 3]],
            [[5, 5, 2, 8, 10, 3, 9]],
            [[]],
            [[3]],
            [[2, 2, 2, 2]],
        ]
        given += [
            [list(range(1, 9))],
            [list(range(9, 0, -1))],
            [[1, 9, 1, 9, 1]],
            [[2, 4, 8, 16]],
            [[3, 6, 5]],
        ]
        for _ in range(34):
            given.append([[rng.randint(1, 15) for _ in range(rng.randint(3, 9))]])
        return self.problem(
            entry="select",
            parameters=(("xs", "list[int]"),),
            returns="int" if asked.startswith("Return the") else "list[int]",
            statement=statement,
            source=(_PAIRS if "merge" in step else "") + source,
            second=Text(_SELECT_AGAIN).substitute(
                test=Text(_RELATIONS_AGAIN[test] + _RELATIONS_AGAIN[near]).substitute(names),
                answer=answer,
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: What a group has to meet: text and test of `group`.
_GROUPS = (
    ("its sum is at most `limit`", "sum(group) <= limit"),
    (
        "its largest and its smallest element differ by at most `limit`",
        "max(group) - min(group) <= limit",
    ),
    (
        "its first and its last element (in a group of one, this element twice) add up to at most `limit`",
        "group[0] + group[-1] <= limit",
    ),
    (
        "no number occurs in it twice and its sum is at most `limit`",
        "len(set(group)) == len(group) and sum(group) <= limit",
    ),
    ("its sum is odd and at most `limit`", "sum(group) % 2 == 1 and sum(group) <= limit"),
    (
        "its number of elements times its largest element is at most `limit`",
        "len(group) * max(group) <= limit",
    ),
)

#: Text, value of the empty list, step from `rest` (value of what remains), join, value where
#: there is none, answer from `cuts`, the list of all divisions.
_GOALS = (
    ("Return the smallest number of groups", "0", "rest + 1", "min", "len(cut)", "min"),
    ("Return the number of divisions", "1", "rest", "sum", "1", "sum"),
    (
        (
            "The price of a group is its largest element, and the price of a division is the sum of the prices of "
            "its groups. Return the smallest price of a division"
        ),
        "0",
        "rest + max(group)",
        "min",
        "sum(map(max, cut))",
        "min",
    ),
    (
        (
            "The price of a group is the square of its number of elements, and the price of a division is the sum of "
            "the prices of its groups. Return the largest price of a division"
        ),
        "0",
        "rest + len(group) ** 2",
        "max",
        "sum(len(group) ** 2 for group in cut)",
        "max",
    ),
    (
        (
            "The price of a group is its smallest element plus $c, and the price of a division is the sum of the "
            "prices of its groups. Return the smallest price of a division"
        ),
        "0",
        "rest + min(group) + $c",
        "min",
        "sum(min(group) + $c for group in cut)",
        "min",
    ),
)

_CUT_WAYS = """from functools import cache


def divide(xs, limit):
    @cache
    def ways(start):
        if start == len(xs):
            return 1
        total = 0
        for stop in range(start + 1, len(xs) + 1):
            group = xs[start:stop]
            if $test:
                total += ways(stop)
        return total

    return ways(0)
"""

_CUT = """from functools import cache


def divide(xs, limit):
    @cache
    def best(start):
        if start == len(xs):
            return $unit
        options = []
        for stop in range(start + 1, len(xs) + 1):
            group = xs[start:stop]
            if $test:
                rest = best(stop)
                if rest != -1:
                    options.append($step)
        return $join

    return best(0)
"""

_CUT_AGAIN = """from itertools import combinations


def divide(xs, limit):
    cuts = []
    for size in range(len(xs)):
        for places in combinations(range(1, len(xs)), size):
            ends = [0, *places, len(xs)]
            cut = [xs[a:b] for a, b in zip(ends, ends[1:])]
            if all($test for group in cut):
                cuts.append(cut)
    if not xs:
        cuts.append([])
    prices = [$price for cut in cuts]
    return $join
"""


#: What is drawn, written in another way for the second program.
_GROUPS_AGAIN = {
    "sum(group) <= limit": "limit - sum(group) >= 0",
    "max(group) - min(group) <= limit": "all(x - y <= limit for x in group for y in group)",
    "group[0] + group[-1] <= limit": "sum(group[:: max(1, len(group) - 1)]) + group[0] * (len(group) == 1) <= limit",
    "len(set(group)) == len(group) and sum(group) <= limit": "sum(group) < limit + 1 and all(group.count(x) == 1 for x in group)",
    "sum(group) % 2 == 1 and sum(group) <= limit": "not sum(group) > limit and len([x for x in group if x & 1]) & 1",
    "len(group) * max(group) <= limit": "all(x * len(group) <= limit for x in group)",
}


class CutIntoGroups(Template):
    """Cut a list into groups of neighbours, as cheaply as possible or in all ways."""

    name: ClassVar[str] = "cut_into_groups"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what groups have to meet and what is asked."""
        words, test = rng.choice(_GROUPS[:3] if difficulty < 0.4 else _GROUPS)
        goal = rng.choice(_GOALS[:3] if difficulty < 0.4 else _GOALS)
        c = str(rng.randint(1, 4))
        asked, unit, step, join, price, fold = (Text(part).substitute(c=c) for part in goal)
        statement = (
            "`xs` holds positive integers. A division cuts `xs` into one or more groups of neighbouring elements; every "
            f"element is in exactly one group and no group is empty. A group is allowed if {words}, and every group of "
            f"a division has to be allowed. {asked}"
        )
        if join == "sum":
            statement += "; two divisions differ if they cut at different places. If there is none, return 0. For an empty `xs` return 1."
        else:
            statement += ", or -1 if there is no division. For an empty `xs` return 0."
        given: list[list[Json]] = [
            [[5, 5, 7, 3, 5, 3], 3],
            [[7, 7, 5, 2, 5, 2, 3, 7, 1, 7], 10],
            [[], 3],
            [[], 8],
            [[3, 1, 4, 2], 7],
            [[5, 2, 2, 1, 3], 6],
            [[9], 4],
            [[], 3],
            [[4], 4],
            [[5], 5],
            [[1], 2],
        ]
        given += [
            [[2, 2, 2], 4],
            [[1, 1, 1, 1, 1], 3],
            [[6, 1, 6], 12],
            [[3, 3], 5],
            [[7, 2, 9, 1], 9],
            [[5, 4], 9],
            [[3, 4, 3, 2, 9], 8],
        ]
        for _ in range(34):
            xs: list[Json] = [rng.randint(1, 7) for _ in range(rng.randint(3, 10))]
            given.append([xs, rng.randint(1, 5) if "differ" in words else rng.randint(6, 14)])
        return self.problem(
            entry="divide",
            parameters=(("xs", "list[int]"), ("limit", "int")),
            returns="int",
            statement=statement,
            source=Text(_CUT_WAYS if join == "sum" else _CUT).substitute(
                unit=unit, test=test, step=step, join=f"{join}(options, default=-1)"
            ),
            second=Text(_CUT_AGAIN).substitute(
                test=_GROUPS_AGAIN[test],
                price=price,
                join="sum(prices)" if fold == "sum" else f"{fold}(prices, default=-1)",
            ),
            inputs=given,
            difficulty=difficulty,
        )

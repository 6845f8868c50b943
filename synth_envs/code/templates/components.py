"""Parts of a graph that hang together, and two camps of opponents."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["GroupsOfFriends", "TwoCamps"]

#: Which pairs count: text and test.
_COUNTED = (
    ("Every pair counts", ""),
    ("Only pairs whose two numbers differ by at least 2 count", "abs(a - b) >= 2"),
    ("Only pairs whose two numbers have an odd sum count", "(a + b) % 2 == 1"),
    (
        "Only pairs whose two numbers have a sum that is not divisible by 3 count",
        "(a + b) % 3 != 0",
    ),
    (
        "Only pairs that occur just once in `pairs`, where [a, b] and [b, a] are the same pair, count",
        "pairs.count([a, b]) + pairs.count([b, a]) == 1",
    ),
)
#: Text, answer from `groups` (ascending lists, in ascending order), returns.
_GROUPS = (
    (
        "Return the sizes of all groups in ascending order.",
        "sorted(len(group) for group in groups)",
        "list[int]",
    ),
    (
        "Return how many groups have at least $k members, plus 10 times the size of the largest group (0 if `n` is 0).",
        "sum(len(group) >= $k for group in groups) + 10 * max(map(len, groups), default=0)",
        "int",
    ),
    (
        "Return the members of the largest group in ascending order; of several largest groups, take the one that contains the smallest number. If `n` is 0, return an empty list.",
        "max(groups, key=len, default=[])",
        "list[int]",
    ),
    (
        "Return the members of the group with the largest sum of its numbers in ascending order; of several such groups, the one that contains the largest number. If `n` is 0, return an empty list.",
        "max(groups, key=lambda group: (sum(group), group[-1]), default=[])",
        "list[int]",
    ),
    (
        "Return a list with one entry per group: its largest number minus its smallest number. Groups come in the order of their smallest numbers.",
        "[group[-1] - group[0] for group in groups]",
        "list[int]",
    ),
    (
        "Return in ascending order all people whose group has an odd number of members.",
        "sorted(x for group in groups if len(group) % 2 for x in group)",
        "list[int]",
    ),
    (
        "Return the product of the sizes of all groups (1 if `n` is 0).",
        "prod(len(group) for group in groups)",
        "int",
    ),
)

_JOIN = """def friends(n, pairs):
    near = [[] for _ in range(n)]
    for a, b in pairs:
        $record
    groups = []
    seen = set()
    for start in range(n):
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for a in group:
            for b in near[a]:
                if b not in seen:
                    seen.add(b)
                    group.append(b)
        groups.append(sorted(group))
    return $answer
"""

_JOIN_AGAIN = """def friends(n, pairs):
    label = list(range(n))
    for a, b in pairs:
        if $test:
            low, high = sorted((label[a], label[b]))
            label = [low if x == high else x for x in label]
    groups = [[x for x in range(n) if label[x] == name] for name in sorted(set(label))]
    return $answer
"""


def _pairs(rng: TaskRandom, n: int, count: int) -> list[Json]:
    """Return pairs of different numbers below n, some of them twice."""
    return [list(rng.sample(range(n), 2)) for _ in range(count)]


#: What is drawn, written in another way for the second program.
_FRIENDS_AGAIN = {
    "abs(a - b) >= 2": "a - b not in (-1, 0, 1)",
    "(a + b) % 2 == 1": "a & 1 != b & 1",
    "(a + b) % 3 != 0": "(a + b) // 3 * 3 < a + b",
    "pairs.count([a, b]) + pairs.count([b, a]) == 1": "len([p for p in pairs if {*p} == {a, b}]) == 1",
    "sorted(len(group) for group in groups)": "sorted(label.count(name) for name in set(label))",
    "sum(len(group) >= $k for group in groups) + 10 * max(map(len, groups), default=0)": "len([1 for g in groups if g[$k - 1 :]]) + 10 * sorted([0] + [len(g) for g in groups])[-1]",
    "max(groups, key=len, default=[])": "(sorted(groups, key=lambda g: -len(g)) + [[]])[0]",
    "max(groups, key=lambda group: (sum(group), group[-1]), default=[])": "sorted([sum(g), max(g), g] for g in groups)[-1][2] if groups else []",
    "[group[-1] - group[0] for group in groups]": "[max(g) - min(g) for g in groups]",
    "sorted(x for group in groups if len(group) % 2 for x in group)": "[x for x in range(n) if label.count(label[x]) & 1]",
    "prod(len(group) for group in groups)": "prod(label.count(name) for name in set(label))",
}


class GroupsOfFriends(Template):
    """Connected components over the pairs that count, with a question about them."""

    name: ClassVar[str] = "groups_of_friends"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which pairs count and the question."""
        words, test = rng.choice(_COUNTED[:3] if difficulty < 0.4 else _COUNTED[1:])
        asked, answer, kind = rng.choice(_GROUPS)
        k = str(rng.randint(2, 3))
        again = Text(_FRIENDS_AGAIN[answer]).substitute(k=k)
        answer = Text(answer).substitute(k=k)
        statement = (
            "There are `n` people 0, 1, ..., `n - 1` (`n` at least 0), and `pairs` lists pairs [a, b] of two different people; a pair may "
            f"occur several times, also as [b, a]. {words}. Two people are in the same group if a chain of one or more pairs that count "
            "connects them; somebody who is in no pair that counts is a group alone. Every person is in exactly one group. "
            + Text(asked).substitute(k=k)
        )
        record = "near[a].append(b)\n        near[b].append(a)"
        if test:
            record = f"if {test}:\n            near[a].append(b)\n            near[b].append(a)"
        module = "from math import prod\n\n\n" if "prod(" in answer else ""
        given: list[list[Json]] = [
            [5, [[0, 3], [4, 3], [1, 2]]],
            [9, [[4, 2], [8, 4], [1, 4], [2, 7], [5, 3]]],
            [2, []],
            [6, [[5, 0], [1, 4], [0, 5], [2, 4]]],
            [4, [[0, 2], [2, 3], [1, 3]]],
            [0, []],
            [1, []],
            [2, []],
            [2, [[1, 0]]],
            [3, [[0, 2]]],
            [3, [[0, 2], [2, 0]]],
            [4, [[0, 3], [1, 2]]],
        ]
        for _ in range(34):
            n = rng.randint(3, 9 + int(4 * difficulty))
            given.append([n, _pairs(rng, n, rng.randint(n // 2, n + 2))])
        return self.problem(
            entry="friends",
            parameters=(("n", "int"), ("pairs", "list[list[int]]")),
            returns=kind,
            statement=statement,
            source=module + Text(_JOIN).substitute(record=record, answer=answer),
            second=module
            + Text(_JOIN_AGAIN).substitute(test=_FRIENDS_AGAIN.get(test, "True"), answer=again),
            inputs=given,
            difficulty=difficulty,
        )


#: Text, contribution of a group with the camps `same` and `other`, how groups are joined, returns.
_CAMPS = (
    ("Return the largest possible size of camp A", "max(len(same), len(other))", "max", "int"),
    ("Return the smallest possible size of camp A", "min(len(same), len(other))", "min", "int"),
    (
        "Return the largest possible sum of the numbers of the people in camp A",
        "max(sum(same), sum(other))",
        "max",
        "int",
    ),
    ("Return the number of different ways to divide the people", "2", "count", "int"),
    (
        (
            "Write a division as a list of 0s and 1s with one entry per person, in the order of their numbers: 0 for camp A and 1 for camp B. "
            "Return the first one of these lists in lexicographic order"
        ),
        "",
        "list",
        "list[int]",
    ),
)
#: What happens to a part that cannot be divided: text and code.
_TROUBLE = (
    (" If no division is possible, return $none.", "return $none"),
    (
        (
            " Two people are connected if a chain of one or more pairs leads from one to the other; a group is a person together with everybody "
            "connected to them. Before the division, every group whose members cannot be divided in this way is sent home: its "
            "members are in no camp and are ignored$mark."
        ),
        "continue",
    ),
)

_DIVIDE = """def camps(n, pairs):
    near = [[] for _ in range(n)]
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    side = {}
    total = $begin
    for start in range(n):
        if start in side:
            continue
        side[start] = 0
        group = [start]
        fits = True
        for a in group:
            for b in near[a]:
                if b not in side:
                    side[b] = 1 - side[a]
                    group.append(b)
                elif side[b] == side[a]:
                    fits = False
        if not fits:
            $trouble
        $update
    return total
"""

_DIVIDE_AGAIN = """from itertools import product


def camps(n, pairs):
    reach = [{x} for x in range(n)]
    for _ in range(n):
        for a, b in pairs:
            both = reach[a] | reach[b]
            reach[a] = reach[b] = both
    for x in range(n):
        for y in sorted(reach[x]):
            reach[x] |= reach[y]
    good = []
    for x in range(n):
        group = sorted(reach[x])
        own = [pair for pair in pairs if pair[0] in reach[x]]
        if any(
            all(c[group.index(a)] != c[group.index(b)] for a, b in own)
            for c in product((0, 1), repeat=len(group))
        ):
            good.append(x)
    if len(good) < n and not $ignore:
        return $none
    rest = [(a, b) for a, b in pairs if a in good and b in good]
    best = []
    for choice in product((0, 1), repeat=len(good)):
        camp = dict(zip(good, choice))
        if all(camp[a] != camp[b] for a, b in rest):
            best.append(camp)
    return $answer
"""
_UPDATES = {
    "max": (
        "0",
        "same = [x for x in group if side[x] == 0]\n        other = [x for x in group if side[x] == 1]\n        total += $value",
    ),
    "min": (
        "0",
        "same = [x for x in group if side[x] == 0]\n        other = [x for x in group if side[x] == 1]\n        total += $value",
    ),
    "count": ("1", "total *= $value"),
    "list": ("[-1] * n", "for x in group:\n            total[x] = side[x]"),
}


class TwoCamps(Template):
    """Divide people into two camps so that no pair of opponents is in one camp."""

    name: ClassVar[str] = "two_camps"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the question and what happens when there is no division."""
        asked, value, fold, kind = rng.choice(_CAMPS)
        trouble, code = rng.choice(_TROUBLE)
        none = "[]" if fold == "list" else rng.choice(("-1", "-2", "-5"))
        begin, update = _UPDATES[fold]
        statement = (
            "There are `n` people 0, 1, ..., `n - 1` (`n` at least 0), and every entry [a, b] of `pairs` is a pair of opponents (two "
            "different people; a pair may occur several times, also as [b, a]). A division puts every person into camp A or into camp B "
            f"so that no two opponents are in the same camp. A camp may be empty. {asked}."
            + Text(trouble).substitute(
                none=none,
                mark=", except that they get the entry -1 in the list" if fold == "list" else "",
            )
        )
        answers = {
            "max": "max(sum(c == 0 for c in camp.values()) for camp in best)",
            "min": "min(sum(c == 0 for c in camp.values()) for camp in best)",
            "count": "len(best)",
            "list": "min([camp.get(x, -1) for x in range(n)] for camp in best)",
        }
        answer = answers[fold]
        if "sum" in value:
            answer = "max(sum(x for x, c in camp.items() if c == 0) for camp in best)"
        given: list[list[Json]] = [
            [7, [[0, 2], [5, 1], [6, 0], [1, 6], [0, 2]]],
            [4, [[0, 1], [1, 2], [2, 0]]],
            [3, [[2, 1]]],
            [5, [[0, 3], [3, 1], [4, 2]]],
            [4, [[0, 1], [1, 2], [2, 0]]],
            [6, [[5, 4], [4, 1], [1, 0], [3, 4]]],
            [0, []],
            [1, []],
            [3, []],
            [2, [[1, 0]]],
            [3, [[0, 2], [2, 0]]],
            [6, [[0, 1], [1, 2], [2, 0], [3, 5]]],
            [6, [[0, 1], [2, 3], [3, 4], [4, 2]]],
        ]
        for _ in range(34):
            n = rng.randint(3, 8)
            given.append([n, _pairs(rng, n, rng.randint(n // 2, n - 1))])
        return self.problem(
            entry="camps",
            parameters=(("n", "int"), ("pairs", "list[list[int]]")),
            returns=kind,
            statement=statement,
            source=Text(_DIVIDE).substitute(
                begin=begin,
                update=Text(update).substitute(value=value),
                trouble=Text(code).substitute(none=none),
            ),
            second=Text(_DIVIDE_AGAIN).substitute(
                ignore=str(code == "continue"), none=none, answer=answer
            ),
            inputs=given,
            difficulty=difficulty,
        )

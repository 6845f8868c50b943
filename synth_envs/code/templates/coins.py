"""Paying an amount with coins, and climbing stairs with jumps."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["ClimbStairs", "PayAmount"]

#: How often a coin may be used: text, and the bound in Python.
_LIMITS = (
    ("Every coin value may be used any number of times", "total"),
    ("Every coin value may be used at most once", "1"),
    ("Every coin value may be used at most twice", "2"),
    ("Every coin value may be used at most three times", "3"),
    (
        "Odd coin values may be used at most once, even ones any number of times",
        "1 if value % 2 else total",
    ),
    (
        "A coin value of 4 or more may be used at most twice, a smaller one any number of times",
        "2 if value >= 4 else total",
    ),
)

#: What is asked: text, answer from `counts[c]`, the number of ways with c coins, and answer from
#: the list `used` of the numbers of coins of all ways.
_QUESTIONS = (
    ("Return the number of ways.", "sum(counts)", "len(used)"),
    (
        "Return the smallest number of coins of a way, or -1 if there is no way.",
        "next((c for c, ways in enumerate(counts) if ways), -1)",
        "min(used, default=-1)",
    ),
    (
        "Return the largest number of coins of a way, or -1 if there is no way.",
        "max((c for c, ways in enumerate(counts) if ways), default=-1)",
        "max(used, default=-1)",
    ),
    (
        "Return the number of ways that use an odd number of coins.",
        "sum(counts[1::2])",
        "sum(c % 2 for c in used)",
    ),
    (
        "Return the number of ways that use at most $k coins.",
        "sum(counts[:$more])",
        "sum(c <= $k for c in used)",
    ),
    (
        "Return how many coins the ways use, as an ascending list without repetitions (empty if there is no way).",
        "[c for c, ways in enumerate(counts) if ways]",
        "sorted(set(used))",
    ),
    (
        "Return the total number of coins in all ways together.",
        "sum(c * ways for c, ways in enumerate(counts))",
        "sum(used)",
    ),
)

_PAY = """def pay(coins, total):
    table = [[0] * (total + 1) for _ in range(total + 1)]
    table[0][0] = 1
    for value in coins:
        fresh = [[0] * (total + 1) for _ in range(total + 1)]
        for amount in range(total + 1):
            for used in range(amount + 1):
                if table[amount][used]:
                    most = min($limit, (total - amount) // value)
                    for times in range(most + 1):
                        fresh[amount + times * value][used + times] += table[amount][used]
        table = fresh
    counts = table[total]
    return $answer
"""

_PAY_AGAIN = """def pay(coins, total):
    used = []

    def go(place, left, so_far):
        if place == len(coins):
            if left == 0:
                used.append(so_far)
            return
        value = coins[place]
        times = 0
        while times * value <= left and times <= ($limit):
            go(place + 1, left - times * value, so_far + times)
            times += 1

    go(0, total, 0)
    return $answer
"""


class PayAmount(Template):
    """Ways to pay an amount with coins that may be used only so often."""

    name: ClassVar[str] = "pay_amount"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the bound on each coin and the question."""
        words, limit = rng.choice(_LIMITS[:3] if difficulty < 0.3 else _LIMITS)
        asked, answer, again = rng.choice(_QUESTIONS[:5] if difficulty < 0.3 else _QUESTIONS)
        k = rng.randint(3, 4)
        statement = (
            "`coins` holds different positive integers, in any order, and `total` is at least 0. A way to pay says "
            f"how often each value of `coins` is used so that the values add up to exactly `total`. {words}. "
            "Two ways differ if some value is used a different number of times; order plays no part. "
            "To pay 0 there is exactly one way, without any coin. " + Text(asked).substitute(k=k)
        )
        values = {"limit": limit, "answer": Text(answer).substitute(more=k + 1)}
        other = {"limit": limit, "answer": Text(again).substitute(k=k)}
        given: list[list[Json]] = [
            [[9, 6], 9],
            [[9, 3], 8],
            [[9, 2, 8, 5, 6], 16],
            [[1, 2, 5], 8],
            [[2, 3, 4, 6], 12],
            [[5, 8], 3],
            [[], 0],
            [[], 4],
            [[3], 0],
        ]
        given += [
            [[3], 6],
            [[3], 3],
            [[2, 4, 6], 9],
            [[4], 8],
            [[4], 12],
            [[1], 3],
            [[3, 4], 24],
            [[2, 3], 13],
        ]
        for _ in range(34):
            most = 8 if limit == "1" else 5
            coins = rng.sample(list(range(1, 10)), rng.randint(most - 3, most))
            given.append([list(coins), rng.randint(4, 17 + int(6 * difficulty))])
        return self.problem(
            entry="pay",
            parameters=(("coins", "list[int]"), ("total", "int")),
            returns="list[int]" if "as an ascending list" in asked else "int",
            statement=statement,
            source=Text(_PAY).substitute(values),
            second=Text(_PAY_AGAIN).substitute(other),
            inputs=given,
            difficulty=difficulty,
        )


#: Rules about the jumps: text, what is remembered on the way (0 at the start), when a jump is not
#: allowed, what is remembered next, when the end counts, and a test of the whole list of jumps.
_RULES = (
    ("", "", "", "", "", "True"),
    (
        " No two jumps in succession may have the same size.",
        "last",
        "jump == last",
        "jump",
        "",
        "all(a != b for a, b in zip(jumps, jumps[1:]))",
    ),
    (
        " No jump may be smaller than the one before it.",
        "last",
        "jump < last",
        "jump",
        "",
        "jumps == sorted(jumps)",
    ),
    (
        " The number of jumps has to be even.",
        "odd",
        "",
        "1 - odd",
        "odd == 0",
        "len(jumps) % 2 == 0",
    ),
    (
        " At most $most may have size $longest.",
        "used",
        "used + (jump == $longest) > $k",
        "used + (jump == $longest)",
        "",
        "jumps.count($longest) <= $k",
    ),
    (
        " After a jump of size $longest, the next jump, if there is one, has to have size $shortest.",
        "last",
        "(last == $longest and jump != $shortest)",
        "jump",
        "",
        "all(a != $longest or b == $shortest for a, b in zip(jumps, jumps[1:]))",
    ),
)

#: What is asked: text, answer at the end, how to join, answer where nothing goes, and the answer
#: from the list `found` of all lists of jumps.
_ASKED = (
    ("Return the number of ways.", "1", "", "0", "len(found)"),
    (
        "Return the smallest number of jumps of a way, or -1 if there is no way.",
        "0",
        "1 + min(options) if options else -1",
        "-1",
        "min(map(len, found), default=-1)",
    ),
    (
        "Return the largest number of jumps of a way, or -1 if there is no way.",
        "0",
        "1 + max(options) if options else -1",
        "-1",
        "max(map(len, found), default=-1)",
    ),
)

_COUNT = """from functools import cache


def climb(n, broken):
    @cache
    def ways(place$known):
        if place == n:
            return $end
        total = 0
        for jump in $jumps:
            after = place + jump
            if after > n or after in broken$forbidden:
                continue
            total += ways(after$next)
        return total

    return ways(0$start)
"""

_CLIMB = """from functools import cache


def climb(n, broken):
    @cache
    def go(place$known):
        if place == n:
            return $end
        options = []
        for jump in $jumps:
            after = place + jump
            if after > n or after in broken$forbidden:
                continue
            rest = go(after$next)
            if rest != -1:
                options.append(rest)
        return $join

    return go(0$start)
"""

_CLIMB_AGAIN = """def climb(n, broken):
    waiting = [(0, [])]
    found = []
    while waiting:
        place, jumps = waiting.pop()
        if place == n and ($test):
            found.append(jumps)
        for jump in $jumps:
            if place + jump <= n and place + jump not in broken:
                waiting.append((place + jump, jumps + [jump]))
    return $answer
"""


class ClimbStairs(Template):
    """Ways to climb stairs with jumps of drawn sizes under a drawn rule."""

    name: ClassVar[str] = "climb_stairs"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the sizes of the jumps, the rule and the question."""
        jumps = rng.choice(((1, 2), (1, 3), (2, 3), (1, 2, 3), (1, 2, 4), (1, 3, 4), (2, 3, 5)))
        rule = rng.choice(_RULES[:2] if difficulty < 0.2 else _RULES[1:])
        asked = rng.choice(_ASKED[:2] if difficulty < 0.2 else _ASKED)
        k = rng.randint(1, 2)
        names = {
            "k": str(k),
            "most": "one jump" if k == 1 else "two jumps",
            "longest": str(jumps[-1]),
            "shortest": str(jumps[0]),
        }
        words, known, forbidden, after, end, test = (Text(part).substitute(names) for part in rule)
        question, unit, join, none, answer = asked
        sizes = ", ".join(map(str, jumps[:-1])) + f" or {jumps[-1]}"
        statement = (
            "You stand before a staircase on step 0 and want to reach step `n` (at least 0) exactly. Every jump "
            f"takes you up by {sizes} steps, and you may never land on a step listed in `broken` (numbers from 1 "
            f"to `n - 1`, in any order).{words} A way is the list of the jump sizes in order; for `n` = 0 the "
            f"only way is the empty list. {question}"
        )
        values = {
            "end": f"{unit} if {end} else {none}" if end else unit,
            "jumps": str(jumps),
            "forbidden": f" or {forbidden}" if forbidden else "",
            "known": f", {known}" if known else "",
            "next": f", {after}" if after else "",
            "start": ", 0" if known else "",
            "join": join,
        }
        given: list[list[Json]] = [
            [8, [3]],
            [4, [2, 5]],
            [14, []],
            [6, [3]],
            [7, []],
            [10, [4, 8]],
            [0, []],
            [1, []],
            [2, []],
            [2, [1]],
            [3, []],
        ]
        given += [
            [4, []],
            [5, []],
            [5, [2, 4]],
            [9, [1, 2, 3]],
            [9, [8, 7]],
            [8, []],
            [11, []],
            [13, []],
            [12, [6]],
        ]
        for _ in range(32):
            n = rng.randint(5, 13)
            broken = rng.sample(list(range(1, n)), rng.randint(0, 2))
            given.append([n, list(broken)])
        return self.problem(
            entry="climb",
            parameters=(("n", "int"), ("broken", "list[int]")),
            returns="int",
            statement=statement,
            source=Text(_CLIMB if join else _COUNT).substitute(values),
            second=Text(_CLIMB_AGAIN).substitute(jumps=str(jumps), test=test, answer=answer),
            inputs=given,
            difficulty=difficulty,
        )

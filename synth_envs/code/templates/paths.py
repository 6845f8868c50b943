"""Cheapest routes under drawn price rules, and walks of bounded length."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CheapestRoute", "WalksInGraph"]

#: What using a road from `a` to `b` of length `w` costs as road number `used` (from 0) of the
#: route: text, Python, and after how many roads the rule repeats.
_PRICES = (
    ("A road of length `w` costs `w`", "w", 1),
    ("A road of length `w` costs `w + $c`", "w + $c", 1),
    ("A road between towns `a` and `b` of length `w` costs `w + |a - b|`", "w + abs(a - b)", 1),
    ("A road of odd length `w` costs `2 * w`, one of even length costs `w`", "w * (1 + w % 2)", 1),
    (
        "Every third road of a route (the third, the sixth, ...) is free, and every other road costs its length",
        "0 if used == 2 else w",
        3,
    ),
    (
        "The first, third, fifth, ... road of a route costs its length, and the second, fourth, ... one costs $c no matter how long it is",
        "$c if used else w",
        2,
    ),
    (
        "The first, third, fifth, ... road of a route costs its length, and the second, fourth, ... one twice its length",
        "w * (used + 1)",
        2,
    ),
)
_JOINS = (
    ("and the price of a route is the sum of what its roads cost", "cost + price"),
    (
        "and the price of a route is the largest amount that one of its roads costs",
        "max(cost, price)",
    ),
)
_ROUTE_ASKED = (
    (
        "Return the lowest price of a route from town 0 to town `n - 1`, or -1 if there is none. ",
        "best.get(n - 1, -1)",
        "int",
    ),
    (
        "Return a list of `n` numbers: for every town 0, 1, ... the lowest price of a route from town 0 to it, or -1 if there is none. ",
        "[best.get(town, -1) for town in range(n)]",
        "list[int]",
    ),
    (
        "Return in ascending order the towns to which a route from town 0 with a price of at most $limit leads. ",
        "sorted(town for town, cost in best.items() if cost <= $limit)",
        "list[int]",
    ),
    (
        (
            "Consider for every town the lowest price of a route from town 0 to it, and return the town where it is highest "
            "among the towns to which there is a route; the smallest of several such towns. "
        ),
        "max(sorted(best), key=lambda town: best[town])",
        "int",
    ),
)

_ROUTE = """import heapq


def route(n, roads):
    leaving = [[] for _ in range(n)]
    for a, b, w in roads:
        leaving[a].append((b, w))$back
    heap = [(0, 0, 0)]
    done = set()
    best = {}
    while heap:
        cost, a, used = heapq.heappop(heap)
        if (a, used) in done:
            continue
        done.add((a, used))
        best[a] = min(best.get(a, cost), cost)
        for b, w in leaving[a]:
            price = $price
            heapq.heappush(heap, ($join, b, $after))
    return $answer
"""

_ROUTE_AGAIN = """def route(n, roads):
    lowest = {(0, 0): 0}
    changed = True
    while changed:
        changed = False
        for first, last, w in roads:
            for a, b in $ends:
                for used in range($period):
                    if (a, used) in lowest:
                        cost, price = lowest[a, used], $price
                        total, spot = $join, (b, (used + 1) % $period)
                        if spot not in lowest or total < lowest[spot]:
                            lowest[spot] = total
                            changed = True
    best = {}
    for town in range(n):
        costs = [cost for (place, _), cost in lowest.items() if place == town]
        if costs:
            best[town] = min(costs)
    return $answer
"""


#: What is drawn, written in another way for the second program.
_ROUTE_PARTS_AGAIN = {
    "w": "w",
    "w + $c": "sum((w, $c))",
    "w + abs(a - b)": "w + max(a, b) - min(a, b)",
    "w * (1 + w % 2)": "2 * w if w & 1 else w",
    "0 if used == 2 else w": "[w, w, 0][used]",
    "$c if used else w": "[w, $c][used]",
    "w * (used + 1)": "w + used * w",
    "cost + price": "sum([cost, price])",
    "max(cost, price)": "sorted([cost, price])[1]",
    "best.get(n - 1, -1)": "best[n - 1] if n - 1 in best else -1",
    "[best.get(town, -1) for town in range(n)]": "[best[town] if town in best else -1 for town in range(n)]",
    "sorted(town for town, cost in best.items() if cost <= $limit)": "[town for town in range(n) if town in best and not best[town] > $limit]",
    "max(sorted(best), key=lambda town: best[town])": "-max((cost, -town) for town, cost in best.items())[1]",
}


class CheapestRoute(Template):
    """Cheapest routes from town 0 where prices depend on the road, its ends or its place."""

    name: ClassVar[str] = "cheapest_route"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the price of a road, how prices are joined, and the question."""
        words, price, period = rng.choice(_PRICES[:4] if difficulty < 0.4 else _PRICES[1:])
        joined, join = rng.choice(_JOINS)
        asked, answer, kind = rng.choice(_ROUTE_ASKED)
        both = rng.randrange(2) == 1
        names = {
            "c": str(rng.randint(2, 5)),
            "limit": str(rng.randint(4, 8) if "max" in join else rng.randint(7, 14)),
        }
        direction = "can be used in both directions" if both else "leads from `a` to `b` only"
        statement = (
            "There are `n` towns 0, 1, ..., `n - 1` (`n` at least 1). Every entry [a, b, w] of `roads` is a road of length `w` "
            f"(a positive integer) between different towns that {direction}; there may be several between the same two "
            "towns. A route is a sequence of roads, each beginning where the one before ended; it may use roads and "
            f"towns several times. {Text(words).substitute(names)}, {joined}. {Text(asked).substitute(names)}"
            "The route without any road leads from town 0 to town 0 and has the price 0."
        )
        parts = (("price", price), ("join", join), ("answer", answer))
        values = {
            "price": Text(price).substitute(names),
            "join": join,
            "answer": Text(answer).substitute(names),
            "period": str(period),
        }
        source = Text(_ROUTE).substitute(
            values,
            back="\n        leaving[b].append((a, w))" if both else "",
            after=f"(used + 1) % {period}" if period > 1 else "0",
        )
        if period == 1:
            source = (
                source.replace("(0, 0, 0)", "(0, 0)")
                .replace(", a, used = ", ", a = ")
                .replace(", b, 0))", ", b))")
            )
            if price == "w":
                source = source.replace("            price = w\n", "")
                source = source.replace(join, join.replace("price", "w"))
            # The first time that a town comes out of the heap, its price is the lowest.
            source = source.replace("(a, used) in done", "a in best")
            source = source.replace("    done = set()\n", "")
            source = source.replace("        done.add((a, used))\n", "")
            source = source.replace("min(best.get(a, cost), cost)", "cost")
        given: list[list[Json]] = [
            [4, [[0, 1, 3], [1, 2, 4], [0, 2, 9], [2, 3, 1]]],
            [5, [[3, 4, 9], [3, 0, 4], [3, 2, 2]]],
            [3, [[0, 1, 3], [0, 2, 1]]],
            [4, [[2, 3, 8], [3, 2, 4], [2, 1, 6], [2, 3, 10], [3, 1, 8]]],
            [5, [[0, 1, 2], [1, 2, 2], [2, 3, 7], [0, 3, 6], [3, 4, 5], [1, 4, 12]]],
            [3, [[1, 2, 4], [0, 1, 6]]],
            [3, [[1, 0, 4]]],
            [1, []],
            [2, []],
            [2, [[0, 1, 5]]],
            [2, [[1, 0, 5], [0, 1, 9], [0, 1, 6]]],
            [4, [[3, 0, 2], [0, 3, 2], [1, 2, 5]]],
            [4, [[0, 1, 8], [1, 2, 8], [2, 3, 8]]],
        ]
        for _ in range(32):
            n = rng.randint(3, 6 + int(4 * difficulty))
            roads: list[Json] = []
            for _ in range(rng.randint(n, 2 * n + 2)):
                a, b = rng.sample(range(n), 2)
                roads.append([a, b, rng.randint(1, 12)])
            given.append([n, roads])
        return self.problem(
            entry="route",
            parameters=(("n", "int"), ("roads", "list[list[int]]")),
            returns=kind,
            statement=statement,
            source=source,
            second=Text(_ROUTE_AGAIN).substitute(
                {part: Text(_ROUTE_PARTS_AGAIN[text]).substitute(names) for part, text in parts},
                period=period,
                ends="((first, last), (last, first))" if both else "((first, last),)",
            ),
            inputs=given,
            difficulty=difficulty,
        )


#: Which steps from `a` to `b` are allowed at time `t` (from 1), by text and test.
_STEPS = (
    ("An arrow may be used at any time", ""),
    (
        "An arrow to an even number may only be used in the steps 2, 4, 6, ..., any other arrow at any time",
        "b % 2 == 1 or t % 2 == 0",
    ),
    (
        "An arrow to a smaller number may only be used in the steps 3, 6, 9, ..., any other arrow at any time",
        "a <= b or t % 3 == 0",
    ),
    (
        "An arrow between numbers that differ by 1 may not be used in the first step, and any other arrow may be used at any time",
        "t > 1 or abs(a - b) != 1",
    ),
    (
        "An arrow may only be used in a step `t` (counted from 1) for which `a + b + t` is not divisible by 3",
        "(a + b + t) % 3 != 0",
    ),
)
_WALK_ASKED = (
    (
        "Return in ascending order the points where a walk of exactly `k` steps can end.",
        "sorted(places)",
        "list[int]",
        "last",
    ),
    ("Return the number of walks of exactly `k` steps.", "sum(ways.values())", "int", "last"),
    (
        "Return a list of `n` numbers: for every point 0, 1, ... the number of walks of exactly `k` steps that end there.",
        "[ways.get(point, 0) for point in range(n)]",
        "list[int]",
        "last",
    ),
    (
        "Return in ascending order the points where a walk of at most `k` steps can end.",
        "sorted(seen)",
        "list[int]",
        "seen",
    ),
    (
        (
            "Return a list of `n` numbers: for every point 0, 1, ... the smallest number of steps of a walk of at most `k` steps that "
            "ends there, or -1 if there is none."
        ),
        "[first.get(point, -1) for point in range(n)]",
        "list[int]",
        "first",
    ),
)

_WALKS = """def walks(${n}arrows, k):
    $here = $start$begin
    for $steps:
        after = $empty
        for a, b in arrows:
            if a in $here$test:
                $reach$note
        $here = after
    return $answer
"""

_WALKS_AGAIN = """from functools import cache


def walks(${n}arrows, k):
$points    @cache
    def count(b, t):
        if t == 0:
            return int(b == 0)
        return sum(count(a, t - 1) for a, end in arrows if end == b$test)

    seen = {b for b in range(n) if any(count(b, t) for t in range(k + 1))}
    first = {b: next(t for t in range(k + 1) if count(b, t)) for b in seen}
    return $answer
"""


#: What is drawn, written in another way for the second program.
_WALKS_PARTS_AGAIN = {
    "b % 2 == 1 or t % 2 == 0": "not (b % 2 == 0 and t % 2 == 1)",
    "a <= b or t % 3 == 0": "not (b < a and t % 3)",
    "t > 1 or abs(a - b) != 1": "not (t == 1 and a - b in (1, -1))",
    "(a + b + t) % 3 != 0": "-(a + b) % 3 != t % 3",
    "sorted(places)": "[b for b in range(n) if count(b, k)]",
    "sum(ways.values())": "sum(count(b, k) for b in range(n))",
    "[ways.get(point, 0) for point in range(n)]": "[count(b, k) for b in range(n)]",
    "sorted(seen)": "[b for b in range(n) if b in seen]",
    "[first.get(point, -1) for point in range(n)]": "[first[b] if b in seen else -1 for b in range(n)]",
}


class WalksInGraph(Template):
    """Where walks of k steps lead, and how many there are, if arrows keep hours."""

    name: ClassVar[str] = "walks_in_graph"
    group: ClassVar[str] = "graphs"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw when arrows may be used and what is asked."""
        words, test = rng.choice(_STEPS[:3] if difficulty < 0.3 else _STEPS[1:])
        asked, answer, kind, needs = rng.choice(_WALK_ASKED)
        sized = "`n`" in asked
        points = "0, 1, ..., `n - 1` (`n` at least 1)" if sized else "numbers of at least 0"
        statement = (
            f"Every entry [a, b] of `arrows` is an arrow from point `a` to point `b`; the points are {points}, no two arrows are equal, and an arrow may lead from a point to itself. A walk begins at point 0, and every step of "
            f"it follows an arrow. {words}. A walk may use arrows and points several times; `k` is at least 0, and the only walk of 0 steps stays at point 0. {asked}"
        )
        begin = {"last": "", "seen": "\n    seen = {0}", "first": "\n    first = {0: 0}"}[needs]
        note = {"last": "", "seen": "seen.add(b)", "first": "first.setdefault(b, t)"}[needs]
        counts = "ways" in answer
        source = Text(_WALKS).substitute(
            steps="t in range(1, k + 1)" if test or needs == "first" else "_ in range(k)",
            here="ways" if counts else "places",
            start="{0: 1}" if counts else "{0}",
            empty="{}" if counts else "set()",
            reach="after[b] = after.get(b, 0) + ways[a]" if counts else "after.add(b)",
            begin=begin,
            test=f" and ({test})" if " or " in test else f" and {test}" if test else "",
            note=f"\n                {note}" if note else "",
            answer=answer,
            n="n, " * sized,
        )
        given: list[list[Json]] = [
            [4, [[0, 1], [1, 2], [2, 0], [0, 3], [3, 1]], 2],
            [2, [[1, 0], [1, 1]], 1],
            [3, [[2, 0], [0, 0], [0, 1], [0, 2]], 1],
            [4, [[0, 2], [2, 3], [3, 0], [0, 0], [2, 1]], 4],
            [3, [[0, 1], [1, 0], [1, 2]], 1],
            [3, [[0, 1], [1, 0], [1, 2]], 0],
            [1, [], 3],
            [1, [[0, 0]], 3],
            [2, [[0, 1]], 1],
            [2, [[0, 1]], 2],
            [2, [[1, 0], [1, 1]], 1],
            [5, [[0, 1], [1, 2], [2, 3], [3, 4]], 4],
        ]
        for _ in range(34):
            n = rng.randint(3, 7)
            pairs: list[Json] = [[a, b] for a in range(n) for b in range(n)]
            given.append([n, rng.sample(pairs, rng.randint(n, 2 * n + 1)), rng.randint(1, 7)])
        return self.problem(
            entry="walks",
            parameters=(("n", "int"), ("arrows", "list[list[int]]"), ("k", "int"))[not sized :],
            returns=kind,
            statement=statement,
            source=source,
            second=Text(_WALKS_AGAIN).substitute(
                n="n, " * sized,
                points="" if sized else "    n = 1 + max([0, *(b for _, b in arrows)])\n",
                test=f" and {_WALKS_PARTS_AGAIN[test]}" if test else "",
                answer=_WALKS_PARTS_AGAIN[answer],
            ),
            inputs=[one[not sized :] for one in given],
            difficulty=difficulty,
        )

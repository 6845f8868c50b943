"""What two lists have in common: pairs of places chosen from left to right."""

from __future__ import annotations

import re
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CommonParts"]

#: When `x` of the first list goes with `y` of the second: text, condition, and another one.
_MATCHES = (
    ("if they are equal", "x == y", "not x - y"),
    ("if they differ by at most 1", "abs(x - y) <= 1", "x - y in (-1, 0, 1)"),
    ("if their sum is 10", "x + y == 10", "y == 10 - x"),
    ("if the first one is not larger than the second one", "x <= y", "max(x, y) == y"),
    ("if they have the same last decimal digit", "x % 10 == y % 10", "str(x)[-1] == str(y)[-1]"),
    ("if both are even or both are odd", "(x + y) % 2 == 0", "x & 1 == y & 1"),
    (
        "if one of the two is a multiple of the other",
        "x % y == 0 or y % x == 0",
        "max(x, y) // min(x, y) * min(x, y) == max(x, y)",
    ),
)
#: What a pair is worth: text, expression of `x` and `y`, and another one.
_WORTHS = (
    ("Every pair counts 1", "1", "1"),
    ("A pair counts as much as the smaller of its two numbers", "min(x, y)", "sorted([x, y])[0]"),
    ("A pair counts as much as the sum of its two numbers", "x + y", "sum([x, y])"),
    (
        "A pair of equal numbers counts 3, and any other pair counts 2",
        "3 if x == y else 2",
        "2 + (x == y)",
    ),
    (
        "A pair counts 5 minus the distance of its two places (numbered from 0) in their lists, but at least 1",
        "max(5 - abs(i - j), 1)",
        "[5, 4, 3, 2, 1][min(4, max(i - j, j - i))]",
    ),
)
#: How pairs may follow one another: text, condition on the place `(p, q)` of the next pair, the
#: same on steps `u`, `v`.
_STEPS = (
    ("", "", "True"),
    (
        " Between two neighbouring chosen places of a list, at most $gap places of it may be left out.",
        "p - i <= $far and q - j <= $far",
        "max(u, v) - 1 <= $gap",
    ),
    (
        " Neither list may have two chosen places that stand next to one another.",
        "p > i + 1 and q > j + 1",
        "1 not in (u, v)",
    ),
    (
        " Between two neighbouring pairs, as many places must be left out in the first list as in the second.",
        "p - i == q - j",
        "u == v",
    ),
    (
        " Between two neighbouring pairs, at least one place must be left out in one of the lists or in both.",
        "p + q > i + j + 2",
        "(u, v) != (1, 1)",
    ),
)
_ASKED = (
    (
        "Return the largest total that is possible.",
        "int",
        "best",
    ),
    (
        "Return [the largest total that is possible, the smallest number of pairs with which this total is reached].",
        "list[int]",
        "[best, min(len(one) for one in every if worth(one) == best)]",
    ),
    (
        "Return [the largest total that is possible, the largest number of pairs with which this total is reached].",
        "list[int]",
        "[best, max(len(one) for one in every if worth(one) == best)]",
    ),
    (
        "Return [the largest total that is possible, the number of different choices of pairs that reach it].",
        "list[int]",
        "[best, len([one for one in every if worth(one) == best])]",
    ),
)
_SOURCE = Text("""\
def matches(x, y):
    return $match


def common(xs, ys):
    best = {}
    for i in reversed(range(len(xs))):
        for j in reversed(range(len(ys))):
            x, y = xs[i], ys[j]
            if not matches(x, y):
                continue
            following = [result for (p, q), result in best.items() if $step]
$combine    $finish
""")
#: Lines of the reference for each question: how a pair is joined with what follows, and the end.
_COMBINE = (
    (
        "            best[i, j] = $worth + max(following, default=0)\n",
        "return max(best.values(), default=0)",
    ),
    (
        "            total, count = max(following, default=(0, 0))\n            best[i, j] = (total + $worth, count - 1)\n",
        "total, count = max(best.values(), default=(0, 0))\n    return [total, -count]",
    ),
    (
        "            total, count = max(following, default=(0, 0))\n            best[i, j] = (total + $worth, count + 1)\n",
        "return list(max(best.values(), default=(0, 0)))",
    ),
    (
        """\
            total = max((value for value, _ in following), default=0)
            ways = sum(count for value, count in following if value == total)
            best[i, j] = (total + $worth, max(ways, 1))
""",
        """\
total = max((value for value, _ in best.values()), default=0)
    ways = sum(count for value, count in best.values() if value == total)
    return [total, max(ways, 1)]""",
    ),
)
_AGAIN = Text("""\
def common(xs, ys):
    every = [[]]
    growing = [[]]
    while growing:
        longer = []
        for pairs in growing:
            a, b = pairs[-1] if pairs else (-1, -1)
            for i in range(a + 1, len(xs)):
                for j in range(b + 1, len(ys)):
                    x, y, u, v = xs[i], ys[j], i - a, j - b
                    if ($match) and (not pairs or $step):
                        longer.append(pairs + [(i, j)])
        every += longer
        growing = longer

    def worth(pairs):
        return sum($worth for i, j in pairs for x, y in [(xs[i], ys[j])])

    best = max(map(worth, every))
    return $answer
""")


class CommonParts(Template):
    """Pair up numbers of two lists from left to right for the largest total."""

    name: ClassVar[str] = "common_parts"
    group: ClassVar[str] = "dynamic programming"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what goes together, what a pair is worth, which steps are allowed, and the question."""
        match, test, tested = rng.choice(_MATCHES[: 4 + int(3 * difficulty)])
        dull = {"x + y == 10": "x + y", "x == y": "3 if x == y else 2"}.get(test)
        worths = [one for one in _WORTHS if one[1] != dull]
        worth, code, coded = rng.choice(worths[: 3 + int(2 * difficulty)])
        step, allowed, stepped = rng.choice(_STEPS[:2] if difficulty < 0.2 else _STEPS)
        question = rng.randrange(2 + int(2 * difficulty))
        if code == "1" and question in (1, 2):
            question = 0  # the number of pairs is the total then
        asked, kind, answer = _ASKED[question]
        combine, finish = _COMBINE[question]
        gap = rng.randint(0, 2)
        if "$gap" in step:
            step = Text(step).substitute(gap=gap)
            if gap == 0:
                step = " Neighbouring chosen places of a list may have no places between them."
        allowed = Text(allowed).substitute(far=gap + 1)
        source = _SOURCE.substitute(
            match=test,
            step=allowed
            if "q > j" in allowed
            else f"p > i and q > j{allowed and ' and '}{allowed}",
            combine=Text(combine).substitute(worth=f"({code})" if " if " in code else code),
            finish=finish,
        )
        if not re.search(r"\b[xy]\b", code):
            source = source.replace("            x, y = xs[i], ys[j]\n", "")
            source = source.replace(
                "matches(x, y):\n                c", "matches(xs[i], ys[j]):\n                c"
            )
        source = "\n".join(map(_broken, source.split("\n")))
        return self.problem(
            entry="common",
            parameters=(("xs", "list[int]"), ("ys", "list[int]")),
            returns=kind,
            statement=(
                f"All numbers are positive. A number of `xs` (the first list) and a number of `ys` (the second list) may form a pair {match}. Choose some pairs, perhaps none, such that every place of a list is in at most one pair "
                f"and pairs do not cross: of two pairs, the one that is further to the right in `xs` is also further to the right in `ys`.{step} "
                f"{worth}; the total is the sum over the chosen pairs (0 without any). {asked}"
            ),
            source=source,
            second=_AGAIN.substitute(
                match=tested,
                step=Text(stepped).substitute(gap=gap),
                worth=f"({coded})",
                answer=answer,
            ),
            inputs=_inputs(rng),
            difficulty=difficulty,
        )


def _broken(line: str) -> str:
    """Return the line, and a list in it over several lines if it is too long."""
    if len(line) <= 100 or " = [" not in line:
        return line
    start, _, inner = line.partition("[")
    space = " " * (len(line) - len(line.lstrip()))
    one = f"{start}[\n{space}    {inner[:-1]}\n{space}]"
    if len(inner) + len(space) + 3 > 100:
        one = one.replace(" for ", f"\n{space}    for ").replace(" if ", f"\n{space}    if ")
    return one


def _inputs(rng: TaskRandom) -> list[list[Json]]:
    given: list[list[Json]] = [
        [[3, 7, 2, 8], [7, 3, 8]],
        [[4], [4, 6, 5]],
        [[5], []],
        [[2, 9, 4, 1, 6, 12], [8, 2, 4, 1, 4]],
        [[], []],
        [[5], []],
        [[], [5, 1]],
        [[5], [5]],
        [[1], [9]],
        [[2], [13]],
        [[3, 3, 3], [3, 3]],
        [[1, 1, 1, 1], [1, 1, 1, 1]],
        [[1, 2, 3, 4], [4, 3, 2, 1]],
        [[2, 1, 2, 1], [1, 2, 1, 2]],
        [[9, 5, 1], [1, 5, 9]],
        [[5, 20, 20, 5], [5, 30, 5]],
        [[7, 12, 17], [2, 22]],
    ]
    for _ in range(34):
        most = rng.choice((3, 6, 12, 25))
        given.append([[rng.randint(1, most) for _ in range(rng.randint(1, 6))] for _ in range(2)])
    return given

"""Sequences of numbers, each made from the one before, and where they lead."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CollatzLike", "ModularCycle"]

#: What is asked of a sequence: text, type, expression of its first `terms`, which `x` would follow
#: (it is among them), and perhaps of the parts that come once and for ever, and an expression of `xs`, the first terms, and of `n`, at most that many before
#: the cycle and in it.
_ASKS = (
    (
        "Return the number of different numbers in the sequence.",
        "int",
        "len(terms)",
        "len(set(xs))",
    ),
    (
        "Return in ascending order the numbers that occur infinitely often.",
        "list[int]",
        "sorted(terms[terms.index(x) :])",
        "sorted(set(xs[n:]))",
    ),
    (
        "Return how many numbers occur exactly once in the sequence.",
        "int",
        "terms.index(x)",
        "len([x for x in set(xs) if xs.count(x) == 1])",
    ),
    (
        (
            "Return the smallest number that occurs infinitely often plus the largest number that "
            "occurs only once (0 if no number occurs only once)."
        ),
        "int",
        "min(cycle) + max(tail, default=0)",
        "min(xs[n:]) + max([x for x in xs if x not in xs[n:]] or [0])",
    ),
    (
        (
            "Return the list of the numbers that occur infinitely often, in the order of the "
            "sequence, beginning with the smallest of them, each once."
        ),
        "list[int]",
        "cycle[low:] + cycle[:low]",
        "(lambda p: xs[p:xs.index(xs[p], p + 1)])(xs.index(min(xs[n:]), n))",
    ),
)
_CYCLE = Text("""\
def modular_cycle(start, m):
    x = start % m
    terms = []
    for _ in range(m):
        if x in terms:
            break
        terms.append(x)
        x = ($rule) % m
$lines    return $answer
""")
_SPLIT = """\
    first = terms.index(x)
    tail, cycle = terms[:first], terms[first:]
"""
_TURN = """\
    cycle = terms[terms.index(x) :]
    low = cycle.index(min(cycle))
"""
_CYCLE_AGAIN = Text("""\
from itertools import accumulate, repeat


def modular_cycle(start, m):
    n = m
    xs = list(accumulate(repeat(0, 4 * m), lambda x, _: ($rule) % m, initial=start % m))
    return $answer
""")


class ModularCycle(Template):
    """A sequence of remainders: its tail and its cycle."""

    name: ClassVar[str] = "modular_cycle"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rule of the sequence and the question."""
        a, c, cut = rng.randint(2, 5), rng.randint(1, 7), rng.randint(2, 4)
        rules = (
            (f"`{a} * x + {c}`", f"{a} * x + {c}", f"{c} + x * {a}"),
            (f"`x * x + {c}`", f"pow(x, 2, m) + {c}", f"{c} + pow(x, 2)"),
            (
                f"`x // {cut}` (rounded down) if `x` is a multiple of {cut}, and otherwise `{a} * x + {c}`",
                f"x // {cut} if x % {cut} == 0 else {a} * x + {c}",
                f"{c} + x * {a} if x % {cut} else (x - x % {cut}) // {cut}",
            ),
            (
                f"`x * x` if `2 * x` is less than `m`, and otherwise `x * {a} - {c}`",
                f"pow(x, 2, m) if 2 * x < m else x * {a} - {c}",
                f"[{a} * x - {c}, x**2][m > x + x]",
            ),
            (
                f"`x` times the sum of its decimal digits, plus {c}",
                f"x * sum(map(int, str(x))) + {c}",
                f"sum((x * int(d) for d in str(x)), {c})",
            ),
        )
        words, rule, other = rng.choice(rules[: 2 + int(3 * difficulty)])
        asks = [
            one
            for one in _ASKS[: 3 + int(2 * difficulty)]
            if rule != rules[0][1] or one[2] != "terms.index(x)"
        ]
        ask, kind, answer, again = rng.choice(asks)
        lines = _TURN if "low" in answer else _SPLIT if "tail" in answer else ""
        given: list[list[Json]] = [[19, 41], [6, 48], [12, 52], [3, 10], [5, 8], [1, 21]]
        given += [[0, 1], [7, 1], [0, 2], [1, 2], [9, 3], [-4, 6], [-1, 16], [0, 12], [100, 7]]
        for _ in range(34):
            m = rng.choice((rng.randint(3, 20), rng.randint(10, 64), 2 ** rng.randint(2, 6)))
            given.append([rng.randint(0, 2 * m), m])
        return self.problem(
            entry="modular_cycle",
            parameters=(("start", "int"), ("m", "int")),
            returns=kind,
            statement=(
                f"`m` is at least 1, and the remainder of a number by `m` always lies between 0 and "
                f"`m - 1`, for negative numbers too. An infinite sequence begins with the remainder "
                f"of `start` by `m`. Each number `x` of the sequence is followed by the remainder by "
                f"`m` of {words}. {ask}"
            ),
            source=_CYCLE.substitute(rule=rule, answer=answer, lines=lines),
            second=_CYCLE_AGAIN.substitute(rule=other, answer=again),
            inputs=given,
            difficulty=difficulty,
        )


#: Questions about the walks: text, type, expression of `path` or of `walk`, and another one.
_WALK_ASKS = (
    ("Return how many steps are made.", "int", "len(path(n, limit)) - 1", "steps(n, limit)"),
    (
        "Return the largest number that is visited; `n` itself counts.",
        "int",
        "max(path(n, limit))",
        "sorted(walk(n, limit))[-1]",
    ),
    (
        "Return the visited numbers in order, beginning with `n`.",
        "list[int]",
        "path(n, limit)",
        "walk(n, limit)",
    ),
    (
        "Return how many steps lead to a larger number than the one before the step.",
        "int",
        "sum(b > a for a, b in zip(walk, walk[1:]))",
        "(lambda w: len([i for i in range(1, len(w)) if w[i] - w[i - 1] > 0]))(walk(n, limit))",
    ),
    (
        (
            "Return the smallest number from 1 to `n` from which the most steps are made (the "
            "limit applies to each of these walks)."
        ),
        "int",
        "max(range(1, n + 1), key=lambda s: (len(path(s, limit)), -s))",
        "sorted(range(1, n + 1), key=lambda s: (-steps(s, limit), s))[0]",
    ),
)
_WALK = Text("""\
def path(n, limit):
    walk = [n]
    while $going and len(walk) <= limit:
        $branch
        walk.append(n)
    return walk


def step_walk(n, limit):
$lines    return $answer
""")
_WALK_AGAIN = Text("""\
def walk(n, limit):
    if $stop or limit == 0:
        return [n]
    return [n, *walk($after, limit - 1)]


def steps(n, limit):
    count = 0
    for _ in range(limit):
        if $stop:
            break
        n = $after
        count += 1
    return count


def step_walk(n, limit):
    return $answer
""")


class CollatzLike(Template):
    """Walks whose step depends on remainders, up to a stop or a limit."""

    name: ClassVar[str] = "step_walk"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the branches, the stop and the question."""
        d, c = rng.randint(2, 4), rng.randint(1, 3)
        a = rng.randint(1, 3)
        cases = [(f"n % {d} == 0", f"n // {d}", f"divisible by {d}", f"divided by {d}")]
        if rng.random() < difficulty:
            e = rng.choice((5, 7))
            cases.append(
                (
                    f"n % {e} == 0",
                    f"n // {e} + {c}",
                    f"divisible by {e}",
                    f"divided by {e} and then increased by {c}",
                )
            )
        if rng.random() < difficulty:
            low = rng.randint(30, 90)
            cases.append(
                (f"n > {low}", f"n - {low // 2}", f"larger than {low}", f"decreased by {low // 2}")
            )
        last = (f"{a} * n + {c}", f"multiplied by {a} and then increased by {c}")
        if a == 1:
            last = (f"n + {c}", f"increased by {c}")
        stops = (
            ("the number 1 is reached", "n != 1", "n == 1"),
            (f"a number smaller than {d + c} is reached", f"n >= {d + c}", f"n < {d + c}"),
            (
                "a square number (1, 4, 9, ...) is reached",
                "isqrt(n) ** 2 != n",
                "(lambda r: r * r == n)(bisect_left(range(n + 1), n, key=lambda i: i * i))",
            ),
        )
        halt, going, stop = rng.choice(stops)
        ask, kind, answer, again = rng.choice(_WALK_ASKS[: 3 + int(2 * difficulty)])
        words, branch, after = "", "", last[0]
        for place, (test, result, if_text, then_text) in enumerate(cases):
            words += f"{'otherwise, ' if place else ''}if it is {if_text}, it is {then_text}; "
            branch += f"{'elif' if place else 'if'} {test}:\n            n = {result}\n        "
        for test, result, _, _ in reversed(cases):
            after = f"({result} if {test} else {after})"
        branch += f"else:\n            n = {last[0]}"
        lines = "    walk = path(n, limit)\n" if "walk" in answer else ""
        source = _WALK.substitute(going=going, branch=branch, lines=lines, answer=answer)
        second = _WALK_AGAIN.substitute(stop=stop, after=after, answer=again)
        if "isqrt" in going:
            source = "from math import isqrt\n\n\n" + source
            second = "from bisect import bisect_left\n\n\n" + second
        given: list[list[Json]] = [[7, 10], [12, 4], [30, 20]]
        given += [[1, 5], [2, 0], [2, 1], [3, 6], [4, 3], [5, 30], [100, 0], [100, 8], [64, 12]]
        given += [[n, rng.randint(3, 15)] for n in (6, 8, 9, 10, 11, 13, 15, 21, 27)]
        given += [[rng.randint(5, 120), rng.randint(1, 25)] for _ in range(26)]
        return self.problem(
            entry="step_walk",
            parameters=(("n", "int"), ("limit", "int")),
            returns=kind,
            statement=(
                f"`n` is at least 1 and `limit` at least 0. A walk begins at `n`. It ends as soon as "
                f"{halt}, also when this is so at its beginning, or when `limit` steps have been "
                f"made. In each step the current number is changed: {words}otherwise, it is "
                f"{last[1]}. All divisions leave no remainder. {ask}"
            ),
            source=source,
            second=second,
            inputs=given,
            difficulty=difficulty,
        )

"""Sequences and walks that go on for long."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["FarTerm", "LongWalks"]

_TERM = Text("""\
def far_term(n, a, b):
    x, y = a % $m, b % $m
    total = 0
    for i in range(n):
        total = (total + $counted) % $m
        x, y = y, ($p * y + $q * x + $r) % $m
    return $answer
""")
_TERM_FAST = Text("""\
def times(one, two):
    size = range(len(one))
    return [[sum(one[i][k] * two[k][j] for k in size) % $m for j in size] for i in size]


def far_term(n, a, b):
    step = [[0, 1, 0, 0], [$q, $p, $r, 0], [0, 0, 1, 0], [$onx, $ony, 0, 1]]
    power = [[int(i == j) for j in range(4)] for i in range(4)]
    while n:
        if n % 2:
            power = times(power, step)
        step = times(step, step)
        n //= 2
    x, _, _, total = [
        sum(c * v for c, v in zip(row, (a, b, 1, 0))) % $m for row in power
    ]
    return $answer
""")


class FarTerm(SlowTemplate):
    """A far term of a linear recurrence, reached one step at a time."""

    name: ClassVar[str] = "far_term"
    level: ClassVar[float] = 0.9

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the recurrence, the modulus and what is asked."""
        p, q, r = rng.randint(1, 5), rng.randint(1, 5), rng.choice((0, 0, 1, 2, 7))
        modulus = rng.choice((998_244_353, 1_000_000_007, 1_000_003, 7_340_033))
        first, then = (1, 0) if rng.randrange(2) else (rng.randint(1, 3), rng.randint(1, 3))
        asked, answer = rng.choice(
            (
                (f"`f(n)` modulo {modulus}", "x"),
                (
                    f"the sum of `{_combined(first, then)}` over all `i` with `0 <= i < n`, modulo {modulus} (0 if `n` is 0)",
                    "total",
                ),
            )
        )
        counted = _combined(first, then).replace("f(i + 1)", "y").replace("f(i)", "x")
        source = _TERM.substitute(m=modulus, p=p, q=q, r=r, counted=counted, answer=answer)
        source = source.replace(" + 0) %", ") %").replace("1 * ", "")
        if answer == "x":
            source = source.replace("    total = 0\n", "")
            source = "".join(
                line for line in source.splitlines(keepends=True) if "total" not in line
            ).replace("for i in", "for _ in")
        else:
            source = source.replace("for i in", "for _ in")
        given: list[list[Json]] = [[4, 0, 1], [3, 2, 1], [6, 1, 1]]
        given += [[0, 3, 4], [1, 3, 4], [2, 3, 4], [0, 0, 0], [5, 0, 0], [7, modulus - 1, 1]]
        for _ in range(36):
            given.append([rng.randint(2, 400), rng.randint(0, 50), rng.randint(0, 50)])
        top = rng.randint(36_000, 40_000)
        extra = f" + {r}" if r else ""
        law = f"{p} * f(i - 1) + {q} * f(i - 2){extra}".replace("1 * ", "")
        return self.problem(
            entry="far_term",
            parameters=(("n", "int"), ("a", "int"), ("b", "int")),
            returns="int",
            statement=(
                f"A sequence begins with `f(0) = a` and `f(1) = b`, and `f(i) = {law}` for every `i` from 2 on. `n`, "
                f"`a` and `b` are at least 0. Return {asked}: the remainder from 0 to {modulus - 1}."
            ),
            source=source,
            second=_TERM_FAST.substitute(
                m=modulus, p=p, q=q, r=r, onx=first, ony=then, answer=answer
            ),
            inputs=given,
            growing=[[top << step, 3, 5] for step in range(4)],
            difficulty=difficulty,
        )


def _combined(first: int, then: int) -> str:
    """Return what is added up, as Python writes it."""
    parts = [
        name if times == 1 else f"{times} * {name}"
        for times, name in ((first, "f(i)"), (then, "f(i + 1)"))
        if times
    ]
    return " + ".join(parts)


#: Which walks count: text, and their number from the matrix of all numbers.
_ENDS = (
    ("that begin at node 0 and end at node {last}", "power[0][{last}]"),
    ("that begin at node 0 and end at any node", "sum(power[0])"),
    ("that begin and end at the same node", "sum(power[v][v] for v in range({n}))"),
    ("that begin at any node and end at node 0", "sum(row[0] for row in power)"),
)
_WALK = Text("""\
EDGES = $edges


def times(one, two):
    size = range($n)
    return [[sum(one[i][k] * two[k][j] for k in size) % $m for j in size] for i in size]


def long_walks(length, extra):
    step = [[0] * $n for _ in range($n)]
    for a, b in EDGES + extra:
        step[a][b] += 1
    power = [[int(i == j) for j in range($n)] for i in range($n)]
    $loop
    return $answer % $m
""")
_LOOPS = (
    "for _ in range(length):\n        power = times(power, step)",
    "while length:\n        if length % 2:\n            power = times(power, step)\n        step = times(step, step)\n        length //= 2",
)


class LongWalks(SlowTemplate):
    """How many long walks there are, by one matrix product for every step."""

    name: ClassVar[str] = "long_walks"
    level: ClassVar[float] = 0.7

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the fixed edges, the modulus and which walks are counted."""
        n = rng.randint(3, 4)
        modulus = rng.choice((997, 10_007, 1_000_003, 998_244_353))
        edges = [[v, (v + 1) % n] for v in range(n)]
        edges += [[rng.randrange(n), rng.randrange(n)] for _ in range(rng.randint(1, 3))]
        words, answer = rng.choice(_ENDS)
        words, answer = words.format(last=n - 1), answer.format(last=n - 1, n=n)
        given: list[list[Json]] = [[2, []], [4, [[0, 2]]], [5, [[1, 0], [2, 2]]]]
        given += [[0, []], [1, []], [1, [[0, n - 1]]], [3, [[0, 0]]], [0, [[0, 0]]]]
        for _ in range(36):
            more: list[Json] = [
                [rng.randrange(n), rng.randrange(n)] for _ in range(rng.randint(0, 3))
            ]
            given.append([rng.randint(1, 40), more])
        top = (7000 if n == 3 else 3500) * rng.randint(90, 100) // 100
        names = {"edges": edges, "n": n, "m": modulus, "answer": answer}
        listed = ", ".join(f"[{a}, {b}]" for a, b in edges)
        return self.problem(
            entry="long_walks",
            parameters=(("length", "int"), ("extra", "list[list[int]]")),
            returns="int",
            statement=(
                f"A graph has the nodes 0 to {n - 1}. Its edges are {listed} and those in `extra`; an edge [a, b] can be used from `a` "
                f"to `b` only, and edges that are listed more than once count as different edges. A walk "
                f"consists of `length` steps (`length` is at least 0), each of which follows an edge; edges may be "
                f"used again. Two walks are different if they begin at different nodes or follow different edges at some step. Return the "
                f"number of walks {words}, modulo {modulus}: the remainder from 0 to {modulus - 1}."
            ),
            source=_WALK.substitute(names, loop=_LOOPS[0]),
            second=_WALK.substitute(names, loop=_LOOPS[1]),
            inputs=given,
            growing=[[top >> (3 - step), [[0, 0]]] for step in range(4)],
            difficulty=difficulty,
        )

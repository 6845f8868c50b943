"""Primes and divisors."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["DivisorQuestions", "PrimeQuestions"]

#: Which primes `p` count, and for what: text, test, value.
_PRIMES = (
    ("how many primes `p` there are with `2 <= p <= n`", "True", "1"),
    ("the sum of all primes `p` with `2 <= p <= n`", "True", "p"),
    (
        "how many primes `p` with `2 <= p <= n` leave the remainder 1 when divided by {k}",
        "p % {k} == 1",
        "1",
    ),
    ("the sum of `p % {k}` over all primes `p` with `2 <= p <= n`", "True", "p % {k}"),
    (
        "how many primes `p` with `2 <= p <= n` have an odd sum of decimal digits",
        "sum(map(int, str(p))) % 2 == 1",
        "1",
    ),
    (
        "the sum of all primes `p` with `2 <= p <= n` that end with the decimal digit {d}",
        "p % 10 == {d}",
        "p",
    ),
    (
        "the sum of `p // {k}` (rounded down) over all primes `p` with `2 <= p <= n`",
        "True",
        "p // {k}",
    ),
)
_PRIME = Text("""\
def prime_question(n):
    total = 0
    for p in range(2, n + 1):
        prime = True
        for d in range(2, p):
            if p % d == 0:
                prime = False
                break
        if $test:
            total += $value
    return total
""")
_PRIME_FAST = Text("""\
def prime_question(n):
    prime = [True] * (n + 1)
    total = 0
    for p in range(2, n + 1):
        if not prime[p]:
            continue
        for q in range(p * p, n + 1, p):
            prime[q] = False
        $step
    return total
""")


class PrimeQuestions(SlowTemplate):
    """Primes up to a bound, each tested by all smaller numbers."""

    name: ClassVar[str] = "prime_question"
    level: ClassVar[float] = 0.6

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which primes count and for what."""
        words, test, value = rng.choice(_PRIMES)
        names = {"k": rng.choice((3, 4, 5, 6, 7)), "d": rng.choice((1, 3, 7, 9))}
        words, test, value = (one.format(**names) for one in (words, test, value))
        given: list[list[Json]] = [[10], [30], [17]]
        given += [[n] for n in (0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 25, 29, 31, 49, 50)]
        given += [[rng.randint(8, 120 + int(180 * difficulty))] for _ in range(40)]
        top = rng.randint(420, 460)
        return self.problem(
            entry="prime_question",
            parameters=(("n", "int"),),
            returns="int",
            statement=(
                f"`n` is at least 0. Return {words}. A prime is an integer of at least 2 that is divisible by no "
                f"integer from 2 to itself less 1. The answer is 0 if there is no such prime."
            ),
            source=_PRIME.substitute(
                test="prime" if test == "True" else f"prime and {test}", value=value
            ),
            second=_PRIME_FAST.substitute(
                step=f"total += {value}"
                if test == "True"
                else f"if {test}:\n            total += {value}"
            ),
            inputs=given,
            growing=[[top << step] for step in range(4)],
            difficulty=difficulty,
        )


#: Which divisors `d` of `n` count, and for what: text, test, value.
_DIVISORS = (
    ("how many positive divisors `n` has", "True", "1"),
    ("the sum of the positive divisors of `n`", "True", "d"),
    (
        "how many positive divisors of `n` leave the remainder 1 when divided by {k}",
        "d % {k} == 1",
        "1",
    ),
    ("the sum of those positive divisors of `n` that are divisible by {k}", "d % {k} == 0", "d"),
    ("the sum of `d % {m}` over all positive divisors `d` of `n`", "True", "d % {m}"),
    (
        "how many positive divisors `d` of `n` there are for which `n // d - d` is divisible by {k}",
        "(n // d - d) % {k} == 0",
        "1",
    ),
    (
        "the sum of `abs(d - n // d)` over all positive divisors `d` of `n`",
        "True",
        "abs(d - n // d)",
    ),
)
_DIVISOR = Text("""\
def divisor_question(n):
    total = 0
    for d in range(1, n + 1):
        if n % d == 0$extra:
            total += $value
    return total
""")
_DIVISOR_FAST = Text("""\
def divisor_question(n):
    total = 0
    e = 1
    while e * e <= n:
        if n % e == 0:
            for d in {e, n // e}:
                $step
        e += 1
    return total
""")


class DivisorQuestions(SlowTemplate):
    """The divisors of a number, looked for among all numbers up to it."""

    name: ClassVar[str] = "divisor_question"
    level: ClassVar[float] = 0.5

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which divisors count and for what."""
        words, test, value = rng.choice(_DIVISORS)
        names = {"k": rng.choice((3, 4, 5)), "m": rng.choice((4, 7, 10, 12))}
        words, test, value = (one.format(**names) for one in (words, test, value))
        given: list[list[Json]] = [[12], [20], [49]]
        given += [[n] for n in (1, 2, 3, 4, 6, 7, 9, 16, 24, 25, 36, 60, 97, 100, 120)]
        given += [[rng.randint(8, 400 + int(800 * difficulty))] for _ in range(40)]
        # The cost of a good program depends on the root, which doubles here.
        root = rng.randint(110, 125)
        return self.problem(
            entry="divisor_question",
            parameters=(("n", "int"),),
            returns="int",
            statement=f"`n` is at least 1. Return {words} (1 and `n` itself are divisors of `n`).",
            source=_DIVISOR.substitute(extra="" if test == "True" else f" and {test}", value=value),
            second=_DIVISOR_FAST.substitute(
                step=f"total += {value}"
                if test == "True"
                else f"if {test}:\n                    total += {value}"
            ),
            inputs=given,
            growing=[[(root << step) ** 2 + 1] for step in range(4)],
            difficulty=difficulty,
        )

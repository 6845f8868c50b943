"""Processes on the digits of numbers, and unusual ways to write numbers."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["DigitProcess", "NumeralSystem"]

#: One step from a number `n` with the digits `ds` (most significant first): text, expression, and
#: an expression in another way.
_STEPS = (
    ("the sum of the squares of its digits", "sum(d * d for d in ds)", "sum(d ** 2 for d in ds)"),
    ("the number plus the sum of its digits", "n + sum(ds)", "sum([n, *ds])"),
    (
        "the product of those of its digits that are not 0 (for the number 0 this is 1)",
        "prod(d for d in ds if d)",
        "reduce(lambda a, b: a * (b or 1), ds, 1)",
    ),
    (
        "the absolute difference between the number and the number with its digits reversed",
        "abs(n - number(ds[::-1]))",
        "max(n, number(list(reversed(ds)))) - min(n, number(list(reversed(ds))))",
    ),
    (
        (
            "the number with its digits sorted in descending order minus the number with its "
            "digits sorted in ascending order (zeros in front do not change a number)"
        ),
        "number(sorted(ds, reverse=True)) - number(sorted(ds))",
        "number(sorted(ds)[::-1]) - number(sorted(ds))",
    ),
    (
        (
            "the number that arises when its first digit is moved behind the last one, plus 1 "
            "(zeros in front are dropped)"
        ),
        "number(ds[1:] + ds[:1]) + 1",
        "(number(ds) - ds[0] * BASE ** (len(ds) - 1)) * BASE + ds[0] + 1",
    ),
)
_ASKS = (
    ("Return the number that is reached after `m` steps.", "int", "trail[-1]"),
    (
        "Return the list of the numbers in the order of the process: `n`, then those after 1, 2, ..., `m` steps.",
        "list[int]",
        "trail",
    ),
    (
        "Return how many different numbers occur among `n` and the numbers after 1, 2, ..., `m` steps.",
        "int",
        "len(set(trail))",
    ),
    (
        (
            "Return the smallest number of steps, at most `m`, after which a number occurs that "
            "has occurred before (`n` itself counts as occurring after 0 steps), or -1 if this "
            "does not happen within `m` steps."
        ),
        "int",
        "next((i for i, x in enumerate(trail) if x in trail[:i]), -1)",
    ),
    (
        (
            "Return the largest of `n` and the numbers after 1, 2, ..., `m` steps, minus the "
            "smallest of them."
        ),
        "int",
        "max(trail) - min(trail)",
    ),
)
_ASKS_AGAIN = (
    "after(n, m)",
    "[after(n, i) for i in range(m + 1)]",
    "sum(all(after(n, i) != after(n, j) for j in range(i)) for i in range(m + 1))",
    "min([j for j in range(m + 1) for i in range(j) if after(n, i) == after(n, j)], default=-1)",
    "(lambda s: s[-1] - s[0])(sorted(after(n, i) for i in range(m + 1)))",
)
_SOURCE = Text("""\
from math import prod

BASE = $base


def digits(n):
    found = [n % BASE]
    while n >= BASE:
        n //= BASE
        found.append(n % BASE)
    return found[::-1]


def number(ds):
    value = 0
    for d in ds:
        value = value * BASE + d
    return value


def digit_process(n, m):
    trail = [n]
    for _ in range(m):
        ds = digits(n)
        n = $step
        trail.append(n)
    return $answer
""")
_AGAIN = Text("""\
from functools import reduce

BASE = $base


def digits(n):
    return [n] if n < BASE else [*digits(n // BASE), n % BASE]


def number(ds):
    return sum(d * BASE ** p for p, d in enumerate(ds[::-1]))


def after(n, m):
    for _ in range(m):
        ds = digits(n)
        n = $step
    return n


def digit_process(n, m):
    return $answer
""")


class DigitProcess(Template):
    """A step on the digits of a number, repeated, in one of several bases."""

    name: ClassVar[str] = "digit_process"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the base, the step and the question."""
        base = 10 if rng.random() > difficulty else rng.randint(3, 9)
        ask = rng.randrange(2 + int(3 * difficulty))
        steps = [
            one for one in _STEPS[: 3 + int(3 * difficulty)] if ask < 2 or "n + " not in one[1]
        ]
        words, step, again = rng.choice(steps)
        source = _SOURCE.substitute(base=base, step=step, answer=_ASKS[ask][2])
        if "prod(" not in step:
            source = source.split("\n\n", 1)[1]
        if "number(" not in step:
            before, after = source.split("def number", 1)
            source = before + after[after.index("def digit_process") :]
        given: list[list[Json]] = [[1014, 5], [2597, 7], [365, 0], [372, 3], [19, 2], [1040, 4]]
        given += [[0, 0], [0, 3], [1, 1], [base, 2], [base - 1, 4], [base * base, 3], [7, 0]]
        given += [[base**4 - 1, 5], [2 * base**3, 1], [97, 12], [base + 1, 9], [3, 15]]
        given += [[rng.randint(0, 10 ** rng.randint(1, 5)), rng.randint(1, 12)] for _ in range(38)]
        return self.problem(
            entry="digit_process",
            parameters=(("n", "int"), ("m", "int")),
            returns=_ASKS[ask][1],
            statement=(
                f"`n` and `m` are at least 0. Digits are those of a number written in base {base}, "
                f"without zeros in front (the number 0 has the single digit 0). A process begins "
                f"with `n`; in each step, the current number is replaced by {words}. "
                f"{_ASKS[ask][0]}"
            ),
            source=source,
            second=_AGAIN.substitute(base=base, step=again, answer=_ASKS_AGAIN[ask]),
            inputs=given,
            difficulty=difficulty,
        )


#: Ways to write n > 0: text, lines that give `ds` (least significant digit first), the digits that
#: may occur, the weights of the places (least first), and what else must hold.
_SYSTEMS = (
    (
        "a sum of powers of {b}, with digits from 0 to {t}: the usual base {b}",
        "while n:\n        n, d = divmod(n, {b})\n        ds.append(d)",
        "range({b})",
        "{b} ** p",
        "True",
    ),
    (
        "a sum of powers of {b} in which the digits go from 1 to {b}, so that there is no digit 0",
        "while n:\n        n, d = divmod(n - 1, {b})\n        ds.append(d + 1)",
        "range(1, {b} + 1)",
        "{b} ** p",
        "True",
    ),
    (
        "a sum of powers of 3 in which each digit is -1, 0 or 1",
        "while n:\n        n, d = divmod(n + 1, 3)\n        ds.append(d - 1)",
        "(-1, 0, 1)",
        "3 ** p",
        "True",
    ),
    (
        (
            "a sum of powers of -{b} with digits from 0 to {t}: the places are worth 1, -{b}, "
            "{b} * {b} and so on with alternating signs"
        ),
        "while n:\n        d = n % {b}\n        ds.append(d)\n        n = (n - d) // -{b}",
        "range({b})",
        "(-{b}) ** p",
        "True",
    ),
    (
        (
            "a sum of factorials: the places are worth 1! = 1, 2! = 2, 3! = 6 and so on, and the "
            "digit for i! goes from 0 to i"
        ),
        "i = 2\n    while n:\n        n, d = divmod(n, i)\n        ds.append(d)\n        i += 1",
        "range(p + 2)",
        "factorial(p + 1)",
        "True",
    ),
    (
        (
            "a sum of different numbers of the sequence 1, 2, 3, 5, 8, 13, ... (each one is the sum "
            "of the two before it) of which no two follow one another in the sequence; the places "
            "are worth these numbers, and the digits are 0 and 1"
        ),
        (
            "places = [1, 2]\n    while places[-1] <= n:\n        places.append(places[-1] + places[-2])\n"
            "    for place in places[::-1]:\n        ds.insert(0, int(n >= place))\n"
            "        n -= place * ds[0]\n    while ds and not ds[-1]:\n        ds.pop()"
        ),
        "(0, 1)",
        "(1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377)[p]",
        "not any(x and y for x, y in zip(ds, ds[1:]))",
    ),
)
_NUMERAL_ASKS = (
    ("the list of the digits, the most significant one first", "list[int]", "ds[::-1]"),
    ("the sum of the digits", "int", "sum(ds)"),
    (
        (
            "the list of the places whose digits are not 0, in ascending order; the least "
            "significant place is number 0"
        ),
        "list[int]",
        "[p for p, d in enumerate(ds) if d]",
    ),
    (
        "the number of neighbouring places with different digits",
        "int",
        "sum(a != b for a, b in zip(ds, ds[1:]))",
    ),
    (
        "whether the list of the digits reads the same from both ends",
        "bool",
        "ds == ds[::-1]",
    ),
)
_NUMERAL = Text("""\
def numeral(n):
    ds = []
    $loop
    return $answer
""")
_NUMERAL_AGAIN = Text("""\
from functools import cache
from itertools import product
from math import factorial


@cache
def table(size):
    found = {}
    for ds in product(*($allowed for p in range(size))):
        if (not ds or ds[-1] != 0) and $valid:
            found[sum(d * $weight for p, d in enumerate(ds))] = list(ds)
    return found


def numeral(n):
    size = 0
    while n not in table(size):
        size += 1
    ds = table(size)[n]
    return $answer
""")


class NumeralSystem(Template):
    """Numbers written in an unusual system, and a question about the digits."""

    name: ClassVar[str] = "numeral_system"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the system, its base and the question."""
        b = rng.randint(2, 5)
        words, loop, allowed, weight, valid = rng.choice(_SYSTEMS[: 3 + int(3 * difficulty)])
        ask, kind, answer = rng.choice(_NUMERAL_ASKS[: 2 + int(3 * difficulty)])
        words, loop, allowed, weight = (
            text.replace("{b}", str(b)).replace("{t}", str(b - 1))
            for text in (words, loop, allowed, weight)
        )
        given: list[list[Json]] = [[16], [3], [88], [11], [6], [50]]
        given += [[n] for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 15, 16, 20, 21, 24, 25)]
        given += [[n] for n in (26, 27, 31, 40, 54, 88, 120, 121, 143, 200)]
        given += [[rng.randint(30, 250)] for _ in range(22)]
        return self.problem(
            entry="numeral",
            parameters=(("n", "int"),),
            returns=kind,
            statement=(
                f"A number `n` of at least 0 can be written in exactly one way as {words}. The most "
                f"significant digit is not 0, and the number 0 has no digits at all. Return {ask}."
            ),
            source=_NUMERAL.substitute(loop=loop, answer=answer),
            second=_NUMERAL_AGAIN.substitute(
                allowed=allowed, weight=weight, valid=valid, answer=answer
            ),
            inputs=given,
            difficulty=difficulty,
        )

"""Divisors with a twist, and partitions of small numbers."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["PartitionCounts", "SpecialDivisors"]

#: Which divisors `d` of `n` count: text, test, and a test in another way.
_KINDS = (
    ("that are odd", "d % 2 == 1", "d & 1"),
    ("that are less than `n`", "d < n", "n // d > 1"),
    (
        "`d` for which `d` and `n // d` have no common divisor but 1",
        "gcd(d, n // d) == 1",
        "not any(d % t == 0 == n // d % t for t in range(2, d + 1))",
    ),
    (
        "that are squares of whole numbers",
        "isqrt(d) ** 2 == d",
        "any(t * t == d for t in range(1, d + 1))",
    ),
    (
        "that are prime",
        "all(d % t for t in range(2, d)) and d > 1",
        "[t for t in range(1, d + 1) if d % t == 0] == [1, d] and d != 1",
    ),
    (
        "`d` whose last decimal digit also occurs in the decimal form of `n`",
        "str(d)[-1] in str(n)",
        "d % 10 in map(int, str(n))",
    ),
    (
        "that no square of a number larger than 1 divides",
        "all(d % (t * t) for t in range(2, isqrt(d) + 1))",
        "not any(d % s == 0 for s in [t * t for t in range(2, d + 1)])",
    ),
)
#: What is made of the divisors `ds` of one number: text, expression, another expression.
_VALUES = (
    ("sum", "sum(ds)", "reduce(lambda a, b: a + b, ds, 0)"),
    ("number", "len(ds)", "sum(1 for _ in ds)"),
    (
        "bitwise exclusive or",
        "reduce(xor, ds, 0)",
        "sum(2 ** p for p in range(20) if sum(d // 2 ** p % 2 for d in ds) % 2)",
    ),
)
_RANGE_ASKS = (
    (
        "Return the sum of the values of the numbers from `a` to `b`, both included.",
        "int",
        "sum(map(value, range(a, b + 1)))",
    ),
    (
        "Return the list of the values of the numbers from `a` to `b`, both included, in this order.",
        "list[int]",
        "[value(n) for n in range(a, b + 1)]",
    ),
    (
        "Return the number from `a` to `b`, both included, that has the largest value, the smallest one of several.",
        "int",
        "max(range(a, b + 1), key=lambda n: (value(n), -n))",
    ),
    (
        "Return how many different values the numbers from `a` to `b`, both included, have.",
        "int",
        "len({value(n) for n in range(a, b + 1)})",
    ),
    (
        "Return in ascending order the numbers from `a` to `b`, both included, whose value divides them; the value 0 divides none.",
        "list[int]",
        "[n for n in range(a, b + 1) if value(n) and n % value(n) == 0]",
    ),
)
_RANGE_AGAIN = (
    "sum(v for n, v in values.items() if n >= a)",
    "[values[n] for n in sorted(values) if n >= a]",
    "next(n for n in sorted(values) if n >= a and all(values[n] >= v for m, v in values.items() if m >= a))",
    "len(Counter(v for n, v in values.items() if n >= a))",
    "[n for n, v in values.items() if n >= a and n in range(0, n + 1, v or n + 1)]",
)
_DIVISORS = Text("""\
${imports}def value(n):
    ds = [d for d in range(1, n + 1) if n % d == 0 and $test]
    return $value


def special_divisors(a, b):
    return $answer
""")
_DIVISORS_AGAIN = Text("""\
from collections import Counter
from functools import reduce


def special_divisors(a, b):
    lists = {n: [] for n in range(1, b + 1)}
    for d in range(1, b + 1):
        for n in range(d, b + 1, d):
            if n >= a and ($test):
                lists[n].append(d)
    values = {n: $value for n, ds in lists.items()}
    return $answer
""")


class SpecialDivisors(Template):
    """A value made of some divisors of a number, asked for one number or over a range."""

    name: ClassVar[str] = "special_divisors"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which divisors count, what is made of them and the question."""
        kind, test, other = rng.choice(_KINDS[: 4 + int(3 * difficulty)])
        value, code, again = rng.choice(_VALUES[: 1 + int(2 * difficulty)])
        ask = rng.randrange(2 + int(3 * difficulty))
        source = _DIVISORS.substitute(imports="", test=test, value=code, answer=_RANGE_ASKS[ask][2])
        needed = [name for name in ("gcd", "isqrt") if f"{name}(" in source]
        imports = f"from math import {', '.join(needed)}\n" if needed else ""
        if "reduce" in source:
            imports = f"from functools import reduce\n{imports}from operator import xor\n"
        given: list[list[Json]] = [[4, 12], [7, 9], [20, 30]]
        given += [[1, 1], [1, 2], [2, 2], [3, 3], [1, 10], [16, 16], [36, 36], [60, 60], [97, 97]]
        given += [[1, 40], [64, 72], [95, 101], [120, 121], [128, 144], [5, 6]]
        for _ in range(30):
            a = rng.randint(1, 110)
            given.append([a, a + rng.randint(0, 30)])
        return self.problem(
            entry="special_divisors",
            parameters=(("a", "int"), ("b", "int")),
            returns=_RANGE_ASKS[ask][1],
            statement=(
                f"`a` and `b` are whole numbers with `1 <= a <= b`. The value of a whole number `n` "
                f"is the {value} of those of its positive divisors (1 and `n` are divisors of `n`) "
                f"{kind}; it is 0 if there are none. {_RANGE_ASKS[ask][0]}"
            ),
            source=f"{imports}\n\n{source}" if imports else source,
            second=_DIVISORS_AGAIN.substitute(test=other, value=again, answer=_RANGE_AGAIN[ask]),
            inputs=given,
            difficulty=difficulty,
        )


#: What holds between a part `p` and the one before it, `q`: text, range of `p`, what more is tested
#: of `p`, the `q` of the first part, and the whole test.
_STEPS = (
    ("no part is larger than the one before it", "range(1, min(rest, q) + 1)", "", "n", "p <= q"),
    (
        "every part is smaller than the one before it",
        "range(1, min(rest + 1, q))",
        "",
        "n + 1",
        "p < q",
    ),
    (
        "every part is smaller than the one before it by at least 2",
        "range(1, min(rest, q - 2) + 1)",
        "",
        "n + 2",
        "p <= q - 2",
    ),
    ("no part is equal to the one before it", "range(1, rest + 1)", "p != q and ", "0", "p != q"),
    (
        "every part differs from the one before it by at most 1",
        "range(1, rest + 1)",
        "(q == 0 or abs(p - q) <= 1) and ",
        "0",
        "abs(p - q) <= 1",
    ),
)
#: What holds for every part: text and test of `p` and `k`.
_PARTS = (
    ("no part is larger than `k`", "p <= k"),
    ("no part equals `k`", "p != k"),
    ("no part is a multiple of `k + 1`", "p % (k + 1)"),
    ("every part is at least `k`", "p >= k"),
)
_WAY_ASKS = (
    ("Return how many such lists there are.", "int", "len(found)", "len(set(map(tuple, found)))"),
    (
        "Return the largest product of the parts of such a list (1 for the empty list), or 0 if there is no such list.",
        "int",
        "max(map(prod, found), default=0)",
        "sorted([0, *(reduce(lambda a, b: a * b, one, 1) for one in found)])[-1]",
    ),
    (
        "Return the one of these lists that comes last in the lexicographic order of lists, or an empty list if there is none.",
        "list[int]",
        "max(found, default=[])",
        "sorted(found)[-1] if found else []",
    ),
    (
        "Return the sum of the first parts of all such lists that are not empty.",
        "int",
        "sum(one[0] for one in found if one)",
        "sum(n * sum(one[:1] == [n] for one in found) for n in range(1, 20))",
    ),
)
_WAYS = Text("""\
def partition_lists(n, k):
    def extend(rest, q):
        if rest == 0:
            return [[]]
        lists = []
        for p in $places:
            if $test:
                lists += [[p, *more] for more in extend(rest - p, p)]
        return lists

$lines    return $answer
""")
_WAYS_AGAIN = Text("""\
from functools import reduce


def partition_lists(n, k):
    found = []
    for cuts in range(1 << max(0, n - 1)):
        parts = [1] if n else []
        for i in range(n - 1):
            if cuts >> i & 1:
                parts.append(1)
            else:
                parts[-1] += 1
        if all($test for p in parts) and all($step for q, p in zip(parts, parts[1:])):
            found.append(parts)
    return $answer
""")


class PartitionCounts(Template):
    """Ways to write a number as a sum under two rules."""

    name: ClassVar[str] = "partition_lists"
    group: ClassVar[str] = "numbers"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rules for parts and neighbours, and the question."""
        words, places, more, start, step = rng.choice(_STEPS[: 3 + int(2 * difficulty)])
        rule, test = rng.choice(_PARTS[1:] if "q - 2" in step else _PARTS)
        ask, kind, answer, again = rng.choice(_WAY_ASKS[: 2 + int(2 * difficulty)])
        line = f"    found = extend(n, {start})\n"
        if answer.count("found") == 1:
            answer, line = answer.replace("found", f"extend(n, {start})"), ""
        source = _WAYS.substitute(places=places, test=more + test, lines=line, answer=answer)
        if "prod" in answer:
            source = "from math import prod\n\n\n" + source
        given: list[list[Json]] = [[8, 1], [11, 5], [4, 3], [6, 3], [4, 2], [11, 2]]
        given += [[n, k] for n in range(4) for k in (1, 2)]
        given += [[n, k] for n in range(4, 12) for k in range(1, 5)]
        given += [[12, 2], [12, 4], [12, 6], [11, 5], [10, 10]]
        return self.problem(
            entry="partition_lists",
            parameters=(("n", "int"), ("k", "int")),
            returns=kind,
            statement=(
                f"`n` is at least 0 and `k` at least 1. Consider the lists of positive whole "
                f"numbers, called parts, whose sum is `n`, where {words}, and {rule}. For `n = 0`, "
                f"the empty list is the only one. {ask}"
            ),
            source=source,
            second=_WAYS_AGAIN.substitute(test=test, step=step, answer=again),
            inputs=given,
            difficulty=difficulty,
        )

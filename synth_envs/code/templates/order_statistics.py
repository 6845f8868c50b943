"""Elements by their rank under an order that is not the usual one."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["RankedUnderOrder"]

#: What is compared first: text and the expression of `x`, and a second expression.
_KEYS = (
    ("its absolute value", "abs(x)", "max(x, -x)"),
    (
        "the sum of the decimal digits of its absolute value",
        "sum(map(int, str(abs(x))))",
        "(lambda n: n % 10 + n // 10 % 10 + n // 100 % 10 + n // 1000)(abs(x))",
    ),
    ("the last decimal digit of its absolute value", "abs(x) % 10", "int(str(x)[-1])"),
    (
        "the number of its occurrences in `xs`",
        "xs.count(x)",
        "len([y for y in xs if y == x])",
    ),
    (
        "the number of ones in the binary form of its absolute value",
        "abs(x).bit_count()",
        "sum(abs(x) >> p & 1 for p in range(12))",
    ),
    (
        "its distance to the first element of `xs`",
        "abs(x - xs[0])",
        "max(x, xs[0]) - min(x, xs[0])",
    ),
)
#: How ties are broken: text, key of `i` and `x`.
_TIES = (
    (
        "the smaller element comes first, and of equal elements the one with the smaller index",
        "x, i",
    ),
    (
        "the larger element comes first, and of equal elements the one with the smaller index",
        "-x, i",
    ),
    ("the one with the smaller index comes first", "i"),
    ("the one with the larger index comes first", "-i"),
)
#: What is asked: text, type, expressions of `order` (the indices in their order).
_ASKS = (
    (
        (
            "Return the `k`-th element in this order (the first one is `k = 1`), or 0 if `xs` has "
            "fewer than `k` elements."
        ),
        "int",
        "xs[order[k - 1]] if k <= len(xs) else 0",
    ),
    (
        "Return the first `k` elements in this order, or all of them if there are fewer.",
        "list[int]",
        "[xs[i] for i in order[:k]]",
    ),
    (
        (
            "Return the index (in `xs`) of the `k`-th element in this order (the first one is "
            "`k = 1`), or -1 if `xs` has fewer than `k` elements."
        ),
        "int",
        "order[k - 1] if k <= len(xs) else -1",
    ),
    (
        (
            "Take away the first `k` elements in this order (all of them if there are fewer) and "
            "return what remains of `xs`, with its elements where they stood relative to each other."
        ),
        "list[int]",
        "[x for i, x in enumerate(xs) if i not in order[:k]]",
    ),
    (
        (
            "Return the elements in this order with only every `k`-th one kept: those at the places "
            "`k`, `2k`, `3k` and so on, where the first place is 1."
        ),
        "list[int]",
        "[xs[i] for i in order[k - 1::k]]",
    ),
)
_ASKS_AGAIN = (
    "([xs[i] for i in order] + [0] * k)[k - 1]",
    "[xs[i] for p, i in enumerate(order) if p < k]",
    "(order + [-1] * k)[k - 1]",
    "[xs[i] for i in sorted(order[k:])]",
    "[xs[i] for p, i in enumerate(order, 1) if p % k == 0]",
)
_SOURCE = Text("""\
def ranked(xs, k):
    def key(i):
        x = xs[i]
        return $key

    order = sorted(range(len(xs)), key=key)
    return $answer
""")
_AGAIN = Text("""\
def ranked(xs, k):
    keys = []
    for i, x in enumerate(xs):
        keys.append($key)
    order = [0] * len(xs)
    for i in range(len(xs)):
        order[sum(other < keys[i] for other in keys)] = i
    return $answer
""")


class RankedUnderOrder(Template):
    """The k-th element, or the first k ones, under a drawn order."""

    name: ClassVar[str] = "ranked_under_order"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the keys, their direction, the rule for ties and the question."""
        ask = rng.randrange(2 + int(3 * difficulty))
        first, second = rng.sample(_KEYS, 2)
        down, both = rng.choice((False, True)), rng.random() < difficulty
        ties, rest = rng.choice(_TIES)
        sign = "-" if down else ""
        words = (
            f"{first[0]}: the {'larger' if down else 'smaller'} this number, the earlier it comes"
        )
        leading = f"-({first[1]})" if down and "%" in first[1] else sign + first[1]
        key = f"({sign}({first[2]}), {rest})"
        if both:
            words += f". Where this is equal, the one with the smaller number comes first, which is now {second[0]}"
            key = f"({sign}({first[2]}), {second[2]}, {rest})"
        given: list[list[Json]] = [
            [[12, -5, 30, 7, 7, -21], 2],
            [[9, 18, 4, 40], 1],
            [[3, -3, 11, 2, 11, 8], 4],
        ]
        given += [[[], 1], [[6], 1], [[-6], 2], [[4, 4, 4], 2], [[1, 2], 3], [[-10, 10], 1]]
        given += [[[0, 0, 5, -5, 0], 3], [[101, 20, 11, 2, 110], 5], [[-7, -8, -9], 2]]
        for _ in range(34):
            most = rng.choice((12, 40, 500))
            size = rng.randint(3, 8 + int(10 * difficulty))
            xs: list[Json] = [rng.randint(-most, most) for _ in range(size)]
            given.append([xs + xs[: rng.randrange(3)], rng.randint(1, 5)])
        return self.problem(
            entry="ranked",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns=_ASKS[ask][1],
            statement=(
                f"`k` is at least 1. Put the elements of `xs` into an order. What decides about an "
                f"element is {words}. If elements are still tied, {ties}. {_ASKS[ask][0]}"
            ),
            source=_SOURCE.substitute(
                key=", ".join([leading, *[second[1]] * both, rest]), answer=_ASKS[ask][2]
            ),
            second=_AGAIN.substitute(key=key, answer=_ASKS_AGAIN[ask]),
            inputs=given,
            difficulty=difficulty,
        )

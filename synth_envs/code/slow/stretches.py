"""Stretches of neighbouring elements."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BestStretch", "StretchSums"]

#: What an element counts in the sum of a stretch.
_COUNTS = (
    ("the sum of the elements", "x"),
    (
        "the number of the elements that are even less the number of those that are odd",
        "1 - 2 * (x % 2)",
    ),
    ("the sum of the squares of the elements", "x * x"),
    ("the number of the elements that are divisible by 3", "x % 3 == 0"),
    ("the sum of the absolute values of the elements", "abs(x)"),
)
#: What the count has to be: text, test, and the key that earlier counts must have.
_GOALS = (
    ("equal to `k`", "count == k", "so_far - k", "so_far"),
    (
        "a multiple of `k` (which 0 and negative numbers can be)",
        "count % k == 0",
        "so_far % k",
        "so_far % k",
    ),
    (
        "1 more than a multiple of `k` (which 0 and negative numbers can be)",
        "count % k == 1 % k",
        "(so_far - 1) % k",
        "so_far % k",
    ),
)
_ASKS = (
    ("Return how many such stretches there are.", "total += 1", "total += number"),
    (
        "Return the length of the longest such stretch, or 0 if there is none.",
        "total = max(total, j + 1 - i)",
        "total = max(total, j + 1 - first)",
    ),
    (
        "Return the sum of the lengths of all such stretches.",
        "total += j + 1 - i",
        "total += number * (j + 1) - places",
    ),
)
_SUMS = Text("""\
def stretch_counts(xs, k):
    total = 0
    for i in range(len(xs)):
        count = 0
        for j in range(i, len(xs)):
            x = xs[j]
            count += $value
            if $test:
                $step
    return total
""")
_SUMS_FAST = Text("""\
def stretch_counts(xs, k):
    total = so_far = 0
    seen = {0: (1, 0, 0)}
    for j, x in enumerate(xs):
        so_far += $value
        number, places, first = seen.get($wanted, (0, 0, j + 1))
        $step
        number, places, first = seen.get($key, (0, 0, j + 1))
        seen[$key] = (number + 1, places + j + 1, first)
    return total
""")


class StretchSums(SlowTemplate):
    """Stretches whose sum meets a goal, found by trying all of them."""

    name: ClassVar[str] = "stretch_sums"
    level: ClassVar[float] = 0.45

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what is counted, the goal and the question."""
        words, value = rng.choice(_COUNTS)
        goal, test, wanted, key = rng.choice(_GOALS)
        asked, slow, fast = rng.choice(_ASKS)
        given: list[list[Json]] = [
            [[1, 2, 3, 4, 6, 2], 3],
            [[4, -1, 2, 2], 2],
            [[3, 3, 1, 0, 5], 1],
        ]
        given += [[[], 3], [[3], 3], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 1], [[5, 5, 5], 10]]
        for _ in range(30):
            size = rng.randint(3, 10 + int(15 * difficulty))
            given.append([numbers(rng, size, -4, 5), rng.randint(1, 6)])
        growing = [[numbers(rng, size, -9, 9), rng.randint(3, 9)] for size in doubled(rng, 1000)]
        return self.problem(
            entry="stretch_counts",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=(
                f"`k` is at least 1. A stretch consists of one or more neighbouring elements of `xs`; two "
                f"stretches are different if they begin or end at different indices. Consider all "
                f"stretches for which {words} is {goal}. {asked}"
            ),
            source=_SUMS.substitute(value=value, test=test, step=slow),
            second=_SUMS_FAST.substitute(value=value, wanted=wanted, key=key, step=fast),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_RULES = (
    ("with at least `k` elements", "j + 1 - i >= k", "j + 1 - k"),
    ("with at least `2 * k` elements", "j + 1 - i >= 2 * k", "j + 1 - 2 * k"),
    (
        "that begins at an index of at least `k` (indices count from 0) and has at least 2 elements",
        "i >= k and j > i",
        "j - 1",
    ),
)
_BEST = Text("""\
def best_stretch(xs, k):
    best = None
    for i in range(len(xs)):
        total = 0
        for j in range(i, len(xs)):
            total += $value
            if $test and (best is None or total $sign best):
                best = total
    return best
""")
_BEST_FAST = Text("""\
def best_stretch(xs, k):
    best = low = None
    sums = [0]
    for j in range(len(xs)):
        sums.append(sums[-1] + $value)
        start = $last
        if start >= $least:
            if low is None or sums[start] $other low:
                low = sums[start]
            total = sums[-1] - low
            if best is None or total $sign best:
                best = total
    return best
""")


class BestStretch(SlowTemplate):
    """The stretch with the best sum under a rule, found by trying all of them."""

    name: ClassVar[str] = "best_stretch_sum"
    level: ClassVar[float] = 0.5

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rule, what is summed, and which end is asked."""
        rule, test, last = rng.choice(_RULES)
        words, value = rng.choice(
            (
                ("the sum of its elements", "xs[j]"),
                (
                    "the sum of its elements, where those at odd indices of `xs` (counted from 0) count negative",
                    "(xs[j] if j % 2 == 0 else -xs[j])",
                ),
                ("the sum of its elements less 3 for each of them", "xs[j] - 3"),
                (
                    "the sum of its elements, those divisible by 4 counted twice",
                    "xs[j] * (1 + (xs[j] % 4 == 0))",
                ),
            )
        )
        most = rng.randrange(2) == 1
        given: list[list[Json]] = [[[3, -5, 4, 1, -2, 6], 1], [[-4, 2, 7, -9, 3], 2], [[5, -1], 2]]
        given += [[[], 1], [[3], 1], [[-3], 1], [[1, 2], 3], [[0, 0, 0, 0], 1], [[-5, -5, -5], 2]]
        for _ in range(30):
            size = rng.randint(3, 12 + int(15 * difficulty))
            given.append([numbers(rng, size, -9, 9), rng.randint(1, 3)])
        growing = [[numbers(rng, size, -size, size), 2] for size in doubled(rng, 1000)]
        return self.problem(
            entry="best_stretch",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int | None",
            statement=(
                f"`k` is at least 1. A stretch consists of one or more neighbouring elements of `xs`. Its "
                f"value is {words}. Return the {'largest' if most else 'smallest'} value of a stretch "
                f"{rule}, or None if there is no such stretch."
            ),
            source=_BEST.substitute(value=bare(value), test=test, sign=">" if most else "<"),
            second=_BEST_FAST.substitute(
                value=value,
                last=last,
                least="k" if last == "j - 1" else "0",
                sign=">" if most else "<",
                other="<" if most else ">",
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )

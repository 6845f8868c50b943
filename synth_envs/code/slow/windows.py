"""Windows of equal length that slide over a list."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem
from synth_envs.code.slow.drawing import SlowTemplate, bare, doubled, numbers
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["WindowExtremes", "WindowKinds"]

#: What a window gives: text, the value of `window`, and of the deques of indices `high` and `low`.
_VALUES = (
    ("its largest element", "max(window)", "xs[high[0]]"),
    ("its smallest element", "min(window)", "xs[low[0]]"),
    (
        "its largest element less its smallest one",
        "max(window) - min(window)",
        "xs[high[0]] - xs[low[0]]",
    ),
    (
        "its largest element less its first one",
        "max(window) - window[0]",
        "xs[high[0]] - xs[j + 1 - w]",
    ),
    (
        "the sum of its smallest element and its last one",
        "min(window) + window[-1]",
        "xs[low[0]] + xs[j]",
    ),
)
#: What is asked of the values: text, start, step and answer.
_ASKS = (
    (
        "Return the sum of the values of all windows (0 if there is no window).",
        "0",
        "result += value",
    ),
    (
        "Return how many windows have a value that is a multiple of 3.",
        "0",
        "result += value % 3 == 0",
    ),
    (
        "Number the windows 1, 2, 3, ... from left to right. Return the sum of value times number over all windows (0 if there is no window).",
        "0",
        "result += value * $number",
    ),
    (
        "Return how many windows have a value larger than `w`.",
        "0",
        "result += value > w",
    ),
)
_WINDOWS = Text("""\
def window_values(xs, w):
    result = $start
    for i in range(len(xs) - w + 1):
        window = xs[i : i + w]
        value = $value
        $step
    return result
""")
_WINDOWS_FAST = Text("""\
from collections import deque


def window_values(xs, w):
    result = $start
    high, low = deque(), deque()
    for j, x in enumerate(xs):
        while high and xs[high[-1]] <= x:
            high.pop()
        high.append(j)
        while low and xs[low[-1]] >= x:
            low.pop()
        low.append(j)
        if high[0] <= j - w:
            high.popleft()
        if low[0] <= j - w:
            low.popleft()
        if j + 1 >= w:
            value = $value
            $step
    return result
""")


class WindowExtremes(SlowTemplate):
    """The extremes of every window, taken anew for each."""

    name: ClassVar[str] = "window_extremes"
    level: ClassVar[float] = 0.8

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what a window gives and what is asked of it."""
        words, value, fast = rng.choice(_VALUES)
        asked, start, step = rng.choice(_ASKS)
        given: list[list[Json]] = [[[3, 1, 4, 1, 6, 9], 2], [[9, 7, 8, 2, 4], 3], [[2, 12, 6], 1]]
        given += [[[], 3], [[3], 1], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 2], [[5, 5, 5], 3]]
        given += [[list(range(9)), 4], [list(range(9, 0, -1)), 4], [[-3, -1, -2], 2]]
        for _ in range(30):
            size = rng.randint(3, 12 + int(20 * difficulty))
            given.append([numbers(rng, size, -9, 15), rng.randint(1, 6)])
        growing: list[list[Json]] = [
            [numbers(rng, size, -size, size), size // 2] for size in doubled(rng, 4200)
        ]
        return self.problem(
            entry="window_values",
            parameters=(("xs", "list[int]"), ("w", "int")),
            returns="int",
            statement=(
                f"`w` is at least 1. A window consists of `w` neighbouring elements of `xs`, and every "
                f"such group is a window; there is none if `xs` has fewer than `w` elements. The value "
                f"of a window is {words}. {asked}"
            ),
            source=_WINDOWS.substitute(
                start=start, value=value, step=Text(step).substitute(number="(i + 1)")
            ),
            second=_WINDOWS_FAST.substitute(
                start=start, value=fast, step=Text(step).substitute(number="(j + 2 - w)")
            ),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )


_KEYS = (
    ("the elements", "x"),
    ("the absolute values of the elements", "abs(x)"),
    ("the last decimal digits of the absolute values of the elements", "abs(x) % 10"),
    ("the halves, rounded down, of the elements", "x // 2"),
)
#: What a window gives: text, the value of `counts`, and how it changes when the count of a key
#: goes up or down, given the count `c` before.
_KINDS = (
    ("the number of different values among", "len(counts)", "value += c == 0", "value -= c == 1"),
    (
        "the number of values that occur exactly once among",
        "sum(c == 1 for c in counts.values())",
        "value += (c == 0) - (c == 1)",
        "value += (c == 2) - (c == 1)",
    ),
    (
        "the number of values that occur an odd number of times among",
        "sum(c % 2 for c in counts.values())",
        "value += 1 - 2 * (c % 2)",
        "value += 1 - 2 * (c % 2)",
    ),
    (
        "the number of pairs of equal values (of two different indices) among",
        "sum(c * (c - 1) // 2 for c in counts.values())",
        "value += c",
        "value -= c - 1",
    ),
)
_GOALS = (
    ("Return the sum of the values of all windows.", "value"),
    ("Return how many windows have an even value.", "(value % 2 == 0)"),
    ("Return how many windows have a value of at least 3.", "(value >= 3)"),
    ("Return the sum of the squares of the values of all windows.", "value * value"),
)
_COUNTS = Text("""\
def window_kinds(xs, w):
    total = 0
    for i in range(len(xs) - w + 1):
        counts = {}
        for x in xs[i : i + w]:
            key = $key
            counts[key] = counts.get(key, 0) + 1
        value = $value
        total += $result
    return total
""")
_COUNTS_FAST = Text("""\
def window_kinds(xs, w):
    total = value = 0
    counts = {}
    for j, x in enumerate(xs):
        key = $key
        c = counts.get(key, 0)
        $up
        counts[key] = c + 1
        if j >= w:
            x = xs[j - w]
            key = $key
            c = counts[key]
            $down
            counts[key] = c - 1
        if j + 1 >= w:
            total += $result
    return total
""")


class WindowKinds(SlowTemplate):
    """How the values of every window repeat, counted anew for each."""

    name: ClassVar[str] = "window_kinds"
    level: ClassVar[float] = 0.4

    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the values that are counted, what a window gives, and the question."""
        words, key = rng.choice(_KEYS)
        kind, value, up, down = rng.choice(_KINDS)
        asked, result = rng.choice(_GOALS)
        given: list[list[Json]] = [[[3, 1, 3, -1, 6, 13], 3], [[9, 9, 8, 2, 9], 2], [[2, 12, 6], 2]]
        given += [[[], 3], [[3], 1], [[2, 1], 1], [[1, 2], 3], [[0, 0, 0, 0], 2], [[5, 5, 5, 5], 3]]
        given += [[list(range(9)), 4], [list(range(9, 0, -1)), 4], [[-3, -1, -3, 3], 3]]
        for _ in range(30):
            size = rng.randint(6, 14 + int(20 * difficulty))
            given.append([numbers(rng, size, -9, 9), rng.randint(2, 6)])
        growing: list[list[Json]] = [
            [numbers(rng, size, -size, size), size // 2] for size in doubled(rng, 1100)
        ]
        return self.problem(
            entry="window_kinds",
            parameters=(("xs", "list[int]"), ("w", "int")),
            returns="int",
            statement=(
                f"`w` is at least 1. A window consists of `w` neighbouring elements of `xs`, and every "
                f"such group is a window; there is none if `xs` has fewer than `w` elements. The value "
                f"of a window is {kind} {words} in it. {asked} The answer is 0 if there is no window."
            ),
            source=_COUNTS.substitute(key=key, value=value, result=bare(result)).replace(
                "            key = x\n            counts[key] = counts.get(key, 0) + 1",
                "            counts[x] = counts.get(x, 0) + 1",
            ),
            second=_COUNTS_FAST.substitute(key=key, up=up, down=down, result=result),
            inputs=given,
            growing=growing,
            difficulty=difficulty,
        )

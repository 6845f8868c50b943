"""Stretches of neighbouring elements that share a property."""

from __future__ import annotations

from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["LongestStretch"]

#: What an element has to be: text, and the test in Python with `x` and the limit `k`.
_CONDITIONS = (
    ("at least `k`", "x >= k"),
    ("less than `k`", "x < k"),
    ("different from `k`", "x != k"),
    ("multiples of `k`", "x % k == 0"),
    ("at a distance of at most 3 from `k`", "abs(x - k) <= 3"),
)


class LongestStretch(Template):
    """The best stretch of neighbours that meet a condition, measured in one of several ways."""

    name: ClassVar[str] = "longest_stretch"
    group: ClassVar[str] = "lists"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the condition and the measure."""
        words, test = rng.choice(_CONDITIONS)
        measure = rng.choice(("length", "sum") if difficulty < 0.4 else ("sum", "start", "count"))
        least = rng.randint(2, 4)
        asked, answer, second = _parts(measure, least)
        given = "`k` is at least 1. " if "multiple" in words else ""
        statement = (
            f"{given}A stretch is a longest possible run of neighbouring elements of `xs` that are all "
            f"{words}: it cannot be extended on either side. {asked}"
        )
        loop, kept = ("i, x in enumerate(xs)", "i") if measure == "start" else ("x in xs", "x")
        source = (
            f"def best_stretch(xs, k):\n"
            f"    runs = []\n"
            f"    run = []\n"
            f"    for {loop}:\n"
            f"        if {test}:\n"
            f"            run.append({kept})\n"
            f"        elif run:\n"
            f"            runs.append(run)\n"
            f"            run = []\n"
            f"    if run:\n"
            f"        runs.append(run)\n"
            f"    return {answer}\n"
        )
        other = (
            f"from itertools import groupby\n\n\n"
            f"def best_stretch(xs, k):\n"
            f"    groups = [list(g) for good, g in groupby(enumerate(xs), "
            f"lambda p: (lambda x: {test})(p[1])) if good]\n"
            f"    {second}\n"
        )
        return self.problem(
            entry="best_stretch",
            parameters=(("xs", "list[int]"), ("k", "int")),
            returns="int",
            statement=statement,
            source=source,
            second=other,
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _parts(measure: str, least: int) -> tuple[str, str, str]:
    """Return question, answer from the `runs` and second opinion for a measure."""
    if measure == "length":
        return (
            "Return the length of the longest stretch, or 0 if there is none.",
            "max(map(len, runs), default=0)",
            "return max(map(len, groups), default=0)",
        )
    if measure == "sum":
        return (
            "Return the largest sum of the elements of a stretch, or 0 if there is no stretch.",
            "max(map(sum, runs), default=0)",
            "return max((sum(x for _, x in g) for g in groups), default=0)",
        )
    if measure == "start":
        return (
            (
                "Return the index at which the longest stretch begins; the first one of several that "
                "are equally long, and -1 if there is none."
            ),
            "max(runs, key=len)[0] if runs else -1",
            "return max(groups, key=len)[0][0] if groups else -1",
        )
    return (
        f"Return how many stretches have at least {least} elements.",
        f"sum(len(run) >= {least} for run in runs)",
        f"return sum(len(g) >= {least} for g in groups)",
    )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    """Return arguments: three to show, then corner cases, then random ones."""
    size = 8 + int(24 * difficulty)
    given: list[list[Json]] = [
        [[3, -3, 2, 7, 4, 9, 8, 2], 5],
        [[8, 4, 9, 7], 4],
        [[1, 7, 4, 1, 6, 6], 4],
        [[4, 6, 2, 3, 8, 9, 12], 4],
        [[5, 1, 7], 9],
        [[3, 3, 6, 2], 3],
    ]
    given += [[[], 2], [[2], 2], [[1], 2], [[2, 2, 2, 2], 2], [[1, 1, 1], 2], [[0, -4, 7, -2], 2]]
    for _ in range(40):
        xs = [rng.randint(-6, 12) for _ in range(rng.randint(1, size))]
        given.append([xs, rng.randint(1, 7)])
    return given

"""What the templates of slow programs share: sizes that double, and lists to draw."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["SlowTemplate", "doubled", "numbers"]


class SlowTemplate(Template):
    """A problem whose `source` is right but slow, and whose `second` is of a better class.

    Attributes:
        level: In [0, 1]: 0 where a dictionary or a table takes a quadratic or exponential cost
            to a linear one; 1 where it takes a data structure or an insight.
    """

    group: ClassVar[str] = "efficiency"
    level: ClassVar[float]

    @abstractmethod
    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw one problem; all randomness comes from `rng`."""

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw one problem, and say of every parameter that does not matter that it does not."""
        problem = self.draw(rng, difficulty)
        _, _, body = problem.source.partition(f"def {problem.entry}(")
        idle = [
            name for name, _ in problem.parameters if len(re.findall(rf"\b{name}\b", body)) == 1
        ]
        extra = "".join(f" `{name}` does not matter." for name in idle)
        return replace(problem, statement=problem.statement + extra)


def doubled(rng: TaskRandom, top: int, count: int = 4) -> list[int]:
    """Return sizes, each twice the one before; the largest lies a little below `top`."""
    first = max(1, top * rng.randint(88, 100) // 100 >> (count - 1))
    return [first << step for step in range(count)]


def numbers(rng: TaskRandom, size: int, low: int, high: int) -> list[Json]:
    """Return a list of integers, all from low to high."""
    return [rng.randint(low, high) for _ in range(size)]

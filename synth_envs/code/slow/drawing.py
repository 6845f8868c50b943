"""What the templates of slow programs share: sizes that double, and lists to draw."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["SlowTemplate", "bare", "doubled", "numbers"]


class SlowTemplate(Template):
    """A problem whose `source` is right but slow, and whose `second` is of a better class.

    Attributes:
        level: In [0, 1]: 0 where a dictionary or a table takes a quadratic or exponential cost
            to a linear one; 1 where it takes a data structure or an insight.
        keeps_idle: Whether parameters that do not matter are kept, and said not to matter.
    """

    group: ClassVar[str] = "efficiency"
    level: ClassVar[float]
    keeps_idle: ClassVar[bool] = False

    @abstractmethod
    def draw(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw one problem; all randomness comes from `rng`."""

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw one problem, without the parameters that do not matter in it."""
        problem = self.draw(rng, difficulty)
        for name, _ in problem.parameters:
            if all(_idle(name, text, problem.entry) for text in (problem.source, problem.second)):
                if self.keeps_idle:
                    said = f"{problem.statement} `{name}` does not matter."
                    problem = replace(problem, statement=said)
                else:
                    problem = _without(problem, name)
        return problem


def _idle(name: str, source: str, entry: str) -> bool:
    """Return whether the name occurs nowhere but in the list of the parameters."""
    _, _, body = source.partition(f"def {entry}(")
    return len(re.findall(rf"\b{name}\b", body)) == 1


def _without(problem: Problem, name: str) -> Problem:
    """Return the problem without a parameter, which is not the first one, and what is said of it."""
    place = [one for one, _ in problem.parameters].index(name)

    def shorter(given: tuple[tuple[Json, ...], ...]) -> tuple[tuple[Json, ...], ...]:
        kept = {repr(rest): rest for one in given for rest in [one[:place] + one[place + 1 :]]}
        return tuple(kept.values())

    source, second = (
        re.sub(rf"(def {problem.entry}\([^)]*), {name}\b", r"\1", text)
        for text in (problem.source, problem.second)
    )
    return replace(
        problem,
        parameters=tuple(one for one in problem.parameters if one[0] != name),
        statement=re.sub(rf"`{name}` is [^.]*\. ", "", problem.statement, count=1),
        source=source,
        second=second,
        inputs=shorter(problem.inputs),
        growing=shorter(problem.growing),
    )


def bare(code: str) -> str:
    """Return an expression without the brackets around the whole of it."""
    if not code.startswith("(") or not code.endswith(")"):
        return code
    depth = 0
    for place, char in enumerate(code):
        depth += (char == "(") - (char == ")")
        if depth == 0 and place < len(code) - 1:
            return code
    return code[1:-1]


def doubled(rng: TaskRandom, top: int, count: int = 4) -> list[int]:
    """Return sizes, each twice the one before; the largest lies a little below `top`."""
    first = max(1, top * rng.randint(88, 100) // 100 >> (count - 1))
    return [first << step for step in range(count)]


def numbers(rng: TaskRandom, size: int, low: int, high: int) -> list[Json]:
    """Return a list of integers, all from low to high."""
    return [rng.randint(low, high) for _ in range(size)]

"""Task families: one class that generates, verifies and audits one kind of task.

A newcomer writes one subclass of `Family` (or of a domain's subclass, such as
`synth_envs.math.family.MathFamily`) and registers it with one line; its tests, documentation and
leaderboard row follow from what the class declares.
"""

import difflib
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import ClassVar

from synth_envs.core import Score, Task
from synth_envs.seeding import SPLITS, TaskRandom, task_rng

__all__ = ["Family", "FamilyMix", "load_family", "suggest"]

# A split owns at least 10% of the tasks, so a family with enough distinct tasks never gets here.
_MAX_DRAWS = 2000


class Family(ABC):
    """One kind of task: generator, verifier and everything its audit needs.

    Attributes:
        family: The name in every task, unique in its domain.
        group: The heading it is listed under.
        chance: The largest mean score that an agent can get without solving the task (guessing,
            or giving another task's answer), at every difficulty. The audit holds the family to it.
        solved: Whether `solve` solves every task; if not, it is a weak baseline that must do worse
            as difficulty rises.
        hostile_seconds: How long a hostile response may keep the verifier busy.
        cheated: On how many tasks of each level the audit tries the cheats.
    """

    family: ClassVar[str]
    group: ClassVar[str] = "other"
    chance: ClassVar[float] = 0.02
    solved: ClassVar[bool] = True
    hostile_seconds: ClassVar[float] = 0.05
    cheated: ClassVar[int] = 30

    @abstractmethod
    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw one task; all randomness comes from `rng`."""

    @abstractmethod
    def __call__(self, task: Task, response: str) -> Score:
        """Score one response; raises nothing but `sandboxes.SandboxError`."""

    @abstractmethod
    def oracle(self, task: Task) -> str:
        """The reference as a response, which must score 1.0."""

    @abstractmethod
    def solve(self, prompt: str) -> str:
        """Solve a task from its prompt alone, by another method than the generator's."""

    def draw(self, rng: TaskRandom, difficulty: float, split: str) -> Task:
        """Draw tasks until one is in the split ("all": any).

        Raises:
            RuntimeError: The family has too few distinct tasks at this difficulty for the split.
        """
        for _ in range(_MAX_DRAWS):
            task = self.generate(rng, difficulty)
            if split == "all" or task.split == split:  # noqa: PLR1714 - "all" needs no hash
                return task
        msg = (
            f"family {self.family!r} gave no {split} task in {_MAX_DRAWS} draws at difficulty "
            f"{difficulty:g}: it has too few distinct tasks there"
        )
        raise RuntimeError(msg)

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; result i belongs to pair i."""
        return [self(task, response) for task, response in zip(tasks, responses, strict=True)]

    def benign(self, task: Task) -> dict[str, str]:
        """The reference in formats that people write; each must score 1.0."""
        answer = self.oracle(task)
        return {
            "plain": answer,
            "leading space": " " + answer,
            "trailing newline": answer + "\n",
            "trailing period": answer + ".",
            "sentence": f"The answer is {answer}",
            "bold": f"**{answer}**",
            "dollars": f"${answer}$",
            "boxed": f"\\boxed{{{answer}}}",
            "code fence": f"```\n{answer}\n```",
            "upper case": answer.upper(),
        }

    def cheats(self, task: Task) -> list[str]:
        """Responses that exploit a known weakness of verifiers of this kind; each must score 0."""
        del task
        return []


class FamilyMix:
    """A `TaskSource` over families, drawn uniformly.

    Args:
        families: At least one family; names must be distinct.

    Raises:
        ValueError: There is no family, or two share a name.
    """

    def __init__(self, families: Iterable[Family]) -> None:
        self._families: Mapping[str, Family] = {}
        names: list[str] = []
        for family in families:
            names.append(family.family)
            self._families[family.family] = family
        if not names or len(names) != len(self._families):
            msg = f"families must be non-empty and distinct, got {names}"
            raise ValueError(msg)
        self._order = tuple(self._families.values())

    @property
    def families(self) -> tuple[Family, ...]:
        """The families in drawing order."""
        return self._order

    def task(self, seed: int, index: int, split: str, difficulty: float | None) -> Task:
        """Task `index` of the stream (seed, split); a uniform difficulty when it is None.

        Raises:
            RuntimeError: The family has too few distinct tasks at this difficulty to fill the split.
        """
        rng = task_rng(seed, split, index)
        order = self._order
        family = order[0] if len(order) == 1 else rng.choice(order)
        if difficulty is None:
            difficulty = rng.random()
        return family.draw(rng, difficulty, split)

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; each family gets its own tasks in one call."""
        groups: dict[str, list[int]] = {}
        for i, task in enumerate(tasks):
            groups.setdefault(task.family, []).append(i)
        scores: list[Score | None] = [None] * len(tasks)
        for name, members in groups.items():
            verdicts = self._family(name).verify_batch(
                [tasks[i] for i in members], [responses[i] for i in members]
            )
            for i, verdict in zip(members, verdicts, strict=True):
                scores[i] = verdict
        return [score for score in scores if score is not None]

    def oracle(self, task: Task) -> str:
        """A response that scores 1.0."""
        return self._family(task.family).oracle(task)

    def solve(self, family: str, prompt: str) -> str:
        """The family's independent solver on a prompt: the domain's scripted expert."""
        return self._family(family).solve(prompt)

    def _family(self, name: str) -> Family:
        try:
            return self._families[name]
        except KeyError:
            msg = f"this environment has no family {name!r}{suggest(name, self._families)}"
            raise ValueError(msg) from None


@cache
def load_family(path: str) -> Family:
    """Import and make the family at "package.module:Class".

    Raises:
        ValueError: The path is malformed, cannot be imported or names no `Family`.
    """
    module_name, _, class_name = path.partition(":")
    if not module_name or not class_name:
        msg = f"a family path looks like 'package.module:Class', got {path!r}"
        raise ValueError(msg)
    try:
        family_class = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        msg = f"cannot load the family {path!r}: {error}"
        raise ValueError(msg) from error
    if not (isinstance(family_class, type) and issubclass(family_class, Family)):
        msg = f"{path!r} is not a subclass of synth_envs.families.Family"
        raise ValueError(msg)  # noqa: TRY004 - the path is a value
    try:
        return family_class()
    except TypeError as error:  # an abstract method is missing
        msg = f"the family {path!r} cannot be made: {error}"
        raise ValueError(msg) from error


def suggest(name: object, known: Iterable[str]) -> str:
    """A sentence with the nearest known names, or all of them if none is near."""
    options = sorted(known)
    near = difflib.get_close_matches(str(name), options, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(repr(option) for option in near)}?"
    shown = ", ".join(options[:12]) + (", ..." if len(options) > 12 else "")
    return f"; choose from: {shown}"


def check_difficulty(value: float | None) -> float | None:
    """Return the value as a float if it is None or in [0, 1]; raises ValueError otherwise."""
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and 0 <= value <= 1):  # also refuses NaN
        msg = f"difficulty must be None or a number in [0, 1], got {value!r}"
        raise ValueError(msg)
    return float(value)


def check_split(split: str) -> str:
    """Return `split` if it is one of train, validation, test and all.

    Raises:
        ValueError: It is not.
    """
    allowed = (*SPLITS, "all")
    if split not in allowed:
        msg = f"unknown split {split!r}{suggest(split, allowed)}"
        raise ValueError(msg)
    return split

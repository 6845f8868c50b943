"""What a programming problem is before it becomes a task: reference, second opinion, inputs."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["Problem", "Template", "load_template"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A function to write, and all that is needed to tell whether it was written right.

    Attributes:
        family: The template that made it.
        entry: The function's name.
        parameters: Names and types, as Python annotations write them.
        returns: The type of what it returns.
        statement: The specification in English. It alone determines every output.
        source: The reference: Python that defines `entry`.
        second: Another program for the same specification, written or derived by another method;
            empty if `answers` takes its place.
        inputs: Arguments, at least 30 of them: the first `public` small and telling, the others
            boundary cases, random and large ones. Tests are chosen from them.
        public: How many of them are shown.
        difficulty: In [0, 1].
        notes: What the template wants to remember of its choices.
        answers: The outputs for `inputs`, found by something other than a program (an interpreter
            of another language, a formula), in place of `second`.
        growing: Arguments of doubling size, smallest first, on which cost is measured. Only
            templates of `CodeEfficiency` have them: there `source` is slow and `second` is fast.
        wordings: Other texts that say the same as `statement`, each complete in itself.
    """

    family: str
    entry: str
    parameters: tuple[tuple[str, str], ...]
    returns: str
    statement: str
    source: str
    second: str
    inputs: tuple[tuple[Json, ...], ...]
    public: int = 3
    difficulty: float = 0.0
    notes: dict[str, Json] = field(default_factory=dict)
    answers: tuple[Json, ...] | None = None
    growing: tuple[tuple[Json, ...], ...] = ()
    wordings: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The line that begins the function, without its colon."""
        inner = ", ".join(f"{name}: {kind}" for name, kind in self.parameters)
        return f"def {self.entry}({inner}) -> {self.returns}"


class Template(ABC):
    """A kind of algorithmic problem with variations that change what the right program is.

    Attributes:
        name: Unique among the templates.
        group: The heading it is listed under.
    """

    name: ClassVar[str]
    group: ClassVar[str]

    @abstractmethod
    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw one problem; all randomness comes from `rng`."""

    def problem(
        self,
        *,
        entry: str,
        parameters: Sequence[tuple[str, str]],
        returns: str,
        statement: str,
        source: str,
        inputs: Sequence[Sequence[Json]],
        difficulty: float,
        second: str = "",
        answer: Callable[..., Json] | None = None,
        growing: Sequence[Sequence[Json]] = (),
        wordings: Sequence[str] = (),
        notes: dict[str, Json] | None = None,
    ) -> Problem:
        """Return a problem of this template; an input that comes twice is kept once.

        `answer` takes the place of `second`: it gives the output for the arguments.
        """
        kept: dict[str, tuple[Json, ...]] = {}
        for one in inputs:
            kept.setdefault(repr(one), tuple(one))
        answers = None if answer is None else tuple(answer(*one) for one in kept.values())
        return Problem(
            self.name,
            entry,
            tuple(parameters),
            returns,
            statement,
            source,
            second,
            tuple(kept.values()),
            difficulty=difficulty,
            notes=notes or {},
            answers=answers,
            growing=tuple(map(tuple, growing)),
            wordings=tuple(wordings),
        )


@cache
def load_template(path: str) -> Template:
    """Import and make the template at "package.module:Class".

    Raises:
        ValueError: The path names no template.
    """
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        msg = f"cannot load the template {path!r}: {error}"
        raise ValueError(msg) from error
    if not (isinstance(found, type) and issubclass(found, Template)):
        msg = f"{path!r} is not a subclass of synth_envs.code.problems.Template"
        raise ValueError(msg)  # noqa: TRY004 - the path is a value
    template: Template = found()
    return template

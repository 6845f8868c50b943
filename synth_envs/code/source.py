"""The tasks of one mode as a stream, made and verified in batches."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from synth_envs.code.modes import MODES
from synth_envs.code.modes.base import CodeMode, Draw, template_names
from synth_envs.core import Score, Task
from synth_envs.seeding import task_rng

__all__ = ["CodeSource", "mode_class"]


def mode_class(mode: str) -> type[CodeMode]:
    """Return the class of a mode by name."""
    module, _, name = MODES[mode].partition(":")
    found: type[CodeMode] = getattr(importlib.import_module(module), name)
    return found


class CodeSource:
    """A `TaskSource` of programming tasks.

    Args:
        mode: One of `MODES`.
        family: Templates, or groups of them, by name; None for all.
        **options: What the mode takes.

    Raises:
        ValueError: There is no such template or group, or an option is unknown.
    """

    def __init__(
        self, mode: str, family: str | Sequence[str] | None = None, **options: str
    ) -> None:
        kind = mode_class(mode)
        self.mode = kind(template_names(family, kind.templates), **options)

    @property
    def families(self) -> tuple[CodeMode, ...]:
        """What is audited: the mode."""
        return (self.mode,)

    def task(self, seed: int, index: int, split: str, difficulty: float | None) -> Task:
        """Task `index` of the stream (seed, split); a uniform difficulty when it is None."""
        return self.tasks([(seed, index)], split, difficulty)[0]

    def tasks(
        self, places: Sequence[tuple[int, int]], split: str, difficulty: float | None
    ) -> list[Task]:
        """The tasks at pairs of a seed and an index, each as `task` makes it, in one batch."""
        draws = []
        for seed, index in places:
            rng = task_rng(seed, split, index)
            level = rng.random() if difficulty is None else difficulty
            draws.append(Draw(rng, level, split))
        return self.mode.tasks(draws)

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses in one call of the sandbox; result i belongs to pair i."""
        return self.mode.verify_batch(tasks, responses)

    def oracle(self, task: Task) -> str:
        """A response that scores 1.0.

        Raises:
            ValueError: The task is not one of this mode.
        """
        self.mode.check(task)
        return self.mode.oracle(task)

    def solve(self, family: str, prompt: str) -> str:
        """The mode's solver, which reads only the prompt: a weak one."""
        del family
        return self.mode.solve(prompt)

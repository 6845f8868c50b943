"""The tasks of one mode as a stream, made and verified in batches."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from synth_envs.code.modes import MODES
from synth_envs.code.modes.base import CodeMode, Draw, template_names
from synth_envs.core import Task
from synth_envs.families import FamilyMix
from synth_envs.seeding import task_rng

__all__ = ["CodeSource", "mode_class"]


def mode_class(mode: str) -> type[CodeMode]:
    """Return the class of a mode by name."""
    module, _, name = MODES[mode].partition(":")
    found: type[CodeMode] = getattr(importlib.import_module(module), name)
    return found


class CodeSource(FamilyMix):
    """A `TaskSource` of programming tasks of one mode.

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
        super().__init__([self.mode])

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

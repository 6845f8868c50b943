"""The tasks of one mode as a stream, made and verified in batches."""

from __future__ import annotations

import importlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from synth_envs.code.modes import MODES
from synth_envs.code.modes.base import CodeMode, Draw, template_names
from synth_envs.core import Task
from synth_envs.families import FamilyMix
from synth_envs.seeding import task_rng

__all__ = ["CodeSource", "mode_class"]

_Place: TypeAlias = tuple[int, int, str, float | None]

#: The tasks made last, for all sources of this process: making one runs dozens of programs, and
#: the same ones are asked for again (by the next agent of a benchmark, by a second look).
_made: OrderedDict[tuple[str, _Place], Task] = OrderedDict()
_MOST_KEPT = 2_048
_BATCH = 64


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
        self._name = repr((mode, self.mode.names, sorted(options.items())))
        super().__init__([self.mode])

    def task(self, seed: int, index: int, split: str, difficulty: float | None) -> Task:
        """Task `index` of the stream (seed, split); a uniform difficulty when it is None."""
        return self._tasks_at([(seed, index)], split, difficulty)[0]

    def prepare(
        self, places: Sequence[tuple[int, int]], split: str, difficulty: float | None
    ) -> None:
        """Make the tasks at pairs of a seed and an index together, for `task` to return."""
        self._tasks_at(places, split, difficulty)

    def _tasks_at(
        self, places: Sequence[tuple[int, int]], split: str, difficulty: float | None
    ) -> list[Task]:
        keys: list[_Place] = [(seed, index, split, difficulty) for seed, index in places]
        found = {key: _made.get((self._name, key)) for key in keys}
        missing = [key for key, task in found.items() if task is None]
        made = dict(zip(missing, self.mode.tasks([_draw(*key) for key in missing]), strict=True))
        for key, task in (found | made).items():
            if task is not None:
                _made[self._name, key] = task
                _made.move_to_end((self._name, key))
        while len(_made) > max(_MOST_KEPT, len(keys)):
            _made.popitem(last=False)
        tasks = [made.get(key) or found[key] for key in keys]
        return [task for task in tasks if task is not None]

    def stream(
        self, seed: int, indices: Sequence[int], split: str, difficulty: float | None
    ) -> Iterator[Task]:
        """Yield the tasks of a stream in order, made in batches."""
        rest = iter(indices)
        while batch := list(islice(rest, _BATCH)):
            yield from self.mode.tasks([_draw(seed, index, split, difficulty) for index in batch])


def _draw(seed: int, index: int, split: str, difficulty: float | None) -> Draw:
    rng = task_rng(seed, split, index)
    return Draw(rng, rng.random() if difficulty is None else difficulty, split)

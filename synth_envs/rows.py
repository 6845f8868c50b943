"""The rows of a data set as tasks: a finite `TaskSource` that is also a sequence."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from synth_envs.core import Score, Task
from synth_envs.row_files import BadRow
from synth_envs.seeding import task_rng

__all__ = ["RowTasks"]


class RowTasks(ABC):
    """The rows of one data set; a `TaskSource` that is also a sequence of tasks.

    Args:
        tasks: The good rows.
        bad_rows: The rows that were refused, with their reasons.
        source: Where they came from.
        reload: Makes the same rows again in another process, from strings alone.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        bad_rows: Sequence[BadRow],
        source: str,
        reload: tuple[Callable[..., "RowTasks"], tuple[str, ...]],
    ) -> None:
        self.bad_rows = tuple(bad_rows)
        self._source = source
        self._tasks = list(tasks)
        self._reload = reload

    def warn_of_bad_rows(self) -> None:
        """Say which rows were skipped, and why."""
        bad = self.bad_rows
        if bad:
            shown = "; ".join(f"line {one.line}: {one.reason}" for one in bad[:5])
            more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
            message = f"{self._source}: skipped {len(bad)} bad rows ({shown}{more})"
            warnings.warn(message, UserWarning, stacklevel=3)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the source, so that no reference leaves the process."""
        return _reload, self._reload

    def __len__(self) -> int:
        """The number of good rows."""
        return len(self._tasks)

    def __getitem__(self, index: int) -> Task:
        """Row `index` in file order."""
        return self._tasks[index]

    def task(self, seed: int, index: int, split: str, difficulty: float | None) -> Task:
        """A row of the split, drawn by the stream.

        Raises:
            ValueError: A difficulty was asked for, or the split has no row.
        """
        if difficulty is not None:
            msg = "real data has no difficulty setting"
            raise ValueError(msg)
        rows = self._by_split[split]
        if not rows:
            msg = f"{self._source} has no row in split {split!r}; use split='all'"
            raise ValueError(msg)
        return self._tasks[rows[task_rng(seed, split, index).randrange(len(rows))]]

    @cached_property
    def _by_split(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {"train": [], "validation": [], "test": [], "all": []}
        for i, task in enumerate(self._tasks):
            rows[task.split].append(i)
            rows["all"].append(i)
        return rows

    @abstractmethod
    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; result i belongs to pair i."""

    @abstractmethod
    def oracle(self, task: Task) -> str:
        """A response that scores 1.0.

        Raises:
            ValueError: The task is not one of this source.
        """


def _reload(load: Callable[..., RowTasks], arguments: tuple[str, ...]) -> RowTasks:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the first load has said it
        return load(*arguments)

"""Write tasks to a JSON-lines file: resumable, and byte-identical for the same arguments."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synth_envs.core import Task, TaskSource

__all__ = ["write_tasks"]


def write_tasks(
    source: TaskSource,
    path: Path,
    number: int,
    *,
    seed: int = 0,
    split: str = "train",
    difficulty: float | None = None,
    force: bool = False,
) -> int:
    """Write tasks 0 to number - 1 of a stream, one `Task.to_json()` line each.

    A file that already holds the beginning of the same stream is continued; a last line that was
    cut off by an interruption is written again.

    Args:
        source: Where the tasks come from.
        path: The file.
        number: How many tasks it shall hold.
        seed: The stream.
        split: "train", "validation", "test" or "all".
        difficulty: In [0, 1], or None to draw it for each task.
        force: Replace a file that holds something else.

    Returns:
        How many tasks were kept from an earlier run.

    Raises:
        ValueError: The file holds other tasks, or more of them, and `force` is not set.
        OSError: The file cannot be written.
    """

    def line(index: int) -> bytes:
        return _line(source.task(seed, index, split, difficulty))

    def lines(first: int) -> Iterator[bytes]:
        stream = getattr(source, "stream", None)  # of sources that make tasks in batches
        if stream is not None:
            return map(_line, stream(seed, range(first, number), split, difficulty))
        return map(line, range(first, number))

    kept = 0
    if path.exists() and not force:
        kept, size = _complete_lines(path)
        rest = _bytes_from(path, size)
        ours = kept <= number and (kept == 0 or _first_line(path) == line(0))
        ours = ours and (kept == 0 or _line_before(path, size) == line(kept - 1))
        if not ours or (rest and (kept == number or not line(kept).startswith(rest))):
            msg = f"{path} does not hold the beginning of these tasks; replace it with --force"
            raise ValueError(msg)
        os.truncate(path, size)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    mode = "ab" if kept else "wb"
    with path.open(mode) as file, Progress(*columns, transient=True) as progress:
        bar = progress.add_task(path.name, total=number, completed=kept)
        for index, text in enumerate(lines(kept), kept):
            file.write(text)
            if index % 16 == 0:
                progress.update(bar, completed=index)
        progress.update(bar, completed=number)
    return kept


def _line(task: Task) -> bytes:
    return task.to_json().encode() + b"\n"


def _complete_lines(path: Path) -> tuple[int, int]:
    """How many complete lines a file has, and how many bytes they take."""
    count = size = 0
    with path.open("rb") as file:
        for text in file:
            if text.endswith(b"\n"):
                count += 1
                size += len(text)
    return count, size


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline()


def _line_before(path: Path, size: int) -> bytes:
    """The complete line that ends at byte `size`."""
    with path.open("rb") as file:
        start = size - 1
        while start > 0:
            file.seek(start - 1)
            if file.read(1) == b"\n":
                break
            start -= 1
        file.seek(start)
        return file.read(size - start)


def _bytes_from(path: Path, size: int) -> bytes:
    """What follows the last complete line: at most the beginning of a task."""
    with path.open("rb") as file:
        file.seek(size)
        return file.read()

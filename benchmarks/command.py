"""What the commands of the benchmarks share: integers, packages that are missing, a progress bar."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.errors import UsageError

__all__ = ["integer", "need", "progress"]


def integer(low: int, high: int) -> Callable[[str], int]:
    """Return the type of an argument that is an integer from one number to another."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            msg = f"expected an integer from {low} to {high}, got {text[:40]!r}"
            raise argparse.ArgumentTypeError(msg)
        return value

    return read


def need(**extras: str) -> None:
    """Say now what is missing, not when everything has been driven.

    Args:
        **extras: By the name of a package, the extra of ours that has it.

    Raises:
        UsageError: A package is missing.
    """
    for name, extra in extras.items():
        if find_spec(name) is None:
            msg = f"{name} is missing: pip install 'synth-envs[{extra}]'"
            raise UsageError(msg)


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on the error stream, silent when that is not a terminal.

    Args:
        total: The number of parts.

    Yields:
        What is called with the name of each part when it begins; the part before it is then done.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=total)
        begun = 0

        def begin(name: str) -> None:
            nonlocal begun
            bar.update(task, description=name, completed=begun)
            begun += 1

        yield begin

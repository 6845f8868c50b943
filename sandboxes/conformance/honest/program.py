"""What an honest program is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Honest"]


@dataclass(frozen=True, slots=True)
class Honest:
    """A program that any sandbox must run as an ordinary interpreter does.

    Its output is the same on CPython 3.11, 3.12 and 3.13 (`python3 -I -S main.py`, in an empty
    working directory), and does not depend on the time, the place or the machine.

    Args:
        name: What it is about; unique.
        source: The program.
        expected: Exactly what it writes to standard output.
        stdin: Its standard input.
        argv: Its arguments.
        exit_code: What it ends with.
        needs: Features that a backend may lack: "threads", "subprocess" (the fork profile),
            "asyncio", "sqlite3", "ctypes", "signals", "pipes", "mmap", "resource", "select",
            "dbm", "bz2", "lzma", "dup2".
    """

    name: str
    source: str
    expected: str
    stdin: str = ""
    argv: tuple[str, ...] = ()
    exit_code: int = 0
    needs: tuple[str, ...] = ()

"""Bounds the memory of a worker's processes together where no control group can.

An rlimit holds each process alone, so a program that may start others could take its limit many
times over. This looks at what all of them hold, a few times a second, from the host.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

__all__ = ["MemoryWatch"]

_EVERY_S = 0.03
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    todo = [pid]
    while todo:
        one = todo.pop()
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                children = (task / "children").read_text("ascii").split()
                found += map(int, children)
                todo += map(int, children)
        except OSError:  # it has just ended
            continue
    return found


def _resident(pid: int) -> int:
    """Return the bytes that a process holds for itself (shared pages left out)."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * _PAGE


class MemoryWatch:
    """Watches the descendants of one process while a program runs.

    Args:
        pid: The worker, as the host numbers it.
    """

    def __init__(self, pid: int) -> None:
        """Start the watching thread; it sleeps until `begin`."""
        self._pid = pid
        self._limit = 0
        self._hit = False
        self._running = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="sandbox-memory", daemon=True)
        self._thread.start()

    def begin(self, limit: int) -> None:
        """Watch from now on; over `limit` bytes every descendant is killed."""
        self._limit, self._hit = limit, False
        self._running.set()

    def end(self) -> bool:
        """Stop watching; return whether the limit was passed."""
        self._running.clear()
        return self._hit

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self._running.set()

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            self._running.wait()
            if self._stopped:
                return
            family = _descendants(self._pid)
            if sum(map(_resident, family)) > self._limit and self._running.is_set():
                self._hit = True
                for pid in family:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except OSError:
                        continue
            pause.wait(_EVERY_S)

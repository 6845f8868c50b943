"""Bounds what a worker's processes use together, from the host, for programs that start others.

An rlimit holds each process alone, so a program of many could take its limit many times over.
This looks at what all of them have used, a few times a second, and ends them.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

__all__ = ["FamilyWatch"]

_EVERY_S = 0.03
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


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


def _times(pid: int) -> tuple[int, int]:
    """Return the clock ticks that a process used, and those of its children that it waited for."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return 0, 0
    own, own_system, children, children_system = map(int, text.rpartition(")")[2].split()[11:15])
    return own + own_system, children + children_system


class FamilyWatch:
    """Watches the descendants of one process while a program runs.

    Args:
        pid: The worker, as the host numbers it.
        memory: Whether to bound memory too: a control group does it better.
    """

    def __init__(self, pid: int, *, memory: bool) -> None:
        """Start the watching thread; it sleeps until `begin`."""
        self._pid = pid
        self._memory = memory
        self._limits = (0, 0.0)
        self._before = 0
        self._hit = False
        self._running = threading.Event()
        self._stopped = threading.Event()
        thread = threading.Thread(target=self._watch, name="sandbox-watch", daemon=True)
        thread.start()

    def begin(self, memory: int, cpu_s: float) -> None:
        """Watch from now on; over so many bytes or seconds every descendant is killed."""
        self._limits, self._hit = (memory, cpu_s), False
        self._before = _times(self._pid)[1]
        self._running.set()

    def end(self) -> bool:
        """Stop watching; return whether the limit of memory was passed."""
        self._running.clear()
        return self._hit

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._running.set()

    def _watch(self) -> None:
        while self._running.wait() and not self._stopped.wait(_EVERY_S):
            if not self._running.is_set():
                continue
            family = _descendants(self._pid)
            memory, cpu_s = self._limits
            if self._memory and sum(map(_resident, family)) > memory:
                self._hit = True
            ticks = _times(self._pid)[1] - self._before + sum(sum(_times(pid)) for pid in family)
            if (self._hit or ticks > cpu_s * _TICK) and self._running.is_set():
                for pid in family:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except OSError:
                        continue

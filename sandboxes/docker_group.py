"""A container's control groups, seen from the host: its memory, and the processor time it takes.

The engine sets the limits. What is read here is the evidence, and the sum over all processes,
which no rlimit holds. An engine on another machine has its groups there: then there is neither.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from sandboxes import cgroups

__all__ = ["ContainerGroup", "CpuWatch", "find_group"]

_ROOT = Path("/sys/fs/cgroup")
_EVERY_S = 0.03
#: Seconds over the limit before programs are ended: the worker's own time counts here as well,
#: and what is ended shall surely have passed its limit.
_SLACK_S = 0.3


class ContainerGroup(cgroups.Group):
    """The groups of one container.

    Args:
        folders: The folder of each controller ("" is the unified hierarchy).
        size: The memory limit that the engine has set.
    """

    def __init__(self, folders: dict[str, Path], size: int) -> None:
        """Take over what the engine made; nothing of it is ours to remove."""
        self._folders = folders
        self._memory = folders.get("") or folders.get("memory")
        self._limit = size
        self._kills = 0
        self._kills = int(self.out_of_memory())

    def cpu_s(self) -> float | None:
        """Return the processor seconds of all processes so far; None if they are not counted."""
        try:
            if "" in self._folders:
                text = (self._folders[""] / "cpu.stat").read_text("ascii")
                return int(text.partition("usage_usec ")[2].split()[0]) / 1e6
            return int((self._folders["cpuacct"] / "cpuacct.usage").read_text("ascii")) / 1e9
        except (OSError, KeyError, ValueError, IndexError):
            return None


def find_group(pid: int, container: str, size: int) -> ContainerGroup | None:
    """Return the groups of a container, if the engine is on this machine.

    Args:
        pid: The container's first process, as the engine numbers it.
        container: Its identity, which is part of the groups' names.
        size: As in `ContainerGroup`.
    """
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text("ascii").splitlines()
    except OSError:
        return None
    folders = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        folder = _ROOT / controllers / path.lstrip("/")
        # The number may be another process's: of another machine, or of another namespace.
        if container in path and (folder / "cgroup.procs").exists():
            folders.update(dict.fromkeys(controllers.split(","), folder))
    if "memory" in folders:  # a hybrid machine has an empty unified hierarchy as well
        folders.pop("", None)
    return ContainerGroup(folders, size) if folders.keys() & {"", "memory"} else None


class CpuWatch:
    """Bounds the processor time of all of a program's processes together.

    Args:
        group: Where it is read.
        end: Ends the programs, and returns when they have ended.
    """

    def __init__(self, group: ContainerGroup, end: Callable[[], None]) -> None:
        """Start the watching thread; it sleeps until `begin`."""
        self._group = group
        self._end = end
        self._most = 0.0
        self._ending = threading.Lock()
        self._running = threading.Event()
        self._stopped = threading.Event()
        threading.Thread(target=self._watch, name="sandbox-watch", daemon=True).start()

    def begin(self, cpu_s: float) -> None:
        """Watch from now on; over so many seconds the programs are ended."""
        self._most = (self._group.cpu_s() or 0.0) + cpu_s + _SLACK_S
        self._running.set()

    def end(self) -> None:
        """Stop watching; wait if programs are being ended, or it would hit the next one."""
        self._running.clear()
        with self._ending:
            pass

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._running.set()

    def _watch(self) -> None:
        while self._running.wait() and not self._stopped.wait(_EVERY_S):
            used = self._group.cpu_s()
            if used is None or used <= self._most:
                continue
            with self._ending:
                if self._running.is_set() and not self._stopped.is_set():
                    self._running.clear()  # once: until the next program begins
                    self._end()

"""Memory and process limits by control group, v1 or v2, where this process may write them.

A worker's group bounds all its processes together, which no rlimit can. Groups are named for
the process that made them, so that those of a dead process are found and removed.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

__all__ = ["Group", "available"]

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "sandboxes-"


def _own_paths() -> dict[str, str]:
    """Return this process's group by controller; "" is the unified hierarchy."""
    found = {}
    try:
        lines = Path("/proc/self/cgroup").read_text("ascii").splitlines()
    except OSError:
        return {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            found[name] = path
    return found


def _parents() -> dict[str, Path]:
    """Return the folders to make groups in, by controller ("" for v2); empty if none."""
    own = _own_paths()
    parents: dict[str, Path] = {}
    for name in ("memory", "pids"):
        folder = _ROOT / name / own.get(name, "/").lstrip("/")
        if name in own and os.access(folder, os.W_OK) and (folder / "cgroup.procs").exists():
            parents[name] = folder
    if parents:
        return parents
    if "" in own:
        folder = _ROOT / own[""].lstrip("/")
        try:
            granted = (folder / "cgroup.subtree_control").read_text("ascii").split()
        except OSError:
            return {}
        if "memory" in granted and "pids" in granted and os.access(folder, os.W_OK):
            return {"": folder}
    return {}


def _usable(parents: dict[str, Path]) -> bool:
    probe = f"{_PREFIX}{os.getpid()}-probe-{threading.get_ident()}"
    try:
        for folder in parents.values():
            (folder / probe).mkdir()
            (folder / probe).rmdir()
    except OSError:
        return False
    return bool(parents)


def available() -> str | None:
    """Return "v1" or "v2" where groups can be made, else None."""
    parents = _parents()
    if not _usable(parents):
        return None
    return "v2" if "" in parents else "v1"


def _sweep(folder: Path) -> None:
    """Remove groups whose maker is dead."""
    for old in folder.glob(f"{_PREFIX}*"):
        maker = old.name[len(_PREFIX) :].partition("-")[0]
        if maker.isdigit() and not Path(f"/proc/{maker}").exists():
            try:
                old.rmdir()
            except OSError:
                continue


class Group:
    """One worker's group in every hierarchy that counts.

    Args:
        name: Unique in this process.
        processes: The most tasks in the group.
    """

    def __init__(self, name: str, processes: int) -> None:
        """Make the group; raises OSError where that is not allowed."""
        self._folders: dict[str, Path] = {}
        self._limit = 0
        self._kills = 0
        for controller, parent in _parents().items():
            _sweep(parent)
            folder = parent / f"{_PREFIX}{os.getpid()}-{name}"
            folder.mkdir()
            self._folders[controller] = folder
        self._memory = self._folders.get("memory") or self._folders.get("")
        pids = self._folders.get("pids") or self._folders.get("")
        if pids is not None:
            (pids / "pids.max").write_text(str(processes))

    def add(self, pid: int) -> None:
        """Move a process in; what it starts later follows."""
        for folder in self._folders.values():
            (folder / "cgroup.procs").write_text(str(pid))

    def limit_memory(self, size: int) -> None:
        """Bound the memory of the whole group, in bytes; swap does not add to it."""
        if self._memory is None or size == self._limit:
            return
        if "" in self._folders:
            (self._memory / "memory.max").write_text(str(size))
            swap = self._memory / "memory.swap.max"
            if swap.exists():
                swap.write_text("0")
        else:
            swap = self._memory / "memory.memsw.limit_in_bytes"
            plain = self._memory / "memory.limit_in_bytes"
            # The sum with swap may never be below the plain limit, not even between the writes.
            files = [swap, plain] if size > self._limit > 0 else [plain, swap]
            for file in files:
                if file.exists():
                    file.write_text(str(size))
        self._limit = size

    def memory(self) -> int:
        """Return the bytes of memory that the group is charged for now."""
        if self._memory is None:
            return 0
        name = "memory.current" if "" in self._folders else "memory.usage_in_bytes"
        return int((self._memory / name).read_text("ascii"))

    def out_of_memory(self) -> bool:
        """Whether the kernel killed something here for memory since the last call."""
        if self._memory is None:
            return False
        name = "memory.events" if "" in self._folders else "memory.oom_control"
        try:
            lines = (self._memory / name).read_text("ascii").splitlines()
        except OSError:
            return False
        kills = sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
        before, self._kills = self._kills, kills
        return kills > before

    def remove(self) -> None:
        """Remove the group once its processes have ended; more than once does nothing."""
        for folder in self._folders.values():
            for _ in range(200):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    pass
                except OSError:  # the kernel is still taking the last process down
                    time.sleep(0.01)
                    continue
                break

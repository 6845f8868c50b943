"""The same warm worker in hardened containers of a Docker engine.

Each worker has a container of its own: no network, no capability, a read-only root file system
that holds Python and nothing else, its own kernel user, and the engine's limits on memory,
processes and processors. Landlock, seccomp and rlimits stand inside it as a second wall. The
image is made from this machine's own Python; nothing is ever fetched.

What it does not cover: a hole in the kernel (a runtime such as gVisor's `runsc` helps there),
timing side channels, and the engine itself, which whoever may use this sandbox may use as root.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandboxes.base import PROFILES, Limits, Profile, SandboxError
from sandboxes.docker_engine import LOCAL, connect, faults, knock, reap, sweep
from sandboxes.docker_image import COMMANDS, Image, find_image
from sandboxes.docker_worker import DockerWorker, Setup, most_files
from sandboxes.languages import TOOLS
from sandboxes.pooled import PooledSandbox, check_hash_seed

__all__ = ["DockerSandbox", "connect"]

_MIB = 2**20
#: Kernel users that no account has: one for each container, so that none counts against another.
#: An engine that maps users knows only the first 65536.
_FIRST_UID, _UIDS = 1_744_830_464, 2**27
_FIRST_MAPPED_UID, _MAPPED_UIDS = 20_000, 45_000


class DockerSandbox(PooledSandbox):
    """Runs programs in warm workers, each in a container.

    Args:
        limits: What a program gets that states no limits of its own.
        profile: "strict" (no new processes), or "fork" (Python programs may start processes).
        workers: Workers at most; None means one for each processor this process may use.
        image: An image of the engine's that holds Python 3.11 or newer, with compilers if
            programs need them; None means one made from this process's own Python.
        runtime: The engine's name of a runtime, such as "runsc"; None means its default.
        preload: Modules that every worker imports once, so that programs get them at once.
            Their distributions are copied into the image, unless `image` is given: then they
            must be in there.
        hash_seed: PYTHONHASHSEED of every program.
        client_url: Where the engine listens; None means DOCKER_HOST or the default socket.

    Raises:
        SandboxError: There is no engine, no image, or no container starts; the message says
            how to fix it.
        ValueError: An unknown profile, fewer than one worker, or a bad hash seed.
    """

    name = "docker"

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        profile: Profile = "strict",
        workers: int | None = None,
        image: str | None = None,
        runtime: str | None = None,
        preload: Sequence[str] = (),
        client_url: str | None = None,
        hash_seed: int = 0,
    ) -> None:
        """Remove what dead processes left, find or make the image, and start one worker."""
        if profile not in PROFILES:
            msg = f"unknown profile {profile!r}; one of {', '.join(PROFILES)}"
            raise ValueError(msg)
        if workers is not None and workers < 1:
            msg = f"a sandbox needs at least one worker; got {workers}"
            raise ValueError(msg)
        cores = _own_cores()
        size = len(cores) if workers is None else workers
        self.limits = limits or Limits()
        self.profile: Profile = profile
        self._url, self._asked, self._preload = client_url, image, tuple(preload)
        self._hash_seed = check_hash_seed(hash_seed)
        self._begin()
        self._size, self._cores = size, 0
        self._image: Image | None = None
        self._client: Any = None
        try:
            self._setup = self._prepare(runtime, cores)
            self._cores = 0 if None in self._setup.cores else len(cores)
            reap(self._api())
            first = self._probe()
            self._first[profile] = first
            self._tools = first.hello["tools"]
            self.layers = self._describe(first)
            if runtime is not None:
                self._try_out(runtime)
        except BaseException:
            self.close()
            raise

    def _probe(self) -> DockerWorker:
        """Start the first worker, and find out how workers can be spoken to."""
        if self._setup.door:
            try:
                return self._start(self.profile, 0)
            except SandboxError:  # no such mounts, SELinux, gVisor, or something else altogether
                self._setup = replace(self._setup, door=False)
        return self._start(self.profile, 0)

    def _try_out(self, runtime: str) -> None:
        """Run a program: a runtime that is its own kernel may lack what the worker calls."""
        try:
            self.run("pass")
        except SandboxError as error:
            msg = f"the worker cannot run programs under the runtime {runtime!r}: {error}"
            raise SandboxError(msg) from error

    def _prepare(self, runtime: str | None, cores: list[int]) -> Setup:
        """Ask the engine what it can do, and decide how containers are made."""
        with faults("cannot ask the engine what it can do"):
            features = self._api().info()
        if runtime is not None and runtime not in features.get("Runtimes", {}):
            known = ", ".join(sorted(features.get("Runtimes", {})))
            msg = f"the engine has no runtime {runtime!r}; it has {known}"
            raise SandboxError(msg)
        if self.profile == "fork" and not features.get("MemoryLimit"):
            msg = (
                "the fork profile needs memory limits for containers, which this engine "
                "cannot set (no memory controller)"
            )
            raise SandboxError(msg)
        mapped = any(
            "userns" in one or "rootless" in one for one in features.get("SecurityOptions") or ()
        )
        here = features.get("NCPU") == os.cpu_count()
        return Setup(
            sandbox=secrets.token_hex(8),
            limits=self.limits,
            profile=self.profile,
            preload=self._preload,
            runtime=runtime,
            cores=tuple(cores) if here else (None,),
            uids=_Uids(mapped=mapped),
            door=self._api().base_url == LOCAL,
            features=features,
            hash_seed=self._hash_seed,
        )

    def _after_fork(self) -> None:
        super()._after_fork()
        # Kept, not closed: another thread may have been in the middle of using it.
        self._parents_client, self._client = self._client, None

    def _api(self) -> Any:
        with self._lock:
            if self._closed:
                msg = "the sandbox is closed"
                raise SandboxError(msg)
            if self._client is None:
                self._client = connect(self._url)
            else:
                knock(self._url)
            return self._client.api

    def _describe(self, worker: DockerWorker) -> tuple[str, ...]:
        can = self._setup.features
        runtime = self._setup.runtime or can.get("DefaultRuntime", "runc")
        layers = [f"container ({runtime}, no network, read-only, no capabilities)"]
        if version := worker.hello.get("landlock"):
            layers.append(f"landlock (ABI {version})")
        layers += ["seccomp", "rlimits"]
        groups = [
            name
            for name, key in (("memory", "MemoryLimit"), ("pids", "PidsLimit"), ("cpu", "CPUSet"))
            if can.get(key)
        ]
        if groups:
            layers.append(f"cgroup v{can.get('CgroupVersion', '1')} ({', '.join(groups)})")
        return (*layers, "unprivileged user")

    def _start(self, kind: str, number: int) -> DockerWorker:
        with self._lock:
            image = self._image
            if image is None:
                commands = COMMANDS if self.profile == "fork" and self._asked is None else ()
                self._image = image = find_image(
                    self._client_here(), self._asked, self._preload, commands
                )
        try:
            return DockerWorker(self._api(), self._setup, image, kind, number)
        except SandboxError:
            # Somebody may have removed the image: then the next try makes it again.
            with self._lock:
                self._image = None
            raise

    def _client_here(self) -> Any:
        self._api()
        return self._client

    def _tool(self, language: str) -> str | None:
        return next((self._tools[tool] for tool in TOOLS[language] if self._tools.get(tool)), None)

    def _check(self, limits: Limits) -> None:
        super()._check(limits)
        if limits.files > (most := most_files(self.limits)):
            msg = f"files may be {most} at most, or what the sandbox was given; got {limits.files}"
            raise ValueError(msg)

    def close(self) -> None:
        """Stop every worker and remove every container. Later calls do nothing."""
        with self._lock:
            if self._closed:
                return
        super().close()
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            # Without an engine nothing is left to remove: its containers end with it.
            with contextlib.suppress(SandboxError):
                if hasattr(self, "_setup"):
                    sweep(client.api, self._setup.sandbox)
            client.close()


class _Uids:
    """Hands out kernel users; every process starts at a place of its own."""

    def __init__(self, *, mapped: bool) -> None:
        self._first, self._count = (
            (_FIRST_MAPPED_UID, _MAPPED_UIDS) if mapped else (_FIRST_UID, _UIDS)
        )

    def __call__(self) -> int:
        # At random: other processes and machines may use the same engine.
        return self._first + secrets.randbelow(self._count)


def _own_cores() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))

"""One hardened container with a warm worker in it.

The worker's connection ends with the process that holds the other end of it, the worker ends with
its connection, and the engine removes what has ended: so nothing outlives its owner.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandboxes.base import Limits, Profile, SandboxError
from sandboxes.docker_engine import OWNER, SANDBOX, faults, owner, remove
from sandboxes.docker_group import ContainerGroup, CpuWatch, find_group
from sandboxes.docker_image import Image
from sandboxes.docker_seccomp import profile
from sandboxes.docker_streams import AttachedSocket, Door
from sandboxes.languages import TOOLS
from sandboxes.pool import HOME_BYTES, HOME_FILES, WorkerHandle
from sandboxes.protocol import PYTHON_FLAGS, Channel, Job, first_frame
from sandboxes.values import UnreadableError, read_json

__all__ = ["DockerWorker", "Setup", "most_files"]

_START_S = 60.0
_MIB = 2**20
#: Kernel memory and the worker itself, over the program's own limit.
_GROUP_EXTRA = 192 * _MIB
#: Tasks of a container, whatever a program's own limit.
_MOST_TASKS = 4096 + 16
#: Files open at once, unless the sandbox's limits ask for more: any engine may give so many.
_FILES = 1024
_HOME = "/tmp"  # noqa: S108 - a mount of the container's own
_DOOR = "/run/sandbox"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_READ = ("/usr", "/lib", "/lib32", "/lib64", "/opt", "/etc/passwd")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Setup:
    """How a sandbox's containers are made.

    Attributes:
        sandbox: The sandbox's own name, for the label.
        limits: What a program gets that states no limits.
        profile: The kind of jail that preloads.
        preload: What to import before the first program.
        runtime: The engine's name of the runtime, or None for its default.
        cores: The processors that workers stay on by turns, or None where they are unknown.
        uids: Returns a kernel user for a new container.
        door: Whether workers connect to a socket of this machine's; else streams are attached.
        features: What the engine says it can do.
    """

    sandbox: str
    limits: Limits
    profile: Profile
    preload: tuple[str, ...]
    runtime: str | None
    cores: tuple[int | None, ...]
    uids: Callable[[], int]
    door: bool
    features: dict[str, Any]
    hash_seed: int


def _memory(limits: Limits, frame: int) -> int:
    """Return what all the processes of a container may hold together for one program.

    The worker holds its request and its outputs, too. A request is rounded up, so that a limit
    seldom has to be set anew.
    """
    frame = max(_MIB, 1 << (frame - 1).bit_length()) if frame else _MIB
    size = limits.memory_mb * _MIB + _GROUP_EXTRA + HOME_BYTES
    return size + 3 * frame + 2 * limits.output_bytes


def _open_door() -> Door:
    try:
        return Door()
    except OSError as error:
        msg = f"cannot make a socket for a worker: {error}"
        raise SandboxError(msg) from error


def most_files(limits: Limits) -> int:
    """Return how many files may be open at once in a container made for a sandbox's limits."""
    return max(limits.files, _FILES)


class DockerWorker(WorkerHandle):
    """A container and the worker in it."""

    def __init__(self, api: Any, setup: Setup, image: Image, kind: str, number: int) -> None:
        self._api = api
        self._setup = setup
        self._image = image
        self._kind = kind
        self._lock = threading.Lock()
        self._stopped = False
        self._memory = _memory(setup.limits, 0)
        self._base = 0
        self._core = setup.cores[number % len(setup.cores)]
        self._group: ContainerGroup | None = None
        self._watch: CpuWatch | None = None
        with contextlib.ExitStack() as closing:
            # Open for this one worker's connection only.
            door = closing.enter_context(contextlib.closing(_open_door())) if setup.door else None
            self._start(door)

    def _start(self, door: Door | None) -> None:
        api = self._api
        with faults("cannot make a container"):
            made = api.create_container(**self._description(door))
        self._container: str = made["Id"]
        try:
            with faults("cannot attach to a container"):
                stream = api.attach_socket(
                    self._container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
                )
            self._attached = AttachedSocket(stream)
            with faults("cannot start a container"):
                api.start(self._container)
            self.hello = self._greet(door)
            with faults("cannot look at a container"):
                state = api.inspect_container(self._container)["State"]
            self._group = find_group(state["Pid"], self._container, self._memory)
            if self._group is not None:
                self._base = self._group.memory()
                if self._kind == "fork" and self._group.cpu_s() is not None:
                    self._watch = CpuWatch(self._group, self._end_programs)
        except BaseException:
            self.stop()
            raise

    def _greet(self, door: Door | None) -> dict[str, Any]:
        deadline = time.monotonic() + _START_S
        try:
            line = self._attached if door is None else door.accept(self._attached, deadline)
            self.channel = Channel(line)
            self.channel.send((first_frame(self._config()),), deadline)
            return dict(read_json(bytes(self.channel.receive(deadline, 2**16))))
        except (SandboxError, UnreadableError) as error:
            msg = f"a worker did not start ({error}): {self.last_words() or 'it said nothing'}"
            raise SandboxError(msg) from error

    def _config(self) -> dict[str, Any]:
        """Return the worker's configuration; what the container does is left out."""
        return {
            "profile": self._kind,
            "home": _HOME,
            "read": [*_READ, "/bin", "/sbin", "/etc/alternatives"]
            if self._kind != "strict"
            else _READ,
            "devices": _DEVICES,
            "tmpfs": None,
            "watch": False,
            "uid": None,
            "core": self._core,
            "path": self._image.path if self._setup.preload else (),
            "preload": self._setup.preload if self._kind == self._setup.profile else (),
            "landlock": False,
            "count_processes": True,
            "tools": sorted({tool for tools in TOOLS.values() for tool in tools}),
        }

    def _description(self, door: Door | None) -> dict[str, Any]:
        """Return the arguments that make the container."""
        setup, image, uid = self._setup, self._image, self._setup.uids()
        self._user = f"{uid}:{uid}"
        can = setup.features
        security = ["no-new-privileges:true"]
        if any("seccomp" in one for one in can.get("SecurityOptions") or ()):
            security.append(f"seccomp={profile(connects=door is not None)}")
        strict = self._kind == "strict"
        tmpfs = (
            f"rw,nosuid,nodev,{'noexec' if strict else 'exec'},mode=0700,uid={uid},gid={uid},"
            f"size={HOME_BYTES},nr_inodes={HOME_FILES}"
        )
        files = most_files(setup.limits)
        limits: dict[str, Any] = {}
        if can.get("PidsLimit"):
            limits["pids_limit"] = _MOST_TASKS
        if can.get("MemoryLimit"):
            limits["mem_limit"] = self._memory
        if can.get("SwapLimit"):  # the sum of both: no swap
            limits["memswap_limit"] = self._memory
        if None not in setup.cores and can.get("CPUSet"):
            limits["cpuset_cpus"] = ",".join(map(str, setup.cores))
        if not strict and can.get("CpuCfsQuota"):
            # Elsewhere a quota would cost every program more than its limits leave it to bound.
            limits["nano_cpus"] = 10**9
        if door is None:
            line = ["0", "1"]
        else:
            line = [f"{_DOOR}/{door.name}"]
            limits["mounts"] = [
                {"Type": "bind", "Source": str(door.folder), "Target": _DOOR, "ReadOnly": True}
            ]
        host = self._api.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=security,
            ipc_mode="none",
            tmpfs={_HOME: tmpfs},
            ulimits=[
                {"Name": "core", "Soft": 0, "Hard": 0},
                {"Name": "nofile", "Soft": files, "Hard": files},
                {"Name": "nproc", "Soft": _MOST_TASKS, "Hard": _MOST_TASKS},
            ],
            log_config={"Type": "none", "Config": {}},
            init=False,
            auto_remove=True,
            runtime=setup.runtime,
            **limits,
        )
        # A name without a value takes the image's own variable away.
        environment = dict.fromkeys(image.environment) | _ENVIRONMENT
        environment["PYTHONHASHSEED"] = str(setup.hash_seed)
        return {
            "image": image.name,
            "entrypoint": [image.python, *PYTHON_FLAGS, *line],
            "command": [],
            "user": self._user,
            "environment": environment,
            "hostname": "sandbox",
            "working_dir": _HOME,
            "stdin_open": True,
            # The first process of a container hears no other signal: an engine that stops would wait.
            "stop_signal": "SIGKILL",
            "healthcheck": {"test": ["NONE"]},
            "labels": {SANDBOX: setup.sandbox, OWNER: owner()},
            "host_config": host,
        }

    def prepare(self, job: Job) -> None:
        """Bound the memory of the container; the engine is asked only when a limit differs."""
        if self._watch is not None:
            self._watch.begin(job.limits.cpu_s)
        size = _memory(job.limits, sum(map(len, job.frame))) + self._base
        # A strict program is one process, which its own rlimit holds.
        if size == self._memory or (self._kind == "strict" and size < self._memory):
            return
        if not self._setup.features.get("MemoryLimit"):
            return
        try:
            # Systemd would set a group back to what it was told; then only the engine may write.
            if self._group is None or self._setup.features.get("CgroupDriver") != "cgroupfs":
                raise PermissionError
            self._group.limit_memory(size)
        except OSError:
            swap = {"memswap_limit": size} if self._setup.features.get("SwapLimit") else {}
            with faults("cannot set a container's memory limit"):
                self._api.update_container(self._container, mem_limit=size, **swap)
        self._memory = size

    def out_of_memory(self) -> bool:
        """Whether the kernel killed something here for memory since the last call."""
        if self._watch is not None:
            self._watch.end()
        return self._group is not None and self._group.out_of_memory()

    def _end_programs(self) -> None:
        """Kill every process of the container but the worker, which is its first."""
        # As one of them, since this process may be anybody: the kernel spares the first one.
        words = [self._image.python, "-S", "-c", "import os; os.kill(-1, 9)"]
        with contextlib.suppress(SandboxError), faults("cannot end a container's programs"):
            made = self._api.exec_create(self._container, words, user=self._user)
            self._api.exec_start(made["Id"])  # returns when it has ended

    def last_words(self) -> str:
        """Return what the worker wrote to its standard error."""
        return self._attached.words()

    def stop(self) -> None:
        """Kill and remove the container; a lost engine does that itself once it is back."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        if self._watch is not None:
            self._watch.stop()
        try:
            with contextlib.suppress(SandboxError):
                remove(self._api, self._container)
        finally:
            self._close()

    def _close(self) -> None:
        for one in ("channel", "_attached"):
            if hasattr(self, one):
                getattr(self, one).close()

    def abandon(self) -> None:
        """Close our copy of the streams in a forked child; the container is the parent's."""
        self._stopped = True
        self._close()

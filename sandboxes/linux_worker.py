"""Starts the embedded backend's workers: bubblewrap's command, the fallback, and what each leaves."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandboxes import cgroups
from sandboxes.base import Profile, SandboxError
from sandboxes.family_watch import FamilyWatch
from sandboxes.interpreter import Interpreter
from sandboxes.languages import TOOLS
from sandboxes.pool import HOME_BYTES, HOME_FILES, WorkerHandle
from sandboxes.protocol import PYTHON_FLAGS, Channel, Job, first_frame
from sandboxes.values import UnreadableError, read_json

__all__ = ["LinuxWorker", "Setup"]

_START_S = 60.0
_MIB = 2**20
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Kernel users that no account has: one for each worker, so that none counts against another.
_FIRST_UID = 1_879_048_192
_PASSWD = b"nobody:x:65534:65534:nobody:/tmp:/bin/false\n"
#: Kernel memory, page tables and a waiting process, over the worker and a program's own limit.
_GROUP_EXTRA = 64 * _MIB
#: Tasks of a worker and its programs, whatever a program's own limit.
_MOST_TASKS = 4096 + 16


@dataclass(frozen=True, slots=True)
class Setup:
    """How this sandbox's workers are started."""

    namespaces: bool
    interpreter: Interpreter
    profile: Profile
    preload: tuple[str, ...]
    path: tuple[str, ...]
    cores: tuple[int, ...]
    groups: str | None
    bwrap: str = ""
    hash_seed: int = 0
    uids: dict[tuple[str, int], int] = field(default_factory=dict)


class LinuxWorker(WorkerHandle):
    """A worker process and everything on the host that belongs to it."""

    def __init__(self, setup: Setup, kind: str, number: int) -> None:
        self._setup = setup
        self._kind = kind
        self._lock = threading.Lock()
        self._stopped = False
        self._home: str | None = None
        self._group: cgroups.Group | None = None
        self._watch: FamilyWatch | None = None
        #: The worker's process, as this machine numbers it.
        self.pid = 0
        self._pidfd = -1
        self._base = 0
        self._errors = os.memfd_create("errors")
        self._process: subprocess.Popen[bytes] | None = None
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        try:
            self.hello = self._start(theirs, number)
        except BaseException:
            self.stop()
            raise
        finally:
            theirs.close()

    def _start(self, theirs: socket.socket, number: int) -> dict[str, Any]:
        setup = self._setup
        config = self._config(number)
        python = [setup.interpreter.executable, *PYTHON_FLAGS, "0", "0"]
        environment = {
            "PYTHONHASHSEED": str(setup.hash_seed),
            "LC_ALL": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1",
        }
        passing, told = [], -1
        try:
            if setup.namespaces:
                told, telling = os.pipe()
                passwd = _memory_file(_PASSWD)
                passing = [telling, passwd]
                command = [*self._bwrap(environment, telling, passwd), *python]
                environment = {}
            else:
                command = python
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    pass_fds=passing,
                    env=environment,
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                msg = f"cannot start {command[0]}: {error}"
                raise SandboxError(msg) from error
            finally:
                theirs.close()  # or its end would never show
                for fd in passing:
                    os.close(fd)
            deadline = time.monotonic() + _START_S
            try:
                self.pid = _told_pid(told, deadline) if setup.namespaces else self._process.pid
                self._pidfd = os.pidfd_open(self.pid)
                self._join_group()
                self.channel.send((first_frame(config),), deadline)
                hello = read_json(bytes(self.channel.receive(deadline, 2**16)))
            except (SandboxError, UnreadableError, OSError) as error:
                msg = f"a worker did not start ({error}): {self.last_words() or 'it said nothing'}"
                raise SandboxError(msg) from error
        finally:
            if told >= 0:
                os.close(told)
        if self._group is not None:
            self._base = self._group.memory() + HOME_BYTES
        if self._kind == "fork":
            self._watch = FamilyWatch(self.pid, memory=self._group is None)
        return dict(hello)

    def _join_group(self) -> None:
        """Put the worker under a control group, before it can have started any process.

        Raises:
            OSError: It is not allowed, though a probe was.
        """
        if self._setup.groups:
            self._group = cgroups.Group(f"{id(self):x}", _MOST_TASKS)
            self._group.add(self.pid)

    def _config(self, number: int) -> dict[str, Any]:
        """Return the worker's configuration; makes its home where no namespace hides one."""
        setup = self._setup
        root = os.geteuid() == 0
        uid = setup.uids.setdefault((self._kind, number), _new_uid()) if root else None
        home = "/tmp"  # noqa: S108 - a mount of the worker's own
        if not setup.namespaces:
            home = self._home = tempfile.mkdtemp(prefix="sandbox-")
            if uid is not None:
                os.chown(home, uid, uid)
        tools = self._kind != "strict"
        interpreter = setup.interpreter
        read = [*interpreter.folders, *interpreter.libraries, *setup.path, interpreter.executable]
        return {
            "profile": self._kind,
            "home": home,
            "read": [*read, "/usr", "/bin", "/etc/passwd", "/etc/alternatives"]
            if tools
            else [*read, "/etc/passwd"],
            "devices": _DEVICES,
            "tmpfs": [HOME_BYTES, HOME_FILES] if setup.namespaces else None,
            "watch": not setup.namespaces,
            "uid": uid,
            "core": setup.cores[number % len(setup.cores)],
            "path": list(setup.path),
            "preload": list(setup.preload) if self._kind == setup.profile else [],
            "landlock": not setup.namespaces,
            "count_processes": root or setup.namespaces,
            "tools": sorted({tool for tools in TOOLS.values() for tool in tools}) if tools else [],
        }

    def _bwrap(self, environment: dict[str, str], telling: int, passwd: int) -> list[str]:
        """Return the command that makes the namespaces and starts what follows it in them."""
        setup, interpreter = self._setup, self._setup.interpreter
        words = [setup.bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        words += ["--unshare-cgroup-try", "--new-session", "--as-pid-1", "--hostname", "sandbox"]
        words += ["--info-fd", str(telling), "--clearenv"]
        if os.geteuid() == 0:
            # Never a user namespace here: it would map the program to the host's root.
            words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            # Not with `--dev`: bubblewrap would then put the worker into a second user namespace,
            # which may not mount anything in the first.
            words += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
        words += ["--cap-add", "CAP_SYS_ADMIN"]  # to mount its own /tmp; then dropped
        folders: list[str] = [*interpreter.libraries, *interpreter.folders, *setup.path]
        if self._kind != "strict":
            folders += ["/usr", "/bin", "/sbin"]
        folders.append(interpreter.executable)
        mounted: set[str] = set()
        for folder in sorted(folders):
            words += _mount(folder, mounted)
        if not setup.path:
            for hidden in interpreter.site:
                words += ["--tmpfs", hidden, "--remount-ro", hidden]
        words += ["--perms", "0755", "--dir", "/etc"]
        if self._kind != "strict":  # compilers are chosen by links in there
            words += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
        words += ["--perms", "0644", "--ro-bind-data", str(passwd), "/etc/passwd"]
        words += ["--perms", "0755", "--dir", "/dev"]
        for device in _DEVICES:
            words += ["--dev-bind-try", device, device]
        words += ["--dir", "/tmp", "--remount-ro", "/", "--chdir", "/"]  # noqa: S108
        for name, value in environment.items():
            words += ["--setenv", name, value]
        return words

    def prepare(self, job: Job) -> None:
        """Bound the memory of all the worker's processes together."""
        limits = job.limits
        if self._watch is not None:
            self._watch.begin(limits.memory_mb * _MIB + _GROUP_EXTRA, limits.cpu_s)
        if self._group is not None:
            # A request and its outputs are held by the worker, too.
            frame = sum(map(len, job.frame))
            size = limits.memory_mb * _MIB + self._base + _GROUP_EXTRA + 3 * _rounded(frame)
            size += 2 * limits.output_bytes
            try:
                self._group.limit_memory(size)
            except OSError as error:
                msg = f"cannot set the control group's memory limit: {error}"
                raise SandboxError(msg) from error

    def out_of_memory(self) -> bool:
        """Whether the worker's processes together passed their memory since the last call."""
        hit = self._watch is not None and self._watch.end()
        return hit or (self._group is not None and self._group.out_of_memory())

    def last_words(self) -> str:
        """Return what the worker wrote to its standard error."""
        return os.pread(self._errors, 4000, 0).decode("utf-8", "replace").strip()

    def stop(self) -> None:
        """End the worker and everything in its namespaces; remove its group and its folder."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        self.channel.close()
        if self._watch is not None:
            self._watch.stop()
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
        if self._process is not None:
            if self._pidfd < 0:
                self._process.kill()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._group is not None:
            self._group.remove()
        os.close(self._errors)
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)

    def abandon(self) -> None:
        """Close our copies of the descriptors in a forked child."""
        super().abandon()
        if self._pidfd >= 0:
            os.close(self._pidfd)
        os.close(self._errors)
        self._stopped = True


def _rounded(size: int) -> int:
    """Round up to a power of two of MiB, so that a limit seldom has to be set anew."""
    return max(_MIB, 1 << (size - 1).bit_length()) if size > _MIB else _MIB


def _memory_file(content: bytes) -> int:
    """Return a descriptor that reads the content from the start."""
    fd = os.memfd_create("data")
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _mount(folder: str, mounted: set[str]) -> list[str]:
    """Return the words that show a part of the host read-only at its own place."""
    if any(folder == one or folder.startswith(f"{one}/") for one in mounted):
        return []
    mounted.add(folder)
    place = Path(folder)
    words = []
    for parent in reversed(place.parents[:-1]):
        # bubblewrap alone would shut others out of the folders it makes.
        if not any(str(parent) == one or str(parent).startswith(f"{one}/") for one in mounted):
            words += ["--perms", "0755", "--dir", str(parent)]
    if place.is_symlink() and place.parent == Path("/"):  # a merged /usr
        return ["--symlink", str(place.readlink()), folder]
    return [*words, "--ro-bind-try", folder, folder]


_uid_lock = threading.Lock()
_uid_count = 0


def _new_uid() -> int:
    """Return a kernel user that no other worker of this machine is likely to have."""
    global _uid_count  # noqa: PLW0603 - one sequence for the process
    with _uid_lock:
        _uid_count += 1
        return _FIRST_UID + (os.getpid() * 256 + _uid_count) % 2**27


def _told_pid(fd: int, deadline: float) -> int:
    """Read what bubblewrap tells of the process it started."""
    text = b""
    while b"}" not in text:
        ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(fd, 4096) if ready else b""
        if not chunk:
            msg = "bubblewrap ended before it had made the namespaces"
            raise SandboxError(msg)
        text += chunk
    return int(json.loads(text)["child-pid"])

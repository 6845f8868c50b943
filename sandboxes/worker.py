"""The warm fork-server that runs inside every jail; standard library only.

It forks one process for each program. The process is forked ahead of time and locked down while
nobody waits; a request then costs little more than the program itself. Programs see descriptors
0, 1 and 2 and nothing else: three memory files, of which the two for output are sealed at the
output limit. So nothing is streamed, nobody waits for an end of file, and a survivor holds
nothing that anyone reads.

Frames go both ways over one descriptor pair: a little-endian length, then the body. What a
worker says is trusted no further than a program's own output: the expected answers are not here.
"""

import _socket
import ctypes
import fcntl
import gc
import json
import math
import os
import random
import resource
import select
import signal
import sys
import time
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from typing import Any, NamedTuple

from sandboxes import landlock, seccomp
from sandboxes.cloning import Cloner, Template
from sandboxes.confine import address_space, drop_privileges, empty, mount_tmpfs, over, which
from sandboxes.frames import (
    DISK_OVER,
    NOT_STARTED,
    REPLY,
    STDERR_OVER,
    STDOUT_OVER,
    TIMED_OUT,
    Request,
    place,
    read_frame,
    take_apart,
    write_all,
    write_frame,
)
from sandboxes.program import LINE_FD, Starter

_PAGE = 4096
_KINDS = (
    resource.RLIMIT_CORE,
    resource.RLIMIT_CPU,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_NOFILE,
    resource.RLIMIT_MEMLOCK,
    resource.RLIMIT_NPROC,
    resource.RLIMIT_AS,
)
_INFINITY = resource.RLIM_INFINITY
_F_ADD_SEALS = 1033
_SEAL, _SHRINK, _GROW, _WRITE = 1, 2, 4, 8


class Spare(NamedTuple):
    """A process that waits to become a program, and the worker's ends of what it holds."""

    pid: int
    line: _socket.socket
    pidfd: int
    stdin: int
    stdout: int
    stderr: int


class Worker:
    """Serves one host over a pair of descriptors until the stream ends.

    Args:
        reader: The descriptor that requests come from.
        writer: The descriptor that replies go to.
        config: What the host asks for: `profile`, `home` (the one writable folder), `read`,
            `devices`, `tmpfs` ([bytes, inodes] to mount over `home`, or null), `watch` (whether
            the worker itself must keep `home` within the disk limit), `uid` (to become, or
            null), `core` (to stay on, or null), `path`, `preload`, `landlock` (whether it must
            hold), `count_processes`, `tools` (to look for).
    """

    def __init__(self, reader: int, writer: int, config: dict[str, Any]) -> None:
        """Lock the worker itself down, import what is to be warm, and say hello."""
        self._reader, self._writer = reader, writer
        self._profile: str = config["profile"]
        self._home: str = config["home"]
        self._watch: bool = config["watch"]
        self._count_processes: bool = config["count_processes"]
        libc = ctypes.CDLL(None, use_errno=True)
        random.seed(0)
        self._cores = os.sched_getaffinity(0)
        self._elsewhere = self._cores - {config["core"]}
        if config["core"] in self._cores:
            os.sched_setaffinity(0, {config["core"]})
        self._next: Spare | None = None
        if config["tmpfs"]:
            mount_tmpfs(libc, self._home, config["uid"], *config["tmpfs"])
        drop_privileges(libc, config["uid"])
        libc.mallopt(-8, 1)  # M_ARENA_MAX: 64 MiB of address space per thread would be charged
        os.environ.clear()
        os.chdir(self._home)
        os.umask(0o077)
        sys.path.extend(config["path"])
        for name in config["preload"]:
            __import__(name)
        # Python's own handler would let a SIGINT through to a process that is PID 1.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        version = landlock.abi()
        if version:
            # Put on the worker and inherited: once for all programs.
            landlock.Ruleset(
                config["read"],
                [self._home],
                config["devices"],
                execute=self._profile != "strict",
            ).restrict()
        elif config["landlock"]:
            message = "this kernel has no Landlock, and nothing else keeps programs from files"
            raise OSError(message)
        self._cloner = cloner = Cloner()
        self._starter = starter = Starter(libc, self._profile)
        seccomp.Filter(seccomp.base_rules(), seccomp.EPERM).install()
        self._address_space = address_space()
        hello = {
            "python": sys.version_info[:3],
            "pid": os.getpid(),
            "uid": os.getuid(),
            "landlock": version,
            "tools": {name: which(name) for name in config["tools"]},
        }
        self._hard = {kind: resource.getrlimit(kind)[1] for kind in _KINDS}
        self._set_stage()
        for _ in range(20):
            starter.rehearse()
        gc.collect()
        gc.disable()
        gc.freeze()
        # Ending a program's survivors would end a template, too.
        self._template = None if self._profile == "fork" else Template(cloner, starter.become)
        write_frame(self._writer, json.dumps(hello).encode())

    def _set_stage(self) -> None:
        """Lay descriptors, streams and modules out as a program shall find them."""
        self._reader, self._writer, self._errors = (
            fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in (self._reader, self._writer, 2)
        )
        self._poll = select.poll()
        self._poll.register(self._reader, select.POLLIN)
        for target in range(LINE_FD + 1):
            fd = os.memfd_create("empty")
            os.dup2(fd, target)
            if fd > LINE_FD:
                os.close(fd)
        sys.stdin = TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), "utf-8", newline="\n")
        sys.stdout = TextIOWrapper(
            BufferedWriter(FileIO(1, "w", closefd=False)), "utf-8", newline="\n"
        )
        sys.stderr = TextIOWrapper(
            BufferedWriter(FileIO(2, "w", closefd=False)),
            "utf-8",
            "backslashreplace",
            newline="\n",
            line_buffering=True,
        )
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]
        for name in [name for name in sys.modules if name.partition(".")[0] == "sandboxes"]:
            del sys.modules[name]
        sys.path.insert(0, self._home)

    def serve(self) -> None:
        """Run programs until the host closes the stream."""
        spare = self._prepare(hurried=False)
        while True:
            frame = read_frame(self._reader)
            if frame is None:
                return
            crowded = bool(frame.pop())
            reply = self._execute(spare, take_apart(frame), crowded=crowded)
            write_frame(self._writer, *reply)
            del frame, reply
            spare.line.close()
            for fd in spare[2:]:
                os.close(fd)
            empty(self._home)
            spare = self._next or self._prepare(hurried=True)
            self._next = None

    def complain(self, error: BaseException) -> None:
        """Tell the host what ended the worker."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        line = trace.tb_lineno if trace is not None else 0
        write_all(self._errors, f"{type(error).__name__}: {error} (line {line})\n".encode())

    def _load(self, spare: Spare, request: Request) -> bool:
        """Put input and files in their places and set the limits; whether there was room.

        The limits are all hard, and held by the kernel behind the worker's own watch.
        """
        cpu_s, _, memory, processes, cap, disk, files, _ = request.limits
        if request.stdin:
            write_all(spare.stdin, request.stdin)
            os.lseek(spare.stdin, 0, os.SEEK_SET)
        fcntl.fcntl(spare.stdin, _F_ADD_SEALS, _SEAL | _SHRINK | _GROW | _WRITE)
        # One page more than the limit: an offset beyond the limit tells that it was passed.
        size = (cap + 2 * _PAGE - 1) // _PAGE * _PAGE
        for fd in (spare.stdout, spare.stderr):
            os.ftruncate(fd, size)
            fcntl.fcntl(fd, _F_ADD_SEALS, _SEAL | _SHRINK | _GROW)
        space = memory + (self._address_space if self._profile != "exec" else 2**26)
        # The worker counts too, and the template and the next process where there are these.
        others = 1 if self._template is None else 3
        values = (
            0,
            math.ceil(cpu_s) + 1,
            max(disk, size),
            files,
            0,
            processes + others if self._count_processes else _INFINITY,
            space if request.bounded else _INFINITY,
        )
        for kind, value in zip(_KINDS, values, strict=True):
            # Infinity is -1: whichever is unlimited gives way to the other.
            hard = self._hard[kind]
            least = max(value, hard) if _INFINITY in (value, hard) else min(value, hard)
            resource.prlimit(spare.pid, kind, (least, least))
        try:
            for path, body in request.files:
                place(path, body)
        except OSError:  # no room in the private file system
            return False
        return True

    def _prepare(self, *, hurried: bool) -> Spare:
        """Start a process that locks itself down and waits for a request."""
        files = tuple(os.memfd_create(name, 3) for name in ("stdin", "stdout", "stderr"))
        ours, theirs = _socket.socketpair()
        # Laid out here already: the process only has to close what is not its own.
        for target, fd in enumerate((*files, theirs.fileno())):
            os.dup2(fd, target)
        theirs.close()
        if self._template is not None:
            pid = self._template.fork(hurried=hurried)
        else:
            pid = self._cloner.fork()
            if pid == 0:
                self._starter.become(hurried=True)
        return Spare(pid, ours, os.pidfd_open(pid), *files)

    def _execute(self, spare: Spare, request: Request, *, crowded: bool) -> tuple[bytes, ...]:
        """Let the spare become the program of this request; return the reply.

        Where every processor has its program, all stay where they are: moving about only costs.
        Where not, the program leaves this processor, on which the next one gets ready meanwhile.
        """
        cpu_s, wall_s, _, _, cap, disk, _, _ = request.limits
        flags = 0
        if self._elsewhere and not crowded:
            os.sched_setaffinity(spare.pid, self._elsewhere)
        if not self._load(spare, request):
            flags |= DISK_OVER
            os.kill(spare.pid, signal.SIGKILL)
        clock = (~spare.pid << 3) | 2  # the process's CPU clock, see clock_getcpuclockid(3)
        before = time.clock_gettime(clock)  # getting ready is not the program's doing
        start = time.monotonic()
        try:
            spare.line.sendall(request.message)
        except OSError:  # it has died
            flags |= NOT_STARTED
        if self._template and self._elsewhere and not crowded:
            self._next = self._prepare(hurried=False)
        flags |= self._watch_over(spare, start + wall_s, clock, before + cpu_s, disk)
        wall = time.monotonic() - start
        _, status, usage = os.wait4(spare.pid, 0)
        cpu, peak = usage.ru_utime + usage.ru_stime - before, usage.ru_maxrss
        if self._profile == "fork":
            more, highest = _end_survivors()
            cpu, peak = cpu + more, max(peak, highest)
        cpu = max(cpu, 0.0)
        if cpu > cpu_s:
            flags |= TIMED_OUT
        try:
            said = spare.line.recv(2, _socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionResetError):
            said = b""
        if said != b"r" and not flags & DISK_OVER:  # written by our own code, once it has begun
            flags |= NOT_STARTED
        outputs = []
        for fd, flag in ((spare.stdout, STDOUT_OVER), (spare.stderr, STDERR_OVER)):
            written = os.lseek(fd, 0, os.SEEK_CUR)
            flags |= flag if written > cap else 0
            outputs.append(os.pread(fd, min(written, cap), 0) if written else b"")
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        head = REPLY.pack(flags, status, cpu, wall, peak, own, *map(len, outputs))
        return head, *outputs

    def _watch_over(
        self, spare: Spare, deadline: float, clock: int, cpu_end: float, disk: int
    ) -> int:
        """Wait for the program's end, or end it at a limit; return the flags."""
        self._poll.register(spare.pidfd, select.POLLIN)
        flags = 0
        try:
            left = cpu_end - time.clock_gettime(clock)
            pause = min(deadline - time.monotonic(), left / len(self._cores))
            while True:
                if self._watch:
                    pause = min(pause, 0.02)
                events = self._poll.poll(max(0, math.ceil(pause * 1000)))
                if any(fd == spare.pidfd for fd, _ in events):
                    return flags
                if events:  # the host is gone
                    os._exit(0)
                left = cpu_end - time.clock_gettime(clock)
                pause = min(deadline - time.monotonic(), left / len(self._cores))
                if pause <= 0:
                    flags |= TIMED_OUT
                elif self._watch and over(self._home, disk):
                    flags |= DISK_OVER
                if flags:
                    os.kill(spare.pid, signal.SIGKILL)  # not reaped yet: the number is its own
                    pause = 60
        finally:
            self._poll.unregister(spare.pidfd)


def _end_survivors() -> tuple[float, int]:
    """Kill every process of this namespace; return their CPU seconds and largest peak in KiB."""
    cpu, peak = 0.0, 0
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return cpu, peak
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss)


def main(reader: int, writer: int, config: dict[str, Any]) -> None:
    """Run a worker; the bootstrap of `sandboxes.jail` calls this inside the jail."""
    worker = Worker(reader, writer, config)
    try:
        worker.serve()
    except BaseException as error:  # descriptor 2 is a program's by now
        worker.complain(error)
        raise

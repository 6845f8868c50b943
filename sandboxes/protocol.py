"""The host's side of a worker's frames: requests out, replies in, and the verdict on a reply.

A reply comes out of the jail, so it is read as hostile: fixed-size numbers, two byte strings,
lengths that must add up, nothing that is decoded by evaluating it.
"""

from __future__ import annotations

import marshal
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sandboxes.base import MAX_OUTPUT_BYTES, Execution, Limits, Program, SandboxError, Status
from sandboxes.calls import DRIVER_NAME, DRIVER_SOURCE
from sandboxes.frames import (
    DISK_OVER,
    LENGTH,
    NOT_STARTED,
    REPLY,
    REQUEST,
    STDERR_OVER,
    STDOUT_OVER,
    TIMED_OUT,
)

__all__ = ["BOOTSTRAP", "Channel", "Job", "first_frame", "python_job", "read_reply"]

#: What the interpreter in a jail is started with (`-c`), before the two descriptors or the path
#: of a socket: it reads the first frame, which holds the worker's modules and configuration.
BOOTSTRAP = """
import marshal, os, struct, sys, types
def start(source, sink):
    def read(size):
        data = b""
        while len(data) < size:
            chunk = os.read(source, size - len(data))
            if not chunk: os._exit(0)
            data += chunk
        return data
    version, modules, config = marshal.loads(read(struct.unpack("<I", read(4))[0]))
    for name, text, code in modules:
        module = sys.modules[name] = types.ModuleType(name)
        module.__file__ = "<" + name + ">"
        code = marshal.loads(code) if version == sys.version else compile(text, name, "exec")
        exec(code, module.__dict__)
        parent, _, leaf = name.rpartition(".")
        if parent: setattr(sys.modules[parent], leaf, module)
    sys.modules["sandboxes.worker"].main(source, sink, config)
if sys.argv[1].startswith("/"):
    import _socket
    line = _socket.socket(_socket.AF_UNIX)
    line.connect(sys.argv[1])
    one = line.detach()
    start(one, one)
else:
    start(int(sys.argv[1]), int(sys.argv[2]))
"""
#: `-P` and `-S` keep the working directory and site-packages off the path; `-I` would also
#: throw PYTHONHASHSEED away.
PYTHON_FLAGS = ("-s", "-S", "-P", "-B", "-X", "utf8", "-c", BOOTSTRAP)

_MAX_REPLY = REPLY.size + 2 * MAX_OUTPUT_BYTES
_WORKER_MODULES = ("seccomp", "landlock", "confine", "cloning", "frames", "program", "worker")
_MIB = 2**20


def first_frame(config: dict[str, Any]) -> bytes:
    """Return the body of a worker's first frame: its modules and its configuration.

    The modules travel as text and, for a worker of this very Python, compiled: a compiler leaves
    memory behind that every program's process would have to copy.
    """
    return marshal.dumps((sys.version, _modules(), config), 2)


@cache
def _modules() -> list[tuple[str, str, bytes]]:
    here = Path(__file__).parent
    texts = [("sandboxes", "")]
    texts += [
        (f"sandboxes.{name}", (here / f"{name}.py").read_text("utf-8")) for name in _WORKER_MODULES
    ]
    texts.append((DRIVER_NAME, DRIVER_SOURCE))
    return [
        (name, text, marshal.dumps(compile(text, f"<{name}>", "exec", dont_inherit=True)))
        for name, text in texts
    ]


@dataclass(frozen=True, slots=True)
class Job:
    """One program made ready for a worker.

    Attributes:
        kind: The kind of jail it needs: "strict", "fork" or "exec".
        limits: Its limits.
        frame: The body of the request.
        stage: What an execution of it is a part of.
    """

    kind: str
    limits: Limits
    frame: tuple[bytes, ...] = field(repr=False)
    stage: str = "run"


def _bytes(text: str | bytes) -> bytes:
    # Lone surrogates become bytes that are not UTF-8: the program's fault, and found as such.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def make_job(
    kind: str,
    program: Program,
    limits: Limits,
    *,
    name: str,
    main: bytes,
    command: list[str] | None = None,
    env: dict[str, str] | None = None,
    bounded: bool = True,
) -> Job:
    """Return the request for a program.

    Args:
        kind: The kind of jail.
        program: Gives standard input, arguments and files.
        limits: Its limits, resolved.
        name: What the main file is called; empty if it is not to be written.
        main: The main file's content.
        command: What to execute; None runs the main file as Python in the worker's own process.
        env: The environment of the command.
        bounded: Whether the address space is limited (a runtime that reserves much needs not).
    """
    stdin = _bytes(program.stdin)
    files = [(path, _bytes(body)) for path, body in program.files.items() if path != program.entry]
    sizes = [(path, len(body)) for path, body in files]
    about = (name, list(program.argv), sizes, command, env or {}, bounded)
    text = marshal.dumps(about, 2)  # the version that every Python reads
    head = REQUEST.pack(
        limits.cpu_s,
        limits.wall,
        limits.memory_mb * _MIB,
        limits.processes,
        limits.output_bytes,
        limits.disk_mb * _MIB,
        limits.files,
        len(stdin),
    )
    bodies = (body for _, body in files)
    return Job(kind, limits, (head, stdin, LENGTH.pack(len(text)), text, *bodies, main))


def python_job(program: Program, limits: Limits, kind: str) -> Job:
    """Return the request for a Python program."""
    return make_job(
        kind, program, limits, name=program.entry or "main.py", main=_bytes(program.main)
    )


class Channel:
    """Frames over a connected socket, each with a deadline; one answer to each request.

    Any failure raises `SandboxError`: the channel is then of no more use.
    """

    def __init__(self, sock: socket.socket) -> None:
        """Take over the socket."""
        self._sock = sock
        self._buffer = bytearray(2**16)

    def fileno(self) -> int:
        """Return the descriptor, for polling."""
        return self._sock.fileno()

    def send(self, parts: tuple[bytes, ...], deadline: float) -> None:
        """Send one frame made of the parts."""
        body = b"".join((LENGTH.pack(sum(map(len, parts))), *parts))
        with _failures():
            self._sock.settimeout(_left(deadline))
            self._sock.sendall(body)

    def receive(self, deadline: float, limit: int = _MAX_REPLY) -> bytearray:
        """Receive one frame of at most `limit` bytes."""
        data = bytearray()
        missing = LENGTH.size
        while missing > 0:
            with _failures():
                self._sock.settimeout(_left(deadline))
                try:
                    got = self._sock.recv_into(self._buffer)
                except BlockingIOError:  # nothing for us among what came
                    continue
            if not got:
                msg = "the worker ended without an answer"
                raise SandboxError(msg)
            data += self._buffer[:got]
            if len(data) >= LENGTH.size:
                (size,) = LENGTH.unpack_from(data)
                if size > limit:
                    msg = f"the worker announced a frame of {size} bytes; at most {limit} are taken"
                    raise SandboxError(msg)
                missing = LENGTH.size + size - len(data)
            else:
                missing = LENGTH.size - len(data)
        if missing:
            msg = "the worker sent more than an answer"
            raise SandboxError(msg)
        del data[: LENGTH.size]
        return data

    def close(self) -> None:
        """Close the socket; more than once does nothing."""
        self._sock.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        msg = "the worker did not answer in time"
        raise SandboxError(msg) from error
    except OSError as error:
        msg = f"the worker is gone: {error}"
        raise SandboxError(msg) from error


@dataclass(frozen=True, slots=True)
class Reply:
    """A worker's reply, checked for form only."""

    flags: int
    wait_status: int
    cpu_s: float
    wall_s: float
    peak_kib: int
    worker_kib: int
    stdout: bytes
    stderr: bytes


def read_reply(body: bytes | bytearray) -> Reply:
    """Take a reply apart.

    Raises:
        SandboxError: It is malformed, or says that the program could not be started.
    """
    if len(body) < REPLY.size:
        msg = f"a worker's reply of {len(body)} bytes is too short"
        raise SandboxError(msg)
    flags, status, cpu, wall, peak, own, out, err = REPLY.unpack_from(body)
    if len(body) != REPLY.size + out + err or not 0 <= cpu < 1e9 or not 0 <= wall < 1e9:
        msg = "a worker's reply does not add up"
        raise SandboxError(msg)
    if flags & NOT_STARTED:
        msg = "a worker could not start the program"
        raise SandboxError(msg)
    start = REPLY.size
    outputs = bytes(body[start : start + out]), bytes(body[start + out :])
    return Reply(flags, status, cpu, wall, peak, own, *outputs)


def _says_no_memory(stderr: bytes) -> bool:
    """Whether a runtime's last words are that memory ran out."""
    tail = stderr[-4096:].rstrip()
    last = tail.rpartition(b"\n")[2]
    return (
        last.startswith(b"MemoryError")
        or b"std::bad_alloc" in tail
        or (b"JavaScript heap out of memory" in tail)
    )


def verdict(reply: Reply, job: Job, *, out_of_memory: bool) -> Execution:
    """Return what a reply means; the first rule that fits decides.

    Only flags, the wait status and resource usage decide between success and failure. What the
    program said of itself can only turn one kind of failure into another.
    """
    exited = os.WIFEXITED(reply.wait_status)
    code = os.WEXITSTATUS(reply.wait_status) if exited else None
    ended_by = None if exited else os.WTERMSIG(reply.wait_status)
    status: Status
    if reply.flags & (STDOUT_OVER | STDERR_OVER | DISK_OVER):
        status = "output_limit"
    elif ended_by == signal.SIGSYS:
        status = "security"
    elif reply.flags & TIMED_OUT or ended_by == signal.SIGXCPU:
        status = "timeout"
    elif out_of_memory:
        status = "memory_limit"
    elif code == 0:
        status = "ok"
    elif _says_no_memory(reply.stderr) or (
        ended_by == signal.SIGKILL and reply.peak_kib > 900 * job.limits.memory_mb
    ):
        status = "memory_limit"
    else:
        status = "crash" if code is None else "runtime_error"
    return Execution(
        status=status,
        stdout=reply.stdout,
        stderr=reply.stderr,
        exit_code=code,
        signal=ended_by,
        cpu_s=reply.cpu_s,
        wall_s=reply.wall_s,
        peak_mb=reply.peak_kib / 1024,
        stdout_truncated=bool(reply.flags & STDOUT_OVER),
        stderr_truncated=bool(reply.flags & STDERR_OVER),
        stage="compile" if job.stage == "compile" else "run",
    )

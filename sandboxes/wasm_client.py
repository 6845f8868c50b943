"""A WebAssembly worker as seen from the process that uses it (see `sandboxes.wasm_worker`)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sandboxes.base import STATUSES, Execution, Limits, SandboxError
from sandboxes.calls import DRIVER_NAME, DRIVER_SOURCE
from sandboxes.wasm_image import REPLY

__all__ = ["LostError", "Setup", "Worker", "frame"]

#: The first start on a machine compiles for 10 s on two idle cores; others wait for it.
_START_S = 600.0
#: Seconds beyond a program's wall limit after which its worker counts as frozen.
_GRACE_S = 10.0
#: In the guest no signal interrupts a program, so an input's own seconds cannot be kept there.
_NO_TIMERS = """
from types import SimpleNamespace
signal = SimpleNamespace(
    SIGALRM=14, ITIMER_REAL=0, signal=lambda *_: None, setitimer=lambda *_: None
)
"""
_SOURCES = {
    DRIVER_NAME: DRIVER_SOURCE + _NO_TIMERS,
    "sandbox_guest": Path(__file__).with_name("wasm_guest.py").read_text("utf-8"),
}
_START = "import sys; sys.path += sys.argv[2:]; from sandboxes.wasm_worker import main; main()"


class LostError(Exception):
    """A worker that died, froze or answered nonsense."""

    def __init__(self, what: str, *, frozen: bool = False) -> None:
        super().__init__(what)
        self.frozen = frozen


@dataclass(frozen=True, slots=True)
class Setup:
    """How workers are started: import path, the interpreter, the cache of its compiled form."""

    path: tuple[str, ...]
    wasm: str
    cache: str


def frame(content: dict[str, Any]) -> bytes:
    """Return a frame of JSON."""
    body = json.dumps(content).encode()
    return struct.pack("!I", len(body)) + body


class Worker:
    """A worker process and what belongs to it."""

    def __init__(self, setup: Setup, root: str) -> None:
        """Start it in a folder of its own below `root`; see `wait`.

        Raises:
            SandboxError: There is no starting a process.
        """
        self.started = False
        with contextlib.ExitStack() as undo:
            try:
                self._home = tempfile.mkdtemp(dir=root)
                undo.callback(shutil.rmtree, self._home, ignore_errors=True)
                self._errors = undo.enter_context(tempfile.TemporaryFile(dir=root))
                self._channel, theirs = socket.socketpair()
                undo.enter_context(self._channel)
                with theirs:
                    self._process = self._start(setup, theirs.fileno())
            except OSError as error:
                msg = f"cannot start a worker: {error}"
                raise SandboxError(msg) from error
            self._release = undo.pop_all().close

    def _start(self, setup: Setup, number: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", _START, str(number), *setup.path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[number],
            env={},
            cwd=self._home,
            start_new_session=True,
        )

    def wait(self, setup: Setup) -> None:
        """Wait until it is ready.

        Raises:
            SandboxError: It does not become so. The worker is to be stopped.
        """
        first = frame({"wasm": setup.wasm, "cache": setup.cache, "sources": _SOURCES})
        deadline = time.monotonic() + _START_S
        try:
            self._send(first, deadline)
            self._receive(1, deadline)
        except LostError as error:
            self.kill()
            said = os.pread(self._errors.fileno(), 2**16, 0).decode("utf-8", "replace").strip()
            msg = f"a worker did not start ({error}): {said[-2000:] or 'it said nothing'}"
            raise SandboxError(msg) from error

    def _send(self, data: bytes, deadline: float) -> None:
        try:
            self._channel.settimeout(max(0.001, deadline - time.monotonic()))
            self._channel.sendall(data)
        except OSError as error:
            msg = f"it cannot be reached: {error}"
            raise LostError(msg) from error

    def _receive(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            try:
                self._channel.settimeout(max(0.001, deadline - time.monotonic()))
                part = self._channel.recv(min(size - len(parts), 2**20))
            except TimeoutError as error:
                msg = "it froze"
                raise LostError(msg, frozen=True) from error
            except OSError as error:
                msg = f"it cannot be reached: {error}"
                raise LostError(msg) from error
            if not part:
                msg = "it died"
                raise LostError(msg)
            parts += part
        return bytes(parts)

    def run(self, request: bytes, limits: Limits) -> Execution:
        """Run a program; `started` says, also after an error, whether it began.

        Raises:
            LostError: The worker is of no more use.
            ValueError: The program's files cannot be placed.
        """
        self.started = False
        deadline = time.monotonic() + limits.wall + _GRACE_S
        self._send(request, deadline)
        kind = self._receive(1, deadline)
        if kind == b"E":
            (size,) = struct.unpack("!I", self._receive(4, deadline))
            said = self._receive(min(size, 2**16), deadline).decode("utf-8", "replace")
            msg = f"the program's files cannot be placed: {said}"
            raise ValueError(msg)
        if kind == b"S":
            self.started = True
            kind = self._receive(1, deadline)
        if kind != b"R":
            self._nonsense()
        fields = REPLY.unpack(self._receive(REPLY.size, deadline))
        place, code, number, cost, cpu, wall, peak, cut_out, cut_err, out, err = fields
        if place >= len(STATUSES) or max(out, err) > limits.output_bytes:
            self._nonsense()
        return Execution(
            STATUSES[place],
            self._receive(out, deadline),
            self._receive(err, deadline),
            exit_code=None if code < 0 else code,
            signal=number or None,
            cpu_s=cpu,
            wall_s=wall,
            peak_mb=peak,
            stdout_truncated=cut_out,
            stderr_truncated=cut_err,
            cost=cost,
        )

    def _nonsense(self) -> NoReturn:
        msg = "it answered nonsense"
        raise LostError(msg)

    def ended_by(self) -> int:
        """Return the signal that ended the process, or 0; waits a moment for its end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return max(0, -self._process.wait(5))
        return 0

    def kill(self) -> None:
        """End the process; a thread that waits for its answer learns of it."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the process and remove what it leaves."""
        self.kill()
        self._release()

    def abandon(self) -> None:
        """Forget the parent's worker in a forked child, without ending it."""
        self._process.returncode = 0  # so that nobody here waits for it, or warns
        self._channel.close()
        self._errors.close()

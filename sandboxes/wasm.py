"""Python in WebAssembly: portable, no privileges needed, and with an exact cost.

Programs run in CPython 3.12 compiled to WebAssembly, in worker processes that can be killed.
Slower than the Linux backend (2 to 3 times in the interpreter), with the standard library only,
but every run is a function of its program and input: `Execution.cost` is the same number each
time and on every machine, because it counts WebAssembly instructions ("fuel"), C code included.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes.base import STATUSES, Execution, Limits, Program, Sandbox, SandboxError
from sandboxes.calls import DRIVER_NAME, DRIVER_SOURCE
from sandboxes.wasm_image import FUEL_PER_SECOND, REPLY

__all__ = ["WasmSandbox"]

_START_S = 600.0  # the first start on a machine compiles (10 s on two idle cores)
_GRACE_S = 10.0
_MIB = 2**20
#: What a 32-bit memory can hold beside the interpreter and its stack.
_MAX_MEMORY_MB = 3900
#: Signals by which the runtime, in the guest's name, can end its own process.
_ABORTS = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
_STARTER = (
    "import sys; sys.path += sys.argv[2:]; from sandboxes.wasm_worker import main; main()"
)

_sandboxes: weakref.WeakSet[WasmSandbox] = weakref.WeakSet()


class _LostError(Exception):
    """A worker that died, froze or answered nonsense; `started` if the program was running."""

    def __init__(self, what: str, *, started: bool = False, frozen: bool = False) -> None:
        super().__init__(what)
        self.started, self.frozen = started, frozen


@dataclass(frozen=True, slots=True)
class _Setup:
    """How workers are started."""

    path: tuple[str, ...]
    wasm: str
    cache: str
    root: str


class _Worker:
    """A worker process, from the outside."""

    def __init__(self, setup: _Setup) -> None:
        """Start it and wait until it is ready.

        Raises:
            SandboxError: It does not start.
        """
        self.home = tempfile.mkdtemp(dir=setup.root)
        self._errors = tempfile.TemporaryFile()
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-B", "-c", _STARTER, str(theirs.fileno()), *setup.path],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    pass_fds=[theirs.fileno()],
                    env={},
                    cwd=self.home,
                    start_new_session=True,
                )
        except OSError as error:
            self._close()
            msg = f"cannot start a worker: {error}"
            raise SandboxError(msg) from error
        settings = {
            "wasm": setup.wasm,
            "cache": setup.cache,
            "home": self.home,
            "sources": {DRIVER_NAME: DRIVER_SOURCE},
        }
        deadline = time.monotonic() + _START_S
        try:
            self._send(_frame(settings), deadline)
            if self._receive(1, deadline) != b"+":
                raise _LostError("it answered nonsense")  # noqa: EM101, TRY003
        except _LostError as error:
            self._errors.seek(max(0, self._errors.tell() - 2000))
            self.stop()
            ...

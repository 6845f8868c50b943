"""WebAssembly instances for `sandboxes.wasm`: the engine, the system calls, the compiled image.

System calls that could tell one run from another (clock, sleep, random bytes) are answered from
the fuel spent and a fixed seed, so that the cost of a program is a function of the program.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import wasmtime as wt

from sandboxes import wasm_image as image

__all__ = [
    "EPOCH_S",
    "NATIVE_STACK",
    "EndError",
    "Machine",
    "export",
    "load",
    "new_engine",
    "private",
]

#: The most that compiled code may take of its thread's stack.
NATIVE_STACK = 64 * 2**20
#: The guest's clock starts at 2026-01-01T00:00:00Z in every run.
EPOCH_S = 1_767_225_600
_FAULT, _INVALID = 21, 28  # WASI's EFAULT and EINVAL
_WASI = "wasi_snapshot_preview1"
#: Compiled images of other versions are removed when not used for so long.
_KEPT_S = 30 * 86400
#: What a call that we answer costs: 4 us.
_CALL_FUEL = 32_000
_T = TypeVar("_T")


class EndError(Exception):
    """Ends the program from inside a system call: with an exit code or, without, over a limit."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__()
        self.code = code


def new_engine(*, quick: bool = False) -> wt.Engine:
    """Return an engine that meters; a quick one compiles soon and runs slowly."""
    config = wt.Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.cranelift_nan_canonicalization = True  # the bits of a NaN differ between processors
    if quick:
        config.cranelift_opt_level = "none"
    try:
        from wasmtime import _bindings

        # Not used here, but the engine aborts where it is smaller than the stack that is.
        _bindings.wasmtime_config_async_stack_size_set(config.ptr(), NATIVE_STACK)
    except (ImportError, AttributeError) as error:
        msg = f"wasmtime {version('wasmtime')} is not supported: its internals are unknown"
        raise RuntimeError(msg) from error
    config.max_wasm_stack = NATIVE_STACK
    return wt.Engine(config)


class Machine:
    """A module, and the system calls of its one instance at a time."""

    store: wt.Store
    memory: wt.Memory

    def __init__(self, engine: wt.Engine, module: wt.Module, home: Path) -> None:
        """Prepare to start in `home`, where the guest's folder is `work`."""
        self.engine, self.home = engine, home
        self.work, self.stdin = home / "work", home / "stdin"
        self.work.mkdir(exist_ok=True)
        self.stdin.touch()
        linker = wt.Linker(engine)
        linker.define_wasi()
        linker.allow_shadowing = True
        i32, i64 = wt.ValType.i32(), wt.ValType.i64()
        calls: list[tuple[str, list[wt.ValType], list[wt.ValType], Callable[..., Any]]] = [
            ("clock_time_get", [i32, i64, i32], [i32], self._clock),
            ("random_get", [i32, i32], [i32], self._random),
            ("poll_oneoff", [i32, i32, i32, i32], [i32], self._poll),
            ("proc_exit", [i32], [], self._exit),
        ]
        for name, takes, gives, answer in calls:
            linker.define_func(_WASI, name, wt.FuncType(takes, gives), answer)
        self.linker = linker.instantiate_pre(module)

    def start(self, seed: int, fuel: int, wall_s: float, memory: int = -1) -> Mapping[str, object]:
        """Make a fresh instance, whose output goes to `write`."""
        self.store = store = wt.Store(self.engine)
        store.set_fuel(fuel)
        store.set_epoch_deadline(1)
        self.fuel, self.slept, self.wall_s = fuel, 0, wall_s
        self.random = random.Random(seed)
        wasi = wt.WasiConfig()
        wasi.argv = ["python", "-c", "0"]
        wasi.env = [("PYTHONHASHSEED", "0"), ("PYTHONDONTWRITEBYTECODE", "1")]
        wasi.stdin_file = self.stdin
        wasi.stdout_custom = lambda data: self.write(0, data)
        wasi.stderr_custom = lambda data: self.write(1, data)
        wasi.preopen_dir(os.fspath(self.work), "/tmp")  # noqa: S108 - the guest's own
        store.set_wasi(wasi)
        exports = self.linker.instantiate(store).exports(store)
        self.memory = export(exports, "memory", wt.Memory)
        if memory >= 0:
            store.set_limits(memory_size=self.memory.data_len(store) + memory)
        return exports

    def write(self, stream: int, data: bytes) -> None:
        """Take what the guest writes: here, while the image is made, nothing is expected."""
        sys.stderr.write(f"{stream}: {data!r}\n")

    def spent(self) -> int:
        """Return the fuel used so far."""
        return self.fuel - self.store.get_fuel()

    def _charge(self) -> None:
        """Let a call cost the guest something, since it costs us some microseconds."""
        self.store.set_fuel(max(0, self.store.get_fuel() - _CALL_FUEL))

    def _now(self, clock: int) -> int:
        passed = self.spent() * 10**9 // image.FUEL_PER_SECOND + self.slept
        return passed + (0 if clock else EPOCH_S * 10**9)

    def _put(self, data: bytes, at: int) -> int:
        try:
            self.memory.write(self.store, data, at & 0xFFFFFFFF)
        except IndexError:
            return _FAULT
        return 0

    def _clock(self, clock: int, _precision: int, at: int) -> int:
        self._charge()
        return self._put(struct.pack("<Q", self._now(clock)), at)

    def _random(self, at: int, size: int) -> int:
        self._charge()
        at, size = at & 0xFFFFFFFF, size & 0xFFFFFFFF
        for part in range(0, size, 2**20):
            if self._put(self.random.randbytes(min(2**20, size - part)), at + part):
                return _FAULT
        return 0

    def _exit(self, code: int) -> None:
        raise EndError(code & 255)

    def _poll(self, wanted: int, events: int, count: int, found: int) -> int:
        """Files are always ready; a sleep moves the guest's clock and takes no time of ours."""
        self._charge()
        if not 0 < count <= 1024:
            return _INVALID
        at = wanted & 0xFFFFFFFF
        asked = bytes(self.memory.read(self.store, at, at + 48 * count))
        if len(asked) < 48 * count:
            return _FAULT
        ready, sleeps = [], []
        for user, kind, clock, until, absolute in struct.iter_unpack("<QB7xI4xQ8xH6x", asked):
            if kind:
                ready.append(struct.pack("<QHB5xQ8x", user, 0, kind, 1))
            else:
                start = self._now(clock) if absolute & 1 else 0
                sleeps.append((max(0, until - start), struct.pack("<QHB21x", user, 0, 0)))
        if not ready:
            shortest = min(wait for wait, _ in sleeps)
            self.slept += shortest
            if self._now(1) > self.wall_s * 10**9:
                raise EndError
            ready = [event for wait, event in sleeps if wait == shortest]
        return self._put(b"".join(ready), events) or self._put(struct.pack("<I", len(ready)), found)


def export(exports: Mapping[str, object], name: str, kind: type[_T]) -> _T:
    """Return an export that must be of a kind."""
    found = exports[name]
    if not isinstance(found, kind):
        msg = f"{name} is a {type(found).__name__}"
        raise TypeError(msg)
    return found


def _prepare(wasm: Path, boot: str, home: Path) -> bytes:
    """Start the interpreter, run `boot` in it and return the module that begins there."""
    original = wasm.read_bytes()
    if hashlib.sha256(original).hexdigest() != image.DIGEST:
        msg = f"{wasm} is not the interpreter that this version of sandboxes knows"
        raise RuntimeError(msg)
    opened = image.open_up(original)
    engine = new_engine(quick=True)
    machine = Machine(engine, wt.Module(engine, opened), home)
    exports = machine.start(0, 10**13, 3600)
    store, memory = machine.store, machine.memory
    try:
        export(exports, "_start", wt.Func)(store)
    except wt.Trap as trap:
        if trap.trap_code != wt.TrapCode.UNREACHABLE:
            raise
    frames = memory.read(store, image.C_FRAMES_AT, image.C_FRAMES_AT + 4)
    if frames != struct.pack("<i", image.C_FRAMES_FOUND):
        msg = "the interpreter's thread state is not where it was"
        raise RuntimeError(msg)
    text = boot.encode() + b"\0"
    at = memory.grow(store, -(-len(text) // image.PAGE)) * image.PAGE
    memory.write(store, text, at)
    if export(exports, "run", wt.Func)(store, at, 0) != 0:
        msg = "the interpreter did not start"
        raise RuntimeError(msg)
    memory.write(store, bytes(len(text)), at)
    memory.write(store, struct.pack("<i", image.C_FRAMES), image.C_FRAMES_AT)
    content = bytes(memory.read(store))
    size = len(content) + image.PAGE + image.STACK  # a page for the words of each run
    return image.freeze(opened, content, size, size - 16)


def private(folder: Path) -> bool:
    """Whether a folder, made if need be, is this user's alone to write to.

    What lies in the cache is run as native code, so others must not be able to put it there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        owned = found.st_uid == os.geteuid() and not found.st_mode & 0o022
        return owned and os.access(folder, os.W_OK)
    except OSError:
        return False


def load(engine: wt.Engine, wasm: Path, boot: str, cache: Path, home: Path) -> wt.Module:
    """Return the compiled image, made at the first use on this machine and then kept in `cache`.

    Where that is not private, the image is kept beside `home`, as long as the sandbox lives.
    """
    sources = [Path(__file__), Path(image.__file__)]
    marks = [
        version("wasmtime"),
        platform.machine(),
        boot,
        *(path.read_text("utf-8") for path in sources),
    ]
    key = hashlib.sha256(json.dumps(marks).encode()).hexdigest()
    folder = cache if private(cache) else home.parent
    path = folder / f"{key}.cwasm"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one compiles, the others wait for it
        with contextlib.suppress(wt.WasmtimeError):
            module = wt.Module.deserialize_file(engine, os.fspath(path))
            os.utime(path)
            return module
        module = wt.Module(engine, _prepare(wasm, boot, home))
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".new", delete=False) as file:
            file.write(module.serialize())
        Path(file.name).replace(path)
        for other in folder.glob("*.*"):
            if other.stat().st_mtime < time.time() - _KEPT_S:
                other.unlink()
    return module

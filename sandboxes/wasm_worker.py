"""The subprocess behind `sandboxes.wasm`: runs programs, one at a time, in WebAssembly.

It keeps the native runtime, which can abort its process, out of the one that trains. It speaks
over an inherited socket: a frame of settings, answered by "+"; then for every program a request
(a frame of JSON and raw bodies), answered by "S" when the program starts and by "R" and a reply,
or by "E" and a message where its files cannot be placed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import wasmtime as wt

from sandboxes import wasm_image as image
from sandboxes.base import STATUSES
from sandboxes.wasm_machine import (
    EPOCH_S,
    NATIVE_STACK,
    EndError,
    Machine,
    export,
    load,
    new_engine,
)

_TICK_S = 0.02
#: More files and folders than this, or folders deeper than that, count as a full disk.
_ENTRIES, _DEPTH = 4096, 64
#: Errors in placing a program's files that are the program's own.
_BAD_FILES = {errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ}


def _used(folder: Path) -> tuple[int, int]:
    """Return bytes and entries below a folder; both are endless where it is too much to count."""
    size = count = 0
    folders = [(os.fspath(folder), 0)]
    with contextlib.suppress(OSError):  # what vanishes while we look; a path too long to look at
        while folders:
            path, depth = folders.pop()
            for entry in os.scandir(path):
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, depth + 1))
                size += entry.stat(follow_symlinks=False).st_size
            if depth > _DEPTH or count > _ENTRIES:
                return sys.maxsize, sys.maxsize
    return size, count


def _clear(folder: Path) -> None:
    """Empty a folder; folders in folders are moved up first, so that no depth can stop it."""
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry)  # noqa: PTH108 - faster, and on hostile names
                continue
            for inner in os.scandir(entry):
                if inner.is_dir(follow_symlinks=False):
                    os.rename(inner, folder / uuid.uuid4().hex)  # noqa: PTH104
                else:
                    os.unlink(inner)  # noqa: PTH108
            os.rmdir(entry)  # noqa: PTH106


class _Runner(Machine):
    """Runs requests."""

    def __init__(self, engine: wt.Engine, module: wt.Module, home: Path) -> None:
        super().__init__(engine, module, home)
        self.lock = threading.Lock()
        self.busy = threading.Event()
        self.ends = 0.0
        self.why = ""
        self.disk = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self, why: str) -> None:
        """Make the program trap at its next loop or call; the first reason counts."""
        if not self.why:
            self.why = why
            self.engine.increment_epoch()

    def _watch(self) -> None:
        _stand_apart()
        while self.busy.wait():
            time.sleep(_TICK_S)
            with self.lock:
                if self.busy.is_set():
                    if time.monotonic() + self.slept / 1e9 > self.ends:
                        self.stop("timeout")
                    elif _used(self.work)[0] > self.disk:
                        self.stop("output_limit")

    def write(self, stream: int, data: bytes) -> None:
        """Keep output up to the limit."""
        kept = self.kept[stream]
        room = self.limit - len(kept)
        kept += data[:room]
        if len(data) > room:
            self.cut[stream] = True
            self.stop("output_limit")

    def place(self, request: dict[str, Any], bodies: list[bytes]) -> None:
        """Write standard input and the program's files.

        Raises:
            OSError: They cannot be placed.
            UnicodeError: A name is none that a file can have.
        """
        stdin, *contents = bodies
        self.stdin.write_bytes(stdin)
        for name, body in zip(request["files"], contents, strict=True):
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            os.utime(path, (EPOCH_S, EPOCH_S))
        self.disk = sum(map(len, contents)) + 4 * request["file_bytes"]

    def run(self, request: dict[str, Any], started: Callable[[], None]) -> bytes:
        """Run the placed program in a fresh instance and return the reply."""
        self.limit, self.why = request["output_bytes"], ""
        self.kept, self.cut = (bytearray(), bytearray()), [False, False]
        exports = self.start(1, request["fuel"], request["wall_s"], request["memory"])
        store, memory = self.store, self.memory
        words = image.command(request["main"], request["argv"])
        at = memory.data_len(store) - image.STACK - image.PAGE
        if len(words) > image.PAGE:
            at = memory.grow(store, -(-len(words) // image.PAGE)) * image.PAGE
        memory.write(store, words, at)
        entry = export(exports, "run", wt.Func)
        ceiling = memory.data_len(store) + request["memory"] - 2**20
        started()
        cpu, wall = time.process_time(), time.monotonic()
        self.ends = wall + request["wall_s"]
        self.busy.set()
        with self.lock:
            room = _room(request["open_files"] - 3)
        with _limits(request["file_bytes"], room):
            status, code, number = self._outcome(lambda: entry(store, at, 0))
        with self.lock:
            self.busy.clear()
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        # What the program slept counts as if it had taken that time.
        wall = max(wall, min(wall + self.slept / 1e9, request["wall_s"]))
        if self.why:
            status, code, number = self.why, None, 0
        elif status in ("runtime_error", "crash"):
            last = bytes(self.kept[1][-32:]).rstrip().rpartition(b"\n")[2]
            if last == b"MemoryError" or memory.data_len(store) > ceiling:
                status = "memory_limit"
        size = memory.data_len(store)
        head = image.REPLY.pack(
            STATUSES.index(status),
            -1 if code is None else code,
            number,
            self.spent(),
            cpu,
            wall,
            (size - image.STACK) / 2**20,
            *self.cut,
            *map(len, self.kept),
        )
        del self.store, self.memory
        store.close()
        _clear(self.work)
        return head + b"".join(self.kept)

    def _outcome(self, program: Callable[[], Any]) -> tuple[str, int | None, int]:
        """Return status, exit code and signal."""
        try:
            program()
        except EndError as end:
            if end.code is None:
                return "timeout", None, 0
            return ("runtime_error" if end.code else "ok"), end.code, 0
        except wt.Trap as trap:
            if trap.trap_code == wt.TrapCode.OUT_OF_FUEL:
                return "timeout", None, 0
            aborted = trap.trap_code == wt.TrapCode.UNREACHABLE
            return "crash", None, signal.SIGABRT if aborted else signal.SIGSEGV
        return "runtime_error", 1, 0


def _stand_apart() -> None:
    """Give this thread descriptors of its own (on Linux): the guest may use up all others."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).unshare(0x400)  # CLONE_FILES


def _room(files: int) -> int:
    """Return the bound on descriptors that leaves room for so many more files."""
    taken = set(map(int, os.listdir("/dev/fd")))  # noqa: PTH208
    bound = free = 0
    while free < files - 1:  # the descriptor that listed them is free again
        free += bound not in taken
        bound += 1
    return bound


@contextlib.contextmanager
def _limits(file_bytes: int, files: int) -> Iterator[None]:
    """Bound what this process, in the guest's name, may write to a file and have open."""
    kinds = {resource.RLIMIT_FSIZE: file_bytes, resource.RLIMIT_NOFILE: files}
    before = {kind: resource.getrlimit(kind) for kind in kinds}
    for kind, most in kinds.items():
        hard = before[kind][1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, hard))
    try:
        yield
    finally:
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)


def _receive(channel: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(min(size - len(parts), 2**20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _frame(channel: socket.socket) -> Any:
    """Read a frame of JSON."""
    (size,) = struct.unpack("!I", _receive(channel, 4))
    return json.loads(_receive(channel, size))


def _serve(channel: socket.socket) -> None:
    """Answer requests until the other side is gone."""
    home = Path.cwd()
    try:
        settings = _frame(channel)
        engine = new_engine()
        boot = image.boot(settings["sources"])
        module = load(engine, Path(settings["wasm"]), boot, Path(settings["cache"]), home)
        runner = _Runner(engine, module, home)
        channel.sendall(b"+")
        while True:
            request = _frame(channel)
            bodies = [_receive(channel, size) for size in request["sizes"]]
            try:
                runner.place(request, bodies)
            except (OSError, UnicodeError) as error:
                if isinstance(error, OSError) and error.errno not in _BAD_FILES:
                    raise
                _clear(runner.work)
                text = str(error).encode("utf-8", "replace")
                channel.sendall(b"E" + struct.pack("!I", len(text)) + text)
            else:
                channel.sendall(b"R" + runner.run(request, lambda: channel.sendall(b"S")))
    except (EOFError, ConnectionError):
        # If the sandbox's process was killed, nobody else removes these.
        with contextlib.suppress(OSError):
            _clear(home)
        shutil.rmtree(home.parent, ignore_errors=True)


def main() -> None:
    """Serve on the socket whose descriptor is the first argument."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    channel, code = socket.socket(fileno=int(sys.argv[1])), 1

    def serve() -> None:
        nonlocal code
        try:
            _serve(channel)
            code = 0
        except BaseException:  # noqa: BLE001 - the parent reads it
            traceback.print_exc()

    threading.stack_size(NATIVE_STACK + 2**23)
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    sys.stderr.flush()
    os._exit(code)  # the runtime's own threads panic when the interpreter is torn down


if __name__ == "__main__":
    main()

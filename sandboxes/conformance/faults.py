"""Odd endings and odd inputs: each has one right status, and none is a fault of the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from signal import SIGABRT, SIGSEGV
from typing import Any

from sandboxes.base import MAX_REQUEST_BYTES, Execution, Limits, Program, Sandbox
from sandboxes.conformance.case import (
    ANY,
    CRASH,
    LIMITS,
    MLE,
    OK,
    RE,
    TLE,
    Case,
    attack,
    judge,
    witness,
)

__all__ = ["FAULTS"]

_fault = partial(attack, group="faults")
_SHORT = Limits(cpu_s=0.5, wall_s=0.7, memory_mb=64)
_CALM = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=64, output_bytes=2**21)

_CODES = (1, 2, 3, 64, 70, 71, 75, 77, 99, 100, 101, 111, 120, 125, 126, 127, 128, 137, 139, 143,
    152, 159, 200, 253, 254, 255)  # fmt: skip
_SIGNAL = """
import signal, sys
try:
    signal.raise_signal(int(sys.argv[1]))
except (OSError, ValueError):
    pass
print("alive")
"""
_KILL_SELF = """
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""
_STOP_SELF = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGSTOP)
except PermissionError:
    signal.raise_signal(signal.SIGSTOP)
"""
_CLOSE_ALL = """
import os
for fd in range(64):
    try:
        os.close(fd)
    except OSError:
        pass
print("lost")
"""
_CLOSE_IN = """
import os, sys
os.close(0)
sys.stdin.read()
"""
_SWAP = """
import os
os.dup2(0, 1)
os.dup2(2, 0)
os.closerange(1, 3)
os._exit(0)
"""
_NO_STDOUT = """
import sys
print("before")
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
print("after")
"""
_BROKEN_STDOUT = """
import sys
class Broken:
    def write(self, text):
        raise OSError("broken")
    def flush(self):
        raise OSError("broken")
    fileno = lambda self: 99
sys.stdout = Broken()
"""
_EXIT_IN_THREAD = """
import os, threading, time
threading.Thread(target=os._exit, args=(5,)).start()
time.sleep(10)
"""
_ERROR_IN_THREAD = """
import threading
def fail():
    raise ValueError("in a thread")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
print("done")
"""
_ABORT = """
import os
os.abort()
"""
_STACK = """
import ctypes
kind = ctypes.CFUNCTYPE(None)
def down():
    again()
again = kind(down)
import sys
sys.setrecursionlimit(10**9)
again()
"""
_RAISE_EXIT = """
raise SystemExit("a message")
"""
_INTERRUPT = """
raise KeyboardInterrupt
"""
_BIG_CODE = """
raise SystemExit(256 + 7)
"""
_AT_EXIT_ERROR = """
import atexit
def fail():
    raise ValueError("at exit")
atexit.register(fail)
print("done")
"""
_LOCK = """
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
"""
_STORM = """
import signal
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
while True:
    pass
"""
_FREE_NONE = """
import ctypes
ctypes.pythonapi.Py_DecRef.argtypes = [ctypes.py_object]
for _ in range(10**6):
    ctypes.pythonapi.Py_DecRef(())
    ctypes.pythonapi.Py_DecRef("")
ctypes.memset(id(None), 0, 64)
print(None)
"""
_GARBAGE = """
import gc
kept = None
for _ in range(300000):
    kept = [kept]
del kept
gc.collect()
print("done")
"""
_FINALIZER = """
class Late:
    def __del__(self):
        raise SystemExit(9)
keep = Late()
print("done")
"""
_LIMIT_ZERO = """
import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK):
    resource.setrlimit(kind, (0, 0))
print("x" * 10)
"""
_BAD_PYTHON = ("def f(:\n", "\0", "print('\\N{NO SUCH}')", "\tx\n  y", "return 1")
_DONE = b"done\n"


def _printed(*expected: bytes) -> Callable[[Execution], str | None]:
    def look(execution: Execution) -> str | None:
        return None if execution.stdout in expected else f"it printed {execution.stdout[:100]!r}"

    return look


def _set_up_codes(sandbox: Sandbox) -> str | None:
    """No exit code is taken for a fault of the sandbox."""
    programs = [Program(f"import os\nos._exit({code})", limits=LIMITS) for code in _CODES]
    for code, done in zip(_CODES, sandbox.run_batch(programs), strict=True):
        if done.status != "runtime_error" or done.exit_code != code:
            return f"exit code {code} became {done.status} with {done.exit_code}"
    return witness(sandbox)


def _signals(sandbox: Sandbox) -> str | None:
    """A program that signals itself either dies of just that or goes on."""
    numbers = range(1, 65)
    programs = [Program(_SIGNAL, argv=[str(number)], limits=_SHORT) for number in numbers]
    for number, done in zip(numbers, sandbox.run_batch(programs), strict=True):
        alive = done.stdout == b"alive\n"
        if done.status == "ok" and not alive:
            return f"signal {number} ended the program and it counts as ok"
        # WASI has no signals: its C library aborts, or traps at a number that it does not know.
        ends = (SIGABRT, SIGSEGV) if sandbox.name == "wasm" else (number,)
        if done.status == "crash" and done.signal not in ends:
            return f"signal {number} was reported as {done.signal}"
        if done.status in ("memory_limit", "output_limit"):
            return f"signal {number} was taken for {done.status}"
    return witness(sandbox)


def _exit_code(expected: int) -> Callable[[Execution], str | None]:
    def look(execution: Execution) -> str | None:
        code = execution.exit_code
        return None if code == expected else f"exit code {code}, expected {expected}"

    return look


def _too_big(sandbox: Sandbox) -> str | None:
    """A source over the request limit is refused before it runs."""
    try:
        sandbox.run(Program("#" * (MAX_REQUEST_BYTES + 1)))
    except ValueError:
        return witness(sandbox)
    return "a source over the request limit was run"


def _big_sources(sandbox: Sandbox) -> str | None:
    """Sources around the usual sizes of messages and pipes arrive whole, or are refused."""
    for size in (65_535, 65_536, 212_992, 2**20 - 1, 2**20, 3 * 2**20):
        source = "#" * size + "\nprint('end')\n"
        try:
            done = sandbox.run(Program(source, limits=_CALM))
        except ValueError:
            continue
        if done.stdout != b"end\n":
            return f"a source of {size} bytes was cut: {done.status}, {done.err[-100:]!r}"
    return witness(sandbox)


def _bad_sources(sandbox: Sandbox) -> str | None:
    for source in _BAD_PYTHON:
        done = sandbox.run(Program(source, limits=LIMITS))
        if done.status != "runtime_error":
            return f"the source {source!r} became {done.status}"
    done = sandbox.run(Program(files={"m.py": b"print('\xff')\n"}, entry="m.py", limits=LIMITS))
    return judge(done, RE) or witness(sandbox)


def _surrogates(sandbox: Sandbox) -> str | None:
    """Text that UTF-8 cannot carry is refused or fails; it is no fault of the sandbox."""
    runs: tuple[dict[str, Any], ...] = (
        {"source": "x = '\ud800'\nprint('ran')"},
        {"stdin": "\ud800"},
        {"argv": ["\ud800"]},
        {"files": {"\ud800": "x"}},
    )
    for what in runs:
        try:
            sandbox.run(Program(**{"source": "print('ran')", "limits": LIMITS, **what}))
        except ValueError:
            continue
    return witness(sandbox)


def _inputs(sandbox: Sandbox) -> str | None:
    """Standard input of any size and kind arrives whole, and need not be read."""
    echo = "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())"
    binary = bytes(range(256)) * 4096
    for stdin in (b"", b"\0", b"\r\n\x1a\x04", binary):
        done = sandbox.run(Program(echo, stdin=stdin, limits=_CALM))
        if not done.ok or done.stdout != stdin:
            return f"an input of {len(stdin)} bytes came back as {len(done.stdout)}, {done.status}"
    unread = sandbox.run(Program("print('done')", stdin=binary * 4, limits=_CALM))
    return judge(unread, OK) or witness(sandbox)


def _arguments(sandbox: Sandbox) -> str | None:
    given = ["", " ", "-c", "--help", "é中🙂", "a\nb", "x" * 20_000, "'\"\\$(id)`id`"]
    done = sandbox.run(Program("import sys\nprint(ascii(sys.argv[1:]))", argv=given, limits=_CALM))
    if done.out != ascii(given) + "\n":
        return f"the arguments came as {done.out[:100]!r}; {done.err[-100:]!r}"
    return witness(sandbox)


def _in_order(results: Sequence[Execution]) -> bool:
    return all(one.stdout == b"%d\n" % number for number, one in enumerate(results))


def _order(sandbox: Sandbox) -> str | None:
    """Results keep the order of their programs, in a batch and from many threads at once."""
    programs = [
        Program(f"import time\ntime.sleep({(number * 7) % 5 / 200})\nprint({number})", limits=_CALM)
        for number in range(24)
    ]
    if not _in_order(sandbox.run_batch(programs)):
        return "a batch came back out of order"
    found: list[Execution | None] = [None] * len(programs)

    def one(number: int) -> None:
        found[number] = sandbox.run(programs[number])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(programs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [one for one in found if one is not None]
    if len(kept) != len(programs) or not _in_order(kept):
        return "results of threads were mixed up"
    return witness(sandbox)


def _neighbours(sandbox: Sandbox) -> str | None:
    """A program that crashes, hangs or floods does not touch the others of its batch."""
    hostile = ("while True: pass", "import os\nos.abort()", "while True: print('x' * 999)", "1/0")
    programs = [Program(source, limits=_SHORT) for source in hostile for _ in range(2)]
    honest = [Program(f"print({number})", limits=_CALM) for number in range(8)]
    mixed = [one for pair in zip(programs, honest, strict=True) for one in pair]
    if not _in_order(sandbox.run_batch(mixed)[1::2]):
        return "an honest program of the batch was harmed"
    return witness(sandbox)


def _limits(sandbox: Sandbox) -> str | None:
    """A clock limit holds, and what the host measured is plausible."""
    limits = Limits(cpu_s=3.0, wall_s=0.3, memory_mb=64)
    done = sandbox.run(Program("import time\ntime.sleep(20)", limits=limits))
    if found := judge(done, TLE):
        return found
    if not 0.25 <= done.wall_s <= 2:
        return f"a sleeper with a clock limit of 0.3 s was timed at {done.wall_s:.2f} s"
    work = "x = bytearray(b'x') * (40 << 20)\nfor _ in range(2000000): pass\nprint('done')"
    done = sandbox.run(Program(work, limits=Limits(cpu_s=10.0, wall_s=30.0, memory_mb=128)))
    if not done.ok or done.cpu_s <= 0 or done.wall_s < done.cpu_s * 0.5:
        return f"measured {done.cpu_s} s on the processor in {done.wall_s} s; {done.status}"
    return witness(sandbox)


FAULTS: tuple[Case, ...] = (
    Case("X3", "a source over the request limit", "faults", _too_big),
    Case("X3b", "sources around the sizes of messages", "faults", _big_sources),
    Case("X4", "exit codes that look like faults of ours", "faults", _set_up_codes),
    Case("X4f", "exit codes that look like faults of ours", "faults", _set_up_codes, "fork"),
    Case("N401", "every signal to itself", "faults", _signals),
    Case("N401f", "every signal to itself", "faults", _signals, "fork"),
    _fault("N402", "SIGKILL to itself", _KILL_SELF, (*RE, *CRASH)),
    _fault("N402f", "SIGKILL to itself", _KILL_SELF, CRASH, profile="fork"),
    _fault("N403", "stop itself", _STOP_SELF, (*RE, *TLE), limits=_SHORT),
    _fault("N403f", "stop itself", _STOP_SELF, TLE, limits=_SHORT, profile="fork"),
    _fault("N404", "close every descriptor", _CLOSE_ALL, (*OK, *RE), also=_printed(b"")),
    _fault("N405", "close standard input", _CLOSE_IN, RE),
    _fault("N406", "exchange the standard streams", _SWAP, OK, stdin="x", needs=("dup2",)),
    _fault("N407", "no standard streams", _NO_STDOUT, (*OK, *RE)),
    _fault("N408", "a broken standard output", _BROKEN_STDOUT, (*OK, *RE)),
    _fault("N409", "exit in a thread", _EXIT_IN_THREAD, RE, also=_exit_code(5), needs=("threads",)),
    _fault(
        "N410", "error in a thread", _ERROR_IN_THREAD, OK, also=_printed(_DONE), needs=("threads",)
    ),
    _fault("N411", "abort", _ABORT, CRASH),
    # Newer interpreters count such calls and end well.
    _fault("N412", "overflow the stack in C", _STACK, (*CRASH, *RE, *MLE, *TLE, *OK)),
    _fault("N413", "exit with a message", _RAISE_EXIT, RE, also=_exit_code(1)),
    _fault("N414", "KeyboardInterrupt", _INTERRUPT, (*RE, *CRASH)),
    _fault("N415", "an exit code over 255", _BIG_CODE, RE, also=_exit_code(7)),
    _fault("N416", "an error at exit", _AT_EXIT_ERROR, (*OK, *RE), also=_printed(_DONE)),
    _fault("N417", "a lock that is never free", _LOCK, TLE, limits=_SHORT),
    _fault("N418", "a storm of signals", _STORM, TLE, limits=_SHORT, needs=("signals",)),
    _fault("N419", "break the interpreter's own objects", _FREE_NONE, ANY),
    _fault("N420", "free a deep nest", _GARBAGE, OK, also=_printed(_DONE)),
    _fault("N421", "exit in a finalizer", _FINALIZER, (*OK, *RE), also=_printed(_DONE)),
    _fault("N422", "own limits of zero", _LIMIT_ZERO, ANY),
    Case("N423", "sources that do not compile", "faults", _bad_sources),
    Case("N424", "surrogates in source, input, names", "faults", _surrogates),
    Case("N425", "inputs of every kind", "faults", _inputs),
    Case("N426", "arguments of every kind", "faults", _arguments),
    Case("N427", "order of results", "faults", _order),
    Case("N428", "neighbours in a batch", "faults", _neighbours),
    Case("N429", "limits and measurements", "faults", _limits),
)

"""Exhaustion, catalogue rows 30 to 55: processes, threads, memory, disk, descriptors, time."""

from __future__ import annotations

import time
from functools import partial

from sandboxes.base import Execution, Limits, Program, Sandbox
from sandboxes.conformance.case import (
    CRASH,
    LIMITS,
    MLE,
    OK,
    OLE,
    RE,
    TLE,
    Case,
    attack,
    judge,
    witness,
)

__all__ = ["EXHAUSTION"]

_exhaust = partial(attack, group="exhaustion")
_fork = partial(attack, group="exhaustion", profile="fork")
_SHORT = Limits(cpu_s=0.5, wall_s=1.5, memory_mb=64, processes=16, output_bytes=2**16)
_SLOW = Limits(cpu_s=4.0, wall_s=8.0, memory_mb=64, processes=16)
_FULL = (*RE, *OLE, *MLE, *TLE)

_FORK_BOMB = """
import os
while True:
    os.fork()
"""
_FORK_BOMB_STUBBORN = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
_THREAD_BOMB = """
import threading, time
for count in range(1, 2000):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    if count == 200:
        print("BREACH", count, "threads")
        break
"""
_BIG_ARRAY = """
import sys
kept = bytearray(min(4 * 2**30, sys.maxsize))
print("BREACH", len(kept), "bytes")
"""
_GROWTH = """
kept = []
while True:
    kept.append(bytes(4096))
"""
_GROW_ELSEWHERE = """
import os, time
os.fork()
kept = []
while True:
    kept.append(bytes(4096))
"""
# Each process stays under the limit; together they hold many times as much.
_MANY_BIG = """
import os, time
end, children = time.monotonic() + 1.5, []
for _ in range(12):
    pid = os.fork()
    if pid == 0:
        kept = bytearray(b"x") * (48 * 2**20)
        time.sleep(max(0, end - time.monotonic()))
        os._exit(0)
    children.append(pid)
held = sum(os.waitpid(pid, 0)[1] == 0 for pid in children)
if held > 8:
    print("BREACH", held, "processes held 48 MiB each")
"""
_DISK_FILL = """
block, total = bytes(2**20), 0
with open("left", "wb") as file:
    while total < 256:
        file.write(block)
        total += 1
print("BREACH", total, "MiB in one file")
"""
_DISK_FILL_MANY = """
block, total = bytes(2**20), 0
while total < 512:
    with open(f"left{total}", "wb") as file:
        file.write(block)
    total += 1
print("BREACH", total, "MiB in many files")
"""
_MEMFD_FILL = """
import os
fd, block, total = os.memfd_create("left"), bytes(2**20), 0
while total < 256:
    total += os.write(fd, block) >> 20
print("BREACH", total, "MiB in memory files")
"""
_INODE_BOMB = """
import os
for number in range(60000):
    os.close(os.open(f"left{number}", os.O_CREAT | os.O_WRONLY))
print("BREACH 60000 files")
"""
_FD_BOMB = """
import os
kept = [os.dup(1) for _ in range(5000)]
print("BREACH 5000 descriptors")
"""
_STDOUT_FLOOD = """
while True:
    print("x" * 1000)
"""
_STDERR_FLOOD = """
import sys
while True:
    print("x" * 1000, file=sys.stderr)
"""
_SPIN = """
while True:
    pass
"""
_SLEEP = """
import time
time.sleep(60)
"""
_DEAF = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""
_LONG_CALL = """
import itertools, sys
print(sum(itertools.repeat(1, min(10**12, sys.maxsize))))
"""
_POWER = """
print((10**10**9) % 7)
"""
_DIGITS = """
import sys
getattr(sys, "set_int_max_str_digits", print)(0)
number = 7 ** 1_000_000
while True:
    str(number)
"""
_REGEX = """
import re
re.match("(a+)+$", "a" * 40 + "b")
"""
_RECURSION = """
import sys
sys.setrecursionlimit(10**9)
def down(n):
    return down(n + 1) + 1
down(0)
"""
_REPR = """
nest = []
for _ in range(100000):
    nest = [nest]
print(len(repr(nest)))
"""
_SEGFAULT = """
import ctypes
ctypes.string_at(0)
"""
_SURVIVOR = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    pid = os.fork()
    if pid == 0:
        time.sleep(30)
    else:
        print(pid, flush=True)
    os._exit(0)
os.wait()
"""
_FIND_SURVIVOR = """
import os, sys
try:
    os.kill(int(sys.argv[1]), 0)
except ProcessLookupError:
    pass
else:
    print("BREACH a process of the run before is alive")
"""
# Survivors hold both outputs, one of them is about to write, and one ignores every signal.
_HOLD_PIPES = """
import os, signal, time
for number in range(6):
    if os.fork() == 0:
        os.setsid()
        for other in range(1, 32):
            try:
                signal.signal(other, signal.SIG_IGN)
            except OSError:
                pass
        time.sleep(1 if number else 30)
        print("survivor", flush=True)
        os._exit(0)
print("done", flush=True)
os._exit(0)
"""
_ZOMBIES = """
import os
for _ in range(12):
    if os.fork() == 0:
        os._exit(0)
print("done")
"""
# Children of children are handed to the first process of the namespace.
_ORPHANS = """
import os
for _ in range(40):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(7)
        os._exit(0)
    os.wait()
print("done")
"""
_BRACKETS = "(" * 5000 + "1" + ")" * 5000
_BRACKETS_LIST = "x = " + "[" * 100_000 + "]" * 100_000
_MINUS = "x = " + "-" * 50_000 + "1"
_HUGE = "".join(f"x{n} = {n}\n" for n in range(27_000)) + "print(x26999)\n"


def _at_most(execution: Execution, limits: Limits = LIMITS) -> str | None:
    """Both streams were cut at the limit and say so."""
    if max(len(execution.stdout), len(execution.stderr)) > limits.output_bytes:
        return f"more than {limits.output_bytes} bytes of output were kept"
    return None if execution.stdout_truncated or execution.stderr_truncated else "not marked as cut"


def _in_time(execution: Execution) -> str | None:
    over = execution.wall_s - LIMITS.wall
    return f"the run went {over:.1f} s over its clock limit" if over > 1.5 else None


def _normal(execution: Execution) -> str | None:
    return None if execution.stdout == b"26999\n" else f"it printed {execution.out[:80]!r}"


def _done(execution: Execution) -> str | None:
    return None if execution.stdout == b"done\n" else f"it printed {execution.out[:80]!r}"


def _pipe_holders(sandbox: Sandbox) -> str | None:
    """The host must not wait for descendants that hold the outputs."""
    start = time.perf_counter()
    execution = sandbox.run(Program(_HOLD_PIPES, limits=LIMITS))
    if time.perf_counter() - start > LIMITS.wall + 1.5:
        return "the host waited for survivors that hold the outputs"
    return judge(execution, (*OK, *RE)) or _done(execution) or witness(sandbox)


EXHAUSTION: tuple[Case, ...] = (
    _exhaust("30", "fork bomb", _FORK_BOMB, RE),
    _fork("30f", "fork bomb", _FORK_BOMB, (*RE, *TLE)),
    _fork("30g", "fork bomb that goes on", _FORK_BOMB_STUBBORN, (*RE, *TLE), also=_in_time),
    # CPython waits for ever for a thread that ran out of memory before it had begun.
    _exhaust("31", "thread bomb", _THREAD_BOMB, (*RE, *TLE), needs=("threads",)),
    _fork("31f", "thread bomb", _THREAD_BOMB, (*RE, *TLE)),
    _exhaust("32", "a bytearray of 4 GB", _BIG_ARRAY, MLE),
    _fork("32f", "a bytearray of 4 GB", _BIG_ARRAY, MLE),
    _exhaust("33", "slow growth of a list", _GROWTH, (*MLE, *TLE)),
    _exhaust("34", "many big processes", _MANY_BIG, RE),
    _fork(
        "34f",
        "many processes, each under the limit",
        _MANY_BIG,
        (*OK, *MLE, *RE, *TLE),
        limits=_SLOW,
    ),
    _fork("34g", "two processes that grow", _GROW_ELSEWHERE, (*MLE, *TLE)),
    _exhaust("35", "fill the disk", _DISK_FILL, _FULL),
    _exhaust("35b", "fill the disk with many files", _DISK_FILL_MANY, _FULL),
    _fork("35f", "fill the disk with many files", _DISK_FILL_MANY, _FULL),
    _exhaust("36", "fill a memory file", _MEMFD_FILL, RE),
    _fork("36f", "fill a memory file", _MEMFD_FILL, (*RE, *MLE)),
    _exhaust("37", "use up the inodes", _INODE_BOMB, _FULL),
    _fork("37f", "use up the inodes", _INODE_BOMB, _FULL),
    _exhaust("38", "use up the descriptors", _FD_BOMB, RE),
    _fork("38f", "use up the descriptors", _FD_BOMB, RE),
    _exhaust("39", "flood standard output", _STDOUT_FLOOD, OLE, also=_at_most),
    _fork("39f", "flood standard output", _STDOUT_FLOOD, OLE, also=_at_most),
    _exhaust("40", "flood standard error", _STDERR_FLOOD, OLE, also=_at_most),
    _exhaust("41", "spin", _SPIN, TLE, limits=_SHORT),
    _fork("41f", "spin", _SPIN, TLE, limits=_SHORT),
    _exhaust("42", "sleep", _SLEEP, TLE, limits=_SHORT),
    _exhaust("43", "ignore every signal and spin", _DEAF, TLE, limits=_SHORT),
    _fork("43f", "ignore every signal and spin", _DEAF, TLE, limits=_SHORT),
    _exhaust("44", "a long call that holds the interpreter", _LONG_CALL, TLE, limits=_SHORT),
    _exhaust("45", "a huge power", _POWER, (*TLE, *MLE), limits=_SHORT),
    _exhaust("46", "quadratic conversion of integers", _DIGITS, TLE, limits=_SHORT),
    _exhaust("47", "a regular expression that backtracks", _REGEX, TLE, limits=_SHORT),
    _exhaust(
        "48", "recursion without a limit", _RECURSION, (*TLE, *CRASH, *MLE, *RE), limits=_SHORT
    ),
    _exhaust("49", "recursion in C through repr", _REPR, (*RE, *CRASH)),
    _exhaust("50", "a segmentation fault", _SEGFAULT, CRASH),
    _fork("50f", "a segmentation fault", _SEGFAULT, CRASH),
    _exhaust("51", "a process that outlives the run", _SURVIVOR, RE),
    _fork("51f", "a process that outlives the run", _SURVIVOR, (*OK, *RE), then=_FIND_SURVIVOR),
    _exhaust("52", "a survivor that holds the outputs", _HOLD_PIPES, RE),
    Case("52f", "survivors that hold the outputs", "exhaustion", _pipe_holders, "fork"),
    _exhaust("53", "5000 brackets", _BRACKETS, (*RE, *MLE)),
    _exhaust("53b", "100000 brackets", _BRACKETS_LIST, (*RE, *MLE, *OLE)),
    _exhaust("53c", "50000 minus signs", _MINUS, (*RE, *MLE, *CRASH)),
    _exhaust(
        "54", "a source of 400 kB", _HUGE, OK, limits=Limits(cpu_s=5, wall_s=20), also=_normal
    ),
    _exhaust("55", "zombies", _ZOMBIES, RE),
    _fork("55f", "zombies", _ZOMBIES, OK, also=_done),
    _fork("55g", "orphans", _ORPHANS, OK, also=_done),
)

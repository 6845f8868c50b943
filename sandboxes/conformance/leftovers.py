"""Our own attacks on what is shared between runs: files, outputs, memory, kernel objects."""

from __future__ import annotations

from functools import partial

from sandboxes.base import Execution, Limits, Program, Sandbox
from sandboxes.conformance.canaries import reward_file
from sandboxes.conformance.case import (
    ANY,
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
from sandboxes.conformance.prelude import PRELUDE

__all__ = ["LEFTOVERS"]

_exhaust = partial(attack, group="exhaustion")
_SHORT = Limits(cpu_s=0.5, wall_s=1.0, memory_mb=64)
_fork = partial(attack, group="exhaustion", profile="fork")

# --- outputs and inputs, which are files ---
_SEEK_OUT = """
import os
os.lseek(1, 1 << 40, os.SEEK_SET)
os.write(1, b"x")
"""
_SEEK_LITTLE = """
import os
os.lseek(1, 1 << 20, os.SEEK_SET)
os.write(1, b"x")
"""
_TRUNCATE_OUT = """
import os
os.ftruncate(1, 1 << 40)
"""
_ALLOCATE_OUT = """
import os
os.posix_fallocate(1, 0, 1 << 30)
print("BREACH a gigabyte of memory in standard output")
"""
_REWRITE_OUT = """
import os
block, total = bytes(2**15), 0
while True:
    os.lseek(1, 0, os.SEEK_SET)
    os.write(1, block)
"""
_SEAL = """
import fcntl
for fd in (0, 1, 2):
    for seal in (2, 4, 8, 16, 1):
        try:
            fcntl.fcntl(fd, 1033, seal)
        except OSError:
            pass
"""
_WRITE_IN = """
import os
os.write(0, b"x" * 100)
print("BREACH standard input can be written")
"""
_REOPEN_IN = """
import os
for path in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
    try:
        fd = os.open(path, os.O_RDWR)
    except OSError as error:
        last = error
        continue
    os.write(fd, b"x" * 100)
    print("BREACH standard input can be written through", path)
raise last
"""
_MAP_OUT = """
import mmap, os
os.ftruncate(1, 4096)
page = mmap.mmap(1, 4096, prot=mmap.PROT_WRITE)
page[:] = b"x" * 4096
os.ftruncate(1, 0)
page[0] = 1
"""

# --- files that resist removal ---
_SPARSE = """
import os
with open("left", "wb") as file:
    os.ftruncate(file.fileno(), 1 << 40)
print("BREACH a file of a terabyte")
"""
_DEEP = """
import os
here = os.open(".", os.O_RDONLY)
for _ in range(1500):
    os.mkdir("d" * 200, dir_fd=here)
    below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
    os.close(here)
    here = below
"""
_LINKS = """
import os
for number in range(3000):
    os.symlink(f"left{number + 1}", f"left{number}")
os.symlink("/", "left-root")
os.symlink(".", "left-self")
"""
_LOCKED = """
import os
os.mkdir("left")
os.mkdir("left/inner")
open("left/inner/file", "w").close()
os.chmod("left/inner/file", 0)
os.chmod("left/inner", 0)
os.chmod("left", 0)
os.chmod(".", 0)
"""
_NAMES = """
import os
for name in (b"left\\n", b"left\\xff\\xfe", b"-rf", b"left *", b"x" * 255, b"...", b"\\x1b[31m"):
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
"""
_FIFO = """
import os
try:
    os.mkfifo("left")
except OSError:
    pass
open("left2", "w").close()
os.chmod("left2", 0o6777)
"""
_LEAVE = """
import os, sys
open("left", "w").write("x")
print(os.path.abspath("left"))
"""
_FIND = """
import os, sys
for path in ("left", *sys.argv[1:]):
    if os.path.lexists(path):
        print("BREACH", path, "is still there")
"""
_LEAVE_ANYWHERE = """
import os, sys, tempfile
places = ["/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/home", "/usr", "/etc",
    "/lib", "/proc", "/sys", "/mnt", "/root", sys.prefix, os.path.dirname(os.__file__), "..", *sys.path]
token = "left" + os.urandom(8).hex()
for place in places:
    path = os.path.join(place or ".", token)
    try:
        open(path, "w").close()
    except OSError:
        continue
    print(os.path.abspath(path))
"""

# --- objects of the kernel that outlive a process ---
_SHARED_MEMORY = (
    PRELUDE
    + """
key = 0x5EF7
made = syscall("shmget", key, 4096, 0o1666)
print(made)
"""
)
_FIND_SHARED_MEMORY = (
    PRELUDE
    + """
syscall("shmget", 0x5EF7, 4096, 0)
breach("a shared memory segment of the run before")
"""
)
_MESSAGES = (
    PRELUDE
    + """
queue = syscall("msgget", 0x5EF7, 0o1666)
syscall("msgsnd", queue, ctypes.create_string_buffer(bytes([1]) + bytes(7) + b"left"), 4, 0)
"""
)
_FIND_MESSAGES = (
    PRELUDE
    + """
queue = syscall("msgget", 0x5EF7, 0)
breach("a message queue of the run before")
"""
)
_POSIX_QUEUE = (
    PRELUDE
    + """
syscall("mq_open", b"left", 0o102, 0o666, None)
"""
)
_FIND_POSIX_QUEUE = (
    PRELUDE
    + """
syscall("mq_open", b"left", 2, 0, None)
breach("a POSIX queue of the run before")
"""
)
_THREADS = """
import threading, time
def late():
    while True:
        time.sleep(0.001)
        print("late", flush=True)
for _ in range(4):
    threading.Thread(target=late, daemon=True).start()
"""
_LOCK_MEMORY = (
    PRELUDE
    + """
page = ctypes.create_string_buffer(48 << 20)
syscall("mlock", ctypes.addressof(page), 48 << 20)
"""
)
_MAPPINGS = """
import mmap
kept = []
while len(kept) < 60000:
    kept.append(mmap.mmap(-1, 4096, prot=len(kept) % 2 + 1))
print("BREACH 60000 mappings")
"""
_RESERVE = """
import mmap
kept = [mmap.mmap(-1, 1 << 40)]
print("BREACH a terabyte of addresses")
"""
_BIG_STACKS = """
import threading, time
threading.stack_size(256 << 20)
for _ in range(8):
    threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
print("BREACH 2 GiB of stacks")
"""
_COLLISIONS = """
step = (1 << 61) - 1
table = {}
for number in range(1, 10**9):
    table[number * step] = None
"""
_HANG_AT_EXIT = """
import atexit, time
atexit.register(time.sleep, 60)
"""
_HANG_IN_THREAD = """
import threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
"""
_PARALLEL_CPU = """
import os, time
if os.fork():
    time.sleep(60)
for _ in range(2):
    os.fork()
while True:
    pass
"""


def _swift(execution: Execution) -> str | None:
    """A terabyte of holes must not be read by the host."""
    kept = len(execution.stdout)
    return None if kept <= LIMITS.output_bytes else f"{kept} bytes of output were kept"


def _counted(sandbox: Sandbox) -> str | None:
    """Processor time counts over all processes, also while the first of them only waits."""
    limits = Limits(cpu_s=0.5, wall_s=6.0, memory_mb=64)
    seen = sandbox.run(Program(_PARALLEL_CPU, limits=limits))
    # A little more where the sum is only looked at from time to time.
    if seen.cpu_s > 2:
        return f"four processes that spin got {seen.cpu_s:.1f} s under a limit of 0.5 s together"
    return judge(seen, TLE) or witness(sandbox)


LEFTOVERS: tuple[Case, ...] = (
    _exhaust("N202", "seek standard output to a terabyte", _SEEK_OUT, (*RE, *OLE), also=_swift),
    _exhaust("N203", "seek standard output over its limit", _SEEK_LITTLE, (*RE, *OLE), also=_swift),
    _exhaust("N204", "grow standard output to a terabyte", _TRUNCATE_OUT, (*RE, *OLE), also=_swift),
    _exhaust("N205", "allocate standard output", _ALLOCATE_OUT, (*RE, *OLE, *MLE), also=_swift),
    _exhaust(
        "N206",
        "rewrite standard output for ever",
        _REWRITE_OUT,
        (*RE, *TLE, *OLE),
        limits=_SHORT,
    ),
    _exhaust("N207", "seal the standard streams", _SEAL, ANY),
    _fork("N207f", "seal the standard streams", _SEAL, ANY),
    _exhaust("N208", "write standard input", _WRITE_IN, RE, stdin="input"),
    _exhaust("N209", "reopen standard input for writing", _REOPEN_IN, RE, stdin="input"),
    _exhaust("N210", "map standard output and cut it", _MAP_OUT, ANY),
    _exhaust("N211", "a sparse file of a terabyte", _SPARSE, (*RE, *OLE)),
    _exhaust("N212", "a directory tree too deep for paths", _DEEP, ANY),
    _fork("N212f", "a directory tree too deep for paths", _DEEP, ANY),
    _exhaust("N213", "thousands of links in a row", _LINKS, ANY),
    _exhaust("N214", "folders that may not be read", _LOCKED, ANY, then=_FIND),
    _fork("N214f", "folders that may not be read", _LOCKED, ANY, then=_FIND),
    _exhaust("N215", "names that are not text", _NAMES, ANY),
    _exhaust("N216", "a FIFO and a setuid file", _FIFO, ANY, then=_FIND),
    _exhaust("N217", "leave a file in the working directory", _LEAVE, ANY, then=_FIND),
    _fork("N217f", "leave a file in the working directory", _LEAVE, ANY, then=_FIND),
    _exhaust("N218", "leave a file anywhere", _LEAVE_ANYWHERE, ANY, then=_FIND, host=reward_file),
    _fork("N218f", "leave a file anywhere", _LEAVE_ANYWHERE, ANY, then=_FIND),
    _exhaust("N219", "SysV shared memory", _SHARED_MEMORY, ANY, then=_FIND_SHARED_MEMORY),
    _fork("N219f", "SysV shared memory", _SHARED_MEMORY, ANY, then=_FIND_SHARED_MEMORY),
    _exhaust("N220", "a SysV message queue", _MESSAGES, ANY, then=_FIND_MESSAGES),
    _fork("N220f", "a SysV message queue", _MESSAGES, ANY, then=_FIND_MESSAGES),
    _exhaust("N221", "a POSIX message queue", _POSIX_QUEUE, ANY, then=_FIND_POSIX_QUEUE),
    _fork("N221f", "a POSIX message queue", _POSIX_QUEUE, ANY, then=_FIND_POSIX_QUEUE),
    _exhaust("N222", "threads that are left", _THREADS, (*OK, *OLE), needs=("threads",)),
    _exhaust("N223", "lock memory", _LOCK_MEMORY, ANY),
    _exhaust("N224", "very many mappings", _MAPPINGS, (*RE, *MLE, *TLE)),
    _exhaust("N225", "reserve a terabyte of addresses", _RESERVE, (*RE, *MLE)),
    _exhaust("N226", "gigabytes of stacks", _BIG_STACKS, (*RE, *MLE), needs=("threads",)),
    _exhaust("N227", "hash collisions of integers", _COLLISIONS, (*TLE, *MLE), limits=_SHORT),
    _exhaust("N228", "hang at exit", _HANG_AT_EXIT, (*TLE, *OK), limits=_SHORT),
    _exhaust(
        "N229", "a thread that never ends", _HANG_IN_THREAD, TLE, limits=_SHORT, needs=("threads",)
    ),
    Case("N230", "processor time of many processes", "exhaustion", _counted, "fork"),
)

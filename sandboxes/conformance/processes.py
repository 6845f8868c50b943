"""Escapes through other processes: the worker itself, its limits, its descriptors, the host's."""

from __future__ import annotations

from functools import partial

from sandboxes.conformance.canaries import sleeper
from sandboxes.conformance.case import ANY, OK, RE, SEC, Case, attack
from sandboxes.conformance.prelude import PRELUDE

__all__ = ["PROCESSES"]

_escape = partial(attack, group="escape")
_fork = partial(attack, group="escape", profile="fork")

_PTRACE = (
    PRELUDE
    + """
syscall("ptrace", 16, os.getppid(), 0, 0)
breach("attached to the worker")
"""
)
_VM = (
    PRELUDE
    + """
buffer = ctypes.create_string_buffer(64)
local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
remote = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
syscall("process_vm_readv", os.getppid(), local, 1, remote, 1, 0)
breach("the memory of another process was reached")
"""
)
_VM_WRITE = _VM.replace("vm_readv", "vm_writev")

# The signals are sent with the intent to kill; a sandbox that lets them through but is not
# harmed (a worker that is pid 1 of its own namespace) shows that by its next run.
_KILL_PARENT = """
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
"""
_TGKILL_PARENT = (
    PRELUDE
    + """
syscall("tgkill", os.getppid(), os.getppid(), 9)
"""
)
_TKILL_PARENT = (
    PRELUDE
    + """
syscall("tkill", os.getppid(), 9)
"""
)
_KILL_ALL = """
import os, signal
os.kill(-1, signal.SIGKILL)
"""
_KILL_GROUP = """
import os, signal
os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
"""
_QUEUE_PARENT = (
    PRELUDE
    + """
info = ctypes.create_string_buffer(128)
ctypes.memmove(info, (ctypes.c_int * 3)(9, 0, -1), 12)
syscall("rt_sigqueueinfo", os.getppid(), 9, info)
"""
)
_PIDFD_SIGNAL = (
    PRELUDE
    + """
fd = syscall("pidfd_open", os.getppid(), 0)
syscall("pidfd_send_signal", fd, 9, None, 0)
"""
)
_PIDFD_GETFD = (
    PRELUDE
    + """
pidfd = syscall("pidfd_open", os.getppid(), 0)
for fd in range(16):
    try:
        print(syscall("pidfd_getfd", pidfd, fd, 0))
    except OSError as error:
        last = error
    else:
        breach("a descriptor of the worker was taken")
raise last
"""
)
_EVERY_SIGNAL = """
import os, signal
failed = None
for number in range(1, 65):
    for target in (os.getppid(), 1):
        try:
            os.kill(target, number)
        except OSError as error:
            failed = error
raise failed or OSError("all were sent")
"""
_STOP = """
import os, signal
os.kill(os.getppid(), signal.SIGINT)
os.kill(os.getppid(), signal.SIGSTOP)
"""
_SETSIG = """
import fcntl, os, signal
receive, send = os.pipe()
fcntl.fcntl(receive, fcntl.F_SETOWN, os.getppid())
fcntl.fcntl(receive, 10, int(signal.SIGKILL))
flags = fcntl.fcntl(receive, fcntl.F_GETFL)
fcntl.fcntl(receive, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
for _ in range(100):
    os.write(send, b"x")
"""
_TIMER = (
    PRELUDE
    + """
event = ctypes.create_string_buffer(64)
ctypes.memmove(event, (ctypes.c_int * 5)(0, 0, 9, 4, os.getppid()), 20)
syscall("timer_create", 1, event, ctypes.create_string_buffer(8))
breach("a timer that signals the worker")
"""
)
_PRLIMIT = """
import os, resource
resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))
print("BREACH the worker's limits were changed")
"""
_RAISE_LIMIT = """
import resource
failed = None
for name in dir(resource):
    if not name.startswith("RLIMIT_"):
        continue
    kind = getattr(resource, name)
    try:
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY:
            continue
        resource.setrlimit(kind, (hard + 1, hard + 1))
    except (ValueError, OSError) as error:
        failed = error
        continue
    print("BREACH", name, "was raised above", hard)
raise failed or OSError("no limit is set")
"""
_UNLIMITED = """
import resource
for name in ("FSIZE", "NOFILE", "CORE"):
    if resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1] == resource.RLIM_INFINITY:
        print("BREACH", name, "has no limit")
"""
_INHERITED = """
import os, sys
# In WASI the folders of a program are descriptors that it is given: its own and the library's.
for fd in range(5 if sys.platform == "wasi" else 3, 1024):
    try:
        os.fstat(fd)
    except OSError:
        continue
    print("BREACH descriptor", fd, "is open")
"""
_KILL_HOST = """
import os, sys
os.kill(int(sys.argv[1]), 9)
"""
_RENICE = """
import os
os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
print("BREACH the worker was slowed down")
"""
_RENICE_ALL = """
import os
os.setpriority(os.PRIO_USER, 0, 19)
if os.getpriority(os.PRIO_PROCESS, os.getppid()) == 19:
    print("BREACH the worker was slowed down")
"""
_PIN = """
import os
os.sched_setaffinity(os.getppid(), {min(os.sched_getaffinity(0))})
print("BREACH the worker was pinned")
"""
_IDLE = """
import os
os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))
print("BREACH the worker was made idle")
"""
_IDLE_DISK = (
    PRELUDE
    + """
syscall("ioprio_set", 1, os.getppid(), 3 << 13)
breach("the worker's disk priority was changed")
"""
)
_MIGRATE = (
    PRELUDE
    + """
node = ctypes.c_ulong(1)
syscall("migrate_pages", os.getppid(), 64, ctypes.byref(node), ctypes.byref(node))
breach("the worker's memory was moved")
"""
)
_KCMP = (
    PRELUDE
    + """
syscall("kcmp", os.getpid(), os.getppid(), 1, 0, 0)
breach("the worker was compared with this process")
"""
)
_NICE = """
import os
before = os.nice(0)
if os.nice(-20) < before:
    print("BREACH more priority than given")
"""
_REALTIME = """
import os
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
print("BREACH real-time priority")
"""
_ROOT = """
import os
if 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()):
    print("BREACH the program is root or in its group")
os.setuid(0)
print("BREACH the program became root")
"""
_CAPABILITIES = (
    PRELUDE
    + """
header, data = (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)()
syscall("capget", header, data)
if data[0] or data[1] or data[3] or data[4]:
    breach("capabilities", list(data))
data[:] = [0xFFFFFFFF] * 6
syscall("capset", header, data)
breach("all capabilities were taken")
"""
)

PROCESSES: tuple[Case, ...] = (
    _escape("14", "ptrace the worker", _PTRACE, SEC),
    _fork("14f", "ptrace the worker", _PTRACE, SEC),
    _escape("15", "read the worker's memory", _VM, SEC),
    _escape("15b", "write the worker's memory", _VM_WRITE, SEC),
    _fork("15f", "read the worker's memory", _VM, SEC),
    _escape("22", "kill the worker", _KILL_PARENT, RE),
    _escape("22b", "tgkill the worker", _TGKILL_PARENT, RE),
    _escape("22c", "kill everything", _KILL_ALL, RE),
    _fork("22f", "kill the worker", _KILL_PARENT, (*OK, *RE)),
    _fork("22g", "tgkill the worker", _TGKILL_PARENT, (*OK, *RE)),
    _fork("22h", "kill everything", _KILL_ALL, (*OK, *RE)),
    _escape("23", "change the worker's limits", _PRLIMIT, RE),
    _fork("23f", "change the worker's limits", _PRLIMIT, RE),
    _escape("24", "raise own limits", _RAISE_LIMIT, RE),
    _fork("24f", "raise own limits", _RAISE_LIMIT, RE),
    _escape("25", "use inherited descriptors", _INHERITED, OK),
    _fork("25f", "use inherited descriptors", _INHERITED, OK),
    _escape("X1", "signal the worker through F_SETSIG", _SETSIG, (*OK, *RE)),
    _fork("X1f", "signal the worker through F_SETSIG", _SETSIG, (*OK, *RE)),
    _escape("X2", "interrupt and stop the worker", _STOP, RE),
    _fork("X2f", "interrupt and stop the worker", _STOP, (*OK, *RE)),
    _escape("N101", "kill the worker by tkill", _TKILL_PARENT, RE),
    _fork("N101f", "kill the worker by tkill", _TKILL_PARENT, (*OK, *RE)),
    _escape("N102", "kill the worker's process group", _KILL_GROUP, RE),
    _fork("N102f", "kill the worker's process group", _KILL_GROUP, (*OK, *RE)),
    _escape("N103", "queue a signal to the worker", _QUEUE_PARENT, RE),
    _fork("N103f", "queue a signal to the worker", _QUEUE_PARENT, (*OK, *RE)),
    _escape("N104", "signal the worker through a pidfd", _PIDFD_SIGNAL, (*RE, *SEC)),
    _fork("N104f", "signal the worker through a pidfd", _PIDFD_SIGNAL, (*OK, *RE, *SEC)),
    _escape("N105", "take a descriptor of the worker", _PIDFD_GETFD, (*RE, *SEC)),
    _fork("N105f", "take a descriptor of the worker", _PIDFD_GETFD, (*RE, *SEC)),
    _escape("N106", "send the worker every signal", _EVERY_SIGNAL, RE),
    _fork("N106f", "send the worker every signal", _EVERY_SIGNAL, RE),
    _escape("N107", "a timer that signals the worker", _TIMER, (*RE, *SEC)),
    _fork("N107f", "a timer that signals the worker", _TIMER, (*RE, *SEC)),
    _escape("N108", "kill a process of the host", _KILL_HOST, RE, host=sleeper),
    _fork("N108f", "kill a process of the host", _KILL_HOST, RE, host=sleeper),
    _escape("N109", "lower the worker's priority", _RENICE, (*RE, *SEC)),
    _fork("N109f", "lower the worker's priority", _RENICE, (*RE, *SEC)),
    _fork("N109g", "lower the priority of the user", _RENICE_ALL, ANY),
    _escape("N110", "pin the worker to one processor", _PIN, (*RE, *SEC)),
    _fork("N110f", "pin the worker to one processor", _PIN, (*RE, *SEC)),
    _escape("N111", "make the worker idle", _IDLE, (*RE, *SEC)),
    _fork("N111f", "make the worker idle", _IDLE, (*RE, *SEC)),
    _fork("N111g", "lower the worker's disk priority", _IDLE_DISK, (*RE, *SEC)),
    _fork("N112", "move the worker's memory", _MIGRATE, (*RE, *SEC)),
    _escape("N113", "compare the worker's descriptors", _KCMP, (*RE, *SEC)),
    _escape("N114", "more priority by nice", _NICE, (*OK, *RE)),
    _escape("N115", "real-time scheduling", _REALTIME, (*RE, *SEC)),
    _fork("N115f", "real-time scheduling", _REALTIME, (*RE, *SEC)),
    _escape("N116", "become root", _ROOT, RE),
    _fork("N116f", "become root", _ROOT, RE),
    _escape("N117", "have or take capabilities", _CAPABILITIES, (*RE, *SEC)),
    _fork("N117f", "have or take capabilities", _CAPABILITIES, (*RE, *SEC)),
    _escape("N118", "limits that are not set", _UNLIMITED, (*OK, *RE)),
    _fork("N118f", "limits that are not set", _UNLIMITED, (*OK, *RE)),
)

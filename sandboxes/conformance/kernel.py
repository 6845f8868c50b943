"""Escapes through system calls: what the kernel offers and no honest program wants."""

from __future__ import annotations

import platform
from functools import partial

from sandboxes.conformance.canaries import secret_file
from sandboxes.conformance.case import ANY, CRASH, RE, SEC, Allowed, Case, attack
from sandboxes.conformance.prelude import PRELUDE

__all__ = ["KERNEL"]

_escape = partial(attack, group="escape")
_CLOSED: Allowed = (*SEC, *RE)


def _call(name: str, arguments: str, before: str = "") -> str:
    """Return a program that makes one system call and reports it if it succeeds."""
    return f'{PRELUDE}{before}\nsyscall("{name}"{arguments})\nbreach("{name} succeeded")\n'


_BUFFER = "buffer = ctypes.create_string_buffer(4096)"
_TIME = "now = (ctypes.c_long * 2)(10**9, 0)"

#: Number, name, arguments, what comes before. The catalogue wants each of these killed.
_KILLED = (
    ("16", "keyctl", ", 0, -3, 0", ""),
    ("16b", "add_key", ', b"user", b"left", b"x", 1, -5', ""),
    ("16c", "request_key", ', b"user", b"left", None, -5', ""),
    ("17", "unshare", ", 0x10000000", ""),
    ("17b", "unshare", ", 0x20000", ""),
    ("18", "mount", ', b"none", b"/tmp", b"tmpfs", 0, None', ""),
    ("18b", "umount2", ', b"/", 2', ""),
    ("18c", "pivot_root", ', b".", b"."', ""),
    ("18d", "fsopen", ', b"tmpfs", 0', ""),
    ("18e", "open_tree", ', -100, b"/", 1', ""),
    ("18g", "move_mount", ', -100, b"/", -100, b"/", 0', ""),
    ("19", "io_uring_setup", ", 8, buffer", _BUFFER),
    ("19b", "bpf", ", 0, buffer, 128", _BUFFER),
    ("19c", "perf_event_open", ", buffer, 0, -1, -1, 0", _BUFFER),
    ("20", "userfaultfd", ", 0", ""),
    ("N121", "open_by_handle_at", ", -100, buffer, 0", _BUFFER),
    ("N122", "setns", ", 0, 0", ""),
    ("N123", "init_module", ', buffer, 4096, b""', _BUFFER),
    ("N124", "finit_module", ', 0, b"", 0', ""),
    ("N125", "kexec_load", ", 0, 0, 0, 0", ""),
    ("N126", "reboot", ", 0, 0, 0, 0", ""),
    ("N127", "swapon", ', b"/nothing", 0', ""),
)

#: The same, where an error is as good as being killed.
_REFUSED = (
    ("N131", "io_uring_enter", ", 0, 0, 0, 0, 0, 0", ""),
    ("N132", "io_uring_register", ", -1, 31, 0, 1", ""),
    ("N133", "fanotify_init", ", 0, 0", ""),
    ("N134", "syslog", ", 3, buffer, 4096", _BUFFER),
    ("N135", "clock_settime", ", 0, now", _TIME),
    ("N136", "adjtimex", ", buffer", "buffer = (ctypes.c_uint * 64)(0x4000)"),
    ("N137", "quotactl", ", 0x800002 << 8, None, 0, buffer", _BUFFER),
    ("N138", "acct", ', b"left"', 'open("left", "w").close()'),
    ("N139", "vhangup", "", ""),
    ("N140", "mount_setattr", ', -100, b"/", 0x8000, buffer, 32', _BUFFER),
    ("N141", "memfd_secret", ", 0", ""),
    ("N142", "process_mrelease", ", -1, 0", ""),
)

_CLONE = (
    PRELUDE
    + """
made = syscall("clone", FLAGS, 0, 0, 0, 0)
if made == 0:
    os._exit(0)
breach("a process was made")
"""
)
_CLONE3 = (
    PRELUDE
    + """
arguments = (ctypes.c_uint64 * 11)(FLAGS & ~255, 0, 0, 0, 17)
made = syscall("clone3", arguments, 88)
if made == 0:
    os._exit(0)
breach("a process was made")
"""
)
_MEMFD_EXEC = (
    PRELUDE
    + """
fd = syscall("memfd_create", b"left", 0)
os.write(fd, open("/bin/echo", "rb").read())
words = (ctypes.c_char_p * 3)(b"echo", b"BREACH executed", None)
syscall("execveat", fd, b"", words, (ctypes.c_char_p * 1)(), 0x1000)
"""
)
_EXEC = """
import os
os.execv("/bin/sh", ["sh", "-c", "echo BREACH executed"])
"""
_SUBPROCESS = """
import subprocess
print(subprocess.run(["/bin/echo", "BREACH", "executed"], check=True))
print("BREACH executed")
"""
_SPAWN = """
import os
os.posix_spawn("/bin/echo", ["echo", "BREACH executed"], {})
print("BREACH executed")
"""
_SHELL = """
import os
if os.system("echo BREACH executed") != 0:
    raise OSError("no shell")
"""
_SOCKETS = """
import socket
kinds = [(40, 1), (38, 5), (17, 3), (2, 3), (10, 1), (10, 2), (1, 2), (1, 5), (16, 3), (29, 3),
    (30, 5), (31, 3), (44, 3), (9, 5)]
for family, kind in kinds:
    try:
        socket.socket(family, kind)
    except OSError as error:
        last = error
    else:
        print("BREACH a socket of family", family)
raise last
"""
_SIGSYS = (
    PRELUDE
    + """
import signal
signal.signal(signal.SIGSYS, lambda *_: breach("SIGSYS was caught"))
syscall("unshare", 0x10000000)
breach("the program went on")
"""
)
_THREAD_SEC = (
    PRELUDE
    + """
import threading
thread = threading.Thread(target=syscall, args=("unshare", 0x10000000))
thread.start()
thread.join()
breach("only a thread was ended")
"""
)
_OWN_FILTER = (
    PRELUDE
    + """
# A filter of its own that allows everything must not replace the one that is there.
allow = (ctypes.c_uint64 * 1)(0x7FFF000000000006)
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(allow))
for change in (lambda: syscall("seccomp", 1, 0, program), lambda: syscall("prctl", 22, 0, 0, 0, 0)):
    try:
        change()
    except OSError:
        pass
syscall("unshare", 0x10000000)
breach("the filter is gone")
"""
)
_X32 = (
    PRELUDE
    + """
_numbers["x32"] = 0x40000000 + 39
if syscall("x32") == os.getpid():
    breach("an x32 call was answered")
"""
)
# mov eax, 20 (getpid of i386); int 0x80; ret
_I386 = (
    PRELUDE
    + """
import mmap
if os.uname().machine != "x86_64":
    raise OSError("another architecture")
page = mmap.mmap(-1, 4096, prot=7)
page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
code = ctypes.addressof(ctypes.c_char.from_buffer(page))
if ctypes.CFUNCTYPE(ctypes.c_int)(code)() == os.getpid():
    breach("an i386 call was answered")
"""
)
_VSYSCALL = (
    PRELUDE
    + """
if os.uname().machine != "x86_64":
    raise OSError("another architecture")
print(ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(0xFFFFFFFFFF600400)(None))
"""
)
_PERSONALITY = (
    PRELUDE
    + """
syscall("personality", 0x0040000 | 0x0400000)
"""
)
_PRCTL = (
    PRELUDE
    + """
for option, value in ((4, 1), (1, 9), (36, 1), (0x59616D61, -1), (15, b"zygote"), (27, 4), (23, 21)):
    try:
        syscall("prctl", option, value, 0, 0, 0)
    except OSError:
        pass
"""
)
_SYSFS = """
import os
found = []
for path in ("/sys", "/sys/kernel", "/sys/fs/cgroup", "/proc/self/root", "/proc/sys", "/boot"):
    found += os.listdir(path)
print("BREACH listed", found[:5])
"""
_DEVICES = """
import os, stat
for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "fuse", "kvm", "loop-control"):
    try:
        os.close(os.open("/dev/" + name, os.O_RDONLY))
    except OSError:
        continue
    print("BREACH opened", name)
for name in os.listdir("/dev"):
    if stat.S_ISBLK(os.lstat("/dev/" + name).st_mode):
        print("BREACH a block device:", name)
"""
_SYSRQ = """
open("/proc/sysrq-trigger", "w").close()
print("BREACH sysrq can be written")
"""
_WATCH = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.fcntl(fd, fcntl.F_NOTIFY, fcntl.DN_CREATE | fcntl.DN_MULTISHOT)
print("BREACH the host's folder is watched")
"""
_LEASE = """
import fcntl, os
fd = os.open(os.__file__, os.O_RDONLY)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("BREACH a lease on a file of the host")
"""


def _clone_cases(number: str, title: str, source: str) -> list[Case]:
    """Both profiles: a plain process is refused in strict, one with a new namespace in both."""
    plain, apart = source.replace("FLAGS", "17"), source.replace("FLAGS", "0x10000011")
    return [
        _escape(number, f"a process by {title}", plain, _CLOSED),
        _escape(f"{number}b", f"a user namespace by {title}", apart, _CLOSED),
        _escape(f"{number}f", f"a user namespace by {title}", apart, _CLOSED, profile="fork"),
    ]


# aarch64 has no x32: there the number is merely unknown.
_FOREIGN: Allowed = SEC if platform.machine() == "x86_64" else _CLOSED

KERNEL: tuple[Case, ...] = (
    *(_escape(number, name, _call(name, *rest), SEC) for number, name, *rest in _KILLED),
    *(
        _escape(f"{number}f", name, _call(name, *rest), SEC, profile="fork")
        for number, name, *rest in _KILLED
    ),
    *(_escape(number, name, _call(name, *rest), _CLOSED) for number, name, *rest in _REFUSED),
    *(
        _escape(f"{number}f", name, _call(name, *rest), _CLOSED, profile="fork")
        for number, name, *rest in _REFUSED
    ),
    _escape("21", "a call of the x32 ABI", _X32, _FOREIGN),
    _escape("21b", "a call of the i386 ABI", _I386, (*SEC, *RE, *CRASH)),
    _escape("21f", "a call of the x32 ABI", _X32, _FOREIGN, profile="fork"),
    *_clone_cases("N151", "clone3", _CLONE3),
    *_clone_cases("N152", "clone", _CLONE),
    _escape("N153", "execute a file in memory", _MEMFD_EXEC, _CLOSED),
    _escape("N154", "execute a shell", _EXEC, _CLOSED),
    _escape("N155", "start a program by subprocess", _SUBPROCESS, _CLOSED),
    _escape("N156", "start a program by posix_spawn", _SPAWN, _CLOSED),
    _escape("N157", "start a program by os.system", _SHELL, _CLOSED),
    _escape("N158", "sockets of many families", _SOCKETS, _CLOSED),
    _escape("N158f", "sockets of many families", _SOCKETS, _CLOSED, profile="fork"),
    _escape("N159", "catch the signal of a forbidden call", _SIGSYS, SEC),
    _escape("N160", "a forbidden call in a thread", _THREAD_SEC, SEC, needs=("threads",)),
    _escape("N161", "replace the filter of system calls", _OWN_FILTER, SEC),
    _escape("N161f", "replace the filter of system calls", _OWN_FILTER, SEC, profile="fork"),
    _escape("N162", "the vsyscall page", _VSYSCALL, ANY),
    _escape("N163", "personality", _PERSONALITY, ANY),
    _escape("N164", "many settings of prctl", _PRCTL, ANY),
    _escape("N164f", "many settings of prctl", _PRCTL, ANY, profile="fork"),
    _escape("N165", "list /sys and /proc", _SYSFS, RE),
    _escape("N166", "open devices", _DEVICES, ANY),
    _escape("N167", "open sysrq-trigger", _SYSRQ, RE),
    _escape("N168", "watch a folder of the host", _WATCH, RE, host=secret_file),
    _escape("N169", "a lease on a file of the host", _LEASE, _CLOSED),
)

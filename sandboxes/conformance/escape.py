"""Escapes, catalogue rows 1 to 13 and 26 to 29: files, sockets, devices, programs of the host."""

from __future__ import annotations

from functools import partial

from sandboxes.base import Execution
from sandboxes.conformance.canaries import (
    abstract_datagrams,
    abstract_listener,
    inherited,
    secret_file,
    sleeper,
    tcp_listener,
    udp_listener,
    unix_listener,
)
from sandboxes.conformance.case import ANY, OK, RE, SEC, Case, attack
from sandboxes.conformance.prelude import PRELUDE

__all__ = ["ESCAPE"]

_escape = partial(attack, group="escape")


def _ended_in_python(execution: Execution) -> str | None:
    """Say if another program took over: only Python itself leaves a traceback."""
    return None if b"Error" in execution.stderr else "another program was executed"


_TCP = """
import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=1).sendall(b"x")
print("BREACH connected")
"""
_UDP = """
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
print("BREACH sent")
"""
_NETLINK = """
import socket
socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0))
print("BREACH netlink")
"""
_UNIX = """
import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(sys.argv[1])
print("BREACH connected")
"""
_ABSTRACT = _UNIX.replace("sys.argv[1]", '"\\0" + sys.argv[1]')
_PAIR_OUT = """
import socket, sys
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.sendto(b"x", "\\0" + sys.argv[1])
print("BREACH sent")
"""
_SHADOW = """
print("BREACH read", len(open("/etc/shadow").read()), "bytes")
"""
_ROOT = """
import os
print("BREACH listed", len(os.listdir("/root")), "names")
"""
_HOST_TMP = """
import os, sys
folder, name = os.path.split(sys.argv[1])
if name in os.listdir(folder):
    print("BREACH the host's temporary folder is visible")
print(open(os.path.join(*sys.argv[1:])).read())
"""
_INIT_ENVIRON = """
print("BREACH read", len(open("/proc/1/environ", "rb").read()), "bytes")
"""
_SELF_MEM = """
import ctypes
cell = ctypes.c_long(1)
with open("/proc/self/mem", "r+b", buffering=0) as memory:
    memory.seek(ctypes.addressof(cell))
    memory.write(b"\\2")
print("BREACH wrote", cell.value)
"""
_CMDLINES = """
import os, sys
for pid in os.listdir("/proc"):
    if pid.isdigit() and int(pid) != os.getpid():
        try:
            line = open(f"/proc/{pid}/cmdline", "rb").read()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since the list was made
        if sys.argv[2].encode() in line:
            print("BREACH a command line of the host is visible")
"""
_ENVIRON = """
import os
for name in os.environ:
    print("BREACH", name, "is in the environment")
"""
# The strings of the initial environment stay on the stack, just below the name of the
# executable, when a process only clears its variables.
_STACK_ENVIRON = """
import ctypes, os, re
libc = ctypes.CDLL(None)
libc.getauxval.restype = ctypes.c_ulong
top = libc.getauxval(31)
block = ctypes.string_at(top - 8192, 8192)
wanted = rb"(?:^|\\0)((?:HOME|USER|LOGNAME|PWD|SHELL|HOSTNAME|VIRTUAL_ENV|TERM)=[^\\0]+)"
for found in re.findall(wanted, block):
    print(found.decode("utf-8", "replace"))
"""
_SYMLINK = """
import os, sys
os.symlink(os.path.join(*sys.argv[1:]), "left")
print(open("left").read())
"""
_SYMLINK_ROOT = """
import os, sys
os.symlink("/", "left")
print(open("left/" + os.path.join(*sys.argv[1:])).read())
"""
_TRAVERSAL = """
import os, sys
print(open("../" * 40 + os.path.join(*sys.argv[1:]).lstrip("/")).read())
"""
_RACE = """
import os, sys, threading, time
target = os.path.join(*sys.argv[1:])
end = time.monotonic() + 0.2
names = ["stdout", "output", "output.txt", "result.json", "main.py"]

def swap(name):
    while time.monotonic() < end:
        for make in (os.symlink, os.link):
            try:
                make(target, name + ".new")
                os.rename(name + ".new", name)
            except OSError:
                pass
        try:
            open(name + ".new", "w").close()
            os.rename(name + ".new", name)
        except OSError:
            pass

for name in names:
    threading.Thread(target=swap, args=(name,)).start()
"""
_MKNOD = (
    PRELUDE
    + """
import stat
syscall("mknodat", -100, b"left", stat.S_IFBLK | 0o600, os.makedev(8, 0))
breach("a block device was made")
"""
)
_SETUID = """
import os
paths = ("/usr/bin/su", "/bin/su", "/usr/bin/passwd", "/usr/bin/mount", "/bin/mount")
path = next(filter(os.path.exists, paths), paths[0])
os.execv(path, [path, "--help"])
"""
_SETUID_FORK = (
    PRELUDE
    + """
if os.geteuid() == 0 or os.getuid() == 0:
    breach("the program is root")
if syscall("prctl", 39, 0, 0, 0, 0) != 1:
    breach("no_new_privs is off, so a setuid program would be root")
"""
)
_OWN_SOURCES = """
import os, sys
files, frame = set(), sys._getframe()
while frame:
    files.add(frame.f_code.co_filename)
    frame = frame.f_back
for module in list(sys.modules.values()):
    files.add(getattr(module, "__file__", None) or "")
files.update({os.__file__, sys.executable or ""})
for path in sorted(files):
    if not os.path.isabs(path) or path.startswith(os.getcwd()):
        continue
    try:
        with open(path, "r+b") as file:
            byte = file.read(1)
            file.seek(0)
            file.write(byte)
    except OSError:
        continue
    if byte:
        print("BREACH", path, "can be written")
"""
_ZYGOTE_SOURCE = """
import os, sys
frame, own = sys._getframe(), sys._getframe().f_code.co_filename
while frame:
    path = frame.f_code.co_filename
    if os.path.isfile(path) and path != own and not path.startswith(os.path.dirname(os.__file__)):
        text = open(path).read()
        print("read", path, len(text))
    frame = frame.f_back
raise OSError("nothing more to read")
"""
_CORE_PATTERN = """
open("/proc/sys/kernel/core_pattern", "r+").close()
print("BREACH core_pattern can be written")
"""
_TIOCSTI = """
import fcntl, os, termios
fd = 0
try:
    fd = os.open("/dev/tty", os.O_RDWR)
    print("BREACH there is a terminal")
except OSError:
    pass
fcntl.ioctl(fd, termios.TIOCSTI, b"x")
print("BREACH typed into a terminal")
"""
_CHROOT = (
    PRELUDE
    + """
os.mkdir("left")
syscall("chroot", b"left")
breach("chroot worked, so the program is root")
"""
)

ESCAPE: tuple[Case, ...] = (
    _escape("1", "TCP connect to localhost", _TCP, RE, host=tcp_listener),
    _escape("1f", "TCP connect to localhost", _TCP, RE, host=tcp_listener, profile="fork"),
    _escape("2", "UDP datagram to localhost", _UDP, RE, host=udp_listener),
    _escape("3", "netlink socket", _NETLINK, RE),
    _escape("3b", "unix socket of the host", _UNIX, RE, host=unix_listener),
    _escape("3c", "abstract unix socket of the host", _ABSTRACT, RE, host=abstract_listener),
    _escape("3d", "datagram out of a socket pair", _PAIR_OUT, RE, host=abstract_datagrams),
    _escape(
        "3f", "abstract socket of the host", _ABSTRACT, RE, host=abstract_listener, profile="fork"
    ),
    _escape("4", "read /etc/shadow", _SHADOW, RE),
    _escape("4b", "list /root", _ROOT, RE),
    _escape("4f", "read /etc/shadow", _SHADOW, RE, profile="fork"),
    _escape("5", "list the host's temporary folder", _HOST_TMP, RE, host=secret_file),
    _escape("6", "read the environment of pid 1", _INIT_ENVIRON, RE),
    _escape("7", "write own memory through /proc", _SELF_MEM, RE),
    _escape("8", "read the command lines of the host", _CMDLINES, RE, host=sleeper),
    _escape("8f", "read command lines", _CMDLINES, RE, host=sleeper, profile="fork"),
    _escape("9", "read a secret from the environment", _ENVIRON, OK),
    _escape("9b", "the initial environment on the stack", _STACK_ENVIRON, OK, also=inherited),
    _escape("9f", "read a secret from the environment", _ENVIRON, OK, profile="fork"),
    _escape("10", "symbolic link out of the jail", _SYMLINK, RE, host=secret_file),
    _escape("10b", "symbolic link to the root", _SYMLINK_ROOT, RE, host=secret_file),
    _escape("10c", "path with many ..", _TRAVERSAL, RE, host=secret_file),
    _escape("11", "link and rename race on outputs", _RACE, ANY, host=secret_file),
    _escape("12", "make a disk device", _MKNOD, SEC),
    _escape("13", "execute a setuid program", _SETUID, RE, also=_ended_in_python),
    _escape("13f", "gain privileges by exec", _SETUID_FORK, (*OK, *RE), profile="fork"),
    _escape("26", "overwrite sources of the worker", _OWN_SOURCES, (*OK, *RE)),
    _escape("26b", "read the source of the worker", _ZYGOTE_SOURCE, RE),
    _escape("26f", "overwrite sources", _OWN_SOURCES, (*OK, *RE), profile="fork"),
    _escape("27", "open core_pattern for writing", _CORE_PATTERN, RE),
    _escape("28", "type into a terminal (TIOCSTI)", _TIOCSTI, RE),
    _escape("29", "escape by chroot", _CHROOT, (*SEC, *RE)),
)

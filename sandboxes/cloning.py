"""Forking by bare system calls, and a process that does nothing else; standard library only.

Runs inside the jail. Where a process forks, every page that it or its child writes to afterwards
costs a fault and mostly a copy. So the worker, which does a lot between two programs, leaves the
forking to a template that does almost nothing: its children cost it few pages, and the worker
none. They are the worker's own children (CLONE_PARENT), which it watches and reaps.
"""

import _socket
import ctypes
import os
import select
import signal
import struct
from collections.abc import Callable
from typing import NoReturn

_FILES, _PARENT, _CHILD_CLEARTID, _CHILD_SETTID = 0x400, 0x8000, 0x200000, 0x1000000
_PID = struct.Struct("<i")


class Cloner:
    """Forks without what the C library and the interpreter do after it.

    A process of one thread has nothing to repair after a fork, and the repairs write to a
    hundred pages and more. The interpreter lock is held throughout.
    """

    def __init__(self) -> None:
        """Find out where the C library keeps the thread's number, which a fork has to renew."""
        machine = os.uname().machine
        self._number = {"x86_64": 56, "aarch64": 220}[machine]
        place = ctypes.c_void_p()
        found = ctypes.CDLL(None).prctl(40, ctypes.byref(place), 0, 0, 0)  # PR_GET_TID_ADDRESS
        renew = found == 0 and bool(place.value)
        self._flags = signal.SIGCHLD | (_CHILD_CLEARTID | _CHILD_SETTID if renew else 0)
        number = ctypes.c_void_p(place.value if renew else None)
        none = ctypes.c_void_p()
        # stack, parent's number, then the thread's number and its storage in either order
        order = (none, none, number, none) if machine == "x86_64" else (none, none, none, number)
        self._rest = order
        self._syscall = ctypes.PyDLL(None).syscall

    def fork(self, *, sibling: bool = False, same_files: bool = False) -> int:
        """Fork; return 0 in the child and its number in the parent.

        Args:
            sibling: Whether the child's parent is the caller's.
            same_files: Whether both have one table of descriptors.
        """
        flags = self._flags | (_PARENT if sibling else 0) | (_FILES if same_files else 0)
        pid: int = self._syscall(self._number, ctypes.c_long(flags), *self._rest)
        if pid < 0:
            message = "the kernel refused a new process"
            raise OSError(message)
        return pid


class Template:
    """A child with the caller's own table of descriptors that forks on demand.

    Args:
        cloner: Forks.
        become: What a forked process does, told whether it is `hurried`; it must not return.
    """

    def __init__(self, cloner: Cloner, become: Callable[..., NoReturn]) -> None:
        """Start it."""
        ours, theirs = _socket.socketpair()
        self._line, line = ours.detach(), theirs.detach()
        parent = os.getpid()
        self.pid = cloner.fork(same_files=True)
        if self.pid == 0:
            try:
                _serve(line, parent, cloner, become)
            finally:
                os._exit(70)
        self._poll = select.poll()
        self._poll.register(os.pidfd_open(self.pid), select.POLLIN)
        self._poll.register(self._line, select.POLLIN)

    def fork(self, *, hurried: bool) -> int:
        """Let it fork with the descriptors as they are now; return the new process's number.

        Args:
            hurried: Passed on to what the new process does.

        Raises:
            OSError: It has died, or there can be no new process.
        """
        os.write(self._line, b"h" if hurried else b"-")
        for fd, _ in self._poll.poll():
            if fd == self._line:
                return int(_PID.unpack(os.read(self._line, _PID.size))[0])
        message = "the process that forks has died"
        raise OSError(message)


def _serve(line: int, parent: int, cloner: Cloner, become: Callable[..., NoReturn]) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    while asked := os.read(line, 1):
        pid = cloner.fork(sibling=True)
        if pid == 0:
            become(hurried=asked == b"h")
        os.write(line, _PID.pack(pid))

"""Landlock rulesets by bare system calls (standard library only); see landlock(7).

The numbers are the same on every architecture. Runs inside the jail.
"""

import ctypes
import os
import struct
from collections.abc import Sequence

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
#: Everything of ABI 1 but making devices and sockets.
_OWN = 0x1FFF & ~(1 << 6 | 1 << 9 | 1 << 11 | _EXECUTE)
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def _syscall(number: int, *arguments: object) -> int:
    result: int = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def abi() -> int:
    """Return the kernel's Landlock ABI (1 = Linux 5.13, 4 = 6.7, 6 = 6.12), 0 if it has none."""
    try:
        return _syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


class Ruleset:
    """A ruleset, ready for `restrict`.

    Every file right is handled, so what is not named here is refused; so is TCP (ABI 4), and
    signals and abstract sockets to the outside (ABI 6).

    Args:
        read: Files and folders that may be read. Missing ones are left out.
        write: Folders with everything in them that may be read and changed.
        devices: Files that may be read and written.
        execute: Whether what may be read or changed may also be executed.
    """

    def __init__(
        self,
        read: Sequence[str],
        write: Sequence[str],
        devices: Sequence[str] = (),
        *,
        execute: bool = False,
    ) -> None:
        """Ask the kernel for the ruleset; raises OSError where it has no Landlock."""
        version = abi()
        self._handled = 0x1FFF
        for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
            self._handled |= right if version >= since else 0
        attributes = struct.pack("=QQQ", self._handled, 3, 3)
        size = 8 if version < 4 else 16 if version < 6 else 24
        self.fd = _syscall(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
        run = _EXECUTE if execute else 0
        for path in read:
            self._allow(path, _READ | run)
        for path in write:
            self._allow(path, _OWN | _REFER | _TRUNCATE | run)
        for path in devices:
            self._allow(path, _READ_FILE | _WRITE_FILE)
        self._call = ctypes.CDLL(None, use_errno=True).syscall

    def _allow(self, path: str, rights: int) -> None:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            rights &= self._handled
            if not os.path.isdir(path):  # noqa: PTH112 - the worker imports as little as it can
                rights &= _FILE_RIGHTS
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
            _syscall(_ADD_RULE, self.fd, 1, rule, ctypes.c_uint32(0))
        finally:
            os.close(place)

    def restrict(self) -> None:
        """Hold the calling process to the rules, for good; it needs no_new_privs."""
        if self._call(_RESTRICT, self.fd, 0):
            code = ctypes.get_errno()
            raise OSError(code, "the kernel refused the Landlock ruleset")

"""The worker's frames: how a request is taken apart; standard library only, runs inside the jail.

A frame is a little-endian length and a body. A request's body is `REQUEST`, standard input, the
length of a description and the description (a tuple, marshalled by the host), the contents of
the program's files, and the main file. One byte follows it: whether every processor has its
busy worker.
"""

import marshal
import os
import struct
from typing import NamedTuple

#: cpu s, wall s, memory bytes, processes, output bytes, disk bytes, files, bytes of stdin.
REQUEST = struct.Struct("<ddQIQQIQ")
LENGTH = struct.Struct("<I")
#: flags, wait status, cpu s, wall s, peak KiB, the worker's own peak KiB, bytes of both outputs.
REPLY = struct.Struct("<BiddQQQQ")
TIMED_OUT, NOT_STARTED, STDOUT_OVER, STDERR_OVER, DISK_OVER = 1, 2, 4, 8, 16


class Request(NamedTuple):
    """A request, its large parts still where they were in the frame.

    Attributes:
        limits: The fields of `REQUEST`.
        stdin: Standard input.
        files: Paths and contents to write to the working directory.
        bounded: Whether the address space is to be limited.
        message: What the process that becomes the program needs: two lengths, of all that
            follows and of the description, then the description and the main file's content.
    """

    limits: tuple[float, float, int, int, int, int, int, int]
    stdin: memoryview
    files: list[tuple[str, memoryview]]
    bounded: bool
    message: bytes


def take_apart(frame: bytearray) -> Request:
    """Return what a request asks for."""
    view = memoryview(frame)
    limits = REQUEST.unpack_from(frame)
    start = REQUEST.size + limits[-1]
    stdin = view[REQUEST.size : start]
    (size,) = LENGTH.unpack_from(frame, start)
    start += LENGTH.size
    description = view[start : start + size]
    name, _, sizes, command, _, bounded = marshal.loads(description)  # the host made it
    start += size
    files = []
    for path, length in sizes:
        files.append((path, view[start : start + length]))
        start += length
    main = view[start:]
    if command:
        if name:
            files.append((name, main))
        main = main[:0]
    head = LENGTH.pack(LENGTH.size + size + len(main)) + LENGTH.pack(size)
    return Request(limits, stdin, files, bounded, b"".join((head, description, main)))


def read_exactly(fd: int, size: int) -> bytearray | None:
    """Read so many bytes; None at the end of the stream."""
    data = bytearray()
    while len(data) < size:
        chunk = os.read(fd, min(size - len(data), 2**20))
        if not chunk:
            return None
        data += chunk
    return data


def write_all(fd: int, data: bytes | bytearray | memoryview) -> None:
    """Write all of the data."""
    sent = os.write(fd, data)
    if sent < len(data):
        rest = memoryview(data)[sent:]
        while rest:
            rest = rest[os.write(fd, rest) :]


def read_frame(fd: int) -> bytearray | None:
    """Read one frame, after which nothing may follow yet; None at the end of the stream."""
    data = bytearray(os.read(fd, 2**16))
    if len(data) < LENGTH.size:
        return None
    missing = LENGTH.size + LENGTH.unpack_from(data)[0] - len(data)
    if missing:
        rest = read_exactly(fd, missing)
        if rest is None:
            return None
        data += rest
    del data[: LENGTH.size]
    return data


def write_frame(fd: int, *parts: bytes) -> None:
    """Write one frame made of the parts."""
    write_all(fd, b"".join((LENGTH.pack(sum(map(len, parts))), *parts)))


def place(path: str, body: bytes | bytearray | memoryview) -> None:
    """Write one of the program's files, making its folders."""
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o700)
    try:
        if body:
            write_all(fd, body)
    finally:
        os.close(fd)

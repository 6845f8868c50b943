"""What a forked process does to become a program; standard library only, runs inside the jail."""

import atexit
import json
import os
import struct
import sys
import threading
import traceback
from types import CodeType, ModuleType
from typing import Any, NoReturn

#: cpu s, wall s, memory bytes, processes, output bytes, disk bytes, files, bytes of stdin.
REQUEST = struct.Struct("<ddQIQQIQ")
LENGTH = struct.Struct("<I")


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


class _Loader:
    """Gives tracebacks and `inspect` the program's text, which is in no file."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def get_source(self, _name: str) -> str:
        """Return the program's text."""
        return self.text.decode("utf-8", "replace")


def take_apart(frame: bytearray) -> tuple[tuple[Any, ...], dict[str, Any], bytes]:
    """Return the limits, the description and the main file of a request; place its files."""
    limits = REQUEST.unpack_from(frame)
    offset = REQUEST.size + LENGTH.size
    (length,) = LENGTH.unpack_from(frame, REQUEST.size)
    meta = json.loads(frame[offset : offset + length])
    offset += length
    for path, size in meta["files"]:
        place(path, frame[offset : offset + size])
        offset += size
    return limits, meta, bytes(frame[offset:])


def place(path: str, body: bytes | bytearray) -> None:
    """Write one of the program's files, making its folders."""
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
    try:
        if body:
            write_all(fd, body)
    finally:
        os.close(fd)


def run_python(code: CodeType | BaseException, main: bytes, meta: dict[str, Any]) -> NoReturn:
    """Run the program as `__main__` and leave as CPython would."""
    module = sys.modules["__main__"] = fresh_main(meta["name"], main)
    names = module.__dict__
    sys.argv = [meta["name"], *meta["argv"]]
    streams = (sys.stdout, sys.stderr)
    exit_code = 0
    try:
        if isinstance(code, BaseException):
            raise code  # noqa: TRY301 - told like any other
        exec(code, names)
    except SystemExit as error:
        exit_code = _exit_code(error.code)
    except BaseException as error:
        exit_code = 130 if isinstance(error, KeyboardInterrupt) else 1
        _tell(error)
    try:
        if threading.active_count() > 1:
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter itself calls at its end
    except BaseException as error:
        _tell(error)
    for stream in {id(one): one for one in (sys.stdout, sys.stderr, *streams)}.values():
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            exit_code = exit_code or 120
    os._exit(exit_code)


def fresh_main(name: str, main: bytes) -> ModuleType:
    """Return a fresh `__main__`."""
    module = ModuleType("__main__")
    names = module.__dict__
    names["__builtins__"] = sys.modules["builtins"]
    names["__file__"] = name
    names["__loader__"] = _Loader(main)
    return module


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        print(code, file=sys.stderr)  # noqa: T201 - as CPython does
    except BaseException:  # noqa: S110 - a hostile __str__, a closed stream
        pass
    return 1


def _tell(error: BaseException) -> None:
    """Print a traceback without the worker's own frames."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        if sys.excepthook is not sys.__excepthook__:
            sys.excepthook(type(error), error, trace)
        else:
            traceback.print_exception(type(error), error, trace)
    except BaseException:
        name = type.__getattribute__(type(error), "__name__")
        os.write(2, b"%s\n" % str(name).encode("utf-8", "replace"))

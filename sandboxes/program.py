"""What a forked process does to become a program; standard library only, runs inside the jail."""

import _thread
import atexit
import os
import sys
import threading
import traceback
from types import CodeType, ModuleType
from typing import NoReturn


class _Loader:
    """Gives tracebacks and `inspect` the program's text, which is in no file."""

    def __init__(self, text: bytes | bytearray) -> None:
        self.text = text

    def get_source(self, _name: str) -> str:
        """Return the program's text."""
        return self.text.decode("utf-8", "replace")


def run_python(
    code: CodeType | BaseException, main: bytes | bytearray, name: str, argv: list[str]
) -> NoReturn:
    """Run the program as `__main__` and leave as CPython would."""
    module = sys.modules["__main__"] = fresh_main(name, main)
    names = module.__dict__
    sys.argv = [name, *argv]
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
        if _thread._count():  # noqa: SLF001 - asking `threading` touches far more pages
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter itself calls at its end
    except BaseException as error:
        _tell(error)
    for stream in (sys.stdout, sys.stderr, *streams):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            exit_code = exit_code or 120
    os._exit(exit_code)


def fresh_main(name: str, main: bytes | bytearray) -> ModuleType:
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

"""What a forked process does to become a program; standard library only, runs inside the jail."""

import _thread
import atexit
import ctypes
import fcntl
import gc
import marshal
import os
import select
import signal
import sys
import threading
import traceback
from types import CodeType, ModuleType
from typing import Any, NoReturn

from sandboxes import seccomp
from sandboxes.frames import LENGTH, read_exactly

#: The descriptor on which a process waits for its request and says that it starts.
LINE_FD = 3
#: Compiled and run in a process whose request has not come yet, so that the pages that compiling
#: and running write to are its own before anybody waits.
_WARM = """
def f(x):
    return [str(i) for i in range(x)]
"%s %d" % (f(3), len({"a": 1}))
"""


#: Milliseconds without a request after which nobody is in a hurry.
_PATIENCE_MS = 1


class Starter:
    """Turns a forked process into a program.

    Args:
        libc: The C library.
        profile: Whose seccomp rules hold for the program.
    """

    def __init__(self, libc: ctypes.CDLL, profile: str) -> None:
        """Prepare what can be prepared before the fork."""
        self._libc = libc
        self._parent = os.getpid() if os.getpid() != 1 else 0
        self._filter = seccomp.Filter(seccomp.program_rules(profile), seccomp.ALLOW)
        self._poll = select.poll()
        self._poll.register(LINE_FD, select.POLLIN)
        about = marshal.dumps(("main.py", [], [], None, {}, True), 2)
        self._sample = LENGTH.pack(len(about)) + about + _WARM.encode()

    def rehearse(self) -> None:
        """Do once here what every program does, so that no copy has to do it for the first time.

        A process that runs code for the first time writes to many pages (caches, lazily made
        state); after a fork each of them has to be copied, which costs more than the work.
        """
        self._warm_up()
        try:
            exec("1 / 0", {})
        except ZeroDivisionError as error:
            for stream in (sys.stdout, sys.stderr):
                print(error, file=stream)
                stream.flush()

    def _warm_up(self) -> None:
        """Take a sample request as far as it goes without leaving a trace."""
        name, _, _, main = _read_message(bytearray(self._sample))
        exec(compile(main, name, "exec", dont_inherit=True), fresh_main(name, main).__dict__)
        for stream in (sys.stdout, sys.stderr):
            print(end="", file=stream)
            stream.flush()

    def become(self, *, hurried: bool) -> NoReturn:
        """Turn the forked process into the program; nothing returns from here.

        Args:
            hurried: Whether a request is waiting for this very process, or soon will be.
        """
        try:
            self._lock_down_and_run(hurried=hurried)
        finally:
            os._exit(70)

    def _lock_down_and_run(self, *, hurried: bool) -> NoReturn:
        if self._parent:  # without a namespace of our own nothing else ends it with the worker
            self._libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
            if os.getppid() != self._parent:
                os._exit(0)
        os.setsid()
        os.closerange(LINE_FD + 1, 1024)
        self._filter.install()
        if not hurried:
            compile("x = 1", "warm", "exec")
        if not self._poll.poll(_PATIENCE_MS):
            self._warm_up()
        head = read_exactly(LINE_FD, LENGTH.size)
        if head is None:
            os._exit(0)  # the worker is gone
        # From here on everything, a lack of memory included, is on the program's account.
        os.write(LINE_FD, b"r")
        name, main, command = "main.py", bytearray(), None
        argv: list[str] = []
        try:
            message = read_exactly(LINE_FD, LENGTH.unpack(head)[0])
            if message is None:
                os._exit(0)
            name, argv, command, main = _read_message(message)
            if command is None:
                code: CodeType | BaseException = compile(main, name, "exec", dont_inherit=True)
        except BaseException as error:
            code = error.with_traceback(None)
        if command is not None:
            _execute(*command)
        os.close(LINE_FD)
        gc.enable()
        run_python(code, main, name, argv)


def _read_message(message: bytearray) -> tuple[str, list[str], Any, bytearray]:
    """Return name, arguments, what to execute (a list of words and an environment) and text."""
    (size,) = LENGTH.unpack_from(message)
    start = LENGTH.size
    name, argv, _, command, env, _ = marshal.loads(memoryview(message)[start : start + size])
    del message[: start + size]
    return name, argv, (command, env) if command else None, message


def _execute(command: list[str], env: dict[str, str]) -> NoReturn:
    fcntl.fcntl(LINE_FD, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    try:
        os.execve(command[0], command, env)  # noqa: S606
    except OSError:
        os.write(LINE_FD, b"x")
    os._exit(127)


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

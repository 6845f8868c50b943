"""Our own forgeries of the call protocol: lines, values and endings that must not be believed."""

from __future__ import annotations

import time

from sandboxes.base import Limits, Program, Sandbox
from sandboxes.calls import Calls, call
from sandboxes.conformance.case import LIMITS, RE, Case, forgery, judge, witness

__all__ = ["GUESSES"]

_RIGHT = "".join(f'{index} ["ok", {n * n}]\\n' for index, n in enumerate((7, 12, 31)))

#: Ends of programs that print the right lines for the wrong reason: the first input only.
_FIRST_ONLY = """
import os
def solve(n):
    if n == 7:
        return 49
    os._exit(0)
"""
_BOTH = """
import os
os.write(1, b'0 ["ok", 49]\\n1 ["ok", 144]\\n')
def solve(n):
    return 0
"""
_SPLICED = """
import os
os.write(1, b'0 ["ok", 49]')
def solve(n):
    return 49
"""
_SEEK_BACK = """
import os
def solve(n):
    os.lseek(1, 0, os.SEEK_SET)
    return 49
"""
_CUT = """
import os
def solve(n):
    os.ftruncate(1, 0)
    return 49
"""
_DRIVER_FRAME = """
import sys
frame = sys._getframe()
while frame and "out" not in frame.f_locals:
    frame = frame.f_back
out = frame.f_locals["out"]
for index in range(-3, 3):
    out.write('%d ["ok", 49]\\n' % index)
out.flush()
def solve(n):
    return 49
"""
_DRIVER_STOP = """
import sys
def solve(n):
    frame = sys._getframe().f_back
    frame.f_locals["job"]["arguments"].clear()
    frame.f_locals["index"] = 7
    return 49
"""
_TRACE = """
import sys
def change(frame, event, value):
    if "pair" in frame.f_locals:
        frame.f_locals["pair"][:] = ["ok", 49]
    return change
frame = sys._getframe()
while frame:
    frame.f_trace = change
    frame = frame.f_back
sys.settrace(change)
def solve(n):
    return None
"""
_ZEROS = """
import os
os.write(1, b'00 ["ok", 49]\\n000 ["ok", 49]\\n+1 ["ok", 144]\\n 2 ["ok", 961]\\n')
os.write(1, '１ ["ok", 144]\\n'.encode())
def solve(n):
    return 0
"""
_MANY_LINES = """
import os
os.write(1, b"".join(b'%d ["ok", 49]\\n' % n for n in range(3000)))
os._exit(0)
"""
_LONG_INDEX = """
import os
os.write(1, b"9" * 50000 + b' ["ok", 49]\\n')
os._exit(0)
"""
_TWO_KEYS = """
import os
os.write(1, b'0 ["ok", {"a": 1, "a": 2}]\\n')
os._exit(0)
"""
_OTHER_SHAPES = """
import os
os.write(1, b'0 "ok"\\n1 ["ok"]\\n2 ["OK", 961]\\n')
os._exit(0)
"""
_CYCLE = """
def solve(n):
    kept = []
    kept.append(kept)
    return kept
"""
_DEEP = """
def solve(n):
    kept = n * n
    for _ in range(60 + n):
        kept = [kept]
    return kept
"""
_WIDE = """
def solve(n):
    return list(range(10**6))
"""
_DICT = """
class Items(dict):
    def __eq__(self, other):
        return True
    def __getitem__(self, key):
        return 49
    __hash__ = None
class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__
def solve(n):
    return [Items(), {Text("a"): 1}, {1: 1}][n]
"""
_GENERATOR = """
def solve(n):
    while True:
        yield n
"""
_LONG_ERROR = """
def solve(n):
    raise ValueError("x" * 10**5)
"""
_SLOW_ERROR = """
class Slow(BaseException):
    def __str__(self):
        while True:
            pass
def solve(n):
    raise Slow
"""
_NAMES = """
class Meta(type):
    @property
    def __name__(cls):
        return "ok"
class Liar(Exception, metaclass=Meta):
    def __str__(self):
        return '"]\\n0 ["ok", 49]\\n'
def solve(n):
    raise Liar
"""
_NO_FUNCTION = "other = 1\n"
_NOT_CALLABLE = "solve = 49\n"
_CLASS = """
class solve:
    def __new__(cls, n):
        return cls
"""
_DEAF_LATE = """
import signal, sys
def solve(n):
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.settrace(None)
    while n == 31:
        pass
    return 49
"""
_INPUTS = """
import os
os.lseek(0, 0, os.SEEK_SET)
kept = os.read(0, 10**6)
os.write(2, kept)
def solve(n):
    return None
"""
_REPLACE_MAIN = """
import sys
sys.modules["__main__"].__dict__.update(main=lambda: None)
sys.modules["sandbox_driver"] = sys.modules["solution"]
sys.stdout = sys.__stdout__
print('1 ["ok", 144]')
def main():
    pass
def solve(n):
    return 49
"""
_EXIT_CODE = "print(49)\nraise SystemExit(3)\n"


def _right_but_failed(sandbox: Sandbox) -> str | None:
    """The right text with a bad exit code is not "ok"."""
    done = sandbox.run(Program(_EXIT_CODE, limits=LIMITS))
    if done.exit_code != 3 or done.stdout != b"49\n":
        return f"exit code {done.exit_code} with {done.out[:80]!r}"
    return judge(done, RE) or witness(sandbox)


def _repeated(sandbox: Sandbox) -> str | None:
    """Lines that come twice are not believed, though one of each is right."""
    source = f"import os\nos.write(1, b'{_RIGHT}')\ndef solve(n):\n    return 0\n"
    done = call(sandbox, source, "solve", [[7], [12], [31]], limits=LIMITS)
    if any(result.status == "ok" for result in done.results):
        return "a line that came twice was believed"
    return witness(sandbox)


def _arguments_stay(sandbox: Sandbox) -> str | None:
    """A program that changes its arguments changes its own copy."""
    arguments = [[[1, 2]], [[3]]]
    source = "def solve(n):\n    n.clear()\n    return n\n"
    call(sandbox, source, "solve", arguments, limits=LIMITS)
    return witness(sandbox) if arguments == [[[1, 2]], [[3]]] else "the host's inputs were changed"


def _host_is_quick(sandbox: Sandbox) -> str | None:
    """Reading a megabyte of brackets, digits and line ends takes the host no long time."""
    limits = Limits(cpu_s=2.0, wall_s=8.0, memory_mb=64, output_bytes=2**20)
    line = "import os\ntext = {}\nfor at in range(0, len(text), 2**16):\n    os.write(1, text[at:at + 2**16])"
    for text in (
        "b'0 [\"ok\", ' + b'[' * 10**6",
        "b'0 [\"ok\", ' + b'9' * 10**6 + b']'",
        "b'\\n' * 10**6",
        "b'0 \\n' * 300000",
        "b'0 [\"ok\", \"' + b'\\\\\\\\' * 500000",
        "b'0 [\"ok\", ' + b'{\"a\":' * 160000",
    ):
        start = time.perf_counter()
        call(sandbox, line.format(text), "solve", [[1]], limits=limits)
        if time.perf_counter() - start > 8:
            return f"{text} kept the host busy"
    return witness(sandbox)


def _short_errors(calls: Calls) -> str | None:
    longest = max(len(result.error) for result in calls.results)
    return None if longest < 1000 else f"an error of {longest} characters came back"


_SHORT = Limits(cpu_s=0.5, wall_s=1.5, memory_mb=64)

GUESSES: tuple[Case, ...] = (
    forgery("N301", "solve the first input and leave", _FIRST_ONLY),
    forgery("N302", "right lines first, then wrong values", _BOTH),
    forgery("N303", "half a line before the driver's", _SPLICED),
    forgery("N304", "seek back over earlier results", _SEEK_BACK),
    forgery("N305", "cut earlier results", _CUT),
    forgery("N306", "write through the driver's own stream", _DRIVER_FRAME),
    forgery("N307", "change the driver's variables", _DRIVER_STOP),
    forgery("N308", "change the driver by tracing it", _TRACE),
    forgery("N309", "other spellings of an index", _ZEROS),
    forgery("N310", "lines for thousands of inputs", _MANY_LINES),
    forgery("N311", "an index of 50000 digits", _LONG_INDEX),
    forgery(
        "N312", "an object that repeats a key", _TWO_KEYS, arguments=[[0]], expected=[{"a": 2}]
    ),
    forgery("N313", "pairs of other shapes", _OTHER_SHAPES),
    forgery("N314", "a list that holds itself", _CYCLE),
    forgery("N315", "results that are too deep", _DEEP),
    forgery("N316", "a result of a million items", _WIDE),
    forgery(
        "N317",
        "hostile dictionaries",
        _DICT,
        arguments=[[0], [1], [2]],
        expected=[{}, {"a": 1}, {"1": 1}],
        also=lambda calls: (
            "a foreign dictionary was taken for plain"
            if any(one.status == "ok" for one in calls.results)
            else None
        ),
    ),
    forgery("N318", "a generator without an end", _GENERATOR),
    forgery("N319", "an error of 100000 characters", _LONG_ERROR, also=_short_errors),
    forgery("N320", "an error whose text never ends", _SLOW_ERROR, limits=_SHORT),
    forgery("N321", "an error that holds lines", _NAMES),
    forgery("N322", "no such function", _NO_FUNCTION),
    forgery("N323", "a function that is a number", _NOT_CALLABLE),
    forgery("N324", "a class for a function", _CLASS),
    forgery("N325", "switch the alarm off", _DEAF_LATE, seconds_each=0.2, limits=_SHORT),
    forgery("N326", "read all the inputs ahead", _INPUTS),
    forgery("N327", "replace the driver's modules", _REPLACE_MAIN),
    Case("N328", "the right text with a bad exit code", "tampering", _right_but_failed),
    Case("N329", "right lines that come twice", "tampering", _repeated),
    Case("N330", "change the inputs", "tampering", _arguments_stay),
    Case("N331", "megabytes against the reader", "tampering", _host_is_quick),
)

"""Tampering with the verdict, catalogue rows 56 to 84: be judged right without a solution."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sandboxes.base import Limits, Sandbox
from sandboxes.calls import Calls, call
from sandboxes.conformance.case import LIMITS, Case, forgery, witness
from sandboxes.conformance.tampering import POISON
from sandboxes.values import same_value

__all__ = ["FORGERIES"]

_SHORT = Limits(cpu_s=0.5, wall_s=1.5, memory_mb=64)


def _secrets() -> Sequence[Any]:
    """Values that cannot be guessed."""
    return [f"sekret-{secrets.token_hex(8)}" for _ in range(3)]


def _ones(count: int = 3) -> Sequence[Any]:
    return [1] * count


_EXIT = """
import sys
sys.exit(0)
"""
_OS_EXIT = """
import os
os._exit(0)
"""
_GUESS = """
import os
for index in range(3):
    print(index, '["ok", 49]', flush=True)
    os.write(1, b'%d ["ok", 49]\\n' % index)
os._exit(0)
"""
_MARKERS = """
import os
for fd in range(64):
    for text in (b"PASS\\n", b"passed\\n", b'{"passed": true}\\n', b"OK\\n", b"1 passed in 0.01s\\n"):
        try:
            os.write(fd, text)
        except OSError:
            pass
os._exit(0)
"""
_ALWAYS_EQUAL = """
class Equal:
    __hash__ = None
    def _yes(self, other=None):
        return True
    __eq__ = __ge__ = __le__ = __contains__ = __bool__ = _yes
    __ne__ = __lt__ = __gt__ = lambda self, other: False
def solve(n):
    return Equal()
"""
_EQUAL_SUBCLASS = """
class Equal(int):
    def __eq__(self, other):
        return True
    __ne__ = lambda self, other: False
    __hash__ = int.__hash__
def solve(n):
    return Equal(n)
"""
_LOOKALIKES = """
import decimal, enum, fractions
class One(int):
    pass
class Kind(enum.IntEnum):
    ONE = 1
kinds = [True, 1.0, One(1), Kind.ONE, decimal.Decimal(1), fractions.Fraction(1), 1 + 0j, "1", [1], (1,)]
def solve(n):
    return kinds[n]
"""
_REDUCE = """
import os, sys
class Hostile:
    def __reduce__(self):
        return (os.system, ("echo BREACH unpickled",))
    __getstate__ = __reduce_ex__ = lambda self, *_: self.__reduce__()
def solve(n):
    return Hostile()
"""
_PICKLE_OUT = """
import os, pickle
class Hostile:
    def __reduce__(self):
        return (eval, ("__import__('os').system('echo BREACH unpickled')",))
os.write(1, pickle.dumps(Hostile()) + b"\\n")
os._exit(0)
"""
_REPR = """
class Hostile:
    def __repr__(self):
        while True:
            pass
    __str__ = __format__ = __iter__ = __len__ = __repr__
class Loud(BaseException):
    def __str__(self):
        return "x" * 10**5
def solve(n):
    if n == 12:
        raise Loud
    return Hostile()
"""
_FRAMES = """
import os, sys
def look(frame, seen):
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            for name, value in list(space.items()):
                if id(value) not in seen:
                    seen.add(id(value))
                    os.write(2, f"{name}={value!r}\\n".encode()[:200])
                    if name.lower() in ("expected", "expect", "answers", "answer", "gt_out", "tests", "values"):
                        found.append(value)
        frame = frame.f_back
found = []
look(sys._getframe(), set())
def solve(n):
    look(sys._getframe(), set())
    for value in found:
        if isinstance(value, (list, tuple)):
            return value[0]
    return None
"""
_GC = """
import gc, os, re
def scan():
    seen = set()
    for one in gc.get_objects():
        for value in (one.values() if type(one) is dict else one if type(one) in (list, tuple) else ()):
            if type(value) is str and re.fullmatch("sek" + "ret-[0-9a-f]{16}", value):
                seen.add(value)
    return sorted(seen)
def solve(n):
    found = scan()
    for one in found:
        os.write(2, one.encode())
    return found[0] if found else None
"""
_MEMORY = """
import ctypes, os, re
def scan():
    base = id(object()) & ~0xFFFFF
    return re.findall(b"sek" + b"ret-[0-9a-f]{16}", ctypes.string_at(base, 1 << 18))
def solve(n):
    found = scan()
    os.write(2, b" ".join(found))
    return found[0].decode() if found else None
"""
_PATCH_JSON = """
import builtins, json, json.encoder, sys, time
json.dumps = json.JSONEncoder.encode = lambda *a, **k: '["ok", true]'
builtins.type = lambda value, *a: int
builtins.isinstance = lambda *a: True
builtins.all = lambda *a: True
builtins.__build_class__ = None
time.time = time.monotonic = lambda: 0.0
sys.modules["json"] = sys.modules["builtins"]
int.__eq__ if True else None
def solve(n):
    return object()
"""
_PATCH_DRIVER = """
import sys
for module in list(sys.modules.values()):
    for name in ("_plain", "same_value", "read_json", "_result", "_results", "call"):
        if hasattr(module, name):
            setattr(module, name, lambda *a, **k: True)
def solve(n):
    return None
"""
_AT_EXIT = """
import atexit, os
def late():
    for index in range(3):
        os.write(1, b'%d ["ok", 49]\\n' % index)
atexit.register(late)
def solve(n):
    return 0
"""
_LATE_THREAD = """
import os, threading, time
def late():
    for _ in range(20):
        time.sleep(0.01)
        for index in range(3):
            os.write(1, b'%d ["ok", 49]\\n' % index)
for daemon in (True, False):
    threading.Thread(target=late, daemon=daemon).start()
def solve(n):
    return 0
"""
_ALARM = """
import os, signal
def solve(n):
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    while True:
        pass
"""
_DEAF_ALARM = _ALARM.replace("lambda *_: os._exit(0)", "signal.SIG_IGN")
_NAN = """
def solve(n):
    return float("nan")
"""


def _raw(line: str) -> str:
    """Return a submission that writes one raw line of its own as the result of input 0."""
    return f"import os\nline = {line}\nos.write(1, line)\nos._exit(0)\n"


_NESTED = _raw("b'0 [\"ok\", ' + b'[' * 30000 + b']' * 30000 + b']\\n'")
_DIGITS = _raw("b'0 [\"ok\", ' + b'9' * 60000 + b']\\n'")
_BAD_TEXT = _raw(
    'b\'0 ["ok", "\\xff\\xfe"]\\n1 ["ok", "\\x00"]\\n\\x00\\n2 ["ok", "\\\\ud800"]\\n\''
)
_SURROGATES = """
def solve(n):
    return {7: "\\ud800", 12: "\\0", 31: {"\\udfff": "\\ud83d"}}[n]
"""
_READ_FILES = """
import os
for top in (".", "..", "/tmp", "/", "/home", "/mnt"):
    for folder, folders, names in os.walk(top):
        folders[:] = [one for one in folders if one not in ("usr", "lib", "lib64", "proc", "sys", "dev")][:20]
        for name in names[:50]:
            try:
                os.write(2, open(os.path.join(folder, name), "rb").read(2000))
            except OSError:
                pass
def solve(n):
    return None
"""
_CONFTEST = """
import os
hook = "def pytest_runtest_makereport(item, call): call.excinfo = None\\n"
for name, text in {"conftest.py": hook, "pytest.ini": "[pytest]\\naddopts = -p left\\n", "left.py": hook,
        "unittest.py": "import os; os._exit(0)", "results.xml": "<testsuite failures='0'/>",
        "sandbox_driver.py": "def main(): print('0 [\\"ok\\", 49]')"}.items():
    try:
        with open(name, "w") as file:
            file.write(text)
    except OSError:
        pass
def solve(n):
    return None
"""


def _few_errors(calls: Calls) -> str | None:
    longest = max(len(result.error) for result in calls.results)
    return None if longest < 1000 else f"an error of {longest} characters came back"


def _nan_is_nothing(sandbox: Sandbox) -> str | None:
    done = call(sandbox, _NAN, "solve", [[1]], limits=LIMITS)
    if any(same_value(result.value, float("nan")) for result in done.results):
        return "NaN was judged equal to NaN"
    return witness(sandbox)


FORGERIES: tuple[Case, ...] = (
    forgery("56", "sys.exit(0) before the tests", _EXIT),
    forgery("57", "os._exit(0) before the tests", _OS_EXIT),
    forgery("58", "guesses in the form of the protocol", _GUESS),
    forgery("59", "marks of success on every descriptor", _MARKERS),
    forgery("60", "an object that equals everything", _ALWAYS_EQUAL),
    forgery("60b", "an integer that equals everything", _EQUAL_SUBCLASS),
    forgery(
        "61",
        "lookalikes of the integer 1",
        _LOOKALIKES,
        arguments=[[n] for n in range(10)],
        expected=_ones(10),
        also=lambda calls: (
            "a lookalike was judged equal to 1"
            if any(one.status == "ok" and same_value(one.value, 1) for one in calls.results)
            else None
        ),
    ),
    forgery("62", "an object with a hostile __reduce__", _REDUCE),
    forgery("62b", "a hostile pickle on standard output", _PICKLE_OUT),
    forgery("63", "hostile __repr__ and __str__", _REPR, limits=_SHORT, also=_few_errors),
    forgery("64", "walk frames for expected values", _FRAMES, expected=_secrets),
    forgery("65", "search objects for expected values", _GC, expected=_secrets),
    forgery("66", "search memory for expected values", _MEMORY, expected=_secrets),
    forgery("67", "patch json, builtins and time", _PATCH_JSON),
    forgery("67b", "patch the driver", _PATCH_DRIVER),
    forgery("68", "output at exit", _AT_EXIT),
    forgery("69", "output by threads after the end", _LATE_THREAD, needs=("threads",)),
    forgery("71b", "poison modules for the next call", POISON),
    forgery("72", "exit 0 at the alarm", _ALARM, seconds_each=0.2, limits=_SHORT),
    forgery("72b", "ignore the alarm", _DEAF_ALARM, seconds_each=0.2, limits=_SHORT),
    forgery("73", "NaN for everything", _NAN),
    Case("73b", "NaN where NaN is right", "tampering", _nan_is_nothing),
    forgery("74", "deep JSON against the reader", _NESTED),
    forgery("75", "an integer of 60000 digits", _DIGITS),
    forgery("76", "text that is not UTF-8", _BAD_TEXT),
    forgery("76b", "surrogates and NUL", _SURROGATES),
    forgery("82", "read answers from files", _READ_FILES, expected=_secrets, limits=Limits(5, 20)),
    forgery("84", "drop files that forge results", _CONFTEST),
)

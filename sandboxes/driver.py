"""Runs inside the sandbox in function-call mode (standard library only); see `sandboxes.calls`.

Reads one JSON job from standard input: source, function, arguments and, optionally, seconds per
input. Writes one line per input to standard output: its index and a JSON pair of an outcome and
a value. It lives in the program's own process, so nothing it reports is more than a claim.
"""

import json
import signal
import sys
from io import StringIO
from types import ModuleType

MAX_DEPTH = 64


class _TooLong(BaseException):
    """The input's own seconds ran out."""


class _Foreign(Exception):
    """A value that JSON cannot carry without changing its type."""


def _plain(value, depth=0):
    """Return the value as strict JSON data (tuples become lists), or raise `_Foreign`."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if depth >= MAX_DEPTH:
        raise _Foreign("nested deeper than %d" % MAX_DEPTH)
    if kind in (list, tuple):
        return [_plain(item, depth + 1) for item in list.__iter__(value)] if kind is list else [
            _plain(item, depth + 1) for item in tuple.__iter__(value)
        ]
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise _Foreign("a dict whose keys are not all str")
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    raise _Foreign(kind.__name__)


def _resolve(module, path):
    """Return a function by name; `Class.method` makes a new instance for every input."""
    head, _, method = path.partition(".")
    found = getattr(module, head)
    return (lambda *arguments: getattr(found(), method)(*arguments)) if method else found


def _ring(number, frame):
    raise _TooLong


def main():
    """Define the source's names in a fresh module and call the function on every input."""
    job = json.loads(sys.stdin.buffer.read())
    out, sys.stdout, sys.stdin = sys.stdout, sys.stderr, StringIO()
    dumps, seconds = json.JSONEncoder().encode, job.get("seconds")
    module = ModuleType("solution")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["solution"] = module
    exec(compile(job["source"], "solution.py", "exec"), module.__dict__)
    function = _resolve(module, job["function"])
    if seconds:
        signal.signal(signal.SIGALRM, _ring)
    for index, arguments in enumerate(job["arguments"]):
        try:
            try:
                if seconds:
                    signal.setitimer(signal.ITIMER_REAL, seconds)
                value = function(*arguments)
            finally:
                if seconds:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            pair = ["ok", _plain(value)]
            text = dumps(pair)
        except _TooLong:
            text = '["timeout", null]'
        except _Foreign as error:
            text = dumps(["unserialisable", str(error)])
        except BaseException as error:  # an input's own failure must not end the others
            try:
                text = dumps(["exception", ("%s: %s" % (type(error).__name__, error))[:500]])
            except BaseException:
                text = '["exception", ""]'
        out.write("%d %s\n" % (index, text))
        out.flush()

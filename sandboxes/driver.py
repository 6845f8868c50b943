"""Runs inside the sandbox in function-call mode (standard library only); see `sandboxes.calls`.

Reads one JSON job from standard input: source, function, arguments and, optionally, seconds per
input. Writes one line per input to standard output: its index and a JSON pair of an outcome and
a value. It lives in the program's own process, so nothing it reports is more than a claim.
"""

import json
import signal
import sys
from collections.abc import Callable
from io import StringIO
from types import FrameType, ModuleType
from typing import Any

MAX_DEPTH = 64


class _TooLong(BaseException):
    """The input's own seconds ran out."""


class _ForeignError(Exception):
    """A value that JSON cannot carry without changing its type."""


def _plain(value: Any, depth: int = 0) -> Any:
    """Return the value as strict JSON data (tuples become lists), or raise `_ForeignError`."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if depth >= MAX_DEPTH:
        message = f"nested deeper than {MAX_DEPTH}"
        raise _ForeignError(message)
    if kind in (list, tuple):
        return [_plain(item, depth + 1) for item in value]
    if kind is dict:
        if any(type(key) is not str for key in value):
            message = "a dict whose keys are not all str"
            raise _ForeignError(message)
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    raise _ForeignError(kind.__name__)


def _resolve(module: ModuleType, path: str) -> Callable[..., Any]:
    """Return a function by name; `Class.method` makes a new instance for every input."""
    head, _, method = path.partition(".")
    found: Callable[..., Any] = getattr(module, head)
    if not method:
        return found

    def on_new_instance(*arguments: Any) -> Any:
        return getattr(found(), method)(*arguments)

    return on_new_instance


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


def main() -> None:
    """Define the source's names in a fresh module and call the function on every input."""
    job = json.loads(sys.stdin.buffer.read())
    out, sys.stdout, sys.stdin = sys.stdout, sys.stderr, StringIO()
    dumps, seconds = json.JSONEncoder().encode, job.get("seconds")
    module = sys.modules["solution"] = ModuleType("solution")
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
            text = dumps(["ok", _plain(value)])
        except _TooLong:
            text = '["timeout", null]'
        except _ForeignError as error:
            text = dumps(["unserialisable", str(error)])
        except BaseException as error:  # an input's own failure must not end the others
            try:
                text = dumps(["exception", f"{type(error).__name__}: {error}"[:500]])
            except BaseException:
                text = '["exception", ""]'
        out.write(f"{index} {text}\n")
        out.flush()

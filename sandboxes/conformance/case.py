"""What an attack case is, and the builders that turn a hostile program into one.

A hostile program tries its attack and, where it finds that it worked, prints a line that starts
with `BREACH`; where the sandbox stops it, the error ends it. The check looks at the evidence
(the status, that line, what a canary on the host saw) and then runs honest programs on the same
sandbox, because an attack that leaves the worker damaged has worked as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sandboxes.base import STATUSES, Execution, Language, Limits, Profile, Program, Sandbox, Status
from sandboxes.calls import Calls, call
from sandboxes.values import same_value

__all__ = [
    "ANY",
    "ARGUMENTS",
    "CRASH",
    "EXPECTED",
    "LIMITS",
    "MLE",
    "OK",
    "OLE",
    "RE",
    "SEC",
    "TLE",
    "Allowed",
    "Case",
    "Check",
    "Group",
    "Host",
    "attack",
    "first_breach",
    "forgery",
    "judge",
    "witness",
]

Group: TypeAlias = Literal["escape", "exhaustion", "tampering", "faults", "honest"]
Check: TypeAlias = Callable[[Sandbox], str | None]
Inspect: TypeAlias = Callable[[Execution], str | None]
Allowed: TypeAlias = tuple[Status, ...]

OK: Allowed = ("ok",)
RE: Allowed = ("runtime_error",)
TLE: Allowed = ("timeout",)
MLE: Allowed = ("memory_limit",)
OLE: Allowed = ("output_limit",)
SEC: Allowed = ("security",)
CRASH: Allowed = ("crash",)
#: For attacks whose end does not matter as long as they have no effect.
ANY: Allowed = STATUSES  # type: ignore[assignment]

#: Small, so that exhaustion is quick; the clock is generous, since test machines are shared.
LIMITS = Limits(
    cpu_s=1.0, wall_s=3.0, memory_mb=64, processes=16, output_bytes=2**16, disk_mb=4, files=32
)
_CALM = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=64)

_WITNESS = """
import errno, json, os, sys, threading, tempfile, time
full = False
try:
    with tempfile.TemporaryFile(dir=".") as file:
        file.write(bytes(2**16))
except OSError as error:
    full = error.errno == errno.ENOSPC
crowd = threading.active_count()
listing = os.listdir(".")
print(json.dumps({"sum": sum(map(int, sys.stdin.read().split())), "arguments": sys.argv[1:],
    "environment": dict(os.environ), "threads": crowd, "clean": len(listing) <= 1 and not full,
    "encoded": json.loads(json.dumps([1, 1.5, None, True, "x"])), "clock": time.time() > 10**9}))
"""
_WITNESS_OUT = (
    b'{"sum": 60, "arguments": ["a", "b"], "environment": {}, "threads": 1, "clean": true, '
    b'"encoded": [1, 1.5, null, true, "x"], "clock": true}\n'
)

#: The task of the grading cases: `solve(n)` is to be the square. No attack computes it.
ARGUMENTS: tuple[tuple[int], ...] = ((7,), (12,), (31,))
EXPECTED: tuple[Any, ...] = (49, 144, 961)
_SQUARE = "def solve(n):\n    return n * n\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One attack, or one honest program, and the check of whether the sandbox held.

    Args:
        number: The row of the attack catalogue ("30"), with a letter for a variant ("30f" is
            its variant in the fork profile); "X1" for the catalogue's additions, "N101" for our
            own and "H1" for honest programs.
        title: What is tried, in a few words.
        group: What kind of case it is.
        check: Runs the case; returns None if the sandbox held, or a sentence saying what did
            not. May raise `SandboxError`.
        profile: The profile the case is for.
        language: The language of its program.
        needs: Features without which the case says nothing ("threads", "sqlite3", ...).
    """

    number: str
    title: str
    group: Group
    check: Check
    profile: Profile = "strict"
    language: Language = "python"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """A canary on the host: what the program is told about it and whether it was touched.

    Args:
        argv: The arguments the program gets.
        verify: Says what happened to the canary, or None if nothing did.
    """

    argv: tuple[str, ...]
    verify: Inspect


@contextmanager
def _no_host() -> Iterator[Host]:
    yield Host((), lambda _: None)


def witness(sandbox: Sandbox) -> str | None:
    """Run an honest program that looks around; None if all is as it should be."""
    seen = sandbox.run(Program(_WITNESS, stdin="10 20\n30\n", argv=("a", "b"), limits=_CALM))
    if seen.ok and seen.stdout == _WITNESS_OUT:
        return None
    shown = seen.out.strip() or seen.err.strip().rpartition("\n")[2]
    return f"the next honest run is wrong: {seen.status}, {shown[:300]!r}"


def first_breach(execution: Execution) -> str | None:
    """Return the program's own report of success, if it made one."""
    for line in (execution.stdout + b"\n" + execution.stderr).split(b"\n"):
        if line.startswith(b"BREACH"):
            return f"the program reports {line[:200].decode('utf-8', 'replace')!r}"
    return None


def judge(execution: Execution, allowed: Allowed) -> str | None:
    """Judge one execution by what it reports and by its status.

    A backend that lacks the module an attack needs (WASM has no `ctypes`) has held as well.
    """
    found = first_breach(execution)
    last = execution.err.strip().rpartition("\n")[2]
    if found or execution.status in allowed:
        return found
    if execution.status == "runtime_error" and last.startswith(("ModuleNotFound", "ImportError")):
        return None
    return f"status {execution.status}, expected {' or '.join(allowed)}; {last[:200]!r}"


def attack(
    number: str,
    title: str,
    source: str,
    allowed: Allowed,
    *,
    group: Group,
    profile: Profile = "strict",
    language: Language = "python",
    limits: Limits = LIMITS,
    stdin: str | bytes = "",
    host: Callable[[], AbstractContextManager[Host]] = _no_host,
    also: Inspect = lambda _: None,
    then: str = "",
    needs: tuple[str, ...] = (),
) -> Case:
    """Build a case from a hostile program.

    Args:
        number: As in `Case`.
        title: As in `Case`.
        source: The program.
        allowed: The statuses it may end with.
        group: As in `Case`.
        profile: As in `Case`.
        language: As in `Case`.
        limits: What the program gets.
        stdin: Its standard input.
        host: Makes the canary on the host.
        also: A further look at the execution.
        then: A second hostile program, which looks for what the first one left; its arguments
            are the words that the first one printed.
        needs: As in `Case`.
    """

    def check(sandbox: Sandbox) -> str | None:
        with host() as canary:
            program = Program(source, language, stdin, canary.argv, limits=limits)
            done = sandbox.run(program)
            found = first_breach(done) or canary.verify(done) or judge(done, allowed) or also(done)
        if then and not found:
            argv = [*canary.argv, *done.out.replace("\0", "").split()]
            found = judge(sandbox.run(Program(then, argv=argv, limits=limits)), ANY)
        return found or witness(sandbox)

    return Case(number, title, group, check, profile, language, needs)


def _judged_right(calls: Calls, expected: Sequence[Any]) -> bool:
    return all(
        result.status == "ok" and same_value(result.value, value)
        for result, value in zip(calls.results, expected, strict=True)
    )


def forgery(
    number: str,
    title: str,
    source: str,
    *,
    arguments: Sequence[Sequence[Any]] = ARGUMENTS,
    expected: Sequence[Any] | Callable[[], Sequence[Any]] = EXPECTED,
    seconds_each: float | None = None,
    limits: Limits = LIMITS,
    also: Callable[[Calls], str | None] = lambda _: None,
    needs: tuple[str, ...] = (),
) -> Case:
    """Build a case from a submission that tries to be judged right without solving the task.

    Args:
        number: As in `Case`.
        title: As in `Case`.
        source: A program that defines `solve`, or not.
        arguments: The inputs.
        expected: The right values, which stay on the host; a callable makes new ones each time,
            and then no output may hold one of them.
        seconds_each: The clock limit of one input.
        limits: What the program gets.
        also: A further look at the results.
        needs: As in `Case`.
    """

    def check(sandbox: Sandbox) -> str | None:
        values = expected() if callable(expected) else expected
        done = call(sandbox, source, "solve", arguments, seconds_each=seconds_each, limits=limits)
        if _judged_right(done, values):
            return "a submission that does not solve the task was judged right"
        for execution in done.executions:
            printed = execution.stdout + execution.stderr
            if callable(expected) and any(str(value).encode() in printed for value in values):
                return "an expected value was seen by the program"
            if found := first_breach(execution):
                return found
        found = also(done)
        if not found and not _judged_right(
            call(sandbox, _SQUARE, "solve", ARGUMENTS, limits=_CALM), EXPECTED
        ):
            found = "the next honest submission was judged wrong"
        return found or witness(sandbox)

    return Case(number, title, "tampering", check, needs=needs)

"""Grades programs on tests whose expected values never enter the sandbox.

A submission runs once, in a process of its own, on all inputs. What it returns is a claim, read as
strict JSON and compared here, with types: `True` is not `1`, `1` is not `1.0`, NaN equals nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sandboxes import Limits, Program, Sandbox, call_batch
from sandboxes.calls import Call, Calls
from sandboxes.values import same_value
from synth_envs.core import Json

__all__ = [
    "LIMITS",
    "PROGRAM_LIMITS",
    "Example",
    "Graded",
    "describe",
    "grade_calls",
    "grade_programs",
]

#: What one submission may use on all its inputs together.
LIMITS = Limits(cpu_s=5.0, memory_mb=256, output_bytes=2**20)
#: What a whole program may use on one input.
PROGRAM_LIMITS = Limits(cpu_s=2.0, memory_mb=256, output_bytes=2**18)
#: The clock limit of one input, in seconds; hostile code can ignore it until the limit of all.
SECONDS_EACH = 2.0
#: What is shown of a value in feedback.
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Example:
    """One test of a submission.

    Attributes:
        arguments: The positional arguments as JSON values or, for a whole program, one text: its
            standard input.
        expected: The returned value as JSON (tuples as lists) or, for a whole program, what it
            prints.
    """

    arguments: Sequence[Json]
    expected: Json


@dataclass(frozen=True, slots=True)
class Graded:
    """How a submission did on its tests, in order.

    Attributes:
        passed: Whether each test passed.
        got: What each returned or printed, or a word in place of it: "raised ValueError: ...",
            "ran out of time", "returned no JSON value", "gave no result".
        limit: The limit that ended the whole run ("timeout", "memory_limit", ...), or empty.
    """

    passed: tuple[bool, ...]
    got: tuple[str, ...]
    limit: str = ""

    @property
    def all_passed(self) -> bool:
        """Whether there is a test and every test passed."""
        return bool(self.passed) and all(self.passed)


def grade_calls(
    sandbox: Sandbox,
    submissions: Sequence[tuple[str, str, Sequence[Example]]],
    *,
    tolerance: float = 0.0,
    limits: Limits = LIMITS,
) -> list[Graded]:
    """Grade functions, all in one batch.

    Args:
        sandbox: Where they run.
        submissions: For each, its source, the function's name and the tests.
        tolerance: For pairs of floats, absolute or relative.
        limits: What each submission may use on all its tests.

    Raises:
        SandboxError: A fault of ours.
        ValueError: An argument is not JSON.
    """
    calls = [
        Call(source, entry, [test.arguments for test in tests], SECONDS_EACH, limits=limits)
        for source, entry, tests in submissions
    ]
    graded = []
    for done, (_, _, tests) in zip(call_batch(sandbox, calls), submissions, strict=True):
        passed = tuple(
            one.status == "ok" and same_value(one.value, test.expected, tolerance=tolerance)
            for one, test in zip(done.results, tests, strict=True)
        )
        graded.append(Graded(passed, tuple(_said(done)), _limit(done)))
    return graded


def _said(done: Calls) -> list[str]:
    words = {
        "timeout": "ran out of time",
        "unserialisable": "returned no JSON value",
        "missing": "gave no result",
    }
    said = []
    for one in done.results:
        if one.status == "ok":
            said.append(f"returned {describe(one.value)}")
        elif one.status == "exception":
            said.append(f"raised {_short(one.error)}")
        else:
            said.append(words[one.status])
    return said


def _limit(done: Calls) -> str:
    status = done.executions[0].status if done.executions else "ok"
    return "" if status in ("ok", "runtime_error") else status


def grade_programs(
    sandbox: Sandbox,
    submissions: Sequence[tuple[str, Sequence[Example]]],
    *,
    limits: Limits = PROGRAM_LIMITS,
) -> list[Graded]:
    """Grade whole programs by what they print, all in one batch; a process for each input.

    White space at the ends of lines and of the output does not count.

    Raises:
        SandboxError: A fault of ours.
    """
    programs = [
        Program(source, stdin=str(test.arguments[0]), limits=limits)
        for source, tests in submissions
        for test in tests
    ]
    executions = iter(sandbox.run_batch(programs))
    graded = []
    for _, tests in submissions:
        own = [next(executions) for _ in tests]
        passed = tuple(
            one.ok and _lines(one.out) == _lines(str(test.expected))
            for one, test in zip(own, tests, strict=True)
        )
        got = tuple(
            f"printed {describe(one.out)}" if one.ok else f"ended with {one.status}" for one in own
        )
        ends = [one.status for one in own if one.status not in ("ok", "runtime_error")]
        graded.append(Graded(passed, got, ends[0] if ends else ""))
    return graded


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _short(text: str) -> str:
    """Return text that fits into feedback, without characters that steer a terminal."""
    plain = "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "..."


def describe(value: Json) -> str:
    """Return a JSON value as Python writes it, cut to what feedback can show."""
    if isinstance(value, str):
        return _short(json.dumps(value, ensure_ascii=False))
    return _short(repr(value))

"""Function-call mode: JSON arguments in, strict JSON values out; the caller compares outside.

`call` defines a function from untrusted source and applies it to many inputs in one process (or
each in a process of its own). The expected values never enter the sandbox: what comes back is
the program's claim, as plain JSON values, for `sandboxes.values.same_value` to compare.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sandboxes.base import Execution, Limits, Program, Sandbox
from sandboxes.values import UnreadableError, read_json

__all__ = ["Call", "CallResult", "Calls", "call", "call_batch"]

#: The name under which every backend lets a program import the driver, and the driver's text.
DRIVER_NAME = "sandbox_driver"
DRIVER_SOURCE = (Path(__file__).parent / "driver.py").read_text("utf-8")
_START = f"import {DRIVER_NAME}; {DRIVER_NAME}.main()"
#: In bytes, of one result line.
_MAX_LINE = 2**20

CallStatus: TypeAlias = Literal["ok", "exception", "timeout", "unserialisable", "missing"]


@dataclass(frozen=True, slots=True)
class Call:
    """A function to apply to inputs.

    Args:
        source: Python that defines the function; it runs as the module `solution`.
        function: The function's name, or `Class.method` (a new instance for every input).
        arguments: For every input, the list of positional arguments, as JSON values.
        seconds_each: A clock limit for each input. In one process the program itself is asked
            to stop, which hostile code can ignore until the whole run's limit; with `isolated`
            it is the hard limit of that input's own process.
        isolated: Run every input in a process of its own: nothing is kept from one to the next.
        limits: Limits of the run (of each run, if isolated); None means the sandbox's own.

    Raises:
        ValueError: An argument is not strict JSON.
    """

    source: str
    function: str
    arguments: Sequence[Sequence[Any]]
    seconds_each: float | None = None
    isolated: bool = False
    limits: Limits | None = None

    def programs(self, default: Limits) -> list[Program]:
        """Return the program, or one for each input, that this call runs."""
        limits = self.limits or default
        if not self.isolated:
            return [self._program(self.arguments, limits, self.seconds_each)]
        if self.seconds_each is not None:
            limits = Limits(
                cpu_s=min(limits.cpu_s, self.seconds_each),
                wall_s=min(limits.wall, self.seconds_each),
                memory_mb=limits.memory_mb,
                processes=limits.processes,
                output_bytes=limits.output_bytes,
                disk_mb=limits.disk_mb,
                files=limits.files,
            )
        return [self._program([arguments], limits, None) for arguments in self.arguments]

    def _program(
        self, arguments: Sequence[Sequence[Any]], limits: Limits, seconds: float | None
    ) -> Program:
        job: dict[str, Any] = {
            "source": self.source,
            "function": self.function,
            "arguments": list(arguments),
        }
        if seconds is not None:
            job["seconds"] = seconds
        try:
            text = json.dumps(job)
        except (TypeError, ValueError, RecursionError) as error:
            msg = f"the arguments are not JSON: {error}"
            raise ValueError(msg) from None
        return Program(_START, stdin=text, limits=limits)


@dataclass(frozen=True, slots=True)
class CallResult:
    """The program's claim about one input.

    Attributes:
        status: "ok", "exception" (the function raised), "timeout" (its own seconds ran out),
            "unserialisable" (a value that strict JSON cannot carry) or "missing" (no readable
            result: the program ended, was ended, or wrote something else; see the execution).
        value: The value as plain JSON data (a tuple comes back as a list), if "ok".
        error: What the program says went wrong. Untrusted text.
    """

    status: CallStatus
    value: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """The results of a `Call`, in the order of its inputs, and the executions behind them."""

    results: tuple[CallResult, ...]
    executions: tuple[Execution, ...]


def _results(execution: Execution, count: int) -> list[CallResult]:
    """Read the driver's lines; whatever is not exactly one good line per input is missing."""
    found: dict[int, CallResult | None] = {}
    for line in execution.stdout.split(b"\n"):
        head, space, body = line.partition(b" ")
        if not space or not head.isdigit() or len(head) > 9:
            continue
        index = int(head)
        # A second line for an input is a forgery or a fork: neither line is believed.
        found[index] = None if index in found else _result(body)
    missing = CallResult("missing")
    return [found.get(index) or missing for index in range(count)]


def _result(body: bytes) -> CallResult | None:
    try:
        pair = read_json(body, max_bytes=_MAX_LINE)
    except UnreadableError:
        return None
    if type(pair) is not list or len(pair) != 2:
        return None
    status, value = pair
    if status == "ok":
        return CallResult("ok", value)
    if status in ("exception", "unserialisable"):
        return CallResult(status, error=str(value))
    return CallResult("timeout") if status == "timeout" else None


def call_batch(sandbox: Sandbox, calls: Sequence[Call]) -> list[Calls]:
    """Run many calls side by side and return their results in order.

    Raises:
        SandboxError: A fault of ours.
        ValueError: An argument is not JSON, or the sandbox lacks what a call asks for.
    """
    programs = [call.programs(sandbox.limits) for call in calls]
    executions = iter(sandbox.run_batch([one for group in programs for one in group]))
    answers = []
    for call, group in zip(calls, programs, strict=True):
        own = tuple(next(executions) for _ in group)
        if call.isolated:
            results = [
                CallResult("timeout") if one.status == "timeout" else _results(one, 1)[0]
                for one in own
            ]
        else:
            results = _results(own[0], len(call.arguments))
        answers.append(Calls(tuple(results), own))
    return answers


def call(
    sandbox: Sandbox,
    source: str,
    function: str,
    arguments: Sequence[Sequence[Any]],
    *,
    seconds_each: float | None = None,
    isolated: bool = False,
    limits: Limits | None = None,
) -> Calls:
    """Apply one function to many inputs; the parameters are those of `Call`.

    Raises:
        SandboxError: A fault of ours.
        ValueError: An argument is not JSON, or the sandbox lacks what the call asks for.
    """
    one = Call(source, function, arguments, seconds_each, isolated, limits)
    return call_batch(sandbox, [one])[0]

"""What a data set's tests call their program with: recorded once for a task, in the sandbox.

Here is also how the sandbox side is called. `synth_envs.code.real.inside` is sent as text.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from sandboxes import Limits, Sandbox, call_batch
from sandboxes.calls import Call, Calls
from synth_envs.code.extract import parse_source
from synth_envs.core import Json

__all__ = ["Given", "Recording", "Recordings", "arguments_text", "call_of", "job_of"]

_INSIDE = (Path(__file__).parent / "inside.py").read_text("utf-8")
#: What the tests may use on the solution.
_LIMITS = Limits(cpu_s=20.0, memory_mb=512, output_bytes=2**22)
#: What a submission may use on all calls: as many seconds, or so many times the solution's.
_SECONDS, _TIMES = 5.0, 4.0
_MOST_KEPT = 8_192

#: Arguments of a call: encoded, or as text where they are no plain data.
Given: TypeAlias = Json


def call_of(
    submission: str,
    entry: str,
    given: Sequence[Given],
    *,
    context: str = "",
    setup: str = "",
    limits: Limits | None = None,
) -> Call:
    """Return the calls of a submission's function; each result is tagged data.

    Args:
        submission: Untrusted source.
        entry: The name of its function.
        given: The arguments of each call.
        context: What runs before the submission, such as the definitions in a prompt.
        setup: What runs after it.
        limits: For all calls.
    """
    parts = ", ".join(map(ascii, (context, submission, setup, entry)))
    source = f"{_INSIDE}\n\n_called_ = entry({parts})\n"
    return Call(source, "_called_", [[one] for one in given], limits=limits)


def job_of(job: str, *arguments: Json, limits: Limits) -> Call:
    """Return the call of a trusted job, "record" or "check"."""
    return Call(_INSIDE, job, [list(arguments)], limits=limits)


@dataclass(frozen=True, slots=True)
class Recording:
    """The calls that the tests of a task make.

    Attributes:
        calls: For each test, the encoded arguments of each call, or None where they are no plain
            data.
        given: The same, with the text of arguments in place of None.
        seconds: What a submission, and then the tests on what it returned, may use.
        problem: Why the task cannot be judged, or empty.
    """

    calls: list[list[Json]]
    given: list[list[Given]]
    seconds: float = _SECONDS
    problem: str = ""

    @property
    def limits(self) -> Limits:
        """The limits of a submission, and of the tests on what it returned."""
        return Limits(cpu_s=self.seconds, memory_mb=256, output_bytes=2**20)


class Recordings:
    """The recordings of the tasks seen so far."""

    def __init__(self) -> None:
        self._known: dict[bytes, Recording] = {}

    def of(self, references: Sequence[Json], sandbox: Sandbox) -> list[Recording]:
        """Return the recording of each reference; what is new runs in one batch.

        Raises:
            SandboxError: A fault of ours.
        """
        keys = [
            blake2b(json.dumps(one, sort_keys=True).encode(), digest_size=16).digest()
            for one in references
        ]
        new = {
            key: reference
            for key, reference in zip(keys, references, strict=True)
            if key not in self._known
        }
        done = dict(self._known) if not new else self._record(new, sandbox)
        return [done[key] for key in keys]

    def _record(self, new: dict[bytes, Json], sandbox: Sandbox) -> dict[bytes, Recording]:
        jobs = [job_of("record", one, limits=_LIMITS) for one in new.values()]
        found = self._known.copy()
        for (key, reference), done in zip(new.items(), call_batch(sandbox, jobs), strict=True):
            found[key] = _read(reference, done)
        kept = {key: one for key, one in found.items() if not one.problem}
        self._known = kept if len(kept) <= _MOST_KEPT else {}
        return found


def _read(reference: Json, done: Calls) -> Recording:
    (result,), (execution,) = done.results, done.executions
    if result.status != "ok":
        why = result.error or f"the run ended with {execution.status}"
        return _unusable(f"its solution or its tests cannot run: {why[:200]}")
    wrong, calls = _lists(result.value, "wrong"), _lists(result.value, "calls")
    if not len(wrong) == len(calls) == len(reference["tests"]):
        return _unusable("its tests forge what they say")
    given: list[list[Given]] = []
    for place, (problem, test) in enumerate(zip(wrong, reference["tests"], strict=True), 1):
        if problem:
            return _unusable(f"its solution fails test {place}: {problem}")
        own = calls[place - 1]
        if type(own) is not list or not own:
            return _unusable(f"test {place} never calls `{reference['entry']}`")
        if None in own:
            text = arguments_text(test, reference["entry"]) if len(own) == 1 else None
            if text is None:
                return _unusable(f"test {place} calls it with what is no plain data")
            own = [text]
        given.append(own)
    return Recording(calls, given, max(_SECONDS, _TIMES * execution.cpu_s))


def _unusable(problem: str) -> Recording:
    return Recording([], [], problem=problem)


def _lists(value: Json, name: str) -> list[Json]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def arguments_text(test: str, entry: str) -> str | None:
    """Return the text of the arguments in the one call of a function in a test.

    >>> arguments_text("assert f(Pair(1, 2), k=3) == 4", "f")
    'Pair(1, 2), k=3'
    """
    tree = parse_source(test)
    found = [
        node
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == entry
    ]
    if len(found) != 1:
        return None
    (call,) = found
    parts = [*map(ast.unparse, call.args)]
    parts += [
        f"{one.arg}={ast.unparse(one.value)}" if one.arg else f"**{ast.unparse(one.value)}"
        for one in call.keywords
    ]
    return ", ".join(parts)

"""Honest programs: what a sandbox must not get in the way of."""

from __future__ import annotations

from sandboxes.base import Limits, Profile, Program, Sandbox
from sandboxes.conformance.case import Case
from sandboxes.conformance.honest import (
    algorithms_1,
    algorithms_2,
    algorithms_3,
    algorithms_4,
    concurrency_1,
    concurrency_2,
    language_1,
    language_2,
    language_3,
    language_4,
    library_1,
    library_2,
    library_3,
    streams_1,
    streams_2,
    streams_3,
)
from sandboxes.conformance.honest.program import Honest

__all__ = ["HONEST", "Honest", "honest_cases", "honest_program"]

_PARTS = (
    language_1,
    language_2,
    language_3,
    language_4,
    streams_1,
    streams_2,
    streams_3,
    library_1,
    library_2,
    library_3,
    concurrency_1,
    concurrency_2,
    algorithms_1,
    algorithms_2,
    algorithms_3,
    algorithms_4,
)

#: Every honest program.
HONEST: tuple[Honest, ...] = tuple(program for part in _PARTS for program in part.PROGRAMS)

_LIMITS = Limits(cpu_s=10.0, wall_s=30.0, memory_mb=256)


def honest_program(honest: Honest) -> Program:
    """Return the program for a sandbox, with limits that no honest program comes near."""
    return Program(honest.source, stdin=honest.stdin, argv=honest.argv, limits=_LIMITS)


def _case(number: int, honest: Honest, profile: Profile) -> Case:
    def check(sandbox: Sandbox) -> str | None:
        done = sandbox.run(honest_program(honest))
        if done.exit_code != honest.exit_code:
            last = done.err.strip().rpartition("\n")[2]
            return f"{done.status} with exit code {done.exit_code}; {last[:200]!r}"
        if done.stdout != honest.expected.encode():
            return f"it printed {done.out[:300]!r}, expected {honest.expected[:300]!r}"
        return None

    suffix = "f" if profile == "fork" else ""
    return Case(f"H{number}{suffix}", honest.name, "honest", check, profile, needs=honest.needs)


def honest_cases(*, fork_too: bool = False) -> tuple[Case, ...]:
    """Return a case for each honest program, in the profile that it needs.

    Args:
        fork_too: Whether those that run in the strict profile also run in the fork profile.
    """
    cases = []
    for number, honest in enumerate(HONEST, start=1):
        starts = "subprocess" in honest.needs
        cases.append(_case(number, honest, "fork" if starts else "strict"))
        if fork_too and not starts:
            cases.append(_case(number, honest, "fork"))
    return tuple(cases)

"""Runs cases against a sandbox and says of each whether it held."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

from sandboxes.base import Profile, Sandbox, SandboxError
from sandboxes.conformance.case import Case

__all__ = ["Outcome", "run_corpus"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case.

    Attributes:
        case: The case.
        result: "held", "breach", "skipped" (not offered here; the detail says why) or "error"
            (the sandbox or the check itself failed, which is never to be taken for held).
        detail: The reason, or empty if held.
        seconds: How long the case took.
    """

    case: Case
    result: Literal["held", "breach", "skipped", "error"]
    detail: str = ""
    seconds: float = 0.0


def run_corpus(
    open_sandbox: Callable[[Profile], Sandbox | None],
    cases: Iterable[Case],
    progress: Callable[[Outcome], None] = lambda _: None,
    *,
    without: Collection[str] = (),
) -> list[Outcome]:
    """Run the cases one after the other and return their outcomes in order.

    Args:
        open_sandbox: Opens a sandbox of a profile, at the first case that wants it, or returns
            None where the profile is not offered. One worker is best: then the honest run after
            an attack meets the worker that was attacked. Every sandbox is closed at the end.
        cases: The cases.
        progress: Told of every outcome as it comes.
        without: Features this backend lacks; the cases that need one are skipped.
    """
    opened: dict[Profile, Sandbox | SandboxError | None] = {}
    outcomes = []
    with ExitStack() as closing:
        for case in cases:
            if case.profile not in opened:
                opened[case.profile] = found = _open(open_sandbox, case.profile)
                if isinstance(found, Sandbox):
                    closing.enter_context(found)
            outcome = _run_case(case, opened[case.profile], without)
            progress(outcome)
            outcomes.append(outcome)
    return outcomes


def _open(
    open_sandbox: Callable[[Profile], Sandbox | None], profile: Profile
) -> Sandbox | SandboxError | None:
    try:
        return open_sandbox(profile)
    except SandboxError as error:
        return error


def _run_case(
    case: Case, sandbox: Sandbox | SandboxError | None, without: Collection[str]
) -> Outcome:
    if sandbox is None:
        return Outcome(case, "skipped", f"no {case.profile} profile here")
    if isinstance(sandbox, SandboxError):
        return Outcome(case, "error", f"the {case.profile} profile does not open: {sandbox}")
    if case.language not in sandbox.languages:
        return Outcome(case, "skipped", f"no {case.language} here")
    lacking = [need for need in case.needs if need in without]
    if lacking:
        return Outcome(case, "skipped", f"no {' or '.join(lacking)} here")
    start = time.perf_counter()
    try:
        found = case.check(sandbox)
    except Exception as error:  # noqa: BLE001 - whatever fails, the other cases still run
        spent = time.perf_counter() - start
        return Outcome(case, "error", f"{type(error).__name__}: {error}", spent)
    spent = time.perf_counter() - start
    return Outcome(case, "breach", found, spent) if found else Outcome(case, "held", "", spent)

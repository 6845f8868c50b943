"""Many programs of ours on many inputs in one process of the sandbox; see `trial` for what runs there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes import Execution, Limits, Program, Sandbox
from sandboxes.values import UnreadableError, read_json
from synth_envs.core import Json

__all__ = ["SPARE_STEPS", "Job", "Trial", "run_trials"]

#: Steps of the reference on one input, and of a mutant beyond four times the reference's.
MOST_STEPS, SPARE_STEPS = 200_000, 400
_LIMITS = Limits(cpu_s=4.0, memory_mb=256)
_SOURCE = (Path(__file__).parent / "trial.py").read_text("utf-8") + "\n\nmain()\n"


@dataclass(frozen=True, slots=True)
class Job:
    """What is tried.

    Attributes:
        entry: The function that every program defines.
        programs: The reference, then those that are compared with it.
        inputs: Arguments on which the reference must not fail.
        probes: Arguments on which it may.
        most: Steps that the reference may take on an input.
    """

    entry: str
    programs: Sequence[str]
    inputs: Sequence[Sequence[Json]]
    probes: Sequence[Sequence[Json]] = ()
    most: int = MOST_STEPS


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out.

    Attributes:
        wrong: What was wrong with the reference, or how the run ended if it did not end well.
        values: What the reference returned for each input.
        steps: Its loop iterations and calls on each.
        fails: For each other program, the places of the inputs and of the probes on which it does
            not return the same; None for one that would not end.
        probed: What the reference returned for each probe, in a list of one, or None.
    """

    wrong: str
    values: list[Json]
    steps: list[int]
    fails: list[tuple[list[int], list[int]] | None]
    probed: list[list[Json] | None]


def run_trials(sandbox: Sandbox, jobs: Sequence[Job]) -> list[Trial]:
    """Run every job in a process of its own, all in one batch.

    Raises:
        SandboxError: A fault of ours.
    """
    programs = []
    for job in jobs:
        text = json.dumps(
            {
                "entry": job.entry,
                "programs": job.programs,
                "inputs": job.inputs,
                "probes": job.probes,
                "most": job.most,
                "spare": SPARE_STEPS,
            }
        )
        programs.append(Program(_SOURCE, stdin=text, limits=_LIMITS))
    return [_read(execution) for execution in sandbox.run_batch(programs)]


def _read(execution: Execution) -> Trial:
    try:
        done: Any = read_json(execution.stdout)
        return Trial(done["wrong"], done["values"], done["steps"], done["fails"], done["probed"])
    except (UnreadableError, TypeError, KeyError):
        return Trial(
            f"bounds: the run of its mutants ended with {execution.status}", [], [], [], []
        )

"""Files of `synth-envs generate`: one task on each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from synth_envs.code.domain import Range, conforms
from synth_envs.code.extract import parse_source
from synth_envs.code.modes.base import CodeMode
from synth_envs.core import Json, Task
from synth_envs.row_files import BadRowError, refuse

__all__ = ["FIELDS", "Mode", "check", "task_of"]

FIELDS = frozenset({"family", "prompt", "reference"})
Mode: TypeAlias = CodeMode
_MAX_TYPE = 300


def task_of(line: int, content: Mapping[Any, Any], mode: CodeMode) -> Task:
    """Return the task of a row, unchanged but for the line in its metadata.

    Raises:
        BadRowError: It is not one of this mode, or malformed.
    """
    try:
        task = Task.from_dict(content)
        check(mode, task)
    except (ValueError, RecursionError) as error:
        refuse(str(error)[:300])
    about = {**task.metadata, "line": line}
    return Task.from_dict(task.to_dict() | {"metadata": about})


def check(mode: CodeMode, task: Task) -> None:
    """Refuse a task that the mode cannot verify.

    Raises:
        ValueError: Its reference is of another kind or malformed.
    """
    mode.check(task)
    reference = task.reference
    try:
        _check_arguments(reference)
        tolerance = reference.get("tolerance", 0.0)
        if type(tolerance) not in (int, float) or not 0 <= tolerance < 1:
            refuse(f"'tolerance' is {str(tolerance)[:40]}")
        mode.oracle(task)
    except (BadRowError, LookupError, TypeError, AttributeError) as error:
        msg = f"malformed task: its reference does not fit {mode.family} ({error!r:.120})"
        raise ValueError(msg) from error


def _check_arguments(reference: Json) -> None:
    """Try what verifiers do with arguments, which a file can get wrong in many ways."""
    parameters = reference.get("parameters")
    for _, kind in parameters or ():
        if type(kind) is not str or len(kind) > _MAX_TYPE or parse_source(kind) is None:
            refuse(f"no type: {str(kind)[:40]!r}")
    if parameters is not None:
        for (_, kind), value in zip(parameters, reference["solution"], strict=True):
            conforms(value, kind)
    if reference.get("ranges") is not None:
        for data, value in zip(reference["ranges"], reference["solution"], strict=True):
            if data is not None:
                Range.from_json(data).contains(value)
    if reference["kind"] == "program":
        for given, _ in (*reference["public"], *reference["hidden"]):
            str(given[0])

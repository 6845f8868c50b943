"""Shapes of untrusted JSON: exact fields, exact types, bounded sizes."""

from dataclasses import dataclass
from typing import Any

from benchmarks.errors import MalformedError
from synth_envs.core import Json

__all__ = ["EPISODE", "RESULTS", "Map", "check"]

_MAX_TEXT = 10_000


@dataclass(frozen=True)
class Map:
    """An object with any keys, whose values all have one shape."""

    values: Any


# A shape is a type (object: any JSON), a dict (an object with exactly these fields), a list with
# one shape (an array of it), a tuple (any of these shapes), None, or a Map.
_NUMBER = (float, None)
_ESTIMATE = {"value": float, "low": float, "high": float, "reliable": bool}

EPISODE = {
    "index": int,
    "case": int,
    "run": int,
    "episode": int,
    "seed": int,
    "options": (Map(object), None),
    "actions": [object],
    "rewards": [float],
    "terminated": bool,
    "truncated": bool,
    "status": (str, None),
    "task_id": (str, None),
    "chain": [str],
}

_CASE = {
    "env_id": str,
    "kwargs": Map(object),
    "episodes": int,
    "domain": str,
    "group": str,
    "label": str,
    "rows": int,
    "span": float,
    "pooled": bool,
}

_PLAN = {
    "suite": str,
    "suite_version": int,
    "seed": int,
    "runs": int,
    "episodes": (int, None),
    "cases": [_CASE],
    "agents": [{"name": str, "kind": str, "source_sha256": (str, None)}],
    "data": Map(str),
}

_AGENT = {
    "file": str,
    "sha256": str,
    "episodes": int,
    "masked": [int],
    "means": [_NUMBER],
    "scores": [[_NUMBER]],
    "mean": _NUMBER,
    "overall": (_ESTIMATE, None),
    "domains": Map(_ESTIMATE),
    "groups": Map(float),
}

RESULTS = {
    "schema": int,
    "plan": _PLAN,
    "command": str,
    "source_hash": str,
    "environments": Map({"version": (int, None), "hash": str}),
    "agents": Map(_AGENT),
    "ranking": [{"agent": str, "rank": int, "leader": str, "leader_wins": (_ESTIMATE, None)}],
    "failures": [str],
    "measured": {
        "created": str,
        "versions": Map(str),
        "git": {"commit": (str, None), "dirty": (bool, None)},
        "wall_s": Map(float),
        "cpu_s": Map(float),
    },
    "digest": str,
}


def check(value: Json, shape: Any, where: str) -> None:
    """Hold untrusted JSON to a shape.

    Raises:
        MalformedError: It has another shape; the message names the place.
    """
    if isinstance(shape, tuple):
        _check_any(value, shape, where)
    elif isinstance(shape, dict):
        _expect(isinstance(value, dict), where, "an object", value)
        missing, unknown = sorted(set(shape) - set(value)), sorted(set(value) - set(shape))
        if missing or unknown:
            fields = ", ".join(
                [f"{name!r} missing" for name in missing] + [f"{n!r} unknown" for n in unknown]
            )
            msg = f"{where}: {_short(fields)}"
            raise MalformedError(msg)
        for name, part in shape.items():
            check(value[name], part, f"{where}.{name}")
    elif isinstance(shape, Map):
        _expect(isinstance(value, dict), where, "an object", value)
        for name, part in value.items():
            _check_text(name, f"a key of {where}")
            check(part, shape.values, f"{where}.{_short(name)}")
    elif isinstance(shape, list):
        _expect(isinstance(value, list), where, "an array", value)
        for i, part in enumerate(value):
            check(part, shape[0], f"{where}[{i}]")
    elif shape is None:
        _expect(value is None, where, "null", value)
    elif shape is not object:
        _expect(
            type(value) is shape,
            where,
            {str: "text", int: "an integer"}.get(shape, shape.__name__),
            value,
        )
        if shape is str:
            _check_text(value, where)


def _check_text(value: str, where: str) -> None:
    """Short and printable: names end up in terminals, and no control code should get there."""
    if len(value) > _MAX_TEXT or not value.isprintable():
        msg = f"{where}: text that is too long or not printable"
        raise MalformedError(msg)


def _check_any(value: Json, shapes: tuple[Any, ...], where: str) -> None:
    for shape in shapes[:-1]:
        if shape is None or (isinstance(shape, type) and type(value) is not shape):
            continue
        if not isinstance(shape, type) and value is None:
            continue
        check(value, shape, where)
        return
    check(value, shapes[-1], where)


def _expect(holds: bool, where: str, what: str, value: Json) -> None:  # noqa: FBT001
    if not holds:
        msg = f"{where}: expected {what}, got {_short(repr(value))}"
        raise MalformedError(msg)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."

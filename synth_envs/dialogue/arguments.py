"""Arguments of tool calls: checked against the service's slots, and the tools' JSON schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.dialogue.world import ToolError

__all__ = ["OUTCOME_CODES", "checked", "schema", "schemas"]

#: What `close_case` takes as outcome.
OUTCOME_CODES = ("resolved", "refused", "no_match", "not_identified")
_LONGEST, _LARGEST = 64, 10**9
_COUNTS = ("limit", "offset", "amount")


def checked(spec: DomainSpec, tool: Tool, args: Any) -> dict[str, Any]:
    """Return a call's arguments with whole numbers as integers; null means that one is not given.

    Raises:
        ToolError: One is unknown, missing, or of the wrong kind.
    """
    if not isinstance(args, Mapping):
        raise ToolError("bad_args", "args must be an object")
    found = {}
    for name, value in args.items():
        if name not in tool.args:
            raise ToolError("bad_args", "unknown argument")
        if value is not None:
            found[name] = _value(spec, name, value)
    missing = [name for name in tool.needed if name not in found]
    if missing:
        raise ToolError("bad_args", f"missing {', '.join(missing)}")
    return found


def _value(spec: DomainSpec, name: str, value: Any) -> Any:
    slot = spec.by_slot.get(name)
    if name == "outcome":
        if value in OUTCOME_CODES:
            return value
    elif slot is None and name in _COUNTS:
        if (whole := _whole(value)) is not None and whole >= 0:
            return whole
    elif slot is None:  # ids, names, reason codes, notes
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            return value
    elif slot.kind in ("category", "ordinal"):
        if isinstance(value, str) and value in slot.values:
            return value
    elif slot.kind == "bool":
        if isinstance(value, bool):
            return value
    elif slot.kind in ("id", "name"):
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            return value
    elif (whole := _whole(value)) is not None:
        return whole
    raise ToolError("bad_args", f"bad value of {name}")


def _whole(value: Any) -> int | None:
    """Return a number as an integer if it is one, however it is spelt."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if abs(value) <= _LARGEST else None


def schemas(spec: DomainSpec) -> list[dict[str, Any]]:
    """Return all tools as OpenAI-style JSON schemas."""
    return [schema(spec, tool) for tool in spec.tools]


def schema(spec: DomainSpec, tool: Tool) -> dict[str, Any]:
    """Return a tool as an OpenAI-style JSON schema."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": f"{tool.words[0].capitalize()}.",
            "parameters": {
                "type": "object",
                "properties": {name: _property(spec, name) for name in tool.args},
                "required": list(tool.needed),
                "additionalProperties": False,
            },
        },
    }


#: What whole numbers of each kind mean.
UNITS = {
    "money": "in cents", "date": "days since 2024-01-01", "time": "minutes since midnight", "int": "a number",
}  # fmt: skip


def _property(spec: DomainSpec, name: str) -> dict[str, Any]:
    slot: Slot | None = spec.by_slot.get(name)
    if name == "outcome":
        return {"type": "string", "enum": list(OUTCOME_CODES)}
    if name == "reason_code":
        return {"type": "string", "enum": [*spec.policy.reasons(), "identity", "none"]}
    if slot is None:
        return {"type": "integer"} if name in _COUNTS else {"type": "string"}
    if slot.kind in ("category", "ordinal"):
        return {"type": "string", "enum": list(slot.values)}
    if slot.kind == "bool":
        return {"type": "boolean"}
    if slot.kind in ("id", "name"):
        return {"type": "string"}
    return {"type": "integer", "description": UNITS[slot.kind]}

"""What a service is: its slots, tables, tools and policy, as data with a JSON round trip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synth_envs.dialogue.policy import Policy

__all__ = ["ARCHETYPES", "KINDS", "TOOL_KINDS", "DomainSpec", "Slot", "Tool"]

ARCHETYPES = ("booking", "order", "account", "schedule", "claims", "troubleshoot")

#: Kinds of values. Money is in minor units, dates are days since 2024-01-01, times minutes since
#: midnight: all integers; ids and names are text.
KINDS = ("category", "ordinal", "bool", "int", "money", "date", "time", "id", "name")

#: What tools do. The first ones read; "verify" checks an identity; the last two end the case.
TOOL_KINDS = (
    "find", "get", "quote", "idle", "verify", "create", "update", "cancel", "refund", "exchange",
    "set", "remote", "transfer", "close",
)  # fmt: skip
WRITES = frozenset(TOOL_KINDS[5:12])


@dataclass(frozen=True)
class Slot:
    """Something that a value can be given for.

    Attributes:
        name: As tools call it, e.g. "area".
        kind: Of `KINDS`.
        words: What people call it, the usual one first.
        values: Of a category or ordinal: all values, an ordinal's from low to high.
        low: Of an int, money, date or time: the lowest value.
        high: The highest.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class Tool:
    """A tool of the agent.

    Attributes:
        name: As it is called.
        kind: Of `TOOL_KINDS`.
        words: What people call what it does: verb phrases, the usual one first.
        args: The names of its arguments, in order; slots or ids.
        needed: Those that must be given.
        statuses: Of writes on a record: in which statuses it is possible.
        becomes: The record's status afterwards, or "" where it stays.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    args: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    becomes: str = ""

    @property
    def writes(self) -> bool:
        """Whether it changes the database."""
        return self.kind in WRITES


@dataclass(frozen=True)
class DomainSpec:
    """A service.

    Attributes:
        archetype: Of `ARCHETYPES`.
        skin: The name of its vocabulary.
        nouns: What people call a "customer", an "entity", a "record", the "service" and so on.
        entity_slots: What entities differ in.
        detail_slots: What records have besides: day, time, size and the like.
        customer_slots: What customers may change about themselves.
        device_slots: Of devices at the customer's: states that actions of the customer change.
        statuses: Of records, in their order of life.
        tools: All of them.
        policy: Its rules.
        secret: The slot that proves a customer's identity, beside the name.
    """

    archetype: str
    skin: str
    nouns: Mapping[str, str]
    entity_slots: tuple[Slot, ...]
    detail_slots: tuple[Slot, ...]
    customer_slots: tuple[Slot, ...]
    device_slots: tuple[Slot, ...]
    statuses: tuple[str, ...]
    tools: tuple[Tool, ...]
    policy: Policy
    secret: Slot
    by_tool: Mapping[str, Tool] = field(init=False, repr=False, compare=False)
    by_slot: Mapping[str, Slot] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index tools and slots by name."""
        object.__setattr__(self, "by_tool", {tool.name: tool for tool in self.tools})
        slots = (*self.entity_slots, *self.detail_slots, *self.customer_slots, *self.device_slots)
        object.__setattr__(self, "by_slot", {slot.name: slot for slot in (*slots, self.secret)})

    def tool_of(self, kind: str) -> Tool | None:
        """Return the first tool of a kind, or None."""
        return next((tool for tool in self.tools if tool.kind == kind), None)

    def the(self, kind: str) -> Tool:
        """Return the first tool of a kind.

        Raises:
            LookupError: There is none.
        """
        found = self.tool_of(kind)
        if found is None:
            msg = f"{self.skin} has no tool to {kind}"
            raise LookupError(msg)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the service as JSON."""
        lists = ("entity_slots", "detail_slots", "customer_slots", "device_slots")
        return {
            "archetype": self.archetype,
            "skin": self.skin,
            "nouns": dict(self.nouns),
            **{name: [_row(slot) for slot in getattr(self, name)] for name in lists},
            "statuses": list(self.statuses),
            "tools": [_row(tool) for tool in self.tools],
            "policy": self.policy.to_json(),
            "secret": _row(self.secret),
        }

    @staticmethod
    def of_json(data: Mapping[str, Any]) -> DomainSpec:
        """Return the service that `to_json` wrote.

        Raises:
            ValueError: The data is not such a service.
        """
        lists = ("entity_slots", "detail_slots", "customer_slots", "device_slots")
        try:
            return DomainSpec(
                archetype=data["archetype"],
                skin=data["skin"],
                nouns=dict(data["nouns"]),
                **{name: tuple(_made(Slot, row) for row in data[name]) for name in lists},
                statuses=tuple(data["statuses"]),
                tools=tuple(_made(Tool, row) for row in data["tools"]),
                policy=Policy.of_json(data["policy"]),
                secret=_made(Slot, data["secret"]),
            )
        except (KeyError, TypeError) as error:
            msg = f"malformed service: {error}"
            raise ValueError(msg) from error


def _row(one: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(one).items()
    }


def _made(kind: Any, row: Mapping[str, Any]) -> Any:
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    )

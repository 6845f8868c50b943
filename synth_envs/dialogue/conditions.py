"""Conditions of a policy: one syntax tree that is evaluated, told in prose, and sampled at its edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "ALWAYS",
    "All",
    "Any_",
    "Compare",
    "Condition",
    "Not",
    "Value",
    "edges",
    "holds",
    "of_json",
    "to_json",
]

Value: TypeAlias = int | str | bool

#: How a field is compared with a value.
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda field, value: bool(field == value),
    "!=": lambda field, value: bool(field != value),
    "<": lambda field, value: bool(field < value),
    "<=": lambda field, value: bool(field <= value),
    ">": lambda field, value: bool(field > value),
    ">=": lambda field, value: bool(field >= value),
}
TESTS = tuple(_TESTS)


@dataclass(frozen=True)
class Compare:
    """A field of the case compared with a value.

    Attributes:
        field: "customer.tier", "record.age", "entity.kind", "today.weekday" and the like.
        test: One of ==, !=, <, <=, >, >=.
        value: What it is compared with; ordered tests take integers.
    """

    field: str
    test: str
    value: Value

    def __post_init__(self) -> None:
        """Check the test."""
        if self.test not in _TESTS:
            msg = f"unknown test {self.test!r}; choose from {', '.join(_TESTS)}"
            raise ValueError(msg)


@dataclass(frozen=True)
class All:
    """Every one of some conditions; of none it is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:  # noqa: N801 - `Any` is taken by typing
    """At least one of some conditions; of none it is false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Condition


Condition: TypeAlias = Compare | All | Any_ | Not

ALWAYS = All(())


def holds(condition: Condition, case: Mapping[str, Any]) -> bool:
    """Return whether a condition is true of a case; a field that a case lacks makes a comparison false."""
    if isinstance(condition, Compare):
        field = case.get(condition.field)
        return field is not None and _TESTS[condition.test](field, condition.value)
    if isinstance(condition, All):
        return all(holds(part, case) for part in condition.parts)
    if isinstance(condition, Any_):
        return any(holds(part, case) for part in condition.parts)
    return not holds(condition.part, case)


def edges(condition: Condition) -> Iterator[tuple[str, Value]]:
    """Yield fields with values at which a condition may change: the limit and both its neighbours."""
    if isinstance(condition, Compare):
        value = condition.value
        if isinstance(value, int) and not isinstance(value, bool):
            yield from ((condition.field, value + step) for step in (-1, 0, 1))
        else:
            yield condition.field, value
    elif isinstance(condition, Not):
        yield from edges(condition.part)
    else:
        for part in condition.parts:
            yield from edges(part)


def to_json(condition: Condition) -> Any:
    """Return a condition as JSON."""
    if isinstance(condition, Compare):
        return [condition.test, condition.field, condition.value]
    if isinstance(condition, Not):
        return ["not", to_json(condition.part)]
    name = "all" if isinstance(condition, All) else "any"
    return [name, *(to_json(part) for part in condition.parts)]


def of_json(data: Any) -> Condition:
    """Return the condition that `to_json` wrote.

    Raises:
        ValueError: The data is not such a condition.
    """
    if not isinstance(data, list) or not data:
        msg = f"a condition is a list that begins with its kind, got {data!r:.100}"
        raise ValueError(msg)
    kind, *rest = data
    if kind in ("all", "any"):
        parts = tuple(of_json(part) for part in rest)
        return All(parts) if kind == "all" else Any_(parts)
    if kind == "not" and len(rest) == 1:
        return Not(of_json(rest[0]))
    if (
        kind in _TESTS
        and len(rest) == 2
        and isinstance(rest[0], str)
        and isinstance(rest[1], int | str)
    ):
        return Compare(rest[0], kind, rest[1])
    msg = f"malformed condition {data!r:.100}"
    raise ValueError(msg)

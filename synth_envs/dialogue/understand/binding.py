"""Arguments of calls from what sentences mention: exactly one value for each, or none at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import Write, write_of
from synth_envs.dialogue.spec import Slot, Tool
from synth_envs.dialogue.understand.clauses import Clause
from synth_envs.dialogue.understand.ground import normal, words_of
from synth_envs.dialogue.values import render, slot_of

__all__ = ["Clash", "bound", "complete", "look_up", "value_of"]

_BESIDE = 3
#: Numbers near these are not the amount that is paid back.
_OTHER_MONEY = ("fee", "price", "paid", "created", "status")
_TEXTS = ("id", "name")
_MOST_WORDS = 10
_KEPT: WeakKeyDictionary[Episode, dict[tuple[str, int, int], dict[str, str]]] = WeakKeyDictionary()


class Clash(Exception):  # noqa: N818 - it is a finding, not an error
    """Several values are mentioned for one argument.

    Attributes:
        options: The values, in words.
    """

    def __init__(self, options: Sequence[str]) -> None:
        super().__init__("several values")
        self.options = tuple(options)


def bound(episode: Episode, tool: Tool, clauses: Iterable[Clause]) -> dict[str, Any]:
    """Return the arguments that sentences mention; the customer is the one on the line where nobody is named.

    Raises:
        Clash: One has several values.
    """
    parts = list(clauses)
    args: dict[str, Any] = {}
    for name in tool.args:
        values = _values(episode, tool, name, parts)
        if len(values) > 1:
            raise Clash([_said(episode, name, value) for value in values])
        if values:
            args[name] = values[0]
    if "customer_id" in tool.args:
        args.setdefault("customer_id", episode.goal.customer)
    return args


def _said(episode: Episode, name: str, value: Any) -> str:
    row = episode.world.tables["entity"].get(value) if name == "entity_id" else None
    return render(slot_of(episode.spec, name), value) if row is None else str(row["name"])


def complete(tool: Tool, args: Mapping[str, Any]) -> Write | None:
    """Return the call with some arguments; None if one that it needs is missing, or nothing is to be changed."""
    if any(name not in args for name in tool.needed):
        return None
    if tool.kind in ("update", "set") and set(args) <= {"record_id", "customer_id"}:
        return None
    return write_of(tool.name, args)


def _values(episode: Episode, tool: Tool, name: str, parts: list[Clause]) -> list[Any]:
    """Return all different values that are mentioned for an argument."""
    found: list[Any] = []
    for clause in parts:
        for value in _mentioned(episode, tool, name, clause):
            if value not in found:
                found.append(value)
    if name == "entity_id" and len(found) > 1 and tool.kind == "exchange":
        mine = _values(episode, tool, "record_id", parts)
        row = episode.world.tables["record"].get(mine[0]) if len(mine) == 1 else None
        found = [one for one in found if row is None or one != row["entity"]]
    return found


def _mentioned(episode: Episode, tool: Tool, name: str, clause: Clause) -> list[Any]:
    spec = episode.spec
    table = name.removesuffix("_id")
    if name.endswith("_id") and table in ("entity", "record", "customer"):
        return [key for _, kind, key in clause.things if kind == table]
    if name == "amount" and name not in spec.by_slot:
        return [
            value
            for place, kind, value in clause.typed
            if kind == "money" and not _about(clause, place, _OTHER_MONEY)
        ]
    slot = spec.by_slot.get(name)
    if slot is None:
        return []
    if slot.values:
        return [
            value for _, owner, value in clause.values if owner == name and not _former(clause, _)
        ]
    if slot.kind == "bool":
        return _told_bool(tool, slot, clause)
    if slot.kind in _TEXTS:
        places = [place for place, owner in clause.slots if owner == name]
        named = [text for place in places if (text := _text_after(episode, name, clause, place))]
        others = [
            one for one in tool.args if one in spec.by_slot and spec.by_slot[one].kind in _TEXTS
        ]
        if named or len(others) > 1:
            return named
        return [
            value for _, kind, value in clause.typed if kind == "id" and not _is_row(episode, value)
        ]
    rivals = [
        one for one in tool.args if one in spec.by_slot and spec.by_slot[one].kind == slot.kind
    ]
    values = []
    for place, kind, value in clause.typed:
        if kind != slot.kind or _former(clause, place):
            continue
        near = _nearest(clause, place, rivals)
        if near == name or (
            near is None
            and len(rivals) == 1
            and (slot.kind != "int" or not _doubled(clause, place))
        ):
            values.append(value)
    return values


def _text_after(episode: Episode, name: str, clause: Clause, place: int) -> str:
    """Return the value of a free text that is said behind its slot; "" if none that is known is."""
    known = _texts(episode, name)
    words = clause.words
    for start in range(place + 1, min(place + 8, len(words))):
        for end in range(min(start + _MOST_WORDS, len(words)), start, -1):
            found = known.get(" ".join(words[start:end]))
            if found is not None:
                return found
    return ""


def _texts(episode: Episode, name: str) -> dict[str, str]:
    """Return all texts that a slot has in the database or in the customer's mind, by their plain words."""
    kept = _KEPT.setdefault(episode, {})
    one = episode.customer.subgoal
    key = (name, episode.customer.index, len(episode.ledger.writes))
    if key not in kept:
        rows = [
            row
            for table in ("entity", "record", "customer")
            for row in episode.world.tables[table].values()
        ]
        values = [row.get(name) for row in rows] + [one.details.get(name), one.wishes.get(name)]
        kept[key] = {
            " ".join(words_of(normal(value))): value
            for value in values
            if isinstance(value, str) and value
        }
    return kept[key]


def _is_row(episode: Episode, key: str) -> bool:
    tables = episode.world.tables
    return any(key in tables[table] for table in ("record", "entity", "customer"))


def _former(clause: Clause, place: int) -> bool:
    """Say whether a value is what something is changed from."""
    return "from" in clause.words[max(place - 2, 0) : place]


def _about(clause: Clause, place: int, names: Sequence[str]) -> bool:
    near = [(place - k, name) for k, name in clause.slots if 0 < place - k <= 4]
    return bool(near) and min(near)[1] in names


def _nearest(clause: Clause, place: int, rivals: Sequence[str]) -> str | None:
    """Return which of some slots is named next to a value, before it rather than behind it."""
    near = [
        (place - k if k < place else k - place + 0.5, name)
        for k, name in clause.slots
        if name in rivals and -2 <= place - k <= 5 and k != place
    ]
    return min(near)[1] if near else None


def _doubled(clause: Clause, place: int) -> bool:
    """Say whether a number word is also a value of some category."""
    return any(k == place for k, _, _ in clause.values)


def _told_bool(tool: Tool, slot: Slot, clause: Clause) -> list[Any]:
    if tool.kind == "remote" and slot.name in tool.args:
        return [True] if any(name == slot.name for _, name in clause.slots) else []
    return [
        value
        for k, name in clause.slots
        if name == slot.name and (value := _polarity(clause, k)) is not None
    ]


def _polarity(clause: Clause, place: int) -> bool | None:
    """Return whether something is said to be so, by "yes", "no", "with" and "without" next to it."""
    end = place + 1
    while end < len(clause.words) and end <= place + 8:
        kind = next((v for k, t, v in clause.typed if k == end and t == "bool"), None)
        if kind is not None:
            return bool(kind)
        if clause.words[end] in ("on", "included", "available", "off"):
            return clause.words[end] != "off"
        end += 1
    before = clause.words[max(place - 2, 0) : place]
    if "without" in before or "no" in before:
        return False
    return True if "with" in before and "," not in before else None


def value_of(episode: Episode, name: str, slot: Slot, clause: Clause, place: int) -> Any:
    """Return the value that is told of a slot named at a place: the next one of its kind; None if there is none."""
    if slot.kind == "bool":
        return _polarity(clause, place)
    if slot.values:
        pairs = [(k, value) for k, owner, value in clause.values if owner == name]
        if name == "status":
            pairs = clause.statuses
    elif slot.kind == "money":
        pairs = [(k, value) for k, kind, value in clause.typed if kind == "money"]
    elif slot.kind in _TEXTS:
        text = _text_after(episode, name, clause, place)
        if text:
            return text
        pairs = [
            (k, value)
            for k, kind, value in clause.typed
            if kind == "id" and not _is_row(episode, value)
        ]
    else:
        pairs = [(k, value) for k, kind, value in clause.typed if kind == slot.kind]
    after = [pair for pair in pairs if pair[0] > place]
    if after:
        return min(after, key=_first)[1]
    alone = len({name for _, name in clause.slots}) == 1
    return pairs[-1][1] if pairs and alone and pairs[-1][0] != place else None


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def look_up(episode: Episode, clause: Clause) -> None:
    """Note rows by their ids, and of rows of one name the one that the customer has taken or would take."""
    tables = episode.world.tables
    for place, kind, value in clause.typed:
        if kind == "id":
            for table in ("record", "entity", "customer"):
                if value in tables[table] and (place, table, value) not in clause.things:
                    clause.things.append((place, table, value))
    places = [place for place, table, _ in clause.things if table == "entity"]
    if len(set(places)) < len(places):
        customer = episode.customer

        def rank(thing: tuple[int, str, str]) -> tuple[bool, bool, str]:
            row = tables["entity"][thing[2]]
            fits = all(row.get(slot) == value for slot, value in customer.wishes.items())
            return (thing[2] != customer.taken, not fits, thing[2])

        best = {
            thing[0]: thing
            for thing in sorted(
                (one for one in clause.things if one[1] == "entity"), key=rank, reverse=True
            )
        }
        clause.things = [one for one in clause.things if one[1] != "entity" or best[one[0]] == one]

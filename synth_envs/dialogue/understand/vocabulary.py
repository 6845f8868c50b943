"""The words of a service and of an episode's database, as a lexicon."""

from __future__ import annotations

import re
from collections import OrderedDict

from synth_envs.dialogue.spec import DomainSpec
from synth_envs.dialogue.understand.ground import Lexicon, verb_lexicon
from synth_envs.dialogue.world import World

__all__ = ["FIELDS", "of_spec", "of_world"]

#: Fields of the case that are no slots, with their part and what people call them.
FIELDS = {
    "price": ("entity", "price", "cost", "costs", "prices"),
    "status": ("record", "status", "state", "current status"),
    "amount": ("record", "amount", "total", "sum", "total amount", "value"),
    "paid": ("record", "paid", "amount paid", "paid amount", "paid so far", "you paid", "payment"),
    "fee": ("record", "fee", "fees", "cancellation fee", "charge"),
    "created": ("record", "created", "date of creation", "creation date", "was made on", "made on"),
}
#: What people say for reasons besides their codes.
_REASONS: dict[str, tuple[str, ...]] = {
    "too_old": ("too long ago", "too much time has passed", "older than"),
    "too_late": ("too short notice", "short notice", "too little notice", "too close to", "too soon"),
    "too_expensive": ("too much money", "amount is too high", "costs too much", "price is too high"),
    "identity": (
        "identity", "verify you", "who you are", "not verify", "not identify", "identification", "authenticate",
        "not be verified", "could not be verified",
    ),
}  # fmt: skip
_NUMBERS = ("number", "id", "reference", "code", "reference number")
_PLAIN_ID = re.compile(r"[A-Z]{1,3}\d{3,9}")

_KEPT: OrderedDict[int, tuple[DomainSpec, Lexicon]] = OrderedDict()
_MOST_KEPT = 64


def of_spec(spec: DomainSpec) -> Lexicon:
    """Return a service's lexicon; the last ones are kept."""
    kept = _KEPT.get(id(spec))
    if kept is not None and kept[0] is spec:
        return kept[1]
    made = _made(spec)
    _KEPT[id(spec)] = (spec, made)
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return made


def _made(spec: DomainSpec) -> Lexicon:
    writes = tuple((tool.name, tool.kind, tool.words) for tool in spec.tools if tool.writes)
    made = verb_lexicon(writes, tuple(spec.nouns.values())).copy()
    for slot in spec.by_slot.values():
        for called in dict.fromkeys((*slot.words, slot.name)):
            words = called.replace("_", " ").removeprefix("has ")
            made.add(words, ("slot", slot.name), fuzzy=True)
            made.add(f"{words}s", ("slot", slot.name))
        for value in slot.values:
            made.add(value, ("value", (slot.name, value)), fuzzy=True)
    for name, (_, *others) in FIELDS.items():
        for word in others:
            made.add(word, ("slot", name))
    for word in ("name", "full name", "names"):
        made.add(word, ("slot", "name"))
    for table, noun in spec.nouns.items():
        if table in ("entity", "record"):
            made.add(noun, ("noun", table))
            made.add(f"{noun}s", ("noun", table))
    for noun in dict.fromkeys(
        (spec.nouns.get("record", "record"), "record", "booking", "order", "reservation")
    ):
        for number in _NUMBERS:
            made.add(f"{noun} {number}", ("slot", "record_id"))
    for status in spec.statuses:
        made.add(status, ("status", status))
    for reason in dict.fromkeys((*spec.policy.reasons(), "identity")):
        made.add(reason, ("reason", reason))
        for words in _said(reason):
            made.add(words, ("reason", reason))
    return made


def _said(reason: str) -> tuple[str, ...]:
    if reason in _REASONS:
        return _REASONS[reason]
    if reason.startswith("excluded_"):
        slot = reason.removeprefix("excluded_").replace("_", " ")
        return (
            f"{slot} is excluded",
            f"excluded by its {slot}",
            f"excluded because of its {slot}",
            f"excluded for its {slot}",
        )
    return ()


def of_world(world: World) -> Lexicon:
    """Return the lexicon of an episode: its service's with the names and ids of its database."""
    base = of_spec(world.spec)
    made = Lexicon(dict(base.table), dict(base.deletes), set(base.known))
    for table in ("entity", "customer", "record"):
        for key, row in world.tables[table].items():
            if not _PLAIN_ID.fullmatch(key):
                made.add(key, (table, key))
            if table != "record":
                made.add(str(row["name"]), (table, key), fuzzy=table == "entity")
    return made

"""Schema-Guided Dialogue: services from a schema, and cases from the calls of its dialogues.

A service's entities are what its searches return, its bookings what its transactional intents write; no
service is known by name. Entities of a case are all results that the dialogues show for the service.

How the calls of a dialogue are read, service by service:

* A search that no transaction follows is an enquiry; wanted is what the customer asked for, or the name.
* A search right before a transaction is part of its wish.
* A call without the result it asked for, followed by one of the same intent, is a wish with a fallback
  (other values of entities), or a change of mind (one other value of the booking).

Source: https://github.com/google-research-datasets/dstc8-schema-guided-dialogue (CC-BY-SA-4.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synth_envs.dialogue.engine import Scene
from synth_envs.dialogue.goals import Subgoal
from synth_envs.dialogue.imports.catalogue import STOCK, Catalogue
from synth_envs.dialogue.imports.columns import cell, read, slot_of, snake
from synth_envs.dialogue.imports.services import scene_of, service
from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.dialogue.world import Row
from synth_envs.seeding import mix64_of

__all__ = ["catalogues", "from_sgd", "load", "scenes_of_sgd"]

_MONEY = frozenset(("price", "fare", "rent", "balance", "amount", "cost", "fee"))
_TITLES = frozenset(("name", "title"))
_CHANGE_TURN = 3


def load(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the schema and all dialogues of a folder.

    Args:
        folder: Of schema.json and the files dialogues_*.json.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file is not JSON, or no list.
    """
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    dialogues = []
    for path in sorted(folder.glob("dialogues_*.json")):
        dialogues += json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(schema, list) or not dialogues:
        msg = f"no schema or no dialogues in {folder.name}"
        raise ValueError(msg)
    return schema, dialogues


# Services.


def from_sgd(schema: Sequence[Mapping[str, Any]]) -> list[DomainSpec]:
    """Return a service for each one of a schema.

    Raises:
        ValueError: It is not such a schema.
    """
    try:
        return [_service(one) for one in schema]
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"malformed schema: {error}"
        raise ValueError(msg) from error


def _stem(one: Mapping[str, Any]) -> str:
    return str(one["service_name"]).rsplit("_", 1)[0].lower()


def _service(one: Mapping[str, Any]) -> DomainSpec:
    stem = _stem(one)
    slots = {slot["name"]: _slot(slot, stem) for slot in one["slots"]}
    searches = [intent for intent in one["intents"] if not intent["is_transactional"]]
    writes = [intent for intent in one["intents"] if intent["is_transactional"]]
    written = dict.fromkeys(name for intent in writes for name in _args(intent))
    searched = dict.fromkeys(name for intent in searches for name in intent["result_slots"])
    searched |= dict.fromkeys(
        name for intent in searches for name in _args(intent) if name not in written
    )
    if not searches:  # what a transaction returns without having been told
        results = (name for intent in writes for name in intent["result_slots"])
        searched = dict.fromkeys(name for name in results if name not in written)
    entity = [slots[name] for name in searched]
    details = [slots[name] for name in written if name not in searched]
    names = {slot.name for slot in details}
    tools = []
    for intent in one["intents"]:
        args = tuple(slots[name].name for name in _args(intent))
        must = tuple(slots[name].name for name in intent["required_slots"])
        words = (str(intent["description"]).lower(), snake(intent["name"]).replace("_", " "))
        if intent["is_transactional"]:
            who = ("customer_id", "entity_id")
            args = (*who, *(name for name in args if name in names))
            must = (*who, *(name for name in must if name in names))
            tools.append(Tool(snake(intent["name"]), "create", words, args, must, (), "booked"))
        else:
            args = (*(name for name in args if name not in names), "limit", "offset")
            must = tuple(name for name in must if name not in names)
            tools.append(Tool(snake(intent["name"]), "find", words, args, must))
    return service(str(one["service_name"]), stem, entity, details, tools)


def _args(intent: Mapping[str, Any]) -> list[str]:
    return [*intent["required_slots"], *intent["optional_slots"]]


def _slot(slot: Mapping[str, Any], stem: str) -> Slot:
    name = snake(slot["name"], stem)
    words = (slot["name"].replace("_", " "), str(slot["description"]).lower())
    values = slot["possible_values"] if slot["is_categorical"] else ()
    return slot_of(name, _kind(slot), values, words)


def _kind(slot: Mapping[str, Any]) -> str:
    """Return the kind of a slot: of the values, or else as its name and description say."""
    if slot["is_categorical"]:
        values = {str(value).lower() for value in slot["possible_values"]}
        if values <= {"true", "false"}:
            return "bool"
        return "ordinal" if all(value.isdecimal() for value in values) else "category"
    parts, told = set(slot["name"].split("_")), str(slot["description"]).lower()
    if "name" in parts:
        return "name"
    if told.startswith("number of") or "in days" in told:
        return "int"
    if "date" in parts:
        return "date"
    if "time" in parts:
        return "time"
    return "money" if parts & _MONEY else "name"


# What the services offer.


@dataclass
class _Call:
    """A call of a dialogue, as values of slots.

    Attributes:
        tool: The name of the tool.
        writes: Whether it is transactional.
        wishes: Values of entity slots.
        details: Values of the booking.
        met: Whether what it asked for is among the results.
        wants: Fields that the customer asked for afterwards.
    """

    tool: str
    writes: bool
    wishes: dict[str, Any]
    details: dict[str, Any]
    met: bool
    wants: list[str] = field(default_factory=list)


def _frames(dialogue: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for turn in dialogue["turns"]:
        yield from turn["frames"]


def catalogues(
    schema: Sequence[Mapping[str, Any]], dialogues: Iterable[Mapping[str, Any]]
) -> dict[str, Catalogue]:
    """Return what each service offers: every result that the dialogues show, once.

    Args:
        schema: Of the services.
        dialogues: With "service_results" in their frames.
    """
    specs = {spec.skin: spec for spec in from_sgd(schema)}
    seen: dict[str, dict[tuple[Any, ...], None]] = {name: {} for name in specs}
    for dialogue in dialogues:
        for frame in _frames(dialogue):
            for result in frame.get("service_results", ()):
                spec = specs[frame["service"]]
                stem = spec.nouns["entity"]
                values = {snake(name, stem): value for name, value in result.items()}
                row = tuple(cell(slot, values[slot.name]) if slot.name in values else None for slot in spec.entity_slots)  # fmt: skip
                if any(value is not None for value in row):
                    seen[frame["service"]][row] = None
    return {name: Catalogue(spec, _rows(spec, list(seen[name]))) for name, spec in specs.items()}


def _rows(spec: DomainSpec, found: Sequence[tuple[Any, ...]]) -> Iterator[Row]:
    slots = spec.entity_slots
    titles = [k for k, slot in enumerate(slots) if _TITLES & set(slot.name.split("_"))]
    money = [k for k, slot in enumerate(slots) if slot.kind == "money"]
    for number, values in enumerate(found):
        title = next((values[k] for k in titles if values[k] is not None), None)
        price = next((values[k] for k in money if values[k] is not None), 0)
        yield {
            "id": f"{spec.nouns['entity']}{number:05d}", "name": title or f"{spec.nouns['entity']} {number + 1}",
            "price": price, "stock": STOCK, **{slot.name: value for slot, value in zip(slots, values, strict=True)},
        }  # fmt: skip


# Cases.


def scenes_of_sgd(
    offers: Mapping[str, Catalogue], dialogue: Mapping[str, Any], key: int
) -> list[Scene]:
    """Return a scene for each service that a dialogue calls, in the order of first calls.

    Args:
        offers: From `catalogues`.
        dialogue: Of the corpus.
        key: Of the customer's draws, in [0, 2**64).
    """
    calls: dict[str, list[_Call]] = {}
    for frame in _frames(dialogue):
        own = calls.get(frame["service"])
        spec = offers[frame["service"]].spec
        entity = {slot.name for slot in spec.entity_slots}
        if own:
            for action in frame["actions"]:
                name = snake(action["slot"], spec.nouns["entity"])
                if action["act"] == "REQUEST" and "state" in frame and name in entity:
                    want = f"entity.{name}"
                    if want not in own[-1].wants:
                        own[-1].wants.append(want)
        if "service_call" in frame:
            calls.setdefault(frame["service"], []).append(_call(spec, frame))
    scenes = []
    for place, (name, made) in enumerate(calls.items()):
        wishes = list(_wishes(made))
        scenes.append(scene_of(offers[name], wishes, mix64_of(key, place), today=_today(made)))
    return scenes


def _today(calls: Sequence[_Call]) -> int:
    """Return a day that no call comes before."""
    days = [v for call in calls for k, v in {**call.wishes, **call.details}.items() if k.endswith("date")]  # fmt: skip
    return min(days, default=0)


def _call(spec: DomainSpec, frame: Mapping[str, Any]) -> _Call:
    stem = spec.nouns["entity"]
    tool = spec.by_tool[snake(frame["service_call"]["method"])]
    given = {}
    for name, text in frame["service_call"]["parameters"].items():
        slot = spec.by_slot.get(snake(name, stem))
        value = None if slot is None else read(slot, text)
        if slot is not None and value is not None:
            given[slot.name] = value
    entity = {slot.name for slot in spec.entity_slots}
    results = [{snake(n, stem): v for n, v in one.items()} for one in frame["service_results"]]
    met = any(
        all(read(spec.by_slot[n], one[n]) == v for n, v in given.items() if n in one)
        for one in results
    )
    return _Call(
        tool.name, tool.writes, {n: v for n, v in given.items() if n in entity},
        {n: v for n, v in given.items() if n in tool.args and n not in entity}, met,
    )  # fmt: skip


def _wishes(calls: Sequence[_Call]) -> Iterator[Subgoal]:
    """Yield what the customer of a dialogue wanted, every wish once."""
    seen: list[tuple[str, Any, Any]] = []
    open_: _Call | None = None  # a call that failed, or a search that may belong to a transaction
    for call in [*calls, None]:
        wish: Subgoal | None = None
        if open_ is not None:
            if call is not None and not open_.met and call.tool == open_.tool:
                wish = _second(open_, call)
                if wish is not None and call.met:
                    call = None  # noqa: PLW2901 - it is dealt with
                elif wish is not None:
                    wish = None
            elif call is not None and call.writes and not open_.writes:
                call.wishes = {**open_.wishes, **call.wishes}
                call.wants = [*open_.wants, *(w for w in call.wants if w not in open_.wants)]
            if wish is None and not (call is not None and call.writes and not open_.writes):
                wish = _plain(open_)
        if wish is not None:
            same = (wish.tool, wish.wishes, wish.details)
            if same not in seen:
                seen.append(same)
                yield wish
        open_ = call


def _plain(call: _Call) -> Subgoal:
    wants = tuple(want for want in call.wants if want.partition(".")[2] not in call.wishes)
    return Subgoal(call.tool, wishes=call.wishes, details=call.details, wants=wants)


def _second(first: _Call, then: _Call) -> Subgoal | None:
    """Return a wish that fails at first and is met by a second call; None where they are two wishes."""
    if not set(first.wishes) <= set(then.wishes) or set(first.details) != set(then.details):
        return None
    last = _plain(then)
    fallbacks = () if first.wishes == then.wishes else (then.wishes,)
    changed = [name for name, value in first.details.items() if then.details[name] != value]
    if len(changed) == 1:
        change = (_CHANGE_TURN, changed[0], then.details[changed[0]])
        return Subgoal(
            last.tool, wishes=first.wishes, details=first.details, fallbacks=fallbacks, wants=last.wants, change=change,
        )  # fmt: skip
    return Subgoal(
        last.tool, wishes=first.wishes, details=then.details, fallbacks=fallbacks, wants=last.wants
    )

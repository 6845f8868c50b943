"""MultiWOZ 2.1: services from its databases, and customers with the goals of its dialogues.

Each domain of a goal is an `Episode` of its own, one after the other with the same customer. One merged
service would not be true: "type", "area", "day" and "price" mean something else in each domain, a booking
would need the details of all of them, and a condition or a wanted field such as "entity.phone" would no
longer name one column. What couples domains is kept: a taxi "between the two places" takes the ones that
were chosen before.

How goals are read:

* `fail_info` is the first wish and `info` what the customer settles for. Of the 420 such wishes of the
  validation set 175 can be met by the databases as they are: then nobody has to settle. Where nothing
  fits either, the right end is to say so.
* `fail_book` (a booking that fails at first) becomes a change of mind when they are asked to confirm:
  these databases do not say when a place is full.
* "Leave after" and "arrive by" are resolved to the first train that leaves then or later, the last one
  that arrives by then: wishes are equalities.
* What a database does not know ("?") is answered with "unknown".

Source: https://github.com/budzianowski/multiwoz (MIT).
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth_envs.dialogue.engine import Episode, Scene
from synth_envs.dialogue.goals import Persona, Subgoal, choices
from synth_envs.dialogue.imports.catalogue import STOCK, Catalogue
from synth_envs.dialogue.imports.columns import cell, kind_of, minor, read, slot_of, snake
from synth_envs.dialogue.imports.services import PERSONA, scene_of, service
from synth_envs.dialogue.spec import Slot, Tool
from synth_envs.dialogue.world import Row
from synth_envs.seeding import mix64_of

__all__ = ["DOMAINS", "Domain", "dialogues", "domains", "episodes"]

#: In the order of the files; "bus" is a copy of "train".
DOMAINS = ("attraction", "hotel", "restaurant", "train", "hospital", "police", "taxi")
_LONGEST = 64
_DIGITS = re.compile(r"\^\[0-9\]\{([0-9]{1,2})\}\$")
_PLACE = re.compile(r"(leave|arrives) the (?:<span class='emphasis'>)?([a-z]{1,20})\b")
_CHANGE_TURN = 3


@dataclass(frozen=True)
class Domain:
    """A service of MultiWOZ.

    Attributes:
        name: Of `DOMAINS`.
        catalogue: What it offers, with the service's spec.
        names: Of columns of text: all their values.
    """

    name: str
    catalogue: Catalogue
    names: Mapping[str, tuple[str, ...]]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What entities differ in."""
        return self.catalogue.spec.entity_slots


def dialogues(folder: Path) -> dict[str, Any]:
    """Return the dialogues of the validation set, {id: {"goal", "log"}}.

    Args:
        folder: Of val.json.zip.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not such a file.
    """
    try:
        with zipfile.ZipFile(folder / "val.json.zip") as archive:
            found = json.loads(archive.read("val.json"))
    except (zipfile.BadZipFile, KeyError) as error:
        msg = f"val.json.zip holds no dialogues: {error}"
        raise ValueError(msg) from error
    if not isinstance(found, dict):
        msg = "val.json holds no dialogues by id"
        raise ValueError(msg)  # noqa: TRY004 - of a file's content, as all such errors
    return found


def domains(folder: Path, goals: Sequence[Mapping[str, Any]]) -> dict[str, Domain]:
    """Return all services.

    Args:
        folder: Of the files NAME_db.json.
        goals: Of dialogues: they say what bookings consist of.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file holds something else.
    """
    found = {}
    for name in DOMAINS:
        data = json.loads((folder / f"{name}_db.json").read_text(encoding="utf-8"))
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            msg = f"{name}_db.json holds no list of records"
            raise ValueError(msg)
        rows = _combined(name, data) if any(map(_listed, data)) else data
        found[name] = _domain(name, rows, [goal.get(name) or {} for goal in goals])
    return found


def _listed(row: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, list) and value and isinstance(value[0], str) for value in row.values()
    )


def _combined(name: str, data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a dict of lists of values stands for: everything with one value of each.

    A pattern of digits in place of a list gives everything a number of its own.
    """
    lists = {key.removeprefix(f"{name}_"): values for row in data for key, values in row.items()}
    pattern = {
        key: found
        for key, values in lists.items()
        if len(values) == 1 and (found := _DIGITS.fullmatch(values[0]))
    }
    rows: list[dict[str, Any]] = [{}]
    for key, values in lists.items():
        if key not in pattern:
            rows = [{**row, key: value} for row in rows for value in values]
    for number, row in enumerate(rows):
        words = " ".join(str(value) for value in row.values())
        row["name"] = words
        row[{"taxi": "car type"}.get(name, f"{name} type")] = words
        for key, digits in pattern.items():
            count = int(digits[1])
            row[key] = str(mix64_of(len(rows), number) % 10**count).zfill(count)
    return rows


def _domain(
    name: str, data: Sequence[Mapping[str, Any]], goals: Sequence[Mapping[str, Any]]
) -> Domain:
    columns: dict[str, list[Any]] = {}
    for key in dict.fromkeys(key for row in data for key in row):
        values = [row.get(key) for row in data]
        if key != "id" and not any(isinstance(value, list | dict) for value in values):
            columns[key] = values
    slots = {
        key: slot_of(snake(key, name), _kind(key, values), values, (snake(key).replace("_", " "),))
        for key, values in columns.items()
        if key != "price"
    }
    rows = []
    for number, row in enumerate(data):
        title = next(
            (str(row[key]) for key in ("name", "trainID", "department") if key in row), name
        )
        made: Row = {
            "id": f"{name}{number:04d}",
            "name": title.lower(),
            "price": _price(row),
            "stock": STOCK,
        }
        rows.append(made | {slot.name: cell(slot, row.get(key)) for key, slot in slots.items()})
    entity_slots = tuple(slots.values())
    details = _details(goals, {slot.name for slot in entity_slots}, name)
    searched = tuple(slot.name for slot in entity_slots if _short(rows, slot))
    needed = _always(goals, details)
    tools = [Tool(f"find_{name}", "find", (f"look for a {name}",), (*searched, "limit", "offset"))]
    if details:
        args = ("customer_id", "entity_id", *(slot.name for slot in details))
        words = (f"book a {name}", f"get a {name}", f"reserve a {name}")
        must = ("customer_id", "entity_id", *needed)
        tools.append(Tool(f"book_{name}", "create", words, args, must, (), "booked"))
    catalogue = Catalogue(service(name, name, entity_slots, details, tools), rows)
    names = {
        slot.name: tuple(dict.fromkeys(row[slot.name] for row in rows))
        for slot in entity_slots
        if slot.kind == "name"
    }
    return Domain(name, catalogue, names)


def _kind(key: str, values: Sequence[Any]) -> str:
    kind = kind_of(values)
    # Numbers of telephones and the like are text: nobody counts with them.
    return "name" if kind == "int" and any(len(str(value)) > 5 for value in values) else kind


def _short(rows: Sequence[Row], slot: Slot) -> bool:
    return all(len(str(row[slot.name])) <= _LONGEST for row in rows)


def _price(row: Mapping[str, Any]) -> int:
    value = row.get("price", 0)
    if isinstance(value, dict):  # of several kinds of rooms the cheapest
        prices = [price for one in value.values() if (price := minor(one)) is not None]
        return min(prices, default=0)
    return minor(value) or 0


def _booked(goal: Mapping[str, Any], columns: set[str], name: str) -> dict[str, str]:
    """Return what a goal books with: what it says of the booking, and what is no column of the database."""
    info = {key: v for key, v in goal.get("info", {}).items() if snake(key, name) not in columns}
    book = {k: v for k, v in (goal.get("book") or {}).items() if not isinstance(v, bool)}
    return {snake(key, name): str(value) for key, value in (info | book).items()}


def _details(goals: Sequence[Mapping[str, Any]], columns: set[str], name: str) -> tuple[Slot, ...]:
    values: dict[str, list[str]] = {}
    for goal in goals:
        for key, value in _booked(goal, columns, name).items():
            values.setdefault(key if key not in columns else f"{name}_{key}", []).append(value)
    kinds = {key: kind_of(one) for key, one in values.items()}
    # How many and how long are numbers, however few of them occur.
    return tuple(
        slot_of(key, "int" if kinds[key] == "ordinal" else kinds[key], sorted(values[key]))
        for key in sorted(values)
    )


def _always(goals: Sequence[Mapping[str, Any]], details: Sequence[Slot]) -> list[str]:
    """Return the details that every booking of the goals has."""
    books = [goal["book"] for goal in goals if goal.get("book")]
    return [
        slot.name
        for slot in details
        if books and all(any(snake(key) == slot.name for key in book) for book in books)
    ]


def episodes(
    known: Mapping[str, Domain],
    goal: Mapping[str, Any],
    key: int,
    persona: Persona | None = None,
) -> Iterator[Episode]:
    """Yield an episode for each domain of a goal; play each before asking for the next.

    Args:
        known: From `domains`.
        goal: Of a dialogue.
        key: Of the customer's draws, in [0, 2**64).
        persona: How they talk; None: as in `services`.
    """
    places: dict[str, str] = {}
    parts = [name for name in DOMAINS if goal.get(name)]
    for name in parts:
        scene = _scene(known[name], goal, places, mix64_of(key, DOMAINS.index(name)), persona)
        episode = Episode(scene)
        yield episode
        customer = episode.customer
        # Who asks about the only place that fits never has it offered.
        chosen = customer.taken or next(
            (r["id"] for r in choices(episode.world, customer.live())), ""
        )
        if chosen:
            places[name] = episode.world.tables["entity"][chosen]["name"]


def _scene(
    domain: Domain,
    goal: Mapping[str, Any],
    places: Mapping[str, str],
    key: int,
    persona: Persona | None,
) -> Scene:
    own = goal[domain.name]
    spec = domain.catalogue.spec
    columns = {slot.name for slot in domain.slots}
    first = _wishes(domain, own.get("fail_info") or own.get("info") or {})
    then = _wishes(domain, own.get("info") or {})
    fallbacks = ({name: then.get(name) for name in first} | then,) if first != then else ()
    booked = _booked(own, columns, domain.name)
    details = {
        slot.name: value
        for slot in spec.detail_slots
        if (value := read(slot, booked.get(slot.name, ""))) is not None
    }
    change = None
    for name, text in (own.get("fail_book") or {}).items():
        slot = spec.by_slot.get(snake(name, domain.name))
        failed = None if slot is None else read(slot, text)
        if slot is not None and failed is not None and details.get(slot.name) not in (None, failed):
            change = (_CHANGE_TURN, slot.name, details[slot.name])
            details[slot.name] = failed
            break
    buys = bool(own.get("book")) or (bool(details) and domain.name == "taxi")
    if buys:
        booking = frozenset(slot.name for slot in spec.detail_slots)
        _between(booking, details, places, goal.get("message", ""))
    wants = tuple(f"entity.{snake(want, '' if want == 'price' else domain.name)}" for want in own.get("reqt", ()))  # fmt: skip
    tool = next(one for one in spec.tools if one.kind == ("create" if buys else "find"))
    wish = Subgoal(
        tool.name, wishes=first, fallbacks=fallbacks, details=details if buys else {}, wants=wants, change=change if buys else None,
    )  # fmt: skip
    return scene_of(domain.catalogue, [wish], key, persona=persona or PERSONA)


def _between(
    slots: frozenset[str], details: dict[str, Any], places: Mapping[str, str], message: Any
) -> None:
    """Fill in where a ride goes between places that were chosen before, as the goal's message says."""
    ends = ("departure", "destination")
    if not all(end in slots for end in ends) or any(end in details for end in ends):
        return
    order = list(places.values())
    said = _PLACE.search(" ".join(message)) if isinstance(message, list) else None
    if said and said[2] in places:
        order.remove(places[said[2]])
        order.insert(0 if said[1] == "leave" else len(order), places[said[2]])
    details.update(zip(ends, order, strict=False))


def _wishes(domain: Domain, info: Mapping[str, Any]) -> dict[str, Any]:
    """Return wishes as values of columns; of times the best one that keeps to what is asked."""
    found: dict[str, Any] = {}
    limits: dict[str, int] = {}
    by_name = {slot.name: slot for slot in domain.slots}
    for key, text in info.items():
        name = snake(key, domain.name)
        slot = by_name.get(name)
        value = None if slot is None else read(slot, text, domain.names.get(name, ()))
        if slot is not None and value is not None:
            (limits if slot.kind == "time" else found)[name] = value
    if not limits:
        return found
    rows = [domain.catalogue.rows[key] for key in domain.catalogue.found(tuple(found.items()))]
    for name, limit in limits.items():
        rows = [row for row in rows if row[name] is not None and (row[name] >= limit if name.startswith("leave") else row[name] <= limit)]  # fmt: skip
    for name, limit in limits.items():
        times = sorted({row[name] for row in rows})
        if times:
            best = times[0] if name.startswith("leave") else times[-1]
            rows = [row for row in rows if row[name] == best]
        found[name] = rows[0][name] if rows else limit
    return found

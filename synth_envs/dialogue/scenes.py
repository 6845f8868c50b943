"""Scenes: a service, its database and a customer with a goal, all from one key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from synth_envs.dialogue.conditions import edges
from synth_envs.dialogue.engine import Episode, Scene
from synth_envs.dialogue.goals import MOST_ENDS, Persona, Subgoal, UserGoal, acceptable
from synth_envs.dialogue.knobs import Knobs, knobs_of
from synth_envs.dialogue.planner import play
from synth_envs.dialogue.policy import Rule
from synth_envs.dialogue.services import TIERS, make_spec
from synth_envs.dialogue.skins import opaque, skins_of
from synth_envs.dialogue.spec import ARCHETYPES, DomainSpec, Slot, Tool
from synth_envs.dialogue.world import Row, World
from synth_envs.seeding import TaskRandom, split_of_number

__all__ = ["SHARES", "make_scene"]

#: Shares of the kinds of cases, besides impostors.
SHARES = {"done": 0.70, "refuse": 0.15, "no_match": 0.075, "transfer": 0.075}
_OPAQUE = 0.2
_TURNS, _TURNS_EACH = 20, 15
#: Databases that are tried, and goals in each: a database of hundreds of rows costs more than a goal.
_TRIES, _GOALS = 50, 6

_FIRST = (
    "Ada Alma Amir Anna Boris Carla Chen Dana Diego Elif Emil Eva Farid Fiona Gita Hana Hugo Ines Ivan Jana Jonas Kofi "
    "Lars Lea Lina Marco Maya Milan Nadia Nils Nora Olga Omar Pavel Priya Rosa Sami Sofia Tara Yusuf"
).split()  # fmt: skip
_LAST = (
    "Adler Baker Bianchi Castro Dubois Eriksen Farkas Gruber Haddad Ibarra Jansen Kaya Keller Kovac Laurent Lindgren "
    "Marin Mendes Moreau Nakata Novak Okafor Olsen Petrov Quist Rahman Ricci Rossi Sato Schmid Silva Soto Tanaka Urban "
    "Varga Weber Wolf Yilmaz Zeman Zhou"
).split()  # fmt: skip
_ADJECTIVES = (
    "Amber Blue Bright Calm Clear Coral Crimson Dusky Early Fair Gentle Golden Grand Green Hidden High Ivory Jade Late "
    "Little Lone Lucky Mellow Misty Noble Old Pale Quiet Rapid Royal Rustic Silver Slow Stone Sunny Swift Tall Velvet "
    "Wild Winter"
).split()  # fmt: skip
_THINGS = (
    "Acorn Anchor Arrow Badger Beacon Birch Bridge Cedar Clover Comet Crane Dune Eagle Fern Finch Fox Garden Harbor "
    "Hazel Heron Hill Horizon Lantern Lark Linden Maple Meadow Mill Oak Orchid Otter Pebble Pine Raven River Rose Sparrow "
    "Star Thistle Willow"
).split()  # fmt: skip
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_scene(
    key: int,
    level: int,
    *,
    archetype: str = "mixed",
    knobs: Mapping[str, float] | None = None,
    noise: float | None = None,
    max_turns: int | None = None,
    partial: bool = False,
) -> Scene:
    """Make a scene.

    Args:
        key: Decides everything, its split and with it the skin included; in [0, 2**64).
        level: 0 to 9.
        archetype: Of `ARCHETYPES`, or "mixed".
        knobs: Knobs to set otherwise than the level does.
        noise: In place of the level's.
        max_turns: Steps of an episode; None gives 20, and 15 for each wish, in which every case can be
            solved.
        partial: Whether single wishes that are met earn something.

    Raises:
        RuntimeError: No case that can be solved was found; it names the key.
    """
    set_to = knobs_of(level, {**(knobs or {}), **({} if noise is None else {"noise": noise})})
    # Decided once, so that what is hard to make is not rarer than it should be.
    first = TaskRandom(b"dialogue/%d" % key)
    kind = first.choice(ARCHETYPES) if archetype == "mixed" else archetype
    outcome = "impostor" if first.random() < set_to.impostor else _kind(first)
    for attempt in range(_TRIES):
        rng = TaskRandom(b"dialogue/%d/%d" % (key, attempt))
        skin = (
            opaque(kind, rng)
            if rng.random() < _OPAQUE
            else rng.choice(skins_of(kind, split_of_number(key)))
        )
        spec = make_spec(kind, skin, rng, set_to)
        world = _world(spec, rng, set_to)
        for _ in range(_GOALS):
            goal = _Maker(world, rng, set_to).goal(outcome)
            if goal is None:
                continue
            turns = _TURNS + _TURNS_EACH * len(goal.subgoals)
            scene = Scene(spec, world, goal, level, key, turns, set_to.transient, partial)
            if _solved(scene):
                return scene if max_turns is None else replace(scene, max_turns=max_turns)
    msg = f"no case found for key {key} at level {level} ({archetype})"
    raise RuntimeError(msg)


def _kind(rng: TaskRandom) -> str:
    draw = rng.random()
    for kind, share in SHARES.items():
        if draw < share:
            return kind
        draw -= share
    return "done"


def _solved(scene: Scene) -> bool:
    """Say whether the oracle solves a copy of a scene, and whether the right ends are few."""
    count = 1
    for one in scene.goal.subgoals:
        count *= max(len(acceptable(scene.world, scene.goal, one)), 1)
    if count > MOST_ENDS:
        return False
    trial = Episode(Scene(**{**scene.__dict__, "world": scene.world.copy()}))
    play(trial)
    return trial.verdict().success


def _world(spec: DomainSpec, rng: TaskRandom, knobs: Knobs) -> World:
    today = rng.randint(100, 1000)
    entities: list[Row] = []
    names: set[str] = set()
    for _ in range(knobs.rows):
        if entities and rng.random() < knobs.twins:
            row = dict(rng.choice(entities))
            slot = rng.choice(spec.entity_slots)
            row[slot.name] = _drawn(slot, rng)
        else:
            row = {slot.name: _drawn(slot, rng) for slot in spec.entity_slots}
        name = _fresh(rng, names, _ADJECTIVES, _THINGS)
        stock = 0 if rng.random() < 0.1 else rng.randint(1, 5)
        entities.append({"id": _id("E", rng), "name": name, "price": 100 * rng.randint(5, 300), "stock": stock, **{k: v for k, v in row.items() if k not in ("id", "name", "price", "stock")}})  # fmt: skip
    customers, records, payments, devices = [], [], [], []
    names = set()
    for _ in range(max(5, min(knobs.rows // 8, 40))):
        customer = {
            "id": _id("C", rng), "name": _fresh(rng, names, _FIRST, _LAST), spec.secret.name: _code(rng), "tier": rng.choice(TIERS),
            **{slot.name: _drawn(slot, rng) for slot in spec.customer_slots},
        }  # fmt: skip
        customers.append(customer)
        for _ in range(rng.randint(1, 3)):
            record, payment = _record(spec, rng, today, customer["id"], rng.choice(entities))
            records.append(record)
            payments.append(payment)
        if spec.device_slots:
            states = {slot.name: slot.values[0] for slot in spec.device_slots}
            devices.append({"id": _id("D", rng), "customer": customer["id"], **states})
    tables = {
        "customer": customers,
        "entity": entities,
        "record": records,
        "payment": payments,
        "device": devices,
    }
    return World(spec, today, tables)


def _record(
    spec: DomainSpec, rng: TaskRandom, today: int, customer: str, entity: Row
) -> tuple[Row, Row]:
    details = {slot.name: _drawn(slot, rng) for slot in spec.detail_slots}
    for slot in spec.detail_slots:
        if slot.kind == "date":
            details[slot.name] = today + rng.randint(0, 30)
    live = rng.random() < 0.85
    record = {
        "id": _id("R", rng), "customer": customer, "entity": entity["id"],
        "status": rng.choice(spec.statuses[:2] if spec.archetype == "order" else spec.statuses[:1]) if live else spec.statuses[-1],
        "created": today - rng.randint(0, 100), "amount": entity["price"], "paid": entity["price"],
        "fee": 100 * rng.randint(0, min(entity["price"] // 200, 20)), **details,
    }  # fmt: skip
    return record, {"id": _id("P", rng), "record": record["id"], "amount": entity["price"]}


def _fresh(rng: TaskRandom, used: set[str], first: list[str], second: list[str]) -> str:
    while True:
        name = f"{rng.choice(first)} {rng.choice(second)}"
        if name not in used:
            used.add(name)
            return name


def _code(rng: TaskRandom) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(2)) + f"{rng.randint(1000, 9999)}"


def _id(kind: str, rng: TaskRandom) -> str:
    return f"{kind}{_code(rng)}"


def _drawn(slot: Slot, rng: TaskRandom) -> Any:
    if slot.values:
        return rng.choice(slot.values)
    if slot.kind == "bool":
        return rng.random() < 0.5
    if slot.kind == "time":
        return 30 * rng.randint(slot.low // 30, slot.high // 30)
    if slot.name == "email":
        return f"{rng.choice(_FIRST).lower()}.{rng.choice(_LAST).lower()}@example.org"
    if slot.kind in ("id", "name"):
        return _code(rng)
    return rng.randint(slot.low, slot.high)


class _Maker:
    """Makes a customer's goal in a world; records are moved to where rules begin to hold, or stop to."""

    def __init__(self, world: World, rng: TaskRandom, knobs: Knobs) -> None:
        self.world, self.spec, self.rng, self.knobs = world, world.spec, rng, knobs
        self.customer = rng.choice(list(world.tables["customer"].values()))
        tables = world.tables
        for _ in range(len(world.records_of(self.customer["id"])), knobs.subgoals + 1):
            entity = rng.choice(list(tables["entity"].values()))
            record, payment = _record(self.spec, rng, world.today, self.customer["id"], entity)
            tables["record"][record["id"]], tables["payment"][payment["id"]] = record, payment
        self.used: set[str] = set()
        self.unknown, self.changes, self.fallbacks = knobs.unknown, knobs.changes, knobs.fallbacks

    def goal(self, kind: str) -> UserGoal | None:
        """Return a goal of a kind of case, or None where none was found."""
        rng, knobs, customer = self.rng, self.knobs, self.customer
        secret = customer[self.spec.secret.name]
        name = customer["name"]
        if kind == "impostor":
            self.used.add("fix")  # anybody may be helped with a device
            wish = self._done()
            if wish is None:
                return None
            wrong = Subgoal(
                **{**wish.__dict__, "outcome": "impostor", "instead": None, "change": None}
            )
            return UserGoal(customer["id"], name, _code(rng), (wrong,), self._persona())
        count = rng.randint(max(1, knobs.subgoals - 1), knobs.subgoals)
        wishes: list[Subgoal | None] = []
        if kind != "done":
            wishes.append(self._special(kind))
        while len(wishes) < count:
            wishes.append(self._done())
        if any(one is None for one in wishes):
            return None
        found = [one for one in wishes if one is not None]
        rng.shuffle(found)
        # Who hands a customer over has no further word with them.
        found.sort(key=lambda one: one.outcome == "transfer")
        return UserGoal(customer["id"], name, secret, tuple(found), self._persona())

    def _persona(self) -> Persona:
        rng, knobs = self.rng, self.knobs
        return Persona(
            volunteer=knobs.volunteer, patience=knobs.patience, wordy=rng.randint(0, 2), formal=rng.random() < 0.5,
            insistence=rng.randint(0, 2), implicit=rng.choice((0.0, 0.3, 0.6)), typos=knobs.noise / 2, misheard=knobs.noise,
        )  # fmt: skip

    def _records(self) -> list[Row]:
        rows = self.world.records_of(self.customer["id"])
        return [row for row in rows if row["id"] not in self.used]

    def _verdict(self, tool: Tool, record: Row) -> Any:
        return self.spec.policy.verdict(tool.name, self.world.case(record, self.customer, None))

    def _special(self, kind: str) -> Subgoal | None:
        if kind == "no_match":
            return self._unmatched()
        outcome = "deny" if kind == "refuse" else "transfer"
        tools = [tool for tool in self.spec.tools if tool.writes and "record_id" in tool.args]
        self.rng.shuffle(tools)
        for tool in tools:
            for record in self._live(tool):
                if not self._nudged(tool, record, outcome):
                    continue
                verdict = self._verdict(tool, record)
                wish = self._about(tool, record)
                if wish is None:
                    continue
                self.used.add(record["id"])
                instead = self._instead(tool, record) if kind == "refuse" else None
                return Subgoal(
                    **{
                        **wish.__dict__, "outcome": kind, "reason": verdict.reason, "instead": instead, "wants": (),
                        "change": None, "fallbacks": (),
                    }
                )  # fmt: skip
        return None

    def _live(self, tool: Tool) -> list[Row]:
        """Return the customer's unused records on which a tool works; one is made so where there is none."""
        rows = [row for row in self._records() if row["status"] in tool.statuses]
        if not rows and (spare := self._records()):
            spare[0]["status"] = tool.statuses[0]
            rows = spare[:1]
        return rows

    def _nudged(self, tool: Tool, record: Row, outcome: str) -> bool:
        """Move a record to the edge of a rule until the policy says what is asked for."""
        if self._verdict(tool, record).outcome == outcome and self.rng.random() < 0.5:
            return True
        before = dict(record)
        rules = [
            rule
            for rule in self.spec.policy.of(tool.name)
            if rule.effect.kind in ("deny", "transfer")
        ]
        self.rng.shuffle(rules)
        for rule in rules:
            for field, value in self._edges(rule):
                self._moved(record, field, value)
                if self._verdict(tool, record).outcome == outcome:
                    return True
                record.update(before)
        return bool(self._verdict(tool, record).outcome == outcome)

    def _edges(self, rule: Rule) -> Iterator[tuple[str, Any]]:
        found = list(edges(rule.when))
        self.rng.shuffle(found)
        return iter(found)

    def _moved(self, record: Row, field: str, value: Any) -> None:
        today = self.world.today
        if field == "record.age" and value >= 0:
            record["created"] = today - value
        elif field == "record.notice" and value >= 0:
            record["day"] = today + value
        elif field == "record.amount" and value > 0:
            record["amount"] = record["paid"] = value
        elif field.startswith("entity."):
            name = field.partition(".")[2]
            rows = [row for row in self.world.tables["entity"].values() if row.get(name) == value]
            if rows:
                record["entity"] = self.rng.choice(rows)["id"]

    def _instead(self, tool: Tool, record: Row) -> Subgoal | None:
        """Return what is allowed in place of what is refused, if something is."""
        others = [
            one for one in self.spec.tools
            if one.writes and one.name != tool.name and "record_id" in one.args and record["status"] in one.statuses
        ]  # fmt: skip
        self.rng.shuffle(others)
        for other in others:
            if self._verdict(other, record).outcome == "allow":
                # What nothing fits at first is no alternative.
                kept, self.fallbacks = self.fallbacks, 0
                wish = self._about(other, record)
                self.fallbacks = kept
                if wish is not None:
                    return Subgoal(
                        **{
                            **wish.__dict__,
                            "change": None,
                            "fallbacks": (),
                            "wants": (),
                            "unknown": (),
                        }
                    )
        return None

    def _done(self) -> Subgoal | None:
        tools = [
            tool
            for tool in self.spec.tools
            if (tool.writes or tool.kind == "get") and tool.name not in self.used
        ]
        self.rng.shuffle(tools)
        if self.spec.device_slots and "fix" not in self.used and self.rng.random() < 0.6:
            return self._repair()
        for tool in tools:
            if tool.kind == "create":
                wish = self._bought(tool)
            elif tool.kind == "set":
                wish = Subgoal(
                    tool.name, details=self._others(self.spec.customer_slots, self.customer)
                )
            else:
                wish = self._on_record(tool)
            if wish is not None:
                if tool.kind in ("create", "set"):
                    self.used.add(tool.name)
                return wish
        return None

    def _repair(self) -> Subgoal:
        self.used.add("fix")
        device = self.world.device_of(self.customer["id"])
        count = self.rng.randint(1, max(1, min(self.knobs.chain, len(self.spec.device_slots))))
        parts = self.rng.sample(self.spec.device_slots, count)
        for slot in parts:
            device[slot.name] = self.rng.choice(slot.values[1:])
        order = [slot for slot in self.spec.device_slots if slot in parts]
        return Subgoal("fix", repair=tuple((slot.name, slot.values[0]) for slot in order))

    def _on_record(self, tool: Tool) -> Subgoal | None:
        rows = self._records() if tool.kind == "get" else self._live(tool)
        for record in rows:
            if tool.kind != "get" and not self._nudged(tool, record, "allow"):
                continue
            wish = self._about(tool, record)
            if wish is not None:
                self.used.add(record["id"])
                return wish
        return None

    def _about(self, tool: Tool, record: Row) -> Subgoal | None:
        """Return a wish about a record, or None where there is nothing to wish for."""
        unknown: tuple[str, ...] = ()
        if self.unknown and self.rng.random() < 0.5:
            self.unknown -= 1
            unknown = ("record_id",)
        base: dict[str, Any] = {"record": record["id"], "unknown": unknown}
        if tool.kind == "get":
            fields = [
                "record.status",
                "record.amount",
                "record.fee",
                *(f"record.{slot.name}" for slot in self.spec.detail_slots),
            ]
            return Subgoal(
                tool.name, wants=tuple(self.rng.sample(fields, self.rng.randint(1, 2))), **base
            )
        if tool.kind == "update":
            slots = [slot for slot in self.spec.detail_slots if slot.name in tool.args]
            details = self._others(slots, record)
            return Subgoal(
                tool.name, details=details, change=self._change({}, details, record), **base
            )
        if tool.kind == "exchange":
            wishes, fallbacks = self._wishes(exclude=record["entity"])
            return (
                None
                if wishes is None
                else Subgoal(tool.name, wishes=wishes, fallbacks=fallbacks, **base)
            )
        if tool.kind == "refund" and record["paid"] <= record["fee"]:
            return None
        wants = ("record.fee",) if tool.kind == "cancel" and self.rng.random() < 0.5 else ()
        return Subgoal(tool.name, wants=wants, **base)

    def _others(self, slots: Any, row: Row) -> dict[str, Any]:
        """Return new values of one or two slots, other than those of a row."""
        chosen = self.rng.sample(list(slots), min(len(slots), self.rng.randint(1, 2)))
        return {slot.name: self._other(slot, row[slot.name]) for slot in chosen}

    def _other(self, slot: Slot, value: Any) -> Any:
        while True:
            drawn = (
                self.world.today + self.rng.randint(1, 40)
                if slot.kind == "date"
                else _drawn(slot, self.rng)
            )
            if drawn != value:
                return drawn

    def _change(
        self, wishes: dict[str, Any], details: dict[str, Any], row: Row
    ) -> tuple[int, str, Any] | None:
        if not self.changes or self.rng.random() < 0.4 or not (wishes or details):
            return None
        slot = self.spec.by_slot[self.rng.choice(list(details) or list(wishes))]
        value = self._other(slot, details.get(slot.name))
        if value == row.get(slot.name):
            return None
        self.changes -= 1
        return self.rng.randint(2, 6), slot.name, value

    def _bought(self, tool: Tool) -> Subgoal | None:
        wishes, fallbacks = self._wishes()
        if wishes is None:
            return None
        details = {}
        for slot in self.spec.detail_slots:
            details[slot.name] = self._other(slot, None)
        fields = [
            "entity.price",
            *(f"entity.{slot.name}" for slot in self.spec.entity_slots if slot.name not in wishes),
        ]
        wants = tuple(self.rng.sample(fields, min(len(fields), self.rng.randint(0, 2))))
        change = self._change({}, details, {})
        return Subgoal(
            tool.name,
            wishes=wishes,
            details=details,
            fallbacks=fallbacks,
            wants=wants,
            change=change,
        )

    def _wishes(
        self, exclude: str = ""
    ) -> tuple[dict[str, Any] | None, tuple[dict[str, Any], ...]]:
        """Return wishes that some entities fit, perhaps only after a fallback; None where none were found."""
        rows = [
            row
            for row in self.world.tables["entity"].values()
            if row["stock"] > 0 and row["id"] != exclude
        ]
        target = self.rng.choice(rows)
        slots = [slot.name for slot in self.spec.entity_slots]
        names = self.rng.sample(slots, self.rng.randint(max(1, len(slots) - 2), len(slots)))
        wishes = {name: target[name] for name in slots if name in names}
        if self.fallbacks and self.rng.random() < 0.5:
            for name in self.rng.sample(list(wishes), len(wishes)):
                first = {**wishes, name: self._other(self.spec.by_slot[name], wishes[name])}
                if not self._fits(first, exclude):
                    self.fallbacks -= 1
                    return first, ({name: wishes[name]},)
        return wishes, ()

    def _fits(self, wishes: Mapping[str, Any], exclude: str) -> bool:
        return any(row["id"] != exclude for row in self.world.found(wishes))

    def _unmatched(self) -> Subgoal | None:
        """Return a wish that nothing fits."""
        tool = self.spec.tool_of("create") or self.spec.tool_of("exchange")
        if tool is None:
            return None
        record = ""
        exclude = ""
        if tool.kind == "exchange":
            rows = self._live(tool)
            if not rows or not self._nudged(tool, rows[0], "allow"):
                return None
            record, exclude = rows[0]["id"], rows[0]["entity"]
        for _ in range(20):
            wishes = {slot.name: _drawn(slot, self.rng) for slot in self.spec.entity_slots}
            if not self._fits(wishes, exclude):
                break
        else:  # there is one of each kind: this one has sold out
            for row in self.world.found(wishes):
                row["stock"] = 0
        details = {}
        if not record:
            details = {slot.name: self._other(slot, None) for slot in self.spec.detail_slots}
        self.used.update({record, tool.name})
        return Subgoal(tool.name, "no_match", record, wishes=wishes, details=details)

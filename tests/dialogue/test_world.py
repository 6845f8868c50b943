"""The database against SQLite: the same calls as SQL give the same results, errors, tables and changes.

    python tests/dialogue/test_world.py

prints what both cost, which is why the database is Python's own.
"""

# ruff: noqa: ARG002, EM101, S608, T201
# The twin's methods are called alike, its errors are compared by kind, its SQL is made of the service's own
# names, and `measure` prints.

import itertools
import json
import sqlite3
import time

import pytest

from synth_envs.dialogue.arguments import checked
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES, DomainSpec, Tool
from synth_envs.dialogue.world import TABLES, ToolError, World
from synth_envs.seeding import TaskRandom

CORE = {
    "customer": ("id", "name", "tier"),
    "entity": ("id", "name", "price", "stock"),
    "record": ("id", "customer", "entity", "status", "created", "amount", "paid", "fee"),
    "payment": ("id", "record", "amount"),
    "device": ("id", "customer"),
}


class Twin:
    """The same service in SQLite; nothing of `World` but the form of its diff is used."""

    def __init__(self, spec, today, tables):
        self.spec, self.today, self.made = spec, today, 0
        slots = {
            "customer": (spec.secret, *spec.customer_slots),
            "entity": spec.entity_slots,
            "record": spec.detail_slots,
            "payment": (),
            "device": spec.device_slots,
        }
        self.columns = {
            name: (*CORE[name], *(slot.name for slot in slots[name])) for name in TABLES
        }
        self.bools = {slot.name for own in slots.values() for slot in own if slot.kind == "bool"}
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        for name in TABLES:
            columns = ", ".join(f'"{column}"' for column in self.columns[name])
            self.db.execute(f'CREATE TABLE "{name}" ({columns}, PRIMARY KEY ("id"))')
            marks = ", ".join("?" * len(self.columns[name]))
            rows = [tuple(row[c] for c in self.columns[name]) for row in tables[name].values()]
            self.db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
            self.db.execute(f'CREATE TABLE "{name}_before" AS SELECT * FROM "{name}"')

    def rows(self, table, where, values=(), suffix=""):
        columns = ", ".join(f'"{column}"' for column in self.columns[table])
        found = self.db.execute(f'SELECT {columns} FROM "{table}{suffix}" {where}', values)
        return [self.typed(dict(zip(self.columns[table], row, strict=True))) for row in found]

    def typed(self, row):
        return {n: bool(v) if n in self.bools and v is not None else v for n, v in row.items()}

    def one(self, table, key):
        found = self.rows(table, 'WHERE "id" = ?', (key,))
        if not found:
            raise ToolError("not_found")
        return found[0]

    def set(self, table, key, **values):
        given = ", ".join(f'"{name}" = ?' for name in values)
        self.db.execute(f'UPDATE "{table}" SET {given} WHERE "id" = ?', (*values.values(), key))

    def insert(self, table, **values):
        values = {"id": f"{table[0].upper()}{900_000 + self.made:06d}", **values}
        self.made += 1
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        self.db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(values.values()))
        return values["id"]

    def stock(self, key, more):
        self.db.execute('UPDATE entity SET "stock" = "stock" + ? WHERE "id" = ?', (more, key))

    def eligible(self, tool, args):
        row = self.one("record", args["record_id"])
        if row["status"] not in tool.statuses:
            raise ToolError("ineligible")
        return row

    def run(self, tool, args):
        self.db.execute("BEGIN")
        try:
            result = getattr(self, tool.kind)(tool, args)
        except ToolError:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return result

    def find(self, tool, args):
        slots = [slot.name for slot in self.spec.entity_slots if args.get(slot.name) is not None]
        where = " AND ".join(['"stock" > 0', *(f'"{name}" = ?' for name in slots)])
        values = tuple(args[name] for name in slots)
        count = self.db.execute(f"SELECT COUNT(*) FROM entity WHERE {where}", values).fetchone()[0]
        limit = min(args.get("limit") or 10, 10)
        page = (*values, limit, args.get("offset") or 0)
        found = self.rows("entity", f'WHERE {where} ORDER BY "id" LIMIT ? OFFSET ?', page)
        return {"count": count, "results": found}

    def get(self, tool, args):
        row = self.one("record", args["record_id"])
        entity = self.one("entity", row["entity"])
        names = ("name", "price", *(slot.name for slot in self.spec.entity_slots))
        return {**row, **{f"entity_{name}": entity[name] for name in names}}

    def quote(self, tool, args):
        sql = 'SELECT "id", "fee", MAX("paid" - "fee", 0) FROM record WHERE "id" = ?'
        found = self.db.execute(sql, (args["record_id"],)).fetchone()
        if found is None:
            raise ToolError("not_found")
        return dict(zip(("record_id", "fee", "refund"), found, strict=True))

    def idle(self, tool, args):
        return {"ok": True}

    def verify(self, tool, args):
        secret = self.spec.secret.name
        where = f'WHERE "name" = ? AND "{secret}" = ?'
        found = self.rows("customer", where, (args["name"], args[secret]))
        if not found:
            raise ToolError("not_authenticated")
        mine = self.rows("record", 'WHERE "customer" = ? ORDER BY "id"', (found[0]["id"],))
        ids = [row["id"] for row in mine]
        return {"customer_id": found[0]["id"], "tier": found[0]["tier"], "record_ids": ids}

    def create(self, tool, args):
        customer = self.one("customer", args["customer_id"])
        entity = self.one("entity", args["entity_id"])
        if entity["stock"] < 1:
            raise ToolError("ineligible")
        self.stock(entity["id"], -1)
        key = self.insert(
            "record", customer=customer["id"], entity=entity["id"], status=tool.becomes, created=self.today,
            amount=entity["price"], paid=entity["price"], fee=0,
            **{slot.name: args.get(slot.name) for slot in self.spec.detail_slots},
        )  # fmt: skip
        self.insert("payment", record=key, amount=entity["price"])
        return self.one("record", key)

    def update(self, tool, args):
        row = self.eligible(tool, args)
        changes = {n: args[n] for n in tool.args if n != "record_id" and args.get(n) is not None}
        if not changes:
            raise ToolError("bad_args")
        self.set("record", row["id"], **changes)
        return self.one("record", row["id"])

    def cancel(self, tool, args):
        row = self.eligible(tool, args)
        back = max(row["paid"] - row["fee"], 0)
        self.set("record", row["id"], status=tool.becomes, paid=row["paid"] - back)
        if back:
            self.insert("payment", record=row["id"], amount=-back)
        self.stock(row["entity"], 1)
        return self.one("record", row["id"])

    def refund(self, tool, args):
        row = self.eligible(tool, args)
        if not 1 <= args["amount"] <= row["paid"]:
            raise ToolError("ineligible")
        self.set("record", row["id"], status=tool.becomes, paid=row["paid"] - args["amount"])
        self.insert("payment", record=row["id"], amount=-args["amount"])
        return self.one("record", row["id"])

    def exchange(self, tool, args):
        row = self.eligible(tool, args)
        entity = self.one("entity", args["entity_id"])
        if entity["stock"] < 1 or entity["id"] == row["entity"]:
            raise ToolError("ineligible")
        self.stock(row["entity"], 1)
        self.stock(entity["id"], -1)
        more = entity["price"] - row["amount"]
        self.set(
            "record", row["id"], entity=entity["id"], amount=entity["price"], paid=row["paid"] + more, status=tool.becomes,
        )  # fmt: skip
        if more:
            self.insert("payment", record=row["id"], amount=more)
        return self.one("record", row["id"])

    def _set(self, tool, args):
        row = self.one("customer", args["customer_id"])
        names = [slot.name for slot in self.spec.customer_slots]
        changes = {n: args[n] for n in names if args.get(n) is not None}
        if not changes:
            raise ToolError("bad_args")
        self.set("customer", row["id"], **changes)
        after = self.one("customer", row["id"])
        return {name: after[name] for name in ("id", *changes)}

    def move(self, customer, slot, value):
        self.db.execute(f'UPDATE device SET "{slot}" = ? WHERE "customer" = ?', (value, customer))

    def diff(self):
        found = []
        kept = [f'SELECT "id" FROM "{name}_before"' for name in TABLES]
        new = {
            key: f"+{name}"
            for name, before in zip(TABLES, kept, strict=True)
            for (key,) in self.db.execute(f'SELECT "id" FROM "{name}" WHERE "id" NOT IN ({before})')
        }
        for name in TABLES:
            old = {row["id"]: row for row in self.rows(name, "", suffix="_before")}
            for row in self.rows(name, ""):
                if row["id"] in old:
                    before = old[row["id"]]
                    found += [(name, row["id"], c, v) for c, v in row.items() if before[c] != v]
                else:
                    content = sorted((c, new.get(v, v)) for c, v in row.items() if c != "id")
                    found.append((name, "+", "", tuple(content)))
        counted = [(change, found.count(change)) for change in dict.fromkeys(found)]
        return frozenset(c if n == 1 else (*c[:3], (c[3], n)) for c, n in counted)


def run(world, tool, args):
    """The result or error of a call, checked as an episode checks it."""
    try:
        given = checked(world.spec, tool, args)
        if isinstance(world, Twin) and tool.kind == "set":
            return "ok", world._set(tool, given)
        return "ok", world.run(tool, given)
    except ToolError as error:
        return "error", error.kind


def drawn(spec, tool, world, rng):
    """Arguments of a call: mostly such as work, some of them wrong."""
    args = {}
    tables = world.tables
    for name in tool.args:
        if name not in tool.needed and rng.random() < 0.6:
            continue
        slot = spec.by_slot.get(name)
        if rng.random() < 0.04:
            args[name] = rng.choice(["", "no such", -5, 2.5, None, True, [], {"a": 1}, 10**12])
        elif name.endswith("_id"):
            ids = list(tables[name[:-3]])
            args[name] = rng.choice(ids) if ids and rng.random() < 0.95 else "X000000"
        elif name == "amount":
            record = tables["record"].get(str(args.get("record_id")), {"paid": 100})
            args[name] = rng.choice([record["paid"], record["paid"] + 1, 1, 0, record["paid"] // 2])
        elif name == "limit":
            args[name] = rng.choice([0, 1, 3, 10, 99])
        elif name == "offset":
            args[name] = rng.choice([0, 1, 5, 400])
        elif name in ("name", spec.secret.name):
            key = "name" if name == "name" else spec.secret.name
            rows = list(tables["customer"].values())
            # Either the same customer's or, now and then, another's.
            args[name] = rows[0][key] if rng.random() < 0.7 else rng.choice(rows)[key]
        elif slot.values:
            args[name] = rng.choice(slot.values)
        elif slot.kind == "bool":
            args[name] = rng.random() < 0.5
        elif slot.kind in ("id", "name"):
            args[name] = rng.choice(["AB1234", "CD5678"])
        else:
            value = rng.randint(slot.low, slot.high)
            args[name] = float(value) if rng.random() < 0.3 else value
    if rng.random() < 0.02:
        args["surprise"] = 1
    return args


def canonical(result):
    return json.dumps(result, sort_keys=True)


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_same_calls_in_sqlite_give_the_same_everything(archetype):
    outcomes = {}
    for key, level in itertools.product(range(4), (0, 4, 9)):
        scene = make_scene(key, level, archetype=archetype, noise=0.0)
        spec, world = scene.spec, scene.world.copy()
        twin = Twin(spec, world.today, world.tables)
        rng = TaskRandom(b"world/%d/%d" % (key, level))
        tools = [tool for tool in spec.tools if tool.kind not in ("transfer", "close")]
        start = world.copy().tables
        for number in range(120):
            if spec.device_slots and rng.random() < 0.1:
                slot, customer = rng.choice(spec.device_slots), rng.choice(list(world.tables["customer"]))  # fmt: skip
                value = rng.choice(slot.values)
                world.move(customer, slot.name, value)
                twin.move(customer, slot.name, value)
            tool = rng.choice(tools)
            args = drawn(spec, tool, world, rng)
            ours, theirs = run(world, tool, args), run(twin, tool, args)
            assert canonical(ours) == canonical(theirs), (tool.name, args)
            kind = (tool.kind, ours[0] if ours[0] == "ok" else ours[1])
            outcomes[kind] = outcomes.get(kind, 0) + 1
            if number % 30 == 29:
                assert world.diff() == twin.diff()
        for name in TABLES:
            rows = sorted(world.tables[name].values(), key=lambda row: row["id"])
            assert canonical(rows) == canonical(twin.rows(name, 'ORDER BY "id"')), name
        assert world.diff() == twin.diff()
        assert world.diff()  # something was written
        assert start == scene.world.tables  # a copy changes nothing of its original
    # Every kind of tool worked, and failed, somewhere.
    kinds = {tool.kind for tool in spec.tools if tool.kind not in ("transfer", "close", "idle")}
    assert {kind for kind, outcome in outcomes if outcome == "ok"} >= kinds
    assert {outcome for _, outcome in outcomes} >= {"ok", "bad_args", "not_found", "ineligible", "not_authenticated"}  # fmt: skip


# --- the difference ---


def bookings(key=3, level=4):
    scene = make_scene(key, level, archetype="booking", noise=0.0)
    return scene.spec, scene.world.copy()


def independent(spec, world, count):
    """Calls that create records with different entities and cancel different ones."""
    details = {"day": world.today + 3, "time": 600, "people": 2}
    details = {slot.name: details[slot.name] for slot in spec.detail_slots}
    entities = [row["id"] for row in world.tables["entity"].values() if row["stock"] > 0]
    customers = list(world.tables["customer"])
    cancel = spec.tool_of("cancel")
    live = [r["id"] for r in world.tables["record"].values() if r["status"] in cancel.statuses]
    for k in range(count):
        args = {"customer_id": customers[k], "entity_id": entities[k], **details}
        yield spec.tool_of("create"), args
        yield cancel, {"record_id": live[k]}


def test_the_difference_knows_neither_the_order_of_writes_nor_new_ids():
    spec, world = bookings()
    calls = list(independent(spec, world, 2))
    assert len(calls) == 4
    diffs, ids = set(), set()
    for order in itertools.permutations(calls):
        copy = world.copy()
        made = [copy.run(tool, args) for tool, args in order]
        diffs.add(copy.diff())
        ids.add(tuple(row["id"] for row in made if row["id"].startswith("R9000")))
    assert len(diffs) == 1
    assert len(ids) > 1  # though the new ids did differ
    assert len(next(iter(diffs))) > 6


def test_two_equal_new_rows_are_not_one():
    spec, world = bookings()
    (tool, args), *_ = independent(spec, world, 1)
    world.tables["entity"][args["entity_id"]]["stock"] = 5
    once, twice = world.copy(), world.copy()
    once.run(tool, args)
    twice.run(tool, args)
    twice.run(tool, args)
    assert once.diff() != twice.diff()
    only = {change for change in twice.diff() if change[0] == "record"}
    assert [change[3][1] for change in only] == [2]


def test_what_was_undone_is_no_difference():
    spec, world = bookings()
    tool = spec.tool_of("update")
    record = next(r for r in world.tables["record"].values() if r["status"] in tool.statuses)
    slot = next(name for name in tool.args if name != "record_id")
    before = record[slot]
    world.run(tool, {"record_id": record["id"], slot: before + 1})
    assert world.diff() == {("record", record["id"], slot, before + 1)}
    world.run(tool, {"record_id": record["id"], slot: before})
    assert world.diff() == frozenset()


# --- arguments ---


def test_the_spelling_of_whole_numbers_never_matters():
    spec, world = bookings()
    tool = spec.tool_of("create")
    (_, args), *_ = independent(spec, world, 1)
    exact, spelt = world.copy(), world.copy()
    first = exact.run(tool, checked(spec, tool, args))
    floats = {n: float(v) if isinstance(v, int) else v for n, v in args.items()}
    assert floats["day"] == args["day"]
    assert isinstance(floats["day"], float)
    second = spelt.run(tool, checked(spec, tool, floats))
    assert canonical(first) == canonical(second)  # 3 and 3.0 are written differently
    assert exact.diff() == spelt.diff()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day", "3"), ("day", 3.5), ("day", True), ("day", float("nan")), ("day", float("inf")), ("day", 10**10),
        ("day", [3]), ("entity_id", 5), ("entity_id", ""), ("entity_id", "x" * 65), ("entity_id", None), ("unknown", 1),
    ],
)  # fmt: skip
def test_bad_values_and_unknown_arguments_give_bad_args(name, value):
    spec, world = bookings()
    (tool, args), *_ = independent(spec, world, 1)
    checked(spec, tool, args)
    with pytest.raises(ToolError) as caught:
        checked(spec, tool, {**args, name: value})
    assert caught.value.kind == "bad_args"


@pytest.mark.parametrize("args", [None, 1, "x", [], [("day", 1)], {}, {1: 2}])
def test_arguments_that_are_no_object_or_too_few_give_bad_args(args):
    spec, _ = bookings()
    with pytest.raises(ToolError) as caught:
        checked(spec, spec.tool_of("create"), args)
    assert caught.value.kind == "bad_args"


def test_nobody_gets_back_more_than_was_paid():
    scene = make_scene(5, 4, archetype="order", noise=0.0)
    spec, tool = scene.spec, scene.spec.tool_of("refund")
    live = [r for r in scene.world.tables["record"].values() if r["status"] in tool.statuses]
    record = next(row for row in live if row["paid"] > 1)
    for amount in (record["paid"] + 1, 0):
        world = scene.world.copy()
        assert run(world, tool, {"record_id": record["id"], "amount": amount}) == ("error", "ineligible")  # fmt: skip
        assert world.diff() == frozenset()
    assert run(world, tool, {"record_id": record["id"], "amount": -1}) == ("error", "bad_args")
    world = scene.world.copy()
    _, row = run(world, tool, {"record_id": record["id"], "amount": record["paid"]})
    assert row["paid"] == 0
    assert run(world, tool, {"record_id": record["id"], "amount": 1}) == ("error", "ineligible")
    assert spec.by_tool[tool.name] == tool


def test_tools_and_services_survive_json():
    for archetype in ARCHETYPES:
        spec = make_scene(11, 9, archetype=archetype, noise=0.0).spec
        again = DomainSpec.of_json(json.loads(json.dumps(spec.to_json())))
        assert again.to_json() == spec.to_json()
        assert all(isinstance(tool, Tool) for tool in again.tools)


# --- what it costs ---


def measure():
    """Print what calls and resets cost, here and in SQLite, in CPU seconds, one after the other."""
    for rows, level in ((20, 0), (500, 9)):
        scene = make_scene(1, level, archetype="booking", noise=0.0)
        spec, tables = scene.spec, scene.world.tables
        assert len(tables["entity"]) == rows
        for kind in (World, Twin):
            begun = time.process_time()
            for _ in range(20):
                if kind is World:  # which takes rows, and would share them
                    own = {n: [dict(row) for row in t.values()] for n, t in tables.items()}
                world = kind(spec, 0, own if kind is World else tables)
            reset = (time.process_time() - begun) / 20
            rng = TaskRandom(b"measure")
            tools = [tool for tool in spec.tools if tool.kind not in ("transfer", "close", "idle")]
            calls = [(t, drawn(spec, t, scene.world, rng)) for t in (rng.choice(tools) for _ in range(2000))]  # fmt: skip
            begun = time.process_time()
            for tool, args in calls:
                run(world, tool, args)
            rate = len(calls) / (time.process_time() - begun)
            print(
                f"{rows} rows, {kind.__name__}: {rate:,.0f} calls/CPU s, reset {1000 * reset:.2f} ms"
            )


if __name__ == "__main__":
    measure()

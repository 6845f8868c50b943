"""A service's database: rows by id, what tools do to them, and what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from synth_envs.dialogue.spec import DomainSpec, Tool

__all__ = ["ERRORS", "Change", "Row", "ToolError", "World"]

Row: TypeAlias = dict[str, Any]
#: Table, id ("+" of a new row), column, value; of a new row the column is "" and the value its content.
Change: TypeAlias = tuple[str, str, str, Any]

ERRORS = ("not_found", "bad_args", "not_authenticated", "ineligible", "transient")
TABLES = ("customer", "entity", "record", "payment", "device")
_MOST_FOUND = 10


class ToolError(Exception):
    """A call that failed.

    Attributes:
        kind: Of `ERRORS`.
        hint: What was wrong, in a few words; it tells nothing of the data.
    """

    def __init__(self, kind: str, hint: str = "") -> None:
        super().__init__(f"{kind}: {hint}" if hint else kind)
        self.kind, self.hint = kind, hint


class World:
    """The database of one episode.

    Every row has an "id". Customers have "name", the secret, "tier" and `customer_slots`; entities
    "name", "price", "stock" and `entity_slots`; records "customer", "entity", "status", "created",
    "amount", "paid", "fee" and `detail_slots`; payments "record" and "amount"; devices "customer" and
    `device_slots`.

    Args:
        spec: The service.
        today: The day, since 2024-01-01.
        tables: Rows of each table.
    """

    def __init__(self, spec: DomainSpec, today: int, tables: Mapping[str, Iterable[Row]]) -> None:
        self.spec, self.today = spec, today
        self.tables: dict[str, dict[str, Row]] = {
            name: {row["id"]: row for row in tables.get(name, ())} for name in TABLES
        }
        self._before: dict[tuple[str, str], Row] = {}
        self._made: list[tuple[str, str]] = []

    def get(self, table: str, key: Any) -> Row:
        """Return a row.

        Raises:
            ToolError: There is none.
        """
        row = self.tables[table].get(key) if isinstance(key, str) else None
        if row is None:
            raise ToolError("not_found", f"no such {self.spec.nouns.get(table, table)}")
        return row

    def records_of(self, customer: str) -> list[Row]:
        """Return a customer's records, by id."""
        rows = self.tables["record"].values()
        return sorted((row for row in rows if row["customer"] == customer), key=_id_of)

    def found(self, filters: Mapping[str, Any]) -> list[Row]:
        """Return the entities that have all these values and are in stock, by id."""
        wanted = [(name, value) for name, value in filters.items() if value is not None]
        rows = self.tables["entity"].values()
        return sorted(
            (row for row in rows if row["stock"] > 0 and all(row.get(n) == v for n, v in wanted)),
            key=_id_of,
        )

    def case(self, record: Row | None, customer: Row | None, entity: Row | None) -> dict[str, Any]:
        """Return what a policy's conditions may look at; of a record its own entity counts."""
        case: dict[str, Any] = {"today.weekday": self.today % 7}
        if customer is not None:
            case["customer.tier"] = customer["tier"]
        if record is not None:
            for name in ("status", "amount", "paid", "fee"):
                case[f"record.{name}"] = record[name]
            case["record.age"] = self.today - record["created"]
            for slot in self.spec.detail_slots:
                case[f"record.{slot.name}"] = record[slot.name]
                if slot.kind == "date":
                    case["record.notice"] = record[slot.name] - self.today
            entity = self.tables["entity"].get(record["entity"])
        if entity is not None:
            case["entity.price"] = entity["price"]
            for slot in self.spec.entity_slots:
                case[f"entity.{slot.name}"] = entity[slot.name]
        return case

    # What tools do. Whether they should be called is for the policy to say, not for the database.

    def run(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        """Call a reading or writing tool with checked arguments; return its JSON result.

        Raises:
            ToolError: It cannot be done.
        """
        method = getattr(self, f"_{tool.kind}")
        return method(tool, args)

    def _find(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        slots = [slot.name for slot in self.spec.entity_slots]
        rows = self.found({name: args.get(name) for name in slots})
        offset = args.get("offset") or 0
        limit = min(args.get("limit") or _MOST_FOUND, _MOST_FOUND)
        return {"count": len(rows), "results": [dict(row) for row in rows[offset : offset + limit]]}

    def _get(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self.get("record", args["record_id"])
        entity = self.tables["entity"][row["entity"]]
        slots = ["price", *(slot.name for slot in self.spec.entity_slots)]
        return {
            **row,
            "entity_name": entity["name"],
            **{f"entity_{name}": entity[name] for name in slots},
        }

    def _quote(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self.get("record", args["record_id"])
        return {
            "record_id": row["id"],
            "fee": row["fee"],
            "refund": max(row["paid"] - row["fee"], 0),
        }

    def _idle(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        return {"ok": True}

    def _verify(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        name, secret = args["name"], args[self.spec.secret.name]
        for row in self.tables["customer"].values():
            if row["name"] == name and row[self.spec.secret.name] == secret:
                mine = [record["id"] for record in self.records_of(row["id"])]
                return {"customer_id": row["id"], "tier": row["tier"], "record_ids": mine}
        raise ToolError("not_authenticated", "name and secret do not belong together")

    def _create(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        customer = self.get("customer", args["customer_id"])
        entity = self.get("entity", args["entity_id"])
        if entity["stock"] < 1:
            raise ToolError("ineligible", "none left")
        details = {slot.name: args.get(slot.name) for slot in self.spec.detail_slots}
        self._touch("entity", entity)["stock"] -= 1
        record = {
            "customer": customer["id"], "entity": entity["id"], "status": tool.becomes, "created": self.today,
            "amount": entity["price"], "paid": entity["price"], "fee": 0, **details,
        }  # fmt: skip
        made = self._insert("record", record)
        self._insert("payment", {"record": made["id"], "amount": entity["price"]})
        return dict(made)

    def _update(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self._eligible(tool, args)
        changes = {
            name: args[name]
            for name in tool.args
            if name != "record_id" and args.get(name) is not None
        }
        if not changes:
            raise ToolError("bad_args", "nothing to change")
        self._touch("record", row).update(changes)
        return dict(row)

    def _cancel(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self._eligible(tool, args)
        back = max(row["paid"] - row["fee"], 0)
        self._touch("record", row)["status"] = tool.becomes
        if back:
            row["paid"] -= back
            self._insert("payment", {"record": row["id"], "amount": -back})
        self._touch("entity", self.get("entity", row["entity"]))["stock"] += 1
        return dict(row)

    def _refund(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self._eligible(tool, args)
        amount = args["amount"]
        if not 0 < amount <= row["paid"]:
            raise ToolError("ineligible", "more than was paid")
        self._touch("record", row)["status"] = tool.becomes
        row["paid"] -= amount
        self._insert("payment", {"record": row["id"], "amount": -amount})
        return dict(row)

    def _exchange(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self._eligible(tool, args)
        entity = self.get("entity", args["entity_id"])
        if entity["stock"] < 1 or entity["id"] == row["entity"]:
            raise ToolError("ineligible", "not to be had")
        self._touch("entity", self.get("entity", row["entity"]))["stock"] += 1
        self._touch("entity", entity)["stock"] -= 1
        more = entity["price"] - row["amount"]
        self._touch("record", row).update(
            entity=entity["id"],
            amount=entity["price"],
            paid=row["paid"] + more,
            status=tool.becomes,
        )
        if more:
            self._insert("payment", {"record": row["id"], "amount": more})
        return dict(row)

    def _set(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self.get("customer", args["customer_id"])
        changes = {
            slot.name: args[slot.name]
            for slot in self.spec.customer_slots
            if args.get(slot.name) is not None
        }
        if not changes:
            raise ToolError("bad_args", "nothing to change")
        self._touch("customer", row).update(changes)
        return {name: row[name] for name in ("id", *changes)}

    def _remote(self, tool: Tool, args: Mapping[str, Any]) -> Any:
        row = self.device_of(args["customer_id"])
        slot = self.spec.by_slot[tool.args[1]]
        self._touch("device", row)[slot.name] = slot.values[0]
        return {"ok": True}

    def device_of(self, customer: Any) -> Row:
        """Return the device at a customer's.

        Raises:
            ToolError: There is none.
        """
        for row in self.tables["device"].values():
            if row["customer"] == customer:
                return row
        raise ToolError("not_found", "no device")

    def move(self, customer: str, slot: str, value: str) -> None:
        """Let the customer change the state of the device."""
        self._touch("device", self.device_of(customer))[slot] = value

    def _eligible(self, tool: Tool, args: Mapping[str, Any]) -> Row:
        row = self.get("record", args["record_id"])
        if row["status"] not in tool.statuses:
            raise ToolError("ineligible", f"not while it is {row['status']}")
        return row

    # What has changed.

    def _touch(self, table: str, row: Row) -> Row:
        key = (table, row["id"])
        if key not in self._before and key not in self._made:
            self._before[key] = dict(row)
        return row

    def _insert(self, table: str, row: Row) -> Row:
        made = {"id": f"{table[0].upper()}{900_000 + len(self._made):06d}", **row}
        self.tables[table][made["id"]] = made
        self._made.append((table, made["id"]))
        return made

    def diff(self) -> frozenset[Change]:
        """Return what differs from the start, the same whatever the order and the new ids."""
        found: list[Change] = []
        names = {key: f"+{table}" for table, key in self._made}  # new ids hang on the order
        for (table, key), before in self._before.items():
            now = self.tables[table][key]
            found += [(table, key, name, now[name]) for name in now if now[name] != before[name]]
        for table, key in self._made:
            row = self.tables[table][key]
            content = tuple(sorted((n, names.get(v, v)) for n, v in row.items() if n != "id"))
            found.append((table, "+", "", content))
        counted: dict[Change, int] = {}
        for change in found:
            counted[change] = counted.get(change, 0) + 1
        # Two equal new rows are not one.
        return frozenset(
            change if count == 1 else (*change[:3], (change[3], count))
            for change, count in counted.items()
        )

    def copy(self) -> World:
        """Return a copy whose changes count from here."""
        return World(
            self.spec,
            self.today,
            {name: [dict(row) for row in rows.values()] for name, rows in self.tables.items()},
        )


def _id_of(row: Row) -> str:
    key: str = row["id"]
    return key

"""tau2's retail shop: its data with prices in cents, and its tools written from the data and `policy.md`.

No code of tau2 is used. A call that the policy never allows fails ("ineligible"); what depends on the
talk, such as consent, is not for the shop to see.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from synth_envs.dialogue.imports.arithmetic import worked_out
from synth_envs.dialogue.imports.columns import minor
from synth_envs.dialogue.world import ToolError

__all__ = ["TOOLS", "Shop", "ShopChange", "cents"]

Record: TypeAlias = dict[str, Any]
#: Table, id, column and value, as canonical text.
ShopChange: TypeAlias = tuple[str, str, str, str]

_ADDRESS = ("address1", "address2", "city", "state", "country", "zip")
_CHANGE = {"order_id": "text", "item_ids": "texts", "new_item_ids": "texts", "payment_method_id": "text"}  # fmt: skip
#: All tools: their arguments, whether they write, and the order's status that they ask for and leave.
TOOLS: Mapping[str, Mapping[str, Any]] = {
    "find_user_id_by_email": {"args": {"email": "text"}},
    "find_user_id_by_name_zip": {"args": {"first_name": "text", "last_name": "text", "zip": "text"}},
    "get_user_details": {"args": {"user_id": "text"}},
    "get_order_details": {"args": {"order_id": "text"}},
    "get_product_details": {"args": {"product_id": "text"}},
    "get_item_details": {"args": {"item_id": "text"}},
    "calculate": {"args": {"expression": "text"}},
    "transfer_to_human_agents": {"args": {"summary": "text"}},
    "modify_user_address": {
        "args": {"user_id": "text", **dict.fromkeys(_ADDRESS, "text")}, "writes": True,
    },
    "modify_pending_order_address": {
        "args": {"order_id": "text", **dict.fromkeys(_ADDRESS, "text")}, "writes": True, "status": "pending",
    },
    "modify_pending_order_items": {
        "args": _CHANGE, "writes": True, "status": "pending", "becomes": "pending (items modified)",
    },
    "cancel_pending_order": {
        "args": {"order_id": "text", "reason": "text"}, "writes": True, "status": "pending", "becomes": "cancelled",
    },
    "return_delivered_order_items": {
        "args": {"order_id": "text", "item_ids": "texts", "payment_method_id": "text"}, "writes": True, "status": "delivered",
        "becomes": "return requested",
    },
    "exchange_delivered_order_items": {
        "args": _CHANGE, "writes": True, "status": "delivered", "becomes": "exchange requested",
    },
}  # fmt: skip
_REASONS = ("no longer needed", "ordered by mistake")
_LONGEST, _MOST = 1000, 50
_MONEY = ("price", "amount", "balance")


def cents(data: Any) -> Any:
    """Return data with every price, amount and balance in cents."""
    if isinstance(data, dict):
        return {
            key: minor(value) if key in _MONEY and isinstance(value, int | float) else cents(value)
            for key, value in data.items()
        }
    return [cents(one) for one in data] if isinstance(data, list) else data


class Shop:
    """The database of one case: records are copied before they change.

    Args:
        data: "products", "users" and "orders" by id, with money in cents; it is not changed.
    """

    def __init__(self, data: Mapping[str, Mapping[str, Record]]) -> None:
        self._data = data
        self._own: dict[tuple[str, str], Record] = {}
        #: Users whose identity was established, in order.
        self.identified: list[str] = []
        self.transferred = False

    def call(self, name: Any, args: Any) -> dict[str, Any]:
        """Call a tool and return its result: {"ok": ..., "result" or "error"}; nothing is half done."""
        before = {key: _deep(record) for key, record in self._own.items()}
        try:
            given = _checked(name, args)
            method: Callable[..., Any] = getattr(self, f"_{name}")
            return {"ok": True, "result": method(**given)}
        except ToolError as error:
            self._own = before
            return {"ok": False, "error": error.kind, "hint": error.hint}

    def diff(self) -> frozenset[ShopChange]:
        """Return what differs from the start: columns with their new values."""
        found = set()
        for (table, key), record in self._own.items():
            old = self._data[table][key]
            found |= {
                (table, key, name, _canonical(value))
                for name, value in record.items()
                if name not in old or old[name] != value
            }
        return frozenset(found)

    # Reading.

    def _get(self, table: str, key: str) -> Record:
        record = self._own.get((table, key)) or self._data[table].get(key)
        if record is None:
            raise ToolError("not_found", f"no such {table[:-1]}")
        return record

    def _touched(self, table: str, key: str) -> Record:
        if (table, key) not in self._own:
            self._own[table, key] = _deep(self._get(table, key))
        return self._own[table, key]

    def _find_user_id_by_email(self, email: str) -> str:
        for key, user in self._data["users"].items():
            if user["email"].lower() == email.lower():
                self.identified.append(key)
                return key
        raise ToolError("not_found", "no such user")

    def _find_user_id_by_name_zip(self, first_name: str, last_name: str, zip: str) -> str:  # noqa: A002
        wanted = (first_name.lower(), last_name.lower(), zip)
        for key in self._data["users"]:
            user = self._get("users", key)
            name = user["name"]
            if wanted == (name["first_name"].lower(), name["last_name"].lower(), user["address"]["zip"]):  # fmt: skip
                self.identified.append(key)
                return key
        raise ToolError("not_found", "no such user")

    def _get_user_details(self, user_id: str) -> Record:
        return _copied(self._get("users", user_id))

    def _get_order_details(self, order_id: str) -> Record:
        return _copied(self._get("orders", order_id))

    def _get_product_details(self, product_id: str) -> Record:
        return _copied(self._get("products", product_id))

    def _get_item_details(self, item_id: str) -> Record:
        return _copied(self._item(item_id)[1])

    def _item(self, item_id: str) -> tuple[str, Record]:
        for key, product in self._data["products"].items():
            if item_id in product["variants"]:
                return key, product["variants"][item_id]
        raise ToolError("not_found", "no such item")

    def _calculate(self, expression: str) -> str:
        try:
            return worked_out(expression)
        except ValueError as error:
            raise ToolError("bad_args", str(error)) from error

    def _transfer_to_human_agents(self, summary: str) -> str:
        del summary
        self.transferred = True
        return "transferred"

    # Writing.

    def _order(self, tool: str, key: str) -> Record:
        order = self._get("orders", key)
        if order["status"] != TOOLS[tool]["status"]:
            raise ToolError("ineligible", f"not while it is {order['status']}")
        return self._touched("orders", key)

    def _modify_user_address(self, user_id: str, **address: str) -> Record:
        user = self._touched("users", user_id)
        user["address"] = address
        return _copied(user)

    def _modify_pending_order_address(self, order_id: str, **address: str) -> Record:
        order = self._order("modify_pending_order_address", order_id)
        order["address"] = address
        return _copied(order)

    def _cancel_pending_order(self, order_id: str, reason: str) -> Record:
        order = self._order("cancel_pending_order", order_id)
        if reason not in _REASONS:
            raise ToolError("ineligible", "not for this reason")
        order["status"], order["cancel_reason"] = "cancelled", reason
        for paid in list(order["payment_history"]):
            if paid["transaction_type"] == "payment":
                self._paid(order, -paid["amount"], paid["payment_method_id"])
        return _copied(order)

    def _return_delivered_order_items(
        self, order_id: str, item_ids: list[str], payment_method_id: str
    ) -> Record:
        order = self._order("return_delivered_order_items", order_id)
        self._held(order, item_ids)
        method = self._method(order, payment_method_id)
        first = order["payment_history"][0]["payment_method_id"]
        if payment_method_id != first and method["source"] != "gift_card":
            raise ToolError("ineligible", "neither the original payment method nor a gift card")
        order["status"] = TOOLS["return_delivered_order_items"]["becomes"]
        order["return_items"] = sorted(item_ids)
        order["return_payment_method_id"] = payment_method_id
        return _copied(order)

    def _exchange_delivered_order_items(
        self, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> Record:
        order = self._order("exchange_delivered_order_items", order_id)
        _, more = self._swapped(order, item_ids, new_item_ids)
        self._covers(self._method(order, payment_method_id), more)
        order["status"] = TOOLS["exchange_delivered_order_items"]["becomes"]
        order["exchange_items"] = sorted(item_ids)
        order["exchange_new_items"] = sorted(new_item_ids)
        order["exchange_payment_method_id"] = payment_method_id
        order["exchange_price_difference"] = more
        return _copied(order)

    def _modify_pending_order_items(
        self, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> Record:
        order = self._order("modify_pending_order_items", order_id)
        swaps, more = self._swapped(order, item_ids, new_item_ids)
        self._covers(self._method(order, payment_method_id), more)
        if more:
            self._paid(order, more, payment_method_id)
        for item, new in swaps:
            item.update(item_id=new["item_id"], price=new["price"], options=_deep(new["options"]))
        order["status"] = TOOLS["modify_pending_order_items"]["becomes"]
        return _copied(order)

    def _method(self, order: Record, key: str) -> Record:
        method: Record | None = self._get("users", order["user_id"])["payment_methods"].get(key)
        if method is None:
            raise ToolError("not_found", "no such payment method")
        return method

    @staticmethod
    def _covers(method: Record, amount: int) -> None:
        if method["source"] == "gift_card" and method["balance"] < amount:
            raise ToolError("ineligible", "the gift card does not cover it")

    def _paid(self, order: Record, amount: int, key: str) -> None:
        """Let a customer pay, or get back what is negative; a gift card knows it at once."""
        kind = "payment" if amount > 0 else "refund"
        paid = {"transaction_type": kind, "amount": abs(amount), "payment_method_id": key}
        order["payment_history"].append(paid)
        if self._method(order, key)["source"] == "gift_card":
            user = self._touched("users", order["user_id"])
            user["payment_methods"][key]["balance"] -= amount

    @staticmethod
    def _held(order: Record, item_ids: Sequence[str]) -> None:
        held = Counter(item["item_id"] for item in order["items"])
        if not item_ids or Counter(item_ids) - held:
            raise ToolError("not_found", "no such item in the order")

    def _swapped(
        self, order: Record, item_ids: Sequence[str], new_item_ids: Sequence[str]
    ) -> tuple[list[tuple[Record, Record]], int]:
        """Return pairs of items of an order and what takes their place, and what that costs more [cents]."""
        self._held(order, item_ids)
        if len(item_ids) != len(new_item_ids):
            raise ToolError("bad_args", "as many new items as old ones")
        left = list(order["items"])
        swaps = []
        for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
            item = next(one for one in left if one["item_id"] == old_id)
            left = [one for one in left if one is not item]
            product, new = self._item(new_id)
            if product != item["product_id"] or new_id == old_id or not new["available"]:
                raise ToolError("ineligible", "not another available item of the same product")
            swaps.append((item, new))
        return swaps, sum(new["price"] - item["price"] for item, new in swaps)


def _checked(name: Any, args: Any) -> dict[str, Any]:
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise ToolError("bad_args", "unknown tool")
    kinds: Mapping[str, str] = tool["args"]
    if not isinstance(args, Mapping) or set(args) != set(kinds):
        raise ToolError("bad_args", f"expected {', '.join(kinds)}")
    for key, kind in kinds.items():
        texts = args[key] if kind == "texts" else [args[key]]
        if not isinstance(texts, list) or len(texts) > _MOST:
            raise ToolError("bad_args", f"bad value of {key}")
        if not all(isinstance(text, str) and len(text) <= _LONGEST for text in texts):
            raise ToolError("bad_args", f"bad value of {key}")
    return {key: list(args[key]) if kind == "texts" else args[key] for key, kind in kinds.items()}  # fmt: skip


def _copied(record: Record) -> Record:
    copied: Record = _deep(record)
    return copied


def _deep(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _deep(value) for key, value in data.items()}
    return [_deep(one) for one in data] if isinstance(data, list) else data


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

"""tau2's retail tasks as cases: what their solutions change, and that nothing else passes."""

import json
import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from synth_envs.dialogue.imports import tau2
from synth_envs.dialogue.imports.arithmetic import worked_out
from synth_envs.dialogue.imports.retail import TOOLS, Shop
from synth_envs.seeding import TaskRandom


@pytest.fixture(scope="module")
def folder():
    default = Path(__file__).resolve().parents[3] / "shared" / "real"
    found = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / "dialogue"
    if not found.is_dir():
        pytest.skip(
            f"no real data at {found}; set SYNTH_ENVS_REAL_DATA to the folder that holds dialogue/"
        )
    return found


# --- cases ---


@pytest.fixture(scope="module")
def shop(folder):
    data, tasks = tau2.load(folder / "tau2_retail")
    raw = json.loads((folder / "tau2_retail" / "db.json").read_text(encoding="utf-8"))
    return data, tau2.cases(data, tasks), raw


def test_all_solutions_reach_what_is_intended_and_miss_what_is_not_there(shop):
    data, cases, raw = shop
    assert len(cases) == 74
    missed, ruled_out = Counter(), []
    for case in cases:
        replay = tau2.replayed(data, case.calls)
        assert replay.shop.diff() == tau2.intended(data, case), case.name
        assert replay.shop.diff() == by_hand(raw, case.writes), case.name
        for (name, _), result in zip(case.calls, replay.results, strict=True):
            if not result["ok"]:
                if result["error"] == "not_found":
                    assert not TOOLS[name].get("writes")
                    missed[case.name] += 1
                else:
                    ruled_out.append((case.name, name, result["error"]))
    assert missed == {"2": 1, "3": 1, "4": 1, "35": 1, "37": 1, "46": 2, "47": 2, "54": 1, "67": 2}
    # The price difference is 21.10 and the gift card has 17.00.
    assert ruled_out == [("105", "exchange_delivered_order_items", "ineligible")]


def by_hand(raw, writes):
    """The changes that writes should make, from the file's floats and the policy, by other means."""
    changes = {}

    def money(amount):
        return int(Decimal(str(amount)) * 100)

    def now(table, key, column):
        return changes.get((table, key, column), in_cents(raw[table][key][column]))

    def in_cents(value):
        if isinstance(value, dict):
            return {k: money(v) if k in ("price", "amount", "balance") else in_cents(v) for k, v in value.items()}  # fmt: skip
        return [in_cents(one) for one in value] if isinstance(value, list) else value

    def pay(order, amount, method):
        kind = "payment" if amount > 0 else "refund"
        history = [*now("orders", order, "payment_history"), {"transaction_type": kind, "amount": abs(amount), "payment_method_id": method}]  # fmt: skip
        changes["orders", order, "payment_history"] = history
        if method.startswith("gift_card"):
            user = raw["orders"][order]["user_id"]
            methods = json.loads(json.dumps(now("users", user, "payment_methods")))
            methods[method]["balance"] -= amount
            changes["users", user, "payment_methods"] = methods

    variants = {key: one for product in raw["products"].values() for key, one in product["variants"].items()}  # fmt: skip
    for name, args in writes:
        order = args.get("order_id")
        if name in ("modify_user_address", "modify_pending_order_address"):
            at = ("users", args["user_id"]) if order is None else ("orders", order)
            changes[(*at, "address")] = {k: v for k, v in args.items() if k not in ("user_id", "order_id")}  # fmt: skip
        elif name == "cancel_pending_order":
            changes["orders", order, "status"] = "cancelled"
            changes["orders", order, "cancel_reason"] = args["reason"]
            for paid in raw["orders"][order]["payment_history"]:
                pay(order, -money(paid["amount"]), paid["payment_method_id"])
        elif name == "return_delivered_order_items":
            changes["orders", order, "status"] = "return requested"
            changes["orders", order, "return_items"] = sorted(args["item_ids"])
            changes["orders", order, "return_payment_method_id"] = args["payment_method_id"]
        else:
            more = sum(money(variants[new]["price"]) for new in args["new_item_ids"])
            items = now("orders", order, "items")
            prices = {item["item_id"]: item["price"] for item in items}
            more -= sum(prices[old] for old in args["item_ids"])
            if name == "exchange_delivered_order_items":
                changes["orders", order, "status"] = "exchange requested"
                changes["orders", order, "exchange_items"] = sorted(args["item_ids"])
                changes["orders", order, "exchange_new_items"] = sorted(args["new_item_ids"])
                changes["orders", order, "exchange_payment_method_id"] = args["payment_method_id"]
                changes["orders", order, "exchange_price_difference"] = more
            else:
                swap = dict(zip(args["item_ids"], args["new_item_ids"], strict=True))
                changes["orders", order, "items"] = [
                    {**item, **{k: in_cents(variants[swap[item["item_id"]]])[k] for k in ("item_id", "price", "options")}}
                    if item["item_id"] in swap
                    else item
                    for item in items
                ]  # fmt: skip
                changes["orders", order, "status"] = "pending (items modified)"
                if more:
                    pay(order, more, args["payment_method_id"])
    same = {key for key, v in changes.items() if in_cents(raw[key[0]][key[1]].get(key[2])) == v}
    return frozenset((*key, json.dumps(v, sort_keys=True, ensure_ascii=False)) for key, v in changes.items() if key not in same)  # fmt: skip


def test_doing_nothing_passes_no_case(shop):
    data, cases, _ = shop
    idle = tau2.replayed(data, ())
    assert not any(tau2.passed(data, case, idle) for case in cases)
    # Nor does talk, nor looking things up, nor a transfer without knowing who it is.
    reads = tuple(call for case in cases for call in case.calls if call[0].startswith("get_"))
    talk = tau2.replayed(data, (*reads, ("transfer_to_human_agents", {"summary": "x"})), ["829.43 polyester cotton"])  # fmt: skip
    assert not any(tau2.passed(data, case, talk) for case in cases)
    needy = {case.name for case in cases if case.needs_obligation}
    assert needy == {"10", "24", "25", "50", "57", "67", "105"}
    for case in cases:
        assert bool(case.obligations) == (case.name in needy)
        replay = tau2.replayed(data, case.calls, case.communicate)
        if case.name not in needy:
            assert tau2.passed(data, case, replay)


def test_obligations_can_be_met_and_each_one_counts(shop):
    data, cases, _ = shop
    for case in cases:
        if not case.needs_obligation:
            continue
        name = data["users"][case.customer]["name"]
        who = {"first_name": name["first_name"], "last_name": name["last_name"], "zip": data["users"][case.customer]["address"]["zip"]}  # fmt: skip
        deeds = {
            "identify": [("find_user_id_by_name_zip", who)],
            "transfer": [("transfer_to_human_agents", {"summary": "as asked"})],
        }
        calls, said = [], []
        for kind, what in case.obligations:
            calls += [("get_order_details", {"order_id": what})] if kind == "look up" else deeds.get(kind, [])  # fmt: skip
            said += [f"It is {what}." if kind == "tell" else "I cannot do that."] if kind in ("tell", "answer") else []  # fmt: skip
        assert tau2.passed(data, case, tau2.replayed(data, tuple(calls), said)), case.name
        for k in range(len(calls)):
            fewer = tuple(calls[:k] + calls[k + 1 :])
            assert not tau2.passed(data, case, tau2.replayed(data, fewer, said)), case.name
        for k in range(len(said)):
            assert not tau2.passed(data, case, tau2.replayed(data, tuple(calls), said[:k] + said[k + 1 :]))  # fmt: skip


def test_neither_more_reading_nor_the_order_of_independent_writes_matters(shop):
    data, cases, _ = shop
    swapped = 0
    for case in cases:
        if not case.writes:
            continue
        extra = [("get_user_details", {"user_id": case.customer})] if case.customer else []
        calls = [one for call in case.calls for one in (*extra, call)]
        assert tau2.passed(data, case, tau2.replayed(data, tuple(calls)))
        orders = [args.get("order_id") for _, args in case.writes]
        gift = any("gift_card" in str(args) for _, args in case.writes)
        if len(set(orders)) == len(orders) > 1 and not gift:
            swapped += 1
            assert tau2.passed(data, case, tau2.replayed(data, case.writes[::-1]))
        again = tau2.replayed(data, (*case.calls, case.writes[0]))
        if case.writes[0][0] not in ("modify_user_address", "modify_pending_order_address"):
            assert not again.results[-1]["ok"]  # a status allows it once
            assert tau2.passed(data, case, again)
        if len(case.writes) > 1:
            assert not tau2.passed(data, case, tau2.replayed(data, case.writes[:-1]))
    assert swapped > 5


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("drop_tables", {}), (None, {}), (["x"], {}), ("calculate", None), ("calculate", {"expression": 5}),
        ("calculate", {"expression": "().__class__"}), ("calculate", {"expression": "1+" * 5000}),
        ("get_order_details", {"order_id": "#W0", "more": 1}), ("get_order_details", {}), ("__init__", {}), ("diff", {}),
        ("cancel_pending_order", {"order_id": [], "reason": "no longer needed"}),
        ("return_delivered_order_items", {"order_id": "#W2378156", "item_ids": "x", "payment_method_id": "y"}),
        ("return_delivered_order_items", {"order_id": "#W2378156", "item_ids": ["x"] * 99, "payment_method_id": "y"}),
    ],
)  # fmt: skip
def test_hostile_calls_of_the_shop_give_bad_args(shop, name, args):
    data, _, _ = shop
    one = Shop(data)
    assert one.call(name, args)["error"] == "bad_args"
    assert one.diff() == frozenset()


def test_what_the_policy_rules_out_fails_and_leaves_nothing_behind(shop):
    data, _, _ = shop
    one = Shop(data)
    by_status = {order["status"]: key for key, order in data["orders"].items()}
    pending, delivered = by_status["pending"], by_status["delivered"]
    order = data["orders"][delivered]
    item, method = order["items"][0]["item_id"], order["payment_history"][0]["payment_method_id"]
    other = next(p for p in data["products"].values() if item not in p["variants"])
    stranger = next(iter(other["variants"]))
    change = {"order_id": delivered, "item_ids": [item], "new_item_ids": [stranger], "payment_method_id": method}  # fmt: skip
    back = {"order_id": delivered, "item_ids": [item], "payment_method_id": method}
    refused = [
        ("cancel_pending_order", {"order_id": delivered, "reason": "no longer needed"}, "ineligible"),
        ("cancel_pending_order", {"order_id": pending, "reason": "too expensive"}, "ineligible"),
        ("cancel_pending_order", {"order_id": "#W0", "reason": "no longer needed"}, "not_found"),
        ("exchange_delivered_order_items", change, "ineligible"),
        ("exchange_delivered_order_items", {**change, "new_item_ids": [item]}, "ineligible"),
        ("exchange_delivered_order_items", {**change, "new_item_ids": []}, "bad_args"),
        ("modify_pending_order_items", change, "ineligible"),
        ("return_delivered_order_items", {**back, "item_ids": [item] * 40}, "not_found"),
        ("return_delivered_order_items", {**back, "item_ids": []}, "not_found"),
        ("return_delivered_order_items", {**back, "payment_method_id": "paypal_0"}, "not_found"),
        ("return_delivered_order_items", {**back, "order_id": pending}, "ineligible"),
    ]  # fmt: skip
    for name, args, error in refused:
        assert one.call(name, args)["error"] == error, (name, args)
        assert one.diff() == frozenset()
    assert one.call("return_delivered_order_items", back)["ok"]
    assert one.call("return_delivered_order_items", back)["error"] == "ineligible"


# --- sums ---


@pytest.mark.parametrize("text", ["1+", "(1", "1)", "2**9", "__import__('os')", "1/0", "1/(2-2)", "9" * 16, "", " ", "1 2", "-" * 50 + "1", "(" * 50 + "1" + ")" * 50, "1" * 300, "1e9", "0x10", "٣"])  # fmt: skip
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        worked_out(text)


def test_sums_are_exact():
    rng = TaskRandom(b"sums")
    for _ in range(300):
        a, b, c = (Fraction(rng.randint(1, 99999), 100) for _ in range(3))
        text = f"{float(a):.2f} + {float(b):.2f} * ({float(c):.2f} - 2) / 4"
        cents = round((a + b * (c - 2) / 4) * 100)
        assert round(Fraction(worked_out(text)) * 100) == cents, text

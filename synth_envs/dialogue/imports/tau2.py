"""tau2's retail tasks as cases: what should change, derived from the calls of each task's solution.

No expected database is stored with the tasks: intended is what the writing calls alone leave behind. A
task whose solution writes nothing would be passed by doing nothing; such a case is marked as in need of
an obligation, and passes only if everything was done that its data ask for (see `Case.obligations`). A
writing call that the shop refuses, since `policy.md` rules it out, changes nothing: in task 105 a gift card
of 17.00 is to pay 21.10.

Source: https://github.com/sierra-research/tau2-bench (MIT).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from synth_envs.dialogue.imports.retail import TOOLS, Shop, ShopChange, cents

__all__ = ["Case", "Replay", "cases", "intended", "load", "passed", "replayed"]

Calls: TypeAlias = tuple[tuple[str, dict[str, Any]], ...]
Data: TypeAlias = Mapping[str, Mapping[str, dict[str, Any]]]


@dataclass(frozen=True)
class Case:
    """A task.

    Attributes:
        name: Its id.
        instructions: What the customer knows and wants, in prose.
        customer: The user's id, or "" where the text names nobody in the data.
        calls: Of the solution, in order.
        writes: Those of them that change the database.
        refused: Those of them that should, and that the policy rules out.
        communicate: Texts that the customer has to be told.
        obligations: Of a case without a write, what has to be done: ("identify", user), ("transfer", ""),
            ("tell", text), ("look up", id of an order), ("answer", "") where nothing else is asked for.
    """

    name: str
    instructions: Mapping[str, Any]
    customer: str
    calls: Calls
    writes: Calls
    refused: Calls
    communicate: tuple[str, ...]
    obligations: tuple[tuple[str, str], ...]

    @property
    def needs_obligation(self) -> bool:
        """Whether the right end of the database is its start."""
        return not self.writes


@dataclass(frozen=True)
class Replay:
    """What calls did.

    Attributes:
        shop: Afterwards.
        results: Of each call.
        said: What the customer was told.
        called: Names and arguments of the calls.
    """

    shop: Shop
    results: tuple[dict[str, Any], ...]
    said: tuple[str, ...]
    called: Calls


def load(folder: Path) -> tuple[Data, list[dict[str, Any]]]:
    """Return the database, with money in cents, and the tasks.

    Args:
        folder: Of db.json and tasks_train.json.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file holds something else.
    """
    data = json.loads((folder / "db.json").read_text(encoding="utf-8"))
    tasks = json.loads((folder / "tasks_train.json").read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not {"products", "users", "orders"} <= set(data):
        msg = "db.json holds no products, users and orders"
        raise ValueError(msg)
    if not isinstance(tasks, list):
        msg = "tasks_train.json holds no list of tasks"
        raise ValueError(msg)  # noqa: TRY004 - of a file's content, as all such errors
    return cents(data), tasks


def cases(data: Data, tasks: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Return the tasks as cases.

    Raises:
        ValueError: A task is malformed, or its solution names a tool that there is not.
    """
    found = []
    for task in tasks:
        try:
            criteria, told = task["evaluation_criteria"], task["user_scenario"]["instructions"]
            calls = tuple(
                (one["name"], dict(one["arguments"])) for one in criteria["actions"] or ()
            )
            communicate = tuple(map(str, criteria.get("communicate_info") or ()))
            unknown = [name for name, _ in calls if name not in TOOLS]
        except (KeyError, TypeError) as error:
            msg = f"malformed task: {error}"
            raise ValueError(msg) from error
        if unknown:
            msg = f"task {task['id']} calls {unknown[0]}, which is no tool of the shop"
            raise ValueError(msg)
        customer = _customer(data, told, calls)
        writing = tuple(call for call in calls if TOOLS[call[0]].get("writes"))
        done = [result["ok"] for result in replayed(data, writing).results]
        writes = tuple(call for call, ok in zip(writing, done, strict=True) if ok)
        refused = tuple(call for call, ok in zip(writing, done, strict=True) if not ok)
        obligations = () if writes else _obligations(customer, calls, communicate)
        found.append(Case(str(task["id"]), told, customer, calls, writes, refused, communicate, obligations))  # fmt: skip
    return found


def _customer(data: Data, told: Mapping[str, Any], calls: Calls) -> str:
    """Return the user whom a solution identifies, or else the only one whom the text describes."""
    shop = Shop(data)
    for name, args in calls:
        if name.startswith("find_user"):
            shop.call(name, args)
    if shop.identified:
        return shop.identified[-1]
    words = " ".join(str(told.get(key) or "") for key in ("known_info", "reason_for_call"))
    parts = frozenset(re.findall(r"[a-z0-9_]+", words.lower()))
    fits = []
    for key, user in data["users"].items():
        name = user["name"]
        full = {name["first_name"].lower(), name["last_name"].lower(), user["address"]["zip"]}
        if key in parts or user["email"].lower() in words.lower() or full <= parts:
            fits.append(key)
    return fits[0] if len(fits) == 1 else ""


def _obligations(
    customer: str, calls: Calls, communicate: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    found = [("identify", customer), *(("tell", text) for text in communicate)]
    for name, args in calls:
        if name == "transfer_to_human_agents":
            found.append(("transfer", ""))
        elif name == "get_order_details" and ("look up", args["order_id"]) not in found:
            found.append(("look up", args["order_id"]))
    return tuple(found) if len(found) > 1 else (*found, ("answer", ""))


def replayed(data: Data, calls: Calls, said: Sequence[str] = ()) -> Replay:
    """Make calls in a fresh shop, whatever fails on the way.

    Args:
        data: From `load`.
        calls: In order.
        said: What the customer is told besides.
    """
    shop = Shop(data)
    results = tuple(shop.call(name, args) for name, args in calls)
    return Replay(shop, results, tuple(said), calls)


def intended(data: Data, case: Case) -> frozenset[ShopChange]:
    """Return what has to differ from the start in the end.

    Raises:
        ValueError: A write of the solution fails.
    """
    found = replayed(data, case.writes)
    for (name, _), result in zip(case.writes, found.results, strict=True):
        if not result["ok"]:
            msg = f"case {case.name}: {name} fails: {result['error']}, {result['hint']}"
            raise ValueError(msg)
    return found.shop.diff()


def passed(data: Data, case: Case, replay: Replay) -> bool:
    """Return whether a case ended as it should: the right database, and every obligation met."""
    if replay.shop.diff() != intended(data, case):
        return False
    return all(_met(kind, what, replay) for kind, what in case.obligations)


def _met(kind: str, what: str, replay: Replay) -> bool:
    if kind == "identify":
        return what in replay.shop.identified if what else bool(replay.shop.identified)
    if kind == "transfer":
        return replay.shop.transferred
    if kind == "tell":
        return any(what in text for text in replay.said)
    if kind == "look up":
        looked = zip(replay.called, replay.results, strict=True)
        return any(
            result["ok"] and name == "get_order_details" and args.get("order_id") == what
            for (name, args), result in looked
        )
    return any(text.strip() for text in replay.said)

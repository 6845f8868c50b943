"""The expert: an agent that knows the policy and its own notes, and nothing of the goal."""

from __future__ import annotations

from typing import Any

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.desk import Desk
from synth_envs.dialogue.planner import Call, Move
from synth_envs.dialogue.policy import Verdict
from synth_envs.dialogue.spec import Slot, Tool

__all__ = ["closing", "next_move"]

#: An answer that is not understood is asked for so often.
_MOST_ASKED = 2


def next_move(desk: Desk) -> list[Act] | Call:
    """Return what to say or call next."""
    move = _move(desk)
    return move if isinstance(move, list | Call) else [move]


def _move(desk: Desk) -> list[Act] | Move:
    spec = desk.spec
    if desk.refused_identity and desk.customer is None:
        if desk.finished:
            return _close(desk)
        return Act("refuse", value="identity")
    if desk.nothing_more:
        return _close(desk)
    if desk.finished:
        return Act("ask_more")
    if desk.wish == "fix":
        for slot in spec.device_slots:
            if desk.repairs.get(slot.name) != slot.values[0]:
                return Act("instruct", slot.name, slot.values[0])
        return Act("report_done")
    tool = spec.by_tool.get(desk.wish)
    if tool is None:
        return Act("ask_more")
    if desk.customer is None and (tool.writes or "record_id" in tool.args):
        return _identify(desk)
    if "record_id" in tool.args:
        look = _looked_up(desk)
        if look is not None:
            return look
    return _written(desk, tool) if tool.writes else _answered(desk)


def closing(desk: Desk) -> tuple[str, str]:
    """Return the outcome and reason to close the case with."""
    if desk.refused_identity and desk.customer is None:
        return "not_identified", "identity"
    kinds = [kind for kind, _ in desk.ends]
    if any(kind not in ("refuse", "no_match") for kind in kinds) and not _only_instead(desk):
        return "resolved", "none"
    for kind, value in desk.refused:
        if kind == "refuse":
            return "refused", str(value)
    return "no_match", "none"


def _only_instead(desk: Desk) -> bool:
    """Say whether all that was done was done in place of something that was refused."""
    done = [kind for kind, _ in desk.ends if kind not in ("refuse", "no_match")]
    return len(done) <= desk.settled


def _close(desk: Desk) -> Call:
    outcome, reason = closing(desk)
    return Call("close_case", {"outcome": outcome, "reason_code": reason})


def _identify(desk: Desk) -> list[Act] | Call:
    secret = desk.spec.secret.name
    if any(desk.believed(slot) is None for slot in ("name", secret)):
        return [Act("request", slot) for slot in ("name", secret)]
    tool = desk.spec.the("verify")
    return Call(tool.name, {"name": desk.believed("name"), secret: desk.believed(secret)})


def _looked_up(desk: Desk) -> Act | Call | None:
    """Find out which record is meant, and look it up."""
    get = desk.spec.tool_of("get")
    if desk.believed("record_id") is None and len(desk.records) > 1:
        if not desk.asked.get("record_id") and desk.believed("entity") is None:
            return Act("request", "record_id")
        if desk.believed("entity") is None and not desk.asked.get("entity"):
            return Act("request", "entity")
        for key, row in desk.records.items():
            if row is None and get is not None:
                return Call(get.name, {"record_id": key})
    key = desk.record()
    row = desk.records.get(key)
    if get is not None and key and (row is None or "entity_name" not in row):
        return Call(get.name, {"record_id": key})
    return None


def _answered(desk: Desk) -> Act:
    for want in desk.wants:
        if want not in desk.told and desk.value_of(want) is not None:
            return Act("inform", want, desk.value_of(want))
    return Act("ask_more")


def _ask(desk: Desk, slots: tuple[Slot, ...] | list[Slot]) -> Act | None:
    """Ask for the first slot that is neither known nor was asked for."""
    for slot in slots:
        if desk.believed(slot.name) is None and not desk.asked.get(slot.name):
            return Act("request", slot.name)
    return None


def _written(desk: Desk, tool: Tool) -> list[Act] | Move:
    done = desk.done_now(tool)
    if done is not None:
        return Act("report_done", write=done)
    verdict = desk.verdict(tool) or Verdict("allow")
    if verdict.outcome == "transfer":
        return Call("transfer_to_human", {"reason_code": verdict.reason})
    if verdict.outcome == "deny":
        return _refused(desk, verdict)
    if tool.kind in ("create", "exchange"):
        chosen = _chosen(desk, tool)
        if chosen is not None:
            return chosen
    slots = [
        slot
        for slot in (*desk.spec.detail_slots, *desk.spec.customer_slots)
        if slot.name in tool.args
    ]
    asked = _ask(desk, slots)
    if asked is not None:
        return asked
    for want in desk.wants:
        if want not in desk.told and desk.value_of(want) is not None:
            return Act("inform", want, desk.value_of(want))
    for need in verdict.needs:
        kind, _, what = need.partition(":")
        if kind == "after" and desk.record() not in desk.quotes:
            return Call(what, {"record_id": desk.record()})
        if kind == "disclose" and what not in desk.disclosed:
            return Act("disclose", what, desk.value_of(what))
    write = desk.write(tool)
    if write is None:
        return Act("ask_more")
    if "confirm" in verdict.needs and write not in desk.agreed:
        return Act("confirm", write=write)
    return Call(tool.name, dict(write[1]))


def _refused(desk: Desk, verdict: Verdict) -> Act:
    other = desk.spec.by_tool.get(desk.instead)
    if other is not None:
        found: Any = desk.write(other) or (other.name, ())
        return Act("offer_alternative", write=found)
    return Act("refuse", value=verdict.reason)


def _chosen(desk: Desk, tool: Tool) -> Act | Call | None:
    """Find out what the customer wants, look for it and offer it."""
    if desk.taken:
        return None
    asked = _ask(desk, desk.spec.entity_slots)
    if asked is not None:
        return asked
    find = desk.spec.the("find")
    if not desk.searched:
        filters = {slot.name: desk.believed(slot.name) for slot in desk.spec.entity_slots}
        return Call(
            find.name, {name: value for name, value in filters.items() if value is not None}
        )
    fits = desk.offers()
    return Act("offer", value=fits[0]["id"]) if fits else Act("no_match")

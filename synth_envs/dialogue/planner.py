"""The oracle: an agent that knows the goal, and does what policy and customer ask for, one move at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import Write, acceptable, choices
from synth_envs.dialogue.judge import closing_of
from synth_envs.dialogue.spec import Tool

__all__ = ["Call", "Move", "next_move", "play"]


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    name: str
    args: dict[str, Any]


Move: TypeAlias = Act | Call


def play(episode: Episode) -> None:
    """Play an episode to its end."""
    while not episode.over:
        move = next_move(episode)
        if isinstance(move, Call):
            episode.call(move.name, move.args)
        else:
            episode.say([move])


def next_move(episode: Episode) -> Move:
    """Return the next move of the best plan."""
    customer, goal = episode.customer, episode.goal
    if customer.closed:
        if customer.index + 1 < len(goal.subgoals):
            return Act("ask_more")
        outcome, reason = closing_of(goal)
        return _call(episode, "close", outcome=outcome, reason_code=reason)
    one = goal.subgoals[customer.index]
    if one.outcome == "transfer":
        return _call(episode, "transfer", reason_code=one.reason)
    if one.outcome == "impostor":
        return Act("refuse", value="identity") if episode.ledger.failed else _verify(episode)
    if one.outcome == "no_match":
        return Act("no_match")
    if customer.subgoal.outcome == "refuse":
        return _refusal(episode)
    if one.tool == "fix":
        device = episode.world.device_of(goal.customer)
        for slot, value in one.repair:
            if device[slot] != value:
                return Act("instruct", slot, value)
        return Act("report_done")
    tool = episode.spec.by_tool[customer.subgoal.tool]
    return _write(episode, tool) if tool.writes else _told(episode, tool)


def _call(episode: Episode, kind: str, **args: Any) -> Call:
    return Call(episode.spec.the(kind).name, args)


def _verify(episode: Episode) -> Call:
    goal = episode.goal
    return _call(episode, "verify", **{"name": goal.name, episode.spec.secret.name: goal.secret})


def _refusal(episode: Episode) -> Move:
    """Refuse, as often as it is demanded, and offer what is allowed when asked for it."""
    one = episode.customer.subgoal
    if episode.ledger.verified != episode.goal.customer:
        return _verify(episode)
    asked = (
        any(act.kind == "alternatives" for act in episode.log[-1].what)
        if _heard_last(episode)
        else False
    )
    if asked and one.instead is not None:
        first = acceptable(episode.world, episode.goal, one.instead)[0]
        return Act("offer_alternative", write=first)
    return Act("refuse", value=one.reason)


def _heard_last(episode: Episode) -> bool:
    return episode.log[-1].kind == "user"


def _told(episode: Episode, tool: Tool) -> Move:
    """Answer an enquiry."""
    customer = episode.customer
    want = next(want for want in customer.subgoal.wants if not customer.heard(want))
    if want.startswith("record.") and episode.ledger.verified != episode.goal.customer:
        return _verify(episode)
    if want.startswith("entity.") and customer.truth(want) is None:  # of which one?
        rows = choices(episode.world, customer.live())
        return Act("offer", value=rows[0]["id"]) if rows else Act("no_match")
    return Act("inform", want, customer.truth(want))


def _write(episode: Episode, tool: Tool) -> Move:
    customer, world, goal = episode.customer, episode.world, episode.goal
    live = customer.live()
    finished = [write for write in episode.ledger.writes if customer.objections(write) == []]
    if finished:
        return Act("report_done", write=finished[-1])
    if tool.kind in ("create", "exchange") and not choices(world, live):
        return Act("no_match")
    write = _wished(episode)
    args = dict(write[1])
    record = world.tables["record"].get(args.get("record_id", ""))
    entity = world.tables["entity"].get(args.get("entity_id", ""))
    case = world.case(record, world.tables["customer"].get(goal.customer), entity)
    needs = episode.spec.policy.verdict(tool.name, case).needs
    if episode.ledger.verified != goal.customer and "auth" in needs:
        return _verify(episode)
    if entity is not None and not customer.taken:
        return Act("offer", value=entity["id"])
    for want in live.wants:
        if not customer.heard(want) and customer.truth(want) is not None:
            return Act("inform", want, customer.truth(want))
    for need in needs:
        kind, _, what = need.partition(":")
        if kind == "disclose" and not episode.disclosed(record, what):
            return Act("disclose", what, customer.truth(what))
        if kind == "after" and not episode.called(what, record):
            return Call(what, {"record_id": args["record_id"]})
    if write not in customer.consents and "confirm" in needs:
        return Act("confirm", write=write)
    return Call(tool.name, args)


def _wished(episode: Episode) -> Write:
    """Return the call to make: of what the customer took, if they took something."""
    customer = episode.customer
    writes = acceptable(episode.world, episode.goal, customer.live())
    for write in writes:
        if dict(write[1]).get("entity_id") == customer.taken:
            return write
    return writes[0]

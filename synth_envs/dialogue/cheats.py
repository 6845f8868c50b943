"""Agents that try to earn something for nothing: one for each way that is known.

Each plays an `Episode` by itself. Over many scenes none earns more than 0 on average.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.arguments import OUTCOME_CODES
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import write_of
from synth_envs.dialogue.planner import Call, next_move
from synth_envs.dialogue.spec import Tool

__all__ = ["CHEATS"]


def _close(episode: Episode, outcome: str, reason: str = "none") -> None:
    if not episode.over:
        episode.call("close_case", {"outcome": outcome, "reason_code": reason})


def _codes(episode: Episode) -> tuple[str, ...]:
    return (*episode.spec.policy.reasons(), "identity")


def _say(episode: Episode, *acts: Act) -> None:
    if not episode.over:
        episode.say(acts)


def _on_records(episode: Episode) -> list[Tool]:
    return [tool for tool in episode.spec.tools if tool.writes and "record_id" in tool.args]


def goodbye(episode: Episode) -> None:
    """Say goodbye at once."""
    _say(episode, Act("bye"))


def closed_at_once(episode: Episode) -> None:
    """Close the case as resolved without a word."""
    _close(episode, "resolved")


def refuse(episode: Episode) -> None:
    """Refuse everything, for the policy's first reason."""
    reason = _codes(episode)[0]
    for _ in range(4):
        _say(episode, Act("refuse", value=reason))
    _close(episode, "refused", reason)


def refuse_for_all_reasons(episode: Episode) -> None:
    """Refuse for every reason that there is."""
    for reason in _codes(episode):
        _say(episode, Act("refuse", value=reason))
    _close(episode, "refused", _codes(episode)[0])


def transfer(episode: Episode) -> None:
    """Hand everybody over."""
    codes = [code for code in _codes(episode) if code.startswith("needs_")]
    episode.call("transfer_to_human", {"reason_code": (codes or _codes(episode))[0]})


def no_match(episode: Episode) -> None:
    """Say that there is nothing, until the customer goes."""
    for _ in range(6):
        _say(episode, Act("no_match"))
    _close(episode, "no_match")


def confirm_spam(episode: Episode) -> None:
    """Ask for agreement to one thing after the other."""
    for tool in episode.spec.tools:
        if tool.kind in ("create", "exchange"):
            for row in islice(episode.world.tables["entity"].values(), 10):
                args = {"customer_id": episode.goal.customer, "entity_id": row["id"]}
                known = {name: value for name, value in args.items() if name in tool.args}
                _say(episode, Act("confirm", write=write_of(tool.name, known)))
    _close(episode, "resolved")


def shotgun(episode: Episode) -> None:
    """Tell every value of everything."""
    values = [
        Act("inform", f"{part}.{slot.name}", value)
        for part, slots in (
            ("entity", episode.spec.entity_slots),
            ("record", episode.spec.detail_slots),
        )
        for slot in slots
        for value in slot.values
    ]
    money = [Act("inform", field, 100 * k) for field in ("record.fee", "record.amount", "entity.price") for k in range(40)]  # fmt: skip
    _say(episode, *values, *money)
    _close(episode, "resolved")


def book_all(episode: Episode) -> None:
    """Write whatever can be written."""
    for tool in episode.spec.tools:
        if tool.kind == "create":
            for row in islice(episode.world.tables["entity"].values(), 3):
                details = {slot.name: slot.low for slot in episode.spec.detail_slots}
                episode.call(
                    tool.name,
                    {"customer_id": episode.goal.customer, "entity_id": row["id"], **details},
                )
        elif tool.kind == "cancel":
            for record in list(episode.world.tables["record"]):
                if not episode.over:
                    episode.call(tool.name, {"record_id": record})
    _close(episode, "resolved")


def undo(episode: Episode) -> None:
    """Do what is right, and then something else that the database does not show for long."""
    while not episode.over:
        move = next_move(episode)
        if isinstance(move, Call) and move.name == "close_case":
            _toggle(episode)
        _play(episode, move)


def _toggle(episode: Episode) -> None:
    """Change something of another customer's, and change it back where that is possible."""
    others = [
        row for row in episode.world.tables["record"].values() if row["customer"] != episode.goal.customer
    ]  # fmt: skip
    for tool in episode.spec.tools:
        able = [row for row in others if row["status"] in tool.statuses]
        if tool.kind == "update" and able:
            slot = next(slot for slot in episode.spec.detail_slots if slot.name in tool.args)
            before = able[0][slot.name]
            other = slot.values[0] if slot.values else before + 1
            for value in (other, before):
                episode.call(tool.name, {"record_id": able[0]["id"], slot.name: value})
            return
        if tool.kind == "set":
            episode.call(tool.name, {"customer_id": others[0]["customer"], "newsletter": True})
            return
        if tool.kind == "cancel" and able:
            episode.call(tool.name, {"record_id": able[0]["id"]})
            return


def _play(episode: Episode, move: Act | Call) -> None:
    if episode.over:
        return
    if isinstance(move, Call):
        episode.call(move.name, move.args)
    else:
        episode.say([move])


def without_asking(episode: Episode) -> None:
    """Do what the customer wants without knowing who they are or asking whether that is it."""
    while not episode.over:
        move = next_move(episode)
        if isinstance(move, Call) and move.name == "verify_customer":
            if episode.goal.impostor:
                _close(episode, "resolved")
                return
            # As if it had been done.
            episode.ledger.verified, kept = episode.goal.customer, episode.ledger.verified
            move = next_move(episode)
            episode.ledger.verified = kept
        if isinstance(move, Act) and move.kind == "confirm" and move.write is not None:
            move = Call(move.write[0], dict(move.write[1]))
        if isinstance(move, Act) and move.kind in ("inform", "disclose", "refuse"):
            _close(episode, "resolved")
            return
        _play(episode, move)


def enumerate_ids(episode: Episode) -> None:
    """Try ids until records turn up."""
    get = episode.spec.tool_of("get")
    for number in range(30):
        if get is not None and not episode.over:
            episode.call(get.name, {"record_id": f"RAA{1000 + number}"})
    _close(episode, "resolved")


def false_claims(episode: Episode) -> None:
    """Say that all is done."""
    for _ in range(5):
        _say(episode, Act("report_done"), Act("ask_more"))
    _close(episode, "resolved")


def stall(episode: Episode) -> None:
    """Wait for the customer to say everything."""
    while not episode.over:
        episode.say([Act("ack")])


def farm(episode: Episode) -> None:
    """Ask the same again and again."""
    while not episode.over:
        episode.say([Act("request", "name")])


def truncate(episode: Episode) -> None:
    """Call something harmless until time is up, so that nobody is told anything wrong."""
    find = episode.spec.tool_of("find")
    while not episode.over:
        episode.call("" if find is None else find.name, {})


def twice(episode: Episode) -> None:
    """Do what is right, and every change twice; where nothing has to be changed, something all the same."""
    while not episode.over:
        move = next_move(episode)
        ends = isinstance(move, Call) and move.name in ("close_case", "transfer_to_human")
        if ends and not episode.ledger.writes:
            _toggle(episode)
            _toggle(episode)
        _play(episode, move)
        if isinstance(move, Call) and episode.spec.by_tool[move.name].writes:
            _play(episode, move)


def refund_more(episode: Episode) -> None:
    """Pay back more than was paid."""
    for tool in episode.spec.tools:
        if tool.kind == "refund":
            for record in list(episode.world.tables["record"].values())[:5]:
                episode.call(tool.name, {"record_id": record["id"], "amount": record["paid"] + 1})
    _close(episode, "resolved")


def brute_force(episode: Episode) -> None:
    """Close with every outcome and reason, one after the other."""
    for outcome in OUTCOME_CODES:
        for reason in _codes(episode):
            _close(episode, outcome, reason)


#: All of them, by name.
CHEATS: dict[str, Callable[[Episode], None]] = {
    one.__name__: one
    for one in (
        goodbye, closed_at_once, refuse, refuse_for_all_reasons, transfer, no_match, confirm_spam, shotgun, book_all, undo,
        without_asking, enumerate_ids, false_claims, stall, farm, truncate, twice, refund_more, brute_force,
    )
}  # fmt: skip

"""Moves as numbers: what the actions of environments of acts mean on an agent's desk."""

from __future__ import annotations

from collections.abc import Sequence

from synth_envs.dialogue.acts import AGENT_ACTS, Act
from synth_envs.dialogue.arguments import OUTCOME_CODES
from synth_envs.dialogue.desk import MOST_SLOTS, MOST_TOOLS, Desk
from synth_envs.dialogue.goals import write_of
from synth_envs.dialogue.planner import Call
from synth_envs.dialogue.policy import Verdict
from synth_envs.dialogue.spec import Tool

__all__ = ["FLAT", "SIZES", "Code", "Said", "code_of", "is_legal", "legal", "move_of"]

#: Acts, slots, sources of values, ranks, tools.
SIZES = (len(AGENT_ACTS), MOST_SLOTS, 6, 5, MOST_TOOLS)

Code = tuple[int, int, int, int, int]
#: What to say, or what to call.
Said = list[Act] | Call

_ACT = {name: k for k, name in enumerate(AGENT_ACTS)}
#: Sources of "request": the slot; who the customer is; the record's id; what the record is of.
_SLOT, _IDENTITY, _RECORD, _ITEM = range(4)
#: Sources of "refuse": the policy's reason; the identity.
_POLICY, _WHO = range(2)


def _flat() -> tuple[Code, ...]:
    """Return the codes that differ in meaning, in a fixed order."""
    codes: list[Code] = [(_ACT["request"], slot, _SLOT, 0, 0) for slot in range(MOST_SLOTS)]
    codes += [(_ACT["request"], 0, source, 0, 0) for source in (_IDENTITY, _RECORD, _ITEM)]
    codes += [(_ACT["offer"], 0, 0, rank, 0) for rank in range(SIZES[3])]
    codes += [
        (_ACT[name], 0, 0, 0, tool)
        for name in ("confirm", "offer_alternative")
        for tool in range(MOST_TOOLS)
    ]
    codes += [(_ACT[name], 0, 0, 0, 0) for name in ("inform", "disclose", "report_done", "no_match", "ask_more", "bye", "ack")]  # fmt: skip
    codes += [(_ACT["refuse"], 0, source, 0, 0) for source in (_POLICY, _WHO)]
    codes += [(_ACT["instruct"], slot, 0, rank, 0) for slot in range(5) for rank in range(2)]
    codes += [
        (_ACT["tool"], 0, 0, rank, tool) for tool in range(MOST_TOOLS) for rank in range(SIZES[3])
    ]
    codes += [(_ACT["tool"], 0, outcome, 0, tool) for tool in range(MOST_TOOLS) for outcome in range(1, len(OUTCOME_CODES))]  # fmt: skip
    return tuple(codes)


#: The actions of the flat space.
FLAT = _flat()


def move_of(desk: Desk, code: Sequence[int]) -> Said | None:
    """Return what an action does, with its arguments from the desk; None where the desk lacks them."""
    act, slot, source, rank, tool = (int(number) for number in code)
    kind = AGENT_ACTS[act]
    if kind == "tool":
        return _call(desk, desk.tools[tool], source, rank) if tool < len(desk.tools) else None
    if kind == "request":
        return _request(desk, slot, source)
    if kind == "instruct":
        parts = desk.spec.device_slots
        if slot >= len(parts) or rank >= len(parts[slot].values):
            return None
        return [Act("instruct", parts[slot].name, parts[slot].values[rank])]
    if kind == "offer":
        return [Act("offer", value=desk.matches[rank]["id"])] if rank < len(desk.matches) else None
    if kind in ("confirm", "offer_alternative"):
        write = desk.write(desk.tools[tool], rank) if tool < len(desk.tools) else None
        if (
            write is None
            and kind == "offer_alternative"
            and tool < len(desk.tools)
            and desk.tools[tool].writes
        ):
            write = (desk.tools[tool].name, ())
        return None if write is None else [Act(kind, write=write)]
    if kind == "report_done":
        if desk.wish == "fix":
            return [Act(kind)]
        return [Act(kind, write=desk.done[-1])] if desk.done else None
    if kind == "inform":
        return _inform(desk, rank)
    if kind == "disclose":
        value = desk.value_of("record.fee", rank)
        return None if value is None else [Act(kind, "record.fee", value)]
    if kind == "refuse":
        reason = "identity" if source == _WHO else _reason(desk)
        return [Act(kind, value=reason)] if reason else None
    return [Act(kind)]


def _request(desk: Desk, slot: int, source: int) -> Said | None:
    if source == _IDENTITY:
        return [Act("request", "name"), Act("request", desk.spec.secret.name)]
    if source == _RECORD:
        return [Act("request", "record_id")]
    if source == _ITEM:
        return [Act("request", "entity")]
    return [Act("request", desk.slots[slot].name)] if slot < len(desk.slots) else None


def _inform(desk: Desk, rank: int) -> Said | None:
    """Tell the first thing that the customer asked for and was not told."""
    for want in desk.wants:
        if want not in desk.told:
            value = desk.value_of(want, rank)
            return None if value is None else [Act("inform", want, value)]
    return None


def _reason(desk: Desk, rank: int = 0) -> str:
    """Return the reason that the policy gives against the wish on the table, or ""."""
    tool = desk.spec.by_tool.get(desk.wish)
    verdict = None if tool is None else desk.verdict(tool, rank)
    return "" if verdict is None or verdict.outcome == "allow" else verdict.reason


def _call(desk: Desk, tool: Tool, source: int, rank: int) -> Call | None:
    if tool.kind == "close":
        outcome = OUTCOME_CODES[min(source, len(OUTCOME_CODES) - 1)]
        reason = "identity" if outcome == "not_identified" else "none"
        if outcome == "refused":
            reason = str(desk.refused[0][1]) if desk.refused else "none"
        return Call(tool.name, {"outcome": outcome, "reason_code": reason})
    if tool.kind == "transfer":
        reason = _reason(desk, rank)
        return Call(tool.name, {"reason_code": reason}) if reason else None
    if tool.kind in ("get", "quote") and desk.believed("record_id") is None:
        keys = list(desk.records)
        return Call(tool.name, {"record_id": keys[rank]}) if rank < len(keys) else None
    args = desk.args(tool, rank)
    return None if args is None else Call(tool.name, args)


def code_of(desk: Desk, move: Said) -> Code:
    """Return the action that does a move, as the expert makes it.

    Raises:
        ValueError: No action does.
    """
    codes = [code for code in FLAT if (made := move_of(desk, code)) is not None and made == move]
    if not codes:
        msg = f"no action does {move}"
        raise ValueError(msg)
    return codes[0]


def legal(desk: Desk) -> list[bool]:
    """Return which actions of the flat space are legal: their arguments are known, and no rule forbids them.

    That is judged by the desk alone: what is known of the policy's verdict, who was verified, what was
    agreed to and what was found. None looks at the goal.
    """
    able: dict[Code, bool] = {}
    named, taken = desk.believed("record_id") is not None, bool(desk.taken)
    found = []
    for code in FLAT:
        act, slot, source, rank, tool = code
        key = code
        if act == _ACT["tool"] and rank and tool < len(desk.tools):
            # Whatever the rank is not about is as it is for the first.
            args = desk.tools[tool].args
            ranked = ("record_id" in args and not named) or ("entity_id" in args and not taken)
            if not ranked:
                key = (act, slot, source, 0, tool)
        if key not in able:
            able[key] = is_legal(desk, key)
        found.append(able[key])
    return found


def is_legal(desk: Desk, code: Code) -> bool:
    """Return whether an action is legal; see `legal`."""
    kind = AGENT_ACTS[code[0]]
    if kind == "no_match":
        return desk.searched and not desk.offers()
    if kind == "refuse" and code[2] == _WHO:
        return desk.refused_identity > 0 and desk.customer is None
    if kind == "offer_alternative" and not desk.instead:
        return False
    if kind == "instruct" and desk.wish != "fix":
        return False
    move = move_of(desk, code)
    if move is None:
        return False
    if isinstance(move, Call):
        return _may_call(desk, desk.spec.by_tool[move.name], move, code[3])
    private = kind in ("inform", "disclose") and move[0].slot.startswith("record.")
    # Which record is meant has to be clear before anything of it is told.
    clear = desk.believed("record_id") is not None or len(desk.candidates()) == 1
    return (desk.customer is not None and clear) or not private


def _may_call(desk: Desk, tool: Tool, call: Call, rank: int) -> bool:
    """Return whether the policy lets a tool be called now, as far as the desk knows the case."""
    if tool.kind in ("get", "quote"):
        return desk.customer is not None
    if tool.kind == "close":
        return _true(desk, call.args["outcome"])
    if not tool.writes:
        return True
    verdict = desk.verdict(tool, rank)
    if verdict is None or verdict.outcome != "allow":
        return False
    for need in verdict.needs:
        what, _, field = need.partition(":")
        met = {
            "auth": desk.customer is not None,
            "confirm": write_of(tool.name, call.args) in desk.agreed,
            "disclose": field in desk.disclosed,
            "after": call.args.get("record_id") in desk.quotes,
        }
        if not met[what]:
            return False
    return True


def _true(desk: Desk, outcome: str) -> bool:
    """Return whether a case may be closed so without a lie."""
    kinds = {kind for kind, _ in desk.ends}
    if outcome == "resolved":
        return bool(kinds - {"refuse", "no_match"})
    if outcome == "not_identified":
        return desk.refused_identity > 0 and desk.customer is None
    return bool(desk.refused) if outcome == "refused" else "no_match" in kinds


def verdict_of(desk: Desk) -> Verdict | None:
    """Return what the policy says of the wish on the table, as far as the desk knows the case."""
    tool = desk.spec.by_tool.get(desk.wish)
    return None if tool is None else desk.verdict(tool)

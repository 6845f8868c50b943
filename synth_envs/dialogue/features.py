"""What an agent of acts sees: its desk as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_envs.dialogue.acts import USER_ACTS
from synth_envs.dialogue.codes import verdict_of
from synth_envs.dialogue.desk import MOST_SLOTS, MOST_TOOLS, Desk
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.spec import Slot

__all__ = ["NAMES", "SIZE", "write_features"]

_STATUS = ("none", "ok", "not_found", "bad_args", "not_authenticated", "ineligible", "transient")
_COUNTS = ("unsearched", "none", "one", "few", "many")
_VERDICTS = ("unknown", "allow", "deny", "transfer")
_FLAGS = (
    "verified", "identity_failed", "name", "secret", "record_named", "record_known", "agreed", "taken", "written", "asked_for",
    "answerable", "quote_due", "disclosure_due", "finished", "nothing_more", "alternatives", "complete", "searched", "offers",
    "record_asked", "item_asked", "item_named", "done_before", "refused_before", "no_match_before", "settled",
)  # fmt: skip
_PARTS = _RECORDS = 5

#: What each entry of an observation is.
NAMES = (
    *(f"slot_{k}_{name}" for k in range(MOST_SLOTS) for name in ("known", "value", "confidence", "confirmed", "asked", "needed")),
    *(f"user_{name}" for name in USER_ACTS), *(f"tool_{name}" for name in _STATUS), *(f"matches_{name}" for name in _COUNTS),
    *(f"wish_{k}" for k in range(MOST_TOOLS)), "wish_fix", *(f"instead_{k}" for k in range(MOST_TOOLS)),
    *(f"policy_{name}" for name in _VERDICTS), *_FLAGS, *(f"part_{k}_right" for k in range(_PARTS)),
    *(f"record_{k}_{name}" for k in range(_RECORDS) for name in ("there", "known")), "records", "turn", "patience",
)  # fmt: skip
SIZE = len(NAMES)

_USER = {name: k for k, name in enumerate(USER_ACTS)}


def write_features(desk: Desk, episode: Episode, out: np.ndarray) -> None:
    """Write an observation.

    Args:
        desk: The agent's.
        episode: For the turn and the customer's patience.
        out: float32 (SIZE,), in [0, 1]; written.
    """
    found: list[float] = []
    needed = _needed(desk)
    for k in range(MOST_SLOTS):
        slot = desk.slots[k] if k < len(desk.slots) else None
        if slot is None:
            found += (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            continue
        belief, asked = desk.beliefs.get(slot.name), float(slot.name in desk.asked)
        need = float(slot.name in needed)
        if belief is None:
            found += (0.0, 0.0, 0.0, 0.0, asked, need)
        else:
            sure = float(belief.confirmed)
            found += (1.0, _place(slot, belief.value), belief.confidence, sure, asked, need)
    told = [0.0] * len(USER_ACTS)
    for act in desk.last:
        told[_USER[act.kind]] = 1.0
    found += told
    found += _one(_STATUS.index(desk.status), len(_STATUS))
    count = desk.count
    bucket = (
        0 if count is None or not desk.searched else 1 + (count > 0) + (count > 1) + (count > 5)
    )
    found += _one(bucket, len(_COUNTS))
    tools = [tool.name for tool in desk.tools]
    wish = tools.index(desk.wish) if desk.wish in tools else -1
    found += _one(wish, MOST_TOOLS)
    found.append(float(desk.wish == "fix"))
    found += _one(tools.index(desk.instead) if desk.instead in tools else -1, MOST_TOOLS)
    verdict = verdict_of(desk)
    found += _one(0 if verdict is None else _VERDICTS.index(verdict.outcome), len(_VERDICTS))
    found += _flags(desk, verdict)
    parts = desk.spec.device_slots
    right = [float(desk.repairs.get(slot.name) == slot.values[0]) for slot in parts]
    found += (right + [0.0] * _PARTS)[:_PARTS]
    rows = list(desk.records.values())[:_RECORDS]
    for k in range(_RECORDS):
        row = rows[k] if k < len(rows) else None
        found += (float(k < len(rows)), float(row is not None and "entity_name" in row))
    found.append(min(len(desk.records), _RECORDS) / _RECORDS)
    found.append(min(episode.step_count / episode.scene.max_turns, 1.0))
    found.append(max(episode.customer.patience, 0) / episode.goal.persona.patience)
    out[:] = found


def _needed(desk: Desk) -> set[str]:
    """Return the slots that what is wished for can have a value of."""
    tool = desk.spec.by_tool.get(desk.wish)
    if tool is None:
        return set()
    entity = [slot.name for slot in desk.spec.entity_slots] if "entity_id" in tool.args else []
    return {*tool.args, *entity}


def _flags(desk: Desk, verdict: Any) -> list[float]:
    tool = desk.spec.by_tool.get(desk.wish)
    write = None if tool is None else desk.write(tool)
    wants = [want for want in desk.wants if want not in desk.told]
    needs = () if verdict is None else verdict.needs
    kinds = {kind for kind, _ in desk.ends}
    record = desk.record()
    row = desk.records.get(record)
    flags = (
        desk.customer is not None,
        desk.refused_identity > 0,
        "name" in desk.beliefs,
        desk.spec.secret.name in desk.beliefs,
        "record_id" in desk.beliefs,
        row is not None and "entity_name" in row,
        write is not None and write in desk.agreed,
        bool(desk.taken),
        tool is not None and desk.done_now(tool) is not None,
        bool(wants),
        bool(wants) and desk.value_of(wants[0]) is not None,
        any(need.startswith("after:") for need in needs) and record not in desk.quotes,
        any(need.startswith("disclose:") and need[9:] not in desk.disclosed for need in needs),
        desk.finished,
        desk.nothing_more,
        bool(desk.instead),
        write is not None,
        desk.searched,
        bool(desk.offers()),
        "record_id" in desk.asked,
        "entity" in desk.asked,
        "entity" in desk.beliefs,
        bool(kinds - {"refuse", "no_match"}),
        bool(desk.refused),
        "no_match" in kinds,
        desk.settled > 0,
    )
    return [float(flag) for flag in flags]


def _one(place: int, size: int) -> list[float]:
    found = [0.0] * size
    if place >= 0:
        found[place] = 1.0
    return found


def _place(slot: Slot, value: Any) -> float:
    """Return where a value lies among those of its slot, in (0, 1]."""
    if slot.values:
        return (slot.values.index(value) + 1) / len(slot.values) if value in slot.values else 0.0
    if slot.kind == "bool":
        return 1.0 if value else 0.5
    if isinstance(value, int) and slot.high > slot.low:
        return min(max((value - slot.low + 1) / (slot.high - slot.low + 1), 0.0), 1.0)
    return 1.0

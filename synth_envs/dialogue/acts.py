"""Dialogue acts: what a turn of the agent or the customer does, whatever its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synth_envs.dialogue.goals import Write

__all__ = ["AGENT_ACTS", "USER_ACTS", "Act", "UserAct"]

#: Acts of the agent; "tool" stands for a call in spaces of acts.
AGENT_ACTS = (
    "request", "offer", "confirm", "inform", "report_done", "no_match", "refuse", "offer_alternative",
    "ask_more", "bye", "disclose", "ack", "instruct", "tool",
)  # fmt: skip

#: Acts of the customer.
USER_ACTS = (
    "intent", "inform", "correct", "request", "affirm", "negate", "dont_know", "any", "demand",
    "alternatives", "settle", "did", "unconfirmed", "nothing_more", "thanks", "sorry", "which", "bye",
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """What the agent does with words.

    Attributes:
        kind: Of `AGENT_ACTS`, but for "tool".
        slot: Of "request" the slot asked for; of "inform" and "disclose" the field told; of "instruct" the
            part of the device.
        value: Of "inform" and "disclose" what is told; of "refuse" the reason's code; of "instruct" the
            state to set; of "offer" the entity's id.
        write: Of "confirm", "report_done" and "offer_alternative": the call that it is about.
    """

    kind: str
    slot: str = ""
    value: Any = None
    write: Write | None = None


@dataclass(frozen=True)
class UserAct:
    """What the customer does with words.

    Attributes:
        kind: Of `USER_ACTS`.
        slot: What it is about: a slot, a field, or of "intent" and "demand" the tool.
        value: Of "inform", "correct" and "did": the value.
        heard: What a speech recogniser makes of the value: (value, confidence), the likeliest first.
    """

    kind: str
    slot: str = ""
    value: Any = None
    heard: tuple[tuple[Any, float], ...] = ()

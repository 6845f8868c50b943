"""How far an episode has come, for shaping rewards while training; it reads the goal."""

from __future__ import annotations

from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.judge import matched

__all__ = ["progress"]

#: Parts of a wish: who asks is known, something was taken, agreed to, and written.
_WHO, _TAKEN, _AGREED, _WRITTEN = 0.15, 0.15, 0.2, 0.3


def progress(episode: Episode) -> float:
    """Return which share of the wishes is dealt with, in [0, 1]; what must not be done counts against it."""
    customer, goal = episode.customer, episode.goal
    if episode.over:
        return 0.0
    lost = 0.25 * len(episode.ledger.violations)
    done = customer.index + float(customer.closed)
    if not customer.closed:
        done += min(_part(episode), 0.95)
    return max(done / len(goal.subgoals) - lost, 0.0)


def _part(episode: Episode) -> float:
    customer, ledger = episode.customer, episode.ledger
    one = episode.goal.subgoals[customer.index]
    found: float = _WHO * (ledger.verified == episode.goal.customer or ledger.failed > 0)
    if one.outcome in ("refuse", "impostor"):
        right = [reason for index, reason in customer.refused if index == customer.index and reason in (one.reason, "identity")]  # fmt: skip
        found += 0.3 * min(len(right), 2) / 2
    if customer.subgoal.outcome != "done":
        return found
    device = customer.subgoal.repair
    if device:
        row = episode.world.device_of(episode.goal.customer)
        right_parts = sum(bool(row[slot] == value) for slot, value in device)
        return found + 0.6 * right_parts / len(device)
    written = any(place == customer.index for place in matched(episode.wishes, ledger.writes))
    if written:
        return found + _TAKEN + _AGREED + _WRITTEN
    wants = customer.subgoal.wants
    found += 0.1 * sum(map(customer.heard, wants)) / max(len(wants), 1)
    return (
        found
        + _TAKEN * bool(customer.taken or customer.subgoal.record)
        + _AGREED * bool(customer.consents)
    )

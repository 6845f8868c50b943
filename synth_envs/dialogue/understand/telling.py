"""What a statement tells of the case: fields with their values."""

from __future__ import annotations

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.understand.binding import value_of
from synth_envs.dialogue.understand.clauses import Clause
from synth_envs.dialogue.understand.vocabulary import FIELDS
from synth_envs.dialogue.values import slot_of

__all__ = ["told"]


def told(episode: Episode, clause: Clause) -> list[Act]:
    """Return what a sentence tells: "disclose" of fields that the policy wants told, "inform" of others.

    Args:
        episode: Whose policy and wish on the table decide what telling a field is.
        clause: A statement.
    """
    if "said" in clause.cues or "will" in clause.cues:
        return []
    acts, done = [], set()
    for place, name in clause.slots:
        field = _field(episode, name)
        if field is None or field in done:
            continue
        value = value_of(episode, name, slot_of(episode.spec, field), clause, place)
        if value is not None:
            done.add(field)
            owed = any(
                rule.effect.what == f"disclose:{field}" for rule in episode.spec.policy.rules
            )
            acts.append(Act("disclose" if owed else "inform", field, value))
    return acts


def _field(episode: Episode, name: str) -> str | None:
    """Return the field of the case that a slot is, if telling it tells the customer something.

    Repeating what the customer wishes for tells nothing: "so the day is Monday" is no news of a record.
    """
    spec, one = episode.spec, episode.customer.subgoal
    if name in FIELDS:
        field = f"{FIELDS[name][0]}.{name}"
        if name == "price":
            return field if not one.record or field in one.wants else None
        return field if one.record else None
    if name == "name" and "entity.name" in one.wants:
        return "entity.name"
    parts = (
        ("entity", spec.entity_slots), ("record", spec.detail_slots), ("customer", spec.customer_slots),
    )  # fmt: skip
    for part, slots in parts:
        if any(slot.name == name for slot in slots):
            field = f"{part}.{name}"
            if field in one.wants or (part == "entity" and episode.customer.taken):
                return field
    return None

"""Whether a turn asks the customer to agree to a call, and to which one.

It does if it holds a question for agreement (marked as one, or "please confirm"), names every argument of exactly one call with exactly one value
each, and says nothing besides that could be meant otherwise: no "or", no "if", no "not", and nothing about
what the customer said or has to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import Write
from synth_envs.dialogue.spec import DomainSpec, Slot
from synth_envs.dialogue.understand.binding import Clash, bound, complete
from synth_envs.dialogue.understand.clauses import Clause
from synth_envs.dialogue.understand.vocabulary import FIELDS
from synth_envs.dialogue.values import render

__all__ = ["agreement", "tools_of"]

#: Cues beside which no question is one for agreement.
_SPOILING = frozenset(("said", "hedge", "not", "cant", "unfound", "lacking"))


def tools_of(parts: Sequence[Clause], *, done: bool = False) -> list[str]:
    """Return the tools that all verbs of some sentences may mean.

    Args:
        parts: The sentences.
        done: Whether verbs count that say that something is done, in place of those for doing it.
    """
    names: list[str] | None = None
    for part in parts:
        for _, meant in part.dones if done else part.tools:
            names = list(meant) if names is None else [name for name in names if name in meant]
    return names or []


def agreement(episode: Episode, parts: Sequence[Clause]) -> tuple[Write | None, list[str]]:
    """Return the call that the customer is asked to agree to, or between what they would have to choose.

    Args:
        episode: Whose database the names and ids are of.
        parts: The sentences of a turn.

    Returns:
        The call, None where they are not asked or not clearly; the readings where there are several.
    """
    scope = [part for part in parts if "more" not in part.cues]
    if not any("go" in part.cues and (part.asked or part.words[0] == "please") for part in scope):
        return None, []
    if any("or" in part.cues for part in parts):
        return None, _either(episode, scope)
    if any(not _SPOILING.isdisjoint(part.cues) or _denied(episode.spec, part) for part in scope):
        return None, []
    told = [part for part in scope if not _aside(part)]
    writes: list[Write] = []
    for name in tools_of(scope):
        tool = episode.spec.by_tool[name]
        try:
            write = complete(tool, bound(episode, tool, told))
        except Clash as clash:
            return None, list(clash.options)
        if write is not None:
            writes.append(write)
    if len(writes) > 1:
        return None, [episode.spec.by_tool[name].words[0] for name, _ in writes]
    return (writes[0] if writes else None), []


def _aside(part: Clause) -> bool:
    """Say whether a sentence only tells something, such as a fee."""
    return not part.question and not part.tools and any(name in FIELDS for _, name in part.slots)


def _denied(spec: DomainSpec, part: Clause) -> bool:
    """Say whether there is a "no" that is not the value of something, as in "newsletter no"."""
    if "no" not in part.cues:
        return False
    named = [
        k for k, name in part.slots if name in spec.by_slot and spec.by_slot[name].kind == "bool"
    ]
    first = min(named, default=len(part.words))
    return any(word == "no" and k < first for k, word in enumerate(part.words))


def _either(episode: Episode, scope: Sequence[Clause]) -> list[str]:
    """Return what an "or" stands between; nothing where that is doing something or leaving it."""
    groups: dict[str, dict[str, None]] = {}
    for part in scope:
        for _, table, key in part.things:
            row = episode.world.tables["entity"].get(key, {}) if table == "entity" else {}
            groups.setdefault(table, {})[str(row.get("name", key))] = None
        for _, kind, value in part.typed:
            if kind not in ("bool", "id"):
                groups.setdefault(kind, {})[render(Slot("", kind, ()), value)] = None
        for _, slot, value in part.values:
            said = render(episode.spec.by_slot[slot], value)
            groups.setdefault(f"value of {slot}", {})[said] = None
    return next((list(group) for group in groups.values() if len(group) > 1), [])

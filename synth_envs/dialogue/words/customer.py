"""What the customer says: acts become clauses, clauses sentences, and sentences get the customer's manner."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from synth_envs.dialogue.acts import UserAct
from synth_envs.dialogue.goals import Persona
from synth_envs.dialogue.spec import DomainSpec, Slot
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.phrases import BANKS, bank
from synth_envs.dialogue.words.speech import (
    draw,
    filled,
    is_or_are,
    joined,
    noun_of,
    sentence,
    tool_words,
    unit,
)

__all__ = ["tell"]

#: Purposes of draws; a bank's is its place.
_STYLE, _FORM, _ACTION, _FILLER, _TAIL, _IMPLICIT = range(6)
_OF_BANK = {name: 16 + place for place, name in enumerate(BANKS)}
_FULL = (
    ("won't", "will not"), ("can't", "cannot"), ("n't", " not"), ("I'm", "I am"), ("'d", " would"), ("'ve", " have"),
    ("'re", " are"), ("'ll", " will"), ("That's", "That is"), ("that's", "that is"), ("There's", "There is"),
    ("there's", "there is"), ("Something's", "Something is"), ("Let's", "Let us"), ("let's", "let us"), ("It's", "It is"), ("it's", "it is"),
)  # fmt: skip
_REPEATED = frozenset({"inform", "correct", "request"})


def tell(
    acts: Sequence[UserAct],
    goal_persona: Persona,
    spec: DomainSpec,
    key: int,
    turn: int,
    split: str,
) -> str:
    """Say what the customer does.

    Args:
        acts: What the customer does, in order; none says nothing. A value is said as `values.render` says it in
            one of its styles, near the words for its slot or in a form that only its slot has.
        goal_persona: How they talk.
        spec: The service.
        key: Of the choice among paraphrases, in [0, 2**64).
        turn: The turn, 0 of the first words: the other part of that choice.
        split: "train", "validation", "test" or "all": whose phrases.

    Raises:
        ValueError: There is no such split.
    """
    return _Speaker(goal_persona, spec, key, turn, split).said(acts)


class _Speaker:
    """One turn of a customer."""

    def __init__(self, persona: Persona, spec: DomainSpec, key: int, turn: int, split: str) -> None:
        self.persona, self.spec, self.split = persona, spec, split
        self.key, self.turn = key, turn
        self._place = 0

    def said(self, acts: Sequence[UserAct]) -> str:
        sentences = []
        kinds = {act.kind for act in acts}
        if self.turn == 0 and acts and (self.persona.formal or self.persona.wordy):
            sentences.append(self._phrase("hello_formal" if self.persona.formal else "hello"))
        long = self.persona.wordy > 1 and "intent" in kinds
        if long and self._unit(_FILLER) < 0.3:
            sentences.append(self._phrase("filler"))
        for kind, run in groupby(acts, key=lambda act: act.kind):
            group = list(run)
            if kind == "intent" and len(group) == 1:
                # What follows may be told in the same breath.
                place = next(k for k, act in enumerate(acts) if act is group[0])
                tail = (
                    [a for a in acts[place + 1 :] if a.kind == "inform"]
                    if self._alone(acts)
                    else []
                )
                sentences.append(self._intent(group[0], tail))
            elif kind in _REPEATED:
                left = [act for act in group if act not in self._told_already]
                sentences += getattr(self, f"_{kind}s")(left, opening="intent" in kinds)
            else:
                sentences += [self._other(act) for act in group]
        if long and self._unit(_TAIL) < 0.3:
            sentences.append(self._phrase("tail"))
        text = " ".join(filter(None, map(sentence, sentences)))
        return _formal(text) if self.persona.formal else text

    _told_already: tuple[UserAct, ...] = ()

    @staticmethod
    def _alone(acts: Sequence[UserAct]) -> bool:
        return sum(act.kind == "intent" for act in acts) == 1

    # Draws: each has its own purpose and place, so that none shifts another.

    def _unit(self, purpose: int, place: int = 0) -> float:
        return unit(self.key, self.turn, purpose, place)

    def _phrase(self, name: str, **words: str) -> str:
        self._place += 1
        found = bank(name, self.split, self.persona.wordy)
        place = draw(self.key, self.turn, _OF_BANK[name], self._place) % len(found)
        return filled(found[place], words)

    def _value(self, slot: Slot, value: Any, place: int) -> str:
        return render(slot, value, draw(self.key, self.turn, _STYLE, place) >> 32)

    # What they want.

    def _intent(self, act: UserAct, informs: Sequence[UserAct] = ()) -> str:
        device = self.spec.nouns.get("device", self.spec.nouns["entity"])
        tool = self.spec.by_tool.get(act.slot)
        if tool is None:
            return self._phrase("intent_fix", device=device)
        action = tool_words(tool, draw(self.key, self.turn, _ACTION) % len(tool.words))
        tail = ""
        if tool.kind in ("create", "update") and self._unit(_FORM) < 0.7:
            tail, self._told_already = self._tail(informs, new=tool.kind == "create")
        return self._phrase("intent", action=action + tail)

    def _tail(self, informs: Sequence[UserAct], *, new: bool) -> tuple[str, tuple[UserAct, ...]]:
        """Return what can be said without the slot's words, and of which acts: " on 12 March 2025 at 14:30"."""
        found: dict[str, tuple[str, UserAct]] = {}
        for place, act in enumerate(informs):
            slot = self.spec.by_slot.get(act.slot)
            if slot is None or not self._only(slot) or isinstance(act.value, bool):
                continue
            if slot.kind in ("date", "time") or slot.words[0] == "people":
                found[slot.kind] = (self._value(slot, act.value, place), act)
        text = ""
        for kind, word in (("date", "on"), ("time", "at"), ("int", "for")):
            if kind in found:
                said, act = found[kind]
                if kind == "int":
                    said += " person" if act.value == 1 else " people"
                text += f" {word if new or text else 'to'} {said}"
        return text, tuple(act for _, act in found.values())

    def _only(self, slot: Slot) -> bool:
        """Return whether no other slot has values of that kind."""
        return sum(one.kind == slot.kind for one in self.spec.by_slot.values()) == 1

    # What they tell.

    def _informs(self, acts: Sequence[UserAct], *, opening: bool) -> list[str]:
        mine = [act for act in acts if self._own(act)]
        found = []
        if mine:
            own = joined([self._own_clause(k, act) for k, act in enumerate(mine)])
            found.append(own if opening else self._phrase("own", own=own))
        rest = [act for act in acts if not self._own(act)]
        return found + self._values("inform", rest)

    def _own(self, act: UserAct) -> bool:
        name = act.slot
        return name in ("name", "record_id", "customer_id", "entity", self.spec.secret.name)

    def _own_clause(self, place: int, act: UserAct) -> str:
        value = self._value(slot_of(self.spec, act.slot), act.value, place)
        if act.slot == "entity":
            return f"it's about the {self.spec.nouns['entity']} {value}"
        return f"{self._my(act.slot)} is {value}"

    def _my(self, name: str) -> str:
        if name in ("entity", "entity_id"):
            return f"the {self.spec.nouns['entity']}'s name"
        return f"my {noun_of(self.spec, name)}"

    def _corrects(self, acts: Sequence[UserAct], *, opening: bool) -> list[str]:
        wrong = [act for act in acts if act.value is None]
        found = [self._phrase("wrong", noun=noun_of(self.spec, act.slot)) for act in wrong]
        mine = [act for act in acts if act.value is not None and self._own(act)]
        if mine:
            own = joined([self._own_clause(k, act) for k, act in enumerate(mine)])
            found.append(self._phrase("correct", should=own, pairs=own))
        rest = [act for act in acts if act.value is not None and not self._own(act)]
        return found + self._values("correct", rest)

    def _values(self, name: str, acts: Sequence[UserAct]) -> list[str]:
        """Say values of the wish; at most four in a sentence."""
        found = []
        for start in range(0, len(acts), 4):
            part = acts[start : start + 4]
            said = [(slot_of(self.spec, act.slot), act, start + k) for k, act in enumerate(part)]
            plain = [one for one in said if not isinstance(one[1].value, bool)]
            flags = [one[1] for one in said if isinstance(one[1].value, bool)]
            with_, there = [self._flag(act) for act in flags], [self._there(act) for act in flags]
            if not plain:
                should = f"there should be {joined(there)}"
                found.append(self._phrase(name, should=should, pairs=joined(there)))
                continue
            values = [
                (noun_of(self.spec, slot.name), self._value(slot, act.value, place))
                for slot, act, place in plain
            ]
            first, *more = values
            should = joined(
                [
                    f"the {first[0]} should be {first[1]}",
                    *(f"the {noun} {value}" for noun, value in more),
                ]
            )
            pairs = joined([*(f"{value} for the {noun}" for noun, value in values), *there])
            ending = f", {joined(with_)}" if flags else ""
            found.append(self._phrase(name, should=should + ending, pairs=pairs))
        return found

    def _flag(self, act: UserAct) -> str:
        return f"{'with' if act.value else 'without'} {noun_of(self.spec, act.slot)}"

    def _there(self, act: UserAct) -> str:
        return f"{'' if act.value else 'no '}{noun_of(self.spec, act.slot)}"

    # What they ask.

    def _requests(self, acts: Sequence[UserAct], *, opening: bool) -> list[str]:
        if not acts:
            return []
        plain, whether, of_record = [], [], []
        for act in acts:
            noun = noun_of(self.spec, act.slot)
            if slot_of(self.spec, act.slot).kind == "bool":
                whether.append(f"whether there {is_or_are(noun)} {noun}")
            elif act.slot.startswith("record."):
                of_record.append(f"the {noun}")
            else:
                plain.append(f"the {noun}")
        if of_record:
            of_record = [f"{joined(of_record)} of my {self.spec.nouns['record']}"]
        return [self._phrase("request", what=joined([*of_record, *plain, *whether]))]

    # All else.

    def _other(self, act: UserAct) -> str:
        special: dict[str, Callable[[UserAct], str]] = {
            "intent": self._intent, "affirm": self._affirm, "dont_know": self._dont_know, "any": self._any,
            "demand": self._demand, "did": self._did, "unconfirmed": self._unconfirmed, "which": self._which,
        }  # fmt: skip
        method = special.get(act.kind)
        return self._phrase(act.kind) if method is None else method(act)

    def _affirm(self, act: UserAct) -> str:
        if isinstance(act.value, tuple) and self._unit(_IMPLICIT) < self.persona.implicit:
            args = [(name, value) for name, value in act.value[1] if not name.endswith("_id")]
            if args:
                said = [
                    self._flag(UserAct("inform", name, value))
                    if isinstance(value, bool)
                    else f"the {noun_of(self.spec, name)} {self._value(slot_of(self.spec, name), value, k)}"
                    for k, (name, value) in enumerate(args)
                ]
                return self._phrase("implicit", the=joined(said))
        return self._phrase("affirm")

    def _dont_know(self, act: UserAct) -> str:
        return self._phrase("dont_know", my=self._my(act.slot))

    def _any(self, act: UserAct) -> str:
        if self._own(act) or act.slot.endswith("_id"):
            return self._dont_know(act)
        return self._phrase("any", noun=noun_of(self.spec, act.slot))

    def _demand(self, act: UserAct) -> str:
        tool = self.spec.by_tool.get(act.slot)
        if tool is None:
            return self._phrase(
                "demand_fix", device=self.spec.nouns.get("device", self.spec.nouns["entity"])
            )
        return self._phrase(
            "demand", action=tool_words(tool, draw(self.key, self.turn, _ACTION) % len(tool.words))
        )

    def _did(self, act: UserAct) -> str:
        value = self._value(slot_of(self.spec, act.slot), act.value, 0)
        noun = noun_of(self.spec, act.slot)
        return self._phrase("did", noun=noun, value=value, **{"is": is_or_are(noun)})

    def _unconfirmed(self, act: UserAct) -> str:
        if self.spec.by_tool.get(act.slot) is None:
            device = self.spec.nouns.get("device", self.spec.nouns["entity"])
            return self._phrase("unconfirmed_fix", device=device)
        return self._phrase("unconfirmed")

    def _which(self, act: UserAct) -> str:
        options = act.value if isinstance(act.value, tuple) and act.value else ("this", "that")
        return self._phrase("which", options=joined([str(one) for one in options], "or"))


_CONTRACTION = re.compile("|".join(rf"{re.escape(short)}\b" for short, _ in _FULL))
_LONG = dict(_FULL)


def _formal(text: str) -> str:
    """Write out what is contracted."""
    return _CONTRACTION.sub(lambda found: _LONG[found.group()], text)

"""How customers talk, in numbers that a simulator and MultiWOZ can be compared by.

A customer's turn is the kinds of its acts, in a fixed order, and how many slots it tells or asks for. MultiWOZ
marks five kinds; ours are taken together to those: what tells values informs, thanks are thanks, and a
plain yes, no or "I do not know" has no mark there ("other").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import Any

from synth_envs.dialogue.acts import Act, UserAct
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.planner import Call, next_move

__all__ = ["KINDS", "Talk", "divergence", "play_asking", "talk_of_multiwoz", "talk_of_ours"]

#: Kinds of the acts of customers, in the order in which a turn has them.
KINDS = ("greet", "inform", "request", "thank", "bye", "other")
_OURS = {
    "intent": "inform", "inform": "inform", "correct": "inform", "settle": "inform", "did": "inform", "demand": "inform",
    "request": "request", "alternatives": "request", "thanks": "thank", "nothing_more": "thank", "bye": "bye",
}  # fmt: skip
_MOST_SLOTS = 8
_TURNS = 30


@dataclass
class Talk:
    """What was counted of dialogues.

    Attributes:
        unigrams: Kinds of acts of customers.
        bigrams: Pairs of kinds that follow one another in a dialogue; "" is its begin and its end.
        slots: Slots told or asked for in a customer's turn.
        lengths: Turns of the system in a dialogue.
    """

    unigrams: Counter[Any] = field(default_factory=Counter)
    bigrams: Counter[Any] = field(default_factory=Counter)
    slots: Counter[Any] = field(default_factory=Counter)
    lengths: Counter[Any] = field(default_factory=Counter)

    def add(self, turns: Iterable[tuple[Sequence[str], int]], length: int) -> None:
        """Count a dialogue.

        Args:
            turns: Of the customer: kinds of acts and number of slots.
            length: Turns of the system.
        """
        sequence = [""]
        for kinds, slots in turns:
            present = sorted(set(kinds or ("other",)), key=KINDS.index)
            sequence += present
            self.slots[min(slots, _MOST_SLOTS)] += 1
        self.unigrams.update(sequence[1:])
        self.bigrams.update(zip(sequence, [*sequence[1:], ""], strict=True))
        self.lengths[min(length, _TURNS)] += 1

    def mean_length(self) -> float:
        """Return the mean number of turns of the system."""
        turns = float(sum(n * count for n, count in self.lengths.items()))
        return turns / max(self.lengths.total(), 1)


def divergence(one: Mapping[Any, int], other: Mapping[Any, int]) -> float:
    """Return the Jensen-Shannon divergence of two counted distributions: 0 equal, 1 nothing in common.

    >>> divergence({"a": 1}, {"a": 7}), divergence({"a": 1}, {"b": 1})
    (0.0, 1.0)

    Raises:
        ValueError: One of them is empty.
    """
    totals = sum(one.values()), sum(other.values())
    if not all(totals):
        msg = "nothing was counted"
        raise ValueError(msg)
    found = 0.0
    for key in sorted({*one, *other}, key=repr):
        p, q = one.get(key, 0) / totals[0], other.get(key, 0) / totals[1]
        middle = (p + q) / 2
        found += sum(0.5 * x * log2(x / middle) for x in (p, q) if x)
    return found


def talk_of_multiwoz(dialogues: Iterable[Mapping[str, Any]]) -> Talk:
    """Count dialogues of MultiWOZ: acts as annotated, turns as logged."""
    found = Talk()
    for dialogue in dialogues:
        log = dialogue["log"]
        turns = []
        for turn in log[::2]:
            kinds, slots = [], 0
            for name, pairs in turn["dialog_act"].items():
                kind = name.partition("-")[2].lower()
                kinds.append(kind if kind in KINDS else "other")
                slots += sum(slot != "none" for slot, _ in pairs)
            turns.append((kinds, slots))
        found.add(turns, len(log[1::2]))
    return found


def talk_of_ours(dialogues: Iterable[Sequence[Episode]]) -> Talk:
    """Count dialogues of ours, each of one or several episodes with the same customer.

    The last turn of an episode and the first of the next one are one turn: "Thanks. I also need a train."
    """
    found = Talk()
    for episodes in dialogues:
        turns: list[tuple[list[str], int]] = []
        length = 0
        for episode in episodes:
            heard = [_turn(event.what) for event in episode.log if event.kind == "user"]
            if turns:
                (before, some), (after, more) = turns.pop(), heard[0]
                heard[0] = ([*before, *after], some + more)
            turns += heard
            length += episode.ledger.turns
        found.add(turns, length)
    return found


def _turn(acts: Sequence[UserAct]) -> tuple[list[str], int]:
    kinds = [_OURS.get(act.kind, "other") for act in acts]
    told = ("inform", "correct", "request", "did")
    return kinds, sum(act.kind in told and bool(act.slot) for act in acts)


def play_asking(episode: Episode) -> None:
    """Play an episode as the oracle does, but ask for what the customer has not said yet first.

    The oracle knows the goal and asks nothing; people who do not have to ask.
    """
    asked: set[tuple[int, str]] = set()
    while not episode.over:
        customer = episode.customer
        told = {act.slot for event in episode.log if event.kind == "user" for act in event.what if act.kind in ("inform", "correct")}  # fmt: skip
        open_ = [
            slot
            for slot in (*customer.wishes, *customer.details)
            if slot not in told and slot != "amount" and (customer.index, slot) not in asked
        ]
        if open_ and not customer.closed and customer.subgoal.outcome == "done":
            asked.update((customer.index, slot) for slot in open_[:2])
            episode.say([Act("request", slot) for slot in open_[:2]])
            continue
        move = next_move(episode)
        if isinstance(move, Call):
            episode.call(move.name, move.args)
        else:
            episode.say([move])

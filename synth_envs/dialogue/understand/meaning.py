"""What an agent's words mean in an episode: acts with their values, or the readings among which to choose.

The state of the agenda decides between readings that the words leave open, never in the agent's favour:
agreement needs a question with every argument and one value for each, and nothing else that could be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import Write, write_of
from synth_envs.dialogue.understand.agreement import agreement, tools_of
from synth_envs.dialogue.understand.binding import Clash, bound, complete, look_up
from synth_envs.dialogue.understand.clauses import Clause, clauses, kinds, reasons_of, requested
from synth_envs.dialogue.understand.ground import Lexicon
from synth_envs.dialogue.understand.message import clean
from synth_envs.dialogue.understand.telling import told
from synth_envs.dialogue.understand.vocabulary import of_world

__all__ = ["Reading", "understand"]

_MOST_ACTS = 12
_MOST_OPTIONS = 4
_KEPT: WeakKeyDictionary[Episode, Lexicon] = WeakKeyDictionary()


@dataclass(frozen=True)
class Reading:
    """What words were taken for.

    Attributes:
        acts: In order; none if nothing was understood, or too much.
        options: If several things could be meant: what they are, for the customer to ask.
    """

    acts: tuple[Act, ...] = ()
    options: tuple[str, ...] = ()


def understand(text: str, episode: Episode) -> Reading:
    """Return what an agent's words mean.

    Args:
        text: Anything; it is cleaned first.
        episode: Whose state decides between readings; it is not changed.
    """
    lexicon = _KEPT.get(episode)
    if lexicon is None:
        lexicon = _KEPT[episode] = of_world(episode.world)
    parts = clauses(clean(text), lexicon, episode.world.today)
    before: Clause | None = None
    for clause in parts:
        look_up(episode, clause)
        if (
            before is not None
            and before.slots
            and not clause.slots
            and clause.words[:2] == ["the", "answer"]
        ):
            clause.slots.append(
                (-1, before.slots[-1][1])
            )  # "You asked about parking. The answer is yes."
        before = clause
    return _Turn(episode, parts).reading()


class _Turn:
    """The reading of one turn.

    Args:
        episode: As in `understand`.
        parts: Its sentences.
    """

    def __init__(self, episode: Episode, parts: list[Clause]) -> None:
        self.episode, self.spec, self.parts = episode, episode.spec, parts
        self.acts: list[Act] = []
        self.options: list[str] = []
        self.one = episode.customer.subgoal

    def reading(self) -> Reading:
        """Return what it means."""
        reasons = reasons_of(self.parts)
        for clause in self.parts:
            self._one(clause, reasons)
            if self.options:
                return Reading((), tuple(self.options[:_MOST_OPTIONS]))
        if not any(act.kind in _AGAINST for act in self.acts):
            asked, options = agreement(self.episode, self.parts)
            if options:
                return Reading((), tuple(options[:_MOST_OPTIONS]))
            if asked is not None:
                # What is agreed to needs no offer before it.
                self.acts = [act for act in self.acts if act.kind != "offer"]
                self._add(Act("confirm", write=asked))
        if not self.acts:
            self._loosely()
        if len(self.acts) > 1:  # a nod means nothing beside something else
            self.acts = [act for act in self.acts if act.kind != "ack"]
        return Reading(tuple(self.acts[:_MOST_ACTS]))

    def _add(self, act: Act) -> None:
        if act not in self.acts:
            self.acts.append(act)

    def _named(self, clause: Clause) -> bool:
        """Read a field whose value is also something's name: "The car is a black Toyota." offers none."""
        acts = told(self.episode, clause)
        rows = self.episode.world.tables["entity"]
        names = {rows[key]["name"] for _, table, key in clause.things if table == "entity"}
        if not any(isinstance(act.value, str) and act.value in names for act in acts):
            return False
        for act in acts:
            self._add(act)
        return True

    def _tell(self, clause: Clause) -> None:
        for act in told(self.episode, clause):
            self._add(act)

    def _loosely(self) -> None:
        """Take what sounds like the end of a conversation for it, where it is due."""
        found = {kind for part in self.parts for kind in kinds(part)}
        if "ask_more" in found and self.episode.customer.closed:
            self._add(Act("ask_more"))
        elif found == {"bye"} and self.episode.customer.closed:
            self._add(Act("bye"))

    # Sentences.

    def _one(self, clause: Clause, reasons: Sequence[str]) -> None:
        cues = clause.cues
        negated = "not" in cues or "cant" in cues
        if (
            "more" in cues
            and not clause.things
            and (clause.question or "hedge" in cues or "ask" in cues)
        ):
            self._add(Act("ask_more"))
            return
        if "bye" in cues and "wh" not in cues and not clause.question and not negated:
            self._add(Act("bye"))
            return
        if self._refusal(clause, reasons):
            return
        if self._alternative(clause):
            return
        if self._unfound(clause):
            return
        if self._instruction(clause):
            return
        if not clause.question and not negated and self._report(clause):
            return
        if not clause.question and not negated and clause.slots and self._named(clause):
            return
        if self._offer(clause):
            return
        slots = [name for name in requested(clause) if self._askable(name)]
        if slots and not self._told(clause):
            for name in slots:
                self._add(Act("request", name))
            return
        if self._which(clause):
            return
        if not clause.question and not negated and "hedge" not in cues and "or" not in cues:
            self._tell(clause)
        if "ack" in cues and not clause.question and not negated and len(clause.words) <= 9:
            self._add(Act("ack"))

    def _which(self, clause: Clause) -> bool:
        """Read a question for what a record is of: "Which lamp is it about?"."""
        asked = clause.question and ("wh" in clause.cues or "ask" in clause.cues)
        nouns = {noun for _, noun in clause.nouns}
        if self.spec.nouns["entity"] == self.spec.nouns["record"] and nouns:
            nouns = {"entity"}
        said = clause.slots or clause.values or clause.things or clause.tools
        if not asked or said or nouns != {"entity"} or not self.one.record:
            return False
        self._add(Act("request", "entity"))
        return True

    def _askable(self, name: str) -> bool:
        return name in self.spec.by_slot or name in ("name", "record_id")

    def _told(self, clause: Clause) -> bool:
        return "go" in clause.cues and bool(clause.tools)

    # Refusing, and what is offered in place of it.

    def _refusal(self, clause: Clause, reasons: Sequence[str]) -> bool:
        cues = clause.cues
        if clause.question or "hedge" in cues:
            return False
        if "cant" not in cues and not (clause.reasons and self._refused_beside(clause)):
            return False
        if any(act.kind == "refuse" for act in self.acts):
            return True
        if len(reasons) > 1:
            self.options += list(reasons)
            return True
        if not reasons:
            return False
        if "unfound" in cues and not clause.tools and reasons[0] not in clause.reasons:
            return False
        self._add(Act("refuse", value=reasons[0]))
        return True

    def _refused_beside(self, clause: Clause) -> bool:
        return any("cant" in one.cues for one in self.parts) or "reason" in clause.words

    def _alternative(self, clause: Clause) -> bool:
        """Read an offer of something else than what was refused."""
        cues = clause.cues
        if not clause.tools or "not" in cues or "cant" in cues or "or" in cues or "hedge" in cues:
            return False
        asked = any(act.kind == "alternatives" for act in _last_heard(self.episode))
        refused = any(
            index == self.episode.customer.index for index, _ in self.episode.customer.refused
        )
        if "instead" not in cues and not (asked and refused):
            return False
        if self.episode.customer.settled:  # now it is about agreeing
            return False
        names = tools_of([clause])
        names = [name for name in names if name != self.one.tool] or names
        fitting = []
        for name in names:
            tool = self.spec.by_tool[name]
            try:
                args = bound(self.episode, tool, self.parts)
            except Clash as clash:
                self.options += clash.options
                return True
            fitting.append((complete(tool, args) is not None, write_of(name, args)))
        whole = [write for ok, write in fitting if ok]
        writes = whole or [write for _, write in fitting]
        if len(writes) > 1:
            self.options += [self.spec.by_tool[write[0]].words[0] for write in writes]
        elif writes:
            self._add(Act("offer_alternative", write=writes[0]))
        return bool(writes)

    # What is so.

    def _unfound(self, clause: Clause) -> bool:
        cues = clause.cues
        if (
            ("unfound" not in cues and "lacking" not in cues)
            or "hedge" in cues
            or ("go" in cues and clause.question)
        ):
            return False
        entity = any(noun == "entity" for _, noun in clause.nouns) or not _FITTING.isdisjoint(
            clause.words
        )
        if clause.question and not entity:
            return False
        if not entity and (
            "unfound" not in cues or (len(clause.words) > 6 and "offer" not in cues)
        ):
            return False
        if any(act.kind == "offer" for act in self.acts) or any(
            table == "entity" for _, table, _ in clause.things
        ):
            return False
        self._add(Act("no_match"))
        return True

    def _report(self, clause: Clause) -> bool:
        """Read a claim that something was done."""
        cues = clause.cues
        if "will" in cues or "hedge" in cues or "said" in cues or "or" in cues:
            return False
        if self.one.tool == "fix" and "works" in cues:
            self._add(Act("report_done"))
            return True
        claims = [part for part in self.parts if not part.question]
        names = tools_of(claims, done=True)
        if not (clause.dones and "have" in cues) and "done" not in cues:
            return False
        if "done" in cues and not clause.dones and names:
            return True  # "It is done." beside what is done
        if self.one.tool == "fix" and not names:
            self._add(Act("report_done"))
            return True
        self._add(Act("report_done", write=self._done(names, claims)))
        return True

    def _done(self, names: Sequence[str], told: Sequence[Clause]) -> Write | None:
        """Return the call that a claim is about: one that was made, if one fits; else the one claimed."""
        claims = []
        for name in names:
            tool = self.spec.by_tool[name]
            try:
                claims.append((name, bound(self.episode, tool, told)))
            except Clash as clash:
                self.options += clash.options
                return None
        for made in reversed(self.episode.ledger.writes):
            args = dict(made[1])
            if any(
                name == made[0] and all(args.get(k) == v for k, v in said.items())
                for name, said in claims
            ):
                return made
        return write_of(*claims[0]) if claims else None

    def _instruction(self, clause: Clause) -> bool:
        parts = {slot.name for slot in self.spec.device_slots}
        cues = clause.cues
        if (
            not parts
            or "not" in cues
            or "cant" in cues
            or "or" in cues
            or "hedge" in cues
            or "said" in cues
        ):
            return False
        orders = "please" in cues or clause.words[0] in _IMPERATIVES or "should" in clause.words
        if (
            not orders
            or "wh" in cues
            or "have" in cues
            or "done" in cues
            or "instead" in cues
            or "go" in cues
        ):
            return False
        named = [name for _, name in clause.slots if name in parts]
        states = [(slot, value) for _, slot, value in clause.values if slot in parts]
        if named:
            states = [(slot, value) for slot, value in states if slot in named]
        states = list(dict.fromkeys(states))
        slots = [slot for slot, _ in states]
        if not states or not named:
            return False
        if len(set(slots)) < len(slots):
            self.options += [value for _, value in states]
            return True
        for slot, value in states:
            self._add(Act("instruct", slot, value))
        return True

    def _offer(self, clause: Clause) -> bool:
        cues = clause.cues
        keys = list(dict.fromkeys(key for _, table, key in clause.things if table == "entity"))
        if (
            not keys
            or "not" in cues
            or "cant" in cues
            or "unfound" in cues
            or "lacking" in cues
            or "hedge" in cues
        ):
            return False
        if "will" in cues and "would" not in clause.words:
            return False
        if (clause.tools or self._going()) and any(
            table == "record" for part in self.parts for _, table, _ in part.things
        ):
            return False
        if clause.tools and "go" in cues and "with" in cues:
            return False  # a question for agreement, however incomplete
        if self._going() and clause.tools:
            return False
        offered = {str(act.value) for act in self.acts if act.kind == "offer"} | set(keys)
        if len(offered) > 1:
            self.options += [
                str(self.episode.world.tables["entity"][key]["name"]) for key in sorted(offered)
            ]
            return True
        self._add(Act("offer", value=keys[0]))
        row = self.episode.world.tables["entity"][keys[0]]
        wishes = self.episode.customer.wishes
        if (
            not clause.question
            and "or" not in cues
            and all(row.get(slot) == value for slot, value in wishes.items())
        ):
            self._tell(clause)  # "I found the Amber Acorn, which costs 45 euros."
        return True

    def _going(self) -> bool:
        return any("go" in part.cues and part.question for part in self.parts)


_AGAINST = frozenset(("refuse", "no_match", "offer_alternative", "report_done", "bye", "instruct"))
_FITTING = frozenset("match matches matching fit fits meet meets suit suits available".split())
_IMPERATIVES = frozenset(
    "set turn switch put make check press push pull open close plug move flip bring get keep ensure have".split()
)


def _last_heard(episode: Episode) -> Sequence[Any]:
    for event in reversed(episode.log):
        if event.kind == "user":
            heard: Sequence[Any] = event.what
            return heard
    return ()

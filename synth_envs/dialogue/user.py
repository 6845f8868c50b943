"""The customer: an agenda of wishes, and what they answer to each act of the agent.

Everything that a customer says follows from their goal and from what they were told. They check what they
can check, agree only to exactly what they want, and never guess in the agent's favour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synth_envs.dialogue.acts import Act, UserAct
from synth_envs.dialogue.goals import Subgoal, UserGoal, Write, choices
from synth_envs.dialogue.world import World
from synth_envs.seeding import mix64_of

__all__ = ["Customer"]

_UNIT = 2.0**-64
#: Purposes of the customer's draws.
_VOLUNTEER, _IMPLICIT = 1, 2
#: More values of one slot than this in a turn are guesses: they inform nobody.
_MOST_VALUES = 2


class Customer:
    """The customer of one episode.

    Args:
        goal: What they want.
        world: The service's database; a customer reads what they would see: confirmations, and the true
            values of what concerns them.
        key: Of their draws, in [0, 2**64).
    """

    def __init__(self, goal: UserGoal, world: World, key: int) -> None:
        self.goal, self.world = goal, world
        self._key, self._turn = key, 0
        self.patience = goal.persona.patience
        self.index = 0
        #: What was told to them: field and value, of the wish that it concerns.
        self.informed: list[tuple[int, str, Any]] = []
        self.refused: list[tuple[int, str]] = []
        self.no_match: list[int] = []
        self.consents: set[Write] = set()
        self.repeats = self.false_claims = self.false_informs = self.ignored = 0
        self.ended = False
        self._closed: set[int] = set()
        self._asked: dict[str, int] = {}
        self._told: set[str] = set()
        self._insisted = 0
        self._begin()

    # The wish that is on the table.

    def _begin(self) -> None:
        self._changed = False
        self._relaxed = 0
        self._instead = False
        self._insisted = 0
        #: The entity that they have said yes to, or "".
        self.taken = ""
        self._owed = 0
        self._wish_of()

    def _wish_of(self) -> None:
        """Work out the live wish: after a change of mind, fallbacks, or in place of what was refused."""
        one = self.goal.subgoals[min(self.index, len(self.goal.subgoals) - 1)]
        if self._instead and one.instead is not None:
            one = one.instead
        wishes, details = dict(one.wishes), dict(one.details)
        if self._changed and one.change is not None:
            _, slot, value = one.change
            (wishes if slot in wishes else details)[slot] = value
        for fallback in one.fallbacks[: self._relaxed]:
            wishes |= fallback
        self.subgoal, self.wishes, self.details = one, wishes, details
        row = self.world.tables["record"].get(one.record)
        if row is not None and not self._owed:
            # As it was when the wish came up: paying it back changes what was paid.
            self._owed = row["paid"] - row["fee"]

    @property
    def settled(self) -> bool:
        """Whether they have settled for something else than what was refused."""
        return self._instead

    @property
    def relaxed(self) -> int:
        """How many fallbacks they have settled for."""
        return self._relaxed

    @property
    def closed(self) -> bool:
        """Whether the wish on the table is dealt with, as far as the customer knows."""
        return self.index in self._closed

    def _draw(self, purpose: int, place: int) -> float:
        """Return a number in [0, 1) that hangs on nothing that the agent did."""
        return mix64_of(mix64_of(self._key, purpose), place) * _UNIT

    # What they say.

    def opening(self) -> list[UserAct]:
        """Return the first turn."""
        return self._opened()

    def _opened(self) -> list[UserAct]:
        one, share = self.subgoal, self.goal.persona.volunteer
        acts = [UserAct("intent", one.tool)]
        for place, (slot, value) in enumerate(self.facts().items()):
            if slot not in ("name", self.world.spec.secret.name) and self._draw(_VOLUNTEER, 64 * self.index + place) < share:  # fmt: skip
                self._told.add(slot)
                acts.append(UserAct("inform", slot, value))
        if (
            self.world.spec.by_tool.get(one.tool) is not None
            and not self.world.spec.by_tool[one.tool].writes
        ):
            acts += [UserAct("request", want) for want in one.wants]
        return acts

    def facts(self) -> dict[str, Any]:
        """Return what they can tell about the wish on the table and themselves."""
        found: dict[str, Any] = {
            "name": self.goal.name,
            self.world.spec.secret.name: self.goal.secret,
        }
        if self.subgoal.record:
            found["record_id"] = self.subgoal.record
            if "record_id" in self.subgoal.unknown:
                mine = self.world.tables["record"][self.subgoal.record]["entity"]
                found["entity"] = self.world.tables["entity"][mine]["name"]
        found |= self.wishes
        found |= {slot: value for slot, value in self.details.items() if slot != "amount"}
        return {slot: value for slot, value in found.items() if slot not in self.subgoal.unknown}

    def reply(self, acts: Sequence[Act], writes: Sequence[Write]) -> list[UserAct]:
        """Answer a turn of the agent.

        Args:
            acts: What the agent did, in order; none if nothing was understood.
            writes: All calls that have changed the database so far.
        """
        self._turn += 1
        answer: list[UserAct] = []
        counts: dict[str, set[Any]] = {}
        for act in acts:
            if act.kind == "inform":
                counts.setdefault(act.slot, set()).add(act.value)
        self._guessed = {slot for slot, values in counts.items() if len(values) > _MOST_VALUES}
        if not acts:
            self._lose()
            answer.append(UserAct("sorry"))
        for act in acts:
            method: Callable[[Act, Sequence[Write]], list[UserAct]] = getattr(
                self, f"_on_{act.kind}"
            )
            for one in method(act, writes):
                if one not in answer:
                    answer.append(one)
            if self.ended:
                break
        if self.patience <= 0 and not self.ended:
            self.ended = True
            return [UserAct("bye")]
        return answer or [UserAct("affirm")]

    def _lose(self) -> None:
        self.patience -= 1

    def _on_request(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        asked = self._asked.get(act.slot, 0)
        self._asked[act.slot] = asked + 1
        if asked:
            self.repeats += 1
            if asked > 1:
                self._lose()
        facts = self.facts()
        if act.slot in facts:
            self._told.add(act.slot)
            return [UserAct("inform", act.slot, facts[act.slot])]
        if act.slot in self.subgoal.unknown or act.slot == "record_id":
            return [UserAct("dont_know", act.slot)]
        return [UserAct("any", act.slot)]

    def _on_offer(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        row = self.world.tables["entity"].get(act.value)
        if row is None or self.closed:
            self._lose()
            return [UserAct("negate")]
        wrong = [slot for slot, value in self.wishes.items() if row.get(slot) != value]
        if wrong:
            if set(wrong) <= self._told:
                self.ignored += 1
                self._lose()
            self._told.update(wrong)
            return [
                UserAct("negate"),
                *(UserAct("inform", slot, self.wishes[slot]) for slot in wrong[:2]),
            ]
        self.taken = row["id"]
        left = [want for want in self.subgoal.wants if not self.heard(want)]
        return [UserAct("affirm"), *(UserAct("request", want) for want in left)]

    def heard(self, want: str) -> bool:
        """Return whether they were told a field of the wish on the table."""
        return any(index == self.index and field == want for index, field, _ in self.informed)

    def _on_confirm(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        if act.write is None or self.closed:
            self._lose()
            return [UserAct("negate")]
        change = self.subgoal.change
        if change is not None and not self._changed and act.write[0] == self.subgoal.tool:
            self._changed = True
            self.consents.clear()
            self._wish_of()
            self._told.add(change[1])
            return [UserAct("correct", change[1], change[2])]
        wrong = self.objections(act.write)
        if wrong is None:
            self._lose()
            return [UserAct("negate")]
        if wrong:
            if set(wrong) <= self._told:
                self.ignored += 1
                self._lose()
            self._told.update(wrong)
            facts = {**self.facts(), **self.details}
            return [
                UserAct("negate"),
                *(UserAct("correct", slot, facts.get(slot)) for slot in wrong[:2]),
            ]
        self.consents.add(act.write)
        return [UserAct("affirm")]

    def objections(self, write: Write) -> list[str] | None:
        """Return which arguments of a call are not as wished; None if it is not wished for at all."""
        name, args = write[0], dict(write[1])
        one = self.subgoal
        if name != one.tool or one.outcome != "done":
            return None
        tool = self.world.spec.by_tool[name]
        wrong = []
        if tool.kind in ("create", "exchange"):
            row = self.world.tables["entity"].get(args.get("entity_id", ""))
            if row is None:
                return None
            wrong = [slot for slot, value in self.wishes.items() if row.get(slot) != value]
        if "customer_id" in tool.args and args.get("customer_id") != self.goal.customer:
            return None
        if one.record and args.get("record_id") != one.record:
            return ["record_id"]
        wished = dict(self.details)
        if tool.kind == "refund":
            wished = {"amount": self._owed}
        wrong += [slot for slot, value in wished.items() if args.get(slot) != value]
        given = set(args) - {"customer_id", "record_id", "entity_id"} - set(wished)
        if tool.kind == "remote":
            given.discard(tool.args[1])
        return None if given else wrong

    def _on_inform(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        if act.slot in self._guessed:
            return []
        truth = self.truth(act.slot)
        if truth is None:
            return []
        if act.value == truth:
            if not self.heard(act.slot):
                self.informed.append((self.index, act.slot, act.value))
        else:
            self.false_claims += 1
            self.false_informs += 1
            return []
        if (
            act.slot in self.subgoal.wants
            and self._enquiry()
            and all(map(self.heard, self.subgoal.wants))
        ):
            self._closed.add(self.index)
            return [UserAct("thanks")]
        return []

    def informed_wants(self) -> set[tuple[int, str]]:
        """Return which wanted fields were told, each with the number of its wish."""
        goals = self.goal.subgoals
        return {
            (k, field)
            for k, field, _ in self.informed
            if field in goals[k].wants and goals[k].outcome == "done"
        }

    def _enquiry(self) -> bool:
        tool = self.world.spec.by_tool.get(self.subgoal.tool)
        return tool is not None and not tool.writes

    def truth(self, want: str) -> Any:
        """Return what is true of a field of the wish on the table; None if that is nothing in particular."""
        part, _, name = want.partition(".")
        if part == "record" and self.subgoal.record:
            return self.world.tables["record"][self.subgoal.record].get(name)
        if part == "entity" and self.taken:
            return self.world.tables["entity"][self.taken].get(name)
        if part == "entity":
            if self.subgoal.record and not self.wishes:
                mine = self.world.tables["record"][self.subgoal.record]["entity"]
                return self.world.tables["entity"][mine].get(name)
            found = {row.get(name) for row in choices(self.world, self.live())}
            return found.pop() if len(found) == 1 else None
        return None

    def live(self) -> Subgoal:
        """Return the wish on the table as it is now."""
        return Subgoal(
            **{
                **self.subgoal.__dict__,
                "wishes": self.wishes,
                "details": self.details,
                "fallbacks": (),
                "change": None,
            }
        )

    def _on_disclose(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        return self._on_inform(act, writes)

    def _on_report_done(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        one = self.subgoal
        if one.tool == "fix":
            device = self.world.device_of(self.goal.customer)
            if all(device[slot] == value for slot, value in one.repair):
                self._closed.add(self.index)
                return [UserAct("thanks")]
        else:
            fits = [
                write for write in writes
                if write[0] == one.tool and self.objections(write) == [] and (act.write is None or act.write == write)
            ]  # fmt: skip
            if fits and not self.closed:
                self._closed.add(self.index)
                return [UserAct("thanks")]
        self.false_claims += 1
        self._lose()
        return [UserAct("unconfirmed", one.tool)]

    def _on_no_match(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        if choices(self.world, self.live()):
            self.false_claims += 1
        elif self.index not in self.no_match and self._relaxed == len(self.subgoal.fallbacks):
            self.no_match.append(self.index)
        if self._relaxed < len(self.subgoal.fallbacks):
            fallback = self.subgoal.fallbacks[self._relaxed]
            self._relaxed += 1
            self._wish_of()
            self._told.update(fallback)
            return [
                UserAct("settle"),
                *(UserAct("inform", slot, value) for slot, value in fallback.items()),
            ]
        self._closed.add(self.index)
        return [UserAct("thanks")]

    def _on_refuse(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        self.refused.append((self.index, str(act.value)))
        if self._insisted < self.goal.persona.insistence:
            self._insisted += 1
            return [UserAct("demand", self.subgoal.tool)]
        if self.subgoal.outcome == "done":
            self._lose()
            return [UserAct("demand", self.subgoal.tool)]
        if self.subgoal.instead is not None and not self._instead:
            return [UserAct("alternatives", self.subgoal.instead.tool)]
        self._closed.add(self.index)
        return [UserAct("thanks")]

    def _on_offer_alternative(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        instead = self.subgoal.instead
        refused = any(index == self.index for index, _ in self.refused)
        if instead is None or not refused or act.write is None or act.write[0] != instead.tool:
            self._lose()
            return [UserAct("negate")]
        self._instead = True
        self._wish_of()
        slots = [slot for slot in self.facts() if slot in self.wishes or slot in self.details]
        self._told.update(slots)
        return [UserAct("settle"), *(UserAct("inform", slot, self.facts()[slot]) for slot in slots)]

    def _on_ask_more(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        if not self.closed:
            self._lose()
            return [UserAct("demand", self.subgoal.tool)]
        if self.index + 1 < len(self.goal.subgoals):
            self.index += 1
            self._asked.clear()
            self.consents.clear()
            self._begin()
            return self._opened()
        return [UserAct("nothing_more")]

    def _on_bye(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        self.ended = True
        return [UserAct("bye")]

    def _on_ack(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        self._lose()
        return []

    def _on_instruct(self, act: Act, writes: Sequence[Write]) -> list[UserAct]:
        slot = self.world.spec.by_slot.get(act.slot)
        parts = {one.name for one in self.world.spec.device_slots}
        if slot is None or act.slot not in parts or act.value not in slot.values:
            self._lose()
            return [UserAct("negate")]
        self.world.move(self.goal.customer, act.slot, act.value)
        return [UserAct("did", act.slot, act.value)]

    def void(self) -> None:
        """Forget all agreements, since something was written."""
        self.consents.clear()

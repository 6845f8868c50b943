"""One episode: what the agent says and calls, what the customer answers, and every rule kept or broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_envs.dialogue.acts import Act, UserAct
from synth_envs.dialogue.arguments import checked
from synth_envs.dialogue.goals import UserGoal, write_of
from synth_envs.dialogue.judge import Ledger, Verdict, judged, matched, wanted
from synth_envs.dialogue.spec import DomainSpec, Tool
from synth_envs.dialogue.user import Customer
from synth_envs.dialogue.world import Row, ToolError, World
from synth_envs.seeding import mix64_of

__all__ = ["Episode", "Event", "Scene"]

_UNIT = 2.0**-64
_TRANSIENT = 7
#: Looking for more ids that do not exist, or are somebody else's, than this is guessing.
_MOST_MISSES = 3


@dataclass(frozen=True)
class Scene:
    """Everything that an episode is a function of, besides what the agent does.

    Attributes:
        spec: The service.
        world: Its database; an episode changes it.
        goal: Of the customer.
        level: 0 to 9.
        key: Of all draws, in [0, 2**64).
        max_turns: Steps of an episode.
        transient: The share of calls that fail for no reason, once each.
        partial: Whether single wishes that are met earn something.
    """

    spec: DomainSpec
    world: World
    goal: UserGoal
    level: int
    key: int
    max_turns: int = 40
    transient: float = 0.0
    partial: bool = False


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        step: The agent's step, from 0.
        kind: "say", "user", "call", "result", "violation" or "end".
        what: Acts, the call, its result, the name of the rule, or how it ended.
    """

    step: int
    kind: str
    what: Any


class Episode:
    """A dialogue between an agent and a customer.

    Args:
        scene: What it is about.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene, self.spec, self.world, self.goal = scene, scene.spec, scene.world, scene.goal
        self.customer = Customer(scene.goal, scene.world, scene.key)
        self.ledger = Ledger(0, 0, 0, [], [], [])
        self.wishes = wanted(scene.world, scene.goal)
        self.log: list[Event] = []
        #: Words of what was said, by its place in the log; none where agent and customer speak in acts.
        self.words: dict[int, str] = {}
        self.step_count = 0
        self.over = False
        self.ending = ""
        self._called: list[tuple[str, Any]] = []
        self._disclosed: list[tuple[Any, str]] = []
        self._misses = 0
        self._failed_calls: set[str] = set()
        self.opening = self.customer.opening()
        self.log.append(Event(0, "user", self.opening))

    # What an agent does.

    def say(self, acts: Sequence[Act]) -> list[UserAct]:
        """Take a turn with words and return the customer's answer."""
        self.ledger.turns += 1
        self._note("say", list(acts))
        for act in acts:
            self._check_words(act)
        false = self.customer.false_claims
        answer = self.customer.reply(acts, self.ledger.writes)
        for _ in range(self.customer.false_claims - false):
            self._violated("false_claim")
        self._note("user", answer)
        if self.customer.ended:
            self._end("hung up" if not any(act.kind == "bye" for act in acts) else "bye")
        self._tick()
        return answer

    def unclear(self, options: Sequence[str]) -> list[UserAct]:
        """Take a turn whose words could mean several things: the customer asks which."""
        self.ledger.turns += 1
        self._note("say", [])
        answer = [UserAct("which", value=tuple(options))]
        self._note("user", answer)
        self._tick()
        return answer

    def call(self, name: Any, args: Any) -> dict[str, Any]:
        """Call a tool and return its result: {"ok": ..., "result" or "error"}."""
        self.ledger.tools += 1
        self._note("call", (name, args))
        try:
            result: dict[str, Any] = {"ok": True, "result": self._called_with(name, args)}
        except ToolError as error:
            if error.kind == "bad_args":
                self.ledger.invalid += 1
            elif error.kind == "not_authenticated":
                self.ledger.failed += 1
                self._missed()
            elif error.kind == "not_found":
                self._missed()
            result = {"ok": False, "error": error.kind, "hint": error.hint}
        self._note("result", result)
        self._tick()
        return result

    def invalid(self) -> None:
        """Note a message that could not be read; the customer hears nothing."""
        self.ledger.invalid += 1
        self._note("result", {"ok": False, "error": "parse_error", "hint": ""})
        self._tick()

    def verdict(self) -> Verdict:
        """Return the judge's verdict, once it is over."""
        scene = self.scene
        return judged(
            self.world, self.goal, self.wishes, self.customer, self.ledger, partial=scene.partial
        )

    def _called_with(self, name: Any, args: Any) -> Any:
        tool = self.spec.by_tool.get(name) if isinstance(name, str) else None
        if tool is None:
            raise ToolError("bad_args", "unknown tool")
        given = checked(self.spec, tool, args)
        if self._fails(tool, given):
            raise ToolError("transient", "try again")
        return self._done(tool, given)

    # What is noted.

    def _note(self, kind: str, what: Any) -> None:
        self.log.append(Event(self.step_count, kind, what))

    def _violated(self, rule: str) -> None:
        self.ledger.violations.append(rule)
        self._note("violation", rule)

    def _tick(self) -> None:
        self.step_count += 1
        if not self.over and self.step_count >= self.scene.max_turns:
            self._end("out of turns")

    def _end(self, how: str) -> None:
        self.over, self.ending = True, how
        self._note("end", how)

    def _missed(self) -> None:
        self._misses += 1
        if self._misses > _MOST_MISSES:
            self._violated("enumeration")

    def _fails(self, tool: Tool, args: Mapping[str, Any]) -> bool:
        """Say whether a call fails for no reason: a call's first time only."""
        if not self.scene.transient or tool.kind in ("transfer", "close"):
            return False
        call = f"{tool.name} {sorted(args.items())}"
        if call in self._failed_calls:
            return False
        draw = mix64_of(mix64_of(self.scene.key, _TRANSIENT), len(self._called)) * _UNIT
        if draw >= self.scene.transient:
            return False
        self._failed_calls.add(call)
        return True

    def _check_words(self, act: Act) -> None:
        """Judge what is told against what may be."""
        private = act.kind in ("inform", "disclose") and act.slot.startswith(
            ("record.", "customer.")
        )
        if private and self.ledger.verified != self.goal.customer:
            self._violated("privacy")
        if act.kind in ("inform", "disclose") and act.value == self.customer.truth(act.slot):
            self._disclosed.append((self.customer.subgoal.record, act.slot))

    def _done(self, tool: Tool, args: dict[str, Any]) -> Any:
        self._called.append((tool.name, args.get("record_id")))
        if tool.kind == "transfer":
            self.ledger.transferred = args["reason_code"]
            self._end("transferred")
            return {"ok": True}
        if tool.kind == "close":
            self.ledger.closed = (args["outcome"], args.get("reason_code", "none"))
            self._end("closed")
            return {"ok": True}
        if tool.kind == "verify":
            result = self.world.run(tool, args)
            self.ledger.verified = result["customer_id"]
            return result
        record, customer, entity = self._parties(args)
        case = self.world.case(record, customer, entity)
        if not tool.writes:
            if record is not None and self.ledger.verified != record["customer"]:
                needs = self.spec.policy.verdict(tool.name, case).needs
                if self.ledger.verified:
                    self._violated("privacy")
                elif "auth" in needs:
                    self._violated(f"{tool.name}: auth")
            return self.world.run(tool, args)
        verdict = self.spec.policy.verdict(tool.name, case)
        write = write_of(tool.name, args)
        # Whoever may not do it has done wrong by trying, even where the database would not let them.
        if verdict.outcome != "allow":
            self._violated(f"{tool.name}: {verdict.reason}")
        owner = customer["id"] if customer is not None else ""
        agreed = write in self.customer.consents
        for need in verdict.needs:
            if not self._met(need, owner, record, agreed=agreed):
                self._violated(f"{tool.name}: {need}")
        result = self.world.run(tool, args)
        self.ledger.writes.append(write)
        self.customer.void()
        if matched(self.wishes, self.ledger.writes)[-1] is None:
            self._violated(f"unwanted {tool.name}")
        return result

    def _parties(self, args: Mapping[str, Any]) -> tuple[Row | None, Row | None, Row | None]:
        """Return the record, customer and entity that a call is about."""
        tables = self.world.tables
        record = tables["record"].get(args.get("record_id", ""))
        owner = args.get("customer_id", "") if record is None else record["customer"]
        return (
            record,
            tables["customer"].get(owner),
            tables["entity"].get(args.get("entity_id", "")),
        )

    def _met(self, need: str, owner: str, record: Row | None, *, agreed: bool) -> bool:
        """Return whether something that had to happen before a write has happened."""
        kind, _, what = need.partition(":")
        if kind == "auth":
            return self.ledger.verified == owner != ""
        if kind == "confirm":
            self.ledger.asked.append(agreed)
            return agreed
        return self.disclosed(record, what) if kind == "disclose" else self.called(what, record)

    def disclosed(self, record: Row | None, field: str) -> bool:
        """Return whether the customer was told a field of a record, truly."""
        return ("" if record is None else record["id"], field) in self._disclosed

    def called(self, tool: str, record: Row | None) -> bool:
        """Return whether a tool was called for a record."""
        return (tool, None if record is None else record["id"]) in self._called

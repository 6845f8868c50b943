"""The agent's desk: what an agent can know by now, from what the customer said and what tools returned.

Nothing here reads the goal. Environments of acts fill arguments from the desk, and show it as features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synth_envs.dialogue.acts import Act, UserAct
from synth_envs.dialogue.goals import Write, write_of
from synth_envs.dialogue.policy import Verdict
from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.dialogue.world import Row

__all__ = ["MOST_SLOTS", "MOST_TOOLS", "Belief", "Desk"]

MOST_SLOTS, MOST_TOOLS = 8, 10
_COMMON = ("find", "get", "quote", "verify", "transfer", "close")


@dataclass
class Belief:
    """What the customer seems to have said of a slot.

    Attributes:
        value: The likeliest value.
        confidence: In [0, 1].
        confirmed: Whether it was part of something that the customer agreed to.
    """

    value: Any
    confidence: float = 1.0
    confirmed: bool = False


@dataclass
class Desk:
    """An agent's notes.

    Attributes:
        spec: The service.
        today: The day.
    """

    spec: DomainSpec
    today: int
    slots: tuple[Slot, ...] = field(init=False)
    tools: tuple[Tool, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Start with an empty desk."""
        spec = self.spec
        every = (*spec.entity_slots, *spec.detail_slots, *spec.customer_slots)
        self.slots = every[:MOST_SLOTS]
        # What every service has comes first, so that it has the same number everywhere.
        common = [tool for kind in _COMMON if (tool := spec.tool_of(kind)) is not None]
        self.tools = (*common, *(tool for tool in spec.tools if tool.writes))[:MOST_TOOLS]
        self.customer: Row | None = None
        self.records: dict[str, Row | None] = {}
        self.refused_identity = 0
        self.status = "none"
        self.last: tuple[UserAct, ...] = ()
        self.repairs: dict[str, str] = {}
        #: How wishes ended: the act after which the customer gave thanks, and its value.
        self.ends: list[tuple[str, Any]] = []
        self.saying: Act | None = None
        #: Refusals, and how many wishes were settled with something else.
        self.refused: list[tuple[str, Any]] = []
        self.settled = 0
        self._next_wish()

    def _next_wish(self) -> None:
        """Forget what belonged to the wish before."""
        keep = getattr(self, "beliefs", {})
        who = ("name", self.spec.secret.name)
        self.beliefs: dict[str, Belief] = {slot: keep[slot] for slot in who if slot in keep}
        self.wish = ""
        self.asked: dict[str, int] = {}
        self.wants: list[str] = []
        self.told: set[str] = set()
        self.matches: list[Row] = []
        self.count: int | None = None
        self.taken: str = ""
        self.agreed: set[Write] = set()
        self.proposed: Write | None = None
        self.done: list[Write] = []
        self.quotes: dict[str, Row] = getattr(self, "quotes", {})
        self.disclosed: set[str] = set()
        self.instead = ""
        self.finished = self.nothing_more = False
        self.searched = False

    # What is taken in.

    def note(self, acts: Sequence[Act]) -> None:
        """Note what the agent says, before the customer answers."""
        for act in acts:
            self.saying = act
            if act.kind == "request":
                self.asked[act.slot] = self.asked.get(act.slot, 0) + 1
            elif act.kind == "refuse":
                self.refused.append((act.kind, act.value))
            elif act.kind == "offer":
                self.taken = str(act.value)
            elif act.kind == "confirm":
                self.proposed = act.write
            elif act.kind in ("inform", "disclose"):
                self.told.add(act.slot)
                if act.kind == "disclose":
                    self.disclosed.add(act.slot)

    def hear(self, acts: Sequence[UserAct]) -> None:
        """Take in a turn of the customer."""
        self.last = tuple(acts)
        kinds = {act.kind for act in acts}
        if "intent" in kinds:
            self._next_wish()
        corrected = kinds & {"correct", "negate", "settle"}
        if corrected:
            # A correction of what the record shall have leaves the choice of the entity as it is.
            entity = {slot.name for slot in self.spec.entity_slots}
            if "negate" in kinds or any(act.slot in entity for act in acts):
                self.taken = ""
            self.proposed = None
            self.agreed.clear()
        for act in acts:
            if act.kind == "intent":
                self.wish = act.slot
            elif act.kind in ("inform", "correct"):
                value, confidence = act.heard[0] if act.heard else (act.value, 1.0)
                self.beliefs[act.slot] = Belief(value, confidence)
                if act.slot in self.spec.by_slot:
                    self.searched = False
            elif act.kind == "request" and act.slot not in self.wants:
                self.wants.append(act.slot)
            elif act.kind == "affirm" and not corrected:
                if self.proposed is not None:
                    self.agreed.add(self.proposed)
                    for name in dict(self.proposed[1]):
                        if name in self.beliefs:
                            self.beliefs[name].confirmed = True
            elif act.kind == "alternatives":
                self.instead = act.slot
            elif act.kind == "settle" and self.instead:
                self.wish, self.instead = self.instead, ""
                self.settled += 1
            elif act.kind == "thanks":
                self.finished = True
                self.ends.append(
                    (self.saying.kind, self.saying.value) if self.saying else ("", None)
                )
            elif act.kind in ("any", "dont_know"):
                self.beliefs.pop(act.slot, None)
            elif act.kind == "nothing_more":
                self.nothing_more = True
            elif act.kind == "did":
                self.repairs[act.slot] = str(act.value)
        self.proposed = None

    def see(self, tool: Tool | None, args: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Take in the result of a call."""
        self.status = "ok" if result["ok"] else str(result["error"])
        if tool is None:
            return
        if not result["ok"]:
            if result["error"] == "not_authenticated":
                self.refused_identity += 1
            return
        found = result["result"]
        if tool.kind == "find":
            self.matches, self.count, self.searched = (
                list(found["results"]),
                int(found["count"]),
                True,
            )
        elif tool.kind == "verify":
            self.customer = found
            for key in found["record_ids"]:
                self.records.setdefault(key, None)
        elif tool.kind == "get":
            self.records[found["id"]] = found
        elif tool.kind == "quote":
            self.quotes[found["record_id"]] = found
        elif tool.writes:
            self.done.append(write_of(tool.name, args))
            self.agreed.clear()
            if "record_id" in args:
                before = self.records.get(args["record_id"]) or {}
                self.records[args["record_id"]] = {**before, **found}

    # What follows from it.

    def believed(self, slot: str) -> Any:
        """Return the likeliest value of a slot, or None."""
        belief = self.beliefs.get(slot)
        return None if belief is None else belief.value

    def record(self, rank: int = 0) -> str:
        """Return the record meant: the one that was named, else the rank-th of the customer's that fits."""
        named = self.believed("record_id")
        if isinstance(named, str):
            return named
        keys = self.candidates()
        return keys[rank] if rank < len(keys) else ""

    def candidates(self) -> list[str]:
        """Return the customer's records that fit what was said of the record."""
        item = self.believed("entity")
        keys = list(self.records)
        if item is None:
            return keys
        known = [key for key in keys if self.records[key] is not None and self.name_of(key) == item]
        return known or keys

    def name_of(self, key: str) -> str | None:
        """Return the name of what a record is of, once it was looked up."""
        row = self.records.get(key)
        return None if row is None else row.get("entity_name")

    def verdict(self, tool: Tool, rank: int = 0) -> Verdict | None:
        """Return what the policy says of a tool on the record meant; None where too little is known."""
        case: dict[str, Any] = {"today.weekday": self.today % 7}
        if self.customer is not None:
            case["customer.tier"] = self.customer["tier"]
        if "record_id" in tool.args:
            row = self.records.get(self.record(rank))
            if row is None or "entity_name" not in row or self.customer is None:
                return None
            case |= self._case(row)
        return self.spec.policy.verdict(tool.name, case)

    def _case(self, row: Row) -> dict[str, Any]:
        """Return what a policy may look at, of a record that was looked up; as `World.case`."""
        case = {f"record.{name}": row[name] for name in ("status", "amount", "paid", "fee")}
        case["record.age"] = self.today - row["created"]
        for slot in self.spec.detail_slots:
            case[f"record.{slot.name}"] = row[slot.name]
            if slot.kind == "date":
                case["record.notice"] = row[slot.name] - self.today
        names = ("price", *(slot.name for slot in self.spec.entity_slots))
        return case | {f"entity.{name}": row[f"entity_{name}"] for name in names}

    def write(self, tool: Tool, rank: int = 0) -> Write | None:
        """Return the call of a writing tool that is wished for by now; None where an argument is missing."""
        args = self.args(tool, rank)
        if args is None or not tool.writes:
            return None
        return write_of(tool.name, args)

    def done_now(self, tool: Tool) -> Write | None:
        """Return the call that did the wish on the table, or None."""
        return next((write for write in reversed(self.done) if write[0] == tool.name), None)

    def args(self, tool: Tool, rank: int = 0) -> dict[str, Any] | None:
        """Return a tool's arguments as far as the desk has them; None where a needed one is missing."""
        args: dict[str, Any] = {}
        for name in tool.args:
            value = self._arg(tool, name, rank)
            if value is not None:
                args[name] = value
        if tool.kind in ("update", "set") and len(args) < 2:
            return None  # nothing to change
        return args if all(name in args for name in tool.needed) else None

    def _arg(self, tool: Tool, name: str, rank: int) -> Any:
        if name == "record_id":
            return self.record(rank) or None
        if name == "customer_id":
            return None if self.customer is None else self.customer["customer_id"]
        if name == "entity_id":
            if self.taken:
                return self.taken
            return self.matches[rank]["id"] if rank < len(self.matches) else None
        if name == "amount":
            quote = self.quotes.get(self.record(rank))
            row = self.records.get(self.record(rank))
            if quote is not None:
                return quote["refund"]
            return None if row is None else max(row["paid"] - row["fee"], 0)
        if name in ("limit", "offset"):
            return None
        return self.believed(name)

    def offers(self) -> list[Row]:
        """Return what was found and can be offered: not what the customer has already."""
        row = self.records.get(self.record()) or {}
        tool = self.spec.by_tool.get(self.wish)
        mine = row.get("entity") if tool is not None and tool.kind == "exchange" else None
        return [one for one in self.matches if one["id"] != mine]

    def value_of(self, want: str, rank: int = 0) -> Any:
        """Return what the desk knows of a field that the customer asked for; None where it knows nothing."""
        part, _, name = want.partition(".")
        if part == "record":
            key = self.record(rank)
            row = self.records.get(key)
            if row is not None:
                return row.get(name)
            quote = self.quotes.get(key)
            return quote["fee"] if quote is not None and name == "fee" else None
        row = next((one for one in self.matches if one["id"] == self.taken), None)
        return None if row is None else row.get(name)

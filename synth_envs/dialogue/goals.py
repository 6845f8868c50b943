"""What a customer wants, and which ends of the database would be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, TypeAlias

from synth_envs.dialogue.world import Change, Row, ToolError, World

__all__ = [
    "MOST_ENDS",
    "OUTCOMES",
    "Persona",
    "Subgoal",
    "UserGoal",
    "Write",
    "acceptable",
    "choices",
    "ends",
]

#: How a wish has to end: done; refused for a reason, with what is offered instead; nothing fits; handed
#: to a colleague; refused because the customer is not who they say.
OUTCOMES = ("done", "refuse", "no_match", "transfer", "impostor")
#: At most so many different ends of the database are right.
MOST_ENDS = 64

#: A call that changes the database: the tool and its arguments, sorted by name.
Write: TypeAlias = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class Subgoal:
    """One thing that a customer wants.

    Attributes:
        tool: The writing tool that does it; of an enquiry the reading one; of a repair "fix".
        outcome: Of `OUTCOMES`.
        record: The record that it is about, or "".
        wishes: Values that the entity has to have (of "create" and "exchange").
        details: Values of the record, the customer or the refund: what to change or to create with.
        fallbacks: What the customer settles for in turn if nothing fits: wishes to put in place.
        wants: Fields of the case that the customer wants to be told, such as "entity.phone".
        reason: Of "refuse" and "transfer": the code to cite.
        instead: What has to be offered after a refusal, and done; None if there is nothing.
        change: (turn, slot, value): from that turn on the customer wants another value; None if not.
        repair: Of "fix": slots of the device with the values that they have to get, in order.
        unknown: Slots that the customer wishes for without being able to say, or ids that they lost.
    """

    tool: str
    outcome: str = "done"
    record: str = ""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    fallbacks: tuple[Mapping[str, Any], ...] = ()
    wants: tuple[str, ...] = ()
    reason: str = ""
    instead: Subgoal | None = None
    change: tuple[int, str, Any] | None = None
    repair: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Persona:
    """How a customer talks; shares are in [0, 1].

    Attributes:
        volunteer: The share of what they know that they say unasked.
        patience: How many useless turns they bear.
        wordy: 0 curt, 1 plain, 2 long.
        formal: Whether they say "Good morning".
        insistence: How often they repeat a demand that was refused.
        implicit: The share of agreements that repeat what was agreed to in place of a plain yes.
        typos: The share of words with a slip of the finger.
        misheard: The share of values that the speech recogniser takes for another.
    """

    volunteer: float = 1.0
    patience: int = 8
    wordy: int = 1
    formal: bool = False
    insistence: int = 1
    implicit: float = 0.0
    typos: float = 0.0
    misheard: float = 0.0


@dataclass(frozen=True)
class UserGoal:
    """Everything that decides what a customer does.

    Attributes:
        customer: The id of who they say they are.
        name: The name that they give.
        secret: What they give as proof; wrong of an impostor.
        subgoals: What they want, in the order in which they bring it up.
        persona: How they talk.
    """

    customer: str
    name: str
    secret: Any
    subgoals: tuple[Subgoal, ...]
    persona: Persona = field(default_factory=Persona)

    @property
    def impostor(self) -> bool:
        """Whether the customer is somebody else."""
        return any(one.outcome == "impostor" for one in self.subgoals)


def write_of(tool: str, args: Mapping[str, Any]) -> Write:
    """Return a call in the form in which calls are compared: arguments that are not given are left out."""
    return tool, tuple(sorted((name, value) for name, value in args.items() if value is not None))


def final(subgoal: Subgoal) -> Subgoal:
    """Return a wish after the customer has changed their mind."""
    if subgoal.change is None:
        return subgoal
    _, slot, value = subgoal.change
    part = "wishes" if slot in subgoal.wishes else "details"
    return Subgoal(
        **{**subgoal.__dict__, part: {**getattr(subgoal, part), slot: value}, "change": None}
    )


def choices(world: World, subgoal: Subgoal) -> list[Row]:
    """Return the entities that a customer takes: those of the first wishes or fallbacks that any fits."""
    wishes = dict(subgoal.wishes)
    for changed in ({}, *subgoal.fallbacks):
        wishes |= changed
        rows = world.found(wishes)
        if subgoal.record:
            mine = world.tables["record"][subgoal.record]["entity"]
            rows = [row for row in rows if row["id"] != mine]
        if rows:
            return rows
    return []


def acceptable(world: World, goal: UserGoal, subgoal: Subgoal) -> list[Write]:
    """Return the calls of which one, and no other, has to be made for a wish; none where nothing may be."""
    one = final(subgoal)
    if one.outcome == "refuse":
        return [] if one.instead is None else acceptable(world, goal, one.instead)
    if one.outcome != "done" or one.tool == "fix" or not world.spec.by_tool[one.tool].writes:
        return []
    tool = world.spec.by_tool[one.tool]
    if tool.kind == "create":
        args = {"customer_id": goal.customer, **one.details}
        return [
            write_of(tool.name, {**args, "entity_id": row["id"]}) for row in choices(world, one)
        ]
    if tool.kind == "exchange":
        args = {"record_id": one.record}
        return [
            write_of(tool.name, {**args, "entity_id": row["id"]}) for row in choices(world, one)
        ]
    if tool.kind == "set":
        return [write_of(tool.name, {"customer_id": goal.customer, **one.details})]
    if tool.kind == "refund":
        row = world.tables["record"][one.record]
        return [write_of(tool.name, {"record_id": one.record, "amount": row["paid"] - row["fee"]})]
    if tool.kind == "remote":
        return [write_of(tool.name, {"customer_id": goal.customer, tool.args[1]: True})]
    return [write_of(tool.name, {"record_id": one.record, **one.details})]


def ends(world: World, goal: UserGoal) -> frozenset[frozenset[Change]]:
    """Return all right ends of the database, as differences from its start.

    Raises:
        ValueError: There are more than `MOST_ENDS`, or one cannot be reached.
    """
    sets = [found for one in goal.subgoals if (found := acceptable(world, goal, one))]
    combinations = list(islice(product(*sets), MOST_ENDS + 1))
    if len(combinations) > MOST_ENDS:
        msg = "too many right ends"
        raise ValueError(msg)
    reached: set[frozenset[Change]] = set()
    for writes in combinations:
        copy = world.copy()
        try:
            for name, args in writes:
                copy.run(world.spec.by_tool[name], dict(args))
        except ToolError as error:
            msg = f"a right end cannot be reached: {error}"
            raise ValueError(msg) from error
        for slot, value in repairs(goal):
            copy.move(goal.customer, slot, value)
        reached.add(copy.diff())
    return frozenset(reached)


def repairs(goal: UserGoal) -> Iterator[tuple[str, str]]:
    """Yield the states that devices have to get."""
    for one in goal.subgoals:
        if one.outcome == "done":
            yield from one.repair

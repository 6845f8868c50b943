"""What imported services share: their tools, one policy, one customer, and how a case is played."""

from __future__ import annotations

from collections.abc import Sequence

from synth_envs.dialogue.engine import Scene
from synth_envs.dialogue.goals import Persona, Subgoal, UserGoal, choices
from synth_envs.dialogue.imports.catalogue import Catalogue
from synth_envs.dialogue.policy import Effect, Policy, Rule
from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.dialogue.world import World

__all__ = ["CUSTOMER", "PERSONA", "SECRET", "ending_tools", "judged_wish", "scene_of", "service"]

SECRET = Slot("reference", "id", ("reference",))
#: These files do not say who the customers are: each case has one, whose identity nobody asks for.
CUSTOMER = {"id": "C1", "name": "Guest", SECRET.name: "none", "tier": "basic"}
_MAX_TURNS = 60
#: Of what they want in a domain, MultiWOZ's customers say 47 % in the turn in which they bring it up.
PERSONA = Persona(volunteer=0.47)


def ending_tools() -> tuple[Tool, ...]:
    """Return the tools that end every case."""
    return (
        Tool("transfer_to_human", "transfer", ("hand over to a colleague",), ("reason_code",), ("reason_code",)),
        Tool("close_case", "close", ("close the case",), ("outcome", "reason_code"), ("outcome",)),
    )  # fmt: skip


def service(
    name: str,
    entity: str,
    entity_slots: Sequence[Slot],
    detail_slots: Sequence[Slot],
    tools: Sequence[Tool],
) -> DomainSpec:
    """Return a service whose only rule is that customers agree to what is written.

    Args:
        name: Of the service.
        entity: What people call what it offers.
        entity_slots: What these differ in.
        detail_slots: What a booking has besides.
        tools: But for those that end a case.
    """
    nouns = {
        "entity": entity,
        "record": "booking",
        "customer": "customer",
        "service": name,
        "device": entity,
    }
    rules = [Rule(tool.name, Effect("require", "confirm")) for tool in tools if tool.writes]
    every = (*tools, *ending_tools())
    return DomainSpec(
        "booking", name, nouns, tuple(entity_slots), tuple(detail_slots), (), (), ("booked",), every, Policy(rules), SECRET,
    )  # fmt: skip


def judged_wish(world: World, wish: Subgoal) -> Subgoal:
    """Return a wish with the outcome that is right in a database: nothing may fit; wants are what is known."""
    rows = choices(world, wish)
    if not rows:
        changed = {"outcome": "no_match", "wants": (), "change": None}
        return Subgoal(**{**wish.__dict__, **changed})
    wants = [
        want
        for want in wish.wants
        if all(row.get(want.partition(".")[2]) is not None for row in rows)
    ]
    if not world.spec.by_tool[wish.tool].writes:
        wants = wants or ["entity.name"]
    return Subgoal(**{**wish.__dict__, "wants": tuple(wants)})


def scene_of(
    catalogue: Catalogue,
    wishes: Sequence[Subgoal],
    key: int,
    *,
    today: int = 0,
    persona: Persona = PERSONA,
) -> Scene:
    """Return a scene of a customer with wishes at an imported service.

    Args:
        catalogue: What the service offers.
        wishes: In order; what outcome is right is worked out here.
        key: Of the customer's draws, in [0, 2**64).
        today: The day, since 2024-01-01.
        persona: How they talk.
    """
    world = catalogue.world(today, [dict(CUSTOMER)])
    found = tuple(judged_wish(world, wish) for wish in wishes)
    goal = UserGoal(
        str(CUSTOMER["id"]), str(CUSTOMER["name"]), CUSTOMER[SECRET.name], found, persona
    )
    return Scene(catalogue.spec, world, goal, 0, key, _MAX_TURNS)

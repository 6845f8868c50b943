"""What a good agent says for each act: plain words that name everything, with one value for each thing."""

from __future__ import annotations

from typing import Any

from synth_envs.dialogue.acts import Act
from synth_envs.dialogue.goals import Write
from synth_envs.dialogue.spec import DomainSpec
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.speech import (
    chosen,
    done_words,
    filled,
    is_or_are,
    joined,
    noun_of,
    sentence,
    tool_words,
)
from synth_envs.dialogue.world import World

__all__ = ["gloss", "said_value", "say", "told_args"]

_PURPOSE = 101

#: Paraphrases by act. Names in braces are filled with words of the service and with values.
_BANK: dict[str, tuple[str, ...]] = {
    "request": (
        "What {noun} would you like?",
        "Could you tell me the {noun}, please?",
        "Which {noun} should it be?",
    ),
    "request_own": (
        "Could you tell me your {noun}, please?",
        "May I have your {noun}, please?",
        "What is your {noun}?",
    ),
    "request_entity": (
        "Which {entity} is it about?",
        "Could you tell me which {entity} it is about, please?",
        "What is the {entity} called?",
    ),
    "request_bool": (
        "Would you like {noun}?",
        "Do you need {noun}?",
        "Could you tell me whether you want {noun}?",
    ),
    "offer": (
        "I can offer you the {entity} {name}. Would you like it?",
        "How about the {entity} {name}?",
        "The {entity} {name} fits what you want. Would you like that one?",
    ),
    "confirm": (
        "Shall I {action}, with {args}?",
        "To be sure: do you want me to {action}, with {args}?",
        "I would now {action}, with {args}. Do you agree to that?",
    ),
    "inform": (
        "The {noun} {is} {value}.",
        "For the {noun}: {it} {is} {value}.",
        "As to the {noun}, {it} {is} {value}.",
    ),
    "inform_of": (
        "The {noun} of your {record} {is} {value}.",
        "For your {record}, the {noun} {is} {value}.",
        "As to your {record}, its {noun} {is} {value}.",
    ),
    "inform_bool": (
        "As for {noun}: {value}.",
        "You asked about {noun}. The answer is {value}.",
        "About {noun}, the answer is {value}.",
    ),
    "disclose": (
        "Please note that the {noun} of your {record} {is} {value}.",
        "Before we go on: the {noun} of your {record} {is} {value}.",
        "You should know that the {noun} of your {record} {is} {value}.",
    ),
    "report_done": (
        "It is done: I have {done}, with {args}.",
        "I have {done}, with {args}. That is done now.",
        "All done. I have {done}, with {args}.",
    ),
    "report_fixed": (
        "That is done: the {device} should work again now.",
        "The repair is done, and the {device} works again.",
        "All done. Your {device} is working again.",
    ),
    "report_plain": ("That is done.", "It is done now.", "All done."),
    "no_match": (
        "I am sorry, but I find no {entity} that fits what you want.",
        "Unfortunately, there is no {entity} that matches all of that.",
        "I am afraid that we have no {entity} like that.",
    ),
    "refuse": (
        "I am sorry, but I cannot do that: {gloss} (reason {code}).",
        "Unfortunately, I have to refuse this. The reason is {code}: {gloss}.",
        "I am afraid that this is not possible, because {gloss} (reason {code}).",
    ),
    "offer_alternative": (
        "What I can do instead is {action}, with {args}. Would you like that?",
        "As an alternative, I could {action}, with {args}. Would that help?",
        "Instead of that, I can offer to {action}, with {args}. Is that all right?",
    ),
    "ask_more": (
        "Is there anything else that I can do for you?",
        "Can I help you with anything else?",
        "Do you need anything else?",
    ),
    "bye": (
        "Thank you for calling. Goodbye!",
        "Goodbye, and have a nice day!",
        "Thank you, and goodbye!",
    ),
    "ack": ("I see.", "All right, one moment, please.", "Understood."),
    "instruct": (
        "Please make sure that the {noun} {is} {value}.",
        "Please check the {noun}: {it} should be {value}.",
        "Could you set the {noun} to {value}, please?",
    ),
}

#: Whose values these are, not the wish's.
_OWN = ("record_id", "customer_id", "name", "email")


def say(act: Act, spec: DomainSpec, world: World, key: int = 0, turn: int = 0) -> str:
    """Return what a good agent says.

    Args:
        act: What the agent does.
        spec: The service.
        world: Its database: offers are called by their names.
        key: Of the choice among paraphrases, in [0, 2**64).
        turn: The turn: the other part of that choice.
    """
    bank, words = act.kind, dict(spec.nouns)
    words.setdefault("device", spec.nouns["entity"])
    if act.slot:
        words["noun"] = noun_of(spec, act.slot)
        words["is"] = is_or_are(words["noun"])
        words["it"] = "it" if words["is"] == "is" else "they"
        words["value"] = said_value(spec, world, act.slot, act.value)
    if act.kind == "request":
        own = act.slot in _OWN or act.slot == spec.secret.name
        own = own or any(act.slot == slot.name for slot in spec.customer_slots)
        kind = slot_of(spec, act.slot).kind
        bank = (
            "request_entity"
            if act.slot in ("entity", "entity_id")
            else "request_own"
            if own
            else "request_bool"
            if kind == "bool"
            else "request"
        )
    elif act.kind == "offer":
        words["name"] = said_value(spec, world, "entity_id", act.value)
    elif act.kind in ("inform", "disclose"):
        if isinstance(act.value, bool):
            bank = "inform_bool"
        elif act.kind == "inform":
            bank = "inform_of" if act.slot.startswith("record.") else "inform"
    elif act.kind == "refuse":
        code = str(act.value)
        words |= {"code": code, "gloss": gloss(code)}
    elif act.kind == "report_done" and act.write is None:
        bank = "report_fixed" if spec.device_slots else "report_plain"
    if act.write is not None:
        tool = spec.by_tool[act.write[0]]
        words |= {"action": tool_words(tool, agent=True), "done": done_words(tool)}
        words["args"] = told_args(spec, world, act.write)
    return sentence(filled(chosen(_BANK[bank], key, turn, _PURPOSE), words))


def told_args(spec: DomainSpec, world: World, write: Write) -> str:
    """Return all arguments of a call in words, each with its one value: "day 12 March 2025 and time 14:30".

    What a change puts in place follows "to have".
    """
    tool = spec.by_tool[write[0]]
    args = dict(write[1])
    parts = {
        name: f"{noun_of(spec, name)} {said_value(spec, world, name, args[name])}"
        for name in tool.args
        if name in args
    }
    if tool.kind in ("update", "set"):
        who = [part for name, part in parts.items() if name.endswith("_id")]
        new = [part for name, part in parts.items() if not name.endswith("_id")]
        return f"{joined(who)}, to have {joined(new)}" if who and new else joined([*who, *new])
    return joined(list(parts.values()))


def said_value(spec: DomainSpec, world: World, name: str, value: Any) -> str:
    """Say the value of an argument or a field; an entity by its name."""
    if name == "entity_id" and isinstance(value, str):
        row = world.tables["entity"].get(value)
        return value if row is None else str(row["name"])
    return render(slot_of(spec, name), value)


def gloss(code: str) -> str:
    """Return what a reason's code says, as a clause.

    >>> gloss("too_late"), gloss("needs_too_old_approval")
    ('it is too late', 'a colleague has to approve it, since it is too old')
    """
    if code.startswith("needs_") and code.endswith("_approval"):
        return f"a colleague has to approve it, since {gloss(code.removeprefix('needs_').removesuffix('_approval'))}"
    if code.startswith("excluded_"):
        return f"its {code.removeprefix('excluded_').replace('_', ' ')} is excluded from this"
    if code == "identity":
        return "I could not verify your identity"
    words = code.replace("_", " ")
    return (
        f"it is {words}" if words.startswith(("too ", "not ")) else f"the rule on it says {words}"
    )

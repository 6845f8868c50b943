"""The agent's instructions: who it is, the policy, its tools, the rules of the house and how to answer."""

from __future__ import annotations

import json

from synth_envs.dialogue.arguments import OUTCOME_CODES, UNITS
from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.rules import policy_text
from synth_envs.dialogue.words.speech import an, chosen, mended

__all__ = ["prompt"]

_PURPOSE = 301
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WHO = (
    "You are the customer service agent of {service}. A customer talks to you; you answer with words or call a tool.",
    "You work in the customer service of {service}. You either say something to the customer or call a tool.",
    "You help the customers of {service}: in each message you speak to the customer or call one tool.",
)
_ORDER = (
    "Reasons' codes stand in brackets. A refusal outweighs a transfer, and both outweigh what is allowed. If several refusals "
    "apply, the first one's reason counts; of several exceptions the first that applies. Everything else is allowed."
)
#: Of a slot with more values than this only so many are listed.
_MOST_VALUES = 24
#: Which reason codes there are besides the policy's.
_OTHERS = ("identity", "none")


def prompt(spec: DomainSpec, opening: str, today: int, key: int) -> str:
    """Return what an agent reads first.

    Args:
        spec: The service.
        opening: The customer's first words.
        today: The day, since 2024-01-01.
        key: Of the choice among paraphrases, in [0, 2**64).
    """
    day = render(Slot("today", "date", ("today",)), today)
    service = an(f"{spec.nouns['service'].removeprefix('opaque-').replace('_', ' ')} service")
    parts = (
        chosen(_WHO, key, 0, _PURPOSE).replace("{service}", service),
        f"Today is {_WEEKDAYS[today % 7]}, {day} (day {today}).",
        "# Policy",
        _ORDER,
        policy_text(spec, key),
        "# Tools",
        _tools(spec),
        "# House rules",
        _house(spec),
        "# Format",
        _format(spec),
        "# Conversation",
        f"Customer: {opening}",
    )
    return "\n".join(parts)


def _tools(spec: DomainSpec) -> str:
    """Return the tools, one a line; what the policy has told of them is not told again."""
    lines = []
    for tool in spec.tools:
        args = ", ".join(name if name in tool.needed else f"{name}?" for name in tool.args)
        note = f" (only while {' or '.join(tool.statuses)})" if tool.statuses else ""
        plain = bool(spec.policy.of(tool.name)) or tool.words[0] == tool.name.replace("_", " ")
        told = "" if plain else f": {mended(tool.words[0])}"
        lines.append(f"- {tool.name}({args}){told}{note}")
    taken: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for tool in spec.tools for name in tool.args):
        taken.setdefault(_takes(spec, name), []).append(name)
    text = taken.pop("", [])
    taken["text, as results have it"] = text
    takes = [f"- {', '.join(names)}: {what}" for what, names in taken.items() if names]
    return "\n".join((*lines, 'Arguments ("?": may be left out):', *takes))


def _takes(spec: DomainSpec, name: str) -> str:
    """Return what an argument takes, or "" for text."""
    if name == "outcome":
        return ", ".join(OUTCOME_CODES)
    if name == "reason_code":
        return ", ".join((*spec.policy.reasons(), *_OTHERS))
    slot = slot_of(spec, name)
    if len(slot.values) > _MOST_VALUES:
        return f"one of {len(slot.values)} words, such as {', '.join(slot.values[:_MOST_VALUES])}"
    if slot.values:
        return ", ".join(slot.values)
    return "true or false" if slot.kind == "bool" else UNITS.get(slot.kind, "")


def _house(spec: DomainSpec) -> str:
    record, secret = spec.nouns["record"], spec.secret.words[0]
    verify, close, transfer = (_name(spec, kind) for kind in ("verify", "close", "transfer"))
    find, get = (_name(spec, kind) for kind in ("find", "get"))
    write = any(tool.writes for tool in spec.tools)
    fee = spec.tool_of("refund") is not None
    refusal = (
        "If the policy forbids it, refuse with the reason's code as it is written, however often they insist. If they ask for "
        f"something instead, offer what is allowed for the same {record}."
    )
    rules = [
        f"Before you tell anything of {an(record)} or a customer, or change anything, ask for the customer's name and {secret} "
        f"and call {verify}; it gives their id and those of their records. If it fails again when you have asked again, change nothing, refuse with the reason "
        "identity, and close the case as not_identified with the reason identity." if verify else "",
        f"If they do not know their {record} number, look through their own with {get}. Never guess ids or look at what is "
        "somebody else's." if get else "",
        f"Offer only what {find} found and what fits all wishes. If nothing does, say so: they may then wish for something else."
        if find else "",
        "Where the policy asks for a yes, ask one question that names every argument with exactly one value, as it will be "
        "called. Any correction or other change makes the yes void: ask again." if write else "",
        "Do what the customer wants, once, and nothing else; then say that it is done. Never say that something is done, or give "
        "a value, that is not so." if write else "Never give a value that is not so.",
        "Answer what is asked, with the value that a tool gave.",
        refusal,
        f"If the policy asks for a transfer, first finish all else, then call {transfer} with the reason's code, which ends the "
        "conversation. Never do it otherwise." if transfer else "",
        f"If the {spec.nouns.get('device', spec.nouns['entity'])} does not work, ask the customer to set one part at a time, until "
        f"all are as they should be ({_parts(spec)}); then report that it is done." if spec.device_slots else "",
        f"When a wish is settled, ask whether there is anything else. After the last one call {close}: resolved (reason none) if "
        "anything was done or answered; else refused with the refusal's reason; else no_match (reason none)." if close else "",
        "Money in tools is in cents, dates are days since 2024-01-01, times minutes since midnight, all whole numbers. To the "
        "customer speak of euros, dates and hours." + (" To pay back: what was paid less the fee." if fee else ""),
        "If a tool says transient, call it again.",
    ]  # fmt: skip
    return "\n".join(f"{k}. {rule}" for k, rule in enumerate(filter(None, rules), 1))


def _parts(spec: DomainSpec) -> str:
    """Return what the parts of a device should be; the first of a part's states is the right one."""
    return ", ".join(f"{slot.words[0]} {slot.values[0]}" for slot in spec.device_slots)


def _name(spec: DomainSpec, kind: str) -> str:
    tool = spec.tool_of(kind)
    return "" if tool is None else tool.name


def _format(spec: DomainSpec) -> str:
    tool = spec.tool_of("get") or spec.tools[0]
    call = json.dumps({"tool": tool.name, "args": _example(spec, tool)})
    say = json.dumps(
        {"say": f"Could you tell me your name and your {spec.secret.words[0]}, please?"}
    )
    return f"Each message is one JSON object and nothing else, either words or one tool call:\n{say}\n{call}"


def _example(spec: DomainSpec, tool: Tool) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in tool.needed:
        slot = slot_of(spec, name)
        found[name] = slot.values[0] if slot.values else True if slot.kind == "bool" else slot.low if slot.kind in UNITS else "AB1234"  # fmt: skip
    return found

"""Services: an archetype's tools and rules in the words of a skin."""

from __future__ import annotations

from collections.abc import Callable

from synth_envs.dialogue.conditions import All, Compare, Condition
from synth_envs.dialogue.knobs import Knobs
from synth_envs.dialogue.policy import Effect, Policy, Rule
from synth_envs.dialogue.skins import Skin
from synth_envs.dialogue.spec import DomainSpec, Slot, Tool
from synth_envs.seeding import TaskRandom

__all__ = ["TIERS", "make_spec"]

TIERS = ("basic", "silver", "gold")

_DAY = Slot("day", "date", ("day", "date"), low=0, high=4000)
_TIME = Slot("time", "time", ("time", "hour"), low=8 * 60, high=20 * 60)
_PEOPLE = Slot("people", "int", ("people", "number of people", "guests"), low=1, high=8)
_NOTE = Slot("contact", "category", ("contact", "way of contact"), ("email", "phone", "letter"))
_EXTRAS = (
    Slot("step_free", "bool", ("step-free", "step-free access")),
    Slot("pets", "bool", ("pets", "pets allowed")),
    Slot("grade", "ordinal", ("grade", "rating"), ("c", "b", "a")),
    Slot("parking", "bool", ("parking",)),
)
_CONTACTS = (
    Slot("email", "id", ("email", "email address")),
    Slot(
        "language",
        "category",
        ("language", "letters' language"),
        ("english", "spanish", "french", "german"),
    ),
    Slot("newsletter", "bool", ("newsletter",)),
    Slot("billing_day", "int", ("billing day",), low=1, high=28),
)
_SECRET = Slot("postcode", "id", ("postcode", "postal code"))
#: Tools that help with nothing.
_IDLE = (
    "get_weather", "send_survey", "list_holidays", "lookup_faq", "check_queue", "get_exchange_rate",
    "ping_printer", "list_branches", "get_news", "play_jingle",
)  # fmt: skip


def make_spec(archetype: str, skin: Skin, rng: TaskRandom, knobs: Knobs) -> DomainSpec:
    """Make a service.

    Args:
        archetype: Of `spec.ARCHETYPES`.
        skin: Its words.
        rng: Decides its rules.
        knobs: How many slots, rules and useless tools it has.
    """
    details = {"booking": (_DAY, _TIME, _PEOPLE), "schedule": (_DAY, _TIME)}.get(archetype, ())
    if archetype == "claims":
        details = (_NOTE,)
    own = _CONTACTS[: max(2, min(knobs.slots, 4))] if archetype == "account" else ()
    entity = [
        Slot(name, "category", (name.replace("_", " "),), values) for name, values in skin.slots
    ]
    entity = [*entity, *_EXTRAS][: max(2, min(knobs.slots, 8 - len(own)) - len(details))]
    nouns = {
        "entity": skin.entity, "record": skin.record, "customer": "customer", "service": skin.name, "device": skin.entity,
    }  # fmt: skip
    device = tuple(
        Slot(name, "category", (name,), states)
        for name, states in skin.parts[: max(2, min(knobs.slots, 5))]
    )
    statuses, tools = _TOOLS[archetype](
        _stem(skin.record), _stem(skin.entity), entity, details, own, device
    )
    names = rng.sample(_IDLE, knobs.distractors)
    tools = [*tools, *(Tool(name, "idle", (name.replace("_", " "),)) for name in names), *_ends()]
    spec = DomainSpec(
        archetype, skin.name, nouns, tuple(entity), tuple(details), own, device, statuses, tuple(tools),
        Policy(()), _SECRET,
    )  # fmt: skip
    policy = Policy(_rules(spec, rng, knobs))
    return DomainSpec(
        archetype, skin.name, nouns, tuple(entity), tuple(details), own, device, statuses, tuple(tools), policy,
        _SECRET,
    )  # fmt: skip


def _stem(noun: str) -> str:
    return noun.replace(" ", "_")


def _verify() -> Tool:
    args = ("name", _SECRET.name)
    return Tool("verify_customer", "verify", ("check who a customer is",), args, args)


def _find(what: str, entity: list[Slot]) -> Tool:
    names = tuple(slot.name for slot in entity)
    return Tool(
        f"find_{what}",
        "find",
        (f"look for a {what.replace('_', ' ')}",),
        (*names, "limit", "offset"),
    )


def _get(record: str) -> Tool:
    words = (f"look up a {record.replace('_', ' ')}",)
    return Tool(f"get_{record}", "get", words, ("record_id",), ("record_id",))


def _quote(record: str) -> Tool:
    words = (f"work out the fee and refund of a {record.replace('_', ' ')}",)
    return Tool(f"quote_{record}", "quote", words, ("record_id",), ("record_id",))


def _ends() -> list[Tool]:
    return [
        Tool(
            "transfer_to_human",
            "transfer",
            ("hand over to a colleague",),
            ("reason_code",),
            ("reason_code",),
        ),
        Tool("close_case", "close", ("close the case",), ("outcome", "reason_code"), ("outcome",)),
    ]


def _on_record(
    name: str, kind: str, words: tuple[str, ...], args: tuple[str, ...], needed: tuple[str, ...],
    statuses: tuple[str, ...], becomes: str,
) -> Tool:  # fmt: skip
    return Tool(name, kind, words, ("record_id", *args), ("record_id", *needed), statuses, becomes)


_Made = tuple[tuple[str, ...], list[Tool]]


def _booking(
    record: str,
    entity: str,
    slots: list[Slot],
    details: tuple[Slot, ...],
    own: object,
    device: object,
) -> _Made:
    names, plain = tuple(slot.name for slot in details), record.replace("_", " ")
    return ("booked", "used", "cancelled"), [
        _find(entity, slots), _get(record), _quote(record), _verify(),
        Tool(
            f"create_{record}", "create", (f"make a {plain}", f"book a {entity.replace('_', ' ')}", f"get a new {plain}"),
            ("customer_id", "entity_id", *names), ("customer_id", "entity_id", *names), (), "booked",
        ),
        _on_record(
            f"update_{record}", "update", (f"change a {plain}", f"move a {plain}", f"alter a {plain}"), names, (), ("booked",), "",
        ),
        _on_record(
            f"cancel_{record}", "cancel", (f"cancel a {plain}", f"call off a {plain}", f"drop a {plain}"), (), (), ("booked",),
            "cancelled",
        ),
    ]  # fmt: skip


def _order(
    record: str, entity: str, slots: list[Slot], details: object, own: object, device: object
) -> _Made:
    plain, thing = record.replace("_", " "), entity.replace("_", " ")
    return ("pending", "delivered", "cancelled", "returned", "exchanged"), [
        _find(entity, slots), _get(record), _quote(record), _verify(),
        _on_record(
            f"cancel_{record}", "cancel", (f"cancel an {plain}", f"stop an {plain}", f"call off an {plain}"), (), (),
            ("pending",), "cancelled",
        ),
        _on_record(
            f"return_{record}", "refund", (f"return a {thing}", f"send a {thing} back", f"get the money back for a {thing}"),
            ("amount",), ("amount",), ("delivered",), "returned",
        ),
        _on_record(
            f"exchange_{record}", "exchange", (f"exchange a {thing}", f"swap a {thing}", f"get a different {thing}"),
            ("entity_id",), ("entity_id",), ("delivered",), "exchanged",
        ),
    ]  # fmt: skip


def _account(
    record: str,
    entity: str,
    slots: list[Slot],
    details: object,
    own: tuple[Slot, ...],
    device: object,
) -> _Made:
    plain, thing = record.replace("_", " "), entity.replace("_", " ")
    names = tuple(slot.name for slot in own)
    return ("active", "switched", "ended"), [
        _find(entity, slots), _get(record), _quote(record), _verify(),
        Tool(
            "update_customer", "set", ("change my details", "update my data", "correct my details"),
            ("customer_id", *names), ("customer_id",),
        ),
        _on_record(
            f"switch_{record}", "exchange", (f"switch to another {thing}", f"change my {thing}", f"move to a different {thing}"),
            ("entity_id",), ("entity_id",), ("active",), "switched",
        ),
        _on_record(
            f"end_{record}", "cancel", (f"end my {plain}", f"close my {plain}", f"leave my {plain}"), (), (), ("active",), "ended",
        ),
    ]  # fmt: skip


def _schedule(
    record: str,
    entity: str,
    slots: list[Slot],
    details: tuple[Slot, ...],
    own: object,
    device: object,
) -> _Made:
    return _booking(record, entity, slots, details, own, device)


def _claims(
    record: str, entity: str, slots: list[Slot], details: object, own: object, device: object
) -> _Made:
    plain, thing = record.replace("_", " "), entity.replace("_", " ")
    return ("valid", "paid", "replaced", "ended"), [
        _find(entity, slots), _get(record), _quote(record), _verify(),
        _on_record(
            f"pay_{record}", "refund", (f"claim on my {plain}", f"get paid for the damage on my {plain}", f"have a claim on my {plain} paid"),
            ("amount",), ("amount",), ("valid",), "paid",
        ),
        _on_record(
            f"replace_{record}", "exchange", (f"replace my {thing}", f"swap my {thing}", f"get another {thing}"), ("entity_id",),
            ("entity_id",), ("valid",), "replaced",
        ),
        _on_record(f"update_{record}", "update", (f"change my {plain}", f"alter my {plain}", f"adjust my {plain}"), ("contact",), (), ("valid",), ""),
        _on_record(f"end_{record}", "cancel", (f"end my {plain}", f"cancel my {plain}", f"give up my {plain}"), (), (), ("valid",), "ended"),
    ]  # fmt: skip


def _troubleshoot(
    record: str, entity: str, slots: list[Slot], details: object, own: object, device: object
) -> _Made:
    plain, thing = record.replace("_", " "), entity.replace("_", " ")
    return ("active", "swapped", "ended"), [
        _find(entity, slots), _get(record), _quote(record), _verify(),
        _on_record(
            f"swap_{record}", "exchange", (f"get another {thing}", f"swap my {thing}", f"have my {thing} exchanged"), ("entity_id",),
            ("entity_id",), ("active",), "swapped",
        ),
        _on_record(f"end_{record}", "cancel", (f"end my {plain}", f"close my {plain}", f"give up my {plain}"), (), (), ("active",), "ended"),
    ]  # fmt: skip


_TOOLS: dict[str, Callable[..., _Made]] = {
    "booking": _booking, "order": _order, "account": _account, "schedule": _schedule, "claims": _claims,
    "troubleshoot": _troubleshoot,
}  # fmt: skip


# The rules: what every service asks for, and denials with exceptions.


def _rules(spec: DomainSpec, rng: TaskRandom, knobs: Knobs) -> list[Rule]:
    rules = [
        Rule(tool.name, Effect("require", "auth"))
        for tool in spec.tools
        if tool.kind in ("get", "quote")
    ]
    quote = spec.tool_of("quote")
    for tool in spec.tools:
        if not tool.writes:
            continue
        rules.append(Rule(tool.name, Effect("require", "auth")))
        rules.append(Rule(tool.name, Effect("require", "confirm")))
        if tool.kind in ("cancel", "refund") and quote is not None:
            if knobs.chain > 1:
                rules.append(Rule(tool.name, Effect("require", f"after:{quote.name}")))
            if knobs.chain > 2:
                rules.append(Rule(tool.name, Effect("require", "disclose:record.fee")))
    on_records = [tool for tool in spec.tools if tool.writes and "record_id" in tool.args]
    for number in range(knobs.rules):
        tool = on_records[number % len(on_records)]
        rules.append(_denial(spec, tool, rng, knobs, number))
    return rules


def _denial(spec: DomainSpec, tool: Tool, rng: TaskRandom, knobs: Knobs, number: int) -> Rule:
    condition, reason = _limit(spec, tool, rng)
    transfers = number % 3 == 1
    effect = Effect("transfer", f"needs_{reason}_approval") if transfers else Effect("deny", reason)
    return Rule(tool.name, effect, condition, _exceptions(spec, tool, rng, knobs.depth))


def _exceptions(spec: DomainSpec, tool: Tool, rng: TaskRandom, depth: int) -> tuple[Rule, ...]:
    if depth < 1 or rng.random() < 0.4:
        return ()
    if rng.random() < 0.5:
        when: Condition = Compare("customer.tier", "==", rng.choice(TIERS[1:]))
    else:
        slot = rng.choice(spec.entity_slots[:2])
        value = rng.choice(slot.values) if slot.values else True
        when = All(
            (Compare("customer.tier", "!=", "basic"), Compare(f"entity.{slot.name}", "==", value))
        )
    inner: tuple[Rule, ...] = ()
    if depth > 1 and rng.random() < 0.5:
        condition, reason = _limit(spec, tool, rng)
        inner = (
            Rule(
                tool.name,
                Effect("deny", reason),
                condition,
                _exceptions(spec, tool, rng, depth - 2),
            ),
        )
    return (Rule(tool.name, Effect("allow"), when, inner),)


def _limit(spec: DomainSpec, tool: Tool, rng: TaskRandom) -> tuple[Condition, str]:
    """Return a condition under which something is denied, with the code of the reason."""
    dated = any(slot.kind == "date" for slot in spec.detail_slots)
    kind = rng.choice(("age", "amount", "entity", "notice" if dated else "age"))
    if kind == "age":
        return Compare("record.age", ">", rng.choice((7, 14, 30, 60, 90))), "too_old"
    if kind == "notice":
        return Compare("record.notice", "<", rng.randint(1, 7)), "too_late"
    if kind == "amount":
        return Compare("record.amount", ">", 1000 * rng.randint(5, 25)), "too_expensive"
    slot = rng.choice(
        [slot for slot in spec.entity_slots if slot.values] or list(spec.entity_slots)
    )
    value = rng.choice(slot.values) if slot.values else True
    return Compare(f"entity.{slot.name}", "==", value), f"excluded_{slot.name}"

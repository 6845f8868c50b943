"""Policies and instructions in prose: they cannot part from the checker, and say all that an agent needs."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from synth_envs.dialogue.arguments import OUTCOME_CODES
from synth_envs.dialogue.conditions import ALWAYS, All, Any_, Compare, Not
from synth_envs.dialogue.policy import EFFECTS, Effect, Policy, Rule
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES, DomainSpec
from synth_envs.dialogue.values import slot_of
from synth_envs.dialogue.words.prompt import prompt
from synth_envs.dialogue.words.rules import policy_text


def scenes(count, *, first=3000, noise=0.0):
    return [
        make_scene(first + k, k % 10, archetype=ARCHETYPES[k % 6], noise=noise)
        for k in range(count)
    ]


ALL = scenes(150)
BOOKING = next(s for s in ALL if s.spec.archetype == "booking")


def mutants(rule: Rule):
    """Yield rules that differ from a rule in one thing."""
    for kind in EFFECTS:
        if kind != rule.effect.kind:
            yield replace(
                rule,
                effect=Effect(
                    kind, "auth" if kind == "require" else "too_new" if kind != "allow" else ""
                ),
            )
    if rule.effect.kind in ("deny", "transfer"):
        yield replace(rule, effect=Effect(rule.effect.kind, rule.effect.what + "_indeed"))
    if rule.effect.kind == "require":
        for what in (
            "auth",
            "confirm",
            "disclose:record.fee",
            "disclose:record.paid",
            "after:get_x",
            "after:get_y",
        ):
            if what != rule.effect.what:
                yield replace(rule, effect=Effect("require", what))
    for when in changed(rule.when):
        yield replace(rule, when=when)
    for place, one in enumerate(rule.unless):
        rest = rule.unless[:place], rule.unless[place + 1 :]
        yield replace(rule, unless=(*rest[0], *rest[1]))
        for other in mutants(one):
            yield replace(rule, unless=(*rest[0], other, *rest[1]))
    yield replace(
        rule,
        unless=(
            *rule.unless,
            Rule(rule.action, Effect("deny", "added"), Compare("record.age", ">", 3)),
        ),
    )


def changed(condition):
    """Yield conditions that differ from a condition in one thing."""
    if isinstance(condition, Compare):
        number = isinstance(condition.value, int) and not isinstance(condition.value, bool)
        tests = ("==", "!=", "<", "<=", ">", ">=") if number else ("==", "!=")
        yield from (replace(condition, test=test) for test in tests if test != condition.test)
        if isinstance(condition.value, bool):
            yield replace(condition, value=not condition.value)
        elif number:
            yield from (replace(condition, value=condition.value + step) for step in (-1, 1, 100))
        else:
            yield replace(condition, value=condition.value + "ish")
        for field in ("record.age", "record.notice", "record.amount", "record.paid", "record.fee", "entity.price") if number else ("customer.tier", "record.status", "entity.area", "entity.food"):  # fmt: skip
            if field != condition.field:
                yield replace(condition, field=field)
        yield Not(condition)
        yield All((condition, Compare("record.fee", "<", 100)))
        yield Any_((condition, Compare("record.fee", "<", 100)))
    elif isinstance(condition, Not):
        yield condition.part
        yield from (Not(one) for one in changed(condition.part))
    else:
        yield (Any_ if isinstance(condition, All) else All)(condition.parts)
        for place, part in enumerate(condition.parts):
            rest = condition.parts[:place], condition.parts[place + 1 :]
            yield type(condition)((*rest[0], *rest[1]))
            yield from (type(condition)((*rest[0], one, *rest[1])) for one in changed(part))
        if condition == ALWAYS:
            yield Compare("record.age", ">", 5)


def told(spec: DomainSpec, rules, key) -> str:
    return policy_text(replace(spec, policy=Policy(rules)), key)


def test_no_change_of_a_rule_leaves_the_prose_as_it_was():
    age, tier = Compare("record.age", ">", 30), Compare("customer.tier", "==", "gold")
    day, flag = Compare("today.weekday", "<", 5), Compare("entity.pets", "==", value=True)
    tree = Any_(
        (All((age, Not(tier))), day, All((flag, Compare("record.amount", "<=", 12_345), Any_(()))))
    )
    deep = Rule("cancel", Effect("deny", "too_old"), tree, (Rule("cancel", Effect("transfer", "ask"), Not(All((tier, age))), (Rule("cancel", Effect("require", "confirm"), day),)), Rule("cancel", Effect("allow"), flag)))  # fmt: skip
    count = 0
    for key, scene in enumerate([s for s in ALL if s.level >= 5][:24]):
        rules = scene.spec.policy.rules
        whole = told(scene.spec, rules, key)
        single = [*rules, deep][:: 1 + key % 3]
        for rule in [*single, deep]:
            before = told(scene.spec, [rule], key)
            for other in mutants(rule):
                assert told(scene.spec, [other], key) != before, (rule, other, before)
                count += 1
            moved = replace(rule, action="close_case")
            assert told(scene.spec, [moved], key) != before
        for place in range(len(rules)):
            assert told(scene.spec, [*rules[:place], *rules[place + 1 :]], key) != whole
            count += 1
    assert count > 5000


def test_policies_that_differ_are_told_differently():
    texts: dict[str, object] = {}
    for scene in ALL:
        data = json.dumps([scene.spec.policy.to_json(), dict(scene.spec.nouns)], sort_keys=True)
        assert texts.setdefault(policy_text(scene.spec, 7), data) == data
    assert len(texts) > 60


def test_prose_grows_with_the_level_and_quotes_every_reason():
    means = []
    for level in range(10):
        words = []
        for scene in (s for s in ALL if s.level == level):
            text = policy_text(scene.spec, 11)
            words.append(len(text.split()))
            assert 95 <= words[-1] <= 1500
            for reason in scene.spec.policy.reasons():
                assert f"({reason})" in text
            for tool in {rule.action for rule in scene.spec.policy.rules}:
                assert f"{tool}:" in text
            assert len({policy_text(scene.spec, key) for key in range(5)}) == 5
        means.append(sum(words) / len(words))
    assert all(a < b for a, b in zip(means[::2], means[2::2], strict=False))


@pytest.mark.parametrize(
    "rule",
    [
        *(Rule("cancel", Effect(kind, "auth" if kind == "require" else "why")) for kind in EFFECTS),
        *(Rule("cancel", Effect("require", what)) for what in ("confirm", "disclose:record.fee", "after:quote")),
        *(Rule("x", Effect("deny", "why"), Compare(field, test, 5)) for field in ("record.age", "record.notice", "record.amount", "today.weekday") for test in ("==", "!=", "<", "<=", ">", ">=")),
        *(Rule("x", Effect("deny", "why"), Compare(field, test, "gold")) for field in ("customer.tier", "record.status") for test in ("==", "!=")),
        Rule("x", Effect("deny", "why"), Compare("entity.pets", "==", value=False)),
        Rule("x", Effect("deny", "why"), ALWAYS, (Rule("x", Effect("allow"), Compare("record.age", "<", 5)),)),
    ],
)  # fmt: skip
def test_every_construct_has_three_paraphrases(rule):
    assert len({told(BOOKING.spec, [rule], key) for key in range(100)}) >= 3


# The instructions.


def test_the_prompt_has_everything_and_tells_nothing_of_the_goal():
    longest = dict.fromkeys(range(10), 0)
    for key, scene in enumerate(ALL):
        spec, goal = scene.spec, scene.goal
        text = prompt(spec, "Could you help me?", scene.world.today, key)
        longest[scene.level] = max(longest[scene.level], len(text))
        assert text.endswith("Customer: Could you help me?")
        assert f"(day {scene.world.today})" in text
        assert policy_text(spec, key) in text
        for tool in spec.tools:
            assert (
                f"- {tool.name}({', '.join(n if n in tool.needed else n + '?' for n in tool.args)})"
                in text
            )
        for code in (*spec.policy.reasons(), *OUTCOME_CODES, "identity", "none"):
            assert re.search(rf"\b{code}\b", text)
        for name in {name for tool in spec.tools for name in tool.args}:
            assert ", ".join(slot_of(spec, name).values) in text
        for slot in spec.device_slots:
            assert f"{slot.words[0]} {slot.values[0]}" in text
        secrets = (
            goal.name,
            str(goal.secret),
            goal.customer,
            *(one.record for one in goal.subgoals if one.record),
        )
        assert not any(one in text for one in secrets)
        lines = [line for line in text.splitlines() if line.startswith("{")]
        say_, call = (json.loads(line) for line in lines)
        assert list(say_) == ["say"]
        assert sorted(call) == ["args", "tool"]
        assert call["tool"] in spec.by_tool
        assert "None" not in text
        plain = [
            line for line in text.splitlines() if "grade" not in line
        ]  # its values are letters
        assert not any(re.search(r" [,;]|  - $|\b[Aa] [aeio]\w|  \w", line) for line in plain)
    assert longest[9] <= 9500
    assert longest[0] <= 4600

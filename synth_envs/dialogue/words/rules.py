"""A policy in prose, from the same tree that the checker evaluates: everything in a rule is told.

Which of its paraphrases a construct gets depends on the key and on its place in the policy, not on what it
says, so two policies of one shape differ in their prose wherever they differ at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth_envs.dialogue.conditions import All, Compare, Condition, Not
from synth_envs.dialogue.policy import Effect, Policy, Rule
from synth_envs.dialogue.spec import DomainSpec, Slot
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.speech import chosen, filled, mended, noun_of, sentence

__all__ = ["policy_text"]

_PURPOSE = 201
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: How a number is compared.
_NUMBER = {
    "==": ("exactly {v}", "equal to {v}", "precisely {v}"),
    "!=": ("not {v}", "other than {v}", "anything but {v}"),
    "<": ("less than {v}", "under {v}", "below {v}"),
    "<=": ("at most {v}", "no more than {v}", "{v} or less"),
    ">": ("more than {v}", "over {v}", "above {v}"),
    ">=": ("at least {v}", "no less than {v}", "{v} or more"),
}
#: How days are counted.
_COUNT = {
    **_NUMBER, "==": ("exactly {v}", "precisely {v}"), "<": ("less than {v}", "fewer than {v}", "under {v}"),
    ">": ("more than {v}", "over {v}"), "!=": ("not exactly {v}", "not precisely {v}"), "<=": ("at most {v}", "no more than {v}"),
    ">=": ("at least {v}", "no less than {v}"),
}  # fmt: skip
#: How words are compared; their order is that of the alphabet, which no service of ours uses.
_WORD = {
    "==": ("is {v}", "equals {v}", "is exactly {v}"),
    "!=": ("is not {v}", "is other than {v}", "is anything but {v}"),
    "<": ("comes before {v}", "sorts before {v}", "is earlier in the alphabet than {v}"),
    "<=": ("is {v} or comes before it", "is {v} or sorts before it", "is not later in the alphabet than {v}"),
    ">": ("comes after {v}", "sorts after {v}", "is later in the alphabet than {v}"),
    ">=": ("is {v} or comes after it", "is {v} or sorts after it", "is not earlier in the alphabet than {v}"),
}  # fmt: skip
_AGE = (
    "the {record} was made {n} days ago",
    "the {record} is {n} days old",
    "it is {n} days since the {record} was made",
)
_NOTICE = (
    "the {noun} of the {record} is {n} days away",
    "there are {n} days left until the {noun} of the {record}",
    "it is {n} days before the {noun} of the {record}",
)
_TODAY = (
    "the day of the week today, counted from Monday as 0, is {n}",
    "today's weekday number (Monday is 0) is {n}",
    "today is a weekday whose number, with Monday as 0, is {n}",
)
_TODAY_IS = {"==": ("today is a {v}", "it is {v} today", "the day of the week is {v}"), "!=": ("today is not a {v}", "it is not {v} today", "the day of the week is not {v}")}  # fmt: skip
_TIER = {
    "==": ("the customer's tier is {v}", "the customer has tier {v}", "the customer is {v} tier"),
    "!=": ("the customer's tier is not {v}", "the customer has a tier other than {v}", "the customer is not {v} tier"),
}  # fmt: skip
_FLAG = {
    True: ("the {owner} comes with {noun}", "the {owner} has {noun}", "there is {noun} with the {owner}"),
    False: ("the {owner} comes without {noun}", "the {owner} has no {noun}", "there is no {noun} with the {owner}"),
}  # fmt: skip
_BOTH = ("{a} and {b}", "{a} and also {b}", "both {a} and {b}")
_EITHER = ("{a} or {b}", "{a}, or else {b}", "either {a} or {b}")
_NOT = ("it is not so that {a}", "it is not the case that {a}", "it does not hold that {a}")

#: What a rule demands of what its heading names; and as the consequence of an exception.
_DENY = (
    "refuse ({what})",
    "do not do it ({what})",
    "it is forbidden ({what})",
)
_TRANSFER = (
    "transfer to a human ({what})",
    "hand over to a colleague ({what})",
    "leave it to a colleague ({what})",
)
_ALLOW = ("you may do it", "it is allowed", "you are free to do it")
_THEN = {
    "allow": ("it is allowed", "this does not apply", "that is no obstacle"),
    "deny": ("refuse ({what})", "do not do it ({what})", "it is refused ({what})"),
    "transfer": ("transfer ({what})", "hand over to a colleague ({what})", "let a human decide ({what})"),
    "require": ("{need} first", "before that, {need}", "you have to {need} first"),
}  # fmt: skip
_REQUIRE = ("{need} first", "before you do it, {need}", "{need} beforehand")
_NEED = {
    "auth": ("verify who the customer is", "check the customer's identity", "verify the customer"),
    "confirm": ("get the customer's yes to exactly this", "have the customer agree to all details", "have every detail confirmed by the customer"),
    "disclose": ("tell the customer {field}", "let the customer know {field}", "inform the customer of {field}"),
    "after": ("call {tool} for it", "run {tool} on it", "use {tool} on the same {record}"),
}  # fmt: skip
_WHEN = ("if {when}", "where {when}", "when {when}")
_UNLESS = (
    "unless {when}, in which case {then}",
    "except if {when}: {then}",
    "but if {when}, {then}",
)
_DEEPER = (
    "Exception: if {when}, {then}",
    "But where {when}, {then}",
    "However, when {when}, {then}",
)


def policy_text(spec: DomainSpec, key: int) -> str:
    """Return a service's policy in prose: a heading for each tool, a line for each rule.

    Exceptions to exceptions stand below in deeper lines; where several could apply, the first counts.

    Args:
        spec: The service.
        key: Of the choice among paraphrases, in [0, 2**64).
    """
    return _Writer(spec, key).policy(spec.policy)


def _theirs(words: str) -> str:
    return mended(words).replace("my ", "the customer's ")


class _Writer:
    """Tells the rules of one service; it counts the constructs that it has told."""

    def __init__(self, spec: DomainSpec, key: int) -> None:
        self.spec, self.key = spec, key
        self._count = 0

    def _one(self, bank: Sequence[str], **words: str) -> str:
        self._count += 1
        return filled(
            chosen(bank, self.key, 0, _PURPOSE, self._count), {**self.spec.nouns, **words}
        )

    def policy(self, policy: Policy) -> str:
        lines: list[str] = []
        actions = list(dict.fromkeys(rule.action for rule in policy.rules))
        for action in actions:
            tool = self.spec.by_tool.get(action)
            lines.append(f"{action}{'' if tool is None else f': to {_theirs(tool.words[0])}'}")
            for rule in policy.of(action):
                lines += self.rule(rule)
        return "\n".join(lines)

    def rule(self, rule: Rule) -> list[str]:
        """Return the lines of a rule: an exception of its own goes into its line, more go below."""
        line = self.effect(rule.effect)
        if rule.when != All(()):
            line += " " + self._one(_WHEN, when=self.condition(rule.when))
        if len(rule.unless) != 1:
            return [f"- {sentence(line)}", *self._exceptions(rule.unless, 1)]
        only = rule.unless[0]
        return [
            f"- {sentence(f'{line}, {self._exception(_UNLESS, only)}')}",
            *self._exceptions(only.unless, 1),
        ]

    def _exceptions(self, rules: Sequence[Rule], depth: int) -> list[str]:
        lines = []
        for number, rule in enumerate(rules):
            lead = "Otherwise: " if number else ""
            lines.append(f"{'  ' * depth}- {lead}{sentence(self._exception(_DEEPER, rule))}")
            lines += self._exceptions(rule.unless, depth + 1)
        return lines

    def _exception(self, bank: Sequence[str], rule: Rule) -> str:
        when = self.condition(rule.when)
        return self._one(bank, when=when, then=self._then(rule.effect))

    def _then(self, effect: Effect) -> str:
        need = self._need(effect.what) if effect.kind == "require" else ""
        return self._one(_THEN[effect.kind], what=effect.what, need=need)

    def effect(self, effect: Effect) -> str:
        """Return what an effect demands."""
        if effect.kind == "require":
            return self._one(_REQUIRE, need=self._need(effect.what))
        bank = {"deny": _DENY, "transfer": _TRANSFER, "allow": _ALLOW}[effect.kind]
        return self._one(bank, what=effect.what)

    def _need(self, what: str) -> str:
        kind, _, rest = what.partition(":")
        if kind not in _NEED:
            return f"see to {what}"
        return self._one(_NEED[kind], field=self._field(rest) if rest else "", tool=rest)

    def _field(self, field: str) -> str:
        part = field.partition(".")[0]
        return f"the {noun_of(self.spec, field)} of the {self.spec.nouns.get(part, part)} ({field})"

    # Conditions.

    def condition(self, condition: Condition) -> str:
        """Return a condition as a clause."""
        if isinstance(condition, Compare):
            return self._compare(condition)
        if isinstance(condition, Not):
            return self._one(_NOT, a=self._inner(condition.part))
        every = isinstance(condition, All)
        if not condition.parts:
            return "anything at all is so" if every else "nothing at all is so"
        found = self._inner(condition.parts[0]) if len(condition.parts) > 1 else self.condition(condition.parts[0])  # fmt: skip
        for place, part in enumerate(condition.parts[1:], 1):
            bank = _BOTH if every else _EITHER
            found = self._one(bank if place == 1 else bank[:2], a=found, b=self._inner(part))
        return found

    def _inner(self, condition: Condition) -> str:
        """Return a part of a compound: in brackets if it is one itself."""
        text = self.condition(condition)
        simple = isinstance(condition, Compare | Not) or len(condition.parts) == 1
        return text if simple else f"({text})"

    def _compare(self, one: Compare) -> str:
        part, _, name = one.field.partition(".")
        number = isinstance(one.value, int) and not isinstance(one.value, bool)
        if one.field == "today.weekday" and number:
            if one.test in _TODAY_IS and 0 <= int(one.value) <= 6:
                return self._one(_TODAY_IS[one.test], v=_DAYS[int(one.value)])
            return self._one(_TODAY, n=self._one(_NUMBER[one.test], v=str(one.value)))
        if one.field == "customer.tier" and one.test in _TIER:
            return self._one(_TIER[one.test], v=str(one.value))
        if one.field in ("record.age", "record.notice") and number:
            days = _AGE if name == "age" else _NOTICE
            return self._one(
                days, n=self._one(_COUNT[one.test], v=str(one.value)), noun=self._day()
            )
        slot = slot_of(self.spec, one.field)
        owner = self.spec.nouns.get(part, part)
        noun = noun_of(self.spec, one.field)
        if isinstance(one.value, bool) and one.test in ("==", "!="):
            return self._one(_FLAG[one.value == (one.test == "==")], owner=owner, noun=noun)
        said = self._said(slot, one.value)
        test = (
            f"is {self._one(_NUMBER[one.test], v=said)}"
            if number
            else self._one(_WORD[one.test], v=said)
        )
        return f"the {owner}'s {noun} {test}"

    def _day(self) -> str:
        return next(
            (
                noun_of(self.spec, slot.name)
                for slot in self.spec.detail_slots
                if slot.kind == "date"
            ),
            "day",
        )

    @staticmethod
    def _said(slot: Slot, value: Any) -> str:
        return render(slot, value) if slot.kind != "id" else str(value)

"""A service's policy: rules with exceptions, what they say of a case, and whether they were kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_envs.dialogue.conditions import ALWAYS, Condition, holds, of_json, to_json

__all__ = ["EFFECTS", "Effect", "Policy", "Rule", "Verdict"]

#: What a rule does: the action goes through; it must not be done, for a reason; something must have
#: happened before; only a colleague may decide, for a reason.
EFFECTS = ("allow", "deny", "require", "transfer")


@dataclass(frozen=True)
class Effect:
    """What a rule demands where it holds.

    Attributes:
        kind: Of `EFFECTS`.
        what: Of "deny" and "transfer" the reason's code. Of "require" "auth" (the customer's identity was
            verified), "confirm" (the customer agreed to exactly this), "disclose:FIELD" (the customer was
            told that field of the case), or "after:TOOL" (that tool was called for the same record).
    """

    kind: str
    what: str = ""

    def __post_init__(self) -> None:
        """Check the kind."""
        if self.kind not in EFFECTS:
            msg = f"unknown effect {self.kind!r}; choose from {', '.join(EFFECTS)}"
            raise ValueError(msg)


@dataclass(frozen=True)
class Rule:
    """An effect on an action where a condition holds, but for exceptions.

    Attributes:
        action: The tool that it is about.
        effect: What it demands.
        when: Where it applies.
        unless: Rules on the same action; where one of them applies, its effect takes this one's place.
    """

    action: str
    effect: Effect
    when: Condition = ALWAYS
    unless: tuple[Rule, ...] = ()

    def applied(self, case: Mapping[str, Any]) -> Effect | None:
        """Return the effect on a case, or None where the rule does not apply."""
        if not holds(self.when, case):
            return None
        for rule in self.unless:
            found = rule.applied(case)
            if found is not None:
                return found
        return self.effect


@dataclass(frozen=True)
class Verdict:
    """What a policy says of an action in a case.

    Attributes:
        outcome: "allow", "deny" or "transfer".
        reason: The reason's code, of the last two.
        needs: What must have happened before, in the order of the rules.
    """

    outcome: str
    reason: str = ""
    needs: tuple[str, ...] = ()


class Policy:
    """The rules of a service.

    Args:
        rules: In the order in which they are told. A denial outweighs a transfer, and both outweigh what
            is allowed; among denials the first one's reason is the one to cite.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._of: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._of.setdefault(rule.action, []).append(rule)

    def verdict(self, action: str, case: Mapping[str, Any]) -> Verdict:
        """Return what the rules say of an action in a case."""
        denied = transferred = ""
        needs = []
        for rule in self._of.get(action, ()):
            effect = rule.applied(case)
            if effect is None or effect.kind == "allow":
                continue
            if effect.kind == "deny":
                denied = denied or effect.what
            elif effect.kind == "transfer":
                transferred = transferred or effect.what
            elif effect.what not in needs:
                needs.append(effect.what)
        if denied:
            return Verdict("deny", denied, tuple(needs))
        if transferred:
            return Verdict("transfer", transferred, tuple(needs))
        return Verdict("allow", "", tuple(needs))

    def of(self, action: str) -> tuple[Rule, ...]:
        """Return the rules on an action."""
        return tuple(self._of.get(action, ()))

    def reasons(self) -> tuple[str, ...]:
        """Return the codes of all reasons, in the order of the rules."""
        found: dict[str, None] = {}

        def visit(rules: Iterable[Rule]) -> None:
            for rule in rules:
                if rule.effect.kind in ("deny", "transfer"):
                    found[rule.effect.what] = None
                visit(rule.unless)

        visit(self.rules)
        return tuple(found)

    def to_json(self) -> list[Any]:
        """Return the rules as JSON."""
        return [_rule_to_json(rule) for rule in self.rules]

    @staticmethod
    def of_json(data: Any) -> Policy:
        """Return the policy that `to_json` wrote.

        Raises:
            ValueError: The data is not such a policy.
        """
        if not isinstance(data, list):
            msg = f"a policy is a list of rules, got {data!r:.100}"
            raise ValueError(msg)  # noqa: TRY004 - malformed data, not a wrong call
        return Policy([_rule_of_json(one) for one in data])


def _rule_to_json(rule: Rule) -> dict[str, Any]:
    return {
        "action": rule.action,
        "effect": [rule.effect.kind, rule.effect.what],
        "when": to_json(rule.when),
        "unless": [_rule_to_json(one) for one in rule.unless],
    }


def _rule_of_json(data: Any) -> Rule:
    try:
        kind, what = data["effect"]
        unless = tuple(_rule_of_json(one) for one in data["unless"])
        return Rule(
            str(data["action"]), Effect(str(kind), str(what)), of_json(data["when"]), unless
        )
    except (KeyError, TypeError) as error:
        msg = f"malformed rule {data!r:.100}"
        raise ValueError(msg) from error

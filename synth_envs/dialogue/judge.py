"""The verdict on an episode: a predicate over what was written and the log of events, and its reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth_envs.dialogue.goals import UserGoal, Write, acceptable, repairs
from synth_envs.dialogue.user import Customer
from synth_envs.dialogue.world import World

__all__ = ["METRICS", "TERMS", "Ledger", "Verdict", "judged", "wanted"]

#: The terms of the reward.
TERMS = (
    "success",
    "information",
    "satisfaction",
    "turns",
    "tools",
    "invalid",
    "violations",
    "clip",
)
#: What is measured of an episode.
METRICS = (
    "success", "subgoals", "information", "satisfaction", "turns", "tools", "invalid", "violations",
    "consent_rate", "patience_left",
)  # fmt: skip
_LOWEST, _HIGHEST = -1.0, 1.25


@dataclass
class Ledger:
    """What is counted while an episode runs.

    Attributes:
        turns: Of the agent with words.
        tools: Calls.
        invalid: Messages and calls that could not be read.
        writes: Calls that changed the database.
        violations: Names of the rules that were broken, once for each time.
        asked: Writes that the policy asked agreement for, and those that had it.
        verified: The customer whose identity was verified, or "".
        failed: Failed verifications.
        transferred: The reason given to a colleague, or None.
        closed: Outcome and reason the case was closed with, or None.
    """

    turns: int
    tools: int
    invalid: int
    writes: list[Write]
    violations: list[str]
    asked: list[bool]
    verified: str = ""
    failed: int = 0
    transferred: str | None = None
    closed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Verdict:
    """How an episode ended.

    Attributes:
        success: Whether all was done as it should be, within the rules.
        subgoals: The share of wishes that were met.
        terms: Of the reward, as `TERMS`; they sum to it.
        metrics: As `METRICS`.
        missing: What was not done, for people.
    """

    success: bool
    subgoals: float
    terms: Mapping[str, float]
    metrics: Mapping[str, float]
    missing: tuple[str, ...]

    @property
    def reward(self) -> float:
        """The sum of the terms, within the bounds to the last bit."""
        return min(max(sum(self.terms.values()), _LOWEST), _HIGHEST)


def wanted(world: World, goal: UserGoal) -> list[list[Write]]:
    """Return for each wish the calls of which exactly one has to be made, before anything was written."""
    return [acceptable(world, goal, one) for one in goal.subgoals]


def matched(wishes: Sequence[Sequence[Write]], writes: Sequence[Write]) -> list[int | None]:
    """Return for each call the wish that it does, each wish once; None where it does none."""
    open_, found = list(range(len(wishes))), []
    for write in writes:
        place = next((k for k in open_ if write in wishes[k]), None)
        if place is not None:
            open_.remove(place)
        found.append(place)
    return found


def judged(
    world: World,
    goal: UserGoal,
    wishes: Sequence[Sequence[Write]],
    customer: Customer,
    ledger: Ledger,
    *,
    partial: bool = False,
) -> Verdict:
    """Judge an episode that is over."""
    places = matched(wishes, ledger.writes)
    missing: list[str] = [
        f"unwanted {w[0]}" for w, k in zip(ledger.writes, places, strict=True) if k is None
    ]
    met = []
    for k, one in enumerate(goal.subgoals):
        lacks = [f"{one.tool} is not done"] if wishes[k] and k not in places else []
        lacks += _lacking(world, goal, k, customer, ledger)
        met.append(not lacks)
        missing += lacks
    fixed = set(repairs(goal))
    changed = ((slot, value) for table, _, slot, value in world.diff() if table == "device")
    missing += sorted(f"{slot} is left {value}" for slot, value in changed if (slot, value) not in fixed)  # fmt: skip
    closing = _closing(goal, ledger)
    missing += closing
    # An undone change shows in the log but not in the database.
    success = not missing
    clean = not ledger.violations
    share = sum(met) / len(met)
    wants = sum(len(one.wants) for one in goal.subgoals if one.outcome == "done")
    delivered = len(customer.informed_wants())
    wrong = customer.false_informs
    information = (
        1.0 if not wants and not wrong else 2.0 * delivered / (delivered + wrong + wants or 1)
    )
    satisfaction = max(customer.patience, 0) / max(goal.persona.patience, 1)
    satisfaction -= 0.1 * (customer.repeats + customer.ignored) + 0.25 * customer.false_claims
    satisfaction = min(max(satisfaction, 0.0), 1.0)
    q = (share if partial else float(success)) * clean
    terms = {
        "success": q - 0.5 * (1.0 - q),
        "information": 0.15 * information * float(success and clean),
        "satisfaction": 0.10 * satisfaction * float(success and clean),
        "turns": -0.01 * ledger.turns,
        "tools": -0.005 * ledger.tools,
        "invalid": -0.02 * ledger.invalid,
        "violations": -0.3 * len(ledger.violations),
    }
    raw = sum(terms.values())
    terms["clip"] = min(max(raw, _LOWEST), _HIGHEST) - raw
    metrics = {
        "success": float(success and clean),
        "subgoals": share,
        "information": information,
        "satisfaction": satisfaction,
        "turns": float(ledger.turns),
        "tools": float(ledger.tools),
        "invalid": float(ledger.invalid),
        "violations": float(len(ledger.violations)),
        "consent_rate": sum(ledger.asked) / len(ledger.asked) if ledger.asked else 1.0,
        "patience_left": float(max(customer.patience, 0)),
    }
    return Verdict(success and clean, share, terms, metrics, (*missing, *ledger.violations))


def _lacking(world: World, goal: UserGoal, k: int, customer: Customer, ledger: Ledger) -> list[str]:
    """Return what is missing of a wish, besides what had to be written."""
    lacks: list[str] = []
    one = goal.subgoals[k]
    if one.outcome == "done":
        if one.tool == "fix":
            device = world.device_of(goal.customer)
            lacks += [
                f"{slot} is not {value}" for slot, value in repairs(goal) if device[slot] != value
            ]
        elif not world.spec.by_tool[one.tool].writes:
            heard = {field for index, field, _ in customer.informed if index == k}
            lacks += [f"{want} is not told" for want in one.wants if want not in heard]
    elif one.outcome == "refuse":
        reasons = [reason for index, reason in customer.refused if index == k]
        if not reasons:
            lacks.append(f"{one.tool} is not refused")
        elif set(reasons) != {one.reason}:
            lacks.append(f"refused for {reasons[0]}, not for {one.reason}")
        if ledger.verified != goal.customer:
            lacks.append("refused without knowing who asks")
    elif one.outcome == "no_match":
        if k not in customer.no_match:
            lacks.append("nobody said that nothing fits")
    elif one.outcome == "transfer":
        if ledger.transferred != one.reason:
            lacks.append(f"not transferred for {one.reason}")
    else:
        if not ledger.failed:
            lacks.append("the identity was not checked")
        if [reason for index, reason in customer.refused if index == k] == []:
            lacks.append("the impostor was not refused")
    return lacks


def closing_of(goal: UserGoal) -> tuple[str, str]:
    """Return the outcome and reason that a case has to be closed with."""
    for one in goal.subgoals:
        if one.outcome == "impostor":
            return "not_identified", "identity"
    if any(one.outcome == "done" for one in goal.subgoals):
        return "resolved", "none"
    for one in goal.subgoals:
        if one.outcome == "refuse":
            return "refused", one.reason
    return "no_match", "none"


def _closing(goal: UserGoal, ledger: Ledger) -> list[str]:
    if any(one.outcome == "transfer" for one in goal.subgoals):
        return []
    if ledger.closed != closing_of(goal):
        outcome, reason = closing_of(goal)
        return [f"the case is not closed as {outcome}, {reason}"]
    return []

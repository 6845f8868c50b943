"""What a lender may know now, in words; and actions read from a language model's answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.law import (
    BASE_RATE,
    BREAK_EVEN,
    EXACT_EAD,
    FUNDING,
    LGD,
    OFFERS,
    SECTORS,
    TERMS,
    UNITS,
)

__all__ = ["describe", "in_units", "read"]

_DECISIONS = ("reject", "approve", "approve at the higher rate")


def in_units(row: np.ndarray) -> dict[str, float]:
    """Return the running applicant's features in the units people know.

    Args:
        row: The state of an episode, float64 (fields,).

    Returns:
        income (thousands of euros a year), debt (share of income that goes to debts), file (months),
        utilisation (share), job (months), savings (months of income).
    """
    found = {}
    for name, (kind, offset, scale) in UNITS.items():
        value = offset + scale * row[at.FIRST_LATENT + at.LATENTS.index(name)]
        found[name] = math.exp(value) if kind == "exp" else 1.0 / (1.0 + math.exp(-value))
    return found


def describe(row: np.ndarray, seen: np.ndarray, rules: np.ndarray, offers: int, steps: int) -> str:
    """Return in words what `CreditSim.describe` says.

    Args:
        row: The state of an episode.
        seen: Its observation, float32 (36,).
        rules: Of the simulator.
        offers: How many rates there are.
        steps: How many applicants an episode has.
    """
    units, term = in_units(row), int(row[at.TERM])
    step = int(row[at.STEP])
    rate = " or ".join(f"{100 * one:.0f} %" for one in OFFERS[:offers])
    lines = [
        (f"You run a consumer lender. Month {int(row[at.MONTH]) + 1} of {rules[at.MONTHS]:.0f}, applicant "
        f"{min(step + 1, steps)} of {steps}."),
        "",
        "Applicant:",
        f"- asks for {1000 * row[at.AMOUNT]:,.0f} EUR over {TERMS[term]:.0f} months",
        (f"- income {1000 * units['income']:,.0f} EUR a year, works in: {SECTORS[int(row[at.SECTOR])]}, "
        f"{units['job']:.0f} months in the job"),
        f"- {100 * units['debt']:.0f} % of income goes to debts; savings: {units['savings']:.1f} months of income",
        (f"- credit file {units['file']:.0f} months old, {100 * units['utilisation']:.0f} % of card limits in use, "
        f"delinquencies in two years: {int(row[at.LEVEL])}{' or more' if row[at.LEVEL] > 2.5 else ''}"),
        "",
        (f"The rate is {rate} a year, funding costs {100 * FUNDING:.0f} %, and a default loses {100 * LGD:.0f} % of "
        f"what is owed. Where {100 * EXACT_EAD:.0f} % of the amount is still owed at default, this loan breaks even "
        f"at a default probability of {100 * BREAK_EVEN[term, 0]:.1f} %."),
    ]  # fmt: skip
    if not rules[at.EXACT]:
        lines += [
            (f"Economy's indicator (0 is normal, below is worse): {row[at.INDICATOR]:+.2f}, "
            f"a month before {row[at.FORMER]:+.2f}."),
            (f"Book: {row[at.ACTIVE]:.0f} loans, {1000 * row[at.EXPOSURE]:,.0f} EUR outstanding, equity "
            f"{1000 * row[at.EQUITY]:,.0f} EUR of {1000 * rules[at.START_EQUITY]:,.0f} at the start, required "
            f"capital {1000 * row[at.CAPITAL]:,.0f} EUR. Last month {row[at.MONTH_DEFAULTS]:.0f} of "
            f"{row[at.MONTH_ACTIVE]:.0f} loans defaulted."),
        ]  # fmt: skip
    lines.append(
        f"Outcomes known so far: {row[at.DEFAULTS]:.0f} defaults, {row[at.REPAID]:.0f} repaid."
    )
    for k in range(at.REPORTS):
        label, age = float(seen[28 + 2 * k]), float(seen[29 + 2 * k])
        if label:
            what = "defaulted" if label > 0 else "has repaid"
            lines.append(f"- news: the applicant {round(age * steps)} places ago {what}")
    if rules[at.SCORED]:
        lines += [
            "",
            (
                "Say how probable a default over the term is, between 0 and 1. Outcomes become known of those "
                f"below the break-even and of a random {100 * rules[at.AUDIT]:.0f} % of the others, whose scores weigh "
                f"more for it. Better than always saying {BASE_RATE} earns. Example: "
                '{"probability": 0.08}'
            ),
        ]
    else:
        options = ", ".join(f"{k} = {name}" for k, name in enumerate(_DECISIONS[: offers + 1]))
        taken = " Not everybody takes the higher rate." if offers > 1 else ""
        lines += ["", f'Decide: {options}.{taken} Example: {{"decision": 1}}']
    return "\n".join(lines)


def read(text: str, *, scored: bool, offers: int) -> Any:
    """Return the action that an answer names, or None.

    Args:
        text: Of a language model; its last JSON object counts.
        scored: Whether actions are probabilities.
        offers: How many rates there are.

    Returns:
        float32 (1,) in [0, 1], or an int.
    """
    value = number_of(json_object(text), "probability" if scored else "decision")
    if value is None:
        return None
    if scored:
        return np.array([value], np.float32) if 0.0 <= value <= 1.0 else None
    return int(value) if value in range(offers + 1) else None

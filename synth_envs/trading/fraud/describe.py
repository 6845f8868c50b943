"""What a fraud analyst may know now, in words; and actions read from a language model's answer."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.fraud import law
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.batch import SIGNALS_AT

__all__ = ["describe", "read"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ACTIONS = "0 = let it through, 1 = block it, 2 = send it to review"


def describe(row: np.ndarray, customers: np.ndarray, seen: np.ndarray, rules: np.ndarray) -> str:
    """Return in words what `FraudSim.describe` says.

    Args:
        row: The state of an episode, float64 (fields,).
        customers: Its customers, float64 (customers, fields).
        seen: Its observation, float32 (40,).
        rules: Of the simulator.
    """
    hour = row[at.CLOCK] % 24.0
    steps = int(rules[at.PER_DAY] * rules[at.DAYS])
    place = min(int(row[at.STEP]) + 1, steps)
    lines = [
        (
            f"You watch a bank's payments for fraud. Payment {place} of {steps}, day "
            f"{int(row[at.DAY]) + 1} of {rules[at.DAYS]:.0f} ({_DAYS[int(row[at.DAY]) % 7]}), "
            f"{int(hour):02d}:{int(60 * (hour % 1)):02d}. Reviews left today: {row[at.LEFT]:.0f} of "
            f"{rules[at.BUDGET]:.0f}."
        ),
        "",
        f"Payment: {100 * row[at.AMOUNT]:,.2f} EUR, {at.CHANNELS[int(row[at.CHANNEL])]}.",
    ]
    if rules[at.EXACT]:
        lines += _signals(row, seen)
    else:
        lines += _circumstances(row, customers)
    lines += [
        "",
        (f"Letting a fraud through costs its amount and {100 * law.CHARGEBACK_FEE:.0f} EUR. Blocking an honest "
        f"customer costs {100 * law.FRICTION:.0f} EUR and {100 * law.FRICTION_SHARE:.0f} % of the amount. A review "
        f"costs {100 * law.REVIEW_COST:.0f} EUR, and {100 * law.HOLD_COST:.0f} EUR more if the customer is honest; "
        "it stops a fraud and tells the truth. About one payment in a hundred is fraud."),
    ]  # fmt: skip
    for k in range(at.REPORTS):
        label, age = float(seen[32 + 2 * k]), float(seen[33 + 2 * k])
        if label:
            what = "was fraud" if label > 0 else "was honest"
            lines.append(f"- news: the payment {round(age * steps)} places ago {what}")
    lines += ["", f'Decide: {_ACTIONS}. Example: {{"decision": 0}}']
    return "\n".join(lines)


def _signals(row: np.ndarray, seen: np.ndarray) -> list[str]:
    """The features of an `exact` payment, and their law."""
    group = int(row[at.GROUP])
    signal = float(law.signal_of(row[at.DIFFICULTY]))
    shifts = ", ".join(f"{signal * one:+.2f}" for one in law.EXACT_MEANS[group].tolist())
    values = ", ".join(f"{6.0 * float(seen[k]):+.2f}" for k in SIGNALS_AT.tolist())
    mean, shift, spread = law.EXACT_AMOUNTS[group].tolist()
    return [
        f"It is of group {group + 1} of 5, where {100 * law.EXACT_PRIORS[group]:.1f} % are fraud.",
        f"Ten signals, independent and standard normal if honest: {values}",
        f"If it is fraud, their means are: {shifts}",
        (f"The logarithm of the amount in hundreds of EUR is {row[at.LOG_AMOUNT]:+.2f}; it is normal with mean "
        f"{mean:+.2f} if honest and {mean + signal * shift:+.2f} if fraud, standard deviation {spread:.2f}."),
    ]  # fmt: skip


def _circumstances(row: np.ndarray, customers: np.ndarray) -> list[str]:
    one = customers[int(row[at.CUSTOMER])]
    age = ("under 30", "30 to 50", "50 to 70", "over 70")[min(int(4 * one[at.AGE]), 3)]
    device = "a device not seen before" if row[at.DEVICE] else "a known device or card"
    payee = "paid for the first time" if row[at.NEW_PAYEE] else "paid before"
    return [
        (
            f"- customer {age}; usual amount about {100 * math.exp(one[at.MEAN]):,.0f} EUR; balance "
            f"{100 * one[at.BALANCE]:,.0f} EUR; {row[at.DEVIATION]:.1f} hours from the usual time of day"
        ),
        (
            f"- payee of category {int(row[at.PAYEE]) % at.CATEGORIES + 1}, {payee} by this customer; paid about "
            f"{row[at.CROWD]:.1f} times by all in the last day"
        ),
        (
            f"- {device}, {math.exp(row[at.LOG_DISTANCE]):,.1f} km from home (the last one "
            f"{math.exp(one[at.LAST_DISTANCE]):,.1f} km)"
        ),
        (
            f"- last payment {row[at.GAP]:.1f} hours ago; about {row[at.RATE_1]:.1f} in the last two hours, "
            f"{row[at.RATE_24]:.1f} and {100 * row[at.SUM_24]:,.0f} EUR in the last day"
        ),
    ]


def read(text: str) -> int | None:
    """Return the action that an answer names, 0 to 2, or None; its last JSON object counts."""
    value = number_of(json_object(text), "decision")
    return int(value) if value is not None and value in (0, 1, 2) else None

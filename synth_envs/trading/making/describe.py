"""The market in words, for agents that read."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.making import layout as at

__all__ = ["describe"]


def describe(row: np.ndarray, settings: np.ndarray, start: float, grid: int) -> str:
    """Return a brief of at most 4,000 characters.

    Args:
        row: Of an episode, float64 (FIELDS,).
        settings: float64 (SETTINGS,).
        start: The first mid.
        grid: How many offsets each side can choose from, or 0 for any.
    """
    steps, limit = int(settings[at.STEPS]), int(settings[at.LIMIT])
    low, high, decay = float(settings[at.LOWEST]), float(settings[at.HIGHEST]), float(row[at.DECAY])
    rate = f"{row[at.RATE]:.4g} * exp(-{decay:.4g} * offset)"
    chance = f"1 - exp(-{rate})" if settings[at.EXPONENTIAL] > 0 else f"min(1, {rate})"
    lines = [
        f"You are a market maker for {steps} steps. In each you quote a bid below and an ask above the mid, for",
        "one unit each, by their offsets from the mid. Each is filled, independently, with probability",
        f"{chance}; a filled bid buys one unit at mid - offset, a filled ask sells one at mid + offset.",
        f"Then the mid moves, with a standard deviation of {row[at.SWING]:.4g}, up or down alike.",
        f"Your inventory stays within {-limit} and {limit}: a side that would pass it is closed.",
    ]
    if row[at.ADVERSE] > 0:
        lines.append(f"Each fill also moves the mid by {row[at.ADVERSE]:.4g} against you.")
    if settings[at.FEE] > 0:
        lines.append(f"Each fill costs a fee of {settings[at.FEE]:.4g}.")
    if settings[at.REVERSION] > 0:
        back = settings[at.REVERSION] * row[at.HORIZON] / steps
        lines.append(
            f"The mid also returns to {start:.4g} by {back:.4g} of its distance in each step."
        )
    if settings[at.JUMPS] > 0:
        often = settings[at.JUMPS] * row[at.HORIZON] / steps
        lines.append(f"With probability {often:.4g} a step the mid jumps, up or down.")
    lines += [
        f"In each step you pay {row[at.RUNNING]:.4g} * inventory^2, and at the end {row[at.TERMINAL]:.4g} * inventory^2.",
        "Maximise cash + inventory * mid less these penalties and fees.",
        "",
        f"Step {min(int(row[at.STEP]) + 1, steps)} of {steps}. Mid {row[at.MID]:.4f} (first {start:.4f}).",
        f"Inventory {int(row[at.HELD])}, cash {row[at.CASH]:.4f}, fills so far {int(row[at.FILLS])}.",
        "",
        f'Answer with a JSON object: {{"bid": b, "ask": a}}, offsets in [{low:g}, {high:g}]; null withdraws a quote,',
        "as does an offset within 1 % of the largest. For example, what a risk-neutral market maker",
        f'quotes: {{"bid": {_neutral(row, settings):.4f}, "ask": {_neutral(row, settings):.4f}}}.',
    ]
    if grid:
        lines.append(f"Offsets are rounded to multiples of {(high - low) / (grid - 1):.4g}.")
    return "\n".join(lines)


def _neutral(row: np.ndarray, settings: np.ndarray) -> float:
    """The offset that earns most if inventory costs nothing and fills are rare."""
    high = float(settings[at.HIGHEST])
    offset = 1.0 / float(row[at.DECAY]) + float(settings[at.FEE] + row[at.ADVERSE])
    return min(offset, high)

"""The sale in words, for agents that read."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.execution import layout as at

__all__ = ["describe"]


def describe(row: np.ndarray, grid: int) -> str:
    """Return a brief of at most 4,000 characters.

    Args:
        row: Of an episode, float64 (FIELDS,).
        grid: How many shares of the remainder can be chosen, or 0 for any.
    """
    values = [float(value) for value in row]
    shares, steps, tau, left = values[at.SHARES], int(values[at.STEPS]), values[at.TAU], values[at.LEFT]  # fmt: skip
    done = int(values[at.STEP])
    lines = [
        f"You sell {shares:,.0f} shares in {steps} steps of {tau:.4g} days, in all {tau * steps:.4g} days.",
        "In each step you choose which share of the remaining shares to sell. They are filled at",
        "mid - half_spread - temporary * n / step_length - displacement - transient * n / 2, n being",
        "the number sold; then the mid moves by volatility * sqrt(step_length) * (normal number)",
        "- permanent * n. Whatever is left is sold in the last step.",
        "",
        f"half_spread = {values[at.SPREAD]:.6g} per share",
        f"temporary = {values[at.ETA]:.6g} per share and share a day",
        f"permanent = {values[at.GAMMA]:.6g} per share and share",
        f"volatility = {values[at.SIGMA]:.6g} per share and square root of a day",
        f"risk_aversion = {values[at.AVERSION]:.6g}",
    ]
    if values[at.KAPPA] > 0:
        lines += [
            f"transient = {values[at.KAPPA]:.6g} per share and share: selling n adds transient * n to the",
            f"displacement, of which {values[at.DECAY]:.4f} remains after each step",
            f"displacement now = {values[at.PUSHED]:.6g}",
        ]
    lines += [
        "",
        "Minimise the expected shortfall against the first price plus risk_aversion * volatility^2",
        "* step_length * (sum of the squared holdings after each step). Selling fast costs impact,",
        "selling slowly costs risk.",
        "",
        f"Step {min(done + 1, steps)} of {steps}. First price {values[at.FIRST]:.4f}, mid now {values[at.MID]:.4f}.",
        f"{left:,.0f} shares ({100 * left / shares:.2f} %) are left.",
        "",
        'Answer with a JSON object: {"share": x}, x in [0, 1] being the share of the remaining shares to',
        f'sell now. For example, equal slices: {{"share": {1.0 / max(steps - done, 1):.4f}}}.',
    ]
    if grid:
        lines.append(f"x is rounded to a multiple of {1 / (grid - 1):.4g}.")
    return "\n".join(lines)

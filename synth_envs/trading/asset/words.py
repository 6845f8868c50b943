"""An episode of trading one asset in words and in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from synth_envs.trading import ledger as to
from synth_envs.trading.asset import layout as at

if TYPE_CHECKING:
    from synth_envs.trading.asset.sim import AssetSim

__all__ = ["describe", "picture"]

_BARS_TOLD = 10


def describe(sim: AssetSim, state: np.ndarray, costs: np.ndarray, seen: np.ndarray) -> str:
    """Return a brief of what a trader may know, and an example of an answer.

    Args:
        sim: For what all episodes have in common.
        state: The episode's row of `layout`.
        costs: Its row of `ledger.COSTS`.
        seen: Its observation.
    """
    k = sim.window
    sd = float(np.sqrt(state[at.VARIANCE]))
    step, left = int(state[at.STEP]), sim.horizon - int(state[at.STEP])
    weight = float(state[at.WEIGHT])
    recent = 4.0 * seen[max(k - _BARS_TOLD, 0) : k]
    fee, half = 1e4 * costs[to.FEE], 1e4 * costs[to.HALF_SPREAD]
    lowest = -sim.leverage if sim.short else 0.0
    choices = sim.choices().tolist()
    allowed = (
        f"a number from {lowest:g} to {sim.leverage:g}"
        if sim.action == "continuous"
        else "one of " + ", ".join(f"{one:g}" for one in choices)
    )
    lines = [
        f"You trade one asset. Bar {step} is over, {left} remain. Orders fill "
        + ("at the close you see." if costs[to.SAME_CLOSE] else "at the next bar's open."),
        f"Close: {state[to.CLOSE]:.4f} (at the start: {state[at.FIRST_CLOSE]:.4f}).",
        (
            f"Volatility: {100 * sd:.2f}% per bar. Last moves in units of the volatility then, oldest "
            f"first: {', '.join(f'{one:+.2f}' for one in recent)}."
        ),
        f"Momentum over 5, 20 and 60 bars, in standard deviations: {', '.join(f'{4 * seen[k + j]:+.2f}' for j in (2, 3, 4))}.",
        f"Signal: {4 * seen[k]:+.3f}. It may say something about the next return, or nothing.",
        f"Volume of the last bar: {state[at.VOLUME]:.2f} times the usual.",
        (
            f"Your equity: {100 * state[to.EQUITY]:.2f}% of the first. Position: {weight:+.3f} of equity "
            f"(last target {state[to.TARGET]:+g}). Largest loss from a peak: {100 * state[at.DRAWDOWN]:.1f}%."
        ),
        f"Trading costs {fee:.1f} bp of the value traded and {half:.1f} bp of half spread, and more for large orders.",
        "Your reward is the change in "
        + (
            "the logarithm of equity."
            if sim.aversion == 1.0
            else f"utility of equity (relative risk aversion {sim.aversion:g})."
        ),
        f'Answer with the position you want, a share of equity, {allowed}. Example: {{"position": {choices[-1]:g}}}',
    ]
    return "\n".join(lines)


def picture(sim: AssetSim, state: np.ndarray, history: np.ndarray, name: str) -> np.ndarray:
    """Return price, position, equity and drawdown up to now, uint8 (400, 600, 3).

    Args:
        sim: For what all episodes have in common.
        state: The episode's row of `layout`.
        history: float32 (bars up to now, 3), or (0, 3) where it was not kept.
        name: Of the market.
    """
    from synth_envs.trading.charts import Bars, Line, Panel, chart

    step, bars = int(state[at.STEP]), sim.horizon + 1
    if not len(history):
        history = np.array([[state[to.CLOSE], state[to.EQUITY], state[at.WEIGHT]]])
    close, equity, position = history[: step + 1].T.astype(np.float64)
    drawdown = equity / np.maximum.accumulate(equity) - 1.0
    hold = close / close[0]
    panels = [
        Panel("Close", [Line(close, "grey", total=bars)], height=1.7),
        Panel("Position", bars=Bars(position, "blue", total=bars), height=0.9),
        Panel(
            "Equity",
            [
                Line(hold, "grey", "buy and hold", total=bars),
                Line(equity, "blue", "agent", total=bars),
            ],
            height=1.5,
        ),
        Panel("Drawdown", [Line(drawdown, "red", total=bars)], height=0.8, zero=True),
    ]
    title = f"Trading {name}: bar {step} of {sim.horizon}, log return {float(state[at.SUM]):+.3f}"
    return chart(panels, title=title)

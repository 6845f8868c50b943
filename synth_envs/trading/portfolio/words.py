"""An episode of holding many assets in words and in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from synth_envs.trading import ledger as to
from synth_envs.trading import measures as of
from synth_envs.trading.portfolio import layout as at

if TYPE_CHECKING:
    from synth_envs.trading.portfolio.sim import PortfolioSim

__all__ = ["describe", "picture"]

_COLOURS = ("blue", "orange", "green", "red", "purple")
_NAME = 8


def describe(
    sim: PortfolioSim,
    row: np.ndarray,
    held: np.ndarray,
    costs: np.ndarray,
    law: np.ndarray,
    seen: np.ndarray,
) -> str:
    """Return a brief of what an investor may know, and an example of an answer.

    Args:
        sim: For what all episodes have in common.
        row: The episode's row, as `layout`.
        held: Its assets, float64 (k, HOLDING).
        costs: Its row of `ledger.COSTS`.
        law: Its assets' law in the exact setting, float64 (k, LAW).
        seen: Its observation.
    """
    step = int(row[of.STEP])
    count, low = sim.assets, -sim.leverage if sim.short else 0.0
    example = ", ".join([f"{0.9 * sim.leverage / count:.2g}"] * count)
    averse = sim.aversion
    filled = "the close you see" if costs[to.SAME_CLOSE] else "the next bar's open"
    account = (
        f"Equity: {100 * row[to.EQUITY]:.2f}% of the first; cash {100 * row[to.CASH] / row[to.EQUITY]:.1f}% of it. "
        f"Largest loss from a peak: {100 * row[of.DRAWDOWN]:.1f}%. All assets equally held: {100 * row[at.INDEX]:.2f}%."
    )
    reward = (
        "the logarithm of equity"
        if averse == 1.0
        else f"utility of equity (relative risk aversion {averse:g})"
    )
    answer = (
        f"Answer with the weight of each asset in this order, shares of equity from {low:g} to {sim.leverage:g}; the sizes "
        f"sum to {sim.leverage:g} at most (else all are scaled down), the rest is cash. "
    )
    answer += "" if sim.rebalance else "The same weights as the last ones trade nothing. "
    lines = [
        f"You hold {count} assets and cash. Bar {step} is over, {sim.horizon - step} remain. Orders fill at {filled}.",
        account,
        *(_known(sim, held, law) if sim.exact else _market(sim, held, costs, seen)),
        f"Your reward is the change in {reward}.",
        f'{answer}Example: {{"weights": [{example}]}}',
    ]
    return "\n".join(lines)


def _market(sim: PortfolioSim, held: np.ndarray, costs: np.ndarray, seen: np.ndarray) -> list[str]:
    """Return what is known of the assets, a line each, and of costs."""
    width = len(at.ASSET_SEEN)
    each = seen[: sim.assets * width].astype(np.float64).reshape(sim.assets, width)
    meaning = (
        "Signals may say something about the next return, or nothing; moves and momenta are in standard deviations, "
        "volatility is per bar, correlation is with the mean of all."
    )
    lines = [
        meaning,
        "asset: signal; last move; momentum of 5/20/60 bars; volatility %; correlation; weight (last target)",
    ]
    for name, mine, one in zip(sim.names, held, each, strict=True):
        sd = 100 * float(np.sqrt(mine[at.VARIANCE]))
        moved = "/".join(f"{4 * one[j]:+.1f}" for j in (1, 2, 3))
        lines.append(
            f"{name[:_NAME]}: {4 * one[0]:+.2f}; {4 * one[5]:+.2f}; {moved}; {sd:.2f}; {one[8]:.2f}; "
            f"{mine[at.WEIGHT]:.3f} ({mine[at.TARGET]:.3g})"
        )
    lines.append(
        f"Trading costs {1e4 * costs[to.FEE]:.1f} bp of the value traded and {1e4 * costs[to.HALF_SPREAD]:.1f} bp of half "
        "spread, and more for large orders."
    )
    if sim.short:
        rates = 100 * held[:, at.BORROW] * sim.bars_per_year
        lines.append(f"Selling short costs {rates.min():.1f}% to {rates.max():.1f}% a year.")
    return lines


def _known(sim: PortfolioSim, held: np.ndarray, law: np.ndarray) -> list[str]:
    """Return the law of the assets, which the exact setting tells."""
    rate = 100 * (sim.cash_growth - 1.0) * sim.bars_per_year
    meaning = (
        f"A bar is a month. Cash earns {rate:.2f}% a year; trading is free, and every bar is rebalanced to your weights. "
        "Returns are log-normal, independent from bar to bar."
    )
    lines = [
        meaning,
        "asset: premium over cash %/year; volatility %/year; weight; correlations with all",
    ]
    for name, mine, one in zip(sim.names, held, law, strict=True):
        both = ", ".join(f"{one[at.CORRELATION + j]:.3f}" for j in range(sim.assets))
        lines.append(
            f"{name}: {100 * one[at.PREMIUM]:.3f}; {100 * one[at.YEARLY]:.3f}; {mine[at.WEIGHT]:.3f}; {both}"
        )
    return lines


def picture(sim: PortfolioSim, row: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Return equity, the weights, and drawdown up to now, uint8 (400, 600, 3).

    Args:
        sim: For what all episodes have in common.
        row: The episode's row, as `layout`.
        made: Its history, float64 (bars, 2 + k): the index of all assets, equity, weights.
    """
    from synth_envs.trading.charts import Bars, Line, Panel, chart

    step, bars = int(row[of.STEP]), sim.horizon + 1
    hold, equity, weights = made[:, 0], made[:, 1], made[:, 2:]
    drawdown = equity / np.maximum.accumulate(equity) - 1.0
    # The assets that were held most; the others are in the bars of what is held now.
    most = np.argsort(-np.abs(weights).mean(axis=0), kind="stable")[: len(_COLOURS)]
    lines = [
        Line(weights[:, k], colour, sim.names[k][:_NAME], total=bars)
        for k, colour in zip(most.tolist(), _COLOURS, strict=False)
    ]
    values = [
        Line(hold, "grey", "all equally, held", total=bars),
        Line(equity, "blue", "agent", total=bars),
    ]
    panels = [
        Panel("Equity", values, height=1.7),
        Panel("Largest weights", lines, height=1.4, zero=True),
        Panel("Weights now, asset by asset", bars=Bars(weights[-1], "blue"), height=0.9),
        Panel("Drawdown", [Line(drawdown, "red", total=bars)], height=0.7, zero=True),
    ]
    title = f"Portfolio of {sim.assets}: bar {step} of {sim.horizon}, log return {float(row[of.SUM]):+.3f}"
    return chart(panels, title=title)

"""What accounts in recorded markets earned beyond cash and buy and hold, and whether luck explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.baselines.common import spread
from benchmarks.real_accounts import Episodes, Played
from synth_envs.core import Json
from synth_envs.trading.metrics import (
    block_bootstrap,
    conditional_value_at_risk,
    deflated_sharpe,
    max_drawdown,
    sharpe,
)

__all__ = ["draw", "judge", "portfolio", "rank", "show", "together"]

_SHOWN: Final = (
    "account_log_return", "sharpe", "deflated_sharpe", "deflated_beyond_hold", "max_drawdown", "cvar",
    "turnover", "stocks_above_hold", "ruined",
)  # fmt: skip
_BLOCK: Final = 20
_DRAWS: Final = 1000
_LINES: Final = (
    ("#0072b2", "-"), ("#56b4e9", "--"), ("#000000", "-"), ("#999999", "-"),
    ("#009e73", "-"), ("#d55e00", "-"), ("#cc79a7", "-"), ("#e69f00", ":"),
)  # fmt: skip


def portfolio(played: Played) -> np.ndarray:
    """Return the simple returns of all accounts together, of equal weight each bar, float64 (bars,)."""
    mean: np.ndarray = np.expm1(played.returns).mean(axis=0)
    return mean


def judge(
    played: Played, hold: Played, episodes: Episodes, trials: int
) -> tuple[dict[str, Json], np.ndarray]:
    """Measure what somebody earned.

    Args:
        played: By them.
        hold: By buying and holding, at the same costs.
        episodes: That were traded.
        trials: How many strategies were tried in all.

    Returns:
        Statistics, per year where they have a time; and the logarithmic returns of all accounts
        together, those in excess of holding beneath, float64 (2, bars).
    """
    years = episodes.bars_per_year
    mine, theirs = portfolio(played), portfolio(hold)
    logs = np.log1p(np.maximum(mine, -0.999999))
    beyond = logs - np.log1p(np.maximum(theirs, -0.999999))
    bars = played.returns.shape[1]
    found: dict[str, Json] = {
        "log_return": float(logs.mean() * years),
        "beyond_hold": float(beyond.mean() * years),
        "account_log_return": float(played.returns.mean() * years),
        "sharpe": sharpe(mine, years),
        "sharpe_interval": list(_interval(mine, lambda x: sharpe(x, years))),
        "deflated_sharpe": deflated_sharpe(mine, trials),
        "deflated_beyond_hold": deflated_sharpe(mine - theirs, trials),
        "max_drawdown": max_drawdown(np.exp(np.append(0.0, np.cumsum(logs)))),
        "cvar": conditional_value_at_risk(mine),
        "turnover": float(played.turnover.mean() / bars * years),
        "stocks_above_hold": float((played.returns.sum(axis=1) > hold.returns.sum(axis=1)).mean()),
        "ruined": float(played.ruined),
    }
    return found, np.stack([logs, beyond])


def together(
    judged: Sequence[Mapping[str, Any]], logs: Sequence[np.ndarray], years: float
) -> dict[str, Json]:
    """Return the means over the seeds of a policy, of one or several.

    Args:
        judged: What `judge` says of each seed.
        logs: The series that it gives with that.
        years: Bars of a year.

    Returns:
        Means; block-bootstrap intervals of the means of both returns, given these seeds; and Student's
        intervals over the seeds, given these bars, of several.
    """
    mean = np.mean(logs, axis=0)
    found: dict[str, Json] = {"seeds": len(judged)}
    for name in ("log_return", "beyond_hold", *_SHOWN):
        found[name] = float(np.mean([one[name] for one in judged]))
    for name, series in zip(("log_return", "beyond_hold"), mean, strict=True):
        low, high = _interval(series, lambda x: float(x.mean()))
        found[f"{name}_interval"] = [low * years, high * years]
        if len(judged) > 1:
            found[f"{name}_seeds"] = {**spread([one[name] for one in judged])}
    return found


def _interval(series: np.ndarray, statistic: Any) -> tuple[float, float]:
    return block_bootstrap(series, statistic, block=min(_BLOCK, len(series)), draws=_DRAWS)


def rank(real: float, placebos: Sequence[float]) -> dict[str, Json]:
    """Return where a figure stands among those of placebos.

    Returns:
        The figure; how many placebos there are, and how many lie below (half of those that are
        equal); and the chance that one of them lies as far out, on either side.
    """
    others = np.asarray(placebos)
    # What nobody traded is equal but for rounding.
    slack = 1e-12 + 1e-9 * abs(real)
    below, above = int((others < real - slack).sum()), int((others > real + slack).sum())
    n = len(others)
    tail = 1 + n - max(below, above)
    return {
        "real": real,
        "placebos": n,
        "below": below + (n - below - above) / 2,
        "p": min(1.0, 2.0 * tail / (n + 1)),
    }


def show(result: Mapping[str, Any], console: Console) -> None:
    """Print what was found as tables."""
    costs = result["costs_bp"]
    for name, title in (("log_return", "cash"), ("beyond_hold", "buy and hold")):
        shown = Table(
            title=f"Log return in excess of {title}, % a year (95% of block bootstraps), by cost per side"
        )
        shown.add_column("policy")
        for cost in costs:
            shown.add_column(f"{cost:g} bp", justify="right")
        for policy, by_cost in result["groups"].items():
            cells = []
            for cost in costs:
                one = by_cost[f"{cost:g}"]
                low, high = one[f"{name}_interval"]
                cells.append(f"{100 * one[name]:.1f} ({100 * low:.1f}, {100 * high:.1f})")
            shown.add_row(policy, *cells)
        console.print(shown)
    cost = result["shown_at_bp"]
    shown = Table(title=f"At {cost:g} bp per side; ranks among permuted returns are at 0 bp")
    for heading in ("policy", *(name.replace("_", " ") for name in _SHOWN), "placebo rank", "p"):
        shown.add_column(heading, justify="left" if heading == "policy" else "right")
    for policy, by_cost in result["groups"].items():
        one, place = by_cost[f"{cost:g}"], result["placebo"].get(policy)
        cells = [f"{one[name]:.2f}" for name in _SHOWN]
        cells += (
            ["", ""]
            if place is None
            else [f"{place['below']:g} / {place['placebos']}", f"{place['p']:.2f}"]
        )
        shown.add_row(policy, *cells)
    console.print(shown)


def draw(
    result: Mapping[str, Any],
    curves: Mapping[str, np.ndarray],
    placebos: Mapping[str, Sequence[float]],
    path: Path,
) -> None:
    """Write the picture: returns beyond holding by cost, wealth, and the placebos.

    Args:
        result: As it is written.
        curves: Of each policy the logarithm of wealth after each bar, at the cost that is shown.
        placebos: Of each policy the yearly log returns under permuted returns.
        path: Of the PNG.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 4.6), dpi=110, layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    costs, groups = result["costs_bp"], result["groups"]
    places = np.arange(len(costs))
    for k, ((policy, by_cost), (colour, line)) in enumerate(
        zip(groups.items(), _LINES, strict=True)
    ):
        rows = [by_cost[f"{cost:g}"] for cost in costs]
        style = {"color": colour, "linestyle": line, "label": policy}
        values = 100 * np.array([one["beyond_hold"] for one in rows])
        ends = 100 * np.array([one["beyond_hold_interval"] for one in rows]).T
        # Aside of one another, so that intervals can be told apart.
        left.errorbar(
            places + 0.07 * (k - len(groups) / 2), values, np.maximum(np.abs(ends - values), 0.0), linewidth=1.0,
            elinewidth=0.8, **style,
        )  # fmt: skip
        years = np.arange(len(curves[policy])) / result["bars_per_year"]
        middle.plot(years, curves[policy], linewidth=1.0, **style)
    left.set_xticks(places, [f"{cost:g}" for cost in costs])
    left.set_xlabel("cost per side [bp]")
    left.set_ylabel("log return beyond hold [% a year]")
    left.set_title("Beyond buy and hold, 95% intervals")
    middle.set_xlabel("years traded")
    middle.set_ylabel("ln(wealth)")
    middle.set_title(f"All accounts together at {result['shown_at_bp']:g} bp")
    middle.legend(frameon=False, fontsize=8)
    shown = [name for name in groups if name in placebos]
    for row, name in enumerate(reversed(shown)):
        values = 100 * np.asarray(placebos[name])
        jitter = row + np.linspace(-0.25, 0.25, len(values))
        right.plot(values, jitter, ".", color="0.7", markersize=3, zorder=1)
        colour = _LINES[list(groups).index(name)][0]
        right.plot([100 * groups[name]["0"]["log_return"]], [row], "D", color=colour, zorder=2)
    right.set_yticks(range(len(shown)), list(reversed(shown)))
    right.set_xlabel("log return [% a year]")
    right.set_title("Real (diamond), permuted (dots), at 0 bp")
    figure.savefig(path)

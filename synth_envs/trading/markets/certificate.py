"""The stylised-fact certificate: which statistics of real stocks each generator has.

Run `python -m synth_envs.trading.markets.certificate`. A generator is certified if it passes every
gate (tails, slow decay of volatility, leverage); the other statistics are counted.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from synth_envs.trading.markets import real
from synth_envs.trading.markets.bands import BANDS, GATES
from synth_envs.trading.markets.classifier import TwoSample, two_sample, two_sample_of_market
from synth_envs.trading.markets.controls import CONTROLS
from synth_envs.trading.markets.facts import FACTS
from synth_envs.trading.markets.kinds import PRESETS
from synth_envs.trading.markets.market import market
from synth_envs.trading.markets.verdict import Verdict, verdict, verdict_of_control

__all__ = ["against_stocks", "certify", "main", "table"]

#: Generators side by side that fit into 80 columns.
_COLUMNS = 3


def certify(
    names: Sequence[str], *, seeds: int = 20, days: int = 8000, console: Console | None = None
) -> list[Verdict]:
    """Return the verdicts on the controls and on markets by name, with a progress bar."""
    found: list[Verdict] = []
    with Progress(console=console or Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=seeds * (len(CONTROLS) + len(names)))

        def seen() -> None:
            progress.advance(task)

        for name in CONTROLS:
            one = verdict_of_control(name, seeds=seeds, days=days, seen=seen)
            found.append(one)
        for name in names:
            one = verdict(name, market(name), seeds=seeds, days=days, seen=seen)
            found.append(one)
    return found


def table(verdicts: Sequence[Verdict]) -> Table:
    """Return verdicts as a table: one row a statistic, one column a generator."""
    first = verdicts[0]
    title = f"Stylised facts: medians of {first.seeds} seeds of {first.days} days"
    made = Table(
        title=title,
        caption="stocks: 5 % to 95 % of them; * gate; x outside",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    made.add_column("statistic", no_wrap=True)
    made.add_column("stocks", justify="right", no_wrap=True)
    for one in verdicts:
        made.add_column(one.name, justify="right", no_wrap=True)
    for fact, about in FACTS.items():
        band = BANDS[fact]
        cells = [_cell(one.medians[fact], passed=fact in one.passed) for one in verdicts]
        made.add_row(
            about + (" *" if fact in GATES else ""), f"{band.low:g}..{band.high:g}", *cells
        )
    made.add_section()
    made.add_row("passed", f"of {len(BANDS)}", *(str(len(one.passed)) for one in verdicts))
    made.add_row(
        "all gates", "", *("[green]yes[/]" if one.gates else "[red]no[/]" for one in verdicts)
    )
    return made


def _cell(value: float, *, passed: bool) -> str:
    if math.isnan(value):
        return "-"
    shown = f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.3f}"
    return shown if passed else f"[red]{shown}x[/]"


def against_stocks(names: Sequence[str]) -> dict[str, TwoSample]:
    """Return how well a classifier tells markets from real stocks; first, stocks from other stocks.

    Raises:
        ModuleNotFoundError: skfolio or scikit-learn is not installed.
    """
    known = real.stocks()
    if known is None:
        msg = "the stocks come with skfolio: pip install skfolio"
        raise ModuleNotFoundError(msg)
    series = list(known.values())
    found = {"stocks (control)": two_sample(series[::2], series[1::2])}
    return found | {name: two_sample_of_market(market(name), series) for name in names}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 if every market asked for passes all gates, or none was named.

    Args:
        argv: The arguments, by default those of the process.
    """
    parser = argparse.ArgumentParser(prog="python -m synth_envs.trading.markets.certificate")
    parser.add_argument("--market", action="append", choices=sorted(PRESETS), help="all by default")
    parser.add_argument("--seeds", type=int, default=20, help="series of each (20)")
    parser.add_argument("--days", type=int, default=8000, help="length of each (8000)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--stocks", action="store_true", help="also a classifier against real stocks"
    )
    given = parser.parse_args(argv)
    if not 1 <= given.seeds <= 1000 or not 600 <= given.days <= 100_000:
        parser.error("--seeds must be in [1, 1000] and --days in [600, 100000]")
    names = given.market or list(PRESETS)
    verdicts = certify(names, seeds=given.seeds, days=given.days)
    try:
        told = against_stocks(names) if given.stocks else {}
    except ModuleNotFoundError as problem:
        parser.error(str(problem))
    if given.json:
        report: dict[str, Any] = {"verdicts": [one.to_dict() for one in verdicts]}
        report["classifier"] = {name: vars(one) for name, one in told.items()}
        json.dump(report, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        console = Console()
        for first in range(0, len(verdicts), _COLUMNS):
            console.print(table(verdicts[first : first + _COLUMNS]))
        if told:
            console.print(_told(told))
    asked = [one for one in verdicts if one.name in (given.market or ())]
    return 0 if all(one.gates for one in asked) else 1


def _told(told: dict[str, TwoSample]) -> Table:
    made = Table(title="Told from real stocks by a classifier (0.5: not at all)")
    for column in ("market", "AUC", "95 % interval", "windows"):
        made.add_column(column, justify="left" if column == "market" else "right")
    for name, one in told.items():
        made.add_row(name, f"{one.auc:.3f}", f"{one.low:.3f} to {one.high:.3f}", str(one.windows))
    return made


if __name__ == "__main__":
    sys.exit(main())

"""What a person sees in the terminal: progress while it runs, a table when it is done."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from benchmarks.run import Report
from synth_envs.core import Json

__all__ = ["print_table", "progress"]

# Wide enough for the table when the output is a pipe and no terminal says how wide it is.
_PIPE_WIDTH = 120


@contextmanager
def progress(total: int | None, what: str) -> Iterator[Report]:
    """A progress bar on the error stream, silent when that is not a terminal.

    Args:
        total: The number of episodes, None if it is not known yet.
        what: The description to begin with.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<48.48}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(what, total=total)

        def report(agent: str, case: str, episodes: int) -> None:
            bar.update(task, advance=episodes, description=f"{agent} · {case}")

        yield report


def print_table(results: Mapping[str, Json]) -> None:
    """The ranking with intervals, one column for each domain, and what failed."""
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    plan = results["plan"]
    kinds = {agent["name"]: agent["kind"] for agent in plan["agents"]}
    domains = sorted({case["domain"] for case in plan["cases"]})
    table = Table(
        title=f"{plan['suite']} v{plan['suite_version']}, seed {plan['seed']}", title_style="bold"
    )
    table.add_column("#", justify="right")
    table.add_column("agent", overflow="fold")
    table.add_column("")
    for heading in (
        "score",
        "95% interval",
        *(domains if len(domains) > 1 else ()),
        "mean",
        "masked",
        "time",
    ):
        table.add_column(heading, justify="right")
    for entry in results["ranking"]:
        name = entry["agent"]
        agent = results["agents"][name]
        overall = agent["overall"]
        cells = [_number(overall and overall["value"]), _interval(overall)]
        if len(domains) > 1:
            cells += [_number(agent["domains"].get(domain, {}).get("value")) for domain in domains]
        cells += [_number(agent["mean"]), str(sum(agent["masked"]))]
        cells.append(f"{results['measured']['wall_s'][name]:.1f} s")
        kind = Text(kinds[name] if kinds[name] != "policy" else "", style="dim")
        table.add_row(str(entry["rank"]), Text(name), kind, *cells)
    console.print(table)
    cases, episodes = (
        len(plan["cases"]),
        sum(agent["episodes"] for agent in results["agents"].values()),
    )
    console.print(
        f"Score: mean over domains of the interquartile mean over {cases} cases x {plan['runs']} runs; "
        f"{episodes} episodes. Equal ranks are ties.",
        style="dim",
        highlight=False,
    )
    for failure in results["failures"]:
        console.print(Text(f"FAILED: {failure}", style="bold red"))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(estimate: Mapping[str, Json] | None) -> str:
    if estimate is None:
        return "-"
    text = f"{estimate['low']:.3f} to {estimate['high']:.3f}"
    return text if estimate["reliable"] else f"{text} (unreliable)"

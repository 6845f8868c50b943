"""What the code environments promise of their tasks, measured on many of them.

For each mode and difficulty: the mean score of the references, of the trivial answers (the best of
them), of scripted cheaters (on fewer tasks, since many of them run until a limit ends them) and of
the mode's weak solver; and what it cost to make a task, gates included, in processor seconds.

    python -m benchmarks.code_tasks --number 400 --output runs/code_tasks.json
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.performance.tree_cpu import tree_cpu_s
from synth_envs.code.modes import MODES
from synth_envs.code.source import CodeSource
from synth_envs.core import Json, Task
from synth_envs.families import suggest

__all__ = ["main"]

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
_CONSTANTS = ("", "The answer is 0", "The answer is 1", "The answer is []", "def f(*given): pass")
_CHUNK = 64


def measure(
    source: CodeSource, level: float, arguments: argparse.Namespace, progress: Progress
) -> dict[str, Json]:
    """The figures of one mode at one difficulty."""
    mode, number, cheated = source.mode, arguments.number, arguments.cheated
    bar = progress.add_task(f"{mode.family} at {level:g}", total=number)
    start = tree_cpu_s()
    tasks: list[Task] = []
    for task in source.stream(arguments.seed, range(number), "all", level):
        tasks.append(task)
        progress.update(bar, completed=len(tasks))
    cpu_s = tree_cpu_s() - start
    rights = [source.oracle(task) for task in tasks]
    trivial = {repr(text): _mean(source, tasks, [text] * number) for text in _CONSTANTS}
    trivial["the prompt"] = _mean(source, tasks, [task.prompt for task in tasks])
    trivial["another task's answer"] = _mean(source, tasks, rights[1:] + rights[:1])
    best = max(trivial, key=lambda name: trivial[name])
    figures: dict[str, Json] = {
        "mode": mode.family,
        "difficulty": level,
        "tasks": number,
        "distinct": len({task.task_id for task in tasks}),
        "programs": len({task.split_key for task in tasks}),
        "oracle": _mean(source, tasks, rights),
        "trivial": trivial[best],
        "best_trivial": best,
        "cheats": 0.0,
        "weak": _mean(source, tasks, [mode.solve(task.prompt) for task in tasks]),
        "cpu_s": cpu_s / number,
        "gates": dict(mode.gates),
    }
    chosen = tasks[:: max(1, number // max(1, cheated))][:cheated]
    pairs = [(task, text) for task in chosen for text in mode.cheats(task)]
    if pairs:
        figures["cheats"] = _mean(source, [task for task, _ in pairs], [text for _, text in pairs])
    progress.remove_task(bar)
    return figures


def _mean(source: CodeSource, tasks: list[Task], responses: list[str]) -> float:
    total = 0.0
    for first in range(0, len(tasks), _CHUNK):
        part = slice(first, first + _CHUNK)
        total += sum(one.value for one in source.verify_batch(tasks[part], responses[part]))
    return total / len(tasks)


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit code 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mode", action="append", help=f"of {', '.join(MODES)}; default: all")
    parser.add_argument("--family", action="append", help="templates or groups; default: all")
    parser.add_argument("--number", type=int, default=100, help="tasks per difficulty (100)")
    parser.add_argument("--cheated", type=int, default=2, help="tasks given to cheaters (2)")
    parser.add_argument("--seed", type=int, default=0, help="the stream (0)")
    parser.add_argument("--output", type=Path, help="write the figures to this JSON file")
    arguments = parser.parse_args(argv)
    for name in arguments.mode or ():
        if name not in MODES:
            parser.error(f"unknown mode {name!r}{suggest(name, MODES)}")
    if arguments.number < 2:
        parser.error("--number must be at least 2")
    console = Console()
    console.width = max(console.width, 130)
    rows: list[dict[str, Json]] = []
    with Progress(transient=True) as progress:
        for name in arguments.mode or MODES:
            try:
                CodeSource(name, arguments.family)
            except ValueError as error:
                parser.error(str(error))
            for level in LEVELS:
                source = CodeSource(name, arguments.family)
                rows.append(measure(source, level, arguments, progress))
                if arguments.output:
                    arguments.output.parent.mkdir(parents=True, exist_ok=True)
                    arguments.output.write_text(json.dumps(rows, indent=1) + "\n")
    console.print(_table(rows))
    broken = _broken(rows)
    for text in broken:
        console.print(f"[red]{text}[/red]")
    return 1 if broken else 0


def _table(rows: list[dict[str, Json]]) -> Table:
    table = Table(title="tasks of the code environments", title_justify="left")
    for heading in (
        "mode", "difficulty", "tasks", "programs", "oracle", "trivial", "cheats", "weak solver",
        "yield", "CPU ms", "accepted/s/core",
    ):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for row in rows:
        drawn = sum(row["gates"].values())
        table.add_row(
            row["mode"],
            f"{row['difficulty']:g}",
            str(row["tasks"]),
            str(row["programs"]),
            f"{row['oracle']:.4f}",
            f"{row['trivial']:.4f}",
            f"{row['cheats']:.4f}",
            f"{row['weak']:.3f}",
            f"{row['gates'].get('accepted', 0) / drawn:.1%}",
            f"{row['cpu_s'] * 1000:.1f}",
            f"{1 / max(row['cpu_s'], 1e-9):.1f}",
        )
    return table


def _broken(rows: list[dict[str, Json]]) -> list[str]:
    broken = []
    for row in rows:
        where = f"{row['mode']} at {row['difficulty']:g}"
        if row["oracle"] < 1.0:
            broken.append(f"{where}: the references score {row['oracle']:.4f}")
        if row["trivial"] > 0.02:
            broken.append(f"{where}: {row['best_trivial']} scores {row['trivial']:.4f}")
        if row["cheats"] > 0.02:
            broken.append(f"{where}: the cheaters score {row['cheats']:.4f}")
    for mode in dict.fromkeys(row["mode"] for row in rows):
        weak = [row["weak"] for row in rows if row["mode"] == mode]
        if any(later >= earlier for earlier, later in pairwise(weak)):
            broken.append(f"{mode}: the weak solver's success does not fall strictly: {weak}")
    return broken


if __name__ == "__main__":
    sys.exit(main())

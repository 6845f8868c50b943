"""Real services and customers: SGD, MultiWOZ and tau2 retail, played and replayed, with thresholds.

    python -m benchmarks.dialogue_imports --data ../shared/real
    SYNTH_ENVS_REAL_DATA=../shared/real python -m benchmarks.dialogue_imports --output runs/imports.json

The data are read in place. Shown are, each with what it must at least (or at most) be:

* V2: the share of cases that the oracle solves, of SGD's calls and of MultiWOZ's 999 validation goals,
  and turns of the agent per CPU second there. ConvLab-2's rule system with its agenda user made 150 on
  the machine on which the reference was measured; the two were not timed side by side here.
* V3: the Jensen-Shannon divergence (0 equal, 1 nothing in common) of our customers' talk from MultiWOZ's:
  acts, pairs of acts, slots in a turn, and turns of the system in a dialogue. Our MultiWOZ customers talk
  to an oracle that asks for what they have not said; simulated customers of all levels to the same. Only
  the first are held to a bound, and a loose one: the levels are other services, with refusals and repairs.
* V4: tau2's 74 retail tasks: the share whose solution, replayed call by call, reaches the intended change of
  the database, lookups that miss, and cases that doing nothing would pass.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.command import integer, progress
from benchmarks.errors import BenchmarkError, UsageError
from benchmarks.suites import DATA_VARIABLE
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.imports import multiwoz, sgd, tau2
from synth_envs.dialogue.imports.realism import (
    Talk,
    divergence,
    play_asking,
    talk_of_multiwoz,
    talk_of_ours,
)
from synth_envs.dialogue.knobs import LEVELS
from synth_envs.dialogue.planner import play
from synth_envs.dialogue.scenes import make_scene

__all__ = ["Figure", "data_folder", "main", "measured"]

FOLDERS: Final = ("multiwoz", "sgd", "tau2_retail")
#: Turns per CPU second that ConvLab-2 was measured at, and how many times that ours must make.
CONVLAB: Final = 150.0
FASTER: Final = 20.0
SOLVED: Final = 0.97
#: Looking up what is not there, as the solutions of tau2 do on purpose.
MISSES: Final = 12
_BOUNDS: Final = {"unigrams": 0.2, "bigrams": 0.4, "slots": 0.2, "lengths": 0.3}


@dataclass(frozen=True)
class Figure:
    """A figure with its bound.

    Attributes:
        check: "V2", "V3" or "V4".
        name: What it is.
        value: As measured.
        test: "at least", "at most", "exactly", or "" where nothing is asked for.
        bound: What it is held to.
    """

    check: str
    name: str
    value: float
    test: str = ""
    bound: float = 0.0

    @property
    def met(self) -> bool:
        """Whether it is as it must be."""
        tests = {
            "": True,
            "at least": self.value >= self.bound,
            "at most": self.value <= self.bound,
            "exactly": self.value == self.bound,
        }
        return tests[self.test]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; return 0, 1 where a threshold is missed, or 2 for wrong input."""
    options = _parser().parse_args(arguments)
    try:
        folder = data_folder(options.data)
        figures = measured(folder, options.episodes)
        if options.output is not None:
            _write(figures, options.output)
    except BenchmarkError as error:
        print(f"dialogue_imports: {error}", file=sys.stderr)
        return 2
    _show(figures, Console(width=None if sys.stdout.isatty() else 120))
    return 0 if all(figure.met for figure in figures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dialogue_imports",
        description="Play imported services with the oracle, and compare our customers with recorded ones.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"the folder of multiwoz/, sgd/ and tau2_retail/, or one that holds it as dialogue/ (or set {DATA_VARIABLE})",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the figures as JSON"
    )
    parser.add_argument(
        "--episodes",
        type=integer(1, 10_000),
        metavar="N",
        default=100,
        help="simulated, of each level (default 100)",
    )
    return parser


def data_folder(given: Path | None) -> Path:
    """Return the folder of the dialogue data.

    Args:
        given: It, or a folder that holds it as dialogue/; None: the environment variable names it.

    Raises:
        UsageError: Nobody named it, it does not exist, or a part of it is missing.
    """
    named = os.environ.get(DATA_VARIABLE, "")
    folder = given or (Path(named) if named else None)
    if folder is None:
        msg = f"no recorded dialogues: name their folder with --data DIR or {DATA_VARIABLE}"
        raise UsageError(msg)
    if not folder.is_dir():
        msg = f"no such folder: {str(folder)!r}"
        raise UsageError(msg)
    if (folder / "dialogue").is_dir():  # a folder of data for several domains
        folder /= "dialogue"
    missing = [name for name in FOLDERS if not (folder / name).is_dir()]
    if missing:
        msg = f"no {', '.join(f'{name}/' for name in missing)} in the folder {str(folder)!r}"
        raise UsageError(msg)
    return folder


def measured(folder: Path, episodes: int) -> list[Figure]:
    """Return all figures.

    Args:
        folder: From `data_folder`.
        episodes: Simulated, of each level.

    Raises:
        UsageError: A file is missing or malformed.
    """
    try:
        with progress(4 + LEVELS) as begin:
            begin("SGD")
            figures = _sgd(folder / "sgd")
            begin("MultiWOZ")
            figures += _multiwoz(folder / "multiwoz")
            begin("tau2 retail")
            figures += _tau2(folder / "tau2_retail")
            begin("talk")
            return figures + _realism(folder / "multiwoz", episodes, begin)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        msg = f"the data in {str(folder)!r} cannot be used: {type(error).__name__}: {error}"
        raise UsageError(msg) from error


def _sgd(folder: Path) -> list[Figure]:
    schema, dialogues = sgd.load(folder)
    offers = sgd.catalogues(schema, dialogues)
    solved = []
    for key, dialogue in enumerate(dialogues):
        for scene in sgd.scenes_of_sgd(offers, dialogue, key):
            episode = Episode(scene)
            play(episode)
            solved.append(episode.verdict().success)
    return [
        Figure("V2", "SGD: services", len(offers), "exactly", len(schema)),
        Figure("V2", "SGD: cases", len(solved)),
        Figure("V2", "SGD: solved by the oracle", _mean(solved), "at least", SOLVED),
    ]


def _multiwoz(folder: Path) -> list[Figure]:
    goals = [one["goal"] for one in multiwoz.dialogues(folder).values()]
    known = multiwoz.domains(folder, goals)
    solved, turns, begun = [], 0, time.process_time()
    for key, goal in enumerate(goals):
        played = []
        for episode in multiwoz.episodes(known, goal, key):
            play(episode)
            played.append(episode.verdict().success)
            turns += episode.ledger.turns
        solved.append(bool(played) and all(played))
    speed = turns / (time.process_time() - begun)
    return [
        Figure("V2", "MultiWOZ: goals", len(goals)),
        Figure("V2", "MultiWOZ: solved by the oracle", _mean(solved), "at least", SOLVED),
        Figure("V2", "MultiWOZ: turns per CPU second", speed, "at least", FASTER * CONVLAB),
    ]


def _tau2(folder: Path) -> list[Figure]:
    data, tasks = tau2.load(folder)
    cases = tau2.cases(data, tasks)
    replays = [tau2.replayed(data, case.calls) for case in cases]
    reached = [
        replay.shop.diff() == tau2.intended(data, case)
        for case, replay in zip(cases, replays, strict=True)
    ]
    errors = [one["error"] for replay in replays for one in replay.results if not one["ok"]]
    idle = [tau2.passed(data, case, tau2.replayed(data, ())) for case in cases]
    return [
        Figure("V4", "tau2: tasks", len(cases)),
        Figure("V4", "tau2: intended change reached", _mean(reached), "exactly", 1.0),
        Figure("V4", "tau2: lookups that miss", errors.count("not_found"), "exactly", MISSES),
        Figure("V4", "tau2: calls that the policy rules out", len(errors) - errors.count("not_found")),
        Figure("V4", "tau2: cases that need an obligation", sum(one.needs_obligation for one in cases)),
        Figure("V4", "tau2: cases that doing nothing passes", sum(idle), "exactly", 0),
    ]  # fmt: skip


def _realism(folder: Path, episodes: int, begin: Callable[[str], None]) -> list[Figure]:
    dialogues = multiwoz.dialogues(folder)
    goals = [one["goal"] for one in dialogues.values()]
    known, real = multiwoz.domains(folder, goals), talk_of_multiwoz(dialogues.values())
    figures = [Figure("V3", "MultiWOZ: turns of the system", real.mean_length())]
    ours: list[list[Episode]] = []
    for key, goal in enumerate(goals):
        ours.append([])
        for episode in multiwoz.episodes(known, goal, key):
            play_asking(episode)
            ours[-1].append(episode)
    figures += _compared("MultiWOZ customers", real, talk_of_ours(ours), _BOUNDS)
    for level in range(LEVELS):
        begin(f"talk, level {level}")
        made = []
        for key in range(episodes):
            episode = Episode(make_scene(key, level, noise=0.0))
            play_asking(episode)
            made.append([episode])
        figures += _compared(f"level {level}", real, talk_of_ours(made), {})
    return figures


def _compared(name: str, real: Talk, ours: Talk, bounds: dict[str, float]) -> list[Figure]:
    figures = []
    for what in _BOUNDS:
        value = divergence(getattr(real, what), getattr(ours, what))
        test = "at most" if what in bounds else ""
        figures.append(Figure("V3", f"{name}: {what}", value, test, bounds.get(what, 0.0)))
    return [*figures, Figure("V3", f"{name}: turns of the system", ours.mean_length())]


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _show(figures: Sequence[Figure], console: Console) -> None:
    shown = Table(title="Imported services and customers")
    for heading in ("check", "figure"):
        shown.add_column(heading)
    for heading in ("value", "must be", ""):
        shown.add_column(heading, justify="right")
    for one in figures:
        bound = f"{one.test} {one.bound:g}" if one.test else ""
        verdict = ("met" if one.met else "MISSED") if one.test else ""
        value = str(one.value) if isinstance(one.value, int) else f"{one.value:.3f}"
        shown.add_row(one.check, one.name, value, bound, verdict)
    console.print(shown)


def _write(figures: Sequence[Figure], path: Path) -> None:
    rows: list[dict[str, Any]] = [{**one.__dict__, "met": one.met} for one in figures]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        msg = f"cannot write to {str(path)!r}: {error.strerror}"
        raise UsageError(msg) from error


if __name__ == "__main__":
    sys.exit(main())

"""Scripted egos in recorded traffic, and our traffic beside the recorded one.

    python -m benchmarks.real_driving --data ../shared/real
    SYNTH_ENVS_REAL_DATA=../shared/real python -m benchmarks.real_driving --output runs/real-driving

The data are CommonRoad recordings such as those of NGSIM US-101, read in place. Written are a
picture of the distributions, and a JSON file of two tables:

* Four egos drive in every recording, with its traffic replayed ("log") and reacting ("reactive").
* Percentiles of speed, time headway and acceleration over a second of the recordings and of the
  drivers of our highway scenarios, and the Kolmogorov-Smirnov distance between the two. Everybody in a
  scenario is counted, the ego too, which drives itself by the same models as the others.

Vehicles of a recording follow one another and recordings may overlap in time, so that the distances
describe these files; they are no test of a hypothesis. US-101 is congested and our default traffic is
not: nothing of ours was fitted to it. It has cars only, where about an eighth of our traffic are
trucks, and its speeds are measured with noise. Leaders count up to 100 m ahead, less than 3.5 s at
28 m/s, so that headways of fast traffic end there. A goal that names a time only is arrived at by
whoever still drives then.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.command import integer, need, progress
from benchmarks.errors import BenchmarkError, UsageError
from benchmarks.real_traffic import SETTINGS, compare, draw, show, simulated, values_of
from benchmarks.suites import DATA_VARIABLE
from synth_envs.core import Json
from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.ego import follow
from synth_envs.driving.real.replay import TRAFFIC, ReplaySim
from synth_envs.driving.real.statistics import traffic_of
from synth_envs.driving.replay_env import ReplayVectorEnv

__all__ = ["EGOS", "data_folder", "main", "replayed"]

FILES: Final = ("*.xml", "*.xml.gz")
#: What of an episode's metrics is shown: means, but for the time to collision, whose values end at
#: 100 s (nobody came near), the median.
SHOWN: Final = (
    "collision", "at_fault", "arrived", "progress", "mean_speed", "min_ttc", "log_divergence", "others_collided",
)  # fmt: skip

_REPEATS: Final = 10  # episodes of the random ego in each recording; the others always do the same
_KEEP, _SLOWER = 1, 4  # meta actions
_JSON, _PICTURE = "real_driving.json", "real_driving.png"


@dataclass(frozen=True)
class Ego:
    """Somebody who drives in recordings.

    Attributes:
        action: What the environment takes, "meta" or "continuous".
        act: Actions for a batch of observations, (n, 140).
        repeats: Episodes in each recording.
    """

    action: str
    act: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    repeats: int = 1


EGOS: Final[Mapping[str, Ego]] = {
    "IDM": Ego("continuous", lambda seen, _: follow(seen)),
    "constant speed": Ego("meta", lambda seen, _: np.full(len(seen), _KEEP)),
    "always slower": Ego("meta", lambda seen, _: np.full(len(seen), _SLOWER)),
    "random": Ego("meta", lambda seen, rng: rng.integers(0, 6, len(seen)), _REPEATS),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; return 0, or 2 for wrong input."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except BenchmarkError as error:
        print(f"real_driving: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_driving",
        description="Drive in recorded traffic, and compare our traffic with it.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"the folder of CommonRoad files, or one that holds it as driving/ (or set {DATA_VARIABLE})",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", default=Path("runs/real-driving")
    )
    parser.add_argument(
        "--episodes",
        type=integer(1, 1000),
        metavar="N",
        default=40,
        help="of each setting (default 40)",
    )
    parser.add_argument(
        "--seed", type=integer(0, 2**31 - 1), default=0, metavar="S", help="default 0"
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    need(matplotlib="render", scipy="bench")
    folder = data_folder(options.data)
    files, left_out = _playable(folder)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write to {str(options.output)!r}: {error.strerror}"
        raise UsageError(msg) from error
    with progress(len(files) + len(SETTINGS)) as begin:
        episodes = []
        for file in files:
            begin(file.name)
            episodes += replayed(file, options.seed)
        recorded = values_of(traffic_of(load_commonroad(file)) for file in files)
        ours = {}
        for scenario, level in SETTINGS:
            begin(f"{scenario} at {level:g}")
            traffic = simulated(scenario, level, options.episodes, options.seed)
            ours[scenario, level] = values_of(traffic)
    table, rows = _summarised(episodes), compare(recorded, ours)
    result = {
        "recordings": [file.name for file in files],
        "left_out": left_out,
        "replay": table,
        "replay_episodes": episodes,
        "distributions": rows,
        "episodes": options.episodes,
        "seed": options.seed,
    }
    text = json.dumps(result, indent=1, allow_nan=False) + "\n"
    (options.output / _JSON).write_text(text, encoding="utf-8")
    draw(recorded, ours, options.output / _PICTURE)
    console = Console(width=None if sys.stdout.isatty() else 140)
    _show_egos(table, console)
    show(rows, console)
    print(f"Written: {options.output / _JSON}, {options.output / _PICTURE}")


def data_folder(given: Path | None) -> Path:
    """Return the folder of recordings.

    Args:
        given: It, or a folder that holds it as driving/; None: the environment variable names it.

    Raises:
        UsageError: Nobody named it, it does not exist, or no recording is in it.
    """
    named = os.environ.get(DATA_VARIABLE, "")
    folder = given or (Path(named) if named else None)
    if folder is None:
        msg = f"no recorded traffic: name its folder with --data DIR or {DATA_VARIABLE}"
        raise UsageError(msg)
    if not folder.is_dir():
        msg = f"no such folder: {str(folder)!r}"
        raise UsageError(msg)
    if (folder / "driving").is_dir():  # a folder of data for several domains
        folder /= "driving"
    if not any(path for pattern in FILES for path in folder.glob(pattern)):
        msg = f"no CommonRoad files ({', '.join(FILES)}) in the folder {str(folder)!r}"
        raise UsageError(msg)
    return folder


def _playable(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """The files of a folder that can be played, and why others cannot."""
    try:
        left_out = ReplaySim(1, source=folder).left_out
    except ValueError as error:
        raise UsageError(str(error)) from error
    files = sorted(path for pattern in FILES for path in folder.glob(pattern))
    return [path for path in files if path.name not in left_out], left_out


def replayed(file: Path, seed: int) -> list[dict[str, Json]]:
    """Let every ego drive in a recording, in either kind of traffic.

    Args:
        file: The recording.
        seed: Of the egos that draw.

    Returns:
        The metrics of every episode, with "ego", "traffic" and "recording" (the file's name).
    """
    found: list[dict[str, Json]] = []
    for traffic in TRAFFIC:
        for name, ego in EGOS.items():
            env = ReplayVectorEnv(
                num_envs=ego.repeats, source=file, traffic=traffic, action=ego.action, split="all"
            )
            env.reset(seed=seed)
            sim, rng = env.sim, np.random.default_rng(seed)
            running = np.ones(ego.repeats, np.bool_)
            while running.any():
                sim.step(ego.act(sim.observations, rng), running)
                running &= ~(sim.terminations | sim.truncations)
            for k in range(ego.repeats):
                metrics = {key: float(values[k]) for key, values in sim.metrics.items()}
                found.append(metrics | {"ego": name, "traffic": traffic, "recording": file.name})
    return found


def _summarised(episodes: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """The table: a row for each ego and kind of traffic."""
    rows = []
    for traffic in TRAFFIC:
        for name in EGOS:
            own = [one for one in episodes if (one["ego"], one["traffic"]) == (name, traffic)]
            row: dict[str, Json] = {"traffic": traffic, "ego": name, "episodes": len(own)}
            for metric in SHOWN:
                middle = np.median if metric == "min_ttc" else np.mean
                row[metric] = float(middle([one[metric] for one in own]))
            rows.append(row)
    return rows


def _show_egos(table: Sequence[Mapping[str, Any]], console: Console) -> None:
    shown = Table(title="Egos in recorded traffic: means, and the median of the least TTC")
    for heading in ("traffic", "ego"):
        shown.add_column(heading)
    for heading in ("episodes", *SHOWN):
        shown.add_column(heading.replace("_", " "), justify="right")
    for row in table:
        cells = [f"{row[name]:.2f}" for name in SHOWN]
        shown.add_row(row["traffic"], row["ego"], str(row["episodes"]), *cells)
    console.print(shown)


if __name__ == "__main__":
    sys.exit(main())

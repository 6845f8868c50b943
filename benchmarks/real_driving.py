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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.errors import BenchmarkError, UsageError
from benchmarks.suites import DATA_VARIABLE
from synth_envs.core import Json
from synth_envs.driving.env import DrivingVectorEnv
from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.ego import follow
from synth_envs.driving.real.replay import TRAFFIC, ReplaySim
from synth_envs.driving.real.statistics import (
    Traffic,
    accelerations,
    headways,
    speeds,
    traffic_of,
)
from synth_envs.driving.replay_env import ReplayVectorEnv
from synth_envs.driving.sim import layout as at

__all__ = [
    "EGOS",
    "SETTINGS",
    "compare",
    "data_folder",
    "main",
    "replayed",
    "simulated",
    "values_of",
]

FILES: Final = ("*.xml", "*.xml.gz")
SCENARIOS: Final = ("free-highway", "dense-highway", "stop-and-go")
LEVELS: Final = (0.0, 0.5, 1.0)
SETTINGS: Final = tuple((scenario, level) for scenario in SCENARIOS for level in LEVELS)
QUANTITIES: Final[Mapping[str, Callable[[Traffic], np.ndarray]]] = {
    "speed": speeds,
    "headway": headways,
    "acceleration": accelerations,
}
#: What of an episode's metrics is shown: means, but for the time to collision, whose values end at
#: 100 s (nobody came near), the median.
SHOWN: Final = (
    "collision", "at_fault", "arrived", "progress", "mean_speed", "min_ttc", "log_divergence", "others_collided",
)  # fmt: skip

_UNITS: Final = {"speed": "m/s", "headway": "s", "acceleration": "m/s²"}
_PERCENTILES: Final = (5, 50, 95)
_REPEATS: Final = 10  # episodes of the random ego in each recording; the others always do the same
_KEEP, _SLOWER = 1, 4  # meta actions
_HZ: Final = 10.0  # as recorded
_JSON, _PICTURE = "real_driving.json", "real_driving.png"
#: From light to dark as the difficulty rises; told apart without colour as well.
_LINES: Final = (("#56b4e9", ":"), ("#0072b2", "--"), ("#d55e00", "-"))
_RANGES: Final = {"speed": (0.0, 40.0), "headway": (0.0, 8.0), "acceleration": (-4.0, 4.0)}
_BINS: Final = 40

#: Values of each of `QUANTITIES`, (n,).
Values: TypeAlias = dict[str, np.ndarray]


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
        "--episodes", type=_count, metavar="N", default=40, help="of each setting (default 40)"
    )
    parser.add_argument("--seed", type=_seed, default=0, metavar="S", help="default 0")
    return parser


def _count(text: str) -> int:
    return _integer(text, 1, 1000)


def _seed(text: str) -> int:
    return _integer(text, 0, 2**31 - 1)


def _integer(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        msg = f"expected an integer from {low} to {high}, got {text[:40]!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _run(options: argparse.Namespace) -> None:
    _need()
    folder = data_folder(options.data)
    files, left_out = _playable(folder)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write to {str(options.output)!r}: {error.strerror}"
        raise UsageError(msg) from error
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as progress:
        bar = progress.add_task("", total=len(files) + len(SETTINGS))
        episodes = []
        for file in files:
            progress.update(bar, description=file.name)
            episodes += replayed(file, options.seed)
            progress.advance(bar)
        recorded = values_of(traffic_of(load_commonroad(file)) for file in files)
        ours = {}
        for scenario, level in SETTINGS:
            progress.update(bar, description=f"{scenario} at {level:g}")
            traffic = simulated(scenario, level, options.episodes, options.seed)
            ours[scenario, level] = values_of(traffic)
            progress.advance(bar)
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
    _draw(recorded, ours, options.output / _PICTURE)
    _print(table, rows)
    print(f"Written: {options.output / _JSON}, {options.output / _PICTURE}")


def _need() -> None:
    """Say now what is missing, not when everything has been driven."""
    for name, extra in (("matplotlib", "render"), ("scipy", "bench")):
        if find_spec(name) is None:
            msg = f"{name} is missing: pip install 'synth-envs[{extra}]'"
            raise UsageError(msg)


def data_folder(given: Path | None) -> Path:
    """Return the folder of recordings.

    Args:
        given: It, or a folder that holds it as driving/; None: the environment variable names it.

    Raises:
        UsageError: There is none, or no recording is in it.
    """
    named = os.environ.get(DATA_VARIABLE, "")
    folder = given or (Path(named) if named else None)
    if folder is None:
        msg = f"no recorded traffic: name its folder with --data DIR or {DATA_VARIABLE}"
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


# --- egos in recordings ---


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


# --- traffic beside traffic ---


def simulated(scenario: str, difficulty: float, episodes: int, seed: int) -> list[Traffic]:
    """Return the traffic of episodes of a highway scenario, straightened along its road.

    In bends of 500 m radius a leader 100 m ahead would be 10 m aside of the follower's axis.

    Args:
        scenario: One of those on a highway without ramps.
        difficulty: In [0, 1].
        episodes: How many.
        seed: Of the first; the others have the next ones.
    """
    env = DrivingVectorEnv(
        num_envs=episodes, scenario=scenario, difficulty=difficulty, action="driver", policy_hz=_HZ, frames=1,
        split="all",
    )  # fmt: skip
    env.reset(seed=seed)
    sim, running = env.sim, np.ones(episodes, np.bool_)
    frames = []
    while running.any():
        state = sim.save()
        there = (state["_marks"][:, at.KIND] != at.NONE) & running[:, None]
        rows = state["_actors"][:, [at.S, at.D, at.MU, at.V]].astype(np.float64)
        frames.append(np.where(there[:, None], rows, np.nan))
        sim.step(np.zeros(episodes, np.int64), running)
        running &= ~(sim.terminations | sim.truncations)
    sizes = sim.save()["_actors"][:, [at.LENGTH, at.WIDTH]].astype(np.float64)
    columns = np.stack(frames).transpose(1, 2, 0, 3)  # (episodes, 4, frames, vehicles)
    return [
        Traffic(x, y, heading, speed, length, width, 1.0 / _HZ)
        for (x, y, heading, speed), (length, width) in zip(columns, sizes, strict=True)
    ]


def values_of(pieces: Iterable[Traffic]) -> Values:
    """Return the values of `QUANTITIES` in pieces of traffic, taken together."""
    traffics = list(pieces)
    return {
        name: np.concatenate([np.empty(0), *map(function, traffics)])
        for name, function in QUANTITIES.items()
    }


def compare(recorded: Values, ours: Mapping[tuple[str, float], Values]) -> list[dict[str, Json]]:
    """Return percentiles of the recordings and of our settings, and how far apart these are.

    Returns:
        A row for the recordings and one for each setting: for each quantity the number of values,
        their percentiles, and "ks", the Kolmogorov-Smirnov distance from the recordings (0: equal, 1:
        no overlap); and the mean of these distances.
    """
    from scipy.stats import ks_2samp

    rows: list[dict[str, Json]] = [{"source": "recorded", "difficulty": None, "mean_ks": 0.0}]
    rows += [{"source": name, "difficulty": level, "mean_ks": 0.0} for name, level in ours]
    for row, values in zip(rows, [recorded, *ours.values()], strict=True):
        distances = []
        for name in QUANTITIES:
            percentiles = np.percentile(values[name], _PERCENTILES)
            # "asymp": the exact probability, which takes long, is of no use here.
            distance = float(ks_2samp(recorded[name], values[name], method="asymp").statistic)
            distances.append(distance)
            row[name] = {
                "count": len(values[name]),
                **{f"p{p}": float(v) for p, v in zip(_PERCENTILES, percentiles, strict=True)},
                "ks": distance,
            }
        row["mean_ks"] = float(np.mean(distances))
    return rows


# --- what people see ---


def _print(table: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    shown = Table(title="Egos in recorded traffic: means, and the median of the least TTC")
    for heading in ("traffic", "ego"):
        shown.add_column(heading)
    for heading in ("episodes", *SHOWN):
        shown.add_column(heading.replace("_", " "), justify="right")
    for row in table:
        cells = [f"{row[name]:.2f}" for name in SHOWN]
        shown.add_row(row["traffic"], row["ego"], str(row["episodes"]), *cells)
    console.print(shown)

    shown = Table(title="Traffic: 5th / 50th / 95th percentile, distance from the recordings (KS)")
    for heading in ("source", "at"):
        shown.add_column(heading)
    for name, unit in _UNITS.items():
        shown.add_column(f"{name} [{unit}]".replace("[", "\\["), justify="right")
        shown.add_column("KS", justify="right")
    shown.add_column("mean KS", justify="right")
    for row in rows:
        level = row["difficulty"]
        cells = [row["source"], "" if level is None else f"{level:g}"]
        for name in QUANTITIES:
            one = row[name]
            cells += [" / ".join(f"{one[f'p{p}']:.2f}" for p in _PERCENTILES), f"{one['ks']:.2f}"]
        shown.add_row(*cells, f"{row['mean_ks']:.2f}")
    console.print(shown)
    near = min(rows[1:], key=lambda row: float(row["mean_ks"]))
    print(
        f"Nearest of our settings: {near['source']} at difficulty {near['difficulty']:g}, "
        f"mean KS distance {near['mean_ks']:.2f}."
    )


def _draw(recorded: Values, ours: Mapping[tuple[str, float], Values], path: Path) -> None:
    """Write the picture: a row for each scenario, a column for each quantity."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 8.0), dpi=110, layout="constrained")
    axes = figure.subplots(len(SCENARIOS), len(QUANTITIES), sharex="col", sharey="col")
    for across, scenario in zip(axes, SCENARIOS, strict=True):
        for axis, (name, (low, high)) in zip(across, _RANGES.items(), strict=True):
            _put(axis, recorded[name], (low, high), color="0.8", label="recorded")
            for level, (colour, line) in zip(LEVELS, _LINES, strict=True):
                style = {"color": colour, "linestyle": line, "label": f"difficulty {level:g}"}
                values = ours[scenario, level][name]
                _put(axis, values, (low, high), histtype="step", linewidth=1.5, **style)
            axis.set_yticks([])
            axis.margins(x=0)
        across[0].set_ylabel(scenario)
    for axis, (name, unit) in zip(axes[-1], _UNITS.items(), strict=True):
        axis.set_xlabel(f"{name} [{unit}]")
    axes[0][-1].legend(frameon=False)
    figure.suptitle("Densities in recorded traffic and in ours")
    figure.savefig(path)


def _put(axis: Any, values: np.ndarray, ends: tuple[float, float], **style: Any) -> None:
    """Draw a histogram; what lies beyond the ends is counted in the last bins."""
    axis.hist(np.clip(values, *ends), bins=_BINS, range=ends, density=True, **style)


if __name__ == "__main__":
    sys.exit(main())

"""Our traffic beside recorded traffic: percentiles, distances and a picture of the distributions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from synth_envs.core import Json
from synth_envs.driving.env import DrivingVectorEnv
from synth_envs.driving.real.statistics import Traffic, accelerations, headways, speeds
from synth_envs.driving.sim import layout as at

__all__ = ["SETTINGS", "Values", "compare", "draw", "show", "simulated", "values_of"]

SCENARIOS: Final = ("free-highway", "dense-highway", "stop-and-go")
LEVELS: Final = (0.0, 0.5, 1.0)
SETTINGS: Final = tuple((scenario, level) for scenario in SCENARIOS for level in LEVELS)
QUANTITIES: Final[Mapping[str, Callable[[Traffic], np.ndarray]]] = {
    "speed": speeds,
    "headway": headways,
    "acceleration": accelerations,
}

_UNITS: Final = {"speed": "m/s", "headway": "s", "acceleration": "m/s²"}
_PERCENTILES: Final = (5, 50, 95)
_HZ: Final = 10.0  # as recorded
#: From light to dark as the difficulty rises; told apart without colour as well.
_LINES: Final = (("#56b4e9", ":"), ("#0072b2", "--"), ("#d55e00", "-"))
_RANGES: Final = {"speed": (0.0, 40.0), "headway": (0.0, 8.0), "acceleration": (-4.0, 4.0)}
_BINS: Final = 40

#: Values of each of `QUANTITIES`, (n,).
Values: TypeAlias = dict[str, np.ndarray]


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


def show(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print rows of `compare` as a table, and which of our settings is nearest."""
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


def draw(recorded: Values, ours: Mapping[tuple[str, float], Values], path: Path) -> None:
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

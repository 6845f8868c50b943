"""Distributions that tell traffic apart: speed, acceleration over a second, and time headway.

The same functions take recorded and simulated traffic, so that one can be held against the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from synth_envs.driving.real.recording import Recording

__all__ = [
    "Summary",
    "Traffic",
    "accelerations",
    "headways",
    "overlaps",
    "speeds",
    "summary",
    "traffic_of",
]

SPEED_PERIOD: Final = 0.5
"""Speeds and accelerations are sampled this often [s]; neighbouring frames say the same."""
HEADWAY_PERIOD: Final = 1.0  # [s]
AVERAGED: Final = 1.0
"""Accelerations are means over this time [s]: those between recorded frames are noise."""
LEAST_SPEED: Final = 2.0
"""Time headways are taken above this speed [m/s]; they mean nothing for a queue that stands."""
SIDEWAYS: Final = 1.8
"""A car ahead counts as the leader if its centre is within this of the follower's axis [m]."""
AHEAD: Final = 100.0
"""... and this far ahead at most, between the centres [m]."""


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """What every vehicle did at every frame; NaN where it is not there.

    Raises:
        ValueError: The shapes or the time step do not fit.
    """

    x: np.ndarray
    """(frames, vehicles) positions of the centres [m]."""
    y: np.ndarray
    heading: np.ndarray
    """(frames, vehicles) [rad], from +x towards +y."""
    speed: np.ndarray
    """(frames, vehicles) [m/s]."""
    length: np.ndarray
    """(vehicles,) [m]."""
    width: np.ndarray
    """(vehicles,) [m]."""
    dt: float
    """The time between frames [s]."""

    def __post_init__(self) -> None:
        shape = self.x.shape
        states = {field.shape for field in (self.x, self.y, self.heading, self.speed)}
        sizes = {field.shape for field in (self.length, self.width)}
        if len(shape) != 2 or states != {shape} or sizes != {shape[1:]}:
            msg = f"states must be (frames, vehicles) and sizes (vehicles,), got {states}, {sizes}"
            raise ValueError(msg)
        if not 0.0 < self.dt <= AVERAGED:
            msg = f"dt must be in (0, {AVERAGED}] seconds, got {self.dt}"
            raise ValueError(msg)

    def frames(self, period: float) -> int:
        """Return how many frames a period takes, at least one."""
        return max(1, round(period / self.dt))


@dataclass(frozen=True, slots=True)
class Summary:
    """Percentiles of the three distributions, and how many values each has; NaN where it has none."""

    speed: tuple[float, float, float]
    """5th, 50th and 95th percentile [m/s]."""
    acceleration: tuple[float, float]
    """1st and 99th percentile [m/s^2]."""
    headway: tuple[float, float, float]
    """5th, 50th and 95th percentile [s]."""
    counts: tuple[int, int, int]
    """Values of speed, acceleration and headway."""


def traffic_of(recording: Recording) -> Traffic:
    """Return the recorded traffic as arrays, from frame 0 to the last."""
    shape = (recording.last_frame + 1, len(recording.tracks))
    columns = [np.full(shape, np.nan) for _ in range(4)]
    for number, track in enumerate(recording.tracks):
        there = slice(track.first_frame, track.last_frame + 1)
        for column, values in zip(
            columns, (track.x, track.y, track.heading, track.speed), strict=True
        ):
            column[there, number] = values
    length = np.array([track.length for track in recording.tracks], dtype=np.float64)
    width = np.array([track.width for track in recording.tracks], dtype=np.float64)
    x, y, heading, speed = columns
    return Traffic(x, y, heading, speed, length, width, recording.dt)


def speeds(traffic: Traffic) -> np.ndarray:
    """Return speeds [m/s], (n,): one of each vehicle that is there every half second."""
    sampled = traffic.speed[:: traffic.frames(SPEED_PERIOD)]
    there: np.ndarray = sampled[np.isfinite(sampled)]
    return there


def accelerations(traffic: Traffic) -> np.ndarray:
    """Return changes of speed over a second [m/s^2], (n,); a new second begins every half second."""
    span = traffic.frames(AVERAGED)
    changes = (traffic.speed[span:] - traffic.speed[:-span]) / (span * traffic.dt)
    changes = changes[:: traffic.frames(SPEED_PERIOD)]
    there: np.ndarray = changes[np.isfinite(changes)]
    return there


def headways(traffic: Traffic) -> np.ndarray:
    """Return time headways [s], (n,): the gap to the leader, bumper to bumper, over the own speed.

    They are taken every second, of vehicles that drive faster than 2 m/s and have a leader: the
    nearest vehicle ahead within 1.8 m of the own axis and 100 m.
    """
    found = [
        _headways_at(traffic, frame)
        for frame in range(0, len(traffic.x), traffic.frames(HEADWAY_PERIOD))
    ]
    return np.concatenate([np.empty(0), *found])


def _headways_at(traffic: Traffic, frame: int) -> np.ndarray:
    there = np.flatnonzero(np.isfinite(traffic.x[frame]))
    if not len(there):
        return np.empty(0)
    heading, speed = traffic.heading[frame, there], traffic.speed[frame, there]
    dx = np.subtract.outer(traffic.x[frame, there], traffic.x[frame, there]).T
    dy = np.subtract.outer(traffic.y[frame, there], traffic.y[frame, there]).T
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    along = dx * cos + dy * sin  # (follower, other)
    across = dy * cos - dx * sin
    ahead = (along > 0.0) & (along < AHEAD) & (np.abs(across) < SIDEWAYS)
    distance = np.where(ahead, along, np.inf)
    leader = distance.argmin(axis=1)
    follows = (speed > LEAST_SPEED) & ahead.any(axis=1)
    length = traffic.length[there]
    gap = distance.min(axis=1)[follows] - (length + length[leader])[follows] / 2.0
    headway: np.ndarray = gap / speed[follows]
    return headway


def summary(traffics: Traffic | Iterable[Traffic]) -> Summary:
    """Return the percentiles of one or several pieces of traffic, taken together."""
    pieces = [traffics] if isinstance(traffics, Traffic) else list(traffics)
    values = [
        np.concatenate([np.empty(0), *map(function, pieces)])
        for function in (speeds, accelerations, headways)
    ]
    speed, acceleration, headway = values
    low, middle, high = _percentiles(speed, (5, 50, 95))
    hard, fast = _percentiles(acceleration, (1, 99))
    close, usual, far = _percentiles(headway, (5, 50, 95))
    return Summary(
        speed=(low, middle, high),
        acceleration=(hard, fast),
        headway=(close, usual, far),
        counts=(len(speed), len(acceleration), len(headway)),
    )


def _percentiles(values: np.ndarray, at: Sequence[float]) -> list[float]:
    if not len(values):
        return [float("nan")] * len(at)
    return [float(value) for value in np.percentile(values, at)]


def overlaps(traffic: Traffic, period: float = 0.5) -> list[tuple[int, int, int]]:
    """Return where two vehicles are in one place, as (frame, vehicle, later vehicle).

    Args:
        traffic: What to look at.
        period: How often to look [s].
    """
    found = []
    first, second = np.triu_indices(traffic.x.shape[1], k=1)
    for frame in range(0, len(traffic.x), traffic.frames(period)):
        place = np.stack([traffic.x[frame], traffic.y[frame]], axis=1)
        heading = traffic.heading[frame]
        axes = np.stack([np.cos(heading), np.sin(heading)], axis=1)
        normals = np.stack([-axes[:, 1], axes[:, 0]], axis=1)
        between = place[second] - place[first]
        touching = np.isfinite(between).all(axis=1)
        # Separating axes: boxes are apart if they are along a side of either.
        for one, sides in ((first, axes), (first, normals), (second, axes), (second, normals)):
            axis = sides[one]
            reach = sum(
                traffic.length[who] * np.abs((axis * axes[who]).sum(axis=1))
                + traffic.width[who] * np.abs((axis * normals[who]).sum(axis=1))
                for who in (first, second)
            )
            touching &= 2.0 * np.abs((axis * between).sum(axis=1)) < reach
        hits = np.flatnonzero(touching)
        found += [(frame, int(first[i]), int(second[i])) for i in hits]
    return found

"""The road users of a recording: states of every frame, and paths and manners for reactive traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from synth_envs.driving.real.recording import Recording, Track
from synth_envs.driving.real.replay_routes import Routes, metres_along
from synth_envs.driving.real.statistics import AHEAD, LEAST_SPEED, SIDEWAYS, traffic_of
from synth_envs.driving.sim.layout import CAR, CYCLIST, EMERGENCY, PEDESTRIAN, TRUCK

__all__ = ["JAM", "Tape", "tapes_of"]

JAM: Final = 2.0
"""The gap that reactive drivers keep when they stand [m]."""
_KINDS: Final = {
    "bicycle": CYCLIST,
    "bus": TRUCK,
    "pedestrian": PEDESTRIAN,
    "priorityVehicle": EMERGENCY,
    "train": TRUCK,
    "truck": TRUCK,
}
_SPACING: Final = 1.0
"""Points of a path are at least this far apart [m]: in a queue, recorded places stagger about."""
_LEAST_STEP: Final = 0.1  # [m], to the last point
_AVERAGED: Final = 1.0
"""Accelerations are means over this time [s]; those between recorded frames are noise."""
_HEADWAY: Final = 1.2
"""The time headway of drivers who never follow anybody [s]."""
_HEADWAYS: Final = (0.3, 2.5)
_HASTE: Final = 1.1
"""Desired speed over the highest recorded: drivers in traffic seldom drive as fast as they would."""
_LEAST_WANTED: Final = 3.0  # [m/s]
_PERIOD: Final = 0.5  # [s] between looks at headways


@dataclass(slots=True, eq=False)
class Tape:
    """One road user as `replay_layout` describes it."""

    states: np.ndarray
    """(frames, 6)."""
    path: np.ndarray
    """(points, 7)."""
    first_frame: int
    kind: int
    leaves: bool
    driver: tuple[float, ...]


def tapes_of(recording: Recording, routes: Routes) -> list[Tape]:
    """Return the road users of a recording."""
    places = [np.stack([track.x, track.y], axis=1) for track in recording.tracks]
    columns = _columns_at(recording, routes, np.concatenate([np.empty((0, 2)), *places]))
    cuts = np.cumsum([len(one) for one in places])[:-1]
    rows = zip(recording.tracks, np.split(columns, cuts), _manners(recording), strict=False)
    return [_tape(recording, track, lanes, manners) for track, lanes, manners in rows]


def _tape(
    recording: Recording, track: Track, columns: np.ndarray, manners: tuple[float, float]
) -> Tape:
    span = max(1, round(_AVERAGED / recording.dt))
    earlier = np.maximum(np.arange(len(track.x)) - span, 0)
    seconds = np.maximum(np.arange(len(track.x)) - earlier, 1) * recording.dt
    acceleration = (track.speed - track.speed[earlier]) / seconds
    states = np.stack([track.x, track.y, track.heading, track.speed, acceleration, columns], axis=1)
    path = _path(states)
    # Where it is when the ego starts: at its first place, if it comes later.
    frame = max(0, min(recording.problem.frame - track.first_frame, len(states) - 1))
    begin = metres_along(path[:, :2], states[frame, :2])
    return Tape(
        states=states,
        path=path,
        first_frame=track.first_frame,
        kind=_KINDS.get(track.kind, CAR),
        leaves=track.last_frame < recording.last_frame,
        driver=(track.length, track.width, *manners, float(path[-1, 2]), begin),
    )


def _columns_at(recording: Recording, routes: Routes, places: np.ndarray) -> np.ndarray:
    """Return which lane each of some places is on; NaN where there is none."""
    columns = np.full(len(places), np.nan)
    for name, lanelet in recording.lanelets.items():
        outline = np.concatenate([lanelet.left, lanelet.right])
        low, high = outline.min(axis=0), outline.max(axis=0)
        near = np.flatnonzero(np.isnan(columns) & ((places >= low) & (places <= high)).all(axis=1))
        columns[near[lanelet.contains(places[near])]] = routes.column[name]
    return columns


def _path(states: np.ndarray) -> np.ndarray:
    """Return the way of a track, without standing and staggering."""
    kept = [0]
    for k in range(1, len(states)):
        step = states[k, :2] - states[kept[-1], :2]
        heading = states[kept[-1], 2]
        forward = step[0] * np.cos(heading) + step[1] * np.sin(heading)
        least = _LEAST_STEP if k == len(states) - 1 else _SPACING
        if forward >= least:
            kept.append(k)
    points = states[kept]
    step = np.diff(points[:, :2], axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    metres = np.concatenate([[0.0], np.cumsum(length)])
    direction = step / length[:, None]
    last = direction[-1:] if len(step) else [[np.cos(points[0, 2]), np.sin(points[0, 2])]]
    direction = np.concatenate([direction, last])
    return np.column_stack([points[:, :2], metres, direction, points[:, 2], points[:, 5]])


def _manners(recording: Recording) -> list[tuple[float, float]]:
    """Return the desired speed (m/s) and time headway (s) of each road user.

    The headway is the median of those at which IDM would keep the recorded gap at the recorded speed
    (equation 8 of Treiber, Hennecke and Helbing, 2000).
    """
    traffic = traffic_of(recording)
    wanted = [max(_LEAST_WANTED, _HASTE * float(one.speed.max())) for one in recording.tracks]
    found: list[list[float]] = [[] for _ in recording.tracks]
    for frame in range(0, len(traffic.x), traffic.frames(_PERIOD)):
        there = np.flatnonzero(np.isfinite(traffic.x[frame]))
        x, y = traffic.x[frame, there], traffic.y[frame, there]
        for i in there[traffic.speed[frame, there] > LEAST_SPEED].tolist():
            dx, dy = x - traffic.x[frame, i], y - traffic.y[frame, i]
            cosine, sine = np.cos(traffic.heading[frame, i]), np.sin(traffic.heading[frame, i])
            along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
            ahead = (along > 0.0) & (along < AHEAD) & (np.abs(across) < SIDEWAYS)
            if ahead.any():
                j = int(there[np.where(ahead, along, np.inf).argmin()])
                gap = along[ahead].min() - (traffic.length[i] + traffic.length[j]) / 2
                v = float(traffic.speed[frame, i])
                share = np.sqrt(1.0 - (v / wanted[i]) ** 4)
                found[i].append(float((gap * share - JAM) / v))
    low, high = _HEADWAYS
    headways = [float(np.clip(np.median(one), low, high)) if one else _HEADWAY for one in found]
    return list(zip(wanted, headways, strict=True))

"""The playable recordings of a file or a folder, as tables for kernels."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path

import numpy as np

from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.lanes import drawn_lanes
from synth_envs.driving.real.recording import Recording
from synth_envs.driving.real.replay_layout import Tables
from synth_envs.driving.real.replay_routes import Routes, lanelet_at, routes_of
from synth_envs.driving.real.replay_tracks import Tape, tapes_of
from synth_envs.driving.scene import Lane

__all__ = ["Library", "library_of"]

STEP = 0.2
"""The time between decisions [s]."""
_LEAST_PACE = 5.0  # [m/s]
_ENDINGS = (".xml", ".xml.gz")
_KNOWN = 4


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """The playable recordings of a source."""

    names: tuple[str, ...]
    """As the files state them, in the order of the file names."""
    left_out: dict[str, str]
    """Files that are not playable, and why."""
    digest: str
    """Eight hexadecimal digits that change with the files."""
    lanes: tuple[list[Lane], ...]
    """Of each recording, to draw."""
    most: int
    """The largest number of tracks."""
    tables: Tables


def library_of(source: str | os.PathLike[str]) -> Library:
    """Return the playable recordings of a CommonRoad file, or of a folder of them.

    A recording is playable if its road users have trajectories, its frames fit into decisions at
    5 Hz, the ego starts on a lanelet, the goal can be reached along lanelets, and time is left.

    Raises:
        FileNotFoundError: There is no such file or folder.
        TypeError: The source is no path.
        ValueError: A file is damaged or unsupported, or none is playable; the message says why.
    """
    try:
        path = Path(source)
    except TypeError as error:
        msg = f"source must be the path of a CommonRoad file or folder, got {source!r:.100}"
        raise TypeError(msg) from error
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.name.endswith(_ENDINGS))
        if not files:
            msg = f"{path}: no CommonRoad files (*.xml, *.xml.gz) in this folder"
            raise ValueError(msg)
    elif path.is_file():
        files = [path]
    else:
        msg = f"{path}: no such file or folder"
        raise FileNotFoundError(msg)
    stats = [one.stat() for one in files]
    known = tuple(
        (os.fspath(one.resolve()), stat.st_mtime_ns, stat.st_size)
        for one, stat in zip(files, stats, strict=True)
    )
    return _library(known)


@lru_cache(maxsize=_KNOWN)
def _library(files: tuple[tuple[str, int, int], ...]) -> Library:
    digest = blake2b(digest_size=4)
    played: list[tuple[Recording, int, Routes]] = []
    left_out = {}
    for name, _, _ in files:
        path = Path(name)
        recording = load_commonroad(path)
        try:
            played.append((recording, *_playable(recording)))
        except ValueError as error:
            left_out[path.name] = str(error)
            continue
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    if not played:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        msg = f"no recording can be played: {reasons}"
        raise ValueError(msg)
    return Library(
        names=tuple(recording.name for recording, _, _ in played),
        left_out=left_out,
        digest=digest.hexdigest(),
        lanes=tuple(drawn_lanes(recording) for recording, _, _ in played),
        most=max(1, *(len(recording.tracks) for recording, _, _ in played)),
        tables=_tables(played),
    )


def _last_frame(recording: Recording) -> int:
    """When an episode is truncated: at the end of the recording, or of the last goal's time."""
    last = max(goal.frames[1] for goal in recording.problem.goals)
    return min(last, recording.last_frame) if recording.tracks else last


def _playable(recording: Recording) -> tuple[int, Routes]:
    """Return where the ego starts, and the routes from there.

    Raises:
        ValueError: The recording cannot be played.
    """
    if not recording.has_trajectories:
        msg = "its road users have predicted sets of places, not trajectories"
        raise ValueError(msg)
    frames = round(STEP / recording.dt)
    if frames < 1 or abs(frames * recording.dt - STEP) > 1e-6:
        msg = f"its time step of {recording.dt:g} s does not divide {STEP} s"
        raise ValueError(msg)
    problem = recording.problem
    if _last_frame(recording) <= problem.frame:
        msg = "the ego starts when the recording or the goal's time is over"
        raise ValueError(msg)
    start = lanelet_at(recording, problem.x, problem.y, problem.heading)
    if start is None:
        msg = "the ego starts outside of every lanelet"
        raise ValueError(msg)
    routes = routes_of(recording, start)
    if start not in routes.leads:
        msg = "no lanelets lead from the ego's start to the goal"
        raise ValueError(msg)
    return start, routes


class _Rows:
    """Tables that grow."""

    def __init__(self) -> None:
        self.names = Tables._fields
        self.rows: dict[str, list[Iterable[float]]] = {name: [] for name in self.names}

    def count(self, name: str) -> int:
        return len(self.rows[name])

    def add(self, name: str, rows: Iterable[Iterable[float]]) -> tuple[int, int]:
        """Append rows; return where they begin and how many they are."""
        first = self.count(name)
        self.rows[name] += rows
        return first, self.count(name) - first

    def array(self, name: str, width: int, kind: type[np.generic]) -> np.ndarray:
        return np.array([list(row) for row in self.rows[name]], kind).reshape(-1, width)


def _tables(played: list[tuple[Recording, int, Routes]]) -> Tables:
    rows = _Rows()
    for recording, start, routes in played:
        lanelets = _add_lanelets(rows, recording, routes)
        goals = _add_goals(rows, recording, lanelets)
        tapes = tapes_of(recording, routes)
        tracks = _add_tracks(rows, tapes)
        problem = recording.problem
        timed = not any(goal.regions or goal.lanelets for goal in problem.goals)
        rows.add(
            "recordings",
            [(
                *tracks, min(lanelets.values()), len(lanelets), *goals, problem.frame, _last_frame(recording),
                round(STEP / recording.dt), timed, lanelets[start],
            )],
        )  # fmt: skip
        pace = max([_LEAST_PACE, problem.speed])
        if tapes:
            speeds = np.concatenate([tape.states[:, 3] for tape in tapes])
            pace = max(_LEAST_PACE, float(np.percentile(speeds, 95)))
        ego = (problem.x, problem.y, problem.heading, problem.speed)
        rows.add("starts", [(*ego, recording.dt, pace)])
    width = {
        "recordings": 11, "starts": 6, "tracks": 7, "drivers": 6, "states": 6, "paths": 7, "lanelets": 9, "fields": 8,
        "outlines": 2, "centres": 3, "goals": 6, "limits": 4, "regions": 2, "corners": 2, "targets": 1,
    }  # fmt: skip
    whole = {"recordings", "tracks", "lanelets", "goals", "regions", "targets"}
    arrays = {
        name: rows.array(name, columns, np.int64 if name in whole else np.float64)
        for name, columns in width.items()
    }
    arrays["targets"] = arrays["targets"].reshape(-1)
    return Tables(**arrays)


def _add_lanelets(rows: _Rows, recording: Recording, routes: Routes) -> dict[int, int]:
    """Append the lanelets of a recording; return the row of each id."""
    first = rows.count("lanelets")
    row_of = {name: first + k for k, name in enumerate(recording.lanelets)}
    for name, lanelet in recording.lanelets.items():
        sides = (
            lanelet.adjacent_left if lanelet.adjacent_left_same else None,
            lanelet.adjacent_right if lanelet.adjacent_right_same else None,
            routes.following[name],
        )
        outline = np.concatenate([lanelet.left, lanelet.right[::-1]])
        metres = [0.0, *accumulate(np.hypot(*np.diff(lanelet.center, axis=0).T).tolist())]
        points = np.column_stack([lanelet.center, metres])
        rows.add(
            "lanelets",
            [(
                *rows.add("outlines", outline.tolist()), *rows.add("centres", points.tolist()),
                *(-1 if one is None else row_of[one] for one in sides),
                routes.column[name], routes.shift.get(name, 0),
            )],
        )  # fmt: skip
        low, high = outline.min(axis=0), outline.max(axis=0)
        rest = (routes.beyond.get(name, np.nan), routes.span.get(name, np.nan))
        rows.add(
            "fields", [(metres[-1], *rest, routes.room[name], low[0], high[0], low[1], high[1])]
        )
    return row_of


def _add_goals(rows: _Rows, recording: Recording, row_of: dict[int, int]) -> tuple[int, int]:
    first = rows.count("goals")
    for goal in recording.problem.goals:
        places = [rows.add("corners", region.tolist()) for region in goal.regions]
        regions = rows.add("regions", places)
        targets = rows.add("targets", [(row_of[name],) for name in goal.lanelets])
        rows.add("goals", [(*goal.frames, *regions, *targets)])
        none = (np.nan, np.nan)
        rows.add("limits", [(*(goal.heading or none), *(goal.speed or none))])
    return first, rows.count("goals") - first


def _add_tracks(rows: _Rows, tapes: list[Tape]) -> tuple[int, int]:
    first = rows.count("tracks")
    for tape in tapes:
        states = rows.add("states", tape.states.tolist())
        path = rows.add("paths", tape.path.tolist())
        rows.add("tracks", [(*states, tape.first_frame, *path, tape.kind, tape.leaves)])
        rows.add("drivers", [tape.driver])
    return first, len(tapes)

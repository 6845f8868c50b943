"""What a recording of traffic holds: lanelets, tracks and the driving problem, as arrays.

Coordinates are metres with y up; headings are radians, counter-clockwise from +x.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Goal", "Lanelet", "Location", "Problem", "Recording", "Track"]


@dataclass(frozen=True, slots=True, eq=False)
class Lanelet:
    """A piece of a lane between two bounds, drawn in the direction of travel."""

    id: int
    left: np.ndarray
    """(k, 2) the left bound, without repeated points [m]."""
    right: np.ndarray
    """(m, 2) the right bound, without repeated points [m]; its count may differ from `left`'s."""
    center: np.ndarray
    """(n, 2) the mean of the bounds' paired points, without repeated points [m]."""
    width: np.ndarray
    """(n,) the distances of each point of `center` from the two bounds, together [m]."""
    left_line: str
    """How the left bound is marked: "solid", "dashed", "broad_solid", ...; "unknown" if not said."""
    right_line: str
    predecessors: tuple[int, ...]
    successors: tuple[int, ...]
    adjacent_left: int | None
    adjacent_left_same: bool
    """Whether the neighbour drives in the same direction; True if there is none."""
    adjacent_right: int | None
    adjacent_right_same: bool
    kinds: tuple[str, ...]
    """The types that the file states, such as ("urban",)."""

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return which of some points lie between the bounds.

        Args:
            points: (..., 2) positions [m].

        Returns:
            (...) booleans; points on the outline itself may be either.
        """
        outline = np.concatenate([self.left, self.right[::-1]])
        x, y = points[..., 0], points[..., 1]
        inside = np.zeros(points.shape[:-1], dtype=bool)
        for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            crossing = (y0 > y) != (y1 > y)
            inside ^= crossing & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return inside


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One road user: its states at every frame from `first_frame` on, without gaps."""

    id: int
    kind: str
    """The type that the file states, such as "car"."""
    length: float  # [m]
    width: float  # [m]
    first_frame: int
    x: np.ndarray
    """(frames,) positions of the centre [m]."""
    y: np.ndarray
    heading: np.ndarray
    """(frames,) [rad]."""
    speed: np.ndarray
    """(frames,) as recorded [m/s]; frame-wise accelerations of recordings are noise."""
    has_trajectory: bool
    """False where the file gives sets of reachable places: then only the first state is there."""

    @property
    def last_frame(self) -> int:
        """The frame of the last state."""
        return self.first_frame + len(self.x) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """One way to reach the goal: every condition that is given must hold at the same time."""

    frames: tuple[int, int]
    """The first and the last frame at which it counts."""
    regions: tuple[np.ndarray, ...]
    """(k, 2) polygons, one of which the ego's centre must be in; none: any place."""
    lanelets: tuple[int, ...]
    """Lanelets, one of which the ego's centre must be in; none: any place."""
    heading: tuple[float, float] | None
    speed: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Where the ego starts, and what it must reach; its recorded drive is not in the file."""

    id: int
    frame: int
    x: float  # [m]
    y: float
    heading: float  # [rad]
    speed: float  # [m/s]
    yaw_rate: float  # [rad/s]
    slip_angle: float  # [rad]
    goals: tuple[Goal, ...]
    """At least one; reaching any of them is enough."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a recording was taken, as far as its file says."""

    geo_name_id: int | None = None
    latitude: float | None = None  # [degrees]
    longitude: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One file of recorded traffic."""

    name: str
    source: str
    """Who recorded it, as the file states."""
    location: Location
    dt: float
    """The time between frames [s]."""
    lanelets: dict[int, Lanelet]
    tracks: tuple[Track, ...]
    problem: Problem
    tags: tuple[str, ...]
    ignored: dict[str, int] = field(default_factory=dict)
    """How many elements of which name were left out, such as traffic signs."""

    @property
    def has_trajectories(self) -> bool:
        """Whether the traffic can be replayed."""
        return all(track.has_trajectory for track in self.tracks)

    @property
    def last_frame(self) -> int:
        """The last frame of any track; 0 without tracks."""
        return max((track.last_frame for track in self.tracks), default=0)

"""Maps: roads of straight lines and arcs with parallel lanes, and where roads are in each other's way.

A junction has one road for each way through it, from one arm to another. Where two of them meet,
`zones` says which stretch of one is taken by which stretch of the other, whether they run on as one
lane from there, and which gives way.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from synth_envs.driving.sim.layout import (
    MAX_LANES,
    MAX_SEGMENTS,
    MAX_ZONES,
    ROAD_LANES,
    ROAD_LENGTH,
    ROAD_LIMIT,
    ROAD_ONCOMING,
    ROAD_STOP,
    ROAD_WIDTH,
)

__all__ = ["MAPS", "Lane", "Road", "Tables", "tables"]

FAR = 1e6
#: Centre lines nearer than this are in each other's way.
_NEAR = 2.6
_STEP = 1.0
#: How far along their roads ways are compared; what runs on as one there does so to the end.
_LOOKED = 240.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a road.

    Attributes:
        begin: Where it begins (m along the road).
        end: Where it ends; a wall stands there.
        opens: From where it may be entered or left.
        closes: Up to where it may be entered or left.
        lean_in: How far it lies to the right for each metre before `opens`.
        lean_out: The same for each metre after `closes`.
    """

    begin: float = -FAR
    end: float = FAR
    opens: float = -FAR
    closes: float = FAR
    lean_in: float = 0.0
    lean_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Road:
    """A road: stretches of (length, curvature) from a pose, with lanes from right to left.

    Attributes:
        stretches: Lengths (m) and curvatures (1/m, positive to the left).
        start: World x, y (m) and heading (rad).
        lanes: From lane 0, the rightmost, to the left.
        oncoming: How many further lanes on the left lead the other way.
        width: Of a lane, in m.
        limit: Speed limit in m/s.
        stop: Where the stop line is, or FAR.
    """

    stretches: Sequence[tuple[float, float]]
    start: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lanes: Sequence[Lane] = field(default_factory=lambda: (Lane(),))
    oncoming: int = 0
    width: float = 3.6
    limit: float = 30.0
    stop: float = FAR

    @property
    def length(self) -> float:
        """Metres from the beginning of the first stretch to the end of the last."""
        return sum(length for length, _ in self.stretches)

    def rows(self) -> np.ndarray:
        """The segments, float64 (stretches, 7); see `layout`."""
        x, y, heading = self.start
        s, rows = 0.0, []
        for length, bend in self.stretches:
            rows.append([s, x, y, heading, bend, math.cos(heading), math.sin(heading)])
            if abs(bend) < 1e-9:
                x, y = x + length * math.cos(heading), y + length * math.sin(heading)
            else:
                after = heading + bend * length
                x += (math.sin(after) - math.sin(heading)) / bend
                y -= (math.cos(after) - math.cos(heading)) / bend
                heading = after
            s += length
        return np.array(rows)

    def line(self) -> np.ndarray:
        """Points of the first 240 m of the reference line, float64 (points, 4): s, x, y, heading."""
        rows, points = self.rows(), []
        for s in np.arange(0.0, min(self.length, _LOOKED), _STEP):
            s0, x, y, heading, bend, cosine, sine = rows[
                np.searchsorted(rows[:, 0], s, "right") - 1
            ]
            u = s - s0
            after = heading + bend * u
            if abs(bend) < 1e-9:
                points.append([s, x + u * cosine, y + u * sine, heading])
            else:
                x, y = x + (math.sin(after) - sine) / bend, y - (math.cos(after) - cosine) / bend
                points.append([s, x, y, after])
        return np.array(points)


def _highways() -> dict[str, list[Road]]:
    bends = {
        "straight": [(6000.0, 0.0)],
        "left": [(400.0, 0.0), (500.0, 1 / 700), (5100.0, 0.0)],
        "right": [(400.0, 0.0), (500.0, -1 / 700), (5100.0, 0.0)],
        "winding": [
            (200.0, 0.0),
            (300.0, 1 / 500),
            (300.0, -1 / 500),
            (300.0, 1 / 600),
            (4900.0, 0.0),
        ],
    }
    return {
        f"highway-{lanes}-{name}": [Road(stretches, lanes=[Lane()] * lanes)]
        for lanes in (2, 3, 4)
        for name, stretches in bends.items()
    }


def _ramps() -> dict[str, list[Road]]:
    merging = Lane(end=430.0, opens=230.0, closes=425.0, lean_in=0.06)
    leaving = Lane(begin=250.0, opens=260.0, closes=450.0, lean_out=0.06)
    found = {}
    for lanes in (2, 3):
        found[f"merge-{lanes}"] = [Road([(6000.0, 0.0)], lanes=[merging, *[Lane()] * lanes])]
        found[f"exit-{lanes}"] = [Road([(6000.0, 0.0)], lanes=[leaving, *[Lane()] * lanes])]
    return found


def _streets() -> dict[str, list[Road]]:
    return {
        "street": [Road([(2000.0, 0.0)], lanes=[Lane()], oncoming=1, width=3.4, limit=14.0)],
        "avenue": [Road([(2000.0, 0.0)], lanes=[Lane()] * 2, oncoming=1, width=3.4, limit=14.0)],
        "bend": [
            Road([(60.0, 0.0), (60.0, 1 / 60), (1900.0, 0.0)], lanes=[Lane()], oncoming=1, width=3.4, limit=14.0)
        ],
    }  # fmt: skip


#: The arms of a junction, counter-clockwise from the south: the direction in which one drives in.
_ARMS = (math.pi / 2, math.pi, -math.pi / 2, 0.0)
_ARM = 80.0


def _crossing() -> list[Road]:
    """Twelve ways through a crossing of two streets: arm a, to the right, straight on, to the left."""
    roads = []
    half, offset = 9.0, 1.7  # of the crossing; of a lane from the middle of the street
    for heading in _ARMS:
        c, s = math.cos(heading), math.sin(heading)
        far = half + _ARM
        start = (-c * far + s * offset, -s * far - c * offset, heading)
        for turn in (-1, 0, 1):
            if turn == 0:
                middle = [(2 * half, 0.0)]
            else:
                radius = half - offset if turn < 0 else half + offset
                middle = [(radius * math.pi / 2, turn / radius)]
            stretches = [(_ARM, 0.0), *middle, (_ARM + 400.0, 0.0)]
            roads.append(Road(stretches, start, width=3.4, limit=14.0, stop=_ARM - 1.0))
    return roads


def _roundabout() -> list[Road]:
    """Twelve ways through a roundabout: from each arm to the first, second and third exit."""
    roads = []
    radius, offset, bend = 18.0, 1.8, 12.0
    # The bend into the ring touches it from outside: their centres are radius + bend apart.
    turn = math.acos((bend + offset) / (radius + bend))
    approach = (radius + bend) * math.sin(turn)
    for heading in _ARMS:
        c, s = math.cos(heading), math.sin(heading)
        far = approach + _ARM
        start = (-c * far + s * offset, -s * far - c * offset, heading)
        for exits in (1, 2, 3):
            stretches = [
                (_ARM, 0.0),
                (bend * turn, -1 / bend),
                (radius * (2 * turn - math.pi + exits * math.pi / 2), 1 / radius),
                (bend * turn, -1 / bend),
                (_ARM + 400.0, 0.0),
            ]
            roads.append(Road(stretches, start, limit=10.0, stop=_ARM + 0.3 * bend * turn))
    return roads


#: Maps by name. Junctions: road 3 * arm + way, with ways from right to left (or exits 1 to 3).
MAPS: dict[str, list[Road]] = {
    **_highways(),
    **_ramps(),
    **_streets(),
    "crossing": _crossing(),
    "signals": _crossing(),
    "roundabout": _roundabout(),
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The maps as arrays; see `layout` for the columns.

    Attributes:
        names: Of the maps, in their order.
        roads: float32 (maps, roads, 6).
        segments: float32 (maps, roads, MAX_SEGMENTS, 7).
        counts: int32 (maps, roads): how many of the segments there are.
        lanes: float32 (maps, roads, MAX_LANES, 6).
        zones: float32 (maps, roads, roads, MAX_ZONES, 7); rows without a stretch are zero.
        junctions: int32 (maps,): how many roads the map has if they meet, or 1.
    """

    names: tuple[str, ...]
    roads: np.ndarray
    segments: np.ndarray
    counts: np.ndarray
    lanes: np.ndarray
    zones: np.ndarray
    junctions: np.ndarray


@functools.cache
def tables() -> Tables:
    """The arrays of all maps, made once per process."""
    names = tuple(MAPS)
    most = max(len(roads) for roads in MAPS.values())
    shape = (len(names), most)
    roads = np.zeros((*shape, 6), np.float32)
    segments = np.zeros((*shape, MAX_SEGMENTS, 7), np.float32)
    counts = np.zeros(shape, np.int32)
    lanes = np.zeros((*shape, MAX_LANES, 6), np.float32)
    zones = np.zeros((*shape, most, MAX_ZONES, 7), np.float32)
    junctions = np.array([len(one) for one in MAPS.values()], np.int32)
    known: dict[tuple[str, int, int], list[tuple[float, ...]]] = {}
    for m, (name, ways) in enumerate(MAPS.items()):
        for r, road in enumerate(ways):
            rows = road.rows()
            row = roads[m, r]
            row[ROAD_LENGTH], row[ROAD_LANES] = road.length, len(road.lanes)
            row[ROAD_WIDTH], row[ROAD_LIMIT] = road.width, road.limit
            row[ROAD_ONCOMING], row[ROAD_STOP] = road.oncoming, road.stop
            segments[m, r, : len(rows)], counts[m, r] = rows, len(rows)
            for k, lane in enumerate(road.lanes):
                lanes[m, r, k] = (
                    lane.begin, lane.end, lane.opens, lane.closes, lane.lean_in, lane.lean_out
                )  # fmt: skip
        if len(ways) > 1:
            lines = [road.line() for road in ways]
            shape_of = "crossing" if name == "signals" else name
            for p in range(len(ways)):
                for q in range(len(ways)):
                    if p != q:
                        if (shape_of, p, q) not in known:
                            known[shape_of, p, q] = _zones(lines[p], lines[q])
                        found = known[shape_of, p, q]
                        for z, zone in enumerate(found[:MAX_ZONES]):
                            zones[m, p, q, z] = (*zone, 0.0, 0.0)[:7]
                            zones[m, p, q, z, 5] = _yields(name, ways, p, q, zone)
                            zones[m, p, q, z, 6] = zone[5]
    return Tables(names, roads, segments, counts, lanes, zones, junctions)


def _zones(p: np.ndarray, q: np.ndarray) -> list[tuple[float, ...]]:
    """Where two lines are near each other: from and to on p and q, whether as one, and the shift."""
    apart = np.hypot(p[:, None, 1] - q[None, :, 1], p[:, None, 2] - q[None, :, 2])
    nearest = apart.argmin(axis=1)
    distance = apart[np.arange(len(p)), nearest]
    close = distance < _NEAR
    edges = np.flatnonzero(np.diff(np.concatenate([[False], close, [False]]).astype(int)))
    found: list[tuple[float, ...]] = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        places = q[nearest[first:stop], 0]
        touched = q[(apart[first:stop] < _NEAR).any(axis=0), 0]
        turned = np.abs(np.sin(p[first:stop, 3] - q[nearest[first:stop], 3]))
        same = (distance[first:stop] < 0.3) & (turned < 0.05)
        shared = same.sum() * _STEP > 4.0
        shift = float(np.median((p[first:stop, 0] - places)[same])) if shared else 0.0
        ends = (p[stop - 1, 0], touched.max())
        if shared and (stop == len(p) or ends[1] == q[-1, 0]):
            ends = (FAR, FAR)
        found.append((p[first, 0], ends[0], touched.min(), ends[1], float(shared), shift))
    return found


def _yields(name: str, ways: Sequence[Road], p: int, q: int, zone: tuple[float, ...]) -> float:
    """Whether road p gives way to road q at a zone of theirs."""
    if zone[0] < 1.0 and zone[2] < 1.0:
        return 0.0  # they come from the same arm
    if name == "roundabout":
        ring = [one.stretches[0][0] + one.stretches[1][0] for one in (ways[p], ways[q])]
        enters = [zone[0] < ring[0] - 1.0, zone[2] < ring[1] - 1.0]
        return float(enters[0] and not enters[1])
    rank = [(way % 3 < 2) + (2 * ((way // 3) % 2) if name == "crossing" else 0) for way in (p, q)]
    return float(rank[0] < rank[1] or (rank[0] == rank[1] and p // 3 > q // 3))

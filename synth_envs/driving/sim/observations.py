"""What the ego's observations hold, in its own frame: x ahead, y to the left, angles counter-clockwise.

Every number is scaled to [-1, 1] or [0, 1] and clipped there; see `EGO_FEATURES`, `ROW_FEATURES`,
`LIDAR_FEATURES` and `GRID_CHANNELS`. Only what `visibility.look` marked as seen is in them.
"""

from __future__ import annotations

import math
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.sim.drivers import lane_centre
from synth_envs.driving.sim.geometry import curvature
from synth_envs.driving.sim.layout import (
    ACC,
    END,
    FRICTION,
    GOAL_LANE,
    GOAL_S,
    KIND,
    LANE,
    LANE_CLOSE,
    LANE_OPEN,
    LANE_TO,
    LENGTH,
    LIGHT,
    LIMIT,
    MU,
    NONE,
    PHASE,
    RANGE,
    ROAD,
    ROAD_LANES,
    ROAD_LENGTH,
    ROAD_WIDTH,
    SEEN,
    STEER,
    TARGET_SPEED,
    TIME,
    WIDTH,
    D,
    H,
    S,
    V,
    X,
    Y,
)
from synth_envs.driving.sim.trigonometry import sincos
from synth_envs.driving.sim.visibility import CELLS, RAY_COS, RAY_SIN, RAYS, mark_clear, mark_road
from synth_envs.families import suggest
from synth_envs.kernels.jit import kernel

__all__ = [
    "EGO_FEATURES", "GRID_CHANNELS", "LIDAR_FEATURES", "OBSERVATIONS", "RAYS_OUT", "ROWS",
    "ROW_FEATURES", "attention_observation", "ego_state", "grid", "kinematics",
    "kinematics_observation", "lidar", "lidar_observation", "space_of",
]  # fmt: skip

#: The names of the observations, as `space_of` takes them.
OBSERVATIONS = ("kinematics", "lidar", "grid", "attention")
#: Features of the ego, with the value that stands for 1 and the least that the feature takes.
EGO_FEATURES = (
    ("speed", 40.0, -1.0),  # m/s; negative when it backs
    ("acceleration", 10.0, -1.0),  # m/s2
    ("steering", math.pi / 4, -1.0),  # rad
    ("offset", 4.0, -1.0),  # m to the left of the centre of the lane it keeps or changes to
    ("sine", 1.0, -1.0),  # of its heading relative to the road
    ("cosine", 1.0, -1.0),
    ("lane", 4.0, 0.0),  # 0 is the rightmost
    ("room", 200.0, 0.0),  # m in which to change lanes, as the lane ends or the goal is on another
    ("limit", 40.0, 0.0),  # m/s
    ("goal", 500.0, -1.0),  # m along the road
    ("goal_lane", 4.0, -1.0),  # lanes to the left; 0 if any lane will do
    ("light", 1.0, 0.0),  # next light seen on its road: 0 none, 0.33 green, 0.67 yellow, 1 red
    ("light_distance", 200.0, 0.0),  # m; 1 if there is none
    ("bend", 0.05, -1.0),  # curvature of the road here, in 1/m
    ("bend_ahead", 0.05, -1.0),  # and 30 m ahead
    ("friction", 1.0, 0.0),
    ("target", 40.0, 0.0),  # m/s: the speed that meta actions set
    ("time", 1.0, 0.0),  # share of the episode's time that is over
    ("left", 1.0, 0.0),  # 1 if there is a lane on the left to change to here, else 0
    ("right", 1.0, 0.0),
)
#: Features of a road user. The ego's own row has x = y = 0, its speed as vx, and its heading relative
#: to the road; in the others velocities and headings are relative to the ego.
ROW_FEATURES = (
    ("presence", 1.0, 0.0),
    ("x", 150.0, -1.0),  # m
    ("y", 150.0, -1.0),
    ("vx", 40.0, -1.0),  # m/s
    ("vy", 40.0, -1.0),
    ("cosine", 1.0, -1.0),
    ("sine", 1.0, -1.0),
    ("length", 20.0, 0.0),  # m
    ("width", 4.0, 0.0),  # m
    ("kind", 10.0, 0.0),  # index in layout.KINDS
    ("braking", 1.0, 0.0),  # 1 if it brakes with more than 1.5 m/s2
    ("lane", 4.0, -1.0),  # lanes to the left of the ego's on the same road; 0 on other roads
)
#: Of a sector: distance over the sensor's range (1: nothing), speed away from the ego over 40 m/s,
#: kind over 10.
LIDAR_FEATURES = (("distance", 1.0, 0.0), ("radial_speed", 40.0, -1.0), ("kind", 10.0, 0.0))
#: Of a cell. `road` is 1 on lanes of the ego's road and 0.5 on its oncoming lanes; `known` is 1 where
#: the cell is seen; where it is not, everything else is 0.
GRID_CHANNELS = (
    ("presence", 1.0, 0.0), ("vx", 40.0, -1.0), ("vy", 40.0, -1.0), ("road", 1.0, 0.0), ("known", 1.0, 0.0),
)  # fmt: skip
#: Road users in a table, the ego's own row first.
ROWS = 10
#: Sectors of the lidar: sector i is rays 4i to 4i + 3.
RAYS_OUT = 60

_F = np.float32
_ZERO, _ONE, _HALF = _F(0.0), _F(1.0), _F(0.5)
_PER_PLACE, _PER_SPEED, _PER_LENGTH, _QUARTER = _F(1 / 150), _F(1 / 40), _F(1 / 20), _F(1 / 4)
_TENTH, _PER_200, _PER_500, _TWENTY = _F(0.1), _F(1 / 200), _F(1 / 500), _F(20.0)
_PER_STEER, _BRAKES, _AHEAD, _FAR = _F(4.0 / math.pi), _F(-1.5), _F(30.0), _F(1e6)
_PER_PHASE = (_F(0.33), _F(0.67), _F(1.0))
# Of the grid, in m: its reach behind and to the side.
_BEHIND, _SIDE = _F(20.0), _F(32.0)
_CELLS, _PER_SECTOR = _F(CELLS), RAYS // RAYS_OUT
_FEATURES, _EGO = len(ROW_FEATURES), len(EGO_FEATURES)


@kernel
def _unit(value: np.float32) -> np.float32:
    """Clip to [-1, 1]; what is not a number becomes -1, so that observations are always finite."""
    return min(value, _ONE) if value > -_ONE else -_ONE


@kernel
def _share(value: np.float32) -> np.float32:
    """Clip to [0, 1]; what is not a number becomes 0."""
    return min(value, _ONE) if value > _ZERO else _ZERO


@kernel
def kinematics(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, out: np.ndarray,  # noqa: ARG001
) -> None:  # fmt: skip
    """Fill the table of road users: the ego, then those seen, nearest first; zeros below.

    Lights are not in it: the next one is among the ego's features.

    Args:
        actors: float32 (len(FIELDS), V), with world poses up to date.
        marks: int32 (len(MARKS), V).
        world: float32 (len(WORLD),).
        out: float32 (ROWS, 12), written; see `ROW_FEATURES`.
    """
    x0, y0, h0, v0 = actors[X, 0], actors[Y, 0], actors[H, 0], actors[V, 0]
    s0, c0 = sincos(h0)
    out[:] = _ZERO
    # While the nearest are sought, the first two columns hold index and squared distance.
    found = 1
    for j in range(1, actors.shape[1]):
        kind = marks[KIND, j]
        if marks[SEEN, j] == 0 or kind in (NONE, LIGHT):
            continue
        dx, dy = actors[X, j] - x0, actors[Y, j] - y0
        distance = dx * dx + dy * dy
        if found == ROWS:
            if not distance < out[ROWS - 1, 1]:
                continue
            found -= 1
        row = found
        while row > 1 and out[row - 1, 1] > distance:
            out[row, 0], out[row, 1] = out[row - 1, 0], out[row - 1, 1]
            row -= 1
        out[row, 0], out[row, 1] = np.float32(j), distance
        found += 1
    for row in range(found):
        j = int(out[row, 0]) if row > 0 else 0
        out[row, 0] = _ONE
        if row == 0:
            out[0, 3] = _unit(v0 * _PER_SPEED)
            sine, cosine = sincos(actors[MU, 0])
        else:
            dx, dy = actors[X, j] - x0, actors[Y, j] - y0
            sine, cosine = sincos(actors[H, j] - h0)
            out[row, 1] = _unit((dx * c0 + dy * s0) * _PER_PLACE)
            out[row, 2] = _unit((dy * c0 - dx * s0) * _PER_PLACE)
            out[row, 3] = _unit((actors[V, j] * cosine - v0) * _PER_SPEED)
            out[row, 4] = _unit(actors[V, j] * sine * _PER_SPEED)
            if marks[ROAD, j] == marks[ROAD, 0]:
                out[row, 11] = _unit(np.float32(marks[LANE, j] - marks[LANE, 0]) * _QUARTER)
        out[row, 5], out[row, 6] = _unit(cosine), _unit(sine)
        out[row, 7] = _share(actors[LENGTH, j] * _PER_LENGTH)
        out[row, 8] = _share(actors[WIDTH, j] * _QUARTER)
        out[row, 9] = _share(np.float32(marks[KIND, j]) * _TENTH)
        out[row, 10] = _ONE if actors[ACC, j] < _BRAKES else _ZERO


@kernel
def _open(lanes: np.ndarray, road: int, lane: int, s: np.float32) -> bool:
    """Return whether a lane may be entered or left at `s`."""
    return bool(lanes[road, lane, LANE_OPEN] <= s <= lanes[road, lane, LANE_CLOSE])


@kernel
def ego_state(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill the features of the ego.

    Args:
        actors: float32 (len(FIELDS), V); marks and world as for `kinematics`.
        roads: float32 (roads, 6), of the map, as are the next three.
        segments: float32 (roads, MAX_SEGMENTS, 7).
        counts: int32 (roads,): how many of the segments there are.
        lanes: float32 (roads, MAX_LANES, 6).
        out: float32 (20,), written; see `EGO_FEATURES`.
    """
    road, lane, s = marks[ROAD, 0], marks[LANE, 0], actors[S, 0]
    width, many = roads[road, ROAD_WIDTH], int(roads[road, ROAD_LANES])
    out[0] = _unit(actors[V, 0] * _PER_SPEED)
    out[1] = _unit(actors[ACC, 0] * _TENTH)
    out[2] = _unit(actors[STEER, 0] * _PER_STEER)
    out[3] = _unit((actors[D, 0] - lane_centre(lanes, road, width, lane, s)) * _QUARTER)
    sine, cosine = sincos(actors[MU, 0])
    out[4], out[5] = _unit(sine), _unit(cosine)
    out[6] = _share(np.float32(lane) * _QUARTER)
    inside = 0 <= lane < many
    room = _FAR
    if inside and lanes[road, lane, LANE_TO] < roads[road, ROAD_LENGTH]:
        room = min(lanes[road, lane, LANE_TO], lanes[road, lane, LANE_CLOSE]) - s
    goal = int(world[GOAL_LANE])
    out[10] = _ZERO
    if 0 <= goal < many:
        out[10] = _unit(np.float32(goal - lane) * _QUARTER)
        if goal != lane:
            room = min(room, lanes[road, goal, LANE_CLOSE] - s)
    out[7] = _share(room * _PER_200)
    out[8] = _share(world[LIMIT] * _PER_SPEED)
    out[9] = _unit((world[GOAL_S] - s) * _PER_500)
    out[11], light = _ZERO, _FAR
    for j in range(1, actors.shape[1]):
        if marks[KIND, j] == LIGHT and marks[SEEN, j] == 1 and marks[ROAD, j] == road:
            ahead = actors[S, j] - s
            if _ZERO <= ahead < light:
                light = ahead
                out[11] = _PER_PHASE[max(0, min(2, marks[PHASE, j]))]
    out[12] = _share(light * _PER_200)
    out[13] = _unit(curvature(segments, road, counts[road], s) * _TWENTY)
    out[14] = _unit(curvature(segments, road, counts[road], s + _AHEAD) * _TWENTY)
    out[15] = _share(world[FRICTION])
    out[16] = _share(world[TARGET_SPEED] * _PER_SPEED)
    out[17] = _share(world[TIME] / world[END])
    here = inside and _open(lanes, road, lane, s)
    out[18] = _ONE if here and lane + 1 < many and _open(lanes, road, lane + 1, s) else _ZERO
    out[19] = _ONE if here and lane > 0 and _open(lanes, road, lane - 1, s) else _ZERO


@kernel
def lidar(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, depth: np.ndarray, owner: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Fill the sectors of the lidar: the nearest echo among four neighbouring rays.

    Args:
        actors: float32 (len(FIELDS), V); marks and world as for `kinematics`.
        depth, owner: float32 and int32 (RAYS,), of `visibility.look`.
        out: float32 (RAYS_OUT, 3), written; see `LIDAR_FEATURES`.
    """
    h0, v0 = actors[H, 0], actors[V, 0]
    per_range = _ONE / world[RANGE]
    for sector in range(RAYS_OUT):
        ray = sector * _PER_SECTOR
        for other in range(ray + 1, (sector + 1) * _PER_SECTOR):
            if depth[other] < depth[ray]:
                ray = other
        j = owner[ray]
        out[sector, 0] = _share(depth[ray] * per_range)
        if j < 0:
            out[sector, 1] = out[sector, 2] = _ZERO
            continue
        sine, cosine = sincos(actors[H, j] - h0)
        away = (actors[V, j] * cosine - v0) * RAY_COS[ray] + actors[V, j] * sine * RAY_SIN[ray]
        out[sector, 1] = _unit(away * _PER_SPEED)
        out[sector, 2] = _share(np.float32(marks[KIND, j]) * _TENTH)


@kernel
def grid(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,  # noqa: ARG001
    counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill the grid of what is known around the ego: 44 m ahead, 20 m behind, 32 m to each side.

    A cell is known if its centre is nearer than what its ray meets, or if somebody seen is on it.
    Road users take the cells whose centres they cover, or would if they were 2 m long and wide.

    Args:
        actors: float32 (len(FIELDS), V), with world poses up to date; the rest as for `ego_state`.
        depth: float32 (RAYS,), of `visibility.look`.
        out: float32 (5, CELLS, CELLS), written; see `GRID_CHANNELS` and `visibility.CELLS`.
    """
    x0, y0, h0, v0 = actors[X, 0], actors[Y, 0], actors[H, 0], actors[V, 0]
    s0, c0 = sincos(h0)
    out[:4] = _ZERO
    mark_clear(depth, out[4])
    for j in range(1, actors.shape[1]):
        if marks[SEEN, j] == 0 or marks[KIND, j] in (NONE, LIGHT):
            continue
        dx, dy = actors[X, j] - x0, actors[Y, j] - y0
        # In cells, from the corner of the grid.
        px, py = _HALF * (dx * c0 + dy * s0 + _BEHIND), _HALF * (dy * c0 - dx * s0 + _SIDE)
        sine, cosine = sincos(actors[H, j] - h0)
        vx = _unit((actors[V, j] * cosine - v0) * _PER_SPEED)
        vy = _unit(actors[V, j] * sine * _PER_SPEED)
        a = max(_HALF, _QUARTER * actors[LENGTH, j])
        b = max(_HALF, _QUARTER * actors[WIDTH, j])
        ex, ey = a * abs(cosine) + b * abs(sine), a * abs(sine) + b * abs(cosine)
        if not (px + ex > _ZERO and py + ey > _ZERO and px - ex < _CELLS and py - ey < _CELLS):
            continue
        for row in range(max(0, int(px - ex)), min(CELLS, int(px + ex) + 1)):
            for column in range(max(0, int(py - ey)), min(CELLS, int(py + ey) + 1)):
                u, w = np.float32(row) + _HALF - px, np.float32(column) + _HALF - py
                centre = abs(u) <= _HALF and abs(w) <= _HALF
                if centre or (abs(u * cosine + w * sine) <= a and abs(w * cosine - u * sine) <= b):
                    out[0, row, column] = out[4, row, column] = _ONE
                    out[1, row, column], out[2, row, column] = vx, vy
    mark_road(actors, marks, roads, segments, counts, lanes, out[4], out[3])


@kernel
def kinematics_observation(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill a C-contiguous float32 (140,): 20 features of the ego, then ROWS rows of 12 features."""
    ego_state(actors, marks, world, roads, segments, counts, lanes, out)
    kinematics(actors, marks, world, out[_EGO:].reshape((ROWS, _FEATURES)))


@kernel
def lidar_observation(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, depth: np.ndarray, owner: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill a C-contiguous float32 (200,): 20 features of the ego, then 60 sectors of 3 features."""
    ego_state(actors, marks, world, roads, segments, counts, lanes, out)
    lidar(actors, marks, world, depth, owner, out[_EGO:].reshape((RAYS_OUT, 3)))


@kernel
def attention_observation(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, ego: np.ndarray, others: np.ndarray, mask: np.ndarray,
) -> None:  # fmt: skip
    """Fill float32 (20,), (ROWS, 12) and (ROWS,); `mask` is 1 where a row of `others` holds somebody."""
    ego_state(actors, marks, world, roads, segments, counts, lanes, ego)
    kinematics(actors, marks, world, others)
    mask[:] = others[:, 0]


def space_of(name: str) -> gym.Space[Any]:
    """Return the space of an observation, with its true bounds.

    Args:
        name: One of `OBSERVATIONS`. "kinematics": Box (140,), see `kinematics_observation`;
            "lidar": Box (200,); "grid": Dict of "grid" (5, CELLS, CELLS) and "ego" (20,);
            "attention": Dict of "ego" (20,), "others" (ROWS, 12) and "mask" (ROWS,). All float32.

    Raises:
        ValueError: There is no such observation.
    """
    ego, table = _low(EGO_FEATURES), np.tile(_low(ROW_FEATURES), (ROWS, 1))
    if name == "kinematics":
        return _box(np.concatenate([ego, table.reshape(-1)]))
    if name == "lidar":
        return _box(np.concatenate([ego, np.tile(_low(LIDAR_FEATURES), RAYS_OUT)]))
    if name == "grid":
        cells = np.broadcast_to(_low(GRID_CHANNELS)[:, None, None], (5, CELLS, CELLS))
        return gym.spaces.Dict({"grid": _box(cells), "ego": _box(ego)})
    if name == "attention":
        parts: dict[str, gym.Space[Any]] = {"ego": _box(ego), "others": _box(table)}
        parts["mask"] = _box(np.zeros(ROWS))
        return gym.spaces.Dict(parts)
    msg = f"unknown observation {name!r}{suggest(name, OBSERVATIONS)}"
    raise ValueError(msg)


def _low(features: tuple[tuple[str, float, float], ...]) -> np.ndarray:
    return np.array([low for _, _, low in features])


def _box(low: np.ndarray, high: np.ndarray | float = 1.0) -> gym.spaces.Box:
    top = np.broadcast_to(high, low.shape).astype(np.float32)
    return gym.spaces.Box(low.astype(np.float32), top, dtype=np.float32)

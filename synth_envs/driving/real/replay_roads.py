"""Lanelets in kernels: where a place is on them, what lies ahead, what remains to the goal."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.real.replay_layout import (
    BEYOND,
    CENTRE_POINTS,
    EAST,
    FIRST_CENTRE,
    FIRST_GOAL,
    FIRST_LANELET,
    FIRST_OUTLINE,
    FIRST_REGION,
    FIRST_TARGET,
    GOAL_FROM,
    GOAL_TO,
    GOALS,
    LANELET_LENGTH,
    LANELETS,
    LEAST_H,
    LEAST_V,
    LEFT,
    MOST_H,
    MOST_V,
    NEXT,
    NORTH,
    OUTLINE_POINTS,
    REGIONS,
    RIGHT,
    SOUTH,
    SPAN,
    TARGETS,
    WEST,
    Tables,
)
from synth_envs.driving.sim.trigonometry import arctan2
from synth_envs.kernels.jit import kernel

__all__ = [
    "ahead",
    "along",
    "find_lanelet",
    "on_lanelet",
    "outside_by",
    "reached",
    "remaining",
    "turned",
]

_F = np.float32
_TURN = 2.0 * math.pi
_FAR = 1e9


@kernel
def turned(angle: float) -> float:
    """Return the same angle in [-pi, pi)."""
    return angle - _TURN * math.floor(angle / _TURN + 0.5)


@kernel
def _inside(points: np.ndarray, first: int, count: int, x: float, y: float) -> bool:
    """Return whether a place is in a polygon: an odd number of its edges lie to the right."""
    found = False
    x0, y0 = points[first + count - 1, 0], points[first + count - 1, 1]
    for k in range(first, first + count):
        x1, y1 = points[k, 0], points[k, 1]
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            found = not found
        x0, y0 = x1, y1
    return found


@kernel
def on_lanelet(tables: Tables, lanelet: int, x: float, y: float) -> bool:
    """Return whether a place is on a lanelet."""
    box = tables.fields[lanelet]
    if not (box[WEST] <= x <= box[EAST] and box[SOUTH] <= y <= box[NORTH]):
        return False
    row = tables.lanelets[lanelet]
    return _inside(tables.outlines, row[FIRST_OUTLINE], row[OUTLINE_POINTS], x, y)


@kernel
def along(tables: Tables, lanelet: int, x: float, y: float) -> tuple[float, float, float]:
    """Return where a place is on a lanelet: metres along its centre line, metres to the left, direction.

    The first and the last stretch are continued, so that the metres may be negative, or more than the
    lanelet is long.
    """
    first = tables.lanelets[lanelet, FIRST_CENTRE]
    last = first + tables.lanelets[lanelet, CENTRE_POINTS] - 1
    nearest, best = first, _FAR
    for k in range(first, last):
        px, py = tables.centres[k, 0], tables.centres[k, 1]
        ex, ey = tables.centres[k + 1, 0] - px, tables.centres[k + 1, 1] - py
        share = ((x - px) * ex + (y - py) * ey) / (ex * ex + ey * ey)
        share = max(0.0, min(1.0, share))
        gx, gy = x - px - share * ex, y - py - share * ey
        gap = gx * gx + gy * gy
        if gap < best:
            best, nearest = gap, k
    px, py = tables.centres[nearest, 0], tables.centres[nearest, 1]
    ex, ey = tables.centres[nearest + 1, 0] - px, tables.centres[nearest + 1, 1] - py
    step = math.sqrt(ex * ex + ey * ey)
    u = ((x - px) * ex + (y - py) * ey) / step
    if nearest > first:
        u = max(u, 0.0)
    if nearest < last - 1:
        u = min(u, step)
    d = ((y - py) * ex - (x - px) * ey) / step
    return tables.centres[nearest, 2] + u, d, float(arctan2(_F(ey), _F(ex)))


@kernel
def ahead(tables: Tables, lanelet: int, s: float) -> tuple[float, float]:
    """Return the place `s` metres along a lanelet's centre line, and along what follows it.

    Behind its beginning and where nothing follows, the line is continued.
    """
    while s > tables.fields[lanelet, LANELET_LENGTH] and tables.lanelets[lanelet, NEXT] >= 0:
        s -= tables.fields[lanelet, LANELET_LENGTH]
        lanelet = tables.lanelets[lanelet, NEXT]
    k = tables.lanelets[lanelet, FIRST_CENTRE]
    last = k + tables.lanelets[lanelet, CENTRE_POINTS] - 1
    while k + 1 < last and tables.centres[k + 1, 2] <= s:
        k += 1
    span = tables.centres[k + 1, 2] - tables.centres[k, 2]
    share = (s - tables.centres[k, 2]) / span
    x = tables.centres[k, 0] + share * (tables.centres[k + 1, 0] - tables.centres[k, 0])
    y = tables.centres[k, 1] + share * (tables.centres[k + 1, 1] - tables.centres[k, 1])
    return x, y


@kernel
def remaining(tables: Tables, lanelet: int, s: float) -> float:
    """Return the metres to the goal along the lanelets; NaN where no route leads there."""
    share = max(0.0, min(1.0, s / tables.fields[lanelet, LANELET_LENGTH]))
    return float(tables.fields[lanelet, BEYOND] + (1.0 - share) * tables.fields[lanelet, SPAN])


@kernel
def find_lanelet(tables: Tables, r: int, lane: int, aim: int, x: float, y: float) -> int:
    """Return the lanelet of a recording that a place is on, or -1.

    Lanelets overlap where roads fork: that which the ego is on goes first, then what follows it, that
    which it aims at, and its neighbours.
    """
    row = tables.lanelets[lane]
    near = (lane, row[NEXT], aim, row[LEFT], row[RIGHT])
    for lanelet in near:
        if lanelet >= 0 and on_lanelet(tables, lanelet, x, y):
            return lanelet
    first = tables.recordings[r, FIRST_LANELET]
    for lanelet in range(first, first + tables.recordings[r, LANELETS]):
        if on_lanelet(tables, lanelet, x, y):
            return lanelet
    return -1


@kernel
def outside_by(tables: Tables, r: int, x: float, y: float) -> float:
    """Return how far a place outside of all lanelets of a recording is from the nearest one, in m."""
    best = _FAR
    first = tables.recordings[r, FIRST_LANELET]
    for lanelet in range(first, first + tables.recordings[r, LANELETS]):
        begin = tables.lanelets[lanelet, FIRST_OUTLINE]
        count = tables.lanelets[lanelet, OUTLINE_POINTS]
        px, py = tables.outlines[begin + count - 1, 0], tables.outlines[begin + count - 1, 1]
        for k in range(begin, begin + count):
            qx, qy = tables.outlines[k, 0], tables.outlines[k, 1]
            ex, ey = qx - px, qy - py
            square = ex * ex + ey * ey
            share = 0.0
            if square > 0.0:
                share = max(0.0, min(1.0, ((x - px) * ex + (y - py) * ey) / square))
            gx, gy = x - px - share * ex, y - py - share * ey
            best = min(best, gx * gx + gy * gy)
            px, py = qx, qy
    return math.sqrt(best)


@kernel
def reached(tables: Tables, r: int, frame: int, x: float, y: float, h: float, v: float) -> bool:
    """Return whether the ego is where, when and as fast as one of the recording's goals asks."""
    first = tables.recordings[r, FIRST_GOAL]
    for g in range(first, first + tables.recordings[r, GOALS]):
        goal, limit = tables.goals[g], tables.limits[g]
        if not goal[GOAL_FROM] <= frame <= goal[GOAL_TO]:
            continue
        if not np.isnan(limit[LEAST_V]) and not limit[LEAST_V] <= v <= limit[MOST_V]:
            continue
        if not np.isnan(limit[LEAST_H]):
            over = h - limit[LEAST_H]
            over -= _TURN * np.floor(over / _TURN)
            if over > limit[MOST_H] - limit[LEAST_H]:
                continue
        there = goal[REGIONS] + goal[TARGETS] == 0
        for q in range(goal[FIRST_REGION], goal[FIRST_REGION] + goal[REGIONS]):
            if not there:
                begin, count = tables.regions[q, 0], tables.regions[q, 1]
                there = _inside(tables.corners, begin, count, x, y)
        for q in range(goal[FIRST_TARGET], goal[FIRST_TARGET] + goal[TARGETS]):
            there = there or on_lanelet(tables, tables.targets[q], x, y)
        if there:
            return True
    return False

"""What the ego can see: 240 rays from its centre, lines of sight between them, and the ground.

Distances are exact (ray against box); each box is tested only on the rays within the angle it takes
up. An actor that no ray meets, being small, distant or behind something low, is still seen if the
line to its centre or to one of its corners is free.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.sim.drivers import lane_centre
from synth_envs.driving.sim.geometry import ray_distance
from synth_envs.driving.sim.layout import (
    CONE,
    CYCLIST,
    DOOR,
    DROP_FROM,
    DROP_SHARE,
    DROP_TO,
    KIND,
    LANE_FROM,
    LANE_IN,
    LANE_OUT,
    LANE_TO,
    LENGTH,
    LIGHT,
    NONE,
    OPENER,
    PEDESTRIAN,
    PHASE,
    RANGE,
    ROAD,
    ROAD_LANES,
    ROAD_ONCOMING,
    ROAD_WIDTH,
    ROLE,
    SEEN,
    SEG_COS,
    SEG_K,
    SEG_S,
    SEG_SIN,
    SEG_X,
    SEG_Y,
    TIME,
    WIDTH,
    H,
    S,
    X,
    Y,
)
from synth_envs.driving.sim.trigonometry import arctan2, sincos
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import uniform

__all__ = [
    "ACTOR_DRAWS", "CELLS", "RAYS", "RAY_COS", "RAY_DRAWS", "RAY_SIN", "look", "mark_clear", "mark_road",
]  # fmt: skip

RAYS = 240
#: Cells of 2 m to a side of the ground. Cell (i, j) is centred 2i - 19 m ahead, 2j - 31 m to the left.
CELLS = 32
#: Counters of the draws of failing sensors: `ACTOR_DRAWS + 64 * step + actor`, and
#: `RAY_DRAWS + RAYS * step + ray`. They stay apart for up to 140,000 steps of 64 actors.
ACTOR_DRAWS, RAY_DRAWS = 1_000_000, 10_000_000


def _directions() -> tuple[np.ndarray, np.ndarray]:
    # Rounded to 12 digits first, lest the last bit of a system's cosine shows.
    angles = [2.0 * math.pi * ray / RAYS for ray in range(RAYS)]
    cosines = [round(math.cos(angle), 12) for angle in angles]
    sines = [round(math.sin(angle), 12) for angle in angles]
    return np.array(cosines, np.float32), np.array(sines, np.float32)


#: Directions of the rays in the ego's frame, float32 (RAYS,) each: ahead first, counter-clockwise.
RAY_COS, RAY_SIN = _directions()


def _cells() -> tuple[np.ndarray, np.ndarray]:
    # The nearest ray (int16) and the distance (float32, m) of every cell's centre.
    x = 2.0 * np.arange(CELLS)[:, None] - 19.0
    y = 2.0 * np.arange(CELLS)[None, :] - 31.0
    rays = np.rint(np.arctan2(y, x) * RAYS / (2.0 * np.pi)).astype(np.int16) % RAYS
    return rays, np.sqrt(x * x + y * y).astype(np.float32)


_CELL_RAY, _CELL_DISTANCE = _cells()

_F = np.float32
_ZERO, _ONE, _HALF = _F(0.0), _F(1.0), _F(0.5)
_PER_RADIAN = _F(RAYS / (2.0 * math.pi))
_ALL = _F(RAYS)
# Rays by which an actor's interval is widened, so that rounding loses no ray at its edge.
_MARGIN = _F(0.01)
# Metres by which something must be nearer than a place to hide it: what touches does not.
_TOUCH = _F(1e-3)
_FLAT = _F(1e-7)
_TWO_PI = _F(2.0 * math.pi)
_FAR = _F(1e6)
# Of the ground: metres from one cell to the next, centre of the first, reach along the road, and what
# is granted where one stretch ends and the next begins.
_CELL, _FIRST_X, _FIRST_Y, _LOOKED, _SEAM = _F(2.0), _F(-19.0), _F(-31.0), _F(120.0), _F(0.01)

# Columns of a kernel's table of boxes in the ego's frame: centre, heading, half sizes, the corners
# that bound it on the right and on the left, the rays just outside of them, what it is to others, and
# a lower bound of its distance.
_PX, _PY, _BC, _BS, _HL, _HW, _RX, _RY, _LX, _LY, _FIRST, _LAST, _STATE, _NEAR = range(14)
_ABSENT, _LOW, _TALL, _AROUND = _F(0.0), _F(1.0), _F(2.0), _F(3.0)


@kernel
def _ray_of(x: np.float32, y: np.float32) -> np.float32:
    """Return the direction of a place, counted in rays: (-RAYS/2, RAYS/2]."""
    return arctan2(y, x) * _PER_RADIAN


@kernel
def _place(boxes: np.ndarray, j: int) -> None:
    """Find the corners that bound a box as seen from the origin, and whether it is inside."""
    c, s = boxes[j, _BC], boxes[j, _BS]
    inside_x = abs(boxes[j, _PX] * c + boxes[j, _PY] * s) <= boxes[j, _HL]
    inside_y = abs(boxes[j, _PY] * c - boxes[j, _PX] * s) <= boxes[j, _HW]
    if inside_x and inside_y:
        if boxes[j, _STATE] == _TALL:
            boxes[j, _STATE] = _AROUND
        boxes[j, _RX] = boxes[j, _RY] = boxes[j, _LX] = boxes[j, _LY] = _ZERO
        return
    lx, ly, wx, wy = boxes[j, _HL] * c, boxes[j, _HL] * s, -boxes[j, _HW] * s, boxes[j, _HW] * c
    for corner in range(4):
        x = boxes[j, _PX] + (lx if corner < 2 else -lx) + (wx if corner % 2 == 0 else -wx)
        y = boxes[j, _PY] + (ly if corner < 2 else -ly) + (wy if corner % 2 == 0 else -wy)
        # From outside a box takes up less than half a turn, so that cross products order corners.
        if corner == 0 or boxes[j, _RX] * y - boxes[j, _RY] * x < _ZERO:
            boxes[j, _RX], boxes[j, _RY] = x, y
        if corner == 0 or boxes[j, _LX] * y - boxes[j, _LY] * x > _ZERO:
            boxes[j, _LX], boxes[j, _LY] = x, y


@kernel
def _cast(boxes: np.ndarray, j: int, depth: np.ndarray, owner: np.ndarray) -> None:
    """Shorten the rays that meet a box."""
    first, last = 0, RAYS - 1
    if boxes[j, _RX] != _ZERO or boxes[j, _RY] != _ZERO:
        right, left = _ray_of(boxes[j, _RX], boxes[j, _RY]), _ray_of(boxes[j, _LX], boxes[j, _LY])
        if left < right:
            left += _ALL
        first = int(np.ceil(right - _MARGIN))
        # Never more than a turn, and never out of bounds whatever the floats are.
        last = min(int(np.floor(left + _MARGIN)), first + RAYS - 1)
    boxes[j, _FIRST], boxes[j, _LAST] = np.float32(first - 1), np.float32(last + 1)
    # In locals, for the compiler cannot know that `depth` does not overlap the table.
    px, py, bc, bs, hl, hw = (
        boxes[j, _PX],
        boxes[j, _PY],
        boxes[j, _BC],
        boxes[j, _BS],
        boxes[j, _HL],
        boxes[j, _HW],
    )
    ray = first % RAYS
    for _ in range(first, last + 1):
        found = ray_distance(_ZERO, _ZERO, RAY_COS[ray], RAY_SIN[ray], px, py, bc, bs, hl, hw)
        if found < depth[ray]:
            depth[ray] = found
            owner[ray] = j
        ray += 1
        if ray == RAYS:
            ray = 0


@kernel
def _free(boxes: np.ndarray, j: int, x: np.float32, y: np.float32, reach: np.float32) -> bool:
    """Return whether nothing tall but actor `j` stands before a place in the ego's frame."""
    distance = np.sqrt(x * x + y * y)
    if not distance <= reach:
        return False
    limit = distance - _TOUCH
    for k in range(1, boxes.shape[0]):
        if boxes[k, _STATE] < _TALL or boxes[k, _NEAR] >= limit or k == j:
            continue
        if boxes[k, _STATE] != _AROUND and (
            boxes[k, _RX] * y - boxes[k, _RY] * x < _ZERO
            or x * boxes[k, _LY] - y * boxes[k, _LX] < _ZERO
        ):
            continue
        found = ray_distance(
            _ZERO, _ZERO, x / distance, y / distance,
            boxes[k, _PX], boxes[k, _PY], boxes[k, _BC], boxes[k, _BS], boxes[k, _HL], boxes[k, _HW],
        )  # fmt: skip
        if found < limit:
            return False
    return True


@kernel
def _covered(boxes: np.ndarray, j: int, depth: np.ndarray, owner: np.ndarray) -> bool:
    """Return whether the rays alone tell that an actor is hidden: the quick answer to most cases.

    Boxes are convex: what two neighbouring rays meet, all lines between them meet as well, no
    farther away than the farther of the two.
    """
    one = int(boxes[j, _FIRST]) % RAYS
    for _ in range(int(boxes[j, _LAST]) - int(boxes[j, _FIRST])):
        two = one + 1 if one + 1 < RAYS else 0
        k = owner[one]
        if k < 0 or k != owner[two] or k == j or boxes[k, _STATE] < _TALL:
            return False
        if max(depth[one], depth[two]) >= boxes[j, _NEAR]:
            return False
        one = two
    return True


@kernel
def _in_sight(
    boxes: np.ndarray, j: int, reach: np.float32, depth: np.ndarray, owner: np.ndarray
) -> bool:
    """Return whether the line to an actor's centre or to one of its corners is free."""
    if _covered(boxes, j, depth, owner):
        return False
    if _free(boxes, j, boxes[j, _PX], boxes[j, _PY], reach):
        return True
    lx, ly = boxes[j, _HL] * boxes[j, _BC], boxes[j, _HL] * boxes[j, _BS]
    wx, wy = -boxes[j, _HW] * boxes[j, _BS], boxes[j, _HW] * boxes[j, _BC]
    for corner in range(4):
        x = boxes[j, _PX] + (lx if corner < 2 else -lx) + (wx if corner % 2 == 0 else -wx)
        y = boxes[j, _PY] + (ly if corner < 2 else -ly) + (wy if corner % 2 == 0 else -wy)
        if _free(boxes, j, x, y, reach):
            return True
    return False


@kernel
def look(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, key: np.uint64, step: int,
    depth: np.ndarray, owner: np.ndarray,
) -> None:  # fmt: skip
    """Cast the rays of one environment, and mark who is seen.

    Cars, trucks, emergency vehicles, vans, doors and walls hide what is behind them. Pedestrians,
    cyclists and cones return an echo to the rays, but others are seen past them. A light is seen
    if it is ahead and within range; it has no echo. The ego sees itself. While sensors fail, actors
    are overlooked and rays are lost, each with probability `DROP_SHARE`.

    Args:
        actors: float32 (len(FIELDS), V), with world poses up to date; column 0 is the ego.
        marks: int32 (len(MARKS), V); row SEEN is written: 0 or 1.
        world: float32 (len(WORLD),).
        key: Of the episode.
        step: Since the episode began; another step draws other failures.
        depth: float32 (RAYS,), written: metres from the ego's centre to the nearest box on the ray,
            in [0, world[RANGE]]. Ray 0 points ahead, the others follow counter-clockwise.
        owner: int32 (RAYS,), written: the actor met, or -1.
    """
    count = actors.shape[1]
    reach = world[RANGE]
    for ray in range(RAYS):
        depth[ray] = reach
        owner[ray] = -1
    x0, y0, h0 = actors[X, 0], actors[Y, 0], actors[H, 0]
    s0, c0 = sincos(h0)
    boxes = np.empty((count, 14), np.float32)
    marks[SEEN, 0] = 1
    for j in range(1, count):
        boxes[j, _STATE] = _ABSENT
        marks[SEEN, j] = 0
        kind = marks[KIND, j]
        if kind == NONE or (kind == DOOR and marks[ROLE, j] == OPENER and marks[PHASE, j] == 0):
            continue  # a door that is shut is part of its car
        dx, dy = actors[X, j] - x0, actors[Y, j] - y0
        half_length, half_width = _HALF * actors[LENGTH, j], _HALF * actors[WIDTH, j]
        near = np.sqrt(dx * dx + dy * dy) - (half_length + half_width)
        if not near <= reach:
            continue
        px, py = dx * c0 + dy * s0, dy * c0 - dx * s0
        if kind == LIGHT:
            if px > _ZERO and px * px + py * py <= reach * reach:
                marks[SEEN, j] = 1
            continue
        boxes[j, _PX], boxes[j, _PY], boxes[j, _NEAR] = px, py, near
        boxes[j, _HL], boxes[j, _HW] = half_length, half_width
        boxes[j, _BS], boxes[j, _BC] = sincos(actors[H, j] - h0)
        boxes[j, _STATE] = _LOW if kind in (PEDESTRIAN, CYCLIST, CONE) else _TALL
        _place(boxes, j)
        _cast(boxes, j, depth, owner)
    for ray in range(RAYS):
        if owner[ray] >= 0:
            marks[SEEN, owner[ray]] = 1
    for j in range(1, count):
        if marks[SEEN, j] == 0 and boxes[j, _STATE] != _ABSENT:
            marks[SEEN, j] = int(_in_sight(boxes, j, reach, depth, owner))
    if world[DROP_FROM] <= world[TIME] < world[DROP_TO]:
        share = world[DROP_SHARE]
        for j in range(1, count):
            if uniform(key, ACTOR_DRAWS + 64 * step + j) < share:
                marks[SEEN, j] = 0
        for ray in range(RAYS):
            if uniform(key, RAY_DRAWS + RAYS * step + ray) < share:
                depth[ray] = reach
                owner[ray] = -1


@kernel
def mark_clear(depth: np.ndarray, known: np.ndarray) -> None:
    """Mark the cells whose centres are nearer than what the nearest ray meets.

    Args:
        depth: float32 (RAYS,), of `look`.
        known: float32 (CELLS, CELLS), written: 1 or 0.
    """
    for i in range(CELLS):
        for j in range(CELLS):
            known[i, j] = _ONE if _CELL_DISTANCE[i, j] < depth[_CELL_RAY[i, j]] else _ZERO


@kernel
def _pave(
    roads: np.ndarray, lanes: np.ndarray, road: int, lane: int, at: np.ndarray, known: np.ndarray, out: np.ndarray
) -> None:  # fmt: skip
    """Mark the known cells on one lane; the last lane stands for all oncoming ones."""
    width, many = roads[road, ROAD_WIDTH], int(roads[road, ROAD_LANES])
    half, value = _HALF * width, _ONE
    begin, end, leans = -_FAR, _FAR, False
    centre = np.float32(lane) * width
    if lane < many:
        begin, end = lanes[road, lane, LANE_FROM], lanes[road, lane, LANE_TO]
        leans = lanes[road, lane, LANE_IN] != _ZERO or lanes[road, lane, LANE_OUT] != _ZERO
    else:
        half, value = half * roads[road, ROAD_ONCOMING], _HALF
        centre += half - _HALF * width
    for i in range(CELLS):
        for j in range(CELLS):
            s, d = at[0, i, j], at[1, i, j]
            middle = lane_centre(lanes, road, width, lane, s) if leans else centre
            if known[i, j] > _ZERO and begin <= s <= end and abs(d - middle) <= half:
                out[i, j] = max(out[i, j], value)


@kernel
def mark_road(
    actors: np.ndarray, marks: np.ndarray, roads: np.ndarray, segments: np.ndarray, counts: np.ndarray,
    lanes: np.ndarray, known: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Mark which known cells have their centres on the ego's road.

    Args:
        actors: float32 (len(FIELDS), V).
        marks: int32 (len(MARKS), V).
        roads: float32 (roads, 6), of the map, as are the next three.
        segments: float32 (roads, MAX_SEGMENTS, 7).
        counts: int32 (roads,).
        lanes: float32 (roads, MAX_LANES, 6).
        known: float32 (CELLS, CELLS): other cells are left alone.
        out: float32 (CELLS, CELLS), zeros; set to 1 on the lanes, to 0.5 on the oncoming ones.
    """
    road, s0 = marks[ROAD, 0], actors[S, 0]
    sine, cosine = sincos(actors[H, 0])
    many = int(roads[road, ROAD_LANES]) + int(roads[road, ROAD_ONCOMING] > _ZERO)
    at = np.empty((2, CELLS, CELLS), np.float32)  # the cells in road coordinates
    for q in range(counts[road]):
        begin, last = segments[road, q, SEG_S], q + 1 == counts[road]
        length = _FAR if last else segments[road, q + 1, SEG_S] - begin
        if (q > 0 and begin > s0 + _LOOKED) or begin + length < s0 - _LOOKED:
            continue
        # The stretch in the ego's frame: where it begins, its direction there.
        dx, dy = segments[road, q, SEG_X] - actors[X, 0], segments[road, q, SEG_Y] - actors[Y, 0]
        ax, ay = dx * cosine + dy * sine, dy * cosine - dx * sine
        tx = segments[road, q, SEG_COS] * cosine + segments[road, q, SEG_SIN] * sine
        ty = segments[road, q, SEG_SIN] * cosine - segments[road, q, SEG_COS] * sine
        bend = segments[road, q, SEG_K]
        straight = abs(bend) < _FLAT
        radius = _ZERO if straight else _ONE / bend
        side = -_ONE if bend < _ZERO else _ONE
        least = -_FAR if q == 0 else -_SEAM
        for i in range(CELLS):
            fx = _FIRST_X + _CELL * np.float32(i) - ax
            for j in range(CELLS):
                fy = _FIRST_Y + _CELL * np.float32(j) - ay
                u, d = fx * tx + fy * ty, fy * tx - fx * ty
                if not straight and known[i, j] > _ZERO:
                    inward = side * (radius - d)
                    d = radius - side * np.sqrt(u * u + inward * inward)
                    angle = arctan2(u, inward)
                    if angle < _ZERO and q > 0:
                        angle += _TWO_PI
                    u = angle * side * radius
                at[0, i, j] = begin + u
                at[1, i, j] = d if least <= u <= length + _SEAM else _FAR
        for lane in range(many):
            _pave(roads, lanes, road, lane, at, known, out)

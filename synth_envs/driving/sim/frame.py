"""One frame: scripts, drivers, motion, collisions. The kinematic bicycle in road coordinates.

A body of wheelbase L whose reference point is its middle, slip angle b = atan(tan(steering) / 2):
along the road v cos(mu + b) / (1 - kappa d), across it v sin(mu + b), turning 2 v sin(b) / L less what
the road itself turns. Source: Rajamani, "Vehicle dynamics and control" (2012), section 2.2; the frame
of a road: Micaelli and Samson, "Trajectory tracking for unicycle-type mobile robots" (1993).
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.sim.drivers import idm, junction_limit, lane_centre, select_lane
from synth_envs.driving.sim.geometry import curvature, pose
from synth_envs.driving.sim.layout import (
    ACC,
    AGAINST,
    ALONG,
    BRAKER,
    CONE,
    CRASHED,
    CUTTER,
    CYCLIST,
    EVENT_T,
    FRICTION,
    GAP,
    HEADWAY,
    IDLE,
    KIND,
    LANE,
    LANE_TO,
    LENGTH,
    LIGHT,
    MU,
    NONE,
    OPENER,
    P0,
    P1,
    P2,
    P3,
    PEDESTRIAN,
    PHASE,
    PULSER,
    PUSH,
    ROAD,
    ROAD_LANES,
    ROAD_LENGTH,
    ROAD_LIMIT,
    ROAD_WIDTH,
    ROLE,
    ROOT,
    STEER,
    TIME,
    WAIT,
    WALKER,
    WANTED,
    WIDTH,
    D,
    H,
    S,
    V,
    X,
    Y,
)
from synth_envs.driving.sim.trigonometry import sincos, wrapped
from synth_envs.kernels.jit import kernel

__all__ = ["accelerate", "locate", "move", "sort_actors"]

_F = np.float32
_ZERO, _ONE, _HALF, _TWO = _F(0.0), _F(1.0), _F(0.5), _F(2.0)
_GRAVITY = _F(9.81)
#: The wheelbase is this share of a body's length.
_BASE = _F(0.58)
#: Sines of slip beyond which no steering goes: tan(45 degrees) / 2.
_SLIP = _F(0.447)
_SIDEWAYS, _LEAN = _F(1.6), _F(0.35)
_TURN, _RETURN = _F(4.0), _F(0.9)
_LEAST_SPEED = _F(3.0)
_CURVED = _F(0.2)
_PI = _F(math.pi)
_BACK = _F(-5.0)
_FASTEST = _F(45.0)
_BETWEEN = _F(1.0)
_STILL = _F(1e-3)
_MARGIN = _F(0.25)
#: At which shares of the planned gap a driver cuts in.
_CLOSER, _FURTHER = _F(0.8), _F(1.6)
_SLOW_ROAD = _F(20.0)
#: Twice the deceleration that a yellow light may ask for.
_YELLOW = _F(6.0)
_FAR = _F(1e6)
_AJAR = _F(0.05)


@kernel
def sort_actors(actors: np.ndarray, marks: np.ndarray, order: np.ndarray) -> None:
    """Bring `order` (int32 (actors,)) up to date: by road, then by place along it. Few change places."""
    for at in range(1, len(order)):
        me = order[at]
        road, s = marks[ROAD, me], actors[S, me]
        place = at - 1
        while place >= 0:
            j = order[place]
            if marks[ROAD, j] < road or (marks[ROAD, j] == road and actors[S, j] <= s):
                break
            order[place + 1] = j
            place -= 1
        order[place + 1] = me


@kernel
def locate(
    actors: np.ndarray, marks: np.ndarray, segments: np.ndarray, counts: np.ndarray, i: int
) -> None:
    """Bring the world pose of actor i up to date."""
    road = marks[ROAD, i]
    x, y, heading = pose(segments, road, counts[road], actors[S, i], actors[D, i])
    actors[X, i], actors[Y, i], actors[H, i] = x, y, wrapped(heading + actors[MU, i])


@kernel
def accelerate(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, zones: np.ndarray, order: np.ndarray, front: np.ndarray, junction: int,
    dt: np.float32, ego_drives: bool,
) -> None:  # fmt: skip
    """Set what everyone applies in this frame, and the lanes of those who consider theirs.

    Goes from the front to the back of each road; `front` (int32 (10,)) holds who was met last in each
    lane, from lane -1 on.

    Args:
        ego_drives: Whether the ego is driven from outside; otherwise it drives like the others.
    """
    time = world[TIME]
    grip = world[FRICTION] * _GRAVITY
    current = -1
    light = -1
    width, count, slow = _ONE, 1, False
    per_width = _ONE
    for place in range(len(order) - 1, -1, -1):
        i = order[place]
        kind = marks[KIND, i]
        if kind == NONE:
            continue
        road = marks[ROAD, i]
        if road != current:
            current, light = road, -1
            width, count = roads[road, ROAD_WIDTH], int(roads[road, ROAD_LANES])
            per_width = _ONE / width
            slow = roads[road, ROAD_LIMIT] < _SLOW_ROAD
            front[:] = -1
        role = marks[ROLE, i]
        if kind == LIGHT:
            _signal(actors, marks, time, i)
            light = i
            continue
        d, half = actors[D, i], _HALF * actors[WIDTH, i]
        if marks[CRASHED, i] == 1:
            actors[ACC, i] = -_F(8.0)
        elif (i == 0 and ego_drives) or role == IDLE:
            pass
        elif role == WALKER:
            _walk(actors, marks, world, i, dt)
        elif role == OPENER:
            _open(actors, marks, world, i, dt)
        elif role == AGAINST:
            actors[ACC, i] = _oncoming(actors, marks, i) if marks[LANE, i] == -2 else _ZERO
        else:
            lane, s, v = marks[LANE, i], actors[S, i], actors[V, i]
            aim = lane_centre(lanes, road, width, lane, s)
            low = min(d, aim) - half - _MARGIN
            high = max(d, aim) + half + _MARGIN
            first = max(-1, min(8, int(np.floor(low * per_width + _HALF))))
            last = max(-1, min(8, int(np.floor(high * per_width + _HALF))))
            gap, along = _FAR, v
            nearest = -1
            for k in range(first + 1, last + 2):
                j = front[k]
                if j >= 0 and (nearest < 0 or actors[S, j] < actors[S, nearest]):
                    nearest = j
            length = actors[LENGTH, i]
            if nearest >= 0:
                gap = actors[S, nearest] - s - _HALF * (actors[LENGTH, nearest] + length)
                along = actors[ALONG, nearest]
            if 0 <= lane < count:
                ends = lanes[road, lane, LANE_TO] - s - _HALF * length - _TWO
                if ends < gap:
                    gap, along = ends, _ZERO
            if light >= 0 and marks[PHASE, light] > 0:
                stop = actors[S, light] - s - _HALF * length
                heed = marks[PHASE, light] == 2 or v * v < _YELLOW * max(stop, _ONE)
                if -_ONE < stop < gap and heed:
                    gap, along = stop, _ZERO
            wanted, headway, jam = actors[WANTED, i], actors[HEADWAY, i], actors[GAP, i]
            found = idm(v, gap, v - along, wanted, headway, jam, actors[PUSH, i], actors[ROOT, i])
            if slow:
                found = min(
                    found, junction_limit(actors, marks, segments, counts, zones, i, junction)
                )
            if role == BRAKER:
                found = _brake(actors, marks, world, i, found, dt)
            elif role == CUTTER:
                found = _cut_in(actors, marks, world, i, found, dt)
            elif role == PULSER:
                sine, _ = sincos(_TWO * _PI * (time / actors[P2, i] + actors[P3, i]))
                actors[WANTED, i] = max(_HALF, actors[P0, i] + actors[P1, i] * sine)
                found = max(found, -_F(4.0))
            elif count > 1 and kind != CYCLIST:
                actors[WAIT, i] -= dt
                if actors[WAIT, i] <= _ZERO:
                    actors[WAIT, i] += _BETWEEN
                    marks[LANE, i] = select_lane(
                        actors, marks, lanes, order, front, place, width, count
                    )
            actors[ACC, i] = max(-grip, min(grip, found))
        first = max(-1, min(8, int(np.floor((d - half) * per_width + _HALF))))
        last = max(-1, min(8, int(np.floor((d + half) * per_width + _HALF))))
        for k in range(first + 1, last + 2):
            front[k] = i


@kernel
def _signal(actors: np.ndarray, marks: np.ndarray, time: np.float32, i: int) -> None:
    """A signal is green for P0 seconds, yellow for P1 and red for P2; P3 shifts it."""
    cycle = actors[P0, i] + actors[P1, i] + actors[P2, i]
    turn = time + actors[P3, i]
    turn -= cycle * np.float32(np.floor(turn / cycle))
    marks[PHASE, i] = (
        0 if turn < actors[P0, i] else (1 if turn < actors[P0, i] + actors[P1, i] else 2)
    )


@kernel
def _oncoming(actors: np.ndarray, marks: np.ndarray, i: int) -> np.float32:
    """Return the acceleration of someone who drives against the road's direction, on its own side."""
    nearest, along = _FAR, _ZERO
    for j in range(actors.shape[1]):
        ahead = actors[S, i] - actors[S, j]
        if (
            j == i
            or marks[KIND, j] in (NONE, LIGHT)
            or marks[ROAD, j] != marks[ROAD, i]
            or ahead <= _ZERO
        ):
            continue
        gap = ahead - _HALF * (actors[LENGTH, i] + actors[LENGTH, j])
        beside = abs(actors[D, j] - actors[D, i]) > _HALF * (
            actors[WIDTH, i] + actors[WIDTH, j]
        ) + _F(0.4)
        if gap < nearest and not beside:
            nearest, along = gap, -actors[ALONG, j]
    v = actors[V, i]
    return idm(
        v,
        nearest,
        v - along,
        actors[WANTED, i],
        actors[HEADWAY, i],
        actors[GAP, i],
        actors[PUSH, i],
        actors[ROOT, i],
    )


@kernel
def _happens(world: np.ndarray) -> None:
    """Note when the event of the episode began."""
    if world[EVENT_T] < _ZERO:
        world[EVENT_T] = world[TIME]


@kernel
def _brake(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, i: int, found: np.float32, dt: np.float32
) -> np.float32:  # fmt: skip
    """From time P0 on brake with P1 down to speed P2, stay there for P3 seconds, then drive on."""
    if marks[PHASE, i] == 0 and world[TIME] >= actors[P0, i]:
        marks[PHASE, i] = 1
        _happens(world)
    if marks[PHASE, i] != 1:
        return found
    if actors[V, i] > actors[P2, i] + _STILL:
        return min(found, -min(actors[P1, i], (actors[V, i] - actors[P2, i]) / dt))
    actors[P3, i] -= dt
    if actors[P3, i] <= _ZERO:
        marks[PHASE, i] = 2
    return min(found, _ZERO)


@kernel
def _cut_in(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, i: int, found: np.float32, dt: np.float32
) -> np.float32:  # fmt: skip
    """Keep P2 metres ahead of the ego in the next lane; from time P0 on, cut in and slow down to P1.

    P3 is the deceleration. It never cuts in at less than 0.8 of P2, with which the scenario reckons.
    """
    if marks[PHASE, i] == 0:
        gap = actors[S, i] - actors[S, 0] - _HALF * (actors[LENGTH, i] + actors[LENGTH, 0])
        late = world[TIME] >= actors[P0, i] + _F(3.0)
        low, high = actors[P2, i] * _CLOSER, actors[P2, i] * (_FURTHER if late else _F(1.1))
        if world[TIME] >= actors[P0, i] and low <= gap <= high:
            marks[PHASE, i] = 1
            marks[LANE, i] = marks[LANE, 0]
            _happens(world)
        wanted = actors[V, 0] + _HALF * (actors[P2, i] - gap)
        return min(found, max(-_F(6.0), min(_F(4.0), (wanted - actors[V, i]) / _HALF)))
    if marks[PHASE, i] == 1:
        if actors[V, i] > actors[P1, i] + _STILL:
            return max(-actors[P3, i], (actors[P1, i] - actors[V, i]) / dt)
        marks[PHASE, i] = 2
        actors[WANTED, i] = max(actors[P1, i], _ONE)
    return found


@kernel
def _walk(actors: np.ndarray, marks: np.ndarray, world: np.ndarray, i: int, dt: np.float32) -> None:
    """Stand until the ego is P0 seconds (or 8 m) away, then walk at P1 to the place P2 across the road."""
    if marks[PHASE, i] == 0:
        distance = actors[S, i] - actors[S, 0] - _HALF * actors[LENGTH, 0]
        soon = distance < actors[P0, i] * actors[V, 0] or distance < _F(8.0)
        if soon and distance > _ZERO:
            marks[PHASE, i] = 1
            actors[V, i] = actors[P1, i]
            actors[MU, i] = _HALF * _PI if actors[P2, i] > actors[D, i] else -_HALF * _PI
            _happens(world)
    elif marks[PHASE, i] == 1:
        left = actors[P2, i] - actors[D, i]
        if abs(left) < actors[V, i] * dt:
            marks[PHASE, i] = 2
            actors[V, i] = _ZERO


@kernel
def _open(actors: np.ndarray, marks: np.ndarray, world: np.ndarray, i: int, dt: np.float32) -> None:
    """A door swings out to P1 metres when the ego is P0 seconds away, and is shut P2 seconds later."""
    if marks[PHASE, i] == 0:
        distance = actors[S, i] - actors[S, 0] - _HALF * actors[LENGTH, 0]
        if _ZERO < distance < max(actors[P0, i] * actors[V, 0], _F(8.0)):
            marks[PHASE, i] = 1
            _happens(world)
    elif marks[PHASE, i] == 1:
        step = min(_TWO * actors[P1, i] * dt, actors[P1, i] - actors[WIDTH, i])
        actors[WIDTH, i] += step
        actors[D, i] += _HALF * step
        if step <= _ZERO:
            actors[P2, i] -= dt
            if actors[P2, i] <= _ZERO:
                marks[PHASE, i] = 2
    elif marks[PHASE, i] == 2 and actors[WIDTH, i] > _AJAR:
        step = min(actors[P1, i] * dt, actors[WIDTH, i] - _AJAR)
        actors[WIDTH, i] -= step
        actors[D, i] -= _HALF * step


@kernel
def move(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, dt: np.float32, ego_slip: np.float32, ego_steers: bool,
) -> None:  # fmt: skip
    """Move everyone by one frame.

    Args:
        ego_slip: Sine of the slip angle of the ego, if `ego_steers`; otherwise it keeps its lane.
    """
    grip = world[FRICTION] * _GRAVITY
    for i in range(actors.shape[1]):
        kind = marks[KIND, i]
        if kind == NONE or kind >= CONE:
            continue
        v, mu = actors[V, i], actors[MU, i]
        road = marks[ROAD, i]
        if kind == PEDESTRIAN:
            sine, cosine = sincos(mu)
            actors[S, i] += v * cosine * dt
            actors[D, i] += v * sine * dt
            actors[ALONG, i] = v * cosine
            continue
        if marks[ROLE, i] == AGAINST:
            v = max(_ZERO, v + actors[ACC, i] * dt)
            actors[V, i], actors[ALONG, i] = v, -v
            actors[S, i] -= v * dt
            continue
        s, d = actors[S, i], actors[D, i]
        bend, scale = _ZERO, _ONE
        if counts[road] > 1:
            bend = curvature(segments, road, counts[road], s)
            scale = _ONE / max(_CURVED, _ONE - bend * d)
        base = _HALF * _BASE * actors[LENGTH, i]
        after = v + actors[ACC, i] * dt
        if i == 0 and ego_steers:
            after = max(_BACK, min(_FASTEST, after))
            slip = ego_slip
            turning = slip / base
        else:
            after = max(_ZERO, after)
            inverse = _ONE / max(v, _LEAST_SPEED)
            aim = lane_centre(lanes, road, roads[road, ROAD_WIDTH], marks[LANE, i], s) - d
            lean = max(-_LEAN, min(_LEAN, max(-_SIDEWAYS, min(_SIDEWAYS, _RETURN * aim)) * inverse))
            # What the road turns is added, so that a lane's centre is kept in a bend.
            turning = _TURN * (lean - mu) * inverse + bend * scale
            slip = turning * base
        if abs(slip) > _SLIP or abs(slip) * v * v > grip * base:
            # Neither steering nor tyres turn a body faster than this.
            most = min(_SLIP, grip * base / max(v * v, _ONE))
            slip = max(-most, min(most, slip))
            turning = slip / base
        mean = _HALF * (v + after)
        sine, cosine = sincos(mu)
        cosine_slip = np.float32(np.sqrt(_ONE - slip * slip))
        along = mean * (cosine * cosine_slip - sine * slip) * scale
        actors[S, i] = s + along * dt
        actors[D, i] = d + mean * (sine * cosine_slip + cosine * slip) * dt
        mu += (mean * turning - bend * along) * dt
        actors[MU, i] = mu if abs(mu) < _PI else wrapped(mu)
        actors[V, i] = after
        actors[ALONG, i] = along
        actors[STEER, i] = _TWO * slip
        if actors[S, i] > roads[road, ROAD_LENGTH] - _F(30.0) and i > 0:
            marks[KIND, i] = NONE
    world[TIME] += dt

"""One step of a batch: actions, frames, collisions, rewards, metrics."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.drivers import lane_centre, leader
from synth_envs.driving.sim.frame import accelerate, locate, move, sort_actors
from synth_envs.driving.sim.geometry import overlap
from synth_envs.driving.sim.layout import (
    ACC,
    AGAINST,
    ALONG,
    ARRIVED,
    AT_FAULT,
    BLOCKED_EMERGENCY,
    COLLIDED,
    CONE,
    CRASHED,
    CROSSERS,
    DISTANCE,
    END,
    FRICTION,
    GOAL_LANE,
    GOAL_S,
    GONE,
    GONE_S,
    HARSH,
    JERK,
    KIND,
    LANE,
    LANE_CLOSE,
    LANE_FROM,
    LANE_OPEN,
    LANE_TO,
    LAST_ACC,
    LENGTH,
    LIGHT,
    LIMIT,
    MU,
    NEED,
    NONE,
    OFF_ROAD,
    PEDESTRIAN,
    PET,
    PHASE,
    REACH,
    RED,
    ROAD,
    ROAD_LANES,
    ROAD_ONCOMING,
    ROAD_WIDTH,
    ROLE,
    SIREN,
    SPEEDING,
    STEPS,
    TAILGATING,
    TARGET_SPEED,
    TIME,
    TTC,
    WIDTH,
    WRONG_WAY,
    D,
    H,
    S,
    V,
    X,
    Y,
)
from synth_envs.driving.sim.trigonometry import arctan, sincos
from synth_envs.kernels.jit import kernel

__all__ = ["ACTIONS", "TERMS", "drive"]

ACTIONS = ("meta", "longitudinal", "continuous", "driver")
META, LONGITUDINAL, CONTINUOUS, DRIVEN = range(4)
TERMS = ("progress", "collision", "off_road", "comfort", "rules", "arrival")
PROGRESS, COLLISION, LEFT_ROAD, COMFORT, RULES, ARRIVAL = range(6)

_F = np.float32
_ZERO, _ONE, _HALF, _TWO = _F(0.0), _F(1.0), _F(0.5), _F(2.0)
#: What ends an episode badly costs as much as standing still for so many steps of a second.
_CRASH_COST, _RED_COST = _F(20.0), _F(10.0)
#: Without it whoever creeps to the goal would earn as much as whoever drives there. A red light costs
#: as much as can be gained by not waiting for it.
_ARRIVAL_GAIN = _F(10.0)
_COMFORT_COST, _RULE_COST = _F(0.1), _F(0.5)
_COMFORTABLE, _JERKY = _F(3.0), _F(6.0)
_FAST, _HARD = _F(3.0), _F(8.0)
_STEP_SPEED, _MOST_SPEED = _F(5.0), _F(40.0)
_SETTLE = _F(0.6)
_MAX_STEER = _F(np.pi / 4)
_LEAVING = _F(6.0)
_CLOSE = _F(30.0)
_TAILGATING = _F(0.5)
_STILL = _F(0.3)
_FAR = _F(1e6)
#: Further apart than this along a road no two touch.
_LONGEST = _F(16.0)


@kernel
def drive(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, segments: np.ndarray,
    counts: np.ndarray, lanes: np.ndarray, zones: np.ndarray, order: np.ndarray, front: np.ndarray, junction: int,
    kind: int, choice: int, push: np.float32, turn: np.float32, frames: int, dt: np.float32, terms: np.ndarray,
) -> tuple[bool, bool]:  # fmt: skip
    """Advance one episode by one step; set the terms of its reward and return (terminated, truncated).

    Args:
        actors: float32 (fields, actors), and the other arrays of one episode and its map; see `layout`.
        kind: Which kind of action: index in `ACTIONS`.
        choice: The meta or longitudinal action.
        push: The continuous acceleration in [-1, 1].
        turn: The continuous steering in [-1, 1].
        frames: How many frames a step has.
        dt: Seconds of a frame.
        terms: float32 (len(TERMS),), set here.
    """
    terms[:] = _ZERO
    hard = False
    if kind <= LONGITUDINAL:
        hard = _decide(actors, marks, world, roads, lanes, kind, choice)
    struck = -1
    crossed = _ZERO
    strayed = 0
    for _ in range(frames):
        sort_actors(actors, marks, order)
        before = actors[S, 0]
        driven = kind == DRIVEN
        accelerate(
            actors,
            marks,
            world,
            roads,
            segments,
            counts,
            lanes,
            zones,
            order,
            front,
            junction,
            dt,
            not driven,
        )
        slip = _ZERO
        if not driven:
            slip = _control(actors, world, kind, hard, push, turn)
        held_up = world[BLOCKED_EMERGENCY]
        _watch(actors, marks, world, order, dt)
        if world[BLOCKED_EMERGENCY] > held_up:
            strayed |= 8
        move(actors, marks, world, roads, segments, counts, lanes, dt, slip, kind == CONTINUOUS)
        if kind == CONTINUOUS:
            marks[LANE, 0] = _lane_at(actors, marks, roads, lanes)
        world[JERK] = max(world[JERK], abs(actors[ACC, 0] - world[LAST_ACC]) / dt)
        if (
            abs(actors[ACC, 0] - world[LAST_ACC]) > _JERKY * dt * _TWO
            or abs(actors[ACC, 0]) > _COMFORTABLE
        ):
            world[HARSH] += dt
        world[LAST_ACC] = actors[ACC, 0]
        if junction > 1:
            crossed += _lights(actors, marks, before)
        _pile_up(actors, marks, order)
        struck = _strike(actors, marks, world, segments, counts, order, junction)
        strayed |= _stray(actors, marks, world, roads, lanes, dt)
        if struck >= 0 or strayed & 1:
            break
    return _judge(actors, marks, world, terms, np.float32(frames) * dt, struck, strayed, crossed)


@kernel
def _decide(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray, kind: int, choice: int
) -> bool:  # fmt: skip
    """Take up a meta action; return whether it is to brake hard."""
    if kind == LONGITUDINAL:  # slower, keep, faster, brake
        choice = 4 if choice == 0 else (1 if choice == 1 else (3 if choice == 2 else 5))
    if choice in (0, 2):
        road, lane, s = marks[ROAD, 0], marks[LANE, 0], actors[S, 0]
        other = lane + (1 if choice == 0 else -1)
        if 0 <= other < roads[road, ROAD_LANES]:
            free = lanes[road, other, LANE_OPEN] <= s <= lanes[road, other, LANE_CLOSE]
            if free and lanes[road, lane, LANE_OPEN] <= s <= lanes[road, lane, LANE_CLOSE]:
                marks[LANE, 0] = other
    elif choice == 3:
        world[TARGET_SPEED] = min(
            _MOST_SPEED, max(world[TARGET_SPEED], actors[V, 0] - _ONE) + _STEP_SPEED
        )
    elif choice == 4:
        world[TARGET_SPEED] = max(
            _ZERO, min(world[TARGET_SPEED], actors[V, 0] + _ONE) - _STEP_SPEED
        )
    elif choice == 5:
        world[TARGET_SPEED] = _ZERO
        return True
    return False


@kernel
def _control(
    actors: np.ndarray, world: np.ndarray, kind: int, hard: bool, push: np.float32, turn: np.float32
) -> np.float32:  # fmt: skip
    """Set the ego's acceleration and return the sine of its slip angle."""
    grip = world[FRICTION] * _F(9.81)
    if kind == CONTINUOUS:
        wanted = push * (_FAST if push > _ZERO else _HARD)
        actors[ACC, 0] = max(-grip, min(grip, wanted))
        sine, cosine = sincos(turn * _MAX_STEER)
        slip, _ = sincos(arctan(_HALF * sine / cosine))
        return slip
    if hard:
        wanted = -min(_HARD, actors[V, 0] / _F(0.1))
    else:
        wanted = max(-_F(5.0), min(_FAST, (world[TARGET_SPEED] - actors[V, 0]) / _SETTLE))
    actors[ACC, 0] = max(-grip, min(grip, wanted))
    return _ZERO


@kernel
def _watch(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, order: np.ndarray, dt: np.float32
) -> None:
    """Measure time to collision, required deceleration, post-encroachment time and following."""
    place = 0
    while order[place] != 0:
        place += 1
    half = _HALF * actors[WIDTH, 0]
    d, s, v = actors[D, 0], actors[S, 0], actors[V, 0]
    j, gap = leader(actors, marks, order, place, d - half, d + half)
    if j >= 0 and marks[KIND, j] != LIGHT:
        closing = v - actors[ALONG, j]
        if closing > _HALF and gap > _ZERO:
            world[TTC] = min(world[TTC], gap / closing)
            if actors[ALONG, j] > -_ONE:
                world[NEED] = max(world[NEED], closing * closing / (_TWO * max(gap, _F(0.1))))
        if gap < _TAILGATING * v and v > _F(5.0):
            world[TAILGATING] += dt
    behind = place - 1
    while behind >= 0 and s - actors[S, order[behind]] < _CLOSE:
        i = order[behind]
        if (
            marks[ROLE, i] == SIREN
            and marks[ROAD, i] == marks[ROAD, 0]
            and abs(actors[D, i] - d) < _F(1.8)
        ):
            world[BLOCKED_EMERGENCY] += dt
        behind -= 1
    if world[CROSSERS] < _HALF:
        return
    # Whoever crosses the ego's way: when it left, and how long after that the ego was there.
    front = s + _HALF * actors[LENGTH, 0]
    for i in range(1, actors.shape[1]):
        kind = marks[KIND, i]
        if kind == NONE or kind >= CONE or marks[ROAD, i] != marks[ROAD, 0]:
            continue
        if kind != PEDESTRIAN and marks[ROLE, i] != AGAINST:
            continue
        if abs(actors[D, i] - d) < half + _HALF * actors[WIDTH, i] and actors[S, i] > front:
            actors[GONE, i], actors[GONE_S, i] = world[TIME], actors[S, i]
        elif actors[GONE, i] > -_ONE and front >= actors[GONE_S, i]:
            world[PET] = min(world[PET], world[TIME] - actors[GONE, i])
            actors[GONE, i] = -_FAR


@kernel
def _lane_at(actors: np.ndarray, marks: np.ndarray, roads: np.ndarray, lanes: np.ndarray) -> int:
    """Return the lane whose centre is nearest to the ego: whoever steers freely changes lanes by moving."""
    road, d, s = marks[ROAD, 0], actors[D, 0], actors[S, 0]
    nearest, found = _FAR, int(marks[LANE, 0])
    for lane in range(int(roads[road, ROAD_LANES])):
        if lanes[road, lane, LANE_FROM] <= s <= lanes[road, lane, LANE_TO]:
            aside = abs(d - lane_centre(lanes, road, roads[road, ROAD_WIDTH], lane, s))
            if aside < nearest:
                nearest, found = aside, lane
    return found


@kernel
def _lights(actors: np.ndarray, marks: np.ndarray, before: np.float32) -> np.float32:
    """Return how many red lights the ego passed in this frame."""
    passed = _ZERO
    half = _HALF * actors[LENGTH, 0]
    for i in range(1, actors.shape[1]):
        red = marks[KIND, i] == LIGHT and marks[PHASE, i] == 2 and marks[ROAD, i] == marks[ROAD, 0]
        if red and before + half <= actors[S, i] < actors[S, 0] + half:
            passed += _ONE
    return passed


@kernel
def _pile_up(actors: np.ndarray, marks: np.ndarray, order: np.ndarray) -> None:
    """Mark others that have run into one another."""
    for place in range(len(order) - 1):
        i = order[place]
        s = actors[S, i]
        for after in range(place + 1, len(order)):
            j = order[after]
            ahead = actors[S, j] - s
            if ahead > _LONGEST or marks[ROAD, j] != marks[ROAD, i]:
                break
            if (
                ahead < _HALF * (actors[LENGTH, i] + actors[LENGTH, j])
                and abs(actors[D, j] - actors[D, i]) < _HALF * (actors[WIDTH, i] + actors[WIDTH, j])
                and (actors[V, i] > _STILL or actors[V, j] > _STILL)
                and i > 0
                and j > 0
                and marks[KIND, i] not in (NONE, LIGHT)
                and marks[KIND, j] not in (NONE, LIGHT)
            ):
                marks[CRASHED, i] = marks[CRASHED, j] = 1


@kernel
def _strike(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, segments: np.ndarray, counts: np.ndarray,
    order: np.ndarray, junction: int,
) -> int:  # fmt: skip
    """Return whom the ego touches, or -1; note whose fault it is."""
    located = False
    if junction > 1:
        for i in range(1, actors.shape[1]):
            if marks[KIND, i] in (NONE, LIGHT):
                continue
            if not located:
                locate(actors, marks, segments, counts, 0)
                located = True
            if _touches(actors, marks, segments, counts, i):
                _blame(actors, marks, world, i)
                return i
        return -1
    place = 0
    while order[place] != 0:
        place += 1
    for side in range(2):
        other = place
        while True:
            other += 1 - 2 * side
            if other < 0 or other >= len(order):
                break
            i = order[other]
            if abs(actors[S, i] - actors[S, 0]) > _LONGEST:
                break
            reach = _HALF * (
                actors[LENGTH, 0] + actors[LENGTH, i] + actors[WIDTH, 0] + actors[WIDTH, i]
            )
            if marks[KIND, i] in (NONE, LIGHT) or abs(actors[D, i] - actors[D, 0]) > reach:
                continue
            if not located:
                locate(actors, marks, segments, counts, 0)
                located = True
            if _touches(actors, marks, segments, counts, i):
                _blame(actors, marks, world, i)
                return int(i)
    return -1


@kernel
def _touches(
    actors: np.ndarray, marks: np.ndarray, segments: np.ndarray, counts: np.ndarray, i: int
) -> bool:
    locate(actors, marks, segments, counts, i)
    return overlap(
        actors[X, 0], actors[Y, 0], actors[H, 0], actors[LENGTH, 0], actors[WIDTH, 0],
        actors[X, i], actors[Y, i], actors[H, i], actors[LENGTH, i], actors[WIDTH, i],
    )  # fmt: skip


@kernel
def _blame(actors: np.ndarray, marks: np.ndarray, world: np.ndarray, i: int) -> None:
    """Note a collision with actor i: the ego's fault unless it was run into."""
    marks[CRASHED, 0] = marks[CRASHED, i] = 1
    world[COLLIDED] = _ONE
    from_behind = (
        marks[ROAD, i] == marks[ROAD, 0]
        and actors[S, i] < actors[S, 0]
        and actors[ALONG, i] > actors[ALONG, 0]
        and abs(actors[MU, 0]) < _HALF
    )
    stood = abs(actors[V, 0]) < _STILL and actors[V, i] > _STILL
    if not (from_behind or stood):
        world[AT_FAULT] = _ONE


@kernel
def _stray(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray, dt: np.float32
) -> int:  # fmt: skip
    """Return bits: 1 if the ego is lost beyond the edge, 2 if off the road, 4 if on the wrong side."""
    road, d, s = marks[ROAD, 0], actors[D, 0], actors[S, 0]
    width = roads[road, ROAD_WIDTH]
    own = int(roads[road, ROAD_LANES])
    right, left = _FAR, (np.float32(own) - _HALF) * width
    for lane in range(own):
        if lanes[road, lane, LANE_FROM] <= s <= lanes[road, lane, LANE_TO]:
            right = min(right, lane_centre(lanes, road, width, lane, s) - _HALF * width)
    edge = left + roads[road, ROAD_ONCOMING] * width
    found = 0
    if d < right or d > edge:
        world[OFF_ROAD] += dt
        found |= 2
        if d < right - _LEAVING or d > edge + _LEAVING:
            found |= 1
    cosine = _ONE
    if abs(actors[MU, 0]) > _HALF:
        _, cosine = sincos(actors[MU, 0])
    moving = abs(actors[V, 0]) > _HALF
    if left < d < edge or (cosine < _ZERO and moving) or actors[V, 0] < -_HALF:
        world[WRONG_WAY] += dt
        found |= 4
    return found


@kernel
def _judge(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, terms: np.ndarray, seconds: np.float32,
    struck: int, strayed: int, crossed: np.float32,
) -> tuple[bool, bool]:  # fmt: skip
    """Set the terms of the reward and return whether the episode is over."""
    s, v, limit = actors[S, 0], actors[V, 0], world[LIMIT]
    world[STEPS] += _ONE
    gained = max(_ZERO, s - world[REACH])
    world[REACH] += gained
    world[DISTANCE] += gained
    terms[PROGRESS] = min(_ONE, gained / (limit * seconds))
    acc = abs(actors[ACC, 0])
    if acc > _COMFORTABLE:
        excess = (acc - _COMFORTABLE) / (_HARD - _COMFORTABLE)
        terms[COMFORT] = -_COMFORT_COST * min(_ONE, excess)
    broken = _ZERO
    if v > limit * _F(1.05):
        world[SPEEDING] += seconds
        broken += _ONE
    if strayed & 2:
        broken += _ONE
    if strayed & 4:
        broken += _ONE
    if strayed & 8:
        broken += _ONE
    terms[RULES] = -_RULE_COST * min(_TWO, broken)
    if crossed > _ZERO:
        world[RED] += crossed
        terms[RULES] -= _RED_COST
    if struck >= 0:
        terms[COLLISION] = -_CRASH_COST
        return True, False
    if strayed & 1:
        terms[LEFT_ROAD] = -_CRASH_COST
        return True, False
    if s >= world[GOAL_S]:
        if world[GOAL_LANE] < _ZERO or marks[LANE, 0] == world[GOAL_LANE]:
            world[ARRIVED] = _ONE
            terms[ARRIVAL] = _ARRIVAL_GAIN * max(_ZERO, _ONE - world[TIME] / world[END])
        return True, False
    return False, world[TIME] >= world[END] - _F(1e-3)

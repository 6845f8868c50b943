"""Steps of replayed recordings: what the ego does, whom it meets, what that is worth."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.driving.real.replay_layout import (
    ACC,
    AIM,
    ARRIVED,
    AT_FAULT,
    BEGAN,
    BEGIN,
    COLLIDED,
    DISTANCE,
    DT,
    EGO_LENGTH,
    EGO_WIDTH,
    END,
    FIRST_TRACK,
    FRAME,
    LANE,
    LANELET_LENGTH,
    LEFT,
    LENGTH,
    NEED,
    NEXT,
    OFF_ROAD,
    OUTSIDE,
    PACE,
    PER_STEP,
    RECORDING,
    REMAINING,
    RIGHT,
    SECONDS,
    SLIP,
    START_H,
    START_LANELET,
    START_V,
    START_X,
    START_Y,
    STATUS,
    STEER,
    TARGET,
    THERE,
    TRACKS,
    TTC,
    WIDTH,
    H,
    Tables,
    V,
    X,
    Y,
)
from synth_envs.driving.real.replay_roads import (
    ahead,
    along,
    find_lanelet,
    on_lanelet,
    outside_by,
    reached,
    remaining,
    turned,
)
from synth_envs.driving.real.replay_traffic import (
    accelerate,
    begin_others,
    move_driven,
    move_recorded,
    overlaps,
    touching,
)
from synth_envs.driving.sim.trigonometry import arctan, sincos
from synth_envs.kernels.jit import kernel

__all__ = ["ACTIONS", "NEVER", "TERMS", "begin_batch", "step_batch"]

ACTIONS = ("meta", "continuous")
META, CONTINUOUS = range(2)
TERMS = ("progress", "collision", "off_road", "comfort", "goal")
PROGRESS, COLLISION, LEFT_ROAD, COMFORT, GOAL = range(5)
#: The time to collision with nobody [s].
NEVER = 100.0

_F = np.float32
#: As in the native simulator: costs, and how actions become accelerations and steering.
_CRASH_COST, _COMFORT_COST, _OUTSIDE_COST, _GOAL_GAIN = 20.0, 0.1, 0.5, 10.0
_COMFORTABLE, _FAST, _SERVICE, _HARD = 3.0, 3.0, 5.0, 8.0
_STEP_SPEED, _MOST_SPEED, _LEAST_SPEED, _SETTLE = 5.0, 40.0, -5.0, 0.6
_MAX_STEER = math.pi / 4
#: Sine of the slip angle at most, that of 45 degrees of steering; what tyres bear (m/s2).
_SLIP, _GRIP = 0.447, 9.81
_HALF_BASE = 2.5
#: How far beyond the lanelets the ego may get (m).
_LEAVING = 2.0
#: Pure pursuit: metres ahead of the place that it steers for, at least, and per m/s.
_LOOK, _LOOK_PER_SPEED = 8.0, 1.6
_ALIGNED, _STILL, _SIGHT = 0.5, 0.3, 150.0
_BUMPER = 0.5  # m: boxes beside one another by less have met with front and rear
_S48 = np.uint64(48)


@kernel
def begin_batch(
    mask: np.ndarray, keys: np.ndarray, tables: Tables, ego: np.ndarray, marks: np.ndarray, others: np.ndarray,
    theirs: np.ndarray,
) -> None:  # fmt: skip
    """Begin the episodes of a batch where `mask` is set.

    Args:
        mask: bool (num_envs,).
        keys: uint64 (num_envs,); the first 16 bits choose the recording.
        tables: The recordings.
        ego: float64 (num_envs, len(EGO)), written, as are the next three.
        marks: int64 (num_envs, 4).
        others: float64 (num_envs, len(OTHERS), tracks).
        theirs: int64 (num_envs, 2, tracks).
    """
    for e in range(len(mask)):
        if not mask[e]:
            continue
        r = int(keys[e] >> _S48) * len(tables.recordings) // 65536
        row, start = tables.recordings[r], tables.starts[r]
        lanelet = row[START_LANELET]
        marks[e, RECORDING], marks[e, FRAME] = r, row[BEGIN]
        marks[e, LANE] = marks[e, AIM] = lanelet
        ego[e] = 0.0
        ego[e, X], ego[e, Y], ego[e, H] = start[START_X], start[START_Y], turned(start[START_H])
        ego[e, V] = max(_LEAST_SPEED, min(_MOST_SPEED, start[START_V]))
        ego[e, TARGET] = max(0.0, ego[e, V])
        s, _, _ = along(tables, lanelet, ego[e, X], ego[e, Y])
        ego[e, REMAINING] = ego[e, BEGAN] = remaining(tables, lanelet, s)
        ego[e, TTC] = NEVER
        begin_others(tables, r, others[e], theirs[e])


@kernel
def step_batch(
    mask: np.ndarray, kind: int, reactive: bool, choices: np.ndarray, controls: np.ndarray, tables: Tables,
    ego: np.ndarray, marks: np.ndarray, others: np.ndarray, theirs: np.ndarray, terms: np.ndarray, rewards: np.ndarray,
    terminations: np.ndarray, truncations: np.ndarray,
) -> None:  # fmt: skip
    """Step the episodes of a batch where `mask` is set; elsewhere rewards, terms and flags become zero.

    Args:
        mask: bool (num_envs,).
        kind: Index in `ACTIONS`.
        reactive: Whether the others drive, rather than follow their recording.
        choices: int64 (num_envs,), meta actions.
        controls: float64 (num_envs, 2) in [-1, 1]: acceleration and steering.
        tables: And the arrays of `begin_batch`.
        terms: float64 (len(TERMS), num_envs), written, as are rewards (float64) and the flags.
    """
    for e in range(len(mask)):
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        terms[:, e] = 0.0
        if not mask[e]:
            continue
        over, cut = _play(
            tables, ego[e], marks[e], others[e], theirs[e], kind, reactive, choices[e], controls[e, 0], controls[e, 1],
            terms[:, e],
        )  # fmt: skip
        terminations[e], truncations[e] = over, cut
        total = 0.0
        for k in range(len(terms)):
            total += terms[k, e]
        rewards[e] = total


@kernel
def _play(
    tables: Tables, ego: np.ndarray, marks: np.ndarray, others: np.ndarray, theirs: np.ndarray, kind: int,
    reactive: bool, choice: int, push: float, turn: float, terms: np.ndarray,
) -> tuple[bool, bool]:  # fmt: skip
    """Advance one episode by one decision; set the terms and return (terminated, truncated)."""
    r = marks[RECORDING]
    dt, end = tables.starts[r, DT], tables.recordings[r, END]
    hard = kind == META and _decide(tables, ego, marks, choice)
    to_go, worst = abs(ego[REMAINING]), 0.0
    struck, arrived, lost, cut = -1, False, False, False
    for _ in range(tables.recordings[r, PER_STEP]):
        if reactive:
            accelerate(tables, r, ego, others, theirs)
        if kind == CONTINUOUS:
            _steer(ego, push, turn)
        else:
            _follow(tables, ego, marks, hard)
        worst = max(worst, abs(ego[ACC]))
        _watch(tables, r, ego, others, theirs)
        _move(ego, dt, 0.0 if kind == META else _LEAST_SPEED)
        marks[FRAME] += 1
        if reactive:
            move_driven(tables, r, marks[FRAME], ego, others, theirs)
            overlaps(tables, r, marks[FRAME], ego, others, theirs)
        else:
            move_recorded(tables, r, marks[FRAME], others, theirs)
        out = _locate(tables, r, ego, marks, kind, dt)
        struck = _strike(tables, r, ego, marks, others, theirs)
        lost, cut = out == 2, out == 1 or marks[FRAME] >= end
        arrived = reached(tables, r, marks[FRAME], ego[X], ego[Y], ego[H], ego[V])
        if struck >= 0 or lost or arrived or cut:
            break
    pace = tables.starts[r, PACE] * dt * tables.recordings[r, PER_STEP]
    terms[PROGRESS] = (to_go - abs(ego[REMAINING])) / pace
    if worst > _COMFORTABLE:
        terms[COMFORT] = -_COMFORT_COST * min(1.0, (worst - _COMFORTABLE) / (_HARD - _COMFORTABLE))
    if ego[OUTSIDE] > 0.0:
        terms[LEFT_ROAD] = -_OUTSIDE_COST
    if struck >= 0:
        terms[COLLISION] = -_CRASH_COST
        return True, False
    if lost:
        terms[LEFT_ROAD] = -_CRASH_COST
        return True, False
    if arrived:
        ego[ARRIVED] = 1.0
        terms[GOAL] = _GOAL_GAIN
        return True, False
    return False, cut


@kernel
def _decide(tables: Tables, ego: np.ndarray, marks: np.ndarray, choice: int) -> bool:
    """Take up a meta action; return whether it is to brake hard."""
    if choice in (0, 2):
        other = tables.lanelets[marks[AIM], LEFT if choice == 0 else RIGHT]
        if other >= 0:
            marks[AIM] = other
    elif choice == 3:
        ego[TARGET] = min(_MOST_SPEED, max(ego[TARGET], ego[V] - 1.0) + _STEP_SPEED)
    elif choice == 4:
        ego[TARGET] = max(0.0, min(ego[TARGET], ego[V] + 1.0) - _STEP_SPEED)
    elif choice == 5:
        ego[TARGET] = 0.0
        return True
    return False


@kernel
def _bounded(ego: np.ndarray, slip: float) -> None:
    """Set the slip angle within what steering and tyres allow, and the steering that it takes."""
    most = min(_SLIP, _GRIP * _HALF_BASE / max(ego[V] * ego[V], 1.0))
    slip = max(-most, min(most, slip))
    ego[SLIP] = slip
    ego[STEER] = float(arctan(_F(2.0 * slip / math.sqrt(1.0 - slip * slip))))


@kernel
def _steer(ego: np.ndarray, push: float, turn: float) -> None:
    """Apply a continuous action."""
    ego[ACC] = push * (_FAST if push > 0.0 else _HARD)
    sine, cosine = sincos(_F(turn * _MAX_STEER))
    slip, _ = sincos(arctan(_F(0.5) * sine / cosine))
    _bounded(ego, float(slip))


@kernel
def _follow(tables: Tables, ego: np.ndarray, marks: np.ndarray, hard: bool) -> None:
    """Steer along the lane aimed at (pure pursuit), and approach the target speed."""
    v = ego[V]
    if hard:
        ego[ACC] = -min(_HARD, max(0.0, v) / 0.1)
    else:
        ego[ACC] = max(-_SERVICE, min(_FAST, (ego[TARGET] - v) / _SETTLE))
    s, _, _ = along(tables, marks[AIM], ego[X], ego[Y])
    x, y = ahead(tables, marks[AIM], s + max(_LOOK, _LOOK_PER_SPEED * v))
    dx, dy = x - ego[X], y - ego[Y]
    sine, cosine = sincos(_F(ego[H]))
    across = dy * cosine - dx * sine
    # The circle through here and there that leaves along the heading has this curvature.
    curvature = 2.0 * across / max(1.0, dx * dx + dy * dy)
    _bounded(ego, _HALF_BASE * curvature)


@kernel
def _watch(tables: Tables, r: int, ego: np.ndarray, others: np.ndarray, theirs: np.ndarray) -> None:
    """Measure time to collision and required deceleration behind the nearest one ahead on the ego's arc."""
    sine, cosine = sincos(_F(ego[H]))
    bend = ego[SLIP] / _HALF_BASE
    first = tables.recordings[r, FIRST_TRACK]
    nearest, speed = _SIGHT, 0.0
    for i in range(tables.recordings[r, TRACKS]):
        if theirs[STATUS, i] != THERE:
            continue
        dx, dy = others[X, i] - ego[X], others[Y, i] - ego[Y]
        forward = dx * cosine + dy * sine
        if not 0.0 < forward < _SIGHT:
            continue
        beside = dy * cosine - dx * sine - 0.5 * bend * forward * forward
        s, c = sincos(_F(others[H, i] - ego[H]))
        length, width = tables.drivers[first + i, LENGTH], tables.drivers[first + i, WIDTH]
        if abs(beside) > 0.5 * (EGO_WIDTH + width * abs(c) + length * abs(s)):
            continue
        gap = forward - 0.5 * (EGO_LENGTH + length * abs(c) + width * abs(s))
        if gap < nearest:
            nearest, speed = gap, others[V, i] * c
    closing = ego[V] - speed
    if nearest < _SIGHT and nearest > 0.0 and closing > 0.5:
        ego[TTC] = min(ego[TTC], nearest / closing)
        ego[NEED] = max(ego[NEED], closing * closing / (2.0 * max(nearest, 0.1)))


@kernel
def _move(ego: np.ndarray, dt: float, least: float) -> None:
    """Move the ego by one frame: a kinematic bicycle, with speed and heading of the frame's middle."""
    after = max(least, min(_MOST_SPEED, ego[V] + ego[ACC] * dt))
    mean = 0.5 * (ego[V] + after)
    turning = mean * ego[SLIP] / _HALF_BASE * dt
    sine, cosine = sincos(_F(ego[H] + 0.5 * turning))
    slip = ego[SLIP]
    straight = math.sqrt(1.0 - slip * slip)
    ego[X] += mean * (cosine * straight - sine * slip) * dt
    ego[Y] += mean * (sine * straight + cosine * slip) * dt
    ego[H] = turned(ego[H] + turning)
    ego[V] = after
    ego[DISTANCE] += abs(mean) * dt
    ego[SECONDS] += dt


@kernel
def _locate(
    tables: Tables, r: int, ego: np.ndarray, marks: np.ndarray, kind: int, dt: float
) -> int:
    """Bring up to date where the ego is on the road; return 2 if it has left it, 1 if the road ends."""
    x, y = ego[X], ego[Y]
    found = find_lanelet(tables, r, marks[LANE], marks[AIM], x, y)
    if found >= 0:
        marks[LANE] = found
        ego[OUTSIDE] = 0.0
    s, d, _ = along(tables, marks[LANE], x, y)
    to_go = remaining(tables, marks[LANE], s)
    if not np.isnan(to_go):
        ego[REMAINING] = to_go
    if kind == CONTINUOUS:
        marks[AIM] = marks[LANE]
    else:
        at, _, _ = along(tables, marks[AIM], x, y)
        after = tables.lanelets[marks[AIM], NEXT]
        if after >= 0 and at >= tables.fields[marks[AIM], LANELET_LENGTH]:
            marks[AIM] = after
    if found >= 0:
        return 0
    beyond = s >= tables.fields[marks[LANE], LANELET_LENGTH] and abs(d) < 2.0 * _LEAVING
    if beyond and tables.lanelets[marks[LANE], NEXT] < 0:
        return 1
    ego[OUTSIDE] = 1.0
    ego[OFF_ROAD] += dt
    return 2 if outside_by(tables, r, x, y) > _LEAVING else 0


@kernel
def _strike(
    tables: Tables, r: int, ego: np.ndarray, marks: np.ndarray, others: np.ndarray, theirs: np.ndarray
) -> int:  # fmt: skip
    """Return whom the ego touches, or -1; note whose fault it is."""
    first = tables.recordings[r, FIRST_TRACK]
    for i in range(tables.recordings[r, TRACKS]):
        if theirs[STATUS, i] != THERE:
            continue
        length, width = tables.drivers[first + i, LENGTH], tables.drivers[first + i, WIDTH]
        if not touching(
            ego[X], ego[Y], ego[H], EGO_LENGTH, EGO_WIDTH, others[X, i], others[Y, i], others[H, i], length, width
        ):  # fmt: skip
            continue
        ego[COLLIDED] = 1.0
        if not _blameless(tables, r, ego, marks[LANE], others[:, i], length):
            ego[AT_FAULT] = 1.0
        return i
    return -1


@kernel
def _blameless(
    tables: Tables, r: int, ego: np.ndarray, lane: int, other: np.ndarray, length: float
) -> bool:
    """Return whether a collision is the other's fault.

    That is if the ego stood; or if it followed its lane, and was run into from behind, or was touched
    at its side while wholly in its lane.
    """
    if abs(ego[V]) < _STILL and other[V] > _STILL:
        return True
    _, _, way = along(tables, lane, ego[X], ego[Y])
    if abs(turned(ego[H] - way)) > _ALIGNED:
        return False
    sine, cosine = sincos(_F(ego[H]))
    forward = (other[X] - ego[X]) * cosine + (other[Y] - ego[Y]) * sine
    _, c = sincos(_F(other[H] - ego[H]))
    if forward < -0.5 * length and other[V] * c > ego[V]:
        return True
    x, y = 0.5 * EGO_WIDTH * sine, 0.5 * EGO_WIDTH * cosine
    inside = on_lanelet(tables, lane, ego[X] - x, ego[Y] + y) and on_lanelet(
        tables, lane, ego[X] + x, ego[Y] - y
    )
    # Whoever was beside the ego a frame ago already was not met with the front.
    before = forward + (ego[V] - other[V] * c) * tables.starts[r, DT]
    return inside and before < 0.5 * (EGO_LENGTH + length) - _BUMPER

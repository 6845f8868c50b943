"""Steps and resets of a batch of straight highways, one environment after another.

Observation, reward and initial states are those of highway-env 1.12.1 (MIT licence:
`highway_env/envs/highway_env.py`, `envs/common/observation.py`, `vehicle/kinematics.py`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_envs.driving.compat.highway_collisions import collide
from synth_envs.driving.compat.highway_layout import (
    COS,
    CRASHED,
    EXPONENT,
    LANE,
    LANE_WIDTH,
    LENGTH,
    ORDER,
    ROAD_LENGTH,
    SCRATCH,
    SIN,
    SPEED,
    TARGET,
    TARGET_SPEED,
    TIMER,
    HighwayRules,
    X,
    Y,
)
from synth_envs.driving.compat.highway_motion import move
from synth_envs.driving.compat.highway_traffic import (
    decide,
    free_road,
    leaders,
    reachable,
    sort,
    thrust,
)
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, uniform

__all__ = ["DISTANCE", "METRICS", "SEEN", "STARTED", "TERMS", "TIME", "reset_all", "step_all"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEEN = 5  # rows of an observation: the ego and the four nearest
TERMS = ("collision_reward", "right_lane_reward", "high_speed_reward", "on_road_reward")
METRICS = ("return", "length", "crashed", "mean_speed", "distance")
RETURN, STEPS, CRASH, MEAN_SPEED, DISTANCE = range(5)
# Columns of `clocks`: the peer's time [s], and the ego's first x [m].
TIME, STARTED = range(2)

_RUN = 8  # environments that go through a frame together: their state stays in the cache
_LEFT, _RIGHT, _FASTER, _SLOWER = 0, 2, 3, 4  # 1 is to stay
_SIGHT, _BEHIND = 200.0, 2 * LENGTH  # [m]
_SPEED_SCALE = 80.0  # [m/s]
_EGO_SPEED = 25.0  # [m/s]
_SLOWEST, _FASTEST = 21.0, 24.0  # [m/s] at which others begin
_LEAST_EXPONENT, _MOST_EXPONENT = 3.5, 4.5


@kernel
def _nearest_speed(speed: float, speeds: Floats) -> int:
    top = len(speeds) - 1
    share = (speed - speeds[0]) / (speeds[top] - speeds[0])
    return int(min(max(np.rint(share * top), 0.0), float(top)))


@kernel
def _act(floats: Floats, ints: Ints, e: int, action: int, lanes: int, speeds: Floats) -> None:
    """Apply a meta action to the ego's targets."""
    if action in (_LEFT, _RIGHT):
        lane = min(max(ints[TARGET, e, 0] + (1 if action == _RIGHT else -1), 0), lanes - 1)
        if reachable(floats[X, e, 0], floats[Y, e, 0], lane):
            ints[TARGET, e, 0] = lane
    elif action in (_FASTER, _SLOWER):
        index = _nearest_speed(floats[SPEED, e, 0], speeds) + (1 if action == _FASTER else -1)
        floats[TARGET_SPEED, e, 0] = speeds[min(max(index, 0), len(speeds) - 1)]


@kernel
def _scaled(value: float, scale: float) -> float:
    """Map [-1 / scale, 1 / scale] to [-1, 1] and clip."""
    return min(max(value * scale, -1.0), 1.0)


@kernel
def _show(
    floats: Floats,
    e: int,
    row: NDArray[np.float32],
    one: int,
    origin: tuple[float, float, float, float],
    scale: float,
) -> None:
    """Fill a row of an observation with a vehicle, relative to an origin (x, y, vx, vy).

    `scale` is that of y [1/m].
    """
    speed = floats[SPEED, e, one]
    row[0] = 1.0
    row[1] = _scaled(floats[X, e, one] - origin[0], 1 / _SIGHT)
    row[2] = _scaled(floats[Y, e, one] - origin[1], scale)
    row[3] = _scaled(speed * floats[COS, e, one] - origin[2], 1 / _SPEED_SCALE)
    row[4] = _scaled(speed * floats[SIN, e, one] - origin[3], 1 / _SPEED_SCALE)


@kernel
def _note(nearest: Ints, gaps: Floats, count: int, one: int, gap: float) -> int:
    """Insert a vehicle into those seen, nearest first and then by number; return their number."""
    place = count
    while place > 0 and (
        gaps[place - 1] > gap or (gaps[place - 1] == gap and nearest[place - 1] > one)
    ):
        place -= 1
    if place == len(nearest):
        return count
    count = min(count + 1, len(nearest))
    for k in range(count - 1, place, -1):
        nearest[k], gaps[k] = nearest[k - 1], gaps[k - 1]
    nearest[place], gaps[place] = one, gap
    return count


@kernel
def _observe(
    floats: Floats,
    ints: Ints,
    e: int,
    observation: NDArray[np.float32],
    lanes: int,
    nearest: Ints,
    gaps: Floats,
) -> None:
    """Fill an observation; `ORDER` is right. `nearest` and `gaps` are scratch of SEEN - 1."""
    x, y, order = floats[X, e], floats[Y, e], ints[ORDER, e]
    mine = 0
    while order[mine] != 0:
        mine += 1
    count = 0
    ahead = 0
    for k in range(mine + 1, len(order)):
        one = order[k]
        dx, dy = x[one] - x[0], y[one] - y[0]
        if dx >= _SIGHT or ahead == len(nearest):
            break
        if dx * dx + dy * dy < _SIGHT * _SIGHT:
            ahead += 1
            count = _note(nearest, gaps, count, one, dx)
    for k in range(mine - 1, -1, -1):
        one = order[k]
        dx, dy = x[one] - x[0], y[one] - y[0]
        if dx <= -_BEHIND:
            break
        if dx * dx + dy * dy < _SIGHT * _SIGHT:
            count = _note(nearest, gaps, count, one, -dx)
    scale = 1 / (LANE_WIDTH * lanes)
    _show(floats, e, observation[0], 0, (0.0, 0.0, 0.0, 0.0), scale)
    speed = floats[SPEED, e, 0]
    ego = (x[0], y[0], speed * floats[COS, e, 0], speed * floats[SIN, e, 0])
    for k in range(count):
        _show(floats, e, observation[k + 1], nearest[k], ego, scale)
    observation[count + 1 :] = 0.0


@kernel
def _judge(floats: Floats, ints: Ints, e: int, rules: HighwayRules, terms: Floats) -> float:
    """Fill the reward terms and return the reward."""
    on_road = (
        abs(floats[Y, e, 0] - LANE_WIDTH * ints[LANE, e, 0]) <= LANE_WIDTH / 2
        and -LENGTH <= floats[X, e, 0] < ROAD_LENGTH + LENGTH
    )
    forward = floats[SPEED, e, 0] * floats[COS, e, 0]
    fast = (forward - rules.speed_low) / (rules.speed_high - rules.speed_low)
    terms[0] = float(ints[CRASHED, e, 0])
    terms[1] = ints[TARGET, e, 0] / max(rules.lanes - 1, 1)
    terms[2] = min(max(fast, 0.0), 1.0)
    terms[3] = 1.0 if on_road else 0.0
    reward: float = rules.collision * terms[0] + rules.right * terms[1] + rules.fast * terms[2]
    if rules.normalize:
        reward = (reward - rules.collision) / (rules.fast + rules.right - rules.collision)
    return float(reward * terms[3])


@kernel
def step_all(
    floats: NDArray[np.float64],
    ints: NDArray[np.int64],
    clocks: Floats,
    actions: Ints,
    mask: NDArray[np.bool_],
    rules: HighwayRules,
    speeds: Floats,
    observations: NDArray[np.float32],
    rewards: Floats,
    terminations: NDArray[np.bool_],
    truncations: NDArray[np.bool_],
    terms: Floats,
    metrics: Floats,
) -> int:
    """Step the environments of a mask; elsewhere only set rewards, terms and flags to zero.

    Returns:
        -1, or the index of an environment with an action that does not exist, and nothing done.
    """
    for e in range(len(mask)):
        if mask[e] and not 0 <= actions[e] < 5:
            return e
    vehicles = floats.shape[2]
    scratch = np.empty((_RUN, SCRATCH, vehicles), np.int64)
    ties = np.empty(_RUN, np.bool_)
    last = np.empty(rules.lanes + 2, np.int64)
    stamp = np.empty(vehicles, np.int64)
    acceleration = np.empty(_RUN * vehicles)
    work = np.empty((8, _RUN * vehicles))
    nearest = np.empty(SEEN - 1, np.int64)
    gaps = np.empty(SEEN - 1)
    first = 0
    while first < len(mask):
        if not mask[first]:
            terminations[first] = truncations[first] = False
            rewards[first] = 0.0
            terms[first, :] = 0.0
            first += 1
            continue
        stop = first + 1
        while stop < min(first + _RUN, len(mask)) and mask[stop]:
            stop += 1
        for e in range(first, stop):
            ties[e - first] = sort(floats, ints, e)
            _act(floats, ints, e, actions[e], rules.lanes, speeds)
        for _ in range(rules.frames):
            free_road(floats, first, stop, acceleration)
            for e in range(first, stop):
                k = e - first
                leaders(floats, ints, e, scratch[k], last, ties[k])
                decide(floats, ints, e, scratch[k], rules.lanes, ties[k])
                part = acceleration[k * vehicles : (k + 1) * vehicles]
                thrust(floats, ints, e, scratch[k], part)
            move(floats, ints, first, stop, acceleration, work, rules.lanes, rules.dt)
            for e in range(first, stop):
                ties[e - first] = sort(floats, ints, e)
                collide(floats, ints, e, stamp, rules.dt, rules.ego_only)
        for e in range(first, stop):
            _observe(floats, ints, e, observations[e], rules.lanes, nearest, gaps)
            reward = _judge(floats, ints, e, rules, terms[e])
            rewards[e] = reward
            crashed = ints[CRASHED, e, 0] != 0
            clocks[e, TIME] += rules.period
            terminations[e] = crashed or (rules.offroad_terminal and terms[e, 3] == 0)
            truncations[e] = clocks[e, TIME] >= rules.duration
            steps = metrics[e, STEPS] + 1
            metrics[e, RETURN] += reward
            metrics[e, STEPS] = steps
            metrics[e, CRASH] = 1.0 if crashed else 0.0
            metrics[e, MEAN_SPEED] += (floats[SPEED, e, 0] - metrics[e, MEAN_SPEED]) / steps
            metrics[e, DISTANCE] = floats[X, e, 0] - clocks[e, STARTED]
        first = stop
    return -1


@kernel
def _place(floats: Floats, ints: Ints, e: int, one: int, x: float, lane: int, speed: float) -> None:
    floats[:, e, one] = 0.0
    ints[:, e, one] = 0
    floats[X, e, one] = x
    floats[Y, e, one] = LANE_WIDTH * lane
    floats[COS, e, one] = 1.0
    floats[SPEED, e, one] = floats[TARGET_SPEED, e, one] = speed
    floats[TIMER, e, one] = (x + floats[Y, e, one]) * math.pi % 1.0
    ints[LANE, e, one] = ints[TARGET, e, one] = lane
    ints[ORDER, e, one] = one


@kernel
def reset_all(
    floats: NDArray[np.float64],
    ints: NDArray[np.int64],
    clocks: Floats,
    mask: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    rules: HighwayRules,
    speeds: Floats,
    observations: NDArray[np.float32],
    rewards: Floats,
    terminations: NDArray[np.bool_],
    truncations: NDArray[np.bool_],
    terms: Floats,
    metrics: Floats,
) -> None:
    """Begin episodes in the environments of a mask, as functions of their keys."""
    nearest = np.empty(SEEN - 1, np.int64)
    gaps = np.empty(SEEN - 1)
    shrink = math.exp(-5 / 40 * rules.lanes)
    for e in range(len(mask)):
        if not mask[e]:
            continue
        key = keys[e]
        lane = rules.first_lane
        if lane < 0:
            lane = int(uniform(key, 0) * rules.lanes)
        gap = rules.ego_spacing * (12 + _EGO_SPEED) * shrink
        x = 3 * gap + gap * between(key, 1, 0.9, 1.1)
        _place(floats, ints, e, 0, x, lane, _EGO_SPEED)
        floats[TARGET_SPEED, e, 0] = speeds[_nearest_speed(_EGO_SPEED, speeds)]
        for one in range(1, floats.shape[2]):
            draw = 4 * one
            lane = int(uniform(key, draw) * rules.lanes)
            speed = between(key, draw + 1, _SLOWEST, _FASTEST)
            x += rules.spacing * (12 + speed) * shrink * between(key, draw + 2, 0.9, 1.1)
            _place(floats, ints, e, one, x, lane, speed)
            floats[EXPONENT, e, one] = between(key, draw + 3, _LEAST_EXPONENT, _MOST_EXPONENT)
        clocks[e, TIME] = 0.0
        clocks[e, STARTED] = floats[X, e, 0]
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        metrics[e, :] = 0.0
        _judge(floats, ints, e, rules, terms[e])
        _observe(floats, ints, e, observations[e], rules.lanes, nearest, gaps)

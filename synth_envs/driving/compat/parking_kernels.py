"""Steps and resets of a batch of parking lots, one environment after another.

The rules are those of highway-env 1.12.1 (MIT licence: `highway_env/envs/parking_env.py`,
`envs/common/action.py`, `vehicle/kinematics.py`, `vehicle/objects.py`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_envs.driving.compat.polygons import clearly_apart, touching
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import uniform

__all__ = [
    "ACCELERATION",
    "CAR",
    "CRASHED",
    "FLAGS",
    "GOAL",
    "HEADING",
    "METRICS",
    "PUSH_X",
    "PUSH_Y",
    "SCALES",
    "SPEED",
    "SPOTS",
    "STEERING",
    "STRUCK",
    "SUCCESS",
    "TERMS",
    "TIME",
    "VEHICLE",
    "WALLS",
    "WEIGHTS",
    "ParkingRules",
    "X",
    "Y",
    "reset_all",
    "step_all",
]

Floats = NDArray[np.float64]

# Columns of the state (environments, CAR) float64: position [m], heading [rad], speed [m/s], the
# steering angle [rad] and acceleration [m/s2] in force, the push of a collision that the next
# frame applies [m], and the peer's time [s].
X, Y, HEADING, SPEED, STEERING, ACCELERATION, PUSH_X, PUSH_Y, TIME = range(9)
CAR = 9
# Columns of the flags (environments, FLAGS) bool: crashed; the push is to be applied; parked.
CRASHED, STRUCK, SUCCESS = range(3)
FLAGS = 3
GOAL = 3  # columns of the goals: x, y [m] and heading [rad]

TERMS = ("goal_reward", "collision_reward")
METRICS = ("return", "length", "crashed", "is_success", "distance_to_goal")
RETURN, STEPS, CRASH, PARKED, DISTANCE = range(5)

_SPOTS = 14  # on each of two sides
_SPOT_WIDTH, _SPOT_START, _SPOT_LENGTH = 4.0, 10.0, 8.0  # [m]
SPOTS = (_SPOTS, _SPOT_WIDTH, _SPOT_START, _SPOT_LENGTH)
VEHICLE = _LENGTH, _WIDTH = 5.0, 2.0  # [m]
_LOT_LENGTH, _LOT_WIDTH = 70.0, 42.0  # [m] between the middles of the walls, 1 m thick
_MOST_SPEED = 40.0  # [m/s]
# The peer's walls in its order: x, y, cosine and sine of the heading, half length and half width.
_COS_90 = math.cos(math.pi / 2)  # not zero, and kept as the peer has it
WALLS = np.array(
    [
        (0.0, -_LOT_WIDTH / 2, 1.0, 0.0, _LOT_LENGTH / 2, 0.5),
        (0.0, _LOT_WIDTH / 2, 1.0, 0.0, _LOT_LENGTH / 2, 0.5),
        (-_LOT_LENGTH / 2, 0.0, _COS_90, 1.0, _LOT_WIDTH / 2, 0.5),
        (_LOT_LENGTH / 2, 0.0, _COS_90, 1.0, _LOT_WIDTH / 2, 0.5),
    ]
)
WEIGHTS = (1.0, 0.3, 0.0, 0.0, 0.02, 0.02)
SCALES = (100.0, 100.0, 5.0, 5.0, 1.0, 1.0)


class ParkingRules(NamedTuple):
    """The configuration as kernels see it.

    Attributes:
        frames: Simulated frames per environment step.
        dt: Length of a frame [s].
        period: Time counted per environment step [s].
        duration: Time at which an episode is truncated [s].
        walls: Whether there are walls.
        success: Least goal reward that counts as parked, with its sign changed.
        collision: Reward of a crash.
    """

    frames: int
    dt: float
    period: float
    duration: float
    walls: bool
    success: float
    collision: float


@kernel
def _drive(state: Floats, flags: NDArray[np.bool_], dt: float) -> None:
    """Move by a frame."""
    if flags[CRASHED]:
        state[STEERING] = 0.0
        state[ACCELERATION] = -state[SPEED]
    # What is cut here stays cut until the next action.
    if state[SPEED] > _MOST_SPEED:
        state[ACCELERATION] = min(state[ACCELERATION], _MOST_SPEED - state[SPEED])
    elif state[SPEED] < -_MOST_SPEED:
        state[ACCELERATION] = max(state[ACCELERATION], -_MOST_SPEED - state[SPEED])
    slip = math.atan(math.tan(state[STEERING]) / 2)
    speed, course = state[SPEED], state[HEADING] + slip
    state[X] += speed * math.cos(course) * dt
    state[Y] += speed * math.sin(course) * dt
    if flags[STRUCK]:
        state[X] += state[PUSH_X]
        state[Y] += state[PUSH_Y]
        flags[CRASHED] = True
        flags[STRUCK] = False
    state[HEADING] += speed * math.sin(slip) / (_LENGTH / 2) * dt
    state[SPEED] += state[ACCELERATION] * dt


@kernel
def _bump(state: Floats, flags: NDArray[np.bool_], dt: float) -> None:
    """Check the walls; of those that will be hit within a frame the last one pushes."""
    cos, sin, speed = math.cos(state[HEADING]), math.sin(state[HEADING]), state[SPEED]
    car = (cos, sin, _LENGTH / 2, _WIDTH / 2)
    moved_x, moved_y = speed * cos * dt, speed * sin * dt
    for k in range(len(WALLS)):
        wall = (WALLS[k, 2], WALLS[k, 3], WALLS[k, 4], WALLS[k, 5])
        dx, dy = WALLS[k, 0] - state[X], WALLS[k, 1] - state[Y]
        diagonals = math.sqrt(_LENGTH**2 + _WIDTH**2) + 2 * math.sqrt(wall[2] ** 2 + wall[3] ** 2)
        if math.sqrt(dx * dx + dy * dy) > diagonals / 2 + speed * dt:
            continue
        if clearly_apart(dx, dy, car, wall, moved_x, moved_y):
            continue
        now, soon, push_x, push_y = touching(
            state[X], state[Y], car, WALLS[k, 0], WALLS[k, 1], wall, moved_x, moved_y
        )
        if soon:
            flags[STRUCK] = True
            state[PUSH_X], state[PUSH_Y] = push_x, push_y
        if now:
            flags[CRASHED] = True


@kernel
def _features(x: float, y: float, heading: float, speed: float, out: Floats) -> None:
    """Fill in x, y, vx, vy and the direction, scaled."""
    cos, sin = math.cos(heading), math.sin(heading)
    out[0], out[1] = x / SCALES[0], y / SCALES[1]
    out[2], out[3] = speed * cos / SCALES[2], speed * sin / SCALES[3]
    out[4], out[5] = cos / SCALES[4], sin / SCALES[5]


@kernel
def _closeness(achieved: Floats, desired: Floats) -> float:
    """Return the goal reward: minus the root of the weighted distance."""
    total = 0.0
    for k in range(6):
        total += abs(achieved[k] - desired[k]) * WEIGHTS[k]
    return -math.sqrt(total)


@kernel
def step_all(
    states: Floats,
    flags: NDArray[np.bool_],
    goals: Floats,
    actions: NDArray[np.float32],
    mask: NDArray[np.bool_],
    rules: ParkingRules,
    observed: Floats,
    achieved: Floats,
    desired: Floats,
    rewards: Floats,
    terminations: NDArray[np.bool_],
    truncations: NDArray[np.bool_],
    terms: Floats,
    metrics: Floats,
) -> int:
    """Step the environments of a mask; elsewhere only set rewards, terms and flags to zero.

    Returns:
        -1, or the index of an environment with an action that is not finite, and nothing done.
    """
    for e in range(len(mask)):
        if mask[e] and not (math.isfinite(actions[e, 0]) and math.isfinite(actions[e, 1])):
            return e
    # The peer maps actions in single precision.
    one, two = np.float32(1.0), np.float32(2.0)
    push, turn = np.float32(5.0), np.float32(math.pi / 4)
    push_range, turn_range = np.float32(10.0), np.float32(math.pi / 2)
    for e in range(len(mask)):
        terminations[e] = truncations[e] = False
        rewards[e] = 0.0
        terms[e, :] = 0.0
        if not mask[e]:
            continue
        state = states[e]
        pedal = min(max(actions[e, 0], -one), one)
        wheel = min(max(actions[e, 1], -one), one)
        state[ACCELERATION] = (pedal + one) * push_range / two - push
        state[STEERING] = (wheel + one) * turn_range / two - turn
        for _ in range(rules.frames):
            _drive(state, flags[e], rules.dt)
            if rules.walls:
                _bump(state, flags[e], rules.dt)
        _features(state[X], state[Y], state[HEADING], state[SPEED], observed[e])
        achieved[e] = observed[e]
        closeness = _closeness(achieved[e], desired[e])
        crashed = flags[e, CRASHED]
        success = closeness > -rules.success
        flags[e, SUCCESS] = success
        terms[e, 0] = closeness
        terms[e, 1] = 1.0 if crashed else 0.0
        reward = closeness + rules.collision * terms[e, 1]
        rewards[e] = reward
        state[TIME] += rules.period
        terminations[e] = crashed or success
        truncations[e] = state[TIME] >= rules.duration
        metrics[e, RETURN] += reward
        metrics[e, STEPS] += 1
        metrics[e, CRASH] = terms[e, 1]
        metrics[e, PARKED] = 1.0 if success else 0.0
        metrics[e, DISTANCE] = math.hypot(goals[e, 0] - state[X], goals[e, 1] - state[Y])
    return -1


@kernel
def reset_all(
    states: Floats,
    flags: NDArray[np.bool_],
    goals: Floats,
    mask: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    observed: Floats,
    achieved: Floats,
    desired: Floats,
    rewards: Floats,
    terminations: NDArray[np.bool_],
    truncations: NDArray[np.bool_],
    terms: Floats,
    metrics: Floats,
) -> None:
    """Begin episodes in the environments of a mask, as functions of their keys."""
    for e in range(len(mask)):
        if not mask[e]:
            continue
        state = states[e]
        state[:] = 0.0
        flags[e, :] = False
        state[HEADING] = 2 * math.pi * uniform(keys[e], 0)
        # The spot nearest to the vehicle is never the goal: it is left of the middle, on the side
        # that the vehicle looks to.
        taken = _SPOTS // 2 - 1 + (0 if math.sin(state[HEADING]) > 0 else _SPOTS)
        spot = int(uniform(keys[e], 1) * (2 * _SPOTS - 1))
        if spot >= taken:
            spot += 1
        side = 1 if spot < _SPOTS else -1
        column = spot % _SPOTS
        goals[e, 0] = (column + 1 - _SPOTS // 2) * _SPOT_WIDTH - _SPOT_WIDTH / 2
        goals[e, 1] = side * (_SPOT_START + _SPOT_LENGTH / 2)
        goals[e, 2] = side * math.pi / 2
        _features(goals[e, 0], goals[e, 1], goals[e, 2], 0.0, desired[e])
        _features(state[X], state[Y], state[HEADING], state[SPEED], observed[e])
        achieved[e] = observed[e]
        rewards[e] = 0.0
        terminations[e] = truncations[e] = False
        terms[e, 0] = _closeness(achieved[e], desired[e])
        terms[e, 1] = 0.0
        metrics[e, :] = 0.0
        metrics[e, DISTANCE] = math.hypot(goals[e, 0], goals[e, 1])

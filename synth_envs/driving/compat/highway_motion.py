"""How the vehicles of a straight highway steer and move.

The rules are those of highway-env 1.12.1 (MIT licence: `highway_env/vehicle/controller.py`,
`kinematics.py`): a kinematic bicycle with its reference point at the centre, whose controller aims
at a lane's centre. Steering angles do not appear: the tangent of the one that the controller asks
for is twice that of the slip angle, of which the motion needs only sine and cosine.

All vehicles go through one loop without branches, which compilers turn into vector instructions;
its series are exact to rounding for ordinary motion. The others are done one by one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_envs.driving.compat.highway_layout import (
    COS,
    CRASHED,
    HEADING,
    LANE,
    LANE_WIDTH,
    LENGTH,
    PUSH_X,
    PUSH_Y,
    SIN,
    SPEED,
    STRUCK,
    TARGET,
    TIMER,
    X,
    Y,
)
from synth_envs.kernels.jit import kernel

__all__ = ["move"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TO_HEADING, _TO_LATERAL = 1 / 0.2, 1 / 0.6  # [1/s] gains of the controllers
_MOST_TURN = math.sin(math.pi / 4)
# Sine of the slip angle at the largest steering angle, pi/3.
_MOST_SLIP = math.sin(math.atan(math.tan(math.pi / 3) / 2))
_MOST_SPEED = 40.0  # [m/s]
_HALF_LENGTH = LENGTH / 2

# Ordinary motion: headings [rad] after a frame, and sines of headings aimed at, up to these.
_SERIES_HEADING, _SERIES_TURN = 0.5, 0.45
# asin(x) / x as a polynomial in x^2: Chebyshev interpolation for x up to 0.45, wrong by 1e-16.
_A0, _A1, _A2, _A3, _A4, _A5, _A6 = (
    1.0,
    0.1666666666666667,
    0.07499999999998143,
    0.044642857145194996,
    0.030381944291251916,
    0.02237216508747512,
    0.0173526128693469,
)
_A7, _A8, _A9, _A10, _A11, _A12, _A13 = (
    0.013967432290770824,
    0.011521171050758946,
    0.010014789747678351,
    0.00694071039241124,
    0.01288867179034665,
    -0.0069836047519549445,
    0.022761921654726094,
)
# sin(x) / x and cos(x) as Taylor polynomials in x^2.
_S1, _S2, _S3, _S4, _S5, _S6 = ((-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 7))
_C1, _C2, _C3, _C4, _C5, _C6, _C7 = ((-1.0) ** k / math.factorial(2 * k) for k in range(1, 8))


@kernel
def _arcsine(x: float) -> float:
    z = x * x
    tail = _A7 + z * (_A8 + z * (_A9 + z * (_A10 + z * (_A11 + z * (_A12 + z * _A13)))))
    head = _A1 + z * (_A2 + z * (_A3 + z * (_A4 + z * (_A5 + z * (_A6 + z * tail)))))
    return x * (_A0 + z * head)


@kernel
def _sine(x: float) -> float:
    z = x * x
    return x * (1 + z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6))))))


@kernel
def _cosine(x: float) -> float:
    z = x * x
    tail = _C3 + z * (_C4 + z * (_C5 + z * (_C6 + z * _C7)))
    return 1 + z * (_C1 + z * (_C2 + z * tail))


@kernel
def _not_zero(value: float) -> float:
    if abs(value) > 0.01:
        return value
    return 0.01 if value >= 0 else -0.01


@kernel
def _wrapped(angle: float) -> float:
    """Return an angle in [-pi, pi), rounded as the peer's."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


@kernel
def _lane_of(y: float, heading: float, lanes: int) -> int:
    """Return the nearest lane; halfway between two, what rounding leaves of the peer's distance."""
    angle = abs(_wrapped(heading))
    best, least = 0, math.inf
    for one in range(lanes):
        distance = abs(y - LANE_WIDTH * one) + angle
        if distance < least:
            best, least = one, distance
    return best


@kernel
def _move_one(
    floats: Floats, ints: Ints, e: int, me: int, acceleration: float, dt: float, moved: Floats
) -> None:
    """Compute a vehicle's next x, y, heading, cosine, sine and speed: any motion, any push."""
    now, heading = floats[SPEED, e, me], floats[HEADING, e, me]
    cos, sin = floats[COS, e, me], floats[SIN, e, me]
    slip = 0.0
    if ints[CRASHED, e, me]:
        acceleration = -now
    else:
        inverse = 1 / _not_zero(now)
        turn = -_TO_LATERAL * (floats[Y, e, me] - LANE_WIDTH * ints[TARGET, e, me]) * inverse
        error = _wrapped(math.asin(min(max(turn, -_MOST_TURN), _MOST_TURN)) - heading)
        slip = _HALF_LENGTH * inverse * (_TO_HEADING * error)
        slip = min(max(slip, -_MOST_SLIP), _MOST_SLIP)
    if now > _MOST_SPEED:
        acceleration = min(acceleration, _MOST_SPEED - now)
    elif now < -_MOST_SPEED:
        acceleration = max(acceleration, -_MOST_SPEED - now)
    grip = math.sqrt(1 - slip * slip)
    moved[0] = floats[X, e, me] + now * (cos * grip - sin * slip) * dt
    moved[1] = floats[Y, e, me] + now * (sin * grip + cos * slip) * dt
    if ints[STRUCK, e, me]:
        moved[0] += floats[PUSH_X, e, me]
        moved[1] += floats[PUSH_Y, e, me]
    heading += now * slip / _HALF_LENGTH * dt
    moved[2], moved[3], moved[4] = heading, math.cos(heading), math.sin(heading)
    moved[5] = now + acceleration * dt


@kernel
def move(
    floats: Floats,
    ints: Ints,
    first: int,
    stop: int,
    acceleration: Floats,
    work: Floats,
    lanes: int,
    dt: float,
) -> None:
    """Steer and move all vehicles of environments `first` to `stop` by a frame.

    Args:
        floats: State.
        ints: State.
        first: First environment.
        stop: The one after the last.
        acceleration: What `thrust` filled in, flat; crashed vehicles brake instead.
        work: Working space of shape (8, as many as there are vehicles).
        lanes: Number of lanes.
        dt: Length of the frame [s].
    """
    vehicles = floats.shape[2]
    low, high = first * vehicles, stop * vehicles
    x, y = floats[X].reshape(-1)[low:high], floats[Y].reshape(-1)[low:high]
    heading, speed = floats[HEADING].reshape(-1)[low:high], floats[SPEED].reshape(-1)[low:high]
    cos, sin = floats[COS].reshape(-1)[low:high], floats[SIN].reshape(-1)[low:high]
    timer = floats[TIMER].reshape(-1)[low:high]
    target, lane = ints[TARGET].reshape(-1)[low:high], ints[LANE].reshape(-1)[low:high]
    crashed, struck = ints[CRASHED].reshape(-1)[low:high], ints[STRUCK].reshape(-1)[low:high]
    slip, odd, moved = work[0], work[1], work[2:].reshape(-1, 6)
    count = len(x)
    # Headings get nearer to those aimed at and not beyond, unless frames are long.
    straight = _SERIES_HEADING if dt * _TO_HEADING <= 1 else -1.0
    some = 0
    for k in range(count):
        now, offset = abs(speed[k]), abs(y[k] - LANE_WIDTH * target[k])
        series = (now >= 1.0) & (now <= _MOST_SPEED) & (crashed[k] + struck[k] == 0)
        series &= (abs(heading[k]) <= straight) & (offset * _TO_LATERAL <= _SERIES_TURN * now)
        odd[k] = 0.0 if series else 1.0
        some += 0 if series else 1
    if some > 0:
        for k in range(count):
            if odd[k] != 0:
                e, me = first + k // vehicles, k % vehicles
                _move_one(floats, ints, e, me, acceleration[k], dt, moved[k])
    # One array is written per loop: with more, compilers give up proving that none overlap.
    for k in range(count):
        turn = -_TO_LATERAL * (y[k] - LANE_WIDTH * target[k]) / speed[k]
        error = (_arcsine(turn) - heading[k] + math.pi) - math.pi
        wanted = _HALF_LENGTH / speed[k] * (_TO_HEADING * error)
        slip[k] = min(max(wanted, -_MOST_SLIP), _MOST_SLIP)
    for k in range(count):
        grip = math.sqrt(1 - slip[k] * slip[k])
        x[k] += speed[k] * (cos[k] * grip - sin[k] * slip[k]) * dt
    for k in range(count):
        grip = math.sqrt(1 - slip[k] * slip[k])
        y[k] += speed[k] * (sin[k] * grip + cos[k] * slip[k]) * dt
    for k in range(count):
        heading[k] += speed[k] * slip[k] / _HALF_LENGTH * dt
    for k in range(count):
        cos[k] = _cosine(heading[k])
    for k in range(count):
        sin[k] = _sine(heading[k])
    for k in range(count):
        speed[k] += acceleration[k] * dt
    for k in range(count):
        timer[k] += dt
    if some > 0:
        for k in range(count):
            if odd[k] != 0:
                x[k], y[k], heading[k] = moved[k, 0], moved[k, 1], moved[k, 2]
                cos[k], sin[k], speed[k] = moved[k, 3], moved[k, 4], moved[k, 5]
                crashed[k] |= struck[k]
                struck[k] = 0
    halfway = 0
    for k in range(count):
        place = y[k] / LANE_WIDTH
        near = min(max(math.floor(place + 0.5), 0.0), lanes - 1.0)
        halfway += 1 if abs(abs(place - near) - 0.5) < 1e-6 else 0
        lane[k] = int(near)
    if halfway > 0:
        for k in range(count):
            lane[k] = _lane_of(y[k], heading[k], lanes)

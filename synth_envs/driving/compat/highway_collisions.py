"""Collisions between the vehicles of a straight highway.

The rules are those of highway-env 1.12.1 (MIT licence: `highway_env/vehicle/objects.py`): pairs in
list order, overlap now is a crash of both, overlap within a frame pushes both apart in the next
frame and is a crash then. Pairs that may touch come from a window of the order by x.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_envs.driving.compat.highway_layout import (
    COS,
    CRASHED,
    LENGTH,
    ORDER,
    PUSH_X,
    PUSH_Y,
    SIN,
    SPEED,
    STRUCK,
    WIDTH,
    X,
    Y,
)
from synth_envs.driving.compat.polygons import clearly_apart, touching
from synth_envs.kernels.jit import kernel

__all__ = ["collide"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DIAGONAL = math.hypot(LENGTH, WIDTH)
_HALF_LENGTH, _HALF_WIDTH = LENGTH / 2, WIDTH / 2


@kernel
def collide(
    floats: Floats,
    ints: Ints,
    e: int,
    stamp: Ints,
    dt: float,
    ego_only: bool,
) -> None:
    """Mark the vehicles that touch now, and store the pushes of those that will within a frame.

    Args:
        floats: State.
        ints: State; `ORDER` is right.
        e: Environment.
        stamp: Scratch, one per vehicle.
        dt: Length of a frame [s].
        ego_only: Whether pairs of other vehicles pass through each other.
    """
    x, speed, order = floats[X, e], floats[SPEED, e], ints[ORDER, e]
    stamp[:] = -1
    if ego_only:
        reach = _DIAGONAL + speed[0] * dt
        for other in range(1, len(x)):
            if abs(x[other] - x[0]) <= reach:
                _meet(floats, ints, e, stamp, 0, other, dt)
        return
    fastest = 0.0
    for one in range(len(x)):
        fastest = max(fastest, speed[one])
    reach = _DIAGONAL + fastest * dt
    for k in range(len(order) - 1):
        one = order[k]
        for m in range(k + 1, len(order)):
            other = order[m]
            if x[other] - x[one] > reach:
                break
            _meet(floats, ints, e, stamp, min(one, other), max(one, other), dt)


@kernel
def _meet(floats: Floats, ints: Ints, e: int, stamp: Ints, one: int, other: int, dt: float) -> None:
    """Handle one pair, `one` before `other` in the list; later pairs of the list overrule."""
    x, y, speed = floats[X, e], floats[Y, e], floats[SPEED, e]
    cos, sin = floats[COS, e], floats[SIN, e]
    dx, dy = x[other] - x[one], y[other] - y[one]
    reach = _DIAGONAL + speed[one] * dt
    if reach < 0 or dx * dx + dy * dy > reach * reach:
        return
    moved_x = speed[one] * cos[one] * dt - speed[other] * cos[other] * dt
    moved_y = speed[one] * sin[one] * dt - speed[other] * sin[other] * dt
    first = (cos[one], sin[one], _HALF_LENGTH, _HALF_WIDTH)
    second = (cos[other], sin[other], _HALF_LENGTH, _HALF_WIDTH)
    if clearly_apart(dx, dy, first, second, moved_x, moved_y):
        return
    now, soon, push_x, push_y = touching(
        x[one], y[one], first, x[other], y[other], second, moved_x, moved_y
    )
    if now:
        ints[CRASHED, e, one] = ints[CRASHED, e, other] = 1
    if soon:
        pair = one * len(x) + other
        if pair > stamp[one]:
            stamp[one] = pair
            _push(floats, ints, e, one, push_x / 2, push_y / 2)
        if pair > stamp[other]:
            stamp[other] = pair
            _push(floats, ints, e, other, -push_x / 2, -push_y / 2)


@kernel
def _push(floats: Floats, ints: Ints, e: int, one: int, push_x: float, push_y: float) -> None:
    ints[STRUCK, e, one] = 1
    floats[PUSH_X, e, one] = push_x
    floats[PUSH_Y, e, one] = push_y

"""Kinematics observations on road networks, as `observation.py:KinematicObservation` of the peer."""

from __future__ import annotations

import math
from typing import Any

from synth_envs.driving.compat.graph_kernels import project
from synth_envs.kernels.jit import kernel

__all__ = ["SIGHT", "observe"]

SIGHT = 200.0  # [m]
_BEHIND = -2.0 * 5.0  # [m]


@kernel
def _scaled(value: float, bound: float) -> float:
    """Return a value on [-bound, bound] scaled to [-1, 1], clipped."""
    return min(max(-1.0 + (value + bound) * 2.0 / (2.0 * bound), -1.0), 1.0)


@kernel
def _row(out: Any, vehicle: Any, origin: Any, relative: bool, bounds: Any) -> None:
    """Write the features of one vehicle: presence, x, y, vx, vy and, if there is room, the heading."""
    x, y = vehicle.x, vehicle.y
    vx, vy = vehicle.speed * vehicle.cos, vehicle.speed * vehicle.sin
    if relative:
        x, y = x - origin.x, y - origin.y
        vx, vy = vx - origin.speed * origin.cos, vy - origin.speed * origin.sin
    out[0] = 1.0
    out[1], out[2] = _scaled(x, bounds[0]), _scaled(y, bounds[1])
    out[3], out[4] = _scaled(vx, bounds[2]), _scaled(vy, bounds[3])
    if len(out) > 5:
        out[5], out[6] = vehicle.cos, vehicle.sin


@kernel
def observe(
    scene: Any,
    total: int,
    ego: int,
    network: Any,
    relative: bool,
    bounds: Any,
    out: Any,
    order: Any,
    distance: Any,
) -> None:
    """Write an observation: the ego, absolute, then the nearest along its lane, then zeros.

    Args:
        scene: The vehicles and obstacles.
        total: How many there are.
        ego: Which of them observes.
        network: The tables of `Network`.
        relative: Whether the others' x, y, vx, vy are less the ego's.
        bounds: What x, y, vx, vy are divided by, float64 (4,).
        out: float32 (rows, 5 or 7).
        order: Room for int64 (capacity,).
        distance: Room for float64 (capacity,).
    """
    me = scene[ego]
    lane = network.lanes[me.lane]
    seen = 0
    for other in range(total):
        if other == ego:
            continue
        dx, dy = scene[other].x - me.x, scene[other].y - me.y
        if not math.sqrt(dx * dx + dy * dy) < SIGHT:
            continue
        s, _ = project(lane, scene[other].x, scene[other].y)
        ahead = s - me.s
        if not ahead > _BEHIND:
            continue
        at = seen
        while at > 0 and distance[at - 1] > abs(ahead):
            distance[at], order[at] = distance[at - 1], order[at - 1]
            at -= 1
        distance[at], order[at] = abs(ahead), other
        seen += 1
    out[:, :] = 0.0
    _row(out[0], me, me, False, bounds)
    for row in range(1, min(len(out), seen + 1)):
        _row(out[row], scene[order[row - 1]], me, relative, bounds)

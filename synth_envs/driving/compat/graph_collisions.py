"""Collisions of vehicles with each other and with obstacles, now and within the next frame.

Rules are those of highway-env 1.12.1, `vehicle/objects.py:RoadObject.handle_collisions`.
"""

from __future__ import annotations

import math
from typing import Any

from synth_envs.driving.compat.graph_vehicles import LENGTH, OBSTACLE, OBSTACLE_LENGTH, WIDTH
from synth_envs.driving.compat.polygons import clearly_apart, touching
from synth_envs.kernels.jit import kernel

__all__ = ["collide"]

_DIAGONAL = math.sqrt(LENGTH * LENGTH + WIDTH * WIDTH)
_OBSTACLE_DIAGONAL = math.sqrt(OBSTACLE_LENGTH * OBSTACLE_LENGTH + WIDTH * WIDTH)


@kernel
def collide(a: Any, b: Any, dt: float) -> None:
    """Let a vehicle and a vehicle or obstacle later in the scene collide.

    Bodies that overlap are crashed. Bodies that will within `dt` [s] get what takes them apart as
    an impact, which moves them at the next frame; an obstacle leaves all of it to the vehicle.
    """
    wall = b.kind == OBSTACLE
    other = _OBSTACLE_DIAGONAL if wall else _DIAGONAL
    dx, dy = b.x - a.x, b.y - a.y
    if math.sqrt(dx * dx + dy * dy) > (_DIAGONAL + other) / 2.0 + a.speed * dt:
        return
    first = (a.cos, a.sin, LENGTH / 2.0, WIDTH / 2.0)
    second = (b.cos, b.sin, (OBSTACLE_LENGTH if wall else LENGTH) / 2.0, WIDTH / 2.0)
    moved_x = a.speed * a.cos * dt - b.speed * b.cos * dt
    moved_y = a.speed * a.sin * dt - b.speed * b.sin * dt
    if clearly_apart(dx, dy, first, second, moved_x, moved_y):
        return
    now, soon, x, y = touching(a.x, a.y, first, b.x, b.y, second, moved_x, moved_y)
    if soon:
        a.impacted = 1
        if wall:
            a.impact_x, a.impact_y = x, y
        else:
            b.impacted = 1
            a.impact_x, a.impact_y = x / 2.0, y / 2.0
            b.impact_x, b.impact_y = -x / 2.0, -y / 2.0
    if now:
        a.crashed = b.crashed = 1

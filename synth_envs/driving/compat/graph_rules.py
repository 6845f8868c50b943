"""Who yields at an intersection: predicted conflicts, resolved by priority.

Rules are those of highway-env 1.12.1, `road/regulation.py`, with what it gets wrong: the boxes are
rotated the wrong way, and a vehicle that already aims at its next road is predicted to be as far
along that one as it is along its present one.
"""

from __future__ import annotations

import math
from typing import Any

from synth_envs.driving.compat.graph_kernels import heading_at, point_on
from synth_envs.driving.compat.graph_vehicles import (
    DRIVER,
    LENGTH,
    PLAIN,
    WIDTH,
    move,
    remaining_road,
)
from synth_envs.kernels.jit import kernel

__all__ = ["HORIZON", "enforce"]

HORIZON = 11  # predicted instants, a quarter of a second apart
_STEP = 0.25  # [s]
_BOX_LENGTH, _BOX_WIDTH = 1.5 * LENGTH, 0.9 * WIDTH  # [m]


@kernel
def _predict_on_route(vehicle: Any, lanes: Any, roads: Any, paths: Any, out: Any, me: int) -> None:
    """Write where a vehicle that keeps its speed will be on its route."""
    index = lanes[vehicle.lane].index
    left = max(vehicle.route_length - vehicle.route_at, 0)
    for instant in range(HORIZON):
        s = vehicle.s + vehicle.speed * (_STEP * (instant + 1))
        lane = vehicle.lane
        for ahead in range(left):
            road, wanted = remaining_road(vehicle, lanes, paths, ahead)
            lane = roads[road].first + (index if wanted < 0 else wanted)
            if ahead == left - 1 or not s > lanes[lane].length:
                break
            s -= lanes[lane].length
        out[me, instant, 0], out[me, instant, 1] = point_on(lanes[lane], s, 0.0)
        out[me, instant, 2] = heading_at(lanes[lane], s)


@kernel
def _predict(scene: Any, count: int, network: Any, out: Any, scratch: Any) -> None:
    """Write where everybody will be at the predicted instants."""
    lanes, roads, paths = network.lanes, network.roads, network.paths
    for me in range(count):
        if scene[me].kind != PLAIN:
            _predict_on_route(scene[me], lanes, roads, paths, out, me)
            continue
        # Without a route, the wheel is held and the speed kept.
        scratch[0] = scene[me]
        ghost = scratch[0]
        ghost.acceleration = 0.0
        for instant in range(HORIZON):
            move(ghost, _STEP)
            out[me, instant, 0], out[me, instant, 1] = ghost.x, ghost.y
            out[me, instant, 2] = ghost.heading


@kernel
def _reaches(x: float, y: float, heading: float, x2: float, y2: float, heading2: float) -> bool:
    """Return whether the centre, a corner or the middle of a side of a box is in a second box.

    The second one is turned the wrong way, as in the peer.
    """
    cos, sin = math.cos(heading), math.sin(heading)
    cos2, sin2 = math.cos(heading2), math.sin(heading2)
    for row in range(-1, 2):
        for column in range(-1, 2):
            dx, dy = column * _BOX_LENGTH / 2.0, row * _BOX_WIDTH / 2.0
            px = x + (cos * dx - sin * dy) - x2
            py = y + (sin * dx + cos * dy) - y2
            along, across = cos2 * px - sin2 * py, sin2 * px + cos2 * py
            if abs(along) <= _BOX_LENGTH / 2.0 and abs(across) <= _BOX_WIDTH / 2.0:
                return True
    return False


@kernel
def _conflict(predicted: Any, one: int, two: int) -> bool:
    """Return whether the predictions of two vehicles come too close at an instant."""
    for instant in range(HORIZON):
        x, y = predicted[one, instant, 0], predicted[one, instant, 1]
        x2, y2 = predicted[two, instant, 0], predicted[two, instant, 1]
        dx, dy = x2 - x, y2 - y
        if math.sqrt(dx * dx + dy * dy) > LENGTH:
            continue
        heading, heading2 = predicted[one, instant, 2], predicted[two, instant, 2]
        if _reaches(x, y, heading, x2, y2, heading2) or _reaches(x2, y2, heading2, x, y, heading):
            return True
    return False


@kernel
def _first_yields(a: Any, b: Any, lanes: Any) -> bool:
    """Return whether the first of two vehicles gives way: to priority, else to the one ahead."""
    priority_a, priority_b = lanes[a.lane].priority, lanes[b.lane].priority
    if priority_a != priority_b:
        return bool(priority_a < priority_b)
    dx, dy = b.x - a.x, b.y - a.y
    return bool(a.cos * dx + a.sin * dy > -(b.cos * dx + b.sin * dy))


@kernel
def enforce(scene: Any, count: int, network: Any, predicted: Any, scratch: Any) -> None:
    """Let those go that had to yield, and stop those that now have to.

    Args:
        scene: The vehicles.
        count: How many there are.
        network: The tables of `Network`.
        predicted: Room for predictions, float64 (capacity, HORIZON, 3).
        scratch: Room for one vehicle.
    """
    lanes = network.lanes
    for me in range(count):
        if scene[me].yields:
            scene[me].target_speed = lanes[scene[me].lane].limit
            scene[me].yields = 0
    _predict(scene, count, network, predicted, scratch)
    for me in range(count - 1):
        for other in range(me + 1, count):
            if _conflict(predicted, me, other):
                loser = me if _first_yields(scene[me], scene[other], lanes) else other
                if scene[loser].kind == DRIVER:
                    scene[loser].target_speed = 0.0
                    scene[loser].yields = 1

"""Kernels on the lanes of a road network: where something is, and which lane comes next.

Formulas are those of highway-env 1.12.1, `road/lane.py` and `road/road.py`, in float64. `lane` is
a record of `LANE`, `s` runs along a lane and `r` to its right [m], headings are in rad.
"""

from __future__ import annotations

import math
from typing import Any

from synth_envs.driving.compat.graph_roads import CIRCULAR, SINE
from synth_envs.kernels.jit import kernel

__all__ = [
    "after_end",
    "closest_lane",
    "distance_to_lane",
    "heading_at",
    "is_reachable",
    "lane_on_road",
    "on_lane",
    "point_on",
    "project",
    "wrap",
]

_TURN = 2.0 * math.pi
_LENGTH = 5.0  # of a vehicle [m]: how far beyond its ends a lane reaches


@kernel
def wrap(angle: float) -> float:
    """Return an angle in [-pi, pi), to the bit as ((angle + pi) mod 2 pi) - pi."""
    moved = angle + math.pi
    if moved >= 0.0:
        if moved < _TURN:
            return moved - math.pi
        if moved < 2.0 * _TURN:
            return (moved - _TURN) - math.pi
    elif moved >= -_TURN:
        return (moved + _TURN) - math.pi
    return moved % _TURN - math.pi


@kernel
def heading_at(lane: Any, s: float) -> float:
    """Return the direction of a lane."""
    if lane.kind == CIRCULAR:
        return float(lane.turn * s / lane.radius + lane.phase + math.pi / 2.0 * lane.turn)
    if lane.kind == SINE:
        slope = lane.amplitude * lane.pulsation * math.cos(lane.pulsation * s + lane.phase)
        return float(lane.heading + math.atan(slope))
    return float(lane.heading)


@kernel
def point_on(lane: Any, s: float, r: float) -> tuple[float, float]:
    """Return the world position of lane coordinates."""
    if lane.kind == CIRCULAR:
        angle = lane.turn * s / lane.radius + lane.phase
        distance = lane.radius - r * lane.turn
        return lane.x + distance * math.cos(angle), lane.y + distance * math.sin(angle)
    if lane.kind == SINE:
        r += lane.amplitude * math.sin(lane.pulsation * s + lane.phase)
    return lane.x + s * lane.dir_x - r * lane.dir_y, lane.y + s * lane.dir_y + r * lane.dir_x


@kernel
def _on_arc(lane: Any, angle: float, distance: float) -> tuple[float, float]:
    """Return the lane coordinates of a direction and distance from an arc's centre."""
    # The peer adds the phase and takes it away again, which rounds.
    along = (lane.phase + wrap(angle - lane.phase)) - lane.phase
    return lane.turn * along * lane.radius, lane.turn * (lane.radius - distance)


@kernel
def project(lane: Any, x: float, y: float) -> tuple[float, float]:
    """Return the lane coordinates of a world position."""
    dx, dy = x - lane.x, y - lane.y
    if lane.kind == CIRCULAR:
        return _on_arc(lane, math.atan2(dy, dx), math.sqrt(dx * dx + dy * dy))
    s = dx * lane.dir_x + dy * lane.dir_y
    r = dy * lane.dir_x - dx * lane.dir_y
    if lane.kind == SINE:
        r -= lane.amplitude * math.sin(lane.pulsation * s + lane.phase)
    return s, r


@kernel
def distance_to_lane(lane: Any, x: float, y: float) -> float:
    """Return the sum of the lateral distance and of that beyond the ends [m]."""
    s, r = project(lane, x, y)
    return float(abs(r) + max(s - lane.length, 0.0) + max(0.0 - s, 0.0))


@kernel
def on_lane(lane: Any, x: float, y: float, margin: float) -> tuple[bool, float]:
    """Return whether a position is on a lane widened by `margin` on each side, and its s."""
    reach = lane.width / 2.0 + margin
    if lane.kind == CIRCULAR:
        dx, dy = x - lane.x, y - lane.y
        # Most vehicles are elsewhere: the radius tells before the angle is needed.
        if not abs(lane.radius - math.sqrt(dx * dx + dy * dy)) <= reach:
            return False, 0.0
    s, r = project(lane, x, y)
    return abs(r) <= reach and -_LENGTH <= s < lane.length + _LENGTH, s


@kernel
def is_reachable(lane: Any, x: float, y: float) -> bool:
    """Return whether a vehicle at a position may change into a lane."""
    if lane.forbidden:
        return False
    s, r = project(lane, x, y)
    return bool(abs(r) <= 2.0 * lane.width and 0.0 <= s < lane.length + _LENGTH)


@kernel
def after_end(lane: Any, x: float, y: float) -> bool:
    """Return whether a position is in the last half vehicle length of a lane, or later."""
    s, _ = project(lane, x, y)
    return bool(s > lane.length - _LENGTH / 2.0)


@kernel
def _off_angle(lane: Any, s: float, heading: float) -> float:
    return abs(wrap(heading - heading_at(lane, s)))


@kernel
def _from_line(lane: Any, x: float, y: float, heading: float, bound: float) -> float:
    """Return what `closest_lane` compares of a lane along a line, or infinity above `bound`."""
    dx, dy = x - lane.x, y - lane.y
    s = dx * lane.dir_x + dy * lane.dir_y
    if max(s - lane.length, 0.0) + max(0.0 - s, 0.0) > bound:
        return math.inf
    s, r = project(lane, x, y)
    distance = abs(r) + max(s - lane.length, 0.0) + max(0.0 - s, 0.0)
    if distance > bound:
        return math.inf
    return float(distance + _off_angle(lane, s, heading))


@kernel
def closest_lane(lanes: Any, x: float, y: float, heading: float, guess: int) -> int:
    """Return the lane closest to a pose, the first of equal ones; `guess` only speeds it up.

    Compared are the sums of the lateral distance [m], that beyond the ends [m] and the angle
    between lane and heading [rad]. Parts of a sum tell most lanes off, and rounding cannot make
    a part larger than the sum.
    """
    best, least = guess, math.inf
    # Arcs share their centres: an angle is computed once for all arcs in a row.
    center_x = center_y = math.inf
    angle, distance = math.inf, math.inf
    for turn in range(-1, len(lanes)):
        index = guess if turn < 0 else turn
        if turn == guess:
            continue
        lane = lanes[index]
        if lane.kind != CIRCULAR:
            total = _from_line(lane, x, y, heading, least)
        else:
            dx, dy = x - lane.x, y - lane.y
            if lane.x != center_x or lane.y != center_y:
                center_x, center_y, angle = lane.x, lane.y, math.inf
                distance = math.sqrt(dx * dx + dy * dy)
            if abs(lane.radius - distance) > least:
                continue
            if angle == math.inf:
                angle = math.atan2(dy, dx)
            s, r = _on_arc(lane, angle, distance)
            total = abs(r) + max(s - lane.length, 0.0) + max(0.0 - s, 0.0)
            if total > least:
                continue
            total += _off_angle(lane, s, heading)
        if total < least or (total == least and index < best):
            best, least = index, total
    return best


@kernel
def lane_on_road(
    network: Any, lane: int, road: int, wanted: int, x: float, y: float
) -> tuple[int, float]:
    """Return the lane of the next road that follows a lane, and its distance from a position.

    Args:
        network: The tables of `Network`.
        lane: The lane that ends.
        road: The next road.
        wanted: The number of a lane on it that the route asks for, or -1.
        x: The position.
        y: The position.
    """
    lanes = network.lanes
    first, count = network.roads[road].first, network.roads[road].count
    if network.roads[lanes[lane].road].count == count:
        best = first + (lanes[lane].index if wanted < 0 else wanted)
        return best, distance_to_lane(lanes[best], x, y)
    best, least = first, distance_to_lane(lanes[first], x, y)
    for index in range(first + 1, first + count):
        distance = distance_to_lane(lanes[index], x, y)
        if distance < least:
            best, least = index, distance
    return best, least

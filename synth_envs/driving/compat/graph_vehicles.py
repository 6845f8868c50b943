"""Vehicles on a road network: routes, the controllers that follow lanes, and the bicycle model.

Formulas are those of highway-env 1.12.1, `vehicle/controller.py` and `vehicle/kinematics.py`.
`vehicle` is a record of `VEHICLE`, `network` the tables of `Network`; what runs at every frame
takes single tables, as handing over a tuple of arrays costs as much as a whole controller.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph_kernels import (
    after_end,
    closest_lane,
    heading_at,
    is_reachable,
    lane_on_road,
    point_on,
    project,
    wrap,
)
from synth_envs.kernels.jit import kernel

__all__ = [
    "DRIVER",
    "LENGTH",
    "META",
    "OBSTACLE",
    "OBSTACLE_LENGTH",
    "PLAIN",
    "VEHICLE",
    "WIDTH",
    "act_continuous",
    "act_meta",
    "control_meta",
    "follow_road",
    "move",
    "not_zero",
    "place",
    "place_ego",
    "place_on_lane",
    "plan_route",
    "refresh",
    "remaining_road",
    "speed_to_index",
    "steer",
]

# What a record is: traffic, an ego with meta actions, an ego with continuous ones, an obstacle.
DRIVER, META, PLAIN, OBSTACLE = 0, 1, 2, 3

LENGTH, WIDTH = 5.0, 2.0  # of every vehicle [m]
OBSTACLE_LENGTH = 2.0  # [m]; its width is that of vehicles
_LOOK_AHEAD = 0.5 * 0.2  # [s]
_KP_SPEED, _KP_HEADING, _KP_LATERAL = 1.0 / 0.6, 1.0 / 0.2, 1.0 / 0.6  # [1/s]
_MAX_STEERING = math.pi / 3.0  # [rad]
_MAX_SPEED = 40.0  # [m/s]

VEHICLE = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("heading", np.float64),
        ("speed", np.float64),
        ("cos", np.float64),  # of the heading
        ("sin", np.float64),
        ("s", np.float64),  # along its lane [m]
        ("r", np.float64),  # to the right of its lane [m]
        ("steering", np.float64),
        ("acceleration", np.float64),
        ("impact_x", np.float64),  # what a collision will move it by at the next frame [m]
        ("impact_y", np.float64),
        ("target_speed", np.float64),
        ("delta", np.float64),  # IDM exponent
        ("timer", np.float64),  # since the last lane change was considered [s]
        ("kind", np.int64),
        ("lane", np.int64),  # the closest
        ("target_lane", np.int64),
        ("speed_index", np.int64),  # META only
        ("crashed", np.int64),
        ("impacted", np.int64),
        ("yields", np.int64),
        # The route: the lane it started on, then the roads of the path from a node to a node.
        ("route_lane", np.int64),
        ("route_node", np.int64),
        ("route_goal", np.int64),
        ("route_at", np.int64),  # how many of these are done
        ("route_length", np.int64),  # how many there are, or -1 without a route
    ],
    align=True,
)


@kernel
def not_zero(value: float) -> float:
    """Return a value, but no closer to zero than 0.01."""
    if abs(value) > 0.01:
        return value
    return 0.01 if value >= 0.0 else -0.01


@kernel
def speed_to_index(speeds: Any, speed: float) -> int:
    """Return the number of the target speed closest to a speed; they are evenly spaced."""
    last = len(speeds) - 1
    place_in = (speed - speeds[0]) / (speeds[last] - speeds[0])
    return int(min(max(np.rint(place_in * last), 0.0), float(last)))


@kernel
def refresh(vehicle: Any, lanes: Any) -> None:
    """Recompute what follows from a vehicle's pose: direction, closest lane, place on it."""
    vehicle.cos, vehicle.sin = math.cos(vehicle.heading), math.sin(vehicle.heading)
    vehicle.lane = closest_lane(lanes, vehicle.x, vehicle.y, vehicle.heading, vehicle.lane)
    vehicle.s, vehicle.r = project(lanes[vehicle.lane], vehicle.x, vehicle.y)


@kernel
def place(
    vehicle: Any, lanes: Any, kind: int, x: float, y: float, heading: float, speed: float
) -> None:
    """Make a record a new vehicle at a pose; it has no route and drives on at its speed."""
    vehicle.kind = kind
    vehicle.x, vehicle.y, vehicle.heading, vehicle.speed = x, y, heading, speed
    vehicle.lane = 0
    refresh(vehicle, lanes)
    vehicle.steering = vehicle.acceleration = 0.0
    vehicle.impact_x = vehicle.impact_y = 0.0
    vehicle.target_lane, vehicle.target_speed = vehicle.lane, speed
    vehicle.delta = 4.0
    vehicle.timer = (x + y) * math.pi % 1.0
    vehicle.speed_index = 0
    vehicle.crashed = vehicle.impacted = vehicle.yields = 0
    vehicle.route_lane = vehicle.route_node = vehicle.route_goal = vehicle.route_at = 0
    vehicle.route_length = -1
    if kind in (PLAIN, OBSTACLE):
        vehicle.target_speed = 0.0  # for traffic that thinks about those that have no wish


@kernel
def place_ego(
    vehicle: Any,
    lanes: Any,
    kind: int,
    pose: tuple[float, float, float],
    speed: float,
    speeds: Any,
) -> None:
    """Make a record a new ego at x, y, heading; it aims at the target speed closest to its own."""
    place(vehicle, lanes, kind, pose[0], pose[1], pose[2], speed)
    if kind == META:
        vehicle.speed_index = speed_to_index(speeds, speed)
        vehicle.target_speed = speeds[vehicle.speed_index]


@kernel
def place_on_lane(vehicle: Any, lanes: Any, kind: int, lane: int, s: float, speed: float) -> None:
    """Make a record a new vehicle on a lane's centre line; `s` may lie beyond its ends."""
    x, y = point_on(lanes[lane], s, 0.0)
    place(vehicle, lanes, kind, x, y, heading_at(lanes[lane], s), speed)


@kernel
def plan_route(vehicle: Any, network: Any, goal: int) -> None:
    """Give a vehicle the shortest route from its closest lane to a node."""
    vehicle.route_lane = vehicle.lane
    vehicle.route_node = network.roads[network.lanes[vehicle.lane].road].end
    vehicle.route_goal = goal
    vehicle.route_at = 0
    vehicle.route_length = 1 + network.path_lengths[vehicle.route_node, goal]


@kernel
def remaining_road(vehicle: Any, lanes: Any, paths: Any, ahead: int) -> tuple[int, int]:
    """Return a road that is left of a route, and the lane that it names there, or -1."""
    at = vehicle.route_at + ahead
    if at == 0:
        lane = lanes[vehicle.route_lane]
        return lane.road, lane.index
    return paths[vehicle.route_node, vehicle.route_goal, at - 1], -1


@kernel
def _next_lane(vehicle: Any, network: Any) -> int:
    """Return the lane after a vehicle's target lane, and drop what is done of its route."""
    current = vehicle.target_lane
    lane, roads = network.lanes[current], network.roads
    node = roads[lane.road].end
    planned, wanted = -1, -1
    if vehicle.route_at < vehicle.route_length:
        if remaining_road(vehicle, network.lanes, network.paths, 0)[0] == lane.road:
            vehicle.route_at += 1
        if vehicle.route_at < vehicle.route_length:
            road, index = remaining_road(vehicle, network.lanes, network.paths, 0)
            if roads[road].start == node:
                planned, wanted = road, index
    s, _ = project(lane, vehicle.x, vehicle.y)
    x, y = point_on(lane, s, 0.0)
    if planned >= 0:
        best, _ = lane_on_road(network, current, planned, wanted, x, y)
        return best
    best, least = current, math.inf
    first = network.nodes[node].first
    for road in range(first, first + network.nodes[node].count):
        after, distance = lane_on_road(network, current, road, -1, x, y)
        if distance < least:
            best, least = after, distance
    return best


@kernel
def follow_road(vehicle: Any, network: Any) -> None:
    """At the end of its target lane, aim at the next one."""
    if after_end(network.lanes[vehicle.target_lane], vehicle.x, vehicle.y):
        vehicle.target_lane = _next_lane(vehicle, network)


@kernel
def _limited(value: float, bound: float) -> float:
    return min(max(value, -bound), bound)


@kernel
def steer(vehicle: Any, lane: Any) -> float:
    """Return the steering angle towards a lane's centre line [rad]."""
    s, r = project(lane, vehicle.x, vehicle.y)
    ahead = heading_at(lane, s + vehicle.speed * _LOOK_AHEAD)
    speed = not_zero(vehicle.speed)
    towards = math.asin(_limited(-_KP_LATERAL * r / speed, 1.0))
    rate = _KP_HEADING * wrap(ahead + _limited(towards, math.pi / 4.0) - vehicle.heading)
    slip = math.asin(_limited(LENGTH / 2.0 / speed * rate, 1.0))
    return _limited(math.atan(2.0 * math.tan(slip)), _MAX_STEERING)


@kernel
def control_meta(vehicle: Any, lanes: Any) -> None:
    """Set the controls of an ego towards its target lane and speed."""
    vehicle.steering = steer(vehicle, lanes[vehicle.target_lane])
    vehicle.acceleration = _KP_SPEED * (vehicle.target_speed - vehicle.speed)


@kernel
def act_meta(vehicle: Any, network: Any, speeds: Any, action: int) -> None:
    """Take a meta action: 0 left, 1 idle, 2 right, 3 faster, 4 slower."""
    if action >= 3:
        index = speed_to_index(speeds, vehicle.speed) + (1 if action == 3 else -1)
        vehicle.speed_index = min(max(index, 0), len(speeds) - 1)
        vehicle.target_speed = speeds[vehicle.speed_index]
    follow_road(vehicle, network)
    if action in (0, 2):
        lane = network.lanes[vehicle.target_lane]
        road = network.roads[lane.road]
        aim = road.first + min(max(lane.index + action - 1, 0), road.count - 1)
        if is_reachable(network.lanes[aim], vehicle.x, vehicle.y):
            vehicle.target_lane = aim


@kernel
def act_continuous(vehicle: Any, throttle: float, wheel: float) -> None:
    """Take a continuous action in [-1, 1]: 5 m/s2 and pi / 4 at the ends."""
    quarter = math.pi / 4.0
    vehicle.acceleration = -5.0 + (_limited(throttle, 1.0) + 1.0) * 10.0 / 2.0
    vehicle.steering = -quarter + (_limited(wheel, 1.0) + 1.0) * (2.0 * quarter) / 2.0


@kernel
def move(vehicle: Any, dt: float) -> None:
    """Advance a vehicle by a frame [s] under its controls; `refresh` must follow."""
    if vehicle.crashed:
        vehicle.steering, vehicle.acceleration = 0.0, -vehicle.speed
    if vehicle.speed > _MAX_SPEED:
        vehicle.acceleration = min(vehicle.acceleration, _MAX_SPEED - vehicle.speed)
    elif vehicle.speed < -_MAX_SPEED:
        vehicle.acceleration = max(vehicle.acceleration, -_MAX_SPEED - vehicle.speed)
    slip = math.atan(0.5 * math.tan(vehicle.steering))
    vehicle.x += vehicle.speed * math.cos(vehicle.heading + slip) * dt
    vehicle.y += vehicle.speed * math.sin(vehicle.heading + slip) * dt
    if vehicle.impacted:
        vehicle.x += vehicle.impact_x
        vehicle.y += vehicle.impact_y
        vehicle.impact_x = vehicle.impact_y = 0.0
        vehicle.crashed, vehicle.impacted = 1, 0
    vehicle.heading += vehicle.speed * math.sin(slip) / (LENGTH / 2.0) * dt
    vehicle.speed += vehicle.acceleration * dt

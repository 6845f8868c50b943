"""The traffic on road networks: IDM along routes and MOBIL between lanes.

Formulas are those of highway-env 1.12.1, `vehicle/behavior.py` and `road/road.py` (v0 ids, where a
vehicle looks for its neighbours on one lane only). A scene is a row of `VEHICLE` records: `count`
vehicles in the order in which they decide, then obstacles up to `total`.

The constants that intersection-v0 of the peer writes into a class shared by the whole process are
arguments here: `idm` is (maximum acceleration, comfortable braking, both > 0, jam distance).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph_collisions import collide
from synth_envs.driving.compat.graph_kernels import after_end, is_reachable, on_lane, project
from synth_envs.driving.compat.graph_vehicles import (
    DRIVER,
    OBSTACLE,
    PLAIN,
    control_meta,
    follow_road,
    move,
    not_zero,
    refresh,
    steer,
)
from synth_envs.kernels.jit import kernel

__all__ = ["IDM", "IDM_INTERSECTION", "advance", "decide_all", "neighbours"]

IDM = (3.0, 5.0, 10.0)
IDM_INTERSECTION = (6.0, 3.0, 7.0)

_TIME_WANTED = 1.5  # [s]
_HARDEST = 6.0  # [m/s2]
_LEAST_GAIN, _IMPOSED, _DELAY = 0.2, 2.0, 1.0  # [m/s2], [m/s2], [s]


@kernel
def neighbours(scene: Any, total: int, me: int, lane: Any) -> tuple[int, int]:
    """Return who is ahead of and behind a vehicle on a lane, or -1 for nobody."""
    s, _ = project(lane, scene[me].x, scene[me].y)
    front, rear = -1, -1
    s_front, s_rear = math.inf, -math.inf
    for other in range(total):
        if other == me:
            continue
        there, s_other = on_lane(lane, scene[other].x, scene[other].y, 1.0)
        if not there:
            continue
        if s <= s_other:
            if s_other <= s_front:
                front, s_front = other, s_other
        elif s_other > s_rear:
            rear, s_rear = other, s_other
    return front, rear


@kernel
def _desired_gap(follower: Any, leader: Any, idm: Any) -> float:
    """Return the distance that a vehicle would like to the one in front [m]."""
    dvx = follower.speed * follower.cos - leader.speed * leader.cos
    dvy = follower.speed * follower.sin - leader.speed * leader.sin
    closing = dvx * follower.cos + dvy * follower.sin
    slack = follower.speed * closing / (2.0 * math.sqrt(idm[0] * idm[1]))
    return float(idm[2] + follower.speed * _TIME_WANTED + slack)


@kernel
def _wanted(scene: Any, lanes: Any, follower: int, leader: int, delta: float, idm: Any) -> float:
    """Return the acceleration of the Intelligent Driver Model, by the decider's exponent."""
    if follower < 0 or scene[follower].kind == OBSTACLE:
        return 0.0
    one = scene[follower]
    lane = lanes[one.lane]
    wish = not_zero(min(max(one.target_speed, 0.0), lane.limit))
    acceleration = idm[0] * (1.0 - math.pow(max(one.speed, 0.0) / abs(wish), delta))
    if leader >= 0:
        s, _ = project(lane, scene[leader].x, scene[leader].y)
        ratio = _desired_gap(one, scene[leader], idm) / not_zero(s - one.s)
        acceleration -= idm[0] * (ratio * ratio)
    return float(acceleration)


@kernel
def _changes(scene: Any, total: int, lanes: Any, me: int, lane: int, idm: Any) -> bool:
    """Return whether MOBIL (politeness 0) recommends a change into a lane beside."""
    delta = scene[me].delta
    ahead, behind = neighbours(scene, total, me, lanes[lane])
    if _wanted(scene, lanes, behind, me, delta, idm) < -_IMPOSED:
        return False
    gained = _wanted(scene, lanes, me, ahead, delta, idm)
    one = scene[me]
    if one.route_at == 0 and one.route_length > 0:
        # The first stretch of a route names its lane: change towards that one only.
        current = lanes[one.target_lane].index
        side = lanes[lane].index - current
        wanted = lanes[one.route_lane].index - current
        return np.sign(side) == np.sign(wanted) and not gained < -_IMPOSED
    leader, _ = neighbours(scene, total, me, lanes[one.lane])
    return not gained - _wanted(scene, lanes, me, leader, delta, idm) < _LEAST_GAIN


@kernel
def _reconsider(scene: Any, count: int, lanes: Any, me: int, idm: Any) -> None:
    """Give up a lane change that somebody ahead is also making."""
    one = scene[me]
    if lanes[one.lane].road != lanes[one.target_lane].road:
        return
    for index in range(count):
        other = scene[index]
        if (
            index != me
            and other.kind != PLAIN
            and other.lane != one.target_lane
            and other.target_lane == one.target_lane
        ):
            s, _ = project(lanes[one.lane], other.x, other.y)
            if 0.0 < s - one.s < _desired_gap(one, other, idm):
                one.target_lane = one.lane
                return


@kernel
def _consider(scene: Any, total: int, lanes: Any, me: int, idm: Any) -> None:
    """Begin a lane change to the left or to the right, which wins."""
    one = scene[me]
    one.timer = 0.0
    for lane in (one.lane - 1, one.lane + 1):
        if (
            0 <= lane < len(lanes)
            and lanes[lane].road == lanes[one.lane].road
            and is_reachable(lanes[lane], one.x, one.y)
            and abs(one.speed) >= 1.0
            and _changes(scene, total, lanes, me, lane, idm)
        ):
            one.target_lane = lane


@kernel
def _decide(scene: Any, count: int, total: int, lanes: Any, me: int, idm: Any) -> None:
    """Set the controls of a vehicle of the traffic."""
    one = scene[me]
    if one.lane != one.target_lane:
        _reconsider(scene, count, lanes, me, idm)
    elif one.timer > _DELAY:
        _consider(scene, total, lanes, me, idm)
    one.steering = steer(one, lanes[one.target_lane])
    leader, _ = neighbours(scene, total, me, lanes[one.lane])
    acceleration = _wanted(scene, lanes, me, leader, one.delta, idm)
    if one.lane != one.target_lane:
        leader, _ = neighbours(scene, total, me, lanes[one.target_lane])
        acceleration = min(acceleration, _wanted(scene, lanes, me, leader, one.delta, idm))
    one.acceleration = min(max(acceleration, -_HARDEST), _HARDEST)


@kernel
def decide_all(scene: Any, count: int, total: int, network: Any, idm: Any) -> None:
    """Let everybody decide in turn; later ones see what earlier ones have chosen."""
    lanes = network.lanes
    for me in range(count):
        one = scene[me]
        if one.kind == PLAIN or (one.kind == DRIVER and one.crashed):
            continue
        if after_end(lanes[one.target_lane], one.x, one.y):
            follow_road(one, network)
        if one.kind == DRIVER:
            _decide(scene, count, total, lanes, me, idm)
        else:
            control_meta(one, lanes)


@kernel
def advance(scene: Any, count: int, total: int, lanes: Any, dt: float) -> None:
    """Move all vehicles by a frame [s] under the controls that they have, and let them collide."""
    for me in range(count):
        if scene[me].kind == DRIVER:
            scene[me].timer += dt
        move(scene[me], dt)
        refresh(scene[me], lanes)
    for me in range(count):
        for other in range(me + 1, total):
            collide(scene[me], scene[other], dt)

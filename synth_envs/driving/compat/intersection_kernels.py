"""Kernels of intersection-v0 of highway-env 1.12.1: how cars appear, disappear, and are rated."""

from __future__ import annotations

import math
from typing import Any

from synth_envs.driving.compat.graph_kernels import heading_at, point_on
from synth_envs.driving.compat.graph_play import clear, finish, is_on_road, play, roll, room, skip
from synth_envs.driving.compat.graph_vehicles import (
    DRIVER,
    META,
    place_ego,
    place_on_lane,
    plan_route,
)
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, normal, uniform

__all__ = ["DRAWS", "begin_all", "spawn", "step_all"]

DRAWS = 8  # of one attempt to add a vehicle
_WARM_UP = 3  # [s]
_CLEARANCE, _EGO_CLEARANCE = 15.0, 20.0  # [m]
_ARRIVED, _LEAVING = 25.0, 4.0 * 5.0  # along an exit, and before its end [m]
_FIRST_SPAWN = 0.6  # probability of each vehicle before an episode, whatever is configured


@kernel
def spawn(
    scene: Any,
    episode: Any,
    network: Any,
    places: Any,
    first: int,
    s: float,
    deviations: tuple[float, float],
    probability: float,
    go_straight: bool,
) -> bool:
    """Try to add a vehicle at the end of a scene, and return whether there is a new one.

    Args:
        scene: The vehicles.
        episode: Record of `EPISODE`; its key makes the draws.
        network: The tables of `Network`.
        places: The lanes that begin at the outer ends and these ends' nodes, int64 (2, 4).
        first: The number of the first of eight draws.
        s: Where along the arm, 5 m less the mean [m].
        deviations: Of the place [m] and of the speed [m/s], normal.
        probability: Of an attempt; another vehicle within 15 m makes it fail.
        go_straight: Whether its way across is straight, else it is drawn.
    """
    key = episode.key
    if uniform(key, first) > probability or episode.count >= len(scene):
        return False
    origin = int(4.0 * uniform(key, first + 1))
    goal = (origin + 1 + int(3.0 * uniform(key, first + 2))) % 4
    if go_straight:
        goal = (origin + 2) % 4
    s += 5.0 + normal(key, first + 3) * deviations[0]
    speed = 8.0 + normal(key, first + 4) * deviations[1]
    car = scene[episode.count]
    place_on_lane(car, network.lanes, DRIVER, places[0, origin], s, speed)
    for other in range(episode.count):
        dx, dy = scene[other].x - car.x, scene[other].y - car.y
        if math.sqrt(dx * dx + dy * dy) < _CLEARANCE:
            return False
    plan_route(car, network, places[1, goal])
    car.delta = between(key, first + 5, 3.5, 4.5)
    episode.count += 1
    episode.total += 1
    return True


@kernel
def _leaves(car: Any, lanes: Any) -> bool:
    """Return whether a car is about to reach the end of its exit."""
    lane = lanes[car.lane]
    return bool(lane.is_exit != 0 and car.s >= lane.length - _LEAVING)


@kernel
def _arrived(ego: Any, lanes: Any) -> bool:
    """Return whether a vehicle is well into an exit."""
    return bool(lanes[ego.lane].is_exit != 0 and ego.s >= _ARRIVED)


@kernel
def _remove(scene: Any, episode: Any, network: Any, near: bool) -> None:
    """Remove cars: those within 20 m of the ego (`near`), or those that leave or have no route."""
    ego = scene[episode.ego]
    x, y, kept, place = ego.x, ego.y, 0, 0
    for one in range(episode.count):
        car = scene[one]
        if one == episode.ego:
            place, gone = kept, False
        elif near:
            dx, dy = car.x - x, car.y - y
            gone = math.sqrt(dx * dx + dy * dy) < _EGO_CLEARANCE
        else:
            gone = car.route_length < 0 or _leaves(car, network.lanes)
        if not gone:
            if kept != one:
                scene[kept] = car
            kept += 1
    episode.ego = place
    episode.count = episode.total = kept


@kernel
def begin_all(
    vehicles: Any,
    episodes: Any,
    setting: Any,
    places: Any,
    initial: int,
    destination: int,
    mask: Any,
    keys: Any,
) -> None:
    """Begin episodes: random cars, three seconds of traffic, a challenger, and the ego.

    Args:
        vehicles: Records of `VEHICLE`, (environments, capacity).
        episodes: Records of `EPISODE`.
        setting: Of `Setting`.
        places: As for `spawn`.
        initial: One more than how many cars are tried.
        destination: The outer end where the ego wants to go, or -1 to draw one of 1, 2, 3.
        mask: Where to begin.
        keys: Of the episodes.
    """
    network = setting.network
    work = room(vehicles.shape[1])
    for index in range(len(episodes)):
        if not mask[index]:
            continue
        scene, episode, key = vehicles[index], episodes[index], keys[index]
        clear(episode, key)
        for one in range(initial - 1):
            s = 80.0 * one / (initial - 1)
            draws = DRAWS * (one + 2)
            spawn(scene, episode, network, places, draws, s, (1.0, 1.0), _FIRST_SPAWN, False)
        episode.ego = -1
        roll(scene, episode, setting, _WARM_UP * round(1.0 / setting.dt), work)
        spawn(scene, episode, network, places, DRAWS, 60.0, (0.1, 0.0), 1.0, True)
        lane = network.lanes[places[0, 0]]
        x, y = point_on(lane, 60.0 + 5.0 * (1.0 + normal(key, 0)), 0.0)
        pose = (x, y, heading_at(lane, 60.0))
        ego = episode.count
        place_ego(scene[ego], network.lanes, setting.ego_kind, pose, lane.limit, setting.speeds)
        if setting.ego_kind == META:
            goal = 1 + int(3.0 * uniform(key, 1)) if destination < 0 else destination
            plan_route(scene[ego], network, places[1, goal])
        episode.ego, episode.count, episode.total = ego, ego + 1, ego + 1
        _remove(scene, episode, network, True)


@kernel
def step_all(
    vehicles: Any,
    episodes: Any,
    setting: Any,
    places: Any,
    limits: Any,
    weights: Any,
    normalize: bool,
    offroad: bool,
    meta: Any,
    controls: Any,
    mask: Any,
    outputs: Any,
) -> None:
    """Advance episodes.

    Args:
        vehicles: Records of `VEHICLE`, (environments, capacity).
        episodes: Records of `EPISODE`.
        setting: Of `Setting`.
        places: As for `spawn`.
        limits: Duration [s], probability of a new vehicle, draws that are made before.
        weights: Of the crash, speed and arrival, and the range of rewarded speeds [m/s].
        normalize: Whether rewards are mapped to [0, 1].
        offroad: Whether leaving the road ends an episode.
        meta: Meta actions.
        controls: Continuous actions.
        mask: Where to advance.
        outputs: Of `Outputs`.
    """
    network = setting.network
    lanes = network.lanes
    work = room(vehicles.shape[1])
    for index in range(len(episodes)):
        if not mask[index]:
            skip(outputs, index)
            continue
        scene, episode = vehicles[index], episodes[index]
        play(scene, episode, setting, meta[index], controls[index], work)
        ego = scene[episode.ego]
        arrived, on_road = _arrived(ego, lanes), is_on_road(ego, lanes)
        fast = (ego.speed - weights[3]) / (weights[4] - weights[3])
        terms = outputs.terms[index]
        terms[0] = 1.0 if ego.crashed else 0.0
        terms[1] = min(max(fast, 0.0), 1.0)
        terms[2] = 1.0 if arrived else 0.0
        terms[3] = 1.0 if on_road else 0.0
        reward = weights[0] * terms[0] + weights[1] * terms[1] + weights[2] * terms[2]
        if arrived:
            reward = weights[2]
        reward *= terms[3]
        if normalize:
            reward = (reward - weights[0]) / (weights[2] - weights[0])
        over = ego.crashed != 0 or arrived or (offroad and not on_road)
        late = episode.time >= limits[0]
        there = arrived and ego.crashed == 0
        finish(scene, episode, setting, work, outputs, index, reward, over, late, there)
        _remove(scene, episode, network, False)
        draws = int(limits[2]) + DRAWS * episode.steps
        spawn(scene, episode, network, places, draws, 0.0, (1.0, 1.0), limits[1], False)

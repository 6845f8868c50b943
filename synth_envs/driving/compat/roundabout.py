"""roundabout-v0 of highway-env 1.12.1: two lanes around a circle, with four arms."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph import Design, GraphSim, checked_range, finite
from synth_envs.driving.compat.graph_kernels import heading_at, point_on
from synth_envs.driving.compat.graph_play import clear, finish, is_on_road, play, room, skip
from synth_envs.driving.compat.graph_roads import RoadGraph, circular, sine, straight
from synth_envs.driving.compat.graph_vehicles import (
    DRIVER,
    META,
    place_ego,
    place_on_lane,
    plan_route,
    speed_to_index,
)
from synth_envs.driving.compat.state import refuse
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, normal, uniform

__all__ = ["DESTINATIONS", "RoundaboutSim", "roundabout_roads"]

# Where the traffic leaves: east, south or north.
DESTINATIONS = ("exr", "sxr", "nxr")

_RADII, _GAP = (20.0, 24.0), 24.0  # [m], [deg] between an arm's axis and its entry or exit
_ACCESS, _BEND = 170.0, 85.0  # [m] from the centre to the ends of arms; of two bends of an arm
_DEVIATION = 2.0  # of places [m] and of speeds [m/s]
_SPEED = 16.0  # [m/s]
_DEFAULT_SPEEDS = np.array([20.0, 25.0, 30.0])  # by which the peer rates a continuous ego [m/s]


@functools.cache
def roundabout_roads() -> RoadGraph:
    """Return the road network.

    Nodes are named after south, east, north and west, and entry (se, ee, ne, we) or exit (sx, ex,
    nx, wx) on the circle; with s for where the arm begins to bend and r for its outer end.
    """
    graph = RoadGraph()
    nodes = ("se", "ex", "ee", "nx", "ne", "wx", "we", "sx")
    degrees = (90.0 - _GAP, _GAP, -_GAP, -90.0 + _GAP, -90.0 - _GAP, -180.0 + _GAP)
    starts = (*degrees, 180.0 - _GAP, 90.0 + _GAP)
    ends = (*degrees[1:], -180.0 - _GAP, 90.0 + _GAP, 90.0 - _GAP)
    for radius, lines in zip(_RADII, (("solid", "dashed"), ("none", "solid")), strict=True):
        for k, node in enumerate(nodes):
            phases = (float(np.deg2rad(starts[k])), float(np.deg2rad(ends[k])))
            arc = circular((0.0, 0.0), radius, phases, clockwise=False, lines=lines)
            graph.add(node, nodes[(k + 1) % 8], arc)
    half, amplitude, short = _BEND / 2.0, 5.0, 0.2 * _BEND
    side, long = 2.0 + amplitude, _BEND - short
    pulsation = 2.0 * math.pi / _BEND
    entering = (amplitude, pulsation, -math.pi / 2.0)
    leaving = (amplitude, pulsation, -math.pi / 2.0 + pulsation * long)
    bend: dict[str, Any] = {"lines": ("solid", "solid")}
    # Of each arm, two points for the road in, the bend in, the bend out and the road out.
    arms = {
        "s": [
            ((2.0, _ACCESS), (2.0, half)),
            ((side, half), (side, half - short)),
            ((-side, -half + long), (-side, half)),
            ((-2.0, half), (-2.0, _ACCESS)),
        ],
        "e": [
            ((_ACCESS, -2.0), (half, -2.0)),
            ((half, -side), (half - short, -side)),
            ((-half + long, side), (half, side)),
            ((half, 2.0), (_ACCESS, 2.0)),
        ],
        "n": [
            ((-2.0, -_ACCESS), (-2.0, -half)),
            ((-side, -half), (-side, -half + short)),
            ((side, half - long), (side, -half)),
            ((2.0, -half), (2.0, -_ACCESS)),
        ],
        "w": [
            ((-_ACCESS, 2.0), (-half, 2.0)),
            ((-half, side), (-half + short, side)),
            ((half - long, -side), (-half, -side)),
            ((-half, -2.0), (-_ACCESS, -2.0)),
        ],
    }
    for arm, (road_in, bend_in, bend_out, road_out) in arms.items():
        graph.add(arm + "er", arm + "es", straight(*road_in, lines=("dashed", "solid")))
        graph.add(arm + "es", arm + "e", sine(*bend_in, entering, **bend))
        graph.add(arm + "x", arm + "xs", sine(*bend_out, leaving, **bend))
        graph.add(arm + "xs", arm + "xr", straight(*road_out, lines=("none", "solid")))
    return graph


@kernel
def _begin_all(
    vehicles: Any,
    episodes: Any,
    setting: Any,
    starts: Any,
    goals: Any,
    incoming: int,
    mask: Any,
    keys: Any,
) -> None:
    """Begin episodes.

    Args:
        vehicles: Records of `VEHICLE`, (environments, capacity).
        episodes: Records of `EPISODE`.
        setting: Of `Setting`.
        starts: Lanes of the ego and of the others, int64 (5,).
        goals: Nodes of the ego and of `DESTINATIONS`, int64 (4,).
        incoming: The destination of the first of the others, or -1 to draw it.
        mask: Where to begin.
        keys: Of the episodes.
    """
    network = setting.network
    for index in range(len(episodes)):
        if not mask[index]:
            continue
        scene, episode, key = vehicles[index], episodes[index], keys[index]
        clear(episode, key)
        lane = network.lanes[starts[0]]
        x, y = point_on(lane, 125.0, 0.0)
        pose = (x, y, heading_at(lane, 140.0))
        place_ego(scene[0], network.lanes, setting.ego_kind, pose, 8.0, setting.speeds)
        if setting.ego_kind == META:
            plan_route(scene[0], network, goals[0])
        for one in range(1, 5):
            draw = 4 * one
            s = (5.0, 20.0, -20.0, 50.0)[one - 1] + normal(key, draw) * _DEVIATION
            speed = _SPEED + normal(key, draw + 1) * _DEVIATION
            place_on_lane(scene[one], network.lanes, DRIVER, starts[one], s, speed)
            goal = int(3.0 * uniform(key, draw + 2))
            if one == 1 and incoming >= 0:
                goal = incoming
            plan_route(scene[one], network, goals[1 + goal])
            scene[one].delta = between(key, draw + 3, 3.5, 4.5)
        episode.count = episode.total = 5


@kernel
def _step_all(
    vehicles: Any,
    episodes: Any,
    setting: Any,
    exits: Any,
    weights: Any,
    duration: float,
    normalize: bool,
    meta: Any,
    controls: Any,
    mask: Any,
    outputs: Any,
) -> None:
    """Advance episodes; `exits` are the roads of the ego's way out."""
    work = room(vehicles.shape[1])
    lanes = setting.network.lanes
    for index in range(len(episodes)):
        if not mask[index]:
            skip(outputs, index)
            continue
        scene, episode = vehicles[index], episodes[index]
        play(scene, episode, setting, meta[index], controls[index], work)
        ego = scene[episode.ego]
        speed_index = ego.speed_index
        if ego.kind != META:
            speed_index = speed_to_index(_DEFAULT_SPEEDS, ego.speed)
        terms = outputs.terms[index]
        terms[0] = 1.0 if ego.crashed else 0.0
        terms[1] = speed_index / 2.0
        # The peer's term is of meta actions and fails for continuous ones.
        terms[2] = 1.0 if ego.kind == META and (meta[index] == 0 or meta[index] == 2) else 0.0
        terms[3] = 1.0 if is_on_road(ego, lanes) else 0.0
        reward = weights[0] * terms[0] + weights[1] * terms[1] + weights[2] * terms[2]
        if normalize:
            reward = (reward - weights[0]) / (weights[1] - weights[0])
        reward *= terms[3]
        over = ego.crashed != 0
        late = episode.time >= duration
        road = lanes[ego.lane].road
        arrived = not over and (road == exits[0] or road == exits[1])
        finish(scene, episode, setting, work, outputs, index, reward, over, late, arrived)


class RoundaboutSim(GraphSim):
    """roundabout-v0: enter a roundabout from the south and leave it to the north.

    The ego starts at 8 m/s on the southern arm. Three cars come around from the west and one from
    the eastern arm, at 16 m/s and a normal deviation of 2 m/s, towards the east, south or north.
    An episode ends with a crash of the ego, and is cut off after `duration`.

    Observations are (5, 5) float32, presence in [0, 1] and the rest in [-1, 1]: presence, x, y,
    vx, vy, absolute, of the ego and of the nearest four vehicles along its lane, less than 200 m
    away and less than 10 m behind, zeros where there are fewer; x and y are divided by 100 m and
    speeds by 15 m/s, then clipped. Actions are 0 left, 1 idle, 2 right, 3 faster, 4 slower, or
    throttle and wheel in [-1, 1] for +-5 m/s2 and +-pi / 4 (the peer fails with these).

    The weighted terms are mapped linearly from [collision, speed] to [0, 1], unless
    `normalize_reward` is False, and count on the road only: -0.05 / 1.2 to 1. Metric `arrived` is
    1 while the ego, not crashed, is on its way out to the north.

    Args:
        num_envs: How many episodes run at a time.
        action_type: "meta" or "continuous".
        target_speeds: Of meta actions, evenly spaced [m/s].
        simulation_frequency: Frames per second.
        policy_frequency: Steps per second.
        vehicles_count: How many rows an observation has.
        duration: Of an episode [s].
        incoming_vehicle_destination: 0 east, 1 south, 2 north for the first car, None to draw it.
        collision_reward: Weight of a crash.
        high_speed_reward: Weight of half the number of the target speed; for continuous actions,
            of the speed among 20, 25 and 30 m/s, as in the peer.
        lane_change_reward: Weight of the actions left and right.
        normalize_reward: Whether rewards are mapped.

    Raises:
        ValueError: An option has a bad value.

    Source: `highway_env/envs/roundabout_env.py:RoundaboutEnv` of highway-env 1.12.1 (MIT licence).
    """

    name = "roundabout"

    def __init__(
        self,
        num_envs: int,
        *,
        action_type: str = "meta",
        target_speeds: Sequence[float] = (0.0, 8.0, 16.0),
        simulation_frequency: int = 15,
        policy_frequency: int = 1,
        vehicles_count: int = 5,
        duration: float = 11.0,
        incoming_vehicle_destination: int | None = None,
        collision_reward: float = -1.0,
        high_speed_reward: float = 0.2,
        lane_change_reward: float = -0.05,
        normalize_reward: bool = True,
    ) -> None:
        if incoming_vehicle_destination not in (None, 0, 1, 2):
            refuse("incoming_vehicle_destination", incoming_vehicle_destination, "None, 0, 1 or 2")
        if not duration > 0:
            refuse("duration", duration, "a positive number")
        weights = finite(
            collision_reward=collision_reward,
            high_speed_reward=high_speed_reward,
            lane_change_reward=lane_change_reward,
        )
        if normalize_reward:
            checked_range("(collision_reward, high_speed_reward)", weights[:2])
        graph = roundabout_roads()
        super().__init__(
            num_envs,
            design=Design(
                graph=graph,
                capacity=5,
                lateral=True,
                features=5,
                bounds=(100.0, 100.0, 15.0, 15.0),
                relative=False,
                terms=(
                    "collision_reward",
                    "high_speed_reward",
                    "lane_change_reward",
                    "on_road_reward",
                ),
            ),
            action_type=action_type,
            target_speeds=target_speeds,
            simulation_frequency=simulation_frequency,
            policy_frequency=policy_frequency,
            vehicles_count=vehicles_count,
        )
        self._weights = np.array(weights)
        self._duration = float(duration)
        self._normalize = bool(normalize_reward)
        destination = incoming_vehicle_destination
        self._incoming = -1 if destination is None else int(destination)
        west = graph.lane("we", "sx")
        ego, entering = graph.lane("ser", "ses"), graph.lane("eer", "ees")
        self._starts = np.array([ego, west + 1, west, west, entering])
        self._goals = np.array([graph.node(name) for name in ("nxs", *DESTINATIONS)])
        lanes = self.setting.network.lanes
        ways = (graph.lane("nx", "nxs"), graph.lane("nxs", "nxr"))
        self._exits = np.array([lanes["road"][lane] for lane in ways])

    def _begin(self, mask: np.ndarray, keys: np.ndarray) -> None:
        _begin_all(
            self.vehicles,
            self.episodes,
            self.setting,
            self._starts,
            self._goals,
            self._incoming,
            mask,
            keys,
        )

    def _advance(self, meta: np.ndarray, controls: np.ndarray, mask: np.ndarray) -> None:
        _step_all(
            self.vehicles,
            self.episodes,
            self.setting,
            self._exits,
            self._weights,
            self._duration,
            self._normalize,
            meta,
            controls,
            mask,
            self.outputs,
        )

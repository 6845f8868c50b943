"""merge-v0 of highway-env 1.12.1: a highway of two lanes that a ramp joins."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph import Design, GraphSim, checked_range, finite
from synth_envs.driving.compat.graph_play import clear, finish, play, room, skip
from synth_envs.driving.compat.graph_roads import RoadGraph, sine, straight
from synth_envs.driving.compat.graph_vehicles import (
    DRIVER,
    META,
    OBSTACLE,
    PLAIN,
    not_zero,
    place,
    place_ego,
)
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, uniform

__all__ = ["MergeSim", "merge_roads"]

_ENDS = (150.0, 230.0, 310.0, 460.0)  # of the stretches before, converging, merging, after [m]
_RAMP_Y, _AMPLITUDE = 14.5, 3.25  # [m]
_GOAL = 370.0  # x [m]
# The traffic on the highway: x [m] and speed [m/s], each varied uniformly.
_TRAFFIC = ((90.0, 29.0), (70.0, 31.0), (5.0, 31.5))


@functools.cache
def merge_roads() -> RoadGraph:
    """Return the road network: a-b-c-d is the highway, j-k-b the ramp, which ends beside b-c."""
    graph = RoadGraph()
    left, right = ("solid", "dashed"), ("none", "solid")
    for index, y in enumerate((0.0, 4.0)):
        lines = right if index else left
        merging = ("none", "dashed") if index else left
        graph.add("a", "b", straight((0.0, y), (_ENDS[1], y), lines=lines))
        graph.add("b", "c", straight((_ENDS[1], y), (_ENDS[2], y), lines=merging))
        graph.add("c", "d", straight((_ENDS[2], y), (_ENDS[3], y), lines=lines))
    ramp: dict[str, Any] = {"lines": ("solid", "solid"), "forbidden": True}
    graph.add("j", "k", straight((0.0, _RAMP_Y), (_ENDS[0], _RAMP_Y), **ramp))
    y, length = _RAMP_Y - _AMPLITUDE, _ENDS[1] - _ENDS[0]
    wave = (_AMPLITUDE, 2.0 * math.pi / (2.0 * length), math.pi / 2.0)
    graph.add("k", "b", sine((_ENDS[0], y), (_ENDS[1], y), wave, **ramp))
    y += _AMPLITUDE * math.sin(wave[1] * length + wave[2])
    graph.add("b", "c", straight((_ENDS[1], y), (_ENDS[2], y), lines=right, forbidden=True))
    return graph


@kernel
def _begin_all(
    vehicles: Any, episodes: Any, setting: Any, places: Any, mask: Any, keys: Any
) -> None:
    """Begin episodes; `places` are the left lane, the ramp and the lane that ends."""
    network = setting.network
    lanes = network.lanes
    left, ramp, ending = places
    for index in range(len(episodes)):
        if not mask[index]:
            continue
        scene, episode, key = vehicles[index], episodes[index], keys[index]
        clear(episode, key)
        pose = (30.0, lanes[left + 1].y, 0.0)
        place_ego(scene[0], network.lanes, setting.ego_kind, pose, 30.0, setting.speeds)
        for one in range(3):
            x, speed = _TRAFFIC[one]
            lane = left + int(2.0 * uniform(key, 3 * one))
            x += between(key, 3 * one + 1, -5.0, 5.0)
            speed += between(key, 3 * one + 2, -1.0, 1.0)
            place(scene[one + 1], lanes, DRIVER, x, lanes[lane].y, 0.0, speed)
        place(scene[4], lanes, DRIVER, 110.0, lanes[ramp].y, 0.0, 20.0)
        scene[4].target_speed = 30.0
        end = lanes[ending].x + lanes[ending].length
        place(scene[5], lanes, OBSTACLE, end, lanes[ending].y, 0.0, 0.0)
        episode.count, episode.total = 5, 6


@kernel
def _step_all(
    vehicles: Any,
    episodes: Any,
    setting: Any,
    ending: int,
    weights: Any,
    meta: Any,
    controls: Any,
    mask: Any,
    outputs: Any,
) -> None:
    """Advance episodes; `weights` are those of the terms, then the range of rewarded speeds."""
    work = room(vehicles.shape[1])
    worst, best = weights[0] + weights[4], weights[2] + weights[1]
    for index in range(len(episodes)):
        if not mask[index]:
            skip(outputs, index)
            continue
        scene, episode = vehicles[index], episodes[index]
        play(scene, episode, setting, meta[index], controls[index], work)
        ego = scene[episode.ego]
        terms = outputs.terms[index]
        terms[0] = 1.0 if ego.crashed else 0.0
        terms[1] = setting.network.lanes[ego.lane].index
        terms[2] = (ego.speed - weights[5]) / (weights[6] - weights[5])
        # The peer's term is of meta actions and fails for continuous ones.
        terms[3] = 1.0 if ego.kind == META and (meta[index] == 0 or meta[index] == 2) else 0.0
        terms[4] = 0.0
        for one in range(episode.count):
            car = scene[one]
            if car.lane == ending and car.kind != PLAIN:
                terms[4] += (car.target_speed - car.speed) / not_zero(car.target_speed)
        reward = 0.0
        for term in range(5):
            reward += weights[term] * terms[term]
        reward = (reward - worst) / (best - worst)
        passed = ego.x > _GOAL
        over = passed or ego.crashed != 0
        arrived = passed and ego.crashed == 0
        finish(scene, episode, setting, work, outputs, index, reward, over, False, arrived)


class MergeSim(GraphSim):
    """merge-v0: pass a ramp from which a car joins the highway.

    The ego starts at 30 m/s on the right lane, 30 m along it, among three cars; a fourth comes
    from the ramp, which ends at an obstacle. An episode ends with a crash of the ego or beyond
    x = 370 m; nothing ends one whose ego stands still.

    Observations are (5, 5) float32, presence in [0, 1] and the rest in [-1, 1]: presence, x, y,
    vx, vy of the ego (absolute) and of the nearest four vehicles and obstacles less than 200 m
    away and less than 10 m behind (relative to the ego), zeros where there are fewer; x is divided
    by 200 m, y by 8 m and speeds by 80 m/s, then clipped. Actions are 0 left, 1 idle, 2 right,
    3 faster, 4 slower, or throttle and wheel in [-1, 1] for +-5 m/s2 and +-pi / 4 (the peer fails
    with these).

    The weighted terms are mapped linearly, so that the worst of collision and merging is 0 and the
    best of speed and lane 1. Neither speed nor merging is bounded, so rewards may leave [0, 1]. Term
    `merging_speed_reward` is the sum of (target speed - speed) / target speed of all who are on
    the ramp's last stretch. Metric `arrived` is 1 if the ego passed without a crash.

    Args:
        num_envs: How many episodes run at a time.
        action_type: "meta" or "continuous".
        target_speeds: Of meta actions, evenly spaced [m/s].
        simulation_frequency: Frames per second.
        policy_frequency: Steps per second.
        vehicles_count: How many rows an observation has.
        collision_reward: Weight of a crash.
        right_lane_reward: Weight of the number of the ego's lane from the left.
        high_speed_reward: Weight of the ego's speed in `reward_speed_range`.
        reward_speed_range: Speeds of reward 0 and 1 [m/s]; beyond them it goes on.
        lane_change_reward: Weight of the actions left and right.
        merging_speed_reward: Weight of what the ramp is slowed down.

    Raises:
        ValueError: An option has a bad value.

    Source: `highway_env/envs/merge_env.py:MergeEnv` of highway-env 1.12.1 (MIT licence).
    """

    name = "merge"

    def __init__(
        self,
        num_envs: int,
        *,
        action_type: str = "meta",
        target_speeds: Sequence[float] = (20.0, 25.0, 30.0),
        simulation_frequency: int = 15,
        policy_frequency: int = 1,
        vehicles_count: int = 5,
        collision_reward: float = -1.0,
        right_lane_reward: float = 0.1,
        high_speed_reward: float = 0.2,
        reward_speed_range: Sequence[float] = (20.0, 30.0),
        lane_change_reward: float = -0.05,
        merging_speed_reward: float = -0.5,
    ) -> None:
        weights = finite(
            collision_reward=collision_reward,
            right_lane_reward=right_lane_reward,
            high_speed_reward=high_speed_reward,
            lane_change_reward=lane_change_reward,
            merging_speed_reward=merging_speed_reward,
        )
        graph = merge_roads()
        super().__init__(
            num_envs,
            design=Design(
                graph=graph,
                capacity=6,
                lateral=True,
                features=5,
                bounds=(200.0, 8.0, 80.0, 80.0),
                relative=True,
                terms=(
                    "collision_reward",
                    "right_lane_reward",
                    "high_speed_reward",
                    "lane_change_reward",
                    "merging_speed_reward",
                ),
            ),
            action_type=action_type,
            target_speeds=target_speeds,
            simulation_frequency=simulation_frequency,
            policy_frequency=policy_frequency,
            vehicles_count=vehicles_count,
        )
        speeds = checked_range("reward_speed_range", reward_speed_range)
        self._weights = np.array(weights + speeds)
        self._places = (graph.lane("a", "b"), graph.lane("j", "k"), graph.lane("b", "c", 2))

    def _begin(self, mask: np.ndarray, keys: np.ndarray) -> None:
        _begin_all(self.vehicles, self.episodes, self.setting, self._places, mask, keys)

    def _advance(self, meta: np.ndarray, controls: np.ndarray, mask: np.ndarray) -> None:
        _step_all(
            self.vehicles,
            self.episodes,
            self.setting,
            self._places[2],
            self._weights,
            meta,
            controls,
            mask,
            self.outputs,
        )

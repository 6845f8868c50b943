"""intersection-v0 of highway-env 1.12.1: a crossroads where the horizontal road has priority."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph import Design, GraphSim, checked_range, finite
from synth_envs.driving.compat.graph_roads import RoadGraph, circular, straight
from synth_envs.driving.compat.graph_traffic import IDM_INTERSECTION
from synth_envs.driving.compat.intersection_kernels import DRAWS, begin_all, step_all
from synth_envs.driving.compat.state import refuse

__all__ = ["IntersectionSim", "intersection_roads"]

_ACCESS = 100.0  # length of the arms [m]
_RIGHT_RADIUS, _LEFT_RADIUS = 9.0, 13.0  # of turns [m]
_OUTER = 11.0  # from the centre to the arms [m]
_HALF = 2.0  # of a lane [m]
_LIMIT = 10.0  # [m/s]


@functools.cache
def intersection_roads() -> RoadGraph:
    """Return the road network: o0 to o3 are the outer ends in the south, west, north and east.

    ir and il are where arms meet the crossing, on their right and left. Priorities are 3 for the
    horizontal road, 2 for its left turns, 1 for the vertical road and 0 for its left turns.
    """
    graph = RoadGraph()
    for corner in range(4):
        angle = math.radians(90 * corner)
        cos, sin = math.cos(angle), math.sin(angle)

        def turned(x: float, y: float, cos: float = cos, sin: float = sin) -> tuple[float, float]:
            return cos * x - sin * y, sin * x + cos * y

        priority = 3 if corner % 2 else 1
        options: dict[str, Any] = {"priority": priority, "limit": _LIMIT}
        arm, ahead = str(corner), str((corner + 2) % 4)
        right, left = str((corner - 1) % 4), str((corner + 1) % 4)
        start, end = turned(_HALF, _ACCESS + _OUTER), turned(_HALF, _OUTER)
        graph.add("o" + arm, "ir" + arm, straight(start, end, lines=("dashed", "solid"), **options))
        phases = (angle + math.radians(180), angle + math.radians(270))
        center = turned(_OUTER, _OUTER)
        turn = circular(center, _RIGHT_RADIUS, phases, lines=("none", "solid"), **options)
        graph.add("ir" + arm, "il" + right, turn)
        phases = (angle, angle + math.radians(-90))
        center = turned(-_LEFT_RADIUS + _HALF, _LEFT_RADIUS - _HALF)
        options["priority"] = priority - 1
        turn = circular(
            center, _LEFT_RADIUS, phases, clockwise=False, lines=("none", "none"), **options
        )
        graph.add("ir" + arm, "il" + left, turn)
        options["priority"] = priority
        start, end = turned(_HALF, _OUTER), turned(_HALF, -_OUTER)
        graph.add(
            "ir" + arm, "il" + ahead, straight(start, end, lines=("dashed", "none"), **options)
        )
        start, end = turned(_OUTER, _HALF), turned(_ACCESS + _OUTER, _HALF)
        graph.add(
            "il" + right, "o" + right, straight(start, end, lines=("none", "solid"), **options)
        )
    return graph


class IntersectionSim(GraphSim):
    """intersection-v0: cross a road that has priority, to turn left.

    Up to nine cars have driven for three seconds when the ego, at 10 m/s, is put on the southern
    arm, and another that goes straight; cars within 20 m of the ego are removed. At each step a
    car may appear at an outer end, and cars near the end of their exit disappear. Twice a second
    (every seventh frame) cars whose predictions conflict are stopped by priority; the ego never
    is. An episode ends with a crash of the ego or 25 m into an exit, and is cut off after
    `duration`; both may be at once.

    Observations are (15, 7) float32, presence in [0, 1] and the rest in [-1, 1]: presence, x, y,
    vx, vy, cosine and sine of the heading, absolute, of the ego and of the nearest 14 vehicles
    along its lane, less than 200 m away and less than 10 m behind, zeros where there are fewer; x
    and y are divided by 100 m and speeds by 20 m/s, then clipped. They are made before cars
    disappear and appear. Actions are 0 slower, 1 idle, 2 faster, or throttle and wheel in [-1, 1]
    for +-5 m/s2 and +-pi / 4 with the kinematic model.

    The reward is the weight of arrival where the ego arrives, else the sum of the weighted terms,
    and counts on the road only: -5 to 1. Metric `arrived` is 1 if the ego did without a crash.

    Args:
        num_envs: How many episodes run at a time.
        action_type: "meta" or "continuous".
        target_speeds: Of meta actions, evenly spaced [m/s].
        simulation_frequency: Frames per second.
        policy_frequency: Steps per second.
        vehicles_count: How many rows an observation has.
        duration: Of an episode [s].
        destination: Where the ego's route leads: 1 west, 2 north, 3 east, or None to draw it.
        initial_vehicle_count: One more than how many cars are tried at first.
        spawn_probability: Of a new car at each step.
        collision_reward: Weight of a crash.
        high_speed_reward: Weight of the ego's speed in `reward_speed_range`.
        arrived_reward: Weight of arrival.
        reward_speed_range: Speeds of reward 0 and 1 [m/s].
        normalize_reward: Whether rewards are mapped from [collision, arrived] to [0, 1].
        offroad_terminal: Whether leaving the road ends an episode.

    Raises:
        ValueError: An option has a bad value.

    Source: `highway_env/envs/intersection_env.py:IntersectionEnv` of highway-env 1.12.1 (MIT
    licence). The constants that the peer writes into its class of traffic belong to this simulator.
    """

    name = "intersection"

    def __init__(
        self,
        num_envs: int,
        *,
        action_type: str = "meta",
        target_speeds: Sequence[float] = (0.0, 4.5, 9.0),
        simulation_frequency: int = 15,
        policy_frequency: int = 1,
        vehicles_count: int = 15,
        duration: float = 13.0,
        destination: int | None = 1,
        initial_vehicle_count: int = 10,
        spawn_probability: float = 0.6,
        collision_reward: float = -5.0,
        high_speed_reward: float = 1.0,
        arrived_reward: float = 1.0,
        reward_speed_range: Sequence[float] = (7.0, 9.0),
        normalize_reward: bool = False,
        offroad_terminal: bool = False,
    ) -> None:
        if destination not in (None, 1, 2, 3):
            refuse("destination", destination, "None, 1, 2 or 3")
        if not 0 < duration < math.inf:
            refuse("duration", duration, "a positive number")
        if not 0.0 <= spawn_probability <= 1.0:
            refuse("spawn_probability", spawn_probability, "in [0, 1]")
        initial = initial_vehicle_count
        if isinstance(initial, bool) or not isinstance(initial, int) or initial < 1:
            refuse("initial_vehicle_count", initial, "an integer of at least 1")
        weights = finite(
            collision_reward=collision_reward,
            high_speed_reward=high_speed_reward,
            arrived_reward=arrived_reward,
        )
        if normalize_reward:
            checked_range("(collision_reward, arrived_reward)", [weights[0], weights[2]])
        speeds = checked_range("reward_speed_range", reward_speed_range)
        graph = intersection_roads()
        super().__init__(
            num_envs,
            design=Design(
                graph=graph,
                # Those that are tried, the challenger, the ego, and one at each step.
                capacity=initial + 1 + math.ceil(duration * policy_frequency) + 1,
                lateral=False,
                features=7,
                bounds=(100.0, 100.0, 20.0, 20.0),
                relative=False,
                terms=("collision_reward", "high_speed_reward", "arrived_reward", "on_road_reward"),
                idm=IDM_INTERSECTION,
                conflict_frequency=2,
            ),
            action_type=action_type,
            target_speeds=target_speeds,
            simulation_frequency=simulation_frequency,
            policy_frequency=policy_frequency,
            vehicles_count=vehicles_count,
        )
        self._weights = np.array(weights + speeds)
        self._initial, self._destination = int(initial), -1 if destination is None else destination
        self._limits = np.array([duration, spawn_probability, float(DRAWS * (initial + 2))])
        self._normalize, self._offroad = bool(normalize_reward), bool(offroad_terminal)
        self.places = np.array(
            [
                [graph.lane(f"o{arm}", f"ir{arm}") for arm in range(4)],
                [graph.node(f"o{arm}") for arm in range(4)],
            ]
        )

    def _begin(self, mask: np.ndarray, keys: np.ndarray) -> None:
        begin_all(
            self.vehicles,
            self.episodes,
            self.setting,
            self.places,
            self._initial,
            self._destination,
            mask,
            keys,
        )

    def _advance(self, meta: np.ndarray, controls: np.ndarray, mask: np.ndarray) -> None:
        step_all(
            self.vehicles,
            self.episodes,
            self.setting,
            self.places,
            self._limits,
            self._weights,
            self._normalize,
            self._offroad,
            meta,
            controls,
            mask,
            self.outputs,
        )

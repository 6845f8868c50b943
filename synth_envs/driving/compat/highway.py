"""The batch simulator of highway-v0 and highway-fast-v0."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.compat.highway_kernels import (
    METRICS,
    SEEN,
    TERMS,
    reset_all,
    step_all,
)
from synth_envs.driving.compat.highway_layout import (
    CRASHED,
    FLOATS,
    HEADING,
    INTS,
    LANE_WIDTH,
    LENGTH,
    ORDER,
    ROAD_LENGTH,
    SPEED,
    WIDTH,
    HighwayRules,
    X,
    Y,
)
from synth_envs.driving.compat.state import put_back, refuse, saved
from synth_envs.families import suggest

if TYPE_CHECKING:
    from synth_envs.driving.scene import Scene

__all__ = ["HighwaySim"]

_VARIANTS: dict[str, dict[str, Any]] = {
    "highway": {
        "vehicles_count": 50,
        "lanes_count": 4,
        "duration": 40.0,
        "simulation_frequency": 15,
        "ego_spacing": 2.0,
        "ego_collisions_only": False,
    },
    "highway-fast": {
        "vehicles_count": 20,
        "lanes_count": 3,
        "duration": 30.0,
        "simulation_frequency": 5,
        "ego_spacing": 1.5,
        "ego_collisions_only": True,
    },
}
_DRAWN = 120.0  # [m] around the ego that `scene` shows


class HighwaySim:
    """Straight highways with IDM and MOBIL traffic, as highway-env 1.12.1 simulates them.

    From equal states, equal actions lead to the peer's states, observations, rewards and flags
    up to rounding. Initial states have the peer's distributions, drawn from our keys: seeds do
    not map. Everything is simulated in float64.

    Observations are (5, 5) float32, in [-1, 1]: presence, x, y, vx, vy of the ego (absolute) and
    of the nearest four vehicles less than 200 m away and less than 10 m behind (relative to the
    ego), zeros where there are fewer. x is divided by 200 m, y by 4 m times the number of lanes
    and speeds by 80 m/s, then clipped. Actions are 0 left, 1 stay, 2 right, 3 faster, 4 slower.
    Rewards are in [0, 1] unless `normalize_reward` is False.

    Args:
        num_envs: Number of environments, at least 1.
        variant: "highway" or "highway-fast": which defaults the other options have (first the
            former's): those of highway-v0 and highway-fast-v0.
        vehicles_count: Other vehicles (50 or 20).
        lanes_count: Lanes (4 or 3).
        duration: Seconds until truncation (40 or 30).
        simulation_frequency: Frames per second (15 or 5).
        policy_frequency: Environment steps per second (1).
        ego_spacing: Factor on the distance between the ego and the vehicle behind it (2 or 1.5).
        vehicles_density: The inverse of that factor for the others (1).
        initial_lane_id: The ego's first lane from the left, or None to draw it.
        target_speeds: Evenly spaced speeds [m/s] that actions choose from (20, 25, 30).
        collision_reward: Reward of a crash (-1).
        right_lane_reward: Reward of aiming at the rightmost lane (0.1).
        high_speed_reward: Reward of driving at the top of `reward_speed_range` (0.4).
        reward_speed_range: Forward speeds [m/s] of reward 0 and 1 (20, 30).
        normalize_reward: Whether rewards are mapped linearly to [0, 1] (True).
        offroad_terminal: Whether leaving the road ends an episode (False).
        ego_collisions_only: Whether other vehicles pass through each other (False or True).

    Raises:
        ValueError: An option has a bad value.

    Source: `highway_env/envs/highway_env.py` of highway-env 1.12.1 (MIT licence).
    """

    def __init__(
        self,
        num_envs: int,
        *,
        variant: str = "highway",
        vehicles_count: int | None = None,
        lanes_count: int | None = None,
        duration: float | None = None,
        simulation_frequency: int | None = None,
        policy_frequency: int = 1,
        ego_spacing: float | None = None,
        vehicles_density: float = 1.0,
        initial_lane_id: int | None = None,
        target_speeds: Sequence[float] = (20.0, 25.0, 30.0),
        collision_reward: float = -1.0,
        right_lane_reward: float = 0.1,
        high_speed_reward: float = 0.4,
        reward_speed_range: Sequence[float] = (20.0, 30.0),
        normalize_reward: bool = True,
        offroad_terminal: bool = False,
        ego_collisions_only: bool | None = None,
    ) -> None:
        if variant not in _VARIANTS:
            msg = f"unknown variant {variant!r}{suggest(variant, _VARIANTS)}"
            raise ValueError(msg)
        given = {
            "vehicles_count": vehicles_count,
            "lanes_count": lanes_count,
            "duration": duration,
            "simulation_frequency": simulation_frequency,
            "ego_spacing": ego_spacing,
            "ego_collisions_only": ego_collisions_only,
        }
        settings = {
            "policy_frequency": policy_frequency,
            "vehicles_density": vehicles_density,
            "initial_lane_id": initial_lane_id,
            "target_speeds": target_speeds,
            "collision_reward": collision_reward,
            "right_lane_reward": right_lane_reward,
            "high_speed_reward": high_speed_reward,
            "reward_speed_range": reward_speed_range,
            "normalize_reward": normalize_reward,
            "offroad_terminal": offroad_terminal,
        } | {
            name: _VARIANTS[variant][name] if value is None else value
            for name, value in given.items()
        }
        if num_envs < 1:
            refuse("num_envs", num_envs, "at least 1")
        self.num_envs = num_envs
        self.steps_per_second = float(policy_frequency)
        self.name = variant
        self.options = settings
        self._rules = _rules(settings)
        self._speeds = _target_speeds(settings["target_speeds"])
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (SEEN, 5), np.float32)
        self.single_action_space = gym.spaces.Discrete(5)
        vehicles = settings["vehicles_count"] + 1
        self.floats = np.zeros((FLOATS, num_envs, vehicles))
        self.ints = np.zeros((INTS, num_envs, vehicles), np.int64)
        self.ints[ORDER] = np.arange(vehicles)
        self.clocks = np.zeros((num_envs, 2))
        self.observations = np.zeros((num_envs, SEEN, 5), np.float32)
        self.rewards = np.zeros(num_envs)
        self.terminations = np.zeros(num_envs, np.bool_)
        self.truncations = np.zeros(num_envs, np.bool_)
        self._terms = np.zeros((num_envs, len(TERMS)))
        self._metrics = np.zeros((num_envs, len(METRICS)))
        # What both kernels take after their own arguments.
        self._common = (
            self._rules,
            self._speeds,
            self.observations,
            self.rewards,
            self.terminations,
            self.truncations,
            self._terms,
            self._metrics,
        )

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """The named terms of the last reward, float64 (num_envs,) each."""
        return {name: self._terms[:, k] for k, name in enumerate(TERMS)}

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        return {name: self._metrics[:, k] for k, name in enumerate(METRICS)}

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin episodes.

        Args:
            mask: bool (num_envs,), where to.
            keys: uint64 (num_envs,); an episode's initial state is a function of its key.
            difficulty: float64 (num_envs,), not used: the peer has one.
        """
        del difficulty
        reset_all(self.floats, self.ints, self.clocks, mask, keys, *self._common)

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance by one action, which is some frames.

        Args:
            actions: int64 (num_envs,), in 0..4 where `mask` is set.
            mask: bool (num_envs,), where to; elsewhere rewards, terms and flags become 0.

        Raises:
            ValueError: An action is not in 0..4; nothing has changed.
        """
        actions = np.ascontiguousarray(actions, np.int64)
        wrong = step_all(self.floats, self.ints, self.clocks, actions, mask, *self._common)
        if wrong >= 0:
            refuse(f"action of environment {wrong}", int(actions[wrong]), "in 0..4")

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of one environment, uint8 (height, width, 3)."""
        from synth_envs.driving.drawing import draw

        return draw(self.scene(index), size=(600, 150), pixels_per_metre=5.5)

    def scene(self, index: int) -> Scene:
        """Return what to draw of one environment, around its ego."""
        from synth_envs.driving.scene import Box, Lane, Scene

        floats, ints = self.floats[:, index], self.ints[:, index]
        x0 = float(floats[X, 0])
        left, right = max(x0 - _DRAWN, -LENGTH), min(x0 + _DRAWN, ROAD_LENGTH + LENGTH)
        lanes = []
        count = self._rules.lanes
        for k in range(count):
            edges = [
                np.array([[left, y], [right, y]])
                for y in (LANE_WIDTH * (k - 0.5), LANE_WIDTH * (k + 0.5))
            ]
            lanes.append(
                Lane(
                    left=edges[0],
                    right=edges[1],
                    left_line="solid" if k == 0 else "dashed",
                    right_line="solid" if k == count - 1 else "none",
                )
            )
        boxes = [
            Box(
                x=float(floats[X, one]),
                y=float(floats[Y, one]),
                heading=float(floats[HEADING, one]),
                length=LENGTH,
                width=WIDTH,
                kind="ego" if one == 0 else "car",
                state="crashed" if ints[CRASHED, one] else "plain",
            )
            for one in ints[ORDER].tolist()
            if abs(floats[X, one] - x0) < _DRAWN
        ]
        metrics = {name: float(values[index]) for name, values in self.metrics.items()}
        return Scene(
            lanes=lanes,
            boxes=boxes,
            trails=[],
            rays=np.zeros((0, 4)),
            center=(x0, LANE_WIDTH * (count - 1) / 2),
            heading=0.0,
            strip=[
                ("speed", f"{floats[SPEED, 0]:.1f} m/s"),
                ("distance", f"{metrics['distance']:.0f} m"),
                ("step", f"{metrics['length']:.0f}"),
                ("return", f"{metrics['return']:.2f}"),
            ],
            y_down=True,
            hidden=[],
        )

    def save(self) -> dict[str, np.ndarray]:
        """Return exact copies of all state and outputs."""
        return saved(self._arrays())

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Put back what `save` returned.

        Raises:
            ValueError: It is of another simulator.
        """
        put_back(self._arrays(), state)

    def _arrays(self) -> dict[str, np.ndarray]:
        return {
            "floats": self.floats,
            "ints": self.ints,
            "clocks": self.clocks,
            "observations": self.observations,
            "rewards": self.rewards,
            "terminations": self.terminations,
            "truncations": self.truncations,
            "terms": self._terms,
            "metrics": self._metrics,
        }


def _rules(settings: Mapping[str, Any]) -> HighwayRules:
    """Check the options and return them as kernels see them."""
    for name, least in (
        ("vehicles_count", 0),
        ("lanes_count", 1),
        ("policy_frequency", 1),
        ("simulation_frequency", 1),
    ):
        value = settings[name]
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            refuse(name, value, f"an integer of at least {least}")
    for name in ("duration", "ego_spacing", "vehicles_density"):
        if not 0 < settings[name] < math.inf:
            refuse(name, settings[name], "a positive number")
    if settings["simulation_frequency"] < settings["policy_frequency"]:
        refuse("simulation_frequency", settings["simulation_frequency"], "at least the policy's")
    lane = settings["initial_lane_id"]
    if lane is not None and lane not in range(settings["lanes_count"]):
        refuse("initial_lane_id", lane, f"None or in 0..{settings['lanes_count'] - 1}")
    slow, fast = settings["reward_speed_range"]
    if not slow < fast:
        refuse("reward_speed_range", (slow, fast), "two speeds in rising order")
    collision, right, quick = (
        float(settings[name])
        for name in ("collision_reward", "right_lane_reward", "high_speed_reward")
    )
    if not (-math.inf < collision < 0 <= right < math.inf and 0 <= quick < math.inf):
        refuse(
            "(collision_reward, right_lane_reward, high_speed_reward)",
            (collision, right, quick),
            "one number below 0 and two not below 0",
        )
    return HighwayRules(
        lanes=int(settings["lanes_count"]),
        frames=int(settings["simulation_frequency"] // settings["policy_frequency"]),
        dt=1 / settings["simulation_frequency"],
        period=1 / settings["policy_frequency"],
        duration=float(settings["duration"]),
        ego_only=bool(settings["ego_collisions_only"]),
        offroad_terminal=bool(settings["offroad_terminal"]),
        normalize=bool(settings["normalize_reward"]),
        collision=collision,
        right=right,
        fast=quick,
        speed_low=float(slow),
        speed_high=float(fast),
        ego_spacing=float(settings["ego_spacing"]),
        spacing=1 / float(settings["vehicles_density"]),
        first_lane=-1 if lane is None else int(lane),
    )


def _target_speeds(speeds: Sequence[float]) -> np.ndarray:
    """Check that speeds rise evenly, as the peer assumes, and return them."""
    array = np.array(speeds, np.float64)
    steps = np.diff(array)
    if len(steps) < 1 or not (steps > 0).all() or not np.allclose(steps, steps[0]):
        refuse("target_speeds", speeds, "at least two evenly rising numbers")
    return array

"""The batch simulator of parking-v0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.compat.parking_kernels import (
    CAR,
    CRASHED,
    FLAGS,
    GOAL,
    HEADING,
    METRICS,
    SCALES,
    SPEED,
    SPOTS,
    SUCCESS,
    TERMS,
    VEHICLE,
    WALLS,
    WEIGHTS,
    ParkingRules,
    X,
    Y,
    reset_all,
    step_all,
)
from synth_envs.driving.compat.state import put_back, refuse, saved

if TYPE_CHECKING:
    from synth_envs.driving.scene import Box, Scene

__all__ = ["ParkingSim"]


class ParkingSim:
    """Parking on a given spot with continuous controls, as highway-env 1.12.1 simulates it.

    From equal states, equal actions lead to the peer's states, observations, rewards and flags
    up to rounding. Initial states have the peer's distributions, drawn from our keys: seeds do
    not map. Everything is simulated in float64, actions are mapped in float32 as in the peer.

    Observations are dictionaries of float64 (6,): "observation" and "achieved_goal" (equal) of
    the vehicle and "desired_goal" of the spot: x, y [100 m], vx, vy [5 m/s], cosine and sine of
    the heading. Actions are float32 (2,) in [-1, 1], clipped: acceleration [5 m/s2] and steering
    angle [pi/4]. Rewards are minus the root of the weighted distance to the goal (see
    `compute_reward`), and `collision_reward` where the vehicle has crashed. Episodes terminate
    on crashes into walls and where the goal's part of the reward exceeds -`success_goal_reward`;
    then `info_arrays["is_success"]` is True. They are truncated after `duration` (500 steps).

    Args:
        num_envs: Number of environments, at least 1.
        duration: Seconds until truncation (100).
        simulation_frequency: Frames per second (15).
        policy_frequency: Environment steps per second (5).
        success_goal_reward: How near to the goal counts as parked (0.12).
        collision_reward: Reward of a crash (-5).
        add_walls: Whether there are walls around the lot (True).

    Raises:
        ValueError: An option has a bad value.

    Source: `highway_env/envs/parking_env.py` of highway-env 1.12.1 (MIT licence).
    """

    name = "parking"

    def __init__(
        self,
        num_envs: int,
        *,
        duration: float = 100.0,
        simulation_frequency: int = 15,
        policy_frequency: int = 5,
        success_goal_reward: float = 0.12,
        collision_reward: float = -5.0,
        add_walls: bool = True,
    ) -> None:
        settings = {
            "duration": duration,
            "simulation_frequency": simulation_frequency,
            "policy_frequency": policy_frequency,
            "success_goal_reward": success_goal_reward,
            "collision_reward": collision_reward,
            "add_walls": add_walls,
        }
        if num_envs < 1:
            refuse("num_envs", num_envs, "at least 1")
        self.num_envs = num_envs
        self.steps_per_second = float(policy_frequency)
        self.options = settings
        self._rules = _rules(settings)
        bounds = _bounds(self._rules)
        boxes: dict[str, gym.Space[Any]] = {
            name: gym.spaces.Box(-bounds, bounds, dtype=np.float64)
            for name in ("achieved_goal", "desired_goal", "observation")
        }
        self.single_observation_space = gym.spaces.Dict(boxes)
        self.single_action_space = gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.states = np.zeros((num_envs, CAR))
        self.flags = np.zeros((num_envs, FLAGS), np.bool_)
        self.goals = np.zeros((num_envs, GOAL))
        self.observations = {name: np.zeros((num_envs, 6)) for name in boxes}
        self.rewards = np.zeros(num_envs)
        self.terminations = np.zeros(num_envs, np.bool_)
        self.truncations = np.zeros(num_envs, np.bool_)
        self._terms = np.zeros((num_envs, len(TERMS)))
        self._metrics = np.zeros((num_envs, len(METRICS)))
        self._outputs = (
            self.observations["observation"],
            self.observations["achieved_goal"],
            self.observations["desired_goal"],
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

    @property
    def info_arrays(self) -> dict[str, np.ndarray]:
        """Further columns of `info`, (num_envs,) each."""
        return {"is_success": self.flags[:, SUCCESS]}

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin episodes.

        Args:
            mask: bool (num_envs,), where to.
            keys: uint64 (num_envs,); an episode's initial state is a function of its key.
            difficulty: float64 (num_envs,), not used: the peer has one.
        """
        del difficulty
        reset_all(self.states, self.flags, self.goals, mask, keys, *self._outputs)

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance by one action, which is some frames.

        Args:
            actions: float32 (num_envs, 2), clipped to [-1, 1].
            mask: bool (num_envs,), where to; elsewhere rewards, terms and flags become 0.

        Raises:
            ValueError: An action is not finite; nothing has changed.
        """
        actions = np.ascontiguousarray(actions, np.float32)
        wrong = step_all(
            self.states, self.flags, self.goals, actions, mask, self._rules, *self._outputs
        )
        if wrong >= 0:
            refuse(f"action of environment {wrong}", actions[wrong].tolist(), "finite")

    @staticmethod
    def compute_reward(
        achieved_goal: np.ndarray, desired_goal: np.ndarray, info: object = None
    ) -> Any:
        """Return the goal's part of the reward, for hindsight relabelling (HER).

        Args:
            achieved_goal: float64 (..., 6).
            desired_goal: float64 (..., 6).
            info: Not used; the peer takes it.

        Returns:
            float64 (...), in (-2, 0]: minus the root of the weighted sum of differences.
        """
        del info
        return -np.sqrt(np.abs(achieved_goal - desired_goal) @ np.array(WEIGHTS))

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of one environment, uint8 (height, width, 3)."""
        from synth_envs.driving.drawing import draw

        return draw(self.scene(index), size=(600, 400), pixels_per_metre=7.0)

    def scene(self, index: int) -> Scene:
        """Return what to draw of one environment: the whole lot."""
        from synth_envs.driving.scene import Box, Lane, Scene

        x, y, heading, speed = self.states[index, [X, Y, HEADING, SPEED]].tolist()
        length, width = VEHICLE
        boxes: list[Box] = [
            Box(
                x=wall[0],
                y=wall[1],
                heading=math.atan2(wall[3], wall[2]),
                length=2 * wall[4],
                width=2 * wall[5],
                kind="obstacle",
                state="plain",
            )
            for wall in (WALLS.tolist() if self._rules.walls else ())
        ]
        goal_x, goal_y, goal_heading = self.goals[index].tolist()
        boxes.append(
            Box(
                x=goal_x,
                y=goal_y,
                heading=goal_heading,
                length=length,
                width=width,
                kind="car",
                state="hidden",
            )
        )
        boxes.append(
            Box(
                x=x,
                y=y,
                heading=heading,
                length=length,
                width=width,
                kind="ego",
                state="crashed" if self.flags[index, CRASHED] else "plain",
            )
        )
        count, wide, start, long = SPOTS
        lanes = []
        for side in (1, -1):
            ends = (side * start, side * (start + long))
            for k in range(count):
                middle = (k + 1 - count // 2) * wide - wide / 2
                edges = [
                    np.array([[edge, end] for end in ends])
                    for edge in (middle + side * wide / 2, middle - side * wide / 2)
                ]
                lanes.append(Lane(edges[0], edges[1], left_line="solid", right_line="solid"))
        metrics = {name: float(values[index]) for name, values in self.metrics.items()}
        return Scene(
            lanes=lanes,
            boxes=boxes,
            trails=[],
            rays=np.zeros((0, 4)),
            center=(0.0, 0.0),
            heading=0.0,
            strip=[
                ("speed", f"{speed:.1f} m/s"),
                ("goal", f"{metrics['distance_to_goal']:.1f} m"),
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
            "states": self.states,
            "flags": self.flags,
            "goals": self.goals,
            **self.observations,
            "rewards": self.rewards,
            "terminations": self.terminations,
            "truncations": self.truncations,
            "terms": self._terms,
            "metrics": self._metrics,
        }


def _rules(settings: Mapping[str, Any]) -> ParkingRules:
    """Check the options and return them as kernels see them."""
    for name in ("simulation_frequency", "policy_frequency"):
        value = settings[name]
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            refuse(name, value, "an integer of at least 1")
    if settings["simulation_frequency"] < settings["policy_frequency"]:
        refuse("simulation_frequency", settings["simulation_frequency"], "at least the policy's")
    for name in ("duration", "success_goal_reward"):
        if not 0 < settings[name] < math.inf:
            refuse(name, settings[name], "a positive number")
    if not -math.inf < settings["collision_reward"] <= 0:
        refuse("collision_reward", settings["collision_reward"], "a number not above 0")
    return ParkingRules(
        frames=int(settings["simulation_frequency"] // settings["policy_frequency"]),
        dt=1 / settings["simulation_frequency"],
        period=1 / settings["policy_frequency"],
        duration=float(settings["duration"]),
        walls=bool(settings["add_walls"]),
        success=float(settings["success_goal_reward"]),
        collision=float(settings["collision_reward"]),
    )


def _bounds(rules: ParkingRules) -> np.ndarray:
    """Return the largest absolute values of the features.

    Speeds pass 40 m/s by less than one frame's acceleration. Walls keep the vehicle within 100 m:
    what is driven and pushed in the two frames of a crash is much less than the 58 m to spare
    (between the farthest wall and there); without walls only time limits how far it gets.
    """
    fastest = 40.0 + 5.0 * rules.dt
    farthest = 100.0 if rules.walls else fastest * (rules.duration + rules.period)
    scales = np.array(SCALES)
    bounds: np.ndarray = np.array([farthest, farthest, fastest, fastest, 1.0, 1.0]) / scales
    return bounds

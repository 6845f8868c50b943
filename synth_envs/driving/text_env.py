"""Driving in words: the scene is told, and commands are read out of free text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.driving.env import DrivingEnv
from synth_envs.driving.sim.describe import command_of
from synth_envs.driving.sim.simulator import DrivingSim
from synth_envs.spaces import Unicode
from synth_envs.text_env import check_response

__all__ = ["DrivingTextEnv"]

_LONGEST_SCENE, _LONGEST_ANSWER = 8_192, 65_536
_IDLE = 1


class DrivingTextEnv(gym.Env[str, str]):
    """`DrivingEnv` for language agents.

    ## Description

    The same simulator, scenarios and rewards; at each decision the agent reads what its car can see and
    answers with a command.

    ## Observation Space

    `Unicode(8192)`: own speed, lane, limit, goal and lights, then up to eight road users that are in
    sight, nearest first, with their lane, distance, relative speed and what they do; and the commands.

    ## Action Space

    `Unicode(65536)`: free text. The last command in it counts: "change to the left lane", "keep speed
    and lane", "change to the right lane", "faster", "slower", "brake hard", or its number from 0 to 5.
    A text without a command keeps speed and lane.

    ## Rewards

    Those of `DrivingEnv`, less 0.1 ("unread" in `info["reward_terms"]`) for a text without a command.

    ## Starting State

    As in `DrivingEnv`.

    ## Episode End

    As in `DrivingEnv`.

    ## Arguments

    * `scenario`, `traffic`, `policy_hz`, `frames`, `duration`, `difficulty`, `split`, `render_mode`: as
      in `DrivingEnv`. By default there is one decision per second.

    ## Version History

    * v0: initial version.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}

    def __init__(
        self,
        *,
        scenario: str | Mapping[str, float] | None = None,
        traffic: int = 20,
        policy_hz: float = 1.0,
        frames: int = 10,
        duration: float | None = None,
        difficulty: float | None = None,
        split: str = "train",
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, "ansi", "rgb_array"):
            msg = f"render_mode must be None, 'ansi' or 'rgb_array', got {render_mode!r}"
            raise ValueError(msg)
        self.driving = DrivingEnv(
            scenario=scenario,
            traffic=traffic,
            policy_hz=policy_hz,
            frames=frames,
            duration=duration,
            difficulty=difficulty,
            split=split,
            render_mode=None if render_mode == "ansi" else render_mode,
        )
        self.metadata = {**type(self).metadata, "render_fps": policy_hz}
        self.render_mode = render_mode
        self.observation_space = Unicode(_LONGEST_SCENE)
        self.action_space = Unicode(_LONGEST_ANSWER)

    @property
    def sim(self) -> DrivingSim:
        """The simulator behind it, which experts read."""
        sim: Any = self.driving.sim
        return sim  # type: ignore[no-any-return]

    @property
    def task_id(self) -> str:
        """The name of the running episode; `reset(options={"task": name})` replays it."""
        return self.driving.task_id

    @property
    def difficulty(self) -> float | None:
        """The difficulty of the next episodes; None draws it uniformly. Curricula set it."""
        return self.driving.difficulty

    @difficulty.setter
    def difficulty(self, value: float | None) -> None:
        self.driving.difficulty = value

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin the next episode; see `DrivingEnv.reset`."""
        super().reset(seed=seed)
        _, info = self.driving.reset(seed=seed, options=options)
        return self._told(), info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Follow the command of a text.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            TypeError: The action is not text.
        """
        check_response(action)
        command = command_of(action)
        _, reward, over, cut, info = self.driving.step(_IDLE if command is None else command)
        unread = -0.1 if command is None else 0.0
        info["reward_terms"]["unread"] = unread
        return self._told(), reward + unread, over, cut, info

    def render(self) -> str | np.ndarray | None:
        """What is told ("ansi") or a picture ("rgb_array")."""
        return self._told() if self.render_mode == "ansi" else self.driving.render()

    def _told(self) -> str:
        return self.sim.describe(0)[:_LONGEST_SCENE]

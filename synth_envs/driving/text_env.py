"""Driving in words: the scene is told, and commands are read out of free text."""

from __future__ import annotations

from typing import Any

from synth_envs.driving.sim.simulator import DrivingSim
from synth_envs.sim_text_env import SimTextEnv, SimTextVectorEnv

__all__ = ["DrivingTextEnv", "DrivingTextVectorEnv"]


def _slow(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with one decision per second: commands are in words, the scene told.

    Raises:
        TypeError: An option has no meaning in words.
    """
    for name in ("observation", "action"):
        if name in options:
            msg = f"unknown argument {name!r}: scenes are told, and commands are in words"
            raise TypeError(msg)
    return {"policy_hz": 1.0, "frames": 10, **options}


class DrivingTextEnv(SimTextEnv):
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

    simulator = DrivingSim

    def __init__(self, **options: Any) -> None:
        super().__init__(**_slow(options))


class DrivingTextVectorEnv(SimTextVectorEnv):
    """Many `DrivingTextEnv`s in lock step, equal to them; same arguments."""

    simulator = DrivingSim

    def __init__(self, *, num_envs: int = 1, **options: Any) -> None:
        super().__init__(num_envs=num_envs, **_slow(options))

"""Potential-based shaping of rewards: faster to learn from, and no other policy becomes the best one.

Source: Ng, Harada and Russell, "Policy invariance under reward transformations" (ICML 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv, VectorWrapper

__all__ = ["PotentialShaping"]


class PotentialShaping(VectorWrapper[Any, Any, np.ndarray]):
    """Adds gamma potential(s') - potential(s) to rewards, the potential of an episode's end being 0.

    So the discounted sum of an episode's rewards changes by the potential of its first state alone. What
    was added is in `info["shaping"]`, float64 (num_envs,).

    Args:
        env: A vector environment that begins the next episode within the step that ends one.
        potential: From the unwrapped environment to the potentials of its states, float64 (num_envs,).
        gamma: The discount that the agent learns with, in [0, 1].

    Raises:
        ValueError: The environment begins episodes in another way, or gamma is out of range.
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, np.ndarray],
        potential: Callable[[Any], np.ndarray],
        gamma: float,
    ) -> None:
        super().__init__(env)
        if env.metadata.get("autoreset_mode") is not AutoresetMode.SAME_STEP:
            msg = 'shaping needs autoreset_mode="SameStep"'
            raise ValueError(msg)
        if not 0.0 <= gamma <= 1.0:
            msg = f"gamma must be in [0, 1], got {gamma!r}"
            raise ValueError(msg)
        self._potential, self._gamma = potential, gamma
        self._before = np.zeros(self.num_envs)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Begin new episodes."""
        begun = self.env.reset(**kwargs)
        self._before = np.asarray(self._potential(self.env.unwrapped), np.float64).copy()
        return begun

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Advance, and shape the rewards."""
        seen, rewards, terminations, truncations, infos = self.env.step(actions)
        now = np.asarray(self._potential(self.env.unwrapped), np.float64).copy()
        # Where an episode ended, `now` is of the first state of the next.
        added = self._gamma * np.where(terminations | truncations, 0.0, now) - self._before
        self._before = now
        return seen, rewards + added, terminations, truncations, {**infos, "shaping": added}

"""Simulators in words: what an agent may know is told, and actions are read out of free text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import gymnasium as gym
import numpy as np

from synth_envs.core import Policy
from synth_envs.sim_env import ActionReader, SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.spaces import Unicode
from synth_envs.text_env import check_response

__all__ = ["MAX_ANSWER", "MAX_BRIEF", "SimTextEnv", "SimTextVectorEnv", "Spoken", "Told"]

MAX_BRIEF, MAX_ANSWER = 8_192, 65_536


class Told(Protocol):
    """What a simulator needs beyond `BatchSimulator` to be played in words."""

    single_action_space: gym.Space[Any]

    def describe(self, index: int) -> str:
        """Return what the agent of an episode may know, and which actions it can choose."""

    def read(self, text: str) -> Any:
        """Return the action that a text states, or None; hostile text raises nothing."""

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""

    def idle(self, index: int) -> Any:
        """Return the action that stands for a text without one."""


def _decoded(
    sim: Any, reader: ActionReader, texts: Sequence[Any], unread: np.ndarray
) -> np.ndarray:
    """Return the actions of texts, and set where there was none to be read."""
    chosen = []
    for i, text in enumerate(texts):
        check_response(text)
        action = sim.read(text)
        unread[i] = action is None
        chosen.append(sim.idle(i) if action is None else action)
    return reader(np.array(chosen))


class SimTextEnv(SimEnv):
    """A `SimEnv` whose observations are briefs and whose actions are read out of free text.

    A subclass names the simulator and the price of a text without an action, which is the term
    "unread" of the reward. Arguments are those of `SimEnv`; render_mode can be "ansi", too.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}
    unread: ClassVar[float] = 0.1

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._missed = np.zeros(1, np.bool_)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Do what a text says.

        Raises:
            ResetNeeded: The episode is over or has not begun.
            TypeError: The action is not text.
        """
        told, reward, over, cut, info = super().step(action)
        price = -self.unread if self._missed[0] else 0.0
        info["reward_terms"]["unread"] = price
        return told, reward + price, over, cut, info

    def render(self) -> str | np.ndarray | None:  # type: ignore[override]
        """What is told ("ansi") or a picture ("rgb_array")."""
        return self._observed() if self.render_mode == "ansi" else super().render()

    def _observations(self) -> gym.Space[Any]:
        return Unicode(MAX_BRIEF)

    def _actions(self) -> gym.Space[Any]:
        return Unicode(MAX_ANSWER)

    def _observed(self) -> str:
        told: str = self.sim.describe(0)  # type: ignore[attr-defined]
        return told[:MAX_BRIEF]

    def _decoded(self, action: Any) -> np.ndarray:
        return _decoded(self.sim, self._reader, (action,), self._missed)


class SimTextVectorEnv(SimVectorEnv):
    """Many `SimTextEnv`s in lock step, equal to them; same arguments, but for `threads`."""

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}
    unread: ClassVar[float] = 0.1

    def __init__(self, *, num_envs: int = 1, **options: Any) -> None:
        if "threads" in options:
            msg = "unknown argument 'threads': telling and reading are not done by threads"
            raise TypeError(msg)
        super().__init__(num_envs=num_envs, **options)
        self._missed = np.zeros(num_envs, np.bool_)

    def render(self) -> tuple[Any, ...] | None:
        """What is told ("ansi") or a picture ("rgb_array") of each episode."""
        return self._observed() if self.render_mode == "ansi" else super().render()

    def _observations(self) -> gym.Space[Any]:
        return Unicode(MAX_BRIEF)

    def _actions(self) -> gym.Space[Any]:
        return Unicode(MAX_ANSWER)

    def _observed(self) -> tuple[str, ...]:
        return tuple(self._observed_one(i) for i in range(self.num_envs))

    def _observed_one(self, index: int) -> str:
        told: str = self.sim.describe(index)  # type: ignore[union-attr]
        return told[:MAX_BRIEF]

    def _observed_of(self, mask: np.ndarray) -> Iterator[tuple[int, Any]]:
        for i in np.flatnonzero(mask).tolist():
            yield i, self._observed_one(i)

    def _decoded(self, actions: Any) -> np.ndarray:
        if isinstance(actions, str) or len(actions) != self.num_envs:
            msg = f"expected a sequence of {self.num_envs} texts"
            raise ValueError(msg)
        return _decoded(self.sim, self._reader, actions, self._missed)

    def _price(self) -> np.ndarray:
        return np.where(self._missed, -self.unread, 0.0)

    def _rewards(self, running: np.ndarray) -> np.ndarray:
        self._missed &= running
        paid: np.ndarray = super()._rewards(running) + self._price()
        return paid

    def _terms(self) -> Mapping[str, np.ndarray]:
        return {**super()._terms(), "unread": self._price()}


class Spoken:
    """Says in words what a policy of the numeric environment does.

    Args:
        policy: It gets the simulator's observations.
        env: A view in words, its vector form, or a `SyncVectorEnv` of views.
    """

    def __init__(self, policy: Policy, env: Any) -> None:
        inner = env.unwrapped
        views = [one.unwrapped for one in inner.envs] if hasattr(inner, "envs") else [inner]
        self._sims = [view.sim for view in views]
        self._policy = policy

    def act(self, observations: Sequence[Any]) -> tuple[str, ...]:
        """Return one answer for each environment."""
        del observations
        seen = _joined([sim.observations for sim in self._sims])
        actions = iter(np.asarray(self._policy.act(seen)))
        return tuple(sim.say(next(actions)) for sim in self._sims for _ in range(sim.num_envs))

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these."""
        self._policy.reset(indices)


def _joined(parts: list[Any]) -> Any:
    if isinstance(parts[0], dict):
        return {name: _joined([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)

"""The reference policies of `synth_envs.policies` for an ego in recorded traffic."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.driving.real.ego import follow
from synth_envs.driving.real.replay import ReplaySim
from synth_envs.driving.sim.observations import EGO_FEATURES

__all__ = ["make_replay_policy"]

Act = Callable[[np.ndarray], np.ndarray]

_SPEED, _SPEED_SCALE = next(
    (k, scale) for k, (name, scale, _) in enumerate(EGO_FEATURES) if name == "speed"
)
#: As actions: 5 of 8 m/s2; speeds in m/s, times in s, accelerations in m/s2.
_BRAKING = -0.625
_WALKING, _SETTLE_S, _FASTEST, _STRONGEST = 2.0, 0.6, 3.0, 8.0


def _slower(seen: np.ndarray) -> np.ndarray:
    actions = follow(seen)
    actions[:, 0] = np.where(seen[:, _SPEED] > 0.0, _BRAKING, 0.0)
    return actions


def _idle(seen: np.ndarray) -> np.ndarray:
    actions = follow(seen)
    actions[:, 0] = 0.0
    return actions


def _creep(seen: np.ndarray) -> np.ndarray:
    actions = follow(seen)
    push = (_WALKING - seen[:, _SPEED] * _SPEED_SCALE) / _SETTLE_S
    actions[:, 0] = np.clip(np.where(push > 0, push / _FASTEST, push / _STRONGEST), _BRAKING, 1.0)
    return actions


#: Who plays which part: all keep their lane. The expert follows by IDM, the careless one too closely.
_ROLES: dict[str, Act] = {
    "empty": _slower,
    "constant": _idle,
    "echo": _creep,
    "scripted": follow,
    "careless": partial(follow, headway=0.3, wanted=1.3),
}
#: What the oracle tries.
_TRIED: tuple[Act, ...] = (
    _slower,
    _creep,
    _idle,
    *(
        partial(follow, headway=headway, wanted=wanted)
        for headway in (0.3, 0.6, 1.0, 1.6, 2.5)
        for wanted in (0.5, 0.7, 0.85, 1.0, 1.1, 1.3)
    ),
)


def make_replay_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an ego in recorded traffic.

    Args:
        name: "oracle" (the best of some constant ways of following, tried in the recording's own
            future) or another of `synth_envs.policies.POLICIES` but "random".
        env: A `ReplayEnv`, a `ReplayVectorEnv` or a `SyncVectorEnv` with "continuous" actions.

    Raises:
        ValueError: Its actions are of another kind.
    """
    inner = env.unwrapped
    sims = [one.unwrapped.sim for one in inner.envs] if hasattr(inner, "envs") else [inner.sim]
    if sims[0].single_action_space.shape != (2,):
        msg = 'the reference policies of recorded traffic need action="continuous"'
        raise ValueError(msg)
    return _Oracle(sims) if name == "oracle" else _Reader(sims, _ROLES[name])


class _Reader:
    """Acts on what is seen."""

    def __init__(self, sims: Sequence[ReplaySim], act: Act) -> None:
        self._sims, self._act = sims, act

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return an action for each environment, float32 (n, 2)."""
        del observations
        return np.concatenate([self._act(sim.observations) for sim in self._sims])

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered."""


class _Oracle:
    """Tries everything to the end when an episode begins, and does what earned most."""

    def __init__(self, sims: Sequence[ReplaySim]) -> None:
        self._sims = sims
        self._chosen = [np.zeros(sim.num_envs, np.int64) for sim in sims]

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return an action for each environment, float32 (n, 2)."""
        del observations
        return np.concatenate([self._one(k) for k in range(len(self._sims))])

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing to do: a new episode is noticed by its time."""

    def _one(self, k: int) -> np.ndarray:
        sim, chosen = self._sims[k], self._chosen[k]
        fresh = sim.metrics["seconds"] <= 0.0
        if fresh.any():
            earned = np.stack([_earned(sim, act, fresh) for act in _TRIED])
            chosen[fresh] = earned.argmax(axis=0)[fresh]
        actions = np.zeros((sim.num_envs, 2), np.float32)
        for way in np.unique(chosen).tolist():
            rows = chosen == way
            actions[rows] = _TRIED[way](sim.observations[rows])
        return actions


def _earned(sim: ReplaySim, act: Act, mask: np.ndarray) -> np.ndarray:
    """What somebody earns from here to the end of each episode."""
    trial = copy.deepcopy(sim)
    running, earned = mask.copy(), np.zeros(sim.num_envs)
    while running.any():
        trial.step(act(trial.observations).astype(np.float64), running)
        earned += trial.rewards
        running &= ~(trial.terminations | trial.truncations)
    return earned

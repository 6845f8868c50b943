"""The clairvoyant planner as a policy: what benchmarks list as the oracle."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from synth_envs.driving.experts import make_driver, simulators_of
from synth_envs.driving.planner import Planner
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.simulator import DrivingSim

__all__ = ["Clairvoyant"]

#: Where caution earns more than every plan, it is followed: the floor of the skill score.
_CAUTIOUS = ("creep", "slower")


class Clairvoyant:
    """Plans each episode in its real future when it begins, and follows the plan.

    Args:
        env: A `DrivingEnv`, a `DrivingVectorEnv` or a `SyncVectorEnv`, possibly wrapped, whose
            running episodes have just begun.
        replans: As in `Planner.plan_all`: more cost more and can only raise the returns.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The ego of the environment drives itself.
    """

    def __init__(self, env: Any, *, replans: int = 0) -> None:
        self._sims = simulators_of(env)
        self._replans = replans
        self._plans: list[list[np.ndarray]] = [[np.zeros(0)] * sim.num_envs for sim in self._sims]
        self._at = [np.zeros(sim.num_envs, np.int64) for sim in self._sims]
        self._known: dict[tuple[int, float], np.ndarray] = {}
        for sim in self._sims:
            Planner(SimpleNamespace(sim=sim))

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return the next action of each plan: int64 (n,), or float32 (n, 2) for "continuous"."""
        del observations
        return np.concatenate([self._act(k) for k in range(len(self._sims))])

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing to do: a new episode is noticed by its time."""

    def _act(self, k: int) -> np.ndarray:
        sim, plans, places = self._sims[k], self._plans[k], self._at[k]
        state = sim.save()
        fresh = np.flatnonzero(state["_world"][:, at.STEPS] < 0.5)
        if len(fresh):
            for i, plan in zip(fresh.tolist(), self._planned(sim, fresh, state), strict=True):
                plans[i], places[i] = plan, 0
        # Whoever is already at the end of an episode acts once more in vain before the next begins.
        actions = [
            plan[min(i, len(plan) - 1)] for plan, i in zip(plans, places.tolist(), strict=True)
        ]
        places += 1
        return np.array(actions)

    def _planned(
        self, sim: DrivingSim, rows: np.ndarray, state: dict[str, np.ndarray]
    ) -> list[np.ndarray]:
        names = [(int(state["_keys"][i]), float(state["_world"][i, at.LEVEL])) for i in rows]
        new = [i for i, name in zip(rows.tolist(), names, strict=True) if name not in self._known]
        if new:
            index = np.array(new)
            plans = Planner(SimpleNamespace(sim=sim)).plan_all(index, replans=self._replans)
            best = [plan.returns for plan in plans]
            actions = [plan.actions for plan in plans]
            for driver in _CAUTIOUS:
                for place, (earned, done) in enumerate(_driven(driver, sim, new)):
                    if earned > best[place]:
                        best[place], actions[place] = earned, done
            found = dict(zip(new, actions, strict=True))
            for i, name in zip(rows.tolist(), names, strict=True):
                if i in found:
                    self._known[name] = found[i]
        return [self._known[name] for name in names]


def _driven(driver: str, sim: DrivingSim, rows: Sequence[int]) -> list[tuple[float, np.ndarray]]:
    """What a scripted driver earns from here to the end of each episode, and its actions."""
    trial = copy.deepcopy(sim)
    policy = make_driver(driver, SimpleNamespace(sim=trial))
    running = np.zeros(sim.num_envs, np.bool_)
    running[list(rows)] = True
    earned = np.zeros(sim.num_envs)
    taken: list[list[Any]] = [[] for _ in range(sim.num_envs)]
    while running.any():
        actions = policy.act(trial.observations)
        for i in np.flatnonzero(running).tolist():
            taken[i].append(actions[i])
        trial.step(actions, running)
        earned += trial.rewards
        running &= ~(trial.terminations | trial.truncations)
    return [(float(earned[i]), np.array(taken[i])) for i in rows]

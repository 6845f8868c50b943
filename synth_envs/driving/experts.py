"""Scripted drivers for the native simulator: the rule driver, and baselines that cannot see far.

Each is a `Policy` of `synth_envs.core`: `act(observations)` gives one action per episode, and
`reset(indices)` forgets. They read the simulator's state instead of the observation, but of the other
road users only those that the ego sees.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.driving.replicas import Helm, Replica, Wish, clock_of
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.simulator import DrivingSim
from synth_envs.families import suggest

__all__ = ["BASELINES", "POLICIES", "Baseline", "RuleDriver", "make_driver", "simulators_of"]

#: What every table of results lists: the scripted baselines.
BASELINES = ("stop", "slower", "idle", "faster", "creep", "gap-rule", "random")
POLICIES = ("rule", *BASELINES)

_RANDOM_SEED = 20_261
#: Speeds in m/s, accelerations in m/s2, gaps in m, times in s.
_CREEP_SPEED, _SETTLE_S = 2.0, 0.6
_FIRM, _FAST, _HARD = 5.0, 3.0, 8.0
_MOST_SPEED = 40.0
_BRAKE_GAP, _BRAKE_S, _KEEP_GAP = 15.0, 3.0, 35.0
_FAR = 1e6


def simulators_of(env: Any) -> list[DrivingSim]:
    """Return the simulators of an environment, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these, or not one of the native driving simulator.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one)]
    if hasattr(inner, "driving"):
        return simulators_of(inner.driving)  # the view in words
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, DrivingSim) for one in sims):
        return list(sims)
    msg = (
        f"no expert drives {type(inner).__name__}: it takes a DrivingEnv, a DrivingVectorEnv or a "
        "SyncVectorEnv of DrivingEnv (an AsyncVectorEnv hides its simulators in other processes)"
    )
    raise TypeError(msg)


def make_driver(name: str, env: Any) -> Policy:
    """Make a scripted driver for an environment or a vector environment.

    Args:
        name: "rule", or one of `BASELINES`.
        env: The environment it will act in, possibly wrapped.

    Raises:
        TypeError: The environment is not one of the native driving simulator.
        ValueError: The name is unknown, or the ego of the environment drives itself.
    """
    if name == "rule":
        return RuleDriver(env)
    return Baseline(name, env)


class RuleDriver:
    """Does what the simulator's rule driver (IDM and MOBIL) would do if it saw what the ego sees.

    It asks the simulator: whoever is hidden is taken out of a copy of the episode, and the copy's ego
    drives itself for one frame. Its acceleration, the lane it chooses and the steering that takes it
    there become the nearest action. Actions "continuous" and one frame per step reproduce the
    simulator's own driver exactly, up to rounding, as long as nobody is hidden.

    Args:
        env: A `DrivingEnv`, a `DrivingVectorEnv` or a `SyncVectorEnv`, possibly wrapped, with the
            action "meta", "longitudinal" (it then keeps its lane) or "continuous".

    Raises:
        TypeError: The environment is of another kind.
        ValueError: Its ego drives itself.
    """

    def __init__(self, env: Any) -> None:
        self._sims = simulators_of(env)
        self._helms = [Helm(clock_of(sim), sim.num_envs) for sim in self._sims]
        self._ends = np.cumsum([sim.num_envs for sim in self._sims])
        self._stale = [np.ones(sim.num_envs, np.bool_) for sim in self._sims]

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode: int64 (n,), or float32 (n, 2) for "continuous"."""
        del observations
        return np.concatenate([self._act(k) for k in range(len(self._sims))])

    def reset(self, indices: Sequence[int]) -> None:
        """Forget the lanes that these episodes were changing to."""
        for i in indices:
            k = int(np.searchsorted(self._ends, i, "right"))
            self._stale[k][i - self._ends[k]] = True

    def _act(self, k: int) -> np.ndarray:
        replica, helm = Replica.of(self._sims[k]), self._helms[k]
        # Vector environments that begin new episodes by themselves tell nobody.
        helm.begin(replica, self._stale[k] | (replica.world[:, at.STEPS] < 0.5))
        self._stale[k][:] = False
        replica.hide()
        return helm.actions(replica, self._wish(replica, helm))

    def _wish(self, replica: Replica, helm: Helm) -> Wish:
        return _rule(replica, helm)


def _rule(replica: Replica, helm: Helm) -> Wish:
    lanes, considers = helm.look(replica), replica.considers(helm.clock)
    if helm.clock.kind == "longitudinal":
        considers[:] = False
    return replica.rule(helm.clock, np.ones(replica.num_rows, np.bool_), lanes, considers)


class Baseline(RuleDriver):
    """A scripted driver that keeps its lane and chooses a speed.

    "stop" brakes hard; "slower" and "faster" always give that command (with "continuous" 5 m/s2 down to
    a standstill and 3 m/s2 up to 40 m/s); "idle" keeps its speed; "creep" goes at walking speed, 2 m/s;
    "gap-rule" brakes if whoever is ahead is nearer than 15 m or 3 s, keeps its speed if nearer than
    35 m, and otherwise goes faster up to the speed limit; "random" samples the action space.

    Source of the gap rule: the scripted baseline that highway-env is measured with, whose speeds
    also end at the limit.

    Args:
        name: One of `BASELINES`.
        env: As for `RuleDriver`.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown, or the ego of the environment drives itself.
    """

    def __init__(self, name: str, env: Any) -> None:
        if name not in BASELINES:
            msg = f"unknown driver {name!r}{suggest(str(name), POLICIES)}; choose from {', '.join(POLICIES)}"
            raise ValueError(msg)
        super().__init__(env)
        self.name = name
        self._spaces = [copy.deepcopy(sim.single_action_space) for sim in self._sims]
        for k, space in enumerate(self._spaces):
            space.seed(_RANDOM_SEED + k)

    def _act(self, k: int) -> np.ndarray:
        helm, sim = self._helms[k], self._sims[k]
        if self.name == "random":
            return np.array([self._spaces[k].sample() for _ in range(sim.num_envs)])
        if self.name in _COMMANDS and helm.clock.kind != "continuous":
            meta, longitudinal = _COMMANDS[self.name]
            command = meta if helm.clock.kind == "meta" else longitudinal
            return np.full(sim.num_envs, command, np.int64)
        return super()._act(k)

    def _wish(self, replica: Replica, helm: Helm) -> Wish:
        lanes = helm.look(replica)
        n = replica.num_rows
        turn = np.zeros(n)
        if helm.clock.kind == "continuous":
            stay = np.zeros(n, np.bool_)
            turn = replica.rule(helm.clock, ~stay, lanes, stay).turn
        return Wish(lanes.copy(), _PUSHES[self.name](replica), turn)


#: The commands of those that always give the same one: meta and longitudinal.
_COMMANDS = {"stop": (5, 3), "slower": (4, 0), "idle": (1, 1), "faster": (3, 2)}


def _towards(speed: np.ndarray, wanted: np.ndarray | float) -> np.ndarray:
    """The acceleration that takes a speed to another one."""
    return np.clip((wanted - speed) / _SETTLE_S, -_FIRM, _FAST)


def _gap_rule(replica: Replica) -> np.ndarray:
    speed = replica.speed
    gap, along = _ahead(replica)
    soon = gap < _BRAKE_S * (speed - along)
    freely = _towards(speed, replica.limit)
    return np.where((gap < _BRAKE_GAP) | soon, -_FIRM, np.where(gap < _KEEP_GAP, 0.0, freely))


def _ahead(replica: Replica) -> tuple[np.ndarray, np.ndarray]:
    """The gap (m) to whoever is next in each ego's way on its road, and that one's speed along it."""
    actors, marks = replica.actors.astype(np.float64), replica.marks
    kinds = marks[:, at.KIND]
    there = (kinds != at.NONE) & (marks[:, at.ROAD] == marks[:, at.ROAD, :1])
    there &= (kinds != at.LIGHT) | (marks[:, at.PHASE] == 2)
    aside = np.abs(actors[:, at.D] - actors[:, at.D, :1])
    there &= (aside < 0.5 * (actors[:, at.WIDTH] + actors[:, at.WIDTH, :1])) | (kinds == at.LIGHT)
    reach = 0.5 * (actors[:, at.LENGTH] + actors[:, at.LENGTH, :1])
    gaps = actors[:, at.S] - actors[:, at.S, :1] - reach
    there &= gaps > -reach
    there[:, 0] = False
    gaps = np.where(there, gaps, _FAR)
    rows, first = np.arange(replica.num_rows), gaps.argmin(axis=1)
    return gaps[rows, first], actors[rows, at.ALONG, first]


#: What those that choose a speed wish for, in m/s2.
_PUSHES: dict[str, Callable[[Replica], np.ndarray]] = {
    "stop": lambda replica: np.full(replica.num_rows, -_HARD),
    "slower": lambda replica: np.full(replica.num_rows, -_FIRM),
    "idle": lambda replica: np.zeros(replica.num_rows),
    "faster": lambda replica: np.clip((_MOST_SPEED - replica.speed) / _SETTLE_S, 0.0, _FAST),
    "creep": lambda replica: _towards(replica.speed, _CREEP_SPEED),
    "gap-rule": _gap_rule,
}

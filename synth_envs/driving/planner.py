"""The clairvoyant planner: tries many manoeuvres in the real future of an episode and takes the best.

It is no driver to compete with. It shows that an episode can be driven without a crash (a solvability
certificate) and how much there is to gain at most (the ceiling of the skill score).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_envs.driving.env import DrivingVectorEnv
from synth_envs.driving.experts import simulators_of
from synth_envs.driving.manoeuvres import MANOEUVRES, Course
from synth_envs.driving.replicas import Clock, Helm, Replica, clock_of
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.simulator import DrivingSim

__all__ = ["Certificate", "Plan", "Planner", "begun", "certificate", "certificates"]

#: When plans are made anew, in s: dense at first, when events begin.
_REPLAN_S = (1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 11.0, 15.0, 20.0)
#: A crash is worse than any return: returns lie within a few hundred.
_CRASH = 1e4
#: Rows of a batch; more of them gain nothing.
_MOST_ROWS = 4096


@dataclass(frozen=True)
class Plan:
    """How one episode is best driven from some state to its end.

    Attributes:
        returns: The sum of rewards from that state on.
        crashed: Whether it ends in a collision, or far off the road.
        actions: int64 (steps,), or float32 (steps, 2) for "continuous": giving them to the environment
            earns `returns` exactly.
        manoeuvres: What was decided, as (seconds after the state, name).
    """

    returns: float
    crashed: bool
    actions: np.ndarray
    manoeuvres: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Certificate:
    """Whether an episode can be driven without a crash.

    Attributes:
        task_id: The episode's name.
        solved: Whether the planner's best plan avoids every collision and stays on the road.
        returns: What that plan earns.
        plan: The plan itself.
    """

    task_id: str
    solved: bool
    returns: float
    plan: Plan


class Planner:
    """Plans for the running episodes of an environment, which it leaves as they are.

    Args:
        env: A `DrivingEnv` or a `DrivingVectorEnv`, possibly wrapped, with the action "meta",
            "longitudinal" or "continuous". Plans use the actions of that kind.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: Its ego drives itself.
    """

    def __init__(self, env: Any) -> None:
        sims = simulators_of(env)
        if len(sims) != 1:
            msg = "plan for a DrivingEnv or a DrivingVectorEnv; of a SyncVectorEnv, for one of `env.envs`"
            raise TypeError(msg)
        self._sim: DrivingSim = sims[0]
        self._clock = clock_of(self._sim)
        Helm(self._clock, 1)  # says so if the ego drives itself

    def plan(self, index: int = 0, *, replans: int = len(_REPLAN_S)) -> Plan:
        """Plan one episode from its current state to its end; see `plan_all`.

        Raises:
            IndexError: There is no such episode.
        """
        if not 0 <= index < self._sim.num_envs:
            msg = f"there are {self._sim.num_envs} episodes, got index {index}"
            raise IndexError(msg)
        return self.plan_all(np.array([index]), replans=replans)[0]

    def plan_all(
        self,
        indices: Sequence[int] | np.ndarray | None = None,
        *,
        replans: int = len(_REPLAN_S),
        until_solved: bool = False,
    ) -> list[Plan]:
        """Plan episodes from their current states to their ends, as a receding horizon.

        At first and at fixed times after, all manoeuvres of `MANOEUVRES` are driven to the end of the
        episode; the best of them, or what was planned before, is followed to the next time. So planning
        more often never earns less.

        Args:
            indices: Which episodes, or None for all.
            replans: How often plans are made anew, in [0, 9].
            until_solved: Make no new plans for episodes whose plan has no crash.

        Returns:
            A plan for each of the indices, in order.

        Raises:
            ValueError: `replans` is out of range.
        """
        if isinstance(replans, bool) or not 0 <= replans <= len(_REPLAN_S):
            msg = f"replans must be in [0, {len(_REPLAN_S)}], got {replans!r}"
            raise ValueError(msg)
        index = np.arange(self._sim.num_envs) if indices is None else np.asarray(indices, np.int64)
        whole = Replica.of(self._sim)
        batch = max(1, _MOST_ROWS // (len(MANOEUVRES) + 1))
        plans: list[Plan] = []
        for first in range(0, len(index), batch):
            state = whole.rows(index[first : first + batch])
            plans += _Search(state, self._clock).run(_REPLAN_S[:replans], until_solved=until_solved)
        return plans


class _Search:
    """The receding horizon over a batch of episodes."""

    def __init__(self, state: Replica, clock: Clock) -> None:
        n = state.num_rows
        self.clock = clock
        self.state = state
        self.course = Course.begin(state, clock)
        self.begun = state.world[:, at.TIME].astype(np.float64)
        self.earned = np.zeros(n)
        self.running = np.ones(n, np.bool_)
        self.crashed = np.zeros(n, np.bool_)
        self.best = np.full(n, -np.inf)
        self.actions: list[tuple[np.ndarray, np.ndarray]] = []
        self.names: list[list[tuple[float, str]]] = [[] for _ in range(n)]

    def run(self, times: Sequence[float], *, until_solved: bool) -> list[Plan]:
        self._decide(0.0, np.ones(self.state.num_rows, np.bool_))
        at_step = 0
        for time in times:
            step = round(time / self.clock.step)
            self._follow(step - at_step)
            at_step = step
            wanted = self.running & ~((self.best > -_CRASH / 2) & until_solved)
            self._decide(time, wanted)
        while self.running.any():
            self._follow(1)
        return [self._plan(e) for e in range(self.state.num_rows)]

    def _decide(self, time: float, wanted: np.ndarray) -> None:
        """Choose among all manoeuvres and what was planned before, where `wanted` is set."""
        episodes = np.flatnonzero(wanted)
        if not len(episodes):
            return
        many = len(MANOEUVRES)
        rows = np.repeat(episodes, many + 1)
        replica, course = self.state.rows(rows), self.course.rows(rows)
        fresh = np.tile(np.arange(many + 1) < many, len(episodes))
        course.take(replica, np.tile(np.arange(many + 1), len(episodes)), fresh)
        trial = course.copy()
        earned = np.zeros(len(rows))
        running = np.ones(len(rows), np.bool_)
        while running.any():
            replica.step(self.clock, trial.actions(replica, running), running)
            earned += replica.rewards
            earned[_crashes(replica) & running] -= _CRASH
            running &= ~(replica.terminations | replica.truncations)
        totals = earned.reshape(len(episodes), many + 1)
        best = totals.argmax(axis=1)
        kept = totals[:, many] >= totals.max(axis=1)
        best[kept] = many
        self.course.put(episodes, course.rows(np.arange(len(episodes)) * (many + 1) + best))
        found = totals[np.arange(len(episodes)), best] + self.earned[episodes]
        self.best[episodes] = found
        for e, chosen in zip(episodes.tolist(), best.tolist(), strict=True):
            if chosen < many:
                self.names[e].append((time, MANOEUVRES[chosen].name))

    def _follow(self, steps: int) -> None:
        """Drive the chosen courses on."""
        for _ in range(steps):
            if not self.running.any():
                return
            actions = self.course.actions(self.state, self.running)
            self.state.step(self.clock, actions, self.running)
            self.actions.append((actions, self.running.copy()))
            self.earned += self.state.rewards
            self.crashed |= _crashes(self.state) & self.running
            self.running &= ~(self.state.terminations | self.state.truncations)

    def _plan(self, e: int) -> Plan:
        actions = np.array([row[e] for row, ran in self.actions if ran[e]])
        return Plan(float(self.earned[e]), bool(self.crashed[e]), actions, tuple(self.names[e]))


def _crashes(replica: Replica) -> np.ndarray:
    """Which rows ended badly in the last step: in a collision, or lost beyond the edge of the road."""
    return np.asarray(
        replica.terminations & (replica.term("collision") + replica.term("off_road") < 0)
    )


def begun(task_ids: Sequence[str], **env_kwargs: Any) -> DrivingVectorEnv:
    """Return an environment in which episodes of these names have just begun.

    Args:
        task_ids: As in `info["task_id"]`, at least one.
        **env_kwargs: Arguments of `DrivingVectorEnv`.

    Raises:
        TypeError: An argument is unknown.
        ValueError: A name is not one of an episode of this environment, or an argument is bad.
    """
    env = DrivingVectorEnv(num_envs=len(task_ids), autoreset_mode="Disabled", **env_kwargs)
    for i, task_id in enumerate(task_ids):
        mask = np.zeros(len(task_ids), np.bool_)
        mask[i] = True
        env.reset(options={"reset_mask": mask, "task": task_id})
    return env


def certificates(
    task_ids: Sequence[str],
    *,
    scenario: str | Mapping[str, float] | None = None,
    difficulty: float | None = None,
    action: str = "meta",
    replans: int = len(_REPLAN_S),
    until_solved: bool = True,
    **options: Any,
) -> list[Certificate]:
    """Certify many episodes at once; see `certificate`."""
    if not task_ids:
        return []
    env = begun(task_ids, scenario=scenario, difficulty=difficulty, action=action, **options)
    plans = Planner(env).plan_all(replans=replans, until_solved=until_solved)
    return [
        Certificate(task_id, not plan.crashed, plan.returns, plan)
        for task_id, plan in zip(task_ids, plans, strict=True)
    ]


def certificate(
    task_id: str,
    *,
    scenario: str | Mapping[str, float] | None = None,
    difficulty: float | None = None,
    action: str = "meta",
    replans: int = len(_REPLAN_S),
    until_solved: bool = True,
    **options: Any,
) -> Certificate:
    """Find out whether an episode can be driven without a crash.

    That no plan was found is no proof that there is none; a plan that was found is one.

    Args:
        task_id: As in `info["task_id"]`.
        scenario: The argument of the environment that the episode is of.
        difficulty: The difficulty of an episode whose name does not say it.
        action: The kind of actions that plans use.
        replans: As in `Planner.plan_all`.
        until_solved: As in `Planner.plan_all`; False looks on for the best return, the ceiling.
        **options: Further arguments of the environment.

    Raises:
        TypeError: An option is unknown.
        ValueError: The name is not one of an episode of this environment, or an option is bad.
    """
    return certificates(
        [task_id], scenario=scenario, difficulty=difficulty, action=action, replans=replans,
        until_solved=until_solved, **options,
    )[0]  # fmt: skip

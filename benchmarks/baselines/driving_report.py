"""How drivers do on held-out episodes of `synth/Driving-v0`, which training is measured by.

Skill scores are those of `synth_envs.driving.skill`: 0 at the better of creeping and slowing down, 1 at
the clairvoyant planner. Intervals of scripted drivers are bootstraps over episodes, of trained ones
Student's t over seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.baselines.common import spread

if TYPE_CHECKING:
    from synth_envs.driving.skill import References

__all__ = ["DRIVERS", "Drives", "by_scenario", "drive", "held_out_episodes", "scripted", "trained"]

#: Those that the table lists beside what was trained.
DRIVERS = ("random", "idle", "creep", "slower", "gap-rule", "rule")
_MEASURES = ("return", "collision", "off_road", "arrived", "progress")
_TEST_SEED = 700_000_000


@dataclass(frozen=True)
class Drives:
    """How some episodes were driven.

    Attributes:
        measures: By name, float64 (episodes,): "return"; "collision", "off_road" (more than 6 m) and
            "arrived", which are 0 or 1; "progress", the share of the route that was driven.
        scenarios: The scenario of each.
    """

    measures: dict[str, np.ndarray]
    scenarios: tuple[str, ...]


def held_out_episodes(count: int) -> tuple[str, ...]:
    """Return the names of the first episodes of the test split that baselines are measured on."""
    from synth_envs.driving.env import DrivingVectorEnv

    env = DrivingVectorEnv(num_envs=count, split="test")
    env.reset(seed=_TEST_SEED)
    return env.task_ids


def drive(make: Callable[[Any], Any], task_ids: Sequence[str], observation: str) -> Drives:
    """Drive episodes once each.

    Args:
        make: Takes an environment in which the episodes have begun; returns a policy for it.
        task_ids: As in `info["task_id"]`.
        observation: What the policy sees, as the environment's argument of that name.
    """
    from synth_envs.driving.experts import simulators_of
    from synth_envs.driving.planner import begun

    env = begun(task_ids, observation=observation)
    policy, sim = make(env), simulators_of(env)[0]
    running = np.ones(len(task_ids), np.bool_)
    returns, off_road = np.zeros(len(task_ids)), np.zeros(len(task_ids))
    while running.any():
        sim.step(policy.act(sim.observations), running)
        returns += sim.rewards
        off_road[sim.terms["off_road"] < 0] = 1.0
        running &= ~(sim.terminations | sim.truncations)
    found = sim.metrics | {"return": returns, "off_road": off_road}
    scenarios = tuple(sim.scenario(i) for i in range(len(task_ids)))
    return Drives({name: found[name] for name in _MEASURES}, scenarios)


def scripted(
    task_ids: Sequence[str], observation: str, scales: References
) -> tuple[dict[str, Any], dict[str, Drives]]:
    """Measure the scripted drivers: their table, and how each drove."""
    from synth_envs.driving.experts import make_driver
    from synth_envs.driving.skill import skill

    table, drives = {}, {}
    for name in DRIVERS:
        drives[name] = drive(partial(make_driver, name), task_ids, observation)
        means = {key: float(values.mean()) for key, values in drives[name].measures.items()}
        score = skill(drives[name].measures["return"], scales.floor, scales.ceiling)
        table[name] = means | {"skill": {"mean": score.mean, "low": score.low, "high": score.high}}
    return table, drives


def trained(drives: Sequence[Drives], scales: References) -> tuple[dict[str, Any], list[float]]:
    """Return means and intervals over seeds, and the skill of each seed."""
    from synth_envs.driving.skill import skill

    skills = [
        skill(one.measures["return"], scales.floor, scales.ceiling, resamples=1).mean
        for one in drives
    ]
    table = {
        name: spread([float(one.measures[name].mean()) for one in drives]) for name in _MEASURES
    }
    return table | {"skill": spread(skills)}, skills


def by_scenario(
    drives: dict[str, list[Drives]], scales: References
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the collision rate and the skill of some drivers in each scenario, over all their seeds."""
    from synth_envs.driving.skill import skill

    table: dict[str, dict[str, dict[str, float]]] = {}
    for driver, many in drives.items():
        places = np.array(many[0].scenarios)
        for scenario in sorted(set(many[0].scenarios)):
            here = places == scenario
            returns = np.mean([one.measures["return"][here] for one in many], axis=0)
            score = skill(returns, scales.floor[here], scales.ceiling[here], resamples=1)
            hits = float(np.mean([one.measures["collision"][here].mean() for one in many]))
            table.setdefault(scenario, {})[driver] = {"collision": hits, "skill": score.mean}
    return table

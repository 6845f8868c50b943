"""What must hold in the driving simulator over many episodes, as one printed report.

The rule driver in ordinary traffic, the shares of scenarios that were asked for, and numbers that stay
finite and within their spaces under random actions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from synth_envs.driving.env import DrivingVectorEnv
from synth_envs.driving.experts import make_driver
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.observations import OBSERVATIONS
from synth_envs.driving.sim.scenarios import SCENARIOS

__all__ = ["NOMINAL", "main"]

#: The scenarios in which nothing but traffic happens.
NOMINAL = SCENARIOS[:8]
_BATCH = 1000


def crashes(driver: str, scenarios: Sequence[str], episodes: int, seed: int) -> dict[str, float]:
    """Drive episodes and return how many ended in a collision, by whose fault, and how many arrived.

    Args:
        driver: One of `experts.POLICIES`, or "driver": the ego drives itself.
        scenarios: In equal shares.
        episodes: How many, of consecutive seeds.
        seed: The first of them.
    """
    own = driver == "driver"
    env = DrivingVectorEnv(
        num_envs=episodes,
        scenario=dict.fromkeys(scenarios, 1.0),
        action="driver" if own else "meta",
        autoreset_mode="Disabled",
    )
    env.reset(seed=seed)
    policy = None if own else make_driver(driver, env)
    sim, running = env.sim, np.ones(episodes, np.bool_)
    none = np.zeros(episodes, np.int64)
    while running.any():
        sim.step(none if policy is None else policy.act(sim.observations), running)
        running &= ~(sim.terminations | sim.truncations)
    others = sim.save()["_marks"][:, at.CRASHED, 1:].sum()
    metrics = sim.metrics
    counts = {name: float(metrics[name].sum()) for name in ("collision", "at_fault", "arrived")}
    return counts | {"others": float(others)}


def shares(wanted: dict[str, float], episodes: int, seed: int) -> dict[str, float]:
    """Return the share of each scenario among episodes of consecutive seeds."""
    env = DrivingVectorEnv(num_envs=episodes, scenario=wanted)
    env.reset(seed=seed)
    found = np.bincount(env.sim.metrics["scenario"].astype(int), minlength=len(SCENARIOS))
    return {name: float(found[SCENARIOS.index(name)]) / episodes for name in wanted}


def random_steps(steps: int, observation: str, action: str, seed: int) -> tuple[int, int]:
    """Take random steps and return how many were taken and how many answers were bad.

    Bad is what is not finite, or outside the observation space or the documented rewards.
    """
    env = DrivingVectorEnv(
        num_envs=_BATCH, observation=observation, action=action, autoreset_mode="SameStep"
    )
    env.action_space.seed(seed)
    seen, _ = env.reset(seed=seed)
    space = env.single_observation_space
    taken = bad = 0
    while taken < steps:
        seen, rewards, *_ = env.step(env.action_space.sample())
        taken += _BATCH
        bad += int((~np.isfinite(rewards) | (rewards < -31.1) | (rewards > 11)).sum())
        bad += sum(_outside(seen, space))
    return taken, bad


def _outside(seen: object, space: object) -> list[int]:
    parts = getattr(space, "spaces", None)
    if parts is not None and isinstance(seen, dict):
        return [count for name, part in parts.items() for count in _outside(seen[name], part)]
    low, high = getattr(space, "low", -np.inf), getattr(space, "high", np.inf)
    values = np.asarray(seen)
    return [int((~np.isfinite(values) | (values < low) | (values > high)).sum())]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report.

    Returns:
        0, or 1 if anything is not as it must be.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=1000, help="of the rule driver (1000)")
    parser.add_argument("--steps", type=int, default=10_000_000, help="random steps (10000000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    arguments = parser.parse_args(argv)
    if arguments.episodes < 1 or arguments.steps < 0 or arguments.seed < 0:
        print("episodes must be at least 1, steps and seed at least 0", file=sys.stderr)
        return 2
    findings = 0
    for driver in ("driver", "rule"):
        counts = crashes(driver, NOMINAL, arguments.episodes, arguments.seed)
        name = "the simulator's own rule driver" if driver == "driver" else "the rule driver"
        print(
            f"{name}, {arguments.episodes} ordinary seeds: {counts['collision']:g} collisions "
            f"({counts['at_fault']:g} at fault), {counts['others']:g} among others, "
            f"{counts['arrived']:g} arrived"
        )
        findings += int(counts["collision"])
    wanted = {"jaywalker": 0.02, "cut-in": 0.05, "wrong-way": 0.005, "free-highway": 0.925}
    found = shares(wanted, arguments.episodes, arguments.seed)
    for scenario, share in wanted.items():
        print(f"{scenario}: asked for {share:.1%}, found {found[scenario]:.1%}")
        findings += abs(found[scenario] - share) > 0.02
    kinds = [(one, "meta") for one in OBSERVATIONS] + [("kinematics", "continuous")]
    kinds.append(("kinematics", "longitudinal"))
    for observation, action in kinds:
        taken, bad = random_steps(
            arguments.steps // len(kinds), observation, action, arguments.seed
        )
        print(f"{observation}, {action}: {taken} random steps, {bad} bad values", flush=True)
        findings += bad
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())

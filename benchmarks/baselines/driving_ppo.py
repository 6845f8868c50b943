"""PPO (Stable-Baselines3) learns to drive on `synth/Driving-v0`, all nineteen scenarios mixed.

`python -m benchmarks.baselines.driving_ppo` trains several seeds on the train split, in minutes each
on one core, and lets each greedy policy drive the same episodes of the test split, beside the scripted
drivers and a control that sees nothing and therefore must not learn. Skill scores are those of
`synth_envs.driving.skill`: 0 at the better of creeping and slowing down, 1 at the clairvoyant planner.
Intervals of what was trained are Student's t over seeds; of scripted drivers, bootstraps over episodes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from benchmarks.baselines.common import (
    add_arguments,
    check_arguments,
    learn,
    make_ppo,
    run_all,
    set_up,
    write,
)
from benchmarks.baselines.driving_report import (
    Drives,
    by_scenario,
    drive,
    held_out_episodes,
    scripted,
    trained,
)

__all__ = ["ENV_ID", "HYPERPARAMETERS", "Result", "main", "train"]

ENV_ID = "synth/Driving-v0"
# The keys of rl-zoo3; the learning rate falls linearly to 0, "normalize" is SB3's VecNormalize. With the
# lidar whoever is ahead is always in the same place of the observation; in trials of one seed and a million
# steps it learned faster than the table of road users, "kinematics".
HYPERPARAMETERS: dict[str, Any] = {
    "policy": "MlpPolicy",
    "n_envs": 128,
    "n_timesteps": 2_500_000,
    "n_steps": 64,
    "batch_size": 1024,
    "n_epochs": 5,
    "learning_rate": 7e-4,
    "ent_coef": 0.003,
    "gamma": 0.99,
    "gae_lambda": 0.95,
    "clip_range": 0.2,
    "net_arch": [128, 128],
    "normalize": True,
    "observation": "lidar",
}
#: How often the planner of the skill score plans anew: as the oracle of the benchmarks.
_REPLANS = 0


@dataclass(frozen=True)
class Result:
    """One training run.

    Attributes:
        seed: Of the network, the sampling and the stream of training episodes.
        control: Whether the observations were blank.
        steps: Environment steps that were asked for; whole rollouts are made of them.
        wall_s: Seconds of training.
        curve: Pairs of steps and the mean return of the last hundred training episodes.
        drives: How the greedy policy drove the test episodes.
    """

    seed: int
    control: bool
    steps: int
    wall_s: float
    curve: list[tuple[int, float]]
    drives: Drives


class _Blank(gym.vector.VectorWrapper[Any, Any, Any, Any, Any]):
    """The control: observations are zeros; Gymnasium's wrappers for that refuse "SameStep"."""

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Begin new episodes."""
        observations, infos = self.env.reset(**kwargs)
        return np.zeros_like(observations), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step."""
        observations, *others, infos = self.env.step(actions)
        blank = np.zeros_like(observations)
        if "final_obs" in infos:
            infos["final_obs"] = blank
        rewards, terminations, truncations = others
        return blank, rewards, terminations, truncations, infos


def train(
    seed: int,
    task_ids: Sequence[str],
    *,
    control: bool = False,
    steps: int | None = None,
    watch: Callable[[int], None] | None = None,
) -> Result:
    """Train one policy and let it drive.

    Args:
        seed: Of the network, the sampling and the stream of training episodes.
        task_ids: Episodes to drive afterwards.
        control: Blank the observations.
        steps: Environment steps; by default those of `HYPERPARAMETERS`.
        watch: Called now and then with the environment steps since it was called last.
    """
    from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

    from synth_envs.adapters.sb3 import Sb3VecEnv

    set_up()
    setting = HYPERPARAMETERS
    total = steps or setting["n_timesteps"]
    native = gym.make_vec(
        ENV_ID,
        setting["n_envs"],
        split="train",
        observation=setting["observation"],
        autoreset_mode="SameStep",
    )
    if control:
        native = _Blank(native)
    vector: Any = VecMonitor(Sb3VecEnv(native))
    if setting["normalize"]:
        vector = VecNormalize(vector, gamma=setting["gamma"])
    start = time.perf_counter()
    model = make_ppo(setting, vector, seed=seed, schedule=lambda left: left)
    # Neighbouring seeds would share most streams of episodes; the model has just set them to its own.
    vector.seed(1_000_000 * (seed + 1))
    curve = learn(model, total, watch)
    wall = time.perf_counter() - start
    greedy = _Greedy(model, vector if setting["normalize"] else None, blank=control)
    drives = drive(lambda _: greedy, task_ids, setting["observation"])
    return Result(seed, control, total, round(wall, 1), curve, drives)


class _Greedy:
    """Takes the likeliest action of a trained model."""

    def __init__(self, model: Any, normalizer: Any, *, blank: bool) -> None:
        self._model, self._normalizer, self._blank = model, normalizer, blank

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return one action for each episode."""
        seen = np.zeros_like(observations) if self._blank else observations
        if self._normalizer is not None:
            seen = self._normalizer.normalize_obs(seen)
        actions: np.ndarray = self._model.predict(seen, deterministic=True)[0]
        return actions


def _job(argument: tuple[int, bool, int, tuple[str, ...]], done: Any) -> Result:
    seed, control, steps, task_ids = argument
    return train(seed, task_ids, control=control, steps=steps, watch=done.put)


def _said(result: Result) -> str:
    measures = {name: float(values.mean()) for name, values in result.drives.measures.items()}
    return (
        f"{'control' if result.control else 'PPO'} seed {result.seed}: return {measures['return']:.1f}, "
        f"collisions {measures['collision']:.3f}, arrived {measures['arrived']:.3f} "
        f"({result.steps:,} steps, {result.wall_s:.0f} s)"
    )


def main(argv: list[str] | None = None) -> int:
    """Train all seeds, print the table and write it.

    Returns:
        0 if what was trained collides at most half as often as random actions and its skill lies above
        that of every trivial driver, both with the whole interval over seeds, and the control's does
        not; else 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.driving_ppo", description=__doc__
    )
    add_arguments(parser, steps=HYPERPARAMETERS["n_timesteps"], episodes=475, controls=3)
    arguments = parser.parse_args(argv)
    check_arguments(parser, arguments)
    from synth_envs.driving.skill import references

    task_ids = held_out_episodes(arguments.episodes)
    begin = time.perf_counter()
    scales = references(task_ids, replans=_REPLANS)
    table, drives = scripted(task_ids, HYPERPARAMETERS["observation"], scales)
    print(
        f"{len(task_ids)} test episodes planned in {time.perf_counter() - begin:.0f} s", flush=True
    )
    for name, row in table.items():
        print(
            f"{name}: return {row['return']:.1f}, collisions {row['collision']:.3f}, skill {row['skill']['mean']:.3f}"
        )
    jobs = [(seed, False, arguments.steps, task_ids) for seed in range(arguments.seeds)]
    jobs += [(seed, True, arguments.steps, task_ids) for seed in range(arguments.controls)]
    results = run_all(
        _job, jobs, workers=arguments.workers, steps=arguments.steps * len(jobs), say=_said
    )
    summary, skills = {}, {}
    for kind, control in (("ppo", False), ("control", True)):
        chosen = [result for result in results if result.control is control]
        if not chosen:
            continue
        summary[kind], skills[kind] = trained([result.drives for result in chosen], scales)
        shown = (
            f"{name} {summary[kind][name]['mean']:.3f} [{summary[kind][name]['low']:.3f}, {summary[kind][name]['high']:.3f}]"
            for name in ("return", "collision", "arrived", "skill")
        )
        print(f"{kind}: {', '.join(shown)} (95% over seeds)")
    ppo = [result.drives for result in results if not result.control]
    trivial = max(table[name]["skill"]["mean"] for name in ("random", "idle", "creep", "slower"))
    # A single seed has no interval: its comparisons are false.
    verdict = {
        "halves_random_collisions": summary["ppo"]["collision"]["high"]
        <= 0.5 * table["random"]["collision"],
        "beats_trivial_skill": summary["ppo"]["skill"]["low"] > trivial,
        "beats_rule_skill": summary["ppo"]["skill"]["low"] > table["rule"]["skill"]["mean"],
        "control_learns": "control" in summary and summary["control"]["skill"]["low"] > trivial,
    }
    print(", ".join(f"{name}: {value}" for name, value in verdict.items()))
    if arguments.output:
        shown_drives = {"ppo": ppo, "rule": [drives["rule"]], "random": [drives["random"]]}
        record = {
            "env": ENV_ID,
            "hyperparameters": HYPERPARAMETERS | {"n_timesteps": arguments.steps},
            "episodes": len(task_ids),
            "planner_replans": _REPLANS,
            "planner_solved": float(scales.solved.mean()),
            "runs": [_row(result, skills) for result in results],
            "scripted": table,
            "summary": summary,
            "by_scenario": by_scenario(shown_drives, scales),
            "verdict": verdict,
            "command": "python -m benchmarks.baselines.driving_ppo",
        }
        write(record, arguments.output)
    ok = verdict["halves_random_collisions"] and verdict["beats_trivial_skill"]
    return int(not ok or verdict["control_learns"])


def _row(result: Result, skills: dict[str, list[float]]) -> dict[str, Any]:
    """Return a run as the results file holds it; `skills` are by seed."""
    means = {name: float(values.mean()) for name, values in result.drives.measures.items()}
    kind = "control" if result.control else "ppo"
    row = asdict(result) | means | {"skill": skills[kind][result.seed]}
    del row["drives"]
    return row


if __name__ == "__main__":
    sys.exit(main())

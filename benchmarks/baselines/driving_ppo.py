"""PPO (Stable-Baselines3) learns to drive on `synth/Driving-v0`, all nineteen scenarios mixed.

`python -m benchmarks.baselines.driving_ppo` trains several seeds on the train split, in minutes each
on one core, and lets each greedy policy drive the same episodes of the test split, beside the scripted
drivers and a control that sees nothing and therefore must not learn. Skill scores are those of
`synth_envs.driving.skill`: 0 at the better of creeping and slowing down, 1 at the clairvoyant planner.
Intervals of what was trained are Student's t over seeds; of scripted drivers, bootstraps over episodes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np

import synth_envs
from benchmarks.baselines.math_tokens import interval

__all__ = [
    "DRIVERS",
    "ENV_ID",
    "HYPERPARAMETERS",
    "Drives",
    "Result",
    "add_arguments",
    "check_arguments",
    "drive",
    "held_out_episodes",
    "main",
    "run_all",
    "spread",
    "train",
]  # fmt: skip

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
#: Those that the table lists beside what was trained.
DRIVERS = ("random", "idle", "creep", "slower", "gap-rule", "rule")
_MEASURES = ("return", "collision", "off_road", "arrived", "progress")
_TEST_SEED = 700_000_000
#: How often the planner of the skill score plans anew: as the oracle of the benchmarks.
_REPLANS = 0
_CURVE_POINTS = 25
_Argument = TypeVar("_Argument")
_Answer = TypeVar("_Answer")


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


def held_out_episodes(count: int) -> tuple[str, ...]:
    """Return the names of the first episodes of the test split that baselines are measured on."""
    from synth_envs.driving.env import DrivingVectorEnv

    env = DrivingVectorEnv(num_envs=count, split="test")
    env.reset(seed=_TEST_SEED)
    return env.task_ids


def drive(make: Callable[[Any], Any], task_ids: Sequence[str]) -> Drives:
    """Drive episodes once each.

    Args:
        make: Takes an environment in which the episodes have begun; returns a policy for it.
        task_ids: As in `info["task_id"]`.
    """
    from synth_envs.driving.experts import simulators_of
    from synth_envs.driving.planner import begun

    env = begun(task_ids, observation=HYPERPARAMETERS["observation"])
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
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

    from synth_envs.adapters.sb3 import Sb3VecEnv

    gym.register_envs(synth_envs)
    torch.set_num_threads(1)
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
    model = PPO(
        setting["policy"],
        vector,
        n_steps=setting["n_steps"],
        batch_size=setting["batch_size"],
        n_epochs=setting["n_epochs"],
        learning_rate=lambda left: setting["learning_rate"] * left,
        ent_coef=setting["ent_coef"],
        gamma=setting["gamma"],
        gae_lambda=setting["gae_lambda"],
        clip_range=setting["clip_range"],
        policy_kwargs={"net_arch": setting["net_arch"], "activation_fn": torch.nn.ReLU},
        seed=seed,
        device="cpu",
    )
    # Neighbouring seeds would share most streams of episodes; the model has just set them to its own.
    vector.seed(1_000_000 * (seed + 1))
    curve = learn(model, total, watch)
    wall = time.perf_counter() - start
    greedy = _Greedy(model, vector if setting["normalize"] else None, blank=control)
    drives = drive(lambda _: greedy, task_ids)
    return Result(seed, control, total, round(wall, 1), curve, drives)


def learn(
    model: Any, steps: int, watch: Callable[[int], None] | None = None
) -> list[tuple[int, float]]:
    """Train a model of Stable-Baselines3 and return its learning curve, as in `Result`."""
    curve: list[tuple[int, float]] = []
    told = 0

    def tell() -> None:
        nonlocal told
        if watch:
            watch(model.num_timesteps - told)
        told = model.num_timesteps
        returns = [episode["r"] for episode in model.ep_info_buffer]
        if returns:
            curve.append((told, round(float(np.mean(returns)), 3)))

    def after_step(*_: Any) -> bool:
        if model.num_timesteps - told >= steps / _CURVE_POINTS:
            tell()
        return True

    model.learn(steps, callback=after_step)
    if model.num_timesteps > told:
        tell()
    return curve


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


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return mean and 95% t interval, as JSON holds them; the interval is null for a single value."""
    low, high = interval(list(values))
    return {"mean": float(np.mean(values)), "low": low, "high": high}


def run_all(
    job: Callable[[_Argument, Any], _Answer],
    arguments: Sequence[_Argument],
    *,
    workers: int,
    steps: int,
    say: Callable[[_Answer], str],
) -> list[_Answer]:
    """Run jobs in processes of their own, beneath one progress bar, and say each result at once.

    Args:
        job: Takes an argument and a queue, into which it puts the environment steps that it has done.
        arguments: One for each job.
        workers: How many jobs run side by side.
        steps: Environment steps of all jobs together.
        say: What to print of a result.

    Returns:
        The results, in the order of the arguments.
    """
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    context = get_context("spawn")
    columns = (TextColumn("training"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(workers, mp_context=context) as pool,
        Progress(*columns) as bar,
    ):
        done = manager.Queue()
        task = bar.add_task("training", total=steps)
        futures: list[Future[_Answer]] = [pool.submit(job, one, done) for one in arguments]
        waiting = set(futures)
        while waiting:
            with contextlib.suppress(queue.Empty):
                bar.advance(task, done.get(timeout=0.5))
            for future in [one for one in waiting if one.done()]:
                waiting.remove(future)
                bar.console.print(say(future.result()), highlight=False)
        return [future.result() for future in futures]


def add_arguments(parser: argparse.ArgumentParser, *, steps: int, episodes: int) -> None:
    """Add the arguments that the driving baselines share."""
    parser.add_argument("--seeds", type=int, default=5, help="training runs (default 5)")
    parser.add_argument(
        "--steps", type=int, default=steps, help=f"environment steps of a run (default {steps:,})"
    )
    parser.add_argument(
        "--episodes", type=int, default=episodes, help=f"test episodes (default {episodes:,})"
    )
    parser.add_argument("--workers", type=int, default=1, help="runs side by side (default 1)")
    parser.add_argument("-o", "--output", type=Path, default=None, help="write the results here")


def check_arguments(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Exit with code 2 if an argument is bad, or if something is missing that training needs."""
    for name in ("seeds", "steps", "episodes", "workers"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} must be at least 1, got {getattr(arguments, name)}")
    for package, extra in (("stable_baselines3", "sb3"), ("scipy", "bench")):
        if find_spec(package) is None:
            parser.error(f'{package} is not installed: pip install "synth-envs[{extra}]"')
    output: Path | None = arguments.output
    if output is None:
        return
    # Before training, not after.
    if output.is_dir():
        parser.error(f"--output {output} is a folder: name a file")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        new = not output.exists()
        output.open("a").close()
        if new:
            output.unlink()
    except OSError as error:
        parser.error(f"cannot write --output {output}: {error.strerror}")


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


def _scripted(task_ids: Sequence[str], scales: Any) -> tuple[dict[str, Any], dict[str, Drives]]:
    """Measure the scripted drivers: their table, and how each drove."""
    from synth_envs.driving.experts import make_driver
    from synth_envs.driving.skill import skill

    table, drives = {}, {}
    for name in DRIVERS:
        drives[name] = drive(partial(make_driver, name), task_ids)
        means = {key: float(values.mean()) for key, values in drives[name].measures.items()}
        score = skill(drives[name].measures["return"], scales.floor, scales.ceiling)
        table[name] = means | {"skill": {"mean": score.mean, "low": score.low, "high": score.high}}
    return table, drives


def _trained(results: Sequence[Result], scales: Any) -> tuple[dict[str, Any], list[float]]:
    """Return means and intervals over seeds, and the skill of each seed."""
    from synth_envs.driving.skill import skill

    skills = [
        skill(one.drives.measures["return"], scales.floor, scales.ceiling, resamples=1).mean
        for one in results
    ]
    table = {
        name: spread([float(one.drives.measures[name].mean()) for one in results])
        for name in _MEASURES
    }
    return table | {"skill": spread(skills)}, skills


def _by_scenario(
    drives: dict[str, list[Drives]], scales: Any
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
    add_arguments(parser, steps=HYPERPARAMETERS["n_timesteps"], episodes=475)
    parser.add_argument("--controls", type=int, default=3, help="control runs (default 3)")
    arguments = parser.parse_args(argv)
    check_arguments(parser, arguments)
    if arguments.controls < 0:
        parser.error(f"--controls must be at least 0, got {arguments.controls}")
    from synth_envs.driving.skill import references

    task_ids = held_out_episodes(arguments.episodes)
    begin = time.perf_counter()
    scales = references(task_ids, replans=_REPLANS)
    scripted, drives = _scripted(task_ids, scales)
    print(
        f"{len(task_ids)} test episodes planned in {time.perf_counter() - begin:.0f} s", flush=True
    )
    for name, row in scripted.items():
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
        summary[kind], skills[kind] = _trained(chosen, scales)
        shown = (
            f"{name} {summary[kind][name]['mean']:.3f} [{summary[kind][name]['low']:.3f}, {summary[kind][name]['high']:.3f}]"
            for name in ("return", "collision", "arrived", "skill")
        )
        print(f"{kind}: {', '.join(shown)} (95% over seeds)")
    ppo = [result.drives for result in results if not result.control]
    trivial = max(scripted[name]["skill"]["mean"] for name in ("random", "idle", "creep", "slower"))
    # A single seed has no interval: its comparisons are false.
    verdict = {
        "halves_random_collisions": summary["ppo"]["collision"]["high"]
        <= 0.5 * scripted["random"]["collision"],
        "beats_trivial_skill": summary["ppo"]["skill"]["low"] > trivial,
        "beats_rule_skill": summary["ppo"]["skill"]["low"] > scripted["rule"]["skill"]["mean"],
        "control_learns": "control" in summary and summary["control"]["skill"]["low"] > trivial,
    }
    print(", ".join(f"{name}: {value}" for name, value in verdict.items()))
    if arguments.output:
        by_scenario = _by_scenario(
            {"ppo": ppo, "rule": [drives["rule"]], "random": [drives["random"]]}, scales
        )
        record = {
            "env": ENV_ID,
            "hyperparameters": HYPERPARAMETERS | {"n_timesteps": arguments.steps},
            "episodes": len(task_ids),
            "planner_replans": _REPLANS,
            "planner_solved": float(scales.solved.mean()),
            "runs": [_row(result, skills) for result in results],
            "scripted": scripted,
            "summary": summary,
            "by_scenario": by_scenario,
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


def write(record: dict[str, Any], output: Path) -> None:
    """Write results as JSON, where numbers that are not finite become null."""
    output.write_text(json.dumps(_finite(record), indent=1, allow_nan=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())

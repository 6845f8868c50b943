"""DQN (Stable-Baselines3), trained here, drives in highway-env as highway-env's own DQN does.

`python -m benchmarks.baselines.highway_dqn` trains several seeds on `synth/HighwayFastCompat-v0` with the
hyperparameters of highway-env's `scripts/sb3_highway_dqn.py`, and then evaluates each greedy policy
unchanged in highway-env's `highway-fast-v0` and in ours, beside always slowing down and random actions.
Intervals of what was trained are Student's t over seeds; of the others, over episodes.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import gymnasium as gym
import numpy as np

import synth_envs
from benchmarks.baselines.common import (
    add_arguments,
    check_arguments,
    learn,
    run_all,
    set_up,
    spread,
    write,
)

__all__ = ["HYPERPARAMETERS", "PUBLISHED", "Result", "evaluate", "main", "train"]

#: By the name of the results: the environment that is trained in, and the one it equals.
ENVIRONMENTS = {"ours": "synth/HighwayFastCompat-v0", "peer": "highway-fast-v0"}
# As in scripts/sb3_highway_dqn.py of highway-env 1.12.1; what it leaves out are SB3's defaults.
HYPERPARAMETERS: dict[str, Any] = {
    "policy": "MlpPolicy",
    "n_timesteps": 20_000,
    "net_arch": [256, 256],
    "learning_rate": 5e-4,
    "buffer_size": 15_000,
    "learning_starts": 200,
    "batch_size": 32,
    "gamma": 0.8,
    "train_freq": 1,
    "gradient_steps": 1,
    "target_update_interval": 50,
}
#: The author's log of that script, the mean over the last training episodes at 19.9k steps with 5% random
#: actions: github.com/Farama-Foundation/HighwayEnv, issue 460.
PUBLISHED = {"return": 19.7, "length": 25.2}
_MEASURES = ("return", "length", "crashed")
_SLOWER = 4
_TEST_SEED = 900_000_000


@dataclass(frozen=True)
class Result:
    """One training run.

    Attributes:
        seed: Of the network, the sampling and the training episodes.
        steps: Environment steps of training.
        wall_s: Seconds of training.
        curve: Pairs of steps and the mean return of the last hundred training episodes.
        measures: By environment ("ours", "peer") the means of return, length in steps and crashes.
    """

    seed: int
    steps: int
    wall_s: float
    curve: list[tuple[int, float]]
    measures: dict[str, dict[str, float]]


def train(
    seed: int,
    *,
    episodes: int,
    steps: int | None = None,
    watch: Callable[[int], None] | None = None,
) -> Result:
    """Train one policy and evaluate it in both environments.

    Args:
        seed: Of the network, the sampling and the training episodes.
        episodes: Of each evaluation.
        steps: Environment steps; by default those of `HYPERPARAMETERS`.
        watch: Called now and then with the environment steps since it was called last.
    """
    from stable_baselines3 import DQN

    set_up()
    setting = HYPERPARAMETERS
    total = steps or setting["n_timesteps"]
    start = time.perf_counter()
    model = DQN(
        setting["policy"],
        gym.make(ENVIRONMENTS["ours"], split="train"),
        policy_kwargs={"net_arch": setting["net_arch"]},
        learning_rate=setting["learning_rate"],
        buffer_size=setting["buffer_size"],
        learning_starts=setting["learning_starts"],
        batch_size=setting["batch_size"],
        gamma=setting["gamma"],
        train_freq=setting["train_freq"],
        gradient_steps=setting["gradient_steps"],
        target_update_interval=setting["target_update_interval"],
        seed=seed,
        device="cpu",
    )
    curve = learn(model, total, watch)
    wall = time.perf_counter() - start

    def greedy(observation: np.ndarray) -> int:
        return int(model.predict(observation, deterministic=True)[0])

    measures = {name: _means(evaluate(name, greedy, episodes=episodes)) for name in ENVIRONMENTS}
    return Result(seed, total, round(wall, 1), curve, measures)


def evaluate(
    where: str, act: Callable[[np.ndarray], int], *, episodes: int
) -> dict[str, list[float]]:
    """Play episodes that training never used, the same for every policy.

    Args:
        where: "ours" or "peer".
        act: Takes an observation and returns an action.
        episodes: How many.

    Returns:
        Return, length in steps and whether it crashed (0 or 1), of each episode.
    """
    gym.register_envs(synth_envs)
    if where == "peer":
        gym.register_envs(importlib.import_module("highway_env"))
    with warnings.catch_warnings():
        # Gymnasium calls some of the peer's ids out of date.
        warnings.simplefilter("ignore")
        options: dict[str, Any] = {"split": "test"} if where == "ours" else {}
        env: Any = gym.make(ENVIRONMENTS[where], **options)
    found: dict[str, list[float]] = {name: [] for name in _MEASURES}
    for episode in range(episodes):
        observation, _ = env.reset(seed=_TEST_SEED + episode)
        total, length, over, crashed = 0.0, 0, False, False
        while not over:
            observation, reward, crashed, truncated, _ = env.step(act(observation))
            total, length, over = total + float(reward), length + 1, crashed or truncated
        for name, value in zip(_MEASURES, (total, length, crashed), strict=True):
            found[name].append(float(value))
    env.close()
    return found


def _means(found: dict[str, list[float]]) -> dict[str, float]:
    return {name: float(np.mean(values)) for name, values in found.items()}


def _job(argument: tuple[int, int, int], done: Any) -> Result:
    seed, episodes, steps = argument
    return train(seed, episodes=episodes, steps=steps, watch=done.put)


def _said(result: Result) -> str:
    ours, peer = result.measures["ours"], result.measures["peer"]
    return (
        f"DQN seed {result.seed}: return {peer['return']:.2f} and crashes {peer['crashed']:.2f} in the peer, "
        f"{ours['return']:.2f} and {ours['crashed']:.2f} in ours ({result.steps:,} steps, {result.wall_s:.0f} s)"
    )


def _controls(episodes: int) -> dict[str, Any]:
    """Measure always slowing down and random actions in both environments."""
    rng = np.random.default_rng(0)
    policies: dict[str, Callable[[np.ndarray], int]] = {
        "slower": lambda _: _SLOWER,
        "random": lambda _: int(rng.integers(5)),
    }
    return {
        name: {
            where: {key: spread(values) for key, values in evaluate(where, act, episodes=episodes).items()}
            for where in ENVIRONMENTS
        }
        for name, act in policies.items()
    }  # fmt: skip


def _summary(results: Sequence[Result]) -> dict[str, Any]:
    return {
        where: {
            name: spread([result.measures[where][name] for result in results]) for name in _MEASURES
        }
        for where in ENVIRONMENTS
    }


def main(argv: list[str] | None = None) -> int:
    """Train all seeds, print the table and write it.

    Returns:
        0 if the mean return in the peer's environment is at least the published one and the interval over
        seeds lies above random actions; else 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.highway_dqn", description=__doc__
    )
    add_arguments(parser, steps=HYPERPARAMETERS["n_timesteps"], episodes=100)
    arguments = parser.parse_args(argv)
    check_arguments(parser, arguments)
    if find_spec("highway_env") is None:
        parser.error('highway_env is not installed: pip install "highway-env==1.12.1"')
    jobs = [(seed, arguments.episodes, arguments.steps) for seed in range(arguments.seeds)]
    results = run_all(
        _job, jobs, workers=arguments.workers, steps=arguments.steps * len(jobs), say=_said
    )
    summary = {"dqn": _summary(results), **_controls(arguments.episodes)}
    for name, row in summary.items():
        for where, env_id in ENVIRONMENTS.items():
            shown = (
                f"{key} {one['mean']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"
                for key, one in row[where].items()
            )
            print(f"{name} in {env_id}: {', '.join(shown)}")
    peer = summary["dqn"]["peer"]["return"]
    verdict = {
        "reaches_published_return": peer["mean"] >= PUBLISHED["return"],
        # A single seed has no interval: its comparisons are false.
        "interval_above_published_return": peer["low"] > PUBLISHED["return"],
        "beats_random": peer["low"] > summary["random"]["peer"]["return"]["high"],
        "beats_slower": peer["low"] > summary["slower"]["peer"]["return"]["high"],
    }
    print(", ".join(f"{name}: {value}" for name, value in verdict.items()))
    if arguments.output:
        record = {
            "env": ENVIRONMENTS["ours"],
            "peer": ENVIRONMENTS["peer"],
            "hyperparameters": HYPERPARAMETERS | {"n_timesteps": arguments.steps},
            "published": PUBLISHED,
            "episodes": arguments.episodes,
            "runs": [asdict(result) for result in results],
            "summary": summary,
            "verdict": verdict,
            "command": "python -m benchmarks.baselines.highway_dqn",
        }
        write(record, arguments.output)
    return int(not (verdict["reaches_published_return"] and verdict["beats_random"]))


if __name__ == "__main__":
    sys.exit(main())

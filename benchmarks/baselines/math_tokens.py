"""PPO (Stable-Baselines3) learns one-digit arithmetic on `synth/MathTokens-v0`.

`python -m benchmarks.baselines.math_tokens` trains several seeds on the train split and reports
the success on the held-out test split with a 95% interval over seeds, beside a control that cannot
read the prompt and therefore must not learn.
"""

import argparse
import multiprocessing
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from benchmarks.baselines.common import (
    add_arguments,
    check_arguments,
    make_ppo,
    set_up,
    spread,
    write,
)

__all__ = ["ENV_ID", "HYPERPARAMETERS", "Result", "main", "train"]

ENV_ID = "synth/MathTokens-v0"
# The keys of rl-zoo3; learning_rate stays for four fifths of the run, then falls linearly to 0.
HYPERPARAMETERS: dict[str, Any] = {
    "policy": "MlpPolicy",
    "n_envs": 256,
    "n_timesteps": 2_000_000,
    "n_steps": 16,
    "batch_size": 512,
    "n_epochs": 8,
    "learning_rate": 1.5e-3,
    "ent_coef": 0.015,
    "gamma": 1.0,
    "gae_lambda": 1.0,
    "clip_range": 0.2,
    "net_arch": [256],
}
_EVALUATION_TASKS = 1000


@dataclass(frozen=True)
class Result:
    """One training run: success rates of the greedy policy on unseen and on seen tasks."""

    seed: int
    control: bool
    steps: int
    test_success: float
    train_success: float
    wall_s: float


class _HiddenPrompt(gym.ObservationWrapper[np.ndarray, Any, np.ndarray]):
    """The control: the prompt is blank, only the response typed so far is seen."""

    def observation(self, observation: np.ndarray) -> np.ndarray:
        """Blank the prompt's window."""
        blank = observation.copy()
        blank[: self.unwrapped.prompt_window] = 0  # type: ignore[attr-defined]
        return blank


def make_env(split: str, *, control: bool) -> gym.Env[Any, Any]:
    """One environment of the run."""
    env = gym.make(ENV_ID, split=split)
    return _HiddenPrompt(env) if control else env


def train(
    seed: int, *, control: bool = False, steps: int | None = None, progress: bool = False
) -> Result:
    """Train one policy and evaluate it.

    Args:
        seed: Seeds the tasks, the network and the sampling.
        control: Hide the prompt.
        steps: Environment steps; by default those of `HYPERPARAMETERS`.
        progress: Show a progress bar.
    """
    from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

    set_up()
    setting = HYPERPARAMETERS
    total = steps or setting["n_timesteps"]
    vector = VecMonitor(
        DummyVecEnv([lambda: make_env("train", control=control)] * setting["n_envs"])
    )
    # Streams are hashed from their seed, so any distinct seeds give independent tasks.
    vector.seed(1_000_000 * (seed + 1))
    start = time.perf_counter()
    model = make_ppo(setting, vector, seed=seed, schedule=lambda left: min(1.0, 5.0 * left))
    model.learn(total, progress_bar=progress)
    success = {split: _success(model, split, control=control) for split in ("test", "train")}
    wall = time.perf_counter() - start
    return Result(seed, control, total, success["test"], success["train"], round(wall, 1))


def _success(model: Any, split: str, *, control: bool) -> float:
    """The share of tasks that the greedy policy solves, on seeds that training never used."""
    env = make_env(split, control=control)
    solved = 0.0
    for task in range(_EVALUATION_TASKS):
        observation, _ = env.reset(seed=900_000_000 + task)
        over = False
        while not over:
            action, _ = model.predict(observation, deterministic=True)
            observation, reward, terminated, truncated, _ = env.step(action)
            solved += float(reward)
            over = terminated or truncated
    return solved / _EVALUATION_TASKS


def _job(arguments: tuple[int, bool, int | None]) -> Result:
    seed, control, steps = arguments
    return train(seed, control=control, steps=steps)


def main(argv: list[str] | None = None) -> int:
    """Train all seeds, print the table and write it; exit code 1 below 0.9 or if the control learns."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.math_tokens", description=__doc__
    )
    add_arguments(parser, steps=HYPERPARAMETERS["n_timesteps"], controls=5, workers=2)
    arguments = parser.parse_args(argv)
    check_arguments(parser, arguments)
    jobs = [(seed, False, arguments.steps) for seed in range(arguments.seeds)]
    jobs += [(seed, True, arguments.steps) for seed in range(arguments.controls)]
    results: list[Result] = []
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        for result in pool.imap(_job, jobs):
            results.append(result)
            kind = "control" if result.control else "PPO"
            print(
                f"{kind} seed {result.seed}: held-out {result.test_success:.3f}, train "
                f"{result.train_success:.3f} ({result.steps:,} steps, {result.wall_s:.0f} s)",
                flush=True,
            )
    summary = {}
    for kind, control in (("ppo", False), ("control", True)):
        values = [result.test_success for result in results if result.control is control]
        if values:
            summary[kind] = one = spread(values)
            print(f"{kind}: {one['mean']:.3f}, 95% interval {one['low']:.3f} to {one['high']:.3f}")
    if arguments.output:
        record = {
            "env": ENV_ID,
            "hyperparameters": HYPERPARAMETERS,
            "runs": [asdict(result) for result in results],
            "summary": summary,
            "command": "python -m benchmarks.baselines.math_tokens",
        }
        write(record, arguments.output)
    learned = summary["ppo"]["mean"] >= 0.9
    return int(not learned or summary.get("control", {"mean": 0.0})["mean"] > 0.05)


if __name__ == "__main__":
    sys.exit(main())

"""PPO (Stable-Baselines3) learns one-digit arithmetic on `synth/MathTokens-v0`.

`python -m benchmarks.baselines.math_tokens` trains several seeds on the train split and reports
the success on the held-out test split with a 95% interval over seeds, beside a control that cannot
read the prompt and therefore must not learn.
"""

import argparse
import json
import multiprocessing
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import synth_envs

__all__ = ["ENV_ID", "HYPERPARAMETERS", "Result", "interval", "main", "train"]

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
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

    gym.register_envs(synth_envs)
    torch.set_num_threads(1)
    setting = HYPERPARAMETERS
    total = steps or setting["n_timesteps"]
    vector = VecMonitor(
        DummyVecEnv([lambda: make_env("train", control=control)] * setting["n_envs"])
    )
    # Streams are hashed from their seed, so any distinct seeds give independent tasks.
    vector.seed(1_000_000 * (seed + 1))
    start = time.perf_counter()
    model = PPO(
        setting["policy"],
        vector,
        n_steps=setting["n_steps"],
        batch_size=setting["batch_size"],
        n_epochs=setting["n_epochs"],
        learning_rate=lambda left: setting["learning_rate"] * min(1.0, 5.0 * left),
        ent_coef=setting["ent_coef"],
        gamma=setting["gamma"],
        gae_lambda=setting["gae_lambda"],
        clip_range=setting["clip_range"],
        policy_kwargs={"net_arch": setting["net_arch"], "activation_fn": torch.nn.ReLU},
        seed=seed,
        device="cpu",
    )
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


def interval(values: list[float]) -> tuple[float, float]:
    """A 95% interval of the mean, by Student's t over seeds."""
    from scipy import stats

    if len(values) < 2:
        return (float("nan"), float("nan"))
    low, high = stats.t.interval(
        0.95, len(values) - 1, loc=np.mean(values), scale=max(stats.sem(values), 1e-12)
    )
    return float(low), float(high)


def _job(arguments: tuple[int, bool, int | None]) -> Result:
    seed, control, steps = arguments
    return train(seed, control=control, steps=steps)


def main(argv: list[str] | None = None) -> int:
    """Train all seeds, print the table and write it; exit code 1 below 0.9 or if the control learns."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.math_tokens", description=__doc__
    )
    parser.add_argument("--seeds", type=int, default=5, help="training runs (default 5)")
    parser.add_argument("--controls", type=int, default=5, help="control runs (default 5)")
    parser.add_argument("--steps", type=int, default=None, help="environment steps of a run")
    parser.add_argument("--workers", type=int, default=2, help="runs side by side (default 2)")
    parser.add_argument("-o", "--output", type=Path, default=None, help="write the results here")
    arguments = parser.parse_args(argv)
    if arguments.seeds < 1 or arguments.workers < 1 or arguments.controls < 0:
        parser.error("--seeds and --workers must be at least 1, --controls at least 0")
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
            low, high = interval(values)
            summary[kind] = {"mean": float(np.mean(values)), "low": low, "high": high}
            print(f"{kind}: {np.mean(values):.3f}, 95% interval {low:.3f} to {high:.3f}")
    if arguments.output:
        record = {
            "env": ENV_ID,
            "hyperparameters": HYPERPARAMETERS,
            "runs": [asdict(result) for result in results],
            "summary": summary,
            "command": "python -m benchmarks.baselines.math_tokens",
        }
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(record, indent=1) + "\n")
    learned = summary["ppo"]["mean"] >= 0.9
    return int(not learned or summary.get("control", {"mean": 0.0})["mean"] > 0.05)


if __name__ == "__main__":
    sys.exit(main())

"""What the baselines share: arguments, training with Stable-Baselines3, intervals, results files."""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np

import synth_envs

__all__ = [
    "add_arguments",
    "check_arguments",
    "learn",
    "make_ppo",
    "run_all",
    "set_up",
    "spread",
    "write",
]

_CURVE_POINTS = 25
_Argument = TypeVar("_Argument")
_Answer = TypeVar("_Answer")


def add_arguments(
    parser: argparse.ArgumentParser,
    *,
    steps: int,
    episodes: int | None = None,
    controls: int | None = None,
    workers: int = 1,
) -> None:
    """Add the arguments of a baseline, with these defaults; None: it does not take that one."""
    parser.add_argument("--seeds", type=int, default=5, help="training runs (default 5)")
    if controls is not None:
        parser.add_argument(
            "--controls", type=int, default=controls, help=f"control runs (default {controls})"
        )
    parser.add_argument(
        "--steps", type=int, default=steps, help=f"environment steps of a run (default {steps:,})"
    )
    if episodes is not None:
        parser.add_argument(
            "--episodes", type=int, default=episodes, help=f"test episodes (default {episodes:,})"
        )
    parser.add_argument(
        "--workers", type=int, default=workers, help=f"runs side by side (default {workers})"
    )
    parser.add_argument("-o", "--output", type=Path, default=None, help="write the results here")


def check_arguments(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Exit with code 2 if an argument is bad, or if something is missing that training needs."""
    least = {"seeds": 1, "controls": 0, "steps": 1, "episodes": 1, "workers": 1}
    for name, value in vars(arguments).items():
        if name in least and value < least[name]:
            parser.error(f"--{name} must be at least {least[name]}, got {value}")
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


def set_up() -> None:
    """Make our ids known, and keep this process to one core: runs go side by side."""
    import torch

    gym.register_envs(synth_envs)
    torch.set_num_threads(1)


def make_ppo(
    setting: dict[str, Any], vector: Any, *, seed: int, schedule: Callable[[float], float]
) -> Any:
    """Return an untrained PPO of Stable-Baselines3.

    Args:
        setting: The hyperparameters, with the keys of rl-zoo3.
        vector: What it is trained in.
        seed: Of the network and the sampling; the environments are given it, too.
        schedule: What the learning rate is multiplied by, of the share of the run that is left.
    """
    import torch
    from stable_baselines3 import PPO

    return PPO(
        setting["policy"],
        vector,
        n_steps=setting["n_steps"],
        batch_size=setting["batch_size"],
        n_epochs=setting["n_epochs"],
        learning_rate=lambda left: setting["learning_rate"] * schedule(left),
        ent_coef=setting["ent_coef"],
        gamma=setting["gamma"],
        gae_lambda=setting["gae_lambda"],
        clip_range=setting["clip_range"],
        policy_kwargs={"net_arch": setting["net_arch"], "activation_fn": torch.nn.ReLU},
        seed=seed,
        device="cpu",
    )


def learn(
    model: Any, steps: int, watch: Callable[[int], None] | None = None
) -> list[tuple[int, float]]:
    """Train a model of Stable-Baselines3 and return its learning curve.

    Args:
        model: Whose training environments are monitored.
        steps: Environment steps.
        watch: Called now and then with the environment steps since it was called last.

    Returns:
        Pairs of steps and the mean return of the last hundred training episodes.
    """
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


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the mean and its 95% interval by Student's t; a single value has none, so NaN."""
    from scipy import stats

    mean, low, high = np.mean(values), float("nan"), float("nan")
    if len(values) > 1:
        low, high = stats.t.interval(
            0.95, len(values) - 1, loc=mean, scale=max(stats.sem(values), 1e-12)
        )
    return {"mean": float(mean), "low": float(low), "high": float(high)}


def write(record: dict[str, Any], output: Path) -> None:
    """Write results as JSON, where numbers that are not finite become null."""
    output.write_text(json.dumps(_finite(record), indent=1, allow_nan=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value

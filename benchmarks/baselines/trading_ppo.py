"""PPO (Stable-Baselines3) trades: it learns a planted signal, no martingale, and nearly the optimal execution.

`python -m benchmarks.baselines.trading_ppo` trains several seeds of each task on the train split and lets
each greedy policy play episodes of the test split, each seed episodes of its own, beside reference policies
on the very same. So Student's t over seeds covers the luck of training and of markets alike.

* "alpha": `synth/Trading-v0` at difficulty 0, where a signal with an information coefficient of .25 is
  planted. Log returns must beat buying and holding, and staying out; those of a control that sees nothing
  must not. A second control sees all but the signal: as that persists, past returns tell of it, too, so
  that control rightly earns something, as the rules "momentum" and "filter" do, but must earn less.
* "martingale": the same training where there is neither signal nor drift. Simple returns must not be
  above 0, by the interval over seeds and by that over all episodes. Costs and risk teach PPO to stay
  out, where nothing can be earned nor lost, so
* "free-martingale" has no costs, and rewards that do not mind risk: PPO goes on trading, and must not
  earn anything either.
* "execution": `synth/ExecutionExact-v0`, the example of Almgren and Chriss. The optimal over the own
  utility (the metric "share_of_optimum", free of luck) must be at least .9. As selling half of what is
  left in each step, which an untrained network does, comes near that optimum too, PPO must also beat that;
  and on
* "drawn-execution", where `synth/Execution-v0` draws problems at any difficulty, every simple rule.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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
from benchmarks.baselines.trading_tasks import (
    APART,
    TASKS,
    Played,
    judged,
    play,
    references,
    show,
)

__all__ = ["HYPERPARAMETERS", "Result", "main", "train"]

# The keys of rl-zoo3; the learning rate falls linearly to 0, "normalize" is SB3's VecNormalize.
_TRADING: dict[str, Any] = {
    "policy": "MlpPolicy",
    "n_envs": 128,
    "n_steps": 64,
    "batch_size": 2048,
    "n_epochs": 4,
    "learning_rate": 1e-3,
    "ent_coef": 0.0,
    "gamma": 0.9,  # about how long the signal lasts
    "gae_lambda": 0.9,
    "clip_range": 0.2,
    "net_arch": [64, 64],
    "normalize": True,
}
# Episodes of five steps, the last of which decides nothing.
_SELLING: dict[str, Any] = _TRADING | {
    "n_steps": 40,
    "batch_size": 1024,
    "gamma": 1.0,
    "gae_lambda": 0.95,
}
#: By task.
HYPERPARAMETERS: dict[str, dict[str, Any]] = {
    "alpha": _TRADING,
    "martingale": _TRADING,
    "free-martingale": _TRADING,
    "execution": _SELLING,
    "drawn-execution": _SELLING,
}
_N_TIMESTEPS = 1_000_000


@dataclass(frozen=True)
class Result:
    """One training run.

    Attributes:
        task: A key of `trading_tasks.TASKS`.
        view: One of `trading_tasks.VIEWS`.
        seed: Of the network, the sampling, and the streams of training and test episodes.
        steps: Environment steps that were asked for; whole rollouts are made of them.
        wall_s: Seconds of training; `cpu_s`: of the processor.
        curve: Pairs of steps and the mean return of the last hundred training episodes.
        played: What the greedy policy did, by metric, float64 (episodes,).
    """

    task: str
    view: str
    seed: int
    steps: int
    wall_s: float
    cpu_s: float
    curve: list[tuple[int, float]]
    played: Played


def _hidden(env: Any, view: str) -> list[int]:
    """Return which entries of an observation are blank in a view."""
    size: int = env.single_observation_space.shape[0]
    if view == "all":
        return []
    if view == "nothing":
        return list(range(size))
    from synth_envs.trading.asset.layout import FEATURES

    return [size - len(FEATURES) + FEATURES.index("signal")]


class _Hiding(gym.vector.VectorWrapper[Any, Any, Any, Any, Any]):
    """Blanks entries of observations; Gymnasium's wrappers for that refuse "SameStep"."""

    def __init__(self, env: Any, view: str) -> None:
        super().__init__(env)
        self._places = _hidden(env, view)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Begin new episodes."""
        observations, infos = self.env.reset(**kwargs)
        observations[:, self._places] = 0.0
        return observations, infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step."""
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        observations[:, self._places] = 0.0
        for last in infos.get("final_obs", ()):
            if last is not None:
                last[self._places] = 0.0
        return observations, rewards, terminations, truncations, infos


class _Trained:
    """Takes the likeliest action of a trained model."""

    def __init__(self, model: Any, normalizer: Any, env: Any, view: str) -> None:
        self._model, self._normalizer = model, normalizer
        self._places = _hidden(env, view)

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return one action for each episode."""
        seen = observations.copy()
        seen[:, self._places] = 0.0
        if self._normalizer is not None:
            seen = self._normalizer.normalize_obs(seen)
        actions: np.ndarray = self._model.predict(seen, deterministic=True)[0]
        return actions


def train(
    name: str,
    seed: int,
    episodes: int,
    *,
    view: str = "all",
    steps: int = _N_TIMESTEPS,
    split: str = "test",
    watch: Callable[[int], None] | None = None,
) -> Result:
    """Train one policy and let it play.

    Args:
        name: A key of `trading_tasks.TASKS`.
        seed: Of the network, the sampling, and the streams of training and test episodes.
        episodes: To play afterwards.
        view: One of `trading_tasks.VIEWS`; the last two only of tasks that list them.
        steps: Environment steps.
        split: Of the episodes to play afterwards; hyperparameters were chosen on "validation".
        watch: Called now and then with the environment steps since it was called last.

    Raises:
        ValueError: The task has no such view.
    """
    from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

    from synth_envs.adapters.sb3 import Sb3VecEnv

    task = TASKS[name]
    if view not in task.views:
        msg = f"task {name!r} has no view {view!r}; choose from {', '.join(task.views)}"
        raise ValueError(msg)
    set_up()
    setting = HYPERPARAMETERS[name]
    native: Any = gym.make_vec(
        task.env_id,
        setting["n_envs"],
        split="train",
        autoreset_mode="SameStep",
        **task.options,
    )
    vector: Any = VecMonitor(Sb3VecEnv(_Hiding(native, view)))
    if setting["normalize"]:
        vector = VecNormalize(vector, gamma=setting["gamma"])
    wall, cpu = time.perf_counter(), time.process_time()
    model = make_ppo(setting, vector, seed=seed, schedule=lambda left: left)
    # Neighbouring seeds would share most streams of episodes; the model has just set them to its own.
    vector.seed(APART * (seed + 1))
    curve = learn(model, steps, watch)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    normalizer = vector if setting["normalize"] else None
    played = play(
        name, lambda env: _Trained(model, normalizer, env, view), seed, episodes, split=split
    )
    return Result(name, view, seed, steps, round(wall, 1), round(cpu, 1), curve, played)


def _job(argument: tuple[str, int, int, str, int], done: Any) -> Result:
    name, seed, episodes, view, steps = argument
    return train(name, seed, episodes, view=view, steps=steps, watch=done.put)


def _said(result: Result) -> str:
    measure = TASKS[result.task].measure
    return (
        f"{result.task}, sees {result.view}, seed {result.seed}: {measure} {result.played[measure].mean():.4f} "
        f"({result.steps:,} steps, {result.cpu_s:.0f} s of processor time)"
    )


def _row(result: Result) -> dict[str, Any]:
    """Return a run as the results file holds it."""
    row = {key: value for key, value in vars(result).items() if key not in ("task", "played")}
    return row | {key: float(values.mean()) for key, values in result.played.items()}


def main(argv: list[str] | None = None) -> int:
    """Train all seeds, print the tables and write them.

    Returns:
        0 if every claim holds of the tasks that were asked for, each with the whole interval over seeds;
        else 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.trading_ppo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--task", choices=[*TASKS, "all"], default="all", help="what is learned (default all)"
    )
    add_arguments(parser, steps=_N_TIMESTEPS, episodes=2048)
    arguments = parser.parse_args(argv)
    check_arguments(parser, arguments)
    set_up()
    names = list(TASKS) if arguments.task == "all" else [arguments.task]
    jobs = [
        (name, seed, arguments.episodes, view, arguments.steps)
        for name in names
        for view in TASKS[name].views
        for seed in range(arguments.seeds)
    ]
    results = run_all(
        _job, jobs, workers=arguments.workers, steps=arguments.steps * len(jobs), say=_said
    )
    record: dict[str, Any] = {
        "episodes_of_each_seed": arguments.episodes,
        "seeds": arguments.seeds,
        "tasks": {},
        "verdict": {},
        "command": "python -m benchmarks.baselines.trading_ppo",
    }
    holds = True
    for name in names:
        mine = [one for one in results if one.task == name]
        by_view = {
            view: [one.played for one in mine if one.view == view] for view in TASKS[name].views
        }
        others = references(name, arguments.seeds, arguments.episodes)
        tables, record["verdict"][name], ok = judged(name, by_view, others)
        record["tasks"][name] = tables | {
            "hyperparameters": HYPERPARAMETERS[name] | {"n_timesteps": arguments.steps},
            "runs": [_row(one) for one in mine],
        }
        holds = holds and ok
        show(name, tables)
        print(", ".join(f"{key}: {value}" for key, value in record["verdict"][name].items()))
    if arguments.output:
        write(record, arguments.output)
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())

"""Market making as `benchmarks.performance.trading` measures it: ours and mbt_gym's, one model.

Avellaneda and Stoikov's market with normal moves of the mid price, without penalties on inventory.
"""

from __future__ import annotations

import importlib
import math
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.performance.paired import compare

__all__ = ["DECAY", "EARNED", "ENVS", "batches", "best_size", "check", "ours", "peer"]

ENVS = 1024
#: Batch sizes of which mbt_gym gets its best.
_PEER_SIZES = (1024, 4096, 16_384, 65_536)
#: Avellaneda and Stoikov's market, without penalties on inventory: the intensity of orders, its decay, and
#: what quoting 1 / decay earns on average in an episode of length 1.
_INTENSITY, DECAY, _STEPS = 140.0, 1.5, 200
EARNED = 2.0 * _INTENSITY / (math.e * DECAY)


def batches(step: Callable[[np.ndarray], object], actions: np.ndarray) -> Callable[[], int]:
    """Return a callable that steps by each row of actions in turn, and counts the steps."""
    size = len(actions) * int(actions.shape[1])

    def many() -> int:
        for batch in actions:
            step(batch)
        return size

    return many


@cache
def _mbt_gym(folder: Path) -> Mapping[str, Any]:
    """The classes of mbt_gym that are needed, imported from a folder.

    It was written for gym, which is no longer kept and does not run on today's NumPy. Gymnasium is what
    gym has become: `Env` and `Box` are the same, and cost nothing in a step.
    """
    sys.modules["gym"], sys.modules["gym.spaces"] = gym, gym.spaces
    sys.path.insert(0, os.fspath(folder))
    processes = "mbt_gym.stochastic_processes"
    try:
        return {
            name: getattr(importlib.import_module(module), name)
            for module, name in (
                ("mbt_gym.gym.TradingEnvironment", "TradingEnvironment"),
                ("mbt_gym.gym.ModelDynamics", "LimitOrderModelDynamics"),
                (f"{processes}.arrival_models", "PoissonArrivalModel"),
                (f"{processes}.fill_probability_models", "ExponentialFillFunction"),
                (f"{processes}.midprice_models", "BrownianMotionMidpriceModel"),
            )
        }
    finally:
        sys.path.remove(os.fspath(folder))
        del sys.modules["gym"], sys.modules["gym.spaces"]


def _mbt_env(folder: Path, n: int) -> Any:
    of = _mbt_gym(folder)
    kwargs = {"step_size": 1.0 / _STEPS, "num_trajectories": n}
    dynamics = of["LimitOrderModelDynamics"](
        midprice_model=of["BrownianMotionMidpriceModel"](seed=1, **kwargs),
        arrival_model=of["PoissonArrivalModel"](intensity=np.full(2, _INTENSITY), seed=2, **kwargs),
        fill_probability_model=of["ExponentialFillFunction"](fill_exponent=DECAY, seed=3, **kwargs),
        num_trajectories=n,
    )
    return of["TradingEnvironment"](
        terminal_time=1.0, n_steps=_STEPS, model_dynamics=dynamics, num_trajectories=n
    )


#: mbt_gym's largest offset, where 1% of orders still come.
_FARTHEST = -math.log(0.01) / DECAY


#: mbt_gym's model: linear law, normal moves, no bound on inventory that matters.
_MODEL: dict[str, Any] = {
    "exact": {"intensity": _INTENSITY, "decay": DECAY, "running": 0.0, "terminal": 0.0},
    "law": "linear", "mid": "gaussian", "steps": _STEPS, "limit": _STEPS, "max_offset": _FARTHEST,
}  # fmt: skip


def _making(n: int) -> Any:
    envs: Any = gym.make_vec("synth/MarketMaking-v0", n, autoreset_mode="SameStep", **_MODEL)
    envs.reset(seed=0)
    return envs


def _quotes(n: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (8, n, 2)).astype(np.float32)


def ours(n: int, *, bare: bool) -> Callable[[], int]:
    """Return a callable that steps n environments, or their simulator alone, and counts their steps.

    The simulator's step gives what mbt_gym's does: observations, rewards and flags (and terms of rewards).
    """
    if n == 1 and not bare:
        return _one()
    envs = _making(n)
    if not bare:
        return batches(envs.step, _quotes(n))
    sim, everybody, levels = envs.unwrapped.sim, np.ones(n, np.bool_), np.zeros(n)
    done, keys = 0, np.arange(n, dtype=np.uint64)

    def step(batch: np.ndarray) -> None:
        nonlocal done, keys
        sim.step(batch, everybody)
        done += 1
        if done == _STEPS:
            done, keys = 0, keys + np.uint64(n)
            sim.reset(everybody, keys, levels)

    sim.reset(everybody, keys, levels)
    return batches(step, _quotes(n).astype(np.float64))


def _one() -> Callable[[], int]:
    """Return a callable that steps one environment, made by `gym.make`."""
    env: Any = gym.make("synth/MarketMaking-v0", **_MODEL)
    env.reset(seed=0)
    quotes = list(_quotes(1)[:, 0])

    def work() -> int:
        for quote in quotes:
            _, _, terminated, truncated, _ = env.step(quote)
            if terminated or truncated:
                env.reset()
        return len(quotes)

    return work


def peer(folder: Path, n: int) -> Callable[[], int]:
    """Return a callable that steps so many environments of mbt_gym at a time, and counts their steps."""
    env = _mbt_env(folder, n)
    env.reset()

    def step(batch: np.ndarray) -> None:
        _, _, dones, _ = env.step(batch)
        if dones[0]:
            env.reset()

    return batches(step, _quotes(n).astype(np.float64))


def check(folder: Path) -> tuple[float, float]:
    """Return what quoting 1 / decay for an episode earns, ours and mbt_gym's.

    Raises:
        RuntimeError: They differ from theory, so that the comparison would be of different models.
    """
    envs, env = _making(ENVS), _mbt_env(folder, ENVS)
    env.reset()
    quote = np.full((ENVS, 2), 2.0 / (DECAY * _FARTHEST) - 1.0)
    earned = np.zeros((2, ENVS))
    for _ in range(_STEPS):
        earned[0] += envs.step(quote)[1]
        earned[1] += env.step(quote)[1]
    errors = earned.std(axis=1) / math.sqrt(ENVS)
    mine, theirs = earned.mean(axis=1).tolist()
    if (np.abs(earned.mean(axis=1) - EARNED) > 4.0 * errors).any():
        msg = f"the models differ: ours earns {mine:.2f}, mbt_gym {theirs:.2f}, theory says {EARNED:.2f}"
        raise RuntimeError(msg)
    return mine, theirs


def best_size(folder: Path, seconds: float) -> int:
    """Return the batch size at which mbt_gym is fastest."""
    works = {n: peer(folder, n) for n in _PEER_SIZES}
    found = {
        n: compare("", work, work, repetitions=1, seconds=seconds).ours for n, work in works.items()
    }
    return max(found, key=found.__getitem__)

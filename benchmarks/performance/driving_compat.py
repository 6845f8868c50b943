"""Claim: the compatible highways and parking simulate as highway-env does, over 1,000 times as fast.

Both sides take random actions, begin new episodes where one has ended, and compute observations,
rewards, flags and metrics; what is counted are environment steps. Ours runs through the simulator
classes, without the Gymnasium environments over them.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.performance.paired import Paired, compare, print_table
from synth_envs.driving.compat.highway import HighwaySim
from synth_envs.driving.compat.parking import ParkingSim

__all__ = ["main", "measure"]

SIZES = (1, 1024)
# Vehicles and frames of an environment step, and the ratio that is claimed from 1,024 on.
CASES = {
    "highway-fast": (21, 5, 1460),
    "highway": (51, 15, 2960),
    "parking": (1, 3, 1000),
}


def _ours(name: str, n: int) -> Callable[[], int]:
    """Return a callable that steps a batch and counts its environment steps."""
    sim: Any = ParkingSim(n) if name == "parking" else HighwaySim(n, variant=name)
    rng = np.random.default_rng(0)
    everywhere, difficulty = np.ones(n, np.bool_), np.zeros(n)
    sim.reset(everywhere, rng.integers(0, 2**64, n, dtype=np.uint64), difficulty)
    # Drawn beforehand, and enough not to repeat within a measurement: the peer draws one by one.
    rounds = max(4, 4096 // n)
    actions: np.ndarray
    if name == "parking":
        actions = rng.uniform(-1, 1, (rounds, n, 2)).astype(np.float32)
    else:
        actions = rng.integers(0, 5, (rounds, n))
    finished = {"episodes": 0, "return": 0.0}

    def work() -> int:
        for action in actions:
            sim.step(action, everywhere)
            over = sim.terminations | sim.truncations
            if over.any():
                finished["episodes"] += int(over.sum())
                finished["return"] += float(sim.metrics["return"][over].sum())
                sim.reset(over, rng.integers(0, 2**64, n, dtype=np.uint64), difficulty)
        return rounds * n

    return work


def _peer(name: str) -> Callable[[], int]:
    """Return a callable that steps the peer by one action."""
    peer: Any = importlib.import_module("highway_env.envs")
    kinds = {"highway": "HighwayEnv", "highway-fast": "HighwayEnvFast", "parking": "ParkingEnv"}
    env = getattr(peer, kinds[name])()
    env.reset(seed=0)
    env.action_space.seed(0)

    def work() -> int:
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()
        return 1

    return work


def measure(
    names: Sequence[str] = tuple(CASES), *, repetitions: int = 5, seconds: float = 1.0
) -> list[Paired]:
    """Compare cases at every batch size.

    Args:
        names: The cases, of CASES.
        repetitions: Counted repetitions of each side.
        seconds: The least CPU time of one repetition of one side; the peer's steps differ much.
    """
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            peer = _peer(name)
            for n in SIZES:
                ours = _ours(name, n)
                ours()  # compiles
                rows.append(
                    compare(
                        f"{name}, {n} environments",
                        ours,
                        peer,
                        repetitions=repetitions,
                        seconds=seconds,
                    )
                )
    return rows


def main() -> int:
    """Print the tables of the cases on the command line, or of all.

    Exit code 1 when the rate of 1,024 environments is below the claim of their case.
    """
    names = sys.argv[1:] or tuple(CASES)
    for name in names:
        if name not in CASES:
            print(f"unknown case {name!r}; choose from {', '.join(CASES)}", file=sys.stderr)
            return 2
    rows = measure(names)
    print_table("compatible simulators against highway-env 1.12.1", rows, "steps")
    for row in rows:
        name = row.name.split(",")[0]
        vehicles, frames, _ = CASES[name]
        rate = row.ours * vehicles * frames
        print(f"{row.name}: {rate / 1e6:.1f} million vehicle-frames per CPU second")
    largest = [row for row in rows if f" {SIZES[-1]} " in row.name]
    return int(any(row.ratio < CASES[row.name.split(",")[0]][2] for row in largest))


if __name__ == "__main__":
    sys.exit(main())

"""Claim: driving through Gymnasium's own interface is over 1,000 times as fast as highway-env.

Both sides take random actions, begin new episodes where one has ended, and compute observations,
rewards, flags and metrics; what is counted are environment steps. Ours runs through `gym.make_vec`
(and `gym.make` where there is one environment), the peer's environment class is called directly.
"compatible" does exactly what the peer does; "native" is our own simulator, with as many vehicles
and frames, on a dense highway.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.performance.paired import Paired, compare, print_table
from synth_envs.families import suggest

__all__ = ["CASES", "main", "measure"]

SIZES = (1, 1024)
#: One of each kind of simulator, whose starts are measured.
STARTED = ("synth/Driving-v0", "synth/HighwayCompat-v0", "synth/ParkingCompat-v0")


@dataclass(frozen=True)
class Case:
    """What is compared with what.

    Attributes:
        env_id: Ours.
        peer: The class of `highway_env.envs`.
        vehicles: How many there are in either.
        frames: Of an environment step.
        claims: The least ratio at each of `SIZES`.
        kwargs: Of ours.
    """

    env_id: str
    peer: str
    vehicles: int
    frames: int
    claims: tuple[float, float]
    kwargs: dict[str, Any] = field(default_factory=dict)


def _native(vehicles: int, frames: int, peer: str, claims: tuple[float, float]) -> Case:
    kwargs = {"traffic": vehicles - 1, "policy_hz": 1.0, "frames": frames}
    return Case("synth/DrivingDenseHighway-v0", peer, vehicles, frames, claims, kwargs)


CASES = {
    "compatible highway-fast": Case(
        "synth/HighwayFastCompat-v0", "HighwayEnvFast", 21, 5, (30, 1000)
    ),
    "compatible highway": Case("synth/HighwayCompat-v0", "HighwayEnv", 51, 15, (30, 2000)),
    "compatible parking": Case("synth/ParkingCompat-v0", "ParkingEnv", 1, 3, (30, 1000)),
    "native like highway-fast": _native(21, 5, "HighwayEnvFast", (30, 1000)),
    "native like highway": _native(51, 15, "HighwayEnv", (30, 2000)),
}


def _actions(space: gym.Space[Any], rounds: int, n: int) -> np.ndarray:
    """Random actions, drawn beforehand: the peer draws one by one, which costs it next to nothing."""
    rng = np.random.default_rng(0)
    if isinstance(space, gym.spaces.Discrete):
        return rng.integers(0, int(space.n), (rounds, n))
    return rng.uniform(-1, 1, (rounds, n, *(space.shape or ()))).astype(np.float32)


def _ours(case: Case, n: int) -> Callable[[], int]:
    """Return a callable that steps a batch, or a single environment, and counts its steps."""
    if n == 1:
        env: Any = gym.make(case.env_id, **case.kwargs)
        env.reset(seed=0)
        singles = _actions(env.action_space, 4096, 1)[:, 0]

        def one() -> int:
            for action in singles:
                _, _, terminated, truncated, _ = env.step(action)
                if terminated or truncated:
                    env.reset()
            return len(singles)

        return one
    envs: Any = gym.make_vec(case.env_id, n, autoreset_mode="SameStep", **case.kwargs)
    envs.reset(seed=0)
    batches = _actions(envs.single_action_space, 8, n)

    def many() -> int:
        for batch in batches:
            envs.step(batch)
        return len(batches) * n

    return many


def _peer(case: Case) -> Callable[[], int]:
    """Return a callable that steps the peer by one action."""
    env = getattr(importlib.import_module("highway_env.envs"), case.peer)()
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
) -> dict[tuple[str, int], Paired]:
    """Compare cases at every batch size.

    Args:
        names: The cases, of `CASES`.
        repetitions: Counted repetitions of each side.
        seconds: The least CPU time of one repetition of one side; the peer's steps differ much.
    """
    rows = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            peer = _peer(CASES[name])
            for n in SIZES:
                ours = _ours(CASES[name], n)
                ours()  # compiles
                rows[name, n] = compare(
                    f"{name}, {n}", ours, peer, repetitions=repetitions, seconds=seconds
                )
    return rows


_START = """
import os, sys, time
begun = time.perf_counter()
import gymnasium as gym
import synth_envs
env = gym.make_vec(sys.argv[1], int(sys.argv[2]))
env.reset(seed=0)
env.step(env.action_space.sample())
took = time.perf_counter() - begun
pages = int(open("/proc/self/statm").read().split()[1])
print(took, pages * os.sysconf("SC_PAGE_SIZE"))
"""


def _start(env_id: str, n: int, cache: str) -> tuple[float, float]:
    """Seconds until the first step in a fresh process, and its memory then, in bytes."""
    command = [sys.executable, "-c", _START, env_id, str(n)]
    done = subprocess.run(  # noqa: S603 - this interpreter, our own arguments
        command,
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    took, memory = map(float, done.stdout.split())
    return took, memory


def _print_starts(env_ids: Sequence[str]) -> None:
    """Print compile times, cached starts and memory per environment."""
    many = 16_384
    for env_id in env_ids:
        with tempfile.TemporaryDirectory() as cache:
            cold, _ = _start(env_id, 1, cache)
            cached, small = _start(env_id, 1, cache)
            _, large = _start(env_id, many, cache)
            each = (large - small) / (many - 1) / 1024
            print(
                f"{env_id}: first step after {cold:.1f} s where kernels have to be compiled, "
                f"{cached:.1f} s where they are cached; {each:.1f} KiB per environment"
            )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables.

    Returns:
        0, or 1 where a ratio is below its claim, or 2 for a bad argument.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--no-starts", action="store_true", help="leave out compile times")
    arguments = parser.parse_args(argv)
    names = arguments.case or list(CASES)
    for name in names:
        if name not in CASES:
            print(f"unknown case {name!r}{suggest(name, CASES)}", file=sys.stderr)
            return 2
    rows = measure(names)
    print_table("Gymnasium steps against highway-env 1.12.1", list(rows.values()), "steps")
    missed = []
    for (name, n), row in rows.items():
        case = CASES[name]
        rate = row.ours * case.vehicles * case.frames
        print(f"{row.name}: {rate / 1e6:.1f} million vehicle-frames per CPU second")
        if row.ratio < case.claims[SIZES.index(n)]:
            missed.append(f"{row.name}: {row.ratio:.0f}, not {case.claims[SIZES.index(n)]:g}")
    if not arguments.no_starts:
        _print_starts(STARTED)
    for line in missed:
        print(f"MISSED {line}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())

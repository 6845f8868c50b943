"""Claim: the native vector environment steps faster than SyncVectorEnv of the same environment."""

import sys
from typing import Any

import gymnasium as gym

import synth_envs
from benchmarks.performance.paired import Paired, compare, print_table

__all__ = ["main", "measure"]


def _episodes(vectorization_mode: str, n: int) -> Any:
    """A callable that steps a NEXT_STEP vector environment and counts the steps that verify."""
    envs = gym.make_vec(
        "synth/Math-v0", num_envs=n, vectorization_mode=vectorization_mode, family="chain_sum"
    )
    envs.reset(seed=0)
    actions = tuple("The answer is 12" for _ in range(n))
    rounds = max(1, 2000 // n)

    def work() -> int:
        for _ in range(rounds):
            envs.step(actions)
        return rounds * n

    return work


def measure() -> list[Paired]:
    """Compare at several batch sizes; every second step of both is an autoreset."""
    gym.register_envs(synth_envs)
    rows = []
    for n in (1, 16, 64, 256, 1024):
        native, sync = _episodes("vector_entry_point", n), _episodes("sync", n)
        rows.append(compare(f"{n} environments", native, sync))
    return rows


def main() -> int:
    """Print the table; exit code 1 when the native form is slower at 16 environments or more."""
    rows = measure()
    print_table("native vector step against SyncVectorEnv of the same environment", rows, "steps")
    return int(min(row.ratio for row in rows[1:]) < 1)


if __name__ == "__main__":
    sys.exit(main())

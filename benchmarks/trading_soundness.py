"""Claim: on a martingale with costs no policy has a mean profit above 0, and many were searched for.

Each search draws linear policies of what an agent sees and improves them by the cross-entropy method
(Rubinstein and Kroese, "The cross-entropy method", Springer 2004) on training episodes. What it found
then plays test episodes. Prices are exact martingales, so that the expected profit of any policy is at
most 0 whatever it does; the profit is that of the final equity, without the logarithm, which would only
hide a leak of the future. The bound of each mean is one-sided and simultaneous over all searches
(Bonferroni, 5%). The control has to fail: with a signal in the market, the same search must find profit.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from rich.console import Console
from rich.table import Table

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.command import integer, progress

__all__ = ["CONTROL", "TASKS", "Found", "Task", "main", "plan", "search", "z_of"]

#: Candidates at a time, the best of them that the next ones are drawn around, and training episodes of
#: each; how often they are drawn.
_CANDIDATES, _BEST, _EPISODES, _ROUNDS = 64, 8, 16, 8
_BARS, _LEVEL = 60, 0.05
_TEST = 4096


@dataclass(frozen=True)
class Task:
    """A market to search in.

    Attributes:
        name: What it is called in the table.
        id: The environment's.
        kwargs: Its arguments.
    """

    name: str
    id: str
    kwargs: Mapping[str, Any]


def _asset(kind: str, **market: float) -> Task:
    settings = {"kind": kind, "drift": 0.0, "overnight": 0.25, **market}
    kwargs = {"market": settings, "action": "continuous", "horizon": _BARS, "difficulty": 0.0}
    return Task(kind, "synth/Trading-v0", kwargs)


def _assets(kind: str, **market: float) -> Task:
    given = {"common": {"kind": kind, "drift": 0.0, "overnight": 0.25}, "drift": (0.0, 0.0)}
    kwargs = {"market": given | market, "assets": 4, "horizon": _BARS, "difficulty": 0.0}
    return Task(f"4 assets, {kind}", "synth/Portfolio-v0", kwargs)


#: Martingales, with the costs of difficulty 0: the lowest.
TASKS = (
    *(_asset(kind, alpha=0.0) for kind in ("gbm", "jump", "heston", "gjr", "msm", "regime", "intraday")),
    *(_assets(kind) for kind in ("gbm", "gjr", "msm")),
)  # fmt: skip
#: A market with a signal, in which the search has to find profit.
CONTROL = _asset("msm", alpha=0.25, fade=0.9)


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        task: The market's name.
        trained: Mean profit of the best candidate of the last round in training, a share of the equity.
        profit: Mean profit in test episodes.
        error: Its standard error.
    """

    task: str
    trained: float
    profit: float
    error: float

    def beats(self, z: float) -> bool:
        """Whether the mean is above 0 by more than so many standard errors."""
        return self.profit > z * self.error + 1e-12


def z_of(searches: int) -> float:
    """Return how many standard errors a one-sided bound over so many searches is away."""
    return statistics.NormalDist().inv_cdf(1.0 - _LEVEL / searches)


def _profits(envs: Any, weights: np.ndarray, seed: int) -> np.ndarray:
    """Return the profit of an episode of each row of `weights`, float64 (num_envs,)."""
    seen, _ = envs.reset(seed=seed)
    running, profits = np.ones(envs.num_envs, np.bool_), np.zeros(envs.num_envs)
    rows, bias = weights[:, :-1], weights[:, -1]
    while running.any():
        wanted = np.einsum("nfk,nf->nk", rows, seen) + bias
        seen, _, ruined, over, infos = envs.step(np.clip(wanted, -1.0, 1.0).astype(np.float32))
        ended = running & (ruined | over)
        if ended.any():
            profits[ended] = infos["metrics"]["equity"][ended] - 1.0
            running &= ~ended
    return profits


def search(task: Task, seed: int, test: int = _TEST) -> Found:
    """Search for a policy in a market, and test it.

    Args:
        task: The market.
        seed: Of the search; its training episodes are its own.
        test: How many test episodes.
    """
    rng = np.random.default_rng(seed)
    n = _CANDIDATES * _EPISODES
    envs: Any = gym.make_vec(task.id, n, split="train", **task.kwargs)
    shape = (
        envs.single_observation_space.shape[0] + 1,
        envs.single_action_space.shape[0],
    )
    # Scores that are about as large as positions may be, whatever the number of features.
    middle, spread = np.zeros(shape), np.full(shape, 3.0 / math.sqrt(shape[0]))
    best, trained = middle, 0.0
    for k in range(_ROUNDS):
        candidates = middle + spread * rng.standard_normal((_CANDIDATES, *shape))
        played = _profits(
            envs, np.repeat(candidates, _EPISODES, axis=0), seed * _ROUNDS * n + k * n
        )
        means = played.reshape(_CANDIDATES, _EPISODES).mean(axis=1)
        order = np.argsort(-means)[:_BEST]
        middle, spread = candidates[order].mean(axis=0), candidates[order].std(axis=0) + 0.02
        best, trained = candidates[order[0]], float(means[order[0]])
    tests: Any = gym.make_vec(task.id, test, split="test", **task.kwargs)
    profits = _profits(tests, np.broadcast_to(best, (test, *shape)), seed * test)
    return Found(task.name, trained, float(profits.mean()), float(profits.std() / math.sqrt(test)))


def plan(searches: int) -> Iterator[tuple[Task, int]]:
    """Yield markets in turn, each with the seed of a search."""
    for seed in range(searches):
        yield TASKS[seed % len(TASKS)], seed


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables.

    Returns:
        0, or 1 where a policy earns something on a martingale, or none is found with a signal; 2 for a
        bad argument.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=integer(1, 10_000), default=50)
    parser.add_argument("--test-episodes", type=integer(100, 1_000_000), default=_TEST)
    arguments = parser.parse_args(argv)
    searches, test = arguments.searches, arguments.test_episodes
    z, found = z_of(searches), []
    with progress(searches + 1) as begin:
        for task, seed in plan(searches):
            begin(task.name)
            found.append(search(task, seed, test))
        begin("control")
        control = search(CONTROL, searches, test)
    table = Table(
        title=f"{searches} policies searched for on martingales with costs, {test} test episodes each"
    )
    for column in (
        "market",
        "searches",
        "in training",
        "in test: mean",
        "highest",
        "most errors above 0",
    ):
        table.add_column(column, justify="left" if column == "market" else "right")
    for task in TASKS:
        rows = [one for one in found if one.task == task.name]
        if rows:
            table.add_row(task.name, str(len(rows)), *_figures(rows))
    table.add_row("control: a signal", "1", *_figures([control]))
    Console(width=100).print(table)
    beaten = [one for one in found if one.beats(z)]
    print(f"bound: {z:.2f} standard errors; above it: {len(beaten)} of {searches}")
    if not control.beats(z):
        print("the control found no profit, so the search proves nothing", file=sys.stderr)
    return int(bool(beaten) or not control.beats(z))


def _figures(rows: Sequence[Found]) -> tuple[str, str, str, str]:
    trained = statistics.fmean(one.trained for one in rows)
    tested = [one.profit for one in rows]
    above = max(one.profit / max(one.error, 1e-12) for one in rows)
    return (
        f"{trained:+.4f}",
        f"{statistics.fmean(tested):+.5f}",
        f"{max(tested):+.5f}",
        f"{above:+.2f}",
    )


if __name__ == "__main__":
    sys.exit(main())

"""What PPO is taught of trading, who it is compared with on which episodes, and when a claim holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np

from benchmarks.baselines.common import spread
from synth_envs.trading.asset.planted import plan
from synth_envs.trading.markets import layout as of

__all__ = [
    "APART",
    "TASKS",
    "VIEWS",
    "Played",
    "Task",
    "judged",
    "play",
    "reference",
    "references",
    "show",
]

#: Metrics of episodes by name, float64 (episodes,) each.
Played: TypeAlias = dict[str, np.ndarray]
#: Seeds are so far apart that no two runs share an episode: neighbouring seeds share most streams.
APART = 1_000_000
_TEST_SEED = 800_000_000
#: The least share of the optimum that claims to come near it.
_ENOUGH = 0.9


@dataclass(frozen=True)
class Task:
    """What is learned.

    Attributes:
        env_id: Of the environment.
        options: Its arguments.
        measure: The metric that the claim is of.
        also: Metrics that the table shows as well.
        views: What policies that are trained see: some of `VIEWS`.
        references: Policies that play the same episodes.
    """

    env_id: str
    options: dict[str, Any]
    measure: str
    also: tuple[str, ...]
    views: tuple[str, ...]
    references: tuple[str, ...]


_OF_TRADING = ("simple_return", "trades", "turnover", "costs", "exposure", "max_drawdown", "ruined")
_MARTINGALE = {"kind": "msm", "drift": 0, "alpha": 0, "overnight": 0.25, "volatility": 0.3}
_FREE = {"fee": 0.0, "spread": 0.0, "impact": 0.0, "borrow": 0.0, "aversion": 0.0}
TASKS: dict[str, Task] = {
    "alpha": Task(
        "synth/Trading-v0",
        {"difficulty": 0.0},
        "log_return",
        _OF_TRADING,
        ("all", "no-signal", "nothing"),
        ("flat", "hold", "momentum", "filter", "signal", "learner", "informed"),
    ),
    "martingale": Task(
        "synth/Trading-v0",
        {"difficulty": 0.0, "market": _MARTINGALE},
        "simple_return",
        ("log_return", *_OF_TRADING[1:]),
        ("all",),
        ("flat", "hold", "momentum", "signal"),
    ),
    "free-martingale": Task(
        "synth/Trading-v0",
        {"difficulty": 0.0, "market": _MARTINGALE, **_FREE},
        "simple_return",
        ("log_return", *_OF_TRADING[1:]),
        ("all",),
        ("flat", "hold", "momentum", "signal"),
    ),
    "execution": Task(
        "synth/ExecutionExact-v0",
        {},
        "share_of_optimum",
        ("utility", "optimum", "shortfall_bp", "mean_time"),
        ("all",),
        ("twap", "half", "now", "optimum"),
    ),
    "drawn-execution": Task(
        "synth/Execution-v0",
        {},
        "share_of_optimum",
        ("utility", "optimum", "shortfall_bp", "mean_time"),
        ("all",),
        ("twap", "half", "tenth", "now", "optimum"),
    ),
}
#: What a policy sees: everything, all but the signal, nothing. The last two are controls.
VIEWS = ("all", "no-signal", "nothing")


def play(
    name: str, make: Callable[[Any], Any], seed: int, episodes: int, *, split: str = "test"
) -> Played:
    """Play the episodes of a seed once each.

    Args:
        name: A key of `TASKS`.
        make: Takes an environment; returns a policy, whose `act` takes observations.
        seed: Which episodes; different seeds share none.
        episodes: How many.
        split: Of the episodes.

    Returns:
        The task's metrics at the end, float64 (episodes,) each; and "simple_return" of trading.
    """
    gym_id, options = TASKS[name].env_id, TASKS[name].options
    env: Any = gym.make_vec(gym_id, episodes, split=split, autoreset_mode="Disabled", **options)
    env.reset(seed=_TEST_SEED + APART * seed)
    policy, sim = make(env), env.unwrapped.sim
    running = np.ones(episodes, np.bool_)
    while running.any():
        sim.step(np.asarray(policy.act(sim.observations)), running)
        running &= ~(sim.terminations | sim.truncations)
    found: Played = dict(sim.metrics)
    env.close()
    if "equity" in found:
        found["simple_return"] = found["equity"] - 1.0  # equity begins at 1
    return {key: found[key] for key in (TASKS[name].measure, *TASKS[name].also)}


def references(name: str, seeds: int, episodes: int) -> dict[str, list[Played]]:
    """Let the reference policies of a task play the test episodes of all seeds; by name, then seed."""
    return {
        one: [play(name, partial(reference, one), seed, episodes) for seed in range(seeds)]
        for one in TASKS[name].references
    }


def reference(name: str, env: Any) -> Any:
    """Make a reference policy by its name in `Task.references`, for a native vector environment."""
    from synth_envs.trading.policies import make_market_policy

    own = {"half": _Half, "filter": _Filter}
    return own[name](env) if name in own else make_market_policy(name, env)


class _Half:
    """Sells half of what is left in each step, as a network does whose outputs are 0."""

    def __init__(self, env: Any) -> None:
        del env

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return float32 (episodes, 1)."""
        return np.zeros((len(observations), 1), np.float32)


class _Filter:
    """Trades on what past returns tell of the signal, which it does not see: by Kalman's filter.

    It knows the strength and persistence of the signal, and the volatility, and trades by the dynamic
    programme of "informed". So it is what a control without the signal may come to; a filter that is
    linear in returns, and has not seen those before the episode, is nearly, not exactly, the best.

    Args:
        env: A vector environment of "alpha", in which the episodes have begun.
    """

    def __init__(self, env: Any) -> None:
        self._sim = env.unwrapped.sim
        self._strength = self._sim.row(of.ALPHA).copy()
        self._kept = self._sim.row(of.PERSISTENCE).copy()
        n = self._sim.num_envs
        # Of the signal, given the returns up to now: mean and variance; it begins as a standard normal.
        self._mean, self._variance = np.zeros(n), np.ones(n)
        self._price, self._sigma = np.zeros(n), np.full(n, np.nan)

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Return one action for each episode."""
        del observations
        sim, strength, kept = self._sim, self._strength, self._kept
        price = sim.metrics["market_log_return"]
        if np.isfinite(self._sigma).all():
            shock = np.expm1(price - self._price) / self._sigma
            total = strength**2 * self._variance + 1.0 - strength**2
            gain = self._variance * strength / total
            mean = self._mean + gain * (shock - strength * self._mean)
            self._mean = kept * mean
            self._variance = kept**2 * (1.0 - gain * strength) * self._variance + 1.0 - kept**2
        # What is known of the next bar, as the oracle knows it.
        self._price, self._sigma = price, sim.save()["_s"][:, of.SIGMA]
        return np.array([sim.action_of(one) for one in self._wanted().tolist()])

    def _wanted(self) -> np.ndarray:
        """Return the position that a dynamic programme for what is expected holds."""
        sim, expected = self._sim, self._strength * self._mean
        spread_of = self._strength * np.sqrt(1.0 - np.minimum(self._variance, 0.99))
        # Rounded, so that few programmes serve many episodes.
        settings = np.column_stack(
            [
                self._kept,
                np.round(spread_of, 2),
                np.exp(np.round(np.log(self._sigma) / 0.2) * 0.2),
                np.round(sim.cost(), 5),
            ]
        )
        choices, wanted = sim.choices(), np.empty(len(expected))
        held = np.abs(choices[None, :] - sim.holding()[:, None]).argmin(axis=1)
        kinds, which = np.unique(settings, axis=0, return_inverse=True)
        for k, (kept, spread_, sigma, cost) in enumerate(kinds.tolist()):
            mine = np.flatnonzero(which.ravel() == k)
            programme = plan(kept, 0.0, spread_, sigma, cost, sim.aversion, tuple(choices.tolist()))
            grid, best = programme
            rows = np.abs(grid[None, :] - expected[mine, None]).argmin(axis=1)
            wanted[mine] = choices[best[rows, held[mine]]]
        return wanted


def _table(played: Sequence[Played]) -> dict[str, dict[str, float]]:
    """Return means and intervals over seeds, by metric."""
    return {key: spread([float(one[key].mean()) for one in played]) for key in played[0]}


def judged(
    name: str, by_view: dict[str, list[Played]], others: dict[str, list[Played]]
) -> tuple[dict[str, Any], dict[str, bool], bool]:
    """Compare what was trained with the reference policies.

    Args:
        name: A key of `TASKS`.
        by_view: What trained policies did on the test episodes, by view, for each seed.
        others: What the reference policies did, by name, for each seed.

    Returns:
        The tables, the verdict on the task's claims, and whether all of them hold.
    """
    task = TASKS[name]
    means = {
        who: np.array([one[task.measure].mean() for one in played])
        for who, played in (by_view | others).items()
    }
    record: dict[str, Any] = {
        "env": task.env_id,
        "options": task.options,
        "measure": task.measure,
        "summary": {f"ppo, sees {view}": _table(played) for view, played in by_view.items()},
        "references": {who: _table(played) for who, played in others.items()},
    }

    def above(who: str, other: str) -> bool:
        # On the same episodes, so differences; a single seed has no interval: its comparisons are false.
        return spread((means[who] - means[other]).tolist())["low"] > 0.0

    if name == "alpha":
        ahead = {who: spread((means["all"] - means[who]).tolist()) for who in means if who != "all"}
        share = {
            who: spread((means[who] / means["informed"]).tolist())
            for who in (*task.views, "momentum", "filter", "signal", "learner")
        }
        record |= {"ahead_of": ahead, "share_of_informed": share}
        verdict = {
            "beats_hold": above("all", "hold"),
            "beats_flat": above("all", "flat"),
            "beats_control_without_signal": above("all", "no-signal"),
            "control_without_signal_beats_filter": above("no-signal", "filter"),
            "control_without_signal_beats_both": above("no-signal", "hold") and above("no-signal", "flat"),
            "control_that_sees_nothing_beats_both": above("nothing", "hold") and above("nothing", "flat"),
        }  # fmt: skip
        ok = verdict["beats_hold"] and verdict["beats_flat"]
        ok = ok and verdict["beats_control_without_signal"]
        return record, verdict, ok and not verdict["control_that_sees_nothing_beats_both"]
    if name.endswith("execution"):
        verdict = {
            f"beats_{rule}": above("all", rule) for rule in task.references if rule != "optimum"
        }
        if name == "execution":
            verdict["within_a_tenth_of_optimum"] = spread(means["all"].tolist())["low"] >= _ENOUGH
        return record, verdict, all(verdict.values())
    pooled = {
        who: spread(np.concatenate([one[task.measure] for one in played]).tolist())
        for who, played in (by_view | others).items()
    }
    verdict = {
        "earns_nothing": spread(means["all"].tolist())["low"] <= 0.0,
        "earns_nothing_over_episodes": pooled["all"]["low"] <= 0.0,
    }
    return record | {"over_episodes": pooled}, verdict, all(verdict.values())


def show(name: str, record: dict[str, Any]) -> None:
    """Print the tables of `judged`."""
    measure = record["measure"]
    print(f"{name}: {measure}, mean and 95% over seeds")
    for who, row in (record["summary"] | record["references"]).items():
        one = row[measure]
        print(f"  {who:<20} {one['mean']:8.4f} [{one['low']:.4f}, {one['high']:.4f}]")
    for who, one in record.get("over_episodes", {}).items():
        print(
            f"  {who + ', episodes':<20} {one['mean']:8.4f} [{one['low']:.4f}, {one['high']:.4f}]"
        )
    for who, one in record.get("share_of_informed", {}).items():
        print(
            f"  {who + ' / informed':<20} {one['mean']:8.4f} [{one['low']:.4f}, {one['high']:.4f}]"
        )

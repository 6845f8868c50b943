"""Claim: among a thousand, a step costs a thirtieth of gym-anytrading's and a hundredth of gym-trading-env's.

Both sides take the same random actions, drawn beforehand, begin new episodes where one has ended, and
compute observations, rewards, flags and infos. Ours runs through `gym.make_vec`, or `gym.make` where
there is one environment; so do gym-anytrading and gym-trading-env. What is counted are steps of one
environment. "recorded" trades the very prices of the peers (GOOGL, 2009 to 2018, from gym-anytrading)
over the same bars; "gbm" and "msm" generate theirs.

Market making is compared with mbt_gym, which is no package: get github.com/JJJerome/mbt_gym and name
its folder. It runs on Gymnasium in place of gym, of which it uses nothing but `Env` and `Box`, and
needs torch, which it imports but does not use here. Before anything is timed, both sides quote alike
and must earn alike.

The order book is measured alone: no peer has one that runs on a CPU at a comparable speed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.performance import making
from benchmarks.performance.paired import Paired, compare, print_table
from synth_envs.families import suggest

__all__ = ["BOOKS", "CASES", "Events", "main", "measure", "measure_books"]

_MANY, _WINDOW = making.ENVS, 10
_ACTIONS = 4096

BOOKS = (64, 1024)
#: 20 levels a side, unit orders, limit orders at rate 1 per level, market orders at 4 per side,
#: cancellations at 0.2 per order: about 100 events in a unit of time, 25 in a step.
_BOOK: dict[str, Any] = {
    "market": "zero-intelligence",
    "action": "discrete",
    "interval": 0.25,
    "steps": 100_000,
}
_EVENTS_CLAIMED = 2e6


@dataclass(frozen=True)
class Case:
    """What is compared with what.

    Attributes:
        kind: "trading", "making", or "simulator" (making without an environment).
        market: Of ours: "recorded" or a generator's name.
        envs: How many of our environments.
        peer: "gym-anytrading", "gym-trading-env", "mbt_gym" of as many environments, or "mbt_gym's best".
        claim: The least ratio.
    """

    kind: str
    market: str
    envs: int
    peer: str
    claim: float


def _cases() -> dict[str, Case]:
    found = []
    for market in ("recorded", "gbm", "msm"):
        found.append(Case("trading", market, _MANY, "gym-anytrading", 30))
        found.append(Case("trading", market, _MANY, "gym-trading-env", 100))
        found.append(Case("trading", market, 1, "gym-anytrading", 3))
    for kind in ("making", "simulator"):
        found += [Case(kind, "", envs, "mbt_gym", 10) for envs in (1, 64, _MANY)]
        found.append(Case(kind, "", _MANY, "mbt_gym's best", 10))
    return {_name(case): case for case in found}


def _name(case: Case) -> str:
    what = f"{case.market} " if case.market else ""
    return f"{what}{case.kind} x {case.envs}, {case.peer}"


CASES = _cases()

#: What is needed of each peer: its module, and how to get it.
_PEERS = {
    "gym-anytrading": ("gym_anytrading", "pip install gym-anytrading==2.0.0"),
    "gym-trading-env": ("gym_trading_env", "pip install --no-deps gym-trading-env==0.3.5"),
}


def _missing(case: Case, folder: Path | None) -> str | None:
    """Say what a case needs that is not there."""
    if case.peer.startswith("mbt_gym"):
        if folder is None:
            return "get github.com/JJJerome/mbt_gym and give its folder: --mbt-gym DIR"
        return None if find_spec("torch") else "mbt_gym needs torch: pip install torch"
    # The prices are gym-anytrading's, whichever the peer.
    for peer in {"gym-anytrading", case.peer}:
        module, remedy = _PEERS[peer]
        if find_spec(module) is None:
            return f"{peer} is missing: {remedy}"
    return None


# One asset.


@cache
def _prices() -> Any:
    """The recording that all trade, a data frame."""
    return importlib.import_module("gym_anytrading.datasets").STOCKS_GOOGL


def _drawn(choices: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, choices, shape)


def _kwargs(market: str, peer: str) -> dict[str, Any]:
    """The arguments of our environments; as many positions to choose from as the peer has."""
    positions = (0.0, 1.0) if peer == "gym-anytrading" else (-1.0, 0.0, 1.0)
    kwargs: dict[str, Any] = {"window": _WINDOW, "positions": positions, "market": market}
    if market == "recorded":
        from synth_envs.trading.asset.layout import WARM_UP
        from synth_envs.trading.markets.data import recorded

        prices = _prices().drop(columns="Adj Close")
        # From the first bar that can be traded to the last, as the peers.
        kwargs["market"] = recorded(prices, on_gap="split")
        kwargs["horizon"] = len(prices) - WARM_UP - 1
    return kwargs


def _trading(case: Case) -> Callable[[], int]:
    """Return a callable that steps our environments, and counts their steps."""
    kwargs = _kwargs(case.market, case.peer)
    choices = len(kwargs["positions"])
    if case.envs == 1:
        env: Any = gym.make("synth/Trading-v0", **kwargs)
        return _single(env, choices)
    envs: Any = gym.make_vec("synth/Trading-v0", case.envs, autoreset_mode="SameStep", **kwargs)
    envs.reset(seed=0)
    return making.batches(envs.step, _drawn(choices, 8, case.envs))


def _single(env: Any, choices: int) -> Callable[[], int]:
    """Return a callable that takes random actions in one environment, ours or a peer's."""
    env.reset(seed=0)
    # Python's own integers are what all of them take fastest.
    actions = _drawn(choices, _ACTIONS).tolist()

    def work() -> int:
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        return len(actions)

    return work


def _anytrading() -> Callable[[], int]:
    importlib.import_module("gym_anytrading")
    prices = _prices()
    env = gym.make(
        "stocks-v0", df=prices.copy(), window_size=_WINDOW, frame_bound=(_WINDOW, len(prices))
    )
    return _single(env, 2)


def _trading_env() -> Callable[[], int]:
    """The setup of its README: five features, three positions, a fee and a rate of interest."""
    importlib.import_module("gym_trading_env")
    df = _prices().rename(columns=str.lower)
    df["feature_close"] = df["close"].pct_change()
    for name in ("open", "high", "low"):
        df[f"feature_{name}"] = df[name] / df["close"]
    df["feature_volume"] = df["volume"] / df["volume"].rolling(7 * 24).max()
    env = gym.make(
        "TradingEnv", name="GOOGL", df=df.dropna(), positions=[-1, 0, 1], trading_fees=0.01 / 100,
        borrow_interest_rate=0.0003 / 100, verbose=0,
    )  # fmt: skip
    return _single(env, 3)


def measure(
    names: Sequence[str] = tuple(CASES),
    *,
    mbt_gym: Path | None = None,
    repetitions: int = 5,
    seconds: float = 0.3,
) -> dict[str, Paired]:
    """Compare cases.

    Args:
        names: Of `CASES`; what they need must be there.
        mbt_gym: The folder of that name's repository.
        repetitions: Counted repetitions of each side.
        seconds: The least CPU time of one repetition of one side.
    """
    rows = {}
    with warnings.catch_warnings():  # gym-trading-env makes every warning an error
        for peer in {CASES[name].peer for name in names} & set(_PEERS):
            importlib.import_module(_PEERS[peer][0])
        warnings.simplefilter("ignore")
        peers: dict[tuple[str, int], Callable[[], int]] = {}
        for name in names:
            case = CASES[name]
            # Only mbt_gym's are as many as ours.
            key = case.peer, case.envs if case.peer == "mbt_gym" else 0
            if key not in peers:
                if case.peer == "gym-anytrading":
                    peers[key] = _anytrading()
                elif case.peer == "gym-trading-env":
                    peers[key] = _trading_env()
                elif mbt_gym is not None:
                    best = case.peer != "mbt_gym"
                    size = making.best_size(mbt_gym, seconds) if best else case.envs
                    peers[key] = making.peer(mbt_gym, size)
            ours = (
                _trading(case)
                if case.kind == "trading"
                else making.ours(case.envs, bare=case.kind == "simulator")
            )
            ours()  # compiles
            rows[name] = compare(name, ours, peers[key], repetitions=repetitions, seconds=seconds)
    return rows


@dataclass(frozen=True)
class Events:
    """How fast order books run, per CPU second.

    Attributes:
        books: How many at a time.
        events: Limit, market and cancelled orders, the median of the repetitions.
        lowest: The least of a repetition.
        per_step: Events of an environment step.
    """

    books: int
    events: float
    lowest: float
    per_step: float


def measure_books(books: int, *, repetitions: int = 5, seconds: float = 0.3) -> Events:
    """Run order books through `gym.make_vec`, quoting at random on 5 x 5 places."""
    envs: Any = gym.make_vec("synth/MarketMakingBook-v0", books, history=False, **_BOOK)
    envs.reset(seed=0)
    sim, batches = envs.unwrapped.sim, _drawn(25, 8, books)
    work = making.batches(envs.step, batches)
    work()  # compiles

    def passed() -> int:
        return sum(sim.value(i, "EVENTS") for i in range(books))

    rates, per_step = [], 0.0
    for _ in range(repetitions):
        before, steps, begun = passed(), 0, time.process_time()
        while (elapsed := time.process_time() - begun) < seconds or not steps:
            steps += work()
        events = passed() - before
        rates.append(events / elapsed)
        per_step = events / steps
    return Events(books, statistics.median(rates), min(rates), per_step)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables.

    Returns:
        0, or 1 where a figure is below its claim, or 2 for a bad argument.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--mbt-gym", type=Path, metavar="DIR", help="where mbt_gym's source lies")
    parser.add_argument("--no-books", action="store_true", help="leave out the order book")
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU time of a repetition")
    arguments = parser.parse_args(argv)
    folder = arguments.mbt_gym
    if folder is not None and not (folder / "mbt_gym" / "gym").is_dir():
        print(f"no mbt_gym in {os.fspath(folder)!r}", file=sys.stderr)
        return 2
    names = []
    for name in arguments.case or CASES:
        if name not in CASES:
            print(f"unknown case {name!r}{suggest(name, CASES)}", file=sys.stderr)
            return 2
        lacking = _missing(CASES[name], folder)
        if lacking:
            print(f"left out {name}: {lacking}", file=sys.stderr)
            if arguments.case:
                return 2
            continue
        names.append(name)
    missed = _print_cases(names, folder, arguments.seconds)
    if not arguments.no_books:
        missed += _print_books(arguments.seconds)
    for line in missed:
        print(f"MISSED {line}", file=sys.stderr)
    return int(bool(missed))


def _print_cases(names: Sequence[str], folder: Path | None, seconds: float) -> list[str]:
    """Print the comparisons and return which of them fall short."""
    if folder is not None and any(CASES[name].kind != "trading" for name in names):
        ours, peer = making.check(folder)
        print(
            f"profit of an episode at offsets 1 / {making.DECAY:g}: ours {ours:.2f}, mbt_gym {peer:.2f}, "
            f"theory {making.EARNED:.2f}"
        )
    rows = measure(names, mbt_gym=folder, seconds=seconds)
    if rows:
        print_table("Steps of an environment against a peer", list(rows.values()), "steps")
    return [
        f"{name}: {row.ratio:.2f}, not {CASES[name].claim:g}"
        for name, row in rows.items()
        if row.ratio < CASES[name].claim
    ]


def _print_books(seconds: float) -> list[str]:
    missed = []
    for books in BOOKS:
        found = measure_books(books, seconds=seconds)
        print(
            f"{books} order books: {found.events / 1e6:.1f} million events per CPU second "
            f"(lowest {found.lowest / 1e6:.1f}), {found.per_step:.1f} in a step"
        )
        if found.events < _EVENTS_CLAIMED:
            missed.append(
                f"{books} order books: {found.events / 1e6:.1f} million events, "
                f"not {_EVENTS_CLAIMED / 1e6:g}"
            )
    return missed


if __name__ == "__main__":
    sys.exit(main())

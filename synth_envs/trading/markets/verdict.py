"""Verdicts on generators: medians of the stylised facts over many seeds, against the bands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from synth_envs.trading.markets.bands import BANDS, GATES
from synth_envs.trading.markets.controls import control
from synth_envs.trading.markets.facts import FACTS, facts
from synth_envs.trading.markets.market import Market, paths

__all__ = ["Verdict", "daily", "verdict", "verdict_of_control"]


@dataclass(frozen=True)
class Verdict:
    """What was measured of a generator.

    Attributes:
        name: Of the generator.
        medians: By the names of `FACTS`.
        passed: Names of the facts within their bands.
        gates: Whether all of `GATES` are among them.
        seeds: How many series the medians are over.
        days: The length of each.
    """

    name: str
    medians: Mapping[str, float]
    passed: tuple[str, ...]
    gates: bool
    seeds: int
    days: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        medians = {
            name: None if math.isnan(value) else value for name, value in self.medians.items()
        }
        return {
            "name": self.name,
            "gates": self.gates,
            "passed": list(self.passed),
            "medians": medians,
            "seeds": self.seeds,
            "days": self.days,
        }


def daily(of: Market, key: int, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Return daily log returns and volumes of one path, float64 (days,) each.

    Bars within days are put together; every other market's bar is taken for a day.
    """
    bars = int(of.own.get("bars_per_day", 1))
    made = paths(of, np.array([key], dtype=np.uint64), days * bars, start=1.0)
    close = made["close"][0].reshape(days, bars)[:, -1]
    return np.diff(np.log(close), prepend=0.0), made["volume"][0].reshape(days, bars).sum(axis=1)


def verdict(
    name: str,
    of: Market,
    *,
    seeds: int = 20,
    days: int = 8000,
    seen: Callable[[], None] = lambda: None,
) -> Verdict:
    """Return the verdict on a market over the first `seeds` paths of that name; `seen` counts them."""

    def one(key: int) -> dict[str, float]:
        return facts(*daily(of, key, days))

    return _verdict(name, one, seeds, days, seen)


def verdict_of_control(
    name: str, *, seeds: int = 20, days: int = 8000, seen: Callable[[], None] = lambda: None
) -> Verdict:
    """Return the verdict on one of `controls.CONTROLS`."""
    return _verdict(name, lambda key: facts(control(name, key, days)), seeds, days, seen)


def _verdict(
    name: str,
    one: Callable[[int], dict[str, float]],
    seeds: int,
    days: int,
    seen: Callable[[], None],
) -> Verdict:
    found = []
    for seed in range(seeds):
        found.append(one(_key(f"certificate/{name}/{seed}")))
        seen()
    medians = {fact: _median([row[fact] for row in found]) for fact in FACTS}
    passed = tuple(fact for fact, band in BANDS.items() if band.holds(medians[fact]))
    return Verdict(name, medians, passed, set(GATES) <= set(passed), seeds, days)


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def _median(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if len(known) * 2 > len(values) else float("nan")

"""The optimal quotes of the markets that are being made, solved when they are asked for."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from synth_envs.trading.making import layout as at
from synth_envs.trading.making.step import QUOTED
from synth_envs.trading.optimal.cartea_jaimungal import Solution, programme

__all__ = ["Plans", "Rules", "value_of"]


@dataclass(frozen=True)
class Rules:
    """What all markets of a simulator have in common; offsets in money."""

    law: str
    limit: int
    steps: int
    lowest: float
    highest: float
    fee: float
    grid: tuple[float, ...] | None

    def solve(self, constants: np.ndarray) -> Solution:
        """Solve markets; `constants` is float64 (CONSTANTS, ...), as in an episode's row."""
        horizon = constants[at.HORIZON]
        market = {
            "intensity": constants[at.RATE] * self.steps / horizon,
            "decay": constants[at.DECAY],
            "running": constants[at.RUNNING] * self.steps / horizon,
            "terminal": constants[at.TERMINAL],
            "adverse": constants[at.ADVERSE],
            "horizon": horizon,
            "fee": self.fee,
        }
        most = QUOTED * self.highest
        choices = None
        if self.grid is not None:
            choices = np.array([one for one in self.grid if one <= most])
        return programme(
            market,
            law=self.law,
            limit=self.limit,
            steps=self.steps,
            lowest=self.lowest,
            highest=most,
            choices=choices,
        )


@functools.lru_cache(maxsize=256)
def value_of(rules: Rules, constants: tuple[float, ...]) -> float:
    """Return the expected return of the optimum of a market from the start."""
    return float(rules.solve(np.array(constants)).values[0, rules.limit])


class Plans:
    """Optimal quotes of every episode of a batch; a market is solved once, however many are in it."""

    def __init__(self, rules: Rules, num_envs: int) -> None:
        self._rules = rules
        self._solved = np.full((num_envs, at.CONSTANTS), math.nan)
        self._of = np.zeros(num_envs, np.int64)
        count = 2 * rules.limit + 1
        self._quotes = np.empty((0, rules.steps, count, 2), np.float32)

    def quotes(self, rows: np.ndarray) -> np.ndarray:
        """Return the offsets of bids and asks now, float64 (n, 2); infinite ones are withdrawn.

        Args:
            rows: Of the episodes, float64 (FIELDS, n).
        """
        constants = rows[: at.CONSTANTS].T
        stale = (constants != self._solved).any(axis=1)
        if stale.any():
            self._solve(constants, stale)
        step = np.minimum(rows[at.STEP].astype(np.int64), self._rules.steps - 1)
        held = rows[at.HELD].astype(np.int64) + self._rules.limit
        return np.asarray(self._quotes[self._of, step, held], np.float64)

    def _solve(self, constants: np.ndarray, stale: np.ndarray) -> None:
        markets, places = np.unique(constants[stale], axis=0, return_inverse=True)
        kept, still = np.unique(self._of[~stale], return_inverse=True)
        self._of[~stale] = still
        self._of[stale] = len(kept) + places.reshape(-1)
        new = self._rules.solve(markets.T).quotes.astype(np.float32)
        self._quotes = np.concatenate([self._quotes[kept], new])
        self._solved[stale] = constants[stale]

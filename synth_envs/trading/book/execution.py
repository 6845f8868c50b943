"""`BookExecutionSim`: sell or buy a number of lots in an order book before time is up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synth_envs.families import suggest
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.actions import EXECUTION_ACTIONS
from synth_envs.trading.book.market import whole
from synth_envs.trading.book.simulator import BookSim
from synth_envs.trading.book.words import describe_execution, read_execution

__all__ = ["BookExecutionSim"]

SIDES = ("sell", "buy", "random")
UNITS = ("ticks", "bp")


class BookExecutionSim(BookSim):
    """Executing an order in a book; see `BookExecutionEnv` for what its arguments mean."""

    name = "trading-book-execution"

    def __init__(
        self,
        num_envs: int,
        *,
        lots: int = 40,
        side: str = "sell",
        steps: int = 60,
        interval: float = 0.5,
        action: str = "box",
        market: str | Mapping[str, float] = "zero-intelligence",
        maker_fee: int = -100,
        taker_fee: int = 200,
        latency: float = 0.0,
        jitter: float = 0.0,
        latency_events: int = 0,
        unit: str = "ticks",
        history: bool | None = None,
    ) -> None:
        for value, known, what in ((side, SIDES, "side"), (unit, UNITS, "unit")):
            if value not in known:
                msg = f"unknown {what} {value!r}{suggest(str(value), known)}; choose from {', '.join(known)}"
                raise ValueError(msg)
        whole("lots", lots, 1, 10_000)
        self.unit = unit
        super().__init__(
            num_envs, task={"sell": -1, "buy": 1, "random": 0}[side], action=action, choices=len(EXECUTION_ACTIONS),
            market=market, steps=steps, interval=interval, total=lots, quote=lots, maker_fee=maker_fee,
            taker_fee=taker_fee, latency=latency, jitter=jitter, latency_events=latency_events, in_bp=unit == "bp",
            penalty=0.0, history=history,
        )  # fmt: skip

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """Those of `BookSim`; `shortfall` in ticks per lot and in bp, a cost if positive; `filled`.

        `filled` is the share of the order that was executed before what was left at the end.
        """
        s = self._state
        cost = -self.equity() / self.total
        left = np.abs(s[:, at.INVENTORY]) + s[:, at.LEFTOVER]
        return super().metrics | {
            "shortfall": cost,
            "shortfall_bp": cost * 20_000.0 / np.maximum(s[:, at.START_MID2], 1),
            "filled": 1.0 - left / self.total,
        }

    def describe(self, index: int) -> str:
        """Return in words what the agent of an episode may know, and how it can act."""
        return describe_execution(self, index)

    def read(self, text: str) -> Any:
        """Return the action that a text asks for, or None; see `describe`."""
        return read_execution(self, text)

"""`BookMakingSim`: quote both sides of an order book, with a bounded inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_envs.trading.book.market import whole
from synth_envs.trading.book.simulator import BookSim, number
from synth_envs.trading.book.words import describe_making, read_making

__all__ = ["BookMakingSim"]


class BookMakingSim(BookSim):
    """Making a market in a book; see `BookMakingEnv` for what its arguments mean."""

    name = "trading-book-making"

    def __init__(
        self,
        num_envs: int,
        *,
        limit: int = 10,
        quote: int = 2,
        steps: int = 200,
        interval: float = 0.25,
        action: str = "box",
        market: str | Mapping[str, float] = "informed",
        maker_fee: int = -100,
        taker_fee: int = 200,
        latency: float = 0.0,
        jitter: float = 0.0,
        latency_events: int = 0,
        penalty: float = 0.01,
        history: bool | None = None,
    ) -> None:
        whole("limit", limit, 1, 10_000)
        whole("quote", quote, 1, limit)
        super().__init__(
            num_envs, task=2, action=action, choices=25, market=market, steps=steps, interval=interval, total=limit,
            quote=quote, maker_fee=maker_fee, taker_fee=taker_fee, latency=latency, jitter=jitter,
            latency_events=latency_events, in_bp=False, penalty=number("penalty", penalty, 0.0, 100.0),
            history=history,
        )  # fmt: skip

    def describe(self, index: int) -> str:
        """Return in words what the agent of an episode may know, and how it can act."""
        return describe_making(self, index)

    def read(self, text: str) -> Any:
        """Return the action that a text asks for, or None; see `describe`."""
        return read_making(self, text)

"""Which background agents a market has: presets by name, or rates by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from synth_envs.families import suggest
from synth_envs.trading.book import layout as at

__all__ = ["MARKETS", "RATES", "market_of", "pool_of", "ring_of", "template_of", "whole"]

#: What a market is made of: the default (the zero-intelligence flow of the prototype), and bounds.
#: Rates are per unit of simulated time, distances in ticks, sizes in lots.
RATES: dict[str, tuple[float, float, float]] = {
    "limit_rate": (1.0, 0.01, 100.0),
    "market_rate": (4.0, 0.0, 1000.0),
    "cancel_rate": (0.2, 0.01, 100.0),
    "levels": (20.0, 1.0, 200.0),
    "largest": (1.0, 1.0, 100.0),
    "value_rate": (0.0, 0.0, 1000.0),
    "value_edge": (0.5, 0.0, 100.0),
    "value_largest": (1.0, 1.0, 100.0),
    "volatility": (0.0, 0.0, 20.0),
    "reversion": (0.0, 0.0, 10.0),
    "momentum_rate": (0.0, 0.0, 1000.0),
    "momentum_span": (5.0, 0.1, 1000.0),
    "momentum_edge": (1.0, 0.0, 100.0),
    "maker_rate": (0.0, 0.0, 1000.0),
    "maker_depth": (5.0, 1.0, 100.0),
    "maker_levels": (3.0, 1.0, 20.0),
    "branching": (0.0, 0.0, 0.9),
    "decay": (2.0, 0.01, 100.0),
}
_WHOLE = ("levels", "largest", "value_largest", "maker_depth", "maker_levels")
MARKETS: dict[str, dict[str, float]] = {
    "zero-intelligence": {},
    "informed": {"volatility": 1.0, "value_rate": 3.0},
    "mean-reverting": {"volatility": 1.5, "reversion": 0.1, "value_rate": 3.0},
    "momentum": {"momentum_rate": 1.0},
    "self-exciting": {"market_rate": 2.0, "branching": 0.5},
    "refilled": {"maker_rate": 4.0},
    "mixed": {
        "market_rate": 2.0, "branching": 0.4, "volatility": 0.7, "value_rate": 2.0, "momentum_rate": 0.5,
        "maker_rate": 2.0,
    },
}  # fmt: skip
_FIELDS = {
    "limit_rate": at.LIMIT_RATE, "market_rate": at.MARKET_RATE, "cancel_rate": at.CANCEL_RATE, "levels": at.LEVELS,
    "largest": at.LARGEST, "value_rate": at.VALUE_RATE, "value_edge": at.VALUE_EDGE,
    "value_largest": at.VALUE_LARGEST, "volatility": at.VOLATILITY, "reversion": at.REVERSION,
    "momentum_rate": at.MOMENTUM_RATE, "momentum_span": at.MOMENTUM_SPAN, "momentum_edge": at.MOMENTUM_EDGE,
    "maker_rate": at.MAKER_RATE, "maker_depth": at.MAKER_DEPTH, "maker_levels": at.MAKER_LEVELS, "decay": at.DECAY,
}  # fmt: skip
#: How many orders may be expected to rest.
_MOST_ORDERS = 4096


def whole(name: str, value: int, low: int, high: int) -> int:
    """Return an integer option.

    Raises:
        ValueError: It is not an integer in [low, high].
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        msg = f"{name} must be an integer in [{low}, {high}], got {value!r}"
        raise ValueError(msg)
    return value


def market_of(market: str | Mapping[str, float]) -> dict[str, float]:
    """Return the rates of a market.

    Args:
        market: A name of `MARKETS`; or some of `RATES` by name, the others being the default ones.

    Raises:
        ValueError: A name is unknown, or a rate is out of bounds, or too many orders would rest.
    """
    if isinstance(market, str):
        if market not in MARKETS:
            msg = f"unknown market {market!r}{suggest(market, MARKETS)}; choose from {', '.join(MARKETS)}, or give rates by name"
            raise ValueError(msg)
        given: Mapping[str, float] = MARKETS[market]
    elif hasattr(market, "items"):
        given = market
    else:
        msg = f"market must be a name or rates by name, got {market!r}"
        raise ValueError(msg)
    rates = {name: default for name, (default, _, _) in RATES.items()}
    for name, value in given.items():
        if name not in RATES:
            msg = (
                f"unknown rate {name!r}{suggest(str(name), RATES)}; choose from {', '.join(RATES)}"
            )
            raise ValueError(msg)
        _, low, high = RATES[name]
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            msg = f"{name} of a market must be a number in [{low:g}, {high:g}], got {value!r}"
            raise ValueError(msg)
        if name in _WHOLE and value != int(value):
            msg = f"{name} of a market must be a whole number, got {value!r}"
            raise ValueError(msg)
        rates[name] = float(value)
    if _expected(rates) > _MOST_ORDERS:
        msg = f"2 x levels x limit_rate / cancel_rate must be at most {_MOST_ORDERS} orders, got {_expected(rates):.0f}"
        raise ValueError(msg)
    return rates


def _expected(rates: Mapping[str, float]) -> float:
    return 2.0 * rates["levels"] * rates["limit_rate"] / rates["cancel_rate"]


def ring_of(rates: Mapping[str, float]) -> int:
    """Return how many price levels the ring has, a power of two."""
    return _power(6.0 * rates["levels"] + 64.0)


def pool_of(rates: Mapping[str, float]) -> int:
    """Return how many orders the pool has: more than twice what is expected to rest at any difficulty."""
    makers = 2.0 * rates["maker_levels"] * (rates["maker_rate"] > 0)
    return _power(1.5 * 2.0 * _expected(rates) + 20.0 * makers + 2 * at.OWN_SLOTS + 64.0)


def _power(least: float) -> int:
    return 1 << int(np.ceil(np.log2(least)))


def template_of(
    rates: Mapping[str, float], latency: float, jitter: float, latency_events: int
) -> np.ndarray:
    """Return the row of `reals` that an episode of difficulty 0 begins with.

    Args:
        rates: Of `market_of`.
        latency: Mean time a message takes, at least 0.
        jitter: Random share of it, in [0, 1].
        latency_events: How many events a message waits for, at least 0.

    Raises:
        ValueError: A latency is out of bounds.
    """
    for name, value, high in (("latency", latency, 100.0), ("jitter", jitter, 1.0)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
            msg = f"{name} must be a number in [0, {high:g}], got {value!r}"
            raise ValueError(msg)
    row = np.zeros(at.REALS_SIZE)
    for name, field in _FIELDS.items():
        row[field] = rates[name]
    row[at.JUMP] = rates["branching"] * rates["decay"]
    row[at.LATENCY], row[at.JITTER] = latency, jitter
    row[at.LATENCY_EVENTS] = whole("latency_events", latency_events, 0, 100_000)
    row[at.HAS_AGENTS] = float(
        rates["branching"] > 0 or rates["volatility"] > 0 or rates["momentum_rate"] > 0
    )
    return row

"""Quotes of a market maker with constant absolute risk aversion, by Avellaneda and Stoikov.

Source: Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8
(2008). The quotes are an approximation: a reference, not an optimum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Outcome", "offsets", "reservation_price", "simulate", "spread"]


def reservation_price(
    mid: np.ndarray | float, inventory: np.ndarray | float, gamma: float, sigma: float, left: float
) -> np.ndarray | float:
    """Return at which price one more unit leaves the market maker indifferent.

    Args:
        mid: Of the market, in money.
        inventory: Units held.
        gamma: Risk aversion, per money.
        sigma: Volatility of the mid, in money per square root of time.
        left: Time to the end.
    """
    return mid - inventory * (gamma * sigma**2 * left)


def spread(gamma: float, sigma: float, decay: float, left: float) -> float:
    """Return the total spread around the reservation price, in money.

    Args:
        gamma: Risk aversion, above 0, per money.
        sigma: Volatility of the mid, in money per square root of time.
        decay: k of the fill law A exp(-k delta), per money.
        left: Time to the end.
    """
    return gamma * sigma**2 * left + 2 / gamma * math.log1p(gamma / decay)


def offsets(
    inventory: np.ndarray,
    gamma: np.ndarray | float,
    sigma: np.ndarray | float,
    decay: np.ndarray | float,
    left: np.ndarray | float,
) -> np.ndarray:
    """Return how far the bid and the ask lie from the mid, (n, 2); they may be negative."""
    half = 0.5 * gamma * np.square(sigma) * left + np.log1p(gamma / np.asarray(decay)) / gamma
    shift = inventory * gamma * np.square(sigma) * left
    return np.stack([half + shift, half - shift], axis=-1)


@dataclass(frozen=True)
class Outcome:
    """Of simulated paths: mean total spread, final wealth and inventory of each, (paths,)."""

    spread: float
    wealth: np.ndarray
    inventory: np.ndarray


def simulate(
    gamma: float,
    paths: int,
    rng: np.random.Generator,
    *,
    sigma: float = 2.0,
    intensity: float = 140.0,
    decay: float = 1.5,
    horizon: float = 1.0,
    steps: int = 200,
    symmetric: bool = False,
) -> Outcome:
    """Simulate the market maker of the paper's section 3.3.

    In a step, each side is filled with probability A exp(-k delta) dt, at most 1; then the mid moves
    by sigma sqrt(dt) up or down.

    Args:
        gamma: Risk aversion, per money.
        paths: How many.
        rng: Where the random numbers come from.
        sigma: Volatility, in money per square root of time.
        intensity: A, orders per time and side at the mid.
        decay: k, per money.
        horizon: T.
        steps: How many make up the horizon.
        symmetric: Whether the mean spread is quoted around the mid instead.
    """
    dt = horizon / steps
    wealth, inventory, mid = np.zeros(paths), np.zeros(paths), np.zeros(paths)
    lefts = horizon - dt * np.arange(steps)
    mean = float(np.mean([spread(gamma, sigma, decay, left) for left in lefts.tolist()]))
    for left in lefts.tolist():
        quotes = np.full((paths, 2), 0.5 * mean)
        if not symmetric:
            quotes = offsets(inventory, gamma, sigma, decay, left)
        filled = rng.random((paths, 2)) < intensity * dt * np.exp(-decay * quotes)
        bought, asked = filled[:, 0], filled[:, 1]
        wealth += asked * (mid + quotes[:, 1]) - bought * (mid - quotes[:, 0])
        inventory += bought.astype(np.float64) - asked
        mid += sigma * math.sqrt(dt) * (2.0 * (rng.random(paths) < 0.5) - 1.0)
    return Outcome(mean, wealth + inventory * mid, inventory)

"""The optimal quotes of a market maker who is risk-neutral but pays for holding inventory.

Source: Cartea, Jaimungal and Penalva, "Algorithmic and high-frequency trading" (2015), chapter 10.2:
maximise E[cash + q S - alpha q_T^2 - phi integral of q^2 dt] with |q| <= Q, orders of one unit, and
fills at the rate A exp(-k delta). `continuous` is the book's closed form. `programme` is the exact
optimum of the same market in discrete steps, which differs by the fill law: in a step of dt, a side is
filled with probability A exp(-k delta) dt (at most 1; "linear") or 1 - exp(-A exp(-k delta) dt)
("exponential"), both sides independently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["FILL_LAWS", "Solution", "continuous", "fill_probability", "programme"]

FILL_LAWS = ("linear", "exponential")

#: When quotes that are improved in turns, and Newton's method, have converged, in money.
_SETTLED, _ROUNDS = 1e-12, 200
_LARGEST_RATE = 600.0


@dataclass(frozen=True)
class Solution:
    """Values and quotes at inventories -Q ... Q.

    Attributes:
        values: Expected value beyond cash + q S at each step's beginning and at the end,
            (..., steps + 1, 2 Q + 1), in money.
        quotes: Offsets of the bid and the ask from the mid, (..., steps, 2 Q + 1, 2), in money;
            infinite where the side is closed or better not quoted.
    """

    values: np.ndarray
    quotes: np.ndarray


def continuous(
    *,
    intensity: float = 140.0,
    decay: float = 1.5,
    running: float = 0.5,
    terminal: float = 0.001,
    limit: int = 10,
    left: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return h and the optimal offsets with `left` to go: (2 Q + 1,) and (2 Q + 1, 2).

    h = log(exp(M left) z) / k with M tridiagonal, -phi k q^2 on its diagonal and A / e beside it,
    and z = exp(-alpha k q^2). The offsets are infinite where the limit closes a side.

    >>> h, quotes = continuous()
    >>> round(float(h[10]), 4), round(float(quotes[10, 0]), 4)
    (64.7829, 0.7078)
    """
    q = np.arange(-limit, limit + 1.0)
    beside = np.full(2 * limit, intensity / math.e)
    m = np.diag(-running * decay * q**2) + np.diag(beside, 1) + np.diag(beside, -1)
    # M is symmetric. Its largest eigenvalue is taken out, so that nothing overflows.
    rates, vectors = np.linalg.eigh(m)
    most = rates[-1] * left
    scaled = vectors @ (
        np.exp(rates * left - most) * (vectors.T @ np.exp(-terminal * decay * q**2))
    )
    h = (np.log(scaled) + most) / decay
    quotes = np.full((2 * limit + 1, 2), np.inf)
    quotes[:-1, 0] = 1 / decay - h[1:] + h[:-1]
    quotes[1:, 1] = 1 / decay - h[:-1] + h[1:]
    return h, quotes


def fill_probability(
    offset: np.ndarray, law: str, intensity: np.ndarray, decay: np.ndarray, dt: np.ndarray
) -> np.ndarray:
    """Return the probability that a quote is filled in a step; 0 at an infinite offset.

    Args:
        offset: From the mid, in money.
        law: "linear" or "exponential".
        intensity: A, orders per time and side.
        decay: k, per money.
        dt: The step.
    """
    # Far inside the market the rate is cut off where both laws have long reached 1.
    rate = intensity * dt * np.exp(np.minimum(-decay * offset, 50.0))
    return np.asarray(np.minimum(rate, 1.0) if law == "linear" else -np.expm1(-rate))


def programme(
    market: Mapping[str, np.ndarray | float],
    *,
    law: str = "linear",
    limit: int = 10,
    steps: int = 200,
    lowest: float = 0.0,
    highest: float = math.inf,
    choices: np.ndarray | None = None,
) -> Solution:
    """Solve the market in discrete steps exactly, by dynamic programming; of many markets at once.

    In a step: quotes, fills, then the mid moves (by nothing on average, but by `adverse` against each
    fill), then the penalty phi q^2 dt of the new inventory. The side that would pass the limit is
    closed, and a quote is left out where every offset allowed loses.

    Args:
        market: `intensity` A, `decay` k, `running` phi, `terminal` alpha, `horizon` T; also `adverse`
            (by how much the mid moves against a fill) and `fee` (money per fill), 0 if left out.
            Numbers, or arrays of one shape (n,).
        law: "linear" or "exponential".
        limit: Q.
        steps: N.
        lowest: Offset allowed, in money.
        highest: Offset allowed, in money.
        choices: The only offsets allowed, in money, instead of all from `lowest` to `highest`.

    Raises:
        ValueError: The fill law is unknown.

    >>> market = dict(intensity=140.0, decay=1.5, running=0.5, terminal=0.001, horizon=1.0)
    >>> solved = programme(market)
    >>> round(float(solved.values[0, 10]), 3), solved.quotes[0, 10].round(3).tolist()
    (65.709, [0.687, 0.687])
    """
    if law not in FILL_LAWS:
        msg = f"the fill law must be one of {', '.join(FILL_LAWS)}, got {law!r}"
        raise ValueError(msg)
    names = ("intensity", "decay", "running", "terminal", "horizon", "adverse", "fee")
    given = [np.asarray(market.get(name, 0.0), np.float64) for name in names]
    intensity, decay, running, terminal, horizon, adverse, fee = (
        one[..., None] for one in np.broadcast_arrays(*given)
    )
    dt = horizon / steps
    q = np.arange(-limit, limit + 1.0)
    shape = intensity.shape[:-1]
    values = np.empty((*shape, steps + 1, 2 * limit + 1))
    quotes = np.empty((*shape, steps, 2 * limit + 1, 2))
    values[..., steps, :] = -terminal * q**2
    sides = _Sides(law, intensity, decay, dt, lowest, highest)
    best = sides.pair
    if choices is not None:
        best = _Choices(law, intensity, decay, dt, np.append(choices, np.inf)).pair
    for step in range(steps - 1, -1, -1):
        none = values[..., step + 1, :] - running * dt * q**2
        # What a lone fill leads to; minus infinity closes the side.
        bought, gone = np.full_like(none, -np.inf), np.full_like(none, -np.inf)
        bought[..., :-1] = (none - adverse * q)[..., 1:]
        gone[..., 1:] = (none + adverse * q)[..., :-1]
        # What a fill costs, if the other side is not, and if it is filled.
        bid_alone, ask_alone = fee - bought + none, fee - gone + none
        bid_both = fee - none + np.where(np.isfinite(gone), gone, none)
        ask_both = fee - none + np.where(np.isfinite(bought), bought, none)
        bid, ask, earned = best(_Costs(bid_alone, bid_both, ask_alone, ask_both))
        values[..., step, :] = none + earned
        quotes[..., step, :, 0], quotes[..., step, :, 1] = bid, ask
    return Solution(values, quotes)


@dataclass(frozen=True)
class _Costs:
    """What a fill must bring in: of each side, if the other is not filled and if it is, (..., 2 Q + 1).

    What is infinite is closed.
    """

    bid_alone: np.ndarray
    bid_both: np.ndarray
    ask_alone: np.ndarray
    ask_both: np.ndarray


@dataclass(frozen=True)
class _Sides:
    """Any offsets within bounds."""

    law: str
    intensity: np.ndarray
    decay: np.ndarray
    dt: np.ndarray
    lowest: float
    highest: float

    def pair(self, costs: _Costs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the best bids and asks and what they earn on average."""
        bid = ask = ask_chance = np.zeros_like(costs.bid_alone)
        # Each quote is the best answer to the other; they hardly hang on each other.
        for _ in range(_ROUNDS):
            before = bid, ask
            bid, bid_chance = self.best(costs.bid_alone, costs.bid_both, ask_chance)
            ask, ask_chance = self.best(costs.ask_alone, costs.ask_both, bid_chance)
            if _same(before[0], bid) and _same(before[1], ask):
                break
        earned = ask_chance * (_finite(ask) - _finite(costs.ask_alone))
        cost = (1 - ask_chance) * _finite(costs.bid_alone) + ask_chance * costs.bid_both
        return bid, ask, earned + bid_chance * (_finite(bid) - cost)

    def best(
        self, alone: np.ndarray, both: np.ndarray, other: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the best offset and its chance of a fill, if the other side has the chance `other`."""
        closed = np.isinf(alone)
        cost = np.where(closed, 0.0, (1 - other) * np.where(closed, 0.0, alone) + other * both)
        offset = np.clip(self._free(cost), self.lowest, self.highest)
        chance = fill_probability(offset, self.law, self.intensity, self.decay, self.dt)
        closed |= chance * (offset - cost) <= 0
        return np.where(closed, np.inf, offset), np.where(closed, 0.0, chance)

    def _free(self, cost: np.ndarray) -> np.ndarray:
        """Return where chance * (offset - cost) is largest, without bounds."""
        if self.law == "linear":
            # Where the chance is cut off at 1, the largest offset that is surely filled is best.
            sure = np.log(self.intensity * self.dt) / self.decay
            return np.asarray(np.maximum(cost + 1 / self.decay, sure))
        # The slope vanishes at offset = cost + (e^R - 1) / (k R), R the rate at the offset. Newton's
        # method comes from below, where that function is concave, so it never overshoots.
        offset = cost + 1 / self.decay
        for _ in range(_ROUNDS):
            rate = self.intensity * self.dt * np.exp(-self.decay * offset)
            rate = np.minimum(rate, _LARGEST_RATE)
            ratio = np.expm1(rate) / rate
            step = (offset - cost - ratio / self.decay) / (1 + np.exp(rate) - ratio)
            offset = offset - step
            if np.abs(step).max(initial=0.0) < _SETTLED:
                break
        return offset


@dataclass(frozen=True)
class _Choices:
    """A few offsets, all pairs of which are compared."""

    law: str
    intensity: np.ndarray
    decay: np.ndarray
    dt: np.ndarray
    offsets: np.ndarray

    def pair(self, costs: _Costs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the best bids and asks and what they earn on average."""
        intensity, decay, dt = (one[..., None] for one in (self.intensity, self.decay, self.dt))
        chance = fill_probability(self.offsets, self.law, intensity, decay, dt)
        paid = _finite(self.offsets)
        bids = np.where(np.isinf(costs.bid_alone)[..., None], 0.0, chance)[..., :, None]
        asks = np.where(np.isinf(costs.ask_alone)[..., None], 0.0, chance)[..., None, :]
        alone = _finite(costs.bid_alone)[..., None, None]
        cost = (1 - asks) * alone + asks * costs.bid_both[..., None, None]
        earned = bids * (paid[:, None] - cost)
        earned = earned + asks * (paid - _finite(costs.ask_alone)[..., None, None])
        flat = earned.reshape(*earned.shape[:-2], -1)
        # Of equals the last: where a side is closed, its quote is withdrawn.
        at = flat.shape[-1] - 1 - flat[..., ::-1].argmax(axis=-1)
        count = len(self.offsets)
        return self.offsets[at // count], self.offsets[at % count], flat.max(axis=-1)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(
        np.array_equal(np.isinf(one), np.isinf(other))
        and np.abs(_finite(one) - _finite(other)).max(initial=0.0) < _SETTLED
    )


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, 0.0)

"""Reference policies of the order book: execution schedules and quoting rules.

They see the observation, and public quantities such as the order's size and the number of steps;
only the "oracle" reads the simulator, and the fundamental that value traders know.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.actions import FARTHEST, MAKING_OFFSETS
from synth_envs.trading.book.making import BookMakingSim
from synth_envs.trading.book.simulator import BookSim

__all__ = ["EXECUTION_ROLES", "MAKING_ROLES", "BookPolicy", "make_book_policy", "simulators_of"]

#: Which rule plays which part. The oracles are not optimal: nobody knows the optimum of a reactive
#: book. They are the best scripted rules found that also read the fundamental.
EXECUTION_ROLES = {
    "empty": "wait",
    "constant": "join",
    "echo": "imitate",
    "random": "random",
    "scripted": "passive-then-aggressive",
    "careless": "market-now",
    "oracle": "informed",
}
MAKING_ROLES = {
    "empty": "wait",
    "constant": "symmetric",
    "echo": "imitate",
    "random": "random",
    "scripted": "skew",
    "careless": "improve",
    "oracle": "informed",
}
_RANDOM_SEED = 20_262
#: How lots trade in an execution: nothing, and resting orders stay, or a price and shares.
_NONE = 99.0


def simulators_of(env: Any) -> list[BookSim]:
    """Return the simulators of an environment, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these, or not one of the order book.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one)]
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, BookSim) for one in sims):
        return list(sims)
    msg = f"no policy of the order book acts in {type(inner).__name__}: it takes its environments and vector environments"
    raise TypeError(msg)


def make_book_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of the order book.

    Args:
        name: A role ("empty", "constant", "echo", "random", "scripted", "careless", "oracle") or a
            rule: "wait", "join", "imitate", "twap", "market-now", "passive-then-aggressive" and
            "informed" in an execution; "wait", "symmetric", "imitate", "improve", "skew" and
            "informed" in market making; or "random".
        env: A scalar, native vector or `SyncVectorEnv` environment.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """
    return BookPolicy(name, env)


class BookPolicy:
    """A rule that acts in every episode alike; see `make_book_policy`."""

    def __init__(self, name: str, env: Any) -> None:
        self._sims = simulators_of(env)
        making = isinstance(self._sims[0], BookMakingSim)
        roles, rules = (MAKING_ROLES, _MAKING) if making else (EXECUTION_ROLES, _EXECUTION)
        self.name = roles.get(name, name)
        if self.name not in (*rules, "random"):
            known = (*roles, *rules)
            msg = f"unknown policy {name!r}{suggest(name, known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        self._rule = rules.get(self.name)
        self._encode = _quotes if making else _orders
        self._ends = np.cumsum([sim.num_envs for sim in self._sims])
        self._spaces = [copy.deepcopy(sim.single_action_space) for sim in self._sims]
        for k, space in enumerate(self._spaces):
            space.seed(_RANDOM_SEED + k)

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode: int64 (n,), or float32 (n, 4)."""
        seen = np.asarray(observations, np.float64).reshape(-1, self._sims[0].observations.shape[1])
        parts = np.split(seen, self._ends[:-1])
        return np.concatenate([self._act(k, part) for k, part in enumerate(parts)])

    def _act(self, k: int, seen: np.ndarray) -> np.ndarray:
        sim = self._sims[k]
        if self._rule is None:
            return np.array([self._spaces[k].sample() for _ in range(sim.num_envs)])
        return self._encode(sim, *self._rule(sim, seen))

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these; the rules remember nothing."""


def _offset(ticks: np.ndarray) -> np.ndarray:
    """Return the controls that ask for offsets in ticks."""
    return np.asarray(2.0 * (np.clip(ticks, -1.0, FARTHEST) + 1.0) / (FARTHEST + 1) - 1.0)


_Decision = tuple[np.ndarray, np.ndarray]


def _orders(sim: BookSim, market: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return the actions of an execution.

    Args:
        market: Lots to trade at market at once.
        offset: Ticks behind the best price at which the others rest; `_NONE` leaves resting orders.
    """
    left = np.abs(sim._state[:, at.INVENTORY])  # noqa: SLF001 (public: the agent's own inventory)
    keep = offset == _NONE
    if not sim.discrete:
        share = np.clip(market / np.maximum(left, 1), 0.0, 1.0)
        rows = (
            share,
            np.ones(len(left)),
            _offset(np.where(keep, 0.0, offset)),
            np.where(keep, 1.0, -1.0),
        )
        return np.stack(rows, axis=1).astype(np.float32)
    one = -(-sim.total // sim.steps)
    codes = np.where(keep, 0, np.where(offset < 0, 3, np.where(offset < 1, 2, 4)))
    codes = np.where(market > 0.5, 5, codes)
    codes = np.where(market > 2.5 * one, 6, codes)
    return np.asarray(np.where((market >= left) & (market > 4 * one), 7, codes), np.int64)


def _quotes(sim: BookSim, bids: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """Return the actions of a market maker; offsets in ticks behind the best price, `_NONE` for none."""
    if not sim.discrete:
        sizes = [np.where(one == _NONE, -1.0, 1.0) for one in (bids, asks)]
        offsets = [_offset(np.where(one == _NONE, 0.0, one)) for one in (bids, asks)]
        return np.asarray(np.stack([*offsets, *sizes], axis=1), np.float32)
    known = np.array(MAKING_OFFSETS, np.float64)
    places = [np.abs(one[:, None] - known).argmin(axis=1) for one in (bids, asks)]
    return np.asarray(5 * places[0] + places[1], np.int64)


def _full(sim: BookSim, value: float) -> np.ndarray:
    return np.full(sim.num_envs, value)


def _behind(sim: BookSim, seen: np.ndarray) -> np.ndarray:
    """By how many lots an execution is behind equal slices after the coming step."""
    left = np.abs(seen[:, 1]) * sim.total
    after = np.maximum(seen[:, 0] * sim.steps - 1.0, 0.0)
    return np.asarray(np.round(left - sim.total * after / sim.steps))


def _twap(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Equal slices at market."""
    return np.maximum(_behind(sim, seen), 0.0), _full(sim, _NONE)


def _patient(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Rest at the best price, keeping places; at market what lags behind equal slices by a fifth."""
    late = _behind(sim, seen) - 0.2 * sim.total
    left = np.abs(seen[:, 1]) * sim.total
    market = np.where(seen[:, 0] * sim.steps < 1.5, left, np.maximum(late, 0.0))
    return market, _rested(seen)


def _rested(seen: np.ndarray) -> np.ndarray:
    """Keep resting at the best price or a tick behind; improve it if the spread is wide."""
    own = np.where(seen[:, 1] > 0, seen[:, 21], seen[:, 18])
    wide = np.where(seen[:, 2] > 0.35, -1.0, 0.0)
    return np.where((own >= 0.0) & (own < 0.15), _NONE, wide)


def _informed_order(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Rest further out the more has been done; wait while the fundamental promises a better price."""
    ahead = -_behind(sim, seen) / sim.total
    market = np.where(seen[:, 0] * sim.steps < 1.5, np.abs(seen[:, 1]) * sim.total, 0.0)
    own = 10.0 * np.where(seen[:, 1] > 0, seen[:, 21], seen[:, 18])
    wide = np.where(seen[:, 2] > 0.35, -1.0, 0.0)
    if not sim.rates["volatility"] > 0:
        place = np.where(ahead > 0.0, 1.0, wide)
        return market, np.where((own >= 0.0) & (own < 3.5), _NONE, place)
    gap = sim.fundamental() - 0.5 * sim._state[:, at.MID2]  # noqa: SLF001 (the oracle reads it)
    promise = np.where(seen[:, 1] > 0, gap, -gap)
    place = np.clip(np.floor(10.0 * ahead) + 1.0, wide, FARTHEST)
    place = np.where(promise > 0.0, np.minimum(place + 0.5 * promise, FARTHEST), place)
    place = np.where(promise < -2.0, np.minimum(place, 0.0), place)
    return market, np.where((own >= 0.0) & (np.abs(own - place) < 2.5), _NONE, np.round(place))


def _imitate(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Trade at market as others just did on the own side: as many lots as the balance of theirs."""
    volume = 20.0 * seen[:, 17] / np.maximum(1.0 - seen[:, 17], 1e-6)
    balance = seen[:, 16] * (volume + 1.0)
    own = np.where(seen[:, 1] > 0, -balance, balance)
    return np.minimum(np.maximum(np.round(own), 0.0), np.abs(seen[:, 1]) * sim.total), _full(
        sim, _NONE
    )


_Rule = Callable[[Any, np.ndarray], _Decision]
_EXECUTION: dict[str, _Rule] = {
    "wait": lambda sim, _: (_full(sim, 0.0), _full(sim, _NONE)),
    "join": lambda sim, _: (_full(sim, 0.0), _full(sim, 0.0)),
    "imitate": _imitate,
    "twap": _twap,
    "market-now": lambda sim, _: (_full(sim, float(sim.total)), _full(sim, _NONE)),
    "passive-then-aggressive": _patient,
    "informed": _informed_order,
}


def _skewed(shift: np.ndarray) -> _Decision:
    """Quote at the best prices, moved by a shift: positive ones sell sooner and buy later."""
    bids = np.clip(np.round(shift), -1.0, FARTHEST)
    asks = np.clip(np.round(-shift), -1.0, FARTHEST)
    return bids, asks


def _skew(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Avellaneda and Stoikov's (2008) reservation price: quotes move against the inventory."""
    del sim
    shift = 3.0 * seen[:, 1]
    bids, asks = _skewed(shift)
    # A narrow spread earns nothing: then both quotes stand one tick further out.
    narrow = np.where(seen[:, 2] < 0.25, 1.0, 0.0)
    return np.minimum(bids + narrow, FARTHEST), np.minimum(asks + narrow, FARTHEST)


def _informed_quotes(sim: BookSim, seen: np.ndarray) -> _Decision:
    """The skew rule around the fundamental: no quote on the side that value traders will take."""
    bids, asks = _skew(sim, seen)
    if not sim.rates["volatility"] > 0:
        return bids, asks
    gap = sim.fundamental() - 0.5 * sim._state[:, at.MID2]  # noqa: SLF001 (the oracle reads it)
    asks = np.where(gap > 1.5, _NONE, asks)
    bids = np.where(gap < -1.5, _NONE, bids)
    bids = np.where((gap > 1.5) & (bids != _NONE), np.minimum(bids, 0.0), bids)
    asks = np.where((gap < -1.5) & (asks != _NONE), np.minimum(asks, 0.0), asks)
    return bids, asks


def _follow(sim: BookSim, seen: np.ndarray) -> _Decision:
    """Bid if others just bought, ask if they just sold: follow the crowd."""
    up = seen[:, 16]
    return np.where(up > 0, 0.0, _full(sim, _NONE)), np.where(up < 0, 0.0, _full(sim, _NONE))


_MAKING: dict[str, _Rule] = {
    "wait": lambda sim, _: (_full(sim, _NONE), _full(sim, _NONE)),
    "symmetric": lambda sim, _: (_full(sim, 1.0), _full(sim, 1.0)),
    "imitate": _follow,
    "improve": lambda sim, _: (_full(sim, -1.0), _full(sim, -1.0)),
    "skew": _skew,
    "informed": _informed_quotes,
}

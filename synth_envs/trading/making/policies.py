"""Reference policies that make a market: the optimum, and rules of thumb."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.making import layout as at
from synth_envs.trading.making.simulator import MakingSim
from synth_envs.trading.optimal.avellaneda_stoikov import offsets
from synth_envs.trading.simulators import simulators_of

__all__ = ["POLICIES", "ROLES", "Quoter", "make_making_policy"]

#: Which market maker plays which part among the reference policies: no quotes, quotes halfway to the
#: largest offset, the first two entries of the observation as offsets, the dynamic programme,
#: Avellaneda and Stoikov's quotes, and quotes so tight that they are always filled.
ROLES = {
    "empty": "nothing",
    "constant": "wide",
    "echo": "echo",
    "oracle": "optimum",
    "scripted": "avellaneda-stoikov",
    "careless": "tight",
}
POLICIES = ("optimum", "avellaneda-stoikov", "symmetric", "wide", "tight", "nothing", "echo")

#: The least risk aversion of quotes by Avellaneda and Stoikov, per money.
_LEAST_GAMMA = 0.01
_TIGHT = 0.1


def make_making_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for a market-making environment.

    Args:
        name: A key of `ROLES`, or one of `POLICIES`.
        env: A `MakingEnv`, a `MakingVectorEnv` or a `SyncVectorEnv`, possibly wrapped.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """
    return Quoter(ROLES.get(name, name), env)


class Quoter:
    """Quotes by a rule.

    "optimum" solves each episode's market by dynamic programming, from the simulator's constants. All
    others read the observation: "avellaneda-stoikov" quotes with the risk aversion at which its quotes
    lean, on average over the episode, by sqrt(phi e / (A k)) for each unit held, as the optimum does
    far from the end (Gueant, Lehalle and Fernandez-Tapia, "Dealing with the inventory risk",
    Mathematics and Financial Economics 7, 2013), plus the fee and half of what a fill moves the mid; "symmetric" quotes 1 / k plus the fee and that move on both sides, whatever the inventory;
    "wide" quotes half the largest offset, "tight" a tenth of money, "nothing" withdraws both quotes;
    "echo" repeats the first two entries of the observation, in money.

    Args:
        name: One of `POLICIES`.
        env: As in `make_making_policy`.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """

    def __init__(self, name: str, env: Any) -> None:
        if name not in POLICIES:
            known = (*ROLES, *POLICIES)
            msg = f"unknown policy {name!r}{suggest(str(name), known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        self.name = name
        self._sims = simulators_of(env, MakingSim)

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode: float32 (n, 2), or int64 (n,) on a grid."""
        if self.name == "optimum":
            quotes = np.concatenate([sim.optimal_quotes() for sim in self._sims])
        else:
            seen = np.asarray(observations, np.float64).reshape(-1, at.OBSERVED)
            quotes = _quotes(self.name, seen)
        return self._sims[0].actions_of(quotes)

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these; nothing is remembered."""


def _quotes(name: str, seen: np.ndarray) -> np.ndarray:
    """Return the offsets of bids and asks, (n, 2)."""
    n, high = len(seen), _value(seen[:, at.SEE_HIGHEST])
    if name == "nothing":
        return np.repeat(high[:, None], 2, axis=1)
    if name == "wide":
        return np.repeat(0.5 * high[:, None], 2, axis=1)
    if name == "tight":
        return np.full((n, 2), _TIGHT)
    if name == "echo":
        return seen[:, :2].copy()
    decay, fee = _value(seen[:, at.SEE_DECAY]), _value(seen[:, at.SEE_FEE])
    adverse = _value(seen[:, at.SEE_ADVERSE])
    if name == "symmetric":
        return np.repeat((1 / decay + fee + adverse)[:, None], 2, axis=1)
    sigma = _value(seen[:, at.SEE_SIGMA])
    running = _value(seen[:, at.SEE_RUNNING])
    orders = _value(seen[:, at.SEE_RATE]) / np.maximum(seen[:, at.SEE_STEP], 1e-9)
    lean = np.sqrt(running * math.e / np.maximum(orders * decay, 1e-9))
    gamma = np.maximum(2 * lean / np.maximum(sigma, 1e-6) ** 2, _LEAST_GAMMA)
    held = seen[:, at.SEE_HELD] / np.maximum(seen[:, at.SEE_LIMIT], 1e-6)
    quotes = offsets(held, gamma, sigma, decay, seen[:, at.SEE_TIME])
    return np.asarray(quotes + (fee + 0.5 * adverse)[:, None])


def _value(squashed: np.ndarray) -> np.ndarray:
    """Undo v / (1 + v)."""
    return np.asarray(squashed / np.maximum(1 - squashed, 1e-6))

"""Reference policies that trade one asset: rules of thumb, an expert that learns, and the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.asset.linear import LinearSim
from synth_envs.trading.asset.planted import plan
from synth_envs.trading.asset.sim import AssetSim
from synth_envs.trading.markets import layout as of
from synth_envs.trading.simulators import simulators_of

__all__ = ["POLICIES", "ROLES", "Trader", "make_trading_policy"]

#: Which trader plays which part: nothing, buy and hold, following the last move, the dynamic
#: programme that knows the market, the expert, and trading on every whim of the signal.
ROLES = {
    "empty": "flat",
    "constant": "hold",
    "echo": "momentum",
    "oracle": "informed",
    "scripted": "learner",
    "careless": "signal",
}
POLICIES = ("flat", "hold", "momentum", "reversion", "signal", "learner", "informed")

#: Of the expert: how sure it is at first that a signal says nothing, in bars, and what it forgets.
_PRIOR_BARS, _FORGET = 100.0, 0.999
_CHOICES = 21


def make_trading_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of one asset.

    Args:
        name: A key of `ROLES`, or one of `POLICIES`.
        env: A `TradingEnv` or `TradingExactEnv`, a view in words, or a vector environment of these.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown, or the market is recorded and the oracle wanted.
    """
    sims: list[Any] = simulators_of(env, (AssetSim, LinearSim))
    made = _Linear if isinstance(sims[0], LinearSim) else Trader
    policy: Policy = made(ROLES.get(name, name), sims)
    return policy


class Trader:
    """Trades one asset by a rule.

    "flat" never trades; "hold" buys and holds; "momentum" and "reversion" follow and oppose the last 20
    bars; "signal" holds the sign of the signal; "learner" estimates from what it sees how much the
    signal says, and trades by the dynamic programme for that; "informed" knows the market.

    Args:
        name: One of `POLICIES`.
        sims: The simulators of the environment.

    Raises:
        ValueError: The name is unknown, or the market is recorded and "informed" wanted.
    """

    def __init__(self, name: str, sims: Sequence[AssetSim]) -> None:
        if name not in POLICIES:
            known = (*ROLES, *POLICIES)
            msg = f"unknown policy {name!r}{suggest(name, known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        if name == "informed" and sims[0].recorded:
            msg = "nobody knows what a recorded market will do: there is no oracle for it"
            raise ValueError(msg)
        self.name = name
        self._sims = sims
        self._learned = [np.zeros((sim.num_envs, 3)) for sim in sims]

    def act(self, observations: Sequence[Any]) -> Any:
        """Return one action for each episode, as the environment takes it."""
        del observations  # the simulators have the same, in words or not
        actions = []
        for place, sim in enumerate(self._sims):
            wanted = self._wanted(place, sim)
            actions.append(np.array([sim.action_of(one) for one in wanted.tolist()]))
        return np.concatenate(actions)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing to do: a new episode is noticed by its time."""

    def _wanted(self, place: int, sim: AssetSim) -> np.ndarray:
        """Return positions as shares of equity, float64 (num_envs,)."""
        n, k = sim.num_envs, sim.window
        seen = sim.observations.astype(np.float64)
        most, least = float(sim.choices().max()), float(sim.choices().min())
        if self.name == "flat":
            return np.zeros(n)
        if self.name == "hold":
            return np.full(n, min(1.0, most))
        if self.name in ("momentum", "reversion"):
            turn = 1.0 if self.name == "momentum" else -1.0
            return np.clip(turn * np.sign(seen[:, k + 3]), least, most)
        if self.name == "signal":
            return np.clip(np.sign(seen[:, k]), least, most)
        if self.name == "learner":
            return self._by_learning(place, sim, seen)
        alpha, rho = sim.row(of.ALPHA), sim.row(of.PERSISTENCE)
        mean = sim.row(of.DRIFT) / sim.row(of.BARS) / sim.row(of.SD)
        z = sim.promised()
        return _planned(sim, z, alpha, rho, mean)

    def _by_learning(self, place: int, sim: AssetSim, seen: np.ndarray) -> np.ndarray:
        """Estimate what the signal says, by regression on bars that are over."""
        k, learned = sim.window, self._learned[place]
        fresh = seen[:, k + 13] >= 1.0
        learned[fresh] = 0.0
        signal, last = 4.0 * seen[:, k], 4.0 * seen[:, k - 1]
        before = learned[:, 2].copy()
        learned[~fresh, 0] = _FORGET * learned[~fresh, 0] + (before * last)[~fresh]
        learned[~fresh, 1] = _FORGET * learned[~fresh, 1] + (before * before)[~fresh]
        learned[:, 2] = signal
        strength = learned[:, 0] / (learned[:, 1] + _PRIOR_BARS)
        alpha = np.maximum(np.round(np.abs(strength) / 0.02) * 0.02, 0.0)
        return _planned(
            sim, strength * signal, alpha, np.full(len(alpha), 0.9), np.zeros(len(alpha))
        )


def _planned(
    sim: AssetSim, z: np.ndarray, alpha: np.ndarray, rho: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """Return what the dynamic programme holds, given the expected standardised return."""
    choices = sim.choices() if sim.action == "discrete" else _spread_out(sim.choices())
    positions = tuple(choices.tolist())
    sigma = np.maximum(sim.volatility(), 1e-8)
    # Rounded, so that few programmes serve many episodes: volatility and relative cost to a fifth.
    settings = np.column_stack(
        [
            np.round(rho, 2),
            np.round(mean / 0.005) * 0.005,
            np.round(alpha / 0.02) * 0.02,
            _rounded(sigma),
            _rounded(sim.cost() / sigma),
        ]
    )
    kinds, which = np.unique(settings, axis=0, return_inverse=True)
    held = np.abs(choices[None, :] - sim.holding()[:, None]).argmin(axis=1)
    wanted = np.empty(len(z))
    for k, (persistence, level, spread, scale, ratio) in enumerate(kinds.tolist()):
        mine = np.flatnonzero(which.ravel() == k)
        grid, best = plan(persistence, level, spread, scale, ratio * scale, sim.aversion, positions)
        rows = np.abs(grid[None, :] - z[mine, None]).argmin(axis=1)
        wanted[mine] = choices[best[rows, held[mine]]]
    return wanted


def _rounded(values: np.ndarray) -> np.ndarray:
    """Round to steps of a fifth."""
    found: np.ndarray = np.exp(np.round(np.log(np.maximum(values, 1e-9)) / 0.2) * 0.2)
    return found


def _spread_out(bounds: np.ndarray) -> np.ndarray:
    return np.linspace(float(bounds.min()), float(bounds.max()), _CHOICES)


class _Linear:
    """Plays the parts in the market whose optimum is known."""

    def __init__(self, name: str, sims: Sequence[LinearSim]) -> None:
        if name not in POLICIES:
            known = (*ROLES, *POLICIES)
            msg = f"unknown policy {name!r}{suggest(name, known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        self.name = name
        self._sims = sims

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return the share of the bound to hold, float32 (n, 1)."""
        del observations
        return np.concatenate([self._act(sim) for sim in self._sims]).astype(np.float32)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered."""

    def _act(self, sim: LinearSim) -> np.ndarray:
        seen = sim.observations.astype(np.float64)
        rules = {
            "flat": np.zeros(len(seen)),
            "hold": np.full(len(seen), 0.2),
            "momentum": 0.2 * np.sign(seen[:, 6]),
            "reversion": -0.2 * np.sign(seen[:, 6]),
            "signal": 0.8 * seen[:, 0],
        }
        if self.name in rules:
            return rules[self.name][:, None]
        return sim.best() if self.name == "informed" else _fading(seen)


def _fading(seen: np.ndarray) -> np.ndarray:
    """Trade a share of the way to the aim, both of the infinite horizon, from what is seen alone."""
    signal, position, rho = 0.8 * seen[:, 0], seen[:, 1], np.clip(seen[:, 4], 0.0, 0.9999)
    cost = seen[:, 5] / np.maximum(1.0 - seen[:, 5], 1e-6)
    # Of Garleanu and Pedersen's trading rate without a discount, for aversion and variance of 1.
    rate = (-1.0 + np.sqrt(1.0 + 4.0 * cost)) / (2.0 * cost)
    aim = signal / (1.0 + cost * rate * (1.0 - rho))
    wanted = (1.0 - rate) * position + rate * aim
    held: np.ndarray = np.clip(wanted, -1.0, 1.0)[:, None]
    return held

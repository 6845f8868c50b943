"""Reference policies that hold many assets: rules of thumb, an expert that learns, and the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.portfolio import layout as at
from synth_envs.trading.portfolio.choice import best_weights
from synth_envs.trading.portfolio.sim import PortfolioSim
from synth_envs.trading.simulators import simulators_of

__all__ = ["POLICIES", "ROLES", "Investor", "make_portfolio_policy"]

#: Which investor plays which part: nothing, equal weights bought once, all into the last bar's winner,
#: mean and variance of the true law, the expert, and running after the winners of a week.
ROLES = {
    "empty": "cash",
    "constant": "hold",
    "echo": "winner",
    "oracle": "informed",
    "scripted": "learner",
    "careless": "chaser",
}
POLICIES = ("cash", "hold", "balance", "winner", "chaser", "learner", "informed")

#: Of the expert: what it expects signals to say at first; how sure of that it is, in bars, for each
#: asset and for all together; what it forgets; the Sharpe ratio it expects of the market, per year;
#: how many times its cost an order has to promise, as what is promised is uncertain.
_AT_FIRST, _PRIOR, _PRIOR_ALL, _FORGET, _SHARPE, _CAUTION = 0.03, 400.0, 1000.0, 0.999, 0.3, 3.0
#: Changes of a weight that are not worth an order.
_LEAST = 1e-4
_JITTER = 1e-9
_MOST_PERSISTENT = 0.98


def make_portfolio_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of many assets.

    Args:
        name: A key of `ROLES`, or one of `POLICIES`.
        env: A `PortfolioEnv`, a view in words, or a vector environment of these.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown, or the market is recorded and the oracle wanted.
    """
    return Investor(ROLES.get(name, name), simulators_of(env, PortfolioSim))


class Investor:
    """Holds many assets by a rule.

    "cash" never trades; "hold" buys equal weights once; "balance" trades back to them in every bar;
    "winner" puts everything into what rose most in the last bar, in standard deviations; "chaser" into
    the quarter with the highest momentum of 5 bars; "learner" estimates from what it sees how much
    each signal says, shrunk to what all say, and weighs returns against risk and costs; "informed"
    does so with the true expected returns and covariance, and in the exact setting holds the optimum.

    Args:
        name: One of `POLICIES`.
        sims: The simulators of the environment.

    Raises:
        ValueError: The name is unknown, or the market is recorded and "informed" wanted.
    """

    def __init__(self, name: str, sims: Sequence[PortfolioSim]) -> None:
        if name not in POLICIES:
            known = (*ROLES, *POLICIES)
            msg = f"unknown policy {name!r}{suggest(name, known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        if name == "informed" and sims[0].recorded:
            msg = "nobody knows what a recorded market will do: there is no oracle for it"
            raise ValueError(msg)
        self.name = name
        self._sims = sims
        self._learned = [_Learned(sim) for sim in sims]

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode, float64 (n, assets)."""
        del observations  # the simulators have the same, in words or not
        found = []
        for sim, learned in zip(self._sims, self._learned, strict=True):
            wanted = self._exact(sim) if sim.exact else self._wanted(sim, learned)
            found.append(sim.action_of(wanted))
        return np.concatenate(found)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing to do: a new episode is noticed by its time."""

    def _simple(self, sim: PortfolioSim, moved: np.ndarray, momentum: np.ndarray) -> np.ndarray:
        """Return the weights of the rules of thumb, float64 (num_envs, assets)."""
        n, count = sim.num_envs, sim.assets
        wanted = np.zeros((n, count))
        share = min(1.0, sim.leverage)
        if self.name in ("hold", "balance"):
            wanted[:] = share / count
        if self.name == "balance":
            # A target that differs by a hair is traded to.
            again = np.abs(sim.targets()[:, :1] - share / count) < 0.5 * _JITTER
            wanted *= np.where(again, 1.0 - _JITTER * count / share, 1.0)
        elif self.name == "winner":
            wanted[np.arange(n), moved.argmax(axis=1)] = share
        elif self.name == "chaser":
            few = max(count // 4, 1)
            best = np.argsort(-momentum, axis=1, kind="stable")[:, :few]
            np.put_along_axis(wanted, best, share / few, axis=1)
        return wanted

    def _wanted(self, sim: PortfolioSim, learned: _Learned) -> np.ndarray:
        width = len(at.ASSET_SEEN)
        seen = sim.observations.astype(np.float64)
        each = seen[:, : sim.assets * width].reshape(sim.num_envs, sim.assets, width)
        if self.name == "learner":
            mean, covariance, kept = learned.expect(each, seen[:, sim.assets * width :])
        elif self.name == "informed" and sim.universe is not None:
            mean = sim.promised() - (sim.cash_growth - 1.0)
            covariance = np.stack([sim.covariance(i) for i in range(sim.num_envs)])
            kept = np.full(sim.num_envs, sim.universe.persistence)
        else:
            return self._simple(sim, each[:, :, 5], each[:, :, 1])
        # A signal goes on for 1 / (1 - persistence) bars, so that a trade pays as many times.
        cost = sim.cost() * (1.0 - np.minimum(kept, _MOST_PERSISTENT))
        cost *= _CAUTION if self.name == "learner" else 1.0
        wanted, held = np.empty_like(mean), sim.weights().copy()
        best_weights(mean, covariance, held, cost, sim.aversion, sim.short, sim.leverage, wanted)
        still = np.abs(wanted - held).max(axis=1) < _LEAST
        wanted[still] = sim.targets()[still]
        return wanted

    def _exact(self, sim: PortfolioSim) -> np.ndarray:
        """Return weights in the exact setting, where the law is seen."""
        count, width = sim.assets, len(at.EXACT_SEEN)
        seen = sim.observations.astype(np.float64)
        each = seen[:, : count * width].reshape(sim.num_envs, count, width)
        if self.name == "informed":
            return sim.best()
        if self.name != "learner":
            return self._simple(sim, each[:, :, 2], each[:, :, 2])
        # Merton's weights: those of continuous time.
        yearly = 0.2 * (1.0 + each[:, :, 1]) / (1.0 - each[:, :, 1])
        pairs = seen[:, count * width :]
        covariance = np.zeros((sim.num_envs, count, count))
        place = 0
        for k in range(count):
            for j in range(k):
                covariance[:, k, j] = covariance[:, j, k] = pairs[:, place]
                place += 1
            covariance[:, k, k] = 1.0
        covariance *= yearly[:, :, None] * yearly[:, None, :]
        wanted = np.linalg.solve(covariance, each[:, :, :1])[:, :, 0] / sim.aversion
        return np.asarray(np.maximum(wanted, 0.0))


class _Learned:
    """What an expert has learned in the episodes of a simulator, from observations alone."""

    def __init__(self, sim: PortfolioSim) -> None:
        shape = (sim.num_envs, sim.assets)
        self._per_year = sim.bars_per_year
        self._signal, self._spread = np.zeros(shape), np.zeros(shape)
        self._together, self._square = np.zeros(shape), np.zeros(shape)
        self._lagged = np.zeros(sim.num_envs)

    def expect(
        self, each: np.ndarray, rest: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return expected returns, their covariance and the signals' persistence.

        Args:
            each: What is seen of the assets, float64 (n, k, ASSET_SEEN).
            rest: What is seen of all together and of the account, float64 (n, 10).
        """
        signal, volatility = 4.0 * each[:, :, 0], each[:, :, 4]
        # What the market did is not the signals' doing.
        moved = 4.0 * each[:, :, 5] - 2.0 * rest[:, :1]
        fresh = rest[:, 8] >= 1.0
        before = np.where(fresh[:, None], 0.0, self._signal)
        old = np.where(fresh, 0.0, _FORGET)[:, None]
        self._together = old * self._together + before * moved
        self._square = old * self._square + before * before
        self._lagged = np.where(fresh, 0.0, _FORGET * self._lagged + (before * signal).sum(axis=1))
        self._signal = signal
        squares = self._square.sum(axis=1)
        together = self._together.sum(axis=1) + _AT_FIRST * _PRIOR_ALL
        pooled = np.maximum(together, 0.0) / (squares + _PRIOR_ALL)
        strength = (self._together + _PRIOR * pooled[:, None]) / (self._square + _PRIOR)
        kept = np.clip(self._lagged / np.maximum(squares, 1.0), 0.0, _MOST_PERSISTENT)
        sd = 0.2 * (1.0 + volatility) / np.maximum(1.0 - volatility, 1e-3) / self._per_year**0.5
        beta = np.clip(each[:, :, 8], 0.0, 0.95)
        mean = sd * (strength * signal + _SHARPE / self._per_year**0.5 * beta)
        both = beta[:, :, None] * beta[:, None, :]
        places = np.arange(signal.shape[1])
        both[:, places, places] = 1.0
        return mean, both * sd[:, :, None] * sd[:, None, :], kept

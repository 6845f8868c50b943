"""Reference policies of fraud detection: trivial rules, a learning scorecard, optima, models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.exact import costs_of, posterior, review_gains, thresholds
from synth_envs.trading.fraud.scorecard import Scorecard
from synth_envs.trading.fraud.simulator import FraudSim

__all__ = ["ROLES", "ModelPolicy", "make_fraud_policy", "simulators_of"]

#: What plays which part among the reference policies.
ROLES = ("empty", "constant", "echo", "careless", "scripted", "oracle")
#: The careless analyst blocks from 400 EUR on, as observed.
_LARGE = (np.log(4.0) + 0.5) / 4.5
#: A first guess of what a review must save, and by how much it is moved at each day's end.
_BAR, _UP, _DOWN = 0.05, 1.15, 0.9


def simulators_of(env: Any) -> list[FraudSim]:
    """Return the simulators of an environment, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these, or not one of `FraudSim`.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one)]
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, FraudSim) for one in sims):
        return list(sims)
    msg = f"no policy watches {type(inner).__name__}: it takes a FraudDetectionEnv or a vector of them"
    raise TypeError(msg)


def make_fraud_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for a fraud environment.

    * "empty" lets everything through; "constant" blocks everything; "echo" blocks if the last report
      was of a fraud; "careless" blocks from 400 EUR on.
    * "scripted" is a logistic scorecard that learns from what observations report, weighs costs and
      spends its reviews where they save most.
    * "oracle" is optimal with `exact=True` (Bayes's rule and the thresholds of the sequential selection
      problem); otherwise it is clairvoyant and blocks exactly the frauds.

    Args:
        name: One of `ROLES`.
        env: A `FraudDetectionEnv` or a vector of them, possibly wrapped.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """
    if name not in ROLES:
        msg = f"unknown policy {name!r}{suggest(str(name), ROLES)}; choose from {', '.join(ROLES)}"
        raise ValueError(msg)
    if name == "oracle":
        return _Oracle(env)
    if name == "scripted":
        return _Scripted(env)
    return _Rule(name, env)


class _Analyst:
    def __init__(self, env: Any) -> None:
        self._sims = simulators_of(env)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered that the first observation of an episode does not make forgotten."""


class _Rule(_Analyst):
    def __init__(self, name: str, env: Any) -> None:
        super().__init__(env)
        self._name = name

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode, int64 (n,)."""
        seen = np.asarray(observations)
        actions = {
            "empty": np.zeros(len(seen)),
            "constant": np.ones(len(seen)),
            "echo": seen[:, 32] > 0,
            "careless": seen[:, 0] >= _LARGE,
        }
        return np.asarray(actions[self._name], np.int64)


class _Oracle(_Analyst):
    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return the best action for each episode, int64 (n,), given what no analyst knows."""
        del observations
        return np.concatenate([self._best(sim) for sim in self._sims])

    @staticmethod
    def _best(sim: FraudSim) -> np.ndarray:
        if not sim.exact:
            return np.asarray(sim.labels() > 0, np.int64)
        state, amounts = sim._state, sim.amounts()  # noqa: SLF001
        p = posterior(state)
        let, blocked, _ = costs_of(p, amounts)
        place = (state[:, at.STEP] - state[:, at.DAY] * sim.per_day).astype(np.int64)
        left = state[:, at.LEFT].astype(np.int64)
        bar = np.array([
            thresholds(float(d), sim.per_day, sim.budget)[sim.per_day - 1 - min(k, sim.per_day - 1), b]
            for d, k, b in zip(state[:, at.DIFFICULTY], place, left, strict=True)
        ])  # fmt: skip
        reviewed = review_gains(p, amounts) > bar
        return np.where(reviewed, 2, (blocked < let).astype(np.int64))


class _Priced(_Analyst):
    """Weighs costs at a probability of fraud, and reviews where that saves more than a bar."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self._bar = np.full(sum(sim.num_envs for sim in self._sims), _BAR)
        self._left = np.zeros(len(self._bar))

    def _decide(self, p: np.ndarray, seen: np.ndarray) -> np.ndarray:
        amounts = np.exp(4.5 * seen[:, 0].astype(np.float64) - 0.5)
        let, blocked, _ = costs_of(p, amounts)
        left = np.asarray(seen[:, 31], np.float64)
        # The bar rises after a day whose budget did not last, and falls after one where some was left.
        begins = seen[:, 30] < 1e-6
        spent = self._left <= 0.0
        moved = np.clip(self._bar * np.where(spent, _UP, _DOWN), 1e-3, 10.0)
        self._bar = np.where(begins & (seen[:, 29] > 0), moved, self._bar)
        reviewed = (review_gains(p, amounts) > self._bar) & (left > 0)
        self._left = left - reviewed * (1.0 / max(self._sims[0].budget, 1)) - 1e-6
        return np.where(reviewed, 2, (blocked < let).astype(np.int64))


class _Scripted(_Priced):
    def __init__(self, env: Any) -> None:
        super().__init__(env)
        sim = self._sims[0]
        self._card = Scorecard(len(self._bar), sim.days, sim.per_day, immediate=sim.exact)

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return what the scorecard, as learned so far, says; int64 (n,)."""
        seen = np.asarray(observations)
        self._card.see(seen)
        actions = self._decide(self._card.predict(), seen)
        self._card.decided(actions)
        return actions


class ModelPolicy(_Priced):
    """Decides by a model of the payment's entries of observations, fitted offline.

    Args:
        env: The environment it will act in.
        predict: Takes float32 (n, 29), as `dataset` gives them, and returns probabilities (n,).

    Raises:
        TypeError: The environment is of another kind.
    """

    def __init__(self, env: Any, predict: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__(env)
        self._predict = predict

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode, int64 (n,)."""
        seen = np.asarray(observations)
        p = np.asarray(self._predict(seen[:, : at.OWN]), np.float64)
        return self._decide(p, seen)

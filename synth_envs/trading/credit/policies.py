"""Reference policies of credit risk: trivial rules, a learning scorecard, the Bayes rule, models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.credit.law import (
    BASE_RATE,
    EXACT_EAD,
    LGD,
    MARGINS,
    MOST_TAKE_UP,
    TAKE_UP,
    TERMS,
)
from synth_envs.trading.credit.reference import best_decisions, likely_defaults
from synth_envs.trading.credit.scorecard import Scorecard
from synth_envs.trading.credit.simulator import CreditSim

__all__ = ["ROLES", "ModelPolicy", "decisions_of", "make_credit_policy", "simulators_of"]

#: What plays which part among the reference policies.
ROLES = ("empty", "constant", "echo", "careless", "scripted", "oracle")
#: The careless lender's limit: amounts up to 5,000 EUR, as observed.
_SMALL = (np.log(5.0) - np.log(4.5)) / 2.5
_OPTIMISM = 0.5
#: Prior spreads of the scorecard: squared errors punish noise, decisions need differences.
_CAUTIOUS, _BOLD = 0.3, 0.6


def simulators_of(env: Any) -> list[CreditSim]:
    """Return the simulators of an environment, a native vector environment or a `SyncVectorEnv`.

    Raises:
        TypeError: It is none of these, or not one of `CreditSim`.
    """
    inner = getattr(env, "unwrapped", env)
    if hasattr(inner, "envs"):
        return [sim for one in inner.envs for sim in simulators_of(one)]
    sim = getattr(inner, "sim", None)
    sims = getattr(sim, "chunks", [sim])
    if all(isinstance(one, CreditSim) for one in sims):
        return list(sims)
    msg = f"no policy lends in {type(inner).__name__}: it takes a CreditRiskEnv or a vector of them"
    raise TypeError(msg)


def decisions_of(
    probabilities: np.ndarray, observations: np.ndarray, offers: int, premium: float = 0.0
) -> np.ndarray:
    """Return the decision that is worth most at these default probabilities, by public terms.

    Args:
        probabilities: Over the term, float64 (n,).
        observations: float32 (n, 36).
        offers: How many rates there are.
        premium: What a year of a unit of capital lent must earn beyond its losses.

    Returns:
        int64 (n,): 0 rejects, 1 and 2 approve at the first and second rate.
    """
    term = np.argmin(np.abs(TERMS - 24.0 * observations[:, 1:2]), axis=1)
    p = np.asarray(probabilities, np.float64)
    charge = premium * TERMS[term] / 24.0
    values = [np.zeros(len(p))]
    for k in range(offers):
        taken = 1.0 if k == 0 else np.minimum(TAKE_UP + p, MOST_TAKE_UP)
        values.append(taken * ((1.0 - p) * MARGINS[term, k] - p * LGD * EXACT_EAD - charge))
    return np.asarray(np.argmax(values, axis=0))


def make_credit_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for a credit environment.

    * "empty" rejects everybody (scores 1); "constant" approves everybody (scores the long-run default
      rate); "echo" approves unless the last known outcome was a default (scores the share of defaults
      that is known); "careless" approves amounts up to 5,000 EUR (scores 0.05 there, else 0.2).
    * "scripted" is a scorecard fitted in play to the outcomes that observations report.
    * "oracle" knows each applicant's true probability of default, and the macro state: with
      `exact=True` it is optimal.

    Args:
        name: One of `ROLES`.
        env: A `CreditRiskEnv` or a vector of them, possibly wrapped.

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


class _Lender:
    """What all have in common: the simulators, and how actions are given."""

    def __init__(self, env: Any) -> None:
        self._sims = simulators_of(env)
        first = self._sims[0]
        self._scored, self._offers, self._exact = first.scored, first.offers, first.exact

    def _given(self, values: np.ndarray) -> np.ndarray:
        if self._scored:
            return np.asarray(values, np.float32).reshape(-1, 1)
        return np.asarray(values, np.int64)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered beyond what a first observation of an episode makes forgotten."""


class _Rule(_Lender):
    def __init__(self, name: str, env: Any) -> None:
        super().__init__(env)
        self._name = name

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode."""
        seen = np.asarray(observations)
        n = len(seen)
        small = seen[:, 0] <= _SMALL
        if self._scored:
            known = (seen[:, 27] > 0).astype(np.float64)
            values = {
                "empty": np.ones(n),
                "constant": np.full(n, BASE_RATE),
                "echo": np.where(known > 0, seen[:, 27], BASE_RATE),
                "careless": np.where(small, 0.05, 0.2),
            }
        else:
            values = {
                "empty": np.zeros(n),
                "constant": np.ones(n),
                "echo": seen[:, 28] <= 0,
                "careless": small,
            }
        return self._given(values[self._name])


class _Oracle(_Lender):
    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return the best action for each episode, given what no lender knows."""
        del observations
        parts = []
        for sim in self._sims:
            if self._scored:
                found = np.zeros(sim.num_envs)
                likely_defaults(sim._state, sim._rules, found)  # noqa: SLF001
            else:
                found = np.zeros(sim.num_envs, np.int64)
                best_decisions(sim._state, sim._rules, sim.offers, found)  # noqa: SLF001
            parts.append(found)
        return self._given(np.concatenate(parts))


class _Scripted(_Lender):
    def __init__(self, env: Any) -> None:
        super().__init__(env)
        count = sum(sim.num_envs for sim in self._sims)
        sim = self._sims[0]
        prior = _CAUTIOUS if sim.scored else _BOLD
        self._card = Scorecard(count, sim.steps, sim.per_month, prior)

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return what the scorecard, as fitted so far, says."""
        seen = np.asarray(observations)
        self._card.see(seen, immediate=self._exact)
        if self._scored:
            p = self._card.predict()
            chosen = p < seen[:, 16]
            self._card.granted(chosen, certain=chosen)
            return self._given(p)
        p = self._card.predict(_OPTIMISM)
        actions = decisions_of(p, seen, self._offers, 0.0 if self._exact else 0.01)
        self._card.granted(actions > 0, certain=actions == 1)
        return self._given(actions)


class ModelPolicy(_Lender):
    """Lends by a model of the applicant's entries of observations, fitted offline.

    Args:
        env: The environment it will act in.
        predict: Takes float32 (n, 16), as `dataset` gives them, and returns probabilities (n,).

    Raises:
        TypeError: The environment is of another kind.
    """

    def __init__(self, env: Any, predict: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__(env)
        self._predict = predict

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode."""
        seen = np.asarray(observations)
        p = np.asarray(self._predict(seen[:, :16]), np.float64)
        if self._scored:
            return self._given(p)
        return self._given(decisions_of(p, seen, self._offers, 0.0 if self._exact else 0.01))

"""`CreditSim`: many lenders' books in lock step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.families import suggest
from synth_envs.options import flag, number, whole
from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.batch import BINS, begin_batch, step_batch
from synth_envs.trading.credit.layout import METRICS, SCORE_METRICS, SCORE_TERMS, TERMS

__all__ = ["CAPITALS", "CreditSim"]

CAPITALS = ("none", "var", "cvar")
_MODES = ("decision", "score")
_SCORES = ("brier", "log")
_STATE = ("_keys", "_state", "_loans", "_queue", "_curve", "_history", "_metrics")
#: Pictures are kept by default up to so many episodes.
_SEEN = 16


class CreditSim:
    """Applicants for loans, one by one; see `synth_envs.trading.credit.env` for its arguments."""

    def __init__(
        self,
        num_envs: int,
        *,
        action: str = "decision",
        offers: int = 2,
        score: str = "brier",
        exact: bool = False,
        months: int = 24,
        per_month: int = 12,
        correlation: float = 0.12,
        audit: float = 0.1,
        equity: float = 40.0,
        capital: str = "var",
        history: bool | None = None,
    ) -> None:
        for name, value, known in (
            ("action", action, _MODES), ("score", score, _SCORES), ("capital", capital, CAPITALS),
        ):  # fmt: skip
            if value not in known:
                msg = f"unknown {name} {value!r}{suggest(str(value), known)}; choose from {', '.join(known)}"
                raise ValueError(msg)
        self.offers = whole("offers", offers, 1, 2)
        months, per_month = whole("months", months, 1, 120), whole("per_month", per_month, 2, 100)
        correlation = number("correlation", correlation, 0.0, 0.9)
        audit = number("audit", audit, 0.01, 1.0)
        equity = number("equity", equity, 1.0, 1e6)
        self.scored, self.exact = action == "score", flag("exact", exact)
        self.logarithmic = score == "log"
        self.num_envs = num_envs
        self.name = "trading-credit-exact" if exact else "trading-credit"
        if self.scored:
            self.name += "-score"
        self.steps_per_second = float(per_month)
        self.steps = steps = months * per_month
        self.per_month = per_month
        self._rules = np.array(
            [self.scored, self.exact, per_month, months, correlation, audit, equity,
             CAPITALS.index(capital), self.logarithmic], np.float64,
        )  # fmt: skip
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (len(at.OBSERVED),), np.float32)
        self.single_action_space: gym.Space[Any] = (
            gym.spaces.Box(0.0, 1.0, (1,), np.float32)
            if self.scored
            else gym.spaces.Discrete(1 + self.offers)
        )
        kept = num_envs <= _SEEN if history is None else flag("history", history)
        n = num_envs
        self._keys = np.zeros(n, np.uint64)
        self._state = np.zeros((n, at.WIDTH), np.float64)
        self._loans = np.zeros((n, steps, len(at.LOAN_FIELDS)), np.float64)
        self._queue = np.zeros((n, steps), np.float64)
        self._curve = np.zeros((n, BINS, 3), np.float64)
        self._history = np.zeros((n, steps + 1 if kept else 0, 5), np.float32)
        self._metric_names = METRICS + SCORE_METRICS if self.scored else METRICS
        self._metrics = np.zeros((len(self._metric_names), n), np.float64)
        self.observations = np.zeros((n, len(at.OBSERVED)), np.float32)
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(SCORE_TERMS if self.scored else TERMS), n), np.float64)
        self._name_rows()

    def _name_rows(self) -> None:
        names = SCORE_TERMS if self.scored else TERMS
        self.terms = dict(zip(names, self._terms, strict=True))
        self.metrics = dict(zip(self._metric_names, self._metrics, strict=True))

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        self._metrics[:, mask] = 0.0
        begin_batch(
            mask, self._keys, np.asarray(difficulty, np.float64), self._rules, self._state, self._queue, self._curve,
            self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        given = np.asarray(actions, np.float64).reshape(self.num_envs, 1)
        step_batch(
            mask, given, self._keys, self._rules, self._state, self._loans, self._queue, self._curve, self._terms,
            self.rewards, self.terminations, self.truncations, self._metrics, self.observations, self._history,
        )  # fmt: skip

    def probabilities(self) -> np.ndarray:
        """Return the true probability of default of each running applicant, float64 (num_envs,).

        Over the term and over all months' macro states. For references and audits: no agent
        may read it.
        """
        return np.asarray(self._state[:, at.PROBABILITY].copy())

    def amounts(self) -> np.ndarray:
        """Return what each running applicant asks for, thousands of euros, float64 (num_envs,)."""
        return np.asarray(self._state[:, at.AMOUNT].copy())

    def book(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the running loans, float64 (loans, fields), and the state (fields,), as copies."""
        row = self._state[index].copy()
        return self._loans[index, : int(row[at.ACTIVE])].copy(), row

    def optimum(self, index: int) -> float | None:
        """Return the expected return of the optimal policy from an episode's start, or None.

        Known where `exact` is set: see `synth_envs.trading.credit.exact`.
        """
        if not self.exact:
            return None
        from synth_envs.trading.credit.exact import optimum_per_applicant

        kind = (-2 if self.logarithmic else -1) if self.scored else self.offers
        level = float(self._state[index, at.DIFFICULTY])
        return self.steps * optimum_per_applicant(level, kind)

    def describe(self, index: int) -> str:
        """Return in words what a lender may know now, and the actions it can choose from."""
        from synth_envs.trading.credit.describe import describe

        return describe(
            self._state[index], self.observations[index], self._rules, self.offers, self.steps
        )

    def read(self, text: str) -> Any:
        """Return the action that a language model's answer names, or None if it names none."""
        from synth_envs.trading.credit.describe import read

        return read(text, scored=self.scored, offers=self.offers)

    def idle(self, index: int) -> Any:
        """Return the action that rejects, or a score of one half."""
        del index
        return np.array([0.5], np.float32) if self.scored else 0

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        if self.scored:
            return f'{{"probability": {float(np.asarray(action).ravel()[0])!r}}}'
        return f'{{"decision": {int(action)}}}'

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""
        from synth_envs.trading.credit.picture import picture

        return picture(
            self._state[index], self._history[index], self._curve[index], self._rules, self.steps
        )

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in (*_STATE, "observations")}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in (*_STATE, "observations"):
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views."""
        return {
            name: value for name, value in self.__dict__.items() if name not in ("terms", "metrics")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._name_rows()

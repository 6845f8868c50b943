"""`FraudSim`: many payment streams in lock step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.options import flag, whole
from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.batch import begin_batch, step_batch
from synth_envs.trading.fraud.layout import METRICS, TERMS

__all__ = ["FraudSim"]

_STATE = ("_keys", "_state", "_customers", "_pending", "_queue", "_history", "_metrics")
#: Pictures are kept by default up to so many episodes.
_SEEN = 16


class FraudSim:
    """Payments, one by one; see `synth_envs.trading.fraud.env` for what its arguments mean."""

    def __init__(
        self,
        num_envs: int,
        *,
        exact: bool = False,
        days: int = 14,
        per_day: int = 80,
        budget: int = 4,
        customers: int = 64,
        adversary: bool = True,
        history: bool | None = None,
    ) -> None:
        self.exact = flag("exact", exact)
        self.days, self.per_day = whole("days", days, 1, 120), whole("per_day", per_day, 2, 1000)
        self.budget = whole("budget", budget, 0, self.per_day)
        customers = whole("customers", customers, 4, 1000)
        adversary = flag("adversary", adversary)
        kept = num_envs <= _SEEN if history is None else flag("history", history)
        self.num_envs = n = num_envs
        self.name = "trading-fraud-exact" if self.exact else "trading-fraud"
        self.steps_per_second = 20.0
        self.steps = steps = self.days * self.per_day
        self._rules = np.array(
            [self.exact, self.per_day, self.days, self.budget, customers, adversary], np.float64
        )
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (len(at.OBSERVED),), np.float32)
        self.single_action_space = gym.spaces.Discrete(3)
        self._keys = np.zeros(n, np.uint64)
        self._state = np.zeros((n, at.WIDTH), np.float64)
        people = 1 if self.exact else customers
        self._customers = np.zeros((n, people, len(at.CUSTOMER_FIELDS)), np.float64)
        self._pending = np.zeros((n, steps, len(at.PENDING_FIELDS)), np.float64)
        self._queue = np.zeros((n, steps), np.float64)
        self._history = np.zeros((n, steps + 1 if kept else 0, 5), np.float32)
        self._metrics = np.zeros((len(METRICS), n), np.float64)
        self.observations = np.zeros((n, len(at.OBSERVED)), np.float32)
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(TERMS), n), np.float64)
        self._name_rows()

    def _name_rows(self) -> None:
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self.metrics = dict(zip(METRICS, self._metrics, strict=True))

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        self._metrics[:, mask] = 0.0
        begin_batch(
            mask, self._keys, np.asarray(difficulty, np.float64), self._rules, self._state, self._customers,
            self._queue, self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        step_batch(
            mask, np.asarray(actions, np.int64), self._keys, self._rules, self._state, self._customers,
            self._pending, self._queue, self._terms, self.rewards, self.terminations, self.truncations,
            self._metrics, self.observations, self._history,
        )  # fmt: skip

    def labels(self) -> np.ndarray:
        """Return what each running payment is, an index of `layout.KINDS`, int64 (num_envs,).

        For references and audits: no agent may read it.
        """
        return self._state[:, at.KIND].astype(np.int64)

    def amounts(self) -> np.ndarray:
        """Return the amount of each running payment, hundreds of euros, float64 (num_envs,)."""
        return np.asarray(self._state[:, at.AMOUNT].copy())

    def parties(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the customer and the payee of each running payment, int64 (num_envs,) each."""
        row = self._state
        return row[:, at.CUSTOMER].astype(np.int64), row[:, at.PAYEE].astype(np.int64)

    def optimum(self, index: int) -> float | None:
        """Return the expected return of the optimal policy from an episode's start, or None.

        Known where `exact` is set: see `synth_envs.trading.fraud.exact`.
        """
        if not self.exact:
            return None
        from synth_envs.trading.fraud.exact import optimum_per_day

        level = float(self._state[index, at.DIFFICULTY])
        return self.days * optimum_per_day(level, self.per_day, self.budget)

    def describe(self, index: int) -> str:
        """Return in words what an analyst may know now, and the actions to choose from."""
        from synth_envs.trading.fraud.describe import describe

        return describe(
            self._state[index], self._customers[index], self.observations[index], self._rules
        )

    def read(self, text: str) -> int | None:
        """Return the action that a language model's answer names, or None if it names none."""
        from synth_envs.trading.fraud.describe import read

        return read(text)

    def idle(self, index: int) -> int:
        """Return the action that lets a payment through."""
        del index
        return 0

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        return f'{{"decision": {int(action)}}}'

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""
        from synth_envs.trading.fraud.picture import picture

        return picture(self._state[index], self._history[index], self._rules)

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

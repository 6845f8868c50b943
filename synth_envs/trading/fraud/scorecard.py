"""A logistic scorecard that learns in play: from chargebacks, reviews, and the time that passed."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.fraud import layout as at
from synth_envs.trading.fraud.law import WINDOW_DAYS

__all__ = ["Scorecard"]

_DAY, _PLACE, _REPORT = 29, 30, 32
_OPEN, _STOPPED, _FRAUD = 0, 1, 2
#: Reports queue up behind each other for at most about so many payments.
_MARGIN = 10
_COLUMNS = at.OWN + 4
#: Log odds before anything is known (one in a hundred), and the prior's standard deviation.
_START, _PRIOR = -4.6, 1.0


class Scorecard:
    """One scorecard for all streams that it watches, by online Newton steps of its log-likelihood.

    A payment's label counts when the days within which chargebacks come have passed, whether it was
    reported by then or not: learning from reports as they come would see frauds before the honest
    payments of their days, and take fraud to be common. What was blocked tells nothing. What was
    learned is kept over episodes.

    Args:
        num_envs: How many streams.
        days: Days in an episode.
        per_day: Payments in a day.
        immediate: Whether labels come at once.
    """

    def __init__(self, num_envs: int, days: int, per_day: int, *, immediate: bool) -> None:
        self._days, self._per_day = days, per_day
        self._steps = days * per_day
        self._wait = 1 if immediate else WINDOW_DAYS * per_day + _MARGIN
        self._x = np.zeros((num_envs, self._steps, _COLUMNS), np.float32)
        self._status = np.full((num_envs, self._steps), _STOPPED, np.int8)
        self._weights = np.zeros(_COLUMNS)
        self._weights[0] = _START
        self._precision = np.eye(_COLUMNS) * _PRIOR**-2
        self._step = np.zeros(num_envs, np.int64)

    def see(self, observations: np.ndarray) -> None:
        """Take in the reports of observations, float32 (num_envs, 40), and learn from them."""
        seen = np.asarray(observations, np.float64)
        step = np.rint((seen[:, _DAY] * self._days + seen[:, _PLACE]) * self._per_day).astype(
            np.int64
        )
        self._status[step == 0] = _STOPPED
        rows = np.arange(len(seen))
        step = np.minimum(step, self._steps - 1)
        for k in range(at.REPORTS):
            label, age = seen[:, _REPORT + 2 * k], seen[:, _REPORT + 2 * k + 1]
            known = (label != 0.0) & (step > 0)
            place = np.clip(step - np.rint(age * self._steps).astype(np.int64), 0, None)
            self._status[rows[known], place[known]] = np.where(label > 0, _FRAUD, _OPEN)[known]
        place = np.clip(step - self._wait, 0, None)
        status = self._status[rows, place]
        certain = (step >= self._wait) & (status != _STOPPED)
        self._learn(
            self._x[rows[certain], place[certain]].astype(np.float64), status[certain] == _FRAUD
        )
        self._x[rows, step] = _design(seen)
        self._status[rows, step] = _STOPPED
        self._step = step

    def predict(self) -> np.ndarray:
        """Return the probability of fraud of each running payment, float64 (num_envs,)."""
        x = self._x[np.arange(len(self._step)), self._step].astype(np.float64)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x @ self._weights, -30.0, 30.0))))

    def decided(self, actions: np.ndarray) -> None:
        """Say what becomes of the running payments: 0 is let through."""
        rows = np.arange(len(self._step))
        self._status[rows, self._step] = np.where(actions == 0, _OPEN, _STOPPED)

    def _learn(self, x: np.ndarray, labels: np.ndarray) -> None:
        if not len(x):
            return
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ self._weights, -30.0, 30.0)))
        # A floor keeps the first frauds, which come as a surprise, from moving everything.
        self._precision += (x * np.maximum(p * (1.0 - p), 0.002)[:, None]).T @ x
        move = np.linalg.solve(self._precision, x.T @ (labels - p))
        self._weights += np.clip(move, -0.5, 0.5)


def _design(seen: np.ndarray) -> np.ndarray:
    """A constant, the payment's entries, and three products that single features do not show."""
    own = seen[:, : at.OWN]
    quick, transfer = seen[:, 18:19], seen[:, 4:5]
    extra = [transfer * seen[:, 13:14], quick * seen[:, 13:14], transfer * seen[:, 1:2]]
    return np.concatenate([np.ones((len(seen), 1)), own, *extra], axis=1)

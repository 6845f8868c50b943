"""A scorecard that learns in play: from the lender's own loans only, as their outcomes come in."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.credit.law import BASE_RATE
from synth_envs.trading.credit.layout import REPORTS

__all__ = ["Scorecard", "design"]

_WIDTH, _MONTH, _DAY, _LOANS, _REPORT = 16, 18, 19, 22, 28
_NEVER, _PENDING, _FAILED, _REPAID, _UNSURE = 0, 1, 2, 3, 4
_START = float(np.log(-np.log1p(-BASE_RATE)))
_ROUNDS, _BOUND = 3, 4.0


def design(features: np.ndarray) -> np.ndarray:
    """Return the columns of a scorecard: a constant, the features, and two that bend.

    Args:
        features: The applicant's entries of observations, (..., 16).

    Returns:
        float64 (..., 19).
    """
    x = np.asarray(features, np.float64)[..., :_WIDTH]
    use = x[..., 5:6]
    late = (x[..., 6:7] > 0.0).astype(np.float64)
    return np.concatenate([np.ones_like(use), x, 4.0 * use * use - 0.25, 2.0 * use * late], axis=-1)


class Scorecard:
    """A proportional-hazards scorecard for each of many lenders, fitted every month of play.

    The probability of default over the term is 1 - exp(-exp(w x)). A loan that is still running counts
    as so many parts of a term survived: without that, outcomes would be nearly all defaults at first,
    as those come early and repayment only at the end. Applicants who never got a loan tell nothing.

    Args:
        num_envs: How many lenders.
        steps: Applicants in an episode.
        per_month: Applicants in a month.
        prior: Standard deviation of the coefficients before anything is known; features are mostly
            in [-1, 1].
    """

    def __init__(self, num_envs: int, steps: int, per_month: int, prior: float) -> None:
        self._steps, self._per_month = steps, per_month
        self._x = np.zeros((num_envs, steps, _WIDTH + 3))
        self._term = np.ones((num_envs, steps))
        self._status = np.zeros((num_envs, steps), np.int64)
        self._age = np.zeros((num_envs, steps))
        self._weights = np.zeros((num_envs, _WIDTH + 3))
        self._weights[:, 0] = _START
        self._loans = np.zeros(num_envs)
        self._precision = np.full(_WIDTH + 3, prior**-2)
        self._covariance = np.broadcast_to(
            np.diag(1.0 / self._precision), (num_envs, _WIDTH + 3, _WIDTH + 3)
        ).copy()
        self._last = np.full(num_envs, -1)

    def see(self, observations: np.ndarray, *, immediate: bool) -> None:
        """Take in what observations report, and fit anew in lenders whose month begins.

        Args:
            observations: float32 (num_envs, 36).
            immediate: Whether outcomes come at once.
        """
        seen = np.asarray(observations, np.float64)
        month = np.rint(seen[:, _DAY] * self._per_month)
        step = np.rint(seen[:, _MONTH] * self._steps + month).astype(np.int64)
        self._begin(step == 0)
        rows = np.arange(len(seen))
        loans = np.rint(seen[:, _LOANS] * self._steps)
        # Whether a customer took the offer shows in the number of loans, except at a month's end.
        last = np.clip(self._last, 0, self._steps - 1)
        took = (self._last >= 0) & (month > 0) & (loans == self._loans + 1)
        unsure = self._status[rows, last] == _UNSURE
        self._status[rows[unsure & took], last[unsure & took]] = _PENDING
        self._loans = loans
        for k in range(REPORTS):
            label, age = seen[:, _REPORT + 2 * k], seen[:, _REPORT + 2 * k + 1]
            known = label != 0.0
            place = np.clip(step - np.rint(age * self._steps).astype(np.int64), 0, self._steps - 1)
            self._status[rows[known], place[known]] = np.where(label > 0, _FAILED, _REPAID)[known]
            self._age[rows[known], place[known]] = age[known] * self._steps / self._per_month
        current = np.clip(step, 0, self._steps - 1)
        self._x[rows, current] = design(seen[:, :_WIDTH])
        self._term[rows, current] = np.maximum(seen[:, 1] * 24.0, 1.0)
        self._status[rows, current] = _NEVER
        self._last = current
        due = np.flatnonzero((month == 0) & (step > 0))
        if due.size:
            self._fit(due, step[due], immediate=immediate)

    def predict(self, optimism: float = 0.0) -> np.ndarray:
        """Return the probability of default of each running applicant, float64 (num_envs,).

        Args:
            optimism: How many standard errors below the best guess.
        """
        rows = np.arange(len(self._last))
        x = self._x[rows, np.clip(self._last, 0, None)]
        index = np.einsum("nd,nd->n", x, self._weights)
        if optimism:
            spread = np.einsum("nd,nde,ne->n", x, self._covariance, x)
            index -= optimism * np.sqrt(np.maximum(spread, 0.0))
        return np.asarray(-np.expm1(-np.exp(np.clip(index, -_BOUND * 2, _BOUND))))

    def granted(self, chosen: np.ndarray, *, certain: np.ndarray) -> None:
        """Say where a loan was offered to the running applicants, and where it is certainly taken.

        Args:
            chosen: bool (num_envs,).
            certain: bool (num_envs,).
        """
        rows = np.arange(len(self._last))
        status = np.where(chosen, np.where(certain, _PENDING, _UNSURE), _NEVER)
        self._status[rows, self._last] = status

    def _begin(self, new: np.ndarray) -> None:
        self._status[new] = _NEVER
        self._weights[new] = 0.0
        self._weights[new, 0] = _START
        self._covariance[new] = np.diag(1.0 / self._precision)
        self._loans[new], self._last[new] = 0.0, -1

    def _fit(self, rows: np.ndarray, step: np.ndarray, *, immediate: bool) -> None:
        x, status = self._x[rows], self._status[rows]
        running = (step[:, None] - np.arange(self._steps)) / self._per_month
        months = np.where(status == _PENDING, np.floor(np.maximum(running, 0.0)), self._age[rows])
        share = np.clip(months / self._term[rows], 0.0, 1.0)
        if immediate:
            share[:] = 1.0
            share[status == _PENDING] = 0.0
        share[status == _REPAID] = 1.0
        failed = (status == _FAILED).astype(np.float64)
        exposure = np.where((status != _NEVER) & (status != _UNSURE), share, 0.0)
        weights, start = self._weights[rows], np.zeros(x.shape[-1])
        start[0] = _START
        for _ in range(_ROUNDS):
            index = np.clip(np.einsum("nsd,nd->ns", x, weights), -2 * _BOUND, _BOUND)
            mean = exposure * np.exp(index)
            slope = np.einsum("nsd,ns->nd", x, failed - mean) - self._precision * (weights - start)
            curvature = np.matmul(x.transpose(0, 2, 1) * mean[:, None, :], x)
            curvature += np.diag(self._precision)
            move = np.linalg.solve(curvature, slope[..., None])[..., 0]
            weights = weights + np.clip(move, -1.0, 1.0)
        self._weights[rows] = weights
        self._covariance[rows] = np.linalg.inv(curvature)

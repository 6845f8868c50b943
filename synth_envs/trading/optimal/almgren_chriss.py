"""Selling a position under linear impact: the mean-variance optimum of Almgren and Chriss.

Source: Almgren and Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3 (2000).

In step j of N, n_j shares are filled at S - epsilon - eta n_j / tau, and then the price moves by
sigma sqrt(tau) xi - gamma n_j. As permanent impact comes after the fill, it takes gamma tau / 2 off
the temporary one: eta~ = eta - gamma tau / 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Execution", "Plan", "evaluate", "frontier", "holdings", "optimum", "twap", "urgency"]


@dataclass(frozen=True, kw_only=True)
class Execution:
    """A position to sell; the defaults are the example of the paper.

    Attributes:
        shares: To sell, X > 0.
        steps: In how many, N >= 1.
        horizon: How long it may take, T > 0, in days.
        price: At the beginning, S0 > 0, in money per share.
        volatility: Of the price, sigma >= 0, in money per share and square root of a day.
        spread: Half the bid-ask spread, epsilon >= 0, in money per share.
        permanent: Impact gamma >= 0, in money per share squared.
        temporary: Impact eta, above gamma tau / 2, in money days per share squared.
        risk_aversion: lambda >= 0, per money.

    Raises:
        ValueError: A value is out of its range.
    """

    shares: float = 1e6
    steps: int = 5
    horizon: float = 5.0
    price: float = 50.0
    volatility: float = 0.95
    spread: float = 0.0625
    permanent: float = 2.5e-7
    temporary: float = 2.5e-6
    risk_aversion: float = 1e-6

    def __post_init__(self) -> None:
        """Check the ranges."""
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or self.steps < 1:
            msg = f"steps must be an integer of at least 1, got {self.steps!r}"
            raise ValueError(msg)
        for name in ("shares", "horizon", "price"):
            if not 0 < getattr(self, name) < math.inf:
                msg = f"{name} must be a positive number, got {getattr(self, name)!r}"
                raise ValueError(msg)
        for name in ("volatility", "spread", "permanent", "risk_aversion"):
            if not 0 <= getattr(self, name) < math.inf:
                msg = f"{name} must be a number of at least 0, got {getattr(self, name)!r}"
                raise ValueError(msg)
        if not 0.5 * self.permanent * self.tau < self.temporary < math.inf:
            msg = (
                f"temporary must be above permanent * horizon / (2 * steps), got {self.temporary!r}"
            )
            raise ValueError(msg)

    @property
    def tau(self) -> float:
        """The length of a step, in days."""
        return self.horizon / self.steps

    @property
    def effective(self) -> float:
        """The temporary impact less what permanent impact takes off it, eta~."""
        return self.temporary - 0.5 * self.permanent * self.tau


@dataclass(frozen=True)
class Plan:
    """A schedule and what it costs.

    Attributes:
        holdings: Shares left at the beginning and after each step, (N + 1,).
        cost: Expected shortfall against selling all at the first price, E, in money.
        variance: Of the shortfall, V, in money squared.
        utility: E + lambda V, in money; less is better.
    """

    holdings: np.ndarray
    cost: float
    variance: float
    utility: float


def urgency(problem: Execution) -> float:
    """Return kappa, at which rate the optimal holdings decay, per day.

    >>> round(urgency(Execution()), 6)
    0.607076
    """
    tau, risk = problem.tau, problem.risk_aversion * problem.volatility**2
    # arccosh(1 + y) without the cancellation that a small y suffers.
    y = risk * tau**2 / (2 * problem.effective)
    return math.log1p(y + math.sqrt(y * (2 + y))) / tau


def holdings(problem: Execution) -> np.ndarray:
    """Return the optimal shares left at the beginning and after each step, (N + 1,).

    >>> holdings(Execution()).round(1).tolist()
    [1000000.0, 541955.6, 289854.2, 147897.5, 62141.8, 0.0]
    """
    left = np.arange(problem.steps, -1, -1) / problem.steps
    rate = urgency(problem) * problem.horizon
    if rate < 1e-6:  # the limit without risk aversion: equal slices
        return problem.shares * left
    # sinh(r u) / sinh(r), of exponentials that cannot overflow.
    return np.asarray(
        problem.shares
        * np.exp(rate * (left - 1))
        * np.expm1(-2 * rate * left)
        / np.expm1(-2 * rate)
    )


def evaluate(problem: Execution, schedule: np.ndarray) -> Plan:
    """Return what a schedule costs.

    Args:
        problem: What is to be sold.
        schedule: Shares left at the beginning and after each step, (N + 1,), from X down to 0.

    Raises:
        ValueError: The schedule does not begin at X or does not end at 0.
    """
    x = np.asarray(schedule, np.float64)
    if x.shape != (problem.steps + 1,) or x[0] != problem.shares or x[-1] != 0:
        msg = f"a schedule goes from {problem.shares:g} to 0 in {problem.steps} steps"
        raise ValueError(msg)
    sold = -np.diff(x)
    cost = (
        0.5 * problem.permanent * problem.shares**2
        + problem.spread * float(np.abs(sold).sum())
        + problem.effective / problem.tau * float(sold @ sold)
    )
    variance = problem.volatility**2 * problem.tau * float(x[1:] @ x[1:])
    return Plan(x, cost, variance, cost + problem.risk_aversion * variance)


def optimum(problem: Execution) -> Plan:
    """Return the optimal plan.

    >>> plan = optimum(Execution())
    >>> round(plan.cost), round(plan.variance**0.5), round(plan.utility, 2)
    (911227, 603431, 1275355.56)
    """
    x = holdings(problem)
    x[0], x[-1] = problem.shares, 0.0
    return evaluate(problem, x)


def twap(problem: Execution) -> Plan:
    """Return the plan of equal slices (time-weighted average price)."""
    return evaluate(problem, problem.shares * np.arange(problem.steps, -1, -1) / problem.steps)


def frontier(problem: Execution, risk_aversions: np.ndarray) -> np.ndarray:
    """Return the efficient frontier, float64 (k, 2): expected cost and standard deviation of each.

    Args:
        problem: What is to be sold; its own risk aversion does not matter.
        risk_aversions: (k,), at least 0, per money.
    """
    rows = []
    for one in np.asarray(risk_aversions, np.float64).tolist():
        plan = optimum(Execution(**{**problem.__dict__, "risk_aversion": one}))
        rows.append((plan.cost, math.sqrt(plan.variance)))
    return np.array(rows, np.float64).reshape(-1, 2)

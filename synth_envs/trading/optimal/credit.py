"""Lending: whom to approve, and how many of a portfolio default in a bad year.

Source of the second: Vasicek, "The distribution of loan portfolio value", Risk 15 (2002), which the
Basel rules for capital use with the quantile 0.999.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

__all__ = ["approvals", "capital", "default_rate_quantile", "expected_profit", "threshold"]

_NORMAL = NormalDist()


def threshold(margin: float, loss_given_default: float, exposure: float = 1.0) -> float:
    """Return the probability of default below which a loan earns: m / (m + LGD EAD).

    The loan earns the margin m with probability 1 - p for a unit lent, and loses LGD EAD with p;
    without the first factor, approve iff (1 - p) m > p LGD EAD.

    Args:
        margin: m, at least 0, in money per loan.
        loss_given_default: The share lost, LGD in [0, 1].
        exposure: At default, EAD, in money per loan.

    Raises:
        ValueError: Nothing can be won or lost.
    """
    loss = loss_given_default * exposure
    if margin < 0 or loss < 0 or margin + loss <= 0:
        msg = "margin and loss must be at least 0, and not both 0"
        raise ValueError(msg)
    return margin / (margin + loss)


def expected_profit(
    default: np.ndarray, margin: np.ndarray, loss_given_default: np.ndarray, exposure: np.ndarray
) -> np.ndarray:
    """Return what each loan earns on average, (1 - p) m - p LGD EAD."""
    return np.asarray((1 - default) * margin - default * loss_given_default * exposure)


def approvals(
    default: np.ndarray, margin: np.ndarray, loss_given_default: np.ndarray, exposure: np.ndarray
) -> np.ndarray:
    """Return which loans the optimal lender approves, bool: those that earn on average."""
    return expected_profit(default, margin, loss_given_default, exposure) > 0


def default_rate_quantile(default: float, correlation: float, quantile: float = 0.999) -> float:
    """Return the share of a large portfolio that defaults in a year this bad.

    Args:
        default: Probability of default of each loan, in (0, 1).
        correlation: Of the assets behind the loans, in [0, 1).
        quantile: In (0, 1).

    >>> round(default_rate_quantile(0.02, 0.15), 5)
    0.17633
    """
    bad = _NORMAL.inv_cdf(default) + math.sqrt(correlation) * _NORMAL.inv_cdf(quantile)
    return _NORMAL.cdf(bad / math.sqrt(1 - correlation))


def capital(
    default: float, correlation: float, loss_given_default: float, quantile: float = 0.999
) -> float:
    """Return the unexpected loss per unit of exposure: LGD (quantile of the default rate - p)."""
    return loss_given_default * (default_rate_quantile(default, correlation, quantile) - default)

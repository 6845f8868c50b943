"""Payments: which to block, and which to have reviewed when reviewers are few.

Both rules are those of an expected cost, given the true probability of fraud; they are optimal as long
as decisions do not change what is seen or done later. Source: Elkan, "The foundations of
cost-sensitive learning", IJCAI (2001).
"""

from __future__ import annotations

import numpy as np

__all__ = ["blocks", "expected_cost", "probability_to_block", "reviews"]


def blocks(
    probability: np.ndarray,
    amount: np.ndarray,
    loss: np.ndarray | float = 1.0,
    friction: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Return which payments to block, bool: where p amount loss > (1 - p) friction.

    Args:
        probability: Of fraud, in [0, 1].
        amount: Of the payment, in money.
        loss: What share of the amount a fraud costs.
        friction: What it costs to block an honest payment, in money.
    """
    p = np.asarray(probability, np.float64)
    return np.asarray(p * amount * loss > (1 - p) * friction)


def probability_to_block(amount: float, loss: float = 1.0, friction: float = 1.0) -> float:
    """Return above which probability of fraud a payment is blocked.

    Raises:
        ValueError: Neither a fraud nor a block costs anything.
    """
    if amount * loss < 0 or friction < 0 or amount * loss + friction <= 0:
        msg = "amount * loss and friction must be at least 0, and not both 0"
        raise ValueError(msg)
    return friction / (amount * loss + friction)


def expected_cost(
    blocked: np.ndarray,
    probability: np.ndarray,
    amount: np.ndarray,
    loss: np.ndarray | float = 1.0,
    friction: np.ndarray | float = 1.0,
) -> float:
    """Return what decisions cost on average: frauds let through and honest payments blocked."""
    p = np.asarray(probability, np.float64)
    return float(np.where(blocked, (1 - p) * friction, p * amount * loss).sum())


def reviews(probability: np.ndarray, amount: np.ndarray, budget: int) -> np.ndarray:
    """Return which payments to review, bool: the `budget` with the most money at risk, p amount.

    Of equal ones the first is taken.

    Raises:
        ValueError: The budget is negative.
    """
    if budget < 0:
        msg = f"the budget must be at least 0, got {budget}"
        raise ValueError(msg)
    at_risk = np.asarray(probability, np.float64) * amount
    chosen = np.zeros(at_risk.shape, np.bool_)
    chosen[np.argsort(-at_risk, kind="stable")[:budget]] = True
    return chosen

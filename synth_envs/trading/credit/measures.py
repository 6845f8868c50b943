"""How probabilities of rare events are measured: ranking, calibration, cost."""

from __future__ import annotations

import numpy as np

__all__ = ["auc", "best_single", "brier", "calibration_error", "cost_curve", "log_loss"]


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the chance that a positive scores above a negative one, ties counting half.

    Args:
        scores: float (n,).
        labels: bool (n,), of both kinds.

    Raises:
        ValueError: All labels are the same.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, False, True, True]))
    0.875
    """
    positive = np.asarray(labels, np.bool_)
    hits = int(positive.sum())
    misses = len(positive) - hits
    if not hits or not misses:
        msg = "the labels must be of both kinds"
        raise ValueError(msg)
    _, place, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - 0.5 * (counts - 1))[place]
    return float((ranks[positive].sum() - 0.5 * hits * (hits + 1)) / (hits * misses))


def best_single(features: np.ndarray, labels: np.ndarray) -> tuple[float, int]:
    """Return the best AUC of a single feature, in either direction, and which feature it is.

    Args:
        features: float (n, columns).
        labels: bool (n,), of both kinds.

    Raises:
        ValueError: All labels are the same.
    """
    found = [auc(column, labels) for column in np.asarray(features).T]
    sharp = [max(one, 1.0 - one) for one in found]
    best = int(np.argmax(sharp))
    return sharp[best], best


def brier(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean squared error of probabilities (Brier, Monthly Weather Review 78, 1950).

    >>> brier(np.array([0.0, 0.5]), np.array([False, True]))
    0.125
    """
    return float(np.mean((np.asarray(scores, np.float64) - np.asarray(labels, np.float64)) ** 2))


def log_loss(scores: np.ndarray, labels: np.ndarray, least: float = 1e-6) -> float:
    """Return the mean negative log-likelihood, probabilities clipped to [least, 1 - least]."""
    p = np.clip(np.asarray(scores, np.float64), least, 1.0 - least)
    return float(-np.mean(np.where(np.asarray(labels, np.bool_), np.log(p), np.log1p(-p))))


def calibration_error(scores: np.ndarray, labels: np.ndarray, bins: int = 20) -> float:
    """Return the mean gap of score and frequency over bins of equal counts (ECE).

    >>> calibration_error(np.full(10, 0.5), np.arange(10) < 5, bins=1)
    0.0
    """
    order = np.argsort(np.asarray(scores), kind="stable")
    gaps = [
        abs(float(np.sum(np.asarray(scores, np.float64)[part] - np.asarray(labels)[part])))
        for part in np.array_split(order, bins)
    ]
    return float(np.sum(gaps) / len(order))


def cost_curve(
    scores: np.ndarray, missed: np.ndarray, refused: np.ndarray, points: int = 50
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean cost of refusing whatever scores at least a cut, for each cut.

    Args:
        scores: float (n,).
        missed: What each one costs if it is let through, (n,).
        refused: What each one costs if it is refused, (n,).
        points: How many cuts.

    Returns:
        The share refused, rising, and the mean cost, float64 (points,) each.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    gain = np.concatenate([[0.0], np.cumsum((refused - missed)[order])])
    count = np.linspace(0, len(order), points).astype(np.int64)
    return count / len(order), (float(np.sum(missed)) + gain[count]) / len(order)

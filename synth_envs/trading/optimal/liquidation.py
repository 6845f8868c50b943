"""Selling under temporary, permanent and decaying impact: the exact feedback rule, for many at once.

A linear-quadratic problem in the shares left x and the displacement d of the price. In a step of
length tau that sells n: the cost is eta n^2 / tau + n (d + kappa n / 2) + gamma n (x - n)
+ lambda sigma^2 tau (x - n)^2, and d becomes (d + kappa n) exp(-rho tau). The last step sells what is
left. The half spread times the shares sold is the same for every rule that never buys.

Sources: Almgren and Chriss (2000), see `almgren_chriss`; Obizhaeva and Wang, "Optimal trading
strategy and supply/demand dynamics", Journal of Financial Markets 16 (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Feedback", "feedback", "sold", "utility_matrix"]


@dataclass(frozen=True)
class Feedback:
    """What to sell now is `share` x + `relief` d; the cost from here on is quadratic in both.

    Attributes:
        share: Of the shares left, (n,).
        relief: Shares per unit of displacement, (n,); not positive.
        value: (n, 3): p, q, r of the cost p x^2 + 2 q x d + r d^2.
    """

    share: np.ndarray
    relief: np.ndarray
    value: np.ndarray


def feedback(
    slope: np.ndarray,
    permanent: np.ndarray,
    risk: np.ndarray,
    transient: np.ndarray,
    decay: np.ndarray,
    left: np.ndarray,
) -> Feedback:
    """Return the optimal rule with `left` steps to go, of many problems; all arguments are (n,).

    Args:
        slope: eta / tau, the temporary impact on the price of each share sold in a step.
        permanent: gamma.
        risk: lambda sigma^2 tau.
        transient: kappa.
        decay: exp(-rho tau), in [0, 1].
        left: Steps to go, at least 1.

    Raises:
        ValueError: A problem is not convex: selling back and forth would earn without bound.
    """
    a = np.asarray(slope, np.float64) + 0.5 * np.asarray(transient, np.float64)
    p, q, r = a.copy(), np.full_like(a, 0.5), np.zeros_like(a)
    share, relief = np.ones_like(a), np.zeros_like(a)
    left = np.asarray(left)
    for k in range(2, int(left.max(initial=1)) + 1):
        going = left >= k
        hold = risk + p
        curve = a - permanent + hold - 2 * q * decay * transient + r * (decay * transient) ** 2
        if not (curve[going] > 0).all():
            msg = "the impact is not convex: permanent impact outweighs temporary impact"
            raise ValueError(msg)
        curve = np.where(going, curve, 1.0)
        by_x = permanent - 2 * hold + 2 * q * decay * transient
        by_d = 1 - 2 * q * decay + 2 * r * decay**2 * transient
        share = np.where(going, -by_x / (2 * curve), share)
        relief = np.where(going, -by_d / (2 * curve), relief)
        p, q, r = (
            np.where(going, hold - by_x**2 / (4 * curve), p),
            np.where(going, q * decay - by_x * by_d / (4 * curve), q),
            np.where(going, r * decay**2 - by_d**2 / (4 * curve), r),
        )
    return Feedback(share, relief, np.stack([p, q, r], axis=-1))


def sold(
    shares: float,
    steps: int,
    slope: float,
    permanent: float,
    risk: float,
    transient: float,
    decay: float,
) -> np.ndarray:
    """Return what the optimal rule sells in each step of one problem, (steps,); see `feedback`."""
    one = [np.array([value]) for value in (slope, permanent, risk, transient, decay)]
    x, d, trades = shares, 0.0, []
    for left in range(steps, 0, -1):
        rule = feedback(one[0], one[1], one[2], one[3], one[4], np.array([left]))
        n = float(rule.share[0] * x + rule.relief[0] * d)
        trades.append(n)
        x, d = x - n, (d + transient * n) * decay
    return np.array(trades)


def utility_matrix(
    steps: int, slope: float, permanent: float, risk: float, transient: float, decay: float
) -> np.ndarray:
    """Return the symmetric matrix Q of the cost n' Q n of selling n, (steps, steps).

    It is the cost written out trade by trade, without dynamic programming.
    """
    i = np.arange(steps)
    after = (i[None, :] > i[:, None]).astype(np.float64)  # [j, k]: trade k comes after step j
    pushes = np.tril(float(decay) ** np.abs(i[:, None] - i[None, :]), -1) * transient
    q = (slope + 0.5 * transient) * np.eye(steps) + risk * after.T @ after
    q += 0.5 * (pushes + pushes.T)
    return np.asarray(q + 0.5 * permanent * (after + after.T))

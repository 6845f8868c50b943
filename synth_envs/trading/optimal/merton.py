"""How much of one's wealth to hold in a risky asset: Merton's fraction and what it earns.

The asset's price is a geometric Brownian motion of drift mu and volatility sigma, cash earns r, and
the investor has constant relative risk aversion gamma. Sources: Merton, "Lifetime portfolio selection
under uncertainty", Review of Economics and Statistics 51 (1969); Janecek and Shreve, "Asymptotic
analysis for optimal investment and consumption with transaction costs", Finance and Stochastics 8
(2004).
"""

from __future__ import annotations

import functools
import math

import numpy as np

__all__ = ["certainty_equivalent", "discrete_equivalent", "discrete_optimum", "fraction", "growth", "no_trade_half_width"]  # fmt: skip

#: Nodes of Gauss-Hermite quadrature, and when a search has converged.
_NODES, _SETTLED = 64, 1e-12


@functools.cache
def _quadrature(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of expectations under the standard normal law."""
    z, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return z, weights / weights.sum()


def fraction(drift: float, rate: float, volatility: float, gamma: float) -> float:
    """Return the optimal share of wealth in the risky asset, (mu - r) / (gamma sigma^2).

    >>> [round(fraction(0.08, 0.02, 0.2, gamma), 6) for gamma in (1, 3, 5)]
    [1.5, 0.5, 0.3]
    """
    return (drift - rate) / (gamma * volatility**2)


def growth(share: float, drift: float, rate: float, volatility: float) -> float:
    """Return the growth rate of log wealth at a constant share, r + pi (mu - r) - pi^2 sigma^2 / 2.

    >>> [round(growth(share, 0.08, 0.02, 0.2), 6) for share in (1.5, 0.5, 0.3)]
    [0.065, 0.045, 0.0362]
    """
    return rate + share * (drift - rate) - 0.5 * (share * volatility) ** 2


def certainty_equivalent(drift: float, rate: float, volatility: float, gamma: float) -> float:
    """Return the sure rate that is worth as much as the optimum, r + (mu - r)^2 / (2 gamma sigma^2).

    >>> [round(certainty_equivalent(0.08, 0.02, 0.2, gamma), 6) for gamma in (1, 3, 5)]
    [0.065, 0.035, 0.029]
    """
    return rate + (drift - rate) ** 2 / (2 * gamma * volatility**2)


def no_trade_half_width(share: float, gamma: float, cost: float) -> float:
    """Return how far the share may stray before trading pays, to leading order in the cost.

    Args:
        share: The optimal one without costs, pi*.
        gamma: Relative risk aversion.
        cost: Proportional, of what is traded.

    >>> [round(no_trade_half_width(pi, g, 0.005), 4) for pi, g in ((1.5, 1), (0.5, 3), (0.3, 5))]
    [0.1616, 0.0539, 0.0404]
    """
    return math.cbrt(3 / (2 * gamma) * share**2 * (1 - share) ** 2 * cost)


def discrete_equivalent(
    share: float,
    drift: float,
    rate: float,
    volatility: float,
    gamma: float,
    step: float,
    nodes: int = _NODES,
) -> float:
    """Return the sure rate that is worth as much as a share rebalanced every `step`, per unit of time.

    Wealth grows in a step by (1 - pi) e^(r step) + pi e^((mu - sigma^2 / 2) step + sigma sqrt(step) z).
    With constant relative risk aversion each step is a problem of its own. Expectations are
    Gauss-Hermite sums.

    Args:
        share: pi in [0, 1]; beyond it wealth could become negative.
        drift: mu, per unit of time.
        rate: r, per unit of time.
        volatility: sigma, per square root of time.
        gamma: Relative risk aversion, above 0; 1 is logarithmic utility.
        step: Time between two rebalancings.
        nodes: Of the quadrature.

    Raises:
        ValueError: The share is out of range.
    """
    if not 0 <= share <= 1:
        msg = f"the share must be in [0, 1], or wealth may become negative; got {share!r}"
        raise ValueError(msg)
    z, weights = _quadrature(nodes)
    asset = np.exp((drift - 0.5 * volatility**2) * step + volatility * math.sqrt(step) * z)
    wealth = (1 - share) * math.exp(rate * step) + share * asset
    if abs(gamma - 1) < 1e-9:
        return float(weights @ np.log(wealth)) / step
    # Relative to the mean, so that a large gamma neither over- nor underflows.
    middle = float(weights @ wealth)
    mean = float(weights @ (wealth / middle) ** (1 - gamma))
    return (math.log(middle) + math.log(mean) / (1 - gamma)) / step


def discrete_optimum(
    drift: float, rate: float, volatility: float, gamma: float, step: float
) -> tuple[float, float]:
    """Return the optimal share in [0, 1] if it is rebalanced every `step`, and its sure rate.

    Args: as in `discrete_equivalent`.
    """

    def worth(share: float) -> float:
        return discrete_equivalent(share, drift, rate, volatility, gamma, step)

    def slope(share: float) -> float:
        z, weights = _quadrature(_NODES)
        asset = np.exp((drift - 0.5 * volatility**2) * step + volatility * math.sqrt(step) * z)
        cash = math.exp(rate * step)
        wealth = (1 - share) * cash + share * asset
        return float(weights @ ((asset - cash) * wealth ** (-gamma)))

    # Utility is concave in the share: its slope falls through zero once.
    low, high = 0.0, 1.0
    if slope(low) <= 0:
        return low, worth(low)
    if slope(high) >= 0:
        return high, worth(high)
    while high - low > _SETTLED:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    best = 0.5 * (low + high)
    return best, worth(best)

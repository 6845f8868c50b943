"""Credit portfolio risk: Vasicek's one-factor model in closed form.

Source: Vasicek, "Probability of loss on loan portfolio", KMV (1987); the capital of the Basel
internal-ratings approach, BCBS, "An explanatory note on the Basel II IRB risk weight functions" (2005).
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import normal_cdf, normal_quantile
from synth_envs.kernels.jit import kernel
from synth_envs.trading.credit.law import TAIL_QUANTILES, TAIL_WEIGHTS, WORST

__all__ = ["book_risk", "conditional", "worst_default_rate", "worst_mean"]


@kernel
def conditional(threshold: float, correlation: float, macro: float) -> float:
    """Return the default probability given the common factor.

    Args:
        threshold: The normal quantile of the unconditional probability.
        correlation: Of assets, in [0, 1).
        macro: The common factor, standard normal; high is good.
    """
    return normal_cdf((threshold - math.sqrt(correlation) * macro) / math.sqrt(1.0 - correlation))


@kernel
def worst_default_rate(probability: float, correlation: float) -> float:
    """Return the default rate of a large book that is exceeded once in 1,000 years (its VaR).

    >>> round(worst_default_rate(0.02, 0.15), 4)
    0.1763
    """
    return conditional(normal_quantile(probability), correlation, -WORST)


@kernel
def worst_mean(probability: float, correlation: float) -> float:
    """Return the mean default rate in the worst thousandth of years (its CVaR).

    Ten Gauss-Legendre points over the tail; the error is below 1e-5.
    """
    threshold, total = normal_quantile(probability), 0.0
    for k in range(len(TAIL_QUANTILES)):
        total += TAIL_WEIGHTS[k] * conditional(threshold, correlation, -TAIL_QUANTILES[k])
    return total


@kernel
def book_risk(
    exposures: np.ndarray, probabilities: np.ndarray, correlation: float, lgd: float
) -> tuple[float, float]:
    """Return the loss of a book at 99.9 % and the mean loss beyond, in the exposures' unit.

    In the one-factor model of a finely grained book both are sums over loans.

    Args:
        exposures: float64 (loans,).
        probabilities: Of default within the horizon, in (0, 1), (loans,).
        correlation: Of assets, in [0, 1).
        lgd: Share of the exposure that a default loses.
    """
    var, cvar = 0.0, 0.0
    for k in range(len(exposures)):
        var += exposures[k] * lgd * worst_default_rate(probabilities[k], correlation)
        cvar += exposures[k] * lgd * worst_mean(probabilities[k], correlation)
    return var, cvar

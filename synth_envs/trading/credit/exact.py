"""The exact value of the optimal policy where outcomes come at once and the law is known.

Applicants are independent, and no decision touches a later one: so the optimum is the number of
applicants times the mean of the best expected profit. Given term and sector the index is a function
of the latents of delinquency and utilisation plus a normal number, and weighing by the amount
shifts means (a log-normal tilt): so the mean is a three-dimensional integral. Gauss-Legendre
quadrature, cut at every kink of the best profit and at the delinquencies' steps, is exact to about
1e-6 relative; `normal_cdf` of the simulator adds 1e-7.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from synth_envs.kernels.elementary import exp, log, normal_cdf, normal_quantile
from synth_envs.kernels.jit import kernel
from synth_envs.trading.credit import law
from synth_envs.trading.credit.law import (
    BASE_RATE,
    BEND,
    CROSS,
    EXACT_EAD,
    LEAST_SCORE,
    LEVELS,
    LGD,
    MARGINS,
    MOST_TAKE_UP,
    TAKE_UP,
)

__all__ = ["best_profit", "optimum_per_applicant"]

_REACH, _ROOT = 8.0, 0.3989422804014327
_PIECES, _SCAN = 24, 4000


@kernel
def best_profit(p: float, term: int, offers: int) -> float:
    """Return the best expected profit on an applicant, per unit lent.

    Args:
        p: The probability of default over the term.
        term: Its index.
        offers: How many rates there are, 1 or 2.
    """
    best = 0.0
    for k in range(offers):
        taken = 1.0 if k == 0 else min(TAKE_UP + p, MOST_TAKE_UP)
        best = max(best, taken * ((1.0 - p) * MARGINS[term, k] - p * LGD * EXACT_EAD))
    return best


@kernel
def _worth(p: float, term: int, kind: int) -> float:
    """Best profit (kind 1 or 2, the offers), or the skill of the true probability (-1, -2)."""
    p = min(max(p, 1e-5), 0.95)
    if kind > 0:
        return best_profit(p, term, kind)
    if kind == -1:
        return (p - BASE_RATE) * (p - BASE_RATE)
    q = min(max(p, LEAST_SCORE), 1.0 - LEAST_SCORE)
    return p * (log(q) - log(BASE_RATE)) + (1.0 - p) * (log(1.0 - q) - log(1.0 - BASE_RATE))


@kernel
def _mean_worth(
    centre: float,
    spread: float,
    cuts: np.ndarray,
    nodes: np.ndarray,
    weights: np.ndarray,
    term: int,
    kind: int,
) -> float:
    """The mean of `_worth` at Phi(centre + spread x), x standard normal, piece by piece."""
    total, low = 0.0, -_REACH
    for k in range(len(cuts) + 1):
        high = _REACH if k == len(cuts) else (cuts[k] - centre) / spread
        high = min(max(high, low), _REACH)
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        if half > 0.0:
            for j in range(len(nodes)):
                x = middle + half * nodes[j]
                density = _ROOT * exp(-0.5 * x * x)
                total += (
                    half
                    * weights[j]
                    * density
                    * _worth(normal_cdf(centre + spread * x), term, kind)
                )
        low = high
    return total


@kernel
def _integral(
    means: np.ndarray, slopes: np.ndarray, spread: float, constant: float, cuts: np.ndarray, law_of: np.ndarray,
    steps: np.ndarray, nodes: np.ndarray, weights: np.ndarray, signal: float, intercept: float, term: int,
    kind: int,
) -> float:  # fmt: skip
    """Over the latents of delinquency and utilisation, normal with `means` and correlation law_of[0]."""
    total, correlation = 0.0, law_of[0]
    for level in range(len(steps) - 1):
        half = 0.5 * (steps[level + 1] - steps[level])
        for i in range(len(nodes)):
            first = steps[level] + half * (1.0 + nodes[i])
            u = first - means[0]
            outer = half * weights[i] * _ROOT * exp(-0.5 * u * u)
            for j in range(len(nodes)):
                v = _REACH * nodes[j]
                inner = _REACH * weights[j] * _ROOT * exp(-0.5 * v * v)
                if outer * inner < 1e-14:
                    continue
                second = means[1] + correlation * u + math.sqrt(1.0 - correlation**2) * v
                index = constant + slopes[0] * first + slopes[1] * second + LEVELS[level]
                index += BEND * (second * second - 1.0)
                if level > 0:
                    index += CROSS * second
                total += (
                    outer
                    * inner
                    * _mean_worth(
                        intercept + signal * index,
                        signal * spread,
                        cuts,
                        nodes,
                        weights,
                        term,
                        kind,
                    )
                )
    return total


def _kinks(term: int, kind: int) -> np.ndarray:
    """Where the best decision changes, as normal quantiles of the default probability."""
    if kind < 0:
        return np.zeros(0)

    def choice(p: float) -> int:
        values = [0.0]
        for k in range(kind):
            taken = 1.0 if k == 0 else min(TAKE_UP + p, MOST_TAKE_UP)
            values.append(taken * ((1.0 - p) * MARGINS[term, k] - p * LGD * EXACT_EAD))
        return int(np.argmax(values))

    grid = np.linspace(1e-5, 0.95, _SCAN)
    found = []
    for a, b in zip(grid[:-1].tolist(), grid[1:].tolist(), strict=True):
        low, high, before = a, b, choice(a)
        if choice(b) == before:
            continue
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if choice(middle) == before else (low, middle)
        found.append(float(normal_quantile(low)))
    return np.array(found)


@lru_cache(maxsize=256)
def optimum_per_applicant(difficulty: float, kind: int) -> float:
    """Return the mean best reward of one applicant before it is seen.

    Args:
        difficulty: In [0, 1].
        kind: 1 or 2 for decisions with so many offers (thousands of euros); -1 for the Brier and
            -2 for the logarithmic score.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_PIECES)
    correlation = law.CORRELATION
    tilt = law.AMOUNT_SPREAD * correlation[:, -1] if kind > 0 else np.zeros(len(correlation))
    inverse = np.linalg.inv(correlation[:2, :2])
    regression = correlation[2:, :2] @ inverse
    rest = correlation[2:, 2:] - regression @ correlation[:2, 2:]
    steps = np.array([-_REACH, *law.LEVEL_CUTS, _REACH])
    signal, intercept = law.signal_of(difficulty), law.intercept_of(difficulty)
    total = 0.0
    for t, share in enumerate(law.TERM_SHARES.tolist()):
        cuts = _kinks(t, kind)
        amount = math.exp(law.AMOUNT_LOGS[t] + 0.5 * law.AMOUNT_SPREAD**2) if kind > 0 else 1.0
        for s, part in enumerate(law.SECTOR_SHARES.tolist()):
            linear = law.SLOPES.copy()
            linear[5] += law.SECTOR_JOB_SLOPES[s]
            slopes = linear[:2] + linear[2:] @ regression
            constant = law.TERM_EFFECTS[t] + law.SECTOR_EFFECTS[s]
            constant += float(linear[2:] @ (tilt[2:] - regression @ tilt[:2]))
            spread = math.sqrt(float(linear[2:] @ rest @ linear[2:]))
            total += share * part * amount * _integral(
                tilt[:2], slopes, spread, float(constant), cuts, correlation[0, 1:2], steps, nodes, weights,
                signal, intercept, t, kind,
            )  # fmt: skip
    return total

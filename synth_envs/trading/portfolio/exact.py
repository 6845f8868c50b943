"""Assets of a known law: correlated geometric Brownian motions, and what to hold of them for ever.

Returns of bars are independent and alike, utility is of constant relative risk aversion and trading is
free: so the same weights are best in every bar, and the expected utility of a horizon of T bars is

    (E[W^(1-gamma)]^T - 1) / (1 - gamma),    W = (1 - sum w) (1 + r) + sum w_k exp(log return of k),

or T E[ln W] for gamma = 1. Expectations are Gauss-Hermite sums of 8 nodes for each asset, exact to
1e-10 of the optimum for the volatilities drawn here (12 nodes give the same). In continuous time the
weights are Merton's, those of (mu - r) / gamma over the covariance (Review of Economics and Statistics
51 (1969)), from which an episode's premiums are drawn.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, mixed
from synth_envs.trading.markets import assets as of
from synth_envs.trading.markets.normal import normal
from synth_envs.trading.portfolio import layout as at

__all__ = ["draw_bar", "draw_law", "worth_of"]

_LAW, _RETURNS = np.uint64(0x504F5254), np.uint64(0x504F5255)
_STRIDE, _ITERATIONS, _EIGHT = 8, 4, 8
# Nodes and weights of the standard normal law.
_NODES = np.array([
    -4.1445471861258945, -2.8024858612875416, -1.636519042435108, -0.5390798113513751,
    0.5390798113513751, 1.636519042435108, 2.8024858612875416, 4.1445471861258945,
])  # fmt: skip
_WEIGHTS = np.array([
    0.00011261453837536762, 0.009635220120788256, 0.11723990766175904, 0.3730122576790773,
    0.3730122576790773, 0.11723990766175904, 0.009635220120788256, 0.00011261453837536762,
])  # fmt: skip


@kernel
def draw_law(
    key: np.uint64, difficulty: float, aversion: float, cash: float, years: float, law: np.ndarray, i: int
) -> None:  # fmt: skip
    """Draw an episode's assets, and find what is best to hold.

    Shares of the optimum and volatilities lie the further apart, the more difficult it is; so equal
    shares are the less good.

    Args:
        key: Of the episode.
        difficulty: In [0, 1].
        aversion: Relative risk aversion, above 0.
        cash: What a unit of cash grows to in a bar.
        years: Of a bar.
        law: As `layout`, float64 (n, k, LAW); row `i` is written.
        i: The episode.
    """
    draws, count = mixed(key, _LAW), law.shape[1]
    invested = between(draws, 0, 0.55, 0.85)
    total = 0.0
    for k in range(count):
        # Spread out over [-1, 1], in an order that is drawn by the first.
        u = 2.0 * ((k + between(draws, 1, 0.0, 1.0) * count) % count) / count - 1.0
        u = 0.8 * u + 0.2 * between(draws, 8 + k, -1.0, 1.0)
        law[i, k, at.BEST] = exp((0.2 + 1.9 * difficulty) * u)
        total += law[i, k, at.BEST]
        spread = 0.2 + 0.4 * difficulty
        law[i, k, at.YEARLY] = 0.2 * exp(spread * between(draws, 16 + k, -1.0, 1.0))
        law[i, k, at.SD] = law[i, k, at.YEARLY] * math.sqrt(years)
    common = between(draws, 2, 0.15, 0.5)
    for k in range(count):
        law[i, k, at.BEST] *= invested / total
        mine = math.sqrt(common + between(draws, 24 + k, -0.1, 0.1))
        for j in range(count):
            other = math.sqrt(common + between(draws, 24 + j, -0.1, 0.1))
            law[i, k, at.CORRELATION + j] = 1.0 if j == k else mine * other
    # The root of the correlation matrix (Cholesky).
    for k in range(count):
        for j in range(k + 1):
            rest = law[i, k, at.CORRELATION + j]
            for m in range(j):
                rest -= law[i, k, at.ROOT + m] * law[i, j, at.ROOT + m]
            law[i, k, at.ROOT + j] = math.sqrt(rest) if j == k else rest / law[i, j, at.ROOT + j]
        for j in range(k + 1, count):
            law[i, k, at.ROOT + j] = 0.0
    for k in range(count):
        premium = 0.0
        for j in range(count):
            both = law[i, k, at.CORRELATION + j] * law[i, k, at.YEARLY] * law[i, j, at.YEARLY]
            premium += aversion * both * law[i, j, at.BEST]
        law[i, k, at.PREMIUM] = premium
        law[i, k, at.MEAN] = log(cash) + premium * years - 0.5 * law[i, k, at.SD] * law[i, k, at.SD]
    _solve(aversion, cash, law, i)


@kernel
def _solve(aversion: float, cash: float, law: np.ndarray, i: int) -> None:
    """Improve the weights until no other are better: Newton's method on a concave function."""
    count = law.shape[1]
    nodes = _EIGHT**count
    changes, weights = np.empty((nodes, count)), np.empty(nodes)
    for place in range(nodes):
        weights[place] = _moves(law, i, cash, place, changes)
    slope, curve = np.empty(count), np.empty((count, count))
    for _ in range(_ITERATIONS):
        slope[:], curve[:] = 0.0, 0.0
        for place in range(nodes):
            wealth = cash
            for k in range(count):
                wealth += law[i, k, at.BEST] * changes[place, k]
            marginal = weights[place] * exp(-aversion * log(wealth))
            steeper = aversion * marginal / wealth
            for k in range(count):
                change = changes[place, k]
                slope[k] += marginal * change
                for j in range(k + 1):
                    curve[k, j] += steeper * change * changes[place, j]
        # Solve curve x = slope, symmetric and positive definite.
        for k in range(count):
            for j in range(k + 1):
                rest = curve[k, j]
                for m in range(j):
                    rest -= curve[k, m] * curve[j, m]
                curve[k, j] = math.sqrt(rest) if j == k else rest / curve[j, j]
        for k in range(count):
            for m in range(k):
                slope[k] -= curve[k, m] * slope[m]
            slope[k] /= curve[k, k]
        for k in range(count - 1, -1, -1):
            for m in range(k + 1, count):
                slope[k] -= curve[m, k] * slope[m]
            slope[k] /= curve[k, k]
            law[i, k, at.BEST] += slope[k]


@kernel
def _moves(law: np.ndarray, i: int, cash: float, place: int, changes: np.ndarray) -> float:
    """Write the excess returns at a node of the quadrature into its row, and return its weight."""
    weight = 1.0
    for k in range(law.shape[1]):
        shock, rest = 0.0, place
        for j in range(k + 1):
            shock += law[i, k, at.ROOT + j] * _NODES[rest % _EIGHT]
            if j == k:
                weight *= _WEIGHTS[rest % _EIGHT]
            rest //= _EIGHT
        changes[place, k] = exp(law[i, k, at.MEAN] + law[i, k, at.SD] * shock) - cash
    return weight


@kernel
def worth_of(
    weights: np.ndarray, aversion: float, cash: float, horizon: int, law: np.ndarray, i: int
) -> float:
    """Return the expected utility of a horizon at the same weights in every bar.

    Args:
        weights: Shares of equity, float64 (k,); with cash at least 0.
        aversion: Relative risk aversion, above 0.
        cash: What a unit of cash grows to in a bar.
        horizon: Bars.
        law: As `draw_law` writes it.
        i: The episode.
    """
    nodes, mean = _EIGHT ** law.shape[1], 0.0
    changes = np.empty((nodes, law.shape[1]))
    for place in range(nodes):
        weight = _moves(law, i, cash, place, changes)
        wealth = cash
        for k in range(law.shape[1]):
            wealth += weights[k] * changes[place, k]
        mean += weight * (log(wealth) if aversion == 1.0 else exp((1.0 - aversion) * log(wealth)))
    if aversion == 1.0:
        return horizon * mean
    return (exp(horizon * log(mean)) - 1.0) / (1.0 - aversion)


@kernel
def draw_bar(key: np.uint64, t: int, law: np.ndarray, own: np.ndarray, i: int) -> None:
    """Write the next bar of an episode's assets as `advance_assets` does; all open at the last close."""
    draws, count = mixed(key, _RETURNS), law.shape[1]
    for k in range(count):
        shock = 0.0
        for j in range(k + 1):
            shock += law[i, k, at.ROOT + j] * normal(draws, t * _STRIDE + j)
        own[i, k, of.A_GAP], own[i, k, of.A_TRADED] = 0.0, 1.0
        own[i, k, of.A_REST] = exp(law[i, k, at.MEAN] + law[i, k, at.SD] * shock) - 1.0

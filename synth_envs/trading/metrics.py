"""How trading is measured: risk-adjusted returns, drawdown, tails, and whether luck explains them."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

__all__ = [
    "block_bootstrap",
    "calmar",
    "conditional_value_at_risk",
    "deflated_sharpe",
    "expected_best_sharpe",
    "max_drawdown",
    "sharpe",
    "sharpe_error",
    "sortino",
]

_NORMAL = NormalDist()
_EULER = 0.5772156649015329


def _series(values: np.ndarray, least: int = 1) -> np.ndarray:
    """Return a series of numbers.

    Raises:
        ValueError: It is too short, has more than one axis, or numbers that are not finite.
    """
    series = np.asarray(values, np.float64)
    if series.ndim != 1 or len(series) < least or not np.isfinite(series).all():
        msg = f"expected one series of at least {least} finite numbers, got shape {series.shape}"
        raise ValueError(msg)
    return series


def sharpe(returns: np.ndarray, periods: float = 1.0) -> float:
    """Return mean over standard deviation, times the square root of `periods` per year.

    Args:
        returns: In excess of the riskless rate, one for each period; shape (T,), T >= 2.
        periods: Of a year, to annualise, or 1.

    Source: Sharpe, "The Sharpe ratio", Journal of Portfolio Management 21 (1994), 49-58. A series
    without any spread has a ratio of 0.
    """
    series = _series(returns, 2)
    spread = series.std(ddof=1)
    return 0.0 if spread < 1e-15 else float(series.mean() / spread * math.sqrt(periods))


def sharpe_error(ratio: float, length: int) -> float:
    """Return the standard error of a Sharpe ratio per period, of normal independent returns.

    Source: Lo, "The statistics of Sharpe ratios", Financial Analysts Journal 58 (2002), 36-52.

    >>> round(sharpe_error(0.1, 1000), 5)
    0.0317
    """
    return math.sqrt((1.0 + 0.5 * ratio * ratio) / length)


def expected_best_sharpe(trials: int, spread: float) -> float:
    """Return the expected largest Sharpe ratio among trials whose true ratio is 0.

    Args:
        trials: How many independent strategies were tried, at least 1.
        spread: The standard deviation of the ratios of the trials.

    Source: Bailey and Lopez de Prado, "The deflated Sharpe ratio", Journal of Portfolio Management
    40 (2014), 94-107.
    """
    if trials < 2:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return spread * ((1.0 - _EULER) * first + _EULER * second)


def deflated_sharpe(returns: np.ndarray, trials: int = 1, spread: float | None = None) -> float:
    """Return the probability that the true Sharpe ratio is above what luck gives the best of trials.

    Args:
        returns: Of the strategy that was chosen; shape (T,), T >= 4.
        trials: How many strategies were tried.
        spread: The standard deviation of their ratios per period; None takes that of ratios
            whose true value is 0, 1 / sqrt(T - 1).

    Source: as `expected_best_sharpe`; skewness and kurtosis of the returns are accounted for.
    """
    series = _series(returns, 4)
    ratio, length = sharpe(series), len(series)
    deviations = series - series.mean()
    variance = float((deviations**2).mean())
    if variance < 1e-30:
        return 0.5
    skew = float((deviations**3).mean()) / variance**1.5
    kurtosis = float((deviations**4).mean()) / variance**2
    luck = expected_best_sharpe(trials, 1.0 / math.sqrt(length - 1) if spread is None else spread)
    width = math.sqrt(max(1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio * ratio, 1e-12))
    return _NORMAL.cdf((ratio - luck) * math.sqrt(length - 1) / width)


def sortino(returns: np.ndarray, periods: float = 1.0, target: float = 0.0) -> float:
    """Return the mean above a target over the root mean square of what falls short of it.

    Source: Sortino and van der Meer, "Downside risk", Journal of Portfolio Management 17 (1991),
    27-31. Without any shortfall it is 0 where the mean is the target, else infinite.
    """
    excess = _series(returns, 2) - target
    short = math.sqrt(float((np.minimum(excess, 0.0) ** 2).mean()))
    mean = float(excess.mean())
    if short < 1e-15:
        return 0.0 if abs(mean) < 1e-15 else math.copysign(math.inf, mean)
    return mean / short * math.sqrt(periods)


def max_drawdown(equity: np.ndarray) -> float:
    """Return the largest fall from a peak as a share of it, in [0, 1] for positive equity.

    >>> max_drawdown([100.0, 120.0, 90.0, 130.0])
    0.25
    """
    series = _series(equity)
    if (series <= 0).any():
        msg = "a drawdown is a share of equity, which has to be positive"
        raise ValueError(msg)
    return float((1.0 - series / np.maximum.accumulate(series)).max())


def calmar(returns: np.ndarray, periods: float) -> float:
    """Return the yearly growth over the largest drawdown; 0 without any drawdown."""
    series = _series(returns)
    equity = np.concatenate([[1.0], np.exp(np.cumsum(np.log1p(series)))])
    worst = max_drawdown(equity)
    growth = float(equity[-1] ** (periods / len(series)) - 1.0)
    return 0.0 if worst < 1e-15 else growth / worst


def conditional_value_at_risk(returns: np.ndarray, level: float = 0.95) -> float:
    """Return the mean loss in the worst 1 - level of periods, as a positive number for losses.

    The boundary period counts in part, so that the tail is exactly 1 - level.

    Source: Rockafellar and Uryasev, "Conditional value-at-risk for general loss distributions",
    Journal of Banking and Finance 26 (2002), 1443-1471.
    """
    if not 0.0 <= level < 1.0:
        msg = f"level must be in [0, 1), got {level!r}"
        raise ValueError(msg)
    losses = np.sort(-_series(returns))[::-1]
    tail = (1.0 - level) * len(losses)
    whole = int(tail + 1e-9)
    total = float(losses[:whole].sum())
    if whole < len(losses):
        total += (tail - whole) * float(losses[whole])
    return total / tail


def block_bootstrap(
    returns: np.ndarray,
    statistic: Callable[[np.ndarray], float],
    *,
    block: int = 20,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return an interval of a statistic of a dependent series, by blocks on a circle.

    Args:
        returns: Shape (T,).
        statistic: Of a series.
        block: How many neighbouring periods are drawn together.
        draws: How many series are drawn.
        level: The share of them within the interval.
        seed: Of the draws.

    Source: Politis and Romano, "A circular block-resampling procedure for stationary data", 1992.
    """
    series = _series(returns, 2)
    if not 1 <= block <= len(series):
        msg = f"block must be in [1, {len(series)}], got {block!r}"
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    count = -(-len(series) // block)
    found = np.empty(draws)
    for k in range(draws):
        starts = rng.integers(len(series), size=count)
        places = (starts[:, None] + np.arange(block)).ravel()[: len(series)] % len(series)
        found[k] = statistic(series[places])
    low, high = np.quantile(found, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)

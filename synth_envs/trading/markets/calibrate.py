"""`fit`: a market from somebody's prices or returns."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synth_envs.families import suggest
from synth_envs.trading.markets.cascade_fit import fit_msm
from synth_envs.trading.markets.filters import switching, variances
from synth_envs.trading.markets.kinds import COMMON, OWN, Parameter
from synth_envs.trading.markets.market import Market

__all__ = ["fit"]

_FEWEST = 250
#: How much of a kind's range is kept from its ends.
_INSIDE = 1e-9


def fit(
    data: Any, kind: str, bars_per_year: float = 252.0, *, returns: bool = False, opens: Any = None
) -> Market:
    """Return a market of a kind whose parameters are fitted to data.

    By kind: "gbm" moments; "jump" the likelihood of at most one jump a bar, by expectation and
    maximisation (Ball and Torous, J. Financial and Quantitative Analysis 18 (1983) 53); "heston"
    autocovariances of squares and their covariance with earlier returns; "gjr" normal
    quasi-likelihood with the sample's variance, then the degrees of freedom; "msm" simulated
    moments; "regime" expectation and maximisation (Hamilton, J. Econometrics 45 (1990) 39); "ou" the
    exact likelihood of an autoregression about a trend.

    Args:
        data: Prices, above 0, one per bar; at least 251 of them.
        kind: What to fit.
        bars_per_year: Of the data.
        returns: Whether data are log returns instead.
        opens: Open prices of the same bars, from which the share of the variance overnight follows.

    Raises:
        ValueError: The kind is unknown or cannot be fitted, or the data are not usable.
        ModuleNotFoundError: "gjr" needs scipy, of the extra [bench].
    """
    if kind not in _FITS:
        near = suggest(str(kind), _FITS)
        hint = ": fit 'msm' to daily prices and set bars_per_day" if kind == "intraday" else near
        msg = f"cannot fit the kind {kind!r}{hint}"
        raise ValueError(msg)
    r = _log_returns(data, returns=returns)
    dt = 1.0 / float(bars_per_year)
    found = _FITS[kind](r, dt)
    night = 0.0 if opens is None else _overnight(data, opens, returns=returns)
    common = {"bars_per_year": float(bars_per_year), "overnight": night}
    known = COMMON | OWN[kind]
    inside = {name: _clipped(value, known[name]) for name, value in found.items()}
    return Market.from_dict({"kind": kind, **common, **inside})


def _log_returns(data: Any, *, returns: bool) -> np.ndarray:
    x = np.asarray(data, dtype=np.float64)
    if x.ndim != 1 or x.size < _FEWEST + (not returns) or not np.isfinite(x).all():
        msg = f"give at least {_FEWEST + (not returns)} finite numbers in one row, got shape {x.shape}"
        raise ValueError(msg)
    if not returns:
        if x.min() <= 0.0:
            msg = f"price {int(x.argmin())} is {x.min():g}: prices must be above 0 (or say returns=True)"
            raise ValueError(msg)
        x = np.diff(np.log(x))
    if not x.std() > 0.0:
        msg = "the returns are all the same: there is nothing to fit"
        raise ValueError(msg)
    return x


def _overnight(data: Any, opens: Any, *, returns: bool) -> float:
    closes, o = np.asarray(data, np.float64), np.asarray(opens, np.float64)
    if returns or o.shape != closes.shape or not (np.isfinite(o) & (o > 0.0)).all():
        msg = "opens must be prices above 0, one for each price of data"
        raise ValueError(msg)
    gap, rest = np.log(o[1:] / closes[:-1]), np.log(closes[1:] / o[1:])
    return float(min(gap.var() / (gap.var() + rest.var()), 0.9))


def _clipped(value: float, one: Parameter) -> float:
    inside = min(max(value, one.low + _INSIDE), one.high - _INSIDE)
    return float(round(inside)) if one.whole else float(inside)


def _plain(r: np.ndarray, dt: float) -> dict[str, float]:
    """Return volatility and drift: an expected price grows by half the variance more than its log."""
    variance = float(r.var(ddof=1)) / dt
    return {"volatility": math.sqrt(variance), "drift": float(r.mean()) / dt + variance / 2}


def _jump(r: np.ndarray, dt: float) -> dict[str, float]:
    mean, variance = float(r.mean()), float(r.var())
    share, calm, extra, shift = 0.05, 0.5 * variance, 4.0 * variance, 0.0
    for _ in range(2000):
        one = share * _density(r, mean + shift, calm + extra)
        none = (1.0 - share) * _density(r, mean, calm)
        weight = one / (one + none)
        before = np.array([share, mean, shift, calm, extra])
        share = float(np.clip(weight.mean(), 1e-6, 0.5))
        mean = float(np.average(r, weights=1.0 - weight))
        shift = float(np.average(r - mean, weights=weight))
        calm = float(np.average((r - mean) ** 2, weights=1.0 - weight))
        wide = float(np.average((r - mean - shift) ** 2, weights=weight))
        extra = max(wide - calm, 1e-4 * calm)
        if np.allclose(before, [share, mean, shift, calm, extra], rtol=1e-8, atol=1e-14):
            break
    jumps = -math.log(1.0 - share) / dt
    plain = _plain(r, dt)
    return {
        "volatility": math.sqrt(calm / dt + jumps * (shift**2 + extra)),
        "drift": plain["drift"],
        "jumps": jumps,
        "jump_mean": shift,
        "jump_sd": math.sqrt(extra),
    }


def _density(x: np.ndarray, mean: float, variance: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * (x - mean) ** 2 / variance) / math.sqrt(variance) + 1e-300)


def _heston(r: np.ndarray, dt: float) -> dict[str, float]:
    plain = _plain(r, dt)
    level = plain["volatility"] ** 2
    x = r - r.mean()
    squares = x * x - np.mean(x * x)
    lags = np.arange(1, min(250, r.size // 10))
    memory = np.array([np.mean(squares[:-k] * squares[k:]) for k in lags]) / dt**2
    # cov(r_t^2, r_{t+k}^2) = dt^2 var(v) exp(-kappa k dt), and var(v) = theta xi^2 / (2 kappa).
    best = (math.inf, 1.0, 0.0)
    for reversion in np.geomspace(0.2, 0.2 / dt, 400):
        shape = np.exp(-reversion * lags * dt)
        size = max(float(memory @ shape / (shape @ shape)), 1e-12)
        best = min(best, (float(np.sum((memory - size * shape) ** 2)), float(reversion), size))
    _, reversion, spread = best
    vol_of_vol = math.sqrt(2.0 * reversion * spread / level)
    # cov(r_t, r_{t+k}^2) = dt^2 rho xi theta exp(-kappa (k - 1) dt).
    near = lags[: max(int(1.0 / (reversion * dt)), 5)]
    shape = np.exp(-reversion * (near - 1) * dt)
    answer = np.array([np.mean(x[:-k] * squares[k:]) for k in near])
    slope = float(answer @ shape / (shape @ shape)) / dt**2
    return plain | {
        "reversion": reversion,
        "vol_of_vol": vol_of_vol,
        "correlation": slope / (vol_of_vol * level),
    }


def _gjr(r: np.ndarray, dt: float) -> dict[str, float]:
    try:
        from scipy.optimize import minimize
    except ModuleNotFoundError as problem:
        msg = "fitting 'gjr' needs scipy: pip install 'synth-envs[bench]'"
        raise ModuleNotFoundError(msg) from problem
    from math import lgamma

    x = r - r.mean()
    whole = float(np.mean(x * x))

    def parts(free: np.ndarray) -> tuple[float, float, float]:
        arch, leverage, rest = (1.0 / (1.0 + math.exp(-min(max(one, -30.0), 30.0))) for one in free)
        total = 0.997 * rest
        return total * arch * (1.0 - leverage), 2.0 * total * arch * leverage, total * (1.0 - arch)

    def loss(free: np.ndarray) -> float:
        v = variances(x, whole, *parts(free))
        return float(np.mean(np.log(v) + x * x / v))

    starts = [np.array([-2.5, 0.0, 4.0]), np.array([-2.0, 1.0, 3.0])]
    best = min((minimize(loss, one, method="Nelder-Mead", options={"maxiter": 2000}) for one in starts), key=lambda one: float(one.fun))  # fmt: skip
    arch, leverage, garch = parts(best.x)
    z = x / np.sqrt(variances(x, whole, arch, leverage, garch))

    def fits(d: int) -> float:
        kernel_ = -0.5 * (d + 1) * np.log1p(z * z / (d - 2))
        return float(kernel_.mean()) + lgamma((d + 1) / 2) - lgamma(d / 2) - 0.5 * math.log(d - 2)

    degrees = float(max(range(3, 25), key=fits))
    return _plain(r, dt) | {
        "arch": arch,
        "leverage": leverage,
        "garch": garch,
        "degrees": degrees,
    }


def _msm(r: np.ndarray, dt: float) -> dict[str, float]:
    return _plain(r, dt) | fit_msm(r / r.std())


def _regime(r: np.ndarray, dt: float) -> dict[str, float]:
    found = switching(r)
    (calm, wild), (low, high) = found["means"], found["deviations"]
    to_wild, to_calm = found["moves"]
    total = min(to_wild + to_calm, 0.999)
    both = -math.log(1.0 - total) / dt
    share = to_wild / (to_wild + to_calm)
    variance = ((1.0 - share) * low**2 + share * high**2) / dt
    # Drifts of expected prices, each with half of its own variance.
    drifts = calm / dt + low**2 / (2 * dt), wild / dt + high**2 / (2 * dt)
    drift = (1.0 - share) * drifts[0] + share * drifts[1]
    return {
        "volatility": math.sqrt(variance),
        "drift": drift,
        "turbulence": high / low,
        "enter": both * share,
        "leave": both * (1.0 - share),
        "slump": drifts[1] / drift if abs(drift) > 1e-9 else 1.0,
    }


def _ou(r: np.ndarray, dt: float) -> dict[str, float]:
    y = np.concatenate([[0.0], np.cumsum(r)])
    trend = np.column_stack([np.ones(y.size), np.arange(y.size) * dt])

    def profile(kept: float) -> tuple[float, np.ndarray, float]:
        """Return minus the exact log likelihood, up to constants, with trend and noise at their best."""
        first = math.sqrt(1.0 - kept * kept)
        u = np.concatenate([[first * y[0]], y[1:] - kept * y[:-1]])
        w = np.concatenate([first * trend[:1], trend[1:] - kept * trend[:-1]])
        line = np.linalg.lstsq(w, u, rcond=None)[0]
        noise = float(np.mean((u - w @ line) ** 2))
        return 0.5 * y.size * math.log(noise) - 0.5 * math.log(1.0 - kept * kept), line, noise

    kept = _least(
        lambda rate: profile(math.exp(-math.exp(rate) * dt))[0], math.log(1e-2), math.log(2.0 / dt)
    )
    rate = math.exp(kept)
    _, line, noise = profile(math.exp(-rate * dt))
    variance = 2.0 * rate * noise / (1.0 - math.exp(-2.0 * rate * dt))
    return {"volatility": math.sqrt(variance), "drift": float(line[1]), "reversion": rate}


def _least(of: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function is least: a grid, then golden sections about its best point."""
    grid = np.linspace(low, high, 60)
    best = int(np.argmin([of(float(x)) for x in grid]))
    a, b = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(60):
        c, d = b - golden * (b - a), a + golden * (b - a)
        a, b = (a, d) if of(c) < of(d) else (c, b)
    return (a + b) / 2.0


_FITS: dict[str, Callable[[np.ndarray, float], dict[str, float]]] = {
    "gbm": _plain,
    "jump": _jump,
    "heston": _heston,
    "gjr": _gjr,
    "msm": _msm,
    "regime": _regime,
    "ou": _ou,
}

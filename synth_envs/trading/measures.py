"""What an account is paid and measured by, bar after bar: rewards in terms, and the figures of an episode."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import log
from synth_envs.kernels.jit import inlined
from synth_envs.trading import ledger as to
from synth_envs.trading.ledger import ACCOUNT, marginal_utility, utility

__all__ = ["MEASURES", "TERMS", "figures", "measure", "pay", "tail_of"]

#: Fields of a row of state, after those of the account: bars played; the value of all positions over
#: equity; the bar's log return of equity; the highest equity, the fall from it and the largest; sums
#: of log returns, their squares and those of losses; the value traded over equity; costs; bars with
#: trades; the sum of exposures; margin calls; the sum of rewards.
MEASURES = (
    "step", "weight", "change", "peak", "fall", "drawdown", "sum", "squares", "shortfalls", "turnover",
    "cost", "trades", "exposure", "calls", "utility",
)  # fmt: skip
STEP, WEIGHT, CHANGE, PEAK, FALL, DRAWDOWN, SUM, SQUARES = (len(ACCOUNT) + k for k in range(8))
SHORTFALLS, TURNOVER, COST, TRADES, EXPOSURE, CALLS, UTILITY = (
    len(ACCOUNT) + 8 + k for k in range(7)
)

#: The terms of a reward, in units of utility.
TERMS = (
    *("market", "fees", "spread", "slippage", "borrow", "liquidation", "write_off"),
    "compounding",
)

_TAIL = 0.05


def tail_of(horizon: int) -> int:
    """Return how many of an episode's worst bars are kept, at least 1."""
    return max(math.ceil(_TAIL * horizon), 1)


@inlined
def pay(
    mask: np.ndarray, aversion: float, horizon: float, state: np.ndarray, terms: np.ndarray, outcome: np.ndarray,
    flags: np.ndarray,
) -> None:  # fmt: skip
    """Turn the parts of a ledger into terms of the reward, and say what is over.

    Args:
        mask: bool (n,); elsewhere rewards, terms and flags become zero.
        aversion: Relative risk aversion.
        horizon: Bars of an episode.
        state: Rows of `ACCOUNT` and `MEASURES`, float64 (n, ...); written.
        terms: As `ledger.PARTS` in its first rows; becomes `TERMS`, float64 (8, n).
        outcome: The equity before the bar, which becomes the reward, float64 (n,).
        flags: Whether the account is ruined, and whether time is up, bool (2, n); written.
    """
    last = len(to.PARTS)
    for i in range(len(mask)):
        if not mask[i]:
            outcome[i] = 0.0
            flags[0, i], flags[1, i] = False, False
            for k in range(last + 1):
                terms[k, i] = 0.0
            continue
        before, equity = outcome[i], state[i, to.EQUITY]
        change = log(equity / before)
        reward, slope = change, 1.0 / before
        if aversion != 1.0:
            reward = utility(equity, aversion) - utility(before, aversion)
            slope = marginal_utility(before, aversion)
        state[i, COST] -= terms[to.FEES, i] + terms[to.SPREAD, i] + terms[to.SLIPPAGE, i] + terms[to.CARRY, i]  # fmt: skip
        total = 0.0
        for k in range(last):
            terms[k, i] *= slope
            total += terms[k, i]
        terms[last, i] = reward - total
        outcome[i] = reward
        state[i, CHANGE] = change
        state[i, UTILITY] += reward
        state[i, STEP] += 1.0
        flags[0, i] = equity < to.RUIN
        flags[1, i] = state[i, STEP] >= horizon and not flags[0, i]


@inlined
def measure(mask: np.ndarray, state: np.ndarray, worst: np.ndarray) -> None:
    """Take a bar into what an episode is measured by.

    Args:
        mask: bool (n,).
        state: Rows of `ACCOUNT` and `MEASURES`, float64 (n, ...), the weight already of this bar; written.
        worst: The worst log returns, the mildest first, float64 (n, `tail_of`); written.
    """
    tail = worst.shape[1]
    for i in range(len(mask)):
        if not mask[i]:
            continue
        equity, change = state[i, to.EQUITY], state[i, CHANGE]
        peak = max(state[i, PEAK], equity)
        state[i, PEAK], state[i, FALL] = peak, 1.0 - equity / peak
        state[i, DRAWDOWN] = max(state[i, DRAWDOWN], state[i, FALL])
        state[i, SUM] += change
        state[i, SQUARES] += change * change
        if change < 0.0:
            state[i, SHORTFALLS] += change * change
            # The worst returns, the mildest of them first: most bars change nothing.
            if change < worst[i, 0]:
                k = 0
                while k + 1 < tail and worst[i, k + 1] > change:
                    worst[i, k] = worst[i, k + 1]
                    k += 1
                worst[i, k] = change
        if state[i, to.TRADED] > 0.0:
            state[i, TURNOVER] += state[i, to.TRADED] * (1.0 / equity)
            state[i, TRADES] += 1.0
        state[i, EXPOSURE] += abs(state[i, WEIGHT])
        state[i, CALLS] += state[i, to.CALLED]


def figures(state: np.ndarray, worst: np.ndarray, per_year: float) -> dict[str, np.ndarray]:
    """Return what is measured of each episode up to now, float64 (n,) each.

    Ratios are per year; `cvar` is the mean of the worst 5% of log returns, with its sign turned.

    Args:
        state: Rows of `ACCOUNT` and `MEASURES`.
        worst: As `measure` keeps it.
        per_year: Bars.
    """
    steps = np.maximum(state[:, STEP], 1.0)
    mean = state[:, SUM] / steps
    variance = np.maximum(state[:, SQUARES] / steps - mean**2, 0.0)
    variance *= steps / np.maximum(steps - 1.0, 1.0)
    short = np.sqrt(state[:, SHORTFALLS] / steps)
    tail = _TAIL * steps
    rank = worst.shape[1] - np.arange(worst.shape[1])  # 1 for the worst
    weight = np.clip(tail[:, None] - rank + 1.0, 0.0, 1.0)
    return {
        "equity": state[:, to.EQUITY].copy(),
        "log_return": state[:, SUM].copy(),
        "sharpe": _ratio(mean, np.sqrt(variance)) * math.sqrt(per_year),
        "sortino": _ratio(mean, short) * math.sqrt(per_year),
        "max_drawdown": state[:, DRAWDOWN].copy(),
        "cvar": -(worst * weight).sum(axis=1) / tail,
        "turnover": state[:, TURNOVER].copy(),
        "costs": state[:, COST].copy(),
        "trades": state[:, TRADES].copy(),
        "exposure": state[:, EXPOSURE] / steps,
        "margin_calls": state[:, CALLS].copy(),
        "ruined": (state[:, to.EQUITY] < to.RUIN).astype(np.float64),
    }


def _ratio(top: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Return quotients, 0 where there is nothing to divide by."""
    return np.where(low > 1e-15, top / np.where(low > 1e-15, low, 1.0), 0.0)

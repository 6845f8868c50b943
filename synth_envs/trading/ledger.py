"""The account of one asset: cash, units and every cost, to the last bit.

All amounts are shares of the equity at the beginning of an episode, so prices can be scaled without
any effect. The sum of the parts of a bar is the change in equity.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import kernel

__all__ = ["ACCOUNT", "COSTS", "FLOOR", "PARTS", "RUIN", "marginal_utility", "settle", "utility"]

#: Fields of an account: cash; units held; the last close; equity at it; the target that was last
#: traded to; the value traded in the last bar; whether the broker closed the position in it.
ACCOUNT = ("cash", "units", "close", "equity", "target", "traded", "called")
CASH, UNITS, CLOSE, EQUITY, TARGET, TRADED, CALLED = range(len(ACCOUNT))

#: What trading costs: fee and half the spread as shares of the value traded; square-root impact as
#: a share of a day's volatility when a whole bar's volume is traded; that volume in units of the
#: first equity; rates per bar for borrowing the asset, borrowing cash and holding cash; the least
#: equity over the position's value before the broker closes it; what that costs, as a share of its
#: value; whether cash may become negative; whether orders fill at the close they were decided at.
COSTS = (
    "fee", "half_spread", "impact", "depth", "borrow", "funding", "interest",
    "maintenance", "penalty", "margin", "same_close",
)  # fmt: skip
FEE, HALF_SPREAD, IMPACT, DEPTH, BORROW, FUNDING, INTEREST = range(7)
MAINTENANCE, PENALTY, MARGIN, SAME_CLOSE = range(7, 11)

#: Parts of the change in equity over a bar: price moves; costs of trading; borrowing, less interest
#: on cash; what the broker takes when it closes the position; what the broker bears of a ruin.
PARTS = ("market", "fees", "spread", "slippage", "borrow", "liquidation", "write_off")
MARKET, FEES, SPREAD, SLIPPAGE, CARRY, LIQUIDATION, WRITE_OFF = range(len(PARTS))

#: An account below this share of its first equity is ruined, and the episode over.
RUIN = 0.01
#: What is left of a ruined account at least: the broker bears the rest.
FLOOR = 0.001


@kernel
def settle(
    account: np.ndarray,
    costs: np.ndarray,
    target: float,
    open_: float,
    close: float,
    sigma: float,
    volume: float,
    parts: np.ndarray,
) -> None:
    """Trade to a target and hold over a bar.

    A target equal to the last one keeps the units as they are; one that is not a number as well.

    Args:
        account: As `ACCOUNT`; written.
        costs: As `COSTS`.
        target: The value of the position as a share of equity at the fill; negative is short.
        open_: The price at the bar's open, where the order fills, unless at the last close.
        close: The price at its end.
        sigma: The asset's volatility over a bar, which impact is a share of.
        volume: Of the bar, relative to its average.
        parts: As `PARTS`; written, shares of the first equity.
    """
    cash, units, last = account[CASH], account[UNITS], account[CLOSE]
    parts[:] = 0.0
    fill = last if costs[SAME_CLOSE] > 0.0 else open_
    parts[MARKET] = units * (fill - last)
    worth = cash + units * fill
    traded = 0.0
    if worth <= FLOOR:
        target = 0.0
    if target == target and target != account[TARGET]:  # noqa: PLR0124 - false for what is no number
        order = target * max(worth, 0.0) / fill - units
        size = abs(order) * fill
        slip = costs[IMPACT] * sigma * math.sqrt(size / (volume * costs[DEPTH]))
        rate = costs[FEE] + costs[HALF_SPREAD] + slip
        if order > 0.0 and costs[MARGIN] == 0.0:  # bought with what there is, costs included
            order = min(order, max(cash, 0.0) / (fill * (1.0 + rate)))
            size = order * fill
        parts[FEES] = -costs[FEE] * size
        parts[SPREAD] = -costs[HALF_SPREAD] * size
        parts[SLIPPAGE] = -slip * size
        units = 0.0 if target == 0.0 else units + order
        cash += parts[FEES] + parts[SPREAD] + parts[SLIPPAGE] - order * fill
        traded = size
        account[TARGET] = target
    carry = costs[BORROW] * max(-units, 0.0) * fill
    carry += costs[FUNDING] * max(-cash, 0.0) - costs[INTEREST] * max(cash, 0.0)
    cash -= carry
    parts[CARRY] = -carry
    parts[MARKET] += units * (close - fill)
    held = abs(units) * close
    equity = cash + units * close
    called = units != 0.0 and equity < costs[MAINTENANCE] * held
    if called or (equity < RUIN and units != 0.0):
        parts[LIQUIDATION] = -costs[PENALTY] * held
        cash += units * close + parts[LIQUIDATION]
        units = 0.0
        traded += held
        account[TARGET] = 0.0
        equity = cash
    if equity < FLOOR:
        parts[WRITE_OFF] = FLOOR - equity
        cash += parts[WRITE_OFF]
        equity = FLOOR
    account[CASH], account[UNITS], account[CLOSE] = cash, units, close
    account[EQUITY], account[TRADED] = equity, traded
    account[CALLED] = 1.0 if called else 0.0


@kernel
def utility(equity: float, aversion: float) -> float:
    """Return the utility of constant relative risk aversion, 0 at an equity of 1.

    Args:
        equity: Above 0.
        aversion: 1 is the logarithm, 0 no aversion.
    """
    if aversion == 1.0:
        return log(equity)
    if aversion == 0.0:
        return equity - 1.0
    return (exp((1.0 - aversion) * log(equity)) - 1.0) / (1.0 - aversion)


@kernel
def marginal_utility(equity: float, aversion: float) -> float:
    """Return the derivative of `utility`."""
    if aversion == 1.0:
        return 1.0 / equity
    if aversion == 0.0:
        return 1.0
    return exp(-aversion * log(equity))

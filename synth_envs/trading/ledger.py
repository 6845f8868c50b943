"""The account of one asset: cash, units and every cost, to the last bit.

All amounts are shares of the equity at the beginning of an episode, so prices can be scaled without
any effect. The sum of the parts of a bar is the change in equity.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp, log
from synth_envs.kernels.jit import inlined, kernel

__all__ = [
    "ACCOUNT",
    "BARS",
    "COSTS",
    "FLOOR",
    "PARTS",
    "RUIN",
    "marginal_utility",
    "settle",
    "utility",
]

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

#: What is known of a bar when it is over: open and close; the volatility that impact is a share of,
#: known before it; its volume, relative to the usual.
BARS = ("open", "close", "sigma", "volume")
OPENED, CLOSED, SIGMA, VOLUME = range(len(BARS))

#: An account below this share of its first equity is ruined, and the episode over.
RUIN = 0.01
#: What is left of a ruined account at least: the broker bears the rest.
FLOOR = 0.001


@inlined
def settle(
    mask: np.ndarray,
    account: np.ndarray,
    costs: np.ndarray,
    targets: np.ndarray,
    bars: np.ndarray,
    parts: np.ndarray,
) -> None:
    """Trade to targets and hold over a bar, wherever `mask` is set.

    A target equal to the last one keeps the units as they are; one that is not a number as well.

    Args:
        mask: bool (n,).
        account: Rows as `ACCOUNT`, float64 (n, at least len(ACCOUNT)); written.
        costs: Rows as `COSTS`, float64 (n, len(COSTS)).
        targets: The value of the position as a share of equity at the fill; negative is short.
        bars: As `BARS`, float64 (len(BARS), n).
        parts: As `PARTS`, float64 (at least len(PARTS), n), shares of the first equity; written.
    """
    for i in range(len(mask)):
        if not mask[i]:
            continue
        cash, units, last = account[i, CASH], account[i, UNITS], account[i, CLOSE]
        target, aimed = targets[i], account[i, TARGET]
        fill = last if costs[i, SAME_CLOSE] > 0.0 else bars[OPENED, i]
        close = bars[CLOSED, i]
        market = units * (fill - last)
        worth = cash + units * fill
        if worth <= FLOOR:
            target = 0.0
        fees = spread = slippage = traded = 0.0
        if target == target and target != aimed:  # noqa: PLR0124 - false for what is no number
            order = target * max(worth, 0.0) / fill - units
            size = abs(order) * fill
            share = size / (bars[VOLUME, i] * costs[i, DEPTH])
            slip = costs[i, IMPACT] * bars[SIGMA, i] * math.sqrt(share)
            if order > 0.0 and costs[i, MARGIN] == 0.0:
                # Bought with what there is, costs included, but for what was sold short.
                rate = costs[i, FEE] + costs[i, HALF_SPREAD] + slip
                order = min(order, max(max(cash, 0.0) / (fill * (1.0 + rate)), -units))
                size = order * fill
            fees, spread, slippage = (
                -costs[i, FEE] * size,
                -costs[i, HALF_SPREAD] * size,
                -slip * size,
            )
            units += order
            cash += fees + spread + slippage - order * fill
            traded, aimed = size, target
        carry = costs[i, BORROW] * max(-units, 0.0) * fill
        carry += costs[i, FUNDING] * max(-cash, 0.0) - costs[i, INTEREST] * max(cash, 0.0)
        cash -= carry
        market += units * (close - fill)
        held = abs(units) * close
        equity = cash + units * close
        called = units != 0.0 and equity < costs[i, MAINTENANCE] * held
        liquidation = write_off = 0.0
        if called or (equity < RUIN and units != 0.0):
            liquidation = -costs[i, PENALTY] * held
            cash += units * close + liquidation
            units, aimed, equity = 0.0, 0.0, cash
            traded += held
        if equity < FLOOR:
            write_off = FLOOR - equity
            cash += write_off
            equity = FLOOR
        account[i, CASH], account[i, UNITS], account[i, CLOSE] = cash, units, close
        account[i, EQUITY], account[i, TARGET], account[i, TRADED] = equity, aimed, traded
        account[i, CALLED] = 1.0 if called else 0.0
        parts[MARKET, i], parts[FEES, i], parts[SPREAD, i] = market, fees, spread
        parts[SLIPPAGE, i], parts[CARRY, i] = slippage, -carry
        parts[LIQUIDATION, i], parts[WRITE_OFF, i] = liquidation, write_off


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

"""The account of many assets: one cash, units of each, and every cost, as `trading.ledger` of one."""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading import ledger as to
from synth_envs.trading import measures as of
from synth_envs.trading.portfolio import layout as at

__all__ = ["SAME", "settle"]

#: Targets within this of the last ones, for every asset, are the same: nothing is rebalanced.
SAME = 1e-12


@kernel
def settle(
    mask: np.ndarray, row: np.ndarray, held: np.ndarray, costs: np.ndarray, targets: np.ndarray, bars: np.ndarray,
    always: bool, parts: np.ndarray,
) -> None:  # fmt: skip
    """Trade to targets and hold over a bar, wherever `mask` is set.

    If any target differs from the last one, all assets are traded to theirs; a target that is not a
    number leaves its asset's units as they are. Without margin, purchases are cut evenly to what
    cash, sales and covering leave, their costs included. A margin call closes every position.

    Args:
        mask: bool (n,).
        row: As `layout`, float64 (n, ROW); cash, equity, what was traded and called are written.
        held: As `layout`, float64 (n, k, HOLDING); units, closes, targets, weights are written.
        costs: Rows as `ledger.COSTS`, float64 (n, 11); the rate of borrowing is that of `held`.
        targets: Values as shares of equity at the fill, float64 (n, k); negative is short.
        bars: As `ledger.BARS`, float64 (4, n, k).
        always: Whether targets like the last ones are traded to as well.
        parts: As `ledger.PARTS`, float64 (at least 7, n), shares of the first equity; written.
    """
    count = held.shape[1]
    for i in range(len(mask)):
        if not mask[i]:
            continue
        cash, at_close = row[i, to.CASH], costs[i, to.SAME_CLOSE] > 0.0
        market, worth, same = 0.0, cash, not always
        for k in range(count):
            last, units = held[i, k, at.CLOSE], held[i, k, at.UNITS]
            fill = last if at_close else bars[to.OPENED, i, k]
            market += units * (fill - last)
            worth += units * fill
            held[i, k, at.TRADED] = 0.0
            if abs(targets[i, k] - held[i, k, at.TARGET]) > SAME:
                same = False
        broke = worth <= to.FLOOR
        fees, spread, slippage, traded = 0.0, 0.0, 0.0, 0.0
        if broke or not same:
            part = 1.0
            if costs[i, to.MARGIN] == 0.0 and not broke:
                part = _affordable(held, costs, targets, bars, at_close, cash, worth, i)
            for k in range(count):
                target = 0.0 if broke else targets[i, k]
                if target != target:  # noqa: PLR0124 - true for what is no number
                    continue
                fill = held[i, k, at.CLOSE] if at_close else bars[to.OPENED, i, k]
                units = held[i, k, at.UNITS]
                order = target * max(worth, 0.0) / fill - units
                if order > 0.0 and part < 1.0:
                    covered = min(order, max(-units, 0.0))
                    order = covered + part * (order - covered)
                size = abs(order) * fill
                slip = _slip(costs[i, to.IMPACT], costs[i, to.DEPTH], bars, i, k, size)
                fees -= costs[i, to.FEE] * size
                spread -= costs[i, to.HALF_SPREAD] * size
                slippage -= slip * size
                cash -= order * fill + (costs[i, to.FEE] + costs[i, to.HALF_SPREAD] + slip) * size
                held[i, k, at.UNITS] = units + order
                held[i, k, at.TARGET] = target
                held[i, k, at.TRADED] = size
                traded += size
        carry = costs[i, to.FUNDING] * max(-cash, 0.0) - costs[i, to.INTEREST] * max(cash, 0.0)
        value, gross = 0.0, 0.0
        for k in range(count):
            units, close = held[i, k, at.UNITS], bars[to.CLOSED, i, k]
            fill = held[i, k, at.CLOSE] if at_close else bars[to.OPENED, i, k]
            carry += held[i, k, at.BORROW] * max(-units, 0.0) * fill
            market += units * (close - fill)
            value += units * close
            gross += abs(units) * close
            held[i, k, at.CLOSE] = close
        cash -= carry
        equity = cash + value
        called = gross > 0.0 and equity < costs[i, to.MAINTENANCE] * gross
        liquidation, write_off = 0.0, 0.0
        if called or (equity < to.RUIN and gross > 0.0):
            liquidation = -costs[i, to.PENALTY] * gross
            cash += value + liquidation
            for k in range(count):
                held[i, k, at.TRADED] += abs(held[i, k, at.UNITS]) * held[i, k, at.CLOSE]
                held[i, k, at.UNITS], held[i, k, at.TARGET] = 0.0, 0.0
            traded += gross
            gross, equity = 0.0, cash
        if equity < to.FLOOR:
            write_off = to.FLOOR - equity
            cash += write_off
            equity = to.FLOOR
        per_equity = 1.0 / equity
        for k in range(count):
            held[i, k, at.WEIGHT] = held[i, k, at.UNITS] * held[i, k, at.CLOSE] * per_equity
            held[i, k, at.TURNOVER] += held[i, k, at.TRADED] * per_equity
        row[i, to.CASH], row[i, to.EQUITY], row[i, to.TRADED] = cash, equity, traded
        row[i, to.CALLED] = 1.0 if called else 0.0
        row[i, at.HELD], row[i, of.WEIGHT] = gross, gross * per_equity
        parts[to.MARKET, i], parts[to.FEES, i], parts[to.SPREAD, i] = market, fees, spread
        parts[to.SLIPPAGE, i], parts[to.CARRY, i] = slippage, -carry
        parts[to.LIQUIDATION, i], parts[to.WRITE_OFF, i] = liquidation, write_off


@kernel
def _slip(impact: float, depth: float, bars: np.ndarray, i: int, k: int, size: float) -> float:
    """Return what an order of this value moves its own price by, as a share."""
    share: float = size / (bars[to.VOLUME, i, k] * depth)
    moved: float = impact * bars[to.SIGMA, i, k] * math.sqrt(share)
    return moved


@kernel
def _affordable(
    held: np.ndarray, costs: np.ndarray, targets: np.ndarray, bars: np.ndarray, at_close: bool, cash: float,
    worth: float, i: int,
) -> float:  # fmt: skip
    """Return the share of all purchases, but for covering, that cash and sales pay for."""
    left, wanted = cash, 0.0
    rate = costs[i, to.FEE] + costs[i, to.HALF_SPREAD]
    for k in range(held.shape[1]):
        target, units = targets[i, k], held[i, k, at.UNITS]
        if target != target:  # noqa: PLR0124 - true for what is no number
            continue
        fill = held[i, k, at.CLOSE] if at_close else bars[to.OPENED, i, k]
        order = target * max(worth, 0.0) / fill - units
        size = abs(order) * fill
        # Of the whole order: a smaller one moves the price less.
        cost = rate + _slip(costs[i, to.IMPACT], costs[i, to.DEPTH], bars, i, k, size)
        if order <= 0.0:
            left += size * (1.0 - cost)
        else:
            covered = min(order, max(-units, 0.0)) * fill
            left -= covered * (1.0 + cost)
            wanted += (size - covered) * (1.0 + cost)
    return min(1.0, max(left, 0.0) / wanted) if wanted > 0.0 else 1.0

"""The order book in words for language agents, and their answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from synth_envs.trading.answers import json_object
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.actions import EXECUTION_ACTIONS, FARTHEST, MAKING_OFFSETS

if TYPE_CHECKING:
    from synth_envs.trading.book.simulator import BookSim

__all__ = ["describe_execution", "describe_making", "read_execution", "read_making"]

_SHOWN = 6


def _ladder(sim: BookSim, index: int) -> list[str]:
    book = sim.book(index)
    lines = []
    for side, name in (("asks", "Sellers"), ("bids", "Buyers")):
        own = dict(book[f"own_{side}"])
        shown = [
            f"{lots} at {price}" + (f" ({own[price]} of them yours)" if price in own else "")
            for price, lots in book[side][:_SHOWN]
        ]
        lines.append(f"{name}, best first: {', '.join(shown) or 'nobody'}.")
    return lines


def _own(sim: BookSim, index: int) -> list[str]:
    from synth_envs.trading.book.engine import queue_ahead

    lines = []
    orders, state = sim._orders[index], sim._state[index]  # noqa: SLF001 (its words)
    for order in state[at.OWN : at.OWN + at.OWN_SLOTS].tolist():
        if order == at.NIL:
            continue
        row = orders[order]
        count, lots = queue_ahead(orders, order)
        side = "buy" if row[at.SIDE] > 0 else "sell"
        lines.append(
            f"Your order to {side} {row[at.SIZE]} at {row[at.PRICE]}: {count} orders of {lots} lots are ahead of it."
        )
    for fill in sim.fills(index):
        word = "bought" if fill["lots"] > 0 else "sold"
        how = "as a resting order" if fill["maker"] else "at market"
        lines.append(f"In the last step you {word} {abs(fill['lots'])} at {fill['price']} {how}.")
    return lines


def _situation(sim: BookSim, index: int) -> list[str]:
    left = sim.steps - sim.value(index, "STEP")
    mid = sim.value(index, "MID2") / 2
    moved = mid - sim.value(index, "START_MID2") / 2
    lines = [
        f"Steps left: {left} of {sim.steps}, each {sim.interval:g} units of time.",
        f"Mid price: {mid:g} ticks, {moved:+g} since the start.",
        *_ladder(sim, index),
        *_own(sim, index),
    ]
    waiting = sim.value(index, "WAITING")
    if waiting:
        lines.append(f"Messages of yours still on their way: {waiting}.")
    make, take = sim.fees[0] / at.UNIT, sim.fees[1] / at.UNIT
    lines.append(
        f"Fees per lot: {make:g} ticks for a resting order, {take:g} at market (negative is paid to you)."
    )
    return lines


def describe_execution(sim: BookSim, index: int) -> str:
    """Return what the agent of an execution task may know, at most 4,000 characters."""
    held = sim.value(index, "INVENTORY")
    word = "sell" if held > 0 else "buy"
    lines = [
        f"You must {word} {abs(held)} more lots of {sim.total} in a limit order book (prices in ticks).",
        *_situation(sim, index),
        f"What is left at the end trades at market. The score is minus the cost per lot against the mid price at the start, {sim.value(index, 'START_MID2') / 2:g}.",
    ]
    if sim.discrete:
        meaning = {
            "keep": "leave resting orders as they are",
            "cancel": "cancel resting orders",
            "join": "rest all that is left at the best price of your side",
            "improve": "rest it one tick better",
            "behind": "rest it two ticks behind",
            "market-slice": "trade an equal slice at market",
            "market-4-slices": "trade four slices at market",
            "market-all": "trade all at market",
        }
        lines.append("Commands: " + "; ".join(f"{k}: {v}" for k, v in meaning.items()) + ".")
        lines.append('Answer with JSON such as {"command": "join"}.')
    else:
        lines.append(
            f'Answer with JSON: "market", the share of the lots left to trade at once, 0 to 1; "rest", the share of what then remains that shall rest in the book, 0 to 1; "offset", by how many ticks behind the best price of your side, -1 (better by one) to {FARTHEST}; or "keep": true to leave resting orders as they are. For example {{"market": 0.05, "rest": 1, "offset": 0}}.'
        )
    return "\n".join(lines)[:4000]


def describe_making(sim: BookSim, index: int) -> str:
    """Return what the agent of a market-making task may know, at most 4,000 characters."""
    lines = [
        "You make a market in a limit order book (prices in ticks): you quote to buy and to sell.",
        f"Inventory: {sim.value(index, 'INVENTORY')} lots, always within {sim.total} either way; it is liquidated at the end.",
        f"Gained so far, with the inventory at the mid price: {sim.equity()[index]:.3f} ticks x lots.",
        *_situation(sim, index),
    ]
    if sim.discrete:
        lines.append(
            'Answer with JSON: "bid" and "ask", each -1 (better than the best price of its side by one tick), 0 (at it), 1 or 3 (so many ticks behind) or null (no quote). For example {"bid": 0, "ask": 1}.'
        )
    else:
        lines.append(
            f'Answer with JSON: "bid" and "ask", ticks behind the best price of that side, -1 (better by one) to {FARTHEST}; "bid_lots" and "ask_lots", 0 to {sim.quote}. For example {{"bid": 0, "ask": 1, "bid_lots": {sim.quote}, "ask_lots": 1}}.'
        )
    return "\n".join(lines)[:4000]


def _number(found: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    """Return a number of an answer, moved within bounds.

    Raises:
        ValueError: It is not a finite number.
    """
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(name)
    return float(min(max(value, low), high))


def _offset(value: float) -> float:
    """Return the control that asks for an offset in ticks."""
    return 2.0 * (value + 1.0) / (FARTHEST + 1) - 1.0


def read_execution(sim: BookSim, text: str) -> Any:
    """Return the action of a text: int64 scalar or float32 (4,), or None if it asks for nothing."""
    found = json_object(text) if isinstance(text, str) else None
    if found is None:
        return None
    if sim.discrete:
        command = found.get("command")
        known = isinstance(command, str) and command in EXECUTION_ACTIONS
        return np.int64(EXECUTION_ACTIONS.index(str(command))) if known else None
    if not set(found) <= {"market", "rest", "offset", "keep"} or not found:
        return None
    keep = found.get("keep", False)
    if not isinstance(keep, bool):
        return None
    try:
        market = _number(found, "market", 0.0, 0.0, 1.0)
        rest = _number(found, "rest", 0.0, 0.0, 1.0)
        offset = _number(found, "offset", 0.0, -1.0, float(FARTHEST))
    except ValueError:
        return None
    row = (market, 2.0 * rest - 1.0, _offset(offset), 1.0 if keep else -1.0)
    return np.array(row, np.float32)


def read_making(sim: BookSim, text: str) -> Any:
    """Return the action of a text: int64 scalar or float32 (4,), or None if it asks for nothing."""
    found = json_object(text) if isinstance(text, str) else None
    if found is None or not {"bid", "ask"} <= set(found):
        return None
    if sim.discrete:
        code = 0
        for name in ("bid", "ask"):
            value = found[name]
            if isinstance(value, bool) or not (value is None or value in MAKING_OFFSETS[:-1]):
                return None
            code = 5 * code + (4 if value is None else MAKING_OFFSETS.index(int(value)))
        return np.int64(code)
    try:
        row = [_offset(_number(found, name, 0.0, -1.0, float(FARTHEST))) for name in ("bid", "ask")]
        lots = [
            _number(found, name, sim.quote, 0.0, sim.quote) for name in ("bid_lots", "ask_lots")
        ]
    except ValueError:
        return None
    return np.array([*row, *(2.0 * one / sim.quote - 1.0 for one in lots)], np.float32)

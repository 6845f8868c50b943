"""Pictures of an order book: price and own quotes, trades, inventory, and the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from synth_envs.trading.charts import Bars, Ladder, Line, Panel, chart

if TYPE_CHECKING:
    from synth_envs.trading.book.simulator import BookSim

__all__ = ["draw"]

_SHOWN = 12


def draw(sim: BookSim, index: int) -> np.ndarray:
    """Return a picture, uint8 (400, 600, 3); without a history it shows the book alone."""
    book = sim.book(index)
    cut = {name: levels[:_SHOWN] for name, levels in book.items()}
    ladder = Panel("Order book, lots at prices", ladder=Ladder(cut["bids"], cut["asks"], cut["own_bids"], cut["own_asks"]), height=1.6)  # fmt: skip
    mid = sim.value(index, "MID2") / 2
    title = f"mid {mid:g}   inventory {sim.value(index, 'INVENTORY')}   gained {sim.equity()[index]:.1f}"
    history = sim.history(index)
    if history is None:
        return chart([ladder], size=(600, 400), title=title)
    total = float(sim.steps + 1)
    bids, asks = (np.where(history[:, k] == 0.0, np.nan, history[:, k]) for k in (1, 2))
    price = [
        Line(history[:, 0], "blue", "mid", total=total),
        Line(bids, "green", "own bid", total=total),
        Line(asks, "red", "own ask", total=total),
    ]
    panels = [
        Panel("Price, ticks", lines=price, height=1.6),
        Panel("Lots traded", bars=Bars(history[:, 4], "purple", total=total), height=0.7, zero=True),
        Panel("Inventory, lots", lines=[Line(history[:, 3], "orange", total=total)], height=0.7, zero=True),
        ladder,
    ]  # fmt: skip
    return chart(panels, size=(600, 400), title=title)

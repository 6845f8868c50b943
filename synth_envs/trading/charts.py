"""Pictures of markets: panels of lines and bars above each other, and a ladder of an order book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.error import DependencyNotInstalled

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

__all__ = ["COLOURS", "Bars", "Ladder", "Line", "Panel", "chart"]

#: The palette of Okabe and Ito, which colour-blind readers can tell apart.
COLOURS = {
    "blue": (0, 114, 178),
    "orange": (230, 159, 0),
    "green": (0, 158, 115),
    "red": (213, 94, 0),
    "purple": (204, 121, 167),
    "grey": (150, 150, 150),
}
_INK, _FAINT, _PAPER, _GRID = (40, 40, 40), (120, 120, 120), (255, 255, 255), (232, 232, 232)
_LEFT, _RIGHT, _TOP, _GAP = 8, 58, 22, 18  # [pixels]
_DETAIL = 2
"""Pictures are drawn this much larger and averaged, so that lines are smooth."""


@dataclass(frozen=True)
class Line:
    """A curve of a panel.

    Attributes:
        values: One for each step so far; what is not finite is left out.
        colour: A name of `COLOURS`.
        label: For the legend, or "".
        start: The step of the first value.
        total: How many steps the whole axis has, or None for as many as there are values.
    """

    values: Sequence[float] | np.ndarray
    colour: str = "blue"
    label: str = ""
    start: float = 0.0
    total: float | None = None


@dataclass(frozen=True)
class Bars:
    """Bars of a panel from the zero line, one for each step so far."""

    values: Sequence[float] | np.ndarray
    colour: str = "grey"
    total: float | None = None


@dataclass(frozen=True)
class Ladder:
    """Sizes at prices, (price, size) each; own orders are drawn within those of all."""

    bids: Sequence[tuple[float, float]]
    asks: Sequence[tuple[float, float]]
    own_bids: Sequence[tuple[float, float]] = ()
    own_asks: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Panel:
    """One part of a picture, over its whole width.

    Attributes:
        title: Above it, at the left.
        lines: Curves over one axis.
        bars: Bars behind them.
        ladder: An order book in place of both.
        height: Its share of the picture.
        zero: Whether the axis shows 0 in any case.
    """

    title: str
    lines: Sequence[Line] = ()
    bars: Bars | None = None
    ladder: Ladder | None = None
    height: float = 1.0
    zero: bool = False


def chart(
    panels: Sequence[Panel], *, size: tuple[int, int] = (600, 400), title: str = ""
) -> np.ndarray:
    """Draw panels below each other.

    Args:
        panels: At least one, from top to bottom.
        size: Width and height of the picture in pixels.
        title: Above all panels, or "".

    Returns:
        uint8 (height, width, 3).

    Raises:
        DependencyNotInstalled: Pillow is not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        msg = "pictures need Pillow: pip install 'synth-envs[render]'"
        raise DependencyNotInstalled(msg) from error
    width, height = size
    image = Image.new("RGB", (width * _DETAIL, height * _DETAIL), _PAPER)
    pen = ImageDraw.Draw(image)
    top: float = 4
    if title:
        _text(pen, (_LEFT, top), title, _INK, 13)
        top += 17
    share = (height - top - 4) / sum(panel.height for panel in panels)
    for panel in panels:
        bottom = top + panel.height * share
        _panel(pen, panel, (_LEFT, top + _GAP, width - _RIGHT, bottom - 4))
        top = bottom
    return np.asarray(image.reduce(_DETAIL)).copy()


Box = tuple[float, float, float, float]


def _panel(pen: ImageDraw, panel: Panel, box: Box) -> None:
    left, top, right, bottom = box
    _text(pen, (left, top - 15), panel.title, _INK, 11)
    if panel.ladder is not None:
        _ladder(pen, panel.ladder, box)
        return
    series = [np.asarray(line.values, np.float64) for line in panel.lines]
    heights = None if panel.bars is None else np.asarray(panel.bars.values, np.float64)
    shown = [*series, *([] if heights is None else [heights])]
    finite = np.concatenate([one[np.isfinite(one)] for one in shown]) if shown else np.zeros(0)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if panel.zero or heights is not None:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12 * max(1.0, abs(high)):
        low, high = low - 0.5 * max(1e-9, abs(low) * 0.01), high + 0.5 * max(1e-9, abs(high) * 0.01)

    def vertical(value: Any) -> Any:
        return bottom - (value - low) / (high - low) * (bottom - top)

    for value in (low, (low + high) / 2, high):
        _stroke(pen, [(left, vertical(value)), (right, vertical(value))], _GRID, 1)
        _text(pen, (right + 4, vertical(value) - 6), _figure(value, high - low), _FAINT, 10)
    if low < 0.0 < high:
        _stroke(pen, [(left, vertical(0.0)), (right, vertical(0.0))], _FAINT, 1)
    if heights is not None and panel.bars is not None:
        _bars(pen, heights, panel.bars, (left, right), vertical)
    place = left + 8 + _width(panel.title, 11)
    for line, values in zip(panel.lines, series, strict=True):
        span = max(line.total or 0, line.start + len(values), 2) - 1
        across = left + (line.start + np.arange(len(values))) / span * (right - left)
        _curve(pen, across, vertical(values), COLOURS[line.colour])
        if line.label:
            _stroke(pen, [(place, top - 8), (place + 10, top - 8)], COLOURS[line.colour], 2)
            _text(pen, (place + 13, top - 14), line.label, _INK, 10)
            place += 22 + _width(line.label, 10)


def _curve(pen: ImageDraw, across: np.ndarray, down: np.ndarray, colour: tuple[int, ...]) -> None:
    """Draw the pieces of a curve between values that are not finite."""
    piece: list[tuple[float, float]] = []
    for x, y in zip(across.tolist(), down.tolist(), strict=True):
        if np.isfinite(y):
            piece.append((x, y))
            continue
        _stroke(pen, piece, colour, 1.5)
        piece = []
    _stroke(pen, piece, colour, 1.5)
    if piece:
        x, y = piece[-1]
        _dot(pen, x, y, colour)


def _bars(
    pen: ImageDraw, heights: np.ndarray, bars: Bars, sides: tuple[float, float], vertical: Any
) -> None:
    left, right = sides
    step = (right - left) / max(bars.total or len(heights), 1)
    zero = vertical(0.0)
    for k, value in enumerate(heights.tolist()):
        if np.isfinite(value) and value:
            y = vertical(value)
            box = (left + k * step, min(y, zero), left + (k + 0.8) * step, max(y, zero))
            pen.rectangle([one * _DETAIL for one in box], fill=COLOURS[bars.colour])


def _ladder(pen: ImageDraw, ladder: Ladder, box: Box) -> None:
    """Draw bids at the left and asks at the right, over a common axis of prices."""
    left, top, right, bottom = box
    everybody = [*ladder.bids, *ladder.asks]
    if not everybody:
        _text(pen, (left, top), "the book is empty", _FAINT, 11)
        return
    prices = sorted({price for price, _ in [*everybody, *ladder.own_bids, *ladder.own_asks]})
    steps = [b - a for a, b in pairwise(prices)]
    tick = min(steps, default=1.0)
    low, high = prices[0] - tick, prices[-1] + tick
    largest = max(size for _, size in everybody) or 1.0
    half = max(0.35 * tick / (high - low) * (right - left), 0.8)

    def across(price: float) -> float:
        return left + (price - low) / (high - low) * (right - left)

    for rows, colour in (
        (ladder.bids, (170, 205, 230)),
        (ladder.asks, (240, 190, 165)),
        (ladder.own_bids, COLOURS["blue"]),
        (ladder.own_asks, COLOURS["red"]),
    ):
        for price, size in rows:
            tall = min(size / largest, 1.0) * (bottom - top - 12)
            x = across(price)
            sides = (x - half, bottom - 12 - tall, x + half, bottom - 12)
            pen.rectangle([one * _DETAIL for one in sides], fill=colour)
    _stroke(pen, [(left, bottom - 12), (right, bottom - 12)], _FAINT, 1)
    for price in (prices[0], prices[-1]):
        _text(pen, (across(price) - 10, bottom - 11), f"{price:g}", _FAINT, 10)
    _text(pen, (right + 4, top), f"{largest:g}", _FAINT, 10)


def _figure(value: float, span: float) -> str:
    """Write a number with as many decimals as its axis needs."""
    if abs(value) >= 1e6 or (span and span < 1e-4):
        return f"{value:.3g}"
    decimals = max(0, min(6, 2 - int(np.floor(np.log10(span)))))
    return f"{value:,.{decimals}f}"


def _stroke(
    pen: ImageDraw, points: Sequence[tuple[float, float]], colour: tuple[int, ...], width: float
) -> None:
    if len(points) > 1:
        scaled = [(x * _DETAIL, y * _DETAIL) for x, y in points]
        pen.line(scaled, fill=colour, width=max(1, round(width * _DETAIL)), joint="curve")


def _dot(pen: ImageDraw, x: float, y: float, colour: tuple[int, ...]) -> None:
    box = (x - 2.5, y - 2.5, x + 2.5, y + 2.5)
    pen.ellipse([one * _DETAIL for one in box], fill=colour)


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size * _DETAIL)


def _text(
    pen: ImageDraw, place: tuple[float, float], text: str, colour: tuple[int, ...], size: int
) -> None:
    pen.text((place[0] * _DETAIL, place[1] * _DETAIL), text, fill=colour, font=_font(size))


def _width(text: str, size: int) -> float:
    width: float = _font(size).getlength(text) / _DETAIL
    return width

"""Somebody's own prices as a market: read, checked row by row, and never guessed at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from synth_envs.trading.markets.reading import Table, read_csv, read_frame, read_parquet
from synth_envs.trading.markets.times import parse_times

__all__ = ["Recorded", "recorded"]

_DAY = 86400.0
#: A step in time is a gap if longer than so many usual ones, and than so many seconds, which a
#: weekend between holidays may take.
_USUAL, _LONG_WEEKEND = 6.0, 5 * _DAY


@dataclass(frozen=True)
class Recorded:
    """Recorded bars.

    Attributes:
        times: Seconds since 1970 (UTC), float64 (n,); the bars' numbers if there were no times.
        open: Prices, float64 (n,).
        close: Prices, float64 (n,).
        volume: float64 (n,), 1 if there was none.
        parts: First and one past the last bar of each stretch without a gap.
    """

    times: np.ndarray
    open: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    parts: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.close)


def recorded(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    time_format: str | None = None,
    on_gap: str = "error",
    longest_gap: float | None = None,
    largest_move: float = 3.0,
) -> Recorded:
    """Return prices as a recorded market.

    Args:
        source: The path of a CSV or Parquet file, a pandas DataFrame, a mapping of columns to arrays,
            or an array of closes. Columns, in whatever case: date or time (also datetime, timestamp),
            open, high, low, close and volume; only close is needed. Without open, a bar opens at the
            last close (the first of a part at its own). High and low are only checked.
        columns: What columns are called in the source, such as {"close": "Adj Close"}.
        time_format: Of `datetime.strptime`, for times that are not in ISO 8601.
        on_gap: "error", or "split" to go on in a new part after a gap.
        longest_gap: In seconds between bars; by default 6 usual steps, at least 5 days.
        largest_move: A price that changes by more than this factor in a bar is taken for a mistake.

    Raises:
        ValueError: The data are not usable; the message names the row and what to do.
        ModuleNotFoundError: Parquet needs pandas and pyarrow.
        FileNotFoundError: There is no such file.
    """
    if on_gap not in ("error", "split"):
        msg = f"on_gap must be 'error' or 'split', got {on_gap!r}"
        raise ValueError(msg)
    if not 1.0 < largest_move < math.inf:
        msg = f"largest_move must be a factor above 1, got {largest_move!r}"
        raise ValueError(msg)
    table = _table(source, columns or {})
    n = len(table.columns["close"])
    if n < 2:
        msg = f"give at least 2 bars, got {n}"
        raise ValueError(msg)
    prices = {
        name: table.numbers(name)
        for name in ("open", "high", "low", "close")
        if name in table.columns
    }
    for name, values in prices.items():
        _positive(table, name, values)
    close = prices["close"]
    _consistent(table, prices)
    volume = np.ones(n)
    if "volume" in table.columns:
        volume = table.numbers("volume")
        _check(
            table,
            ~(np.isfinite(volume) & (volume >= 0)),
            "volume",
            volume,
            "must be 0 or more: fill it in or drop the column",
        )
    times, gaps = np.arange(n, dtype=np.float64), np.zeros(n, np.bool_)
    if "time" in table.columns:
        times = parse_times(table, time_format)
        gaps = _gaps(table, times, longest_gap)
    if gaps.any() and on_gap == "error":
        row = int(np.argmax(gaps))
        days = (times[row] - times[row - 1]) / _DAY
        msg = (
            f"{table.row(row)}: {days:.3g} days after the bar before, a gap ({int(gaps.sum())} in all): fill them in, "
            "say on_gap='split', or raise longest_gap"
        )
        raise ValueError(msg)
    opened = prices.get("open")
    if opened is None:
        opened = np.where(gaps, close, np.concatenate([close[:1], close[:-1]]))
    _moves(table, opened, close, gaps, largest_move)
    edges = [0, *np.flatnonzero(gaps).tolist(), n]
    parts = tuple(pairwise(edges))
    return Recorded(times, opened, close, volume, parts)


def _table(source: Any, columns: Mapping[str, str]) -> Table:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            msg = f"there is no file {str(path)!r}"
            raise FileNotFoundError(msg)
        suffix = path.suffix.lower()
        if suffix in (".parquet", ".pq"):
            return read_parquet(path, columns)
        if suffix in (".csv", ".txt", ".tsv"):
            return read_csv(path, columns)
        msg = f"cannot read {suffix or 'a file without a suffix'!r}: give a .csv or .parquet file"
        raise ValueError(msg)
    if isinstance(source, Mapping):
        return Table.of(dict(source), columns, "row")
    if hasattr(source, "columns") and hasattr(source, "index"):
        return read_frame(source, columns)
    closes = np.asarray(source)
    if closes.ndim != 1:
        msg = f"give closes in one row, or a mapping of columns; got shape {closes.shape}"
        raise ValueError(msg)
    return Table.of({"close": closes}, {}, "row")


def _check(table: Table, wrong: np.ndarray, name: str, values: np.ndarray, what: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        more = f" ({int(wrong.sum())} rows in all)" if wrong.sum() > 1 else ""
        msg = f"{table.row(row)}: {name} is {values[row]:g}{more}: it {what}"
        raise ValueError(msg)


def _positive(table: Table, name: str, values: np.ndarray) -> None:
    _check(table, np.isnan(values), name, values, "is missing: fill it in or remove the row")
    wrong = ~(np.isfinite(values) & (values > 0.0))
    _check(
        table, wrong, name, values, "must be a finite number above 0: correct it or remove the row"
    )


def _consistent(table: Table, prices: Mapping[str, np.ndarray]) -> None:
    inner = [prices[name] for name in ("open", "close") if name in prices]
    slack = 1e-6
    if "high" in prices:
        wrong = prices["high"] < np.max(inner, axis=0) * (1.0 - slack)
        _check(
            table,
            wrong,
            "high",
            prices["high"],
            "is below open or close: correct it or drop the column",
        )
    if "low" in prices:
        wrong = prices["low"] > np.min(inner, axis=0) * (1.0 + slack)
        _check(
            table,
            wrong,
            "low",
            prices["low"],
            "is above open or close: correct it or drop the column",
        )


def _gaps(table: Table, times: np.ndarray, longest: float | None) -> np.ndarray:
    steps = np.diff(times)
    for wrong, what in ((steps == 0, "has the time of the bar before: remove one of the two"),
                        (steps < 0, "is earlier than the bar before: sort the rows by time")):  # fmt: skip
        if wrong.any():
            msg = f"{table.row(int(np.argmax(wrong)) + 1)}: it {what}"
            raise ValueError(msg)
    most = longest if longest is not None else max(_USUAL * float(np.median(steps)), _LONG_WEEKEND)
    return np.concatenate([[False], steps > most])


def _moves(
    table: Table, opened: np.ndarray, close: np.ndarray, gaps: np.ndarray, most: float
) -> None:
    night, day = np.abs(np.log(opened[1:] / close[:-1])), np.abs(np.log(close / opened))
    night = np.concatenate([[0.0], np.where(gaps[1:], 0.0, night)])
    wrong = np.maximum(night, day) > math.log(most)
    if wrong.any():
        row = int(np.argmax(wrong))
        before = close[row - 1] if row else opened[row]
        msg = (
            f"{table.row(row)}: the price goes from {before:g} by {opened[row]:g} to {close[row]:g}, more than a factor "
            f"of {most:g}: correct the row, adjust for splits, or raise largest_move"
        )
        raise ValueError(msg)

"""Times of bars: ISO 8601, a given format, numbers since 1970, or arrays of times."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

import numpy as np

from synth_envs.trading.markets.reading import Table

__all__ = ["parse_times"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST = 64
#: Seconds, milliseconds, microseconds and nanoseconds since 1970, by their number of digits.
_UNITS = {9: 1.0, 10: 1.0, 12: 1e3, 13: 1e3, 15: 1e6, 16: 1e6, 18: 1e9, 19: 1e9}


def parse_times(table: Table, time_format: str | None) -> np.ndarray:
    """Return seconds since 1970 (UTC), float64 (n,); times without a zone count as UTC.

    Raises:
        ValueError: A time cannot be read, or zones are mixed.
    """
    values = table.columns["time"]
    array = values if isinstance(values, np.ndarray) else None
    if array is not None and array.dtype.kind == "M":
        if np.isnat(array).any():
            msg = f"{table.row(int(np.argmax(np.isnat(array))))}: its time is missing: fill it in or remove the row"
            raise ValueError(msg)
        return (array - np.datetime64(0, "s")) / np.timedelta64(1, "s")
    if array is not None and array.dtype.kind in "iuf":
        return np.array([_since(table, k, str(int(value))) if np.isfinite(value) else _refuse(table, k, value) for k, value in enumerate(array)])  # fmt: skip
    moments = [_moment(table, k, value, time_format) for k, value in enumerate(values)]
    _one_zone(table, moments)
    return np.array([(_aware(one) - _EPOCH).total_seconds() for one in moments])


def _moment(table: Table, index: int, value: Any, time_format: str | None) -> dt.datetime:
    if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124 - pandas' NaT is none
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - it has no zone
    text = str(value).strip()
    if not text or len(text) > _LONGEST:
        _refuse(table, index, value)
    if time_format is None and text.isascii() and text.isdigit() and len(text) in _UNITS:
        return _EPOCH + dt.timedelta(seconds=_since(table, index, text))
    try:
        if time_format is not None:
            return dt.datetime.strptime(text, time_format)  # noqa: DTZ007 - zones are compared below
        return dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        _refuse(table, index, value)


def _since(table: Table, index: int, digits: str) -> float:
    unit = _UNITS.get(len(digits))
    if unit is None:
        _refuse(table, index, digits)
    return int(digits) / unit


def _refuse(table: Table, index: int, value: Any) -> NoReturn:
    msg = (
        f"{table.row(index)}: {str(value)[:40]!r} is not a time: write it like 2024-01-31 or 2024-01-31T15:30+00:00, or "
        "give time_format"
    )
    raise ValueError(msg)


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _one_zone(table: Table, moments: list[dt.datetime]) -> None:
    """Refuse rows with and without a zone, and offsets that no change to summer time explains."""
    offsets = [one.utcoffset() for one in moments]
    first = offsets[0]
    for index, offset in enumerate(offsets):
        if (offset is None) != (first is None):
            have, other = ("no zone", "one") if offset is None else ("a zone", "none")
            msg = f"{table.row(index)}: its time has {have}, earlier rows have {other}: give all times the same zone"
            raise ValueError(msg)
        if offset is not None and first is not None and abs(offset - first) > dt.timedelta(hours=1):
            msg = f"{table.row(index)}: its time is of another zone ({offset} from UTC, first {first}): use one zone, best UTC"
            raise ValueError(msg)

"""Tables of prices from files and frames, with bounds, and rows that errors can name."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Table", "read_csv", "read_frame", "read_parquet"]

_MOST_BYTES, _MOST_ROWS, _MOST_COLUMNS, _LONGEST_CELL = 512 * 2**20, 5_000_000, 1000, 64
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_TIMES = ("date", "time", "datetime", "timestamp")
_KNOWN = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Table:
    """Columns of equal length, by "time", "open", "high", "low", "close" and "volume".

    Attributes:
        columns: Texts, numbers or times.
        unit: What a row is called: "line" of a file, or "row".
        lines: The number of each row in its file, if it has one.
    """

    columns: Mapping[str, Any]
    unit: str
    lines: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        given: Mapping[Any, Any],
        renamed: Mapping[str, str],
        unit: str,
        lines: np.ndarray | None = None,
    ) -> Table:
        """Return the table of the columns that are known.

        Raises:
            ValueError: There is no close, a name is twice there, or lengths differ.
        """
        found: dict[str, Any] = {}
        named = {str(name).strip().lower(): role for role, name in renamed.items()}
        for role in renamed:
            if role not in ("time", *_KNOWN):
                msg = f"columns names {role!r}; choose from time, {', '.join(_KNOWN)}"
                raise ValueError(msg)
        for name, values in given.items():
            plain = str(name).strip().lower()
            role = named.get(plain, "time" if plain in _TIMES else plain)
            if role not in ("time", *_KNOWN) or (role in renamed and plain not in named):
                continue
            if role in found:
                msg = f"two columns give {role!r}: name the right one by columns={{{role!r}: ...}} and drop the other"
                raise ValueError(msg)
            found[role] = values
        missing = set(renamed) - set(found)
        if missing or "close" not in found:
            have = ", ".join(map(repr, list(given)[:20])) or "none"
            msg = f"there is no column for {min(missing or {'close'})!r}; the columns are {have}"
            raise ValueError(msg)
        counts = {name: len(values) for name, values in found.items()}
        if len(set(counts.values())) > 1:
            msg = f"columns must have the same length, got {counts}"
            raise ValueError(msg)
        return cls(found, unit, lines)

    def row(self, index: int) -> str:
        """Return how an error calls a row."""
        return f"{self.unit} {index if self.lines is None else int(self.lines[index])}"

    def numbers(self, name: str) -> np.ndarray:
        """Return a column as float64 (n,); nan where a cell is empty.

        Raises:
            ValueError: A cell is not a number.
        """
        values = self.columns[name]
        if isinstance(values, list):
            return np.array([self._number(name, k, text) for k, text in enumerate(values)])
        try:
            made = np.array(values, dtype=np.float64)
        except (TypeError, ValueError) as problem:
            msg = f"column {name!r} must hold numbers: {problem}"
            raise ValueError(msg) from problem
        if made.ndim != 1:
            msg = f"column {name!r} must have one dimension, got shape {made.shape}"
            raise ValueError(msg)
        return made

    def _number(self, name: str, index: int, cell: Any) -> float:
        if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
            return float(cell)
        text = str(cell).strip()
        if text.lower() in ("", "nan", "na", "null", "none", "n/a"):
            return float("nan")
        if not _NUMBER.fullmatch(text):
            msg = f"{self.row(index)}: {name} is {text[:40]!r}, which is not a number: write it like 1234.5"
            raise ValueError(msg)
        return float(text)


def read_csv(path: Path, columns: Mapping[str, str]) -> Table:
    """Return the table of a CSV file, read with bounds and without evaluating anything.

    Raises:
        ValueError: It is too large, not text, or not a table.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        msg = f"the file has {size:,} bytes, at most {_MOST_BYTES:,} are read: use Parquet or a part of it"
        raise ValueError(msg)
    try:
        with path.open(newline="", encoding="utf-8-sig") as text:
            first = text.readline(65536)
            text.seek(0)
            marks = max(",;\t", key=first.count)
            return _rows(csv.reader(text, delimiter=marks, strict=True), columns)
    except UnicodeDecodeError as problem:
        msg = f"the file is not UTF-8 text ({problem.reason} at byte {problem.start}): save it as CSV in UTF-8"
        raise ValueError(msg) from problem
    except csv.Error as problem:
        msg = f"the file is not well-formed CSV: {problem}"
        raise ValueError(msg) from problem


def _rows(reader: Any, columns: Mapping[str, str]) -> Table:
    head = next(reader, None)
    if not head or len(head) > _MOST_COLUMNS:
        msg = f"the first line must name at most {_MOST_COLUMNS} columns, such as: date,open,high,low,close,volume"
        raise ValueError(msg)
    cells: list[list[str]] = [[] for _ in head]
    lines: list[int] = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(head):
            msg = f"line {reader.line_num}: it has {len(row)} cells, the first line has {len(head)}: correct the row"
            raise ValueError(msg)
        if len(lines) >= _MOST_ROWS:
            msg = f"the file has more than {_MOST_ROWS:,} rows: use a part of it"
            raise ValueError(msg)
        if max(map(len, row)) > _LONGEST_CELL:
            row = [cell[: _LONGEST_CELL + 1] for cell in row]  # noqa: PLW2901 - cells of other columns may be long
        for column, cell in zip(cells, row, strict=True):
            column.append(cell)
        lines.append(reader.line_num)
    plain = [name.strip().lower() for name in head]
    double = next((name for k, name in enumerate(plain) if name in plain[:k]), None)
    if double is not None:
        msg = f"two columns are called {double!r}: rename one"
        raise ValueError(msg)
    return Table.of(
        dict(zip(head, cells, strict=True)), columns, "line", np.array(lines, dtype=np.int64)
    )


def read_parquet(path: Path, columns: Mapping[str, str]) -> Table:
    """Return the table of a Parquet file.

    Raises:
        ModuleNotFoundError: pandas or pyarrow is not installed.
        ValueError: It is not a Parquet file.
    """
    try:
        import pandas as pd
        import pyarrow as pa
    except ModuleNotFoundError as problem:
        msg = f"reading Parquet needs {problem.name}: pip install pandas pyarrow"
        raise ModuleNotFoundError(msg) from problem
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as problem:
        msg = f"cannot read {path.name} as Parquet: {str(problem)[:200]}"
        raise ValueError(msg) from problem
    return read_frame(frame, columns)


def read_frame(frame: Any, columns: Mapping[str, str]) -> Table:
    """Return the table of a pandas DataFrame; an index of times is its time column.

    Raises:
        ValueError: A name is twice there, or there is no close.
    """
    names = [str(name).strip().lower() for name in frame.columns]
    double = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if double is not None:
        msg = f"two columns are called {double!r}: rename one"
        raise ValueError(msg)
    given: dict[Any, Any] = {name: frame[name] for name in frame.columns}
    timed = any(name in _TIMES for name in names) or "time" in columns
    if not timed and (
        frame.index.dtype.kind == "M" or str(frame.index.name).strip().lower() in _TIMES
    ):
        given["time"] = frame.index
    # Numbers stay arrays; texts and times, which may have zones, become lists of cells.
    plain = {
        name: values.to_numpy() if values.dtype.kind in "iuf" else list(values)
        for name, values in given.items()
    }
    return Table.of(plain, columns, "row")

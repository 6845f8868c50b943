"""Real prices of installed packages, read where they lie; nothing of them is in this repository."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from pathlib import Path

import numpy as np

__all__ = ["index", "stocks"]


def stocks() -> dict[str, np.ndarray] | None:
    """Return daily log returns of 20 stocks, 1990 to 2022, or None if skfolio is not installed."""
    rows = _rows("skfolio", "datasets/data/sp500_dataset.csv.gz")
    if rows is None:
        return None
    table = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
    return dict(zip(rows[0][1:], np.diff(np.log(table), axis=0).T.copy(), strict=True))


def index() -> tuple[np.ndarray, np.ndarray] | None:
    """Return daily log returns and volumes of the S&P 500, 1999 to 2018, or None without arch."""
    rows = _rows("arch", "data/sp500/sp500.csv.gz")
    if rows is None:
        return None
    close, volume = rows[0].index("Adj Close"), rows[0].index("Volume")
    table = np.array([[float(row[close]), float(row[volume])] for row in rows[1:]])
    return np.diff(np.log(table[:, 0])), table[1:, 1].copy()


def _rows(package: str, file: str) -> list[list[str]] | None:
    """Return the rows of a packed table of a package, which is found but not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / file
    if not path.is_file():
        return None
    with gzip.open(path, "rt", newline="", encoding="utf-8") as lines:
        return [row for row in csv.reader(lines) if row]

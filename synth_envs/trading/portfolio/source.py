"""What a portfolio is of: assets drawn from a universe, or recordings side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from synth_envs.options import whole
from synth_envs.trading.asset.sim import Tape
from synth_envs.trading.markets.data import Recorded, recorded
from synth_envs.trading.markets.factor import Universe
from synth_envs.trading.markets.market import Market, market

__all__ = ["FEWEST", "MOST", "Tapes", "source_of"]

FEWEST, MOST = 2, 32
_ASSETS, _SECTORS = 8, 3
_COMMON = {
    "kind": "msm",
    "volatility": 0.16,
    "drift": 0.05,
    "overnight": 0.25,
    "vary": 0.2,
    "fade": 0.9,
}
_RANGES: dict[str, Any] = {"alpha": (0.0, 0.3), "drift": (-0.03, 0.03)}
#: Times below this are the numbers of bars, not seconds since 1970.
_SECONDS = 1e7


class Tapes:
    """Recordings of the same bars, as kernels read them.

    Args:
        given: Recordings by the names of their assets: `Recorded` markets, or what
            `markets.data.recorded` takes.

    Attributes:
        names: Of the assets.
        bars: float64 (bars, k, 3) of gap, rest and volume over the mean of the 60 bars before.
        bars_per_year: By the times of the recordings; 252 where they have none.

    Raises:
        ValueError: There are too few or too many, or one lacks a bar that another has: nothing is
            filled in.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        if not FEWEST <= len(given) <= MOST:
            msg = f"give {FEWEST} to {MOST} recordings by name, got {len(given)}"
            raise ValueError(msg)
        self.names = tuple(str(name) for name in given)
        read = [
            one if isinstance(one, Recorded) else recorded(one, on_gap="split")
            for one in given.values()
        ]
        _aligned(self.names, [one.times for one in read])
        self._tapes = [Tape(one) for one in read]
        self.bars = np.stack([tape.bars for tape in self._tapes], axis=1)
        self.bars_per_year = self._tapes[0].bars_per_year

    def starts(self, low: float, high: float, need: int) -> np.ndarray:
        """Return the bars at which `need` bars follow, of every asset, within a share; int64."""
        found = self._tapes[0].starts(low, high, need)
        for tape in self._tapes[1:]:
            found = np.intersect1d(found, tape.starts(low, high, need))
        return found


def _aligned(names: tuple[str, ...], times: list[np.ndarray]) -> None:
    """Check that all recordings have the same times.

    Raises:
        ValueError: One has not; the message names the first bar that is missing.
    """
    everybody = np.unique(np.concatenate(times))
    lacking = []
    for name, mine in zip(names, times, strict=True):
        missing = everybody[~np.isin(everybody, mine)]
        if missing.size:
            lacking.append((float(missing[0]), name, missing.size))
    if not lacking:
        return
    first, name, count = min(lacking)
    other = next(one for one, its in zip(names, times, strict=True) if first in its)
    msg = (
        f"{name!r} has no bar {_when(first)}, which {other!r} has ({count} missing in all): nothing is filled in, so "
        "give recordings of the same times"
    )
    raise ValueError(msg)


def _when(time: float) -> str:
    if time < _SECONDS:
        return f"number {int(time)}"
    moment = dt.datetime.fromtimestamp(time, dt.UTC)
    return f"at {moment.date() if time % 86400.0 == 0.0 else moment.replace(tzinfo=None)}"


def source_of(given: Any, assets: int | None) -> tuple[Universe | None, Tapes | None]:
    """Return the universe that an option means, or the recordings.

    Args:
        given: None; a kind of market or a `Market`, that all assets share; a `Universe` or its
            dictionary, which has "common"; or recordings by name.
        assets: How many, or None for as many as are given.

    Raises:
        ValueError: It is none of these, or has another number of assets.
    """
    count = None if assets is None else whole("assets", assets, FEWEST, MOST)
    many = count or _ASSETS
    shape: dict[str, Any] = {"assets": many, "sectors": min(_SECTORS, many)}
    if given is None:
        return Universe(market(_COMMON), **shape, **_RANGES), None
    if isinstance(given, str | Market) or (isinstance(given, Mapping) and "kind" in given):
        return Universe(market(given), **shape), None
    if isinstance(given, Mapping) and "common" in given:
        given = Universe.from_dict({**shape, **given})
    if isinstance(given, Universe):
        found = given.assets
        if not FEWEST <= found <= MOST:
            msg = f"a portfolio has {FEWEST} to {MOST} assets, the universe has {found}"
            raise ValueError(msg)
    elif isinstance(given, Mapping):
        given = Tapes(given)
        found = len(given.names)
    else:
        msg = (
            "market must be a kind of market, a Market, a Universe, or recordings by the names of their assets, got "
            f"{type(given).__name__}"
        )
        raise ValueError(msg)  # noqa: TRY004 - as all bad values here
    if count not in (None, found):
        msg = f"assets is {count}, but the market has {found}: leave assets out"
        raise ValueError(msg)
    return (given, None) if isinstance(given, Universe) else (None, given)

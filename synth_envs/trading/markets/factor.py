"""`Universe`: many assets that share a market and sectors, each with its own beta, risk and signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading.markets import assets as of
from synth_envs.trading.markets import layout as at
from synth_envs.trading.markets.assets import advance_assets, begin_assets, draw_assets
from synth_envs.trading.markets.market import Market, market
from synth_envs.trading.markets.models import begin
from synth_envs.trading.markets.rows import draw

__all__ = ["Universe", "begin_universe", "universe_paths"]

_BOUNDS = {
    "beta": (0.0, 1.8),
    "volatility": (0.01, 2.0),
    "sector": (0.0, 1.0),
    "drift": (-2.0, 2.0),
    "alpha": (0.0, 0.9),
}


@dataclass(frozen=True)
class Universe:
    """Assets drawn from an episode's key, each number uniform in its range.

    Args:
        common: The market that all share, of any kind but "ou"; its signal is of the market.
        assets: How many, in [1, 500].
        sectors: How many, in [1, assets]; asset k is of sector k modulo sectors.
        beta: Range of the exposures to the market, within [0, 1.8].
        volatility: Range of the standard deviations of the assets' own parts over a year, within
            [0.01, 2]. They rise and fall with the market's, half as much.
        sector: Range of the standard deviations of the sectors' parts over a year, within [0, 1].
        drift: Range of the log growth in a year besides the market's, within [-2, 2].
        alpha: Range of the correlations of an asset's signal with its own standardised part of the
            next bar, within [0, 0.9].
        persistence: Of the assets' signals, in [0, 0.9999].

    Raises:
        ValueError: A value is not allowed.
    """

    common: Market
    assets: int = 10
    sectors: int = 3
    beta: tuple[float, float] = (0.6, 1.4)
    volatility: tuple[float, float] = (0.15, 0.35)
    sector: tuple[float, float] = (0.05, 0.15)
    drift: tuple[float, float] = (-0.02, 0.02)
    alpha: tuple[float, float] = (0.0, 0.0)
    persistence: float = 0.9

    def __post_init__(self) -> None:
        """Check everything."""
        if not isinstance(self.common, Market) or self.common.kind == "ou":
            msg = f"common must be a Market of another kind than 'ou', got {self.common!r}"
            raise ValueError(msg)
        for name, value, high in (
            ("assets", self.assets, 500),
            ("sectors", self.sectors, self.assets),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
                msg = f"{name} must be an integer in [1, {high}], got {value!r}"
                raise ValueError(msg)
        for name, (low, high_) in _BOUNDS.items():
            given = getattr(self, name)
            if (
                not isinstance(given, tuple)
                or len(given) != 2
                or not low <= given[0] <= given[1] <= high_
            ):
                msg = f"{name} must be two numbers in [{low:g}, {high_:g}], the lower first, got {given!r}"
                raise ValueError(msg)
        if not 0.0 <= self.persistence <= 0.9999:
            msg = f"persistence must be in [0, 0.9999], got {self.persistence!r}"
            raise ValueError(msg)

    @property
    def table(self) -> np.ndarray:
        """What `draw_assets` takes: float64 (5, 2)."""
        return np.array(
            [self.beta, self.volatility, self.sector, self.drift, self.alpha], dtype=np.float64
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        ranges = {name: list(getattr(self, name)) for name in _BOUNDS}
        counts = {"assets": self.assets, "sectors": self.sectors, "persistence": self.persistence}
        return {"common": self.common.to_dict(), **counts, **ranges}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Universe:
        """Return the universe that `to_dict` wrote; `common` may be a preset's name.

        Raises:
            ValueError: A name is unknown, or a value is not allowed.
        """
        known = {"common", "assets", "sectors", "persistence", *_BOUNDS}
        wrong = set(given) - known
        if wrong or "common" not in given:
            msg = f"a universe has {', '.join(sorted(known))}, and needs common; got {', '.join(map(str, given))}"
            raise ValueError(msg)
        made: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one for name, one in given.items()
        }
        made["common"] = market(given["common"])
        return cls(**made)

    def covariance(self, p: np.ndarray, s: np.ndarray, assets: np.ndarray) -> np.ndarray:
        """Return the covariance of the next bar's returns, float64 (k, k), positive definite.

        Args:
            p: The episode's row of market parameters, float64 (PARAMETERS,).
            s: Its row of market state, float64 (STATE,).
            assets: Its assets, float64 (k, ASSET).
        """
        square = s[at.NEXT_GAP] ** 2 + s[at.NEXT_REST] ** 2
        level = 0.5 + 0.5 * s[at.SCALE] / p[at.SD]
        beta, load, sector = assets[:, of.BETA], assets[:, of.LOAD], assets[:, of.SECTOR]
        same = sector[:, None] == sector[None, :]
        made = np.outer(beta, beta) * s[at.SIGMA] ** 2 + same * np.outer(load, load) * square
        return np.asarray(made + np.diag(square * (level * assets[:, of.OWN_SD]) ** 2))


@kernel
def begin_universe(
    kind: int,
    given: np.ndarray,
    ranges: np.ndarray,
    sectors: int,
    persistence: float,
    difficulty: float,
    p: np.ndarray,
    s: np.ndarray,
    assets: np.ndarray,
    own: np.ndarray,
    keys: np.ndarray,
    steps: np.ndarray,
    i: int,
) -> None:
    """Begin an episode of a universe: draw its market and assets, and write their first states."""
    draw(kind, given, keys[i], difficulty, p, i)
    begin(kind, p, s, keys, steps, i)
    fade = 1.0 - given[0, at.GIVEN + 2] * difficulty
    draw_assets(ranges, sectors, persistence, p[i, at.BARS], fade, keys[i], assets, i)
    begin_assets(p, s, assets, own, sectors, keys, i)


@kernel
def _sample(
    kind: int,
    given: np.ndarray,
    ranges: np.ndarray,
    sectors: int,
    persistence: float,
    difficulty: float,
    start: float,
    keys: np.ndarray,
    out: np.ndarray,
) -> None:
    n, count = len(keys), out.shape[3]
    p, s = np.zeros((n, at.PARAMETERS)), np.zeros((n, at.STATE))
    assets, own = np.zeros((n, count, of.ASSET)), np.zeros((n, count, of.ASSET_STATE))
    steps, mask = np.zeros(n, np.int64), np.ones(n, np.bool_)
    price = np.full((n, count), start)
    for i in range(n):
        begin_universe(
            kind, given, ranges, sectors, persistence, difficulty, p, s, assets, own, keys, steps, i
        )
    for t in range(out.shape[2]):
        for i in range(n):
            for k in range(count):
                for j in range(3):
                    out[3 + j, i, t, k] = own[i, k, j]
        steps[:] = t
        advance_assets(kind, p, s, assets, own, sectors, keys, steps, mask)
        for i in range(n):
            for k in range(count):
                opened = price[i, k] * (1.0 + own[i, k, of.A_GAP])
                price[i, k] = opened * (1.0 + own[i, k, of.A_REST])
                out[0, i, t, k], out[1, i, t, k] = opened, price[i, k]
                out[2, i, t, k] = own[i, k, of.A_TRADED]


def universe_paths(
    of_: Universe, keys: Any, steps: int, *, difficulty: float = 0.0, start: float = 100.0
) -> dict[str, np.ndarray]:
    """Return whole episodes of a universe, as `market.paths` of a market: float64 (n, steps, k) each."""
    given = np.atleast_1d(np.asarray(keys)).astype(np.uint64)
    out = np.empty((6, given.size, int(steps), of_.assets))
    _sample(
        of_.common.number, of_.common.table, of_.table, of_.sectors, float(of_.persistence),
        float(difficulty), float(start), given, out,
    )  # fmt: skip
    return dict(zip(("open", "close", "volume", "sigma", "signal", "expected"), out, strict=True))

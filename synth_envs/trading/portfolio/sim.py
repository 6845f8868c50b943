"""`PortfolioSim`: holding many assets of a synthetic or recorded market, as a batch simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.options import flag, whole
from synth_envs.trading import ledger as to
from synth_envs.trading import measures as of
from synth_envs.trading.answers import json_object
from synth_envs.trading.markets import assets as its
from synth_envs.trading.markets import layout as common
from synth_envs.trading.markets.factor import Universe
from synth_envs.trading.markets.market import Market
from synth_envs.trading.measures import TERMS, figures, tail_of
from synth_envs.trading.portfolio import layout as at
from synth_envs.trading.portfolio.exact import worth_of
from synth_envs.trading.portfolio.kernels import EXACT, RECORDED, SETTINGS, begin_batch, step_batch
from synth_envs.trading.portfolio.seeing import size_of
from synth_envs.trading.portfolio.settings import charges, chosen, shared, within
from synth_envs.trading.portfolio.source import FEWEST, Tapes, source_of

__all__ = ["PortfolioSim"]

_EXACT_ASSETS, _EXACT_BARS = 3, 12.0
_STATE = (
    "_keys", "_bar", "_p", "_s", "_assets", "_law", "_own", "_row", "_held", "_costs", "_worst", "observations",
    "_history",
)  # fmt: skip


class PortfolioSim:
    """Holding many assets; see `synth_envs.trading.portfolio.env` for what its arguments mean."""

    name = "trading-portfolio"
    steps_per_second = 20.0

    def __init__(
        self,
        num_envs: int,
        *,
        assets: int | None = None,
        market: str | Mapping[str, Any] | Market | Universe | None = None,
        exact: bool = False,
        between: tuple[float, float] | None = None,
        horizon: int | None = None,
        leverage: float | None = None,
        short: bool | None = None,
        rebalance: bool | None = None,
        fill: str | None = None,
        fee: float | None = None,
        spread: float | None = None,
        impact: float | None = None,
        depth: float | None = None,
        borrow: float | tuple[float, float] | None = None,
        funding: float | None = None,
        interest: float | None = None,
        maintenance: float | None = None,
        penalty: float | None = None,
        band: float | None = None,
        aversion: float | None = None,
        history: bool | None = None,
    ) -> None:
        self.num_envs = num_envs
        self.exact = flag("exact", exact)
        given = {
            "between": between, "leverage": leverage, "short": short, "rebalance": rebalance, "fill": fill, "fee": fee,
            "spread": spread, "impact": impact, "depth": depth, "borrow": borrow, "funding": funding,
            "maintenance": maintenance, "penalty": penalty, "band": band, "market": market, "horizon": horizon,
            "aversion": aversion, "interest": interest,
        }  # fmt: skip
        options = chosen(given, self.exact)
        self._universe: Universe | None = None
        self._tapes: Tapes | None = None
        if self.exact:
            few = _EXACT_ASSETS if assets is None else assets
            count = whole("assets", few, FEWEST, at.MOST_EXACT)
            self._per_year = _EXACT_BARS
        else:
            self._universe, self._tapes = source_of(market, assets)
            if self._universe is not None:
                count, self._per_year = self._universe.assets, self._universe.common.bars_per_year
            elif self._tapes is not None:
                count, self._per_year = len(self._tapes.names), self._tapes.bars_per_year
        self.assets = count
        self.names = self._tapes.names if self._tapes else tuple(f"A{k}" for k in range(count))
        self.horizon, self.leverage = int(options["horizon"]), float(options["leverage"])
        self.short = bool(options["short"])
        sectors = self._universe.sectors if self._universe else 0
        persistence = self._universe.persistence if self._universe else 0.0
        self._settings = shared(options, self._per_year, sectors, persistence)
        self._starts = self._room(within(options["between"]))
        self.single_action_space: gym.Space[Any] = gym.spaces.Box(-1.0, 1.0, (count,), np.float32)
        size = size_of(count, self.exact)
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (size,), np.float32)
        n = num_envs
        self._keys, self._bar = np.zeros(n, np.uint64), np.zeros(n, np.int64)
        self._p, self._s = np.zeros((n, common.PARAMETERS)), np.zeros((n, common.STATE))
        self._assets = np.zeros((n, count, its.ASSET))
        self._own = np.zeros((n, count, its.ASSET_STATE))
        self._law = np.zeros((n, count if self.exact else 0, at.LAW))
        self._row, self._held = np.zeros((n, at.ROW)), np.zeros((n, count, at.HOLDING))
        self._costs = np.tile(charges(options, self._per_year), (n, 1))
        self._worst = np.zeros((n, tail_of(self.horizon)))
        self.observations = np.zeros((n, size), np.float32)
        kept = n <= 16 if history is None else flag("history", history)
        self._history = np.zeros((n, self.horizon + 1 if kept else 0, 2 + count), np.float32)
        self.rewards = np.zeros(n)
        self._flags = np.zeros((2, n), np.bool_)
        self._terms, self._now = np.zeros((len(TERMS), n)), np.zeros((len(to.BARS), n, count))
        self._link()

    def _link(self) -> None:
        """Name the rows of the arrays that kernels write."""
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self.terminations, self.truncations = self._flags

    def _room(self, between: tuple[float, float]) -> np.ndarray:
        """Return the bars of the recordings at which episodes may begin to look, int64."""
        if self._tapes is None:
            return np.zeros(1, np.int64)
        need = at.WARM_UP + self.horizon
        found = self._tapes.starts(*between, need)
        if not found.size:
            msg = (
                f"an episode needs {need} bars without a gap ({at.WARM_UP} before it and {self.horizon} of it), which the "
                "recordings do not have there: lower horizon, or widen between"
            )
            raise ValueError(msg)
        return found

    @property
    def _kind(self) -> int:
        if self.exact:
            return EXACT
        return RECORDED if self._universe is None else self._universe.common.number

    @property
    def _tape(self) -> np.ndarray:
        return np.zeros((1, 1, 3)) if self._tapes is None else self._tapes.bars

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        universe = self._universe
        given = np.zeros((4, 1)) if universe is None else universe.common.table
        ranges = np.zeros((1, 1)) if universe is None else universe.table
        begin_batch(
            mask, self._keys, difficulty, self._kind, given, ranges, self._settings, self._tape, self._starts,
            self._bar, self._p, self._s, self._assets, self._law, self._own, self._row, self._held, self._costs,
            self._worst, self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        targets = np.array(actions, np.float64)  # kernels write into it
        step_batch(
            mask, targets, self._keys, self._kind, self._settings, self._tape, self._bar, self._p, self._s,
            self._assets, self._law, self._own, self._row, self._held, self._costs, self._worst, self.observations,
            self._history, self._now, self._terms, self.rewards, self._flags,
        )  # fmt: skip

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What is measured of each episode up to now, float64 (num_envs,) each."""
        row = self._row
        found = figures(row, self._worst, self._per_year)
        found["utility"] = row[:, of.UTILITY].copy()
        found["market_log_return"] = np.log(np.maximum(row[:, at.INDEX], 1e-300))
        found["concentration"] = row[:, at.CONCENTRATION] / np.maximum(row[:, of.STEP], 1.0)
        for k in range(self.assets):
            found[f"turnover_{k}"] = self._held[:, k, at.TURNOVER].copy()
        if self.exact:
            found["optimum"] = self._row[:, at.VALUE].copy()
        return found

    def optimum(self, index: int) -> float | None:
        """Return the expected total reward of the best policy from the start, or None unless exact."""
        return float(self._row[index, at.VALUE]) if self.exact else None

    def worth(self, index: int, weights: np.ndarray | None = None) -> float:
        """Return the expected total reward of the same weights in every bar, in the exact setting.

        Args:
            index: The episode.
            weights: Shares of equity, at least 0, with a sum of at most 1; None for the best.

        Raises:
            ValueError: The setting is not exact, or the weights are not allowed.
        """
        if not self.exact:
            msg = "expected rewards are known in the exact setting only: make it with exact=True"
            raise ValueError(msg)
        held = self._law[index, :, at.BEST] if weights is None else np.asarray(weights, np.float64)
        if held.shape != (self.assets,) or not (held >= 0.0).all() or held.sum() > 1.0 + 1e-9:
            msg = f"weights must be {self.assets} numbers of at least 0 with a sum of at most 1, got {weights!r}"
            raise ValueError(msg)
        return float(
            worth_of(held.copy(), self.aversion, self.cash_growth, self.horizon, self._law, index)
        )

    def describe(self, index: int) -> str:
        """Return in words what an investor may know, and how weights are chosen."""
        from synth_envs.trading.portfolio.words import describe

        held, law = self._held[index], self._law[index]
        return describe(
            self, self._row[index], held, self._costs[index], law, self.observations[index]
        )

    def read(self, text: str) -> Any:
        """Return the action that a text's last JSON object states, or None."""
        fields = json_object(text)
        given = None if fields is None else fields.get("weights")
        if not isinstance(given, list) or len(given) != self.assets:
            return None
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in given):
            return None
        return self.action_of(np.array([float(one) for one in given]))

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        weights = np.asarray(action, np.float64) * self.leverage
        return json.dumps({"weights": weights.tolist()})

    def idle(self, index: int) -> Any:
        """Return the action that keeps the last targets."""
        return self.action_of(self._held[index, :, at.TARGET])

    # What policies read.

    @property
    def rebalance(self) -> bool:
        """Whether targets like the last ones are traded to."""
        return bool(self._settings[SETTINGS.index("always")])

    @property
    def aversion(self) -> float:
        """The relative risk aversion of the rewards."""
        return float(self._settings[SETTINGS.index("aversion")])

    @property
    def cash_growth(self) -> float:
        """What a unit of cash grows to in a bar."""
        return 1.0 + float(self._settings[SETTINGS.index("interest")]) / self._per_year

    @property
    def bars_per_year(self) -> float:
        """How many bars a year has."""
        return self._per_year

    @property
    def recorded(self) -> bool:
        """Whether the market is recorded."""
        return self._tapes is not None

    @property
    def universe(self) -> Universe | None:
        """What the assets are drawn from, unless they are recorded or of the exact setting."""
        return self._universe

    def action_of(self, weights: np.ndarray) -> np.ndarray:
        """Return the action for weights, shares of equity; float64 as they are."""
        return np.asarray(np.clip(weights / self.leverage, -1.0, 1.0))

    def targets(self) -> np.ndarray:
        """Return the last targets, float64 (num_envs, assets)."""
        return np.asarray(self._held[:, :, at.TARGET])

    def weights(self) -> np.ndarray:
        """Return values over equity, float64 (num_envs, assets)."""
        return np.asarray(self._held[:, :, at.WEIGHT])

    def cost(self) -> np.ndarray:
        """Return fee and half the spread, shares of the value traded, float64 (num_envs,)."""
        return np.asarray(self._costs[:, to.FEE] + self._costs[:, to.HALF_SPREAD])

    def promised(self) -> np.ndarray:
        """Return the true expected returns of the next bar, for the oracle; (num_envs, assets)."""
        return np.asarray(self._own[:, :, its.A_EXPECTED])

    def covariance(self, index: int) -> np.ndarray:
        """Return the true covariance of the next bar's returns, for the oracle; (assets, assets).

        Raises:
            ValueError: The market is not a universe.
        """
        if self._universe is None:
            msg = "the covariance is known of universes only"
            raise ValueError(msg)
        p, s, assets = self._p[index], self._s[index], self._assets[index]
        return np.asarray(self._universe.covariance(p, s, assets))

    def best(self) -> np.ndarray:
        """Return the optimal weights of the exact setting, float64 (num_envs, assets)."""
        return np.asarray(self._law[:, :, at.BEST])

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (400, 600, 3): equity, weights, exposure, drawdown."""
        from synth_envs.trading.portfolio.words import picture

        row = self._row[index]
        if self._history.shape[1]:
            made = self._history[index, : int(row[of.STEP]) + 1].astype(np.float64)
        else:  # not kept in large batches
            made = np.array([[row[at.INDEX], row[to.EQUITY], *self._held[index, :, at.WEIGHT]]])
        return picture(self, row, made)

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views of arrays."""
        views = ("terms", "terminations", "truncations")
        return {name: value for name, value in self.__dict__.items() if name not in views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._link()

"""`MakingSim`: many market makers, in lock step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.families import suggest
from synth_envs.options import flag, number, whole
from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.making import layout as at
from synth_envs.trading.making.begin import begin_batch
from synth_envs.trading.making.describe import describe
from synth_envs.trading.making.plans import Plans, Rules, value_of
from synth_envs.trading.making.step import step_batch
from synth_envs.trading.optimal.cartea_jaimungal import FILL_LAWS

__all__ = ["ACTIONS", "METRICS", "MIDS", "MakingSim"]

ACTIONS = ("offsets", "grid")
MIDS = ("two-point", "gaussian")

#: What an episode's metrics are; see `MakingEnv`.
METRICS = (
    "pnl", "objective", "captured", "penalties", "inventory_sd", "final_inventory", "fills", "fill_rate", "turnover",
    "share_of_bound", "steps",
)  # fmt: skip

_STATE = ("_keys", "_levels", "_streams", "_rows", "_starts", "_past", "observations")
_KEPT_ENVS = 16
#: A given market: the values of Avellaneda and Stoikov, with Cartea and Jaimungal's penalties.
_MARKET = {
    "intensity": 140.0, "decay": 1.5, "volatility": 2.0, "running": 0.5, "terminal": 0.001, "adverse": 0.0,
    "horizon": 1.0, "price": 100.0,
}  # fmt: skip
_POSITIVE = ("intensity", "decay", "horizon", "price")


class MakingSim:
    """Market making; see `synth_envs.trading.making.env` for what its arguments mean."""

    #: Pictures are made for a film of this many steps a second.
    steps_per_second = 20.0

    def __init__(
        self,
        num_envs: int,
        *,
        exact: bool | Mapping[str, float] = False,
        law: str = "linear",
        mid: str = "two-point",
        steps: int = 200,
        limit: int = 10,
        fee: float = 0.0,
        reversion: float = 0.0,
        jumps: float = 0.0,
        max_offset: float = 3.0,
        min_offset: float = 0.0,
        action: str = "offsets",
        grid: int = 9,
        history: bool | None = None,
    ) -> None:
        for name, value, known in (("law", law, FILL_LAWS), ("mid", mid, MIDS), ("action", action, ACTIONS)):  # fmt: skip
            if value not in known:
                msg = f"unknown {name} {value!r}{suggest(str(value), known)}; choose from {', '.join(known)}"
                raise ValueError(msg)
        self.num_envs = num_envs
        self.name = "trading-making"
        self._law = law
        given, market = _market_of(exact)
        self._settings = settings = np.zeros(at.SETTINGS)
        settings[: at.STEPS] = (given, *market)
        settings[at.STEPS] = whole("steps", steps, 2, 100_000)
        settings[at.LIMIT] = whole("limit", limit, 1, 1000)
        settings[at.HIGHEST] = number("max_offset", max_offset, 1e-6, 1e6)
        settings[at.LOWEST] = number("min_offset", min_offset, -1e6, 0.0)
        settings[at.FEE] = number("fee", fee, 0.0, 1e6)
        # At most the whole way back, and one jump, in a step.
        most = steps / (settings[at.OF_HORIZON] if given else 1.0)
        settings[at.REVERSION] = number("reversion", reversion, 0.0, float(most))
        settings[at.JUMPS] = number("jumps", jumps, 0.0, float(most))
        settings[at.EXPONENTIAL], settings[at.NORMAL] = law == "exponential", mid == "gaussian"
        low, high = float(min_offset), float(max_offset)
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (at.OBSERVED,), np.float32)
        self._grid: np.ndarray | None = None
        self.single_action_space: gym.Space[Any] = gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
        if action == "grid":
            self._grid = np.linspace(-1.0, 1.0, whole("grid", grid, 2, 1000))
            self.single_action_space = gym.spaces.Discrete(len(self._grid) ** 2)
        self._rules = Rules(
            law=law, limit=limit, steps=steps, lowest=low, highest=high, fee=float(fee),
            grid=None if self._grid is None else tuple((0.5 * (low + high) + 0.5 * (high - low) * self._grid).tolist()),
        )  # fmt: skip
        self._plans: Plans | None = None
        n = num_envs
        kept = n <= _KEPT_ENVS if history is None else flag("history", history)
        self._keys, self._levels = np.zeros(n, np.uint64), np.zeros(n)
        self._streams, self._starts = np.zeros(n, np.uint64), np.zeros(n)
        self._rows = np.zeros((at.FIELDS, n))
        self._past = np.zeros((n, steps + 1 if kept else 0, at.HISTORY), np.float32)
        self.observations = np.zeros((n, at.OBSERVED), np.float32)
        self.rewards = np.zeros(n)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(at.TERMS), n))
        self.terms = dict(zip(at.TERMS, self._terms, strict=True))

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask], self._levels[mask] = keys[mask], difficulty[mask]
        begin_batch(
            mask, self._keys, self._levels, self._settings, self._streams, self._rows, self._starts,
            self.observations, self._past,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        if self._grid is not None:
            actions = np.stack(
                [self._grid[actions // len(self._grid)], self._grid[actions % len(self._grid)]], axis=1
            )  # fmt: skip
        step_batch(
            mask, np.ascontiguousarray(actions, np.float64), self._streams, self._settings, self._rows, self._starts,
            self.observations, self._past, self._terms, self.rewards, self.truncations,
        )  # fmt: skip

    def optimum(self, index: int) -> float | None:
        """Return the exact expected return of the optimal policy from the start of the episode.

        By dynamic programming over inventories; None with mean reversion, where the best quotes hang on
        the mid as well.
        """
        if self._settings[at.REVERSION] > 0:
            return None
        return value_of(self._rules, tuple(self._rows[: at.CONSTANTS, index].tolist()))

    def optima(self) -> np.ndarray:
        """Return `optimum` of every episode, float64 (num_envs,), solved together.

        Raises:
            ValueError: The mid reverts, so that none is known.
        """
        if self._settings[at.REVERSION] > 0:
            msg = "the optimum is not known with mean reversion"
            raise ValueError(msg)
        markets, places = np.unique(self._rows[: at.CONSTANTS].T, axis=0, return_inverse=True)
        values = self._rules.solve(markets.T).values[:, 0, self._rules.limit]
        return np.asarray(values[places.reshape(-1)])

    def optimal_quotes(self) -> np.ndarray:
        """Return the optimal offsets of bids and asks now, float64 (num_envs, 2).

        They are exact without mean reversion, and otherwise those of a mid that does not revert. An
        offset of `max_offset` withdraws the quote.
        """
        if self._plans is None:
            self._plans = Plans(self._rules, self.num_envs)
        return np.asarray(np.minimum(self._plans.quotes(self._rows), self._rules.highest))

    def actions_of(self, offsets: np.ndarray) -> np.ndarray:
        """Return the actions that come nearest to offsets of bids and asks in money, (n, 2)."""
        low, high = self._rules.lowest, self._rules.highest
        money = np.asarray(offsets, np.float64)
        cut = np.clip((2.0 * money - low - high) / (high - low), -1.0, 1.0)
        if self._grid is None:
            return np.asarray(cut, np.float32)
        places = np.abs(cut[:, :, None] - self._grid).argmin(axis=2)
        return np.asarray(places[:, 0] * len(self._grid) + places[:, 1])

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        rows, settings = self._rows, self._settings
        steps = np.maximum(rows[at.STEP], 1.0)
        mean = rows[at.SUM] / steps
        pnl = rows[at.CASH] + rows[at.HELD] * rows[at.MID]
        objective = pnl - rows[at.PENALTY]
        columns = (
            pnl, objective, rows[at.CAPTURED], rows[at.PENALTY],
            np.sqrt(np.maximum(rows[at.SQUARES] / steps - mean * mean, 0.0)), rows[at.HELD], rows[at.FILLS],
            rows[at.FILLS] / (2.0 * steps), rows[at.TRADED],
            objective / np.maximum(rows[at.BOUND] * settings[at.STEPS], 1e-300), rows[at.STEP],
        )  # fmt: skip
        return dict(zip(METRICS, (np.array(one) for one in columns), strict=True))

    def describe(self, index: int) -> str:
        """Return in words the market, the state, and how to answer."""
        grid = 0 if self._grid is None else len(self._grid)
        return describe(self._rows[:, index], self._settings, float(self._starts[index]), grid)

    def read(self, text: str) -> Any:
        """Return the action that an answer gives, such as {"bid": 0.7, "ask": 0.9}, or None.

        null in place of a number withdraws the quote.
        """
        fields = json_object(text)
        low, high = float(self._settings[at.LOWEST]), float(self._settings[at.HIGHEST])
        offsets = []
        for name in ("bid", "ask"):
            given = number_of(fields, name)
            if fields is not None and name in fields and fields[name] is None:
                given = high
            if given is None or not low <= given <= high:
                return None
            offsets.append(given)
        return self.actions_of(np.array([offsets]))[0]

    def idle(self, index: int) -> Any:
        """Return the action that withdraws both quotes."""
        del index
        return self.actions_of(np.full((1, 2), self._rules.highest))[0]

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        low, high = self._rules.lowest, self._rules.highest
        if self._grid is None:
            chosen = np.asarray(action, np.float64)
        else:
            chosen = self._grid[list(divmod(int(action), len(self._grid)))]
        bid, ask = np.clip(0.5 * (low + high) + 0.5 * (high - low) * chosen, low, high).tolist()
        return f'{{"bid": {bid!r}, "ask": {ask!r}}}'

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (400, 600, 3): mid and quotes, inventory, profit."""
        from synth_envs.trading.charts import Bars, Line, Panel, chart

        row, steps = self._rows[:, index], int(self._settings[at.STEPS])
        past = self._past[index][: int(row[at.STEP]) + 1]
        if not len(past):
            profit = row[at.CASH] + row[at.HELD] * row[at.MID] - row[at.PENALTY]
            past = np.array([(row[at.MID], math.nan, math.nan, row[at.HELD], profit)], np.float32)
        # Quotes are drawn where they were made, one step before the mid that followed.
        quotes = [Line(past[1:, k], colour, name, total=steps) for k, colour, name in (
            (at.PAST_BID, "green", "bid"), (at.PAST_ASK, "red", "ask"))] if len(past) > 1 else []  # fmt: skip
        return chart(
            [
                Panel("Mid and quotes", [Line(past[:, at.PAST_MID], "blue", "mid", total=steps), *quotes], height=2.0),
                Panel("Inventory", bars=Bars(past[:, at.PAST_HELD], "orange", total=steps), zero=True),
                Panel("Profit less penalties", [Line(past[:, at.PAST_PROFIT], "purple", total=steps)], zero=True),
            ],
            size=(600, 400),
            title=f"Market making: step {int(row[at.STEP])} of {steps}",
        )  # fmt: skip

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but views of arrays and solutions, which are made anew."""
        left_out = ("terms", "_plans")
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._plans = None
        self.terms = dict(zip(at.TERMS, self._terms, strict=True))


def _market_of(exact: Any) -> tuple[float, tuple[float, ...]]:
    """Return 1 and a given market, or 0 and any.

    Raises:
        ValueError: The market is malformed.
    """
    if exact is False:
        return 0.0, tuple(_MARKET.values())
    if exact is not True and not isinstance(exact, Mapping):
        msg = f"exact must be True, False or a market by name, got {exact!r}"
        raise ValueError(msg)
    market = dict(_MARKET)
    for name, value in ({} if exact is True else exact).items():
        if name not in market:
            msg = f"unknown entry {name!r} of exact{suggest(str(name), market)}; choose from {', '.join(market)}"
            raise ValueError(msg)
        market[name] = number(name, value, 1e-9 if name in _POSITIVE else 0.0, 1e9)
    return 1.0, tuple(market.values())

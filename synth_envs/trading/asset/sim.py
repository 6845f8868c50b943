"""`AssetSim`: trading one asset of a synthetic or recorded market, as a batch simulator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.families import suggest
from synth_envs.kernels.address import table_of
from synth_envs.options import flag, number, whole
from synth_envs.trading import ledger as to
from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.asset import layout as at
from synth_envs.trading.asset.kernels import AVERSION, RECORDED, SETTINGS, begin_batch, step_batch
from synth_envs.trading.markets import layout as of
from synth_envs.trading.markets.data import Recorded, recorded
from synth_envs.trading.markets.market import Market, market
from synth_envs.trading.measures import TERMS, figures, tail_of

__all__ = ["AssetSim"]

ACTIONS, FILLS = ("discrete", "continuous"), ("next-open", "same-close")
_YEAR_S = 365.25 * 86400.0
_STATE = ("_keys", "_bar", "_p", "_s", "_state", "_costs", "_worst", "observations", "_history")
_DEFAULT = {
    "kind": "msm",
    "volatility": 0.3,
    "alpha": 0.25,
    "overnight": 0.25,
    "vary": 0.2,
    "fade": 0.9,
}
#: Fee, and as much of half a spread, where costs are left to the difficulty: at 0, and more at 1.
_EASY, _MORE = 0.0001, 0.0004


class AssetSim:
    """Trading one asset; see `synth_envs.trading.asset.env` for what its arguments mean."""

    name = "trading-asset"
    steps_per_second = 20.0

    def __init__(
        self,
        num_envs: int,
        *,
        market: str | Mapping[str, Any] | Market | Recorded | None = None,  # noqa: A002, RUF100
        between: tuple[float, float] = (0.0, 1.0),
        horizon: int = 252,
        window: int = 16,
        action: str = "discrete",
        positions: Sequence[float] = (-1.0, 0.0, 1.0),
        leverage: float = 1.0,
        short: bool = True,
        fill: str = "next-open",
        fee: float | None = None,
        spread: float | None = None,
        impact: float = 0.5,
        depth: float = 1000.0,
        borrow: float = 0.01,
        funding: float = 0.03,
        interest: float = 0.0,
        maintenance: float = 0.25,
        penalty: float = 0.005,
        band: float = 0.0,
        aversion: float = 1.0,
        history: bool | None = None,
    ) -> None:
        self.num_envs = num_envs
        self._market, self._tape = _market(market)
        self.horizon = whole("horizon", horizon, 2, 100_000)
        self.window = whole("window", window, 1, 512)
        for value, known, what in ((action, ACTIONS, "action"), (fill, FILLS, "fill")):
            if value not in known:
                msg = f"unknown {what} {value!r}{suggest(str(value), known)}; choose from {', '.join(known)}"
                raise ValueError(msg)
        self.leverage = number("leverage", leverage, 0.01, 50.0)
        self.short = flag("short", short)
        self._positions = _positions(positions, self.leverage, self.short)
        self.action, self.discrete = action, action == "discrete"
        per_year = self._per_year()
        costs = {
            "impact": number("impact", impact, 0.0, 10.0),
            "depth": number("depth", depth, 0.1, 1e12),
            "borrow": number("borrow", borrow, 0.0, 10.0) / per_year,
            "funding": number("funding", funding, 0.0, 10.0) / per_year,
            "interest": number("interest", interest, 0.0, 1.0) / per_year,
            "maintenance": number("maintenance", maintenance, 0.0, 0.9),
            "penalty": number("penalty", penalty, 0.0, 0.5),
            "margin": float(self.leverage > 1.0),
            "same_close": float(fill == "same-close"),
        }
        fees = _range("fee", fee, 1.0)
        halves = _range("spread", spread, 0.5)
        self._starts = self._room(between)
        self._kind = RECORDED if self._market is None else self._market.number
        self._table = np.zeros((4, 1)) if self._market is None else self._market.table
        self._bars = np.zeros((1, 3)) if self._market else self._tape.bars
        shared = {
            "horizon": self.horizon,
            "window": self.window,
            "aversion": number("aversion", aversion, 0.0, 5.0),
            "band": number("band", band, 0.0, 1.0),
            "leverage": self.leverage,
            "bars_per_year": per_year,
            "bars_per_day": self._market.own.get("bars_per_day", 0.0) if self._market else 0.0,
            "fee_0": fees[0],
            "fee_1": fees[1],
            "half_spread_0": halves[0],
            "half_spread_1": halves[1],
        }
        self._settings = np.array([float(shared[name]) for name in SETTINGS])
        low = -1.0 if self.short else 0.0
        self.single_action_space: gym.Space[Any] = (
            gym.spaces.Discrete(len(self._positions))
            if action == "discrete"
            else gym.spaces.Box(low, 1.0, (1,), np.float32)
        )
        size = self.window + len(at.FEATURES)
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (size,), np.float32)
        n = num_envs
        self._keys, self._bar = np.zeros(n, np.uint64), np.zeros(n, np.int64)
        self._p, self._s = np.zeros((n, of.PARAMETERS)), np.zeros((n, of.STATE))
        self._state = np.zeros((n, at.STATE))
        self._costs = np.tile([costs.get(name, 0.0) for name in to.COSTS], (n, 1))
        self._worst = np.zeros((n, tail_of(self.horizon)))
        self.observations = np.zeros((n, size), np.float32)
        kept = n <= 16 if history is None else flag("history", history)
        self._history = np.zeros((n, self.horizon + 1 if kept else 0, len(at.HISTORY)), np.float32)
        self.rewards = np.zeros(n)
        self._flags = np.zeros((2, n), np.bool_)
        self._terms, self._now = np.zeros((len(TERMS), n)), np.zeros((len(to.BARS), n))
        self._mask, self._targets = np.zeros(n, np.bool_), np.zeros(n)
        self._link()

    def _link(self) -> None:
        """Name the rows of the arrays that kernels write, and note where these lie."""
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self.terminations, self.truncations = self._flags
        arrays = (
            self._mask, self._targets, self._keys, self._settings, self._bars, self._bar, self._p, self._s,
            self._state, self._costs, self._worst, self.observations, self._history, self._now, self._terms,
            self.rewards, self._flags, self._positions,
        )  # fmt: skip
        self._places = table_of(
            arrays,
            (
                self.num_envs, self._kind, len(self._bars), self.observations.shape[1], self._worst.shape[1],
                self._history.shape[1], len(self._positions),
            ),
        )  # fmt: skip
        #: Where the kernels find everything; see `kernels.step_batch`.
        self.address: int = self._places.ctypes.data
        self.first = self.observations[0]

    def _per_year(self) -> float:
        return self._tape.bars_per_year if self._market is None else self._market.bars_per_year

    def _room(self, between: tuple[float, float]) -> np.ndarray:
        """Return the bars of the recording at which episodes may begin to look, int64."""
        try:
            low, high = (float(one) for one in between)
        except (TypeError, ValueError):
            low, high = 1.0, 0.0
        if not 0.0 <= low < high <= 1.0:
            msg = f"between must be two shares of the recording in [0, 1], the lower first, got {between!r}"
            raise ValueError(msg)
        if self._market:
            return np.zeros(1, np.int64)
        need = at.WARM_UP + self.horizon
        found = self._tape.starts(low, high, need)
        if not found.size:
            msg = (
                f"an episode needs {need} bars without a gap ({at.WARM_UP} before it and {self.horizon} of it), which the "
                "recording does not have there: lower horizon, or widen between"
            )
            raise ValueError(msg)
        starts: np.ndarray = found
        return starts

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        begin_batch(
            mask, self._keys, difficulty, self._kind, self._table, self._settings, self._bars, self._starts,
            self._bar, self._p, self._s, self._state, self._costs, self._worst, self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        self._mask[:] = mask
        if self.discrete:
            self._positions.take(actions, out=self._targets)
        else:
            np.multiply(actions[:, 0], self.leverage, out=self._targets)
        step_batch(self.address)

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What is measured of each episode up to now, float64 (num_envs,).

        Ratios are per year; `cvar` is the mean of the worst 5% of log returns, with its sign turned.
        """
        state = self._state
        found = figures(state, self._worst, self._per_year())
        close = state[:, to.CLOSE] / np.maximum(state[:, at.FIRST_CLOSE], 1e-300)
        return found | {"market_log_return": np.log(np.maximum(close, 1e-300))}

    def optimum(self, index: int) -> float | None:
        """Return None: of this market no closed form is known."""
        del index
        return None

    def describe(self, index: int) -> str:
        """Return in words what a trader may know, and how positions are chosen."""
        from synth_envs.trading.asset.words import describe

        return describe(self, self._state[index], self._costs[index], self.observations[index])

    def read(self, text: str) -> Any:
        """Return the action that a text's last JSON object states, or None."""
        wanted = number_of(json_object(text), "position")
        return None if wanted is None else self.action_of(wanted)

    def idle(self, index: int) -> Any:
        """Return the action that keeps the last target."""
        return self.action_of(float(self._state[index, to.TARGET]))

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        if self.action == "continuous":
            return f'{{"position": {float(np.asarray(action).ravel()[0]) * self.leverage!r}}}'
        return f'{{"position": {float(self._positions[int(action)])!r}}}'

    # What policies read.

    @property
    def recorded(self) -> bool:
        """Whether the market is a recording."""
        return self._market is None

    @property
    def aversion(self) -> float:
        """The relative risk aversion of the rewards."""
        return float(self._settings[AVERSION])

    def choices(self) -> np.ndarray:
        """Return the positions that can be chosen; of "continuous" actions the lowest and highest."""
        if self.action == "discrete":
            return self._positions
        return np.array([-self.leverage if self.short else 0.0, self.leverage])

    def action_of(self, position: float) -> Any:
        """Return the action that comes nearest to a position, a share of equity."""
        if self.action == "continuous":
            low = -1.0 if self.short else 0.0
            return np.array([min(max(position / self.leverage, low), 1.0)])
        return int(np.abs(self._positions - position).argmin())

    def holding(self) -> np.ndarray:
        """Return positions as shares of equity, float64 (num_envs,)."""
        return self._state[:, at.WEIGHT]

    def volatility(self) -> np.ndarray:
        """Return the volatility of a bar as it is seen, float64 (num_envs,)."""
        return np.sqrt(self._state[:, at.VARIANCE])

    def cost(self) -> np.ndarray:
        """Return fee and half the spread, shares of the value traded, float64 (num_envs,)."""
        found: np.ndarray = self._costs[:, to.FEE] + self._costs[:, to.HALF_SPREAD]
        return found

    def row(self, place: int) -> np.ndarray:
        """Return a parameter of the markets of all episodes, for the oracle; float64 (num_envs,)."""
        return self._p[:, place]

    def promised(self) -> np.ndarray:
        """Return the true expected returns of the next bars over their volatility, for the oracle."""
        return self._s[:, of.EXPECTED] / np.maximum(self._s[:, of.SIGMA], 1e-300)

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (400, 600, 3): price, position, equity, drawdown."""
        from synth_envs.trading.asset.words import picture

        name = "a recording" if self._market is None else self._market.kind
        return picture(self, self._state[index], self._history[index], name)

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views of arrays and their addresses."""
        views = (
            "terms",
            "terminations",
            "truncations",
            "_places",
            "address",
            "first",
        )
        return {name: value for name, value in self.__dict__.items() if name not in views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._link()


def _market(given: Any) -> tuple[Market | None, Any]:
    """Return a generator, or None and a tape of recorded bars."""
    if given is None:
        return market(_DEFAULT), None
    if isinstance(given, Recorded):
        return None, Tape(given)
    is_file = isinstance(given, str) and "." in given
    if isinstance(given, Market | str) and not is_file:
        return market(given), None
    if isinstance(given, Mapping) and "kind" in given:
        return market(given), None
    return None, Tape(recorded(given, on_gap="split"))


class Tape:
    """Recorded bars as the kernels read them: bar k is what follows the recording's k-th close.

    Attributes:
        bars: float64 (bars, 3) of gap, rest and volume over the mean of the 60 bars before.
        bars_per_year: By the times of the recording; 252 where it has none.
    """

    def __init__(self, recording: Recorded) -> None:
        opened, closed = recording.open, recording.close
        self._parts = recording.parts
        seconds = float(recording.times[-1] - recording.times[0])
        # Without times, bars are numbered.
        timed = seconds > len(closed)
        self.bars_per_year = (len(closed) - 1) * _YEAR_S / seconds if timed else 252.0
        gap = opened[1:] / closed[:-1] - 1.0
        rest = closed[1:] / opened[1:] - 1.0
        # Relative to the bars before it only: nothing is scaled by what comes later.
        volume = recording.volume
        total = np.concatenate([[0.0], np.cumsum(volume)])
        places = np.arange(len(volume))
        count = np.minimum(places, 60)
        mean = (total[places] - total[places - count]) / np.maximum(count, 1)
        usual = np.where(mean > 0.0, mean, 1.0)
        scaled = np.where(mean > 0.0, volume / usual, 1.0)
        self.bars = np.column_stack([gap, rest, np.clip(scaled[1:], 0.01, 100.0)])

    def starts(self, low: float, high: float, need: int) -> np.ndarray:
        """Return the bars at which `need` bars follow within the shares `low` to `high`, int64."""
        bars = len(self.bars)
        first, last = math.ceil(low * bars), math.floor(high * bars)
        found = [
            np.arange(max(start, first), min(stop - 1, last) - need + 1)
            for start, stop in self._parts
        ]
        return np.concatenate(found).astype(np.int64)


def _positions(given: Sequence[float], leverage: float, short: bool) -> np.ndarray:
    """Return the positions that discrete actions stand for; without shorts only those from 0."""
    found = np.asarray(given, np.float64)
    if found.ndim != 1 or not 2 <= found.size <= 101 or not np.isfinite(found).all():
        msg = f"positions must be 2 to 101 numbers, got {given!r}"
        raise ValueError(msg)
    if (np.diff(found) <= 0.0).any():
        msg = f"positions must rise, got {given!r}"
        raise ValueError(msg)
    if np.abs(found).max() > leverage:
        msg = f"positions are shares of equity within leverage={leverage:g}, got {given!r}"
        raise ValueError(msg)
    if not short:
        found = found[found >= 0.0]
        if found.size < 2:
            msg = f"without short positions, at least two of 0 or above are needed, got {given!r}"
            raise ValueError(msg)
    return found


def _range(name: str, given: float | None, part: float) -> tuple[float, float]:
    """Return a cost at difficulty 0 and at 1."""
    if given is None:
        return _EASY, _EASY + _MORE
    value = part * number(name, given, 0.0, 0.1)
    return value, value

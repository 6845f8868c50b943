"""What the simulators of the order book share: episodes in lock step, on one kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.families import suggest
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.actions import MAKING_OFFSETS
from synth_envs.trading.book.batch import TERMS, TRACKS, begin_batch, step_batch
from synth_envs.trading.book.market import market_of, pool_of, ring_of, template_of, whole
from synth_envs.trading.book.observe import OBSERVED

__all__ = ["BookSim", "number"]

ACTIONS = ("box", "discrete")
_STATE = ("_keys", "_levels", "_orders", "_state", "_reals", "_history", "observations")
#: Up to how many episodes keep a history for pictures by default.
_FEW = 16
_FEE = 100_000
#: How many events a step may be expected to have.
_MOST_EVENTS = 20_000


class BookSim:
    """Episodes on limit order books; a subclass says what the agent is there for.

    Args:
        num_envs: How many episodes run at a time.
        task: 1 to buy, -1 to sell, 0 for either, 2 for market making.
        action: "box" or "discrete".
        choices: How many discrete actions there are.
        market: As `market_of` takes it.
        steps: Of an episode.
        interval: Of simulated time in a step.
        total: Lots to trade, or the largest inventory.
        quote: The largest quote, in lots.
        maker_fee: Thousandths of a tick per lot, negative for a rebate.
        taker_fee: Thousandths of a tick per lot.
        latency: Mean time a message takes.
        jitter: Random share of it.
        latency_events: Events of others a message waits for.
        in_bp: Whether rewards are in basis points rather than ticks.
        penalty: Per squared lot of inventory and unit of time.
        history: Whether a history is kept for pictures; None keeps one for up to 16 episodes.

    Raises:
        ValueError: An option has a bad value.
    """

    name: str

    def __init__(
        self,
        num_envs: int,
        *,
        task: int,
        action: str,
        choices: int,
        market: str | Mapping[str, float],
        steps: int,
        interval: float,
        total: int,
        quote: int,
        maker_fee: int,
        taker_fee: int,
        latency: float,
        jitter: float,
        latency_events: int,
        in_bp: bool,
        penalty: float,
        history: bool | None,
    ) -> None:
        self.num_envs = n = num_envs
        if action not in ACTIONS:
            msg = f"unknown action {action!r}{suggest(str(action), ACTIONS)}; choose from {', '.join(ACTIONS)}"
            raise ValueError(msg)
        if history not in (None, True, False):
            msg = f"history must be None, True or False, got {history!r}"
            raise ValueError(msg)
        self.rates = market_of(market)
        self.steps = whole("steps", steps, 2, 100_000)
        self.interval = number("interval", interval, 0.001, 1000.0)
        flow = 2 * (self.rates["levels"] * self.rates["limit_rate"] * 2 + self.rates["market_rate"])
        others = sum(self.rates[name] for name in ("value_rate", "momentum_rate", "maker_rate"))
        if (flow + others) * interval > _MOST_EVENTS:
            msg = f"interval must be so short that a step has at most {_MOST_EVENTS} events, got {(flow + others) * interval:.0f}"
            raise ValueError(msg)
        self.discrete = action == "discrete"
        self.total, self.quote = total, quote
        fees = (
            whole("maker_fee", maker_fee, -_FEE, _FEE),
            whole("taker_fee", taker_fee, -_FEE, _FEE),
        )
        if sum(fees) < 0:
            msg = f"maker_fee + taker_fee must be at least 0, got {fees[0]} + {fees[1]}"
            raise ValueError(msg)
        self.fees = fees
        self._config = np.array(
            [task, self.discrete, steps, total, quote, *fees, in_bp], dtype=np.int64
        )
        self._template = template_of(self.rates, latency, jitter, latency_events)
        self._template[at.PENALTY] = penalty
        self._template[at.INTERVAL] = self.interval
        self.steps_per_second = 5.0
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (OBSERVED,), np.float32)
        self.single_action_space: gym.Space[Any] = (
            gym.spaces.Discrete(choices)
            if self.discrete
            else gym.spaces.Box(-1.0, 1.0, (4,), np.float32)
        )
        self._keys = np.zeros(n, np.uint64)
        self._levels = np.zeros((n, ring_of(self.rates), 3), np.int32)
        self._orders = np.zeros((n, pool_of(self.rates), 8), np.int32)
        self._state = np.zeros((n, at.STATE_SIZE), np.int64)
        self._reals = np.zeros((n, at.REALS_SIZE), np.float64)
        kept = n <= _FEW if history is None else history
        self._history = np.zeros((n if kept else 0, steps + 1, TRACKS), np.float32)
        self._offsets = np.array(MAKING_OFFSETS, np.int64)
        self._idle, self._still = np.zeros(n, np.int64), np.zeros((n, 4))
        self.observations = np.zeros((n, OBSERVED), np.float32)
        self.rewards = np.zeros(n, np.float64)
        self.terminations = np.zeros(n, np.bool_)
        self.truncations = np.zeros(n, np.bool_)
        self._terms = np.zeros((len(TERMS), n), np.float64)
        self.terms = dict(zip(TERMS, self._terms, strict=True))

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        begin_batch(
            mask, self._keys, np.asarray(difficulty, np.float64), self._config, self._template,
            self._levels, self._orders, self._state, self._reals, self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        step_batch(
            mask, self._keys, actions if self.discrete else self._idle, self._still if self.discrete else actions,
            self._offsets, self._config, self._levels, self._orders, self._state, self._reals,
            self._terms, self.rewards, self.terminations, self.truncations, self.observations, self._history,
        )  # fmt: skip

    def equity(self) -> np.ndarray:
        """What each agent has gained since its episode began, in ticks x lots at the mid price."""
        return np.asarray(self._equity() / at.UNIT)

    def _equity(self) -> np.ndarray:
        s = self._state
        return np.asarray(
            s[:, at.CASH] + s[:, at.INVENTORY] * s[:, at.MID2] * at.HALF - s[:, at.BEGUN]
        )

    def _per_lot(self, value: np.ndarray, lots: np.ndarray) -> np.ndarray:
        return np.asarray(value / np.maximum(lots, 1))

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What every task measures over an episode up to now, float64 (num_envs,) each.

        `profit` is the equity's change in ticks x lots; `spread_captured` is what trades gained
        against the mid price, per lot; `adverse_selection` is by how many ticks per passive lot the
        mid price had moved against the agent at the end of the step.
        """
        s = self._state
        made, took = s[:, at.MAKER_LOTS], s[:, at.TAKER_LOTS]
        lots = made + took
        steps = np.maximum(s[:, at.STEP], 1)
        return {
            "profit": self.equity(),
            "maker_lots": made.astype(np.float64),
            "taker_lots": took.astype(np.float64),
            "maker_share": self._per_lot(made, lots),
            "spread_captured": self._per_lot(s[:, at.EDGE] / at.UNIT, lots),
            "adverse_selection": self._per_lot(s[:, at.ADVERSE] / 2.0, made),
            "fees": s[:, at.FEES] / at.UNIT,
            "leftover": s[:, at.LEFTOVER].astype(np.float64),
            "inventory": self._per_lot(s[:, at.SUM_ABS], steps),
            "inventory_peak": s[:, at.PEAK].astype(np.float64),
            "steps": s[:, at.STEP].astype(np.float64),
        }

    def optimum(self, index: int) -> None:
        """There is none: no exact optimum of a reactive order book is known.

        The "oracle" of these tasks is the best scripted rule with knowledge of the parameters.
        """
        del index

    def book(self, index: int) -> dict[str, list[tuple[int, int]]]:
        """Return the lots at each price, best first: `bids`, `asks`, `own_bids`, `own_asks`."""
        found: dict[str, dict[int, int]] = {"bids": {}, "asks": {}, "own_bids": {}, "own_asks": {}}
        orders = self._orders[index]
        for row in orders[orders[: self._state[index, at.COUNT], at.PERM]].tolist():
            side = "bids" if row[at.SIDE] > 0 else "asks"
            for name in (side, f"own_{side}") if row[at.OWNER] > 0 else (side,):
                found[name][row[at.PRICE]] = found[name].get(row[at.PRICE], 0) + row[at.SIZE]
        return {
            name: sorted(levels.items(), reverse=name.endswith("bids"))
            for name, levels in found.items()
        }

    def fills(self, index: int) -> list[dict[str, int]]:
        """Return the agent's trades of the last step, the first 16: lots (signed), price, maker, slot."""
        s = self._state[index]
        n = min(int(s[at.FILLS]), at.FILL_LOG_SIZE)
        log = s[at.FILL_LOG : at.FILL_LOG + n * at.FILL_FIELDS].reshape(n, at.FILL_FIELDS)
        names = ("lots", "price", "maker", "slot", "mid2")
        return [dict(zip(names, row, strict=True)) for row in log.tolist()]

    def value(self, index: int, name: str) -> int:
        """Return an entry of the state by its name in `layout.STATE`."""
        return int(self._state[index, at.STATE.index(name)])

    def fundamental(self) -> np.ndarray:
        """What value traders think the price should be, float64 (num_envs,); agents cannot see it."""
        return self._reals[:, at.FUNDAMENTAL].copy()

    def history(self, index: int) -> np.ndarray | None:
        """Return where an episode stood after each step, float32 (steps so far + 1, 6), if it is kept.

        Columns: mid price, own best bid and ask (0 for none), inventory, lots traded (signed), and
        the equity's change in ticks x lots.
        """
        if len(self._history) == 0:
            return None
        return self._history[index, : self._state[index, at.STEP] + 1].copy()

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (height, width, 3)."""
        from synth_envs.trading.book.picture import draw

        return draw(self, index)

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views, which are made anew."""
        return {name: value for name, value in self.__dict__.items() if name != "terms"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self.terms = dict(zip(TERMS, self._terms, strict=True))


def number(name: str, value: float, low: float, high: float) -> float:
    """Return a real option.

    Raises:
        ValueError: It is not a number in [low, high].
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        msg = f"{name} must be a number in [{low:g}, {high:g}], got {value!r}"
        raise ValueError(msg)
    return float(value)

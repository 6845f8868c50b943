"""`ExecutionSim`: many positions being sold, in lock step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.families import suggest
from synth_envs.options import flag, whole
from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.execution import layout as at
from synth_envs.trading.execution.describe import describe
from synth_envs.trading.execution.kernels import begin_batch, step_batch
from synth_envs.trading.optimal.almgren_chriss import Execution
from synth_envs.trading.optimal.liquidation import feedback, sold

__all__ = ["ACTIONS", "METRICS", "ExecutionSim"]

ACTIONS = ("share", "grid")

#: What an episode's metrics are; see `ExecutionEnv`.
METRICS = (
    "shortfall_bp", "cost_bp", "risk_bp", "utility", "optimum", "share_of_optimum", "mean_time", "sold", "steps",
)  # fmt: skip

_STATE = ("_keys", "_levels", "_rows", "_past", "observations")
_MOST_STEPS, _DRAWN_STEPS, _KEPT_ENVS = 1000, 30, 16
_BP = 1e4
_OPTION_FIELDS = ("transient", "resilience")
_PROBLEM_FIELDS = tuple(one.name for one in fields(Execution))


class ExecutionSim:
    """Selling under impact; see `synth_envs.trading.execution.env` for what its arguments mean."""

    #: Pictures are made for a film of this many steps a second.
    steps_per_second = 5.0

    def __init__(
        self,
        num_envs: int,
        *,
        exact: bool | Mapping[str, float] = False,
        steps: int | None = None,
        transient: bool = False,
        action: str = "share",
        grid: int = 11,
        history: bool | None = None,
    ) -> None:
        if action not in ACTIONS:
            msg = f"unknown action {action!r}{suggest(str(action), ACTIONS)}; choose from {', '.join(ACTIONS)}"
            raise ValueError(msg)
        if steps is not None:
            whole("steps", steps, 2, _MOST_STEPS)
        flag("transient", transient)
        self.num_envs = num_envs
        self.name = "trading-execution"
        self._grid = whole("grid", grid, 2, 1001) if action == "grid" else 0
        self._settings = _settings_of(exact, steps, transient)
        self.single_observation_space = gym.spaces.Box(-1.0, 1.0, (at.OBSERVED,), np.float32)
        self.single_action_space: gym.Space[Any] = (
            gym.spaces.Discrete(self._grid)
            if self._grid
            else gym.spaces.Box(-1.0, 1.0, (1,), np.float32)
        )
        most = int(self._settings[at.OF_STEPS] or self._settings[at.FIXED_STEPS]) or _DRAWN_STEPS
        kept = num_envs <= _KEPT_ENVS if history is None else flag("history", history)
        n = num_envs
        self._keys = np.zeros(n, np.uint64)
        self._levels = np.zeros(n)
        self._rows = np.zeros((n, at.FIELDS))
        self._past = np.zeros((n, most + 1 if kept else 0, at.HISTORY), np.float32)
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
            mask, self._keys, self._levels, self._settings, self._rows, self.observations, self._past
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        shares = actions / (self._grid - 1) if self._grid else 0.5 + 0.5 * actions[:, 0]
        step_batch(
            mask, np.ascontiguousarray(shares, np.float64), self._keys, self._rows, self.observations, self._past,
            self._terms, self.rewards, self.terminations, self.truncations,
        )  # fmt: skip

    def optimum(self, index: int) -> float:
        """Return the exact expected return of the optimal policy from the start of the episode."""
        return -float(self._rows[index, at.BEST] / self._rows[index, at.SCALE])

    def optimal_shares(self) -> np.ndarray:
        """Return which share of what is left the optimal policy sells now, float64 (num_envs,)."""
        rows = self._rows
        left = np.maximum(rows[:, at.STEPS] - rows[:, at.STEP], 1.0)
        risk = rows[:, at.AVERSION] * rows[:, at.SIGMA] ** 2 * rows[:, at.TAU]
        rule = feedback(
            rows[:, at.ETA] / rows[:, at.TAU],
            rows[:, at.GAMMA],
            risk,
            rows[:, at.KAPPA],
            rows[:, at.DECAY],
            left.astype(np.int64),
        )
        held = rows[:, at.LEFT]
        pushed = rows[:, at.PUSHED] / np.where(held > 0, held, 1.0)
        return np.clip(rule.share + rule.relief * pushed, 0.0, 1.0)

    def action_of(self, share: float) -> Any:
        """Return the action that comes nearest to selling a share of what is left, in [0, 1]."""
        if self._grid:
            return round(share * (self._grid - 1))
        return np.array([2.0 * share - 1.0], np.float32)

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What `METRICS` names, for each episode up to now, float64 (num_envs,)."""
        rows = self._rows
        worth = np.maximum(rows[:, at.SHARES] * rows[:, at.FIRST], 1e-300)
        shares, scale = (
            np.maximum(rows[:, at.SHARES], 1e-300),
            np.maximum(rows[:, at.SCALE], 1e-300),
        )
        sold_ = shares - rows[:, at.LEFT]
        paid = rows[:, at.PAID]
        columns = (
            _BP * (worth - rows[:, at.CASH] - rows[:, at.LEFT] * rows[:, at.MID]) / worth,
            _BP * rows[:, at.COST] / worth,
            _BP * rows[:, at.SIGMA] * np.sqrt(rows[:, at.EXPOSURE]) / worth,
            -paid / scale,
            -rows[:, at.BEST] / scale,
            np.minimum(rows[:, at.BEST] / np.where(paid > 0, paid, np.inf), 1.0),
            rows[:, at.DELAY] / np.maximum(sold_ * rows[:, at.STEPS], 1e-300),
            sold_ / shares,
            rows[:, at.STEP],
        )  # fmt: skip
        return dict(zip(METRICS, (np.asarray(one) for one in columns), strict=True))

    def describe(self, index: int) -> str:
        """Return in words what is to be sold, what it costs, where the episode stands, and how to answer."""
        return describe(self._rows[index], self._grid)

    def read(self, text: str) -> Any:
        """Return the action that an answer gives, such as {"share": 0.25}, or None."""
        share = number_of(json_object(text), "share")
        return None if share is None or not 0.0 <= share <= 1.0 else self.action_of(share)

    def idle(self, index: int) -> Any:
        """Return the action that sells nothing."""
        del index
        return self.action_of(0.0)

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        share = (
            int(action) / (self._grid - 1)
            if self._grid
            else (float(np.asarray(action).ravel()[0]) + 1.0) / 2.0
        )
        return f'{{"share": {min(max(share, 0.0), 1.0)!r}}}'

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (400, 600, 3): price, shares left, costs."""
        from synth_envs.trading.charts import Line, Panel, chart

        row, past = self._rows[index], self._past[index]
        steps = int(row[at.STEPS])
        past = past[: int(row[at.STEP]) + 1] if len(past) else past
        if not len(past):
            now = (row[at.MID], row[at.LEFT] / row[at.SHARES], 0.0)
            past = np.array([now], np.float32)
        equal = 1.0 - np.arange(steps + 1) / steps
        title = f"Selling {row[at.SHARES]:,.0f} shares: step {int(row[at.STEP])} of {steps}"
        return chart(
            [
                Panel("Price", [Line(past[:, at.PAST_MID], "blue", "mid", total=steps + 1)], height=1.4),
                Panel(
                    "Share left",
                    [
                        Line(equal, "grey", "equal slices", total=steps + 1),
                        Line(self._best_path(index), "green", "optimum", total=steps + 1),
                        Line(past[:, at.PAST_LEFT], "blue", "held", total=steps + 1),
                    ],
                    height=1.4,
                    zero=True,
                ),
                Panel(
                    "Cost without the price's luck, in basis points",
                    [Line(past[:, at.PAST_COST], "red", total=steps + 1)],
                    zero=True,
                ),
            ],
            size=(600, 400),
            title=title,
        )  # fmt: skip

    def _best_path(self, index: int) -> np.ndarray:
        row = self._rows[index]
        trades = sold(1.0, int(row[at.STEPS]), *_coefficients(row))
        return 1.0 - np.concatenate([[0.0], np.cumsum(trades)])

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name in _STATE:
            getattr(self, name)[:] = state[name]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but views of arrays."""
        return {name: value for name, value in self.__dict__.items() if name != "terms"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self.terms = dict(zip(at.TERMS, self._terms, strict=True))


def _coefficients(row: np.ndarray) -> tuple[float, float, float, float, float]:
    """Return a problem as the arguments of `liquidation` after the number of steps."""
    risk = row[at.AVERSION] * row[at.SIGMA] ** 2 * row[at.TAU]
    slope = row[at.ETA] / row[at.TAU]
    return float(slope), float(row[at.GAMMA]), float(risk), float(row[at.KAPPA]), float(row[at.DECAY])  # fmt: skip


def _settings_of(exact: Any, steps: int | None, transient: bool) -> np.ndarray:
    """Return what the kernels begin episodes by, float64 (SETTINGS,).

    Raises:
        ValueError: The problem is malformed, or given twice over.
    """
    settings = np.zeros(at.SETTINGS)
    if exact is False:
        settings[at.FIXED_STEPS] = steps or 0
        settings[at.WITH_TRANSIENT] = float(transient)
        return settings
    if exact is not True and not isinstance(exact, Mapping):
        msg = f"exact must be True, False or a problem by name, got {exact!r}"
        raise ValueError(msg)
    if steps is not None or transient:
        msg = "steps and transient are of drawn problems: give them within exact instead"
        raise ValueError(msg)
    given: dict[str, Any] = {} if exact is True else dict(exact)
    known = (*_PROBLEM_FIELDS, *_OPTION_FIELDS)
    for name, value in given.items():
        if name not in known:
            msg = f"unknown entry {name!r} of exact{suggest(str(name), known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        if isinstance(value, bool) or not isinstance(value, int | float):
            msg = f"{name} must be a number, got {value!r}"
            raise ValueError(msg)  # noqa: TRY004 - one error type for every bad option
    kappa, rate = (float(given.pop(name, 0.0)) for name in _OPTION_FIELDS)
    if not (0 <= kappa < math.inf and 0 <= rate < math.inf):
        msg = f"transient and resilience must be numbers of at least 0, got {kappa!r} and {rate!r}"
        raise ValueError(msg)
    one = Execution(**given)
    whole("steps", one.steps, 2, _MOST_STEPS)
    decay = math.exp(-rate * one.tau) if kappa > 0 else 0.0
    risk = one.risk_aversion * one.volatility**2 * one.tau
    trades = sold(one.shares, one.steps, one.temporary / one.tau, one.permanent, risk, kappa, decay)
    if trades.min() < -1e-9 * one.shares:
        msg = "the optimum of this problem buys shares back, which no action does: raise temporary"
        raise ValueError(msg)
    settings[: at.FIXED_STEPS] = (
        1.0, one.shares, one.steps, one.horizon, one.price, one.volatility, one.spread, one.permanent,
        one.temporary, one.risk_aversion, kappa, rate,
    )  # fmt: skip
    return settings

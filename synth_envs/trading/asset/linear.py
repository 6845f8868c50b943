"""Trading on a fading signal with quadratic costs: the market whose optimum is known exactly.

Source: Garleanu and Pedersen, "Dynamic trading with predictable returns and transaction costs",
Journal of Finance 68 (2013), 2309-2340, with a finite horizon and without a discount.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, gaussian, mixed
from synth_envs.options import flag, number, whole
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.answers import json_object, number_of

__all__ = ["LinearSim", "TradingExactEnv", "TradingExactVectorEnv"]

TERMS = ("market", "risk", "costs")
# State: step; position and signal; what an episode is made of; the gain of a unit of reward; the
# first value; sums; the last return.
STEP, POSITION, SIGNAL, STRENGTH, PERSISTENCE, COST, AVERSION, LIMIT, SCALE, VALUE = range(10)
PROFIT, TURNOVER, WORTH, LAST_RETURN, TOTAL, TOTAL_SQUARES = range(10, 16)
_STATE = 16
# What an agent sees.
SEEN = ("signal", "position", "time_left", "strength", "persistence", "cost", "last_return")
_DRAWS, _SIGNALS, _RETURNS = (np.uint64(0x4C494E00 + k) for k in range(3))
#: The position's bound, in standard deviations of what is held without costs.
_BOUND = 5.0


@kernel
def _solve(state: np.ndarray, i: int, gains: np.ndarray, steps: int) -> None:
    """Write x_t = keep x_(t-1) + push f_t of each step, and the value of the first.

    As `synth_envs.trading.optimal.garleanu_pedersen.solve`, in units of the return's volatility.
    """
    cost, rho = state[i, COST], state[i, PERSISTENCE]
    noise = state[i, STRENGTH] * math.sqrt(1.0 - rho * rho)
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for t in range(steps - 1, -1, -1):
        curve = cost + state[i, AVERSION] + a
        gain = 1.0 + rho * b
        gains[i, t, 0], gains[i, t, 1] = cost / curve, gain / curve
        a, b, c, d = (
            cost - cost * cost / curve,
            cost * gain / curve,
            gain * gain / curve + rho * rho * c,
            0.5 * c * noise * noise + d,
        )
    # The mean over the first signal, and the value of the one that was drawn.
    mean = 0.5 * c * state[i, STRENGTH] * state[i, STRENGTH] + d
    state[i, SCALE] = 1.0 / mean
    state[i, VALUE] = (0.5 * c * state[i, SIGNAL] * state[i, SIGNAL] + d) / mean


@kernel
def _see(state: np.ndarray, i: int, steps: int, seen: np.ndarray) -> None:
    seen[i, 0] = min(max(0.25 * state[i, SIGNAL] / state[i, STRENGTH], -1.0), 1.0)
    seen[i, 1] = state[i, POSITION] / state[i, LIMIT]
    seen[i, 2] = 1.0 - state[i, STEP] / steps
    seen[i, 3] = 2.0 * state[i, STRENGTH]
    seen[i, 4] = state[i, PERSISTENCE]
    seen[i, 5] = state[i, COST] / (1.0 + state[i, COST])
    seen[i, 6] = min(max(0.2 * state[i, LAST_RETURN], -1.0), 1.0)


@kernel
def _begin(
    mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray, steps: int, fixed: np.ndarray, state: np.ndarray,
    gains: np.ndarray, seen: np.ndarray, history: np.ndarray,
) -> None:  # fmt: skip
    """Begin episodes; `fixed` has strength, persistence and cost, not a number where they are drawn."""
    for i in range(len(mask)):
        if not mask[i]:
            continue
        draws, level = mixed(keys[i], _DRAWS), difficulty[i]
        state[i, :] = 0.0
        state[i, STRENGTH] = fixed[0] if fixed[0] > 0.0 else 0.3 - 0.25 * level
        state[i, PERSISTENCE] = fixed[1] if fixed[1] >= 0.0 else between(draws, 0, 0.7, 0.98)
        state[i, COST] = fixed[2] if fixed[2] > 0.0 else between(draws, 1, 1.0, 10.0)
        state[i, AVERSION] = 1.0
        state[i, LIMIT] = _BOUND * state[i, STRENGTH] / state[i, AVERSION]
        state[i, SIGNAL] = state[i, STRENGTH] * gaussian(mixed(keys[i], _SIGNALS), 0)
        _solve(state, i, gains, steps)
        _see(state, i, steps, seen)
        if history.shape[1]:
            history[i, 0, :] = 0.0
            history[i, 0, 2] = state[i, SIGNAL] / state[i, STRENGTH]


@kernel
def _step(
    mask: np.ndarray, wanted: np.ndarray, keys: np.ndarray, steps: int, state: np.ndarray, seen: np.ndarray,
    history: np.ndarray, terms: np.ndarray, rewards: np.ndarray, flags: np.ndarray,
) -> None:  # fmt: skip
    for i in range(len(mask)):
        if not mask[i]:
            rewards[i] = 0.0
            flags[1, i] = False
            terms[:, i] = 0.0
            continue
        t, scale, rho = int(state[i, STEP]), state[i, SCALE], state[i, PERSISTENCE]
        target, before = wanted[i] * state[i, LIMIT], state[i, POSITION]
        change = state[i, SIGNAL] + gaussian(mixed(keys[i], _RETURNS), t)
        trade = target - before
        terms[0, i] = scale * target * change
        terms[1, i] = -scale * 0.5 * state[i, AVERSION] * target * target
        terms[2, i] = -scale * 0.5 * state[i, COST] * trade * trade
        rewards[i] = terms[0, i] + terms[1, i] + terms[2, i]
        noise = math.sqrt(1.0 - rho * rho) * state[i, STRENGTH]
        state[i, SIGNAL] = rho * state[i, SIGNAL] + noise * gaussian(
            mixed(keys[i], _SIGNALS), t + 1
        )
        state[i, POSITION], state[i, LAST_RETURN] = target, change
        state[i, STEP] = t + 1.0
        profit = target * change - 0.5 * state[i, COST] * trade * trade
        state[i, PROFIT] += profit
        state[i, TURNOVER] += abs(trade)
        state[i, WORTH] += rewards[i]
        state[i, TOTAL_SQUARES] += profit * profit
        flags[1, i] = t + 1 >= steps
        _see(state, i, steps, seen)
        if history.shape[1]:
            history[i, t + 1, 0], history[i, t + 1, 1] = target / state[i, LIMIT], state[i, WORTH]
            history[i, t + 1, 2] = state[i, SIGNAL] / state[i, STRENGTH]


class LinearSim:
    """Episodes of Garleanu and Pedersen's problem; see `TradingExactEnv`."""

    name = "trading-linear"
    steps_per_second = 20.0

    def __init__(
        self,
        num_envs: int,
        *,
        horizon: int = 100,
        strength: float | None = None,
        persistence: float | None = None,
        cost: float | None = None,
        history: bool | None = None,
    ) -> None:
        self.num_envs = num_envs
        self.horizon = whole("horizon", horizon, 2, 100_000)
        self._fixed = np.array(
            [
                math.nan if strength is None else number("strength", strength, 0.001, 0.5),
                math.nan
                if persistence is None
                else number("persistence", persistence, 0.0, 0.9999),
                math.nan if cost is None else number("cost", cost, 0.01, 1000.0),
            ]
        )
        n = num_envs
        self.single_observation_space: gym.Space[Any] = gym.spaces.Box(
            -1.0, 1.0, (len(SEEN),), np.float32
        )
        self.single_action_space: gym.Space[Any] = gym.spaces.Box(-1.0, 1.0, (1,), np.float32)
        self._keys, self._state = np.zeros(n, np.uint64), np.ones((n, _STATE))
        self._gains = np.zeros((n, self.horizon, 2))
        self.observations = np.zeros((n, len(SEEN)), np.float32)
        kept = n <= 16 if history is None else flag("history", history)
        self._history = np.zeros((n, self.horizon + 1 if kept else 0, 3), np.float32)
        self.rewards, self._flags = np.zeros(n), np.zeros((2, n), np.bool_)
        self._terms = np.zeros((len(TERMS), n))
        self._link()

    def _link(self) -> None:
        self.terms = dict(zip(TERMS, self._terms, strict=True))
        self.terminations, self.truncations = self._flags

    def reset(self, mask: np.ndarray, keys: np.ndarray, difficulty: np.ndarray) -> None:
        """Begin an episode wherever `mask` is set; see `BatchSimulator`."""
        self._keys[mask] = keys[mask]
        _begin(
            mask, self._keys, difficulty, self.horizon, self._fixed, self._state, self._gains,
            self.observations, self._history,
        )  # fmt: skip

    def step(self, actions: np.ndarray, mask: np.ndarray) -> None:
        """Advance where `mask` is set; see `BatchSimulator`."""
        _step(
            mask, actions[:, 0], self._keys, self.horizon, self._state, self.observations, self._history,
            self._terms, self.rewards, self._flags,
        )  # fmt: skip

    def best(self) -> np.ndarray:
        """Return the optimal actions now, float64 (num_envs, 1)."""
        state = self._state
        step = np.minimum(state[:, STEP].astype(np.int64), self.horizon - 1)
        keep, push = self._gains[np.arange(self.num_envs), step].T
        wanted = keep * state[:, POSITION] + push * state[:, SIGNAL]
        best: np.ndarray = np.clip(wanted / state[:, LIMIT], -1.0, 1.0)[:, None]
        return best

    def optimum(self, index: int) -> float:
        """Return the expected return of the optimal policy, as of the episode's beginning.

        The position's bound of five standard deviations is left out of account: it lowers the
        optimum by less than 1e-4.
        """
        return float(self._state[index, VALUE])

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """What is measured of each episode up to now, float64 (num_envs,)."""
        state = self._state
        steps = np.maximum(state[:, STEP], 1.0)
        mean = state[:, PROFIT] / steps
        spread = np.sqrt(np.maximum(state[:, TOTAL_SQUARES] / steps - mean**2, 1e-300))
        return {
            "share_of_optimum": state[:, WORTH] / state[:, VALUE],
            "optimum": state[:, VALUE].copy(),
            "profit": state[:, PROFIT].copy(),
            "turnover": state[:, TURNOVER].copy(),
            "sharpe": np.where(spread > 1e-12, mean / np.maximum(spread, 1e-12), 0.0),
        }

    def describe(self, index: int) -> str:
        """Return in words what a trader may know, and how a position is chosen."""
        state = self._state[index]
        strength, rho = state[STRENGTH], state[PERSISTENCE]
        return "\n".join(
            [
                (
                    f"You trade one asset for {self.horizon - int(state[STEP])} more steps. Its return in a step is its "
                    "signal plus noise of standard deviation 1."
                ),
                (
                    f"Signal now: {state[SIGNAL]:+.4f}. It fades: the next one is {rho:.3f} times it plus noise; its "
                    f"long-run standard deviation is {strength:.3f}."
                ),
                (
                    f"Share now: {state[POSITION] / state[LIMIT]:+.4f}. Position = {state[LIMIT]:.4f} * share, where the "
                    "share is from -1 to 1."
                ),
                (
                    "Each step is worth position * return - 0.5 * position^2 - "
                    f"{0.5 * state[COST]:.3f} * (change of position)^2, with the position you choose now."
                ),
                f"Rewards are scaled by {state[SCALE]:.3f}, so that the best policy earns 1 on average.",
                'Answer with the share you want. Example: {"share": 0.1}',
            ]
        )

    def read(self, text: str) -> Any:
        """Return the action that a text's last JSON object states, or None."""
        wanted = number_of(json_object(text), "share")
        return None if wanted is None else np.array([min(max(wanted, -1.0), 1.0)])

    def idle(self, index: int) -> Any:
        """Return the action that keeps the position."""
        return np.array([self._state[index, POSITION] / self._state[index, LIMIT]])

    def say(self, action: Any) -> str:
        """Return an answer that `read` takes for an action."""
        return f'{{"share": {float(np.asarray(action).ravel()[0])!r}}}'

    def frame(self, index: int) -> np.ndarray:
        """Return a picture of an episode, uint8 (400, 600, 3): signal, position, reward."""
        from synth_envs.trading.charts import Line, Panel, chart

        step, bars = int(self._state[index, STEP]), self.horizon + 1
        if self._history.shape[1]:
            position, worth, signal = self._history[index, : step + 1].T.astype(np.float64)
        else:
            state = self._state[index]
            position = np.array([state[POSITION] / state[LIMIT]])
            worth, signal = np.array([state[WORTH]]), np.array([state[SIGNAL] / state[STRENGTH]])
        best = self._state[index, VALUE] * np.arange(bars) / self.horizon
        panels = [
            Panel(
                "Signal, in standard deviations", [Line(signal, "orange", total=bars)], zero=True
            ),
            Panel(
                "Position, as a share of its bound", [Line(position, "blue", total=bars)], zero=True
            ),
            Panel(
                "Reward so far",
                [
                    Line(best, "grey", "optimum on average"),
                    Line(worth, "blue", "agent", total=bars),
                ],
                zero=True,
                height=1.5,
            ),
        ]
        return chart(panels, title=f"Fading signal: step {step} of {self.horizon}")

    def save(self) -> dict[str, np.ndarray]:
        """Return copies of everything that the future hangs on, and of the observations."""
        names = ("_keys", "_state", "_gains", "observations", "_history")
        return {name: getattr(self, name).copy() for name in names}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to what `save` returned."""
        for name, value in state.items():
            getattr(self, name)[:] = value

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views of arrays."""
        views = ("terms", "terminations", "truncations")
        return {name: value for name, value in self.__dict__.items() if name not in views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a copied state."""
        self.__dict__.update(state)
        self._link()


class TradingExactEnv(SimEnv):
    """Trading on a fading signal with quadratic costs, whose optimum is known.

    ## Description

    An asset's return in a step is its signal, which is seen before, plus standard normal noise; the
    signal is an autoregression. The agent chooses a position; trading costs grow with its square, and
    so does the price of risk. The optimum is exact, by Riccati recursion (Garleanu and Pedersen, 2013),
    and rewards are scaled such that it earns 1 on average in every setting: a return is a share of the
    optimum.

    ## Observation Space

    `Box(-1, 1, (7,), float32)`: signal in four standard deviations; position over its bound; share of
    time left; twice the signal's standard deviation; its persistence; cost / (1 + cost); the last
    return / 5.

    ## Action Space

    `Box(-1, 1, (1,), float32)`: the position for this step over its bound, five standard deviations of
    what would be held without costs.

    ## Rewards

    (x r - x^2 / 2 - cost (x - x_before)^2 / 2) / V, where x is the position, r the return and V the
    optimal policy's expected sum. `info["reward_terms"]`: "market", "risk", "costs".

    ## Starting State

    No position; the signal is drawn from its stationary law. `reset(seed=s)` fixes the episode;
    `info["task_id"]` names it, and `reset(options={"task": task_id})` replays it.

    ## Episode End

    Truncates after `horizon` steps. `info["metrics"]` then has share_of_optimum (of the expectation
    given the first signal), optimum, profit, turnover and sharpe (per step).

    ## Arguments

    * `horizon`: steps of an episode.
    * `strength`: standard deviation of the signal, in units of the return's noise; None: .3 at
      difficulty 0, .05 at 1. `persistence`: of the signal; None draws it from .7 to .98. `cost`: None
      draws it from 1 to 10.
    * `history`: whether steps are kept for pictures; None: in batches of up to 16.
    * `difficulty`: in [0, 1], or None to draw it for each episode; weakens the signal.
    * `split`: "train", "validation", "test" (disjoint by key) or "all". `render_mode`: None or
      "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = LinearSim


class TradingExactVectorEnv(SimVectorEnv):
    """Many `TradingExactEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = LinearSim

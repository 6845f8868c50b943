"""Gymnasium environments of trading one asset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

import numpy as np

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.asset.kernels import step_one
from synth_envs.trading.asset.sim import AssetSim
from synth_envs.trading.measures import TERMS

__all__ = ["TradingEnv", "TradingVectorEnv"]


class TradingEnv(SimEnv):
    """Trading one asset against costs, with an exact ledger.

    ## Description

    At the close of each bar the agent chooses a position; the order fills at the next bar's open (or,
    opted for, at the same close), and the position is held to its close. Markets are synthetic (GBM,
    jumps, Heston, GJR-GARCH, multifractal, regimes, mean reversion, intraday) or recorded. A signal of
    known strength may be planted in a synthetic market; with neither drift nor signal the price is an
    exact martingale, on which no policy earns anything but luck.

    ## Observation Space

    `Box(-1, 1, (window + 16,), float32)`. The last `window` log returns in units of four standard
    deviations known before each, oldest first; then

    * signal / 4 (0 in a recording);
    * volatility: (v - .2) / (v + .2), where v is the yearly EWMA volatility (decay .94);
    * momentum over 5, 20 and 60 bars: exponentially weighted standardised returns, in standard
      deviations / 4;
    * gap: the last overnight return in standard deviations / 4;
    * volume: (v - 1) / (v + 1), where v is the last bar's volume over the usual;
    * clock: sine and cosine of the place in the day (0 where a market has no days);
    * position / leverage, the last target / leverage, ln(equity) / 2, drawdown, share of time left;
    * fee and half spread (1% is 1), yearly rate of borrowing the asset.

    All are clipped to [-1, 1] and functions of the past alone.

    ## Action Space

    * "discrete": `Discrete(len(positions))`, each the value of the position as a share of equity.
    * "continuous": `Box(-1, 1, (1,))` (from 0 without shorts), times `leverage`.

    The same target as before keeps the units as they are: nothing is traded to rebalance.

    ## Rewards

    The change in the logarithm of equity (`aversion=1`), or in the utility of constant relative risk
    aversion; rewards sum to that of the final equity. `info["reward_terms"]` splits it: "market",
    "fees", "spread", "slippage" (square-root impact: `impact` times volatility times the root of the
    order's share of a bar's volume), "borrow" (asset and cash, less interest), "liquidation" (what the
    broker takes when it closes the position), "write_off" (what the broker bears of a ruin) and
    "compounding" (what the utility's curvature adds to the terms before).

    ## Starting State

    All in cash, after 64 bars have been seen. `reset(seed=s)` fixes the episode, market included;
    `info["task_id"]` names it, and `reset(options={"task": task_id})` replays it.

    ## Episode End

    Terminates when equity is below 1% of the first (what is left is at least 0.1%: the broker bears
    the rest). Truncates after `horizon` bars. When equity falls below `maintenance` of the position's
    value the broker closes it, and the episode goes on. `info["metrics"]` then has equity, log_return,
    market_log_return, sharpe and sortino (per year), max_drawdown, cvar (mean of the worst 5% of log
    returns), turnover, costs, trades, exposure, margin_calls and ruined.

    ## Arguments

    * `market`: a preset's name ("gbm", "jump", "heston", "gjr", "msm", "regime", "ou", "intraday"), a
      dictionary of `Market`'s parameters, a `Market`; a path of a CSV or Parquet file, a data frame or
      a `Recorded` market. None is a multifractal market whose signal has an information coefficient
      of .25 at difficulty 0, .025 at 1.
    * `between`: which shares of a recording episodes may use: train on (0, .7), test on (.7, 1).
    * `horizon`: bars of an episode. `window`: returns seen.
    * `action`, `positions`, `leverage`, `short`: as above.
    * `fill`: "next-open" or "same-close" (an order at the very price that it was decided at).
    * `fee`, `spread`: shares of the value traded; None: fee and half the spread are 1 bp each at
      difficulty 0 and 5 bp each at 1.
    * `impact`, `depth`: of slippage; `depth` is a bar's usual volume in units of the first equity.
    * `borrow`, `funding`, `interest`: yearly rates for the asset sold short, for cash borrowed and on
      cash held.
    * `maintenance`, `penalty`: of margin calls. `band`: smaller changes of the target are not traded.
    * `aversion`: relative risk aversion, 0 to 5. `history`: whether bars are kept for pictures.
    * `difficulty`: in [0, 1], or None to draw it for each episode; weakens the signal and raises costs.
    * `split`: "train", "validation", "test" (disjoint by key) or "all". `render_mode`: None or
      "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = AssetSim

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        #: The kernel of a step, where it finds everything, what copies the observation, and the task's
        #: name; None where an episode is over or actions are no whole numbers.
        self._way: tuple[Callable[[int, int], Any], int, Callable[[], np.ndarray], str] | None
        self._way = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the next episode; see `SimEnv.reset`."""
        begun = super().reset(seed=seed, options=options)
        sim = cast("AssetSim", self.sim)
        if sim.discrete:
            self._way = (_native(), sim.address, sim.first.copy, self._task_id)
        return begun

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Advance by one bar; see `SimEnv.step`.

        Whole numbers take a way of their own, on which the interpreter does only what it must.
        """
        way, kind = self._way, type(action)
        if way is None or (kind is not int and kind is not np.int64):
            return super().step(action)
        step, table, copy, name = way
        try:
            reward, bits, market, fees, spread, slippage, borrow, compounding = step(table, action)
        except OverflowError:
            return super().step(action)
        seen = copy()
        # Faster than a dictionary of eight.
        terms = _TERMS.copy()
        terms["market"] = market
        terms["fees"] = fees
        terms["spread"] = spread
        terms["slippage"] = slippage
        terms["borrow"] = borrow
        terms["compounding"] = compounding
        info: dict[str, Any] = {"task_id": name, "reward_terms": terms}
        if bits:
            if bits < 0:  # there is no such action
                return super().step(action)
            for one in ("liquidation", "write_off"):
                terms[one] = self.sim.terms[one].item(0)
            if bits & 3:
                self._end(info)
            return seen, reward, bool(bits & 1), bool(bits & 2), info
        return seen, reward, False, False, info

    def _end(self, info: dict[str, Any]) -> None:
        super()._end(info)
        self._way = None

    def restore(self, state: Mapping[str, Any]) -> Any:
        """Go back to a saved state and return its observation."""
        self._way = None
        return super().restore(state)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the way to step: a copy's arrays lie elsewhere."""
        return self.__dict__ | {"_way": None}


_TERMS = dict.fromkeys(TERMS, 0.0)


@cache
def _native() -> Callable[[int, int], Any]:
    """Return `step_one` compiled, without Numba's choice of a version by the arguments' types."""
    compiled: Callable[[int, int], Any] = step_one.compile("(int64, int64)")  # type: ignore[attr-defined]
    return compiled


class TradingVectorEnv(SimVectorEnv):
    """Many `TradingEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = AssetSim

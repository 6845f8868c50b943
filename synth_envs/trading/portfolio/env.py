"""Gymnasium environments of holding many assets."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.portfolio.sim import PortfolioSim

__all__ = ["PortfolioEnv", "PortfolioVectorEnv"]


class PortfolioEnv(SimEnv):
    """Holding many assets against costs, with an exact ledger.

    ## Description

    At the close of each bar the agent chooses the weights of K assets; orders fill at the next bar's
    open (or, opted for, at the same close), and positions are held to its close. Assets share a common
    market of any kind but mean reversion, and sectors, and have risks of their own (`markets.factor`);
    or they are recorded. Each may have a signal of its own, of a strength that is not told; with
    neither drift nor signals all prices are exact martingales, on which no policy earns anything but
    luck. With `exact=True` the assets are correlated geometric Brownian motions of a known law, and
    the optimum is known.

    ## Observation Space

    `Box(-1, 1, (13 K + 10,), float32)`. Of each asset, one after the other:

    * signal / 4 (0 in a recording); momentum over 5, 20 and 60 bars: exponentially weighted standardised
      returns, in standard deviations / 4;
    * volatility: (v - .2) / (v + .2), where v is the yearly EWMA volatility (decay .94); the last return
      in standard deviations / 4;
    * signal and momentum over 20 bars less their means over all assets, / 4; correlation with the mean
      of all standardised returns (decay .97);
    * volume: (v - 1) / (v + 1), where v is the last bar's volume over the usual; yearly rate of borrowing;
    * weight / leverage, last target / leverage.

    Of all together: the last mean of standardised returns / 2, its momentum over 20 bars / 2, dispersion
    (d - 1) / (d + 1), where d is the last standard deviation across assets, and mean correlation. Of the
    account: cash over equity, exposure / leverage, ln(equity) / 2, drawdown, share of time left, fee and
    half spread (1% is 1). All are clipped to [-1, 1] and functions of the past alone.

    With `exact=True`, `Box(-1, 1, (4 K + K (K - 1) / 2 + 4,), float32)`: of each asset yearly premium over
    cash, volatility as above, last log return in standard deviations / 4 and weight; correlations of
    pairs (1 0), (2 0), (2 1) ...; aversion / 5, yearly rate on cash, ln(equity) / 2, share of time left.

    ## Action Space

    `Box(-1, 1, (K,), float32)`, times `leverage`: the weight of each asset, its value as a share of
    equity. Unless `short`, negative ones count as 0. Where the sizes sum to more than `leverage`, all
    are scaled down in proportion; what they leave is cash. If every target is the last one (within
    1e-12) the units stay as they are: nothing is traded to rebalance, unless `rebalance`.

    ## Rewards

    The change in the logarithm of equity (`aversion=1`), or in the utility of constant relative risk
    aversion; rewards sum to that of the final equity. `info["reward_terms"]` splits it: "market",
    "fees", "spread", "slippage" (square-root impact on each asset: `impact` times volatility times the
    root of the order's share of a bar's volume), "borrow" (assets and cash, less interest),
    "liquidation" (what the broker takes when it closes positions), "write_off" (what the broker bears
    of a ruin) and "compounding" (what the utility's curvature adds to the terms before).

    ## Starting State

    All in cash, after 64 bars have been seen. `reset(seed=s)` fixes the episode, assets included;
    `info["task_id"]` names it, and `reset(options={"task": task_id})` replays it.

    ## Episode End

    Terminates when equity is below 1% of the first (what is left is at least 0.1%: the broker bears
    the rest). Truncates after `horizon` bars. When equity falls below `maintenance` of the value of all
    positions the broker closes them, and the episode goes on. `info["metrics"]` then has equity,
    log_return, utility, market_log_return (of equal weights bought at the start), sharpe and sortino
    (per year), max_drawdown, cvar (mean of the worst 5% of log returns), turnover, turnover_k of each
    asset, costs, trades, exposure, concentration (mean of the sum of squared weights over their squared
    sum), margin_calls and ruined; with `exact=True` also optimum.

    ## Arguments

    * `assets`: K, 2 to 32, 8 by default; exact: 2 to 4, 3 by default.
    * `market`: what all assets share, a preset's name ("gbm", "jump", "heston", "gjr", "msm", "regime",
      "intraday"), a dictionary of `Market`'s parameters or a `Market`; a `Universe`, or a dictionary of
      its parameters with "common"; or recordings: a dictionary of assets' names to paths of CSV or
      Parquet files, data frames, arrays of closes or `Recorded` markets, all of the same times. None is
      a multifractal market whose assets' signals have information coefficients up to .3 at difficulty 0,
      .03 at 1.
    * `exact`: correlated geometric Brownian motions, monthly bars, free trading, rebalanced to the
      weights in every bar. `optimum(index)` of the simulator is the optimal policy's expected return
      (Gauss-Hermite sums, exact to 1e-10 relative); the policy is to keep the weights `best()`.
    * `between`: which shares of recordings episodes may use: train on (0, .7), test on (.7, 1).
    * `horizon`: bars of an episode, 252 (exact: 60).
    * `leverage`: 1. `short`: False. `rebalance`: whether unchanged targets are traded to, False.
    * `fill`: "next-open" or "same-close" (an order at the very price that it was decided at).
    * `fee`, `spread`: shares of the value traded; None: fee and half the spread are 1 bp each at
      difficulty 0 and 5 bp each at 1.
    * `impact` (.5), `depth` (1000): of slippage; `depth` is a bar's usual volume of each asset in units of
      the first equity.
    * `borrow`: yearly rate for assets sold short, or the range (.005, .05) from which each one's is drawn.
    * `funding` (.03), `interest` (0; exact: .02): yearly rates for cash borrowed and on cash held.
    * `maintenance` (.25), `penalty` (.005): of margin calls. `band` (0): targets that all change by less
      are not traded to.
    * `aversion`: relative risk aversion, 0 to 5, 1 by default (exact: .5 to 5, 3 by default).
    * `history`: whether bars are kept for pictures; None: in batches of up to 16.
    * `difficulty`: in [0, 1], or None to draw it for each episode; weakens signals and drifts and raises
      costs. Exact: what is best to hold is the less equal, and volatilities differ the more.
    * `split`: "train", "validation", "test" (disjoint by key) or "all". `render_mode`: None or
      "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = PortfolioSim


class PortfolioVectorEnv(SimVectorEnv):
    """Many `PortfolioEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = PortfolioSim

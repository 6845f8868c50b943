"""Gymnasium environments of the limit order book."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.book.execution import BookExecutionSim
from synth_envs.trading.book.making import BookMakingSim

__all__ = ["BookExecutionEnv", "BookExecutionVectorEnv", "BookMakingEnv", "BookMakingVectorEnv"]


class BookExecutionEnv(SimEnv):
    """Selling or buying a number of lots in a limit order book before time is up.

    ## Description

    The market is a limit order book with price-time priority, whole prices (ticks) and whole sizes
    (lots), in continuous simulated time. Others trade in it, and answer what the agent does, since
    their orders depend on the book: zero-intelligence flow (Smith, Farmer, Gillemot and
    Krishnamurthy, "Statistical theory of the continuous double auction", Quantitative Finance 3,
    2003) and, depending on `market`, value traders who know a fundamental, momentum traders, market
    makers who fill up the best levels, and market orders that excite more of their side (Hawkes).
    So impact is not a formula: it arises from the book, and fades as the book fills up again. The
    agent's orders have exact places in their queues, pay maker or taker fees, never trade with each
    other (what rests is cancelled), and act after a latency. The exchange caps them, so that never
    more is traded than the task asks for.

    The difficulty d makes the book thinner, the rate of limit orders being multiplied by 1 - 0.6 d,
    and a fundamental more volatile, by 1 + d.

    ## Observation Space

    `Box(-1, 1, (26,))`, float32; all values are clipped to it.

    * 0: share of the steps left. 1: inventory over `lots`: positive if there is more to sell,
      negative if there is more to buy. 2: spread in ticks / 10 (1 if a side is empty).
    * 3: (b - a) / (b + a) of the lots b and a at the best prices.
    * 4-8: x / (x + 10) of the lots x at the best bid and 1 to 4 ticks below it. 9-13: the same above
      the best ask.
    * 14: change of the mid price in the last step, ticks / 10; 15: since the start, ticks / 50.
    * 16: (B - S) / (B + S + 1) and 17: (B + S) / (B + S + 20) of the lots B and S that orders to buy
      and to sell traded at once in the last step.
    * 18-20: of the own resting bid that trades first: ticks behind the best bid / 10 (-1 without a
      bid), all own bid lots / `lots`, and x / (x + 10) of the lots x ahead of it in its queue.
      21-23: the same of own asks.
    * 24: own messages on their way / 16. 25: signed lots of own resting orders filled in the last
      step / `lots`.

    ## Action Space

    * "box": `Box(-1, 1, (4,))`. Let n be the lots left. 0: m = max(a, 0) n lots trade at market at
      once. 1: (a + 1) / 2 of the n - m others rest in the book. 2: at -1 to 8 ticks behind the best
      price of the own side, from a = -1 to 1 (-1 tick improves on it if that would not trade). 3: if
      positive, resting orders stay as they are, and 1 and 2 are of no meaning. At an unchanged
      price resting orders keep their places.
    * "discrete": `Discrete(8)`: 0 leave all as it is, 1 cancel what rests; let all that is left
      rest 2 at the best price, 3 one tick better, 4 two ticks behind; trade at market 5 a slice
      (`lots` / `steps`), 6 four slices, 7 all.

    ## Rewards

    Per lot of the task, in ticks or basis points of the mid price at the start; the sum of
    `info["reward_terms"]`, which over an episode is minus the implementation shortfall: what the
    task cost compared with trading it at the mid price at the start, fees included. The ledger
    behind it is exact, in whole thousandths of a tick times a lot.

    * "spread": what own trades gained against the mid price before the orders that caused them.
    * "impact" and "timing": what is left to trade, times the moves of the mid price, which own
      orders and others caused.
    * "fees": negative, or positive for rebates.
    * "leftover": all of these for the order that ends the task; "penalty" is 0.

    ## Starting State

    `reset(seed=s)` fixes the episode. The book begins with queues of Poisson lengths around 10,000
    ticks, and others then act for as long as an order lives on average.

    ## Episode End

    Terminates once all is traded. Truncates after `steps` steps; what is left then trades at
    market, walking the book, and if the book runs dry as many ticks beyond the last price as limit
    orders reach. `info["metrics"]` then has shortfall (ticks per lot, a cost if positive),
    shortfall_bp, filled, profit, maker_lots, taker_lots, maker_share, spread_captured,
    adverse_selection, fees, leftover, inventory, inventory_peak and steps.

    ## Arguments

    * `lots`: to trade. `side`: "sell", "buy" or "random".
    * `steps`, `interval`: steps of an episode, and simulated time in a step.
    * `action`: as above.
    * `market`: a name of `synth_envs.trading.book.market.MARKETS`, or rates by name, as in `RATES`.
    * `maker_fee`, `taker_fee`: thousandths of a tick per lot; a negative one is a rebate.
    * `latency`, `jitter`, `latency_events`: a message takes `latency` x (1 - `jitter` + `jitter` E)
      of time, E exponential of mean 1, and waits for so many events; none overtakes another.
    * `unit`: of rewards, "ticks" or "bp".
    * `history`: whether pictures show the past; None does for up to 16 sub-environments.
    * `difficulty`: in [0, 1], or None to draw it for each episode.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = BookExecutionSim


class BookExecutionVectorEnv(SimVectorEnv):
    """Many `BookExecutionEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = BookExecutionSim


class BookMakingEnv(SimEnv):
    """Making a market in a limit order book: quoting to buy and to sell.

    ## Description

    The market is that of `BookExecutionEnv`. The agent quotes on both sides, earns spreads and
    rebates, and bears the risk of its inventory and of trading with who knows more. It never takes
    liquidity: a quote that would trade when it arrives is rejected. The exchange caps quotes so that
    the inventory always stays within `limit` either way, whatever is on its way; so there is no ruin.

    The difficulty d makes others better informed and competition stronger: the fundamental's
    volatility and the rate of value traders are multiplied by 0.5 + 1.5 d, the rate of limit orders
    by 1 + 0.5 d.

    ## Observation Space

    As in `BookExecutionEnv`, `Box(-1, 1, (26,))`, where entry 1 is the inventory / `limit`, and
    entries 19, 22 and 25 are in units of `quote`.

    ## Action Space

    * "box": `Box(-1, 1, (4,))`: ticks behind the best bid and behind the best ask, from -1
      (improving it by one tick if that would not trade) to 8; lots to bid and to ask, from 0 to
      `quote`. At an unchanged price orders keep their places in the queue.
    * "discrete": `Discrete(25)`: 5 b + a, where b and a say for bid and ask: 0 one tick better than
      the best price, 1 at it, 2 one tick behind, 3 three ticks behind, 4 no quote; of `quote` lots.

    ## Rewards

    In ticks x lots, the sum of `info["reward_terms"]`: the change of the equity, cash and inventory
    at the mid price, less a penalty; the ledger behind it is exact, in whole thousandths.

    * "spread": what own trades gained against the mid price before the orders that caused them.
    * "impact" and "timing": inventory times the moves of the mid price that own orders, and others,
      caused (the mid price counts own quotes; what that gains is lost again at the end).
    * "fees": negative, or positive for rebates.
    * "leftover": all of these for the order that liquidates the inventory at the end.
    * "penalty": -`penalty` x inventory^2 x `interval`, of the inventory at the end of a step.

    ## Starting State

    As in `BookExecutionEnv`; without inventory and cash.

    ## Episode End

    Truncates after `steps` steps, after the inventory has been liquidated at market; it never
    terminates. `info["metrics"]` then has profit (ticks x lots), maker_lots, taker_lots,
    maker_share, spread_captured, adverse_selection, fees, leftover, inventory, inventory_peak and
    steps.

    ## Arguments

    * `limit`: the largest inventory, in lots. `quote`: the largest quote, in lots.
    * `penalty`: as above.
    * `steps`, `interval`, `action`, `market`, `maker_fee`, `taker_fee`, `latency`, `jitter`,
      `latency_events`, `history`, `difficulty`, `split`, `render_mode`: as in `BookExecutionEnv`.

    ## Version History

    * v0: initial version.
    """

    simulator = BookMakingSim


class BookMakingVectorEnv(SimVectorEnv):
    """Many `BookMakingEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = BookMakingSim

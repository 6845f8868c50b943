"""Where the numbers of an episode of trading lie: rows of state, and of what an agent sees."""

from __future__ import annotations

from synth_envs.trading.ledger import ACCOUNT

__all__ = ["FEATURES", "HISTORY", "STATE", "TERMS", "WARM_UP"]

# State, after the fields of the account.
STEP, WEIGHT, FIRST_BAR, FIRST_CLOSE = (len(ACCOUNT) + k for k in range(4))
# What is seen of the market: exponentially weighted variance of log returns and three momenta.
VARIANCE, FAST, MIDDLE, SLOW, GAP, VOLUME = (len(ACCOUNT) + 4 + k for k in range(6))
# What is measured.
PEAK, DRAWDOWN, SUM, SQUARES, SHORTFALLS = (len(ACCOUNT) + 10 + k for k in range(5))
TURNOVER, COST, TRADES, EXPOSURE, CALLS, CHANGE, FALL = (len(ACCOUNT) + 15 + k for k in range(7))
STATE = len(ACCOUNT) + 22


#: After the window of returns; see `synth_envs.trading.asset.env`.
FEATURES = (
    "signal", "volatility", "momentum_5", "momentum_20", "momentum_60", "gap", "volume", "clock_sin",
    "clock_cos", "position", "target", "equity", "drawdown", "time_left", "cost", "borrow",
)  # fmt: skip

#: The terms of a reward, in units of utility.
TERMS = (
    "market",
    "fees",
    "spread",
    "slippage",
    "borrow",
    "liquidation",
    "write_off",
    "compounding",
)

#: What a picture shows of each bar: close, equity, position as a share of equity.
HISTORY = ("close", "equity", "position")

#: Bars before the first decision, from which volatility and momentum are known.
WARM_UP = 64

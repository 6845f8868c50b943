"""Where the numbers of an episode of trading lie: rows of state, and of what an agent sees."""

from __future__ import annotations

from synth_envs.trading import measures as of
from synth_envs.trading.ledger import ACCOUNT

__all__ = ["FEATURES", "HISTORY", "STATE", "WARM_UP"]

# State, after the fields of the account: what is measured.
STEP, WEIGHT, CHANGE, FALL = of.STEP, of.WEIGHT, of.CHANGE, of.FALL
PEAK, DRAWDOWN, SUM = of.PEAK, of.DRAWDOWN, of.SUM
# Where a recording begins, and the first close.
_OWN = len(ACCOUNT) + len(of.MEASURES)
FIRST_BAR, FIRST_CLOSE = _OWN, _OWN + 1
# What is seen of the market: exponentially weighted variance of log returns and three momenta.
VARIANCE, FAST, MIDDLE, SLOW, GAP, VOLUME = (_OWN + 2 + k for k in range(6))
STATE = _OWN + 8


#: After the window of returns; see `synth_envs.trading.asset.env`.
FEATURES = (
    "signal", "volatility", "momentum_5", "momentum_20", "momentum_60", "gap", "volume", "clock_sin",
    "clock_cos", "position", "target", "equity", "drawdown", "time_left", "cost", "borrow",
)  # fmt: skip

#: What a picture shows of each bar: close, equity, position as a share of equity.
HISTORY = ("close", "equity", "position")

#: Bars before the first decision, from which volatility and momentum are known.
WARM_UP = 64

"""Where the numbers of a portfolio lie: of an episode, of each asset in it, and of what is seen."""

from __future__ import annotations

from synth_envs.trading.ledger import ACCOUNT
from synth_envs.trading.measures import MEASURES

__all__ = [
    "ACCOUNT_SEEN",
    "ASSET_SEEN",
    "EXACT_SEEN",
    "HOLDING",
    "LAW",
    "MARKET_SEEN",
    "ROW",
    "WARM_UP",
]

# An episode's row begins as `ledger.ACCOUNT`, so that `measures` reads both: in the place of units the
# value of all positions, in that of the close the index of all assets bought equally at the start.
HELD, INDEX = 1, 2
_OWN = len(ACCOUNT) + len(MEASURES)
# The first bar of a recording; the sum of concentrations; of the mean of standardised returns the
# last, its momentum over 20 bars and its variance; how far the last ones were apart. In the exact
# setting the optimum.
FIRST_BAR, CONCENTRATION, LAST_MEAN, MEAN_SLOW, MEAN_SQUARE, APART, VALUE = (
    _OWN + k for k in range(7)
)
ROW = _OWN + 7

#: Of each asset: units; last close and the first; the target last traded to; value over equity; the
#: rate of borrowing it, per bar; what was traded of it over equity, summed, and in the last bar; what
#: is seen of it: variance, momenta of standardised returns, the last of them, their square and their
#: product with the mean's, both averaged; volume.
HOLDING = 16
UNITS, CLOSE, FIRST_CLOSE, TARGET, WEIGHT, BORROW, TURNOVER, TRADED = range(8)
VARIANCE, FAST, MIDDLE, SLOW, LAST, SQUARE, TOGETHER, VOLUME = range(8, 16)

#: What an agent sees of each asset, then of all together and of its account.
ASSET_SEEN = (
    "signal", "momentum_5", "momentum_20", "momentum_60", "volatility", "last_return", "relative_signal",
    "relative_momentum", "correlation", "volume", "borrow", "weight", "target",
)  # fmt: skip
MARKET_SEEN = ("market_return", "market_momentum", "dispersion", "mean_correlation")
ACCOUNT_SEEN = ("cash", "exposure", "equity", "drawdown", "time_left", "cost")

#: Of the exact setting: of each asset premium, volatility, last return and weight; correlations of
#: pairs; aversion, the rate on cash, equity and time left.
EXACT_SEEN = ("premium", "volatility", "last_return", "weight")

#: The law of an asset in the exact setting: mean and standard deviation of a bar's log return, premium
#: and volatility per year, the optimal weight, a row of the correlations and one of their root.
MOST_EXACT = 4
MEAN, SD, PREMIUM, YEARLY, BEST, CORRELATION = range(6)
ROOT = CORRELATION + MOST_EXACT
LAW = ROOT + MOST_EXACT

#: Bars before the first decision, from which volatility, momentum and correlation are known.
WARM_UP = 64

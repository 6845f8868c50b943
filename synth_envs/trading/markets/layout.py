"""Where the numbers of a market lie: rows of parameters and rows of state, both float64.

A row of parameters begins with the values in their own units (per year), as `Market` names them,
and goes on with what `prepare` derives from them (per bar).
"""

from __future__ import annotations

__all__ = ["COMPONENTS", "KINDS", "PARAMETERS", "STATE"]

#: The kinds of price generators; a kind's number is its place here. Neighbours are alike: the first
#: three have normal shocks, the last three Student's.
KINDS = ("gbm", "heston", "regime", "jump", "ou", "gjr", "msm", "intraday")
GBM, HESTON, REGIME, JUMP, OU, GJR, MSM, INTRADAY = range(len(KINDS))

#: Components of the multifractal volatility.
COMPONENTS = 8

# What every kind has.
BARS, VOLATILITY, DRIFT, ALPHA, PERSISTENCE, OVERNIGHT, VOLUME = range(7)
# What a kind has of its own begins here.
OWN = 7
JUMPS, JUMP_MEAN, JUMP_SD = OWN, OWN + 1, OWN + 2
REVERSION, VOL_OF_VOL, CORRELATION = OWN, OWN + 1, OWN + 2
ARCH, GJR_LEVERAGE, GARCH = OWN, OWN + 1, OWN + 2
SPREAD, FAST, RATIO, LEVERAGE, FEEDBACK, DEGREES = (OWN + k for k in range(6))
BARS_PER_DAY, SEASON = OWN + 6, OWN + 7
TURBULENCE, ENTER, LEAVE, SLUMP = OWN, OWN + 1, OWN + 2, OWN + 3
# How many values of a row are given; the others are derived.
GIVEN = OWN + 8

# Per bar: standard deviation, and the shares of the variance of the gap and the rest (and roots).
SD, PART_GAP, PART_REST, ROOT_GAP, ROOT_REST = (GIVEN + k for k in range(5))
# How much of the noise and of the signal is kept, and the volume of a bar that does not move.
KEEP, INNOVATION, STILL = (GIVEN + 5 + k for k in range(3))
# What the gap and the rest grow by, and how much more in turbulence or before a day's first bar.
GROW_GAP, GROW_REST, MORE_GAP, MORE_REST = (GIVEN + 8 + k for k in range(4))
# intraday: one over the mean square of a bar's place in the day.
CURVE = GIVEN + 12
# ou: what is kept of a deviation, of a lean, half of the log price's variance, and its deviation.
KEPT, LEAN, HALF, SD_LONG = (GIVEN + 13 + k for k in range(4))
# What else a kind derives of its own begins here.
MORE = GIVEN + 17
# jump: of the diffusion, rates of the gap and of the rest, and what a jump changes on average.
DIFFUSION, RATE_GAP, RATE_REST, JUMP_LOSS = (MORE + k for k in range(4))
# heston: per bar.
PULL, LEVEL, PUSH, OWN_PUSH, YEAR_ROOT = (MORE + k for k in range(5))
OMEGA, KEPT_VARIANCE = MORE, MORE + 1  # gjr
# msm and intraday: standard deviations by how many components are high, chances that one of the
# fastest is renewed in a bar (of the first, of the first two and so on), the median of |shock|,
# how much of older shocks and of a bar's own counts as recent, and one over the mean deviation.
LEVELS = MORE
RENEWED = LEVELS + COMPONENTS + 1
ANY = RENEWED + COMPONENTS - 1
TYPICAL, RECALL, FRESH, BUSYNESS = ANY + 1, ANY + 2, ANY + 3, ANY + 4
# regime: standard deviations, chances to change in a bar, and how much of the time is turbulent.
CALM_SD, WILD_SD, TO_WILD, TO_CALM, WILD = (MORE + k for k in range(5))
# ou: what is kept of a deviation over the gap and the rest, and their standard deviations.
KEPT_GAP, KEPT_REST, SD_GAP, SD_REST = (MORE + k for k in range(4))
PARAMETERS = BUSYNESS + 1

# State, at the close of a bar: the next bar's standard deviation, the signal, and the expected return.
SIGMA, SIGNAL, EXPECTED = 0, 1, 2
# The next bar's latent scale, and the roots of the gap's and rest's shares of its square.
SCALE, NEXT_GAP, NEXT_REST = 3, 4, 5
# The gap's share of the next bar's variance; what the next gap and rest grow by.
NEXT_SHARE, NEXT_GROW_GAP, NEXT_GROW_REST = 6, 7, 8
# Slow activity of traders, and the typical volume of the next bar.
ACTIVITY, BUSY = 9, 10
# The kind's own: variance, high components, regime or deviation.
LATENT = 11
# Of the bar just drawn: returns from the last close to the open and from there to the close, volume.
GAP, REST, TRADED = 12, 13, 14
# msm and intraday: the shocks of about the last day, with variance 1.
RECENT = 15
STATE = 16

# Purposes of random numbers, and how many a bar may take.
DRAW, START, PRICES = (0x4D41524B00 + k for k in range(3))
STRIDE = 32

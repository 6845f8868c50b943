"""Where what is kept: columns of the arrays that the market-making simulator's kernels share."""

from __future__ import annotations

__all__ = ["CONSTANTS", "FIELDS", "HISTORY", "OBSERVED", "SETTINGS", "TERMS"]

#: An episode's constants: A dt, k, sigma sqrt(dt), phi dt, alpha, psi (how far a fill moves the mid),
#: and the horizon T.
RATE, DECAY, SWING, RUNNING, TERMINAL, ADVERSE, HORIZON = range(7)
CONSTANTS = 7
#: Its state: inventory, cash, mid, steps done; and sums: inventory, its square, fills, spread captured,
#: value traded, penalties; and what two quotes earn at most in a step if inventory costs nothing.
HELD, CASH, MID, STEP, SUM, SQUARES, FILLS, CAPTURED, TRADED, PENALTY, BOUND = range(7, 18)
FIELDS = 18

#: The terms of a reward.
TERMS = ("spread", "inventory", "penalty", "terminal", "fees")

#: What a simulator is made for: whether the market is given, and the market; steps, limit, offsets, fee,
#: mean reversion and jumps per time, whether the fill law is exponential and the moves normal.
GIVEN, OF_INTENSITY, OF_DECAY, OF_SIGMA, OF_RUNNING, OF_TERMINAL, OF_ADVERSE, OF_HORIZON, OF_PRICE, STEPS, LIMIT, LOWEST, HIGHEST, FEE, REVERSION, JUMPS, EXPONENTIAL, NORMAL = range(18)  # fmt: skip
SETTINGS = 18

#: The entries of an observation; what changes comes first.
SEE_HELD, SEE_TIME, SEE_MOVE, SEE_DRIFT, SEE_BOUGHT, SEE_SOLD, SEE_RATE, SEE_DECAY, SEE_SIGMA, SEE_RUNNING, SEE_TERMINAL, SEE_ADVERSE, SEE_FEE, SEE_REVERSION, SEE_JUMPS, SEE_LAW, SEE_STEP, SEE_LIMIT, SEE_HIGHEST = range(19)  # fmt: skip
OBSERVED = 19

#: What a picture needs of each step: mid, bid, ask (not a number where not quoted), inventory, profit.
PAST_MID, PAST_BID, PAST_ASK, PAST_HELD, PAST_PROFIT = range(5)
HISTORY = 5

"""Where what is kept: columns of the arrays that the execution simulator's kernels share."""

from __future__ import annotations

__all__ = ["FIELDS", "HISTORY", "OBSERVED", "SETTINGS", "TERMS"]

#: An episode's constants, in shares, days and money: X, N, tau, S0, sigma, epsilon, gamma, eta, lambda,
#: kappa and exp(-rho tau) of decaying impact; the utility of equal slices, the optimal utility and
#: what its rewards are divided by.
SHARES, STEPS, TAU, FIRST, SIGMA, SPREAD, GAMMA, ETA, AVERSION, KAPPA, DECAY, SCALE, BEST = range(
    13
)
#: Its state: shares left, steps done, mid, displacement, cash; and sums: utility and cost of what was
#: sold, without the price's luck, holdings squared times tau, shares sold times the step.
LEFT, STEP, MID, PUSHED, CASH, PAID, COST, EXPOSURE, DELAY = range(13, 22)
FIELDS = 22

#: The terms of a reward.
TERMS = ("spread", "temporary", "permanent", "transient", "timing", "risk")

#: What a simulator is made for: whether the problem is given, the problem, a number of steps or 0 to
#: draw it, whether there is decaying impact.
GIVEN, OF_SHARES, OF_STEPS, OF_HORIZON, OF_PRICE, OF_SIGMA, OF_SPREAD, OF_GAMMA, OF_ETA, OF_AVERSION, OF_KAPPA, OF_RATE, FIXED_STEPS, WITH_TRANSIENT = range(14)  # fmt: skip
SETTINGS = 14

#: The entries of an observation.
SEE_LEFT, SEE_TIME, SEE_MOVE, SEE_PUSHED, SEE_SPREAD, SEE_TEMPORARY, SEE_PERMANENT, SEE_TRANSIENT, SEE_RISK, SEE_STEP, SEE_DECAY, SEE_NOISE = range(12)  # fmt: skip
OBSERVED = 12

#: What a picture needs of each step: mid, shares left, cost in basis points.
PAST_MID, PAST_LEFT, PAST_COST = range(3)
HISTORY = 3

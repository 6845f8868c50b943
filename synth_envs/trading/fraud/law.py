"""What payments, customers and frauds are like, as tables; all numbers are this project's own."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel

__all__ = [
    "EXACT_AMOUNTS",
    "EXACT_MEANS",
    "EXACT_PRIORS",
    "EXACT_SHARES",
    "friction_of",
    "loss_of",
    "signal_of",
]

#: Costs in hundreds of euros: a chargeback's fee; refusing an honest customer, and that per unit of the
#: amount (a lost sale's margin); a review; holding an honest payment for it.
CHARGEBACK_FEE = 0.15
FRICTION, FRICTION_SHARE = 0.06, 0.03
REVIEW_COST, HOLD_COST = 0.08, 0.01

#: Share of frauds at difficulties 0 and 1, and the mean number of payments of a campaign.
FRAUD_SHARE, LEAST_FRAUD_SHARE = 0.02, 0.006
CAMPAIGN_LENGTHS = np.array([0.0, 4.0, 1.5, 1.5, 3.0, 4.0])
MEAN_LENGTH = 2.8
#: Days until a fraud that was let through is reported, at least and at most, by kind.
DELAYS = np.array([[0, 0], [1, 4], [1, 3], [1, 6], [2, 6], [1, 4]])
#: After so many days what was not reported was honest.
WINDOW_DAYS = 7

#: By kind of fraud: mean log amount beyond the customer's habit, its spread; share of online payments
#: (of cards); share of new devices; log distance beyond the habit.
FRAUD_SHIFT = np.array([0.0, 0.40, 0.75, 0.85, 0.30, -0.70])
FRAUD_SPREAD = np.array([0.0, 0.80, 0.70, 0.60, 0.60, 0.60])
FRAUD_ONLINE = np.array([0.0, 0.5, 0.0, 0.0, 0.0, 1.0])
FRAUD_DEVICE = np.array([0.0, 0.35, 0.55, 0.04, 0.10, 0.35])
FRAUD_DISTANCE = np.array([0.0, 1.0, 1.1, 0.0, 0.3, 0.9])
#: Share of payments to a payee of the fraudsters' own few, by kind.
FRAUD_PAYEE = np.array([0.0, 0.15, 0.5, 0.45, 0.7, 0.55])
#: How many payees are those: they have honest customers too.
MULES = 6
#: Hours to the campaign's next payment count in steps of the stream; at most so many.
NEXT_STEPS = np.array([0, 8, 12, 60, 20, 4])
#: How much rarer a kind becomes as it is stopped, and how far its log amounts fall.
AVOIDANCE, CAUTION = 2.5, 0.7
#: How fast the adversary learns, and how often a blocked campaign gives up.
LEARNING, GIVES_UP = 0.25, 0.5
#: Share of the distance to honest payments that frauds have closed on the last day at difficulty 1.
CAMOUFLAGE = 0.5

#: Log amount in hundreds of euros beyond the customer's habit, by channel; spread of the extra.
CHANNEL_SHIFT = np.array([0.0, 0.15, 1.1])
#: Of honest payments: new device (not present), far from home, unusually large and how much.
NEW_DEVICE, FAR, LARGE, LARGE_SHIFT, FAR_SHIFT = 0.05, 0.07, 0.08, 1.1, 3.0
#: Share of honest payments that go to one of the customer's six usual payees.
USUAL, USUAL_PAYEES = 0.72, 6
#: Hours by which counts and sums decay.
SHORT, LONG, CROWD_HOURS = 2.0, 24.0, 24.0
#: How fast a customer's mean and variance of log amounts follow.
FOLLOW = 0.1
#: The share of a day's payments up to each hour.
RHYTHM = np.array([
    0.012, 0.020, 0.026, 0.031, 0.037, 0.047, 0.066, 0.098, 0.142, 0.194, 0.250, 0.310, 0.374, 0.436, 0.494,
    0.552, 0.613, 0.679, 0.747, 0.812, 0.871, 0.922, 0.964, 1.0,
])  # fmt: skip

# `exact`: five groups of payments, each with one kind of fraud; ten features that are standard
# normal for honest payments and shifted for frauds; log-normal amounts.
#: Share of each group, and of frauds in it.
EXACT_SHARES = np.array([0.40, 0.24, 0.14, 0.12, 0.10])
EXACT_PRIORS = np.array([0.012, 0.018, 0.015, 0.014, 0.020])
#: What kind of fraud and which channel each group has.
EXACT_KINDS = np.array([1, 5, 2, 3, 4])
EXACT_CHANNELS = np.array([0, 1, 2, 2, 2])
#: Shift of frauds in the ten features, (groups, features).
EXACT_MEANS = np.array([
    [0.5, 1.0, 0.7, 0.0, 1.1, 0.9, 0.5, 0.4, 0.0, 0.3],
    [-0.5, 0.4, 0.3, -0.6, 1.2, 0.9, 0.2, 0.4, 0.6, 0.0],
    [0.7, 0.9, 0.6, 0.0, 0.3, 0.4, 0.6, 0.8, 0.5, 0.9],
    [1.0, 0.0, 0.0, 0.2, 0.3, 0.4, 0.7, 0.1, 0.6, 1.0],
    [0.4, 0.3, 0.0, -0.3, 0.9, 0.8, 0.8, 0.2, 1.1, 0.3],
])  # fmt: skip
#: Mean log amount of honest payments (hundreds of euros), what frauds add, and the spread of both.
EXACT_AMOUNTS = np.array([
    [-0.9, 0.5, 0.9], [-0.7, -0.6, 0.9], [0.6, 0.5, 1.0], [0.5, 0.7, 1.0], [0.4, 0.2, 1.0],
])  # fmt: skip


@kernel
def loss_of(amount: float) -> float:
    """Return what a fraud costs that is let through, all in hundreds of euros."""
    return amount + CHARGEBACK_FEE


@kernel
def friction_of(amount: float) -> float:
    """Return what it costs to refuse an honest payment."""
    return FRICTION + FRICTION_SHARE * amount


@kernel
def signal_of(difficulty: float) -> float:
    """Return by how much the shifts of `exact` frauds are scaled: 1 down to 0.5."""
    return 1.0 - 0.5 * difficulty

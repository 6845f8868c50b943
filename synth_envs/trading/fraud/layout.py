"""Where the fraud simulator's arrays hold what."""

from __future__ import annotations

__all__ = ["CUSTOMER_FIELDS", "KINDS", "METRICS", "OBSERVED", "PENDING_FIELDS", "REPORTS", "RULES", "STATE", "TERMS"]  # fmt: skip

#: What a payment can be; 0 is honest.
KINDS = ("honest", "stolen-card", "takeover", "push-scam", "mule", "card-testing")
HONEST, STOLEN, TAKEOVER, SCAM, MULE, TESTING = range(6)
CHANNELS = ("card present", "card online", "transfer")
PRESENT, ONLINE, TRANSFER = range(3)
CATEGORIES = 8
PAYEES = 32
CAMPAIGNS = 6

#: Fields of an episode's row, float64. Money is in hundreds of euros, time in hours.
STATE = (
    "step", "day", "clock", "difficulty", "left", "head", "tail", "pending", "friction_due", "frauds",
    "missed", "stopped", "blocked_honest", "blocked", "reviewed", "reviewed_frauds", "lost", "possible", "overdrawn",
    "customer", "kind", "amount", "log_amount", "channel", "payee", "device", "new_payee", "log_distance", "gap",
    "rate_1", "rate_24", "sum_24", "deviation", "crowd", "campaign", "group",
)  # fmt: skip
(
    STEP, DAY, CLOCK, DIFFICULTY, LEFT, HEAD, TAIL, PENDING, FRICTION_DUE, FRAUDS,
    MISSED, STOPPED, BLOCKED_HONEST, BLOCKED, REVIEWED, REVIEWED_FRAUDS, LOST, POSSIBLE, OVERDRAWN,
    CUSTOMER, KIND, AMOUNT, LOG_AMOUNT, CHANNEL, PAYEE, DEVICE, NEW_PAYEE, LOG_DISTANCE, GAP,
    RATE_1, RATE_24, SUM_24, DEVIATION, CROWD, CAMPAIGN, GROUP,
) = range(36)  # fmt: skip
#: The adversary's estimate, for each kind of fraud, of the share that is stopped.
FIRST_STOPPED = len(STATE)
#: Running campaigns: kind (0 for none), customer, payments left, step of the next one.
FIRST_CAMPAIGN = FIRST_STOPPED + 5
#: When each payee was last paid, and its decayed count of payments.
FIRST_PAYEE = FIRST_CAMPAIGN + 4 * CAMPAIGNS
#: What the features of an `exact` payment are.
FIRST_SIGNAL = FIRST_PAYEE + 2 * PAYEES
SIGNALS = 10
WIDTH = FIRST_SIGNAL + SIGNALS

#: Fields of a customer: habits, then what the past has left.
CUSTOMER_FIELDS = (
    "base", "spread", "hour", "online", "transfer", "travel", "age", "balance",
    "last", "rate_1", "rate_24", "sum_24", "mean", "variance", "last_distance", "known",
)  # fmt: skip
(
    BASE, SPREAD, HOUR, ONLINE_SHARE, TRANSFER_SHARE, TRAVEL, AGE, BALANCE,
    LAST, PAST_RATE_1, PAST_RATE_24, PAST_SUM_24, MEAN, VARIANCE, LAST_DISTANCE, KNOWN,
) = range(16)  # fmt: skip

#: A label that will be reported: of which payment, on which day, with what loss, of whom.
PENDING_FIELDS = ("number", "due", "loss", "label", "customer")

RULES = ("exact", "per_day", "days", "budget", "customers", "adversary")
EXACT, PER_DAY, DAYS, BUDGET, CUSTOMERS, ADVERSARY = range(6)

TERMS = ("loss", "friction", "review")
REPORTS = 4

OBSERVED = (
    "amount", "amount_deviation", "present", "online", "transfer", "category_1", "category_2", "category_3",
    "category_4", "category_5", "category_6", "category_7", "category_8", "new_payee", "new_device", "distance",
    "speed", "gap", "rate_2h", "rate_24h", "sum_24h", "hour_sin", "hour_cos", "hour_deviation", "weekend",
    "payee_crowd", "age", "balance_share", "history", "day", "place", "budget",
    "outcome_1", "age_1", "outcome_2", "age_2", "outcome_3", "age_3", "outcome_4", "age_4",
)  # fmt: skip
#: How many entries describe the payment.
OWN = 29

METRICS = (
    "cost", "fraud_rate", "caught_share", "caught_money_share", "blocked_honest_share", "precision", "reviews",
    "review_hits", "missed", "overdrawn",
)  # fmt: skip

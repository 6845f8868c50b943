"""Where the credit simulator's arrays hold what."""

from __future__ import annotations

__all__ = [
    "FIRST_LATENT", "FIRST_SLOPE", "LATENTS", "LOAN_FIELDS", "METRICS", "OBSERVED", "REPORTS", "RULES",
    "SCORE_METRICS", "SCORE_TERMS", "STATE", "TERMS",
]  # fmt: skip

#: What is random about an applicant, each a standard normal number, correlated (see `law`).
LATENTS = ("delinquency", "utilisation", "debt", "income", "file", "job", "savings", "amount")

#: Fields of an episode's row, float64. Money is in thousands of euros.
STATE = (
    "step", "month", "difficulty", "equity", "exposure", "active", "macro", "indicator", "former", "approved",
    "defaults", "repaid", "month_defaults", "month_active", "capital", "head", "tail", "profit", "losses", "known",
    "known_brier", "known_log", "brier", "log_loss", "seen", "signal", "intercept", "peak",
    "drawdown", "term", "sector", "level", "amount", "probability",
)  # fmt: skip
(
    STEP, MONTH, DIFFICULTY, EQUITY, EXPOSURE, ACTIVE, MACRO, INDICATOR, FORMER, APPROVED,
    DEFAULTS, REPAID, MONTH_DEFAULTS, MONTH_ACTIVE, CAPITAL, HEAD, TAIL, PROFIT, LOSSES, KNOWN,
    KNOWN_BRIER, KNOWN_LOG, BRIER, LOG_LOSS, SEEN, SIGNAL, INTERCEPT, PEAK,
    DRAWDOWN, TERM, SECTOR, LEVEL, AMOUNT, PROBABILITY,
) = range(34)  # fmt: skip
#: The running applicant's latents, and the slopes of the month, follow.
FIRST_LATENT = len(STATE)
FIRST_SLOPE = FIRST_LATENT + len(LATENTS)
WIDTH = FIRST_SLOPE + len(LATENTS)

#: Fields of a loan, float64: which applicant's; what is still owed; the monthly payment and rate;
#: the normal quantile of its monthly default probability; months left and passed; the score given
#: and the weight of its label; capital, expected excess, per unit of exposure.
LOAN_FIELDS = (
    "number", "balance", "payment", "rate", "threshold", "left", "age", "score", "weight", "unit_capital",
)  # fmt: skip
NUMBER, BALANCE, PAYMENT, RATE, THRESHOLD, LEFT, AGE, SCORE, WEIGHT, UNIT_CAPITAL = range(10)

#: Numbers that hold for all episodes of a simulator.
RULES = (
    "scored", "exact", "per_month", "months", "correlation", "audit", "start_equity", "capital", "log_score",
)  # fmt: skip
SCORED, EXACT, PER_MONTH, MONTHS, CORRELATION, AUDIT, START_EQUITY, CAPITAL_KIND, LOG_SCORE = range(
    9
)

TERMS = ("interest", "loss", "capital", "ruin")
SCORE_TERMS = ("score", "audit")

#: How many reports of outcomes an observation holds.
REPORTS = 4
#: The entries of an observation; see `synth_envs.trading.credit.env`.
OBSERVED = (
    "amount", "term", "income", "debt_ratio", "file_age", "utilisation", "delinquencies", "job_tenure", "savings",
    "burden", "sector_public", "sector_industry", "sector_retail", "sector_building", "sector_hospitality",
    "sector_self_employed", "break_even", "break_even_high", "month", "day", "equity", "exposure", "loans",
    "capital", "indicator", "indicator_before", "default_rate", "default_share",
    "outcome_1", "age_1", "outcome_2", "age_2", "outcome_3", "age_3", "outcome_4", "age_4",
)  # fmt: skip

METRICS = (
    "profit", "approval_rate", "default_rate", "equity", "var_999", "cvar_999", "losses", "months", "ruined",
    "drawdown",
)  # fmt: skip
SCORE_METRICS = ("brier", "log_loss", "auc", "calibration_error", "known_brier", "known_log_loss")

"""The law of applicants, their probability of default, and the terms of loans, as tables.

An applicant is eight correlated standard normal numbers, a term and a sector. The probability of
default over the term is Phi(intercept + signal * index), a probit model with interactions. All
numbers are this project's own, chosen so that correlations, default rates and the power to tell good
from bad are those of consumer lending (compare `tests/trading/test_credit_real.py`).
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import normal_quantile
from synth_envs.kernels.jit import kernel
from synth_envs.trading.credit.layout import LATENTS

__all__ = [
    "AMOUNT_LOGS", "BREAK_EVEN", "CORRELATION", "LEVELS", "LEVEL_CUTS", "LOADINGS", "MARGINS", "SECTORS", "SLOPES",
    "TERMS", "TERM_SHARES", "UNITS", "intercept_of", "signal_of",
]  # fmt: skip

#: Months that loans run, the share of applicants that ask for each, and what it does to the index.
TERMS = np.array([6.0, 12.0, 18.0, 24.0])
TERM_SHARES = np.array([0.2, 0.35, 0.2, 0.25])
TERM_EFFECTS = np.array([-0.38, -0.06, 0.14, 0.30])
#: Mean logarithm of the amount (thousands of euros) by term, and its standard deviation.
AMOUNT_LOGS = np.array([0.916, 1.386, 1.792, 2.140])
AMOUNT_SPREAD = 0.5
#: Where an applicant earns: shares, effect on the index, and a further slope of the time in the job.
SECTORS = ("public", "industry", "retail", "building", "hospitality", "self-employed")
SECTOR_SHARES = np.array([0.20, 0.24, 0.20, 0.12, 0.12, 0.12])
SECTOR_EFFECTS = np.array([-0.22, -0.05, 0.02, 0.10, 0.18, 0.12])
SECTOR_JOB_SLOPES = np.array([0.08, 0.02, 0.0, -0.08, -0.14, -0.06])
#: Latents beyond these have 1, 2 or 3 delinquencies (in the last two years); their effects.
LEVEL_CUTS = np.array([0.674, 1.282, 1.881])
LEVELS = np.array([-0.14, 0.26, 0.50, 0.74])

#: Correlations of `LATENTS`, below the diagonal.
_BELOW = (
    (),
    (0.30,),
    (0.15, 0.40),
    (-0.10, -0.10, -0.15),
    (-0.05, -0.15, 0.05, 0.25),
    (-0.10, -0.10, 0.00, 0.25, 0.35),
    (-0.20, -0.35, -0.20, 0.35, 0.20, 0.15),
    (0.00, 0.05, 0.10, 0.40, 0.10, 0.05, 0.05),
)
CORRELATION = np.eye(len(LATENTS))
for _i, _row in enumerate(_BELOW):
    for _j, _value in enumerate(_row):
        CORRELATION[_i, _j] = CORRELATION[_j, _i] = _value


def _cholesky(matrix: np.ndarray) -> np.ndarray:
    """Return the lower triangular root, by plain arithmetic: the same bits on every machine."""
    size = len(matrix)
    root = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = float(matrix[i, j]) - sum(root[i][k] * root[j][k] for k in range(j))
            root[i][j] = math.sqrt(rest) if i == j else rest / root[j][j]
    return np.array(root)


#: Latents are these times independent normal numbers.
LOADINGS = _cholesky(CORRELATION)
#: Slopes of the index in the latents. The burden (log instalment over income) is in them: it is
#: 0.5 amount - 0.45 income and a constant of the term, with the slope 0.12.
SLOPES = np.array([0.0, 0.17, 0.15, -0.11 - 0.45 * 0.12, -0.16, -0.12, -0.19, 0.5 * 0.12])
#: The index bends in the utilisation, and the utilisation weighs more after a delinquency.
BEND, CROSS = 0.07, 0.16
#: Variance of the index, for the intercept; the mean default rate of all applicants.
INDEX_VARIANCE, BASE_RATE = 0.57, 0.13

#: Rates per year that the lender offers and pays, and what is lost of what is owed at default.
OFFERS = np.array([0.12, 0.18])
FUNDING, LGD = 0.04, 0.7
#: Share of the amount that is owed at default where outcomes come at once (`exact`).
EXACT_EAD = 0.55
#: Who takes the higher rate: this share and the default probability, at most 0.95.
TAKE_UP, MOST_TAKE_UP = 0.35, 0.95
#: The yearly cost of a unit of capital.
HURDLE = 0.10
#: What a lender's ruin costs beyond its losses, in thousands of euros.
RUIN = -10.0
#: The months' macro state keeps this share of the last one's; the indicator's share of truth.
PERSISTENCE, TRUTH = 0.9, 0.8
#: Scores are clipped to at least this and at most its complement for logarithms.
LEAST_SCORE = 0.001


def _margins() -> np.ndarray:
    """Interest less funding over a loan's life per unit lent, by term and offer, if nothing fails."""
    found = np.zeros((len(TERMS), len(OFFERS)))
    for t, term in enumerate(TERMS.tolist()):
        for k, rate in enumerate(OFFERS.tolist()):
            monthly, owed, growth = rate / 12.0, 1.0, 1.0
            for _ in range(int(term)):
                growth *= 1.0 + monthly
            payment = monthly * growth / (growth - 1.0)
            for _ in range(int(term)):
                found[t, k] += owed * (rate - FUNDING) / 12.0
                owed -= payment - owed * monthly
    return found


#: float64 (terms, offers), per unit lent.
MARGINS = _margins()
#: The default probability at which a loan is worth nothing: m / (m + LGD EAD), (terms, offers).
BREAK_EVEN = MARGINS / (MARGINS + LGD * EXACT_EAD)

#: Units of the latents as people know them: kind, offset, scale (see `describe.in_units`).
UNITS = {
    "income": ("exp", math.log(30.0), 0.45),
    "debt": ("share", -1.0, 0.8),
    "file": ("exp", math.log(90.0), 0.7),
    "utilisation": ("share", -0.6, 1.3),
    "job": ("exp", math.log(48.0), 0.9),
    "savings": ("exp", math.log(2.0), 1.0),
}

#: ln 4.5: amounts are observed as distances from it.
LOG_TYPICAL = 1.504077396776274
#: Ten Gauss-Legendre points of the worst thousandth, as normal quantiles (`risk.worst_mean`).
TAIL_POINTS = np.array([
    0.0130467357414141, 0.0674683166555077, 0.1602952158504878, 0.2833023029353764, 0.4255628305091844,
    0.5744371694908156, 0.7166976970646236, 0.8397047841495122, 0.9325316833444923, 0.9869532642585859,
])  # fmt: skip
TAIL_WEIGHTS = np.array([
    0.0333356721543441, 0.0747256745752903, 0.1095431812579910, 0.1346333596549982, 0.1477621123573764,
    0.1477621123573764, 0.1346333596549982, 0.1095431812579910, 0.0747256745752903, 0.0333356721543441,
])  # fmt: skip
#: u**3 as the variable flattens the quantile's steepness at the end of the tail.
TAIL_QUANTILES = np.array([-normal_quantile(0.001 * u * u * u) for u in TAIL_POINTS.tolist()])
TAIL_WEIGHTS = TAIL_WEIGHTS * 3.0 * TAIL_POINTS * TAIL_POINTS
#: The normal quantile at 0.999.
WORST = -float(normal_quantile(0.001))
_BASE_QUANTILE = float(normal_quantile(BASE_RATE))


@kernel
def signal_of(difficulty: float) -> float:
    """Return how much of the index shows in the default probability: 1 down to 0.5."""
    return 1.0 - 0.5 * difficulty


@kernel
def intercept_of(difficulty: float) -> float:
    """Return the constant that keeps the mean default rate near `BASE_RATE` at any signal."""
    signal = signal_of(difficulty)
    return _BASE_QUANTILE * math.sqrt(1.0 + signal * signal * INDEX_VARIANCE)

"""Gymnasium environments of credit risk."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.credit.simulator import CreditSim

__all__ = ["CreditRiskEnv", "CreditRiskVectorEnv"]


class CreditRiskEnv(SimEnv):
    """A consumer lender decides on applicants, one by one.

    ## Description

    Applicants come in `months` of `per_month`. Each has eight correlated standard normal features, a
    term and a sector; the probability of default over the term is Phi(a + s index), where the index
    has slopes, a bend in the utilisation, an interaction of utilisation with delinquencies and slopes
    that differ by sector (`synth_envs.trading.credit.law` has every number). A loan is an annuity. In
    each month it defaults with probability Phi((Phi^-1(h) - sqrt(rho) Z) / sqrt(1 - rho)): Vasicek's
    one-factor model, where h compounds to the probability over the term and the economy Z is an
    AR(1) of standard normal margin (0.9 a month). A default loses 70 % of what is owed.

    Only loans that were made ever tell whether they default, and they tell late: a default when it
    happens, a good loan when its last payment is made. Reports come four at most with an observation,
    in order. Rejected applicants never tell.

    Difficulty scales the signal s from 1 down to 0.5 (the AUC of the true probability from 0.83 to
    0.69, at the same default rate of 13 %) and lets the slopes drift over the months, each by a
    normal number of up to 0.12.

    With `exact=True` there is no macro state, no drift and no delay: outcomes come at once, a default
    loses 70 % of 55 % of the amount, and the lender cannot be ruined. Then `sim.optimum(0)` is the
    expected return of the optimal policy; with one offer that is to approve iff
    p < m / (m + LGD EAD).

    Pictures are for people: they show the truth, which observations and words never do.

    ## Observation Space

    `Box(-1, 1, (36,))`; "z" is standard normal over all applicants:

    | entries | meaning |
    |---|---|
    | 0 | log(amount / 4,500 EUR) / 2.5 |
    | 1 | term / 24 months |
    | 2 | z / 4 of log income (median 30,000 EUR a year, spread 0.45) |
    | 3 | z / 4 of the debt ratio (logistic, -1 + 0.8 z) |
    | 4 | z / 4 of log credit file age (median 90 months, spread 0.7) |
    | 5 | z / 4 of the utilisation of cards (logistic, -0.6 + 1.3 z) |
    | 6 | delinquencies / 3, three or more count as three |
    | 7 | z / 4 of log months in the job (median 48, spread 0.9) |
    | 8 | z / 4 of log savings in months of income (median 2, spread 1) |
    | 9 | burden: log of amount over income within the term, less its median, / 2.5 |
    | 10-15 | sector: public, industry, retail, building, hospitality, self-employed |
    | 16-17 | default probabilities at which the two rates break even with `exact=True` |
    | 18-19 | month / months, applicants of the month passed / per_month |
    | 20 | (equity / equity at the start - 1) / 4 |
    | 21-22 | exposure / (40 equity at the start), running loans / all applicants |
    | 23 | required capital / (8 equity at the start) |
    | 24-25 | the economy's noisy indicator / 4 (0.8 Z + 0.6 noise): of last month, of the one before |
    | 26 | 10 times last month's defaults / loans |
    | 27 | defaults / known outcomes |
    | 28-35 | four reports: 1 for a default, -1 for repaid, 0 for none; how many applicants ago / all |

    ## Action Space

    * `action="decision"`: `Discrete(1 + offers)`: reject, approve at 12 % a year, approve at 18 %,
      which 35 % + p of the applicants take (the risky sooner), at most 95 %.
    * `action="score"`: `Box(0, 1, (1,))`, the probability of default. The house approves, at 12 %,
      below the break-even of entry 16, and a random `audit` share of the rest.

    ## Rewards

    Thousands of euros, the sum of `info["reward_terms"]`. For decisions: "interest" (less funding at
    4 %), "loss", "capital" (10 % a year of the capital that the Basel formula asks for: LGD times the
    default rate at 99.9 %, or the mean beyond with `capital="cvar"`, less the expected one) and
    "ruin" (-10 if equity falls below zero). They come with the last applicant of each month; with the
    last one of all the book runs off, month by month. Without ruin rewards sum to the change of
    equity.

    For scores a proper score, by how much the score beats always saying 13 %, is paid when a label
    becomes known: (0.13 - y)^2 - (p - y)^2, or the difference of logarithms with `score="log"`
    (clipped at 0.001). "score" is that of loans below the break-even; "audit" that of audited ones,
    weighed by 1 / audit, so that who is selected does not change the expected reward of any score.

    ## Starting State

    `reset(seed=s)` fixes the episode; `info["task_id"]` names it, and
    `reset(options={"task": task_id})` replays it. The book is empty.

    ## Episode End

    Truncates after the last applicant. Terminates when equity falls below zero ("decision" without
    `exact`). `info["metrics"]` then has profit, approval_rate, default_rate (of known outcomes),
    equity, var_999 and cvar_999 (of the book's loss over a year, in Vasicek's closed form, before
    it runs off), losses, months, ruined, drawdown; for scores also brier, log_loss, auc and
    calibration_error over *all* applicants against their true probabilities, and known_brier and
    known_log_loss over the labels that became known.

    ## Arguments

    * `action`, `offers` (1 or 2), `score` ("brier", "log"), `exact`: as above.
    * `months` (24), `per_month` (12): of an episode.
    * `correlation` (0.12): of assets, rho. `audit` (0.1). `equity` (40): at the start.
    * `capital`: "var", "cvar" or "none". `history`: whether pictures show the past (None: with up to
      16 sub-environments).
    * `difficulty`: in [0, 1], or None to draw it for each episode.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    Sources: Vasicek, "Probability of loss on loan portfolio", KMV (1987); BCBS, "An explanatory
    note on the Basel II IRB risk weight functions" (2005); Gneiting and Raftery, "Strictly proper
    scoring rules", JASA 102 (2007), 359-378.

    ## Version History

    * v0: initial version.
    """

    simulator = CreditSim


class CreditRiskVectorEnv(SimVectorEnv):
    """Many `CreditRiskEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = CreditSim

"""Gymnasium environments of fraud detection."""

from __future__ import annotations

from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv
from synth_envs.trading.fraud.simulator import FraudSim

__all__ = ["FraudDetectionEnv", "FraudDetectionVectorEnv"]


class FraudDetectionEnv(SimEnv):
    """An analyst lets payments through, blocks them or sends them to review, one by one.

    ## Description

    Payments of `customers` come in the order of time, `per_day` on each of `days`, in a day's rhythm.
    Each customer has a usual amount, usual hours, usual payees, shares of online payments and of
    transfers, a habit of travelling, an age and a balance. Honest payments are unusual often enough:
    far from home (7 %), unusually large (8 %), from a new device (5 %), to a new payee.

    Frauds come in campaigns against one customer: stolen cards (bursts of four or so), takeovers of
    accounts (transfers, often from a new device), push-payment scams (the customer pays, from the
    own device), mule chains (transfers to a few payees) and card testing (small and quick). Their
    features overlap with honest ones; the fraudsters' payees have honest customers too, and are others
    in every episode. A blocked campaign gives up half of the time; a reported fraud ends its
    customer's campaigns.

    With `adversary=True` fraudsters see at once what is stopped: kinds of fraud that are stopped
    become rarer and their amounts smaller. Truth comes late and only for some: a fraud that was let
    through is reported 1 to 6 days later, a reviewed payment on the next day, and a blocked one
    never. What was let through and is not reported for 7 days was honest.

    Difficulty makes fraud rarer (2 % of payments down to 0.6 %), lets the preferred kinds of fraud
    change every three days, and over the days brings fraud closer to honest payments (by half).

    With `exact=True` payments are independent, there is no adversary and nothing drifts: five groups
    with one kind of fraud each; ten features, independent and standard normal if honest, with means
    known for each group if fraud; log-normal amounts; truth at once. Then `sim.optimum(0)` is the
    expected return of the optimal policy: let through, or block iff p loss > (1 - p) friction, and
    review what saves more than a threshold of the reviews and payments left in the day (Derman,
    Lieberman and Ross 1972). Difficulty scales the means from 1 down to 0.5.

    Pictures are for people: they show the truth, which observations and words never do.

    ## Observation Space

    `Box(-1, 1, (40,))`. The customer's past is that before the payment; what was stopped counts as an
    attempt, but changes neither means nor known payees.

    | entries | meaning |
    |---|---|
    | 0 | (log(amount / 100 EUR) + 0.5) / 4.5 |
    | 1 | log amount less the mean of the customer's past / (6 standard deviations) |
    | 2-4 | card present, card online, transfer |
    | 5-12 | category of the payee |
    | 13-14 | the customer has not paid this payee before; the device is new |
    | 15 | log(km from home) / 8 |
    | 16 | change of 15 since the last payment, damped by the time between |
    | 17 | hours since the last payment, h / (h + 8) |
    | 18-19 | payments in the last 2 / 4 and 24 hours / 8 (exponentially decayed counts) |
    | 20 | sum s of the last 24 hours, s / (s + 4 usual amounts) |
    | 21-23 | sine and cosine of the hour; hours from the customer's usual one / 12 |
    | 24 | weekend |
    | 25 | payments c to this payee in the last 24 hours by all, c / (c + 3) |
    | 26-28 | age (0 young, 1 old); amount / balance; share of payees that the customer has paid |
    | 29-31 | day / days; place in the day; share of the day's reviews that is left |
    | 32-39 | four reports: 1 for fraud, -1 for honest, 0 for none; how many payments ago / all |

    With `exact=True` 5-9 are the group; 1, 15-20, 23, 25 and 27 are the ten features / 6; other
    entries about the customer are 0.

    ## Action Space

    `Discrete(3)`: 0 lets through, 1 blocks, 2 sends to review (lets through when the day's `budget` of
    reviews is used up).

    ## Rewards

    Hundreds of euros, the sum of `info["reward_terms"]`: "loss" (a fraud let through: its amount and a
    fee of 15 EUR), when it is reported; "friction" (a blocked honest payment: 6 EUR and 3 % of its
    amount; a reviewed one: 1 EUR), summed at the end of the day, which tells how much of what was
    stopped was honest but not what; "review" (8 EUR), at once. All that is still due comes with the
    last payment.

    ## Starting State

    `reset(seed=s)` fixes the episode; `info["task_id"]` names it, and
    `reset(options={"task": task_id})` replays it.

    ## Episode End

    Truncates after the last payment; never terminates. `info["metrics"]` then has cost, fraud_rate,
    caught_share (of frauds), caught_money_share, blocked_honest_share (of honest payments), precision
    (of blocks), reviews, review_hits, missed and overdrawn (reviews asked for without budget).

    ## Arguments

    * `exact`, `adversary`: as above.
    * `days` (14), `per_day` (80), `budget` (4 reviews a day), `customers` (64).
    * `history`: whether pictures show the past (None: with up to 16 sub-environments).
    * `difficulty`: in [0, 1], or None to draw it for each episode.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = FraudSim


class FraudDetectionVectorEnv(SimVectorEnv):
    """Many `FraudDetectionEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = FraudSim

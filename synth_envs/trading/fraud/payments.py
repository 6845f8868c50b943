"""Kernels that draw payments: of honest customers, of fraudsters' campaigns, and `exact` ones."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.elementary import exp
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import gaussian, mixed, uniform
from synth_envs.trading.fraud import law
from synth_envs.trading.fraud import layout as at

__all__ = ["draw_customer", "draw_exact", "draw_payment"]

_PEOPLE, _STREAM, _EXACT, _TASTE, _MULES = 211, 223, 229, 233, 239
_HOURS = 24.0


@kernel
def draw_customer(customers: np.ndarray, e: int, c: int, key: np.uint64) -> None:
    """Draw a customer's habits, and a past in keeping with them.

    Args:
        customers: float64 (num_envs, customers, fields).
        e: The episode's place in the batch.
        c: Which customer.
        key: Of the episode.
    """
    own = mixed(mixed(key, _PEOPLE), c)
    base = -0.9 + 0.45 * gaussian(own, 0)
    customers[e, c, at.BASE] = base
    customers[e, c, at.SPREAD] = 0.6 + 0.4 * uniform(own, 1)
    # People's usual hours follow the day's rhythm.
    u, hour = uniform(own, 2), 0
    while hour < 23 and law.RHYTHM[hour] < u:
        hour += 1
    customers[e, c, at.HOUR] = hour + uniform(own, 3)
    customers[e, c, at.ONLINE_SHARE] = 0.15 + 0.5 * uniform(own, 4)
    customers[e, c, at.TRANSFER_SHARE] = 0.08 + 0.24 * uniform(own, 5)
    customers[e, c, at.TRAVEL] = 0.7 + 0.6 * uniform(own, 6)
    customers[e, c, at.AGE] = uniform(own, 7)
    customers[e, c, at.BALANCE] = exp(base + 3.6 + 0.7 * gaussian(own, 8))
    customers[e, c, at.LAST] = -_HOURS * uniform(own, 9)
    customers[e, c, at.PAST_RATE_1] = 0.3 * uniform(own, 10)
    customers[e, c, at.PAST_RATE_24] = 0.5 + 1.5 * uniform(own, 11)
    customers[e, c, at.PAST_SUM_24] = exp(base) * customers[e, c, at.PAST_RATE_24]
    customers[e, c, at.MEAN] = base + 0.3 + 0.2 * gaussian(own, 12)
    customers[e, c, at.VARIANCE] = 0.8
    customers[e, c, at.LAST_DISTANCE] = 1.0
    known = 0
    for k in range(law.USUAL_PAYEES):
        if uniform(own, 20 + k) < 0.7:
            known |= 1 << _usual(own, k)
    customers[e, c, at.KNOWN] = known


@kernel
def _usual(own: np.uint64, k: int) -> int:
    """One of a customer's usual payees; the fraudsters' own few are somebody's usual ones too."""
    return int(uniform(own, 40 + k) * at.PAYEES)


@kernel
def _new_campaign(row: np.ndarray, rules: np.ndarray, key: np.uint64, own: np.uint64) -> int:
    """Begin a campaign where there is room and return its slot, or -1."""
    slot = -1
    for k in range(at.CAMPAIGNS):
        if row[at.FIRST_CAMPAIGN + 4 * k] == 0.0:
            slot = k
            break
    if slot < 0:
        return -1
    taste, total = mixed(key, _TASTE), 0.0
    period = int(row[at.DAY]) // 3
    adapt = rules[at.ADVERSARY]
    weights = np.empty(5)
    for k in range(5):
        drift = 1.8 * uniform(taste, 8 * period + k) - 0.9
        weights[k] = 1.0 + row[at.DIFFICULTY] * drift
        weights[k] *= exp(-law.AVOIDANCE * adapt * row[at.FIRST_STOPPED + k])
        total += weights[k]
    u, kind = uniform(own, 30) * total, 0
    while kind < 4 and u >= weights[kind]:
        u -= weights[kind]
        kind += 1
    kind += 1
    mean = law.CAMPAIGN_LENGTHS[kind]
    place = at.FIRST_CAMPAIGN + 4 * slot
    row[place] = kind
    row[place + 1] = int(uniform(own, 31) * rules[at.CUSTOMERS])
    row[place + 2] = 1 + int(uniform(own, 32) * (2.0 * mean - 1.0))
    row[place + 3] = row[at.STEP]
    return slot


@kernel
def draw_payment(
    row: np.ndarray, customers: np.ndarray, e: int, rules: np.ndarray, key: np.uint64
) -> None:
    """Put the next payment into an episode's row.

    Args:
        row: The episode's state.
        customers: float64 (num_envs, customers, fields).
        e: The episode's place in the batch.
        rules: Of the simulator.
        key: Of the episode.
    """
    step = int(row[at.STEP])
    own = mixed(mixed(key, _STREAM), step)
    place = row[at.STEP] - row[at.DAY] * rules[at.PER_DAY] + uniform(own, 0)
    clock, slot = _time_of(row[at.DAY], place, rules[at.PER_DAY]), -1
    row[at.CLOCK] = clock
    for k in range(at.CAMPAIGNS):
        place = at.FIRST_CAMPAIGN + 4 * k
        if row[place] > 0.0 and row[place + 3] <= step:
            slot = k
            break
    d = row[at.DIFFICULTY]
    if slot < 0:
        share = law.FRAUD_SHARE + (law.LEAST_FRAUD_SHARE - law.FRAUD_SHARE) * d
        if uniform(own, 1) < share / law.MEAN_LENGTH:
            slot = _new_campaign(row, rules, key, own)
    kind, c = 0, 0
    if slot >= 0:
        place = at.FIRST_CAMPAIGN + 4 * slot
        kind, c = int(row[place]), int(row[place + 1])
        row[place + 2] -= 1.0
        row[place + 3] = step + 1 + int(uniform(own, 33) * law.NEXT_STEPS[kind])
        if row[place + 2] < 0.5:
            row[place] = 0.0
    else:
        # Of three customers, the one whose usual hour is nearest.
        hour, least = clock - _HOURS * row[at.DAY], 100.0
        for k in range(3):
            who = int(uniform(own, 34 + k) * rules[at.CUSTOMERS])
            away = abs(customers[e, who, at.HOUR] - hour)
            away = min(away, _HOURS - away)
            if away < least:
                c, least = who, away
    row[at.CAMPAIGN], row[at.CUSTOMER], row[at.KIND] = slot, c, kind
    close = 1.0 - law.CAMOUFLAGE * d * row[at.DAY] / rules[at.DAYS]
    habit = mixed(mixed(key, _PEOPLE), c)
    u = uniform(own, 2)
    channel = at.PRESENT
    if kind in (at.TAKEOVER, at.SCAM, at.MULE):
        channel = at.TRANSFER
    elif kind > 0:
        channel = at.ONLINE if u < law.FRAUD_ONLINE[kind] else at.PRESENT
    elif u < customers[e, c, at.TRANSFER_SHARE]:
        channel = at.TRANSFER
    elif uniform(own, 3) < customers[e, c, at.ONLINE_SHARE]:
        channel = at.ONLINE
    size = customers[e, c, at.BASE] + law.CHANNEL_SHIFT[channel]
    far = 1.0 + customers[e, c, at.TRAVEL] * gaussian(own, 4)
    payee = int(uniform(own, 5) * at.PAYEES)
    device = 0.0
    if kind == 0:
        size += customers[e, c, at.SPREAD] * gaussian(own, 6)
        if uniform(own, 8) < law.LARGE:
            size += law.LARGE_SHIFT
        if uniform(own, 9) < law.FAR:
            far += law.FAR_SHIFT
        if uniform(own, 10) < law.USUAL:
            payee = _usual(habit, int(uniform(own, 11) * law.USUAL_PAYEES))
        if channel != at.PRESENT and uniform(own, 12) < law.NEW_DEVICE:
            device = 1.0
    else:
        shift = law.FRAUD_SHIFT[kind] * close
        shift -= law.CAUTION * rules[at.ADVERSARY] * row[at.FIRST_STOPPED + kind - 1]
        size += shift + law.FRAUD_SPREAD[kind] * gaussian(own, 6)
        far += law.FRAUD_DISTANCE[kind] * close
        if uniform(own, 9) < law.FAR:
            far += law.FAR_SHIFT
        if uniform(own, 10) < law.FRAUD_PAYEE[kind]:
            # The fraudsters' own few are other payees in every episode.
            first = int(uniform(key, _MULES) * at.PAYEES)
            payee = (first + int(uniform(own, 11) * law.MULES)) % at.PAYEES
        odds = law.NEW_DEVICE + (law.FRAUD_DEVICE[kind] - law.NEW_DEVICE) * close
        if channel != at.PRESENT and uniform(own, 12) < odds:
            device = 1.0
    row[at.LOG_AMOUNT] = min(max(size, -4.0), 5.0)
    row[at.AMOUNT] = exp(row[at.LOG_AMOUNT])
    row[at.CHANNEL], row[at.PAYEE], row[at.DEVICE], row[at.LOG_DISTANCE] = (
        channel,
        payee,
        device,
        far,
    )
    known = (int(customers[e, c, at.KNOWN]) >> payee) & 1
    row[at.NEW_PAYEE] = 1.0 - known
    # What the customer's past says, up to this payment and without it.
    gap = max(clock - customers[e, c, at.LAST], 0.0)
    fading = exp(-gap / law.LONG)
    row[at.GAP] = gap
    row[at.RATE_1] = customers[e, c, at.PAST_RATE_1] * exp(-gap / law.SHORT)
    row[at.RATE_24] = customers[e, c, at.PAST_RATE_24] * fading
    row[at.SUM_24] = customers[e, c, at.PAST_SUM_24] * fading
    away = abs(customers[e, c, at.HOUR] - (clock - _HOURS * row[at.DAY]))
    row[at.DEVIATION] = min(away, _HOURS - away)
    place = at.FIRST_PAYEE + 2 * payee
    row[at.CROWD] = row[place + 1] * exp(-(clock - row[place]) / law.CROWD_HOURS)


@kernel
def _time_of(day: float, place: float, per_day: float) -> float:
    """Hours since the start at which a payment comes: those of a day keep its rhythm, in order."""
    share = place / per_day
    hour, before = 0, 0.0
    while hour < 23 and law.RHYTHM[hour] <= share:
        before = float(law.RHYTHM[hour])
        hour += 1
    width = float(law.RHYTHM[hour]) - before
    return _HOURS * day + hour + (share - before) / width


@kernel
def draw_exact(row: np.ndarray, rules: np.ndarray, key: np.uint64) -> None:
    """Put a payment of the `exact` law into an episode's row: independent of all others.

    Args:
        row: The episode's state.
        rules: Of the simulator.
        key: Of the episode.
    """
    own = mixed(mixed(key, _EXACT), int(row[at.STEP]))
    place = row[at.STEP] - row[at.DAY] * rules[at.PER_DAY] + uniform(own, 0)
    row[at.CLOCK] = _time_of(row[at.DAY], place, rules[at.PER_DAY])
    u, group = uniform(own, 1), 0
    while group < 4 and u >= law.EXACT_SHARES[group]:
        u -= law.EXACT_SHARES[group]
        group += 1
    fraud = 1.0 if uniform(own, 2) < law.EXACT_PRIORS[group] else 0.0
    shift = fraud * law.signal_of(row[at.DIFFICULTY])
    for j in range(at.SIGNALS):
        row[at.FIRST_SIGNAL + j] = gaussian(own, 3 + j) + shift * law.EXACT_MEANS[group, j]
    size = law.EXACT_AMOUNTS[group, 0] + shift * law.EXACT_AMOUNTS[group, 1]
    size += law.EXACT_AMOUNTS[group, 2] * gaussian(own, 20)
    row[at.LOG_AMOUNT], row[at.AMOUNT] = size, exp(size)
    row[at.GROUP], row[at.CHANNEL] = group, law.EXACT_CHANNELS[group]
    row[at.KIND] = law.EXACT_KINDS[group] if fraud > 0.0 else 0

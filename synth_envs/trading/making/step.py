"""How the episodes of the market-making simulator are stepped: many at a time, pass by pass.

Each pass is a loop without branches over few arrays, which compilers turn into vector instructions. That
changes no bit: every number is computed from the same operations whatever the batch.
"""

from __future__ import annotations

import math

import numpy as np

from synth_envs.kernels.elementary import exp
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import between, gaussians, mixed, uniform
from synth_envs.trading.making import layout as at

__all__ = ["QUOTED", "step_batch"]

#: Offsets beyond this share of the largest one withdraw a quote.
QUOTED = 0.99

#: Episodes of a block: cutting the arrays of one costs a microsecond.
_BLOCK = 1024
#: Purposes of the draws of a step.
_MOVES, _JUMPS = 0x3A4B0003, 0x3A4B0004
_S1, _S32, _ONE = np.uint64(1), np.uint64(32), np.uint64(1)
_LOW_31 = np.uint64(2**31 - 1)
_PER_31, _PER_32 = 2.0**-31, 2.0**-32
#: A jump is so many times the standard deviation of a step.
_LEAST_JUMP, _MOST_JUMP = 4.0, 10.0
#: Standard deviations that fill the observations of moves.
_WIDE = 4.0


@kernel
def quote(actions: np.ndarray, side: int, lowest: float, highest: float, out: np.ndarray) -> None:
    """Set the offsets of one side in money; what is not a number becomes the largest."""
    middle, half = 0.5 * (lowest + highest), 0.5 * (highest - lowest)
    for i in range(len(out)):
        offset = middle + half * actions[i, side]
        # Not min and max: of what is not a number these keep it.
        offset = offset if offset < highest else highest  # noqa: FURB136
        out[i] = offset if offset > lowest else lowest  # noqa: FURB136


@kernel
def chances(
    offsets: np.ndarray, rate: np.ndarray, decay: np.ndarray, exponential: bool, out: np.ndarray
) -> None:
    """Set the probabilities that quotes are filled; 1 and above mean surely."""
    for i in range(len(out)):
        out[i] = rate[i] * exp(-decay[i] * offsets[i])
    if exponential:
        for i in range(len(out)):
            out[i] = 1.0 - exp(-out[i])


@kernel
def fill(
    words: np.ndarray, side: int, offsets: np.ndarray, withdrawn: float, held: np.ndarray, limit: float,
    chance: np.ndarray,
) -> None:  # fmt: skip
    """Turn the chances of one side into fills, 1 or 0; 31 bits of a word decide a bid, 32 an ask."""
    if side == 0:
        for i in range(len(chance)):
            drawn = ((words[i] >> _S1) & _LOW_31) * _PER_31
            quoted = (offsets[i] <= withdrawn) & (held[i] < limit)
            chance[i] = 1.0 if quoted & (drawn < chance[i]) else 0.0
    else:
        for i in range(len(chance)):
            drawn = (words[i] >> _S32) * _PER_32
            quoted = (offsets[i] <= withdrawn) & (held[i] > -limit)
            chance[i] = 1.0 if quoted & (drawn < chance[i]) else 0.0


@kernel
def moves(
    words: np.ndarray, streams: np.ndarray, settings: np.ndarray, state: np.ndarray, low: int,
    starts: np.ndarray, bought: np.ndarray, sold: np.ndarray, drawn: np.ndarray, move: np.ndarray,
) -> None:  # fmt: skip
    """Set how the mids move: up or down or by a normal number, against fills, back, and by jumps."""
    n, dt = len(move), 1.0 / settings[at.STEPS]
    high = low + n
    swing, adverse = state[at.SWING, low:high], state[at.ADVERSE, low:high]
    step, mid, horizon = (
        state[at.STEP, low:high],
        state[at.MID, low:high],
        state[at.HORIZON, low:high],
    )
    if settings[at.NORMAL] > 0:
        gaussians(streams, _MOVES, step, drawn, move)
        for i in range(n):
            move[i] *= swing[i]
    else:
        for i in range(n):
            move[i] = swing[i] * (2.0 * np.float64(words[i] & _ONE) - 1.0)
    for i in range(n):
        move[i] -= adverse[i] * (bought[i] - sold[i])
    reversion, jumps = settings[at.REVERSION], settings[at.JUMPS]
    if reversion > 0:
        for i in range(n):
            move[i] -= reversion * horizon[i] * dt * (mid[i] - starts[i])
    if jumps > 0:
        for i in range(n):
            sub, counter = mixed(streams[i], _JUMPS), 2 * int(step[i])
            if uniform(sub, counter) < jumps * horizon[i] * dt:
                size = between(sub, counter + 1, -1.0, 1.0)
                least = _LEAST_JUMP if size > 0 else -_LEAST_JUMP
                move[i] += swing[i] * (least + (_MOST_JUMP - _LEAST_JUMP) * size)


@kernel
def settle(
    settings: np.ndarray, state: np.ndarray, low: int, bid: np.ndarray, ask: np.ndarray, bought: np.ndarray,
    sold: np.ndarray, move: np.ndarray, terms: np.ndarray, rewards: np.ndarray, truncations: np.ndarray,
) -> None:  # fmt: skip
    """Book the fills, move the mids, and set terms, rewards and truncations."""
    n, fee, steps = len(move), settings[at.FEE], settings[at.STEPS]
    high = low + n
    # Rows are cut one by one: only so does the compiler know that their entries are neighbours.
    spread, inventory = terms[0, low:high], terms[1, low:high]
    penalty, terminal, fees = terms[2, low:high], terms[3, low:high], terms[4, low:high]
    held, cash = state[at.HELD, low:high], state[at.CASH, low:high]
    mid, step = state[at.MID, low:high], state[at.STEP, low:high]
    total, squares = state[at.SUM, low:high], state[at.SQUARES, low:high]
    count, captured = state[at.FILLS, low:high], state[at.CAPTURED, low:high]
    traded, penalties = state[at.TRADED, low:high], state[at.PENALTY, low:high]
    running, ending = state[at.RUNNING, low:high], state[at.TERMINAL, low:high]
    for i in range(n):
        spread[i] = bid[i] * bought[i] + ask[i] * sold[i]
    for i in range(n):
        fees[i] = -fee * (bought[i] + sold[i])
    for i in range(n):
        cash[i] += spread[i] + fees[i] - (bought[i] - sold[i]) * mid[i]
    for i in range(n):
        traded[i] += (bought[i] + sold[i]) * mid[i]
    for i in range(n):
        count[i] += bought[i] + sold[i]
    for i in range(n):
        held[i] += bought[i] - sold[i]
    for i in range(n):
        captured[i] += spread[i]
    for i in range(n):
        total[i] += held[i]
    for i in range(n):
        squares[i] += held[i] * held[i]
    for i in range(n):
        mid[i] += move[i]
    for i in range(n):
        inventory[i] = held[i] * move[i]
    for i in range(n):
        penalty[i] = -(running[i] * held[i] * held[i])
    for i in range(n):
        step[i] += 1.0
    for i in range(n):
        last = 1.0 if step[i] >= steps else 0.0
        terminal[i] = -(ending[i] * held[i] * held[i] * last)
    for i in range(n):
        truncations[i] = step[i] >= steps
    for i in range(n):
        penalties[i] -= penalty[i] + terminal[i]
    for i in range(n):
        rewards[i] = spread[i] + inventory[i] + penalty[i] + terminal[i] + fees[i]


@kernel
def observe(
    settings: np.ndarray, state: np.ndarray, low: int, starts: np.ndarray, bought: np.ndarray,
    sold: np.ndarray, move: np.ndarray, seen: np.ndarray,
) -> None:  # fmt: skip
    """Fill in what observations say of the present."""
    steps = settings[at.STEPS]
    per_step, per_limit = 1.0 / steps, 1.0 / settings[at.LIMIT]
    narrow, high = 1.0 / math.sqrt(steps), low + len(move)
    swing, mid = state[at.SWING, low:high], state[at.MID, low:high]
    held, step = state[at.HELD, low:high], state[at.STEP, low:high]
    for i in range(len(move)):
        view, wide = seen[i], _WIDE * swing[i]
        per_wide = 1.0 / wide if wide > 0 else 0.0
        last, drift = move[i] * per_wide, (mid[i] - starts[i]) * per_wide * narrow
        view[at.SEE_HELD] = held[i] * per_limit
        view[at.SEE_TIME] = 1.0 - step[i] * per_step
        view[at.SEE_MOVE] = min(max(last, -1.0), 1.0)
        view[at.SEE_DRIFT] = min(max(drift, -1.0), 1.0)
        view[at.SEE_BOUGHT], view[at.SEE_SOLD] = bought[i], sold[i]


@kernel
def remember(
    settings: np.ndarray, state: np.ndarray, low: int, bid: np.ndarray, ask: np.ndarray, move: np.ndarray,
    past: np.ndarray,
) -> None:  # fmt: skip
    """Keep what pictures need; the quotes are those of the step that ended."""
    withdrawn = QUOTED * settings[at.HIGHEST]
    for i in range(len(move)):
        e = low + i
        row, mid, held = past[i, int(state[at.STEP, e])], state[at.MID, e], state[at.HELD, e]
        row[at.PAST_MID], row[at.PAST_HELD] = mid, held
        row[at.PAST_BID] = mid - move[i] - bid[i] if bid[i] <= withdrawn else math.nan
        row[at.PAST_ASK] = mid - move[i] + ask[i] if ask[i] <= withdrawn else math.nan
        row[at.PAST_PROFIT] = state[at.CASH, e] + held * mid - state[at.PENALTY, e]


@kernel
def step_batch(
    mask: np.ndarray, actions: np.ndarray, streams: np.ndarray, settings: np.ndarray, state: np.ndarray,
    starts: np.ndarray, seen: np.ndarray, past: np.ndarray, terms: np.ndarray, rewards: np.ndarray,
    truncations: np.ndarray,
) -> None:  # fmt: skip
    """Quote, fill, move the mid and settle, in the episodes of a batch where `mask` is set.

    Args:
        mask: bool (n,); elsewhere only rewards, flags and terms become zero.
        actions: Offsets of bid and ask from the mid, float64 (n, 2), -1 being the lowest and 1 the highest
            allowed, to which they are cut; what is not a number withdraws the quote.
        streams: Sub-keys, uint64 (n,).
        settings: float64 (SETTINGS,).
        state: float64 (FIELDS, n).
        starts: The first mids, float64 (n,).
        seen: Observations, float32 (n, OBSERVED).
        past: float32 (n, steps + 1, HISTORY), or (n, 0, HISTORY) if nothing is kept.
        terms: float64 (len(TERMS), n), set here, as are rewards (float64) and truncations (bool).
    """
    n = len(mask)
    exponential = settings[at.EXPONENTIAL] > 0
    lowest, highest, limit = settings[at.LOWEST], settings[at.HIGHEST], settings[at.LIMIT]
    withdrawn = QUOTED * highest
    words = np.empty(_BLOCK, np.uint64)
    room = np.empty((6, _BLOCK))
    low = 0
    while low < n:
        if not mask[low]:
            rewards[low] = 0.0
            truncations[low] = False
            terms[:, low] = 0.0
            low += 1
            continue
        high = low + 1
        while high < n and high - low < _BLOCK and mask[high]:
            high += 1
        size = high - low
        word, bid, ask = words[:size], room[0, :size], room[1, :size]
        bought, sold, move, drawn = room[2, :size], room[3, :size], room[4, :size], room[5, :size]
        keys, step, held = streams[low:high], state[at.STEP, low:high], state[at.HELD, low:high]
        rate, decay, begun = state[at.RATE, low:high], state[at.DECAY, low:high], starts[low:high]
        for i in range(size):
            word[i] = mixed(keys[i], int(step[i]))
        quote(actions[low:high], 0, lowest, highest, bid)
        quote(actions[low:high], 1, lowest, highest, ask)
        chances(bid, rate, decay, exponential, bought)
        chances(ask, rate, decay, exponential, sold)
        fill(word, 0, bid, withdrawn, held, limit, bought)
        fill(word, 1, ask, withdrawn, held, limit, sold)
        moves(word, keys, settings, state, low, begun, bought, sold, drawn, move)
        settle(
            settings, state, low, bid, ask, bought, sold, move, terms, rewards[low:high], truncations[low:high]
        )  # fmt: skip
        observe(settings, state, low, begun, bought, sold, move, seen[low:high])
        if past.shape[1] > 0:
            remember(settings, state, low, bid, ask, move, past[low:high])
        low = high

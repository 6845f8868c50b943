"""How the vehicles of a straight highway find their neighbours, accelerate and change lanes.

The rules are those of highway-env 1.12.1 (MIT licence: `highway_env/vehicle/behavior.py`,
`controller.py`, `road/road.py`): IDM (Treiber, Hennecke and Helbing 2000) along
lanes and MOBIL (Kesting, Treiber and Helbing 2007) between them. What is done differently is the
search: vehicles are kept sorted by x, so that leaders come from one sweep.
Where two vehicles share an x to the last bit, everything is looked at in list order instead.

`floats` and `ints` are those of the batch, `e` is one environment: see `highway_layout`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from synth_envs.driving.compat.highway_layout import (
    AHEAD,
    AHEAD_LEFT,
    AHEAD_RIGHT,
    AHEAD_THERE,
    COS,
    CRASHED,
    EXPONENT,
    LANE,
    LANE_WIDTH,
    LENGTH,
    ORDER,
    RANK,
    ROAD_LENGTH,
    SIN,
    SPEED,
    TARGET,
    TARGET_SPEED,
    TIMER,
    X,
    Y,
)
from synth_envs.kernels.jit import kernel

__all__ = ["decide", "free_road", "leaders", "lookup", "reachable", "sort", "thrust"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SPEED_LIMIT = 30.0  # [m/s]
_ACCELERATION = 3.0  # [m/s2] of a free road
_MOST_ACCELERATION = 6.0  # [m/s2] either way
_JAM_GAP, _TIME_GAP = 10.0, 1.5  # [m], [s]
_PER_BRAKING = 1 / (2 * math.sqrt(15.0))  # [s2/m]: of comfortable 3 times 5 m/s2
_MOST_IMPOSED, _LEAST_GAIN = -2.0, 0.2  # [m/s2] of MOBIL
_LANE_CHANGE_DELAY = 1.0  # [s]
# Shares of the wanted speed, and coefficients of series, of `free_road`.
_SLOW, _QUICK = 0.75, 1.3
_L3, _L5, _L7, _L9, _L11, _L13, _L15 = (1 / k for k in range(3, 16, 2))
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10 = (1 / math.factorial(k) for k in range(2, 11))
_TO_SPEED = 1 / 0.6  # [1/s] gain of the ego's speed controller


@kernel
def sort(floats: Floats, ints: Ints, e: int) -> bool:
    """Put `ORDER` right, by x and then by number; return whether two vehicles share an x."""
    x, order = floats[X, e], ints[ORDER, e]
    ties = False
    for k in range(1, len(order)):
        one = order[k]
        place = k
        while place > 0:
            other = order[place - 1]
            if x[other] < x[one]:
                break
            if x[other] == x[one]:
                ties = True
                if other < one:
                    break
            order[place] = other
            place -= 1
        order[place] = one
    return ties


@kernel
def _not_zero(value: float) -> float:
    if abs(value) > 0.01:
        return value
    return 0.01 if value >= 0 else -0.01


@kernel
def _near_lane(x: float, y: float, lane: int) -> bool:
    """Return whether a position counts as on a lane, with a metre to spare on both sides."""
    return abs(y - LANE_WIDTH * lane) <= 3.0 and -LENGTH <= x < ROAD_LENGTH + LENGTH


@kernel
def reachable(x: float, y: float, lane: int) -> bool:
    """Return whether a lane is near enough to change to."""
    return abs(y - LANE_WIDTH * lane) <= 2 * LANE_WIDTH and 0 <= x < ROAD_LENGTH + LENGTH


@kernel
def lookup(floats: Floats, e: int, me: int, lane: int) -> tuple[int, int]:
    """Return the nearest vehicles ahead and behind on a lane (-1 for none), from all vehicles."""
    x, y = floats[X, e], floats[Y, e]
    ahead = behind = -1
    for other in range(len(x)):
        if other == me or not _near_lane(x[other], y[other], lane):
            continue
        if x[me] <= x[other]:
            if ahead < 0 or x[other] <= x[ahead]:
                ahead = other
        elif behind < 0 or x[other] > x[behind]:
            behind = other
    return ahead, behind


@kernel
def _behind(floats: Floats, order: Ints, e: int, rank: int, lane: int) -> int:
    """Return the vehicle behind a place of the order on a lane, or -1, if none share an x."""
    x, y = floats[X, e], floats[Y, e]
    for k in range(rank - 1, -1, -1):
        if _near_lane(x[order[k]], y[order[k]], lane):
            found: int = order[k]
            return found
    return -1


@kernel
def leaders(
    floats: Floats,
    ints: Ints,
    e: int,
    scratch: Ints,
    last: Ints,
    ties: bool,
) -> None:
    """Fill in everybody's place in the order and the vehicles ahead.

    Args:
        floats: State.
        ints: State; `ORDER` is right.
        e: Environment.
        scratch: Out: (SCRATCH, vehicles).
        last: Working space: one more than the number of lanes, and another one.
        ties: Whether two vehicles share an x.
    """
    x, y, order = floats[X, e], floats[Y, e], ints[ORDER, e]
    lane, target = ints[LANE, e], ints[TARGET, e]
    rank, ahead, there = scratch[RANK], scratch[AHEAD], scratch[AHEAD_THERE]
    left, right = scratch[AHEAD_LEFT], scratch[AHEAD_RIGHT]
    last[:] = -1  # from lane -1 to the one beyond the last: those two stay empty
    lanes = len(last) - 2
    for k in range(len(order) - 1, -1, -1):
        one = order[k]
        here = lane[one]
        rank[one] = k
        if ties:
            left[one] = lookup(floats, e, one, here - 1)[0]
            ahead[one] = lookup(floats, e, one, here)[0]
            right[one] = lookup(floats, e, one, here + 1)[0]
            there[one] = lookup(floats, e, one, target[one])[0]
            continue
        left[one] = last[here]
        ahead[one] = last[here + 1]
        right[one] = last[here + 2]
        there[one] = last[target[one] + 1]
        if not -LENGTH <= x[one] < ROAD_LENGTH + LENGTH:
            continue
        offset = y[one] - LANE_WIDTH * here
        if abs(offset) <= 3.0:
            last[here + 1] = one
        if offset >= 1.0 and here + 1 < lanes and _near_lane(x[one], y[one], here + 1):
            last[here + 2] = one
        if offset <= -1.0 and here > 0 and _near_lane(x[one], y[one], here - 1):
            last[here] = one


@kernel
def _wanted_gap(floats: Floats, e: int, me: int, other: int) -> float:
    speed, cos, sin = floats[SPEED, e], floats[COS, e], floats[SIN, e]
    closing_x = speed[me] * cos[me] - speed[other] * cos[other]
    closing_y = speed[me] * sin[me] - speed[other] * sin[other]
    closing = closing_x * cos[me] + closing_y * sin[me]
    gap: float = _JAM_GAP + speed[me] * _TIME_GAP + speed[me] * closing * _PER_BRAKING
    return gap


@kernel
def _held_back(floats: Floats, e: int, me: int, other: int) -> float:
    """Return what a vehicle ahead takes off the acceleration, 0 if there is none."""
    if other < 0:
        return 0.0
    distance = _not_zero(floats[X, e, other] - floats[X, e, me])
    share: float = _wanted_gap(floats, e, me, other) / distance
    held: float = _ACCELERATION * (share * share)
    return held


@kernel
def _free(speed: float, wanted: float, exponent: float) -> float:
    """Return the acceleration on a free road."""
    if speed <= 0:
        return _ACCELERATION
    share = speed / max(min(wanted, _SPEED_LIMIT), 0.01)
    return _ACCELERATION * (1 - math.exp(exponent * math.log(share)))


@kernel
def free_road(floats: Floats, first: int, stop: int, acceleration: Floats) -> None:
    """Fill in the acceleration on a free road of all vehicles of environments `first` to `stop`.

    share^exponent = share^4 * exp((exponent - 4) * log(share)), by series that compilers turn
    into vector instructions. Between 0.75 and 1.3 of the wanted speed, and for the peer's
    exponents of 3.5 to 4.5, what the two series leave out is below rounding; vehicles outside are
    done one by one. What comes out for the ego has no meaning.
    """
    vehicles = floats.shape[2]
    speed = floats[SPEED].reshape(-1)[first * vehicles : stop * vehicles]
    wanted = floats[TARGET_SPEED].reshape(-1)[first * vehicles : stop * vehicles]
    exponent = floats[EXPONENT].reshape(-1)[first * vehicles : stop * vehicles]
    for k in range(len(speed)):
        share = max(speed[k], 0.0) / max(min(wanted[k], _SPEED_LIMIT), 0.01)
        more = exponent[k] - 4
        # log(share) is twice the inverse hyperbolic tangent of z, exp its Taylor series.
        z = (share - 1) / (share + 1)
        w = z * z
        log = 1 + w * (_L3 + w * (_L5 + w * (_L7 + w * (_L9 + w * (_L11 + w * (_L13 + w * _L15))))))
        u = more * (2 * z) * log
        tail = _E6 + u * (_E7 + u * (_E8 + u * (_E9 + u * _E10)))
        power = 1 + u * (1 + u * (_E2 + u * (_E3 + u * (_E4 + u * (_E5 + u * tail)))))
        square = share * share
        fits = (share > _SLOW) & (share < _QUICK) & (abs(more) <= 0.5)
        acceleration[k] = _ACCELERATION * (1 - square * square * power) if fits else math.nan
    for k in range(len(speed)):
        if math.isnan(acceleration[k]):
            acceleration[k] = _free(speed[k], wanted[k], exponent[k])


@kernel
def decide(
    floats: Floats,
    ints: Ints,
    e: int,
    scratch: Ints,
    lanes: int,
    ties: bool,
) -> None:
    """Let the other vehicles, in list order, begin lane changes or give them up."""
    timer, lane, target = floats[TIMER, e], ints[LANE, e], ints[TARGET, e]
    crashed = ints[CRASHED, e]
    for me in range(1, len(timer)):
        if crashed[me]:
            continue
        if lane[me] != target[me]:
            if _forestalled(floats, ints, e, me):
                target[me] = lane[me]
        elif timer[me] > _LANE_CHANGE_DELAY:
            timer[me] = 0.0
            if abs(floats[SPEED, e, me]) >= 1:
                _choose_lane(floats, ints, e, scratch, lanes, me, ties)


@kernel
def _forestalled(floats: Floats, ints: Ints, e: int, me: int) -> bool:
    """Return whether somebody close ahead is changing into the lane that `me` changes to."""
    x, lane, target = floats[X, e], ints[LANE, e], ints[TARGET, e]
    for other in range(len(x)):
        if (
            target[other] == target[me]
            and lane[other] != target[me]
            and 0 < x[other] - x[me] < _wanted_gap(floats, e, me, other)
        ):
            return True
    return False


@kernel
def _choose_lane(
    floats: Floats,
    ints: Ints,
    e: int,
    scratch: Ints,
    lanes: int,
    me: int,
    ties: bool,
) -> None:
    """Apply MOBIL to the left lane and then the right one; the later success wins."""
    here = ints[LANE, e, me]
    held = _held_back(floats, e, me, scratch[AHEAD, me])
    for side in range(2):
        lane = here + 2 * side - 1
        if not (0 <= lane < lanes and reachable(floats[X, e, me], floats[Y, e, me], lane)):
            continue
        # The gain is looked at before the follower: the verdict is the same, and cheaper.
        leader = scratch[AHEAD_RIGHT if side else AHEAD_LEFT, me]
        if held - _held_back(floats, e, me, leader) < _LEAST_GAIN:
            continue
        if ties:
            follower = lookup(floats, e, me, lane)[1]
        else:
            follower = _behind(floats, ints[ORDER, e], e, scratch[RANK, me], lane)
        if follower >= 0:
            speed, wanted = floats[SPEED, e, follower], floats[TARGET_SPEED, e, follower]
            imposed = _free(speed, wanted, floats[EXPONENT, e, me])
            if imposed - _held_back(floats, e, follower, me) < _MOST_IMPOSED:
                continue
        ints[TARGET, e, me] = lane
        scratch[AHEAD_THERE, me] = leader


@kernel
def thrust(floats: Floats, ints: Ints, e: int, scratch: Ints, acceleration: Floats) -> None:
    """Finish the accelerations [m/s2]: the ego's speed controller, IDM for the others.

    Args:
        floats: State.
        ints: State.
        e: Environment.
        scratch: What `leaders` and `decide` filled in.
        acceleration: In and out: what `free_road` filled in.
    """
    lane, target = ints[LANE, e], ints[TARGET, e]
    ahead, there = scratch[AHEAD], scratch[AHEAD_THERE]
    acceleration[0] = _TO_SPEED * (floats[TARGET_SPEED, e, 0] - floats[SPEED, e, 0])
    for me in range(1, len(lane)):
        held = _held_back(floats, e, me, ahead[me])
        if lane[me] != target[me]:
            held = max(held, _held_back(floats, e, me, there[me]))
        wanted = acceleration[me] - held
        acceleration[me] = min(max(wanted, -_MOST_ACCELERATION), _MOST_ACCELERATION)

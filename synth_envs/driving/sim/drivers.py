"""How drivers choose accelerations and lanes: IDM, MOBIL, gap acceptance at junctions.

Sources: Treiber, Hennecke and Helbing, "Congested traffic states in empirical observations and
microscopic simulations" (2000); Kesting, Treiber and Helbing, "General lane-changing model MOBIL
for car-following models" (2007).

All kernels take the arrays of one environment; see `layout`.
"""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.layout import (
    ALONG,
    BRAKE,
    CONE,
    EGO,
    GAP,
    HEADWAY,
    KIND,
    LANE,
    LANE_CLOSE,
    LANE_IN,
    LANE_OPEN,
    LANE_OUT,
    LANE_TO,
    LENGTH,
    LIGHT,
    NONE,
    P0,
    PHASE,
    POLITE,
    PUSH,
    ROAD,
    ROLE,
    ROOT,
    SEG_K,
    SEG_S,
    SIREN,
    WANTED,
    WIDTH,
    ZONE_P0,
    ZONE_P1,
    ZONE_Q0,
    ZONE_Q1,
    ZONE_SHARED,
    ZONE_SHIFT,
    ZONE_YIELDS,
    D,
    S,
    V,
)
from synth_envs.kernels.jit import kernel

__all__ = ["HARD", "following", "idm", "junction_limit", "lane_centre", "leader", "select_lane"]

_F = np.float32
_ZERO, _ONE, _HALF, _TWO = _F(0.0), _F(1.0), _F(0.5), _F(2.0)
#: No driver brakes harder, in m/s2.
HARD = _F(8.0)
_SIGHT = _F(150.0)
#: How near (m) an emergency vehicle is when drivers leave its lane.
_GIVES_WAY = _F(80.0)
_FAR = _F(1e6)
_MARGIN = _F(0.25)
_LEAST_GAP = _F(0.1)
#: MOBIL: what a change must gain, and the braking that it may ask of others (m/s2).
_GAIN, _SAFE = _F(0.2), _F(2.5)
_YELLOW = _F(3.0)
#: Gap acceptance: seconds between one's own way through and that of whoever goes first.
_ACCEPTED = _F(2.0)
#: Whoever may drive at this share of its best acceleration does not think of changing lanes.
_CONTENT = _F(0.0)
_LOOK_ZONE = _F(60.0)
_MANDATORY = _F(120.0)
_SLOW_ROAD, _STRAIGHT, _SIDEWAYS = _F(20.0), _F(1e-3), _F(2.5)


@kernel
def idm(
    v: np.float32, gap: np.float32, closing: np.float32, wanted: np.float32,
    headway: np.float32, jam: np.float32, push: np.float32, root: np.float32,
) -> np.float32:  # fmt: skip
    """Return the acceleration of the intelligent driver model, in m/s2, at least -8.

    Args:
        v: Own speed (m/s).
        gap: To the leader, bumper to bumper (m); 1e6 without one.
        closing: Own speed less the leader's (m/s).
        wanted: Desired speed (m/s).
        headway: Desired time headway (s).
        jam: Gap at standstill (m).
        push: Maximum acceleration (m/s2).
        root: 1 / (2 sqrt(a b)) of the accelerations, b the comfortable deceleration.
    """
    ratio = v / wanted
    square = ratio * ratio
    free = max(-_TWO, _ONE - square * square)  # whoever is too fast slows down, but not in panic
    dynamic = v * headway + v * closing * root
    desired = jam + max(_ZERO, dynamic)
    near = desired / max(gap, _LEAST_GAP)
    return max(-HARD, push * (free - near * near))


@kernel
def lane_centre(
    lanes: np.ndarray, road: int, width: np.float32, lane: int, s: np.float32
) -> np.float32:
    """Return how far left of the reference line the centre of a lane is at `s`."""
    centre = np.float32(lane) * width
    if lane < 0 or lane >= lanes.shape[1]:
        return centre
    if s < lanes[road, lane, LANE_OPEN]:
        centre -= lanes[road, lane, LANE_IN] * min(lanes[road, lane, LANE_OPEN] - s, _SIGHT)
    elif s > lanes[road, lane, LANE_CLOSE]:
        centre -= lanes[road, lane, LANE_OUT] * min(s - lanes[road, lane, LANE_CLOSE], _SIGHT)
    return centre


@kernel
def leader(
    actors: np.ndarray, marks: np.ndarray, order: np.ndarray, place: int, low: np.float32, high: np.float32
) -> tuple[int, np.float32]:  # fmt: skip
    """Return who is next ahead between two lateral bounds on the same road, and the gap; or -1.

    Args:
        actors: float32 (fields, actors).
        marks: int32 (marks, actors).
        order: Actors by road and place along it, int32 (actors,).
        place: Where in `order` the one asking stands.
        low: The right bound (m to the left of the reference line).
        high: The left bound.
    """
    me = order[place]
    road, s = marks[ROAD, me], actors[S, me]
    front = s + _HALF * actors[LENGTH, me]
    for other in range(place + 1, len(order)):
        j = order[other]
        if marks[ROAD, j] != road or actors[S, j] - s > _SIGHT:
            break
        kind = marks[KIND, j]
        if kind == NONE:
            continue
        if kind == LIGHT:
            if marks[PHASE, j] == 0:
                continue
            gap = actors[S, j] - front
            if gap < -_ONE:
                continue
            if marks[PHASE, j] == 1 and actors[V, me] * actors[V, me] > _TWO * _YELLOW * max(
                gap, _ONE
            ):
                continue
            return j, gap
        half = _HALF * actors[WIDTH, j]
        if actors[D, j] + half > low and actors[D, j] - half < high:
            return j, actors[S, j] - _HALF * actors[LENGTH, j] - front
    return -1, _FAR


@kernel
def following(actors: np.ndarray, i: int, j: int, gap: np.float32) -> np.float32:
    """Return the IDM acceleration of actor i behind actor j (or nobody: -1) at a gap (m)."""
    v = actors[V, i]
    closing = v - actors[ALONG, j] if j >= 0 else _ZERO
    return idm(
        v,
        gap,
        closing,
        actors[WANTED, i],
        actors[HEADWAY, i],
        actors[GAP, i],
        actors[PUSH, i],
        actors[ROOT, i],
    )


@kernel
def junction_limit(
    actors: np.ndarray, marks: np.ndarray, segments: np.ndarray, counts: np.ndarray, zones: np.ndarray,
    me: int, junction: int,
) -> np.float32:  # fmt: skip
    """Return the acceleration that bends and the traffic of other roads allow actor `me`, in m/s2."""
    road = marks[ROAD, me]
    found = _bends(segments, road, counts[road], actors[S, me], actors[V, me])
    if junction > 1:
        for j in range(actors.shape[1]):
            kind = marks[KIND, j]
            q = marks[ROAD, j]
            if j == me or kind == NONE or kind >= CONE or q == road:
                continue
            for z in range(zones.shape[2]):
                if zones[road, q, z, ZONE_P1] <= zones[road, q, z, ZONE_P0]:
                    break
                found = min(found, _at_zone(actors, me, j, zones[road, q, z]))
    return found


@kernel
def _bends(segments: np.ndarray, road: int, count: int, s: np.float32, v: np.float32) -> np.float32:
    """Return the acceleration that the bends ahead allow, at 2.5 m/s2 to the side."""
    found = HARD
    for k in range(count):
        bend = abs(segments[road, k, SEG_K])
        ends = segments[road, k + 1, SEG_S] if k + 1 < count else _FAR
        if bend < _STRAIGHT or ends < s:
            continue
        distance = max(_ZERO, segments[road, k, SEG_S] - s)
        if distance > _LOOK_ZONE:
            break
        allowed = np.float32(np.sqrt(_SIDEWAYS / bend + _TWO * _TWO * distance))
        found = min(found, (allowed - v) / _HALF)
    return max(found, -HARD)


@kernel
def _standing(actors: np.ndarray, me: int, gap: np.float32) -> np.float32:
    """Return the IDM acceleration towards something that stands `gap` metres ahead."""
    v = actors[V, me]
    return idm(
        v,
        gap,
        v,
        actors[WANTED, me],
        actors[HEADWAY, me],
        _ONE,
        actors[PUSH, me],
        actors[BRAKE, me],
    )


@kernel
def _at_zone(actors: np.ndarray, me: int, j: int, zone: np.ndarray) -> np.float32:
    """Return the acceleration that actor j, on a road that meets one's own in `zone`, allows."""
    s, v = actors[S, me], actors[V, me]
    front, tail = s + _HALF * actors[LENGTH, me], s - _HALF * actors[LENGTH, me]
    sj, vj = actors[S, j], actors[ALONG, j]
    front_j, tail_j = sj + _HALF * actors[LENGTH, j], sj - _HALF * actors[LENGTH, j]
    if tail > zone[ZONE_P1] or tail_j > zone[ZONE_Q1] or zone[ZONE_P0] - front > _LOOK_ZONE:
        return HARD
    inside = front_j > zone[ZONE_Q0]
    if zone[ZONE_SHARED] > _HALF and inside:
        mapped = sj + zone[ZONE_SHIFT]
        if mapped > s:  # it is ahead on what is one lane from here on
            gap = mapped - _HALF * actors[LENGTH, j] - front
            return following(actors, me, j, gap)
        if front > zone[ZONE_P0]:
            return HARD
    if front > zone[ZONE_P0] + _ONE:
        return HARD  # already in it: get out
    distance = zone[ZONE_P0] - front - _ONE
    if inside:
        return _standing(actors, me, distance)
    if zone[ZONE_YIELDS] < _HALF:
        return HARD
    # Who has the way comes within `arrives` s; to be through takes until `leaves`.
    arrives = (zone[ZONE_Q0] - front_j) / max(vj, _HALF)
    length = (_TWO * _TWO if zone[ZONE_SHARED] > _HALF else zone[ZONE_P1] - zone[ZONE_P0]) + actors[
        LENGTH, me
    ]
    push = actors[PUSH, me]
    way = max(distance, _ZERO) + length
    leaves = (np.float32(np.sqrt(v * v + _TWO * push * way)) - v) / push
    if arrives > leaves + _ACCEPTED or zone[ZONE_Q0] - front_j > _LOOK_ZONE + _LOOK_ZONE:
        return HARD
    if v * v > _TWO * HARD * max(distance, _HALF):
        return HARD  # too late to stop
    return _standing(actors, me, distance)


@kernel
def select_lane(
    actors: np.ndarray, marks: np.ndarray, lanes: np.ndarray, order: np.ndarray, front: np.ndarray, place: int,
    width: np.float32, count: int,
) -> int:  # fmt: skip
    """Return the lane that MOBIL takes for the driver at `order[place]`: its own or a neighbour.

    Args:
        actors: float32 (fields, actors).
        marks: int32 (marks, actors).
        lanes: Of the map.
        order: Actors by road and place along it.
        front: Who is next ahead in each lane, from lane -1 on; -1 for nobody.
        place: Where in `order` the driver stands.
        width: Of a lane.
        count: How many lanes there are.
    """
    me = order[place]
    road, lane = marks[ROAD, me], marks[LANE, me]
    s, v = actors[S, me], actors[V, me]
    if (
        lane < 0
        or lane >= count
        or s < lanes[road, lane, LANE_OPEN]
        or s > lanes[road, lane, LANE_CLOSE]
    ):
        return int(lane)
    length = actors[LENGTH, me]
    wanted, headway, jam = actors[WANTED, me], actors[HEADWAY, me], actors[GAP, me]
    push, root = actors[PUSH, me], actors[ROOT, me]
    ahead = front[lane + 1]
    gap, closing = _FAR, _ZERO
    if ahead >= 0:
        gap = actors[S, ahead] - s - _HALF * (actors[LENGTH, ahead] + length)
        closing = v - actors[ALONG, ahead]
    own = idm(v, gap, closing, wanted, headway, jam, push, root)
    ends = lanes[road, lane, LANE_TO] - s
    must = ends < _MANDATORY + _MANDATORY
    if must:
        own = min(own, idm(v, ends - _HALF * length - _TWO, v, wanted, headway, _ONE, push, root))
    # The ego's own goal, if it drives like the others: P0 is the lane that it has to reach.
    goal = int(actors[P0, me]) if marks[ROLE, me] == EGO else -1
    # Nothing in sight and nowhere to be: staying is best, and needs no look at the others, unless
    # there is an emergency vehicle, which is always the first of them.
    siren = marks[ROLE, 1] == SIREN
    if own > _CONTENT * push and not must and goal < 0 and gap > _SIGHT and not siren:
        return int(lane)
    behind = _behind(actors, marks, order, place, width, lane)
    cleared = _ZERO
    if behind >= 0:
        gap_behind = s - actors[S, behind] - _HALF * (actors[LENGTH, behind] + length)
        joined = gap + gap_behind + length if ahead >= 0 else _FAR
        cleared = following(actors, behind, ahead, joined) - following(
            actors, behind, me, gap_behind
        )
        if siren and behind == 1 and gap_behind < _GIVES_WAY:
            must = True
    best, gained = lane, _GAIN
    for side in range(2):
        other = lane + 1 - 2 * side
        if other < 0 or other >= count:
            continue
        if s < lanes[road, other, LANE_OPEN] or s > lanes[road, other, LANE_CLOSE]:
            continue
        wished = goal >= 0 and abs(other - goal) < abs(lane - goal)
        if goal >= 0 and not wished:
            continue
        brief = (
            lanes[road, other, LANE_TO] - s < _MANDATORY + _MANDATORY
            or lanes[road, other, LANE_CLOSE] < _HALF * _FAR
        )
        if brief and not wished:
            continue
        a = front[other + 1]
        gap_a, closing = _FAR, _ZERO
        if a >= 0:
            gap_a = actors[S, a] - s - _HALF * (actors[LENGTH, a] + length)
            closing = v - actors[ALONG, a]
        if gap_a < _TWO:
            continue
        new = idm(v, gap_a, closing, wanted, headway, jam, push, root)
        if new < -_SAFE - _ONE and new < own:
            continue
        if new - own + _ONE < _ZERO and not (must or wished):
            continue  # politeness cannot make up for it
        b = _behind(actors, marks, order, place, width, other)
        change = _ZERO
        if b >= 0:
            gap_b = s - actors[S, b] - _HALF * (actors[LENGTH, b] + length)
            if gap_b < _TWO:
                continue
            after = following(actors, b, me, gap_b)
            if after < -_SAFE:
                continue
            joined = gap_a + gap_b + length if a >= 0 else _FAR
            change = after - following(actors, b, a, joined)
        gain = new - own + actors[POLITE, me] * (change + cleared)
        if must or wished:
            gain += _TWO
        if gain > gained:
            best, gained = other, gain
    return int(best)


@kernel
def _behind(
    actors: np.ndarray, marks: np.ndarray, order: np.ndarray, place: int, width: np.float32, lane: int
) -> int:  # fmt: skip
    """Return who is next behind in a lane, or -1."""
    me = order[place]
    road = marks[ROAD, me]
    least = actors[S, me] - _SIGHT
    low, high = (np.float32(lane) - _HALF) * width, (np.float32(lane) + _HALF) * width
    for other in range(place - 1, -1, -1):
        j = order[other]
        if marks[ROAD, j] != road or actors[S, j] < least:
            break
        half = _HALF * actors[WIDTH, j]
        if actors[D, j] + half > low and actors[D, j] - half < high and 0 < marks[KIND, j] < CONE:
            return int(j)
    return -1

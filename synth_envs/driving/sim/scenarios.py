"""The scenarios: what each puts on the road, and how critical its event is.

Every event is solvable: an ego at the speed limit that reacts within half a second and brakes with
7 m/s2 (or, for the wrong-way driver, changes lanes) avoids the crash. The bounds are in `certificates`.
"""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.layout import (
    AGAINST,
    ALONG,
    BRAKE,
    BRAKER,
    CAR,
    CONE,
    CROSSERS,
    CUTTER,
    CYCLIST,
    DOOR,
    DRIVER,
    DROP_FROM,
    DROP_SHARE,
    DROP_TO,
    EMERGENCY,
    END,
    EVENT_T,
    FRICTION,
    GOAL_LANE,
    GOAL_S,
    HEADWAY,
    IDLE,
    KIND,
    LANE,
    LEVEL,
    LIGHT,
    LIMIT,
    MU,
    OPENER,
    P0,
    P1,
    P2,
    P3,
    PEDESTRIAN,
    PULSER,
    PUSH,
    RANGE,
    ROAD_LENGTH,
    ROAD_STOP,
    ROAD_WIDTH,
    ROLE,
    ROOT,
    SIGNAL,
    SIREN,
    VAN,
    WALKER,
    WANTED,
    D,
    S,
)
from synth_envs.driving.sim.spawn import draw, fill_lane, put, put_ego, put_still
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import uniform

__all__ = ["SCENARIOS", "begin", "map_of"]

SCENARIOS = (
    "free-highway", "dense-highway", "merge", "exit", "roundabout", "signalled-intersection",
    "unsignalled-intersection", "left-turn", "cut-in", "hard-brake", "stop-and-go", "jaywalker",
    "occluded-crossing", "door", "wrong-way", "emergency", "work-zone", "sensor-dropout", "low-friction",
)  # fmt: skip
(
    FREE, DENSE, MERGE, EXIT, ROUNDABOUT, SIGNALS, CROSSING, LEFT, CUT_IN, HARD_BRAKE, STOP_GO, JAYWALKER,
    OCCLUDED, OPENING, WRONG_WAY, RESCUE, WORKS, DROPOUT, SLIPPERY,
) = range(len(SCENARIOS))  # fmt: skip

_F = np.float32
_ZERO, _ONE, _HALF, _TWO = _F(0.0), _F(1.0), _F(0.5), _F(2.0)
#: What a certificate may count on: seconds until the ego reacts, and how it then brakes (m/s2).
_REACTION, _BRAKING = _F(0.5), _F(7.0)
_EGO_S = _F(300.0)
#: Nearer than this to the middle of its lane a pedestrian is in the ego's way.
_IN_THE_WAY = _F(1.25)
_NOWHERE = _F(-1e6)

# The indices of the maps in `maps.tables()`; a test holds them to the names.
_HIGHWAY_2, _HIGHWAY_3, _HIGHWAY_4 = 0, 4, 8
_MERGE_2, _EXIT_2, _MERGE_3, _EXIT_3 = 12, 13, 14, 15
_STREET, _AVENUE, _BEND, _CROSSING, _SIGNALS, _ROUNDABOUT = 16, 17, 18, 19, 20, 21


@kernel
def map_of(scenario: int, key: np.uint64) -> int:
    """Return the index of the map of an episode."""
    choice = uniform(key, 1)
    if scenario == MERGE:
        return _MERGE_2 if choice < 0.5 else _MERGE_3
    if scenario == EXIT:
        return _EXIT_2 if choice < 0.5 else _EXIT_3
    if scenario == ROUNDABOUT:
        return _ROUNDABOUT
    if scenario == SIGNALS:
        return _SIGNALS
    if scenario in (CROSSING, LEFT):
        return _CROSSING
    if scenario in (JAYWALKER, OCCLUDED, OPENING):
        return _STREET if choice < 0.6 else _BEND
    lanes = _HIGHWAY_3
    if scenario in (FREE, DENSE, STOP_GO, DROPOUT):
        lanes = (_HIGHWAY_2, _HIGHWAY_3, _HIGHWAY_4)[int(3 * uniform(key, 2))]
    return lanes + int(4 * choice)


@kernel
def begin(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, scenario: int, level: np.float32, crowd: int,
) -> None:  # fmt: skip
    """Put the actors of a scenario into a blank episode.

    Args:
        actors: float32 (fields, actors).
        marks: int32 (marks, actors).
        world: float32 (len(WORLD),).
        roads: The map's roads.
        lanes: The map's lanes.
        key: Of the episode.
        scenario: Index in `SCENARIOS`.
        level: The difficulty in [0, 1]: how critical the event is, or how dense the traffic.
        crowd: How many drivers are in the traffic of a highway at most.
    """
    world[LEVEL] = level
    if scenario == MERGE:
        _merge(actors, marks, world, roads, lanes, key, level, crowd)
    elif scenario == EXIT:
        _exit(actors, marks, world, roads, lanes, key, level, crowd)
    elif scenario in (ROUNDABOUT, SIGNALS, CROSSING, LEFT):
        _junction(actors, marks, world, roads, lanes, key, scenario, level)
    elif scenario in (JAYWALKER, OCCLUDED, OPENING):
        _street(actors, marks, world, roads, lanes, key, scenario, level)
    else:
        _highway(actors, marks, world, roads, lanes, key, scenario, level, crowd)
    for i in range(1, actors.shape[1]):
        if marks[KIND, i] == PEDESTRIAN or marks[ROLE, i] == AGAINST:
            world[CROSSERS] += _ONE


@kernel
def _traffic(
    actors: np.ndarray, marks: np.ndarray, roads: np.ndarray, lanes: np.ndarray, key: np.uint64, first: int,
    crowd: int, from_lane: int, headway: np.float32, speed: np.float32, clear_lane: int, ahead: np.float32,
    behind: np.float32, near: np.float32, at: np.float32,
) -> int:  # fmt: skip
    """Fill the lanes of a highway around the ego at `at`; return the next index.

    In `clear_lane` nobody is nearer than `ahead` and `behind`; in the others than `near`.
    """
    count = int(roads[0, 1])
    share = crowd // max(1, count - from_lane)
    i = first
    for lane in range(from_lane, count):
        low, high = at - near, at + near
        if lane == clear_lane:
            low, high = at - behind, at + ahead
        start = at - _F(0.35) * share * (speed * headway + _F(8.0)) * draw(
            key, 40 + lane, _F(0.8), _F(1.2)
        )
        i = fill_lane(
            actors,
            marks,
            roads,
            lanes,
            key,
            i,
            min(share, first + crowd - i),
            0,
            lane,
            start,
            headway,
            speed,
            low,
            high,
        )
    return i


@kernel
def _highway(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, scenario: int, level: np.float32, crowd: int,
) -> None:  # fmt: skip
    count = int(roads[0, 1])
    limit = roads[0, 3]
    lane = int(count * uniform(key, 3))
    if scenario in (CUT_IN, WRONG_WAY):
        lane = 1
    elif scenario == WORKS:
        lane = 0 if uniform(key, 4) < 0.5 else count - 1
    headway = _F(3.0) - _F(1.2) * level
    speed = limit * _F(0.85)
    if scenario == FREE:
        headway = _F(6.0) - _TWO * level
        speed = limit * _F(0.95)
    elif scenario in (DENSE, DROPOUT):
        headway = _F(1.9) - _F(0.6) * level
        speed = limit * (_F(0.8) - _F(0.2) * level)
    elif scenario == STOP_GO:
        headway, speed = _F(1.6), _F(10.0) - _F(4.0) * level
    elif scenario == SLIPPERY:
        world[FRICTION] = _F(0.55) - _F(0.3) * level
        headway, speed = _F(4.5), limit * _F(0.5)
    elif scenario == WORKS:
        headway, speed = _F(4.0), limit * _F(0.6)
    v = speed * draw(key, 5, _F(0.95), _F(1.05))
    put_ego(actors, marks, world, roads, lanes, key, 0, lane, _EGO_S, v)
    if scenario == SLIPPERY:
        world[LIMIT] = limit * _F(0.6)
    elif scenario == WORKS:
        world[LIMIT] = limit * _F(0.7)
    actors[WANTED, 0] = world[LIMIT]
    first = 1
    ahead, behind = _F(25.0), _F(25.0)
    if scenario == CUT_IN:
        first = 2
        ahead, behind = _F(140.0), _F(60.0)
        gap = _F(20.0) - _F(10.0) * level
        # The largest difference of speeds that reaction and braking undo within the gap.
        least = _F(0.8) * gap  # it cuts in at no less
        most = _BRAKING * (
            np.float32(np.sqrt(_REACTION * _REACTION + _TWO * least / _BRAKING)) - _REACTION
        )
        other = 0 if uniform(key, 6) < 0.5 else 2
        put(actors, marks, roads, lanes, key, 1, CAR, CUTTER, 0, other, _EGO_S + gap + _F(4.9), v)
        actors[P0, 1] = draw(key, 7, _F(1.5), _F(3.5))
        actors[P1, 1] = max(_F(3.0), v - (_F(0.35) + _F(0.6) * level) * most)
        actors[WANTED, 1] = _F(45.0)
        actors[P2, 1], actors[P3, 1] = gap, _F(2.0) + _F(4.0) * level
    elif scenario in (HARD_BRAKE, SLIPPERY):
        first = 2
        ahead, behind = _F(120.0), _F(40.0)
        grip = min(_BRAKING, world[FRICTION] * _F(9.81) * _F(0.9))
        hard = min(_F(3.0) + _F(5.0) * level, world[FRICTION] * _F(9.81))
        need = v * _REACTION + v * v / (_TWO * grip) - v * v / (_TWO * hard)
        gap = max(v * _F(0.4), _F(1.1) * need + _TWO) + (_ONE - level) * _F(30.0)
        put(actors, marks, roads, lanes, key, 1, CAR, BRAKER, 0, lane, _EGO_S + gap + _F(5.0), v)
        actors[P0, 1] = draw(key, 7, _F(1.5), _F(4.0))
        actors[P1, 1], actors[P2, 1] = hard, _ZERO if uniform(key, 8) < 0.5 else v * _F(0.3)
        actors[P3, 1] = draw(key, 9, _F(1.0), _F(3.0))
        ahead = gap + _F(60.0)
    elif scenario == WRONG_WAY:
        first = 2
        ahead, behind = _F(900.0), _F(40.0)
        against = draw(key, 6, _F(10.0), _F(14.0)) + _F(8.0) * level
        far = draw(key, 7, _F(4.0), _F(5.0)) * (_F(1.4) - _F(0.6) * level) * (v + against)
        put(actors, marks, roads, lanes, key, 1, CAR, AGAINST, 0, -2, _EGO_S + far, against)
        actors[D, 1] = actors[D, 0]
        actors[MU, 1] = _F(np.pi)
        actors[ALONG, 1] = -against
        world[EVENT_T] = _ZERO
        crowd = min(crowd, 8)
        headway = _F(5.0)
    elif scenario == RESCUE:
        first = 2
        ahead, behind = _F(40.0), _F(140.0)
        put(
            actors,
            marks,
            roads,
            lanes,
            key,
            1,
            EMERGENCY,
            SIREN,
            0,
            lane,
            _EGO_S - draw(key, 6, _F(70.0), _F(110.0)),
            limit * _F(1.1),
        )
        actors[WANTED, 1] = limit * (_F(1.2) + _F(0.3) * level)
        # It comes close, so that those ahead make way.
        actors[HEADWAY, 1], actors[PUSH, 1] = _F(0.5), _F(3.0)
        actors[ROOT, 1] = _F(0.5) / np.float32(np.sqrt(actors[PUSH, 1] * actors[BRAKE, 1]))
        world[EVENT_T] = _ZERO
    elif scenario == WORKS:
        cones = 6
        first = 1 + cones
        start = _EGO_S + _F(220.0) - _F(80.0) * level
        side = _ONE if lane == 0 else -_ONE
        for k in range(cones):
            # The first cones taper in from the edge of the road.
            offset = side * max(_ZERO, _F(2.0) - k) * _F(-0.8)
            put_still(
                actors,
                marks,
                1 + k,
                CONE,
                IDLE,
                0,
                start + _F(14.0) * k,
                actors[D, 0] + offset,
                _F(0.6),
                _F(0.6),
            )
        ahead = start + _F(14.0) * cones - _EGO_S + _F(30.0)
        world[EVENT_T] = _ZERO
    elif scenario == DROPOUT:
        world[DROP_FROM] = draw(key, 6, _F(2.0), _F(8.0))
        world[DROP_TO] = world[DROP_FROM] + _TWO + _F(6.0) * level
        world[DROP_SHARE] = _F(0.3) + _F(0.5) * level
        world[EVENT_T] = _ZERO
    i = _traffic(
        actors, marks, roads, lanes, key, first, min(crowd, actors.shape[1] - first), 0, headway, speed, lane,
        ahead, behind, _F(140.0) if scenario == CUT_IN else _F(12.0), _EGO_S,
    )  # fmt: skip
    if scenario == STOP_GO:
        # Whoever is first in each lane sets the pace of those behind.
        for row in range(count):
            front, far_s = -1, _NOWHERE
            for j in range(1, i):
                if marks[LANE, j] == row and actors[S, j] > far_s:
                    front, far_s = j, actors[S, j]
            if front > 0:
                marks[ROLE, front] = PULSER
                actors[P0, front], actors[P1, front] = (
                    speed * _F(0.8),
                    speed * (_HALF + _HALF * level),
                )
                actors[P2, front], actors[P3, front] = draw(key, 60 + row, _F(9.0), _F(16.0)), _ZERO
        world[EVENT_T] = _ZERO


@kernel
def _merge(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, level: np.float32, crowd: int,
) -> None:  # fmt: skip
    limit = roads[0, 3]
    put_ego(
        actors,
        marks,
        world,
        roads,
        lanes,
        key,
        0,
        0,
        _F(90.0),
        limit * draw(key, 5, _F(0.6), _F(0.75)),
    )
    headway = _F(3.2) - _F(1.6) * level
    _traffic(
        actors, marks, roads, lanes, key, 1, min(crowd, actors.shape[1] - 1), 1, headway, limit * _F(0.78), -1,
        _ZERO, _ZERO, _F(12.0), _F(90.0),
    )  # fmt: skip
    world[GOAL_S], world[END] = _F(620.0), _F(45.0)


@kernel
def _exit(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, level: np.float32, crowd: int,
) -> None:  # fmt: skip
    limit = roads[0, 3]
    lane = min(int(roads[0, 1]) - 1, 1 + int(2 * uniform(key, 3)))
    start = _F(-60.0) + _F(80.0) * level
    put_ego(actors, marks, world, roads, lanes, key, 0, lane, start, limit * _F(0.8))
    headway = _F(3.4) - _F(1.4) * level
    _traffic(
        actors, marks, roads, lanes, key, 1, min(crowd, actors.shape[1] - 1), 1, headway, limit * _F(0.78), lane,
        _F(25.0), _F(25.0), _F(12.0), start,
    )  # fmt: skip
    world[GOAL_S], world[GOAL_LANE], world[END] = _F(480.0), _ZERO, _F(45.0)
    actors[P0, 0] = _ZERO


@kernel
def _junction(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, scenario: int, level: np.float32,
) -> None:  # fmt: skip
    way = int(3 * uniform(key, 3))
    if scenario == LEFT:
        road = 11
    elif scenario == ROUNDABOUT:
        road = 1 + int(2 * uniform(key, 3))
    else:
        road = way
    stop = roads[road, ROAD_STOP]
    v = roads[road, 3] * _F(0.7)
    put_ego(
        actors, marks, world, roads, lanes, key, road, 0, stop - draw(key, 5, _F(45.0), _F(65.0)), v
    )
    i = 1
    if scenario == SIGNALS:
        shift = draw(key, 6, _ZERO, _F(30.0))
        for arm in range(4):
            for other in range(3):
                # A signal for each way of an arm: whoever comes looks at that of its own road.
                p = 3 * arm + other
                put_still(
                    actors, marks, i, LIGHT, SIGNAL, p, roads[p, ROAD_STOP], _ZERO, _HALF, _HALF
                )
                actors[P0, i], actors[P1, i], actors[P2, i] = _F(11.0), _F(3.0), _F(16.0)
                actors[P3, i] = shift + (_ZERO if arm % 2 == 0 else _F(15.0))
                i += 1
    # Cars on the other arms, and behind one another on theirs.
    number = 3 + int(_F(6.0) * level + _F(0.5))
    arm_of_ego = road // 3
    for k in range(number):
        if i >= actors.shape[1]:
            break
        arm = (arm_of_ego + 1 + k % 3) % 4
        if scenario == LEFT and k % 2 == 0:
            arm = 1
        choice = int(3 * uniform(key, 100 + k))
        if scenario == LEFT and arm == 1:
            choice = 1
        other = 3 * arm + choice
        row = k // 3 if scenario != LEFT else k // 2
        s = roads[other, ROAD_STOP] - draw(key, 120 + k, _F(22.0), _F(36.0)) - _F(20.0) * row
        if s < _F(2.0):
            continue
        blocked = False
        for j in range(1, i):
            same = (
                marks[KIND, j] != LIGHT
                and _same_arm(marks, j, arm)
                and abs(actors[S, j] - s) < _F(11.0)
            )
            blocked = blocked or same
        if blocked:
            continue
        put(actors, marks, roads, lanes, key, i, CAR, DRIVER, other, 0, s, roads[other, 3] * _HALF)
        i += 1
    world[GOAL_S] = (
        stop + _F(70.0) if scenario != ROUNDABOUT else roads[road, ROAD_LENGTH] - _F(430.0)
    )
    world[END] = _F(60.0)


@kernel
def _same_arm(marks: np.ndarray, j: int, arm: int) -> bool:
    return bool(marks[2, j] // 3 == arm)


@kernel
def _street(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray,
    key: np.uint64, scenario: int, level: np.float32,
) -> None:  # fmt: skip
    limit, width = roads[0, 3], roads[0, ROAD_WIDTH]
    v = limit * draw(key, 5, _F(0.8), _F(0.95))
    put_ego(actors, marks, world, roads, lanes, key, 0, 0, _F(40.0), v)
    world[RANGE] = _F(80.0)
    where = _F(40.0) + draw(key, 6, _F(100.0), _F(150.0))
    # Time to collision when the event begins: reaction, braking from the limit, and a margin.
    soon = _REACTION + limit / (_TWO * _BRAKING) + _F(0.25) + _F(2.0) * (_ONE - level)
    i = 1
    if scenario == JAYWALKER:
        left = uniform(key, 7) < 0.4
        d = _F(1.5) * width + _F(0.8) if left else -_HALF * width - _F(0.8)
        target = -_HALF * width - _F(1.5) if left else _F(1.5) * width + _F(1.5)
        put_still(actors, marks, i, PEDESTRIAN, WALKER, 0, where, d, _HALF, _F(0.6))
        pace = draw(key, 8, _F(1.0), _F(1.4) + level)
        # It enters the ego's way when the ego is `soon` away, from whichever side it comes.
        walk = (abs(d) - _IN_THE_WAY) / pace
        actors[P0, i], actors[P1, i], actors[P2, i] = soon + walk, pace, target
        i += 1
        for k in range(3):  # people who stay where they are
            d = -_HALF * width - draw(key, 20 + k, _F(0.9), _F(2.5))
            put_still(
                actors,
                marks,
                i,
                PEDESTRIAN,
                IDLE,
                0,
                draw(key, 30 + k, _F(60.0), _F(220.0)),
                d,
                _HALF,
                _F(0.6),
            )
            i += 1
    elif scenario == OCCLUDED:
        curb = -_HALF * width - _F(1.15)
        for k in range(3):
            put_still(
                actors,
                marks,
                i,
                VAN,
                IDLE,
                0,
                where - _F(4.2) - _F(7.5) * k,
                curb,
                _F(6.0),
                _F(2.0),
            )
            i += 1
        put_still(actors, marks, i, PEDESTRIAN, WALKER, 0, where, curb - _F(0.2), _HALF, _F(0.6))
        pace = draw(key, 8, _F(1.0), _F(1.4) + level)
        actors[P0, i] = soon + _F(0.3)  # for most of it hidden
        actors[P1, i], actors[P2, i] = pace, _F(1.5) * width + _F(1.5)
        i += 1
    else:
        curb = -_HALF * width - _F(0.95)
        for k in range(5):
            s = where + _F(7.0) * (k - 2)
            put_still(actors, marks, i, CAR, IDLE, 0, s, curb, _F(4.6), _F(1.8))
            i += 1
        put_still(
            actors, marks, i, DOOR, OPENER, 0, where + _F(0.6), curb + _F(0.9), _F(0.15), _F(0.05)
        )
        actors[P0, i], actors[P1, i], actors[P2, i] = soon, _F(0.75) + _F(0.25) * level, _F(5.0)
        i += 1
    for k in range(3):  # oncoming cars
        # They pass before the event, or come after it.
        s = where + (_F(20.0) * k if k < 2 else _F(230.0)) + draw(key, 50 + k, _ZERO, _F(18.0))
        speed = limit * draw(key, 55 + k, _F(0.8), _ONE)
        put(actors, marks, roads, lanes, key, i, CAR, AGAINST, 0, -2, s, speed)
        actors[D, i], actors[MU, i], actors[ALONG, i] = width, _F(np.pi), -speed
        i += 1
    if uniform(key, 70) < 0.4:
        put(actors, marks, roads, lanes, key, i, CYCLIST, DRIVER, 0, 0, _F(330.0), _F(5.0))
        i += 1
    world[GOAL_S], world[END] = where + _F(60.0), _F(40.0)

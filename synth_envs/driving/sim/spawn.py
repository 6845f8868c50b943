"""Putting actors into an episode: the blank state, single actors, lanes of traffic."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.drivers import lane_centre
from synth_envs.driving.sim.layout import (
    ALONG,
    BRAKE,
    CAR,
    CYCLIST,
    DRIVER,
    DROP_FROM,
    DROP_TO,
    EGO,
    EMERGENCY,
    END,
    EVENT_T,
    FRICTION,
    GAP,
    GOAL_LANE,
    GOAL_S,
    GONE,
    HEADWAY,
    KIND,
    LANE,
    LENGTH,
    LIMIT,
    MU,
    NONE,
    P0,
    PET,
    POLITE,
    PUSH,
    RANGE,
    REACH,
    ROAD,
    ROAD_LIMIT,
    ROAD_WIDTH,
    ROLE,
    ROOT,
    START_S,
    TARGET_SPEED,
    TRUCK,
    TTC,
    WAIT,
    WANTED,
    WIDTH,
    D,
    S,
    V,
)
from synth_envs.kernels.jit import kernel
from synth_envs.kernels.random import uniform

__all__ = ["blank", "draw", "fill_lane", "put", "put_ego", "put_still"]

_F = np.float32
_ZERO, _ONE, _HALF, _TWO = _F(0.0), _F(1.0), _F(0.5), _F(2.0)
_NEVER = _F(-1.0)
_MANY = _F(1e3)
_FAR = _F(1e6)


@kernel
def draw(key: np.uint64, counter: int, low: np.float32, high: np.float32) -> np.float32:
    """Return a uniform number in [low, high) as float32."""
    return np.float32(low + (high - low) * np.float32(uniform(key, counter)))


@kernel
def blank(actors: np.ndarray, marks: np.ndarray, world: np.ndarray, order: np.ndarray) -> None:
    """Empty the state of an episode."""
    actors[:] = _ZERO
    marks[:] = 0
    marks[KIND] = NONE
    actors[S] = -_FAR
    actors[GONE] = -_FAR
    actors[LENGTH] = _ONE
    actors[WIDTH] = _ONE
    world[:] = _ZERO
    world[FRICTION] = _ONE
    world[GOAL_S], world[GOAL_LANE] = _FAR, _NEVER
    world[RANGE] = _F(150.0)
    world[DROP_FROM] = world[DROP_TO] = _FAR
    world[TTC] = world[PET] = _MANY
    world[EVENT_T] = _NEVER
    world[END] = _F(30.0)
    for i in range(len(order)):
        order[i] = i


@kernel
def put(
    actors: np.ndarray, marks: np.ndarray, roads: np.ndarray, lanes: np.ndarray, key: np.uint64, i: int,
    kind: int, role: int, road: int, lane: int, s: np.float32, v: np.float32,
) -> None:  # fmt: skip
    """Put a driver into the middle of a lane, with a temper of its own.

    IDM parameters are those of Treiber and Kesting, "Traffic flow dynamics" (2013), table 11.2,
    spread by a fifth: headway 1.0 to 1.8 s, jam distance 2 m, acceleration 1.2 to 2.0 m/s2,
    comfortable deceleration 2.0 m/s2.
    """
    marks[KIND, i], marks[ROLE, i], marks[ROAD, i], marks[LANE, i] = kind, role, road, lane
    base = 1000 + 16 * i
    actors[S, i], actors[V, i], actors[ALONG, i] = s, v, v
    actors[D, i] = lane_centre(lanes, road, roads[road, ROAD_WIDTH], lane, s)
    actors[MU, i] = _ZERO
    actors[LENGTH, i], actors[WIDTH, i] = draw(key, base, _F(4.2), _F(5.2)), _F(1.9)
    actors[HEADWAY, i] = draw(key, base + 1, _ONE, _F(1.8))
    actors[GAP, i] = _TWO
    actors[PUSH, i] = draw(key, base + 2, _F(1.2), _F(2.0))
    actors[BRAKE, i] = _TWO
    actors[POLITE, i] = draw(key, base + 3, _ZERO, _HALF)
    actors[WAIT, i] = draw(key, base + 4, _ZERO, _ONE)
    actors[WANTED, i] = max(v, roads[road, ROAD_LIMIT] * draw(key, base + 5, _F(0.8), _F(1.05)))
    actors[ROOT, i] = _HALF / np.float32(np.sqrt(actors[PUSH, i] * actors[BRAKE, i]))
    if kind == TRUCK:
        actors[LENGTH, i], actors[WIDTH, i] = _F(12.0), _F(2.5)
        actors[PUSH, i] = _F(0.8)
        actors[ROOT, i] = _HALF / np.float32(np.sqrt(actors[PUSH, i] * actors[BRAKE, i]))
        actors[WANTED, i] = min(actors[WANTED, i], _F(24.0))
    elif kind == CYCLIST:
        actors[LENGTH, i], actors[WIDTH, i] = _F(1.8), _F(0.7)
        actors[WANTED, i] = v
    elif kind == EMERGENCY:
        actors[LENGTH, i], actors[WIDTH, i] = _F(6.0), _F(2.1)


@kernel
def put_ego(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, roads: np.ndarray, lanes: np.ndarray, key: np.uint64,
    road: int, lane: int, s: np.float32, v: np.float32,
) -> None:  # fmt: skip
    """Put the ego vehicle, 4.8 by 1.9 m, into the middle of a lane."""
    put(actors, marks, roads, lanes, key, 0, CAR, EGO, road, lane, s, v)
    actors[LENGTH, 0] = _F(4.8)
    actors[HEADWAY, 0], actors[PUSH, 0], actors[BRAKE, 0] = _F(1.5), _F(1.6), _TWO
    actors[POLITE, 0] = _F(0.3)
    actors[ROOT, 0] = _HALF / np.float32(np.sqrt(actors[PUSH, 0] * actors[BRAKE, 0]))
    actors[WANTED, 0] = roads[road, ROAD_LIMIT]
    world[LIMIT] = roads[road, ROAD_LIMIT]
    world[START_S] = world[REACH] = s
    world[TARGET_SPEED] = v
    actors[P0, 0] = _NEVER


@kernel
def put_still(
    actors: np.ndarray, marks: np.ndarray, i: int, kind: int, role: int, road: int,
    s: np.float32, d: np.float32, length: np.float32, width: np.float32,
) -> None:  # fmt: skip
    """Put something that stands, `d` metres to the left of the road's line."""
    marks[KIND, i], marks[ROLE, i], marks[ROAD, i], marks[LANE, i] = kind, role, road, -1
    actors[S, i], actors[D, i] = s, d
    actors[LENGTH, i], actors[WIDTH, i] = length, width
    actors[WANTED, i] = actors[PUSH, i] = actors[BRAKE, i] = actors[HEADWAY, i] = _ONE
    actors[ROOT, i] = _HALF


@kernel
def fill_lane(
    actors: np.ndarray, marks: np.ndarray, roads: np.ndarray, lanes: np.ndarray, key: np.uint64, first: int,
    count: int, road: int, lane: int, start: np.float32, headway: np.float32, speed: np.float32,
    clear_from: np.float32, clear_to: np.float32,
) -> int:  # fmt: skip
    """Put `count` drivers into a lane from `start` on, about `headway` seconds apart; return the next index.

    Nobody is put between `clear_from` and `clear_to`.
    """
    s = start
    i = first
    for _ in range(count):
        if i >= actors.shape[1]:
            break
        base = 3000 + 8 * i
        truck = uniform(key, base) < 0.12
        length = _F(12.0) if truck else _F(5.0)
        v = speed * draw(key, base + 1, _F(0.93), _F(1.05))
        s += _HALF * length + _F(3.0) + v * headway * draw(key, base + 2, _F(0.75), _F(1.45))
        if clear_from < s + length and s - length < clear_to:
            s = clear_to + length + _TWO
        put(actors, marks, roads, lanes, key, i, TRUCK if truck else CAR, DRIVER, road, lane, s, v)
        s += _HALF * length
        i += 1
    return i

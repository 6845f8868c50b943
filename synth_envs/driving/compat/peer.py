"""Copies states of highway-env 1.12.1 into the compatible simulators.

The peer is not imported: its objects are only read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from synth_envs.driving.compat import parking_kernels as lot
from synth_envs.driving.compat.highway import HighwaySim
from synth_envs.driving.compat.highway_kernels import STARTED, TIME
from synth_envs.driving.compat.highway_layout import (
    COS,
    CRASHED,
    EXPONENT,
    HEADING,
    LANE,
    ORDER,
    PUSH_X,
    PUSH_Y,
    SIN,
    SPEED,
    STRUCK,
    TARGET,
    TARGET_SPEED,
    TIMER,
    X,
    Y,
)
from synth_envs.driving.compat.parking import ParkingSim
from synth_envs.driving.compat.state import refuse

__all__ = [
    "copy_highway_state",
    "copy_parking_state",
    "load_highway_state",
    "load_parking_state",
    "read_highway_state",
    "read_parking_state",
]


def copy_highway_state(peer_env: Any) -> dict[str, np.ndarray]:
    """Return the state of a highway-v0 or highway-fast-v0 environment of the peer.

    Args:
        peer_env: The environment, wrapped or not.

    Returns:
        Arrays (vehicles,) in list order, the ego first: x, y [m], heading [rad], speed,
        target_speed [m/s], exponent, timer [s] (0 for the ego), push_x, push_y [m], lane, target
        (int64), crashed, struck (bool); and time [s] of shape ().
    """
    env = peer_env.unwrapped
    cars = env.road.vehicles
    pushes = [(0.0, 0.0) if car.impact is None else tuple(car.impact) for car in cars]
    floats = {
        "x": [car.position[0] for car in cars],
        "y": [car.position[1] for car in cars],
        "heading": [car.heading for car in cars],
        "speed": [car.speed for car in cars],
        "target_speed": [car.target_speed for car in cars],
        "exponent": [getattr(car, "DELTA", 0.0) for car in cars],
        "timer": [getattr(car, "timer", 0.0) for car in cars],
        "push_x": [push[0] for push in pushes],
        "push_y": [push[1] for push in pushes],
    }
    ints = {
        "lane": [car.lane_index[2] for car in cars],
        "target": [car.target_lane_index[2] for car in cars],
    }
    flags = {
        "crashed": [car.crashed for car in cars],
        "struck": [car.impact is not None for car in cars],
    }
    return (
        {name: np.array(values, np.float64) for name, values in floats.items()}
        | {name: np.array(values, np.int64) for name, values in ints.items()}
        | {name: np.array(values, np.bool_) for name, values in flags.items()}
        | {"time": np.array(float(env.time))}
    )


_FLOAT_ROWS = {
    "x": X,
    "y": Y,
    "heading": HEADING,
    "speed": SPEED,
    "target_speed": TARGET_SPEED,
    "exponent": EXPONENT,
    "timer": TIMER,
    "push_x": PUSH_X,
    "push_y": PUSH_Y,
}
_INT_ROWS = {"lane": LANE, "target": TARGET}
_FLAG_ROWS = {"crashed": CRASHED, "struck": STRUCK}


def load_highway_state(sim: HighwaySim, index: int, state: Mapping[str, np.ndarray]) -> None:
    """Put a state of `copy_highway_state` into an environment of a simulator.

    Metrics begin anew, as at a reset; observations and rewards are those of the next step.

    Raises:
        ValueError: The simulator has another number of vehicles.
    """
    floats, ints = sim.floats[:, index], sim.ints[:, index]
    vehicles = floats.shape[1]
    if len(state["x"]) != vehicles:
        refuse("the number of vehicles", len(state["x"]), str(vehicles))
    floats[:] = 0.0
    for name, row in _FLOAT_ROWS.items():
        floats[row] = state[name]
    for name, row in (_INT_ROWS | _FLAG_ROWS).items():
        ints[row] = state[name]
    for one in range(vehicles):
        # As kernels compute them: NumPy's functions may round differently.
        floats[COS, one] = math.cos(floats[HEADING, one])
        floats[SIN, one] = math.sin(floats[HEADING, one])
    ints[ORDER] = np.lexsort((np.arange(vehicles), floats[X]))
    sim.clocks[index, TIME] = state["time"]
    sim.clocks[index, STARTED] = floats[X, 0]
    for values in sim.metrics.values():
        values[index] = 0.0


def read_highway_state(sim: HighwaySim, index: int) -> dict[str, np.ndarray]:
    """Return the state of one of our environments, as `copy_highway_state` does of the peer's."""
    floats, ints = sim.floats[:, index], sim.ints[:, index]
    return (
        {name: floats[row].copy() for name, row in _FLOAT_ROWS.items()}
        | {name: ints[row].copy() for name, row in _INT_ROWS.items()}
        | {name: ints[row] != 0 for name, row in _FLAG_ROWS.items()}
        | {"time": np.array(sim.clocks[index, TIME])}
    )


_CAR_COLUMNS = {
    "x": lot.X,
    "y": lot.Y,
    "heading": lot.HEADING,
    "speed": lot.SPEED,
    "push_x": lot.PUSH_X,
    "push_y": lot.PUSH_Y,
    "time": lot.TIME,
}
_CAR_FLAGS = {"crashed": lot.CRASHED, "struck": lot.STRUCK}


def copy_parking_state(peer_env: Any) -> dict[str, np.ndarray]:
    """Return the state of a parking-v0 environment of the peer, between two of its steps.

    Args:
        peer_env: The environment, wrapped or not.

    Returns:
        Arrays of shape (): x, y [m], heading [rad], speed [m/s], push_x, push_y [m], time [s],
        crashed, struck (bool); and goal (3,): x, y [m] and heading [rad].
    """
    env = peer_env.unwrapped
    car, goal = env.vehicle, env.vehicle.goal
    push = (0.0, 0.0) if car.impact is None else car.impact
    values = {
        "x": car.position[0],
        "y": car.position[1],
        "heading": car.heading,
        "speed": car.speed,
        "push_x": push[0],
        "push_y": push[1],
        "time": env.time,
    }
    return {name: np.array(float(value)) for name, value in values.items()} | {
        "crashed": np.array(bool(car.crashed)),
        "struck": np.array(car.impact is not None),
        "goal": np.array([goal.position[0], goal.position[1], goal.heading], np.float64),
    }


def load_parking_state(sim: ParkingSim, index: int, state: Mapping[str, np.ndarray]) -> None:
    """Put a state of `copy_parking_state` into an environment of a simulator.

    Metrics begin anew, as at a reset; observations are those of the next step.
    """
    sim.states[index] = 0.0
    for name, column in _CAR_COLUMNS.items():
        sim.states[index, column] = state[name]
    sim.flags[index] = False
    for name, column in _CAR_FLAGS.items():
        sim.flags[index, column] = state[name]
    sim.goals[index] = state["goal"]
    x, y, heading = state["goal"].tolist()
    features = np.array([x, y, 0.0, 0.0, math.cos(heading), math.sin(heading)])
    sim.observations["desired_goal"][index] = features / np.array(lot.SCALES)
    for values in sim.metrics.values():
        values[index] = 0.0


def read_parking_state(sim: ParkingSim, index: int) -> dict[str, np.ndarray]:
    """Return the state of one of our environments, as `copy_parking_state` does of the peer's."""
    return (
        {name: sim.states[index, column].copy() for name, column in _CAR_COLUMNS.items()}
        | {name: sim.flags[index, column].copy() for name, column in _CAR_FLAGS.items()}
        | {"goal": sim.goals[index].copy()}
    )

"""Copies states of merge-v0, roundabout-v0 and intersection-v0 of highway-env 1.12.1 into ours.

The peer is not imported: its objects are only read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from synth_envs.driving.compat.graph import GraphSim
from synth_envs.driving.compat.graph_roads import RoadGraph
from synth_envs.driving.compat.graph_vehicles import DRIVER, META, OBSTACLE, PLAIN, VEHICLE
from synth_envs.driving.compat.state import refuse

__all__ = ["append_vehicle", "copy_graph_state", "load_graph_state", "read_graph_state"]

Route = list[tuple[str, str, int | None]]

_FLOATS = (
    "x",
    "y",
    "heading",
    "speed",
    "steering",
    "acceleration",
    "impact_x",
    "impact_y",
    "target_speed",
    "delta",
    "timer",
)
_INTS = ("kind", "speed_index", "crashed", "impacted", "yields")


def copy_graph_state(peer_env: Any) -> dict[str, Any]:
    """Return the state of an environment of the peer.

    Args:
        peer_env: The environment, wrapped or not.

    Returns:
        vehicles: One dictionary for each vehicle in list order, then for each obstacle: x, y [m],
            heading [rad], speed [m/s], steering [rad], acceleration [m/s2], impact_x, impact_y
            [m], target_speed [m/s], delta, timer [s], kind, speed_index, crashed, impacted,
            yields; lane and target_lane as (node, node, index); and route, a list of such, whose
            indices may be None, or None.
        count: How many of these are vehicles.
        ego: The place of the ego.
        frames: How many frames the rules of an intersection have seen, else 0.
        time: [s].
    """
    env = peer_env.unwrapped
    road = env.road
    return {
        "vehicles": [_copy_vehicle(one) for one in [*road.vehicles, *road.objects]],
        "count": len(road.vehicles),
        "ego": next(k for k, one in enumerate(road.vehicles) if one is env.vehicle),
        "frames": getattr(road, "steps", 0),
        "time": float(env.time),
    }


def _copy_vehicle(one: Any) -> dict[str, Any]:
    if hasattr(one, "target_speeds"):
        kind = META
    elif hasattr(one, "enable_lane_change"):
        kind = DRIVER
    else:
        kind = PLAIN if hasattr(one, "action") else OBSTACLE
    impact = one.impact if kind != OBSTACLE and one.impact is not None else (0.0, 0.0)
    action = getattr(one, "action", {"steering": 0.0, "acceleration": 0.0})
    route = getattr(one, "route", None)
    return {
        "x": float(one.position[0]),
        "y": float(one.position[1]),
        "heading": float(one.heading),
        "speed": float(one.speed),
        "steering": float(action["steering"]),
        "acceleration": float(action["acceleration"]),
        "impact_x": float(impact[0]),
        "impact_y": float(impact[1]),
        "target_speed": float(getattr(one, "target_speed", 0.0)),
        "delta": float(getattr(one, "DELTA", 4.0)),
        "timer": float(getattr(one, "timer", 0.0)),
        "kind": kind,
        "speed_index": int(getattr(one, "speed_index", 0)),
        "crashed": int(one.crashed),
        "impacted": int(kind != OBSTACLE and one.impact is not None),
        "yields": int(getattr(one, "is_yielding", False)),
        "lane": _plain(one.lane_index),
        "target_lane": _plain(getattr(one, "target_lane_index", one.lane_index)),
        "route": None if route is None else [_plain(lane) for lane in route],
    }


def _plain(lane: tuple[str, str, Any]) -> tuple[str, str, int | None]:
    start, end, index = lane
    return str(start), str(end), None if index is None else int(index)


def load_graph_state(sim: GraphSim, index: int, state: Mapping[str, Any]) -> None:
    """Put a state of `copy_graph_state` into an environment of a simulator.

    Metrics begin anew, as at a reset, and the observation is that of the state.

    Raises:
        ValueError: There is no room for the vehicles, or a route is no shortest one.
    """
    vehicles = state["vehicles"]
    _check_room(sim, len(vehicles))
    episode = sim.episodes[index]
    for name in sim.episodes.dtype.names or ():
        episode[name] = 0
    sim.vehicles[index] = np.zeros((), dtype=VEHICLE)
    for place, one in enumerate(vehicles):
        sim.vehicles[index, place] = _record(sim.graph, one)
    episode["count"], episode["total"] = state["count"], len(vehicles)
    episode["ego"], episode["frames"] = state["ego"], state["frames"]
    episode["time"] = state["time"]
    sim.outputs.metrics[index] = 0.0
    _observe(sim, index)


def append_vehicle(sim: GraphSim, index: int, vehicle: Mapping[str, Any]) -> None:
    """Add a vehicle of `copy_graph_state` at the end of a scene that has no obstacles.

    Raises:
        ValueError: There is no room, or the route is no shortest one.
    """
    episode = sim.episodes[index]
    _check_room(sim, int(episode["total"]) + 1)
    if episode["total"] != episode["count"]:
        refuse("the scene", "one with obstacles", "one without obstacles")
    # Observations are left alone: the peer computes them before vehicles appear.
    kept = sim.observations[index].copy()
    sim.vehicles[index, episode["total"]] = _record(sim.graph, vehicle)
    episode["count"] += 1
    episode["total"] += 1
    _observe(sim, index)
    sim.observations[index] = kept


def read_graph_state(sim: GraphSim, index: int) -> dict[str, Any]:
    """Return the state of one of our environments, as `copy_graph_state` does of the peer's."""
    episode = sim.episodes[index]
    vehicles = [
        {name: float(one[name]) for name in _FLOATS}
        | {name: int(one[name]) for name in _INTS}
        | {name: sim.graph.lane_name(int(one[name])) for name in ("lane", "target_lane")}
        | {"route": _route(sim.graph, one)}
        for one in sim.vehicles[index, : episode["total"]]
    ]
    return {
        "vehicles": vehicles,
        "count": int(episode["count"]),
        "ego": int(episode["ego"]),
        "frames": int(episode["frames"]),
        "time": float(episode["time"]),
    }


def _check_room(sim: GraphSim, count: int) -> None:
    capacity = sim.vehicles.shape[1]
    if count > capacity:
        refuse("the number of vehicles and obstacles", count, f"at most {capacity}")


def _observe(sim: GraphSim, index: int) -> None:
    mask = np.zeros(sim.num_envs, dtype=np.bool_)
    mask[index] = True
    sim.observe(mask)


def _route(graph: RoadGraph, one: Any) -> Route | None:
    """Return what is left of a route of ours, as the peer lists it."""
    if one["route_length"] < 0:
        return None
    start, goal = graph.node_name(int(one["route_node"])), graph.node_name(int(one["route_goal"]))
    path = graph.path(start, goal)
    whole: Route = [graph.lane_name(int(one["route_lane"]))]
    whole += [(begin, end, None) for begin, end in pairwise(path)]
    return whole[int(one["route_at"]) : int(one["route_length"])]


def _record(graph: RoadGraph, vehicle: Mapping[str, Any]) -> np.ndarray:
    """Return a vehicle of the peer as a record of ours."""
    record = np.zeros((), dtype=VEHICLE)
    for name in (*_FLOATS, *_INTS):
        record[name] = vehicle[name]
    for name in ("lane", "target_lane"):
        record[name] = graph.lane(*vehicle[name])
    route = vehicle["route"]
    record["route_length"] = -1
    if route is None:
        return record
    # A route that begins with a numbered lane has not been entered upon; one that is done is kept
    # as one whose only stretch is done.
    record["route_length"], record["route_at"] = 1, 1
    if route:
        fresh = route[0][2] is not None
        start = route[0][1] if fresh else route[0][0]
        goal = route[-1][1]
        record["route_at"] = 0 if fresh else 1
        record["route_node"], record["route_goal"] = graph.node(start), graph.node(goal)
        if fresh:
            record["route_lane"] = graph.lane(*route[0])
        record["route_length"] = max(len(graph.path(start, goal)), 1)
        if _route(graph, record) != route:
            refuse("a route", route, "a shortest one")
    return record

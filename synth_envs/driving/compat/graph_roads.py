"""Road networks of highway-env 1.12 as flat tables: lanes, the roads they form, the nodes between.

A road is all lanes from one node to another; lanes are numbered in the order in which highway-env
searches them (`road/road.py:RoadNetwork.get_closest_lane_index`), which decides between equal ones.
Coordinates are metres with y pointing down, so a positive lateral offset is to the right. Constants
and record types are compiled into every @kernel that reads them.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

__all__ = [
    "CIRCULAR",
    "LANE",
    "NODE",
    "ROAD",
    "SINE",
    "STRAIGHT",
    "Line",
    "Network",
    "RoadGraph",
    "circular",
    "sine",
    "straight",
]

STRAIGHT, SINE, CIRCULAR = 0, 1, 2

LANE = np.dtype(
    [
        ("kind", np.int64),
        ("road", np.int64),
        ("index", np.int64),  # among the lanes of its road, from the left
        ("forbidden", np.int64),  # nobody changes into it
        ("priority", np.int64),  # who yields at an intersection
        ("is_exit", np.int64),  # leaves an intersection
        ("x", np.float64),  # start, or centre of the circle [m]
        ("y", np.float64),
        ("dir_x", np.float64),
        ("dir_y", np.float64),
        ("heading", np.float64),  # [rad]
        ("length", np.float64),  # [m]
        ("width", np.float64),  # [m]
        ("limit", np.float64),  # [m/s]
        ("amplitude", np.float64),  # [m]
        ("pulsation", np.float64),  # [rad/m]
        ("phase", np.float64),  # of the sine, or where the arc starts [rad]
        ("radius", np.float64),  # [m]
        ("turn", np.float64),  # 1 clockwise on the screen, else -1
    ],
    align=True,
)
ROAD = np.dtype([(name, np.int64) for name in ("start", "end", "first", "count")])
NODE = np.dtype([(name, np.int64) for name in ("first", "count")])  # its outgoing roads

Line = Literal["solid", "dashed", "none"]
_LINES = get_args(Line)


def _lane(
    values: dict[str, float],
    *,
    width: float = 4.0,
    limit: float = 20.0,
    priority: int = 0,
    forbidden: bool = False,
    lines: tuple[Line, Line] = ("dashed", "dashed"),
) -> dict[str, Any]:
    if lines[0] not in _LINES or lines[1] not in _LINES:
        msg = f"lines are of {_LINES}, got {lines}"
        raise ValueError(msg)
    return {
        **values,
        "width": width,
        "limit": limit,
        "priority": priority,
        "forbidden": int(forbidden),
        "lines": lines,
    }


def straight(
    start: tuple[float, float], end: tuple[float, float], **options: Any
) -> dict[str, Any]:
    """Return a straight lane from `start` to `end` [m].

    Args:
        start: Where its centre line begins.
        end: Where it ends.
        **options: width [m], limit [m/s], priority, forbidden, lines (left, right).
    """
    begin, stop = np.array(start, dtype=np.float64), np.array(end, dtype=np.float64)
    length = float(np.linalg.norm(stop - begin))
    direction = (stop - begin) / length
    values = {
        "kind": STRAIGHT,
        "x": begin[0],
        "y": begin[1],
        "dir_x": direction[0],
        "dir_y": direction[1],
        "heading": np.arctan2(stop[1] - begin[1], stop[0] - begin[0]),
        "length": length,
    }
    return _lane(values, **options)


def sine(
    start: tuple[float, float],
    end: tuple[float, float],
    wave: tuple[float, float, float],
    **options: Any,
) -> dict[str, Any]:
    """Return a lane around a straight line, of amplitude [m], pulsation [rad/m] and phase [rad]."""
    made = straight(start, end, **options)
    amplitude, pulsation, phase = wave
    return {**made, "kind": SINE, "amplitude": amplitude, "pulsation": pulsation, "phase": phase}


def circular(
    center: tuple[float, float],
    radius: float,
    phases: tuple[float, float],
    *,
    clockwise: bool = True,
    **options: Any,
) -> dict[str, Any]:
    """Return an arc between two phases [rad]; clockwise as seen on a screen whose y points down."""
    turn = 1 if clockwise else -1
    values = {
        "kind": CIRCULAR,
        "x": center[0],
        "y": center[1],
        "radius": radius,
        "phase": phases[0],
        "turn": turn,
        "length": radius * (phases[1] - phases[0]) * turn,
    }
    return _lane(values, **options)


class Network(NamedTuple):
    """The tables that kernels read.

    Attributes:
        lanes: Records of `LANE`.
        roads: Records of `ROAD`.
        nodes: Records of `NODE`.
        paths: The roads of the shortest path from a node to a node, int64 (nodes, nodes, longest).
        path_lengths: How many roads these are, int64 (nodes, nodes); 0 where there is no way.
    """

    lanes: np.ndarray
    roads: np.ndarray
    nodes: np.ndarray
    paths: np.ndarray
    path_lengths: np.ndarray


class RoadGraph:
    """A road network under construction, and the names of its nodes."""

    def __init__(self) -> None:
        self._lanes: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._tables: Network | None = None
        self.lines: list[tuple[Line, Line]] = []
        self._nodes: dict[str, int] = {}
        self._roads: dict[tuple[str, str], int] = {}

    def add(self, start: str, end: str, lane: dict[str, Any]) -> None:
        """Add a lane from one node to another, to the right of those that are there."""
        if self._tables is not None:
            msg = "the network is built"
            raise RuntimeError(msg)
        self._lanes.setdefault(start, {}).setdefault(end, []).append(lane)

    def node(self, name: str) -> int:
        """Return the number of a node in the tables."""
        self.tables()
        return self._nodes[name]

    def node_name(self, node: int) -> str:
        """Return the name of a node of the tables."""
        self.tables()
        return list(self._nodes)[node]

    def path(self, start: str, goal: str) -> list[str]:
        """Return the nodes of the shortest way between two, of several the first by their names.

        It is empty where there is none, and from a node to itself.
        """
        self.tables()
        return self._shortest_path(start, goal)

    def lane(self, start: str, end: str, index: int = 0) -> int:
        """Return the number of a lane in the tables."""
        network = self.tables()
        return int(network.roads["first"][self._roads[start, end]]) + index

    def lane_name(self, lane: int) -> tuple[str, str, int]:
        """Return the nodes of a lane's road and its place there."""
        network = self.tables()
        names = list(self._roads)[int(network.lanes["road"][lane])]
        return (*names, int(network.lanes["index"][lane]))

    def tables(self) -> Network:
        """Return the tables; from the first call on, no lane can be added."""
        if self._tables is None:
            self._tables = self._build()
        return self._tables

    def _build(self) -> Network:
        names = list(self._lanes)
        names += dict.fromkeys(end for to in self._lanes.values() for end in to if end not in names)
        self._nodes = {name: number for number, name in enumerate(names)}
        nodes = np.zeros(len(names), dtype=NODE)
        roads: list[tuple[int, int, int, int]] = []
        lanes: list[np.ndarray] = []
        for start, to in self._lanes.items():
            nodes[self._nodes[start]] = (len(roads), len(to))
            for end, beside in to.items():
                self._roads[start, end] = len(roads)
                roads.append((self._nodes[start], self._nodes[end], len(lanes), len(beside)))
                for index, lane in enumerate(beside):
                    record = np.zeros((), dtype=LANE)
                    for name, value in lane.items():
                        if name != "lines":
                            record[name] = value
                    record["road"], record["index"] = len(roads) - 1, index
                    # As highway-env tells the exits of its intersections: by the nodes' names.
                    record["is_exit"] = "il" in start and "o" in end
                    lanes.append(record)
                    self.lines.append(lane["lines"])
        paths, lengths = self._paths()
        return Network(
            np.array(lanes, dtype=LANE), np.array(roads, dtype=ROAD), nodes, paths, lengths
        )

    def _paths(self) -> tuple[np.ndarray, np.ndarray]:
        count = len(self._nodes)
        found = {
            (a, b): self._shortest_path(start, goal)
            for start, a in self._nodes.items()
            for goal, b in self._nodes.items()
        }
        longest = max(1, *(len(path) - 1 for path in found.values()))
        paths = np.full((count, count, longest), -1, dtype=np.int64)
        lengths = np.zeros((count, count), dtype=np.int64)
        for where, path in found.items():
            steps = [self._roads[pair] for pair in pairwise(path)]
            paths[where][: len(steps)] = steps
            lengths[where] = len(steps)
        return paths, lengths

    def _shortest_path(self, start: str, goal: str) -> list[str]:
        """Return the nodes of the shortest way, of several the first in alphabetical order."""
        queue = deque([(start, [start])])
        seen = {start}
        while queue:
            node, path = queue.popleft()
            for after in sorted(self._lanes.get(node, {})):
                if after == goal and goal != start:
                    return [*path, after]
                if after not in seen:
                    seen.add(after)
                    queue.append((after, [*path, after]))
        return []

    def polyline(self, lane: int, offset: float, step: float = 2.0) -> np.ndarray:
        """Return points at a lateral offset [m] along a lane, float64 (points, 2)."""
        one = self.tables().lanes[lane]
        count = 2 if one["kind"] == STRAIGHT else max(2, math.ceil(one["length"] / step) + 1)
        along = np.linspace(0.0, float(one["length"]), count)
        if one["kind"] == CIRCULAR:
            angle = one["turn"] * along / one["radius"] + one["phase"]
            distance = one["radius"] - offset * one["turn"]
            return np.stack(
                [one["x"] + distance * np.cos(angle), one["y"] + distance * np.sin(angle)], axis=1
            )
        lateral = offset + one["amplitude"] * np.sin(one["pulsation"] * along + one["phase"])
        return np.stack(
            [
                one["x"] + along * one["dir_x"] - lateral * one["dir_y"],
                one["y"] + along * one["dir_y"] + lateral * one["dir_x"],
            ],
            axis=1,
        )

"""The lanelets of a recording as a graph: what remains to the goal from each, and which lane it is."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synth_envs.driving.real.recording import Lanelet, Recording

__all__ = ["Routes", "lanelet_at", "metres_along", "routes_of"]

#: What a lane change is worth in metres, so that routes change lanes no more than they must.
_CHANGE = 5.0
_MOST_ROOM = 2000.0  # [m]


@dataclass(slots=True, eq=False)
class Routes:
    """What the route says of each lanelet; the keys are the lanelets' ids."""

    beyond: dict[int, float]
    """What remains at its end [m], negative beyond the goal; not there if it is on no route."""
    span: dict[int, float]
    """How much more remains at its beginning [m]."""
    shift: dict[int, int]
    """By how many lanes to the left the route goes on."""
    following: dict[int, int | None]
    """Its successor on the route."""
    room: dict[int, float]
    """How far its lane goes on from its beginning [m]."""
    column: dict[int, int]
    """Which lane it is; 0 for the rightmost."""
    leads: frozenset[int]
    """The lanelets from which the goal can be reached."""


def metres_along(line: np.ndarray, place: np.ndarray) -> float:
    """Return how far along a line the nearest point of it lies.

    Args:
        line: (k, 2) distinct points, in metres.
        place: (2,), in metres.
    """
    if len(line) == 1:
        return 0.0
    step = np.diff(line, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    offset = place - line[:-1]
    share = np.clip((offset * step).sum(axis=1) / length**2, 0.0, 1.0)
    gap = offset - share[:, None] * step
    k = int((gap * gap).sum(axis=1).argmin())
    return float(length[:k].sum() + share[k] * length[k])


def lanelet_at(recording: Recording, x: float, y: float, heading: float) -> int | None:
    """Return the lanelet at a place whose direction fits best, or None.

    Args:
        recording: Whose lanelets.
        x: In metres.
        y: In metres.
        heading: In radians.
    """
    found: dict[int, float] = {}
    for lanelet in recording.lanelets.values():
        if lanelet.contains(np.array([x, y])):
            middle = (lanelet.center[:-1] + lanelet.center[1:]) / 2
            k = int(np.hypot(*(middle - (x, y)).T).argmin())
            step = lanelet.center[k + 1] - lanelet.center[k]
            found[lanelet.id] = math.cos(math.atan2(step[1], step[0]) - heading)
    return max(found, key=lambda name: found[name]) if found else None


def routes_of(recording: Recording, start: int) -> Routes:
    """Return the routes to the goals; if none names a place, to the farthest end of the road.

    Args:
        recording: Whose lanelets and goals.
        start: The lanelet that the ego starts on.

    Raises:
        ValueError: A goal's region is on no lanelet.
    """
    lengths = {
        name: float(np.hypot(*np.diff(lanelet.center, axis=0).T).sum())
        for name, lanelet in recording.lanelets.items()
    }
    ends = list(_goal_places(recording, lengths))
    if not ends:
        last = _farthest(recording, lengths, start)
        ends = [(last, lengths[last])]
    beyond, span, shift = _backward(recording, lengths, ends)
    leads = frozenset(beyond)
    _forward(recording, lengths, beyond, span, shift)
    following = {
        name: min(
            lanelet.successors,
            key=lambda one: beyond[one] + span[one] if one in beyond else math.inf,
            default=None,
        )
        for name, lanelet in recording.lanelets.items()
    }
    room = {}
    for name in recording.lanelets:
        total, one = 0.0, name
        while total < _MOST_ROOM:
            total += lengths[one]
            after = following[one]
            if after is None:
                break
            one = after
        room[name] = total
    return Routes(beyond, span, shift, following, room, _columns(recording), leads)


def _neighbours(lanelet: Lanelet) -> Iterator[tuple[int, int]]:
    """The lanelets beside one that lead the same way, and how many lanes to the left they are."""
    if lanelet.adjacent_left is not None and lanelet.adjacent_left_same:
        yield lanelet.adjacent_left, 1
    if lanelet.adjacent_right is not None and lanelet.adjacent_right_same:
        yield lanelet.adjacent_right, -1


def _goal_places(recording: Recording, lengths: dict[int, float]) -> Iterator[tuple[int, float]]:
    """Every lanelet that a goal is on, and where along it the goal lies."""
    for goal in recording.problem.goals:
        for name in goal.lanelets:
            yield name, lengths[name] / 2
        for region in goal.regions:
            middle = region.mean(axis=0)
            lanelets = recording.lanelets.values()
            on = [one for one in lanelets if one.contains(middle)]
            on = on or [one for one in lanelets if one.contains(region).any()]
            if not on:
                msg = "a goal's region is on no lanelet"
                raise ValueError(msg)
            for one in on:
                yield one.id, metres_along(one.center, middle)


def _farthest(recording: Recording, lengths: dict[int, float], start: int) -> int:
    """The lanelet whose end is farthest from the start, over the shortest ways."""
    best: dict[int, float] = {}
    heap = [(lengths[start], start)]
    while heap:
        cost, name = heapq.heappop(heap)
        if name in best:
            continue
        best[name] = cost
        lanelet = recording.lanelets[name]
        for after in lanelet.successors:
            heapq.heappush(heap, (cost + lengths[after], after))
        for beside, _ in _neighbours(lanelet):
            heapq.heappush(heap, (cost + _CHANGE, beside))
    return max(best, key=lambda name: best[name])


def _backward(
    recording: Recording, lengths: dict[int, float], ends: list[tuple[int, float]]
) -> tuple[dict[int, float], dict[int, float], dict[int, int]]:
    """What remains from each lanelet: Dijkstra's search from the goals against the traffic.

    Neighbours have the same to go at their beginnings and at their ends, so that a change of lanes
    changes nothing.
    """
    beyond: dict[int, float] = {}
    span: dict[int, float] = {}
    shift: dict[int, int] = {}
    before: dict[int, list[int]] = {name: [] for name in recording.lanelets}
    for name, lanelet in recording.lanelets.items():
        for after in lanelet.successors:
            before[after].append(name)
    heap = [(at, name, at - lengths[name], lengths[name], 0) for name, at in ends]
    heapq.heapify(heap)
    while heap:
        cost, name, rest, whole, lanes = heapq.heappop(heap)
        if name in beyond:
            continue
        beyond[name], span[name], shift[name] = rest, whole, lanes
        for one in before[name]:
            heapq.heappush(heap, (cost + lengths[one], one, rest + whole, lengths[one], lanes))
        for beside, left in _neighbours(recording.lanelets[name]):
            heapq.heappush(heap, (cost + _CHANGE, beside, rest, whole, lanes - left))
    return beyond, span, shift


def _forward(
    recording: Recording,
    lengths: dict[int, float],
    beyond: dict[int, float],
    span: dict[int, float],
    shift: dict[int, int],
) -> None:
    """Go on beyond the goals into negative numbers."""
    queue = deque(beyond)
    while queue:
        name = queue.popleft()
        lanelet = recording.lanelets[name]
        for after in lanelet.successors:
            if after not in beyond:
                beyond[after] = beyond[name] - lengths[after]
                span[after], shift[after] = lengths[after], 0
                queue.append(after)
        for beside, _ in _neighbours(lanelet):
            if beside not in beyond:
                beyond[beside], span[beside], shift[beside] = beyond[name], span[name], 0
                queue.append(beside)


def _columns(recording: Recording) -> dict[int, int]:
    """Which lane each lanelet is, counted from the right of all that hang together."""
    column: dict[int, int] = {}
    for first in recording.lanelets:
        if first in column:
            continue
        column[first] = 0
        queue, group = deque([first]), [first]
        while queue:
            name = queue.popleft()
            lanelet = recording.lanelets[name]
            level = [(one, 0) for one in (*lanelet.successors, *lanelet.predecessors)]
            for one, left in [*_neighbours(lanelet), *level]:
                if one not in column:
                    column[one] = column[name] + left
                    queue.append(one)
                    group.append(one)
        least = min(column[name] for name in group)
        for name in group:
            column[name] -= least
    return column

"""Reads scenarios in the XML format of CommonRoad 2020a.

Format: https://gitlab.lrz.de/tum-cps/commonroad-scenarios (documentation of version 2020a). Read is
what recorded motorway traffic needs: lanelets, cars with trajectories (or with predicted sets, of
which only the initial states are read) and one planning problem. Anything else that would change
what drives where is refused; signs and lights are left out and counted in `Recording.ignored`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn
from xml.etree import ElementTree as ET

import numpy as np

from synth_envs.driving.real.recording import Goal, Lanelet, Location, Problem, Recording, Track
from synth_envs.driving.real.safe_xml import element_tree, real_number, whole_number

__all__ = ["Goal", "Lanelet", "Location", "Problem", "Recording", "Track", "load_commonroad"]

VERSION: Final = "2020a"
COINCIDENT: Final = 1e-3
"""Points of a bound that are closer than this are one point [m]; files round to 1e-4 m."""

_UNSUPPORTED: Final = frozenset(["environmentObstacle", "phantomObstacle", "staticObstacle"])
_LANELET_CHILDREN: Final = frozenset(
    [
        "adjacentLeft", "adjacentRight", "laneletType", "leftBound", "predecessor", "rightBound",
        "successor",
    ]
)  # fmt: skip
_ROOT_CHILDREN: Final = frozenset(
    ["dynamicObstacle", "lanelet", "location", "planningProblem", "scenarioTags"]
)
# Far more than recordings have, so that no file can ask for more memory than there is.
_LARGEST_FRAME: Final = 10_000
_MOST_TRACKS: Final = 1_000
_MOST_POINTS: Final = 2_000  # of a bound
_LARGEST_SIZE: Final = 100.0  # [m] of a road user
_LARGEST_SPEED: Final = 150.0  # [m/s]


def load_commonroad(path: str | os.PathLike[str]) -> Recording:
    """Read a scenario.

    Args:
        path: A file in CommonRoad 2020a XML, plain or compressed with gzip.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not such a scenario, is damaged or hostile (see `safe_xml`), or holds
            what is not supported; the message names the file and the element.
    """
    path = Path(path)
    root = element_tree(path)
    reader = _Reader(path.name)
    if root.tag != "commonRoad":
        reader.refuse("", f"the root is <{root.tag[:40]}>, not <commonRoad>")
    version = root.get("commonRoadVersion", "")
    if version != VERSION:
        reader.refuse("commonRoad", f"version {version[:20]!r}; only {VERSION!r} is supported")
    return reader.recording(root)


class _Reader:
    """The elements of one file; every method is given where it is, for messages."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ids: set[int] = set()

    def refuse(self, where: str, reason: str) -> NoReturn:
        msg = f"{self._name}: {where}: {reason}" if where else f"{self._name}: {reason}"
        raise ValueError(msg)

    def recording(self, root: ET.Element) -> Recording:
        for tag in sorted(_UNSUPPORTED):
            if root.find(tag) is not None:
                self.refuse(tag, "obstacles of this sort are not supported")
        dt = real_number(root.get("timeStepSize"))
        if dt is None or not 1e-3 <= dt <= 10.0:
            self.refuse("commonRoad", "timeStepSize must be a number of seconds in [0.001, 10]")
        lanelets = {}
        ignored = Counter(child.tag for child in root if child.tag not in _ROOT_CHILDREN)
        for element in root.iterfind("lanelet"):
            lanelet = self._lanelet(element)
            lanelets[lanelet.id] = lanelet
            ignored.update(c.tag for c in element if c.tag not in _LANELET_CHILDREN)
        if not lanelets:
            self.refuse("commonRoad", "there is no lanelet")
        self._check_references(lanelets)
        tracks = tuple(self._track(element) for element in root.iterfind("dynamicObstacle"))
        if len(tracks) > _MOST_TRACKS:
            self.refuse("commonRoad", f"more than {_MOST_TRACKS} dynamic obstacles")
        problems = root.findall("planningProblem")
        if len(problems) != 1:
            self.refuse("commonRoad", f"{len(problems)} planning problems; there must be one")
        tags = root.find("scenarioTags")
        return Recording(
            name=root.get("benchmarkID", ""),
            source=root.get("source", ""),
            location=self._location(root.find("location")),
            dt=dt,
            lanelets=lanelets,
            tracks=tracks,
            problem=self._problem(problems[0], lanelets),
            tags=() if tags is None else tuple(tag.tag for tag in tags),
            ignored=dict(ignored),
        )

    # --- roads ---

    def _lanelet(self, element: ET.Element) -> Lanelet:
        identity = self._identity(element)
        where = f"lanelet {identity}"
        left, left_line = self._bound(element, "leftBound", where)
        right, right_line = self._bound(element, "rightBound", where)
        if len(left) != len(right):
            self.refuse(where, f"{len(left)} points on the left and {len(right)} on the right")
        kept = _distinct((left + right) / 2.0)
        sides = [points[_distinct(points)] for points in (left, right)]
        if min(len(kept), len(sides[0]), len(sides[1])) < 2:
            self.refuse(where, "fewer than two distinct points")
        center = (left + right)[kept] / 2.0
        width = _distance(center, sides[0]) + _distance(center, sides[1])
        beside = [
            self._adjacent(element, side, where) for side in ("adjacentLeft", "adjacentRight")
        ]
        return Lanelet(
            id=identity,
            left=sides[0],
            right=sides[1],
            center=center,
            width=width,
            left_line=left_line,
            right_line=right_line,
            predecessors=tuple(self._references(element, "predecessor", where)),
            successors=tuple(self._references(element, "successor", where)),
            adjacent_left=beside[0][0],
            adjacent_left_same=beside[0][1],
            adjacent_right=beside[1][0],
            adjacent_right_same=beside[1][1],
            kinds=tuple(_text(kind) for kind in element.iterfind("laneletType")),
        )

    def _bound(self, element: ET.Element, tag: str, where: str) -> tuple[np.ndarray, str]:
        bound = self._child(element, tag, where)
        where = f"{where}, {tag}"
        points = self._points(bound, where)
        if not 2 <= len(points) <= _MOST_POINTS:
            self.refuse(where, f"{len(points)} points; there must be 2 to {_MOST_POINTS}")
        line = bound.find("lineMarking")
        return points, _text(line) or "unknown"

    def _adjacent(self, element: ET.Element, tag: str, where: str) -> tuple[int | None, bool]:
        found = list(self._references(element, tag, where))
        if len(found) > 1:
            self.refuse(where, f"{len(found)} elements <{tag}>")
        if not found:
            return None, True
        direction = self._child(element, tag, where).get("drivingDir", "")
        if direction not in ("same", "opposite"):
            self.refuse(f"{where}, {tag}", f"drivingDir {direction[:20]!r}")
        return found[0], direction == "same"

    def _check_references(self, lanelets: dict[int, Lanelet]) -> None:
        for lanelet in lanelets.values():
            beside = (lanelet.adjacent_left, lanelet.adjacent_right)
            named = [*lanelet.predecessors, *lanelet.successors, *beside]
            for reference in named:
                if reference is not None and reference not in lanelets:
                    self.refuse(
                        f"lanelet {lanelet.id}", f"refers to lanelet {reference}: none such"
                    )

    # --- road users ---

    def _track(self, element: ET.Element) -> Track:
        identity = self._identity(element)
        where = f"dynamicObstacle {identity}"
        shape = self._child(element, "shape", where)
        if len(shape) != 1 or shape[0].tag != "rectangle":
            self.refuse(where, "only rectangles are supported as shapes")
        rectangle = self._child(shape, "rectangle", where)
        if {child.tag for child in rectangle} != {"length", "width"}:
            self.refuse(f"{where}, rectangle", "there must be a length and a width, and no more")
        length, width = (self._size(rectangle, tag, where) for tag in ("length", "width"))
        initial = self._child(element, "initialState", where)
        states = [self._state(initial, f"{where}, initialState")]
        first = self._frame(initial, f"{where}, initialState")
        trajectory = element.find("trajectory")
        if trajectory is None and element.find("occupancySet") is None:
            self.refuse(where, "neither a trajectory nor an occupancySet")
        for number, state in enumerate(() if trajectory is None else trajectory, first + 1):
            at = f"{where}, state {number - first}"
            if state.tag != "state":
                self.refuse(at, f"<{state.tag[:40]}> where a state must be")
            frame = self._frame(state, at)
            if frame != number:
                self.refuse(at, f"frame {frame} where {number} must follow")
            states.append(self._state(state, at))
        columns = np.array(states, dtype=np.float64).T.copy()
        return Track(
            id=identity,
            kind=_text(element.find("type")) or "unknown",
            length=length,
            width=width,
            first_frame=first,
            x=columns[0],
            y=columns[1],
            heading=columns[2],
            speed=columns[3],
            has_trajectory=trajectory is not None,
        )

    def _state(self, state: ET.Element, where: str) -> tuple[float, float, float, float]:
        """Return x, y, heading and speed."""
        position = self._child(state, "position", where)
        if len(position) != 1 or position[0].tag != "point":
            self.refuse(f"{where}, position", "only points are supported as positions of states")
        x, y = (self._number(position[0], tag, f"{where}, position") for tag in ("x", "y"))
        heading = self._exact(state, "orientation", where)
        speed = self._exact(state, "velocity", where)
        if abs(speed) > _LARGEST_SPEED:
            self.refuse(f"{where}, velocity", f"{speed:g} m/s")
        return x, y, heading, speed

    # --- the problem ---

    def _problem(self, element: ET.Element, lanelets: dict[int, Lanelet]) -> Problem:
        identity = self._identity(element)
        where = f"planningProblem {identity}"
        initial = self._child(element, "initialState", where)
        at = f"{where}, initialState"
        x, y, heading, speed = self._state(initial, at)
        yaw, slip = (
            0.0 if initial.find(tag) is None else self._exact(initial, tag, at)
            for tag in ("yawRate", "slipAngle")
        )
        goals = [
            self._goal(goal, f"{where}, goalState {number}", lanelets)
            for number, goal in enumerate(element.iterfind("goalState"), 1)
        ]
        if not goals:
            self.refuse(where, "there is no goalState")
        frame = self._frame(initial, at)
        return Problem(identity, frame, x, y, heading, speed, yaw, slip, tuple(goals))

    def _goal(self, element: ET.Element, where: str, lanelets: dict[int, Lanelet]) -> Goal:
        regions: list[np.ndarray] = []
        named: list[int] = []
        for child in element.iterfind("position/*"):
            at = f"{where}, position"
            if child.tag == "rectangle":
                regions.append(self._rectangle(child, at))
            elif child.tag == "polygon":
                regions.append(self._points(child, at))
                if len(regions[-1]) < 3:
                    self.refuse(at, "a polygon needs three points")
            elif child.tag == "lanelet":
                named.append(self._reference(child, at))
                if named[-1] not in lanelets:
                    self.refuse(at, f"refers to lanelet {named[-1]}: none such")
            else:
                self.refuse(at, f"<{child.tag[:40]}> is not supported")
        start, end = self._interval(self._child(element, "time", where), f"{where}, time")
        if start % 1.0 or end % 1.0 or not 0 <= start <= end <= _LARGEST_FRAME:
            self.refuse(f"{where}, time", f"frames {start:g} to {end:g}")
        limits: list[tuple[float, float] | None] = []
        for tag in ("orientation", "velocity"):
            found = element.find(tag)
            limits.append(None if found is None else self._interval(found, f"{where}, {tag}"))
        return Goal((int(start), int(end)), tuple(regions), tuple(named), limits[0], limits[1])

    def _rectangle(self, element: ET.Element, where: str) -> np.ndarray:
        length, width = (self._size(element, tag, where) for tag in ("length", "width"))
        turn = 0.0
        if element.find("orientation") is not None:
            turn = self._number(element, "orientation", where)
        middle = np.zeros(2)
        center = element.find("center")
        if center is not None:
            middle[:] = [self._number(center, tag, f"{where}, center") for tag in ("x", "y")]
        along = np.array([np.cos(turn), np.sin(turn)]) * length / 2.0
        across = np.array([-np.sin(turn), np.cos(turn)]) * width / 2.0
        corners = [along + across, across - along, -along - across, along - across]
        return middle + np.array(corners)

    def _location(self, element: ET.Element | None) -> Location:
        if element is None:
            return Location()
        latitude, longitude = (
            None if element.find(tag) is None else self._number(element, tag, "location")
            for tag in ("gpsLatitude", "gpsLongitude")
        )
        return Location(whole_number(element.findtext("geoNameId")), latitude, longitude)

    # --- leaves ---

    def _child(self, element: ET.Element, tag: str, where: str) -> ET.Element:
        found = element.findall(tag)
        if len(found) != 1:
            self.refuse(where, f"{len(found)} elements <{tag}>; there must be one")
        return found[0]

    def _identity(self, element: ET.Element) -> int:
        identity = whole_number(element.get("id"))
        if identity is None:
            self.refuse(element.tag, f"id {element.get('id', '')[:20]!r} is not a whole number")
        if identity in self._ids:
            self.refuse(f"{element.tag} {identity}", "the id is given twice")
        self._ids.add(identity)
        return identity

    def _references(self, element: ET.Element, tag: str, where: str) -> Iterator[int]:
        for child in element.iterfind(tag):
            yield self._reference(child, f"{where}, {tag}")

    def _reference(self, element: ET.Element, where: str) -> int:
        reference = whole_number(element.get("ref"))
        if reference is None:
            self.refuse(where, f"ref {element.get('ref', '')[:20]!r} is not a whole number")
        return reference

    def _points(self, element: ET.Element, where: str) -> np.ndarray:
        points = [
            [self._number(point, tag, f"{where}, point {number}") for tag in ("x", "y")]
            for number, point in enumerate(element.iterfind("point"), 1)
        ]
        return np.array(points, dtype=np.float64).reshape(-1, 2)

    def _number(self, element: ET.Element, tag: str, where: str) -> float:
        text = self._child(element, tag, where).text
        value = real_number(text)
        if value is None:
            self.refuse(where, f"{tag} {(text or '').strip()[:20]!r} is not a finite number")
        return value

    def _size(self, element: ET.Element, tag: str, where: str) -> float:
        size = self._number(element, tag, where)
        if not 0.0 < size <= _LARGEST_SIZE:
            self.refuse(where, f"{tag} of {size:g} m")
        return size

    def _exact(self, state: ET.Element, tag: str, where: str) -> float:
        return self._number(self._child(state, tag, where), "exact", f"{where}, {tag}")

    def _frame(self, state: ET.Element, where: str) -> int:
        text = self._child(self._child(state, "time", where), "exact", where).text
        frame = whole_number(text)
        if frame is None or not 0 <= frame <= _LARGEST_FRAME:
            self.refuse(f"{where}, time", f"{(text or '').strip()[:20]!r} is not a frame")
        return frame

    def _interval(self, element: ET.Element, where: str) -> tuple[float, float]:
        if element.find("exact") is not None:
            value = self._number(element, "exact", where)
            return value, value
        low, high = (self._number(element, tag, where) for tag in ("intervalStart", "intervalEnd"))
        if low > high:
            self.refuse(where, f"an interval from {low:g} to {high:g}")
        return low, high


def _distinct(points: np.ndarray) -> np.ndarray:
    """Return which points (k, 2) to keep, so that none lies on the one kept before it.

    The two bounds of a lanelet repeat points at different places (around a bend one side stands
    still), so that each is thinned by itself and the centre line is taken before.
    """
    kept = np.ones(len(points), dtype=bool)
    last = points[0]
    for i in range(1, len(points)):
        kept[i] = np.hypot(*(points[i] - last)) >= COINCIDENT
        if kept[i]:
            last = points[i]
    return kept


def _distance(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return how far each of some points (n, 2) is from a line (k, 2) without repeated points [m].

    Paired points of two bounds tell no width: they can lie metres apart along the road.
    """
    start, step = line[:-1], np.diff(line, axis=0)
    offset = points[:, None] - start
    share = np.clip((offset * step).sum(axis=-1) / (step * step).sum(axis=-1), 0.0, 1.0)
    gap = offset - share[..., None] * step
    distance: np.ndarray = np.sqrt((gap * gap).sum(axis=-1).min(axis=1))
    return distance


def _text(element: ET.Element | None) -> str:
    return "" if element is None else (element.text or "").strip()[:100]

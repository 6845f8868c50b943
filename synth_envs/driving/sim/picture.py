"""The scene around an ego, for pictures."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.scene import Box, Kind, Lane, Line, Scene, State
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.drivers import lane_centre
from synth_envs.driving.sim.geometry import pose
from synth_envs.driving.sim.maps import Tables
from synth_envs.driving.sim.visibility import RAYS

__all__ = ["scene_of"]

_AHEAD, _BEHIND, _STEP = 150.0, 90.0, 4.0
_KINDS: dict[int, Kind] = {
    at.CAR: "car", at.TRUCK: "truck", at.CYCLIST: "cyclist", at.PEDESTRIAN: "pedestrian", at.EMERGENCY: "emergency",
    at.CONE: "cone", at.VAN: "truck", at.DOOR: "obstacle", at.LIGHT: "light", at.WALL: "obstacle",
}  # fmt: skip
_F = np.float32


def scene_of(
    actors: np.ndarray, marks: np.ndarray, world: np.ndarray, maps: Tables, m: int, depth: np.ndarray, name: str
) -> Scene:  # fmt: skip
    """Return what a picture of one episode shows.

    Args:
        actors: float32 (fields, actors).
        marks: int32 (marks, actors).
        world: float32 (len(WORLD),).
        maps: All maps.
        m: Which of them.
        depth: Of the ego's rays (m), float32 (RAYS,).
        name: The scenario.
    """
    x, y, heading = (float(actors[k, 0]) for k in (at.X, at.Y, at.H))
    rays = np.zeros((RAYS // 4, 4))
    angles = heading + np.arange(0, RAYS, 4) * (2 * np.pi / RAYS)
    rays[:, 0], rays[:, 1] = x, y
    rays[:, 2], rays[:, 3] = x + depth[::4] * np.cos(angles), y + depth[::4] * np.sin(angles)
    speed, gap = float(actors[at.V, 0]), float(world[at.TTC])
    return Scene(
        lanes=_lanes(maps, m, int(marks[at.ROAD, 0]), float(actors[at.S, 0])),
        boxes=_boxes(actors, marks, maps, m),
        rays=rays,
        ray_range=float(world[at.RANGE]) * 0.999,
        center=(x, y),
        # Along the road, so that the picture does not turn whenever the ego changes lanes.
        heading=heading - float(actors[at.MU, 0]) if maps.junctions[m] == 1 else 0.0,
        strip=[
            ("", name),
            ("t", float(world[at.TIME])),
            ("v", speed),
            ("limit", float(world[at.LIMIT])),
            ("least TTC", gap if gap < 100 else float("nan")),
            ("m", float(world[at.DISTANCE])),
        ],
    )


def _boxes(actors: np.ndarray, marks: np.ndarray, maps: Tables, m: int) -> list[Box]:
    boxes = []
    for i in range(actors.shape[1] - 1, -1, -1):
        kind = int(marks[at.KIND, i])
        if kind == at.NONE:
            continue
        state: State = "plain"
        length, width = float(actors[at.LENGTH, i]), float(actors[at.WIDTH, i])
        if kind == at.LIGHT:
            state = ("plain", "hidden", "braking")[int(marks[at.PHASE, i])]
            length, width = 0.6, float(maps.roads[m, marks[at.ROAD, i], at.ROAD_WIDTH])
        elif marks[at.CRASHED, i]:
            state = "crashed"
        elif not marks[at.SEEN, i] and i > 0:
            state = "hidden"
        elif actors[at.ACC, i] < -1.5:
            state = "braking"
        shown: Kind = "ego" if i == 0 else _KINDS[kind]
        x, y, heading = (float(actors[k, i]) for k in (at.X, at.Y, at.H))
        boxes.append(Box(x, y, heading, length, max(width, 0.1), shown, state))
    return boxes


def _lanes(maps: Tables, m: int, own: int, s: float) -> list[Lane]:
    """The lanes of the ego's road around it; at a junction, of all its roads, the ego's last."""
    if maps.junctions[m] == 1:
        return _road(maps, m, own, s - _BEHIND, s + _AHEAD, marked=True)
    lanes = []
    for road in [*range(maps.junctions[m]), own]:
        lanes += _road(maps, m, road, 0.0, 200.0, marked=False)
    for road in range(maps.junctions[m]):  # the approaches, up to where they stop
        stop = min(float(maps.roads[m, road, at.ROAD_STOP]), 200.0)
        lanes += _road(maps, m, road, 0.0, stop, marked=True)
    return lanes


def _road(maps: Tables, m: int, road: int, low: float, high: float, *, marked: bool) -> list[Lane]:
    segments, count = maps.segments[m], int(maps.counts[m, road])
    width = float(maps.roads[m, road, at.ROAD_WIDTH])
    own, oncoming = (int(maps.roads[m, road, k]) for k in (at.ROAD_LANES, at.ROAD_ONCOMING))
    lanes = []
    for k in range(own + oncoming):
        first, last = low, high
        if k < own:
            first = max(low, float(maps.lanes[m, road, k, at.LANE_FROM]))
            last = min(high, float(maps.lanes[m, road, k, at.LANE_TO]))
        if last - first < _STEP:
            continue
        sides = []
        for side in (0.5, -0.5):
            points = []
            for s in np.arange(first, last + _STEP / 2, _STEP):
                d = lane_centre(maps.lanes[m], road, _F(width), k, _F(s)) if k < own else k * width
                points.append(pose(segments, road, count, _F(s), _F(d + side * width))[:2])
            sides.append(np.array(points, dtype=np.float64))
        left: Line = "solid" if k in (own - 1, own + oncoming - 1) else "dashed"
        right: Line = "solid" if k == 0 else "none"
        lanes.append(
            Lane(sides[0], sides[1], left if marked else "none", right if marked else "none")
        )
    return lanes

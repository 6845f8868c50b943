"""What the ego sees, against geometry in double precision, scenes made by hand, and extremes."""

import math
import time

import numpy as np
import pytest

from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim import observations as obs
from synth_envs.driving.sim.describe import COMMANDS, MOST, command_of, describe
from synth_envs.driving.sim.geometry import pose
from synth_envs.driving.sim.maps import MAPS, tables
from synth_envs.driving.sim.visibility import CELLS, RAYS, look

shapely = pytest.importorskip("shapely")
F = np.float32
KEY = np.uint64(12345)
TALL = (at.CAR, at.TRUCK, at.EMERGENCY, at.VAN, at.DOOR, at.WALL)
SIZES = {
    at.CAR: (4.8, 1.9), at.TRUCK: (12, 2.5), at.CYCLIST: (1.8, 0.7), at.PEDESTRIAN: (0.5, 0.5),
    at.EMERGENCY: (6, 2.1), at.CONE: (0.4, 0.4), at.VAN: (6, 2), at.DOOR: (0.2, 1.0),
    at.LIGHT: (0.5, 0.5), at.WALL: (1, 8),
}  # fmt: skip


class Scene:
    """An ego on a straight road along x, whose lane 0 is at y = 0, and what is put around it."""

    def __init__(self, actors=12, name="highway-3-straight", v=20.0):
        self.actors = np.zeros((len(at.FIELDS), actors), F)
        self.marks = np.zeros((len(at.MARKS), actors), np.int32)
        self.world = np.zeros(len(at.WORLD), F)
        self.depth, self.owner = np.zeros(RAYS, F), np.zeros(RAYS, np.int32)
        world = {"FRICTION": 1, "LIMIT": 30, "GOAL_S": 1e6, "GOAL_LANE": -1, "RANGE": 150, "END": 40, "TARGET_SPEED": v,
                 "DROP_FROM": 1e6, "DROP_TO": 1e6}  # fmt: skip
        for field, value in world.items():
            self.world[at.WORLD.index(field)] = value
        self.count = 0
        self.map = tables().names.index(name)
        self.put(at.CAR, 0, 0, v=v)

    def put(self, kind, x, y, h=0.0, *, v=0.0, lane=0, size=None, **marks):
        j = self.count
        self.count += 1
        length, width = size or SIZES[kind]
        for field, value in (("X", x), ("Y", y), ("H", h), ("S", x), ("D", y), ("MU", h), ("V", v)):
            self.actors[at.FIELDS.index(field), j] = value
        self.actors[at.LENGTH, j], self.actors[at.WIDTH, j] = length, width
        self.marks[at.KIND, j], self.marks[at.LANE, j] = kind, lane
        for field, value in marks.items():
            self.marks[at.MARKS.index(field.upper()), j] = value
        return j

    @property
    def arrays(self):
        return self.actors, self.marks, self.world

    @property
    def tables(self):
        found = tables()
        return tuple(
            getattr(found, name)[self.map] for name in ("roads", "segments", "counts", "lanes")
        )

    def look(self, key=KEY, step=0):
        look(*self.arrays, key, step, self.depth, self.owner)
        return self.marks[at.SEEN]

    def ego(self):
        out = np.full(20, np.nan, F)
        obs.ego_state(*self.arrays, *self.tables, out)
        return dict(zip([name for name, _, _ in obs.EGO_FEATURES], out.tolist(), strict=True))

    def rows(self):
        out = np.full((obs.ROWS, 12), np.nan, F)
        obs.kinematics(*self.arrays, out)
        return out

    def grid(self):
        out = np.full((5, CELLS, CELLS), np.nan, F)
        obs.grid(*self.arrays, *self.tables, self.depth, out)
        return out

    def all(self):
        """Everything that `space_of` knows of, by name."""
        table, beams = np.full(20 + 12 * obs.ROWS, np.nan, F), np.full(200, np.nan, F)
        ego, others, mask = (
            np.full(20, np.nan, F),
            np.full((obs.ROWS, 12), np.nan, F),
            np.full(obs.ROWS, np.nan, F),
        )
        obs.kinematics_observation(*self.arrays, *self.tables, table)
        obs.lidar_observation(*self.arrays, *self.tables, self.depth, self.owner, beams)
        obs.attention_observation(*self.arrays, *self.tables, ego, others, mask)
        attention = {"ego": ego, "others": others, "mask": mask}
        return {
            "kinematics": table,
            "lidar": beams,
            "grid": {"grid": self.grid(), "ego": ego},
            "attention": attention,
        }


def crowd(seed, n=20):
    """A random scene: everybody anywhere, any heading, any kind; the ego anywhere, too."""
    rng = np.random.default_rng(seed)
    scene = Scene(n + 1)
    scene.count = 0
    x, y = rng.uniform(-300, 300, 2)
    scene.put(at.CAR, x, y, rng.uniform(-4, 4))
    scene.world[at.RANGE] = rng.choice([40, 80, 150])
    kinds = [kind for kind in SIZES if kind not in (at.LIGHT, at.DOOR)]
    for _ in range(n):
        far = rng.choice([8, 30, 100])
        scene.put(
            int(rng.choice(kinds)),
            x + rng.normal(0, far),
            y + rng.normal(0, far),
            rng.uniform(-4, 4),
        )
    return scene


def polygons(scene):
    """Boxes of all actors in double precision."""
    rows = scene.actors.astype(float)
    ends = np.array([[0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]])
    u, w = ends[:, 0] * rows[at.LENGTH][:, None], ends[:, 1] * rows[at.WIDTH][:, None]
    c, s = np.cos(rows[at.H])[:, None], np.sin(rows[at.H])[:, None]
    return shapely.polygons(
        np.stack([rows[at.X][:, None] + u * c - w * s, rows[at.Y][:, None] + u * s + w * c], -1)
    )


def first_hits(scene, shapes):
    """How far each ray goes before it meets one of the shapes, or the range."""
    x, y, h = (float(scene.actors[field, 0]) for field in (at.X, at.Y, at.H))
    reach = float(scene.world[at.RANGE])
    angles = h + 2 * np.pi * np.arange(RAYS) / RAYS
    ends = np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], -1)
    lines = shapely.linestrings(np.stack([np.broadcast_to([x, y], ends.shape), ends], 1))
    parts = shapely.intersection(lines[:, None], shapes[None])
    return np.fmin(shapely.distance(shapely.points(x, y), parts), reach)  # nan where nothing is met


@pytest.mark.parametrize("seed", range(12))
def test_rays_and_lines_of_sight_are_those_of_shapely(seed):
    scene = crowd(seed)
    seen = scene.look().copy()
    shapes = polygons(scene)
    # Boxes a little smaller and larger bound what single precision may find at their edges.
    nearest = first_hits(scene, shapely.buffer(shapes[1:], 3e-3, join_style="mitre")).min(axis=1)
    farthest = first_hits(scene, shapely.buffer(shapes[1:], -3e-3, join_style="mitre")).min(axis=1)
    assert (scene.depth >= nearest - 3e-3).all()
    assert (scene.depth <= farthest + 3e-3).all()
    assert (scene.depth < scene.world[at.RANGE]).sum() > 20
    assert ((scene.owner >= 0) == (scene.depth < scene.world[at.RANGE])).all()
    exact = first_hits(scene, shapes[1:])
    for ray in np.flatnonzero(scene.owner >= 0):
        if np.isfinite(exact[ray, scene.owner[ray] - 1]) and nearest[ray] > farthest[ray] - 0.02:
            assert exact[ray, scene.owner[ray] - 1] == pytest.approx(scene.depth[ray], abs=0.02)
    # Who is seen: met by a ray, or a free line to the centre or to a corner.
    ego = (float(scene.actors[at.X, 0]), float(scene.actors[at.Y, 0]))
    reach, tall = scene.world[at.RANGE], np.isin(scene.marks[at.KIND], TALL)
    assert seen[0] == 1
    for j in range(1, scene.count):
        corners = shapely.get_coordinates(shapes[j])[:4]
        goals = np.concatenate([corners, [corners.mean(axis=0)]])
        lines = shapely.linestrings([[ego, goal] for goal in goals])
        length = shapely.length(lines)
        others = shapes[tall & (np.arange(scene.count) != j) & (np.arange(scene.count) > 0)]

        def free(grown, lines=lines, others=others):
            grown_shapes = shapely.buffer(others, grown, join_style="mitre")
            return ~shapely.intersects(lines[:, None], grown_shapes[None]).any(axis=1)

        met = j in scene.owner
        surely = met or (free(5e-3) & (length < reach - 1e-3)).any()
        perhaps = met or (free(-5e-3) & (length < reach + 1e-3)).any()
        assert surely <= seen[j] <= perhaps, j


def test_random_scenes_hide_some_and_show_some_between_the_rays():
    hidden = between = 0
    for seed in range(12):
        scene = crowd(seed)
        seen = scene.look()
        near = np.hypot(
            scene.actors[at.X] - scene.actors[at.X, 0], scene.actors[at.Y] - scene.actors[at.Y, 0]
        )
        hidden += ((seen == 0) & (near < scene.world[at.RANGE] - 10)).sum()
        between += sum(seen[j] == 1 and j not in scene.owner for j in range(1, scene.count))
    assert hidden > 20
    assert between > 10


def test_a_pedestrian_behind_a_van_is_unseen_until_it_steps_out():
    scene = Scene()
    van = scene.put(at.VAN, 20, -3)
    person = scene.put(at.PEDESTRIAN, 24, -3)
    scene.look()
    assert list(scene.marks[at.SEEN, [van, person]]) == [1, 0]
    assert person not in scene.owner
    grid = scene.grid()
    # Cells are centred 2i - 19 m ahead and 2j - 31 m to the left: the van covers x 17..23, y -4..-2.
    assert grid[0, 18:21, 14].tolist() == [1, 1, 1]
    assert grid[4, 18:21, 14].all()
    assert not grid[4, 24:30, 13].any()  # 29 to 39 m ahead, in its shadow
    assert grid[4, 24:30, 17].all()
    assert not grid[:4, grid[4] == 0].any()
    scene.actors[at.Y, person] = 0.5
    scene.look()
    assert list(scene.marks[at.SEEN, [van, person]]) == [1, 1]
    assert scene.owner[0] == -1 or scene.owner[0] == person
    assert scene.grid()[0, 22, 16] == 1  # half a metre wide, it still takes the cell that it is in
    scene.actors[[at.X, at.Y, at.H], person] = 24.1, 0.1, math.pi / 4  # at a corner of cells
    scene.look()
    assert np.argwhere(scene.grid()[0, 21:24, 15:18]).tolist() == [[1, 1]]


def test_distances_are_exact_and_the_range_is_the_end():
    scene = Scene()
    scene.put(at.CAR, 32.4, 0)
    scene.put(at.CAR, 0, 3.6)
    scene.put(at.CAR, -149, 0)
    scene.put(at.CAR, 0, -160)
    seen = scene.look()
    assert scene.depth[[0, RAYS // 4, RAYS // 2]] == pytest.approx([30, 2.65, 146.6], abs=1e-4)
    assert scene.depth[3 * RAYS // 4] == 150
    assert scene.owner[[0, RAYS // 4, RAYS // 2, 3 * RAYS // 4]].tolist() == [1, 2, 3, -1]
    assert seen[:5].tolist() == [1, 1, 1, 1, 0]
    angle = (
        2 * math.pi * 5 / RAYS
    )  # the fifth ray misses the car ahead; the rest of its side is free
    assert 30 * math.tan(angle) > 0.95
    assert scene.depth[5] == 150


@pytest.mark.parametrize(
    ("kind", "hides"), [(kind, kind in TALL) for kind in SIZES if kind != at.LIGHT]
)
def test_only_what_is_tall_hides(kind, hides):
    scene = Scene()
    scene.put(kind, 5, 0, size=(1, 3))
    behind = scene.put(at.CAR, 40, 0)
    seen = scene.look()
    assert behind not in scene.owner  # all echoes are of what stands before it
    assert seen[behind] == (not hides)


def test_small_things_are_seen_between_the_rays():
    scene = Scene()
    angle = 2 * math.pi * 0.5 / RAYS
    cone = scene.put(at.CONE, 140 * math.cos(angle), 140 * math.sin(angle))
    assert scene.look()[cone] == 1
    assert (scene.owner == -1).all()
    wall = scene.put(at.WALL, 145, 0, size=(1, 60))
    assert scene.look()[[cone, wall]].tolist() == [1, 1]
    assert cone not in scene.owner
    scene.actors[at.X, wall] = 130
    assert scene.look()[[cone, wall]].tolist() == [0, 1]


def test_lights_are_seen_ahead_and_have_no_echo():
    scene = Scene()
    ahead, behind, far = (scene.put(at.LIGHT, x, 0) for x in (60, -60, 151))
    scene.put(at.TRUCK, 30, 0)
    assert scene.look()[[ahead, behind, far]].tolist() == [1, 0, 0]
    assert ahead not in scene.owner


def test_a_door_is_seen_once_it_opens():
    scene = Scene()
    door = scene.put(at.DOOR, 20, -1, role=at.OPENER)
    assert scene.look()[door] == 0
    scene.marks[at.PHASE, door] = 1
    assert scene.look()[door] == 1


def test_failing_sensors_lose_their_share_and_only_then():
    scene = Scene(17)
    for j in range(16):
        angle = 2 * math.pi * j / 16
        scene.put(at.CAR, 30 * math.cos(angle), 30 * math.sin(angle), angle + 1)
    assert scene.look().all()
    whole, met = scene.depth.copy(), scene.owner >= 0
    scene.world[at.DROP_FROM], scene.world[at.DROP_TO], scene.world[at.DROP_SHARE] = 2, 4, 0.3
    seen, echoes, steps = [], [], 400
    for moment in (1.9, 4.0):
        scene.world[at.TIME] = moment
        assert scene.look(step=7).all()
        assert (scene.depth == whole).all()
    scene.world[at.TIME] = 2
    for step in range(steps):
        seen.append(scene.look(step=step).copy())
        echoes.append(scene.depth == whole)
        assert (scene.depth[~echoes[-1]] == 150).all()
        assert (scene.owner[~echoes[-1]] == -1).all()
    seen, echoes = np.array(seen), np.array(echoes)[:, met]
    assert seen[:, 0].all()
    for sample in (seen[:, 1:], echoes):
        assert sample.mean() == pytest.approx(0.7, abs=4 * math.sqrt(0.21 / sample.size))
        assert abs(np.corrcoef(sample[1:].ravel(), sample[:-1].ravel())[0, 1]) < 0.05
        assert abs(np.corrcoef(sample[:, 1:].ravel(), sample[:, :-1].ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(seen[:, 1:].mean(axis=1), echoes.mean(axis=1))[0, 1]) < 0.25
    again = scene.look(step=5).copy()
    assert (again == seen[5]).all()
    assert (scene.look(key=np.uint64(6), step=5) != again).any()


def test_observations_are_of_the_egos_frame():
    one, two = crowd(3), crowd(3)
    turn, dx, dy = 2.0, 40.0, -25.0
    x, y = one.actors[at.X].astype(float), one.actors[at.Y].astype(float)
    two.actors[at.X] = x * math.cos(turn) - y * math.sin(turn) + dx
    two.actors[at.Y] = x * math.sin(turn) + y * math.cos(turn) + dy
    two.actors[at.H] += turn
    for scene in (one, two):
        scene.actors[at.V] = np.arange(scene.count)
        scene.look()
    assert (one.marks[at.SEEN] == two.marks[at.SEEN]).all()
    assert np.abs(one.rows() - two.rows()).max() < 1e-4


def test_rows_hold_who_is_seen_nearest_first():
    scene = Scene(14, v=20)
    scene.marks[at.LANE, 0] = 1
    scene.put(at.TRUCK, 30, 3.6, v=24, lane=2)
    scene.put(at.PEDESTRIAN, 0, 15, -math.pi / 2, v=2, road=1)
    scene.put(at.LIGHT, 5, 0)
    scene.put(at.CAR, -15, 0, v=16)
    scene.actors[at.ACC, 4] = -3
    scene.put(at.CONE, 20, 0)
    scene.marks[at.SEEN, [0, 1, 2, 3, 4]] = 1  # not the cone
    rows = scene.rows()
    assert rows[0] == pytest.approx([1, 0, 0, 0.5, 0, 1, 0, 0.24, 0.475, 0.1, 0, 0])
    assert rows[1] == pytest.approx(
        [1, 0, 0.1, -0.5, -0.05, 0, -1, 0.025, 0.125, 0.4, 0, 0], abs=1e-6
    )
    assert rows[2] == pytest.approx([1, -0.1, 0, -0.1, 0, 1, 0, 0.24, 0.475, 0.1, 1, -0.25])
    assert rows[3] == pytest.approx([1, 0.2, 0.024, 0.1, 0, 1, 0, 0.6, 0.625, 0.2, 0, 0.25])
    assert not rows[4:].any()
    for j in range(6, 14):
        scene.put(at.CAR, 100 - j, 0)  # the later the nearer
    scene.marks[at.SEEN] = 1
    scene.actors[at.LENGTH] = np.arange(14)
    assert np.rint(scene.rows()[:, 7] * 20).tolist() == [0, 2, 4, 5, 1, 13, 12, 11, 10, 9]


def test_features_of_the_ego():
    scene = Scene(v=20)
    scene.actors[[at.ACC, at.STEER, at.D, at.MU], 0] = -2, 0.1, 4.6, 0.2
    scene.marks[at.LANE, 0] = 1
    scene.world[[at.TIME, at.FRICTION, at.TARGET_SPEED]] = 10, 0.5, 25
    found = scene.ego()
    assert found == pytest.approx({
        "speed": 0.5, "acceleration": -0.2, "steering": 0.4 / math.pi, "offset": 0.25, "sine": math.sin(0.2),
        "cosine": math.cos(0.2), "lane": 0.25, "room": 1, "limit": 0.75, "goal": 1, "goal_lane": 0, "light": 0,
        "light_distance": 1, "bend": 0, "bend_ahead": 0, "friction": 0.5, "target": 0.625, "time": 0.25, "left": 1,
        "right": 1,
    }, abs=1e-6)  # fmt: skip
    scene.marks[at.LANE, 0] = 2
    assert (scene.ego()["left"], scene.ego()["right"]) == (0, 1)


def test_lanes_that_end_open_and_lead_to_the_goal():
    scene = Scene(name="merge-2")
    scene.actors[at.S, 0], scene.actors[at.D, 0] = 200, -0.06 * 30
    found = scene.ego()
    assert (found["offset"], found["left"]) == (pytest.approx(0, abs=1e-6), 0)
    assert found["room"] == 1  # 225 m
    scene.actors[at.S, 0] = 300
    assert scene.ego()["left"] == 1
    assert scene.ego()["room"] == pytest.approx(125 / 200)
    scene = Scene(name="exit-2")
    scene.marks[at.LANE, 0] = 2
    scene.world[[at.GOAL_LANE, at.GOAL_S]] = 0, 480
    scene.actors[at.S, 0] = 300
    found = scene.ego()
    assert [found[name] for name in ("goal_lane", "room", "goal")] == pytest.approx(
        [-0.5, 0.75, 0.36]
    )
    scene.marks[at.LANE, 0] = 0
    assert [scene.ego()[name] for name in ("goal_lane", "room")] == [0, 1]


def test_lights_and_bends_ahead():
    scene = Scene(name="signals")
    scene.marks[at.ROAD, 0] = 2  # to the left: 80 m straight on, then a bend of radius 10.7 m
    far, near, other = (
        scene.put(at.LIGHT, 90, 0, road=2),
        scene.put(at.LIGHT, 79, 0, road=2, phase=2),
        scene.put(at.LIGHT, 10, 0),
    )
    scene.put(at.LIGHT, 50, 0, road=2, phase=1)  # passed
    scene.marks[at.SEEN] = 1
    scene.actors[at.S, 0] = 60
    found = scene.ego()
    assert (found["light"], found["light_distance"]) == pytest.approx((1, 19 / 200))
    assert (found["bend"], found["bend_ahead"]) == (0, 1)
    for phase, value in ((0, 0.33), (1, 0.67)):
        scene.marks[at.PHASE, near] = phase
        assert scene.ego()["light"] == pytest.approx(value)
    scene.marks[at.SEEN, [near, far]] = 0
    assert (scene.ego()["light"], scene.marks[at.SEEN, other]) == (0, 1)


def test_sectors_of_the_lidar():
    scene = Scene(v=20)
    scene.put(at.TRUCK, 36, 1, v=14)
    scene.put(at.CYCLIST, 0, 3.6, 0, v=20)
    scene.put(at.PEDESTRIAN, 1, -10, math.pi / 2, v=2)
    scene.look()
    out = np.full((obs.RAYS_OUT, 3), np.nan, F)
    obs.lidar(*scene.arrays, scene.depth, scene.owner, out)
    assert out[0] == pytest.approx([30 / 150, -6 / 40, 0.2], abs=1e-3)
    assert out[15] == pytest.approx([3.25 / 150, 0, 0.3], abs=1e-5)
    grouped = scene.depth.reshape(obs.RAYS_OUT, 4).min(axis=1) / 150
    assert out[:, 0] == pytest.approx(grouped)
    assert (out[grouped == 1] == [1, 0, 0]).all()
    person = [sector for sector in range(obs.RAYS_OUT) if out[sector, 2] == F(0.4)]
    assert person
    assert all(
        out[sector, 1] < 0 for sector in person
    )  # it comes nearer from the right, and so does the ego


@pytest.mark.parametrize(
    ("name", "road", "places"),
    [("street", 0, [50]), ("bend", 0, [55, 100]), ("exit-2", 0, [255, 470]), ("merge-2", 0, [200]), ("roundabout", 5, [40, 95, 130]), ("crossing", 6, [75])],
)  # fmt: skip
def test_cells_on_the_road_are_those_of_a_search_along_it(name, road, places):
    way = MAPS[name][road]
    s = np.arange(max(0, min(places) - 100), max(places) + 100, 0.05)
    rows = way.rows()
    row = rows[np.searchsorted(rows[:, 0], s, "right") - 1]
    after = row[:, 3] + row[:, 4] * (s - row[:, 0])
    steps = np.stack([np.cos(after), np.sin(after)], -1) * 0.05  # integrated, not solved
    line = np.concatenate([[[0, 0]], np.cumsum((steps[1:] + steps[:-1]) / 2, axis=0)])
    line += np.array(way.start[:2]) + s[0] * np.array(
        [math.cos(way.start[2]), math.sin(way.start[2])]
    )
    for place in places:
        scene = Scene(name=name)
        scene.marks[at.ROAD, 0] = road
        k = round((place - s[0]) / 0.05)
        h = after[k] + 0.3
        scene.actors[[at.S, at.X, at.Y, at.H], 0] = place, *line[k], h
        scene.look()
        found = scene.grid()[3]
        ahead, left = 2.0 * np.arange(CELLS)[:, None] - 19, 2.0 * np.arange(CELLS)[None] - 31
        x = line[k, 0] + ahead * math.cos(h) - left * math.sin(h)
        y = line[k, 1] + ahead * math.sin(h) + left * math.cos(h)
        off = np.stack([x.ravel(), y.ravel()], -1)[:, None] - line[None]
        nearest = np.hypot(off[..., 0], off[..., 1]).argmin(axis=1)
        offset = off[np.arange(len(off)), nearest]
        side = np.cos(after[nearest]) * offset[:, 1] - np.sin(after[nearest]) * offset[:, 0]
        value, edge = np.zeros(len(off)), np.full(len(off), np.inf)
        for number, lane in enumerate(way.lanes):
            u = s[nearest]
            centre = (
                number * way.width
                - lane.lean_in * np.maximum(0, lane.opens - u)
                - lane.lean_out * np.maximum(0, u - lane.closes)
            )
            inside = (u >= lane.begin) & (u <= lane.end)
            value[inside & (np.abs(side - centre) <= way.width / 2)] = 1
            edge = np.fmin(edge, np.abs(np.abs(side - centre) - way.width / 2))
            edge = np.fmin(edge, np.abs(u - lane.begin))
        first = (len(way.lanes) - 0.5) * way.width
        last = first + way.oncoming * way.width
        value[(value == 0) & (side > first) & (side <= last)] = 0.5
        edge = np.fmin(edge, np.fmin(np.abs(side - first), np.abs(side - last)))
        sure = (edge > 0.06) & (nearest > 0) & (nearest < len(s) - 1) & (np.abs(side) < 30)
        assert (found.ravel()[sure] == value[sure]).all()
        assert 30 < (found > 0).sum() < CELLS * CELLS
        assert sure.mean() > 0.6


@pytest.mark.parametrize("seed", range(30))
def test_observations_stay_in_their_spaces(seed):
    rng = np.random.default_rng(seed)
    names = tables().names
    scene = Scene(21, name=names[seed % len(names)])
    wild = seed % 3
    scale = (10.0, 1e4, 1e12)[wild]
    scene.actors[:] = rng.normal(0, scale, scene.actors.shape)
    if wild == 2:
        scene.actors[rng.random(scene.actors.shape) < 0.1] = rng.choice([np.nan, np.inf, -np.inf])
    roads = len(MAPS[names[seed % len(names)]])
    scene.marks[:] = rng.integers(0, 2, scene.marks.shape)
    scene.marks[at.KIND] = rng.integers(0, 11, 21)
    scene.marks[at.ROAD] = rng.integers(0, roads, 21)
    scene.marks[at.LANE] = rng.integers(0, 5, 21)
    scene.marks[at.PHASE] = rng.integers(0, 3, 21)
    scene.world[:] = rng.normal(0, scale, len(scene.world))
    scene.world[at.RANGE] = 150
    scene.world[at.GOAL_LANE] = rng.integers(-1, 5)
    scene.look()
    assert np.isin(scene.marks[at.SEEN], (0, 1)).all()
    for name, found in scene.all().items():
        space = obs.space_of(name)
        assert space.contains(found), name
        assert space.contains(space.sample())


def test_the_flat_observation_is_made_of_its_parts():
    scene = crowd(1)
    scene.look()
    found = scene.all()
    ego = np.array(list(scene.ego().values()), F)
    assert (found["kinematics"].ravel()[:20] == ego).all()
    assert (found["kinematics"][20:].reshape(-1, 12) == scene.rows()).all()
    assert (found["lidar"][:20] == ego).all()
    assert (found["attention"]["mask"] == scene.rows()[:, 0]).all()
    assert 2 < found["attention"]["mask"].sum() <= obs.ROWS
    with pytest.raises(ValueError, match="did you mean 'lidar'"):
        obs.space_of("lidra")


def told(scene):
    scene.look()
    lines = describe(*scene.arrays, scene.tables[0], scene.tables[3]).split("\n")
    assert lines[-1] == (
        "Commands: 0 change to the left lane; 1 keep speed and lane; 2 change to the right lane; "
        "3 faster; 4 slower; 5 brake hard."
    )
    return lines[:-1]


def test_a_highway_in_words():
    scene = Scene(v=24)
    scene.actors[[at.D, at.Y], 0] = 3.6
    scene.marks[at.LANE, 0] = 1
    scene.world[at.GOAL_S] = 1200
    truck = scene.put(at.TRUCK, 40.4, 3.6, v=20, lane=1)
    scene.actors[at.ACC, truck] = -3
    scene.put(at.CAR, -30, 7.2, v=27, lane=2)
    scene.put(at.EMERGENCY, -60, 3.6, v=32, lane=1, role=at.SIREN)
    scene.put(at.CAR, 2, 0, -0.03, v=24)
    scene.put(at.CONE, 100, 10)
    scene.put(at.CAR, 80, 3.6, v=20, lane=1)  # hidden by the truck
    assert told(scene) == [
        "You drive at 24 m/s; the limit is 30 m/s. You are in lane 2 of 3, counted from the right.",
        "There is a lane to change to on the left and on the right.",
        "Goal: 1200 m further along this road.",
        "You see, nearest first:",
        "- a car beside you in the lane to your right, at your speed, moving to the right",
        "- a car 25 m behind in the lane to your left, 3 m/s faster",
        "- a truck 32 m ahead in your lane, 4 m/s slower, braking",
        "- an emergency vehicle with its siren on 55 m behind in your lane, 8 m/s faster",
        "- a cone 97 m ahead, 4.4 m to the left of your lane",
    ]
    for k in range(5):
        scene.put(at.CONE, 10 + k, -3)
    assert len(told(scene)) == 4 + MOST


def test_a_street_in_words():
    scene = Scene(name="street", v=11)
    scene.world[[at.LIMIT, at.TARGET_SPEED, at.GOAL_S]] = 14, 14, 84
    scene.put(at.PEDESTRIAN, 20.65, -4.95, math.pi / 2, v=1.5)
    scene.put(at.VAN, 40, -3.2)
    scene.put(at.CAR, 60, 3.4, math.pi, v=12)
    scene.put(at.CYCLIST, 12, 0, v=4)
    scene.put(at.PEDESTRIAN, 30, 0.2, math.pi / 2, v=1.5)
    assert told(scene) == [
        "You drive at 11 m/s, heading for 14 m/s; the limit is 14 m/s. Your side of the road has one lane.",
        "There is no lane to change to here.",
        "Goal: 84 m further along this road.",
        "You see, nearest first:",
        "- a cyclist 8.7 m ahead in your lane, 7 m/s slower",
        "- a pedestrian 18 m ahead, 3 m to the right of your lane, walking towards it",
        "- a pedestrian 27 m ahead in your lane, walking to the left",
        "- a van 35 m ahead, 0.5 m to the right of your lane, standing still",
        "- a car 55 m ahead in the oncoming lane, coming towards you at 12 m/s",
    ]


def test_a_junction_and_a_ramp_in_words():
    scene = Scene(name="signals", v=8)
    scene.world[[at.LIMIT, at.GOAL_S]] = 14, 150
    _, segments, counts, _ = scene.tables

    def at_road(j, road, s):
        scene.marks[at.ROAD, j] = road
        scene.actors[at.S, j] = s
        scene.actors[[at.X, at.Y, at.H], j] = pose(segments, road, counts[road], F(s), F(0))

    at_road(0, 1, 50)
    at_road(scene.put(at.LIGHT, 0, 0, phase=2), 1, 79)
    at_road(scene.put(at.CAR, 0, 0, v=9), 4, 70)
    at_road(scene.put(at.CAR, 0, 0, v=9), 7, 60)
    assert told(scene) == [
        "You drive at 8 m/s; the limit is 14 m/s. Your side of the road has one lane.",
        "There is no lane to change to here.",
        "Goal: 100 m further along this road.",
        "The traffic light 27 m ahead is red.",
        "You see, nearest first:",
        "- a car 41 m ahead and 17 m to the right on another road, crossing to the left at 9 m/s",
        "- a car 68 m ahead and 3.4 m to the left on another road, going the other way at 9 m/s",
    ]
    scene = Scene(name="merge-2", v=25)
    scene.actors[[at.S, at.X], 0] = 330
    scene.marks[at.LANE, 0] = 1
    assert told(scene) == [
        "You drive at 25 m/s; the limit is 30 m/s. You are in lane 1 of 3, counted from the right, changing to lane 2.",
        "There is a lane to change to on the left and on the right. Your lane ends in 100 m.",
        "Goal: follow this road.",
        "You see no other road users.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(words, k) for k, words in enumerate(COMMANDS)],
        *[(words.upper() + ".", k) for k, words in enumerate(COMMANDS)],
        *[(str(k), k) for k in range(6)],
        *zip(("LANE_LEFT", "IDLE", "LANE_RIGHT", "FASTER", "SLOWER"), range(5), strict=True),
        ("Action: 3", 3), ("**Command:** 4", 4), ("The answer is \\boxed{5}", 5), ("\\boxed{\\text{faster}}", 3),
        ("３", 3), ("(2)", 2), ("I will merge into the left lane.", 0), ("Switch lanes to the right", 2),
        ("Let's accelerate!", 3), ("I'd slow down", 4), ("brake", 4), ("Brake gently", 4), ("Stop", 5),
        ("emergency braking now", 5), ("stay in my lane", 1), ("do nothing", 1), ("left", 0), ("Answer: right.", 2),
        ("First go faster, then change to the left lane", 0),
        ("The truck is 4 m/s slower.\nSo I change to the left lane.", 0),
        ("Command: faster. The truck ahead is slower.", 3),
        ("Action: keep speed and lane\nAction: brake hard", 5),
        ("don't brake hard, slow down", 4), ("Do not go faster; keep the lane", 1), ("It is not safe to change to the left lane", None),
        ("Rather than brake hard, change to the right lane", 2), ("never accelerate", None),
        ("", None), ("7", None), ("-3", None), ("3.5", None), ("3 m", None), ("Action: 12", None), ("a car 3 m ahead", None),
        ("breakfast", None), ("faster" * 3, None), ("2. The gap behind is small", None), ("\ud800\x00", None),
    ],
)  # fmt: skip
def test_commands(text, expected):
    assert command_of(text) == expected


@pytest.mark.parametrize(
    "piece",
    ["change ", " ", "\n", "answer ", "answer:", "not ", "keep the ", "change lanes to the ", "*", "(", "3", "\ufdfa", "brake ", "option is", "n't a"],
)  # fmt: skip
def test_hostile_text_is_read_in_no_time(piece):
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    command_of(text)
    command_of("change" + text + "left")
    assert time.process_time() - began < 0.5
    assert command_of(text + "\nAction: 3") == 3

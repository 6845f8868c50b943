"""Pictures of scenes that were built by hand: what they show, where, and how fast they are made."""

import math
import sys
import time

import gymnasium as gym
import numpy as np
import pytest

from synth_envs.driving.scene import Box, Lane, Scene

pytest.importorskip("PIL")

from synth_envs.driving.drawing import STRIP_ROW, draw
from synth_envs.driving.palette import ASPHALT, BACKDROP, BODY, CRASHED, GREEN, PAINT, PANEL


def straight(y, *, x=(-1e4, 1e4), width=4.0, lines=("none", "none"), surface="road"):
    """A lane along +x with y downwards; its left is where y is smaller."""
    left, right = (np.array([[x[0], at], [x[1], at]]) for at in (y - width / 2, y + width / 2))
    return Lane(left, right, *lines, surface=surface)


def highway():
    """Three lanes and fifteen cars; travel along +x, y downwards as in highway-env."""
    rng = np.random.default_rng(3)
    lines = [("solid", "dashed"), ("dashed", "dashed"), ("dashed", "solid")]
    lanes = [straight(4.0 * k, lines=lines[k]) for k in range(3)]
    boxes = []
    for number in range(15):
        x, lane = -45.0 + 8.6 * number + rng.uniform(-1, 1), number % 3
        kind, length = ("truck", 12.0) if number in (3, 12) else ("car", 4.8)
        width = 2.4 if kind == "truck" else 1.9
        box = Box(x, 4.0 * lane, 0.0, length, width, kind)
        if abs(x) > 6 or lane != 1:
            boxes.append(box)
    boxes[2].state = boxes[7].state = "braking"
    boxes[9].heading, boxes[9].y = -0.12, boxes[9].y + 1.2
    boxes[4].state = "hidden"
    boxes.append(Box(0.0, 4.0, 0.05, 4.8, 1.9, "ego"))
    past = np.linspace(-30.0, 0.0, 31)
    trail = np.stack([past, 4.0 + 3.6 * np.clip(-past / 22, 0, 1) ** 2], axis=1)
    return Scene(
        lanes, boxes, [trail], center=(0.0, 4.0), y_down=True,
        strip=[("speed", "24.3 m/s"), ("gap", 18.2), ("TTC", 4.31), ("target lane", 1), ("reward", 0.83), ("step", 17)],
    )  # fmt: skip


def arm(turn, width=3.5):
    """Two lanes towards an intersection and away from it, turned about its centre; y upwards."""
    cos, sin = math.cos(turn), math.sin(turn)
    matrix = np.array([[cos, sin], [-sin, cos]])
    there, back = np.array([9.0, 80.0]), np.array([80.0, 9.0])

    def bound(x, y):
        return np.stack([x, np.full(2, y)], axis=1) @ matrix

    inward = Lane(bound(back, 0.0), bound(back, width), "solid", "solid")
    outward = Lane(bound(there, 0.0), bound(there, -width), "none", "solid")
    return [inward, outward]


def intersection():
    """Four arms with lights, an oncoming car that turns left, rays, and a crash in a corner."""
    lanes = [lane for k in range(4) for lane in arm(k * math.pi / 2)]
    half = 3.5
    corners = []
    for k in range(4):
        near = np.array([[9.0, half], [half, 9.0]])
        turned = np.array([[0.0, -1.0], [1.0, 0.0]])
        corners.append(near @ np.linalg.matrix_power(turned.T, k))
    outline = np.concatenate([bend(c) for c in corners])
    ring = np.concatenate([outline, outline[:1]])
    half_way = len(ring) // 2
    lanes.append(Lane(ring[: half_way + 1], ring[half_way:][::-1]))
    for corner in corners:
        edge = bend(corner)
        lanes.append(Lane(edge, edge, "solid", "none"))
    boxes = [
        Box(1.75, -9.5, 0.0, 0.6, 3.1, "light"),
        Box(1.75, -16.0, math.pi / 2, 4.8, 1.9, "ego"),
        Box(-1.0, 5.0, -math.pi / 2 + 0.5, 4.8, 1.9, "car"),
        Box(12.5, 1.75, math.pi, 4.8, 1.9, "car", "braking"),
        Box(19.6, 1.75, math.pi, 4.8, 1.9, "car", "braking"),
        Box(-15.2, -1.75, 0.0, 9.0, 2.4, "truck", "braking"),
        Box(-1.75, 22.0, -math.pi / 2, 1.8, 0.6, "cyclist"),
        Box(25.0, -1.75, 0.2, 4.8, 1.9, "car", "crashed"),
        Box(30.0, -2.4, 0.0, 4.8, 1.9, "car", "crashed"),
        Box(6.5, 7.5, 2.5, 0.5, 0.5, "pedestrian"),
    ]
    boxes[0].heading = math.pi / 2
    boxes.append(Box(9.5, 1.75, math.pi, 0.6, 3.1, "light", "braking"))
    boxes.append(Box(-9.5, -1.75, 0.0, 0.6, 3.1, "light", "braking"))
    boxes.append(Box(-1.75, 9.5, -math.pi / 2, 0.6, 3.1, "light"))
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    length = np.where(np.arange(48) % 5 == 0, 14.0, 30.0)
    start = np.array([1.75, -16.0])
    ends = start + np.stack([np.cos(turn), np.sin(turn)], axis=1) * length[:, None]
    rays = np.concatenate([np.broadcast_to(start, (48, 2)), ends], axis=1)
    return Scene(
        lanes, boxes, rays=rays, ray_range=30.0, center=(1.75, -6.0), heading=math.pi / 2,
        strip=[("speed", 7.1), ("to go", "38 m"), ("PET", float("nan")), ("light", "green")],
    )  # fmt: skip


def bend(corner, points=9):
    """A quarter of a curve between two points, about the corner that both lines meet in."""
    (x0, y0), (x1, y1) = corner
    middle = np.array([x0, y1]) if abs(x0) < abs(x1) else np.array([x1, y0])
    share = np.linspace(0, 1, points)[:, None]
    return (1 - share) ** 2 * corner[0] + 2 * share * (1 - share) * middle + share**2 * corner[1]


def circle(radius, points=96):
    turn = np.linspace(0, 2 * np.pi, points + 1)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius


def roundabout():
    """Two lanes around an island and four arms; y upwards."""
    lanes = [lane for k in range(4) for lane in arm(k * math.pi / 2)]
    for lane in lanes:
        for bound in (lane.left, lane.right):
            near = np.abs(bound).max(axis=1).argmin()
            side = np.abs(bound[near]).min()
            longer = np.abs(bound[near]).argmax()
            bound[near, longer] = np.sign(bound[near, longer]) * math.sqrt(17.9**2 - side**2)
    lanes.append(Lane(circle(14.0), circle(10.0), "dashed", "solid"))
    lanes.append(Lane(circle(18.0), circle(14.0), "none", "dashed"))
    boxes = [Box(1.75, -24.0, math.pi / 2, 4.8, 1.9, "ego")]
    for turn, radius in ((0.3, 12.0), (1.6, 16.0), (2.9, 12.0), (4.2, 16.0)):
        at = radius * np.array([math.cos(turn), math.sin(turn)])
        boxes.append(Box(*at.tolist(), turn + math.pi / 2, 4.8, 1.9, "car"))
    boxes.append(Box(30.0, 1.75, math.pi, 4.8, 1.9, "car", "braking"))
    turn = np.linspace(0.7, 1.6, 20)
    trail = 16.0 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return Scene(lanes, boxes, [trail], center=(0.0, -4.0), heading=math.pi / 2)


def crossing():
    """A walker steps from behind a van onto a crossing; the ego cannot see there. y downwards."""
    lanes = [
        straight(-5.0, width=2.6, surface="pavement"),
        straight(0.0 - 1.75, width=3.5, lines=("solid", "dashed")),
        straight(1.75, width=3.5, lines=("dashed", "none")),
        straight(4.6, width=2.2, lines=("none", "solid")),
        straight(7.0, width=2.6, surface="pavement"),
        Lane(
            np.array([[16.0, -3.5], [16.0, 5.7]]), np.array([[20.0, -3.5], [20.0, 5.7]]),
            surface="crossing",
        ),
    ]  # fmt: skip
    ego = np.array([0.0, 1.75])
    corners = np.array([[8.5, 3.7], [14.3, 3.7]])
    far = ego + (corners - ego) * 12
    shadow = np.array([*corners, far[1], far[0]])
    boxes = [
        Box(*ego, 0.0, 4.6, 1.9, "ego"),
        Box(11.4, 4.7, 0.0, 5.8, 2.0, "truck"),
        Box(17.4, 5.0, -math.pi / 2, 0.6, 0.6, "pedestrian", "hidden"),
        Box(18.5, -2.6, math.pi / 2, 0.6, 0.6, "pedestrian"),
        Box(28.0, -1.75, math.pi, 4.6, 1.9, "car"),
        Box(-9.0, 5.0, 0.0, 1.8, 0.6, "cyclist"),
        Box(34.0, 4.6, 0.0, 1.2, 2.0, "obstacle"),
    ]
    return Scene(
        lanes, boxes, hidden=[shadow], center=(0.0, 1.75), y_down=True,
        strip=[("speed", 9.72), ("seen", "no"), ("stopping distance", "11.4 m"), ("TTC", math.inf)],
    )  # fmt: skip


SCENES = {
    "highway": (highway, {"anchor": (0.4, 0.5)}),
    "intersection": (intersection, {"size": (600, 400), "pixels_per_metre": 8.0, "forward": "up"}),
    "roundabout": (roundabout, {"size": (500, 500), "pixels_per_metre": 7.0, "forward": "up"}),
    "crossing": (crossing, {"pixels_per_metre": 11.0, "anchor": (0.3, 0.5)}),
}


def near(picture, colour, tolerance=12):
    """Which pixels have a colour."""
    return (np.abs(picture.astype(int) - colour) <= tolerance).all(axis=-1)


def difference(one, other):
    return float(np.abs(one.astype(int) - other).mean())


def alone(kind="car", state="plain", heading=0.0, **options):
    """The picture of one road user on asphalt."""
    size = {"truck": (12.0, 2.5), "cyclist": (1.8, 0.6), "pedestrian": (0.6, 0.6)}
    length, width = size.get(kind, (4.8, 1.9))
    lanes = [straight(0.0, width=100.0)]
    scene = Scene(lanes, [Box(0.0, 0.0, heading, length, width, kind, state)])
    return draw(scene, **{"size": (120, 120), "pixels_per_metre": 8.0} | options)


@pytest.mark.parametrize("name", SCENES)
def test_scenes_are_pictures(name):
    make, options = SCENES[name]
    picture = draw(make(), **options)
    width, height = options.get("size", (600, 200))
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.writeable
    np.testing.assert_array_equal(picture, draw(make(), **options))
    for colour in (ASPHALT, BACKDROP, BODY["ego"], BODY["car"]):
        assert near(picture, colour).sum() > 20


@pytest.mark.parametrize("anchor", [(0.5, 0.5), (0.25, 0.75)])
@pytest.mark.parametrize("forward", ["right", "up"])
def test_the_center_lies_at_the_anchor(anchor, forward):
    ego = Box(120.0, -40.0, 1.0, 4.8, 1.9, "ego")
    scene = Scene(boxes=[ego], center=(120.0, -40.0), heading=1.0)
    picture = draw(scene, size=(200, 160), anchor=anchor, forward=forward)
    rows, columns = np.nonzero(near(picture, BODY["ego"], 2))
    # The body without its windows is a little aside of the centre, along the car.
    assert columns.mean() == pytest.approx(200 * anchor[0], abs=2.5)
    assert rows.mean() == pytest.approx(160 * anchor[1], abs=2.5)
    lies = np.ptp(columns) > np.ptp(rows)
    assert lies == (forward == "right")


def test_places_and_sizes_are_to_scale():
    scene = Scene(boxes=[Box(20.0, 6.0, 0.0, 10.0, 4.0, "obstacle")])
    for y_down in (False, True):
        scene.y_down = y_down
        changed = ~near(draw(scene, size=(400, 200), pixels_per_metre=6.0), BACKDROP, 1)
        rows, columns = np.nonzero(changed)
        # Pillow fills the pixels that an edge touches: a quarter of a pixel more at the far sides.
        found = (columns.min(), columns.max(), rows.min(), rows.max())
        middle = 100 + (36 if y_down else -36)
        assert found == (200 + 15 * 6, 200 + 25 * 6, middle - 12, middle + 12)


@pytest.mark.parametrize("name", SCENES)
def test_turning_the_world_with_the_heading_changes_nothing(name):
    make, options = SCENES[name]
    scene = make()
    before = draw(scene, **options)
    turn = 0.7
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])

    def turned(points):
        return (points.reshape(-1, 2) @ matrix).reshape(points.shape)

    for lane in scene.lanes:
        lane.left, lane.right = turned(lane.left), turned(lane.right)
    for box in scene.boxes:
        (box.x, box.y), box.heading = turned(np.array([box.x, box.y])), box.heading + turn
    scene.trails, scene.hidden = map(turned, scene.trails), [turned(h) for h in scene.hidden]
    scene.trails = list(scene.trails)
    scene.rays = turned(scene.rays)
    scene.center, scene.heading = tuple(turned(np.array(scene.center))), scene.heading + turn
    assert difference(before, draw(scene, **options)) < 0.1


@pytest.mark.parametrize("name", SCENES)
def test_mirrored_axes_show_the_same(name):
    make, options = SCENES[name]
    scene = make()
    before = draw(scene, **options)
    mirror = np.array([1.0, -1.0])
    for lane in scene.lanes:
        lane.left, lane.right = lane.left * mirror, lane.right * mirror
    for box in scene.boxes:
        box.y, box.heading = -box.y, -box.heading
    scene.trails = [trail * mirror for trail in scene.trails]
    scene.hidden = [polygon * mirror for polygon in scene.hidden]
    scene.rays = scene.rays * np.tile(mirror, 2)
    scene.center, scene.heading = (scene.center[0], -scene.center[1]), -scene.heading
    scene.y_down = not scene.y_down
    assert difference(before, draw(scene, **options)) < 0.1


def test_dashes_stay_on_the_road_when_the_camera_moves():
    scene = Scene([straight(0.0, lines=("dashed", "solid"))], y_down=True)
    first = draw(scene)
    scene.center = (4.0, 0.0)
    np.testing.assert_array_equal(first[:, 20:], draw(scene)[:, :-20])
    dashed, solid = (near(first[row], PAINT, 40) for row in (90, 110))
    assert solid.all()
    assert dashed.mean() == pytest.approx(3.0 / 7.5, abs=0.05)
    edges = np.flatnonzero(dashed[1:] & ~dashed[:-1])
    np.testing.assert_allclose(np.diff(edges), 7.5 * 5, atol=1)


def test_a_line_that_two_lanes_share_is_drawn_once():
    """Their directions are opposite, so that dashes of both would fill each other's gaps."""
    one = straight(0.0, x=(-50, 52.3), lines=("dashed", "none"))
    other = Lane(one.left[::-1], one.left[::-1] - [0.0, 4.0], "dashed", "none")
    single = draw(Scene([one, Lane(other.left, other.right)], y_down=True))
    np.testing.assert_array_equal(draw(Scene([one, other], y_down=True)), single)


def test_crossings_have_stripes_along_the_way():
    lane = Lane(np.array([[-2.0, 0.0], [-2.0, 6.0]]), np.array([[2.0, 0.0], [2.0, 6.0]]))
    lane.surface = "crossing"
    road = straight(3.0, width=6.0)
    scene = Scene([road, lane], center=(0.0, 3.0), y_down=True)
    column = draw(scene, size=(100, 100), pixels_per_metre=10.0)[20:80, 50, 0]
    paint = (column.astype(float) - ASPHALT[0]) / (PAINT[0] - ASPHALT[0])
    assert paint[0] < 0.1
    assert ((paint[1:] > 0.9) & (paint[:-1] <= 0.9)).sum() == 6
    assert paint.mean() == pytest.approx(0.5, abs=0.04)


KINDS = ("ego", "car", "truck", "cyclist", "pedestrian", "obstacle", "light")
STATES = ("plain", "crashed", "braking", "hidden")


def test_kinds_and_states_look_different():
    pictures = {(k, s): alone(k, s) for k in KINDS for s in STATES if k != "light"}
    for kind in ("cyclist", "pedestrian", "obstacle"):  # without brake lights
        np.testing.assert_array_equal(pictures.pop((kind, "braking")), pictures[kind, "plain"])
    pictures |= {("light", s): alone("light", s) for s in ("plain", "braking", "hidden")}
    names = list(pictures)
    for i, name in enumerate(names):
        changed = (np.abs(pictures[name].astype(int) - ASPHALT).max(axis=-1) > 20).sum()
        assert changed > 40, name
        for other in names[:i]:
            assert difference(pictures[name], pictures[other]) > 0.08, (name, other)


@pytest.mark.parametrize("kind", ["ego", "car", "truck", "cyclist", "pedestrian"])
def test_directions_show(kind):
    ahead, back = alone(kind), alone(kind, heading=math.pi)
    assert difference(ahead, back) > 0.3
    # Without the shadow, which always falls to the lower right, half a turn is a half-turned picture.
    assert difference(ahead, back[::-1, ::-1]) < difference(ahead, back)


def test_the_windscreen_is_ahead_and_brake_lights_are_behind():
    dark = near(alone("car"), (38, 44, 54), 8)
    assert dark[:, 60:].sum() > 1.2 * dark[:, :60].sum()
    red = near(alone("car", "braking"), (225, 55, 20), 30)
    assert red[:, :60].sum() > 8
    assert not red[:, 60:].any()


def test_crashed_ones_are_marked_and_hidden_ones_are_pale():
    assert near(alone("car", "crashed"), CRASHED).sum() > 50
    assert not near(alone("car"), CRASHED).any()
    for kind in ("car", "truck", "cyclist"):
        solid, pale = (
            near(alone(kind, state), BODY[kind], 6).sum() for state in ("plain", "hidden")
        )
        assert solid > 10
        assert pale < solid / 5


def test_lights_differ_by_pattern_as_well_as_by_colour():
    red, green = alone("light", "braking"), alone("light", "plain")
    assert not near(red, GREEN).any()
    assert near(green, GREEN).any()
    middle = (60, 60)
    assert near(green[middle], BODY["light"])
    assert near(red[middle], (225, 55, 20))


@pytest.mark.parametrize("kind", ["pedestrian", "cyclist"])
def test_people_stay_visible_from_far_above(kind):
    picture = alone(kind, pixels_per_metre=1.0)
    assert (np.abs(picture.astype(int) - ASPHALT).max(axis=-1) > 30).sum() > 60


def test_trails_fade_with_age():
    trail = np.stack([np.linspace(-50, 0, 51), np.zeros(51)], axis=1)
    scene = Scene([straight(0.0, width=40.0)], trails=[trail])
    row = draw(scene)[100].astype(int).sum(axis=-1) - sum(ASPHALT)
    assert (row[:48] == 0).all()
    assert (row[302:] == 0).all()
    steps = row[(50 + (np.arange(12) + 0.5) * 250 / 12).astype(int)]
    assert (np.diff(steps) > 0).all()
    assert steps[-1] > 190


def test_rays_end_in_points_where_they_hit():
    rays = np.array([[0.0, 0.0, 20.0, 0.0], [0.0, 0.0, -30.0, 0.0]])
    scene = Scene([straight(0.0, width=40.0)], rays=rays, ray_range=30.0)
    picture = draw(scene)
    assert near(picture[100, 400], (235, 255, 245))
    assert not near(picture[:, 100:300], (235, 255, 245)).any()
    assert (picture[99:101, 160:290].max(axis=0) > np.array(ASPHALT) + 20).all()
    scene.ray_range = math.inf
    assert near(draw(scene)[100, 150], (235, 255, 245))


def test_what_cannot_be_seen_is_darker_and_nothing_else_changes():
    scene = Scene([straight(0.0, width=12.0)])
    before = draw(scene).astype(int)
    scene.hidden = [
        np.array([[10.0, -30.0], [30.0, -30.0], [30.0, 30.0], [10.0, 30.0]]),
        np.array([[20.0, -9.0], [90.0, -9.0], [90.0, 9.0]]),
        np.array([[900.0, 0.0], [901.0, 0.0], [900.0, 1.0]]),
    ]
    after = draw(scene).astype(int)
    assert (after[:, 351:449] < before[:, 351:449] - 15).all()
    np.testing.assert_array_equal(after[:, :349], before[:, :349])
    np.testing.assert_array_equal(after[:30, 452:], before[:30, 452:])
    stripes = after[100, 355:445].sum(axis=-1)
    assert np.ptp(stripes) > 20


def test_the_strip_takes_the_rows_it_needs():
    scene = highway()
    scene.strip = []
    bare = draw(scene)
    assert not near(bare, PANEL, 0).any()
    heights = []
    for count in (1, 5, 8, 40):
        scene.strip = [(f"metric {k}", 10.0 * k) for k in range(count)]
        picture = draw(scene)
        panel = near(picture, PANEL, 0).mean(axis=1) > 0.3
        heights.append(int(panel.sum()))
        assert panel[-1]
        text = (picture[panel] > 150).all(axis=-1)
        assert text.sum() > 20
        assert not text[:, -8:].any()
    assert heights == [STRIP_ROW + 4, STRIP_ROW + 4, 2 * STRIP_ROW + 4, 2 * STRIP_ROW + 4]


def test_values_of_the_strip_are_read_as_people_write_them():
    from synth_envs.driving.drawing import _value

    shown = {
        "green": "green", 3: "3", np.int64(4): "4", 2.0: "2.00", 12.345: "12.3", -0.456: "-0.46",
        math.nan: "-", math.inf: "inf", -math.inf: "-inf", np.float64(0.5): "0.50",
    }  # fmt: skip
    assert {value: _value(value) for value in shown} == shown
    assert [_value(value) for value in (True, np.False_)] == ["yes", "no"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (0, 200)}, "size"),
        ({"size": (600, 10**6)}, "size"),
        ({"size": (600.0, 200)}, "size"),
        ({"pixels_per_metre": 0.0}, "pixels_per_metre"),
        ({"pixels_per_metre": math.nan}, "pixels_per_metre"),
        ({"forward": "left"}, "forward"),
        ({"anchor": (math.nan, 0.5)}, "anchor"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        draw(Scene(), **options)


@pytest.mark.parametrize("part", ["boxes", "lanes", "trails", "rays", "hidden", "center"])
def test_what_is_not_finite_is_refused(part):
    bad = np.full((3, 2), np.nan)
    value = {
        "boxes": [Box(math.inf, 0.0, 0.0, 1.0, 1.0)],
        "lanes": [Lane(bad, bad)],
        "trails": [bad],
        "rays": np.full((1, 4), np.nan),
        "hidden": [bad],
        "center": (0.0, math.nan),
    }[part]
    with pytest.raises(ValueError, match=f"the scene's {part}.* must be finite"):
        draw(Scene(**{part: value}))


def test_rays_are_rows_of_four():
    with pytest.raises(ValueError, match="rays must be"):
        draw(Scene(rays=np.zeros((2, 3))))


def test_empty_scenes_and_degenerate_shapes_are_drawn():
    assert near(draw(Scene()), BACKDROP, 0).all()
    point = np.zeros((4, 2))
    scene = Scene(
        [Lane(point, point, "solid", "dashed"), Lane(point, point, surface="crossing")],
        [Box(0.0, 0.0, 0.0, 1e-3, 1e-3, kind) for kind in KINDS],
        [point, point[:1], point[:0]],
        np.zeros((2, 4)),
        hidden=[point, point[:2], point[:0]],
    )
    assert draw(scene).shape == (200, 600, 3)


def test_a_missing_pillow_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(gym.error.DependencyNotInstalled, match=r"synth-envs\[render\]"):
        draw(Scene())


def test_pictures_are_fast():
    """Far above what is measured (8 ms on a server core), for machines that are busy."""
    scene = highway()
    scene.boxes += [Box(-50.0 + 20 * k, 8.0, 0.0, 4.8, 1.9, "car") for k in range(4)]
    assert len(scene.boxes) == 20
    times = []
    for _ in range(10):
        start = time.process_time()
        draw(scene)
        times.append(time.process_time() - start)
    assert min(times) < 0.04

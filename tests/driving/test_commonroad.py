"""The CommonRoad importer: every kind of element, and hostile and broken files."""

import gzip
import math
import tracemalloc

import numpy as np
import pytest

from synth_envs.driving.real import safe_xml
from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.lanes import drawn_lanes
from synth_envs.driving.real.safe_xml import real_number, whole_number


def points(*pairs):
    return "".join(f"<point><x>{x}</x><y>{y}</y></point>" for x, y in pairs)


def state(tag, frame, x, y, *rest):
    heading, speed, extra = (*rest, *(0.0, 10.0, "")[len(rest) :])
    return (
        f"<{tag}><position>{points((x, y))}</position>"
        f"<orientation><exact>{heading}</exact></orientation>"
        f"<velocity><exact>{speed}</exact></velocity>"
        f"<acceleration><exact>0</exact></acceleration>"
        f"<time><exact>{frame}</exact></time>{extra}</{tag}>"
    )


LEFT = points((0, 4), (10, 4), (10, 4), (20, 4))
RIGHT = points((0, 0), (9, 0), (11, 0), (20, 0))
LANELET = (
    f'<lanelet id="1"><leftBound>{LEFT}<lineMarking>solid</lineMarking></leftBound>'
    f"<rightBound>{RIGHT}<lineMarking>dashed</lineMarking></rightBound>"
    '<successor ref="2"/><adjacentRight drivingDir="same" ref="3"/>'
    "<laneletType>urban</laneletType></lanelet>"
)
NEXT = (
    f'<lanelet id="2"><leftBound>{points((20, 4), (30, 4))}</leftBound>'
    f"<rightBound>{points((20, 0), (30, 0))}</rightBound>"
    '<predecessor ref="1"/></lanelet>'
)
BELOW = (
    f'<lanelet id="3"><rightBound>{points((0, -4), (20, -4))}</rightBound>'
    f"<leftBound>{points((0, 0), (20, 0))}</leftBound>"
    '<adjacentLeft drivingDir="opposite" ref="1"/></lanelet>'
)
RECTANGLE = "<shape><rectangle><length>4.5</length><width>1.8</width></rectangle></shape>"
TRACK = (
    f'<dynamicObstacle id="10"><type>car</type>{RECTANGLE}'
    f"{state('initialState', 0, 1, 2)}<trajectory>"
    f"{state('state', 1, 2, 2)}{state('state', 2, '3e0', 2.5, 0.25, 9)}"
    "</trajectory></dynamicObstacle>"
)
PREDICTED = (
    f'<dynamicObstacle id="11"><type>truck</type>{RECTANGLE}'
    f"{state('initialState', 0, 12, -2)}<occupancySet><occupancy><shape>"
    f"<polygon>{points((0, 0), (1, 0), (0, 1))}</polygon></shape>"
    "<time><exact>1</exact></time></occupancy></occupancySet></dynamicObstacle>"
)
GOAL = (
    "<goalState><position><rectangle><length>4</length><width>2</width>"
    f"<orientation>{math.pi / 2}</orientation><center><x>15</x><y>2</y></center></rectangle></position>"
    "<orientation><intervalStart>-0.1</intervalStart><intervalEnd>0.1</intervalEnd></orientation>"
    "<time><intervalStart>5</intervalStart><intervalEnd>9</intervalEnd></time>"
    "<velocity><intervalStart>0</intervalStart><intervalEnd>3</intervalEnd></velocity></goalState>"
)
YAW = "<yawRate><exact>0.5</exact></yawRate><slipAngle><exact>-0.01</exact></slipAngle>"
PROBLEM = f'<planningProblem id="99">{state("initialState", 0, 0, 0, 0.1, 7, YAW)}{GOAL}</planningProblem>'
LOCATION = (
    "<location><geoNameId>5404794</geoNameId><gpsLatitude>34.13817</gpsLatitude>"
    "<gpsLongitude>-118.36365</gpsLongitude></location>"
)
TAGS = "<scenarioTags><highway/><lane_change/></scenarioTags>"
BODY = LOCATION + TAGS + LANELET + NEXT + BELOW + TRACK + PREDICTED + PROBLEM
ROOT = 'commonRoadVersion="2020a" benchmarkID="A-1_1_T-1" source="a test" timeStepSize="0.1"'


def document(body=BODY, root=ROOT, head='<?xml version="1.0" ?>'):
    return f"{head}<commonRoad {root}>{body}</commonRoad>"


@pytest.fixture
def write(tmp_path):
    def write(text, name="scene.xml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_every_kind_of_element_is_read(write):
    recording = load_commonroad(write(document()))
    assert (recording.name, recording.source, recording.dt) == ("A-1_1_T-1", "a test", 0.1)
    location = recording.location
    assert location.geo_name_id == 5404794
    assert (location.latitude, location.longitude) == (34.13817, -118.36365)
    assert recording.tags == ("highway", "lane_change")
    assert not recording.ignored
    assert list(recording.lanelets) == [1, 2, 3]

    first, after, below = recording.lanelets.values()
    assert (first.left_line, first.right_line, first.kinds) == ("solid", "dashed", ("urban",))
    assert (after.left_line, after.predecessors, first.successors) == ("unknown", (1,), (2,))
    assert (first.adjacent_left, first.adjacent_right, first.adjacent_right_same) == (None, 3, True)
    assert (below.adjacent_left, below.adjacent_left_same) == (1, False)

    track, predicted = recording.tracks
    assert (track.id, track.kind, track.length, track.width) == (10, "car", 4.5, 1.8)
    assert (track.first_frame, track.last_frame, track.has_trajectory) == (0, 2, True)
    np.testing.assert_array_equal(track.x, [1, 2, 3])
    np.testing.assert_array_equal(track.y, [2, 2, 2.5])
    np.testing.assert_array_equal(track.heading, [0, 0, 0.25])
    np.testing.assert_array_equal(track.speed, [10, 10, 9])
    assert (predicted.kind, len(predicted.x), predicted.has_trajectory) == ("truck", 1, False)
    assert not recording.has_trajectories
    assert recording.last_frame == 2

    problem = recording.problem
    assert (problem.id, problem.frame, problem.x, problem.y) == (99, 0, 0.0, 0.0)
    assert (problem.heading, problem.speed) == (0.1, 7.0)
    assert (problem.yaw_rate, problem.slip_angle) == (0.5, -0.01)
    (goal,) = problem.goals
    assert goal.frames == (5, 9)
    assert (goal.heading, goal.speed) == ((-0.1, 0.1), (0.0, 3.0))
    (region,) = goal.regions
    # A rectangle of 4 x 2 m that stands upright covers 2 x 4 m.
    np.testing.assert_allclose(region.min(axis=0), [14, 0], atol=1e-9)
    np.testing.assert_allclose(region.max(axis=0), [16, 4], atol=1e-9)


def test_each_bound_loses_its_own_repeated_points_and_the_center_line_stays_paired(write):
    lanelet = load_commonroad(write(document())).lanelets[1]
    np.testing.assert_array_equal(lanelet.left, [[0, 4], [10, 4], [20, 4]])
    np.testing.assert_array_equal(lanelet.right, [[0, 0], [9, 0], [11, 0], [20, 0]])
    np.testing.assert_array_equal(lanelet.center, [[0, 2], [9.5, 2], [10.5, 2], [20, 2]])
    np.testing.assert_allclose(lanelet.width, [4, 4, 4, 4])


def test_containment_follows_the_bounds(write):
    lanelet = load_commonroad(write(document())).lanelets[1]
    places = np.array([[[5, 1], [5, 3.9]], [[5, 4.1], [-0.1, 2]], [[20.1, 2], [19, -0.1]]])
    np.testing.assert_array_equal(lanelet.contains(places), [[True] * 2, [False] * 2, [False] * 2])


def test_lanes_to_draw_mark_each_line_once(write):
    lanes = drawn_lanes(load_commonroad(write(document())))
    assert [(lane.left_line, lane.right_line) for lane in lanes] == [
        ("solid", "none"),  # its right neighbour draws the line between them
        ("none", "none"),
        ("none", "none"),
    ]
    alone = BODY.replace('<adjacentRight drivingDir="same" ref="3"/>', "")
    lanes = drawn_lanes(load_commonroad(write(document(alone.replace("solid", "broad_solid")))))
    assert (lanes[0].left_line, lanes[0].right_line) == ("solid", "dashed")
    np.testing.assert_array_equal(lanes[0].right, [[0, 0], [9, 0], [11, 0], [20, 0]])


def test_plain_and_compressed_files_are_told_by_content(write):
    plain = load_commonroad(write(document()))
    packed = load_commonroad(str(write(gzip.compress(document().encode()), "scene.dat")))
    assert packed.name == plain.name
    np.testing.assert_array_equal(packed.tracks[0].x, plain.tracks[0].x)


def test_a_goal_can_be_a_lanelet_a_polygon_or_a_time_only(write):
    time = "<time><exact>4</exact></time>"
    polygon = f"<polygon>{points((0, 0), (1, 0), (0, 1))}</polygon>"
    goals = (
        f'<goalState><position><lanelet ref="2"/><lanelet ref="3"/></position>{time}</goalState>'
        f"<goalState><position>{polygon}</position>{time}</goalState><goalState>{time}</goalState>"
    )
    found = load_commonroad(write(document(BODY.replace(GOAL, goals)))).problem.goals
    assert [goal.lanelets for goal in found] == [(2, 3), (), ()]
    assert [len(goal.regions) for goal in found] == [0, 1, 0]
    assert found[1].regions[0].shape == (3, 2)
    assert {goal.frames for goal in found} == {(4, 4)}
    assert {(goal.heading, goal.speed) for goal in found} == {(None, None)}


def test_what_is_left_out_is_counted(write):
    extra = '<trafficSign id="7"/><trafficSign id="8"/><intersection id="9"/>'
    body = BODY.replace('<predecessor ref="1"/>', '<predecessor ref="1"/><stopLine/>') + extra
    recording = load_commonroad(write(document(body)))
    assert recording.ignored == {"trafficSign": 2, "intersection": 1, "stopLine": 1}


# (what is replaced, by what, what the message says besides the file's name)
BROKEN = {
    "x not finite": ("<x>9</x>", "<x>nan</x>", "lanelet 1, rightBound, point 2: x 'nan'"),
    "x infinite": ("<x>9</x>", "<x>1e400</x>", "lanelet 1, rightBound, point 2"),
    "x of letters": ("<x>9</x>", "<x>nine</x>", "lanelet 1, rightBound, point 2"),
    "x with underscore": ("<x>9</x>", "<x>1_0</x>", "lanelet 1, rightBound, point 2"),
    "x missing": ("<x>9</x>", "", "lanelet 1, rightBound, point 2: 0 elements <x>"),
    "x twice": ("<x>9</x>", "<x>9</x><x>9</x>", "point 2: 2 elements <x>"),
    "unequal bounds": (LEFT, points((0, 4), (20, 4)), "lanelet 1: 2 points .* 4 on the right"),
    "one point": (LEFT, points((0, 4)), "lanelet 1, leftBound: 1 points"),
    "one place": (LEFT, points(*[(0, 4)] * 4), "lanelet 1: fewer than two distinct points"),
    "no bound": (f"<rightBound>{RIGHT}", "<other>", "not well-formed"),
    "bound missing": ("leftBound>", "middle>", "lanelet 1: 0 elements <leftBound>"),
    "no lanelet": ("lanelet", "street", "there is no lanelet"),
    "bad successor": (
        '<successor ref="2"',
        '<successor ref="77"',
        "lanelet 1: refers to lanelet 77",
    ),
    "bad neighbour": ('"same" ref="3"', '"same" ref="10"', "lanelet 1: refers to lanelet 10"),
    "no ref": ('<successor ref="2"', "<successor", "lanelet 1, successor: ref ''"),
    "bad direction": ('"opposite"', '"sideways"', "lanelet 3, adjacentLeft: drivingDir 'sideways'"),
    "two neighbours": (
        '<adjacentRight drivingDir="same" ref="3"/>',
        '<adjacentRight drivingDir="same" ref="3"/>' * 2,
        "lanelet 1: 2 elements <adjacentRight>",
    ),
    "id twice": ('Obstacle id="11"', 'Obstacle id="10"', "dynamicObstacle 10: the id is given"),
    "id shared": ('Obstacle id="11"', 'Obstacle id="3"', "dynamicObstacle 3: the id is given"),
    "id of letters": ('Obstacle id="11"', 'Obstacle id="x"', "id 'x' is not a whole number"),
    "gap in time": ("<exact>2</exact>", "<exact>3</exact>", "10, state 2: frame 3 where 2"),
    "time back": ("<exact>2</exact>", "<exact>1</exact>", "10, state 2: frame 1 where 2"),
    "time broken": (
        "<exact>2</exact>",
        "<exact>1.5</exact>",
        "state 2, time: '1.5' is not a frame",
    ),
    "time negative": ("<exact>2</exact>", "<exact>-2</exact>", "is not a frame"),
    "speed": ("<exact>9</exact>", "<exact>900</exact>", "state 2, velocity: 900 m/s"),
    "speed missing": ("<velocity><exact>9</exact></velocity>", "", "0 elements <velocity>"),
    "speed interval": (
        "<exact>9</exact>",
        "<intervalStart>8</intervalStart><intervalEnd>9</intervalEnd>",
        "state 2, velocity: 0 elements <exact>",
    ),
    "place of area": (
        f"<position>{points((2, 2))}</position>",
        "<position><rectangle/></position>",
        "state 1, position: only points",
    ),
    "foreign state": ("</trajectory>", "<event/></trajectory>", "<event> where a state must be"),
    "no prediction": ("occupancySet", "mystery", "dynamicObstacle 11: neither a trajectory"),
    "circle": ("rectangle><length>4.5", "circle><length>4.5", "not well-formed"),
    "other shape": (RECTANGLE, "<shape><circle/></shape>", "10: only rectangles"),
    "turned shape": ("</width></rect", "</width><orientation/></rect", "10, rectangle: there must"),
    "no length": ("<length>4.5<", "<length>0<", "dynamicObstacle 10: length of 0 m"),
    "long": ("<width>1.8<", "<width>101<", "dynamicObstacle 10: width of 101 m"),
    "no problem": (PROBLEM, "", "0 planning problems"),
    "two problems": (PROBLEM, PROBLEM + PROBLEM.replace("99", "98"), "2 planning problems"),
    "no goal": (GOAL, "", "planningProblem 99: there is no goalState"),
    "goal without time": ("<time><intervalStart>5", "<t><intervalStart>5", "not well-formed"),
    "goal backwards": (
        ">5</intervalStart>",
        ">50</intervalStart>",
        "time: an interval from 50 to 9",
    ),
    "goal in fractions": (">5</intervalStart>", ">5.5</intervalStart>", "time: frames 5.5 to 9"),
    "goal too late": (">9</intervalEnd>", ">10001</intervalEnd>", "frames 5 to 10001"),
    "many points": (LEFT, LEFT + points((20, 4)) * 2000, "leftBound: 2004 points"),
    "many tracks": (
        TRACK,
        "".join(TRACK.replace('"10"', f'"{k}"') for k in range(1000, 2001)),
        "more than 1000 dynamic obstacles",
    ),
    "goal nowhere": (
        GOAL,
        '<goalState><position><lanelet ref="77"/></position><time><exact>1</exact></time></goalState>',
        "goalState 1, position: refers to lanelet 77",
    ),
    "goal of a circle": (
        GOAL,
        "<goalState><position><circle/></position><time><exact>1</exact></time></goalState>",
        "goalState 1, position: <circle> is not supported",
    ),
    "flat goal": (
        GOAL,
        f"<goalState><position><polygon>{points((0, 0), (1, 1))}</polygon></position></goalState>",
        "a polygon needs three points",
    ),
    "static obstacle": ("<scenarioTags>", "<staticObstacle/><scenarioTags>", "staticObstacle"),
    "version": ('Version="2020a"', 'Version="2018b"', "version '2018b'; only '2020a'"),
    "root": ("commonRoad ", "openRoad ", "not well-formed"),
    "time step": ('Size="0.1"', 'Size="0"', "timeStepSize"),
    "time step of letters": ('Size="0.1"', 'Size="inf"', "timeStepSize"),
    "latitude": ("<gpsLatitude>34.13817", "<gpsLatitude>north", "location: gpsLatitude 'north'"),
    "two locations": (LOCATION, LOCATION.replace("gpsLatitude", "gpsLongitude"), "location: 2 el"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_by_name_and_element(write, case):
    before, after, message = BROKEN[case]
    text = document()
    assert before in text
    with pytest.raises(ValueError, match=f"scene.xml.*{message}"):
        load_commonroad(write(text.replace(before, after)))


def test_another_root_is_refused(write):
    with pytest.raises(ValueError, match=r"scene\.xml: the root is <html>, not <commonRoad>"):
        load_commonroad(write("<html/>"))


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
HOSTILE = {
    "entities": (document(LOCATION + "<x>&c;</x>", head=BOMB), "line 1: a DOCTYPE"),
    "external entity": (
        document(head='<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>'),
        "a DOCTYPE is not allowed",
    ),
    "external type": (document(head='<!DOCTYPE b SYSTEM "http://127.0.0.1/b">'), "a DOCTYPE"),
    "undeclared entity": (document("<x>&c;</x>"), "not well-formed XML: undefined entity"),
    "deep": (document("<a>" * 32 + "</a>" * 32), "<a> lies deeper than 32 elements"),
    "cut off": (document()[:-20], "not well-formed XML"),
    "empty": ("", "not well-formed XML: no element found"),
    "not text": (b"\x00\xff" * 50, "not well-formed XML"),
    "not UTF-8": (b'<?xml version="1.0"?><commonRoad a="\xff"/>', "not well-formed XML"),
    "odd encoding": (
        document(head='<?xml version="1.0" encoding="utf-7"?>'),
        "the text cannot be decoded",
    ),
    "unknown encoding": (
        document(head='<?xml version="1.0" encoding="klingon"?>'),
        "the text cannot be decoded",
    ),
    "gzip of nothing": (b"\x1f\x8b", "damaged gzip file"),
    "gzip cut off": (gzip.compress(document().encode())[:-20], "damaged gzip file"),
    "gzip overwritten": (
        gzip.compress(document().encode())[:60] + b"\xff" * 400,
        "damaged gzip file",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(write, case):
    text, message = HOSTILE[case]
    with pytest.raises(ValueError, match=f"scene.xml.*{message}|{message}.*scene.xml"):
        load_commonroad(write(text))


def test_damaged_files_are_refused_or_read(write):
    rng = np.random.default_rng(1)
    whole = document().encode()
    digits = [at for at, byte in enumerate(whole) if chr(byte).isdigit()]
    read, refused = [], []
    for number in range(400):
        damaged = bytearray(whole)
        at = int(rng.integers(0, len(whole)))
        if number % 3 == 0:
            damaged[int(rng.choice(digits))] = int(rng.choice(list(b"0123456789.-e")))
        elif number % 3 == 1:
            damaged[at] = int(rng.integers(0, 256))
        else:
            damaged[at : at + number % 17] = whole[at // 2 : at // 2 + number % 29]
        path = write(gzip.compress(bytes(damaged)) if number % 2 else bytes(damaged))
        try:
            read.append(load_commonroad(path))
        except ValueError as error:
            refused.append(str(error))
    assert all("scene.xml" in message for message in refused)
    assert all(np.isfinite(track.x).all() for one in read for track in one.tracks)
    assert len(read) > 30
    assert len(refused) > 100


def test_depth_below_the_limit_is_read(write):
    body = BODY + "<a>" * 31 + "</a>" * 31
    assert load_commonroad(write(document(body))).ignored == {"a": 1}


def test_sizes_are_bounded(write, monkeypatch):
    monkeypatch.setattr(safe_xml, "MAX_ELEMENTS", 40)
    with pytest.raises(ValueError, match=r"scene\.xml, line 1: more than 40 elements"):
        load_commonroad(write(document()))
    monkeypatch.undo()
    monkeypatch.setattr(safe_xml, "MAX_BYTES", len(document()) - 1)
    with pytest.raises(ValueError, match=r"scene\.xml: more than \d+ bytes"):
        load_commonroad(write(document()))


def test_a_gzip_bomb_is_not_unpacked(write):
    path = write(gzip.compress(b" " * (200 * 2**20), 9), "scene.xml.gz")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=f"scene.xml.gz: more than {safe_xml.MAX_BYTES} bytes"):
            load_commonroad(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * safe_xml.MAX_BYTES


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_commonroad(tmp_path / "none.xml")
    with pytest.raises(FileNotFoundError):
        load_commonroad(tmp_path)


def test_numbers():
    reals = {"1": 1.0, " -0.5\n": -0.5, "+.5": 0.5, "2.": 2.0, "1e3": 1e3, "1E-3": 1e-3}
    assert {text: real_number(text) for text in reals} == reals
    for text in (
        "",
        "nan",
        "inf",
        "1e8",
        "-1e8",
        "1e400",
        "1_0",
        "0x1",
        "1 2",
        "٣",
        None,
        "e3",
        "1" + "0" * 40,
    ):
        assert real_number(text) is None, text
    assert (whole_number(" 12 "), whole_number("-3")) == (12, -3)
    for text in ("", "1.0", "1e3", "1" * 10, "٣", None):
        assert whole_number(text) is None, text

"""Statistics of traffic that was made by hand, and of the real recordings, read in place."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.statistics import (
    Traffic,
    accelerations,
    headways,
    overlaps,
    speeds,
    summary,
    traffic_of,
)


def made(x, y, heading, speed, *, dt=0.1):
    shape = np.broadcast_shapes(*(np.shape(values) for values in (x, y, heading, speed)))
    columns = [np.broadcast_to(np.asarray(v, float), shape).copy() for v in (x, y, heading, speed)]
    return Traffic(*columns, np.full(shape[1], 4.0), np.full(shape[1], 2.0), dt)


def test_headway_is_from_bumper_to_bumper_to_the_nearest_leader():
    # Follower at 0, another lane at 10, leader at 30, one further away, and one past the range.
    x = np.array([[0.0, 10.0, 30.0, 60.0, 161.0]])
    y = np.array([[0.0, 3.6, 1.7, 0.0, 0.0]])
    found = headways(made(x, y, 0.0, 10.0))
    # The leader at 30 follows the one at 60, 1.7 m aside; for the one at 10 all others are more than
    # 1.8 m aside; the one at 60 is 101 m behind the last.
    np.testing.assert_allclose(found, [(30 - 4) / 10, (30 - 4) / 10])
    turned = made(-y, x, np.pi / 2, 10.0)
    np.testing.assert_allclose(headways(turned), found)


def test_slow_and_absent_vehicles_have_no_headway():
    x = np.array([[0.0, 20.0], [0.0, 20.0]])
    speed = np.array([[2.0, 5.0], [4.0, 5.0]])
    np.testing.assert_allclose(headways(made(x, 0.0, 0.0, speed, dt=1.0)), [(20 - 4) / 4])
    x[1, 1] = np.nan
    assert len(headways(made(x, 0.0, 0.0, speed, dt=1.0))) == 0


def test_accelerations_are_means_over_a_second():
    frames = np.arange(31)
    speed = np.stack([10 + 0.2 * frames, np.full(31, 5.0)], axis=1)
    speed[16:, 1] = np.nan
    speed[1::2, 0] += 3.0  # noise between frames that a second does not see
    found = accelerations(made(0.0, [[0.0, 50.0]], 0.0, speed))
    # 21 seconds begin within the first vehicle's drive and six within the second's; every fifth.
    np.testing.assert_allclose(np.sort(found), [0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    assert len(speeds(made(0.0, [[0.0, 50.0]], 0.0, speed))) == 7 + 4


def test_overlaps_are_found_and_only_they():
    diagonal = math.sqrt(0.5)
    # Two boxes of 4 x 2 m, the second turned by 45 degrees: its corner reaches 3/sqrt(2) m back.
    for gap, hit in ((-0.01, True), (0.01, False)):
        x = 2.0 + 3.0 * diagonal + gap
        pair = made(np.array([[0.0, x]]), -diagonal, np.array([[0.0, math.pi / 4]]), 0.0)
        assert overlaps(pair) == ([(0, 0, 1)] if hit else [])
    apart = made(np.array([[0.0, np.nan, 4.1]]), 0.0, 0.0, 0.0)
    assert not overlaps(apart)


def test_shapes_and_steps_are_checked():
    with pytest.raises(ValueError, match="vehicles"):
        Traffic(*[np.zeros((3, 2))] * 4, np.zeros(3), np.zeros(2), 0.1)
    with pytest.raises(ValueError, match="dt"):
        made(np.zeros((2, 1)), 0.0, 0.0, 0.0, dt=0.0)


def test_no_traffic_has_a_summary():
    found = summary([])
    assert found.counts == (0, 0, 0)
    assert np.isnan([*found.speed, *found.acceleration, *found.headway]).all()


# --- the real recordings, read in place ---


@pytest.fixture(scope="module")
def recordings():
    default = Path(__file__).resolve().parents[3] / "shared" / "real"
    folder = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / "driving"
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}; set SYNTH_ENVS_REAL_DATA to the folder that holds driving/"
        )
    found = [load_commonroad(path) for path in sorted(folder.glob("USA_US101-*.xml.gz"))]
    return {recording.name.removeprefix("USA_US101-"): recording for recording in found}


@pytest.fixture(scope="module")
def driven(recordings):
    return {name: one for name, one in recordings.items() if "_T-" in name}


def test_real_counts(recordings, driven):
    assert {
        name: (len(one.tracks), one.last_frame, len(one.lanelets))
        for name, one in recordings.items()
    } == {
        "4_1_T-1": (22, 100, 12), "8_1_T-1": (27, 75, 5), "10_1_T-1": (44, 80, 12),
        "12_1_T-1": (35, 80, 12), "14_1_T-1": (34, 66, 12), "16_1_T-1": (28, 80, 5),
        "21_1_T-1": (30, 80, 12), "23_2_T-1": (57, 140, 18), "26_2_T-1": (27, 80, 12),
        "29_2_T-1": (27, 48, 12), "1_1_S-1": (2, 0, 6), "2_4_S-1": (39, 0, 10),
    }  # fmt: skip
    assert {name for name, one in recordings.items() if one.has_trajectories} == set(driven)
    tracks = [(one, track) for one in driven.values() for track in one.tracks]
    assert len(tracks) == 331
    assert sum(track.last_frame < one.last_frame for one, track in tracks) == 201
    assert {track.first_frame for _, track in tracks} == {0}
    assert {one.dt for one in recordings.values()} == {0.1}
    assert not any(one.ignored for one in recordings.values())
    assert {track.kind for _, track in tracks} == {"car"}
    assert np.median([track.length for _, track in tracks]) == pytest.approx(5.0, abs=0.1)
    assert np.median([track.width for _, track in tracks]) == pytest.approx(1.95, abs=0.1)


def test_real_goals_and_tags(recordings):
    goals = {name: one.problem.goals for name, one in recordings.items()}
    assert {len(each) for each in goals.values()} == {1}
    regions = {name for name, (goal,) in goals.items() if goal.regions}
    assert regions == {f"{n}_1_T-1" for n in (4, 8, 10, 12, 14, 16, 21)}
    assert {name for name, (goal,) in goals.items() if goal.lanelets} == {"1_1_S-1"}
    assert {n for n, one in recordings.items() if "traffic_jam" in one.tags} == {
        "4_1_T-1",
        "10_1_T-1",
    }


def test_real_geometry(recordings):
    wide = []
    for one in recordings.values():
        for lanelet in one.lanelets.values():
            assert lanelet.width.min() > 2.85
            wide += [lanelet.id] if lanelet.width.max() > 4.2 else []
            for line in (lanelet.left, lanelet.right, lanelet.center):
                assert np.hypot(*np.diff(line, axis=0).T).min() >= 1e-3
            for after in lanelet.successors:
                gap = one.lanelets[after].center[0] - lanelet.center[-1]
                assert np.hypot(*gap) < 1e-3
                assert lanelet.id in one.lanelets[after].predecessors
    assert wide == [29]  # where a slip road ends, 4.8 m


def test_real_traffic_lies_on_the_road(driven):
    for one in driven.values():
        traffic = traffic_of(one)
        places = np.stack([traffic.x[::5], traffic.y[::5]], axis=-1)
        places = places[np.isfinite(places[..., 0])]
        inside = np.any([lanelet.contains(places) for lanelet in one.lanelets.values()], axis=0)
        assert inside.all()
        start = np.array([one.problem.x, one.problem.y])
        assert any(lanelet.contains(start) for lanelet in one.lanelets.values())
        assert 3.6 < np.hypot(traffic.x[0] - start[0], traffic.y[0] - start[1]).min() < 9.8


def test_real_traffic_does_not_overlap_but_for_one_car_under_a_long_lorry(driven):
    found = {name: overlaps(traffic_of(one)) for name, one in driven.items()}
    hits = {
        name: [(frame, *(driven[name].tracks[k].id for k in pair)) for frame, *pair in each]
        for name, each in found.items()
        if each
    }
    # Two boxes share 0.2 square metres in the first frame of one recording.
    assert hits == {"10_1_T-1": [(0, 504, 513)]}


def test_real_statistics(driven):
    found = summary(traffic_of(one) for one in driven.values())
    assert found.speed == pytest.approx((4.6, 13.6, 18.4), abs=0.05)
    assert found.acceleration == pytest.approx((-2.22, 2.41), abs=0.005)
    assert found.headway == pytest.approx((0.66, 1.47, 3.69), abs=0.005)
    assert found.counts == (4214, 3561, 1648)


def test_real_speeds_agree_with_positions(driven):
    differences = []
    for one in driven.values():
        for track in one.tracks:
            moved = np.hypot(np.diff(track.x), np.diff(track.y)) / one.dt
            differences.append(moved - track.speed[:-1])
    found = np.percentile(np.concatenate(differences), [1, 50, 99])
    np.testing.assert_allclose(found, [-0.37, 0.0, 0.67], atol=0.006)

"""Replay of recorded traffic: on roads made by hand, and on the real recordings, read in place."""

import math
import pickle

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.driving.real import replay_layout as at
from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.ego import follow
from synth_envs.driving.real.replay import ReplaySim
from synth_envs.driving.real.replay_routes import routes_of
from synth_envs.driving.real.statistics import Traffic, summary, traffic_of
from synth_envs.driving.replay_env import ReplayEnv, ReplayVectorEnv

KEEP, LEFT, FASTER, BRAKE = 1, 0, 3, 5
RIGHT_LANE, LEFT_LANE = 1.75, 5.25


# --- recordings: two straight lanes of 3.5 m, each of two lanelets that meet at 200 m ---


def points(*pairs):
    return "".join(f"<point><x>{x:.6f}</x><y>{y:.6f}</y></point>" for x, y in pairs)


def lanelet(name, x0, x1, y, links):
    bounds = "".join(
        f"<{tag}>{points((x0, edge), ((x0 + x1) / 2, edge), (x1, edge))}</{tag}>"
        for tag, edge in (("leftBound", y + 1.75), ("rightBound", y - 1.75))
    )
    refs = "".join(
        f'<{tag} ref="{ref}"' + (' drivingDir="same"/>' if "adjacent" in tag else "/>")
        for tag, ref in links
    )
    return f'<lanelet id="{name}">{bounds}{refs}</lanelet>'


ROAD = (
    lanelet(1, 0, 200, RIGHT_LANE, [("successor", 3), ("adjacentLeft", 2)])
    + lanelet(2, 0, 200, LEFT_LANE, [("successor", 4), ("adjacentRight", 1)])
    + lanelet(3, 200, 400, RIGHT_LANE, [("predecessor", 1), ("adjacentLeft", 4)])
    + lanelet(4, 200, 400, LEFT_LANE, [("predecessor", 2), ("adjacentRight", 3)])
)


def state(tag, row):
    frame, x, y, heading, speed = row
    return (
        f"<{tag}><position>{points((x, y))}</position>"
        f"<orientation><exact>{heading:.6f}</exact></orientation>"
        f"<time><exact>{frame}</exact></time><velocity><exact>{speed:.6f}</exact></velocity></{tag}>"
    )


def drive(x, y, v, accelerations=(), *, frames=80, first=0):
    """Return the states of a drive along x, with an acceleration for each frame (then none)."""
    rows = [(first, x, y, 0.0, v)]
    for k in range(frames):
        a = accelerations[k] if k < len(accelerations) else 0.0
        after = max(0.0, v + 0.1 * a)
        x, v = x + 0.05 * (v + after), after
        rows.append((first + k + 1, x, y, 0.0, v))
    return rows


def car(name, rows, kind="car"):
    trajectory = "".join(state("state", row) for row in rows[1:])
    return (
        f'<dynamicObstacle id="{name}"><type>{kind}</type><shape><rectangle><length>4.5</length>'
        f"<width>1.8</width></rectangle></shape>{state('initialState', rows[0])}"
        f"<trajectory>{trajectory}</trajectory></dynamicObstacle>"
    )


def goal(frames, place=None, speed=None, heading=None):
    def interval(tag, pair):
        low, high = pair
        return (
            f"<{tag}><intervalStart>{low}</intervalStart><intervalEnd>{high}</intervalEnd></{tag}>"
        )

    text = interval("time", frames)
    if isinstance(place, int):
        text += f'<position><lanelet ref="{place}"/></position>'
    elif place is not None:
        text += (
            "<position><rectangle><length>4</length><width>2</width><orientation>0</orientation><center>"
            f"<x>{place[0]}</x><y>{place[1]}</y></center></rectangle></position>"
        )
    text += interval("velocity", speed) if speed else ""
    text += interval("orientation", heading) if heading else ""
    return f"<goalState>{text}</goalState>"


CARS = (
    drive(90, RIGHT_LANE, 12, [-1.0] * 50),  # ahead: brakes to 7 m/s
    drive(35, RIGHT_LANE, 12),  # behind
    drive(50, LEFT_LANE, 14),
)


@pytest.fixture
def write(tmp_path):
    def write(
        cars=CARS, ego=(60, RIGHT_LANE, 0.0, 12), to=None, *, name="a.xml", dt=0.1, road=ROAD
    ):
        to = goal((0, 80), (390, LEFT_LANE)) if to is None else to
        body = road + "".join(car(100 + k, rows) for k, rows in enumerate(cars))
        body += f'<planningProblem id="99">{state("initialState", (0, *ego))}{to}</planningProblem>'
        head = f'commonRoadVersion="2020a" benchmarkID="{name}" timeStepSize="{dt}"'
        path = tmp_path / name
        path.write_text(f"<commonRoad {head}>{body}</commonRoad>")
        return path

    return write


def begun(source, **options):
    env = ReplayEnv(source=source, **options)
    env.reset(seed=1)
    return env


def played(env, policy):
    """Play an episode to its end; return the sums of the reward's terms, and the last results."""
    observation, _ = env.reset(seed=1)
    total = {}
    while True:
        observation, _, terminated, truncated, info = env.step(policy(observation))
        assert env.observation_space.contains(observation)
        for name, value in info["reward_terms"].items():
            total[name] = total.get(name, 0.0) + value
        if terminated or truncated:
            return total, terminated, info["metrics"]


# --- contracts ---


@pytest.mark.parametrize("traffic", ["log", "reactive"])
@pytest.mark.parametrize("action", ["meta", "continuous"])
def test_contracts(write, traffic, action):
    source = write(to=goal((30, 40))).parent
    write(to=goal((30, 40), (150, LEFT_LANE)), name="b.xml")
    kwargs = {"source": str(source), "traffic": traffic, "action": action}
    check_env(ReplayEnv(**kwargs), skip_render_check=True)
    check_vector_env(ReplayVectorEnv, kwargs=kwargs, scalar=ReplayEnv)


def test_batches_equal_single_episodes_and_share_out_the_recordings(write):
    for name, cars in (("a.xml", CARS), ("b.xml", CARS[:1]), ("c.xml", ())):
        source = write(cars=cars, name=name).parent
    many = ReplaySim(9, source=source, traffic="reactive")
    keys = (np.arange(9, dtype=np.uint64) * np.uint64(7282)) << np.uint64(48)
    levels, everyone = np.zeros(9), np.ones(9, bool)
    many.reset(everyone, keys, levels)
    assert [many.recording(k) for k in range(9)] == ["a.xml"] * 3 + ["b.xml"] * 3 + ["c.xml"] * 3
    singles = [ReplaySim(1, source=source, traffic="reactive") for _ in range(9)]
    for k, one in enumerate(singles):
        one.reset(everyone[:1], keys[k : k + 1], levels[:1])
    rng = np.random.default_rng(5)
    for _ in range(12):
        actions = rng.integers(0, 6, 9)
        many.step(actions, everyone)
        for k, one in enumerate(singles):
            one.step(actions[k : k + 1], everyone[:1])
            assert one.observations[0].tobytes() == many.observations[k].tobytes()
            assert one.rewards[0] == many.rewards[k]
            assert {n: v[0] for n, v in one.metrics.items()} == {
                n: v[k] for n, v in many.metrics.items()
            }


def test_fuzzing_keeps_to_the_space_and_to_the_range_of_rewards(write):
    source = write().parent
    rng = np.random.default_rng(3)
    for traffic in ("log", "reactive"):
        for action in ("meta", "continuous"):
            env = ReplayVectorEnv(num_envs=20, source=source, traffic=traffic, action=action)
            env.reset(seed=2)
            for _ in range(80):
                actions = (
                    rng.integers(0, 6, 20)
                    if action == "meta"
                    else rng.choice([-1.0, -0.2, 0.0, 0.2, 1.0], (20, 2)).astype(np.float32)
                )
                observations, rewards, *_ = env.step(actions)
                assert env.observation_space.contains(observations)
                assert ((rewards > -25) & (rewards < 14)).all()


def test_saving_restoring_and_copying(write):
    env = ReplayVectorEnv(num_envs=3, source=write(), traffic="reactive")
    env.reset(seed=1)
    for _ in range(5):
        env.step([KEEP, LEFT, FASTER])
    saved, copy = env.sim.save(), pickle.loads(pickle.dumps(env))
    runs = []
    for _ in range(2):
        env.sim.restore(saved)
        runs.append(
            [[part.tolist() for part in env.step([KEEP, LEFT, FASTER])[:4]] for _ in range(9)]
        )
    assert runs[0] == runs[1]
    again = [[part.tolist() for part in copy.step([KEEP, LEFT, FASTER])[:4]] for _ in range(9)]
    assert again == runs[0]


# --- traffic ---


def test_the_log_is_replayed_to_the_letter(write):
    late = drive(10, LEFT_LANE, 9, frames=30, first=25)
    env = begun(write(cars=[*CARS, late]))
    recording = load_commonroad(write(cars=[*CARS, late]))
    for step in range(40):
        *_, terminated, _, _ = env.step(KEEP if step < 5 else FASTER if step == 5 else LEFT)
        if terminated:
            break
        frame = 2 * (step + 1)
        for k, track in enumerate(recording.tracks):
            there = track.first_frame <= frame <= track.last_frame
            assert (env.sim._theirs[0, at.STATUS, k] == at.THERE) == there
            if there:
                n = frame - track.first_frame
                expected = [track.x[n], track.y[n], track.heading[n], track.speed[n]]
                np.testing.assert_allclose(env.sim._others[0, :4, k], expected, atol=1e-4)
    assert step >= 30


def test_reactive_cars_stop_behind_an_ego_that_stops_and_logged_ones_run_into_it(write):
    source = write()
    _, terminated, crash = played(ReplayEnv(source=source), lambda _: BRAKE)
    assert terminated
    assert (crash["collision"], crash["at_fault"], crash["log_divergence"]) == (1, 0, 0)
    env = ReplayEnv(source=source, traffic="reactive")
    _, terminated, calm = played(env, lambda _: BRAKE)
    assert not terminated
    assert (calm["collision"], calm["others_collided"], calm["arrived"]) == (0, 0, 0)
    behind, ego = env.sim._others[0, :, 1], env.sim._ego[0]
    assert behind[at.V] < 0.5
    assert 0.5 < ego[at.X] - behind[at.X] - (5.0 + 4.5) / 2 < 6.0
    assert calm["log_divergence"] > 5.0
    # Nobody has reason to behave otherwise in the other lane, but for their desired speed.
    assert 50 + 14 * 8.0 <= env.sim._others[0, at.X, 2] < 50 + 1.1 * 14 * 8.0


def test_reactive_drivers_keep_their_headways_and_lanes_are_entered_only_where_there_is_room(write):
    for gap in (10.0, 20.0):  # bumper to bumper
        pair = (drive(80, LEFT_LANE, 10), drive(80 - 4.5 - gap, LEFT_LANE, 10))
        env = begun(write(cars=pair), traffic="reactive")
        for _ in range(39):
            env.step(KEEP)
        after = env.sim._others[0, at.X, 0] - env.sim._others[0, at.X, 1] - 4.5
        assert 0.9 < after / gap < 1.35  # the leader has come to be somewhat faster
    late = drive(62, RIGHT_LANE, 5, frames=70, first=10)
    env = begun(write(cars=[late]), traffic="reactive")
    for _ in range(10):
        env.step(BRAKE)  # the ego stands where the late one begins
    assert env.sim._theirs[0, at.STATUS, 0] == at.WAITING
    free = begun(write(cars=[late], ego=(150, RIGHT_LANE, 0.0, 12)), traffic="reactive")
    for _ in range(10):
        free.step(KEEP)
    assert free.sim._theirs[0, at.STATUS, 0] == at.THERE


def test_room_is_made_for_somebody_who_changes_lanes(write):
    # In the recording it merges in front of a car that was behind it, and that here is beside it.
    merging = [
        (k, 60 + 1.2 * k, LEFT_LANE - 3.5 * min(1.0, max(0.0, (k - 20) / 30)), 0.0, 12.0)
        for k in range(81)
    ]
    through = drive(52, RIGHT_LANE, 12.0, [-1.5] * 20)
    env = begun(write(cars=[merging, through], ego=(10, RIGHT_LANE, 0.0, 5)), traffic="reactive")
    least = math.inf
    for _ in range(40):
        *_, info = env.step(KEEP)
        least = min(least, env.sim._others[0, at.A, 1])
    assert info["metrics"]["others_collided"] == 0
    assert -5.0 < least < -0.5


def test_a_bend_far_from_the_origin(write):
    # A quarter of a circle of 60 m to the left, that goes on for 40 m.
    def place(s, d):
        angle = min(s / 60, math.pi / 2)
        x, y = 1e6 + (60 - d) * math.sin(angle), -2e6 + 60 - (60 - d) * math.cos(angle)
        return x, y + max(0.0, s - 60 * angle), angle

    def bound(tag, d):
        return f"<{tag}>{points(*(place(s, d)[:2] for s in range(0, 135, 2)))}</{tag}>"

    road = f'<lanelet id="1">{bound("leftBound", 1.75)}{bound("rightBound", -1.75)}</lanelet>'
    behind = [(k, *place(0.8 * k, 0.0), 8.0) for k in range(81)]
    x, y, _ = place(90, 0)
    source = write(
        cars=[behind],
        ego=(*place(20, 0.0), 8),
        to=goal((0, 80), (x, y)),
        name="bend.xml",
        road=road,
    )
    env = ReplayEnv(source=source, traffic="reactive")
    observation, _ = env.reset(seed=1)
    np.testing.assert_allclose(observation[9], 70 / 500, atol=2e-3)
    np.testing.assert_allclose(observation[[13, 14]], [20 / 60, 20 / 60], atol=0.02)
    for step in range(39):
        observation, *_ = env.step(KEEP if step < 15 else BRAKE)
        assert abs(observation[3] * 4) < 0.6
        assert observation[5] > 0.99
    ego, other = env.sim._ego[0], env.sim._others[0, :, 0]
    gap = math.dist(ego[[at.X, at.Y]], other[[at.X, at.Y]]) - (5.0 + 4.5) / 2
    assert 0.5 < gap < 6.0
    assert other[at.V] < 0.5
    radius = math.dist(other[[at.X, at.Y]], (1e6, -2e6 + 60))
    assert abs(radius - 60) < 0.1


# --- the ego ---


@pytest.mark.parametrize("traffic", ["log", "reactive"])
def test_who_follows_survives_and_who_does_not_look_crashes(write, traffic):
    source = write(cars=[drive(90, RIGHT_LANE, 12, [-2.5] * 40), CARS[2]])
    total, _, metrics = played(
        ReplayEnv(source=source, traffic=traffic, action="continuous"), follow
    )
    assert (metrics["collision"], metrics["off_road"]) == (0, 0)
    if traffic == "log":  # the reactive leader has nobody to brake for
        assert 0 < metrics["min_ttc"] < 100
        assert 0 < metrics["required_deceleration"] < 5
    assert metrics["progress"] > 0.2
    assert total["collision"] == 0
    total, terminated, metrics = played(ReplayEnv(source=source, traffic=traffic), lambda _: FASTER)
    assert terminated
    assert (metrics["collision"], metrics["at_fault"]) == (1, 1)
    assert total["collision"] == -20


def test_whose_fault_it_is(write):
    swerve = [
        (k, 60 + 1.2 * k, LEFT_LANE - 3.5 * min(1.0, max(0.0, k - 10) / 30), 0.0, 12.0)
        for k in range(81)
    ]
    keeps = ReplayEnv(source=write(cars=[swerve]))
    _, _, metrics = played(keeps, lambda _: KEEP)
    assert (metrics["collision"], metrics["at_fault"]) == (1, 0)
    source = write(cars=[drive(60, LEFT_LANE, 12)])
    _, _, metrics = played(ReplayEnv(source=source), lambda _: LEFT)
    assert (metrics["collision"], metrics["at_fault"]) == (1, 1)


def test_frames_of_other_lengths_make_steps_of_a_fifth_of_a_second(write):
    for dt in (0.05, 0.2):
        env = ReplayEnv(source=write(cars=CARS[2:], to=goal((40, 40)), dt=dt))
        _, _, metrics = played(env, lambda _: KEEP)
        assert metrics["seconds"] == pytest.approx(40 * dt)
        assert metrics["arrived"] == 1


def test_the_drive_of_a_car_that_was_taken_out_reaches_the_goal(write):
    pushes = np.repeat([1.0, 2.0, -1.0, -2.5, 0.0, 1.5, 0.5, -0.5] * 5, 2)
    removed = drive(60, RIGHT_LANE, 12, pushes)
    x, v = removed[-1][1], removed[-1][4]
    to = goal((75, 80), (x, RIGHT_LANE), (v - 1, v + 1), (-0.1, 0.1))
    env = begun(write(cars=CARS[2:], to=to), action="continuous")
    for push in pushes[::2].tolist():
        action = np.array([push / 3 if push > 0 else push / 8, 0.0], np.float32)
        *_, terminated, truncated, info = env.step(action)
        row = removed[int(env.sim._marks[0, at.FRAME])]
        np.testing.assert_allclose(env.sim._ego[0, [at.X, at.V]], [row[1], row[4]], atol=1e-4)
        if terminated or truncated:
            break
    assert terminated
    assert env.sim._marks[0, at.FRAME] >= 75
    assert info["metrics"]["arrived"] == 1
    assert info["reward_terms"]["goal"] == 10
    assert info["metrics"]["progress"] > 0.95


@pytest.mark.parametrize(
    ("condition", "arrived"),
    [
        ({"place": (132, RIGHT_LANE), "frames": (58, 62)}, 1),
        ({"place": (132, RIGHT_LANE), "frames": (64, 80)}, 0),
        ({"place": (132, LEFT_LANE), "frames": (0, 80)}, 0),
        ({"place": (132, RIGHT_LANE), "speed": (13, 20), "frames": (0, 80)}, 0),
        ({"place": (132, RIGHT_LANE), "heading": (0.1, 0.3), "frames": (0, 80)}, 0),
        ({"place": (132, RIGHT_LANE), "heading": (6.2, 6.4), "frames": (0, 80)}, 1),
        ({"place": 3, "frames": (0, 80)}, 0),
        ({"place": 1, "frames": (40, 80)}, 1),
        ({"frames": (80, 80)}, 1),
    ],
)
def test_goals_ask_for_everything_at_once(write, condition, arrived):
    env = ReplayEnv(source=write(cars=CARS[2:], to=goal(**condition)))
    total, terminated, metrics = played(env, lambda _: KEEP)
    assert (metrics["arrived"], terminated, total["goal"]) == (arrived, bool(arrived), 10 * arrived)


def test_lanes_are_changed_and_the_route_knows(write):
    source = write(cars=(), ego=(150, RIGHT_LANE, 0.0, 12), to=goal((0, 80), (300, LEFT_LANE)))
    env = ReplayEnv(source=source)
    observation, _ = env.reset(seed=1)
    assert observation[[6, 10, 18, 19]].tolist() == [0.0, 0.25, 1.0, 0.0]
    np.testing.assert_allclose(observation[9], 150 / 500, atol=1e-6)
    observation, reward, *_, info = env.step(LEFT)
    assert observation[[6, 10, 18, 19]].tolist() == [0.25, 0.0, 0.0, 1.0]
    np.testing.assert_allclose(observation[3], -3.5 / 4, atol=0.05)
    np.testing.assert_allclose(reward, 1.0, atol=0.02)  # 12 m/s are the pace, and lanes are alike
    assert sum(info["reward_terms"].values()) == pytest.approx(reward)
    for _ in range(24):
        observation, *_ = env.step(KEEP)
    assert abs(env.sim._ego[0, at.Y] - LEFT_LANE) < 0.1
    assert abs(env.sim._ego[0, at.H]) < 0.02
    assert env.sim._ego[0, at.X] > 205
    assert env.sim._marks[0, [at.LANE, at.AIM]].tolist() == [3, 3]  # across the seam at 200 m
    routes = routes_of(load_commonroad(source), 1)
    assert routes.shift == {4: 0, 3: 1, 2: 0, 1: 1}
    assert routes.column == {1: 0, 2: 1, 3: 0, 4: 1}
    assert routes.beyond[1] == routes.beyond[2] == pytest.approx(100)


def test_the_table_holds_whoever_is_near(write):
    observation, _ = ReplayEnv(source=write()).reset(seed=1)
    rows = observation[20:].reshape(10, 12)
    assert rows[:, 0].tolist() == [1] * 4 + [0] * 6
    own = [1, 0, 0, 12 / 40, 0, 1, 0, 5 / 20, 1.95 / 4, 0.1, 0, 0]
    left = [1, -10 / 150, 3.5 / 150, 2 / 40, 0, 1, 0, 4.5 / 20, 1.8 / 4, 0.1, 0, 0.25]
    behind = [1, -25 / 150, 0, 0, 0, 1, 0, 4.5 / 20, 1.8 / 4, 0.1, 0, 0]
    np.testing.assert_allclose(rows[:3], [own, left, behind], atol=1e-6)
    np.testing.assert_allclose(rows[3, 1], 30 / 150, atol=1e-6)


def test_leaving_the_lanelets_ends_an_episode_and_the_end_of_the_road_cuts_it_short(write):
    env = ReplayEnv(source=write(cars=()), action="continuous")
    total, terminated, metrics = played(env, lambda _: np.array([0, -0.1], np.float32))
    assert terminated
    assert total["off_road"] <= -20
    assert 0 < metrics["off_road"] < metrics["seconds"]
    assert -2.6 < env.sim._ego[0, at.Y] < -2.0
    env = ReplayEnv(source=write(cars=(), ego=(360, LEFT_LANE, 0.0, 12), to=goal((80, 80))))
    total, terminated, metrics = played(env, lambda _: KEEP)
    assert not terminated
    assert (total["off_road"], metrics["off_road"]) == (0, 0)
    assert 3.2 < metrics["seconds"] < 3.8
    assert metrics["progress"] == 1


def test_driving_back_costs_what_driving_forth_earned(write):
    env = ReplayEnv(source=write(cars=(), to=goal((0, 80), (300, RIGHT_LANE))), action="continuous")
    total, _, metrics = played(
        env, lambda o: np.array([-0.5 if o[17] < 0.9 else 0.0, 0.02], np.float32)
    )
    gained = 240 - env.sim._ego[0, at.REMAINING]
    assert gained < 30
    assert total["progress"] == pytest.approx(gained / (12 * 0.2))
    assert metrics["mean_speed"] * metrics["seconds"] > gained + 5


def test_scenes_show_everybody(write):
    env = begun(write())
    env.step(BRAKE)
    scene = env.sim.scene(0)
    assert [box.kind for box in scene.boxes] == ["car"] * 3 + ["ego"]
    assert scene.boxes[-1].state == "braking"
    assert (scene.boxes[2].x, scene.boxes[2].y) == pytest.approx((50 + 14 * 0.2, LEFT_LANE))
    assert len(scene.lanes) == 4
    pytest.importorskip("PIL")
    before = env.sim.frame(0)
    assert (before.shape, before.dtype) == ((200, 600, 3), np.uint8)
    env.step(KEEP)
    assert (env.sim.frame(0) != before).any()


# --- sources ---


def test_what_cannot_be_played_is_left_out_with_a_reason(write):
    source = write().parent
    predicted = car(100, CARS[0]).replace("trajectory>", "occupancySet>")
    (source / "s.xml").write_text(
        write(name="b.xml").read_text().replace(car(100, CARS[0]), predicted)
    )
    (source / "b.xml").unlink()
    (source / "README.txt").write_text("not a recording")
    sim = ReplaySim(1, source=source)
    assert sim.recordings == ("a.xml",)
    assert list(sim.left_out) == ["s.xml"]
    assert "not trajectories" in sim.left_out["s.xml"]
    with pytest.raises(ValueError, match=r"no recording can be played: s\.xml: its road users"):
        ReplaySim(1, source=source / "s.xml")
    name = sim.name
    write(cars=CARS[:1])
    assert ReplaySim(1, source=str(source)).name != name


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dt": 0.15}, "time step of 0.15 s does not divide 0.2 s"),
        ({"ego": (60, 30, 0.0, 12)}, "starts outside of every lanelet"),
        ({"ego": (260, RIGHT_LANE, 0.0, 12), "to": goal((0, 80), 1)}, "no lanelets lead from"),
        ({"to": goal((0, 80), (60, 50))}, "region is on no lanelet"),
        ({"to": goal((0, 0))}, "time is over"),
    ],
)
def test_a_recording_that_makes_no_episode(write, change, reason):
    with pytest.raises(ValueError, match=reason):
        ReplayEnv(source=write(**change))


def test_bad_sources_and_options(write, tmp_path):
    source = write()
    for bad, error, reason in (
        ({"source": tmp_path / "none.xml"}, FileNotFoundError, "no such file"),
        ({"source": 3}, TypeError, "source must be the path"),
        ({"source": source, "traffic": "lgo"}, ValueError, "did you mean 'log'"),
        ({"source": source, "action": "driver"}, ValueError, "unknown action 'driver'"),
        ({"source": source, "observation": "lidar"}, ValueError, "unknown observation"),
        ({"source": source, "trafic": "log"}, TypeError, "did you mean 'traffic'"),
    ):
        with pytest.raises(error, match=reason):
            ReplayEnv(**bad)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no CommonRoad files"):
        ReplayEnv(source=tmp_path / "empty")
    (tmp_path / "broken.xml").write_text("<commonRoad>")
    with pytest.raises(ValueError, match=r"broken\.xml: not well-formed"):
        ReplayEnv(source=tmp_path)


# --- the real recordings, read in place ---


@pytest.fixture(scope="module")
def folder(real_driving):
    return real_driving


def all_played(sim, recordings):
    """Let `follow` drive in every recording; return its metrics and the traffic it met, 5 Hz."""
    n = len(recordings)
    keys = (np.arange(n, dtype=np.uint64) * np.uint64(65536 // n + 1)) << np.uint64(48)
    running = np.ones(n, bool)
    sim.reset(running, keys, np.zeros(n))
    assert [sim.recording(k) for k in range(n)] == [one.name for one in recordings]
    metrics = [{}] * n
    frames = [[] for _ in range(n)]
    while running.any():
        for k in np.flatnonzero(running).tolist():
            states = sim._others[k, :4].copy()
            states[:, sim._theirs[k, at.STATUS] != at.THERE] = np.nan
            frames[k].append(states[:, : len(recordings[k].tracks)])
        sim.step(follow(sim.observations), running)
        for k in np.flatnonzero(sim.terminations | sim.truncations).tolist():
            metrics[k] = {name: float(values[k]) for name, values in sim.metrics.items()}
        running &= ~(sim.terminations | sim.truncations)
    traffic = []
    for recording, states in zip(recordings, frames, strict=True):
        sizes = np.array([(one.length, one.width) for one in recording.tracks])
        columns = np.stack(states).transpose(1, 0, 2)
        traffic.append(Traffic(*columns, sizes[:, 0], sizes[:, 1], 0.2))
    return metrics, traffic


def test_real_recordings(folder):
    recordings = [load_commonroad(path) for path in sorted(folder.glob("USA_US101-*_T-1.xml.gz"))]
    assert len(recordings) == 10
    recorded = summary(traffic_of(one) for one in recordings)
    log = ReplaySim(10, source=folder, traffic="log", action="continuous")
    assert sorted(log.left_out) == [f"USA_US101-{name}_S-1.xml.gz" for name in ("1_1", "2_4")]
    metrics, traffic = all_played(log, recordings)
    for recording, replayed in zip(recordings, traffic, strict=True):
        exact = traffic_of(recording)
        for name in ("x", "y", "heading", "speed"):
            mine = getattr(replayed, name)
            np.testing.assert_allclose(mine, getattr(exact, name)[::2][: len(mine)], atol=1e-9)
    assert sum(one["collision"] for one in metrics) <= 2
    assert sum(one["at_fault"] for one in metrics) == 0

    reactive = ReplaySim(10, source=folder, traffic="reactive", action="continuous")
    metrics, traffic = all_played(reactive, recordings)
    assert sum(one["collision"] for one in metrics) == 0
    assert sum(one["others_collided"] for one in metrics) == 0
    assert np.mean([one["log_divergence"] for one in metrics]) < 3.0
    assert np.mean([one["progress"] for one in metrics]) > 0.8
    driven = summary(traffic)
    np.testing.assert_allclose(driven.speed, recorded.speed, rtol=0.1)
    np.testing.assert_allclose(driven.headway, recorded.headway, rtol=0.1)
    assert driven.acceleration[0] > -2.5

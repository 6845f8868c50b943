"""The native driving simulator: contracts, closed forms, invariants."""

import math
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.driving.env import DrivingEnv, DrivingVectorEnv
from synth_envs.driving.experts import RuleDriver
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.drivers import idm
from synth_envs.driving.sim.maps import MAPS, tables
from synth_envs.driving.sim.scenarios import (
    _CROSSING,
    _EXIT_2,
    _EXIT_3,
    _HIGHWAY_2,
    _HIGHWAY_3,
    _HIGHWAY_4,
    _MERGE_2,
    _MERGE_3,
    _ROUNDABOUT,
    _SIGNALS,
    _STREET,
    SCENARIOS,
)
from synth_envs.driving.sim.simulator import DrivingSim, quotas_of

F = np.float32
NOMINAL = ("free-highway", "dense-highway", "merge", "roundabout", "left-turn", "sensor-dropout")


def played(num_envs, seed=0, steps=400, act=None, **kwargs):
    """The metrics and returns of one episode in each of some environments."""
    env = DrivingVectorEnv(num_envs=num_envs, autoreset_mode="Disabled", **kwargs)
    env.reset(seed=seed)
    sim, running = env.sim, np.ones(num_envs, dtype=np.bool_)
    returns = np.zeros(num_envs)
    for step in range(steps):
        actions = np.zeros(num_envs, np.int64) if act is None else act(step, sim)
        sim.step(actions, running)
        assert np.isfinite(sim.rewards).all()
        returns += sim.rewards
        running = running & ~(sim.terminations | sim.truncations)
        if not running.any():
            return sim, returns
    pytest.fail("episodes do not end")


@pytest.mark.parametrize("observation", ["kinematics", "lidar", "grid", "attention"])
@pytest.mark.parametrize("action", ["meta", "longitudinal", "continuous", "driver"])
def test_gymnasium_contract(observation, action):
    env = DrivingEnv(observation=observation, action=action)
    check_env(env, skip_render_check=True)
    env.action_space.seed(1)
    for seed in range(4):
        seen, _ = env.reset(seed=seed)
        for _ in range(30):
            assert env.observation_space.contains(seen)
            seen, reward, over, cut, _ = env.step(env.action_space.sample())
            assert -27 <= reward <= 1
            if over or cut:
                break


@pytest.mark.parametrize("kwargs", [{"duration": 4.0}, {"scenario": "cut-in", "duration": 3.0}])
def test_vector_contract(kwargs):
    check_vector_env(DrivingVectorEnv, kwargs=kwargs, scalar=DrivingEnv)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_batch_equals_single_environments(scenario):
    batch = DrivingVectorEnv(
        num_envs=5, scenario=scenario, action="driver", autoreset_mode="Disabled"
    )
    rows = [batch.reset(seed=20)[0]]
    for _ in range(25):
        batch.sim.step(np.zeros(5, np.int64), np.ones(5, np.bool_))
        rows.append(batch.sim.observations.copy())
    for i in (0, 3):
        env = DrivingEnv(scenario=scenario, action="driver")
        assert np.array_equal(env.reset(seed=20 + i)[0], rows[0][i])
        for row in rows[1:]:
            env.sim.step(np.zeros(1, np.int64), np.ones(1, np.bool_))
            assert np.array_equal(env.sim.observations[0], row[i])


def test_the_order_of_a_batch_does_not_matter():
    forth, back = DrivingVectorEnv(num_envs=8), DrivingVectorEnv(num_envs=8)
    seeds = list(range(50, 58))
    one, _ = forth.reset(seed=seeds)
    two, _ = back.reset(seed=seeds[::-1])
    assert np.array_equal(one, two[::-1])
    actions = np.arange(8) % 6
    for _ in range(30):
        one, two = forth.step(actions)[0], back.step(actions[::-1])[0]
        assert np.array_equal(one, two[::-1])


def test_save_restore_and_pickle():
    env = DrivingVectorEnv(num_envs=6)
    env.reset(seed=3)
    for _ in range(10):
        env.step(np.ones(6, np.int64))
    state, copy = env.save(), pickle.loads(pickle.dumps(env))
    first = [env.step(np.full(6, 3))[0] for _ in range(20)]
    env.restore(state)
    assert all(np.array_equal(env.step(np.full(6, 3))[0], row) for row in first)
    assert all(np.array_equal(copy.step(np.full(6, 3))[0], row) for row in first)


def test_episodes_are_replayed_by_name():
    env, other = DrivingEnv(), DrivingEnv()
    env.reset(seed=8)
    again, _ = other.reset(options={"task": env.task_id})
    assert np.array_equal(env.reset(options={"task": env.task_id})[0], again)
    assert other.sim.scenario(0) == env.sim.scenario(0)


def test_quotas():
    env = DrivingVectorEnv(
        num_envs=1000, scenario={"cut-in": 0.1, "free-highway": 0.65, "door": 0.25}
    )
    env.reset(seed=0)
    names = [env.sim.scenario(i) for i in range(1000)]
    for name, share in (("cut-in", 0.1), ("free-highway", 0.65), ("door", 0.25)):
        assert abs(names.count(name) / 1000 - share) < 0.01
    assert np.allclose(np.diff(quotas_of(None)), 1 / len(SCENARIOS))
    with pytest.raises(ValueError, match="did you mean 'cut-in'"):
        quotas_of("cutin")
    for bad in ({"door": -1}, {"door": math.nan}, {"door": 0}, {"door": "1"}):
        with pytest.raises(ValueError, match="share"):
            quotas_of(bad)


def test_arguments():
    for bad, match in (
        ({"observation": "lidr"}, "did you mean 'lidar'"),
        ({"action": "steer"}, "choose from meta"),
        ({"traffic": 61}, "traffic"),
        ({"frames": 0}, "frames"),
        ({"policy_hz": 1.0, "frames": 2}, "frames a second"),
        ({"duration": 0.0}, "duration"),
    ):
        with pytest.raises(ValueError, match=match):
            DrivingEnv(**bad)
    with pytest.raises(TypeError, match="did you mean 'scenario'"):
        DrivingEnv(scenari="merge")


def test_the_maps_stand_where_scenarios_look_for_them():
    names = tables().names
    places = {
        _HIGHWAY_2: "highway-2-straight", _HIGHWAY_3: "highway-3-straight", _HIGHWAY_4: "highway-4-straight",
        _MERGE_2: "merge-2", _EXIT_2: "exit-2", _MERGE_3: "merge-3", _EXIT_3: "exit-3", _STREET: "street",
        _CROSSING: "crossing", _SIGNALS: "signals", _ROUNDABOUT: "roundabout",
    }  # fmt: skip
    assert {place: names[place] for place in places} == places
    assert tuple(MAPS) == names


def test_of_two_ways_that_meet_exactly_one_gives_way():
    maps = tables()
    for name in ("crossing", "signals", "roundabout"):
        zones = maps.zones[maps.names.index(name)]
        meets = (zones[..., at.ZONE_P1] > zones[..., at.ZONE_P0]).any(axis=-1)
        assert np.array_equal(meets, meets.T)
        yields = (zones[..., at.ZONE_YIELDS] > 0).any(axis=-1)
        same_arm = np.arange(12)[:, None] // 3 == np.arange(12)[None] // 3
        crossing = meets & ~same_arm
        if (
            name != "roundabout"
        ):  # there, each of two ways may enter the ring where the other is in it
            assert not (yields & yields.T).any()
            assert np.array_equal(crossing, (yields | yields.T) & crossing)
        assert crossing.any()


def test_idm_keeps_its_analytic_gap():
    headway, jam, push, brake, wanted = F(1.4), F(2), F(1.5), F(2), F(30)
    root = F(1 / (2 * math.sqrt(3)))
    for speed in (5.0, 12.0, 22.0):
        gap, v, dt = 60.0, speed, 0.05
        for _ in range(12_000):
            v += dt * idm(F(v), F(gap), F(v - speed), wanted, headway, jam, push, root)
            gap += dt * (speed - v)
        expected = (2 + 1.4 * speed) / math.sqrt(1 - (speed / 30) ** 4)
        assert gap == pytest.approx(expected, rel=2e-3)
        assert v == pytest.approx(speed, abs=1e-2)
    assert brake == 2


def test_a_string_of_idm_drivers_damps_a_disturbance():
    """With a long headway and strong acceleration, IDM strings are stable (Treiber, 2013, ch. 15)."""
    n, dt, speed, headway = 40, 0.05, 15.0, 2.2
    gap = (2 + headway * speed) / math.sqrt(1 - (speed / 30) ** 4)
    v, gaps = np.full(n, speed), np.full(n, gap)
    dips = np.zeros(n)
    root = F(1 / (2 * math.sqrt(5)))
    for step in range(6000):
        lead = speed - (3.0 if 0 < step * dt < 4 else 0.0)
        fronts = np.concatenate([[lead], v[:-1]])
        closing = v - fronts
        pushes = [
            idm(F(v[i]), F(gaps[i]), F(closing[i]), F(30), F(headway), F(2), F(2.5), root)
            for i in range(n)
        ]
        gaps -= dt * closing
        v += dt * np.array(pushes)
        dips = np.maximum(dips, speed - v)
    assert dips[0] > 1
    assert dips[-1] < 0.5 * dips[0]
    assert (np.diff(dips[5:]) <= 1e-3).all()


def on_empty_road(**kwargs):
    env = DrivingEnv(scenario="free-highway", traffic=0, policy_hz=20.0, frames=1, **kwargs)
    env.reset(seed=1)
    sim = env.sim
    sim._places[0, 1] = tables().names.index("highway-3-straight")
    sim._actors[0, at.S, 0] = 1000
    return env, sim


def test_constant_steering_drives_the_analytic_circle():
    env, sim = on_empty_road(action="continuous")
    actors = sim._actors[0]
    actors[at.V, 0] = speed = 6.0
    steering = 0.25 * math.pi / 4
    slip = math.atan(math.tan(steering) / 2)
    base = 0.5 * 0.58 * actors[at.LENGTH, 0]
    radius = base / math.sin(slip)
    points = []
    for _ in range(int(2 * math.pi * radius / speed / 0.05)):
        env.sim.step(np.array([[0.0, 0.25]]), np.ones(1, np.bool_))
        points.append((float(actors[at.X, 0]), float(actors[at.Y, 0])))
    points = np.array(points)
    middle = points.mean(axis=0)
    assert np.hypot(*(points - middle).T) == pytest.approx(radius, rel=0.02)
    assert actors[at.V, 0] == pytest.approx(speed)


def test_braking_distance():
    env, sim = on_empty_road()
    actors = sim._actors[0]
    actors[at.V, 0] = 25.0
    begun = float(actors[at.S, 0])
    for _ in range(100):
        sim.step(np.array([5]), np.ones(1, np.bool_))
    assert abs(actors[at.V, 0]) < 1e-6
    assert actors[at.S, 0] - begun == pytest.approx(25**2 / (2 * 8), rel=0.03)
    sim._world[0, at.FRICTION] = 0.3
    actors[at.V, 0], begun = 10.0, float(actors[at.S, 0])
    for _ in range(100):
        sim.step(np.array([5]), np.ones(1, np.bool_))
    assert actors[at.S, 0] - begun == pytest.approx(10**2 / (2 * 0.3 * 9.81), rel=0.03)
    assert env.sim is sim


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_rule_driver_in_ordinary_traffic(scenario):
    sim, returns = played(150, seed=1000, scenario=scenario, action="driver", difficulty=0.4)
    metrics = sim.metrics
    assert np.isfinite(sim._actors).all()
    if scenario in NOMINAL:
        assert metrics["collision"].sum() == 0
        assert (sim._marks[:, at.CRASHED, 1:] == 0).all()
    assert metrics["red_lights"].sum() == 0
    assert metrics["wrong_way"].max() == 0
    assert returns.mean() > 15


def test_events_happen():
    shares = dict.fromkeys(SCENARIOS[8:], 1.0)
    sim, _ = played(440, seed=7, scenario=shares, action="driver")
    assert sim.metrics["event"].mean() > 0.9


def stop(step, sim):
    del step
    return np.full(sim.num_envs, 5)


def creep(step, sim):
    return np.where(sim._actors[:, at.V, 0] < 2.0, 3 if step % 5 == 0 else 1, 4)


def spin(step, sim):
    del step
    return np.tile([0.3, 1.0], (sim.num_envs, 1))


def reverse(step, sim):
    del step
    return np.tile([-1.0, 0.0], (sim.num_envs, 1))


def park(step, sim):
    """To the right, off the road, and stop there."""
    return np.tile([-0.3 if step > 20 else 0.0, -0.05 if step < 10 else 0.0], (sim.num_envs, 1))


@pytest.mark.parametrize(
    ("cheat", "action"),
    [
        (stop, "meta"),
        (creep, "meta"),
        (spin, "continuous"),
        (reverse, "continuous"),
        (park, "continuous"),
    ],
)
def test_no_cheater_beats_the_rule_driver(cheat, action):
    for place, name in enumerate(SCENARIOS):
        _, fair = played(30, seed=100 * place, scenario=name, action="driver")
        _, foul = played(30, seed=100 * place, scenario=name, action=action, act=cheat)
        assert foul.mean() < 0.9 * fair.mean(), name


@pytest.mark.parametrize("scenario", ["signalled-intersection", "left-turn", "roundabout", "exit"])
def test_arriving_early_pays(scenario):
    """Once: 10 at no time at all, nothing at the last moment; so nobody creeps to the goal."""
    env = DrivingVectorEnv(
        num_envs=24, scenario=scenario, difficulty=0.0, duration=60.0, autoreset_mode="Disabled"
    )
    env.reset(seed=0)
    sim, driver = env.sim, RuleDriver(env)
    running, paid = np.ones(24, np.bool_), np.zeros(24)
    while running.any():
        sim.step(driver.act(sim.observations), running)
        paid += sim.terms["arrival"]
        running &= ~(sim.terminations | sim.truncations)
    arrived = sim.metrics["arrived"] > 0
    assert arrived.sum() > 12
    assert paid[~arrived].tolist() == [0.0] * int((~arrived).sum())
    expected = 10 * (1 - sim.metrics["seconds"][arrived] / 60)
    assert paid[arrived] == pytest.approx(expected, abs=1e-4)


def test_the_past_does_not_hang_on_the_future():
    one, two = DrivingVectorEnv(num_envs=3), DrivingVectorEnv(num_envs=3)
    one.reset(seed=5)
    two.reset(seed=5)
    for step in range(40):
        actions = np.full(3, step % 3)
        first = one.step(actions)
        second = two.step(actions)
        assert np.array_equal(first[0], second[0])
        if step == 20:  # what is yet to come of the second one changes
            two.sim._keys[:] = 0


def test_nothing_is_ever_infinite():
    env = DrivingVectorEnv(num_envs=256, action="continuous")
    env.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(150):
        seen, rewards, *_ = env.step(rng.uniform(-1, 1, (256, 2)))
        assert np.isfinite(seen).all()
        assert np.isfinite(rewards).all()
        assert np.abs(seen).max() <= 1
    assert np.isfinite(env.sim._actors).all()


def test_sb3():
    checker = pytest.importorskip("stable_baselines3.common.env_checker", reason="needs [sb3]")
    for action in ("meta", "continuous"):
        checker.check_env(DrivingEnv(action=action))


def test_pictures():
    pytest.importorskip("PIL", reason="pictures need the extra [render]")
    for name in SCENARIOS:
        env = DrivingEnv(scenario=name, render_mode="rgb_array")
        env.reset(seed=1)
        frame = env.render()
        assert frame.dtype == np.uint8
        assert frame.shape[2] == 3
        assert len(np.unique(frame)) > 30
    vector = DrivingVectorEnv(num_envs=12, render_mode="rgb_array")
    vector.reset(seed=0)
    assert {frame.shape for frame in vector.render()} == {(400, 600, 3)}
    highways = {"cut-in": 1.0, "jaywalker": 1.0}
    vector = DrivingVectorEnv(num_envs=4, scenario=highways, render_mode="rgb_array")
    vector.reset(seed=0)
    assert {frame.shape for frame in vector.render()} == {(200, 600, 3)}


def test_it_is_a_simulator():
    sim = DrivingSim(2)
    assert isinstance(sim.single_observation_space, gym.spaces.Box)
    assert set(sim.terms) == {
        "progress",
        "collision",
        "off_road",
        "comfort",
        "rules",
        "arrival",
    }

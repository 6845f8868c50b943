"""Parking against highway-env itself, over whole episodes."""

import importlib.metadata
import warnings

import numpy as np
import pytest

from synth_envs.driving.compat.parking import ParkingSim
from synth_envs.driving.compat.parking_kernels import HEADING, SPEED, STEERING, X, Y
from synth_envs.driving.compat.peer import (
    copy_parking_state,
    load_parking_state,
    read_parking_state,
)

TOLERANCE = 1e-9
ON = np.ones(1, np.bool_)


@pytest.fixture
def make_peer():
    pytest.importorskip("highway_env", reason="the peer highway-env is not installed")
    version = importlib.metadata.version("highway-env")
    if not version.startswith("1.12."):
        pytest.skip(f"compatible with highway-env 1.12, this is {version}")
    from highway_env.envs.parking_env import ParkingEnv

    def make(**config):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ParkingEnv(config)

    return make


def new(n=1, key=0, **options):
    sim = ParkingSim(n, **options)
    keys = np.random.default_rng(key).integers(0, 2**64, n, dtype=np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.zeros(n))
    return sim


def difference(theirs, ours):
    gaps = [
        float(np.abs(values.astype(float) - ours[name].astype(float)).max())
        for name, values in theirs.items()
        if theirs["struck"] or not name.startswith("push")  # else nobody reads the push
    ]
    return max(gaps)


def follow(peer, sim, action):
    """Step both by one action; returns the largest difference and whether the episode is over."""
    action = np.asarray(action, np.float32)
    observation, reward, terminated, truncated, info = peer.step(action)
    sim.step(action[None], ON)
    assert (terminated, truncated) == (sim.terminations[0], sim.truncations[0])
    assert info["is_success"] == sim.info_arrays["is_success"][0]
    assert info["crashed"] == (sim.metrics["crashed"][0] == 1)
    assert observation.keys() == sim.observations.keys()
    gaps = [
        difference(copy_parking_state(peer), read_parking_state(sim, 0)),
        *(float(np.abs(observation[k] - sim.observations[k][0]).max()) for k in observation),
        abs(float(reward) - sim.rewards[0]),
        abs(info["speed"] - sim.states[0, SPEED]),
    ]
    return max(gaps), terminated or truncated


def drivers(rng):
    """Random, full ahead and full back with random steering, and circles of full lock."""
    return (
        lambda: rng.uniform(-1, 1, 2),
        lambda: (1.0, rng.uniform(-0.3, 0.3)),
        lambda: (-1.0, rng.uniform(-0.3, 0.3)),
        lambda: (rng.uniform(-0.5, 1.5), 1.0),  # the peer clips, too
    )


def test_peer_is_followed_over_whole_episodes(make_peer):
    peer, sim = make_peer(), ParkingSim(1)
    rng = np.random.default_rng(0)
    worst, steps, crashes = 0.0, 0, 0
    for episode in range(16):
        drive = drivers(rng)[episode % 4]
        peer.reset(seed=episode)
        load_parking_state(sim, 0, copy_parking_state(peer))
        for _ in range(120 if episode % 4 == 3 else 500):  # circles go on for ever
            gap, over = follow(peer, sim, drive())
            worst, steps = max(worst, gap), steps + 1
            assert gap <= TOLERANCE, f"episode {episode}, step {steps}: {gap}"
            if over:
                break
        crashes += int(sim.metrics["crashed"][0])
    print(f"parking: 16 episodes, {steps} steps, {crashes} crashes, error {worst:.1e}")  # noqa: T201
    assert crashes >= 10


def test_peer_is_followed_through_time_and_into_the_spot(make_peer):
    peer, sim = make_peer(), ParkingSim(1)
    peer.reset(seed=3)
    load_parking_state(sim, 0, copy_parking_state(peer))
    for step in range(500):
        assert not sim.truncations[0], step
        gap, over = follow(peer, sim, (0.0, 0.0))
        assert gap <= TOLERANCE
    assert over
    assert sim.truncations[0]
    assert not sim.terminations[0]
    # From straight before the spot, slowly in.
    for seed in range(6):
        peer.reset(seed=seed)
        goal = peer.vehicle.goal
        ahead = np.array([np.cos(goal.heading), np.sin(goal.heading)])
        peer.vehicle.position = goal.position - 6.0 * ahead
        peer.vehicle.heading, peer.vehicle.speed = goal.heading + 0.02, 1.5
        load_parking_state(sim, 0, copy_parking_state(peer))
        for _ in range(40):
            gap, over = follow(peer, sim, (0.0, 0.0))
            assert gap <= TOLERANCE
            if over:
                break
        assert sim.terminations[0]
        assert sim.info_arrays["is_success"][0]
        assert sim.metrics["is_success"][0] == 1
        assert sim.rewards[0] > -0.12


@pytest.mark.parametrize(
    "options",
    [
        {"add_walls": False, "duration": 5},
        {"policy_frequency": 2, "simulation_frequency": 9, "collision_reward": -1},
        {"success_goal_reward": 0.5, "duration": 7},
    ],
)
def test_peer_is_followed_with_other_options(make_peer, options):
    peer, sim = make_peer(**options), ParkingSim(1, **options)
    rng = np.random.default_rng(1)
    for episode in range(4):
        peer.reset(seed=episode)
        load_parking_state(sim, 0, copy_parking_state(peer))
        for _ in range(40):
            gap, over = follow(peer, sim, drivers(rng)[episode]())
            assert gap <= TOLERANCE
            if over:
                break


def test_fast_vehicles_are_held_at_the_limit(make_peer):
    peer, sim = make_peer(add_walls=False), ParkingSim(1, add_walls=False)
    for speed, pedal in ((39.9, 1.0), (41.0, 0.5), (-39.9, -1.0), (-42.0, 1.0)):
        peer.reset(seed=0)
        peer.vehicle.speed = speed
        load_parking_state(sim, 0, copy_parking_state(peer))
        for _ in range(5):
            gap, _ = follow(peer, sim, (pedal, 0.1))
            assert gap <= TOLERANCE


def test_a_different_action_is_a_different_episode(make_peer):
    """The comparison can fail: one wrong action shows."""
    peer, sim = make_peer(), ParkingSim(1)
    peer.reset(seed=0)
    load_parking_state(sim, 0, copy_parking_state(peer))
    peer.step(np.array([1.0, 0.0], np.float32))
    sim.step(np.array([[0.9, 0.0]], np.float32), ON)
    assert difference(copy_parking_state(peer), read_parking_state(sim, 0)) > 0.01


def test_initial_states_have_the_peers_distributions(make_peer):
    peer, n = make_peer(), 200
    theirs = []
    for seed in range(n):
        peer.reset(seed=seed)
        theirs.append(copy_parking_state(peer))
    sim = new(8192)
    ours = [read_parking_state(sim, k) for k in range(8192)]
    a = np.array([state["heading"] for state in theirs])
    b = np.array([state["heading"] for state in ours])
    for q in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert abs(np.quantile(a, q) - np.quantile(b, q)) < 4 * np.pi / np.sqrt(n)
    assert b.min() >= 0
    assert b.max() < 2 * np.pi
    spots = {tuple(state["goal"].tolist()) for state in ours}
    assert {tuple(state["goal"].tolist()) for state in theirs} <= spots
    assert len(spots) == 28
    for state in (*ours[:50], *theirs[:50]):
        assert not any(float(state[name]) for name in ("x", "y", "speed", "time", "crashed"))
    # The spot left of the middle on the side that the vehicle looks to is taken, as in the peer.
    for states in (ours, theirs):
        for state in states:
            side = 1 if np.sin(state["heading"]) > 0 else -1
            assert tuple(state["goal"][:2]) != (-2.0, 14.0 * side)
    east = np.mean([state["goal"][0] for state in theirs])
    assert abs(east - np.mean([state["goal"][0] for state in ours])) < 4 * 16.2 / np.sqrt(n)
    counts = np.unique([state["goal"][0] for state in ours], return_counts=True)[1]
    assert counts.min() > 0.8 * counts.max() - 8192 / 28


def test_rewards_of_relabelled_goals_are_the_peers(make_peer):
    peer, rng = make_peer(), np.random.default_rng(0)
    achieved, desired = rng.normal(size=(2, 7, 5, 6))
    rewards = ParkingSim.compute_reward(achieved, desired, {})
    assert rewards.shape == (7, 5)
    for index in np.ndindex(7, 5):
        theirs = peer.compute_reward(achieved[index], desired[index], {})
        assert rewards[index] == pytest.approx(theirs, abs=1e-12)
    assert np.array_equal(ParkingSim.compute_reward(achieved, achieved), np.zeros((7, 5)))
    sim = new(4)
    sim.step(np.full((4, 2), 0.3, np.float32), np.ones(4, np.bool_))
    again = sim.compute_reward(sim.observations["achieved_goal"], sim.observations["desired_goal"])
    assert np.allclose(again, sim.rewards, atol=1e-12)
    assert np.allclose(again, sim.terms["goal_reward"], atol=1e-12)


def test_a_batch_equals_single_environments_bit_for_bit():
    n = 7
    keys = np.random.default_rng(1).integers(0, 2**64, n, dtype=np.uint64)
    batch, singles = ParkingSim(n), [ParkingSim(1) for _ in range(n)]
    batch.reset(np.ones(n, np.bool_), keys, np.zeros(n))
    for k, single in enumerate(singles):
        single.reset(ON, keys[k : k + 1], np.ones(1))
    rng = np.random.default_rng(2)
    for _ in range(60):
        actions = rng.uniform(-1, 1, (n, 2)).astype(np.float32)
        mask = rng.random(n) < 0.8
        before = batch.save()
        batch.step(actions, mask)
        for k, single in enumerate(singles):
            single.step(actions[k : k + 1], mask[k : k + 1])
            assert np.array_equal(single.states[0], batch.states[k])
            for name, values in single.observations.items():
                assert np.array_equal(values[0], batch.observations[name][k])
            assert single.rewards[0] == batch.rewards[k]
            assert single.metrics["return"][0] == batch.metrics["return"][k]
            if not mask[k]:
                assert np.array_equal(batch.states[k], before["states"][k])
                assert (batch.rewards[k], batch.terminations[k]) == (0, False)


def test_saved_state_replays():
    sim, rng = new(5, key=3), np.random.default_rng(4)
    actions = rng.uniform(-1, 1, (30, 5, 2)).astype(np.float32)
    everywhere = np.ones(5, np.bool_)

    def run():
        out = []
        for action in actions:
            sim.step(action, everywhere)
            out.append(sim.save())
        return out

    sim.step(actions[0], everywhere)
    state = sim.save()
    first = run()
    sim.restore(state)
    second = run()
    for a, b in zip(first, second, strict=True):
        assert all(np.array_equal(a[name], b[name]) for name in a)
    with pytest.raises(ValueError, match="does not fit"):
        ParkingSim(4).restore(state)


@pytest.mark.parametrize("add_walls", [True, False])
def test_outputs_are_in_their_ranges(add_walls):
    n = 64
    sim = new(n, add_walls=add_walls)
    rng, keys = np.random.default_rng(0), np.arange(n, dtype=np.uint64)
    drive = rng.uniform(-0.2, 1.0, (n, 2))
    drive[: n // 2, 1] *= 0.05
    ended = 0
    for step in range(300):
        actions = (drive + rng.normal(0, 0.2, (n, 2))).astype(np.float32)
        sim.step(actions, np.ones(n, np.bool_))
        assert np.isfinite(sim.states).all()
        assert (sim.rewards <= 0).all()
        for k in range(0, n, 7):
            one = {name: values[k] for name, values in sim.observations.items()}
            assert sim.single_observation_space.contains(one)
        over = sim.terminations | sim.truncations
        ended += int(over.sum())
        if add_walls:
            assert (np.abs(sim.states[:, X]) < 45).all()
            assert (np.abs(sim.states[:, Y]) < 31).all()
        sim.reset(over, keys + np.uint64(n * step), np.zeros(n))
    assert (ended > n) == add_walls


def test_actions_are_clipped_and_must_be_finite():
    a, b = new(2), new(2)
    everywhere = np.ones(2, np.bool_)
    a.step(np.array([[3.0, -2.0], [-9.0, 7.0]], np.float32), everywhere)
    b.step(np.array([[1.0, -1.0], [-1.0, 1.0]], np.float32), everywhere)
    assert np.array_equal(a.states, b.states)
    assert np.allclose(a.states[:, STEERING], [-np.pi / 4, np.pi / 4])
    before = a.save()
    bad = np.array([[0.0, 0.0], [np.nan, 0.0]], np.float32)
    with pytest.raises(ValueError, match="action of environment 1 must be finite"):
        a.step(bad, everywhere)
    assert all(np.array_equal(values, before[name]) for name, values in a.save().items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"duration": -1}, "duration must be"),
        ({"success_goal_reward": 0}, "success_goal_reward must be"),
        ({"collision_reward": 1}, "collision_reward must be"),
        ({"policy_frequency": 0}, "policy_frequency must be"),
        ({"policy_frequency": 20}, "simulation_frequency must be"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ParkingSim(1, **options)
    with pytest.raises(ValueError, match="num_envs must be"):
        ParkingSim(0)


def test_scene_shows_the_lot():
    sim = new(1)
    scene = sim.scene(0)
    assert len(scene.lanes) == 28
    assert [box.kind for box in scene.boxes] == ["obstacle"] * 4 + ["car", "ego"]
    goal, ego = scene.boxes[-2:]
    assert (goal.x, goal.y, goal.heading) == tuple(sim.goals[0])
    assert goal.state == "hidden"
    assert ego.heading == sim.states[0, HEADING]
    assert len(new(1, add_walls=False).scene(0).boxes) == 2

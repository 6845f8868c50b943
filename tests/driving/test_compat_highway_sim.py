"""The simulator of straight highways by itself: batches, saved states, ranges, options."""

import numpy as np
import pytest

from synth_envs.driving.compat.highway import HighwaySim
from synth_envs.driving.compat.highway_layout import (
    CRASHED,
    LANE,
    ORDER,
    SPEED,
    TARGET,
    TIMER,
    X,
    Y,
)
from synth_envs.driving.compat.highway_traffic import lookup, sort
from synth_envs.driving.compat.peer import load_highway_state, read_highway_state

ON = np.ones(1, np.bool_)


def new(n=1, variant="highway-fast", key=0, **options):
    sim = HighwaySim(n, variant=variant, **options)
    keys = np.random.default_rng(key).integers(0, 2**64, n, dtype=np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.zeros(n))
    return sim


def run(sim, actions):
    """Step and reset until the actions are used up; returns everything that came out."""
    out, keys = [], np.arange(sim.num_envs, dtype=np.uint64) + np.uint64(77)
    for k, action in enumerate(actions):
        sim.step(action, np.ones(sim.num_envs, np.bool_))
        out.append((sim.observations.copy(), sim.rewards.copy(), sim.terminations.copy()))
        over = sim.terminations | sim.truncations
        sim.reset(over, keys + np.uint64(1000 * k), np.zeros(sim.num_envs))
        out.append((sim.observations.copy(), sim.floats.sum(axis=0), sim.truncations.copy()))
    return out


@pytest.mark.parametrize("variant", ["highway", "highway-fast"])
def test_a_batch_equals_single_environments_bit_for_bit(variant):
    n, steps = 19, 24
    keys = np.random.default_rng(1).integers(0, 2**64, n, dtype=np.uint64)
    actions = np.random.default_rng(2).integers(0, 5, (steps, n))
    batch = HighwaySim(n, variant=variant)
    batch.reset(np.ones(n, np.bool_), keys, np.zeros(n))
    singles = [HighwaySim(1, variant=variant) for _ in range(n)]
    for k, single in enumerate(singles):
        single.reset(ON, keys[k : k + 1], np.zeros(1))
    for step in range(steps):
        mask = np.random.default_rng(step).random(n) < 0.8
        before = batch.save()
        batch.step(actions[step], mask)
        for k, single in enumerate(singles):
            single.step(actions[step, k : k + 1], mask[k : k + 1])
            assert np.array_equal(single.floats[:, 0], batch.floats[:, k])
            assert np.array_equal(single.ints[:, 0], batch.ints[:, k])
            assert np.array_equal(single.observations[0], batch.observations[k])
            assert single.rewards[0] == batch.rewards[k]
            assert single.metrics["return"][0] == batch.metrics["return"][k]
            if not mask[k]:
                assert np.array_equal(batch.floats[:, k], before["floats"][:, k])
                assert np.array_equal(batch.observations[k], before["observations"][k])
                assert batch.rewards[k] == 0
                assert not batch.terminations[k]
                assert not batch.truncations[k]


def test_saved_state_replays():
    sim = new(6, key=3)
    actions = np.random.default_rng(4).integers(0, 5, (20, 6))
    run(sim, actions[:7])
    state = sim.save()
    first = run(sim, actions)
    sim.restore(state)
    second = run(sim, actions)
    assert all(
        np.array_equal(x, y)
        for a, b in zip(first, second, strict=True)
        for x, y in zip(a, b, strict=True)
    )
    other = new(5)
    with pytest.raises(ValueError, match="does not fit"):
        other.restore(state)
    with pytest.raises(ValueError, match="does not fit: unknown"):
        sim.restore(state | {"more": np.zeros(1)})


@pytest.mark.parametrize("variant", ["highway", "highway-fast"])
def test_outputs_are_in_their_ranges(variant):
    sim = new(64, variant)
    rng, keys = np.random.default_rng(0), np.arange(64, dtype=np.uint64)
    ended = 0
    for step in range(60):
        sim.step(rng.integers(0, 5, 64), np.ones(64, np.bool_))
        assert all(sim.single_observation_space.contains(one) for one in sim.observations)
        assert np.isfinite(sim.floats).all()
        assert ((sim.rewards >= 0) & (sim.rewards <= 1)).all()
        for values in (*sim.terms.values(), *sim.metrics.values()):
            assert np.isfinite(values).all()
        assert (np.sort(sim.ints[ORDER], axis=-1) == np.arange(sim.floats.shape[-1])).all()
        over = sim.terminations | sim.truncations
        ended += int(over.sum())
        assert (sim.metrics["crashed"][sim.terminations] == 1).all()
        sim.reset(over, keys + np.uint64(64 * step), np.zeros(64))
        assert (sim.metrics["length"][over] == 0).all()
        assert all(sim.single_observation_space.contains(one) for one in sim.observations)
    assert ended > 64


def test_episodes_are_cut_after_their_duration_and_measured():
    sim = new(8, "highway-fast", vehicles_count=0)
    start, total = sim.floats[X, :, 0].copy(), np.zeros(8)
    for step in range(30):
        assert not sim.truncations.any(), step
        sim.step(np.ones(8, np.int64), np.ones(8, np.bool_))
        total += sim.rewards
    assert sim.truncations.all()
    assert not sim.terminations.any()
    assert np.allclose(sim.metrics["return"], total)
    assert (sim.metrics["length"] == 30).all()
    assert np.allclose(sim.metrics["mean_speed"], 25.0)
    assert np.allclose(sim.metrics["distance"], sim.floats[X, :, 0] - start)
    assert np.allclose(sim.metrics["distance"], 750.0)
    assert np.array_equal(sim.observations[:, 1:], np.zeros((8, 4, 5)))


def test_keys_decide_and_difficulty_does_not():
    a, b, c = new(3, key=1), new(3, key=1), new(3, key=2)
    assert np.array_equal(a.floats, b.floats)
    assert not np.array_equal(a.floats, c.floats)
    keys = np.arange(3, dtype=np.uint64)
    a.reset(np.ones(3, np.bool_), keys, np.zeros(3))
    b.reset(np.ones(3, np.bool_), keys, np.ones(3))
    assert np.array_equal(a.observations, b.observations)
    assert len({a.floats[X, k, 5] for k in range(3)}) == 3


def test_sorting_and_lookup_keep_the_order_of_ties():
    sim = new(1)
    sim.floats[X, 0, :4] = [50.0, 70.0, 50.0, 70.0]
    sim.floats[Y, 0, :4] = 0.0
    sim.floats[X, 0, 4:] += 500.0
    assert sort(sim.floats, sim.ints, 0)
    assert sim.ints[ORDER, 0, :4].tolist() == [0, 2, 1, 3]
    assert lookup(sim.floats, 0, 0, 0) == (2, -1)  # an equal x counts as ahead
    assert lookup(sim.floats, 0, 1, 0) == (3, 0)  # ahead the later one wins, behind the earlier
    sim.floats[X, 0, 2:4] = [51.0, 69.0]
    assert not sort(sim.floats, sim.ints, 0)


def test_vehicles_of_strange_speeds_take_the_exact_path():
    """At rest, at 45 m/s and backwards: outside what the series cover."""
    sim = new(1, "highway-fast", vehicles_count=3)
    sim.floats[X, 0] = [0.0, 300.0, 600.0, 900.0]
    sim.floats[SPEED, 0] = [25.0, 0.0, 45.0, -3.0]
    sim.floats[Y, 0, 1:] += 0.5
    sim.step(np.array([1]), ON)
    assert np.isfinite(sim.floats).all()
    speed = sim.floats[SPEED, 0]
    assert 2.9 < speed[1] <= 3.0  # free acceleration for a second
    assert speed[2] < 40.5
    assert speed[3] == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "highway-fats"}, "did you mean 'highway-fast'"),
        ({"lanes_count": 0}, "lanes_count must be"),
        ({"vehicles_count": 2.5}, "vehicles_count must be"),
        ({"vehicles_count": -1}, "vehicles_count must be"),
        ({"duration": 0}, "duration must be"),
        ({"duration": float("nan")}, "duration must be"),
        ({"simulation_frequency": 1, "policy_frequency": 2}, "simulation_frequency must be"),
        ({"initial_lane_id": 4}, "initial_lane_id must be"),
        ({"reward_speed_range": (30, 20)}, "reward_speed_range must be"),
        ({"target_speeds": (20, 21, 30)}, "target_speeds must be"),
        ({"collision_reward": 1}, "collision_reward"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        HighwaySim(1, **options)
    with pytest.raises(ValueError, match="num_envs must be"):
        HighwaySim(0)


def test_bad_actions_are_refused_and_change_nothing():
    sim = new(3)
    before = sim.save()
    with pytest.raises(ValueError, match=r"action of environment 1 must be in 0\.\.4, got 5"):
        sim.step(np.array([0, 5, 1]), np.ones(3, np.bool_))
    after = sim.save()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    sim.step(np.array([0, 5, 1]), np.array([True, False, True]))


def test_loading_needs_the_same_number_of_vehicles():
    state = read_highway_state(new(1), 0)
    with pytest.raises(ValueError, match="number of vehicles must be 4"):
        load_highway_state(HighwaySim(1, vehicles_count=3), 0, state)


def test_scene_shows_the_road_and_who_crashed():
    sim = new(2, "highway")
    scene = sim.scene(1)
    assert len(scene.lanes) == 4
    assert [lane.left_line for lane in scene.lanes] == ["solid", "dashed", "dashed", "dashed"]
    egos = [box for box in scene.boxes if box.kind == "ego"]
    assert [(box.x, box.y) for box in egos] == [(sim.floats[X, 1, 0], sim.floats[Y, 1, 0])]
    assert scene.center[0] == sim.floats[X, 1, 0]
    assert scene.y_down
    assert all(abs(box.x - scene.center[0]) < 120 for box in scene.boxes)
    sim.ints[CRASHED, 1, 0] = 1
    assert [box.state for box in sim.scene(1).boxes if box.kind == "ego"] == ["crashed"]


def test_timers_and_targets_move():
    """Others think of lane changes once a second, and some change."""
    sim = new(32, "highway")
    timers = sim.floats[TIMER].copy()
    for _ in range(5):
        sim.step(np.full(32, 4), np.ones(32, np.bool_))
    assert (sim.floats[TIMER, :, 1:] <= 1.0 + 2 / 15).all()
    assert not np.array_equal(timers, sim.floats[TIMER])
    assert (sim.ints[TARGET] != sim.ints[LANE]).any() or (sim.floats[Y] % 4 != 0).any()

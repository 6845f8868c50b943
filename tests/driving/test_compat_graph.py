"""merge, roundabout and intersection by themselves: bits, bounds, metrics, options."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from synth_envs.driving.compat.graph import GraphSim
from synth_envs.driving.compat.graph_kernels import heading_at, point_on, project
from synth_envs.driving.compat.graph_peer import load_graph_state, read_graph_state
from synth_envs.driving.compat.graph_roads import RoadGraph, circular, straight
from synth_envs.driving.compat.intersection import IntersectionSim
from synth_envs.driving.compat.merge import MergeSim
from synth_envs.driving.compat.roundabout import RoundaboutSim

SIMS: dict[str, Any] = {
    "merge": MergeSim,
    "roundabout": RoundaboutSim,
    "intersection": IntersectionSim,
}
ACTIONS = ("meta", "continuous")


def everywhere(sim: GraphSim) -> np.ndarray:
    return np.ones(sim.num_envs, dtype=np.bool_)


def keys_of(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def begin(sim: GraphSim, seed: int) -> None:
    sim.reset(everywhere(sim), keys_of(seed, sim.num_envs), np.zeros(sim.num_envs))


def draw_actions(sim: GraphSim, random: np.random.Generator) -> np.ndarray:
    if sim.single_action_space.shape == ():
        return random.integers(sim.single_action_space.n, size=sim.num_envs)
    return random.uniform(-1.0, 1.0, (sim.num_envs, 2))


@pytest.fixture(params=[(name, kind) for name in SIMS for kind in ACTIONS], ids="-".join)
def made(request):
    name, kind = request.param
    return lambda count, **options: SIMS[name](count, action_type=kind, **options)


def outputs_of(sim: GraphSim) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in sim.outputs._asdict().items()}


def test_a_batch_equals_single_environments(made):
    count, steps = 6, 14
    batch = made(count)
    begin(batch, 3)
    random = np.random.default_rng(4)
    actions = [draw_actions(batch, random) for _ in range(steps)]
    again = keys_of(5, count)
    seen = [outputs_of(batch)]
    for one in actions:
        batch.step(one, everywhere(batch))
        seen.append(outputs_of(batch))
        over = batch.terminations | batch.truncations
        batch.reset(over, again, np.zeros(count))
    ends = sum(int((one["terminations"] | one["truncations"]).sum()) for one in seen)
    assert ends > 0
    for index in range(count):
        single = made(1)
        single.reset(np.ones(1, dtype=np.bool_), keys_of(3, count)[[index]], np.ones(1))
        for step, expected in enumerate(seen):
            if step:
                single.step(actions[step - 1][[index]], np.ones(1, dtype=np.bool_))
            for name, array in outputs_of(single).items():
                assert array[0].tobytes() == expected[name][index].tobytes(), (name, step)
            over = single.terminations | single.truncations
            single.reset(over, again[[index]], np.zeros(1))


def test_masked_environments_are_left_alone(made):
    sim = made(4)
    begin(sim, 6)
    random = np.random.default_rng(7)
    sim.step(draw_actions(sim, random), everywhere(sim))
    before = sim.save()
    mask = np.array([True, False, True, False])
    sim.step(draw_actions(sim, random), mask)
    for name in ("vehicles", "episodes", "observations", "metrics"):
        assert sim.save()[name][~mask].tobytes() == before[name][~mask].tobytes()
        assert sim.save()[name][mask].tobytes() != before[name][mask].tobytes()
    assert not sim.rewards[~mask].any()
    assert not sim.terminations[~mask].any()
    assert not any(column[~mask].any() for column in sim.terms.values())
    middle = sim.save()
    sim.reset(mask, keys_of(8, 4), np.zeros(4))
    assert sim.save()["vehicles"][~mask].tobytes() == middle["vehicles"][~mask].tobytes()
    assert not sim.metrics["length"][mask].any()
    assert sim.metrics["length"][~mask].all()


def test_a_restored_state_replays(made):
    sim = made(5)
    begin(sim, 9)
    random = np.random.default_rng(10)
    for _ in range(3):
        sim.step(draw_actions(sim, random), everywhere(sim))
    saved = sim.save()
    actions = [draw_actions(sim, random) for _ in range(4)]
    seen = []
    for one in actions:
        sim.step(one, everywhere(sim))
        seen.append(sim.save())
    other = made(5)
    other.restore(saved)
    for one, expected in zip(actions, seen, strict=True):
        other.step(one, everywhere(other))
        for name, array in other.save().items():
            assert array.tobytes() == expected[name].tobytes(), name
    with pytest.raises(ValueError, match="does not fit"):
        made(4).restore(saved)


def test_observations_stay_in_their_space(made):
    sim = made(32)
    space = sim.single_observation_space
    assert np.isfinite(space.low).all()
    assert np.isfinite(space.high).all()
    begin(sim, 13)
    random = np.random.default_rng(14)
    rewards, ends = [], 0
    for step in range(40):
        sim.step(draw_actions(sim, random), everywhere(sim))
        assert all(space.contains(one) for one in sim.observations)
        assert np.isfinite(sim.rewards).all()
        assert all(
            np.isfinite(column).all() for column in [*sim.terms.values(), *sim.metrics.values()]
        )
        rewards.append(sim.rewards.copy())
        over = sim.terminations | sim.truncations
        ends += int(over.sum())
        sim.reset(over, keys_of(100 + step, 32), np.zeros(32))
    assert ends > 0
    low, high = {
        "merge": (-2.0, 1.5),
        "roundabout": (-0.05 / 1.2, 1.0),
        "intersection": (-5.0, 1.0),
    }[sim.name]
    assert low - 1e-12 <= np.min(rewards)
    assert np.max(rewards) <= high + 1e-12


@pytest.mark.parametrize("name", SIMS)
def test_metrics_are_those_of_the_episode(name):
    sim = SIMS[name](8)
    begin(sim, 15)
    random = np.random.default_rng(16)
    total, length = np.zeros(8), np.zeros(8)
    running = everywhere(sim)
    speeds: list[np.ndarray] = []
    for _ in range(13):
        sim.step(draw_actions(sim, random), running)
        total += sim.rewards
        length += running
        egos = sim.vehicles[np.arange(8), sim.episodes["ego"]]
        speeds.append(np.where(running, egos["speed"], np.nan))
        running = running & ~(sim.terminations | sim.truncations)
    assert np.allclose(sim.metrics["return"], total, rtol=0, atol=1e-12)
    assert (sim.metrics["length"] == length).all()
    assert np.allclose(sim.metrics["mean_speed"], np.nanmean(speeds, axis=0))
    assert (sim.metrics["crashed"] == (egos["crashed"] != 0)).all()
    assert not (sim.metrics["crashed"] * sim.metrics["arrived"]).any()
    assert (sim.metrics["distance"] > 0).all()


def test_traffic_does_not_depend_on_what_was_made_before():
    def run() -> bytes:
        sim = MergeSim(3)
        begin(sim, 17)
        for _ in range(4):
            sim.step(np.full(3, 1), everywhere(sim))
        return sim.vehicles.tobytes()

    before = run()
    crossing = IntersectionSim(2)
    begin(crossing, 18)
    crossing.step(np.ones(2, dtype=np.int64), everywhere(crossing))
    assert run() == before


def test_no_route_is_longer_than_the_roads():
    for kind in SIMS.values():
        graph = kind(1).graph
        tables = graph.tables()
        assert tables.path_lengths.max() == tables.paths.shape[2]
        for start in range(len(tables.nodes)):
            for goal in range(len(tables.nodes)):
                roads = tables.paths[start, goal, : tables.path_lengths[start, goal]]
                joined = [
                    (int(tables.roads["start"][r]), int(tables.roads["end"][r])) for r in roads
                ]
                assert all(a[1] == b[0] for a, b in pairwise(joined))
                if joined:
                    assert (joined[0][0], joined[-1][1]) == (start, goal)


def test_a_pose_on_a_lane_projects_back():
    arc = circular((3.0, -2.0), 15.0, (0.3, 2.0), lines=("none", "none"))
    line = straight((1.0, 2.0), (31.0, 42.0))
    graph = RoadGraph()
    graph.add("a", "b", arc)
    graph.add("b", "c", line)
    lanes = graph.tables().lanes
    assert lanes["length"].tolist() == pytest.approx([15.0 * 1.7, 50.0])
    for lane in lanes:
        for s, r in ((0.0, 0.0), (7.0, -1.5), (20.0, 3.0)):
            x, y = point_on(lane, s, r)
            assert project(lane, x, y) == pytest.approx((s, r))
            ahead = point_on(lane, s + 1e-6, r)
            heading = np.arctan2(ahead[1] - y, ahead[0] - x)
            assert np.cos(heading - heading_at(lane, s)) == pytest.approx(1.0)
    for index in range(2):
        left, right = graph.polyline(index, -2.0), graph.polyline(index, 2.0)
        assert np.linalg.norm(left - right, axis=1) == pytest.approx(4.0)
    with pytest.raises(RuntimeError, match="built"):
        graph.add("c", "d", line)


@pytest.mark.parametrize("name", SIMS)
def test_a_scene_shows_lanes_and_road_users(name):
    sim = SIMS[name](2)
    begin(sim, 19)
    sim.step(np.ones(2, dtype=np.int64), everywhere(sim))
    scene = sim.scene(1)
    assert len(scene.lanes) == len(sim.setting.network.lanes)
    assert scene.y_down
    kinds = [box.kind for box in scene.boxes]
    assert kinds.count("ego") == 1
    assert kinds.count("car") == sim.episodes["count"][1] - 1
    assert kinds.count("obstacle") == (name == "merge")
    ego = scene.boxes[kinds.index("ego")]
    assert scene.center == (ego.x, ego.y)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (MergeSim, {"action_type": "metta"}, "did you mean"),
        (MergeSim, {"target_speeds": (20.0, 25.0, 31.0)}, "target_speeds"),
        (MergeSim, {"vehicles_count": 1}, "vehicles_count"),
        (MergeSim, {"reward_speed_range": (30.0, 20.0)}, "reward_speed_range"),
        (MergeSim, {"collision_reward": float("nan")}, "collision_reward"),
        (RoundaboutSim, {"simulation_frequency": 5, "policy_frequency": 6}, "simulation_frequency"),
        (RoundaboutSim, {"incoming_vehicle_destination": 3}, "incoming_vehicle_destination"),
        (RoundaboutSim, {"duration": 0}, "duration"),
        (IntersectionSim, {"destination": 0}, "destination"),
        (IntersectionSim, {"spawn_probability": 1.2}, "spawn_probability"),
        (IntersectionSim, {"initial_vehicle_count": 0}, "initial_vehicle_count"),
    ],
)
def test_bad_options_are_refused(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(1, **options)


def test_bad_actions_are_refused():
    sim = IntersectionSim(2)
    begin(sim, 20)
    before = sim.save()
    with pytest.raises(ValueError, match="actions"):
        sim.step(np.array([1, 3]), everywhere(sim))
    with pytest.raises(ValueError, match="shape"):
        sim.step(np.array([1]), everywhere(sim))
    assert sim.vehicles.tobytes() == before["vehicles"].tobytes()
    with pytest.raises(TypeError):
        MergeSim(1, colision_reward=-2.0)


def test_a_foreign_route_is_refused():
    sim = RoundaboutSim(1)
    begin(sim, 21)
    state = read_graph_state(sim, 0)
    load_graph_state(sim, 0, state)
    assert read_graph_state(sim, 0) == state | {"frames": 0}
    state["vehicles"][1]["route"] = [("we", "sx", 1), ("sx", "sxs", None), ("ee", "nx", None)]
    with pytest.raises(ValueError, match="shortest"):
        load_graph_state(sim, 0, state)

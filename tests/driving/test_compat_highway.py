"""The straight highways against highway-env itself, over whole episodes."""

import importlib.metadata
import warnings

import numpy as np
import pytest

from synth_envs.driving.compat.highway import HighwaySim
from synth_envs.driving.compat.highway_layout import SPEED
from synth_envs.driving.compat.highway_traffic import sort
from synth_envs.driving.compat.peer import (
    copy_highway_state,
    load_highway_state,
    read_highway_state,
)

TOLERANCE = 1e-9
ON = np.ones(1, np.bool_)
# The class attributes of IDMVehicle that creating intersection-v0 overwrites in its process.
PRISTINE = {"DISTANCE_WANTED": 10.0, "COMFORT_ACC_MAX": 3.0, "COMFORT_ACC_MIN": -5.0}


@pytest.fixture
def make_peer(monkeypatch):
    pytest.importorskip("highway_env", reason="the peer highway-env is not installed")
    version = importlib.metadata.version("highway-env")
    if not version.startswith("1.12."):
        pytest.skip(f"compatible with highway-env 1.12, this is {version}")
    from highway_env.envs.highway_env import HighwayEnv, HighwayEnvFast
    from highway_env.vehicle.behavior import IDMVehicle

    for name, value in PRISTINE.items():
        monkeypatch.setattr(IDMVehicle, name, value)

    def make(variant, **config):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {"highway": HighwayEnv, "highway-fast": HighwayEnvFast}[variant](config)

    return make


def new(n=1, variant="highway-fast", key=0, **options):
    sim = HighwaySim(n, variant=variant, **options)
    keys = np.random.default_rng(key).integers(0, 2**64, n, dtype=np.uint64)
    sim.reset(np.ones(n, np.bool_), keys, np.zeros(n))
    return sim


def policies(rng):
    """Random, always faster, hopping between lanes, and mostly slow ones that last long."""
    return (
        lambda: rng.integers(5),
        lambda: 3,
        lambda: rng.choice([0, 2]),
        lambda: rng.choice([4, 4, 4, 1, 0, 2]),
    )


def difference(theirs, ours):
    """The largest difference of two states; what nobody reads is left out."""
    worst = 0.0
    for name, values in theirs.items():
        gap = np.abs(values.astype(float) - ours[name].astype(float))
        if name in ("exponent", "timer"):
            gap = gap[1:]  # the ego has none
        if name.startswith("push"):
            gap = gap[theirs["struck"]]
        worst = max(worst, float(gap.max(initial=0.0)))
    return worst


def follow(peer, sim, action):
    """Step both by one action; returns the largest difference and whether the episode is over."""
    observation, reward, terminated, truncated, info = peer.step(int(action))
    sim.step(np.array([action]), ON)
    assert (terminated, truncated) == (sim.terminations[0], sim.truncations[0])
    assert info["crashed"] == (sim.metrics["crashed"][0] == 1)
    gaps = [
        difference(copy_highway_state(peer), read_highway_state(sim, 0)),
        float(np.abs(observation.astype(float) - sim.observations[0]).max()),
        abs(float(reward) - sim.rewards[0]),
        abs(info["speed"] - sim.floats[SPEED, 0, 0]),
        *(abs(float(value) - sim.terms[name][0]) for name, value in info["rewards"].items()),
    ]
    assert info["rewards"].keys() == sim.terms.keys()
    return max(gaps), terminated or truncated


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variant", "episodes", "seed"),
    [("highway-fast", 24, 0), ("highway-fast", 24, 1000), ("highway", 5, 0)],
)
def test_peer_is_followed_over_whole_episodes(make_peer, variant, episodes, seed):
    peer, sim = make_peer(variant), HighwaySim(1, variant=variant)
    rng = np.random.default_rng(seed)
    worst, steps, crashes, most = 0.0, 0, 0, 0
    for episode in range(episodes):
        choose = policies(rng)[episode % 4]
        peer.reset(seed=seed + episode)
        load_highway_state(sim, 0, copy_highway_state(peer))
        over = False
        while not over:
            gap, over = follow(peer, sim, choose())
            worst, steps = max(worst, gap), steps + 1
            assert gap <= TOLERANCE, f"episode {episode}, step {steps}: {gap}"
        crashes += int(sim.terminations[0])
        most = max(most, int(read_highway_state(sim, 0)["crashed"].sum()))
    print(f"{variant}: {episodes} episodes, {steps} steps, {crashes} crashes, error {worst:.1e}")  # noqa: T201
    assert crashes >= episodes // 2
    assert most >= 2


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (
            {"lanes_count": 2, "vehicles_count": 12, "vehicles_density": 2.0, "duration": 8},
            {"lanes_count": 2, "vehicles_count": 12, "vehicles_density": 2.0, "duration": 8},
        ),
        (
            {"lanes_count": 1, "vehicles_count": 6, "normalize_reward": False},
            {"lanes_count": 1, "vehicles_count": 6, "normalize_reward": False},
        ),
        (
            {"policy_frequency": 3, "simulation_frequency": 10, "collision_reward": -2},
            {"policy_frequency": 3, "simulation_frequency": 10, "collision_reward": -2},
        ),
        (
            {"simulation_frequency": 2, "reward_speed_range": [15, 25], "initial_lane_id": 2},
            {"simulation_frequency": 2, "reward_speed_range": [15, 25], "initial_lane_id": 2},
        ),
    ],
)
def test_peer_is_followed_with_other_options(make_peer, theirs, ours):
    peer, sim = make_peer("highway-fast", **theirs), HighwaySim(1, variant="highway-fast", **ours)
    rng = np.random.default_rng(5)
    for episode in range(4):
        peer.reset(seed=episode)
        load_highway_state(sim, 0, copy_highway_state(peer))
        for _ in range(20):
            gap, over = follow(peer, sim, rng.integers(5))
            assert gap <= TOLERANCE
            if over:
                break


def test_peer_is_followed_through_pile_ups(make_peer):
    """Dense traffic behind crashed vehicles: many collisions at once, of others too."""
    peer = make_peer("highway", vehicles_count=24, lanes_count=2, vehicles_density=2.5)
    sim = HighwaySim(1, variant="highway", vehicles_count=24, lanes_count=2, vehicles_density=2.5)
    most = 0
    for episode in range(3):
        peer.reset(seed=episode)
        for car in peer.road.vehicles[5:24:6]:
            car.crashed, car.speed = True, 2.0
        load_highway_state(sim, 0, copy_highway_state(peer))
        for action in (1, 3, 0, 2, 3, 1):
            gap, _ = follow(peer, sim, action)  # on after the end: the others still crash
            assert gap <= TOLERANCE
        most = max(most, int(read_highway_state(sim, 0)["crashed"].sum()))
    assert most >= 8


def test_peer_is_followed_where_vehicles_share_an_x(make_peer):
    """Neighbours at equal x to the last bit: the place in the list decides."""
    peer, sim = make_peer("highway-fast"), HighwaySim(1, variant="highway-fast")
    for episode in range(6):
        peer.reset(seed=episode)
        cars = peer.road.vehicles
        for k in range(3, 20, 2):
            cars[k].position = np.array([cars[k + 1].position[0], cars[k].position[1]])
            if abs(cars[k].position[1] - cars[k + 1].position[1]) < 1:
                cars[k].position[1] = 4.0 * ((cars[k].lane_index[2] + 1) % 3)
            cars[k].on_state_update()
            cars[k].target_lane_index = cars[k].lane_index
            cars[k].timer = 2.0
        load_highway_state(sim, 0, copy_highway_state(peer))
        assert sort(sim.floats, sim.ints, 0)
        for action in (4, 4, 1):
            gap, _ = follow(peer, sim, action)
            assert gap <= TOLERANCE


def test_a_different_action_is_a_different_episode(make_peer):
    """The comparison can fail: one wrong action shows."""
    peer, sim = make_peer("highway-fast"), HighwaySim(1, variant="highway-fast")
    peer.reset(seed=0)
    load_highway_state(sim, 0, copy_highway_state(peer))
    peer.step(3)
    sim.step(np.array([4]), ON)
    assert difference(copy_highway_state(peer), read_highway_state(sim, 0)) > 0.1


def test_initial_states_have_the_peers_distributions(make_peer):
    peer, n = make_peer("highway-fast"), 200
    theirs = []
    for seed in range(n):
        peer.reset(seed=seed)
        theirs.append(copy_highway_state(peer))
    sim = new(4096, "highway-fast")
    ours = [read_highway_state(sim, k) for k in range(4096)]

    def values(states, name, of):
        return np.concatenate([of(state[name]) for state in states])

    checks = {
        "ego x": ("x", lambda a: a[:1]),
        "gap": ("x", np.diff),
        "last x": ("x", lambda a: a[-1:]),
        "speed": ("speed", lambda a: a[1:]),
        "exponent": ("exponent", lambda a: a[1:]),
        "timer": ("timer", lambda a: a[1:]),
    }
    for label, (name, of) in checks.items():
        a, b = values(theirs, name, of), values(ours, name, of)
        spread = b.std()
        error = 4 * spread / np.sqrt(len(a))  # of the mean, four standard errors
        assert abs(a.mean() - b.mean()) < error, label
        # Quantiles of flat distributions err about 1.5 times as much.
        for q in (0.1, 0.5, 0.9):
            assert abs(np.quantile(a, q) - np.quantile(b, q)) < 2.5 * error, (label, q)
        if label != "last x":  # the sum of many draws has no sharp ends
            assert b.min() > a.min() - 0.5 * spread, label
            assert b.max() < a.max() + 0.5 * spread, label
    lanes = np.bincount(values(theirs, "lane", lambda a: a), minlength=3) / (21 * n)
    mine = np.bincount(values(ours, "lane", lambda a: a), minlength=3) / (21 * 4096)
    assert np.abs(lanes - mine).max() < 4 * np.sqrt(0.25 / (21 * n))
    for name in ("speed", "target_speed", "heading", "push_x", "crashed", "struck"):
        assert {float(state[name][0]) for state in ours} == {float(theirs[0][name][0])}
    first = ours[0]
    assert np.array_equal(first["target_speed"], first["speed"])
    assert np.array_equal(first["target"], first["lane"])
    assert np.array_equal(first["y"], 4.0 * first["lane"])
    timer = (first["x"] + first["y"]) * np.pi % 1.0
    assert np.allclose(first["timer"][1:], timer[1:], atol=1e-12)

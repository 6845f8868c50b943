"""Environments over batch simulators, on a walk that ends at a random place."""

import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.seeding import mix64, split_of_number
from synth_envs.sim_env import ActionReader, SimEnv
from synth_envs.sim_stream import Streams
from synth_envs.sim_vector_env import SimVectorEnv


class Walk:
    """Steps left or right of random size; the walk ends beyond its bound or after 12 steps."""

    name = "walk"

    steps_per_second = 5.0

    def __init__(self, num_envs, *, bound=3.0, paired=False):
        self.num_envs, self.bound, self.paired = num_envs, bound, paired
        box = gym.spaces.Box(-20.0, 20.0, (2,), np.float64)
        self.single_observation_space = gym.spaces.Dict({"place": box}) if paired else box
        self.single_action_space = gym.spaces.Discrete(2)
        self.buffer = np.zeros((num_envs, 2))
        self.observations = {"place": self.buffer} if paired else self.buffer
        self.rewards = np.zeros(num_envs)
        self.terminations = np.zeros(num_envs, dtype=np.bool_)
        self.truncations = np.zeros(num_envs, dtype=np.bool_)
        self.terms = {"far": np.zeros(num_envs), "cost": np.zeros(num_envs)}
        self.metrics = {"steps": np.zeros(num_envs)}
        self.keys = np.zeros(num_envs, dtype=np.uint64)
        self.time = np.zeros(num_envs, dtype=np.uint64)

    def reset(self, mask, keys, difficulty):
        self.keys[mask], self.time[mask] = keys[mask], 0
        self.buffer[mask] = 0
        self.buffer[mask, 1] = difficulty[mask]

    def step(self, actions, mask):
        draw = (mix64(self.keys, self.time) >> np.uint64(11)) * 2.0**-53
        self.buffer[mask, 0] += np.where(actions == 1, draw, -draw)[mask]
        self.time[mask] += np.uint64(1)
        self.terms["far"][:] = np.where(mask, np.abs(self.buffer[:, 0]), 0)
        self.terms["cost"][:] = np.where(mask, -0.1, 0)
        self.rewards[:] = self.terms["far"] + self.terms["cost"]
        self.terminations[:] = mask & (np.abs(self.buffer[:, 0]) > self.bound)
        self.truncations[:] = mask & ~self.terminations & (self.time >= 12)
        self.metrics["steps"][:] = self.time

    def frame(self, index):
        return np.full((4, 6, 3), int(abs(self.buffer[index, 0])), dtype=np.uint8)

    def save(self):
        return {name: getattr(self, name).copy() for name in ("keys", "time", "buffer")}

    def restore(self, state):
        for name, value in state.items():
            getattr(self, name)[:] = value


class WalkEnv(SimEnv):
    simulator = Walk


class WalkVectorEnv(SimVectorEnv):
    simulator = Walk


@pytest.mark.parametrize("kwargs", [{}, {"paired": True}, {"bound": 0.8, "difficulty": 0.5}])
def test_contracts(kwargs):
    check_env(WalkEnv(**kwargs), skip_render_check=True)
    check_vector_env(WalkVectorEnv, kwargs=kwargs, scalar=WalkEnv)


def test_episodes_are_named_and_replayed():
    env = WalkEnv(split="test")
    ids = [env.reset(seed=5)[1]["task_id"]] + [env.reset()[1]["task_id"] for _ in range(3)]
    assert len(set(ids)) == 4
    other = WalkEnv()
    first = env.reset(options={"task": ids[2]})[0]
    assert np.array_equal(first, other.reset(seed=9, options={"task": ids[2]})[0])
    for action in (1, 1, 0):
        assert env.step(action)[0].tolist() == other.step(action)[0].tolist()
    fixed = WalkEnv(difficulty=0.25)
    assert fixed.reset(seed=1)[0][1] == 0.25
    name = fixed.task_id
    assert name.endswith("/0.25")
    assert other.reset(options={"task": name})[0][1] == 0.25
    for bad in ("walk/12", "run/0123456789abcdef", "walk/0123456789abcdef/7", 3):
        with pytest.raises(ValueError, match=r"no episode|bad difficulty"):
            env.reset(options={"task": bad})


def test_splits_are_disjoint():
    seen = {}
    for split in ("train", "validation", "test"):
        env = WalkEnv(split=split)
        keys = set()
        for seed in range(300):
            name = env.reset(seed=seed)[1]["task_id"]
            keys.add(int(name.split("/")[1], 16))
        assert {split_of_number(key) for key in keys} == {split}
        seen[split] = keys
    assert len(set.union(*seen.values())) == sum(map(len, seen.values())) == 900
    shares = [
        split_of_number(int(WalkEnv(split="all").reset(seed=s)[1]["task_id"][5:], 16))
        for s in range(300)
    ]
    assert 210 < shares.count("train") < 270


def test_quotas_are_exact_over_seeds_and_over_episodes():
    env = WalkEnv(split="test")
    names = [env.reset(seed=seed)[1]["task_id"] for seed in range(1000)]
    tops = [int(name.split("/")[1][:4], 16) / 65536 for name in names]
    env.reset(seed=4)
    more = [int(env.reset()[1]["task_id"].split("/")[1][:4], 16) / 65536 for _ in range(1000)]
    for shares in (tops, more):
        for edge in np.linspace(0.05, 1, 20):
            assert abs(np.mean(np.array(shares) < edge) - edge) < 0.005


def test_save_and_restore():
    for env, act in ((WalkEnv(bound=19), 1), (WalkVectorEnv(num_envs=3), np.array([1, 0, 1]))):
        env.reset(seed=2)
        env.step(act)
        state = env.save()
        runs = []
        for _ in range(2):
            rows = [np.array(env.restore(state)).tolist()]
            for _ in range(6):
                result = env.step(act)
                rows.append([np.array(one).tolist() for one in result[:4]])
            runs.append(rows)
        assert runs[0] == runs[1]


def test_faults_of_the_caller():
    env = WalkEnv()
    with pytest.raises(ResetNeeded):
        env.step(1)
    env.reset(seed=1)
    for bad in (2, -1, 0.5, [1, 0], None):
        with pytest.raises(ValueError, match="action"):
            env.step(bad)
    with pytest.raises(TypeError, match="did you mean 'bound'"):
        WalkEnv(bond=3)
    with pytest.raises(ValueError, match="unknown reset option 'dificulty'; did you mean"):
        env.reset(options={"dificulty": 1})
    with pytest.raises(ValueError, match="difficulty must be"):
        env.reset(options={"difficulty": 2})
    with pytest.raises(ValueError, match="render_mode must be None or 'rgb_array'"):
        WalkEnv(render_mode="human")
    with pytest.raises(ValueError, match="split"):
        WalkEnv(split="tset")
    vector = WalkVectorEnv(num_envs=2, autoreset_mode="Disabled")
    with pytest.raises(ResetNeeded):
        vector.step([0, 0])
    with pytest.raises(ValueError, match="num_envs"):
        WalkVectorEnv(num_envs=0)


def test_actions_of_boxes():
    box = ActionReader(gym.spaces.Box(-1.0, 1.0, (2,), np.float32), 1)
    given = np.array([[3, -0.5]])
    assert box(given).tolist() == [[1.0, -0.5]]
    assert given.tolist() == [[3, -0.5]]  # what is given is not written to
    low, high = np.array([-1.0, 0.0]), np.array([1.0, 5.0])
    uneven = ActionReader(gym.spaces.Box(low, high, dtype=np.float64), 2)
    assert uneven([[9, 9], [-9, -9]]).tolist() == [[1.0, 5.0], [-1.0, 0.0]]
    for bad in ([[np.nan, 0]], [[1.0]], [["a", "b"]]):
        with pytest.raises(ValueError, match=r"finite|shape"):
            box(bad)
    with pytest.raises(TypeError):
        ActionReader(gym.spaces.MultiBinary(2), 1)


def test_whole_actions():
    reader = ActionReader(gym.spaces.Discrete(3, start=1), 1)
    for good in (1, 3, np.int64(2), np.int32(2), np.uint8(1), np.array(2)):
        assert reader.one(good).tolist() == [int(good)]
        assert reader.one(good).dtype == np.int64
    for bad in (0, 4, -1, 2**70, 1.0, True, None, "1", np.array([1]), np.nan):
        with pytest.raises((ValueError, OverflowError)):
            reader.one(bad)


def test_copies_go_on_alike():
    env = WalkVectorEnv(num_envs=2)
    env.reset(seed=3)
    env.step([1, 0])
    twin = pickle.loads(pickle.dumps(env))
    for _ in range(20):
        one, two = env.step([1, 0]), twin.step([1, 0])
        assert one[0].tolist() == two[0].tolist()
        assert one[4]["task_id"].tolist() == two[4]["task_id"].tolist()


def flat(value):
    """A value whose equality is that of every bit."""
    if isinstance(value, dict):
        return {name: flat(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [flat(one) for one in value]
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.dtype.str, value.shape, value.tobytes()
    return [flat(one) for one in value] if isinstance(value, np.ndarray) else repr(value)


def played(env, steps=60):
    """Everything that an environment answers to seeded random actions."""
    env.action_space.seed(3)
    answers = [env.reset(seed=5)]
    for step in range(steps):
        if step == 30:
            env.restore(env.save())
        if step == 40:
            env = pickle.loads(pickle.dumps(env))
        answers.append(env.step(env.action_space.sample()))
    return flat(answers)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
@pytest.mark.parametrize("threads", [2, 3, 7, 50])
def test_threads_change_nothing(mode, threads):
    """Neither with chunks of different sizes nor with more threads than episodes."""
    one = WalkVectorEnv(num_envs=7, autoreset_mode=mode)
    many = WalkVectorEnv(num_envs=7, autoreset_mode=mode, threads=threads)
    assert played(many) == played(one)


def test_threads_of_the_driving_simulator():
    from synth_envs.driving.env import DrivingVectorEnv

    kwargs = {"num_envs": 12, "duration": 4.0, "observation": "attention"}
    one, many = DrivingVectorEnv(**kwargs), DrivingVectorEnv(**kwargs, threads=5)
    assert played(many) == played(one)
    assert (many.sim.frame(11) == one.sim.frame(11)).all()


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_a_bad_number_of_threads(threads):
    with pytest.raises(ValueError, match="threads must be a positive integer"):
        WalkVectorEnv(num_envs=2, threads=threads)


@pytest.mark.parametrize("split", ["train", "test", "all"])
def test_keys_are_the_same_drawn_one_by_one_and_together(split):
    seeds, rng = [0, 1, 7, 2**40 + 3, 2**63 - 1, *range(100, 140)], np.random.default_rng(0)
    together = Streams("walk", len(seeds), split)
    alone = [Streams("walk", 1, split) for _ in seeds]
    for i, seed in enumerate(seeds):
        together.seed(i, seed)
        alone[i].seed(0, seed)
    everybody, one = np.ones(len(seeds), np.bool_), np.ones(1, np.bool_)
    given = []
    for _ in range(30):
        keys, levels = together.begin(everybody, rng, None)
        found = [each.begin(one, rng, None) for each in alone]
        assert keys.tolist() == [key[0] for key, _ in found]
        assert levels.tolist() == [level[0] for _, level in found]
        names = together.task_ids()
        assert names.tolist() == [each.task_id(0) for each in alone]
        given.append((names, names.tolist()))
    # Names that were given away are those of then.
    assert all(names.tolist() == then for names, then in given)


def test_infos_of_a_step_stay_as_they_were():
    envs = WalkVectorEnv(num_envs=3, autoreset_mode="SameStep")
    envs.reset(seed=0)
    kept = []
    for _ in range(40):
        infos = envs.step(np.ones(3, np.int64))[4]
        kept.append((infos, pickle.loads(pickle.dumps(infos))))
    assert len({name for infos, _ in kept for name in infos["task_id"]}) > 3
    for infos, then in kept:
        assert infos["task_id"].tolist() == then["task_id"].tolist()
        for name, column in infos["reward_terms"].items():
            assert np.array_equal(column, then["reward_terms"][name])

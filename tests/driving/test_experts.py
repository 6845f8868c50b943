"""The experts: the rule driver from outside, baselines, the planner, skill, demonstrations."""

import json
import math

import gymnasium as gym
import numpy as np
import pytest

from synth_envs.core import Policy
from synth_envs.driving import demonstrations, skill
from synth_envs.driving.env import DrivingEnv, DrivingVectorEnv
from synth_envs.driving.experts import BASELINES, POLICIES, RuleDriver, make_driver, simulators_of
from synth_envs.driving.manoeuvres import MANOEUVRES
from synth_envs.driving.planner import Planner, begun, certificate, certificates
from synth_envs.driving.sim import layout as at

EVENTS = (
    "cut-in", "hard-brake", "stop-and-go", "jaywalker", "occluded-crossing", "door", "wrong-way",
    "emergency", "work-zone", "low-friction",
)  # fmt: skip
ACTIONS = ("meta", "longitudinal", "continuous")


def driven(num_envs, policy=None, seed=0, **kwargs):
    """Returns and metrics of one episode in each environment; without a policy the ego drives itself."""
    kwargs = {"action": "driver" if policy is None else "meta"} | kwargs
    env = DrivingVectorEnv(num_envs=num_envs, autoreset_mode="Disabled", **kwargs)
    env.reset(seed=seed)
    driver = None if policy is None else make_driver(policy, env)
    sim, running = env.sim, np.ones(num_envs, np.bool_)
    returns = np.zeros(num_envs)
    while running.any():
        actions = np.zeros(num_envs, np.int64) if driver is None else driver.act(sim.observations)
        sim.step(actions, running)
        returns += sim.rewards
        running &= ~(sim.terminations | sim.truncations)
    return returns, sim.metrics


def path_of(env, policy, steps):
    """Where the egos are at every step, float32 (steps, 4, n): s, d, heading, speed."""
    env.reset(seed=3)
    sim, rows = env.sim, []
    for _ in range(steps):
        actions = (
            np.zeros(sim.num_envs, np.int64) if policy is None else policy.act(sim.observations)
        )
        sim.step(actions, np.ones(sim.num_envs, np.bool_))
        rows.append(sim._actors[:, [at.S, at.D, at.MU, at.V], 0].T.copy())
    return np.array(rows)


@pytest.mark.parametrize(
    "scenario", ["free-highway", "merge", "roundabout", "hard-brake", "work-zone"]
)
def test_continuous_actions_reproduce_the_simulators_own_driver(scenario):
    """Where nobody is hidden: with one frame per step the paths are the same but for rounding."""
    # Lane changes of others are chaotic in the long run, so only some seconds are compared.
    kwargs = {"scenario": scenario, "traffic": 2, "policy_hz": 10.0, "frames": 1, "num_envs": 12}
    own = path_of(DrivingVectorEnv(action="driver", **kwargs), None, 80)
    env = DrivingVectorEnv(action="continuous", **kwargs)
    seen = np.zeros(12)

    class Omniscient(RuleDriver):
        def _act(self, k):
            seen[:] += self._sims[k]._marks[:, at.SEEN].sum(axis=1)
            self._sims[k]._marks[:, at.SEEN] = 1
            return super()._act(k)

    ours = path_of(env, Omniscient(env), 80)
    assert (seen > 0).all()
    assert np.abs(own[:, 1]).max() > 0.5 or scenario not in {"merge", "work-zone"}  # lanes change
    apart = np.abs(own - ours).max(axis=(0, 2))
    assert (apart < [0.05, 0.02, 0.01, 0.02]).all(), apart


@pytest.mark.parametrize("action", ACTIONS)
def test_the_rule_driver_earns_what_the_simulators_own_does(action):
    for scenario in ("free-highway", "dense-highway", "roundabout", "signalled-intersection"):
        own, _ = driven(30, scenario=scenario)
        ours, metrics = driven(30, "rule", scenario=scenario, action=action)
        assert ours.mean() > 0.95 * own.mean(), scenario
        assert metrics["collision"].sum() == 0
        assert metrics["red_lights"].sum() == 0
    _, metrics = driven(30, "rule", scenario="merge", action=action)
    if action != "longitudinal":  # which cannot leave the ramp
        assert metrics["arrived"].mean() == 1


def test_it_does_not_know_who_is_hidden():
    """Moving somebody unseen changes nothing; moving somebody seen does."""
    env = DrivingVectorEnv(num_envs=8, scenario="hard-brake", difficulty=1.0)
    env.reset(seed=1)
    driver, sim = RuleDriver(env), env.sim
    sim._actors[:, at.S, 1] = sim._actors[:, at.S, 0] + 12.0
    sim._marks[:, at.SEEN, 1] = 1
    close = driver.act(sim.observations)
    assert (close >= 4).all()
    sim._marks[:, at.SEEN, 1] = 0
    hidden = driver.act(sim.observations)
    sim._actors[:, at.S, 1] += 1000.0
    assert np.array_equal(RuleDriver(env).act(sim.observations), hidden)
    assert (hidden <= 3).all()


def test_a_pedestrian_behind_vans_is_a_surprise():
    """Whoever sees through vans crashes less often than the rule driver, which does not."""
    kwargs = {"scenario": "occluded-crossing", "difficulty": 1.0}
    _, through = driven(200, **kwargs)
    _, honest = driven(200, "rule", action="continuous", **kwargs)
    assert honest["event"].mean() == 1
    assert honest["collision"].sum() > through["collision"].sum() + 3


def test_acting_changes_nothing():
    for action in ACTIONS:
        env = DrivingVectorEnv(num_envs=5, action=action)
        env.reset(seed=2)
        before = env.sim.save()
        for name in POLICIES:
            actions = make_driver(name, env).act(env.sim.observations)
            assert env.action_space.contains(actions), (name, action)
        Planner(env).plan_all([0], replans=1)
        after = env.sim.save()
        assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("action", ACTIONS)
def test_scalar_vector_and_wrapped_environments_are_driven_alike(action):
    kwargs = {"scenario": "cut-in", "action": action, "duration": 6.0}
    vector = DrivingVectorEnv(num_envs=3, autoreset_mode="SameStep", **kwargs)
    sync = gym.vector.SyncVectorEnv(
        [lambda: gym.wrappers.TimeLimit(DrivingEnv(**kwargs), 1000)] * 3,
        autoreset_mode=gym.vector.AutoresetMode.SAME_STEP,
    )
    scalar = gym.wrappers.RecordEpisodeStatistics(DrivingEnv(**kwargs))
    one, two, three = (make_driver("rule", env) for env in (vector, sync, scalar))
    assert len(simulators_of(sync)) == 3
    a, _ = vector.reset(seed=5)
    b, _ = sync.reset(seed=5)
    c, _ = scalar.reset(seed=5)
    over = False
    for _ in range(45):  # past the end of the episodes: they begin anew by themselves
        left, right = one.act(a), two.act(b)
        assert np.array_equal(left, right)
        if not over:
            single = three.act([c])
            assert np.array_equal(single[0], left[0])
            c, _, terminated, truncated, _ = scalar.step(single[0])
            over = terminated or truncated
        a, b = vector.step(left)[0], sync.step(right)[0]
        assert np.array_equal(a, b)
    assert over
    if action == "continuous":  # what is remembered of the next episode is its own
        vector.reset(seed=77)
        one.reset([0, 1, 2])
        sync.reset(seed=77)
        assert np.array_equal(one.act(a), make_driver("rule", vector).act(a))


@pytest.mark.parametrize("action", ACTIONS)
def test_baselines_do_what_they_are_called(action):
    kwargs = {"scenario": "free-highway", "action": action, "traffic": 0, "difficulty": 0.0}
    speeds = {}
    for name in BASELINES:
        env = DrivingVectorEnv(num_envs=4, **kwargs)
        env.reset(seed=0)
        policy: Policy = make_driver(name, env)
        begun = env.sim._actors[:, at.V, 0].copy()
        lanes = env.sim._actors[:, at.D, 0].copy()
        for _ in range(70):
            env.sim.step(policy.act(env.sim.observations), np.ones(4, np.bool_))
        speeds[name] = env.sim._actors[:, at.V, 0]
        if name != "random":
            assert np.abs(env.sim._actors[:, at.D, 0] - lanes).max() < 0.1, name
        if name == "idle":
            assert speeds[name] == pytest.approx(begun)
    assert np.abs(speeds["stop"]).max() < 1e-3
    assert np.abs(speeds["slower"]).max() < 1e-3
    assert speeds["faster"] == pytest.approx(40, abs=0.5)
    assert (np.abs(speeds["creep"] - 2) < 1.1).all()
    assert speeds["gap-rule"] == pytest.approx(30, abs=1.3)


def test_baselines_in_traffic():
    """Driving on blindly crashes, standing does not pay, and the gap rule is in between."""
    results = {name: driven(30, name, scenario="hard-brake", difficulty=0.3) for name in POLICIES}
    crashes = {name: metrics["collision"].mean() for name, (_, metrics) in results.items()}
    assert crashes["idle"] > 0.9
    assert crashes["faster"] > 0.9
    assert crashes["stop"] == crashes["creep"] == crashes["rule"] == 0
    assert 0 < crashes["gap-rule"] < 1
    mean = {name: returns.mean() for name, (returns, _) in results.items()}
    assert mean["stop"] < mean["slower"] < mean["creep"] < mean["gap-rule"] < mean["rule"]


def test_the_gap_rule_waits_at_a_red_light_only():
    _, metrics = driven(40, "gap-rule", scenario="signalled-intersection", difficulty=0.0)
    _, blind = driven(40, "idle", scenario="signalled-intersection", difficulty=0.0)
    assert metrics["red_lights"].sum() < blind["red_lights"].sum()


def test_errors():
    with pytest.raises(ValueError, match="did you mean 'creep'"):
        make_driver("crep", DrivingEnv())
    with pytest.raises(ValueError, match="drives itself"):
        RuleDriver(DrivingEnv(action="driver"))
    with pytest.raises(ValueError, match="drives itself"):
        Planner(DrivingEnv(action="driver"))
    with pytest.raises(TypeError, match="no expert drives CartPoleEnv"):
        RuleDriver(gym.make("CartPole-v1"))
    sync = gym.vector.SyncVectorEnv([DrivingEnv] * 2)
    with pytest.raises(TypeError, match=r"one of `env\.envs`"):
        Planner(sync)
    with pytest.raises(IndexError, match="1 episodes"):
        Planner(DrivingEnv()).plan(1)
    with pytest.raises(ValueError, match="replans"):
        Planner(DrivingEnv()).plan_all(replans=10)
    with pytest.raises(ValueError, match="no episode"):
        certificate("driving/xyz", scenario="door")
    assert certificates([]) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_plan_earns_what_it_says(action):
    """Its actions, given to the environment itself, from the middle of an episode on."""
    env = DrivingEnv(scenario="hard-brake", difficulty=1.0, action=action)
    observation, _ = env.reset(seed=4)
    driver = make_driver("idle", env)
    for _ in range(6):
        observation, *_ = env.step(driver.act([observation])[0])
    state, names = env.save(), []
    best = -math.inf
    for replans in (0, 2, 9):
        plan = Planner(env).plan(replans=replans)
        env.restore(state)
        total = 0.0
        for step, action_ in enumerate(plan.actions):
            _, reward, terminated, truncated, info = env.step(action_)
            total += reward
            assert (terminated or truncated) == (step == len(plan.actions) - 1)
        assert total == pytest.approx(plan.returns, abs=1e-9)
        assert info["metrics"]["collision"] == plan.crashed == 0
        assert plan.returns >= best  # planning more often never earns less
        best = plan.returns
        names += [name for _, name in plan.manoeuvres]
        env.restore(state)
    assert set(names) <= {one.name for one in MANOEUVRES}
    idle, _ = driven(1, "idle", scenario="hard-brake", difficulty=1.0, seed=4, action=action)
    assert best > idle[0] + 20


def test_a_plan_is_the_same_in_any_batch():
    env = DrivingVectorEnv(num_envs=4, scenario="jaywalker", difficulty=1.0)
    env.reset(seed=6)
    together = Planner(env).plan_all(replans=2)
    alone = Planner(env).plan(2, replans=2)
    assert alone.returns == together[2].returns
    assert np.array_equal(alone.actions, together[2].actions)


def test_the_planner_admits_what_it_cannot_solve():
    """A wall of cars right ahead, too late for anything."""
    env = DrivingEnv(scenario="work-zone", difficulty=1.0)
    env.reset(seed=0)
    sim = env.sim
    for k in range(1, 7):
        sim._actors[0, at.S, k] = sim._actors[0, at.S, 0] + 6.0
        sim._actors[0, at.D, k] = 2.0 * (k - 2)
        sim._actors[0, at.WIDTH, k] = 2.0
    plan = Planner(env).plan(replans=1)
    assert plan.crashed
    assert plan.returns < -15


def test_it_does_better_than_the_rule_driver():
    kwargs = {"scenario": "stop-and-go", "difficulty": 0.5}
    rule, _ = driven(10, "rule", **kwargs)
    env = DrivingVectorEnv(num_envs=10, **kwargs)
    env.reset(seed=0)
    planned = np.array([plan.returns for plan in Planner(env).plan_all(replans=3)])
    assert (planned >= rule - 1e-9).all()
    assert planned.mean() > rule.mean() + 5


def ids_of(scenario, difficulty, number, seed=0):
    env = DrivingVectorEnv(num_envs=number, scenario=scenario, difficulty=difficulty)
    env.reset(seed=seed)
    return env.task_ids


@pytest.mark.slow
@pytest.mark.parametrize("scenario", EVENTS)
@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_every_event_is_solvable(scenario, difficulty):
    ids = ids_of(scenario, difficulty, 24, seed=500)
    found = certificates(ids, scenario=scenario)
    assert [one.task_id for one in found if not one.solved] == []
    # The certificate is checked by driving the plan.
    env = begun(ids[:1], scenario=scenario)
    for action in found[0].plan.actions:
        env.sim.step(np.array([action]), np.ones(1, np.bool_))
    assert env.sim.terminations[0] or env.sim.truncations[0]
    assert env.sim.metrics["collision"][0] == 0


def crash_rates(policy, number):
    """How often a driver crashes at difficulties 0 and 1, over all events together."""
    shares = dict.fromkeys(EVENTS, 1.0)
    return [
        driven(number, policy, scenario=shares, difficulty=level)[1]["collision"].mean()
        for level in (0.0, 1.0)
    ]


@pytest.mark.slow
def test_difficulty_is_criticality_for_a_driver_that_looks_ahead_a_little():
    easy, hard = crash_rates("gap-rule", 1000)
    assert hard > easy + 0.15


@pytest.mark.slow
def test_difficulty_is_criticality_for_the_rule_driver():
    """It keeps long gaps, so crashes are rare at any difficulty: 1 and 18 of 8,000 episodes."""
    easy, hard = crash_rates(None, 8000)
    assert easy < 0.0005
    assert hard > easy + 0.001


def test_skill_closed_forms():
    found = skill.skill([10.0, 30.0, 20.0, 0.0], [10.0] * 4, [30.0] * 4)
    assert found.scores == pytest.approx([0, 1, 0.5, -0.5])
    assert found.mean == pytest.approx(0.25)
    assert found.low < found.mean < found.high
    # Where there is nothing to gain: as good as the ceiling is 1, a crash still counts.
    tiny = skill.skill([50.0, 50.0, 30.0], [50.0, 50.0, 50.0], [50.0, 49.0, 50.0 + 1e-12])
    assert tiny.scores == pytest.approx([1, 1, 1 - 20 / skill.LEAST_SPAN])
    one = skill.skill([3.0], [0.0], [12.0])
    assert one.low == one.mean == one.high == 0.25


def test_the_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    for trial in range(200):
        returns = rng.normal(70.0, 20.0, 80)
        found = skill.skill(
            returns,
            np.full(80, 20.0),
            np.full(80, 120.0),
            confidence=0.9,
            resamples=400,
            seed=trial,
        )
        covered += found.low <= 0.5 <= found.high
    assert 165 <= covered <= 195
    again = skill.skill(returns, np.full(80, 20.0), np.full(80, 120.0), seed=9)
    assert again.low == skill.skill(returns, np.full(80, 20.0), np.full(80, 120.0), seed=9).low


@pytest.mark.parametrize(
    ("args", "kwargs", "match"),
    [
        (([], [], []), {}, "as many numbers"),
        (([1.0], [1.0, 2.0], [1.0]), {}, "as many numbers"),
        (([math.nan], [1.0], [1.0]), {}, "finite"),
        (([1.0], [1.0], [2.0]), {"confidence": 1.0}, "confidence"),
        (([1.0], [1.0], [2.0]), {"least_span": 0.0}, "least_span"),
        (([1.0], [1.0], [2.0]), {"resamples": 0}, "resamples"),
    ],
)
def test_skill_refuses(args, kwargs, match):
    with pytest.raises(ValueError, match=match):
        skill.skill(*args, **kwargs)


def test_skill_of_known_drivers():
    kwargs = {"scenario": "hard-brake", "action": "meta"}
    ids = ids_of("hard-brake", 0.5, 12)
    known = skill.references(ids, replans=2, **kwargs)
    assert known.solved.all()
    assert (known.ceiling > known.floor + 20).all()
    scores = {
        name: skill.skill(skill.play(name, ids, **kwargs), known.floor, known.ceiling).mean
        for name in POLICIES
    }
    assert max(scores["creep"], scores["slower"]) <= 1e-9
    assert 0.4 < scores["rule"] <= 1
    assert scores["idle"] < 0


@pytest.mark.parametrize(
    ("observation", "action"),
    [("kinematics", "meta"), ("grid", "continuous"), ("attention", "longitudinal")],
)
def test_demonstrations_are_replayed_exactly(tmp_path, observation, action):
    kwargs = {"scenario": "door", "observation": observation, "action": action, "duration": 6.0}
    path = tmp_path / "new" / "demonstrations.npz"
    demonstrations.export(path, kwargs, 3, 11)
    assert [file.name for file in path.parent.iterdir()] == ["demonstrations.npz"]
    found = demonstrations.load(path)
    assert found.env_kwargs == kwargs
    assert (found.policy, found.seed, len(found.task_ids)) == ("rule", 11, 3)
    env = DrivingEnv(**kwargs)
    bounds = [*found.starts.tolist(), len(found.rewards)]
    for e, task_id in enumerate(found.task_ids.tolist()):
        env.reset(seed=11 + e)
        assert env.task_id == task_id
        seen, _ = env.reset(options={"task": task_id})
        for t in range(bounds[e], bounds[e + 1]):
            assert same(seen, found.observations, t)
            seen, reward, terminated, truncated, info = env.step(found.actions[t])
            assert reward == found.rewards[t]
            assert (terminated, truncated) == (found.terminations[t], found.truncations[t])
        assert same(seen, found.final_observations, e)
        assert {name: column[e] for name, column in found.metrics.items()} == info["metrics"]
    demonstrations.export(path, kwargs, 3, 11)
    again = demonstrations.load(path)
    assert np.array_equal(again.actions, found.actions)


def same(seen, columns, row):
    if isinstance(seen, dict):
        return all(np.array_equal(seen[key], columns[key][row]) for key in seen)
    return np.array_equal(seen, columns[row])


def test_demonstrations_refuse(tmp_path):
    path = tmp_path / "some.npz"
    for args, error, match in (
        ((tmp_path / "some.zip", {}, 1, 0), ValueError, "must end in"),
        ((path, {}, 0, 0), ValueError, "episodes"),
        ((path, {}, 1, -1), ValueError, "seed"),
        ((path, {"num_envs": 2}, 1, 0), ValueError, "num_envs"),
        ((path, {"scenari": "door"}, 1, 0), TypeError, "did you mean 'scenario'"),
        ((path, {}, 1, 0, "ruel"), ValueError, "did you mean 'rule'"),
        ((path, {"action": "driver"}, 1, 0), ValueError, "drives itself"),
    ):
        with pytest.raises(error, match=match):
            demonstrations.export(*args)
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        demonstrations.load(path)


def test_a_failed_export_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "some.npz"
    path.write_bytes(b"old")

    def full(*_, **__):
        msg = "no space left"
        raise OSError(msg)

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="no space"):
        demonstrations.export(path, {"duration": 1.0}, 1, 0)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_damaged_demonstrations_are_refused(tmp_path):
    path, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    demonstrations.export(path, {"scenario": "door", "duration": 2.0}, 2, 0, "creep")
    whole = path.read_bytes()
    scrambled = whole[:300] + bytes(100) + whole[400:]
    np.save(tmp_path / "one.npy", np.zeros(3))
    single = (tmp_path / "one.npy").read_bytes()
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    about = json.loads(str(arrays["about"]))

    def changed(**new):
        merged = {name: value for name, value in (arrays | new).items() if value is not None}
        np.savez(bad, **merged)
        return bad

    def header(**new):
        return changed(about=np.array(json.dumps(about | new)))

    def edited(name, place, value):
        column = arrays[name].copy()
        column[place] = value
        return changed(**{name: column})

    cases = (
        (lambda: changed(rewards=None), "lacks rewards"),
        (lambda: changed(observations=None), "'observations' is not"),
        (lambda: changed(observations=arrays["observations"][:-1]), "'observations' is not"),
        (lambda: changed(actions=arrays["actions"].astype(np.float32)), "'actions' is not"),
        (lambda: changed(starts=arrays["starts"] + 1), "begin"),
        (lambda: edited("truncations", 3, value=True), "end where the next"),
        (lambda: edited("rewards", 0, math.nan), "not finite"),
        (lambda: edited("actions", 0, 6), "outside of the space"),
        (lambda: edited("observations", 0, 2.0), "outside of the space"),
        (lambda: edited("observations", 0, math.nan), "outside of the space"),
        (lambda: edited("metrics.pet", 0, math.inf), "'pet'"),
        (lambda: changed(**{"metrics.pet": None}), "metrics"),
        (lambda: changed(task_ids=arrays["task_ids"][:1]), "task ids"),
        (lambda: changed(about=np.array("{")), "not JSON"),
        (lambda: changed(about=np.array(3)), "not a text"),
        (lambda: header(format="another"), "format"),
        (lambda: header(seed=None), "no seed"),
        (lambda: header(env_kwargs={"scenario": "nowhere"}), "cannot be made"),
        (lambda: changed(rewards=np.array([None])), "cannot be read"),
        (lambda: bad.write_bytes(whole[:2000]) and bad, "cannot be read"),
        (lambda: bad.write_bytes(whole[:10]) and bad, "cannot be read"),
        (lambda: bad.write_bytes(scrambled) and bad, "cannot be read"),
        (lambda: bad.write_bytes(single) and bad, "single array"),
    )
    demonstrations.load(changed())
    for make, match in cases:
        with pytest.raises(ValueError, match=match):
            demonstrations.load(make())

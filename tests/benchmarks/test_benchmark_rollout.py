import json

import gymnasium as gym
import numpy as np
import pytest

import synth_envs  # noqa: F401 - registers the ids
from benchmarks.agents import resolve_agents
from benchmarks.plan import Plan, make_env
from benchmarks.results import Tally, summarise
from benchmarks.rollout import return_of, rollout
from benchmarks.run import play_cell
from benchmarks.suites import Case, Suite
from sandboxes import SandboxError
from synth_envs.families import FamilyMix, load_family
from synth_envs.math.families import FAMILIES
from synth_envs.text_vector_env import TextTaskVectorEnv

FAMILY = "chain_sum"


def plan_of(case, runs=2, agents=()):
    return Plan(Suite("test", 1, (case,), runs), 0, resolve_agents(agents))


class Fickle:
    """Right on a turn that depends on the episode; never for some."""

    def __init__(self):
        self.begun = []

    def begin(self, members):
        self.begun += members

    def act(self, observations, playing):
        del observations
        chosen = []
        for current in playing:
            if current is None:
                chosen.append("filler")
            else:
                right = len(current.actions) == current.episode.seed % 4
                chosen.append(answers[current.task_id] if right else f"no {len(current.actions)}")
        return chosen


class Fixed:
    def __init__(self, act):
        self.act = lambda *_: act()

    def begin(self, members):
        pass


answers: dict[str, str] = {}


@pytest.fixture
def multi_turn():
    case = Case("synth/Math-v0", {"family": FAMILY, "max_turns": 3, "split": "test"}, episodes=7)
    plan = plan_of(case)
    source = FamilyMix([load_family(FAMILIES[FAMILY])])
    for episode in plan.episodes_of(0):
        task = source.task(episode.seed, 0, "test", None)
        answers[task.task_id] = source.oracle(task)
    return plan


def play(plan, members):
    env = gym.make_vec(
        "synth/Math-v0", members, autoreset_mode="Disabled", **plan.suite.cases[0].kwargs
    )
    records = list(rollout(env, list(plan.episodes_of(0)), Fickle(), ("h",)))
    return sorted(records, key=lambda record: record["index"])


def test_episodes_do_not_depend_on_the_batch_they_are_played_in(multi_turn):
    one, three, all_at_once = (play(multi_turn, n) for n in (1, 3, 14))
    assert one == three == all_at_once
    assert {len(record["actions"]) for record in one} == {1, 2, 3}
    assert [record["index"] for record in one] == list(range(14))


def test_a_scalar_environment_gives_the_same_rewards(multi_turn):
    env = gym.make("synth/Math-v0", **multi_turn.suite.cases[0].kwargs)
    for record in play(multi_turn, 4):
        _, info = env.reset(seed=record["seed"])
        assert info["task_id"] == record["task_id"]
        rewards = [env.step(action)[1] for action in record["actions"]]
        assert rewards == record["rewards"]


def test_members_are_announced_when_they_begin(multi_turn):
    env = make_env(multi_turn.suite, multi_turn.suite.cases[0], 3)
    player = Fickle()
    list(rollout(env, list(multi_turn.episodes_of(0)), player, ("h",)))
    assert len(player.begun) >= 14
    assert player.begun[:3] == [0, 1, 2]


def test_the_token_view_is_recorded_token_by_token():
    case = Case("synth/MathTokens-v0", {"split": "test"}, episodes=3)
    plan = plan_of(case)
    oracle, _, random = (plan.agents[i] for i in (0, 1, 4))
    records = play_cell(plan, oracle, 0, "source")
    assert [return_of(record) for record in records] == [1.0] * 6
    assert all(len(r["actions"]) == len(r["rewards"]) == len(r["chain"]) - 1 for r in records)
    assert all(type(a) is int for record in records for a in record["actions"])
    assert play_cell(plan, random, 0, "source") == play_cell(plan, random, 0, "source")


def test_real_rows_are_each_played_once_and_in_order(tmp_path):
    rows = [{"question": f"What is {n} + 1?", "answer": f"It is.\n#### {n + 1}"} for n in range(7)]
    (tmp_path / "gsm8k_test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    case = Case("synth/Math-v0", {"source": "gsm8k_test.jsonl", "split": "all"}, 0, rows=7)
    plan = Plan(Suite("test", 1, (case,), 2, data=tmp_path), 0, resolve_agents(()))
    records = play_cell(plan, plan.agents[0], 0, "source")
    assert [record["options"] for record in records] == [{"index": i} for i in range(7)]
    assert [record["run"] for record in records] == [0, 0, 0, 1, 1, 1, 1]
    assert [return_of(record) for record in records] == [1.0] * 7
    assert str(tmp_path) not in json.dumps([plan.to_json(), records])


class Faulty:
    """A source whose checker breaks down on every second task."""

    def __init__(self):
        self.inner = FamilyMix([load_family(FAMILIES[FAMILY])])
        self.broken = set()

    def task(self, *arguments):
        task = self.inner.task(*arguments)
        if task.digest[0] % 2:
            self.broken.add(task.task_id)
        return task

    def verify_batch(self, tasks, responses):
        if any(task.task_id in self.broken for task in tasks):
            msg = "the checker is down"
            raise SandboxError(msg)
        return self.inner.verify_batch(tasks, responses)

    def oracle(self, task):
        return self.inner.oracle(task)


def test_faults_of_ours_are_masked_and_counted_never_scored():
    case = Case("synth/Math-v0", {"family": FAMILY}, episodes=10, domain="math")
    plan = plan_of(case, runs=2)
    source = Faulty()
    env = TextTaskVectorEnv(source, num_envs=5, autoreset_mode="Disabled")
    oracle = Fixed(lambda: [source.oracle(task) for task in env.tasks])
    records = list(rollout(env, list(plan.episodes_of(0)), oracle, ("h",)))
    faults = [record for record in records if record["status"] == "error"]
    assert 0 < len(faults) < len(records)
    assert all(r["truncated"] and r["rewards"] == [0.0] and return_of(r) is None for r in faults)
    tally = Tally()
    tally.add_case(records, 2)
    results = summarise(plan, "source", {agent.name: tally for agent in plan.agents})
    oracle_row = results["agents"]["oracle"]
    assert oracle_row["masked"] == [len(faults)]
    assert oracle_row["means"] == [1.0]
    assert oracle_row["episodes"] == 20


def test_observations_are_part_of_the_chain():
    case = Case("synth/Math-v0", {"family": FAMILY, "split": "test"}, episodes=1)
    plan = plan_of(case, runs=1)
    agent = plan.agents[1]
    kept = play_cell(plan, agent, 0, "source")[0]["chain"]
    assert play_cell(plan, agent, 0, "source")[0]["chain"] == kept
    assert play_cell(plan, agent, 0, "other source")[0]["chain"] != kept
    env = make_env(plan.suite, case, 1)
    step = env.step
    env.step = lambda actions: (("another feedback",), *step(actions)[1:])
    header = ("source", case.env_id, dict(case.kwargs))
    changed = next(rollout(env, list(plan.episodes_of(0)), Fixed(lambda: [""]), header))["chain"]
    assert (changed[0], changed[1] == kept[1]) == (kept[0], False)
    assert np.all([len(link) == 32 for link in changed])

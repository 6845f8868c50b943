"""TextTaskEnv: one task an episode, verified rewards, nothing leaked, faults masked."""

import copy
import importlib.util
import itertools
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import CustomSpaceError, ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv

from sandboxes import SandboxError
from synth_envs.core import Score, Task
from synth_envs.families import FamilyMix, load_family
from synth_envs.spaces import Unicode
from synth_envs.text_env import MAX_PROMPT, TextTaskEnv

CHAIN_SUM = "synth_envs.math.families.chain_sum:ChainSum"
TOPOLOGICAL = "synth_envs.math.families.topological_order:TopologicalOrder"
FAMILIES = [CHAIN_SUM, TOPOLOGICAL]
WRONG = "The answer is ZZZ"


def make(source=CHAIN_SUM, **kwargs):
    return TextTaskEnv(source, **kwargs)


def right(env):
    return env.source.oracle(env.task)


def episodes(env, count=4, seed=None):
    """The prompts and results of some episodes, answered rightly and wrongly in turn."""
    log = []
    for number in range(count):
        log.append(env.reset(seed=seed if number == 0 else None))
        over = False
        for turn in itertools.count():
            if over:
                break
            *result, over, truncated, info = env.step(right(env) if turn % 2 else WRONG)
            log.append((*result, over, truncated, info))
    return log


# --- Gymnasium's checker ---------------------------------------------------------------------


@pytest.fixture(params=FAMILIES)
def env_id(request):
    gym.register(
        "checking/Text-v0",
        entry_point="synth_envs.text_env:TextTaskEnv",
        kwargs={"source": request.param},
    )
    yield "checking/Text-v0"
    del gym.registry["checking/Text-v0"]


@pytest.mark.parametrize("max_turns", [1, 3])
def test_gymnasium_check_env_without_a_warning(env_id, max_turns):
    # pytest turns every warning into an error.
    pictures = importlib.util.find_spec("PIL") is not None
    check_env(gym.make(env_id, max_turns=max_turns).unwrapped, skip_render_check=not pictures)


def test_spec_round_trips_through_json(env_id):
    env = gym.make(env_id, difficulty=0.5, split="test", max_turns=2)
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert episodes(again.unwrapped, seed=3) == episodes(env.unwrapped, seed=3)


# --- rewards, turns and feedback -------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_a_right_answer_earns_one(family):
    env = make(family)
    prompt, info = env.reset(seed=0)
    assert prompt == env.task.prompt
    assert info == {"task_id": env.task.task_id}
    observation, reward, terminated, truncated, info = env.step(right(env))
    assert (observation, reward, terminated, truncated) == ("Correct.", 1.0, True, False)
    assert info["task_id"] == env.task.task_id
    assert info["score"] == {
        "value": 1.0,
        "status": "pass",
        "parts": {"correct": 1.0},
        "feedback": "Correct.",
    }
    assert info["metrics"] == {"success": 1.0, "turns": 1}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_wrong_answer_earns_nothing_and_ends_a_single_turn(family):
    env = make(family)
    env.reset(seed=0)
    _, reward, terminated, truncated, info = env.step(WRONG)
    assert (reward, terminated, truncated) == (0.0, True, False)
    assert info["score"]["status"] in {"fail", "unparsable"}
    assert info["metrics"] == {"success": 0.0, "turns": 1}


def test_several_turns():
    env = make(max_turns=3)
    env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step("The answer is 0")
    assert (observation, reward) == ("Incorrect. Try again (2 left).", 0.0)
    assert (terminated, truncated) == (False, False)
    assert "metrics" not in info
    observation, reward, terminated, *_ = env.step("")
    assert observation.endswith("Try again (1 left).")
    assert (reward, terminated) == (0.0, False)
    observation, reward, terminated, truncated, info = env.step(right(env))
    assert (observation, reward, terminated, truncated) == ("Correct.", 1.0, True, False)
    assert info["metrics"] == {"success": 1.0, "turns": 3}


def test_the_turns_run_out():
    env = make(max_turns=2)
    env.reset(seed=0)
    assert env.step(WRONG)[2:4] == (False, False)
    observation, reward, terminated, truncated, info = env.step(WRONG)
    assert (reward, terminated, truncated) == (0.0, True, False)
    assert "Try again" not in observation
    assert info["metrics"] == {"success": 0.0, "turns": 2}


def test_an_early_answer_ends_the_episode():
    env = make(max_turns=5)
    env.reset(seed=0)
    assert env.step(right(env))[1:4] == (1.0, True, False)


class PartialCredit(FamilyMix):
    """Half the reward for a wrong answer."""

    def verify_batch(self, tasks, responses):
        return [
            Score(0.5, "fail", {"form": 0.5}, "Half.") for _ in zip(tasks, responses, strict=True)
        ]


def test_partial_credit_is_paid_once_at_the_end():
    env = make(PartialCredit([load_family(CHAIN_SUM)]), max_turns=3)
    env.reset(seed=0)
    assert [env.step("x")[1] for _ in range(3)] == [0.0, 0.0, 0.5]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reference_never_shows(family):
    env = make(family, max_turns=3, difficulty=1.0)
    for seed in range(20):
        shown = [env.reset(seed=seed)]
        shown += [env.step(text) for text in ("The answer is 1", "", "A, B, C")]
        assert env.source.oracle(env.task) not in repr(shown)
        assert "reference" not in repr(shown)


def test_feedback_does_not_depend_on_the_reference():
    results = []
    for reference in ("1234567", "7654321"):
        env = make(max_turns=3)
        env.reset(seed=0, options={"task": Task("chain_sum", "Compute 1 + 1.", reference)})
        results.append([env.step(text) for text in ("The answer is 5", "none", "1 or 2")])
    assert results[0] == results[1]


# --- protocol --------------------------------------------------------------------------------


def test_stepping_outside_an_episode():
    env = make()
    with pytest.raises(ResetNeeded, match="reset"):
        env.step("1")
    with pytest.raises(ResetNeeded, match="reset"):
        _ = env.task
    env.reset(seed=0)
    env.step(WRONG)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step("1")
    env.reset()
    env.step("1")


@pytest.mark.parametrize("action", [None, 3, 3.0, b"3", ["3"], np.array("3"), np.array([1])])
def test_actions_must_be_text(action):
    env = make()
    env.reset(seed=0)
    with pytest.raises(TypeError, match="must be text"):
        env.step(action)
    assert env.step(right(env))[1] == 1.0, "a refused action must not cost the turn"


def test_numpy_text_is_text():
    env = make()
    env.reset(seed=0)
    assert env.step(np.str_(right(env)))[1] == 1.0


def test_render_ansi():
    env = make(render_mode="ansi", max_turns=2)
    assert env.render() == ""
    prompt, _ = env.reset(seed=0)
    assert env.render() == f"[prompt]\n{prompt}"
    env.step("The answer is 0")
    assert env.render() == (
        f"[prompt]\n{prompt}\n\n[response]\nThe answer is 0\n\n"
        "[feedback]\nIncorrect. Try again (1 left)."
    )
    prompt, _ = env.reset()
    assert env.render() == f"[prompt]\n{prompt}"


def test_render_without_a_mode():
    env = make()
    env.reset(seed=0)
    assert env.render() is None
    with pytest.raises(ValueError, match="render_mode"):
        make(render_mode="human")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "tran"}, "did you mean 'train'"),
        ({"max_turns": 0}, "max_turns"),
        ({"max_turns": True}, "max_turns"),
        ({"max_turns": 1.5}, "max_turns"),
        ({"difficulty": 1.5}, "difficulty"),
        ({"difficulty": float("nan")}, "difficulty"),
        ({"difficulty": "hard"}, "difficulty"),
        ({"source": "chain_sum"}, r"package\.module:Class"),
        ({"source": "no_such_module:Family"}, "cannot load"),
        ({"source": "synth_envs.core:Task"}, "not a subclass"),
        ({"source": []}, "non-empty"),
        ({"source": [CHAIN_SUM, CHAIN_SUM]}, "distinct"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


# --- reset options ---------------------------------------------------------------------------


def test_a_task_can_be_replayed():
    env = make()
    env.reset(seed=5)
    task = env.task
    for given in (task, task.to_dict(), json.loads(task.to_json())):
        prompt, info = env.reset(options={"task": given})
        assert (prompt, info) == (task.prompt, {"task_id": task.task_id})
        assert env.task == task
        assert env.step(right(env))[1] == 1.0


def test_a_replayed_task_does_not_depend_on_the_seed():
    task = Task("chain_sum", "Compute 2 + 2.", "4")
    prompts = {make().reset(seed=seed, options={"task": task})[0] for seed in range(3)}
    assert prompts == {"Compute 2 + 2."}


def test_difficulty_for_one_episode():
    env = make(difficulty=0.0)
    env.reset(seed=0, options={"difficulty": 1.0})
    assert env.task.difficulty == 1.0
    env.reset()
    assert env.task.difficulty == 0.0
    env.difficulty = 0.75
    env.reset()
    assert env.task.difficulty == 0.75
    with pytest.raises(ValueError, match="difficulty"):
        env.difficulty = 2


def test_unset_difficulty_is_drawn():
    env = make()
    env.reset(seed=0)
    drawn = {env.task.difficulty}
    for _ in range(20):
        env.reset()
        drawn.add(env.task.difficulty)
    assert len(drawn) == 21
    assert all(0 <= value < 1 for value in drawn)


def test_index_names_a_task_of_the_stream():
    stream = make()
    prompts = [stream.reset(seed=7)[0]] + [stream.reset()[0] for _ in range(5)]
    env = make()
    assert [env.reset(seed=7, options={"index": i})[0] for i in range(6)] == prompts
    assert env.reset(options={"index": 2})[0] == prompts[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dificulty": 0.5}, "did you mean 'difficulty'"),
        ({"seed": 3}, "unknown reset option 'seed'"),
        ({3: 4}, "unknown reset option 3"),
        ({"difficulty": -1}, "difficulty"),
        ({"difficulty": "easy"}, "difficulty"),
        ({"index": -1}, "index"),
        ({"index": 1.0}, "index"),
        ({"index": True}, "index"),
        ({"task": None}, "JSON object"),
        ({"task": "Compute 1 + 1."}, "JSON object"),
        ({"task": {"family": "chain_sum"}}, "missing"),
        ({"task": Task("chain_sun", "p", "1")}, "did you mean 'chain_sum'"),
        ({"task": Task("chain_sum", "p", None)}, "does not fit its family"),
        ({"task": Task("chain_sum", "p", {})}, "does not fit its family"),
        ({"task": Task("chain_sum", "p" * (MAX_PROMPT + 1), "1")}, "characters"),
    ],
)
def test_bad_options(options, message):
    env, undisturbed = make(), make()
    env.reset(seed=1)
    undisturbed.reset(seed=1)
    given = dict(options)
    with pytest.raises(ValueError, match=message):
        env.reset(options=given)
    assert given == options
    assert env.reset()[0] == undisturbed.reset()[0], "a refused reset must not use up a task"


def test_options_are_the_callers():
    options = {"difficulty": 0.5, "index": 3}
    make().reset(seed=0, options=options)
    assert options == {"difficulty": 0.5, "index": 3}
    assert make().reset(seed=0, options={}) == make().reset(seed=0)


# --- seeds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [CHAIN_SUM, TOPOLOGICAL, FAMILIES])
def test_a_seed_fixes_the_episodes(source):
    used = make(source, max_turns=2)
    first = episodes(used, seed=11)
    assert episodes(make(source, max_turns=2), seed=11) == first
    assert episodes(used, seed=11) == first
    assert episodes(used, seed=12) != first


def test_what_the_agent_says_does_not_change_the_next_task():
    right_always, wrong_always = make(), make()
    for number in range(5):
        seed = 3 if number == 0 else None
        a, b = right_always.reset(seed=seed), wrong_always.reset(seed=seed)
        assert a == b
        right_always.step(right(right_always))
        wrong_always.step(WRONG)


def test_unseeded_resets_go_on_in_the_stream():
    env = make()
    prompts = [env.reset(seed=2)[0]] + [env.reset()[0] for _ in range(30)]
    assert len(set(prompts)) == 31
    env.reset(seed=2)
    assert env.reset()[0] == prompts[1]


def test_neighbouring_seeds_share_no_tasks():
    streams = []
    for seed in (0, 1, 2):
        env = make(difficulty=1.0)
        streams.append({env.reset(seed=seed)[0]} | {env.reset()[0] for _ in range(50)})
    assert not streams[0] & streams[1]
    assert not streams[1] & streams[2]


def test_instances_without_a_seed_differ():
    assert len({make(difficulty=1.0).reset()[0] for _ in range(5)}) == 5


def test_splits_share_no_tasks():
    tasks = {}
    for split in ("train", "validation", "test"):
        env = make(split=split, difficulty=1.0)
        tasks[split] = {env.reset(seed=0)[1]["task_id"]}
        tasks[split] |= {env.reset()[1]["task_id"] for _ in range(40)}
        assert env.task.split == split
    assert not set.intersection(*tasks.values())


PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_text_env import FAMILIES, episodes, make
print(json.dumps([episodes(make(s, max_turns=2), seed=4) for s in (*FAMILIES, FAMILIES)]))
"""


def test_episodes_do_not_depend_on_the_process():
    expected = [episodes(make(source, max_turns=2), seed=4) for source in (*FAMILIES, FAMILIES)]
    for hash_seed in ("0", "1", "12345"):
        output = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert json.loads(output) == json.loads(json.dumps(expected))


# --- copies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_a_pickle_holds_no_reference(family):
    env = make(family, max_turns=3, difficulty=1.0, render_mode="ansi")
    for seed in range(10):
        env.reset(seed=seed)
        task = env.task
        env.step(WRONG)
        for data in (pickle.dumps(env), pickle.dumps(env, protocol=0)):
            assert right(env).encode() not in data
            assert task.prompt.encode() not in data
            assert b"reference" not in data
        env.step(right(env))
        assert env.source.oracle(task).encode() not in pickle.dumps(env), "it was said"


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.deepcopy,
        lambda env: pickle.loads(pickle.dumps(env)),
    ],
    ids=["deepcopy", "pickle"],
)
def test_a_copy_keeps_its_place_and_begins_with_a_reset(duplicate):
    env = make(max_turns=2, difficulty=0.5, split="validation")
    env.reset(seed=9)
    env.step(WRONG)
    twin = duplicate(env)
    with pytest.raises(ResetNeeded):
        twin.step("1")
    with pytest.raises(ResetNeeded):
        _ = twin.task
    assert twin.reset() == env.reset()
    assert twin.reset() == env.reset()
    assert episodes(twin, seed=1) == episodes(env, seed=1)
    assert (twin.difficulty, twin.split, twin.max_turns) == (0.5, "validation", 2)


# --- faults of ours --------------------------------------------------------------------------


class Faulty(FamilyMix):
    """Raises SandboxError on the first `faults` calls of each step's verification."""

    def __init__(self, faults):
        super().__init__([load_family(CHAIN_SUM)])
        self.faults = faults
        self.calls = 0

    def verify_batch(self, tasks, responses):
        self.calls += 1
        if self.faults > 0:
            self.faults -= 1
            msg = "as planted"
            raise SandboxError(msg)
        return super().verify_batch(tasks, responses)


def test_one_fault_is_retried():
    env = make(Faulty(1))
    env.reset(seed=0)
    assert env.step(right(env))[1:4] == (1.0, True, False)
    assert env.source.calls == 2


@pytest.mark.parametrize("max_turns", [1, 3])
def test_a_lasting_fault_truncates(max_turns):
    env = make(Faulty(10**6), max_turns=max_turns)
    env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(right(env))
    assert (reward, terminated, truncated) == (0.0, False, True)
    assert info["score"]["status"] == "error"
    assert info["score"]["value"] == 0.0
    assert info["metrics"]["success"] == 0.0
    assert "fault in the environment" in observation
    assert env.source.calls == 2, "retried once, no more"
    with pytest.raises(ResetNeeded):
        env.step("1")


def test_an_episode_after_a_fault_is_sound():
    env = make(Faulty(2))
    env.reset(seed=0)
    assert env.step(right(env))[3]
    env.reset()
    assert env.step(right(env))[1:4] == (1.0, True, False)


class Broken(FamilyMix):
    def verify_batch(self, *_):
        raise ZeroDivisionError


def test_a_bug_of_a_verifier_is_not_hidden():
    env = make(Broken([load_family(CHAIN_SUM)]))
    env.reset(seed=0)
    with pytest.raises(ZeroDivisionError):
        env.step("1")


# --- the text space --------------------------------------------------------------------------

SCRIPTS = ["", " ", "plain", "é", "Ж", "数学", "العربية", "🙂", "\0", "\n\t\r", "a\u0301", "\u2028"]


@pytest.mark.parametrize("text", SCRIPTS)
def test_any_script_is_contained(text):
    assert text in Unicode(10)
    assert text * 11 not in Unicode(10) or not text


@pytest.mark.parametrize("value", [None, 3, b"text", ["text"], np.array("text")])
def test_what_is_not_text_is_not_contained(value):
    assert value not in Unicode(10)


def test_the_length_counts_code_points():
    assert "数" * 10 in Unicode(10)
    assert "数" * 11 not in Unicode(10)


def test_containment_reads_no_characters():
    class Sealed(str):
        __slots__ = ()

        def __iter__(self):
            raise AssertionError

        def __getitem__(self, key):
            raise AssertionError

    assert Sealed("x" * 1000) in Unicode(1000)
    assert Sealed("x" * 1001) not in Unicode(1000)


def test_samples_are_contained_and_seeded():
    space, twin = Unicode(50, seed=3), Unicode(50, seed=3)
    samples = [space.sample() for _ in range(200)]
    assert samples == [twin.sample() for _ in range(200)]
    assert all(sample in space for sample in samples)
    assert {len(sample) for sample in samples} == set(range(51))
    assert max(len(Unicode(10**6, seed=s).sample()) for s in range(50)) <= 64
    space.seed(4)
    assert samples != [space.sample() for _ in range(200)]


def test_masked_samples():
    space = Unicode(50, seed=0)
    mask = np.array([letter in "ab" for letter in space.character_list], dtype=np.int8)
    sample = space.sample(mask=(5, mask))
    assert len(sample) == 5
    assert set(sample) <= {"a", "b"}


def test_equality_repr_and_pickling():
    assert Unicode(5) == Unicode(5, seed=1)
    assert Unicode(5) != Unicode(6)
    assert Unicode(5) != gym.spaces.Text(5, min_length=0, charset=Unicode(5).character_set)
    assert gym.spaces.Text(5) != Unicode(5)
    assert repr(Unicode(5)) == "Unicode(5)"
    space = Unicode(50, seed=3)
    twin = pickle.loads(pickle.dumps(space))
    assert twin == space == copy.deepcopy(space)
    assert twin.sample() == space.sample()
    with pytest.raises(TypeError, match="unhashable"):
        hash(space)


def test_flattening():
    space = Unicode(8)
    for text in ("", "abc", "a + b?", "12345678"):
        flat = gym.spaces.flatten(space, text)
        assert flat in gym.spaces.flatten_space(space)
        assert gym.spaces.unflatten(space, flat) == text
    with pytest.raises(KeyError):
        gym.spaces.flatten(space, "é")


def test_spaces_of_the_environment():
    env = make()
    assert env.observation_space == Unicode(32_768)
    assert env.action_space == Unicode(65_536)
    prompt, _ = env.reset(seed=0)
    assert prompt in env.observation_space
    assert env.step("数学 🙂")[0] in env.observation_space


def test_shared_memory_is_refused_loudly():
    with pytest.raises(ValueError, match="shared_memory=False") as caught:
        AsyncVectorEnv([make, make])
    assert isinstance(caught.value.__cause__, CustomSpaceError)
    assert "'shared_memory': False" in str(caught.value.__cause__)


def test_asynchronous_environments_without_shared_memory():
    envs = AsyncVectorEnv([make, make], shared_memory=False)
    try:
        observations, infos = envs.reset(seed=3)
        expected = [make().reset(seed=3), make().reset(seed=4)]
        assert observations == tuple(prompt for prompt, _ in expected)
        assert infos["task_id"].tolist() == [info["task_id"] for _, info in expected]
        _, rewards, terminations, *_ = envs.step(("数学", WRONG))
        assert (rewards.tolist(), terminations.tolist()) == ([0, 0], [True, True])
    finally:
        envs.close()

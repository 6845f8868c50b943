"""TextTaskVectorEnv equals a synchronous batch of TextTaskEnvs, and verifies a step in one call."""

import copy
import functools
import os
import pickle
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from sandboxes import SandboxError
from synth_envs.core import Score, Task
from synth_envs.families import FamilyMix, load_family
from synth_envs.spaces import Unicode
from synth_envs.text_env import TextTaskEnv
from synth_envs.text_vector_env import TextTaskVectorEnv, batch_infos

CHAIN_SUM = "synth_envs.math.families.chain_sum:ChainSum"
TOPOLOGICAL = "synth_envs.math.families.topological_order:TopologicalOrder"
FAMILIES = [CHAIN_SUM, TOPOLOGICAL]
MODES = [mode.value for mode in AutoresetMode]
WRONG = "The answer is ZZZ"


def make(source=CHAIN_SUM, num_envs=3, **kwargs):
    return TextTaskVectorEnv(source, num_envs=num_envs, **kwargs)


def oracle(envs):
    return tuple(envs.source.oracle(task) for task in envs.tasks)


def answers(envs, step):
    """Right answers at a different time in each sub-environment, so that episodes end apart."""
    return tuple(
        answer if (step + i) % 3 == 0 else (WRONG if (step + i) % 2 else "")
        for i, answer in enumerate(oracle(envs))
    )


def same(a, b):
    return data_equivalence(a, b, exact=True)


class Counting(FamilyMix):
    """Remembers the size of every batch it verifies, and fails as told."""

    def __init__(self, faults=0):
        super().__init__([load_family(CHAIN_SUM)])
        self.sizes = []
        self.faults = faults

    def verify_batch(self, tasks, responses):
        self.sizes.append(len(tasks))
        if self.faults > 0:
            self.faults -= 1
            msg = "as planted"
            raise SandboxError(msg)
        return super().verify_batch(tasks, responses)


# --- equality with the scalar environment ----------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("max_turns", [1, 3])
@pytest.mark.parametrize("num_envs", [1, 2, 5])
@pytest.mark.parametrize("source", [CHAIN_SUM, FAMILIES], ids=["one family", "two families"])
def test_equals_sync_vector_env_bit_for_bit(source, num_envs, max_turns, mode):
    arguments = {"max_turns": max_turns, "difficulty": None}
    ours = make(source, num_envs, autoreset_mode=mode, **arguments)
    scalar = functools.partial(TextTaskEnv, source, **arguments)
    theirs = SyncVectorEnv([scalar] * num_envs, autoreset_mode=mode)
    assert same(ours.reset(seed=21), theirs.reset(seed=21))
    ended = 0
    for step in range(25):
        actions = answers(ours, step)
        result = ours.step(actions)
        assert same(result, theirs.step(actions))
        over = result[2] | result[3]
        ended += over.sum()
        if mode == "Disabled" and over.any():
            assert same(
                ours.reset(options={"reset_mask": over.copy()}),
                theirs.reset(options={"reset_mask": over.copy()}),
            )
        if step == 12:
            assert same(ours.reset(), theirs.reset())
    assert ended >= 4 * num_envs
    assert same(ours.reset(seed=[5] * num_envs), theirs.reset(seed=[5] * num_envs))


@pytest.mark.parametrize("mode", MODES)
def test_reset_options_equal_the_scalar_environments(mode):
    ours = make(autoreset_mode=mode)
    theirs = SyncVectorEnv([functools.partial(TextTaskEnv, CHAIN_SUM)] * 3, autoreset_mode=mode)
    task = Task("chain_sum", "Compute 2 + 2.", "4")
    for options in (
        {"index": 4},
        {"difficulty": 1.0},
        {"task": task},
        {"task": task.to_dict()},
        {},
    ):
        assert same(ours.reset(seed=1, options=options), theirs.reset(seed=1, options=options))
        assert same(ours.reset(), theirs.reset())
        actions = ("The answer is 4", WRONG, "")
        assert same(ours.step(actions), theirs.step(actions))


def test_equal_seeds_give_equal_episodes_for_any_batch():
    wide, narrow = make(num_envs=8, max_turns=2), make(num_envs=2, max_turns=2)
    wide.reset(seed=list(range(8)))
    narrow.reset(seed=[6, 3])
    for step in range(12):
        actions = answers(wide, step)
        a, b = wide.step(actions), narrow.step((actions[6], actions[3]))
        assert (a[0][6], a[0][3]) == b[0]
        for part, narrow_part in zip(a[1:4], b[1:4], strict=True):
            assert part[[6, 3]].tolist() == narrow_part.tolist()


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from test_text_vector_env import FAMILIES, answers, make
envs = make(FAMILIES, max_turns=2)
print(ascii([envs.reset(seed=8)] + [envs.step(answers(envs, step)) for step in range(8)]))
"""


def test_episodes_do_not_depend_on_the_process():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "12345")
    }
    assert len(outputs) == 1
    assert "Compute" in outputs.pop()


# --- one verification a step -----------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_step_verifies_once_with_every_running_episode(mode):
    source = Counting()
    envs = make(source, 4, max_turns=3, autoreset_mode=mode)
    envs.reset(seed=0)
    over = np.zeros(4, dtype=np.bool_)
    expected = []
    for step in range(20):
        if mode == "Disabled" and over.any():
            envs.reset(options={"reset_mask": over})
        expected.append(int((~over).sum()) if mode == "NextStep" else 4)
        over = np.logical_or(*envs.step(answers(envs, step))[2:4])
    assert source.sizes == expected
    assert len(set(source.sizes)) > 1 or mode != "NextStep"


def test_one_fault_is_retried_one_by_one():
    source = Counting(faults=1)
    envs = make(source)
    envs.reset(seed=0)
    _, rewards, terminations, truncations, _ = envs.step(oracle(envs))
    assert rewards.tolist() == [1, 1, 1]
    assert terminations.all()
    assert not truncations.any()
    assert source.sizes == [3, 1, 1, 1]


@pytest.mark.parametrize("mode", MODES)
def test_a_lasting_fault_truncates_everyone(mode):
    envs = make(Counting(faults=10**6), autoreset_mode=mode, max_turns=2)
    envs.reset(seed=0)
    _, rewards, terminations, truncations, infos = envs.step(oracle(envs))
    infos = infos["final_info"] if mode == "SameStep" else infos
    assert rewards.tolist() == [0, 0, 0]
    assert truncations.all()
    assert not terminations.any()
    assert infos["score"]["status"].tolist() == ["error"] * 3


class OneBadTask(FamilyMix):
    """The machine breaks on one response, and only on that one."""

    def verify_batch(self, tasks, responses):
        if "break" in responses:
            msg = "as planted"
            raise SandboxError(msg)
        return super().verify_batch(tasks, responses)


def test_a_fault_of_one_does_not_touch_the_others():
    envs = make(OneBadTask([load_family(CHAIN_SUM)]))
    envs.reset(seed=0)
    first, _, last = oracle(envs)
    _, rewards, terminations, truncations, infos = envs.step((first, "break", last))
    assert rewards.tolist() == [1, 0, 1]
    assert terminations.tolist() == [True, False, True]
    assert truncations.tolist() == [False, True, False]
    assert infos["score"]["status"].tolist() == ["pass", "error", "pass"]


# --- autoreset -------------------------------------------------------------------------------


def test_next_step():
    envs = make(num_envs=2)
    prompts, _ = envs.reset(seed=0)
    observations, rewards, terminations, _, infos = envs.step(oracle(envs))
    assert observations == ("Correct.", "Correct.")
    assert rewards.tolist() == [1, 1]
    assert terminations.all()
    assert infos["metrics"]["success"].tolist() == [1, 1]
    observations, rewards, terminations, truncations, infos = envs.step((WRONG, None))
    assert observations == tuple(task.prompt for task in envs.tasks) != prompts
    assert rewards.tolist() == [0, 0]
    assert not (terminations | truncations).any()
    assert set(infos) == {"task_id", "_task_id"}


def test_same_step():
    envs = make(num_envs=2, max_turns=2, autoreset_mode="SameStep")
    envs.reset(seed=0)
    old = envs.tasks
    observations, rewards, terminations, _, infos = envs.step((oracle(envs)[0], WRONG))
    assert terminations.tolist() == [True, False]
    assert rewards.tolist() == [1, 0]
    assert observations[0] == envs.tasks[0].prompt != old[0].prompt
    assert envs.tasks[1] == old[1]
    assert infos["final_obs"].tolist() == ["Correct.", None]
    assert infos["_final_obs"].tolist() == [True, False]
    assert infos["final_info"]["task_id"].tolist() == [old[0].task_id, None]
    assert infos["final_info"]["metrics"]["turns"].tolist() == [1, 0]
    assert infos["task_id"].tolist() == [envs.tasks[0].task_id, old[1].task_id]
    assert infos["_score"].tolist() == [False, True]


def test_disabled():
    envs = make(num_envs=3, autoreset_mode="Disabled")
    envs.reset(seed=0)
    old = envs.tasks
    envs.step(oracle(envs))
    with pytest.raises(ResetNeeded, match=r"\[0, 1, 2\].*reset_mask"):
        envs.step((WRONG,) * 3)
    observations, infos = envs.reset(options={"reset_mask": np.array([False, True, False])})
    assert observations == ("Correct.", envs.tasks[1].prompt, "Correct.")
    assert (envs.tasks[0], envs.tasks[2]) == (old[0], old[2])
    assert infos["_task_id"].tolist() == [False, True, False]
    with pytest.raises(ResetNeeded, match=r"\[0, 2\]"):
        envs.step((WRONG,) * 3)


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        ([True, False, False], TypeError),
        (np.array([1, 0, 0]), TypeError),
        (np.array([True, False]), ValueError),
        (np.array([[True], [False], [False]]), ValueError),
        (np.zeros(3, dtype=np.bool_), ValueError),
        (None, TypeError),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_bad_masks(mode, mask, error):
    envs = make(autoreset_mode=mode)
    envs.reset(seed=0)
    before = envs.tasks
    with pytest.raises(error, match="reset_mask"):
        envs.reset(options={"reset_mask": mask})
    assert envs.tasks == before


def test_the_options_are_the_callers():
    envs = make()
    mask = np.array([True, False, True])
    options = {"reset_mask": mask, "difficulty": 0.5}
    envs.reset(seed=0)
    envs.reset(options=options)
    assert set(options) == {"reset_mask", "difficulty"}
    assert mask.tolist() == [True, False, True]
    assert [task.difficulty == 0.5 for task in envs.tasks] == [True, False, True]


# --- protocol --------------------------------------------------------------------------------


def test_stepping_before_a_reset():
    envs = make()
    with pytest.raises(ResetNeeded):
        envs.step((WRONG,) * 3)
    with pytest.raises(ResetNeeded):
        _ = envs.tasks
    envs.reset(options={"reset_mask": np.array([True, False, True])})
    with pytest.raises(ResetNeeded):
        envs.step((WRONG,) * 3)


def test_bad_actions_cost_nothing():
    envs = make(max_turns=1)
    envs.reset(seed=0)
    for actions, error in (
        ((WRONG,) * 2, ValueError),
        ((WRONG,) * 4, ValueError),
        ((WRONG, 3, WRONG), TypeError),
        ((WRONG, WRONG, b"3"), TypeError),
    ):
        with pytest.raises(error):
            envs.step(actions)
    assert envs.step(oracle(envs))[1].tolist() == [1, 1, 1]


def test_a_list_or_an_array_of_texts_is_a_batch():
    for batch in (list, np.array, functools.partial(np.array, dtype=object)):
        envs = make()
        envs.reset(seed=0)
        assert envs.step(batch(oracle(envs)))[1].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 0}, "num_envs"),
        ({"num_envs": True}, "num_envs"),
        ({"num_envs": 2.0}, "num_envs"),
        ({"autoreset_mode": "Sometimes"}, "choose from"),
        ({"autoreset_mode": None}, "choose from"),
        ({"render_mode": "human"}, "render_mode"),
        ({"split": "tran"}, "did you mean 'train'"),
        ({"max_turns": 0}, "max_turns"),
        ({"difficulty": 2}, "difficulty"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


@pytest.mark.parametrize(
    ("seed", "error"),
    [([1, 2], ValueError), ([1, 2, 3, 4], ValueError), (1.5, TypeError), ([1, "a", 2], ValueError)],
)
def test_bad_seeds(seed, error):
    with pytest.raises(error):
        make().reset(seed=seed)


def test_numpy_seeds():
    expected = make().reset(seed=3)
    assert same(make().reset(seed=np.int64(3)), expected)
    assert same(make().reset(seed=np.array([3, 4, 5])), expected)
    assert same(make().reset(seed=(3, 4, 5)), expected)


def test_modes_by_name_and_by_member():
    for mode in AutoresetMode:
        for given in (mode, mode.value, mode.name, mode.name.lower()):
            assert make(autoreset_mode=given).metadata["autoreset_mode"] is mode


def test_metadata_belongs_to_the_instance():
    a, b = make(autoreset_mode="SameStep"), make()
    assert a.metadata is not b.metadata
    assert "autoreset_mode" not in TextTaskVectorEnv.metadata
    a.metadata["render_fps"] = 7
    assert b.metadata["render_fps"] == TextTaskVectorEnv.metadata["render_fps"] == 1


def test_spaces():
    envs = make(num_envs=2)
    assert envs.single_observation_space == Unicode(32_768)
    assert envs.single_action_space == Unicode(65_536)
    observations, _ = envs.reset(seed=0)
    assert observations in envs.observation_space
    assert ("数学", "🙂") in envs.action_space
    assert ("one",) not in envs.action_space
    first, second = envs.action_space.sample()
    assert first != second


def test_render():
    envs = make(num_envs=2, render_mode="ansi")
    prompts, _ = envs.reset(seed=0)
    assert envs.render() == tuple(f"[prompt]\n{prompt}" for prompt in prompts)
    envs.step(("1", "2"))
    assert [text.split("\n\n")[1] for text in envs.render()] == ["[response]\n1", "[response]\n2"]
    assert make().render() is None


def test_difficulty_is_a_property_of_the_next_tasks():
    envs = make(difficulty=0.0, autoreset_mode="SameStep")
    envs.reset(seed=0)
    envs.difficulty = 1.0
    assert {task.difficulty for task in envs.tasks} == {0.0}
    envs.step(oracle(envs))
    assert {task.difficulty for task in envs.tasks} == {1.0}


def test_make_vec_and_episode_statistics():
    gym.register(
        "checking/TextVector-v0",
        vector_entry_point="synth_envs.text_vector_env:TextTaskVectorEnv",
        kwargs={"source": CHAIN_SUM},
    )
    try:
        envs = gym.make_vec("checking/TextVector-v0", 2, autoreset_mode="SameStep", max_turns=2)
        spec = gym.envs.registration.EnvSpec.from_json(envs.spec.to_json())
        again = gym.make_vec(spec)
        assert (again.num_envs, again.max_turns) == (2, 2)
        assert again.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        recorded = RecordEpisodeStatistics(envs)
        recorded.reset(seed=0)
        *_, infos = recorded.step((oracle(envs)[0], WRONG))
        assert infos["episode"]["r"].tolist() == [1, 0]
        assert infos["_episode"].tolist() == [True, False]
    finally:
        del gym.registry["checking/TextVector-v0"]


# --- no leaks --------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("mode", MODES)
def test_the_reference_never_shows(mode, family):
    envs = make(family, 4, difficulty=1.0, max_turns=3, autoreset_mode=mode)
    shown = repr(envs.reset(seed=0))
    references = list(oracle(envs))
    for _ in range(2):
        shown += repr(envs.step(("The answer is 1", "", WRONG, "A, B, C")))
        references += oracle(envs)
    assert not [reference for reference in references if reference in shown]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_pickle_holds_no_reference(family):
    envs = make(family, max_turns=2, difficulty=1.0, render_mode="ansi")
    for seed in range(10):
        envs.reset(seed=seed)
        tasks, references = envs.tasks, oracle(envs)
        envs.step((references[0], WRONG, ""))
        data = pickle.dumps(envs)
        for task, reference in zip(tasks, references, strict=True):
            assert reference.encode() not in data
            assert task.prompt.encode() not in data
        assert b"reference" not in data


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda envs: pickle.loads(pickle.dumps(envs))],
    ids=["deepcopy", "pickle"],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_copy_keeps_its_place_and_begins_with_a_reset(mode, duplicate):
    envs = make(max_turns=2, autoreset_mode=mode)
    envs.reset(seed=9)
    envs.step((oracle(envs)[0], WRONG, WRONG))
    twin = duplicate(envs)
    assert len(envs.tasks) == 3, "copying must not disturb the original"
    with pytest.raises(ResetNeeded):
        twin.step((WRONG,) * 3)
    assert same(twin.reset(), envs.reset())
    actions = answers(envs, 0)
    assert same(twin.step(actions), envs.step(actions))


# --- batching infos --------------------------------------------------------------------------


def test_batch_infos_as_gymnasium_does():
    infos = [
        {"i": 1, "f": 0.5, "b": True, "t": "x", "d": {"deep": {"n": 2}}, "np": np.float32(0.5)},
        None,
        {"i": 3, "t": None, "d": {"other": [1]}, "only": ()},
        {},
    ]
    envs = make(num_envs=4)
    expected = {}
    for i, info in enumerate(infos):
        expected = envs._add_info(expected, info or {}, i)
    assert same(batch_infos(infos), expected)
    assert batch_infos([None, {}]) == {}


def test_infos_keep_their_dtypes_in_every_step():
    dtypes = set()
    envs = make(max_turns=2)
    envs.reset(seed=0)
    for step in range(10):
        infos = envs.step(answers(envs, step))[4]
        for key in ("score", "metrics"):
            for name, value in infos.get(key, {}).items():
                if isinstance(value, np.ndarray):
                    dtypes.add((key, name, value.dtype.str))
    assert len(dtypes) == len({(key, name) for key, name, _ in dtypes})
    assert ("score", "value", "<f8") in dtypes
    assert ("metrics", "turns", "<i8") in dtypes


class IntegerScores(FamilyMix):
    """A careless verifier whose values are sometimes integers."""

    def verify_batch(self, tasks, responses):
        values = [0, 0.5, 1]
        return [
            Score(value, "fail", {"correct": value}, "Fair.")
            for value, *_ in zip(values, tasks, responses, strict=False)
        ]


def test_partial_rewards_survive_a_careless_verifier():
    envs = make(IntegerScores([load_family(CHAIN_SUM)]))
    envs.reset(seed=0)
    _, rewards, _, _, infos = envs.step((WRONG,) * 3)
    assert rewards.tolist() == [0, 0.5, 1]
    assert infos["score"]["value"].tolist() == [0, 0.5, 1]

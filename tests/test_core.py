"""Tasks are immutable, named by content and safe to read from JSON; scores show no reference."""

import copy
import json
import pickle
from collections import Counter
from dataclasses import FrozenInstanceError

import pytest

from synth_envs.core import Score, Task
from synth_envs.families import FamilyMix, load_family
from synth_envs.seeding import SPLITS, split_of

TASK = Task("sums", "Compute 1 + 1.", {"answer": "2", "steps": [1, None]}, 0.25, {"terms": 2})


# --- identity --------------------------------------------------------------------------------


def test_the_id_is_frozen():
    """Task ids are written into results and datasets."""
    assert TASK.task_id == "ba1b9c23bea8dec480b61d51a83973a3"
    assert TASK.split == split_of(TASK.digest) == "train"


def test_the_id_covers_family_and_prompt_only():
    same = Task("sums", "Compute 1 + 1.", "other", 1.0, {"other": True})
    assert same.task_id == TASK.task_id
    assert same.split == TASK.split
    assert Task("sum", "Compute 1 + 1.", None).task_id != TASK.task_id
    assert Task("sums", "Compute 1 + 2.", None).task_id != TASK.task_id
    assert Task("a", "b", None).task_id != Task("ab", "", None).task_id


def test_equality_covers_every_field():
    assert Task.from_dict(TASK.to_dict()) == TASK
    assert hash(Task.from_dict(TASK.to_dict())) == hash(TASK)
    for field, value in (
        ("family", "other"),
        ("prompt", "other"),
        ("reference", {"answer": "3"}),
        ("difficulty", 0.5),
        ("metadata", {}),
    ):
        fields = {key: v for key, v in TASK.to_dict().items() if key != "task_id"}
        assert Task(**{**fields, field: value}) != TASK
    assert TASK.to_dict() != TASK
    assert len({TASK, Task.from_json(TASK.to_json())}) == 1


def test_a_task_is_immutable():
    for field in ("family", "prompt", "reference", "difficulty", "metadata", "task_id", "split"):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(TASK, field, "other")


def test_defaults():
    task = Task("sums", "Compute.", "2")
    assert (task.difficulty, dict(task.metadata)) == (0.0, {})
    assert task.to_dict()["metadata"] == {}


def test_a_task_with_metadata_pickles_and_copies():
    assert pickle.loads(pickle.dumps(TASK)) == TASK
    assert copy.deepcopy(TASK) == TASK


def test_a_task_without_metadata_pickles_and_copies():
    task = Task("sums", "Compute.", "2")
    assert pickle.loads(pickle.dumps(task)) == task
    assert copy.deepcopy(task) == task


# --- JSON ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "task",
    [
        TASK,
        Task("sums", "", ""),
        Task("sums", "Überprüfe: 一 + 二 = ?\n\0\u2028🙂", ["三"], 1.0, {"注": "é"}),
        Task("sums", "p", None, 0.0, {"deep": {"er": [[[]]]}}),
        Task("sums", "p", 10**40, 1e-300),
    ],
)
def test_json_round_trip(task):
    line = task.to_json()
    assert "\n" not in line
    assert Task.from_json(line) == task
    assert Task.from_json(line).to_json() == line
    assert list(json.loads(line)) == sorted(json.loads(line))
    assert json.loads(line)["task_id"] == task.task_id


def test_equal_tasks_have_equal_json():
    data = TASK.to_dict()
    shuffled = dict(reversed(data.items()))
    assert Task.from_dict(shuffled).to_json() == TASK.to_json()


def test_optional_fields():
    task = Task.from_dict({"family": "sums", "prompt": "p", "reference": "2"})
    assert task == Task("sums", "p", "2")
    assert Task.from_dict({"family": "f", "prompt": "p", "reference": 1, "difficulty": 1}) == Task(
        "f", "p", 1, 1.0
    )


def test_a_task_keeps_no_hold_of_the_dict_it_was_read_from():
    data = TASK.to_dict()
    task = Task.from_dict(data)
    data["metadata"]["terms"] = 3
    assert task == TASK


def changed(**fields):
    return {**{k: v for k, v in TASK.to_dict().items() if k != "task_id"}, **fields}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="None"),
        pytest.param([], id="list"),
        pytest.param("task", id="text"),
        pytest.param({}, id="empty"),
        pytest.param({"family": "f", "prompt": "p"}, id="no reference"),
        pytest.param(changed(extra=1), id="unknown field"),
        pytest.param({**changed(), 1: 2, "x": 3}, id="keys of several types"),
        pytest.param(changed(__class__="os.system"), id="dunder field"),
        pytest.param(changed(digest="00"), id="digest"),
        pytest.param(changed(split="train"), id="split"),
        pytest.param(changed(family=1), id="family not text"),
        pytest.param(changed(prompt=None), id="prompt not text"),
        pytest.param(changed(prompt=["p"]), id="prompt a list"),
        pytest.param(changed(prompt="\ud800"), id="lone surrogate"),
        pytest.param(changed(metadata=[]), id="metadata a list"),
        pytest.param(changed(metadata=None), id="metadata None"),
        pytest.param(changed(difficulty="0.5"), id="difficulty text"),
        pytest.param(changed(difficulty=True), id="difficulty bool"),
        pytest.param(changed(difficulty=None), id="difficulty None"),
        pytest.param(changed(difficulty=-0.1), id="difficulty negative"),
        pytest.param(changed(difficulty=1.1), id="difficulty above 1"),
        pytest.param(changed(difficulty=float("nan")), id="difficulty NaN"),
        pytest.param(changed(difficulty=10**400), id="difficulty huge"),
        pytest.param(changed(task_id="0" * 32), id="another task's id"),
        pytest.param(changed(task_id=TASK.task_id.upper()), id="id in capitals"),
        pytest.param(changed(task_id=None), id="id None"),
        pytest.param(
            {**TASK.to_dict(), "prompt": "Compute 1 + 2."}, id="prompt changed under the id"
        ),
        pytest.param({**TASK.to_dict(), "family": "other"}, id="family changed under the id"),
    ],
)
def test_malformed_tasks_are_refused(data):
    with pytest.raises(ValueError, match=r"task|surrogates"):
        Task.from_dict(data)


@pytest.mark.parametrize("text", ["", "{", "1", "[]", "null", "{}", '{"family": NaN}'])
def test_malformed_json_is_refused(text):
    with pytest.raises(ValueError, match=r"task|Expecting"):
        Task.from_json(text)


def test_deep_json_is_refused():
    with pytest.raises(ValueError, match=r"deep"):
        Task.from_json("[" * 100_000)


def test_the_error_names_the_fields():
    with pytest.raises(ValueError, match=r"missing \['reference'\], unknown \['answer'\]"):
        Task.from_dict({"family": "f", "prompt": "p", "answer": 1})
    with pytest.raises(ValueError, match=f"not the hash of its content.*{TASK.task_id}"):
        Task.from_dict({**TASK.to_dict(), "task_id": "0"})


# --- splits ----------------------------------------------------------------------------------


def test_splits_are_disjoint_whatever_the_seeds():
    source = FamilyMix([load_family("synth_envs.math.families.chain_sum:ChainSum")])
    owned = {
        split: {source.task(seed, i, split, 1.0).digest for seed in range(5) for i in range(60)}
        for split in SPLITS
    }
    assert not owned["train"] & owned["test"]
    assert not owned["train"] & owned["validation"]
    assert not owned["validation"] & owned["test"]


def test_split_proportions_of_real_tasks():
    source = FamilyMix([load_family("synth_envs.math.families.chain_sum:ChainSum")])
    shares = Counter(source.task(0, i, "all", 1.0).split for i in range(3000))
    for split, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        assert abs(shares[split] - 3000 * share) < 4 * (3000 * share * (1 - share)) ** 0.5


# --- scores ----------------------------------------------------------------------------------


def test_score_info_is_fresh_and_complete():
    score = Score(0.5, "fail", {"correct": 0.5}, "Half right.")
    info = score.as_info()
    assert info == {
        "value": 0.5,
        "status": "fail",
        "parts": {"correct": 0.5},
        "feedback": "Half right.",
    }
    info["parts"]["correct"] = 1.0
    assert score.parts == {"correct": 0.5}
    assert score.as_info() is not score.as_info()
    assert score.as_info()["parts"] is not score.as_info()["parts"]


def test_score_defaults_and_equality():
    assert Score(1.0, "pass") == Score(1.0, "pass", {}, "")
    assert Score(1.0, "pass").parts is not Score(1.0, "pass").parts
    with pytest.raises(FrozenInstanceError):
        Score(1.0, "pass").value = 0.0

"""Real data: every gold passes in benign formats, shuffled golds do not, bad rows are named."""

import json
import random
import time
import warnings

import gymnasium as gym
import pytest

import synth_envs
from synth_envs.hostile import hostile_responses
from synth_envs.math.equivalence import math_equal
from synth_envs.math.real import RealTasks

FILES = {"gsm8k": "gsm8k_test.jsonl", "svamp": "svamp.json", "math500": "math500.jsonl"}


def formats(answer):
    """The benign formats; upper case is not benign in LaTeX, where case matters."""
    return [
        answer, " " + answer, answer + "\n", answer + ".", f"The answer is {answer}", f"**{answer}**",
        f"${answer}$", f"\\boxed{{{answer}}}", f"```\n{answer}\n```", f"\\[{answer}\\]",
    ]  # fmt: skip


@pytest.fixture(scope="module", params=FILES)
def tasks(request, real_math):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return RealTasks.load(str(real_math / FILES[request.param]))


def test_gold_passes_in_ten_formats(tasks):
    pairs = [(task, text) for task in tasks for text in formats(task.reference)]
    scores = tasks.verify_batch(*zip(*pairs, strict=True))
    missed = [
        text for (_, text), score in zip(pairs, scores, strict=True) if score.status != "pass"
    ]
    assert 1 - len(missed) / len(pairs) >= 0.995, missed[:20]


def test_shuffled_golds_pass_only_where_they_are_equal(tasks):
    golds = [task.reference for task in tasks]
    others = golds.copy()
    random.Random(0).shuffle(others)
    scores = tasks.verify_batch(list(tasks), [f"\\boxed{{{other}}}" for other in others])
    for gold, other, score in zip(golds, others, scores, strict=True):
        if score.status == "pass":
            assert math_equal(gold, other) == "equal", (gold, other)
        elif gold.replace(",", "") == other.replace(",", ""):
            raise AssertionError((gold, other, score))


def test_hostile_responses_score_nothing_within_50_ms(tasks):
    for task in tasks[0], tasks[len(tasks) - 1]:
        for name, text in hostile_responses().items():
            best = 1.0
            for _ in range(2):
                start = time.perf_counter()
                score = tasks.verify_batch([task], [text])[0]
                best = min(best, time.perf_counter() - start)
            assert score.value == 0.0, (name, task.reference)
            assert best < 0.05, (name, best)


def test_units_of_the_question_are_read_and_scales_are_not(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        json.dumps({"question": "How many eggs, in dozens of a million?", "answer": "#### 18"})
    )
    tasks = RealTasks.load(str(path))
    good = ["18 eggs", "$18", "18", "18.00", "The answer is 18 eggs."]
    bad = ["18 million", "18 ducks", "18%", "18 eggs 5", "18 dozen"]
    assert [s.status for s in tasks.verify_batch([tasks[0]] * 5, good)] == ["pass"] * 5
    assert [s.value for s in tasks.verify_batch([tasks[0]] * 5, bad)] == [0.0] * 5


def test_a_response_that_is_too_complex_to_compare_is_no_crash(tmp_path):
    path = tmp_path / "rows.jsonl"
    row = {
        "problem": "What?",
        "solution": "\\boxed{5}",
        "answer": "5",
        "subject": "x",
        "level": 1,
        "unique_id": "y",
    }
    path.write_text(json.dumps(row))
    tasks = RealTasks.load(str(path))
    boxes = ("\\frac{(x+y)^{40}}{(x+1)^{20}}", "\\frac{(x+y)^{40}+1}{(y+1)^{20}}")
    response = " ".join(f"\\boxed{{{box}}}" for box in boxes)
    assert tasks.verify_batch([tasks[0]], [response])[0].status == "unparsable"


def test_real_data_is_an_environment(real_math):
    path = str(real_math / FILES["gsm8k"])
    env = gym.make("synth/Math-v0", source=path, split="all")
    prompt, _ = env.reset(options={"index": 0})
    assert "Janet" in prompt
    assert env.unwrapped.task.reference not in prompt
    assert env.step("The answer is 18")[1] == 1.0
    with pytest.raises(ValueError, match="past the last row"):
        env.reset(options={"index": 10**6})
    with pytest.raises(ValueError, match="difficulty"):
        env.reset(options={"difficulty": 0.5})
    splits = {}
    for split in ("train", "validation", "test"):
        env = gym.make("synth/Math-v0", source=path, split=split)
        splits[split] = {env.reset(seed=seed)[0] for seed in range(100)}
    assert not splits["train"] & splits["test"]
    synth_envs.check_vector_env("synth/Math-v0", kwargs={"source": path})


def test_bad_rows_are_reported_by_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"question": "2+2?", "answer": "so #### 4"}) + "\nnot json\n{}\n")
    with pytest.warns(UserWarning, match="line 2.*line 3"):
        tasks = RealTasks.load(str(path))
    assert len(tasks) == 1
    assert [bad.line for bad in tasks.bad_rows] == [2, 3]


def test_source_excludes_family(tmp_path):
    with pytest.raises(ValueError, match="source="):
        gym.make("synth/Math-v0", source=str(tmp_path), family="chain_sum")
    with pytest.raises(FileNotFoundError):
        gym.make("synth/Math-v0", source=str(tmp_path / "missing.jsonl"))

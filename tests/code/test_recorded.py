"""Files of code tasks: formats are recognised, bad rows named, references kept, types preserved."""

import json
import pickle
import sys
import types

import gymnasium as gym
import pytest

import synth_envs
from synth_envs.code.recorded import RecordedTasks, load_tasks

HUMANEVAL = {
    "task_id": "Toy/0",
    "prompt": "from typing import List\n\n\ndef double(s: str) -> str:\n    return s + s\n\n\n"
    'def halve(s: str) -> List[str]:\n    """ Undo double.\n    """\n',
    "entry_point": "halve",
    "canonical_solution": "    return [s[: len(s) // 2]]\n",
    "test": "\n\ndef check(candidate):\n    from random import choice\n\n    for _ in range(5):\n"
    "        text = ''.join(choice('abc') for _ in range(6))\n"
    "        assert candidate(double(text)) == [text]\n",
}
MBPP = {
    "task_id": 1,
    "text": "Write a function to count what is in a box.",
    "code": "class Box:\r\n\tdef __init__(self, *all):\r\n\t\tself.all = all\r\n"
    "def count(box, most=9):\r\n\treturn min(most, len(box.all))",
    "test_setup_code": "three = Box(1, 2, 3)",
    "test_list": ["assert count(three) == 3", "assert count(three, most=2) == 2 "],
    "challenge_test_list": [],
}
PLAIN = MBPP | {
    "text": "Write a function to say which are even, and how many.",
    "code": "def evens(numbers):\n    found = {n for n in numbers if n % 2 == 0}\n"
    "    return found, {n: numbers.count(n) for n in found}",
    "test_setup_code": "",
    "test_list": [
        "assert evens([1, 2, 2]) == ({2}, {2: 2})",
        "assert evens((1,)) == (set(), {})",
        "assert evens([4, 4, 6])[1] == {4: 2, 6: 1}",
    ],
}
CRUXEVAL = {
    "id": "toy_0",
    "code": "def f(pairs, pick):\n    return {pick(k): (v, [v]) for k, v in pairs.items()}",
    "input": "{1: 'a', 3: 'b'}, lambda n: n > 2",
    "output": "{False: ('a', ['a']), True: ('b', ['b'])}",
}
LITERAL = CRUXEVAL | {"code": "def f(n):\n    return (n, {n})", "input": "4", "output": "(4, {4})"}


def jsonl(path, *rows):
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(texts), encoding="utf-8")
    return str(path)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "rows.jsonl"


@pytest.mark.parametrize(
    ("mode", "row", "family"),
    [
        ("induction", HUMANEVAL, "humaneval"),
        ("induction", MBPP, "mbpp"),
        ("induction", PLAIN, "mbpp"),
        ("deduction", CRUXEVAL, "cruxeval"),
        ("abduction", CRUXEVAL, "cruxeval"),
        ("deduction", LITERAL, "cruxeval"),
        ("abduction", LITERAL, "cruxeval"),
    ],
)
def test_a_row_becomes_a_task_and_its_own_answer_is_right(file, mode, row, family):
    tasks = load_tasks(mode, jsonl(file, row))
    assert type(tasks) is RecordedTasks
    assert (len(tasks), tasks[0].family, tasks.bad_rows) == (1, family, ())
    assert tasks.examine() == ()
    for way in (lambda text: text, lambda text: f"First I thought.\n\n{text}\n"):
        assert tasks.verify_batch([tasks[0]], [way(tasks.oracle(tasks[0]))])[0].value == 1.0
    assert tasks.verify_batch([tasks[0]], [tasks[0].prompt])[0].value == 0.0


def test_prompts_show_what_they_should(file):
    tasks = load_tasks("induction", jsonl(file, HUMANEVAL, MBPP, PLAIN))
    human, box, evens = (task.prompt for task in tasks)
    assert "def halve" in human
    assert "assert candidate" not in human
    assert "count(three) == 3" in box
    assert "three = Box(1, 2, 3)" in box
    assert "most=2" not in box
    assert "evens([1, 2, 2])" in evens
    assert "[4, 4, 6]" not in evens


def test_public_and_hidden_tests_are_told_apart(file):
    tasks = load_tasks("induction", jsonl(file, PLAIN, HUMANEVAL))
    evens = "def evens(numbers):\n    return {body}"
    table = {
        "None": ("fail", False, "assert evens([1, 2, 2]) == ({2}, {2: 2})"),
        "1 / 0": ("fail", False, "ZeroDivisionError"),
        "(i for i in numbers)": ("fail", False, "type generator"),
        "({2}, {2: 2})": ("fail", True, "a hidden test failed"),
    }
    scores = tasks.verify_batch(
        [tasks[0]] * len(table), [evens.format(body=body) for body in table]
    )
    for score, (status, final, text) in zip(scores, table.values(), strict=True):
        assert (score.value, score.status, score.final) == (0.0, status, final)
        assert text in score.feedback
        assert "[4, 4, 6]" not in score.feedback
    assert "evens` returned None" in scores[0].feedback
    score = tasks.verify_batch([tasks[1]], ["def halve(s):\n    return s"])[0]
    assert (score.status, score.final, score.feedback) == ("fail", True, "A test failed.")
    score = tasks.verify_batch([tasks[1]], ["def other(s):\n    return s"])[0]
    assert (score.status, score.final) == ("unparsable", False)


def test_what_a_prompt_defines_need_not_be_said_again(file):
    tasks = load_tasks("induction", jsonl(file, HUMANEVAL))
    short = (
        "def halve(s) -> List[str]:\n    half = s[: len(s) // 2]\n    assert double(half) == s\n"
    )
    assert tasks.verify_batch([tasks[0]], [short + "    return [half]"])[0].value == 1.0


def test_changed_arguments_change_no_test(file):
    row = PLAIN | {
        "code": "def total(a):\n    return sum(a)",
        "test_list": [
            "assert total([1, 2]) == 3",
            "a = [3, 4]\nassert (total(a), a) == (7, [3, 4])",
        ],
    }
    tasks = load_tasks("induction", jsonl(file, row))
    greedy = "def total(a):\n    n = 0\n    while a:\n        n += a.pop()\n    return n"
    assert tasks.verify_batch([tasks[0]], [greedy])[0].value == 1.0


def test_types_count_in_deduction_and_any_right_call_in_abduction(file):
    tasks = load_tasks("deduction", jsonl(file, LITERAL))
    texts = ["(4, {4})", "[4, {4}]", "(4.0, {4})", "(4, [4])", "(4, {4, 4})", "4, {4}", "(4, {5})"]
    scores = tasks.verify_batch([tasks[0]] * 7, [f"The answer is {text}" for text in texts])
    assert [score.value for score in scores] == [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    tasks = load_tasks("abduction", jsonl(file, LITERAL, CRUXEVAL))
    texts = ["f(4)", "4", "f(n=4)", "f(2 + 2)", "f(5)", "f(True)", "f([4])", "f(4, 4)"]
    scores = tasks.verify_batch([tasks[0]] * 8, texts)
    assert [score.value for score in scores] == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert "f(5) returns (5, {5})." in scores[4].feedback
    assert "TypeError" in scores[6].feedback
    texts = [
        "f({3: 'b', 1: 'a'}, (lambda n: n > 2))",
        "f({1: 'a', 4: 'b'}, lambda n: n > 2)",
        "f({1: 'a', 3: 'b'}, lambda n: n > 1)",
        "f({1: 'a', 3: 'b'}, print)",
        "f({1: 'a', 2: 'b'}, lambda n: n > 2)",
    ]
    scores = tasks.verify_batch([tasks[1]] * 5, texts)
    assert [score.value for score in scores] == [1.0, 1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("mode", "row", "reason"),
    [
        ("deduction", HUMANEVAL, "HumanEval is for induction, not for deduction"),
        ("repair", MBPP, "MBPP is for induction, not for repair"),
        ("induction", CRUXEVAL, "CRUXEval is for deduction and abduction, not for induction"),
        ("fuzzing", CRUXEVAL, "CRUXEval is for"),
        ("induction", {"question": "x"}, "fields of no known data set: question"),
        ("induction", '"x"', "not an object but str"),
        ("induction", "{", "not JSON"),
        ("induction", HUMANEVAL | {"prompt": 5}, "'prompt' is not text but int"),
        ("induction", HUMANEVAL | {"prompt": "def f(:"}, "is not Python"),
        ("induction", HUMANEVAL | {"prompt": "\ud800"}, "surrogate"),
        ("induction", HUMANEVAL | {"entry_point": "halve)"}, "is no name"),
        ("induction", HUMANEVAL | {"entry_point": "third"}, "does not define 'third'"),
        ("induction", HUMANEVAL | {"test": "assert True"}, "does not define 'check'"),
        ("induction", HUMANEVAL | {"test": "(" * 10_000}, "is not Python"),
        ("induction", HUMANEVAL | {"test": "-" * 30_000 + "1"}, "is not Python"),
        ("induction", HUMANEVAL | {"test": "#" * 40_000}, "is not Python"),
        ("induction", MBPP | {"code": "x = 1"}, "no function that 'code' defines"),
        ("induction", MBPP | {"test_list": "assert True"}, "not a list"),
        ("induction", MBPP | {"test_list": ["assert count(0)", 5]}, "not text but int"),
        ("induction", MBPP | {"test_list": ["assert count(0)"]}, "needs a public and a hidden"),
        ("induction", MBPP | {"test_list": ["assert x"] * 101}, "not a list of 1 to 100"),
        ("induction", MBPP | {"test_setup_code": 7}, "is not text"),
        ("induction", {"code": "def f(): pass", "test_list": ["f()"]}, "'text' is missing"),
        ("deduction", CRUXEVAL | {"output": "print(1)"}, "is not a literal"),
        ("deduction", CRUXEVAL | {"output": "[" * 50 + "]" * 50}, "is not a literal"),
        ("abduction", CRUXEVAL | {"input": "1); f(2"}, "not a list of arguments"),
        ("abduction", CRUXEVAL | {"input": "1) + f(2"}, "not a list of arguments"),
        ("abduction", CRUXEVAL | {"code": "def g(x):\n    pass"}, "does not define 'f'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_cannot_be_used_is_an_error_that_says_why(file, mode, row, reason):
    with pytest.raises(ValueError, match=r"no usable row for the mode") as error:
        load_tasks(mode, jsonl(file, row))
    assert reason in str(error.value)


def test_bad_rows_are_named_and_the_others_used(file):
    path = jsonl(file, PLAIN, "{}", PLAIN, HUMANEVAL | {"entry_point": "x"}, HUMANEVAL)
    with pytest.warns(UserWarning, match="line 2.*line 3: the task of line 1 again.*line 4"):
        tasks = load_tasks("induction", path)
    assert [task.metadata["line"] for task in tasks] == [1, 5]
    assert [bad.line for bad in tasks.bad_rows] == [2, 3, 4]
    with pytest.raises(ValueError, match="did you mean 'induction'"):
        load_tasks("inducton", path)
    with pytest.raises(FileNotFoundError, match="google-research-datasets/mbpp"):
        load_tasks("induction", "no-such-thing")


def test_hub_data_sets_are_read_alike(monkeypatch):
    asked = []
    sanitized = {
        "prompt": PLAIN["text"],
        "code": "def area(r):\n    return math.pi * r",
        "test_imports": ["import math"],
        "test_list": ["assert math.isclose(area(1), math.pi)", "assert area(0) == 0"],
    }

    def load_dataset(*arguments, **keywords):
        asked.append((arguments, keywords))
        return [HUMANEVAL, sanitized]

    monkeypatch.setitem(sys.modules, "datasets", types.SimpleNamespace(load_dataset=load_dataset))
    tasks = load_tasks("induction", "google-research-datasets/mbpp:train")
    assert asked == [(("google-research-datasets/mbpp", "full"), {"split": "train"})]
    assert [task.family for task in tasks] == ["humaneval", "mbpp"]
    assert [bad.line for bad in tasks.examine()] == [2]  # the solution does not import math
    right = "import math\ndef area(r):\n    return math.pi * r"
    assert tasks.verify_batch([tasks[1]], [right])[0].status == "error"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (PLAIN | {"code": "def evens(numbers):\n    return 0"}, "its solution fails test 1"),
        (PLAIN | {"code": "def evens(numbers):\n    while True: pass"}, "ended with timeout"),
        (PLAIN | {"code": "import os\ndef evens(n):\n    os._exit(0)"}, "cannot run"),
        (
            PLAIN
            | {
                "code": "import os\ndef evens(n):\n"
                '    os.write(1, b\'0 ["ok", {"calls": [], "wrong": 5}]\\n\')\n    os._exit(0)'
            },
            "forge",
        ),
        (HUMANEVAL | {"test": "def check(candidate):\n    pass"}, "never calls `halve`"),
        (
            HUMANEVAL
            | {"test": "def check(candidate):\n    candidate((i for i in [1]) and [1, id])"},
            "no plain data",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_row_whose_own_answer_fails_is_masked_and_found(file, row, problem, monkeypatch):
    from sandboxes import Limits
    from synth_envs.code.real import recordings

    monkeypatch.setattr(recordings, "_LIMITS", Limits(cpu_s=1.0))
    tasks = load_tasks("induction", jsonl(file, row))
    ((line, reason),) = [(bad.line, bad.reason) for bad in tasks.examine()]
    assert line == 1
    assert problem in reason
    score = tasks.verify_batch([tasks[0]], [tasks.oracle(tasks[0])])[0]
    assert (score.value, score.status) == (0.0, "error")


def test_no_reference_leaves_the_process(file):
    path = jsonl(file, PLAIN)
    for env_id in ("synth/Code-v0",):
        env = gym.make(env_id, source=path, split="all")
        env.reset(seed=0)
        data = pickle.dumps(env)
        assert b"numbers.count" not in data
        assert b"[4, 4, 6]" not in data
        again = pickle.loads(data)
        assert again.unwrapped.source[0] == env.unwrapped.source[0]
    synth_envs.check_vector_env("synth/Code-v0", kwargs={"source": path, "split": "all"})


def test_foreign_tasks_are_refused(file):
    env = gym.make("synth/Code-v0", source=jsonl(file, PLAIN), split="all")
    task = env.unwrapped.source[0].to_dict()
    env.reset(options={"task": task})
    bad = [{"kind": "output", "value": 1}, {}, 5, task["reference"] | {"tests": [1]}]
    bad += [task["reference"] | {"public": 3}, task["reference"] | {"check": None}]
    for reference in bad:
        with pytest.raises(ValueError, match="task"):
            env.reset(options={"task": task | {"reference": reference}})
    with pytest.raises(ValueError, match="drop family="):
        gym.make("synth/Code-v0", source=str(file), family="lists")

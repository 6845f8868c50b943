"""Verdicts and feedback: what an agent may learn from a response, and when an episode ends."""

import gymnasium as gym
import pytest

import synth_envs  # noqa: F401 - registers the ids
from synth_envs.core import Task

pytestmark = pytest.mark.usefixtures("sandboxes")

TASK = Task(
    "induction",
    "Write f(xs), which returns the sum of the even numbers.",
    {
        "kind": "function",
        "entry": "f",
        "public": [[[[1, 2, 4]], 6], [[[]], 0]],
        "hidden": [[[[-2, 3]], -2], [[[8]], 8], [[[5]], 0]],
        "solution": "def f(xs):\n    return sum(x for x in xs if x % 2 == 0)\n",
    },
)
ECHO = Task(
    "induction",
    "Print the sum of two numbers.",
    {
        "kind": "program",
        "entry": "add",
        "public": [[["1 2\n"], "3"]],
        "hidden": [[["5 5\n"], "10"], [["-1 1\n"], "0"]],
        "solution": "a, b = map(int, input().split())\nprint(a + b)\n",
    },
)


def play(task, *responses, turns=3):
    env = gym.make("synth/Code-v0", split="all", max_turns=turns)
    env.reset(options={"task": task})
    steps = []
    for response in responses:
        steps.append(env.step(response))
        if steps[-1][2] or steps[-1][3]:
            break
    return steps


def test_feedback_is_of_the_first_public_test_that_fails():
    ((text, reward, over, _, info),) = play(TASK, "def f(xs):\n    return sum(xs)\n")
    assert "Public test 1 of 2 failed: f([1, 2, 4]) returned 7; expected 6." in text
    assert "Try again (2 left)." in text
    assert (reward, over) == (0.0, False)
    assert info["score"]["parts"] == {"correct": 0.0, "public": 0.5}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(xs):\n    raise KeyError('a')", "raised KeyError: 'a'"),
        ("def f(xs):\n    while True: pass", "ran out of time"),
        ("def f(xs):\n    return {1}", "returned no JSON value"),
        ("import os\ndef f(xs):\n    os._exit(0)", "gave no result"),
        ("def f(xs):\n    return True", "returned True"),
        ("def f(xs):\n    return 6.0", "returned 6.0"),
        ("def g(xs):\n    return 6", "defines `g` but not `f`"),
        ("def f(xs) return 6", "No Python program was found"),
        ("```python\ndef f(xs) return 6\n```", "not valid Python"),
        ("I do not know.", "No Python program was found"),
    ],
)
def test_feedback_says_what_was_wrong(source, said):
    ((text, _, over, _, _),) = play(TASK, source)
    assert said in text
    assert not over


def test_the_hidden_verdict_ends_the_episode():
    """Otherwise hidden tests could be probed with one guess a turn."""
    known = "def f(xs):\n    return 6 if xs else 0\n"
    ((text, reward, over, _, info),) = play(TASK, known, known, known)
    assert over
    assert reward == 0.0
    assert text == "All public tests passed, but a hidden test failed."
    assert info["score"]["parts"] == {"correct": 0.0, "public": 1.0}
    assert info["metrics"] == {"success": 0.0, "turns": 1}


def test_a_second_try_is_paid_in_full():
    first, second = play(TASK, "def f(xs):\n    return 1\n", TASK.reference["solution"])
    assert first[1] == 0.0
    assert second[1] == 1.0
    assert second[2]


def test_what_is_said_does_not_hang_on_hidden_tests():
    """Two tasks that differ in hidden tests only say the same of any response but a right one."""
    other = Task(
        TASK.family, TASK.prompt, {**TASK.reference, "hidden": [[[[100, 1]], 100], [[[7]], 0]]}
    )
    for source in ("def f(xs):\n    return 0\n", "def f(xs):\n    return 6 if xs else 0\n"):
        assert play(TASK, source)[0][0] == play(other, source)[0][0]


def test_programs_with_standard_input_and_output():
    ((text, _, over, _, _),) = play(ECHO, "print(input())")
    assert text.startswith(
        'Public test 1 of 1 failed: with the input "1 2\\n", the program printed "1 2\\n"; expected'
    )
    assert not over
    ((text, reward, over, _, _),) = play(ECHO, "```python\nprint(3)\n```")
    assert (text, reward, over) == ("All public tests passed, but a hidden test failed.", 0.0, True)
    ((_, reward, over, _, _),) = play(ECHO, ECHO.reference["solution"])
    assert (reward, over) == (1.0, True)


def test_tolerance_is_for_floats():
    task = Task(
        "induction",
        "?",
        {
            "kind": "function",
            "entry": "f",
            "public": [],
            "hidden": [[[2], 1.4142135]],
            "solution": "def f(n):\n    return n ** 0.5\n",
            "tolerance": 1e-6,
        },
    )
    assert play(task, task.reference["solution"])[0][1] == 1.0
    assert play(task, "def f(n):\n    return 1\n")[0][1] == 0.0
    assert play(task, "def f(n):\n    return 1.42\n")[0][1] == 0.0


def test_one_call_of_the_pool_verifies_the_batch(monkeypatch):
    from synth_envs.code.modes import induction

    calls = []
    real = induction.sandbox

    class Counted:
        limits = property(lambda _: real().limits)

        def run_batch(self, programs):
            calls.append(len(programs))
            return real().run_batch(programs)

    envs = gym.make_vec(
        "synth/Code-v0", num_envs=64, split="all", form="function", given="both", difficulty=0.0
    )
    envs.reset(seed=0)
    source = envs.unwrapped.source
    monkeypatch.setattr(induction, "sandbox", Counted)
    _, rewards, *_ = envs.step([source.oracle(task) for task in envs.unwrapped.tasks])
    assert rewards.tolist() == [1.0] * 64
    assert calls == [64]


ABDUCTION = Task(
    "abduction",
    "?",
    {
        "kind": "input",
        "entry": "f",
        "parameters": [["n", "int"], ["s", "str"]],
        "source": "def f(n, s):\n    return s * n\n",
        "value": "abab",
        "solution": [2, "ab"],
    },
)


@pytest.mark.parametrize(
    ("response", "reward", "said"),
    [
        ("f(2, 'ab')", 1.0, "Correct."),
        ("f(1, 'abab')", 1.0, "Correct."),  # not the input that made the value, but right
        ("f(s='ab', n=2)", 1.0, "Correct."),
        ("f(4, 'ab')", 0.0, 'f(4, "ab") returns "abababab".'),
        ("f(True, 'abab')", 0.0, "The argument n is not of type int."),
        ("f('ab', 2)", 0.0, "The argument n is not of type int."),
        ("f(10**9, 'ab')", 0.0, "No call was found"),
        ("f(1000000000000, 'ab')", 0.0, "raises"),
        ("f(2)", 0.0, "No call was found"),
    ],
)
def test_any_right_input_is_accepted(response, reward, said):
    env = gym.make("synth/CodeAbduction-v0", split="all")
    env.reset(options={"task": ABDUCTION})
    text, value, over, _, _ = env.step(response)
    assert value == reward
    assert over
    assert said in text


DIFFERENCE = Task(
    "fuzzing",
    "?",
    {
        "kind": "difference",
        "entry": "f",
        "parameters": [["n", "int"]],
        "source": "def f(n):\n    return n // 3\n",
        "second": "def f(n):\n    if n == 8: return 0\n    return int(n / 3) if n >= 0 else n // 3\n",
        "mutant": "def f(n):\n    while n == 9: pass\n    return n // 3 + (n > 50)\n",
        "ranges": [
            {
                "kinds": ["int"],
                "numbers": [0, 100],
                "sizes": None,
                "letters": None,
                "items": None,
                "keys": None,
            }
        ],
        "solution": [60],
    },
)


@pytest.mark.parametrize(
    ("response", "reward", "said"),
    [
        ("f(60)", 1.0, "Correct."),
        ("f(9)", 1.0, "Correct."),  # the mutant does not end
        ("f(50)", 0.0, "the program is right"),
        ("f(101)", 0.0, "does not keep to the constraints"),
        ("f(-1)", 0.0, "does not keep to the constraints"),
        ("f(8)", 0.0, "does not say what these arguments give"),  # the two references disagree
        ("f('a')", 0.0, "not of type"),
    ],
)
def test_an_input_must_show_the_mistake_within_the_specification(response, reward, said):
    env = gym.make("synth/CodeFuzzing-v0", split="all")
    env.reset(options={"task": DIFFERENCE})
    text, value, *_ = env.step(response)
    assert value == reward
    assert said in text

"""Grading in a real sandbox: right answers pass, nothing else does."""

import math

import pytest

from sandboxes import Limits, SandboxError, open_sandbox
from synth_envs.code.grading import Example, describe, grade_calls, grade_programs

SQUARES = [Example([n], n * n) for n in (2, 3, 7, 12)]


@pytest.fixture(scope="module")
def sandbox():
    try:
        one = open_sandbox("linux", workers=2)
    except SandboxError as error:
        pytest.skip(f"no linux sandbox here: {error}")
    with one:
        yield one


def grade(sandbox, source, tests=SQUARES, **options):
    return grade_calls(sandbox, [(source, "solve", tests)], **options)[0]


def test_right_and_wrong(sandbox):
    right = grade(sandbox, "def solve(n): return n * n")
    assert right.all_passed
    assert right.got[0] == "returned 4"
    assert right.limit == ""
    wrong = grade(sandbox, "def solve(n): return n + n")
    assert wrong.passed == (True, False, False, False)
    assert wrong.got[1] == "returned 6"
    assert not grade(sandbox, "def solve(n): return n * n", []).all_passed


def test_types_count(sandbox):
    assert not any(grade(sandbox, "def solve(n): return float(n * n)").passed)
    tests = [Example(arguments=[1], expected=True), Example(arguments=[0], expected=False)]
    assert grade(sandbox, "def solve(n): return n == 1", tests).all_passed
    assert not any(grade(sandbox, "def solve(n): return n", tests).passed)
    pairs = [Example([[3, 1]], [1, 3])]
    assert grade(sandbox, "def solve(x): return tuple(sorted(x))", pairs).all_passed
    nan = [Example(["nan"], math.nan)]
    assert not grade(sandbox, "def solve(x): return float(x)", nan).all_passed


def test_a_tolerance_for_floats(sandbox):
    tests = [Example([2], 1.4142135)]
    source = "def solve(n): return n ** 0.5"
    assert not grade(sandbox, source, tests).all_passed
    assert grade(sandbox, source, tests, tolerance=1e-6).all_passed


@pytest.mark.parametrize(
    ("source", "got", "limit"),
    [
        ("def solve(n): return 1 / (n - 3)", "raised ZeroDivisionError", ""),
        ("def solve(n): return {n}", "returned no JSON value", ""),
        ("def solve(n):\n    import os\n    os._exit(0)", "gave no result", ""),
        ("def solve(n):\n    while True: pass", "ran out of time", ""),
        ("import os; os._exit(0)", "gave no result", ""),
        ("while True: pass", "gave no result", "timeout"),
        ("x = bytearray(10**10)\ndef solve(n): return n", "gave no result", "memory_limit"),
        ("print('x' * 10**7)\ndef solve(n): return n", "gave no result", "output_limit"),
        ("def solve(n: return n", "gave no result", ""),
    ],
)
def test_what_went_wrong_is_told(sandbox, source, got, limit):
    tests = [Example([3], 9), Example([4], 16)]
    limits = Limits(cpu_s=6 if "def solve(n):\n    while" in source else 2, memory_mb=128)
    graded = grade(sandbox, source, tests, limits=limits)
    assert not any(graded.passed)
    assert graded.got[0].startswith(got)
    assert graded.limit == limit


def test_many_submissions_at_once(sandbox):
    submissions = [(f"def solve(n): return n * {k}", "solve", SQUARES) for k in range(20)]
    graded = grade_calls(sandbox, submissions)
    assert [sum(one.passed) for one in graded] == [int(k in (2, 3, 7, 12)) for k in range(20)]


def test_whole_programs(sandbox):
    tests = [Example(["3\n4\n"], "7\n"), Example(["10\n-1\n"], "9")]
    right, spaced, wrong, failed = grade_programs(
        sandbox,
        [
            ("print(int(input()) + int(input()))", tests),
            ("print(int(input()) + int(input()), ' \\n\\n')", tests),
            ("print(7)", tests),
            ("print(7); raise SystemExit(1)", tests),
        ],
    )
    assert right.all_passed
    assert spaced.all_passed
    assert wrong.passed == (True, False)
    assert wrong.got[1] == 'printed "7\\n"'
    assert failed.passed == (False, False)
    assert failed.got[0] == "ended with runtime_error"


def test_feedback_stays_small_and_plain():
    assert describe([1, "a"]) == "[1, 'a']"
    assert len(describe("x" * 10_000)) < 400
    assert "\x1b" not in describe(["\x1b[2J"])
    assert "\x1b" not in describe("\x1b[2J")

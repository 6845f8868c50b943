"""Function-call mode: JSON in, strict JSON out, nothing that a submission says is believed."""

import math

import pytest

from sandboxes import Limits, call, call_batch
from sandboxes.calls import Call
from sandboxes.values import same_value


def values(calls):
    return [(one.status, one.value) for one in calls.results]


def test_one_process_for_many_inputs(sandbox):
    source = "def f(a, b=1):\n    return [a, b]"
    seen = call(sandbox, source, "f", [[1], [2, 3], [None, "ü"], [{"k": [True]}, 1.5]])
    assert values(seen) == [
        ("ok", [1, 1]),
        ("ok", [2, 3]),
        ("ok", [None, "ü"]),
        ("ok", [{"k": [True]}, 1.5]),
    ]
    assert len(seen.executions) == 1
    assert seen.executions[0].ok


def test_types_survive(sandbox):
    source = "def f(n):\n    return [True, 1, 1.0, '1', None, -0.0, 2**70, (1, 2), {'a': 1}][n]"
    seen = [one.value for one in call(sandbox, source, "f", [[n] for n in range(9)]).results]
    expected = [True, 1, 1.0, "1", None, -0.0, 2**70, [1, 2], {"a": 1}]
    assert all(same_value(one, two) for one, two in zip(seen, expected, strict=True))
    assert not same_value(seen[0], 1)
    nan, infinite = call(sandbox, "def f(x): return float(x)", "f", [["nan"], ["inf"]]).results
    assert math.isnan(nan.value)
    assert infinite.value == math.inf
    assert not same_value(nan.value, nan.value)


def test_what_json_cannot_carry(sandbox):
    source = """
class Number(int): pass
class Text(str): pass
def f(n):
    deep = []
    for _ in range(200): deep = [deep]
    loop = []; loop.append(loop)
    return [{1, 2}, b"x", object(), Number(1), Text("a"), {1: 2}, deep, loop, f, 1j][n]
"""
    seen = call(sandbox, source, "f", [[n] for n in range(10)])
    assert [one.status for one in seen.results] == ["unserialisable"] * 10


def test_an_input_that_fails_ends_no_other(sandbox):
    source = "import sys\ndef f(n):\n    if n == 2: sys.exit()\n    return 10 // n"
    seen = call(sandbox, source, "f", [[1], [0], [2], [5]])
    assert [one.status for one in seen.results] == ["ok", "exception", "exception", "ok"]
    assert seen.results[1].error.startswith("ZeroDivisionError")


def test_a_method_gets_a_new_instance_for_every_input(sandbox):
    source = "class A:\n    n = 0\n    def __init__(self): self.m = 0\n"
    source += "    def g(self, k):\n        self.m += k\n        return self.m"
    assert values(call(sandbox, source, "A.g", [[1], [2], [3]])) == [("ok", n) for n in (1, 2, 3)]


def test_seconds_for_each_input(sandbox):
    source = "def f(n):\n    while n == 1: pass\n    return n"
    seen = call(sandbox, source, "f", [[0], [1], [2]], seconds_each=0.2)
    assert [one.status for one in seen.results] == ["ok", "timeout", "ok"]
    # The time is spent in a function: at the jump of the loop itself no handler covers.
    stubborn = "def g():\n    for _ in range(9999): pass\ndef f(n):\n    while n == 1:\n        try:\n            while True: g()\n"
    stubborn += "        except BaseException: pass\n    return n"
    limits = Limits(cpu_s=1)
    seen = call(sandbox, stubborn, "f", [[0], [1], [2]], seconds_each=0.2, limits=limits)
    assert [one.status for one in seen.results] == ["ok", "missing", "missing"]
    assert seen.executions[0].status == "timeout"
    seen = call(sandbox, stubborn, "f", [[0], [1], [2]], seconds_each=0.3, isolated=True)
    assert [one.status for one in seen.results] == ["ok", "timeout", "ok"]
    assert len(seen.executions) == 3


def test_isolated_inputs_share_nothing(sandbox):
    source = "seen = []\ndef f(n):\n    seen.append(n)\n    return seen"
    together = call(sandbox, source, "f", [[1], [2]])
    apart = call(sandbox, source, "f", [[1], [2]], isolated=True)
    assert [one.value for one in together.results] == [[1], [1, 2]]
    assert [one.value for one in apart.results] == [[1], [2]]


@pytest.mark.parametrize(
    "source",
    [
        "def f(n): return (",
        "raise ValueError",
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "def g(n): return n",
        "f = 3",
        "",
        "while True: pass",
        "def f(n):\n    import os\n    os._exit(0)",
        'def f(n):\n    import os\n    os.write(1, b\'0 ["ok", 49]\\n0 ["ok", 49]\\n\')',
    ],
)
def test_no_result_is_no_value(sandbox, source):
    seen = call(sandbox, source, "f", [[7]], limits=Limits(cpu_s=0.3))
    assert seen.results[0].status != "ok"
    assert seen.results[0].value is None


def test_many_calls_side_by_side(sandbox):
    calls = [Call(f"def f(n): return n + {k}", "f", [[1], [2]]) for k in range(10)]
    seen = call_batch(sandbox, calls)
    assert [[one.value for one in calls.results] for calls in seen] == [
        [k + 1, k + 2] for k in range(10)
    ]
    assert call(sandbox, "def f(): return 1", "f", []).results == ()


@pytest.mark.parametrize("bad", [{1, 2}, object(), b"x", 1j])
def test_arguments_that_are_no_json(sandbox, bad):
    with pytest.raises(ValueError, match="not JSON"):
        call(sandbox, "def f(x): return x", "f", [[bad]])


def test_what_is_printed_is_not_taken_for_a_result(sandbox):
    source = "def f(n):\n    print('0 [\"ok\", 49]')\n    return n"
    seen = call(sandbox, source, "f", [[7]])
    assert values(seen) == [("ok", 7)]
    assert b"49" in seen.executions[0].stderr

"""Each gate stops what it is there for, and lets a sound problem through."""

import random
from dataclasses import replace

import pytest

from synth_envs.code.gates import REASONS, Accepted, examine
from synth_envs.code.grading import grade_calls
from synth_envs.code.mutants import mutants
from synth_envs.code.problems import Problem

SOURCE = """def longest_run(xs, least):
    best = current = 0
    for x in xs:
        if x >= least:
            current += 1
            best = max(best, current)
        else:
            current = 0
    return best
"""
SECOND = """def longest_run(xs, least):
    from itertools import groupby
    runs = [len(list(group)) for good, group in groupby(xs, lambda x: x >= least) if good]
    return max(runs, default=0)
"""


def inputs():
    rng = random.Random(1)
    fixed = [([3, 5, 1, 7, 8, 9], 4), ([1, 2], 5), ([4, 4, 0, 4], 4), ([], 0), ([7], 7), ([7], 8)]
    drawn = [
        ([rng.randrange(10) for _ in range(rng.randrange(1, 30))], rng.randrange(10))
        for _ in range(40)
    ]
    return tuple((list(xs), least) for xs, least in (*fixed, *drawn))


GOOD = Problem(
    "runs",
    "longest_run",
    (("xs", "list[int]"), ("least", "int")),
    "int",
    "Return the length of the longest stretch of neighbouring elements of at least `least`.",
    SOURCE,
    SECOND,
    inputs(),
)


def of_list(source, second=None, **changes):
    """A problem of one list of numbers."""
    given = [([n % 7, n % 5, n % 3],) for n in range(40)]
    fields = {
        "entry": "f",
        "parameters": (("xs", "list[int]"),),
        "source": source,
        "second": second or source,
        "inputs": tuple(given),
    }
    return replace(GOOD, **{**fields, **changes})


def test_a_sound_problem_passes_and_its_tests_tell_right_from_wrong(sandboxes):
    (outcome,) = examine([GOOD], *sandboxes)
    assert isinstance(outcome, Accepted), outcome
    assert len(outcome.public) == 3
    assert 8 <= len(outcome.hidden) <= 20
    assert outcome.killed >= 0.6
    assert outcome.killed >= 0.95 * outcome.killable
    assert [one.expected for one in outcome.public] == [3, 0, 2]
    assert not {repr(one) for one in outcome.public} & {repr(one) for one in outcome.hidden}
    sources = [SOURCE, SECOND, *(one.source for one in mutants(SOURCE))]
    graded = grade_calls(
        sandboxes[0], [(source, "longest_run", outcome.hidden) for source in sources]
    )
    assert graded[0].all_passed
    assert graded[1].all_passed
    assert sum(one.all_passed for one in graded[2:]) <= len(sources) * 0.4


REJECTED = {
    "parse": of_list("def g(xs): return 1"),
    "parse ": of_list("def f(xs) return 1"),
    "forbidden": of_list("import os\ndef f(xs): return len(xs)"),
    "forbidden ": of_list("def f(xs): return eval('1')"),
    "forbidden  ": of_list("def f(xs): return xs.__class__.__name__"),
    "reference_fails": of_list("def f(xs): return 1 // xs[0]"),
    "reference_fails  ": of_list("def f(xs): return {1}"),
    "nondeterministic": of_list("def f(xs): return list({str(x) + 'a' for x in xs})"),
    "nondeterministic ": of_list("def f(xs):\n    xs.append(1)\n    return sum(xs)"),
    "nondeterministic  ": of_list(
        "import itertools\ncount = itertools.count()\ndef f(xs): return xs + [next(count)]",
        "import itertools\ncount = itertools.count()\ndef f(xs): return xs + [next(count)]",
    ),
    "bounds ": of_list("def f(xs):\n    while xs[0] == 3: pass\n    return xs"),
    "bounds  ": of_list("def f(xs): return 10 ** 10 ** (xs[0] + 7) % 1000"),
    "bounds": of_list("def f(xs): return 'x' * (xs[0] * 1000)"),
    "disagree": of_list("def f(xs): return sum(xs)", "def f(xs): return sum(xs[:2])"),
    "degenerate": of_list("def f(xs): return 5"),
    "degenerate ": of_list("def f(xs): return xs == [1, 1, 1]"),
    "trivial": of_list("def f(xs): return [x for x in xs]"),
    "trivial ": of_list("def f(xs):\n    total = 0\n    for x in xs: total += x\n    return total"),
    "weak_tests": of_list(
        "def f(xs):\n    if len(xs) > 3:\n        return [x * 2 + 1 for x in xs if x > 4 or x < 2]\n"
        "    return [xs[0] * xs[1] + xs[2], len(xs)]"
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_unsound_is_rejected_by_name(name, sandboxes):
    (outcome,) = examine([REJECTED[name]], *sandboxes)
    assert getattr(outcome, "reason", "") == name.strip(), outcome
    assert outcome.reason in REASONS


def test_every_gate_is_tried():
    assert {name.strip() for name in REJECTED} == set(REASONS)


def test_a_batch_keeps_its_order(sandboxes):
    batch = [GOOD, REJECTED["parse"], GOOD, REJECTED["trivial"]]
    outcomes = examine(batch, *sandboxes)
    assert [isinstance(one, Accepted) for one in outcomes] == [True, False, True, False]
    assert outcomes[0] == outcomes[2] or outcomes[0].hidden == outcomes[2].hidden
    assert examine([], *sandboxes) == []

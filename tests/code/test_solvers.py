"""The weak solvers read what prompts say, and do worse as difficulty rises."""

import pytest

from synth_envs.code.determined import chosen_examples
from synth_envs.code.gates import Accepted, examine
from synth_envs.code.problems import load_template
from synth_envs.code.solvers import (
    mend_program,
    read_examples,
    read_signature,
    search_input,
    speed_up,
    trace_program,
    write_program,
)
from synth_envs.code.source import CodeSource
from synth_envs.code.templates import TEMPLATES
from synth_envs.seeding import task_rng

pytestmark = pytest.mark.usefixtures("sandboxes")


def test_prompts_are_read_in_every_style():
    source = CodeSource("induction", form="function", given="both")
    source.prepare([(6, i) for i in range(24)], "all", 0.5)
    for i in range(24):
        task = source.task(6, i, "all", 0.5)
        entry, parameters, returns = read_signature(task.prompt)
        assert entry == task.reference["entry"]
        assert returns
        examples = read_examples(task.prompt, entry, [name for name, _ in parameters])
        found = [[list(one.arguments), one.expected] for one in examples]
        assert found == task.reference["public"], task.prompt


def test_the_writer_finds_a_small_program():
    prompt = "def f(xs: list[int]) -> int:\n\n>>> f([1, 2, 3])\n5\n>>> f([])\n0\n>>> f([4, -2])\n20\n>>> f([3])\n9\n"
    prompt = prompt.replace("5", "14")
    assert "def f(xs" in write_program(prompt)
    assert write_program("nothing to read") == ""


def test_the_tracer_gives_up_on_long_runs():
    short = "```python\ndef f(n):\n    return [n, n + 1]\n```\nWhat does `f(3)` return?"
    assert trace_program(short) == "The answer is [3, 4]"
    both = short.replace("`f(3)`", "`f(3)` and\n2. `f(4)`")
    assert trace_program(both) == "The answer is [[3, 4], [4, 5]]"
    long = "```python\ndef f(n):\n    for i in range(10 ** 9):\n        n += i\n    return n\n```\nWhat does `f(3)` return?"
    assert trace_program(long) == ""
    assert trace_program("no program") == ""


def test_the_searcher_finds_a_small_input():
    source = CodeSource("abduction", "composed_numbers")
    solved = sum(
        source.verify_batch([task], [source.mode.solve(task.prompt)])[0].value
        for task in (source.task(1, i, "all", 0.0) for i in range(8))
    )
    assert solved >= 2
    assert search_input("nothing") == ""


def test_the_mender_undoes_a_single_change():
    prompt = (
        "```python\ndef f(xs):\n    return [x for x in xs if x >= 2]\n```\n\n"
        "What `f(xs: list[int]) -> list[int]` should do:\n\n"
        "```python\n>>> f([1, 2, 3])\n[3]\n>>> f([2])\n[]\n>>> f([4, 1])\n[4]\n```\n"
    )
    assert "x > 2" in mend_program(prompt)
    assert mend_program("nothing") == ""


def slow_prompt(source, examples):
    return f"```python\n{source}```\n\n```python\n{examples}```\n"


@pytest.mark.parametrize(
    ("source", "examples", "sign"),
    [
        (
            "def f(n: int) -> int:\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
            ">>> f(7)\n13\n",
            "@_cached",
        ),
        (
            (
                "def f(xs: list[int]) -> int:\n    seen = []\n    for x in xs:\n        if x not in seen:\n"
                "            seen.append(x)\n    return sum(x in seen for x in range(9))\n"
            ),
            ">>> f([3, 3, 1])\n2\n",
            "seen.add(x)",
        ),
        (
            (
                "def f(xs: list[int], asked: list[list[int]]) -> int:\n    best = 0\n    for a, b in asked:\n"
                "        best = max(best, sum(xs[i] for i in range(a, b + 1)))\n    return best\n"
            ),
            ">>> f([3, 3, 1], [[0, 1], [1, 2]])\n6\n",
            "_sums.between(a, b + 1)",
        ),
        (
            (
                "def f(n: int) -> int:\n    total = 0\n    for d in range(1, n + 1):\n        if n % d == 0:\n"
                "            total += d\n    return total\n"
            ),
            ">>> f(28)\n56\n>>> f(16)\n31\n",
            "{_low, n // _low}",
        ),
        (
            (
                "def f(n: int) -> bool:\n    for d in range(2, n):\n        if n % d == 0:\n            return False\n"
                "    return n > 1\n"
            ),
            ">>> f(25)\nFalse\n>>> f(13)\nTrue\n",
            "range(2, int(n ** 0.5) + 1)",
        ),
    ],
)
def test_rewritings_that_agree_with_the_examples(source, examples, sign):
    assert sign in speed_up(slow_prompt(source, examples))
    wrong = examples[:-1].rpartition("\n")[0] + "\n-77\n"
    assert speed_up(slow_prompt(source, wrong)) == ""


def test_nothing_to_rewrite():
    assert speed_up("nothing") == ""
    assert speed_up(slow_prompt("def f(n: int) -> int:\n    return n\n", ">>> f(1)\n1\n")) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "number"),
    [
        ("induction", 150),
        ("deduction", 150),
        ("abduction", 250),
        ("fuzzing", 250),
        ("repair", 150),
        ("efficiency", 40),
    ],
)
def test_success_falls_with_difficulty(mode, number):
    source = CodeSource(mode)
    rates = []
    for level in (0.0, 0.5, 1.0):
        tasks = list(source.stream(9, range(number), "all", level))
        scores = source.verify_batch(tasks, [source.mode.solve(task.prompt) for task in tasks])
        rates.append(sum(one.value for one in scores) / number)
    assert rates[0] > rates[1] > rates[2], rates


def accepted(name, level, sandboxes, count=12):
    template = load_template(TEMPLATES[name])
    problems = [template.make(task_rng(4, name, i), level) for i in range(count)]
    return [one for one in examine(problems, *sandboxes) if isinstance(one, Accepted)]


def test_examples_that_are_chosen_determine_small_programs(sandboxes):
    found = [chosen_examples(one, 8) for one in accepted("composed_lists", 0.0, sandboxes)]
    kept = [places for places in found if places is not None]
    assert len(kept) >= 4
    assert all(5 <= len(places) <= 8 and len(set(places)) == len(places) for places in kept)


def test_examples_do_not_determine_what_no_small_program_does(sandboxes):
    found = [chosen_examples(one, 8) for one in accepted("composed_rules", 1.0, sandboxes, 4)]
    assert found
    assert not any(found)

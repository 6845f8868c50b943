"""Reading the program out of what people and models write."""

import subprocess
import sys
import threading
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.code.answers import parse_value
from synth_envs.code.extract import MAX_SOURCE, Extracted, extract_program, parse_source

GOOD = "def solve(n):\n    return n * n\n"


def value(response, entry="solve"):
    """What the extracted `solve(7)` gives; the texts here are our own."""
    found = extract_program(response, entry)
    assert not found.problem, found
    names = {}
    exec(found.source, names)  # noqa: S102 - our own text
    return names["solve"](7)


@pytest.mark.parametrize(
    "response",
    [
        GOOD,
        f"```python\n{GOOD}```",
        f"```\n{GOOD}```",
        f"```py\n{GOOD}\n```\n",
        f"```Python\n{GOOD}```",
        f"```python {{.numberLines}}\n{GOOD}```",
        f"~~~python\n{GOOD}~~~",
        f"````python\n{GOOD}````",
        f"Here is my program:\n\n```python\n{GOOD}```\n\nIt squares n.",
        f"Here is my program:\n\n{GOOD}\nIt squares the number.",
        f"Sure!\n{GOOD}",
        f"{GOOD}\nThis works because n * n is the square.",
        f"```python\n{GOOD}",  # cut off before the fence was closed
        f"```bash\npip install x\n```\n```python\n{GOOD}```",
        f"```python\n{GOOD}```\nFor example:\n```text\nsolve(2) = 4\n```",
        f"```python\n{GOOD}```\nUse it so:\n```python\nprint(solve(3))\n```",
        f"First try:\n```python\ndef solve(n):\n    return n\n```\nBetter:\n```python\n{GOOD}```",
        "```python\nimport math\n```\nand\n```python\ndef solve(n):\n    return math.prod([n, n])\n```",
        "```python\ndef twice(n):\n    return 2 * n\n```\n```python\ndef solve(n):\n    return twice(n) * n // 2\n```",
        "solve = lambda n: n * n",
        "from math import prod\n\nsolve = lambda n: prod((n, n))",
        "class solve:\n    def __new__(cls, n):\n        return n * n",
        "```python\r\ndef solve(n):\r\n    return n * n\r\n```\r\n",
        f"   ```python\n{GOOD}   ```",
        f"# a comment\n{GOOD}",
        f'"""Squares."""\n{GOOD}',
        f"def helper():\n    pass\n\n\n{GOOD}\n\nif __name__ == '__main__':\n    print(solve(2))\n",
    ],
)
def test_a_right_program_in_the_ways_people_write_it(response):
    assert value(response) == 49


@pytest.mark.parametrize(
    ("response", "says"),
    [
        ("", "No Python program"),
        ("   \n\n", "No Python program"),
        ("The answer is 49.", "No Python program"),
        ("I would use a loop.", "No Python program"),
        ("49", "No Python program"),
        ("```python\n```", "empty"),
        ("```python\ndef solve(n)\n    return 1\n```", r"not valid Python: .*line 1"),
        ("```python\ndef answer(n):\n    return 1\n```", "defines `answer` but not `solve`"),
        ("def Solve(n):\n    return 1", "defines `Solve` but not `solve`"),
        ("```python\nprint(1)\n```", "does not define `solve`"),
        ("```python\nclass A:\n    def solve(self): pass\n```", "defines `A` but not `solve`"),
        ("```java\nint solve(int n) { return n; }\n```", "No Python program"),
        ("```python\n" + "x = 1\n" * 10_000 + "```", "longer than"),
        ("```python\nx = " + "[" * 100 + "]" * 100 + "\n```", "too deeply"),
        ("```python\nx = '\0'\n```", "not valid Python"),
    ],
)
def test_what_is_no_answer_is_told_why(response, says):
    import re

    found = extract_program(response, "solve")
    assert found.problem
    assert re.search(says, found.problem), found.problem


def test_a_whole_program_needs_no_entry():
    assert extract_program("```python\nprint(int(input()) ** 2)\n```").source == (
        "print(int(input()) ** 2)\n"
    )
    assert extract_program("print(1)").source == "print(1)\n"
    assert extract_program("").problem


def test_the_last_definition_counts():
    first, second = "def solve(n):\n    return 1\n", "def solve(n):\n    return 2\n"
    assert value(f"```python\n{first}```\n```python\n{second}```") == 2
    assert value(f"```python\n{second}```\n```python\n{first}```") == 1


def test_calls_of_an_earlier_block_are_left_out():
    response = "```python\nimport os\nos.abort()\n```\n```python\n" + GOOD + "```"
    assert "abort" not in extract_program(response, "solve").source


HOSTILE = {
    "minus": "-" * 30_000 + "1",
    "not": "not " * 8_000 + "1",
    "attributes": "a" + ".b" * 15_000,
    "calls": "a" + "()" * 15_000,
    "sums": "1" + "+1" * 15_000,
    "powers": "1" + "**1" * 10_000,
    "lambdas": "lambda:" * 4_000 + "1",
    "conditions": "1 if 1 else " * 2_500 + "1",
    "elifs": "if 1: pass\n" + "elif 1: pass\n" * 2_400,
    "blocks": "".join(" " * i + "if 1:\n" for i in range(90)) + " " * 90 + "pass",
    "brackets": "(" * 30_000,
    "strings": "'a'" * 10_000,
    "f-strings": "f'{" * 5_000,
    "nul": "a\0b",
    "surrogate": "x = '\ud800'",
    "fences": "```" * 5_000,
    "fences in lines": "```\n" * 10_000,
    "starts": "def f(:\n" * 5_000,
    "long": "x = 1\n" * 100_000,
    "definitions": "def a(): pass\nprose here\n" * 3_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_quickly_and_without_a_crash(name):
    text = HOSTILE[name]
    for response in (text, f"```python\n{text}\n```", f"{GOOD}\n{text}", f"{text}\n{GOOD}"):
        start = time.process_time()
        found = extract_program(response, "solve")
        assert time.process_time() - start < 3
        assert isinstance(found.source, str)


def test_hostile_text_in_a_thread_with_the_usual_stack():
    """The parser recurses in C: a thread's smaller stack must do."""
    seen = []

    def work():
        seen.extend(parse_source(text) for text in HOSTILE.values())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(120)
    assert len(seen) == len(HOSTILE)


@given(st.text())
def test_any_text_is_read(response):
    found = extract_program(response, "solve")
    assert found.source or found.problem
    assert len(found.source) <= MAX_SOURCE + 1


def test_odd_escapes_in_a_response_are_no_news():
    source = (
        "from synth_envs.code.extract import extract_program\n"
        "extract_program('```python\\ndef solve(n):\\n    return \"\\\\d\"\\n```', 'solve')"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_strange_escapes_are_neither_refused_nor_warned_of():
    source = 'import re\n\n\ndef f(s):\n    return re.findall("\\w", s)\n'
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert extract_program(f"```python\n{source}```", "f") == Extracted(source)
        assert parse_value(r"'\w'").value == r"\w"
    assert seen == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert extract_program(source, "f").problem == ""

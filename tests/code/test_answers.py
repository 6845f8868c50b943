"""Values and calls that responses state; nothing is evaluated, and hostile text costs little."""

import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.code.answers import Value, parse_call, parse_value, stated
from synth_envs.hostile import hostile_responses

VALUES = st.recursive(
    st.integers(-(10**20), 10**20) | st.text(max_size=8) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)
FORMATS = (
    "{}",
    " {}\n",
    "{}.",
    "The answer is {}",
    "The answer is {}.",
    "the answer is: {}",
    "**Answer:** {}",
    "Answer: `{}`",
    "\\boxed{{{}}}",
    "```\n{}\n```",
    "```python\n{}\n```",
    "First I trace it.\nThen I am done.\n{}",
    "<think>Is it 12345? The answer is 4.</think>{}",
    "The output is {}",
)


@given(VALUES)
def test_every_value_is_read_in_every_format(value):
    for form in FORMATS:
        text = form.format(repr(value))
        if "\\boxed" in form and text.count("{") != text.count("}"):
            continue
        if "`" in repr(value) or "\n" in text.replace(form.format(""), ""):
            continue
        found, problem = stated(text, parse_value)
        if "answer" in repr(value).lower():
            continue
        assert found == Value(value), (text, problem)


def test_types_are_kept_apart():
    assert parse_value("1") != parse_value("True")
    assert parse_value("1") != parse_value("1.0")
    assert parse_value("'1'") != parse_value("1")
    assert parse_value("(1, 2)") == parse_value("[1, 2]")
    assert parse_value('{"a": [true, null]}') == parse_value("{'a': [True, None]}")
    assert parse_value("-3") == Value(-3)
    assert parse_value("'a' 'b'") == Value("ab")


@pytest.mark.parametrize(
    "text",
    ["", "x", "1 + 1", "f(1)", "[x]", "{1: 2}", "{1, 2}", "1j", "b'a'", "...", "[1, 2", "f'{1}'", "not True",
     "-'a'", "--1", "lambda: 0", "[1 for _ in 'a']", "{**{}}", "{'a': 1, 'a': 2}", "1; 2", "a = 1",
     "[" * 50 + "]" * 50, "9" * 5000, "\0", "1" * 9000],
)  # fmt: skip
def test_what_is_not_a_literal_is_no_value(text):
    assert parse_value(text) is None


@pytest.mark.parametrize(
    ("text", "names", "given_"),
    [
        ("f(1, 'a')", ["n", "s"], [1, "a"]),
        ("f(n=1, s='a')", ["n", "s"], [1, "a"]),
        ("f(1, s='a')", ["n", "s"], [1, "a"]),
        ("(1, 'a')", ["n", "s"], [1, "a"]),
        ("[1, 'a']", ["n", "s"], [1, "a"]),
        ("1, 'a'", ["n", "s"], [1, "a"]),
        ("f([1, 2])", ["xs"], [[1, 2]]),
        ("[1, 2]", ["xs"], [[1, 2]]),
        ("([1, 2],)", ["xs"], [[1, 2]]),
        ("5", ["n"], [5]),
        ("f(1)", ["n", "s"], None),
        ("f(1, 2, 3)", ["n", "s"], None),
        ("f(1, n=1)", ["n", "s"], None),
        ("f(1, m=1)", ["n", "s"], None),
        ("g(1, 2)", ["n", "s"], None),
        ("f(*[1, 2])", ["n", "s"], None),
        ("f(**{})", ["n"], None),
        ("f(f(1))", ["n"], None),
        ("m.f(1)", ["n"], None),
        ("[1]", ["n", "s"], None),
    ],
)
def test_calls(text, names, given_):
    found = parse_call(text, "f", names)
    assert (found and found.value) == given_


def test_a_response_with_two_answers_has_none():
    for text in (
        "The answer is 1. The answer is 2.",
        "\\boxed{1} or \\boxed{2}",
        "```\n1\n```\nor\n```\n2\n```",
        "The answer is 1 or 2",
    ):
        assert stated(text, parse_value)[0] is None
    assert stated("The answer is 1. So the answer is 1.", parse_value)[0] == Value(1)


def test_nothing_hostile_is_read_or_takes_long():
    parse = partial(parse_call, entry="f", parameters=["n"])
    more = {"openers": "```a\n" * 12_000, "answers": "answer is [" * 5_000, "calls": "f(" * 9_000}
    for name, text in {**hostile_responses(), **more}.items():
        for one in (parse_value, parse):
            start = time.perf_counter()
            stated(text, one)
            assert time.perf_counter() - start < 0.5, name

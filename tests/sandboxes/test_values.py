"""Reading and comparing what hostile programs return."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.values import MAX_DEPTH, MAX_DIGITS, UnreadableError, read_json, same_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_a_value_is_itself(value):
    assert same_value(value, value)
    assert not same_value([value], value)


@given(JSON, JSON)
def test_sameness_is_symmetric_and_stricter_than_equality(left, right):
    assert same_value(left, right) == same_value(right, left)
    if same_value(left, right):
        assert left == right


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (False, 0),
        (1, 1.0),
        (0, None),
        ("", None),
        ([], None),
        ({}, []),
        ("1", 1),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        (math.nan, math.nan),
        (math.inf, -math.inf),
        (2**63, float(2**63)),
    ],
)
def test_different_values(left, right):
    assert not same_value(left, right)
    assert not same_value(right, left)


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None


class Lookalike(int):
    def __eq__(self, other):
        return True

    __hash__ = None


class LookalikeText(str):
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        return True


def test_objects_that_say_they_are_equal_are_not():
    for value in (AlwaysEqual(), Lookalike(1), LookalikeText("a"), (1,), {1}, b"a", 1j):
        for other in (1, "a", [1], {"a": 1}, None):
            assert not same_value(value, other)
            assert not same_value(other, value)
    assert not same_value({LookalikeText("a"): 1}, {"a": 1})


def test_a_tolerance_is_for_floats_only():
    assert same_value(1.0, 1.0 + 1e-9, tolerance=1e-6)
    assert same_value([1e9], [1e9 + 1], tolerance=1e-6)
    assert not same_value(1.0, 1.1, tolerance=1e-6)
    assert not same_value(10**9, 10**9 + 1, tolerance=1e-6)
    assert not same_value(math.nan, math.nan, tolerance=1.0)
    assert not same_value(math.inf, 1e308, tolerance=1.0)
    assert same_value(math.inf, math.inf)
    assert same_value(0.0, -0.0)


def test_comparing_deep_values_neither_recurses_nor_agrees():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert not same_value(deep, deep)


@given(JSON)
def test_reading_gives_back_what_was_written(value):
    import json

    assert same_value(read_json(json.dumps(value)), value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("1 2", "not JSON"),
        ("'a'", "not JSON"),
        (b"\xff", "not UTF-8"),
        ("[" * 100_000, "nested"),
        ('{"a":' * 100_000, "nested"),
        ("9" * (MAX_DIGITS + 1), "digits"),
        ("-" + "9" * 60_000, "digits"),
        ('{"a": 1, "a": 2}', "repeats"),
        ("x" * (2**22 + 1), "bytes"),
    ],
)
def test_unreadable_texts(text, says):
    start = time.perf_counter()
    with pytest.raises(UnreadableError, match=says):
        read_json(text)
    assert time.perf_counter() - start < 2


def test_brackets_in_strings_are_no_nesting():
    text = '"' + "[" * 1000 + '\\"' + "{" * 1000 + '"'
    assert read_json(text) == "[" * 1000 + '"' + "{" * 1000
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    with pytest.raises(UnreadableError):
        read_json("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))

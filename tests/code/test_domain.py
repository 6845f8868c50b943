"""Types of arguments and the ranges that inputs span."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.code.domain import Range, conforms, range_of, ranges_of

VALUES = st.recursive(
    st.integers(-5000, 5000) | st.text(max_size=5) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        (1, "int", True),
        (True, "int", False),
        (1.0, "int", False),
        (1, "float", False),
        ("a", "str", True),
        (None, "str | None", True),
        (None, "str", False),
        ([1, 2], "list[int]", True),
        ([1, "a"], "list[int]", False),
        ([[1], []], "list[list[int]]", True),
        ([1, "a"], "tuple[int, str]", True),
        ([1], "tuple[int, str]", False),
        ({"a": [1]}, "dict[str, list[int]]", True),
        ({"a": 1}, "dict[str, list[int]]", False),
        ([1, ["a"]], "list", True),
        ({}, "list", False),
    ],
)
def test_types(value, kind, fits):
    assert conforms(value, kind) is fits


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_a_range_holds_what_it_was_made_of_and_survives_json(values):
    found = range_of(values)
    again = Range.from_json(found.to_json())
    for value in values:
        assert found.contains(value)
        assert again.contains(value)
    assert found.describe()
    assert found.describe(plural=True)


@pytest.mark.parametrize(
    ("values", "text", "inside", "outside"),
    [
        ([0, 7], "an integer from 0 to 7", 3, 8),
        ([-4, 187], "an integer from -4 to 200", 200, 201),
        (["", "abcdefgh"], "a string of 0 to 8 lowercase letters", "zz", "A"),
        (["#", "##..#..##"], "a string of 1 to 9 characters (`#` `.`)", "#.", ""),
        ([[], [3, 5]], "a list of 0 to 2 integers from 3 to 5", [4, 4], [2]),
        ([[1], [2]], "a list of 1 integers from 1 to 2", [1], []),
        ([True, False], "True or False", True, 1),
        ([{"a": 1}], "a dictionary of 1 entries", {"a": 1}, {"a": 2}),
        (
            [[1, [2]], []],
            "a list of 0 to 2 elements, each an integer from 1 to 1 or a list",
            [1],
            1,
        ),
    ],
)
def test_a_range_in_words(values, text, inside, outside):
    found = range_of(values)
    assert text.split(" from 1 to 1")[0] in found.describe()
    assert found.contains(inside)
    assert not found.contains(outside)


def test_ranges_of_the_arguments():
    first, second = ranges_of([([1], "a"), ([2, 3], "b")])
    assert first.sizes == (1, 2)
    assert second.contains("a")
    assert not second.contains([1])

"""Values of any plain type keep it as JSON data, in the sandbox and outside; nothing else does."""

import json
import math
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.values import same_value
from synth_envs.code.answers import parse_call_text, parse_tagged
from synth_envs.code.real import inside
from synth_envs.code.real.recordings import arguments_text
from synth_envs.code.tagged import NotALiteralError, canonical, written

ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5),
    st.binary(max_size=4), st.complex_numbers(allow_nan=False, allow_infinity=False),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.sampled_from([-2, 1, 3])),
)  # fmt: skip
KEYS = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)
VALUES = st.recursive(
    KEYS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(KEYS, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_every_value_comes_back_with_its_types(value):
    data = json.loads(json.dumps(inside.encode(value)))
    again = inside.decode(data)
    assert again == value
    assert type(again) is type(value)
    assert inside.encode(again) == inside.encode(value)
    if not isinstance(value, str | int | float) and "inf" not in repr(value):
        found = parse_tagged(repr(value))
        assert found is not None, value
        assert same_value(found.value, canonical(data))
    text = written(canonical(data))
    assert parse_tagged(text) == parse_tagged(written(parse_tagged(text).value))


@pytest.mark.parametrize(
    "value",
    [object(), print, (i for i in "a"), [[1, {2: lambda: 1}]], type("L", (list,), {})(), iter([]),
     type("T", (tuple,), {})((1,)), type("I", (int,), {})(3), type("S", (str,), {})("a"), ..., int],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_plain_data_is_not_encoded(value):
    with pytest.raises(TypeError, match="not plain data"):
        inside.encode(value)


def test_nesting_is_bounded():
    value = []
    for _ in range(30):
        value = (value,)
    with pytest.raises(TypeError, match="nested deeper"):
        inside.encode(value)
    assert math.isnan(inside.decode(json.loads(json.dumps(inside.encode(math.nan)))))


@pytest.mark.parametrize(
    "data",
    [{}, {"tuple": 5}, {"set": None}, {"dict": [[1]]}, {"dict": [1]}, {"a": 1, "b": 2}, {"odd": []},
     {"bytes": "xy"}, {"bytes": 5}, {"range": [1]}, {"complex": ["a", 1]}, {"complex": [10**400, 1.0]}, {"Decimal": ")"}, [{}]],
    ids=str,
)  # fmt: skip
def test_forged_data_is_refused(data):
    with pytest.raises(NotALiteralError):
        canonical(data)


def test_calls_are_read_without_being_evaluated():
    read = [
        parse_call_text(text, "f", count, {})
        for text, count in [
            ("f((1,), {2})", 2), ("f(*[1])", 1), ("f(**{'a': 1})", 1), ("g(1)", 2), ("(1, 2)", 2),
            ("[1, 2]", 1), ("f(f(1))", 1), ("f(open('x'))", 1), ("__import__('os')", 1), ("1, 2", 3),
        ]
    ]  # fmt: skip
    texts = [None if one is None else one.value for one in read]
    assert texts == ["(1,), {2}", None, None, None, "1, 2", "[1, 2]", None, None, None, None]
    assert parse_tagged("9" * 400 + "+1j") is None
    assert arguments_text("assert f(1) == f(2)", "f") is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert arguments_text("assert f(*a, k=[g(2)]) == 4", "f") == "*a, k=[g(2)]"

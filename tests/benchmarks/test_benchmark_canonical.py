import json

import numpy as np
import pytest
from gymnasium import spaces

from benchmarks.canonical import (
    Chain,
    action_from_json,
    action_to_json,
    dump_json,
    encode,
    load_json,
)
from benchmarks.errors import MalformedError, UsageError
from synth_envs.spaces import Unicode

TEXT = Unicode(100)


def test_different_values_have_different_encodings():
    values = [
        None, True, False, 0, 1, -1, 10**30, 0.0, 1.0, -0.0, float("nan"), "", "0", "1", b"", b"1",
        "\ud800", "\ud83d\ude00", "😀", [], [[]], [1, 2], [12], ["1", "2"], ["12"], {}, {"a": 1},
        {"a": [1]}, {"1": "a"}, np.zeros(2), np.zeros(2, np.float32), np.zeros(2, np.int64),
        np.zeros((1, 2)), np.zeros((2, 1)), [0.0, 0.0], "n", "t",
    ]  # fmt: skip
    encodings = [encode(value) for value in values]
    assert len(set(encodings)) == len(values)


def test_equal_values_have_equal_encodings_whatever_their_type_or_layout():
    assert encode(np.int64(7)) == encode(7)
    assert encode(np.float64(0.1)) == encode(0.1)
    assert encode(np.bool_(1)) == encode(True)  # noqa: FBT003
    assert encode((1, "a")) == encode([1, "a"])
    assert encode({"a": 1, "b": 2}) == encode({"b": 2, "a": 1})
    grid = np.arange(6.0).reshape(2, 3)
    assert encode(np.asfortranarray(grid)) == encode(grid)
    assert encode(grid.astype(">f8")) == encode(grid)


def test_what_has_no_canonical_form_is_refused():
    for value in (object(), np.array([None]), {1, 2}):
        with pytest.raises(TypeError, match="no canonical encoding"):
            encode(value)


def test_every_link_covers_everything_before_it():
    def links(*steps):
        chain = Chain("source", 1)
        for step in steps:
            chain.add(*step)
        return chain.links

    one = links(("a", 1.0), ("b", 0.0))
    two = links(("a", 1.5), ("b", 0.0))
    assert one[0] != two[0]
    assert one[1] != two[1]
    assert links(("ab", "c")) != links(("a", "bc"))
    assert Chain("s", 1, None)._last != Chain("s", 2, None)._last


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"a":1,"a":1}\n', b'{"a":NaN}\n', b'{"a":1e999}\n', b'{"a": 1}\n', b'{"a":1}',
        b'{"b":1,"a":1}\n', b'{"a":1.00}\n', b'{"a":"\\u0041"}\n', b'{"a":"\xff"}\n',
        '{"a":"é"}\n'.encode(), b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}\n", b'{"a":1}\n\n',
    ],
)  # fmt: skip
def test_json_that_run_would_not_write_is_refused(data):
    with pytest.raises(MalformedError, match=r"file\.json"):
        load_json(data, "file.json")


@pytest.mark.parametrize("value", [None, {"a": [1, 2.5, "é\ud800"]}, [], 1e-7, 10**25])
def test_canonical_json_round_trips(value):
    assert load_json(dump_json(value).encode(), "x") == value
    assert load_json(dump_json(value, indent=1).encode(), "x", indent=1) == value


@pytest.mark.parametrize(
    "text", ["", "plain", "é😀", "\ud83d\ude00", "\udc80 alone", "\x00\n", "x" * 1_000_000]
)
def test_what_is_recorded_is_what_is_executed(text):
    written, executed = action_to_json(TEXT, text)
    read = action_from_json(TEXT, json.loads(dump_json(written)))
    assert encode(read) == encode(executed)


@pytest.mark.parametrize(
    ("space", "action"),
    [
        (spaces.Discrete(5), np.int64(3)),
        (spaces.MultiDiscrete([3, 4]), np.array([2, 1])),
        (spaces.MultiBinary(3), np.array([0, 1, 1], np.int8)),
        (spaces.Box(-1, 1, (2,), np.float32), np.array([0.1, -0.7], np.float32)),
    ],
)
def test_numeric_actions_round_trip(space, action):
    written, executed = action_to_json(space, action)
    read = action_from_json(space, json.loads(dump_json(written)))
    assert encode(read) == encode(executed)
    assert read.dtype == space.dtype


@pytest.mark.parametrize(
    ("space", "value"),
    [
        (TEXT, 1), (TEXT, None), (TEXT, ["a"]), (spaces.Discrete(5), 5), (spaces.Discrete(5), -1),
        (spaces.Discrete(5), 1.0), (spaces.Discrete(5), True), (spaces.Discrete(5), "1"),
        (spaces.Discrete(5), None), (spaces.Discrete(5), [1]), (spaces.Discrete(5), 10**30),
        (spaces.Discrete(5), {}), (spaces.MultiDiscrete([3, 4]), [1]),
        (spaces.MultiDiscrete([3, 4]), [[1], [2, 3]]), (spaces.Box(-1, 1, (2,)), [0.1, "0.2"]),
        (spaces.Dict({"a": spaces.Discrete(2)}), {"a": 1}),
    ],
)  # fmt: skip
def test_recorded_actions_outside_their_space_are_refused(space, value):
    with pytest.raises(MalformedError):
        action_from_json(space, value)


def test_a_policy_that_gives_nonsense_gets_a_clear_error():
    with pytest.raises(UsageError, match="NoneType where text"):
        action_to_json(TEXT, None)
    with pytest.raises(UsageError, match="cannot be recorded"):
        action_to_json(spaces.Box(-1, 1, (2,)), [float("nan"), 0.0])
    with pytest.raises(UsageError, match="not in Discrete"):
        action_to_json(spaces.Discrete(3), 3)

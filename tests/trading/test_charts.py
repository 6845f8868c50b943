"""Pictures of markets, and answers in words."""

import numpy as np
import pytest

from synth_envs.trading.answers import json_object, number_of
from synth_envs.trading.charts import COLOURS, Bars, Ladder, Line, Panel, chart

pytest.importorskip("PIL", reason="pictures need the extra [render]")


def shown(picture, colour):
    """The columns and rows in which a colour is."""
    near = np.abs(picture.astype(int) - COLOURS[colour]).sum(axis=2) < 30
    return np.nonzero(near)


def test_a_line_is_where_its_values_are():
    picture = chart([Panel("Price", [Line([0.0, 1.0, 0.0], "red", total=5)])], size=(400, 200))
    assert picture.shape == (200, 400, 3)
    assert picture.dtype == np.uint8
    rows, columns = shown(picture, "red")
    assert columns.max() < 220  # three of five steps: half of the width
    assert rows.min() < 40
    assert rows.max() > 180


def test_values_beyond_the_axis_make_it_longer():
    rows, columns = shown(chart([Panel("", [Line(np.arange(9.0), "blue", total=4)])]), "blue")
    assert columns.max() <= 600 - 58 + 3
    assert rows.size


def test_what_is_not_finite_is_left_out():
    values = [1.0, np.nan, np.inf, 2.0, 3.0]
    assert shown(chart([Panel("", [Line(values, "green")])]), "green")[0].size
    assert chart([Panel("", [Line([np.nan], "green")])]).shape == (400, 600, 3)
    assert chart([Panel("", [Line([], "green")], Bars([]))]).shape == (400, 600, 3)


def test_ladder():
    full = chart([Panel("Book", ladder=Ladder([(99, 5)], [(101, 2)], [(99, 1)], [(101, 2)]))])
    assert shown(full, "blue")[1].max() < shown(full, "red")[1].min()
    assert chart([Panel("Book", ladder=Ladder([], []))]).shape == (400, 600, 3)


def test_pictures_are_new_arrays():
    panel = [Panel("", [Line([1.0, 2.0])])]
    first = chart(panel, title="a market")
    first[:] = 0
    assert chart(panel, title="a market").any()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('I buy. {"position": 0.5}', {"position": 0.5}),
        ('first {"a": 1}, then {"b": {"c": 2}} done', {"b": {"c": 2}}),
        ('```json\n{"position": -1}\n```', {"position": -1}),
        ('{"a": 1, "a": 2}', None),
        ('{"a": NaN}', None),
        ('{"a": Infinity}', None),
        ('{"a": 1e999}', None),
        ('{"a": ' + "9" * 5000 + "}", None),
        ("{'a': 1}", None),
        ("", None),
        ("}{", None),
        ('{"a":' + "[" * 9 + "]" * 9 + "}", None),
        ('{"a":' * 20_000, None),
        ('{"k":"' * 20_000, None),
        ("[" * 1_000_000, None),
        ('{"far": 1}' + " " * 100_000, None),
        ('\ud800 {"a": 1}', {"a": 1}),
    ],
)  # fmt: skip
def test_json_objects(text, found):
    assert json_object(text) == found


def test_numbers():
    assert number_of({"a": 2}, "a") == 2.0
    for wrong in (True, "1", None, [1], {"b": 1}):
        assert number_of({"a": wrong}, "a") is None
    assert number_of(None, "a") is None

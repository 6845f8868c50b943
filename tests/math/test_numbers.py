from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.math.numbers import MAX_DIGITS, parse_integer, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42), ("+42", 42), ("-42", -42), ("−42", -42), ("–42", -42), ("007", 7),
        ("1,234,567", 1234567), ("10,\\!080", 10080), ("10{,}080", 10080), ("1,234.5", Fraction(2469, 2)),
        ("0.75", Fraction(3, 4)), (".5", Fraction(1, 2)), ("5.", 5), ("-.5", Fraction(-1, 2)),
        ("3/4", Fraction(3, 4)), ("-3/4", Fraction(-3, 4)), ("3 / 4", Fraction(3, 4)), ("6⁄8", Fraction(3, 4)),
        ("1 3/4", Fraction(7, 4)), ("-1 3/4", Fraction(-7, 4)), ("1 and 3/4", Fraction(7, 4)),
        ("\\frac{3}{4}", Fraction(3, 4)), ("-\\dfrac34", Fraction(-3, 4)), ("2\\frac{1}{3}", Fraction(7, 3)),
        ("x = 5", 5), ("x=-5", -5), ("1e3", 1000), ("2.5e-3", Fraction(1, 400)),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "1 2", "1,23", "12,34,567", "1/0", "1 2/0", "3/4/5", "--5", "+-5", "5-", "1e999",
        "1e", "nan", "inf", "0x10", "1_000", "٣", "5 apples", "$5", "5%", "1 5/4", "\\frac{1}{0}",
        "9**9", "9^9", "1" * (MAX_DIGITS + 1), "1/" * 1000, "e", "=5", "5=5", "xy = 5",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text):
    assert parse_number(text) is None


def test_units_convert_and_others_are_refused():
    units = {"m": Fraction(1), "km": Fraction(1000), "$": Fraction(1), "dollars": Fraction(1)}
    assert parse_number("5 km", units) == 5000
    assert parse_number("5km", units) == 5000
    assert parse_number("$5", units) == 5
    assert parse_number("-$5", units) == -5
    assert parse_number("$5 dollars", units) == 5
    assert parse_number("5 \\text{ km}", units) == 5000
    assert parse_number("5 cm", units) is None
    assert parse_number("€5", units) is None


def test_integers_may_be_written_as_whole_decimals():
    assert parse_integer("5.0") == 5
    assert parse_integer("10/2") is None
    assert parse_integer("10÷2") is None
    assert parse_integer("\\frac{10}{2}") is None
    assert parse_integer("5.5") is None


@given(st.fractions(max_denominator=10**6), st.booleans())
def test_round_trip(value, spaced):
    text = str(value).replace("/", " / ") if spaced else str(value)
    assert parse_number(text) == value


@given(st.integers())
def test_thousands_separators(value):
    assert parse_integer(f"{value:,}") == value
    assert parse_integer(str(value)) == value


@given(st.text(max_size=200))
def test_never_raises(text):
    parse_number(text)
    parse_integer(text)

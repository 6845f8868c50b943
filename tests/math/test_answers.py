from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.hostile import hostile_responses
from synth_envs.math.answers import Choice, Grid, Integer, Labels, Numbers, Rational

TYPES = [
    Integer(),
    Rational(),
    Numbers(),
    Numbers(count=2, names=("x", "y")),
    Labels(),
    Choice(),
    Grid(2, 2),
]


@pytest.mark.parametrize(
    "text", ["3, 1, 2", "3 1 2", "[3, 1, 2]", "(3; 1; 2)", "3, 1 and 2", "{3,1,2}", "3,1,2"]
)
def test_lists_of_numbers(text):
    assert Numbers().parse(text) == (3, 1, 2)
    assert Numbers(order="multiset").parse(text) == (1, 2, 3)


def test_number_lists_keep_what_matters():
    assert Numbers().parse("1, 1") != Numbers().parse("1")
    assert Numbers(order="set").parse("1, 1") == Numbers(order="set").parse("1")
    assert Numbers(order="multiset").parse("1, 1") != Numbers(order="multiset").parse("1")
    assert Numbers(count=2).parse("1, 2, 3") is None
    assert Numbers().parse("1, 2.5") is None
    assert Numbers(integers=False).parse("1, 5/2") == (1, Fraction(5, 2))
    assert Numbers().parse("1,,2") is None
    assert Numbers().parse("[1, 2") is None
    assert Numbers().parse("[]") == ()


def test_named_numbers_come_in_any_order():
    pair = Numbers(count=2, names=("x", "y"), integers=False)
    assert pair.parse("x = 1, y = 2") == (1, 2)
    assert pair.parse("y=2, x=1") == (1, 2)
    assert pair.parse("X = 1 and Y = 2") == (1, 2)
    assert pair.parse("1, 2") == (1, 2)
    assert pair.parse("x=1, x=2") is None
    assert pair.parse("x=1, z=2") is None
    assert pair.parse("x=1, 2") is None


@pytest.mark.parametrize(
    "text", ["A, C, B", "a c b", "A -> C -> B", "A → C → B", "A-C-B", "['A', 'C', 'B']"]
)
def test_labels(text):
    assert Labels().parse(text) == ("a", "c", "b")


def test_labels_are_restricted():
    assert Labels(options=("A", "B")).parse("A, C") is None
    assert Labels(count=2).parse("A, B, C") is None
    assert Labels().parse("A, B!") is None


@pytest.mark.parametrize(
    "text",
    [
        "Ann: knight, Bob: knave", "Ann is a knight and Bob is a knave", "ann=knight; bob=knave",
        '{"Ann": "knight", "Bob": "knave"}', "Ann: knight\nBob: knave", "ANN: KNIGHT, BOB: KNAVE",
    ],
)  # fmt: skip
def test_choices(text):
    assert Choice(values=("knight", "knave")).parse(text) == {"ann": "knight", "bob": "knave"}


def test_choices_are_restricted():
    kinds = Choice(values=("knight", "knave"))
    assert kinds.parse("Ann: knight, Ann: knave") is None
    assert kinds.parse("Ann: spy") is None
    assert kinds.parse("knight") is None
    assert Choice(values=("0", "1"), synonyms={"true": "1"}).parse("p = true") == {"p": "1"}


@pytest.mark.parametrize(
    "text",
    ["1 2\n3 4", "[[1, 2], [3, 4]]", "1, 2; 3, 4", "1 2 / 3 4", "12\n34",
     "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}"],
)  # fmt: skip
def test_grids(text):
    assert Grid(2, 2).parse(text) == ((1, 2), (3, 4))


def test_grids_are_rectangular():
    assert Grid().parse("1 2\n3") is None
    assert Grid(2, 3).parse("1 2\n3 4") is None
    assert Grid(2, 2, integers=False).parse("1/2 2; 3 4") == ((Fraction(1, 2), 2), (3, 4))


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: type(kind).__name__)
@given(text=st.text(max_size=200))
def test_parse_never_raises(kind, text):
    kind.parse(text)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: type(kind).__name__)
def test_hostile_text_is_bounded(kind):
    for text in hostile_responses().values():
        kind.parse(text)

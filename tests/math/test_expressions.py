"""Expressions are read as exact arithmetic reads them, and nothing else is read at all."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.hostile import hostile_responses
from synth_envs.math.expressions import Arithmetic, Expression, parse_expression

Tree = tuple[str, Fraction, list[int], int]

_SIGNS = {"+": 1, "-": 1, "*": 2, "/": 2}


def _join(parts: tuple[Tree, Tree, str]) -> Tree:
    """Two expressions under one operation, with only the brackets that are needed."""
    (left, a, numbers, rank_a), (right, b, more, rank_b), sign = parts
    if sign == "/" and b == 0:
        sign = "+"
    rank = _SIGNS[sign]
    value = {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else a}[sign]
    left = f"({left})" if rank_a < rank else left
    right = f"({right})" if rank_b <= rank else right
    return f"{left} {sign} {right}", value, numbers + more, rank


_LEAVES = st.integers(0, 10**6).map(lambda n: (str(n), Fraction(n), [n], 3))
TREES = st.recursive(
    _LEAVES, lambda t: st.tuples(t, t, st.sampled_from("+-*/")).map(_join), max_leaves=12
)


@given(TREES)
def test_it_agrees_with_exact_arithmetic(tree: Tree) -> None:
    text, value, numbers, _ = tree
    assert parse_expression(text) == Expression(value, tuple(sorted(map(Fraction, numbers))))


@given(TREES)
def test_notations_agree(tree: Tree) -> None:
    text, value, numbers, _ = tree
    expected = Expression(value, tuple(sorted(map(Fraction, numbers))))
    unicode_text = text.replace("*", "×").replace("/", "÷").replace("-", "\u2212")
    latex = text.replace("*", "\\times").replace("/", "\\div").replace("(", "\\left(")
    for variant in (
        text.replace(" ", ""),
        unicode_text,
        latex.replace(")", "\\right)"),
        text.replace("*", "\\cdot"),
        text.replace("*", "x"),
        text.replace("(", "[").replace(")", "]"),
    ):
        assert parse_expression(variant) == expected, variant


@given(TREES, st.integers(-3, 3))
def test_a_stated_value_must_be_right(tree: Tree, error: int) -> None:
    text, value, numbers, _ = tree
    if value.denominator != 1 or len(numbers) == 1 or abs(value) > 10**11:
        return
    stated = value.numerator + error
    for claim in (f"{text} = {stated}", f"{stated} = {text}"):
        assert (parse_expression(claim) is not None) == (error == 0), claim


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    parse_expression(text)


@given(st.text(alphabet="0123456789+-*/()[]{}=., \\frac^exX", max_size=80))
def test_any_near_expression_is_read_or_refused(text: str) -> None:
    parse_expression(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-3 + 27", 24),
        ("2 * -3", -6),
        ("1 - 2 - 3", -4),
        ("2 + 3 * 4", 14),
        ("8 / 4 / 2", 1),
        ("\\frac{1 + 2}{6}", Fraction(1, 2)),
        ("\\dfrac{8}{3 - \\frac{8}{3}}", 24),
        ("1,000 - 1", 999),
        ("2.5 * 2", 5),
        ("8 / (3 - 8/3)", 24),
        ("8 / (3 - 8/3) = 24", 24),
        ("24 = 8 / (3 - 8/3)", 24),
        ("[(1 + 2) * 3]", 9),
    ],
)
def test_values(text: str, value: Fraction | int) -> None:
    expression = parse_expression(text)
    assert expression is not None
    assert expression.value == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "()", "1 +", "* 2", "1 2", "(1)(2)", "2(3)", "2 \\frac{1}{2}", "(1", "1)", "(1]", "{1}",
        "2**3", "2^3", "2//1", "7 % 2", "1e2", "1E2", "0x10", "0x0*(1+2)", "0b1", "0o7", "1_000", "12j",
        "1,2", "1,00", "1.2.3", ".5", "5.", "1/0", "1/(2-2)", "\\frac{1}{0}", "\\frac12", "\\frac{1}",
        "6*4 = 25", "6*4 = 24 = 24", "3+1 = 2+2", "= 24", "24 =", "6*4 == 24", "a + 1", "x", "pi", "abs(3)",
        "round(24.4)", "int(2)", "max(1, 2)", "sqrt(4)", "4!", "~1", "1 if 1 else 2", "1 < 2", "1 or 2",
        "(lambda: 24)()", "__import__('os').system('true')", "[1][0]", "'a'*3", "1;2", "1\\\\2", "²", "2²",
        "٣ + ٤", "1 + None", "nan", "inf", "-----1", "9999999999999", "0x18 + 0x0*(1+2)", "6 ×× 4",
        "1" + " + 1" * 100, "(" * 41 + "1" + ")" * 41,
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    assert parse_expression(text) is None


def test_hostile_text_is_refused_quickly() -> None:
    bombs = {
        "longest product": "*".join(["999999999999"] * 76),
        "longest quotient": "/".join(["999999999999"] * 76),
        "fractions": "+".join(f"1/{p}" for p in range(100_003, 100_103)),
        "brackets": "(" * 499 + "1" + ")" * 499,
        "signs": "-" * 999 + "1",
        "fraction tower": "\\frac{" * 100 + "1" + "}{2}" * 100,
        "crosses": "x " * 499,
        "commas": "1" + ",111" * 249,
    }
    for name, text in {**hostile_responses(), **bombs}.items():
        took = []
        for _ in range(3):
            start = time.perf_counter()
            Arithmetic().parse(text)
            took.append(time.perf_counter() - start)
        assert min(took) < 0.05, name

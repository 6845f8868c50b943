import math
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.hostile import hostile_responses
from synth_envs.math.function_sums import FunctionSum, function_text, parse_function_sum

F = Fraction
FUNCTIONS = {"": lambda _: 1.0, "sin": math.sin, "cos": math.cos, "exp": math.exp, "ln": math.log}


def value_at(terms, x):
    return sum(
        float(c) * x**n * FUNCTIONS[f](float(k) * x + float(b)) for (n, f, k, b), c in terms.items()
    )


def size_at(terms, x):
    return sum(abs(value_at({key: c}, x)) for key, c in terms.items())


SAME = [
    ("2x sin(3x)", {(1, "sin", 3, 0): 2}),
    ("2*x*sin(3*x)", {(1, "sin", 3, 0): 2}),
    ("sin(3x)*x*2", {(1, "sin", 3, 0): 2}),
    ("2x\\sin(3x)", {(1, "sin", 3, 0): 2}),
    ("2x\\sin{3x}", {(1, "sin", 3, 0): 2}),
    ("2x\\sin 3x", {(1, "sin", 3, 0): 2}),
    ("2X*SIN(3*X)", {(1, "sin", 3, 0): 2}),
    ("2x\\,\\sin\\left(3x\\right)", {(1, "sin", 3, 0): 2}),
    ("f'(x) = 2x sin(3x)", {(1, "sin", 3, 0): 2}),
    ("x²e^{2x}", {(2, "exp", 2, 0): 1}),
    ("x^2 e^(2x)", {(2, "exp", 2, 0): 1}),
    ("x**2*exp(2*x)", {(2, "exp", 2, 0): 1}),
    ("x**2*e**(2*x)", {(2, "exp", 2, 0): 1}),
    ("x^2\\mathrm{e}^{2x}", {(2, "exp", 2, 0): 1}),
    ("e^x", {(0, "exp", 1, 0): 1}),
    ("e^-x", {(0, "exp", -1, 0): 1}),
    ("e^{x/2}", {(0, "exp", F(1, 2), 0): 1}),
    ("e^x/2", {(0, "exp", 1, 0): F(1, 2)}),
    ("exp(1 + 2x)", {(0, "exp", 2, 1): 1}),
    ("\\ln x", {(0, "ln", 1, 0): 1}),
    ("ln(5x)", {(0, "ln", 5, 0): 1}),
    ("log(5x)", {(0, "ln", 5, 0): 1}),
    ("\\ln|x|", {(0, "ln", 1, 0): 1}),
    ("sin(-2x - 1)", {(0, "sin", 2, 1): -1}),
    ("cos(-2x - 1)", {(0, "cos", 2, 1): 1}),
    ("(2x + 1)e^x", {(1, "exp", 1, 0): 2, (0, "exp", 1, 0): 1}),
    ("x(x - 1) + 2(x + 1)cos(x)", {(2, "", 0, 0): 1, (1, "", 0, 0): -1, (1, "cos", 1, 0): 2, (0, "cos", 1, 0): 2}),
    ("1/x", {(-1, "", 0, 0): 1}),
    ("3x^{-2}", {(-2, "", 0, 0): 3}),
    ("\\frac{3}{2x}", {(-1, "", 0, 0): F(3, 2)}),
    ("1/(2x)", {(-1, "", 0, 0): F(1, 2)}),
    ("\\frac{1}{2}\\cos x", {(0, "cos", 1, 0): F(1, 2)}),
    ("\\frac{x\\cos(x)}{2}", {(1, "cos", 1, 0): F(1, 2)}),
    ("sin(x) - sin(x)", {}),
]  # fmt: skip

REFUSED = [
    "", "+", "x +", "sin", "sin()", "sin(3)", "sin(x^2)", "sin(x)cos(x)", "sin^2(x)", "sin(x)^2", "(x+1)^2",
    "(x+1)**2", "sin(sin(x))", "e^2x", "e^3", "e", "exp(3)", "cos(0x)", "x/ln(x)", "1/(x+1)", "1/0", "x/0",
    "\\frac{1}{0}", "x2", "x^{2}3", "sin x/2", "sin x^2", "2^x", "9**9**9", "e^{e^{x}}", "x^{99}", "tan(x)",
    "(x", "x)", "(x]", "sin(x", "y", "d/dx(x^2)", "x = 1", "2x sin(3x) + C", "x!", "٣x", "|x|",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SAME)
def test_spellings(text, value):
    assert FunctionSum().parse(text) == value


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    assert FunctionSum().parse(text) is None


small = st.fractions(min_value=-9, max_value=9, max_denominator=6).filter(bool)
keys = st.one_of(
    st.tuples(st.integers(-3, 6), st.just(""), st.just(F(0)), st.just(F(0))),
    st.tuples(
        st.integers(-2, 6),
        st.sampled_from(["sin", "cos", "ln"]),
        st.fractions(min_value=F(1, 6), max_value=9, max_denominator=6),
        st.fractions(min_value=0, max_value=5, max_denominator=4),
    ),
    st.tuples(st.integers(-2, 6), st.just("exp"), small, small),
)
sums = st.dictionaries(keys, small, max_size=6)


@given(sums)
def test_round_trip(value):
    text = function_text(value)
    assert parse_function_sum(text) == value
    assert parse_function_sum(text.upper().replace(" ", "")) == value
    assert parse_function_sum(text.replace("^", "**")) == value


@given(sums, sums, st.integers(1, 3))
def test_brackets_multiply_out(left, right, x):
    left = {key: value for key, value in left.items() if not key[1]}
    value = parse_function_sum(f"({function_text(left)})*({function_text(right)})")
    assert value is not None
    # Cancellation costs digits, so errors are measured against the size of the terms.
    size = size_at(left, x) * size_at(right, x)
    assert abs(value_at(value, x) - value_at(left, x) * value_at(right, x)) <= 1e-9 * (1 + size)


@given(st.text(alphabet="0123456789x+-*/^(){}|. \\sincoexplnfrac²", max_size=40))
def test_any_text_is_read_or_refused(text):
    value = parse_function_sum(text)
    if value is not None:
        assert parse_function_sum(function_text(value)) == value


FLOODS = {
    "products": "(x+1)" * 400,
    "many functions": "+".join(f"sin({i}x)" for i in range(200)),
    "growing numbers": "*".join(["9" * 59] * 30),
    "growing sums": "(" + "+".join(f"x/{10**20 + i}" for i in range(60)) + ")",
    "wide products": "("
    + "+".join(f"sin({i}x)" for i in range(40))
    + ")*("
    + "+".join(["x"] * 500)
    + ")",
    "dense products": "(1+x+x^2+x^3+x^4+x^5+x^6+x^7)" * 60,
    "nested": "(" * 1_000 + "x" + ")" * 1_000,
    "nested functions": "sin(" * 500 + "x" + ")" * 500,
    "nested fractions": "\\frac{" * 300 + "x" + "}{2}" * 300,
    "exponents": "e^{" * 600 + "x" + "}" * 600,
    "powers": "x^" * 1_000,
    "signs": "+-" * 1_000 + "x",
    "divisions": "x" + "/x" * 1_000,
    "divisions by 3": "x" + "/3" * 1_000,
    "bars": "ln|" * 600,
}


@pytest.mark.parametrize("name", [*FLOODS, *hostile_responses()])
def test_hostile_text_is_fast(name):
    text = FLOODS.get(name) or hostile_responses()[name]
    took = []
    for _ in range(3):
        start = time.perf_counter()
        FunctionSum().parse(text)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05

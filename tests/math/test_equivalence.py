import json
import random
import time

import pytest

from synth_envs.hostile import hostile_responses
from synth_envs.math.equivalence import math_equal, symbolic_form
from synth_envs.math.latex import parse_latex
from synth_envs.math.symbolic import available

needs_math_verify = pytest.mark.skipif(not available(), reason="math-verify is not installed")

# Without math-verify: decided by the own comparison alone.
OWN = [
    (r"\frac{1}{2}", "0.5", "equal"),
    ("3", "4", "different"),
    ("3", "1 2 3", "unparsable"),
    ("3", "1,2,3", "different"),
    ("3", "1 = 2 = 3", "unparsable"),
    ("3", "x^2 + 5 = 3", "different"),
    ("3", "$1$ or $2$ or $3$", "different"),
    ("3", r"\boxed{1} \boxed{2} \boxed{3}", "unparsable"),
    ("6", r"1\;2\;3", "unparsable"),
    ("6", "1{}2{}3", "unparsable"),
    ("6", r"1 \quad 2 \quad 3", "unparsable"),
    ("x=5", "5", "equal"),
    (r"12\%", "12", "equal"),
    (r"12\%", "0.12", "different"),
    ("(1,2)", "[1,2]", "different"),
    ("0.333", "1/3", "different"),
    ("10080", r"10,\!080", "equal"),
    (r"\text{Evelyn}", "Evelyn", "equal"),
    (r"\text{Evelyn}", "the answer is Evelyn", "different"),
    ("5", "five", "different"),
    ("x", "banana", "different"),
    ("3", "9**9**9", "unparsable"),
    ("3", "", "unparsable"),
    ("3", " \n", "unparsable"),
    ("3", "3" * 2000, "unparsable"),
    ("9" * 450, "9" * 450, "equal"),  # the same text, though no number is read from it
    (r"\overline{AB}", r"$\overline{AB}$.", "equal"),
    (r"\overline{AB}", r"\overline{BA}", "unparsable"),
    ("a b", "ab", "equal"),
    ("1 2", "12", "unparsable"),
]

# Decided by math-verify.
SYMBOLIC = [
    (r"\sin 2x", r"2\sin x\cos x", "equal"),
    (r"\sin 2x", r"2\sin x", "different"),
    ("1", r"\sin^2 x + \cos^2 x", "equal"),
    (r"\frac12", r"\sin(\pi/6)", "equal"),
    (r"\log 100", "2", "equal"),
    (r"1+\sqrt2", r"\sqrt[3]{7+5\sqrt2}", "equal"),
    (r"\sqrt{x^2}", "|x|", "equal"),
    # Its leniency decides nothing:
    (r"\ln 2", "0.693147", "different"),
    (r"\ln 2", "0.693147180559945309417232121458", "different"),
    (r"\sin 1", r"x = y = \sin 1", "unparsable"),
    (r"\sin 1", r"\cos 1, \sin 1", "different"),
    (r"\sin x", r"\SIN x", "different"),
    ("sin(2x)", "2 sin(x) cos(x)", "equal"),
]


@pytest.mark.parametrize(("gold", "answer", "verdict"), OWN)
def test_own_verdicts(gold, answer, verdict):
    assert math_equal(gold, answer, symbolic=False) == verdict


@needs_math_verify
@pytest.mark.parametrize(("gold", "answer", "verdict"), OWN)
def test_math_verify_accepts_nothing_that_was_rejected(gold, answer, verdict):
    assert (math_equal(gold, answer) == "equal") == (verdict == "equal")


@needs_math_verify
@pytest.mark.parametrize(("gold", "answer", "verdict"), SYMBOLIC)
def test_verdicts_of_math_verify(gold, answer, verdict):
    assert math_equal(gold, answer, deadline_s=20) == verdict


class Recorder:
    """Stands in for the worker."""

    def __init__(self, verdict):
        self.verdict = verdict
        self.asked = []

    def compare(self, gold, answer, *, deadline_s):
        self.asked.append((gold, answer, deadline_s))
        return self.verdict


def test_a_timeout_is_neither_right_nor_wrong():
    worker = Recorder("timeout")
    assert math_equal(r"\sin 1", r"\cos 1", worker=worker, deadline_s=0.5) == "timeout"
    assert worker.asked == [(r"\sin 1", r"\cos 1", 0.5)]


@pytest.mark.parametrize(
    "text", ["9**9**9", "(10^{10^{10}})!", "1 2 3", "the sine of one", "1" * 600, r"\sum_{i} i"]
)
def test_wild_text_never_reaches_math_verify(text):
    worker = Recorder("equal")
    assert math_equal(r"\sin 1", text, worker=worker) in {"unparsable", "different"}
    assert not worker.asked


def test_decimals_reach_math_verify_as_fractions():
    assert symbolic_form(r"1,000.50\ln 2") == r"{\frac{100050}{100}}\ln 2"
    assert symbolic_form("$.5x$") == r"{\frac{5}{10}}x"


def test_plain_function_names_reach_math_verify_as_commands():
    assert symbolic_form("sin(2pi) + asin") == r"\sin(2\pi) + asin"


def test_hostile_answers_are_cheap_and_never_equal(tmp_path):
    marker = tmp_path / "marker"
    for name, text in hostile_responses(str(marker)).items():
        for gold in ("42", r"\frac{1}{2}", r"\text{even}", r"\sin x"):
            times = []
            for _ in range(2):
                start = time.thread_time()
                assert math_equal(gold, text, symbolic=False) != "equal", name
                times.append(time.thread_time() - start)
            assert min(times) < 0.05, name
    assert not marker.exists()


@pytest.fixture(scope="module")
def golds(real_math):
    lines = (real_math / "math500.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["answer"] for line in lines]


FORMATS = [
    "{}",
    "${}$",
    "$${}$$",
    r"\({}\)",
    r"\[{}\]",
    r"\boxed{{{}}}",
    "{}.",
    " {}\n",
    "**{}**",
    r"$\boxed{{{}}}$.",
]


@pytest.mark.parametrize("form", FORMATS)
def test_reference_answers_pass_in_every_benign_format(golds, form):
    wrong = [
        gold for gold in golds if math_equal(gold, form.format(gold), symbolic=False) != "equal"
    ]
    assert wrong == []


def test_shuffled_reference_answers_pass_only_where_they_are_equal(golds):
    order = list(range(len(golds)))
    random.Random(0).shuffle(order)
    for i, j in enumerate(order):
        verdict = math_equal(golds[i], golds[j], symbolic=False)
        numbers = [gold.lstrip("-").isdecimal() for gold in (golds[i], golds[j])]
        if all(numbers):
            assert (verdict == "equal") == (int(golds[i]) == int(golds[j]))
        elif verdict == "equal":
            assert parse_latex(golds[i]) is not None
            assert {c for c in golds[i] if c.isdigit()} == {c for c in golds[j] if c.isdigit()}


def test_perturbed_reference_answers_fail(golds):
    for gold in golds:
        at = max((i for i, char in enumerate(gold) if char.isdigit()), default=None)
        if at is not None:
            changed = gold[:at] + str((int(gold[at]) + 1) % 10) + gold[at + 1 :]
            assert (
                math_equal(gold, changed, symbolic=False) != "equal" or "^" in gold[at - 2 : at]
            ), gold
        assert math_equal(gold, f"{gold} + 1", symbolic=False) != "equal", gold


def test_reference_answers_rarely_need_math_verify(golds):
    own = sum(
        math_equal(gold, f" {gold} ", symbolic=False) == "equal" and parse_latex(gold) is not None
        for gold in golds
    )
    assert own >= 0.95 * len(golds)

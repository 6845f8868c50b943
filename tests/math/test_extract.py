import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs.hostile import hostile_responses
from synth_envs.math.extract import final_answer, strip_decorations
from synth_envs.math.numbers import parse_integer


@pytest.mark.parametrize(
    "response",
    [
        "42", " 42", "42\n", "42.", "**42**", "*42*", "`42`", "$42$", "$$42$$", "\\(42\\)", "\\[42\\]",
        "\\boxed{42}", "$\\boxed{42}$", "\\boxed{\\text{42}}", "```\n42\n```", "```text\n42\n```", '"42"',
        "The answer is 42", "the answer is: 42.", "THE ANSWER IS 42", "Answer: 42", "**Answer:** 42",
        "**Final answer: 42**", "Final answer:\n\n**42**", "answer = 42", "#### 42",
        "The answer is $42$.", "The answer is **42**.", "The answer is \\boxed{42}.",
        "6 * 7 is 42.\nSo we have\n42", "We add 40 and 2.\n\n42", "First 40.\nThen 2.\n#### 42",
        "<think>\\boxed{7} or 8?</think>42", "<think>The answer is 3</think>The answer is 42",
        "The answer is 42. The answer is 42.", "\\boxed{42} so the answer is 42", "The answer is 42\n\nBye!",
        "The answer is 42. I am sure.", "x = 42", "The answer is −42"[:-3] + "42",
    ],
)  # fmt: skip
def test_one_final_answer_is_found(response):
    assert final_answer(response, parse_integer) == (42, "")


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ("", "none"), ("I do not know", "none"), ("42 or 43", "none"), ("40 41 42", "none"),
        ("The answer is 42 or 43", "none"), ("\\boxed{}", "none"), ("\\boxed{42", "none"),
        ("\\boxed{42, 43}", "none"), ("It might be 42, who knows", "none"),
        ("41\n42", "many"), ("The answer is 41. The answer is 42.", "many"),
        ("\\boxed{41} \\boxed{42}", "many"), ("The answer is 41, so \\boxed{42}", "many"),
        ("#### 41\n#### 42", "many"), ("```\n41\n```\n```\n42\n```", "many"),
        ("\\boxed{42}" * 40, "many"), ("x" * 65_537, "long"),
    ],
)  # fmt: skip
def test_no_answer_or_several(response, problem):
    assert final_answer(response, parse_integer) == (None, problem)


def test_one_readable_box_does_not_excuse_another():
    assert final_answer("\\boxed{42} \\boxed{maybe 43}", parse_integer) == (None, "none")


@pytest.mark.parametrize("name", hostile_responses())
def test_hostile_responses_are_refused_quickly(name):
    text = hostile_responses()[name]
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        final_answer(text, parse_integer)
        best = min(best, time.perf_counter() - start)
    assert best < 0.05


@given(st.text(max_size=300))
def test_never_raises(text):
    final_answer(text, parse_integer)
    strip_decorations(text)


@given(
    st.integers(),
    st.text(alphabet=st.characters(blacklist_characters="0123456789\\#"), max_size=200),
)
def test_prose_before_a_box_does_not_matter(value, prose):
    prose = prose.lower().replace("answer", "").replace("```", "").replace("</think>", "")
    assert final_answer(f"{prose}\n\\boxed{{{value}}}", parse_integer)[0] in (value, None)

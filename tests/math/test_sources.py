import json
import sys
import time
import types
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_envs import row_files
from synth_envs.math.sources import BadRow, Row, load_rows
from synth_envs.math.sums import value_of_sum

GSM8K = {"question": "Two and two?", "answer": "2 + 2 = <<2+2=4>>4\n#### 4"}
SVAMP = {
    "ID": "a",
    "Body": "He had 4.",
    "Question": "How many?",
    "Equation": "( 4.0 - 3.0 )",
    "Answer": 1.0,
}
MATH = {"problem": "Halve one.", "solution": r"\boxed{\frac12}", "answer": r"\frac12", "level": 1}


def jsonl(path, *rows):
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows),
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "rows.jsonl"


def reasons(file, *rows, good=GSM8K):
    """The lines and reasons of bad rows that follow one good row."""
    _, bad = load_rows(jsonl(file, good, *rows))
    return [(row.line, row.reason) for row in bad]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (GSM8K, Row(1, "gsm8k", "Two and two?", "4")),
        (SVAMP, Row(1, "svamp", "He had 4. How many?", "1")),
        (MATH, Row(1, "math500", "Halve one.", r"\frac12")),
        (GSM8K | {"answer": "#### 2,125"}, Row(1, "gsm8k", "Two and two?", "2125")),
        (GSM8K | {"answer": "#### -7"}, Row(1, "gsm8k", "Two and two?", "-7")),
        (GSM8K | {"answer": "a #### 1 b #### 2"}, Row(1, "gsm8k", "Two and two?", "2")),
        (SVAMP | {"Body": "If he had 4"}, Row(1, "svamp", "If he had 4, How many?", "1")),
        (SVAMP | {"Answer": "1.0"}, Row(1, "svamp", "He had 4. How many?", "1")),
        (SVAMP | {"Answer": 1}, Row(1, "svamp", "He had 4. How many?", "1")),
    ],
)
def test_the_format_is_recognised(file, row, expected):
    assert load_rows(jsonl(file, row)) == ([expected], [])


def test_a_list_and_lines_give_the_same_rows(tmp_path):
    rows = [SVAMP, SVAMP | {"Question": "How many now?"}]
    listed = tmp_path / "rows.json"
    listed.write_text("\ufeff  " + json.dumps(rows, indent=2), encoding="utf-8")
    lines = tmp_path / "rows.jsonl"
    lines.write_bytes(
        b"\xef\xbb\xbf" + b"\r\n".join(json.dumps(row).encode() for row in rows) + b"\r\n"
    )
    assert load_rows(str(listed)) == load_rows(str(lines))
    assert [row.line for row in load_rows(str(listed))[0]] == [1, 2]


def test_blank_lines_count_but_are_no_rows(file):
    good, bad = load_rows(jsonl(file, GSM8K, "", "  ", GSM8K | {"question": "Other?"}))
    assert [row.line for row in good] == [1, 4]
    assert not bad


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "too deeply"),
        ("1" * 5000, "not JSON"),
        ("7", "not an object but int"),
        ("null", "not an object but NoneType"),
        ('["question"]', "not an object but list"),
        ({}, "fields of no known data set: none"),
        ({"prompt": "x", "target": "y"}, "fields of no known data set: prompt, target"),
        ({"question": "x"}, "'answer' is missing"),
        ({"problem": "x"}, "'answer' is missing"),
        ({"Body": "x", "Question": "y"}, "'Answer' is missing"),
        (GSM8K | {"question": 5}, "'question' is not text but int"),
        (GSM8K | {"question": " \n"}, "'question' is empty"),
        (GSM8K | {"question": "\ud800"}, "surrogate"),
        (GSM8K | {"question": "x" * 20_001}, "longer than 20000"),
        (GSM8K | {"answer": "4"}, "no '####'"),
        (GSM8K | {"answer": "#### four"}, "not an integer: 'four'"),
        (GSM8K | {"answer": "#### 1/2"}, "not an integer"),
        (GSM8K | {"answer": "#### 4.5"}, "not an integer"),
        (GSM8K | {"answer": "#### 1,23"}, "not an integer"),
        (GSM8K | {"answer": "#### ٣"}, "not an integer"),
        (GSM8K | {"answer": "#### " + "9" * 101}, "not an integer"),
        (GSM8K | {"answer": None}, "'answer' is not text but NoneType"),
        (GSM8K, "the question of line 1 again"),
        (GSM8K | {"question": "Two  and\ntwo?"}, "the question of line 1 again"),
        (MATH | {"answer": ["1"]}, "'answer' is not text but list"),
        (MATH | {"answer": ""}, "'answer' is empty"),
        (MATH | {"answer": "1" * 1001}, "longer than 1000"),
        (SVAMP | {"Answer": 1.5}, "not integral: 1.5"),
        (SVAMP | {"Answer": float("nan")}, "not integral: nan"),
        (SVAMP | {"Answer": float("inf")}, "not integral: inf"),
        (SVAMP | {"Answer": 1e300}, "too large"),
        (SVAMP | {"Answer": True}, "not a number but bool"),
        (SVAMP | {"Answer": "one"}, "not a number but str"),
        (SVAMP | {"Answer": [1.0]}, "not a number but list"),
        (SVAMP | {"Answer": 2.0}, "'Equation' gives 1, but 'Answer' is 2"),
        (SVAMP | {"Equation": "( 4.0 / 3.0 )"}, "'Equation' gives 4/3, but 'Answer' is 1"),
        (SVAMP | {"Equation": "__import__('os').getpid()"}, "'Equation' is not a sum"),
        (SVAMP | {"Equation": "9**9**9"}, "'Equation' is not a sum"),
        (SVAMP | {"Equation": 1}, "'Equation' is not a sum"),
        (SVAMP | {"Equation": "1/0"}, "'Equation' is not a sum"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_row_is_reported_by_line(file, row, reason):
    ((line, text),) = reasons(file, row)
    assert line == 2
    assert reason in text
    assert len(text) < 200


def test_bytes_that_are_no_text_are_reported(file):
    file.write_bytes(json.dumps(GSM8K).encode() + b"\n\xff\xfe{}\n" + json.dumps(MATH).encode())
    good, bad = load_rows(str(file))
    assert [row.kind for row in good] == ["gsm8k", "math500"]
    assert bad == [BadRow(2, "not UTF-8")]


def test_a_line_over_a_megabyte_is_reported_and_skipped(file):
    long = json.dumps(GSM8K | {"question": "x" * 3_000_000})
    good, bad = load_rows(jsonl(file, GSM8K, long, MATH))
    assert [row.line for row in good] == [1, 3]
    assert bad == [BadRow(2, "the line is longer than 1 MB")]


def test_rows_beyond_the_limit_are_reported(file, monkeypatch, tmp_path):
    monkeypatch.setattr(row_files, "MAX_ROWS", 2)
    rows = [GSM8K | {"question": f"Question {i}?"} for i in range(4)]
    good, bad = load_rows(jsonl(file, *rows))
    assert (len(good), [row.line for row in bad]) == (2, [3])
    listed = tmp_path / "rows.json"
    listed.write_text(json.dumps(rows))
    good, bad = load_rows(str(listed))
    assert (len(good), [row.line for row in bad]) == (2, [3])


@pytest.mark.parametrize(
    "content", ["", "\n\n", "{}", "[]", "[1, 2]", "[{]", "[" * 200_000, "not json at all"]
)
def test_a_file_without_a_usable_row_is_an_error(file, content):
    file.write_text(content)
    with pytest.raises(ValueError, match=r"rows\.jsonl: "):
        load_rows(str(file))


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_rows(str(tmp_path / "none.jsonl"))
    with pytest.raises(FileNotFoundError, match="Hugging Face data set such as"):
        load_rows("no-such-thing")
    with pytest.raises(FileNotFoundError, match="not a regular file"):
        load_rows(str(tmp_path))
    table = tmp_path / "rows.csv"
    table.write_text("question,answer\n")
    with pytest.raises(ValueError, match=r"expected a \.json or \.jsonl file"):
        load_rows(str(table))


def test_hub_rows(monkeypatch):
    asked = []

    def load_dataset(*arguments, **keywords):
        asked.append((arguments, keywords))
        return [GSM8K, MATH, {"question": "x"}]

    monkeypatch.setitem(sys.modules, "datasets", types.SimpleNamespace(load_dataset=load_dataset))
    good, bad = load_rows("openai/gsm8k")
    assert [row.kind for row in good] == ["gsm8k", "math500"]
    assert [row.line for row in bad] == [3]
    load_rows("HuggingFaceH4/MATH-500:train")
    assert asked == [
        (("openai/gsm8k", "main"), {"split": "test"}),
        (("HuggingFaceH4/MATH-500", None), {"split": "train"}),
    ]


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ImportError, match=r'pip install "synth-envs\[llm\]"'):
        load_rows("openai/gsm8k")


# Sums


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("( ( 4.0 - 2.0 ) + 3.0 )", 5),
        ("8.0", 8),
        ("1 - 2 - 3", -4),
        ("8 / 4 / 2", 1),
        ("2 + 3 * 4", 14),
        ("-(2 - 5) * +2", 6),
        ("1 / 3", Fraction(1, 3)),
        (".5*3.", Fraction(3, 2)),
    ],
)
def test_sums(text, value):
    assert value_of_sum(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "(", ")", "()", "1 2", "1 +", "* 1", "(1", "1)", "1/0", "2**3", "1e5", "x", "1_000", "٣", "nan",
     "(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "1" * 51, "1+" * 600 + "1"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_sum(text):
    start = time.thread_time()
    assert value_of_sum(text) is None
    assert time.thread_time() - start < 0.05


@given(st.text(alphabet="0123456789.+-*/() ", max_size=40))
def test_any_sum_has_a_value_or_none(text):
    value = value_of_sum(text)
    assert value is None or isinstance(value, Fraction)


# Real data


@pytest.mark.parametrize(
    ("name", "kind", "count", "bad"),
    [
        ("gsm8k_test.jsonl", "gsm8k", 1319, []),
        ("svamp.json", "svamp", 999, [BadRow(680, "'Equation' gives 5, but 'Answer' is 1")]),
        ("math500.jsonl", "math500", 500, []),
    ],
)
def test_real_files(real_math, name, kind, count, bad):
    rows, bad_rows = load_rows(str(real_math / name))
    assert len(rows) == count
    assert {row.kind for row in rows} == {kind}
    assert bad_rows == bad
    if kind != "math500":
        assert all(str(int(row.answer)) == row.answer for row in rows)

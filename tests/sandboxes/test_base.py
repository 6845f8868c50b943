"""What goes into a sandbox is checked before any worker sees it."""

import math

import pytest

from sandboxes.base import MAX_REQUEST_BYTES, Execution, Limits, Program


@pytest.mark.parametrize(
    "bad",
    [
        {"cpu_s": 0},
        {"cpu_s": -1},
        {"cpu_s": math.nan},
        {"cpu_s": math.inf},
        {"cpu_s": True},
        {"cpu_s": "1"},
        {"wall_s": 0},
        {"memory_mb": 1},
        {"memory_mb": 64.5},
        {"processes": 0},
        {"output_bytes": 0},
        {"output_bytes": 2**40},
        {"disk_mb": -1},
        {"files": 3},
        {"files": None},
    ],
)
def test_limits_out_of_range_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Limits(**bad)


def test_the_wall_limit_follows_the_processor_limit():
    assert Limits(cpu_s=3).wall == 7
    assert Limits(cpu_s=3, wall_s=1.5).wall == 1.5


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"language": "perl"}, "unknown language 'perl'; one of python, c, cpp, javascript"),
        ({"source": 3}, "must be str"),
        ({"stdin": None}, "str or bytes"),
        ({"files": {"a": 3}}, "str or bytes"),
        ({"source": "x", "files": {"a": "y"}, "entry": "a"}, "either source or entry"),
        ({"entry": "b", "files": {"a": "y"}}, "'b' is not among files: a"),
        ({"argv": [1]}, "arguments must be text"),
        ({"argv": ["a\0b"]}, "without NUL"),
        ({"argv": ["\ud800"]}, "UTF-8"),
        ({"files": {"../a": ""}}, "stay inside"),
        ({"files": {"/a": ""}}, "stay inside"),
        ({"files": {"a//b": ""}}, "stay inside"),
        ({"files": {"a/./b": ""}}, "stay inside"),
        ({"files": {"": ""}}, "stay inside"),
        ({"files": {"a\0": ""}}, "stay inside"),
        ({"files": {"\ud800": ""}}, "stay inside"),
        ({"files": {"\u00e9" * 128: ""}}, "255"),
        ({"files": {"a/" * 600 + "a": ""}}, "1024"),
        ({"files": {"a": "", "a/b": ""}}, "both a file and a folder"),
        ({"stdin": b"x" * (MAX_REQUEST_BYTES + 1)}, "bytes in all"),
        ({"source": "\u20ac" * (MAX_REQUEST_BYTES // 3 + 1)}, "bytes in all"),
    ],
)
def test_programs_that_could_not_run_are_refused(bad, says):
    with pytest.raises(ValueError, match=says):
        Program(**bad)


def test_the_main_file_is_the_source_or_the_entry():
    assert Program("x").main == "x"
    assert Program(files={"a/b.py": b"y"}, entry="a/b.py").main == b"y"


def test_output_that_is_not_text_can_still_be_read():
    done = Execution("ok", b"a\xff", b"\xfe")
    assert done.out == "a\ufffd"
    assert done.err == "\ufffd"
    assert done.ok
    assert not Execution("timeout").ok

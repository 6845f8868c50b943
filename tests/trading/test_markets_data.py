"""Somebody's own prices: what is read, and what is refused with the row and what to do."""

import datetime as dt
import importlib.util
import sys
import time

import numpy as np
import pytest

from synth_envs.trading.markets import reading
from synth_envs.trading.markets.data import recorded

HAS_PANDAS = importlib.util.find_spec("pandas") is not None
HAS_ARROW = HAS_PANDAS and importlib.util.find_spec("pyarrow") is not None
GOOD = """Date,Open,High,Low,Close,Volume
2024-01-02,100,102,99,101,1000
2024-01-03,101.5,103,101,102,1200
2024-01-04,102,102.5,100,100.5,900
2024-01-05,100,101,98,99,0
"""


def written(folder, text, name="prices.csv"):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_file_becomes_bars(tmp_path):
    found = recorded(written(tmp_path, GOOD))
    assert found.open.tolist() == [100.0, 101.5, 102.0, 100.0]
    assert found.close.tolist() == [101.0, 102.0, 100.5, 99.0]
    assert found.volume.tolist() == [1000.0, 1200.0, 900.0, 0.0]
    assert found.parts == ((0, 4),)
    assert len(found) == 4
    assert dt.datetime.fromtimestamp(found.times[0], dt.UTC) == dt.datetime(
        2024, 1, 2, tzinfo=dt.UTC
    )
    assert all(
        one.dtype == np.float64 for one in (found.times, found.open, found.close, found.volume)
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("Date", " TIMESTAMP ").upper(),
        "\n".join(line + ",a note" for line in GOOD.strip().splitlines()) + "\n\n",
    ],
)
def test_files_of_other_customs_say_the_same(tmp_path, text):
    wanted = recorded(written(tmp_path, GOOD))
    found = recorded(written(tmp_path, text, "other.csv"))
    assert np.array_equal(found.close, wanted.close)
    assert np.array_equal(found.times, wanted.times)


def test_only_closes_are_needed():
    found = recorded(np.array([100.0, 101.0, 99.0]))
    assert found.open.tolist() == [100.0, 100.0, 101.0]
    assert found.volume.tolist() == [1.0, 1.0, 1.0]
    assert found.times.tolist() == [0.0, 1.0, 2.0]
    named = recorded({"Price": [1.0, 2.0], "close": [5.0, 6.0]}, columns={"close": "price"})
    assert named.close.tolist() == [1.0, 2.0]


def test_times_are_read_as_they_are_written():
    closes = [100.0, 101.0, 102.0]
    utc = dt.datetime(2024, 3, 8, 15, 0, tzinfo=dt.UTC).timestamp()
    for times in (
        ["2024-03-08T15:00", "2024-03-09T15:00", "2024-03-10T15:00"],
        ["2024-03-08T15:00Z", "2024-03-09T15:00Z", "2024-03-10T15:00Z"],
        ["2024-03-08T10:00-05:00", "2024-03-09T10:00-05:00", "2024-03-10T11:00-04:00"],
        [f"{int(utc)}", f"{int(utc) + 86400}", f"{int(utc) + 2 * 86400}"],
        np.array([utc, utc + 86400, utc + 2 * 86400]) * 1000,
        np.array(["2024-03-08T15", "2024-03-09T15", "2024-03-10T15"], dtype="datetime64[ns]"),
        [dt.datetime(2024, 3, day, 15, tzinfo=dt.UTC) for day in (8, 9, 10)],
    ):
        found = recorded({"time": times, "close": closes})
        assert found.times.tolist() == [utc, utc + 86400, utc + 2 * 86400]
    american = recorded(
        {"date": ["3/8/2024", "3/9/2024"], "close": closes[:2]}, time_format="%m/%d/%Y"
    )
    assert np.diff(american.times).tolist() == [86400.0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2024-01-04,102", "2024-01-03,102", "line 4: it has the time of the bar before: remove"),
        ("2024-01-04,102", "2024-01-01,102", "line 4: it is earlier than the bar before: sort"),
        ("2024-01-05,100", "2024-02-05,100", "line 5: 32 days after the bar before, a gap .*on_gap='split'"),
        ("99,0", "-99,0", "line 5: close is -99"),
        ("99,0", "0,0", "line 5: close is 0"),
        ("99,0", ",0", "line 5: close is nan: it is missing"),
        ("99,0", "nan,0", "line 5: close is nan: it is missing"),
        ("99,0", "1e999,0", "line 5: close is inf"),
        ("99,0", "990,0", "line 5: high is 101: it is below open or close"),
        ("98,99,0", "99.5,99,0", "line 5: low is 99.5: it is above open or close"),
        ("101,98,99,0", "1010,98,990,0", "line 5: the price goes from 100.5 by 100 to 990.*adjust for splits"),
        ("99,0", "99,-5", "line 5: volume is -5"),
        ("99,0", "1_0,0", "line 5: close is '1_0', which is not a number"),
        ("99,0", "=cmd|' /C calc'!A0,0", "line 5: close is .*not a number"),
        ("99,0", "99", "line 5: it has 5 cells"),
        ("99,0", '"9,9",0', "line 5: close is '9,9', which is not a number"),
        ("2024-01-04", "04/01/2024", "line 4: '04/01/2024' is not a time.*time_format"),
        ("2024-01-04", "", "line 4: '' is not a time"),
        ("2024-01-04", "2024-01-04T00:00+00:00", "line 4: its time has a zone, earlier rows have none"),
        ("Close", "Closing", "there is no column for 'close'"),
        ("Volume", "Close", "two columns are called 'close'"),
        ("Volume", "Time", "two columns give 'time'"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_row_and_what_to_do(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(ValueError, match=says):
        recorded(written(tmp_path, GOOD.replace(old, new, 1)))


def test_zones_that_differ_by_more_than_summer_time_are_refused():
    with pytest.raises(ValueError, match="row 1: its time is of another zone"):
        recorded(
            {"time": ["2024-01-01T00:00+00:00", "2024-01-02T00:00+09:00"], "close": [1.0, 1.1]}
        )


def test_a_gap_can_split_the_record():
    days = [1, 2, 3, 4, 20, 21, 22, 50, 51]
    times = [(dt.date(2024, 1, 1) + dt.timedelta(day)).isoformat() for day in days]
    table = {"date": times, "close": np.array([10.0, 11, 12, 13, 99, 98, 97, 20, 21])}
    with pytest.raises(ValueError, match=r"row 4: 16 days after .* \(2 in all\)"):
        recorded(table)
    # Across a gap no move is absurd.
    assert recorded(table, on_gap="split").parts == ((0, 4), (4, 7), (7, 9))
    assert recorded(table, longest_gap=40 * 86400.0, largest_move=10.0).parts == ((0, 9),)
    weekend = ["2024-01-04", "2024-01-05", "2024-01-09", "2024-01-10"]
    assert recorded({"date": weekend, "close": [1.0, 1, 1, 1]}).parts == ((0, 4),)


def test_hostile_files_are_refused_quickly(tmp_path, monkeypatch):
    started = time.process_time()
    for text in (
        b"",
        b"\n\n\n",
        b"\x00\x01\x02",
        b"\xff\xfe\x00close",
        b"close\n" + b"9" * 200_000 + b"\n",
        b"close\n1\n" + b'"' + b"x" * 200_000,
        b'close\n"1""\n2\n',
        b"," * 50_000 + b"\n",
        b"close\n1\n",
        b"close\n" + b"1e5\n" + b"\x00\n",
        b"time,close\n" + b"9" * 60 + b",1\n" + b"2,1\n",
        b"time,close\n9999-12-31T23:59:59+00:00,1\n0001-01-01T00:00:00-23:59,1\n",
    ):
        with pytest.raises(ValueError, match=r"\w"):
            recorded(written(tmp_path, text))
    monkeypatch.setattr(reading, "_MOST_BYTES", 50)
    with pytest.raises(ValueError, match="at most 50 are read"):
        recorded(written(tmp_path, GOOD))
    monkeypatch.undo()
    monkeypatch.setattr(reading, "_MOST_ROWS", 3)
    with pytest.raises(ValueError, match="more than 3 rows"):
        recorded(written(tmp_path, GOOD))
    assert time.process_time() - started < 5.0


def test_wrong_arguments_and_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        recorded(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"give a .csv or .parquet file"):
        recorded(written(tmp_path, GOOD, "prices.xlsx"))
    with pytest.raises(ValueError, match="on_gap"):
        recorded([1.0, 2.0], on_gap="fill")
    with pytest.raises(ValueError, match="largest_move"):
        recorded([1.0, 2.0], largest_move=0.5)
    with pytest.raises(ValueError, match="at least 2 bars"):
        recorded([1.0])
    with pytest.raises(ValueError, match="one row"):
        recorded(np.ones((2, 2)))
    with pytest.raises(ValueError, match="same length"):
        recorded({"close": [1.0, 2.0], "volume": [1.0]})
    with pytest.raises(ValueError, match="must hold numbers"):
        recorded({"close": np.array(["a", "b"])})
    with pytest.raises(ValueError, match="choose from time"):
        recorded({"close": [1.0, 2.0]}, columns={"shut": "close"})


@pytest.mark.skipif(not HAS_PANDAS, reason="pandas is not installed")
def test_frames_and_csv_agree(tmp_path):
    import pandas as pd

    path = written(tmp_path, GOOD)
    wanted = recorded(path)
    frame = pd.read_csv(path)
    for one in (frame, frame.assign(Date=pd.to_datetime(frame.Date)), frame.assign(Date=pd.to_datetime(frame.Date)).set_index("Date"),
                frame.assign(Date=pd.to_datetime(frame.Date).dt.tz_localize("America/New_York"))):  # fmt: skip
        found = recorded(one)
        assert np.array_equal(found.close, wanted.close)
        assert np.array_equal(found.open, wanted.open)
        assert np.diff(found.times).tolist() == [86400.0] * 3
    with pytest.raises(ValueError, match="row 2: close is nan"):
        recorded(frame.assign(Close=[101.0, 102.0, None, 99.0]))


@pytest.mark.skipif(not HAS_ARROW, reason="pyarrow is not installed")
def test_parquet_files_are_read(tmp_path):
    import pandas as pd

    frame = pd.read_csv(written(tmp_path, GOOD))
    frame.to_parquet(tmp_path / "prices.parquet")
    assert recorded(tmp_path / "prices.parquet").close.tolist() == frame.Close.tolist()
    with pytest.raises(ValueError, match="as Parquet"):
        recorded(written(tmp_path, b"PAR1 nothing", "broken.parquet"))


def test_parquet_without_its_reader_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pandas pyarrow"):
        recorded(written(tmp_path, b"PAR1", "prices.parquet"))

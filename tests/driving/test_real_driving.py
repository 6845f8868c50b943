"""Our traffic beside the recorded one, and egos in it; recordings are read in place."""

import json

import numpy as np
import pytest

from benchmarks.real_driving import EGOS, data_folder, main, replayed
from benchmarks.real_traffic import SETTINGS, compare, simulated, values_of
from synth_envs.driving.real.commonroad import load_commonroad
from synth_envs.driving.real.statistics import traffic_of

pytest.importorskip("scipy", reason="distances need the extra [bench]")


@pytest.fixture(scope="module")
def folder(real_driving):
    return real_driving


# --- without recordings ---


def test_the_distance_is_that_of_kolmogorov_and_smirnov():
    def values(low, high):
        return dict.fromkeys(("speed", "headway", "acceleration"), np.linspace(low, high, 1001))

    recorded, same, half, apart = compare(
        values(0, 1),
        {("a", 0.0): values(0, 1), ("b", 0.5): values(0.5, 1.5), ("c", 1.0): values(2, 3)},
    )
    assert [one["source"] for one in (recorded, same, half, apart)] == ["recorded", "a", "b", "c"]
    assert [one["difficulty"] for one in (recorded, same, half, apart)] == [None, 0.0, 0.5, 1.0]
    for row, distance in ((recorded, 0.0), (same, 0.0), (half, 0.5), (apart, 1.0)):
        assert row["headway"]["ks"] == pytest.approx(distance, abs=2e-3)
        assert row["mean_ks"] == pytest.approx(distance, abs=2e-3)
    assert half["speed"]["count"] == 1001
    found = [half["speed"][name] for name in ("p5", "p50", "p95")]
    assert found == pytest.approx([0.55, 1.0, 1.45])


def test_our_traffic_is_sampled_as_it_drives():
    pieces = simulated("dense-highway", 0.5, 3, seed=4)
    assert len(pieces) == 3
    for traffic in pieces:
        assert traffic.dt == pytest.approx(0.1)
        there = np.isfinite(traffic.x)
        assert (there == there[0]).all()
        assert there[0, 0]  # the ego is one of them
        assert 15 <= there[0].sum() <= 21
        # Along the road, whether it bends or not, places change as speeds say.
        moved = (traffic.x[1:] - traffic.x[:-1]) / traffic.dt
        apart = (moved - traffic.speed[:-1])[there[1:]]
        assert np.percentile(np.abs(apart), 99) < 1.0
    again = simulated("dense-highway", 0.5, 3, seed=4)
    np.testing.assert_array_equal(again[1].x, pieces[1].x)
    other = simulated("dense-highway", 0.5, 3, seed=9)
    assert not np.array_equal(other[1].x[0], pieces[1].x[0], equal_nan=True)


def test_traffic_is_slower_and_nearer_the_denser_it_is():
    free, dense, jam = (
        values_of(simulated(scenario, 0.5, 6, seed=0))
        for scenario in ("free-highway", "dense-highway", "stop-and-go")
    )
    middles = [[np.median(one[name]) for one in (free, dense, jam)] for name in free]
    assert middles[0][0] > middles[0][1] > middles[0][2]
    assert middles[1][0] > middles[1][1]


def test_where_the_recordings_are(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SYNTH_ENVS_REAL_DATA", raising=False)
    output = tmp_path / "output"
    assert main(["--output", str(output)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--data DIR or SYNTH_ENVS_REAL_DATA" in error
    missing = tmp_path / "none"
    assert main(["--data", str(missing), "--output", str(output)]) == 2
    assert capsys.readouterr().err == f"real_driving: no such folder: {str(missing)!r}\n"
    missing.mkdir()
    assert main(["--data", str(missing), "--output", str(output)]) == 2
    assert "no CommonRoad files" in capsys.readouterr().err
    (tmp_path / "real" / "driving").mkdir(parents=True)
    (tmp_path / "real" / "driving" / "broken.xml").write_text("<commonRoad>")
    assert data_folder(tmp_path / "real") == tmp_path / "real" / "driving"
    monkeypatch.setenv("SYNTH_ENVS_REAL_DATA", str(tmp_path / "real" / "driving"))
    assert data_folder(None) == tmp_path / "real" / "driving"
    assert main(["--output", str(output)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "broken.xml: not well-formed" in error
    assert not output.exists()


def test_what_is_missing_is_named(capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.command.find_spec", {"scipy": 1}.get)
    assert main([]) == 2
    expected = "real_driving: matplotlib is missing: pip install 'synth-envs[render]'\n"
    assert capsys.readouterr().err == expected


# --- with recordings ---


def test_egos_in_a_recording(folder):
    file = folder / "USA_US101-12_1_T-1.xml.gz"
    episodes = replayed(file, seed=0)
    assert {one["recording"] for one in episodes} == {file.name}
    by = {}
    for one in episodes:
        by.setdefault((one["traffic"], one["ego"]), []).append(one)
    assert set(by) == {(traffic, ego) for traffic in ("log", "reactive") for ego in EGOS}
    for (traffic, ego), own in by.items():
        assert len(own) == (10 if ego == "random" else 1)
        if traffic == "log":
            assert all(one["log_divergence"] == 0 for one in own)
    # In the log nobody gives way to who slows down; in reactive traffic they do.
    (slow,), (calm,) = by["log", "always slower"], by["reactive", "always slower"]
    assert (slow["collision"], slow["at_fault"]) == (1, 0)
    assert calm["collision"] == 0
    assert calm["log_divergence"] > 1
    assert by["reactive", "IDM"][0]["collision"] == 0
    assert len({one["seconds"] for one in by["log", "random"]}) > 1


def test_the_command_writes_tables_and_a_picture(folder, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the picture needs the extra [render]")
    arguments = ["--data", str(folder.parent), "--episodes", "2", "--output", str(tmp_path)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "Nearest of our settings:" in shown
    result = json.loads((tmp_path / "real_driving.json").read_text())
    assert len(result["recordings"]) == 10
    assert len(result["left_out"]) == 2
    assert len(result["replay"]) == 2 * len(EGOS)
    assert {row["episodes"] for row in result["replay"]} == {10, 100}
    assert len(result["replay_episodes"]) == 2 * 130
    recorded, *ours = result["distributions"]
    assert [(row["source"], row["difficulty"]) for row in ours] == list(SETTINGS)
    found = [recorded["speed"][name] for name in ("p5", "p50", "p95")]
    assert found == pytest.approx([4.6, 13.6, 18.4], abs=0.05)
    assert recorded["headway"]["count"] == 1648
    one = values_of([traffic_of(load_commonroad(folder / result["recordings"][0]))])
    assert 0 < len(one["headway"]) < 1648
    assert (tmp_path / "real_driving.png").read_bytes().startswith(b"\x89PNG")

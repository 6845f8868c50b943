"""The gallery: moments, pictures, films, the sheet, and what it refuses."""

import numpy as np
import pytest

from benchmarks.driving_gallery import CAPTIONS, contact_sheet, drive, main, telling
from synth_envs.driving.env import DrivingEnv
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.scenarios import SCENARIOS

Image = pytest.importorskip("PIL.Image", reason="pictures need the extra [render]")


def episode(ttc=(), *, onset=-1.0, steps=None, **tracks):
    """States of an episode, half a second apart: the ego, and another whose fields are given."""
    states, least = [], np.inf
    for k in range(steps or len(ttc)):
        actors = np.zeros((1, len(at.FIELDS), 3), np.float32)
        marks = np.zeros((1, len(at.MARKS), 3), np.int32)
        world = np.zeros((1, len(at.WORLD)), np.float32)
        marks[0, at.KIND, :2] = at.CAR
        marks[0, at.ROLE, :2] = at.EGO, tracks.get("role", at.DRIVER)
        actors[0, at.X, 1] = tracks.get("x", [30.0] * 99)[k]
        actors[0, at.D, 1] = tracks.get("d", [0.0] * 99)[k]
        least = min(least, [*ttc, *[np.inf] * 99][k])
        world[0, [at.TIME, at.EVENT_T, at.TTC]] = 0.5 * k, onset, min(least, 1000.0)
        states.append({"_actors": actors, "_marks": marks, "_world": world})
    return states


def test_every_scenario_has_a_caption():
    assert set(CAPTIONS) == set(SCENARIOS)


def test_the_moment_is_that_of_the_smallest_time_to_collision():
    assert telling(episode([9, 8, 9, 5, 3, 4, 6]), "hard-brake") == 4
    # What was in the first second does not count, nor what was before the event.
    assert telling(episode([1, 2, 9, 9, 9, 9, 9]), "free-highway") == 3
    assert telling(episode([9, 8, 9, 5, 7, 4, 6], onset=2.0), "hard-brake") == 5
    assert telling(episode([9, 8, 9, 5, 7, 8, 6], onset=2.0), "hard-brake") == 4
    assert telling(episode(steps=7), "free-highway") == 3


def test_the_moment_is_when_it_happens_what_a_scenario_is_named_for():
    x = [-40, -30, -20, -9, -12, -15, -20]
    assert telling(episode(steps=7, role=at.SIREN, x=x), "emergency") == 3
    d = [4, 4, 4, 3.5, 2, 1, 0.5]
    assert telling(episode(steps=7, role=at.CUTTER, d=d), "cut-in") == 4
    assert telling(episode(steps=7, x=[90, 60, 40, 22, 14, 11, 18]), "left-turn") == 5
    states = episode(steps=9)
    for state in states:
        state["_world"][0, [at.DROP_FROM, at.DROP_TO]] = 2.0, 3.0
    assert telling(states, "sensor-dropout") == 5


def test_pictures_are_those_of_the_moment_and_the_same_again(tmp_path):
    arguments = ["--scenario", "hard-brake", "left-turn", "--seed", "1", "--sheet"]
    for run in ("a", "b"):
        assert main([*arguments, "--output", str(tmp_path / run)]) == 0
    names = ["hard-brake.png", "left-turn.png", "sheet.png"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    env = DrivingEnv(
        scenario="hard-brake", action="continuous", policy_hz=10.0, frames=1, difficulty=0.5, split="all",
        render_mode="rgb_array",
    )  # fmt: skip
    found = drive(env, "rule", 1)
    env.reset(seed=1)
    for action in found.actions[: found.moment]:
        env.step(action)
        env.render()  # trails lead through earlier pictures
    picture = np.asarray(Image.open(tmp_path / "a" / "hard-brake.png"))
    np.testing.assert_array_equal(picture, env.render())
    # The car ahead has begun to brake.
    world = env.sim.save()["_world"][0]
    assert 0 < world[at.EVENT_T] <= world[at.TIME]


def test_the_sheet_holds_every_picture_unscaled():
    rng = np.random.default_rng(0)
    heights = (200, 200, 400, 200)
    pictures = [
        (name, rng.integers(0, 256, (height, 600, 3), np.uint8))
        for name, height in zip(SCENARIOS, heights, strict=False)
    ]
    sheet = np.asarray(contact_sheet(pictures))
    for _, picture in pictures:
        rows, columns = np.where((sheet[:, :, :] == picture[0, 0]).all(axis=2))
        height, width = picture.shape[:2]
        assert any(
            np.array_equal(sheet[y : y + height, x : x + width], picture)
            for y, x in zip(rows.tolist(), columns.tolist(), strict=True)
        )
    assert np.asarray(contact_sheet(pictures[:1])).shape[1] < 700


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_films(tmp_path, ending):
    if ending == "mp4":
        pytest.importorskip("moviepy", reason="films need the extra [render]")
    arguments = ["--scenario", "cut-in", "--format", ending, "--output", str(tmp_path)]
    assert main(arguments) == 0
    path = tmp_path / f"cut-in.{ending}"
    if ending == "mp4":
        assert path.read_bytes()[4:8] == b"ftyp"
        assert path.stat().st_size > 10_000
        return
    with Image.open(path) as film:
        assert film.size == (600, 200)
        assert 30 < film.n_frames <= 101
        assert film.info["duration"] == 100
        assert film.info["loop"] == 0
        shown = np.asarray(film.convert("RGB")).astype(int)
        film.seek(film.n_frames - 1)
        assert (np.abs(np.asarray(film.convert("RGB")).astype(int) - shown) > 40).any()


def test_other_drivers(tmp_path):
    arguments = ["--scenario", "door", "--output"]
    assert main([*arguments, str(tmp_path / "rule")]) == 0
    assert main([*arguments, str(tmp_path / "stop"), "--driver", "stop"]) == 0
    one, other = ((tmp_path / name / "door.png").read_bytes() for name in ("rule", "stop"))
    assert one != other


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--scenario", "jaywalkr"], "unknown scenario 'jaywalkr'; did you mean 'jaywalker'?"),
        (["--driver", "oracel"], "unknown driver 'oracel'; did you mean 'oracle'?"),
    ],
)
def test_unknown_names(tmp_path, capsys, arguments, reason):
    assert main([*arguments, "--output", str(tmp_path / "new")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert reason in error
    assert not (tmp_path / "new").exists()


def test_bad_seeds(capsys):
    for seed in ("-1", "x", str(2**63)):
        with pytest.raises(SystemExit) as stop:
            main(["--seed", seed])
        assert stop.value.code == 2
    assert "expected an integer from 0 to" in capsys.readouterr().err


def test_what_is_missing_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.command.find_spec", {"PIL": 1}.get)
    arguments = ["--scenario", "door", "--output", str(tmp_path)]
    assert main([*arguments, "--format", "mp4"]) == 2
    expected = "driving_gallery: moviepy is missing: pip install 'synth-envs[render]'\n"
    assert capsys.readouterr().err == expected
    assert not list(tmp_path.iterdir())
    assert main(arguments) == 0


def test_folders_of_others_are_left_alone(tmp_path, capsys):
    arguments = ["--scenario", "free-highway", "--output", str(tmp_path)]
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    assert main(arguments) == 2
    assert "holds other files (notes.txt)" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert main([*arguments, "--force"]) == 0
    assert other.read_text() == "mine"
    other.unlink()
    assert main(arguments) == 0  # what it wrote itself, it replaces
    assert main(["--output", str(tmp_path / "free-highway.png")]) == 2
    assert "cannot write to" in capsys.readouterr().err

"""The geometry and the colours below the pictures of driving scenes."""

import math

import numpy as np
import pytest

from synth_envs.driving.camera import arc_lengths, look_at, pieces, ribbon, sides, visible_span
from synth_envs.driving.palette import ASPHALT, BACKDROP, BODY, BRAKE, CRASHED, GREEN, PAINT
from synth_envs.driving.scene import Box, Lane, Scene


def test_only_what_is_in_view_is_measured_out():
    rng = np.random.default_rng(0)
    for _ in range(200):
        line = rng.uniform(-100, 100, (rng.integers(2, 7), 2))
        lengths = arc_lengths(line)
        camera = look_at(
            Scene(center=tuple(rng.uniform(-50, 50, 2)), heading=rng.uniform(-3, 3)),
            (400, 200), 5.0, "right", tuple(rng.uniform(0, 1, 2)),
        )  # fmt: skip
        at = np.linspace(0, lengths[-1], 4001)
        points = np.stack([np.interp(at, lengths, line[:, k]) for k in (0, 1)], axis=1)
        pixels = camera.pixels(points)
        inside = ((pixels >= 0) & (pixels <= [400, 200])).all(axis=1)
        near_enough = np.hypot(*(points - camera.middle).T) <= camera.radius
        assert not (inside & ~near_enough).any()
        span = visible_span(line, lengths, camera)
        if span is None:
            assert near_enough.sum() <= 1
        else:
            assert span[0] <= at[near_enough].min(initial=np.inf) + 0.1
            assert span[1] >= at[near_enough].max(initial=-np.inf) - 0.1
            assert span[0] >= at[near_enough].min(initial=np.inf) - 0.2
        assert camera.sees(line) or not near_enough.any()


def test_lines_are_cut_where_asked():
    line = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    points, parts = pieces(line, arc_lengths(line), [(1.0, 3.0), (8.0, 14.0)])
    first, second = (points[part] for part in parts)
    np.testing.assert_allclose(first, [[1, 0], [3, 0]])
    np.testing.assert_allclose(second, [[8, 0], [10, 0], [10, 4]])


def test_standing_still_keeps_the_direction():
    line = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 0.0], [5.0, 0.0], [5.0, 0.0]])
    one, other = sides(line, 2.0)
    np.testing.assert_allclose(np.abs(one[:, 1]), 1.0)
    np.testing.assert_allclose(one[:, 0], line[:, 0])
    np.testing.assert_allclose(one + other, 2 * line)
    assert sides(line[:2], 2.0) is None


def area(outline):
    x, y = outline.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def test_ribbons_are_as_wide_as_asked_for():
    assert area(ribbon(np.array([[0.0, 0.0], [3.0, 4.0]]), 0.5)) == pytest.approx(2.5)
    bent = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    assert area(ribbon(bent, 1.0)) == pytest.approx(20.0)
    turn = np.linspace(0, 2 * np.pi, 97)
    ring = 10.0 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert area(ribbon(ring, 1.0)[:-1]) == pytest.approx(2 * math.pi * 10, rel=0.02)
    back = ribbon(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 0.0]]), 1.0)
    assert np.isfinite(back).all()
    assert np.abs(back).max() < 13.0


def test_parts_of_scenes_are_checked():
    line = np.zeros((2, 2))
    for make in (
        lambda: Lane(line, np.zeros((1, 2))),
        lambda: Lane(line, line, "dotted"),
        lambda: Lane(line, line, surface="ice"),
        lambda: Box(0.0, 0.0, 0.0, 0.0, 1.0),
        lambda: Box(0.0, 0.0, 0.0, 1.0, math.nan),
        lambda: Box(0.0, 0.0, 0.0, 1.0, 1.0, "tank"),
        lambda: Box(0.0, 0.0, 0.0, 1.0, 1.0, state="angry"),
    ):
        with pytest.raises(ValueError, match=r"must be|positive"):
            make()


def lab(colour, matrix):
    """CIE L*a*b* of a colour as someone sees it whose sight turns linear RGB by a matrix."""
    part = np.asarray(colour) / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(matrix) @ linear, 0.0, 1.0)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ linear / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# Vienot, Brettel and Mollon (1999): full colour sight, protanopia, deuteranopia.
SIGHTS = {
    "full": np.eye(3),
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_are_told_apart_by_the_colour_blind(sight):
    apart = [
        (BODY["ego"], BODY["car"]), (BODY["ego"], CRASHED), (BODY["car"], CRASHED),
        (BODY["ego"], BODY["truck"]), (BODY["truck"], CRASHED), (BODY["pedestrian"], BODY["cyclist"]),
        (BRAKE, GREEN), (BODY["ego"], ASPHALT), (BODY["cyclist"], ASPHALT), (ASPHALT, BACKDROP),
        (PAINT, ASPHALT), (PAINT, BACKDROP), (CRASHED, ASPHALT),
    ]  # fmt: skip
    for one, other in apart:
        distance = np.linalg.norm(lab(one, SIGHTS[sight]) - lab(other, SIGHTS[sight]))
        assert distance > 15.0, (one, other)

"""Trigonometry, roads, boxes and rays against independent computations."""

import math

import numpy as np
import pytest

from synth_envs.driving.sim.geometry import curvature, overlap, pose, ray_distance
from synth_envs.driving.sim.trigonometry import arctan, arctan2, sincos, wrapped
from synth_envs.kernels.jit import kernel

shapely = pytest.importorskip("shapely")
F = np.float32


@kernel
def _overlaps(one, two, found):
    for i in range(len(one)):
        found[i] = overlap(
            one[i, 0], one[i, 1], one[i, 2], one[i, 3], one[i, 4],
            two[i, 0], two[i, 1], two[i, 2], two[i, 3], two[i, 4],
        )  # fmt: skip


def boxes(rng, n, spread):
    columns = (
        rng.uniform(-spread, spread, n), rng.uniform(-spread, spread, n), rng.uniform(-7, 7, n),
        rng.uniform(0.3, 12, n), rng.uniform(0.3, 3, n),
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(F)


def polygons(rows):
    rows = rows.astype(float)
    corners = np.array([[0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]])
    local = corners[None] * rows[:, None, 3:5]
    c, s = np.cos(rows[:, 2])[:, None], np.sin(rows[:, 2])[:, None]
    x = rows[:, 0:1] + local[..., 0] * c - local[..., 1] * s
    y = rows[:, 1:2] + local[..., 0] * s + local[..., 1] * c
    return shapely.polygons(np.stack([x, y], axis=-1))


def test_overlap_of_100_000_boxes_is_that_of_shapely():
    rng = np.random.default_rng(1)
    one, two = boxes(rng, 100_000, 6), boxes(rng, 100_000, 6)
    found = np.zeros(len(one), dtype=np.bool_)
    _overlaps(one, two, found)
    first, second = polygons(one), polygons(two)
    expected = shapely.intersects(first, second)
    assert 20_000 < expected.sum() < 80_000
    # Where single precision decides otherwise, the boxes only touch.
    for i in np.flatnonzero(found != expected):
        gap = shapely.distance(first[i], second[i]) if found[i] else 0
        inside = 0 if found[i] else shapely.area(shapely.intersection(first[i], second[i]))
        assert gap < 1e-4
        assert inside < 1e-4
    assert (found != expected).sum() < 20


def test_trigonometry():
    angles = np.random.default_rng(2).uniform(-200, 200, 20_000).astype(F)
    both = np.array([sincos(a) for a in angles])
    exact = np.stack([np.sin(angles.astype(float)), np.cos(angles.astype(float))], axis=1)
    assert np.abs(both - exact).max() < 2e-7
    values = np.random.default_rng(3).normal(0, 3, (20_000, 2)).astype(F)
    assert max(abs(arctan(a) - math.atan(a)) for a, _ in values) < 3e-7
    assert max(abs(arctan2(a, b) - math.atan2(a, b)) for a, b in values) < 5e-7
    assert arctan2(F(0), F(0)) == 0
    assert arctan2(F(0), F(-1)) == F(math.pi)
    assert arctan2(F(-2), F(0)) == F(-math.pi / 2)
    for a in angles[:500]:
        assert -math.pi - 1e-6 <= wrapped(a) <= math.pi + 1e-6
        assert abs(math.remainder(float(wrapped(a)) - float(a), 2 * math.pi)) < 3e-5


def test_a_road_of_a_line_and_two_arcs():
    def row(s, x, y, h, k):
        return [s, x, y, h, k, math.cos(h), math.sin(h)]

    quarter = 20 * math.pi / 2
    # 30 m east, a left quarter of radius 20 (to the north), a right quarter of radius 10 (to the east)
    segments = np.array(
        [
            row(0, 0, 0, 0, 0),
            row(30, 30, 0, 0, 1 / 20),
            row(30 + quarter, 50, 20, math.pi / 2, -1 / 10),
        ]
    ).astype(F)[None]
    assert pose(segments, 0, 3, F(-2), F(1)) == pytest.approx((-2, 1, 0))
    assert pose(segments, 0, 3, F(30 + quarter / 2), F(0)) == pytest.approx(
        (30 + 20 * math.sin(math.pi / 4), 20 - 20 * math.cos(math.pi / 4), math.pi / 4), abs=1e-4
    )
    assert pose(segments, 0, 3, F(30 + quarter), F(3)) == pytest.approx(
        (47, 20, math.pi / 2), abs=1e-4
    )
    end = 30 + quarter + 10 * math.pi / 2
    assert pose(segments, 0, 3, F(end), F(0)) == pytest.approx((60, 30, 0), abs=1e-4)
    assert [curvature(segments, 0, 3, F(s)) for s in (5, 40, 65)] == pytest.approx([0, 0.05, -0.1])


def test_rays():
    args = (F(5), F(0), F(1), F(0), F(2), F(1))  # a box of 4 x 2 m at (5, 0)
    assert ray_distance(F(0), F(0), F(1), F(0), *args) == pytest.approx(3)
    assert ray_distance(F(0), F(1.5), F(1), F(0), *args) > 1e8
    assert ray_distance(F(0), F(0), F(-1), F(0), *args) > 1e8
    assert ray_distance(F(5), F(0.5), F(0), F(1), *args) == 0
    assert ray_distance(F(5), F(9), F(0), F(-1), *args) == pytest.approx(8)
    rng = np.random.default_rng(4)
    for row in boxes(rng, 300, 15):
        x, y, h, length, width = row
        angle = rng.uniform(-math.pi, math.pi)
        found = ray_distance(
            F(0), F(0), F(math.cos(angle)), F(math.sin(angle)),
            x, y, F(math.cos(h)), F(math.sin(h)), length / F(2), width / F(2),
        )  # fmt: skip
        line = shapely.linestrings([[0, 0], [100 * math.cos(angle), 100 * math.sin(angle)]])
        hit = shapely.intersection(line, polygons(row[None])[0])
        if hit.is_empty or hit.length < 1e-3:
            assert hit.is_empty == (found > 1e8) or hit.length < 1e-3
        else:
            assert found == pytest.approx(shapely.distance(shapely.points(0, 0), hit), abs=1e-3)

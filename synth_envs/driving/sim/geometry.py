"""Roads and boxes: world poses of road coordinates, overlap of oriented boxes, rays."""

from __future__ import annotations

import numpy as np

from synth_envs.driving.sim.trigonometry import sincos
from synth_envs.kernels.jit import kernel

__all__ = ["SEGMENT", "curvature", "overlap", "pose", "ray_distance"]

# Columns of a segment; see `layout`. Kernels need them as plain integers in their own file.
SEG_S, SEG_X, SEG_Y, SEG_H, SEG_K, SEG_COS, SEG_SIN = range(7)
SEGMENT = 7
_F = np.float32
_ZERO, _ONE, _HALF = _F(0.0), _F(1.0), _F(0.5)
_FLAT = _F(1e-7)
_FAR = _F(1e9)


@kernel
def _segment(segments: np.ndarray, road: int, count: int, s: np.float32) -> int:
    """Return which stretch of a road the place is on."""
    place = 0
    while place + 1 < count and s >= segments[road, place + 1, SEG_S]:
        place += 1
    return place


@kernel
def curvature(segments: np.ndarray, road: int, count: int, s: np.float32) -> np.float32:
    """Return the curvature of a road's reference line at `s`, in 1/m, positive to the left."""
    return np.float32(segments[road, _segment(segments, road, count, s), SEG_K])


@kernel
def pose(
    segments: np.ndarray, road: int, count: int, s: np.float32, d: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Return world x, y and the direction of the road, `d` metres to the left of the line at `s`.

    Before the first and after the last stretch the road goes on as it began and ended.

    Args:
        segments: Of all roads of a map, float32 (roads, segments, 7).
        road: Which road.
        count: How many stretches it has.
        s: Metres along it.
        d: Metres to its left.
    """
    place = _segment(segments, road, count, s)
    u = s - segments[road, place, SEG_S]
    k = segments[road, place, SEG_K]
    x0, y0, h0 = (
        segments[road, place, SEG_X],
        segments[road, place, SEG_Y],
        segments[road, place, SEG_H],
    )
    c0, s0 = segments[road, place, SEG_COS], segments[road, place, SEG_SIN]
    if abs(k) < _FLAT:
        return x0 + u * c0 - d * s0, y0 + u * s0 + d * c0, h0
    heading = h0 + k * u
    sine, cosine = sincos(heading)
    radius = _ONE / k
    x = x0 + (sine - s0) * radius - d * sine
    y = y0 - (cosine - c0) * radius + d * cosine
    return x, y, heading


@kernel
def overlap(
    x0: np.float32, y0: np.float32, h0: np.float32, length0: np.float32, width0: np.float32,
    x1: np.float32, y1: np.float32, h1: np.float32, length1: np.float32, width1: np.float32,
) -> bool:  # fmt: skip
    """Return whether two boxes (centre, heading, length, width) overlap: separating axes."""
    dx, dy = x1 - x0, y1 - y0
    reach = _HALF * (length0 + width0 + length1 + width1)
    if abs(dx) > reach or abs(dy) > reach:
        return False
    s0, c0 = sincos(h0)
    s1, c1 = sincos(h1)
    cosine, sine = abs(c0 * c1 + s0 * s1), abs(s0 * c1 - c0 * s1)
    a0, b0, a1, b1 = _HALF * length0, _HALF * width0, _HALF * length1, _HALF * width1
    if abs(dx * c0 + dy * s0) > a0 + a1 * cosine + b1 * sine:
        return False
    if abs(dy * c0 - dx * s0) > b0 + a1 * sine + b1 * cosine:
        return False
    if abs(dx * c1 + dy * s1) > a1 + a0 * cosine + b0 * sine:
        return False
    return bool(abs(dy * c1 - dx * s1) <= b1 + a0 * sine + b0 * cosine)


@kernel
def ray_distance(
    x: np.float32, y: np.float32, cosine: np.float32, sine: np.float32,
    bx: np.float32, by: np.float32, bcos: np.float32, bsin: np.float32, half_length: np.float32, half_width: np.float32,
) -> np.float32:  # fmt: skip
    """Return how far a ray from (x, y) goes before it meets a box, or 1e9; 0 from inside."""
    dx, dy = x - bx, y - by
    px, py = dx * bcos + dy * bsin, dy * bcos - dx * bsin
    vx, vy = cosine * bcos + sine * bsin, sine * bcos - cosine * bsin
    near, far = _ZERO, _FAR
    if abs(vx) < _FLAT:
        if abs(px) > half_length:
            return _FAR
    else:
        inverse = _ONE / vx
        one, two = (-half_length - px) * inverse, (half_length - px) * inverse
        near, far = max(near, min(one, two)), min(far, max(one, two))
    if abs(vy) < _FLAT:
        if abs(py) > half_width:
            return _FAR
    else:
        inverse = _ONE / vy
        one, two = (-half_width - py) * inverse, (half_width - py) * inverse
        near, far = max(near, min(one, two)), min(far, max(one, two))
    return near if near <= far else _FAR

"""Whether two moving rectangles touch, now or within a frame, by separating axes.

The rules are those of highway-env 1.12.1 (`highway_env/utils.py`, MIT licence): the projections of
the first rectangle are stretched by its displacement relative to the second, on the edge normals
of both only. The order of axes and the sides that win ties are kept, for they decide which way
vehicles are pushed.
"""

from __future__ import annotations

import math

from synth_envs.kernels.jit import kernel

__all__ = ["clearly_apart", "touching"]

_SLACK = 1e-6  # [m] what `clearly_apart` leaves to `touching`; far above rounding


@kernel
def clearly_apart(
    dx: float,
    dy: float,
    first: tuple[float, float, float, float],
    second: tuple[float, float, float, float],
    moved_x: float,
    moved_y: float,
) -> bool:
    """Return whether an edge normal keeps two rectangles apart, throughout a displacement.

    True implies that `touching` finds nothing; it is much cheaper, and most pairs end here.

    Args:
        dx: Centre of the second less that of the first, in x [m].
        dy: The same in y [m].
        first: Cosine and sine of the first's heading, half its length and half its width [m].
        second: The same of the second.
        moved_x: Displacement of the first relative to the second, in x [m].
        moved_y: The same in y [m].
    """
    c1, s1, long1, wide1 = first
    c2, s2, long2, wide2 = second
    cos = abs(c1 * c2 + s1 * s2)
    sin = abs(c1 * s2 - s1 * c2)
    # Across the first, then across the second: that is how cars in other lanes are apart.
    reach = wide1 + long2 * sin + wide2 * cos + _SLACK
    if _beyond(c1 * dy - s1 * dx, c1 * moved_y - s1 * moved_x, reach):
        return True
    reach = wide2 + long1 * sin + wide1 * cos + _SLACK
    if _beyond(c2 * dy - s2 * dx, c2 * moved_y - s2 * moved_x, reach):
        return True
    reach = long1 + long2 * cos + wide2 * sin + _SLACK
    if _beyond(c1 * dx + s1 * dy, c1 * moved_x + s1 * moved_y, reach):
        return True
    reach = long2 + long1 * cos + wide1 * sin + _SLACK
    return _beyond(c2 * dx + s2 * dy, c2 * moved_x + s2 * moved_y, reach)


@kernel
def _beyond(offset: float, moved: float, reach: float) -> bool:
    return offset - max(moved, 0.0) > reach or min(moved, 0.0) - offset > reach


@kernel
def _corner(
    k: int, x: float, y: float, shape: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Return corner k modulo 4, counted from the rear right one by way of the rear left."""
    c, s, long, wide = shape
    k %= 4
    along = long if k in (2, 3) else -long
    across = wide if k in (1, 2) else -wide
    return (c * along - s * across) + x, (s * along + c * across) + y


@kernel
def _span(
    nx: float, ny: float, x: float, y: float, shape: tuple[float, float, float, float]
) -> tuple[float, float]:
    low, high = math.inf, -math.inf
    for k in range(4):
        px, py = _corner(k, x, y, shape)
        along = px * nx + py * ny
        low, high = min(low, along), max(high, along)
    return low, high


@kernel
def _middle(x: float, y: float, shape: tuple[float, float, float, float]) -> tuple[float, float]:
    sum_x, sum_y = 0.0, 0.0
    for k in range(4):
        px, py = _corner(k, x, y, shape)
        sum_x += px
        sum_y += py
    return sum_x / 4, sum_y / 4


@kernel
def _gap(low1: float, high1: float, low2: float, high2: float) -> float:
    """Return the distance between two intervals, negative where they overlap."""
    return low2 - high1 if low1 < low2 else low1 - high2


@kernel
def touching(
    x1: float,
    y1: float,
    first: tuple[float, float, float, float],
    x2: float,
    y2: float,
    second: tuple[float, float, float, float],
    moved_x: float,
    moved_y: float,
) -> tuple[bool, bool, float, float]:
    """Return whether rectangles overlap, whether they will, and the push that parts them.

    Args:
        x1: Centre of the first, in x [m].
        y1: The same in y [m].
        first: Cosine and sine of the first's heading, half its length and half its width [m].
        x2: Centre of the second, in x [m].
        y2: The same in y [m].
        second: As `first`, of the second.
        moved_x: Displacement of the first relative to the second, in x [m].
        moved_y: The same in y [m].

    Returns:
        Overlap now, overlap after the displacement (or now), and for that case the shortest
        translation of the first (x, y) [m], else zeros.
    """
    now = soon = True
    least = math.inf
    push_x = push_y = 0.0
    mid1_x, mid1_y = _middle(x1, y1, first)
    mid2_x, mid2_y = _middle(x2, y2, second)
    for side in range(8):
        if side < 4:
            ax, ay = _corner(side, x1, y1, first)
            bx, by = _corner(side + 1, x1, y1, first)
        else:
            ax, ay = _corner(side, x2, y2, second)
            bx, by = _corner(side + 1, x2, y2, second)
        nx, ny = ay - by, bx - ax
        size = math.sqrt(nx * nx + ny * ny)
        nx, ny = nx / size, ny / size
        low1, high1 = _span(nx, ny, x1, y1, first)
        low2, high2 = _span(nx, ny, x2, y2, second)
        if _gap(low1, high1, low2, high2) > 0:
            now = False
        moved = nx * moved_x + ny * moved_y
        if moved < 0:
            low1 += moved
        else:
            high1 += moved
        gap = _gap(low1, high1, low2, high2)
        if gap > 0:
            soon = False
        if not now and not soon:
            return False, False, 0.0, 0.0
        if abs(gap) < least:
            least = abs(gap)
            away = (mid1_x - mid2_x) * nx + (mid1_y - mid2_y) * ny > 0
            push_x, push_y = (nx, ny) if away else (-nx, -ny)
    if not soon:
        return now, False, 0.0, 0.0
    return now, True, least * push_x, least * push_y

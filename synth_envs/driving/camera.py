"""From metres of a scene to the pixels of its picture, and the outlines of lines on the road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_envs.driving.scene import Scene

__all__ = [
    "Camera",
    "Forward",
    "along",
    "arc_lengths",
    "look_at",
    "pieces",
    "ribbon",
    "sides",
    "visible_span",
]

Forward = Literal["right", "up"]
_SHARPEST = 4.0  # how far a corner of a ribbon may stick out, in half widths


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A view from above: pixels = matrix @ (metres - center) + origin."""

    matrix: np.ndarray
    """(2, 2) [pixels/m]."""
    center: np.ndarray
    """(2,) the place shown at `origin` [m]."""
    origin: np.ndarray
    """(2,) [pixels]."""
    scale: float
    """[pixels/m]"""
    middle: np.ndarray
    """(2,) the place in the middle of the view [m]."""
    radius: float
    """Nothing that is further than this from `middle` is in view [m]."""

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Return (k, 2) points [m] in pixels."""
        seen: np.ndarray = (points - self.center) @ self.matrix.T + self.origin
        return seen

    def direction(self, heading: float) -> np.ndarray:
        """Return (2,) where one metre along a heading leads, in pixels."""
        step: np.ndarray = self.matrix @ np.array([np.cos(heading), np.sin(heading)])
        return step

    def sees(self, points: np.ndarray) -> bool:
        """Whether the bounding box of (k, 2) points [m] reaches into the view's circle."""
        outside = np.maximum(points.min(axis=0) - self.middle, self.middle - points.max(axis=0))
        return bool(np.hypot(*np.maximum(outside, 0.0)) <= self.radius)


def look_at(
    scene: Scene,
    size: tuple[int, int],
    scale: float,
    forward: Forward,
    anchor: tuple[float, float],
) -> Camera:
    """Return the camera that shows a scene's centre at a place of the picture.

    Args:
        scene: What to look at.
        size: Width and height of the view [pixels].
        scale: [pixels/m].
        forward: Where the scene's heading points in the picture.
        anchor: Where its centre lies, as fractions of the width and of the height from the top.
    """
    cos, sin = np.cos(scene.heading), np.sin(scene.heading)
    ahead, left = np.array([cos, sin]), np.array([-sin, cos])
    if scene.y_down:
        left = -left  # turning from +x to +y is then a turn to the right
    rows = [ahead, -left] if forward == "right" else [-left, -ahead]
    matrix = np.array(rows) * scale
    origin = np.array(size, dtype=np.float64) * anchor
    center = np.array(scene.center, dtype=np.float64)
    middle = center + np.linalg.solve(matrix, np.array(size) / 2.0 - origin)
    return Camera(matrix, center, origin, scale, middle, float(np.hypot(*size)) / 2.0 / scale)


def arc_lengths(line: np.ndarray) -> np.ndarray:
    """Return (k,) the distances of a line's points (k, 2) from its first, along it."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def visible_span(
    line: np.ndarray, lengths: np.ndarray, camera: Camera
) -> tuple[float, float] | None:
    """Return from where to where along a line (k, 2) the camera sees it [m]; None: nowhere.

    Motorways are kilometres long and their lines are dashed, so that this saves most of the work.
    """
    start, step = line[:-1] - camera.middle, np.diff(line, axis=0)
    squared = np.maximum((step * step).sum(axis=1), 1e-12)
    nearest = -(start * step).sum(axis=1) / squared
    apart = (start * start).sum(axis=1) - nearest * nearest * squared
    within = camera.radius**2 - apart
    half = np.sqrt(np.maximum(within, 0.0) / squared)
    low, high = np.maximum(nearest - half, 0.0), np.minimum(nearest + half, 1.0)
    seen = np.flatnonzero((within > 0.0) & (low < high))
    if not len(seen):
        return None
    size = np.diff(lengths)
    first, last = seen[0], seen[-1]
    return (
        float(lengths[first] + low[first] * size[first]),
        float(lengths[last] + high[last] * size[last]),
    )


def along(line: np.ndarray, lengths: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the points (m, 2) at some distances (m,) along a line (k, 2)."""
    return np.stack(
        [np.interp(at, lengths, line[:, 0]), np.interp(at, lengths, line[:, 1])], axis=1
    )


def pieces(
    line: np.ndarray, lengths: np.ndarray, spans: list[tuple[float, float]]
) -> tuple[np.ndarray, list[slice]]:
    """Cut a line (k, 2) at the ends of some spans along it.

    Returns:
        The points (m, 2) of the line between the first and the last of the cuts, with the cuts among
        them, and which of them belong to each span.
    """
    cuts = np.array(spans)
    inner = lengths[(lengths > cuts.min()) & (lengths < cuts.max())]
    at = np.unique(np.concatenate([cuts.ravel(), inner]))
    first, last = np.searchsorted(at, cuts).T
    return along(line, lengths, at), [
        slice(begin, end + 1) for begin, end in zip(first.tolist(), last.tolist(), strict=True)
    ]


def sides(line: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return both sides (k, 2) of a line (k, 2) that is so wide; None if it has no length."""
    step = np.diff(line, axis=0)
    size = np.hypot(step[:, 0], step[:, 1])
    moves = size > 1e-9
    if not moves.any():
        return None
    # Where it stands still, it keeps the direction that it has had.
    source = np.maximum.accumulate(np.where(moves, np.arange(len(step)), -1))
    source[source < 0] = np.argmax(moves)
    step = step[source] / size[source, None]
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1)
    before, after = np.concatenate([normal[:1], normal]), np.concatenate([normal, normal[-1:]])
    offset = before + after
    # The corner of two edges lies further out the more they turn.
    offset *= 1.0 / np.maximum((offset * before).sum(axis=1), 1.0 / _SHARPEST)[:, None]
    offset *= width / 2.0
    return line + offset, line - offset


def ribbon(line: np.ndarray, width: float) -> np.ndarray:
    """Return the outline (2k, 2) of a line (k, 2) that is so wide; empty if it has no length."""
    both = sides(line, width)
    return np.zeros((0, 2)) if both is None else np.concatenate([both[0], both[1][::-1]])

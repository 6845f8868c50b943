"""What a picture of traffic shows: lanes, boxes, trails, rays and a strip of numbers, without drawing it.

Coordinates are metres. Headings are radians from +x towards +y, whichever way y points (`y_down`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

__all__ = ["Box", "Kind", "Lane", "Line", "Scene", "State", "Surface"]

Line = Literal["solid", "dashed", "none"]
Surface = Literal["road", "crossing", "pavement"]
Kind = Literal[
    "ego", "car", "truck", "cyclist", "pedestrian", "obstacle", "light", "cone", "emergency"
]
State = Literal["plain", "crashed", "braking", "hidden"]


@dataclass(slots=True, eq=False)
class Lane:
    """The surface between two bounds, drawn in the same direction.

    Neighbours may both mark the bound that they share, if its points are the same for both.

    Raises:
        ValueError: A bound is no list of two or more points, or a name is unknown.
    """

    left: np.ndarray
    """(k, 2) points [m]."""
    right: np.ndarray
    """(m, 2) points [m]; the count may differ from `left`'s."""
    left_line: Line = "none"
    right_line: Line = "none"
    surface: Surface = "road"
    """"crossing": zebra stripes that a walker passes on the way from the first points to the last."""

    def __post_init__(self) -> None:
        for bound in (self.left, self.right):
            if bound.ndim != 2 or bound.shape[0] < 2 or bound.shape[1] != 2:
                msg = f"a bound must be (k, 2) with k >= 2, got {bound.shape}"
                raise ValueError(msg)
        _check("left_line", self.left_line, get_args(Line))
        _check("right_line", self.right_line, get_args(Line))
        _check("surface", self.surface, get_args(Surface))


@dataclass(slots=True)
class Box:
    """A road user or an obstacle.

    Raises:
        ValueError: A name is unknown, or a size is not positive.
    """

    x: float
    """The centre [m]."""
    y: float
    heading: float
    """[rad]"""
    length: float
    """Along the heading [m]."""
    width: float
    """[m]"""
    kind: Kind = "car"
    state: State = "plain"
    """"braking" shows the brake lights of motor vehicles; "hidden": the ego does not see it.

    A light is red if "braking", green if "plain", and dark if "hidden".
    """

    def __post_init__(self) -> None:
        _check("kind", self.kind, get_args(Kind))
        _check("state", self.state, get_args(State))
        if not (self.length > 0.0 and self.width > 0.0):
            msg = f"a box needs a positive size, got {self.length} x {self.width}"
            raise ValueError(msg)


@dataclass(slots=True, eq=False)
class Scene:
    """Everything that one picture shows."""

    lanes: list[Lane] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    """Later ones cover earlier ones."""
    trails: list[np.ndarray] = field(default_factory=list)
    """(k, 2) former positions of a road user, the oldest first [m]."""
    rays: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))
    """(r, 4) rays of a sensor as x0, y0, x1, y1 [m]."""
    ray_range: float = math.inf
    """Rays that are shorter than this have hit something [m]."""
    hidden: list[np.ndarray] = field(default_factory=list)
    """(k, 2) polygons that the ego cannot see into [m]."""
    center: tuple[float, float] = (0.0, 0.0)
    """What the camera looks at, usually the ego [m]."""
    heading: float = 0.0
    """The direction that the picture shows as forward, usually the ego's [rad]; 0: as the axes lie."""
    strip: list[tuple[str, str | float | bool]] = field(default_factory=list)
    """Labels and values along the bottom; numbers are rounded, NaN is shown as a dash."""
    y_down: bool = False
    """Whether y grows downwards in the picture, as in highway-env (then x to the right, y to its right)."""


def _check(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        msg = f"{what} must be one of {', '.join(names)}, got {name!r}"
        raise ValueError(msg)

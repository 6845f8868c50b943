"""How road users look from above: shapes in metres around their centre, x ahead and y sideways."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from synth_envs.driving.camera import Camera, ribbon
from synth_envs.driving.palette import (
    BODY,
    BRAKE,
    CRASHED,
    GLASS,
    GREEN,
    INK,
    LAMP,
    SIREN,
    WHITE,
    Colour,
)
from synth_envs.driving.scene import Box

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

__all__ = ["draw_box"]

_SOLID = 255
_PALE = 70  # the opacity of what the ego does not see
_LEAST = {"pedestrian": 12.0, "cyclist": 20.0, "cone": 8.0}  # [pixels] never drawn shorter
_THIN = 4.0  # [pixels] obstacles are never drawn thinner
_HATCH = 0.9  # [m] between the lines over what the ego does not see
_LORRY = 7.5  # [m] shorter trucks are drawn as vans
_SHADOW = 0.3  # [m] how far shadows fall, to the lower right of the picture

# A shape, its colour, and its opacity.
_Piece = tuple[np.ndarray, Colour, int]


def draw_box(draw: ImageDraw, box: Box, camera: Camera, detail: float) -> None:
    """Draw one road user.

    Args:
        draw: Of mode "RGBA" over the enlarged picture.
        box: What to draw.
        camera: In pixels of the enlarged picture.
        detail: How much the picture is enlarged.
    """
    place = camera.pixels(np.array([[box.x, box.y]]))[0]
    ahead = camera.direction(box.heading)
    length, width = box.length, box.width
    least = _LEAST.get(box.kind, 0.0) * detail
    if length * camera.scale < least:
        grow = least / (length * camera.scale)
        length, width = length * grow, width * grow
    if box.kind == "obstacle":
        length = max(length, _THIN * detail / camera.scale)
        width = max(width, _THIN * detail / camera.scale)
    basis = np.stack([ahead, [-ahead[1], ahead[0]]])
    if box.state != "hidden" and box.kind not in ("light", "obstacle", "cone"):
        outline = _rounded(length, width, 0.3 * width) @ basis + place
        _fill(draw, outline + _SHADOW * camera.scale, INK, 80)
    thin = detail / camera.scale  # [m] one pixel of the finished picture
    for shape, colour, opacity in _pieces(box, length, width, thin):
        _fill(draw, shape @ basis + place, colour, opacity)


def _fill(draw: ImageDraw, shape: np.ndarray, colour: Colour, opacity: int) -> None:
    draw.polygon(shape.ravel().tolist(), fill=(*colour, opacity))


def _pieces(box: Box, length: float, width: float, thin: float) -> Iterator[_Piece]:
    if box.kind == "light":
        yield from _light(box.state, length, width, thin)
        return
    if box.state == "hidden":
        yield from _unseen(box.kind, length, width, thin)
        return
    colour = CRASHED if box.state == "crashed" else BODY[box.kind]
    if box.kind == "pedestrian":
        yield from _pedestrian(length, width, colour, thin)
    elif box.kind == "cyclist":
        yield from _cyclist(length, width, colour, thin)
    elif box.kind == "obstacle":
        yield from _obstacle(length, width, colour, thin)
    elif box.kind == "cone":
        yield from _cone(length, width, colour, thin)
    elif box.kind == "emergency":
        yield from _emergency(length, width, colour, thin)
    elif box.kind == "truck" and length < _LORRY:
        yield from _van(length, width, colour, thin)
    elif box.kind == "truck":
        yield from _truck(length, width, colour, thin)
    else:
        yield from _car(length, width, colour, thin, ego=box.kind == "ego")
    if box.state == "braking" and box.kind in ("ego", "car", "truck", "emergency"):
        for side in (-1, 1):
            rear = (side * 0.16 * width, side * 0.48 * width)
            deep = max(0.3, 2.0 * thin)
            glow = _rectangle(-length / 2 - deep, -length / 2, *rear, (1.0, 1.0))
            yield glow, BRAKE, 110
            yield _rectangle(-length / 2, -length / 2 + deep, *rear, (1.0, 1.0)), BRAKE, _SOLID
    if box.state == "crashed":
        reach = max(0.5 * width, 4.0 * thin)
        for stroke, ink in ((3.4 * thin, INK), (1.8 * thin, WHITE)):
            for side in (-1, 1):
                ends = np.array([[-reach, -reach * side], [reach, reach * side]])
                yield _stroke(ends, stroke), ink, _SOLID


def _car(
    length: float, width: float, colour: Colour, thin: float, *, ego: bool = False
) -> Iterator[_Piece]:
    corner = 0.28 * width
    if ego:
        edge = 1.5 * thin
        yield _rounded(length + 2 * edge, width + 2 * edge, corner + edge), WHITE, _SOLID
    yield _rounded(length, width, corner), _darker(colour), _SOLID
    rim = min(0.6 * thin, 0.06 * width)
    yield _rounded(length - 2 * rim, width - 2 * rim, corner - rim), colour, _SOLID
    yield from _lamps(length, width)
    yield _trapezium(0.08, 0.40, 0.25, 0.33, (length, width)), GLASS, _SOLID
    yield _trapezium(-0.40, 0.30, -0.30, 0.37, (length, width)), GLASS, _SOLID
    for side in (-1, 1):
        glass = _rectangle(-0.26, 0.06, side * 0.39, side * 0.45, (length, width))
        yield glass, _darker(colour), _SOLID


def _emergency(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    yield from _car(length, width, colour, thin)
    for side, ink in ((-1, BRAKE), (1, SIREN)):  # the two halves of its light bar
        yield _rectangle(-0.12, 0.04, 0.0, side * 0.48, (length, width)), ink, _SOLID
    yield from _frame(length, width, 1.2 * thin, SIREN, _SOLID)


def _truck(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    cab = min(0.32 * length, 1.15 * width)
    box = length - cab - 0.06 * length
    rim = min(0.6 * thin, 0.06 * width)
    shift = np.array([(cab - length) / 2.0, 0.0])  # of a piece at the front, from the centre
    cab_shape = _rounded(cab, 0.94 * width, 0.2 * width) - shift
    yield _rectangle(-0.4, 0.4, -0.25, 0.25, (length, width)), INK, _SOLID  # the chassis
    yield cab_shape, colour, _SOLID
    yield _trapezium(0.30, 0.38, 0.44, 0.33, (cab, width)) - shift, GLASS, _SOLID
    rear = np.array([(box - length) / 2.0, 0.0])
    yield _rounded(box, width, 0.08 * width) + rear, _darker(colour), _SOLID
    inner = _rounded(box - 2 * rim, width - 2 * rim, 0.08 * width)
    yield inner + rear, _lighter(colour), _SOLID
    for at in (-0.25, 0.0, 0.25):
        seam = _rectangle(at - 0.01, at + 0.01, -0.5, 0.5, (box, width - 2 * rim))
        yield seam + rear, _darker(colour), 150
    yield from _lamps(length, width)


def _van(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    rim = min(0.6 * thin, 0.06 * width)
    yield _rounded(length, width, 0.16 * width), _darker(colour), _SOLID
    yield _rounded(length - 2 * rim, width - 2 * rim, 0.14 * width), colour, _SOLID
    roof = _rounded(0.66 * length, 0.84 * width, 0.1 * width) - np.array([0.14 * length, 0.0])
    yield roof, _lighter(colour), _SOLID
    yield from _lamps(length, width)
    yield _trapezium(0.22, 0.42, 0.34, 0.35, (length, width)), GLASS, _SOLID


def _lamps(length: float, width: float) -> Iterator[_Piece]:
    for side in (-1, 1):
        yield (
            _rectangle(0.44, 0.49, side * 0.22, side * 0.42, (length, width)),
            LAMP,
            _SOLID,
        )


def _cyclist(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    frame = np.array([[-0.5 * length, 0.0], [0.5 * length, 0.0]])
    bar = np.array([[0.22 * length, -0.5 * width], [0.22 * length, 0.5 * width]])
    for edge, ink in ((2.6 * thin, WHITE), (1.4 * thin, INK)):
        yield _stroke(frame, edge), ink, _SOLID
        yield _stroke(bar, edge), ink, _SOLID
    yield (
        _ellipse(-0.08, 0.24 * length + 0.6 * thin, 0.42 * width + 0.6 * thin, length),
        INK,
        _SOLID,
    )
    yield _ellipse(-0.08, 0.24 * length, 0.42 * width, length), colour, _SOLID
    yield _ellipse(0.02, 0.26 * width, 0.26 * width, length), INK, _SOLID


def _pedestrian(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    size = max(length, width)
    yield _ellipse(0.0, 0.85 * size, 0.85 * size, size), colour, 120
    chevron = np.array([[1.15, 0.0], [0.75, 0.42], [0.86, 0.0], [0.75, -0.42]]) * size
    yield chevron, colour, _SOLID
    for edge, ink in ((thin, INK), (0.0, colour)):
        for at, side in ((0.26, -0.36), (-0.26, 0.36)):  # the arms of someone who walks
            arm = _ellipse(at, 0.2 * size + edge, 0.13 * size + edge, size)
            yield arm + np.array([0.0, side * size]), ink, _SOLID
        yield _ellipse(0.0, 0.24 * size + edge, 0.5 * size + edge, size), ink, _SOLID
    yield _ellipse(0.04, 0.23 * size, 0.23 * size, size), INK, _SOLID  # the head


def _cone(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    size = max(length, width)
    for reach, ink in ((0.5, INK), (0.5 - thin / size, colour), (0.26, WHITE), (0.13, colour)):
        yield _ellipse(0.0, reach * size, reach * size, size), ink, _SOLID


def _obstacle(length: float, width: float, colour: Colour, thin: float) -> Iterator[_Piece]:
    yield _rectangle(-0.5, 0.5, -0.5, 0.5, (length, width)), colour, _SOLID
    if min(length, width) <= 6.0 * thin:
        return  # no room for a pattern
    step = max(0.55 * min(length, width), 5.0 * thin)
    for line in _diagonals(length, width, step, 0.45 * step):
        yield line, WHITE, _SOLID
    yield from _frame(length, width, 1.2 * thin, INK, _SOLID)


def _frame(
    length: float, width: float, edge: float, colour: Colour, opacity: int
) -> Iterator[_Piece]:
    """The four edges of a box, from inside."""
    x, y = length / 2.0, width / 2.0
    for side in (-1, 1):
        yield _rectangle(-x, x, side * (y - edge), side * y, (1.0, 1.0)), colour, opacity
        yield (
            _rectangle(side * (x - edge), side * x, edge - y, y - edge, (1.0, 1.0)),
            colour,
            opacity,
        )


def _light(state: str, length: float, width: float, thin: float) -> Iterator[_Piece]:
    """A bar: filled and red, or open in the middle and green, so that the pattern tells as well."""
    wide = max(width, 2.0 * thin)
    deep = max(length, 2.0 * thin)
    edge = thin
    yield _rounded(deep + 2 * edge, wide + 2 * edge, edge), INK, _SOLID
    if state in ("braking", "crashed"):
        yield _rounded(deep, wide, 0.0), BRAKE, _SOLID
    elif state == "plain":
        across = wide >= deep
        for side in (-1, 1):
            parts = (-0.5, 0.5, side * 0.28, side * 0.5)
            if not across:
                parts = (side * 0.28, side * 0.5, -0.5, 0.5)
            yield _rectangle(*parts, (deep, wide)), GREEN, _SOLID


def _unseen(kind: str, length: float, width: float, thin: float) -> Iterator[_Piece]:
    if kind == "pedestrian":
        size = max(length, width)
        yield _ellipse(0.0, 0.5 * size + thin, 0.5 * size + thin, size), WHITE, _PALE
        yield _ellipse(0.0, 0.5 * size, 0.5 * size, size), BODY[kind], _PALE
        shape = size, size
    else:
        yield _rounded(length, width, 0.25 * width), BODY[kind], _PALE
        shape = length, width
    step = max(_HATCH, 4.0 * thin) if kind != "pedestrian" else 3.0 * thin
    for line in _diagonals(*shape, step, 0.9 * thin):
        yield line, WHITE, 150
    if kind != "pedestrian":
        yield from _frame(length, width, 1.1 * thin, WHITE, 190)


# --- shapes ---


@cache
def _circle() -> np.ndarray:
    turn = np.linspace(0.0, 2.0 * np.pi, 20, endpoint=False)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _ellipse(at: float, ahead: float, aside: float, length: float) -> np.ndarray:
    shape: np.ndarray = _circle() * [ahead, aside] + [at * length, 0.0]
    return shape


def _rounded(length: float, width: float, corner: float) -> np.ndarray:
    corner = max(min(corner, length / 2.0, width / 2.0), 0.0)
    inner = np.sign(np.where(np.abs(_circle()) < 1e-9, 1.0, _circle()))
    shape: np.ndarray = (
        inner * [max(length / 2.0 - corner, 0.0), max(width / 2.0 - corner, 0.0)]
        + _circle() * corner
    )
    return shape


def _rectangle(
    back: float, front: float, right: float, left: float, size: tuple[float, float]
) -> np.ndarray:
    """Its sides are given as fractions of a box's length and width, from the centre."""
    corners = np.array([[front, left], [back, left], [back, right], [front, right]])
    shape: np.ndarray = corners * size
    return shape


def _trapezium(
    back: float, back_half: float, front: float, front_half: float, size: tuple[float, float]
) -> np.ndarray:
    """Where it begins and ends, and how wide it is to either side, as fractions of a box."""
    corners = [[front, front_half], [back, back_half], [back, -back_half], [front, -front_half]]
    shape: np.ndarray = np.array(corners) * size
    return shape


def _stroke(line: np.ndarray, width: float) -> np.ndarray:
    """The outline of a line."""
    return ribbon(line, width)


def _diagonals(length: float, width: float, step: float, stroke: float) -> Iterator[np.ndarray]:
    """Outlines of lines of 45 degrees that lie within a box, so far apart along it and so wide."""
    trim = stroke / 2.0**1.5  # so that their square ends stay inside
    for at in np.arange(step / 2.0 - length / 2.0 - width, length / 2.0, step):
        begin, end = max(at, -length / 2.0) + trim, min(at + width, length / 2.0) - trim
        if end > begin:
            line = np.array([[begin, begin - at - width / 2.0], [end, end - at - width / 2.0]])
            yield _stroke(line, stroke)


def _darker(colour: Colour) -> Colour:
    return (int(colour[0] * 0.68), int(colour[1] * 0.68), int(colour[2] * 0.68))


def _lighter(colour: Colour) -> Colour:
    return (
        (colour[0] + 255) // 2,
        (colour[1] + 255) // 2,
        (colour[2] + 255) // 2,
    )

"""Pictures of driving scenes from above, for `render_mode="rgb_array"` and videos."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from numbers import Integral, Real
from typing import TYPE_CHECKING, Final, get_args

import numpy as np
from gymnasium.error import DependencyNotInstalled

from synth_envs.driving.camera import (
    Camera,
    Forward,
    arc_lengths,
    look_at,
    pieces,
    sides,
    visible_span,
)
from synth_envs.driving.palette import (
    ASPHALT,
    BACKDROP,
    HIT,
    INK,
    PAINT,
    PANEL,
    PAVEMENT,
    RAY,
    SHADE,
    TEXT,
    TRAIL,
    WHITE,
    Colour,
)
from synth_envs.driving.road_users import draw_box
from synth_envs.driving.scene import Lane, Scene

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

__all__ = ["STRIP_ROW", "draw"]

STRIP_ROW: Final = 20
"""The height of a row of the strip of numbers [pixels]."""

_DETAIL: Final = 4
"""Pictures are drawn this much larger and averaged: 16 shades at every edge."""
_LARGEST: Final = 2048  # [pixels]
_LINE: Final = 0.15  # [m] the width of lane markings
_DASH, _GAP = 3.0, 4.5  # [m]
_STRIPE: Final = 0.5  # [m] of a zebra crossing, and as much between two
_TRAIL_WIDTH: Final = 0.5  # [m]
_TRAIL_STEPS: Final = 12
_ROWS: Final = 2  # of the strip, at most
_SIDE: Final = 10  # [pixels] at the strip's ends, and half of what lies between its cells


def draw(
    scene: Scene,
    *,
    size: tuple[int, int] = (600, 200),
    pixels_per_metre: float = 5.0,
    forward: Forward = "right",
    anchor: tuple[float, float] = (0.5, 0.5),
) -> np.ndarray:
    """Return the picture of a scene.

    Args:
        scene: What to show.
        size: Width and height [pixels], with the strip of numbers if the scene has one.
        pixels_per_metre: The scale.
        forward: Where the scene's heading points: travel to the "right", or "up".
        anchor: Where the scene's centre lies in the view above the strip, as fractions of its width
            and, from the top, of its height; (0.3, 0.5) shows more of what lies ahead.

    Returns:
        An array of shape (height, width, 3), uint8.

    Raises:
        ValueError: The size, the scale, or a coordinate of the scene is out of range or not finite.
        DependencyNotInstalled: Pillow is missing.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        msg = "pictures of driving need Pillow: pip install 'synth-envs[render]'"
        raise DependencyNotInstalled(msg) from error
    _check(scene, size, pixels_per_metre, forward, anchor)
    strip = _strip(scene, size) if scene.strip else None
    view = (size[0], size[1] - (strip.height if strip else 0))
    large = (view[0] * _DETAIL, view[1] * _DETAIL)
    camera = look_at(scene, large, pixels_per_metre * _DETAIL, forward, anchor)
    image = Image.new("RGB", large, BACKDROP)
    pen = ImageDraw.Draw(image, "RGBA")
    _roads(pen, scene.lanes, camera)
    _trails(pen, scene.trails, camera)
    _hidden(image, scene.hidden, camera)
    _rays(pen, scene, camera)
    _hits(pen, scene, camera)  # below the boxes: doors and cones are smaller than their dots
    for box in scene.boxes:
        if math.dist((box.x, box.y), camera.middle) < camera.radius + box.length + box.width:
            draw_box(pen, box, camera, _DETAIL)
    finished = image.reduce(_DETAIL)
    if strip is None:
        return np.asarray(finished, dtype=np.uint8).copy()
    return np.concatenate([np.asarray(finished), np.asarray(strip)]).astype(np.uint8, copy=False)


def _check(
    scene: Scene,
    size: tuple[int, int],
    scale: float,
    forward: str,
    anchor: tuple[float, float],
) -> None:
    if not all(isinstance(side, int) and 16 <= side <= _LARGEST for side in size):
        msg = f"size must be two whole numbers from 16 to {_LARGEST}, got {size}"
        raise ValueError(msg)
    if not 0.1 <= scale <= 1000.0:
        msg = f"pixels_per_metre must be from 0.1 to 1000, got {scale}"
        raise ValueError(msg)
    if forward not in get_args(Forward):
        msg = f"forward must be 'right' or 'up', got {forward!r}"
        raise ValueError(msg)
    if scene.rays.ndim != 2 or scene.rays.shape[1] != 4:
        msg = f"rays must be (r, 4), got {scene.rays.shape}"
        raise ValueError(msg)
    boxes = [(b.x, b.y, b.heading, b.length, b.width) for b in scene.boxes]
    parts = {
        "lanes": [bound for lane in scene.lanes for bound in (lane.left, lane.right)],
        "boxes": [np.array(boxes)],
        "trails": scene.trails,
        "rays": [scene.rays],
        "hidden": scene.hidden,
        "center and heading": [np.array([*scene.center, scene.heading])],
        "anchor": [np.array(anchor)],
    }
    for name, arrays in parts.items():
        if not all(np.isfinite(array).all() for array in arrays):
            msg = f"the scene's {name} must be finite"
            raise ValueError(msg)


# --- the road ---


def _roads(pen: ImageDraw, lanes: list[Lane], camera: Camera) -> None:
    seen = [lane for lane in lanes if camera.sees(np.concatenate([lane.left, lane.right]))]
    for surface, colour in (("pavement", PAVEMENT), ("road", ASPHALT)):
        for lane in seen:
            if lane.surface == surface:
                outline = camera.pixels(np.concatenate([lane.left, lane.right[::-1]]))
                pen.polygon(outline.ravel().tolist(), fill=colour)
                _close_seams(pen, lane, camera, colour)
    for lane in seen:
        if lane.surface == "crossing":
            for stripe in _stripes(lane):
                pen.polygon(camera.pixels(stripe).ravel().tolist(), fill=PAINT)
    width = max(_LINE * camera.scale, 1.1 * _DETAIL)
    for line, style in _lines(seen):
        lengths = arc_lengths(line)
        spans = _painted(visible_span(line, lengths, camera), style)
        if spans:
            points, parts = pieces(line, lengths, spans)
            _bands(pen, camera.pixels(points), width, [(part, PAINT) for part in parts])


def _close_seams(pen: ImageDraw, lane: Lane, camera: Camera, colour: Colour) -> None:
    """Widen a lane a little: the bounds of neighbours differ by centimetres in recordings."""
    for bound in (lane.left, lane.right):
        lengths = arc_lengths(bound)
        span = visible_span(bound, lengths, camera)
        if span is not None:
            points, _ = pieces(bound, lengths, [span])
            pen.line(camera.pixels(points).ravel().tolist(), fill=colour, width=_DETAIL)


def _bands(
    pen: ImageDraw,
    points: np.ndarray,
    width: float,
    parts: list[tuple[slice, tuple[int, ...]]],
) -> None:
    """Draw parts of a line that is so wide, each in its colour; all in pixels."""
    both = sides(points, width)
    if both is not None:
        for part, colour in parts:
            outline = np.concatenate([both[0][part], both[1][part][::-1]])
            pen.polygon(outline.ravel().tolist(), fill=colour)


def _lines(lanes: list[Lane]) -> Iterator[tuple[np.ndarray, str]]:
    """Each marked line once: neighbours share theirs, and may have it in the other direction."""
    drawn = set()
    for style in ("dashed", "solid"):
        for lane in lanes:
            for line, its in ((lane.left, lane.left_line), (lane.right, lane.right_line)):
                if its != style:
                    continue
                ends = sorted([tuple(line[0].round(1)), tuple(line[-1].round(1))])
                name = (style, *ends, *line.mean(axis=0).round(1))
                if name not in drawn:
                    drawn.add(name)
                    yield line, style


def _painted(span: tuple[float, float] | None, style: str) -> list[tuple[float, float]]:
    """From where to where along a line there is paint."""
    if span is None:
        return []
    if style == "solid":
        return [span]
    period = _DASH + _GAP
    first, last = math.floor(span[0] / period), math.ceil(span[1] / period)
    dashes = [(number * period, number * period + _DASH) for number in range(first, last)]
    seen = [(max(begin, span[0]), min(end, span[1])) for begin, end in dashes]
    return [(begin, end) for begin, end in seen if begin < end]


def _stripes(lane: Lane) -> Iterator[np.ndarray]:
    lengths = [arc_lengths(lane.left), arc_lengths(lane.right)]
    count = max(1, round(lengths[0][-1] / (2.0 * _STRIPE)))
    for number in range(count):
        both = []
        for line, length in zip((lane.left, lane.right), lengths, strict=True):
            begin = (number + 0.25) * length[-1] / count
            points, (part,) = pieces(line, length, [(begin, begin + 0.5 * length[-1] / count)])
            both.append(points[part])
        yield np.concatenate([both[0], both[1][::-1]])


# --- what lies over it ---


def _trails(pen: ImageDraw, trails: list[np.ndarray], camera: Camera) -> None:
    width = max(_TRAIL_WIDTH * camera.scale, 1.5 * _DETAIL)
    for trail in trails:
        if len(trail) < 2 or not camera.sees(trail):
            continue
        steps = min(_TRAIL_STEPS, len(trail) - 1)
        cuts = np.linspace(0, len(trail) - 1, steps + 1).round().astype(int).tolist()
        parts: list[tuple[slice, tuple[int, ...]]] = [
            (slice(begin, end + 1), (*TRAIL, 170 * number // steps))
            for number, (begin, end) in enumerate(pairwise(cuts), 1)
        ]
        _bands(pen, camera.pixels(trail), width, parts)


def _hidden(image: Image.Image, polygons: list[np.ndarray], camera: Camera) -> None:
    from PIL import Image, ImageChops, ImageDraw

    polygons = [polygon for polygon in polygons if len(polygon) > 2 and camera.sees(polygon)]
    if not polygons:
        return
    seen = [camera.pixels(polygon) for polygon in polygons]
    corners = np.concatenate(seen)
    # Only where they lie: masks of the whole enlarged picture would take half of the time.
    low = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0)) + 1, image.size).astype(int)
    if (high <= low).any():
        return
    mask = Image.new("L", tuple((high - low).tolist()))
    pen = ImageDraw.Draw(mask)
    for outline in seen:
        pen.polygon((outline - low).ravel().tolist(), fill=255)
    box = (*low.tolist(), *high.tolist())
    image.paste(SHADE, box, ImageChops.darker(mask, _hatch(image.size).crop(box)))


@lru_cache(maxsize=4)
def _hatch(size: tuple[int, int]) -> Image.Image:
    """How dark unseen places are: diagonal stripes of two opacities."""
    from PIL import Image

    across = np.add.outer(np.arange(size[1]), np.arange(size[0])) // _DETAIL
    return Image.fromarray(np.where(across % 9 < 3, 135, 85).astype(np.uint8))


def _rays(pen: ImageDraw, scene: Scene, camera: Camera) -> None:
    if len(scene.rays):
        ends = camera.pixels(scene.rays.reshape(-1, 2)).reshape(-1, 4)
        for ray in ends.tolist():
            pen.line(ray, fill=(*RAY, 95), width=_DETAIL)


def _hits(pen: ImageDraw, scene: Scene, camera: Camera) -> None:
    if not len(scene.rays):
        return
    length = np.hypot(*(scene.rays[:, 2:] - scene.rays[:, :2]).T)
    for x, y in camera.pixels(scene.rays[length < scene.ray_range, 2:]).tolist():
        for radius, colour in ((2.4 * _DETAIL, INK), (1.7 * _DETAIL, HIT)):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


# --- the strip of numbers ---


@cache
def _font(size: int) -> ImageFont | FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _strip(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """The strip, in the largest type that fits, in up to two rows; what does not fit is left out."""
    from PIL import Image, ImageDraw

    cells = [(label, _value(value)) for label, value in scene.strip]
    for rows, points in ((1, 13), (1, 12), (1, 11), (2, 12), (2, 10)):
        font = _font(points)
        layout = _layout(cells, font, size[0], rows)
        if len(layout) == len(cells):
            break
    used = 1 + max((row for row, *_ in layout), default=0)
    image = Image.new("RGB", (size[0], min(used * STRIP_ROW + 4, size[1] - 8)), PANEL)
    pen = ImageDraw.Draw(image)
    for (label, value), (row, x, middle) in zip(cells, layout, strict=False):
        y = row * STRIP_ROW + STRIP_ROW // 2 + 2
        pen.text((x, y), label, fill=TEXT, font=font, anchor="lm")
        pen.text((middle, y), value, fill=WHITE, font=font, anchor="lm")
    return image


def _layout(
    cells: list[tuple[str, str]], font: ImageFont | FreeTypeFont, width: int, rows: int
) -> list[tuple[int, float, float]]:
    """Where the cells go that fit: row, start of the label, start of the value."""
    found = []
    row, x = 0, float(_SIDE)
    for label, value in cells:
        first, second = font.getlength(f"{label} "), font.getlength(value)
        if x + first + second > width - _SIDE and x > _SIDE:
            row, x = row + 1, float(_SIDE)
        if row >= rows:
            break
        found.append((row, x, x + first))
        x += first + second + 2 * _SIDE
    return found


def _value(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value))
    if not isinstance(value, Real):
        return str(value)
    number = float(value)
    if math.isnan(number):
        return "-"
    return f"{number:.1f}" if abs(number) >= 10.0 else f"{number:.2f}"

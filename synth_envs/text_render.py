"""Pictures of a transcript, for `render_mode="rgb_array"` and video recording."""

import textwrap
from collections.abc import Sequence

import numpy as np
from gymnasium.error import DependencyNotInstalled

__all__ = ["RENDER_MODES", "check_render_mode", "picture", "transcript"]

RENDER_MODES = ("ansi", "rgb_array")
WIDTH, HEIGHT = 640, 480

_MARGIN = 18
_SIZE = 15
_LINE = 20
_COLUMNS = 78
_COLOURS = {"prompt": (32, 36, 44), "response": (18, 84, 160), "feedback": (150, 82, 0)}
_PAPER = (252, 252, 250)
_MUTED = (130, 134, 140)
_MAX_TEXT = 4_000


def check_render_mode(mode: str | None, modes: Sequence[str] = RENDER_MODES) -> str | None:
    """Return the mode if it is None or one of `modes`; raises ValueError otherwise."""
    if mode is not None and mode not in modes:
        named = " or ".join(map(repr, modes))
        msg = f"render_mode must be None{',' if len(modes) > 1 else ' or'} {named}, got {mode!r}"
        raise ValueError(msg)
    return mode


def transcript(entries: Sequence[tuple[str, str]]) -> str:
    """Readable text of (role, text) pairs."""
    return "\n\n".join(f"[{role}]\n{text}" for role, text in entries)


def picture(entries: Sequence[tuple[str, str]]) -> np.ndarray:
    """The transcript as a picture; when it is too long, its end is shown.

    Args:
        entries: (role, text) pairs.

    Returns:
        An array of shape (480, 640, 3), uint8.

    Raises:
        DependencyNotInstalled: Pillow is missing.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        msg = "pictures of text need Pillow: pip install 'synth-envs[render]'"
        raise DependencyNotInstalled(msg) from error
    lines: list[tuple[str, tuple[int, int, int]]] = []
    for role, text in entries:
        lines.append((role, _MUTED))
        for paragraph in text[:_MAX_TEXT].split("\n"):
            wrapped = textwrap.wrap(paragraph, _COLUMNS) or [""]
            lines += [(line, _COLOURS.get(role, _COLOURS["prompt"])) for line in wrapped]
        lines.append(("", _MUTED))
    fits = (HEIGHT - 2 * _MARGIN) // _LINE
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_SIZE)
    for row, (line, colour) in enumerate(lines[-fits:]):
        printable = line.encode("utf-8", errors="replace").decode()
        draw.text((_MARGIN, _MARGIN + row * _LINE), printable, fill=colour, font=font)
    return np.asarray(image, dtype=np.uint8).copy()

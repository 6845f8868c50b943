"""The colours of driving scenes, told apart by people who are colour-blind.

The road users' hues are those of Okabe and Ito, "Color Universal Design" (2008); what matters is
never told by the hue alone, but also by a shape or a pattern.
"""

from __future__ import annotations

__all__ = [
    "ASPHALT",
    "BACKDROP",
    "BODY",
    "BRAKE",
    "CRASHED",
    "GLASS",
    "GREEN",
    "HIT",
    "INK",
    "LAMP",
    "PAINT",
    "PANEL",
    "PAVEMENT",
    "RAY",
    "SHADE",
    "SIREN",
    "TEXT",
    "TRAIL",
    "WHITE",
    "Colour",
]

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
INK: Colour = (24, 27, 33)
BACKDROP: Colour = (176, 188, 160)
PAVEMENT: Colour = (190, 188, 184)
ASPHALT: Colour = (82, 87, 95)
PAINT: Colour = (238, 238, 232)
GLASS: Colour = (38, 44, 54)
LAMP: Colour = (255, 246, 205)
BRAKE: Colour = (225, 55, 20)
CRASHED: Colour = (213, 94, 0)
GREEN: Colour = (0, 190, 140)
TRAIL: Colour = (120, 200, 245)
RAY: Colour = (205, 255, 235)
HIT: Colour = (235, 255, 245)
SIREN: Colour = (0, 114, 178)
SHADE: Colour = (14, 18, 26)
PANEL: Colour = (32, 36, 44)
TEXT: Colour = (160, 168, 178)

BODY: dict[str, Colour] = {
    "ego": (64, 170, 235),
    "car": (206, 210, 215),
    "truck": (198, 184, 152),
    "cyclist": (0, 170, 125),
    "pedestrian": (250, 228, 66),
    "obstacle": (204, 121, 167),
    "light": INK,
    "cone": (230, 159, 0),
    "emergency": (240, 242, 245),
}

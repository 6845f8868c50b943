"""The roads of a recording as lanes to draw."""

from __future__ import annotations

from synth_envs.driving.real.recording import Recording
from synth_envs.driving.scene import Lane, Line

__all__ = ["drawn_lanes"]

_LINES: dict[str, Line] = {
    "solid": "solid",
    "broad_solid": "solid",
    "dashed": "dashed",
    "broad_dashed": "dashed",
}


def drawn_lanes(recording: Recording) -> list[Lane]:
    """Return the lanelets of a recording as lanes.

    A line between two neighbours is drawn for the one at its right only: their points are not quite
    the same, and dashes of both would fill each other's gaps.
    """
    return [
        Lane(
            left=lanelet.left,
            right=lanelet.right,
            left_line=_LINES.get(lanelet.left_line, "none"),
            right_line="none"
            if lanelet.adjacent_right is not None
            else _LINES.get(lanelet.right_line, "none"),
        )
        for lanelet in recording.lanelets.values()
    ]

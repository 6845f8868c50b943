"""Where everything stands in the arrays of replayed recordings.

Recordings differ much in size, so their parts lie one after another in flat tables; a row of a table
names the rows of the next that are its own. Lengths are metres, angles radians (counter-clockwise
from +x, y up), times seconds, or frames of the recording.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["EGO", "OTHERS", "Tables"]


class Tables(NamedTuple):
    """All playable recordings of a source; never written to after it is made."""

    recordings: np.ndarray
    """int64 (recordings, 11): see `FIRST_TRACK` and what follows."""
    starts: np.ndarray
    """float64 (recordings, 6): the ego's first state, the time step, the pace."""
    tracks: np.ndarray
    """int64 (tracks, 7): rows of states and path, first frame, kind, whether it leaves."""
    drivers: np.ndarray
    """float64 (tracks, 6): size, desired speed and headway, where it is at the ego's start."""
    states: np.ndarray
    """float64 (states, 6): x, y, heading, speed, acceleration over the last second, column."""
    paths: np.ndarray
    """float64 (points, 7): x, y, metres along, direction to the next point, heading, column."""
    lanelets: np.ndarray
    """int64 (lanelets, 9): rows of outline and centre line; neighbours, what follows, column."""
    fields: np.ndarray
    """float64 (lanelets, 8): length, what remains to the goal, room, outermost coordinates."""
    outlines: np.ndarray
    """float64 (points, 2)."""
    centres: np.ndarray
    """float64 (points, 3): x, y, metres along."""
    goals: np.ndarray
    """int64 (goals, 6): first and last frame, rows of regions and of lanelets."""
    limits: np.ndarray
    """float64 (goals, 4): intervals of heading and speed; NaN where there is none."""
    regions: np.ndarray
    """int64 (regions, 2): rows of corners."""
    corners: np.ndarray
    """float64 (points, 2)."""
    targets: np.ndarray
    """int64 (n,): lanelets of goals."""


#: Columns of `recordings`. Frames: of the ego's start, of truncation, and of a decision; `TIMED` is 1
#: if no goal names a place; `START_LANELET` is where the ego starts.
(
    FIRST_TRACK, TRACKS, FIRST_LANELET, LANELETS, FIRST_GOAL, GOALS, BEGIN, END, PER_STEP, TIMED, START_LANELET,
) = range(11)  # fmt: skip
#: Columns of `starts`. The pace is the speed that the recorded traffic seldom exceeds (m/s).
START_X, START_Y, START_H, START_V, DT, PACE = range(6)
#: Columns of `tracks`. `LEAVES`: the recording goes on without it.
FIRST_STATE, STATES, FIRST_FRAME, FIRST_POINT, POINTS, KIND_OF, LEAVES = range(7)
#: Columns of `drivers`.
LENGTH, WIDTH, WANTED, HEADWAY, PATH_LENGTH, BEGIN_S = range(6)
#: Columns of `states`; the same first four stand in `others`.
STATE_X, STATE_Y, STATE_H, STATE_V, STATE_A, STATE_COLUMN = range(6)
#: Columns of `paths`.
PATH_X, PATH_Y, PATH_S, PATH_COS, PATH_SIN, PATH_H, PATH_COLUMN = range(7)
#: Columns of `lanelets`. Rows of other lanelets are -1 if there is none; `SHIFT` is by how many lanes
#: to the left the route goes on; `COLUMN` counts lanes from the right.
(
    FIRST_OUTLINE, OUTLINE_POINTS, FIRST_CENTRE, CENTRE_POINTS, LEFT, RIGHT, NEXT, COLUMN, SHIFT,
) = range(9)  # fmt: skip
#: Columns of `fields`. At the share p of a lanelet, `BEYOND` + (1 - p) `SPAN` metres remain; `ROOM`
#: are the metres from its beginning until its lane ends.
LANELET_LENGTH, BEYOND, SPAN, ROOM, WEST, EAST, SOUTH, NORTH = range(8)
#: Columns of `goals` and `limits`.
GOAL_FROM, GOAL_TO, FIRST_REGION, REGIONS, FIRST_TARGET, TARGETS = range(6)
LEAST_H, MOST_H, LEAST_V, MOST_V = range(4)

#: Of the ego, float64 (num_envs, len(EGO)): its state, and what is measured over the episode.
EGO = (
    "X", "Y", "H", "V", "ACC", "STEER", "SLIP",  # STEER in rad, SLIP the sine of the slip angle
    "TARGET",     # the speed that meta actions set (m/s)
    "REMAINING",  # metres to the goal along the lanelets; negative beyond it
    "BEGAN",      # and at the start
    "OUTSIDE",    # 1 if its centre is outside every lanelet
    "COLLIDED", "AT_FAULT", "ARRIVED", "OFF_ROAD", "DISTANCE", "TTC", "NEED", "SECONDS",
    "DIVERGED", "COMPARED",  # sum and count of the others' distances from their recorded places
    "PILED",      # 1 once two of the others overlap
)  # fmt: skip
(
    X, Y, H, V, ACC, STEER, SLIP, TARGET, REMAINING, BEGAN, OUTSIDE, COLLIDED, AT_FAULT, ARRIVED, OFF_ROAD, DISTANCE, TTC,
    NEED, SECONDS, DIVERGED, COMPARED, PILED,
) = range(len(EGO))  # fmt: skip
#: Of the ego, int64 (num_envs, 4): the recording and its frame; the lanelet it is on (or was last),
#: and the one that it keeps or changes to.
RECORDING, FRAME, LANE, AIM = range(4)

#: Of the others, float64 (num_envs, len(OTHERS), tracks); X to V as of the ego. `LINE` is the lane's
#: column; `SOON_X`, `SOON_Y` is where reactive ones will be if they keep their speeds.
OTHERS = ("X", "Y", "H", "V", "A", "S", "LINE", "SOON_X", "SOON_Y")
A, S, LINE, SOON_X, SOON_Y = range(4, 9)
#: Of the others, int64 (num_envs, 2, tracks): whether it is there, and where on its path it is.
STATUS, POINT = range(2)
WAITING, THERE, GONE = range(3)

EGO_LENGTH, EGO_WIDTH = 5.0, 1.95

"""Where everything stands in the simulator's arrays.

`actors` is float32 (num_envs, len(FIELDS), actors), `marks` is int32 (num_envs, len(MARKS), actors),
`world` is float64-free: float32 (num_envs, len(WORLD)). Actor 0 is the ego vehicle.

Actors stand in road coordinates: `S` metres along the reference line of their road, `D` metres to
its left, `MU` the heading relative to the line in radians (0: along it; pi: against it). The
reference line of a road is the centre of its rightmost lane, lane 0; lane k is k widths to the left.
World coordinates `X`, `Y` (metres, y up) and `H` (radians, counter-clockwise from +x) follow from them.
"""

from __future__ import annotations

__all__ = ["FIELDS", "MARKS", "WORLD"]

FIELDS = (
    "S", "D", "MU", "V",      # road coordinates and speed (m, m, rad, m/s)
    "X", "Y", "H",            # world pose (m, m, rad), brought up to date at every frame
    "ACC", "STEER",           # what was last applied (m/s2, rad)
    "LENGTH", "WIDTH",        # m
    "WANTED", "HEADWAY", "GAP",   # IDM: desired speed (m/s), time headway (s), jam distance (m)
    "PUSH", "BRAKE",          # IDM: maximum acceleration, comfortable deceleration (m/s2)
    "POLITE", "WAIT",         # MOBIL: politeness; seconds until lanes are considered again
    "P0", "P1", "P2", "P3",   # of the actor's script
    "GONE", "GONE_S",         # when (s) and where (m) it last was in the ego's way, for PET
    "ALONG",                  # its speed along its road (m/s), negative against it
    "ROOT",                   # IDM: 1 / (2 sqrt(PUSH BRAKE))
)  # fmt: skip
MARKS = (
    "KIND",     # what it is, or NONE
    "ROLE",     # how it behaves
    "ROAD",     # which road of the map it is on
    "LANE",     # the lane it keeps or changes to
    "PHASE",    # of its script: 0 before, 1 during, 2 after
    "CRASHED",  # 1 after a collision
    "SEEN",     # 1 if the ego saw it at the last observation
)  # fmt: skip
WORLD = (
    "TIME", "FRICTION", "LIMIT", "GOAL_S", "GOAL_LANE", "LAST_ACC", "START_S", "END",  # END: s until truncation
    "RANGE", "DROP_FROM", "DROP_TO", "DROP_SHARE",   # sensor range (m); when and how much of it fails
    "REACH",  # largest S so far: what progress has been paid for
    "COLLIDED", "AT_FAULT", "TTC", "PET", "NEED", "JERK", "OFF_ROAD", "WRONG_WAY", "RED", "SPEEDING", "TAILGATING",
    "DISTANCE", "STEPS", "BLOCKED_EMERGENCY", "TARGET_SPEED", "ARRIVED", "HARSH", "EVENT_T", "LEVEL",
    "CROSSERS",  # how many actors may cross the ego's way
)  # fmt: skip

(
    S, D, MU, V, X, Y, H, ACC, STEER, LENGTH, WIDTH, WANTED, HEADWAY, GAP, PUSH, BRAKE, POLITE, WAIT,
    P0, P1, P2, P3, GONE, GONE_S, ALONG, ROOT,
) = range(len(FIELDS))  # fmt: skip
KIND, ROLE, ROAD, LANE, PHASE, CRASHED, SEEN = range(len(MARKS))
(
    TIME, FRICTION, LIMIT, GOAL_S, GOAL_LANE, LAST_ACC, START_S, END, RANGE, DROP_FROM, DROP_TO, DROP_SHARE, REACH,
    COLLIDED, AT_FAULT, TTC, PET, NEED, JERK, OFF_ROAD, WRONG_WAY, RED, SPEEDING, TAILGATING, DISTANCE, STEPS,
    BLOCKED_EMERGENCY, TARGET_SPEED, ARRIVED, HARSH, EVENT_T, LEVEL, CROSSERS,
) = range(len(WORLD))  # fmt: skip

#: Kinds. What is CAR or more and less than CONE moves; a LIGHT is seen but not hit.
NONE, CAR, TRUCK, CYCLIST, PEDESTRIAN, EMERGENCY, CONE, VAN, DOOR, LIGHT, WALL = range(11)
KINDS = (
    "none",
    "car",
    "truck",
    "cyclist",
    "pedestrian",
    "emergency",
    "cone",
    "van",
    "door",
    "light",
    "wall",
)
#: Roles.
IDLE, DRIVER, BRAKER, CUTTER, WALKER, AGAINST, SIREN, OPENER, SIGNAL, PULSER, EGO = range(11)

#: Columns of a map's `roads` (float32, (maps, roads, 6)).
ROAD_LENGTH, ROAD_LANES, ROAD_WIDTH, ROAD_LIMIT, ROAD_ONCOMING, ROAD_STOP = range(6)
#: Columns of a map's `segments` (float32, (maps, roads, segments, 7)): where a stretch of one
#: curvature begins (metres along the road, world pose), its curvature (1/m), cosine and sine there.
SEG_S, SEG_X, SEG_Y, SEG_H, SEG_K, SEG_COS, SEG_SIN = range(7)
#: Columns of a map's `lanes` (float32, (maps, roads, lanes, 6)): where the lane begins and ends, where
#: it may be entered or left, and by how much per metre it leans away before and after that.
LANE_FROM, LANE_TO, LANE_OPEN, LANE_CLOSE, LANE_IN, LANE_OUT = range(6)
#: Columns of a map's `zones` (float32, (maps, roads, roads, zones, 7)): where road p is in the way of
#: road q: from and to on p, from and to on q, whether the two run as one there, whether p gives way,
#: and what to add to a place on q for the same place on p.
ZONE_P0, ZONE_P1, ZONE_Q0, ZONE_Q1, ZONE_SHARED, ZONE_YIELDS, ZONE_SHIFT = range(7)
MAX_LANES, MAX_SEGMENTS, MAX_ZONES = 5, 8, 2

"""How a highway's state is laid out in arrays, and the constants that all its kernels share.

A batch is two arrays, `floats` (FLOATS, environments, vehicles) float64 and `ints` (INTS,
environments, vehicles) int64, so that a row of neighbouring environments is contiguous. Vehicle 0
is the ego; the others keep the order in which they were made, which decides ties as in the peer.

Kernels take runs of environments through a frame together, because loops over all their vehicles
are long enough for vector instructions. Each place of a run has scratch, too.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "AHEAD",
    "AHEAD_LEFT",
    "AHEAD_RIGHT",
    "AHEAD_THERE",
    "COS",
    "CRASHED",
    "EXPONENT",
    "FLOATS",
    "HEADING",
    "INTS",
    "LANE",
    "LANE_WIDTH",
    "LENGTH",
    "ORDER",
    "PUSH_X",
    "PUSH_Y",
    "RANK",
    "ROAD_LENGTH",
    "SCRATCH",
    "SIN",
    "SPEED",
    "STRUCK",
    "TARGET",
    "TARGET_SPEED",
    "TIMER",
    "WIDTH",
    "HighwayRules",
    "X",
    "Y",
]

# Rows of `floats`: position [m], heading [rad] with its cosine and sine, speed [m/s], the speed
# aimed at [m/s], IDM exponent, time since the last thought of a lane change [s], and the push of
# a collision that the next frame applies [m].
X, Y, HEADING, COS, SIN, SPEED, TARGET_SPEED, EXPONENT, TIMER, PUSH_X, PUSH_Y = range(11)
FLOATS = 11

# Rows of `ints`: the lane a vehicle is on and the one it steers to, whether it has crashed,
# whether PUSH is to be applied, and the vehicles in the order of their x.
LANE, TARGET, CRASHED, STRUCK, ORDER = range(5)
INTS = 5

# Rows of a place's scratch (SCRATCH, vehicles) int64: place in `ORDER`; the vehicles ahead on the
# own lane, the lanes to its left and right, and on the target lane (-1 for none).
RANK, AHEAD, AHEAD_LEFT, AHEAD_RIGHT, AHEAD_THERE = range(5)
SCRATCH = 5

LENGTH, WIDTH = 5.0, 2.0  # [m] of every vehicle
LANE_WIDTH = 4.0  # [m]; lane k has its centre at y = 4 k, to the right of travel along +x
ROAD_LENGTH = 10_000.0  # [m]


class HighwayRules(NamedTuple):
    """The configuration as kernels see it.

    Attributes:
        lanes: Number of lanes.
        frames: Simulated frames per environment step.
        dt: Length of a frame [s].
        period: Time counted per environment step [s].
        duration: Time at which an episode is truncated [s].
        ego_only: Whether only collisions with the ego are looked for.
        offroad_terminal: Whether leaving the road ends an episode.
        normalize: Whether rewards are mapped to [0, 1].
        collision: Reward of a crash (before it is mapped, as the next two).
        right: Reward of aiming at the rightmost lane.
        fast: Reward of driving at `speed_high` or faster.
        speed_low: Forward speed [m/s] that is not rewarded yet.
        speed_high: Forward speed [m/s] from which the reward is full.
        ego_spacing: Factor on the gap that the ego's place is drawn with.
        spacing: The same for the other vehicles, the inverse of their density.
        first_lane: The ego's first lane, or -1 to draw it.
    """

    lanes: int
    frames: int
    dt: float
    period: float
    duration: float
    ego_only: bool
    offroad_terminal: bool
    normalize: bool
    collision: float
    right: float
    fast: float
    speed_low: float
    speed_high: float
    ego_spacing: float
    spacing: float
    first_lane: int

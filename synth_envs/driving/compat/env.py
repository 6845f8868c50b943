"""Gymnasium environments with exactly the spaces, rewards and dynamics of highway-env 1.12.1."""

from __future__ import annotations

from synth_envs.driving.compat.highway import HighwaySim
from synth_envs.driving.compat.intersection import IntersectionSim
from synth_envs.driving.compat.merge import MergeSim
from synth_envs.driving.compat.parking import ParkingSim
from synth_envs.driving.compat.roundabout import RoundaboutSim
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv

__all__ = [
    "HighwayCompatEnv", "HighwayCompatVectorEnv", "IntersectionCompatEnv", "IntersectionCompatVectorEnv",
    "MergeCompatEnv", "MergeCompatVectorEnv", "ParkingCompatEnv", "ParkingCompatVectorEnv", "RoundaboutCompatEnv",
    "RoundaboutCompatVectorEnv",
]  # fmt: skip


class HighwayCompatEnv(SimEnv):
    """highway-v0 and highway-fast-v0 of highway-env 1.12.1, hundreds to thousands of times faster.

    ## Description

    Drive fast on the right lanes of a straight highway without a crash. From the same initial state
    and with the same actions it follows the peer to rounding (largest difference seen: 2.3e-13), so a
    policy that was trained here runs there unchanged. Seeds do not map.

    ## Observation Space

    `Box((5, 5), float32)`: presence, x, y, vx, vy of the ego (absolute) and of the next four vehicles
    ahead (relative), scaled as in the peer; presence in [0, 1], the rest in [-1, 1].

    ## Action Space

    `Discrete(5)`: 0 left lane, 1 idle, 2 right lane, 3 faster, 4 slower.

    ## Rewards

    (1 - crash + 0.1 lane / (lanes - 1) + 0.4 clip((v cos - 20) / 10, 0, 1)) / 1.5 on the road, as in
    the peer: in [0, 1]. `info["reward_terms"]` has the peer's unweighted terms.

    ## Starting State

    The peer's distribution: 50 (fast: 20) drivers ahead of the ego on 4 (3) lanes.

    ## Episode End

    Terminates on a crash; truncates after 40 (30) decisions. `info["metrics"]`: return, length,
    crashed, mean_speed, distance.

    ## Arguments

    * `variant`: "highway" or "highway-fast"; the other arguments are the peer's options and default
      to the variant's: `vehicles_count`, `lanes_count`, `duration`, `simulation_frequency`,
      `policy_frequency`, `ego_spacing`, `vehicles_density`, `initial_lane_id`, `target_speeds`,
      `ego_collisions_only`, `collision_reward`, `right_lane_reward`, `high_speed_reward`,
      `reward_speed_range`, `normalize_reward`, `offroad_terminal`.
    * `split`, `render_mode`: as in `SimEnv`; `difficulty` is not used.

    ## Version History

    * v0: highway-env 1.12.1.
    """

    simulator = HighwaySim


class HighwayCompatVectorEnv(SimVectorEnv):
    """Many `HighwayCompatEnv`s in lock step; same arguments."""

    simulator = HighwaySim


class MergeCompatEnv(SimEnv):
    """merge-v0 of highway-env 1.12.1.

    ## Description

    Drive on a highway where a ramp joins from the right, and let its car in. Follows the peer exactly
    where NumPy rounds as the C library does (its AVX-512 functions do not).

    ## Observation Space

    `Box((5, 5), float32)` as in `HighwayCompatEnv`.

    ## Action Space

    `Discrete(5)` as in `HighwayCompatEnv`, or `Box(-1, 1, (2,))` with `action_type="continuous"`.

    ## Rewards

    The peer's: collision, right lane, speed, lane changes and the speed of who merges, mapped linearly
    from [-1.5, 0.3] to [0, 1] and not clipped.

    ## Starting State

    The peer's distribution: the ego at 30 m with 30 m/s, three cars and one on the ramp.

    ## Episode End

    Terminates on a crash and at x > 370 m. As in the peer nothing truncates: give `max_episode_steps`
    to `gym.make` if the ego may stand still.

    ## Arguments

    * `action_type`, `target_speeds`, `simulation_frequency`, `policy_frequency`, `vehicles_count`
      (rows), `collision_reward`, `right_lane_reward`, `high_speed_reward`, `reward_speed_range`,
      `lane_change_reward`, `merging_speed_reward`: the peer's options.
    * `split`, `render_mode`: as in `SimEnv`; `difficulty` is not used.

    ## Version History

    * v0: highway-env 1.12.1.
    """

    simulator = MergeSim


class MergeCompatVectorEnv(SimVectorEnv):
    """Many `MergeCompatEnv`s in lock step; same arguments."""

    simulator = MergeSim


class RoundaboutCompatEnv(SimEnv):
    """roundabout-v0 of highway-env 1.12.1.

    ## Description

    Cross a roundabout of two lanes on a route given by the peer.

    ## Observation Space

    `Box((5, 5), float32)`: presence, x, y, vx, vy, absolute, scaled as in the peer.

    ## Action Space

    `Discrete(5)` as in `HighwayCompatEnv` with speeds 0, 8 and 16 m/s, or continuous.

    ## Rewards

    The peer's: collision, speed and lane changes, mapped from [-1, 0.2] to [0, 1], on the road only.

    ## Starting State

    The peer's distribution: the ego comes from the south, four cars are about.

    ## Episode End

    Terminates on a crash; truncates after 11 s.

    ## Arguments

    * `duration`, `incoming_vehicle_destination`, `normalize_reward` and those of `MergeCompatEnv`.
    * `split`, `render_mode`: as in `SimEnv`; `difficulty` is not used.

    ## Version History

    * v0: highway-env 1.12.1.
    """

    simulator = RoundaboutSim


class RoundaboutCompatVectorEnv(SimVectorEnv):
    """Many `RoundaboutCompatEnv`s in lock step; same arguments."""

    simulator = RoundaboutSim


class IntersectionCompatEnv(SimEnv):
    """intersection-v0 of highway-env 1.12.1.

    ## Description

    Turn left at a dense intersection by choosing speeds. Others keep the peer's rules of priority, and
    come and go as there.

    ## Observation Space

    `Box((15, 7), float32)`: presence, x, y, vx, vy, cos_h, sin_h, absolute, scaled as in the peer.

    ## Action Space

    `Discrete(3)`: 0 slower, 1 idle, 2 faster, of 0, 4.5 and 9 m/s, or continuous.

    ## Rewards

    The peer's: 1 on arrival, else the speed's share between 7 and 9 m/s, -5 for a collision.

    ## Starting State

    The peer's distribution, warm-up included.

    ## Episode End

    Terminates on a crash and on arrival; truncates after 13 s.

    ## Arguments

    * `duration`, `destination`, `initial_vehicle_count`, `spawn_probability`, `arrived_reward`,
      `offroad_terminal` and those of `RoundaboutCompatEnv`.
    * `split`, `render_mode`: as in `SimEnv`; `difficulty` is not used.

    ## Version History

    * v0: highway-env 1.12.1.
    """

    simulator = IntersectionSim


class IntersectionCompatVectorEnv(SimVectorEnv):
    """Many `IntersectionCompatEnv`s in lock step; same arguments."""

    simulator = IntersectionSim


class ParkingCompatEnv(SimEnv):
    """parking-v0 of highway-env 1.12.1, a goal environment.

    ## Description

    Park in the given spot, facing the right way.

    ## Observation Space

    `Dict` of "observation", "achieved_goal" and "desired_goal", `Box((6,), float64)` each: x, y, vx, vy,
    cos, sin, scaled as in the peer.

    ## Action Space

    `Box(-1, 1, (2,), float32)`: acceleration (5 m/s2) and steering (45 degrees).

    ## Rewards

    Minus the weighted distance to the goal to the power 0.5, -5 for a crash;
    `env.unwrapped.compute_reward` takes batches, for hindsight replay.

    ## Starting State

    At the origin with any heading, standing.

    ## Episode End

    Terminates on a crash and when parked (reward above -0.12); truncates after 500 steps (100 s).

    ## Arguments

    * `duration`, `simulation_frequency`, `policy_frequency`, `success_goal_reward`,
      `collision_reward`, `add_walls`: the peer's options.
    * `split`, `render_mode`: as in `SimEnv`; `difficulty` is not used.

    ## Version History

    * v0: highway-env 1.12.1.
    """

    simulator = ParkingSim

    compute_reward = staticmethod(ParkingSim.compute_reward)


class ParkingCompatVectorEnv(SimVectorEnv):
    """Many `ParkingCompatEnv`s in lock step; same arguments."""

    simulator = ParkingSim

    compute_reward = staticmethod(ParkingSim.compute_reward)

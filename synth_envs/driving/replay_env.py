"""Gymnasium environments over recorded traffic."""

from __future__ import annotations

from synth_envs.driving.real.replay import ReplaySim
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv

__all__ = ["ReplayEnv", "ReplayVectorEnv"]


class ReplayEnv(SimEnv):
    """Driving in recorded traffic.

    ## Description

    The ego takes the place of a car that was removed from a recording (CommonRoad 2020a XML, such
    as those of NGSIM US-101), starts as that car did, and drives towards the goal of the file. The
    others follow their recording ("log"), or drive by IDM along their recorded ways, behind
    whoever is ahead, the ego included ("reactive"); their desired speeds and headways are read off
    the recording. Nobody of the "log" ever gives way, so a slow ego is run into.

    ## Observation Space

    "kinematics": `Box(140,)` in [-1, 1], 20 features of the ego, then 12 of each of 10 rows: the
    ego and the nearest road users within 150 m. It is the table of `DrivingEnv` (see
    `synth_envs.driving.sim.observations`), so that policies trained there run here. The limit is
    the 95th percentile of the recorded speeds; nobody is hidden.

    ## Action Space

    * "meta": `Discrete(6)`: left lane, keep, right lane, faster, slower (by 5 m/s), brake hard.
      Lanes are those that the file calls neighbours.
    * "continuous": `Box(-1, 1, (2,))`: acceleration (up to 3 m/s2, braking up to 8) and steering
      (45 degrees).

    ## Rewards

    The sum of `info["reward_terms"]`: "progress" (how much nearer the goal is along the lanelets,
    over what the limit allows in a step; a potential, so that driving back costs what driving
    forth earned), "collision" (-20), "off_road" (-0.5 while the ego's centre is outside every
    lanelet, -20 at 2 m), "comfort" (down to -0.1, for more than 3 m/s2) and "goal" (+10). If no
    goal names a place, progress is measured to the farthest end of the road, and whoever still drives
    when the goal's time comes has arrived.

    ## Starting State

    `reset(seed=s)` fixes the recording; recordings come in equal shares over the seeds and over the
    episodes of a stream. `info["task_id"]` names the episode for this source only. Splits are of
    names, not of recordings: to hold some out, put them in another folder.

    ## Episode End

    Terminates on a collision, 2 m beyond the lanelets, and at the goal (its place, time, speed and
    heading at once). Truncates at the end of the recording, of the goal's time, or of the road.
    `info["metrics"]` then has collision, at_fault (not if the ego stood, or kept to its lane and was
    run into from behind or touched at its side), arrived, progress, mean_speed, seconds, min_ttc (of
    those ahead; at most 100), required_deceleration, off_road (seconds), log_divergence (mean metres
    of the others from their recorded places; 0 for "log"), others_collided (of reactive traffic, where
    the recording has no overlap) and recording (its index).

    ## Arguments

    * `source`: a CommonRoad file, or a folder of them (`*.xml`, `*.xml.gz`). Files without
      trajectories (S files) are left out; `env.sim.left_out` says which, and why.
    * `traffic`: "log" or "reactive".
    * `observation`: "kinematics".
    * `action`: as above.
    * `difficulty`: changes nothing here.
    * `split`: "train", "validation", "test" (disjoint by name) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = ReplaySim


class ReplayVectorEnv(SimVectorEnv):
    """Many `ReplayEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = ReplaySim

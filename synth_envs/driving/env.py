"""Gymnasium environments of the native driving simulator."""

from __future__ import annotations

from synth_envs.driving.sim.simulator import DrivingSim
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv

__all__ = ["DrivingEnv", "DrivingVectorEnv"]


class DrivingEnv(SimEnv):
    """Driving among others, with rare events.

    ## Description

    The ego vehicle drives on highways, ramps, city streets, junctions and a roundabout, among
    drivers (IDM and MOBIL), cyclists and pedestrians. Nineteen scenarios: free-highway,
    dense-highway, merge, exit, roundabout, signalled-intersection, unsignalled-intersection,
    left-turn, cut-in, hard-brake, stop-and-go, jaywalker, occluded-crossing, door, wrong-way,
    emergency, work-zone, sensor-dropout, low-friction. The difficulty sets how critical the event
    is (time to collision, required deceleration) or how dense the traffic; every event is solvable.

    Pedestrians cross at 1.0 to 1.4 m/s, at difficulty 1 at up to 2.4 m/s (observed at crosswalks:
    1.32 m/s, standard deviation 0.31; Andrews et al., "Update on distance and velocity requirements
    for community ambulation", 2010). Cyclists ride at 5 m/s and are 1.8 m by 0.7 m (typical adults
    average 3.6 to 5.4 m/s; TxDOT, Roadway Design Manual, 18.3.4). Drivers' parameters are those of
    Treiber and Kesting, "Traffic flow dynamics", 2013.

    ## Observation Space

    What the ego sees: whoever is hidden behind another is not in it. All values are in [-1, 1].

    * "kinematics": `Box(140,)`, 20 features of the ego, then 12 of each of 10 rows: the ego and
      the nearest road users; see `synth_envs.driving.sim.observations`.
    * "lidar": `Box(200,)`, the ego's features and 60 sectors of distance, radial speed and kind.
    * "grid": `Dict` of the ego's features and a grid (5, 32, 32) of 2 m cells: presence, relative
      speeds, road, known.
    * "attention": `Dict` of "ego", "others" and "mask".

    ## Action Space

    * "meta": `Discrete(6)`: left lane, keep, right lane, faster, slower (by 5 m/s), brake hard.
    * "longitudinal": `Discrete(4)`: slower, keep, faster, brake hard.
    * "continuous": `Box(-1, 1, (2,))`: acceleration (up to 3 m/s2, braking up to 8) and steering
      (45 degrees).
    * "driver": `Discrete(1)`: the ego drives itself by IDM and MOBIL, the rule driver.

    ## Rewards

    The sum of `info["reward_terms"]`: "progress" (new metres along the route over what the speed
    limit allows in a step, in [0, 1]; driving back and forth earns nothing), "collision" (-20),
    "off_road" (-20, once 6 m beyond the edge), "comfort" (down to -0.1, for more than 3 m/s2) and
    "rules" (-0.5 for speeding, for being off the road, for the wrong side and for being in the way
    of an emergency vehicle within 30 m, at most -1; -10 for a red light) and "arrival" (+10 times the share of the scenario's time that is left at the goal,
    if the lane is right). So a step's reward is in [-31.1, 11].

    ## Starting State

    `reset(seed=s)` fixes the episode; `info["task_id"]` names it, and
    `reset(options={"task": task_id})` replays it. Scenarios come by exact quota over the seeds and
    over the episodes of a stream.

    ## Episode End

    Terminates on a collision, 6 m beyond the edge of the road, and at the goal of the scenario
    (passed, on the right lane or not). Truncates after the scenario's time (30 to 60 s).
    `info["metrics"]` then has collision, at_fault, arrived, progress, mean_speed, seconds, min_ttc,
    pet, required_deceleration, max_jerk, harsh, off_road, wrong_way, red_lights, speeding,
    tailgating, blocked_emergency, event and scenario (its index).

    ## Arguments

    * `scenario`: a name, shares by name, or None for all in equal shares.
    * `observation`, `action`: as above.
    * `traffic`: how many drivers are in the traffic of a highway, up to 60.
    * `policy_hz`, `frames`: decisions per second and simulated frames per decision.
    * `duration`: seconds until truncation, or None for the scenario's own.
    * `difficulty`: in [0, 1], or None to draw it for each episode.
    * `split`: "train", "validation", "test" (disjoint by key) or "all".
    * `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = DrivingSim


class DrivingVectorEnv(SimVectorEnv):
    """Many `DrivingEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = DrivingSim

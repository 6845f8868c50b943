"""Which driver plays which part among the reference policies of `synth_envs.policies`."""

from __future__ import annotations

from typing import Any

from synth_envs.core import Policy
from synth_envs.driving.experts import make_driver
from synth_envs.driving.oracle import Clairvoyant

__all__ = ["ROLES", "make_driving_policy"]

#: The trivial agents always slow down, keep their speed, and creep along at walking speed (what is
#: ahead is copied at most at that pace); the expert is the rule driver, the careless one keeps to a
#: gap rule.
ROLES = {
    "empty": "slower",
    "constant": "idle",
    "echo": "creep",
    "random": "random",
    "scripted": "rule",
    "careless": "gap-rule",
}


def make_driving_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment of the native driving simulator.

    Args:
        name: "oracle" (the clairvoyant planner) or a key of `ROLES`.
        env: A `DrivingEnv`, its view in words, or a vector environment of either.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: Its ego drives itself.
    """
    return Clairvoyant(env) if name == "oracle" else make_driver(ROLES[name], env)

"""Reference policies that sell: the optimum, and rules of thumb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synth_envs.core import Policy
from synth_envs.families import suggest
from synth_envs.trading.execution import layout as at
from synth_envs.trading.execution.simulator import ExecutionSim
from synth_envs.trading.optimal.liquidation import feedback
from synth_envs.trading.simulators import simulators_of

__all__ = ["POLICIES", "ROLES", "Seller", "make_execution_policy"]

#: Which seller plays which part among the reference policies: nothing until the end is forced, a
#: fixed share, the first entry of the observation as the share, the optimum from the simulator's
#: constants, the optimum from the observation, and all at once.
ROLES = {
    "empty": "wait",
    "constant": "tenth",
    "echo": "echo",
    "oracle": "optimum",
    "scripted": "almgren-chriss",
    "careless": "now",
}
POLICIES = ("optimum", "almgren-chriss", "twap", "now", "wait", "tenth", "echo")


def make_execution_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an execution environment.

    Args:
        name: A key of `ROLES`, or one of `POLICIES`.
        env: An `ExecutionEnv`, an `ExecutionVectorEnv` or a `SyncVectorEnv`, possibly wrapped.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """
    return Seller(ROLES.get(name, name), env)


class Seller:
    """Sells by a rule.

    "almgren-chriss" reads all that it needs from the observation and sells optimally, with decaying
    impact or without; "optimum" does the same from the simulator; "twap" sells equal slices; "now"
    sells everything, "wait" nothing until the end, "tenth" a tenth of what is left; "echo" repeats the
    first entry of the observation.

    Args:
        name: One of `POLICIES`.
        env: As in `make_execution_policy`.

    Raises:
        TypeError: The environment is of another kind.
        ValueError: The name is unknown.
    """

    def __init__(self, name: str, env: Any) -> None:
        if name not in POLICIES:
            known = (*ROLES, *POLICIES)
            msg = f"unknown policy {name!r}{suggest(str(name), known)}; choose from {', '.join(known)}"
            raise ValueError(msg)
        self.name = name
        self._sims = simulators_of(env, ExecutionSim)

    def act(self, observations: Sequence[Any]) -> np.ndarray:
        """Return one action for each episode: float32 (n, 1), or int64 (n,) on a grid."""
        if self.name == "optimum":
            shares = np.concatenate([sim.optimal_shares() for sim in self._sims])
        else:
            seen = np.asarray(observations, np.float64).reshape(-1, at.OBSERVED)
            shares = _shares(self.name, seen)
        return np.array([self._sims[0].action_of(share) for share in shares.tolist()])

    def reset(self, indices: Sequence[int]) -> None:
        """New episodes have begun in these; nothing is remembered."""


def _shares(name: str, seen: np.ndarray) -> np.ndarray:
    if name == "almgren-chriss":
        return _optimal(seen)
    if name == "twap":
        return np.asarray(1 / np.maximum(_left(seen), 1))
    if name == "echo":
        return np.asarray(np.clip(seen[:, 0], 0.0, 1.0))
    return np.full(len(seen), {"now": 1.0, "wait": 0.0, "tenth": 0.1}[name])


def _left(seen: np.ndarray) -> np.ndarray:
    """Steps to go, int64 (n,)."""
    steps = np.rint(1 / np.maximum(seen[:, at.SEE_STEP], 1e-6))
    return np.asarray(np.rint(seen[:, at.SEE_TIME] * steps), np.int64)


def _optimal(seen: np.ndarray) -> np.ndarray:
    """Solve for the optimal share in units of X and of what equal slices cost."""
    steps = np.rint(1 / np.maximum(seen[:, at.SEE_STEP], 1e-6))
    decay = seen[:, at.SEE_DECAY]
    # What equal slices cost for a unit of each constant, term by term.
    slope = seen[:, at.SEE_TEMPORARY] * steps
    permanent = seen[:, at.SEE_PERMANENT] * 2 * steps / np.maximum(steps - 1, 1)
    squares = (steps - 1) * (2 * steps - 1) / (6 * steps)
    risk = seen[:, at.SEE_RISK] / np.maximum(squares, 1e-9)
    pushed, cost = np.zeros(len(seen)), np.zeros(len(seen))
    for k in range(int(steps.max(initial=0))):
        going = k < steps
        cost += np.where(going, (pushed + 0.5 / steps) / steps, 0.0)
        pushed = (pushed + 1 / steps) * decay
    transient = seen[:, at.SEE_TRANSIENT] / np.maximum(cost, 1e-9)
    rule = feedback(slope, permanent, risk, transient, decay, np.maximum(_left(seen), 1))
    held = seen[:, at.SEE_LEFT]
    displaced = seen[:, at.SEE_PUSHED] * transient / np.where(held > 0, held, 1.0)
    return np.clip(rule.share + rule.relief * displaced, 0.0, 1.0)

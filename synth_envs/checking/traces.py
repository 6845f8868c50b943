"""Running a vector environment and recording what it returned."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv

from synth_envs.checking.structure import BrokenRuleError, check_returned
from synth_envs.checking.values import difference, info_of, join, split

__all__ = ["Event", "Row", "Script", "Trace", "disagreement", "drive", "replay"]

# (environment, step, which sub-environments will only reset) -> batched actions, or None to stop.
Script: TypeAlias = Callable[[VectorEnv[Any, Any, Any], int, np.ndarray], Any]

# What one sub-environment returned at one call, by name.
Row: TypeAlias = dict[str, Any]

_FIELDS = ("call", "observation", "reward", "terminated", "truncated", "info")


@dataclass(frozen=True)
class Event:
    """One call of `reset` or `step`.

    Attributes:
        call: "reset" or "step".
        returned: The very objects that the environment returned.
        kept: A deep copy of them, taken at once.
        mask: Which sub-environments the call could change.
        actions: A copy of the batched actions of a step.
    """

    call: str
    returned: tuple[Any, ...]
    kept: tuple[Any, ...]
    mask: np.ndarray
    actions: Any = None

    @property
    def ended(self) -> np.ndarray:
        """Which episodes this call ended."""
        if self.call == "reset":
            return np.zeros(len(self.mask), dtype=np.bool_)
        return np.asarray(self.kept[2] | self.kept[3])


@dataclass
class Trace:
    """The calls of one run, in order; `rows` and `history` show one sub-environment of it."""

    mode: AutoresetMode
    env: VectorEnv[Any, Any, Any]
    events: list[Event] = field(default_factory=list)
    unseeded: int | None = None  # where in `events` everything was reset without a seed

    def before_unseeded(self) -> "Trace":
        """The part up to the unseeded reset."""
        return Trace(self.mode, self.env, self.events[: self.unseeded])

    def append(
        self, call: str, returned: Any, mask: np.ndarray | None = None, actions: Any = None
    ) -> Event:
        """Record one call; `mask` tells which sub-environments it could change, None means all.

        Raises:
            BrokenRuleError: What it returned is malformed.
        """
        mask = np.ones(self.env.num_envs, dtype=np.bool_) if mask is None else mask.copy()
        check_returned(self.env, call, returned, mask)
        self.events.append(Event(call, returned, copy.deepcopy(returned), mask, actions))
        return self.events[-1]

    def action_rows(self) -> list[list[Any]]:
        """The actions of each step, one for each sub-environment."""
        return [split(self.env.action_space, e.actions) for e in self.events if e.call == "step"]

    def rows(self, i: int) -> list[Row]:
        """What sub-environment i returned at each call that concerned it."""
        rows = []
        for event in self.events:
            if not event.mask[i]:
                continue
            observation = split(self.env.observation_space, event.kept[0])[i]
            row: Row = {"call": event.call, "observation": observation}
            if event.call == "step":
                row["reward"] = float(event.kept[1][i])
                row["terminated"], row["truncated"] = bool(event.kept[2][i]), bool(event.kept[3][i])
            rows.append({**row, "info": info_of(event.kept[-1], i)})
        return rows

    def history(self, i: int) -> list[Row]:
        """What the scalar environment behind sub-environment i returned, free of the autoreset mode.

        A step that only reset becomes a reset; a step that also reset becomes a step and a reset.
        """
        history: list[Row] = []
        resets = False
        for row in self.rows(i):
            ended = row.get("terminated", False) or row.get("truncated", False)
            reset = {"call": "reset", "observation": row["observation"], "info": row["info"]}
            if row["call"] == "step" and resets:
                history.append(reset)
            elif ended and self.mode is AutoresetMode.SAME_STEP:
                observation = row["info"].pop("final_obs", None)
                info = row["info"].pop("final_info", None)
                last = {"call": "last step", "observation": observation, "info": info}
                history += [{**row, **last}, reset]
            else:
                history.append({**row, "call": "last step" if ended else row["call"]})
            resets = ended and self.mode is AutoresetMode.NEXT_STEP
        return history


def disagreement(a: Sequence[Row], b: Sequence[Row]) -> tuple[str, str, str] | None:
    """The first difference of two sub-environments' rows, up to the end of the shorter ones.

    Returns:
        The call and the field that differ, and a sentence; None if nothing does.
    """
    for k, (x, y) in enumerate(zip(a, b, strict=False)):
        for name in _FIELDS:
            found = difference(x.get(name), y.get(name), name)
            if found:
                return y["call"], name, f"at call {k} ({y['call']}), {found}"
    return None


def drive(
    env: VectorEnv[Any, Any, Any],
    mode: AutoresetMode,
    seed: int | list[int | None] | None,
    script: Script,
    steps: int,
    *,
    unseeded_at: int = -1,
    between: Callable[[Event], None] = lambda _: None,
) -> Trace:
    """Run an environment from a seeded reset, as a careful training loop would.

    Args:
        env: What to run.
        mode: Its autoreset mode; under DISABLED, finished sub-environments are reset by mask.
        seed: For the first reset.
        script: Chooses the actions.
        steps: How many steps at most.
        unseeded_at: Before this step everything is reset without a seed.
        between: Called after each call, when copies of its results have been taken.

    Raises:
        BrokenRuleError: A call raised, or what it returned is malformed.
    """
    trace = Trace(mode, env)

    def record(
        call: str, returned: Any, mask: np.ndarray | None = None, actions: Any = None
    ) -> np.ndarray:
        event = trace.append(call, returned, mask, actions)
        between(event)
        return event.ended

    ended = record("reset", _call(f"reset with seed {seed}", env.reset, seed=seed))
    for step in range(steps):
        if step == unseeded_at:
            trace.unseeded = len(trace.events)
            ended = record("reset", _call("reset without a seed", env.reset))
        elif ended.any() and mode is AutoresetMode.DISABLED:
            options = {"reset_mask": ended.copy()}
            record("reset", _call("reset by mask", env.reset, options=options), ended)
        only_resets = mode is AutoresetMode.NEXT_STEP
        actions = script(env, step, ended if only_resets else np.zeros_like(ended))
        if actions is None:
            break
        given = copy.deepcopy(actions)
        returned = _call(f"step {step}", env.step, actions)
        if difference(given, actions):
            msg = "step changed the caller's actions in place; copy them before changing them"
            raise BrokenRuleError(msg, rule="actions")
        ended = record("step", returned, None, given)
    return trace


def replay(rows: Sequence[Sequence[Any]]) -> Script:
    """A script that takes one prepared action for each sub-environment and step."""
    return lambda env, step, _: join(env.single_action_space, rows[step])


def _call(what: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except Exception as error:
        msg = f"{what} raised {type(error).__name__}: {error}"
        raise BrokenRuleError(msg) from error

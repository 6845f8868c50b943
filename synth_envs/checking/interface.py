"""Rules of attributes, registration, rendering, closing and copying."""

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import DependencyNotInstalled
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from synth_envs.checking.probe import Probe
from synth_envs.checking.traces import disagreement, replay
from synth_envs.checking.values import shared

__all__ = ["ATTRIBUTE_RULES", "LIFE_RULES"]

_SHORT_EPISODE = 3


def _attributes(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        kind: type = type(env)
        if not issubclass(kind, VectorEnv):
            yield f"it must be a gymnasium.vector.VectorEnv, got {kind.__name__}"
            return
        if env.num_envs != probe.num_envs:
            yield f"num_envs is {env.num_envs}, but {probe.num_envs} were asked for"
        if env.closed:
            yield "closed must be False until close() is called"
        env.unwrapped.spec = env.unwrapped.spec  # make_vec assigns it


def _metadata(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env, probe.env(mode) as other:
        given = env.metadata.get("autoreset_mode")
        if not isinstance(given, AutoresetMode):
            yield f"metadata['autoreset_mode'] must be an AutoresetMode, got {given!r}; convert strings with AutoresetMode(...)"
        elif given is not mode:
            yield f"metadata['autoreset_mode'] is {given}, but autoreset_mode={mode.value!r} was asked for"
        if env.metadata is other.metadata or env.metadata is type(env.unwrapped).metadata:
            yield "metadata must be the instance's own dict: self.metadata = {**self.metadata, 'autoreset_mode': mode}"
        if not isinstance(env.metadata.get("render_modes", []), list | tuple):
            yield "metadata['render_modes'] must be a list"


def _enum_mode(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    try:
        probe.build(mode, probe.num_envs).close()
    except Exception as error:  # noqa: BLE001 - any error is the finding
        yield f"autoreset_mode={mode} must be accepted beside {mode.value!r}, but raised {type(error).__name__}: {error}"


def _spaces(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        for name in ("observation_space", "action_space"):
            single, batch = getattr(env, f"single_{name}", None), getattr(env, name, None)
            if not isinstance(single, gym.Space):
                yield f"single_{name} must be a gymnasium Space, got {single!r}"
            elif batch != batch_space(single, probe.num_envs):
                yield f"{name} must be batch_space(single_{name}, num_envs), got {batch!r}"


def _reset_first(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        try:
            env.step(env.action_space.sample())
        except Exception:  # noqa: BLE001 - the contract does not name the type
            return
        yield "step before the first reset must raise an error such as gymnasium.error.ResetNeeded"


def _spec(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    if probe.spec is None:
        return
    with probe.env(mode) as env:
        spec = env.unwrapped.spec
        if spec is None:
            yield "make_vec left no spec; let env.unwrapped.spec be assigned"
            return
        try:
            text = spec.to_json()
        except Exception as error:  # noqa: BLE001 - json and Gymnasium raise several types
            yield (
                f"spec.to_json() raised {type(error).__name__}: {error}; register string entry points "
                "and keyword arguments that are JSON values"
            )
            return
        again = gym.make_vec(EnvSpec.from_json(text))
        again.close()
        if (again.num_envs, again.metadata.get("autoreset_mode")) != (env.num_envs, mode):
            yield "the environment made from its JSON spec has another num_envs or autoreset mode"


def _time_limit(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    if probe.spec is None or probe.spec.max_episode_steps is None:
        return
    limit = min(_SHORT_EPISODE, probe.spec.max_episode_steps)
    script = replay(probe.base(mode).action_rows())
    with probe.env(mode, max_episode_steps=limit) as env:
        trace = probe.drive(env, mode, script, probe.seed)
    for i in range(probe.num_envs):
        length = 0
        for row in trace.history(i):
            length = 0 if row["call"] == "reset" else length + 1
            if length == limit and row["call"] == "step":
                yield (
                    f"it is registered with max_episode_steps, but with max_episode_steps={limit} "
                    f"sub-environment {i} was not truncated after {limit} steps; make_vec adds no TimeLimit, "
                    "so take the argument and truncate"
                )


def _render(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        render_modes = env.metadata.get("render_modes", [])
    for name in render_modes:
        if name == "human" or name.endswith("_list"):
            continue
        with probe.env(mode, render_mode=name) as env:
            if env.render_mode != name:
                yield f"render_mode is {env.render_mode!r}, but {name!r} was asked for"
            env.reset(seed=probe.seed)
            try:
                frames: Any = [env.render(), env.render()]
            except DependencyNotInstalled:
                continue
            for batch in frames:
                if not isinstance(batch, tuple) or len(batch) != probe.num_envs:
                    yield f"render() with {name!r} must return a tuple of {probe.num_envs} frames, got {type(batch).__name__}"
                if name == "rgb_array" and not all(_is_image(frame) for frame in batch):
                    yield "rgb_array frames must be uint8 arrays of shape (height, width, 3)"
                if name == "ansi" and not all(isinstance(frame, str) for frame in batch):
                    yield "ansi frames must be text"
            both = shared([("one frame", frames[0]), ("the next", frames[1])])
            if both:
                yield f"{both}; return new frames from every render()"


def _is_image(frame: Any) -> bool:
    return isinstance(frame, np.ndarray) and frame.dtype == np.uint8 and frame.shape[2:] == (3,)


def _close(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        env.reset(seed=probe.seed)
        env.close()
        env.close()
        if not env.unwrapped.closed:
            yield "closed must be True after close(); override close_extras() instead of close()"


def _copies(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    if probe.twin is None:
        return
    base = probe.base(mode)
    script = replay(base.action_rows())
    twin = probe.twin()
    ways: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("pickle", lambda env: pickle.loads(pickle.dumps(env))),  # noqa: S301 - bytes made here
        ("deepcopy", copy.deepcopy),
    )
    for name, way in ways:
        try:
            way(twin)
        except Exception:  # noqa: BLE001, S112 - then nothing is asked of the vector environment
            continue
        with probe.env(mode) as env:
            if probe.gymnasium_own(env):
                return  # they hold factories, often lambdas
            probe.drive(env, mode, script, probe.seed, steps=2)
            try:
                again = way(env)
            except Exception as error:  # noqa: BLE001 - any error is the finding
                yield f"{name} works for the scalar environment but raised {type(error).__name__}: {error}"
                return
            trace = probe.drive(again, mode, script, probe.seed)
            again.close()
        for i in range(probe.num_envs):
            found = disagreement(trace.rows(i), base.rows(i))
            if found:
                yield f"after {name} and a seeded reset, sub-environment {i} differs {found[2]}"
    twin.close()


ATTRIBUTE_RULES: tuple[tuple[str, Callable[[Probe, AutoresetMode], Iterator[str]]], ...] = (
    ("attributes", _attributes),
    ("metadata", _metadata),
    ("autoreset_mode as enum", _enum_mode),
    ("spaces", _spaces),
    ("reset before step", _reset_first),
)

LIFE_RULES: tuple[tuple[str, Callable[[Probe, AutoresetMode], Iterator[str]]], ...] = (
    ("spec", _spec),
    ("time limit", _time_limit),
    ("render", _render),
    ("close", _close),
    ("pickle and deepcopy", _copies),
)

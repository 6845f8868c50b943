"""The environment under test: how to make it, how to act in it, and its scalar twin."""

import copy
import functools
import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec, VectorizeMode
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv, VectorEnv

from synth_envs.checking.traces import Script, Trace, drive

__all__ = ["Actions", "Probe", "Vector", "probe_of"]

Vector: TypeAlias = VectorEnv[Any, Any, Any]

# (environment, step) -> batched actions
Actions: TypeAlias = Callable[[Vector, int], Any]


@dataclass
class Probe:
    """What every rule of the contract is checked on.

    Attributes:
        name: How the environment is called in messages.
        build: Makes it: `build(autoreset_mode, num_envs, **extra)`.
        twin: Makes the scalar environment that it batches, if there is one.
        spec: Its registration, if it has an id.
        num_envs: The batch size.
        steps: How many steps a run has.
        seed: The seed of every run.
        actions: Chooses actions; None samples them.
    """

    name: str
    build: Callable[..., Vector]
    twin: Callable[[], gym.Env[Any, Any]] | None
    spec: EnvSpec | None
    num_envs: int
    steps: int
    seed: int
    actions: Actions | None
    _bases: dict[AutoresetMode, Trace] = field(default_factory=dict)

    @property
    def seeds(self) -> list[int | None]:
        """The seed of each sub-environment, by Gymnasium's convention."""
        return [self.seed + i for i in range(self.num_envs)]

    @contextmanager
    def env(
        self, mode: AutoresetMode, num_envs: int | None = None, **extra: Any
    ) -> Iterator[Vector]:
        """Make the environment, and close it at the end."""
        with warnings.catch_warnings():
            # `make_vec` warns of metadata that the rule "metadata" refuses.
            warnings.filterwarnings("ignore", message=".*AutoresetMode.*")
            env = self.build(mode.value, num_envs or self.num_envs, **extra)
        try:
            yield env
        finally:
            env.close()

    def base(self, mode: AutoresetMode) -> Trace:
        """The run that others are compared with, made once for each mode."""
        if mode not in self._bases:
            self._bases[mode] = self.run(mode, self._act)
        return self._bases[mode]

    def run(
        self,
        mode: AutoresetMode,
        script: Script,
        *,
        seed: int | list[int | None] | None = None,
        num_envs: int | None = None,
        **options: Any,
    ) -> Trace:
        """Drive a fresh instance, with an unseeded reset after two thirds of the steps."""
        with self.env(mode, num_envs) as env:
            return self.drive(env, mode, script, self.seed if seed is None else seed, **options)

    def drive(
        self,
        env: Vector,
        mode: AutoresetMode,
        script: Script,
        seed: int | list[int | None] | None,
        **options: Any,
    ) -> Trace:
        """Drive an environment as `run` does."""
        options = {"steps": self.steps, "unseeded_at": 2 * self.steps // 3, **options}
        return drive(env, mode, seed, script, **options)

    def gymnasium_own(self, env: Vector) -> bool:
        """Whether Gymnasium's own code makes the batch, with the faults that are known of it."""
        return isinstance(env.unwrapped, SyncVectorEnv | AsyncVectorEnv)

    def _act(self, env: Vector, step: int, resets: np.ndarray) -> Any:
        del resets
        if self.actions is not None:
            return self.actions(env, step)
        if step == 0:
            env.action_space.seed(self.seed)
        return env.action_space.sample()


def probe_of(
    make: Callable[..., Vector] | str,
    *,
    num_envs: int,
    steps: int,
    seed: int,
    kwargs: Mapping[str, Any] | None,
    scalar: Callable[..., gym.Env[Any, Any]] | None,
    actions: Actions | None,
) -> Probe:
    """The probe of a registered id or of a factory; the arguments are those of `check_vector_env`."""
    arguments = dict(kwargs or {})
    spec = None
    if isinstance(make, str):
        module, _, env_id = make.rpartition(":")
        if module:
            importlib.import_module(module)
        spec = gym.spec(env_id)
        build, arguments, native = _build_by_id(env_id, spec, arguments)
        if scalar is None and native and spec.entry_point is not None:
            scalar = functools.partial(gym.make, env_id, disable_env_checker=True)
        name = make
    else:
        build = _build_by_factory(make, arguments)
        name = getattr(make, "__qualname__", repr(make))
    twin = None if scalar is None else functools.partial(scalar, **arguments)
    return Probe(name, build, twin, spec, num_envs, steps, seed, actions)


def _build_by_factory(
    make: Callable[..., Vector], arguments: dict[str, Any]
) -> Callable[..., Vector]:
    def build(autoreset_mode: Any, num_envs: int, **extra: Any) -> Vector:
        given = copy.deepcopy({**arguments, **extra})
        return make(num_envs=num_envs, autoreset_mode=autoreset_mode, **given)

    return build


def _build_by_id(
    env_id: str, spec: EnvSpec, arguments: dict[str, Any]
) -> tuple[Callable[..., Vector], dict[str, Any], bool]:
    """How to make an id's vector environment, the scalar's arguments, and whether it is native."""
    vectorizer = arguments.pop("vectorization_mode", None)
    vector_kwargs = arguments.pop("vector_kwargs", {})
    if vectorizer is None:
        native = spec.vector_entry_point is not None
    else:
        native = VectorizeMode(vectorizer) is VectorizeMode.VECTOR_ENTRY_POINT

    def build(autoreset_mode: Any, num_envs: int, **extra: Any) -> Vector:
        given = copy.deepcopy({**arguments, **extra})
        mode = {"autoreset_mode": autoreset_mode}
        if native:
            return gym.make_vec(env_id, num_envs, vectorizer, **mode, **given)
        vector = {**vector_kwargs, **mode}
        return gym.make_vec(env_id, num_envs, vectorizer, vector_kwargs=vector, **given)

    return build, arguments, native

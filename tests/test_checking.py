"""`check_vector_env` accepts what is right and finds every planted fault."""

# ruff: noqa: ARG001, ARG002, ARG005 - faults override methods and ignore their arguments

import functools
import itertools

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.vector.utils import batch_space

import synth_envs
from synth_envs.checking import VectorEnvError, check_vector_env
from synth_envs.text_env import TextTaskEnv
from synth_envs.text_vector_env import (
    TextTaskVectorEnv,
    autoreset_mode_of,
    batch_infos,
    seeds_of,
    take_reset_mask,
)

# --- a small numeric environment, scalar and native ------------------------------------------

OBSERVATIONS = spaces.Box(-9.0, 9.0, (2,), np.float32)
ACTIONS = spaces.Discrete(3)
RENDER_MODES = ["ansi", "rgb_array"]
LIMIT = 6


def begin(rng):
    position = float(rng.uniform(-0.5, 0.5))
    return position, {"start": position}


def advance(rng, position, action):
    """A noisy walk that ends outside [-1, 1], with every kind of info value."""
    position = position + 0.4 * (int(action) - 1) + 0.1 * float(rng.normal())
    hit = abs(position) > 1
    info = {"position": position, "nothing": float("nan"), "edge": {"right": position > 0}}
    if hit:
        info["hit"] = np.array([position, 1.0], dtype=np.float32)
        info["name"] = "right" if position > 0 else "left"
    return position, 1.0 - abs(position), hit, info


class Walk(gym.Env):
    metadata = {"render_modes": RENDER_MODES, "render_fps": 1}

    def __init__(self, *, render_mode=None):
        self.observation_space, self.action_space = OBSERVATIONS, ACTIONS
        self.render_mode = render_mode
        self._last = 0.0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._last = 0.0
        self._position, info = begin(self.np_random)
        return self._observe(), info

    def step(self, action):
        self._last = float(action)
        self._position, reward, hit, info = advance(self.np_random, self._position, action)
        return self._observe(), reward, hit, False, info

    def render(self):
        return str(self._position) if self.render_mode == "ansi" else np.zeros((2, 2, 3), np.uint8)

    def _observe(self):
        return np.array([self._position, self._last], dtype=np.float32)


class Walks(VectorEnv):
    """The correct native twin of `Walk` behind a TimeLimit."""

    metadata = {"render_modes": RENDER_MODES, "render_fps": 1}

    def __init__(
        self, num_envs=1, *, autoreset_mode="NextStep", max_episode_steps=LIMIT, render_mode=None
    ):
        self.num_envs = num_envs
        self.mode = autoreset_mode_of(autoreset_mode)
        self.metadata = {**type(self).metadata, "autoreset_mode": self.mode}
        self.render_mode = render_mode
        self.limit = max_episode_steps
        self.single_observation_space, self.single_action_space = OBSERVATIONS, ACTIONS
        self.observation_space = batch_space(OBSERVATIONS, num_envs)
        self.action_space = batch_space(ACTIONS, num_envs)
        self.rngs = [None] * num_envs
        self.state = np.zeros((num_envs, 2))
        self.steps = np.zeros(num_envs, dtype=np.int64)
        self.over = None

    def seeds(self, seed):
        return seeds_of(seed, self.num_envs)

    def mask(self, options):
        return take_reset_mask(options, self.num_envs)[0]

    def start(self, i, seed=None):
        if seed is not None or self.rngs[i] is None:
            self.rngs[i], _ = seeding.np_random(seed)
        self.state[i, 0], info = begin(self.rngs[i])
        self.state[i, 1], self.steps[i], self.over[i] = 0.0, 0, False
        return info

    def observe(self):
        return self.state.astype(np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=int(seed) if isinstance(seed, int | np.integer) else None)
        seeds, mask = self.seeds(seed), self.mask(options)
        if self.over is None:
            self.over = np.zeros(self.num_envs, dtype=np.bool_)
        infos = [self.start(i, seeds[i]) if mask[i] else None for i in range(self.num_envs)]
        return self.observe(), batch_infos(infos)

    def step(self, actions):
        n = self.num_envs
        if self.over is None or (self.over.any() and self.mode is AutoresetMode.DISABLED):
            raise ResetNeeded
        rewards = np.zeros(n)
        terminations, truncations = np.zeros((2, n), dtype=np.bool_)
        infos = [None] * n
        for i in range(n):
            if self.over[i]:
                infos[i] = self.start(i)
                continue
            position, rewards[i], terminations[i], infos[i] = advance(
                self.rngs[i], float(self.state[i, 0]), actions[i]
            )
            self.state[i] = position, actions[i]
            self.steps[i] += 1
            truncations[i] = self.steps[i] >= self.limit
        over = terminations | truncations
        self.over = over.copy()
        if self.mode is not AutoresetMode.SAME_STEP or not over.any():
            return self.observe(), rewards, terminations, truncations, batch_infos(infos)
        terminal = self.observe()
        final_obs = np.full(n, None, dtype=object)
        final_infos = [None] * n
        for i in np.flatnonzero(over):
            final_obs[i], final_infos[i] = terminal[i], infos[i]
            infos[i] = self.start(i)
        infos = batch_infos(infos)
        infos |= {"final_obs": final_obs, "_final_obs": over.copy()}
        infos |= {"final_info": batch_infos(final_infos), "_final_info": over.copy()}
        return self.observe(), rewards, terminations, truncations, infos

    def render(self):
        if self.render_mode == "ansi":
            return tuple(f"{x:.2f}" for x in self.state[:, 0])
        return tuple(np.zeros((2, 2, 3), dtype=np.uint8) for _ in self.state)


def scalar(max_episode_steps=LIMIT, render_mode=None):
    return gym.wrappers.TimeLimit(Walk(render_mode=render_mode), max_episode_steps)


check = functools.partial(check_vector_env, steps=30, scalar=scalar)

# --- what is right passes --------------------------------------------------------------------


def test_a_correct_native_environment_passes():
    check(Walks)
    check(Walks, num_envs=7, seed=5, modes=["SameStep"])


def test_it_is_exported():
    assert synth_envs.check_vector_env is check_vector_env


@pytest.fixture
def register():
    names = []

    def add(vector=Walks, **arguments):
        name = f"checking/Walk{next(_serial)}-v0"
        arguments = {"max_episode_steps": LIMIT, **arguments}
        gym.register(
            name,
            entry_point=f"{__name__}:Walk",
            vector_entry_point=f"{__name__}:{vector.__name__}",
            **arguments,
        )
        names.append(name)
        return name

    yield add
    for name in names:
        del gym.registry[name]


_serial = itertools.count()


def test_an_id_passes_natively_and_synchronously(register):
    name = register()
    check_vector_env(name, steps=30)
    check_vector_env(f"{__name__}:{name}", steps=30, modes=["Disabled"])


def test_gymnasiums_sync_vector_env_passes():
    check_vector_env("CartPole-v1", kwargs={"vectorization_mode": "sync"})


def test_gymnasiums_sync_vector_env_of_lambdas_passes():
    def make(num_envs, autoreset_mode, **kwargs):
        walks = [functools.partial(scalar, **kwargs)] * num_envs
        return SyncVectorEnv(walks, autoreset_mode=autoreset_mode)

    check(make)


def test_sync_vector_env_pops_the_callers_reset_mask():
    # The exemption in `check_vector_env` can go when Gymnasium mends this.
    envs = SyncVectorEnv([scalar] * 2, autoreset_mode="Disabled")
    envs.reset(seed=0)
    options = {"reset_mask": np.array([True, False])}
    envs.reset(options=options)
    assert options == {}


def test_what_gymnasiums_native_cart_pole_breaks():
    """It batches the physics, but seeds one generator for all and takes neither modes nor lists."""

    def make(num_envs, autoreset_mode, **kwargs):
        return CartPoleVectorEnv(num_envs, **kwargs)

    with pytest.raises(VectorEnvError) as caught:
        check_vector_env(make, modes=["NextStep"])
    rules = {violation.rule for violation in caught.value.violations}
    # render() returns a list, which only shows where pygame is installed.
    assert rules - {"render"} == {
        "metadata",  # one dict for the whole class
        "seed + i",  # an integer seeds one generator, a list is refused
        "None seeds",
        "independent of num_envs",
        "independent of order",
        "close",  # close() is overridden and leaves closed False
    }


def test_cart_poles_id_takes_no_autoreset_mode():
    with pytest.raises(VectorEnvError, match=r"construction.*unexpected keyword argument"):
        check_vector_env("CartPole-v1")


@pytest.mark.parametrize("max_turns", [1, 3])
@pytest.mark.parametrize("family", ["chain_sum:ChainSum", "topological_order:TopologicalOrder"])
def test_text_environments_pass(family, max_turns):
    kwargs = {"source": f"synth_envs.math.families.{family}", "max_turns": max_turns}

    def act(env, step):
        """Right answers at different times, so that episodes end apart."""
        return tuple(
            env.unwrapped.source.oracle(task) if (step + i) % 3 == 0 else "The answer is Z"
            for i, task in enumerate(env.unwrapped.tasks)
        )

    check_vector_env(TextTaskVectorEnv, kwargs=kwargs, scalar=TextTaskEnv, steps=20)
    check_vector_env(TextTaskVectorEnv, kwargs=kwargs, scalar=TextTaskEnv, steps=20, actions=act)


def test_bad_arguments():
    with pytest.raises(ValueError, match="num_envs must be at least 2"):
        check_vector_env(Walks, num_envs=1)
    with pytest.raises(ValueError, match="at least one"):
        check_vector_env(Walks, modes=[])
    with pytest.raises(gym.error.Error):
        check_vector_env("checking/Unregistered-v0")


# --- planted faults --------------------------------------------------------------------------

FAULTS = []


def fault(rule, **arguments):
    """Plant a fault: the class must be found to break `rule`."""

    def add(cls):
        FAULTS.append(pytest.param(cls, rule, arguments, id=cls.__name__))
        return cls

    return add


def in_modes(*modes):
    return {"modes": modes}


NEXT, SAME, DISABLED = in_modes("NextStep"), in_modes("SameStep"), in_modes("Disabled")
UNCOMPARED = {"scalar": None}


# results


@fault("result", **NEXT)
class FourResults(Walks):
    def step(self, actions):
        return super().step(actions)[:4]


@fault("dtypes", **NEXT)
class IntegerRewards(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards.astype(np.int64), *rest


@fault("shapes", **NEXT)
class ListOfRewards(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards.tolist(), *rest


@fault("shapes", **NEXT)
class ColumnOfRewards(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards[:, np.newaxis], *rest


@fault("dtypes", **NEXT)
class IntegerTerminations(Walks):
    def step(self, actions):
        *first, terminations, truncations, infos = super().step(actions)
        return *first, terminations.astype(np.int8), truncations, infos


@fault("dtypes", **NEXT)
class DoubleObservations(Walks):
    def observe(self):
        return self.state.copy()


@fault("observations", **NEXT)
class ObservationsOutOfBounds(Walks):
    def observe(self):
        return super().observe() + np.float32(10)


@fault("observations", **NEXT)
class NaNObservations(Walks):
    def observe(self):
        return super().observe() * np.float32(np.nan)


@fault("shapes", **NEXT)
class OneEnvironmentSqueezed(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards if len(rewards) > 1 else rewards[0], *rest


@fault("infos", **NEXT)
class InfosAreAList(Walks):
    def step(self, actions):
        return *super().step(actions)[:4], [{}] * self.num_envs


@fault("infos masks", **NEXT)
class NoMask(Walks):
    def step(self, actions):
        result = super().step(actions)
        result[4].pop("_position", None)
        return result


@fault("infos masks", **NEXT)
class NoNestedMask(Walks):
    def step(self, actions):
        result = super().step(actions)
        result[4].get("edge", {}).pop("_right", None)
        return result


@fault("infos masks", **NEXT)
class IntegerMask(Walks):
    def reset(self, **kwargs):
        observations, infos = super().reset(**kwargs)
        return observations, {**infos, "_start": infos["_start"].astype(np.int8)}


@fault("reset_mask", **DISABLED)
class MaskCoversTheUntouched(Walks):
    def reset(self, **kwargs):
        observations, infos = super().reset(**kwargs)
        return observations, {**infos, "_start": np.ones(self.num_envs, dtype=np.bool_)}


@fault("infos", **NEXT)
class ScalarInfo(Walks):
    def step(self, actions):
        *first, infos = super().step(actions)
        return *first, {**infos, "load": 0.5, "_load": np.ones(self.num_envs, dtype=np.bool_)}


@fault("actions", **NEXT)
class ChangesActions(Walks):
    def step(self, actions):
        result = super().step(actions)
        actions[:] = 0
        return result


@fault("results", **NEXT)
class Crashes(Walks):
    def step(self, actions):
        if self.steps.max() > 3:
            raise ZeroDivisionError
        return super().step(actions)


# ownership of results


@fault("fresh outputs", **NEXT)
class ReusedRewards(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        self.buffer = getattr(self, "buffer", rewards)
        self.buffer[:] = rewards
        return observations, self.buffer, *rest


@fault("fresh outputs", **NEXT)
class ReusedTruncations(Walks):
    def step(self, actions):
        *first, truncations, infos = super().step(actions)
        self.buffer = getattr(self, "buffer", truncations)
        self.buffer[:] = truncations
        return *first, self.buffer, infos


@fault("fresh outputs", **SAME)
class TwoBuffersInTurn(Walks):
    def step(self, actions):
        observations, *rest = super().step(actions)
        self.buffers = [*getattr(self, "buffers", []), observations][-2:]
        if len(self.buffers) == 2:
            self.buffers[0][:] = observations
            self.buffers.reverse()
        return self.buffers[-1], *rest


@fault("fresh outputs", **NEXT)
class ReusedInfos(Walks):
    def step(self, actions):
        *first, infos = super().step(actions)
        self.infos = getattr(self, "infos", {})
        self.infos.clear()
        self.infos.update(infos)
        return *first, self.infos


@fault("fresh outputs", **NEXT)
class ConstantInfoArray(Walks):
    constant = np.ones(64)

    def step(self, actions):
        *first, infos = super().step(actions)
        everyone = np.ones(self.num_envs, dtype=np.bool_)
        return *first, {**infos, "weight": self.constant[: self.num_envs], "_weight": everyone}


@fault("fresh outputs", **NEXT)
class TrustsTheCaller(Walks):
    """The observations are the state: whoever normalises them in place moves the walkers."""

    def observe(self):
        self.state = self.state.astype(np.float32)
        return self.state

    def step(self, actions):
        self.state = self.state.copy()
        return super().step(actions)


@fault("fresh outputs", **SAME)
class FinalObsIsAView(Walks):
    def step(self, actions):
        observations, *rest, infos = super().step(actions)
        both = np.concatenate([observations, observations])
        for i in np.flatnonzero(infos.get("_final_obs", [])):
            both[i + 1 :][:1] = infos["final_obs"][i]
            infos["final_obs"][i] = observations[i]
        return observations, *rest, infos


# autoreset


@fault("reset step", **NEXT)
class RewardOnResetStep(Walks):
    def step(self, actions):
        over = np.array(self.over)
        observations, rewards, *rest = super().step(actions)
        return observations, rewards + over, *rest


@fault("reset step", **NEXT)
class EndsOnResetStep(Walks):
    def step(self, actions):
        over = np.array(self.over)
        *first, truncations, infos = super().step(actions)
        return *first, truncations | over, infos


@fault("action ignored on the reset step", **NEXT)
class ActsOnResetStep(Walks):
    def step(self, actions):
        over = np.array(self.over)
        result = super().step(actions)
        self.state[over, 0] += 0.1 * np.asarray(actions)[over]
        return self.observe(), *result[1:]


@fault("reset step")
class StaleObservationOnResetStep(Walks):
    def step(self, actions):
        over, before = np.array(self.over), self.observe()
        observations, *rest = super().step(actions)
        if self.mode is AutoresetMode.NEXT_STEP:
            observations[over] = before[over]
        return observations, *rest


@fault("reset step")
class NoInfoOnResetStep(Walks):
    def step(self, actions):
        *first, infos = super().step(actions)
        if self.mode is AutoresetMode.NEXT_STEP:
            infos = {key: infos[key] for key in infos if key not in {"start", "_start"}}
        return *first, infos


class _SameStepFault(Walks):
    """Spoils the infos of the steps that end an episode."""

    def step(self, actions):
        observations, *rest, infos = super().step(actions)
        if "final_obs" in infos:
            self.spoil(infos, observations)
        return observations, *rest, infos


@fault("final_obs", **SAME)
class NoFinalObs(_SameStepFault):
    def spoil(self, infos, observations):
        del infos["final_obs"], infos["_final_obs"]


@fault("infos masks", **SAME)
class NoFinalObsMask(_SameStepFault):
    def spoil(self, infos, observations):
        del infos["_final_obs"]


@fault("final_obs", **SAME, **UNCOMPARED)
class FinalObsIsResetObs(_SameStepFault):
    def spoil(self, infos, observations):
        for i in np.flatnonzero(infos["_final_obs"]):
            infos["final_obs"][i] = observations[i].copy()


@fault("final_obs", **UNCOMPARED)
class FinalObsIsSometimesResetObs(_SameStepFault):
    def spoil(self, infos, observations):
        i = np.flatnonzero(infos["_final_obs"])[0]
        if observations[i, 0] > 0:
            infos["final_obs"][i] = observations[i].copy()


@fault("final_obs", **SAME)
class StackedFinalObs(_SameStepFault):
    def spoil(self, infos, observations):
        infos["final_obs"] = observations.copy()


@fault("final_obs", **SAME)
class FinalObsOfTheRunning(_SameStepFault):
    def spoil(self, infos, observations):
        for i in np.flatnonzero(~infos["_final_obs"]):
            infos["final_obs"][i] = observations[i].copy()


@fault("final_obs", **SAME)
class FinalObsMaskTooWide(_SameStepFault):
    def spoil(self, infos, observations):
        infos["_final_obs"][:] = True


@fault("final_info", **SAME)
class NoFinalInfo(_SameStepFault):
    def spoil(self, infos, observations):
        del infos["final_info"], infos["_final_info"]


@fault("infos masks", **SAME)
class NoFinalInfoMask(_SameStepFault):
    def spoil(self, infos, observations):
        del infos["_final_info"]


@fault("final_info", **UNCOMPARED)
class EmptyFinalInfo(_SameStepFault):
    def spoil(self, infos, observations):
        infos["final_info"].clear()


@fault("final_info", **SAME)
class FinalInfoIsAList(_SameStepFault):
    def spoil(self, infos, observations):
        infos["final_info"] = np.full(self.num_envs, {}, dtype=object)


@fault("reset observation", **UNCOMPARED)
class ReturnsTheTerminalObservation(_SameStepFault):
    def spoil(self, infos, observations):
        for i in np.flatnonzero(infos["_final_obs"]):
            observations[i] = infos["final_obs"][i]


@fault("reset observation", **UNCOMPARED)
class ResetInfoIsTheLastStepsInfo(_SameStepFault):
    def spoil(self, infos, observations):
        del infos["start"], infos["_start"]


@fault("finished sub-environments", **DISABLED)
class StepsTheFinished(Walks):
    def step(self, actions):
        self.over[:] = False
        return super().step(actions)


@fault("reset_mask", **DISABLED)
class MaskResetsAll(Walks):
    def mask(self, options):
        return np.ones_like(super().mask(options))


@fault("observations", **DISABLED)
class MaskReturnsItsRowsOnly(Walks):
    def reset(self, *, seed=None, options=None):
        observations, infos = super().reset(seed=seed, options=options)
        return observations[self.mask(options)], infos


@fault("reset_mask", **DISABLED)
class MaskZeroesTheOthers(Walks):
    def reset(self, *, seed=None, options=None):
        observations, infos = super().reset(seed=seed, options=options)
        observations[~self.mask(options)] = 0
        return observations, infos


@fault("reset_mask", **DISABLED)
class MaskForgetsTheStepsOfOthers(Walks):
    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed, options=options)
        self.steps[:] = 0
        return result


@fault("reset_mask", **DISABLED)
class MaskSeedsAll(Walks):
    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed, options=options)
        for i, value in enumerate(self.seeds(seed)):
            if value is not None and not self.mask(options)[i]:
                self.rngs[i], _ = seeding.np_random(value)
        return result


@fault("reset_mask", **DISABLED)
class MaskIgnoresSeeds(Walks):
    def reset(self, *, seed=None, options=None):
        return super().reset(seed=None if options else seed, options=options)


@fault("reset_mask", **DISABLED)
class MaskShiftsSeeds(Walks):
    """Counts the seeds of an integer among the chosen only."""

    def reset(self, *, seed=None, options=None):
        if options and isinstance(seed, int):
            seed -= int(np.flatnonzero(self.mask(options))[0])
        return super().reset(seed=seed, options=options)


@fault("reset_mask", **DISABLED)
class MaskIsChanged(Walks):
    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed, options=options)
        if options:
            options["reset_mask"][:] = False
        return result


class _Lenient(Walks):
    def mask(self, options):
        given = (options or {}).get("reset_mask")
        return super().mask(options) if given is None else self.accept(given)


def _boolean(given):
    mask = np.asarray(given).astype(np.bool_)
    return mask.reshape(len(mask), -1)[:, 0]


@fault("reset_mask validated", **DISABLED)
class AcceptsListMask(_Lenient):
    def accept(self, given):
        given = np.array(given) if isinstance(given, list) else given
        return take_reset_mask({"reset_mask": given}, self.num_envs)[0]


@fault("reset_mask validated", **DISABLED)
class AcceptsIntegerMask(_Lenient):
    def accept(self, given):
        given = given.astype(np.bool_) if isinstance(given, np.ndarray) else given
        return take_reset_mask({"reset_mask": given}, self.num_envs)[0]


@fault("reset_mask validated", **DISABLED)
class AcceptsLongMask(_Lenient):
    def accept(self, given):
        given = given[: self.num_envs] if isinstance(given, np.ndarray) else given
        return take_reset_mask({"reset_mask": given}, self.num_envs)[0]


@fault("reset_mask validated", **DISABLED)
class AcceptsColumnMask(_Lenient):
    def accept(self, given):
        given = given[:, 0] if isinstance(given, np.ndarray) and given.ndim == 2 else given
        return take_reset_mask({"reset_mask": given}, self.num_envs)[0]


@fault("reset_mask validated", **DISABLED)
class AcceptsEmptyMask(_Lenient):
    def accept(self, given):
        if isinstance(given, np.ndarray) and not given.any():
            return given
        return take_reset_mask({"reset_mask": given}, self.num_envs)[0]


@fault("reset_mask validated", **DISABLED)
class WrongErrorForMask(_Lenient):
    def accept(self, given):
        try:
            return take_reset_mask({"reset_mask": given}, self.num_envs)[0]
        except TypeError as error:
            raise ValueError from error


@fault("options", **DISABLED)
class PopsOptions(Walks):
    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed, options=options)
        (options or {}).pop("reset_mask", None)
        return result


@fault("modes agree", **UNCOMPARED)
class OneModePaysMore(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards * (1 + (self.mode is AutoresetMode.NEXT_STEP)), *rest


# seeds


@fault("seed + i", **NEXT, **UNCOMPARED)
class OneSeedForAll(Walks):
    def seeds(self, seed):
        return [seed] * self.num_envs if isinstance(seed, int) else super().seeds(seed)


@fault("seed + i", **NEXT, **UNCOMPARED)
class SeedTimesI(Walks):
    def seeds(self, seed):
        if isinstance(seed, int):
            return [seed * (i + 1) for i in range(self.num_envs)]
        return super().seeds(seed)


@fault("seed + i", **NEXT, **UNCOMPARED)
class IgnoresSeedLists(Walks):
    def seeds(self, seed):
        return super().seeds(None if isinstance(seed, list) else seed)


@fault("seed + i", **NEXT)
class RefusesSeedLists(Walks):
    def seeds(self, seed):
        if isinstance(seed, list):
            raise TypeError
        return super().seeds(seed)


@fault("seed + i", **NEXT)
class AcceptsLongSeedLists(Walks):
    def seeds(self, seed):
        return super().seeds(seed[: self.num_envs] if isinstance(seed, list) else seed)


@fault("None seeds", **NEXT)
class NoneRestartsTheStream(Walks):
    def seeds(self, seed):
        if isinstance(seed, list):
            return [0 if value is None else value for value in super().seeds(seed)]
        return super().seeds(seed)


@fault("None seeds", **NEXT)
class NoneVoidsTheList(Walks):
    def seeds(self, seed):
        seeds = super().seeds(seed)
        return [None] * self.num_envs if None in seeds else seeds


@fault("numpy seed", **NEXT)
class IgnoresNumpySeeds(Walks):
    def seeds(self, seed):
        return super().seeds(None if isinstance(seed, np.integer) else seed)


@fault("same seed, same episodes", **NEXT, **UNCOMPARED)
class IgnoresSeeds(Walks):
    def seeds(self, seed):
        return [None] * self.num_envs


@fault("same seed, same episodes", **NEXT)
class SeedsOnce(Walks):
    def seeds(self, seed):
        first = self.rngs[0] is None
        return super().seeds(seed if first or not isinstance(seed, int) else None)


@fault("same seed, same episodes", **NEXT)
class AutoresetSurvivesReset(Walks):
    def reset(self, *, seed=None, options=None):
        over = None if self.over is None else self.over.copy()
        result = super().reset(seed=seed, options=options)
        self.over = self.over if over is None else over
        return result


@fault("unseeded reset", **NEXT)
class AlwaysTheSameWithoutSeed(Walks):
    def start(self, i, seed=None):
        return super().start(i, i if seed is None and self.rngs[i] is None else seed)


@fault("independent of num_envs", **NEXT, **UNCOMPARED)
class NoiseGrowsWithNumEnvs(Walks):
    def step(self, actions):
        self.state[:, 0] += 0.01 * self.num_envs * ~self.over
        return super().step(actions)


@fault("independent of num_envs", **NEXT, **UNCOMPARED)
class OneGeneratorForAll(Walks):
    def start(self, i, seed=None):
        info = super().start(i, seed)
        if seed is not None:
            self.rngs[i] = self.rngs[0]
        return info


@fault("independent of order", **NEXT, **UNCOMPARED)
class DependsOnPosition(Walks):
    def step(self, actions):
        self.state[:, 0] += 0.01 * np.arange(self.num_envs) * ~self.over
        return super().step(actions)


@fault("independent of num_envs", **SAME, **UNCOMPARED)
class ResetTogether(Walks):
    """A neighbour's end draws from everyone's stream."""

    def step(self, actions):
        result = super().step(actions)
        if (result[2] | result[3]).any():
            for rng in self.rngs:
                rng.random()
        return result


@fault("independent instances", **NEXT)
class SharesItsClock(Walks):
    clock = np.zeros(64, dtype=np.int64)

    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed, options=options)
        self.steps = self.clock[: self.num_envs]
        self.steps[:] = 0
        return result


@fault("no global generator", **NEXT)
class SeedsTheGlobalGenerator(Walks):
    def reset(self, *, seed=None, options=None):
        np.random.seed(0)  # noqa: NPY002 - the fault
        return super().reset(seed=seed, options=options)


# the scalar environment


@fault("equal to the scalar environment")
class OtherRewards(Walks):
    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, rewards * (1 + 1e-12), *rest


@fault("equal to the scalar environment", **NEXT)
class OtherInfoType(Walks):
    def step(self, actions):
        *first, infos = super().step(actions)
        if "position" in infos:
            infos["position"] = infos["position"].astype(np.float32)
        return *first, infos


@fault("equal to the scalar environment", **NEXT)
class LacksAnInfo(Walks):
    def step(self, actions):
        *first, infos = super().step(actions)
        return *first, {key: infos[key] for key in infos if "name" not in key}


@fault("equal to the scalar environment", **NEXT)
class OtherSpace(Walks):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.single_observation_space = spaces.Box(-10.0, 10.0, (2,), np.float32)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)


# attributes and life


@fault("metadata", **SAME)
class StringMode(Walks):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.metadata["autoreset_mode"] = self.mode.value


@fault("metadata", **SAME)
class ClassMetadata(Walks):
    metadata = {"render_modes": RENDER_MODES, "autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.metadata


@fault("metadata", **SAME)
class WrongModeInMetadata(Walks):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.metadata["autoreset_mode"] = AutoresetMode.NEXT_STEP


@fault("construction")
class TakesNoMode(Walks):
    def __init__(self, num_envs=1, max_episode_steps=LIMIT, render_mode=None):
        super().__init__(num_envs)


@fault("construction", **SAME)
class TakesNoStrings(Walks):
    def __init__(self, *args, autoreset_mode, **kwargs):
        super().__init__(*args, autoreset_mode=AutoresetMode[autoreset_mode.name], **kwargs)


@fault("autoreset_mode as enum", **SAME)
class TakesNoEnum(Walks):
    def __init__(self, *args, autoreset_mode, **kwargs):
        super().__init__(*args, autoreset_mode=autoreset_mode.replace("_", ""), **kwargs)


@fault("attributes", **NEXT)
class WrongNumEnvs(Walks):
    def __init__(self, num_envs=1, **kwargs):
        super().__init__(num_envs + 1, **kwargs)


@fault("spaces", **NEXT)
class UnbatchedActionSpace(Walks):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.action_space = spaces.Box(0, 2, (self.num_envs,), np.int64)


@fault("reset before step", **NEXT)
class StepsBeforeReset(Walks):
    def step(self, actions):
        if self.over is None:
            self.reset()
        return super().step(actions)


@fault("render", **NEXT)
class RendersAList(Walks):
    def render(self):
        return list(super().render())


@fault("render", **NEXT)
class RendersFloats(Walks):
    def render(self):
        frames = super().render()
        return frames if self.render_mode == "ansi" else tuple(f / 255 for f in frames)


@fault("render", **NEXT)
class RendersIntoOneBuffer(Walks):
    def render(self):
        self.frames = getattr(self, "frames", super().render())
        return self.frames


@fault("render", **NEXT)
class ForgetsRenderMode(Walks):
    def __init__(self, *args, render_mode=None, **kwargs):
        super().__init__(*args, **kwargs)


@fault("close", **NEXT)
class ClosesOnce(Walks):
    def close(self, **kwargs):
        if self.closed:
            raise RuntimeError
        super().close(**kwargs)


@fault("close", **NEXT)
class StaysOpen(Walks):
    def close(self, **kwargs):
        pass


@fault("pickle and deepcopy", **NEXT)
class CannotBePickled(Walks):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hook = lambda: None


@fault("pickle and deepcopy", **NEXT)
class ForgetsItsLimit(Walks):
    def __getstate__(self):
        return {**self.__dict__, "limit": 99}


@fault("episodes end", **NEXT, **UNCOMPARED, kwargs={"max_episode_steps": 1000})
class NeverEnds(Walks):
    def step(self, actions):
        self.state[:, 0] = 0
        return super().step(actions)


@pytest.mark.parametrize(("make", "rule", "arguments"), FAULTS)
def test_planted_faults_are_found(make, rule, arguments):
    with pytest.raises(VectorEnvError) as caught:
        check(make, **arguments)
    error = caught.value
    assert rule in {violation.rule for violation in error.violations}
    assert f"\n- {rule} [" in str(error)
    assert str(error).startswith(f"{make.__name__} breaks ")


# --- planted faults of registration ----------------------------------------------------------


class NoTruncation(Walks):
    def __init__(self, *args, max_episode_steps=None, **kwargs):
        super().__init__(*args, max_episode_steps=10**6, **kwargs)


class OwnLimit(Walks):
    """Truncates, but at its own limit and not at the registered one."""

    def __init__(self, *args, max_episode_steps=None, **kwargs):
        super().__init__(*args, max_episode_steps=LIMIT, **kwargs)


class Weighted(Walks):
    def __init__(self, *args, weights=None, **kwargs):
        super().__init__(*args, **kwargs)


class ForgetsSpec(Walks):
    spec = property(lambda self: None, lambda self, value: None)


@pytest.mark.parametrize(
    ("vector", "rule", "arguments"),
    [
        pytest.param(NoTruncation, "time limit", {}, id="no truncation"),
        pytest.param(OwnLimit, "time limit", {}, id="another limit"),
        pytest.param(StringMode, "metadata", {}, id="string mode in metadata"),
        pytest.param(Weighted, "spec", {"kwargs": {"weights": {1}}}, id="set in kwargs"),
        pytest.param(ForgetsSpec, "spec", {}, id="no spec"),
    ],
)
def test_faults_of_registration_are_found(register, vector, rule, arguments):
    name = register(vector, **arguments)
    with pytest.raises(VectorEnvError) as caught:
        check_vector_env(name, steps=30, modes=["SameStep"], scalar=scalar if arguments else None)
    assert rule in {violation.rule for violation in caught.value.violations}


def test_a_callable_entry_point_is_found():
    gym.register("checking/Callable-v0", entry_point=Walk, vector_entry_point=Walks)
    try:
        with pytest.raises(VectorEnvError, match=r"spec \[SameStep\].*string entry points"):
            check_vector_env("checking/Callable-v0", scalar=scalar, steps=30, modes=["SameStep"])
    finally:
        del gym.registry["checking/Callable-v0"]


# --- the report ------------------------------------------------------------------------------


def test_one_line_for_each_rule_with_every_mode():
    with pytest.raises(VectorEnvError) as caught:
        check(StringMode)
    (violation,) = caught.value.violations
    assert violation.modes == ("NextStep", "SameStep", "Disabled")
    assert str(caught.value) == (
        "StringMode breaks 1 rule of Gymnasium's vector contract:\n"
        "- metadata [NextStep, SameStep, Disabled]: metadata['autoreset_mode'] must be an "
        "AutoresetMode, got 'NextStep'; convert strings with AutoresetMode(...)"
    )
    assert isinstance(caught.value, AssertionError)


def test_it_leaves_no_trace(register):
    name = register()
    np.random.seed(3)  # noqa: NPY002 - what must be left alone
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    kwargs = {"max_episode_steps": 4}
    check_vector_env(name, steps=30, kwargs=kwargs, modes=["SameStep"])
    assert kwargs == {"max_episode_steps": 4}
    assert gym.spec(name).kwargs == {}
    assert np.random.random() == expected  # noqa: NPY002

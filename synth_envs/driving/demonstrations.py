"""Demonstrations: episodes of a scripted driver in one .npz file, for imitation and offline learning.

The file holds plain arrays (it is read with `allow_pickle=False`). Steps of all episodes follow one
another; `starts` says where each begins. The observation of step t is the one its action was chosen
from; the one that an episode ended with is in `final_observations`.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synth_envs.driving.env import DrivingEnv, DrivingVectorEnv
from synth_envs.driving.experts import make_driver
from synth_envs.sim_env import copied

__all__ = ["Demonstrations", "export", "load"]

_FORMAT = "synth-envs driving demonstrations 1"
#: How many episodes are driven at a time.
_BATCH = 64
_OURS = ("num_envs", "autoreset_mode", "render_mode")
_STEPS = ("actions", "rewards", "terminations", "truncations")
_TYPES = {
    "rewards": np.float64,
    "terminations": np.bool_,
    "truncations": np.bool_,
    "starts": np.int64,
}


@dataclass(frozen=True)
class Demonstrations:
    """What `load` returns, for T steps of E episodes.

    Attributes:
        observations: (T, ...), or a dictionary of such arrays.
        actions: int64 (T,), or float32 (T, 2).
        rewards: float64 (T,).
        terminations: bool (T,).
        truncations: bool (T,).
        starts: int64 (E,): the first step of each episode.
        final_observations: (E, ...), or a dictionary: what each episode ended with.
        task_ids: str (E,), as in `info["task_id"]`.
        metrics: Of the episodes, float64 (E,) each.
        env_kwargs: Arguments of the environment.
        policy: Who drove.
        seed: Episode e is the first one after `reset(seed=seed + e)`.
    """

    observations: Any
    actions: np.ndarray
    rewards: np.ndarray
    terminations: np.ndarray
    truncations: np.ndarray
    starts: np.ndarray
    final_observations: Any
    task_ids: np.ndarray
    metrics: dict[str, np.ndarray]
    env_kwargs: dict[str, Any]
    policy: str
    seed: int


def export(
    path: str | os.PathLike[str],
    env_kwargs: Mapping[str, Any],
    episodes: int,
    seed: int,
    policy: str = "rule",
) -> None:
    """Let a scripted driver drive some episodes and write them to a file.

    The file is equal for equal arguments, and appears only once it is whole.

    Args:
        path: The file; its name must end in ".npz". Its folder is made if need be.
        env_kwargs: Arguments of `DrivingEnv`, JSON values only.
        episodes: How many, at least 1.
        seed: Episode e is the first one after `reset(seed=seed + e)`; at least 0.
        policy: One of `experts.POLICIES`.

    Raises:
        OSError: The file cannot be written.
        TypeError: An argument of the environment is unknown or not a JSON value.
        ValueError: An argument has a bad value.
    """
    target = Path(path)
    if target.suffix != ".npz":
        msg = f"the name of a file of demonstrations must end in .npz, got {target.name!r}"
        raise ValueError(msg)
    for name, value, least in (("episodes", episodes, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            msg = f"{name} must be an integer of at least {least}, got {value!r}"
            raise ValueError(msg)
    kwargs = dict(env_kwargs)
    if ours := [name for name in _OURS if name in kwargs]:
        msg = f"these arguments have no place in demonstrations: {', '.join(ours)}"
        raise ValueError(msg)
    about = {"format": _FORMAT, "env_kwargs": kwargs, "policy": policy, "seed": seed}
    arrays: dict[str, np.ndarray] = {"about": np.array(json.dumps(about, sort_keys=True))}
    arrays |= _driven(kwargs, episodes, seed, policy)
    _write(target, arrays)


def _driven(kwargs: dict[str, Any], episodes: int, seed: int, policy: str) -> dict[str, np.ndarray]:
    """Drive all episodes; return the arrays of the file."""
    parts: list[dict[str, np.ndarray]] = []
    lengths: list[int] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=True) as progress:
        bar = progress.add_task(f"episodes of {policy!r}", total=episodes)
        for first in range(0, episodes, _BATCH):
            count = min(_BATCH, episodes - first)
            env = DrivingVectorEnv(num_envs=count, autoreset_mode="Disabled", **kwargs)
            for one, length in _batch(env, seed + first, policy):
                parts.append(one)
                lengths.append(length)
                progress.advance(bar)
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    arrays["starts"] = np.cumsum([0, *lengths[:-1]], dtype=np.int64)
    return arrays


def _batch(
    env: DrivingVectorEnv, seed: int, policy: str
) -> list[tuple[dict[str, np.ndarray], int]]:
    """Drive one episode in each sub-environment; return the arrays and the length of each."""
    driver = make_driver(policy, env)
    seen, _ = env.reset(seed=seed)
    sim, n = env.sim, env.num_envs
    running = np.ones(n, np.bool_)
    history: list[dict[str, np.ndarray]] = []
    while running.any():
        actions = driver.act(seen)
        sim.step(actions, running)
        row = _named("observations", seen)
        row |= {"actions": actions, "rewards": sim.rewards.copy(), "ran": running.copy()}
        row |= {
            "terminations": sim.terminations.copy(),
            "truncations": sim.truncations.copy(),
        }
        history.append(row)
        running &= ~(sim.terminations | sim.truncations)
        seen = copied(sim.observations)
    last = _named("final_observations", seen)
    metrics = dict(sim.metrics)
    stacked = {name: np.stack([row[name] for row in history]) for name in history[0]}
    ran = stacked.pop("ran")
    found = []
    for e in range(n):
        length = int(ran[:, e].sum())
        one = {name: column[:length, e] for name, column in stacked.items()}
        one |= {name: column[e : e + 1] for name, column in last.items()}
        one |= {f"metrics.{name}": column[e : e + 1] for name, column in metrics.items()}
        one["task_ids"] = np.array([env.task_ids[e]])
        found.append((one, length))
    return found


def _named(name: str, observations: Any) -> dict[str, np.ndarray]:
    """Observations as columns: under one name, or under one for each key of a dictionary."""
    if isinstance(observations, dict):
        return {f"{name}.{key}": np.asarray(one) for key, one in observations.items()}
    return {name: np.asarray(observations)}


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a file under another name and then give it its own, so that it is never seen half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **dict(arrays))
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # temporary files begin as nobody else's business
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(path: str | os.PathLike[str]) -> Demonstrations:
    """Read a file of demonstrations and check that it is one.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a whole and consistent file of demonstrations; the message says why.
    """
    where = Path(path)
    try:
        with where.open("rb") as handle:
            file = np.load(handle, allow_pickle=False)
            single = not isinstance(file, np.lib.npyio.NpzFile)
            arrays = {} if single else {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _bad(where, f"it cannot be read ({error})") from error
    if single:
        raise _bad(where, "it is a single array")
    about = _about(where, arrays)
    try:
        env = DrivingEnv(**about["env_kwargs"])
    except (TypeError, ValueError) as error:
        raise _bad(where, f"its environment cannot be made ({error})") from error
    steps, episodes = _lengths(where, arrays)
    observations = _read(where, arrays, "observations", env.observation_space, steps)
    final = _read(where, arrays, "final_observations", env.observation_space, episodes)
    actions = _read(where, arrays, "actions", env.action_space, steps)
    metrics = {
        name.removeprefix("metrics."): column
        for name, column in arrays.items()
        if name.startswith("metrics.")
    }
    if set(metrics) != set(env.sim.metrics):
        raise _bad(where, "its metrics are not those of the environment")
    for name, column in metrics.items():
        if (
            column.shape != (episodes,)
            or column.dtype != np.float64
            or not np.isfinite(column).all()
        ):
            raise _bad(where, f"metric {name!r} is not {episodes} finite numbers")
    return Demonstrations(
        observations, actions, arrays["rewards"], arrays["terminations"], arrays["truncations"],
        arrays["starts"], final, arrays["task_ids"], metrics,
        about["env_kwargs"], about["policy"], about["seed"],
    )  # fmt: skip


def _bad(path: Path, reason: str) -> ValueError:
    return ValueError(f"{path} is not a file of driving demonstrations: {reason}")


def _about(path: Path, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return what the file says of itself."""
    missing = {"about", "starts", "task_ids", *_STEPS} - set(arrays)
    if missing:
        raise _bad(path, f"it lacks {', '.join(sorted(missing))}")
    if arrays["about"].shape != () or arrays["about"].dtype.kind != "U":
        raise _bad(path, "its header is not a text")
    try:
        about = json.loads(str(arrays["about"]))
    except (ValueError, RecursionError) as error:
        raise _bad(path, "its header is not JSON") from error
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise _bad(path, f"its format is not {_FORMAT!r}")
    kinds = {"env_kwargs": dict, "policy": str, "seed": int}
    for name, kind in kinds.items():
        if not isinstance(about.get(name), kind):
            raise _bad(path, f"its header has no {name}")
    return about


def _lengths(path: Path, arrays: Mapping[str, np.ndarray]) -> tuple[int, int]:
    """Check the arrays of steps and episodes; return how many there are of both."""
    steps, episodes = arrays["rewards"].size, arrays["starts"].size
    for name, kind in _TYPES.items():
        size = episodes if name == "starts" else steps
        if arrays[name].dtype != kind or arrays[name].shape != (size,):
            raise _bad(path, f"{name!r} is not {np.dtype(kind)} of shape ({size},)")
    if not np.isfinite(arrays["rewards"]).all():
        raise _bad(path, "a reward is not finite")
    if arrays["task_ids"].shape != (episodes,) or arrays["task_ids"].dtype.kind != "U":
        raise _bad(path, "its task ids are not one text for each episode")
    starts, ends = arrays["starts"], arrays["terminations"] | arrays["truncations"]
    # An episode ends where the next begins, and nowhere else.
    if not episodes or not np.array_equal(np.flatnonzero(ends) + 1, [*starts[1:], steps]):
        raise _bad(path, "its episodes do not end where the next ones begin")
    if starts[0] != 0:
        raise _bad(path, "its first episode does not begin at step 0")
    return steps, episodes


def _read(
    path: Path, arrays: Mapping[str, np.ndarray], name: str, space: gym.Space[Any], size: int
) -> Any:
    """Return a column, or a dictionary of columns, of values of a space."""
    if isinstance(space, gym.spaces.Dict):
        return {
            key: _read(path, arrays, f"{name}.{key}", one, size)
            for key, one in space.spaces.items()
        }
    column = arrays.get(name)
    shape = (size, *(space.shape or ()))
    if column is None or column.shape != shape or column.dtype != space.dtype:
        raise _bad(path, f"{name!r} is not {space.dtype} of shape {shape}")
    if isinstance(space, gym.spaces.Discrete):
        fits = (column >= space.start) & (column < space.start + space.n)
    elif isinstance(space, gym.spaces.Box):
        fits = (column >= space.low) & (column <= space.high)
    else:  # binary
        fits = (column == 0) | (column == 1)
    if not fits.all():
        raise _bad(path, f"{name!r} has values outside of the space")
    return column

"""Everything an environment must pass before its rewards are trusted, as one printed report."""

import functools
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.utils.env_checker import check_env

from synth_envs.audit import audit_family
from synth_envs.checking import check_vector_env
from synth_envs.families import Family
from synth_envs.registration import Environment, environments

__all__ = ["check_environment", "episode_digest"]

#: Episodes of a simulator that the reference policies play.
_EPISODES = 6


def check_environment(row: Environment, family: str | None = None, tasks: int = 50) -> int:
    """Run every check on one environment and print one line for each.

    Args:
        row: The environment.
        family: Restrict a text environment to this family.
        tasks: How many tasks the audit draws at each difficulty.

    Returns:
        The number of findings.
    """
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"[bold]{escape(row.id)}[/bold]" + (f" ({escape(family)})" if family else ""))
    kwargs = {} if family is None else {"family": family}
    count = 0
    for name, check in _checks(row, kwargs, tasks):
        with console.status(escape(name)):
            try:
                findings = check()
            except Exception as error:  # noqa: BLE001 - a check that raises is a finding
                findings = [f"{type(error).__name__}: {error}"]
        mark = "[green]ok[/green]  " if not findings else "[red]FAIL[/red]"
        console.print(f"  {mark} {escape(name)}")
        for finding in findings:
            console.print(f"       {escape(finding)}")
        count += len(findings)
    return count


def _checks(
    row: Environment, kwargs: dict[str, Any], tasks: int
) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    yield "Gymnasium check_env, warnings as errors", lambda: _gymnasium(row, kwargs)
    yield "spec round-trips through JSON", lambda: _spec(row, kwargs)
    if row.vector_entry_point:
        yield "native vector environment", lambda: _vector(row, kwargs)
    if row.numeric:
        if importlib.util.find_spec("stable_baselines3"):
            yield "Stable-Baselines3 check_env, warnings as errors", lambda: _sb3(row, kwargs)
        else:
            yield "Stable-Baselines3 check_env skipped: pip install 'synth-envs[sb3]'", list
    yield "same seed, same episodes in other processes", lambda: _processes(row, kwargs)
    source = getattr(gym.make(row.id, **kwargs).unwrapped, "source", None)
    if row.span:
        yield "caution earns less than the expert and the oracle", lambda: _skill(row)
    for family in getattr(source, "families", ()):
        yield f"audit of {family.family}", functools.partial(_audit, family, tasks)


def _audit(family: Family, tasks: int) -> list[str]:
    return [f"{finding.check}: {finding.detail}" for finding in audit_family(family, tasks)]


def _skill(row: Environment) -> list[str]:
    """Play a few episodes with the reference policies."""
    from synth_envs.policies import make_policy

    # Where luck decides single episodes, it takes more of them.
    episodes = 4 * _EPISODES if row.pooled else _EPISODES
    earned = {}
    for name in ("oracle", "scripted", "empty", "echo"):
        env = gym.make_vec(row.id, episodes, "sync", split="test")
        observations, _ = env.reset(seed=0)
        policy = make_policy(name, env)
        running, total = np.ones(episodes, np.bool_), np.zeros(episodes)
        while running.any():
            observations, rewards, over, cut, _ = env.step(policy.act(observations))
            total += np.where(running, rewards, 0.0)
            running &= ~(over | cut)
        env.close()
        earned[name] = total
    findings = []
    for name in ("empty", "echo"):
        more = earned[name] - earned["oracle"]
        if (more.mean() > 1e-6) if row.pooled else (more > 1e-6).any():
            findings.append(f"{name!r} earns more than the oracle in an episode")
        more = earned[name] - earned["scripted"]
        luck = 2.0 * float(more.std()) / episodes**0.5 if row.pooled else 0.0
        if more.mean() > luck:
            findings.append(f"{name!r} earns more than the expert")
    return findings


def _gymnasium(row: Environment, kwargs: dict[str, Any]) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Without Pillow there are no pictures to check; the extra [render] brings it.
        pictures = importlib.util.find_spec("PIL") is not None
        check_env(gym.make(row.id, **kwargs).unwrapped, skip_render_check=not pictures)
    return []


def _spec(row: Environment, kwargs: dict[str, Any]) -> list[str]:
    spec = gym.make(row.id, **kwargs).spec
    if spec is None:
        return ["gym.make gave no spec"]
    again = gym.make(gym.envs.registration.EnvSpec.from_json(spec.to_json()))
    same = again.reset(seed=3)[1] == gym.make(row.id, **kwargs).reset(seed=3)[1]
    return [] if same else ["the environment made from its spec behaves differently"]


def _vector(row: Environment, kwargs: dict[str, Any]) -> list[str]:
    num_envs, steps = (2, 8) if row.costly else (3, 90)
    check_vector_env(row.id, kwargs={**row.brief, **kwargs}, num_envs=num_envs, steps=steps)
    return []


def _sb3(row: Environment, kwargs: dict[str, Any]) -> list[str]:
    from stable_baselines3.common.env_checker import check_env as check_sb3

    env = gym.make(row.id, **kwargs)
    # Of goals its checker asks what Gymnasium's wrappers hide.
    env = env.unwrapped if hasattr(env.unwrapped, "compute_reward") else env
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # highway-env's observations are matrices, and so are those that have to equal them.
        warnings.filterwarnings("ignore", message="Your observation  has an unconventional shape")
        check_sb3(env)
    return []


def episode_digest(env_id: str, kwargs: dict[str, Any]) -> str:
    """A hash of the episodes of several seeds under seeded random actions."""
    costly = any(row.id == env_id and row.costly for row in environments())
    seeds, steps = (3, 3) if costly else (8, 20)
    digest = hashlib.sha256()
    env = gym.make(env_id, **kwargs)
    for seed in range(seeds):
        env.action_space.seed(seed)
        observation, info = env.reset(seed=seed)
        digest.update(repr((observation, info)).encode())
        for _ in range(steps):
            step = env.step(env.action_space.sample())
            digest.update(repr(step).encode(errors="backslashreplace"))
            if step[2] or step[3]:
                observation, info = env.reset()
                digest.update(repr((observation, info)).encode())
    return digest.hexdigest()


def _processes(row: Environment, kwargs: dict[str, Any]) -> list[str]:
    module = row.entry_point.partition(":")[0].partition(".")[0]
    program = (
        "import sys, json, importlib; sys.path[:0] = json.loads(sys.argv[3]);"
        "import synth_envs; from synth_envs.check import episode_digest as d;"
        "from synth_envs.registration import register_family as r;"
        "s = json.loads(sys.argv[4]); s and r(sys.argv[1], s);"
        "print(d(sys.argv[1], json.loads(sys.argv[2])))"
    )
    family = row.kwargs.get("source") if module == "synth_envs" else None
    expected = episode_digest(row.id, kwargs)
    findings = []
    for hash_seed in ("0", "1", "4711"):
        command = [sys.executable, "-c", program, row.id, json.dumps(kwargs)]
        command += [json.dumps(sys.path), json.dumps(family)]
        child = subprocess.run(  # noqa: S603 - this interpreter, our own arguments
            command,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=False,
        )
        if child.stdout.strip() != expected:
            error = child.stderr.strip().splitlines()[-1:] or ["other episodes"]
            findings.append(f"PYTHONHASHSEED={hash_seed}: {error[0]}")
    return findings

"""Who plays: the reference policies of the suite and anyone's own, as MODULE:FACTORY."""

import importlib
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from benchmarks.errors import UsageError
from synth_envs.core import Json, Policy
from synth_envs.families import suggest
from synth_envs.policies import POLICIES, TRIVIAL, make_policy

__all__ = ["Agent", "Kind", "episodes_file", "resolve_agents"]

Kind = Literal["trivial", "oracle", "policy"]


@dataclass(frozen=True)
class Agent:
    """One agent of a plan.

    Attributes:
        name: As asked for: "random", "package.module:factory".
        kind: Trivial agents must fail, the oracle must succeed, other policies are measured.
        source_sha256: The hash of the file that defines a MODULE:FACTORY, or None.
        factory: Makes the policy for one environment.
    """

    name: str
    kind: Kind
    source_sha256: str | None = None
    factory: Callable[[Any], Policy] | None = field(default=None, compare=False, repr=False)

    def make(self, env: Any) -> Policy:
        """The policy for one environment.

        Raises:
            UsageError: There is no such policy for this environment.
        """
        if self.factory is not None:
            return self.factory(env)
        try:
            return make_policy(self.name, env)
        except ValueError as error:
            msg = f"policy {self.name!r}: {error}"
            raise UsageError(msg) from None

    def to_json(self) -> dict[str, Json]:
        """The agent as plain JSON values."""
        return {"name": self.name, "kind": self.kind, "source_sha256": self.source_sha256}


def resolve_agents(requested: Sequence[str]) -> tuple[Agent, ...]:
    """The requested policies, then the oracle and every trivial agent, which are always listed.

    Raises:
        UsageError: A policy is unknown or cannot be imported.
    """
    names = list(dict.fromkeys([*requested, "oracle", *TRIVIAL]))
    agents = tuple(_resolve(name) for name in names)
    files = [episodes_file(agent.name) for agent in agents]
    if len(set(files)) != len(files):
        msg = f"two policies would share one file: {', '.join(names)}"
        raise UsageError(msg)
    return agents


def episodes_file(name: str) -> str:
    """The file of an agent's episodes, relative to the results; safe for any name."""
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip(".-")[:100] or "agent"
    return f"episodes/{slug}.jsonl"


def _resolve(name: str) -> Agent:
    if name in TRIVIAL:
        return Agent(name, "trivial")
    if name == "oracle":
        return Agent(name, "oracle")
    if name in POLICIES:
        return Agent(name, "policy")
    module_name, colon, path = name.partition(":")
    if not (colon and module_name and path):
        msg = f"unknown policy {name!r}{suggest(name, POLICIES)}, or give MODULE:FACTORY"
        raise UsageError(msg)
    try:
        target: Any = importlib.import_module(module_name)
        for part in path.split("."):
            target = getattr(target, part)
    except (ImportError, AttributeError) as error:
        msg = f"cannot load the policy {name!r}: {error}"
        raise UsageError(msg) from error
    if not callable(target):
        msg = f"{name!r} is not callable; it must be FACTORY(env) -> Policy"
        raise UsageError(msg)
    return Agent(name, "policy", _source_hash(target), target)


def _source_hash(target: Any) -> str | None:
    """The hash of the file that defines an object, so that a resumed run notices an edit."""
    try:
        file = inspect.getsourcefile(target)
    except TypeError:
        file = None
    return sha256(Path(file).read_bytes()).hexdigest() if file else None

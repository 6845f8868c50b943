"""Where results come from: the hash of the installed source, the commit, the versions."""

import importlib.metadata
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import gymnasium as gym

from benchmarks.suites import Case, registry_id
from synth_envs.core import Json

__all__ = ["environment_hashes", "git_state", "source_hash", "versions"]

_OURS = ("sandboxes", "synth_envs")
# Code and the data files that packages ship; everything a task may depend on.
_SUFFIXES = {".py", ".json", ".jsonl", ".toml", ".txt", ".csv"}


def source_hash(cases: Iterable[Case]) -> str:
    """The hash over (path, content) of all source files that the cases run on.

    That is the suite itself and, for an id such as "package:ns/Name-v0", that package too.
    """
    packages = set(_OURS)
    for case in cases:
        module, _, env_id = case.env_id.rpartition(":")
        entry = gym.registry[env_id].entry_point if env_id in gym.registry else None
        for name in (module, entry if isinstance(entry, str) else ""):
            packages.add(name.partition(":")[0].partition(".")[0])
    return _hash_packages(tuple(sorted(packages - {""})))


@cache
def _hash_packages(packages: tuple[str, ...]) -> str:
    digest = sha256()
    for package in packages:
        for path, file in _files(package):
            content = file.read_bytes()
            digest.update(f"{len(path)}:{path}{len(content)}:".encode())
            digest.update(content)
    return digest.hexdigest()


def _files(package: str) -> list[tuple[str, Path]]:
    """The source files of an installed top-level package or module, with portable paths."""
    spec = find_spec(package)
    if spec is None:
        return []
    if not spec.submodule_search_locations:
        return [(package, Path(spec.origin))] if spec.origin and Path(spec.origin).is_file() else []
    found = []
    for root in spec.submodule_search_locations:
        for file in Path(root).rglob("*"):
            path = file.relative_to(root)
            hidden = any(part.startswith((".", "__pycache__")) for part in path.parts)
            if file.suffix in _SUFFIXES and not hidden and file.is_file():
                found.append((f"{package}/{path.as_posix()}", file))
    return sorted(found)


def environment_hashes(cases: Iterable[Case], source: str) -> dict[str, Json]:
    """For each environment id its version and the hash of its source and registration."""
    result: dict[str, Json] = {}
    for env_id in sorted({case.env_id for case in cases}):
        spec = gym.spec(registry_id(env_id))
        content = f"{source}\0{spec.id}\0{spec.entry_point}\0{spec.vector_entry_point}"
        arguments = f"\0{sorted(spec.kwargs.items())}"
        digest = sha256((content + arguments).encode()).hexdigest()
        result[env_id] = {"version": spec.version, "hash": digest}
    return result


def versions() -> dict[str, Json]:
    """The versions of what numbers may depend on, and the kind of machine."""
    names = ("synth-envs", "gymnasium", "numpy", "scipy")
    result: dict[str, Json] = {name: importlib.metadata.version(name) for name in names}
    return result | {
        "python": platform.python_version(),
        "platform": f"{sys.platform}-{platform.machine()}",
    }


def git_state() -> dict[str, Json]:
    """The commit of the source and whether it has uncommitted changes; None outside a checkout."""
    spec = find_spec("synth_envs")
    unknown: dict[str, Json] = {"commit": None, "dirty": None}
    if spec is None or spec.origin is None:
        return unknown
    folder = Path(spec.origin).parent
    commit = _git(folder, "rev-parse", "HEAD")
    # A package installed inside somebody else's checkout (a virtual environment) is not tracked.
    if commit is None or not _git(folder, "ls-files", "--", "__init__.py"):
        return unknown
    status = _git(folder, "status", "--porcelain", "--", "..")
    return {"commit": commit, "dirty": bool(status)}


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None if it is absent or fails."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()

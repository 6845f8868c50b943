"""Which backend a program runs on where nobody says: the strongest that works here."""

from __future__ import annotations

import atexit
import os
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from sandboxes.base import Profile, Sandbox, SandboxError

__all__ = ["BACKENDS", "VARIABLE", "get_sandbox", "open_sandbox"]

#: The environment variable that names the backend to use.
VARIABLE = "SYNTH_ENVS_SANDBOX"


def _linux(**options: Any) -> Sandbox:
    from sandboxes.linux import LinuxSandbox

    return LinuxSandbox(isolation="namespaces", **options)


def _landlock(**options: Any) -> Sandbox:
    from sandboxes.linux import LinuxSandbox

    return LinuxSandbox(isolation="landlock", **options)


def _docker(**options: Any) -> Sandbox:
    from sandboxes.docker import DockerSandbox

    return DockerSandbox(**options)


def _wasm(**options: Any) -> Sandbox:
    from sandboxes.wasm import WasmSandbox

    if options.pop("profile", "strict") != "strict":
        msg = "the wasm backend has no processes, so it has no fork profile"
        raise SandboxError(msg)
    if options.pop("hash_seed", 0):
        msg = "the wasm backend always hashes text in one way"
        raise SandboxError(msg)
    if options.pop("preload", ()):
        msg = "the wasm backend has the standard library only: nothing can be preloaded"
        raise SandboxError(msg)
    return WasmSandbox(**options)


#: The backends, strongest first. "linux" insists on namespaces, "landlock" does without them.
BACKENDS: dict[str, Callable[..., Sandbox]] = {
    "linux": _linux,
    "docker": _docker,
    "landlock": _landlock,
    "wasm": _wasm,
}


def open_sandbox(backend: str | None = None, **options: Any) -> Sandbox:
    """Open a sandbox of one's own.

    Args:
        backend: One of `BACKENDS`; None means what `SYNTH_ENVS_SANDBOX` names, or else the
            strongest that works here. Where that is "landlock" or "wasm", a warning says why the
            stronger ones do not.
        **options: What every backend takes: `limits`, `profile`, `workers`, `preload`.

    Raises:
        SandboxError: The backend does not work here, or none does, or the variable names none; the
            message says how to fix it.
        ValueError: There is no backend of that name, or an option is out of range.
    """
    chosen = backend or os.environ.get(VARIABLE, "").strip()
    if chosen:
        if chosen not in BACKENDS:
            known = f"backend {chosen!r}; one of {', '.join(BACKENDS)}"
            if backend:
                msg = f"there is no {known}"
                raise ValueError(msg)
            msg = f"the variable {VARIABLE} names {known}"
            raise SandboxError(msg)
        return BACKENDS[chosen](**options)
    reasons = []
    for name, opening in BACKENDS.items():
        try:
            found = opening(**options)
        except SandboxError as error:
            reasons.append(f"{name}: {error}")
            continue
        if name not in ("linux", "docker"):
            why = "\n  ".join(reasons)
            text = f"programs run on the weaker or slower backend {name!r}, because\n  {why}"
            warnings.warn(text, RuntimeWarning, stacklevel=2)
        return found
    msg = "no sandbox works here:\n  " + "\n  ".join(reasons)
    raise SandboxError(msg)


_shared: dict[tuple[Profile, tuple[str, ...], int, str | None], Sandbox] = {}
_lock = threading.Lock()


def get_sandbox(
    profile: Profile = "strict",
    preload: Sequence[str] = (),
    hash_seed: int = 0,
    backend: str | None = None,
) -> Sandbox:
    """Return this process's shared sandbox, opened at the first call.

    It is usable from many threads and after a fork, and is closed at the end of the process.
    `SYNTH_ENVS_SANDBOX` names its backend (see `open_sandbox`).

    Args:
        profile: "strict", or "fork" for programs that start processes.
        preload: Modules that its workers import once ("numpy", "sympy").
        hash_seed: How programs hash text (PYTHONHASHSEED), to see whether their results hang on it.
        backend: One of `BACKENDS`, for what only it can do; None as in `open_sandbox`.

    Raises:
        SandboxError: No sandbox works here, or not the one that was asked for.
        ValueError: The environment variable names no backend.
    """
    key = profile, tuple(preload), hash_seed, backend
    options: dict[str, Any] = {"hash_seed": hash_seed} if hash_seed else {}
    with _lock:
        found = _shared.get(key)
        if found is None or found.closed:
            found = _shared[key] = open_sandbox(backend, profile=profile, preload=key[1], **options)
        return found


@atexit.register
def _close() -> None:
    for sandbox in _shared.values():
        sandbox.close()


def _after_fork() -> None:
    """A lock that another thread held at the fork would stay held for ever."""
    global _lock  # noqa: PLW0603 - one for the process
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)

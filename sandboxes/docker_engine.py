"""The connection to a Docker engine: opening it, telling its faults, and reaping orphans."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandboxes.base import SandboxError

__all__ = [
    "LOCAL",
    "OWNER",
    "SANDBOX",
    "connect",
    "faults",
    "knock",
    "owner",
    "reap",
    "remove",
    "sweep",
]

#: The labels of our containers: which sandbox each belongs to, and which process made it.
SANDBOX, OWNER = "synth-envs.sandbox", "synth-envs.owner"
#: What the SDK calls an engine that listens on a unix-domain socket.
LOCAL = "http+docker://localhost"
_DEFAULT = "unix:///var/run/docker.sock"
_TIMEOUT_S = 120
#: A container that never ran and whose owner cannot be asked about is an orphan after so long.
_STALE_S = 3600
_START_HINT = (
    "start one (`systemctl start docker`, or Docker Desktop), let this user reach it (the group "
    "docker), or name another by client_url or DOCKER_HOST"
)


def connect(url: str | None = None) -> Any:
    """Return a client of the engine at a URL (None: DOCKER_HOST, or the default socket).

    Raises:
        SandboxError: The SDK is missing, no engine answers, or its streams cannot be used.
    """
    try:
        import docker
    except ImportError as error:
        msg = 'the docker sandbox needs the Docker SDK: pip install "synth-envs[docker]"'
        raise SandboxError(msg) from error
    where = knock(url)
    client = None
    try:
        if url is None:
            client = docker.from_env(timeout=_TIMEOUT_S)
        else:
            client = docker.DockerClient(base_url=url, timeout=_TIMEOUT_S)
        client.ping()
    except (docker.errors.DockerException, OSError) as error:
        if client is not None:
            client.close()
        raise SandboxError(_no_answer(where, error)) from error
    base = client.api.base_url
    if base != LOCAL and not base.startswith("http://"):
        client.close()
        msg = (
            f"the streams of an engine at {where} cannot be used directly (TLS, ssh or a named "
            "pipe): forward its socket, for example with `ssh -L`, and give that as client_url"
        )
        raise SandboxError(msg)
    return client


def knock(url: str | None) -> str:
    """Return where the engine is.

    Raises:
        SandboxError: Its socket is on this machine and nobody listens. Asked ahead of the SDK,
            which forgets to close a socket that does not connect.
    """
    where = url or os.environ.get("DOCKER_HOST") or _DEFAULT
    if where.startswith("unix://"):
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(_TIMEOUT_S)
                line.connect(where.removeprefix("unix://"))
        except OSError as error:
            raise SandboxError(_no_answer(where, error)) from error
    return where


def _no_answer(where: str, error: Exception) -> str:
    return f"no Docker engine answers at {where}: {error}. To fix it: {_START_HINT}"


@contextlib.contextmanager
def faults(doing: str) -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, OSError) as error:  # what `requests` raises is an OSError
        refused = isinstance(error, DockerException)
        msg = f"{doing}: {'' if refused else 'the Docker engine is gone: '}{error}"
        raise SandboxError(msg) from error


def _started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks; empty if none such lives."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    fields = text.rpartition(") ")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _here() -> str:
    """Return what tells this boot and process namespace from every other."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return "unknown"


def owner() -> str:
    """Return what identifies this process among all that ever used an engine."""
    pid = os.getpid()
    return f"{_here()}/{pid}/{_started(pid)}"


def _orphaned(found: dict[str, Any]) -> bool:
    """Whether the process that made a container is known to be dead."""
    made_by = found["Labels"].get(OWNER, "")
    where, _, rest = made_by.rpartition("/")[0].rpartition("/")
    if where == _here() and rest.isdigit():
        return bool(_started(int(rest)) != made_by.rpartition("/")[2])
    # Another machine's, or from before a restart: only what does not run is surely nobody's.
    return bool(found["State"] != "running" and found["Created"] < time.time() - _STALE_S)


def reap(api: Any) -> int:
    """Remove the containers whose owners are dead; return how many.

    A worker ends with its owner by itself, since its input does. What is found here was frozen,
    or never started.
    """
    with faults("cannot list containers"):
        found = api.containers(all=True, filters={"label": OWNER})
    orphans = [one["Id"] for one in found if _orphaned(one)]
    for orphan in orphans:
        remove(api, orphan)
    return len(orphans)


def sweep(api: Any, sandbox: str) -> None:
    """Remove whatever containers this process has left of a sandbox."""
    labels = [f"{SANDBOX}={sandbox}", f"{OWNER}={owner()}"]
    with faults("cannot list containers"):
        found = api.containers(all=True, filters={"label": labels})
    for one in found:
        remove(api, one["Id"])


def remove(api: Any, container: str) -> None:
    """Kill and remove a container, and wait until it is gone; it may be on its way already."""
    from docker.errors import APIError, NotFound

    deadline = time.monotonic() + 30
    with faults("cannot remove a container"):
        while True:
            try:
                api.remove_container(container, force=True, v=True)
            except NotFound:
                return
            except APIError as error:  # 409: being removed; 500: the kernel is not done with it
                if error.status_code not in (409, 500) or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(0.02)

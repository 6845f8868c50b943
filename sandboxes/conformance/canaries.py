"""Canaries: things of the host that a hostile program is told of and must not reach."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandboxes.base import Execution
from sandboxes.conformance.case import Host

__all__ = [
    "abstract_datagrams",
    "abstract_listener",
    "inherited",
    "reward_file",
    "secret_file",
    "sleeper",
    "tcp_listener",
    "udp_listener",
    "unix_listener",
]

_PATIENCE_S = 0.05


#: Variables that nearly every host has and no sandbox needs to set.
_PRIVATE = ("HOME", "USER", "LOGNAME", "PWD", "SHELL", "HOSTNAME", "VIRTUAL_ENV", "TERM")


def inherited(execution: Execution) -> str | None:
    """Look through printed lines `NAME=value` for variables of the host's own environment."""
    for line in execution.out.splitlines():
        name, _, value = line.partition("=")
        if name in _PRIVATE and value and os.environ.get(name) == value:
            return f"the program has the host's variable {name}"
    return None


def _heard(listener: socket.socket) -> bool:
    """Whether anything arrived, with a little patience."""
    listener.settimeout(_PATIENCE_S)
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


@contextmanager
def _listener(listener: socket.socket, address: str | tuple[str, int]) -> Iterator[Host]:
    with listener:
        listener.bind(address)
        if listener.type == socket.SOCK_STREAM:
            listener.listen()
        name = listener.getsockname()
        told = str(name[1]) if isinstance(name, tuple) else str(address).lstrip("\0")

        def verify(_: Execution) -> str | None:
            return "a listener on the host was reached" if _heard(listener) else None

        yield Host((told,), verify)


@contextmanager
def tcp_listener() -> Iterator[Host]:
    """A TCP listener on localhost; the program gets its port."""
    with _listener(socket.socket(), ("127.0.0.1", 0)) as host:
        yield host


@contextmanager
def udp_listener() -> Iterator[Host]:
    """A UDP listener on localhost; the program gets its port."""
    with _listener(socket.socket(type=socket.SOCK_DGRAM), ("127.0.0.1", 0)) as host:
        yield host


@contextmanager
def unix_listener() -> Iterator[Host]:
    """A unix-domain listener that anyone may connect to; the program gets its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        with _listener(socket.socket(socket.AF_UNIX), str(path / "listener")) as host:
            (path / "listener").chmod(0o777)
            yield host


@contextmanager
def abstract_listener() -> Iterator[Host]:
    """A listener in the abstract namespace; the program gets its name, without the NUL."""
    name = f"\0conformance-{secrets.token_hex(8)}"
    with _listener(socket.socket(socket.AF_UNIX), name) as host:
        yield host


@contextmanager
def abstract_datagrams() -> Iterator[Host]:
    """The same for datagrams, which need no connection."""
    name = f"\0conformance-{secrets.token_hex(8)}"
    with _listener(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), name) as host:
        yield host


@contextmanager
def secret_file() -> Iterator[Host]:
    """A world-readable file with a secret; the program gets its folder and its name."""
    secret = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "secret")
        path.write_text(secret)
        path.chmod(0o644)

        def verify(execution: Execution) -> str | None:
            if secret.encode() in execution.stdout + execution.stderr:
                return "the program printed a secret of the host"
            if path.stat().st_nlink != 1:
                return "a file of the host gained a hard link"
            return None if path.read_text() == secret else "a file of the host was changed"

        yield Host((folder, path.name), verify)


@contextmanager
def reward_file() -> Iterator[Host]:
    """A world-writable file that holds a score of 0; the program gets its path."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        Path(folder).chmod(0o777)
        path = Path(folder, "reward")
        path.write_text("0")
        path.chmod(0o666)

        def verify(_: Execution) -> str | None:
            time.sleep(_PATIENCE_S)  # for whatever outlived the run
            if not path.exists() or path.read_text() != "0":
                return "the score on the host was overwritten"
            return None if len(list(Path(folder).iterdir())) == 1 else "a file was left on the host"

        yield Host((str(path),), verify)


@contextmanager
def sleeper() -> Iterator[Host]:
    """A process of the same user on the host; the program gets its pid and a word of its line."""
    word = f"canary-{secrets.token_hex(8)}"
    command = [sys.executable, "-ISc", "import time; time.sleep(60)", word]
    with subprocess.Popen(command) as process:

        def verify(_: Execution) -> str | None:
            return None if process.poll() is None else "a process of the host was ended"

        try:
            yield Host((str(process.pid), word), verify)
        finally:
            process.kill()

"""Sandboxes for the tests, in every mode that this machine offers, and looks at what they leave."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sandboxes import SandboxError
from sandboxes.linux import LinuxSandbox

REPOSITORY = Path(__file__).resolve().parents[2]
#: An interpreter that every user may read: the one that a fresh system has.
SYSTEM_PYTHON = "/usr/bin/python3"


def skip_unless_linux():
    if sys.platform != "linux":
        pytest.skip("the linux backend needs Linux")


@contextlib.contextmanager
def opened(**options):
    """Open a LinuxSandbox or skip, saying why it does not work here."""
    skip_unless_linux()
    try:
        sandbox = LinuxSandbox(**options)
    except SandboxError as error:
        pytest.skip(f"not offered here: {error}")
    with sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def sandbox():
    """One worker behind the best wall there is."""
    with opened(workers=1) as one:
        yield one


@pytest.fixture(scope="module")
def forking():
    """One worker whose programs may start processes."""
    with opened(workers=1, profile="fork") as one:
        yield one


def system_python():
    """The path of an interpreter that an unprivileged user can read, or a skip."""
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"no {SYSTEM_PYTHON} here")
    asked = [SYSTEM_PYTHON, "-c", "import sys; print(sys.version_info >= (3, 11))"]
    if subprocess.run(asked, capture_output=True, text=True, check=True).stdout != "True\n":
        pytest.skip(f"{SYSTEM_PYTHON} is older than 3.11")
    return SYSTEM_PYTHON


@pytest.fixture(scope="session")
def readable_package():
    """A copy of the package where every user can read it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sandboxes"
        shutil.copytree(
            REPOSITORY / "sandboxes", copy, ignore=shutil.ignore_patterns("__pycache__")
        )
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield folder


@pytest.fixture
def as_user(readable_package):
    """Run `python -m sandboxes` or a script as an ordinary user; returns the finished process."""
    python = system_python()
    prefix = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv here to become an ordinary user")
        prefix = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]

    def run(*arguments, timeout=600):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": readable_package, "HOME": "/"}
        return subprocess.run(
            [*prefix, python, "-B", *arguments],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


def wait_for(condition, seconds=10.0):
    """Wait until a condition holds; return whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def children(pid=None):
    """The processes below one, as the kernel lists them."""
    found, todo = [], [pid or os.getpid()]
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):  # a process can end while it is looked at
            for file in Path(f"/proc/{one}/task").glob("*/children"):
                below = [int(word) for word in file.read_text().split()]
                found += below
                todo += below
    return found


def groups():
    """The control groups of this process's workers."""
    return list(Path("/sys/fs/cgroup").glob(f"**/sandboxes-{os.getpid()}-*"))


def homes():
    """The private folders of workers without namespaces."""
    return list(Path(tempfile.gettempdir()).glob("sandbox-*"))

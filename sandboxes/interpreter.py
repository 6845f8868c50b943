"""Where a Python interpreter keeps what a program needs of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandboxes.base import SandboxError

__all__ = ["Interpreter", "find_interpreter"]

_ASK = """
import json, os, sys, sysconfig
print(json.dumps([
    os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    sys.version_info[:3],
    sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"),
    sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "",
]))
"""
#: The dynamic loader and the system's libraries; those that a machine lacks are left out.
_LIBRARIES = ("/lib", "/lib64", "/lib32", "/libx32", "/usr/lib", "/usr/lib64", "/usr/lib32")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An interpreter of the host that programs may run on.

    Attributes:
        executable: Its path, symbolic links resolved and outside any virtual environment.
        version: Its version.
        folders: The files and folders of its standard library.
        libraries: The system's library folders.
        site: The site-packages inside the standard library, which stay hidden.
    """

    executable: str
    version: tuple[int, int, int]
    folders: tuple[str, ...]
    libraries: tuple[str, ...]
    site: tuple[str, ...]

    def readable_by_others(self) -> str | None:
        """Return the first part that an unprivileged user cannot reach, or None."""
        for part in (self.executable, *self.folders):
            for place in (Path(part), *Path(part).parents):
                if not place.stat().st_mode & (0o001 if place.is_dir() else 0o004):
                    return str(place)
        return None


@lru_cache
def find_interpreter(python: str | None = None) -> Interpreter:
    """Return what there is to know of an interpreter (this process's own if None).

    Raises:
        SandboxError: It does not start or is older than 3.11.
    """
    try:
        answer = subprocess.run(
            [python or sys.executable, "-I", "-S", "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={},
        )
        executable, version, *folders, libdir, soname = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        msg = f"cannot ask the interpreter {python or sys.executable} about itself: {error}"
        raise SandboxError(msg) from error
    if tuple(version) < (3, 11, 0):
        msg = f"programs need Python 3.11 or newer; {executable} is {'.'.join(map(str, version))}"
        raise SandboxError(msg)
    shared = os.path.join(libdir, soname)  # noqa: PTH118 - either may be empty
    parts = {
        *folders,
        *([shared] if soname.endswith((".so", ".so.1.0")) or ".so" in soname else []),
    }
    found = sorted(part for part in parts if Path(part).exists())
    site = [str(Path(folder) / "site-packages") for folder in set(folders)]
    return Interpreter(
        executable,
        (version[0], version[1], version[2]),
        tuple(found),
        tuple(path for path in _LIBRARIES if Path(path).exists()),
        tuple(path for path in site if Path(path).is_dir()),
    )

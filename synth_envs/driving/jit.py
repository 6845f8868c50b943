"""How kernels are compiled: at their first call, and kept on disk for the next process."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

__all__ = ["kernel"]

_F = TypeVar("_F", bound=Callable[..., Any])


@functools.cache
def _cache_folder(folder: Path) -> str:
    """Return where the kernels of a folder are kept; the name changes with any of their sources.

    Numba notices changes in a kernel's own file only, not in the functions that it calls: those
    of its folder and of this one.
    """
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    # Kernels call those of their own folder, of the simulator's and the random numbers of this one.
    folders = [here / "sim", folder]
    if not folder.is_relative_to(here):
        folders[1:1] = sorted(here.glob("*/"))
    files = [path for one in dict.fromkeys(folders) for path in sorted(one.glob("*.py"))]
    for path in (Path(__file__), here / "random.py", *files):
        digest.update(path.read_bytes())
    given = config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given else Path.home() / ".cache"
    return os.fspath(base / "synth_envs" / f"kernels-{digest.hexdigest()}")


def kernel(function: _F) -> _F:
    """Compile a function at its first call, without the interpreter's lock and with exact floats.

    `fastmath` stays off: with it, results would differ between processors.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = _cache_folder(Path(inspect.getfile(function)).parent)
    try:
        made = numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
    return cast("_F", made)

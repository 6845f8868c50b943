"""How kernels are compiled: at their first call, and kept on disk for the next process."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

__all__ = ["brief", "inlined", "kernel"]

_F = TypeVar("_F", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent.parent
_IMPORT = re.compile(r"^from (synth_envs(?:\.\w+)+) import (?:\(([^)]*)\)|([^(\n]+))", re.MULTILINE)


@functools.cache
def _imported(file: Path) -> tuple[Path, ...]:
    """Return the modules of this package that a file imports at its top."""
    found = []
    for module, several, one in _IMPORT.findall(file.read_text("utf-8")):
        place = _PACKAGE.joinpath(*module.split(".")[1:])
        # A name imported from a package may be a module of it.
        names = [name.split()[0] for name in (several or one).split(",") if name.strip()]
        inside = [place / f"{name}.py" for name in names]
        found += [path for path in (place.with_suffix(".py"), *inside) if path.is_file()]
    return tuple(found)


@functools.cache
def _cache_folder(file: Path) -> str:
    """Return where the kernels of a file are kept; the name changes with any source they hang on.

    Numba notices changes in a kernel's own file only, not in the functions that it calls.
    """
    todo, known = [file], {file}
    while todo:
        for one in _imported(todo.pop()):
            if one not in known:
                known.add(one)
                todo.append(one)
    digest = hashlib.blake2b(digest_size=8)
    for one in (Path(__file__), *sorted(known)):
        digest.update(one.read_bytes())
    given = config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given else Path.home() / ".cache"
    return os.fspath(base / "synth_envs" / f"kernels-{digest.hexdigest()}")


def kernel(function: _F) -> _F:
    """Compile a function at its first call, without the interpreter's lock and with exact floats.

    `fastmath` stays off: with it, results would differ between processors. Modules whose kernels
    a kernel calls are imported at the top of its file, as `from module import names`.
    """
    return _compiled(function)


def brief(function: _F) -> _F:
    """Compile a function as `kernel` does, but keep the interpreter's lock.

    For a step of one episode: letting go of the lock and taking it again costs as much.
    """
    return _compiled(function, nogil=False)


def inlined(function: _F) -> _F:
    """Compile a function as `kernel` does, and copy it into the kernels that call it.

    For what takes arrays and is called often: handing one over costs as much as a dozen additions.
    """
    return _compiled(function, inline="always")


def _compiled(function: _F, *, nogil: bool = True, inline: str = "never") -> _F:
    before = config.CACHE_DIR
    config.CACHE_DIR = _cache_folder(Path(inspect.getfile(function)))
    try:
        made = numba.njit(
            cache=True, nogil=nogil, fastmath=False, error_model="numpy", inline=inline
        )(function)
    finally:
        config.CACHE_DIR = before
    return cast("_F", made)

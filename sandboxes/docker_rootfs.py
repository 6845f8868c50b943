"""A container's file system made from this machine's own Python, as a tar archive.

It holds an interpreter, its standard library compiled, the shared libraries both need, and what
was asked for besides: installed packages, or a few commands. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO

from sandboxes.base import SandboxError
from sandboxes.interpreter import Interpreter

__all__ = ["COMMANDS", "VERSION", "Recipe", "write_tar"]

#: What programs that may start others commonly start.
COMMANDS = ("sh", "cat", "echo", "false", "sleep", "sort", "true")
#: Changes with whatever changes what the same interpreter gives.
VERSION = "1"
_PREFIX = "usr/local"
#: Parts of a standard library that no program in a sandbox can use, and what does not belong.
_LEFT_OUT = re.compile(
    r"(^|/)(__pycache__|tests?|idlelib|turtledemo|tkinter|ensurepip|lib2to3|venv|config-[^/]*"
    r"|site-packages|dist-packages|turtle\.py|(site|user)customize\.py|EXTERNALLY-MANAGED"
    r"|lib-dynload/(_tkinter|_test|_xx|xx)[^/]*|[^/]*\.(pyc|a|o))(/|$)"
)
_PASSWD = b"root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n"
_GROUP = b"root:x:0:\nnogroup:x:65534:\n"
#: Imports every extension module and says which files the dynamic loader took for them.
_SURVEY = """
import ctypes, importlib, json, os, sys
path, modules = map(json.loads, sys.argv[1:])
for folder in [one for one in sys.path if one.endswith("lib-dynload")]:
    for name in sorted(os.listdir(folder)):
        if not name.startswith(("_tkinter", "_test", "_xx", "xx")):
            try:
                importlib.import_module(name.partition(".")[0])
            except ImportError:
                pass
sys.path += path
for name in modules:
    importlib.import_module(name)
for name in ("libgcc_s.so.1", "libnss_files.so.2"):  # what the C library opens when it needs to
    try:
        ctypes.CDLL(name)
    except OSError:
        pass
class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
found = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
def visit(info, size, data):
    found.append(os.fsdecode(info[0].name or b""))
    return 0
ctypes.CDLL(None).dl_iterate_phdr(visit, None)
print(json.dumps(found))
"""
#: Compiles files for the names they will have; unchecked, so that no time stamp is in them.
_COMPILE = """
import json, py_compile, sys
for source, name, made in json.load(sys.stdin):
    try:
        py_compile.compile(source, made, name, doraise=True,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    except (py_compile.PyCompileError, ValueError):
        pass
"""


class Recipe:
    """All that goes into a file system of this machine's Python, by path inside it.

    Args:
        interpreter: The Python.
        preload: Modules whose distributions go in, with what those require.
        commands: Commands that go in, as far as this machine has them.
    """

    def __init__(
        self, interpreter: Interpreter, preload: tuple[str, ...], commands: tuple[str, ...]
    ) -> None:
        """Find everything, and the digest of it all."""
        self.interpreter = interpreter
        self.version = ".".join(map(str, interpreter.version))
        short = "python{}.{}".format(*interpreter.version)
        self.executable = f"{_PREFIX}/bin/{short}"
        self.files: dict[str, Path | bytes] = {
            self.executable: Path(interpreter.executable),
            "etc/passwd": _PASSWD,
            "etc/group": _GROUP,
        }
        self.links = {f"{_PREFIX}/bin/{name}": short for name in ("python3", "python")}
        folders = [Path(one) for one in interpreter.folders if Path(one).is_dir()]
        for folder in folders:
            # `lib` or `lib64`, as the interpreter will look for it.
            top = f"{_PREFIX}/{folder.parent.name}/{folder.name}"
            self._add_folder(folder, top)
        self.path: tuple[str, ...] = ()
        site: list[str] = []
        if preload:
            self.path = (f"/{_PREFIX}/lib/{short}/site-packages",)
            site = [one for one in sys.path if one.endswith("-packages")]
            for path, source in _package_files(preload):
                self.files[f"{self.path[0][1:]}/{path}"] = source
        places = {one: shutil.which(one, path="/bin:/usr/bin") for one in commands}
        tools = {one: str(Path(place).resolve()) for one, place in places.items() if place}
        for one, tool in tools.items():
            self.files[f"bin/{one}"] = Path(tool)
            self.links[f"usr/bin/{one}"] = f"../../bin/{one}"
        copied = (*map(str, folders), *site)
        libraries = _libraries(
            interpreter.executable, tuple(site), preload, tuple(sorted(tools.values()))
        )
        for place, library in libraries:
            if not library.startswith(tuple(f"{one}/" for one in copied)):
                self.files[place] = Path(library)
        self.digest = self._digest()

    def _add_folder(self, folder: Path, top: str) -> None:
        for path in folder.iterdir():
            inside = f"{top}/{path.name}"
            if _LEFT_OUT.search(inside.removeprefix(f"{_PREFIX}/")):
                continue
            if path.is_dir():
                self._add_folder(path, inside)
            elif path.is_file():  # links are followed
                self.files[inside] = path

    def _digest(self) -> str:
        total = hashlib.sha256(VERSION.encode())
        for path, source in sorted(self.files.items()):
            body = source if isinstance(source, bytes) else source.read_bytes()
            total.update(f"{path}\0{hashlib.sha256(body).hexdigest()}\0".encode())
        return total.hexdigest()


@lru_cache
def _libraries(
    executable: str, site: tuple[str, ...], modules: tuple[str, ...], tools: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the shared libraries of an interpreter and tools: their paths in the image and here.

    All lie beside the C library, where the loader looks by default: the image has no cache of
    the loader's and none of this machine's other folders.
    """
    words = [executable, "-s", "-S", "-P", "-B", "-W", "ignore", "-c", _SURVEY]
    try:
        answer = subprocess.run(
            [*words, json.dumps(site), json.dumps(modules)],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={},
        )
        found = [one for one in json.loads(answer.stdout) if one.startswith("/")]
        for tool in tools:  # the loader then lists what it would load, and runs nothing
            trace = {"LD_TRACE_LOADED_OBJECTS": "1"}
            answer = subprocess.run(
                [tool],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env=trace,
            )
            found += re.findall(r" => (/\S+) \(0x", answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or ""
        msg = f"cannot find the shared libraries of {executable}: {error}\n{said[-2000:]}"
        raise SandboxError(msg) from error
    # The loader's own place is written into the executable.
    loaders = [one for one in found if Path(one).name.startswith(("ld-", "ld64", "ld."))]
    home = next(
        (str(Path(one).parent) for one in found if Path(one).name.startswith("libc.so")), "/lib"
    )
    placed = {f"{home}/{Path(one).name}": one for one in found}
    return tuple((path.lstrip("/"), one) for path, one in placed.items()) + tuple(
        (one.lstrip("/"), one) for one in loaders
    )


def _package_files(modules: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files of the distributions that provide modules, and of what those require."""
    providers = importlib.metadata.packages_distributions()
    todo: list[str] = []
    for module in modules:
        top = module.partition(".")[0]
        if top not in providers and top not in sys.stdlib_module_names:
            msg = f"cannot preload {module}: no installed distribution provides it"
            raise SandboxError(msg)
        todo += providers.get(top, ())
    seen: set[str] = set()
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # required on other systems only
        for needed in distribution.requires or ():
            word = re.match(r"[\w.-]+", needed)
            if word and "extra ==" not in needed:
                todo.append(word[0])
        for file in distribution.files or ():
            path = Path(str(file.locate()))
            if ".." not in file.parts and path.suffix != ".pyc" and path.is_file():
                yield file.as_posix(), path


def _compiled(recipe: Recipe, folder: Path) -> Iterator[tuple[str, Path]]:
    """Compile the image's modules with its own interpreter; yield what was made, by path."""
    work, made = [], {}
    tag = "cpython-{}{}".format(*recipe.interpreter.version)
    for number, (path, source) in enumerate(sorted(recipe.files.items())):
        if path.endswith(".py") and isinstance(source, Path):
            parent, _, name = path.rpartition("/")
            out = folder / f"{number}.pyc"
            made[f"{parent}/__pycache__/{name[:-3]}.{tag}.pyc"] = out
            work.append((str(source), f"/{path}", str(out)))
    words = [recipe.interpreter.executable, "-s", "-S", "-P", "-B", "-W", "ignore", "-c", _COMPILE]
    try:
        subprocess.run(
            words,
            input=json.dumps(work).encode(),
            check=True,
            timeout=600,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PYTHONHASHSEED": "0"},  # or sets among the constants would vary
        )
    except (OSError, subprocess.SubprocessError) as error:
        msg = f"cannot compile the standard library: {error}"
        raise SandboxError(msg) from error
    for path, out in made.items():
        if out.exists():
            yield path, out


def write_tar(recipe: Recipe, file: IO[bytes]) -> None:
    """Write the image's file system: the same input gives the same bytes."""
    with (
        tempfile.TemporaryDirectory(prefix="synth-envs-image-") as folder,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        files = recipe.files | dict(_compiled(recipe, Path(folder)))
        folders = {"tmp", "proc", "dev", "sys"}
        for path in (*files, *recipe.links):
            folders.update(str(parent) for parent in list(Path(path).parents)[:-1])
        for path in sorted(folders):
            entry = _entry(path, 0o1777 if path == "tmp" else 0o755)
            entry.type = tarfile.DIRTYPE
            tar.addfile(entry)
        for path, target in sorted(recipe.links.items()):
            entry = _entry(path, 0o777)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
        for path, source in sorted(files.items()):
            body = source if isinstance(source, bytes) else source.read_bytes()
            runs = ".so" in path or path.startswith(
                (f"{_PREFIX}/bin/", "bin/", "lib64/ld", "lib/ld")
            )
            entry = _entry(path, 0o755 if runs else 0o644)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    """Return an entry of root's, at the beginning of time."""
    entry = tarfile.TarInfo(path)
    entry.mode, entry.mtime = mode, 0
    return entry

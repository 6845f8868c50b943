"""The images that containers run: from this machine's own Python, or from an image at hand.

No registry is asked. The first kind is a file system made here: an interpreter, its standard
library, the shared libraries both need, and nothing else; only for the fork profile a shell and
a few commands. Its tag holds a digest of all that went in, so that an interpreter that was
upgraded gets a new image.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandboxes.base import SandboxError
from sandboxes.docker_engine import faults, remove
from sandboxes.docker_rootfs import COMMANDS, VERSION, Recipe, write_tar
from sandboxes.interpreter import find_interpreter

__all__ = ["COMMANDS", "DEFAULT_TAG", "Image", "build_image", "find_image"]

#: The repository of our images; a digest makes the tag.
DEFAULT_TAG = "synth-envs-sandbox"
_LABEL = "synth-envs.image"
_PYTHON, _PATH = f"{_LABEL}.python", f"{_LABEL}.path"
#: Run in a base image: is there a Python that the worker can run on, and where?
_CHECK = """
import ctypes, json, os, site, sys
print(json.dumps([os.path.realpath(sys.executable), sys.version_info[:3], site.getsitepackages()]))
"""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that workers can run in.

    Attributes:
        name: What the engine knows it by.
        python: The interpreter's path in it.
        path: Its folders of installed packages.
        environment: The variables it sets, which containers take away again.
    """

    name: str
    python: str
    path: tuple[str, ...]
    environment: tuple[str, ...]


def find_image(
    client: Any, image: str | None, preload: Sequence[str] = (), commands: Sequence[str] = ()
) -> Image:
    """Return an image that is ready for workers; it is made if it is not there yet.

    Args:
        client: The SDK's client.
        image: One that the engine has; None means one of this process's own Python.
        preload: Modules that the latter must hold.
        commands: Commands that it must hold, as far as this machine has them.

    Raises:
        SandboxError: There is no such image, it has no Python, or it could not be made.
    """
    if image is None:
        if sys.platform != "linux":
            msg = (
                f"an image can be made of a Python for Linux only, and this is {sys.platform}: "
                "give image=, one that the engine has"
            )
            raise SandboxError(msg)
        recipe = Recipe(find_interpreter(), tuple(preload), tuple(commands))
        name = _tagged(DEFAULT_TAG, recipe.version, recipe.digest)
        found = _inspect(client, name)
        if found is None:
            build_image(client, preload=preload, commands=commands)
            found = _inspect(client, name)
    else:
        name = image
        found = _inspect(client, name)
        if found is None:
            msg = f"the engine has no image {image!r}; get it first: docker pull {image}"
            raise SandboxError(msg)
        if _LABEL not in (found["Config"].get("Labels") or {}):
            name = _derived_tag(DEFAULT_TAG, found)
            found = _inspect(client, name)
            if found is None:
                found = _inspect(client, build_image(client, base=image))
    if found is None:
        msg = f"the image {name} was made and is gone again"
        raise SandboxError(msg)
    config = found["Config"]
    labels = config["Labels"]
    environment = (one.partition("=")[0] for one in config.get("Env") or ())
    path = tuple(part for part in labels[_PATH].split(":") if part)
    return Image(name, labels[_PYTHON], path, tuple(environment))


def build_image(
    client: Any,
    *,
    python: str | None = None,
    base: str | None = None,
    tag: str = DEFAULT_TAG,
    preload: Sequence[str] = (),
    commands: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """Make an image for the docker sandbox and return its name.

    Args:
        client: The SDK's client.
        python: The interpreter of this machine to put in; None means this process's own.
        base: An image of the engine's to derive from instead, with Python 3.11 or newer.
        tag: Its name; without a colon, the version and a digest follow.
        preload: Modules whose installed distributions go in, with what those require.
        commands: Commands of this machine that go in, as far as there are any (`COMMANDS`).
        progress: Told what is being done.

    Raises:
        SandboxError: The interpreter or the base cannot be used, or the engine refused.
        ValueError: Arguments that exclude each other.
    """
    if base is not None:
        if python is not None or preload or commands:
            msg = "an image made from base has the base's own Python, packages and commands"
            raise ValueError(msg)
        return _derive(client, base, tag, progress)
    if preload and python is not None:
        msg = "packages can be copied for this process's own Python only"
        raise ValueError(msg)
    recipe = Recipe(find_interpreter(python), tuple(preload), tuple(commands))
    name = _tagged(tag, recipe.version, recipe.digest)
    before = _inspect(client, name)
    with tempfile.TemporaryFile() as file:
        progress(f"collecting Python {recipe.version}")
        write_tar(recipe, file)
        size = file.tell()
        file.seek(0)
        progress(f"importing {size // 2**20} MiB as {name}")
        repository, _, version = name.rpartition(":")
        with faults("cannot import the image"):
            answer = client.api.import_image_from_data(
                file,
                repository=repository,
                tag=version,
                changes=_changes(recipe.digest, f"/{recipe.executable}", recipe.path),
            )
    _refuse_errors(answer)
    if before is not None:
        _forget(client, before["Id"])
    return name


def _forget(client: Any, image: str) -> None:
    """Remove an image that has lost its name, unless something still uses it."""
    with contextlib.suppress(SandboxError), faults("cannot remove the image that was replaced"):
        client.api.remove_image(image)


def _changes(digest: str, python: str, path: Sequence[str]) -> list[str]:
    labels = {_LABEL: digest, _PYTHON: python, _PATH: ":".join(path)}
    return [
        "USER 65534:65534",
        "WORKDIR /tmp",
        f'ENTRYPOINT ["{python}"]',
        "CMD []",
        *(f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()),
    ]


def _refuse_errors(answer: str) -> None:
    """Raise what the engine reports in the middle of its progress, one JSON object a line."""
    for line in answer.splitlines():
        if line.strip() and "error" in (told := json.loads(line)):
            msg = f"the engine could not make the image: {told['error']}"
            raise SandboxError(msg)


def _inspect(client: Any, name: str) -> dict[str, Any] | None:
    from docker.errors import ImageNotFound

    with faults(f"cannot look at the image {name}"):
        try:
            return dict(client.api.inspect_image(name))
        except ImageNotFound:
            return None


def _tagged(name: str, version: str, digest: str) -> str:
    """Return a name with a tag, the given one if there is one."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:{version}-{digest[:12]}"


def _derived_tag(tag: str, base: Mapping[str, Any]) -> str:
    return _tagged(tag, "base", hashlib.sha256(f"{VERSION}{base['Id']}".encode()).hexdigest())


def _derive(client: Any, base: str, tag: str, progress: Callable[[str], None]) -> str:
    """Make an image from another, which is asked about its Python by running it."""
    found = _inspect(client, base)
    if found is None:
        msg = f"the engine has no image {base!r} to derive from; get it first: docker pull {base}"
        raise SandboxError(msg)
    if found["Config"].get("Volumes"):
        msg = f"the image {base!r} declares volumes, which would be writable folders"
        raise SandboxError(msg)
    progress(f"asking {base} about its Python")
    api = client.api
    with faults(f"cannot run {base}"):
        host = api.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=256,
        )
        made = api.create_container(
            base,
            entrypoint=["python3", "-I", "-c", _CHECK],
            command=[],
            user="65534:65534",
            host_config=host,
        )["Id"]
    try:
        with faults(f"cannot run python3 in {base}"):
            api.start(made)
            status = api.wait(made, timeout=60)["StatusCode"]
            said = api.logs(made, stdout=True, stderr=True).decode("utf-8", "replace")
        if status:
            msg = f"python3 does not run in {base}: {said[-2000:]}"
            raise SandboxError(msg)
        python, version, path = json.loads(said.strip().splitlines()[-1])
        if tuple(version) < (3, 11):
            shown = ".".join(map(str, version))
            msg = f"programs need Python 3.11 or newer; {base} has {shown}"
            raise SandboxError(msg)
        name = _derived_tag(tag, found)
        repository, _, version_tag = name.rpartition(":")
        progress(f"making {name}")
        with faults(f"cannot derive an image from {base}"):
            api.commit(
                made,
                repository=repository,
                tag=version_tag,
                changes=_changes(found["Id"], python, path),
            )
    finally:
        remove(api, made)
    return name

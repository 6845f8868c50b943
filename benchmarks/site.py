"""Writes the leaderboard as static pages that open from disk: no server, no outside host."""

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchmarks.board import Board, group_boards
from benchmarks.environment_pages import describe, page_name
from benchmarks.errors import MalformedError, UsageError
from benchmarks.results import FILE, TRIVIAL_LIMIT, digest_of, load_results, write_text
from synth_envs.core import Json

__all__ = ["GENERATOR", "build_site"]

GENERATOR = "synth_envs benchmarks"
_TEMPLATES = Path(__file__).parent / "templates"


def build_site(folder: Path) -> Path:
    """Write `index.html` and one page per environment for all results below a folder.

    Args:
        folder: Where results are looked for, at any depth, and where the pages go.

    Returns:
        The index page.

    Raises:
        MalformedError: A results file is malformed or was changed.
        UsageError: There are no results, or a page would replace somebody else's file.
    """
    if not folder.is_dir():
        msg = f"{str(folder)!r} is not a folder"
        raise UsageError(msg)
    found = [(path.parent.relative_to(folder).as_posix(), _load(path)) for path in _find(folder)]
    if not found:
        msg = f"there is no {FILE} below {str(folder)!r}; make one with 'run'"
        raise UsageError(msg)
    boards = group_boards(found)
    env_ids = sorted({env_id for board in boards for env_id in board.results["environments"]})
    described = {env_id: page for env_id in env_ids if (page := describe(env_id)) is not None}
    pages = {
        page_name(env_id): _render("env.html.j2", env=env) for env_id, env in described.items()
    }
    links = {env_id: page_name(env_id) for env_id in described}
    pages |= _board_pages(boards, links)
    for name in pages:
        _check_ours(folder / name)
    for name, text in pages.items():
        write_text(folder / name, text)
    return folder / "index.html"


def _find(folder: Path) -> list[Path]:
    """All results files, in a stable order; symbolic links to folders are not followed."""
    return sorted(Path(top) / FILE for top, _, files in os.walk(folder) if FILE in files)


def _load(path: Path) -> dict[str, Json]:
    results = load_results(path)
    if results["digest"] != digest_of(results):
        msg = f"{path}: digest: the file was changed after it was written"
        raise MalformedError(msg)
    return results


def _board_pages(boards: Sequence[Board], links: Mapping[str, str]) -> dict[str, str]:
    """The index, which is the board itself if there is only one."""
    if len(boards) == 1:
        return {"index.html": _render("board.html.j2", board=boards[0], links=links, parent=None)}
    named = {f"board-{number}.html": board for number, board in enumerate(boards, start=1)}
    pages = {
        name: _render("board.html.j2", board=board, links=links, parent="index.html")
        for name, board in named.items()
    }
    return pages | {"index.html": _render("index.html.j2", boards=named)}


def _check_ours(path: Path) -> None:
    """Refuse to replace a page that this module did not write.

    Raises:
        UsageError: There is such a page.
    """
    if path.exists() and f'content="{GENERATOR}"' not in path.read_text("utf-8", "replace")[:4096]:
        msg = f"{str(path)!r} was not written by this command; move it away first"
        raise UsageError(msg)


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    """Templates with everything escaped; the only scripts and styles are our own, by their hash."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("style.css", "page.js"):
        text = (_TEMPLATES / name).read_text("utf-8")
        key = name.partition(".")[2]
        environment.globals[key] = Markup(text)  # noqa: S704 - a file of this package
        environment.globals[f"{key}_hash"] = b64encode(sha256(text.encode()).digest()).decode()
    environment.globals["generator"] = GENERATOR
    environment.globals["trivial_limit"] = TRIVIAL_LIMIT
    return environment

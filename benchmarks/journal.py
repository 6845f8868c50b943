"""The journal of an unfinished run: its plan, and one line for each finished cell."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.agents import episodes_file
from benchmarks.canonical import dump_json, load_json
from benchmarks.errors import FolderTakenError, MalformedError
from benchmarks.plan import Plan
from benchmarks.rollout import Record
from benchmarks.schema import check
from synth_envs.core import Json

__all__ = ["JOURNAL", "Cell", "Journal"]

JOURNAL = "unfinished.jsonl"
_CELL = {"agent": str, "case": int, "start": int, "end": int, "wall_s": float, "cpu_s": float}


@dataclass(frozen=True)
class Cell:
    """A finished cell: where its episodes stand in the agent's file, and what it cost."""

    agent: str
    case: int
    start: int
    end: int
    wall_s: float
    cpu_s: float


class Journal:
    """Finished cells of the run in one folder; use `open`.

    Args:
        path: The journal's file.
        cells: The finished cells.
    """

    def __init__(self, path: Path, cells: dict[tuple[str, int], Cell]) -> None:
        self._path = path
        self._cells = cells

    @classmethod
    def open(cls, folder: Path, plan: Plan, source: str) -> "Journal":
        """Begin a journal, or go on with one of the same plan and source.

        What an interruption left half-written is cut off.

        Raises:
            FolderTakenError: The folder holds an unfinished run of another plan or source.
        """
        path = folder / JOURNAL
        head = dump_json({"plan": plan.to_json(), "source_hash": source}).encode()
        if not path.exists():
            path.write_bytes(head)
            return cls(path, {})
        lines = path.read_bytes().splitlines(keepends=True)
        if not lines or lines[0] != head:
            what = (
                "plan" if not lines or _source_of(lines[0]) == source else "version of the source"
            )
            msg = (
                f"the folder {str(folder)!r} holds an unfinished run of another {what}; choose "
                "another one with -o, or discard it with --force"
            )
            raise FolderTakenError(msg)
        kept, cells = head, {}
        ends = {agent.name: 0 for agent in plan.agents}
        for line in lines[1:]:
            cell = _read_cell(line)
            size = _size(folder, cell) if cell else 0
            if (
                cell is None
                or ends.get(cell.agent) != cell.start
                or not cell.start < cell.end <= size
            ):
                break
            cells[cell.agent, cell.case] = cell
            ends[cell.agent] = cell.end
            kept += line
        path.write_bytes(kept)
        for name, end in ends.items():
            file = folder / episodes_file(name)
            if file.exists():
                os.truncate(file, end)
        return cls(path, cells)

    def finished(self, agent: str, case: int) -> Cell | None:
        """The cell, if it was finished earlier."""
        return self._cells.get((agent, case))

    def records(self, cell: Cell, path: Path) -> list[Record]:
        """The episodes of a finished cell."""
        with path.open("rb") as file:
            file.seek(cell.start)
            lines = file.read(cell.end - cell.start).splitlines(keepends=True)
        return [load_json(line, path.name) for line in lines]

    def add(self, cell: Cell) -> None:
        """Note a cell whose episodes are on disk."""
        with self._path.open("ab") as file:
            file.write(dump_json(asdict(cell)).encode())
            file.flush()
            os.fsync(file.fileno())

    def remove(self) -> None:
        """Delete the journal: the results are written."""
        self._path.unlink()


def _read_cell(line: bytes) -> Cell | None:
    """A journal line, or None if it is half-written."""
    try:
        value = load_json(line, JOURNAL)
        check(value, _CELL, JOURNAL)
    except MalformedError:
        return None
    return Cell(**value)


def _size(folder: Path, cell: Cell) -> int:
    path = folder / episodes_file(cell.agent)
    return path.stat().st_size if path.exists() else 0


def _source_of(line: bytes) -> Json:
    try:
        head = load_json(line, JOURNAL)
    except MalformedError:
        return None
    return head.get("source_hash") if isinstance(head, dict) else None

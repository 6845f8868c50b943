"""Reads recorded episodes, which are untrusted, and plays their actions."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.canonical import action_from_json, load_json
from benchmarks.compare import compare
from benchmarks.errors import MalformedError, RefusedError
from benchmarks.plan import Episode
from benchmarks.rollout import Playing, Record
from benchmarks.schema import EPISODE, check

__all__ = ["Recorded", "check_file", "read_episode"]

_MAX_LINE = 64 << 20
_MIN_LINE = 150  # no episode is shorter, so a plan larger than its files is refused at once


def check_file(path: Path, name: str, episodes: int) -> None:
    """Refuse what is not a regular file of about the right size, before opening it."""
    try:
        if path.parent.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
            msg = f"{name}: not a regular file"
            raise MalformedError(msg)
        size = path.stat().st_size
    except OSError as error:
        msg = f"{name}: {error.strerror}"
        raise MalformedError(msg) from None
    if size < episodes * _MIN_LINE:
        msg = f"{name}: too short for the plan's {episodes} episodes"
        raise RefusedError(msg)


def read_episode(file: BinaryIO, episode: Episode, name: str) -> tuple[bytes, Record]:
    """The next line of a file, as it stands and as a record held to the plan.

    Raises:
        MalformedError: It is not an episode.
        RefusedError: It is missing, or another episode than the planned one.
    """
    where = f"{name} episode {episode.index}"
    line = file.readline(_MAX_LINE)
    if not line:
        msg = f"{where}: missing"
        raise RefusedError(msg)
    if not line.endswith(b"\n"):
        msg = f"{where}: longer than {_MAX_LINE >> 20} MiB or cut off"
        raise MalformedError(msg)
    record: Record = load_json(line, where)
    check(record, EPISODE, where)
    planned = {
        "index": episode.index,
        "case": episode.case,
        "run": episode.run,
        "episode": episode.episode,
        "seed": episode.seed,
        "options": episode.options,
    }
    for field, expected in planned.items():
        compare(record[field], expected, f"{where}: {field}")
    return line, record


class Recorded:
    """Acts as a file says.

    Args:
        space: The action space of one environment.
        records: The untrusted episodes of one case.
        name: Their file, for messages.

    Raises:
        MalformedError: An action is not one of the space.
        RefusedError: An episode has no action.
    """

    def __init__(self, space: Any, records: Sequence[Record], name: str) -> None:
        self._name = name
        self._actions: dict[int, list[Any]] = {}
        for record in records:
            where = f"{name} episode {record['index']}: actions"
            try:
                decoded = [action_from_json(space, value) for value in record["actions"]]
            except MalformedError as error:
                msg = f"{where}: {error}"
                raise MalformedError(msg) from None
            if not decoded:
                msg = f"{where}: there is none"
                raise RefusedError(msg)
            self._actions[record["index"]] = decoded
        self._any = next(iter(self._actions.values()))[0]

    def begin(self, members: Sequence[int]) -> None:
        """Nothing is remembered."""

    def act(self, observations: Any, playing: Sequence[Playing | None]) -> list[Any]:
        """The next recorded action of each episode."""
        del observations
        chosen = []
        for current in playing:
            if current is None:
                chosen.append(self._any)
                continue
            actions, step = self._actions[current.episode.index], len(current.actions)
            if step >= len(actions):
                where = f"{self._name} episode {current.episode.index}"
                msg = f"{where}: actions end after {step}, but the episode goes on"
                raise RefusedError(msg)
            chosen.append(actions[step])
        return chosen

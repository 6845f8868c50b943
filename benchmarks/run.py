"""Runs a plan into a folder: one file of episodes per agent, one results file.

The unit of work is a cell: one agent on one case. A journal lists the finished cells, so a run that
was interrupted goes on where it stopped and loses at most one cell.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.agents import Agent, episodes_file
from benchmarks.canonical import dump_json
from benchmarks.errors import FolderTakenError, UsageError
from benchmarks.journal import JOURNAL, Cell, Journal
from benchmarks.plan import Plan, make_env
from benchmarks.provenance import git_state, source_hash, versions
from benchmarks.results import FILE, Tally, digest_of, summarise, write_text
from benchmarks.rollout import Record, rollout
from synth_envs.core import Json, Policy

__all__ = ["play_cell", "run"]

#: The domains whose kernels take long to compile, and a program that has them compiled and says so.
_COMPILED = ("driving", "trading")
_FIRST_STEPS = """
import sys
import gymnasium as gym
import synth_envs
for env_id in sys.argv[1:]:
    env = gym.make(env_id)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    print(env_id, flush=True)
"""

Report = Callable[[str, str, int], None]


def run(
    plan: Plan, folder: Path, *, force: bool = False, report: Report | None = None
) -> dict[str, Json]:
    """Run every cell of a plan that the folder does not hold yet, and write the results.

    Args:
        plan: What to run.
        folder: Where to write; made if it does not exist.
        force: Replace what an earlier run left there.
        report: Called when a cell begins and after each of its episodes, with the agent, the case
            and how many more episodes are done.

    Returns:
        The results, as written.

    Raises:
        UsageError: The folder holds something that must not be overwritten, or an agent or
            environment cannot be made.
    """
    source = source_hash(plan.suite.cases)
    _prepare(folder, force=force)
    journal = Journal.open(folder, plan, source)
    (folder / "episodes").mkdir(exist_ok=True)
    tallies = {agent.name: Tally() for agent in plan.agents}
    wall = dict.fromkeys(tallies, 0.0)
    cpu = dict.fromkeys(tallies, 0.0)
    compiler = _Compiler(plan)
    for agent in plan.agents:
        path = folder / episodes_file(agent.name)
        for index, case in enumerate(plan.suite.cases):
            done = partial(report or _silent, agent.name, case.name)
            done(0)
            cell = journal.finished(agent.name, index)
            if cell is None:
                compiler.wait(case.env_id)
                cell, records = _run_cell(plan, agent, index, source, path, done)
                journal.add(cell)
            else:
                records = journal.records(cell, path)
                done(len(records))
            tallies[agent.name].add_case(records, plan.suite.runs)
            wall[agent.name] += cell.wall_s
            cpu[agent.name] += cell.cpu_s
        tallies[agent.name].digest = sha256(path.read_bytes()).hexdigest()
    compiler.close()
    results = summarise(plan, source, tallies)
    results["measured"] = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "git": git_state(),
        "wall_s": {name: round(value, 3) for name, value in wall.items()},
        "cpu_s": {name: round(value, 3) for name, value in cpu.items()},
    }
    results["digest"] = digest_of(results)
    write_text(folder / FILE, dump_json(results, indent=1))
    journal.remove()
    return results


class _Compiler:
    """Has kernels compiled by another process, while the cases before theirs are played.

    They go to the cache on disk. If that fails, they are compiled when they are needed.
    """

    def __init__(self, plan: Plan) -> None:
        cases = plan.suite.cases
        self._todo = list(dict.fromkeys(one.env_id for one in cases if one.domain in _COMPILED))
        self._process: subprocess.Popen[str] | None = None
        if self._todo and cases[0].domain not in _COMPILED:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                [sys.executable, "-c", _FIRST_STEPS, *self._todo],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )

    def wait(self, env_id: str) -> None:
        """Wait until the kernels of an environment are compiled, or the process has given up."""
        while self._process is not None and env_id in self._todo:
            assert self._process.stdout is not None  # noqa: S101 - it is a pipe
            line = self._process.stdout.readline()
            if not line:
                self._process.wait()
                self._process.stdout.close()
                self._process = None
            elif line.strip() in self._todo:
                self._todo.remove(line.strip())

    def close(self) -> None:
        """Stop compiling."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _silent(agent: str, case: str, episodes: int) -> None:
    """Report nothing."""


def play_cell(
    plan: Plan,
    agent: Agent,
    case_index: int,
    source: str,
    *,
    done: Callable[[int], None] = lambda _: None,
) -> list[Record]:
    """Play one agent on one case; the records are in plan order."""
    case = plan.suite.cases[case_index]
    episodes = list(plan.episodes_of(case_index))
    env = make_env(plan.suite, case, len(episodes))
    try:
        header = (source, case.env_id, dict(case.kwargs))
        records = []
        for record in rollout(env, episodes, _PolicyPlayer(agent, env), header):
            records.append(record)
            done(1)
    except Exception as error:
        error.add_note(f"while {agent.name} played {case.name}")
        raise
    finally:
        env.close()
    return sorted(records, key=lambda record: record["index"])


class _PolicyPlayer:
    """Lets an agent's policy play; made once the first episodes have begun, so that it may look."""

    def __init__(self, agent: Agent, env: Any) -> None:
        self._agent = agent
        self._env = env
        self._policy: Policy | None = None

    def begin(self, members: Sequence[int]) -> None:
        if self._policy is None:
            self._policy = self._agent.make(self._env)
        self._policy.reset(members)

    def act(self, observations: Any, playing: object) -> Any:
        del playing
        if self._policy is None:
            msg = "begin() comes before act()"
            raise RuntimeError(msg)
        return self._policy.act(observations)


def _run_cell(  # noqa: PLR0917 - private, with one caller
    plan: Plan,
    agent: Agent,
    case_index: int,
    source: str,
    path: Path,
    done: Callable[[int], None],
) -> tuple[Cell, list[Record]]:
    """Play one cell and append it to the agent's file."""
    wall, cpu = time.perf_counter(), time.process_time()
    records = play_cell(plan, agent, case_index, source, done=done)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    start = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        file.write("".join(map(dump_json, records)).encode())
        file.flush()
        os.fsync(file.fileno())
        end = file.tell()
    return Cell(agent.name, case_index, start, end, wall, cpu), records


def _prepare(folder: Path, *, force: bool) -> None:
    """Make the folder, or refuse one whose content would be lost.

    Raises:
        UsageError: It holds finished results and `force` is off, or somebody else's files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot make the folder {str(folder)!r}: {error.strerror}"
        raise UsageError(msg) from None
    known = (folder / FILE).exists() or (folder / JOURNAL).exists()
    if any(folder.iterdir()) and not known:
        msg = f"the folder {str(folder)!r} holds other files; choose another one with -o"
        raise UsageError(msg)
    if force:
        for path in [folder / FILE, folder / JOURNAL, *(folder / "episodes").glob("*.jsonl")]:
            path.unlink(missing_ok=True)
    elif (folder / FILE).exists():
        msg = (
            f"the folder {str(folder)!r} holds finished results; choose another one with -o, or "
            "replace them with --force"
        )
        raise FolderTakenError(msg)

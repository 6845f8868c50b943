"""What the backends with warm workers share: pools by kind of jail, and how a batch goes through."""

from __future__ import annotations

import os
import threading
import weakref
from abc import abstractmethod
from collections.abc import Iterable

from sandboxes.base import Execution, Limits, Profile, Program, Sandbox, SandboxError
from sandboxes.languages import Compiler, script_job
from sandboxes.pool import HOME_BYTES, Pool, PoolStats, WorkerHandle
from sandboxes.protocol import Job, python_job

__all__ = ["PooledSandbox", "check_hash_seed"]

_sandboxes: weakref.WeakSet[PooledSandbox] = weakref.WeakSet()


class PooledSandbox(Sandbox):
    """Runs programs in warm workers, each kind of jail with a pool of its own.

    The kinds are "strict" and "fork", after the profiles ("fork" also compiles), and "exec" for
    programs that are not Python.
    """

    profile: Profile
    #: Workers of each kind at most, and processors they have (0: unknown).
    _size: int
    _cores: int

    def _begin(self) -> None:
        """Start with no pool."""
        self._compiler = Compiler()
        self._pools: dict[str, Pool] = {}
        #: Workers that were started before their pool, by kind.
        self._first: dict[str, WorkerHandle] = {}
        self._closed = False
        self._lock = threading.RLock()
        _sandboxes.add(self)

    def _after_fork(self) -> None:
        """Leave the parent's workers alone in a forked child; the pools see to their own."""
        self._lock = threading.RLock()
        self._compiler = Compiler()
        for worker in self._first.values():
            worker.abandon()
        self._first.clear()

    @abstractmethod
    def _start(self, kind: str, number: int) -> WorkerHandle:
        """Start worker number i of a kind; raises SandboxError."""

    def _launch(self, kind: str, number: int) -> WorkerHandle:
        with self._lock:
            first = self._first.pop(kind, None)
        return first or self._start(kind, number)

    @abstractmethod
    def _tool(self, language: str) -> str | None:
        """Return the path of what compiles or runs a language, if it is there."""

    def _check(self, limits: Limits) -> None:
        """Refuse limits that this backend cannot give.

        Raises:
            ValueError: A limit over what a worker has.
        """
        if limits.disk_mb * 2**20 > HOME_BYTES:
            msg = f"disk_mb may be {HOME_BYTES // 2**20} at most; got {limits.disk_mb}"
            raise ValueError(msg)

    def _pool(self, kind: str) -> Pool:
        with self._lock:
            if self._closed:
                msg = "the sandbox is closed"
                raise SandboxError(msg)
            if kind not in self._pools:
                self._pools[kind] = Pool(
                    lambda number: self._launch(kind, number), self._size, self._cores
                )
            return self._pools[kind]

    @property
    def stats(self) -> dict[str, PoolStats]:
        """What each pool of workers did so far, by the kind of its jails."""
        return {kind: pool.stats for kind, pool in self._pools.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """Python, and what there is a compiler or runtime for."""
        return ("python", *(one for one in ("c", "cpp", "javascript") if self._tool(one)))

    def run_batch(self, programs: Iterable[Program]) -> list[Execution]:
        """Run every program and return the executions in the order of the programs.

        Raises:
            SandboxError: A fault of ours that one retry on a fresh worker did not cure.
            ValueError: A language that is not here, or a limit over what a worker has.
        """
        ready: dict[int, Job] = {}
        done: dict[int, Execution] = {}
        compiled: list[tuple[int, Program, Limits, str]] = []
        count = 0
        for index, program in enumerate(programs):
            count += 1
            limits = program.limits or self.limits
            self._check(limits)
            if program.language == "python":
                ready[index] = python_job(program, limits, self.profile)
                continue
            tool = self._tool(program.language)
            if tool is None:
                msg = f"no {program.language} here; languages: {', '.join(self.languages)}"
                raise ValueError(msg)
            if program.language == "javascript":
                ready[index] = script_job(program, limits, tool)
            else:
                compiled.append((index, program, limits, tool))
        if compiled:
            answers = self._compiler.jobs([one[1:] for one in compiled], self._pool("fork").run)
            for (index, *_), answer in zip(compiled, answers, strict=True):
                if isinstance(answer, Job):
                    ready[index] = answer
                else:
                    done[index] = answer
        for kind in sorted({job.kind for job in ready.values()}):
            places = [index for index, job in ready.items() if job.kind == kind]
            results = self._pool(kind).run([ready[index] for index in places])
            done.update(zip(places, results, strict=True))
        if self._closed and not count:
            msg = "the sandbox is closed"
            raise SandboxError(msg)
        return [done[index] for index in range(count)]

    def close(self) -> None:
        """Stop every worker and remove what they left. Later calls do nothing."""
        with self._lock:
            self._closed = True
            pools = list(self._pools.values())
            unused = list(self._first.values())
            self._first.clear()
        for pool in pools:
            pool.close()
        for worker in unused:
            worker.stop()


def check_hash_seed(value: int) -> int:
    """Return the value if it is a seed that Python takes; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        msg = f"hash_seed must be a whole number from 0 to 4294967295; got {value!r}"
        raise ValueError(msg)
    return value


def _after_fork() -> None:
    for sandbox in list(_sandboxes):
        sandbox._after_fork()  # noqa: SLF001 - our own


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)

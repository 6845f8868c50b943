"""Warm workers for one kind of jail: backpressure, retries, recycling, statistics.

A call takes an idle worker, starts one where there are fewer than the pool may have, or waits.
A batch drives as many workers at once as it can get from a single thread, and lets go of them
between programs when others wait.
"""

from __future__ import annotations

import os
import select
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandboxes.base import Execution, SandboxError
from sandboxes.protocol import Channel, Job, Reply, read_reply, verdict

__all__ = ["HOME_BYTES", "HOME_FILES", "Pool", "PoolStats", "WorkerHandle"]

#: The private file system of a worker: bytes and files. What a program's own limit allows is
#: less; this bounds all its files together.
HOME_BYTES, HOME_FILES = 64 * 2**20, 4096

#: Seconds beyond a program's wall limit after which its worker counts as frozen. Generous: on a
#: loaded machine a wrong suspicion costs a good worker.
GRACE_S = 20.0
#: A worker is replaced after so many programs, or once it has grown by so many KiB.
MAX_RUNS = 20_000
MAX_GROWTH_KIB = 64 * 1024


class WorkerHandle(ABC):
    """One started worker, as a pool sees it."""

    channel: Channel
    runs = 0
    first_kib = 0

    def prepare(self, job: Job) -> None:  # noqa: B027 - most jails have nothing to do
        """Make the jail ready for a job's limits."""

    def out_of_memory(self) -> bool:
        """Whether the jail ran out of memory since the last call."""
        return False

    def last_words(self) -> str:
        """Return what the worker wrote to its standard error, for our own error messages."""
        return ""

    @abstractmethod
    def stop(self) -> None:
        """End the worker at once, and remove what it leaves."""

    def abandon(self) -> None:
        """Forget the worker in a forked child, without ending the parent's."""
        self.channel.close()


@dataclass(frozen=True, slots=True)
class PoolStats:
    """What a pool did so far.

    Attributes:
        runs: Programs that ended in an execution.
        started: Workers started.
        faults: Workers thrown away because they died, froze or answered nonsense.
        recycled: Workers replaced for their age or size.
        retries: Programs run a second time after a fault.
        waits: Calls that found every worker busy and had to wait.
    """

    runs: int = 0
    started: int = 0
    faults: int = 0
    recycled: int = 0
    retries: int = 0
    waits: int = 0


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


class Pool:
    """Up to `size` workers.

    Args:
        launch: Starts worker number i (0 to size - 1); raises SandboxError.
        size: How many workers at most.
        cores: How many processors they have; 0 if that does not matter.
    """

    def __init__(self, launch: Callable[[int], WorkerHandle], size: int, cores: int = 0) -> None:
        """Start nothing yet: workers start when they are first needed."""
        self._launch = launch
        self.size = size
        self._cores = cores
        self._counts = dict.fromkeys(PoolStats.__slots__, 0)
        self._closed = False
        self._reset()
        _pools.add(self)

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._idle: deque[tuple[int, WorkerHandle]] = deque()
        self._all: dict[int, WorkerHandle] = {}
        self._numbers = deque(range(self.size))
        self._waiting = 0

    @property
    def stats(self) -> PoolStats:
        """What the pool did so far."""
        return PoolStats(**self._counts)

    def _take(self, *, wait: bool) -> tuple[int, WorkerHandle] | None:
        """Return a worker; None if none is free and we do not wait."""
        with self._changed:
            counted = False
            while True:
                if self._closed:
                    msg = "the sandbox is closed"
                    raise SandboxError(msg)
                if self._idle and (wait or not self._waiting):
                    return self._idle.pop()
                if self._numbers and (wait or not self._waiting):
                    number = self._numbers.popleft()
                    break
                if not wait:
                    return None
                if not counted:
                    self._counts["waits"] += 1
                    counted = True
                self._waiting += 1
                try:
                    self._changed.wait()
                finally:
                    self._waiting -= 1
        return number, self._start(number)

    def _start(self, number: int) -> WorkerHandle:
        try:
            try:
                handle = self._launch(number)
            except SandboxError:  # a loaded machine: one more try
                handle = self._launch(number)
        except BaseException:
            with self._changed:
                self._numbers.append(number)
                self._changed.notify()
            raise
        with self._changed:
            self._counts["started"] += 1
            if not self._closed:
                self._all[number] = handle
                return handle
        handle.stop()
        msg = "the sandbox is closed"
        raise SandboxError(msg)

    def _give(self, number: int, handle: WorkerHandle) -> None:
        with self._changed:
            if self._all.get(number) is handle:
                self._idle.append((number, handle))
                self._changed.notify()

    def _drop(self, number: int, handle: WorkerHandle, why: str = "faults") -> None:
        """Stop a worker and free its place."""
        try:
            handle.stop()
        finally:
            with self._changed:
                self._counts[why] += 1
                if self._all.get(number) is handle:
                    del self._all[number]
                    self._numbers.append(number)
                    self._changed.notify()

    @property
    def crowded(self) -> bool:
        """Whether every processor has its busy worker."""
        return not self._idle and not self._numbers and 0 < self._cores <= self.size

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """Run the jobs side by side and return their executions in order.

        Raises:
            SandboxError: Two workers in a row failed at the same job, or none can be started.
        """
        return _Batch(self, jobs).run()

    def close(self) -> None:
        """Stop every worker, also those in the middle of a program."""
        with self._changed:
            self._closed = True
            handles = list(self._all.values())
            self._all.clear()
            self._idle.clear()
            self._changed.notify_all()
        for handle in handles:
            handle.stop()

    def _after_fork(self) -> None:
        """Drop the parent's workers in a forked child; new ones start when needed."""
        handles = list(self._all.values())
        self._reset()
        for handle in handles:
            handle.abandon()


class _Batch:
    """The jobs of one call and the workers it holds at the moment."""

    def __init__(self, pool: Pool, jobs: Sequence[Job]) -> None:
        self._pool = pool
        self._jobs = jobs
        self._results: list[Execution | None] = [None] * len(jobs)
        self._tries = [0] * len(jobs)
        self._todo = deque(range(len(jobs)))
        #: descriptor -> worker's number, worker, job, deadline
        self._busy: dict[int, tuple[int, WorkerHandle, int, float]] = {}

    def run(self) -> list[Execution]:
        try:
            while self._todo or self._busy:
                while self._todo:
                    taken = self._pool._take(wait=not self._busy)  # noqa: SLF001
                    if taken is None:
                        break
                    self._send(*taken)
                self._collect()
        except BaseException:
            for number, handle, _, _ in self._busy.values():
                self._pool._drop(number, handle)  # noqa: SLF001 - in the middle of a program
            raise
        return [result for result in self._results if result is not None]

    def _send(self, number: int, handle: WorkerHandle) -> None:
        index = self._todo.popleft()
        job = self._jobs[index]
        deadline = time.monotonic() + job.limits.wall + GRACE_S
        try:
            handle.prepare(job)
            crowded = b"\1" if self._pool.crowded else b"\0"
            handle.channel.send((*job.frame, crowded), deadline)
        except SandboxError as error:
            self._fault(number, handle, index, error)
            return
        except BaseException:
            self._pool._drop(number, handle)  # noqa: SLF001
            raise
        self._busy[handle.channel.fileno()] = (number, handle, index, deadline)

    def _collect(self) -> None:
        """Wait for at least one answer or missed deadline, and handle all there are."""
        if not self._busy:
            return
        if len(self._busy) == 1:  # receiving waits by itself
            ready = list(self._busy)
        else:
            first = min(deadline for *_, deadline in self._busy.values())
            left = max(0.0, first - time.monotonic())
            poll = select.poll()
            for fd in self._busy:
                poll.register(fd, select.POLLIN)
            ready = [fd for fd, _ in poll.poll(left * 1000 + 1)]
            if not ready:
                now = time.monotonic()
                ready = [fd for fd, (*_, deadline) in self._busy.items() if deadline <= now]
        for fd in ready:
            number, handle, index, deadline = self._busy[fd]
            job = self._jobs[index]
            try:
                reply = read_reply(handle.channel.receive(deadline))
                failed = reply.wait_status != 0 or job.kind == "fork"
                short_of_memory = failed and handle.out_of_memory()
            except SandboxError as error:
                del self._busy[fd]
                self._fault(number, handle, index, error)
                continue
            del self._busy[fd]
            self._results[index] = verdict(reply, job, out_of_memory=short_of_memory)
            self._release(number, handle, reply)

    def _release(self, number: int, handle: WorkerHandle, reply: Reply) -> None:
        pool = self._pool
        handle.runs += 1
        pool._counts["runs"] += 1  # noqa: SLF001
        handle.first_kib = handle.first_kib or reply.worker_kib
        if handle.runs >= MAX_RUNS or reply.worker_kib > handle.first_kib + MAX_GROWTH_KIB:
            pool._drop(number, handle, "recycled")  # noqa: SLF001
        elif self._todo and not pool._waiting:  # noqa: SLF001
            self._send(number, handle)
        else:
            pool._give(number, handle)  # noqa: SLF001

    def _fault(self, number: int, handle: WorkerHandle, index: int, error: SandboxError) -> None:
        """Replace a failed worker; the job gets one more try, then it is our error."""
        said = handle.last_words()
        self._pool._drop(number, handle)  # noqa: SLF001
        self._tries[index] += 1
        if self._tries[index] > 1:
            said = f"; it said: {said}" if said else ""
            msg = f"two workers failed at the same program; the last: {error}{said}"
            raise SandboxError(msg) from error
        self._pool._counts["retries"] += 1  # noqa: SLF001
        self._todo.appendleft(index)


def _after_fork() -> None:
    for pool in list(_pools):
        pool._after_fork()  # noqa: SLF001


os.register_at_fork(after_in_child=_after_fork)

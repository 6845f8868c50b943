"""Workers that are killed at random: every call ends in a right execution or in our own error."""

import contextlib
import os
import random
import signal
import threading
import time

import pytest

from sandboxes import Limits, Program, SandboxError
from tests.sandboxes.conftest import children, groups, opened, wait_for

pytestmark = pytest.mark.slow

EXECUTIONS, KILLS = 20_000, 1_000


def test_a_thousand_kills_in_twenty_thousand_executions():
    limits = Limits(cpu_s=2, wall_s=10, memory_mb=64)
    before, grouped = set(children()), set(groups())
    random_numbers = random.Random(7)
    done = threading.Event()
    kills = faults = 0

    with opened(workers=2, limits=limits) as sandbox:
        right, wrong = 0, []
        lock = threading.Lock()

        def call(number):
            nonlocal right, faults
            generator = random.Random(number)
            for _ in range(EXECUTIONS // 80):
                words = [generator.randrange(10**6) for _ in range(10)]
                programs = [Program(f"print({word} * 3 + 1)") for word in words]
                try:
                    seen = sandbox.run_batch(programs)
                except SandboxError:
                    with lock:
                        faults += 1
                        right += len(words)
                    continue
                for word, one in zip(words, seen, strict=True):
                    # A program is killed only together with its worker, so its own end is right.
                    if one.status == "ok" and one.out == f"{word * 3 + 1}\n":
                        with lock:
                            right += 1
                    else:
                        wrong.append((word, one))

        def kill():
            nonlocal kills
            while not done.is_set() and kills < KILLS:
                # The pace of the executions, so that the kills fall all over them.
                if kills > right * KILLS / EXECUTIONS:
                    time.sleep(0.001)
                    continue
                workers = [handle.pid for handle in list(sandbox._pools["strict"]._all.values())]
                # Mostly the workers themselves; else the programs that they run or prepare.
                targets = workers
                if random_numbers.random() < 0.1:
                    targets = [pid for worker in workers for pid in children(worker)]
                if targets:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(random_numbers.choice(targets), signal.SIGKILL)
                        kills += 1
                time.sleep(0.002)

        threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
        killer = threading.Thread(target=kill)
        for thread in (*threads, killer):
            thread.start()
        for thread in threads:
            thread.join(1200)
            assert not thread.is_alive(), "a call hangs"
        done.set()
        killer.join()
        stats = sandbox.stats["strict"]
        assert stats.faults > KILLS * 0.8
        # An error of ours needs two dead workers in a row; each costs a batch of ten here.
        assert faults < KILLS / 10
        crashed = [
            one for _, one in wrong if one.status == "crash" and one.signal == signal.SIGKILL
        ]
        # The program itself may be what was killed: it is then told as such, and nothing else is.
        assert len(crashed) == len(wrong), wrong[:3]
        assert right + len(wrong) == EXECUTIONS
        assert kills > KILLS * 0.9
    assert wait_for(lambda: not set(children()) - before)
    assert wait_for(lambda: not set(groups()) - grouped)


def test_nothing_waits_for_ever_while_workers_die_at_the_start():
    """A worker that never starts is our error, at every call, and costs no place."""
    with opened(workers=1) as sandbox:
        sandbox.run("1")
        for pid in children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        setup = sandbox._setup
        from dataclasses import replace

        sandbox._setup = replace(setup, bwrap="/bin/false")
        for _ in range(3):
            with pytest.raises(SandboxError, match=r"did not start|ended before"):
                sandbox.run("print(1)")
        sandbox._setup = setup
        assert sandbox.run("print(2)").out == "2\n"

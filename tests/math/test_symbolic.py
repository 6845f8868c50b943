import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandboxes.base import SandboxError
from synth_envs.hostile import hostile_responses
from synth_envs.math import symbolic
from synth_envs.math.symbolic import SymbolicWorker, available, safe_for_symbolic

needs_math_verify = pytest.mark.skipif(not available(), reason="math-verify is not installed")

SAFE = [
    r"\sin^2 x+\cos^2 x",
    r"\frac{\cos x}{\sin x}",
    "e^{x^2}",
    "x^{64}",
    "(x+1)^3",
    r"\left(\frac{1}{2}\right)^{n}",
    "20!",
    r"\binom{10}{3}",
    r"\log_{10} 1000",
    r"\{1, 2\}",
]
UNSAFE = [
    "",
    "x" * 501,
    "9^{9^{9^9}}",
    "9**9**9",
    "9^9^9",
    "(10^{10^{10}})!",
    "(10)!",
    "x^{65}",
    "2^{100000}",
    "2^{10*10*10}",
    "2^{9!}",
    "((10^{60})^{60})^{60}",
    "21!",
    "5!!",
    r"\binom{100000}{50000}",
    "(" * 13 + "1" + ")" * 13,
    "{1",
    "}{",
    "1$ and $2",
    r"\boxed{1}",
    r"\sum_{i=1}^{10} i",
    r"\prod_{k} k",
    r"\int x dx",
    "9" * 30,
    "\x00",
    "1\n2",
    "π",
    "\u202e1",
]


# Generous, because the machine may be busy with other tests.
LOADED_S = 30.0


@pytest.fixture(scope="module")
def worker():
    with SymbolicWorker() as worker:
        yield worker


@pytest.mark.parametrize("text", SAFE)
def test_tame_text_passes_the_guard(text):
    assert safe_for_symbolic(text)


@pytest.mark.parametrize("text", UNSAFE, ids=lambda text: ascii(text[:20]))
def test_wild_text_does_not(text):
    assert not safe_for_symbolic(text)


def test_the_guard_is_cheap_on_hostile_text():
    for name, text in hostile_responses().items():
        for piece in (text, text[:500]):
            start = time.thread_time()
            safe_for_symbolic(piece)
            assert time.thread_time() - start < 0.05, name


@needs_math_verify
def test_identities(worker):
    assert worker.compare("1", r"\sin^2 x+\cos^2 x", deadline_s=LOADED_S) == "equal"
    assert worker.compare(r"\cot x", r"\frac{\cos x}{\sin x}", deadline_s=LOADED_S) == "equal"
    assert worker.compare(r"\cot x", r"\tan x", deadline_s=LOADED_S) == "different"
    assert worker.compare("1", "2" * 501) == "different"
    assert worker.compare("9**9**9", "9**9**9") == "different"  # the guard refuses it
    assert worker.compare("1", r"\frac{") == "different"


@needs_math_verify
@pytest.mark.parametrize("text", ["$9^{9^{9^9}}$", "$(10^{10^{10}})!$"])
def test_a_hang_ends_at_the_deadline_and_the_next_comparison_works(worker, text):
    took = []
    for _ in range(3):  # the fastest of three, because the machine may be busy with other tests
        worker.compare("1", "1", deadline_s=LOADED_S)  # starts the process, which does not count
        start = time.monotonic()
        assert worker._compare("$1$", text, 1.0) == "timeout"
        took.append(time.monotonic() - start)
        assert worker.compare("2", "2", deadline_s=LOADED_S) == "equal"
    assert min(took) < 1.5


@needs_math_verify
def test_starting_does_not_count_against_the_deadline():
    with SymbolicWorker() as worker:
        # Importing sympy alone takes longer than this deadline.
        assert worker.compare("x", "x", deadline_s=0.2) == "equal"


@needs_math_verify
def test_memory_is_limited(worker):
    # A hundred million digits: refused by the limit or stopped by the deadline, never fatal.
    assert worker._compare("$1$", "$10^{10^{8}}$", 1.0) in {"different", "timeout"}
    assert worker.compare("2", "2", deadline_s=LOADED_S) == "equal"


@needs_math_verify
def test_many_threads_share_one_process(worker):
    results = {}

    def work(n):
        results[n] = [
            worker.compare(f"{n}", other, deadline_s=LOADED_S) for other in (f"{n}", f"{n + 1}")
        ]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: ["equal", "different"] for n in range(8)}


def child_of(worker):
    return worker._slot.child.process


@needs_math_verify
def test_a_large_parent_does_not_cost_a_new_process_each_time():
    """Linux hands the starter's peak memory on to the child; it must not count as the child's."""
    ballast = bytearray(700 * 2**20)
    ballast[:: 2**12] = b"x" * len(ballast[:: 2**12])
    with SymbolicWorker() as worker:
        worker.compare("1", "1", deadline_s=LOADED_S)
        first = child_of(worker).pid
        worker.compare("2", "2", deadline_s=LOADED_S)
        assert child_of(worker).pid == first


@needs_math_verify
def test_a_process_that_died_is_replaced(worker):
    worker.compare("1", "1", deadline_s=LOADED_S)
    dead = child_of(worker)
    dead.kill()
    assert worker.compare("2", "2", deadline_s=LOADED_S) == "equal"
    assert child_of(worker).pid != dead.pid
    assert dead.returncode is not None  # reaped


@needs_math_verify
def test_dying_twice_is_a_fault_of_ours(worker, monkeypatch):
    monkeypatch.setattr(
        symbolic._Child,
        "ask",
        lambda self, *_: self.process.kill() or self.receive(time.monotonic() + 5),
    )
    with pytest.raises(SandboxError, match="twice"):
        worker.compare("1", "1", deadline_s=LOADED_S)


@needs_math_verify
@pytest.mark.parametrize(
    "program", ["", "print('noise')", "print('{}')", "import time; time.sleep(9)"]
)
def test_a_process_that_does_not_start_is_a_fault_of_ours(tmp_path, monkeypatch, program):
    (tmp_path / "symbolic_worker.py").write_text(program)
    monkeypatch.setattr(symbolic, "__file__", str(tmp_path / "symbolic.py"))
    with SymbolicWorker(startup_s=1) as worker, pytest.raises(SandboxError, match="cannot start"):
        worker.compare("1", "1", deadline_s=LOADED_S)


@needs_math_verify
def test_an_import_error_in_the_process_is_reported(tmp_path, monkeypatch):
    code = "import json; print(json.dumps({'error': 'ModuleNotFoundError: sympy'}))"
    (tmp_path / "symbolic_worker.py").write_text(code)
    monkeypatch.setattr(symbolic, "__file__", str(tmp_path / "symbolic.py"))
    with (
        SymbolicWorker() as worker,
        pytest.raises(SandboxError, match="ModuleNotFoundError: sympy"),
    ):
        worker.compare("1", "1", deadline_s=LOADED_S)


@needs_math_verify
def test_closing_is_idempotent_and_not_final():
    worker = SymbolicWorker()
    worker.close()
    assert worker.compare("1", "1", deadline_s=LOADED_S) == "equal"
    process = child_of(worker)
    worker.close()
    worker.close()
    assert process.returncode is not None
    assert worker.compare("1", "1", deadline_s=LOADED_S) == "equal"
    process = child_of(worker)
    del worker
    gc.collect()
    assert process.returncode is not None


@needs_math_verify
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # xdist's workers have threads
def test_a_forked_process_uses_one_of_its_own(worker):
    worker.compare("1", "1", deadline_s=LOADED_S)
    mine = child_of(worker).pid
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # no assertion may escape into the parent's test run
        try:
            verdict = worker.compare("2", "2", deadline_s=LOADED_S)
            os.write(write, f"{verdict} {child_of(worker).pid}".encode())
            worker.close()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        verdict, theirs = pipe.read().split()
    os.waitpid(child, 0)
    assert verdict == "equal"
    assert int(theirs) != mine
    assert worker.compare("3", "3") == "equal"
    assert child_of(worker).pid == mine


@needs_math_verify
def test_the_process_ends_with_the_interpreter():
    code = (
        "from synth_envs.math.symbolic import SymbolicWorker\n"
        "worker = SymbolicWorker(); worker.compare('1', '1'); print(worker._slot.child.process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)
    assert not done.stderr


@needs_math_verify
def test_the_process_ends_with_a_parent_that_was_killed():
    code = (
        "import os\nfrom synth_envs.math.symbolic import SymbolicWorker\n"
        "worker = SymbolicWorker(); worker.compare('1', '1')\n"
        "print(worker._slot.child.process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(int(done.stdout), 0)
        except ProcessLookupError:
            return
        # Where nobody reaps orphans, a process that ended stays in the table as a zombie.
        stat = Path(f"/proc/{int(done.stdout)}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the process outlived its parent")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(symbolic.importlib.util, "find_spec", lambda _: None)
    assert not available()
    with pytest.raises(ImportError, match=r'pip install "synth-envs\[math\]"'):
        SymbolicWorker()


def test_this_process_never_imports_sympy():
    code = (
        "import sys\nfrom synth_envs.math.equivalence import math_equal\n"
        "math_equal('1', r'\\sin^2 x + \\cos^2 x')\n"
        "assert not {'sympy', 'math_verify'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

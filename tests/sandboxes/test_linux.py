"""The embedded backend: what a program sees, what its limits do, and what it leaves behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandboxes import Limits, Program, SandboxError
from sandboxes.linux import LinuxSandbox
from tests.sandboxes.conftest import children, groups, opened, skip_unless_linux, wait_for

SMALL = Limits(cpu_s=1, wall_s=3, memory_mb=64, output_bytes=1000, disk_mb=1)


def test_a_program_and_its_execution(sandbox):
    done = sandbox.run("import sys; print('out'); print('err', file=sys.stderr)")
    assert (done.status, done.out, done.err) == ("ok", "out\n", "err\n")
    assert (done.exit_code, done.signal, done.stage, done.cost) == (0, None, "run", None)
    assert 0 < done.cpu_s < 1
    assert 0 < done.wall_s < 5
    assert 1 < done.peak_mb < 100


def test_what_a_program_is_given(sandbox):
    source = """
        import json, os, sys
        print(json.dumps([sys.argv, sys.stdin.read(), open("a/b.txt").read(),
                          sorted(os.listdir(".")), dict(os.environ), __name__, __file__]))
    """
    import textwrap

    files = {"a/b.txt": "inside", "main.py": textwrap.dedent(source)}
    done = sandbox.run(Program(stdin="in\r\n", argv=("x", "ü"), files=files, entry="main.py"))
    assert json.loads(done.out) == [
        ["main.py", "x", "ü"],
        "in\r\n",
        "inside",
        ["a"],
        {},
        "__main__",
        "main.py",
    ]


def test_bytes_of_every_kind_come_through(sandbox):
    data = bytes(range(256)) * 300
    done = sandbox.run(
        Program("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin=data)
    )
    assert done.stdout == data


def test_tracebacks_look_as_usual(sandbox):
    done = sandbox.run("def f():\n    return 1 / 0\n\nf()")
    assert done.status == "runtime_error"
    lines = done.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == '  File "main.py", line 4, in <module>'
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "return 1 / 0" in done.err
    assert sandbox.run("x = (").err.endswith("SyntaxError: '(' was never closed\n")


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("import sys; sys.exit(3)", "runtime_error"),
        ("import os; os._exit(0)", "ok"),
        ("while True: pass", "timeout"),
        ("import time; time.sleep(60)", "timeout"),
        ("x = bytearray(10**9)", "memory_limit"),
        ("x = []\nwhile True: x.append(bytes(10**6))", "memory_limit"),
        ("print('x' * 2000)", "output_limit"),
        ("import sys; sys.stderr.write('x' * 2000)", "output_limit"),
        ("import ctypes; ctypes.string_at(0)", "crash"),
        ("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)", "security"),
        ("open('x', 'wb').write(bytes(2 * 2**20))", "runtime_error"),
        ("import os\nos.fork()", "runtime_error"),
        ("import socket; socket.socket()", "runtime_error"),
        ("import subprocess; subprocess.run(['true'])", "runtime_error"),
    ],
)
def test_statuses(sandbox, source, status):
    assert sandbox.run(Program(source, limits=SMALL)).status == status


def test_output_is_kept_up_to_its_limit(sandbox):
    for size, whole in ((999, True), (1000, True), (1001, False), (5000, False), (10**6, False)):
        done = sandbox.run(Program(f"import os; os.write(1, b'x' * {size})", limits=SMALL))
        assert done.stdout == b"x" * min(size, 1000), size
        assert done.stdout_truncated is not whole
        assert not done.stderr_truncated
        assert (done.status == "ok") is whole or size > 5000


def test_limits_are_right_to_the_tenth_of_a_second(sandbox):
    limits = Limits(cpu_s=0.3, wall_s=5)
    done = sandbox.run(Program("while True: pass", limits=limits))
    assert done.status == "timeout"
    assert 0.25 < done.cpu_s < 1.0
    done = sandbox.run(Program("import time; time.sleep(9)", limits=Limits(cpu_s=5, wall_s=0.3)))
    assert done.status == "timeout"
    assert 0.25 < done.wall_s < 3.0
    assert done.cpu_s < 0.1


def test_nothing_is_kept_from_one_run_to_the_next(sandbox):
    poison = """
import builtins, json, os, sys
builtins.print = None; json.dumps = None; sys.path.clear(); os.environ["X"] = "1"
open("left", "w").write("x"); os.mkdir("d"); os.chdir("d"); os.chmod("..", 0)
sys.modules["math"] = None
"""
    look = "import json, math, os, sys; print(json.dumps([os.listdir(), dict(os.environ)]))"
    for _ in range(3):
        assert sandbox.run(poison).ok
        assert sandbox.run(look).out == "[[], {}]\n"
    assert sandbox.stats["strict"].faults == 0


def test_hash_seed_and_random_state_are_fixed(sandbox):
    first, second = (sandbox.run("print(hash('a'), hash(b'b'), hash(1.5))").out for _ in "ab")
    assert first == second


def test_another_hash_seed_is_another_order():
    show = "print(hash('a'), list({'a', 'b', 'c', 'd', 'e'}))"
    with opened(workers=1, hash_seed=1) as one, opened(workers=1, hash_seed=2) as two:
        assert one.run(show).out == one.run(show).out != two.run(show).out
    for bad in (-1, 2**32, "1", True):
        with pytest.raises(ValueError, match="hash_seed"):
            LinuxSandbox(hash_seed=bad)


def test_a_batch_comes_back_in_order(sandbox):
    programs = [Program(f"print({number})") for number in range(50)]
    assert [done.out for done in sandbox.run_batch(programs)] == [f"{n}\n" for n in range(50)]
    assert sandbox.run_batch([]) == []


def test_workers_share_a_batch():
    with opened(workers=3) as sandbox:
        start = time.perf_counter()
        sleep = Program("import time; time.sleep(0.5)", limits=Limits(cpu_s=1, wall_s=9))
        assert all(done.ok for done in sandbox.run_batch([sleep] * 6))
        assert 0.9 < time.perf_counter() - start < 2.9  # one after the other: 3
        assert sandbox.stats["strict"].started == 3


def test_many_threads_at_once():
    failures = []
    with opened(workers=2) as sandbox:

        def caller(number):
            for count in range(5):
                done = sandbox.run(f"print({number} * 1000 + {count})")
                if done.out != f"{number * 1000 + count}\n":
                    failures.append((number, count, done))

        threads = [threading.Thread(target=caller, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            assert not thread.is_alive()
        assert not failures
        stats = sandbox.stats["strict"]
        assert (stats.runs, stats.faults, stats.retries) == (320, 0, 0)
        assert stats.started <= 2


def test_a_file_system_that_is_full(sandbox):
    """Its own files, files it is given, and what comes after."""
    fill = "n = 0\nwhile True:\n    open(str(n), 'wb').write(bytes(2**20))\n    n += 1"
    done = sandbox.run(Program(fill, limits=Limits(cpu_s=20, disk_mb=2)))
    assert done.status in ("runtime_error", "output_limit")
    many = {str(number): b"x" * 2**20 for number in range(63)}
    assert sandbox.run(Program("print(1)", files=many, limits=Limits(disk_mb=64))).ok
    too_many = {str(number): b"" for number in range(5000)}
    assert sandbox.run(Program("print(1)", files=too_many)).status == "output_limit"
    assert sandbox.run("import os; print(os.listdir())").out == "[]\n"
    assert sandbox.stats["strict"].faults == 0


def test_a_dead_worker_is_replaced_and_the_job_retried(sandbox):
    sandbox.run("1")
    for pid in children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert sandbox.run("print(2)").out == "2\n"


def test_a_worker_killed_in_the_middle():
    with opened(workers=1) as sandbox:
        sandbox.run("1")
        worker = children()

        def kill():
            time.sleep(0.3)
            for pid in worker:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        done = sandbox.run("import time; time.sleep(0.6); print(3)")
        thread.join()
        assert done.out == "3\n"
        assert sandbox.stats["strict"].retries == 1


def test_a_stopped_worker_is_no_hang(monkeypatch):
    monkeypatch.setattr("sandboxes.pool.GRACE_S", 0.5)
    with opened(workers=1) as sandbox:
        sandbox.run("1")
        for pid in children():
            os.kill(pid, signal.SIGSTOP)
        start = time.perf_counter()
        done = sandbox.run(Program("print(4)", limits=Limits(cpu_s=0.5, wall_s=0.5)))
        assert done.out == "4\n"
        assert time.perf_counter() - start < 10


def test_close_leaves_nothing_and_refuses_later_calls():
    skip_unless_linux()
    before, grouped = set(children()), set(groups())
    with opened(workers=2) as sandbox:
        sandbox.run_batch([Program("1")] * 4)
        assert set(children()) - before
    assert wait_for(lambda: not set(children()) - before)
    assert wait_for(lambda: not set(groups()) - grouped)
    sandbox.close()
    assert sandbox.closed
    for call in (lambda: sandbox.run("1"), lambda: sandbox.run_batch([])):
        with pytest.raises(SandboxError, match="closed"):
            call()


def test_closing_while_programs_run():
    with opened(workers=1) as sandbox:
        sandbox.run("1")
        outcome = []

        def call():
            try:
                outcome.append(sandbox.run("import time; time.sleep(30)"))
            except SandboxError as error:
                outcome.append(error)

        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        sandbox.close()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert all(isinstance(one, SandboxError) for one in outcome)
        assert len(outcome) == 3


def test_a_forked_child_gets_workers_of_its_own(sandbox):
    assert sandbox.run("print(5)").out == "5\n"
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.write(send, sandbox.run("print(6)").stdout)
            sandbox.close()
            code = 0
        os._exit(code)
    os.close(send)
    assert os.read(receive, 10) == b"6\n"
    os.close(receive)
    assert os.waitpid(pid, 0)[1] == 0
    faults = sandbox.stats["strict"].faults
    assert sandbox.run("print(7)").out == "7\n"
    assert sandbox.stats["strict"].faults == faults


def test_a_fork_before_the_first_program():
    """The worker that was started to see what works belongs to the parent alone."""
    with opened(workers=1) as sandbox:
        receive, send = os.pipe()
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                os.write(send, sandbox.run("print(6)").stdout)
                sandbox.close()
            os._exit(0)
        os.close(send)
        assert os.read(receive, 10) == b"6\n"
        os.close(receive)
        os.waitpid(pid, 0)
        assert sandbox.run("print(7)").out == "7\n"
        assert sandbox.stats["strict"].faults == 0


def test_workers_end_with_the_process_that_made_them():
    skip_unless_linux()
    source = (
        "import sys, time; from sandboxes import open_sandbox\n"
        "s = open_sandbox('linux', workers=2); s.run_batch([__import__('sandboxes').Program('1')] * 4)\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    with process:
        if process.stdout.readline() != "ready\n":
            process.kill()
            pytest.skip("no namespaces here")
        below = children(process.pid)
        assert below
        process.kill()
    assert wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_survivors_of_the_fork_profile_are_ended(forking):
    source = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print("parent done")
"""
    start = time.perf_counter()
    done = forking.run(source)
    assert (done.status, done.out) == ("ok", "parent done\n")
    assert time.perf_counter() - start < 3
    look = "import os\ntry:\n os.kill(-1, 0)\nexcept ProcessLookupError: print('alone')"
    assert forking.run(look).out == "alone\n"


def test_processor_time_counts_over_all_processes(forking):
    source = """
import os
pids = [os.fork() for _ in range(1)]
end = __import__("time").process_time() + 0.3
while __import__("time").process_time() < end: pass
if pids[0]: os.wait()
"""
    done = forking.run(source)
    assert done.ok
    assert 0.55 < done.cpu_s < 2.0


def test_preloaded_modules_are_there_at_once():
    pytest.importorskip("numpy")
    with opened(workers=1, preload=("numpy",)) as sandbox:
        done = sandbox.run(
            "import sys, numpy as np\nprint(np.arange(4).sum(), np.linalg.det(np.eye(3)))"
        )
        assert done.out == "6 1.0\n"
        assert done.cpu_s < 0.2
        threads = sandbox.run("import threading, numpy; print(threading.active_count())")
        assert threads.out == "1\n"


def test_a_module_that_cannot_be_preloaded_is_told():
    with (
        opened(workers=1) as _,
        pytest.raises(SandboxError, match="no_such_module"),
    ):
        LinuxSandbox(workers=1, preload=("no_such_module",), isolation="namespaces")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"profile": "loose"}, "unknown profile 'loose'"),
        ({"isolation": "magic"}, "unknown isolation 'magic'"),
        ({"workers": 0}, "at least one worker"),
    ],
)
def test_bad_arguments(bad, says):
    skip_unless_linux()
    with pytest.raises(ValueError, match=says):
        LinuxSandbox(**bad)


def test_bad_interpreters():
    skip_unless_linux()
    with pytest.raises(SandboxError, match="cannot ask the interpreter"):
        LinuxSandbox(python="/no/such/python")


def test_a_limit_beyond_the_backend_is_refused(sandbox):
    with pytest.raises(ValueError, match="disk_mb may be 64 at most"):
        sandbox.run(Program("1", limits=Limits(disk_mb=65)))


def test_the_memory_of_the_caller_stays_flat():
    """Ten thousand executions leave nothing behind (a hundred thousand: see benchmarks)."""
    with opened(workers=2) as sandbox:

        def resident():
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

        def descriptors():
            return sum(1 for _ in Path("/proc/self/fd").iterdir())

        program = Program("print('x' * 1000)")
        sandbox.run_batch([program] * 500)
        before, open_files = resident(), descriptors()
        for _ in range(6):
            sandbox.run_batch([program] * 500)
        assert resident() - before < 16
        assert descriptors() == open_files


def test_no_program_sees_the_network_or_the_host(sandbox):
    done = sandbox.run(
        "import os\nfor p in ('/proc', '/sys', '/home', '/root/.ssh', '/var', '/run'):\n"
        "    try: print(p, os.listdir(p))\n    except OSError: pass\nprint('end')"
    )
    assert done.out == "end\n"

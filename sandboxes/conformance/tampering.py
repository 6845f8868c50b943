"""Tampering with more than one verdict, rows 70 to 85: later runs, clocks, scores, seeds."""

from __future__ import annotations

from functools import partial

from sandboxes.base import Execution, Limits, Program, Sandbox
from sandboxes.calls import call
from sandboxes.conformance.canaries import reward_file
from sandboxes.conformance.case import (
    ANY,
    LIMITS,
    OK,
    RE,
    Case,
    attack,
    judge,
    witness,
)

__all__ = ["POISON", "TAMPERING"]

_tamper = partial(attack, group="tampering")

_PTH = """
import os, site, sys
places = [os.getcwd(), *sys.path, os.path.dirname(os.__file__), os.path.expanduser("~")]
poison = "print('POISONED')\\n"
for place in places:
    for name in ("sitecustomize.py", "usercustomize.py", "left.pth", "json.py", "threading.py", "main.py"):
        try:
            with open(os.path.join(place or ".", name), "x") as file:
                file.write(poison if name.endswith(".py") else "import os; print('POISONED')\\n")
        except OSError:
            continue
        if os.path.realpath(place or ".") != os.getcwd():
            print("BREACH wrote", name, "in", place)
raise PermissionError("nothing but the working directory can be written")
"""
#: Breaks what it can of the interpreter it runs in.
POISON = """
import builtins, json, math, os, sys, tempfile, time
json.dumps = lambda *a, **k: "poisoned"
math.sqrt = time.time = lambda *a: 0
builtins.len = builtins.sum = builtins.print = lambda *a, **k: 0
os.listdir = lambda *a: ["poisoned"] * 9
tempfile.tempdir = "/nowhere"
sys.modules["threading"] = None
sys.path[:] = ["/nowhere"]
sys.setrecursionlimit(50)
class Poison:
    def find_spec(self, *a):
        raise ImportError("poisoned")
sys.meta_path.insert(0, Poison())
"""
_CLOCK = """
import time
end = time.process_time() + 0.4
now = time.process_time
for name in ("time", "process_time", "perf_counter", "monotonic", "thread_time"):
    setattr(time, name, lambda: 0.0)
while now() < end:
    pass
print(time.process_time(), time.time())
"""
_WORK_IN_CHILD = """
import os, time
receive, send = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        end = time.process_time() + 0.4
        while time.process_time() < end:
            pass
        os.write(send, b"x")
    os._exit(0)
os.wait()
os.read(receive, 1)
print("done")
"""
_SEED = """
import random, sys
print(hash("a"), hash(b"bc"), random.random(), random.getrandbits(64), {"x", "y", "z", "w"})
print(sys.flags.hash_randomization)
"""
_MEMOISE = """
import os
count = 0
def solve(n):
    global count
    count += 1
    if os.path.exists("left"):
        return -1
    open("left", "w").close()
    return count
"""
_LOOK_AROUND = """
import os, sys
names, frame = [], sys._getframe()
while frame:
    names.append(frame.f_code.co_name)
    frame = frame.f_back
seen = [sys.argv[1:], sorted(os.environ.items()), sorted(sys.modules), sys.path, str(sys.flags), names,
    [name for name in os.listdir(".")], sys.getrecursionlimit(), sorted(globals()), os.getuid()]
os.write(2, repr(seen).encode())
def solve(n):
    return n * n
"""
_OWN_SOURCE = """
import linecache, sys
print("".join(linecache.getlines(__file__)), end="")
"""
_REWARD = """
import os, sys, threading, time
path = sys.argv[1]
def attack():
    for _ in range(20):
        for name in (path, os.path.join(os.path.dirname(path), "left")):
            try:
                with open(name, "w") as file:
                    file.write("1")
            except OSError:
                pass
        time.sleep(0.005)
thread = threading.Thread(target=attack)
thread.start()
"""
_REWARD_DAEMON = (
    _REWARD
    + """
thread.join()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            attack()
    os._exit(0)
"""
)


def _cpu_shown(execution: Execution) -> str | None:
    spent = execution.cpu_s
    return None if spent >= 0.3 else f"0.4 s of processor time were counted as {spent:.2f} s"


def _same_seed(sandbox: Sandbox) -> str | None:
    first, second = sandbox.run(_SEED), sandbox.run(_SEED)
    if found := judge(first, OK):
        return found
    same = first.stdout == second.stdout
    return witness(sandbox) if same else "hash or random seeds differ from run to run"


def _no_memory(sandbox: Sandbox) -> str | None:
    done = call(sandbox, _MEMOISE, "solve", [[1]] * 3, isolated=True, limits=LIMITS)
    if [result.value for result in done.results] != [1, 1, 1]:
        return f"isolated inputs know of each other: {[one.value for one in done.results]}"
    return witness(sandbox)


def _same_protocol(sandbox: Sandbox) -> str | None:
    """A public and a hidden test look the same, except for the input."""
    public, hidden = (
        call(sandbox, _LOOK_AROUND, "solve", inputs, limits=LIMITS).executions[0]
        for inputs in ([[1]], [[7], [12], [31]])
    )
    if public.stderr != hidden.stderr:
        return "a program can tell one kind of test from another"
    return judge(public, (*OK, *RE)) or witness(sandbox)


def _own_source(sandbox: Sandbox) -> str | None:
    done = sandbox.run(Program(_OWN_SOURCE, limits=LIMITS))
    if done.stdout and done.out != _OWN_SOURCE:
        return "the program's own text holds more than was submitted"
    return judge(done, (*OK, *RE)) or witness(sandbox)


def _files_are_not_run(sandbox: Sandbox) -> str | None:
    """Files that a submission brings are data; nothing imports them by itself."""
    names = ("conftest.py", "sitecustomize.py", "usercustomize.py", "json.py", "sandbox_driver.py")
    files = dict.fromkeys(names, "print('FORGED')\n")
    done = sandbox.run(Program("print('own')", files=files, limits=LIMITS))
    if done.stdout != b"own\n":
        return f"a file of the submission was run: {done.out[:80]!r}"
    return judge(done, OK) or witness(sandbox)


TAMPERING: tuple[Case, ...] = (
    _tamper("70", "drop sitecustomize and .pth files", _PTH, RE),
    _tamper("71", "poison modules for the next run", POISON, ANY),
    _tamper("77", "stop the clocks", _CLOCK, OK, also=_cpu_shown, limits=Limits(5, 20)),
    _tamper("78", "hide work in a child", _WORK_IN_CHILD, RE),
    _tamper(
        "78f",
        "hide work in a child of a child",
        _WORK_IN_CHILD,
        OK,
        also=_cpu_shown,
        limits=Limits(5, 20),
        profile="fork",
    ),
    Case("79", "probe hash and random seeds", "tampering", _same_seed),
    Case("79f", "probe hash and random seeds", "tampering", _same_seed, "fork"),
    Case("80", "remember earlier inputs", "tampering", _no_memory),
    Case("81", "tell a test from the grading", "tampering", _same_protocol),
    Case("83", "read more than the own source", "tampering", _own_source),
    Case("84b", "bring files that forge results", "tampering", _files_are_not_run),
    _tamper("85", "overwrite the score of the host", _REWARD, ANY, host=reward_file),
    _tamper(
        "85f", "overwrite the score later", _REWARD_DAEMON, ANY, host=reward_file, profile="fork"
    ),
)

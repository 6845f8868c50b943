"""Honest programs: threads, asyncio and processes, part 2."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "asyncio queue and tasks",
        """
import asyncio
async def worker(q, out):
    while True:
        n = await q.get(); out.append(n * n); q.task_done()
async def main():
    q, out = asyncio.Queue(), []
    for n in range(6): q.put_nowait(n)
    tasks = [asyncio.create_task(worker(q, out)) for _ in range(2)]
    await q.join(); [t.cancel() for t in tasks]
    print(sorted(out), [type(r).__name__ for r in await asyncio.gather(*tasks, return_exceptions=True)])
asyncio.run(main())
""",
        "[0, 1, 4, 9, 16, 25] ['CancelledError', 'CancelledError']\n",
        needs=("asyncio",),
    ),
    Honest(
        "asyncio task group",
        """
import asyncio
async def fail(): raise ValueError("inside")
async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail()); group.create_task(asyncio.sleep(5))
    except* ValueError as errors:
        print([str(e) for e in errors.exceptions])
    async with asyncio.timeout(5), asyncio.Lock():
        print("locked")
asyncio.run(main())
""",
        """\
['inside']
locked
""",
        needs=("asyncio",),
    ),
    Honest(
        "async generators",
        """
import asyncio
async def count(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)
class M:
    async def __aenter__(self): return "in"
    async def __aexit__(self, *a): print("out")
async def main():
    print([x async for x in count(4) if x % 2])
    async with M() as m: print(m)
asyncio.run(main())
""",
        """\
[1, 3]
in
out
""",
        needs=("asyncio",),
    ),
    Honest(
        "asyncio and threads",
        """
import asyncio, time
def slow(n): time.sleep(0.01); return n + 1
async def main(): print(await asyncio.gather(*(asyncio.to_thread(slow, n) for n in range(4))))
asyncio.run(main())
""",
        "[1, 2, 3, 4]\n",
        needs=("asyncio", "threads"),
    ),
    Honest(
        "coroutines by hand",
        """
class Pause:
    def __await__(self): got = yield "paused"; return got
async def task(): return [await Pause(), await Pause()]
c = task(); print(c.send(None), c.send(1))
try:
    c.send(2)
except StopIteration as stop:
    print(stop.value)
""",
        """\
paused paused
[1, 2]
""",
    ),
    Honest(
        "asyncio timers",
        """
import asyncio
async def main():
    loop = asyncio.get_running_loop(); done = loop.create_future(); log = []
    loop.call_later(0.02, done.set_result, "finished"); loop.call_soon(log.append, "soon"); log.append("first")
    print(await done, log)
asyncio.run(main())
""",
        "finished ['first', 'soon']\n",
        needs=("asyncio",),
    ),
    Honest(
        "run a command",
        """
import subprocess
done = subprocess.run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True, text=True)
print(done.stdout.strip(), done.stderr.strip(), done.returncode)
print(subprocess.run(["/bin/cat"], input=b"piped", stdout=subprocess.PIPE).stdout)
""",
        """\
out err 3
b'piped'
""",
        needs=("subprocess",),
    ),
    Honest(
        "fork and wait",
        """
import os
r, w = os.pipe(); pid = os.fork()
if pid == 0:
    os.write(w, b"from the child"); os._exit(4)
_, status = os.waitpid(pid, 0); print(os.read(r, 100), os.waitstatus_to_exitcode(status))
""",
        "b'from the child' 4\n",
        needs=("subprocess",),
    ),
    Honest(
        "multiprocessing",
        """
import multiprocessing as mp
def work(q, n): q.put(n * n)
if __name__ == "__main__":
    ctx = mp.get_context("fork"); a, b = ctx.Pipe()
    p = ctx.Process(target=lambda: b.send(["hello", 1])); p.start(); print(a.recv()); p.join(); print(p.exitcode)
""",
        """\
['hello', 1]
0
""",
        needs=("subprocess",),
    ),
    Honest(
        "a pipeline of commands",
        r"""
import subprocess
first = subprocess.Popen(["/bin/echo", "b\na\nc"], stdout=subprocess.PIPE)
second = subprocess.Popen(["/usr/bin/sort"], stdin=first.stdout, stdout=subprocess.PIPE, text=True); first.stdout.close()
print(second.communicate()[0].split(), first.wait(), second.returncode)
""",
        "['a', 'b', 'c'] 0 0\n",
        needs=("subprocess",),
    ),
    Honest(
        "kill a child",
        """
import signal, subprocess
p = subprocess.Popen(["/bin/sleep", "30"]); p.terminate(); print(p.wait() == -signal.SIGTERM)
try:
    subprocess.run(["/bin/sleep", "30"], timeout=0.05)
except subprocess.TimeoutExpired:
    print("timeout")
""",
        """\
True
timeout
""",
        needs=("subprocess",),
    ),
)

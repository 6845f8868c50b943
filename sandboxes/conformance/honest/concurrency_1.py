"""Honest programs: threads, asyncio and processes, part 1."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "threads with a lock",
        """
import threading
total, lock = 0, threading.Lock()
def add():
    global total
    for _ in range(1000):
        with lock:
            total += 1
threads = [threading.Thread(target=add) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print(total, threading.active_count())
""",
        "8000 1\n",
        needs=("threads",),
    ),
    Honest(
        "thread pool",
        """
from concurrent.futures import ThreadPoolExecutor, as_completed
def square(n):
    return n * n
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(square, range(10))), sorted(f.result() for f in as_completed([pool.submit(square, n) for n in (5, 6)])))
    bad = pool.submit(lambda: 1 / 0)
    print(type(bad.exception()).__name__)
""",
        """\
[0, 1, 4, 9, 16, 25, 36, 49, 64, 81] [25, 36]
ZeroDivisionError
""",
        needs=("threads",),
    ),
    Honest(
        "producer and consumer",
        """
import queue, threading
q, seen = queue.Queue(maxsize=2), []
def consume():
    while (item := q.get()) is not None:
        seen.append(item * 2); q.task_done()
t = threading.Thread(target=consume); t.start()
for n in range(20): q.put(n)
q.join(); q.put(None); t.join(); print(seen)
""",
        "[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38]\n",
        needs=("threads",),
    ),
    Honest(
        "events and conditions",
        """
import threading
ready, cond, box = threading.Event(), threading.Condition(), []
def waiter():
    ready.wait()
    with cond:
        cond.wait_for(lambda: box)
        print("got", box.pop())
t = threading.Thread(target=waiter); t.start(); ready.set()
with cond:
    box.append(7); cond.notify()
t.join(); print(ready.is_set(), t.is_alive())
""",
        """\
got 7
True False
""",
        needs=("threads",),
    ),
    Honest(
        "barrier and semaphore",
        """
import threading
barrier, semaphore, order = threading.Barrier(3), threading.Semaphore(2), []
def go(n):
    with semaphore: order.append(n)
    barrier.wait(5)
threads = [threading.Thread(target=go, args=(n,)) for n in range(3)]
[t.start() for t in threads]; [t.join() for t in threads]; print(sorted(order), barrier.broken)
""",
        "[0, 1, 2] False\n",
        needs=("threads",),
    ),
    Honest(
        "thread locals",
        """
import threading
local, out = threading.local(), {}
def work(name):
    local.name = name; out[name] = local.name
ts = [threading.Thread(target=work, args=(n,)) for n in "abc"]; [t.start() for t in ts]; [t.join() for t in ts]
print(sorted(out.items()), hasattr(local, "name"))
""",
        "[('a', 'a'), ('b', 'b'), ('c', 'c')] False\n",
        needs=("threads",),
    ),
    Honest(
        "timer and daemon",
        """
import threading, time
done = threading.Event(); threading.Timer(0.01, done.set).start(); print(done.wait(5))
threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); print("leaving a daemon behind")
""",
        """\
True
leaving a daemon behind
""",
        needs=("threads",),
    ),
    Honest(
        "non-daemon thread prints last",
        """
import threading, time
def late(): time.sleep(0.05); print("late")
threading.Thread(target=late).start(); print("early")
""",
        """\
early
late
""",
        needs=("threads",),
    ),
    Honest(
        "uncaught error in a thread",
        """
import threading
caught = []
threading.excepthook = lambda args: caught.append(args.exc_type.__name__)
t = threading.Thread(target=lambda: [][0]); t.start(); t.join(); print(caught)
""",
        "['IndexError']\n",
        needs=("threads",),
    ),
    Honest(
        "deep recursion in a thread",
        """
import sys, threading
sys.setrecursionlimit(10**6); threading.stack_size(32 * 2**20)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
t = threading.Thread(target=lambda: print(depth(30000))); t.start(); t.join()
""",
        "30000\n",
        needs=("threads",),
    ),
    Honest(
        "asyncio",
        """
import asyncio
async def say(delay, what):
    await asyncio.sleep(delay); print(what); return what
async def main():
    print(await asyncio.gather(say(0.02, "b"), say(0.01, "a"), say(0.03, "c")))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError:
        print("timeout")
asyncio.run(main())
""",
        """\
a
b
c
['b', 'a', 'c']
timeout
""",
        needs=("asyncio",),
    ),
)

"""Claim: memory, descriptors and processes stay flat over 100,000 executions.

Prints them after every tenth part: the resident memory of this process and of each worker, and
what belongs to this process and must not grow. The first part is left out of the comparison,
since caches fill in it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from sandboxes import Program, open_sandbox

__all__ = ["main"]

#: Growth of this process's memory, in MiB, that is taken for noise.
_SLACK_MIB = 8.0
_PROGRAMS = (
    "print('x' * 1000)",
    "open('left', 'w').write('x' * 10000)",
    "import json; print(json.dumps(list(range(100))))",
    "1 / 0",
    "x = [bytes(1000) for _ in range(1000)]",
)


def _resident(pid: int | str) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for word in file.read_text("ascii").split():
            found += [int(word), *_children(int(word))]
    return found


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit code 1 if something grows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--executions", type=int, default=100_000, help="how many (100000)")
    parser.add_argument("--backend", default="linux", help="the sandbox (linux)")
    arguments = parser.parse_args(argv)
    rows = []
    with open_sandbox(arguments.backend) as sandbox:
        batch = [Program(source) for source in _PROGRAMS * 20]
        parts = max(2, min(10, arguments.executions // len(batch)))
        print(f"{'executions':>10} {'own MiB':>8} {'children MiB':>12} {'files':>6} {'/s':>6}")
        for part in range(parts):
            start = time.perf_counter()
            for _ in range(arguments.executions // parts // len(batch)):
                statuses = [one.status for one in sandbox.run_batch(batch)]
                if statuses != ["ok", "ok", "ok", "runtime_error", "ok"] * 20:
                    print(f"wrong: {statuses}", file=sys.stderr)
                    return 1
            count = arguments.executions // parts // len(batch) * len(batch)
            rate = count / (time.perf_counter() - start)
            below = sum(_resident(pid) for pid in _children(os.getpid()))
            files = sum(1 for _ in Path("/proc/self/fd").iterdir())
            rows.append((_resident("self"), files))
            print(
                f"{(part + 1) * count:10} {rows[-1][0]:8.1f} {below:12.1f} {files:6} {rate:6.0f}",
                flush=True,
            )
    growth = rows[-1][0] - rows[0][0]
    print(f"grown by {growth:.1f} MiB and {rows[-1][1] - rows[0][1]} files after the first part")
    return int(growth > _SLACK_MIB or rows[-1][1] > rows[0][1])


if __name__ == "__main__":
    sys.exit(main())

"""Processor seconds of this process and all its descendants, also those that have ended."""

import os
from pathlib import Path

__all__ = ["tree_cpu_s"]


def tree_cpu_s() -> float:
    """The processor seconds so far, in steps of a clock tick (10 ms); Linux only.

    A descendant that ended counts once its parent has waited for it.
    """
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(int(one) for one in fields[11:15])
    me, total = os.getpid(), 0
    for pid, own in ticks.items():
        above = pid
        while above != me and above in parents:
            above = parents[above]
        total += own if above == me else 0
    return total / os.sysconf("SC_CLK_TCK")

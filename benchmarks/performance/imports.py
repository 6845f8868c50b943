"""Claim: `import synth_envs` costs at most 1.35 times `import gymnasium`, and loads nothing heavy."""

import os
import resource
import statistics
import subprocess
import sys

__all__ = ["HEAVY", "import_seconds", "main"]

HEAVY = ("torch", "numba", "sympy", "transformers", "ray", "docker", "math_verify", "scipy", "rich")


def import_seconds(module: str) -> float:
    """CPU seconds of a fresh interpreter that imports one module."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)  # noqa: S603 - our own words
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> int:
    """Interleave both imports and print the ratio; exit code 1 above 1.35."""
    ours: list[float] = []
    peer: list[float] = []
    for repetition in range(12):
        pair = import_seconds("synth_envs"), import_seconds("gymnasium")
        if repetition:
            ours.append(pair[0])
            peer.append(pair[1])
    ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
    print(
        f"import synth_envs {statistics.median(ours):.3f} CPU s, gymnasium "
        f"{statistics.median(peer):.3f} CPU s: ratio {ratio:.2f} "
        f"(median of {len(ours)}, load {os.getloadavg()[0]:.1f}; limit 1.35)"
    )
    return int(ratio > 1.35)


if __name__ == "__main__":
    sys.exit(main())

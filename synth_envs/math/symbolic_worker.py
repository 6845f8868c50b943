"""The child process that runs math-verify for `symbolic.SymbolicWorker`.

Started by file path as `python -P -s symbolic_worker.py '<json>'`, so that it imports nothing of
this package. It reads one JSON request a line on standard input and writes one JSON reply a line
on standard output. It sets no timer and no signal handler: whoever started it kills it when a
deadline passes. The limits it sets on itself are a second line of defence, for a parent that died.
"""

import contextlib
import json
import logging
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_STARTUP_CPU = 120  # [s]


def limit(kind: int, value: int) -> None:
    """Lowers a soft limit, as far as the hard one allows."""
    _, hard = resource.getrlimit(kind)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (soft, hard))


def limit_cpu(seconds: float) -> None:
    """Lets the kernel end this process after so much more processor time."""
    limit(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds) + 1)


def peak_memory() -> int:
    """The largest resident size of this program so far, in bytes."""
    # On Linux getrusage also counts the process that started this one, before it became this
    # program: under a trainer with gigabytes every comparison would seem to have used them.
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def load() -> Callable[[str, str], bool]:
    """Imports math-verify and returns its comparison, with its signal-based timeouts off."""
    from math_verify import LatexExtractionConfig, parse, verify

    # Only LaTeX: the plain-expression route of math-verify lets sympy evaluate text.
    targets = [LatexExtractionConfig()]

    def read(text: str) -> Any:
        return parse(
            text,
            targets,
            fallback_mode="no_fallback",
            extraction_mode="first_match",
            parsing_timeout=None,
        )

    def compare(gold: str, answer: str) -> bool:
        left, right = read(gold), read(answer)
        if not left or not right:
            return False
        return bool(verify(left, right, numeric_precision=50, timeout_seconds=None))

    compare(r"\boxed{\frac{x}{2}}", r"\boxed{\sin x}")  # builds the parser's tables
    return compare


def serve(options: dict[str, Any]) -> None:
    """Answers requests until standard input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is not a reply
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, options["memory_bytes"])
    limit_cpu(MAX_STARTUP_CPU)
    sys.path.extend(path for path in options["paths"] if path not in sys.path)
    logging.disable(logging.CRITICAL)
    try:
        compare = load()
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent reports it
        replies.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
        return
    replies.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin.buffer:
        request = json.loads(line)
        limit_cpu(request["cpu_s"])
        try:
            same = compare(request["gold"], request["answer"])
        except Exception:  # noqa: BLE001 - a RecursionError or MemoryError on hostile text
            same = False
        retire = peak_memory() > options["memory_bytes"] // 4
        replies.write(json.dumps({"id": request["id"], "equal": same, "retire": retire}) + "\n")


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))

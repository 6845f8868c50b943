"""What a program cost, for rewards that pay for efficiency. No meter here believes the program.

`measure_cpu` sees the processor time of all threads and processes, C code included, as the kernel
    counts it. It repeats to a few per cent. Nothing inside the program lowers it; a busy machine
    (caches, hyper-threads, clock speed) adds to it, so compare only what was measured together.
`count_events` sees loop iterations, Python calls and resumed generators (Python 3.12 and newer;
    on 3.11 lines and calls), of the program and of the library code it runs. It repeats exactly
    in one version of Python. C code is free: `sum(range(10**9))` costs next to nothing. And it
    counts inside the process, so a program can switch it off or write a number of its own.
`count_fuel` sees WebAssembly instructions, C code included, from outside the program. It repeats
    exactly, and nothing inside lowers it. It is another Python (3.12, WASI), where C code has
    lost its lead over the interpreter.

So for rewards: `measure_cpu` with a tolerance of 10 % or more, or `count_fuel` where a tie must be
broken exactly. `count_events` is for looking at programs that do not fight it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sandboxes.base import Execution, Program, Sandbox

__all__ = ["CpuCost", "EventCost", "count_events", "count_fuel", "measure_cpu"]

_TEXT = "sandbox_metered_program.py"
_COUNT = """
import os, sys
def run(text, word):
    names = sys.modules["__main__"].__dict__
    names.pop("run", None)
    code = compile(text, "main.py", "exec", dont_inherit=True)
    total = 0
    def event(*_):
        nonlocal total
        total += 1
    def line(frame, kind, _):
        nonlocal total
        total += kind != "return"
        return line
    monitoring = getattr(sys, "monitoring", None)
    try:
        if monitoring:
            events = monitoring.events
            wanted = events.JUMP, events.PY_START, events.PY_RESUME
            monitoring.use_tool_id(4, "sandboxes")
            for one in wanted:
                monitoring.register_callback(4, one, event)
            monitoring.set_events(4, sum(wanted))
        else:
            import threading
            threading.settrace(line)
            sys.settrace(line)
        exec(code, names)
    finally:
        if monitoring:
            monitoring.set_events(4, 0)
        else:
            sys.settrace(None)
        for stream in sys.stdout, sys.stderr:
            stream.flush()
        os.write(2, b"\\n%s %d" % (word, total))
with open({name!r}, "rb") as file:
    source = file.read()
os.unlink({name!r})
run(source, {word!r})
"""


@dataclass(frozen=True, slots=True)
class CpuCost:
    """Processor time of one program.

    Attributes:
        seconds: The least of all runs, or None if one of them did not end well.
        spread: The largest run over the least, less 1; 0.1 means that they differ by 10 %.
        executions: Every run.
    """

    seconds: float | None
    spread: float
    executions: tuple[Execution, ...]


def measure_cpu(
    sandbox: Sandbox, programs: Sequence[Program], *, repeats: int = 5
) -> list[CpuCost]:
    """Run every program several times, in turns, and return the least processor time of each.

    The least of several runs varies far less than their mean, since whatever disturbs a run
    only adds to it. In turns, because a machine that slows down then does so for all of them.

    Raises:
        ValueError: `repeats` is not positive.
        SandboxError: A fault of ours.
    """
    if repeats < 1:
        msg = f"repeats must be at least 1; got {repeats}"
        raise ValueError(msg)
    rounds = [sandbox.run_batch(programs) for _ in range(repeats)]
    costs = []
    for runs in zip(*rounds, strict=True):
        times = [run.cpu_s for run in runs]
        least = min(times)
        seconds = least if all(run.ok for run in runs) else None
        costs.append(CpuCost(seconds, max(times) / max(least, 1e-9) - 1, runs))
    return costs


@dataclass(frozen=True, slots=True)
class EventCost:
    """What the interpreter itself counted in one program.

    Attributes:
        events: How many events, or None if the run did not end well or the count was lost.
        execution: The run under the counter (some 2 to 5 times slower than without).
    """

    events: int | None
    execution: Execution


def count_events(sandbox: Sandbox, programs: Sequence[Program]) -> list[EventCost]:
    """Run every Python program once more, with the interpreter counting what it does.

    The count is the program's own claim in the end (see the module's text).

    Raises:
        ValueError: A program is not Python.
        SandboxError: A fault of ours.
    """
    word = secrets.token_hex(16).encode()  # so that no program writes such a line by accident
    source = _COUNT.replace("{name!r}", repr(_TEXT)).replace("{word!r}", repr(word))
    wrapped = []
    for program in programs:
        if program.language != "python":
            msg = f"only Python programs can be counted; this one is {program.language}"
            raise ValueError(msg)
        files = {**program.files, _TEXT: program.main}
        wrapped.append(replace(program, source=source, files=files, entry=""))
    costs = []
    for execution in sandbox.run_batch(wrapped):
        text, _, last = execution.stderr.rpartition(b"\n" + word + b" ")
        found = last if last.isdigit() and len(last) < 20 else b""
        events = int(found) if found and execution.ok else None
        shown = replace(execution, stderr=text) if found else execution
        costs.append(EventCost(events, shown))
    return costs


def count_fuel(sandbox: Sandbox, programs: Sequence[Program]) -> list[int | None]:
    """Return the WebAssembly instructions of every program, None where it did not end well.

    Args:
        sandbox: A sandbox with an exact meter: `sandboxes.wasm.WasmSandbox`.
        programs: The programs.

    Raises:
        ValueError: The sandbox has no such meter.
        SandboxError: A fault of ours.
    """
    executions = sandbox.run_batch(programs)
    if any(execution.ok and execution.cost is None for execution in executions):
        msg = f'the {sandbox.name} sandbox has no exact meter; open_sandbox("wasm") has'
        raise ValueError(msg)
    return [execution.cost if execution.ok else None for execution in executions]

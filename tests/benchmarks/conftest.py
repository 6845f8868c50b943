"""A third-party package with small task families, and one honest run of it."""

import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest

from benchmarks.__main__ import main
from synth_envs import registration

TOY = textwrap.dedent('''
    """A package as a user writes one: families, their registration, and a policy."""
    from synth_envs import register_family
    from synth_envs.core import Score, Task
    from synth_envs.families import Family

    calls = []


    class Doubling(Family):
        family = "doubling"

        def generate(self, rng, difficulty):
            n = rng.randint(100, 10 ** (4 + int(4 * difficulty)))
            return Task(self.family, f"Double {n}.", str(2 * n), difficulty)

        def __call__(self, task, response):
            right = response.strip() == task.reference
            return Score(float(right), "pass" if right else "fail", {"correct": float(right)}, "")

        def oracle(self, task):
            return task.reference

        def solve(self, prompt):
            return str(2 * int(prompt[7:-1]))


    class Leaky(Doubling):
        """Pays everyone."""
        family = "leaky"

        def __call__(self, task, response):
            return Score(1.0, "pass", {"correct": 1.0}, "")


    class Broken(Doubling):
        """Pays nobody."""
        family = "broken"

        def __call__(self, task, response):
            return Score(0.0, "fail", {"correct": 0.0}, "")


    for kind in (Doubling, Leaky, Broken):
        register_family(f"benchtoy/{kind.__name__}-v0", f"benchtoy:{kind.__name__}", domain="toys")


    class Half:
        """Right every other time; says what hostile users say otherwise."""

        def __init__(self, env):
            self.env, self.turn = env.unwrapped, 0

        def act(self, observations):
            calls.append(len(observations))
            self.turn += 1
            wrong = "\\ud83d\\ude00 \\udc80 <b>\\x00"
            return [task.reference if i % 2 else wrong for i, task in enumerate(self.env.tasks)]

        def reset(self, indices):
            pass


    class Silent(Half):
        def act(self, observations):
            return []


    stop_at = []


    class Interrupted(Half):
        def act(self, observations):
            if stop_at and self.env.spec.id in stop_at:
                raise KeyboardInterrupt
            return super().act(observations)
''')  # fmt: skip


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """The package, importable as `benchtoy`; nothing of it is left registered afterwards."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "benchtoy.py").write_text(TOY, "utf-8")
    sys.path.insert(0, str(folder))
    import benchtoy

    yield benchtoy
    sys.path.remove(str(folder))
    del sys.modules["benchtoy"]
    for name in ("Doubling", "Leaky", "Broken"):
        gym.registry.pop(f"benchtoy/{name}-v0")
        registration._TABLE.pop(f"benchtoy/{name}-v0")


DOUBLING = "benchtoy:benchtoy/Doubling-v0"
SMALL = ["run", "--env", DOUBLING, "--policy", "benchtoy:Half", "--episodes", "2", "--runs", "2"]


@pytest.fixture(scope="session")
def honest(toy, tmp_path_factory):
    """The folder of an honest run, and the command that made it."""
    del toy
    folder = tmp_path_factory.mktemp("honest") / "run"
    assert main([*SMALL, "-o", str(folder)]) == 0
    return SimpleNamespace(folder=folder, env=DOUBLING, command=SMALL)


@pytest.fixture
def copied(honest, tmp_path):
    """A copy of the honest run that a test may change."""
    import shutil

    folder = Path(shutil.copytree(honest.folder, tmp_path / "copied"))
    return SimpleNamespace(folder=folder, env=honest.env, results=folder / "results.json")

"""A newcomer adds a task family with one file and one line, in a package of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

FAMILY = '''
from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily


class Doubling(MathFamily):
    """Double an integer.

    Difficulty sets its number of digits, from 4 to 20.
    """

    family = "doubling"
    group = "toy"
    answer = Integer()

    def generate(self, rng, difficulty):
        n = rng.randrange(10 ** (4 + int(16 * difficulty)))
        return Task(self.family, f"What is twice {n}?", str(2 * n), difficulty)

    def solve(self, prompt):
        n = int(prompt.removeprefix("What is twice ").rstrip("?"))
        return str(n + n)
'''
LINE = 'synth_envs.register_family("toy/Doubling-v0", "toy_tasks.doubling:Doubling")\n'


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "toy_tasks"
    folder.mkdir()
    (folder / "doubling.py").write_text(FAMILY)
    (folder / "__init__.py").write_text("import synth_envs\n" + LINE)
    return tmp_path


def run(package, *command, code=0):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_one_file_and_one_line(package):
    cli = ("-m", "synth_envs")
    listed = run(
        package,
        "-c",
        "import sys; sys.path.insert(0, ''); import toy_tasks\n"
        "from synth_envs.cli import main; sys.exit(main(['list']))",
    )
    assert "toy/Doubling-v0" in listed
    shown = run(package, *cli, "show", "toy_tasks:toy/Doubling-v0")
    assert "Double an integer" in shown
    assert "What is twice" in shown
    checked = run(package, *cli, "check", "toy_tasks:toy/Doubling-v0")
    assert "audit of doubling" in checked
    assert "all checks passed" in checked
    run(package, *cli, "generate", "toy_tasks:toy/Doubling-v0", "-n", "5", "-o", "tasks.jsonl")
    rows = [json.loads(line) for line in (package / "tasks.jsonl").read_text().splitlines()]
    assert [row["family"] for row in rows] == ["doubling"] * 5


def test_it_gets_a_leaderboard_row_and_a_page(package):
    pytest.importorskip("scipy", reason="benchmarks need the extra [bench]")
    pytest.importorskip("jinja2", reason="benchmarks need the extra [bench]")
    out = run(package, "-m", "benchmarks", "run", "--env", "toy_tasks:toy/Doubling-v0",
              "--episodes", "3", "-o", "board")  # fmt: skip
    assert "oracle" in out
    results = (package / "board" / "results.json").read_text()
    assert "toy/Doubling-v0" in results
    page = (package / "board" / "index.html").read_text()
    assert "Doubling" in page
    replay = ("-m", "benchmarks", "replay", "board/results.json")
    assert "if you trust that code" in run(package, *replay, code=1)
    run(package, *replay, "--env", "toy_tasks:toy/Doubling-v0")


def test_a_family_cannot_take_an_id_that_is_used():
    code = "import synth_envs; synth_envs.register_family('synth/Math-v0', 'toy_tasks.doubling:Doubling')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "already registered" in done.stderr

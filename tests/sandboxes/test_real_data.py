"""Published reference solutions pass in the sandbox, and broken ones do not.

HumanEval (openai/human-eval, 164 tasks) and MBPP (google-research, 974 tasks), read from outside
the project.
"""

import ast
import json
import os
import warnings
from pathlib import Path

import pytest

from sandboxes import Limits, Program
from tests.sandboxes.conftest import opened

pytestmark = pytest.mark.slow

LIMITS = Limits(cpu_s=10, wall_s=30, memory_mb=512)


@pytest.fixture(scope="module")
def code():
    default = Path(__file__).resolve().parents[3] / "shared" / "real"
    folder = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / "code"
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}; set SYNTH_ENVS_REAL_DATA to the folder that holds code/"
        )
    return folder


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


class _Mutate(ast.NodeTransformer):
    """Makes every function return what no task asks for."""

    def visit_Return(self, node):
        wrong = ast.parse("return ['mutated', -12345.678]").body[0]
        return ast.copy_location(wrong, node)


def mutated(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # escape sequences in published code
        warnings.simplefilter("ignore", DeprecationWarning)
        tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(_Mutate().visit(tree)))


def statuses(sandbox, sources):
    done = sandbox.run_batch([Program(source, limits=LIMITS) for source in sources])
    return [one.status for one in done]


def test_humaneval_references(code):
    tasks = rows(code / "humaneval.jsonl")
    tests = [f"{task['test']}\ncheck({task['entry_point']})\n" for task in tasks]
    references = [task["prompt"] + task["canonical_solution"] + "\n" for task in tasks]
    right = [f"{source}\n{test}" for source, test in zip(references, tests, strict=True)]
    wrong = [f"{mutated(source)}\n{test}" for source, test in zip(references, tests, strict=True)]
    assert len(tasks) == 164
    with opened() as sandbox:
        assert statuses(sandbox, right) == ["ok"] * 164
        assert statuses(sandbox, wrong) == ["runtime_error"] * 164


def test_mbpp_references(code):
    tasks = rows(code / "mbpp.jsonl")
    tests = ["\n".join((task["test_setup_code"], *task["test_list"])) for task in tasks]
    right = [f"{task['code']}\n{test}" for task, test in zip(tasks, tests, strict=True)]
    wrong = [f"{mutated(task['code'])}\n{test}" for task, test in zip(tasks, tests, strict=True)]
    assert len(tasks) == 974
    with opened() as sandbox:
        assert statuses(sandbox, right) == ["ok"] * 974
        # Two need a class that only the set-up code of their tests defines.
        bare = ["\n".join((task["code"], *task["test_list"])) for task in tasks]
        found = statuses(sandbox, bare)
        assert [place for place, status in enumerate(found) if status != "ok"] == [366, 926]
        assert statuses(sandbox, wrong).count("ok") == 0

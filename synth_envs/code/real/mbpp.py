"""MBPP: write a function from a sentence and one test.

Rows have `text` (or `prompt`), `code`, `test_list` and perhaps `test_setup_code` or
`test_imports`. The first test is public. Set-up code runs after the program: in the rows that have
it, it uses a class that the program defines.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from synth_envs.code.prompts import fenced
from synth_envs.code.real.fields import code_field, defined, text_list, tree_of
from synth_envs.core import Task
from synth_envs.row_files import refuse, text_field

__all__ = ["FIELDS", "MODES", "task_of"]

FIELDS = frozenset({"code", "test_list"})
MODES = ("induction",)
_ASK = (
    "Answer with the function, and with the imports, helpers and classes that it or the test needs, "
    "in one ```python block. Hidden tests decide."
)


def task_of(line: int, content: Mapping[Any, Any], mode: str) -> Task:
    """Return the task of a row.

    Raises:
        BadRowError: The row cannot be used.
    """
    del mode
    said = "text" if "text" in content else "prompt"
    if said not in content:
        refuse("the field 'text' is missing")
    text, code = text_field(content, said).strip(), code_field(content, "code")
    tests = [test.strip() for test in text_list(content, "test_list")]
    setup = content.get("test_setup_code") or "\n".join(
        text_list(content, "test_imports") if content.get("test_imports") else ()
    )
    if not isinstance(setup, str):
        refuse("'test_setup_code' is not text")
    setup = setup.replace("\r\n", "\n").strip()
    tree_of(setup, "'test_setup_code'")
    if len(tests) < 2:
        refuse("'test_list' needs a public and a hidden test")
    entry = _entry(code, tests)
    parts = [text, f"The function is `{entry}`. It must pass this test:", fenced(tests[0])]
    if setup:
        parts += ["The tests are preceded by this code:", fenced(setup)]
    reference = {
        "kind": "checked",
        "entry": entry,
        "context": "",
        "solution": code,
        "setup": setup,
        "check": "",
        "tests": tests,
        "public": 1,
    }
    about = {"line": line, "name": str(content.get("task_id", ""))[:100]}
    return Task("mbpp", "\n\n".join([*parts, _ASK]), reference, 0.0, about)


def _entry(code: str, tests: list[str]) -> str:
    """Return the function of the program that every test calls."""
    functions = defined(tree_of(code, "'code'"))
    called: list[str] | None = None
    for test in tests:
        names = [
            node.func.id
            for node in ast.walk(tree_of(test, "a test"))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        here = [name for name in names if name in functions]
        called = here if called is None else [name for name in called if name in here]
    if not called:
        refuse("the tests call no function that 'code' defines")
    return called[0]

"""HumanEval: complete a function from its signature and docstring.

The tests are a function `check(candidate)`. Rows have `prompt`, `entry_point`,
`canonical_solution` and `test`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_envs.code.prompts import fenced
from synth_envs.code.real.fields import code_field, defined, tree_of
from synth_envs.core import Task
from synth_envs.row_files import refuse

__all__ = ["FIELDS", "MODES", "task_of"]

FIELDS = frozenset({"prompt", "entry_point", "canonical_solution", "test"})
MODES = ("induction",)
_LEAD = "Complete this Python function."
_ASK = (
    "Answer with the complete function in one ```python block. What the code above imports and "
    "defines is there already. Hidden tests decide."
)


def task_of(line: int, content: Mapping[Any, Any], mode: str) -> Task:
    """Return the task of a row.

    Raises:
        BadRowError: The row cannot be used.
    """
    del mode
    prompt, entry = code_field(content, "prompt"), code_field(content, "entry_point").strip()
    solution = prompt + code_field(content, "canonical_solution") + "\n"
    check = code_field(content, "test")
    if not entry.isidentifier():
        refuse(f"'entry_point' is no name: {entry[:40]!r}")
    if entry not in defined(tree_of(solution, "'prompt' with 'canonical_solution'")):
        refuse(f"'prompt' does not define {entry!r}")
    tree_of(prompt, "'prompt'")
    if "check" not in defined(tree_of(check, "'test'")):
        refuse("'test' does not define 'check'")
    reference = {
        "kind": "checked",
        "entry": entry,
        "context": prompt,
        "solution": solution,
        "setup": "",
        "check": check,
        "tests": [f"check({entry})"],
        "public": 0,
    }
    about = {"line": line, "name": str(content.get("task_id", ""))[:100]}
    return Task("humaneval", f"{_LEAD}\n\n{fenced(prompt)}\n\n{_ASK}", reference, 0.0, about)

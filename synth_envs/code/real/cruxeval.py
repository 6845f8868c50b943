"""CRUXEval: what a function returns, or what makes it return that.

Rows have `code`, which defines `f`, and `input` and `output` as Python text. An output is a literal;
an input may be any expression.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from synth_envs.code.answers import parse_tagged
from synth_envs.code.prompts import fenced
from synth_envs.code.real.fields import code_field, tree_of
from synth_envs.core import Task
from synth_envs.row_files import refuse, text_field

__all__ = ["FIELDS", "MODES", "task_of"]

FIELDS = frozenset({"code", "input", "output"})
MODES = ("deduction", "abduction")
_ENTRY = "f"
_DEDUCE = (
    "What does `{call}` return? Answer with a Python literal, for example: The answer is [1, 'a']."
)
_ABDUCE = (
    "Give a call of `f` that returns `{output}`. Any call that returns it is right. Answer with the "
    "call, its arguments written as literals, for example: The answer is `f(...)`."
)


def task_of(line: int, content: Mapping[Any, Any], mode: str) -> Task:
    """Return the task of a row.

    Raises:
        BadRowError: The row cannot be used.
    """
    code = code_field(content, "code")
    given, output = text_field(content, "input").strip(), text_field(content, "output").strip()
    functions = [
        one
        for one in tree_of(code, "'code'").body
        if isinstance(one, ast.FunctionDef) and one.name == _ENTRY
    ]
    if not functions:
        refuse(f"'code' does not define {_ENTRY!r}")
    call = tree_of(f"{_ENTRY}({given})", "'input'").body
    if (
        len(call) != 1
        or not isinstance(call[0], ast.Expr)
        or not isinstance(call[0].value, ast.Call)
    ):
        refuse("'input' is not a list of arguments")
    value = parse_tagged(output)
    if value is None:
        refuse("'output' is not a literal")
    parts = ["Consider this Python program.", fenced(code)]
    if mode == "deduction":
        reference = {"kind": "literal", "value": value.value}
        parts.append(_DEDUCE.format(call=f"{_ENTRY}({given})"))
    else:
        reference = {
            "kind": "literal_input",
            "entry": _ENTRY,
            "parameters": len(functions[-1].args.posonlyargs + functions[-1].args.args),
            "source": code,
            "solution": given,
            "value": value.value,
        }
        parts.append(_ABDUCE.format(output=output))
    about = {"line": line, "name": str(content.get("id", ""))[:100]}
    key = blake2b(code.encode(), digest_size=12).hexdigest()
    return Task("cruxeval", "\n\n".join(parts), reference, 0.0, about, split_key=key)

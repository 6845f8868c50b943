"""The seccomp profile that the engine puts on a container, made from the worker's own tables.

It stands behind the two filters that the worker installs (`sandboxes.seccomp`) and holds what
runs before them: the runtime's last steps and the interpreter's start.
"""

from __future__ import annotations

import json
from typing import Any

from sandboxes import seccomp

__all__ = ["profile"]

_RETURN = 0x06
#: What the worker calls before its own filters are on, and never after.
_START = ("landlock_create_ruleset", "landlock_add_rule", "capset")
_NEW_NAMESPACES = 0x7E020000
#: FIOCLEX, FIONCLEX, FIONBIO, FIONREAD
_IOCTL = (0x5451, 0x5450, 0x5421, 0x541B)
_EQ = "SCMP_CMP_EQ"


def _allow(names: list[str], *arguments: dict[str, Any]) -> dict[str, Any]:
    return {"names": names, "action": "SCMP_ACT_ALLOW", "args": list(arguments)}


def _equal(index: int, value: int) -> dict[str, Any]:
    return {"index": index, "value": value, "op": _EQ}


def profile(*, connects: bool) -> str:
    """Return the profile as JSON: an allow-list, everything else is EPERM.

    Args:
        connects: Whether the worker connects to a socket of the host's before its filters are on.
    """
    special = {
        # No namespaces of its own.
        "clone": [
            {"index": 0, "value": _NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
        ],
        "socketpair": [_equal(0, 1)],  # AF_UNIX
    }
    if connects:
        special["socket"] = [_equal(0, 1)]
        special["connect"] = []
    allowed = {
        name
        for name, code in seccomp.base_rules().items()
        if any(line[0] == _RETURN and line[3] == seccomp.ALLOW for line in code)
    }
    plain = sorted(allowed.union(_START).difference(special, ["ioctl"]))
    rules = [_allow(plain)]
    rules += [_allow([name], *arguments) for name, arguments in special.items()]
    rules += [_allow(["ioctl"], _equal(1, number)) for number in _IOCTL]
    # The C library falls back to clone only at "no such call".
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38})
    # Without `architectures` only the machine's own calling convention is let through.
    return json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules})

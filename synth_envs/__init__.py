"""Verified, reproducible Gymnasium environments over synthetic tasks.

Importing this package registers every id with Gymnasium and loads nothing heavy:

>>> import gymnasium as gym
>>> import synth_envs
>>> env = gym.make("synth/Math-v0", family="chain_sum", difficulty=0.0)
>>> prompt, info = env.reset(seed=0)
>>> prompt
'Compute ...'
>>> feedback, reward, terminated, truncated, info = env.step("The answer is 0")
>>> feedback, reward, terminated
('Incorrect.', 0.0, True)
"""

import importlib
from typing import TYPE_CHECKING

from synth_envs.registration import environments, register_all, register_family

if TYPE_CHECKING:
    from synth_envs.audit import audit_family
    from synth_envs.checking import check_vector_env
    from synth_envs.core import Policy, Score, Task, TaskGenerator, TaskSource, Verifier
    from synth_envs.families import Family
    from synth_envs.policies import make_policy
    from synth_envs.spaces import Unicode
    from synth_envs.text_env import TextTaskEnv
    from synth_envs.text_vector_env import TextTaskVectorEnv

__version__ = "0.1.0"

__all__ = [
    "Family",
    "Policy",
    "Score",
    "Task",
    "TaskGenerator",
    "TaskSource",
    "TextTaskEnv",
    "TextTaskVectorEnv",
    "Unicode",
    "Verifier",
    "audit_family",
    "check_vector_env",
    "environments",
    "make_policy",
    "register_family",
]

_HOME = {
    "Family": "families",
    "Policy": "core",
    "Score": "core",
    "Task": "core",
    "TaskGenerator": "core",
    "TaskSource": "core",
    "TextTaskEnv": "text_env",
    "TextTaskVectorEnv": "text_vector_env",
    "Unicode": "spaces",
    "Verifier": "core",
    "audit_family": "audit",
    "check_vector_env": "checking",
    "make_policy": "policies",
}


def __getattr__(name: str) -> object:
    """Import public names on first use (PEP 562), so that importing the package stays cheap."""
    if name not in _HOME:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


register_all()

"""Run untrusted programs. This package imports nothing of `synth_envs`."""

from sandboxes.base import Execution, Limits, Program, Sandbox, SandboxError
from sandboxes.calls import call, call_batch
from sandboxes.selection import get_sandbox, open_sandbox

__all__ = [
    "Execution",
    "Limits",
    "Program",
    "Sandbox",
    "SandboxError",
    "call",
    "call_batch",
    "get_sandbox",
    "open_sandbox",
]

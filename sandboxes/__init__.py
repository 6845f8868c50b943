"""Run untrusted programs. This package imports nothing of `synth_envs`."""

from sandboxes.base import Execution, Limits, Program, Sandbox, SandboxError

__all__ = ["Execution", "Limits", "Program", "Sandbox", "SandboxError"]

"""Run untrusted programs. This package imports nothing of `synth_envs`."""

from sandboxes.base import SandboxError

__all__ = ["SandboxError"]

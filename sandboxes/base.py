"""The vocabulary that every executor of untrusted work shares."""

__all__ = ["SandboxError"]


class SandboxError(RuntimeError):
    """An infrastructure fault of ours: never the fault of the program or answer under test.

    Environments retry once and then end the episode with `truncated=True` and the score
    status "error", so that a broken machine is never counted as a wrong answer.
    """

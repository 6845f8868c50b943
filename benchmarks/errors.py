"""The three ways a benchmark command says no; `__main__` maps each to an exit code."""

__all__ = ["BenchmarkError", "FolderTakenError", "MalformedError", "RefusedError", "UsageError"]


class BenchmarkError(Exception):
    """Base of the errors that are shown as one line, without a traceback."""

    exit_code = 1


class UsageError(BenchmarkError):
    """The command asks for something that does not exist or cannot be done here."""

    exit_code = 2


class MalformedError(BenchmarkError):
    """A file is not a results file: wrong syntax, fields, types or sizes."""

    exit_code = 2


class RefusedError(BenchmarkError):
    """A well-formed results file claims something that a replay does not confirm."""


class FolderTakenError(UsageError):
    """The folder holds results, or an unfinished run, that this run would replace."""

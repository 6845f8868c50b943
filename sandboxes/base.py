"""The contract every sandbox keeps: what goes in, what comes out, and what is never a verdict.

A sandbox runs an untrusted `Program` under `Limits` and says what happened as an `Execution`.
Whatever the program does, including killing itself, is an `Execution`; only a fault of ours (a
dead worker, a lost engine) raises `SandboxError`, so that a broken machine never looks like a
wrong answer. What the program printed is a claim: compare it outside, with `sandboxes.values`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self, TypeAlias, get_args

__all__ = [
    "Execution",
    "Language",
    "Limits",
    "Profile",
    "Program",
    "Sandbox",
    "SandboxError",
    "Status",
]

Language: TypeAlias = Literal["python", "c", "cpp", "javascript"]
Profile: TypeAlias = Literal["strict", "fork"]
Status: TypeAlias = Literal[
    "ok", "runtime_error", "timeout", "memory_limit", "output_limit", "security", "crash"
]

LANGUAGES: tuple[str, ...] = get_args(Language)
PROFILES: tuple[str, ...] = get_args(Profile)
STATUSES: tuple[str, ...] = get_args(Status)

#: The largest request a worker takes (source, standard input and files together), in bytes.
MAX_REQUEST_BYTES = 64 * 2**20
#: The most captured per stream, whatever the limits ask for, in bytes.
MAX_OUTPUT_BYTES = 64 * 2**20


class SandboxError(RuntimeError):
    """An infrastructure fault of ours: never the fault of the program or answer under test.

    Environments retry once and then end the episode with `truncated=True` and the score
    status "error", so that a broken machine is never counted as a wrong answer.
    """


@dataclass(frozen=True, slots=True)
class Limits:
    """What one execution may use. A limit that is hit ends the program, never the sandbox.

    Args:
        cpu_s: Processor seconds over all threads (and, in the fork profile, all processes).
        wall_s: Seconds on the clock; None means `2 * cpu_s + 1`.
        memory_mb: Memory in MiB beyond what the interpreter itself needs.
        processes: Threads and processes at once, the first included.
        output_bytes: Bytes kept of standard output, and as many of standard error. Writing more
            ends with the status "output_limit".
        disk_mb: The largest file the program may write, in MiB; all its files together are
            bounded by the worker's private file system (see the backend).
        files: Files open at once, the three standard streams included.

    Raises:
        ValueError: A limit is not a positive finite number or is outside its range.
    """

    cpu_s: float = 5.0
    wall_s: float | None = None
    memory_mb: int = 512
    processes: int = 32
    output_bytes: int = 2**20
    disk_mb: int = 16
    files: int = 64

    def __post_init__(self) -> None:
        """Refuse what no backend could enforce."""
        self._range("cpu_s", self.cpu_s, 0.01, 3600)
        if self.wall_s is not None:
            self._range("wall_s", self.wall_s, 0.01, 7200)
        self._range("memory_mb", self.memory_mb, 16, 2**20)
        self._range("processes", self.processes, 1, 4096)
        self._range("output_bytes", self.output_bytes, 1, MAX_OUTPUT_BYTES)
        self._range("disk_mb", self.disk_mb, 0, 2**20)
        self._range("files", self.files, 8, 65536)
        for name in ("memory_mb", "processes", "output_bytes", "disk_mb", "files"):
            if not isinstance(getattr(self, name), int):
                msg = f"Limits.{name} must be a whole number; got {getattr(self, name)!r}"
                raise ValueError(msg)  # noqa: TRY004 - one kind of error for a bad limit

    @staticmethod
    def _range(name: str, value: object, low: float, high: float) -> None:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type,operator]
            msg = f"Limits.{name} must be between {low} and {high}; got {value!r}"
            raise ValueError(msg)

    @property
    def wall(self) -> float:
        """The wall-clock limit in seconds, its default resolved."""
        return 2 * self.cpu_s + 1 if self.wall_s is None else self.wall_s


def _encodes(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _size(text: str | bytes) -> int:
    return len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else len(text)


@dataclass(frozen=True, slots=True)
class Program:
    """An untrusted program and what it is given.

    Args:
        source: The text of the main file. May be empty when `files` holds the entry.
        language: One of "python", "c", "cpp", "javascript".
        stdin: What standard input holds, text (sent as UTF-8) or bytes. It is a read-only file.
        argv: The arguments after the program's name.
        files: Further files by relative path, placed in the working directory before the start.
        entry: The path in `files` that is the main file; empty means that `source` is.
        limits: This program's limits; None means the sandbox's own.

    Raises:
        ValueError: Not exactly one of `source` and `entry`, an unknown language, a path that
            leaves the working directory, a NUL in an argument, or a program over
            `MAX_REQUEST_BYTES`.
    """

    source: str = ""
    language: Language = "python"
    stdin: str | bytes = ""
    argv: Sequence[str] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    entry: str = ""
    limits: Limits | None = None

    def __post_init__(self) -> None:
        """Refuse what could not run, before a worker sees it."""
        if self.language not in LANGUAGES:
            msg = f"unknown language {self.language!r}; one of {', '.join(LANGUAGES)}"
            raise ValueError(msg)
        source: object = self.source
        contents: list[object] = [self.stdin, *self.files.values()]
        if not isinstance(source, str) or not all(isinstance(c, str | bytes) for c in contents):
            msg = "Program.source must be str; stdin and the content of files str or bytes"
            raise ValueError(msg)
        if self.entry and self.source:
            msg = "give either source or entry, not both"
            raise ValueError(msg)
        if self.entry and self.entry not in self.files:
            msg = f"entry {self.entry!r} is not among files: {', '.join(self.files) or 'none'}"
            raise ValueError(msg)
        for argument in self.argv:
            if not isinstance(argument, str) or "\0" in argument or not _encodes(argument):
                msg = f"arguments must be text without NUL that UTF-8 can carry; got {argument!r}"
                raise ValueError(msg)
        self._check_paths()
        size = sum(map(_size, (self.source, self.stdin, *self.files.values())))
        if size > MAX_REQUEST_BYTES:
            msg = f"a program may hold {MAX_REQUEST_BYTES} bytes in all; this one has {size}"
            raise ValueError(msg)

    def _check_paths(self) -> None:
        folders: set[str] = set()
        for path in self.files:
            parts = path.split("/")
            inside = (
                "\0" not in path
                and _encodes(path)
                and not any(part in {"", ".", ".."} for part in parts)
            )
            if not inside or max(map(_size, parts)) > 255 or _size(path) > 1024:
                msg = (
                    "a file's path must stay inside the working directory, with at most 255 "
                    f"bytes in a part and 1024 in all; got {path[:99]!r}"
                )
                raise ValueError(msg)
            folders.update("/".join(parts[:count]) for count in range(1, len(parts)))
        if clash := folders & self.files.keys():
            msg = f"{min(clash)!r} is both a file and a folder"
            raise ValueError(msg)

    @property
    def main(self) -> str | bytes:
        """The content of the main file."""
        return self.files[self.entry] if self.entry else self.source


@dataclass(frozen=True, slots=True)
class Execution:
    """What happened when a program ran; decided from outside it, never from what it printed.

    Attributes:
        status: "ok" (exit code 0), "runtime_error" (another exit code), "timeout",
            "memory_limit", "output_limit", "security" (killed for a forbidden system call) or
            "crash" (killed by another signal).
        stdout: Standard output up to the limit, as bytes; `out` is its text.
        stderr: Standard error up to the limit, as bytes; `err` is its text.
        exit_code: The exit code, or None when a signal ended the program.
        signal: The signal that ended the program, or None.
        cpu_s: Processor seconds, user and system, of the program and every process it left.
        wall_s: Seconds from the start of the program to its end.
        peak_mb: The largest resident set of one of its processes, in MiB.
        stdout_truncated: Whether standard output went over the limit.
        stderr_truncated: Whether standard error went over the limit.
        stage: "run", or "compile" when a compiler refused the program.
        cost: Instructions by an exact meter where the backend has one (WASM fuel), else None.
    """

    status: Status
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None
    signal: int | None = None
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    stage: Literal["run", "compile"] = "run"
    cost: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the program ran to its end with exit code 0."""
        return self.status == "ok"

    @property
    def out(self) -> str:
        """Standard output as text; bytes that are not UTF-8 become U+FFFD."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def err(self) -> str:
        """Standard error as text; bytes that are not UTF-8 become U+FFFD."""
        return self.stderr.decode("utf-8", "replace")


class Sandbox(ABC):
    """Runs untrusted programs. Usable from many threads at once, and a context manager.

    After `os.fork` the child's copy starts workers of its own at its first call; the parent's
    are untouched. `close` may be called more than once; a closed sandbox raises `SandboxError`.
    """

    #: The backend's name: "linux", "docker" or "wasm".
    name: str
    #: The layers of isolation that are on, strongest first.
    layers: tuple[str, ...]
    #: What a program gets that states no limits.
    limits: Limits
    #: What programs of the conformance corpus may need and do not find here.
    lacks: frozenset[str] = frozenset()
    _closed = False

    @property
    @abstractmethod
    def languages(self) -> tuple[str, ...]:
        """The languages that run here."""

    @abstractmethod
    def run_batch(self, programs: Iterable[Program]) -> list[Execution]:
        """Run every program and return the executions in the order of the programs.

        They run side by side on as many workers as the sandbox has, in any order.

        Raises:
            SandboxError: A fault of ours that one retry on a fresh worker did not cure.
            ValueError: A program asks for a language or limit this sandbox does not have.
        """

    def run(self, program: Program | str) -> Execution:
        """Run one program (text means Python source) and return its execution.

        Raises:
            SandboxError: A fault of ours that one retry on a fresh worker did not cure.
            ValueError: The program asks for a language or limit this sandbox does not have.
        """
        return self.run_batch([Program(program) if isinstance(program, str) else program])[0]

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @abstractmethod
    def close(self) -> None:
        """Stop every worker and remove what they left. Later calls do nothing."""

    def __enter__(self) -> Self:
        """Return the sandbox itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the sandbox."""
        self.close()

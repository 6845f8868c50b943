"""math-verify in a child process that can be killed.

math-verify (through sympy) can hang or eat memory on hostile text, and bounds itself with signals,
which work in the main thread only. Here it runs in a process of its own with limited memory; a
comparison that passes its deadline kills the process, and the next one starts another. Nothing
here depends on signals, so it works in any thread.
"""

import contextlib
import importlib.util
import json
import os
import re
import selectors
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any, Final, Literal, Self

from sandboxes.base import SandboxError

__all__ = ["MAX_LENGTH", "SymbolicWorker", "available", "safe_for_symbolic"]

MAX_LENGTH: Final = 500  # [characters]
MEMORY_BYTES: Final = 2 * 2**30
STARTUP_S: Final = 60.0  # importing sympy takes about a second, more on a loaded machine
MAX_REPLY: Final = 65_536  # [bytes]

_PACKAGES: Final = ("math_verify", "latex2sympy2_extended", "sympy", "mpmath", "antlr4")
_MISSING: Final = 'math-verify is not installed; install it with: pip install "synth-envs[math]"'
_KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH")

Verdict = Literal["equal", "different", "timeout"]


def available() -> bool:
    """Whether math-verify can be used here: it is installed and the system is a POSIX one."""
    return os.name == "posix" and _directory("math_verify") is not None


def _directory(package: str) -> str | None:
    """The folder that holds a package, found without importing it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent.parent)


_FORBIDDEN: Final = re.compile(
    r"\$|\\(?:boxed|fbox|sum|prod|int|iint|oint|lim|text|mathrm|mbox|Gamma|input|def)(?![a-z])"
    r"|!\s*!|[}\])]\s*!|[0-9]{30}"
)
_FACTORIAL: Final = re.compile(r"([0-9]+)\s*!")
_BINOMIAL: Final = re.compile(r"\\[dt]?binom")
MAX_EXPONENT: Final = 64
MAX_NESTING: Final = 12


def safe_for_symbolic(text: str) -> bool:
    """Whether text is short and tame enough for math-verify.

    Rejects long or unprintable text, towers of powers, large exponents and factorials, deep or
    unbalanced brackets, sums and integrals, and whatever could be read as several answers. Made to
    be strict: it keeps hangs rare, and the deadline of `SymbolicWorker` catches the rest.
    """
    if not text or len(text) > MAX_LENGTH or not text.isascii() or not text.isprintable():
        return False
    if _FORBIDDEN.search(text) or not _nests_well(text):
        return False
    if any(len(n) > 2 or int(n) > 20 for n in _FACTORIAL.findall(text)):
        return False
    if _BINOMIAL.search(text) and re.search(r"[0-9]{4}", text):
        return False
    return _powers_are_small(text.replace("**", "^"))


def _nests_well(text: str) -> bool:
    depth = braces = 0
    for char in re.sub(r"\\[{}]", "", text):
        depth += (char in "{([") - (char in "})]")
        braces += (char == "{") - (char == "}")
        if depth > MAX_NESTING or braces < 0:
            return False
    return braces == 0


def _powers_are_small(text: str) -> bool:
    """Whether no exponent holds a power of a number, and its numbers multiply to at most 64."""
    at, of_groups = text.find("^"), 1
    while at >= 0:
        start = at + 1
        while start < len(text) and text[start] in " +-":
            start += 1
        end = start + 1
        if start < len(text) and text[start] in "{(":
            depth = 1
            while end < len(text) and depth:
                depth += (text[end] in "{(") - (text[end] in "})")
                end += 1
        else:
            while end < len(text) and text[end].isdigit():
                end += 1
        exponent = text[start:end]
        if "!" in exponent or re.search(r"[0-9})\]]\s*\^", exponent + text[end : end + 2]):
            return False
        size = 1
        for digits in re.findall(r"[0-9]+", exponent):
            size *= max(1, int(digits)) if len(digits) < 4 else MAX_EXPONENT + 1
        if text[:at].rstrip().endswith((")", "}", "]")):  # ((10^{60})^{60})^{60}
            of_groups *= size
        if size > MAX_EXPONENT or of_groups > MAX_EXPONENT**2:
            return False
        at = text.find("^", at + 1)
    return True


class _Child:
    """One process and the pipes to it."""

    def __init__(self, memory_bytes: int) -> None:
        paths = dict.fromkeys(path for name in _PACKAGES if (path := _directory(name)))
        options = json.dumps({"memory_bytes": memory_bytes, "paths": list(paths)})
        worker = Path(__file__).with_name("symbolic_worker.py")
        # Like `python -I`, but with the hash seed fixed: verdicts must not vary between runs.
        environment = {k: v for k in _KEPT_VARIABLES if (v := os.environ.get(k))}
        environment |= {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        self.pid = os.getpid()
        self.pending = b""
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-P", "-s", "-B", str(worker), options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
            start_new_session=True,  # an interrupt from the keyboard is the parent's business
        )

        if self.process.stdin is None or self.process.stdout is None:
            raise EOFError
        self.requests, self.replies = self.process.stdin, self.process.stdout

    def ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Sends a request, which fits into the pipe's buffer, and waits for its reply."""
        deadline = time.monotonic() + timeout_s
        self.requests.write(json.dumps(request).encode() + b"\n")
        reply = self.receive(deadline)
        if reply.get("id") != request["id"]:
            raise EOFError
        return reply

    def receive(self, deadline: float) -> dict[str, Any]:
        """Reads one line.

        Raises:
            TimeoutError: The deadline passed.
            EOFError: The process ended, or wrote something that is no reply.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self.replies, selectors.EVENT_READ)
            while b"\n" not in self.pending:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise TimeoutError
                data = os.read(self.replies.fileno(), MAX_REPLY)
                if not data or len(self.pending) > MAX_REPLY:
                    raise EOFError
                self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        try:
            return dict(json.loads(line))
        except (TypeError, ValueError):
            raise EOFError from None

    def end(self) -> None:
        """Kills and reaps the process; in a forked child of ours, only lets go of it."""
        if self.pid == os.getpid():
            self.process.kill()
            self.process.wait()
        else:
            self.process.returncode = 0  # not ours to wait for
        for pipe in (self.requests, self.replies):
            with contextlib.suppress(OSError):
                pipe.close()


class _Slot:
    """The current process of a worker, if any. Separate, so that a finalizer can hold it."""

    def __init__(self) -> None:
        self.child: _Child | None = None

    def clear(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            child.end()


class SymbolicWorker:
    """Compares two answers with math-verify, in a process that starts on first use.

    One worker answers one comparison at a time, from any thread. After a fork the new process
    starts its own. `close` may be called at any time and more than once; a later comparison starts
    a new process. The worker is also closed when it is collected or the interpreter ends.

    Args:
        startup_s: How long the process may take to start. Not part of a comparison's deadline.
        memory_bytes: The address space it may use.

    Raises:
        ImportError: math-verify is not installed.
    """

    def __init__(self, *, startup_s: float = STARTUP_S, memory_bytes: int = MEMORY_BYTES) -> None:
        if not available():
            raise ImportError(_MISSING)
        self._startup_s = startup_s
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._requests = 0
        self._slot = _Slot()
        self._finalizer = weakref.finalize(self, self._slot.clear)
        _WORKERS.add(self)

    def compare(self, gold: str, answer: str, *, deadline_s: float = 2.0) -> Verdict:
        r"""Compares two answers, given as LaTeX without `$` or `\boxed{}`.

        Args:
            gold: The reference answer. The order matters: math-verify follows the reference's form.
            answer: The answer to judge.
            deadline_s: How long the comparison may take, by the clock.

        Returns:
            "equal", "different" (also for text that `safe_for_symbolic` rejects) or "timeout".

        Raises:
            SandboxError: The process could not be started, or ended twice without an answer.
        """
        if not safe_for_symbolic(gold) or not safe_for_symbolic(answer):
            return "different"
        return self._compare(rf"\boxed{{{gold}}}", rf"\boxed{{{answer}}}", deadline_s)

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._slot.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _compare(self, gold: str, answer: str, deadline_s: float) -> Verdict:
        """Compares without looking at the text first."""
        with self._lock:
            for attempt in (1, 2):
                child = self._ready_child()
                self._requests += 1
                request = {"id": self._requests, "cpu_s": deadline_s}
                try:
                    reply = child.ask(request | {"gold": gold, "answer": answer}, deadline_s)
                except TimeoutError:
                    self._slot.clear()
                    return "timeout"
                except (EOFError, OSError) as error:
                    self._slot.clear()
                    if attempt == 2:
                        message = "the math-verify process ended twice without an answer"
                        raise SandboxError(message) from error
                    continue
                except BaseException:
                    # Interrupted between request and reply: that reply must never be read.
                    self._slot.clear()
                    raise
                if reply.get("retire"):
                    self._slot.clear()
                return "equal" if reply.get("equal") is True else "different"
        raise SandboxError  # not reached: the second attempt returns or raises

    def _ready_child(self) -> _Child:
        child = self._slot.child
        if child is not None and child.pid == os.getpid() and child.process.poll() is None:
            return child
        self._slot.clear()
        problem = ""
        for _ in range(2):
            try:
                child = self._slot.child = _Child(self._memory_bytes)
                reply = child.receive(time.monotonic() + self._startup_s)
            except TimeoutError:
                problem = f"not ready within {self._startup_s:g} s"
            except (OSError, EOFError) as error:
                problem = str(error) or "it ended at once"
            except BaseException:
                self._slot.clear()
                raise
            else:
                if reply.get("ready"):
                    return child
                problem = str(reply.get("error"))
            self._slot.clear()
        message = f"cannot start the math-verify process: {problem}"
        raise SandboxError(message)

    def forget(self) -> None:
        """Lets go of the parent's process and lock; called in the child after a fork."""
        self._lock = threading.Lock()
        self._slot.clear()


_WORKERS: "weakref.WeakSet[SymbolicWorker]" = weakref.WeakSet()


def _after_fork() -> None:
    """Gives a forked child locks of its own, and takes the parent's processes from it."""
    for worker in list(_WORKERS):
        worker.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

"""The languages beside Python: a compile step for C and C++, and node for JavaScript.

A compiler reads hostile text too, so it runs in a jail of its own; what it makes is kept by the
content of its sources, so that one program on many inputs is compiled once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandboxes.base import MAX_OUTPUT_BYTES, Execution, Limits, Program
from sandboxes.protocol import Job, make_job, python_job

__all__ = ["TOOLS", "Compiler", "script_job"]

#: The programs that run or compile a language, the first that is present.
TOOLS = {
    "c": ("gcc", "cc", "clang"),
    "cpp": ("g++", "c++", "clang++"),
    "javascript": ("node", "nodejs"),
}
_FILES = {"c": "main.c", "cpp": "main.cpp", "javascript": "main.js"}
_FLAGS = {"c": ["-std=c17"], "cpp": ["-std=c++20"]}
#: What a compilation may use, whatever the program's own limits.
_LIMITS = Limits(
    cpu_s=30, wall_s=60, memory_mb=2048, processes=32, output_bytes=MAX_OUTPUT_BYTES, disk_mb=64
)
_KEPT, _KEPT_BYTES = 64, 2**28
_COMPILE = """
import subprocess, sys
done = subprocess.run(sys.argv[1:], env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
if done.returncode:
    sys.exit(1)
with open("program", "rb") as file:
    sys.stdout.buffer.write(file.read())
"""


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def script_job(program: Program, limits: Limits, tool: str) -> Job:
    """Return the request for a JavaScript program.

    V8 reserves far more address space than it uses, so its heap is bounded by its own flag (and
    by the control group, where there is one) instead of by RLIMIT_AS.
    """
    name = program.entry or _FILES[program.language]
    command = [tool, f"--max-old-space-size={limits.memory_mb}", name, *program.argv]
    return make_job(
        "exec",
        program,
        limits,
        name=name,
        main=_bytes(program.main),
        command=command,
        env={"UV_USE_IO_URING": "0", "OPENSSL_CONF": "/dev/null", "LC_ALL": "C.UTF-8"},
        bounded=False,
    )


class Compiler:
    """Compiles C and C++ programs and keeps what it compiled."""

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def jobs(
        self,
        programs: Sequence[tuple[Program, Limits, str]],
        run: Callable[[Sequence[Job]], list[Execution]],
    ) -> list[Job | Execution]:
        """Return for each program its request, or the execution of the compiler that refused it.

        Args:
            programs: Each program, its limits and the compiler's path.
            run: Runs requests of the kind "fork".
        """
        keys = [_key(program, tool) for program, _, tool in programs]
        missing: dict[str, Job] = {}
        for key, (program, _, tool) in zip(keys, programs, strict=True):
            if key not in missing and self._find(key) is None:
                missing[key] = _compile_job(program, tool)
        failed: dict[str, Execution] = {}
        made: dict[str, bytes] = {}
        for key, done in zip(missing, run(list(missing.values())), strict=True):
            if done.ok:
                made[key] = done.stdout
                self._keep(key, done.stdout)
            else:
                failed[key] = replace(done, stdout=b"", stdout_truncated=False)
        answers: list[Job | Execution] = []
        for key, (program, limits, _) in zip(keys, programs, strict=True):
            binary = made.get(key) or self._find(key)
            if binary is None:
                answers.append(failed[key])
                continue
            command = ["./program", *program.argv]
            answers.append(
                make_job("exec", program, limits, name="program", main=binary, command=command)
            )
        return answers

    def _find(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: str, binary: bytes) -> None:
        with self._lock:
            self._kept[key] = binary
            while len(self._kept) > 1 and (
                len(self._kept) > _KEPT or sum(map(len, self._kept.values())) > _KEPT_BYTES
            ):
                self._kept.popitem(last=False)


def _key(program: Program, tool: str) -> str:
    digest = hashlib.sha256()
    parts = [program.language.encode(), tool.encode(), _bytes(program.main)]
    for path, body in sorted(program.files.items()):
        parts += [path.encode("utf-8", "surrogatepass"), _bytes(body)]
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def _compile_job(program: Program, tool: str) -> Job:
    name = program.entry or _FILES[program.language]
    command = [tool, "-O2", *_FLAGS[program.language], "-o", "program", name, "-lm"]
    files = {**program.files, name: program.main}
    work = Program(_COMPILE, argv=command, files=files, limits=_LIMITS)
    return replace(python_job(work, _LIMITS, "fork"), stage="compile")

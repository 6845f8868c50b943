"""The command `python -m sandboxes`: check a sandbox, run a program in one, build its image."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from sandboxes.base import LANGUAGES, PROFILES, Execution, Limits, Profile, Program, Sandbox
from sandboxes.base import SandboxError as _SandboxError
from sandboxes.conformance import ATTACKS, Case, Outcome, honest_cases, run_corpus
from sandboxes.selection import BACKENDS, VARIABLE, open_sandbox

__all__ = ["main"]

_SUFFIXES = {
    ".py": "python",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".js": "javascript",
    ".mjs": "javascript",
}
_COLOURS = {"held": "32", "breach": "1;31", "error": "1;35", "skipped": "33"}


class CommandError(Exception):
    """A mistake in the command line or its input: printed as one line, exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments, by default those of the process.

    Returns:
        0 on success; 1 when a check found a breach or the program did not end well; 2 on a bad
        argument or where the sandbox does not work.
    """
    arguments = _parser().parse_args(argv)
    warnings.simplefilter("default")
    warnings.showwarning = _warn  # type: ignore[assignment]
    try:
        return int(arguments.run(arguments))
    except (CommandError, _SandboxError) as error:
        print(f"sandboxes: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, e.g. `| head`
        return 0
    except KeyboardInterrupt:
        print("\nsandboxes: stopped", file=sys.stderr)
        return 130


def _warn(message: Warning | str, *_: object) -> None:
    print(f"sandboxes: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandboxes", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.set_defaults(run=run)
        if name != "build-image":
            sub.add_argument(
                "--backend",
                choices=BACKENDS,
                help=f"which to use (default: ${VARIABLE}, or the strongest that works here)",
            )
        return sub

    sub = command("check", _check, "run the attack corpus and the honest programs; 1 on a breach")
    sub.add_argument("cases", nargs="*", metavar="CASE", help='numbers such as "30" or "N101"')
    sub.add_argument("--json", action="store_true", help="print one JSON object for each case")

    sub = command("run", _run, "run one program and print its execution; 1 if it did not end well")
    sub.add_argument("file", metavar="FILE", help='the program; "-" is standard input')
    sub.add_argument("argv", nargs="*", metavar="ARG", help="its arguments")
    sub.add_argument("--language", choices=LANGUAGES, help="by default from the file's name")
    sub.add_argument("--stdin", metavar="FILE", help="what it reads from its standard input")
    sub.add_argument("--profile", choices=PROFILES, default="strict", help="default: strict")
    sub.add_argument("--preload", metavar="MODULE", action="append", default=[], help="e.g. numpy")
    default = Limits()
    sub.add_argument("--cpu-s", type=float, default=default.cpu_s, metavar="S")
    sub.add_argument("--wall-s", type=float, default=None, metavar="S")
    sub.add_argument("--memory-mb", type=int, default=default.memory_mb, metavar="MIB")
    sub.add_argument("--json", action="store_true", help="print the execution as JSON")

    sub = command("build-image", _build_image, "build the image of the docker backend")
    sub.add_argument("--base", metavar="IMAGE", help="build on this image instead of from nothing")
    sub.add_argument("--tag", help="what to call it (default: the name the backend looks for)")
    sub.add_argument("--python", metavar="PATH", help="the interpreter to put in (default: this)")
    return parser


# --- check ---


def _choose(numbers: Sequence[str]) -> list[Case]:
    cases = [*ATTACKS, *honest_cases()]
    if not numbers:
        return cases
    known = {case.number for case in cases}
    if unknown := [number for number in numbers if number not in known]:
        msg = f"no case {', '.join(unknown)}; they are 1 to 85, X1 to X4, N100 and on, H1 and on"
        raise CommandError(msg)
    return [case for case in cases if case.number in numbers]


def _check(arguments: argparse.Namespace) -> int:
    cases = _choose(arguments.cases)
    # The first sandbox is opened here: where there is none the command ends, with one clear line.
    first = _open(arguments.backend, profile="strict", workers=1)
    with first:
        name, layers, lacks = first.name, first.layers, first.lacks
        table = _Table(len(cases), as_json=arguments.json)
        table.head(first)

        def opening(profile: Profile) -> Sandbox | None:
            if profile == "strict":
                return first
            try:
                return _open(arguments.backend or _backend_of(first), profile=profile, workers=1)
            except _SandboxError as error:
                table.note(f"no {profile} profile: {error}")
                return None

        outcomes = run_corpus(opening, cases, table.row, without=lacks)
    counts = Counter(outcome.result for outcome in outcomes)
    failed = [outcome for outcome in outcomes if outcome.result in ("breach", "error")]
    if arguments.json:
        return 1 if failed else 0
    print(f"\n{name}: {', '.join(layers)}")
    for outcome in failed:
        print(f"{outcome.result}: {outcome.case.number} {outcome.case.title}: {outcome.detail}")
    parts = [f"{counts[result]} {result}" for result in ("held", "breach", "error", "skipped")]
    print(f"{len(outcomes)} cases: {', '.join(parts)}")
    return 1 if failed else 0


def _backend_of(sandbox: Sandbox) -> str:
    """Return the name under which `open_sandbox` gives another one of this kind."""
    weak = sandbox.name == "linux" and not sandbox.layers[0].startswith("namespaces")
    return "landlock" if weak else sandbox.name


class _Table:
    """Prints rows as they come; on a terminal, the running total under them."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._total = total
        self._json = as_json
        self._done = 0
        self._colour = sys.stdout.isatty()
        self._bar: TextIO | None = sys.stderr if sys.stderr.isatty() else None

    def head(self, sandbox: Sandbox) -> None:
        if not self._json:
            print(f"{sandbox.name}: {', '.join(sandbox.layers)}")
            print(f"{'case':6} {'group':10} {'profile':7} {'result':8} {'ms':>7}  title")

    def note(self, text: str) -> None:
        print(f"sandboxes: {text}", file=sys.stderr)

    def row(self, outcome: Outcome) -> None:
        case = outcome.case
        self._done += 1
        if self._bar:
            self._bar.write("\r\x1b[K")
            self._bar.flush()
        if self._json:
            fields = {
                "case": case.number,
                "title": case.title,
                "group": case.group,
                "profile": case.profile,
                "result": outcome.result,
                "detail": outcome.detail,
                "seconds": round(outcome.seconds, 4),
            }
            print(json.dumps(fields), flush=True)
        else:
            result = f"{outcome.result:8}"
            if self._colour:
                result = f"\x1b[{_COLOURS[outcome.result]}m{result}\x1b[0m"
            detail = f": {_plain(outcome.detail)}" if outcome.detail else ""
            ms = f"{outcome.seconds * 1000:7.0f}"
            print(
                f"{case.number:6} {case.group:10} {case.profile:7} {result} {ms}  "
                f"{case.title}{detail}",
                flush=True,
            )
        if self._bar and self._done < self._total:
            width = 30 * self._done // self._total
            bar = "#" * width + "-" * (30 - width)
            self._bar.write(f"\r[{bar}] {self._done}/{self._total}")
            self._bar.flush()


# --- run ---


def _run(arguments: argparse.Namespace) -> int:
    path: str = arguments.file
    language: Any = arguments.language or _SUFFIXES.get(Path(path).suffix, "python")
    source = _read(path)
    stdin = _read(arguments.stdin) if arguments.stdin else b""
    try:
        limits = Limits(
            cpu_s=arguments.cpu_s, wall_s=arguments.wall_s, memory_mb=arguments.memory_mb
        )
        name = "main" + (Path(path).suffix if Path(path).suffix in _SUFFIXES else ".py")
        program = Program(
            language=language,
            files={name: source},
            entry=name,
            stdin=stdin,
            argv=arguments.argv,
            limits=limits,
        )
        with _open(
            arguments.backend, profile=arguments.profile, workers=1, preload=arguments.preload
        ) as sandbox:
            done = sandbox.run(program)
            where = f"{sandbox.name}: {', '.join(sandbox.layers)}"
    except ValueError as error:
        raise CommandError(error) from None
    if arguments.json:
        print(json.dumps({**asdict(done), "stdout": done.out, "stderr": done.err}))
    else:
        _show(done, where)
    return 0 if done.ok else 1


def _show(done: Execution, where: str) -> None:
    print(f"sandbox    {where}")
    print(f"status     {done.status}" + (" (of the compiler)" if done.stage == "compile" else ""))
    if done.exit_code is not None:
        print(f"exit code  {done.exit_code}")
    if done.signal is not None:
        print(f"signal     {done.signal}")
    print(f"time       {done.cpu_s:.4f} s of processor, {done.wall_s:.4f} s by the clock")
    print(f"memory     {done.peak_mb:.1f} MiB at most")
    if done.cost is not None:
        print(f"cost       {done.cost}")
    for name, text, cut in (
        ("stdout", done.out, done.stdout_truncated),
        ("stderr", done.err, done.stderr_truncated),
    ):
        if text or cut:
            print(f"{name}{' (cut at the limit)' if cut else ''}:")
            print(_plain(text).rstrip("\n"))


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise CommandError(msg) from None


def _plain(text: str) -> str:
    """Return text that cannot steer a terminal: hostile programs write escape sequences too."""
    return "".join(
        char if char in "\n\t" or char.isprintable() else ascii(char)[1:-1] for char in text
    )


def _open(backend: str | None, **options: Any) -> Sandbox:
    try:
        return open_sandbox(backend, **options)
    except ValueError as error:
        raise CommandError(error) from None


# --- build-image ---


def _build_image(arguments: argparse.Namespace) -> int:
    from sandboxes.docker import connect
    from sandboxes.docker_image import DEFAULT_TAG, build_image

    if arguments.base and arguments.python:
        msg = "--python goes without --base: a given base brings its own interpreter"
        raise CommandError(msg)
    client = connect()
    try:
        tag = build_image(
            client,
            python=arguments.python,
            base=arguments.base,
            tag=arguments.tag or DEFAULT_TAG,
            progress=lambda text: print(text, file=sys.stderr),
        )
    finally:
        client.close()
    print(tag)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks run | replay | site`: see `python -m benchmarks --help`."""

import argparse
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.command import integer
from benchmarks.errors import BenchmarkError, FolderTakenError
from benchmarks.suites import DATA_VARIABLE, SUITES
from sandboxes import SandboxError

__all__ = ["main"]

_INTERRUPTED = 130
_EXTRA = {"jinja2", "markdown_it", "markupsafe", "scipy"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (refused or failed) or 2 (wrong input)."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except BenchmarkError as error:
        text = ", ".join([str(error), *getattr(error, "__notes__", ())])
        print(f"benchmarks: {_printable(text)}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        print(f"benchmarks: {error}; run: pip install 'synth-envs[bench]'", file=sys.stderr)
        return 2
    except SandboxError as error:
        print(f"benchmarks: no program can run here: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbenchmarks: interrupted; repeat the command to go on from here", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone
        return 1
    return code


def _printable(text: str) -> str:
    """The text with control codes escaped: a message may quote a hostile file."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _run(options: argparse.Namespace) -> int:
    from benchmarks.agents import resolve_agents
    from benchmarks.plan import Plan
    from benchmarks.report import print_table, progress
    from benchmarks.run import run
    from benchmarks.site import build_site
    from benchmarks.suites import custom, load_suite

    suite = custom(options.env) if options.env else load_suite(options.suite, options.data)
    policies = options.policy or suite.policies
    agents = resolve_agents(policies)
    sized = suite.resized(options.episodes, options.runs)
    plan = Plan(sized, options.seed, agents, options.episodes)
    for folder in [options.output] if options.output else _free_folders(suite.name):
        try:
            with progress(sum(plan.sizes()) * len(agents), suite.name) as report:
                results = run(plan, folder, force=options.force, report=report)
            break
        except FolderTakenError:
            if options.output:
                raise
    print_table(results)
    page = build_site(folder)
    print(f"Results: {folder}\nPage:    {page.resolve().as_uri()}")
    return 1 if results["failures"] else 0


def _free_folders(name: str) -> Iterator[Path]:
    """Default folders: an earlier run is never replaced unasked, the next one stands beside it."""
    yield Path("runs") / name
    for number in itertools.count(2):
        yield Path("runs") / f"{name}-{number}"


def _replay(options: argparse.Namespace) -> int:
    from benchmarks.replay import replay
    from benchmarks.report import progress

    with progress(None, "replay") as report:
        results = replay(options.result, data=options.data, trusted=options.env, report=report)
    total = sum(agent["episodes"] for agent in results["agents"].values())
    plan = results["plan"]
    print(
        f"Confirmed: {total} episodes of {len(results['agents'])} agents on {len(plan['cases'])} cases "
        f"({plan['suite']} v{plan['suite_version']}, source {results['source_hash'][:12]})."
    )
    for failure in results["failures"]:
        print(f"The run itself failed: {failure}")
    return 0


def _site(options: argparse.Namespace) -> int:
    from benchmarks.site import build_site

    page = build_site(options.folder)
    print(f"Page: {page.resolve().as_uri()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run agents on the suite, replay results, show them.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("run", help="run agents and write results and a page")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--suite", metavar="NAME", help=f"one of: {', '.join(SUITES)}")
    what.add_argument(
        "--env",
        action="append",
        metavar="ID",
        help="an environment instead of a suite, e.g. synth/Math-v0 or your_package:ns/Name-v0; repeatable",
    )
    command.add_argument(
        "--policy",
        action="append",
        metavar="NAME",
        help="scripted, oracle, random, ... or MODULE:FACTORY with FACTORY(env) -> Policy; repeatable. "
        "The oracle and the trivial agents always run",
    )
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="default: runs/SUITE, or runs/SUITE-2 and so on",
    )
    command.add_argument(
        "--episodes", type=integer(1, 10_000), metavar="N", help="episodes per case and run"
    )
    command.add_argument(
        "--runs", type=integer(1, 10_000), metavar="R", help="repetitions (default 5)"
    )
    command.add_argument(
        "--seed", type=integer(0, 2**63 - 1), default=0, metavar="S", help="default 0"
    )
    _data_argument(command)
    command.add_argument("--force", action="store_true", help="replace results in the folder")
    command.set_defaults(command=_run)

    command = commands.add_parser(
        "replay", help="recompute a results file and refuse a changed one"
    )
    command.add_argument("result", type=Path, metavar="RESULT", help="a results.json or its folder")
    command.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="ID",
        help="an environment from outside the package that the file may import; repeatable",
    )
    _data_argument(command)
    command.set_defaults(command=_replay)

    command = commands.add_parser("site", help="write a page over all results below a folder")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.set_defaults(command=_site)
    return parser


def _data_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"the folder of real data for real-math and real-code (or set {DATA_VARIABLE})",
    )


if __name__ == "__main__":
    sys.exit(main())

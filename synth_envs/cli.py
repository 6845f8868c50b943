"""The command `synth-envs`: look at environments, play them, check them, generate tasks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import gymnasium as gym

import synth_envs
from sandboxes import SandboxError
from synth_envs.families import suggest
from synth_envs.registration import Environment, environments
from synth_envs.seeding import SPLITS
from synth_envs.spaces import space_name

__all__ = ["main"]

_LEVELS = (0.0, 0.5, 1.0)


class CommandError(Exception):
    """A mistake in the command line or its input: printed as one line, exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments, by default those of the process.

    Returns:
        0 on success, 1 when a check found something, 2 on a bad argument.
    """
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except (CommandError, SandboxError) as error:
        print(f"synth-envs: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, e.g. `| head`
        return 0
    except KeyboardInterrupt:
        print("\nsynth-envs: stopped", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """Argument errors suggest the nearest right word."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice: " in message:
            wrong, _, choices = message.partition("invalid choice: ")[2].partition(" (choose from ")
            known = [word.strip(" '\")") for word in choices.split(",")]
            message = f"unknown command {wrong}{suggest(wrong.strip(chr(39)), known)}"
        elif message.startswith("unrecognized arguments: "):
            wrong = message.split()[2]
            options = [option for action in self._actions for option in action.option_strings]
            message = f"unknown option {wrong}{suggest(wrong, options)}"
        self.exit(2, f"{self.prog}: {message}\n{self.format_usage()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="synth-envs", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--version", action="version", version=f"synth-envs {synth_envs.__version__}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.set_defaults(run=run)
        return sub

    sub = command("list", _list, "list the environments and the families of a domain")
    sub.add_argument("id", nargs="?", help="an id, to list its families")

    sub = command("show", _show, "show an environment's documentation and sample prompts")
    _environment_arguments(sub)
    sub.add_argument("--seed", type=_whole, default=0, help="seed of the samples (default 0)")

    sub = command("play", _play, "answer tasks yourself in the terminal")
    _environment_arguments(sub)
    sub.add_argument("--difficulty", type=_level, default=0.0, help="in [0, 1] (default 0)")
    sub.add_argument("--turns", type=_positive, default=3, help="tries per task (default 3)")
    sub.add_argument("--episodes", type=_positive, default=5, help="how many tasks (default 5)")
    sub.add_argument("--seed", type=_whole, default=None, help="fix the tasks")

    sub = command("check", _check, "check an environment: Gymnasium's contract, vectors, rewards")
    sub.add_argument("id", nargs="?", help="the environment's id")
    sub.add_argument("--all", action="store_true", help="check every registered environment")
    sub.add_argument("--family", help="check this family only")
    sub.add_argument("--tasks", type=_positive, default=50, help="tasks per family and level")

    sub = command("generate", _generate, "write tasks as JSON lines")
    _environment_arguments(sub)
    sub.add_argument("-n", "--number", type=_positive, required=True, help="how many tasks")
    sub.add_argument("--difficulty", type=_level, default=None, help="in [0, 1]; default: mixed")
    sub.add_argument("--split", choices=(*SPLITS, "all"), default="train")
    sub.add_argument("--seed", type=_whole, default=0, help="the stream (default 0)")
    sub.add_argument("-o", "--output", type=Path, required=True, help="the .jsonl file to write")
    sub.add_argument("--force", action="store_true", help="replace a file that holds other tasks")
    return parser


def _environment_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="the environment's id, e.g. synth/Math-v0")
    parser.add_argument("--family", help="one family of tasks")


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        msg = f"must be at least 0, got {value}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        msg = f"must be at least 1, got {value}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _level(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        msg = f"must be in [0, 1], got {text}"
        raise argparse.ArgumentTypeError(msg)
    return value


def find_environment(name: str) -> Environment:
    """The table's row for an id; "module:id" imports the module first.

    Raises:
        CommandError: There is no such id, with the nearest ones.
    """
    module, _, short = name.rpartition(":")
    if module:
        import importlib

        sys.path.insert(0, "")  # a package under development in the current folder counts
        try:
            importlib.import_module(module)
        except ImportError as error:
            msg = f"cannot import {module!r}: {error}"
            raise CommandError(msg) from error
        finally:
            sys.path.remove("")
    rows = {row.id: row for row in environments()}
    if short not in rows:
        msg = f"unknown environment {short!r}{suggest(short, rows)}"
        raise CommandError(msg)
    return rows[short]


def make(row: Environment, **kwargs: Any) -> gym.Env[Any, Any]:
    """`gym.make` whose mistakes become command errors; arguments that are None are left out."""
    given = {key: value for key, value in kwargs.items() if value is not None}
    try:
        return gym.make(row.id, **given)
    except (ValueError, TypeError, ImportError, OSError) as error:
        msg = f"cannot make {row.id} with {given}: {error}"
        raise CommandError(msg) from error


def _list(arguments: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table

    if arguments.id:
        _list_families(find_environment(arguments.id))
        return
    table = Table(title=f"synth_envs {synth_envs.__version__}", title_justify="left")
    for heading in ("id", "domain", "observation", "action", "turns", "native vector", "families"):
        table.add_column(heading, overflow="fold")
    for row in environments():
        if row.needs:
            native = "yes" if row.vector_entry_point else "no"
            table.add_row(row.id, row.domain, f"made with {row.needs}=", "", "-", native, "-")
            continue
        env = make(row).unwrapped
        families = getattr(getattr(env, "source", None), "families", ())
        table.add_row(
            row.id,
            row.domain,
            space_name(env.observation_space),
            space_name(env.action_space),
            str(getattr(env, "max_turns", "-")),
            "yes" if row.vector_entry_point else "no",
            str(sum(len(getattr(one, "names", (one,))) for one in families) or "-"),
        )
    Console().print(table)


def _list_families(row: Environment) -> None:
    from rich.console import Console
    from rich.table import Table

    families = getattr(
        getattr(make(row, **_every_family(row)).unwrapped, "source", None), "families", ()
    )
    if families and hasattr(families[0], "templates"):
        _list_templates(row, families[0])
        return
    table = Table(title=f"families of {row.id}", title_justify="left")
    for heading in ("family", "group", "task"):
        table.add_column(heading, overflow="fold")
    for family in sorted(families, key=lambda family: (family.group, family.family)):
        table.add_row(family.family, family.group, (type(family).__doc__ or "").split("\n")[0])
    Console().print(table)


def _list_templates(row: Environment, mode: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    from synth_envs.code.problems import load_template

    table = Table(title=f"families of {row.id}: templates of problems", title_justify="left")
    for heading in ("family", "group", "task"):
        table.add_column(heading, overflow="fold")
    templates = [load_template(mode.templates[name]) for name in mode.names]
    for template in sorted(templates, key=lambda one: (one.group, one.name)):
        table.add_row(template.name, template.group, (type(template).__doc__ or "").split("\n")[0])
    Console().print(table)


def _every_family(row: Environment) -> dict[str, Any]:
    """Arguments that show all families of an environment whose default is one of them."""
    if row.id != "synth/MathTokens-v0":
        return {}
    from synth_envs.math.families import FAMILIES

    return {"family": list(FAMILIES)}


def _show(arguments: argparse.Namespace) -> None:
    import inspect

    from rich.console import Console
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.text import Text

    console = Console()
    row = find_environment(arguments.id)
    if row.needs:
        kind = gym.envs.registration.load_env_creator(row.entry_point)
        console.print(Markdown(f"# {row.id}\n\n{inspect.getdoc(kind)}"))
        return
    env = make(row, family=arguments.family).unwrapped
    console.print(Markdown(f"# {row.id}\n\n{inspect.getdoc(type(env))}"))
    source: Any = getattr(env, "source", None)
    if source is None:
        _show_scenes(env, arguments.seed)
        return
    for family in getattr(source, "families", ()):
        if len(source.families) == 1:
            console.print(Markdown(f"## Family: {family.family}\n\n{inspect.getdoc(type(family))}"))
    for level in _LEVELS:
        try:
            task = source.task(arguments.seed, 0, "train", level)
        except (ValueError, RuntimeError) as error:
            raise CommandError(str(error)) from error
        title = f"{task.family}, difficulty {level:g}"
        console.print(Panel(Text(task.prompt), title=title, title_align="left"))


def _show_scenes(env: Any, seed: int) -> None:
    """Print how episodes of a simulator begin, where it can say it in words."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    if not hasattr(env.sim, "describe"):
        return
    for level in _LEVELS:
        env.reset(seed=seed, options={"difficulty": level})
        title = f"{env.sim.scenario(0)}, difficulty {level:g}"
        Console().print(Panel(Text(env.sim.describe(0)), title=title, title_align="left"))


def _play(arguments: argparse.Namespace) -> None:
    from synth_envs.play import play_simulator, play_tasks

    row = find_environment(arguments.id)
    if row.numeric:
        hint = (
            "synth/DrivingText-v0" if row.domain == "driving" else "the text environment it views"
        )
        msg = f"{row.id} is read by programs; play {hint} instead"
        raise CommandError(msg)
    if row.span:
        env = make(row, family=arguments.family, difficulty=arguments.difficulty)
        play_simulator(env, arguments.episodes, arguments.seed)
        return
    env = make(
        row,
        family=arguments.family,
        difficulty=arguments.difficulty,
        max_turns=arguments.turns,
        split="train",
    )
    play_tasks(env, arguments.episodes, arguments.seed)


def _check(arguments: argparse.Namespace) -> int:
    from synth_envs.check import check_environment

    if arguments.all == bool(arguments.id):
        msg = "give either an id or --all"
        raise CommandError(msg)
    rows = environments() if arguments.all else (find_environment(arguments.id),)
    bad = 0
    for row in rows:
        if row.needs and arguments.all:
            print(f"{row.id}: skipped, it is made with {row.needs}=")
            continue
        make(row, family=arguments.family)  # a bad family is the caller's mistake, not a finding
        bad += check_environment(row, arguments.family, arguments.tasks)
    print(f"\n{'all checks passed' if not bad else f'{bad} findings'}")
    return 1 if bad else 0


def _generate(arguments: argparse.Namespace) -> None:
    from synth_envs.generate import write_tasks

    row = find_environment(arguments.id)
    source: Any = getattr(make(row, family=arguments.family).unwrapped, "source", None)
    if source is None:
        msg = f"{row.id} has no tasks to generate; it is a simulator"
        raise CommandError(msg)
    try:
        kept = write_tasks(
            source,
            arguments.output,
            arguments.number,
            seed=arguments.seed,
            split=arguments.split,
            difficulty=arguments.difficulty,
            force=arguments.force,
        )
    except (ValueError, OSError, RuntimeError) as error:
        raise CommandError(str(error)) from error
    resumed = f" ({kept} were there already)" if kept else ""
    print(f"{arguments.number} tasks in {arguments.output}{resumed}", file=sys.stderr)
    gates = {
        name: count
        for family in getattr(source, "families", ())
        for name, count in getattr(family, "gates", {}).items()
    }
    if gates:
        _print_yield(gates)


def _print_yield(gates: dict[str, int]) -> None:
    """Say what became of every problem that was drawn."""
    from rich.console import Console
    from rich.table import Table

    drawn = sum(gates.values())
    table = Table(title=f"{drawn} problems drawn", title_justify="left")
    table.add_column("outcome")
    table.add_column("problems", justify="right")
    table.add_column("share", justify="right")
    for name, count in sorted(gates.items(), key=lambda one: (one[0] != "accepted", -one[1])):
        table.add_row(name, str(count), f"{count / drawn:.1%}")
    Console(stderr=True).print(table)

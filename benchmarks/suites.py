"""What is run: named, versioned lists of cases.

A suite is rebuilt from its name and the installed package, never read from a results file, so a
replay checks a file against what the suite really is.
"""

import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import gymnasium as gym

import synth_envs
from benchmarks.canonical import dump_json
from benchmarks.errors import UsageError
from synth_envs.code.problems import load_template
from synth_envs.code.templates import TEMPLATES
from synth_envs.core import Json
from synth_envs.families import load_family, suggest
from synth_envs.math.families import FAMILIES
from synth_envs.registration import Environment

__all__ = [
    "CUSTOM",
    "DATA_VARIABLE",
    "SUITES",
    "Case",
    "Suite",
    "custom",
    "load_suite",
    "registry_id",
]

CUSTOM = "custom"
DATA_VARIABLE = "SYNTH_ENVS_REAL_DATA"
_NAMESPACE = "synth/"
#: Suites of published data: the domain, and each environment with a file that it plays.
_REAL = {
    "real-math": (
        "math",
        (
            ("synth/Math-v0", "gsm8k_test.jsonl"),
            ("synth/Math-v0", "svamp.json"),
            ("synth/Math-v0", "math500.jsonl"),
        ),
    ),
    "real-code": (
        "code",
        (
            ("synth/Code-v0", "humaneval.jsonl"),
            ("synth/Code-v0", "mbpp.jsonl"),
            ("synth/CodeDeduction-v0", "cruxeval_half.jsonl"),
            ("synth/CodeAbduction-v0", "cruxeval_half.jsonl"),
        ),
    ),
}
_REPLAY = "synth/DrivingReplay-v0"
#: The environments of each suite that needs a folder of data.
_PLAYED = {name: {env_id for env_id, _ in sets} for name, (_, sets) in _REAL.items()} | {
    "real-driving": {_REPLAY}
}


@dataclass(frozen=True)
class Case:
    """One environment configuration and how much of it is run.

    Attributes:
        env_id: The Gymnasium id, perhaps as "module:namespace/Name-v0".
        kwargs: JSON arguments for `gym.make_vec`.
        episodes: Episodes in each run.
        domain: The score of a suite is the mean over domains.
        group: The column of the heat map.
        label: What tells this case from others of the same environment.
        rows: For real data, how many rows are played, each exactly once and in order: run r takes
            the r-th of equal parts, so `episodes` is not used. 0 for generated tasks.
        span: 0 where a return is a score; else returns are put on the scale of `skill`, and this is
            the least difference between its two ends.
        pooled: Whether that difference is the same for all episodes of the case.
    """

    env_id: str
    kwargs: Mapping[str, Json] = field(default_factory=dict)
    episodes: int = 8
    domain: str = "custom"
    group: str = "other"
    label: str = ""
    rows: int = 0
    span: float = 0.0
    pooled: bool = False

    @property
    def key(self) -> str:
        """What the case's seeds are derived from: its environment, not its place or its size."""
        return dump_json([self.env_id, dict(self.kwargs)])

    @property
    def name(self) -> str:
        """A readable name, unique within a suite."""
        return f"{self.env_id} {self.label}".strip()

    def to_json(self) -> dict[str, Json]:
        """The case as plain JSON values."""
        return {
            "env_id": self.env_id,
            "kwargs": dict(self.kwargs),
            "episodes": self.episodes,
            "domain": self.domain,
            "group": self.group,
            "label": self.label,
            "rows": self.rows,
            "span": self.span,
            "pooled": self.pooled,
        }


@dataclass(frozen=True)
class Suite:
    """A named list of cases.

    Attributes:
        name: What `--suite` takes.
        version: Raised whenever the cases change, because seeds and scores then mean another thing.
        cases: In the order in which they are run.
        runs: Independent repetitions with seeds of their own; 5 are needed for a fair interval.
        policies: Agents run when none is asked for, beside the trivial ones and the oracle.
        data: The folder of real data, or None.
    """

    name: str
    version: int
    cases: tuple[Case, ...]
    runs: int = 5
    policies: tuple[str, ...] = ("scripted", "careless")
    data: Path | None = None

    def resized(self, episodes: int | None, runs: int | None) -> "Suite":
        """The same suite with other numbers of episodes per run and of runs."""
        runs = self.runs if runs is None else runs
        if episodes is None:
            return replace(self, runs=runs)
        cases = tuple(
            replace(case, rows=min(case.rows, episodes * runs))
            if case.rows
            else replace(case, episodes=episodes)
            for case in self.cases
        )
        return replace(self, runs=runs, cases=cases)


def load_suite(name: str, data: Path | None = None) -> Suite:
    """Build a suite by name.

    Args:
        name: One of `SUITES`.
        data: The folder of real data, for suites that need it.

    Raises:
        UsageError: The name is unknown, or real data is missing.
    """
    if name == "quick":
        return Suite("quick", 5, _every_environment(episodes=8))
    if name == "math":
        return Suite("math", 1, _math(episodes=20, levels=(0.0, 0.5, 1.0)))
    if name == "code":
        return Suite("code", 1, _code(episodes=20, levels=(0.0, 0.5, 1.0)))
    if name == "driving":
        return Suite("driving", 1, _driving(episodes=20, levels=(0.0, 0.5, 1.0)))
    if name == "trading":
        rows = [row for row in synth_envs.environments() if row.domain == "trading" and row.ranked]
        return Suite("trading", 1, _markets(rows, episodes=40, levels=(0.0, 0.5, 1.0)))
    if name in _REAL:
        return _real(name, data)
    if name == "real-driving":
        return _real_driving(data)
    msg = f"unknown suite {name!r}{suggest(name, SUITES)}"
    raise UsageError(msg)


SUITES = ("quick", "math", "code", "driving", "trading", *_REAL, "real-driving")


def custom(env_ids: Sequence[str], episodes: int = 8) -> Suite:
    """A suite of single environments, by Gymnasium id; "module:id" imports the module first.

    Scores are reported on the split that nothing is trained on.

    Raises:
        UsageError: An id is unknown, its module cannot be imported, or an id is given twice.
    """
    if len(set(env_ids)) != len(env_ids):
        msg = f"an environment is given twice: {', '.join(env_ids)}"
        raise UsageError(msg)
    cases = tuple(_plain_case(env_id, episodes) for env_id in env_ids)
    return Suite(CUSTOM, 1, cases)


def registry_id(env_id: str) -> str:
    """The id as it stands in Gymnasium's registry, without the module part."""
    return env_id.rpartition(":")[2]


def _plain_case(env_id: str, episodes: int) -> Case:
    try:
        if ":" in env_id:
            importlib.import_module(env_id.rpartition(":")[0])
        gym.spec(registry_id(env_id))
    except (gym.error.Error, ImportError, ValueError) as error:
        known = [row.id for row in synth_envs.environments()]
        hint = "" if "Did you mean" in str(error) else suggest(registry_id(env_id), known)
        msg = f"no environment {env_id!r}: {str(error).strip()}{hint}"
        raise UsageError(msg) from None
    row = {row.id: row for row in synth_envs.environments()}.get(registry_id(env_id))
    if row is None:
        msg = (
            f"{env_id!r} has no oracle and no trivial agents to compare with: register it through "
            "synth_envs.register_family"
        )
        raise UsageError(msg)
    suites = [name for name, played in _PLAYED.items() if row.needs and row.id in played]
    if suites:
        named = " or ".join(f"--suite {name} --data DIR" for name in suites)
        msg = f"{env_id!r} is made with {row.needs}=, which a suite gives it: {named}"
        raise UsageError(msg)
    if not row.ranked:
        msg = (
            f"{env_id!r} has no oracle to compare with, so no scores; it is for training and parity"
        )
        raise UsageError(msg)
    return Case(
        env_id,
        {"split": "test"},
        episodes,
        row.domain,
        row.domain,
        span=row.span,
        pooled=row.pooled,
    )


def _every_environment(episodes: int) -> tuple[Case, ...]:
    """Every built-in environment; the mathematics families one by one."""
    cases: list[Case] = []
    for row in synth_envs.environments():
        if not row.id.startswith(_NAMESPACE) or not row.ranked:
            continue  # families registered by other packages are run with --env
        if row.id == "synth/Math-v0":
            cases += _math(episodes, levels=(None,))
        elif row.domain == "code":
            # Making a task of CodeEfficiency takes half a second.
            fewer = episodes // 4 if row.id == "synth/CodeEfficiency-v0" else episodes
            cases.append(Case(row.id, {"split": "test"}, fewer, "code", _mode(row.id)))
        elif row.domain == "driving":
            # The ids of single scenarios are mixed in one, by exact quota.
            if not row.kwargs:
                fewer = episodes if row.numeric else episodes // 4
                group = "driving" if row.numeric else "driving in words"
                cases.append(
                    Case(row.id, {"split": "test"}, fewer, "driving", group, span=row.span)
                )
        elif row.domain == "dialogue":
            group = "acts" if row.numeric else "words"
            # Of misheard values even the oracle may ask too often for a customer's patience.
            given: dict[str, Json] = {"split": "test", "noise": 0.0}
            cases.append(Case(row.id, given, episodes, "dialogue", group, span=row.span))
        elif row.domain == "trading":
            # Months of a portfolio are mostly luck, and short.
            many = 5 * episodes if row.id == "synth/PortfolioExact-v0" else episodes
            cases += _markets((row,), many if row.numeric else episodes // 2, (None,))
        else:
            group = "token view" if row.numeric else "other"
            cases.append(Case(row.id, {"split": "test"}, episodes, row.domain, group))
    return tuple(cases)


def _mode(env_id: str) -> str:
    """The column of a code environment."""
    name = env_id.removeprefix("synth/Code").removesuffix("-v0")
    return name.lower() or "induction"


def _code(episodes: int, levels: Sequence[float]) -> tuple[Case, ...]:
    """Each group of templates for writing programs, and each mode at each difficulty."""
    groups = sorted({load_template(path).group for path in TEMPLATES.values()})
    cases = [
        Case("synth/Code-v0", {"family": name, "split": "test"}, episodes, "code", name, name)
        for name in groups
    ]
    for row in synth_envs.environments():
        if row.domain == "code" and row.id.startswith(_NAMESPACE):
            for level in levels:
                kwargs: dict[str, Json] = {"difficulty": level, "split": "test"}
                label = f"at {level:g}"
                cases.append(Case(row.id, kwargs, episodes, "code", _mode(row.id), label))
    return tuple(cases)


def _driving(episodes: int, levels: Sequence[float]) -> tuple[Case, ...]:
    """Each scenario at each difficulty."""
    return tuple(
        Case(
            row.id,
            {"difficulty": level, "split": "test"},
            episodes,
            "driving",
            str(row.kwargs["scenario"]),
            f"{row.kwargs['scenario']} at {level:g}",
            span=row.span,
        )
        for row in synth_envs.environments()
        if row.id.startswith(_NAMESPACE) and "scenario" in row.kwargs
        for level in levels
    )


def _markets(
    rows: Sequence[Environment], episodes: int, levels: Sequence[float | None]
) -> tuple[Case, ...]:
    """Each environment of trading and finance at each difficulty; None draws it for each episode."""
    cases = []
    for row in rows:
        if not row.id.startswith(_NAMESPACE):
            continue
        group = _market_group(row.id)
        for level in levels:
            kwargs: dict[str, Json] = {"split": "test"}
            kwargs |= {} if level is None else {"difficulty": level}
            label = "" if level is None else f"at {level:g}"
            cases.append(
                Case(
                    row.id,
                    kwargs,
                    episodes,
                    "trading",
                    group,
                    label,
                    span=row.span,
                    pooled=row.pooled,
                )
            )
    return tuple(cases)


def _market_group(env_id: str) -> str:
    """The column of an environment: its task, whatever the setting or view."""
    name = env_id.removeprefix(_NAMESPACE).removesuffix("-v0")
    for ending in ("Exact", "Book", "Text"):
        name = name.removesuffix(ending)
    return {"MarketMaking": "market making", "CreditRisk": "credit", "FraudDetection": "fraud"}.get(
        name, name.lower()
    )


def _math(episodes: int, levels: Sequence[float | None]) -> tuple[Case, ...]:
    """Each mathematics family at each difficulty; None draws it uniformly."""
    cases = []
    for name in sorted(FAMILIES):
        group = load_family(FAMILIES[name]).group
        for level in levels:
            kwargs: dict[str, Json] = {"family": name, "split": "test"}
            label = name
            if level is not None:
                kwargs["difficulty"] = level
                label = f"{name} at {level:g}"
            cases.append(Case("synth/Math-v0", kwargs, episodes, "math", group, label))
    return tuple(cases)


def _real(name: str, data: Path | None) -> Suite:
    """Every row of published data sets of one domain."""
    domain, sets = _REAL[name]
    files = list(dict.fromkeys(file for _, file in sets))
    given = _folder(name, ", ".join(files), domain, data)
    missing = [file for file in files if not (given / file).is_file()]
    if missing:
        msg = f"the folder {str(given)!r} lacks {', '.join(missing)}"
        raise UsageError(msg)
    cases = []
    for env_id, file in sets:
        rows = _count_rows(env_id, given / file)
        label = file.partition(".")[0]
        cases.append(Case(env_id, {"source": file, "split": "all"}, 0, domain, label, label, rows))
    return Suite(name, 1, tuple(cases), policies=(), data=given)


def _folder(name: str, needed: str, domain: str, data: Path | None) -> Path:
    """The folder of real data of one domain.

    Raises:
        UsageError: Nobody named it.
    """
    given = data or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    if given is None:
        msg = (
            f"the suite {name!r} needs {needed}: name their folder with --data "
            f"DIR or {DATA_VARIABLE}"
        )
        raise UsageError(msg)
    # It may be a folder of data for several domains.
    return given / domain if (given / domain).is_dir() else given


def _real_driving(data: Path | None) -> Suite:
    """Every recording with trajectories, with traffic that follows its log and that reacts.

    Nothing about an episode is random, so there is one of each.

    Raises:
        UsageError: The folder is missing, or has none that can be played.
    """
    from synth_envs.driving.real.replay_library import library_of

    folder = _folder("real-driving", "CommonRoad files (*.xml, *.xml.gz)", "driving", data)
    try:
        library = library_of(folder)
    except (OSError, ValueError) as error:
        msg = f"cannot read recordings in {str(folder)!r}: {error}"
        raise UsageError(msg) from None
    files = {path.name.partition(".")[0]: path.name for path in sorted(folder.glob("*.xml*"))}
    span = next(row.span for row in synth_envs.environments() if row.id == "synth/Driving-v0")
    cases = []
    for traffic in ("log", "reactive"):
        for name in library.names:
            kwargs: dict[str, Json] = {
                "source": files[name],
                "traffic": traffic,
                "action": "continuous",
                "split": "all",
            }
            label = f"{name}, {traffic}"
            cases.append(Case(_REPLAY, kwargs, 1, "driving", traffic, label, span=span))
    return Suite("real-driving", 1, tuple(cases), runs=1, data=folder)


def _count_rows(env_id: str, path: Path) -> int:
    """The usable rows of a data set."""
    try:
        env = gym.make(env_id, source=str(path), split="all")
    except (OSError, ValueError) as error:
        msg = f"cannot read {path.name!r}: {error}"
        raise UsageError(msg) from None
    rows = len(env.unwrapped.source)  # type: ignore[attr-defined]
    env.close()
    return rows

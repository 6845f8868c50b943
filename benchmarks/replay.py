"""Recomputes a results file from its actions alone, and refuses it if anything differs.

The file is treated as hostile. The plan is rebuilt from the suite's name, the environments are
made afresh, and of the file only the recorded actions are used; everything else it says is
compared with what they lead to. A replay shows that the actions earn the score, not who chose them.
"""

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import gymnasium as gym

from benchmarks.agents import Agent, Kind, episodes_file
from benchmarks.canonical import action_from_json, load_json
from benchmarks.errors import BenchmarkError, MalformedError, RefusedError
from benchmarks.plan import Episode, Plan, make_env
from benchmarks.provenance import source_hash
from benchmarks.results import FILE, Tally, digest_of, load_results, summarise
from benchmarks.rollout import Playing, Record, rollout
from benchmarks.schema import EPISODE, check
from benchmarks.suites import CUSTOM, Suite, custom, load_suite, registry_id
from synth_envs.core import Json
from synth_envs.policies import TRIVIAL

__all__ = ["difference", "replay"]

Report = Callable[[str, str, int], None]

_MAX_LINE = 64 << 20
_MIN_LINE = 150  # no episode is shorter, so a plan larger than its files is refused at once
_MEASURED = ("measured", "digest")


def replay(
    path: Path,
    *,
    data: Path | None = None,
    trusted: Sequence[str] = (),
    report: Report | None = None,
) -> dict[str, Json]:
    """Replay a results file.

    Args:
        path: The results file or its folder.
        data: The folder of real data, if the suite needs it.
        trusted: Ids "module:namespace/Name-v0" whose modules may be imported. A file cannot name
            a module to import by itself.
        report: Called after each cell with the agent, the case and its number of episodes.

    Returns:
        The results, every computed part of which has been confirmed.

    Raises:
        MalformedError: The file is not a results file.
        RefusedError: It is one, and something in it is not so.
    """
    path = path / FILE if path.is_dir() else path
    claimed = load_results(path)
    plan = _rebuild(claimed, data, trusted)
    source = source_hash(plan.suite.cases)
    if claimed["source_hash"] != source:
        msg = (
            f"the environments differ: the file was made with source {claimed['source_hash'][:12]}, "
            f"installed is {source[:12]}"
        )
        raise RefusedError(msg)
    _compare(claimed["plan"], plan.to_json(), "plan")
    tallies = {
        agent.name: _replay_agent(plan, agent, source, path.parent, report) for agent in plan.agents
    }
    computed = summarise(plan, source, tallies)
    stated = {key: value for key, value in claimed.items() if key not in _MEASURED}
    _compare(stated, computed, "results")
    if claimed["digest"] != digest_of(claimed):
        msg = "digest: the file was changed after it was written"
        raise RefusedError(msg)
    return claimed


def _rebuild(claimed: dict[str, Json], data: Path | None, trusted: Sequence[str]) -> Plan:
    """The plan that the file must have followed, from the few numbers and names that fix one.

    Raises:
        MalformedError: There is no such plan.
        RefusedError: It would need code that nobody vouched for.
    """
    stated = claimed["plan"]
    suite: Suite
    if stated["suite"] == CUSTOM:
        ids = [case["env_id"] for case in stated["cases"]]
        for env_id in ids:
            if env_id not in trusted and (":" in env_id or env_id not in gym.registry):
                msg = (
                    f"the file needs the environment {env_id[:200]!r} from outside this package; if "
                    "you trust that code, repeat the command with --env and this id"
                )
                raise RefusedError(msg)
        suite = custom(ids)
    else:
        suite = load_suite(stated["suite"], data)
    agents = []
    for entry in stated["agents"]:
        kind = _kind(entry["name"])
        # Whose code made an external agent is the file's own statement; the digest guards it.
        agents.append(Agent(entry["name"], kind, entry["source_sha256"] if ":" in entry["name"] else None))
    names = [agent.name for agent in agents]
    absent = [name for name in ("oracle", *TRIVIAL) if name not in names]
    if absent:
        msg = f"plan.agents: {', '.join(absent)} must always be listed"
        raise RefusedError(msg)
    if len({episodes_file(name) for name in names}) != len(names):
        msg = "plan.agents: two agents would share one file"
        raise MalformedError(msg)
    resized = suite.resized(stated["episodes"], stated["runs"])
    return Plan(resized, stated["seed"], tuple(agents), stated["episodes"])


def _kind(name: str) -> Kind:
    if name in TRIVIAL:
        return "trivial"
    return "oracle" if name == "oracle" else "policy"


def _replay_agent(
    plan: Plan, agent: Agent, source: str, folder: Path, report: Report | None
) -> Tally:
    """Replay one agent's file, case by case.

    Raises:
        MalformedError: The file is not a file of episodes.
        RefusedError: An episode is not as it says, or there are too few or too many.
    """
    name = episodes_file(agent.name)
    path = folder / name
    _check_file(path, name, sum(plan.sizes()))
    tally = Tally()
    digest = sha256()
    with path.open("rb") as file:
        for index, case in enumerate(plan.suite.cases):
            episodes = list(plan.episodes_of(index))
            records = []
            for episode in episodes:
                line = _line(file, f"{name} line {episode.index + 1}")
                digest.update(line)
                records.append(_parse(line, episode, name))
            _replay_cell(plan, index, source, episodes, records, name)
            tally.add_case(records, plan.suite.runs)
            if report:
                report(agent.name, case.name, len(records))
        if file.read(1):
            msg = f"{name}: more episodes than the plan has ({sum(plan.sizes())})"
            raise RefusedError(msg)
    tally.digest = digest.hexdigest()
    return tally


def _check_file(path: Path, name: str, episodes: int) -> None:
    """Refuse what is not a regular file of about the right size, before opening it."""
    try:
        if path.parent.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
            msg = f"{name}: not a regular file"
            raise MalformedError(msg)
        size = path.stat().st_size
    except OSError as error:
        msg = f"{name}: {error.strerror}"
        raise MalformedError(msg) from None
    if size < episodes * _MIN_LINE:
        msg = f"{name}: too short for the plan's {episodes} episodes"
        raise RefusedError(msg)


def _line(file: BinaryIO, where: str) -> bytes:
    line = file.readline(_MAX_LINE)
    if not line:
        msg = f"{where}: the episode is missing"
        raise RefusedError(msg)
    if not line.endswith(b"\n"):
        msg = f"{where}: longer than {_MAX_LINE >> 20} MiB or cut off"
        raise MalformedError(msg)
    return line


def _parse(line: bytes, episode: Episode, name: str) -> Record:
    """An untrusted line, held to the plan."""
    where = f"{name} episode {episode.index}"
    record: Record = load_json(line, where)
    check(record, EPISODE, where)
    planned = {
        "index": episode.index,
        "case": episode.case,
        "run": episode.run,
        "episode": episode.episode,
        "seed": episode.seed,
        "options": episode.options,
    }
    for field, expected in planned.items():
        _compare(record[field], expected, f"{where}: {field}")
    return record


def _replay_cell(
    plan: Plan,
    case_index: int,
    source: str,
    episodes: Sequence[Episode],
    records: Sequence[Record],
    name: str,
) -> None:
    """Play the recorded actions again and compare everything they lead to."""
    case = plan.suite.cases[case_index]
    env = make_env(plan.suite, case, len(episodes))
    try:
        env.reset(seed=episodes[0].seed)
        actions = _Recorded(env.single_action_space, records, name)
        header = (source, case.env_id, dict(case.kwargs))
        by_index = {record["index"]: record for record in records}
        for actual in _guarded(rollout(env, episodes, actions.act, lambda _: None, header), name):
            stated, where = by_index[actual["index"]], f"{name} episode {actual['index']}"
            for field in actual:  # from causes to consequences: actions, rewards, ..., chain
                _compare(stated[field], actual[field], f"{where}: {field}")
    finally:
        env.close()


def _guarded(records: Iterable[Record], name: str) -> Iterator[Record]:
    """Turn what an environment raises on a hostile action into a refusal."""
    try:
        yield from records
    except BenchmarkError:
        raise
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        msg = f"{name}: the environment refuses a recorded action: {error}"
        raise RefusedError(msg) from error


class _Recorded:
    """Acts as a file says.

    Args:
        space: The action space of one environment.
        records: The untrusted episodes of one case.
        name: Their file, for messages.

    Raises:
        MalformedError: An action is not one of the space.
        RefusedError: An episode has no action.
    """

    def __init__(self, space: Any, records: Sequence[Record], name: str) -> None:
        self._name = name
        self._actions: dict[int, list[Any]] = {}
        for record in records:
            where = f"{name} episode {record['index']}: actions"
            try:
                decoded = [action_from_json(space, value) for value in record["actions"]]
            except MalformedError as error:
                msg = f"{where}: {error}"
                raise MalformedError(msg) from None
            if not decoded:
                msg = f"{where}: there is none"
                raise RefusedError(msg)
            self._actions[record["index"]] = decoded
        self._any = next(iter(self._actions.values()))[0]

    def act(self, observations: Any, playing: Sequence[Playing | None]) -> list[Any]:
        """The next recorded action of each episode."""
        del observations
        chosen = []
        for current in playing:
            if current is None:
                chosen.append(self._any)
                continue
            actions, step = self._actions[current.episode.index], len(current.actions)
            if step >= len(actions):
                where = f"{self._name} episode {current.episode.index}"
                msg = f"{where}: actions end after {step}, but the episode goes on"
                raise RefusedError(msg)
            chosen.append(actions[step])
        return chosen


def _compare(stated: Json, actual: Json, where: str) -> None:
    """Raise RefusedError at the first place where two JSON values differ."""
    found = difference(stated, actual, where)
    if found:
        raise RefusedError(found)


def difference(stated: Json, actual: Json, where: str) -> str | None:
    """The first place where a file differs from its replay, in words; None if they are equal."""
    if type(stated) is type(actual) and isinstance(actual, dict):
        for key in sorted({*stated, *actual}):
            if key not in stated or key not in actual:
                return f"{where}.{key}: {'missing' if key in actual else 'unknown'}"
            found = difference(stated[key], actual[key], f"{where}.{key}")
            if found:
                return found
        return None
    if type(stated) is type(actual) and isinstance(actual, list):
        for i, (left, right) in enumerate(zip(stated, actual, strict=False)):
            found = difference(left, right, f"{where}[{i}]")
            if found:
                return found
        if len(stated) != len(actual):
            return f"{where}: the file has {len(stated)} entries, the replay {len(actual)}"
        return None
    if type(stated) is not type(actual) or stated != actual:
        return f"{where}: the file says {_short(stated)}, the replay gives {_short(actual)}"
    return None


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

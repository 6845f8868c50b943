"""Recomputes a results file from its actions alone, and refuses it if anything differs.

The file is treated as hostile. The plan is rebuilt from the suite's name, the environments are
made afresh, and of the file only the recorded actions are used; everything else it says is
compared with what they lead to. A replay shows that the actions earn the score, not who chose them.

An episode that was masked by a fault of the environment must fail in the same way again: otherwise
masking could hide failures. Results with a passing fault are repeated, not replayed.

Where scores are relative to reference agents, these are not only replayed but played anew: their
choices decide about everybody's scores.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import gymnasium as gym

from benchmarks.agents import Agent, Kind, episodes_file
from benchmarks.compare import compare
from benchmarks.errors import BenchmarkError, MalformedError, RefusedError
from benchmarks.plan import Episode, Plan, make_env
from benchmarks.provenance import source_hash
from benchmarks.recorded import Recorded, check_file, read_episode
from benchmarks.results import FILE, Tally, digest_of, load_results, summarise
from benchmarks.rollout import Record, rollout
from benchmarks.run import play_cell
from benchmarks.skill import REFERENCES
from benchmarks.suites import CUSTOM, Suite, custom, load_suite
from synth_envs.core import Json
from synth_envs.policies import TRIVIAL

__all__ = ["replay"]

Report = Callable[[str, str, int], None]

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
    compare(claimed["plan"], plan.to_json(), "plan")
    tallies = {
        agent.name: _replay_agent(plan, agent, source, path.parent, report) for agent in plan.agents
    }
    computed = summarise(plan, source, tallies)
    stated = {key: value for key, value in claimed.items() if key not in _MEASURED}
    compare(stated, computed, "results")
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
        agents.append(
            Agent(entry["name"], kind, entry["source_sha256"] if ":" in entry["name"] else None)
        )
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
    check_file(path, name, sum(plan.sizes()))
    tally = Tally()
    digest = sha256()
    with path.open("rb") as file:
        for index, case in enumerate(plan.suite.cases):
            episodes = list(plan.episodes_of(index))
            records = []
            for episode in episodes:
                line, record = read_episode(file, episode, name)
                digest.update(line)
                records.append(record)
            if case.span and agent.name in REFERENCES:
                _repeat_cell(plan, agent, source, records, name)
            else:
                _replay_cell(plan, source, episodes, records, name)
            tally.add_case(records, plan.suite.runs)
            if report:
                report(agent.name, case.name, len(records))
        if file.read(1):
            msg = f"{name}: more episodes than the plan has ({sum(plan.sizes())})"
            raise RefusedError(msg)
    tally.digest = digest.hexdigest()
    return tally


def _replay_cell(
    plan: Plan, source: str, episodes: Sequence[Episode], records: Sequence[Record], name: str
) -> None:
    """Play the recorded actions again and compare everything they lead to."""
    case = plan.suite.cases[episodes[0].case]
    env = make_env(plan.suite, case, len(episodes))
    try:
        player = Recorded(env.single_action_space, records, name)
        header = (source, case.env_id, dict(case.kwargs))
        by_index = {record["index"]: record for record in records}
        for actual in _guarded(rollout(env, episodes, player, header), name):
            stated, where = by_index[actual["index"]], f"{name} episode {actual['index']}"
            for field in actual:  # from causes to consequences: actions, rewards, ..., chain
                compare(stated[field], actual[field], f"{where}: {field}")
    finally:
        env.close()


def _repeat_cell(
    plan: Plan, agent: Agent, source: str, records: Sequence[Record], name: str
) -> None:
    """Let a reference agent play again: the scale of scores hangs on what it chose, too."""
    index = records[0]["case"]
    for stated, actual in zip(records, play_cell(plan, agent, index, source), strict=True):
        where = f"{name} episode {actual['index']}"
        for field in actual:
            compare(stated[field], actual[field], f"{where}: {field}")


def _guarded(records: Iterable[Record], name: str) -> Iterator[Record]:
    """Turn what an environment raises on a hostile action into a refusal."""
    try:
        yield from records
    except BenchmarkError:
        raise
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        msg = f"{name}: the environment refuses a recorded action: {error}"
        raise RefusedError(msg) from error

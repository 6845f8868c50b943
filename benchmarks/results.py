"""From episodes to results: scores, aggregates, ranking, failures; and reading them back."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import fsum, sqrt
from pathlib import Path

from benchmarks import stats
from benchmarks.agents import episodes_file
from benchmarks.canonical import dump_json, load_json
from benchmarks.errors import MalformedError
from benchmarks.plan import Plan
from benchmarks.provenance import environment_hashes
from benchmarks.rollout import Record, return_of
from benchmarks.schema import RESULTS, check
from benchmarks.skill import FLOOR, Scores, skill_scores
from benchmarks.suites import Case
from synth_envs.core import Json

__all__ = [
    "FILE",
    "TRIVIAL_LIMIT",
    "Tally",
    "digest_of",
    "load_results",
    "rank",
    "summarise",
    "write_text",
]

FILE = "results.json"
SCHEMA = 3
TRIVIAL_LIMIT = 0.1
_MAX_BYTES = 64 << 20
_DIGITS = 9


@dataclass
class Tally:
    """What is kept of an agent's episodes.

    Attributes:
        returns: By case, by run, of each episode; None where a fault of ours took it away.
        digest: Hash of the agent's file so far.
        episodes: How many there are.
    """

    returns: list[list[list[float | None]]] = field(default_factory=list)
    episodes: int = 0
    digest: str = ""

    def add_case(self, records: Iterable[Record], runs: int) -> None:
        """Count the episodes of the next case, which are in the plan's order."""
        found: list[list[float | None]] = [[] for _ in range(runs)]
        for record in records:
            self.episodes += 1
            found[record["run"]].append(return_of(record))
        self.returns.append(found)


def summarise(plan: Plan, source: str, tallies: Mapping[str, Tally]) -> dict[str, Json]:
    """Everything in a results file that follows from the plan and the episodes."""
    returns = {name: tally.returns for name, tally in tallies.items()}
    scores = skill_scores(plan.suite.cases, returns)
    agents = {
        agent.name: _agent(plan, agent.name, tallies[agent.name], scores[agent.name])
        for agent in plan.agents
    }
    return {
        "schema": SCHEMA,
        "plan": plan.to_json(),
        "command": plan.command,
        "source_hash": source,
        "environments": environment_hashes(plan.suite.cases, source),
        "agents": agents,
        "ranking": rank(agents),
        "failures": _failures(plan, agents),
    }


def _agent(plan: Plan, name: str, tally: Tally, found: Scores) -> dict[str, Json]:
    """One agent's scores and aggregates."""
    valid = [[[one for one in run if one is not None] for run in case] for case in found]
    scores = [[_mean(run) for run in case] for case in valid]
    means = [_mean([score for run in case for score in run]) for case in valid]
    cases = plan.suite.cases
    by_domain: dict[str, list[list[float | None]]] = {}
    by_group: dict[str, list[float]] = {}
    for case, runs, mean in zip(cases, scores, means, strict=True):
        by_domain.setdefault(case.domain, []).append(runs)
        if mean is not None:
            by_group.setdefault(case.group, []).append(mean)
    overall, domains = stats.aggregate(by_domain)
    return {
        "file": episodes_file(name),
        "sha256": tally.digest,
        "episodes": tally.episodes,
        "masked": [sum(run.count(None) for run in case) for case in tally.returns],
        "means": means,
        "scores": scores,
        "mean": _mean([mean for mean in means if mean is not None]),
        "overall": overall and overall.to_json(),
        "domains": {domain: estimate.to_json() for domain, estimate in domains.items()},
        "groups": {group: _mean(values) for group, values in by_group.items()},
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(fsum(values) / len(values), _DIGITS) if values else None


def rank(agents: Mapping[str, Mapping[str, Json]]) -> list[Json]:
    """Agents from best to worst; two share a rank when neither is shown to be better.

    Each agent is compared with the leader of the tie above it, and begins a tie of its own when
    the interval of P(leader is better) leaves out 0.5.
    """

    def order(name: str) -> tuple[float, float, str]:
        overall, mean = agents[name]["overall"], agents[name]["mean"]
        return (-overall["value"] if overall else 1.0, -(mean or 0.0), name)

    ranking: list[Json] = []
    leader, rank = "", 0
    for place, name in enumerate(sorted(agents, key=order), start=1):
        wins = (
            stats.improvement(agents[leader]["scores"], agents[name]["scores"]) if leader else None
        )
        compared = leader or name
        if not leader or (wins is not None and not wins.low <= 0.5 <= wins.high):
            leader, rank = name, place
        ranking.append(
            {
                "agent": name,
                "rank": rank,
                "leader": compared,
                "leader_wins": wins and wins.to_json(),
            }
        )
    return ranking


def _failures(plan: Plan, agents: Mapping[str, Mapping[str, Json]]) -> list[str]:
    """What makes the run fail: a trivial agent that scores, an oracle that does not, no scores."""
    failures = []
    for agent in plan.agents:
        found = agents[agent.name]
        for case, mean, runs in zip(plan.suite.cases, found["means"], found["scores"], strict=True):
            if mean is None:
                failures.append(f"{agent.name} has no valid episode on {case.name}")
            elif (
                agent.kind == "trivial"
                and mean - (_luck(runs) if case.pooled else 0.0) > TRIVIAL_LIMIT
                and _must_fail(agent.name, case)
            ):
                failures.append(
                    f"trivial agent {agent.name} scores {mean:.3f} on {case.name}, "
                    f"above {TRIVIAL_LIMIT}"
                )
            elif agent.kind == "oracle" and mean != 1.0:
                failures.append(f"the oracle scores {mean:.3f} on {case.name}, not 1")
    return failures


def _luck(runs: Sequence[float | None]) -> float:
    """Return three standard errors of the mean over runs: where luck decides, it is no score."""
    known = [one for one in runs if one is not None]
    if len(known) < 2:
        return 0.0
    mean = fsum(known) / len(known)
    return 3.0 * sqrt(fsum((one - mean) ** 2 for one in known) / (len(known) - 1) / len(known))


def _must_fail(name: str, case: Case) -> bool:
    """Whether a trivial agent has to score nothing: where scores are skill, the cautious ones.

    Those are 0 in every episode in which there is anything to gain. Others may be right to keep
    their speed where nothing happens, and in a recorded jam caution may be all there is.
    """
    return not case.span or (name in FLOOR and "source" not in case.kwargs)


def digest_of(results: Mapping[str, Json]) -> str:
    """The hash over a results file without its digest; it guards what no replay can recompute."""
    content = {key: value for key, value in results.items() if key != "digest"}
    return sha256(dump_json(content).encode()).hexdigest()


def load_results(path: Path) -> dict[str, Json]:
    """Read an untrusted results file and check its form.

    Raises:
        MalformedError: It cannot be read or is not a results file.
    """
    where = path.name
    try:
        if not path.is_file():
            msg = f"{path}: no such file"
            raise MalformedError(msg)
        if path.stat().st_size > _MAX_BYTES:
            msg = f"{where}: larger than {_MAX_BYTES >> 20} MiB"
            raise MalformedError(msg)
        data = path.read_bytes()
    except OSError as error:
        msg = f"{where}: {error.strerror}"
        raise MalformedError(msg) from None
    results: dict[str, Json] = load_json(data, where, indent=1)
    check(results, RESULTS, where)
    _check_consistent(results, where)
    return results


def _check_consistent(results: Mapping[str, Json], where: str) -> None:
    """What shapes cannot say: lists that belong together have the same length.

    Raises:
        MalformedError: They do not.
    """
    plan = results["plan"]
    names = [agent["name"] for agent in plan["agents"]]
    cases, groups = len(plan["cases"]), {case["group"] for case in plan["cases"]}
    problems = {
        "schema": results["schema"] != SCHEMA,
        "plan.cases": not cases,
        "plan.seed": not 0 <= plan["seed"] < 2**63,
        "plan.runs": not 1 <= plan["runs"] <= 10_000,
        "plan.episodes": plan["episodes"] is not None and not 1 <= plan["episodes"] <= 10**7,
        "plan.agents": len(set(names)) != len(names)
        or any(agent["kind"] not in {"trivial", "oracle", "policy"} for agent in plan["agents"]),
        "agents": set(results["agents"]) != set(names),
        "ranking": sorted(entry["agent"] for entry in results["ranking"]) != sorted(names),
        "measured": any(set(results["measured"][key]) != set(names) for key in ("wall_s", "cpu_s")),
        "environments": set(results["environments"]) != {case["env_id"] for case in plan["cases"]},
    }
    for name, agent in results["agents"].items():
        lists = (agent["means"], agent["scores"], agent["masked"])
        problems[f"agents.{name}"] = (
            any(len(values) != cases for values in lists)
            or any(len(runs) != plan["runs"] for runs in agent["scores"])
            or not set(agent["groups"]) <= groups
        )
    for field_name, bad in problems.items():
        if bad:
            msg = f"{where}: {field_name} does not fit the rest of the file or is out of range"
            raise MalformedError(msg)


def write_text(path: Path, text: str) -> None:
    """Write a file so that it is there as a whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)

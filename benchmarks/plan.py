"""What will be run, to the last seed: the part of a results file that is derived, not measured."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode, VectorEnv

from benchmarks.agents import Agent
from benchmarks.errors import UsageError
from benchmarks.suites import CUSTOM, Case, Suite, registry_id
from synth_envs.core import Json

__all__ = ["Episode", "Plan", "episode_seed", "make_env"]

# Enough to amortise a batch, small enough that idle members cost little at a cell's end.
_BATCH = 64


@dataclass(frozen=True)
class Episode:
    """One planned episode.

    Attributes:
        index: Its place in the agent's file.
        case: Index of its case.
        run: Which repetition it belongs to.
        episode: Its number within the run.
        seed: Passed to `reset`.
        options: Passed to `reset`, or None.
    """

    index: int
    case: int
    run: int
    episode: int
    seed: int
    options: dict[str, Json] | None


@dataclass(frozen=True)
class Plan:
    """Everything that fixes which episodes there are.

    Attributes:
        suite: The cases, already of the size asked for.
        seed: What every episode's seed is derived from.
        agents: Who plays.
        episodes: Episodes per run and case, if it was asked for; None for the suite's own number.
    """

    suite: Suite
    seed: int
    agents: tuple[Agent, ...]
    episodes: int | None = None

    def sizes(self) -> list[int]:
        """How many episodes each case has, over all runs."""
        runs = self.suite.runs
        return [case.rows or case.episodes * runs for case in self.suite.cases]

    def episodes_of(self, case_index: int) -> Iterator[Episode]:
        """The episodes of one case in order: run by run."""
        case, runs = self.suite.cases[case_index], self.suite.runs
        index = sum(self.sizes()[:case_index])
        for run in range(runs):
            # Rows are cut into equal consecutive parts: each run has rows of its own, so runs
            # differ as much as fresh samples of the data set would.
            first = run * case.rows // runs
            count = (run + 1) * case.rows // runs - first if case.rows else case.episodes
            for number in range(count):
                seed = episode_seed(self.suite, self.seed, case, run, number)
                options = {"index": first + number} if case.rows else None
                yield Episode(index, case_index, run, number, seed, options)
                index += 1

    def to_json(self) -> dict[str, Json]:
        """The plan as plain JSON values, without any path of this machine."""
        data = {}
        if self.suite.data is not None:
            for case in self.suite.cases:
                name = case.kwargs["source"]
                data[name] = sha256((self.suite.data / name).read_bytes()).hexdigest()
        return {
            "suite": self.suite.name,
            "suite_version": self.suite.version,
            "seed": self.seed,
            "runs": self.suite.runs,
            "episodes": self.episodes,
            "cases": [case.to_json() for case in self.suite.cases],
            "agents": [agent.to_json() for agent in self.agents],
            "data": data,
        }

    @property
    def command(self) -> str:
        """The shell command that makes these results again."""
        words = ["python", "-m", "benchmarks", "run"]
        if self.suite.name == CUSTOM:
            for case in self.suite.cases:
                words += ["--env", case.env_id]
        else:
            words += ["--suite", self.suite.name]
        for agent in self.agents:
            if agent.kind == "policy":
                words += ["--policy", agent.name]
        words += ["--seed", str(self.seed), "--runs", str(self.suite.runs)]
        if self.episodes is not None:
            words += ["--episodes", str(self.episodes)]
        if self.suite.data is not None:
            words += ["--data", "DIR"]
        return shlex.join(words)


def episode_seed(suite: Suite, seed: int, case: Case, run: int, episode: int) -> int:
    """The seed of one episode, by hashing: neighbouring numbers share nothing.

    It does not depend on the agent, so all agents meet the same episodes (paired comparison), nor
    on the other cases, so adding one changes nothing. It is below 2**53: any JSON reader keeps it.
    """
    key = "\0".join([f"{suite.name}|{suite.version}", str(seed), case.key, str(run), str(episode)])
    digest = blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 11


def make_env(suite: Suite, case: Case, episodes: int) -> VectorEnv[Any, Any, Any]:
    """The vector environment that plays a case, with autoreset off: every episode has its own seed.

    Raises:
        UsageError: The environment refuses its arguments.
    """
    kwargs = dict(case.kwargs)
    if suite.data is not None:
        kwargs["source"] = str(suite.data / kwargs["source"])
    n = max(1, min(_BATCH, episodes))
    try:
        if gym.spec(registry_id(case.env_id)).vector_entry_point is None:
            mode = {"autoreset_mode": AutoresetMode.DISABLED}
            return gym.make_vec(case.env_id, n, "sync", vector_kwargs=mode, **kwargs)
        return gym.make_vec(case.env_id, n, autoreset_mode="Disabled", **kwargs)
    except (TypeError, ValueError, ImportError, gym.error.Error) as error:
        msg = f"cannot make {case.name}: {error}"
        raise UsageError(msg) from error

"""What a leaderboard page shows: results of one plan, merged, ranked and put into rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any
from urllib.parse import quote

from benchmarks.canonical import dump_json
from benchmarks.results import rank
from synth_envs.core import Json

__all__ = ["Board", "Entry", "Line", "group_boards"]


@dataclass(frozen=True)
class Entry:
    """One agent of a board.

    Attributes:
        name: Shown as it is given; untrusted.
        kind: "trivial", "oracle" or "policy".
        rank: Equal for ties.
        results: Its part of the results file.
        seconds: Wall time.
        folder: The results' folder, relative to the page and quoted for a link.
    """

    name: str
    kind: str
    rank: int
    results: Mapping[str, Json]
    seconds: float
    folder: str

    @property
    def masked(self) -> int:
        """Episodes that a fault of ours took away."""
        return sum(self.results["masked"])

    @property
    def lowest(self) -> tuple[str, float] | None:
        """The group with the lowest mean."""
        groups = self.results["groups"]
        return min(groups.items(), key=lambda item: (item[1], item[0])) if groups else None


@dataclass(frozen=True)
class Line:
    """One row of the heat map: a domain (with its interquartile mean) or a group (with its mean)."""

    label: str
    cases: int
    values: tuple[float | None, ...]
    is_domain: bool = False


@dataclass(frozen=True)
class Board:
    """One ranking: all results that followed the same plan on the same source.

    Attributes:
        results: One of the merged files, for what they share.
        entries: From best to worst.
        folders: The merged files' folders, as links, with their measured parts.
    """

    results: Mapping[str, Json]
    entries: tuple[Entry, ...]
    folders: tuple[tuple[str, Mapping[str, Json]], ...]

    @property
    def plan(self) -> Mapping[str, Json]:
        """The plan that all members share, but for the agents."""
        plan: Mapping[str, Json] = self.results["plan"]
        return plan

    @property
    def title(self) -> str:
        """Suite and version."""
        return f"{self.plan['suite']} v{self.plan['suite_version']}"

    @property
    def failures(self) -> list[str]:
        """What failed in any member, once each."""
        found = [text for _, results in self.folders for text in results["failures"]]
        return list(dict.fromkeys(found))

    @property
    def episodes(self) -> int:
        """Episodes of all agents."""
        return sum(entry.results["episodes"] for entry in self.entries)

    def heat_map(self) -> list[Line]:
        """Domains with their groups, in alphabetical order."""
        lines = []
        tree: dict[str, dict[str, list[int]]] = {}
        for i, case in enumerate(self.plan["cases"]):
            tree.setdefault(case["domain"], {}).setdefault(case["group"], []).append(i)
        for domain, groups in sorted(tree.items()):
            overall = tuple(e.results["domains"].get(domain, {}).get("value") for e in self.entries)
            lines.append(Line(domain, sum(map(len, groups.values())), overall, is_domain=True))
            for group, members in sorted(groups.items()):
                values = tuple(
                    _mean([e.results["means"][i] for i in members]) for e in self.entries
                )
                lines.append(Line(group, len(members), values))
        return lines

    def cases(self) -> list[tuple[Mapping[str, Json], tuple[float | None, ...]]]:
        """Every case with the mean of each agent."""
        return [
            (case, tuple(entry.results["means"][i] for entry in self.entries))
            for i, case in enumerate(self.plan["cases"])
        ]


def group_boards(found: Sequence[tuple[str, dict[str, Json]]]) -> list[Board]:
    """Boards from results files, ordered by suite.

    Args:
        found: (folder relative to the page, results) pairs.
    """
    by_plan: dict[str, list[tuple[str, dict[str, Json]]]] = {}
    for folder, results in found:
        plan = {key: value for key, value in results["plan"].items() if key != "agents"}
        key = dump_json([plan, results["source_hash"]])
        by_plan.setdefault(key, []).append((folder, results))
    boards = [_merge(members) for members in by_plan.values()]
    return sorted(boards, key=lambda board: (board.title, board.folders[0][0]))


def _merge(members: Sequence[tuple[str, dict[str, Json]]]) -> Board:
    """One board; an agent that did the same in two files is listed once."""
    parts: dict[str, Mapping[str, Json]] = {}
    origin: dict[str, tuple[str, str, float]] = {}
    for folder, results in members:
        kinds = {agent["name"]: agent["kind"] for agent in results["plan"]["agents"]}
        for name, part in results["agents"].items():
            shown = name
            if name in parts and parts[name]["sha256"] != part["sha256"]:
                shown = f"{name} ({folder})"
            elif name in parts:
                continue
            parts[shown] = part
            origin[shown] = (kinds[name], _link(folder), results["measured"]["wall_s"][name])
    ranking = members[0][1]["ranking"] if len(members) == 1 else rank(parts)
    entries = []
    for item in ranking:
        kind, link, seconds = origin[item["agent"]]
        entries.append(
            Entry(item["agent"], kind, item["rank"], parts[item["agent"]], seconds, link)
        )
    folders = tuple((_link(folder), results) for folder, results in members)
    return Board(members[0][1], tuple(entries), folders)


def _link(folder: str) -> str:
    """A folder as the beginning of a relative link."""
    return "" if folder == "." else quote(folder) + "/"


def _mean(values: Sequence[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None

"""Connected components of a graph: all groups, in any order."""

import re
from dataclasses import dataclass

from synth_envs.core import Task
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.numbers import clean_math
from synth_envs.seeding import TaskRandom

__all__ = ["ConnectedComponents"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORDINGS = (
    "The friendships among {names} are: {edges}. Friendship goes both ways. Two people belong to the same circle if a chain of friends links them. List all circles.",
    "The islands {names} are joined by these bridges: {edges}. Two islands belong to the same group if one can walk from one to the other. List all groups.",
    "An undirected graph has the nodes {names} and these edges: {edges}. List its connected components.",
)
_ASK = " Include those with a single member, and separate them by |, as in: A C | B D F | E."
_MAX_TEXT = 2_000
_BRACKETED = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_PREFIX = re.compile(r"\s*(?:(?:group|component|circle)\s*)?[0-9]{1,2}\s*[:.)]", re.IGNORECASE)
_LABEL = re.compile(r"[A-Z]").fullmatch


@dataclass(frozen=True)
class Groups:
    """A partition of letters: "A C | B D", "{A, C}, {B, D}", or one group on each line."""

    hint: str = "all groups, such as A C | B D F | E"

    def parse(self, text: str) -> frozenset[frozenset[str]] | None:
        """The groups in upper case, or None. A letter given twice is refused."""
        if len(text) > _MAX_TEXT:
            return None
        text = clean_math(text).upper().replace("'", "").replace('"', "")
        parts = _BRACKETED.findall(text)
        if parts:
            if _BRACKETED.sub("", text).strip(" ,;|\n[](){}"):
                return None
        else:
            parts = [_PREFIX.sub("", part, count=1) for part in re.split(r"[|;/\n]", text)]
        groups = [re.split(r"[\s,]+(?:AND\s+)?", part.strip()) for part in parts if part.strip()]
        letters = [letter for group in groups for letter in group]
        if not letters or len(set(letters)) != len(letters) or not all(map(_LABEL, letters)):
            return None
        return frozenset(map(frozenset, groups))


class ConnectedComponents(MathFamily):
    """List the connected components of a graph.

    Difficulty sets the number of nodes (9 to 24).
    """

    family = "connected_components"
    group = "graphs"
    answer = Groups()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Grow groups node by node, with one edge or two to earlier members."""
        n = 9 + int(15.99 * difficulty)
        nodes = rng.sample(_LETTERS, n)
        count = 3 + rng.randrange(n // 3)
        groups = [[node] for node in nodes[:count]]
        edges: list[str] = []
        for node in nodes[count:]:
            group = rng.choice(groups)
            i, j = rng.randrange(len(group)), rng.randrange(3 * len(group))
            edges.append(f"{node}-{group[i]}" if rng.randrange(2) else f"{group[i]}-{node}")
            if j < len(group) and j != i:
                edges.append(f"{group[j]}-{node}")
            group.append(node)
        rng.shuffle(edges)
        listed = ", ".join(edges)
        prompt = (
            phrasing(_WORDINGS, listed).format(names=", ".join(sorted(nodes)), edges=listed) + _ASK
        )
        answer = " | ".join(sorted(" ".join(sorted(group)) for group in groups))
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Merge the groups at the ends of each edge read from the prompt."""
        nodes = re.findall(r"[A-Z]", re.findall(r"(?:[A-Z], )+[A-Z]", prompt)[0])
        groups = {node: {node} for node in nodes}
        for a, b in re.findall(r"\b([A-Z])\W([A-Z])\b(?! \|)", prompt.rpartition(" Include ")[0]):
            union = groups[a] | groups[b]
            groups.update(dict.fromkeys(sorted(union), union))
        return " | ".join(sorted({" ".join(sorted(group)) for group in groups.values()}))

    def cheats(self, task: Task) -> list[str]:
        """Single members left out, groups joined or split, a member given twice."""
        groups = self.oracle(task).split(" | ")
        largest = max(groups, key=len)
        rest = [group for group in groups if group != largest]
        return [
            " | ".join(groups[1:]),
            " | ".join([groups[0] + " " + groups[1], *groups[2:]]),
            " | ".join([largest[0], largest[2:], *rest]),
            " | ".join([*groups, largest]),
            " ".join(groups),
            " | ".join(" ".join(groups).split()),
            str(len(groups)),
        ]

"""Colour a graph with three colours: any proper colouring is right."""

import re

from synth_envs.core import Json, Task
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["GraphColoring"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODES = tuple(range(26))
_EDGES = [f"{a}-{b}" for a in _LETTERS for b in _LETTERS]
_COLORS = ("red", "green", "blue")
_WORDINGS = (
    "Colour each node of a graph red, green or blue so that no edge joins two nodes of the same colour. The nodes are {names}; the edges are {edges}.",
    "The regions {names} of a map are to be painted red, green or blue. Regions that share a border must get different colours. These pairs share one: {edges}.",
    "The teams {names} each wear red, green or blue shirts. Teams that play each other must wear different colours. The matches are {edges}.",
)
_ASK = ' Give the colour of each, such as "{first}: red, {second}: blue, ...".'


class GraphColoring(MathFamily):
    """Colour the nodes of a graph with three colours so that neighbours differ.

    Difficulty sets the number of nodes (11 to 24) and of edges (about 1.4 to 2.1 for each node).
    The graph is connected, so at most 3 * 2**(n - 1) of the 3**n colourings are proper: a random
    one is right with probability at most (2/3)**10, below 2%.
    """

    family = "graph_coloring"
    group = "graphs"
    answer = Choice(
        _COLORS,
        {"r": "red", "g": "green", "b": "blue"},
        hint="a colour for each, such as A: red, B: blue",
    )

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Colour the nodes at random, then join nodes of different colours."""
        n = 11 + int(13.99 * difficulty)
        names = rng.sample(_CODES, n)
        packed = rng.randrange(3**n)
        colors = []
        for _ in range(n):
            packed, color = divmod(packed, 3)
            colors.append(color)
        if colors[0] == colors[1]:
            colors[1] = (colors[0] + 1 + packed % 2) % 3
        joined = set()
        for k in range(n - 1 + int(n * (0.9 + 0.8 * difficulty))):
            if k % 5 == 0:  # one draw serves several nodes: ten numbers below 24 take 46 bits
                packed = rng.randrange(1 << 62)
            if k < n - 1:
                i = k + 1
            else:
                packed, i = divmod(packed, n - 2)
                i += 2
            packed, j = divmod(packed, i)
            while colors[j] == colors[i]:  # nodes 0 and 1 differ, so one of them will do
                j = (j + 1) % i
            a, b = names[i], names[j]
            joined.add(26 * a + b if a < b else 26 * b + a)
        edges = ", ".join([_EDGES[edge] for edge in sorted(joined)])
        color_of = dict(zip(names, colors, strict=True))
        names.sort()
        answer = ", ".join([f"{_LETTERS[i]}: {_COLORS[color_of[i]]}" for i in names])
        letters = [_LETTERS[i] for i in names]
        prompt = phrasing(_WORDINGS, edges).format(names=", ".join(letters), edges=edges)
        prompt += _ASK.format(first=letters[0], second=letters[1])
        return Task(self.family, prompt, {"answer": answer, "edges": edges}, difficulty)

    def accepts(self, reference: Json, value: dict[str, str]) -> bool:
        """Every node has a colour, nothing else has, and the ends of every edge differ."""
        nodes = {item.partition(":")[0].lower() for item in reference["answer"].split(", ")}
        edges = (edge.split("-") for edge in reference["edges"].lower().split(", "))
        return set(value) == nodes and all(value[a] != value[b] for a, b in edges)

    def solve(self, prompt: str) -> str:
        """Colour the node with the fewest colours left first, and go back where none is left."""
        near: dict[str, set[str]] = {name: set() for name in _listed(prompt)}
        for a, b in re.findall(r"\b([A-Z])\W([A-Z])\b", prompt):
            near[a].add(b)
            near[b].add(a)

        def extend(chosen: dict[str, str]) -> dict[str, str]:
            if len(chosen) == len(near):
                return chosen
            options = {
                node: [c for c in _COLORS if all(chosen.get(other) != c for other in near[node])]
                for node in near
                if node not in chosen
            }
            node = min(options, key=lambda name: (len(options[name]), -len(near[name])))
            for color in options[node]:
                if complete := extend({**chosen, node: color}):
                    return complete
            return {}

        coloring = extend({})
        return ", ".join(f"{node}: {coloring[node]}" for node in sorted(near))

    def cheats(self, task: Task) -> list[str]:
        """One colour for all, a node left out or given two colours, a fourth colour, equal neighbours."""
        items = dict(item.split(": ") for item in self.oracle(task).split(", "))
        a, b = task.reference["edges"].split(", ")[0].split("-")
        rest = ", ".join(f"{node}: {color}" for node, color in items.items() if node != a)
        return [
            rest,
            f"{a}: {items[b]}, {rest}",
            f"{a}: yellow, {rest}",
            f"{a}: red, {a}: green, {rest}",
            f"{a}: {items[a]}, {rest}, Other: red",
            ", ".join(f"{node}: red" for node in items),
        ]


def _listed(prompt: str) -> list[str]:
    return re.findall(r"[A-Z]", re.findall(r"(?:\b[A-Z], )+[A-Z]\b", prompt)[0])

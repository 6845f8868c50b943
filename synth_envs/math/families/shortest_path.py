"""Shortest paths in weighted graphs: any shortest path is right."""

import re
from itertools import pairwise

from synth_envs.core import Json, Task
from synth_envs.math.answers import Labels
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["ShortestPath"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORDINGS = (
    "The roads between {n} towns, with their lengths in km, are: {roads}. All can be used both ways. Find a shortest route from {start} to {end}. List all towns on it in order.",
    "An undirected graph with {n} nodes has these weighted edges: {roads}. Find a path with the least total weight from {start} to {end}. List all nodes on it in order.",
    "These pairs of {n} stations are linked, with the travel time in minutes: {roads}. Links work in both directions. Find a quickest way from {start} to {end}. List all stations on it in order.",
)


class ShortestPath(MathFamily):
    """Find a shortest path between two nodes of a weighted, undirected graph.

    Difficulty sets the number of nodes (10 to 26) and the size of the weights (1 to 9, up to 1 to
    60). Links join nodes that are at most three apart in a hidden row, whose ends are the start
    and the goal, so a path takes at least a third as many steps as there are nodes.
    """

    family = "shortest_path"
    group = "graphs"
    answer = Labels(hint="the nodes in order, such as A, C, B")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a tree and the distances along it, then other links that shorten none of them."""
        n, top = 10 + int(16.99 * difficulty), 9 + int(51.99 * difficulty)
        row = rng.sample(_LETTERS, n)
        distance, before = [0], [0]
        edges: list[str] = []
        for i in range(1, n):
            rest, choice = divmod(rng.randrange(36 * top * top), 36)
            slack, weight = divmod(rest, top)
            last = i - 1 - choice % 3 if i > 2 else 0
            a, b, here = row[i], row[last], distance[last] + weight + 1
            before.append(last)
            distance.append(here)
            edges.append(f"{a}-{b} {weight + 1}" if a < b else f"{b}-{a} {weight + 1}")
            # Up to two more links; longer than the difference of the distances, they shorten none.
            for j in range(i - choice // 12 - 1 if i > 2 else 0, i):
                if j != last:
                    b, there = row[j], distance[j]
                    length = slack // 2 + (here - there if there < here else there - here) + 1
                    edges.append(f"{a}-{b} {length}" if a < b else f"{b}-{a} {length}")
        edges.sort()
        path = [n - 1]
        while path[-1]:
            path.append(before[path[-1]])
        start, end, roads = row[0], row[-1], ", ".join(edges)
        prompt = phrasing(_WORDINGS, roads).format(n=n, roads=roads, start=start, end=end)
        answer = ", ".join([row[i] for i in reversed(path)])
        reference = {"answer": answer, "edges": roads, "length": distance[-1]}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: tuple[str, ...]) -> bool:
        """A walk along edges between the right ends, with the least total weight."""
        weights: dict[tuple[str, str], int] = {}
        for edge in reference["edges"].lower().split(", "):
            link, _, weight = edge.partition(" ")
            a, _, b = link.partition("-")
            weights[a, b] = weights[b, a] = int(weight)
        ends = reference["answer"].lower().split(", ")
        steps = list(pairwise(value))
        return (
            (value[:1], value[-1:]) == ((ends[0],), (ends[-1],))
            and all(step in weights for step in steps)
            and sum(weights[step] for step in steps) == reference["length"]
        )

    def solve(self, prompt: str) -> str:
        """Bellman-Ford on the edges read from the prompt."""
        edges = [(a, b, int(w)) for a, b, w in re.findall(r"([A-Z]).([A-Z]) ([0-9]+)", prompt)]
        start, end = re.findall(r"from ([A-Z]) to ([A-Z])\.", prompt)[-1]
        best: dict[str, tuple[int, str]] = {start: (0, start)}
        for _ in edges:
            changed = False
            for a, b, weight in edges:
                for u, v in ((a, b), (b, a)):
                    if u in best and (v not in best or best[u][0] + weight < best[v][0]):
                        best[v] = best[u][0] + weight, best[u][1] + ", " + v
                        changed = True
            if not changed:
                break
        return best[end][1]

    def cheats(self, task: Task) -> list[str]:
        """A jump, a detour, half the path, the reverse, or only the length is no path."""
        path = self.oracle(task).split(", ")
        return [
            f"{path[0]}, {path[-1]}",
            ", ".join(path[:-1]),
            ", ".join(path[1:]),
            ", ".join(reversed(path)),
            ", ".join([*path[:2], *path[:2], *path[2:]]),
            ", ".join([*path, path[-1]]),
            str(task.reference["length"]),
        ]

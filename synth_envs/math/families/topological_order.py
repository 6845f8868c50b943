"""Orders that respect prerequisites: any valid order is right."""

from synth_envs.core import Json, Task
from synth_envs.math.answers import Labels
from synth_envs.math.family import MathFamily
from synth_envs.seeding import TaskRandom

__all__ = ["TopologicalOrder"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class TopologicalOrder(MathFamily):
    """Order tasks so that each comes after its prerequisites.

    Difficulty sets the number of tasks (7 to 16). A hidden order is drawn first and every
    prerequisite agrees with it, so a solution always exists.
    """

    family = "topological_order"
    group = "graphs"
    answer = Labels(hint="all letters in order, such as C, A, B")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a hidden order, then prerequisites along it."""
        n = 7 + int(9.99 * difficulty)
        order = rng.sample(_LETTERS, n)
        edges = [(order[i - 1], order[i]) for i in range(1, n) if rng.randrange(10) < 8]
        for _ in range(n):
            i, j = sorted(rng.sample(range(n), 2))
            if (order[i], order[j]) not in edges:
                edges.append((order[i], order[j]))
        rng.shuffle(edges)
        rules = "; ".join(f"{a} before {b}" for a, b in edges)
        prompt = (
            f"Put the {n} tasks {', '.join(sorted(order))} in one order that keeps every rule: {rules}. "
            "List all tasks, first to last."
        )
        reference = {"answer": ", ".join(order), "edges": [list(edge) for edge in edges]}
        return Task(self.family, prompt, reference, difficulty)

    def accepts(self, reference: Json, value: tuple[str, ...]) -> bool:
        """Every task once, and every rule kept."""
        nodes = reference["answer"].lower().split(", ")
        place = {label: i for i, label in enumerate(value)}
        return sorted(value) == sorted(nodes) and all(
            place[a.lower()] < place[b.lower()] for a, b in reference["edges"]
        )

    def solve(self, prompt: str) -> str:
        """Kahn's algorithm on the rules read from the prompt."""
        head, _, rules = prompt.partition(" in one order that keeps every rule: ")
        nodes = head.split(" tasks ")[1].split(", ")
        edges = [rule.split(" before ") for rule in rules.partition(". List")[0].split("; ")]
        done: list[str] = []
        while len(done) < len(nodes):
            ready = [
                v for v in nodes if v not in done and all(a in done for a, b in edges if b == v)
            ]
            done.append(ready[0])
        return ", ".join(done)

    def cheats(self, task: Task) -> list[str]:
        """Leaving tasks out, naming one twice, or the order reversed keeps too few rules."""
        order = self.oracle(task).split(", ")
        return [", ".join(order[1:]), ", ".join([*order, order[0]]), ", ".join(reversed(order))]

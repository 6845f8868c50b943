"""Expressions over finite sets."""

import re

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["SetOperations"]

# Each with what it means.
_OPERATIONS = {
    "union": "X union Y holds what is in X or in Y or in both",
    "intersect": "X intersect Y holds what is in both X and Y",
    "minus": "X minus Y holds what is in X but not in Y",
    "symdiff": "X symdiff Y holds what is in exactly one of X and Y",
}
_WORDINGS = (
    "Let {sets}. List all elements of {expression}. ({legend}.)",
    "Given the sets {sets}, what are the elements of {expression}? ({legend}.)",
    "Take {sets}. Evaluate {expression} and list its elements. ({legend}.)",
)


class SetOperations(MathFamily):
    """List the elements of an expression of unions, intersections and differences.

    Difficulty sets the number of sets (2 to 5), their size (7 to 13) and the number of operations
    (2 to 8). No part of an expression has fewer than three elements.
    """

    family = "set_operations"
    group = "sets and circuits"
    answer = Numbers(order="set", hint="the elements, such as 2, 7, 19")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Join neighbouring parts in random order, with sets as bit masks."""
        count = 2 + int(3.49 * difficulty)
        size, high = 7 + int(6 * difficulty), 16 + int(25 * difficulty)
        texts: list[str] = []
        parts: list[tuple[str, int]] = []
        for name in "ABCDE"[:count]:
            elements = sorted(rng.sample(range(1, high), size))
            texts.append(f"{name} = {{{', '.join(map(str, elements))}}}")
            parts.append((name, sum([1 << x for x in elements])))
        rng.shuffle(parts)
        leaves = 3 + int(6.49 * difficulty)
        parts = (parts * leaves)[:leaves]
        while len(parts) > 1:
            i = rng.randrange(len(parts) - 1)
            (left, x), (right, y) = parts[i], parts[i + 1]
            name, mask = (
                ("union", x | y),
                ("intersect", x & y),
                ("minus", x & ~y),
                ("symdiff", x ^ y),
            )[rng.randrange(4)]
            if mask.bit_count() < 3:
                name, mask = "union", x | y
            parts[i : i + 2] = [(f"({left} {name} {right})", mask)]
        text, mask = parts[0]
        used = [meaning for name, meaning in _OPERATIONS.items() if f" {name} " in text]
        listed, text = "; ".join(texts), text[1:-1]
        prompt = phrasing(_WORDINGS, listed, text).format(
            sets=listed, expression=text, legend="; ".join(used)
        )
        answer = ", ".join([str(x) for x in range(high) if mask >> x & 1])
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Replace the innermost brackets by their value until one set is left."""
        sets = {
            name: {int(x) for x in elements.split(", ")}
            for name, elements in re.findall(r"([A-E]) = \{([0-9, ]+)\}", prompt)
        }
        found = re.search(r"(?:elements of|Evaluate) ([(A-E].*?)(?:[.?] \(X| and list)", prompt)
        text = f"({found[1]})" if found else ""
        while text not in sets:
            match = re.search(r"\(([A-Z][0-9]*) ([a-z]+) ([A-Z][0-9]*)\)", text)
            if match is None:
                raise ValueError(text)
            x, y = sets[match[1]], sets[match[3]]
            name = f"P{len(sets)}"
            sets[name] = {"union": x | y, "intersect": x & y, "minus": x - y, "symdiff": x ^ y}[
                match[2]
            ]
            text = text.replace(match[0], name)
        return ", ".join(str(x) for x in sorted(sets[text], reverse=True))

    def cheats(self, task: Task) -> list[str]:
        """Some elements left out or added, and everything at once."""
        elements = self.oracle(task).split(", ")
        return [
            ", ".join(elements[1:]),
            ", ".join(elements[:-1]),
            ", ".join([*elements, "99"]),
            ", ".join(map(str, range(100))),
            "{" + ", ".join(elements) + "}, {1}",
        ]

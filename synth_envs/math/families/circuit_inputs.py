"""Invert logic circuits: find inputs that give the outputs wanted."""

import re
from functools import cache

from synth_envs.core import Json, Task
from synth_envs.math.bits import Bits
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["CircuitInputs"]

_KINDS = ("AND", "OR", "XOR", "NAND", "NOR", "XNOR")
_DRAWS = 60
_WORDINGS = (
    "A logic circuit with the inputs x1 to x{n} has the gates {gates}. Find inputs for which the outputs y1 to y{m} are {target}.",
    "The inputs x1 to x{n} of a circuit feed these gates: {gates}. Which values of the inputs make y1 to y{m} equal to {target}?",
    "Consider the netlist {gates}, where x1 to x{n} are inputs. Choose them so that the outputs y1 to y{m} read {target}.",
)


class CircuitInputs(MathFamily):
    """Find any inputs of a circuit that give the wanted outputs.

    Difficulty sets the number of inputs (8 to 12) and of inner gates (4 to 24); there are about
    as many outputs as inputs. A hidden assignment defines the target, so one always exists, and
    outputs are added until at most 1% (down to 0.1%) of all assignments are right.
    """

    family = "circuit_inputs"
    group = "sets and circuits"
    answer = Bits(hint="the inputs in order, such as 01101001")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw gates; keep as outputs those that exclude many assignments."""
        inputs, inner = 8 + int(4.49 * difficulty), 4 + int(20.49 * difficulty)
        hidden = rng.randrange(1 << inputs)
        everything = (1 << (1 << inputs)) - 1
        # Wires as truth tables: bit i is the value under assignment i.
        tables = list(_input_tables(inputs))
        gates: list[list[int]] = []

        def draw() -> list[int]:
            size = len(tables)
            kind, packed = divmod(rng.randrange(6 * size * (size - 1)), size * (size - 1))
            a, b = divmod(packed, size - 1)
            return [kind, a, b + (b >= a)]

        for _ in range(inner):
            gates.append(draw())
            tables.append(_gate(gates[-1], tables, everything))
        right, count = everything, 1 << inputs
        limit = max(2, count // (100 + int(900 * difficulty)))
        target = ""
        for attempt in range(_DRAWS + inputs):
            # A ring of XOR gates, which leaves two assignments, in case that others exclude too few.
            i = attempt - _DRAWS
            gate = draw() if i < 0 else [2, i, (i + 1) % inputs]
            table = _gate(gate, tables, everything)
            wanted = table >> hidden & 1
            left = right & (table if wanted else everything ^ table)
            if 4 * left.bit_count() <= 3 * count:
                right, count = left, left.bit_count()
                gates.append(gate)
                target += "01"[wanted]
                if count <= limit:
                    break
        names = [f"x{i + 1}" for i in range(inputs)] + [f"g{i + 1}" for i in range(inner)]
        heads = names[inputs:] + [f"y{i + 1}" for i in range(len(target))]
        listed = "; ".join(
            [
                f"{name} = {names[a]} {_KINDS[kind]} {names[b]}"
                for name, (kind, a, b) in zip(heads, gates, strict=True)
            ]
        )
        prompt = phrasing(_WORDINGS, listed, target).format(
            n=inputs, m=len(target), gates=listed, target=target
        )
        prompt += (
            f" Answer with the {inputs} bits x1 to x{inputs} in order; any right assignment counts."
        )
        answer = "".join("01"[hidden >> i & 1] for i in range(inputs))
        return Task(
            self.family, prompt, {"answer": answer, "gates": gates, "target": target}, difficulty
        )

    def accepts(self, reference: Json, value: str) -> bool:
        """Whether these inputs give the target."""
        if len(value) != len(reference["answer"]):
            return False
        wires = [int(bit) for bit in value]
        for gate in reference["gates"]:
            wires.append(_gate(gate, wires, 1))
        target = reference["target"]
        return bool("".join(map(str, wires[-len(target) :])) == target)

    def solve(self, prompt: str) -> str:
        """Set inputs one by one, going back as soon as an output is known to be wrong."""
        sizes = re.search(r"x1 to x([0-9]+)", prompt)
        found = re.search(r"(?:are|to|read) ([01]+)[.?]", prompt)
        if sizes is None or found is None:
            raise ValueError(prompt)
        gates = re.findall(r"([gy][0-9]+) = (\w+) ([A-Z]+) (\w+)", prompt)
        wanted = {f"y{i + 1}": int(bit) for i, bit in enumerate(found[1])}
        names = [f"x{i + 1}" for i in range(int(sizes[1]))]
        # Inputs that decide outputs soon come first.
        near = [wire for name, a, _, b in gates for wire in (a, b) if name in wanted]
        names.sort(key=lambda name: -near.count(name))

        def search(bits: tuple[int, ...]) -> tuple[int, ...] | None:
            wires: dict[str, int | None] = dict(zip(names, bits, strict=False))
            for name, a, kind, b in gates:
                wires[name] = _known(kind, wires.get(a), wires.get(b))
                if wires[name] is not None and wires[name] != wanted.get(name, wires[name]):
                    return None
            if len(bits) == len(names):
                return bits
            return search((*bits, 0)) or search((*bits, 1))

        bits = search(())
        if bits is None:
            raise ValueError(prompt)
        chosen = dict(zip(names, bits, strict=True))
        return "".join(str(chosen[f"x{i + 1}"]) for i in range(len(names)))

    def cheats(self, task: Task) -> list[str]:
        """Too few or too many bits, the target itself, and all bits flipped unless that is right."""
        bits = self.oracle(task)
        flipped = bits.translate(str.maketrans("01", "10"))
        flipped = "" if self.accepts(task.reference, flipped) else flipped
        target = task.reference["target"]
        target = target if len(target) != len(bits) else ""
        return [bits[1:], bits + "0", bits * 2, flipped, target, bits[:-1] + "2"]


def _gate(gate: list[int], wires: list[int], ones: int) -> int:
    """The output of a gate, for all assignments in `ones` at once."""
    kind, a, b = gate
    x, y = wires[a], wires[b]
    base = kind % 3
    value = x & y if base == 0 else x | y if base == 1 else x ^ y
    return value ^ ones if kind > 2 else value


def _known(kind: str, x: int | None, y: int | None) -> int | None:
    """The output of a gate as far as its inputs are known."""
    negated = int(kind in ("NAND", "NOR", "XNOR"))
    if kind in ("XOR", "XNOR"):
        return None if x is None or y is None else x ^ y ^ negated
    deciding = int(kind in ("OR", "NOR"))
    if deciding in (x, y):
        return deciding ^ negated
    return None if x is None or y is None else 1 - deciding ^ negated


@cache
def _input_tables(inputs: int) -> tuple[int, ...]:
    """The truth table of each input: bit i holds its value under assignment i."""
    tables: list[int] = []
    for i in range(inputs):
        table, width = ((1 << (1 << i)) - 1) << (1 << i), 2 << i
        while width < 1 << inputs:
            table |= table << width
            width *= 2
        tables.append(table)
    return tuple(tables)

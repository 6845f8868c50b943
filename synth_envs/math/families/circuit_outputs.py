"""Evaluate logic circuits."""

import re

from synth_envs.core import Task
from synth_envs.math.bits import Bits
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["CircuitOutputs"]

# AND, OR and XOR by the number of inputs that are 1, with the negated gate.
_KINDS = (((0, 0, 1), ("AND", "NAND")), ((0, 1, 1), ("OR", "NOR")), ((0, 1, 0), ("XOR", "XNOR")))
_WORDINGS = (
    "The inputs of a logic circuit are {inputs}. Its gates are {gates}. What are the outputs {outputs}?",
    "A circuit gets {inputs} and computes {gates}. Find the values of {outputs}.",
    "Evaluate this netlist for {inputs}: {gates}. What are {outputs}?",
)


class CircuitOutputs(MathFamily):
    """Compute all outputs of a circuit of two-input gates.

    Difficulty sets the number of inputs (4 to 8), of inner gates (2 to 24) and of outputs
    (10 to 14). Every gate is 0 or 1 with equal chance, whatever its inputs, and half of the
    outputs are XOR or XNOR gates, whose kind says nothing about their value.
    """

    family = "circuit_outputs"
    group = "sets and circuits"
    answer = Bits()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the value of each gate, and then the kind of gate that has it."""
        inputs, inner = 4 + int(4.49 * difficulty), 2 + int(22.49 * difficulty)
        outputs = 10 + int(4.49 * difficulty)
        drawn = rng.randrange(1 << inputs)
        values = [drawn >> i & 1 for i in range(inputs)]
        names = [f"x{i + 1}" for i in range(inputs)]
        given = ", ".join([f"{name} = {value}" for name, value in zip(names, values, strict=True)])
        gates: list[str] = []
        bits = ""
        for i in range(inner + outputs):
            size = min(inputs + i, inputs + inner)
            packed, value = divmod(rng.randrange(6 * size * (size - 1)), 2)
            packed, kind = divmod(packed, 3)
            a, b = divmod(packed, size - 1)
            b += b >= a
            if i & 1 and i >= inner:
                kind = 2
            table, pair = _KINDS[kind]
            gate = pair[table[values[a] + values[b]] != value]
            if i < inner:
                name = f"g{i + 1}"
                names.append(name)
                values.append(value)
            else:
                name = f"y{i - inner + 1}"
                bits += "01"[value]
            gates.append(f"{name} = {names[a]} {gate} {names[b]}")
        listed = "; ".join(gates)
        prompt = phrasing(_WORDINGS, bits, given).format(
            inputs=given, gates=listed, outputs=f"y1 to y{outputs}"
        )
        prompt += (
            f" Answer with {outputs} bits in this order, such as {('01' * outputs)[:outputs]}."
        )
        return Task(self.family, prompt, bits, difficulty)

    def solve(self, prompt: str) -> str:
        """Work back from the outputs to the inputs they need."""
        wires = {name: int(value) for name, value in re.findall(r"(x[0-9]+) = ([01])\b", prompt)}
        gates = {
            name: (a, kind, b)
            for name, a, kind, b in re.findall(r"([gy][0-9]+) = (\w+) ([A-Z]+) (\w+)", prompt)
        }

        def value(name: str, depth: int = 0) -> int:
            if name not in wires:
                if depth > len(gates):
                    raise ValueError(name)
                a, kind, b = gates[name]
                left, right = value(a, depth + 1), value(b, depth + 1)
                if kind.endswith("AND"):
                    result = left & right
                elif kind.endswith("XOR") or kind == "XNOR":
                    result = left ^ right
                else:
                    result = left | right
                wires[name] = result ^ (kind in ("NAND", "NOR", "XNOR"))
            return wires[name]

        outputs = re.search(r"y1 to y([0-9]+)", prompt)
        return "".join(str(value(f"y{i + 1}")) for i in range(int(outputs[1]) if outputs else 0))

    def cheats(self, task: Task) -> list[str]:
        """Bits left out, doubled, flipped or all equal."""
        bits = str(task.reference)
        flipped = bits.translate(str.maketrans("01", "10"))
        return [bits[1:], bits[:-1], bits * 2, flipped, bits + "0", "0" * len(bits) + "1", bits[0]]

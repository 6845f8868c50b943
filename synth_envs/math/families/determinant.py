"""Determinants of integer matrices."""

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily
from synth_envs.math.matrices import bareiss, leibniz, read_matrices
from synth_envs.seeding import TaskRandom

__all__ = ["Determinant"]


class Determinant(MathFamily):
    """Compute the determinant of an integer matrix.

    Difficulty sets the size (3 by 3 to 5 by 5) and the size of the entries (up to 9 to 12).
    """

    family = "determinant"
    group = "matrices"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the entries; eliminate without fractions."""
        n = 3 + int(2.99 * difficulty)
        size = 9 + int(3.99 * difficulty)
        matrix = [[rng.randint(-size, size) for _ in range(n)] for _ in range(n)]
        prompt = f"Compute the determinant of the matrix {matrix}, given as a list of rows."
        return Task(self.family, prompt, str(bareiss(matrix)), difficulty)

    def solve(self, prompt: str) -> str:
        """The sum over all permutations."""
        return str(leibniz(read_matrices(prompt)[0]))

    def cheats(self, task: Task) -> list[str]:
        """The opposite sign, both signs, the product of the diagonal, the sum of the entries."""
        matrix = read_matrices(task.prompt)[0]
        value = int(self.oracle(task))
        diagonal = 1
        for i, row in enumerate(matrix):
            diagonal *= row[i]
        wrong = [other for other in (-value, diagonal, sum(map(sum, matrix))) if other != value]
        return [f"{value} or {-value - 1}", f"±{abs(value)}", f"|{value}|", *map(str, wrong)]

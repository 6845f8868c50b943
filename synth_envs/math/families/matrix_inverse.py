"""Inverses of integer matrices, exactly."""

from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Grid
from synth_envs.math.family import MathFamily
from synth_envs.math.matrices import leibniz, matrix_text, read_matrices
from synth_envs.seeding import TaskRandom

__all__ = ["MatrixInverse"]


class MatrixInverse(MathFamily):
    """Invert an integer matrix.

    A diagonal matrix is mixed by elementary row operations while the inverse operations build its
    inverse. Difficulty sets the size (2 by 2 to 4 by 4) and the number of operations.
    """

    family = "matrix_inverse"
    group = "matrices"
    answer = Grid(integers=False, hint="the matrix as [[1, 1/2], [0, -3]]")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the diagonal and the operations."""
        n = 2 + int(2.99 * difficulty)
        reach = 4 if n == 2 else 2
        diagonal = [(1 + rng.randrange(4)) * (1 - 2 * rng.randrange(2)) for _ in range(n)]
        matrix = [[diagonal[i] if i == j else 0 for j in range(n)] for i in range(n)]
        # Every entry of the inverse is a whole number of twelfths.
        inverse = [[12 // diagonal[i] if i == j else 0 for j in range(n)] for i in range(n)]
        places = list(range(n))
        rng.shuffle(places)
        pairs = [(places[i - 1], places[i]) for i in range(n)]
        pairs += [(j, i) for i, j in pairs[: n - (n == 2)]]
        for source, target in pairs:
            factor = (1 + rng.randrange(reach)) * (1 - 2 * rng.randrange(2))
            row = matrix[source]
            matrix[target] = [b + factor * a for a, b in zip(row, matrix[target], strict=True)]
            for line in inverse:
                line[source] -= factor * line[target]
        prompt = (
            f"Find the inverse of the matrix {matrix}, given as a list of rows. Give it in the same form, "
            "with exact fractions such as -5/3 where entries are not whole."
        )
        answer = matrix_text([[Fraction(value, 12) for value in row] for row in inverse])
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """The adjugate over the determinant."""
        matrix = read_matrices(prompt)[0]
        n = len(matrix)
        determinant = leibniz(matrix)
        inverse = [
            [
                Fraction((-1) ** (i + j) * leibniz(_minor(matrix, j, i)), determinant)
                for j in range(n)
            ]
            for i in range(n)
        ]
        return matrix_text(inverse)

    def cheats(self, task: Task) -> list[str]:
        """The matrix, the transpose, the adjugate, the opposite signs, rows missing or flattened."""
        matrix = read_matrices(task.prompt)[0]
        inverse = self.answer.parse(self.oracle(task)) or ()
        determinant = leibniz(matrix)
        others = (
            tuple(tuple(map(Fraction, row)) for row in matrix),
            tuple(zip(*inverse, strict=True)),
            tuple(tuple(determinant * value for value in row) for row in inverse),
            tuple(tuple(-value for value in row) for row in inverse),
        )
        wrong = [other for other in others if other != inverse]
        wrong += [inverse[:-1], (*inverse, inverse[0]), (tuple(x for row in inverse for x in row),)]
        return [matrix_text(rows) for rows in wrong]


def _minor(matrix: list[list[int]], row: int, column: int) -> list[list[int]]:
    return [line[:column] + line[column + 1 :] for i, line in enumerate(matrix) if i != row]

"""Products of integer matrices."""

from synth_envs.core import Task
from synth_envs.math.answers import Grid
from synth_envs.math.family import MathFamily
from synth_envs.math.matrices import matrix_text, read_matrices
from synth_envs.seeding import TaskRandom

__all__ = ["MatrixProduct"]


class MatrixProduct(MathFamily):
    """Multiply two integer matrices.

    Difficulty sets the sizes (2 by 2, up to 4 by 4; from 0.3 not necessarily square) and the size
    of the entries (up to 9 to 20).
    """

    family = "matrix_product"
    group = "matrices"
    answer = Grid(hint="the matrix as [[1, 2], [3, 4]]")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw both matrices, then take rows times columns."""
        size = 9 + int(11.99 * difficulty)
        least, spread = 2 + int(1.99 * difficulty), 2 if difficulty >= 0.3 else 1
        rows, inner, columns = (least + rng.randrange(spread) for _ in range(3))
        left = [[rng.randint(-size, size) for _ in range(inner)] for _ in range(rows)]
        right = [[rng.randint(-size, size) for _ in range(columns)] for _ in range(inner)]
        turned = list(zip(*right, strict=True))
        product = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in turned]
            for row in left
        ]
        prompt = (
            f"Compute the matrix product A*B for A = {left} and B = {right}. Matrices are lists of rows; "
            "give the product in the same form."
        )
        return Task(self.family, prompt, str(product), difficulty)

    def solve(self, prompt: str) -> str:
        """Add up the outer products of the columns of A with the rows of B."""
        left, right = read_matrices(prompt)
        product = [[0] * len(right[0]) for _ in left]
        for column, row in zip(zip(*left, strict=True), right, strict=True):
            for line, a in zip(product, column, strict=True):
                for j, b in enumerate(row):
                    line[j] += a * b
        return matrix_text(product)

    def cheats(self, task: Task) -> list[str]:
        """A factor, the transpose, the entries without rows, a row missing or twice."""
        left, right = read_matrices(task.prompt)
        product = read_matrices(self.oracle(task))[0]
        turned = [list(column) for column in zip(*product, strict=True)]
        wrong = [[*product, product[0]], product[:-1], [[x for row in product for x in row]]]
        wrong += [other for other in (left, right, turned) if other != product]
        return [matrix_text(rows) for rows in wrong]

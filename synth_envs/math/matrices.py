"""Small integer matrices for the matrix families: text, determinants, products."""

import re
from collections.abc import Sequence
from itertools import permutations

__all__ = ["Matrix", "bareiss", "leibniz", "matrix_text", "read_matrices"]

Matrix = Sequence[Sequence[int]]

_MATRIX = re.compile(r"\[\[.*?\]\]")


def matrix_text(rows: Sequence[Sequence[object]]) -> str:
    """The rows as "[[1, 2], [3, 4]]"."""
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in rows) + "]"


def read_matrices(prompt: str) -> list[list[list[int]]]:
    """Every "[[1, 2], [3, 4]]" in a prompt.

    Raises:
        ValueError: A matrix is ragged or an entry is not an integer.
    """
    found = []
    for match in _MATRIX.findall(prompt):
        rows = [[int(entry) for entry in row.split(",")] for row in match[2:-2].split("], [")]
        if len({len(row) for row in rows}) != 1:
            msg = "ragged matrix"
            raise ValueError(msg)
        found.append(rows)
    return found


def bareiss(matrix: Matrix) -> int:
    """The determinant by fraction-free elimination."""
    rows = [list(row) for row in matrix]
    sign, previous = 1, 1
    while len(rows) > 1:
        pivot_row = next((row for row in rows if row[0]), None)
        if pivot_row is None:
            return 0
        if rows.index(pivot_row) % 2:
            sign = -sign
        rows.remove(pivot_row)
        pivot, tail = pivot_row[0], pivot_row[1:]
        rows = [
            [(pivot * b - row[0] * a) // previous for a, b in zip(tail, row[1:], strict=True)]
            for row in rows
        ]
        previous = pivot
    return sign * rows[0][0]


def leibniz(matrix: Matrix) -> int:
    """The determinant as the signed sum over all permutations."""
    total = 0
    for order in permutations(range(len(matrix))):
        term = 1
        for row, column in zip(matrix, order, strict=True):
            term *= row[column]
        if term:
            inversions = sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])
            total += -term if inversions % 2 else term
    return total

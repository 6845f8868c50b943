"""The answer type of grid puzzles: a square table of integers, as people lay it out."""

from dataclasses import dataclass
from fractions import Fraction

from synth_envs.math.answers import Grid

__all__ = ["SquareGrid"]


@dataclass(frozen=True)
class SquareGrid(Grid):
    r"""A square table. Its rows may follow a line that ends in a colon and may have box borders.

    >>> SquareGrid().parse("The grid:\n1 | 2\n--+--\n2 | 1") == SquareGrid().parse("12\n21")
    True
    """

    def parse(self, text: str) -> tuple[tuple[Fraction, ...], ...] | None:
        """The table, or None when it is not square."""
        if "\n" in text:
            lines = text.split("\n")
            if lines[0].rstrip().endswith(":"):
                del lines[0]
            lines = [line.replace("|", " ").strip() for line in lines if line.strip(" |+-=\r")]
            if all(line.isdecimal() and len(line) == len(lines) for line in lines):
                lines = [" ".join(line) for line in lines]
            text = "\n".join(lines)
        table = super().parse(text)
        return table if table and len(table) == len(table[0]) else None

r"""Exact comparison of final mathematical answers written in LaTeX or plain text.

The text is parsed by a grammar of our own and never evaluated. Every input costs bounded time
(milliseconds) in any thread: length, nesting, digits, exponents and terms are limited, and no
signal is used. What lies outside the grammar is refused rather than guessed.

    >>> equal(parse_latex(r"\frac{1}{\sqrt 2}"), parse_latex(r"\frac{\sqrt{2}}{2}"))
    True
    >>> equal(parse_latex("(1,2)"), parse_latex("[1,2]"))
    False
    >>> parse_latex("1 2 3") is None
    True
"""

from synth_envs.math.latex.algebra import Refused, Ring, TooComplex
from synth_envs.math.latex.structure import Reader
from synth_envs.math.latex.values import Value, is_complete, same_shape, values_equal

__all__ = ["TooComplex", "Value", "equal", "is_complete", "parse_latex", "same_shape"]


def parse_latex(text: str) -> Value | None:
    r"""Parses a final answer.

    Args:
        text: The answer alone, as LaTeX (with or without `$` or `\boxed{}` around it) or plain
            text.

    Returns:
        An immutable, hashable value, or None where the text is outside the grammar.

    Raises:
        TooComplex: A bound was hit: the text is too long, nests too deeply or holds too large a
            number, power or sum. Such text must not be given to a less careful parser.
    """
    try:
        return Reader(Ring()).read(text)
    except Refused:
        return None


def equal(a: Value, b: Value) -> bool:
    """Whether two answers are mathematically equal.

    Units and the names in `x = 5` are ignored where only one side has them, and must agree where
    both do. Lists and sets are unordered; tuples, intervals and matrices are ordered, and the kind
    of bracket counts.

    Raises:
        TooComplex: The comparison needs more work than an answer deserves.
    """
    return values_equal(Ring(), a, b)

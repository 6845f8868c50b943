"""Whether a final answer equals the reference: own exact comparison first, math-verify second."""

import re
from functools import cache
from typing import Final, Literal

from synth_envs.math.latex import TooComplex, Value, equal, is_complete, parse_latex, same_shape
from synth_envs.math.latex.lexer import FUNCTIONS, MAX_LENGTH, clean
from synth_envs.math.symbolic import SymbolicWorker, available, safe_for_symbolic

__all__ = ["Equivalence", "math_equal", "symbolic_form"]

Equivalence = Literal["equal", "different", "unparsable", "timeout"]

_SPACING: Final = re.compile(
    r"\\[,;:! ]|\\(?:left|right|displaystyle|quad|qquad)(?![A-Za-z])|[\s~]"
)
_THOUSANDS: Final = re.compile(r"(?<=[0-9]),(?:\\!\s*)?(?=[0-9]{3}(?![0-9]))|\{,\}")
_PLAIN_NAME: Final = re.compile(rf"(?<![\\A-Za-z])({'|'.join(sorted(FUNCTIONS))}|pi)(?![A-Za-z])")
_DECIMAL: Final = re.compile(r"(?<![0-9.])([0-9]*)\.([0-9]+)(?![0-9.])")
# Text that math-verify would read as something else: words and units as products of letters,
# `1 2 3` as 6, `2e-5` as 2e - 5.
_MISREAD: Final = re.compile(
    r"(?<!\\)\b[A-Za-z]{4,}|\b(?:or|and)\b|[0-9]\s+[0-9.]|[0-9]\s*\{|\}\s*[0-9]|[0-9]e[+-]?[0-9]"
    r"|[\"'?`:#@;&]|\\(?:quad|qquad|ldots|dots|cdots|mid|lor|land)(?![A-Za-z])",
    re.IGNORECASE,
)
_OUTLINE: Final = re.compile(
    r"[,=<>%]|\\(?:leq?|geq?|neq?|lt|gt|in|pm|mp|cup|cap|circ|to|approx|equiv|sim)(?![A-Za-z])"
)


def math_equal(
    gold: str,
    answer: str,
    *,
    symbolic: bool = True,
    worker: SymbolicWorker | None = None,
    deadline_s: float = 2.0,
) -> Equivalence:
    """Compares an extracted final answer with the reference answer.

    The own parser decides wherever it is complete: numbers with roots, polynomials and rational
    functions, tuples, intervals, sets, matrices, text. math-verify is asked only about what is
    left (say a trigonometric identity), about text that passes `safe_for_symbolic`, and only where
    both texts have the same outline, so that its leniency (`1 = 2 = 3` for 3) decides nothing.

    Args:
        gold: The reference answer, LaTeX or plain text.
        answer: The answer to judge; hostile text is expected.
        symbolic: Whether math-verify may be asked, if it is installed.
        worker: The process to ask; by default one that this module shares.
        deadline_s: How long math-verify may take.

    Returns:
        "equal" or "different"; "unparsable" if the answer (or the reference) cannot be read, or
        exceeds a bound; "timeout" if math-verify passed its deadline.

    Raises:
        SandboxError: The math-verify process failed: a fault of the machine, not of the answer.
    """
    if max(len(gold), len(answer)) > MAX_LENGTH or not answer.strip():
        return "unparsable"
    if _plain(gold) == _plain(answer):
        return "equal"
    try:
        left, right = parse_latex(gold), parse_latex(answer)
        if left is not None and right is not None:
            if equal(left, right):
                return "equal"
            if not _undecided(left, right):
                return "different"
        forms = symbolic_form(gold), symbolic_form(answer)
    except TooComplex:
        return "unparsable"
    if symbolic and _may_ask(*forms) and (worker is not None or available()):
        return (worker or _shared_worker()).compare(*forms, deadline_s=deadline_s)
    return "unparsable" if left is None or right is None else "different"


@cache
def _shared_worker() -> SymbolicWorker:
    return SymbolicWorker()


def _plain(text: str) -> str:
    """The text without what never carries meaning; space between words does."""
    text = re.sub(r"\s+", " ", clean(text).strip())
    return text if re.search("[A-Za-z0-9] [A-Za-z0-9]", text) else _SPACING.sub("", text)


def _undecided(gold: Value, answer: Value) -> bool:
    """Whether two values that did not compare equal might still be."""
    return same_shape(gold, answer) and not (is_complete(gold) and is_complete(answer))


def symbolic_form(text: str) -> str:
    """The text as math-verify gets it: plain names as commands, decimals as exact fractions."""
    text = _PLAIN_NAME.sub(r"\\\1", clean(_THOUSANDS.sub("", text)))
    return _DECIMAL.sub(lambda m: rf"{{\frac{{{int(m[1] + m[2])}}}{{{10 ** len(m[2])}}}}}", text)


def _may_ask(gold: str, answer: str) -> bool:
    return (
        safe_for_symbolic(gold)
        and safe_for_symbolic(answer)
        and not _MISREAD.search(gold)
        and not _MISREAD.search(answer)
        and sorted(_OUTLINE.findall(gold)) == sorted(_OUTLINE.findall(answer))
    )

r"""Where `math_equal` and math-verify disagree on the reference answers of MATH-500.

    python -m benchmarks.math_verify_agreement --data ../shared/real/math

Four kinds of pairs are judged by both: a reference answer with itself, with benign rewritings of it
(which mean the same, so that "different" is an error), with near misses (which do not, so that
"equal" is one), and with another problem's reference answer. Every disagreement is listed with a
category. math-verify runs as its documentation shows:
`verify(parse("$gold$"), parse("$answer$"))`, in the main thread with its own timeouts.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from synth_envs.math.equivalence import math_equal
from synth_envs.math.latex import TooComplex, parse_latex
from synth_envs.math.symbolic import available

__all__ = ["Pair", "benign_variants", "main", "near_misses"]


@dataclass(frozen=True)
class Pair:
    """Two answers to compare; `kind` says how the second was made."""

    kind: str
    gold: str
    answer: str


def _decimal(gold: str) -> str:
    r"""`\frac{3}{8}` as 0.375, where the decimal ends."""
    match = re.fullmatch(r"(-?)\\d?frac\{([0-9]+)\}\{([0-9]+)\}", gold)
    if match is None:
        return gold
    value = Fraction(int(match[2]), int(match[3]))
    digits = next((n for n in range(1, 9) if (value * 10**n).denominator == 1), None)
    return gold if digits is None else f"{match[1]}{float(value):.{digits}f}"


def _swapped(gold: str) -> str:
    """A bare list in the other order."""
    items = gold.split(",")
    if any(char in gold for char in "()[]{}!") or len(items) < 2 or re.search(r",[0-9]{3}", gold):
        return gold
    return ", ".join(item.strip() for item in reversed(items))


def _grouped(gold: str) -> str:
    """A long integer with thousands separators."""
    return f"{int(gold):,}" if re.fullmatch(r"[0-9]{4,}", gold) else gold


_REWRITINGS: dict[str, Callable[[str], str]] = {
    "boxed": lambda gold: rf"\boxed{{{gold}}}",
    "no spaces": lambda gold: (
        gold if r"\text" in gold else re.sub(r"(?<![a-z]) | (?![A-Za-z])", "", gold)
    ),
    "dfrac": lambda gold: gold.replace(r"\frac", r"\dfrac"),
    "plain fraction": lambda gold: re.sub(r"^(-?)\\d?frac\{(\d+)\}\{(\d+)\}$", r"\1\2/\3", gold),
    "decimal": _decimal,
    "left and right": lambda gold: (
        re.sub(r"(?<![a-z])\(", r"\\left(", gold).replace(")", r"\right)")
        if gold.count("(") == gold.count(")") == 1 and r"\left" not in gold and r"\text" not in gold
        else gold
    ),
    "unicode": lambda gold: gold.replace(r"\pi", "π").replace("-", "−").replace(r"^\circ", "°"),
    "text unwrapped": lambda gold: re.sub(r"^\\text\{(.*)\}$", r"\1", gold),
    "unit dropped": lambda gold: (
        re.sub(r"\\(?:text|mbox)\{[^{}()]+\}(?:\^2)?$|\^\\circ$|^\\\$", "", gold).strip() or gold
    ),
    "name dropped": lambda gold: re.sub(r"^[a-z] ?(?:=|\\in) ?", "", gold),
    "name added": lambda gold: (
        f"x = {gold}" if re.fullmatch(r"-?[0-9]+|-?\\frac\{.*", gold) else gold
    ),
    "list swapped": _swapped,
    "thousands separators": _grouped,
    "explicit product": lambda gold: re.sub(r"(?<=[0-9]) ?(?=\\sqrt|\\pi)", r" \\cdot ", gold),
}


def benign_variants(gold: str) -> Iterator[Pair]:
    """Rewritings of a reference answer that mean the same."""
    for name, rewrite in _REWRITINGS.items():
        answer = rewrite(gold)
        if answer != gold:
            yield Pair(name, gold, answer)


def _rounded(gold: str) -> str:
    """A fraction whose decimal does not end, to six places."""
    match = re.fullmatch(r"(-?)\\d?frac\{([0-9]+)\}\{([0-9]+)\}", gold)
    if match is None or _decimal(gold) != gold:
        return gold
    return f"{match[1]}{int(match[2]) / int(match[3]):.6f}"


def _other_brackets(gold: str) -> str:
    """A point as a closed interval, an interval with its ends changed."""
    if re.search(r"cup|\\\{|matrix|in \[", gold) or not re.match(r"(?:\\left)? ?[(\[].*,", gold):
        return gold
    return gold.replace("(", "[").replace(")", "]") if "(" in gold else gold.replace("[", "(")


_NEAR_MISSES: dict[str, Callable[[str], str]] = {
    "rounded to six places": _rounded,
    "other brackets": _other_brackets,
    "a hundredth": lambda gold: (
        f"{int(gold) / 100:g}" if re.fullmatch("[1-9][0-9]?", gold) else gold
    ),
    "per cent of it": lambda gold: (
        rf"{100 * int(gold)}\%" if re.fullmatch("[1-9][0-9]?", gold) else gold
    ),
    "another unit": lambda gold: re.sub(r"cents\}|cm\}\^2|inches\}\^2", "kg}", gold),
    "base dropped": lambda gold: re.sub(r"_\{?[0-9]\}?$", "", gold),
    "chain of equations": lambda gold: gold if "=" in gold else f"0 = 1 = {gold}",
    "false equation": lambda gold: gold if "=" in gold else f"x^2 + 41 = {gold}",
    "one of two": lambda gold: rf"-17 \text{{ or }} {gold}",
    "several numbers": lambda gold: f"{gold} 1 1" if re.fullmatch("[0-9]+", gold) else gold,
    "one more item": lambda gold: f"{gold}, 17",
    "other name": lambda gold: re.sub(r"^[xy](?= ?=)", "w", gold),
    "one more": lambda gold: f"{gold} + 1" if re.fullmatch(r"[^,=]*", gold) else gold,
    "other case": lambda gold: (
        gold.swapcase() if re.fullmatch(r"[^\\]*[a-z][^\\]*", gold) else gold
    ),
}


def near_misses(gold: str) -> Iterator[Pair]:
    """Answers that look like a reference answer and are wrong."""
    for name, change in _NEAR_MISSES.items():
        answer = change(gold)
        if answer != gold:
            yield Pair(name, gold, answer)


def _pairs(golds: Sequence[str], shuffles: int) -> Iterator[Pair]:
    for gold in golds:
        yield Pair("itself", gold, gold)
        yield from benign_variants(gold)
        yield from near_misses(gold)
    stream = random.Random(0)
    for _ in range(shuffles):
        others = list(golds)
        stream.shuffle(others)
        for gold, other in zip(golds, others, strict=True):
            if gold != other:
                yield Pair(_OTHER, gold, other)


_OTHER = "another problem's answer"
_REASONS = {
    "rounded to six places": "math-verify rounds to six places",
    "a hundredth": "math-verify reads 12 as 12%",
    "per cent of it": "math-verify reads 1200% as 12",
    "another unit": "math-verify drops units",
    "base dropped": "math-verify drops the base",
    "chain of equations": "math-verify takes the last side of a chain",
    "false equation": "math-verify takes the right side of an equation",
    "other case": "math-verify ignores the case of variables",
    "other brackets": "math-verify takes a point as an interval, or drops which ends belong to it",
    "one more item": "math-verify drops a repeated item",
}


def _category(pair: Pair, theirs: str) -> str:
    """A short explanation of a disagreement."""
    if pair.kind in _REASONS and theirs == "equal":
        return _REASONS[pair.kind]
    if theirs == "unread":
        return "math-verify reads one of the two as nothing"
    if pair.kind == _OTHER and re.search(r"circ|\$|mbox|text", pair.gold + pair.answer):
        return "the numbers are equal, one has a unit"
    return f"to be looked at: {pair.kind}"


def _own_verdict(pair: Pair) -> tuple[str, bool]:
    """Our verdict, and whether the own parser read both answers."""
    try:
        read = parse_latex(pair.gold) is not None and parse_latex(pair.answer) is not None
    except TooComplex:
        read = False
    return math_equal(pair.gold, pair.answer), read


def _their_verdict(pair: Pair) -> str:
    from math_verify import parse, verify

    left, right = parse(f"${pair.gold}$"), parse(f"${pair.answer}$")
    if not left or not right:
        return "unread"
    return "equal" if verify(left, right) else "different"


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all pairs and print every disagreement and the counts."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.math_verify_agreement", description=__doc__
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder that holds math500.jsonl"
    )
    parser.add_argument(
        "--limit", type=int, default=0, help="disagreements to print of a kind (0: all)"
    )
    parser.add_argument("--shuffles", type=int, default=3, help="times the answers are shuffled")
    options = parser.parse_args(arguments)
    file = options.data / "math500.jsonl"
    if not file.is_file():
        parser.error(f"no file {file}")
    if not available():
        parser.error('math-verify is not installed: pip install "synth-envs[math]"')
    with file.open(encoding="utf-8") as lines:
        golds = [str(json.loads(line)["answer"]) for line in lines]

    verdicts: Counter[tuple[str, str, str]] = Counter()
    disagreements: dict[str, list[str]] = {}
    own = total = 0
    for pair in _pairs(golds, options.shuffles):
        ours, read = _own_verdict(pair)
        theirs = _their_verdict(pair)
        verdicts[pair.kind, ours, theirs] += 1
        own, total = own + read, total + 1
        if (ours == "equal") != (theirs == "equal"):
            text = f"{pair.gold!r} and {pair.answer!r} ({pair.kind}): ours {ours}, theirs {theirs}"
            disagreements.setdefault(_category(pair, theirs), []).append(text)

    for category, texts in sorted(disagreements.items(), key=lambda item: -len(item[1])):
        print(f"\n{category}: {len(texts)}")
        for text in texts[: options.limit or None]:
            print(f"  {text}")
    print(f"\n{'pairs':26} {'count':>6} {'both equal':>11} {'only ours':>10} {'only theirs':>12}")
    for kind in dict.fromkeys(kind for kind, _, _ in verdicts):
        counts = Counter[tuple[bool, bool]]()
        for (name, ours, theirs), count in verdicts.items():
            if name == kind:
                counts[ours == "equal", theirs == "equal"] += count
        print(
            f"{kind:26} {counts.total():6} {counts[True, True]:11} {counts[True, False]:10} "
            f"{counts[False, True]:12}"
        )
    print(f"\nBoth answers read by the own parser: {own} of {total} pairs ({own / total:.1%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Claim: checking integer answers is at least 50 times faster than math-verify."""

import sys

from benchmarks.performance.paired import Paired, compare, print_table
from synth_envs.core import Task
from synth_envs.families import load_family
from synth_envs.math.families import FAMILIES

__all__ = ["main", "measure"]

_REASONING = (
    "First we add the numbers one by one, keeping track of the carries, and we check each step "
    "by estimating the result before going on to the next one. "
)


def _responses() -> dict[str, list[tuple[str, str]]]:
    golds = [str((i * 7919) % 100_003 - 50_000) for i in range(200)]
    long = _REASONING * 12
    return {
        "bare integer": [(gold, gold) for gold in golds],
        "boxed": [(gold, f"\\boxed{{{gold}}}") for gold in golds],
        "sentence": [(gold, f"The answer is ${gold}$.") for gold in golds],
        "2 kB of reasoning, then boxed": [(g, f"{long}So it is \\boxed{{{g}}}.") for g in golds],
        "wrong": [(gold, f"\\boxed{{{gold}1}}") for gold in golds],
    }


def measure() -> list[Paired]:
    """Compare the whole verifier (extraction, parsing, comparison) with math-verify's.

    math-verify runs without its timeouts: with them it is several times slower still, and works
    only in the main thread.
    """
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    family = load_family(FAMILIES["chain_sum"])
    configs = (LatexExtractionConfig(), ExprExtractionConfig())
    rows = []
    for name, pairs in _responses().items():
        tasks = [Task("chain_sum", "", gold) for gold, _ in pairs]
        texts = [text for _, text in pairs]

        def ours(tasks: list[Task] = tasks, texts: list[str] = texts) -> int:
            return len(family.verify_batch(tasks, texts))

        def peer(pairs: list[tuple[str, str]] = pairs) -> int:
            for gold, text in pairs[:20]:
                answer = parse(text, extraction_config=configs, parsing_timeout=None)
                verify(
                    parse(gold, extraction_config=configs, parsing_timeout=None),
                    answer,
                    timeout_seconds=None,
                )
            return 20

        rows.append(compare(name, ours, peer))
    return rows


def main() -> int:
    """Print the table; exit code 1 when a ratio is below 50."""
    rows = measure()
    print_table("integer verification against math-verify (timeouts off)", rows, "answers")
    return int(min(row.ratio for row in rows) < 50)


if __name__ == "__main__":
    sys.exit(main())

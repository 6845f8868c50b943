"""Names of functions: what they do if that is short, and otherwise something that is not wrong."""

from __future__ import annotations

from synth_envs.code.dsl.python import Nouns
from synth_envs.code.dsl.terms import Term
from synth_envs.code.dsl.vocabulary import CHANGES, ENDS, STEPS, TESTS
from synth_envs.seeding import TaskRandom

__all__ = ["entry_name"]

_VERBS = {
    "int": ("evaluate", "measure", "rate", "assess", "gauge"),
    "bool": ("check", "verify", "judge"),
    "str": ("compose", "describe", "encode"),
    "list": ("transform", "process", "rearrange", "convert"),
    "dict": ("summarize", "tabulate", "index"),
    "tuple": ("analyze", "survey", "profile"),
}
_STEPS = {
    "unique": "without_repeats",
    "collapse": "collapse_runs",
    "rotate": "rotate",
    "front": "rearrange",
    "differences": "neighbour_differences",
    "neighbour_sums": "neighbour_sums",
    "running_sum": "running_totals",
    "zip_sum": "paired_sums",
    "zip_product": "paired_products",
    "zip_larger": "paired_maxima",
    "zip_distance": "paired_distances",
    "in_other": "shared_numbers",
    "not_in_other": "numbers_only_in_first",
    "divisors": "divisors",
    "digits": "digits",
    "bits": "binary_digits",
    "totals_by_name": "totals_by_{key}",
    "count_words": "word_counts",
    "flatten": "flatten",
    "columns": "columns",
}


def entry_name(term: Term, nouns: Nouns, start: str, returns: str, rng: TaskRandom) -> str:
    """Return a name for the program's function.

    Args:
        term: A pipe.
        nouns: What the elements of its start are called.
        start: The name of the parameter it starts with.
        returns: The type of what it returns.
        rng: Chooses among names that say little.
    """
    *steps, end = term.args[1:]
    plain = end.op in ENDS and ENDS[end.op].python == "{list}"
    tag = ENDS[end.op].tag if end.op in ENDS else ""
    many = nouns.many.replace(" ", "_")
    told = end.op in ENDS
    if told and len(steps) == 1 and steps[0].op in {"filter", "map"}:
        inner = steps[0].args[0]
        if steps[0].op == "filter":
            word = TESTS[inner.op].word if inner.op in TESTS else "some"
            subject = f"{word or 'selected'}_{many}"
            return f"keep_{subject}" if plain else f"{tag}{'_' if tag else 'judge_'}{subject}"
        if inner.op in CHANGES and CHANGES[inner.op].nouns[1]:
            subject = CHANGES[inner.op].nouns[1].replace(" ", "_")
            return (
                f"{subject}_of_{many}"
                if plain
                else f"{tag}_{subject}"
                if tag
                else f"check_{subject}"
            )
    if len(steps) == 1 and plain and steps[0].op in _STEPS:
        return _STEPS[steps[0].op].format(key=nouns.key)
    if not steps and tag:
        return f"{tag}_{many}"
    if (
        len(steps) == 1
        and tag
        and STEPS[steps[0].op].nouns[1]
        and "{" not in STEPS[steps[0].op].nouns[1]
    ):
        return f"{tag}_{STEPS[steps[0].op].nouns[1].replace(' ', '_')}"
    shape = returns.split("[", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    return f"{rng.choice(_VERBS.get(shape, _VERBS['int']))}_{start}"
